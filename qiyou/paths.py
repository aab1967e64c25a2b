"""Target paths as arrays: one row per path, one column per year, each cell a box of possible values.

A *path* is what one document plans for one indicator in one place: (document, place, indicator, variant).
What a printed cell leaves open is a *box* (`qiyou.intervals`). `trajectory` and `pace` ask what holds for
every choice of values inside the boxes, for all paths at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.data.prints import only_text
from qiyou.errors import DataError, need
from qiyou.intervals import Box, box, by_role
from qiyou.relate import SIGN

if TYPE_CHECKING:
    from qiyou.data import Data

KEYS = ["document", "place", "indicator", "variant"]
PROSE = "prose"
"""Variant of a path that only the running text prints."""
RELATIONS = ("none", "eq", "ge", "gt", "le", "lt", "about", "range")
_COLUMNS = [*KEYS, "year", "value", "relation", "low", "high", "low_closed", "high_closed", "step"]


@dataclass(frozen=True, eq=False)
class PathGrid:
    """Padded arrays of n paths over m years; a year that a path does not print is NaN with relation ``none``.

    Attributes
    ----------
    keys : DataFrame
        n rows: document, place, indicator, variant, in order of first appearance.
    years : ndarray of int, shape (m,)
        Every year that any path prints, ascending.
    box : Box
        What each cell leaves open (`qiyou.intervals`), arrays of shape (n, m); NaN where the cell states
        nothing.
    step : ndarray of float, shape (n, m)
        The printing resolution, in the indicator's unit.
    relation : ndarray of str, shape (n, m)
        ``eq, ge, gt, le, lt, about, range`` or ``none``.
    baseline : ndarray of bool, shape (n, m)
        Cells whose role is ``baseline``.
    at : ndarray of int, shape (n, m)
        The number of each cell's row; −1 where the path prints nothing.
    lower, upper, sign : ndarray of float, shape (n,)
        The indicator's logical bounds, and +1 where more is better, −1 where less is; NaN where unknown.
    """

    keys: pd.DataFrame
    years: np.ndarray
    box: Box
    step: np.ndarray
    relation: np.ndarray
    baseline: np.ndarray
    at: np.ndarray
    lower: np.ndarray
    upper: np.ndarray
    sign: np.ndarray

    @property
    def value(self) -> np.ndarray:
        """The printed numbers, shape (n, m)."""
        return self.box.point

    @property
    def low(self) -> np.ndarray:
        """The lower ends of the boxes, shape (n, m)."""
        return self.box.low

    @property
    def high(self) -> np.ndarray:
        """The upper ends of the boxes, shape (n, m)."""
        return self.box.high

    @property
    def known(self) -> np.ndarray:
        """Cells that state a set of values, shape (n, m)."""
        return self.box.known

    @property
    def exact(self) -> np.ndarray:
        """Cells that print one value, known up to its rounding, shape (n, m)."""
        return self.relation == "eq"

    @property
    def empty(self) -> np.ndarray:
        """Cells with nothing left: printed wholly outside the indicator's logical bounds, shape (n, m)."""
        return self.box.empty


