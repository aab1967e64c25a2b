"""Published ways of judging progress from observations, each exact and under its own name.

The methods answer different questions and disagree on the same series; none of them is *the* verdict.
`statcan`, `eurostat` and `un_chart` compare growth rates between a base year and the latest year, `destatis`
continues the recent straight line, `aarr` gives a rate without judging it. `agreement` puts the judging ones
side by side.

Nothing here takes planned values: a plan has no realised progress. `direction` is ``'up'`` or ``'at_least'``
(+1) where more is better, ``'down'`` or ``'at_most'`` (−1) where less is better.

Flags
-----
``RATIO_UNSTABLE``
    The target lies so near the base that a ratio to the required change means little: the printed step is
    known and |target − base| <= 2 · step; or, whatever the step, |target − base| <= 1% of |base| while the
    ratio is 10 or more in size (a target equal to the base included). The ratio is given all the same.
``MET_AT_BASELINE``
    The base value met the target already, so nothing had to be reached.
``LIMIT_IGNORED``
    A natural limit was passed together with a target; the method uses the target only.
``BASE_BEYOND_LIMIT``
    The base lies on the far side of the natural limit, where the method's scaling was not meant to be used.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.history import checked_number, checked_series, checked_whole

Direction = Literal["up", "down", "at_least", "at_most", 1, -1]
_SIGNS = {"up": 1, "at_least": 1, "down": -1, "at_most": -1}

NEAR_BASE = 0.01
"""Relative distance from the base within which a target can make a ratio explode (our convention)."""
EXPLODING_RATIO = 10.0
"""Size from which a ratio to so near a target is called unstable (our convention)."""

READINGS = {
    "statcan": {
        "achieved": "favourable",
        "substantial": "favourable",
        "moderate": "mixed",
        "limited": "mixed",
        "deterioration": "unfavourable",
    },
    "eurostat": {
        "significant_progress": "favourable",
        "moderate_progress": "mixed",
        "insufficient_progress": "mixed",
        "movement_away": "unfavourable",
        "moderate_movement_away": "unfavourable",
        "significant_movement_away": "unfavourable",
    },
    "destatis": {"sun": "favourable", "sun_cloud": "mixed", "cloud": "mixed", "storm": "unfavourable"},
    "un_chart": {"on_track": "favourable", "fair": "mixed", "stagnation": "unfavourable"},
}
"""The publishers' categories on one three-step scale, so that they can be compared (our convention)."""


def _sign(direction: object) -> int:
    """Return +1 where more is better and −1 where less is better."""
    if isinstance(direction, str) and direction in _SIGNS:
        return _SIGNS[direction]
    if not isinstance(direction, str | bool) and direction in (1, -1):
        return int(direction)
    raise DataError(f"direction is {direction!r}: it must be 'up', 'down', 'at_least', 'at_most', +1 or -1.")


def _checked_step(step: object) -> float | None:
    """Return the printing resolution as a positive number, or None where it is not known."""
    if step is None:
        return None
    number = checked_number("step", step)
    if number <= 0:
        raise DataError(f"step is {number:g}: the printing resolution is positive, such as 0.1 for '4.5'.")
    return number


def _checked_target(target_year: object, target: object, year: int) -> tuple[int | None, float | None]:
    """Return target year and target, both or neither, with the year not before the latest observation."""
    if target is None and target_year is None:
        return None, None
    if target is None or target_year is None:
        missing = "target" if target is None else "target_year"
        raise DataError(f"{missing} is missing: pass target and target_year together, or neither.")
    by, aim = checked_whole("target_year", target_year), checked_number("target", target)
    if by < year:
        raise DataError(
            f"The target year {by} lies before the latest year {year}: leave out what was observed later, "
            "or pass a later target."
        )
    return by, aim


