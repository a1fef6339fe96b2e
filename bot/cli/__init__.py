"""The verbs of the `seedgate` command, one small module a verb."""

import signal
import sys


def main() -> None:
    """Entry point of the `seedgate` command."""
    from bot.cli.streams import stand_in

    stand_in()
    from bot.cli.app import run

    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
    sys.exit(run(sys.argv[1:]))
