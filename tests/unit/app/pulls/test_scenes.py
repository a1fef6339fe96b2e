"""What a decision hangs on: gathered from the base, the mirror and what was ordered."""

from dataclasses import replace
from pathlib import Path

from bot.adapters.policy_file import load_policy
from bot.app.mirroring import WantedBranch, WantedCommit, WantedPull
from bot.app.pulls.looking.scene import Scene, Seen
from bot.app.pulls.looking.scenes import Scenes
from bot.domain.commands import Run
from bot.domain.github import Pull, Secret
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import Act
from bot.domain.pulls.base_moved import Carried, Same, Stands
from bot.domain.pulls.deciding import (
    Gated,
    Mergeable,
    Ungated,
    Unmergeable,
    Unruled,
)
from tests.fakes.yard import POLICY, Yard, files, yard

BROKEN = "version: 2\n"
STAGED = POLICY + (
    "stages:\n  fast: {seeds: 4}\n  full: {seeds: 4, when: label:full}\n"
)


def scene(one: Yard, pull: Pull, labels: tuple[str, ...] = ()) -> Scene:
    """As it is now."""
    if labels:
        one.edits(pull, labels=labels)
    pull = one.github.towns[one.place].pulls[pull.number]
    repository = one.github.towns[one.place].repository
    branches = [WantedBranch(name) for name in ("main", pull.base.ref)]
    wanted = [WantedPull(pull.number), *branches]
    token = Secret("ghs_x")
    mirror = one.mirrors.refresh(one.place, repository.full_name, token, wanted)
    seen = Seen(one.place, repository, pull, mirror, insider=True)
    return Scenes(one.store, load_policy, one.clock).scene(seen)


def onto(one: Yard, pull: Pull, ref: str) -> None:
    side = pull.base.__class__(one.tip(ref), ref, one.place.repository)
    one.edits(pull, base=side)


def test_the_base_s_own_policy_rules(tmp_path: Path) -> None:
    one = yard(tmp_path)
    found = scene(one, one.opens())
    assert found.facts.gate == Gated()
    assert found.rule is not None
    assert found.rule.source == f"main:{POLICY_PATH}"
    assert found.rule.broken == ()
    assert isinstance(found.facts.landing, Mergeable)
    assert found.pin is not None
    assert (found.pin.base, found.moved) == (one.tip(), Same())


def test_an_earlier_policy_rules_where_the_base_has_a_broken_one(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    one.commits({POLICY_PATH: BROKEN})
    found = scene(one, one.opens())
    assert found.facts.gate == Gated()
    assert found.rule is not None
    assert found.rule.broken != ()


def test_where_none_was_ever_good_nothing_can_be_judged(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=BROKEN))
    found = scene(one, one.opens())
    assert isinstance(found.facts.gate, Unruled)
    assert found.rule is None


def test_where_there_is_none_nothing_is_gated(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=None))
    assert isinstance(scene(one, one.opens()).facts.gate, Ungated)


def test_where_the_default_branch_is_not_there_nothing_is_gated(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.repository(default_branch="trunk")
    assert isinstance(scene(one, pull).facts.gate, Ungated)


def test_another_base_is_gated_only_where_the_default_branch_names_it(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    one.commits({}, "release")
    pull = one.opens()
    onto(one, pull, "release")
    assert isinstance(scene(one, pull).facts.gate, Ungated)


def test_another_base_is_ruled_by_its_own_policy(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=POLICY + "branches: [main, release]\n"))
    pull = one.opens()
    one.commits({POLICY_PATH: POLICY}, "release")
    onto(one, pull, "release")
    found = scene(one, pull)
    assert found.rule is not None
    assert found.rule.source.startswith("release:")
    one.commits({POLICY_PATH: None}, "release")  # type: ignore[dict-item]
    assert isinstance(scene(one, pull).facts.gate, Unruled)


def test_another_base_whose_policy_never_was_good_cannot_be_judged(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=None))
    one.commits({POLICY_PATH: BROKEN}, "release")
    pull = one.opens()
    one.commits({POLICY_PATH: POLICY + "branches: [main, release]\n"})
    onto(one, pull, "release")
    assert isinstance(scene(one, pull).facts.gate, Unruled)


