"""What a level per head means in places, square metres, beds or people.

stock = level × population / (persons per unit of the denominator). A printed level stands for its rounding
box and a population for its own, so every stock is an interval: the **worst case over both boxes**, the
lowest and highest value that any level and any population inside them can give. It is no confidence interval.
"""

from __future__ import annotations

from types import MappingProxyType

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
from qiyou.errors import DataError
from qiyou.paths import KEYS, grid

DENOMINATORS = MappingProxyType(
    {
        "resident population": ("resident", 1.0),
        "1,000 resident population": ("resident", 1_000.0),
        "10,000 resident population": ("resident", 10_000.0),
        "10,000 elderly residents": ("elderly", 10_000.0),
        "1,000 children under three": ("under_three", 1_000.0),
    }
)
"""``denominator`` of indicators.csv -> whose number (see `qiyou.capacity.GROUPS`), and persons per unit of
it."""

PRINTED = "printed"
"""Scenario of an indicator that is a stock itself (homes, instructors): no population is needed."""

_POPULATION_COLUMNS = (
    *("place", "group", "scenario", "year", "value", "low", "high", "anchor", "rate_low", "rate_high"),
    *("basis", "source", "grade", "status", "reason"),
)
_STOCK_COLUMNS = (
    *(*KEYS, "scenario", "year", "value", "low", "high", "unit"),
    *("level", "relation", "level_low", "level_high", "population", "population_low", "population_high"),
    *("basis", "source", "grade", "status", "reason"),
)


