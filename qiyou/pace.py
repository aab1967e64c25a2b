"""How fast a path goes, how its change is spread over the years, and how far a place is ahead in time.

All of it is arithmetic on printed values, so every number comes with the exact interval that the rounding
leaves.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.paths import PathGrid, grid, label


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
        years`` (Int64); ``base_value, end_value`` as printed with ``base_relation, end_relation``;
        ``base_low, base_high, end_low, end_high``, their boxes; then each column of the table above with its
        ``_low`` and ``_high``; ``note``.

        The base is the first cell with role baseline that prints a value, or else the first cell that does;
        the end is the last cell that prints a value. Every pace is monotone in y0 and in y_H, so ``_low`` and
        ``_high`` are its values at two corners of the rounding box and are exact; they are infinite where the
        box leaves the pace unbounded. A bound at one end (``>85``) leaves the pace itself NaN but not the
        interval; an approximate value (``about``) leaves the pace but not the interval. All three are NaN,
        and ``note`` says why, for a base of zero (cagr, aarr, logit_pace) or at the ceiling (gap_closure with
        d = +1, logit_pace), without a ceiling or direction, and where base and end are one year. An end at 0
        or U leaves the logit pace NaN and its interval open.

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
    paths = grid(targets, indicators, reading="drawn")
    base, end = _ends(paths)
    years = np.where(end.year > base.year, end.year - base.year, np.nan)
    sign, upper, lower = paths.sign, paths.upper, paths.lower
    zero, full, below = base.point == 0, base.point == upper, base.point < 0
    empty = base.empty | end.empty
    out = paths.keys.copy()
    out["sign"] = sign
    out["base_year"], out["end_year"] = _integers(base.year), _integers(end.year)
    out["years"] = _integers(years)
    for name, cell in (("base", base), ("end", end)):
        out[f"{name}_value"], out[f"{name}_relation"] = cell.value, cell.relation
        out[f"{name}_low"], out[f"{name}_high"] = cell.low, cell.high

    def add(name: str, pace, undefined: np.ndarray, falls: np.ndarray | None = None) -> None:
        """Write a pace that rises with the end and falls with the base; the reverse where `falls`."""
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = pace(base.point, end.point)
            corners = pace(base.high, end.low), pace(base.low, end.high)
        falls = np.zeros(len(value), dtype=bool) if falls is None else falls
        low, high = np.where(falls, corners[1], corners[0]), np.where(falls, corners[0], corners[1])
        undefined = undefined | np.isnan(years) | empty
        out[name] = np.where(undefined | ~np.isfinite(value), np.nan, value)
        out[f"{name}_low"] = np.where(undefined, np.nan, low)
        out[f"{name}_high"] = np.where(undefined, np.nan, high)

    def compound(y0: np.ndarray, y1: np.ndarray) -> np.ndarray:
        return (np.maximum(y1, 0) / np.maximum(y0, 0)) ** (1 / years) - 1

    def closure(y0: np.ndarray, y1: np.ndarray) -> np.ndarray:
        gap0, gap1 = (np.where(sign > 0, upper - y, y - lower) for y in (y0, y1))
        return 1 - (np.maximum(gap1, 0) / np.maximum(gap0, 0)) ** (1 / years)

    def log_odds(y: np.ndarray) -> np.ndarray:
        inside = np.clip(y, 0, upper)
        return np.log(inside) - np.log(upper - inside)

    never = np.zeros(len(out), dtype=bool)
    add("points_per_year", lambda y0, y1: (y1 - y0) / years, never)
    add("improvement", lambda y0, y1: sign * (y1 - y0) / years, np.isnan(sign), falls=sign < 0)
    add("cagr", compound, zero | below)
    add("aarr", lambda y0, y1: -compound(y0, y1), zero | below, falls=~never)
    bound = np.where(sign > 0, upper, lower)
    add("gap_closure", closure, np.isnan(sign) | np.isnan(bound) | (base.point == bound), falls=sign < 0)
    unbounded = np.isnan(upper) | zero | below | full
    add("logit_pace", lambda y0, y1: (log_odds(y1) - log_odds(y0)) / years, unbounded)
    one_sided = ("ge", "gt", "le", "lt", "range")
    nothing = np.isnan(base.year)
    out["note"] = label(
        [
            (nothing, "no values"),
            (~nothing & np.isnan(years), "base and end are the same year"),
            (np.isin(base.relation, one_sided), "base is a bound"),
            (np.isin(end.relation, one_sided), "end is a bound"),
            ((base.relation == "about") | (end.relation == "about"), "base or end is approximate"),
            (zero, "base is zero"),
            (below, "base is negative"),
            (np.isnan(upper), "no ceiling"),
            (full, "base is at the ceiling"),
            (end.point == upper, "end is at the ceiling"),
            (end.point == 0, "end is zero"),
            (np.isnan(sign), "no direction"),
            (empty, "a value outside the indicator's bounds"),
        ]
    )
    return out


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

        Base and end must print values: a bound there leaves NaN, and ``note`` says so. A bound between them
        is no value but limits ``share_low``, which it can push above the share as printed; approximate values
        are passed over. Where the rounding
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
    base, end = _ends(paths)
    at_values = (base.relation == "eq") & (end.relation == "eq")
    defined = at_values & (end.year > base.year) & ~(base.empty | end.empty)
    span = paths.years >= base.year[:, None]
    reached = np.isclose(paths.value, end.value[:, None], rtol=1e-12, atol=0) & paths.exact & span
    reached &= paths.years > base.year[:, None]
    stop = np.argmax(reached, axis=1)
    end_year = np.where(defined, paths.years[stop], np.nan)
    inside = span & (paths.years <= end_year[:, None])
    printed = inside & paths.exact & ~paths.empty
    inner = printed & (paths.years > base.year[:, None]) & (paths.years < end_year[:, None])

    rows = np.arange(len(paths.keys))
    total = np.where(defined, paths.value[rows, stop] - base.point, np.nan)
    total_low = np.where(defined, paths.low[rows, stop] - base.high, np.nan)
    total_high = np.where(defined, paths.high[rows, stop] - base.low, np.nan)
    signed = (total_low > 0) | (total_high < 0)
    mirror = np.where(total < 0, -1.0, 1.0)[:, None]
    value = mirror * np.where(printed, paths.value, np.nan)
    known = inside & paths.known & ~paths.empty
    low = np.where(known, np.where(mirror > 0, paths.low, -paths.high), -np.inf)
    high = np.where(known, np.where(mirror > 0, paths.high, -paths.low), np.inf)

    rates, rate_year = _largest_rate(paths.years, value)
    out = paths.keys.copy()
    out["base_year"], out["end_year"] = _integers(base.year), _integers(end_year)
    out["steps"] = np.where(defined, np.maximum(printed.sum(axis=1) - 1, 0), 0)
    out["total_change"], out["total_change_low"], out["total_change_high"] = total, total_low, total_high
    out["resolution"] = np.where(defined, np.where(printed, paths.step, 0).max(axis=1), np.nan)
    with np.errstate(divide="ignore", invalid="ignore"):
        out["largest_step_share"] = np.where(signed, rates / np.abs(total), np.nan)
        out["share_low"] = np.nan
        out.loc[signed, "share_low"] = _lowest_share(
            paths.years, low[signed], high[signed], base.column[signed], stop[signed]
        )
        out["largest_step_year"] = _integers(np.where(signed, rate_year, np.nan))

        def back_load(between, start, end) -> np.ndarray:
            index = _back_load(
                paths.years, inner, base.column, stop, between, start[rows, base.column], end[rows, stop]
            )
            return np.where(signed, index, np.nan)

        corners = [(start, end) for start in (low, high) for end in (low, high)]
        out["back_load"] = back_load(value, value, value)
        out["back_load_low"] = np.min([back_load(high, *corner) for corner in corners], axis=0)
        out["back_load_high"] = np.max([back_load(low, *corner) for corner in corners], axis=0)
    out["applies"] = (out["steps"] >= 3) & (np.abs(total) > 4 * out["resolution"])
    out["note"] = label(
        [
            (np.isnan(base.year), "no values"),
            (end.year == base.year, "base and end are the same year"),
            (~at_values & (end.year > base.year), "base or end is not a printed value"),
            (base.empty | end.empty, "a value outside the indicator's bounds"),
            (defined & ~signed, "the rounding leaves the sign of the total change open"),
        ]
    )
    return out


def lead(
    value: ArrayLike,
    year: ArrayLike,
    reference_years: ArrayLike,
    reference_values: ArrayLike,
    *,
    step: ArrayLike = 0.0,
    reference_step: ArrayLike = 0.0,
    direction: ArrayLike | None = None,
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
    if years.ndim != 1 or path.shape[1] != len(years) or len(years) == 0 or not (np.diff(years) > 0).all():
        raise DataError(
            f"lead needs m ascending reference years and as many values per path, but got years of shape "
            f"{years.shape} and values of shape {path.shape}; sort the years and pad missing values with NaN"
        )
    if not {len(value), len(path)} <= {1, count}:
        raise DataError(
            f"lead got {len(value)} values but {len(path)} reference paths; hand in one path, or one for each"
        )
    half = np.asarray(step, dtype=float) / 2
    path_half = np.broadcast_to(np.asarray(reference_step, dtype=float) / 2, path.shape)
    path, path_half = (np.broadcast_to(a, (count, len(years))) for a in (path, path_half))
    value, year = np.broadcast_to(value, count), np.broadcast_to(year, count)
    way = _way(path) if direction is None else np.asarray(direction, dtype=float)
    way = np.broadcast_to(way, count)
    mirrored, level = way[:, None] * path, way * value
    point = _first_reach(years, mirrored, level)
    low = _first_reach(years, mirrored + path_half, level - half)
    high = _first_reach(years, mirrored - path_half, level + half)
    within = np.isfinite(point)
    return pd.DataFrame(
        {
            "lead": np.where(within, point, np.nan) - year,
            "lead_low": np.where(within, low, np.nan) - year,
            "lead_high": np.where(within, high, np.nan) - year,
        }
    )


@dataclass(frozen=True, eq=False)
class _Cells:
    """One cell of each of n paths; NaN and ``none`` where a path has no such cell."""

    column: np.ndarray
    year: np.ndarray
    value: np.ndarray
    point: np.ndarray
    relation: np.ndarray
    low: np.ndarray
    high: np.ndarray
    empty: np.ndarray


def _ends(paths: PathGrid) -> tuple[_Cells, _Cells]:
    printed = paths.relation != "none"
    marked = printed & paths.baseline
    first = np.where(marked.any(axis=1), np.argmax(marked, axis=1), np.argmax(printed, axis=1))
    last = printed.shape[1] - 1 - np.argmax(printed[:, ::-1], axis=1)
    last = np.maximum(first, last)
    there = printed.any(axis=1)
    return _cells(paths, first, there), _cells(paths, last, there)


def _cells(paths: PathGrid, column: np.ndarray, there: np.ndarray) -> _Cells:
    rows = np.arange(len(column))
    relation = paths.relation[rows, column]
    value = paths.value[rows, column]
    return _Cells(
        column=column,
        year=np.where(there, paths.years[column], np.nan),
        value=value,
        point=np.where(np.isin(relation, ("eq", "about")), value, np.nan),
        relation=relation,
        low=paths.low[rows, column],
        high=paths.high[rows, column],
        empty=paths.empty[rows, column],
    )


def _integers(years: np.ndarray) -> pd.arrays.IntegerArray:
    missing = np.isnan(years)
    return pd.arrays.IntegerArray(np.where(missing, 0, years).astype(np.int64), missing)


def _largest_rate(years: np.ndarray, value: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The largest change per year between neighbouring printed values, and the year in which it ends."""
    best, when = np.full(len(value), -np.inf), np.full(len(value), np.nan)
    last, last_year = np.full(len(value), np.nan), np.full(len(value), np.nan)
    for k, year in enumerate(years):
        with np.errstate(invalid="ignore"):
            rate = (value[:, k] - last) / (year - last_year)
            # rates that differ only by binary noise are one: the first year of several counts
            better = rate > best + 1e-12 * np.abs(value[:, k])
        best, when = np.where(better, rate, best), np.where(better, year, when)
        here = ~np.isnan(value[:, k])
        last, last_year = np.where(here, value[:, k], last), np.where(here, year, last_year)
    return np.where(np.isneginf(best), np.nan, best), when


