"""What each place plans to change between two years."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.cells import EXTENSIVE, cells, core_indicators, named, places_with_documents, require_year
from qiyou.compare.verdicts import clean
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

_ENDS = ("year", "value", "relation", "step", "role")


def changes(
    data: Data,
    from_year: int = 2022,
    to_year: int = 2027,
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
) -> pd.DataFrame:
    """What each place plans to change between two years.

    Parameters
    ----------
    data : Data
    from_year, to_year : int
        The base is the first value printed in or after `from_year`, the end the last in or before `to_year`.
    places, indicators : iterable of str, optional
        Only these.

    Returns
    -------
    DataFrame
        One row per place, indicator and printed path with at least two values: ``place, indicator, variant,
        document, unit, direction, base_year, base_value, base_relation, base_step, base_role``, the same of
        ``end_``, ``change`` (d·(end − base), positive is better; NaN for bounds), ``change_low, change_high``
        over the rounding, ``comparable`` (False for counts, which grow with the size of a place), and names
        for readers.

    Raises
    ------
    DataError
        As `core`; or if nothing changes between the two years.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.changes(qiyou.load(), indicators=["premature_ncd_mortality"])
    >>> table[["place", "variant", "base_year", "base_value", "end_value", "change"]].round(2)
           place variant  base_year  base_value  end_value  change
    0     yuhuan       a       2022       11.02        9.5    1.52
    1     yuhuan       b       2023       10.15        8.5    1.65
    2  changxing               2023        9.30        8.5    0.80
    3       cixi               2022        8.40        8.3    0.10
    """
    facts = core_indicators(data, indicators)
    order = places_with_documents(data, places)
    rows = cells(data, facts)
    rows = rows[rows["place"].isin(order)]
    if from_year >= to_year:
        raise DataError(f"from_year {from_year} is not before to_year {to_year}")
    require_year(from_year, rows, "the selection")
    require_year(to_year, rows, "the selection")
    rows = rows[rows["year"].between(from_year, to_year)].sort_values("year", kind="stable")
    # What only the running text prints for one year belongs to the same plan as its table.
    keys = ["place", "indicator", "document", "variant"]
    ends = {"base": rows.drop_duplicates(keys, keep="first"), "end": rows.drop_duplicates(keys, keep="last")}
    parts = []
    for name, part in ends.items():
        columns = {column: f"{name}_{column}" for column in _ENDS}
        boxes = {"box_low": f"_{name}_low", "box_high": f"_{name}_high"}
        parts.append(part[[*keys, *columns, *boxes]].rename(columns=columns | boxes))
    table = parts[0].merge(parts[1], on=keys)
    table = table[table["base_year"] < table["end_year"]].reset_index(drop=True)
    if table.empty:
        raise DataError(f"no place of the selection prints two values between {from_year} and {to_year}")
    sign = table["indicator"].map(facts["sign"])
    both = (table["base_relation"] == "eq") & (table["end_relation"] == "eq")
    corners = [table["_end_low"] - table["_base_high"], table["_end_high"] - table["_base_low"]]
    table = table.assign(
        unit=table["indicator"].map(facts["unit"]),
        direction=table["indicator"].map(facts["direction"]),
        change=clean((sign * (table["end_value"] - table["base_value"])).where(both)),
        change_low=clean(np.where(sign > 0, corners[0], -corners[1])),
        change_high=clean(np.where(sign > 0, corners[1], -corners[0])),
        comparable=~table["indicator"].map(facts["kind"]).isin(EXTENSIVE),
    )
    rank = {name: k for k, name in enumerate([*order, *facts.index])}
    table = table.assign(_indicator=table["indicator"].map(rank), _place=table["place"].map(rank))
    table = table.sort_values(["_indicator", "_place", "variant"], kind="stable", ignore_index=True)
    columns = [
        *("place", "indicator", "variant", "document", "unit", "direction"),
        *(f"{name}_{part}" for name in ends for part in _ENDS),
        *("change", "change_low", "change_high", "comparable"),
    ]
    return named(table[columns], data)
