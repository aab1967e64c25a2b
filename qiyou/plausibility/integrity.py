"""C1: is there one value for every year, in one unit, and how finely is it printed?

A path that prints a year twice, or mixes units, says two things at once: it is reported and taken out, so
that no other check computes with it.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.paths import KEYS
from qiyou.plausibility.codes import CONTRADICTION, NOTE, QUESTION
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.verdicts import above, findings
from qiyou.plausibility.wording import number

_BLANK = ("", "/", "-", "—", "–", "——", "…", "……", "无")


def take_out(targets: pd.DataFrame) -> tuple[pd.DataFrame, list[pd.DataFrame]]:
    """Leave out paths that cannot be computed with: DUPLICATE_YEAR and UNIT_MIXED.

    Parameters
    ----------
    targets : DataFrame
        Target rows with ``path``.

    Returns
    -------
    clean : DataFrame
        The rows of all other paths.
    found : list of DataFrame
        Findings on those taken out.
    """
    twice = targets.duplicated([*KEYS, "year"], keep=False).to_numpy()
    mixed = _mixed_units(targets)
    found = []
    if twice.any():
        found.append(_duplicates(targets[twice]))
    if mixed.any():
        found.append(_units(targets[mixed]))
    bad = np.isin(targets["path"].to_numpy(), targets["path"].to_numpy()[twice | mixed])
    return (targets[~bad] if bad.any() else targets), found


def _mixed_units(targets: pd.DataFrame) -> np.ndarray:
    if "unit" not in targets:
        return np.zeros(len(targets), dtype=bool)
    printed = targets["unit"].where(targets["relation"].ne("none"))
    count = printed.groupby(targets["path"], sort=False).transform("nunique")
    return (count > 1).to_numpy()


def _duplicates(rows: pd.DataFrame) -> pd.DataFrame:
    half = np.where(rows["relation"].eq("eq"), rows["step"] / 2, 0.0)
    boxes = rows[[*KEYS, "path", "year", "value"]].assign(
        low=rows["low"].where(rows["relation"].ne("eq"), rows["value"]) - half,
        high=rows["high"].where(rows["relation"].ne("eq"), rows["value"]) + half,
    )
    groups = boxes.groupby([*KEYS, "path", "year"], sort=False, dropna=False)
    each = groups.agg(
        cells=("low", "size"), low=("low", "max"), high=("high", "min"), values=("value", _listed)
    ).reset_index()
    apart = above(each["low"], each["high"])
    fields = {
        "year": each["year"].astype(str).to_numpy(dtype=object),
        "values": each["values"].to_numpy(dtype=object),
        "id": each["indicator"].to_numpy(dtype=object),
        "what_zh": np.where(apart, "不能同时成立", "可以同时成立"),
        "what_en": np.where(apart, "they cannot both hold", "they can both hold"),
    }
    return findings(
        each,
        check="C1",
        code="DUPLICATE_YEAR",
        verdict=np.where(apart, CONTRADICTION, NOTE),
        year=each["year"],
        statistic=each["cells"],
        zh="{id}：{year}年印了不止一个数值（{values}），{what_zh}。该路径不参加其他检查；若是两条路径，请用variant区分。",
        en="{id}: {year} prints more than one value ({values}); {what_en}. No other check uses this path; "
        "two paths are "
        "kept apart by variant.",
        fields=fields,
    )


def _listed(values: pd.Series) -> str:
    return ", ".join(number(values.to_numpy(dtype=float)))


def _units(rows: pd.DataFrame) -> pd.DataFrame:
    printed = rows[rows["relation"].ne("none")]
    each = printed.groupby([*KEYS, "path"], sort=False, dropna=False)["unit"].unique().reset_index()
    fields = {
        "id": each["indicator"].to_numpy(dtype=object),
        "units": np.array([", ".join(map(str, units)) for units in each["unit"]], dtype=object),
    }
    return findings(
        each,
        check="C1",
        code="UNIT_MIXED",
        verdict=QUESTION,
        statistic=[len(units) for units in each["unit"]],
        zh="{id}：同一行混用单位（{units}），数值不能相比。该路径不参加其他检查。",
        en="{id}: one row mixes units ({units}), so its values cannot be compared. No other check uses this "
        "path.",
        fields=fields,
    )


def missing_years(paths: Paths, excerpts: frozenset[str] = frozenset()) -> list[pd.DataFrame]:
    """MISSING_YEAR: cells without a number, gaps between years, no base year. A status word is no gap.

    Parameters
    ----------
    paths : Paths
    excerpts : frozenset of str
        Documents known only in part, where a missing cell says nothing about the plan.
    """
    grid = paths.grid
    bare = grid.relation == "none"
    worded = _status_words(paths)
    there = np.zeros(bare.shape, dtype=bool)
    row_of = pd.Index(paths.keys["path"]).get_indexer(paths.targets["path"])
    there[row_of, np.searchsorted(grid.years, paths.targets["year"].to_numpy(dtype=np.int64))] = True
    inside = np.maximum.accumulate(there, axis=1) & np.maximum.accumulate(there[:, ::-1], axis=1)[:, ::-1]
    missing = bare & inside & ~worded
    no_base = np.zeros(len(bare), dtype=bool)
    if "role" in paths.targets:
        no_base = ~grid.baseline.any(axis=1)
    at = np.flatnonzero(missing.any(axis=1) | no_base)
    if not len(at):
        return []
    cut = paths.keys["document"].isin(excerpts).to_numpy()[at]
    years = _joined_years(missing[at], grid.years)
    gaps, base = years != "", no_base[at]
    fields = {
        **paths.take(at),
        "what_zh": np.where(gaps, years + "年没有印出数值", "")
        + np.where(gaps & base, "，", "")
        + np.where(base, "没有印出基期值", ""),
        "what_en": np.where(gaps, "no value is printed for " + years, "")
        + np.where(gaps & base, "; ", "")
        + np.where(base, "no base value is printed", ""),
        "why_zh": np.where(cut, "（手头只有文件节选，缺的可能只是没有摘到）", ""),
        "why_en": np.where(
            cut, " (the document is known from an excerpt: the cell may only be not at hand)", ""
        ),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C1",
            code="MISSING_YEAR",
            verdict=NOTE,
            statistic=missing[at].sum(axis=1) + base,
            zh="{label_zh}：{what_zh}{why_zh}。不作补全，缺少的部分不计算。",
            en="{label_en}: {what_en}{why_en}. Nothing is filled in.",
            fields=fields,
        )
    ]


def _status_words(paths: Paths) -> np.ndarray:
    """Cells without a number that print a word, such as 全覆盖."""
    rows = paths.targets
    words = np.zeros(paths.grid.relation.shape, dtype=bool)
    text = "reading" if "reading" in rows else "printed" if "printed" in rows else None
    if text is None:
        return words
    bare = rows[rows["relation"].eq("none") & ~rows[text].fillna("").str.strip().isin(_BLANK)]
    at = pd.Index(paths.keys["path"]).get_indexer(bare["path"])
    words[at, np.searchsorted(paths.grid.years, bare["year"].to_numpy(dtype=np.int64))] = True
    return words


def _joined_years(mask: np.ndarray, years: np.ndarray) -> np.ndarray:
    """For each row the years whose flag is set, joined; one text is made per distinct row."""
    packed, inverse = np.unique(mask, axis=0, return_inverse=True)
    texts = [", ".join(map(str, years[row])) for row in packed]
    return np.array(texts, dtype=object)[inverse.ravel()]


def ambiguous(paths: Paths) -> np.ndarray:
    """Paths whose printed values differ in resolution, shape (n,)."""
    coarsest, finest = _resolutions(paths)
    return above(coarsest, finest)


def _resolutions(paths: Paths) -> tuple[np.ndarray, np.ndarray]:
    steps = np.where(paths.grid.exact & paths.grid.known, paths.grid.step, np.nan)
    steps = np.where(steps > 0, steps, np.nan)
    low = np.where(np.isnan(steps), np.inf, steps).min(axis=1)
    high = np.where(np.isnan(steps), -np.inf, steps).max(axis=1)
    return high, low


def at_finest(paths: Paths, at: np.ndarray) -> pd.DataFrame:
    """The target rows of some paths, every value read as printed to the finest resolution of its row."""
    rows = paths.targets
    position = pd.Index(paths.keys["path"]).get_indexer(rows["path"])
    chosen = np.zeros(len(paths.keys), dtype=bool)
    chosen[at] = True
    kept = rows[chosen[position]]
    finest = _resolutions(paths)[1][position[chosen[position]]]
    exact = kept["relation"].eq("eq").to_numpy() & (kept["step"] > 0).to_numpy()
    return kept.assign(step=np.where(exact, finest, kept["step"]))


def precision(paths: Paths, at: np.ndarray, added: np.ndarray) -> list[pd.DataFrame]:
    """PRECISION_AMBIGUOUS: the rows that mix decimals, and what the finer reading would add.

    Parameters
    ----------
    paths : Paths
    at : array of int
        Numbers (positions) of the ambiguous paths.
    added : array of str, shape of `at`
        Codes that only the finest reading gives; empty where none.
    """
    if not len(at):
        return []
    coarsest, finest = _resolutions(paths)
    fields = {
        **paths.take(at),
        "coarse": coarsest[at],
        "fine": finest[at],
        "more_zh": np.where(added != "", "若各格都按最细一档理解，另有：" + added, "两种读法结论相同"),
        "more_en": np.where(
            added != "", "the finest reading would add: " + added, "both readings say the same"
        ),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C1",
            code="PRECISION_AMBIGUOUS",
            verdict=NOTE,
            low=finest[at],
            high=coarsest[at],
            zh="{label_zh}：各格印出位数不一（最细{fine}{unit_zh}，最粗{coarse}{unit_zh}），末位的零可能省写。结论按各格自身的印出位数；{more_zh}。",
            en="{label_en}: cells print different decimals (finest {fine}, coarsest {coarse}), so a trailing "
            "zero may have "
            "been dropped. Verdicts use each cell's own; {more_en}.",
            fields=fields,
        )
    ]
