"""What a checkup can say: a closed set of findings, each with its state."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType

from bot.domain.github import Failure

Evidence = Mapping[str, str | int | float | tuple[str, ...]]


class State(StrEnum):
    """How it stands; the worst of all is the checkup's."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


class Kind(StrEnum):
    """Everything that can be found."""

    CONFIG = "config"
    CONFIG_WRONG = "config-wrong"
    KEY_OPEN = "key-open"
    APP = "app"
    APP_REFUSED = "app-refused"
    APP_UNKNOWN = "app-unknown"
    CLOCK = "clock"
    CLOCK_OFF = "clock-off"
    CLOCK_WRONG = "clock-wrong"
    CLOCK_UNKNOWN = "clock-unknown"
    PERMISSIONS = "permissions"
    PERMISSION_LACKING = "permission-lacking"
    PERMISSION_BEYOND = "permission-beyond"
    EVENTS = "events"
    EVENT_LACKING = "event-lacking"
    HOOK = "hook"
    HOOK_ELSEWHERE = "hook-elsewhere"
    HOOK_NOWHERE = "hook-nowhere"
    HOOK_UNKNOWN = "hook-unknown"
    REACHED = "reached"
    REACHED_FROM_OUTSIDE = "reached-from-outside"
    REACHED_NOT = "reached-not"
    REACHED_ANOTHER = "reached-another"
    REACHED_BY_NOBODY = "reached-by-nobody"
    DELIVERIES = "deliveries"
    DELIVERIES_FAILED = "deliveries-failed"
    DELIVERIES_FAILING = "deliveries-failing"
    DELIVERIES_DISTRUSTED = "deliveries-distrusted"
    DELIVERIES_ALL_FAILED = "deliveries-all-failed"
    DELIVERIES_UNKNOWN = "deliveries-unknown"
    INSTALLED = "installed"
    INSTALLED_NOWHERE = "installed-nowhere"
    INSTALLATION_LACKS = "installation-lacks"
    INSTALLATION_DEAF = "installation-deaf"
    INSTALLATION_SUSPENDED = "installation-suspended"
    INSTALLATIONS_UNKNOWN = "installations-unknown"
    BUDGET = "budget"
    BUDGET_LOW = "budget-low"
    BUDGET_UNLIMITED = "budget-unlimited"
    BUDGET_UNKNOWN = "budget-unknown"
    REPOSITORIES_LEFT_OUT = "repositories-left-out"
    REPOSITORIES_UNKNOWN = "repositories-unknown"
    POLICY = "policy"
    POLICY_MISSING = "policy-missing"
    POLICY_FAULTY = "policy-faulty"
    POLICY_UNKNOWN = "policy-unknown"
    REQUIRED = "required"
    REQUIRED_NOT = "required-not"
    REQUIRED_UNPINNED = "required-unpinned"
    REQUIRED_OF_ANOTHER = "required-of-another"
    REQUIRED_IN_VAIN = "required-in-vain"
    RULES_UNKNOWN = "rules-unknown"
    BRANCHES_LEFT_OUT = "branches-left-out"
    STRICT = "strict"
    QUEUE = "queue"
    STORE = "store"
    STORE_UNREACHED = "store-unreached"
    NODES = "nodes"
    NODES_NONE = "nodes-none"


_FAILS = frozenset(
    {
        Kind.CONFIG_WRONG,
        Kind.APP_REFUSED,
        Kind.APP_UNKNOWN,
        Kind.CLOCK_WRONG,
        Kind.PERMISSION_LACKING,
        Kind.EVENT_LACKING,
        Kind.HOOK_ELSEWHERE,
        Kind.HOOK_NOWHERE,
        Kind.HOOK_UNKNOWN,
        Kind.REACHED_NOT,
        Kind.REACHED_ANOTHER,
        Kind.REACHED_BY_NOBODY,
        Kind.DELIVERIES_FAILING,
        Kind.DELIVERIES_DISTRUSTED,
        Kind.DELIVERIES_ALL_FAILED,
        Kind.INSTALLATION_LACKS,
        Kind.INSTALLATION_DEAF,
        Kind.INSTALLATIONS_UNKNOWN,
        Kind.REPOSITORIES_UNKNOWN,
        Kind.POLICY_FAULTY,
        Kind.REQUIRED_OF_ANOTHER,
        Kind.REQUIRED_IN_VAIN,
        Kind.STORE_UNREACHED,
    }
)
_WARNS = frozenset(
    {
        Kind.KEY_OPEN,
        Kind.CLOCK_OFF,
        Kind.CLOCK_UNKNOWN,
        Kind.PERMISSION_BEYOND,
        Kind.REACHED_FROM_OUTSIDE,
        Kind.DELIVERIES_FAILED,
        Kind.DELIVERIES_UNKNOWN,
        Kind.INSTALLED_NOWHERE,
        Kind.INSTALLATION_SUSPENDED,
        Kind.BUDGET_LOW,
        Kind.BUDGET_UNKNOWN,
        Kind.REPOSITORIES_LEFT_OUT,
        Kind.POLICY_MISSING,
        Kind.POLICY_UNKNOWN,
        Kind.REQUIRED_NOT,
        Kind.REQUIRED_UNPINNED,
        Kind.RULES_UNKNOWN,
        Kind.BRANCHES_LEFT_OUT,
        Kind.STRICT,
        Kind.NODES_NONE,
    }
)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was found, `about` what: empty, an account, or a repository.

    `failure` is why a look failed, where one did.
    """

    kind: Kind
    about: str = ""
    evidence: Evidence = field(default_factory=lambda: MappingProxyType({}))
    failure: Failure | None = None

    @property
    def state(self) -> State:
        """How it stands."""
        if self.kind in _FAILS:
            return State.FAIL
        return State.WARN if self.kind in _WARNS else State.OK


def worst(findings: Iterable[Finding]) -> State:
    """The state of all of them; nothing found is nothing known, and fails."""
    states = {one.state for one in findings} or {State.FAIL}
    ordered = (State.FAIL, State.WARN, State.OK)
    return next(one for one in ordered if one in states)
