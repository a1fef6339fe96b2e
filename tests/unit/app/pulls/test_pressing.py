"""Buttons and re-runs of the check run: who pressed, about which commit, and once."""

from dataclasses import replace

import pytest

from bot.app.pulls.commands.pressing import Pressed, Presser, Unheard, command_of
from bot.domain import hooks
from bot.domain.commands import Ablate, Cancel, Command, More, Rules, Run
from bot.domain.github import (
    Account,
    Failure,
    Forbidden,
    GitHubError,
    NotFound,
    Odd,
    Place,
    Pull,
    Transient,
)
from bot.domain.hooks import ButtonPressed, RunAsked
from bot.domain.pulls.acts import Act, PullKey, group_key, orders_of
from bot.domain.pulls.ordering import Terms
from bot.domain.pulls.posts import ReplyPost, key_of
from bot.domain.pulls.standing import Standing
from bot.presentation.github import actions
from tests.fakes import knowns, situations
from tests.fakes.desk import ScriptedDesk
from tests.fakes.github import GitHubInMemory
from tests.fakes.pulls import MemoryPulls

NOW, HEAD, LATER = knowns.NOW, situations.HEAD, "1b" * 20
OURS = 4711


class Bench:
    """A blocked pull request at HEAD; `grace` may write, `eve` may read."""

    def __init__(self) -> None:
        self.github = GitHubInMemory(lambda: NOW, OURS)
        self.place = self.github.founds("lab/digits")
        self.grace, self.eve = map(self.github.joins, ("grace", "eve"))
        roles = self.github.towns[self.place].roles
        roles.update({self.grace.id: "write", self.eve.id: "read"})
        self.store = MemoryPulls(lambda: NOW)
        self.desk = ScriptedDesk()
        self.pull = self.opened()

    def opened(self, **given: object) -> PullKey:
        """One more pull request with that head, and what is said of it."""
        number = self.github.opens(self.place, "idea", HEAD, self.eve).number
        pull = PullKey(self.place.repository, number)
        self.stands(pull, **given)
        return pull

    def stands(self, pull: PullKey, **given: object) -> None:
        facts = {"pull": pull, "installation": self.place.installation, **given}
        self.store.say(knowns.standing_of(situations.undecided(), **facts), [])

    def now(self) -> Standing:
        stands = self.store.standing(self.pull)
        assert stands is not None
        return stands

    def button(self, identifier: str = "run", **given: object) -> ButtonPressed:
        facts: dict[str, object] = {
            "place": self.where(),
            "head": HEAD,
            "run_id": 91,
            "external_id": "x",
            "app_id": OURS,
            "identifier": identifier,
            "sender": self.grace,
            **given,
        }
        return ButtonPressed(**facts)  # type: ignore[arg-type]

    def rerun(self, run_id: int | None = 91) -> RunAsked:
        return RunAsked(self.where(), HEAD, 5, run_id, "x", OURS, self.grace)

    def where(self) -> hooks.Place:
        return hooks.Place(self.place.repository, "lab/old-name", 77)

    def press(self, hook: ButtonPressed | RunAsked, at: float = NOW) -> Pressed:
        """Pressed, and what comes of it kept; we were told of it at `at`."""
        presser = Presser(self.github, self.store, lambda: NOW, self.desk, OURS)
        came = presser.press(hook, at)
        self.store.act(came.acts)
        self.store.put(came.posts)
        return came

    def taken_up(self, inputs: str, *, ended: bool) -> None:
        """The pull request was looked at again."""
        said = situations.undecided() if ended else situations.running()
        whole = {"pull": self.pull, "installation": self.place.installation}
        self.store.say(knowns.standing_of(said, inputs=inputs, **whole), [])


@pytest.fixture
def bench() -> Bench:
    return Bench()


@pytest.mark.parametrize(
    ("identifier", "command"), [("run", Run()), ("more", More(5)), ("ablate", Ablate())]
)
def test_a_button_orders_what_its_command_orders(
    bench: Bench, identifier: str, command: Command
) -> None:
    (act,) = bench.press(bench.button(identifier)).acts
    assert (act.pull, act.sha, act.command) == (bench.pull, HEAD, command)
    assert (act.by, act.login, act.at) == (bench.grace.id, "grace", NOW)


