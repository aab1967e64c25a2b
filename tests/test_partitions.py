"""Any partition of the paths gives the rows of the whole: larger sets can be mapped over partitions."""

from __future__ import annotations

import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qiyou
from qiyou import capacity, compare, pace, plausibility, trajectory
from qiyou.notation import read
from qiyou.paths import KEYS

YEARS = range(2022, 2028)
PRINTS = ("{:.0f}", "{:.1f}", "{:.2f}", "{:.0f}", "{:.1f}", ">{:.0f}", "≥{:.1f}", "<{:.0f}", "约{:.0f}", "/")


@functools.cache
def data():
    return qiyou.load(also=[])


@functools.cache
def drawn(paths: int, seed: int) -> pd.DataFrame:
    """Paths of all kinds of indicators with every form of print, bounds, gaps and falls among them."""
    rng = np.random.default_rng(seed)
    indicators = data().indicators
    indicators = indicators[indicators["direction"] != "status"].reset_index(drop=True)
    rows = []
    for number in range(paths):
        indicator = indicators.iloc[rng.integers(len(indicators))]
        values = rng.uniform(1, 99) + np.cumsum(rng.choice([-1.0, 0.0, 0.5, 1.0, 2.0], len(YEARS)))
        if rng.random() < 0.9:
            values = np.fmin(np.fmax(values, indicator["lower"]), indicator["upper"])
        style = rng.choice(PRINTS[:3])
        for year, value in zip(YEARS, np.abs(values), strict=True):
            printed = (rng.choice(PRINTS) if rng.random() < 0.15 else style).format(value)
            reading = read(printed)
            rows.append(
                {
                    **dict(
                        zip(KEYS, ("plan", f"p{number // 7}", indicator["id"], f"v{number}"), strict=True)
                    ),
                    **{"row": str(number), "year": year, "role": "baseline" if year == 2022 else "target"},
                    **{"printed": printed, "reading": printed, "unit": indicator["unit"]},
                    **{name: getattr(reading, name) for name in ("value", "relation", "low", "high", "step")},
                    **{"low_closed": reading.low_closed, "high_closed": reading.high_closed},
                }
            )
    return pd.DataFrame(rows)


FUNCTIONS = {
    "pace.card": lambda rows: pace.card(rows, data().indicators),
    "pace.shape": lambda rows: pace.shape(rows, data().indicators),
    "trajectory.families": lambda rows: trajectory.families(rows, data().indicators),
    "plausibility.check_paths": lambda rows: plausibility.check_paths(rows, data().indicators),
}


def parts_of(rows: pd.DataFrame, labels) -> list[pd.DataFrame]:
    """Whole paths in groups by label; the paths of a group keep their order."""
    path = rows.groupby(KEYS, sort=False).ngroup().to_numpy()
    group = np.asarray(labels)[path % len(labels)]
    return [rows[group == label] for label in np.unique(group)]


def same(whole: pd.DataFrame, parts: list[pd.DataFrame]) -> None:
    joined = pd.concat(parts, ignore_index=True)
    order = [name for name in whole if name in joined]
    assert list(whole.columns) == list(joined.columns) and len(whole) == len(joined)

    def in_order(frame):
        return frame.assign(_n=frame.groupby(KEYS, sort=False).cumcount()).sort_values(
            [*KEYS, "_n"], ignore_index=True
        )

    pd.testing.assert_frame_equal(
        in_order(whole)[order], in_order(joined)[order], check_dtype=False, check_exact=True
    )


@pytest.mark.parametrize("name", FUNCTIONS)
@settings(max_examples=6)
@given(labels=st.lists(st.integers(0, 4), min_size=1, max_size=60), seed=st.integers(0, 3))
def test_a_partition_gives_the_rows_of_the_whole(name, labels, seed):
    rows = drawn(60, seed)
    same(FUNCTIONS[name](rows), [FUNCTIONS[name](part) for part in parts_of(rows, labels)])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_every_document_on_its_own(name):
    rows = data().targets
    same(FUNCTIONS[name](rows), [FUNCTIONS[name](part) for _, part in rows.groupby("document", sort=False)])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_order_of_rows_changes_nothing(name):
    rows = drawn(40, 1)
    same(FUNCTIONS[name](rows), [FUNCTIONS[name](rows.sample(frac=1, random_state=0))])


def test_stocks_of_a_part_of_the_places():
    rows = data().targets.query("indicator == 'nursery_places_per_1000'")
    whole = capacity.stock(data(), rows=rows)
    parts = [capacity.stock(data(), rows=part) for _, part in rows.groupby("place", sort=False)]
    keys = ["document", "place", "indicator", "variant", "scenario", "year"]
    joined = pd.concat(parts, ignore_index=True)
    assert len(joined) == len(whole)
    pd.testing.assert_frame_equal(
        joined.sort_values(keys, ignore_index=True),
        whole.sort_values(keys, ignore_index=True),
        check_dtype=False,
    )


@pytest.mark.parametrize("function", [compare.core, compare.overview])
def test_places_one_by_one_keep_their_references(function):
    whole = function(data(), 2025)
    keys = ["indicator", "place", "variant"]
    parts = [function(data(), 2025, places=[place]) for place in whole["place"].unique()]
    joined = pd.concat(parts, ignore_index=True)
    pd.testing.assert_frame_equal(
        joined.sort_values(keys, ignore_index=True),
        whole.sort_values(keys, ignore_index=True),
        check_dtype=False,
    )
