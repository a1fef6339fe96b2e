"""Policy texts to break: a sound one, and the faults of any."""

from bot.adapters.policy_file import load_policy
from bot.domain.errors import PolicyFault, PolicyFaults
from bot.domain.policy import Metric, Mode, Policy

SOUND = """\
version: 1
modes:
  mlp:
    train: [python, train.py, --seed, "{seed}", --steps, "{steps}"]
    metrics:
      loss:
        direction: minimize
        tolerance: 0.01
stages:
  fast: {params: {steps: 100}, seeds: {min: 4, max: 8}}
"""


def load(text: str) -> Policy:
    """The policy of a text without faults."""
    return load_policy(text.encode(), "policy.yml")


def faults(text: str | bytes) -> tuple[PolicyFault, ...]:
    """The faults of a text; none if it is sound."""
    data = text if isinstance(text, bytes) else text.encode()
    try:
        load_policy(data, "policy.yml")
    except PolicyFaults as broken:
        return broken.faults
    return ()


def said(text: str | bytes) -> list[str]:
    """The faults as lines: `line:column path: problem mend`."""
    return [
        f"{one.line}:{one.column} {one.path}: {one.problem} {one.mend}"
        for one in faults(text)
    ]


def with_lines(*lines: str) -> str:
    """The sound policy with more lines at its end; the first is line 11."""
    return SOUND + "\n".join(lines) + "\n"


def with_metric(*lines: str) -> str:
    """The sound policy with the rules of its metric replaced; the first is line 7."""
    rules = "\n".join(f"        {line}" for line in lines)
    old = "        direction: minimize\n        tolerance: 0.01"
    return SOUND.replace(old, rules)


def with_mode(*lines: str) -> str:
    """The sound policy with more lines in its mode; the first is line 9."""
    more = "".join(f"    {line}\n" for line in lines)
    return SOUND.replace("stages:", f"{more}stages:")


def with_stages(*lines: str) -> str:
    """The sound policy with other stages; the first is line 10."""
    head, _, _ = SOUND.partition("stages:")
    return head + "stages:\n" + "".join(f"  {line}\n" for line in lines)


def mode(policy: Policy, name: str = "mlp") -> Mode:
    """A mode that must be there."""
    found = policy.mode(name)
    assert found is not None
    return found


def metric(policy: Policy) -> Metric:
    """The only metric of the only mode."""
    ((only,),) = (one.metrics for one in policy.modes)
    return only