def _lowest_share(years: np.ndarray, low: np.ndarray, high: np.ndarray, first: np.ndarray, last: np.ndarray):
    """The lowest largest step share of paths mirrored to rise; boxes that do not bind are infinite."""
    low, high = np.ascontiguousarray(low.T), np.ascontiguousarray(high.T)
    after, before = years[:, None] - years[first], years[last] - years[:, None]
    steepest = np.full(low.shape[1], -np.inf)
    for i, j in combinations(range(len(years)), 2):
        np.maximum(steepest, (low[j] - high[i]) / (years[j] - years[i]), out=steepest)
    rows = np.arange(low.shape[1])

    def line_at(x: np.ndarray):
        """Height and slope of the line that is lowest at x."""
        i, j = np.argmin(before + high * x, axis=0), np.argmin(after - low * x, axis=0)
        slope = high[i, rows] - low[j, rows]
        return before[i, rows] + after[j, rows] + slope * x, slope

    # Kelley's cutting planes: where the lines found left and right of the summit cross, a new one or the
    # summit is found, and there are fewer than two lines for each year
    right = 1 / steepest
    height, fall = line_at(right)
    best, summit = height, fall >= 0
    fall_from = height - fall * right
    rise, rise_from = high[last, rows] - low[first, rows], np.zeros(low.shape[1])
    for _ in range(2 * len(years)):
        x = np.where(summit, right, (fall_from - rise_from) / np.where(summit, 1, rise - fall))
        height, slope = line_at(x)
        best, up = np.maximum(best, height), slope > 0
        if (summit | (rise_from + rise * x <= best * (1 + 1e-14))).all():
            break
        rise, rise_from = np.where(up, slope, rise), np.where(up, height - slope * x, rise_from)
        fall, fall_from = np.where(up, fall, slope), np.where(up, fall_from, height - slope * x)
    return 1 / np.minimum(best, years[last] - years[first])


