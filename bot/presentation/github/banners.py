"""What a reader must know beside the verdict, such as an older base or overrides."""

from collections.abc import Iterator

from bot.domain.conclusions import Advisory, Conclusion, Open, state_of
from bot.domain.verdict import Override
from bot.presentation.escape import code, markdown, prose
from bot.presentation.github.sharing import held_up
from bot.presentation.github.situation import Moved, Situation
from bot.presentation.words import around, ruling

_MOST = 20
_REASON = 300
_FAULTS = 1500
_NOTE, _IMPORTANT, _WARNING = "NOTE", "IMPORTANT", "WARNING"


def banners(said: Situation) -> Iterator[str]:
    """Each as a block of its own."""
    if isinstance(said.outcome, Advisory):
        yield _banner(_NOTE, _advisory(said))
    if said.held_up_by is not None:
        yield _banner(_IMPORTANT, held_up(said.held_up_by))
    if said.moved is not None:
        yield _banner(_IMPORTANT, _moved(said.moved))
    if said.instead is not None:
        text = ruling.instead(said.base, said.instead.source, said.instead.faults)
        yield _banner(_WARNING, prose(text, _FAULTS))
    if said.lifting:
        yield _banner(_WARNING, around.ACCEPTED, *override_lines(said.lifting))
    elif said.overrides and isinstance(said.plain, Open):
        yield _banner(_NOTE, around.ACCEPTED_SO_FAR, *override_lines(said.overrides))


def _banner(kind: str, *lines: str) -> str:
    """An alert as GitHub draws it; elsewhere it is a quote."""
    return "\n".join([f"> [!{kind}]", *(f"> {one}" for one in lines)])


def _advisory(said: Situation) -> str:
    tolerated = state_of(said.outcome).conclusion is Conclusion.NEUTRAL
    return around.TOLERATED if tolerated else around.NOT_TOLERATED


def _moved(one: Moved) -> str:
    text = f"{around.moved(one.judged, one.now)} {around.stands(one.ends)}"
    return markdown(text)


def override_lines(many: tuple[Override, ...]) -> Iterator[str]:
    """Who accepted what, until when and why, as items of a list."""
    for one in many[:_MOST]:
        ends = markdown(around.until(one.commit, one.ends))
        by = code(one.by, 60)
        why = markdown(one.reason, _REASON)
        yield f"- {code(one.finding, 60)} by {by}, {ends}: {why}"
    if len(many) > _MOST:
        yield f"- and {len(many) - _MOST} more"
