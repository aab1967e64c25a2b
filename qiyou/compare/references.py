"""What is compared: the printed values of the core indicators; and with what: targets from above, other plans."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.errors import DataError
from qiyou.intervals import Box, box, by_role

if TYPE_CHECKING:
    from qiyou.data import Data

EXTENSIVE = ("stock", "flow")
"""Kinds of indicators that count things: they grow with the size of a place."""
SHARED_OF = 4
"""Plans there must be before a value that half of them share says something about where it comes from."""
MEDIAN_OF = 3
"""Plans there must be for a middle: of two, one lies below it by construction."""
SHOWN = 12
"""Names that a list of places or rows shows before it is cut."""
NAMED = ("auto", "province", "plans_shared", "plans_median")
PROVINCIAL, SHARED, MEDIAN = "provincial target", "inferred from plans", "median of plans"

_SIGN = MappingProxyType({"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0})
_MOST_LEVELS = 6
_GRADES = ("official", "press", "secondary", "derived")
_SET = ["value", "relation", "low", "high", "low_closed", "high_closed", "unit", "step"]
_CELL = ["document", "place", "indicator", "variant", "year", "role", "origin", "locator", "printed", *_SET]
_BOX = ["low", "high", "low_open", "high_open", "point", "exact"]
_PEER = ["peer", "indicator", "year"]
_ENDS = ["low", "high", "box_low", "box_high"]

# ------------------------------------------------------------------------------------------------ what is compared


def core_indicators(data: Data, only: Iterable[str] | None = None) -> pd.DataFrame:
    """The core rows of ``data.indicators`` in their order, by id, with ``sign`` (+1 more is better, −1 less).

    Raises
    ------
    DataError
        If one of `only` is not among them, with the nearest names.
    """
    table = data.indicators[data.indicators["core"]].set_index("id", drop=False)
    if table.empty:
        raise DataError("no indicator is marked core in indicators.csv, so there is nothing to compare")
    table = table.assign(sign=table["direction"].map(_SIGN).astype(float))
    return table if only is None else table.loc[known(only, table, "core indicator")]


def places_with_documents(data: Data, only: Iterable[str] | None = None) -> list[str]:
    """Ids of the places that have a document: the most printed cells first, provinces last.

    Raises
    ------
    DataError
        If there is no document, or one of `only` has none, with the nearest names.
    """
    here = data.places[data.places["id"].isin(set(data.documents["place"]))].set_index("id", drop=False)
    if here.empty:
        raise DataError("there is no document, so there is nothing to compare; add one under data/documents")
    cells = data.targets.groupby("place").size().reindex(here.index, fill_value=0)
    order = pd.DataFrame({"province": here["level"].isin(["province", "country"]), "cells": -cells})
    here = here.loc[order.sort_values(["province", "cells"], kind="stable").index]
    return list(here.index) if only is None else known(only, here, "place with a document")


def known(wanted: Iterable[str], table: pd.DataFrame, what: str) -> list[str]:
    """The wanted ids, if all are in the index of `table`; otherwise an error that lists the nearest names."""
    wanted = [wanted] if isinstance(wanted, str) else list(wanted)
    if not wanted:
        raise DataError(f"no {what} is named; leave the argument out to take all of them")
    for name in wanted:
        if name not in table.index:
            raise DataError(f"there is no {what} {name!r}: {nearest(str(name), table)}")
    return wanted


def nearest(name: str, table: pd.DataFrame) -> str:
    """A remedy with the ids whose id, Chinese or English name comes closest to `name`."""
    columns = [column for column in ("id", "name_zh", "name_en") if column in table]
    spellings = {str(text): key for column in columns for key, text in table[column].items()}
    close = difflib.get_close_matches(name[:80], list(spellings), n=6, cutoff=0.4)
    close += [spelling for spelling in spellings if name and name in spelling]
    ids = list(dict.fromkeys(spellings[spelling] for spelling in close))[:3] or list(table.index[:8])
    return f"did you mean {' or '.join(ids)}?" if close else f"choose one of {', '.join(ids)}, …"


def require_year(year: int, cells: pd.DataFrame, what: str) -> int:
    """The year, if any cell is for it; otherwise an error that lists the years at hand."""
    years = sorted({int(one) for one in cells["year"].unique()})
    if isinstance(year, bool) or not isinstance(year, (int, np.integer)) or int(year) not in years:
        hand = ", ".join(map(str, years)) or "none"
        raise DataError(f"{what} has no value for {year!r}; the years at hand are {hand}")
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
    table = _rows(data.targets, indicators).assign(origin="table")
    table["locator"] = "table:" + table["row"].astype("str")
    text = _rows(data.statements, indicators)
    text = text[text["indicator"].map(indicators["kind"]).isin(EXTENSIVE) | text["from_year"].isna()]
    keys = ["place", "indicator", "year"]
    beside = table.loc[table["place"].isin(text["place"].unique()), keys]
    repeated = pd.MultiIndex.from_frame(text[keys]).isin(pd.MultiIndex.from_frame(beside))
    # What the text says twice is said once.
    text = text[~repeated].drop_duplicates([*keys, "document", "value", "relation"])
    role = text["kind"].where(text["kind"] == "baseline", "target")
    text = text.assign(origin="text", locator="statement:" + text["id"].astype("str"), role=role, variant="")
    rows = stacked(table, text)[_CELL].astype({"year": "int64"})
    own = rows["indicator"].map(indicators["unit"])
    if (wrong := rows[rows["unit"].to_numpy(dtype=object) != own.to_numpy(dtype=object)]).shape[0]:
        first = wrong.iloc[0]
        raise DataError(
            f"{first['indicator']} of {first['place']} is in {first['unit']!r}, the indicator in "
            f"{indicators.loc[first['indicator'], 'unit']!r}: values in different units are not compared; "
            "give the other quantity an indicator id of its own",
            rows=wrong,
        )
    peer = pd.Series(peers(data.places), index=data.places["id"])
    peer = rows["place"].map(peer).fillna(-1).astype(int)
    return rows.assign(peer=peer, **columns(_boxes(rows, indicators), "box"))


def _rows(frame: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that print a number for one of the indicators and a year."""
    return frame[
        frame["indicator"].isin(indicators.index) & frame["relation"].ne("none") & frame["year"].notna()
    ]


