"""Signed links: what opens, for how long, and that nothing else does."""

from dataclasses import replace
from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import UserFault
from bot.domain.links import (
    LONGEST_S,
    NOTHING,
    SKEW_S,
    Bad,
    Expired,
    Good,
    Key,
    Kind,
    Proof,
    Subject,
    check,
    expiry,
    is_id,
    key_of,
    permanent,
    proof,
    sign,
    signed,
)

NOW = 1_700_000_000.5
UNTIL = 1_700_003_600
KEY = key_of("a secret of more than sixteen characters")
ONE = Subject(7, "4b825dc642cb6eb9", Kind.PAGE, 0)


def proved(subject: Subject = ONE, until: int = UNTIL, key: Key = KEY) -> Proof:
    return Proof(until, sign(subject, until, key))


def test_a_link_opens_what_it_was_signed_for() -> None:
    assert check([ONE], proved(), NOW, KEY) == Good(ONE)


def test_it_opens_until_its_end_and_not_a_moment_longer() -> None:
    assert check([ONE], proved(), UNTIL - 0.001, KEY) == Good(ONE)
    assert check([ONE], proved(), float(UNTIL), KEY) == Expired()


@pytest.mark.parametrize(
    "other",
    [
        replace(ONE, repository=8),
        replace(ONE, id="4b825dc642cb6eb8"),
        replace(ONE, kind=Kind.BUNDLE),
        replace(ONE, generation=1),
    ],
)
def test_it_opens_nothing_else(other: Subject) -> None:
    assert check([other], proved(), NOW, KEY) == Bad()


def test_who_changes_the_end_or_the_signature_gets_nothing() -> None:
    later = replace(proved(), until=UNTIL + 1)
    assert check([ONE], later, NOW, KEY) == Bad()
    for signature in ("", "0" * 64, proved().signature.upper(), "\ud800\xe9" * 32):
        assert check([ONE], Proof(UNTIL, signature), NOW, KEY) == Bad()


def test_another_secret_signs_nothing_that_counts() -> None:
    other = key_of("another secret of sixteen characters")
    assert check([ONE], proved(key=other), NOW, KEY) == Bad()


def test_where_nothing_is_kept_every_link_is_bad() -> None:
    assert check([], proved(), NOW, KEY) == Bad()
    assert NOTHING.repository == 0  # GitHub's numbers begin at 1


def test_counting_the_generation_up_revokes_even_expired_links() -> None:
    revoked = replace(ONE, generation=1)
    assert check([revoked], proved(), NOW, KEY) == Bad()
    assert check([revoked], proved(), UNTIL + 1.0, KEY) == Bad()


def test_of_forks_that_share_an_evaluation_it_opens_the_one_it_was_signed_for() -> None:
    fork = replace(ONE, repository=9)
    assert check([ONE, fork], proved(fork), NOW, KEY) == Good(fork)
    assert check([ONE, fork], proved(ONE), NOW, KEY) == Good(ONE)


def test_no_link_opens_for_longer_than_a_day_even_if_it_says_so() -> None:
    assert expiry(NOW) == expiry(NOW, 1e9) == int(NOW) + LONGEST_S
    assert expiry(NOW, 60.0) == int(NOW) + 60
    longest = int(NOW) + LONGEST_S + SKEW_S  # the other instance's clock may be ahead
    assert check([ONE], proved(until=longest), NOW, KEY) == Good(ONE)
    assert check([ONE], proved(until=longest + 1), NOW, KEY) == Bad()


@given(
    st.tuples(st.integers(1, 99), st.text(max_size=4), st.integers(0, 99)),
    st.tuples(st.integers(1, 99), st.text(max_size=4), st.integers(0, 99)),
    st.tuples(st.integers(1, 10**10), st.integers(1, 10**10)),
)
def test_two_subjects_never_have_one_signature(
    one: tuple[int, str, int], other: tuple[int, str, int], ends: tuple[int, int]
) -> None:
    both = [
        (Subject(number, name, Kind.PAGE, generation), until)
        for (number, name, generation), until in zip((one, other), ends, strict=True)
    ]
    signatures = [sign(subject, until, KEY) for subject, until in both]
    assert (both[0] == both[1]) == (signatures[0] == signatures[1])


def test_addresses_are_made_of_where_we_are_reached() -> None:
    for public in ("https://gate.example/x", "https://gate.example/x/"):
        plain = permanent(public, Kind.PAGE, ONE.id)
        assert plain == f"https://gate.example/x/evaluations/{ONE.id}"
    bundle = permanent("https://gate.example", Kind.BUNDLE, "ab")
    assert bundle == "https://gate.example/bundles/ab"


def test_a_signed_address_holds_all_that_is_checked() -> None:
    address = urlsplit(signed("https://gate.example", ONE, UNTIL, KEY))
    said = {name: values[0] for name, values in parse_qs(address.query).items()}
    assert address.path == f"/evaluations/{ONE.id}"
    carried = proof(said["until"], said["signature"])
    assert carried is not None
    assert check([ONE], carried, NOW, KEY) == Good(ONE)


@pytest.mark.parametrize(
    "until", ["", "x", "-1", "0", "01", "1.5", " 1", "1\n", "1" * 13, "\u0661"]
)
def test_what_is_no_time_is_no_proof(until: str) -> None:
    assert proof(until, "0" * 64) is None


def test_ids_are_plain() -> None:
    assert all(map(is_id, ("a", "4b825dc642cb6eb9", "A_b-9", "x" * 64)))
    odd = ("", "-a", "_a", "a b", "a/b", "a\n", "é", "x" * 65, "..", "a.b")
    assert not any(map(is_id, odd))


@pytest.mark.parametrize("secret", ["", " " * 40, "fifteen letters"])
def test_a_secret_that_can_be_guessed_is_refused(secret: str) -> None:
    with pytest.raises(UserFault, match="fewer than 16 characters") as caught:
        key_of(secret)
    assert "SEEDGATE_LINK_SECRET to 32 random characters" in caught.value.mend
    assert "file link-secret" in caught.value.mend


def test_neither_key_nor_signature_is_shown_by_accident() -> None:
    assert repr(KEY) == "Key()"
    assert repr(proved()) == f"Proof(until={UNTIL})"
    assert KEY.value != b"a secret of more than sixteen characters"
