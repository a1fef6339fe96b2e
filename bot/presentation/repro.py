"""One line that repeats a trial: by its key, or with git and its command alone."""

import shlex

from bot.domain.trials import Trial
from workers.contract import CHECKPOINT, OUTPUT_DIR, TrialSpec

_KEY_DIGITS = 12
_CHECKPOINTS = "checkpoints"
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
    trial writes. Packages come from the environment of whoever runs it.
    """
    folder = f"trial-{spec.key[:_KEY_DIGITS] or spec.seed}"
    output = f"{folder}-output"
    # Not `git archive`: that leaves out what the tree's own `export-ignore` names.
    git = (
        f"GIT_INDEX_FILE=$PWD/{folder}.index git --git-dir={shlex.quote(spec.objects)}"
    )
    steps = [
        shlex.join(["mkdir", "-p", folder, f"{output}/{_CHECKPOINTS}"]),
        f"{git} read-tree {spec.tree}",
        f"{git} --work-tree={folder} checkout-index --all",
        shlex.join(["cd", folder]),
        f"{_variables(spec, f'../{output}')} {_command(spec, f'../{output}')}",
    ]
    return " && ".join(steps)


def _variables(spec: TrialSpec, output: str) -> str:
    threads = str(max(1, int(spec.resources.cpus)))
    given = {
        "PYTHONHASHSEED": "0",
        "CUBLAS_WORKSPACE_CONFIG": ":4096:8",
        "SEEDGATE_SEED": str(spec.seed),
        "SEEDGATE_MODE": spec.mode,
        "SEEDGATE_STAGE": spec.stage,
        "SEEDGATE_ARM_TREE": spec.tree,
        "SEEDGATE_OUTPUT_DIR": output,
        "SEEDGATE_CHECKPOINT_DIR": f"{output}/{_CHECKPOINTS}",
        "SEEDGATE_METRICS": f"{output}/metrics.jsonl",
        **dict.fromkeys(_THREAD_VARIABLES, threads),
    }
    return " ".join(f"{name}={shlex.quote(value)}" for name, value in given.items())


def _command(spec: TrialSpec, output: str) -> str:
    checkpoint = f"{output}/{spec.checkpoint or CHECKPOINT}"
    filled = []
    for one in spec.argv:
        word = one.replace(f"{{{OUTPUT_DIR}}}", output)
        filled.append(word.replace(f"{{{CHECKPOINT}}}", checkpoint))
    return shlex.join(filled)
