"""C1 to C4: what a path says on its own: whole, possible, reaching its own end, and going one way.

The target set of a path is what its last printed cell asks for: everything at least as good. A path that is
inside it in its base year has nothing to gain: it is asked whether the set is kept, and its shape is not
looked at.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.intervals import Box, above, apart, box, by_role, disjoint, same
from qiyou.plausibility.facts import Cells, demanded, found, located
from qiyou.relate import relate

_BLANK = ("", "/", "-", "—", "–", "——", "…", "……", "无")


def take_out(targets: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """C1: leave out paths that say two things at once, DUPLICATE_YEAR and UNIT_MIXED.

    Returns
    -------
    clean : DataFrame
        The rows of all other paths.
    findings : list of DataFrame
    """
    twice = targets.duplicated(["path", "year"], keep=False)
    units = targets["unit"].astype("category").cat.codes.where(targets["relation"].ne("none"))
    groups = units.groupby(targets["path"])
    mixed = groups.transform("max") > groups.transform("min")
    findings = []
    if twice.any():
        groups = targets[twice].sort_values(["path", "year", "value"]).groupby(["path", "year"])
        least, most = located(groups.head(1)), located(groups.tail(1))
        apart_ = disjoint(*(box(rows, by_role(rows)) for rows in (least, most)))
        case = np.where(apart_, "conflict", "compatible")
        verdict = np.where(apart_, "CONTRADICTION", "NOTE")
        findings.append(found("DUPLICATE_YEAR", least, most, case=case, verdict=verdict))
    if mixed.any():
        groups = targets[mixed & units.notna()].groupby("path")
        units = groups["unit"].agg(lambda texts: tuple(dict.fromkeys(texts)))
        findings.append(found("UNIT_MIXED", _whole(groups.head(1)), units=units))
    return targets[~targets["path"].isin(targets.loc[twice | mixed, "path"])], findings


def _whole(rows: pd.DataFrame) -> pd.DataFrame:
    """Rows standing for their whole path: without year and print."""
    return located(rows.assign(year=pd.array([pd.NA] * len(rows), dtype="Int64"), printed=""))


def checks(cells: Cells, excerpts: frozenset[str]) -> tuple[list[pd.DataFrame], np.ndarray]:
    """C1 to C4 for all paths.

    Parameters
    ----------
    cells : Cells
    excerpts : frozenset of str
        Documents known only in part, where a missing cell says nothing about the plan.

    Returns
    -------
    findings : list of DataFrame
    shaped : ndarray of bool, shape (n,)
        Paths whose shape may be looked at: no review, no level to keep, and not met in the base year.
    """
    keeps = cells.lines["keeps"].to_numpy()
    base, last = cells.ends(cells.stated & cells.grid.baseline)[0], cells.ends(cells.stated)[1]
    own, met = _own_target(cells, keeps, base, last)
    judged = cells.judged & ~keeps
    findings = [*_missing(cells, excerpts), *_bounds(cells), *_stocks(cells), *own]
    return findings + _direction(cells, judged, base, last), judged & ~met


def _missing(cells: Cells, excerpts: frozenset[str]) -> list[pd.DataFrame]:
    """MISSING_YEAR: cells without a number, gaps between years, no base year. A status word is no gap."""
    # every year of the calendar, so that a gap does not hang on the years that other paths print
    years = np.arange(cells.grid.years[0], cells.grid.years[-1] + 1)
    at = np.full((len(cells.at), len(years)), -1)
    at[:, cells.grid.years - years[0]] = cells.at
    targets, there = cells.targets, at >= 0
    spoken = targets["relation"].ne("none").to_numpy(copy=True)
    words = targets["printed"][~spoken].fillna("").str.strip()
    spoken[~spoken] = ~words.isin(_BLANK)
    inside = np.maximum.accumulate(there, axis=1) & np.maximum.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    gaps, bare = inside & ~(there & spoken[at]), ~cells.grid.baseline.any(axis=1)
    some = gaps.any(axis=1)
    told = np.flatnonzero(some | bare)
    masks, pattern = np.unique(gaps[told], axis=0, return_inverse=True)
    listed = pd.Series([tuple(years[mask].tolist()) for mask in masks], dtype=object)
    rows = _whole(cells.lines.iloc[told])
    case = np.select([some & bare, bare], ["both", "base"], "years").astype(object)[told]
    case = case + np.where(rows["document"].isin(excerpts), "_excerpt", "")
    number = (gaps.sum(axis=1) + bare)[told]
    return [found("MISSING_YEAR", rows, case=case, statistic=number, years=listed.iloc[pattern.ravel()])]


def _bounds(cells: Cells) -> list[pd.DataFrame]:
    """OUT_OF_BOUNDS: a cell whose whole set lies outside the indicator's logical bounds."""
    grid = cells.grid
    at, column = np.nonzero(grid.empty & grid.known)
    low = grid.high[at, column] <= grid.lower[at]
    edge, rows = np.where(low, grid.lower[at], grid.upper[at]), cells.pick(cells.at[at, column])
    case = np.where(low, "lower", "upper")
    return [found("OUT_OF_BOUNDS", rows, case=case, statistic=rows["value"], threshold=edge, edge=edge)]


