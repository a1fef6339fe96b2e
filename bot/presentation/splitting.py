"""The line that makes a branch without some of its changes, for a POSIX shell."""

import shlex
from collections.abc import Iterator, Sequence

from bot.domain.verdict import Report

_HEAD = "HEAD"
"""What `split` splits unasked."""


def split_line(report: Report, changes: Sequence[str]) -> str:
    """`seedgate split --without 1a2b3c4 ...`; empty where there is nothing to split.

    Results that were given have no commits, and without all of its changes nothing is
    left of a branch.
    """
    provenance = report.provenance
    known = provenance.base_commit and provenance.head_commit
    if not (known and changes) or nothing_left(report, changes):
        return ""
    words = [word for one in changes for word in _option("without", one)]
    return shlex.join(["seedgate", "split", *words, *_place(report)])


def nothing_left(report: Report, changes: Sequence[str]) -> bool:
    """Whether these are all changes of the branch, as far as its changes are known.

    Where none was judged, a mode that changed tells how many there are.
    """
    parts = {one.id: one.parts or (one.id,) for one in report.verdict.changes}
    gone = {part for name in changes for part in parts.get(name, (name,))}
    if parts:
        return gone >= {part for many in parts.values() for part in many}
    cut = (one.evidence.get("cut") for one in report.verdict.findings)
    return len(gone) >= max((one for one in cut if isinstance(one, int)), default=0)


def _place(report: Report) -> Iterator[str]:
    """What is split, as it was judged; what `split` does unasked is not said."""
    seen = report.provenance
    if report.repository_path:
        yield from _option("repo", report.repository_path)
    if seen.base_revision:
        yield from _option("base", seen.base_revision)
    if seen.head_revision not in ("", _HEAD):
        yield from _option("head", seen.head_revision)
    if seen.policy_source and not seen.policy_source.startswith(
        f"{seen.base_revision}:"
    ):
        yield from _option("policy", seen.policy_source)
    if seen.targets:
        yield from _option("target", ",".join(seen.targets))


def _option(name: str, value: str) -> tuple[str, ...]:
    """The words of an option; a value that looks like one is bound to its name."""
    if value.startswith("-"):
        return (f"--{name}={value}",)
    return f"--{name}", value
