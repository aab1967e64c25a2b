"""How fast families and paces are computed for a nation of counties: ratios measured in one run.

    python benchmarks/shapes.py [paths]

Synthetic paths of six years, printed to whole percent. The one-by-one ways are timed on a sample and their
rate is taken to hold for all. Both ways start from the same frame and are compared on that sample.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd
import statsmodels.api as sm
from scipy.optimize import linprog

from qiyou.pace import card, shape
from qiyou.paths import KEYS
from qiyou.trajectory import families

YEARS = np.arange(2022, 2028)
INDICATORS = pd.DataFrame({"id": ["share"], "direction": ["up"], "lower": [0.0], "upper": [100.0]})


def synthetic(paths: int, seed: int = 0) -> pd.DataFrame:
    """Rising shares, about a third of them drawn as straight lines."""
    rng = np.random.default_rng(seed)
    start, end = rng.uniform(40, 70, (paths, 1)), rng.uniform(75, 95, (paths, 1))
    bend = rng.choice([1.0, 1.5, 3.0], (paths, 1))
    value = np.round(start + (end - start) * (np.arange(6) / 5) ** bend)
    return pd.DataFrame(
        {
            "document": "synthetic",
            "place": np.repeat(np.arange(paths), 6).astype(str),
            "indicator": "share",
            "variant": "",
            "year": np.tile(YEARS, paths),
            "role": np.tile(["baseline", *["target"] * 5], paths),
            "value": value.ravel(),
            "relation": "eq",
            "low": value.ravel(),
            "high": value.ravel(),
            "low_closed": True,
            "high_closed": True,
            "step": 1.0,
        }
    )


def families_one_by_one(targets: pd.DataFrame) -> list[list[bool]]:
    """Four feasibility problems for HiGHS per path."""
    x = YEARS - YEARS[0]
    falling, free = [(None, 0), (None, None)], [(None, None), (None, None)]
    left = np.column_stack([np.concatenate([-x, x]), np.repeat([-1.0, 1.0], 6)])
    answers = []
    for _, path in targets.groupby(KEYS, sort=False):
        row = path["value"].to_numpy()
        low, high = row - 0.5, row + 0.5
        scales = [
            (low, high, free),
            (np.log(low), np.log(high), free),
            (np.log(100 - high), np.log(100 - low), falling),
            (np.log(low / (100 - low)), np.log(high / (100 - high)), free),
        ]
        solved = [
            linprog([0, 0], A_ub=left, b_ub=np.concatenate([-a, b]), bounds=bounds, method="highs")
            for a, b, bounds in scales
        ]
        answers.append([result.status == 0 for result in solved])
    return answers


def paces_one_by_one(targets: pd.DataFrame) -> list[tuple[float, ...]]:
    """Two ordinary regressions per path: the values on the year, and their logarithms."""
    paces = []
    for _, path in targets.groupby(KEYS, sort=False):
        design = sm.add_constant(path["year"].to_numpy() - path["year"].min())
        value = path["value"].to_numpy()
        log_slope = sm.OLS(np.log(value), design).fit().params[1]
        paces.append((sm.OLS(value, design).fit().params[1], np.expm1(log_slope)))
    return paces


def timed(function, *arguments):
    start = time.perf_counter()
    result = function(*arguments)
    return result, time.perf_counter() - start


def main(paths: int = 85_000, sample: int = 500) -> None:
    targets = synthetic(paths)
    part = targets.iloc[: 6 * sample]
    fast, seconds = timed(families, targets, INDICATORS)
    slow, slow_seconds = timed(families_one_by_one, part)
    ours = fast[["line_fits", "geometric_fits", "gap_closure_fits", "logistic_fits"]].to_numpy()[:sample]
    assert (ours == np.array(slow)).all(), "the closed form and the solver disagree"
    report("families", "four linprog per path", paths, seconds, sample, slow_seconds)

    regressions, slow_seconds = timed(paces_one_by_one, part)
    fast, seconds = timed(card, targets, INDICATORS)
    slopes = np.array(regressions)[:, 0]
    agree = np.corrcoef(fast["points_per_year"].to_numpy()[:sample], slopes)[0, 1]
    assert agree > 0.9, "end-point paces and regression slopes have come apart"
    report("pace.card", "two statsmodels OLS per path", paths, seconds, sample, slow_seconds)

    _, seconds = timed(shape, targets, INDICATORS)
    print(f"pace.shape: {paths:,} paths in {seconds:.2f} s")


def report(name: str, other: str, paths: int, seconds: float, sample: int, slow_seconds: float) -> None:
    ratio = (paths / seconds) / (sample / slow_seconds)
    print(
        f"{name}: {paths:,} paths in {seconds:.2f} s; {other}: {sample:,} paths in {slow_seconds:.2f} s "
        f"(a sample); {ratio:,.0f} times as many paths per second"
    )


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
