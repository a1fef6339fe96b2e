"""What refusals are said with."""

from collections.abc import Callable

from bot.domain.commands import Refused
from bot.presentation.escape import code

Says = Callable[[Refused], str]


def typed(refused: Refused) -> str:
    """What people typed, as code that cannot act."""
    return code(refused.text("typed"), 100)


def listed(refused: Refused, key: str) -> str:
    """The texts under `key`, as code with commas between them."""
    return ", ".join(code(one) for one in refused.listed(key))


def meant(refused: Refused, otherwise: str) -> str:
    """`Did you mean ...?`; or `otherwise`, where nothing is near."""
    near = refused.text("nearest")
    return f"Did you mean {code(near)}?" if near else otherwise


def shown(refused: Refused, key: str) -> str:
    """The text under `key`, as code."""
    return code(refused.text(key))
