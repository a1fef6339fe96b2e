"""Giving a report to people on the terminal and to scripts as JSON."""

import json as json_text
from pathlib import Path

from bot.cli.screen import err, out
from bot.domain.errors import ExitCode, UserFault
from bot.domain.verdict import Report, Ruling

STDOUT = Path("-")


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
    """Show a report; with `--json -` the JSON has stdout for itself."""
    from bot.cli.show import show_report

    show_report(report, err() if json == STDOUT else out())
    if json is not None:
        write_json(report, json)


def write_json(report: Report, target: Path) -> None:
    """Write the report's JSON document to a file, or to stdout for `-`."""
    from bot.presentation.report_json import document

    text = json_text.dumps(document(report), indent=2, allow_nan=False) + "\n"
    if target == STDOUT:
        out().file.write(text)
        return
    write_text(target, text)


def write_text(target: Path, text: str) -> None:
    """Write a whole file; a path that cannot be written is the caller's to mend."""
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
    except OSError as error:
        problem = f"{target} cannot be written: {error.strerror}."
        raise UserFault(
            problem, "Name a file in a folder that you may write."
        ) from None
