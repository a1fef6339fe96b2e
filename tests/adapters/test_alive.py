"""Which evaluations are being carried on."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bot.adapters.alive import AliveLocks

HOLD = """
import sys
from pathlib import Path
from bot.adapters.alive import AliveLocks
with AliveLocks(Path(sys.argv[1])).hold("e1"):
    print("held", flush=True)
    sys.stdin.read()
"""


def alive(locks: AliveLocks, evaluation: str) -> bool:
    with locks.abandoned(evaluation) as abandoned:
        return not abandoned


def test_an_evaluation_is_alive_while_somebody_holds_it(tmp_path: Path) -> None:
    locks = AliveLocks(tmp_path / "locks")
    assert not alive(locks, "e1")
    with locks.hold("e1"), locks.hold("e1"):
        assert alive(locks, "e1")
        assert not alive(locks, "e2")
    assert not alive(locks, "e1")


@contextmanager
def starting() -> Iterator[None]:
    """A process that is being started: it still has open what we had open."""
    told, tells = os.pipe()
    child = os.fork()
    if not child:  # pragma: no cover - coverage does not follow it
        os.close(tells)
        os.read(told, 1)
        os._exit(0)
    try:
        yield
    finally:
        os.close(told)
        os.close(tells)
        os.waitpid(child, 0)


def test_a_process_that_is_just_being_started_keeps_nothing_alive(
    tmp_path: Path,
) -> None:
    """The App starts git all the time, and trials begin beside it."""
    locks = AliveLocks(tmp_path)
    with ExitStack() as started:
        with locks.hold("e1"):
            started.enter_context(starting())
            assert alive(locks, "e1")
        assert not alive(locks, "e1")
        with locks.abandoned("e1"):
            started.enter_context(starting())
        assert not alive(locks, "e1")


def test_a_killed_process_does_not_keep_its_evaluation_alive(tmp_path: Path) -> None:
    locks = AliveLocks(tmp_path)
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        assert alive(locks, "e1")
        holder.kill()
        holder.wait()
        assert not alive(locks, "e1")
