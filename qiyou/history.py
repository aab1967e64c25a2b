"""What a place's own observed history says: exact small-sample tools for a handful of yearly values.

These tools are for *observed* values only. Planned values were chosen by an author and have no sampling
distribution: an interval or a p-value computed on them shows how mechanically the plan was drawn, nothing
else. Nor does an observation inside a wide interval prove anything: with five points, noise as large as one
yearly step and a five-year horizon, a plan at twice the true pace leaves the 95% interval only three times in
ten.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from qiyou.errors import DataError

MANN_KENDALL_LARGEST_N = 100
"""Longest series for which the exact distribution of Mann-Kendall's S is computed."""


def checked_number(what: str, value: object) -> float:
    """Return `value` as a finite float; DataError names `what` when it is missing, infinite or no number.

    Examples
    --------
    >>> checked_number("The base value", 72)
    72.0
    """
    try:
        number = float("nan") if isinstance(value, bool) else float(value)  # type: ignore[arg-type]
    except (TypeError, ValueError):
        number = float("nan")
    if not np.isfinite(number):
        raise DataError(f"{what} is {value!r}: a finite number is needed.")
    return number


def checked_whole(what: str, value: object) -> int:
    """Return `value` as an integer; DataError names `what` when it is not a whole number.

    Examples
    --------
    >>> checked_whole("The base year", 2015.0)
    2015
    """
    number = checked_number(what, value)
    if number != int(number):
        raise DataError(f"{what} is {value!r}: a whole number is needed.")
    return int(number)


def _numbers(what: str, values: ArrayLike) -> NDArray[np.float64]:
    """Return `values` as a one-dimensional array of finite floats."""
    try:
        array = np.asarray(values, dtype=float)
    except (TypeError, ValueError):
        raise DataError(
            f"{what} cannot be read as numbers ({values!r}): pass numbers, and leave out what is missing."
        ) from None
    if array.ndim != 1:
        raise DataError(f"{what} have {array.ndim} dimensions: pass one series, a flat sequence of numbers.")
    if not np.isfinite(array).all():
        at = int(np.flatnonzero(~np.isfinite(array))[0])
        raise DataError(
            f"{what} hold {array[at]} at position {at + 1}: leave the point out together with its partner; "
            "nothing is filled in."
        )
    return array


def _pairs(x: ArrayLike, y: ArrayLike, names: tuple[str, str], at_least: int) -> tuple[NDArray, NDArray]:
    """Return two arrays of finite numbers, equally long and with at least `at_least` points."""
    first, second = _numbers(names[0], x), _numbers(names[1], y)
    if first.size != second.size:
        raise DataError(f"There are {first.size} {names[0]} but {second.size} {names[1]}: pass one for each.")
    if first.size < at_least:
        raise DataError(f"The series has {first.size} point(s): at least {at_least} are needed.")
    return first, second


def _increasing(x: NDArray, name: str) -> None:
    """Raise unless `x` rises strictly."""
    for before, after in pairwise(x):
        if after <= before:
            wrong = "repeats" if after == before else f"comes after {before:g}"
            raise DataError(
                f"The {name} are not in order: {after:g} {wrong}; sort the series, one value for each."
            )


