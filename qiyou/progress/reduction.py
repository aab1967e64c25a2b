"""The average annual rate of reduction, by three conventions that published tables mix."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from qiyou.errors import DataError
from qiyou.history import checked_series


@dataclass(frozen=True)
class Aarr:
    """An average annual rate of reduction and how it was computed.

    Attributes
    ----------
    rate : float
        0.02 is a reduction by 2% a year; negative for growth.
    convention : {'discrete', 'continuous', 'regression'}
    points : int
        Observations that entered.
    from_year, year : int
        First and last year.
    method : str
    """

    rate: float
    convention: str
    points: int
    from_year: int
    year: int
    method: str = "aarr"


def aarr(
    years: ArrayLike, values: ArrayLike, *, convention: Literal["discrete", "continuous", "regression"]
) -> Aarr:
    """Give the average annual rate of reduction, by a convention that the result names.

    Published tables mix three of them.

    *discrete*: 1 − (y_H/y0)^(1/H). *continuous*: −ln(y_H/y0)/H. *regression*: 1 − e^b, with b the
    least-squares slope of ln y on the year. The first two use the first and the last observation only.

    Parameters
    ----------
    years : array_like of int, shape (n,)
        Years, strictly increasing; at least two.
    values : array_like of float, shape (n,)
        Positive values.
    convention : {'discrete', 'continuous', 'regression'}

    Returns
    -------
    Aarr

    Raises
    ------
    DataError
        With fewer than two points, a value that is not positive, or another convention.

    References
    ----------
    UNICEF's technical note on the AARR fits the exponential (regression); the other two are the compound and
    the logarithmic rate between two values.

    Examples
    --------
    >>> rate = aarr([2015, 2016, 2017], [50, 45, 40.5], convention="discrete")
    >>> round(rate.rate, 6), rate.convention
    (0.1, 'discrete')
    """
    t, y = checked_series(years, values, at_least=2)
    if (y <= 0).any():
        at = int(np.flatnonzero(y <= 0)[0])
        raise DataError(f"The value of {t[at]} is {y[at]:g}: a rate of reduction needs values above zero.")
    horizon = int(t[-1] - t[0])
    if convention == "discrete":
        rate, points = 1 - (y[-1] / y[0]) ** (1 / horizon), 2
    elif convention == "continuous":
        rate, points = -math.log(y[-1] / y[0]) / horizon, 2
    elif convention == "regression":
        centred = t - t.mean()
        rate, points = -math.expm1((centred * np.log(y)).sum() / (centred**2).sum()), t.size
    else:
        raise DataError(f"convention is {convention!r}: it must be 'discrete', 'continuous' or 'regression'.")
    return Aarr(float(rate), convention, points, int(t[0]), int(t[-1]))
