"""Every check on what the documents print, one after another; C3 and C12: a path beside what is set
above it, and beside the plans of other places.

Only yardsticks of a place that the path's place belongs to are used, and only for indicators whose size does
not depend on how large the place is. A target for a whole province binds no single county. What plans share
says nothing of whether they can be met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import paths
from qiyou.compare.references import ancestors
from qiyou.intervals import apart, same
from qiyou.plausibility import passages, plan
from qiyou.plausibility.facts import Cells, Settings, cells, collected, demanded, found
from qiyou.plausibility.telling import sentences
from qiyou.relate import relate

if TYPE_CHECKING:
    from qiyou.data import Data

INTENSIVE = ("share", "gross_rate", "density", "years", "money")
"""Kinds of indicator whose level is comparable between a county and its province."""


def check(data: Data, *, lang: str | None = None, settings: Settings | None = None) -> pd.DataFrame:
    """Every check on what the documents print, C1 to C14.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    lang : {"zh", "en"}, optional
        Adds the column ``message``, a sentence for each finding.
    settings : Settings, optional
        The conventions; a finding that was held against one carries it as its threshold.

    Returns
    -------
    DataFrame
        One row per finding: place, document, indicator, variant, year (missing for a finding on the whole
        path), check, code, verdict (NOTE, QUESTION, CONTRADICTION, UNDECIDABLE); ``a_cell, a_printed, b_cell,
        b_printed``, the cells that are compared, as ``<document>/table:<row>:<year>`` or
        ``<document>/statement:<id>``; ``statistic`` with ``low`` and ``high``, what observed values leave
        open; ``threshold``; ``facts``, a dict of what the message names. By path in order of first
        appearance, then by check.

    Raises
    ------
    DataError
        Columns missing, an unknown indicator, relation or direction.

    Examples
    --------
    >>> import qiyou
    >>> found = check(qiyou.load(), lang="en")
    >>> found.loc[found["code"] == "REVERSAL", ["a_cell", "b_cell"]].values.tolist()
    [['changxing-plan-2023/table:13:2023', 'changxing-plan-2023/table:13:2024']]
    """
    settings = settings or Settings()
    every, found = _cells(data)
    if every is not None:
        excerpts = frozenset(data.documents.loc[data.documents["extent"].eq("excerpt"), "id"])
        alone, shaped = plan.checks(every, excerpts)
        found += [*alone, *plan.shapes(every, shaped, data.indicators, settings)]
        found += [*passages.identities(every, data.identities), *standards(every, data)]
        found += [*plans(every, settings), *passages.checks(every, data)]
    table = collected(found)
    return table if lang is None else table.assign(message=sentences(table, data, lang))


def _cells(data: Data) -> tuple[Cells | None, list[pd.DataFrame]]:
    """All figures but those of paths that say two things at once, and what is found of these."""
    clean, found = plan.take_out(paths.table(data))
    return cells(clean, data) if len(clean) else None, found


def standards(cells: Cells, data: Data) -> list[pd.DataFrame]:
    """MISSES_STANDARD, MET_AT_BASELINE, MET_BY; AMPLIFIED, SET_AT_STANDARD; what a bound leaves open."""
    level = data.indicators.loc[data.indicators["kind"].isin(INTENSIVE), "id"]
    usable = data.benchmarks[data.benchmarks["indicator"].isin(level) & data.benchmarks["year"].notna()]
    usable = usable[~usable["relation"].isin(["none", "about"])].rename(columns={"place": "above"})
    mine = cells.grid.keys.assign(at=np.arange(len(cells.grid.at)))[cells.judged]
    chain = ancestors(data.places).query("place != above")
    pairs = mine.merge(chain, on="place").merge(usable, on=["above", "indicator"])
    column = pd.Index(cells.grid.years).get_indexer(pairs["year"].astype(int))
    # a base value is an observation, and no promise that a yardstick could be held against
    known = (column >= 0) & cells.planned[pairs["at"], np.maximum(column, 0)]
    pairs, column = pairs[known].reset_index(drop=True), column[known]
    pairs = pairs.assign(cell="sources/" + pairs["source"])
    at = pairs["at"].to_numpy()
    sign, n = cells.grid.sign[at], cells.grid.at[at, column]
    asked, strict = demanded(pairs["value"].to_numpy(float), pairs["relation"].to_numpy(object), sign)
    verdict = relate(cells.box[n], asked, sign, strict=strict)["verdict"].to_numpy(object)
    binding = pairs["kind"].isin(["target", "standard"]).to_numpy()
    equal = binding & same(cells.box.point[n], asked.point)
    more = binding & apart(cells.box[n].turned(sign), asked.turned(sign)) & ~equal
    # every year of the path, for the first that meets it
    years = cells.grid.at[at]
    row = np.repeat(np.arange(len(at)), years.shape[1])
    of = relate(cells.box[years.ravel()], asked[row], sign[row], strict=strict[row])
    reached = of["verdict"].eq("met").to_numpy().reshape(years.shape) & (years >= 0)
    first = years[np.arange(len(at)), np.argmax(reached, axis=1)]
    at_base, met = cells.rows["role"].to_numpy(object)[first] == "baseline", verdict == "met"

    def beside(code: str, mask: np.ndarray, n: np.ndarray, **options) -> pd.DataFrame:
        them, cell, boxes = pairs[mask], cells.pick(n[mask]), cells.box[n[mask]]
        numbers = {"low": boxes.low, "high": boxes.high, "statistic": boxes.point, "threshold": them["value"]}
        named = {name: them[name] for name in ("above", "kind", "source")}
        return found(code, cell, them, **numbers, **named, **options)

    return [
        beside("MISSES_STANDARD", verdict == "not_met", n),
        beside("BOUND_LEAVES_OPEN", verdict == "undecidable", n, case="standard", check="C3"),
        beside("MET_AT_BASELINE", met & at_base, first, case="standard"),
        beside("MET_BY", met & ~at_base, first, case="standard"),
        beside("AMPLIFIED", more, n),
        beside("SET_AT_STANDARD", equal, n),
    ]


def plans(cells: Cells, settings: Settings) -> list[pd.DataFrame]:
    """IDENTICAL_PATHS, of paths that are not flat; COMMON_END_VALUE, where a place prints a single path."""
    grid, planned, prints = cells.grid, cells.planned, _prints(cells)
    place, places = pd.factorize(grid.keys["place"], sort=True)
    value = np.where(planned, grid.value, np.nan)
    moves = np.fmax.reduce(value, axis=1) > np.fmin.reduce(value, axis=1)
    weights = np.random.default_rng(0).integers(1, 2**63, prints.shape[1], dtype=np.uint64) | np.uint64(1)
    n = cells.ends(cells.stated)[1]
    every = pd.DataFrame({"place": place, "indicator": pd.factorize(grid.keys["indicator"])[0], "n": n})
    every["year"], relation = (cells.rows[name].to_numpy(dtype=object)[n] for name in ("year", "relation"))
    last = np.arange(len(n)), np.argmax(cells.grid.at == n[:, None], axis=1)
    every["end"], every["whole"] = prints[last], (prints * weights).sum(axis=1)

    copies = every[moves & cells.judged & (planned.sum(axis=1) >= settings.identical_values)]
    copies = copies.assign(k=copies.groupby(["indicator", "whole"])["place"].transform("nunique"))
    copies = copies[copies["k"] > 1]
    told = {"k": copies["k"], "places": _members(copies, ["indicator", "whole"], places), "year": pd.NA}
    told |= {"statistic": copies["k"], "threshold": settings.identical_values}
    found_ = [found("IDENTICAL_PATHS", cells.pick(copies["n"]), **told)]

    ends = every[cells.judged & planned[last] & (relation != "about")]
    ends = ends[~ends.duplicated(["place", "indicator"], keep=False)]
    ends = ends.assign(of=ends.groupby(["indicator", "year"])["place"].transform("size"))
    group = ["indicator", "year", "end"]
    ends = ends.assign(k=ends.groupby(group)["place"].transform("size"))
    common = (ends["of"] >= settings.shared_places) & (ends["k"] >= settings.shared_share * ends["of"])
    ends = ends[common & (ends["k"] > 1)]
    told = {"k": ends["k"], "of": ends["of"], "places": _members(ends, group, places)}
    told |= {"statistic": ends["k"] / ends["of"], "threshold": settings.shared_share}
    return [*found_, found("COMMON_END_VALUE", cells.pick(ends["n"]), **told)]


def _members(rows: pd.DataFrame, group: list[str], places: pd.Index) -> np.ndarray:
    """For each row the names of the places in its group, as a tuple."""
    number = rows.groupby(group, sort=False).ngroup().to_numpy()
    listed = rows.groupby(number)["place"].agg(lambda one: tuple(places[np.unique(one)]))
    return listed.loc[number].to_numpy(dtype=object)


def _prints(cells: Cells) -> np.ndarray:
    """Each planned cell of the grid as one number that is equal where relation and value are; 0 elsewhere."""
    value = cells.grid.value
    with np.errstate(divide="ignore", invalid="ignore"):
        # without the binary noise of decimals: ten significant digits
        scale = 10.0 ** (9 - np.floor(np.log10(np.abs(value))))
        value = np.where(np.isfinite(scale), np.round(value * scale) / scale, value)
    shown = pd.util.hash_array(value.ravel()).reshape(value.shape)
    relation = pd.Index(paths.RELATIONS).get_indexer(cells.grid.relation.ravel()).reshape(value.shape)
    return np.where(cells.planned, shown ^ relation.astype(np.uint64), np.uint64(0))
