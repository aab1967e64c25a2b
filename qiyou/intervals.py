"""What a number leaves open: the one definition that everything which compares two values uses.

A printed number is read in one of three ways (:data:`READINGS`):

- ``stipulated``: a target. ``4`` asks for 4, exactly; ``≥85`` for 85 or more. Nothing is added to the print.
- ``measured``: an observed value, rounded half up when it was printed. ``4`` printed to whole units stands
  for [3.5, 4.5), ``约4`` for [3, 5], and a range ``1—2`` for [1, 2] as it is.
- ``drawn``: the shape of a path. Its author rounds what he draws, so targets have half-open boxes, too.

A bound is never rounded. What has no number (a status, a blank) has no box: its ends are NaN.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.errors import need

READINGS = ("stipulated", "measured", "drawn")
COLUMNS = ("value", "relation", "low", "high", "low_closed", "high_closed", "step")

# Decimals are not exact in binary: numbers closer than this share of their size are one number.
TIE = 1e-12


@dataclass(frozen=True, eq=False)
class Box:
    """Arrays of intervals, of any one shape.

    Attributes
    ----------
    low, high : ndarray of float
        The ends; NaN where nothing is stated, infinite where the print leaves that side open.
    low_open, high_open : ndarray of bool
        Whether the end itself is left out.
    point : ndarray of float
        The number as printed; NaN for a range or where there is none. A bound has its number here.
    exact : ndarray of bool
        Whether the print is a point and not a bound, a range or a vague number.
    """

    low: np.ndarray
    high: np.ndarray
    low_open: np.ndarray
    high_open: np.ndarray
    point: np.ndarray
    exact: np.ndarray

    def __getitem__(self, key) -> Box:
        return Box(*(values[key] for values in vars(self).values()))

    def where(self, kept: np.ndarray, other: Box) -> Box:
        """This box where `kept`, the other elsewhere."""
        pairs = zip(vars(self).values(), vars(other).values(), strict=True)
        return Box(*(np.where(kept, ours, theirs) for ours, theirs in pairs))

    def columns(self, name: str) -> dict[str, np.ndarray]:
        """The arrays as columns of a frame, ``name_low, name_high, …``; `boxed` reads them back."""
        return {f"{name}_{part}": values for part, values in vars(self).items()}

    def __len__(self) -> int:
        return len(self.low)

    @property
    def known(self) -> np.ndarray:
        """Where a set of values is stated."""
        return ~np.isnan(self.low)

    @property
    def empty(self) -> np.ndarray:
        """Where the set has nothing in it, for instance after `within`."""
        shut = (self.low == self.high) & (self.low_open | self.high_open)
        return (self.low > self.high) | shut

    def within(self, lower: ArrayLike, upper: ArrayLike) -> Box:
        """Cut to [lower, upper]; a missing limit cuts nothing."""
        under, over = self.low < lower, self.high > upper
        low, high = np.where(under, lower, self.low), np.where(over, upper, self.high)
        low_open, high_open = self.low_open & ~under, self.high_open & ~over
        return replace(self, low=low, high=high, low_open=low_open, high_open=high_open)

    def turned(self, sign: ArrayLike) -> Box:
        """Mirrored at zero where `sign` is negative, so that more is better throughout."""
        mirrored = Box(-self.high, -self.low, self.high_open, self.low_open, -self.point, self.exact)
        return self.where(np.asarray(sign, dtype=float) >= 0, mirrored)

    def mapped(self, rising) -> Box:
        """Through a rising function, such as ``np.log``."""
        with np.errstate(divide="ignore", invalid="ignore"):
            return replace(self, low=rising(self.low), high=rising(self.high), point=rising(self.point))

    def __sub__(self, other: Box) -> Box:
        """Every difference of a value of this box and a value of the other (the corners)."""
        low, high = self.low - other.high, self.high - other.low
        low_open, high_open = self.low_open | other.high_open, self.high_open | other.low_open
        return Box(low, high, low_open, high_open, self.point - other.point, self.exact & other.exact)

    def over(self, number: ArrayLike) -> Box:
        """Divided by a positive number."""
        return replace(self, low=self.low / number, high=self.high / number, point=self.point / number)


def box(rows: pd.DataFrame, reading: str) -> Box:
    """The boxes of printed values.

    Parameters
    ----------
    rows : DataFrame
        With the columns :data:`COLUMNS`, as in ``data.printed`` and ``data.observations``.
    reading : str or array of str
        One of :data:`READINGS`, for all rows or for each.

    Returns
    -------
    Box
        Arrays of shape (n,).

    Raises
    ------
    DataError
        If a column is missing, the reading is unknown, or a point lacks its number or its step.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [4.0, 85.0], "relation": ["eq", "ge"], "low": [4.0, 85.0],
    ...     "high": [4.0, np.inf], "low_closed": True, "high_closed": [True, False], "step": 1.0})
    >>> boxes = box(rows, "measured")
    >>> boxes.low, boxes.high, boxes.high_open
    (array([ 3.5, 85. ]), array([4.5, inf]), array([ True,  True]))
    >>> box(rows, "stipulated").high
    array([ 4., inf])
    """
    missing = [name for name in COLUMNS if name not in rows]
    need(not missing, "intervals.columns", missing=missing)
    reading = np.broadcast_to(np.asarray(reading, dtype=object), (len(rows),))
    need(np.isin(reading, READINGS).all(), "intervals.reading", known=READINGS)
    value, low, high, step = (
        rows[name].to_numpy(dtype=float, na_value=np.nan) for name in ("value", "low", "high", "step")
    )
    relation = rows["relation"].to_numpy(dtype=object)
    point, about = relation == "eq", relation == "about"
    bare = point & (np.isnan(value) | np.isnan(step))
    need(not bare.any(), "intervals.bare", rows=rows[bare], count=int(bare.sum()))
    rounded = point & (reading != "stipulated")
    reach = np.select([rounded, about], [step / 2, step], 0.0)
    number = point | about
    stated = number | ~np.isin(relation, ["none"])
    low_closed, high_closed = (_holds(rows[name]) for name in ("low_closed", "high_closed"))
    low = np.where(stated, np.where(number, value - reach, low), np.nan)
    high = np.where(stated, np.where(number, value + reach, high), np.nan)
    low_open, high_open = ~number & ~low_closed, rounded & (step > 0) | ~number & ~high_closed
    return Box(low, high, low_open, high_open, value, point)


def boxed(rows: pd.DataFrame, name: str, side: str = "") -> Box:
    """The box that stands in the columns ``name_low, name_high, …`` (`Box.columns`); nothing where missing.

    >>> rows = pd.DataFrame({"value": [4.0], "relation": "eq", "low": 4.0, "high": 4.0, "low_closed": True,
    ...     "high_closed": True, "step": 1.0})
    >>> boxed(pd.DataFrame(box(rows, "measured").columns("seen")), "seen").high
    array([4.5])
    """
    columns = {part: rows[f"{name}_{part}{side}"] for part in Box.__dataclass_fields__}
    flags = {part: _holds(columns.pop(part)) for part in ("low_open", "high_open", "exact")}
    return Box(**flags, **{part: own.to_numpy(dtype=float, na_value=np.nan) for part, own in columns.items()})


def _holds(flags: pd.Series) -> np.ndarray:
    """Where a flag is set; what is missing is not."""
    return flags.eq(True).to_numpy(dtype=bool, na_value=False)


def bounded(rows: pd.DataFrame, reading, indicators: pd.DataFrame) -> Box:
    """As `box`, cut to the logical bounds of the indicators (by id); a review is passed or not, unrounded."""
    facts = indicators.reindex(rows["indicator"])
    reading = np.where(facts["kind"] == "status", "stipulated", reading)
    lower, upper = (facts[name].to_numpy(dtype=float) for name in ("lower", "upper"))
    return box(rows, reading).within(lower, upper)


def by_role(rows: pd.DataFrame) -> np.ndarray:
    """The reading of table and text cells: what was reached is measured, what is planned is stipulated."""
    return np.where(_holds(rows["role"].eq("baseline")), "measured", "stipulated")


def above(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Whether `first` lies above `second` by more than binary noise; False where either is missing.

    Examples
    --------
    >>> above([0.1 + 0.2, 0.4], [0.3, 0.3]).tolist()
    [False, True]
    """
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    finite = np.isfinite(a) & np.isfinite(b)
    with np.errstate(invalid="ignore"):
        margin = np.where(finite, TIE * np.maximum(np.abs(a), np.abs(b)), 0.0)
        return a > b + margin


