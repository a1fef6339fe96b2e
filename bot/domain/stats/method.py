"""The names of the tests; light, so that readers of a verdict need no arrays."""

from enum import StrEnum


class Method(StrEnum):
    """The test behind a comparison."""

    PAIRED_T = "paired t"
    WELCH_T = "Welch t"
    EXACT = "exact comparison"
    BIT_IDENTICAL = "bit-identical"
    EQUAL = "equal values"  # for every seed, digests not known: last look decides
    E_VALUE = "t e-value"  # beyond the last look
    ONE_SAMPLE_T = "one-sample t"
    EVERY_TRIAL = "every trial"
    NONE = "none"  # too few complete trials to test anything
