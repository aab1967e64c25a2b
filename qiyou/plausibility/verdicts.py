"""Three-valued comparison of rounding boxes, and the table that every check writes its findings to."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.plausibility.codes import CODES, VERDICTS
from qiyou.plausibility.wording import fill

COLUMNS = [
    *("place", "document", "indicator", "variant", "year", "check", "code", "verdict", "evidence"),
    *("statistic", "low", "high", "threshold", "message_zh", "message_en"),
]
"""The columns of a table of findings."""

NO_PATH = 2**53
"""Path number of findings that belong to no path: they come last."""

_KEYS = ["place", "document", "indicator", "variant"]
_TEXTS = [
    "place",
    "document",
    "indicator",
    "variant",
    "check",
    "code",
    "verdict",
    "evidence",
    "message_zh",
    "message_en",
]

# Decimals are not exact in binary: ends of boxes closer than this share of their size are one.
_TIE = 1e-12


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
        margin = np.where(finite, _TIE * np.maximum(np.abs(a), np.abs(b)), 0.0)
        return a > b + margin


def same(first: ArrayLike, second: ArrayLike) -> np.ndarray:
    """Whether two printed numbers are one number, up to binary noise; False where either is missing."""
    a, b = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    return ~(np.isnan(a) | np.isnan(b)) & ~above(a, b) & ~above(b, a)


def disjoint(low: np.ndarray, high: np.ndarray, other_low: np.ndarray, other_high: np.ndarray) -> np.ndarray:
    """Whether two sets of values have none in common, each given by its ends."""
    return above(low, other_high) | above(other_low, high)


def findings(
    keys: pd.DataFrame,
    *,
    check: str,
    code: str,
    verdict: ArrayLike,
    zh: str,
    en: str,
    fields: dict[str, ArrayLike] | None = None,
    evidence: str | None = None,
    year: ArrayLike | None = None,
    statistic: ArrayLike = np.nan,
    low: ArrayLike = np.nan,
    high: ArrayLike = np.nan,
    threshold: ArrayLike = np.nan,
) -> pd.DataFrame:
    """A table of findings of one code, one row per row of `keys`.

    Parameters
    ----------
    keys : DataFrame
        place, document, indicator, variant; and ``path``, the path's number, to sort by.
    check, code : str
        Of `CODES`.
    verdict : str or array of str
    zh, en : str
        Templates of the message, see `qiyou.plausibility.wording.fill`.
    fields : dict of arrays
        What the templates name.
    evidence : str, optional
        By default that of the code.
    year : array of int, optional
        Missing for a finding on the whole path.
    statistic, low, high, threshold : array of float or float

    Returns
    -------
    DataFrame
        `COLUMNS` and ``path``.
    """
    n, fields = len(keys), fields or {}
    if code not in CODES or check not in CODES[code].check.split():
        raise AssertionError(f"{check} does not say {code}")
    whole = (
        pd.arrays.IntegerArray(np.zeros(n, np.int64), np.ones(n, bool)) if year is None else years_of(year)
    )
    frame = pd.DataFrame(
        {
            **{name: keys[name].to_numpy(dtype=object) for name in _KEYS},
            "year": whole,
            "check": np.full(n, check, dtype=object),
            "code": np.full(n, code, dtype=object),
            "verdict": np.broadcast_to(np.asarray(verdict, dtype=object), (n,)),
            "evidence": np.full(n, evidence or CODES[code].evidence, dtype=object),
            "statistic": np.broadcast_to(np.asarray(statistic, dtype=float), (n,)),
            "low": np.broadcast_to(np.asarray(low, dtype=float), (n,)),
            "high": np.broadcast_to(np.asarray(high, dtype=float), (n,)),
            "threshold": np.broadcast_to(np.asarray(threshold, dtype=float), (n,)),
            "message_zh": fill(zh, n, fields),
            "message_en": fill(en, n, fields),
        }
    )
    frame["path"] = keys["path"].to_numpy() if "path" in keys else NO_PATH
    return frame


def years_of(years: ArrayLike) -> pd.arrays.IntegerArray:
    """Years as integers that may be missing."""
    array = pd.array(years, dtype="Int64")
    return array if isinstance(array, pd.arrays.IntegerArray) else pd.array(array, dtype="Int64")


def table(parts: Iterable[pd.DataFrame]) -> pd.DataFrame:
    """All findings in one table: by path, then check, then as they were found."""
    parts = [part for part in parts if len(part)]
    if not parts:
        return _typed(pd.DataFrame(columns=COLUMNS))
    whole = pd.concat(parts, ignore_index=True)
    number = pd.Index([f"C{k}" for k in range(16)]).get_indexer(whole["check"])
    order = np.lexsort((np.arange(len(whole)), number, whole["path"].to_numpy()))
    return _typed(whole.iloc[order][COLUMNS].reset_index(drop=True))


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    types = dict.fromkeys(_TEXTS, "str") | dict.fromkeys(["statistic", "low", "high", "threshold"], "float64")
    frame = frame.astype(types | {"year": "Int64"})
    unknown = set(frame["verdict"].unique()) - set(VERDICTS)
    if unknown:
        raise AssertionError(f"verdicts {unknown} are none")
    return frame
