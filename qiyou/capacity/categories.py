"""Whether the categories of a site survey add up to its total: a check on what is counted how."""

from __future__ import annotations

import pandas as pd

from qiyou.capacity.intervals import box, grade
from qiyou.errors import DataError

_TOTAL = "sports_area_total"
_NO_CATEGORY = (_TOTAL, "sports_area_per_capita")


def category_areas(data, place: str, year: int, *, basis: str = "site_survey") -> pd.DataFrame:
    """The areas by category of one site survey, their sum, the printed total, and the sum less the total.

    A survey may name only some of its categories, so a sum below the total says nothing. A sum above it by
    more than rounding means that categories overlap, or that one of them is not counted in full.

    Parameters
    ----------
    data : Data
        Its observations, indicators and sources; categories are the indicators ``sports_area_…`` that are
        areas.
    place : str
    year : int
    basis : str

    Returns
    -------
    DataFrame
        One row per category and the rows ``sum``, ``total`` and ``excess`` (``item``): ``low, high`` in m²,
        with the rounding of all printed figures; ``share_low, share_high`` of the total; ``source, grade``.

    Raises
    ------
    DataError
        If no category or no total is observed.

    Examples
    --------
    >>> import qiyou
    >>> frame = category_areas(qiyou.load(), "zhejiang", 2023)
    >>> frame.query("item == 'excess'")[["item", "low", "high"]].round(-4)
         item        low       high
    8  excess  1240000.0  2250000.0
    """
    seen = data.observations
    seen = seen[(seen["place"] == place) & (seen["year"] == year) & (seen["basis"] == basis)]
    areas = seen[seen["indicator"].str.startswith("sports_area_")]
    parts, total = areas[~areas["indicator"].isin(_NO_CATEGORY)], areas[areas["indicator"] == _TOTAL]
    if parts.empty or len(total) != 1:
        raise DataError(
            f"observations.csv has {len(parts)} categories and {len(total)} totals of the sports area of {place} "
            f"in {year} on {basis!r}; add the categories and one total"
        )
    low, high = box(parts)
    (least,), (most,) = box(total)
    ends = [*zip(low, high, strict=True), (low.sum(), high.sum()), (least, most)]
    ends.append((low.sum() - most, high.sum() - least))
    frame = pd.DataFrame(ends, columns=["low", "high"])
    frame.insert(0, "item", [*parts["indicator"], "sum", "total", "excess"])
    frame["share_low"], frame["share_high"] = frame["low"] / most, frame["high"] / least
    everything = "; ".join(dict.fromkeys([*parts["source"], *total["source"]]))
    of_parts = "; ".join(dict.fromkeys(parts["source"]))
    frame["source"] = [*parts["source"], of_parts, total["source"].iloc[0], everything]
    frame["grade"] = [grade(data.sources, key) for key in frame["source"]]
    return frame
