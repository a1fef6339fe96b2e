"""The vendored descriptions are the ones whose origin is written down."""

import hashlib

from tests.fakegithub.schemas import HERE


def test_the_vendored_files_have_the_sums_that_are_written_down() -> None:
    written = (HERE.parent / "PROVENANCE.md").read_text()
    for file in sorted(HERE.glob("*.gz")):
        digest = hashlib.sha256(file.read_bytes()).hexdigest()
        assert f"| `{file.name}` | `{digest}` |" in written
