"""Commands in comments and reviews: who may, which commit, what is said, and once."""

from collections.abc import Iterable
from contextlib import nullcontext
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.adapters.commonmark import command_lines
from bot.app.pulls.commands.answering import seen
from bot.app.pulls.commands.commanding import Commander
from bot.app.pulls.commands.hearing import Hearing
from bot.app.pulls.ports import Remark
from bot.domain.commands import (
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    More,
    Ok,
    Retry,
    Rules,
    Run,
    Scan,
    Source,
    Split,
    Target,
    Unaccept,
    UntilCommit,
    UntilDays,
)
from bot.domain.conclusions import NotNeeded
from bot.domain.errors import MachineryFault
from bot.domain.github import (
    Account,
    Forbidden,
    GitHubError,
    NotFound,
    Odd,
    Permission,
    Place,
    RateLimited,
    Reaction,
    Transient,
    Unauthorised,
)
from bot.domain.pulls.acts import Act, PullKey, orders_of
from bot.domain.pulls.ordering import Terms
from bot.domain.pulls.overrides import accepted_ids, standing
from bot.domain.pulls.posts import Post, ReactionPost, ReplyPost
from bot.presentation.github import marked
from bot.presentation.words.commands import NO_SANDBOX, help_text
from tests.fakes import knowns, reports, situations
from tests.fakes.desk import ScriptedDesk
from tests.fakes.github import GitHubInMemory
from tests.fakes.pulls import MemoryPulls
from tests.fakes.reports import HOSTILE
from tests.fakes.situations import situation
from tests.unit.presentation.github.test_limits import (
    FOREIGN,
    LINKED,
    assert_harmless,
    tokens,
)

NOW = knowns.NOW
OLD, HEAD = "0a9b8c7d6e5f40312233445566778899aabbccdd", situations.HEAD
LATER = "1b9b8c7d6e5f40312233445566778899aabbccdd"


class Bench:
    """A pull request of `ada`'s at HEAD; `grace` may write, `max` maintains."""

    def __init__(self) -> None:
        self.time = NOW
        self.github = GitHubInMemory(lambda: self.time)
        self.place = self.github.founds("lab/digits")
        self.ada, self.grace, self.max, self.eve = (
            self.github.joins(name) for name in ("ada", "grace", "max", "eve")
        )
        roles = self.github.towns[self.place].roles
        roles.update({self.grace.id: "write", self.max.id: "maintain"})
        roles.update({self.ada.id: "read", self.eve.id: "read"})
        number = self.github.opens(self.place, "idea", HEAD, self.ada).number
        self.pull = PullKey(self.place.repository, number)
        self.store = MemoryPulls(lambda: self.time)
        self.store.saw_head(self.pull, HEAD, NOW - 60)
        self.desk = ScriptedDesk()
        self.ids = iter(range(500, 900))
        self.hearing = Hearing(command_lines, lambda: self.time, nullcontext())

    def commander(self) -> Commander:
        return Commander(
            self.github, self.store, lambda: self.time, self.hearing, self.desk
        )

    def remark(self, body: str, by: Account | None = None, **given: object) -> Remark:
        who, id_ = by or self.grace, next(self.ids)
        facts: dict[str, object] = {
            "key": f"comment:{id_}",
            "pull": self.pull,
            "installation": self.place.installation,
            "source": Source.COMMENT,
            "id": id_,
            "body": body,
            "author": who.id,
            "login": who.login,
            "kind": who.kind,
            "created_at": NOW - 10,
            **given,
        }
        return Remark(**facts)  # type: ignore[arg-type]

    def says(self, body: str, by: Account | None = None, **given: object) -> Remark:
        """Comments; it is handled."""
        remark = self.remark(body, by, **given)
        assert self.store.note(remark)
        self.commander().handle(remark)
        assert remark not in self.store.remarks(100)
        return remark

    def reviews(self, body: str, by: Account | None = None) -> Remark:
        id_ = next(self.ids)
        given = {"key": f"review:{id_}", "id": id_, "source": Source.REVIEW}
        return self.says(body, by, **given)

    def acts(self) -> list[Act]:
        return list(self.store.acts(self.pull))

    def commands(self) -> list[Command]:
        return [one.command for one in self.acts()]

    def posts(self) -> list[Post]:
        return [row.post for row in self.store.outbox.values()]

    def reactions(self) -> list[Reaction]:
        return [one.reaction for one in self.posts() if isinstance(one, ReactionPost)]

    def replies(self) -> list[ReplyPost]:
        return [one for one in self.posts() if isinstance(one, ReplyPost)]

    def reply(self) -> str:
        """The one reply, without its mark."""
        (one,) = self.replies()
        assert marked(one.body) is not None
        assert one.marker in one.body
        return one.body.split("\n", 1)[1]

    def judged(self) -> None:
        """The head was blocked, and its report is kept."""
        self.desk.told = knowns.of(reports.blocking())


