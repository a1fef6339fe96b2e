"""Pull requests that are opened again beside others of the same head."""

from pathlib import Path

from bot.domain.conclusions import Judged
from bot.domain.github import Pull
from bot.domain.verdict import Report
from tests.fakes import reports
from tests.fakes.yard import POLICY, Yard, files, side, yard

WIDE = POLICY + "branches: [main, release]\n"


def beside(one: Yard, pull: Pull) -> Pull:
    """Another pull request with the same head, onto `release`."""
    base = one.mirrors.pushes(one.place, "release", {"notes.md": "Notes.\n"})
    other = one.github.opens(one.place, "idea", pull.head.sha, one.author, base)
    one.mirrors.opens(one.place, other.number, pull.head.sha)
    one.edits(other, base=side(one.place, base, "release"))
    return other


def shown(one: Yard, pull: Pull) -> str | None:
    conclusion = one.run(pull.head.sha).conclusion
    return None if conclusion is None else conclusion.value


def test_a_head_is_not_green_while_one_that_failed_is_open_again(
    tmp_path: Path,
) -> None:
    one = yard(tmp_path, files(policy=WIDE))
    failed = one.opens()
    one.judges(failed, report=reports.blocking())
    other = beside(one, failed)
    one.judges(other)
    assert shown(one, failed) == "failure"
    one.edits(failed, open=False)
    one.works(failed)
    assert shown(one, failed) == "success"
    one.edits(failed, open=True)
    one.works(failed)
    assert one.standing(failed).open
    assert shown(one, failed) is None
    one.evaluations.ends(one.key(failed), *ended())
    one.works(failed)
    assert shown(one, failed) == "failure"


def ended() -> tuple[Judged, Report]:
    report = reports.blocking()
    return Judged(report.verdict), report
