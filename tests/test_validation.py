"""What the intervals of the profile hold (``benchmarks/validation.py``), against methods.md, section 8."""

from __future__ import annotations

import importlib.util
from pathlib import Path

import pytest
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