@pytest.fixture
def bench() -> Bench:
    return Bench()


FINDING = "regression-39db1800"
DIGEST = "39db18007d1f9690edbe9831e422922f2d089cf8e924165bf2c5866a345e36d9"
ORDERS: list[tuple[str, Command]] = [
    ("run", Run()),
    ("run stage=fast mode=gru", Run(None, "fast", ("gru",))),
    ("more", More(5)),
    ("more 10", More(10)),
    ("retry", Retry()),
    ("cancel", Cancel()),
    ("target mode=gru,mlp", Target(("gru", "mlp"))),
    ("ablate", Ablate()),
    ("ablate change=9e8d7c6", Ablate(("9e8d7c6",))),
    ("split without=9e8d7c6", Split(("9e8d7c6",))),
    ("scan lr=0.1,0.2", Scan("lr", ("0.1", "0.2"))),
    (f"ok {HEAD[:7]}", Ok(HEAD)),
    (f"run {HEAD[:9].upper()}", Run(HEAD)),
    ("baseline refresh", Baseline(refresh=True)),
]


@pytest.mark.parametrize(("typed", "command"), ORDERS)
def test_an_order_is_kept_for_the_head_with_who_gave_it(
    bench: Bench, typed: str, command: Command
) -> None:
    remark = bench.says(f"Thanks!\n\n/gate {typed}")
    act = Act(
        f"{remark.key}:3",
        bench.pull,
        HEAD,
        command,
        bench.grace.id,
        "grace",
        NOW,
        NOW - 10,
        remark.id,
    )
    assert bench.acts() == [act]
    assert bench.reactions() == [Reaction.DONE]
    assert bench.store.alarms[bench.pull].at == NOW


def test_an_ordinary_order_gets_a_thumb_and_no_words(bench: Bench) -> None:
    bench.says("/gate run\n/gate more 3")
    assert bench.posts() == [
        ReactionPost(bench.place, 500, Reaction.DONE),
    ]
    assert orders_of(bench.acts(), HEAD).more == 3


def test_a_comment_without_a_command_costs_nothing_and_says_nothing(
    bench: Bench,
) -> None:
    bench.says("Nice work.\n\n`/gate run`\n\n> /gate run")
    assert (bench.acts(), bench.posts(), bench.github.calls) == ([], [], [])
    assert bench.desk.asked == []
    assert bench.pull not in bench.store.alarms


@pytest.mark.parametrize(
    "given",
    [{"kind": "Bot"}, {"kind": None}, {"author": None, "kind": None}, {"author": None}],
)
def test_only_people_are_heard(bench: Bench, given: dict[str, object]) -> None:
    remark = bench.says("/gate run\n/gate why", **given)
    assert (bench.acts(), bench.posts(), bench.github.calls) == ([], [], [])
    assert seen(remark, command_lines(remark.body)) == ()


def test_eyes_are_for_comments_with_a_command_alone(bench: Bench) -> None:
    remark = bench.remark("/gate run")
    lines = command_lines(remark.body)
    eyes = ReactionPost(bench.place, remark.id, Reaction.SEEN)
    assert seen(remark, lines) == (eyes,)
    assert seen(remark, ()) == ()
    assert seen(replace(remark, source=Source.REVIEW), lines) == ()
    assert seen(replace(remark, edited=True), lines) == (eyes,)


def test_a_person_without_write_access_is_refused(bench: Bench) -> None:
    bench.says("/gate run", bench.eve)
    assert bench.acts() == []
    assert bench.reactions() == [Reaction.REFUSED]
    assert "you have read access" in bench.reply()


