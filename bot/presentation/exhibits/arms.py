"""The arms in words, as exhibits name them."""

from bot.domain.arms import Anchor, Only, Original, Without, parse


def arm_words(arm: str) -> str:
    """`baseline`, `branch`, `the branch without 1a2b3c4`, `1a2b3c4 alone`, ..."""
    match parse(arm):
        case Without(change):
            return f"branch without {change}"
        case Only(change):
            return f"{change} alone"
        case Anchor():
            return "pinned release"
        case Original():
            return "baseline as it was evaluated before"
        case _:
            return arm
