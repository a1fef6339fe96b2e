"""Texts that are made to be expensive, and values that are made to be strange."""

import subprocess
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.adapters.policy_file import load_policy
from tests.adapters.policy_file.texts import SOUND, faults, load, with_lines


def test_aliases_of_aliases_are_stopped_before_they_grow() -> None:
    rows = [f"b{n}: &a{n + 1} [{', '.join([f'*a{n}'] * 9)}]" for n in range(9)]
    (fault,) = faults(with_lines("a: &a0 [x]", *rows))
    assert "over 10,000 values" in fault.problem


def test_many_aliases_are_stopped() -> None:
    (fault,) = faults(with_lines("a: &a x", f"b: [{', '.join(['*a'] * 201)}]"))
    assert fault.problem == "The file has over 200 aliases."


@pytest.mark.parametrize("opener", ["[", "{a: ", "- "])
def test_deep_nesting_is_stopped(opener: str) -> None:
    (fault,) = faults(opener * 10_000)
    assert "levels deep" in fault.problem


def test_as_many_faults_as_a_file_can_hold_are_all_told() -> None:
    lines = [f"k{n}: 1" for n in range(2000)]
    assert len(faults(with_lines(*lines))) == 2000


def test_the_largest_whole_numbers_are_refused_and_not_raised() -> None:
    found = faults(with_lines(f"budget: {{trials: {'9' * 5000}, gpu_hours: 1}}"))
    assert [one.path for one in found] == ["budget.trials"]


def test_windows_line_ends_and_a_byte_order_mark_are_read() -> None:
    windows = b"\xef\xbb\xbf" + SOUND.replace("\n", "\r\n").encode()
    assert load_policy(windows, "policy.yml").modes == load(SOUND).modes


@settings(deadline=None)
@given(some.binary(max_size=200) | some.text(max_size=200).map(str.encode))
def test_any_bytes_end_in_a_policy_or_in_faults_with_places(text: bytes) -> None:
    assert all(one.line > 0 and one.column > 0 for one in faults(text))


VALUES = ["3", "-1", "x", "''", "null", "[]", "{}", "[a, 1]", "{a: {b: c}}", "true"]
KEYS = [line.partition(":")[0] for line in SOUND.splitlines()]


@pytest.mark.parametrize("value", VALUES)
@pytest.mark.parametrize("key", KEYS)
def test_any_value_for_any_key_ends_in_a_policy_or_in_faults(
    key: str, value: str
) -> None:
    before, after = SOUND.split(f"{key}:", 1)
    inner = len(key) - len(key.lstrip())
    lines = after.splitlines()[1:]
    depths = [len(line) - len(line.lstrip()) for line in lines]
    end = next((n for n, depth in enumerate(depths) if depth <= inner), len(lines))
    text = "\n".join([f"{before}{key}: {value}", *lines[end:]])
    assert all(one.problem and one.mend for one in faults(text))


def test_reading_policies_imports_nothing_heavy() -> None:
    program = (
        "import sys; import bot.adapters.policy_file;"
        "print(sorted({'numpy', 'scipy', 'ray', 'torch', 'rich'} & set(sys.modules)))"
    )
    ran = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert ran.stdout.strip() == "[]"
