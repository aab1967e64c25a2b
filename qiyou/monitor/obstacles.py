"""What keeps an observed value from being set beside the plan: another basis, unit, definition or year."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.monitor import words
from qiyou.notation import read

if TYPE_CHECKING:
    from qiyou.data import Data

AS_PLANNED = "plan"
"""The basis that states: counted as the plan counts it."""
SERIES = ["place", "indicator", "basis"]
"""What makes one observed series."""

_LONGEST_WORD = 20
_NOISE = 1e-9


def first_of(*cases: tuple[object, object], default: object = "") -> np.ndarray:
    """For each row the value of the first case whose condition holds.

    Parameters
    ----------
    *cases : (condition, value)
        Conditions of shape (n,) and bool; values of shape (n,) or single ones.
    default : object, optional
        Where none holds.

    Examples
    --------
    >>> first_of(([True, False], "a"), ([True, True], "b")).tolist()
    ['a', 'b']
    """
    conditions, values = zip(*cases, strict=True)
    return np.select([np.asarray(one, dtype=bool) for one in conditions], values, default)


def basis_check(rows: pd.DataFrame, data: Data) -> np.ndarray:
    """Whether what was observed in the base year excludes the plan's printed base."""
    seen = data.observations.rename(columns={"year": "base_year"})
    seen = _with_ends(seen, "value", "relation", "low", "high", "step").dropna(subset=["end_low", "end_high"])
    keys = [*SERIES, "base_year"]
    ends = seen.groupby(keys).agg(seen_low=("end_low", "min"), seen_high=("end_high", "max"))
    printed = _with_ends(rows, "base", "base_relation", "base_low", "base_high", "base_step")
    both = printed.merge(ends.reset_index(), on=keys, how="left")
    known = both["seen_low"].notna() & both["end_low"].notna()
    above = both["end_low"] > both["seen_high"] + _NOISE
    below = both["end_high"] < both["seen_low"] - _NOISE
    stated = rows["basis"].eq(AS_PLANNED)
    return first_of((stated, "stated"), (~known, "unknown"), (above | below, "differs"), default="agrees")


def _with_ends(rows: pd.DataFrame, value: str, relation: str, low: str, high: str, step: str) -> pd.DataFrame:
    """The closed hull of what a print stands for, as ``end_low, end_high``; NaN where it states no set."""
    kind = rows[relation].to_numpy(dtype=object)
    half = np.where(np.isin(kind, ["eq", "range"]), rows[step].astype(float).fillna(0.0), 0.0) / 2
    nothing = np.isin(kind, ["none", "about", ""])
    return rows.assign(
        end_low=np.where(nothing, np.nan, rows[low].astype(float) - half),
        end_high=np.where(nothing, np.nan, rows[high].astype(float) + half),
    )


def obstacle(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """What keeps an observed value from being set beside the plan; the empty string where nothing does."""
    absent = rows["document"].eq("")
    planned, seen = rows["planned_relation"], rows["observed_relation"]
    wordless = planned.eq("none") & ~_says_something(rows["planned_printed"])
    return first_of(
        (absent & _related(rows, data, plan), words.OTHER),
        (absent, words.ABSENT),
        (rows["unit"].ne(rows["indicator_unit"]), words.UNIT),
        (rows["basis_check"].eq("differs"), words.BASIS),
        (rows["year"] < rows["first_year"].fillna(0), words.BEFORE),
        (planned.eq("") | wordless, words.YEAR),
        (seen.isin(["none", ""]), words.SEEN_WORD),
        (planned.eq("none"), words.WORD),
        (rows["sign"].isna() & rows["direction"].ne("status"), words.UNDIRECTED),
    ).astype(object)


def _says_something(printed: pd.Series) -> pd.Series:
    """Whether a print without a number is a word such as 动态清零, not a dash or an empty cell."""
    short = printed[printed.str.len() <= _LONGEST_WORD].unique()
    return printed.map({text: bool(text) and bool(read(text).note) for text in short}).eq(True)


def _related(rows: pd.DataFrame, data: Data, plan: pd.DataFrame) -> np.ndarray:
    """Whether the place plans an indicator that the alias table keeps apart from the one observed."""
    names, planned_as = data.aliases[["maps", "indicator", "name"]], {"indicator": "planned_as"}
    refused, meant = (names[names["maps"] == maps].drop(columns="maps") for maps in ("no", "yes"))
    apart = refused.merge(meant.rename(columns=planned_as), on="name")
    planned = plan[["place", "indicator"]].drop_duplicates().rename(columns=planned_as)
    kept_apart = planned.merge(apart, on="planned_as")[["place", "indicator"]]
    return pd.MultiIndex.from_frame(rows[["place", "indicator"]]).isin(pd.MultiIndex.from_frame(kept_apart))