def _boxes(rows: pd.DataFrame, indicators: pd.DataFrame) -> Box:
    """What the prints leave open, cut to the indicators' logical bounds; a review is passed or not, unrounded."""
    kind, lower, upper = (rows["indicator"].map(indicators[name]) for name in ("kind", "lower", "upper"))
    reading = np.where(kind == "status", "stipulated", by_role(rows))
    return box(rows, reading).within(lower.to_numpy(dtype=float), upper.to_numpy(dtype=float))


def columns(boxes: Box, name: str) -> dict[str, np.ndarray]:
    """A box as columns of a frame, ``name_low, name_high, …``; `boxed` reads them back."""
    return {f"{name}_{part}": getattr(boxes, part) for part in _BOX}


def boxed(rows: pd.DataFrame, name: str, side: str = "") -> Box:
    """The box that stands in the columns ``name_low, name_high, …``; nothing known where they are missing."""
    read = {part: rows[f"{name}_{part}{side}"] for part in _BOX}
    for part in _BOX:
        flag = part in ("low_open", "high_open", "exact")
        kind, missing = (bool, False) if flag else (float, np.nan)
        read[part] = (read[part].eq(True) if flag else read[part]).to_numpy(dtype=kind, na_value=missing)
    return Box(**read)


def stacked(*tables: pd.DataFrame) -> pd.DataFrame:
    """Tables under one another; empty ones would only blur the column types."""
    return pd.concat([table for table in tables if len(table)] or tables[:1], ignore_index=True)