def _back_load(years, inner, first, last, between, start, end) -> np.ndarray:
    """B for one choice of the values `between`, of the base and of the end, all mirrored to rise."""
    count = inner.sum(axis=1)
    span = years[last] - years[first]
    elapsed = np.where(inner, years - years[first][:, None], 0).sum(axis=1) / span + 1
    gained = (np.where(inner, between, 0).sum(axis=1) - count * start) / (end - start) + 1
    return (elapsed - gained) / (count + 2)


def _way(path: np.ndarray) -> np.ndarray:
    there = ~np.isnan(path)
    rows = np.arange(len(path))
    first = path[rows, np.argmax(there, axis=1)]
    last = path[rows, path.shape[1] - 1 - np.argmax(there[:, ::-1], axis=1)]
    return np.where(last < first, -1.0, 1.0)


def _first_reach(years: np.ndarray, path: np.ndarray, level: np.ndarray) -> np.ndarray:
    """The first year in which each path is at `level` or above; −inf where it starts above, inf if never."""
    reach = np.full(len(path), np.inf)
    last, last_year = np.full(len(path), np.nan), np.full(len(path), np.nan)
    for k, year in enumerate(years):
        here = path[:, k]
        with np.errstate(invalid="ignore", divide="ignore"):
            on_the_way = last_year + (level - last) / (here - last) * (year - last_year)
            at = np.where(here == level, year, on_the_way)
        at = np.where(np.isnan(last) & (here > level), -np.inf, at)
        reach = np.where(np.isinf(reach) & (reach > 0) & (here >= level), at, reach)
        last, last_year = np.where(np.isnan(here), last, here), np.where(np.isnan(here), last_year, year)
    return reach