def test_the_author_may_stop_and_aim_without_being_asked_for_a_role(
    bench: Bench,
) -> None:
    bench.says("/gate cancel\n/gate target mode=gru", bench.ada)
    assert bench.commands() == [Cancel(), Target(("gru",))]
    assert bench.github.calls == ["pull"]


def test_somebody_else_may_not_stop_it(bench: Bench) -> None:
    bench.says("/gate cancel", bench.eve)
    assert bench.acts() == []
    assert "the author of the pull request" in bench.reply()


def test_who_may_is_asked_when_it_is_handled_and_once_a_comment(bench: Bench) -> None:
    remark = bench.remark("/gate run\n/gate more\n/gate ablate")
    bench.github.towns[bench.place].roles[bench.grace.id] = "none"
    bench.commander().handle(remark)
    assert bench.acts() == []
    assert bench.github.calls == ["pull", "permission"]


def test_the_policy_of_the_base_may_ask_for_more(bench: Bench) -> None:
    bench.desk.agreed = Terms(Rules({"run": "maintain"}))
    bench.says("/gate run")
    bench.says("/gate run", bench.max)
    assert [one.login for one in bench.acts()] == ["max"]


def test_while_the_policy_is_edited_only_maintainers_command(bench: Bench) -> None:
    bench.desk.agreed = Terms(Rules(policy_edited=True))
    bench.says("/gate run")
    assert "while this pull request edits the policy" in bench.reply()
    bench.says("/gate run", bench.max)
    assert [one.login for one in bench.acts()] == ["max"]


@pytest.mark.parametrize("failure", [NotFound("x"), Forbidden((), "x")])
def test_a_role_that_cannot_be_read_is_none(
    bench: Bench, failure: NotFound | Forbidden
) -> None:
    bench.github.fails("permission", failure)
    bench.says("/gate run")
    assert bench.acts() == []
    assert "did not say what access you have" in bench.reply()


def test_a_login_that_changed_hands_inherits_nothing(bench: Bench) -> None:
    bench.says("/gate run", replace(bench.eve, login="max"))
    assert bench.acts() == []
    assert "did not say what access you have" in bench.reply()


def test_an_answer_about_another_person_counts_for_nobody(bench: Bench) -> None:
    class Mistaken(GitHubInMemory):
        def permission(self, place: Place, person: Account) -> Permission:
            return Permission(replace(person, id=person.id + 1), "admin", "admin")

    bench.github.__class__ = Mistaken
    bench.says("/gate run")
    assert bench.acts() == []


@pytest.mark.parametrize("method", ["pull", "permission"])
@pytest.mark.parametrize(
    "failure", [Transient("x"), Odd("x"), RateLimited(NOW + 9), Unauthorised("x")]
)
def test_what_passes_by_itself_leaves_the_command_waiting(
    bench: Bench, method: str, failure: Transient | Odd | RateLimited | Unauthorised
) -> None:
    remark = bench.remark("/gate run")
    bench.store.note(remark)
    bench.github.fails(method, failure)
    with pytest.raises(GitHubError):
        bench.commander().handle(remark)
    assert list(bench.store.remarks(9)) == [remark]
    assert (bench.acts(), bench.posts()) == ([], [])
    bench.commander().handle(remark)
    assert bench.commands() == [Run()]


def test_a_desk_that_fails_leaves_the_command_waiting(bench: Bench) -> None:
    remark = bench.remark("/gate why")
    bench.store.note(remark)
    bench.desk.fault = MachineryFault("The store is gone.")
    with pytest.raises(MachineryFault):
        bench.commander().handle(remark)
    assert list(bench.store.remarks(9)) == [remark]


def test_a_head_that_cannot_be_read_is_refused(bench: Bench) -> None:
    bench.github.fails("pull", NotFound("x"))
    bench.says("/gate run", bench.max)
    assert "could not be read which commit is the head" in bench.reply()
    bench.github.fails("pull", NotFound("x"))
    bench.says("/gate unaccept regression-39db1800", bench.max)
    assert bench.acts() == []


# Which commit


