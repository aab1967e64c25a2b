"""Two values and a direction: their gap, its limits, and whether the one meets the other.

Everything that sets two values side by side calls :func:`relate`, so that no two answers can contradict each
other.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou.intervals import Box, above, apart, disjoint, same

VERDICTS = ("met", "not_met", "undecidable")
SIGN = {"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0}
"""+1 where more is better, −1 where less is; a review has neither."""
REASONS = ("", "equal as printed", "as printed", "a bound leaves it open", "rounding decides", "missing")
_DIGITS = 10


def relate(value: Box, asked: Box, sign: ArrayLike, *, strict: ArrayLike = False) -> pd.DataFrame:
    """Set values beside what is asked of them.

    Parameters
    ----------
    value, asked : Box
        Of one shape (n,). A target is stipulated, an observed value measured (`qiyou.intervals.box`).
    sign : array of float
        +1 if more is better, −1 if less; NaN where there is no better or worse (a review passed or not):
        equal numbers are *met*, disjoint sets *not_met*.
    strict : array of bool
        Whether the number asked for itself does not do (``>60`` asks for more than 60).

    Returns
    -------
    DataFrame
        ``gap`` = d·(value − asked), NaN unless both are points; ``gap_low, gap_high``, its limits;
        ``verdict``: *met* if every value does or if the printed number does, *not_met* if none does, else
        *undecidable*; empty where either side states nothing. ``why``: one of :data:`REASONS`.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou.intervals import box
    >>> data = qiyou.load()
    >>> rows = data.targets.query("place == 'yuhuan' and row == '1' and year in (2023, 2024)")
    >>> planned = box(rows, "stipulated")
    >>> relate(planned[[0]], planned[[1]], 1.0)[["gap", "gap_low", "gap_high", "verdict"]].values.tolist()
    [[-0.5, -0.5, -0.5, 'not_met']]
    """
    sign = np.broadcast_to(np.asarray(sign, dtype=float), value.low.shape)
    strict = np.broadcast_to(np.asarray(strict, dtype=bool), value.low.shape)
    ours, theirs = (side.turned(np.where(np.isnan(sign), 1.0, sign)) for side in (value, asked))
    no_way, known = np.isnan(sign), ours.known & theirs.known
    difference = ours - theirs
    points = ours.exact & theirs.exact
    level = points & same(ours.point, theirs.point) & ~strict
    printed = ours.exact & (above(ours.point, theirs.high) | same(ours.point, theirs.high) & ~strict)
    touching = same(ours.low, theirs.high)
    certain = above(ours.low, theirs.high) | touching & (~strict | ours.low_open | theirs.high_open)
    below = apart(theirs, ours) | same(ours.high, theirs.low) & strict
    met = np.where(no_way, level, level | certain | printed)
    not_met = np.where(no_way, disjoint(ours, theirs), below) & ~met
    bounded = ~points
    verdict = np.select([~known, met, not_met], ["", "met", "not_met"], "undecidable")
    why = np.select(
        [~known, level, met & ~certain, met | not_met, bounded],
        ["missing", "equal as printed", "as printed", "", "a bound leaves it open"],
        "rounding decides",
    )
    gaps = {"gap": np.where(points, difference.point, np.nan)}
    gaps |= {"gap_low": difference.low, "gap_high": difference.high}
    gaps = {name: clean(np.where(known & ~no_way, gap, np.nan)) for name, gap in gaps.items()}
    return pd.DataFrame(gaps | {"verdict": verdict, "why": why})


def promised(target: Box, sign: ArrayLike) -> tuple[Box, np.ndarray]:
    """What a target asks for at least: its weakest value, exactly, and whether that value itself does not do.

    ``≥85`` and ``85`` ask for 85, ``>85`` for more (``strict``), ``111—112`` for 111. A bound against the
    direction and an approximate number name no weakest value and stay what they are.
    """
    turned = target.turned(sign)
    low, shut = turned.low, np.zeros(len(turned), dtype=bool)
    number = np.isfinite(low) & (np.isnan(turned.point) | same(low, turned.point))
    asked = Box(low, low, shut, shut, low, ~shut).where(number, turned)
    return asked.turned(sign), number & turned.low_open


def beside_plans(value: Box, worse: Box, better: Box, sign, *, strict, above=False) -> pd.DataFrame:
    """Values beside other plans, or what is asked from `above`: gap, its limits, verdict or word, and why.

    Parameters
    ----------
    value, worse, better : Box
        The two ends of the reference, the same box where it is one number.
    sign : array of float
        +1 if more is better, −1 if less.
    strict : array of bool
        Whether the better end itself is *level*; where asked from above, whether the number itself does not
        do.
    above : array of bool
        Whether the reference is set from above: *met*, *not_met*; else *at_or_above*, *level*, *below*.
    """
    low, high = relate(value, worse, sign), relate(value, better, sign, strict=strict)
    on = strict & value.exact & better.exact & same(value.point, better.point)
    level = on | (low["verdict"].eq("met") & high["verdict"].eq("not_met"))
    words = [high["verdict"], "level", "at_or_above", "below"]
    word = np.select(
        [above, level, high["verdict"] == "met", low["verdict"] == "not_met"], words, "undecidable"
    )
    why = np.select(
        [word == "below", word == "level"], [low["why"], "between the two middle values"], high["why"]
    )
    return high.assign(
        gap=high["gap"].where(same(worse.point, better.point)),
        gap_high=low["gap_high"],
        verdict=np.where(word == "", "undecidable", word),
        why=np.where((word == "level") & on, "equal as printed", why),
    )


def clean(numbers: ArrayLike) -> np.ndarray:
    """Differences of printed numbers without their binary noise and without a minus before zero."""
    return np.round(np.asarray(numbers, dtype=float), _DIGITS) + 0.0
