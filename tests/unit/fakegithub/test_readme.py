"""The page that a reader starts from: its examples run, its map is the true one."""

import re
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from tests.fakegithub.hosting import Hosted, hosted
from tests.fakegithub.people import Person

FOLDER = Path(__file__).parents[2] / "fakegithub"
README = (FOLDER / "README.md").read_text()
EXAMPLES = re.findall(r"```python\n(.*?)```", README, re.DOTALL)


def test_the_quickstart_has_five_lines() -> None:
    assert len([line for line in EXAMPLES[0].splitlines()[1:] if line]) == 5


@pytest.mark.parametrize(
    ("example", "shown"),
    [
        (EXAMPLES[0], ["An idea #1 (open)", "This may be merged."]),
        (EXAMPLES[1], ["told 502", "[success] gate (gate)", "This may be merged."]),
    ],
)
def test_the_examples_run(
    example: str, shown: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    exec(compile(example, "README.md", "exec"), {})
    told = capsys.readouterr().out
    assert [one for one in shown if one not in told] == []


def test_the_map_names_every_module_and_no_other() -> None:
    table = README[README.index("| Where | What |") :]
    named = set(re.findall(r"`([\w/]+(?:\.py|/))`", table))
    there = {file.name for file in FOLDER.glob("*.py")}
    there |= {f"{file.name}/" for file in FOLDER.iterdir() if file.is_dir()}
    assert named == there - {"__init__.py", "__pycache__/"}


def _misspells(github: Hosted) -> None:
    httpx.get(f"{github.url}/nowhere", trust_env=False)


def _says_unheard(github: Hosted) -> None:
    ann = github.town.person("ann")
    digits = ann.founds("digits", {"a.py": "1\n"}, private=False)
    app, _ = github.registers("gate", ann, {"issues": "write"})
    Person(github.town.world, app.bot_id).opens_issue(digits, "Hear me")


def _lives(deed: Callable[[Hosted], None]) -> None:
    with hosted() as github:
        deed(github)


@pytest.mark.parametrize(
    ("deed", "sentence"),
    [
        (_misspells, "client unknown: unknown operation GET /nowhere"),
        (_says_unheard, "unread: issue #1: Hear me"),
    ],
)
def test_what_was_broken_or_left_unread_fails_the_block(
    deed: Callable[[Hosted], None], sentence: str
) -> None:
    with pytest.raises(AssertionError, match=sentence):
        _lives(deed)
