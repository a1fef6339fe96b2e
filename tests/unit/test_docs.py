"""The documents name what there is: files, headings, verbs and variables."""

import re
from pathlib import Path

import pytest

from bot.cli.app import VERBS
from bot.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
LINK = re.compile(r"\[[^\]]*\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```|`[^`\n]*`", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def anchors(page: Path) -> set[str]:
    """The names that GitHub gives to headings."""
    bare = re.sub(r"^```.*?^```", "", text(page), flags=re.MULTILINE | re.DOTALL)
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in HEADING.findall(bare)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda one: str(one.relative_to(ROOT)))
def test_every_link_leads_somewhere(page: Path) -> None:
    for link in LINK.findall(CODE.sub("", text(page))):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        there = (page.parent / name).resolve() if name else page
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


def test_the_readme_and_the_reference_name_every_verb() -> None:
    verbs = {one.__name__ for one in VERBS}
    rows = [one for one in text(ROOT / "README.md").splitlines() if "`seedgate" in one]
    told = " ".join(rows)
    assert {one for one in verbs if not re.search(rf"\b{one}\b", told)} == set()
    reference = anchors(ROOT / "docs/reference/command-line.md")
    assert {f"seedgate-{one}" for one in verbs} <= reference


def test_no_page_names_a_verb_that_there_is_not() -> None:
    verbs = {one.__name__ for one in VERBS}
    for page in PAGES:
        named = re.findall(r"`seedgate ([a-z]+)\b", text(page))
        assert set(named) <= verbs, page


def test_every_variable_is_in_the_table_of_settings() -> None:
    page = text(ROOT / "docs/github-app.md")
    table = page[page.index("## Settings") : page.index("## Behind a proxy")]
    for name, field in Settings.model_fields.items():
        alias = field.validation_alias
        assert f"`{alias or f'SEEDGATE_{name.upper()}'}`" in table
