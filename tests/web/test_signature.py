"""Only who knows a secret can sign; and no secret is never one."""

import pytest

from bot.domain.errors import UserFault
from bot.web.signature import Check, Secrets, secrets, signed
from tests.web.wire import SECRET, sign

HELLO = b"Hello, World!"
# docs.github.com, "Validating webhook deliveries".
VECTOR = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"


def agrees(known: Secrets, body: bytes, header: str) -> bool:
    check = Check(known)
    for at in range(0, len(body), 5):
        check.take(body[at : at + 5])
    signature = signed(header)
    return signature is not None and check.agrees(signature)


def test_the_vector_of_githubs_docs_is_accepted() -> None:
    assert agrees(secrets(SECRET), HELLO, VECTOR)


def test_one_other_byte_anywhere_is_not() -> None:
    assert not agrees(secrets(SECRET), HELLO + b"\n", VECTOR)
    assert not agrees(secrets(SECRET + " "), HELLO, VECTOR)
    assert not agrees(secrets(SECRET), HELLO, VECTOR[:-1] + "8")


def test_while_secrets_are_rotated_both_count_and_afterwards_one() -> None:
    both = secrets("new", former="old")
    assert agrees(both, HELLO, sign(HELLO, "new"))
    assert agrees(both, HELLO, sign(HELLO, "old"))
    assert not agrees(both, HELLO, sign(HELLO, "older"))
    assert not agrees(secrets("new"), HELLO, sign(HELLO, "old"))


@pytest.mark.parametrize(
    "header",
    [
        None,
        "",
        VECTOR.removeprefix("sha256="),
        VECTOR.replace("sha256", "sha1"),
        VECTOR.upper(),
        VECTOR + "0",
        VECTOR + "\n",
        " " + VECTOR,
        "sha256=" + "\u0661" * 64,
        "sha256=" + "g" * 64,
    ],
)
def test_what_has_not_the_form_of_a_signature_is_none(header: str | None) -> None:
    assert signed(header) is None


@pytest.mark.parametrize(
    ("current", "former"), [("", None), ("  ", None), ("new", ""), ("new", "\t")]
)
def test_an_empty_secret_refuses_to_start(current: str, former: str | None) -> None:
    with pytest.raises(UserFault, match="anybody could sign with it"):
        secrets(current, former)


def test_a_secret_is_not_shown() -> None:
    assert SECRET not in repr(secrets(SECRET))
