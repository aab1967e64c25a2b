"""The profile of a target path: how much it asks, compared with what was realised, in one line of words.

No score, no ranking and no forecast: every yardstick says its piece with its evidence, and one reading sums them up.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import paths, words
from qiyou.intervals import above
from qiyou.plausibility import telling
from qiyou.plausibility.yardsticks import bottomup, endstate, realised, record, required, superior
from qiyou.plausibility.yardsticks.realised import spells

__all__ = ["ASKING", "COLUMNS", "READINGS", "frames", "profiles", "spells", "yardsticks"]

READINGS = (
    *("CONTRADICTION", "PASS_YEAR", "FLOW_AGAINST_SUM", "NO_NUMBERS", "KEEP", "WEAKER_THAN_BASE"),
    *("BEYOND_EXPERIENCE", "YARDSTICKS_DISAGREE", "BELOW_EXPERIENCE", "ABOVE_EXPERIENCE"),
    *("NOT_ABOVE_EXPERIENCE", "NOT_BELOW_EXPERIENCE", "WITHIN_EXPERIENCE", "NOT_TOLD", "ARITHMETIC_ONLY"),
)
"""One of these for each path; their words stand in ``words.csv``, group ``reading``."""

ASKING = ("ABOVE_EXPERIENCE", "BEYOND_EXPERIENCE", "WEAKER_THAN_BASE", "CONTRADICTION")
"""Readings that are a question to the author of the plan."""

GRADES = ("very_low", "low", "moderate", "high")
_DOUBTS = ("press", "level", "start", "few")
_CLASS = [
    *("class_used", "rho", "m", "k_low", "k_high", "provinces", "c_low", "c_high", "L90", "U90"),
    *("fifth_low", "fifth_high", "gamma", "chance_low", "chance_high", "contradicted", "specifications"),
]
COLUMNS = [
    *paths.KEYS,
    *("base_year", "base", "base_printed", "end_year", "end", "reached", "years", "years_last", "scale"),
    *("required", "required_low", "required_high", "gap_closed", "rate"),
    *_CLASS,
    *("superior", "windows", "q_low", "q_high", "n_low", "n_high"),
    *("own_windows", "own_q_low", "own_q_high", "own_n_low", "own_n_high"),
    *("nation_there", "level_n", "level_low", "level_high", "peers", "peer_low", "peer_high"),
    *("additions_low", "additions_high", "bottom_up", "met", "of", "evidence", "doubts", "agree", "reading"),
    *("zh", "en", "short_zh", "short_en"),
]
_WHOLE = ("m", "k_low", "k_high", "provinces", "c_low", "c_high", "contradicted", "specifications")
_NOTED = ("IDENTICAL_PATHS", "COMMON_END_VALUE", "AMPLIFIED", "WORKLIST_AHEAD")
_LOGIC = ("C2", "C3", "C4", "C6", "C12", "C13", "C14")


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
        from qiyou import plausibility

        found = plausibility.check(data)
    table = measured(data, found)
    for lang in words.LANGUAGES:
        table[lang], table[f"short_{lang}"] = telling.lines(data, table, lang)
    return table[COLUMNS]


def measured(data, found: pd.DataFrame) -> pd.DataFrame:
    """`profiles` without its sentences, and with what they need besides."""
    rows = paths.table(data)
    asked = required.frame(rows, data.indicators)
    asked["level"] = asked["place"].map(data.places.set_index("id")["level"])
    known = superior.values(data)
    series = superior.windows(data, known)
    asked["superior"] = superior.nearest(data, asked, series)
    above_ = superior.against(asked, series, "superior")
    own = superior.against(asked, series, "place").add_prefix("own_")
    levels = endstate.levels(data, known, rows)
    table = pd.concat(
        [
            asked,
            required.others(asked),
            _classes(data, asked),
            above_,
            own,
            endstate.reached(asked, levels),
            bottomup.needed(data, asked, rows).drop(columns=paths.KEYS),
            record.kept(data, asked["indicator"]),
            superior.progress(asked, known),
            _flags(asked, found),
        ],
        axis=1,
    )
    table = _cautious(table)
    table = _evidence(table)
    table["reading"] = _readings(table)
    table.attrs["levels"] = levels
    return table


def _classes(data, asked: pd.DataFrame) -> pd.DataFrame:
    """D for all paths that ask a pace, class by class."""
    open_ = asked[asked["ask"].eq("pace") & asked["required_high"].notna()]
    held = open_[open_["indicator"].isin(data.reference["indicator"].unique())]
    groups = held.groupby(["indicator", "scale", held["years"].eq(1)])
    blocks = [realised.graded(data, group) for _, group in groups]
    out = pd.concat(blocks).reindex(asked.index) if blocks else pd.DataFrame(index=asked.index)
    names = [*_CLASS, "qualified", "same_level", "complete", "contains", "first_year", "last_year"]
    out = out.reindex(columns=[*names, *(f"doubt_{name}" for name in _DOUBTS)])
    counts = {name: out[name].fillna(0).astype(int) for name in (*_WHOLE, "first_year", "last_year")}
    flags = {name: out[name].eq(True) for name in out if name.startswith("doubt_")}
    flags |= {name: out[name].eq(True) for name in ("qualified", "same_level", "complete", "contains")}
    ends = {
        "fifth_low": out["fifth_low"].fillna(0).astype(int),
        "fifth_high": out["fifth_high"].fillna(0).astype(int),
    }
    return out.assign(class_used=out["class_used"].fillna(""), **counts, **flags, **ends)


def _cautious(table: pd.DataFrame) -> pd.DataFrame:
    """Where faster places may have been published more often, a word below the top fifth needs N's support."""
    free = table["m"].gt(0) & ~table["qualified"]
    backed = table["windows"].gt(0) & table["n_high"].le(table["fifth_high"])
    return table.assign(fifth_high=table["fifth_high"].mask(free & ~backed, 5))


