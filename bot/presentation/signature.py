"""What our own files begin with, so that they are known again where they lie about.

A report that was written into the judged repository is nobody's uncommitted work.
"""

from collections.abc import Mapping

GENERATOR = "seedgate"
MARKDOWN = f"<!-- generator: {GENERATOR} -->\n"
WITHIN = 1024
"""Bytes from the start within which a signature stands."""

_JSON = f'{{\n  "generator": "{GENERATOR}"'.encode()
_HTML = f'<meta name="generator" content="{GENERATOR}">'.encode()


def signed(document: Mapping[str, object]) -> dict[str, object]:
    """A JSON document that says first who made it; to be written with indent 2."""
    return {"generator": GENERATOR, **document}


def is_signed(start: bytes) -> bool:
    """Whether a file that starts so is a report or a table of ours."""
    head = start[:WITHIN]
    page = head.lower().startswith(b"<!doctype html>") and _HTML in head
    return head.startswith((_JSON, MARKDOWN.encode())) or page
