"""Where each place stands on the core indicators: gap, verdict or word, time distance."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import pace
from qiyou.compare import references
from qiyou.compare.coverage import coverage
from qiyou.compare.references import (
    EXTENSIVE,
    boxed,
    cells,
    core_indicators,
    places_with_documents,
    require_year,
)
from qiyou.errors import DataError
from qiyou.intervals import same
from qiyou.relate import beside_plans

if TYPE_CHECKING:
    from qiyou.data import Data

VERDICTS = ("met", "not_met", "at_or_above", "level", "below", "undecidable", "no_reference")

_CORE = [
    *("place", "indicator", "variant", "year", "role", "value", "relation", "low", "high", "step", "unit"),
    *("basis", "document", "locator", "printed", *references.REFERENCE),
    *("gap", "gap_low", "gap_high", "verdict", "why"),
    *("lead", "lead_low", "lead_high", "lead_reference", "lead_n", "lead_places", "lead_note"),
]
_TIMING = [
    *("place", "indicator", "variant", "year", "value", "step", "unit", "lead", "lead_low", "lead_high"),
    *("lead_reference", "lead_n", "lead_places", "lead_note"),
]


def core(
    data: Data,
    year: int,
    reference: str | pd.DataFrame = "auto",
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
    grid: bool = False,
) -> pd.DataFrame:
    """Every place's value of every core indicator in one year, beside its reference."""
    facts = core_indicators(data)
    wanted = list(core_indicators(data, indicators).index)
    order = places_with_documents(data, places)
    every = cells(data, facts)
    chosen = every[every["place"].isin(order) & every["indicator"].isin(wanted)]
    year = require_year(year, chosen, "the selection")
    found = references.resolve(reference, data, every, facts, year)
    rows = chosen[chosen["year"] == year]
    rows = rows.merge(
        found.values[[*references.OWN, *found.values.columns.difference(rows.columns)]], how="left"
    )
    rows = _judged(rows, facts, found.asked)
    rows = rows.assign(
        basis=rows["indicator"].map(references.basis(facts)), **_leads(rows, found.paths, facts)
    )
    rank = {name: k for k, name in enumerate([*facts.index, *order])}
    rows = rows.assign(_indicator=rows["indicator"].map(rank), _place=rows["place"].map(rank))
    rows = rows.sort_values(["_indicator", "_place", "variant"], kind="stable", ignore_index=True)[_CORE]
    return _grid(rows, data, year, places, indicators) if grid else rows


def _judged(rows: pd.DataFrame, facts: pd.DataFrame, asked: str) -> pd.DataFrame:
    """Add gap, its limits, the verdict or word, and what decides or why there is no reference."""
    # A review is passed or not: passed stands above not passed, and there is no gap between them.
    sign = rows["indicator"].map(facts["sign"]).to_numpy(dtype=float)
    way = np.where(np.isnan(sign), 1.0, sign)
    missing = rows["reference_kind"].isna().to_numpy()
    above, strict = (rows[name].eq(True).to_numpy(dtype=bool, na_value=False) for name in ("above", "strict"))
    value, under, over = (boxed(rows, name) for name in ("box", "under", "over"))
    related = beside_plans(
        value, under.where(way > 0, over), over.where(way > 0, under), way, strict=strict, above=above
    )
    nothing = np.select(
        [
            rows["place"].eq(asked),
            rows["indicator"].map(facts["kind"]).isin(EXTENSIVE),
            rows["peer"].lt(0) & (asked in references.NAMED),
        ],
        [
            "the place is the reference",
            "a count grows with the size of the place",
            "no province in places.csv",
        ],
        "neither a target from above nor enough other plans"
        if asked == "auto"
        else f"no reference in {asked}",
    )
    shown = ~np.isnan(sign) & ~missing
    texts = [name for name in references.REFERENCE if rows[name].dtype == object or rows[name].dtype == "str"]
    return rows.assign(
        gap=related["gap"].where(shown),
        gap_low=related["gap_low"].where(shown),
        gap_high=related["gap_high"].where(shown),
        verdict=related["verdict"].where(~missing, "no_reference"),
        why=related["why"].where(~missing, nothing),
        reference_n=rows["reference_n"].astype("Int64"),
        **{name: rows[name].astype(object).where(~missing, "") for name in texts},
    )


