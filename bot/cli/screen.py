"""The two consoles of the command line: results on stdout, everything else on stderr.

What a trial or a repository wrote is shown as text: no rich markup, no emoji codes, no
control characters.
"""

import os
import sys

from rich.console import Console

from bot.domain.errors import MachineryFault, PolicyFaults, UserFault


def out() -> Console:
    """The console for results."""
    return Console(markup=False, highlight=False, emoji=False, soft_wrap=True)


def err() -> Console:
    """The console for faults, hints and progress."""
    return Console(
        stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True
    )


def hush_stdout() -> None:
    """Point stdout at nothing: its reader went away, and that is no fault."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, sys.stdout.fileno())
    os.close(nothing)


def clean(text: str) -> str:
    """The text without control characters but newline and tab."""
    return "".join(c for c in text if c in "\n\t" or c.isprintable())


def show_fault(fault: UserFault | MachineryFault) -> None:
    """Print a fault and its mend; every fault of a policy gets a line."""
    console = err()
    console.print(f"seedgate: {clean(fault.problem)}", style="bold red")
    if isinstance(fault, PolicyFaults):
        for one in fault.faults:
            place = f"{fault.source}:{one.line}:{one.column}"
            console.print(clean(f"  {place}: {one.path}: {one.problem} {one.mend}"))
    elif fault.mend:
        console.print(f"  {clean(fault.mend)}")
