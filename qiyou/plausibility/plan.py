"""C1 to C4, C6 and C7: what a path says on its own: whole, possible, reaching its own end, going one way; how
its change is spread over the years, and which simple curves pass through every cell.

The target set of a path is what its last printed cell asks for: everything at least as good. A path that is
inside it in its base year has nothing to gain: it is asked whether the set is kept, and its shape is not
looked at.

The shape of a path is how its author drew it, and he rounds what he draws: in C6 and C7, and only there,
planned values have boxes of their own printed step (`qiyou.pace.shape`, `qiyou.trajectory.families`).
"""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd

from qiyou import pace, trajectory
from qiyou.intervals import Box, above, apart, box, by_role, disjoint, same
from qiyou.plausibility.facts import Cells, Settings, demanded, found, located
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
    odd = targets["path"].isin(targets.loc[twice | mixed, "path"])
    return targets[~odd] if odd.any() else targets, findings


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
    at = np.full((len(cells.grid.at), len(years)), -1)
    at[:, cells.grid.years - years[0]] = cells.grid.at
    there, spoken = at >= 0, cells.rows["relation"].ne("none").to_numpy(copy=True)
    words = cells.rows["printed"][~spoken].fillna("").str.strip()
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
    at, column = np.nonzero(grid.empty)
    low = grid.high[at, column] <= grid.lower[at]
    edge, rows = np.where(low, grid.lower[at], grid.upper[at]), cells.pick(cells.grid.at[at, column])
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
    at_end = np.arange(len(last)), np.argmax(cells.grid.at == last[:, None], axis=1)
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
    at = judged & (last > start)
    a, b = start[at], last[at]
    still = cells.box.exact[a] & cells.box.exact[b] & ~disjoint(cells.box[a], cells.box[b])
    case = np.where(same(cells.box.point[a], cells.grid.upper[at]), "ceiling", "same")[still]
    return [*findings, cells.between("NO_NET_CHANGE", a[still], b[still], year=pd.NA, case=case)]


def _looser(before: Box, after: Box) -> np.ndarray:
    """Whether a bound gives way without saying where the value will be; both with more as better."""
    floors = [~box_.exact & same(box_.low, box_.point) for box_ in (before, after)]
    return (floors[0] | floors[1]) & np.isfinite(after.low) & above(before.low, after.low)


# --------------------------------------------------------------------------------------------- its shape


def spacing_limit(n: int, probability: float) -> float:
    """The share s that the largest of n random spacings exceeds with the given probability.

    P(largest > s) = Σ_{j≥1} (−1)^{j−1} C(n, j) (1 − js)_+^{n−1} (Fisher 1929), solved for s by bisection. A
    yardstick of unevenness and no test: nobody splits a plan at random.

    Examples
    --------
    >>> [round(spacing_limit(n, 0.10), 4) for n in (3, 4, 5, 6)]
    [0.8174, 0.7076, 0.6239, 0.5591]
    """

    def exceeded(s: float) -> float:
        return sum((-1) ** (j - 1) * comb(n, j) * max(1 - j * s, 0.0) ** (n - 1) for j in range(1, n + 1))

    low, high = 1 / n, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeded(middle) > probability else (low, middle)
    return high


def shapes(
    cells: Cells, shaped: np.ndarray, indicators: pd.DataFrame, settings: Settings
) -> list[pd.DataFrame]:
    """STEP_CONCENTRATED, BACK_LOADED, FRONT_LOADED and the families, for the paths set in `shaped`."""
    at = np.flatnonzero(shaped)
    if not len(at):
        return []
    numbers = cells.grid.at[at]
    rows = cells.pick(numbers[numbers >= 0])
    return [
        *_concentration(cells, at, pace.shape(rows, indicators), settings),
        *_families(cells, at, trajectory.families(rows, indicators, require=settings.shape_values), settings),
    ]


def _columns(cells: Cells, years: pd.Series) -> np.ndarray:
    return np.searchsorted(cells.grid.years, years.to_numpy(dtype=np.int64, na_value=0))


