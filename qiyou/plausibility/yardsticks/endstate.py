"""S: whether places are already where a path wants to end."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.intervals import TIE, box
from qiyou.relate import SIGN

FROM = 2022


def levels(data, known: pd.DataFrame, rows: pd.DataFrame) -> pd.DataFrame:
    """The latest realised level of every place since 2022: realised values, and bases that plans print.

    Parameters
    ----------
    data : Data
    known : DataFrame
        `qiyou.plausibility.yardsticks.realised.values`.
    rows : DataFrame
        `qiyou.paths.table`.

    Returns
    -------
    DataFrame
        place, level, indicator, year, printed, value; ``sure, point, possible``: the end values that it meets
        certainly, as printed, and possibly, turned so that more is better.
    """
    base = rows[rows["role"].eq("baseline") & rows["relation"].ne("none") & rows["year"].notna()]
    boxes, places = box(base, "measured"), data.places.set_index("id")
    value = base["value"].where(base["relation"].eq("eq"))
    base = base.assign(t=base["year"].astype(float) + 1, value=value, low=boxes.low, high=boxes.high)
    known = known.assign(value=known["value"].where(~known["bounded"]))
    columns = ["place", "indicator", "t", "year", "printed", "value", "low", "high"]
    found = pd.concat([known[columns], base[columns]], ignore_index=True)
    found = found[found["year"].ge(FROM).fillna(False)].sort_values("t", ascending=False, kind="stable")
    found = found.drop_duplicates(["place", "indicator"]).reset_index(drop=True)
    sign = found["indicator"].map(data.indicators.set_index("id")["direction"].map(SIGN)).fillna(1.0)
    best = (sign * found["high"]).where(sign > 0, -found["low"])
    # the upper end of a rounded value is not in its box
    open_end = np.isfinite(best) & found["value"].notna() & (sign > 0)
    found["level"], found["point"] = found["place"].map(places["level"]), sign * found["value"]
    found["possible"] = np.where(open_end, np.nextafter(best, -np.inf), best)
    return found.assign(sure=found["low"].where(sign > 0, -found["high"]))


def reached(asked: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """How many other places have reached each path's end value, and whether the nation has.

    Returns
    -------
    DataFrame
        ``level_n, level_low, level_high``: places with a recent level, and those certainly and possibly there;
        ``nation_there`` (yes, no, open or empty), ``nation_printed, nation_year``; where places with a level are
        fewer than five, their ``names``, and ``arrived``: those of them that are there,
        as printed.
    """
    aim = (asked["sign"] * asked["end"]).where(asked["compared"])
    aim -= aim.abs() * TIE
    ends = {"level_low": "sure", "level_high": "possible"}
    columns = {name: np.zeros(len(asked), dtype=int) for name in ("level_n", *ends)}
    told = {name: np.full(len(asked), "", dtype=object) for name in ("names", "arrived")}
    paths_of = asked.groupby("indicator").indices
    for indicator, group in found[found["level"].ne("country")].groupby("indicator"):
        at = paths_of.get(indicator, np.zeros(0, dtype=int))
        at = at[aim.notna().to_numpy()[at]]
        ours, of = group.set_index("place").reindex(asked["place"].iloc[at]), aim.to_numpy()[at]
        columns["level_n"][at] = len(group) - ours["level"].notna().to_numpy()
        for column, name in ends.items():
            there = len(group) - np.searchsorted(np.sort(group[name]), of)
            columns[column][at] = there - (ours[name].to_numpy() >= of)
        if len(group) < 6:
            # of named places an equal print is there
            others = [group[group["place"].ne(place)] for place in ours.index]
            goals = zip(others, of, strict=True)
            there = [some[some["sure"].ge(goal) | some["point"].ge(goal)] for some, goal in goals]
            for name, some in (("names", others), ("arrived", there)):
                listed = ["; ".join(one["place"]) for one in some]
                told[name][at] = np.where(columns["level_n"][at] < 5, listed, "")
    out = pd.DataFrame(columns | told, index=asked.index)
    nation = found[found["level"].eq("country")].drop_duplicates("indicator").set_index("indicator")
    nation = nation.reindex(asked["indicator"]).set_axis(asked.index)
    met = nation["sure"].ge(aim) | nation["point"].ge(aim)
    cases = [nation["sure"].isna() | aim.isna(), met, nation["possible"].lt(aim)]
    out["nation_there"] = np.select(cases, ["", "yes", "no"], "open")
    year = nation["year"].fillna(0).astype(int)
    return out.assign(nation_printed=nation["printed"].fillna(""), nation_year=year)
