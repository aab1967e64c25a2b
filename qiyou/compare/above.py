"""What is asked from above: targets of the province, and benchmarks of other places."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.cells import EXTENSIVE, peers, provinces
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

PROVINCIAL = "provincial target"

_GRADES = ("official", "press", "secondary", "derived")
_COLUMNS = [
    *("place", "indicator", "year", "value", "relation", "low", "high", "unit", "step", "kind"),
    *("source",),
]


def benchmarks(data: Data, indicators: pd.DataFrame) -> pd.DataFrame:
    """Benchmarks of the indicators that are no counts, with ``grade`` and ``reference_source``.

    Raises
    ------
    DataError
        If one is in another unit than its indicator.
    """
    rates = indicators.index[~indicators["kind"].isin(EXTENSIVE)]
    rows = data.benchmarks[data.benchmarks["indicator"].isin(rates)]
    rows = rows.loc[(rows["relation"] != "none") & rows["year"].notna(), _COLUMNS]
    wrong = rows[rows["unit"] != rows["indicator"].map(indicators["unit"])]
    if len(wrong):
        raise DataError(
            f"a benchmark of {wrong['indicator'].iloc[0]} is in {wrong['unit'].iloc[0]!r}: values in "
            f"different "
            "units are not compared; give it the id of its own indicator in benchmarks.csv",
            rows=wrong,
        )
    grade = rows["source"].map(data.sources.set_index("id")["grade"])
    return rows.assign(grade=grade, reference_source=rows["source"], year=rows["year"].astype("int64"))


def provincial(data: Data, cells: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Targets of each province for the groups of places in it, keyed by ``peer, indicator_code, year``.

    Those of the province's own documents come first, then those that others report, by the grade of the
    source.
    """
    level = data.places.set_index("id")["level"]
    rates = indicators.index[~indicators["kind"].isin(EXTENSIVE)]
    here = level.index[level == "province"]
    own = cells[cells["place"].isin(here) & cells["indicator"].isin(rates) & (cells["role"] == "target")]
    own = own.assign(grade="official", reference_source=own["document"] + " " + own["locator"])
    reported = benchmarks(data, indicators)
    reported = reported[reported["place"].isin(here) & (reported["kind"] == "target")]
    both = pd.concat([part for part in (own, reported) if len(part)] or [own], ignore_index=True)
    both = both.assign(_rank=pd.Categorical(both["grade"], _GRADES, ordered=True).codes)
    both = both.sort_values("_rank", kind="stable").drop_duplicates(["place", "indicator", "year"])
    table = requirements(both, indicators, PROVINCIAL)
    groups = pd.DataFrame({"peer": peers(data.places), "reference_places": provinces(data.places).to_numpy()})
    table = table.merge(groups[groups["peer"] >= 0].drop_duplicates(), on="reference_places")
    return table.assign(indicator_code=indicators.index.get_indexer(table["indicator"]))


def requirements(rows: pd.DataFrame, indicators: pd.DataFrame, kind: str | pd.Series) -> pd.DataFrame:
    """Turn targets set from above into references.

    The number asked for is exact, it is no rounded measurement; ``>60`` asks for more than 60 (``strict``). A
    bound against the indicator's direction leaves the number open.
    """
    sign = rows["indicator"].map(indicators["sign"]).to_numpy(dtype=float)
    relation = rows["relation"].to_numpy(dtype=object)
    asked = np.where(sign > 0, np.isin(relation, ["ge", "gt"]), np.isin(relation, ["le", "lt"])) & ~np.isnan(
        sign
    )
    exact = asked | (relation == "eq")
    ends = {
        name: np.where(exact, rows["value"], np.where(relation == "about", np.nan, rows[name]))
        for name in ("low", "high")
    }
    return pd.DataFrame(
        {
            "indicator": rows["indicator"],
            "year": rows["year"],
            "reference_value": rows["value"],
            "reference_relation": rows["relation"],
            "reference_low": ends["low"],
            "reference_high": ends["high"],
            "reference_kind": kind,
            "reference_source": rows["reference_source"],
            "reference_grade": rows["grade"],
            "reference_n": 1,
            "reference_places": rows["place"],
            "open_reference_low": np.isinf(ends["low"]),
            "open_reference_high": np.isinf(ends["high"]),
            "strict": asked & np.isin(relation, ["gt", "lt"]),
        }
    )
