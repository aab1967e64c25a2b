"""Whether the plans bring the counties closer together."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.cells import (
    EXTENSIVE,
    cells,
    core_indicators,
    joined,
    known,
    peers,
    provinces,
    require_year,
)
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

AT_LEAST = 3
"""Places that it takes to speak of a spread."""


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
    standard deviation and the range (highest − lowest), both in the indicator's unit. Over the rounding boxes
    the range lies between max(0, highest lower end − lowest upper end) and highest upper end − lowest lower
    end; the standard deviation differs from the printed one by at most the root mean square of the half steps
    (it is a seminorm). The gap narrows only if both measures fall beyond those limits.

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
            "not: "
            "neither has a spread"
        )
    rows = cells(data, facts)
    if places is not None:
        rows = rows[rows["place"].isin(known(places, data.places.set_index("id", drop=False), "place"))]
    rows = rows[rows["year"].between(from_year, to_year)]
    if from_year >= to_year:
        raise DataError(f"from_year {from_year} is not before to_year {to_year}")
    require_year(to_year, rows, "the selection")
    rows = rows.assign(peer=peers(data.places)[rows["place_code"]])
    points = _per_path(rows[(rows["relation"] == "eq") & (rows["peer"] >= 0)])
    keys = ["peer", "indicator", "path"]
    end = points.loc[points["year"] == to_year, [*keys, "place", "value", "box_low", "box_high"]]
    pairs = points[points["year"] < to_year].merge(end, on=[*keys, "place"], suffixes=("_base", "_end"))
    pairs = pairs[pairs.groupby([*keys, "year"])["place"].transform("size") >= AT_LEAST]
    pairs = pairs[pairs["year"] == pairs.groupby(keys)["year"].transform("min")]
    if pairs.empty:
        raise DataError(
            f"no indicator of the selection has a number for {to_year} and for an earlier year from "
            f"{from_year} on "
            f"in at least {AT_LEAST} places"
        )
    for name in ("base", "end"):
        pairs[f"square_{name}"] = ((pairs[f"box_high_{name}"] - pairs[f"box_low_{name}"]) / 2) ** 2
    grouped = pairs.groupby(keys, sort=False)
    table = grouped.agg(
        base_year=("year", "first"), n=("place", "size"), places=("place", joined)
    ).reset_index()
    for name in ("base", "end"):
        for column, values in _spread(grouped, f"_{name}").items():
            base, _, limit = column.partition("_")
            table[f"{base}_{name}" + (f"_{limit}" if limit else "")] = values
    same = grouped["value_end"].agg(
        lambda values: values.max() - values.min() <= 1e-9 * max(1.0, abs(values.max()))
    )
    table["one_end_value"] = same.to_numpy(dtype=bool)
    table["end_value"] = np.where(table["one_end_value"], grouped["value_end"].first(), np.nan)
    table = _judged(table)
    group = data.places.assign(peer=peers(data.places), province=provinces(data.places).to_numpy())
    group = group.drop_duplicates("peer").set_index("peer")[["province", "level"]]
    table = table.join(group, on="peer")
    table = table.assign(
        variant=table["path"],
        unit=table["indicator"].map(facts["unit"]),
        end_year=to_year,
        bounds=_bounds(rows, table, to_year),
    )
    table["_order"] = facts.index.get_indexer(table["indicator"])
    table = table.sort_values(["peer", "_order", "variant"], kind="stable", ignore_index=True)
    spreads = [
        f"{kind}_{when}{limit}"
        for kind in ("sd", "range")
        for when in ("base", "end")
        for limit in ("", "_low", "_high")
    ]
    return table[
        [
            "province",
            "level",
            "indicator",
            "variant",
            "unit",
            "base_year",
            "end_year",
            "n",
            "places",
            *spreads,
            "one_end_value",
            "end_value",
            "verdict",
            "why",
            "bounds",
        ]
    ]


def _per_path(points: pd.DataFrame) -> pd.DataFrame:
    """One set of rows per printed path of an indicator: places with one path stand in all of them."""
    keys = ["peer", "indicator"]
    variants = points.loc[points["variant"] != "", [*keys, "variant"]].drop_duplicates()
    variants = variants.rename(columns={"variant": "path"})
    single = points[points["variant"] == ""].merge(variants, on=keys, how="left")
    single["path"] = single["path"].fillna("")
    double = points[points["variant"] != ""]
    return pd.concat([single, double.assign(path=double["variant"])], ignore_index=True)


def _spread(grouped, suffix: str) -> dict[str, np.ndarray]:
    """Standard deviation and range of each group, with their limits over the rounding boxes."""
    value, low, high = (f"{name}{suffix}" for name in ("value", "box_low", "box_high"))
    deviation = grouped[value].std(ddof=0).to_numpy()
    half = np.sqrt(grouped[f"square{suffix}"].mean().to_numpy())
    lows, highs = grouped[low], grouped[high]
    return {
        "sd": deviation,
        "sd_low": np.maximum(0.0, deviation - half),
        "sd_high": deviation + half,
        "range": (grouped[value].max() - grouped[value].min()).to_numpy(),
        "range_low": np.maximum(0.0, (lows.max() - highs.min()).to_numpy()),
        "range_high": (highs.max() - lows.min()).to_numpy(),
    }


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    below = [table[f"{kind}_end_high"] < table[f"{kind}_base_low"] for kind in ("sd", "range")]
    above = [table[f"{kind}_end_low"] > table[f"{kind}_base_high"] for kind in ("sd", "range")]
    falls = [table[f"{kind}_end"] < table[f"{kind}_base"] for kind in ("sd", "range")]
    verdict = np.select([below[0] & below[1], above[0] & above[1]], ["narrows", "widens"], "undecidable")
    level = (table["range_base"] == 0) & (table["range_end"] == 0)
    why = np.select(
        [verdict != "undecidable", level, falls[0] != falls[1]],
        ["", "no gap is printed in either year", "standard deviation and range disagree"],
        "rounding decides",
    )
    return table.assign(verdict=verdict, why=why)


def _bounds(rows: pd.DataFrame, table: pd.DataFrame, to_year: int) -> list[str]:
    """Places that print only a bound in one of the two years, per row of the table."""
    bounded = rows[rows["relation"] != "eq"]
    return [
        joined(
            bounded.loc[(bounded["indicator"] == indicator) & bounded["year"].isin([year, to_year]), "place"]
        )
        for indicator, year in zip(table["indicator"], table["base_year"], strict=True)
    ]