def implied_stock(targets: pd.DataFrame, populations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """The stock that each printed level implies under each population scenario.

    Parameters
    ----------
    targets : DataFrame
        Rows of ``data.targets``, or what `qiyou.capacity.paths` gives: document, place, indicator, variant,
        year, value, relation, low, high, low_closed, high_closed, step.
    populations : DataFrame
        `qiyou.capacity.populations`, of every group that the indicators need.
    indicators : DataFrame
        ``data.indicators``: id, unit, kind, denominator, direction, lower, upper.

    Returns
    -------
    DataFrame
        One row per printed cell and scenario: ``value`` (printed level × population at its printed figure;
        NaN for a bound), ``low, high``, ``unit`` (个, 平方米, 人, 张, 套; for visits per head a yearly number of 次),
        the level's and the population's boxes, ``basis, source, grade, status, reason``. A bound gives a
        half-open interval: 3.1 or more has ``high`` inf. An indicator that is a stock itself has the scenario
        ``printed``. Without a population, or for an approximate level, ``status`` is ``not assessable`` and
        the numbers are missing.

    Raises
    ------
    DataError
        Empty or incomplete frames; an indicator that is neither a density nor a stock, or whose denominator
        `DENOMINATORS` does not know.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> sports = data.targets.query("place == 'yuhuan' and indicator == 'sports_area_per_capita'")
    >>> people = capacity.populations(data, "yuhuan", range(2022, 2028))
    >>> stock = capacity.implied_stock(sports, people, data.indicators)
    >>> stock.query("scenario == 'flat' and year == 2027")[["value", "low", "high", "unit"]].round(0)
           value        low       high unit
    5  2073600.0  2039625.0  2107625.0  平方米
    """
    return stocks(targets, populations, indicators)[list(_STOCK_COLUMNS)]


def paths(data, indicator: str, *, rounding: str = "cell") -> pd.DataFrame:
    """Every path of an indicator, from tables and from running text.

    A figure of the text is left out where the same document's table has the indicator (it repeats or
    contradicts the table, which is for other checks); the figures of a document without one form a path of
    their own.

    Parameters
    ----------
    data : Data
    indicator : str
    rounding : {"cell", "row"}
        Where a row mixes decimals (``4`` beside ``4.5``): each cell as coarse as it prints, or all as fine as
        the finest cell of the row. Both readings are possible; neither is printed.

    Returns
    -------
    DataFrame
        As `qiyou.data.printed`, rows with a year and a value only.

    Raises
    ------
    DataError
        If there is no such indicator, no document prints it, or `rounding` is neither.

    Examples
    --------
    >>> import qiyou
    >>> frame = paths(qiyou.load(), "sports_area_per_capita")
    >>> frame.groupby("document", sort=False)["printed"].agg(" ".join)
    document
    yuhuan-plan-2023        2.7 2.8 2.9 3.0 3.1 3.2
    changxing-plan-2023                       3.4平米
    huangyan-plan-2021               1.92平方米 2.8平方米
    yuhuan-worklist-2024                   3.1平方米以上
    Name: printed, dtype: str
    """
    from qiyou.data import printed

    if rounding not in ("cell", "row"):
        raise DataError(f"rounding is {rounding!r}; it must be 'cell' or 'row'")
    frame = printed(data, indicator)
    frame = frame[frame["year"].notna() & (frame["relation"] != "none")]
    tabled = set(frame.loc[frame["origin"] == "table", "document"])
    frame = frame[(frame["origin"] == "table") | ~frame["document"].isin(tabled)]
    if frame.empty:
        raise DataError(f"no document prints a value of {indicator!r} for a year")
    if rounding == "row":
        finest = frame.groupby(KEYS, sort=False, dropna=False)["step"].transform("min")
        frame = frame.assign(step=finest.where(frame["relation"] == "eq", frame["step"]))
    return frame.reset_index(drop=True)


def span(frame: pd.DataFrame, over: str = "scenario") -> pd.DataFrame:
    """The hull of intervals over the scenarios that can be assessed.

    Parameters
    ----------
    frame : DataFrame
        What `implied_stock`, `additions`, `decomposition`, `required` or `qiyou.capacity.per_child` gives:
        ``value, low, high, status, reason``.
    over : str
        The column that the hull is taken over.

    Returns
    -------
    DataFrame
        One row per path and year or step: ``low, high`` the least and the greatest, ``value_low, value_high``
        those of the values, ``over`` the names joined, ``source`` all keys; ``not assessable`` only where no
        scenario is.

    Raises
    ------
    DataError
        As `implied_stock`.

    Examples
    --------
    >>> frame = pd.DataFrame({"place": "yuhuan", "scenario": ["flat", "own_trend"], "value": [1.0, np.nan],
    ...     "low": [0.5, np.nan], "high": [2.0, np.nan], "status": ["assessable", "not assessable"],
    ...     "reason": ["", "one observation"]})
    >>> span(frame).drop(columns="reason")
        place scenario  value_low  value_high  low  high      status
    0  yuhuan     flat        1.0         1.0  0.5   2.0  assessable
    """
    require(frame, [over, "value", "low", "high", "status", "reason"], "the frame")
    known = (*KEYS, "item", "from_year", "year", "years", "unit", "births_scenario")
    by = [name for name in known if name in frame and name != over]
    rows = []
    for key, part in frame.groupby(by, sort=False, dropna=False):
        good = part[part["status"] == ASSESSABLE]
        shown = good if len(good) else part
        row = dict(zip(by, key, strict=True))
        row |= {
            over: keys(shown[over]),
            "value_low": good["value"].min(),
            "value_high": good["value"].max(),
            "low": good["low"].min(),
            "high": good["high"].max(),
        }
        row |= {name: keys(shown[name]) for name in ("basis", "source", "grade") if name in frame}
        row |= {
            "status": ASSESSABLE if len(good) else NOT_ASSESSABLE,
            "reason": "" if len(good) else keys(part["reason"]),
        }
        rows.append(row)
    return pd.DataFrame(rows).astype({name: "Int64" for name in ("from_year", "year", "years") if name in by})


def stocks(targets: pd.DataFrame, populations: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row per printed cell and scenario, by path, scenario and year, with all that `change` needs."""
    require(populations, _POPULATION_COLUMNS, "the populations")
    levels = _levels(targets, indicators)
    people = populations.rename(
        columns={"value": "population", "low": "population_low", "high": "population_high"}
    )
    people = people.assign(turn=pd.factorize(people["scenario"])[0])
    levels["source"] = levels["document"]
    dense = levels[levels["group"] != ""].merge(
        people, on=["place", "group", "year"], how="left", suffixes=("", "_population")
    )
    lost = dense["scenario"].isna()
    dense["scenario"] = dense["scenario"].where(~lost, "")
    missing = "no population of " + dense["place"] + " (" + dense["group"] + ") is given for the year"
    dense["reason"] = dense["reason"].where(~lost, missing)
    one = dict.fromkeys(("population", "population_low", "population_high"), 1.0)
    plain = levels[levels["group"] == ""].assign(
        scenario=PRINTED, rate_low=0.0, rate_high=0.0, anchor=0, **one
    )
    frame = pd.concat([dense, plain], ignore_index=True).sort_values(["path", "turn", "year"], kind="stable")
    frame = frame.reset_index(drop=True)
    per = numbers(frame, "per")
    frame["value"] = numbers(frame, "level") * numbers(frame, "population") / per
    boxes = [
        (numbers(frame, f"{name}_low"), numbers(frame, f"{name}_high")) for name in ("level", "population")
    ]
    frame["low"], frame["high"] = (end / per for end in product(*boxes))
    _judge(frame)
    for name in ("basis", "grade"):
        frame[name] = frame[name].fillna("")
    frame["source"] = joined_columns(frame["source"], frame["source_population"])
    return frame


def _judge(frame: pd.DataFrame) -> None:
    """Fill status and reason, and take the numbers out of rows that cannot be assessed."""
    relation, low = frame["relation"], numbers(frame, "level_low")
    trouble = pd.Series("", index=frame.index, dtype="str")
    trouble[low > numbers(frame, "level_high")] = "the level lies outside the indicator's bounds"
    trouble[np.isnan(low)] = "the printed level is approximate and states no interval"
    trouble[relation == "none"] = "no level is printed"
    reason = frame["reason"].fillna("")
    reason = trouble.where(trouble != "", reason)
    frame["reason"] = reason
    frame["status"] = np.where(reason == "", ASSESSABLE, NOT_ASSESSABLE)
    frame.loc[reason != "", ["value", "low", "high"]] = np.nan


def _levels(targets: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row per printed cell: path, keys, year, level and its box, unit of the stock, group and ``per``."""
    require(indicators, ("id", "unit", "kind", "denominator"), "the indicators")
    cells = grid(targets, indicators, reading="drawn")
    facts = indicators.set_index("id").loc[cells.keys["indicator"], ["unit", "kind", "denominator"]]
    known = facts["denominator"].isin(list(DENOMINATORS)).to_numpy()
    is_stock = (facts["kind"] == "stock").to_numpy()
    unfit = ~(is_stock | ((facts["kind"] == "density").to_numpy() & known))
    if unfit.any():
        first = facts[unfit].iloc[0]
        raise DataError(
            f"{first.name!r} is a {first['kind']} over {first['denominator']!r}; "
            f"only stocks and densities over {', '.join(DENOMINATORS)} imply a stock: select those",
            rows=cells.keys[unfit],
        )
    group, per = zip(*[DENOMINATORS.get(text, ("", 1.0)) for text in facts["denominator"]], strict=True)
    group, per = np.where(is_stock, "", group), np.where(is_stock, 1.0, per)
    unit = facts["unit"].str.split("/").str[0].to_numpy()
    silent = (cells.relation == "none").all(axis=1)
    shown = cells.relation != "none"
    # A path that prints no value keeps its first year, so that it is seen to be missing.
    shown[silent, 0] = True
    i, j = np.nonzero(shown)
    relation, value = cells.relation[i, j], cells.value[i, j]
    return (
        cells.keys.iloc[i]
        .reset_index(drop=True)
        .assign(
            path=i,
            year=pd.array(cells.years[j], dtype="Int64"),
            relation=relation,
            level=np.where(relation == "eq", value, np.nan),
            level_low=cells.low[i, j],
            level_high=cells.high[i, j],
            unit=unit[i],
            group=group[i],
            per=per[i],
        )
    )
