"""What is compared, the printed values of the core indicators; and with what: targets, other plans."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.data.prints import only_text
from qiyou.data.schema import GRADES
from qiyou.errors import DataError, Message, need
from qiyou.intervals import Box, bounded, box, by_role
from qiyou.relate import SIGN, promised
from qiyou.words import columns

if TYPE_CHECKING:
    from qiyou.data import Data

Names = Iterable[str] | None

EXTENSIVE = ("stock", "flow")
"""Kinds of indicators that count things: they grow with the size of a place."""
SHARED_OF = 4
"""Other plans there must be before a value that half of them share says where it comes from."""
MEDIAN_OF = 3
"""Other plans there must be for a middle: of two, one lies below it by construction."""
SHOWN = 12
"""Names that a list of places or rows shows before it is cut."""
NAMED = ("auto", "province", "plans_shared", "plans_median")
PROVINCIAL, SHARED, MEDIAN = "provincial target", "inferred from plans", "median of plans"
OWN = ["place", "indicator", "year"]
REFERENCE = [name for name in columns("compare.core") if name.startswith("reference_")]

_PEER = ["peer", "indicator", "year"]
_ENDS = ["low", "high", "box_low", "box_high"]
_PATH = ["path_value", "path_step", "path_name", "path_n"]

# ------------------------------------------------------------------------------------ what is compared


def core_indicators(data: Data, only: Names = None) -> pd.DataFrame:
    """The core rows of ``data.indicators`` in their order, by id, with ``sign`` (+1 more is better, −1 less).

    Raises
    ------
    DataError
        If one of `only` is unknown or not among them.
    """
    table = data.indicators[data.indicators["core"]].set_index("id", drop=False)
    need(not table.empty, "compare.no_core")
    table = table.assign(sign=table["direction"].map(SIGN).astype(float))
    return table if only is None else table.loc[known(only, table, "compare.core_indicator", data.indicator)]


def places_with_documents(data: Data, only: Names = None) -> list[str]:
    """Ids of the places that have a document: the most printed cells first, provinces last.

    Raises
    ------
    DataError
        If there is no document, or one of `only` is unknown or has none.
    """
    here = data.places[data.places["id"].isin(set(data.documents["place"]))].set_index("id", drop=False)
    need(not here.empty, "compare.no_document")
    cells = data.targets.groupby("place").size().reindex(here.index, fill_value=0)
    order = pd.DataFrame({"province": here["level"].isin(["province", "country"]), "cells": -cells})
    here = here.loc[order.sort_values(["province", "cells"], kind="stable").index]
    return list(here.index) if only is None else known(only, here, "compare.place_with_document", data.place)


def known(
    names: Iterable[str], table: pd.DataFrame, what: str, resolve: Callable[[str], str] = str
) -> list[str]:
    """The ids of what is named, if all are in the index of `table`; otherwise an error that lists what is."""
    ids = [resolve(name) for name in ([names] if isinstance(names, str) else names)]
    need(ids, "compare.none_named", what=Message(what))
    unknown = [one for one in ids if one not in table.index]
    need(not unknown, "compare.unknown", what=Message(what), name=unknown[:1], known=joined(table.index))
    return ids


def require_year(year: int, cells: pd.DataFrame) -> int:
    """The year, if any cell is for it; otherwise an error that lists the years at hand."""
    years = sorted({int(one) for one in cells["year"].unique()})
    whole = isinstance(year, (int, np.integer)) and not isinstance(year, bool)
    hand = list(map(str, years)) or Message("compare.none")
    need(whole and int(year) in years, "compare.year", year=repr(year), years=hand)
    return int(year)


def cells(data: Data, indicators: pd.DataFrame) -> pd.DataFrame:
    """Every number and bound that a document prints for one of the `indicators` and a year.

    The table speaks for a place; a figure of the running text is taken only where no table of the place
    prints one for that indicator and year. A mean over several years is not the value of its last year and
    is left out.

    Returns
    -------
    DataFrame
        ``document, place, indicator, variant, year, role, origin, locator, printed``, the columns of a
        print, what it leaves open (``box_low, …``, see `boxed`), and ``peer``, the number of the group of its
        place: those of its level in its province; −1 where that is not known.

    Raises
    ------
    DataError
        If a value is in another unit than its indicator; ``rows`` holds them.
    """
    rows = data.printed
    fit = rows["indicator"].isin(indicators.index) & rows["relation"].ne("none") & rows["year"].notna()
    # A mean over several years is not the value of its last year.
    fit &= rows["from_year"].isna() | rows["indicator"].map(indicators["kind"]).isin(EXTENSIVE)
    at = np.concatenate([np.flatnonzero(rows["role"] == "baseline"), data.plan_rows])
    keys = rows[[*OWN, "origin"]].iloc[at[fit.to_numpy()[at]]].sort_values("origin", kind="stable")
    keys = keys[keys["origin"].ne("text") | only_text(keys, OWN)]
    rows = rows.iloc[keys.index].drop(columns="kind").astype({"year": "int64"})
    _require(rows, "unit", indicators["unit"], "compare.printed")
    peer = rows["place"].map(pd.Series(peers(data.places), index=data.places["id"])).fillna(-1).astype(int)
    return rows.assign(peer=peer, **bounded(rows, by_role(rows), indicators).columns("box"))


def _require(rows: pd.DataFrame, column: str, own: pd.Series, what: str) -> None:
    """Refuse rows that are in another unit, or on another basis, than their indicator."""
    wrong = rows[rows[column].to_numpy(dtype=object) != rows["indicator"].map(own).to_numpy(dtype=object)]
    if len(wrong):
        one, unit = wrong["indicator"].iloc[0], wrong[column].iloc[0]
        told = {"indicator": one, "column": Message(f"compare.{column}"), "unit": unit, "own": own[one]}
        raise DataError("compare.across", wrong, what=Message(what), **told)


def stacked(*tables: pd.DataFrame) -> pd.DataFrame:
    """Tables under one another; empty ones would only blur the column types."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def ordered(rows: pd.DataFrame, by: list[str], **orders: Iterable[str]) -> pd.DataFrame:
    """The rows by these columns, the ids of a column in `orders` as they follow one another there."""
    rank = {name: {one: k for k, one in enumerate(ids)} for name, ids in orders.items()}
    key = lambda own: own.map(rank[own.name]) if own.name in rank else own  # noqa: E731
    return rows.sort_values(by, key=key, kind="stable", ignore_index=True)