def _stocks(cells: Cells) -> list[pd.DataFrame]:
    """STOCK_DECREASES: a count that only grows falls."""
    counted = cells.grid.keys["indicator"].str.endswith("_cumulative").to_numpy()
    a, b = cells.neighbours(cells.stated & counted[:, None])
    fell = apart(cells.box[a], cells.box[b])
    return [cells.between("STOCK_DECREASES", a[fell], b[fell])]


def _own_target(cells: Cells, keeps, base, last) -> tuple[list[pd.DataFrame], np.ndarray]:
    """MET_AT_BASELINE, MET_BY, MET_THEN_LOST against the path's own end; and which are met at the base."""
    grid, sign = cells.grid, cells.grid.sign
    asked, strict = demanded(grid.value, grid.relation, sign[:, None])
    at_end = np.arange(len(last)), np.argmax(cells.at == last[:, None], axis=1)
    end, hard = asked[at_end], strict[at_end]
    of = relate(cells.box[base], end, sign, strict=hard)
    level = same(cells.box.point[base], end.point)
    there = (base >= 0) & (last > base) & ~np.isnan(sign)
    met = there & (of["verdict"] == "met").to_numpy()
    open_ = there & (of["why"] == "rounding decides").to_numpy()
    findings = []
    for mask, code, options in (
        (met & (keeps | ~level), "MET_AT_BASELINE", {"case": "own"}),
        (open_, "ROUNDING_DECIDES", {"case": "base", "check": "C3"}),
    ):
        n, ends = base[mask], {"low": cells.box.low[base[mask]], "high": cells.box.high[base[mask]]}
        ends |= {"statistic": cells.box.point[n], "threshold": end.point[mask]}
        findings.append(cells.between(code, n, last[mask], year=cells.pick(n)["year"], **ends, **options))

    better, number = sign[:, None] * asked.point, (sign * end.point)[:, None]
    reached = above(better, number) | same(better, number) & (strict | ~hard[:, None])
    reached &= cells.planned
    first = cells.ends(reached)[0]
    mask = (first >= 0) & (first < last) & ~keeps & ~(met & ~level)
    n, value = first[mask], {"statistic": cells.box.point[first[mask]], "threshold": end.point[mask]}
    none = {"low": np.nan, "high": np.nan, "case": "own"}
    findings.append(cells.between("MET_BY", n, last[mask], year=cells.pick(n)["year"], **value, **none))

    outside = cells.planned & apart(end[:, None].turned(sign[:, None]), grid.box.turned(sign[:, None]))
    lost = cells.ends(outside & (np.cumsum(reached, axis=1) > 0))[0]
    mask = lost >= 0
    findings.append(cells.between("MET_THEN_LOST", first[mask], lost[mask], threshold=end.point[mask]))
    return findings, met & ~keeps & ~level


def _direction(cells: Cells, judged, base, last) -> list[pd.DataFrame]:
    """REVERSAL, TARGET_BELOW_BASELINE, NO_NET_CHANGE, and what bounds and rounding leave open."""
    better = cells.box.turned(cells.rows["sign"])
    a, b = cells.neighbours(cells.planned & judged[:, None])
    worse = apart(better[a], better[b])
    looser = _looser(better[a], better[b]) & ~worse
    first = cells.ends(cells.planned)[0]
    at = judged & (base >= 0) & (first > base)
    start, soon, late = base[at], first[at], last[at]
    early = apart(better[start], better[soon])
    finally_ = apart(better[start], better[late]) & (late > soon)
    below, case = early | finally_, np.select([early & finally_, early], ["both", "first"], "end")
    end = {"end_value": cells.box.point[late][below], "end_year": cells.pick(late[below])["year"]}
    exact = better.exact[start] & better.exact[soon] & ~below
    hidden = above(better.point[start], better.point[soon]) & exact
    loose = _looser(better[start], better[soon]) & ~below
    findings = [
        cells.between("REVERSAL", a[worse], b[worse]),
        cells.between("BOUND_LEAVES_OPEN", a[looser], b[looser], case="step", check="C4"),
        cells.between(
            "TARGET_BELOW_BASELINE", start[below], np.where(early, soon, late)[below], case=case[below], **end
        ),
        cells.between("ROUNDING_DECIDES", start[hidden], soon[hidden], case="first", check="C4"),
        cells.between("BOUND_LEAVES_OPEN", start[loose], soon[loose], case="first", check="C4"),
    ]
    start = np.where(base >= 0, base, first)
    at = judged & (last > start) & (start >= 0)
    a, b = start[at], last[at]
    still = cells.box.exact[a] & cells.box.exact[b] & ~disjoint(cells.box[a], cells.box[b])
    case = np.where(same(cells.box.point[a], cells.grid.upper[at]), "ceiling", "same")[still]
    return [*findings, cells.between("NO_NET_CHANGE", a[still], b[still], year=pd.NA, case=case)]


def _looser(before: Box, after: Box) -> np.ndarray:
    """Whether a bound gives way without saying where the value will be; both with more as better."""
    floors = [~box_.exact & same(box_.low, box_.point) for box_ in (before, after)]
    finite = np.isfinite(before.low) & np.isfinite(after.low)
    return (floors[0] | floors[1]) & finite & above(before.low, after.low)