def grid(
    targets: pd.DataFrame, indicators: pd.DataFrame | None = None, *, reading: str | None = None
) -> PathGrid:
    """Turn target rows into the padded arrays of `PathGrid`.

    Given `indicators`, every box is cut to the indicator's logical bounds (a share drawn at 100 stands for
    [99.5, 100], ``>85%`` for (85, 100]); a box wholly outside them is left empty.

    Parameters
    ----------
    targets : DataFrame
        Long format with document, place, indicator, variant, year, value, relation, low, high, low_closed,
        high_closed, step; and role, where there is one.
    indicators : DataFrame, optional
        With id, direction, lower, upper; every indicator of `targets` must be in it.
    reading : str, optional
        One of `qiyou.intervals.READINGS` for every cell; by default each by its role: the base measured, what
        is planned stipulated.

    Raises
    ------
    DataError
        No rows; a column missing; an unknown relation; an ``eq`` cell without value or step; two cells for
        one year of one path; an indicator that `indicators` does not know. The offending rows are in
        ``rows``.

    Examples
    --------
    >>> targets = pd.DataFrame({"document": "plan", "place": "yuhuan", "indicator": "share", "variant": "",
    ...     "year": [2022, 2023], "value": [82.0, 85.0], "relation": ["eq", "gt"], "low": [82.0, 85.0],
    ...     "high": [82.0, np.inf], "low_closed": [True, False], "high_closed": [True, False], "step": 1.0})
    >>> boxes = grid(targets, reading="drawn")
    >>> boxes.low, boxes.high
    (array([[81.5, 85. ]]), array([[82.5,  inf]]))
    """
    code = _checked_relations(targets)
    path, keys = _number_paths(targets)
    years, column = np.unique(targets["year"].to_numpy(dtype=np.int64), return_inverse=True)
    _forbid_repeats(targets, path * len(years) + column)

    def spread(values: np.ndarray, fill) -> np.ndarray:
        out = np.full((len(keys), len(years)), fill, dtype=values.dtype)
        out[path, column] = values
        return out

    own = by_role(targets if "role" in targets else targets.assign(role=""))
    cells = box(targets, own if reading is None else reading)
    lower, upper, sign = _indicator_facts(keys, indicators)
    boxes = Box(*(spread(part, False if part.dtype == bool else np.nan) for part in vars(cells).values()))
    boxes, at = boxes.within(lower[:, None], upper[:, None]), spread(np.arange(len(targets)), -1)
    step = spread(targets["step"].to_numpy(dtype=float, na_value=np.nan), np.nan)
    relation, baseline = np.array(RELATIONS)[spread(code, 0)], spread(own == "measured", False)
    return PathGrid(keys, years, boxes, step, relation, baseline, at, lower, upper, sign)


def table(data: Data) -> pd.DataFrame:
    """The rows of every target path: what one document asks of one indicator in one line.

    A path prints at least one numeric target or bound. Paths are the lines of the tables and, with the
    variant ``prose``, those that only the running text prints, with a base and a target. What is no path,
    though it stands in a table or counts over years, is in `set_aside`.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.

    Returns
    -------
    DataFrame
        The columns of ``data.printed``, and ``path``, the number of the path in order of first appearance; by
        path and year.

    Examples
    --------
    >>> import qiyou
    >>> rows = table(qiyou.load())
    >>> rows["path"].nunique(), rows.loc[rows["origin"] == "text", "locator"].tolist()
    (78, ['statement:32', 'statement:73'])
    """
    rows = _lines(data)
    number, asks = _asks(rows)
    path = pd.factorize(number[asks])[0]
    order = np.lexsort((rows["year"].to_numpy(dtype=float, na_value=np.inf)[asks], path))
    return rows.iloc[np.flatnonzero(asks)[order]].assign(path=path[order]).reset_index(drop=True)


def set_aside(data: Data) -> pd.DataFrame:
    """What stands beside the target paths: lines that print no target number, and sums over years.

    Parameters
    ----------
    data : Data

    Returns
    -------
    DataFrame
        document, place, indicator, variant, origin, locator, printed; ``reason``: ``no_numbers`` (words,
        blanks, a base only) or ``sum`` (a figure that counts several years together).

    Examples
    --------
    >>> import qiyou
    >>> set_aside(qiyou.load())["reason"].value_counts().to_dict()
    {'no_numbers': 3, 'sum': 1}
    """
    lines, said = _lines(data), data.printed
    silent = lines[~_asks(lines)[1]].assign(reason="no_numbers")
    words = silent["printed"].where(silent["role"].ne("baseline"), "")
    silent = silent.assign(printed=words.groupby([silent[key] for key in KEYS]).transform(_joined))
    sums = said[said["indicator"].ne("") & said["from_year"].notna() & said["kind"].eq("cumulative")]
    every = pd.concat([silent.drop_duplicates(KEYS), sums.assign(reason="sum")], ignore_index=True)
    return every[[*KEYS, "origin", "locator", "printed", "reason"]]


def _joined(words: pd.Series) -> str:
    return "、".join(dict.fromkeys(word for word in words if word))


def _lines(data: Data) -> pd.DataFrame:
    """Every line of the tables, and what only the text prints with a base and a target."""
    said, line = data.printed, ["document", "indicator"]
    tabled, text = said["origin"].ne("text"), said[only_text(said, line)]
    text = text[text["indicator"].ne("") & text["year"].notna() & text["from_year"].isna()]
    text = text[text["kind"].isin(["baseline", "target", "count"])]
    both = text.groupby(line)["role"].transform("nunique") == 2
    text = text[both & ~text.duplicated([*line, "year"], keep=False)]
    text = text.assign(row=text["locator"].str.removeprefix("statement:"))
    rows = said[tabled | said.index.isin(text.index)]
    if len(text):
        rows.loc[text.index, "variant"] = PROSE
        rows.loc[text.index, "row"] = text.groupby(line)["row"].transform(_joined)
    return rows


