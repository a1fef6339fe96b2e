"""A tree of YAML values in which each one knows the place where it is written."""

from dataclasses import dataclass

from bot.domain.errors import PolicyFault

Plain = int | float | bool | str | None
"""What YAML makes of a scalar."""


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """Where something is written; line and column count from 1."""

    line: int
    column: int


class Scalar(str):
    """A scalar: the text as written, and the `value` that YAML gives to it."""

    __slots__ = ("place", "value")
    place: Place
    value: Plain

    @staticmethod
    def of(text: str, value: Plain, place: Place) -> "Scalar":
        """The scalar with that text, value and place."""
        scalar = Scalar(text)
        scalar.value, scalar.place = value, place
        return scalar


class Row(list["Written"]):
    """A sequence."""

    def __init__(self, place: Place) -> None:
        """Begin an empty sequence."""
        super().__init__()
        self.place = place


class Table(dict[str, "Written"]):
    """A mapping; `keys_at` says where each key is written."""

    def __init__(self, place: Place) -> None:
        """Begin an empty mapping."""
        super().__init__()
        self.place = place
        self.keys_at: dict[str, Place] = {}

    def put(self, key: str, value: "Written", place: Place) -> None:
        """Set a key that is written at `place`."""
        self[key] = value
        self.keys_at[key] = place


Written = Scalar | Row | Table


Path = tuple[str | int, ...]
"""Keys and indices from the top of the file to a value."""

WHOLE = "policy"
"""The path of a fault that concerns the whole file."""


def dotted(path: Path) -> str:
    """A path as people write it: `modes.mlp.train[3]`."""
    names = (f"[{one}]" if isinstance(one, int) else one for one in path)
    return ".".join(names).replace(".[", "[") or WHOLE


def fault_at(place: Place, path: Path, problem: str, mend: str) -> PolicyFault:
    """A fault at a place of the file."""
    return PolicyFault(place.line, place.column, dotted(path), problem, mend)