def provinces(places: pd.DataFrame) -> pd.Series:
    """Place id -> id of its province; empty where places.csv does not lead to one."""
    parent = places.set_index("id")["parent"].fillna("")
    level = places.set_index("id")["level"]
    up = pd.Series(places["id"].to_numpy(), index=places["id"])
    for _ in range(_MOST_LEVELS):
        up = up.where(up.map(level).eq("province"), up.map(parent).fillna(""))
    return up.where(up.map(level).eq("province"), "")


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


# ------------------------------------------------------------------------------------------- what it is compared with

OWN = ["place", "indicator", "year"]
REFERENCE = [
    *("reference_value", "reference_relation", "reference_low", "reference_high", "reference_kind"),
    *("reference_source", "reference_grade", "reference_n", "reference_places"),
]


@dataclass(frozen=True, eq=False)
class Reference:
    """References of the rows asked for, and the paths that time distances are measured on.

    Attributes
    ----------
    values : DataFrame
        The columns `OWN` and `REFERENCE`; ``above`` (set from above: met or not met) with ``strict``; and what
        the lower and the upper end leave open (``under_low, …``, ``over_low, …``, see `boxed`).
    paths : DataFrame
        ``place, indicator, year, path_value, path_step, path_name, path_n, path_places``.
    asked : str
        What was asked for, in words.
    """

    values: pd.DataFrame
    paths: pd.DataFrame
    asked: str