def ancestors(places: pd.DataFrame) -> pd.DataFrame:
    """Each place with itself and all that it belongs to, from the place up: ``place, above``."""
    parent = places.set_index("id")["parent"]
    step, found = pd.DataFrame({"place": places["id"], "above": places["id"]}), []
    # no chain of places is longer than this one: a circle ends too
    for _ in range(6):
        found.append(step)
        step = step.assign(above=step["above"].map(parent))
        step = step[step["above"].fillna("") != ""]
    return pd.concat(found, ignore_index=True).drop_duplicates(["place", "above"])


def provinces(places: pd.DataFrame) -> pd.Series:
    """Place id -> id of its province, a province its own; empty where places.csv does not lead to one.

    >>> provinces(pd.DataFrame({"id": ["china", "zhejiang", "yuhuan"], "parent": ["", "china", "zhejiang"],
    ...     "level": ["country", "province", "county"]})).to_dict()
    {'china': '', 'zhejiang': 'zhejiang', 'yuhuan': 'zhejiang'}
    """
    chain, level = ancestors(places), places.set_index("id")["level"]
    nearest = chain[chain["above"].map(level) == "province"].drop_duplicates("place").set_index("place")
    return nearest["above"].reindex(places["id"], fill_value="")


def peers(places: pd.DataFrame) -> np.ndarray:
    """Number of the group of each place: those of its level in its province; −1 where that is not known."""
    province = provinces(places).to_numpy()
    frame = pd.DataFrame({"province": province, "level": places["level"].to_numpy()})
    own = (frame["province"] == "") | (frame["province"].to_numpy() == places["id"].to_numpy())
    return np.where(own, -1, frame.groupby(["province", "level"], sort=False).ngroup())


