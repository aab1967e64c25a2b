"""Requirement and announced supply side by side, and the national series as a yardstick."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from qiyou.capacity.change import required
from qiyou.capacity.intervals import ASSESSABLE, NOT_ASSESSABLE, box, grade, keys, numbers
from qiyou.capacity.population import populations
from qiyou.capacity.projects import supply, supply_total
from qiyou.capacity.stock import paths, span
from qiyou.errors import DataError

AREA = "sports_area_per_capita"
_COLUMNS = (
    *("kind", "item", "place", "from_year", "year", "printed", "level", "relation", "trails"),
    *("low", "high", "unit", "projects", "left_out", "left_out_count"),
    *("scenarios", "source", "grade", "status", "reason"),
)


def balance(
    data, place: str, *, until: int, trails: Sequence[str | float] = ("none", 0.5, "full"), **options
) -> pd.DataFrame:
    """What a place has to add to its sports area by a year, and what it has announced by then.

    Parameters
    ----------
    data : Data
    place : str
    until : int
        The year. Requirements run from the place's first printed base to every document's figure for that
        year; projects count if their year lies after the base and not after `until`.
    trails : sequence of {"full", "none", share}
        One row of supply for each; a place that announces no trail has one row.
    **options
        ``counting``, ``read_as``, ``at_least`` of `qiyou.capacity.supply`.

    Returns
    -------
    DataFrame
        Rows of ``kind`` ``requirement`` (``item`` the document, ``printed, level, relation`` its figure; the
        hull over the population scenarios) and ``supply`` (``trails`` the share counted): ``low, high`` in
        m², ``projects`` counted, ``left_out, left_out_count`` types without a known size and their pieces (which
        add something unknown to the interval), ``scenarios, source, grade, status, reason``.

    Raises
    ------
    DataError
        If the place prints no base, or nothing for the year.

    Examples
    --------
    >>> import qiyou
    >>> frame = balance(qiyou.load(), "yuhuan", until=2024)
    >>> frame[["kind", "item", "trails", "low", "high"]].round(0)
              kind                  item trails       low      high
    0  requirement      yuhuan-plan-2023          64750.0  226162.0
    1  requirement  yuhuan-worklist-2024         226625.0       inf
    2       supply             announced   none    7641.0   53132.0
    3       supply             announced    0.5  105185.0  184548.0
    4       supply             announced   full  202729.0  315964.0
    """
    printed = paths(data, AREA)
    printed = printed[printed["place"] == place]
    base = printed[printed["role"] == "baseline"].sort_values("year", kind="stable").head(1)
    if base.empty:
        raise DataError(f"{place} prints no base of {AREA}, so what has to be added cannot be assessed")
    start = int(base["year"].iloc[0])
    ends = printed[(printed["role"] == "target") & (printed["year"] == until)]
    if ends.empty or until <= start:
        raise DataError(f"{place} prints no target of {AREA} for {until} after its base of {start}")
    people = populations(data, place, [start, until])
    needs = [_requirement(data, base, ends.iloc[[k]], people) for k in range(len(ends))]
    given = [_supplied(data, place, start, until, share, options) for share in trails]
    if len(given) > 1 and all(
        row["low"] == given[0]["low"] and row["high"] == given[0]["high"] for row in given
    ):
        given = [given[0] | {"trails": ""}]
    frame = pd.DataFrame([*needs, *given])
    return frame[list(_COLUMNS)].astype({"from_year": "Int64", "year": "Int64", "projects": "Int64"})


def national_series(data, indicator: str, *, place: str = "china", basis: str | None = None) -> pd.DataFrame:
    """The observed values of an indicator on one basis, as a yardstick.

    Parameters
    ----------
    data : Data
    indicator : str
    place : str
        A place of observations.csv.
    basis : str, optional
        The basis; by default the one with the most years.

    Returns
    -------
    DataFrame
        ``year, value, low, high, printed, unit, basis, source, grade, note``, by year; approximate values are
        left out. ``step_low, step_high``: the change since the row before, over the rounding of both.

    Raises
    ------
    DataError
        If nothing is observed.

    Examples
    --------
    >>> import qiyou
    >>> frame = national_series(qiyou.load(), "sports_area_per_capita")
    >>> frame["basis"].iloc[0], frame["year"].tolist()
    ('site_survey', [2021, 2022, 2023, 2024, 2025])
    """
    rows = data.observations
    rows = rows[(rows["place"] == place) & (rows["indicator"] == indicator)]
    low, high = box(rows)
    rows = rows.assign(low=low, high=high)[np.isfinite(low) & np.isfinite(high)]
    if basis is None and len(rows):
        basis = rows.groupby("basis", sort=True)["year"].nunique().idxmax()
    rows = rows[rows["basis"] == basis].sort_values("year", kind="stable").drop_duplicates("year")
    if rows.empty:
        raise DataError(
            f"no value of {indicator!r} is observed for {place!r}" + (f" on {basis!r}" if basis else "")
        )
    rows = rows.assign(grade=[grade(data.sources, key) for key in rows["source"]])
    rows = rows.assign(
        step_low=rows["low"] - rows["high"].shift(), step_high=rows["high"] - rows["low"].shift()
    )
    columns = ["year", "value", "low", "high", "printed", "unit", "basis", "source", "grade", "note"]
    return rows[[*columns, "step_low", "step_high"]].reset_index(drop=True)


def extrapolated(series: pd.DataFrame, years: Sequence[int], *, level: float = 0.95) -> pd.DataFrame:
    """The least-squares line through an observed series with its exact prediction interval.

    Parameters
    ----------
    series : DataFrame
        `national_series`: year, value; at least three years.
    years : sequence of int
        Where the line is read.
    level : float
        Two-sided coverage.

    Returns
    -------
    DataFrame
        ``year, value, low, high, n, dof, multiplier, level``: see `qiyou.history.ols_interval`. A value
        inside the interval is no evidence for a path; with five points the interval is wide.

    Raises
    ------
    DataError
        As `qiyou.history.ols_interval`.

    Examples
    --------
    >>> series = pd.DataFrame({"year": [2021, 2022, 2023, 2024, 2025], "value": [4.0, 8, 6, 11, 14]})
    >>> extrapolated(series, [2023])[["value", "low", "high"]].round(4).values.tolist()
    [[8.6, 2.1403, 15.0597]]
    """
    from qiyou.history import ols_interval

    fits = [ols_interval(numbers(series, "year"), numbers(series, "value"), year, level) for year in years]
    if not fits:
        raise DataError("no year is named to which the line is to be drawn")
    return pd.DataFrame(
        {
            "year": [int(year) for year in years],
            "value": [fit.estimate for fit in fits],
            "low": [fit.pi[0] for fit in fits],
            "high": [fit.pi[1] for fit in fits],
            "n": [fit.n for fit in fits],
            "dof": [fit.dof for fit in fits],
            "multiplier": [fit.multiplier for fit in fits],
            "level": level,
        }
    )


def _requirement(data, base: pd.DataFrame, end: pd.DataFrame, people: pd.DataFrame) -> dict:
    need = span(required(base, end, people, data.indicators)).iloc[0]
    row = end.iloc[0]
    return {
        "kind": "requirement",
        "item": row["document"],
        "place": row["place"],
        "from_year": base["year"].iloc[0],
        "year": row["year"],
        "printed": row["printed"],
        "level": row["value"],
        "relation": row["relation"],
        "trails": "",
        "low": need["low"],
        "high": need["high"],
        "unit": need["unit"],
        "projects": pd.NA,
        "left_out": "",
        "left_out_count": np.nan,
        "scenarios": need["scenario"],
        "source": keys(need["source"]),
        "grade": grade(data.sources, need["source"]),
        "status": need["status"],
        "reason": need["reason"],
    }


def _supplied(data, place: str, start: int, until: int, share, options: dict) -> dict:
    projects = supply(data, place, trails=share, **options)
    inside = projects["year"].isna() | ((projects["year"] > start) & (projects["year"] <= until))
    projects = projects[inside]
    row = {
        "kind": "supply",
        "item": "announced",
        "place": place,
        "from_year": start,
        "year": until,
        "printed": "",
        "level": np.nan,
        "relation": "",
        "trails": share if isinstance(share, str) else f"{share:g}",
        "scenarios": "",
    }
    if projects.empty:
        why = f"no project of {place} is transcribed for {start + 1} to {until}"
        row |= {"low": np.nan, "high": np.nan, "unit": "平方米"}
        row |= {"projects": 0, "left_out": "", "left_out_count": 0.0, "source": "", "grade": ""}
        return row | {"status": NOT_ASSESSABLE, "reason": why}
    total = supply_total(projects).iloc[0]
    names = ("low", "high", "unit", "projects", "left_out", "left_out_count", "source", "status", "reason")
    row |= {name: total[name] for name in names}
    return row | {"grade": grade(data.sources, total["source"]) if total["status"] == ASSESSABLE else ""}
