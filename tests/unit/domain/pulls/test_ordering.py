"""Which orders count: by whom, of which commit, and of what is there at all."""

from dataclasses import replace

import pytest

from bot.domain.commands import (
    TABLE,
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    Heads,
    Help,
    More,
    Ok,
    Person,
    Refusal,
    Refused,
    Retry,
    Role,
    Rules,
    Run,
    Status,
    Target,
    Unaccept,
    UntilCommit,
    UntilDays,
    Why,
    parse,
)
from bot.domain.commands.values import CommandLine
from bot.domain.pulls.acts import Act, PullKey
from bot.domain.pulls.ordering import (
    Facts,
    Granted,
    Named,
    Terms,
    holds_up,
    is_question,
    liftable,
    named_changes,
    needs_person,
    needs_role,
    ordered,
)
from bot.domain.pulls.overrides import accepted_ids, spoken_of
from bot.domain.verdict import Finding, FindingKind, Reason, Ruling

HEAD, OLD = "4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b", "0a9b" * 10
FINDING = "regression-5bd0c3a1"
DIGEST = "5bd0c3a1" * 8
FACTS = Facts(
    Person(Role.ADMIN),
    Terms(),
    Heads(HEAD, HEAD),
    (OLD, HEAD),
    findings=(
        Finding(
            FINDING,
            FindingKind.REGRESSION,
            Ruling.BLOCK,
            Reason.HARM_SHOWN,
            digest=DIGEST,
        ),
    ),
)


def why(command: Command, facts: Facts) -> Refusal:
    found = ordered(command, facts)
    assert isinstance(found, Refused)
    return found.reason


EVERY: list[Command] = []
for _entry in TABLE.values():
    for _example in _entry.examples:
        _one = parse(CommandLine(f"/gate {_entry.verb} {_example}".rstrip()))
        assert not isinstance(_one, Refused)
        EVERY.append(_one)


@pytest.mark.parametrize("command", EVERY, ids=str)
def test_an_admin_may_give_every_example_of_the_table(command: Command) -> None:
    facts = replace(FACTS, accepted=frozenset({FINDING}))
    found = ordered(command, facts)
    assert isinstance(found, Granted)
    assert found.sha == HEAD
    assert found.command.verb is command.verb


@pytest.mark.parametrize("command", EVERY, ids=str)
def test_nobody_may_give_an_order_while_their_role_is_unknown(
    command: Command,
) -> None:
    found = ordered(command, replace(FACTS, person=Person(None)))
    open_to_all = TABLE[command.verb].role is None
    assert isinstance(found, Granted) == open_to_all
    assert needs_person(command) != open_to_all


@pytest.mark.parametrize("command", EVERY, ids=str)
def test_no_order_without_a_head_that_is_known(command: Command) -> None:
    facts = replace(FACTS, heads=Heads(None, None), accepted=frozenset({FINDING}))
    found = ordered(command, facts)
    if is_question(command):
        assert isinstance(found, Granted)
    else:
        assert isinstance(found, Refused)
        assert found.reason is Refusal.HEAD_UNKNOWN


def test_a_question_changes_nothing_and_what_does_is_no_question() -> None:
    for command in (Why(), Status(), Help(), Baseline()):
        assert is_question(command)
    for order in (Run(), Baseline(refresh=True), Unaccept(FINDING)):
        assert not is_question(order)


def test_being_the_author_spares_the_role_where_the_table_says_so() -> None:
    assert not needs_role(Cancel(), is_author=True)
    assert needs_role(Cancel(), is_author=False)
    assert needs_role(Run(), is_author=True)
    assert not needs_role(Why(), is_author=False)


def test_permission_comes_first_then_whether_it_is_open_then_the_commit() -> None:
    worst = replace(FACTS, person=Person(Role.READ), heads=Heads(OLD, HEAD), open=False)
    assert why(Run(), worst) is Refusal.NOT_ALLOWED
    assert why(Run(), replace(worst, person=FACTS.person)) is Refusal.CLOSED
    still = replace(FACTS, heads=Heads(OLD, HEAD))
    assert why(Run(), still) is Refusal.HEAD_MOVED


