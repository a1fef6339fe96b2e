"""GitHub's official examples of webhooks: every event, and those that are read."""

import functools
import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

TESTS = Path(__file__).parents[2]
OTHERS = TESTS / "data" / "hooks" / "other_examples.json.gz"
OURS = TESTS / "fakegithub" / "data" / "examples.json.gz"


@functools.cache
def examples() -> tuple[tuple[str, dict[str, Any]], ...]:
    """All (event, payload)."""
    found = []
    for file in (OURS, OTHERS):
        for event, payloads in json.loads(gzip.decompress(file.read_bytes())).items():
            found += [(event, payload) for payload in payloads]
    return tuple(found)


def digest(file: Path) -> str:
    """The sum that provenance names."""
    return hashlib.sha256(file.read_bytes()).hexdigest()
