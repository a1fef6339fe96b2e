"""The trials file of `seedgate judge`: JSON text in, observations out."""

from bot.adapters.trials_file.load import TrialsFile, load_trials

__all__ = ["TrialsFile", "load_trials"]
