"""How many paths a second the checks on the plan alone (C1 to C7) take, messages in both languages included.

    python benchmarks/plausibility.py [paths]

Synthetic plans of six years for 30 indicators a county: shares with and without mixed decimals, falling
rates, stocks, thresholds, bounds, reversals and missing years. Handing the same paths over one at a time is
timed on a sample.
"""

from __future__ import annotations

import sys
import time

import numpy as np
import pandas as pd

from qiyou.plausibility import check_paths

YEARS = np.arange(2022, 2028)
PER_COUNTY = 30
SAMPLE = 60


def indicators() -> pd.DataFrame:
    """Thirty indicators of all kinds."""
    kinds = [("up", "share", 100.0, "%"), ("down", "share", 100.0, "%"), ("up", "density", np.nan, "个/千人")]
    kinds += [("up", "stock", np.nan, "套"), ("at_least", "share", 100.0, "%")]
    rows = [(f"indicator_{k:02d}", *kinds[k % len(kinds)]) for k in range(PER_COUNTY)]
    frame = pd.DataFrame(rows, columns=["id", "direction", "kind", "upper", "unit"])
    return frame.assign(lower=0.0, name_zh=frame["id"], name_en=frame["id"])


def synthetic(paths: int, seed: int = 0) -> pd.DataFrame:
    """Target rows in the form of ``data.targets``."""
    rng = np.random.default_rng(seed)
    number = np.arange(paths)
    kind = number % PER_COUNTY % 5
    way = np.where(kind == 1, -1.0, 1.0)[:, None]
    decimals = rng.integers(0, 3, paths)[:, None]
    steps = rng.choice([0.0, 0.2, 0.5, 1.0, 3.0, -0.4], (paths, 5))
    value = rng.uniform(25, 70, (paths, 1)) + way * np.cumsum(
        np.column_stack([np.zeros(paths), steps]), axis=1
    )
    scale = 10.0**decimals
    value = np.round(value * scale) / scale
    resolution = np.where(rng.random((paths, 6)) < 0.05, 1.0, 1 / scale)
    value = np.where(resolution == 1.0, np.round(value), value)
    drawn = rng.random((paths, 6))
    better = np.where(way > 0, "ge", "le")
    relation = np.where(drawn < 0.03, better, np.where(drawn > 0.98, "none", "eq")).astype(object)
    value = np.where(relation == "none", np.nan, value)
    low = np.where(relation == "le", -np.inf, value)
    high = np.where(relation == "ge", np.inf, value)
    county = np.char.mod("county%04d", number // PER_COUNTY).astype(object)
    indicator = np.char.mod("indicator_%02d", number % PER_COUNTY).astype(object)
    return pd.DataFrame(
        {
            "document": np.repeat(county + "-plan", 6),
            "place": np.repeat(county, 6),
            "row": np.repeat((number % PER_COUNTY + 1).astype(str), 6),
            "indicator": np.repeat(indicator, 6),
            "variant": "",
            "year": np.tile(YEARS, paths),
            "role": np.tile(["baseline", *["target"] * 5], paths),
            "value": value.ravel(),
            "relation": relation.ravel(),
            "low": low.ravel(),
            "high": high.ravel(),
            "low_closed": np.isfinite(low).ravel(),
            "high_closed": np.isfinite(high).ravel(),
            "unit": np.repeat(np.array(["%", "%", "个/千人", "套", "%"], dtype=object)[kind], 6),
            "step": np.where(relation == "none", np.nan, resolution).ravel(),
        }
    )


def timed(function) -> tuple[float, float, pd.DataFrame]:
    """Seconds by the clock and of this process's processor time."""
    clock, processor = time.perf_counter(), time.process_time()
    result = function()
    return time.perf_counter() - clock, time.process_time() - processor, result


def main(paths: int = 85_000) -> None:
    facts, targets = indicators(), synthetic(paths)
    seconds, processor, found = timed(lambda: check_paths(targets, facts))
    print(f"{paths:,} paths of {len(YEARS)} years: {len(found):,} findings, each with two messages")
    print(
        f"{seconds:.1f} s by the clock, {processor:.1f} s of processor time: {paths / seconds:,.0f} paths "
        f"per second"
    )
    print(found["verdict"].value_counts().to_string())
    few = targets.iloc[: SAMPLE * len(YEARS)]
    alone = [part for _, part in few.groupby(["document", "indicator"], sort=False)]
    one_by_one, _, parts = timed(
        lambda: pd.concat([check_paths(part, facts) for part in alone], ignore_index=True)
    )
    rate = SAMPLE / one_by_one
    print(
        f"one path at a time, on {SAMPLE}: {rate:,.0f} paths per second, {paths / seconds / rate:,.0f} times "
        f"slower"
    )
    whole = check_paths(few, facts)
    assert whole.equals(parts), "checking one at a time must find the same"


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
