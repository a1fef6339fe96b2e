"""As much of GraphQL's language as a client of a few fields writes, read strictly."""

import re
from dataclasses import dataclass, field
from typing import Any

Json = Any
TOKENS = re.compile(
    r"""[\s,]*(?:\#[^\n]*[\s,]*)*
    (?:(?P<spread>\.\.\.)|(?P<name>[_A-Za-z]\w*)|(?P<variable>\$[_A-Za-z]\w*)
    |(?P<number>-?\d+)|(?P<text>"(?:[^"\\\n]|\\.)*")|(?P<sign>[{}()\[\]:!=]))""",
    re.VERBOSE,
)


class GraphQLSyntax(Exception):  # noqa: N818 - the client's fault, told to it
    """The document cannot be read."""


@dataclass(frozen=True, slots=True)
class Field:
    """A field with its arguments and what is wanted of it."""

    name: str
    key: str  # the alias, or the name
    arguments: dict[str, Json] = field(default_factory=dict)
    wanted: tuple["Field | Fragment", ...] = ()


@dataclass(frozen=True, slots=True)
class Fragment:
    """`... on Type { fields }`."""

    type: str
    wanted: tuple["Field | Fragment", ...]


@dataclass(frozen=True, slots=True)
class Document:
    """One operation."""

    kind: str  # query or mutation
    wanted: tuple[Field | Fragment, ...]


def read(text: str, variables: dict[str, Json]) -> Document:
    """The document's one operation with its variables put in."""
    reader = _Reader(_tokens(text), variables)
    document = reader.document()
    if unused := set(variables) - reader.declared:
        raise GraphQLSyntax(f"Variables {sorted(unused)} are not declared")
    return document


def _tokens(text: str) -> list[str]:
    found, at, text = [], 0, text.rstrip(" \t\r\n,")
    while at < len(text):
        match = TOKENS.match(text, at)
        if match is None:
            raise GraphQLSyntax(f"Unexpected {text[at : at + 10]!r}")
        found.append(match[match.lastgroup or 0])
        at = match.end()
    return found


class _Reader:
    """Reads tokens from the left."""

    def __init__(self, tokens: list[str], variables: dict[str, Json]) -> None:
        self.tokens = tokens
        self.variables = variables
        self.declared: set[str] = set()

    def _next(self) -> str:
        if not self.tokens:
            raise GraphQLSyntax("Unexpected end of document")
        return self.tokens.pop(0)

    def _is(self, sign: str) -> bool:
        return bool(self.tokens) and self.tokens[0] == sign

    def _take(self, sign: str) -> None:
        token = self._next()
        if token != sign:
            raise GraphQLSyntax(f"Expected {sign!r}, found {token!r}")

    def document(self) -> Document:
        """`{ ... }`, or `query|mutation Name($x: T!) { ... }`."""
        kind = "query"
        if not self._is("{"):
            kind = self._next()
            if kind not in {"query", "mutation"}:
                raise GraphQLSyntax(f"Expected an operation, found {kind!r}")
            if not self._is("{") and not self._is("("):
                self._next()
            if self._is("("):
                self._declarations()
        wanted = self._selection()
        if self.tokens:
            raise GraphQLSyntax(f"Unexpected {self.tokens[0]!r} after the operation")
        return Document(kind, wanted)

    def _declarations(self) -> None:
        self._take("(")
        while not self._is(")"):
            name = self._next().removeprefix("$")
            self._take(":")
            while self._is("["):
                self._next()
            self._next()
            required = False
            while self._is("!") or self._is("]"):
                required = self._next() == "!"
            if required and self.variables.get(name) is None:
                raise GraphQLSyntax(f"Variable ${name} was not given")
            self.declared.add(name)
        self._take(")")

    def _selection(self) -> tuple[Field | Fragment, ...]:
        self._take("{")
        wanted: list[Field | Fragment] = []
        while not self._is("}"):
            wanted.append(self._fragment() if self._is("...") else self._field())
        self._take("}")
        if not wanted:
            raise GraphQLSyntax("A selection wants at least one field")
        return tuple(wanted)

    def _fragment(self) -> Fragment:
        self._take("...")
        self._take("on")
        return Fragment(self._next(), self._selection())

    def _field(self) -> Field:
        key = name = self._next()
        if self._is(":"):
            self._next()
            name = self._next()
        arguments = self._arguments() if self._is("(") else {}
        wanted = self._selection() if self._is("{") else ()
        return Field(name, key, arguments, wanted)

    def _arguments(self) -> dict[str, Json]:
        self._take("(")
        found: dict[str, Json] = {}
        while not self._is(")"):
            name = self._next()
            self._take(":")
            found[name] = self._value()
        self._take(")")
        return found

    def _value(self) -> Json:
        token = self._next()
        if token.startswith("$"):
            return self._variable(token[1:])
        if token.startswith('"'):
            return token[1:-1].encode().decode("unicode_escape")
        if token == "{":
            return self._object()
        if token.lstrip("-").isdigit():
            return int(token)
        return {"true": True, "false": False, "null": None}.get(token, token)

    def _variable(self, name: str) -> Json:
        if name not in self.declared:
            raise GraphQLSyntax(f"Variable ${name} is not declared")
        return self.variables.get(name)

    def _object(self) -> dict[str, Json]:
        found: dict[str, Json] = {}
        while not self._is("}"):
            name = self._next()
            self._take(":")
            found[name] = self._value()
        self._take("}")
        return found