@dataclass(frozen=True)
class _Growth:
    """One series between its base and its latest year: what the growth-rate methods share."""

    d: int
    base: float
    value: float
    elapsed: int
    target: float | None
    horizon: int | None
    step: float | None

    @property
    def sign(self) -> int:
        # Of two negative values the one nearer zero is the larger, yet its growth rate is negative.
        return -1 if self.base < 0 else 1

    @property
    def cagr(self) -> float:
        return (self.value / self.base) ** (1 / self.elapsed) - 1

    @property
    def progress(self) -> float:
        return self.sign * self.d * self.cagr

    @property
    def cagr_target(self) -> float | None:
        return None if self.target is None else (self.target / self.base) ** (1 / self.horizon) - 1

    @property
    def achieved(self) -> bool:
        return self.target is not None and self.d * self.value >= self.d * self.target

    @property
    def ratio(self) -> float | None:
        return None if self.target is None else _divided(self.progress, abs(self.cagr_target))

    def flags(self, ratio: float) -> tuple[str, ...]:
        if self.target is None:
            return ()
        met = self.d * self.base >= self.d * self.target
        unstable = _unstable(self.base, self.target, ratio, self.step)
        return (("RATIO_UNSTABLE",) if unstable else ()) + (("MET_AT_BASELINE",) if met else ())


def _divided(part: float, whole: float) -> float:
    """Divide by a required change; where none is required any change is infinitely much, and none is 0."""
    if whole != 0:
        return part / whole
    return math.copysign(math.inf, part) if part else 0.0


def _unstable(base: float, target: float, ratio: float, step: float | None) -> bool:
    """Say whether the target is too near the base for a ratio: RATIO_UNSTABLE as the module's text has it."""
    distance = abs(target - base)
    # Decimal steps are not exact in binary: 100.1 - 100 has to count as one step of 0.1.
    if step is not None and distance <= 2 * step * (1 + 1e-9):
        return True
    return distance == 0 or (distance <= NEAR_BASE * abs(base) and abs(ratio) >= EXPLODING_RATIO)


def _growth(base_year, base_value, year, value, direction, target_year, target, step) -> _Growth:
    """Check the arguments of a growth-rate method."""
    d = _sign(direction)
    t0, t = checked_whole("base_year", base_year), checked_whole("year", year)
    y0, y = checked_number("base_value", base_value), checked_number("value", value)
    if t <= t0:
        raise DataError(
            f"The latest year {t} does not come after the base year {t0}: "
            "two observations in order of time are needed."
        )
    by, aim = _checked_target(target_year, target, t)
    if y0 == 0:
        raise DataError(
            f"The base value of {t0} is zero, and growth from zero has no rate: take a later base year or "
            "use destatis; a small number in its place would decide the result."
        )
    if y * math.copysign(1, y0) < 0:
        raise DataError(
            f"The values change sign, from {y0:g} in {t0} to {y:g} in {t}: a growth rate needs values of one "
            "sign; use destatis."
        )
    if aim == 0:
        raise DataError(
            "The target is zero, and no growth rate leads there: use destatis; Statistics Canada takes 0.001 "
            "instead, and whoever means that has to pass target=0.001."
        )
    if aim is not None and aim * math.copysign(1, y0) < 0:
        raise DataError(
            f"The base {y0:g} and the target {aim:g} differ in sign: no growth rate leads from one to the "
            "other; use destatis."
        )
    return _Growth(d, y0, y, t - t0, aim, None if by is None else by - t0, _checked_step(step))


@dataclass(frozen=True)
class StatCan:
    """Progress as Statistics Canada and Open SDG measure it.

    Attributes
    ----------
    ratio : float or None
        With a target: observed over required growth rate, positive in the desired direction. Infinite when
        the target equals the base and the value moved; None without a target.
    score : float
        From −5 to 5.
    status : {'achieved', 'substantial', 'moderate', 'limited', 'deterioration'}
    cagr, cagr_target : float, float or None
        Observed and required compound annual growth rate.
    progress : float or None
        What was classified: `ratio`, or without a target the growth rate in the desired direction.
    scaling : float
        C, by which the thresholds without a target are scaled near a natural limit; 1 otherwise.
    flags : tuple of str
    method : str
    """

    ratio: float | None
    score: float
    status: str
    cagr: float
    cagr_target: float | None
    progress: float | None
    scaling: float
    flags: tuple[str, ...]
    method: str = "statcan"


