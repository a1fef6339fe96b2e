"""Giving a report to people on the terminal and to scripts as JSON."""

import json as json_text
import sys
from collections.abc import Mapping
from pathlib import Path, PurePath

from bot.cli.screen import err, finish_stdout, hush, out
from bot.domain.errors import ExitCode, UserFault
from bot.domain.verdict import Report, Ruling
from bot.presentation.signature import signed

STDOUT = Path("-")
REPORT_FILES = ("report.html", "report.md", "report.json")


def exit_code(report: Report) -> int:
    """The exit code of a verdict."""
    match report.verdict.state:
        case Ruling.PASS:
            return ExitCode.PASS
        case Ruling.BLOCK:
            return ExitCode.BLOCK
        case Ruling.UNDECIDED | Ruling.INFO:
            return ExitCode.UNDECIDED


def emit(report: Report, json: Path | None) -> None:
    """Show a report; with `--json -` the JSON has stdout for itself.

    A reader that has seen enough (`| head -1`) does not change the verdict's code.
    """
    from bot.cli.show import show_report

    if json is not None and json != STDOUT:
        write_json(report, json)
    try:
        show_report(report, err() if json == STDOUT else out())
        if json == STDOUT:
            write_json(report, json)
    except BrokenPipeError:
        hush(sys.stdout)
    finish_stdout()


def json_of(document: Mapping[str, object]) -> str:
    """A document as the text that `--json` writes; numbers must be finite."""
    return json_text.dumps(signed(document), indent=2, allow_nan=False) + "\n"


def outputs_of(json: Path | None, report: Path | None = None) -> tuple[PurePath, ...]:
    """The files that a call will write; `report` is a folder of reports."""
    files = [] if json is None or json == STDOUT else [json]
    pages = [] if report is None else [report / name for name in REPORT_FILES]
    return tuple(one.absolute() for one in (*files, *pages))


def write_json(report: Report, target: Path) -> None:
    """Write the report's JSON document to a file, or to stdout for `-`."""
    from bot.presentation.report_json import document

    text = json_of(document(report))
    if target == STDOUT:
        out().file.write(text)
        return
    write_text(target, text)


def require_writable(target: Path | None) -> None:
    """Refuse a file that could not be written later, before anything is spent."""
    if target is None or target == STDOUT:
        return
    existed = target.exists()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.open("a", encoding="utf-8").close()
    except OSError as error:
        raise _unwritable(target, error) from None
    if not existed:
        target.unlink()


def write_text(target: Path, text: str) -> None:
    """Write a whole file; a path that cannot be written is the caller's to mend."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        raise _unwritable(target, error) from None


def _unwritable(target: Path, error: OSError) -> UserFault:
    problem = f"{target} cannot be written: {error.strerror}."
    return UserFault(problem, "Name a file in a folder that you may write.")
