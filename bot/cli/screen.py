"""The two consoles of the command line: results on stdout, everything else on stderr.

What a trial or a repository wrote is shown as text: no rich markup, no emoji codes, no
control characters.
"""

import os
import sys
from typing import IO

from rich.console import Console
from typing_extensions import override

from bot.domain.errors import MachineryFault, PolicyFaults, UserFault


class Screen(Console):
    """A console whose reader may go away (`| head -1`).

    What is done goes on unheard, and its exit code stands: rich itself would end the
    process, and a blocked branch would look like one that passes.
    """

    @override
    def on_broken_pipe(self) -> None:
        self.quiet = True
        hush(self.file)


def out() -> Console:
    """The console for results."""
    return Screen(markup=False, highlight=False, emoji=False, soft_wrap=True)


def err() -> Console:
    """The console for faults, hints and progress."""
    return Screen(
        stderr=True, markup=False, highlight=False, emoji=False, soft_wrap=True
    )


def hush(stream: IO[str]) -> None:
    """Point a stream at nothing: its reader went away, and that is no fault."""
    nothing = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nothing, stream.fileno())
    os.close(nothing)


def finish_stdout() -> None:
    """Write out what is still held back, if anybody reads it."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        hush(sys.stdout)


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
