"""Files of results, as JSON: trials for `judge`, past runs for `replay`."""

from bot.adapters.trials_file.load import TrialsFile, load_trials
from bot.adapters.trials_file.runs import load_runs

__all__ = ["TrialsFile", "load_runs", "load_trials"]
