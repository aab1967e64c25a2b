"""How many paths a second the checks of `qiyou.plausibility` take, and how many sentences a second.

    python benchmarks/plausibility.py [paths]

Synthetic plans of six years for 30 indicators a county: shares with and without mixed decimals, falling
rates, stocks, thresholds, bounds, reversals and missing years, each beside a target of its prefecture.
"""

from __future__ import annotations

import sys
import time
from types import SimpleNamespace

import numpy as np
import pandas as pd

import qiyou
from qiyou import plausibility

YEARS = np.arange(2022, 2028)
PER_COUNTY = 30
SAMPLE = 20_000


def indicators() -> pd.DataFrame:
    """Thirty indicators of all kinds."""
    kinds = [("up", "share", 100.0, "%"), ("down", "share", 100.0, "%"), ("up", "density", np.nan, "个/千人")]
    kinds += [("up", "stock", np.nan, "套"), ("at_least", "share", 100.0, "%")]
    rows = [(f"indicator_{k:02d}", *kinds[k % len(kinds)]) for k in range(PER_COUNTY)]
    frame = pd.DataFrame(rows, columns=["id", "direction", "kind", "upper", "unit"])
    return frame.assign(lower=0.0, name_zh=frame["id"], name_en=frame["id"])


def synthetic(paths: int, seed: int = 0) -> pd.DataFrame:
    """Table cells in the form of ``data.printed``."""
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
            "printed": value.ravel().astype(str),
            "origin": "table",
            "locator": np.repeat(("table:" + pd.Series(number % PER_COUNTY + 1).astype(str)).to_numpy(), 6),
            "kind": "",
            "from_year": pd.NA,
        }
    )


def world(targets: pd.DataFrame, facts: pd.DataFrame) -> SimpleNamespace:
    """The paths as data: one document a county, a prefecture's target for every indicator."""
    data = qiyou.load()
    texts = ["document", "place", "row", "indicator", "variant", "role", "relation", "unit", "printed"]
    texts += ["origin", "locator", "kind"]
    printed = targets.astype(dict.fromkeys(texts, "str") | {"year": "Int64", "from_year": "Int64"})
    places = pd.DataFrame({"id": printed["place"].unique()})
    places = places.assign(name_zh=places["id"], name_en=places["id"], parent="ningbo")
    documents = printed[["document", "place"]].drop_duplicates().rename(columns={"document": "id"})
    documents = documents.assign(title=documents["id"], dated="", from_year=2023, extent="complete")
    set_above = pd.DataFrame({"indicator": facts["id"], "place": "ningbo", "year": 2025, "kind": "target"})
    set_above = set_above.assign(source=data.sources["id"].iloc[0], printed="60", value=60.0, relation="eq")
    named = data.places[data.places["id"].eq("ningbo")]
    return SimpleNamespace(
        printed=printed, statements=data.statements[:0], indicators=facts, documents=documents,
        places=pd.concat([places, named[places.columns]]), benchmarks=set_above, sources=data.sources,
        flows=data.flows, identities=data.identities, stages=data.stages[:0],
    )  # fmt: skip


def main(paths: int = 85_000) -> None:
    facts = indicators()
    data = world(synthetic(paths), facts)
    clock, processor = time.perf_counter(), time.process_time()
    found = plausibility.check(data)
    seconds, processor = time.perf_counter() - clock, time.process_time() - processor
    print(f"{paths:,} paths of {len(YEARS)} years: {len(found):,} findings")
    print(f"{seconds:.1f} s by the clock, {processor:.1f} s of processor time")
    print(found["verdict"].value_counts().to_string())
    some, clock = found.sample(min(SAMPLE, len(found)), random_state=0), time.perf_counter()
    plausibility.sentences(some, data, "zh")
    print(f"{len(some) / (time.perf_counter() - clock):,.0f} sentences a second")


if __name__ == "__main__":
    main(*(int(argument) for argument in sys.argv[1:]))