def test_a_head_that_moved_after_the_comment_refuses_it(bench: Bench) -> None:
    bench.store.saw_head(bench.pull, LATER, NOW)
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    bench.says("/gate run")
    assert bench.acts() == []
    assert "The head has moved" in bench.reply()
    bench.says(f"/gate run {LATER[:7]}")
    assert [one.sha for one in bench.acts()] == [LATER]


def test_a_push_that_nobody_recorded_yet_refuses_it_too(bench: Bench) -> None:
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    bench.says("/gate more", bench.max)
    assert bench.acts() == []
    assert "The head has moved" in bench.reply()


def test_a_head_that_was_recorded_too_late_refuses_it(bench: Bench) -> None:
    bench.says("/gate run", created_at=NOW - 3600)
    assert "It is not known which commit" in bench.reply()


def test_the_first_head_may_be_seen_in_the_second_of_the_comment(
    bench: Bench,
) -> None:
    """GitHub tells whole seconds: what was written at 60.9 is said to be of 60."""
    bench.says("/gate run", created_at=NOW - 60.5)
    assert [one.sha for one in bench.acts()] == [HEAD]


@pytest.mark.parametrize("said_at", [NOW - 10, NOW - 60.5])
def test_of_two_heads_that_may_have_been_on_screen_neither_counts(
    bench: Bench, said_at: float
) -> None:
    bench.store.saw_head(bench.pull, LATER, said_at + 0.6)
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    bench.says("/gate run", created_at=said_at)
    assert bench.acts() == []
    assert "It is not known which commit" in bench.reply()
    assert f"write `/gate run {LATER}`" in bench.reply()


def test_a_short_sha_vouches_for_no_head_that_moved(bench: Bench) -> None:
    bench.store.saw_head(bench.pull, LATER, NOW)
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    bench.says(f"/gate ok {LATER[:7]}")
    assert bench.acts() == []
    assert f"`/gate ok {LATER}`" in bench.reply()


def test_a_sha_that_is_echoed_is_told_in_full(bench: Bench) -> None:
    bench.says(f"/gate run {HEAD[:7]}")
    assert HEAD in bench.reply()
    assert bench.reactions() == [Reaction.DONE]


def test_a_sha_that_two_heads_begin_with_names_none(bench: Bench) -> None:
    twin = HEAD[:10] + "0" * 30
    bench.store.saw_head(bench.pull, twin, NOW - 50)
    bench.store.saw_head(bench.pull, HEAD, NOW - 40)
    bench.says(f"/gate ok {HEAD[:10]}")
    assert bench.acts() == []
    assert "several begin so" in bench.reply()
    bench.says(f"/gate ok {HEAD[:11]}")
    assert bench.commands() == [Ok(HEAD)]


def test_an_older_head_is_named_in_vain(bench: Bench) -> None:
    bench.store.saw_head(bench.pull, OLD, NOW - 50)
    bench.store.saw_head(bench.pull, HEAD, NOW - 40)
    bench.says(f"/gate ok {OLD[:7]}")
    assert bench.acts() == []
    assert "is not the head of this pull request" in bench.reply()


def test_a_closed_pull_request_takes_no_orders_but_answers(bench: Bench) -> None:
    bench.github.closes(bench.place, bench.pull.number)
    bench.judged()
    bench.says("/gate run\n/gate why")
    assert bench.acts() == []
    assert "This pull request is closed" in bench.reply()
    assert "conditions are not met" in bench.reply()


def test_a_merged_one_is_never_asked_to_be_opened_again(bench: Bench) -> None:
    pulls = bench.github.towns[bench.place].pulls
    merged = replace(pulls[bench.pull.number], open=False, merged=True)
    pulls[bench.pull.number] = merged
    bench.says("/gate run")
    assert bench.acts() == []
    assert "This pull request is merged" in bench.reply()
    assert "Reopen" not in bench.reply()


def test_a_run_of_what_needs_none_says_why(bench: Bench) -> None:
    """And is kept: another base may need one before it is looked at."""
    bench.desk.told = knowns.known_of(situation(NotNeeded()))
    bench.says("/gate run")
    assert bench.commands() == [Run()]
    assert "No trial has to run for this commit: **Not needed" in bench.reply()


