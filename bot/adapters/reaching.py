"""Whether a public address leads to us: our own health, asked for from outside in."""

import urllib.error
import urllib.request
from http import HTTPStatus
from http.client import HTTPException

from bot.domain.doctor import Answer, Outside

TIMEOUT_S = 10.0
ALIVE = b"Alive.\n"
"""What `/healthz` answers."""


def knock(address: str, timeout_s: float = TIMEOUT_S) -> Outside:
    """Ask an http(s) address, and say who answered."""
    request = urllib.request.Request(address, headers={"User-Agent": "seedgate"})  # noqa: S310 - an address of the settings, checked there
    try:
        with urllib.request.urlopen(request, timeout=timeout_s) as answer:  # noqa: S310 - as above
            text = answer.read(len(ALIVE) + 1)
    except urllib.error.HTTPError as error:
        error.close()
        return Outside(Answer.STRANGE, f"status {error.code}")
    except urllib.error.URLError as error:
        return Outside(Answer.NONE, str(error.reason))
    except (OSError, HTTPException) as error:
        return Outside(Answer.NONE, str(error) or type(error).__name__)
    if text == ALIVE:
        return Outside(Answer.OURS)
    return Outside(Answer.STRANGE, f"status {HTTPStatus.OK.value}, another page")
