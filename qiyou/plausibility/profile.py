"""The profile of a target path: how much it asks, compared with what was realised, in one line of words.

No score, no ranking and no forecast: every yardstick says its piece with its evidence, and one reading sums them up.
"""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd

from qiyou import paths, words
from qiyou.intervals import above
from qiyou.plausibility import checks, telling
from qiyou.plausibility.telling import yardsticks
from qiyou.plausibility.yardsticks import bottomup, endstate, realised, record, required
from qiyou.plausibility.yardsticks.realised import spells

__all__ = ["ASKING", "COLUMNS", "READINGS", "frames", "profiles", "spells", "yardsticks"]

READINGS = tuple(words.group("reading", "en"))
"""One of these for each path: the first whose condition holds in ``parts.csv``."""
ASKING = ("CONTRADICTION", "WEAKER_THAN_BASE", "BEYOND_EXPERIENCE", "ABOVE_EXPERIENCE")
"""Readings that are a question to the author of the plan."""
COLUMNS = words.table("profile")["column"].tolist()
"""The columns of `profiles`, in order; what each means stands in ``tables/profile.csv``."""
GRADES = ("very_low", "low", "moderate", "high", "")
_LOGIC = ("C2", "C3", "C4", "C6", "C12", "C13", "C14")
_NOTED = ("IDENTICAL_PATHS", "COMMON_END_VALUE", "AMPLIFIED", "WORKLIST_AHEAD", "TABLE_PROSE_TIMING")


def profiles(data, found: pd.DataFrame | None = None) -> pd.DataFrame:
    """How much every target path asks, compared with what is known to have been realised.

    Parameters
    ----------
    data : Data
    found : DataFrame, optional
        What `qiyou.plausibility.check` returns for the same data, if it is at hand.

    Returns
    -------
    DataFrame
        One row per path of `qiyou.paths.table`, with the columns `COLUMNS`: what is asked; D, the class of realised
        changes; N and P, the superior's and the own pace (classes 1 to 5, 0 without a series); S, end states; E, other
        plans; B, additions a year; T, earlier targets; the evidence with its doubts; ``reading`` (`READINGS`); a line
        and a short form of words in both languages. Intervals are worst cases over what base and realised values leave
        open; ``L90, U90`` are 90% limits besides.

    Examples
    --------
    >>> import qiyou
    >>> profile = profiles(qiyou.load()).query("place == 'cixi' and indicator == 'nursery_places_per_1000'")
    >>> profile[["m", "k_high", "fifth_high", "n_low", "n_high", "reading"]].values.tolist()
    [[5, 0, 3, 1, 2, 'BELOW_EXPERIENCE']]
    """
    if found is None:
        found = checks.check(data)
    table = measured(data, found)
    return table.assign(**telling.lines(data, table))[COLUMNS]


@functools.lru_cache(maxsize=1)
def assessed(data) -> tuple[pd.DataFrame, pd.DataFrame]:
    """What the checks find, and the profiles, once for all cards and figures of the same data."""
    found = checks.check(data)
    return found, profiles(data, found)


def measured(data, found: pd.DataFrame) -> pd.DataFrame:
    """`profiles` without its sentences, and with what they need besides."""
    return _judged(pd.concat(_beside(data, found), axis=1).assign(**record.overall(data)))


def _beside(data, found: pd.DataFrame) -> list[pd.DataFrame]:
    """What each path asks, and what every yardstick says of it."""
    rows, known = paths.table(data), realised.values(data)
    asked = required.frame(rows, data.indicators)
    asked["level"] = asked["place"].map(data.places.set_index("id")["level"])
    groups = asked.loc[asked["ask"].eq("pace") & asked["indicator"].isin(known["indicator"])]
    held = groups[["indicator", "scale"]].drop_duplicates().itertuples(index=False)
    series = pd.concat(realised.windows(data, known, *group) for group in [*held] or [("", "points")])
    asked["superior"] = realised.nearest(data, asked, series)
    return [
        *(asked, required.others(asked), _classes(data, known, asked)),
        *(realised.against(asked, series, "superior"), realised.against(asked, series, "place", "own_")),
        *(endstate.reached(asked, endstate.levels(data, known, rows)), bottomup.needed(data, asked, rows)),
        *(record.kept(data, asked["indicator"]), realised.progress(asked, known), _checked(asked, found)),
    ]


