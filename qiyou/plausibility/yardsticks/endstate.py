"""S: whether places are already where a path wants to end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.intervals import TIE, box
from qiyou.plausibility.yardsticks.required import SIGN

FROM = 2022


def levels(data, known: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The latest realised level of every place: observations, the reference table, bases that plans print.

    Parameters
    ----------
    data : Data
    known : DataFrame
        `qiyou.plausibility.yardsticks.superior.values`.
    rows : DataFrame
        `qiyou.paths.table`.

    Returns
    -------
    DataFrame
        place, level, indicator, year, printed, value; ``sure``, ``point`` and ``possible``: the end values that it
        meets certainly, as printed, and possibly, turned so that more is better.
    """
    base = rows[rows["role"].eq("baseline") & rows["relation"].ne("none") & rows["year"].notna()]
    boxes = box(base, "measured")
    base = base.assign(
        level=base["place"].map(data.places.set_index("id")["level"]),
        t=base["year"].astype(float) + 1,
        value=base["value"].where(base["relation"].eq("eq")),
        box_low=boxes.low,
        box_high=boxes.high,
    )
    known = known.assign(value=known["value"].where(~known["bound"]))
    columns = ["place", "level", "indicator", "t", "year", "printed", "value", "box_low", "box_high"]
    found = pd.concat([known[columns], base[columns]], ignore_index=True)
    found = found[found["year"].ge(FROM).fillna(False)]
    found = found.sort_values("t", ascending=False, kind="stable").drop_duplicates(["place", "indicator"])
    sign = (
        found["indicator"].map(data.indicators.set_index("id")["direction"].map(SIGN)).fillna(1.0).to_numpy()
    )
    low, high = (found[f"box_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    worst, best = np.where(sign > 0, low, -high), np.where(sign > 0, high, -low)
    # the upper end of a rounded value is not in its box
    open_end = np.isfinite(best) & found["value"].notna().to_numpy() & (sign > 0)
    best = np.where(open_end, np.nextafter(best, -np.inf), best)
    point = sign * found["value"].to_numpy(dtype=float)
    return found.assign(point=point, sure=worst, possible=best).reset_index(drop=True)


def reached(asked: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """How many other places have reached each path's end value, and whether the nation has.

    Returns
    -------
    DataFrame
        ``level_n, level_low, level_high``: places with a recent level, and those certainly and possibly there;
        ``nation_there`` (yes, no, open or empty), ``nation_printed``, ``nation_year``.
    """
    out = pd.DataFrame(
        {
            "level_n": 0,
            "level_low": 0,
            "level_high": 0,
            "nation_there": "",
            "nation_printed": "",
            "nation_year": 0,
        },
        index=asked.index,
    )
    aim = (asked["sign"] * asked["end"]).to_numpy(dtype=float)
    aim = aim - np.abs(aim) * TIE
    aim = np.where(asked["compared"], aim, np.nan)
    places, nation = found[found["level"].ne("country")], found[found["level"].eq("country")]
    groups = {indicator: group for indicator, group in places.groupby("indicator")}
    for indicator, at in asked[~np.isnan(aim)].groupby("indicator"):
        if indicator not in groups:
            continue
        group, goal = groups[indicator], aim[asked.index.get_indexer(at.index)]
        own = at["place"].map(group.set_index("place")[["sure", "possible"]].to_dict("index").get)
        has = own.notna().to_numpy()
        out.loc[at.index, "level_n"] = len(group) - has
        for column, name in (("level_low", "sure"), ("level_high", "possible")):
            ends = np.sort(group[name].to_numpy())
            mine = np.array([one[name] if there else -np.inf for one, there in zip(own, has, strict=True)])
            out.loc[at.index, column] = len(ends) - np.searchsorted(ends, goal) - (mine >= goal)
    whole = nation.drop_duplicates("indicator").set_index("indicator").reindex(asked["indicator"])
    there = np.select(
        [
            whole["sure"].isna(),
            (whole["sure"].to_numpy() >= aim) | (whole["point"].to_numpy() >= aim),
            whole["possible"].to_numpy() < aim,
        ],
        ["", "yes", "no"],
        "open",
    )
    out["nation_there"] = np.where(np.isnan(aim), "", there)
    out["nation_printed"] = whole["printed"].fillna("").to_numpy(dtype=object)
    out["nation_year"] = whole["year"].fillna(0).to_numpy(dtype=int)
    return out
