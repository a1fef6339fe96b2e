"""Running moments of simulated runs, as every look of a design sees them."""

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float64]
_CHUNK = 500_000  # simulated runs held at once


def chunks(repetitions: int, n_max: int) -> tuple[int, ...]:
    """`repetitions` cut into parts whose paths of `n_max` runs fit the cache."""
    size = max(1, _CHUNK // n_max)
    whole, rest = divmod(repetitions, size)
    return (size,) * whole + ((rest,) if rest else ())


def moments(values: Array, looks: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean and variance (ddof 1) of the first n values for each n of `looks`.

    `values` is (paths, n_max) with unit scale; both results are (paths, looks). Looks
    start at 2.
    """
    n = np.array(looks, dtype=np.float64)
    at = np.array(looks) - 1
    mean = np.cumsum(values, axis=1)[:, at] / n
    squares = np.cumsum(values**2, axis=1)[:, at]
    return mean, (squares - n * mean**2) / (n - 1.0)
