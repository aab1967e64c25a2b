"""C3 and C12: a path against targets and standards set above it.

Only yardsticks of a place that the path's place belongs to are used, and only for indicators whose size does
not depend on how large the place is (shares, rates, densities, years, money per head): the province's total
says nothing about a county's. A target for a whole province binds no single county; the message says so.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility import wording
from qiyou.plausibility.codes import NOTE, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.verdicts import above, findings, same

INTENSIVE = ("share", "gross_rate", "density", "years", "money")
"""Kinds of indicator whose level is comparable between a county and its province."""

_FLOOR, _CEILING = ("eq", "ge", "gt"), ("eq", "le", "lt")


def checks(
    paths: Paths,
    benchmarks: pd.DataFrame,
    places: pd.DataFrame,
    indicators: pd.DataFrame,
    sources: pd.DataFrame,
):
    """MISSES_STANDARD, MARGIN_WITHIN_ROUNDING, BOUND_LEAVES_OPEN, MET_AT_BASELINE, MET_BY; AMPLIFIED,
    SET_AT_STANDARD.

    Parameters
    ----------
    paths : Paths
    benchmarks, places, indicators, sources : DataFrame
        Of `qiyou.load()`.

    Returns
    -------
    list of DataFrame
    """
    pairs = _pairs(paths, benchmarks, places, indicators, sources)
    if pairs.empty:
        return []
    return [*_met(paths, pairs), *_copied(paths, pairs)]


def ancestors(places: pd.DataFrame) -> pd.DataFrame:
    """Every place with every place it belongs to: columns place, above.

    Examples
    --------
    >>> chain = ancestors(pd.DataFrame({"id": ["yuhuan", "taizhou"], "parent": ["taizhou", "zhejiang"]}))
    >>> chain.values.tolist()
    [['yuhuan', 'taizhou'], ['taizhou', 'zhejiang'], ['yuhuan', 'zhejiang']]
    """
    parent = dict(zip(places["id"], places["parent"].fillna(""), strict=True))
    step = [(place, up) for place, up in parent.items() if up]
    found: list[tuple[str, str]] = []
    while step:
        found += step
        step = [
            (place, parent.get(up, ""))
            for place, up in step
            if parent.get(up) and len(found) < len(parent) ** 2
        ]
    return pd.DataFrame(found, columns=["place", "above"])


def _pairs(paths, benchmarks, places, indicators, sources) -> pd.DataFrame:
    """One row per path and yardstick for it, with the cell of the yardstick's year."""
    chain = ancestors(places)
    level = indicators.loc[indicators["kind"].isin(INTENSIVE), "id"]
    usable = benchmarks[
        benchmarks["indicator"].isin(level)
        & benchmarks["year"].notna()
        & ~benchmarks["relation"].isin(["none", "about"])
    ]
    usable = usable.merge(
        places[["id", "name_zh", "name_en"]].rename(columns={"id": "place"}), on="place", how="left"
    )
    titles = pd.DataFrame(
        {"source": sources["id"], **{f"cited_{lang}": wording.cited(sources, lang) for lang in ("zh", "en")}}
    )
    usable = usable.merge(titles, on="source", how="left").rename(columns={"place": "above"})
    mine = paths.keys.assign(at=np.arange(len(paths.keys)))
    mine = mine[paths.judged & ~np.isnan(paths.grid.sign)]
    pairs = mine.merge(chain, on="place").merge(usable, on=["above", "indicator"], suffixes=("", "_standard"))
    column = pd.Index(paths.grid.years).get_indexer(pairs["year"].astype(int))
    # a base value is an observation, and no promise that a yardstick could be held against
    planned = paths.grid.known & ~paths.grid.empty & ~paths.grid.baseline
    known = (column >= 0) & planned[pairs["at"], np.maximum(column, 0)]
    return pairs[known].assign(column=column[known])


