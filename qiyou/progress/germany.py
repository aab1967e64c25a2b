"""Destatis' weather symbols: where the recent straight line leads by the target year."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.history import checked_number, checked_series
from qiyou.progress.arguments import Direction, checked_target, sign_of


@dataclass(frozen=True)
class Destatis:
    """A weather symbol and what it rests on.

    Attributes
    ----------
    symbol : {'sun', 'sun_cloud', 'cloud', 'storm'} or None
        None with fewer than four points.
    kind : {'target', 'reached', 'threshold'}
        Which rule was used: a target still ahead, a target already reached, or a threshold that holds every
        year.
    slope : float or None
        Average yearly change over the points used, in units per year.
    projection : float or None
        Value in the target year if the slope goes on; None for a threshold.
    miss_share : float or None
        Share of the remaining distance by which the projection misses the target; negative when it goes
        beyond. Only for a target still ahead.
    target : float
        The bound aimed at; of an interval the weakest.
    points : int
        Observations used, at most six.
    from_year, year : int
        First and last year used.
    method : str
    """

    symbol: str | None
    kind: str
    slope: float | None
    projection: float | None
    miss_share: float | None
    target: float
    points: int
    from_year: int
    year: int
    method: str = "destatis"


def destatis(
    years: ArrayLike,
    values: ArrayLike,
    *,
    target_year: int | None,
    target: float | tuple[float, float],
    direction: Direction,
) -> Literal["sun", "sun_cloud", "cloud", "storm"] | None:
    """Give Destatis' weather symbol, or None with fewer than four observations.

    The rule, the parameters, the errors and the source are those of `destatis_detail`.

    Examples
    --------
    >>> destatis([2019, 2020, 2021, 2022], [3.0, 3.2, 3.5, 3.9], target_year=2027, target=5.5, direction="up")
    'sun_cloud'
    """
    return destatis_detail(years, values, target_year=target_year, target=target, direction=direction).symbol


def destatis_detail(
    years: ArrayLike,
    values: ArrayLike,
    *,
    target_year: int | None,
    target: float | tuple[float, float],
    direction: Direction,
) -> Destatis:
    """Give Destatis' weather symbol together with slope, projection and miss share.

    The slope is (y_last − y_first)/(t_last − t_first) over the last six observations, or over all when there
    are four or five. The projection is ŷ_T = y + slope·(T − t), the miss share m = d(τ − ŷ_T)/(d(τ − y)).
    With a target still ahead: m < 5% *sun*, 5 to 20% *sun_cloud*, more *cloud* when the direction is right,
    *storm* when it is wrong or the slope is zero. For a threshold that holds every year, and for a target
    already reached: met and not worsening *sun*, met and worsening *sun_cloud*, missed and not moving away
    *cloud*, missed and moving away *storm*.

    The arithmetic is done on the decimals as written, so that a miss of exactly 5% or 20% is one.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Years of observation, strictly increasing; gaps are allowed, nothing is filled in.
    values : array_like of float, shape (n,)
        Observed values.
    target_year : int or None
        Year of the target, not before the last observation; None for a threshold that holds every year.
    target : float or (float, float)
        Target value; of an interval the weakest bound counts: the low one where more is better, the high one
        where less is.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}

    Returns
    -------
    Destatis

    Raises
    ------
    DataError
        For a series that is empty, unordered or has missing values, and for a target year before the last
        observation.

    References
    ----------
    Statistisches Bundesamt, *Indicator status: methodology*, https://dns-indikatoren.de/en/status/

    Examples
    --------
    >>> detail = destatis_detail(range(2014, 2020), [243.34, 249.22, 244.56, 241.05, 241.0, 231.41],
    ...                          target_year=2030, target=200, direction="down")
    >>> detail.symbol, round(detail.slope, 3), round(detail.projection, 3), round(detail.miss_share, 5)
    ('sun_cloud', -2.386, 205.164, 0.16441)
    """
    d = sign_of(direction)
    t, y = checked_series(years, values)
    aim = _weakest_bound(target, d)
    if target_year is not None:
        target_year, _ = checked_target(target_year, aim, int(t[-1]))
    t, y = t[-6:], y[-6:]
    met = d * y[-1] >= d * aim
    kind = "threshold" if target_year is None else "reached" if met else "target"
    if t.size < 4:
        return Destatis(None, kind, None, None, None, aim, t.size, int(t[0]), int(t[-1]))
    first, last, tau = (Fraction(repr(float(number))) for number in (y[0], y[-1], aim))
    slope = (last - first) / int(t[-1] - t[0])
    projection = None if target_year is None else last + slope * (target_year - int(t[-1]))
    miss = None
    if kind == "target":
        miss = (tau - projection) / (tau - last)
        symbol = _ahead(miss, d * slope)
    elif met:
        symbol = "sun" if d * slope >= 0 else "sun_cloud"
    else:
        symbol = "cloud" if d * slope >= 0 else "storm"
    numbers = (None if number is None else float(number) for number in (slope, projection, miss))
    return Destatis(symbol, kind, *numbers, aim, t.size, int(t[0]), int(t[-1]))


def _weakest_bound(target: object, d: int) -> float:
    """Return the target, or of an interval the bound that is reached first."""
    if np.ndim(target) == 0:
        return checked_number("target", target)
    if len(target) != 2:
        raise DataError(f"target has {len(target)} numbers: pass one, or (low, high) for an interval.")
    low, high = (checked_number("target", bound) for bound in target)
    if low > high:
        raise DataError(f"The target interval runs from {low:g} down to {high:g}: pass (low, high).")
    return low if d > 0 else high


def _ahead(miss: Fraction, towards: Fraction) -> str:
    """Classify a target still ahead by the share of the distance that is missed."""
    if towards <= 0:
        return "storm"
    if miss < Fraction(5, 100):
        return "sun"
    return "sun_cloud" if miss <= Fraction(20, 100) else "cloud"
