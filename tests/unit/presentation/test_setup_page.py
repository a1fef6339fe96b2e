"""What the setup shows, and what GitHub is asked to register."""

import json
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest

from bot.domain.errors import UserFault
from bot.domain.github import Failure, NotFound, Odd, Transient
from bot.domain.github.needs import EVENTS, PERMISSIONS
from bot.presentation.github.manifest import LONGEST_NAME, manifest, proposed_name
from bot.presentation.setup_page import (
    Terms,
    fault_page,
    gone_page,
    made_page,
    setup_page,
)
from bot.presentation.words import setup as words
from bot.web import HOOK_PATH

ROOT = Path(__file__).parents[3]
PUBLIC = "https://gate.example.com"
TERMS = Terms("seedgate-lab", "https://github.com", PUBLIC)


def test_the_manifest_asks_for_what_is_needed_and_makes_a_private_app() -> None:
    said = manifest("gate", PUBLIC)
    assert said["default_permissions"] == dict(PERMISSIONS)
    assert said["default_events"] == list(EVENTS)
    assert said["hook_attributes"] == {"url": f"{PUBLIC}{HOOK_PATH}", "active": True}
    assert said["redirect_url"] == f"{PUBLIC}/setup/done"
    assert said["public"] is False


def test_the_manifest_that_is_published_is_the_one_that_is_asked_for() -> None:
    text = (ROOT / "deploy/github-app.json").read_text(encoding="utf-8")
    assert json.loads(text) == manifest("seedgate-example", PUBLIC)


def test_a_name_is_proposed_that_github_takes() -> None:
    assert proposed_name("lab", "gate.example.com") == "seedgate-lab"
    assert proposed_name("", "gate.example.com") == "seedgate-gate-example-com"
    assert len(proposed_name("x" * 99, "")) == LONGEST_NAME
    assert proposed_name("x" * 24 + "-y", "") == "seedgate-" + "x" * 24
    assert len(str(manifest("x" * 99, PUBLIC)["name"])) == LONGEST_NAME


def test_the_page_gives_a_reason_for_each_permission_and_event() -> None:
    page = setup_page(TERMS, "s")
    _, (_, asked), (_, heard) = page.tables
    assert [(name, level) for name, level, _ in asked] == list(PERMISSIONS.items())
    assert [name for name, _, _ in heard] == list(EVENTS)
    assert all(reason for _, _, reason in (*asked, *heard))


@pytest.mark.parametrize(
    ("organization", "owner"),
    [("lab", "the organization lab"), ("", words.OWN)],
)
def test_the_page_says_whose_app_is_made_where(organization: str, owner: str) -> None:
    """A forgotten --org would be seen on GitHub only, and the owner stays."""
    terms = Terms("gate", "https://ghe.lab", PUBLIC, organization)
    (_, rows), *_ = setup_page(terms, "s").tables
    told = {name: text for name, _, text in rows}
    assert told == {
        "Owner": owner,
        "Name": "gate",
        "GitHub": "https://ghe.lab",
        "Webhooks": f"{PUBLIC}{HOOK_PATH}",
    }
    assert "--org" in words.OWN


def test_the_form_goes_to_github_with_the_state() -> None:
    form = setup_page(TERMS, "a b&c").form
    assert form is not None
    address = urlsplit(form.action)
    assert (address.netloc, address.path) == ("github.com", "/settings/apps/new")
    assert parse_qs(address.query) == {"state": ["a b&c"]}
    assert json.loads(form.manifest) == manifest("seedgate-lab", PUBLIC)


def test_an_organizations_app_is_made_on_its_own_page() -> None:
    terms = Terms("gate", "https://ghe.lab", PUBLIC, "lab")
    form = setup_page(terms, "s").form
    assert form is not None
    where = "https://ghe.lab/organizations/lab/settings/apps/new?state=s"
    assert form.action == where


@pytest.mark.parametrize(
    ("failure", "mend"),
    [
        (NotFound(""), words.ELSEWHERE),
        (NotFound(""), words.LOST),
        (Transient("502"), words.RELOAD),
        (Odd("a page"), words.LOST),
    ],
)
def test_each_failure_of_the_exchange_says_what_to_do(
    failure: Failure, mend: str
) -> None:
    fault = words.refused(failure)
    assert fault.problem[0].isupper()
    assert mend in fault.mend


def test_pages_without_a_form_say_what_is_the_matter() -> None:
    assert gone_page().form is None
    assert fault_page(UserFault("It is full.", "Make room.")).paragraphs == (
        "It is full.",
        "Make room.",
    )
    assert fault_page(UserFault("It is full.")).paragraphs == ("It is full.",)
    (said,) = made_page("gate", "https://x.example/i").paragraphs
    assert "https://x.example/i" in said


def test_the_tutorial_shows_what_is_printed() -> None:
    page = (ROOT / "docs/tutorials/pull-request.md").read_text(encoding="utf-8")
    for line in words.opened("https://gate.example.com/setup?token=..."):
        assert line in page.splitlines()


def test_nobody_is_told_that_the_link_works_once_or_ends_by_itself() -> None:
    (said,) = gone_page().paragraphs
    assert said.endswith(
        "As long as there is no App, the link that was printed last works."
    )
    assert "works until there is an App" in words.opened("https://x")[0]


def test_what_is_printed_names_link_files_and_the_next_command() -> None:
    assert "https://x" in "\n".join(words.opened("https://x"))
    made = "\n".join(words.made("gate", 7, "app.json", "https://install"))
    assert all(one in made for one in ("gate", "7", "app.json", "https://install"))
    assert "seedgate doctor" in "\n".join(words.imported("gate", 7, "app.json"))