def test_what_names_a_commit_is_granted_with_the_whole_name() -> None:
    short = HEAD[:7]
    for typed, whole in (
        (Run(short), Run(HEAD)),
        (Ok(short), Ok(HEAD)),
        (
            Accept(FINDING, "x", UntilCommit(short)),
            Accept(FINDING, "x", UntilCommit(HEAD), DIGEST),
        ),
    ):
        assert ordered(typed, FACTS) == Granted(whole, HEAD)
    for same in (Run(), More(5)):
        assert ordered(same, FACTS) == Granted(same, HEAD)


def test_an_acceptance_is_granted_with_the_whole_digest_of_what_it_names() -> None:
    for until in (None, UntilDays(7)):
        exact = Accept(FINDING, "x", until, DIGEST)
        assert ordered(Accept(FINDING, "x", until), FACTS) == Granted(exact, HEAD)


def test_a_finding_of_an_older_report_has_no_digest_and_is_not_acceptable() -> None:
    old = replace(FACTS, findings=(replace(FACTS.findings[0], digest=""),))
    assert why(Accept(FINDING, "x"), old) is Refusal.NOT_ACCEPTABLE


def test_a_name_is_checked_only_where_the_names_are_known() -> None:
    run, target = Run(None, "night", ("grv",)), Target(("gru", "grv"))
    assert isinstance(ordered(run, FACTS), Granted)
    terms = Terms(modes=("gru",), stages=("fast",))
    found = ordered(run, replace(FACTS, terms=terms))
    assert isinstance(found, Refused)
    assert (found.text("kind"), found.text("nearest")) == ("mode", "gru")
    assert why(target, replace(FACTS, terms=terms)) is Refusal.UNKNOWN_NAME
    stage = ordered(Run(None, "night"), replace(FACTS, terms=terms))
    assert isinstance(stage, Refused)
    assert (stage.text("kind"), stage.listed("known")) == ("stage", ("fast",))


def test_the_policy_tightens_and_never_loosens() -> None:
    tight = replace(FACTS, terms=Terms(Rules({"run": "admin"})))
    assert why(Run(), replace(tight, person=Person(Role.MAINTAIN)))
    loose = replace(FACTS, terms=Terms(Rules({"accept": "read"})))
    asked = replace(loose, person=Person(Role.WRITE))
    assert why(Accept(FINDING, "x"), asked) is Refusal.NOT_ALLOWED


@pytest.mark.parametrize("state", Ruling)
@pytest.mark.parametrize("reason", [Reason.HARM_SHOWN, Reason.TRIALS_LOST])
def test_only_what_holds_up_and_can_be_answered_for_is_acceptable(
    state: Ruling, reason: Reason
) -> None:
    one = replace(FACTS.findings[0], state=state, reason=reason)
    found = ordered(Accept(FINDING, "x"), replace(FACTS, findings=(one,)))
    assert isinstance(found, Granted) == liftable(one)
    assert liftable(one) == (holds_up(one) and reason is Reason.HARM_SHOWN)
    if isinstance(found, Refused):
        answered = Refusal.NOT_ACCEPTABLE if holds_up(one) else Refusal.HOLDS_NOTHING
        assert found.reason is answered


def test_what_leaves_nothing_to_judge_by_cannot_be_accepted() -> None:
    gone = replace(
        FACTS.findings[0],
        reason=Reason.METRIC_VERSION_CHANGED,
        evidence={"gone": ("evaluate.py",)},
    )
    facts = replace(FACTS, findings=(gone,))
    assert why(Accept(FINDING, "x"), facts) is Refusal.NOT_ACCEPTABLE


def test_the_last_word_on_a_finding_counts() -> None:
    other = "limit-00000000"
    told: list[Command] = [
        Accept(FINDING, "x"),
        Run(),
        Accept(other, "x"),
        Unaccept(FINDING),
    ]
    acts = [
        Act(f"comment:{at}:1", PullKey(1, 2), HEAD, one, 3, "ada", 4.0)
        for at, one in enumerate(told)
    ]
    assert accepted_ids(acts) == {other}
    assert accepted_ids(acts[:1]) == {FINDING}
    assert accepted_ids([]) == frozenset()
    assert spoken_of(acts) == {FINDING, other}


def test_what_takes_nothing_back_is_told_so_and_counts_for_what_comes_late() -> None:
    told = {"finding": FINDING, "nearest": ""}
    idle = Refused(Refusal.NOT_ACCEPTED, told)
    assert ordered(Unaccept(FINDING), FACTS) == Granted(Unaccept(FINDING), HEAD, idle)
    held = replace(FACTS, accepted=frozenset({FINDING}), heads=Heads(OLD, HEAD))
    assert ordered(Unaccept(FINDING), held) == Granted(Unaccept(FINDING), HEAD)


