"""The published methods beside every observed series: from the observed or printed base to the plan's end."""

from __future__ import annotations

import functools
from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import progress
from qiyou.errors import DataError
from qiyou.monitor import words
from qiyou.monitor.beside import beside_the_plan
from qiyou.monitor.judging import judged
from qiyou.monitor.obstacles import SERIES, first_of
from qiyou.progress import no_method

if TYPE_CHECKING:
    from qiyou.data import Data

_GRADES = ("official", "press", "secondary", "derived")
_NO_HINDRANCE = ("", words.EQUAL, words.ALMOST, words.ROUNDING, words.BOUND, words.ABOUT, words.AGAINST)
# The methods look at the end of the plan: the year itself may have no planned number.
_NO_HINDRANCE += (words.YEAR, words.WORD)
# The reasons are few, the rows may be many.
_none = functools.cache(no_method)


def methods(data: Data, place: str | Iterable[str] | None = None, *, year: int | None = None) -> pd.DataFrame:
    """The published methods for every observed series, one row each, as `qiyou.progress.agreement` gives
    them.

    A series that cannot be judged keeps its rows, and ``why_not`` says what is in the way.

    Parameters
    ----------
    data, place
        As in `table`.
    year : int, optional
        Judge as of this year; by default as of the latest year observed.

    Returns
    -------
    DataFrame
        ``place, indicator, document, variant, basis, year, base_year, base_from`` (observed | plan; empty
        where no method applies), ``target_year, target``, then ``method, applicable, statistic, value, status, reading, flags,
        recalled, why_not, disagree``.

    Raises
    ------
    DataError
        As `table`; or if no series can be judged.

    Examples
    --------
    >>> import qiyou
    >>> methods(qiyou.load(), "zhejiang")
    Traceback (most recent call last):
    ...
    qiyou.errors.DataError: no observed series can be judged: each needs two comparable values and a planned end value; \
`table` says what is in the way
    """
    rows = judged(beside_the_plan(data, data.observations, place, year))
    rows = rows.assign(_able=_unjudged(rows) == "").sort_values(["_able", "year"], kind="stable")
    latest = rows.drop_duplicates(["document", "variant", "origin", *SERIES], keep="last").sort_index()
    parts = [pd.DataFrame([before] * len(part)).join(part) for before, part in _side_by_side(latest, data)]
    found = pd.concat(parts, ignore_index=True)
    if found["base_from"].eq("").all():
        raise DataError(
            "no observed series can be judged: each needs two comparable values and a planned end value; "
            "`table` says what is in the way"
        )
    return found.astype({"base_year": "Int64", "target_year": "Int64"})


def with_methods(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add one column per published method, whether they disagree, and why those do not apply that do not."""
    added = pd.DataFrame([_in_one_row(*pair) for pair in _side_by_side(rows, data)], index=rows.index)
    return rows.assign(**{name: added[name] for name in added}).astype({"disagree": "boolean"})


def _in_one_row(before: dict, part: pd.DataFrame) -> dict:
    left_out: dict[str, list[str]] = {}
    for method, why in zip(part["method"], part["why_not"], strict=True):
        if why:
            left_out.setdefault(why, []).append(method)
    return {
        **dict(zip(part["method"], part["status"], strict=True)),
        "base_from": before["base_from"],
        "disagree": part["disagree"].iloc[0],
        "flags": " ".join(sorted({flag for text in part["flags"] for flag in text.split()})),
        "why_not": " ".join(f"{', '.join(methods)}: {why}" for why, methods in left_out.items()),
    }


def _side_by_side(rows: pd.DataFrame, data: Data) -> list[tuple[dict, pd.DataFrame]]:
    """For each row what the published methods give as of its year, and from where to where they look."""
    seen = _series(data.observations, data.sources)
    unjudged = _unjudged(rows)
    return [_agreement(row, seen, why) for row, why in zip(rows.itertuples(), unjudged, strict=True)]


def _unjudged(rows: pd.DataFrame) -> np.ndarray:
    """Why a row's own value is none that a growth-rate method can use; the empty string where it is one."""
    return first_of(
        (~rows["why"].isin(_NO_HINDRANCE), rows["why"]),
        (rows["sign"].isna(), words.UNDIRECTED),
        (rows["kind"].eq("flow"), words.FLOW),
        (rows["observed_relation"].ne("eq"), words.NO_POINT),
    )


def _series(observations: pd.DataFrame, sources: pd.DataFrame) -> dict[tuple, pd.DataFrame]:
    """Observed points by series, one a year: of several sources the one of the better grade."""
    grade = observations["source"].map(sources.set_index("id")["grade"])
    rank = grade.map({name: k for k, name in enumerate(_GRADES)}).fillna(len(_GRADES))
    points = observations.assign(_rank=rank)[observations["relation"].eq("eq")]
    points = points.sort_values(["year", "_rank"], kind="stable").drop_duplicates([*SERIES, "year"])
    return dict(tuple(points.groupby(SERIES, sort=False)[["year", "value"]]))


def _agreement(row, seen: dict[tuple, pd.DataFrame], why: str) -> tuple[dict, pd.DataFrame]:
    """Where the methods start and what they look to, for one path as of one year, and what each gives."""
    base_year = None if pd.isna(row.base_year) else int(row.base_year)
    goal = row.target if row.target_relation == "eq" else row.target_low if row.sign > 0 else row.target_high
    goal = float(goal) if np.isfinite(goal) else np.nan
    years, values, base_from = ([], [], "") if why else _points(row, seen, base_year)
    why = why or _in_the_way(row, years, base_year, goal)
    if why:
        found, base_from = _none(why), ""
    else:
        base_year = years[0] if base_year is None else base_year
        step = None if pd.isna(row.target_step) or row.target_step <= 0 else float(row.target_step)
        aim = {"target_year": int(row.target_year), "target": goal, "step": step}
        found = progress.agreement(years, values, direction=row.direction, base_year=base_year, **aim)
    before = {
        **{"place": row.place, "indicator": row.indicator, "document": row.document, "variant": row.variant},
        **{"basis": row.basis, "year": row.year, "base_year": base_year, "base_from": base_from},
        **{"target_year": row.target_year, "target": goal},
    }
    return before, found


def _points(row, seen: dict[tuple, pd.DataFrame], base_year: int | None) -> tuple[list, list, str]:
    """What was observed up to the year of the row, and the plan's printed base where none was observed."""
    points = seen[(row.place, row.indicator, row.basis)]
    points = points[points["year"] <= row.year]
    years, values = points["year"].astype(int).tolist(), points["value"].tolist()
    if base_year is None or base_year in years or base_year >= row.year or row.base_relation != "eq":
        return years, values, "observed"
    # The printed base is what the plan says was reached; what was observed earlier stays in front of it.
    at = sum(one < base_year for one in years)
    return [*years[:at], base_year, *years[at:]], [*values[:at], row.base, *values[at:]], "plan"


def _in_the_way(row, years: list[int], base_year: int | None, goal: float) -> str:
    """Why a series has no base to start from or no planned end to look to; the empty string where it has both."""
    if pd.isna(row.target_year) or np.isnan(goal):
        return words.NO_END
    if row.target_year < row.year:
        return words.AFTER
    return "" if (years[0] if base_year is None else base_year) in years[:-1] else words.NO_BASE