def _statcan_scaling(base: float, limit: float) -> float:
    """Give C, which lowers the thresholds near a natural limit."""
    size, bound = abs(base), abs(limit)
    if size >= 2 * bound:
        return 1.0
    return 1 - (size / bound if size <= bound else (2 * bound - size) / bound) ** 4.44


def _statcan_without_target(p: float, c: float) -> tuple[float, str]:
    """Score and classify growth in the desired direction."""
    if p < 0:
        return max(125 * p - 2.5, -5.0), "deterioration"
    if c == 0:
        return 5.0, "substantial"
    if p >= 0.015 * c:
        return min(500 * p / c - 5, 5.0), "substantial"
    if p >= 0.005 * c:
        return 250 * p / c - 1.25, "moderate"
    return 500 * p / c - 2.5, "limited"


def _statcan_with_target(ratio: float, achieved: bool) -> tuple[float, str]:
    """Score and classify the ratio of growth rates."""
    if achieved:
        return 5.0, "achieved"
    if ratio >= 0.6:
        return min(7.1429 * ratio - 4.2857, 5.0), "substantial" if ratio >= 0.95 else "moderate"
    return max(4.1667 * ratio - 2.5, -5.0), "limited" if ratio >= 0 else "deterioration"


def statcan(
    base_year: int,
    base_value: float,
    year: int,
    value: float,
    *,
    direction: Direction,
    target_year: int | None = None,
    target: float | None = None,
    limit: float | None = None,
    step: float | None = None,
) -> StatCan:
    """Judge progress as Statistics Canada and Open SDG 2.4.0 do.

    With CAGR_i = (y/y0)^(1/(t − t0)) − 1 and CAGR_T = (τ/y0)^(1/(T − t0)) − 1 the ratio is
    R = d·CAGR_i/|CAGR_T|. The target is *achieved* when d·y >= d·τ; otherwise R is *substantial* from 0.95,
    *moderate* from 0.60, *limited* from 0, *deterioration* below. The score is min(7.1429 R − 4.2857, 5) from
    R = 0.6, else max(4.1667 R − 2.5, −5); achieved gives 5.

    Without a target p = d·CAGR_i is held against 1.5%·C, 0.5%·C and 0. C = 1 − (|y0|/|L|)^4.44 for a natural
    limit L with |y0| <= |L|, 1 − ((2|L| − |y0|)/|L|)^4.44 for |L| < |y0| < 2|L|, and 1 beyond or without a
    limit.

    Parameters
    ----------
    base_year, year : int
        Base and latest year of observation.
    base_value, value : float
        Observed values, in one unit and of one sign. When both are negative the rate's sign is turned, as
        published.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    target_year, target : int and float, optional
        Both or neither; the target year not before `year`.
    limit : float, optional
        Natural limit of the indicator in the desired direction (100 for a share); used only without a target.
    step : float, optional
        Printing resolution of base and target, for ``RATIO_UNSTABLE``.

    Returns
    -------
    StatCan

    Raises
    ------
    DataError
        For a base of zero or a target of zero (Open SDG replaces both by 0.001, which would decide the
        result), for values of different sign, and for years out of order.

    References
    ----------
    Statistics Canada / Open SDG 2.4.0, *Progress measurement methodology for the Sustainable Development
    Goals*, https://open-sdg.readthedocs.io/en/latest/progress-methodology/

    Examples
    --------
    >>> result = statcan(2015, 14.5, 2023, 10.4, direction="down", target_year=2030, target=7.25)
    >>> round(result.ratio, 4), round(result.score, 4), result.status
    (0.9011, 2.1507, 'moderate')
    """
    growth = _growth(base_year, base_value, year, value, direction, target_year, target, step)
    bound = None if limit is None else checked_number("limit", limit)
    if growth.target is not None:
        ratio = growth.ratio
        score, status = _statcan_with_target(ratio, growth.achieved)
        flags = growth.flags(ratio) + (() if bound is None else ("LIMIT_IGNORED",))
        return StatCan(ratio, score, status, growth.cagr, growth.cagr_target, ratio, 1.0, flags)
    scaling = 1.0 if bound is None else _statcan_scaling(growth.base, bound)
    score, status = _statcan_without_target(growth.progress, scaling)
    beyond = bound is not None and growth.d * growth.base > growth.d * bound
    flags = ("BASE_BEYOND_LIMIT",) if beyond else ()
    return StatCan(None, score, status, growth.cagr, None, growth.progress, scaling, flags)


