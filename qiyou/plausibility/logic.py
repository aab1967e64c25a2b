"""C2 and C4: what is impossible by arithmetic, and planned steps that go the wrong way."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.errors import DataError
from qiyou.plausibility.codes import CONTRADICTION, NOTE, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.verdicts import above, findings, same


def bounds(paths: Paths) -> list[pd.DataFrame]:
    """OUT_OF_BOUNDS: a cell whose whole rounding box lies outside the indicator's logical bounds."""
    grid = paths.grid
    over, under = above(grid.value, grid.upper[:, None]), above(grid.lower[:, None], grid.value)
    outside = grid.empty & grid.known
    # An inclusive bound at the edge (>=100 of a share) is inside; only numbers beyond an edge are looked at.
    close = (over | under) & ~outside & grid.exact
    found = []
    for mask, code, verdict in (
        (outside, "OUT_OF_BOUNDS", CONTRADICTION),
        (close, "ROUNDING_DECIDES", UNDECIDABLE),
    ):
        at, column = np.nonzero(mask)
        if not len(at):
            continue
        too_low = under[at, column] | (grid.high[at, column] <= grid.lower[at])
        edge = np.where(too_low, grid.lower[at], grid.upper[at])
        verb_zh = "超出" if code == "OUT_OF_BOUNDS" else "是否超出"
        verb_en = "lies outside" if code == "OUT_OF_BOUNDS" else "may lie outside"
        fields = {
            **paths.take(at),
            "year": grid.years[column].astype(str),
            "print_zh": paths.promise(at, column, "zh"),
            "print_en": paths.promise(at, column, "en"),
            "edge": edge,
            "side_zh": np.where(too_low, "下限", "上限"),
            "side_en": np.where(too_low, "lower", "upper"),
        }
        tail_zh = "，连同四舍五入误差也不可能成立。" if code == "OUT_OF_BOUNDS" else "取决于四舍五入。"
        tail_en = ", rounding included." if code == "OUT_OF_BOUNDS" else "; rounding decides."
        found.append(
            findings(
                paths.keys.iloc[at],
                check="C2",
                code=code,
                verdict=verdict,
                year=grid.years[column],
                statistic=grid.value[at, column],
                threshold=edge,
                zh="{label_zh}：{year}年印作{print_zh}，"
                + verb_zh
                + "该指标的逻辑{side_zh}{edge}{unit_zh}"
                + tail_zh,
                en="{label_en}: {year} prints {print_en}, which "
                + verb_en
                + " the indicator's {side_en} bound {edge}"
                + tail_en,
                fields=fields,
            )
        )
    return found


def stocks(paths: Paths) -> list[pd.DataFrame]:
    """STOCK_DECREASES: a count that only grows falls by more than its rounding."""
    found = []
    for at, before, after in _steps(paths, paths.cumulative, planned_only=False):
        fell = above(_end(paths, "low", at, before), _end(paths, "high", at, after))
        printed = above(_end(paths, "value", at, before), _end(paths, "value", at, after))
        found += _step_findings(
            paths,
            at,
            before,
            after,
            fell,
            "C2",
            "STOCK_DECREASES",
            CONTRADICTION,
            "累计数不应减少",
            "a cumulative count cannot fall",
        )
        found += _step_findings(
            paths,
            at,
            before,
            after,
            printed & ~fell,
            "C2",
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            "累计数是否减少取决于四舍五入",
            "whether the cumulative count falls depends on rounding",
        )
    return found


def direction(paths: Paths) -> list[pd.DataFrame]:
    """REVERSAL, TARGET_BELOW_BASELINE, NO_NET_CHANGE, and what does not apply to reviews and thresholds."""
    judged = paths.judged & ~paths.keeps & ~np.isnan(paths.grid.sign)
    found = _not_applicable(paths)
    for at, before, after in _steps(paths, judged, planned_only=True):
        found += _against(paths, at, before, after, "REVERSAL")
    at = np.flatnonzero(judged & (paths.base >= 0) & (paths.first > paths.base))
    found += _against(paths, at, paths.base[at], paths.first[at], "TARGET_BELOW_BASELINE")
    return [*found, *_no_change(paths, judged)]


