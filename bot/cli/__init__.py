"""The verbs of the `seedgate` command, one small module a verb."""

import sys


def main() -> None:
    """Entry point of the `seedgate` command."""
    from bot.cli.app import run

    sys.exit(run(sys.argv[1:]))
