"""Places against each other: what each plans to change, two side by side, and whether all come closer."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.coverage import coverage, ends
from qiyou.compare.references import (
    EXTENSIVE,
    boxed,
    cells,
    core_indicators,
    joined,
    known,
    places_with_documents,
    provinces,
    require_year,
)
from qiyou.errors import DataError
from qiyou.intervals import same
from qiyou.relate import beside_plans, clean

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
_SIDE = [
    *("base_year", "base", "base_printed", "base_role", "end_year", "end", "end_printed"),
    *("per_year", "per_year_low", "per_year_high"),
]
_PAIR = [
    *("indicator", "variant", "unit", "direction"),
    *(f"{name}_{side}" for side in "ab" for name in _SIDE),
    *(
        "gap_base",
        "gap_base_low",
        "gap_base_high",
        "word_base",
        "gap_end",
        "gap_end_low",
        "gap_end_high",
        "word_end",
    ),
    *("missing", "why_a", "why_b", "note"),
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


def pair(
    data: Data, a: str, b: str, *, indicators: Iterable[str] | None = None, lang: str = "zh"
) -> pd.DataFrame:
    """Two places side by side: what each starts from, what it asks for, and the gaps between them.

    Parameters
    ----------
    data : Data
    a, b : str
        Two places that have a document.
    indicators : iterable of str, optional
        Only these core indicators.
    lang : {"zh", "en"}
        Of ``why_a, why_b``.

    Returns
    -------
    DataFrame
        One row per core indicator, and per printed path where a place prints two (``variant``; the other place
        stands in both): ``indicator, variant, unit, direction``; per place ``base_year_a, base_a`` (number;
        of a bound the number it names), ``base_printed_a, base_role_a`` (target: no base is printed, the first
        target stands in), ``end_year_a, end_a, end_printed_a``, and ``per_year_a`` with ``_low, _high``: d·(end
        − base) by the years to the first one in which the end value is printed, positive is better; ``gap_base,
        gap_end`` = d·(a − b), positive where a is better, each with its limits and ``word_…``: *at_or_above*
        (a beyond b), *level*, *below*, *undecidable*, or empty where there is no gap; ``note`` says why not.
        ``missing``: the place, or *both*, that prints no number, with ``why_a, why_b`` as in `coverage`.

    Raises
    ------
    DataError
        Unknown place or indicator; the same place twice.

    Examples
    --------
    >>> import qiyou
    >>> table = pair(qiyou.load(), "yuhuan", "cixi", indicators=["nursery_places_per_1000"])
    >>> table[["base_a", "base_b", "gap_base", "gap_end", "word_end", "per_year_a", "per_year_b"]].round(3).values.tolist()
    [[3.87, 3.31, 0.56, 0.0, 'level', 0.326, 0.438]]
    """
    facts = core_indicators(data, indicators)
    a, b = places_with_documents(data, [a, b])
    if a == b:
        raise DataError(f"{a} is named twice; name two places to set side by side")
    rows = cells(data, facts)
    paths = per_path(_asked(ends(rows[rows["place"].isin([a, b])]), facts), ["indicator"])
    table = pd.DataFrame({"indicator": facts.index}).merge(
        paths[["indicator", "path"]].drop_duplicates(), how="left"
    )
    table["path"] = table["path"].fillna("")
    cover = coverage(data, places=[a, b], indicators=list(facts.index), lang=lang).set_index(
        ["place", "indicator"]
    )
    for side, place in (("_a", a), ("_b", b)):
        own = paths[paths["place"] == place].set_index(["indicator", "path"]).add_suffix(side)
        table = table.join(own, on=["indicator", "path"])
        table["why" + side] = table["indicator"].map(cover.loc[place, "why"])
    sign = table["indicator"].map(facts["sign"]).to_numpy(dtype=float)
    counted = table["indicator"].map(facts["kind"]).isin(EXTENSIVE)
    gone = [table[f"end_year{side}"].isna() for side in ("_a", "_b")]
    notes = []
    for end in ("base", "end"):
        years = [table[f"{end}_year{side}"] for side in ("_a", "_b")]
        apart = (years[0] != years[1]).fillna(False).to_numpy(dtype=bool)
        boxes = [boxed(table, f"{end}_box", side) for side in ("_a", "_b")]
        found = beside_plans(*boxes, boxes[1], np.nan_to_num(sign, nan=1.0), strict=np.ones(len(table), bool))
        shown = ~(counted | apart | gone[0] | gone[1])
        for column, limit in (("gap", ""), ("gap_low", "_low"), ("gap_high", "_high")):
            table[f"gap_{end}{limit}"] = found[column].where(shown & ~np.isnan(sign))
        table[f"word_{end}"] = found["verdict"].where(shown, "")
        notes.append(np.where(apart, f"{end}s of different years", ""))
    note = pd.Series(notes[0]).str.cat(notes[1], sep="; ").str.strip("; ")
    return table.assign(
        variant=table["path"],
        unit=table["indicator"].map(facts["unit"]),
        direction=table["indicator"].map(facts["direction"]),
        missing=np.select([gone[0] & gone[1], gone[0], gone[1]], ["both", a, b], ""),
        note=np.where(counted, "a count grows with the size of the place", note),
    )[_PAIR]


def _asked(paths: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Of each place's paths those of one document, the table before the text, with what they ask per year."""
    order = paths["base_origin"].ne("table")
    paths = paths.assign(_text=order).sort_values("_text", kind="stable")
    paths = paths.drop_duplicates(["place", "indicator", "variant"]).sort_index().reset_index(drop=True)
    sign = paths["indicator"].map(facts["sign"]).to_numpy(dtype=float)
    base, end = (boxed(paths, f"{name}_box") for name in ("base", "end"))
    years = (
        paths["reached"].where(paths["reached"] > paths["base_year"], paths["end_year"]) - paths["base_year"]
    )
    years = years.to_numpy(dtype=float, na_value=np.nan)
    change = (end - base).turned(np.where(sign < 0, -1.0, 1.0)).over(np.where(years > 0, years, np.nan))
    return paths.assign(
        base=base.point,
        end=end.point,
        per_year=clean(change.point),
        per_year_low=clean(change.low),
        per_year_high=clean(change.high),
    )
