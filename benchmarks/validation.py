"""What the intervals of the profile hold, measured: ``python benchmarks/validation.py`` prints it.

Coverage is simulated from fixed seeds; what concerns the realised changes is computed from the data at hand. The
numbers of methods.md, section 8, that rest on tables not in this repository are not repeated here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd
from scipy import stats

import qiyou
from qiyou import paths
from qiyou.plausibility.yardsticks import realised, required

PERCENTILES = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
CORRELATIONS = (0.0, 0.3, 0.6, 0.9)
REPEATS = 4000
SPREAD = np.repeat(np.arange(16), [2] * 8 + [1] * 8)
"""24 spells in 16 provinces."""
CLUSTER = np.concatenate([np.zeros(10, dtype=int), np.arange(1, 15)])
"""24 spells, ten of them in one province."""


def changes(province: np.ndarray, correlation: float, repeats: int, seed: int) -> np.ndarray:
    """Standard normal changes that share a part of their variance inside a province, shape (repeats, m)."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((repeats, province.max() + 1))[:, province]
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.standard_normal(
        (repeats, len(province))
    )


def covered(
    low: np.ndarray, high: np.ndarray, province: np.ndarray, percentile: float
) -> tuple[float, float]:
    """Share of repeats in which the interval holds the true percentile: counting spells alone, and with provinces."""
    pace = stats.norm.ppf(percentile)
    slower, maybe = high < pace, low <= pace
    member = province[:, None] == np.arange(province.max() + 1)
    inside = member.sum(axis=0)
    k = [slower.sum(axis=1), maybe.sum(axis=1), np.full(len(low), len(province))]
    c = [
        (slower @ member == inside).sum(axis=1),
        (maybe @ member > 0).sum(axis=1),
        np.full(len(low), len(inside)),
    ]
    ends = realised.limits(*k, *k), realised.limits(*k, *c)
    return tuple(float(((a <= percentile) & (percentile <= b)).mean()) for a, b in ends)


def coverage(province: np.ndarray = SPREAD, repeats: int = REPEATS, seed: int = 1) -> pd.DataFrame:
    """Coverage of the 90% interval under dependence inside provinces: lowest and highest over `PERCENTILES`."""
    rows = []
    for correlation in CORRELATIONS:
        values = changes(province, correlation, repeats, seed)
        found = np.array([covered(values, values, province, p) for p in PERCENTILES])
        rows.append((correlation, *found.min(axis=0), *found.max(axis=0)))
    names = ["correlation", "spells_low", "provinces_low", "spells_high", "provinces_high"]
    return pd.DataFrame(rows, columns=names)


def rounding(repeats: int = REPEATS, seed: int = 2) -> pd.DataFrame:
    """Coverage where changes are printed to u standard deviations: counting by boxes, and as printed."""
    province, rows = np.arange(24), []
    for u in (0.1, 0.5, 1.0):
        printed = np.round(changes(province, 0.0, repeats, seed) / u) * u
        boxed = [covered(printed - u / 2, printed + u / 2, province, p)[0] for p in PERCENTILES]
        plain = [covered(printed, printed, province, p)[0] for p in PERCENTILES]
        rows.append((u, np.mean(boxed), np.mean(plain)))
    return pd.DataFrame(rows, columns=["u", "boxes", "as_printed"])


def left_out(data, indicator: str) -> list[int]:
    """Each realised change among those of the other provinces: how many percentiles fall in each third."""
    found = realised.spells(data, indicator, shortest=1)
    found = found[~found["bounded"]].reset_index(drop=True)
    middle = (found["low"] + found["high"]) / 2
    other = found["province"].to_numpy()[:, None] != found["province"].to_numpy()[None]
    below = (other & (middle.to_numpy()[None] < middle.to_numpy()[:, None])).sum(axis=1)
    percentile = (below + 0.5) / (other.sum(axis=1) + 1)
    return np.histogram(percentile, bins=[0, 1 / 3, 2 / 3, 1])[0].tolist()


def multiverse(data) -> pd.DataFrame:
    """In how many specifications the word of each path with a class is contradicted."""
    known, asked = realised.values(data), required.frame(paths.table(data), data.indicators)
    asked["level"] = asked["place"].map(data.places.set_index("id")["level"])
    asked = asked[
        asked["ask"].eq("pace") & asked["years"].gt(1) & asked["indicator"].isin(data.reference["indicator"])
    ]
    groups = asked.groupby(["indicator", "scale"])
    columns = ["m", "fifth_low", "fifth_high", "contradicted", "specifications"]
    found = pd.concat([block for _, one in groups if len(block := realised.graded(data, known, one))])
    return asked[["place", "indicator"]].join(found[columns], how="inner")


def main() -> None:
    data = qiyou.load()
    print(
        "coverage of the 90% interval, 24 spells in 16 provinces\n",
        coverage().round(3).to_string(index=False),
    )
    print("ten of the 24 in one province\n", coverage(CLUSTER).round(3).to_string(index=False))
    print("rounding\n", rounding().round(3).to_string(index=False))
    for indicator in ("sports_area_per_capita", "nursery_places_per_1000"):
        print(f"{indicator}: percentiles among other provinces by thirds {left_out(data, indicator)}")
    print("specifications\n", multiverse(data).to_string(index=False))


if __name__ == "__main__":
    main()
