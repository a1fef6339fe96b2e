"""URLs as people write them, and what is said of those that are none."""

import pytest
from sqlalchemy import make_url

from bot.adapters.store import postgres_url
from bot.adapters.store.database.urls import store_name
from bot.domain.errors import UserFault

SECRETS = ("hunter", "Hunter", "tern")
"""Pieces of the passwords below: none of them may be said to anybody."""


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_the_forms_that_people_write_mean_the_same(scheme: str) -> None:
    url = make_url(postgres_url(f" {scheme}://ann:hunter2@db.example.org:5433/gate\n"))
    assert url.drivername == "postgresql+psycopg"
    assert (url.username, url.password) == ("ann", "hunter2")
    assert (url.host, url.port, url.database) == ("db.example.org", 5433, "gate")


def test_a_password_with_every_kind_of_character_is_read() -> None:
    url = make_url(postgres_url("postgresql://ann:h%40u%3An%2Ft%25e%3Fr%23@db/gate"))
    assert (url.password, url.host) == ("h@u:n/t%e?r#", "db")
    assert make_url(postgres_url("postgresql://a:h/u:n?t#r@db/gate")).password == (
        "h/u:n?t#r"
    )


def test_a_password_of_the_environment_fills_the_gap_alone() -> None:
    def password(text: str) -> object:
        url = make_url(postgres_url(text, "hunter2"))
        return url.password or url.query["password"]

    assert password("postgresql://ann@db/gate") == "hunter2"
    assert password("postgresql://ann:other@db/gate") == "other"
    assert password("postgresql://ann@db/gate?password=other") == "other"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("mysql://ann:hunter2@db/gate", "is no URL of a PostgreSQL database (`mysql`)"),
        ("sqlite:////tmp/x", "(`sqlite`)"),
        ("host=db password=hunter2", "is no URL of a PostgreSQL database."),
        ("hunter2://db", "(`hunter2`)"),
        ("hunTer2://db", "is no URL of a PostgreSQL database."),
        ("postgresql://ann:hun@tern@db/gate", "cannot be read as a URL"),
        ("postgresql://ann:hunter/gate", "cannot be read as a URL"),
        ("postgresql://ann:hunter2@db:99999/gate", "cannot be read as a URL"),
        ("postgresql://ann:hun ter@db/gate", "cannot be read as a URL"),
        ("postgresql://ann:hunter2@a:1,b:2/gate", "cannot be read as a URL"),
        ("postgresql://ann:hunter2@db", "names no database"),
        ("postgresql://", "names no database"),
        ("postgresql://ann:hunter2@db/gate?autocommit=1", "does not know: autocommit."),
        ("postgresql://ann@db/gate?%1b[31m=1", "does not know. Correct"),
    ],
)
def test_what_is_no_url_is_refused_without_a_piece_of_the_password(
    text: str, said: str
) -> None:
    with pytest.raises(UserFault) as caught:
        postgres_url(text)
    told = str(caught.value)
    assert told.startswith("SEEDGATE_DATABASE_URL ")
    assert said in told
    shown = told.replace("(`hunter2`)", "")
    assert not any(piece in shown for piece in SECRETS)
    assert "\x1b" not in told


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("postgresql://ann:hunter2@db:1/gate", "postgresql://ann@db:1/gate"),
        ("postgresql://db/gate?password=hunter2&sslpassword=x", "postgresql://db/gate"),
        (
            "postgresql://ann@/gate?host=/run/pg",
            "postgresql://ann@/gate?host=%2Frun%2Fpg",
        ),
        (
            "postgresql://ann:hunter2@%2Frun%2Fpg/gate",
            "postgresql://ann@/gate?host=%2Frun%2Fpg",
        ),
        ("postgresql:///?service=mine", "postgresql:///?service=mine"),
    ],
)
def test_a_store_is_called_by_its_address_without_any_secret(
    text: str, name: str
) -> None:
    assert store_name(make_url(postgres_url(text))) == name