_WORSE = {
    "REVERSAL": (
        "后一年的目标反而更差",
        "the later target is the worse one",
        "后一年的目标是否更差，取决于四舍五入",
        "whether the later target is worse depends on rounding",
    ),
    "TARGET_BELOW_BASELINE": (
        "首个目标差于基期实际值",
        "the first target is worse than the base",
        "首个目标是否差于基期，取决于四舍五入",
        "whether the first target is worse than the base depends on rounding",
    ),
}


def _against(
    paths: Paths, at: np.ndarray, before: np.ndarray, after: np.ndarray, code: str
) -> list[pd.DataFrame]:
    """Findings of one code on steps that get worse, beyond rounding or within it."""
    sign = paths.grid.sign[at]
    low0 = _signed(paths, at, before, sign)[0]
    low1, high1 = _signed(paths, at, after, sign)
    value0, value1 = sign * _end(paths, "value", at, before), sign * _end(paths, "value", at, after)
    exact = paths.grid.exact[at, before] & paths.grid.exact[at, after]
    worse = above(low0, high1)
    rounding = above(value0, value1) & exact & ~worse
    looser = ~exact & above(low0, low1) & ~worse & np.isfinite(low0) & np.isfinite(low1)
    worse_zh, worse_en, open_zh, open_en = _WORSE[code]
    weak_zh = worse_zh + "。目标是承诺，往往只是底线：这是一个偏弱的承诺，不等于预计变差"
    weak_en = (
        worse_en
        + ". A target is a commitment, often only a minimum: this is a weak promise, not a predicted decline"
    )
    bound_zh = "所印界限放宽，但界限不说明数值会到哪里"
    bound_en = "the printed bound is looser, yet a bound does not say where the value will be"
    return [
        *_step_findings(paths, at, before, after, worse, "C4", code, QUESTION, weak_zh, weak_en),
        *_step_findings(
            paths, at, before, after, rounding, "C4", "ROUNDING_DECIDES", UNDECIDABLE, open_zh, open_en
        ),
        *_step_findings(
            paths, at, before, after, looser, "C4", "BOUND_LEAVES_OPEN", UNDECIDABLE, bound_zh, bound_en
        ),
    ]


def _step_findings(paths, at, before, after, mask, check, code, verdict, zh, en) -> list[pd.DataFrame]:
    """Findings on steps between two printed cells, with the change and its rounding interval."""
    at, before, after = at[mask], before[mask], after[mask]
    if not len(at):
        return []
    change = _end(paths, "value", at, after) - _end(paths, "value", at, before)
    low = _end(paths, "low", at, after) - _end(paths, "high", at, before)
    high = _end(paths, "high", at, after) - _end(paths, "low", at, before)
    both = paths.grid.exact[at, before] & paths.grid.exact[at, after]
    allowed = np.where(both, (paths.grid.step[at, before] + paths.grid.step[at, after]) / 2, np.nan)
    fields = {
        **paths.take(at),
        "y0": paths.grid.years[before].astype(str),
        "y1": paths.grid.years[after].astype(str),
        "from_zh": paths.promise(at, before, "zh"),
        "to_zh": paths.promise(at, after, "zh"),
        "from_en": paths.promise(at, before, "en"),
        "to_en": paths.promise(at, after, "en"),
        "change": change,
        "allowed": allowed,
    }
    size_zh = np.where(both, "（变化{change:4}，四舍五入至多±{allowed:4}）", "")
    size_en = np.where(both, " (change {change:4}, rounding at most ±{allowed:4})", "")
    return [
        findings(
            paths.keys.iloc[at[chosen]],
            check=check,
            code=code,
            verdict=verdict,
            year=paths.grid.years[after[chosen]],
            statistic=change[chosen],
            low=low[chosen],
            high=high[chosen],
            threshold=allowed[chosen],
            zh="{label_zh}：{y0}年{from_zh}，{y1}年{to_zh}" + str(size_zh[chosen][0]) + "，" + zh + "。",
            en="{label_en}: {from_en} in {y0}, {to_en} in {y1}" + str(size_en[chosen][0]) + ": " + en + ".",
            fields={name: np.asarray(values)[chosen] for name, values in fields.items()},
        )
        for chosen in (both, ~both)
        if chosen.any()
    ]


