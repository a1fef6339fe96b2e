"""GitHub's JSON of what owners see: Apps, installations, tokens, rules, deliveries."""

from datetime import datetime
from typing import Annotated, Literal

from pydantic import AfterValidator, AliasChoices, Field, TypeAdapter

from bot.adapters.github.wire import AccountWire, Text, Wire
from bot.domain.github import (
    AppProfile,
    HookDelivery,
    Installation,
    RequiredCheck,
    Secret,
)


class AppWire(Wire):
    """The App itself."""

    id: int
    slug: str
    permissions: dict[str, str]
    events: list[str]

    def value(self) -> AppProfile:
        """In our words."""
        return AppProfile(self.id, self.slug, self.permissions, tuple(self.events))


class OwnerWire(AccountWire):
    """A `simple-user`, or an `enterprise`, which has a slug in place of a login."""

    login: str = Field(validation_alias=AliasChoices("login", "slug"))


class InstallationWire(Wire):
    """An `installation`; GitHub may name no account."""

    id: int
    account: OwnerWire | None
    permissions: dict[str, str]
    events: list[str]
    suspended_at: datetime | None

    def value(self) -> Installation:
        """In our words."""
        return Installation(
            self.id,
            self.account.value() if self.account else None,
            self.permissions,
            tuple(self.events),
            suspended=self.suspended_at is not None,
        )


class UnreadInstallationWire(Wire):
    """One that cannot be read whole: that it is there is known by its number.

    Were it left out of a list, all that it reaches would be taken for gone.
    """

    id: int

    def value(self) -> Installation:
        """In our words; what it may do shows when it is asked."""
        return Installation(self.id, None, {}, (), suspended=False)


class TokenWire(Wire):
    """A minted token, of whatever length."""

    token: Annotated[str, Field(min_length=1, repr=False)]

    def value(self) -> Secret:
        """In our words."""
        return Secret(self.token)


class HookWire(Wire):
    """Where webhooks go."""

    url: Text = ""


class DeliveryWire(Wire):
    """An attempt to deliver."""

    id: int
    guid: str
    delivered_at: datetime
    redelivery: bool
    status: str
    event: str
    action: str | None
    installation_id: int | None
    repository_id: int | None

    def value(self) -> HookDelivery:
        """In our words."""
        return HookDelivery(
            self.id,
            self.guid,
            self.delivered_at.timestamp(),
            self.redelivery,
            self.status,
            self.event,
            self.action,
            self.installation_id,
            self.repository_id,
        )


class RulesetCheckWire(Wire):
    """A check that a ruleset requires."""

    context: str
    integration_id: int | None = None

    def value(self) -> RequiredCheck:
        """In our words."""
        return RequiredCheck(self.context, self.integration_id)


class ChecksParametersWire(Wire):
    """What the rule of required checks says."""

    required_status_checks: list[RulesetCheckWire]
    strict_required_status_checks_policy: bool


class ChecksRuleWire(Wire):
    """The rule of required checks."""

    type: Literal["required_status_checks"]
    parameters: ChecksParametersWire


class QueueParametersWire(Wire):
    """What the rule of a merge queue says."""

    check_response_timeout_minutes: int


class QueueRuleWire(Wire):
    """The rule of a merge queue."""

    type: Literal["merge_queue"]
    parameters: QueueParametersWire


def _unread(kind: str) -> str:
    if kind in {"required_status_checks", "merge_queue"}:
        raise ValueError("a rule that matters cannot be read")
    return kind


class OtherRuleWire(Wire):
    """A rule that is nothing to us."""

    type: Annotated[str, AfterValidator(_unread)]


class ClassicCheckWire(Wire):
    """A check that classic protection requires; -1 means any App."""

    context: str
    app_id: int | None = None

    def value(self) -> RequiredCheck:
        """In our words."""
        pinned = self.app_id is not None and self.app_id >= 0
        return RequiredCheck(self.context, self.app_id if pinned else None)


class ClassicChecksWire(Wire):
    """The summary of classic protection."""

    checks: list[ClassicCheckWire] = []  # noqa: RUF012 - pydantic copies it


class ClassicWire(Wire):
    """Classic protection, without what only administrators see."""

    required_status_checks: ClassicChecksWire | None = None


class BranchWire(Wire):
    """A `branch-with-protection`."""

    name: str
    protection: ClassicWire | None = None

    def required(self) -> tuple[RequiredCheck, ...]:
        """What classic protection requires."""
        found = self.protection.required_status_checks if self.protection else None
        return tuple(one.value() for one in found.checks) if found else ()


RuleWire = ChecksRuleWire | QueueRuleWire | OtherRuleWire
APP = TypeAdapter(AppWire)
INSTALLATION = TypeAdapter(InstallationWire)
INSTALLATIONS: TypeAdapter[list[InstallationWire | UnreadInstallationWire]] = (
    TypeAdapter(
        list[
            Annotated[
                InstallationWire | UnreadInstallationWire,
                Field(union_mode="left_to_right"),
            ]
        ]
    )
)
TOKEN = TypeAdapter(TokenWire)
HOOK = TypeAdapter(HookWire)
DELIVERIES = TypeAdapter(list[DeliveryWire])
RULES: TypeAdapter[list[RuleWire]] = TypeAdapter(
    list[Annotated[RuleWire, Field(union_mode="left_to_right")]]
)
BRANCH = TypeAdapter(BranchWire)
