"""Our own files are known by how they begin."""

import json

import pytest

from bot.presentation.signature import MARKDOWN, WITHIN, is_signed, signed

PAGE = b'<!DOCTYPE html>\n<head>\n<meta name="generator" content="seedgate">'


def test_a_signed_document_says_first_who_made_it() -> None:
    document = signed({"schema_version": 1})
    assert list(document) == ["generator", "schema_version"]
    assert is_signed(json.dumps(document, indent=2).encode())


@pytest.mark.parametrize("start", [MARKDOWN.encode() + b"# Pass", PAGE, PAGE.lower()])
def test_reports_are_known_by_their_first_lines(start: bytes) -> None:
    assert is_signed(start)


@pytest.mark.parametrize(
    "start",
    [
        b"",
        b"{}",
        b'{\n  "generator": "another"',
        b"print(1)\n" + MARKDOWN.encode(),
        PAGE.removeprefix(b"<!DOCTYPE html>\n"),
        PAGE.replace(b"seedgate", b"pandoc"),
        b"<!doctype html>" + b" " * WITHIN + PAGE,
    ],
)
def test_nothing_else_is_taken_for_one_of_ours(start: bytes) -> None:
    assert not is_signed(start)
