"""Signals that come while `seedgate serve` begins."""

import os
import subprocess
import sys
from pathlib import Path

from bot.domain.errors import ExitCode
from tests.app.stage import SECRET, keys

PATIENCE_S = 60
SERVE = """
import signal
from bot.compose.serve import serve
from bot.settings import Settings

def tell(line):
    signal.raise_signal(signal.SIGTERM)

serve(Settings(), dispatch=False, jobs=None, tell=tell)
"""

HANGS = f"""
import threading
from bot.compose import serve as serving
from bot.compose.serving.service import Service
serving.LEAVES_S = 0.1
Service.close = lambda self: threading.Event().wait()
{SERVE}
"""


def test_a_signal_that_comes_before_the_server_runs_is_not_lost(
    tmp_path: Path,
) -> None:
    assert ended(SERVE, tmp_path) == 0


def test_an_end_that_hangs_is_left_after_a_while(tmp_path: Path) -> None:
    """As where the database does not answer, and does not hang up."""
    assert ended(HANGS, tmp_path) == ExitCode.MACHINERY


def ended(program: str, tmp_path: Path) -> int:
    """How a process ended in which `serve` was told to, as soon as it served."""
    environment = {
        **os.environ,
        "SEEDGATE_CACHE_DIR": str(tmp_path / "cache"),
        "SEEDGATE_API_URL": "http://127.0.0.1:9",
        "SEEDGATE_PUBLIC_URL": "http://127.0.0.1:9",
        "SEEDGATE_LISTEN": "127.0.0.1:0",
        "SEEDGATE_APP_ID": "1",
        "SEEDGATE_PRIVATE_KEY": keys()[0],
        "SEEDGATE_WEBHOOK_SECRET": SECRET,
    }
    words = [sys.executable, "-c", program]
    done = subprocess.run(words, env=environment, timeout=PATIENCE_S, check=False)
    return done.returncode
