"""Short texts that are remembered."""

from typing import Protocol


class Notes(Protocol):
    """Short texts by name, for whoever has to remember how far it came."""

    def recall(self, name: str) -> str:
        """The text of a name; empty for none."""
        ...

    def remember(self, name: str, text: str) -> None:
        """Keep a text in place of the last one."""
        ...
