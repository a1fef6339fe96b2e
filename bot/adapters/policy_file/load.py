"""From the bytes of a policy file to the domain's policy, or to all of its faults."""

import hashlib
from collections.abc import Sequence

from pydantic import ValidationError

from bot.adapters.policy_file.blanks import blank_faults
from bot.adapters.policy_file.build import build
from bot.adapters.policy_file.defaults import with_defaults
from bot.adapters.policy_file.models import PolicyModel
from bot.adapters.policy_file.rules import broken_rules
from bot.adapters.policy_file.sentences import explain
from bot.adapters.policy_file.source import read_source
from bot.adapters.policy_file.tree import Table
from bot.adapters.policy_file.yaml_events import BrokenTextError
from bot.domain.errors import PolicyFault, PolicyFaults
from bot.domain.policy import Policy


def load_policy(text: bytes, source: str) -> Policy:
    """Parse and validate a policy file; `source` is its name in messages.

    Raises `PolicyFaults` with every fault at once, in the order of the file.
    """
    try:
        tree, faults = read_source(text)
    except BrokenTextError as error:
        raise PolicyFaults(source, (error.fault,)) from None
    document = with_defaults(tree)
    model, wrong = _validated(document)
    every = [*faults, *wrong, *broken_rules(document), *blank_faults(document)]
    if every or model is None:
        raise PolicyFaults(source, _in_order(every))
    return build(model, document, hashlib.sha256(text).hexdigest())


def _validated(document: Table) -> tuple[PolicyModel | None, Sequence[PolicyFault]]:
    try:
        return PolicyModel.model_validate(document), ()
    except ValidationError as error:
        return None, tuple(explain(error, document))


def _in_order(faults: Sequence[PolicyFault]) -> tuple[PolicyFault, ...]:
    """One fault a place and problem: what is aliased or shared is told once."""
    first: dict[tuple[int, int, str], PolicyFault] = {}
    for fault in faults:
        first.setdefault((fault.line, fault.column, fault.problem), fault)
    return tuple(first[place] for place in sorted(first))
