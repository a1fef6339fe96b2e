"""What the App has a maintainer accept, beyond what a policy asks for.

A change to the policy file, and one to what defines the metrics, can make any branch
look good. No trial can tell whether they are fair, so a person has to.
"""

import dataclasses

from bot.domain.metric_version import MetricVersion
from bot.domain.policy import POLICY_PATH, Policy
from bot.domain.verdict import Evidence, Finding, Reason, Ruling
from bot.domain.verdict.findings import finding


def app_policy(policy: Policy) -> Policy:
    """The policy as the App applies it: its own file is always protected.

    The hash stays that of the text that somebody wrote.
    """
    if POLICY_PATH in policy.protected:
        return policy
    protected = (*policy.protected, POLICY_PATH)
    return dataclasses.replace(policy, protected=protected)


def new_definition(version: MetricVersion | None) -> Finding | None:
    """The one finding of a branch that defines the metrics anew; None for others.

    It is undecided until somebody accepts it. Its id hangs on the two definitions
    alone, so it stays while trials are added and the base moves, and is another one as
    soon as the definition is changed again. A branch that leaves nothing to judge by
    has a finding of its own, that nobody can accept.
    """
    if version is None or not version.changed or version.gone:
        return None
    facts: Evidence = {
        "files": version.files,
        "before": version.before,
        "after": version.after,
    }
    return finding(Reason.METRIC_VERSION_CHANGED, Ruling.UNDECIDED, facts)
