"""Places against each other: what each plans to change, two side by side, and whether all come closer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.references import (
    EXTENSIVE,
    cells,
    core_indicators,
    joined,
    known,
    provinces,
    require_year,
)
from qiyou.errors import DataError
from qiyou.intervals import same

if TYPE_CHECKING:
    from qiyou.data import Data

AT_LEAST = 3
"""Places that it takes to speak of a spread."""

_SPREADS = [
    f"{kind}_{when}{limit}"
    for kind in ("sd", "range")
    for when in ("base", "end")
    for limit in ("", "_low", "_high")
]
_COLUMNS = [
    *("province", "level", "indicator", "variant", "unit", "base_year", "end_year", "n", "places"),
    *(*_SPREADS, "one_end_value", "end_value", "verdict", "why", "bounds"),
]


def convergence(
    data: Data,
    from_year: int = 2022,
    to_year: int = 2027,
    *,
    indicators: Iterable[str] | None = None,
    places: Iterable[str] | None = None,
) -> pd.DataFrame:
    """Spread between places at the base and at the end, and whether it narrows.

    The base is the earliest year from `from_year` on in which at least three places print a number for the
    indicator and another for `to_year`; the places are the same in both years. The spread is the population
    standard deviation and the range (highest − lowest), both in the indicator's unit. Over what the prints
    leave open (`qiyou.intervals`) the range lies between max(0, highest lower end − lowest upper end) and
    highest upper end − lowest lower end; the standard deviation differs from the printed one by at most the
    root mean square of the half widths (it is a seminorm). The gap narrows only if both measures fall beyond
    those limits.

    Parameters
    ----------
    data : Data
    from_year, to_year : int
    indicators, places : iterable of str, optional
        Only these.

    Returns
    -------
    DataFrame
        One row per indicator (and province and level, of which places are never mixed), and per printed path
        where a place prints two (``variant``; the other places enter both): ``province, level, indicator,
        variant, unit, base_year, end_year, n, places, sd_base, sd_end, range_base, range_end``, each spread
        with ``_low, _high``; ``one_end_value`` (all places print the same number for `to_year`) with
        ``end_value``; ``verdict`` *narrows, widens* or *undecidable* with ``why``; ``bounds``, places left
        out because they print only a bound. Counts, which grow with the size of a place, and reviews, passed
        or not, are left out. No order among the places is given: with so few of them a rank says nothing.

    Raises
    ------
    DataError
        Unknown indicator, place or year; or no indicator with three places in two years.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.convergence(qiyou.load(), indicators=["nursery_places_per_1000"])
    >>> table[["base_year", "n", "sd_base", "sd_end", "one_end_value", "verdict"]].round(3).values.tolist()
    [[2022, 4, 0.291, 0.0, True, 'narrows']]
    """
    facts = core_indicators(data, indicators)
    facts = facts[~facts["kind"].isin([*EXTENSIVE, "status"])]
    if facts.empty:
        raise DataError(
            "the indicators of the selection are counts, which grow with the size of a place, or passed or "
            "not: neither has a spread"
        )
    if from_year >= to_year:
        raise DataError(f"from_year {from_year} is not before to_year {to_year}")
    rows = cells(data, facts)
    if places is not None:
        rows = rows[rows["place"].isin(known(places, data.places.set_index("id", drop=False), "place"))]
    rows = rows[rows["year"].between(from_year, to_year)]
    require_year(to_year, rows, "the selection")
    keys = ["peer", "indicator", "path"]
    parts = ["value", "box_low", "box_high"]
    points = per_path(rows[(rows["relation"] == "eq") & (rows["peer"] >= 0)], keys[:-1])
    points["half"] = (points["box_high"] - points["box_low"]) / 2
    end = points.loc[points["year"] == to_year, [*keys, "place", *parts, "half"]]
    pairs = points[points["year"] < to_year].merge(end, on=[*keys, "place"], suffixes=("_base", "_end"))
    pairs = pairs[pairs.groupby([*keys, "year"])["place"].transform("size") >= AT_LEAST]
    pairs = pairs[pairs["year"] == pairs.groupby(keys)["year"].transform("min")]
    if pairs.empty:
        raise DataError(
            f"no indicator of the selection has a number for {to_year} and for an earlier year from "
            f"{from_year} on in at least {AT_LEAST} places"
        )
    grouped = pairs.groupby(keys, sort=False)
    table = grouped.agg(base_year=("year", "first"), n=("place", "size"), places=("place", joined))
    table = _judged(table.assign(**_spread(grouped, "base"), **_spread(grouped, "end")))
    highest, lowest = grouped["value_end"].max(), grouped["value_end"].min()
    table = table.assign(one_end_value=same(highest, lowest), end_value=highest).reset_index()
    group = rows.drop_duplicates("peer").set_index("peer")["place"]
    one = table["peer"].map(group)
    table = table.assign(
        province=one.map(provinces(data.places)),
        level=one.map(data.places.set_index("id")["level"]),
        end_value=table["end_value"].where(table["one_end_value"]),
        variant=table["path"],
        unit=table["indicator"].map(facts["unit"]),
        end_year=to_year,
        bounds=_bounds(rows, table, to_year),
        _order=facts.index.get_indexer(table["indicator"]),
    )
    return table.sort_values(["peer", "_order", "variant"], kind="stable", ignore_index=True)[_COLUMNS]


def per_path(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One set of rows per printed path (``path``): places with one path stand in all of them."""
    double = rows[rows["variant"] != ""]
    paths = double[[*keys, "variant"]].drop_duplicates().rename(columns={"variant": "path"})
    single = rows[rows["variant"] == ""].merge(paths, on=keys, how="left").fillna({"path": ""})
    return pd.concat([single, double.assign(path=double["variant"])], ignore_index=True)