def same(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Whether two numbers are one number, up to binary noise; False where either is missing."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    return ~(np.isnan(a) | np.isnan(b)) & ~above(a, b) & ~above(b, a)


def disjoint(first: Box, second: Box) -> np.ndarray:
    """Whether two sets of values have none in common; False where either is missing.

    >>> whole = pd.DataFrame({"value": [1.0, 2.0], "relation": "eq", "low": 1.0, "high": 1.0,
    ...     "low_closed": True, "high_closed": True, "step": 1.0})
    >>> boxes = box(whole, "measured")
    >>> disjoint(boxes[[0]], boxes[[1]]).tolist()
    [True]
    """
    return apart(first, second) | apart(second, first)


def apart(upper: Box, lower: Box) -> np.ndarray:
    """Whether every value of `upper` lies above every value of `lower`."""
    touching = same(upper.low, lower.high) & (upper.low_open | lower.high_open)
    return above(upper.low, lower.high) | touching


def outward(low: ArrayLike, high: ArrayLike, digits: int) -> tuple[np.ndarray, np.ndarray]:
    """Ends rounded away from each other, so that the printed interval holds the exact one.

    >>> [float(end) for end in outward(0.3251, 0.3269, 3)]
    [0.325, 0.327]
    """
    scale = 10.0**digits
    low, high = (np.round(np.asarray(end, dtype=float) * scale, 6) for end in (low, high))
    return np.floor(low) / scale + 0.0, np.ceil(high) / scale + 0.0
