"""One line that repeats a trial: by its key, or with git and its command alone."""

import re
import shlex
from collections.abc import Sequence

from bot.domain.trials import Trial
from workers.contract import CHECKPOINT, OUTPUT_DIR, Scoring, TrialSpec

_KEY_DIGITS = 12
_CHECKPOINTS = "checkpoints"
_OUTPUT = "-output"
_OUTPUT_BLANK, _BLANK = f"{{{OUTPUT_DIR}}}", f"{{{CHECKPOINT}}}"
_THREAD_VARIABLES = (
    "OMP_NUM_THREADS",
    "MKL_NUM_THREADS",
    "OPENBLAS_NUM_THREADS",
    "NUMEXPR_NUM_THREADS",
    "VECLIB_MAXIMUM_THREADS",
)
"""The number of threads changes the last bits of sums, so it is part of a trial."""


def repro(trial: Trial) -> str:
    """The line; empty for a trial that was given and not run.

    It works where the trial was run, and compares what it gives with what was stored.
    """
    if trial.spec is None:
        return ""
    return f"seedgate reproduce {trial.key[:_KEY_DIGITS]}"


def by_hand(spec: TrialSpec) -> str:
    """The same for a POSIX shell, without Seedgate.

    It makes two folders where it is started: one for the tree and one for what the
    trial writes; two more where a command scores the checkpoint. Packages come from
    the environment of whoever runs it.
    """
    name = spec.key[:_KEY_DIGITS] or str(spec.seed)
    trained = f"trial-{name}"
    steps = [*_tree(spec, spec.tree, trained), _run(spec, spec.argv, trained)]
    if spec.scoring is not None:
        scored = f"score-{name}"
        steps += ["cd ..", *_tree(spec, spec.scoring.tree, scored)]
        steps.append(_score(spec, spec.scoring, trained, scored))
    return " && ".join(steps)


def _tree(spec: TrialSpec, tree: str, folder: str) -> tuple[str, ...]:
    """Check a tree out, make a folder for what is written, and go there."""
    # Not `git archive`: that leaves out what the tree's own `export-ignore` names.
    git = (
        f"GIT_INDEX_FILE=$PWD/{folder}.index git --git-dir={shlex.quote(spec.objects)}"
    )
    return (
        shlex.join(["mkdir", "-p", folder, f"{folder}{_OUTPUT}/{_CHECKPOINTS}"]),
        f"{git} read-tree {tree}",
        f"{git} --work-tree={folder} checkout-index --all",
        shlex.join(["cd", folder]),
    )


def _run(spec: TrialSpec, argv: Sequence[str], folder: str) -> str:
    output = f"../{folder}{_OUTPUT}"
    left = f"{output}/{spec.checkpoint or CHECKPOINT}"
    words = [one.replace(_OUTPUT_BLANK, output).replace(_BLANK, left) for one in argv]
    return f"{_variables(spec, spec.tree, output)} {shlex.join(words)}"


def _score(spec: TrialSpec, scoring: Scoring, trained: str, scored: str) -> str:
    """The evaluation command on what the training left, as plain values alone."""
    output = f"../{scored}{_OUTPUT}"
    left = f"../{trained}{_OUTPUT}/{spec.checkpoint or CHECKPOINT}"
    words = [
        _checkpoint(word.replace(_OUTPUT_BLANK, output), left) for word in scoring.argv
    ]
    variables = _variables(spec, scoring.tree, output)
    return f"{variables} TORCH_FORCE_WEIGHTS_ONLY_LOAD=1 {' '.join(words)}"


def _checkpoint(word: str, left: str) -> str:
    """A word of the command; of several files that match, the one written last."""
    if not set(left) & set("*?["):
        return shlex.quote(word.replace(_BLANK, left))
    pattern = re.sub(r"[^\w/.*?\[\]-]", r"\\\g<0>", left)
    last = f'"$(ls -1td {pattern} | head -n 1)"'
    return last.join(shlex.quote(part) if part else "" for part in word.split(_BLANK))


def _variables(spec: TrialSpec, tree: str, output: str) -> str:
    threads = str(max(1, int(spec.resources.cpus)))
    given = {
        "PYTHONHASHSEED": "0",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "SEEDGATE_SEED": str(spec.seed),
        "SEEDGATE_MODE": spec.mode,
        "SEEDGATE_STAGE": spec.stage,
        "SEEDGATE_ARM_TREE": tree,
        "SEEDGATE_OUTPUT_DIR": output,
        "SEEDGATE_CHECKPOINT_DIR": f"{output}/{_CHECKPOINTS}",
        "SEEDGATE_METRICS": f"{output}/metrics.jsonl",
        **dict.fromkeys(_THREAD_VARIABLES, threads),
    }
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in given.items())