@dataclass(frozen=True)
class Eurostat:
    """Progress as in Eurostat's monitoring reports.

    Attributes
    ----------
    ratio : float or None
        With a target: observed over required growth rate, as in `StatCan`.
    status : str
        With a target 'significant_progress', 'moderate_progress', 'insufficient_progress' or 'movement_away';
        without 'significant_progress', 'moderate_progress', 'moderate_movement_away' or
        'significant_movement_away'.
    cagr, cagr_target : float, float or None
        Observed and required compound annual growth rate.
    progress : float or None
        What was classified: `ratio`, or without a target the growth rate in the desired direction.
    flags : tuple of str
    recalled : tuple of str
        Details written down from memory and not checked against Eurostat's print: never cite them as
        Eurostat's.
    method : str
    """

    ratio: float | None
    status: str
    cagr: float
    cagr_target: float | None
    progress: float | None
    flags: tuple[str, ...]
    recalled: tuple[str, ...]
    method: str = "eurostat"


_EUROSTAT_RECALLED_WITH_TARGET = (
    "cut points 95%, 60% and 0% of the required growth rate (Statistics Canada prints the same for its own)",
    "names of the four categories",
    "a met target counts as significant progress",
)
_EUROSTAT_RECALLED_WITHOUT_TARGET = (
    "cut points +1%, 0 and -1% a year",
    "names of the four categories",
    "on which side exactly 0 and exactly -1% a year fall",
)


def _eurostat_with_target(ratio: float, achieved: bool) -> str:
    if achieved or ratio >= 0.95:
        return "significant_progress"
    if ratio >= 0.6:
        return "moderate_progress"
    return "insufficient_progress" if ratio >= 0 else "movement_away"


def _eurostat_without_target(p: float) -> str:
    if p >= 0.01:
        return "significant_progress"
    if p >= 0:
        return "moderate_progress"
    return "moderate_movement_away" if p >= -0.01 else "significant_movement_away"


def eurostat(
    base_year: int,
    base_value: float,
    year: int,
    value: float,
    *,
    direction: Direction,
    target_year: int | None = None,
    target: float | None = None,
    step: float | None = None,
) -> Eurostat:
    """Classify progress as Eurostat's reports on the Sustainable Development Goals do.

    With a target the observed compound annual growth rate is divided by the one required from base to target;
    from 95% of it the progress is *significant*, from 60% *moderate*, from 0 *insufficient*, below 0 a
    *movement away*. Without a target the growth rate in the desired direction is *significant progress* from
    1% a year, *moderate progress* from 0, *moderate movement away* from −1%, *significant movement away*
    below. There is no scaling near a natural limit and no score.

    What could be checked: Eurostat works with compound annual growth rates, observed against required, and
    Statistics Canada names the 2021 report as the model of its method. What could **not** be checked against
    Eurostat's own print stands in the result's `recalled`. Eurostat's windows are the last 5 and the last 15
    years: the choice of `base_year` is the caller's. Where the base already met the target, the sign
    convention is that of `statcan`.

    Parameters
    ----------
    base_year, year : int
        Base and latest year of observation.
    base_value, value : float
        Observed values, in one unit and of one sign.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    target_year, target : int and float, optional
        Both or neither; the target year not before `year`.
    step : float, optional
        Printing resolution of base and target, for ``RATIO_UNSTABLE``.

    Returns
    -------
    Eurostat

    Raises
    ------
    DataError
        As `statcan`.

    References
    ----------
    Eurostat (2021), *Sustainable development in the European Union: monitoring report on progress towards the
    SDGs in an EU context*.

    Examples
    --------
    >>> result = eurostat(2018, 60.0, 2023, 61.5, direction="up")
    >>> round(result.progress, 5), result.status
    (0.00495, 'moderate_progress')
    """
    growth = _growth(base_year, base_value, year, value, direction, target_year, target, step)
    if growth.target is None:
        p = growth.progress
        status, recalled = _eurostat_without_target(p), _EUROSTAT_RECALLED_WITHOUT_TARGET
        return Eurostat(None, status, growth.cagr, None, p, (), recalled)
    ratio = growth.ratio
    status, recalled = _eurostat_with_target(ratio, growth.achieved), _EUROSTAT_RECALLED_WITH_TARGET
    return Eurostat(ratio, status, growth.cagr, growth.cagr_target, ratio, growth.flags(ratio), recalled)


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


