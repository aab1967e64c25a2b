"""Intervals and sources as a reader meets them: rounded outward, and by publisher."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.capacity.intervals import require
from qiyou.errors import DataError

_FORMS = {
    "zh": {"interval": "{}至{}", "low": "{}以上", "high": "{}以下", "any": "不限", "missing": "无法评估"},
    "en": {
        "interval": "{} to {}",
        "low": "{} or more",
        "high": "{} or less",
        "any": "open",
        "missing": "not assessable",
    },
}
# An end that lies on a step but for the noise of floating point stays there.
_NOISE = {"rtol": 1e-14, "atol": 1e-6}


def outward(low, high, digits: int = 0) -> tuple:
    """An interval rounded outward: the low end down, the high end up, so that nothing it held is lost.

    Parameters
    ----------
    low, high : float or array_like
        Ends; infinite ones and NaN stay.
    digits : int
        Decimals kept; -1 for tens, -3 for thousands.

    Returns
    -------
    low, high : float or ndarray of float

    Examples
    --------
    >>> low, high = outward([1019.4, 0.0], [1244.6, np.inf], -1)
    >>> low.tolist(), high.tolist()
    ([1010.0, 0.0], [1250.0, inf])
    """
    scale = 10.0**digits
    ends = []
    for end, towards in ((low, np.floor), (high, np.ceil)):
        exact = np.asarray(end, dtype=float) * scale
        steps = np.where(np.isclose(exact, np.rint(exact), **_NOISE), np.rint(exact), towards(exact)) / scale
        # Adding nothing turns -0 into 0.
        ends.append(np.round(steps, digits) + 0.0)
    return ends[0], ends[1]


def words(low, high, digits: int = 0, *, lang: str = "en"):
    """An interval in words, rounded outward.

    Parameters
    ----------
    low, high : float or array_like
        Ends. An infinite end is an open one, NaN is an interval that cannot be assessed.
    digits : int
        Decimals kept, as in `outward`.
    lang : {"zh", "en"}

    Returns
    -------
    str, or list of str
        One string for two numbers, otherwise one per pair. Ends that meet once rounded are one number.

    Raises
    ------
    DataError
        If the language is another one.

    Examples
    --------
    >>> words(1019.4, 1244.6, -1), words(22.66, float("inf"), 1), words(float("nan"), float("nan"))
    ('1,010 to 1,250', '22.6 or more', 'not assessable')
    >>> words([0.76, 20.27], [5.31, 31.6], 1, lang="zh")
    ['0.7至5.4', '20.2至31.6']
    """
    if lang not in _FORMS:
        raise DataError(f"lang is {lang!r}; give 'zh' or 'en'")
    forms, decimals = _FORMS[lang], max(digits, 0)

    def said(least: float, most: float) -> str:
        shown = [f"{end:,.{decimals}f}" for end in (least, most)]
        if np.isnan(least) or np.isnan(most):
            return forms["missing"]
        if np.isfinite(least) and np.isfinite(most):
            return shown[0] if least == most else forms["interval"].format(*shown)
        if np.isfinite(least):
            return forms["low"].format(shown[0])
        return forms["high"].format(shown[1]) if np.isfinite(most) else forms["any"]

    ends = np.broadcast_arrays(*outward(low, high, digits))
    if ends[0].ndim == 0:
        return said(*map(float, ends))
    return [said(*pair) for pair in zip(*ends, strict=True)]


def credited(data, frame: pd.DataFrame) -> pd.DataFrame:
    """A frame with the publisher of each source, in place of its key, and the grade of the copy at hand.

    Parameters
    ----------
    data : Data
        Its sources.
    frame : DataFrame
        With a column ``source`` of single keys.

    Returns
    -------
    DataFrame
        With ``publisher`` and ``grade`` in place of ``source``; a source that is no key of sources.csv stays
        as it is and has no grade.

    Raises
    ------
    DataError
        If the frame is empty or has no column ``source``.

    Examples
    --------
    >>> import qiyou
    >>> credited(qiyou.load(), pd.DataFrame({"printed": ["3.0"], "source": ["hangzhou_net_2024_sports"]}))
      printed publisher  grade
    0     3.0       杭州网  press
    """
    require(frame, ("source",), "the frame")
    known = data.sources.set_index("id")
    return frame.drop(columns="source").assign(
        publisher=frame["source"].map(known["publisher"]).fillna(frame["source"]),
        grade=frame["source"].map(known["grade"]).fillna(""),
    )