def _no_change(paths: Paths, judged: np.ndarray) -> list[pd.DataFrame]:
    start = np.where(paths.base >= 0, paths.base, paths.first)
    at = np.flatnonzero(judged & (start >= 0) & (paths.last > start))
    begin, end = start[at], paths.last[at]
    both = paths.grid.exact[at, begin] & paths.grid.exact[at, end]
    at, begin, end = at[both], begin[both], end[both]
    change = _end(paths, "value", at, end) - _end(paths, "value", at, begin)
    allowed = (paths.grid.step[at, begin] + paths.grid.step[at, end]) / 2
    still = ~above(np.abs(change), allowed)
    at, begin, end, change, allowed = at[still], begin[still], end[still], change[still], allowed[still]
    if not len(at):
        return []
    fields = {
        **paths.take(at),
        "y0": paths.grid.years[begin].astype(str),
        "y1": paths.grid.years[end].astype(str),
        "from_zh": paths.promise(at, begin, "zh"),
        "to_zh": paths.promise(at, end, "zh"),
        "from_en": paths.promise(at, begin, "en"),
        "to_en": paths.promise(at, end, "en"),
        "allowed": allowed,
        "edge_zh": np.where(
            same(_end(paths, "value", at, begin), paths.grid.upper[at]), "已在上限", "没有实质变化"
        ),
        "edge_en": np.where(
            same(_end(paths, "value", at, begin), paths.grid.upper[at]),
            "already at the ceiling",
            "no real change",
        ),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C4",
            code="NO_NET_CHANGE",
            verdict=NOTE,
            statistic=change,
            low=change - allowed,
            high=change + allowed,
            threshold=allowed,
            zh="{label_zh}：{y0}年{from_zh}，{y1}年{to_zh}，{edge_zh}（变化不超过四舍五入误差{allowed:4}）。",
            en="{label_en}: {from_en} in {y0}, {to_en} in {y1}: {edge_en} (the change is within rounding, "
            "{allowed:4}).",
            fields=fields,
        )
    ]


def _not_applicable(paths: Paths) -> list[pd.DataFrame]:
    found = []
    texts = (
        (
            paths.status,
            "{label_zh}：是通过与否的评估或状态，不检查方向、速度和形状。",
            "{label_en}: a pass/fail review or a status; direction, pace and shape are not looked at.",
        ),
        (
            paths.keeps,
            "{label_zh}：是须保持的界限，按“保持”规则检查，不计算速度和形状。",
            "{label_en}: a threshold to be kept; the maintenance rule applies instead of pace and shape.",
        ),
    )
    for mask, zh, en in texts:
        at = np.flatnonzero(mask)
        if len(at):
            found.append(
                findings(
                    paths.keys.iloc[at],
                    check="C4",
                    code="NOT_APPLICABLE",
                    verdict=NOTE,
                    zh=zh,
                    en=en,
                    fields=paths.take(at),
                )
            )
    return found


def _steps(paths: Paths, mask: np.ndarray, *, planned_only: bool):
    """Neighbouring cells that state a set: (paths, column before, column after), one batch per later
    column."""
    known = paths.grid.known & ~paths.grid.empty & mask[:, None]
    if planned_only:
        known &= ~paths.grid.baseline
    before = np.full(len(known), -1)
    for column in range(known.shape[1]):
        here = known[:, column]
        at = np.flatnonzero(here & (before >= 0))
        if len(at):
            yield at, before[at], np.full(len(at), column)
        before = np.where(here, column, before)


def _end(paths: Paths, name: str, at: np.ndarray, column: np.ndarray) -> np.ndarray:
    return getattr(paths.grid, name)[at, column]


def _signed(
    paths: Paths, at: np.ndarray, column: np.ndarray, sign: np.ndarray
) -> tuple[np.ndarray, np.ndarray]:
    """The box of a cell, turned so that more is better."""
    low, high = _end(paths, "low", at, column), _end(paths, "high", at, column)
    return np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)


