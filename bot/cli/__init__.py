"""The verbs of the `seedgate` command, one small module a verb."""

import signal
import sys


def main() -> None:
    """Entry point of the `seedgate` command."""
    from bot.cli.streams import stand_in

    stand_in()
    try:
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends like Ctrl-C
        from bot.cli.app import run

        code = run(sys.argv[1:])
    except KeyboardInterrupt:  # before anything is begun, or at the very end
        code = 130
    sys.exit(code)
