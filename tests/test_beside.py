"""Which indicators several places print, and one of them side by side."""

import pytest

import qiyou
from qiyou.errors import DataError


def test_each_cell_is_what_the_place_prints(data):
    wide = qiyou.compare.beside(data, "premature_ncd_mortality").set_index(["document", "variant"])
    assert wide.loc[("yuhuan-plan-2023", "a"), 2022] == "11.02"
    assert wide.loc[("yuhuan-plan-2023", "b"), 2022] == "—"
    assert wide.loc[("yuhuan-plan-2023", ""), 2027] == "8.5%以内"


def test_every_printed_value_of_a_year_is_there_once(data):
    for indicator in qiyou.compare.shared(data)["id"]:
        wide = qiyou.compare.beside(data, indicator)
        plans = wide[wide["document"].isin(data.documents["id"])].drop(
            columns=["place", "document", "variant"]
        )
        shown = sum(len(cell.split(" / ")) for cell in plans.to_numpy().ravel() if cell != "—")
        printed = qiyou.data.printed(data, indicator)
        assert shown == (printed["year"].notna() & printed["printed"].ne("")).sum(), indicator


def test_benchmarks_stand_after_the_plans(data):
    wide = qiyou.compare.beside(data, "sports_area_per_capita")
    plans = wide["document"].isin(data.documents["id"])
    assert plans.is_monotonic_decreasing
    assert wide.set_index(["place", "document"]).loc[("zhejiang", "target"), 2025] == "≥2.8"


def test_nothing_to_show_is_said(data):
    with pytest.raises(DataError, match="neither a document nor a benchmark"):
        qiyou.compare.beside(data, "births")
    with pytest.raises(DataError, match="there is no indicator 'sport'"):
        qiyou.compare.beside(data, "sport")


def test_shared_counts_places_with_a_number_for_a_year(data):
    table = qiyou.compare.shared(data).set_index("id")["places"]
    assert table["sports_area_per_capita"] == 3
    assert "long_term_care_insured" not in table  # words only
    assert table.min() == 2
    with pytest.raises(DataError, match="ask for fewer"):
        qiyou.compare.shared(data, at_least=99)
