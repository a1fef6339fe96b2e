"""`seedgate replay` wired: a policy, past runs and comparisons in, a replay out."""

from pathlib import Path

from bot.adapters.policy_file import load_policy
from bot.adapters.policy_file.comparisons import load_comparisons
from bot.adapters.trials_file import load_runs
from bot.app.refusals import judged, refuse
from bot.compose.judge import read_policy
from bot.domain.errors import UserFault
from bot.domain.policy import Policy, unsupported
from bot.domain.replay import Comparisons, Replay, replay


def replay_files(
    policy_file: Path, runs_file: Path, comparisons_file: Path | None
) -> tuple[Replay, Policy]:
    """`seedgate replay`: what the policy says of the runs, and the policy itself."""
    policy = load_policy(read_policy(policy_file), str(policy_file))
    runs = load_runs(runs_file)
    asked = None if comparisons_file is None else _comparisons(comparisons_file)
    done = replay(policy, runs, asked)
    missing = unsupported(policy, [done.mode.name])
    refuse([one for one in missing if judged(one)])
    return done, policy


def _comparisons(path: Path) -> Comparisons:
    try:
        return load_comparisons(path.read_bytes(), str(path))
    except OSError as error:
        problem = f"The comparisons file {path} cannot be read: {error.strerror}."
        raise UserFault(problem, "Check --comparisons.") from None
