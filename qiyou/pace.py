"""How fast a path goes, how its change is spread over the years, and how far a place is ahead in time.

All of it is arithmetic on printed values, so every number comes with the exact interval that the rounding
leaves.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qiyou.errors import need
from qiyou.intervals import Box, above
from qiyou.paths import PathGrid, grid, label

_SETS = ("ge", "gt", "le", "lt", "range")


def card(targets: pd.DataFrame, indicators: pd.DataFrame | None = None) -> pd.DataFrame:
    """The pace card: per path the change from its base to its end on four scales.

    With base y0, end y_H, H years between them, ceiling U, floor L and d = +1 if more is better, −1 if less
    is:

    ===============  ========================================================================
    column           formula (points and improvement in units per year, the others per year)
    ===============  ========================================================================
    points_per_year  (y_H − y0)/H
    improvement      d·(y_H − y0)/H
    cagr             (y_H/y0)^(1/H) − 1
    aarr             1 − (y_H/y0)^(1/H), the *discrete* average annual rate of reduction
    gap_closure      1 − ((U − y_H)/(U − y0))^(1/H) for d = +1, the gap up to the ceiling;
                     1 − ((y_H − L)/(y0 − L))^(1/H) for d = −1, the gap down to the floor
    logit_pace       (logit(y_H/U) − logit(y0/U))/H
    ===============  ========================================================================

    Signs: points, cagr and logit_pace are positive where the number rises, aarr where it falls; improvement
    and gap_closure are positive where things get better. Published tables mix three conventions of AARR; this
    is the discrete one, the negative of cagr. A compound rate near a ceiling misleads: show gap_closure or
    logit_pace beside it.

    Parameters
    ----------
    targets : DataFrame
        Long format; the columns that `qiyou.paths.grid` needs, and role if there is one.
    indicators : DataFrame, optional
        With id, direction, lower, upper. Without it d, U and L are unknown.

    Returns
    -------
    DataFrame
        One row per path: document, place, indicator, variant; ``sign`` (d, or NaN); ``base_year, end_year,
        years, years_last`` (Int64); ``base_value, end_value`` as printed with ``base_relation,
        end_relation``; ``base_low, base_high, end_low, end_high``, their boxes; then each column of the table
        above with its ``_low`` and ``_high``; ``note``.

        The base is the first cell with role baseline that prints a value, or else the first cell that does;
        the end is the first year in which the path prints its end value, so that H is the time the plan
        gives itself (``years_last`` counts to the last year). A target is taken as printed, a base was
        measured and stands for its box (`qiyou.intervals`); where a target stands in for the base there is
        no width. Every pace is monotone in y0 and in y_H, so ``_low`` and ``_high`` are its values at two
        corners and are exact; they are infinite where a bound leaves the pace unbounded. A bound at one end
        (``>85``) leaves the pace itself NaN but not the interval; an approximate value (``about``) stands
        for its number to within a step. All three are NaN, and ``note`` says why, for a base of zero (cagr,
        aarr, logit_pace) or at the ceiling (gap_closure with d = +1, logit_pace), without a ceiling or
        direction, and where base and end are one year. An end at 0 or U leaves the logit pace NaN and its
        interval infinite.

    Raises
    ------
    DataError
        As `qiyou.paths.grid`.

    Examples
    --------
    >>> targets = pd.DataFrame({"document": "plan", "place": "yuhuan", "indicator": "share", "variant": "",
    ...     "year": [2022, 2027], "value": [72.0, 85.0], "relation": "eq", "low": np.nan, "high": np.nan,
    ...     "low_closed": True, "high_closed": True, "step": 1.0})
    >>> share = pd.DataFrame({"id": ["share"], "direction": ["up"], "lower": [0.0], "upper": [100.0]})
    >>> card(targets, share)[["points_per_year", "cagr", "gap_closure", "logit_pace"]].round(5)
       points_per_year     cagr  gap_closure  logit_pace
    0              2.6  0.03375      0.11735     0.15803
    """
    paths = grid(targets, indicators)
    base, end, last = _ends(paths)
    years, years_last = (np.where(at > base.year, at - base.year, np.nan) for at in (end.year, last))
    sign, upper, lower = paths.sign, paths.upper, paths.lower
    start, stop = base.number, end.number
    zero, full, below = start == 0, start == upper, start < 0
    outside = base.box.empty | end.box.empty
    out = paths.keys.copy()
    out["sign"] = sign
    spans = {"base_year": base.year, "end_year": end.year, "years": years, "years_last": years_last}
    for name, value in spans.items():
        out[name] = pd.array(value, dtype="Int64")
    for name, cell in (("base", base), ("end", end)):
        out[f"{name}_value"], out[f"{name}_relation"] = cell.box.point, cell.relation
        out[f"{name}_low"], out[f"{name}_high"] = cell.box.low, cell.box.high

    def compound(y0: np.ndarray, y1: np.ndarray) -> np.ndarray:
        return (np.maximum(y1, 0) / np.maximum(y0, 0)) ** (1 / years) - 1

    def closure(y0: np.ndarray, y1: np.ndarray) -> np.ndarray:
        gap0, gap1 = (np.where(sign > 0, upper - y, y - lower) for y in (y0, y1))
        return 1 - (np.maximum(gap1, 0) / np.maximum(gap0, 0)) ** (1 / years)

    def log_odds(y: np.ndarray) -> np.ndarray:
        inside = np.clip(y, 0, upper)
        return np.log(inside) - np.log(upper - inside)

    aimless, no_rate, goal = np.isnan(sign), zero | below, np.where(sign > 0, upper, lower)
    no_odds = np.isnan(upper) | no_rate | full
    paces = {  # name: the pace, where it is undefined, where it falls as the end rises
        "points_per_year": (lambda y0, y1: (y1 - y0) / years, False, False),
        "improvement": (lambda y0, y1: sign * (y1 - y0) / years, aimless, sign < 0),
        "cagr": (compound, no_rate, False),
        "aarr": (lambda y0, y1: -compound(y0, y1), no_rate, True),
        "gap_closure": (closure, aimless | np.isnan(goal) | (start == goal), sign < 0),
        "logit_pace": (lambda y0, y1: (log_odds(y1) - log_odds(y0)) / years, no_odds, False),
    }
    for name, (pace, undefined, falls) in paces.items():
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = pace(start, stop)
            slow, fast = pace(base.box.high, end.box.low), pace(base.box.low, end.box.high)
        undefined = undefined | np.isnan(years) | outside
        out[name] = np.where(undefined | ~np.isfinite(value), np.nan, value)
        out[f"{name}_low"] = np.where(undefined, np.nan, np.where(falls, fast, slow))
        out[f"{name}_high"] = np.where(undefined, np.nan, np.where(falls, slow, fast))
    nothing, planned = np.isnan(base.year), ~paths.baseline[np.arange(len(out)), base.column]
    cases = [
        (nothing, "no values"),
        (~nothing & planned, "a target stands in for the base"),
        (~nothing & np.isnan(years), "base and end are the same year"),
        (np.isin(base.relation, _SETS), "base is a bound"),
        (np.isin(end.relation, _SETS), "end is a bound"),
        ((base.relation == "about") | (end.relation == "about"), "base or end is approximate"),
        (zero, "base is zero"),
        (below, "base is negative"),
        (np.isnan(upper), "no ceiling"),
        (full, "base is at the ceiling"),
        (stop == upper, "end is at the ceiling"),
        (stop == 0, "end is zero"),
        (aimless, "no direction"),
        (outside, "a value outside the indicator's bounds"),
    ]
    return out.assign(note=label(cases))


def shape(targets: pd.DataFrame, indicators: pd.DataFrame | None = None) -> pd.DataFrame:
    """How a path's total change is spread over its years: largest step share and back-load index.

    A path is followed from its base to the year in which its end value is first printed; later years are left
    out. With D = y_H − y_0 the total change over H years:

    - the largest step share is the greatest (y_j − y_i)/(D·(t_j − t_i)) over neighbouring printed years, 1
      where all change comes in one year, 1/H where it is even; a change across missing years counts as spread
      evenly over them;
    - the back-load index is B = mean over printed years of t/H − (y_t − y_0)/D: positive where change comes
      late.

    ``share_low`` is the lowest share that any values inside the rounding boxes can have, missing years
    included. With at most c of change a year, D can be as large as the shortest path in the graph of the
    constraints, which gives ::

        1/share_low = max over x <= X of min(H, min_j(τ_j − low_j·x) + min_i(σ_i + high_i·x)),  x = 1/c

    (τ_j years after the base, σ_i years before the end, 1/X the greatest (low_j − high_i)/(t_j − t_i)): the
    maximum of a concave, piecewise linear function, found exactly by following its lines. Falling paths are
    mirrored first. B falls with every value between base and end and is linear-fractional in y_0
    and y_H, so that its lowest and highest values are attained at corners of the box.

    Parameters
    ----------
    targets : DataFrame
        Long format; the columns that `qiyou.paths.grid` needs, and role if there is one.
    indicators : DataFrame, optional
        With id, direction, lower, upper; cuts the boxes to the indicator's logical bounds.

    Returns
    -------
    DataFrame
        One row per path: document, place, indicator, variant; ``base_year, end_year`` (Int64; the year the
        end value is first printed); ``steps``, the changes between neighbouring printed values;
        ``total_change`` with ``_low`` and ``_high``; ``resolution``, the coarsest printing step among the
        values used; ``largest_step_share``, ``share_low`` and ``largest_step_year`` (Int64; the year in which
        that step ends, the first of several); ``back_load`` with ``_low`` and ``_high``; ``applies``, whether
        there are at least 3 steps and a total change of more than four times the resolution; ``note``.

        Base and end must print values: a bound there leaves NaN, and ``note`` says so. A bound or an
        approximate value between them is no value but limits ``share_low``, which it can push above the share
        as printed. Where the rounding
        leaves the sign of the total change open, what divides by it is NaN.

    Raises
    ------
    DataError
        As `qiyou.paths.grid`.

    Examples
    --------
    >>> targets = pd.DataFrame({"document": "plan", "place": "yuhuan", "indicator": "share", "variant": "",
    ...     "year": range(2022, 2028), "value": [72.0, 75, 78, 80, 83, 85], "relation": "eq", "low": np.nan,
    ...     "high": np.nan, "low_closed": True, "high_closed": True, "step": 1.0})
    >>> shape(targets)[["largest_step_share", "share_low", "back_load", "back_load_high"]].round(4)
       largest_step_share  share_low  back_load  back_load_high
    0              0.2308        0.2    -0.0256          0.0256
    """
    paths = grid(targets, indicators, reading="drawn")
    base, end, _ = _ends(paths)
    rows, years, stop = np.arange(len(paths.keys)), paths.years, end.column
    at_values = (base.relation == "eq") & (end.relation == "eq")
    outside = base.box.empty | end.box.empty
    defined = at_values & (end.year > base.year) & ~outside
    later, end_year = years > base.year[:, None], np.where(defined, end.year, np.nan)[:, None]
    inside = (years >= base.year[:, None]) & (years <= end_year)
    printed = inside & paths.exact & ~paths.empty
    inner = printed & later & (years < end_year)

    total = paths.box[rows, stop] - base.box
    total_low, total_high = (np.where(defined, side, np.nan) for side in (total.low, total.high))
    change = np.where(defined, total.point, np.nan)
    signed = (total_low > 0) | (total_high < 0)
    rising = paths.box.turned(np.where(change < 0, -1.0, 1.0)[:, None])
    known = inside & paths.known & ~paths.empty
    value = np.where(printed, rising.point, np.nan)
    low, high = np.where(known, rising.low, -np.inf), np.where(known, rising.high, np.inf)

    def back_load(between: np.ndarray, start: np.ndarray, end: np.ndarray) -> np.ndarray:
        """B for one choice of the values between, of the base and of the end, all mirrored to rise."""
        y0, y1 = start[rows, base.column], end[rows, stop]
        count, span = inner.sum(axis=1), years[stop] - years[base.column]
        elapsed = np.where(inner, years - years[base.column][:, None], 0).sum(axis=1) / span + 1
        gained = (np.where(inner, between, 0).sum(axis=1) - count * y0) / (y1 - y0) + 1
        return np.where(signed, (elapsed - gained) / (count + 2), np.nan)

    out = paths.keys.copy()
    out["base_year"], out["end_year"] = (pd.array(y, dtype="Int64") for y in (base.year, end_year[:, 0]))
    out["steps"] = np.where(defined, printed.sum(axis=1) - 1, 0)
    out["total_change"], out["total_change_low"], out["total_change_high"] = change, total_low, total_high
    out["resolution"] = np.where(defined, np.where(printed, paths.step, 0).max(axis=1), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        rate, rate_year = _largest_rate(years, value)
        out["largest_step_share"] = np.where(signed, rate / np.abs(change), np.nan)
        out["share_low"] = np.nan
        parts = (part[signed] for part in (low, high, base.column, stop))
        out.loc[signed, "share_low"] = _lowest_share(years, *parts)
        out["largest_step_year"] = pd.array(np.where(signed, rate_year, np.nan), dtype="Int64")
        corners = [(start, end) for start in (low, high) for end in (low, high)]
        out["back_load"] = back_load(value, value, value)
        out["back_load_low"] = np.min([back_load(high, *corner) for corner in corners], axis=0)
        out["back_load_high"] = np.max([back_load(low, *corner) for corner in corners], axis=0)
    out["applies"] = (out["steps"] >= 3) & above(np.abs(change), 4 * out["resolution"])
    cases = [
        (np.isnan(base.year), "no values"),
        (end.year == base.year, "base and end are the same year"),
        (~at_values & (end.year > base.year), "base or end is not a printed value"),
        (outside, "a value outside the indicator's bounds"),
        (defined & ~signed, "the rounding leaves the sign of the total change open"),
    ]
    return out.assign(note=label(cases))


def lead(
    value, year, reference_years, reference_values, *, step=0.0, reference_step=0.0, direction=None
) -> pd.DataFrame:
    """Time distance: how many years earlier than the reference a place has its value.

    The lead is the year in which the reference path, linear between its printed years, first reaches the
    place's value, minus the year compared: positive where the place is ahead. (Sicherl's S-time-distance.)

    Parameters
    ----------
    value, year : float or array of shape (n,)
        The places' values and the years they are for.
    reference_years : array of shape (m,)
        Strictly ascending.
    reference_values : array of shape (m,) or (n, m)
        One reference path for all places or one for each; NaN where a year is not printed.
    step, reference_step : float or array broadcast against `value` and `reference_values`
        Printing resolutions; a value stands for [value − step/2, value + step/2].
    direction : {+1, −1} or array of shape (n,), optional
        +1 where more is better, −1 where less is: which way the reference has to reach the value. By default
        the way from its first to its last printed value.

    Returns
    -------
    DataFrame
        Columns ``lead, lead_low, lead_high`` in years, n rows. NaN where the value lies outside what the
        reference prints: better than all of it, or already passed in its first printed year. The year of
        first reaching a value rises with the value and falls with the reference, so the ends of the interval
        are at corners of the rounding box; −inf or inf where that corner lies outside the printed range.

    Raises
    ------
    DataError
        Reference years that do not ascend, or shapes that do not agree.

    Examples
    --------
    >>> lead([80, 90], 2024, range(2022, 2028), [72, 75, 78, 80, 83, 85], step=1, reference_step=1).round(3)
       lead  lead_low  lead_high
    0   1.0       0.5      1.333
    1   NaN       NaN        NaN
    """
    years = np.asarray(reference_years, dtype=float)
    path = np.atleast_2d(np.asarray(reference_values, dtype=float))
    value, year = np.broadcast_arrays(np.atleast_1d(np.asarray(value, float)), np.asarray(year, float))
    count = max(len(value), len(path))
    ascending = years.ndim == 1 and path.shape[1] == len(years) > 0 and (np.diff(years) > 0).all()
    need(ascending, "pace.years", years=str(years.shape), values=str(path.shape))
    fair = {len(value), len(path)} <= {1, count}
    need(fair, "pace.paths", values=len(value), paths=len(path))
    path, path_half = (np.broadcast_to(a, (count, len(years))) for a in (path, np.divide(reference_step, 2)))
    if direction is None:
        known = pd.DataFrame(path)
        direction = np.where(known.ffill(axis=1).iloc[:, -1] < known.bfill(axis=1).iloc[:, 0], -1.0, 1.0)
    way = np.broadcast_to(np.asarray(direction, dtype=float), count)
    mirrored, level = way[:, None] * path, way * value
    point = _first_reach(years, mirrored, level)
    low = _first_reach(years, mirrored + path_half, level - np.divide(step, 2))
    high = _first_reach(years, mirrored - path_half, level + np.divide(step, 2))
    ends = {"lead": point, "lead_low": low, "lead_high": high}
    return pd.DataFrame({name: np.where(np.isfinite(point), at, np.nan) - year for name, at in ends.items()})


@dataclass(frozen=True, eq=False)
class _Cells:
    """One cell of each of n paths; year NaN and relation ``none`` where a path has no such cell."""

    column: np.ndarray
    year: np.ndarray
    relation: np.ndarray
    box: Box

    @property
    def number(self) -> np.ndarray:
        """What is printed, unless it is a bound or a range."""
        return np.where(np.isin(self.relation, ("eq", "about")), self.box.point, np.nan)


def _ends(paths: PathGrid) -> tuple[_Cells, _Cells, np.ndarray]:
    """The cell each path starts from, the one in which it first prints its end value, and its last year."""
    printed = paths.relation != "none"
    marked = printed & paths.baseline
    first = np.where(marked.any(axis=1), np.argmax(marked, axis=1), np.argmax(printed, axis=1))
    last = printed.shape[1] - 1 - np.argmax(printed[:, ::-1], axis=1)
    there, rows = printed.any(axis=1), np.arange(len(printed))

    def cells(at: np.ndarray) -> _Cells:
        year = np.where(there, paths.years[at], np.nan)
        return _Cells(at, year, paths.relation[rows, at], paths.box[rows, at])

    end = cells(last)
    ends = ((paths.low, end.box.low[:, None]), (paths.high, end.box.high[:, None]))
    alike = np.isclose(paths.value, end.box.point[:, None], rtol=1e-12, atol=0)
    # only a range is told by its ends: cut at a bound, two different numbers may leave the same open
    ranges = [paths.relation == "range", *(np.isclose(*two, rtol=1e-12, atol=0) for two in ends)]
    alike |= np.logical_and.reduce(ranges)
    alike &= (paths.relation == end.relation[:, None]) & (np.arange(printed.shape[1]) > first[:, None])
    return cells(first), cells(np.where(alike.any(axis=1), np.argmax(alike, axis=1), last)), end.year


def _before(years: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """For each cell the last value printed before it, and its year."""
    when = np.where(np.isnan(value), np.nan, years)
    return tuple(pd.DataFrame(a).ffill(axis=1).shift(axis=1).to_numpy() for a in (value, when))


def _largest_rate(years: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest change per year between neighbouring printed values, and the year in which it ends."""
    last, last_year = _before(years, value)
    rate = np.nan_to_num((value - last) / (years - last_year), nan=-np.inf)
    best = rate.max(axis=1)
    # rates that differ only by binary noise are one: the first year of several counts
    noise = 1e-12 * np.nanmax(np.abs(value), axis=1, initial=0, where=~np.isnan(value))
    when = years[np.argmax(rate >= (best - noise)[:, None], axis=1)].astype(float)
    none = np.isneginf(best)
    return np.where(none, np.nan, best), np.where(none, np.nan, when)


