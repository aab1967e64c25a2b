"""A and E: the pace that a path asks, and the paces that other plans ask.

A target is a stipulation and counts as printed; only the base carries a box. Pace runs on a scale on which equal steps
ask alike: points, the log of the gap to a ceiling, or the log of the value.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import paths
from qiyou.intervals import Box, apart, same
from qiyou.notation import BLANKS


def scales(indicators: pd.DataFrame) -> pd.Series:
    """The scale of each indicator's pace: ``points``, ``gap`` (to the ceiling) or ``log``.

    >>> import qiyou
    >>> scales(qiyou.load().indicators)[["life_expectancy", "affordable_nursery_share", "dibao_standard"]].tolist()
    ['points', 'gap', 'log']
    """
    kind, down = indicators["kind"], indicators["direction"].isin(["down", "at_most"])
    growing = down | kind.isin(["stock", "flow", "money"])
    names = np.select([growing, kind.eq("share") & indicators["upper"].notna()], ["log", "gap"], "points")
    return pd.Series(names, index=indicators["id"])


def scaled(boxes: Box, scale, ceiling) -> Box:
    """Boxes on a scale: −ln(U − y), ln y, or y itself."""
    scale = np.asarray(scale, dtype=object)
    return boxes.mapped(
        lambda y: np.select([scale == "gap", scale == "log"], [-np.log(ceiling - y), np.log(y)], y)
    )


def exactly(low, high=None) -> Box:
    """Numbers as closed boxes: without width, or with both ends given."""
    low = np.asarray(low, dtype=float)
    high = low if high is None else np.asarray(high, dtype=float)
    shut = np.zeros(low.shape, dtype=bool)
    return Box(low, high, shut, shut, (low + high) / 2, ~np.isnan(low))


def rates(pace: np.ndarray, scale: np.ndarray, sign: np.ndarray) -> np.ndarray:
    """Yearly shares: growth e^r − 1; decline and the part of a gap that is closed, 1 − e^(−r); NaN on points."""
    growing = (scale == "log") & (sign > 0)
    return np.where(scale == "points", np.nan, np.where(growing, np.expm1(pace), -np.expm1(-pace)))


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
        One row per path: keys; ``base_year, base, base_printed`` (empty where the first target stands in for the base),
        ``base_relation``; ``wordy_base, wordy_end``, what the base and years after the end print without a number that
        can be read; ``end_year, end, end_relation, reached, years, years_last``; ``scale`` and ``required, …_low,
        …_high`` (per year, in the direction of improvement), ``points…`` (the same in the indicator's unit), ``rate…``;
        ``gap_closed`` (in all); ``steep, steep_from, steep_to``, the steepest stretch; ``sign, ceiling, unit, kind``;
        ``ask``: pace, keep, weaker, pass or none; ``compared``, whether levels of places can be.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> asked = frame(paths.table(data), data.indicators).query("indicator == 'doctors_per_1000'")
    >>> asked[["required_low", "required_high"]].round(4).values.tolist()
    [[0.345, 0.3483]]
    """
    twice = rows.duplicated([*(["path"] if "path" in rows else paths.KEYS), "year"])
    rows = rows[rows["indicator"].isin(indicators["id"]) & rows["year"].notna() & ~twice]
    grid = paths.grid(rows, indicators)
    n, sign, years = np.arange(len(grid.keys)), grid.sign, grid.years
    known = grid.known & ~grid.empty
    target, measured = known & ~grid.baseline, known & grid.baseline
    weakest = np.where(sign[:, None] < 0, grid.high, grid.low)
    number = np.where(np.isnan(grid.value), weakest, grid.value)
    last = _last(target)
    alike = target & same(number, number[n, last][:, None])
    alike &= grid.relation == grid.relation[n, last][:, None]
    reached, based = np.argmax(alike, axis=1), measured.any(axis=1)
    start = np.where(based, _last(measured), np.argmax(target, axis=1))
    end, first = number[n, last], exactly(number[n, start])
    ends = zip(vars(grid.box[n, start]).values(), vars(first).values(), strict=True)
    base = Box(*(np.where(based, *pair) for pair in ends))
    facts = indicators.set_index("id").loc[grid.keys["indicator"]].reset_index()
    out = grid.keys.assign(**facts[["unit", "kind", "direction"]], sign=sign, ceiling=grid.upper)
    for name, column in (("base_year", start), ("end_year", last), ("reached", reached)):
        out[name] = years[column]
    out["base"], out["end"] = number[n, start], end
    out["years"], out["years_last"] = (out[name] - out["base_year"] for name in ("reached", "end_year"))
    out["base_relation"] = np.where(based, grid.relation[n, start], "eq")
    out["end_relation"] = grid.relation[n, last]
    out["base_printed"] = rows["printed"].iloc[grid.at[n, start]].where(based, "").array
    silent = rows["relation"].eq("none") & ~rows["printed"].isin(BLANKS)
    wordy = (grid.at >= 0) & silent.to_numpy()[grid.at]
    for name, some in (("wordy_base", grid.baseline), ("wordy_end", years > years[last][:, None])):
        at, column = np.nonzero(wordy & some)
        told = rows["printed"].iloc[grid.at[at, column]].groupby(at).unique().map("; ".join)
        out[name] = told.reindex(n).fillna("").to_numpy(dtype=object)
    bound = ~out["base_relation"].isin(["eq", "about", "range"])
    scale = scales(indicators)[out["indicator"]].to_numpy(dtype=object)
    full = (scale == "gap") & same(end, grid.upper)
    nothing = (scale == "log") & ((number[n, start] <= 0) | (end <= 0))
    out["scale"] = scale = np.where(full | nothing, "points", scale)
    span = np.where(out["years"] > 0, out["years"], np.nan)
    raw = (exactly(end) - base).turned(sign).over(span)
    on_scale = scaled(exactly(end), scale, grid.upper) - scaled(base, scale, grid.upper)
    # a base that is a bound leaves one side of the pace open
    most = bound & (np.isin(out["base_relation"], ["ge", "gt"]) == (sign > 0))
    for name, pace in (("required", on_scale.turned(sign).over(span)), ("points", raw)):
        out[name] = np.where(bound, np.nan, pace.point)
        out[f"{name}_low"] = np.where(most, -np.inf, pace.low)
        out[f"{name}_high"] = np.where(bound & ~most, np.inf, pace.high)
    for name in ("", "_low", "_high"):
        out[f"rate{name}"] = rates(out[f"required{name}"], scale, sign)
    closed = np.where(out["scale"].eq("gap"), -np.expm1(-out["required"] * span), np.nan)
    out["gap_closed"] = np.where(full, 1.0, closed)
    out = out.join(_steepest(number, known, years, sign))
    units = np.where(grid.at < 0, -1, pd.factorize(rows["unit"])[0][grid.at])
    mixed = ((units >= 0) & (units < units.max(axis=1, keepdims=True))).any(axis=1)
    level = same(base.point, end) & (out["base_relation"] == out["end_relation"]).to_numpy()
    keeps = out["direction"].isin(["at_least", "at_most"]) | level
    worse = apart(base.turned(sign), exactly(end).turned(sign))
    status = out["kind"].eq("status") | out["direction"].eq("status")
    cases = [status, mixed | ~target.any(axis=1), keeps, np.isnan(span), worse]
    out["ask"] = np.select(cases, ["pass", "none", "keep", "none", "weaker"], "pace")
    # totals of places of unlike size are no levels to compare
    out["compared"] = ~out["kind"].isin(["stock", "flow", "status"]) & out["ask"].isin(["pace", "weaker"])
    numbers = [name for name in out if name.startswith(("required", "rate", "points", "gap_closed"))]
    out.loc[~out["ask"].eq("pace"), numbers] = np.nan
    # a copy holds columns of one type together
    return out.copy()


