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
ASKING = ("CONTRADICTION", "WEAKER_THAN_BASE", "BEYOND_EXPERIENCE", "ABOVE_EXPERIENCE")
"""Readings that are a question to the author of the plan."""
GRADES = ("very_low", "low", "moderate", "high")
_CLASS = [
    *("class_used", "rho", "m", "k_low", "k_high", "provinces", "c_low", "c_high", "L90", "U90", "fifth_low"),
    *("fifth_high", "gamma", "chance_low", "chance_high", "contradicted", "specifications"),
]
_AVERAGE = ["windows", "q_low", "q_high", "n_low", "n_high"]
COLUMNS = [
    *(
        *paths.KEYS,
        "base_year",
        "base",
        "base_printed",
        "end_year",
        "end",
        "reached",
        "years",
        "years_last",
        "scale",
    ),
    *("required", "required_low", "required_high", "gap_closed", "rate", *_CLASS, "superior", *_AVERAGE),
    *(f"own_{name}" for name in _AVERAGE),
    *("nation_there", "level_n", "level_low", "level_high", "peers", "peer_low", "peer_high"),
    *("additions_low", "additions_high", "bottom_up", "met", "of", "evidence", "doubts", "agree", "reading"),
    *("zh", "en", "short_zh", "short_en"),
]
_WHOLE = [
    "m",
    "k_low",
    "k_high",
    "provinces",
    "c_low",
    "c_high",
    "fifth_low",
    "fifth_high",
    "first_year",
    "last_year",
]
_WHOLE += ["contradicted", "specifications"]
_FLAGS = ["qualified", "same_level", "contains", *realised.DOUBTS]
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
    return table[COLUMNS].copy()


def measured(data, found: pd.DataFrame) -> pd.DataFrame:
    """`profiles` without its sentences, and with what they need besides."""
    rows, known = paths.table(data), realised.values(data)
    asked = required.frame(rows, data.indicators)
    asked["level"] = asked["place"].map(data.places.set_index("id")["level"])
    groups = (
        asked.loc[asked["ask"].eq("pace"), ["indicator", "scale"]].drop_duplicates().itertuples(index=False)
    )
    held = set(known["indicator"])
    series = [superior.windows(data, known, *group) for group in groups if group.indicator in held]
    series = pd.concat(series or [superior.windows(data, known, data.indicators["id"].iloc[0], "points")])
    asked["superior"] = superior.nearest(data, asked, series)
    blocks = [
        asked,
        required.others(asked),
        _classes(data, known, asked),
        superior.against(asked, series, "superior"),
        superior.against(asked, series, "place", "own_"),
        endstate.reached(asked, endstate.levels(data, known, rows)),
        bottomup.needed(data, asked, rows),
        record.kept(data, asked["indicator"]),
        superior.progress(asked, known),
        _checked(asked, found),
    ]
    table = _judged(pd.concat(blocks, axis=1))
    return _ready(table.assign(**record.overall(data)))


def _classes(data, known: pd.DataFrame, asked: pd.DataFrame) -> pd.DataFrame:
    """D for all paths that ask a pace, class by class."""
    some = asked[asked["ask"].eq("pace") & asked["indicator"].isin(data.reference["indicator"].unique())]
    groups = some.groupby(["indicator", "scale", some["years"].eq(1)])
    out = pd.concat([pd.DataFrame(), *(realised.graded(data, known, group) for _, group in groups)])
    out = out.reindex(index=asked.index, columns=[*dict.fromkeys([*_CLASS, *_WHOLE, *_FLAGS])])
    whole = {name: out[name].fillna(0).astype(int) for name in _WHOLE}
    flags = {name: out[name].eq(True) for name in _FLAGS}
    out = out.assign(class_used=out["class_used"].fillna(""), **whole, **flags)
    return out.drop(columns="level").assign(other_level=out["level"])


def _judged(table: pd.DataFrame) -> pd.DataFrame:
    """Evidence, doubts, agreement and reading."""
    some, own, average = (table[name].gt(0) for name in ("m", "own_windows", "windows"))
    # where faster places may have been published more often, a word below the top fifth needs N's support
    backed = table["qualified"] | average & table["n_high"].le(table["fifth_high"])
    table["fifth_high"] = table["fifth_high"].mask(some & ~backed, 5)
    told = some & ~(table["fifth_low"].eq(1) & table["fifth_high"].eq(5))
    beyond = some & table["k_low"].eq(table["m"])
    ranges = [(told, "fifth"), (average, "n"), (own, "own_n")]
    low, high = (
        np.array([table[f"{name}_{end}"].where(there) for there, name in ranges], dtype=float)
        for end in ("low", "high")
    )
    apart = ((low[0] > high[1:]) | (high[0] < low[1:])).any(axis=0)
    both = (told & (average | own)).to_numpy()
    agree = np.select([apart, both], ["no", "yes"], "")
    any_ = (told | average | own).to_numpy()
    lo, hi = (np.where(any_, ends, 0.0) for ends in (low, high))
    least_lo, most_lo = np.nanmin(lo, axis=0, initial=9), np.nanmax(lo, axis=0, initial=0)
    least_hi, most_hi = np.nanmin(hi, axis=0, initial=9), np.nanmax(hi, axis=0, initial=0)
    ask = table["ask"]
    rules = {
        "CONTRADICTION": table["contradicts"],
        "PASS_YEAR": ask.eq("pass"),
        "NO_NUMBERS": ask.eq("none"),
        "KEEP": ask.eq("keep"),
        "WEAKER_THAN_BASE": ask.eq("weaker"),
        "BEYOND_EXPERIENCE": beyond,
        "YARDSTICKS_DISAGREE": apart,
        "BELOW_EXPERIENCE": any_ & (least_hi <= 2) & (most_hi <= 3),
        "ABOVE_EXPERIENCE": any_ & (most_lo >= 4) & (least_lo >= 3),
        "NOT_ABOVE_EXPERIENCE": any_ & (most_hi <= 3),
        "NOT_BELOW_EXPERIENCE": any_ & (least_lo >= 3),
        "WITHIN_EXPERIENCE": any_,
        "NOT_TOLD": some,
    }
    reading = np.select(list(rules.values()), list(rules), "ARITHMETIC_ONLY")
    # the yardstick that carries the reading: the class where it tells something, else the own pace, else N
    by_class = told | beyond | some & ~own & ~average
    by_own, by_average = ~by_class & own, ~by_class & ~own & average
    doubts = {name: by_class & table["other_level" if name == "level" else name] for name in realised.DOUBTS}
    steps = sum(flag.astype(int) for flag in doubts.values())
    of_own = np.where(table["own_values"].ge(4), 2, 1)
    grade = np.select([by_class, by_own, by_average], [np.maximum(3 - steps, 0), of_own, 1], -1)
    latest = np.select(
        [by_class, by_own, by_average], [table[f"{name}_year"] for name in ("last", "own_to", "to")], 9999
    )
    doubts |= {
        "selected": by_class & ~table["qualified"],
        "contains": by_class & table["contains"],
        "short": by_own & table["own_values"].lt(4),
        "average": by_average,
        "old": table["base_year"].sub(latest).ge(5),
    }
    return table.assign(
        beyond=beyond,
        agree=agree,
        reading=reading,
        evidence=np.array([*GRADES, ""], dtype=object)[grade],
        doubts=paths.label([(np.asarray(flag), name) for name, flag in doubts.items()]),
    )


