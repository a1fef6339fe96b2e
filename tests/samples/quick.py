"""Repositories that pretend to train, for end-to-end tests that take milliseconds.

A trial of one takes about 30 ms: `hostile/train.py` is plain Python, and the tree's
`config.json` says what it does. `build_quick` writes one branch beside main:

    repository = build_quick(tmp_path / "repo", branch_behaviour=Behaviour("crashes"))
"""

import json
import shutil
from dataclasses import asdict, dataclass
from pathlib import Path

from tests.samples.digits.build import Git

TRAIN = Path(__file__).resolve().parent / "hostile/train.py"
BASE, HEAD = "main", "branch"


@dataclass(frozen=True)
class Behaviour:
    """How the pretended training of one tree goes.

    `behaviour` is one of

    - `trains`: ends normally; the losses of a run fall to a value drawn around `mean`
      with SD `spread`, and take `seconds` besides. Equal means give equal bits; others
      have a same-seed correlation of 0.36.
    - `crashes` (raises), `exits` (status 3 after a good metric), `dies` (SIGKILL).
    - `nan`, `infinite`, `text`: the last value of the metric is that.
    - `silent`: ends normally without any metric.
    - `noisy`, `one_line`: trains after printing `megabytes`, in lines or in one line.
    - `endless`, `stubborn`: never ends; `stubborn` ignores SIGTERM as well.
    - `daemon`: trains, and leaves a process behind in a session of its own, which holds
      stdout, ignores SIGTERM and has its number in `daemon.pid` and in the ledger.
    - `hungry`, `fills_disk`: trains after holding, or writing to its output directory,
      `megabytes`.
    - `fifo`, `symlink`, `folder`: puts that in the place of `metrics.jsonl`.

    `share` is the share of seeds that misbehave; the others train. What never ends does
    end after two minutes, in case the test itself breaks.

    A run appends `start NAME SEED PID` to the file `ledger`, waits until the file
    `hold` exists, and appends `end NAME SEED PID` at a normal end. Both are absolute
    paths, "" for none. It writes its arguments, folder, process number and environment to
    `run.json` in its output directory.
    """

    behaviour: str = "trains"
    mean: float = 1.0
    spread: float = 0.01
    share: float = 1.0
    seconds: float = 0.0
    megabytes: int = 100
    ledger: str = ""
    hold: str = ""


WORSE = Behaviour(mean=1.2)
"""Beyond the tolerance of `quick_policy` by many SDs of a difference."""
BETTER = Behaviour(mean=0.9)

STDOUT = r"{stdout: 'step (?P<step>\d+) loss (?P<value>\S+)', take: last}"
JSONL = '{jsonl: "{output_dir}/metrics.jsonl", take: last}'


def quick_policy(
    *,
    source: str = STDOUT,
    tolerance: str = "0.05",
    seeds: str = "{min: 4, max: 8}",
    resources: str = "{cpus: 1, memory: 256MiB, timeout: 20s}",
    modes: tuple[str, ...] = ("quick",),
) -> str:
    """A policy for these repositories; each part is written as it will stand there."""
    head = f"""\
version: 1
defaults:
  resources: {resources}
  environment: {{manager: none}}
modes:
"""
    mode = f"""\
    train: [python, train.py, --seed, "{{seed}}", --output-dir, "{{output_dir}}"]
    metrics:
      loss:
        direction: minimize
        tolerance: {tolerance}
        source: {source}
"""
    stages = f"stages:\n  fast: {{seeds: {seeds}}}\n"
    return head + "".join(f"  {name}:\n{mode}" for name in modes) + stages


def build_quick(
    destination: Path,
    *,
    main_behaviour: Behaviour | None = None,
    branch_behaviour: Behaviour | None = None,
    policy: str | None = None,
) -> Path:
    """Make a repository with `main` and `branch`, checked out at `branch`.

    Both train alike if nothing else is said: their trees differ, their results do not.
    """
    git = Git(destination)
    (destination / ".github").mkdir(parents=True)
    git.start()
    shutil.copyfile(TRAIN, destination / "train.py")
    policy_file = destination / ".github/seedgate.yml"
    policy_file.write_text(quick_policy() if policy is None else policy)
    write_behaviour(destination, BASE, main_behaviour or Behaviour())
    git.commit("Pretend to train")
    git("switch", "--quiet", "--create", HEAD)
    write_behaviour(destination, HEAD, branch_behaviour or Behaviour())
    git.commit("Pretend to train in another way")
    return destination


def write_behaviour(folder: Path, name: str, behaviour: Behaviour) -> None:
    """Write `config.json` into a working copy; `name` is what the ledger calls it."""
    text = json.dumps({"name": name, **asdict(behaviour)}, indent=2)
    (folder / "config.json").write_text(text + "\n")