def test_every_button_that_is_shown_has_its_order(bench: Bench) -> None:
    for one in actions(situations.undecided()):
        assert command_of(bench.button(one.identifier)) is not None


def test_a_rerun_of_the_run_and_of_the_suite_are_runs(bench: Bench) -> None:
    assert command_of(bench.rerun()) == command_of(bench.rerun(None)) == Run()


def test_a_double_click_is_one_order(bench: Bench) -> None:
    first = bench.press(bench.button("more"))
    second = bench.press(bench.button("more"))
    assert first.acts == second.acts
    assert orders_of(bench.store.acts(bench.pull), HEAD).more == 5


def test_a_rerun_of_run_and_suite_at_once_is_one_order(bench: Bench) -> None:
    bench.press(bench.rerun())
    bench.press(bench.rerun(None))
    bench.press(bench.button("run"))
    assert orders_of(bench.store.acts(bench.pull), HEAD).attempt == 1


def test_a_click_after_the_new_end_is_another_order(bench: Bench) -> None:
    bench.press(bench.button("more"))
    bench.taken_up("d2", ended=False)
    assert bench.press(bench.button("more")).why is Unheard.UNDER_WAY
    bench.taken_up("d2", ended=True)
    bench.press(bench.button("more"))
    assert orders_of(bench.store.acts(bench.pull), HEAD).more == 10


def test_two_people_are_two_orders(bench: Bench) -> None:
    bench.github.towns[bench.place].roles[bench.eve.id] = "admin"
    bench.press(bench.button("more"))
    bench.press(bench.button("more", sender=bench.eve))
    assert orders_of(bench.store.acts(bench.pull), HEAD).more == 10


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ({"identifier": "merge"}, Unheard.NO_BUTTON),
        ({"identifier": "ok"}, Unheard.NO_BUTTON),
        ({"app_id": 1}, Unheard.NOT_OURS),
        ({"app_id": None}, Unheard.NOT_OURS),
        ({"sender": None}, Unheard.NO_PERSON),
        ({"sender": Account(5, "ci[bot]", "Bot")}, Unheard.NO_PERSON),
        ({"sender": Account(5, "who")}, Unheard.NO_PERSON),
        ({"head": LATER}, Unheard.NO_PULL),
    ],
)
def test_what_is_not_for_us_is_passed_over_in_silence(
    bench: Bench, given: dict[str, object], why: Unheard
) -> None:
    came = bench.press(bench.button(**given))  # type: ignore[arg-type]
    assert came == Pressed(why=why)
    assert bench.github.calls == []


def test_a_head_that_moved_is_not_run_again(bench: Bench) -> None:
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    assert bench.press(bench.button()) == Pressed(why=Unheard.NO_PULL)


@pytest.mark.parametrize("failure", [NotFound("x"), Odd("x"), Transient("x")])
def test_a_press_is_not_lost_by_an_answer_that_passes(
    bench: Bench, failure: Failure
) -> None:
    """It is open by all that is known here, and no sweep finds a press."""
    bench.github.fails("pull", failure)
    with pytest.raises(GitHubError):
        bench.press(bench.button())
    assert len(bench.press(bench.button()).acts) == 1


def test_a_pull_request_that_is_closed_or_not_ours_to_see_is_not_run_again(
    bench: Bench,
) -> None:
    bench.github.fails("pull", Forbidden((), "x"))
    assert bench.press(bench.button()) == Pressed(why=Unheard.NO_PULL)
    bench.github.closes(bench.place, bench.pull.number)
    assert bench.press(bench.button()) == Pressed(why=Unheard.NO_PULL)
    bench.stands(bench.pull, open=False)
    bench.github.calls.clear()
    assert bench.press(bench.button()) == Pressed(why=Unheard.NO_PULL)
    assert bench.github.calls == []


