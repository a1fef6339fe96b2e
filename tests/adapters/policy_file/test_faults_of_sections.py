"""Faults of the sections at the top of the file."""

import pytest

from tests.adapters.policy_file.texts import SOUND, said, with_lines


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param(
            SOUND.replace("version: 1\n", ""),
            [
                "1:1 policy: `version` is missing. Begin the file with `version: 1`.",
            ],
            id="no version",
        ),
        pytest.param(
            SOUND.replace("version: 1", "version: 2"),
            [
                "1:10 version: Version 2 of the policy is not known. Write `version: "
                "1`.",
            ],
            id="another version",
        ),
        pytest.param(
            SOUND.replace("version: 1", "version: '1'"),
            [
                "1:10 version: `1` is not a whole number. Remove the quotes.",
            ],
            id="a version in quotes",
        ),
        pytest.param(
            with_lines("zzzz: 1"),
            [
                "11:1 zzzz: `zzzz` is no key here. Known: version, branches, "
                "defaults, modes, stages, evaluation, ablation, invasive, protected, "
                "decision, baseline, budget, permissions, enforcement, relevant, "
                "data, shadowed, base_moved, anchor, tolerance_budget.",
            ],
            id="an unknown key that is like no other",
        ),
        pytest.param(
            with_lines("branch: [main]"),
            [
                "11:1 branch: `branch` is no key here. Did you mean `branches`?",
            ],
            id="an unknown key with a near one",
        ),
        pytest.param(
            with_lines("network: [a]"),
            [
                "11:1 network: `network` is no key here. It belongs under a mode, or "
                "under `defaults`.",
            ],
            id="a mode's key at the top",
        ),
        pytest.param(
            with_lines(
                *(
                    f"{name}: {{qq: 1}}"
                    for name in ("evaluation", "data", "permissions")
                )
            ),
            [
                "11:14 evaluation.qq: `qq` is no key here. Known: paths, command.",
                "12:8 data.qq: `qq` is no key here. Known: paths, version.",
                "13:15 permissions.qq: `qq` is no key here. Known: run, accept, ok.",
            ],
            id="an unknown key in every section",
        ),
        pytest.param(
            with_lines("decision: {alpha: 0.5, spending: hsd, futility: maybe}"),
            [
                "11:19 decision.alpha: `0.5` is not below 0.5. Write a number below "
                "0.5.",
                "11:34 decision.spending: `hsd` is no alpha-spending function. Write "
                "pocock, obf, kd:RHO (RHO above 0) or hsd:GAMMA, such as hsd:3.",
                "11:49 decision.futility: `maybe` is neither on nor off. Write on or "
                "off.",
            ],
            id="error rates out of bounds",
        ),
        pytest.param(
            with_lines("decision: {alpha: 0, attempts: 1.5}"),
            [
                "11:19 decision.alpha: `0` is not above 0. Write a number above 0.",
                "11:32 decision.attempts: `1.5` is not a whole number. Write one, "
                "such as 4.",
            ],
            id="an alpha of zero and half an attempt",
        ),
        pytest.param(
            with_lines("decision: {spending: 'kd:0'}"),
            [
                "11:22 decision.spending: `kd:0` is no alpha-spending function. "
                "Write pocock, obf, kd:RHO (RHO above 0) or hsd:GAMMA, such as hsd:3.",
            ],
            id="a spending function with a rho of zero",
        ),
        pytest.param(
            with_lines("permissions: {accept: write, run: read}"),
            [
                "11:23 permissions.accept: `write` would loosen who may give this "
                "command. Write `maintain` or `admin`.",
                "11:35 permissions.run: `read` is not known here. Write `write`, "
                "`maintain` or `admin`.",
            ],
            id="permissions that loosen",
        ),
        pytest.param(
            with_lines("baseline: {refresh: sometimes, cached_share: 0.9}"),
            [
                "11:21 baseline.refresh: `sometimes` is not a duration. Write a "
                "number with a unit, such as 90s, 20m, 4h, 14d or 1h30m.",
                "11:46 baseline.cached_share: `0.9` is above 0.5. Write a number of "
                "0.5 or less.",
            ],
            id="a schedule that is none",
        ),
        pytest.param(
            with_lines("baseline: {max_age: 181d}"),
            [
                "11:21 baseline.max_age: `181d` is longer than results are kept, 180 "
                "days. Write 180d or less.",
            ],
            id="runs that are let go",
        ),
        pytest.param(
            with_lines("protected: data/**"),
            [
                "11:12 protected: `data/**` is no list. Write `[data/**]`.",
            ],
            id="a path where a list is meant",
        ),
        pytest.param(
            with_lines("protected: {a: b}"),
            [
                "11:12 protected: A mapping is no list. Write a list.",
            ],
            id="a mapping where a list is meant",
        ),
        pytest.param(
            with_lines("protected: [/etc, ../x]"),
            [
                "11:13 protected[0]: `/etc` leaves the repository. Write it from the "
                "top folder of the repository, without `..`.",
                "11:19 protected[1]: `../x` leaves the repository. Write it from the "
                "top folder of the repository, without `..`.",
            ],
            id="paths outside of the repository",
        ),
        pytest.param(
            with_lines("protected:", f"  - {'x' * 5000}", "  - 'data/v[9-0]'"),
            [
                "12:5 protected[0]: The path pattern "
                "`xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx...` has 5000 characters. "
                "Write one of 4096 at most.",
                "13:5 protected[1]: `data/v[9-0]` means no path: nothing is `[9-0]`. "
                "Name characters in it, the lower end of a range first: `[a-z]`.",
            ],
            id="patterns that no path can be meant by",
        ),
        pytest.param(
            with_lines("relevant: ['']"),
            [
                "11:12 relevant[0]: The text is empty. Write something, or remove "
                "the key.",
            ],
            id="an empty path",
        ),
        pytest.param(
            with_lines("budget:"),
            [
                "11:1 budget: `budget` is empty. Give it a value, or remove the key.",
            ],
            id="a section that is empty",
        ),
        pytest.param(
            with_lines("budget: none"),
            [
                "11:9 budget: `none` is no mapping. Write keys with their values.",
            ],
            id="a section that is a word",
        ),
        pytest.param(
            with_lines("budget: {trials: 0}"),
            [
                "11:18 budget.trials: `0` is below 1. Write a number of 1 or more.",
            ],
            id="a budget of nothing",
        ),
        pytest.param(
            with_lines(f"budget: {{gpu_hours: {10**400}}}"),
            [
                "11:21 budget.gpu_hours: "
                "`1000000000000000000000000000000000000000...` is not finite. Write "
                "a finite number.",
            ],
            id="a budget beyond every number",
        ),
        pytest.param(
            with_lines("ablation: {unit: line}"),
            [
                "11:18 ablation.unit: `line` is not known here. Write `commit`, "
                "`trailer` or `file`.",
            ],
            id="a cut that is none",
        ),
        pytest.param(
            with_lines("evaluation: {command: [x, '{foo}']}"),
            [
                "11:27 evaluation.command[1]: `{foo}` is not defined here. Defined "
                "are `{seed}`, `{output_dir}`, `{checkpoint}`, `{steps}`; others "
                "come from the `params` of a stage.",
            ],
            id="an evaluation with a placeholder of nobody",
        ),
        pytest.param(
            with_lines("tolerance_budget: .inf", "branches: [1, ~]", "anchor: v1"),
            [
                "11:19 tolerance_budget: `.inf` is not finite. Write a finite number.",
                "12:15 branches[1]: This entry is empty. Give it a value, or remove "
                "the key.",
            ],
            id="values that are not finite or not there",
        ),
        pytest.param(
            with_lines("enforcement: no", "shadowed: off", "base_moved: 1"),
            [
                "11:14 enforcement: `no` is not known here. Write `enforce` or "
                "`advisory`.",
                "12:11 shadowed: `off` is not known here. Write `block` or `report`.",
                "13:13 base_moved: `1` is not known here. Write `keep` or `rejudge`.",
            ],
            id="faults in several sections at once",
        ),
    ],
)
def test_it_is_told_where_it_stands(text: str, expected: list[str]) -> None:
    assert said(text) == expected
