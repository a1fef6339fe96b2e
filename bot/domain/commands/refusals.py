"""Why a command is not done: a closed list, each with what is known.

`bot.presentation.words.commands` has a sentence for each. Evidence is raw: what people
typed is in it, and whoever shows it escapes it for its place.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

Evidence = Mapping[str, str | int | tuple[str, ...]]


class Refusal(StrEnum):
    """Why; the keys of the evidence are listed per reason.

    Where a verb was understood the evidence has it under `verb`.
    """

    # the line
    NOT_PLAIN = "not_plain"
    TOO_LONG = "too_long"  # size, most: characters
    INVISIBLE = "invisible"  # code: U+00A0
    CURLY_QUOTE = "curly_quote"  # typed
    OPEN_QUOTE = "open_quote"  # typed
    QUOTE_INSIDE = "quote_inside"  # typed
    NO_VERB = "no_verb"
    UNKNOWN_VERB = "unknown_verb"  # typed, nearest
    TOO_MANY_COMMANDS = "too_many_commands"  # count, most

    # its arguments
    UNKNOWN_KEY = "unknown_key"  # typed, nearest, known
    REPEATED_KEY = "repeated_key"  # typed
    UNEXPECTED = "unexpected"  # typed
    MISSING = "missing"  # shown: as the usage shows it
    NO_VALUES = "no_values"  # typed: a parameter
    EMPTY_VALUE = "empty_value"  # typed: the key
    EMPTY_ITEM = "empty_item"  # typed: the list
    TOO_MANY_ITEMS = "too_many_items"  # count, most
    BAD_SHA = "bad_sha"  # typed
    SHORT_SHA = "short_sha"  # typed
    BAD_NAME = "bad_name"  # typed
    BAD_COUNT = "bad_count"  # typed, least, most
    BAD_FINDING = "bad_finding"  # typed
    BAD_REASON = "bad_reason"  # typed
    BAD_UNTIL = "bad_until"  # typed, most: days
    BAD_PARAM = "bad_param"  # typed
    BAD_WORD = "bad_word"  # typed, known

    # who says it
    NOT_ALLOWED = "not_allowed"  # needs, has: roles; author: may the author; edited
    ROLE_UNKNOWN = "role_unknown"  # needs

    # which commit it is about
    HEAD_UNKNOWN = "head_unknown"
    HEAD_UNRECORDED = "head_unrecorded"  # head
    HEAD_MOVED = "head_moved"  # recorded, head
    SHA_UNKNOWN = "sha_unknown"  # sha, head
    SHA_NOT_HEAD = "sha_not_head"  # sha: in full, head
    SHA_NOT_FULL = "sha_not_full"  # sha, head

    # what it names
    UNKNOWN_NAME = "unknown_name"  # typed, kind: mode, stage, change; nearest, known
    NO_FINDING = "no_finding"  # finding, nearest
    HOLDS_NOTHING = "holds_nothing"  # finding
    NOT_ACCEPTABLE = "not_acceptable"  # finding
    NOT_ACCEPTED = "not_accepted"  # finding, nearest
    OVERTAKEN = "overtaken"  # finding
    NOT_NEEDED = "not_needed"  # stands: what the check run says
    DECIDED = "decided"  # stands: what the check run says
    NOTHING_LOST = "nothing_lost"
    ONE_CHANGE = "one_change"
    NOTHING_RUNS = "nothing_runs"  # stands: what the check run says; empty for none

    # the pull request
    CLOSED = "closed"  # merged: 1 where it cannot be opened again

    # the comment that it is in
    EDITED = "edited"


@dataclass(frozen=True, slots=True)
class Refused:
    """A command that is not done, why, and what is known."""

    reason: Refusal
    evidence: Evidence = field(default_factory=dict)

    def text(self, key: str) -> str:
        """The text under `key`, a number as digits; empty if there is none."""
        value = self.evidence.get(key, "")
        return "" if isinstance(value, tuple) else str(value)

    def listed(self, key: str) -> tuple[str, ...]:
        """The texts under `key`; empty if there are none."""
        value = self.evidence.get(key, ())
        return value if isinstance(value, tuple) else ()
