"""Every sentence on commands, as Markdown: help, refusals, what will be done, replies.

What people typed is code in them, so that nothing of it acts.
"""

from bot.presentation.words.commands.done import NO_SANDBOX, acknowledgement
from bot.presentation.words.commands.help import help_on, help_text
from bot.presentation.words.commands.pressing import not_yours
from bot.presentation.words.commands.refusals import refusal
from bot.presentation.words.commands.reply import Answer, reply, reply_parts

__all__ = [
    "NO_SANDBOX",
    "Answer",
    "acknowledgement",
    "help_on",
    "help_text",
    "not_yours",
    "refusal",
    "reply",
    "reply_parts",
]
