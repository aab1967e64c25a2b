"""What has to be added so that a stock follows its path: how much is built, how much the denominator does.

The intervals are worst cases over the rounding boxes of both levels and of the population, as in
`qiyou.capacity.implied_stock`. Where start and end rest on one observation of the population (``anchor``),
that number is one unknown, not two: its rounding is the same in both years and cancels in the change, which
is taken into account. The yearly rate of a trend is treated as free within its own box, so an interval under
a trend may be a little wider than the worst case, never narrower.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.capacity.intervals import (
    ASSESSABLE,
    NOT_ASSESSABLE,
    joined_columns,
    keys,
    numbers,
    product,
    require,
)
from qiyou.capacity.stock import PRINTED, stocks
from qiyou.errors import DataError
from qiyou.paths import KEYS

_STEP_COLUMNS = (*KEYS, "scenario", "from_year", "year", "years")
_END_COLUMNS = ("unit", "basis", "source", "grade", "status", "reason")


def additions(
    targets: pd.DataFrame, populations: pd.DataFrame, indicators: pd.DataFrame, *, whole: bool = False
) -> pd.DataFrame:
    """What has to be added between printed years so that the stock follows the path.

    Parameters
    ----------
    targets, populations, indicators : DataFrame
        As in `qiyou.capacity.implied_stock`.
    whole : bool
        From the first to the last printed year of each path in one step, instead of from each printed year to
        the next. The rounding of the years between then plays no part.

    Returns
    -------
    DataFrame
        One row per path, scenario and step: ``from_year, year, years``; ``value, low, high`` in ``unit``, and
        the same ``per_year``; ``basis, source, grade, status, reason``. A path with one printed year has no
        start: one row, ``not assessable``. Negative where the stock may shrink.

    Raises
    ------
    DataError
        As `qiyou.capacity.implied_stock`.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> nursery = data.targets.query("place == 'yuhuan' and indicator == 'nursery_places_per_1000'")
    >>> people = capacity.populations(data, "yuhuan", range(2022, 2028))
    >>> total = capacity.additions(nursery, people, data.indicators, whole=True)
    >>> total[["scenario", "from_year", "year", "value", "low", "high", "status"]].round(0)
             scenario  from_year  year   value     low    high          status
    0            flat       2022  2027  1056.0  1020.0  1093.0      assessable
    1       own_trend       2022  2027     NaN     NaN     NaN  not assessable
    2  province_trend       2022  2027  1205.0  1166.0  1244.0      assessable
    """
    steps, change = _changes(targets, populations, indicators, whole)
    out = steps[list(_STEP_COLUMNS)].copy()
    for name, factor in (("", 1.0), ("per_year", numbers(steps, "years"))):
        for end in ("value", "low", "high"):
            label = f"{name}_{end}".strip("_") if end != "value" or not name else name
            out[label] = change[end] / factor
    return out.join(steps[list(_END_COLUMNS)])


def decomposition(
    targets: pd.DataFrame, populations: pd.DataFrame, indicators: pd.DataFrame, *, whole: bool = False
) -> pd.DataFrame:
    """Split what has to be added into the part of the rising level and the part of the changing population.

    With level L, population P (in units of the denominator), start 0 and end 1::

        L1·P1 − L0·P0 = (L1 − L0)·(P0 + P1)/2 + (P1 − P0)·(L0 + L1)/2

    the *symmetric* split: level change at mean population plus population change at mean level. It is exact
    and leaves no remainder; it is a convention: with the change of one first and the other then, the parts
    would differ.

    Parameters
    ----------
    targets, populations, indicators, whole
        As in `additions`.

    Returns
    -------
    DataFrame
        As `additions`, without the columns per year: ``value, low, high`` and, likewise, ``level_part,
        level_part_low, level_part_high`` and ``population_part, …``. The values add up exactly; the
        intervals, each a worst case of its own, do not, as one start level sits in both parts.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> nursery = data.targets.query("place == 'yuhuan' and indicator == 'nursery_places_per_1000'")
    >>> people = capacity.populations(data, "yuhuan", range(2022, 2028))
    >>> parts = capacity.decomposition(nursery, people, data.indicators, whole=True)
    >>> parts[["scenario", "value", "level_part", "population_part"]].dropna().round(0)
             scenario   value  level_part  population_part
    0            flat  1056.0      1056.0              0.0
    2  province_trend  1205.0      1085.0            120.0
    """
    steps, change = _changes(targets, populations, indicators, whole)
    out = steps[list(_STEP_COLUMNS)].copy()
    for end in ("value", "low", "high"):
        out[end] = change[end]
    for part in ("level_part", "population_part"):
        out[part] = change[part]
        out[f"{part}_low"], out[f"{part}_high"] = change[f"{part}_low"], change[f"{part}_high"]
    return out.join(steps[list(_END_COLUMNS)])


def without_building(
    targets: pd.DataFrame, populations: pd.DataFrame, indicators: pd.DataFrame, *, whole: bool = False
) -> pd.DataFrame:
    """What a changing population does to the level if nothing is built: the reverse of `decomposition`.

    With the stock held at the start, the level becomes L0·P0/P1. ``from_denominator`` = L0·(P0/P1 − 1) is the
    rise that comes without a single new place, ``share_of_rise`` = from_denominator/(L1 − L0) its share of
    the printed rise; negative where a growing population pulls the level down. ``fall_needed`` = 1 − L0/L1 is
    the fraction by which the population would have to fall for the printed end to be reached with nothing
    built; it needs no population, so it is there also where ``status`` is ``not assessable`` for want of one.

    Parameters
    ----------
    targets, populations, indicators, whole
        As in `additions`; indicators that are stocks themselves have no denominator and are refused.

    Returns
    -------
    DataFrame
        One row per path, scenario and step: the quantities above, each with its ``_low`` and ``_high`` over
        the rounding boxes; ``share_of_rise`` has no interval where the boxes allow a rise of nothing.

    Raises
    ------
    DataError
        As `qiyou.capacity.implied_stock`, and for an indicator that is a stock itself.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> nursery = data.targets.query("place == 'yuhuan' and indicator == 'nursery_places_per_1000'")
    >>> people = capacity.populations(data, "yuhuan", range(2022, 2028), rates={"fall of 1% a year": -0.01})
    >>> idle = capacity.without_building(nursery, people, data.indicators, whole=True)
    >>> idle[["scenario", "from_denominator", "share_of_rise", "fall_needed"]].dropna().round(2)
                scenario  from_denominator  share_of_rise  fall_needed
    0               flat              0.00           0.00          0.3
    2     province_trend             -0.15          -0.09          0.3
    3  fall of 1% a year              0.20           0.12          0.3
    """
    steps, _ = _changes(targets, populations, indicators, whole)
    if (steps["scenario"] == PRINTED).any():
        rows = steps[steps["scenario"] == PRINTED]
        name = rows["indicator"].iloc[0]
        raise DataError(f"{name!r} is a stock itself and has no denominator; select densities", rows=rows)
    out = steps[list(_STEP_COLUMNS)].copy()
    start = (numbers(steps, "level_low_0"), numbers(steps, "level_high_0"))
    end = (numbers(steps, "level_low"), numbers(steps, "level_high"))
    level, final = numbers(steps, "level_0"), numbers(steps, "level")
    growth = _ratio(steps)
    ok = (steps["status"] == ASSESSABLE).to_numpy()
    with np.errstate(divide="ignore", invalid="ignore"):
        at_print = numbers(steps, "population_0") / numbers(steps, "population") - 1
        gain = 1 / growth[1] - 1, 1 / growth[0] - 1
        idle = product(start, gain)
        # Both shares are monotone in each unknown as long as the level rises for sure: corners are exact.
        corners = [a * g / (b - a) for a in start for b in end for g in gain]
        falls = [1 - start[1] / end[0], 1 - start[0] / end[1]]
        rises = end[0] > start[1]
        figures = {
            "from_denominator": (level * at_print, *idle),
            "share_of_rise": (
                np.where(final > level, level * at_print / (final - level), np.nan),
                np.where(rises, np.min(corners, axis=0), np.nan),
                np.where(rises, np.max(corners, axis=0), np.nan),
            ),
            "fall_needed": (1 - level / final, *falls),
        }
    for name, triple in figures.items():
        for end_name, values in zip(("", "_low", "_high"), triple, strict=True):
            out[name + end_name] = np.where(ok | (name == "fall_needed"), values, np.nan)
    return out.join(steps[["basis", "source", "grade", "status", "reason"]])


def required(
    start: pd.DataFrame, end: pd.DataFrame, populations: pd.DataFrame, indicators: pd.DataFrame
) -> pd.DataFrame:
    """What has to be added from one printed level to another, also of another document.

    Parameters
    ----------
    start, end : DataFrame
        Rows as `qiyou.capacity.implied_stock` takes them, at most one per place and indicator in each: the
        base of a plan, say, and the figure of a later work list.
    populations, indicators : DataFrame
        As in `qiyou.capacity.implied_stock`.

    Returns
    -------
    DataFrame
        As `additions`, one row per pair and scenario; ``document`` names both: ``yuhuan-plan-2023 >
        yuhuan-worklist-2024``.

    Raises
    ------
    DataError
        As `qiyou.capacity.implied_stock`; two rows for one place and indicator; no pair; or an end that is
        not after its start.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> sports = capacity.paths(data, "sports_area_per_capita").query("place == 'yuhuan'")
    >>> plan, work = sports.query("year == 2022"), sports.query("document == 'yuhuan-worklist-2024'")
    >>> people = capacity.populations(data, "yuhuan", [2022, 2024])
    >>> capacity.required(plan, work, people, data.indicators)[["scenario", "low", "high"]].round(0).head(1)
      scenario       low  high
    0     flat  226625.0   inf
    """
    require(start, [*KEYS, "year"], "the start")
    require(end, [*KEYS, "year"], "the end")
    both = start.merge(end, on=["place", "indicator"], suffixes=("_0", "_1"))
    if both.empty:
        raise DataError("start and end share no place and indicator, so there is nothing to compare")
    twice = both.duplicated(["place", "indicator"], keep=False)
    if twice.any():
        raise DataError("start and end must have one row per place and indicator", rows=both[twice])
    backward = both["year_1"] <= both["year_0"]
    if backward.any():
        raise DataError("the end must be in a later year than the start", rows=both[backward])
    first, last = both["document_0"], both["document_1"]
    names = both.assign(pair=first.where(first == last, first + " > " + last))[["place", "indicator", "pair"]]
    ends = [rows.merge(names, on=["place", "indicator"]) for rows in (start, end)]
    paired = pd.concat([rows.assign(document=rows["pair"], variant="") for rows in ends], ignore_index=True)
    out = additions(paired, populations, indicators)
    return out.assign(source=[keys(joined.replace(" > ", "; ")) for joined in out["source"]])


def _changes(targets, populations, indicators, whole: bool) -> tuple[pd.DataFrame, dict[str, np.ndarray]]:
    """The steps of every path and scenario, and the change of the stock over each with its two parts."""
    steps = _steps(stocks(targets, populations, indicators), whole)
    ok = (steps["status"] == ASSESSABLE).to_numpy()
    per = numbers(steps, "per")
    level = [numbers(steps, name) for name in ("level_0", "level")]
    people = [numbers(steps, name) / per for name in ("population_0", "population")]
    first, last = ((numbers(steps, f"level_low{at}"), numbers(steps, f"level_high{at}")) for at in ("_0", ""))
    start, end = (
        tuple(numbers(steps, f"population_{side}{at}") / per for side in ("low", "high")) for at in ("_0", "")
    )
    ratio = _ratio(steps)
    rise = last[0] - first[1], last[1] - first[0]
    with np.errstate(invalid="ignore"):
        # One unknown number of people p at the start and p·ratio at the end, against two unknown numbers.
        tied = [(p * (last[0] * ratio[0] - first[1]), p * (last[1] * ratio[1] - first[0])) for p in start]
        free = last[0] * end[0] - first[1] * start[1], last[1] * end[1] - first[0] * start[0]
        low = np.fmax(np.fmin(tied[0][0], tied[1][0]), free[0])
        high = np.fmin(np.fmax(tied[0][1], tied[1][1]), free[1])
        grown = product(start, (ratio[0] - 1, ratio[1] - 1))
        grown = np.fmax(grown[0], end[0] - start[1]), np.fmin(grown[1], end[1] - start[0])
        mean_level = (first[0] + last[0]) / 2, (first[1] + last[1]) / 2
        mean_people = (
            np.fmax((start[0] + end[0]) / 2, start[0] * (1 + ratio[0]) / 2),
            np.fmin((start[1] + end[1]) / 2, start[1] * (1 + ratio[1]) / 2),
        )
        level_part, population_part = product(rise, mean_people), product(grown, mean_level)
    change = {
        "value": level[1] * people[1] - level[0] * people[0],
        "low": low,
        "high": high,
        "level_part": (level[1] - level[0]) * (people[0] + people[1]) / 2,
        "level_part_low": level_part[0],
        "level_part_high": level_part[1],
        "population_part": (people[1] - people[0]) * (level[0] + level[1]) / 2,
        "population_part_low": population_part[0],
        "population_part_high": population_part[1],
    }
    return steps, {name: np.where(ok, values, np.nan) for name, values in change.items()}


def _ratio(steps: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Bounds of end over start population: the trend's own where both rest on one observation."""
    tied = steps["tied"].to_numpy()
    years = numbers(steps, "years")
    low, high = (numbers(steps, f"population_{end}") for end in ("low", "high"))
    low_0, high_0 = (numbers(steps, f"population_{end}_0") for end in ("low", "high"))
    with np.errstate(invalid="ignore", divide="ignore"):
        return (
            np.where(tied, (1 + numbers(steps, "rate_low")) ** years, low / high_0),
            np.where(tied, (1 + numbers(steps, "rate_high")) ** years, high / low_0),
        )


