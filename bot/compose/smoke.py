"""`seedgate smoke` wired: the configured App makes one round trip through GitHub."""

import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass

from bot.adapters.github.checkup import ConnectedCheckup
from bot.adapters.github.connected import Identity
from bot.app.checkup import POLICY
from bot.app.smoke import Says, Smoke, Target, Voice
from bot.compose.app_config import loaded
from bot.domain.doctor.trip import Tried
from bot.domain.github import Annotation, Output
from bot.presentation.words import smoke as words
from bot.settings import Settings

PAUSE_S = 1.0
"""GitHub asks for a second between writes."""


@dataclass(frozen=True, slots=True)
class Trip:
    """Where to; `pause_s` is the rest before each write."""

    repository: str
    pull: int | None = None
    pause_s: float = PAUSE_S


def smoke(settings: Settings, trip: Trip, tell: Callable[[Tried], None]) -> bool:
    """Whether all of it works; `tell` hears of each step as it is done."""
    config = loaded(settings)
    github = ConnectedCheckup(Identity(config.app, config.private_key, config.api_url))
    run = f"smoke-{secrets.token_hex(8)}"
    voice = Voice(tell, lambda: time.sleep(trip.pause_s))
    try:
        target = Target(trip.repository, trip.pull, run, time.time())
        return Smoke(github, _says(run), voice).run(target)
    finally:
        github.close()


def _says(run: str) -> Says:
    marker = f"<!-- {run} -->"
    return Says(
        started=Output(words.TITLE, words.STARTED),
        worked=Output(words.TITLE, words.WORKED),
        broken=Output(words.TITLE, words.BROKEN),
        comment=f"{words.COMMENT}\n\n{marker}",
        edited=f"{words.EDITED}\n\n{marker}",
        marker=marker,
        annotation=Annotation(POLICY, 1, 1, "notice", words.REMARK),
    )