def test_a_run_of_what_passed_is_done_without_words(bench: Bench) -> None:
    said = knowns.of(reports.passing())
    assert said.standing is not None
    judged = replace(said.standing, task="of-an-evaluation")
    bench.desk.told = replace(said, standing=judged)
    bench.says("/gate run")
    assert bench.replies() == []


def test_an_edited_comment_is_refused_as_a_whole(bench: Bench) -> None:
    bench.says("/gate run\n/gate why", bench.max, edited=True)
    assert (bench.acts(), bench.github.calls) == ([], [])
    assert bench.reactions() == [Reaction.REFUSED]
    assert "was edited before it was read" in bench.reply()
    bench.says("Just words, edited.", edited=True)
    assert len(bench.replies()) == 1


def test_too_many_commands_are_none(bench: Bench) -> None:
    bench.says("/gate run\n" * 11)
    assert (bench.acts(), bench.github.calls) == ([], [])
    assert "none of them was done" in bench.reply()


# What is said


def test_one_reply_says_what_was_wrong_and_what_was_done(bench: Bench) -> None:
    bench.says("/gate rnu\n/gate more 3\n/gate help more")
    assert bench.commands() == [More(3)]
    assert bench.reactions() == [Reaction.REFUSED]
    text = bench.reply()
    assert "Did you mean `run`?" in text
    assert "Adding 3 seeds per arm" in text
    assert "### `/gate more [N]`" in text


def test_help_is_answered_without_asking_anybody(bench: Bench) -> None:
    bench.says("/gate help", bench.eve)
    assert bench.reply().strip() == help_text()
    assert (bench.github.calls, bench.desk.asked) == ([], [])
    assert bench.reactions() == [Reaction.DONE]


def test_questions_are_for_anybody_and_cost_no_call(bench: Bench) -> None:
    bench.judged()
    bench.says("/gate why\n/gate status", bench.eve)
    assert bench.github.calls == []
    assert bench.desk.asked == [f"known {bench.pull}"]
    assert f"/gate accept {FINDING}" in bench.reply()
    assert "16 trials run" in bench.reply()
    assert bench.acts() == []


def test_the_baseline_is_shown_to_those_who_may_write(bench: Bench) -> None:
    bench.judged()
    bench.says("/gate baseline", bench.eve)
    assert bench.reactions() == [Reaction.REFUSED]
    bench.says("/gate baseline")
    assert "| `mlp` | `test_loss` |" in bench.replies()[1].body
    assert bench.acts() == []


def test_reviews_get_words_in_place_of_reactions(bench: Bench) -> None:
    bench.reviews("/gate run")
    assert bench.reactions() == []
    assert bench.reply().strip() == f"Judging `{HEAD}`."
    assert [one.source for one in bench.acts()] == ["review:500:1"]


def test_trust_is_recorded_and_says_that_nothing_runs_without_a_sandbox(
    bench: Bench,
) -> None:
    bench.says(f"/gate ok {HEAD}")
    assert NO_SANDBOX in bench.reply()
    assert orders_of(bench.acts(), HEAD).trusted
    bench.desk.agreed = Terms(sandboxed=True)
    bench.says(f"/gate ok {HEAD}")
    assert NO_SANDBOX not in bench.replies()[1].body


def test_the_author_of_a_fork_cannot_vouch_for_it(bench: Bench) -> None:
    bench.says(f"/gate ok {HEAD}", bench.ada)
    assert bench.acts() == []
    assert bench.reactions() == [Reaction.REFUSED]


def test_long_work_says_that_it_began(bench: Bench) -> None:
    bench.says("/gate split without=9e8d7c6")
    assert bench.reply().startswith("Begun:")


def test_a_name_that_the_policy_does_not_have_is_refused(bench: Bench) -> None:
    bench.desk.agreed = Terms(modes=("gru", "mlp"), stages=("fast",))
    bench.says("/gate target mode=grv\n/gate run stage=fsat mode=mlp\n/gate run")
    assert bench.commands() == [Run()]
    assert "Did you mean `gru`?" in bench.reply()
    assert "Did you mean `fast`?" in bench.reply()


# Acceptances


def test_a_maintainer_accepts_a_finding_of_the_head(bench: Bench) -> None:
    bench.judged()
    bench.says(f'/gate accept {FINDING} reason="the data is right" until=7d', bench.max)
    assert bench.commands() == [
        Accept(FINDING, "the data is right", UntilDays(7), DIGEST)
    ]
    assert "for 7 days, because: the data is right" in bench.reply()


