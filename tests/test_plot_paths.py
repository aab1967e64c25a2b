"""Lines, labels and alternative text of qiyou.plot.paths against what is printed."""

from __future__ import annotations

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

import qiyou
from qiyou.errors import DataError
from qiyou.legibility import overlaps
from qiyou.plot.paths import indicator_figure


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def texts(drawing):
    return [text.get_text() for text in drawing.figure.axes[0].texts if text.get_text()]


@pytest.mark.parametrize("lang", ["zh", "en"])
@pytest.mark.parametrize(
    "indicator",
    ["sports_area_per_capita", "premature_ncd_mortality", "preschool_universal_pass", "skilled_worker_share"],
)
def test_an_indicator_can_be_drawn_and_read(data, indicator, lang):
    drawing = indicator_figure(data, indicator, lang)
    assert overlaps(drawing.figure) == []
    assert set(drawing.table["place"]) == set(qiyou.data.printed(data, indicator)["place"])
    assert drawing.source and drawing.note and drawing.alt


def test_two_printed_variants_are_two_lines(data):
    ax = indicator_figure(data, "premature_ncd_mortality", "zh").figure.axes[0]
    drawn = [tuple(line.get_ydata()) for line in ax.lines if len(line.get_ydata()) > 2]
    assert (11.02, 10.6, 10.25, 9.95, 9.75, 9.5) in drawn
    assert (10.15, 9.5, 9.0, 8.7, 8.5) in drawn


def test_a_bound_is_labelled_with_its_sign_and_inside_the_axes(data):
    drawing = indicator_figure(data, "urban_unemployment_rate", "zh")
    assert "玉环 <5" in texts(drawing)
    frame = qiyou.data.printed(data, "sports_area_per_capita").query("place == 'yuhuan'")
    ax = qiyou.plot.target_paths(frame, {"yuhuan": "玉环市"}, lang="zh")
    ax.figure.canvas.draw()
    label = next(text for text in ax.texts if text.get_text() == "玉环2024年 ≥3.1")
    assert label.get_window_extent().x0 >= ax.get_window_extent().x0


def test_where_a_year_has_a_number_and_a_bound_the_number_names_the_path(data):
    labels = texts(indicator_figure(data, "wage_arrears_resolution_rate", "zh"))
    assert {"玉环 96", "慈溪 96", "长兴 96"} <= set(labels)


def test_a_single_year_has_a_whole_year_for_its_tick_and_large_numbers_are_written_out(data):
    ax = indicator_figure(data, "skilled_worker_share", "zh").figure.axes[0]
    low, high = ax.get_xlim()
    assert all(tick == int(tick) for tick in ax.get_xticks() if low <= tick <= high)
    assert "慈溪 1073000" in texts(indicator_figure(data, "pension_insured", "zh"))


def test_the_alternative_text_names_what_each_place_prints_last(data):
    alt = indicator_figure(data, "sports_area_per_capita", "zh").alt
    assert alt == "折线图：人均体育场地面积，各地计划路径。黄岩2025年 2.8、玉环2027年 3.2、长兴2027年 3.4。"


def test_nothing_to_draw_is_an_error_in_one_sentence(data):
    with pytest.raises(DataError, match="no printed value with a year"):
        indicator_figure(data, "long_term_care_insured", "zh")


def test_what_was_drawn_before_stays_in_view(data):
    ax = plt.subplots()[1]
    ax.plot([2015, 2016], [3, 3])
    qiyou.plot.target_paths(qiyou.data.printed(data, "beds_per_1000"), {"yuhuan": "玉环市"}, ax=ax)
    low, high = ax.get_xlim()
    assert low < 2015 and high > 2027
