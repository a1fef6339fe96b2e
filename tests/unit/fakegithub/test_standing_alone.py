"""The fake knows nothing of what it is there to test (ADR 9)."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import fakegithub

HOME = Path(fakegithub.__path__[0])
FILES = sorted(HOME.rglob("*.py"))
OURS = {"bot", "workers"}


def named(source: str) -> Iterator[str]:
    """What a module imports, wherever in it, in full; relative ones begin with dots."""
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Import(names=names):
                yield from (one.name for one in names)
            case ast.ImportFrom(module=module, names=names, level=level):
                yield from (f"{'.' * level}{module or ''}.{one.name}" for one in names)
            case ast.Call(func=by, args=[ast.Constant(value=str(text)), *_]):
                if ast.unparse(by).endswith(("import_module", "__import__")):
                    yield text


def strange(source: str) -> list[str]:
    """Those that lead out of the fake to something of ours."""
    return [one for one in named(source) if _ours(one.split("."))]


def _ours(path: list[str]) -> bool:
    if path[0] == "tests":
        return path[1] != "fakegithub"
    return path[0] in OURS or not path[0]


@pytest.mark.parametrize("file", FILES, ids=lambda one: str(one.relative_to(HOME)))
def test_it_imports_nothing_of_ours_but_itself(file: Path) -> None:
    assert strange(file.read_text()) == []


def test_the_oracle_is_among_what_is_looked_at() -> None:
    assert HOME / "oracle.py" in FILES


@pytest.mark.parametrize(
    "line",
    [
        "import bot",
        "import json, bot.domain.github as names",
        "from bot.domain import github",
        "def late():\n    from workers.contract import Claim",
        "from tests.app.stage import Stage",
        "from tests import waiting",
        "from ..app import stage",
        'importlib.import_module("bot.app")',
    ],
)
def test_an_import_of_ours_is_seen_wherever_it_hides(line: str) -> None:
    assert strange(line)
    assert not strange("from tests.fakegithub.state import World\nimport github")
