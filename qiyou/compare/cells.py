"""The printed values of the core indicators as one table, each with the set of numbers that it stands for."""

from __future__ import annotations

import difflib
from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

DOMAINS = MappingProxyType(
    {
        "幼有善育": "Childcare",
        "学有优教": "Education",
        "劳有所得": "Work",
        "病有良医": "Health",
        "老有康养": "Elderly care",
        "住有宜居": "Housing",
        "弱有众扶": "Social assistance",
        "文有惠享": "Culture",
        "体有强健": "Sports",
    }
)
"""The nine domains of the plans in their printed order, with English names."""

EXTENSIVE = ("stock", "flow")
"""Kinds of indicators that count things: they grow with the size of a place."""

SIGN = MappingProxyType({"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0})
SHOWN = 12
"""Names that a list of places or rows shows before it is cut."""

_MOST_LEVELS = 6
_CELLS = ("document", "place", "indicator", "variant", "year", "role", "origin", "locator", "printed")
_VALUES = ("value", "relation", "low", "high", "low_closed", "high_closed", "unit", "step")


def core_indicators(data: Data, only: Iterable[str] | None = None) -> pd.DataFrame:
    """The core rows of ``data.indicators`` in their order, by id, with ``sign`` (+1 more is better, −1 less).

    Raises
    ------
    DataError
        If an id of `only` is not one of them, with the nearest names.
    """
    table = data.indicators[data.indicators["core"]].set_index("id", drop=False)
    if table.empty:
        raise DataError("no indicator is marked core in indicators.csv, so there is nothing to compare")
    table = table.assign(sign=table["direction"].map(SIGN).astype(float))
    return table if only is None else table.loc[known(only, table, "core indicator")]


def places_with_documents(data: Data, only: Iterable[str] | None = None) -> list[str]:
    """Ids of the places that have a document: the most printed cells first, provinces last.

    Raises
    ------
    DataError
        If there is no document, or an id of `only` is not among them, with the nearest names.
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
    spellings = {
        str(spelling): key
        for column in ("id", "name_zh", "name_en")
        if column in table
        for spelling, key in zip(table[column], table.index, strict=True)
    }
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
    """Every value and bound that a document prints for one of the `indicators` and a year, with its box.

    The table speaks for a place; a figure of the running text is taken only where no table of the place
    prints one for that indicator and year (what table and text say against each other is the matter of the
    plausibility checks). A mean over several years is not the value of its last year and is left out.

    Parameters
    ----------
    data : Data
    indicators : DataFrame
        From `core_indicators`.

    Returns
    -------
    DataFrame
        ``document, place, indicator, variant, year, role, origin`` (table or text), ``locator, printed``,
        ``value, relation, low, high, low_closed, high_closed, unit, step`` as in ``data.targets``, and the
        box ``box_low, box_high, open_low, open_high``: what the value stands for. A value y printed to a step
        u stands for [y − u/2, y + u/2): on the edge it would be printed as its neighbour. A bound stands for
        what it states, a status (passed or not) for itself; all are cut to the indicator's logical bounds;
        ``about`` leaves NaN. ``place_code, indicator_code`` are positions in ``data.places`` and
        `indicators`.

    Raises
    ------
    DataError
        If a value is in another unit than its indicator, or has no printing resolution; ``rows`` holds them.
    """
    table = _rows(data.targets, indicators)
    table = table.assign(origin="table", locator="table:" + table["row"].astype("str"))
    text = _rows(data.statements, indicators)
    counted = text["indicator"].map(indicators["kind"]).isin(EXTENSIVE)
    text = text[counted | text["from_year"].isna()]
    # Only where no table of the place speaks; and what the text says twice is said once.
    keys = ["place", "indicator", "year"]
    beside = table.loc[table["place"].isin(text["place"].unique()), keys]
    repeated = pd.MultiIndex.from_frame(text[keys]).isin(pd.MultiIndex.from_frame(beside))
    text = text[~repeated].drop_duplicates([*keys, "document", "value", "relation"])
    text = text.assign(
        origin="text",
        locator="statement:" + text["id"].astype("str"),
        role=text["kind"].where(text["kind"] == "baseline", "target"),
        variant="",
    )
    columns = [*_CELLS, *_VALUES]
    every = pd.concat(
        [part[columns] for part in (table, text) if len(part)] or [table[columns]], ignore_index=True
    )
    every = with_boxes(every.astype({"year": "int64"}), indicators)
    _require_comparable(every, indicators)
    return every.assign(
        place_code=pd.Index(data.places["id"]).get_indexer(every["place"]),
        indicator_code=indicators.index.get_indexer(every["indicator"]),
    )


def _rows(frame: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """The rows of a table that print a number for one of the indicators and a year."""
    wanted = frame["indicator"].isin(indicators.index) & (frame["relation"] != "none") & frame["year"].notna()
    return frame if wanted.all() else frame[wanted]


def _require_comparable(rows: pd.DataFrame, indicators: pd.DataFrame) -> None:
    own = indicators["unit"].to_numpy(dtype=object)[indicators.index.get_indexer(rows["indicator"])]
    wrong = rows[rows["unit"].to_numpy(dtype=object) != own]
    if len(wrong):
        one = wrong.iloc[0]
        raise DataError(
            f"{one['indicator']} of {one['place']} is in {one['unit']!r}, the indicator in "
            f"{indicators.loc[one['indicator'], 'unit']!r}: values in different units are not compared; "
            "give the other quantity an indicator id of its own",
            rows=wrong,
        )
    bare = rows[rows["relation"].eq("eq") & (rows["value"].isna() | rows["step"].isna())]
    if len(bare):
        raise DataError(
            f"{len(bare)} values lack their number or printing resolution; read them with qiyou.notation",
            rows=bare,
        )


def with_boxes(rows: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Add ``box_low, box_high, open_low, open_high`` (see `cells`)."""
    which = indicators.index.get_indexer(rows["indicator"])
    fact = {name: indicators[name].to_numpy()[which] for name in ("kind", "lower", "upper")}
    relation = rows["relation"].to_numpy(dtype=object)
    rounded = (relation == "eq") | (relation == "range")
    half = np.nan_to_num(np.where(rounded & (fact["kind"] != "status"), rows["step"], 0.0)) / 2
    about = relation == "about"
    low = np.where(about, np.nan, rows["low"] - half)
    high = np.where(about, np.nan, rows["high"] + half)
    open_low = ~rounded & ~rows["low_closed"].to_numpy(dtype=bool)
    open_high = np.where(rounded, half > 0, ~rows["high_closed"].to_numpy(dtype=bool))
    lower, upper = (fact[name].astype(float) for name in ("lower", "upper"))
    under, over = low < lower, high > upper
    return rows.assign(
        box_low=np.where(under, lower, low),
        box_high=np.where(over, upper, high),
        open_low=open_low & ~under,
        open_high=open_high & ~over,
    )


def provinces(places: pd.DataFrame) -> pd.Series:
    """Place id -> id of its province; empty where places.csv does not lead to one."""
    parent = places.set_index("id")["parent"].fillna("")
    level = places.set_index("id")["level"]
    up = pd.Series(places["id"].to_numpy(), index=places["id"])
    for _ in range(_MOST_LEVELS):
        higher = up.map(parent).fillna("")
        up = up.where(up.map(level).eq("province"), higher)
    return up.where(up.map(level).eq("province"), "")


def peers(places: pd.DataFrame) -> np.ndarray:
    """Number of the group of each place: those of its level in its province; −1 where that is not known."""
    province = provinces(places)
    frame = pd.DataFrame({"province": province.to_numpy(), "level": places["level"].to_numpy()})
    own = (frame["province"] == "") | (frame["province"].to_numpy() == places["id"].to_numpy())
    return np.where(own, -1, frame.groupby(["province", "level"], sort=False).ngroup())


def named(frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add ``domain, kind, place_zh, place_en, indicator_zh, indicator_en`` for readers and figures."""
    indicators, places = (table.set_index("id") for table in (data.indicators, data.places))
    added = {name: frame["indicator"].map(indicators[name]) for name in ("domain", "kind")}
    for lang in ("zh", "en"):
        added[f"place_{lang}"] = frame["place"].map(places[f"name_{lang}"])
        added[f"indicator_{lang}"] = frame["indicator"].map(indicators[f"name_{lang}"])
    return frame.assign(**added)


def joined(values: Iterable[str], most: int = SHOWN) -> str:
    """Names in a row, cut where there are more than a reader would read."""
    values = list(dict.fromkeys(values))
    shown = ", ".join(values[:most])
    return shown if len(values) <= most else f"{shown} and {len(values) - most} more"