def _concentration(cells: Cells, at, shape: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    base, end, step = (_columns(cells, shape[f"{n}_year"]) for n in ("base", "end", "largest_step"))
    # A bound between base and end is no value for the index, and may be where the end was first reached.
    column = np.arange(len(cells.grid.years))
    between = (column > base[:, None]) & (column < end[:, None])
    closed = ~(between & cells.stated[at] & ~cells.grid.exact[at]).any(axis=1) & shape["applies"].to_numpy()
    steps = shape["steps"].to_numpy()
    counts, of = np.unique(steps, return_inverse=True)
    limits = [spacing_limit(int(n), settings.spacing_probability) if n >= 3 else np.nan for n in counts]
    limit, share = np.array(limits)[of], shape["share_low"].to_numpy()
    one = np.flatnonzero(closed & above(share, limit))
    a, b = cells.neighbours(cells.stated & cells.grid.exact)
    largest = cells.grid.at[at[one], step[one]]
    before = a[np.searchsorted(b, largest)]
    whole = shape["largest_step_share"].to_numpy()[one]
    numbers = {"statistic": whole, "low": share[one], "high": np.nan, "threshold": limit[one]}
    numbers |= {"share": 100 * whole, "share_low": 100 * share[one], "limit": 100 * limit[one]}
    numbers |= {name: shape[name].iloc[one] for name in ("base_year", "end_year")}
    numbers |= {"n": steps[one], "probability": 100 * settings.spacing_probability}
    findings = [cells.between("STEP_CONCENTRATED", before, largest, **numbers)]
    index, low, high = (shape[f"back_load{end}"].to_numpy() for end in ("", "_low", "_high"))
    for mask, code, threshold in (
        (above(low, settings.back_load), "BACK_LOADED", settings.back_load),
        (above(-settings.front_load, high), "FRONT_LOADED", settings.front_load),
    ):
        some = np.flatnonzero(closed & mask)
        a, b = (cells.grid.at[at[some], column[some]] for column in (base, end))
        numbers = {"statistic": index[some], "low": low[some], "high": high[some], "threshold": threshold}
        findings.append(cells.between(code, a, b, index=index[some], limit=threshold, **numbers))
    return findings


def _families(cells: Cells, at, shapes: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    named = shapes["n_values"].to_numpy() >= settings.shape_values
    first, last = (cells.grid.at[at, _columns(cells, shapes[f"{n}_year"])] for n in ("first", "last"))
    n = shapes["n"].to_numpy()
    findings, count = [], np.zeros(len(at), dtype=int)
    for name, code in trajectory.FAMILIES.items():
        fits = shapes[f"{name}_fits"].to_numpy() & named
        count += fits
        some = np.flatnonzero(fits)
        # binary noise can put the ends of an interval of one number in the wrong order
        low, high = np.sort([shapes[f"{name}_{end}"].to_numpy()[some] for end in ("low", "high")], axis=0)
        rates = dict(zip(("rate_low", "rate_high"), _as_rate(name, low, high), strict=True))
        numbers = {"statistic": np.nan, "low": low, "high": high, "n": n[some], "year": pd.NA}
        findings.append(cells.between(code, first[some], last[some], **numbers, **rates))
    some = np.flatnonzero(named & (count != 1))
    k, case = count[some], np.where(count[some] == 0, "none", "several")
    numbers = {"statistic": k, "low": np.nan, "high": np.nan, "n": n[some], "k": k, "year": pd.NA}
    return [*findings, cells.between("SHAPE_NOT_IDENTIFIED", first[some], last[some], case=case, **numbers)]


def _as_rate(name: str, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of a family as a reader reads them: units, percent a year, percent of the gap, logit."""
    if name == "geometric":
        return 100 * np.expm1(low), 100 * np.expm1(high)
    if name == "gap_closure":
        return -100 * np.expm1(high), -100 * np.expm1(low)
    return low, high