def test_without_an_end_it_is_kept_as_it_was_given(bench: Bench) -> None:
    bench.judged()
    bench.says(f'/gate accept {FINDING} reason="x"', bench.max)
    assert bench.commands() == [Accept(FINDING, "x", None, DIGEST)]


def test_an_end_by_commit_is_kept_in_full(bench: Bench) -> None:
    bench.judged()
    bench.says(f"/gate accept {FINDING} reason=x until={HEAD[:8]}", bench.max)
    assert bench.commands() == [Accept(FINDING, "x", UntilCommit(HEAD), DIGEST)]


def test_to_write_is_not_enough_to_accept(bench: Bench) -> None:
    bench.judged()
    bench.says(f"/gate accept {FINDING} reason=x")
    assert bench.acts() == []
    assert "maintain access" in bench.reply()


@pytest.mark.parametrize(
    ("named", "answer"),
    [
        ("regression-39db1801", f"Did you mean `{FINDING}`?"),
        ("limit-00000000", "has no finding"),
        ("regression-10f94afc", "holds nothing up"),
    ],
)
def test_what_cannot_be_accepted_says_why(
    bench: Bench, named: str, answer: str
) -> None:
    bench.judged()
    bench.says(f"/gate accept {named} reason=x", bench.max)
    assert bench.acts() == []
    assert answer in bench.reply()


def test_lost_trials_are_repeated_and_not_accepted(bench: Bench) -> None:
    report = reports.hostile()
    named = replace(report.provenance, head_commit=HEAD)
    bench.desk.told = knowns.of(replace(report, provenance=named))
    lost = [one for one in bench.desk.told.findings if one.reason == "trials_lost"]
    known = replace(lost[0], id="environment-00000000")
    verdict = replace(report.verdict, findings=(known,), modes=())
    whole = replace(report, provenance=named, verdict=verdict)
    bench.desk.told = replace(bench.desk.told, report=whole)
    bench.says(f"/gate accept {known.id} reason=x", bench.max)
    assert bench.acts() == []
    assert "cannot be accepted" in bench.reply()


def test_findings_of_another_head_cannot_be_accepted(bench: Bench) -> None:
    bench.judged()
    bench.store.saw_head(bench.pull, LATER, NOW - 30)
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    bench.says(f"/gate accept {FINDING} reason=x", bench.max)
    assert bench.acts() == []
    assert "has no finding" in bench.reply()


def test_an_acceptance_is_taken_back_once(bench: Bench) -> None:
    bench.judged()
    bench.says(f"/gate accept {FINDING} reason=x\n/gate unaccept {FINDING}", bench.max)
    assert bench.commands() == [
        Accept(FINDING, "x", digest=DIGEST),
        Unaccept(FINDING),
    ]
    bench.says(f"/gate unaccept {FINDING}", bench.max)
    assert "is not accepted" in bench.replies()[1].body
    assert accepted_ids(bench.acts()) == frozenset()


def test_it_is_taken_back_after_a_push_too(bench: Bench) -> None:
    bench.judged()
    bench.says(f"/gate accept {FINDING} reason=x", bench.max)
    bench.github.pushes(bench.place, bench.pull.number, LATER)
    bench.says(f"/gate unaccept {FINDING}", bench.max)
    assert [one.sha for one in bench.acts()] == [HEAD, LATER]


def test_what_is_accepted_may_be_accepted_once_more(bench: Bench) -> None:
    bench.judged()
    bench.says(f"/gate accept {FINDING} reason=x until=1d", bench.max)
    bench.says(f"/gate accept {FINDING} reason=x until=9d", bench.max)
    assert len(bench.acts()) == 2


# What has its answer


@pytest.mark.parametrize("by", ["ada", "grace"])
def test_what_has_its_answer_is_not_stopped(bench: Bench, by: str) -> None:
    """Nor by the author, who needs no role; nor though trials ran as it was written."""
    bench.judged()
    bench.says("/gate cancel", getattr(bench, by))
    assert bench.acts() == []
    assert bench.reactions() == [Reaction.REFUSED]
    assert "There is nothing to stop" in bench.reply()
    assert "What was said stands: **Do not merge" in bench.reply()


