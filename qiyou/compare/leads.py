"""How many years a place is ahead of its reference path."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import pace
from qiyou.compare.cells import EXTENSIVE
from qiyou.compare.references import Reference
from qiyou.compare.verdicts import close


def leads(rows: pd.DataFrame, found: Reference, facts: pd.DataFrame) -> dict[str, np.ndarray]:
    """Time distances of all rows at once on the reference paths: the lead columns of `qiyou.compare.core`."""
    names = ("lead", "lead_low", "lead_high")
    nothing = {name: np.full(len(rows), np.nan) for name in names}
    nothing |= {
        name: np.full(len(rows), "", object) for name in ("lead_reference", "lead_places", "lead_note")
    }
    nothing["lead_n"] = pd.array([pd.NA] * len(rows), dtype="Int64")
    direction = rows["indicator"].map(facts["direction"])
    kind = rows["indicator"].map(facts["kind"])
    moving = direction.isin(["up", "down"]) & (kind != "status") & ~kind.isin(EXTENSIVE)
    moving &= (rows["relation"] == "eq") & ~rows["_itself"]
    if found.paths.empty or not moving.any():
        return nothing
    keys = found.path_keys
    years, column = np.unique(found.paths["year"], return_inverse=True)
    path_of = found.paths.groupby(keys, sort=False).ngroup().to_numpy()
    values = np.full((path_of.max() + 1, len(years)), np.nan)
    steps = np.zeros_like(values)
    values[path_of, column], steps[path_of, column] = found.paths["path_value"], found.paths["path_step"]
    first = found.paths.drop_duplicates(keys)
    index = (
        rows[keys].merge(first[keys].assign(_path=range(len(first))), on=keys, how="left")["_path"].to_numpy()
    )
    able = moving.to_numpy() & ~np.isnan(index)
    if not able.any():
        return nothing
    which = index[able].astype(int)
    chosen = rows[able]
    table = pace.lead(
        chosen["value"],
        chosen["year"],
        years,
        values[which],
        step=chosen["step"].to_numpy(),
        reference_step=steps[which],
        direction=chosen["indicator"].map(facts["sign"]).to_numpy(),
    )
    now = values[which, np.minimum(np.searchsorted(years, chosen["year"]), len(years) - 1)]
    level = close(now, chosen["value"]) & np.isin(chosen["year"], years)
    # A flat path has been at its value for years; a place that has the same value now is neither ahead nor
    # behind.
    table.loc[level, "lead"] = 0.0
    table.loc[level, "lead_low"] = np.fmin(table.loc[level, "lead_low"], 0.0)
    table.loc[level, "lead_high"] = np.fmax(table.loc[level, "lead_high"], 0.0)
    for name in names:
        nothing[name][able] = table[name]
    for column, name in (
        ("lead_reference", "path_name"),
        ("lead_n", "path_n"),
        ("lead_places", "path_places"),
    ):
        nothing[column][able] = first[name].to_numpy()[which]
    sign = chosen["indicator"].map(facts["sign"]).to_numpy()
    best = np.nanmax(sign[:, None] * values[which], axis=1)
    beyond = np.where(
        sign * chosen["value"].to_numpy() > best,
        "better than the whole path",
        "passed before the path begins",
    )
    nothing["lead_note"][able] = np.where(table["lead"].isna(), beyond, "")
    return nothing