def others(asked: pd.DataFrame) -> pd.DataFrame:
    """E: how many plans of other places ask a pace from a base, and the lowest and highest of them."""
    group = asked.groupby(["indicator", "scale"], sort=False).ngroup()
    rows = asked[["required"]].assign(group=group, place=pd.factorize(asked["place"])[0])
    # how fast a count grows that begins at nothing depends on when it began
    added_up = asked["indicator"].str.endswith("_cumulative")
    based = rows[asked["base_printed"].ne("") & rows["required"].notna() & ~added_up]
    plans = based.drop_duplicates(["group", "place"])[["group", "place"]]
    mine = pd.MultiIndex.from_frame(rows[["group", "place"]]).isin(pd.MultiIndex.from_frame(plans))
    out = pd.DataFrame({"peers": group.map(plans["group"].value_counts()).fillna(0).astype(int) - mine})
    for name, sign in (("peer_low", 1), ("peer_high", -1)):
        # the best of each place, and of these the first two of each group
        turned = based.assign(best=sign * based["required"]).sort_values("best", kind="stable")
        turned = turned.drop_duplicates(["group", "place"])
        first, later = (turned[turned.groupby("group").cumcount() == k].set_index("group") for k in (0, 1))
        own = group.map(first["place"]).eq(rows["place"])
        out[name] = sign * group.map(first["best"]).mask(own, group.map(later["best"]))
    return out


def _last(mask: np.ndarray) -> np.ndarray:
    return mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)


def _steepest(number: np.ndarray, known: np.ndarray, years: np.ndarray, sign: np.ndarray) -> pd.DataFrame:
    """The steepest stretch of printed years, in units a year."""
    at, column = np.nonzero(known)
    cells = pd.DataFrame({"at": at, "steep_to": years[column], "value": number[at, column] * sign[at]})
    before = cells.groupby("at").shift()
    cells["steep_from"], cells["span"] = before["steep_to"], cells["steep_to"] - before["steep_to"]
    cells["steep"] = ((cells["value"] - before["value"]) / cells["span"]).round(9)
    most = cells["steep"].eq(cells.groupby("at")["steep"].transform("max"))
    ends = {"steep": "first", "steep_from": "min", "steep_to": "max", "span": "sum"}
    best = cells[most].groupby("at").agg(ends)
    # equal steps are one stretch where they follow on each other, else none stands out
    best = best[best["span"].eq(best["steep_to"] - best["steep_from"])]
    best = best.reindex(range(len(number)))[["steep", "steep_from", "steep_to"]]
    return best.fillna({"steep_from": 0, "steep_to": 0}).astype({"steep_from": int, "steep_to": int})
