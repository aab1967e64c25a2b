"""C6 and C7: how the change is spread over the years, and which simple curves pass through every cell.

The shape of a path is how its author drew it, and he rounds what he draws: here, and only here, planned
values have boxes of their own printed step (`qiyou.pace.shape`, `qiyou.trajectory.families`).
"""

from __future__ import annotations

from math import comb

import numpy as np
import pandas as pd

from qiyou import pace, trajectory
from qiyou.intervals import above
from qiyou.plausibility.facts import Cells, Settings


def spacing_limit(n: int, probability: float) -> float:
    """The share s that the largest of n random spacings exceeds with the given probability.

    P(largest > s) = Σ_{j≥1} (−1)^{j−1} C(n, j) (1 − js)_+^{n−1} (Fisher 1929), solved for s by bisection. A
    yardstick of unevenness and no test: nobody splits a plan at random.

    Examples
    --------
    >>> [round(spacing_limit(n, 0.10), 4) for n in (3, 4, 5, 6)]
    [0.8174, 0.7076, 0.6239, 0.5591]
    """

    def exceeded(s: float) -> float:
        return sum((-1) ** (j - 1) * comb(n, j) * max(1 - j * s, 0.0) ** (n - 1) for j in range(1, n + 1))

    low, high = 1 / n, 1.0
    for _ in range(50):
        middle = (low + high) / 2
        low, high = (middle, high) if exceeded(middle) > probability else (low, middle)
    return high


def checks(
    cells: Cells, shaped: np.ndarray, indicators: pd.DataFrame, settings: Settings
) -> list[pd.DataFrame]:
    """STEP_CONCENTRATED, BACK_LOADED, FRONT_LOADED and the families, for the paths set in `shaped`."""
    at = np.flatnonzero(shaped)
    if not len(at):
        return []
    rows = cells.targets[shaped[pd.factorize(cells.targets["path"])[0]]]
    return [
        *_concentration(cells, at, pace.shape(rows, indicators), settings),
        *_families(cells, at, trajectory.families(rows, indicators, require=settings.shape_values), settings),
    ]


def _columns(cells: Cells, years: pd.Series) -> np.ndarray:
    return np.searchsorted(cells.grid.years, years.to_numpy(dtype=np.int64, na_value=0))


def _concentration(cells: Cells, at, shape: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    base, end, step = (_columns(cells, shape[f"{n}_year"]) for n in ("base", "end", "largest_step"))
    # A bound between base and end is no value for the index, and may be where the end was first reached.
    column = np.arange(len(cells.grid.years))
    between = (column > base[:, None]) & (column < end[:, None])
    closed = ~(between & cells.stated[at] & ~cells.grid.exact[at]).any(axis=1) & shape["applies"].to_numpy()
    steps = shape["steps"].to_numpy()
    counts, of = np.unique(steps, return_inverse=True)
    limits = [spacing_limit(int(n), settings.spacing_probability) if n >= 3 else np.nan for n in counts]
    limit, share = np.array(limits)[of], shape["share_low"].to_numpy()
    one = np.flatnonzero(closed & above(share, limit))
    a, b = cells.neighbours(cells.stated & cells.grid.exact)
    largest = cells.at[at[one], step[one]]
    before = a[np.searchsorted(b, largest)]
    whole = shape["largest_step_share"].to_numpy()[one]
    numbers = {"statistic": whole, "low": share[one], "high": np.nan, "threshold": limit[one]}
    numbers |= {
        "share": 100 * whole,
        "share_low": 100 * share[one],
        "limit": 100 * limit[one],
        "n": steps[one],
    }
    numbers |= {name: shape[name].iloc[one] for name in ("base_year", "end_year")}
    numbers |= {"probability": 100 * settings.spacing_probability}
    findings = [cells.between("STEP_CONCENTRATED", before, largest, **numbers)]
    index, low, high = (shape[f"back_load{end}"].to_numpy() for end in ("", "_low", "_high"))
    for mask, code, threshold in (
        (above(low, settings.back_load), "BACK_LOADED", settings.back_load),
        (above(-settings.front_load, high), "FRONT_LOADED", settings.front_load),
    ):
        some = np.flatnonzero(closed & mask)
        a, b = (cells.at[at[some], column[some]] for column in (base, end))
        numbers = {"statistic": index[some], "low": low[some], "high": high[some], "threshold": threshold}
        findings.append(cells.between(code, a, b, index=index[some], limit=threshold, **numbers))
    return findings


def _families(cells: Cells, at, shapes: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    named = shapes["n_values"].to_numpy() >= settings.shape_values
    first, last = (cells.at[at, _columns(cells, shapes[f"{n}_year"])] for n in ("first", "last"))
    n = shapes["n"].to_numpy()
    findings, count = [], np.zeros(len(at), dtype=int)
    for name, code in trajectory.FAMILIES.items():
        fits = shapes[f"{name}_fits"].to_numpy() & named
        count += fits
        some = np.flatnonzero(fits)
        # binary noise can put the ends of an interval of one number in the wrong order
        low, high = np.sort([shapes[f"{name}_{end}"].to_numpy()[some] for end in ("low", "high")], axis=0)
        rates = dict(zip(("rate_low", "rate_high"), _as_rate(name, low, high), strict=True))
        numbers = {"statistic": np.nan, "low": low, "high": high, "n": n[some], "year": pd.NA}
        findings.append(cells.between(code, first[some], last[some], **numbers, **rates))
    some = np.flatnonzero(named & (count != 1))
    k, case = count[some], np.where(count[some] == 0, "none", "several")
    numbers = {"statistic": k, "low": np.nan, "high": np.nan, "n": n[some], "k": k, "year": pd.NA}
    return [*findings, cells.between("SHAPE_NOT_IDENTIFIED", first[some], last[some], case=case, **numbers)]


def _as_rate(name: str, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of a family as a reader reads them: units, percent a year, percent of the gap, logit."""
    if name == "geometric":
        return 100 * np.expm1(low), 100 * np.expm1(high)
    if name == "gap_closure":
        return -100 * np.expm1(high), -100 * np.expm1(low)
    return low, high
