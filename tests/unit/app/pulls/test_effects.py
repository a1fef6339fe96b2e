"""Pushes to bases, installations and repositories: what deliveries lead to."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from bot.adapters.commonmark import command_lines
from bot.app.mirroring import Gone, MirrorError, TooLarge, Unreachable
from bot.app.pulls import remembered
from bot.app.pulls.commands.answering import seen
from bot.app.pulls.commands.pressing import Presser
from bot.app.pulls.effects import MOST_HINTS, AppEffects, Doings
from bot.app.pulls.forgetting import RESTS_S
from bot.app.pulls.ports import Remark
from bot.domain.commands import Source
from bot.domain.conclusions import Conflict
from bot.domain.github import (
    Conclusion,
    Failure,
    Forbidden,
    GitHubError,
    NotFound,
    Odd,
    Pull,
    RateLimited,
    Refused,
    Transient,
    Unauthorised,
)
from bot.domain.github import Place as GitHubPlace
from bot.domain.hooks import (
    BasePushed,
    ButtonPressed,
    GroupAsked,
    GroupGone,
    InstallationChanged,
    InstallationWhy,
    Place,
    RepositoryChanged,
    RepositoryWhy,
    RunAsked,
)
from bot.domain.policy import POLICY_PATH
from bot.domain.pulls.acts import group_key
from bot.domain.pulls.ordering import Terms
from bot.presentation.github.known import Known
from tests.fakes.yard import DAY_S, Yard, files, yard


class OpenDesk:
    """A desk that knows no rules."""

    def terms(self, place: object, pull: object) -> Terms:
        return Terms()

    def known(self, pull: object) -> Known:
        return Known()


@pytest.fixture
def gate(tmp_path: Path) -> Yard:
    return yard(tmp_path)


def effects(gate: Yard) -> AppEffects:
    app = gate.github.profile.id
    presser = Presser(gate.github, gate.store, gate.clock, OpenDesk(), app)
    doings = Doings(
        gate.reach,
        gate.bases,
        gate.groups,
        presser,
        lambda remark: seen(remark, tuple(command_lines(remark.body))),
        gate.soon.append,
    )
    return AppEffects(doings)


def here(gate: Yard, installation: int | None = -1) -> Place:
    through = gate.place.installation if installation == -1 else installation
    return Place(gate.place.repository, "ann/digits", through)


def pushed(gate: Yard, branch: str = "main", before: str | None = None) -> None:
    after = gate.mirrors.tip(gate.place, branch) or "0" * 40
    effects(gate).pushed([BasePushed(here(gate), branch, before, after)])


def judged(gate: Yard, branch: str = "idea", train: str = "print(2)\n") -> Pull:
    pull = gate.opens(branch, train)
    gate.judges(pull)
    return pull


def moved(gate: Yard, content: dict[str, str]) -> list[int]:
    """Whom a push to `main` wakes, once everything rests."""
    before = gate.tip()
    gate.commits(content)
    pushed(gate, before=before)
    return gate.due()


# Pushes -----------------------------------------------------------------------------


def test_a_merge_costs_the_same_however_many_pull_requests_are_open(
    gate: Yard,
) -> None:
    for number in range(4):
        judged(gate, f"idea-{number}", f"print({number + 5})\n")
    gate.asked()
    assert moved(gate, {"model.py": "width = 2\n"}) == []
    assert gate.asked() == ["git_token"]


def test_a_verdict_is_looked_at_again_once_it_is_too_old_for_a_base_that_moved(
    gate: Yard,
) -> None:
    pull = judged(gate)
    assert moved(gate, {"model.py": "width = 2\n"}) == []
    stale = gate.standing(pull).stale_at
    assert stale is not None
    gate.clock.now = stale - 1.0
    assert gate.due() == []
    gate.clock.now = stale
    assert gate.due() == [pull.number]


def test_a_base_that_never_moves_makes_no_verdict_old(gate: Yard) -> None:
    judged(gate)
    gate.clock.now += 365 * DAY_S
    assert gate.due() == []


def test_what_training_cannot_see_concerns_nobody(gate: Yard) -> None:
    pull = judged(gate)
    assert moved(gate, {"README.md": "More.\n"}) == []
    stale = gate.standing(pull).stale_at
    assert stale is not None
    gate.clock.now = stale
    assert gate.due() == []


def test_where_the_policy_says_so_everything_is_judged_again(tmp_path: Path) -> None:
    again = files()[POLICY_PATH] + "base_moved: rejudge\n"
    gate = yard(tmp_path, files(policy=again))
    pull = judged(gate)
    assert moved(gate, {"README.md": "More.\n"}) == []
    assert moved(gate, {"model.py": "width = 2\n"}) == [pull.number]


def test_another_policy_or_definition_of_a_metric_concerns_everybody(
    tmp_path: Path,
) -> None:
    watched = files()[POLICY_PATH] + "evaluation: {paths: [score.py]}\n"
    gate = yard(tmp_path, {**files(policy=watched), "score.py": "1\n"})
    pull = judged(gate)
    assert moved(gate, {"score.py": "2\n"}) == [pull.number]
    gate.works()
    for due in gate.store.due(gate.clock(), 9):
        gate.store.rest(due, None)
    wider = watched.replace("0.05", "0.5")
    assert moved(gate, {POLICY_PATH: wider}) == [pull.number]
    assert gate.soon == [gate.place.installation]


def test_a_definition_that_is_not_there_any_more_is_another_one(
    tmp_path: Path,
) -> None:
    watched = files()[POLICY_PATH] + "evaluation: {paths: [score.py]}\n"
    gate = yard(tmp_path, {**files(policy=watched), "score.py": "1\n"})
    pull = judged(gate)
    before = gate.tip()
    gate.mirrors.pushes(gate.place, "main", {"score.py": None})
    pushed(gate, before=before)
    assert gate.due() == [pull.number]


def test_a_conflict_may_be_over_once_the_base_moved(gate: Yard) -> None:
    pull = gate.opens()
    gate.commits({"train.py": "print('other')\n"})
    gate.works(pull)
    assert gate.run(pull.head.sha).conclusion is Conclusion.ACTION_REQUIRED
    assert moved(gate, {"README.md": "More.\n"}) == [pull.number]


def test_what_has_not_ended_is_looked_at(gate: Yard) -> None:
    pull = gate.opens()
    gate.works(pull)
    assert moved(gate, {"README.md": "More.\n"}) == [pull.number]


def test_branches_that_nobody_builds_on_cost_nothing(gate: Yard) -> None:
    judged(gate)
    pushed(gate)
    gate.asked()
    gate.mirrors.pushes(gate.place, "another", {"train.py": "print(7)\n"})
    pushed(gate, "another")
    assert gate.asked() == []
    assert gate.warmed == []


def test_the_new_base_is_run_before_anybody_needs_it(gate: Yard) -> None:
    judged(gate)
    moved(gate, {"model.py": "width = 2\n"})
    assert gate.warmed == [(gate.place, "main", gate.tip())]


def test_a_base_that_is_not_gated_is_not_run(gate: Yard) -> None:
    gate.mirrors.moves(gate.place, "release", gate.tip())
    pull = judged(gate)
    gate.store.say(replace(gate.standing(pull), base_ref="release"), [])
    pushed(gate, "release")
    gate.commits({"model.py": "width = 2\n"}, "release")
    pushed(gate, "release")
    assert gate.warmed == []


def test_a_gated_base_beside_the_default_branch_is_run_too(tmp_path: Path) -> None:
    both = files()[POLICY_PATH] + "branches: [main, release]\n"
    gate = yard(tmp_path, files(policy=both))
    gate.mirrors.moves(gate.place, "release", gate.tip())
    pull = judged(gate)
    gate.store.say(replace(gate.standing(pull), base_ref="release"), [])
    pushed(gate, "release")
    gate.commits({"model.py": "width = 2\n"}, "release")
    pushed(gate, "release")
    assert gate.warmed == [(gate.place, "release", gate.tip("release"))]


def test_the_first_policy_has_the_repository_swept(tmp_path: Path) -> None:
    gate = yard(tmp_path, files(policy=None))
    gate.opens()
    pushed(gate)
    before = gate.tip()
    gate.commits({POLICY_PATH: files()[POLICY_PATH]})
    pushed(gate, before=before)
    assert gate.soon == [gate.place.installation]


def test_a_policy_that_was_broken_or_taken_away_is_another_one(gate: Yard) -> None:
    pull = judged(gate)
    assert moved(gate, {POLICY_PATH: "modes: ["}) == [pull.number]
    before = gate.tip()
    gate.mirrors.pushes(gate.place, "main", {POLICY_PATH: None})
    pushed(gate, before=before)
    assert len(gate.soon) == 2
    gate.commits({POLICY_PATH: "modes: ["})
    pushed(gate, before=before)
    assert len(gate.soon) == 3


def test_a_base_that_was_rewritten_past_knowing_has_everybody_looked_at(
    gate: Yard,
) -> None:
    pull = judged(gate)
    gate.store.say(replace(gate.standing(pull), base_now="d" * 40), [])
    pushed(gate)
    assert gate.due() == [pull.number]


def test_a_base_that_was_deleted_changes_nothing(gate: Yard) -> None:
    pull = judged(gate)
    gate.store.say(replace(gate.standing(pull), base_ref="release"), [])
    pushed(gate, "release")
    assert gate.due() == []


def test_what_the_mirror_cannot_tell_now_is_found_by_the_next_sweep(
    gate: Yard,
) -> None:
    pull = judged(gate)
    pushed(gate)
    wider = files()[POLICY_PATH].replace("0.05", "0.5")
    gate.mirrors.fails(gate.place, Unreachable("away"))
    assert moved(gate, {POLICY_PATH: wider}) == []
    gate.mirrors.fails(gate.place, None)
    gate.reconciler.sweep()
    assert gate.due() == [pull.number]


def test_pushes_to_what_git_cannot_bring_here_have_it_tried_now_and_then(
    gate: Yard,
) -> None:
    gate.mirrors.fails(gate.place, TooLarge("It is larger than 10 GiB."))
    for _ in range(9):
        pushed(gate)
        gate.clock.now += 60.0
    assert len(gate.mirrors.asked) == 1
    gate.clock.now += 60.0
    pushed(gate)
    assert len(gate.mirrors.asked) == 2


def test_a_name_that_is_not_good_any_more_is_asked_for_again(gate: Yard) -> None:
    judged(gate)
    gate.mirrors.fails(gate.place, Gone("no such repository"))
    gate.asked()
    pushed(gate)
    gate.mirrors.fails(gate.place, None)
    pushed(gate)
    assert gate.asked().count("repository") == 1


# Installations ----------------------------------------------------------------------


def installed(gate: Yard, why: InstallationWhy, **facts: object) -> None:
    hook = InstallationChanged(
        gate.place.installation,
        why,
        **facts,  # type: ignore[arg-type]
    )
    effects(gate).installed(hook)


def suspends(gate: Yard, *, suspended: bool = True) -> None:
    through = gate.place.installation
    old = gate.github.places[through]
    gate.github.places[through] = replace(old, suspended=suspended)


def uninstalls(gate: Yard) -> None:
    del gate.github.towns[gate.place]
    del gate.github.places[gate.place.installation]


def unchooses(gate: Yard) -> None:
    del gate.github.towns[gate.place]


def archives(gate: Yard) -> None:
    gate.repository(archived=True)


def told(gate: Yard, what: str) -> None:
    """A hint that the App was locked out in one of the ways in which it can be."""
    match what:
        case "deleted" | "suspend":
            installed(gate, InstallationWhy(what))
        case "removed":
            installed(gate, InstallationWhy(what), removed=(here(gate),))
        case _:
            changed(gate, RepositoryWhy(what.removeprefix("repository ")))


DEEDS = {
    "deleted": uninstalls,
    "suspend": suspends,
    "removed": unchooses,
    "archived": archives,
    "repository deleted": unchooses,
}
"""What an owner can do, by what a hint calls it."""
ASKED = {
    "deleted": "installation",
    "suspend": "installation",
    "removed": "repositories",
    "archived": "repository",
    "repository deleted": "repositories",
}
"""What GitHub is asked before a hint of that is believed."""
MIRROR_KEPT = ("suspend", "archived")


def trains(gate: Yard) -> Pull:
    """A pull request that a sweep has seen, and whose trials run."""
    pull = gate.opens()
    gate.reconciler.sweep()
    gate.works()
    gate.asked()
    return pull


def mirrored(gate: Yard) -> bool:
    return gate.mirrors.known(gate.place) is not None


@pytest.mark.parametrize("what", DEEDS)
def test_whoever_is_locked_out_stops_everything_once_github_says_so_too(
    gate: Yard, what: str
) -> None:
    pull = trains(gate)
    DEEDS[what](gate)
    told(gate, what)
    assert gate.asked() == [ASKED[what]]
    gate.clock.now += DAY_S
    gate.works()
    assert gate.asked() == []
    assert gate.evaluations.stopped == [gate.key(pull)]
    assert not gate.standing(pull).open
    assert gate.soon == []


@pytest.mark.parametrize("what", DEEDS)
def test_a_hint_of_what_was_undone_by_now_has_it_looked_at_and_stops_nothing(
    gate: Yard, what: str
) -> None:
    pull = trains(gate)
    told(gate, what)
    assert gate.asked() == [ASKED[what]]
    assert gate.soon == [gate.place.installation]
    assert gate.evaluations.stopped == []
    assert gate.standing(pull).open
    gate.clock.now += RESTS_S
    gate.reconciler.sweep()
    assert mirrored(gate)


@pytest.mark.parametrize("what", DEEDS)
@pytest.mark.parametrize(
    "failure", [Transient("away"), RateLimited(2e9), Odd("a page"), Unauthorised("no")]
)
def test_where_github_does_not_tell_a_hint_waits_and_stops_nothing(
    gate: Yard, what: str, failure: Failure
) -> None:
    pull = trains(gate)
    DEEDS[what](gate)
    gate.github.fails(ASKED[what], failure)
    with pytest.raises(GitHubError):
        told(gate, what)
    assert gate.evaluations.stopped == []
    assert gate.standing(pull).open
    told(gate, what)
    assert gate.evaluations.stopped == [gate.key(pull)]


@pytest.mark.parametrize("how", ["suspend", "deleted"])
@pytest.mark.parametrize("what", ["removed", "archived", "repository deleted"])
def test_what_cannot_be_asked_for_is_gone_where_the_installation_is(
    gate: Yard, what: str, how: str
) -> None:
    """GitHub forbids, or does not know, what is asked with the token of one."""
    pull = trains(gate)
    DEEDS[how](gate)
    for method in {ASKED[what], "repositories"}:
        gate.github.fails(method, Forbidden((), "This installation is suspended"))
    told(gate, what)
    assert gate.evaluations.stopped == gate.dropped == [gate.key(pull)]


@pytest.mark.parametrize("failure", [NotFound("no"), Forbidden((), "no")])
def test_where_only_the_list_is_refused_a_hint_waits(
    gate: Yard, failure: Failure
) -> None:
    pull = trains(gate)
    unchooses(gate)
    gate.github.fails("repositories", failure)
    with pytest.raises(GitHubError):
        told(gate, "removed")
    assert gate.asked() == ["repositories", "installation"]
    assert gate.standing(pull).open


@pytest.mark.parametrize("failure", [NotFound("no"), Refused("not accessible")])
def test_one_that_is_archived_and_taken_away_is_left(
    gate: Yard, failure: Failure
) -> None:
    pull = trains(gate)
    unchooses(gate)
    gate.github.fails("repository", failure)
    told(gate, "archived")
    assert gate.asked() == ["repository", "repositories"]
    assert not gate.standing(pull).open


@pytest.mark.parametrize("what", DEEDS)
def test_the_mirror_of_what_is_gone_goes_when_nobody_can_be_reading_it(
    gate: Yard, what: str
) -> None:
    trains(gate)
    DEEDS[what](gate)
    told(gate, what)
    gate.reconciler.sweep()
    gate.clock.now += RESTS_S - 1.0
    gate.reconciler.sweep()
    assert mirrored(gate)
    gate.clock.now += 1.0
    gate.reconciler.sweep()
    assert mirrored(gate) == (what in MIRROR_KEPT)
    assert remembered.left(gate.store) == {}


def test_a_mirror_that_is_held_stays_until_a_later_sweep(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    trains(gate)
    unchooses(gate)
    told(gate, "removed")
    gate.clock.now += RESTS_S

    def held(_place: object) -> None:
        raise MirrorError(Unreachable("It is still being fetched."))

    with monkeypatch.context() as busy:
        busy.setattr(gate.mirrors, "forget", held)
        assert gate.reconciler.sweep().troubled == 1
    assert mirrored(gate)
    assert gate.reconciler.sweep().troubled == 0
    assert not mirrored(gate)


def test_what_is_given_back_in_time_keeps_its_mirror(gate: Yard) -> None:
    trains(gate)
    town = gate.github.towns.pop(gate.place)
    told(gate, "removed")
    gate.github.towns[gate.place] = town
    gate.reconciler.sweep()
    assert remembered.left(gate.store) == {}
    gate.clock.now += RESTS_S
    gate.reconciler.sweep()
    assert mirrored(gate)


def test_what_is_taken_away_while_a_sweep_goes_on_is_not_spared_by_it(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    """GitHub had listed it before."""
    trains(gate)
    open_pulls = gate.github.open_pulls

    def meanwhile(place: GitHubPlace) -> Sequence[Pull]:
        found = open_pulls(place)
        gate.clock.now += 1.0
        unchooses(gate)
        told(gate, "removed")
        return found

    with monkeypatch.context() as then:
        then.setattr(gate.github, "open_pulls", meanwhile)
        gate.reconciler.sweep()
    gate.clock.now += RESTS_S
    gate.reconciler.sweep()
    assert not mirrored(gate)


def test_where_github_does_not_tell_what_is_reached_no_mirror_goes(
    gate: Yard,
) -> None:
    trains(gate)
    town = gate.github.towns.pop(gate.place)
    told(gate, "removed")
    gate.github.towns[gate.place] = town
    gate.clock.now += RESTS_S
    gate.github.fails("repositories", Transient("away"))
    gate.reconciler.sweep()
    assert mirrored(gate)


def test_no_webhook_waits_for_a_mirror_that_is_being_fetched(
    gate: Yard, monkeypatch: pytest.MonkeyPatch
) -> None:
    trains(gate)

    def waits(_place: object) -> None:
        pytest.fail("a webhook waits for whoever holds the mirror")

    monkeypatch.setattr(gate.mirrors, "forget", waits)
    unchooses(gate)
    told(gate, "removed")
    told(gate, "repository deleted")
    del gate.github.places[gate.place.installation]
    told(gate, "deleted")


def test_an_app_that_was_let_in_again_goes_on(gate: Yard) -> None:
    pull = trains(gate)
    suspends(gate)
    told(gate, "suspend")
    suspends(gate, suspended=False)
    installed(gate, InstallationWhy.UNSUSPENDED)
    assert gate.soon == [gate.place.installation]
    gate.reconciler.sweep_installation(gate.place.installation)
    gate.works()
    assert gate.evaluations.running(gate.key(pull)) is not None
    assert gate.run(pull.head.sha).conclusion is None


def test_a_repository_that_was_taken_away_is_left_and_its_neighbour_is_not(
    gate: Yard,
) -> None:
    pull = trains(gate)
    elsewhere = Place(4711, "ann/letters", gate.place.installation)
    installed(gate, InstallationWhy.REPOSITORIES_REMOVED, removed=(elsewhere,))
    assert gate.standing(pull).open
    assert gate.soon == []
    unchooses(gate)
    both = (elsewhere, here(gate))
    installed(gate, InstallationWhy.REPOSITORIES_REMOVED, removed=both)
    assert not gate.standing(pull).open


def test_a_removal_that_comes_late_takes_no_mirror_from_whoever_has_it_now(
    gate: Yard,
) -> None:
    judged(gate)
    gate.reconciler.sweep()
    old, town = gate.place, gate.github.towns.pop(gate.place)
    anew = GitHubPlace(old.installation + 1, old.repository)
    mine = gate.github.places[old.installation]
    gate.github.places[anew.installation] = replace(mine, id=anew.installation)
    gate.github.towns[anew] = town
    installed(gate, InstallationWhy.REPOSITORIES_REMOVED, removed=(here(gate),))
    gate.clock.now += RESTS_S
    gate.reconciler.sweep()
    assert mirrored(gate)
    assert remembered.left(gate.store) == {}


@pytest.mark.parametrize(
    "why", [InstallationWhy.CREATED, InstallationWhy.REPOSITORIES_ADDED]
)
def test_a_new_repository_is_swept_and_told_once_where_it_has_no_policy(
    tmp_path: Path, why: InstallationWhy
) -> None:
    gate = yard(tmp_path, files(policy=None))
    for _ in range(2):
        installed(gate, why, added=(here(gate),))
        gate.reconciler.sweep_installation(gate.soon[-1])
        gate.sends()
    titles = [one.title for one in gate.github.towns[gate.place].issues]
    assert titles == ["Seedgate is installed"]


def test_hundreds_of_repositories_are_not_told_all_at_once(gate: Yard) -> None:
    many = tuple(Place(number, "ann/x", 1) for number in range(1, 300))
    installed(gate, InstallationWhy.CREATED, added=many)
    told = [n for n in range(1, 300) if remembered.hint_wanted(gate.store, n)]
    assert len(told) == MOST_HINTS


def test_new_permissions_have_everything_looked_at(gate: Yard) -> None:
    installed(gate, InstallationWhy.PERMITTED)
    assert gate.soon == [gate.place.installation]


# Repositories -----------------------------------------------------------------------


def changed(gate: Yard, why: RepositoryWhy, default: str | None = "main") -> None:
    effects(gate).changed(RepositoryChanged(here(gate), why, default))


@pytest.mark.parametrize(
    "why",
    [RepositoryWhy.RENAMED, RepositoryWhy.PRIVATIZED, RepositoryWhy.PUBLICIZED],
)
def test_what_was_known_of_a_repository_is_asked_for_again(
    gate: Yard, why: RepositoryWhy
) -> None:
    pull = judged(gate)
    gate.asked()
    changed(gate, why)
    assert gate.asked() == []
    gate.looks(pull)
    assert "repository" in gate.asked()
    assert gate.soon == []


def test_a_repository_with_another_name_is_the_same_one(gate: Yard) -> None:
    pull = judged(gate)
    gate.repository(full_name="ann/numbers")
    gate.mirrors.renames(gate.place, "ann/numbers")
    changed(gate, RepositoryWhy.RENAMED)
    head = gate.pushes(pull, "print(3)\n")
    gate.works(pull)
    assert gate.run(head).conclusion is None


@pytest.mark.parametrize("why", [RepositoryWhy.UNARCHIVED, RepositoryWhy.TRANSFERRED])
def test_a_repository_that_is_ours_again_is_swept(
    gate: Yard, why: RepositoryWhy
) -> None:
    changed(gate, why)
    assert gate.soon == [gate.place.installation]


def test_another_default_branch_has_everything_looked_at(gate: Yard) -> None:
    pull = judged(gate)
    gate.reconciler.sweep()
    changed(gate, RepositoryWhy.EDITED, "main")
    assert gate.soon == []
    gate.mirrors.moves(gate.place, "trunk", gate.tip())
    gate.repository(default_branch="trunk")
    changed(gate, RepositoryWhy.EDITED, "trunk")
    assert gate.soon == [gate.place.installation]
    gate.reconciler.sweep_installation(gate.place.installation)
    assert gate.due() == [pull.number]


# All else ---------------------------------------------------------------------------


def test_a_click_is_kept_as_an_order_and_looked_at(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull, Conflict(("train.py",)))
    run = gate.run(pull.head.sha)
    hook = RunAsked(
        here(gate),
        pull.head.sha,
        1,
        run.id,
        run.external_id,
        gate.github.profile.id,
        gate.author,
    )
    effects(gate).pressed(hook, gate.clock())
    effects(gate).pressed(hook, gate.clock())
    assert len(gate.store.acts(gate.key(pull))) == 1
    assert gate.due() == [pull.number]


def test_a_click_by_somebody_who_may_not_is_answered_once(gate: Yard) -> None:
    pull = gate.opens()
    gate.judges(pull, Conflict(("train.py",)))
    eve = gate.github.joins("eve")
    run = gate.run(pull.head.sha)
    facts = (run.id, run.external_id, gate.github.profile.id, "run", eve)
    hook = ButtonPressed(here(gate), pull.head.sha, *facts)
    effects(gate).pressed(hook, gate.clock())
    effects(gate).pressed(hook, gate.clock())
    assert gate.store.acts(gate.key(pull)) == []
    assert [key for key in gate.store.outbox if key.startswith("reply:")] != []
    assert gate.due() == []


def test_a_queue_is_heard_when_it_asks_and_when_it_takes_back(gate: Yard) -> None:
    head = "e" * 40
    key = group_key(gate.place.repository, head)
    effects(gate).asked(GroupAsked(here(gate), head, "ref", gate.tip(), "main"))
    assert gate.due() == [key.number]
    effects(gate).gone(GroupGone(here(gate), head, "dequeued"))
    standing = gate.store.standing(key)
    assert standing is not None
    assert not standing.open


def test_a_remark_that_holds_a_command_is_seen_at_once(gate: Yard) -> None:
    key = gate.key(judged(gate))
    who = (gate.author.id, "ann", "User", gate.clock())
    through = gate.place.installation
    remark = Remark("comment:7", key, through, Source.COMMENT, 7, "/gate run", *who)
    assert len(effects(gate).remarked(remark)) == 1


def test_what_came_through_no_installation_leads_to_nothing(gate: Yard) -> None:
    nobody, head = here(gate, None), "e" * 40
    done = effects(gate)
    done.pushed([BasePushed(nobody, "main", None, head)])
    done.changed(RepositoryChanged(nobody, RepositoryWhy.DELETED))
    done.pressed(RunAsked(nobody, head, 1, 2, "x", 4711, gate.author), gate.clock())
    assert gate.asked() == []