def _spread(grouped, when: str) -> dict[str, pd.Series]:
    """Standard deviation and range of each group, with their limits over what the prints leave open."""
    value, low, high, half = (grouped[f"{name}_{when}"] for name in ("value", "box_low", "box_high", "half"))
    deviation, slack = value.std(ddof=0), half.agg(lambda halves: np.sqrt((halves**2).mean()))
    return {
        f"sd_{when}": deviation,
        f"sd_{when}_low": (deviation - slack).clip(lower=0.0),
        f"sd_{when}_high": deviation + slack,
        f"range_{when}": value.max() - value.min(),
        f"range_{when}_low": (low.max() - high.min()).clip(lower=0.0),
        f"range_{when}_high": high.max() - low.min(),
    }


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    kinds = ("sd", "range")
    narrows = np.all([table[f"{kind}_end_high"] < table[f"{kind}_base_low"] for kind in kinds], axis=0)
    widens = np.all([table[f"{kind}_end_low"] > table[f"{kind}_base_high"] for kind in kinds], axis=0)
    falls = [table[f"{kind}_end"] < table[f"{kind}_base"] for kind in kinds]
    why = np.select(
        [narrows | widens, (table["range_base"] == 0) & (table["range_end"] == 0), falls[0] != falls[1]],
        ["", "no gap is printed in either year", "standard deviation and range disagree"],
        "rounding decides",
    )
    return table.assign(verdict=np.select([narrows, widens], ["narrows", "widens"], "undecidable"), why=why)


def _bounds(rows: pd.DataFrame, table: pd.DataFrame, to_year: int) -> list[str]:
    """Places that print only a bound in one of the two years, per row of the table."""
    bounded = rows[rows["relation"] != "eq"].groupby(["peer", "indicator"])
    groups = {key: part for key, part in bounded[["year", "place"]]}
    keys = zip(table["peer"], table["indicator"], table["base_year"], strict=True)
    nothing = rows.iloc[:0]
    found = ((groups.get((peer, indicator), nothing), year) for peer, indicator, year in keys)
    return [joined(part.loc[part["year"].isin([year, to_year]), "place"]) for part, year in found]