def _evidence(table: pd.DataFrame) -> pd.DataFrame:
    """Grade and doubts of the yardstick that carries the reading, and whether D agrees with N or P."""
    told = table["m"].gt(0) & ~(table["fifth_low"].eq(1) & table["fifth_high"].eq(5))
    beyond = table["m"].gt(0) & table["k_low"].eq(table["m"])
    class_ = told | beyond
    steps = sum(table[f"doubt_{name}"].astype(int) for name in _DOUBTS)
    grade = np.select(
        [class_, table["own_windows"].gt(0), table["windows"].gt(0), table["m"].gt(0)],
        [
            np.maximum(3 - steps, 0),
            np.where(table["own_values"].ge(4), 2, 1),
            1,
            np.maximum(3 - steps, 0),
        ],
        -1,
    )
    class_ |= table["m"].gt(0) & table["own_windows"].eq(0) & table["windows"].eq(0)
    own = ~class_ & table["own_windows"].gt(0)
    average = ~class_ & ~own & table["windows"].gt(0)
    masks = [(class_ & table[f"doubt_{name}"], name) for name in _DOUBTS]
    masks += [(class_ & ~table["qualified"], "selected"), (class_ & table["contains"], "contains")]
    masks += [(own & table["own_values"].lt(4), "short"), (average, "average")]
    latest = np.select(
        [class_, own, average], [table["last_year"], table["own_to_year"], table["to_year"]], 9999
    )
    masks += [(table["base_year"].sub(latest).ge(5), "old")]
    compared = [(table["windows"].gt(0), "n"), (table["own_windows"].gt(0), "own_n")]
    apart = np.zeros(len(table), dtype=bool)
    any_ = np.zeros(len(table), dtype=bool)
    for there, name in compared:
        both = told & there
        far = table[f"{name}_low"].gt(table["fifth_high"]) | table[f"{name}_high"].lt(table["fifth_low"])
        apart |= (both & far).to_numpy()
        any_ |= both.to_numpy()
    return table.assign(
        told=told,
        beyond=beyond,
        evidence=np.where(
            table["ask"].eq("pace") & (grade >= 0), np.array([*GRADES, ""], dtype=object)[grade], ""
        ),
        doubts=paths.label(
            [(mask.to_numpy() & table["ask"].eq("pace").to_numpy(), name) for mask, name in masks]
        ),
        agree=np.select([apart, any_], ["no", "yes"], ""),
    )