def _classes(data, known: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """D for all paths that ask a pace, class by class."""
    some = asked[asked["ask"].eq("pace") & asked["indicator"].isin(known["indicator"])]
    groups = some.groupby(["indicator", "scale", some["years"].eq(1)])
    columns = [*realised.FLAGS, *realised.WHOLE, *realised.NUMBERS, "class_used"]
    blocks = [pd.DataFrame(columns=columns), *(realised.graded(data, known, one) for _, one in groups)]
    out = pd.concat([block.astype(object) for block in blocks if len(block.columns)]).reindex(asked.index)
    out[realised.FLAGS] = out[realised.FLAGS].eq(True)
    out[realised.WHOLE] = out[realised.WHOLE].astype(float).fillna(0).astype(int)
    out["class_used"] = out["class_used"].fillna("")
    return out.astype(dict.fromkeys(realised.NUMBERS, float))


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Evidence, doubts, agreement and reading, and the columns that conditions in ``parts.csv`` name."""
    some, own, average = (table[name].gt(0) for name in ("m", "own_windows", "windows"))
    # where faster places may have been published more often, a word below the top fifth needs N's support
    backed = table["qualified"] | average & table["n_high"].le(table["fifth_high"])
    table["fifth_high"] = table["fifth_high"].mask(some & ~backed, 5)
    told = some & ~(table["fifth_low"].eq(1) & table["fifth_high"].eq(5))
    beyond = some & table["k_low"].eq(table["m"])
    there = {"fifth": told, "n": average, "own_n": own}
    for end in ("low", "high"):
        ranges = [table[f"{name}_{end}"].where(known) for name, known in there.items()]
        table[f"least_{end}"], table[f"most_{end}"] = np.fmin.reduce(ranges), np.fmax.reduce(ranges)
    apart = np.zeros(len(table), dtype=bool)
    for name in ("n", "own_n"):
        over = table[f"{name}_low"].gt(table["fifth_high"]) | table[f"{name}_high"].lt(table["fifth_low"])
        apart |= (told & there[name] & over).to_numpy()
    table["agree"] = np.select([apart, told & (average | own)], ["no", "yes"], "")
    # the yardstick that carries the reading: the class where it tells something, else the own pace, else N
    by_class = told | beyond | some & ~own & ~average
    by = [by_class, ~by_class & own, ~by_class & ~own & average]
    grade = 3 - sum(table[f"doubt_{name}"].astype(int) for name in realised.DOUBTS)
    grade = np.select(by, [grade.clip(lower=0), 1 + table["own_values"].ge(4), 1], -1)
    table["evidence"] = np.array(GRADES, dtype=object)[grade]
    latest = np.select(by, [table[f"{name}_year"] for name in ("last", "own_to", "to")], 9999)
    table["age"], table["before"] = table["base_year"] - latest, table["base_year"] - 1
    # the one spell is the superior's own, which N speaks of already
    table["alone"] = table["m"].eq(1) & table["contains"].astype(bool) & average
    table["span"] = np.where(table["years"].eq(1), "short", "usual")
    table["better"] = (table["sign"] * (table["base"] - table["end"])).round(10) + 0.0
    table["margin"] = table["better"].abs()
    # the tails do not survive a mismatch of government levels
    fifth = table["fifth_low"].astype(str) + "-" + table["fifth_high"].astype(str)
    table["fifth"] = fifth.where(table["same_level"], fifth.replace({"1-1": "1-2", "5-5": "4-5"}))
    for end in ("low", "high"):
        table[f"peer_rate_{end}"] = required.rates(table[f"peer_{end}"], table["scale"], table["sign"])
    for name in ("base", "end"):
        table[f"{name}_bound"] = table[f"{name}_relation"].isin(["ge", "gt", "le", "lt"])
    # of a pace that is at least so much, words give the least
    table.loc[table["end_bound"], ["points_high", "rate_high"]] = np.inf
    table = table.assign(told=told, beyond=beyond, quoted=some & ~table["alone"])
    table = table.assign(by_class=by[0], by_own=by[1], by_average=by[2])
    first = {name: telling.first(table, name) for name in ("reading", "least")}
    return table.assign(**first, doubts=paths.label(telling.each(table, "doubt")))


def _checked(asked: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """H: what the checks found in a path, as codes, and whether something contradicts itself."""
    verdict = found["verdict"].isin(["QUESTION", "CONTRADICTION"]) | found["code"].isin(_NOTED)
    columns = [*paths.KEYS, "check", "code", "verdict", "facts"]
    found = found.loc[found["check"].isin(_LOGIC) & verdict, columns]
    found = found.fillna({"variant": ""}).assign(case=[one["case"] for one in found["facts"]])
    # not "both cannot hold" where another printed line of the indicator agrees with the text
    asks = found["code"].eq("TABLE_PROSE_CONFLICT") & found["verdict"].eq("QUESTION")
    first = found["code"].eq("TARGET_BELOW_BASELINE") & found["case"].eq("first")
    found["code"] = found["code"].mask(asks, "WHICH_LINE").mask(first, "FIRST_WORSE")
    hard = found["verdict"].eq("CONTRADICTION") & found["check"].isin(["C2", "C13"])
    keys = pd.MultiIndex.from_frame(asked[paths.KEYS])
    at = keys.get_indexer(pd.MultiIndex.from_frame(found[paths.KEYS]))
    codes = [{} for _ in range(len(keys))]
    for path, code in zip(at, found["code"], strict=True):
        if path >= 0:
            codes[path][code] = None
    flags, contradicts = list(map("; ".join, codes)), np.isin(range(len(keys)), at[hard])
    dips = ["FIRST_WORSE" in one for one in codes]
    return pd.DataFrame({"flags": flags, "contradicts": contradicts, "dips": dips}, index=asked.index)


def frames(data, profile: pd.Series) -> dict[str, pd.DataFrame]:
    """What a figure of one path draws.

    Parameters
    ----------
    data : Data
    profile : Series
        A row of `profiles`.

    Returns
    -------
    dict of DataFrame
        ``spells`` of the class used, as `spells` gives them, with ``side``: slower, level or faster than required;
        ``windows`` of the superior and the place itself, as `qiyou.plausibility.yardsticks.realised.windows`;
        ``levels``: the latest level of other places and the nation.
    """
    indicator, scale, known = profile["indicator"], profile["scale"], realised.values(data)
    series = realised.windows(data, known, indicator, scale)
    levels = endstate.levels(data, known, paths.table(data))
    shortest, longest = (1, 2) if profile["years"] == 1 else (2, 6)
    found = spells(data, indicator, shortest=shortest, longest=longest, scale=scale)
    levels_used = realised.SELECTIONS.get(profile["class_used"], ())
    found = found[found["level"].isin(levels_used)].reset_index(drop=True)
    found = found[realised.foreign(pd.DataFrame([profile]), found)[0]]
    slower = above(profile["required_low"], found["high"])
    faster = above(found["low"], profile["required_high"])
    return {
        "spells": found.assign(side=np.select([slower, faster], ["slower", "faster"], "level")),
        "windows": series[series["place"].isin([profile["superior"], profile["place"]])],
        "levels": levels[levels["indicator"].eq(indicator) & levels["place"].ne(profile["place"])],
    }
