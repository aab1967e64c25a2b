"""B: what the required pace means in places, square metres or people, and what announced projects bring of it."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import capacity, paths
from qiyou.capacity.population import assumed


def needed(data, asked: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """Additions a year between the base and the year that the end value is first asked for.

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
        ``additions_low, additions_high`` (a year, over all population scenarios), ``institutions_low,
        institutions_high`` (nurseries), ``people`` (the last known, of the year ``anchor``), ``additions_unit,
        scenario``;
        ``bottom_up``: COVERED, NOT_COVERED, ``DEPENDS_ON:<what>``, NO_PROJECTS, NO_POPULATION,
        or empty where a level is no density.
    """
    numbers = ["additions_low", "additions_high", "institutions_low", "institutions_high"]
    out = pd.DataFrame(np.nan, index=asked.index, columns=[*numbers, "people"])
    out[["additions_unit", "scenario", "bottom_up"]], out["anchor"] = "", 0
    dense = asked[asked["ask"].eq("pace") & asked["kind"].eq("density")]
    out.loc[dense.index, "bottom_up"] = "NO_POPULATION"
    people = data.observations[data.observations["indicator"].str.startswith("population_")]
    # from a base that is a bound nothing follows
    dense = dense[dense["place"].isin(people["place"]) & dense["base_relation"].eq("eq")]
    rows = rows[rows["place"].isin(dense["place"]) & rows["indicator"].isin(dense["indicator"])]
    ends = dense.melt(paths.KEYS, ["base_year", "reached"], value_name="year")[[*paths.KEYS, "year"]]
    if dense.empty:
        return out
    total = capacity.additions(data, rows=rows.merge(ends))
    people = total.loc[total["scenario"].eq("flat"), [*paths.KEYS, "population", "anchor"]]
    people = people.drop_duplicates(paths.KEYS).rename(columns={"population": "people"})
    total = capacity.span(total).merge(people.fillna({"anchor": 0}), how="left")
    names = {"per_year_low": "additions_low", "per_year_high": "additions_high", "unit": "additions_unit"}
    total = total[total["status"].eq(capacity.ASSESSABLE)].rename(columns=names)
    total["bottom_up"] = "NO_PROJECTS"
    total["scenario"] = total["scenario"].str.replace(r"\s*[;,、]\s*", "; ", regex=True)
    total = asked[paths.KEYS].reset_index(names="at").merge(total, on=paths.KEYS).set_index("at")
    out.loc[total.index, out.columns] = total.reindex(columns=out.columns)
    planning = data.documents.set_index("id")["place"].reindex(data.projects["document"])
    # announced projects count towards these only
    some = asked[out["bottom_up"].eq("NO_PROJECTS") & asked["place"].isin(planning)]
    some = some[some["indicator"].isin(assumed("serves"))]
    if len(some):
        found = capacity.balance(data, some["place"].unique().tolist(), some["indicator"].unique().tolist())
        found = found.rename(columns={"year": "reached"})[[*paths.KEYS, "reached", "code"]]
        code = some[[*paths.KEYS, "reached"]].merge(found, how="left")["code"].fillna("NO_PROJECTS")
        out.loc[some.index, "bottom_up"] = code.to_numpy()
    return out