def _destatis_ahead(miss: Fraction, towards: Fraction) -> str:
    """Classify a target still ahead by the share of the distance that is missed."""
    if towards <= 0:
        return "storm"
    if miss < Fraction(5, 100):
        return "sun"
    return "sun_cloud" if miss <= Fraction(20, 100) else "cloud"


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
    d = _sign(direction)
    t, y = checked_series(years, values)
    aim = _weakest_bound(target, d)
    if target_year is not None:
        target_year, _ = _checked_target(target_year, aim, int(t[-1]))
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
        symbol = _destatis_ahead(miss, d * slope)
    elif met:
        symbol = "sun" if d * slope >= 0 else "sun_cloud"
    else:
        symbol = "cloud" if d * slope >= 0 else "storm"
    numbers = (None if number is None else float(number) for number in (slope, projection, miss))
    return Destatis(symbol, kind, *numbers, aim, t.size, int(t[0]), int(t[-1]))


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


@dataclass(frozen=True)
class UnChart:
    """Progress as in the United Nations' progress chart.

    Attributes
    ----------
    share : float or None
        q, the part of the change from base to target that the expected value makes up. Infinite when the
        target equals the base and a change is expected.
    status : {'on_track', 'fair', 'stagnation'}
    expected : float
        Value in the target year if the growth rate goes on.
    cagr : float
        Observed compound annual growth rate.
    flags : tuple of str
    method : str
    """

    share: float | None
    status: str
    expected: float
    cagr: float
    flags: tuple[str, ...]
    method: str = "un_chart"


def un_chart(
    base_year: int,
    base_value: float,
    year: int,
    value: float,
    *,
    target_year: int,
    target: float,
    direction: Direction,
    step: float | None = None,
) -> UnChart:
    """Judge progress as the United Nations' progress chart does for targets with a number.

    The observed growth rate goes on: v_e = v_t·(1 + CAGR)^(T − t). q = (v_e − v_b)/(v_T − v_b) is *on track*
    from 0.95, *fair* from 0.10, *stagnation* (or regression) below. A target already met is *on track*
    whatever the trend. Where the base met the target and the latest value no longer does, q would praise the
    loss: the status is *stagnation*, and ``MET_AT_BASELINE`` says why.

    Parameters
    ----------
    base_year, year : int
        Base and latest year of observation.
    base_value, value : float
        Observed values, in one unit and of one sign.
    target_year, target : int and float
        The target year not before `year`.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    step : float, optional
        Printing resolution of base and target, for ``RATIO_UNSTABLE``.

    Returns
    -------
    UnChart

    Raises
    ------
    DataError
        As `statcan`, and when the target is left out.

    References
    ----------
    United Nations Statistics Division, *Progress Chart Technical Note* (2023),
    https://unstats.un.org/sdgs/files/report/2023/Progress_Chart_Technical_Note_2023.pdf

    Examples
    --------
    >>> result = un_chart(2015, 249.22, 2019, 231.41, target_year=2030, target=200, direction="down")
    >>> round(result.share, 2), result.status
    (1.23, 'on_track')
    """
    if target is None or target_year is None:
        raise DataError("The UN progress chart needs a target: pass target and target_year.")
    growth = _growth(base_year, base_value, year, value, direction, target_year, target, step)
    expected = growth.value * (1 + growth.cagr) ** (growth.horizon - growth.elapsed)
    change, needed = expected - growth.base, growth.target - growth.base
    share = change / needed if needed else _divided(growth.d * change, 0.0)
    flags = growth.flags(share)
    if growth.achieved:
        status = "on_track"
    elif "MET_AT_BASELINE" in flags or share < 0.10:
        status = "stagnation"
    else:
        status = "on_track" if share >= 0.95 else "fair"
    return UnChart(share, status, expected, growth.cagr, flags)


