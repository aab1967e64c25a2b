"""Three-valued verdicts: what holds for all numbers that two printed values stand for."""

from __future__ import annotations

import numpy as np
import pandas as pd

VERDICTS = ("met", "not_met", "undecidable", "no_reference")
_TOLERANCE = 1e-9
_DIGITS = 10


def judged(rows: pd.DataFrame, facts: pd.DataFrame) -> pd.DataFrame:
    """Add gap, its limits, the verdict and what decides, by the rules of `qiyou.compare.core`.

    Parameters
    ----------
    rows : DataFrame
        Cells with their boxes (``box_low, box_high, open_low, open_high``), the reference columns, ``why``
        and ``_missing`` (no reference).
    facts : DataFrame
        The indicators with ``sign``.
    """
    sign = rows["indicator"].map(facts["sign"]).to_numpy(dtype=float)
    missing = rows["_missing"].to_numpy()
    point = (rows["relation"] == "eq").to_numpy()
    asked_point = (rows["reference_relation"] == "eq") | (rows["reference_low"] == rows["reference_high"])
    gap = sign * (rows["value"] - rows["reference_value"]).to_numpy()
    # Mirrored, so that more is better; a status is not turned.
    turn = np.where(np.isnan(sign), 1.0, sign)
    low, high, open_low, open_high = _turned(rows, turn, "box_low", "box_high", "open_low", "open_high")
    names = ("reference_low", "reference_high", "open_reference_low", "open_reference_high")
    asked_low, asked_high, open_asked_low, open_asked_high = _turned(rows, turn, *names)
    strict = rows["strict"].to_numpy(dtype=bool)
    gap_low, gap_high = low - asked_high, high - asked_low
    equal = point & asked_point.to_numpy() & close(rows["value"], rows["reference_value"]) & ~strict
    touching = close(low, asked_high)
    met = np.where(
        strict, (low > asked_high) & ~touching | touching & open_low, (low > asked_high) | touching
    )
    below = close(high, asked_low)
    not_met = (high < asked_low) & ~below | below & (strict | open_high | open_asked_low)
    disjoint = not_met | (low > asked_high) & ~touching | touching & (open_low | open_asked_high)
    no_way = np.isnan(sign)
    met, not_met = np.where(no_way, False, met), np.where(no_way, disjoint, not_met)
    verdict = np.select([missing, equal | met, not_met], ["no_reference", "met", "not_met"], "undecidable")
    bounded = ~point | ~asked_point.to_numpy()
    why = np.select(
        [missing, equal, verdict != "undecidable", bounded],
        [rows["why"], "equal as printed", "", "a bound leaves it open"],
        "rounding decides",
    )
    defined = point & asked_point.to_numpy() & ~missing
    limits = ~missing & ~no_way
    return rows.assign(
        gap=clean(np.where(defined, gap, np.nan)),
        gap_low=clean(np.where(limits, gap_low, np.nan)),
        gap_high=clean(np.where(limits, gap_high, np.nan)),
        verdict=verdict,
        why=why,
    )


def _turned(rows: pd.DataFrame, turn: np.ndarray, low: str, high: str, open_low: str, open_high: str):
    """The ends of a set and whether they are open, turned round where less is better."""
    up = turn > 0
    ends = (rows[low].to_numpy(dtype=float), rows[high].to_numpy(dtype=float))
    opened = (rows[open_low].to_numpy(dtype=bool), rows[open_high].to_numpy(dtype=bool))
    return (
        np.where(up, ends[0], -ends[1]),
        np.where(up, ends[1], -ends[0]),
        np.where(up, opened[0], opened[1]),
        np.where(up, opened[1], opened[0]),
    )


def clean(numbers) -> np.ndarray:
    """Differences of printed numbers without their binary noise and without a minus before zero."""
    return np.round(np.asarray(numbers, dtype=float), _DIGITS) + 0.0


def close(first, second) -> np.ndarray:
    """Equal up to the binary noise of sums and differences of printed numbers."""
    first, second = np.asarray(first, dtype=float), np.asarray(second, dtype=float)
    with np.errstate(invalid="ignore"):
        near = np.abs(first - second) <= _TOLERANCE * np.maximum(
            1.0, np.maximum(np.abs(first), np.abs(second))
        )
    return np.where(np.isinf(first) | np.isinf(second), first == second, near)
