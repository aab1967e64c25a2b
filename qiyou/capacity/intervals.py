"""Intervals of printed values, their products, and the keys and grades of the sources that they come from."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from qiyou.data.schema import GRADES
from qiyou.errors import DataError

ASSESSABLE = "assessable"
NOT_ASSESSABLE = "not assessable"
"""The two values of every column ``status`` of this package; the second always comes with a ``reason``."""


def box(frame: pd.DataFrame) -> tuple[np.ndarray, np.ndarray]:
    """The set of values that a printed figure leaves open, as its two ends.

    Parameters
    ----------
    frame : DataFrame
        With value, relation, low, high, step, in one unit per row.

    Returns
    -------
    low, high : ndarray of float
        ``eq`` gives value ± step/2, a bound or range its own ends, ``about`` and ``none`` NaN: they state no
        set of values, and none is made up.

    Examples
    --------
    >>> printed = pd.DataFrame({"value": [2.7, 3.1], "relation": ["eq", "ge"], "low": [2.7, 3.1],
    ...     "high": [2.7, np.inf], "step": [0.1, 0.1]})
    >>> low, high = box(printed)
    >>> low.round(2).tolist(), high.round(2).tolist()
    ([2.65, 3.1], [2.75, inf])
    """
    relation = frame["relation"].to_numpy(dtype=object)
    value, step = numbers(frame, "value"), numbers(frame, "step")
    stated = ~np.isin(relation, ("about", "none"))
    low = np.where(relation == "eq", value - step / 2, np.where(stated, numbers(frame, "low"), np.nan))
    high = np.where(relation == "eq", value + step / 2, np.where(stated, numbers(frame, "high"), np.nan))
    return low, high


def product(first: tuple[np.ndarray, np.ndarray], second: tuple[np.ndarray, np.ndarray]):
    """The product of two intervals that do not depend on one another: its ends lie at corners.

    Nothing times an open end is nothing: a population that does not change contributes nothing, whatever the
    level.

    Examples
    --------
    >>> first, second = np.array([[-1.0, 0.0], [2.0, 0.0]]), np.array([[3.0, 1.0], [4.0, np.inf]])
    >>> product(first, second)
    (array([-4.,  0.]), array([8., 0.]))
    """
    with np.errstate(invalid="ignore"):
        corners = [np.where((a == 0) | (b == 0), 0.0, a * b) for a in first for b in second]
    gap = np.isnan(first[0]) | np.isnan(first[1]) | np.isnan(second[0]) | np.isnan(second[1])
    low, high = np.min(corners, axis=0), np.max(corners, axis=0)
    return np.where(gap, np.nan, low), np.where(gap, np.nan, high)


def numbers(frame: pd.DataFrame, name: str) -> np.ndarray:
    """A column as floats, NaN where it is missing.

    Examples
    --------
    >>> numbers(pd.DataFrame({"year": pd.array([2022, None], dtype="Int64")}), "year")
    array([2022.,   nan])
    """
    return frame[name].to_numpy(dtype=float, na_value=np.nan)


def require(frame: pd.DataFrame, columns: Iterable[str], what: str) -> None:
    """Raise DataError unless the frame has rows and the columns.

    Examples
    --------
    >>> require(pd.DataFrame({"low": [1.0]}), ["low", "high"], "the supply")
    Traceback (most recent call last):
        ...
    qiyou.errors.DataError: the supply lacks the columns high; pass the frame as the library returns it
    """
    missing = [name for name in columns if name not in frame]
    if missing:
        raise DataError(
            f"{what} lacks the columns {', '.join(missing)}; pass the frame as the library returns it"
        )
    if frame.empty:
        raise DataError(f"{what} has no rows; check how it was selected")


def keys(*parts: object) -> str:
    """Source keys joined without repeats, in order.

    Examples
    --------
    >>> keys("a; b", ["b", "c"], "")
    'a; b; c'
    """
    flat = [part for item in parts for part in ([item] if isinstance(item, str) else item)]
    return "; ".join(dict.fromkeys(key for part in flat for key in part.split("; ") if key))


def joined_columns(first: pd.Series, second: pd.Series) -> pd.Series:
    """Two columns of source keys joined row by row; each distinct pair is joined once.

    Examples
    --------
    >>> joined_columns(pd.Series(["a", "a; b"]), pd.Series(["b", "b"])).tolist()
    ['a; b', 'a; b']
    """
    (one, left), (two, right) = (pd.factorize(column.fillna("")) for column in (first, second))
    pairs, code = np.unique(one * np.int64(len(right)) + two, return_inverse=True)
    joined = np.array(
        [keys(left[pair // len(right)], right[pair % len(right)]) for pair in pairs], dtype=object
    )
    return pd.Series(joined[code], index=first.index, dtype="str")


def grade(sources: pd.DataFrame, joined: str) -> str:
    """The grades of joined source keys, best first, so that ``secondary`` and ``derived`` stay visible.

    A key that is no source is that of a document, which has its own extent in ``data.documents``.

    Examples
    --------
    >>> grade(pd.DataFrame({"id": ["a", "b"], "grade": ["derived", "press"]}), "b; a; yuhuan-plan-2023")
    'press; derived'
    """
    found = set(sources.loc[sources["id"].isin(joined.split("; ")), "grade"])
    return "; ".join(name for name in GRADES if name in found)


def provinces(places: pd.DataFrame) -> dict[str, str]:
    """Place -> the province that it belongs to (a province belongs to itself), or the empty string.

    Examples
    --------
    >>> provinces(pd.DataFrame({"id": ["china", "zhejiang", "yuhuan"], "parent": ["", "china", "zhejiang"],
    ...     "level": ["country", "province", "county"]}))
    {'china': '', 'zhejiang': 'zhejiang', 'yuhuan': 'zhejiang'}
    """
    level = dict(zip(places["id"], places["level"], strict=True))
    parent = dict(zip(places["id"], places["parent"], strict=True))
    return {
        place: next((at for at in _upwards(parent, place) if level.get(at) == "province"), "")
        for place in level
    }


def upwards(places: pd.DataFrame, place: str) -> list[str]:
    """A place and what it belongs to, from the place up.

    Raises
    ------
    DataError
        If the place is not in `places`.

    Examples
    --------
    >>> upwards(pd.DataFrame({"id": ["china", "zhejiang"], "parent": ["", "china"]}), "zhejiang")
    ['zhejiang', 'china']
    """
    parent = dict(zip(places["id"], places["parent"], strict=True))
    if place not in parent:
        raise DataError(f"there is no place {place!r} in places.csv; pass an id of data.places")
    return _upwards(parent, place)


def _upwards(parent: dict[str, str], place: str) -> list[str]:
    chain = [place]
    while parent.get(chain[-1]) and parent[chain[-1]] not in chain:
        chain.append(parent[chain[-1]])
    return chain
