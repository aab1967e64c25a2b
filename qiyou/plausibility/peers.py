"""C3 and C12: a path beside what is set above it, and beside the plans of other places.

Only yardsticks of a place that the path's place belongs to are used, and only for indicators whose size does
not depend on how large the place is. A target for a whole province binds no single county. What plans share
says nothing of whether they can be met.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.intervals import apart, same
from qiyou.paths import RELATIONS
from qiyou.plausibility.facts import Cells, Settings, demanded, found
from qiyou.relate import relate

if TYPE_CHECKING:
    from qiyou.data import Data

INTENSIVE = ("share", "gross_rate", "density", "years", "money")
"""Kinds of indicator whose level is comparable between a county and its province."""


def ancestors(places: pd.DataFrame) -> pd.DataFrame:
    """Every place with every place it belongs to: columns place, above.

    Examples
    --------
    >>> chain = ancestors(pd.DataFrame({"id": ["yuhuan", "taizhou"], "parent": ["taizhou", "zhejiang"]}))
    >>> chain.values.tolist()
    [['yuhuan', 'taizhou'], ['taizhou', 'zhejiang'], ['yuhuan', 'zhejiang']]
    """
    parent = places.set_index("id")["parent"].replace("", pd.NA).dropna()
    step = parent.rename("above").rename_axis("place").reset_index()
    found, levels = [], 0
    while len(step) and levels < 10:
        found.append(step)
        step = step.assign(above=step["above"].map(parent)).dropna()
        levels += 1
    return pd.concat(found, ignore_index=True) if found else step


def standards(cells: Cells, data: Data) -> list[pd.DataFrame]:
    """MISSES_STANDARD, MET_AT_BASELINE, MET_BY; AMPLIFIED, SET_AT_STANDARD; what a bound leaves open."""
    level = data.indicators.loc[data.indicators["kind"].isin(INTENSIVE), "id"]
    usable = data.benchmarks[data.benchmarks["indicator"].isin(level) & data.benchmarks["year"].notna()]
    usable = usable[~usable["relation"].isin(["none", "about"])].rename(columns={"place": "above"})
    mine = cells.grid.keys.assign(at=np.arange(len(cells.at)))[cells.judged]
    pairs = mine.merge(ancestors(data.places), on="place").merge(usable, on=["above", "indicator"])
    column = pd.Index(cells.grid.years).get_indexer(pairs["year"].astype(int))
    # a base value is an observation, and no promise that a yardstick could be held against
    known = (column >= 0) & cells.planned[pairs["at"], np.maximum(column, 0)]
    pairs, column = pairs[known].reset_index(drop=True), column[known]
    pairs = pairs.assign(cell="sources/" + pairs["source"])
    at = pairs["at"].to_numpy()
    sign, n = cells.grid.sign[at], cells.at[at, column]
    asked, strict = demanded(pairs["value"].to_numpy(float), pairs["relation"].to_numpy(object), sign)
    verdict = relate(cells.box[n], asked, sign, strict=strict)["verdict"].to_numpy(object)
    binding = pairs["kind"].isin(["target", "standard"]).to_numpy()
    equal = binding & same(cells.box.point[n], asked.point)
    more = binding & apart(cells.box[n].turned(sign), asked.turned(sign)) & ~equal
    # every year of the path, for the first that meets it
    years = cells.at[at]
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
    """IDENTICAL_PATHS and COMMON_END_VALUE."""
    prints = _prints(cells)
    return [*_identical(cells, prints, settings), *_common_end(cells, prints, settings)]


def _decimal(values: np.ndarray) -> np.ndarray:
    """Numbers without their binary noise: ten significant digits."""
    with np.errstate(divide="ignore", invalid="ignore"):
        scale = 10.0 ** (9 - np.floor(np.log10(np.abs(values))))
        return np.where(np.isfinite(scale), np.round(values * scale) / scale, values)


def _prints(cells: Cells) -> np.ndarray:
    """Each planned cell of the grid as one number that is equal where relation and value are; 0 elsewhere."""
    shown = pd.util.hash_array(_decimal(cells.grid.value).ravel()).reshape(cells.at.shape)
    relation = pd.Index(RELATIONS).get_indexer(cells.grid.relation.ravel()).reshape(cells.at.shape)
    return np.where(cells.planned, shown ^ relation.astype(np.uint64), np.uint64(0))


def _identical(cells: Cells, prints: np.ndarray, settings: Settings) -> list[pd.DataFrame]:
    """Paths whose planned values are equal, year by year; a flat path is no copy of another flat one."""
    planned = cells.planned
    value = np.where(planned, cells.grid.value, np.nan)
    moves = np.fmax.reduce(value, axis=1) > np.fmin.reduce(value, axis=1)
    enough = (planned.sum(axis=1) >= settings.identical_values) & moves & cells.judged
    at = np.flatnonzero(enough)
    weights = np.random.default_rng(0).integers(1, 2**63, prints.shape[1], dtype=np.uint64) | np.uint64(1)
    with np.errstate(over="ignore"):
        path = (prints[at] * weights).sum(axis=1, dtype=np.uint64)
    keys = cells.grid.keys.iloc[at]
    each = pd.DataFrame({"at": at, "indicator": keys["indicator"], "text": path, "place": keys["place"]})
    return _shared(cells, each, ["indicator", "text"], "IDENTICAL_PATHS", settings.identical_values)


def _common_end(cells: Cells, prints: np.ndarray, settings: Settings) -> list[pd.DataFrame]:
    """End values that many places share; only places that print a single path of the indicator."""
    last = cells.stated.shape[1] - 1 - np.argmax(cells.stated[:, ::-1], axis=1)
    n = np.arange(len(last))
    relation = cells.grid.relation[n, last]
    usable = cells.planned[n, last] & (relation != "about") & cells.judged
    ends = cells.grid.keys[["place", "indicator"]].assign(
        at=n, column=last, year=cells.grid.years[last], text=prints[n, last]
    )[usable]
    ends = ends[~ends.duplicated(["place", "indicator"], keep=False)]
    ends["of"] = ends.groupby(["indicator", "year"])["place"].transform("size")
    ends = ends[ends["of"] >= settings.shared_places]
    found = _shared(cells, ends, ["indicator", "year", "text"], "COMMON_END_VALUE", settings.shared_share)
    return [one[one["statistic"] >= settings.shared_share] for one in found]


def _shared(cells: Cells, each: pd.DataFrame, group: list[str], code: str, threshold) -> list[pd.DataFrame]:
    """What one code says of the members of every group with more than one place."""
    groups = each.groupby(group, sort=False)["place"]
    each = each.assign(k=groups.transform("nunique"))
    each = each[each["k"] > 1]
    if each.empty:
        return []
    number = each.groupby(group, sort=False).ngroup().to_numpy()
    members = each.groupby(number)["place"].agg(lambda places: tuple(sorted(set(places))))
    at, k = each["at"].to_numpy(), each["k"].to_numpy()
    extra = {"k": k, "places": members.loc[number].to_numpy(dtype=object)}
    if code == "COMMON_END_VALUE":
        of, column = each["of"].to_numpy(), each["column"].to_numpy()
        rows = cells.pick(cells.at[at, column])
        return [found(code, rows, statistic=k / of, threshold=threshold, of=of, **extra)]
    rows = cells.lines.iloc[at]
    return [found(code, rows, year=pd.NA, statistic=k, threshold=threshold, **extra)]