@pytest.mark.parametrize("name", ["trust", "time", "ungated"])
def test_nor_is_anything_stopped_where_nothing_runs(bench: Bench, name: str) -> None:
    bench.desk.told = knowns.KNOWNS[name]()
    bench.says("/gate cancel")
    assert bench.acts() == []
    assert "There is nothing to stop" in bench.reply()


@pytest.mark.parametrize("name", ["nothing", "queued", "running"])
def test_what_runs_or_waits_to_run_is_stopped(bench: Bench, name: str) -> None:
    bench.desk.told = knowns.KNOWNS[name]()
    bench.says("/gate cancel")
    assert bench.commands() == [Cancel()]


def test_a_run_that_was_ordered_and_not_begun_yet_is_stopped(bench: Bench) -> None:
    bench.judged()
    kept = bench.desk.told.standing
    assert kept is not None
    counted = replace(kept, ordered=0)
    bench.desk.told = replace(bench.desk.told, standing=counted)
    bench.says("/gate run")
    bench.says("/gate cancel")
    assert bench.commands() == [Run(), Cancel()]


@pytest.mark.parametrize(
    ("said", "kept"),
    [
        ("/gate run\n/gate cancel", [Run(), Cancel()]),
        ("/gate cancel\n/gate run", [Run()]),
        ("/gate why\n/gate cancel", []),
        ("/gate cancel\n/gate cancel", []),
        (
            "/gate scan lr=1\n/gate cancel\n/gate cancel",
            [Scan("lr", ("1",)), Cancel(errands=True)],
        ),
        (f"/gate unaccept {FINDING}\n/gate cancel", [Unaccept(FINDING)]),
    ],
)
def test_in_one_comment_a_line_stops_what_those_before_it_began(
    bench: Bench, said: str, kept: list[Command]
) -> None:
    bench.judged()
    bench.says(said, bench.max)
    assert bench.commands() == kept


def test_what_is_about_to_be_judged_anew_is_stopped(bench: Bench) -> None:
    bench.judged()
    bench.desk.anew = True
    bench.says("/gate cancel")
    assert bench.commands() == [Cancel()]


def test_what_is_begun_beside_an_answer_is_stopped_alone(bench: Bench) -> None:
    bench.judged()
    bench.desk.busy = True
    bench.reviews("/gate cancel")
    assert bench.commands() == [Cancel(errands=True)]
    assert "its answer stands" in bench.reply()


def test_what_is_known_is_read_after_github_was_asked(bench: Bench) -> None:
    """That takes a while, and trials may end meanwhile."""
    bench.desk.told = knowns.KNOWNS["running"]()
    asked = bench.github.permission

    def slowly(place: Place, person: Account) -> Permission:
        bench.judged()
        return asked(place, person)

    bench.github.permission = slowly  # type: ignore[method-assign]
    bench.says("/gate cancel")
    assert bench.acts() == []


# In which order it was said


def test_an_acceptance_that_is_handled_late_does_not_undo_what_took_it_back(
    bench: Bench,
) -> None:
    bench.judged()
    accept = bench.remark(f"/gate accept {FINDING} reason=x", bench.max)
    bench.store.note(accept)
    bench.github.fails("permission", Transient("502"))
    with pytest.raises(GitHubError):
        bench.commander().handle(accept)
    bench.says(f"/gate unaccept {FINDING}", bench.max)
    assert "is not accepted" in bench.reply()
    assert "it will not count" in bench.reply()
    bench.time += 300
    bench.commander().handle(accept)
    assert standing(bench.acts(), HEAD, bench.time) == ()
    assert "the last word counts" in bench.replies()[1].body
    assert bench.reactions() == [Reaction.REFUSED, Reaction.REFUSED]


def test_taking_back_late_does_not_undo_what_was_accepted_since(bench: Bench) -> None:
    bench.judged()
    bench.says(f"/gate accept {FINDING} reason=x", bench.max, created_at=NOW - 9)
    bench.reviews(f"/gate unaccept {FINDING}", bench.max)
    assert [one.finding for one in standing(bench.acts(), HEAD, NOW)] == [FINDING]


