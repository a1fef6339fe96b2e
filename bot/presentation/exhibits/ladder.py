"""The rungs of the ladder: what ran in which order, and where it stopped."""

from collections.abc import Iterator, Sequence

from bot.domain.ladder import RungKind
from bot.domain.verdict import Fingerprint, ModeVerdict, Report, Ruling, Rung
from bot.presentation.exhibits.section import Column, Row, Section
from bot.presentation.rows import NOTHING

_KINDS = {
    "tests": "the repository's own tests",
    "sanity": "checks of the network",
    "fingerprint": "behaviour, step by step",
    "training": "training runs, compared",
}


def ladder(report: Report) -> Iterator[Section]:
    """One row a rung."""
    rungs = report.verdict.rungs
    if not rungs:
        return
    yield Section(
        title="Ladder",
        about="Each stage starts only if the one before it passed.",
        columns=(
            ("stage", Column.NAME),
            ("what", Column.TEXT),
            ("result", Column.BADGE),
            ("seen", Column.TEXT),
        ),
        rows=tuple(_row(one, report.verdict.modes) for one in rungs),
        brief=True,
    )


def _row(rung: Rung, modes: Sequence[ModeVerdict]) -> Row:
    what, result = _KINDS.get(rung.kind, rung.kind), _result(rung, modes)
    return Row((rung.stage, what, result, rung.note or NOTHING), rung.state)


def _result(rung: Rung, modes: Sequence[ModeVerdict]) -> str:
    """A rung without a ruling was not started, or found nothing to rule on."""
    if rung.state is not Ruling.INFO:
        return str(rung.state)
    if not rung.note:
        return "not started"
    seen = any(one.fingerprint is not Fingerprint.UNKNOWN for one in modes)
    unseen = rung.kind == RungKind.FINGERPRINT and not seen
    return "nothing compared" if unseen else "nothing decided"