def _ready(table: pd.DataFrame) -> pd.DataFrame:
    """Columns that the conditions of ``parts.csv`` and the fields of messages name."""
    bounds = {name: table[f"{name}_relation"].isin(["ge", "gt", "le", "lt"]) for name in ("base", "end")}
    most = table["required_low"].eq(-np.inf)
    fifth = table["fifth_low"].astype(str) + "-" + table["fifth_high"].astype(str)
    tails = {"1-1": "slow", "5-5": "fast"}
    better = table["sign"] * (table["base"] - table["end"])
    scale, sign = (table[name].to_numpy() for name in ("scale", "sign"))
    return table.assign(
        pace=table["ask"].eq("pace"),
        stood_in=table["base_printed"].eq(""),
        base_bound=bounds["base"],
        end_bound=bounds["end"],
        least=np.select([most, bounds["end"] | bounds["base"]], ["most", "least"], "none"),
        better=better.round(10) + 0.0,
        margin=better.abs(),
        before=table["base_year"] - 1,
        fifth=fifth.where(table["same_level"], fifth.replace(tails)),
        nothing=table["ask"].eq("pace") & ~(table["m"] + table["windows"] + table["own_windows"]).gt(0),
        **{f"peer_rate_{end}": required.rates(table[f"peer_{end}"], scale, sign) for end in ("low", "high")},
    )


def _checked(asked: pd.DataFrame, found: pd.DataFrame) -> pd.DataFrame:
    """H: what the checks found in a path, as codes, and whether something contradicts itself."""
    verdict = found["verdict"].isin(["QUESTION", "CONTRADICTION"]) | found["code"].isin(_NOTED)
    found = found[found["check"].isin(_LOGIC) & verdict].fillna({"variant": ""})
    codes = found.groupby(paths.KEYS)["code"].agg(lambda one: "; ".join(dict.fromkeys(one)))
    hard = found[found["verdict"].eq("CONTRADICTION") & found["check"].isin(["C2", "C13"])]
    keys = pd.MultiIndex.from_frame(asked[paths.KEYS])
    flags = codes.reindex(keys).fillna("").to_numpy(dtype=object)
    contradicts = keys.isin(pd.MultiIndex.from_frame(hard[paths.KEYS]))
    return pd.DataFrame({"flags": flags, "contradicts": contradicts}, index=asked.index)


def yardsticks(profile: pd.Series, lang: str = "zh") -> pd.DataFrame:
    """The yardsticks of one path as a small table.

    Parameters
    ----------
    profile : Series
        A row of `profiles`.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``yardstick`` (compared with what), ``result`` (a count, or where it lies), ``interval`` (limits or ratio) and
        ``evidence``, texts; only the yardsticks that the path has.
    """
    return telling.yardsticks(profile, lang)


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
        ``windows`` of the superior and the place itself, as `qiyou.plausibility.yardsticks.superior.windows`;
        ``levels``: the latest level of other places and the nation.
    """
    indicator, scale, known = profile["indicator"], profile["scale"], realised.values(data)
    series = superior.windows(data, known, indicator, scale)
    levels = endstate.levels(data, known, paths.table(data))
    shortest, longest = (1, 2) if profile["years"] == 1 else (2, 6)
    found = spells(data, indicator, shortest=shortest, longest=longest, scale=scale)
    found = found[found["level"].isin(realised.SELECTIONS.get(profile["class_used"], ()))].reset_index(
        drop=True
    )
    found = found[realised.foreign(pd.DataFrame([profile]), found)[0]]
    slower, faster = (
        above(profile["required_low"], found["high"]),
        above(found["low"], profile["required_high"]),
    )
    return {
        "spells": found.assign(side=np.select([slower, faster], ["slower", "faster"], "level")),
        "windows": series[series["place"].isin([profile["superior"], profile["place"]])],
        "levels": levels[levels["indicator"].eq(indicator) & levels["place"].ne(profile["place"])],
    }
