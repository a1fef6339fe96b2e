"""`seedgate schema`: the JSON Schema of the policy file, for editors."""

from bot.cli.screen import out


def schema() -> None:
    """Print the JSON Schema of .github/seedgate.yml, for editors."""
    import json

    from bot.adapters.policy_file import policy_schema

    out().file.write(json.dumps(policy_schema(), indent=2) + "\n")
