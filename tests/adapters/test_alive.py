"""Which evaluations are being carried on."""

import subprocess
import sys
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
