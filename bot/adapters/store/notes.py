"""Notes for people beside a row: short, and of characters that any database takes."""

LONGEST_NOTE = 500


def noted(text: str) -> str:
    """Text that any database takes: no half characters, no NUL."""
    whole = text[:LONGEST_NOTE].encode(errors="replace").decode()
    return whole.replace("\0", "")
