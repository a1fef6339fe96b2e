"""`seedgate doctor` wired: look at everything, then say how it stands."""

import time
from collections.abc import Callable, Iterator, Sequence
from urllib.parse import urlsplit

from bot.adapters.github.checkup import ConnectedCheckup
from bot.adapters.github.connected import Identity
from bot.adapters.policy_file import load_policy
from bot.adapters.reaching import knock
from bot.adapters.repository.command import require_git
from bot.app.checkup import Instruments, gathered
from bot.compose.app_config import load, loaded, open_key
from bot.compose.database import open_store
from bot.compose.site import require_python
from bot.compose.trust import trust
from bot.domain.doctor import (
    Expected,
    Finding,
    Kind,
    StoreSeen,
    judged,
    misconfigured,
)
from bot.domain.errors import MachineryFault, UserFault
from bot.domain.github.configuration import HEALTH, AppConfig, is_loopback
from bot.presentation.github import NAME
from bot.settings import Settings

LATELY_S = 60.0
"""A dispatcher registers its machines anew every few seconds."""


def doctor(settings: Settings, most: int) -> Sequence[Finding]:
    """Everything that was found; raises `UserFault` where no App is configured.

    At most so many repositories of each installation are looked at.
    """
    config = _config(settings)
    if not isinstance(config, AppConfig):
        return config
    identity = Identity(config.app, config.private_key, config.api_url)
    github = ConnectedCheckup(identity)
    tools = Instruments(
        github=github,
        knock=lambda: knock(f"{config.public_url}{HEALTH}"),
        load=load_policy,
        store=lambda: _store(settings),
        now=time.time,
    )
    try:
        seen = gathered(tools, _expected(config), most)
        unfit = (*_unfit(settings, config), *_open_key(settings))
        return (*judged(seen), *unfit)
    finally:
        github.close()


def _config(settings: Settings) -> AppConfig | Sequence[Finding]:
    """The App; where one is given wrongly, that is what is found."""
    try:
        config = load(settings)
    except UserFault as fault:
        return misconfigured(fault.problem, fault.mend)
    return loaded(settings) if config is None else config


def _unfit(settings: Settings, config: AppConfig) -> Iterator[Finding]:
    """What keeps `serve` from starting, though GitHub can be asked without it."""
    looks: Sequence[Callable[[], object]] = (
        require_git,
        lambda: require_python(settings),
        lambda: trust(config),
        settings.secret,
    )
    for look in looks:
        try:
            look()
        except UserFault as fault:
            yield from misconfigured(fault.problem, fault.mend)


def _open_key(settings: Settings) -> Iterator[Finding]:
    fault = open_key(settings)
    if fault is not None:
        seen = {"problem": fault.problem, "mend": fault.mend}
        yield Finding(Kind.KEY_OPEN, "", seen)


def _expected(config: AppConfig) -> Expected:
    """A GitHub on this machine reaches this machine; no other one does."""
    ours, theirs = (
        is_loopback(urlsplit(one).hostname or "")
        for one in (config.public_url, config.api_url)
    )
    hidden = ours and not theirs
    return Expected(config.app, config.hook_url, NAME, hidden=hidden)


def _store(settings: Settings) -> StoreSeen:
    """The store, and the machines that were heard of lately."""
    try:
        store = open_store(settings)
    except (MachineryFault, UserFault) as fault:
        return StoreSeen("", fault.problem, fault.mend)
    try:
        nodes = store.nodes(time.time() - LATELY_S)
        return StoreSeen(store.name, nodes=tuple(one.name for one in nodes))
    except MachineryFault as fault:
        return StoreSeen(store.name, fault.problem, fault.mend)
    finally:
        store.close()
