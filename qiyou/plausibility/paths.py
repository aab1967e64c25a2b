"""Targets as padded arrays with what the checks need to know of each path, made once."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from qiyou.errors import DataError
from qiyou.paths import KEYS, PathGrid, grid
from qiyou.plausibility import wording

PROSE = "prose"
"""Variant of a path that was put together from statements of the running text."""

_DIRECTIONS = ("up", "down", "at_least", "at_most", "status")


@dataclass(frozen=True, eq=False)
class Paths:
    """n paths over m years and what is known of them.

    Attributes
    ----------
    keys : DataFrame
        n rows: path (number in order of first appearance), document, place, indicator, variant.
    grid : PathGrid
        The boxes, cut to the indicators' logical bounds.
    targets : DataFrame
        The rows that the grid was made of, with ``path``.
    status, keeps, judged, cumulative : ndarray of bool, shape (n,)
        Pass/fail review; threshold to be kept (at_least, at_most); direction and shape are looked at; count
        that only grows.
    words : dict of str to ndarray of str, shape (n,)
        ``label_zh``, ``label_en`` (name and row), ``unit_zh``, ``unit_en``, ``points_zh``, ``points_en``.
    base, first, last : ndarray of int, shape (n,)
        Column of the base year, of the first planned and of the last printed cell that states a set; −1
        where there is none.
    """

    keys: pd.DataFrame
    grid: PathGrid
    targets: pd.DataFrame
    status: np.ndarray
    keeps: np.ndarray
    judged: np.ndarray
    cumulative: np.ndarray
    words: dict[str, np.ndarray]
    base: np.ndarray
    first: np.ndarray
    last: np.ndarray

    def cell(self, name: str, column: np.ndarray) -> np.ndarray:
        """One cell of each path: an array of the grid at `column`, NaN (or empty) where that is −1."""
        values = getattr(self.grid, name)[np.arange(len(column)), column]
        missing = "" if values.dtype.kind in "OU" else np.nan
        return np.where(column >= 0, values, missing)

    def year(self, column: np.ndarray) -> np.ndarray:
        """The years of columns; 0 where a column is −1."""
        return np.where(column >= 0, self.grid.years[column], 0)

    def take(self, rows: np.ndarray) -> dict[str, np.ndarray]:
        """The words of some paths, as fields of a message."""
        return {name: texts[rows] for name, texts in self.words.items()}

    def promise(self, rows: np.ndarray, columns: np.ndarray, lang: str) -> np.ndarray:
        """Printed cells as text with unit."""
        relation, value = self.grid.relation[rows, columns], self.grid.value[rows, columns]
        return wording.promise(relation, value, self.words[f"unit_{lang}"][rows], lang)


def number_paths(targets: pd.DataFrame) -> np.ndarray:
    """The number of each row's path, in order of first appearance."""
    missing = [name for name in KEYS if name not in targets]
    if missing:
        raise DataError(f"targets lack the columns {', '.join(missing)}; hand in rows of data.targets")
    if targets.empty:
        raise DataError("targets have no rows, so there is nothing to check; see how they were selected")
    return targets.groupby(KEYS, sort=False, dropna=False, observed=True).ngroup().to_numpy()


def prepare(targets: pd.DataFrame, indicators: pd.DataFrame) -> Paths:
    """Make `Paths` of target rows that `number_paths` has numbered in the column ``path``."""
    missing = [name for name in ("id", "direction", "kind", "lower", "upper") if name not in indicators]
    if missing:
        raise DataError(f"indicators lack the columns {', '.join(missing)}; hand in data.indicators")
    wrong = ~indicators["direction"].isin(_DIRECTIONS)
    if wrong.any():
        found = indicators.loc[wrong, "direction"].iloc[0]
        raise DataError(
            f"direction {found!r} is not one of {', '.join(_DIRECTIONS)}; mend indicators", indicators[wrong]
        )
    boxes = grid(targets, indicators, reading="drawn")
    first_row = targets["path"].drop_duplicates().index
    keys = boxes.keys.assign(path=targets.loc[first_row, "path"].to_numpy())
    at = pd.Index(indicators["id"]).get_indexer(keys["indicator"])
    facts = indicators.iloc[at]
    direction, kind = facts["direction"].to_numpy(dtype=object), facts["kind"].to_numpy(dtype=object)
    status = (direction == "status") | (kind == "status")
    keeps = ~status & np.isin(direction, ["at_least", "at_most"])
    counted_up = facts["id"].str.endswith("_cumulative").to_numpy(dtype=bool)
    known = boxes.known & ~boxes.empty
    planned = known & ~boxes.baseline
    return Paths(
        keys=keys,
        grid=boxes,
        targets=targets,
        status=status,
        keeps=keeps,
        judged=~status,
        cumulative=counted_up & (kind == "stock"),
        words=_words(targets.loc[first_row], indicators, at),
        base=_column(known & boxes.baseline, first=True),
        first=_column(planned, first=True),
        last=_column(known, first=False),
    )


def _column(mask: np.ndarray, *, first: bool) -> np.ndarray:
    column = np.argmax(mask, axis=1) if first else mask.shape[1] - 1 - np.argmax(mask[:, ::-1], axis=1)
    return np.where(mask.any(axis=1), column, -1)


def _words(rows: pd.DataFrame, indicators: pd.DataFrame, at: np.ndarray) -> dict[str, np.ndarray]:
    words = {name: texts[at] for name, texts in wording.indicator_words(indicators).items()}
    place = (
        rows["row"].astype(str).to_numpy(dtype=object) if "row" in rows else np.full(len(rows), "", object)
    )
    prose = rows["variant"].to_numpy(dtype=object) == PROSE
    has = place != ""
    listed = pd.Series(place).str.replace("、", ", ").to_numpy(dtype=object)
    zh = np.where(prose, "（正文第" + place + "条数字）", "（表第" + place + "行）")
    en = np.where(prose, " (statements " + listed + ")", " (table row " + place + ")")
    return {
        "label_zh": words.pop("name_zh") + np.where(has, zh, ""),
        "label_en": words.pop("name_en") + np.where(has, en, ""),
        **words,
    }