def test_a_conflict_is_seen_with_its_files(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.commits({"train.py": "print(9)\n"})
    assert scene(one, pull).facts.landing == Unmergeable(("train.py",))


def test_a_head_without_common_history_is_no_conflict_of_files(tmp_path: Path) -> None:
    """What was said of a conflict before is not taken for this."""
    one = yard(tmp_path)
    pull = one.opens()
    one.commits({"train.py": "print(9)\n"})
    before = scene(one, pull)
    one.mirrors.force_pushes(one.place, "main", files(), base=None)
    found = scene(one, pull)
    assert found.facts.landing == Unmergeable(related=False)
    assert found.inputs != before.inputs


def test_a_base_that_was_written_anew_is_begun_anew(tmp_path: Path) -> None:
    """The head was made ready for it before; the old base cannot be merged with it."""
    one = yard(tmp_path)
    pull, old = one.opens(), one.tip()
    new = one.mirrors.force_pushes(one.place, "main", files(), base=None)
    head = one.mirrors.force_pushes(one.place, "idea", {"train.py": "print(2)\n"})
    one.github.pushes(one.place, pull.number, head)
    one.mirrors.opens(one.place, pull.number, head)
    begun = scene(one, pull).pin
    assert begun is not None
    one.store.pin(replace(begun, base=old), renew=True)
    one.mirrors.refresh(one.place, "ann/digits", Secret("x"), [WantedCommit(old)])
    found = scene(one, pull)
    assert found.pin is not None
    assert (found.pin.base, found.moved) == (new, Same())


def test_prose_is_nothing_that_training_could_see(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens(train="print(1)\n")
    found = scene(one, pull)
    assert found.nothing is not None
    assert found.facts.landing == Mergeable(
        one.mirrors.known(one.place).repository.resolve(one.tip()).tree,  # type: ignore[union-attr]
        found.facts.landing.merged_tree,  # type: ignore[union-attr]
        relevant=False,
    )


def test_the_base_that_it_was_begun_on_stays(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull, base = one.opens(), one.tip()
    scene(one, pull)
    one.commits({"README.md": "Other words.\n"})
    carried = scene(one, pull)
    assert isinstance(carried.moved, Carried)
    one.commits({"other.py": "1\n"})
    stands = scene(one, pull)
    assert isinstance(stands.moved, Stands)
    assert stands.pin is not None
    assert (stands.pin.base, stands.base_now) == (base, one.tip())


def test_another_policy_on_the_base_begins_it_anew(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    scene(one, pull)
    one.commits({POLICY_PATH: POLICY + "# Another one.\n"})
    found = scene(one, pull)
    assert found.pin is not None
    assert (found.pin.base, found.moved) == (one.tip(), Same())


def test_a_base_that_had_no_policy_when_it_was_begun_is_begun_anew(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    before = scene(one, pull)
    bare = one.commits({POLICY_PATH: None})  # type: ignore[dict-item]
    assert before.pin is not None
    one.store.pin(
        before.pin.__class__(one.key(pull), pull.head.sha, "main", bare, 0.0),
        renew=True,
    )
    one.commits({POLICY_PATH: POLICY})
    found = scene(one, pull)
    assert found.pin is not None
    assert found.pin.base == one.tip()


def test_a_base_that_nobody_can_read_any_more_is_begun_anew(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    pin = scene(one, pull).pin
    assert pin is not None
    one.store.pin(replace(pin, base="f" * 40), renew=True)
    found = scene(one, pull)
    assert found.pin is not None
    assert (found.pin.base, found.moved) == (one.tip(), Same())


def test_labels_count_where_a_stage_waits_for_them(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=STAGED))
    pull = one.opens()
    bare = scene(one, pull)
    nice = scene(one, pull, ("nice",))
    full = scene(one, pull, ("full", "nice"))
    assert (bare.inputs, bare.task) == (nice.inputs, nice.task)
    assert bare.task != full.task
    assert bare.inputs != full.inputs


def test_no_label_counts_where_one_stage_alone_was_ordered(tmp_path: Path) -> None:
    one = yard(tmp_path, files(policy=STAGED))
    pull = one.opens()
    run = Act("a", one.key(pull), pull.head.sha, Run(None, "fast"), 5, "grace", 1.0)
    one.store.act([run])
    bare, full = scene(one, pull), scene(one, pull, ("full",))
    assert (bare.inputs, bare.task) == (full.inputs, full.task)


def test_a_closed_one_is_not_merged_to_try(tmp_path: Path) -> None:
    one = yard(tmp_path)
    pull = one.opens()
    one.edits(pull, open=False)
    found = scene(one, pull)
    assert found.pin is None
    assert found.labels == []
