"""Progress as in Eurostat's monitoring reports: the category of a growth rate."""

from __future__ import annotations

from dataclasses import dataclass

from qiyou.progress.arguments import Direction
from qiyou.progress.growth import between

_RECALLED_WITH_TARGET = (
    "cut points 95%, 60% and 0% of the required growth rate (Statistics Canada prints the same for its own)",
    "names of the four categories",
    "a met target counts as significant progress",
)
_RECALLED_WITHOUT_TARGET = (
    "cut points +1%, 0 and -1% a year",
    "names of the four categories",
    "on which side exactly 0 and exactly -1% a year fall",
)


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
    growth = between(base_year, base_value, year, value, direction, target_year, target, step)
    if growth.target is None:
        p = growth.progress
        status, recalled = _without_target(p), _RECALLED_WITHOUT_TARGET
        return Eurostat(None, status, growth.cagr, None, p, (), recalled)
    ratio = growth.ratio
    status, recalled = _with_target(ratio, growth.achieved), _RECALLED_WITH_TARGET
    return Eurostat(ratio, status, growth.cagr, growth.cagr_target, ratio, growth.flags(ratio), recalled)


def _with_target(ratio: float, achieved: bool) -> str:
    if achieved or ratio >= 0.95:
        return "significant_progress"
    if ratio >= 0.6:
        return "moderate_progress"
    return "insufficient_progress" if ratio >= 0 else "movement_away"


def _without_target(p: float) -> str:
    if p >= 0.01:
        return "significant_progress"
    if p >= 0:
        return "moderate_progress"
    return "moderate_movement_away" if p >= -0.01 else "significant_movement_away"
