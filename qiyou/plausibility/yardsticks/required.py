"""A and E: the pace that a path asks, and the paces that other plans ask.

A target is a stipulation and counts as printed; only the base carries a box. Pace runs on a scale on which equal steps
ask alike: points, the log of the gap to a ceiling, or the log of the value.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from qiyou import paths
from qiyou.intervals import Box, same

SIGN = {"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0}


def scales(indicators: pd.DataFrame) -> pd.Series:
    """The scale of each indicator's pace: ``points``, ``gap`` (to the ceiling) or ``log``.

    >>> import qiyou
    >>> scales(qiyou.load().indicators)[["life_expectancy", "affordable_nursery_share", "dibao_standard"]].tolist()
    ['points', 'gap', 'log']
    """
    kind, down = indicators["kind"], indicators["direction"].isin(["down", "at_most"])
    names = np.select(
        [down | kind.isin(["stock", "flow", "money"]), kind.eq("share") & indicators["upper"].notna()],
        ["log", "gap"],
        "points",
    )
    return pd.Series(names, index=indicators["id"])


def scaled(boxes: Box, scale: np.ndarray, ceiling: np.ndarray) -> Box:
    """Boxes on a scale: −ln(U − y), ln y, or y itself."""
    return boxes.mapped(
        lambda y: np.select([scale == "gap", scale == "log"], [-np.log(ceiling - y), np.log(y)], y)
    )


def exactly(numbers: np.ndarray) -> Box:
    """Stipulated numbers as boxes without width."""
    shut = np.zeros(len(numbers), dtype=bool)
    return Box(numbers, numbers, shut, shut, numbers, ~np.isnan(numbers))


def frame(rows: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """What each path asks, as pace from its base to the first year that prints its end value.

    Parameters
    ----------
    rows : DataFrame
        `qiyou.paths.table`, or target rows of that form.
    indicators : DataFrame
        ``data.indicators``.

    Returns
    -------
    DataFrame
        One row per path: keys, ``base_year, base, base_printed`` (empty where the first target stands in for the base),
        ``base_bound, end_year, end, end_relation, reached, years, years_last, scale, required, required_low,
        required_high`` (per year, in the direction of improvement), ``points, points_low, points_high`` (the same in the
        indicator's unit), ``gap_closed`` (in all), ``rate`` (per year), ``largest`` and ``largest_from, largest_to``
        (the steepest stretch), ``sign, ceiling``, and ``ask``: pace, keep, weaker, pass or none.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> asked = frame(paths.table(data), data.indicators).query("indicator == 'doctors_per_1000'")
    >>> asked[["required_low", "required_high"]].round(4).values.tolist()
    [[0.345, 0.3483]]
    """
    rows = rows[rows["indicator"].isin(indicators["id"]) & rows["year"].notna()]
    rows = rows.drop_duplicates([*paths.KEYS, "year"])
    grid = paths.grid(rows, indicators)
    facts = indicators.set_index("id").loc[grid.keys["indicator"]]
    n = np.arange(len(grid.keys))
    known = grid.known & ~grid.empty
    target, measured = known & ~grid.baseline, known & grid.baseline
    weakest = np.where(grid.sign[:, None] < 0, grid.high, grid.low)
    number = np.where(np.isnan(grid.value), weakest, grid.value)
    last = _last(target)
    alike = (
        target & same(number, number[n, last][:, None]) & (grid.relation == grid.relation[n, last][:, None])
    )
    reached, first = np.argmax(alike, axis=1), np.argmax(target, axis=1)
    based = measured.any(axis=1)
    start = np.where(based, _last(measured), first)
    held = grid.box[n, start]
    stood_in = exactly(number[n, start])
    base = Box(**{name: np.where(based, ends, getattr(stood_in, name)) for name, ends in vars(held).items()})
    end, years = number[n, last], grid.years
    out = grid.keys.assign(
        base_year=years[start],
        base=number[n, start],
        base_printed=_printed(rows, grid.keys, years[start], based),
        base_bound=based & ~base.exact,
        end_year=years[last],
        end=end,
        end_relation=grid.relation[n, last],
        reached=years[reached],
        years=years[reached] - years[start],
        years_last=years[last] - years[start],
        sign=facts["direction"].map(SIGN).to_numpy(dtype=float),
        ceiling=grid.upper,
        unit=facts["unit"].to_numpy(dtype=object),
        kind=facts["kind"].to_numpy(dtype=object),
        direction=facts["direction"].to_numpy(dtype=object),
    )
    scale = scales(indicators)[out["indicator"]].to_numpy(dtype=object)
    full = (scale == "gap") & same(end, grid.upper)
    nothing = (scale == "log") & ((out["base"] <= 0) | (end <= 0)).to_numpy()
    out["scale"] = np.where(full | nothing, "points", scale)
    span = np.where(out["years"] > 0, out["years"], np.nan)
    asked = exactly(end)
    pace = _pace(base, asked, out, span)
    raw = (asked - base).turned(out["sign"]).over(span)
    for name, found in (("required", pace), ("points", raw)):
        out[name] = np.where(out["base_bound"], np.nan, found.point)
        out[f"{name}_low"], out[f"{name}_high"] = found.low, found.high
    out["gap_closed"] = np.where(
        full, 1.0, np.where(out["scale"].eq("gap"), -np.expm1(-out["required"] * span), np.nan)
    )
    growth = np.where(out["sign"] > 0, np.expm1(out["required"]), -np.expm1(-out["required"]))
    out["rate"] = np.select(
        [out["scale"].eq("log"), out["scale"].eq("gap")], [growth, -np.expm1(-out["required"])], np.nan
    )
    out = out.assign(**_largest(number, target | measured, years, grid.sign))
    mixed = rows.groupby(paths.KEYS, sort=False, dropna=False)["unit"].nunique().to_numpy() > 1
    level = same(base.point, end) & (grid.relation[n, start] == grid.relation[n, last])
    keeps = facts["direction"].isin(["at_least", "at_most"]).to_numpy() | level
    worse = (raw.high < 0) | same(raw.high, 0.0) & raw.high_open
    status = facts["kind"].eq("status").to_numpy() | facts["direction"].eq("status").to_numpy()
    out["ask"] = np.select(
        [status, mixed | ~target.any(axis=1), keeps, np.isnan(span), worse],
        ["pass", "none", "keep", "none", "weaker"],
        "pace",
    )
    # totals of places of unlike size are no levels to compare
    out["compared"] = ~facts["kind"].isin(["stock", "flow", "status"]).to_numpy() & out["ask"].isin(
        ["pace", "weaker"]
    )
    idle = ~out["ask"].eq("pace")
    out.loc[idle, ["required", "required_low", "required_high", "gap_closed", "rate"]] = np.nan
    return out


def others(asked: pd.DataFrame) -> pd.DataFrame:
    """E: how many plans of other places ask a pace from a base, and the lowest and highest of them."""
    based = asked[asked["base_printed"].ne("") & asked["required"].notna()]
    by = ["indicator", "scale"]
    plans = based.groupby([*by, "place"])["required"].agg(["min", "max"]).reset_index()
    out = pd.DataFrame(index=asked.index)
    keys = asked[[*by, "place"]]
    count = plans.groupby(by).size().rename("n")
    own = keys.merge(plans.assign(own=1), on=[*by, "place"], how="left")["own"].fillna(0).to_numpy()
    out["peers"] = (keys.join(count, on=by)["n"].fillna(0).to_numpy() - own).astype(int)
    for name, column, up in (("peer_low", "min", True), ("peer_high", "max", False)):
        two = plans.sort_values(column, ascending=up, kind="stable").groupby(by).head(2)
        rank = two.groupby(by).cumcount()
        best, next_ = (
            keys.merge(two.loc[rank == k, [*by, "place", column]], on=by, how="left", suffixes=("", "_of"))
            for k in (0, 1)
        )
        out[name] = np.where(best["place"] == best["place_of"], next_[column], best[column])
    return out


def _pace(base: Box, asked: Box, out: pd.DataFrame, span: np.ndarray) -> Box:
    scale, ceiling = out["scale"].to_numpy(dtype=object), out["ceiling"].to_numpy(dtype=float)
    pace = (scaled(asked, scale, ceiling) - scaled(base, scale, ceiling)).turned(out["sign"]).over(span)
    return replace(pace, low=np.where(np.isnan(pace.low), -np.inf, pace.low))


def _last(mask: np.ndarray) -> np.ndarray:
    return mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)


def _printed(rows: pd.DataFrame, keys: pd.DataFrame, years: np.ndarray, based: np.ndarray) -> np.ndarray:
    """How the base is printed; the empty string where the first target stands in."""
    at = keys.assign(year=years).merge(
        rows[[*paths.KEYS, "year", "printed"]], on=[*paths.KEYS, "year"], how="left"
    )
    return np.where(based, at["printed"].to_numpy(dtype=object), "")


def _largest(number: np.ndarray, known: np.ndarray, years: np.ndarray, sign: np.ndarray) -> dict:
    """The steepest stretch between neighbouring printed years, in units a year."""
    at = np.where(known, np.arange(len(years)), -1)
    before = np.maximum.accumulate(np.hstack([np.full((len(at), 1), -1), at[:, :-1]]), axis=1)
    here = known & (before >= 0)
    step = (number - np.take_along_axis(number, np.maximum(before, 0), axis=1)) * sign[:, None]
    gone = np.where(here, years[None, :] - years[np.maximum(before, 0)], 1)
    pace = np.where(here & ~np.isnan(step), step / gone, -np.inf)
    best = np.argmax(pace, axis=1)
    n = np.arange(len(at))
    return {
        "largest": np.where(np.isfinite(pace[n, best]), pace[n, best], np.nan),
        "largest_from": years[np.maximum(before[n, best], 0)],
        "largest_to": years[best],
    }