def _lowest_share(years: np.ndarray, low: np.ndarray, high: np.ndarray, first: np.ndarray, last: np.ndarray):
    """The lowest largest step share of paths mirrored to rise; boxes that do not bind are infinite."""
    low, high = low.T, high.T
    after, before = years[:, None] - years[first], years[last] - years[:, None]
    i, j = np.triu_indices(len(years), 1)
    limit = 1 / ((low[j] - high[i]) / (years[j] - years[i])[:, None]).max(axis=0, initial=-np.inf)
    # the summit of a concave function made of lines lies where two of them cross, or at the limit
    crossings = (after[j] - after[i]) / (low[j] - low[i]), (before[i] - before[j]) / (high[j] - high[i])
    x = np.vstack([*crossings, limit])
    x = np.where((x > 0) & (x < limit), x, limit)
    within = [(before + high * at).min(axis=0) + (after - low * at).min(axis=0) for at in x]
    return 1 / np.minimum(np.max(within, axis=0), years[last] - years[first])


def _first_reach(years: np.ndarray, path: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The first year in which each path is at `level` or above; −inf where it starts above, inf if never."""
    last, last_year = _before(years, path)
    level = level[:, None]
    with np.errstate(invalid="ignore", divide="ignore"):
        at = last_year + (level - last) / (path - last) * (years - last_year)
    at = np.where(path == level, years, np.where(np.isnan(last), -np.inf, at))
    up = path >= level
    return np.where(up.any(axis=1), at[np.arange(len(path)), np.argmax(up, axis=1)], np.inf)
