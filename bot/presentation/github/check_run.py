"""The texts of a check run, each within what GitHub takes."""

from collections.abc import Iterator
from dataclasses import dataclass

from bot.domain.conclusions import CheckState, state_of
from bot.domain.github import octets
from bot.presentation.escape import unlinked, unquoted
from bot.presentation.github.actions import Action, actions
from bot.presentation.github.annotations import Annotation, annotations
from bot.presentation.github.links import note
from bot.presentation.github.situation import Situation
from bot.presentation.github.sizes import TEXT, cut, fit
from bot.presentation.github.spoken import Spoken, spoken
from bot.presentation.github.sticky import answer_parts, page_link, sentence
from bot.presentation.markdown import background, tables
from bot.presentation.words import around

NAME = "seedgate"
"""Never another one: a required check that is renamed holds every merge up."""
TITLE = 255


@dataclass(frozen=True, slots=True)
class CheckRunText:
    """What a check run shows; `text` alone may be empty.

    More than 50 annotations take several requests.
    """

    state: CheckState
    title: str
    summary: str
    text: str
    annotations: tuple[Annotation, ...]
    actions: tuple[Action, ...]


def check_run(said: Situation) -> CheckRunText:
    """All of it for one head commit."""
    one = spoken(said)
    found = annotations(said.shown) if said.shown is not None else ()
    return CheckRunText(
        state=state_of(said.outcome),
        title=_title(one),
        summary=_summary(said, one),
        text=_text(said),
        annotations=found,
        actions=actions(said),
    )


def _title(one: Spoken) -> str:
    """`Do not merge: test_loss got worse`; it is shown as plain text."""
    return cut(unlinked(unquoted(f"{one.head}: {one.why}"), TITLE), TITLE, octets)


def _summary(said: Situation, one: Spoken) -> str:
    parts = [sentence(one), *answer_parts(said, one)]
    ask = "" if said.grouped else around.ASK
    last = "\n\n".join(text for text in (page_link(said), ask) if text)
    return fit(parts, last, TEXT, size=octets, note=note(said.address))


def _text(said: Situation) -> str:
    parts = list(_evidence(said))
    if not parts:
        return ""
    text = fit(["", *parts], "", TEXT, size=octets, note=note(said.address))
    return text.lstrip("\n")


def _evidence(said: Situation) -> Iterator[str]:
    if said.shown is not None:
        yield from tables(said.shown)
        yield from background(said.shown)
