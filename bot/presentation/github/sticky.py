"""The comments of a pull request: one that is edited, and a short one that calls.

First on screen is the answer in one sentence, then number, interval and rule, then
what to do; then tables, plots, and folded what stands behind them.
"""

from collections.abc import Iterator

from bot.domain.conclusions import Open
from bot.presentation.background import cost_line
from bot.presentation.escape import code, markdown, prose
from bot.presentation.github.banners import banners
from bot.presentation.github.key_numbers import number_lines
from bot.presentation.github.links import link, note
from bot.presentation.github.marker import mark
from bot.presentation.github.plots import curve_plots, effect_plots
from bot.presentation.github.situation import Situation
from bot.presentation.github.sizes import fit, units
from bot.presentation.github.spoken import Spoken, calls, spoken
from bot.presentation.github.standing import standing
from bot.presentation.markdown import background, step_item, tables
from bot.presentation.words import around

LIMIT = 60_000
_SENTENCE = 800
_SHA, _BASE = 40, 80


def sticky(said: Situation, key: str) -> str:
    """The body of the one comment that is edited; `key` marks it (see `marker`)."""
    one = spoken(said)
    parts = [
        f"{mark(key)}\n{title(one)}\n\n{sentence(one)}",
        *answer_parts(said, one),
        *_evidence(said),
    ]
    last = _footer(said)
    return fit(parts, last, LIMIT, size=units, note=note(said.page))


def call(said: Situation, key: str) -> str:
    """A short comment of its own, where a person has to act; empty where nobody has."""
    if not calls(said):
        return ""
    one = spoken(said)
    parts = [f"{mark(key)}\n{title(one)}\n\n{sentence(one)}", *step_parts(one)]
    page = page_link(said)
    return fit(parts, page, LIMIT, size=units, note=note(said.page))


def title(one: Spoken) -> str:
    """The answer as a heading."""
    return f"## {one.sign} Seedgate: {one.head.lower()}"


def sentence(one: Spoken) -> str:
    """Why, in one sentence."""
    return prose(one.sentence, _SENTENCE)


def answer_parts(said: Situation, one: Spoken) -> Iterator[str]:
    """Numbers, what a reader must know beside them, what to do, where it stands."""
    if said.shown is not None and (lines := number_lines(said.shown)):
        yield lines
    yield from banners(said)
    yield from step_parts(one)
    if isinstance(said.outcome, Open) and said.progress is not None:
        yield from standing(said.progress)


def step_parts(one: Spoken) -> Iterator[str]:
    """What to do, a part for each step, so that a long one does not take the others."""
    for at, step in enumerate(one.steps):
        lead = "" if at else f"**{around.WHAT_TO_DO}**\n\n"
        yield f"{lead}{step_item(step)}".rstrip()


def page_link(said: Situation) -> str:
    """The permanent link, which is not signed; empty without an address.

    Of a merge group there is none: nobody would get it signed.
    """
    words = around.DETAILS if said.shown is None else around.HOW_TO_SEE_IT
    return link(words, said.address)


def _evidence(said: Situation) -> Iterator[str]:
    if said.shown is None:
        return
    yield from tables(said.shown)
    yield from effect_plots(said.shown)
    yield from filter(None, [curve_plots(said.shown)])
    yield from background(said.shown)


def _footer(said: Situation) -> str:
    """The link, what was judged, what it cost, and whom to ask."""
    what = f"{code(said.head, _SHA)} onto {code(said.base, _BASE)}"
    parts = [page_link(said), what]
    if said.shown is not None:
        parts.append(markdown(cost_line(said.shown.cost)))
    line = " · ".join(one for one in parts if one)
    return f"---\n\n{line}\n\n{around.ASK}"
