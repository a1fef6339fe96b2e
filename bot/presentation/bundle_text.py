"""What is said of a bundle: what is in it, and the exact lines that push it."""

import shlex
from collections.abc import Sequence

from bot.presentation import numbers
from bot.presentation.escape import code, markdown, one_line
from bot.presentation.words import bundles as words

FILE = "seedgate.bundle"
"""What the bundle is saved as: a name that no shell minds."""

_MOST = 12
_LONGEST_TITLE = 60


def push_lines(address: str, branch: str) -> tuple[str, ...]:
    """Lines for a POSIX shell in a clone of the repository: fetch the bundle and push.

    Names are given in full: a tag of the same name changes nothing. What an address
    holds that has expired is no bundle, and nothing is saved then (`--fail`).
    """
    ref = f"refs/heads/{branch}"
    lines = (
        ("curl", "--fail", "--location", "--output", FILE, address),
        ("git", "fetch", "origin"),
        ("git", "bundle", "verify", FILE),
        ("git", "fetch", FILE, f"{ref}:{ref}"),
        ("git", "log", "-p", "-1", ref),
        ("git", "push", "origin", ref),
    )
    return tuple(map(shlex.join, lines))


def offered(
    branch: str,
    left_out: Sequence[str],
    kept: Sequence[tuple[str, str]],
    address: str,
) -> str:
    """The answer to `/gate split`, as Markdown; `kept` are ids and titles.

    `address` is a signed link, which opens for a day.
    """
    gone = numbers.some([code(one, _LONGEST_TITLE) for one in left_out], _MOST)
    inside = numbers.some([_titled(*one) for one in kept], _MOST)
    lines = "\n".join(one_line(one, len(one)) for one in push_lines(address, branch))
    return "\n\n".join(
        [
            words.made(code(branch), gone, inside),
            words.HOW_TO_PUSH,
            f"```sh\n{lines}\n```",
            words.ENDS,
        ]
    )


def _titled(name: str, title: str) -> str:
    short = markdown(title, _LONGEST_TITLE)
    return f"{code(name, _LONGEST_TITLE)} ({short})" if short else code(name)
