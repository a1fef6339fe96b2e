"""Stories about sample outputs in files: found by a pattern, never through a link."""

import os
from pathlib import Path

import pytest

from tests.unit.workers.bench import Bench
from workers.contract import Observed, Ok, Sample
from workers.metrics.observe import Observer
from workers.metrics.sample_files import MOST_FILES, sample_files


@pytest.fixture
def output(tmp_path: Path) -> Path:
    (tmp_path / "output" / "samples").mkdir(parents=True)
    return tmp_path / "output"


def texts(output: Path, pattern: str) -> dict[str, str]:
    return {one.name: one.text for one in sample_files(pattern, output)[0]}


def test_files_are_found_by_name_in_order(output: Path) -> None:
    for name in ("b.txt", "a.txt", ".hidden.txt", "c.png"):
        (output / "samples" / name).write_text(name)
    found = texts(output, "{output_dir}/samples/*.txt")
    assert list(found.items()) == [
        ("samples/a.txt", "a.txt"),
        ("samples/b.txt", "b.txt"),
    ]
    assert texts(output, "samples/c.png") == {"samples/c.png": "c.png"}
    assert texts(output, "s*/[ab].txt") == found


def test_what_is_not_there_is_no_sample_and_no_fault(output: Path) -> None:
    assert sample_files("samples/*.txt", output) == ((), [])
    assert sample_files("other/*.txt", output) == ((), [])
    assert sample_files("other/one.txt", output) == ((), [])


def test_a_file_that_is_no_text_is_named_by_its_digest(output: Path) -> None:
    (output / "samples" / "a.png").write_bytes(b"\x89PNG\0\xff")
    found = texts(output, "samples/*")
    assert found["samples/a.png"].startswith("[no text: 6 bytes, SHA-256 ")


def test_long_files_are_read_in_part(output: Path) -> None:
    (output / "samples" / "a").write_text("x" * (64 * 1024 - 1) + "\u00e9" * 1000)
    (output / "samples" / "b").write_bytes(b"\0" * 70_000)
    found = texts(output, "samples/*")
    assert found["samples/a"].endswith("[cut after 4000 characters]")
    assert found["samples/b"].endswith(", of its first 65536 bytes]")


def test_links_fifos_and_folders_are_refused_by_name(
    output: Path, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("secret")
    (output / "samples" / "link").symlink_to(tmp_path / "secret")
    (output / "samples" / "folder").mkdir()
    os.mkfifo(output / "samples" / "pipe")
    found, faults = sample_files("samples/*", output)
    assert found == ()
    assert faults == [
        "The sample samples/folder was not read: it is a folder.",
        "The sample samples/link was not read: it is a symbolic link.",
        "The sample samples/pipe was not read: it is a FIFO.",
    ]


def test_a_folder_that_is_a_link_is_not_entered(output: Path, tmp_path: Path) -> None:
    (tmp_path / "else").mkdir()
    (tmp_path / "else" / "a.txt").write_text("secret")
    (output / "linked").symlink_to(tmp_path / "else")
    found, faults = sample_files("linked/*.txt", output)
    assert found == ()
    assert "linked" in faults[0]


def test_so_many_files_are_read_and_no_more(output: Path) -> None:
    for at in range(MOST_FILES + 3):
        (output / "samples" / f"{at:03d}").write_text("t")
    found, faults = sample_files("samples/*", output)
    assert len(found) == MOST_FILES
    assert faults == [f"More than {MOST_FILES} files match samples/*."]


def test_files_stand_beside_typed_lines(output: Path, tmp_path: Path) -> None:
    (output / "samples" / "a").write_text("from a file")
    (output / "samples" / "pipe").symlink_to("a")
    line = '{"kind": "sample", "name": "b", "text": "from a line"}\n'
    (tmp_path / "metrics.jsonl").write_text(line)
    made = Observer(tmp_path / "metrics.jsonl", output, "samples/*").finish()
    assert made == Observed(
        samples=(
            Sample("b", 0.0, "from a line"),
            Sample("samples/a", 0, "from a file"),
        ),
        faults=("The sample samples/pipe was not read: it is a symbolic link.",),
    )


WRITE = """
import os
from pathlib import Path
folder = Path(os.environ["SEEDGATE_OUTPUT_DIR"], "samples")
folder.mkdir()
(folder / "story.txt").write_text("Once upon a time")
"""


def test_a_trial_that_leaves_samples_shows_them(bench: Bench) -> None:
    asked = bench.python(WRITE, samples="{output_dir}/samples/*.txt")
    assert asked.outcome == Ok()
    assert asked.observed == Observed(
        samples=(Sample("samples/story.txt", 0.0, "Once upon a time"),)
    )
    assert bench.python(WRITE).observed is None