def resolve(
    reference: str | pd.DataFrame, data: Data, every: pd.DataFrame, indicators: pd.DataFrame, year: int
) -> Reference:
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

    Raises
    ------
    DataError
        For a name that is no reference, a place without values, or a frame that cannot serve.
    """
    if not isinstance(reference, (str, pd.DataFrame)):
        raise DataError(
            f"reference is {reference!r}; pass one of {', '.join(NAMED)}, a place id, or a DataFrame"
        )
    keys = every[OWN].drop_duplicates().assign(province=every["place"].map(provinces(data.places)))
    if isinstance(reference, pd.DataFrame):
        table = _given(reference, indicators)
        return _laid_out(table, keys, "the given references", year)
    if reference not in NAMED:
        return _laid_out(_of_place(reference, data, every, indicators), keys, reference, year)
    tables, paths = [], []
    if reference in ("auto", "province"):
        set_above = _laid_out(_provincial(data, every, indicators), keys, reference, year)
        tables.append(set_above.values)
        paths.append(set_above.paths)
    if reference != "province":
        plans = _plans(every, indicators)
        now = plans[plans["year"] == year]
    if reference in ("auto", "plans_shared"):
        tables.append(_shared(now))
    if reference in ("auto", "plans_median"):
        tables.append(_median(now))
    if reference != "province":
        paths.append(_median_paths(plans))
    path = stacked(*(one.assign(rank=rank) for rank, one in enumerate(paths)))
    path = path[path["rank"] == path.groupby(OWN[:2])["rank"].transform("min")]
    return Reference(stacked(*tables).drop_duplicates(OWN), path, reference)


def _laid_out(table: pd.DataFrame, keys: pd.DataFrame, asked: str, year: int) -> Reference:
    """The references of a table for every place that has the cells they are for; a place is not its own."""
    on = [name for name in ("province", "place", "indicator", "year") if name in table]
    paths = keys.drop(columns="year").drop_duplicates().merge(_path(table), on=on[:-1])
    values = keys[keys["year"] == year].merge(table, on=on)
    itself = {"path_places": paths["place"], "reference_places": values["place"]}
    return Reference(
        values[values["reference_places"] != itself["reference_places"]],
        paths[paths["path_places"] != itself["path_places"]].drop(columns="province"),
        asked,
    )


def _benchmarks(data: Data, indicators: pd.DataFrame) -> pd.DataFrame:
    """Benchmarks of the indicators that are no counts, with ``grade`` and ``reference_source``."""
    rates = indicators.index[~indicators["kind"].isin(EXTENSIVE)]
    rows = data.benchmarks[data.benchmarks["indicator"].isin(rates)]
    rows = rows[rows["relation"].ne("none") & rows["year"].notna()]
    if (wrong := rows[rows["unit"] != rows["indicator"].map(indicators["unit"])]).shape[0]:
        raise DataError(
            f"a benchmark of {wrong['indicator'].iloc[0]} is in {wrong['unit'].iloc[0]!r}: values in "
            "different units are not compared; give it the id of its own indicator in benchmarks.csv",
            rows=wrong,
        )
    grade = rows["source"].map(data.sources.set_index("id")["grade"])
    return rows.assign(grade=grade, reference_source=rows["source"], year=rows["year"].astype("int64"))


def _provincial(data: Data, every: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """What each province asks for: its own documents first, then what others report, by the grade of the source."""
    level = every["place"].map(data.places.set_index("id")["level"])
    own = every[(level == "province") & ~every["indicator"].map(indicators["kind"]).isin(EXTENSIVE)]
    own = own[own["role"] == "target"]
    own = own.assign(grade="official", reference_source=own["document"] + " " + own["locator"])
    reported = _benchmarks(data, indicators)
    reported = reported[
        reported["kind"].eq("target") & (reported["place"].map(provinces(data.places)) == reported["place"])
    ]
    both = stacked(own, reported)
    rank = pd.Categorical(both["grade"], _GRADES, ordered=True).codes
    both = both.assign(rank=rank).sort_values("rank", kind="stable").drop_duplicates(OWN)
    return _asked(both, indicators, PROVINCIAL).assign(province=both["place"])


def _asked(rows: pd.DataFrame, indicators: pd.DataFrame, kind: str | pd.Series) -> pd.DataFrame:
    """Targets set from above as references.

    The number asked for is exact; ``>60`` asks for more than 60 (``strict``). A bound against the indicator's
    direction leaves the number open.
    """
    sign = rows["indicator"].map(indicators["sign"]).to_numpy(dtype=float)
    relation = rows["relation"].to_numpy(dtype=object)
    bound = (sign > 0) & np.isin(relation, ["ge", "gt"]) | (sign < 0) & np.isin(relation, ["le", "lt"])
    exact = bound | (relation == "eq")
    value = rows["value"].to_numpy(dtype=float)
    about = relation == "about"
    low, high = (np.select([exact, about], [value, np.nan], rows[name]) for name in ("low", "high"))
    never = np.zeros(len(rows), dtype=bool)
    number = Box(low, high, np.isinf(low), np.isinf(high), value, exact)
    return rows[["indicator", "year"]].assign(
        reference_value=value,
        reference_relation=relation,
        reference_low=low,
        reference_high=high,
        reference_kind=kind,
        reference_source=rows["reference_source"],
        reference_grade=rows["grade"],
        reference_n=1,
        reference_places=rows["place"],
        above=~never,
        strict=bound & np.isin(relation, ["gt", "lt"]),
        **columns(number, "under"),
        **columns(number, "over"),
    )


def _of_place(place: str, data: Data, every: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Everything that one place plans, and, where it plans nothing, what is known of it."""
    choices = data.places.set_index("id", drop=False)
    if place not in choices.index:
        raise DataError(
            f"there is no reference {place!r}: pass {', '.join(NAMED)}, a DataFrame, or a place; "
            f"{nearest(place, choices)}"
        )
    own = every[every["place"] == place]
    plan = _plans(own.assign(peer=0), indicators)
    where = (own["document"] + " " + own["locator"]).groupby([own["indicator"], own["year"]]).agg(joined)
    source = where.reindex(pd.MultiIndex.from_frame(plan[["indicator", "year"]])).to_numpy()
    ends = plan[_ENDS].to_numpy()
    plan = _of_plans(plan, ends, ends, f"plan of {place}", source, 1, plan["place"])
    asked = _benchmarks(data, indicators)
    asked = asked[asked["place"] == place]
    above = _asked(asked, indicators, asked["kind"] + " of " + place).assign(above=asked["kind"] == "target")
    table = stacked(plan.drop(columns="place"), above).drop_duplicates(["indicator", "year"])
    if table.empty:
        raise DataError(
            f"{place} prints no core indicator that can be a reference; choose a place with a plan"
        )
    return table.reset_index(drop=True)


