"""Every test that `docs/security.md` calls a witness is there."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs/security.md").read_text()
WITNESS = re.compile(r"`(tests/[\w/]+\.py)(?:::(test_\w+))?`")


@pytest.mark.parametrize(("file", "name"), sorted(set(WITNESS.findall(PAGE))))
def test_a_witness_is_there(file: str, name: str) -> None:
    text = (ROOT / file).read_text()
    assert not name or f"def {name}(" in text


def test_no_row_is_without_a_witness() -> None:
    rows = [one for one in PAGE.splitlines() if one.startswith("| ")]
    tables = [one for one in rows if one.count("|") in {3, 4}]
    missing = [one for one in tables if "`tests/" not in one and "held by" not in one]
    trusted = PAGE[PAGE.index("## Who is trusted") : PAGE.index("## Webhooks")]
    assert [one for one in missing if one not in trusted] == []
