"""Places against each other: what each plans to change, two side by side, and whether all come closer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.compare import references
from qiyou.compare.coverage import coverage, ends
from qiyou.compare.references import EXTENSIVE, Names, joined
from qiyou.errors import need
from qiyou.intervals import boxed, same
from qiyou.relate import beside_plans, clean

if TYPE_CHECKING:
    from qiyou.data import Data

AT_LEAST = 3
"""Places that it takes to speak of a spread."""


def convergence(
    data: Data, from_year: int = 2022, to_year: int = 2027, *, indicators: Names = None, places: Names = None
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
    [[2022, 5, 0.267, 0.0, True, 'narrows']]
    """
    facts = references.core_indicators(data, indicators)
    facts = facts[~facts["kind"].isin([*EXTENSIVE, "status"])]
    need(not facts.empty, "compare.no_spread")
    need(from_year < to_year, "compare.order", from_year=from_year, to_year=to_year)
    rows = references.cells(data, facts)
    rows = rows[rows["place"].isin(references.places_with_documents(data, places))]
    rows = rows[rows["year"].between(from_year, to_year) & (rows["peer"] >= 0)]
    references.require_year(to_year, rows)
    keys = ["peer", "indicator", "path"]
    points = per_path(rows[rows["relation"] == "eq"], keys[:-1])
    points["square"] = ((points["box_high"] - points["box_low"]) / 2) ** 2
    end = points.loc[points["year"] == to_year, [*keys, "place", "value", "box_low", "box_high", "square"]]
    pairs = points[points["year"] < to_year].merge(end, on=[*keys, "place"], suffixes=("_base", "_end"))
    pairs = pairs[pairs.groupby([*keys, "year"])["place"].transform("size") >= AT_LEAST]
    pairs = pairs[pairs["year"] == pairs.groupby(keys)["year"].transform("min")]
    need(not pairs.empty, "compare.too_few", year=to_year, least=AT_LEAST)
    grouped = pairs.groupby(keys, sort=False)
    table = grouped.agg(base_year=("year", "first"), n=("place", "size"), places=("place", joined))
    table = _judged(table.assign(**_spread(grouped, "base"), **_spread(grouped, "end")))
    highest = grouped["value_end"].max()
    level = same(highest, grouped["value_end"].min())
    table = table.assign(end_year=to_year, one_end_value=level, end_value=highest.where(level)).reset_index()
    one = table["peer"].map(rows.drop_duplicates("peer").set_index("peer")["place"])
    table = table.rename(columns={"path": "variant"}).assign(
        province=one.map(references.provinces(data.places)),
        level=one.map(data.places.set_index("id")["level"]),
        unit=table["indicator"].map(facts["unit"]),
        bounds=_bounds(rows, table),
    )
    table = references.ordered(table, ["peer", "indicator", "variant"], indicator=facts.index)
    return table[words.columns("compare.convergence")]


