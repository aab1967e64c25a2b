"""What the intervals of the profile hold (``benchmarks/validation.py``), against methods.md, section 8."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
from scipy import stats
from test_yardsticks import first  # noqa: F401

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def validation():
    path = Path(__file__).parents[1] / "benchmarks" / "validation.py"
    spec = importlib.util.spec_from_file_location("validation", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_the_interval_holds_whatever_the_dependence_inside_a_province(validation):
    found = validation.coverage(repeats=2000).set_index("correlation")
    assert (found["provinces_low"] >= [0.99, 0.985, 0.975, 0.95]).all()
    assert found["spells_low"].between([0.92, 0.90, 0.87, 0.83], [0.96, 0.94, 0.93, 0.90]).all()


def test_one_province_with_ten_of_the_spells_does_not_break_it(validation):
    found = validation.coverage(validation.CLUSTER, repeats=2000).set_index("correlation").loc[[0.3, 0.6]]
    assert (found["provinces_low"] >= 0.975).all()
    assert found["spells_low"].between([0.81, 0.69], [0.86, 0.75]).all()


def test_boxes_cover_where_printed_numbers_would_not(validation):
    found = validation.rounding(repeats=2000)
    assert found["boxes"].between([0.95, 0.98, 0.98], 1).all()
    assert (found["boxes"] > found["as_printed"]).all()


@pytest.mark.parametrize(
    ("indicator", "thirds"),
    [("sports_area_per_capita", [10, 9, 10]), ("nursery_places_per_1000", [3, 4, 3])],
)
def test_each_change_among_those_of_other_provinces(validation, first, indicator, thirds):  # noqa: F811
    assert validation.left_out(first, indicator) == thirds


def test_no_specification_contradicts_a_word(validation, data):
    found = validation.multiverse(data)
    assert found["contradicted"].eq(0).all() and found["specifications"].gt(0).all()
    nursery = found[found["indicator"].eq("nursery_places_per_1000")]
    assert nursery["fifth_high"].eq(3).all()


def test_the_official_class_is_the_29_provinces_of_the_yearbook(validation):
    pace = validation.official()
    assert len(pace) == 29
    assert pace[[0, -1]] == pytest.approx([0.023, 0.546])  # 甘肃 67.24 to 67.47, 青海 60.57 to 66.03


@pytest.mark.parametrize(
    ("m", "covered", "said"), [(3, 0.990, 0.0), (6, 0.991, 0.28), (12, 0.996, 0.30), (20, 0.999, 0.39)]
)
def test_a_part_of_an_official_class_places_the_others(validation, m, covered, said):
    found = validation.sampled(m, repeats=1000)
    assert found["covered"] == pytest.approx(covered, abs=0.004)
    assert found["said"] == pytest.approx(said, abs=0.015)
    assert found["wrong"] < 0.004 and found["rho"] == pytest.approx(1, abs=0.01)


@pytest.mark.parametrize(("times", "rho", "covered"), [(2, 1.09, 0.976), (4, 1.17, 0.902)])
def test_the_fastest_third_printed_more_often_costs_coverage_and_not_the_side(
    validation, times, rho, covered
):
    found = validation.sampled(12, times, repeats=1000)
    assert found["rho"] == pytest.approx(rho, abs=0.015)
    assert found["covered"] == pytest.approx(covered, abs=0.02)
    assert found["wrong"] < 0.004


def test_the_interval_is_no_forecast(validation):
    held = [validation.shifted(shift, repeats=2000) for shift in (0, 0.5, 1)]
    assert held[0] > 0.93 and held[1] < 0.7 and held[2] < 0.35


@pytest.mark.parametrize(
    ("indicator", "mean", "places"),
    [("sports_area_per_capita", 0.64, 15), ("nursery_places_per_1000", 0.75, 5)],
)
def test_lower_levels_stand_higher_among_the_provinces(validation, first, indicator, mean, places):  # noqa: F811
    found = validation.below_provinces(first, indicator)
    assert (len(found), round(found.mean(), 2)) == (places, mean)


def test_short_spells_are_the_fast_ones(validation, first):  # noqa: F811
    tau, p = validation.length(first, "sports_area_per_capita", 2)
    assert (round(tau, 2), round(p, 2)) == (-0.42, 0.02)


def test_an_own_pace_and_the_own_later_one(validation, first):  # noqa: F811
    found = validation.own_later(first, "sports_area_per_capita")
    rho, p = stats.spearmanr(found["pace"], found["pace_next"])
    assert (len(found), round(rho, 2), round(p, 2)) == (6, 0.60, 0.21)


@pytest.mark.parametrize(
    ("cut", "earlier", "later", "below", "above"), [(2021, 8, 17, 0.94, 0.24), (2022, 13, 13, 0.85, 0.38)]
)
def test_later_changes_reach_what_earlier_ones_call_below_the_middle(
    validation,
    first,  # noqa: F811
    cut,
    earlier,
    later,
    below,
    above,
):
    found = validation.attained_later(first, "sports_area_per_capita", cut)
    assert (found["earlier"], found["later"]) == (earlier, later)
    assert below in [round(share, 2) for share in found["below"]]
    assert above in [round(share, 2) for share in found["above"]]
