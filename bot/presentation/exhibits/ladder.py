"""The rungs of the ladder: what ran in which order, and where it stopped."""

from collections.abc import Iterator

from bot.domain.verdict import Report, Ruling, Rung
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
        rows=tuple(_row(one) for one in rungs),
        brief=True,
    )


def _row(rung: Rung) -> Row:
    what = _KINDS.get(rung.kind, rung.kind)
    return Row((rung.stage, what, _result(rung), rung.note or NOTHING), rung.state)


def _result(rung: Rung) -> str:
    """A rung without a ruling was not started, or found nothing to rule on."""
    if rung.state is not Ruling.INFO:
        return str(rung.state)
    return "nothing decided" if rung.note else "not started"