def test_a_merge_group_is_no_pull_request_and_github_is_not_asked_for_it(
    bench: Bench,
) -> None:
    bench.stands(bench.pull, open=False)
    bench.stands(group_key(bench.place.repository, HEAD))
    assert bench.press(bench.rerun(None)) == Pressed(why=Unheard.NO_PULL)
    assert bench.github.calls == []


def test_a_head_of_which_nothing_is_said_has_no_buttons(bench: Bench) -> None:
    bench.stands(bench.pull, voice=None)
    assert bench.press(bench.button()) == Pressed(why=Unheard.NO_PULL)


def test_somebody_without_permission_is_told_once(bench: Bench) -> None:
    for identifier in ("run", "more", "ablate", "run"):
        came = bench.press(bench.button(identifier, sender=bench.eve))
        assert (came.acts, came.why) == ((), Unheard.NOT_ALLOWED)
    (row,) = bench.store.outbox.values()
    assert isinstance(row.post, ReplyPost)
    assert row.post.number == bench.pull.number
    assert "`eve` has read access" in row.post.body
    assert row.post.marker in row.post.body
    assert row.attempts == 0
    assert bench.store.acts(bench.pull) == []


def test_each_person_and_each_head_is_told_by_itself(bench: Bench) -> None:
    bench.press(bench.button(sender=bench.eve))
    (mallory,) = bench.press(bench.button(sender=bench.github.joins("mallory"))).posts
    assert key_of(mallory) in bench.store.outbox
    assert len(bench.store.outbox) == 2


def test_a_role_that_cannot_be_read_orders_nothing(bench: Bench) -> None:
    bench.github.fails("permission", NotFound("x"))
    came = bench.press(bench.button())
    assert (came.acts, came.why) == ((), Unheard.NOT_ALLOWED)
    assert "did not say what access" in came.posts[0].body  # type: ignore[union-attr]


@pytest.mark.parametrize("failure", [Odd("x"), Transient("x")])
def test_what_passes_by_itself_is_left_to_try_again(
    bench: Bench, failure: Failure
) -> None:
    bench.github.fails("permission", failure)
    with pytest.raises(GitHubError):
        bench.press(bench.button())
    assert len(bench.press(bench.button()).acts) == 1


def test_the_policy_may_ask_more_of_a_button_too(bench: Bench) -> None:
    bench.desk.agreed = Terms(Rules({"run": "admin"}))
    came = bench.press(bench.button())
    assert came.why is Unheard.NOT_ALLOWED
    assert bench.desk.asked == [f"terms {bench.pull} {HEAD}"]


def test_every_pull_request_with_that_head_is_ordered(bench: Bench) -> None:
    other = bench.opened()
    came = bench.press(bench.button())
    assert [one.pull for one in came.acts] == [bench.pull, other]
    assert bench.github.calls.count("permission") == 1


def test_where_one_allows_it_the_other_says_nothing(bench: Bench) -> None:
    other = bench.opened()

    class Torn(ScriptedDesk):
        def terms(self, place: Place, pull: Pull) -> Terms:
            mine = pull.number == other.number
            return Terms(Rules({"run": "admin"} if mine else {}))

    bench.desk = Torn()
    came = bench.press(bench.button())
    assert [one.pull for one in came.acts] == [bench.pull]
    assert (came.posts, came.why) == ((), None)


def test_a_renamed_repository_and_another_installation_do_not_matter(
    bench: Bench,
) -> None:
    place = replace(bench.where(), full_name="else/where", installation_id=None)
    assert len(bench.press(bench.button(place=place)).acts) == 1


def test_a_press_that_is_worked_off_late_counts_from_when_we_were_told(
    bench: Bench,
) -> None:
    stop = Act("comment:9:1", bench.pull, HEAD, Cancel(), 5, "max", NOW, NOW - 3.0, 9)
    bench.store.act([stop])
    bench.press(bench.button("run"), NOW - 60.0)
    assert orders_of(bench.store.acts(bench.pull), HEAD).cancelled_by == "max"
    bench.taken_up("another", ended=True)
    bench.press(bench.button("run"))
    assert not orders_of(bench.store.acts(bench.pull), HEAD).cancelled_by
