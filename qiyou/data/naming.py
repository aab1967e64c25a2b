"""Names in place of ids, for tables that are read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data


def named(data: Data, frame: pd.DataFrame, *, lang: str = "zh") -> pd.DataFrame:
    """A frame to be read: names of places and indicators in place of their ids, rows counted from 0.

    Parameters
    ----------
    data : Data
        Its tables `places` and `indicators` hold the names.
    frame : DataFrame
        Any with a column ``place`` or ``indicator``; an id that is not in the table stays.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        A copy with the same columns.

    Raises
    ------
    DataError
        If the language is another one.

    Examples
    --------
    >>> import qiyou
    >>> rows = pd.DataFrame({"place": ["yuhuan"], "indicator": ["sports_area_per_capita"], "value": [3.2]}, index=[7])
    >>> named(qiyou.load(), rows)
      place indicator  value
    0   玉环市  人均体育场地面积    3.2
    """
    if lang not in ("zh", "en"):
        raise DataError(f"lang is {lang!r}; give 'zh' or 'en'")
    tables = {"place": data.places, "indicator": data.indicators}
    names = {
        column: frame[column].map(table.set_index("id")[f"name_{lang}"]).fillna(frame[column])
        for column, table in tables.items()
        if column in frame
    }
    return frame.assign(**names).reset_index(drop=True)
