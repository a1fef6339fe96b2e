"""In whose name Seedgate commits: nobody's, and at a time that the content fixes."""

import re
from dataclasses import replace

from bot.adapters.repository.command import GitCommand

_AUTHORED = re.compile(rb"^author .*> (\d+ [+-]\d{4})$", re.MULTILINE)
_START = "@0 +0000"
NOBODY = {
    f"GIT_{role}_{part}": value
    for role in ("AUTHOR", "COMMITTER")
    for part, value in (("NAME", "seedgate"), ("EMAIL", "seedgate@localhost"))
}


def author_date(git: GitCommand, commit: str) -> str:
    """The author date of a commit, as git takes it."""
    authored = _AUTHORED.search(git.run("cat-file", "commit", commit).output)
    return f"@{authored[1].decode()}" if authored else _START


def as_nobody(git: GitCommand, date: str = _START) -> GitCommand:
    """git that commits as Seedgate and on that date: equal content, equal commit."""
    dates = {"GIT_AUTHOR_DATE": date, "GIT_COMMITTER_DATE": date}
    return replace(
        git,
        variables={**git.variables, **NOBODY, **dates},
        settings={**git.settings, "i18n.commitEncoding": "UTF-8"},
    )


def commit_of(git: GitCommand, tree: str, *parents: str) -> str:
    """A commit in a scratch repository that says nothing but its tree and parents."""
    above = (word for parent in parents for word in ("-p", parent))
    return as_nobody(git).run("commit-tree", *above, tree).line