@dataclass(frozen=True)
class Aarr:
    """An average annual rate of reduction and how it was computed.

    Attributes
    ----------
    rate : float
        0.02 is a reduction by 2% a year; negative for growth.
    convention : {'discrete', 'continuous', 'regression'}
    points : int
        Observations that entered.
    from_year, year : int
        First and last year.
    method : str
    """

    rate: float
    convention: str
    points: int
    from_year: int
    year: int
    method: str = "aarr"


def aarr(
    years: ArrayLike, values: ArrayLike, *, convention: Literal["discrete", "continuous", "regression"]
) -> Aarr:
    """Give the average annual rate of reduction, by a convention that the result names.

    Published tables mix three of them.

    *discrete*: 1 − (y_H/y0)^(1/H). *continuous*: −ln(y_H/y0)/H. *regression*: 1 − e^b, with b the
    least-squares slope of ln y on the year. The first two use the first and the last observation only.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Years, strictly increasing; at least two.
    values : array_like of float, shape (n,)
        Positive values.
    convention : {'discrete', 'continuous', 'regression'}

    Returns
    -------
    Aarr

    Raises
    ------
    DataError
        With fewer than two points, a value that is not positive, or another convention.

    References
    ----------
    UNICEF's technical note on the AARR fits the exponential (regression); the other two are the compound and
    the logarithmic rate between two values.

    Examples
    --------
    >>> rate = aarr([2015, 2016, 2017], [50, 45, 40.5], convention="discrete")
    >>> round(rate.rate, 6), rate.convention
    (0.1, 'discrete')
    """
    t, y = checked_series(years, values, at_least=2)
    if (y <= 0).any():
        at = int(np.flatnonzero(y <= 0)[0])
        raise DataError(f"The value of {t[at]} is {y[at]:g}: a rate of reduction needs values above zero.")
    horizon = int(t[-1] - t[0])
    if convention == "discrete":
        rate, points = 1 - (y[-1] / y[0]) ** (1 / horizon), 2
    elif convention == "continuous":
        rate, points = -math.log(y[-1] / y[0]) / horizon, 2
    elif convention == "regression":
        centred = t - t.mean()
        rate, points = -math.expm1((centred * np.log(y)).sum() / (centred**2).sum()), t.size
    else:
        raise DataError(f"convention is {convention!r}: it must be 'discrete', 'continuous' or 'regression'.")
    return Aarr(float(rate), convention, points, int(t[0]), int(t[-1]))


def _row(method: str, statistic: str, value: float | None, status: str, flags=(), recalled=()) -> dict:
    return {
        "method": method,
        "applicable": True,
        "statistic": statistic,
        "value": math.nan if value is None else value,
        "status": status,
        "reading": READINGS[method][status],
        "flags": " ".join(flags),
        "recalled": "; ".join(recalled),
        "why_not": "",
    }


def _not_applicable(method: str, why: str) -> dict:
    blank = dict.fromkeys(("statistic", "status", "reading", "flags", "recalled"), "")
    return {"method": method, "applicable": False, "value": math.nan, **blank, "why_not": why}


def _destatis_row(years, values, target_year, target, direction) -> dict:
    detail = destatis_detail(years, values, target_year=target_year, target=target, direction=direction)
    if detail.symbol is None:
        raise DataError(f"{detail.points} observations: Destatis needs at least four.")
    if detail.kind == "target":
        return _row("destatis", "miss_share", detail.miss_share, detail.symbol)
    return _row("destatis", "slope", detail.slope, detail.symbol)