def _leads(rows: pd.DataFrame, paths: pd.DataFrame, facts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Time distances of all rows at once on their reference paths: the lead columns of `core`."""
    out = {name: np.full(len(rows), np.nan) for name in ("lead", "lead_low", "lead_high")}
    out |= {name: np.full(len(rows), "", object) for name in ("lead_reference", "lead_places", "lead_note")}
    out["lead_n"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    kind, direction, sign = (rows["indicator"].map(facts[name]) for name in ("kind", "direction", "sign"))
    moving = direction.isin(["up", "down"]) & ~kind.isin([*EXTENSIVE, "status"]) & rows["relation"].eq("eq")
    keys = ["place", "indicator"]
    heads = paths.drop_duplicates(keys)
    number = heads[keys].assign(_path=range(len(heads)))
    which = rows[keys].merge(number, on=keys, how="left")["_path"].to_numpy()
    able = np.flatnonzero(moving.to_numpy() & ~np.isnan(which))
    if not len(able):
        return out
    years, column = np.unique(paths["year"].to_numpy(dtype=int), return_inverse=True)
    path_of = paths[keys].merge(number, on=keys, how="left")["_path"].to_numpy()
    values, steps = (np.full((len(heads), len(years)), fill) for fill in (np.nan, 0.0))
    values[path_of, column], steps[path_of, column] = paths["path_value"], paths["path_step"]
    chosen, which, way = rows.iloc[able], which[able].astype(int), sign.to_numpy()[able]
    value, year, path = chosen["value"].to_numpy(), chosen["year"].to_numpy(), values[which]
    width = 2 * np.maximum(chosen["box_high"] - value, value - chosen["box_low"]).to_numpy()
    table = pace.lead(value, year, years, path, step=width, reference_step=steps[which], direction=way)
    now = path[np.arange(len(path)), np.minimum(np.searchsorted(years, year), len(years) - 1)]
    # A flat path has been at its value for years; who has the same value now is neither ahead nor behind.
    level = same(now, value) & np.isin(year, years)
    table.loc[level, "lead"] = 0.0
    table.loc[level, "lead_low"] = np.fmin(table.loc[level, "lead_low"], 0.0)
    table.loc[level, "lead_high"] = np.fmax(table.loc[level, "lead_high"], 0.0)
    for name in table:
        out[name][able] = table[name]
    for name, path_name in (
        ("lead_reference", "path_name"),
        ("lead_n", "path_n"),
        ("lead_places", "path_places"),
    ):
        out[name][able] = heads[path_name].to_numpy()[which]
    better = way * value > np.nanmax(way[:, None] * path, axis=1)
    beyond = np.where(better, "better than the whole path", "passed before the path begins")
    out["lead_note"][able] = np.where(table["lead"].isna(), beyond, "")
    return out


def timing(
    data: Data,
    year: int,
    reference: str | pd.DataFrame = "auto",
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> pd.DataFrame:
    """How many years each place is ahead of or behind the reference path.

    Parameters
    ----------
    data, year, reference, places, indicators
        As in `core`.

    Returns
    -------
    DataFrame
        The rows of `core` for which there is a path: ``place, indicator, variant, year, value, step, unit,
        lead, lead_low, lead_high, lead_reference, lead_n, lead_places, lead_note``, and names for readers.

    Raises
    ------
    DataError
        As `core`; or if no indicator has a reference path.
    """
    rows = core(data, year, reference, places=places, indicators=indicators)
    rows = rows[rows["lead_reference"] != ""]
    if rows.empty:
        raise DataError(
            f"no indicator of the selection has a reference path for {year}: a path needs two or more years of "
            "provincial targets, or at least three plans that print the same years"
        )
    return labelled(rows[_TIMING].reset_index(drop=True), data)


def labelled(frame: pd.DataFrame, data: Data) -> pd.DataFrame:
    """Add ``domain, kind, place_zh, place_en, indicator_zh, indicator_en`` for readers and figures."""
    indicators, places = (table.set_index("id") for table in (data.indicators, data.places))
    added = {name: frame["indicator"].map(indicators[name]) for name in ("domain", "kind")}
    for lang in ("zh", "en"):
        added[f"place_{lang}"] = frame["place"].map(places[f"name_{lang}"])
        added[f"indicator_{lang}"] = frame["indicator"].map(indicators[f"name_{lang}"])
    return frame.assign(**added)


def _grid(rows: pd.DataFrame, data: Data, year: int, places, indicators) -> pd.DataFrame:
    """The rows of `core` on the full grid of places and indicators, with ``state`` and names."""
    cover = coverage(data, places=places, indicators=indicators)
    level = cover["place"].map(data.places.set_index("id")["level"])
    cover = cover.loc[~level.isin(["province", "country"]), ["place", "indicator", "at_hand", "document"]]
    keys = ["place", "indicator"]
    table = cover.merge(rows.drop(columns="document"), on=keys, how="left", validate="one_to_many")
    empty = table["verdict"].isna()
    spans = data.documents.groupby("place").agg(first=("from_year", "min"), last=("to_year", "max"))
    first, last = (table["place"].map(spans[name]) for name in ("first", "last"))
    gone = empty & ~table["at_hand"] & (first - 1 <= year) & (year <= last)
    state = np.select([gone, empty], ["not_at_hand", "no_number"], table["verdict"].astype(object))
    texts = [name for name in rows if rows[name].dtype == object or rows[name].dtype == "str"]
    filled = {name: table[name].astype(object).where(table[name].notna(), "") for name in texts}
    unit = table["indicator"].map(data.indicators.set_index("id")["unit"])
    table = table.assign(**filled).assign(state=state, unit=unit, year=year)
    return labelled(
        table[
            [
                "place",
                "indicator",
                "variant",
                "year",
                "state",
                *rows.columns.difference(["place", "indicator", "variant", "year"], sort=False),
            ]
        ],
        data,
    )
