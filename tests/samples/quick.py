"""Repositories that pretend to train, for end-to-end tests that take milliseconds.

A trial of one takes about 30 ms: `hostile/train.py` is plain Python, and the tree's
`config.json` says what it does. `build_quick` writes one branch beside main:

    repository = build_quick(tmp_path / "repo", branch_behaviour=Behaviour("crashes"))
"""

import json
import shutil
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from tests.samples.digits.build import Git

TRAIN = Path(__file__).resolve().parent / "hostile/train.py"
BASE, HEAD = "main", "branch"


@dataclass(frozen=True)
class Behaviour:
    """How the pretended training of one tree goes.

    `behaviour` is one of

    - `trains`: ends normally; the losses of a run fall to a value drawn around `mean`
      with SD `spread`, and take `seconds` besides. Equal trees in all but their name
      give equal bits; other means, or other words for `noise`, have a same-seed
      `correlation`.
    - `forgets`: trains, and leaves out the last of its `slices`.
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

    `slices` says by how much the loss of each part of the data lies above the whole's,
    `others` the mean of each further metric, which varies by the share `spread` of it.
    They are reported in JSON lines, never on stdout. `outside` is the path of a file
    whose number is added to every loss, "" for none: it is not part of the tree.

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
    correlation: float = 0.36
    noise: str = ""
    slices: Mapping[str, float] = field(default_factory=dict)
    others: Mapping[str, float] = field(default_factory=dict)
    outside: str = ""
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
    resources: str = "{cpus: 1, memory: 256MiB, timeout: 120s}",
    modes: tuple[str, ...] = ("quick",),
    metrics: str | None = None,
    rest: str = "",
) -> str:
    """A policy for these repositories; each part is written as it will stand there.

    `metrics` takes the place of the one metric, the loss; `rest` are further sections.
    """
    head = f"""\
version: 1
defaults:
  resources: {resources}
  environment: {{manager: none}}
modes:
"""
    loss = f"{{direction: minimize, tolerance: {tolerance}, source: {source}}}"
    mode = f"""\
    train: [python, train.py, --seed, "{{seed}}", --output-dir, "{{output_dir}}"]
    metrics: {metrics or f"{{loss: {loss}}}"}
"""
    stages = f"stages:\n  fast: {{seeds: {seeds}}}\n"
    return head + "".join(f"  {name}:\n{mode}" for name in modes) + stages + rest


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


def add_branch(folder: Path, name: str, behaviour: Behaviour, base: str = BASE) -> None:
    """Make one more branch of a repository that is there, and check it out."""
    git = Git(folder)
    git("switch", "--quiet", "--create", name, base)
    commit_behaviour(folder, name, behaviour)


def commit_behaviour(folder: Path, name: str, behaviour: Behaviour) -> None:
    """One more commit on the branch that is checked out."""
    write_behaviour(folder, name, behaviour)
    Git(folder).commit(f"Let {name} pretend in another way")


def land(folder: Path, name: str) -> None:
    """Merge a branch into main, as a pull request is merged, and check main out."""
    git = Git(folder)
    git("switch", "--quiet", BASE)
    git("merge", "--quiet", "--no-ff", "--message", f"Merge {name}", name)
