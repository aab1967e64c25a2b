"""What a place is compared with, resolved for all cells of a year at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.above import benchmarks, provincial, requirements
from qiyou.compare.cells import EXTENSIVE, joined, known, nearest
from qiyou.compare.plans import BOX, KEYS, from_plans, median, median_path, plans, shared
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

NAMED = ("auto", "province", "plans_shared", "plans_median")
TABLE = [
    *("reference_value", "reference_relation", "reference_low", "reference_high", "reference_kind"),
    *("reference_source", "reference_grade", "reference_n", "reference_places"),
    *("open_reference_low", "open_reference_high", "strict"),
]
"""Columns of a reference table beside its keys."""


@dataclass(frozen=True, eq=False)
class Reference:
    """References for places and years, and the paths that time distances are measured on.

    Attributes
    ----------
    values : DataFrame
        The columns `keys` and `TABLE`; each row is the reference of all cells with these keys.
    keys : list of str
    paths : DataFrame
        ``year, path_value, path_step, path_name, path_n, path_places`` and the columns `path_keys`.
    path_keys : list of str
    asked : str
        What was asked for, in words.
    """

    values: pd.DataFrame
    keys: list[str]
    paths: pd.DataFrame
    path_keys: list[str]
    asked: str


def resolve(
    reference: str | pd.DataFrame, data: Data, cells: pd.DataFrame, indicators: pd.DataFrame, year: int
) -> Reference:
    """Work out the references of the cells of one year, and the paths over all years.

    Raises
    ------
    DataError
        For a name that is no reference, a place without values, or a frame that cannot serve.
    """
    if isinstance(reference, pd.DataFrame):
        return _given(reference, indicators)
    if not isinstance(reference, str):
        raise DataError(
            f"reference is {reference!r}; pass one of {', '.join(NAMED)}, a place id, or a DataFrame"
        )
    if reference not in NAMED:
        return _of_place(reference, data, cells, indicators)
    tables, paths = [], []
    if reference in ("auto", "province"):
        tables.append(provincial(data, cells, indicators))
        paths.append(_path(tables[-1], KEYS[:2]))
    if reference != "province":
        every = plans(cells, indicators)
        now = every[every["year"] == year]
    if reference in ("auto", "plans_shared"):
        tables.append(shared(now))
    if reference == "plans_shared":
        paths.append(_path(shared(every), KEYS[:2]))
    if reference in ("auto", "plans_median"):
        tables.append(median(now))
        paths.append(median_path(every))
    values = _stacked([table[[*KEYS, *TABLE]] for table in tables]).drop_duplicates(KEYS, keep="first")
    return Reference(values[values["year"] == year], KEYS, _first(paths), KEYS[:2], reference)


def _stacked(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Tables under one another; empty ones would only blur the column types."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def _first(paths: list[pd.DataFrame]) -> pd.DataFrame:
    """Of several paths for the same keys, the whole of the first."""
    every = _stacked([path.assign(_rank=rank) for rank, path in enumerate(paths)])
    best = every.groupby(KEYS[:2])["_rank"].transform("min")
    return every[every["_rank"] == best].drop(columns="_rank").reset_index(drop=True)


def _of_place(place: str, data: Data, cells: pd.DataFrame, indicators: pd.DataFrame) -> Reference:
    """Everything that one place plans, and, where it plans nothing, what is asked of it."""
    choices = data.places.set_index("id", drop=False)
    if place not in choices.index:
        raise DataError(
            f"there is no reference {place!r}: pass {', '.join(NAMED)}, a DataFrame, or a place; "
            f"{nearest(place, choices)}"
        )
    keys = ["indicator", "year"]
    own = cells[(cells["place"] == place) & ~cells["indicator"].map(indicators["kind"]).isin(EXTENSIVE)]
    spanned = (
        own[own["relation"] != "about"]
        .groupby(keys, sort=False)
        .agg(
            low=("low", "min"),
            high=("high", "max"),
            value=("value", "first"),
            relation=("relation", "first"),
            rows=("value", "size"),
            document=("document", joined),
            locator=("locator", joined),
            **BOX,
        )
        .reset_index()
    )
    single = spanned["rows"] == 1
    value = spanned["value"].where(single, spanned["low"].where(spanned["low"] == spanned["high"]))
    source = spanned["document"] + " " + spanned["locator"]
    plan = from_plans(spanned.assign(reference_places=place), keys, f"plan of {place}", source, value, 1)
    plan["reference_relation"] = spanned["relation"].where(single, np.where(value.notna(), "eq", "range"))
    asked = benchmarks(data, indicators)
    asked = asked[asked["place"] == place]
    above = requirements(asked, indicators, asked["kind"] + " of " + place)
    values = _stacked([plan, above]).drop_duplicates(keys, keep="first").reset_index(drop=True)
    if values.empty:
        raise DataError(
            f"{place} prints no core indicator that can be a reference; choose a place with a plan"
        )
    return Reference(values, keys, _path(values, ["indicator"]), ["indicator"], place)


def _given(frame: pd.DataFrame, indicators: pd.DataFrame) -> Reference:
    """References handed in as a table."""
    needed = ("indicator", "year", "value", "unit")
    missing = [name for name in needed if name not in frame]
    if missing or frame.empty:
        problem = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise DataError(
            f"the reference frame {problem}; it needs {', '.join(needed)}, and may have place, relation, "
            f"low, high, "
            "basis, source"
        )
    known(dict.fromkeys(frame["indicator"]), indicators, "core indicator")
    for column, own in (("unit", indicators["unit"]), ("basis", basis(indicators))):
        if column in frame and (wrong := frame[frame[column] != frame["indicator"].map(own)]).shape[0]:
            one = wrong.iloc[0]
            raise DataError(
                f"the reference for {one['indicator']} has the {column} {one[column]!r}, the indicator "
                f"{own[one['indicator']]!r}: nothing is compared across units and bases",
                rows=wrong,
            )
    keys = [name for name in ("place", "indicator", "year") if name in frame]
    if (twice := frame[frame.duplicated(keys)]).shape[0]:
        raise DataError(f"the reference frame has two rows for one {', '.join(keys)}", rows=twice)
    rows = frame.reset_index(drop=True)
    defaults = {"relation": "eq", "low": rows["value"], "high": rows["value"], "place": "", "source": "given"}
    filled = rows.assign(grade="", **{name: value for name, value in defaults.items() if name not in rows})
    values = requirements(filled.assign(reference_source=filled["source"]), indicators, "given")
    if "place" in rows:
        # A number for one place is no other place's: it may be a count, and the place is not its own
        # reference.
        values = values.assign(place=rows["place"], reference_places="")
    else:
        values = values[~values["indicator"].map(indicators["kind"]).isin(EXTENSIVE)]
    path_keys = [key for key in keys if key != "year"]
    return Reference(values, keys, _path(values, path_keys), path_keys, "the given references")


def basis(indicators: pd.DataFrame) -> pd.Series:
    """What a value is divided by, or, for what is not divided, what is counted."""
    return indicators["denominator"].where(indicators["denominator"] != "", indicators["definition"])


def _path(table: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """The points of a reference table as paths; one point is no path."""
    point = (table["reference_relation"] == "eq") | (table["reference_low"] == table["reference_high"])
    points = table[point & table["reference_value"].notna()]
    points = points[points.groupby(keys)["year"].transform("size") > 1]
    above, below = (
        points["reference_high"] - points["reference_value"],
        points["reference_value"] - points["reference_low"],
    )
    return points[[*keys, "year"]].assign(
        path_value=points["reference_value"],
        path_step=2 * np.nan_to_num(np.maximum(above, below), posinf=0.0),
        path_name=points["reference_kind"],
        path_n=points["reference_n"],
        path_places=points["reference_places"],
    )
