"""The closed lists: states, kinds of finding, and the reasons behind them."""

from enum import StrEnum


class Ruling(StrEnum):
    """The state of a finding, a metric, a mode or a whole evaluation."""

    PASS = "pass"
    BLOCK = "block"
    UNDECIDED = "undecided"
    INFO = "info"


class FindingKind(StrEnum):
    """The closed list of the command-line contract."""

    REGRESSION = "regression"
    IMPROVEMENT = "improvement"
    FAILURE = "failure"
    INVASIVE = "invasive"
    SHADOWED = "shadowed"
    METRIC_VERSION = "metric_version"
    PROTECTED = "protected"
    LIMIT = "limit"
    TARGET = "target"
    SANITY = "sanity"
    DATA = "data"
    ENVIRONMENT = "environment"
    SATURATION = "saturation"
    POWER = "power"
    CONFLICT = "conflict"
    TESTS = "tests"
    TRUST = "trust"
    BUDGET = "budget"
    PARTIAL = "partial"


class Reason(StrEnum):
    """Why a finding has its state; `bot.presentation.words` has a sentence for each.

    Evidence keys are listed per reason; numbers are in units of the metric.
    """

    # regression (primary metrics): d, low, high, tolerance, p_ni, p_harm, level, look,
    # n_baseline, n_branch, baseline_mean, branch_mean, method, orientation; complete
    # (values of each arm) where those were too few to test, as of the roles below
    NOT_WORSE = "not_worse"
    TOLERATED_LOSS = "tolerated_loss"
    HARM_SHOWN = "harm_shown"
    NOT_SHOWN = "not_shown"  # also: failing (the branch fails more, which forbids it)
    BIT_IDENTICAL = "bit_identical"
    NO_DIFFERENCE = "no_difference"  # also: may_differ (upper share of seeds, 0..1)
    # regression: look, n_branch, d; the baseline's values change sign
    TOLERANCE_UNCLEAR = "tolerance_unclear"
    STOPPED_EARLY = "stopped_early"  # not judged to its end: another rule had decided
    # improvement: the same
    BETTER = "better"
    # improvement (role improve): d, low, high, margin, p_shown, p_missed, level, look,
    # n_baseline, n_branch, baseline_mean, branch_mean, method, orientation, detectable
    IMPROVEMENT_SHOWN = "improvement_shown"
    IMPROVEMENT_RULED_OUT = "improvement_ruled_out"
    IMPROVEMENT_NOT_SHOWN = "improvement_not_shown"
    # improvement: waits_for (the metric before it in the file that is not shown yet),
    # look, d
    IMPROVEMENT_WAITS = "improvement_waits"
    # regression (guardrails and slices): d, low, high, tolerance, p_beyond, level (its
    # Holm boundary), family (hypotheses), look, n_baseline, n_branch, baseline_mean,
    # branch_mean, method, orientation, detectable
    GUARDRAIL_BROKEN = "guardrail_broken"
    GUARDRAIL_KEPT = "guardrail_kept"
    # regression: p_pass, p_block (conditional powers), look, n_max
    FUTILE = "futile"
    # regression: d, low, high, tolerance, anchor (name), look, p_ni, p_harm, level,
    # baseline_mean (the anchor's), branch_mean, n_baseline, n_branch, method
    ANCHOR_KEPT = "anchor_kept"
    ANCHOR_LOST = "anchor_lost"
    ANCHOR_OPEN = "anchor_open"
    # regression: spent, budget (in tolerances of the metric), anchor
    TOLERANCE_SPENT = "tolerance_spent"
    # saturation: bound, side ("best" or "worst" value), mean, sd (of past runs, else of
    # this baseline), scale (on which values are compared: "raw", "logit" or "log")
    NEAR_BOUND = "near_bound"
    # saturation: bound, value, seed, d; a value at the bound has no logit or logarithm
    SATURATED = "saturated"
    # saturation: tolerance (or margin), asked (which of the two), resolution (one
    # example), se, examples
    TEST_SET_SMALL = "test_set_small"
    # shadowed: d, low, high, tolerance, p_harm, level, family (hypotheses of the first
    # cut), share (parts that its place in it is divided into), look, n_branch (pairs),
    # full_mean, without_mean, orientation, title; of a half: inside (its group); of a
    # group: parts (ids), halving (why no half was flagged: "judged", "unjudged" or
    # "budget"); after a block that nothing follows from it in any case: reported
    CHANGE_HARMFUL = "change_harmful"
    CHANGE_SUSPECT = "change_suspect"  # the same, found after a block
    CHANGE_TOLERATED = "change_tolerated"
    # shadowed, with a sentence: why
    CHANGE_NOT_ESTIMABLE = "change_not_estimable"
    # shadowed: first, second (ids), d, low, high, look
    INTERACTION = "interaction"
    # shadowed: why; the tree is the same without the change
    CHANGE_INERT = "change_inert"
    # shadowed: found, groups, most (max_changes)
    CHANGES_GROUPED = "changes_grouped"
    # shadowed: note, a sentence on what could not be taken apart; or of one change
    # alone, a clause: why it was not taken alone on the base
    CHANGES_NOTED = "changes_noted"
    # invasive: steps, executed, changed_lines (of the diff, on both sides)
    MODE_IDENTICAL = "mode_identical"
    # invasive: step, tensor, quantity (what differs first), relative, steps
    MODE_NUMERIC = "mode_numeric"
    # invasive: step, tensor, quantity, before, after, steps, changes (ids), titles, cut
    # (how many changes the branch has), seen_in ("probe" or "fast"), shifted (whether
    # it looks like a shift of randomness)
    MODE_CHANGED = "mode_changed"  # as meant: the mode is a target
    MODE_INVASIVE = "mode_invasive"  # nobody named it as a target
    MODE_UNTOUCHED = "mode_untouched"  # a target of which nothing changed in `steps`
    # invasive: metric, d, low, high, margin, p, look; changed, shown equivalent
    MODE_EQUIVALENT = "mode_equivalent"
    # invasive, with a clause: why
    MODE_UNKNOWN = "mode_unknown"
    # invasive, with names: modes
    TARGETS_INFERRED = "targets_inferred"
    # metric_version: files, old_mean, new_mean, n, rescored (without training again),
    # before, after; of all metrics at once, until somebody accepts it: files, before,
    # after
    METRIC_VERSION_CHANGED = "metric_version_changed"
    # metric_version: own, scored (means), baseline_own, baseline_scored, n
    SELF_REPORT_DIFFERS = "self_report_differs"
    # protected: files, patterns, digest (of what became of the files)
    PROTECTED_TOUCHED = "protected_touched"
    # trust: path, judge (the policy that judges the branch), what (changed, mended,
    # added, deleted, unreadable or refused), count; settings, before, after (the first
    # that differ), or faults (the first) and lines; unless it is whole it blocks
    POLICY_TOUCHED = "policy_touched"
    # tests: exit_status, wall_s, last (the last words), baseline_status, said (digest)
    TESTS_PASSED = "tests_passed"
    TESTS_FAILED = "tests_failed"
    TESTS_BROKEN = "tests_broken"  # they fail on the base as well
    # sanity: check, saw, baseline_saw, seed
    SANITY_PASSED = "sanity_passed"
    SANITY_FAILED = "sanity_failed"
    SANITY_AS_BEFORE = "sanity_as_before"  # fails on the base as well
    SANITY_UNSEEN = "sanity_unseen"
    # partial: stage, before (the stage that did not pass)
    RUNG_SKIPPED = "rung_skipped"
    # power: pairs, needed, stage, later (names of stages)
    PROVISIONAL = "provisional"
    # power: pairs, tau, agreement, low (Wilson), slope, speed_up, stage, later
    FIDELITY = "fidelity"
    # data: quantity, low, high (seen), minimum, maximum, seed, arm, baseline_outside
    QUANTITY_OUTSIDE = "quantity_outside"
    # data: what (classes, balance, mean, scale, examples), split, baseline, branch
    DATA_DIFFERS = "data_differs"
    # data: split, other, shared, baseline_shared (examples in both splits)
    DATA_OVERLAPS = "data_overlaps"
    # data: arm, train, evaluation, gap, diagnosis ("bias", "variance", "none")
    GAP_DIAGNOSED = "gap_diagnosed"
    # improvement: name, value (of the reference), runs, mean, orientation
    REFERENCE_UNBEATEN = "reference_unbeaten"
    # partial: name, why (one of "failed", "lost" and "budget"), detail, runs, bad
    REFERENCE_UNMEASURED = "reference_unmeasured"
    # improvement: expected, relative (a share of the baseline's mean), d, low, high,
    # likelihood, effort, outcome (one of "met", "missed" and "open"), orientation;
    # modes (all that one line without a mode was held against, where several)
    HYPOTHESIS_SCORED = "hypothesis_scored"
    # partial: text, why (one of "form", "metric", "size", "sign", "likelihood" and
    # "numbers"), name and nearest (of a metric that is not known) or known (all names)
    HYPOTHESIS_UNREADABLE = "hypothesis_unreadable"
    # partial: text (of the line), by (the line that counts), named (because it names
    # its mode)
    HYPOTHESIS_LEFT_OUT = "hypothesis_left_out"
    # improvement: known, met, brier, reference; stated, counts, hits (a row each)
    FORECASTS_CALIBRATED = "forecasts_calibrated"
    # failure: failed_branch, failed_baseline, n_branch, n_baseline, p, level,
    # upper (95 % bound of the branch's failure rate), first (reason: detail)
    MORE_FAILURES = "more_failures"
    FAILURES_LEFT = "failures_left"
    FAILURES_SEEN = "failures_seen"
    # failure: also broken_by (of most failed baseline trials: their reason, or
    # "missing_module"; not in older reports)
    BASELINE_BROKEN = "baseline_broken"
    # limit: value, bound, side ("max" or "min"), seed, violations, n_branch
    LIMIT_BROKEN = "limit_broken"
    LIMIT_KEPT = "limit_kept"
    LIMIT_UNSEEN = "limit_unseen"
    # target: target, mean, low, high, p, level, look, n_branch
    TARGET_SHOWN = "target_shown"
    TARGET_MISSED = "target_missed"
    TARGET_NOT_SHOWN = "target_not_shown"
    # power: detectable, tolerance, n, power
    DETECTABLE = "detectable"
    # power: chance (that a branch without effect is stopped), blocked, undecided,
    # failing (share of past trials), sound (the chance if none did), promised, assumed
    CHANCE_OF_STOP = "chance_of_stop"
    # power: test, correlation, pairs, break_even, scale, guarded (chosen from history)
    TEST_CHOSEN = "test_chosen"
    # power: tolerance, passing (share of branches without effect that would pass),
    # smallest (tolerance that can be policed), sd
    TOLERANCE_SMALL = "tolerance_small"
    # power: attempt, attempts (None: not limited), alpha
    EVALUATIONS_COUNTED = "evaluations_counted"
    ATTEMPTS_SPENT = "attempts_spent"
    # sanity: value, seeds
    SEED_HAS_NO_EFFECT = "seed_has_no_effect"
    # environment: lost, first; inside an ablation: shadowed, as below
    TRIALS_LOST = "trials_lost"
    # environment: arm, what (metric or field), low, high (means of the two groups), n,
    # n_high; the trials of an arm come from different machines
    MIXED_MACHINES = "mixed_machines"
    # environment: p, nodes (tuple), worst, gap; trials differ by where they ran
    NODE_EFFECT = "node_effect"
    # environment: value, low, high, seed, stored; a fresh baseline trial is not like
    # the stored ones
    CANARY_OUTSIDE = "canary_outside"
    # environment: cusum, threshold, since; the baseline moves over time
    DRIFT = "drift"
    NO_SANDBOX = "no_sandbox"
    # conflict, with: files
    MERGE_CONFLICT = "merge_conflict"
    # partial: narrowed (tuple of what was left out)
    NARROWED = "narrowed"
    # partial, of `judge`: n_given, n_next or n_max; beyond the last look also e_ni,
    # e_harm (t e-values) and needed (1 / alpha)
    BETWEEN_LOOKS = "between_looks"
    BEYOND_LAST_LOOK = "beyond_last_look"
    MORE_LOOKS_LEFT = "more_looks_left"
    # partial, of `judge`: unmatched (trials whose seed the other arm lacks)
    SEEDS_DIFFER = "seeds_differ"
    # budget: spent, limit, what; inside an ablation: changes (whose looks it ended),
    # groups (that it left whole), shadowed (whether that decides where a block that
    # came before it was accepted)
    BUDGET_SPENT = "budget_spent"
    # trust: the judged tree is the baseline's own
    NOTHING_CHANGED = "nothing_changed"
    # trust: files (that differ), patterns (the policy's `relevant`; none: the default);
    # all that training depends on is the baseline's own
    NOTHING_RELEVANT = "nothing_relevant"
    # trust: ref; a dirty working copy was committed to a scratch ref
    DIRTY_COMMITTED = "dirty_committed"
