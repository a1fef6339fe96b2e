"""Faults of modes, of stages, and of the placeholders between them."""

import pytest

from tests.adapters.policy_file.texts import SOUND, said, with_mode, with_stages


def with_seeds(seeds: str) -> str:
    """The sound policy with other looks; they begin at line 10, column 37."""
    return with_stages(f"fast: {{params: {{steps: 1}}, seeds: {seeds}}}")


COMMAND = '[python, train.py, --seed, "{seed}", --steps, "{steps}"]'


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            SOUND.replace("stages:", "  mlp: {}\nstages:"),
            [
                "9:3 modes.mlp: `mlp` is written twice; first on line 3. Keep one of "
                "them, or give this one another name.",
            ],
            id="two modes with one name",
        ),
        pytest.param(
            "version: 1\n",
            [
                "1:1 policy: `modes` is missing. Name at least one way of running "
                "the repository.",
            ],
            id="no modes at all",
        ),
        pytest.param(
            "version: 1\nmodes: {}\n",
            [
                "2:8 modes: `modes` has no entry. Give it at least one.",
            ],
            id="modes that are empty",
        ),
        pytest.param(
            "version: 1\nmodes: {mlp: }\n",
            [
                "2:9 modes.mlp: `mlp` is empty. Give it a value, or remove the key.",
            ],
            id="a mode that is empty",
        ),
        pytest.param(
            "version: 1\nmodes: {mlp: {}}\n",
            [
                "2:9 modes.mlp: `metrics` is missing. Name at least one metric, such "
                "as `metrics: {loss: ...}`.",
                "2:9 modes.mlp: `train` is missing. Write the training command: "
                "`train: [python, train.py]`.",
            ],
            id="a mode without command and metrics",
        ),
        pytest.param(
            "version: 1\nmodes: [mlp]\n",
            [
                "2:8 modes: A list is no mapping. Write keys with their values.",
            ],
            id="modes in a list",
        ),
        pytest.param(
            SOUND.replace("  mlp:", "  m l p:"),
            [
                "3:3 modes.m l p: `m l p` cannot be a name. Use a-z, A-Z, 0-9, "
                "`_`, `-` and `.`, beginning with a letter or digit; at most 64.",
            ],
            id="a name with spaces",
        ),
        pytest.param(
            SOUND.replace("  mlp:", "  \u00e4:"),
            [
                "3:3 modes.\u00e4: `\u00e4` cannot be a name. Use a-z, A-Z, 0-9, "
                "`_`, `-` and `.`, beginning with a letter or digit; at most 64.",
            ],
            id="a name of letters that are not taken",
        ),
        pytest.param(
            SOUND.replace("loss:", "test/loss:"),
            [
                "6:7 modes.mlp.metrics.test/loss: `test/loss` cannot be a name. Use "
                "a-z, A-Z, 0-9, `_`, `-` and `.`, beginning with a letter or digit; at "
                "most 64.",
            ],
            id="a metric name with a slash",
        ),
        pytest.param(
            SOUND.replace(COMMAND, "python train.py --lr {steps}"),
            [
                "4:12 modes.mlp.train: A command is a list of arguments: there is no "
                'shell. Write `[python, train.py, --lr, "{steps}"]`.',
            ],
            id="a command as a shell line",
        ),
        pytest.param(
            SOUND.replace(COMMAND, "python 'train.py"),
            [
                "4:12 modes.mlp.train: A command is a list of arguments: there is no "
                'shell. Write `[python, "\'train.py"]`.',
            ],
            id="a command with an open quote",
        ),
        pytest.param(
            SOUND.replace(COMMAND, "[]"),
            [
                "4:12 modes.mlp.train: `train` has no entry. Give it at least one.",
            ],
            id="a command without words",
        ),
        pytest.param(
            SOUND.replace(COMMAND, "['', train.py]"),
            [
                "4:12 modes.mlp.train: The command begins with an empty word. Name "
                "the program.",
            ],
            id="a command that begins with nothing",
        ),
        pytest.param(
            SOUND.replace("train.py", "[a]"),
            [
                "4:21 modes.mlp.train[1]: A list is not a text. Write one value.",
            ],
            id="a list inside a command",
        ),
        pytest.param(
            SOUND.replace("train.py", "null"),
            [
                "4:21 modes.mlp.train[1]: This entry is empty. Give it a value, or "
                "remove the key.",
            ],
            id="a command with an empty entry",
        ),
        pytest.param(
            SOUND.replace("{steps}", "{stpes}"),
            [
                "4:58 modes.mlp.train[5]: `{stpes}` is not defined by any stage. Did "
                "you mean `{steps}`? Defined are `{seed}`, `{output_dir}`, "
                "`{steps}`; others come from the `params` of a stage.",
            ],
            id="a placeholder that nobody defines",
        ),
        pytest.param(
            SOUND.replace("{steps}", "{checkpoint}"),
            [
                "4:58 modes.mlp.train[5]: `{checkpoint}` needs the key `checkpoint` "
                "of the mode. Say where the checkpoint is written: `checkpoint: "
                "model.pt`.",
            ],
            id="a checkpoint that is not declared",
        ),
        pytest.param(
            with_stages("fast: {params: {steps: 1}}", "full: {}"),
            [
                "4:58 modes.mlp.train[5]: `{steps}` is not defined in the stage "
                "`full`. Add `params: {steps: ...}` there.",
            ],
            id="a placeholder that one stage lacks",
        ),
        pytest.param(
            SOUND.partition("stages:")[0],
            [
                "4:58 modes.mlp.train[5]: `{steps}` is not defined by any stage. "
                "Defined are `{seed}`, `{output_dir}`; others come from the `params` "
                "of a stage.",
            ],
            id="a placeholder with no stages at all",
        ),
        pytest.param(
            with_stages("fast: {params: {seed: 1, steps: 1}}"),
            [
                "10:19 stages.fast.params.seed: `seed` is filled in by Seedgate and "
                "can be no parameter. Give the parameter another name.",
            ],
            id="a parameter named as what Seedgate fills",
        ),
        pytest.param(
            with_stages("fast: {params: {steps: '{lr}'}}"),
            [
                "10:26 stages.fast.params.steps: `{lr}` is not defined inside a "
                "parameter. Defined are `{seed}`, `{output_dir}`; others come from "
                "the `params` of a stage.",
            ],
            id="a parameter inside a parameter",
        ),
        pytest.param(
            with_stages("fast: {params: {2x: 1, steps: 1}}"),
            [
                "10:19 stages.fast.params.2x: `2x` cannot be a name. Use a-z, "
                "A-Z, 0-9 and `_`, beginning with a letter.",
            ],
            id="a parameter with a name that is none",
        ),
        pytest.param(
            with_seeds("[3, 5]"),
            [
                "10:38 stages.fast.seeds: A look at 3 seeds is too early for the "
                "primary metric `loss` of the mode `mlp`: at least 4 are needed for "
                "a paired test. Begin the looks at 4 seeds or more.",
            ],
            id="a look below four with a primary metric",
        ),
        pytest.param(
            with_seeds("{min: 2}"),
            [
                "10:37 stages.fast.seeds: A look at 2 seeds is too early for the "
                "primary metric `loss` of the mode `mlp`: at least 4 are needed for "
                "a paired test. Begin the looks at 4 seeds or more.",
            ],
            id="a range that begins below four",
        ),
        pytest.param(
            with_seeds("2"),
            [
                "10:37 stages.fast.seeds: A look at 2 seeds is too early for the "
                "primary metric `loss` of the mode `mlp`: at least 4 are needed for "
                "a paired test. Begin the looks at 4 seeds or more.",
            ],
            id="one look below four",
        ),
        pytest.param(
            with_seeds("[5, 5]"),
            [
                "10:37 stages.fast.seeds: The looks do not increase. Write each seed "
                "count once, in order.",
            ],
            id="looks that do not increase",
        ),
        pytest.param(
            with_seeds("{min: 8, max: 5}"),
            [
                "10:37 stages.fast.seeds: `min` is 8, above `max`, which is 5. Write "
                "{min: 4, max: 20}, a list of looks such as [5, 10, 20], or one.",
            ],
            id="a range upside down",
        ),
        pytest.param(
            with_seeds("{mni: 8}"),
            [
                "10:37 stages.fast.seeds: `mni` is no key of seeds. Write {min: 4, "
                "max: 20}, a list of looks such as [5, 10, 20], or one.",
            ],
            id="a range with a slip",
        ),
        pytest.param(
            with_seeds("[]"),
            [
                "10:37 stages.fast.seeds: 0 looks are planned, and 1 to 100 can be. "
                "Write {min: 4, max: 20}, a list of looks such as [5, 10, 20], or "
                "one.",
            ],
            id="no looks",
        ),
        pytest.param(
            with_seeds("5000"),
            [
                "10:37 stages.fast.seeds: 5000 is no number of seeds. Write a number "
                "of seeds from 1 to 1000.",
            ],
            id="more seeds than anybody has",
        ),
        pytest.param(
            with_seeds("{min: 4, max: 500}"),
            [
                "10:37 stages.fast.seeds: 497 looks are planned, and 1 to 100 can "
                "be. Write {min: 4, max: 20}, a list of looks such as [5, 10, 20], "
                "or one.",
            ],
            id="more looks than a boundary is made for",
        ),
        pytest.param(
            with_seeds("four"),
            [
                "10:37 stages.fast.seeds: `four` is not a whole number. Write one, "
                "such as 4.",
            ],
            id="seeds in words",
        ),
        pytest.param(
            with_stages("tests: {command: [pytest]}"),
            [
                "9:1 stages: No stage trains anything, so that no metric can be "
                "judged. Add a stage such as `fast: {seeds: {min: 4, max: 20}}`.",
            ],
            id="a ladder that trains nothing",
        ),
        pytest.param(
            with_stages(
                "tests: {command: [pytest], seeds: 4}", "fast: {params: {steps: 1}}"
            ),
            [
                "10:30 stages.tests.seeds: `seeds` has no meaning in a stage of "
                "tests: it runs once per arm. Remove it.",
            ],
            id="tests over several seeds",
        ),
        pytest.param(
            with_stages(
                "sanity: {params: {steps: 1}, seeds: 4}", "fast: {params: {steps: 1}}"
            ),
            [
                "10:32 stages.sanity.seeds: `seeds` has no meaning in a stage of "
                "sanity: it runs once per arm. Remove it.",
            ],
            id="sanity checks over several seeds",
        ),
        pytest.param(
            with_stages(
                "tests: {command: [pytest, '{seed}']}", "fast: {params: {steps: 1}}"
            ),
            [
                "10:29 stages.tests.command[1]: `{seed}` is not defined here. "
                "Defined are `{output_dir}`; others come from the `params` of a "
                "stage.",
            ],
            id="a placeholder in tests that nobody fills",
        ),
        pytest.param(
            with_stages("fast: {params: {steps: 1}, when: sometimes}"),
            [
                "10:36 stages.fast.when: `sometimes` is no time to run a stage. "
                "Write always, never, on-pass or label:NAME.",
            ],
            id="a stage at no known time",
        ),
        pytest.param(
            with_stages("fast: {params: {steps: 1}, when: 'label:'}"),
            [
                "10:36 stages.fast.when: `label:` is no time to run a stage. Write "
                "always, never, on-pass or label:NAME.",
            ],
            id="a label without a name",
        ),
        pytest.param(
            with_stages("slow:", "fast: {params: {steps: 1}}"),
            [
                "10:3 stages.slow: `slow` is empty. Give it a value, or remove the "
                "key.",
            ],
            id="a stage that is empty",
        ),
        pytest.param(
            with_mode("resources: {cpus: 0, gpus: -1, memory: 2, timeout: 20}"),
            [
                "9:23 modes.mlp.resources.cpus: `0` is not above 0. Write a number "
                "above 0.",
                "9:32 modes.mlp.resources.gpus: `-1` is below 0. Write a number of 0 "
                "or more.",
                "9:44 modes.mlp.resources.memory: `2` is not a size. Write a number "
                "with a unit, such as 512MiB, 2GiB or 16GB.",
                "9:56 modes.mlp.resources.timeout: `20` is not a duration. Write a "
                "number with a unit, such as 90s, 20m, 4h, 14d or 1h30m.",
            ],
            id="resources without units",
        ),
        pytest.param(
            with_mode("resources: {cpu: 1}"),
            [
                "9:17 modes.mlp.resources.cpu: `cpu` is no key here. Did you mean "
                "`cpus`?",
            ],
            id="a resource with a slip",
        ),
        pytest.param(
            with_mode(
                "resources: {memory: 0GiB, timeout: 2 eons, cpus: 4x, accelerator: []}"
            ),
            [
                "9:25 modes.mlp.resources.memory: `0GiB` is not a size. Write a "
                "number with a unit, such as 512MiB, 2GiB or 16GB.",
                "9:40 modes.mlp.resources.timeout: `2 eons` is not a duration. Write "
                "a number with a unit, such as 90s, 20m, 4h, 14d or 1h30m.",
                "9:54 modes.mlp.resources.cpus: `4x` is not a number. Write a plain "
                "number.",
                "9:71 modes.mlp.resources.accelerator: A list is not a text. Write "
                "one value.",
            ],
            id="resources in words",
        ),
        pytest.param(
            with_mode("environment: {manager: conda}"),
            [
                "9:28 modes.mlp.environment.manager: `conda` is not known here. "
                "Write `none`, `uv` or `pip`.",
            ],
            id="an unknown environment",
        ),
        pytest.param(
            with_mode("environment: uv"),
            [
                "9:18 modes.mlp.environment: `uv` is no mapping. Write keys with "
                "their values.",
            ],
            id="an environment as a word",
        ),
        pytest.param(
            with_mode("environment: {files: [a]}"),
            [
                "9:5 modes.mlp.environment: `manager` is missing. Write `manager: "
                "none`, `uv` or `pip`.",
            ],
            id="an environment without manager",
        ),
        pytest.param(
            with_mode("seeding: shard"),
            [
                "9:14 modes.mlp.seeding: `shard` is not known here. Did you mean "
                "`shared`?",
            ],
            id="seeding with a slip",
        ),
        pytest.param(
            with_mode("checkpoint: ../x"),
            [
                "9:17 modes.mlp.checkpoint: `../x` is not inside the output "
                'directory. Write a path below "{output_dir}", such as '
                '"{output_dir}/out.jsonl".',
            ],
            id="a checkpoint that climbs out",
        ),
        pytest.param(
            with_mode("quantities: {w: {range: [1, 0]}}"),
            [
                "9:29 modes.mlp.quantities.w.range: The first end is not below the "
                "second. Write two numbers, the smaller first: [0, 10], or [0, null] "
                "for no end.",
            ],
            id="a range of a quantity upside down",
        ),
        pytest.param(
            with_mode("quantities: {w: {range: [null, null], x: 1}}"),
            [
                "9:29 modes.mlp.quantities.w.range: The range has no end at all. "
                "Write two numbers, the smaller first: [0, 10], or [0, null] for no "
                "end.",
                "9:43 modes.mlp.quantities.w.x: `x` is no key here. Known: range.",
            ],
            id="a range without ends",
        ),
        pytest.param(
            with_mode("quantities: {w: {range: 3}}"),
            [
                "9:29 modes.mlp.quantities.w.range: `3` is no range. Write two "
                "numbers, the smaller first: [0, 10], or [0, null] for no end.",
            ],
            id="a range of one",
        ),
        pytest.param(
            with_mode("references: {a: text, b: ['{nope}']}"),
            [
                "9:21 modes.mlp.references.a: `text` is no reference. Write a "
                "number, or a command as a list of arguments.",
                "9:31 modes.mlp.references.b[0]: `{nope}` is not defined here. "
                "Defined are `{seed}`, `{output_dir}`, `{steps}`; others come from "
                "the `params` of a stage.",
            ],
            id="references that are none",
        ),
        pytest.param(
            with_mode("references: {a: ['', x], b: [python, '{checkpoint}']}"),
            [
                "9:21 modes.mlp.references.a: The command begins with an empty word. "
                "Name the program.",
                "9:42 modes.mlp.references.b[1]: `{checkpoint}` is not defined here. "
                "Defined are `{seed}`, `{output_dir}`, `{steps}`; others come from "
                "the `params` of a stage.",
            ],
            id="references without a program, or of a checkpoint that is no one's",
        ),
        pytest.param(
            with_mode("references: {a: [python, '{steps}', '{epochs}']}")
            + "  full: {params: {steps: 9, epochs: 1}}\n",
            [
                "9:41 modes.mlp.references.a[2]: `{epochs}` is not defined in the "
                "stage `fast`. Add `params: {epochs: ...}` there.",
            ],
            id="a reference that not every stage can run",
        ),
        pytest.param(
            with_mode("slices: [night]"),
            [
                "9:5 modes.mlp.slices: `slices` is no key here. It belongs under a "
                "metric.",
            ],
            id="a metric's key at a mode",
        ),
        pytest.param(
            with_mode("stdout: x"),
            [
                "9:5 modes.mlp.stdout: `stdout` is no key here. It belongs under the "
                "`source` of a metric.",
            ],
            id="a source's key at a mode",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str, expected: list[str]) -> None:
    assert said(text) == expected
