"""Which indicators several places print, and one of them side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

_MISSING = "—"


def beside(data: Data, indicator: str) -> pd.DataFrame:
    """What every place prints of an indicator, year by year, and beside it the benchmarks that are known.

    Nothing is computed or converted: the cells are what is printed, two printings of one year (table and
    running text) with a stroke between them. To be read, not to be calculated with; numbers, bounds and
    rounding are in `qiyou.data.printed`.

    Parameters
    ----------
    data : Data
    indicator : str
        An id of ``data.indicators``.

    Returns
    -------
    DataFrame
        One row per place, document and printed variant, in the order of ``data.places``, after them the rows
        of ``data.benchmarks``: ``place`` and ``document`` (ids; for a benchmark its kind, ``target`` or
        ``benchmark``), ``variant``, then a column per year, as text.

    Raises
    ------
    DataError
        If there is no such indicator, or neither a document nor a benchmark has it for a year.

    Examples
    --------
    >>> import qiyou
    >>> beside(qiyou.load(), "sports_area_per_capita")[["place", "document", 2025, 2027]]
           place              document    2025          2027
    0     yuhuan      yuhuan-plan-2023     3.0  3.2 / 3.2平方米
    1     yuhuan  yuhuan-worklist-2024       —             —
    2  changxing   changxing-plan-2023       —         3.4平米
    3   huangyan    huangyan-plan-2021  2.8平方米             —
    4      china             benchmark     2.6             —
    5   zhejiang                target    ≥2.8             —
    6    jiangsu             benchmark     3.6             —
    """
    from qiyou.data import printed

    cells = printed(data, indicator)
    above = data.benchmarks[data.benchmarks["indicator"] == indicator]
    above = above.assign(document=above["kind"], variant="", above=True)
    rows = pd.concat([cells.assign(above=False), above])
    rows = rows[rows["year"].notna() & rows["printed"].ne("")]
    if rows.empty:
        raise DataError(f"neither a document nor a benchmark has {indicator!r} for a year")
    order = {place: rank for rank, place in enumerate(data.places["id"])}
    rows = rows.assign(year=rows["year"].astype(int), rank=rows["place"].map(order))
    keys = ["above", "rank", "place", "document", "variant"]
    wide = rows.groupby([*keys, "year"])["printed"].agg(" / ".join).unstack("year").fillna(_MISSING)
    wide = wide.reset_index().drop(columns=["above", "rank"])
    wide.columns.name = None
    return wide


def shared(data: Data, at_least: int = 2) -> pd.DataFrame:
    """Indicators of which several places print a number or a bound for a year.

    Parameters
    ----------
    data : Data
    at_least : int
        Fewest places; 1 gives every indicator that some document prints a number of.

    Returns
    -------
    DataFrame
        ``id, name_zh, name_en, unit, places`` (how many), in the order of ``data.indicators``.

    Raises
    ------
    DataError
        If no indicator is printed by so many places.

    Examples
    --------
    >>> import qiyou
    >>> shared(qiyou.load(), at_least=4)[["id", "places"]].head(3)
                             id  places
    0   nursery_places_per_1000       5
    1  affordable_nursery_share       5
    2      child_screening_rate       4
    """
    columns = ["place", "indicator", "year", "relation"]
    cells = pd.concat([data.targets[columns], data.statements[columns]])
    cells = cells[cells["year"].notna() & cells["relation"].ne("none")]
    counts = cells.groupby("indicator")["place"].nunique()
    table = data.indicators.assign(places=data.indicators["id"].map(counts).fillna(0).astype(int))
    table = table[table["places"] >= max(at_least, 1)]
    if table.empty:
        raise DataError(f"no indicator is printed by {at_least} places; ask for fewer")
    return table[["id", "name_zh", "name_en", "unit", "places"]].reset_index(drop=True)
