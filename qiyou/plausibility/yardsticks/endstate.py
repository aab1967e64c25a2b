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
        fewer than five, their ``names``, and ``arrived``: those of them that are possibly there.
    """
    aim = (asked["sign"] * asked["end"]).where(asked["compared"])
    aim -= aim.abs() * TIE
    out = pd.DataFrame(
        {"level_n": 0, "level_low": 0, "level_high": 0, "names": "", "arrived": ""}, index=asked.index
    )
    for indicator, group in found[found["level"].ne("country")].groupby("indicator"):
        at = asked.index[asked["indicator"].eq(indicator) & aim.notna()]
        ours = group.set_index("place").reindex(asked.loc[at, "place"])
        out.loc[at, "level_n"] = len(group) - ours["level"].notna().to_numpy()
        for column, name in (("level_low", "sure"), ("level_high", "possible")):
            there = len(group) - np.searchsorted(np.sort(group[name]), aim[at])
            out.loc[at, column] = there - (ours[name].to_numpy() >= aim[at].to_numpy())
        if len(group) < 6:
            few = out["level_n"].loc[at] < 5
            others = [group[group["place"].ne(place)] for place in ours.index]
            there = (some[some["possible"].ge(goal)] for some, goal in zip(others, aim[at], strict=True))
            for column, known in (("names", others), ("arrived", there)):
                out.loc[at, column] = np.where(few, ["; ".join(some["place"]) for some in known], "")
    nation = found[found["level"].eq("country")].drop_duplicates("indicator").set_index("indicator")
    nation = nation.reindex(asked["indicator"]).set_axis(asked.index)
    met = nation["sure"].ge(aim) | nation["point"].ge(aim)
    cases = [nation["sure"].isna() | aim.isna(), met, nation["possible"].lt(aim)]
    out["nation_there"] = np.select(cases, ["", "yes", "no"], "open")
    out["nation_printed"] = nation["printed"].fillna("")
    out["nation_year"] = nation["year"].fillna(0).astype(int)
    return out