def _given(frame: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """References handed in as a table, read as targets set from above."""
    needed = ("indicator", "year", "value", "unit")
    missing = [name for name in needed if name not in frame]
    if missing or frame.empty:
        problem = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise DataError(
            f"the reference frame {problem}; it needs {', '.join(needed)}, and may have place, relation, "
            "low, high, basis, source"
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
    defaults = {"relation": "eq", "low": rows["value"], "high": rows["value"], "source": "given", "place": ""}
    filled = rows.assign(grade="", **{name: value for name, value in defaults.items() if name not in rows})
    table = _asked(filled.assign(reference_source=filled["source"]), indicators, "given")
    if "place" in rows:
        # A number for one place is no other place's: it may be a count, and the place is not its own reference.
        return table.assign(place=rows["place"], reference_places="")
    return table[~table["indicator"].map(indicators["kind"]).isin(EXTENSIVE)]


# --------------------------------------------------------------------------------------------------- the other plans


def _plans(every: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """One row per place, indicator and year: the set of values that its plan allows, over all that it prints.

    Where a place prints two paths for one indicator, the set spans both. Counts and approximate values are
    left out.
    """
    counts = indicators.index[indicators["kind"].isin(EXTENSIVE)]
    kept = ~every["indicator"].isin(counts) & (every["relation"] != "about") & (every["peer"] >= 0)
    ends = dict(zip(_ENDS, ("min", "max", "min", "max"), strict=True))
    ends |= {"box_low_open": "all", "box_high_open": "all"}
    rows = every.loc[kept, [*OWN, "peer", *ends]]
    twice = rows.duplicated(OWN, keep=False)
    if twice.any():
        spanned = rows[twice].groupby([*OWN, "peer"], sort=False).agg(ends).reset_index()
        rows = pd.concat([rows[~twice], spanned], ignore_index=True)
    return rows.assign(n=rows.groupby(_PEER)["place"].transform("size")).reset_index(drop=True)


def _shared(plans: pd.DataFrame) -> pd.DataFrame:
    """For each place the value that at least half of at least `SHARED_OF` other plans print; none of two equals."""
    points = plans.assign(value=_ten_digits(plans["low"].where(plans["low"] == plans["high"])))
    # One number is as finely known as the finest of its prints.
    finest = {"box_low": "max", "box_high": "min", "box_low_open": "any", "box_high_open": "any"}
    counts = points.groupby([*_PEER, "value"])
    counts = counts.agg(finest).assign(count=counts.size(), names=counts["place"].agg(list)).reset_index()
    # Without one of its plans a value may fall behind the next two, no further.
    counts = counts.sort_values("count", ascending=False, kind="stable").groupby(_PEER).head(3)
    rows = points.loc[points["n"] > SHARED_OF, [*OWN, "peer", "n", "value"]]
    rows = rows.merge(counts, on=_PEER, suffixes=("_own", ""))
    rows["count"] -= rows["value"] == rows["value_own"]
    rows = rows[2 * rows["count"] >= rows["n"] - 1]
    rows = rows[~rows.duplicated(OWN, keep=False)]
    ends = rows[["value", "value", "box_low", "box_high"]].to_numpy(dtype=float)
    source = rows["count"].astype("str") + " of " + (rows["n"] - 1).astype("str") + " other plans"
    names = [_others(names, place) for names, place in zip(rows["names"], rows["place"], strict=True)]
    return _of_plans(rows, ends, ends, SHARED, source, rows["count"], names)


def _ten_digits(values: pd.Series) -> np.ndarray:
    """Printed numbers that went through a change of unit may differ in their last bit."""
    values = values.to_numpy(dtype=float)
    with np.errstate(divide="ignore"):
        size = np.where(values == 0, 0, np.floor(np.log10(np.abs(values))))
    scale = 10.0 ** (9 - size)
    return np.round(values * scale) / scale


def _others(names: list[str], own: str) -> str:
    """The names without one's own, as `joined` writes them."""
    shown = [name for name in names[: SHOWN + 1] if name != own][:SHOWN]
    more = len(names) - (own in names) - len(shown)
    return ", ".join(shown) + (f" and {more} more" if more else "")


def _median(plans: pd.DataFrame) -> pd.DataFrame:
    """For each place the median of at least `MEDIAN_OF` other plans: of an even number the two middle values.

    An order statistic rises with each of its values, so those of the lower and of the upper ends are its exact
    limits, also where some plans print only a bound.
    """
    plans = plans[plans["n"] > MEDIAN_OF].reset_index(drop=True)
    ends = plans[_ENDS].to_numpy(dtype=float)
    under, over, names = np.empty_like(ends), np.empty_like(ends), np.full(len(plans), "", object)
    for at in plans.groupby(_PEER, sort=False).indices.values():
        under[at], over[at] = _middles(ends[at], _ranks(ends[at]), np.full(len(at), len(at) - 1))
        places = plans["place"].iloc[at].tolist()
        names[at] = [_others(places, place) for place in places]
    others = plans["n"] - 1
    for name in ("box_low_open", "box_high_open"):
        plans[name] = plans.groupby(_PEER)[name].transform("sum") - plans[name] == others
    return _of_plans(plans, under, over, MEDIAN, others.astype("str") + " other plans", others, names)


def _ranks(values: np.ndarray) -> np.ndarray:
    """The place of each value in its column, from 0; equal ones in their order."""
    return np.argsort(np.argsort(values, axis=0, kind="stable"), axis=0)


def _middles(values: np.ndarray, rank: np.ndarray, others: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Lower and upper middle of each column of `values` without the value at `rank`; `others` values remain."""
    ordered = np.sort(values, axis=0)
    middles = (others - 1) // 2, others // 2
    return tuple(np.take_along_axis(ordered, k[:, None] + (k[:, None] >= rank), axis=0) for k in middles)


def _of_plans(rows: pd.DataFrame, under: np.ndarray, over: np.ndarray, kind: str, source, n, names):
    """Lay out references that are values of plans; `under` and `over` hold the columns `_ENDS`."""
    opened = [rows[f"box_{end}_open"].to_numpy(dtype=bool) for end in ("low", "high")]
    ends = {}
    for name, end in (("under", under), ("over", over)):
        exact = end[:, 0] == end[:, 1]
        ends |= columns(Box(end[:, 2], end[:, 3], *opened, np.where(exact, end[:, 0], np.nan), exact), name)
    number = under[:, 0] == over[:, 1]
    return rows[OWN].assign(
        reference_value=np.where(number, under[:, 0], np.nan),
        reference_relation=np.where(number, "eq", "range"),
        reference_low=under[:, 0],
        reference_high=over[:, 1],
        reference_kind=kind,
        reference_source=source,
        reference_grade="",
        reference_n=n,
        reference_places=names,
        above=False,
        strict=(under != over).any(axis=1),
        **ends,
    )


def _path(table: pd.DataFrame) -> pd.DataFrame:
    """The points of a reference table as paths; one point is no path."""
    keys = [name for name in ("province", "place", "indicator", "year") if name in table]
    points = table[table["under_exact"] & table["reference_value"].notna()]
    points = points[points.groupby(keys[:-1])["year"].transform("size") > 1]
    value = points["reference_value"]
    width = np.maximum(points["over_high"] - value, value - points["under_low"])
    return points[keys].assign(
        path_value=value,
        path_step=2 * np.nan_to_num(width, posinf=0.0),
        path_name=points["reference_kind"],
        path_n=points["reference_n"],
        path_places=points["reference_places"],
    )


def _median_paths(plans: pd.DataFrame) -> pd.DataFrame:
    """For each place the median path over a fixed set of other plans: no step comes from one that enters or leaves.

    Of the years in which at least `MEDIAN_OF` others print something, the path runs to the last, from the
    earliest from which at least `MEDIAN_OF` others print all of them; it is the median of those plans, of an
    even number the middle between the two middle values, with a step that reaches to both.
    """
    years, column = np.unique(plans["year"], return_inverse=True)
    ends = plans[_ENDS].to_numpy(dtype=float)
    parts = []
    for (_, indicator), at in plans.groupby(_PEER[:2], sort=False).indices.items():
        row, places = pd.factorize(plans["place"].iloc[at])
        grid = np.full((len(places), len(years), len(_ENDS)), np.nan)
        grid[row, column[at]] = ends[at]
        printed = ~np.isnan(grid[:, :, 0])
        counted, pattern = np.unique(printed.sum(axis=0) - printed >= MEDIAN_OF, axis=0, return_inverse=True)
        for number, relevant in enumerate(counted):
            mine, span = np.flatnonzero(pattern.ravel() == number), np.flatnonzero(relevant)
            if len(span) < 2:
                continue
            reach = np.cumprod(printed[:, span][:, ::-1], axis=1).sum(axis=1)
            # Without a place that reaches far enough itself, the next one is the last that is needed.
            nth, after = np.sort(reach)[::-1][MEDIAN_OF - 1 : MEDIAN_OF + 1]
            start = np.where(reach[mine] >= nth, after, nth)
            for length in np.unique(start[start > 1]):
                who = mine[start == length]
                parts.append(
                    _one_path(grid, places, who, reach >= length, span[-length:]).assign(indicator=indicator)
                )
    if not parts:
        return pd.DataFrame(columns=[*OWN, "path_value", "path_step", "path_name", "path_n", "path_places"])
    paths = pd.concat(parts, ignore_index=True)
    paths = paths[paths.groupby(OWN[:2])["year"].transform("size") > 1]
    return paths.assign(path_name=MEDIAN, year=years[paths["year"]])


def _one_path(grid: np.ndarray, places: np.ndarray, who: np.ndarray, members: np.ndarray, span: np.ndarray):
    """The medians of the `members` in the years of `span` for each place of `who`, without its own plan."""
    values = grid[members][:, span].reshape(members.sum(), -1)
    rank = np.full((len(places), values.shape[1]), len(values))
    rank[members] = _ranks(values)
    others = members.sum() - members[who]
    under, over = (m.reshape(len(who), len(span), -1) for m in _middles(values, rank[who], others))
    middle = (under[:, :, 0] + over[:, :, 1]) / 2
    width = np.maximum(over[:, :, 3] - middle, middle - under[:, :, 2])
    names = places[members].tolist()
    path = pd.DataFrame(
        {
            "place": np.repeat(places[who], len(span)),
            "year": np.tile(span, len(who)),
            "path_value": middle.ravel(),
            "path_step": 2 * np.nan_to_num(width, posinf=0.0).ravel(),
            "path_n": np.repeat(others, len(span)),
            "path_places": np.repeat(
                np.array([_others(names, own) for own in places[who]], object), len(span)
            ),
        }
    )
    return path[(under[:, :, 0] == under[:, :, 1]).ravel() & (over[:, :, 0] == over[:, :, 1]).ravel()]
