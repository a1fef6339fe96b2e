"""The policy file `.github/seedgate.yml`: YAML in, the domain's policy out.

`comparisons` reads the other file that people write by hand, that of a replay.
"""

from bot.adapters.policy_file.load import load_policy
from bot.adapters.policy_file.schema import policy_schema
from bot.adapters.policy_file.unfilled import unfilled

__all__ = ["load_policy", "policy_schema", "unfilled"]