def _words(paths: Paths, pairs: pd.DataFrame, column: np.ndarray) -> dict:
    at = pairs["at"].to_numpy()
    fields = paths.take(at)
    relation, value = pairs["relation"].to_numpy(dtype=object), pairs["value"].to_numpy()
    kinds = {
        "standard": ("标准", "standard"),
        "target": ("目标", "target"),
        "benchmark": ("计划值", "benchmark"),
    }
    kind = pairs["kind"].map(kinds)
    return {
        **fields,
        "year": pairs["year"].astype(int).astype(str).to_numpy(dtype=object),
        "print_zh": paths.promise(at, column, "zh"),
        "print_en": paths.promise(at, column, "en"),
        "standard_zh": wording.promise(relation, value, fields["unit_zh"], "zh"),
        "standard_en": wording.promise(relation, value, fields["unit_en"], "en"),
        "above_zh": pairs["name_zh"].to_numpy(dtype=object),
        "above_en": pairs["name_en"].to_numpy(dtype=object),
        "kind_zh": kind.str[0].to_numpy(dtype=object),
        "kind_en": kind.str[1].to_numpy(dtype=object),
        **{name: pairs[name].fillna("").to_numpy(dtype=object) for name in ("cited_zh", "cited_en")},
    }


_CAVEAT_ZH = "（{above_zh}{year}年{kind_zh}{standard_zh}，见{cited_zh}；针对全域，并非逐县要求）"
_CAVEAT_EN = (
    " ({kind_en} of {above_en} for {year}: {standard_en}, see {cited_en}; set for its whole area, not for each "
    "county)"
)


def _set(pairs: pd.DataFrame, sign: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """The edge of each yardstick's set, signed so that more is better, and the margin its rounding leaves."""
    relation, value = pairs["relation"].to_numpy(dtype=object), pairs["value"].to_numpy()
    up, down = np.isin(relation, _FLOOR), np.isin(relation, _CEILING)
    edge = np.where((sign > 0) & up | (sign < 0) & down, sign * value, np.nan)
    return edge, np.where(relation == "eq", pairs["step"].to_numpy() / 2, 0.0)


def _met(paths: Paths, pairs: pd.DataFrame) -> list[pd.DataFrame]:
    at, column = pairs["at"].to_numpy(), pairs["column"].to_numpy()
    sign = paths.grid.sign[at]
    edge = _set(pairs, sign)[0]
    worst, best = _signed_ends(paths, at, column, sign)
    # The yardstick's own rounding is not the plan's doubt: the printed number is the promise to be met.
    inside = ~above(edge, worst) & ~np.isnan(edge)
    outside = above(edge, best)
    value = sign * paths.grid.value[at, column]
    exact = paths.grid.exact[at, column]
    # A plan that prints the very number asked for promises it; only a strict bound leaves rounding to decide.
    equal = exact & same(value, edge) & ~pairs["relation"].isin(["gt", "lt"]).to_numpy()
    inside |= equal
    across = ~inside & ~outside & ~np.isnan(edge)
    found = []
    for mask, code, verdict, zh, en in (
        (
            outside & ~equal,
            "MISSES_STANDARD",
            QUESTION,
            "未达到上级要求",
            "it falls short of what is set above",
        ),
        (
            across & exact,
            "MARGIN_WITHIN_ROUNDING",
            UNDECIDABLE,
            "是否达到取决于四舍五入",
            "whether it meets what is set above depends on rounding",
        ),
        (
            across & ~exact,
            "BOUND_LEAVES_OPEN",
            UNDECIDABLE,
            "所印界限不保证达到，也不排除达到",
            "the printed bound neither guarantees nor excludes what is set above",
        ),
    ):
        some = pairs[mask]
        if len(some):
            found.append(_held_against(paths, some, "C3", code, verdict, zh, f" is {{print_en}}; {en}"))
    return [*found, *_met_by(paths, pairs[inside], edge[inside])]


def _signed_ends(paths: Paths, at, column, sign) -> tuple[np.ndarray, np.ndarray]:
    low, high = paths.grid.low[at, column], paths.grid.high[at, column]
    return np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)