def agreement(
    years: ArrayLike,
    values: ArrayLike,
    *,
    direction: Direction,
    base_year: int | None = None,
    target_year: int | None = None,
    target: float | None = None,
    limit: float | None = None,
    step: float | None = None,
) -> pd.DataFrame:
    """Put all judging methods side by side for one observed series and say whether they disagree.

    Parameters
    ----------
    years, values : array_like, shape (n,)
        Observed series, years strictly increasing; at least two points.
    direction : {'up', 'down', 'at_least', 'at_most', 1, -1}
    base_year : int, optional
        Base of the growth-rate methods, one of `years`; the first year when left out.
    target_year, target : int and float, optional
        Both or neither. Without them Destatis and the UN chart do not apply.
    limit : float, optional
        Natural limit, for `statcan` without a target.
    step : float, optional
        Printing resolution, for ``RATIO_UNSTABLE``.

    Returns
    -------
    DataFrame, one row each for statcan, eurostat, destatis and un_chart
        ``method, applicable`` (bool), ``statistic`` (ratio | growth | miss_share | slope | share_of_change),
        ``value``, ``status`` (the publisher's category), ``reading`` (favourable | mixed | unfavourable, see
        `READINGS`), ``flags``, ``recalled`` (details not checked in print), ``why_not`` (for a method that
        does not apply) and ``disagree`` (nullable bool, the same in every row: the applicable methods do not
        share one reading; missing when fewer than two apply).

    Raises
    ------
    DataError
        For arguments no method could use. What only one method cannot use (a base of zero, a change of sign,
        too few points) leaves that method out and is told in ``why_not``.

    Examples
    --------
    >>> table = agreement(range(2014, 2020), [243.34, 249.22, 244.56, 241.05, 241.0, 231.41],
    ...                   base_year=2015, target_year=2030, target=200, direction="down")
    >>> print(table[["method", "value", "status", "reading"]].round(2).to_string(index=False))
      method  value               status    reading
     statcan   1.26          substantial favourable
    eurostat   1.26 significant_progress favourable
    destatis   0.16            sun_cloud      mixed
    un_chart   1.23             on_track favourable
    >>> bool(table["disagree"].all())
    True
    """
    _sign(direction)
    t, y = checked_series(years, values, at_least=2)
    base = int(t[0]) if base_year is None else checked_whole("base_year", base_year)
    if base not in t[:-1]:
        earlier = ", ".join(map(str, t[:-1]))
        raise DataError(f"The base year {base} is not one before the latest year: pass one of {earlier}.")
    target_year, target = _checked_target(target_year, target, int(t[-1]))
    _checked_step(step)
    if limit is not None:
        checked_number("limit", limit)
    ends = (base, y[t == base][0], t[-1], y[-1])
    aim = {"direction": direction, "target_year": target_year, "target": target}

    def by_statcan() -> dict:
        result = statcan(*ends, **aim, limit=limit, step=step)
        statistic = "growth" if target is None else "ratio"
        return _row("statcan", statistic, result.progress, result.status, result.flags)

    def by_eurostat() -> dict:
        result = eurostat(*ends, **aim, step=step)
        statistic = "growth" if target is None else "ratio"
        return _row("eurostat", statistic, result.progress, result.status, result.flags, result.recalled)

    def by_destatis() -> dict:
        if target is None:
            raise DataError("Destatis' symbols need a target: pass target and target_year.")
        return _destatis_row(t, y, **aim)

    def by_un_chart() -> dict:
        result = un_chart(*ends, **aim, step=step)
        return _row("un_chart", "share_of_change", result.share, result.status, result.flags)

    rows = []
    for method, judge in zip(READINGS, (by_statcan, by_eurostat, by_destatis, by_un_chart), strict=True):
        try:
            rows.append(judge())
        except DataError as problem:
            rows.append(_not_applicable(method, str(problem)))
    table = pd.DataFrame(rows)
    readings = table.loc[table["applicable"], "reading"]
    disagree = pd.NA if readings.size < 2 else readings.nunique() > 1
    return table.assign(disagree=pd.array([disagree] * len(table), dtype="boolean"))
