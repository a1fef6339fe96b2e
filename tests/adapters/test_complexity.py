"""Radon's count, on code that nobody vouches for."""

import pytest

from bot.adapters.complexity import MOST_BYTES, complexity


@pytest.mark.parametrize(
    ("source", "count"),
    [
        (b"", 1),
        (b"x = 1\n", 1),
        (b"if x:\n    y = 1\n", 2),
        (b"def f(x):\n    return 1 if x and y else 2\n", 3),
        (b"class A:\n    def f(self):\n        for x in y:\n            pass\n", 3),
        (b"# -*- coding: latin-1 -*-\nx = '\xe9' if y else ''\n", 2),
        (b"match x:\n    case 1:\n        pass\n    case 2:\n        pass\n", 3),
    ],
)
def test_decisions_are_counted_wherever_they_stand(source: bytes, count: int) -> None:
    assert complexity(source) == count


def test_a_file_grows_by_what_is_added_to_it() -> None:
    plain = b"def f(x):\n    return x\n"
    more = plain + b"\n\ndef g(x):\n    while x:\n        x = f(x)\n"
    assert complexity(more) == (complexity(plain) or 0) + 1


@pytest.mark.parametrize(
    "source",
    [
        b"def f(:\n",
        b"print 'two'\n",
        b"x = '\x00'\n",
        b"\xff\xfe\x00\x01",
        b"# coding: no-such-thing\n",
        b"(" * 5_000 + b")" * 5_000,
        b"x = " + b"-" * 50_000 + b"1\n",
        b"x = " + b"a+" * 20_000 + b"a\n",
        b"#" * (MOST_BYTES + 1),
    ],
)
def test_what_cannot_be_read_is_none_and_harms_nobody(source: bytes) -> None:
    assert complexity(source) is None


def test_warnings_about_their_code_are_not_ours() -> None:
    assert complexity(b"x = '\\d' is 3\n") == 1
