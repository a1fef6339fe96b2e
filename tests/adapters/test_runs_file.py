"""The runs file of a replay: what it means, and every fault at once."""

from pathlib import Path

import pytest

from bot.adapters.trials_file import load_runs
from bot.domain.errors import UserFault
from bot.domain.replay import Run


def write(tmp_path: Path, text: str | bytes) -> Path:
    path = tmp_path / "runs.json"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def refusal(path: Path) -> str:
    with pytest.raises(UserFault) as fault:
        load_runs(path)
    return str(fault.value)


def test_runs_are_read_by_arm_in_their_order(tmp_path: Path) -> None:
    text = """{
      "folder/old": [{"loss": 3.27, "steps": 100}, {"loss": 3.28, "gpu": "H100"}],
      "new": [{"loss": 3.1, "seed": 7, "node": "a"},
              {"seed": 8, "failed": "diverged"}, {"failed": true},
              {"failed": "", "loss": NaN}, {"failed": false, "seed": null}]
    }"""
    assert load_runs(write(tmp_path, text))["folder/old"] == (
        Run({"loss": 3.27, "steps": 100}),
        Run({"loss": 3.28, "gpu": "H100"}),
    )
    first, second, third, fourth, fifth = load_runs(write(tmp_path, text))["new"]
    assert first == Run({"loss": 3.1}, seed=7, node="a")
    assert second == Run({}, seed=8, failed="diverged")
    assert (third.failed, fourth.failed, fifth.failed) == ("failed", "failed", None)


def test_every_fault_is_told_at_once(tmp_path: Path) -> None:
    text = """{
      "a": [], "b": {"loss": 1}, "c": [3],
      "d": [{"loss": [1]}, {"seed": "x"}, {"failed": 3}, {"node": 4}],
      "e": [{"seed": 5}, {"seed": 5}, {"seed": true}]
    }"""
    said = refusal(write(tmp_path, text))
    for one in (
        "the arm `a` has no list of runs",
        "the arm `b` has no list of runs",
        "run 0 of `c` is no object",
        "run 0 of `d` has a value for `loss` that is no number or text",
        "run 1 of `d` has the seed 'x', which is no whole number",
        "run 2 of `d` has a `failed` that is neither a reason nor true or false",
        "run 3 of `d` has a `node` that is no text",
        "the arm `e` lists seed 5 more than once",
        "run 2 of `e` has the seed True",
    ):
        assert one in said
    assert "It should look like" in said


def test_after_ten_faults_the_rest_is_counted(tmp_path: Path) -> None:
    many = ", ".join(f'"{name}": []' for name in "abcdefghijklm")
    said = refusal(write(tmp_path, f"{{{many}}}"))
    assert said.count("has no list of runs") == 10
    assert "; and 3 more." in said


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("[]", "is not a JSON object of arms"),
        ("{}", "is not a JSON object of arms"),
        ('{"a": [', "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ('{"a": [{"loss": 1}], "a": [{"loss": 2}]}', 'the key "a" twice'),
        ('{"a": [{"loss": ' + "1" * 5000 + "}]}", "a number that cannot be read"),
        (b'{"a": [{"loss": 1, "x": "\xff"}]}', "cannot be read"),
    ],
)
def test_what_is_no_runs_file_is_refused(
    tmp_path: Path, text: str | bytes, expected: str
) -> None:
    assert expected in refusal(write(tmp_path, text))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    assert "There is no runs file" in refusal(tmp_path / "none.json")
    assert "cannot be read" in refusal(tmp_path)


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path, "{}")
    with path.open("r+b") as file:
        file.truncate(64 * 1024 * 1024 + 1)
    assert "larger than 64 MiB" in refusal(path)
