"""The categories of a site survey against its total."""

from __future__ import annotations

import dataclasses

import numpy as np
import pytest

from qiyou.capacity import category_areas
from qiyou.errors import DataError


def changed(data, **columns):
    """The data with other values for one category and the total."""
    seen = data.observations.copy()
    for indicator, value in columns.items():
        seen.loc[
            (seen["place"] == "zhejiang") & (seen["indicator"] == indicator), ["value", "low", "high"]
        ] = value
    return dataclasses.replace(data, observations=seen)


def test_the_sum_is_that_of_the_six_printed_areas(data):
    rows = category_areas(data, "zhejiang", 2023).set_index("item")
    printed = 5035.33 + 541.65 + 7096.69 + 299.47 + 399.19 + 6602.17
    assert np.isclose(rows.loc["sum", ["low", "high"]].mean(), printed * 1e4)
    assert np.allclose(rows.loc["sum", "high"] - rows.loc["sum", "low"], 6 * 100)


def test_the_excess_allows_for_the_rounding_of_the_total(data):
    rows = category_areas(data, "zhejiang", 2023).set_index("item")
    assert np.isclose(rows.loc["excess", "low"], rows.loc["sum", "low"] - 1.985e8)
    assert np.isclose(rows.loc["excess", "high"], rows.loc["sum", "high"] - 1.975e8)


def test_a_total_above_the_sum_gives_no_excess(data):
    rows = category_areas(changed(data, sports_area_total=2.1e8), "zhejiang", 2023).set_index("item")
    assert rows.loc["excess", "high"] < 0


def test_every_row_names_its_sources_and_their_grades(data):
    rows = category_areas(data, "zhejiang", 2023).set_index("item")
    assert rows.loc["sports_area_trail", "grade"] == "secondary"
    assert rows.loc["total", "grade"] == "press"
    assert rows.loc["excess", "grade"] == "press; secondary"
    assert set(rows.loc["excess", "source"].split("; ")) <= set(data.sources["id"])


def test_without_categories_it_says_so(data):
    with pytest.raises(DataError, match="0 categories and 1 totals"):
        category_areas(data, "china", 2024)
