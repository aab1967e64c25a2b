"""Every observed value in one row with what the plan prints for its year, and what keeps them apart."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

import pandas as pd

from qiyou.errors import DataError
from qiyou.monitor.obstacles import SERIES, basis_check, obstacle
from qiyou.monitor.planned import PATH, SET, named, planned_paths, planned_values

if TYPE_CHECKING:
    from qiyou.data import Data

_SIGN = MappingProxyType({"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0})
_REMEDY = "add rows to observations.csv in the folder of its plan"


def beside_the_plan(data: Data, observations: pd.DataFrame, place, year: int | None) -> pd.DataFrame:
    """One row per observed value and path: what is printed on both sides, and what keeps them apart."""
    places = _places(data, place, observations)
    rows = _observed(observations, places, year)
    plan = planned_values(data, places)
    rows = rows.merge(planned_paths(plan), on=["place", "indicator"], how="left")
    rows = _with_planned(rows, plan)
    facts = data.indicators.set_index("id").reindex(rows["indicator"]).set_index(rows.index)
    rows = rows.assign(
        direction=facts["direction"],
        sign=facts["direction"].map(_SIGN).astype(float),
        kind=facts["kind"],
        limits_low=facts["lower"].astype(float),
        limits_high=facts["upper"].astype(float),
        indicator_unit=facts["unit"],
        grade=rows["source"].map(data.sources.set_index("id")["grade"]).fillna(""),
    )
    rows["basis_check"] = basis_check(rows, data)
    rows["why"] = obstacle(rows, data, plan)
    return rows.assign(unit=rows["indicator_unit"])


def _places(data: Data, place: str | Iterable[str] | None, seen: pd.DataFrame) -> list[str]:
    said = data.statements.loc[data.statements["indicator"] != "", "place"]
    planned = {*data.targets["place"], *said}
    if place is None:
        both = planned & set(seen["place"])
        return [one for one in data.places["id"] if one in both]
    asked = [place] if isinstance(place, str) else list(place)
    known = set(data.places["id"])
    for one in asked:
        if one not in known:
            near = difflib.get_close_matches(str(one)[:80], sorted(known), n=3, cutoff=0.4)
            remedy = "did you mean " + " or ".join(near) if near else "see data.places"
            raise DataError(f"there is no place {one!r}; {remedy}")
        if one not in planned:
            raise DataError(
                f"no document plans anything for {one!r}, so there is nothing to set observed values beside; load the "
                "place's plan with qiyou.load(also=...)"
            )
    return asked


def _observed(observations: pd.DataFrame, places: list[str], year: int | None) -> pd.DataFrame:
    rows = observations[observations["place"].isin(places)]
    nothing = f"nothing was observed in {', '.join(places) or 'any place that has a plan'}"
    if rows.empty:
        raise DataError(f"{nothing}; {_REMEDY}")
    if year is not None:
        at_hand = ", ".join(str(one) for one in sorted({int(one) for one in rows["year"].dropna()}))
        rows = rows[rows["year"] == year]
        if rows.empty:
            raise DataError(f"{nothing} for {year}; the years at hand are {at_hand}; {_REMEDY}")
    rows = rows.assign(
        low_closed=rows["relation"].isin(["eq", "ge", "range"]),
        high_closed=rows["relation"].isin(["eq", "le", "range"]),
    )
    columns = [*SERIES, "year", "source", "unit", "printed", *SET]
    columns += ["quarter"] if "quarter" in rows else []
    return rows[columns].rename(columns=named("observed", ["printed", *SET])).astype({"year": "int64"})


def _with_planned(rows: pd.DataFrame, plan: pd.DataFrame) -> pd.DataFrame:
    names = named("planned", ["printed", "role", *SET])
    cells = plan[[*PATH, "year", "locator", *names]].rename(columns=names)
    rows = rows.merge(cells, on=[*PATH, "year"], how="left")
    texts = ["document", "variant", "origin", "locator", "base_printed"]
    texts += ["planned_printed", "planned_role", "planned_relation", "base_relation", "target_relation"]
    closed = [column for column in rows if column.endswith("_closed")]
    return rows.assign(
        **{name: rows[name].astype(object).where(rows[name].notna(), "") for name in texts},
        **{name: rows[name].eq(True).to_numpy(dtype=bool, na_value=False) for name in closed},
    )


def in_order(rows: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Places and indicators in the order of their tables, then by document, row, year and quarter."""
    place = {name: k for k, name in enumerate(data.places["id"])}
    indicator = {name: k for k, name in enumerate(data.indicators["id"])}
    rows = rows.assign(
        _place=rows["place"].map(place),
        _indicator=rows["indicator"].map(indicator),
        _quarter=rows["quarter"].astype("Float64").fillna(5.0) if "quarter" in rows else 0,
    )
    order = ["_place", "_indicator", "document", "variant", "basis", "year", "_quarter", "source"]
    rows = rows.sort_values(order, kind="stable", ignore_index=True)
    return rows.astype({"quarter": "Int64"}) if "quarter" in rows else rows
