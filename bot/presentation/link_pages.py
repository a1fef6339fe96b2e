"""Pages that say why an address shows no report, and how to get a link that does.

They hold no text of anybody's and no fact of any repository: each is always the same.
"""

import html
from dataclasses import dataclass

from bot.presentation.words import links as words

STYLE = (
    ":root { color-scheme: light dark; } body { font: 16px/1.5 system-ui, sans-serif; "
    "max-width: 42em; margin: 12vh auto; padding: 0 1.2em; } h1 { font-size: 1.4rem; } "
    "code { background: rgb(128 128 128 / .18); padding: .1em .35em; }"
)


@dataclass(frozen=True, slots=True)
class Notice:
    """A heading and what stands below it."""

    title: str
    paragraphs: tuple[str, ...]


UNSIGNED = Notice(words.UNSIGNED, (words.UNSIGNED_WHY, words.FRESH, words.KEPT))
EXPIRED = Notice(words.EXPIRED, (words.EXPIRED_WHY, words.FRESH, words.KEPT))
BAD = Notice(words.BAD, (words.BAD_WHY, words.FRESH, words.KEPT))
AWAY = Notice(words.AWAY, (words.AWAY_WHY,))


def notice_page(notice: Notice) -> str:
    """The notice as HTML; text between backticks is code."""
    body = "".join(f"<p>{_coded(one)}</p>\n" for one in notice.paragraphs)
    title = html.escape(notice.title)
    return (
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="referrer" content="no-referrer">\n'
        f"<title>{title} - Seedgate</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n<h1>{title}</h1>\n{body}</body>\n</html>\n"
    )


def _coded(text: str) -> str:
    parts = html.escape(text).split("`")
    marked = (f"<code>{one}</code>" if at % 2 else one for at, one in enumerate(parts))
    return "".join(marked)
