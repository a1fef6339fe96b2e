"""What is said about commands, whole, and that nothing typed acts in it."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from markdown_it import MarkdownIt

from bot.adapters.commonmark import command_lines
from bot.domain.commands import (
    TABLE,
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    CommandLine,
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
    Scan,
    Split,
    Status,
    Target,
    Unaccept,
    UntilCommit,
    UntilDays,
    Verb,
    Why,
    bind,
    parse,
    parse_comment,
    permit,
)
from bot.domain.pulls.ordering import Facts, Granted, Named, Terms, ordered
from bot.domain.verdict import Finding, FindingKind, Reason, Ruling
from bot.presentation.words.commands import (
    NO_SANDBOX,
    Answer,
    acknowledgement,
    help_on,
    help_text,
    not_yours,
    refusal,
    reply,
)
from bot.presentation.words.commands.refusals import FAMILIES
from bot.presentation.words.commands.verbs import ABOUT, DOES, access
from tests.fakes.reports import HOSTILE
from tests.golden.compare import agreed

OLD = "0a9b8c7d6e5f40312233445566778899aabbccdd"
NEW = "4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b"
FINDING = "regression-5bd0c3a1"
MARKDOWN = MarkdownIt("commonmark").enable(["table", "strikethrough"])

LINES = [
    "/gate",
    "/gate rnu",
    "/gate zzz",
    "/gate help mroe",
    "/gate run stge=fast",
    "/gate run seeds=5",
    "/gate run stage=a stage=b",
    "/gate retry now",
    "/gate ok",
    "/gate run stage=",
    "/gate run mode=a, b",
    "/gate scan lr=1,2,3,4,5,6,7,8,9",
    "/gate ok HEAD",
    "/gate ok 4f1c9",
    "/gate target mode=a;b",
    "/gate more 0",
    "/gate unaccept all",
    f'/gate accept {FINDING} reason="..."',
    f"/gate accept {FINDING} reason=x until=never",
    "/gate scan l-r=1",
    "/gate scan lr",
    "/gate baseline fresh",
    "/gate accept x reason=\u201cfine\u201d",
    '/gate accept x reason="fine',
    '/gate accept x reason=so"fine"',
    "/gate\u00a0run",
    f"/gate {'run' * 400}",
]
MOVED, UNSEEN = Heads(OLD, NEW), Heads(None, NEW)


FACTS = Facts(
    Person(Role.ADMIN),
    Terms(modes=("gru", "mlp"), stages=("fast", "full")),
    Heads(NEW, NEW),
    findings=(
        Finding(
            FINDING,
            FindingKind.REGRESSION,
            Ruling.BLOCK,
            Reason.HARM_SHOWN,
            digest="5bd0c3a1" * 8,
        ),
        Finding(
            "power-11111111", FindingKind.POWER, Ruling.INFO, Reason.CHANCE_OF_STOP
        ),
        Finding(
            "budget-22222222",
            FindingKind.BUDGET,
            Ruling.UNDECIDED,
            Reason.BUDGET_SPENT,
        ),
    ),
    accepted=frozenset({"limit-00000000"}),
)


def idle(command: Command, facts: Facts = FACTS) -> Refused | None:
    """What is told of a command that finds nothing to do."""
    granted = ordered(command, facts)
    assert isinstance(granted, Granted)
    return granted.idle


def refused() -> Iterator[Refused]:
    """Every refusal, as the decisions make it."""
    answers = (
        *(parse(CommandLine(line)) for line in LINES),
        parse(CommandLine("/gate run `x`", plain=False)),
        parse_comment([CommandLine("/gate run")] * 11),
        permit(Verb.RUN, Person(Role.READ), Rules()),
        permit(Verb.CANCEL, Person(Role.NONE), Rules()),
        permit(Verb.RUN, Person(Role.WRITE), Rules(policy_edited=True)),
        permit(Verb.RUN, Person(Role.WRITE), Rules(policy_known=False)),
        permit(Verb.ACCEPT, Person(None), Rules()),
        bind(Retry(), Heads(OLD, None), None),
        bind(Run(), UNSEEN, None),
        bind(Run(), MOVED, None),
        bind(More(5), MOVED, None),
        bind(Accept(FINDING, "x"), MOVED, None),
        bind(Ok("4f1c9a7"), MOVED, None),
        bind(Ok(OLD), MOVED, OLD),
        bind(Ok("4f1c9a7"), MOVED, NEW),
        bind(Accept(FINDING, "x", UntilCommit("4f1c9a7")), MOVED, NEW),
        ordered(Target(("grv",)), FACTS),
        ordered(Run(stage="night"), FACTS),
        ordered(Accept("regression-5bd0c3a2", "x"), FACTS),
        ordered(Accept("limit-00000000", "x"), FACTS),
        ordered(Accept("power-11111111", "x"), FACTS),
        ordered(Accept("budget-22222222", "x"), FACTS),
        idle(Unaccept(FINDING)),
        idle(Unaccept("limit-00000001")),
        ordered(Unaccept(FINDING), replace(FACTS, later=frozenset({FINDING}))),
        ordered(Cancel(), replace(FACTS, stands="Do not merge: *lr* is worse")),
        ordered(Cancel(), replace(FACTS, stands="")),
        idle(Run(), replace(FACTS, needless="Not needed: nothing relevant changed")),
        ordered(More(5), replace(FACTS, decided=True, stands="Do not merge: *lr*")),
        ordered(Retry(), replace(FACTS, lossless=True, stands="Do not merge")),
        ordered(Ablate(), replace(FACTS, changes=Named(("4f1c9a7",)))),
        ordered(Retry(), replace(FACTS, open=False)),
        ordered(Retry(), replace(FACTS, open=False, merged=True)),
        Refused(Refusal.EDITED),
    )
    for one in answers:
        assert isinstance(one, Refused), one
        yield one


DONE: list[Command] = [
    Run(),
    Run(stage="fast", modes=("gru",)),
    Run(modes=("gru", "transformer")),
    More(1),
    More(10),
    Retry(),
    Cancel(),
    Cancel(errands=True),
    Target(("gru", "rnn", "mlp")),
    Ablate(),
    Ablate(("4f1c9a7", "wider layer")),
    Split(("4f1c9a7",)),
    Scan("lr", ("1e-3", "2e-3")),
    Ok(NEW),
    Accept(FINDING, "we know"),
    Accept(FINDING, "we know", UntilDays(1)),
    Accept(FINDING, "see #12, @ada", UntilCommit(NEW)),
    Unaccept(FINDING),
    Baseline(refresh=True),
]


def test_the_help_is_as_agreed() -> None:
    parts = [help_text(), *(help_on(verb) for verb in Verb)]
    text = "\n\n".join(parts) + "\n"
    assert text == agreed("commands_help.md", text)


def test_every_answer_to_a_command_is_as_agreed() -> None:
    said = [f"- {one.reason}: {refusal(one)}" for one in refused()]
    done = [f"- {one.verb}: {acknowledgement(one, NEW)}" for one in DONE]
    pressed = [
        f"- {not_yours('ada', permit(Verb.RUN, Person(role), Rules()))}"  # type: ignore[arg-type]
        for role in (Role.READ, None)
    ]
    text = "\n".join([*said, "", *done, "", NO_SANDBOX, "", *pressed, ""])
    assert text == agreed("commands_answers.md", text)


def test_every_reason_has_its_sentence_and_every_word_its_line() -> None:
    assert {one.reason for one in refused()} == set(Refusal)
    assert set(DOES) == set(Verb)
    kinds = {one.kind for entry in TABLE.values() for one in entry.arguments}
    assert set(ABOUT) == kinds
    assert access(Role.NONE) == "no access"


def test_every_refusal_is_in_one_family() -> None:
    found = [reason for family in FAMILIES for reason in family]
    assert sorted(found) == sorted(Refusal)


def test_the_help_in_a_comment_is_one_table_and_gives_no_command() -> None:
    kinds = [one.type for one in MARKDOWN.parse(help_text())]
    assert kinds.count("table_open") == 1
    assert kinds.count("tr_open") == len(Verb) + 1
    assert kinds.count("td_open") == 3 * len(Verb)
    for text in (help_text(), *(help_on(verb) for verb in Verb)):
        assert command_lines(text) == ()


def test_help_is_its_own_answer_and_questions_are_answered_elsewhere() -> None:
    assert acknowledgement(Help(), None) == help_text()
    assert acknowledgement(Help(Verb.MORE), None) == help_on(Verb.MORE)
    for question in (Why(), Status(), Baseline()):
        assert acknowledgement(question, NEW) == ""


def test_a_single_refusal_is_the_whole_reply() -> None:
    assert reply([Answer("/gate x", "No.")]) == "No.\n"


def test_several_answers_stand_under_their_lines() -> None:
    answers = [
        Answer("/gate x", "No."),
        Answer("/gate why", ""),
        Answer("/gate y", "Y."),
    ]
    text = "**`/gate x`**\n\nNo.\n\n**`/gate y`**\n\nY.\n"
    assert reply(answers) == text
    assert reply([Answer("/gate why", "")]) == reply([]) == ""


ACTING = {"link_open", "image", "html_inline", "html_block", "em_open", "table_open"}


@pytest.mark.parametrize("start", ["", "run ", "ok ", "more ", "baseline ", "help "])
def test_nothing_that_was_typed_acts_in_the_reply(start: str) -> None:
    pieces = [one for one in HOSTILE.split() if one not in set(Verb)]
    for piece in [HOSTILE.replace("\n", " "), *pieces, "a`b``c", "@ada|x"]:
        found = parse(CommandLine(f"/gate {start}{piece}"))
        assert isinstance(found, Refused)
        text = reply([Answer(piece, refusal(found)), Answer("/gate why", "x")])
        whole = MARKDOWN.parse(text)
        kinds = {
            one.type for token in whole for one in (token, *(token.children or ()))
        }
        assert not ACTING & kinds
        assert command_lines(text) == ()


def test_a_reason_of_many_tricks_is_mere_text_in_the_answer() -> None:
    said = acknowledgement(Accept(FINDING, HOSTILE, UntilDays(7)), NEW)
    whole = MARKDOWN.parse(said)
    kinds = {one.type for token in whole for one in (token, *(token.children or ()))}
    assert kinds == {
        "paragraph_open", "paragraph_close", "inline", "text", "code_inline"
    }  # fmt: skip