def _met_by(paths: Paths, pairs: pd.DataFrame, edge: np.ndarray) -> list[pd.DataFrame]:
    """The first year in which a yardstick that is met in its own year is met: the base year, or a planned
    one."""
    if pairs.empty:
        return []
    at = pairs["at"].to_numpy()
    sign = paths.grid.sign[at][:, None]
    worst = np.where(sign > 0, paths.grid.low[at], -paths.grid.high[at])
    value = np.where(paths.grid.exact[at], sign * paths.grid.value[at], np.nan)
    equal = same(value, edge[:, None]) & ~pairs["relation"].isin(["gt", "lt"]).to_numpy()[:, None]
    inside = (~above(edge[:, None], worst) & paths.grid.known[at]) | equal
    first = np.argmax(inside, axis=1)
    base = paths.grid.baseline[at, first]
    found = []
    for mask, code, zh, en in (
        (
            base,
            "MET_AT_BASELINE",
            "基期{first}年为{print_zh}，即已达到",
            "met in the base year {first} already with {print_en}",
        ),
        (
            ~base,
            "MET_BY",
            "按计划最早于{first}年达到，当年为{print_zh}",
            "by plan first met in {first} with {print_en}",
        ),
    ):
        rows = np.flatnonzero(mask)
        if len(rows):
            some, when = pairs.iloc[rows], first[rows]
            fields = _words(paths, some, when) | {"first": paths.grid.years[when].astype(str)}
            found.append(
                findings(
                    some,
                    check="C3",
                    code=code,
                    verdict=NOTE,
                    year=paths.grid.years[when],
                    statistic=paths.grid.value[at[rows], when],
                    low=paths.grid.low[at[rows], when],
                    high=paths.grid.high[at[rows], when],
                    threshold=some["value"],
                    zh="{label_zh}：" + zh + _CAVEAT_ZH + "。",
                    en="{label_en}: " + en + _CAVEAT_EN + ".",
                    fields=fields,
                )
            )
    return found


def _copied(paths: Paths, pairs: pd.DataFrame) -> list[pd.DataFrame]:
    """AMPLIFIED and SET_AT_STANDARD, for targets and standards of the place's superiors."""
    pairs = pairs[pairs["kind"].isin(["target", "standard"])]
    if pairs.empty:
        return []
    at, column = pairs["at"].to_numpy(), pairs["column"].to_numpy()
    sign = paths.grid.sign[at]
    edge, margin = _set(pairs, sign)
    worst, _ = _signed_ends(paths, at, column, sign)
    equal = same(sign * paths.grid.value[at, column], edge) & ~np.isnan(edge)
    higher = above(worst, edge + margin) & ~equal
    found = []
    for mask, code, zh, en in (
        (higher, "AMPLIFIED", "要求高于上级目标", "asks for more than the superior's target"),
        (equal, "SET_AT_STANDARD", "数字与上级目标相同", "is the same number as the superior's target"),
    ):
        some = pairs[mask]
        if len(some):
            found.append(_held_against(paths, some, "C12", code, NOTE, zh, f", {{print_en}}, {en}"))
    return found


def _held_against(
    paths: Paths, pairs: pd.DataFrame, check: str, code: str, verdict: str, zh: str, en: str
) -> pd.DataFrame:
    """What one code says of targets, each beside what is set above for its year."""
    at, column = pairs["at"].to_numpy(), pairs["column"].to_numpy()
    return findings(
        pairs,
        check=check,
        code=code,
        verdict=verdict,
        year=pairs["year"],
        statistic=paths.grid.value[at, column],
        low=paths.grid.low[at, column],
        high=paths.grid.high[at, column],
        threshold=pairs["value"],
        zh="{label_zh}：{year}年目标{print_zh}，" + zh + _CAVEAT_ZH + "。",
        en="{label_en}: the target for {year}" + en + _CAVEAT_EN + ".",
        fields=_words(paths, pairs, column),
    )
