"""Progress as in the United Nations' progress chart: the share of the way that the growth rate leads."""

from __future__ import annotations

from dataclasses import dataclass

from qiyou.errors import DataError
from qiyou.progress.arguments import Direction
from qiyou.progress.growth import between, divided


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
    growth = between(base_year, base_value, year, value, direction, target_year, target, step)
    expected = growth.value * (1 + growth.cagr) ** (growth.horizon - growth.elapsed)
    change, needed = expected - growth.base, growth.target - growth.base
    share = change / needed if needed else divided(growth.d * change, 0.0)
    flags = growth.flags(share)
    if growth.achieved:
        status = "on_track"
    elif "MET_AT_BASELINE" in flags or share < 0.10:
        status = "stagnation"
    else:
        status = "on_track" if share >= 0.95 else "fair"
    return UnChart(share, status, expected, growth.cagr, flags)
