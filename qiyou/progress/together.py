"""The judging methods side by side, on one three-step scale, and whether they disagree."""

from __future__ import annotations

import math
from collections.abc import Iterable

import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.history import checked_number, checked_series, checked_whole
from qiyou.progress.arguments import Direction, checked_step, checked_target, sign_of
from qiyou.progress.canada import statcan
from qiyou.progress.europe import eurostat
from qiyou.progress.germany import destatis_detail
from qiyou.progress.united_nations import un_chart

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
_COLUMNS = ["method", "applicable", "statistic", "value", "status", "reading", "flags", "recalled", "why_not"]


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
    sign_of(direction)
    t, y = checked_series(years, values, at_least=2)
    base = int(t[0]) if base_year is None else checked_whole("base_year", base_year)
    if base not in t[:-1]:
        earlier = ", ".join(map(str, t[:-1]))
        raise DataError(f"The base year {base} is not one before the latest year: pass one of {earlier}.")
    target_year, target = checked_target(target_year, target, int(t[-1]))
    checked_step(step)
    if limit is not None:
        checked_number("limit", limit)
    ends = (base, y[t == base][0], t[-1], y[-1])
    aim = {"direction": direction, "target_year": target_year, "target": target}

    rate = "growth" if target is None else "ratio"

    def by_statcan() -> dict:
        result = statcan(*ends, **aim, limit=limit, step=step)
        return _row("statcan", rate, result.progress, result.status, result.flags)

    def by_eurostat() -> dict:
        result = eurostat(*ends, **aim, step=step)
        return _row("eurostat", rate, result.progress, result.status, result.flags, result.recalled)

    def by_destatis() -> dict:
        if target is None:
            raise DataError("Destatis' symbols need a target: pass target and target_year.")
        detail = destatis_detail(t, y, **aim)
        if detail.symbol is None:
            raise DataError(f"{detail.points} observations: Destatis needs at least four.")
        statistic = "miss_share" if detail.kind == "target" else "slope"
        return _row("destatis", statistic, getattr(detail, statistic), detail.symbol)

    def by_un_chart() -> dict:
        result = un_chart(*ends, **aim, step=step)
        return _row("un_chart", "share_of_change", result.share, result.status, result.flags)

    rows = []
    for method, judge in zip(READINGS, (by_statcan, by_eurostat, by_destatis, by_un_chart), strict=True):
        try:
            rows.append(judge())
        except DataError as problem:
            rows.append(_not_applicable(method, str(problem)))
    return _side_by_side(rows)


def no_method(why: str) -> pd.DataFrame:
    """What `agreement` gives where nothing can be judged, and why.

    Examples
    --------
    >>> no_method("a single value")[["method", "applicable", "why_not"]].head(2)
         method  applicable         why_not
    0   statcan       False  a single value
    1  eurostat       False  a single value
    """
    return _side_by_side(_not_applicable(method, why) for method in READINGS)


def _side_by_side(rows: Iterable[dict]) -> pd.DataFrame:
    table = pd.DataFrame(rows, columns=_COLUMNS)
    readings = table.loc[table["applicable"], "reading"]
    disagree = pd.NA if readings.size < 2 else readings.nunique() > 1
    return table.assign(disagree=pd.array([disagree] * len(table), dtype="boolean"))


def _row(method: str, statistic: str, value: float | None, status: str, flags=(), recalled=()) -> dict:
    number, reading = math.nan if value is None else value, READINGS[method][status]
    cells = (method, True, statistic, number, status, reading, " ".join(flags), "; ".join(recalled), "")
    return dict(zip(_COLUMNS, cells, strict=True))


def _not_applicable(method: str, why: str) -> dict:
    return dict(zip(_COLUMNS, (method, False, "", math.nan, "", "", "", "", why), strict=True))