def joined(values: Iterable[str], most: int = SHOWN) -> str:
    """Names in a row, cut where there are more than a reader would read."""
    values = list(dict.fromkeys(values))
    shown = ", ".join(values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most} more"


def basis(indicators: pd.DataFrame) -> pd.Series:
    """What a value is divided by, or, for what is not divided, what is counted."""
    return indicators["denominator"].where(indicators["denominator"] != "", indicators["definition"])


# ---------------------------------------------------------------------------- what it is compared with


def resolve(
    reference: str | pd.DataFrame, data: Data, every: pd.DataFrame, indicators: pd.DataFrame, year: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Work out the references of the cells of one year, and the paths over all years.

    Parameters
    ----------
    reference : str or DataFrame
        As in `qiyou.compare.core`.
    data : Data
    every : DataFrame
        The `cells` of all places, years and core indicators.
    indicators : DataFrame
        All `core_indicators`.
    year : int

    Returns
    -------
    values : DataFrame
        One row per place, indicator and year: the columns `REFERENCE`; ``above`` (set from above: met or not
        met) with ``strict``; what the lower and the upper end leave open (``under_low, …, over_low, …``, see
        `boxed`).
    paths : DataFrame
        ``place, indicator, year, path_value, path_step, path_name, path_n``, to measure time distances on.

    Raises
    ------
    DataError
        For a name that is no reference, a place without values, or a frame that cannot serve.
    """
    if isinstance(reference, pd.DataFrame):
        return _laid_out(_given(reference, indicators), data, every, year)
    need(isinstance(reference, str), "compare.reference", reference=repr(reference), known=NAMED)
    if reference not in NAMED:
        return _laid_out(_of_place(reference, data, every, indicators), data, every, year)
    found = []
    if reference in ("auto", "province"):
        found.append(_laid_out(_provincial(data, every, indicators), data, every, year))
    if reference != "province":
        plans = _plans(every, indicators)
        now, path = plans[plans["year"] == year], _median_paths(plans)
        found += [(_shared(now), path)] if reference != "plans_median" else []
        found += [(_median(now), path)] if reference != "plans_shared" else []
    values, paths = zip(*found, strict=True)
    path = stacked(*(one.assign(rank=rank) for rank, one in enumerate(paths)))
    path = path[path["rank"] == path.groupby(OWN[:2])["rank"].transform("min")]
    return stacked(*values).drop_duplicates(OWN), path.drop_duplicates(OWN)


def _laid_out(
    table: pd.DataFrame, data: Data, every: pd.DataFrame, year: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """The references of a table for every place that has the cells they are for, and its points as paths."""
    keys = every[OWN].drop_duplicates().assign(province=every["place"].map(provinces(data.places)))
    on = [name for name in ("province", *OWN) if name in table]
    points = table[table["reference_value"].notna()]
    # One point is no path.
    points = points[points.groupby(on[:-1])["year"].transform("size") > 1]
    names = ["reference_value", "under_low", "over_high", "reference_kind", "reference_n"]
    value, low, high, name, n = (points[one] for one in names)
    points = points.assign(path_value=value, path_step=_step(value, low, high), path_name=name, path_n=n)
    paths = keys.drop(columns="year").drop_duplicates()
    paths = paths.merge(points[[*on, *_PATH, "reference_places"]], on=on[:-1])
    values = keys[keys["year"] == year].merge(table, on=on)
    # A place is not its own reference.
    return tuple(one[one["reference_places"] != one["place"]] for one in (values, paths))


def _step(value, low, high) -> np.ndarray:
    """The width that reaches from a number to both ends of what it may be; none where an end is open."""
    return 2 * np.nan_to_num(np.maximum(high - value, value - low), posinf=0.0)


def _entries(rows: pd.DataFrame, under: Box, over: Box, *, above=False, strict=None, **facts) -> pd.DataFrame:
    """References between two ends, with the columns that `resolve` describes."""
    value = np.where(under.exact & over.exact & (under.point == over.point), under.point, np.nan)
    facts = {"relation": np.where(np.isnan(value), "range", "eq"), "grade": "", "value": value} | facts
    facts["low"] = np.where(under.exact, under.point, under.low)
    facts["high"] = np.where(over.exact, over.point, over.high)
    between = (under.low != over.low) | (under.high != over.high)
    facts = {f"reference_{name}": values for name, values in facts.items()}
    facts |= {"above": above, "strict": between if strict is None else strict}
    rows = rows[[name for name in ("province", *OWN) if name in rows]]
    return rows.assign(**facts, **under.columns("under"), **over.columns("over"))


# ------------------------------------------------------------------------------------ asked from above


def _asked(rows: pd.DataFrame, indicators: pd.DataFrame, kind: str | pd.Series, above=True) -> pd.DataFrame:
    """Targets set from above: the number asked for is exact, ``>60`` asks for more than 60 (``strict``)."""
    sign = rows["indicator"].map(indicators["sign"]).fillna(1.0)
    asked, strict = promised(box(rows, "stipulated"), sign)
    facts = {"source": rows["reference_source"], "grade": rows["grade"], "n": 1, "places": rows["from"]}
    facts |= {"relation": rows["relation"], "above": above, "strict": strict}
    return _entries(rows, asked, asked, kind=kind, **facts)


def _benchmarks(data: Data, indicators: pd.DataFrame) -> pd.DataFrame:
    """Benchmarks of the indicators that are no counts, with ``grade`` and ``reference_source``."""
    rates = indicators.index[~indicators["kind"].isin(EXTENSIVE)]
    rows = data.benchmarks[data.benchmarks["indicator"].isin(rates)]
    rows = rows[rows["relation"].ne("none") & rows["year"].notna()].astype({"year": "int64"})
    _require(rows, "unit", indicators["unit"], "compare.benchmark")
    grade = rows["source"].map(data.sources.set_index("id")["grade"])
    return rows.assign(grade=grade, reference_source=rows["source"], **{"from": rows["place"]})


def _provincial(data: Data, every: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """What each province asks for: its own documents first, then what others report."""
    own = every[every["role"].eq("target") & ~every["indicator"].map(indicators["kind"]).isin(EXTENSIVE)]
    source = own["document"] + " " + own["locator"]
    own = own.assign(grade="official", reference_source=source, **{"from": own["place"]})
    reported = _benchmarks(data, indicators)
    rows = stacked(own, reported[reported["kind"] == "target"])
    rows = rows[rows["place"] == rows["place"].map(provinces(data.places))]
    rank = pd.Categorical(rows["grade"], GRADES, ordered=True).codes
    rows = rows.assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(OWN)
    return _asked(rows.rename(columns={"place": "province"}), indicators, PROVINCIAL)


def _of_place(place: str, data: Data, every: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Everything that one place plans, and, where it plans nothing, what is known of it."""
    own = every[every["place"] == place]
    plan = _plans(own.assign(peer=0), indicators)
    where = (own["document"] + " " + own["locator"]).groupby([own["indicator"], own["year"]]).agg(joined)
    source = where.reindex(pd.MultiIndex.from_frame(plan[["indicator", "year"]])).to_numpy()
    ends = _ends(plan, plan[_ENDS].to_numpy(dtype=float))
    plan = _entries(plan, ends, ends, kind=f"plan of {place}", source=source, n=1, places=place)
    known = _benchmarks(data, indicators)
    known = known[known["place"] == place]
    known = _asked(known, indicators, known["kind"] + " of " + place, above=known["kind"] == "target")
    table = stacked(plan, known).drop(columns="place").drop_duplicates(["indicator", "year"])
    need(not table.empty, "compare.no_reference", place=place)
    return table


def _given(frame: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """References handed in as a table, read as targets set from above."""
    needed = ("indicator", "year", "value", "unit")
    missing = [name for name in needed if name not in frame] or ["rows"] * frame.empty
    need(not missing, "compare.frame", missing=missing, needed=needed)
    known(dict.fromkeys(frame["indicator"]), indicators, "compare.core_indicator")
    for column, own in (("unit", indicators["unit"]), ("basis", basis(indicators))):
        if column in frame:
            _require(frame, column, own, "compare.given")
    keys = [name for name in OWN if name in frame]
    twice = frame[frame.duplicated(keys)]
    need(twice.empty, "compare.frame_twice", rows=twice, keys=keys)
    value = frame["value"]
    defaults = {"relation": "eq", "low": value, "high": value, "low_closed": True, "high_closed": True}
    defaults |= {"step": 0.0, "source": "given", "grade": "", "from": ""}
    rows = frame.assign(**{name: values for name, values in defaults.items() if name not in frame})
    table = _asked(rows.assign(reference_source=rows["source"]).reset_index(drop=True), indicators, "given")
    # A number for one place is no other place's, so it may be a count.
    return table if "place" in table else table[~table["indicator"].map(indicators["kind"]).isin(EXTENSIVE)]


# ------------------------------------------------------------------------------------- the other plans


def _plans(every: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row per place, indicator and year: the set of values that its plan allows, over all that it prints.

    Where a place prints two paths for one indicator, the set spans both. Counts and approximate values are
    left out.
    """
    counts = indicators.index[indicators["kind"].isin(EXTENSIVE)]
    kept = ~every["indicator"].isin(counts) & (every["relation"] != "about") & (every["peer"] >= 0)
    named = [*_ENDS, "box_low_open", "box_high_open"]
    ends = dict(zip(named, ("min", "max", "min", "max", "all", "all"), strict=True))
    rows = every.loc[kept, [*OWN, "peer", *ends]]
    if (twice := rows.duplicated(OWN, keep=False)).any():
        spanned = rows[twice].groupby([*OWN, "peer"], sort=False).agg(ends).reset_index()
        rows = pd.concat([rows[~twice], spanned])
    return rows.assign(n=rows.groupby(_PEER)["place"].transform("size")).reset_index(drop=True)


def _ends(rows: pd.DataFrame, end: np.ndarray) -> Box:
    """The box of an end of which the columns `_ENDS` are known."""
    exact = end[:, 0] == end[:, 1]
    opened = (rows[f"box_{name}_open"].to_numpy(dtype=bool) for name in ("low", "high"))
    return Box(end[:, 2], end[:, 3], *opened, np.where(exact, end[:, 0], np.nan), exact)


def _shared(plans: pd.DataFrame) -> pd.DataFrame:
    """For each place the value that at least half of at least `SHARED_OF` other plans print; no tie."""
    # Printed numbers that went through a change of unit may differ in their last bit.
    value = plans["low"].where(plans["low"] == plans["high"])
    points = plans.assign(value=value.map("{:.10g}".format).astype(float))
    told, by = points.dropna(subset="value"), [*_PEER, "value"]
    counts = told.groupby(by)["place"].agg(count="size", names=list).reset_index()
    # No third value can be printed by half of more than three others.
    counts = counts.sort_values("count", ascending=False, kind="stable").groupby(_PEER).head(2)
    rows = points.loc[points["n"] > SHARED_OF, [*OWN, "peer", "n", "value"]]
    rows = rows.merge(counts, on=_PEER, suffixes=("_own", ""))
    rows["count"] -= rows["value"] == rows["value_own"]
    rows = rows[2 * rows["count"] >= rows["n"] - 1]
    rows = rows[~rows.duplicated(OWN, keep=False)]
    # One number is as finely known as the finest of its other prints.
    finest = told.iloc[np.argsort(told["box_high"] - told["box_low"], kind="stable")].groupby(by).head(2)
    rows = rows.merge(finest, on=by, suffixes=("", "_told"))
    rows = rows[rows["place"] != rows["place_told"]].drop_duplicates(OWN)
    ends = _ends(rows, rows[["value", "value", "box_low", "box_high"]].to_numpy(dtype=float))
    source = rows["count"].astype("str") + " of " + (rows["n"] - 1).astype("str") + " other plans"
    own = rows["value"] == rows["value_own"]
    names = pd.Series(map(_others, rows["names"], rows["place"], own), rows.index, dtype=object)
    return _entries(rows, ends, ends, kind=SHARED, source=source, n=rows["count"], places=names)


def _others(names: list[str], own: str, among: bool) -> str:
    """The names without one's own, if it is `among` them, as `joined` writes them."""
    shown = [name for name in names[: SHOWN + 1] if name != own][:SHOWN]
    more = len(names) - among - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _median(plans: pd.DataFrame) -> pd.DataFrame:
    """For each place the median of at least `MEDIAN_OF` other plans: of an even number the two middle values.

    An order statistic rises with each of its values, so those of the lower and of the upper ends are its
    exact limits, also where some plans print only a bound.
    """
    plans = plans[plans["n"] > MEDIAN_OF].reset_index(drop=True)
    ends = plans[_ENDS].to_numpy(dtype=float)
    under, over, names = np.empty_like(ends), np.empty_like(ends), np.full(len(plans), "", object)
    for at in plans.groupby(_PEER, sort=False).indices.values():
        under[at], over[at] = _middles(ends[at], _ranks(ends[at]), np.full(len(at), len(at) - 1))
        places = plans["place"].iloc[at].tolist()
        names[at] = [_others(places, place, True) for place in places]
    others = plans["n"] - 1
    for name in ("box_low_open", "box_high_open"):
        plans[name] = plans.groupby(_PEER)[name].transform("sum") - plans[name] == others
    source = others.astype("str") + " other plans"
    under, over = _ends(plans, under), _ends(plans, over)
    return _entries(plans, under, over, kind=MEDIAN, source=source, n=others, places=names)


def _ranks(values: np.ndarray) -> np.ndarray:
    """The place of each value in its column, from 0; equal ones in their order."""
    return np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0)


def _middles(values: np.ndarray, rank: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, ...]:
    """Lower and upper middle of each column of `values` without the one at `rank`; `others` remain."""
    ordered = np.sort(values, axis=0)
    middles = (others - 1) // 2, others // 2
    return tuple(np.take_along_axis(ordered, k[:, None] + (k[:, None] >= rank), axis=0) for k in middles)


def _median_paths(plans: pd.DataFrame) -> pd.DataFrame:
    """For each place the median path over a fixed set of other plans, none of which enters or leaves.

    Of the years in which more than `MEDIAN_OF` plans print something, the path runs to the last, from the
    earliest from which more than `MEDIAN_OF` plans print all of them; it is the median of those other than
    the place's own, of an even number the middle between the two middle values, with a step that reaches to
    both.
    """
    years, column = np.unique(plans["year"], return_inverse=True)
    ends = plans[_ENDS].to_numpy(dtype=float)
    parts = [pd.DataFrame(columns=[*OWN, *_PATH])]
    for (_, indicator), at in plans.groupby(_PEER[:2], sort=False).indices.items():
        row, places = pd.factorize(plans["place"].iloc[at])
        grid = np.full((len(places), len(years), len(_ENDS)), np.nan)
        grid[row, column[at]] = ends[at]
        printed = ~np.isnan(grid[:, :, 0])
        span = np.flatnonzero(printed.sum(axis=0) > MEDIAN_OF)
        reach = np.cumprod(printed[:, span][:, ::-1], axis=1).sum(axis=1)
        length = np.sort(reach)[-MEDIAN_OF - 1] if len(span) else 0
        if length < 2:
            continue
        members, span = reach >= length, span[-length:]
        values = grid[members][:, span].reshape(members.sum(), -1)
        rank = np.full((len(places), values.shape[1]), len(values))
        rank[members] = _ranks(values)
        others = members.sum() - members
        under, over = (one.reshape(-1, length, len(_ENDS)) for one in _middles(values, rank, others))
        place, year = np.nonzero((under[:, :, 0] == under[:, :, 1]) & (over[:, :, 0] == over[:, :, 1]))
        under, over = under[place, year], over[place, year]
        middle = (under[:, 0] + over[:, 0]) / 2
        steps = _step(middle, under[:, 2], over[:, 3])
        path = {"place": places[place], "indicator": indicator, "year": years[span[year]]}
        path |= {"path_value": middle, "path_step": steps, "path_name": MEDIAN, "path_n": others[place]}
        parts.append(pd.DataFrame(path))
    paths = stacked(*parts)
    return paths[paths.groupby(OWN[:2])["year"].transform("size") > 1]
