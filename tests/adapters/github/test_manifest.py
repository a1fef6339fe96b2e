"""The code of a manifest becomes an App, once, and what only a checkup asks."""

import pytest

from bot.adapters.github.checkup import ConnectedCheckup
from bot.adapters.github.connected import Identity
from bot.adapters.github.manifest import convert
from bot.domain.github import Failure, GitHubError, NotFound, Odd, Secret, Transient
from tests.adapters.github.stage import NOW, OnFake, keys

MANIFEST = '{"url": "https://x.example", "redirect_url": "https://x.example/done"}'


def code(real: OnFake) -> str:
    back = real.ann.confirms_manifest(MANIFEST, "")
    return back.partition("code=")[2]


def failure(real: OnFake, given: str) -> Failure:
    with pytest.raises(GitHubError) as caught:
        convert(real.world.api_url, given, NOW)
    return caught.value.failure


def test_a_code_is_an_app_once_and_its_secrets_show_nowhere(real: OnFake) -> None:
    given = code(real)
    app = convert(real.world.api_url, given, NOW)
    made = real.world.apps[app.id]
    assert (app.slug, app.webhook_secret) == (made.slug, Secret(made.webhook_secret))
    assert "PRIVATE KEY" in app.private_key.revealed
    assert "PRIVATE KEY" not in repr(app)
    assert made.webhook_secret not in repr(app)
    assert isinstance(failure(real, given), NotFound)


def test_nothing_but_a_code_is_put_into_the_address(real: OnFake) -> None:
    for odd in ("", "../../app", "a/b", "a?b", "a" * 200):
        assert isinstance(failure(real, odd), NotFound)
    assert real.count("apps/create-from-manifest") == 0


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("502", Transient), ("reset_before", Transient), ("truncated_json", Odd)],
)
def test_a_lost_answer_is_told_as_such(
    real: OnFake, kind: str, expected: type[Failure]
) -> None:
    real.strikes("apps/create-from-manifest", kind)
    assert isinstance(failure(real, code(real)), expected)


@pytest.fixture
def checkup(real: OnFake) -> ConnectedCheckup:
    identity = Identity(real.app, Secret(keys()[0]), real.world.api_url, 5)
    return ConnectedCheckup(identity, real.world.clock.seconds)


def test_the_head_of_a_branch_and_a_file_there_are_read(
    real: OnFake, checkup: ConnectedCheckup
) -> None:
    head = real.ann.pushes(real.digits, "main", {"a b/c#.yml": "x: 1\n"})
    assert checkup.head(real.place, "main") == head
    assert checkup.text(real.place, "main", "a b/c#.yml") == b"x: 1\n"
    assert checkup.text(real.place, "main", "none.yml") is None
    checkup.close()


def test_githubs_clock_and_what_is_left_are_told(
    real: OnFake, checkup: ConnectedCheckup
) -> None:
    real.world.clock.skew = 25.0
    assert abs(checkup.clock() - real.world.clock.base() - 25.0) < 5
    left = checkup.budget(real.installation.id)
    assert left is not None
    assert 0 < left.remaining <= left.limit
    real.installation.suspended_at = real.world.clock.now()
    with pytest.raises(GitHubError):
        checkup.budget(real.installation.id)
    with pytest.raises(GitHubError):
        checkup.text(real.place, "main", "train.py")
    checkup.close()
