"""Signals that come while `seedgate serve` begins."""

import os
import subprocess
import sys
from pathlib import Path

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


def test_a_signal_that_comes_before_the_server_runs_is_not_lost(
    tmp_path: Path,
) -> None:
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
    words = [sys.executable, "-c", SERVE]
    done = subprocess.run(words, env=environment, timeout=PATIENCE_S, check=False)
    assert done.returncode == 0
