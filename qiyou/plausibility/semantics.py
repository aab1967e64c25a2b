"""C3: what the end value means as a target: met already, met early, met and left again.

The target set of a path is what its last printed cell promises: everything at least as good as that value. A
path that is inside it in its base year has nothing to gain, so pace and shape give way to the *maintenance
rule*: it is only asked whether the set is kept. The same rule holds for thresholds (direction ``at_least``,
``at_most``).
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility.codes import NOTE, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.verdicts import above, findings, same

_PROMISES = {1: ("eq", "ge", "gt"), -1: ("eq", "le", "lt")}


def own_target(paths: Paths) -> tuple[list[pd.DataFrame], np.ndarray]:
    """MET_AT_BASELINE, MARGIN_WITHIN_ROUNDING, MET_BY and MET_THEN_LOST against the path's own end value.

    Returns
    -------
    found : list of DataFrame
    met : ndarray of bool, shape (n,)
        Paths whose base, as printed, is better than their end: they have no pace to go.
    """
    grid = paths.grid
    sign = grid.sign
    rows = np.arange(len(sign))
    promised = promises(paths)
    end = np.where(paths.last >= 0, promised[rows, paths.last], np.nan)
    usable = ~np.isnan(end) & ~np.isnan(sign) & (paths.last > paths.base)
    exact_end = paths.cell("relation", paths.last) == "eq"
    margin = np.where(exact_end, paths.cell("step", paths.last) / 2, 0.0)
    worst_base = sign * np.where(sign > 0, paths.cell("low", paths.base), paths.cell("high", paths.base))
    base_value = sign * paths.cell("value", paths.base)
    certain = usable & (paths.base >= 0) & ~above(sign * end + margin, worst_base)
    exact_base = paths.cell("relation", paths.base) == "eq"
    printed = usable & exact_base & ~above(sign * end, base_value)
    equal = same(base_value, sign * end) & exact_base
    at_base = np.where(paths.keeps, certain | (printed & equal), certain & ~equal)
    open_base = printed & ~certain & ~equal
    found = [
        *_at_base(paths, at_base, NOTE),
        *_at_base(paths, open_base, UNDECIDABLE),
        *_first_year(paths, promised, end, usable & ~at_base & ~paths.keeps),
        *_lost(paths, promised, end, usable),
    ]
    return found, (certain | printed) & ~paths.keeps & ~equal


def promises(paths: Paths) -> np.ndarray:
    """What each cell promises, as a number: the value, or a bound on the side that commits; NaN otherwise."""
    grid = paths.grid
    up = np.isin(grid.relation, _PROMISES[1]) & (grid.sign > 0)[:, None]
    down = np.isin(grid.relation, _PROMISES[-1]) & (grid.sign < 0)[:, None]
    return np.where((up | down) & grid.known, grid.value, np.nan)


def _at_base(paths: Paths, mask: np.ndarray, verdict: str) -> list[pd.DataFrame]:
    at = np.flatnonzero(mask)
    if not len(at):
        return []
    fields = {
        **paths.take(at),
        "y0": paths.year(paths.base)[at].astype(str),
        "y1": paths.year(paths.last)[at].astype(str),
        "base_zh": paths.promise(at, paths.base[at], "zh"),
        "end_zh": paths.promise(at, paths.last[at], "zh"),
        "base_en": paths.promise(at, paths.base[at], "en"),
        "end_en": paths.promise(at, paths.last[at], "en"),
    }
    met = verdict == NOTE
    return [
        findings(
            paths.keys.iloc[at],
            check="C3",
            code="MET_AT_BASELINE" if met else "MARGIN_WITHIN_ROUNDING",
            verdict=verdict,
            year=paths.year(paths.base)[at],
            statistic=paths.cell("value", paths.base)[at],
            low=paths.cell("low", paths.base)[at],
            high=paths.cell("high", paths.base)[at],
            threshold=paths.cell("value", paths.last)[at],
            zh="{label_zh}：基期{y0}年{base_zh}，"
            + ("已达到" if met else "是否已达到取决于四舍五入：")
            + "{y1}年目标{end_zh}"
            + ("，此后只须保持，不计算所需速度。" if met else "。"),
            en="{label_en}: the base of {y0}, {base_en}, "
            + ("already meets" if met else "may already meet, depending on rounding,")
            + " the target of {y1}, {end_en}"
            + ("; what is left is to keep it, and no pace is computed." if met else "."),
            fields=fields,
        )
    ]


def _first_year(paths: Paths, promised: np.ndarray, end: np.ndarray, mask: np.ndarray) -> list[pd.DataFrame]:
    """MET_BY: the end value is planned for an earlier year already."""
    sign = paths.grid.sign
    reached = ~above(sign[:, None] * end[:, None], sign[:, None] * promised)
    reached &= ~np.isnan(promised) & ~paths.grid.baseline & mask[:, None]
    first = np.where(reached.any(axis=1), np.argmax(reached, axis=1), -1)
    at = np.flatnonzero(mask & (first >= 0) & (first < paths.last))
    if not len(at):
        return []
    fields = {
        **paths.take(at),
        "y0": paths.grid.years[first[at]].astype(str),
        "y1": paths.grid.years[paths.last[at]].astype(str),
        "end_zh": paths.promise(at, first[at], "zh"),
        "end_en": paths.promise(at, first[at], "en"),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C3",
            code="MET_BY",
            verdict=NOTE,
            year=paths.grid.years[first[at]],
            statistic=paths.grid.value[at, first[at]],
            threshold=end[at],
            zh="{label_zh}：{y0}年即达到{y1}年的目标水平（{end_zh}），其后保持。",
            en="{label_en}: the level of {y1} is planned for {y0} already ({end_en}), and kept from then on.",
            fields=fields,
        )
    ]


def _lost(paths: Paths, promised: np.ndarray, end: np.ndarray, mask: np.ndarray) -> list[pd.DataFrame]:
    """MET_THEN_LOST: a planned year that promises the end value, a later one that lies below it beyond
    rounding."""
    grid = paths.grid
    sign = grid.sign[:, None]
    planned = grid.known & ~grid.empty & ~grid.baseline & mask[:, None]
    best = sign * np.where(sign > 0, grid.high, grid.low)
    target, margin = sign * end[:, None], paths.cell("step", paths.last)[:, None] / 2
    inside = planned & ~above(target, sign * promised) & ~np.isnan(promised)
    outside = planned & above(target - margin, best)
    later = outside & (np.cumsum(inside, axis=1) > 0)
    lost = np.where(later.any(axis=1), np.argmax(later, axis=1), -1)
    at = np.flatnonzero(lost >= 0)
    if not len(at):
        return []
    met = np.argmax(inside, axis=1)
    fields = {
        **paths.take(at),
        "y0": grid.years[met[at]].astype(str),
        "y1": grid.years[lost[at]].astype(str),
        "met_zh": paths.promise(at, met[at], "zh"),
        "met_en": paths.promise(at, met[at], "en"),
        "lost_zh": paths.promise(at, lost[at], "zh"),
        "lost_en": paths.promise(at, lost[at], "en"),
        "end": end[at],
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C3",
            code="MET_THEN_LOST",
            verdict=QUESTION,
            year=grid.years[lost[at]],
            statistic=grid.value[at, lost[at]],
            low=grid.low[at, lost[at]],
            high=grid.high[at, lost[at]],
            threshold=end[at],
            zh="{label_zh}：{y0}年目标{met_zh}已达到终值{end}{unit_zh}，{y1}年目标{lost_zh}又退了回去，超出四舍五入误差。",
            en="{label_en}: the target of {y0}, {met_en}, meets the end value {end}, that of {y1}, "
            "{lost_en}, no longer "
            "does, beyond rounding.",
            fields=fields,
        )
    ]