@pytest.mark.parametrize("late", [False, True])
def test_whether_it_is_stopped_hangs_on_the_last_that_was_said(
    bench: Bench, *, late: bool
) -> None:
    times = [NOW - 20, NOW - 10]
    for at in reversed(times) if late else times:
        said = "/gate run" if at == times[0] else "/gate cancel"
        bench.says(said, created_at=at)
    assert orders_of(bench.acts(), HEAD).cancelled_by == "grace"


def test_of_one_second_the_comment_that_was_numbered_last_counts(bench: Bench) -> None:
    first, last = bench.remark("/gate cancel"), bench.remark("/gate run")
    for one in (last, first):
        bench.store.note(one)
        bench.commander().handle(one)
    assert bench.commands() == [Cancel(), Run()]


def test_where_github_does_not_say_when_it_was_said_now_counts(bench: Bench) -> None:
    bench.says("/gate cancel")
    bench.says(f"/gate run {HEAD}", created_at=0.0)
    assert bench.commands() == [Cancel(), Run(HEAD)]


# Once


def test_handling_it_twice_does_no_harm(bench: Bench) -> None:
    remark = bench.says("/gate more 3\n/gate rnu")
    before = (bench.acts(), bench.posts())
    bench.time += 5
    bench.commander().handle(remark)
    assert (bench.acts(), bench.posts()) == before


def test_a_crash_before_it_is_kept_asks_again_and_orders_once(bench: Bench) -> None:
    remark = bench.remark("/gate more 3")
    bench.store.note(remark)
    bench.store.fault = MachineryFault("The disk is full.")
    with pytest.raises(MachineryFault):
        bench.commander().handle(remark)
    bench.store.fault = None
    bench.commander().handle(remark)
    assert orders_of(bench.acts(), HEAD).more == 3


def test_two_comments_of_one_second_are_two_orders(bench: Bench) -> None:
    bench.says("/gate more 3")
    bench.says("/gate more 3")
    assert orders_of(bench.acts(), HEAD).more == 6


# Injection


def words_of(posts: Iterable[ReplyPost]) -> str:
    (one,) = posts
    marker, text = one.body.split("\n", 1)
    assert marker == one.marker
    return text


def assert_quiet(text: str) -> None:
    """No command, no link, no mention, no image, no HTML."""
    every = list(tokens(text))
    assert command_lines(text) == ()
    kinds = {one.type for one in every}
    assert not kinds & {"link_open", "image", "html_inline", "html_block"}
    left = "\n".join(one.content for one in every if one.type == "text")
    assert not LINKED.search(left)


@settings(max_examples=120)
@given(FOREIGN, some.sampled_from(("", "run ", "ok ", "accept ", "scan a=", "help ")))
def test_nothing_that_was_typed_acts_in_the_reply(text: str, start: str) -> None:
    bench = Bench()
    bench.judged()
    bench.says(f"/gate {start}{text}\n\n/gate zzz", bench.max)
    for one in bench.replies():
        assert_quiet(words_of([one]))


@settings(max_examples=60)
@given(FOREIGN)
def test_nothing_in_a_reason_acts_when_it_is_echoed(text: str) -> None:
    bench = Bench()
    bench.judged()
    reason = " ".join(text.replace('"', "").split())
    bench.says(f'/gate accept {FINDING} reason="{reason}"', bench.max)
    for one in bench.replies():
        assert_quiet(words_of([one]))


def test_a_hostile_repository_cannot_speak_through_an_answer(bench: Bench) -> None:
    bench.desk.told = knowns.hostile()
    bench.desk.agreed = Terms(modes=(HOSTILE,))
    bench.says("/gate why\n/gate status\n/gate baseline\n/gate run mode=x", bench.max)
    text = bench.reply()
    assert_harmless(text)


def test_ten_long_answers_fit_into_one_comment(bench: Bench) -> None:
    bench.desk.told = knowns.hostile()
    bench.says("/gate why\n" * 5 + "/gate help\n" * 5, bench.max)
    assert len(bench.replies()[0].body) <= 60_000


def test_the_place_is_the_repository_of_the_remark(bench: Bench) -> None:
    bench.says("/gate why")
    assert bench.replies()[0].place == Place(
        bench.place.installation, bench.place.repository
    )
