"""Comments as Markdown, read with markdown-it-py."""

from bot.adapters.commonmark.lines import LONGEST_BODY, command_lines

__all__ = ["LONGEST_BODY", "command_lines"]
