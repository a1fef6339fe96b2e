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
"""A JWT is dated a minute back: where our clock is further ahead GitHub refuses the
first one. The next one is dated by GitHub's clock; all else here goes by ours."""

REFUSED = "401"
"""What a signature by another secret is answered, as a delivery's status shows it."""


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
    return bool(deliveries) and not _latest(deliveries)


def _latest(deliveries: Sequence[HookDelivery]) -> Sequence[HookDelivery]:
    """The attempts that failed after the last one that went well, oldest first."""
    by_time = sorted(deliveries, key=lambda one: (one.delivered_at, one.id))
    well = [number for number, one in enumerate(by_time, start=1) if one.ok]
    return by_time[max(well, default=0) :]


def _deliveries(deliveries: Sequence[HookDelivery] | Failure) -> Finding:
    if not isinstance(deliveries, Sequence):
        return Finding(Kind.DELIVERIES_UNKNOWN, failure=deliveries)
    failed, latest = failed_deliveries(deliveries), _latest(deliveries)
    count = len({one.guid for one in deliveries})
    if not failed and not latest:
        return Finding(Kind.DELIVERIES, "", {"count": count})
    last = (latest or failed)[-1]
    what = f"{last.event}.{last.action}" if last.action else last.event
    seen: Evidence = {
        "count": count,
        "failed": len(failed),
        "latest": len({one.guid for one in latest}),
        "event": what,
        "said": last.status,
    }
    return Finding(_failed(latest, every=len(failed) == count), "", seen)


def _failed(latest: Sequence[HookDelivery], *, every: bool) -> Kind:
    """What failed before one arrived is over; what failed since is how it stands."""
    if latest and REFUSED in latest[-1].status.split():
        return Kind.DELIVERIES_DISTRUSTED
    if every:
        return Kind.DELIVERIES_ALL_FAILED
    return Kind.DELIVERIES_FAILING if latest else Kind.DELIVERIES_FAILED


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
