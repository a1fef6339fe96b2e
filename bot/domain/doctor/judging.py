"""From what was seen to what is said of it: the App itself, and what serves it."""

from collections.abc import Iterator, Sequence
from typing import assert_never

from bot.domain.doctor.facts import Answer, AppSeen, Expected, Facts, StoreSeen
from bot.domain.doctor.findings import Evidence, Finding, Kind
from bot.domain.doctor.installed import installations
from bot.domain.github import (
    AppProfile,
    Failure,
    HookDelivery,
    Unauthorised,
    failed_deliveries,
)
from bot.domain.github.needs import beyond, lacking, unheard

CLOCK_OFF_S = 30.0
CLOCK_WRONG_S = 60.0
"""A JWT is dated a minute back: GitHub refuses it where our clock is further ahead."""


def judged(facts: Facts) -> tuple[Finding, ...]:
    """Everything that is to be said, in the order in which things have to work."""
    return tuple(_all(facts))


def misconfigured(problem: str, mend: str) -> tuple[Finding, ...]:
    """The App's settings cannot be used, so that nothing else was looked at."""
    return (Finding(Kind.CONFIG_WRONG, "", {"problem": problem, "mend": mend}),)


def _all(facts: Facts) -> Iterator[Finding]:
    app, expected = facts.app, facts.expected
    yield Finding(Kind.CONFIG, "", {"app": expected.app, "hook": expected.hook_url})
    yield _clock(app.clock_ahead_s)
    yield from _profile(app.profile)
    yield _hook(app.hook, expected)
    yield from _outside(app, expected)
    yield _deliveries(app.deliveries)
    yield from installations(app.installations, expected)
    yield from _store(facts.store)


def _clock(ahead: float | Failure) -> Finding:
    if not isinstance(ahead, float):
        return Finding(Kind.CLOCK_UNKNOWN, failure=ahead)
    seen = {"ahead_s": ahead}
    if abs(ahead) > CLOCK_WRONG_S:
        return Finding(Kind.CLOCK_WRONG, "", seen)
    return Finding(Kind.CLOCK_OFF if abs(ahead) > CLOCK_OFF_S else Kind.CLOCK, "", seen)


def _profile(profile: AppProfile | Failure) -> Iterator[Finding]:
    if isinstance(profile, Unauthorised):
        yield Finding(Kind.APP_REFUSED, failure=profile)
    elif not isinstance(profile, AppProfile):
        yield Finding(Kind.APP_UNKNOWN, failure=profile)
    else:
        yield Finding(Kind.APP, "", {"slug": profile.slug, "app": profile.id})
        yield from _permissions(profile)
        yield from _events(profile)


def _permissions(profile: AppProfile) -> Iterator[Finding]:
    lacks = lacking(profile.permissions)
    for one in lacks:
        seen = {"name": one.name, "needs": one.needs, "has": one.has}
        yield Finding(Kind.PERMISSION_LACKING, "", seen)
    if not lacks:
        yield Finding(Kind.PERMISSIONS)
    for one in beyond(profile.permissions):
        seen = {"name": one.name, "needs": one.needs, "has": one.has}
        yield Finding(Kind.PERMISSION_BEYOND, "", seen)


def _events(profile: AppProfile) -> Iterator[Finding]:
    missing = unheard(profile.events)
    for one in missing:
        yield Finding(Kind.EVENT_LACKING, "", {"name": one})
    if not missing:
        yield Finding(Kind.EVENTS)


def _hook(hook: str | Failure, expected: Expected) -> Finding:
    if not isinstance(hook, str):
        return Finding(Kind.HOOK_UNKNOWN, failure=hook)
    seen = {"is": hook, "should": expected.hook_url}
    if not hook:
        return Finding(Kind.HOOK_NOWHERE, "", seen)
    same = hook == expected.hook_url
    return Finding(Kind.HOOK if same else Kind.HOOK_ELSEWHERE, "", seen)


def _outside(app: AppSeen, expected: Expected) -> Iterator[Finding]:
    """A wall may keep us from our own address, while GitHub gets through."""
    seen = {"address": expected.hook_url, "said": app.outside.said}
    if expected.hidden:
        yield Finding(Kind.REACHED_BY_NOBODY, "", seen)
        return
    match app.outside.answer:
        case Answer.OURS:
            yield Finding(Kind.REACHED, "", seen)
        case Answer.STRANGE:
            yield Finding(Kind.REACHED_ANOTHER, "", seen)
        case Answer.NONE:
            arrived = _arrived(app.deliveries)
            kind = Kind.REACHED_FROM_OUTSIDE if arrived else Kind.REACHED_NOT
            yield Finding(kind, "", seen)
        case _:
            assert_never(app.outside.answer)


def _arrived(deliveries: Sequence[HookDelivery] | Failure) -> bool:
    if not isinstance(deliveries, Sequence):
        return False
    return any(one.ok for one in deliveries)


def _deliveries(deliveries: Sequence[HookDelivery] | Failure) -> Finding:
    if not isinstance(deliveries, Sequence):
        return Finding(Kind.DELIVERIES_UNKNOWN, failure=deliveries)
    failed = failed_deliveries(deliveries)
    count = len({one.guid for one in deliveries})
    if not failed:
        return Finding(Kind.DELIVERIES, "", {"count": count})
    last = failed[-1]
    what = f"{last.event}.{last.action}" if last.action else last.event
    seen: Evidence = {
        "count": count,
        "failed": len(failed),
        "event": what,
        "said": last.status,
    }
    every = len(failed) == count
    return Finding(
        Kind.DELIVERIES_ALL_FAILED if every else Kind.DELIVERIES_FAILED, "", seen
    )


def _store(store: StoreSeen) -> Iterator[Finding]:
    if store.fault:
        seen = {"problem": store.fault, "mend": store.mend}
        yield Finding(Kind.STORE_UNREACHED, store.name, seen)
        return
    yield Finding(Kind.STORE, store.name)
    if store.nodes:
        yield Finding(Kind.NODES, "", {"names": store.nodes})
    else:
        yield Finding(Kind.NODES_NONE)