def _readings(table: pd.DataFrame) -> np.ndarray:
    """The first rule of methods section 6 that holds."""
    yardsticks_ = [
        (table["told"], table["fifth_low"], table["fifth_high"]),
        (table["windows"].gt(0), table["n_low"], table["n_high"]),
        (table["own_windows"].gt(0), table["own_n_low"], table["own_n_high"]),
    ]
    lows = np.array([low.where(there) for there, low, _ in yardsticks_], dtype=float)
    highs = np.array([high.where(there) for there, _, high in yardsticks_], dtype=float)
    some = ~np.isnan(lows).all(axis=0)
    lo_min, lo_max = np.nanmin(lows, axis=0, initial=np.inf), np.nanmax(lows, axis=0, initial=-np.inf)
    hi_min, hi_max = np.nanmin(highs, axis=0, initial=np.inf), np.nanmax(highs, axis=0, initial=-np.inf)
    ask = table["ask"]
    rules = [
        table["contradicts"],
        ask.eq("pass"),
        ask.eq("none"),
        ask.eq("keep"),
        ask.eq("weaker"),
        table["beyond"],
        table["agree"].eq("no"),
        some & (hi_min <= 2) & (hi_max <= 3),
        some & (lo_max >= 4) & (lo_min >= 3),
        some & (hi_max <= 3),
        some & (lo_min >= 3),
        some,
        table["m"].gt(0),
    ]
    names = [name for name in READINGS if name != "FLOW_AGAINST_SUM"]
    return np.select(rules, names[:-1], names[-1])


def _flags(asked: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """H: what the checks found in a path, as codes, and whether something contradicts itself."""
    if found.empty:
        return pd.DataFrame({"flags": "", "contradicts": False}, index=asked.index)
    wanted = found[found["check"].isin(_LOGIC)]
    asking = wanted["verdict"].isin(["QUESTION", "CONTRADICTION"]) | wanted["code"].isin(_NOTED)
    wanted = wanted[asking].fillna({"variant": ""})
    by = wanted.groupby(paths.KEYS)["code"].agg(lambda codes: "; ".join(dict.fromkeys(codes)))
    hard = wanted[wanted["verdict"].eq("CONTRADICTION") & wanted["check"].isin(["C2", "C13"])]
    keys = pd.MultiIndex.from_frame(asked[paths.KEYS])
    return pd.DataFrame(
        {
            "flags": by.reindex(keys).fillna("").to_numpy(dtype=object),
            "contradicts": keys.isin(pd.MultiIndex.from_frame(hard[paths.KEYS])),
        },
        index=asked.index,
    )


def yardsticks(profile: pd.Series, lang: str = "zh") -> pd.DataFrame:
    """The yardsticks of one path as a small table: compared with what, the count or ratio, its interval, the evidence.

    Parameters
    ----------
    profile : Series
        A row of `profiles`.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        yardstick, compared, result, interval, evidence: texts; only the yardsticks that the path has.
    """
    return telling.yardsticks(profile, lang)


def frames(data, profile: pd.Series) -> dict[str, pd.DataFrame]:
    """What a figure of one path draws: ``spells`` of the class used, the superior's and own ``windows``, ``levels``.

    Parameters
    ----------
    data : Data
    profile : Series
        A row of `profiles`.

    Returns
    -------
    dict of DataFrame
        ``spells`` as `spells` gives them, with ``side``: slower, level or faster than required; ``windows`` as
        `qiyou.plausibility.yardsticks.superior.windows`; ``levels``: the latest level of other places and the nation.
    """
    indicator, scale = profile["indicator"], profile["scale"]
    known = superior.values(data)
    series = superior.windows(data, known)
    series = series[series["indicator"].eq(indicator) & series["scale"].eq(scale)]
    levels = endstate.levels(data, known, paths.table(data))
    shortest, longest = (1, 2) if profile["years"] == 1 else (2, 6)
    found = spells(data, indicator, shortest=shortest, longest=longest, scale=scale)
    found = found[found["level"].isin(realised.SELECTIONS.get(profile["class_used"], ()))]
    found = found[~realised.own(profile.to_frame().T, found)[0]] if len(found) else found
    side = np.select(
        [above(profile["required_low"], found["high"]), above(found["low"], profile["required_high"])],
        ["slower", "faster"],
        "level",
    )
    return {
        "spells": found.assign(side=side).reset_index(drop=True),
        "windows": series[series["place"].isin([profile["superior"], profile["place"]])].reset_index(
            drop=True
        ),
        "levels": levels[
            levels["indicator"].eq(indicator) & levels["place"].ne(profile["place"])
        ].reset_index(drop=True),
    }
