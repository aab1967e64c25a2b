"""Progress as Statistics Canada and Open SDG measure it: score and category of a growth rate."""

from __future__ import annotations

from dataclasses import dataclass

from qiyou.history import checked_number
from qiyou.progress.arguments import Direction
from qiyou.progress.growth import between


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
    growth = between(base_year, base_value, year, value, direction, target_year, target, step)
    bound = None if limit is None else checked_number("limit", limit)
    if growth.target is not None:
        ratio = growth.ratio
        score, status = _with_target(ratio, growth.achieved)
        flags = growth.flags(ratio) + (() if bound is None else ("LIMIT_IGNORED",))
        return StatCan(ratio, score, status, growth.cagr, growth.cagr_target, ratio, 1.0, flags)
    scaling = 1.0 if bound is None else _scaling(growth.base, bound)
    score, status = _without_target(growth.progress, scaling)
    beyond = bound is not None and growth.d * growth.base > growth.d * bound
    flags = ("BASE_BEYOND_LIMIT",) if beyond else ()
    return StatCan(None, score, status, growth.cagr, None, growth.progress, scaling, flags)


def _with_target(ratio: float, achieved: bool) -> tuple[float, str]:
    """Score and classify the ratio of growth rates."""
    if achieved:
        return 5.0, "achieved"
    if ratio >= 0.6:
        return min(7.1429 * ratio - 4.2857, 5.0), "substantial" if ratio >= 0.95 else "moderate"
    return max(4.1667 * ratio - 2.5, -5.0), "limited" if ratio >= 0 else "deterioration"


def _without_target(p: float, c: float) -> tuple[float, str]:
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


def _scaling(base: float, limit: float) -> float:
    """Give C, which lowers the thresholds near a natural limit."""
    size, bound = abs(base), abs(limit)
    if size >= 2 * bound:
        return 1.0
    return 1 - (size / bound if size <= bound else (2 * bound - size) / bound) ** 4.44