def _steps(stocks: pd.DataFrame, whole: bool) -> pd.DataFrame:
    """Pairs of neighbouring printed years (or of the first and last) of every path under every scenario."""
    by = ["path", "scenario"]
    if whole:
        ends = ~stocks.duplicated(by) | ~stocks.duplicated(by, keep="last")
        stocks = stocks[ends]
    first = ~stocks.duplicated(by)
    alone = first & ~stocks.duplicated(by, keep="last")
    before = stocks.shift(1)
    steps = stocks.copy()
    boxes = [f"{name}{side}" for name in ("level", "population") for side in ("", "_low", "_high")]
    for name in ("year", "anchor", *boxes):
        steps[f"{name}_0"] = before[name].where(~first)
    steps["basis_0"] = before["basis"].where(~first, "")
    steps["source"] = joined_columns(before["source"].where(~first, ""), steps["source"])
    same = (steps["basis_0"] == steps["basis"]).to_numpy()
    steps["tied"] = same & (numbers(steps, "anchor_0") == numbers(steps, "anchor"))
    steps["basis"] = joined_columns(steps["basis_0"], steps["basis"])
    steps["reason"] = joined_columns(before["reason"].where(~first, ""), steps["reason"])
    startless = alone & (steps["reason"] == "")
    years = steps.loc[startless, "year"].astype("str")
    steps.loc[startless, "reason"] = "there is no level before " + years + " to start from"
    steps["status"] = np.where(steps["reason"] == "", ASSESSABLE, NOT_ASSESSABLE)
    steps["from_year"] = steps["year_0"].astype("Int64")
    steps["years"] = (steps["year"] - steps["from_year"]).astype("Int64")
    return steps[~first | alone].reset_index(drop=True)
