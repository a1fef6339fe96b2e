"""Makes the names sample as a git repository, and branches of it by small edits.

repository = build_names(tmp_path / "names")
edit(repository, "hotter", ('"gru": 5e-3', '"gru": 5.0005e-3'))
"""

import shutil
from pathlib import Path

from tests.samples.digits.build import LEFT_BEHIND, Git

FILES = Path(__file__).resolve().parent / "repository"
SCRIPT = "names.py"
MODES = ("bigram", "mlp", "rnn", "gru", "bow", "transformer")

Edit = tuple[str, str]
"""A text that stands in the file, and what takes the place of all of it."""


def build_names(destination: Path) -> Path:
    """Make the repository, checked out at its only branch `main`."""
    shutil.copytree(FILES, destination, ignore=LEFT_BEHIND)
    git = Git(destination)
    git.start()
    git.commit("Spell invented names with six small models")
    return destination


def edit(folder: Path, branch: str, *edits: Edit, path: str = SCRIPT) -> str:
    """A branch of `main` with one commit that makes these edits; its name.

    Raises ValueError for an edit of a text that is not there.
    """
    git = Git(folder)
    git("switch", "--quiet", "--create", branch, "main")
    file = folder / path
    file.write_text(edited(file.read_text(), *edits))
    git.commit(f"Edit {path}: {branch}")
    git("switch", "--quiet", "main")
    return branch


def edited(text: str, *edits: Edit) -> str:
    """The text after every edit."""
    for old, new in edits:
        if old not in text:
            raise ValueError(f"{old!r} is not there")
        text = text.replace(old, new)
    return text
