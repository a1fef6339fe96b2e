"""What each role of a metric needs and refuses, checked on every metric."""

from collections.abc import Iterator

from bot.adapters.policy_file.tree import (
    Path,
    Place,
    Row,
    Scalar,
    Table,
    Written,
    fault_at,
)
from bot.domain.errors import PolicyFault
from bot.domain.policy import Role

MOST_PRIMARIES = 3
SMALLEST_LOOK = {
    Role.PRIMARY: 4,
    Role.GUARDRAIL: 4,
    Role.IMPROVE: 4,
    Role.TARGET: 2,
    Role.LIMIT: 1,
    Role.REPORT: 1,
}
"""Trials per arm below which the test of a role has nothing to say."""

_NEEDED = {
    Role.PRIMARY: ("direction", "tolerance"),
    Role.GUARDRAIL: ("direction",),
    Role.TARGET: ("direction", "target"),
    Role.IMPROVE: ("direction", "margin"),
    Role.LIMIT: (),
    Role.REPORT: (),
}
_POSSIBLE = {
    Role.PRIMARY: ("slices", "bounds", "examples"),
    Role.GUARDRAIL: ("tolerance", "slices", "bounds", "examples"),
    Role.TARGET: ("alpha", "bounds", "examples"),
    Role.IMPROVE: ("alpha", "slices", "bounds", "examples"),
    Role.LIMIT: ("direction", "max", "min"),
    Role.REPORT: ("direction",),
}
_RULED = (
    "direction",
    "tolerance",
    "target",
    "margin",
    "alpha",
    "max",
    "min",
    "slices",
    "bounds",
    "examples",
)
_HINTS = {
    "direction": "Write `direction: minimize` or `direction: maximize`.",
    "tolerance": "Write how much worse is tolerated: 0.01, 1% or auto.",
    "target": "Write the mean to be reached, such as `target: 3.28`.",
    "margin": "Write how much better it must be, such as `margin: 0`.",
}


def needed(role: Role) -> tuple[str, ...]:
    """The keys that a metric of this role must have."""
    return _NEEDED[role]


def refused(role: Role) -> tuple[str, ...]:
    """The keys that a metric of this role must not have."""
    known = (*_NEEDED[role], *_POSSIBLE[role])
    return tuple(key for key in _RULED if key not in known)


def role_of(metric: Table) -> Role | None:
    """The role of a metric; None if what is written is no role."""
    word = metric.get("role", Role.PRIMARY)
    return Role(str(word)) if word in list(Role) else None


def role_faults(metric: Table, path: Path, key: Place) -> Iterator[PolicyFault]:
    """The faults of one metric against its role; `key` is where its name stands."""
    role = role_of(metric)
    if role is None:
        return
    for name in needed(role):
        if name not in metric:
            problem = f"`{name}` is missing: the role {role} needs it."
            yield fault_at(key, path, problem, _HINTS[name])
    for name in refused(role):
        if name in metric:
            problem, mend = _pointless(name, role)
            yield fault_at(metric.keys_at[name], (*path, name), problem, mend)
    yield from _value_faults(role, metric, path, key)


def _pointless(name: str, role: Role) -> tuple[str, str]:
    roles = [str(one) for one in Role if name in (*_NEEDED[one], *_POSSIBLE[one])]
    if name == "slices":
        problem = (
            f"Slices of a {role} metric cannot be judged: a slice is compared with "
            "the baseline."
        )
        mend = f"Remove them, or make it {' or '.join(roles)}."
        return problem, mend
    problem = f"`{name}` has no meaning for the role {role}."
    return problem, f"Remove it; it belongs to the role {' or '.join(roles)}."


def _value_faults(
    role: Role, metric: Table, path: Path, key: Place
) -> Iterator[PolicyFault]:
    if role is Role.LIMIT:
        yield from _limit_faults(metric, path, key)
    tolerance = _real(metric, "tolerance")
    if role is Role.PRIMARY and tolerance == 0:
        problem = "A tolerance of 0 can never be shown to be kept."
        mend = "Write the smallest loss that matters to you, such as 0.01 or 1%."
        place = metric["tolerance"].place
        yield fault_at(place, (*path, "tolerance"), problem, mend)
    if "examples" in metric and _is_open(metric.get("bounds")):
        problem = "`examples` of right answers are a share, and `bounds` have one end."
        mend = "Write both ends, such as `bounds: [0, 1]`, or remove `examples`."
        place = metric.keys_at["examples"]
        yield fault_at(place, (*path, "examples"), problem, mend)


def _is_open(bounds: Written | None) -> bool:
    ends = bounds if isinstance(bounds, Row) else ()
    return any(isinstance(one, Scalar) and one.value is None for one in ends)


def _limit_faults(metric: Table, path: Path, key: Place) -> Iterator[PolicyFault]:
    low, high = _real(metric, "min"), _real(metric, "max")
    if "max" not in metric and "min" not in metric:
        problem = "`max` or `min` is missing: the role limit needs one."
        yield fault_at(key, path, problem, "Write the bound, such as `max: 600`.")
    if low is not None and high is not None and low > high:
        problem = "`min` is above `max`: no trial can satisfy both."
        mend = "Write the smaller number as `min`."
        yield fault_at(metric["min"].place, (*path, "min"), problem, mend)


def _real(metric: Table, name: str) -> float | None:
    written = metric.get(name)
    value = written.value if isinstance(written, Scalar) else None
    if isinstance(written, Scalar) and written in ("0%", "0 %"):
        return 0.0
    return value if isinstance(value, int | float) else None
