"""A line gives exactly the command that it says, or a reason and what is known."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as some

from bot.domain.commands import (
    LONGEST_DAYS,
    LONGEST_LINE,
    MOST_COMMANDS,
    MOST_NAMES,
    MOST_VALUES,
    TABLE,
    Ablate,
    Accept,
    Baseline,
    Cancel,
    Command,
    CommandLine,
    Help,
    More,
    Ok,
    Refusal,
    Refused,
    Retry,
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
    parse,
    parse_comment,
)

FULL = "4f1c9a7b20d34e5f86a1b2c3d4e5f60718293a4b"
FINDING = "regression-5bd0c3a1"


def said(text: str) -> Command | Refused:
    return parse(CommandLine(text))


def why(text: str) -> tuple[Refusal, dict[str, object]]:
    found = said(text)
    assert isinstance(found, Refused), found
    return found.reason, {k: v for k, v in found.evidence.items() if k != "verb"}


@pytest.mark.parametrize(
    ("text", "command"),
    [
        ("/gate run", Run()),
        ("  /gate   run\t", Run()),
        ("/Gate run", Run()),
        ("/GATE why", Why()),
        ("/gate run 4F1C9A7", Run(sha="4f1c9a7")),
        ("/gate run stage=fast mode=b,a", Run(stage="fast", modes=("b", "a"))),
        ('/gate run mode="b, a" 4f1c9a7', Run(sha="4f1c9a7", modes=("b", "a"))),
        ("/gate run mode=a,a", Run(modes=("a",))),
        ("/gate more", More(5)),
        ("/gate more 200", More(200)),
        ("/gate retry", Retry()),
        ("/gate cancel", Cancel()),
        ("/gate target mode=gru", Target(("gru",))),
        ("/gate ablate", Ablate()),
        ("/gate ablate change=4f1c9a7,b20d34e", Ablate(("4f1c9a7", "b20d34e"))),
        (
            '/gate ablate change="wider layer,a b"',
            Ablate(("wider layer", "a b")),
        ),
        ("/gate split without=a..b", Split(("a..b",))),
        ("/gate scan lr=1e-3,2e-3", Scan("lr", ("1e-3", "2e-3"))),
        ('/gate scan lr="1, 2"', Scan("lr", ("1", "2"))),
        ("/gate scan rule=a=b,c", Scan("rule", ("a=b", "c"))),
        (f"/gate ok {FULL}", Ok(FULL)),
        (f'/gate accept {FINDING} reason="so be it"', Accept(FINDING, "so be it")),
        (
            f"/gate accept reason=fine until=7d {FINDING}",
            Accept(FINDING, "fine", UntilDays(7)),
        ),
        (
            f'/gate accept {FINDING} reason="gr\u00f6\u00dfer \u201cnow\u201d" '
            "until=4F1C9A7",
            Accept(FINDING, "gr\u00f6\u00dfer \u201cnow\u201d", UntilCommit("4f1c9a7")),
        ),
        ("/gate unaccept metric_version-00112233", Unaccept("metric_version-00112233")),
        ("/gate baseline", Baseline()),
        ("/gate baseline refresh", Baseline(refresh=True)),
        ("/gate why", Why()),
        ("/gate status", Status()),
        ("/gate help", Help()),
        ("/gate help more", Help(Verb.MORE)),
    ],
)
def test_a_line_is_the_command_that_it_says(text: str, command: Command) -> None:
    assert said(text) == command


@pytest.mark.parametrize(
    ("text", "reason", "known"),
    [
        ("/gate", Refusal.NO_VERB, {}),
        ("", Refusal.NO_VERB, {}),
        ("gate run", Refusal.NO_VERB, {}),
        ("/gate rnu", Refusal.UNKNOWN_VERB, {"typed": "rnu", "nearest": "run"}),
        ("/gate RUN", Refusal.UNKNOWN_VERB, {"typed": "RUN", "nearest": "run"}),
        (
            "/gate \uff52\uff55\uff4e",
            Refusal.UNKNOWN_VERB,
            {"typed": "\uff52\uff55\uff4e", "nearest": "run"},
        ),
        (
            "/gate c\u0430ncel",
            Refusal.UNKNOWN_VERB,
            {"typed": "c\u0430ncel", "nearest": "cancel"},
        ),
        ("/gate zzz", Refusal.UNKNOWN_VERB, {"typed": "zzz", "nearest": ""}),
        ("/gate run=1", Refusal.UNKNOWN_VERB, {"typed": "run=1", "nearest": "run"}),
        ("/gate help me", Refusal.UNKNOWN_VERB, {"typed": "me", "nearest": ""}),
        ("/gate rn", Refusal.UNKNOWN_VERB, {"typed": "rn", "nearest": "run"}),
        ("/gate help rnu", Refusal.UNKNOWN_VERB, {"typed": "rnu", "nearest": "run"}),
        (
            "/gate run stge=fast",
            Refusal.UNKNOWN_KEY,
            {"typed": "stge", "nearest": "stage", "known": ("stage", "mode")},
        ),
        (
            "/gate run seeds=5",
            Refusal.UNKNOWN_KEY,
            {"typed": "seeds", "nearest": "", "known": ("stage", "mode")},
        ),
        ("/gate retry x=1", Refusal.UNEXPECTED, {"typed": "x=1"}),
        ("/gate retry now", Refusal.UNEXPECTED, {"typed": "now"}),
        ("/gate run mode=a, b", Refusal.EMPTY_ITEM, {"typed": "a,"}),
        (
            "/gate run stage=fast 4f1c9a7 b20d34e",
            Refusal.UNEXPECTED,
            {"typed": "b20d34e"},
        ),
        ("/gate run stage=a stage=b", Refusal.REPEATED_KEY, {"typed": "stage"}),
        ("/gate scan lr=1 wd=2", Refusal.UNEXPECTED, {"typed": "wd=2"}),
        ("/gate scan lr", Refusal.NO_VALUES, {"typed": "lr"}),
        ("/gate scan lr=1 2", Refusal.UNEXPECTED, {"typed": "2"}),
        ("/gate scan", Refusal.MISSING, {"shown": "PARAM=V1,V2,..."}),
        ("/gate target", Refusal.MISSING, {"shown": "mode=a,b"}),
        ("/gate split", Refusal.MISSING, {"shown": "without=SHA,..."}),
        ("/gate ok", Refusal.MISSING, {"shown": "SHA"}),
        (f"/gate accept {FINDING}", Refusal.MISSING, {"shown": 'reason="..."'}),
        ("/gate accept reason=x", Refusal.MISSING, {"shown": "FINDING"}),
        ("/gate run stage=", Refusal.EMPTY_VALUE, {"typed": "stage="}),
        (
            f'/gate accept {FINDING} reason=" "',
            Refusal.EMPTY_VALUE,
            {"typed": "reason="},
        ),
        (
            f'/gate accept {FINDING} reason="..."',
            Refusal.BAD_REASON,
            {"typed": "..."},
        ),
        (
            f'/gate accept {FINDING} reason="\u2026 \U0001f44d"',
            Refusal.BAD_REASON,
            {"typed": "\u2026 \U0001f44d"},
        ),
        ("/gate scan lr=", Refusal.EMPTY_VALUE, {"typed": "lr="}),
        ('/gate ok ""', Refusal.EMPTY_VALUE, {"typed": ""}),
        ("/gate ablate change=a,,b", Refusal.EMPTY_ITEM, {"typed": "a,,b"}),
        ("/gate ok 4f1c9a", Refusal.SHORT_SHA, {"typed": "4f1c9a"}),
        ("/gate ok HEAD", Refusal.BAD_SHA, {"typed": "HEAD"}),
        ("/gate ok \uff14f1c9a7", Refusal.BAD_SHA, {"typed": "\uff14f1c9a7"}),
        (f"/gate ok {FULL}0", Refusal.BAD_SHA, {"typed": f"{FULL}0"}),
        ("/gate run stage=-x", Refusal.BAD_NAME, {"typed": "-x"}),
        ('/gate target mode="a b"', Refusal.BAD_NAME, {"typed": "a b"}),
        ("/gate target mode=a;b", Refusal.BAD_NAME, {"typed": "a;b"}),
        (
            "/gate more 0",
            Refusal.BAD_COUNT,
            {"typed": "0", "least": 1, "most": 200},
        ),
        (
            "/gate more \u0665",
            Refusal.BAD_COUNT,
            {"typed": "\u0665", "least": 1, "most": 200},
        ),
        (
            f"/gate more {'9' * 200}",
            Refusal.BAD_COUNT,
            {"typed": f"{'9' * 80}...", "least": 1, "most": 200},
        ),
        ("/gate unaccept all", Refusal.BAD_FINDING, {"typed": "all"}),
        (
            f"/gate accept {FINDING} reason=x until=91d",
            Refusal.BAD_UNTIL,
            {"typed": "91d", "most": LONGEST_DAYS},
        ),
        (
            f"/gate accept {FINDING} reason=x until=0d",
            Refusal.BAD_UNTIL,
            {"typed": "0d", "most": LONGEST_DAYS},
        ),
        (
            f"/gate accept {FINDING} reason=x until=abc123",
            Refusal.BAD_UNTIL,
            {"typed": "abc123", "most": LONGEST_DAYS},
        ),
        ("/gate scan l-r=1", Refusal.BAD_PARAM, {"typed": "l-r"}),
        (
            "/gate baseline fresh",
            Refusal.BAD_WORD,
            {"typed": "fresh", "known": "refresh"},
        ),
        (
            "/gate accept x reason=\u201ctoo loud\u201d",
            Refusal.CURLY_QUOTE,
            {"typed": "\u201c"},
        ),
        ('/gate accept x reason="a b', Refusal.OPEN_QUOTE, {"typed": '"a b'}),
        ('/gate accept x reason=a"b"', Refusal.QUOTE_INSIDE, {"typed": 'reason=a"b"'}),
        ('/gate accept x reason="a"b', Refusal.QUOTE_INSIDE, {"typed": 'reason="a"b'}),
        ("/gate\u00a0run", Refusal.INVISIBLE, {"code": "U+00A0"}),
        ("\ufeff/gate run", Refusal.INVISIBLE, {"code": "U+FEFF"}),
        ("/gate r\u200bun", Refusal.INVISIBLE, {"code": "U+200B"}),
        ("/gate run \u202e4f1c9a7", Refusal.INVISIBLE, {"code": "U+202E"}),
        ('/gate ok "4f1c9a7\x00"', Refusal.INVISIBLE, {"code": "U+0000"}),
        ('/gate ok "4f1c9a7\x85"', Refusal.INVISIBLE, {"code": "U+0085"}),
        ('/gate ok "\ud800"', Refusal.INVISIBLE, {"code": "U+D800"}),
    ],
)
def test_what_cannot_be_read_is_refused_with_what_is_known(
    text: str, reason: Refusal, known: dict[str, object]
) -> None:
    assert why(text) == (reason, known)


def test_a_refusal_names_the_verb_once_it_was_understood() -> None:
    found = said("/gate run x")
    assert isinstance(found, Refused)
    assert found.text("verb") == "run"
    assert said("/gate zzz") == Refused(
        Refusal.UNKNOWN_VERB, {"typed": "zzz", "nearest": ""}
    )


def test_an_invisible_joiner_is_borne_inside_quotes() -> None:
    family = "\U0001f469\u200d\U0001f4bb"
    found = said(f'/gate accept {FINDING} reason="{family} says so"')
    assert found == Accept(FINDING, f"{family} says so")


@pytest.mark.parametrize(
    "reason",
    [
        "\u6570\u636e\u73b0\u5728\u662f\u5bf9\u7684",
        "\u0627\u0644\u0628\u064a\u0627\u0646\u0627\u062a",
        "#12",
    ],
)
def test_a_reason_is_borne_in_any_script(reason: str) -> None:
    found = said(f'/gate accept {FINDING} reason="{reason}"')
    assert found == Accept(FINDING, reason)


def test_a_line_with_code_or_html_in_it_is_refused_whole() -> None:
    found = parse(CommandLine("/gate run `x`", plain=False))
    assert found == Refused(Refusal.NOT_PLAIN)


def test_a_long_line_is_refused_before_it_is_looked_at() -> None:
    longest = f"/gate run {'x' * (LONGEST_LINE - 10)}"
    assert why(longest)[0] == Refusal.BAD_SHA
    known = {"size": LONGEST_LINE + 1, "most": LONGEST_LINE}
    assert why(f"{longest}x") == (Refusal.TOO_LONG, known)


def test_lists_have_an_end() -> None:
    modes = ",".join(f"m{n}" for n in range(MOST_NAMES))
    assert isinstance(said(f"/gate target mode={modes}"), Target)
    many = {"count": MOST_NAMES + 1, "most": MOST_NAMES}
    assert why(f"/gate target mode={modes},x") == (Refusal.TOO_MANY_ITEMS, many)
    values = ",".join(str(n) for n in range(MOST_VALUES + 1))
    many = {"count": MOST_VALUES + 1, "most": MOST_VALUES}
    assert why(f"/gate scan lr={values}") == (Refusal.TOO_MANY_ITEMS, many)


def test_every_line_of_a_comment_is_read_in_order() -> None:
    lines = [CommandLine("/gate why"), CommandLine("/gate x"), CommandLine("/gate ok")]
    found = parse_comment(lines)
    assert isinstance(found, tuple)
    assert found[0] == Why()
    reasons = [one.reason for one in found if isinstance(one, Refused)]
    assert reasons == [Refusal.UNKNOWN_VERB, Refusal.MISSING]


def test_a_comment_with_too_many_commands_is_refused_as_a_whole() -> None:
    lines = [CommandLine("/gate run")] * MOST_COMMANDS
    assert parse_comment(lines) == (Run(),) * MOST_COMMANDS
    known = {"count": MOST_COMMANDS + 1, "most": MOST_COMMANDS}
    many = Refused(Refusal.TOO_MANY_COMMANDS, known)
    assert parse_comment([*lines, CommandLine("/gate why")]) == many


@pytest.mark.parametrize("verb", list(Verb))
def test_the_examples_of_the_help_are_commands_that_work(verb: Verb) -> None:
    assert TABLE[verb].examples
    for example in TABLE[verb].examples:
        found = said(f"/gate {verb} {example}")
        assert not isinstance(found, Refused), found
        assert found.verb == verb


WORDS = some.one_of(
    some.sampled_from([*Verb, "mode=", "stage=", "reason=", "until=", "lr=", '"', ","]),
    some.text(alphabet=string.printable, max_size=5),
    some.text(max_size=5),
    some.sampled_from([FULL, FINDING, "7d", "a,b", " ", "\t", "="]),
)


@given(some.lists(WORDS, max_size=8).map("".join))
def test_no_line_whatever_breaks_the_parser(rest: str) -> None:
    found = said(f"/gate {rest}")
    assert isinstance(found, Refused) or found.verb in Verb


@given(some.text(some.characters(exclude_characters='"', codec="utf-8"), min_size=1))
def test_a_quoted_reason_comes_out_as_it_went_in_or_not_at_all(reason: str) -> None:
    found = said(f'/gate accept {FINDING} reason="{reason}"')
    if isinstance(found, Refused):
        wordless = {Refusal.EMPTY_VALUE, Refusal.BAD_REASON}
        assert found.reason in wordless | {Refusal.INVISIBLE, Refusal.TOO_LONG}
    else:
        assert found == Accept(FINDING, reason.strip())