def checked_series(
    years: ArrayLike, values: ArrayLike, *, at_least: int = 1
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Check one observed series and return it as arrays.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Calendar years, strictly increasing; gaps are allowed.
    values : array_like of float, shape (n,)
        Observed values in the indicator's unit.
    at_least : int
        Fewest points allowed.

    Returns
    -------
    years : ndarray of int64, shape (n,)
    values : ndarray of float64, shape (n,)

    Raises
    ------
    DataError
        When a number is missing or infinite, a year is not whole, years repeat or are out of order, the
        lengths differ, or there are fewer than `at_least` points.

    Examples
    --------
    >>> years, values = checked_series([2020, 2022], [3.9, 4.1])
    >>> years.tolist(), values.tolist()
    ([2020, 2022], [3.9, 4.1])
    """
    x, y = _pairs(years, values, ("years", "values"), at_least)
    if (x != np.floor(x)).any():
        raise DataError(f"The years hold {x[x != np.floor(x)][0]:g}: whole calendar years are needed.")
    _increasing(x, "years")
    return x.astype(np.int64), y


@dataclass(frozen=True)
class OlsInterval:
    """A least-squares line's value at one point, with its exact intervals.

    Attributes
    ----------
    x0, estimate : float
        The point, and the line's value there.
    ci, pi : tuple of float
        Confidence interval of the line and prediction interval of one further observation, (low, high).
    slope, intercept : float
        The line: intercept + slope * x.
    s : float
        Residual standard deviation, sqrt(SSE / dof).
    n, dof : int
        Points and degrees of freedom, n - 2.
    t : float
        Student's quantile used.
    multiplier : float
        Half-width of the prediction interval in units of `s`: t * sqrt(1 + 1/n + (x0 - mean x)^2 / Sxx).
    level : float
        Two-sided coverage.
    """

    x0: float
    estimate: float
    ci: tuple[float, float]
    pi: tuple[float, float]
    slope: float
    intercept: float
    s: float
    n: int
    dof: int
    t: float
    multiplier: float
    level: float


def ols_interval(x: ArrayLike, y: ArrayLike, x0: float, level: float = 0.95) -> OlsInterval:
    """Fit a line by least squares and give its exact intervals at `x0`.

    The confidence interval is ŷ ± t·s·sqrt(1/n + (x0 − x̄)²/Sxx), the prediction interval ŷ ± t·s·sqrt(1 +
    1/n + (x0 − x̄)²/Sxx), with t the (1 + level)/2 quantile of Student's t with n − 2 degrees of freedom.
    Exact for independent normal errors of equal variance; a short yearly series promises none of the three.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Years (or any scale) and observed values; order does not matter.
    x0 : float
        Where the line is read.
    level : float
        Two-sided coverage, between 0 and 1.

    Returns
    -------
    OlsInterval

    Raises
    ------
    DataError
        With fewer than three points (no degrees of freedom), without two different `x`, or with a level
        outside (0, 1).

    References
    ----------
    Draper and Smith, *Applied Regression Analysis*, 3rd edition, sections 3.1 and 3.2.

    Examples
    --------
    >>> at = ols_interval([1, 2, 3, 4, 5], [4, 8, 6, 11, 14], 3)
    >>> [round(bound, 4) for bound in at.ci + at.pi], at.dof
    ([5.9629, 11.2371, 2.1403, 15.0597], 3)
    """
    from scipy.special import stdtrit

    x, y = _pairs(x, y, ("x", "y"), 3)
    x0, level = checked_number("x0", x0), checked_number("level", level)
    if not 0 < level < 1:
        raise DataError(f"level is {level:g}: a coverage between 0 and 1 is needed, such as 0.95.")
    n, x_mean, y_mean = x.size, x.mean(), y.mean()
    sxx = ((x - x_mean) ** 2).sum()
    if sxx == 0:
        raise DataError(f"All {n} points lie at x = {x[0]:g}: a line needs two different x.")
    slope = ((x - x_mean) * (y - y_mean)).sum() / sxx
    s = np.sqrt((((y - y_mean) - slope * (x - x_mean)) ** 2).sum() / (n - 2))
    t = stdtrit(n - 2, (1 + level) / 2)
    estimate = y_mean + slope * (x0 - x_mean)
    spread = 1 / n + (x0 - x_mean) ** 2 / sxx
    multiplier = t * np.sqrt(1 + spread)
    ci, pi = t * s * np.sqrt(spread), multiplier * s
    return OlsInterval(
        x0=x0,
        estimate=float(estimate),
        ci=(float(estimate - ci), float(estimate + ci)),
        pi=(float(estimate - pi), float(estimate + pi)),
        slope=float(slope),
        intercept=float(y_mean - slope * x_mean),
        s=float(s),
        n=n,
        dof=n - 2,
        t=float(t),
        multiplier=float(multiplier),
        level=level,
    )


@dataclass(frozen=True)
class TheilSen:
    """A Theil-Sen line: median pairwise `slope`, `intercept` (median y − slope · median x), `pairs` used."""

    slope: float
    intercept: float
    pairs: int


def theil_sen(x: ArrayLike, y: ArrayLike) -> TheilSen:
    """Give the median of all pairwise slopes, which one outlier cannot move far.

    Parameters
    ----------
    x, y : array_like of float, shape (n,)
        Years (strictly increasing) and observed values; at least two points.

    Returns
    -------
    TheilSen
        The slope is in units of `y` per unit of `x`.

    Raises
    ------
    DataError
        With fewer than two points, or with `x` repeated or out of order.

    References
    ----------
    Sen (1968), Journal of the American Statistical Association 63, 1379-1389.

    Examples
    --------
    >>> round(theil_sen([1, 2, 3, 4, 5], [1.26, 1.27, 1.12, 1.16, 1.03]).slope, 5)
    -0.05625
    """
    x, y = _pairs(x, y, ("x", "y"), 2)
    _increasing(x, "x")
    i, j = np.triu_indices(x.size, k=1)
    slope = float(np.median((y[j] - y[i]) / (x[j] - x[i])))
    return TheilSen(slope, float(np.median(y) - slope * np.median(x)), i.size)


@dataclass(frozen=True)
class MannKendall:
    """Exact Mann-Kendall test.

    Attributes
    ----------
    s : int
        Rising minus falling pairs.
    p : float
        One-sided exact probability, in the direction named by `alternative`.
    alternative : {'up', 'down'}
        Direction tested.
    n : int
        Points.
    tied_pairs : int
        Pairs of equal values; they count for neither side.
    """

    s: int
    p: float
    alternative: str
    n: int
    tied_pairs: int


def _arrangements_by_inversions(groups: list[int]) -> list[int]:
    """Count the arrangements of a multiset by number of inversions: the Gaussian multinomial coefficient.

    It is the product of (1 − q^k) for k = 1 … n over the same products for each group of equal values, so
    multiplying and dividing by factors 1 − q^k is all that is needed.
    """
    n = sum(groups)
    degree = (n * (n - 1) - sum(g * (g - 1) for g in groups)) // 2
    counts = [1] + [0] * degree
    for k in range(1, n + 1):
        for power in range(degree, k - 1, -1):
            counts[power] -= counts[power - k]
    for k in (k for size in groups for k in range(1, size + 1)):
        for power in range(k, degree + 1):
            counts[power] += counts[power - k]
    return counts


def mann_kendall(values: ArrayLike, *, alternative: Literal["up", "down"] | None = None) -> MannKendall:
    """Test for a monotone trend with the exact distribution of S.

    S is the number of rising pairs less the number of falling pairs. Without a trend all arrangements of the
    observed values in time are equally likely, and p is the share of them with an S at least as extreme in
    the direction tested.

    **Ties** are handled exactly as well: a tied pair adds nothing to S, and the arrangements counted are
    those of the values as observed, ties included (the permutation distribution given the ties). With fewer
    different values p cannot become as small; when all values are equal S = 0 and p = 1. Values equal only
    because they were rounded count as tied.

    Parameters
    ----------
    values : array_like of float, shape (n,)
        Observed values in the order of time; 2 to 100 of them. Spacing in time does not matter.
    alternative : {'up', 'down'}, optional
        Direction tested, to be fixed before looking. Left out, the direction S points to is taken ('up' for S
        = 0); a p found that way has to be doubled before it is held against a level.

    Returns
    -------
    MannKendall

    Raises
    ------
    DataError
        With fewer than two or more than 100 values, a missing value, or another `alternative`.

    References
    ----------
    Mann (1945), Econometrica 13, 245-259; Kendall, *Rank Correlation Methods*, 4th edition, chapters 4 and 5.

    Examples
    --------
    >>> test = mann_kendall([1.26, 1.27, 1.12, 1.16, 1.03])
    >>> test.s, round(test.p, 5), test.alternative
    (-6, 0.11667, 'down')
    """
    y = _numbers("values", values)
    if not 2 <= y.size <= MANN_KENDALL_LARGEST_N:
        raise DataError(
            f"The series has {y.size} value(s): the exact Mann-Kendall test takes 2 to "
            f"{MANN_KENDALL_LARGEST_N}."
        )
    if alternative not in (None, "up", "down"):
        raise DataError(f"alternative is {alternative!r}: it has to be 'up', 'down' or left out.")
    i, j = np.triu_indices(y.size, k=1)
    s = int(np.sign(y[j] - y[i]).sum())
    tested = alternative or ("down" if s < 0 else "up")
    groups = np.unique(y, return_counts=True)[1].tolist()
    counts = _arrangements_by_inversions(groups)
    untied = len(counts) - 1
    # An arrangement with k falling pairs has S = untied - 2k, so S at least as high means k at most as large.
    falling = (untied - s) // 2
    extreme = sum(counts[: falling + 1]) if tested == "up" else sum(counts[falling:])
    return MannKendall(s, extreme / sum(counts), tested, y.size, i.size - untied)


def aicc(rss: float, n: int, k: int) -> float:
    """Give Akaike's criterion with the small-sample correction for a least-squares fit.

    AICc = n ln(RSS/n) + 2k + 2k(k + 1)/(n − k − 1). Only differences between fits to the same values mean
    anything. At n = 6 a logistic (k = 4) beats a line (k = 3) only when the line's RSS is more than e⁵ ≈ 148
    times the logistic's; never select an S-shaped curve at n ≤ 7.

    Parameters
    ----------
    rss : float
        Residual sum of squares, positive.
    n : int
        Observations.
    k : int
        Estimated parameters **with the residual standard deviation counted**: 3 for a line, 4 for a logistic.

    Returns
    -------
    float

    Raises
    ------
    DataError
        For n ≤ k + 1, where the criterion is undefined; for a residual sum of squares that is not positive;
        for k < 2.

    References
    ----------
    Hurvich and Tsai (1989), Biometrika 76, 297-307.

    Examples
    --------
    >>> round(aicc(148.0, 6, 3) - aicc(1.0, 6, 4), 4)
    -0.0167
    """
    rss, n, k = checked_number("rss", rss), checked_whole("n", n), checked_whole("k", k)
    if k < 2:
        raise DataError(f"k is {k}: count the residual standard deviation and one curve parameter at least.")
    if n <= k + 1:
        raise DataError(
            f"AICc is undefined for {n} values and {k} parameters: it needs n > k + 1; use a simpler curve."
        )
    if rss <= 0:
        raise DataError(f"rss is {rss:g}: a curve through every value has no likelihood to compare.")
    return float(n * np.log(rss / n) + 2 * k + 2 * k * (k + 1) / (n - k - 1))
