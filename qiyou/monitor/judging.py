"""Whether the planned value is reached: what both prints stand for, the gap between them, and the verdict."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.monitor import words
from qiyou.monitor.obstacles import first_of

_DIGITS = 10


def turned(rows: pd.DataFrame) -> dict[str, np.ndarray]:
    """What is observed and what is asked, turned so that more is better; open: the end is left out."""
    up = ~(rows["sign"].to_numpy() < 0)
    relation = rows["observed_relation"].to_numpy(dtype=object)
    status = rows["kind"].eq("status").to_numpy()
    rounded = np.isin(relation, ["eq", "range"])
    half = np.where(rounded & ~status, rows["observed_step"].fillna(0.0), 0.0) / 2
    low = rows["observed_low"].to_numpy(dtype=float) - half
    high = rows["observed_high"].to_numpy(dtype=float) + half
    open_low = ~rounded & ~rows["observed_low_closed"].to_numpy()
    open_high = np.where(rounded, half > 0, ~rows["observed_high_closed"].to_numpy())
    under, over = low < rows["limits_low"].to_numpy(), high > rows["limits_high"].to_numpy()
    low, open_low = np.where(under, rows["limits_low"], low), open_low & ~under
    high, open_high = np.where(over, rows["limits_high"], high), open_high & ~over

    asked = rows["planned_relation"].to_numpy(dtype=object)
    # An interval is reached at its weaker end, a bound at the number that it names.
    weak = np.where(up, rows["planned_low"], rows["planned_high"]).astype(float)
    named = np.where(up, np.isin(asked, ["ge", "gt"]), np.isin(asked, ["le", "lt"])) | (asked == "range")
    goal = first_of((asked == "eq", rows["planned"]), (named, weak), default=np.nan)
    strict = np.isin(asked, ["gt", "lt"])
    return {
        "low": tidy(np.where(up, low, -high)),
        "high": tidy(np.where(up, high, -low)),
        "open_low": np.where(up, open_low, open_high),
        "open_high": np.where(up, open_high, open_low),
        "goal": goal,
        "asked": tidy(np.where(up, goal, -goal)),
        "strict": strict,
        # How far below the target a value is still printed like it.
        "slack": np.where(strict | status, 0.0, rows["planned_step"].fillna(0.0)) / 2,
        "coarser": (half * 2 > rows["planned_step"].fillna(np.inf)).to_numpy(),
    }


def tidy(numbers) -> np.ndarray:
    """Differences of printed numbers without their binary noise and without a minus before zero."""
    return np.round(np.asarray(numbers, dtype=float), _DIGITS) + 0.0


def judged(rows: pd.DataFrame) -> pd.DataFrame:
    """Add gap, its limits and the verdict."""
    t = turned(rows)
    obstacle = rows["why"].ne("").to_numpy()
    undirected = rows["sign"].isna().to_numpy()
    point = rows["observed_relation"].eq("eq").to_numpy()
    low, high, asked = t["low"], t["high"], t["asked"]
    # 4.6 stands for numbers below a target of 4.60, too.
    equal = point & (tidy(rows["observed"] - t["goal"]) == 0) & ~t["strict"] & ~t["coarser"]
    with np.errstate(invalid="ignore"):
        met = (low > asked) | (low == asked) & (~t["strict"] | t["open_low"])
        above = (low > asked) | (low == asked) & t["open_low"]
        below = (high < asked) | (high == asked) & (t["open_high"] | t["strict"])
        almost = below & (high > tidy(asked - t["slack"]))
        gap = np.where(rows["sign"] < 0, -1.0, 1.0) * (rows["observed"] - t["goal"])
    # A status has no better or worse: only the same or not.
    met, not_met = met & ~undirected, np.where(undirected, below | above, below & ~almost)
    verdict = first_of(
        (obstacle, "not_comparable"), (equal | met, "met"), (not_met, "not_met"), default="undecidable"
    )
    undecided = verdict == "undecidable"
    about = rows["observed_relation"].eq("about") | rows["planned_relation"].eq("about")
    bounded = ~point & rows["observed_relation"].ne("range")
    why = first_of(
        (obstacle, rows["why"]),
        (equal, words.EQUAL),
        (undecided & about, words.ABOUT),
        (undecided & np.isnan(asked), words.AGAINST),
        (undecided & bounded, words.BOUND),
        (undecided & almost, words.ALMOST),
        (undecided, words.ROUNDING),
    )
    shown = ~obstacle & ~undirected
    return rows.assign(
        gap=tidy(np.where(shown & point, gap, np.nan)),
        gap_low=tidy(np.where(shown, low - asked, np.nan)),
        gap_high=tidy(np.where(shown, high - asked, np.nan)),
        verdict=verdict,
        why=why,
    )
