"""The help, made of the table that the parser reads."""

from bot.domain.commands import PREFIX, TABLE, Argument, Entry, Verb
from bot.presentation.words.commands.verbs import (
    ABOUT,
    DOES,
    HEADS,
    HOW_TO_WRITE,
    TIGHTER,
    who,
)


def help_text() -> str:
    """All commands in a table; how to write them."""
    rows = [_row(entry) for entry in TABLE.values()]
    head = ["| Command | Who | What it does |", "|:--|:--|:--|"]
    more = f"`{PREFIX} help accept` says more about `accept`, and so for each of them."
    return "\n".join(
        ["### Commands", "", *head, *rows, "", HOW_TO_WRITE, "", HEADS, TIGHTER, more]
    )


def help_on(verb: Verb) -> str:
    """One command: what it does, who may, its arguments, examples that work."""
    entry = TABLE[verb]
    return "\n".join(
        [
            f"### `{entry.usage}`",
            "",
            f"{DOES[verb]} Who may: {who(entry)}.",
            *_arguments(entry),
            "",
            "```text",
            *(f"{PREFIX} {verb} {one}".rstrip() for one in entry.examples),
            "```",
        ]
    )


def _row(entry: Entry) -> str:
    usage = entry.usage.replace("|", r"\|")
    return f"| `{usage}` | {who(entry)} | {DOES[entry.verb]} |"


def _arguments(entry: Entry) -> list[str]:
    lines = [_argument(one) for one in entry.arguments]
    return ["", *lines] if lines else []


def _argument(one: Argument) -> str:
    left_out = "" if one.required else " (may be left out)"
    return f"- `{one.shown}`: {ABOUT[one.kind]}{left_out}"
