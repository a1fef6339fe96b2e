"""What is said beside the reports, whole as agreed, and harmless whatever is named."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import pytest
from markdown_it import MarkdownIt

from bot.adapters.commonmark import command_lines
from bot.domain.doctor.trip import Step, Tried
from bot.domain.errors import PolicyFault
from bot.domain.github import NotFound, Refused
from bot.domain.pulls.baseline_runs import Added
from bot.domain.sensitivity import Sensitivity
from bot.domain.sensitivity import Tried as Value
from bot.presentation import link_pages
from bot.presentation.bundle_text import offered
from bot.presentation.escape import code, prose
from bot.presentation.github.actions import actions
from bot.presentation.github.errands import (
    Refreshed,
    Scan,
    alarm,
    refreshed,
    refused,
    scanned,
    ungated,
)
from bot.presentation.words import errands, fetching, links, ruling, smoke
from tests.fakes.situations import SITUATIONS
from tests.golden.compare import agreed

COMMIT = "4f1c9a7b20c3d4e5f60718293a4b5c6d7e8f9012"
EVIL = "x`@ann`<img/src=x>](http://evil.example)|#1;$(id)\n\n/gate accept\u202e"
PARSER = MarkdownIt("commonmark").enable(["table", "strikethrough"])
ACTS = re.compile(r"@ann|://|www\.|#1")


@dataclass(frozen=True)
class Names:
    """What others may name; all of it comes from repositories and from people."""

    branch: str = "release"
    mode: str = "mlp"
    metric: str = "loss"
    value: str = "0.2"
    file: str = "model.py"
    login: str = "bob"
    change: str = "9e8d7c6"
    title: str = "Drop the warm-up"
    stage: str = "fast"
    param: str = "lr"
    fault: str = "`direction` is `sideways`."


PLAIN, HOSTILE = Names(), Names(*(EVIL,) * 11)
Said = Iterator[tuple[str, str]]
"""Each text with what it is."""


def scans(names: Names) -> Said:
    own = Value("0.1", 4, 1, 1.0, first=f"exception: ValueError: {names.value}")
    other = Value(names.value, 4, 0, 0.9, 0.1, 0.05, 0.15)
    metric = Sensitivity(names.mode, names.metric, -1, own, (other,))
    scan = Scan(names.param, "0.1", 4, names.stage, COMMIT, (4, 4), (metric,))
    yield "scan", scanned(scan)
    yield (
        "two names of one number",
        scanned(replace(scan, same=((f"{names.value}0", names.value),))),
    )
    yield (
        "it has no such parameter",
        refused(f"No parameter `{names.value}`.", "Try it."),
    )
    yield "it is not trusted", errands.UNTRUSTED
    yield "the base's policy asks for what is not there", errands.UNJUDGEABLE
    yield "our own fault", errands.FAILED
    yield "stopped", errands.stopped(code(names.login))
    yield "conflict", errands.conflict([code(names.file, 80), code("train.py", 80)])
    yield "no gate", ungated(ruling.not_gated(names.branch))


def splits(names: Names) -> Said:
    address = "https://gate.example/bundles/ab?until=17&signature=0f"
    kept = [(names.change, names.title), ("1698894", "")]
    yield "split", offered(names.branch, [names.change], kept, address)
    yield "split of the only change", offered("idea", [names.change], [], address)


def baselines(names: Names) -> Said:
    place = (names.mode, names.metric)
    like = Added(*place, (1.00, 1.02, 0.98, 1.01), (1.0, 1.01))
    other = replace(like, after=(1.3, 1.31), failed=1)
    few = Added(names.mode, "speed", (), ())
    told = Refreshed(names.branch, COMMIT, names.stage, 2, (like, few))
    yield "runs added", refreshed(told)
    yield "and they differ", refreshed(replace(told, metrics=(other,), moved=(place,)))
    yield "no run serves twice", refreshed(replace(told, shared=False))
    yield "no baseline", refreshed(replace(told, metrics=()))
    title, text = drift(names)
    yield "title of the issue of drift", code(title)
    yield "its text", text


def drift(names: Names) -> tuple[str, str]:
    place = (names.mode, names.metric)
    return alarm(names.branch, [(place, 6.2, 5.0), (("mlp", "speed"), 7.0, 5.0)])


def rulings(names: Names) -> Said:
    faults = [PolicyFault(n, 1, "modes", names.fault, "Mend it.") for n in range(1, 8)]
    source = "0a1b2c3d4e:.github/seedgate.yml"
    yield "no policy", ungated(ruling.NO_POLICY)
    yield "not gated", ungated(ruling.not_gated(names.branch))
    yield "gated without a policy", refused(*ruling.absent(names.branch))
    yield "broken", refused(*ruling.broken(faults))
    yield "broken in one place", refused(*ruling.broken(faults[:1]))
    yield "another rules", prose(ruling.instead(names.branch, source, faults[:2]))


def fetches(names: Names) -> Said:
    unfit = f"{names.branch} holds what no tree may hold: {names.file}."
    yield "nothing held", refused(fetching.NOTHING_HELD, fetching.READ_LOG)
    yield (
        "too large",
        refused("More than 2 GB would come at once.", fetching.MAKE_SMALLER),
    )
    yield "unfit", refused(unfit, fetching.MAKE_FIT)


TOLD: dict[str, Callable[[Names], Said]] = {
    "scan": scans,
    "split": splits,
    "baseline": baselines,
    "ruling": rulings,
    "fetching": fetches,
}


def laid_out(said: Said) -> str:
    return "\n".join(f"=== {what}\n{text}\n" for what, text in said)


@pytest.mark.parametrize("name", TOLD)
def test_what_is_said_is_as_agreed(name: str) -> None:
    text = laid_out(TOLD[name](PLAIN))
    assert text == agreed(f"said_{name}.md", text)


@pytest.mark.parametrize("name", TOLD)
def test_names_that_would_act_are_only_text(name: str) -> None:
    for _, said in TOLD[name](HOSTILE):
        assert not command_lines(said)
        assert "\u202e" not in said
        for token in PARSER.parse(said):
            assert token.type != "html_block"
            assert token.type != "fence" or token.info == "sh"
            for one in token.children or ():
                assert one.type not in {"html_inline", "link_open", "image"}
                assert one.type != "text" or not ACTS.search(one.content), one.content


def test_a_title_is_one_line_that_links_nowhere() -> None:
    title, _ = drift(HOSTILE)
    assert not ACTS.search(title)
    assert len(title.splitlines()) == 1
    assert len(title) <= 256  # what GitHub takes


def test_the_buttons_are_as_agreed() -> None:
    said = (
        (
            name,
            "\n".join(f"{b.label} | {b.description} | {b.identifier}" for b in shown),
        )
        for name, make in SITUATIONS.items()
        if (shown := actions(make()))
    )
    text = laid_out(said)
    assert text == agreed("said_buttons.txt", text)


def test_the_pages_that_open_nothing_are_as_agreed() -> None:
    pages = (link_pages.UNSIGNED, link_pages.EXPIRED, link_pages.BAD, link_pages.AWAY)
    said = ((one.title, link_pages.notice_page(one)) for one in pages)
    text = laid_out(said)
    assert text == agreed("said_links.html", text)


def test_what_revoke_says_is_as_agreed() -> None:
    said = (
        ("revoked", links.revoked("ann/digits", 7, "/var/lib/seedgate/store.db")),
        ("by number", links.revoked("7", 7, "gate on db.example")),
        ("no store", f"{links.no_store('/tmp/store.db')}\n{links.OUR_STORE}"),
        ("no number", f"{links.no_number('-7')}\n{links.BY_NUMBER}"),
        ("out of reach", links.unreached("ann/digits")),
        ("GitHub fails", links.unasked("HTTP 502")),
    )
    text = laid_out(iter(said))
    assert text == agreed("said_revoke.txt", text)


def test_what_a_round_trip_says_is_as_agreed() -> None:
    bad = Refused("Validation\nFailed", ("body",))
    steps = [smoke.line(Tried(one)) for one in Step]
    broken = [
        smoke.line(Tried(Step.FIND, NotFound(""))),
        smoke.line(Tried(Step.CREATE, bad)),
        smoke.line(Tried(Step.READ_CHECK, odd=True)),
    ]
    left = (smoke.TITLE, smoke.STARTED, smoke.WORKED, smoke.BROKEN, smoke.REMARK)
    said = (
        ("steps", "\n".join(steps)),
        ("steps that fail", "\n".join(broken)),
        ("the check run", "\n".join(left)),
        ("the comment", f"{smoke.COMMENT}\n{smoke.EDITED}"),
        ("the end", f"{smoke.WORKS}\n{smoke.BREAKS}\n{smoke.NO_PULL}"),
    )
    text = laid_out(iter(said))
    assert text == agreed("said_smoke.txt", text)
