"""What a plan prints for a place: its values and bases, and where each path starts and ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

if TYPE_CHECKING:
    from qiyou.data import Data

PATH = ["document", "place", "indicator", "variant", "origin"]
SET = ["value", "relation", "low", "high", "low_closed", "high_closed", "step"]
"""What a print stands for, as `qiyou.notation` reads it."""


def planned_values(data: Data, places: list[str]) -> pd.DataFrame:
    """Planned values and bases of these places: table cells, and figures of the text where no cell speaks."""
    cells = data.targets[data.targets["place"].isin(places)]
    cells = cells.assign(origin="table", locator="table:" + cells["row"].astype("str"))
    said = data.statements
    flows = data.indicators.loc[data.indicators["kind"] == "flow", "id"]
    wanted = said["kind"].isin(["target", "baseline"])
    wanted |= said["kind"].eq("annual_flow") & said["indicator"].isin(flows)
    said = said[wanted & said["place"].isin(places) & said["indicator"].ne("") & said["year"].notna()]
    said = said[said["from_year"].isna() | (said["from_year"] == said["year"])]
    said = said.assign(
        origin="text",
        locator="statement:" + said["id"].astype("str"),
        role=said["kind"].where(said["kind"].eq("baseline"), "target"),
        variant="",
    )
    keys = ["document", "indicator", "year"]
    spoken = pd.MultiIndex.from_frame(said[keys]).isin(pd.MultiIndex.from_frame(cells[keys]))
    # What the text says twice is one target; where it contradicts itself, the plausibility checks say so.
    said = said[~spoken].drop_duplicates([*keys, "role"])
    return stacked(cells, said, columns=[*PATH, "locator", "year", "role", "printed", *SET])


def planned_paths(plan: pd.DataFrame) -> pd.DataFrame:
    """Per path its base, the last one printed, and its end: the last target with a number."""
    based = plan[(plan["role"] == "baseline") & (plan["relation"] != "none")]
    aimed = plan[plan["role"] == "target"]
    first = aimed.groupby(PATH, sort=False)["year"].min().rename("first_year").reset_index()
    aimed = aimed[~aimed["relation"].isin(["none", "about"])]
    ends = ["year", "value", "relation", "low", "high", "step"]
    paths = plan[PATH].drop_duplicates()
    for part in (_latest(based, "base", ["year", "printed", *SET]), first, _latest(aimed, "target", ends)):
        paths = paths.merge(part, on=PATH, how="left")
    return paths.astype(dict.fromkeys(["base_year", "first_year", "target_year"], "Int64"))


def _latest(plan: pd.DataFrame, name: str, columns: list[str]) -> pd.DataFrame:
    """The last value of each path, the value under this name and the rest behind it."""
    last = plan.sort_values("year", kind="stable").drop_duplicates(PATH, keep="last")
    return last[[*PATH, *columns]].rename(columns=named(name, columns))


def named(name: str, columns: list[str]) -> dict[str, str]:
    """The columns of a print under a name of their own.

    Examples
    --------
    >>> named("base", ["year", "value"])
    {'year': 'base_year', 'value': 'base'}
    """
    return {column: name if column == "value" else f"{name}_{column}" for column in columns}


def stacked(*parts: pd.DataFrame, columns: list[str]) -> pd.DataFrame:
    """These columns of all parts; an empty part has no say in the types."""
    filled = [part[columns] for part in parts if len(part)]
    stack = pd.concat(filled or [parts[0][columns]], ignore_index=True)
    return stack.astype({"year": "int64"})
