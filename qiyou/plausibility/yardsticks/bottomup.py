"""B: what the required pace means in places, square metres or people, and what announced projects bring of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import capacity, paths
from qiyou.errors import DataError


def needed(data, asked: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Additions a year between base and the year that the end value is first asked for.

    Parameters
    ----------
    data : Data
    asked : DataFrame
        `qiyou.plausibility.yardsticks.required.frame`.
    rows : DataFrame
        `qiyou.paths.table`.

    Returns
    -------
    DataFrame
        In the order of `asked`: ``additions_low, additions_high`` (a year, over all population scenarios),
        ``institutions_low, institutions_high`` (nurseries), ``additions_unit``, ``scenario``, ``bottom_up`` (`COVERED`,
        `NOT_COVERED`, `DEPENDS_ON:…`, `NO_PROJECTS`, `NO_POPULATION`, or empty where a level is no density).
    """
    numbers = ["additions_low", "additions_high", "institutions_low", "institutions_high"]
    out = asked[paths.KEYS].assign(
        **dict.fromkeys(numbers, np.nan), additions_unit="", scenario="", bottom_up=""
    )
    dense = asked[asked["ask"].eq("pace") & asked["kind"].eq("density")]
    counted = set(
        data.observations.loc[data.observations["indicator"].str.startswith("population_"), "place"]
    )
    out.loc[dense.index, "bottom_up"] = "NO_POPULATION"
    dense = dense[dense["place"].isin(counted)]
    ends = pd.concat(
        [
            dense[[*paths.KEYS, year]].set_axis([*paths.KEYS, "year"], axis=1)
            for year in ("base_year", "reached")
        ]
    )
    both = rows.merge(ends.drop_duplicates(), on=[*paths.KEYS, "year"])
    try:
        total = capacity.span(capacity.additions(data, rows=both))
    except DataError:
        return out
    total = total[total["status"].eq(capacity.ASSESSABLE)]
    names = {"per_year_low": "additions_low", "per_year_high": "additions_high", "unit": "additions_unit"}
    columns = [name for name in (*out.columns, "scenario") if name not in paths.KEYS]
    found = total.rename(columns=names).assign(bottom_up="NO_PROJECTS")
    found = asked[paths.KEYS].merge(
        found.reindex(columns=[*paths.KEYS, *dict.fromkeys(columns)]), on=paths.KEYS, how="left"
    )
    found.index = asked.index
    told = found["bottom_up"].notna()
    out.loc[told, found.columns] = found[told]
    return _announced(data, asked, out)


def _announced(data, asked: pd.DataFrame, out: pd.DataFrame) -> pd.DataFrame:
    """The verdict of the projects that a place has announced."""
    places = data.projects["document"].map(data.documents.set_index("id")["place"]).unique()
    some = asked[out["bottom_up"].eq("NO_PROJECTS") & asked["place"].isin(places)]
    for indicator in some["indicator"].unique():
        ours = some[some["indicator"].eq(indicator)]
        try:
            found = capacity.balance(data, ours["place"].unique().tolist(), indicator)
        except DataError:
            continue
        keys = [*paths.KEYS, "year"]
        wanted = ours.assign(year=ours["reached"])[keys].merge(found[[*keys, "code"]], on=keys, how="left")
        out.loc[ours.index, "bottom_up"] = wanted["code"].fillna("NO_PROJECTS").to_numpy()
    return out