@pytest.mark.parametrize("stands", ["Do not merge", ""])
def test_what_has_its_answer_is_not_stopped(stands: str) -> None:
    found = ordered(Cancel(), replace(FACTS, stands=stands))
    assert found == Refused(Refusal.NOTHING_RUNS, {"stands": stands})
    stranger = replace(FACTS, stands=stands, person=Person(Role.READ))
    assert why(Cancel(), stranger) is Refusal.NOT_ALLOWED


def test_where_errands_alone_are_under_way_nothing_else_is_stopped() -> None:
    busy = replace(FACTS, stands="Do not merge", errands=True)
    assert ordered(Cancel(), busy) == Granted(Cancel(errands=True), HEAD)
    assert ordered(Cancel(), replace(busy, stands=None)) == Granted(Cancel(), HEAD)


@pytest.mark.parametrize("order", [Run(), More(5), Retry(), Ablate()])
def test_where_no_trial_has_to_run_it_is_said_and_the_order_kept(
    order: Command,
) -> None:
    """The base may move before it is looked at, and then one has to."""
    idle = Refused(Refusal.NOT_NEEDED, {"stands": "Not needed"})
    facts = replace(FACTS, needless="Not needed")
    assert ordered(order, facts) == Granted(order, HEAD, idle)
    assert ordered(Cancel(), facts) == Granted(Cancel(), HEAD)


def test_an_order_of_which_nothing_could_come_is_refused() -> None:
    blocked = replace(FACTS, stands="Do not merge", decided=True, lossless=True)
    one = replace(blocked, changes=Named(("4f1c9a7",)))
    two = replace(blocked, changes=Named(("4f1c9a7", "1234567")))
    told: dict[Command, Refused] = {
        More(5): Refused(Refusal.DECIDED, {"stands": "Do not merge"}),
        Retry(): Refused(Refusal.NOTHING_LOST),
        Ablate(): Refused(Refusal.ONE_CHANGE),
    }
    for order, refused in told.items():
        assert ordered(order, one) == refused
        assert ordered(order, FACTS) == Granted(order, HEAD)
    assert ordered(Run(), one) == Granted(Run(), HEAD)
    assert ordered(Ablate(), two) == Granted(Ablate(), HEAD)


def test_one_change_is_not_judged_apart_also_where_no_verdict_is_said() -> None:
    one = replace(FACTS, changes=Named(("4f1c9a7",)))
    assert ordered(Ablate(), one) == Refused(Refusal.ONE_CHANGE)


def test_what_is_merged_is_told_apart_from_what_can_be_opened_again() -> None:
    for merged in (False, True):
        refused = ordered(Run(), replace(FACTS, open=False, merged=merged))
        assert isinstance(refused, Refused)
        assert refused.evidence["merged"] == merged


@pytest.mark.parametrize("told", [Accept(FINDING, "x"), Unaccept(FINDING)])
def test_nothing_is_said_of_a_finding_against_a_later_word(told: Command) -> None:
    known = {"accepted": frozenset({FINDING}), "later": frozenset({FINDING})}
    assert why(told, replace(FACTS, **known)) is Refusal.OVERTAKEN  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "text", ["ablate change=4f1c9a7,1234567", "split without=1234567"]
)
def test_a_change_that_the_branch_lacks_is_refused_with_the_nearest(text: str) -> None:
    (command,) = commands(text)
    facts = replace(FACTS, changes=Named(("4f1c9a7", "1234566"), ("1234567",)))
    refused = ordered(command, facts)
    assert isinstance(refused, Refused)
    assert refused.reason is Refusal.UNKNOWN_NAME
    assert (refused.text("kind"), refused.text("typed")) == ("change", "1234567")
    assert refused.text("nearest") == "1234566"


def test_changes_that_are_there_are_granted() -> None:
    (command,) = commands("ablate change=4f1c9a7")
    assert named_changes(command) == ("4f1c9a7",)
    assert isinstance(ordered(command, FACTS), Granted)
    assert named_changes(Run()) == ()


def commands(text: str) -> list[Command]:
    found = parse(CommandLine(f"/gate {text}"))
    assert not isinstance(found, Refused)
    return [found]
