"""Commits that landed since a release, by their parents alone."""

import random

from bot.domain.landed import Landed, Step


def ancestry(**parents: str) -> dict[str, Step]:
    """Commits by their parents' names, which are letters; each before its parents."""
    return {name: Step(f"tree of {name}", (*of,)) for name, of in parents.items()}


def test_the_line_of_a_branch_are_the_first_parents_of_its_tip() -> None:
    landed = Landed(ancestry(e="dc", d="b", c="b", b="a"))
    assert list(landed.line(["e"])) == ["e", "d", "b"]


def test_the_line_goes_through_what_was_once_judged_against() -> None:
    """The branch merged its base, and the base was put on it: `c` is of the base."""
    landed = Landed(ancestry(e="dc", d="b", c="b", b="a"))
    assert list(landed.line(["e", "c", "elsewhere", ""])) == ["e", "d", "c", "b"]


def test_a_comparison_contains_what_its_base_does_not_have() -> None:
    landed = Landed(ancestry(f="ed", e="c", d="b", c="b", b="a"))
    assert landed.between("e", "f") == {"f", "d"}
    assert landed.between("d", "e") == {"e", "c"}
    assert landed.between("f", "f") == frozenset()


def test_the_release_has_what_is_no_commit_of_ours_but_a_parent() -> None:
    landed = Landed(ancestry(c="b", b="a"))
    assert landed.between("a", "c") == {"c", "b"}
    assert landed.between("nobody knows", "c") == frozenset()
    assert landed.between("", "c") == frozenset()
    assert landed.between("b", "a") == frozenset()
    assert Landed({}).between("a", "a") == frozenset()


def test_whatever_the_shape_of_the_history_it_is_one_ancestry_without_another() -> None:
    chance = random.Random(4)
    for _ in range(600):
        commits = made(chance)
        release = chance.choice(
            [set[str](), ancestors(commits, chance.choice([*commits]))]
        )
        landed = {name: commits[name] for name in commits if name not in release}
        known = {*landed}.union(*(one.parents for one in landed.values()))
        base, top = chance.choice([*sorted(known), "0"]), chance.choice([*commits])
        apart = ancestors(commits, top) - ancestors(commits, base) - release
        found = Landed(landed).between(base, top)
        assert found == (apart if base in known else set())


def made(chance: random.Random) -> dict[str, Step]:
    """A history of up to twelve commits, some of them merges."""
    commits = dict[str, Step]()
    for name in map(str, range(chance.randint(1, 12))):
        older = chance.sample([*commits], min(len(commits), chance.randint(0, 3)))
        commits[name] = Step("", (*older,))
    return dict(reversed(commits.items()))


def ancestors(commits: dict[str, Step], name: str) -> set[str]:
    return {name}.union(*(ancestors(commits, one) for one in commits[name].parents))
