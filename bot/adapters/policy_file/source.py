"""The YAML text as a tree in which every value knows the place where it is written.

YAML 1.2, read from the parser's events: duplicate keys, tags, directives, deep nesting
and aliases that grow are refused here, so that no text of 64 KiB can be expensive. An
alias is the very object that its anchor named; a fault in it is a fault at the anchor.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from ruamel.yaml import YAML
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)
from ruamel.yaml.nodes import ScalarNode

from bot.adapters.policy_file.tree import (
    Path,
    Place,
    Plain,
    Row,
    Scalar,
    Table,
    Written,
    fault_at,
)
from bot.adapters.policy_file.yaml_events import (
    BrokenTextError,
    decode,
    events,
    place_of,
)
from bot.domain.errors import PolicyFault

MOST_BYTES = 64 * 1024
MOST_VALUES = 10_000
"""Values with every alias written out; the largest file without one has fewer."""
MOST_ALIASES = 200
MOST_DEPTH = 24


def read_source(text: bytes) -> tuple[Table, tuple[PolicyFault, ...]]:
    """The tree of a policy file, and the faults beside which it could still be read.

    Raises `BrokenTextError` where the text is no single YAML mapping.
    """
    if len(text) > MOST_BYTES:
        problem = f"The file has {len(text)} bytes, and {MOST_BYTES} are the most."
        raise BrokenTextError(Place(1, 1), (), problem, "Remove what is not policy.")
    reader = _Reader(events(decode(text)))
    root = reader.document()
    if not isinstance(root, Table):
        problem = "The file is no mapping of keys to values."
        raise BrokenTextError(root.place, (), problem, "Begin with `version: 1`.")
    return root, tuple(reader.faults)


@dataclass
class _Reader:
    """Makes the tree from events; `faults` are those that do not stop the reading."""

    events: Iterator[Event]
    faults: list[PolicyFault] = field(default_factory=list)
    anchors: dict[str, tuple[Written, int]] = field(default_factory=dict)
    aliases: int = 0
    values: int = 0

    def __post_init__(self) -> None:
        """Take the resolver of YAML 1.2, whatever the text asks for."""
        self.resolver = YAML(typ="safe", pure=True).resolver

    def document(self) -> Written:
        """The one document of the text."""
        next(self.events)
        start = next(self.events)
        if isinstance(start, StreamEndEvent):
            mend = "`seedgate init` writes a first policy."
            raise BrokenTextError(Place(1, 1), (), "The file is empty.", mend)
        if getattr(start, "version", None) not in (None, (1, 2)):
            mend = "Remove the `%YAML` line."
            problem = "The file asks for another YAML than 1.2."
            raise BrokenTextError(place_of(start.start_mark), (), problem, mend)
        root = self.value(next(self.events), ())
        self._end()
        return root

    def _end(self) -> None:
        next(self.events)
        after = next(self.events)
        if isinstance(after, DocumentStartEvent):
            problem = "A second document begins here."
            mend = "Keep one document: remove the `---` line and what follows."
            raise BrokenTextError(place_of(after.start_mark), (), problem, mend)

    def value(self, event: Event, path: Path) -> Written:
        """The value that begins with `event`."""
        place, before = place_of(event.start_mark), self.values
        self._afford(place, path, 1)
        if isinstance(event, AliasEvent):
            return self._alias(event, path)
        self._refuse_tag(event, path)
        made = self._plain(event, place, path)
        anchor = getattr(event, "anchor", None)
        if anchor is not None:
            self.anchors[str(anchor)] = (made, self.values - before)
        return made

    def _plain(self, event: Event, place: Place, path: Path) -> Written:
        if isinstance(event, MappingStartEvent):
            return self._table(place, path)
        if isinstance(event, SequenceStartEvent):
            return self._row(place, path)
        return self._scalar(event, place)

    def _afford(self, place: Place, path: Path, count: int) -> None:
        self.values += count
        if self.values > MOST_VALUES:
            problem = f"The file has over {MOST_VALUES:,} values, aliases written out."
            raise BrokenTextError(place, path, problem, "Use fewer aliases.")
        if len(path) > MOST_DEPTH:
            problem = f"The nesting is over {MOST_DEPTH} levels deep."
            raise BrokenTextError(place, path, problem, "Flatten it.")

    def _alias(self, event: AliasEvent, path: Path) -> Written:
        place, name = place_of(event.start_mark), str(event.anchor)
        self.aliases += 1
        if self.aliases > MOST_ALIASES:
            problem = f"The file has over {MOST_ALIASES} aliases."
            raise BrokenTextError(place, path, problem, "Use fewer.")
        if name not in self.anchors:
            problem = f"The alias `*{name}` names no anchor that ends above it."
            mend = f"Write `&{name}` before the value that it stands for."
            raise BrokenTextError(place, path, problem, mend)
        made, size = self.anchors[name]
        self._afford(place, path, size - 1)
        return made

    def _refuse_tag(self, event: Event, path: Path) -> None:
        if getattr(event, "tag", None) is not None:
            tag = getattr(event, "tag", "")
            problem = f"The tag `{tag}` has no meaning here."
            self._note(place_of(event.start_mark), path, problem, "Remove it.")

    def _table(self, place: Place, path: Path) -> Table:
        table = Table(place)
        while not isinstance(event := next(self.events), MappingEndEvent):
            at = place_of(event.start_mark)
            key = self._key(event, at, path)
            value = self.value(next(self.events), (*path, key))
            if isinstance(value, Scalar) and value.value is None:
                value.place = at  # nothing is written: the key is the place to look at
            if self._accepts(table, key, at, path):
                table.put(key, value, at)
        return table

    def _key(self, event: Event, place: Place, path: Path) -> str:
        if not isinstance(event, ScalarEvent):
            problem = "A key must be a plain word."
            raise BrokenTextError(place, path, problem, "Write `key: value`.")
        return str(event.value)

    def _accepts(self, table: Table, key: str, place: Place, path: Path) -> bool:
        if key in table:
            first = table.keys_at[key].line
            problem = f"`{key}` is written twice; first on line {first}."
            mend = "Keep one of them, or give this one another name."
            self._note(place, (*path, key), problem, mend)
        elif key == "<<":
            problem = "YAML 1.2 has no merge key `<<`."
            mend = "Put what modes share under `defaults`, or alias a whole value."
            self._note(place, path, problem, mend)
        else:
            return True
        return False

    def _row(self, place: Place, path: Path) -> Row:
        row = Row(place)
        while not isinstance(event := next(self.events), SequenceEndEvent):
            row.append(self.value(event, (*path, len(row))))
        return row

    def _scalar(self, event: Event, place: Place) -> Scalar:
        text = str(getattr(event, "value", ""))
        tag = self.resolver.resolve(ScalarNode, text, getattr(event, "implicit", None))
        return Scalar.of(text, _meaning(str(tag).rpartition(":")[2], text), place)

    def _note(self, place: Place, path: Path, problem: str, mend: str) -> None:
        self.faults.append(fault_at(place, path, problem, mend))


_NOT_DIGITS = re.compile(r"_|(?<![0-9])\.(?=inf|nan)")


def _meaning(kind: str, text: str) -> Plain:
    match kind:
        case "null":
            return None
        case "bool":
            return text.lower() == "true"
        case "int":
            return _whole(text.replace("_", ""))
        case "float":
            return float(_NOT_DIGITS.sub("", text.lower()))
        case _:
            return text


def _whole(text: str) -> int | str:
    based = text.lstrip("+-")[:2].lower() in ("0x", "0o", "0b")
    try:
        return int(text, 0 if based else 10)
    except ValueError:  # thousands of digits
        return text