def identities(cells: pd.DataFrame, pairs: pd.DataFrame) -> list[pd.DataFrame]:
    """IDENTITY_VIOLATED: a part that exceeds its whole in the same document and year.

    Parameters
    ----------
    cells : DataFrame
        path, document, place, indicator, variant, year, value, relation, low, high (boxes), locator_zh,
        locator_en, print_zh, print_en: printed cells, of the table and the text.
    pairs : DataFrame
        ``data.identities``: subset, superset.
    """
    keys = ["document", "place", "year"]
    parts = cells.merge(pairs[["subset", "superset"]], left_on="indicator", right_on="subset")
    both = parts.merge(
        cells, left_on=[*keys, "superset"], right_on=[*keys, "indicator"], suffixes=("", "_whole")
    )
    beyond = above(both["low"], both["high_whole"])
    exact = (both["relation"] == "eq") & (both["relation_whole"] == "eq")
    close = above(both["value"], both["value_whole"]) & ~beyond & exact.to_numpy()
    found = []
    for mask, code, verdict, zh, en in (
        (
            beyond,
            "IDENTITY_VIOLATED",
            CONTRADICTION,
            "部分大于整体，不可能成立",
            "a part cannot exceed the whole",
        ),
        (
            close,
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            "部分是否大于整体取决于四舍五入",
            "whether the part exceeds the whole depends on rounding",
        ),
    ):
        rows = both[mask]
        if len(rows):
            fields = {
                name: rows[name].to_numpy(dtype=object)
                for name in rows
                if name.startswith(("locator", "print"))
            }
            found.append(
                findings(
                    rows,
                    check="C2",
                    code=code,
                    verdict=verdict,
                    year=rows["year"],
                    statistic=rows["value"] - rows["value_whole"],
                    low=rows["low"] - rows["high_whole"],
                    high=rows["high"] - rows["low_whole"],
                    threshold=0.0,
                    zh="{locator_zh}{year}年{print_zh}，而{locator_zh_whole}{print_zh_whole}：" + zh + "。",
                    en="{locator_en} {year} {print_en}, but {locator_en_whole} {print_en_whole}: " + en + ".",
                    fields={**fields, "year": rows["year"].astype(str).to_numpy(dtype=object)},
                )
            )
    return found


def sums(whole: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    """Whether parts add up to their whole within rounding: |Σ parts − whole| against Σ u/2.

    Parameters
    ----------
    whole : DataFrame
        year, value, step: one row per year.
    parts : DataFrame
        year, value, step: one row per year and part.

    Returns
    -------
    DataFrame
        year, ``statistic`` (Σ parts − whole), ``low``, ``high``, ``allowed`` (Σ u/2, k parts and the whole),
        ``verdict``: CONTRADICTION where the difference exceeds it, PASS otherwise.

    Raises
    ------
    DataError
        A year without whole or without parts.

    Examples
    --------
    >>> whole = pd.DataFrame({"year": [2024, 2025], "value": [100.0, 100.0], "step": 1.0})
    >>> values = {"year": [2024, 2024, 2025, 2025], "value": [60.0, 41.0, 60.0, 43.0]}
    >>> parts = pd.DataFrame(values).assign(step=1.0)
    >>> sums(whole, parts)[["year", "statistic", "allowed", "verdict"]].values.tolist()
    [[2024, 1.0, 1.5, 'PASS'], [2025, 3.0, 1.5, 'CONTRADICTION']]
    """
    added = parts.groupby("year", sort=False, as_index=False)[["value", "step"]].sum()
    both = whole.merge(added, on="year", how="outer", suffixes=("", "_parts"), sort=True)
    if both[["value", "value_parts"]].isna().any().any():
        gap = both["year"][both[["value", "value_parts"]].isna().any(axis=1)].iloc[0]
        raise DataError(
            f"sums: {gap} has a whole without parts or parts without a whole; leave that year out", whole
        )
    difference = (both["value_parts"] - both["value"]).to_numpy()
    allowed = ((both["step_parts"] + both["step"]) / 2).to_numpy()
    return pd.DataFrame(
        {
            "year": both["year"],
            "statistic": difference,
            "low": difference - allowed,
            "high": difference + allowed,
            "allowed": allowed,
            "verdict": np.where(above(np.abs(difference), allowed), CONTRADICTION, "PASS"),
        }
    )
