"""Any partition of the paths gives the rows of the whole: larger sets can be mapped over partitions."""

from __future__ import annotations

import dataclasses
import functools

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import qiyou
from qiyou import capacity, compare, pace, trajectory
from qiyou.notation import read
from qiyou.paths import KEYS, table
from qiyou.plausibility import checks, plan
from qiyou.plausibility.facts import Settings, cells, collected

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
    frame = pd.DataFrame(rows)
    own = {"locator": "table:" + frame["row"], "origin": "table", "phrase": "", "star": "", "decided": False}
    return frame.assign(path=frame.groupby(KEYS, sort=False).ngroup(), **own)


FUNCTIONS = {
    "pace.card": lambda rows: pace.card(rows, data().indicators),
    "pace.shape": lambda rows: pace.shape(rows, data().indicators),
    "trajectory.families": lambda rows: trajectory.families(rows, data().indicators),
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
    rows = table(data())
    same(FUNCTIONS[name](rows), [FUNCTIONS[name](part) for _, part in rows.groupby("document", sort=False)])


@pytest.mark.parametrize("name", FUNCTIONS)
def test_the_order_of_rows_changes_nothing(name):
    rows = drawn(40, 1)
    same(FUNCTIONS[name](rows), [FUNCTIONS[name](rows.sample(frac=1, random_state=0))])


def of_documents(data, ids):
    """The data with some of its documents."""
    parts = {name: getattr(data, name) for name in ("targets", "statements", "decisions")}
    kept = {name: frame[frame["document"].isin(ids)] for name, frame in parts.items()}
    return dataclasses.replace(data, documents=data.documents[data.documents["id"].isin(ids)], **kept)


def as_set(found: pd.DataFrame) -> list[str]:
    """Findings without their order; facts are dicts."""
    return sorted(map(repr, found.astype(str).itertuples(index=False)))


ACROSS = {"IDENTICAL_PATHS", "COMMON_END_VALUE"}


def checked_in_parts(data, by_place):
    """Each part checked on its own, then what only the plans of all places together can say."""
    first = [qiyou.plausibility.check(of_documents(data, ids)) for ids in by_place]
    clean, _ = plan.take_out(table(data))
    second = collected(checks.plans(cells(clean, data), Settings()))
    assert set(second["code"]) <= ACROSS
    return pd.concat([*(part[~part["code"].isin(ACROSS)] for part in first), second])


@pytest.mark.parametrize("parts", [2, 3, 20])
def test_checks_of_parts_are_those_of_the_whole(parts):
    """Documents of one place stay together: C14 compares them."""
    places = pd.factorize(data().documents["place"])[0] % parts
    groups = [group["id"] for _, group in data().documents.groupby(places)]
    assert as_set(checked_in_parts(data(), groups)) == as_set(qiyou.plausibility.check(data()))


@pytest.mark.parametrize("seed", [0, 1])
def test_checks_do_not_hang_on_the_order_of_rows(seed):
    names = ("documents", "targets", "statements", "benchmarks", "flows", "identities", "stages")
    shuffled = {name: getattr(data(), name).sample(frac=1, random_state=seed) for name in names}
    found = qiyou.plausibility.check(dataclasses.replace(data(), **shuffled))
    assert as_set(found) == as_set(qiyou.plausibility.check(data()))


def test_a_gap_between_printed_years_is_one_whatever_other_documents_print():
    found = qiyou.plausibility.check(data()).query("document == 'huangyan-plan-2021'")
    (facts,) = found.loc[found["code"] == "MISSING_YEAR", "facts"]
    assert facts["years"] == (2021, 2022, 2023, 2024)


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


@pytest.mark.parametrize("function", [compare.core])
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