def _asks(rows: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row's line, and whether that line prints a target number."""
    number = _number_paths(rows)[0]
    asking = (rows["role"].eq("target") & rows["relation"].ne("none") & rows["year"].notna()).to_numpy(bool)
    return number, (np.bincount(number, weights=asking) > 0)[number]


def label(flags: Sequence[tuple[np.ndarray, str]], separator: str = "; ") -> np.ndarray:
    """For each path, the texts whose flag is set, joined; the empty string where none is.

    Parameters
    ----------
    flags : sequence of (bool array of shape (n,), str)
        At most 60 of them, in the order in which the texts are to be read.

    Examples
    --------
    >>> label([(np.array([True, False]), "no ceiling"), (np.array([True, False]), "base is zero")]).tolist()
    ['no ceiling; base is zero', '']
    """
    code = sum(np.asarray(mask, dtype=np.int64) << k for k, (mask, _) in enumerate(flags))
    present, inverse = np.unique(code, return_inverse=True)
    texts = [separator.join(text for k, (_, text) in enumerate(flags) if c >> k & 1) for c in present]
    return np.array(texts, dtype=object)[inverse]


def _checked_relations(targets: pd.DataFrame) -> np.ndarray:
    """Each row's relation as its place in RELATIONS, after checking what every row has to have."""
    missing = [name for name in _COLUMNS if name not in targets]
    need(not missing, "paths.columns", missing=missing)
    need(not targets.empty, "paths.no_rows")
    code = pd.Index(RELATIONS).get_indexer(targets["relation"])
    if (code < 0).any():
        found = list(map(repr, targets["relation"][code < 0].unique()[:5]))
        raise DataError("paths.relation", targets[code < 0], found=found, known=RELATIONS)
    undated = targets["year"].isna()
    need(not undated.any(), "paths.undated", rows=targets[undated])
    return code


def _number_paths(targets: pd.DataFrame) -> tuple[np.ndarray, pd.DataFrame]:
    """The number of each row's path, and the keys of the paths in order of first appearance."""
    # rows of one path mostly stand together, so only the first row of each run has to be looked up
    starts = np.zeros(len(targets), dtype=bool)
    starts[:1] = True
    for name in KEYS:
        key = targets[name].to_numpy(dtype=object, na_value=None)
        starts[1:] |= key[1:] != key[:-1]
    heads = targets[KEYS].iloc[np.flatnonzero(starts)]
    number = heads.groupby(KEYS, sort=False, dropna=False, observed=True).ngroup().to_numpy()
    first = np.unique(number, return_index=True)[1]
    return number[np.cumsum(starts) - 1], heads.iloc[first].reset_index(drop=True)


def _forbid_repeats(targets: pd.DataFrame, cell: np.ndarray) -> None:
    present, count = np.unique(cell, return_counts=True)
    if (count > 1).any():
        twice = targets[np.isin(cell, present[count > 1])]
        raise DataError("paths.twice", twice, **twice.iloc[0][["indicator", "document", "year"]])


def _indicator_facts(keys: pd.DataFrame, indicators: pd.DataFrame | None) -> tuple[np.ndarray, ...]:
    """Lower bound, upper bound and sign of each path's indicator."""
    if indicators is None:
        nothing = np.full(len(keys), np.nan)
        return nothing, nothing, nothing
    missing = [name for name in ("id", "direction", "lower", "upper") if name not in indicators]
    need(not missing, "paths.indicator_columns", missing=missing)
    at = pd.Index(indicators["id"]).get_indexer(keys["indicator"])
    if (at < 0).any():
        unknown = keys[at < 0]
        raise DataError("paths.unknown", unknown, indicator=unknown["indicator"].iloc[0])
    facts = indicators.iloc[at]
    three = facts["lower"], facts["upper"], facts["direction"].map(SIGN)
    return tuple(column.to_numpy(dtype=float, na_value=np.nan) for column in three)