def per_path(rows: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """One set of rows per printed path (``path``): places with one path stand in all of them."""
    double = rows[rows["variant"] != ""]
    paths = double[[*keys, "variant"]].drop_duplicates().rename(columns={"variant": "path"})
    single = rows[rows["variant"] == ""].merge(paths, on=keys, how="left").fillna({"path": ""})
    return pd.concat([single, double.assign(path=double["variant"])], ignore_index=True)


def _spread(grouped, end: str) -> dict[str, pd.Series]:
    """Standard deviation and range of each group, with their limits over what the prints leave open."""
    value, low, high = (grouped[f"{name}_{end}"] for name in ("value", "box_low", "box_high"))
    deviation, slack = value.std(ddof=0), np.sqrt(grouped[f"square_{end}"].mean())
    spreads = {
        "sd": (deviation, deviation - slack, deviation + slack),
        "range": (value.max() - value.min(), low.max() - high.min(), high.max() - low.min()),
    }
    return {
        f"{kind}_{end}{side}": limit.clip(lower=0.0)
        for kind, limits in spreads.items()
        for side, limit in zip(("", "_low", "_high"), limits, strict=True)
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


def _bounds(rows: pd.DataFrame, table: pd.DataFrame) -> list[str]:
    """Places that print only a bound in one of the two years, per row of the table."""
    bounded = rows.loc[rows["relation"] != "eq", ["peer", "indicator", "year", "place"]]
    bounded = table[["peer", "indicator", "base_year", "end_year"]].assign(row=table.index).merge(bounded)
    bounded = bounded[(bounded["year"] == bounded["base_year"]) | (bounded["year"] == bounded["end_year"])]
    return bounded.groupby("row")["place"].agg(joined).reindex(table.index).fillna("")


def pair(data: Data, a: str, b: str, *, indicators: Names = None, lang: str = "zh") -> pd.DataFrame:
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
        One row per core indicator, and per printed path where a place prints two (``variant``; the other
        place stands in both): ``indicator, variant, unit, direction``; per place ``base_year_a, base_a`` (of
        a bound the number that it names), ``base_printed_a, base_role_a`` (*target*: no base is printed, the
        first target stands in), ``end_year_a, end_a, end_printed_a``, and ``per_year_a, per_year_low_a,
        per_year_high_a`` = d·(end − base) by the years to the first one in which the end value is printed;
        ``gap_base, gap_end`` = d·(a − b) in the first and in the last year that both print
        (``gap_year_…``), positive where a is better, each with ``gap_low_…, gap_high_…`` and ``word_…``:
        *at_or_above* (a beyond b), *level*, *below*, *undecidable*; ``common_a, common_b``, what both print
        for the last of these years, from which ``gap_end`` is subtracted; ``missing``: the place, or *both*,
        that prints no number, with ``why_a, why_b`` as in `coverage`; ``note``: why there is no gap between
        two values. With ``…_relation_…`` a value is a bound or a number.

    Raises
    ------
    DataError
        Unknown place or indicator; the same place twice.

    Examples
    --------
    >>> import qiyou
    >>> table = pair(qiyou.load(), "yuhuan", "cixi", indicators=["nursery_places_per_1000"])
    >>> table[["base_a", "base_b", "gap_base", "gap_end", "word_end"]].values.tolist()
    [[3.87, 3.31, 0.56, 0.0, 'level']]
    >>> table[["per_year_a", "per_year_b"]].round(3).values.tolist()
    [[0.326, 0.438]]
    """
    facts = references.core_indicators(data, indicators)
    a, b = references.places_with_documents(data, [a, b])
    need(a != b, "compare.same_place", place=a)
    rows = references.cells(data, facts)
    rows = rows[rows["place"].isin([a, b])]
    paths = per_path(_per_year(ends(rows), facts), ["indicator"])
    shown = ["unit", "direction", "sign", "kind"]
    table = facts.rename_axis(None)[["id", *shown]].rename(columns={"id": "indicator"})
    table = table.merge(paths[["indicator", "path"]].drop_duplicates(), how="left").fillna({"path": ""})
    cover = coverage(data, places=[a, b], indicators=list(facts.index), lang=lang)
    cover = cover.set_index(["place", "indicator"])["why"]
    for side, place in (("_a", a), ("_b", b)):
        own = paths[paths["place"] == place].set_index(["indicator", "path"]).drop(columns="variant")
        table = table.join(own.add_suffix(side), on=["indicator", "path"])
        table["why" + side] = table["indicator"].map(cover[place])
    keys = ["indicator", "path"]
    points = per_path(rows, ["indicator"]).drop_duplicates(["place", *keys, "year"])
    ours, theirs = (points[points["place"] == place] for place in (a, b))
    common = ours.merge(theirs, on=[*keys, "year"], suffixes=("_a", "_b")).sort_values("year")
    counted, passed = table["kind"].isin(EXTENSIVE), table["kind"].eq("status")
    way = table["sign"].fillna(1.0).to_numpy()
    rows_of = pd.MultiIndex.from_frame(table[keys])
    for end, kept in (("base", "first"), ("end", "last")):
        at = common.drop_duplicates(keys, keep=kept).set_index(keys).reindex(rows_of)
        ours, theirs = (boxed(at, "box", side) for side in ("_a", "_b"))
        found = beside_plans(ours, theirs, theirs, way, strict=np.full(len(table), True))
        found = found.where(at["year"].notna().to_numpy() & ~counted & ~passed)
        for name in ("gap", "gap_low", "gap_high"):
            table[f"{name}_{end}"] = found[name].where(table["sign"].notna())
        table[f"gap_year_{end}"] = at["year"].astype("Int64").to_numpy()
        table[f"word_{end}"] = found["verdict"].fillna("")
    at = at.filter(regex="^(value|printed|relation)_[ab]$")
    table = table.join(at.rename(columns=lambda name: "common_" + name.removeprefix("value_")), on=keys)
    gone = [table[f"end_year{side}"].isna() for side in ("_a", "_b")]
    apart = table["gap_year_end"].isna() & ~gone[0] & ~gone[1]
    remarks = ["passed or not", "a count grows with the size of the place", "no year that both print"]
    note = np.select([passed, counted, apart], remarks, "")
    missing = np.select([gone[0] & gone[1], *gone], ["both", a, b], "")
    table = table.rename(columns={"path": "variant"}).assign(missing=missing, note=note)
    return table[words.columns("compare.pair")]


def _per_year(paths: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Of each place's paths those of one document, the table before the text, with what they ask per year."""
    text = paths["base_origin"].ne("table").rename("text")
    paths = paths.assign(text=text).sort_values(["place", "indicator", "variant", "text"], kind="stable")
    paths = paths.drop_duplicates(["place", "indicator", "variant"]).reset_index(drop=True)
    sign = paths["indicator"].map(facts["sign"]).fillna(1.0).to_numpy()
    base, end = (boxed(paths, f"{name}_box") for name in ("base", "end"))
    last = paths["reached"].where(paths["reached"] > paths["base_year"], paths["end_year"])
    years = (last - paths["base_year"]).to_numpy(dtype=float, na_value=np.nan)
    # A review is passed or not: nothing is asked of it per year.
    passed = paths["indicator"].map(facts["kind"]).eq("status").to_numpy()
    change = (end - base).turned(sign).over(np.where((years > 0) & ~passed, years, np.nan))
    limits = {"": change.point, "_low": change.low, "_high": change.high}
    asked = {f"per_year{side}": clean(numbers) for side, numbers in limits.items()}
    return paths.assign(base=base.point, end=end.point, **asked)
