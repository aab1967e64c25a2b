"""The print checks: what overlaps, is cut, too small or in a face that does not exist is found."""

from __future__ import annotations

import re

import matplotlib as mpl
import pytest
from matplotlib.figure import Figure as MplFigure

from qiyou.plot import style
from tools import legibility


def blank(**text):
    with style.context():
        fig = MplFigure(figsize=(82 / 25.4, 2), layout="constrained")
        ax = fig.add_subplot()
        ax.set(**text)
    return fig, ax


def clashes(fig):
    return [(clash.kind, clash.first, clash.second) for clash in legibility.overlaps(fig)]


def test_a_clean_figure_has_no_fault():
    assert legibility.faults(blank()[0]) == []


def test_a_planted_overlap_is_found_and_its_depth_is_right():
    fig, ax = blank()
    ax.text(0.2, 0.5, "甲甲甲甲")
    ax.text(0.25, 0.5, "乙乙乙乙")
    (clash,) = legibility.overlaps(fig)
    assert (clash.kind, clash.first, clash.second) == ("overlap", "甲甲甲甲", "乙乙乙乙")
    assert 8 < clash.depth < 13  # one line of 9 pt
    assert re.fullmatch(r"“甲甲甲甲” and “乙乙乙乙” overlap by \d+\.\d pt", str(clash))


@pytest.mark.parametrize("first", ["title", "legend", "tick", "table", "annotation"])
def test_text_of_every_kind_is_compared(first):
    fig, ax = blank()
    fig.set_layout_engine("none")
    ax.set_xticks([0, 1], ["零零", "壹壹"])
    (line,) = ax.plot([0, 1], [0, 1])
    with style.context():
        artist = {
            "title": lambda: ax.set_title("题题"),
            "legend": lambda: ax.legend([line], ["线线"], loc="center").get_texts()[0],
            "tick": lambda: ax.get_xticklabels()[0],
            "table": lambda: ax.table([["表表"]], loc="center")[0, 0].get_text(),
            "annotation": lambda: ax.annotate("说明", (0, 0), (0.5, 0.5), arrowprops={"arrowstyle": "->"}),
        }[first]()
        fig.draw_without_rendering()
        # Text.get_window_extent, for an annotation's own contains its arrow.
        x, y = mpl.text.Text.get_window_extent(artist).get_points().mean(axis=0) / fig.bbox.size
        fig.text(x, y, "盖住", ha="center", va="center")
    assert {frozenset(clash[1:]) for clash in clashes(fig)} == {frozenset(("盖住", artist.get_text()))}


def test_what_is_not_drawn_does_not_clash():
    fig, ax = blank()
    ax.text(0.2, 0.5, "甲甲甲甲")
    ax.text(0.2, 0.5, "乙乙乙乙").set_visible(False)
    ax.text(0.2, 0.5, "丙丙丙丙", alpha=0)
    ax.text(0.2, 0.5, "   ")
    ax.annotate("箭", (0.2, 0.5), (0.8, 0.9), arrowprops={"arrowstyle": "->"})  # its arrow crosses the text
    ax.set_xticks([0, 0.5, 1, 7], ["a", "b", "c", "beyond the end of the axis"])
    ax.set_xlim(0, 1)
    with style.context():
        hidden = fig.add_axes((0.1, 0.3, 0.8, 0.5))
    hidden.text(0.1, 0.5, "丁丁丁丁")
    hidden.set_visible(False)
    assert clashes(fig) == []


def test_an_axes_without_axis_has_no_tick_labels():
    fig, ax = blank()
    fig.draw_without_rendering()
    assert len(list(legibility.visible_texts(fig))) == 12
    ax.set_axis_off()
    assert list(legibility.visible_texts(fig)) == []


def test_rotated_text_is_compared_by_its_own_rectangle():
    fig, ax = blank()
    ax.text(0.1, 0.1, "长长长长长长长长长", rotation=45, rotation_mode="anchor")
    beside = ax.text(0.3, 0.15, "旁")  # within the upright box around the long text
    assert clashes(fig) == []
    beside.set_position((0.22, 0.35))
    beside.set_rotation(90)
    assert clashes(fig) == [("overlap", "长长长长长长长长长", "旁")]


def test_text_that_leaves_the_figure_or_is_clipped_is_found():
    fig, ax = blank()
    fig.set_layout_engine("none")
    fig.text(0.9, 0.95, "右边伸出去了")
    ax.text(0.95, 0.5, "被坐标轴切断", clip_on=True)
    ax.text(1.5, 0.5, "完全看不见", clip_on=True)
    assert sorted(clashes(fig)) == [("outside", "右边伸出去了", ""), ("outside", "被坐标轴切断", "")]


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda fig, ax: ax.set_xlabel("小", size=6), "“小” is 6 pt"),
        (lambda fig, ax: fig.set_size_inches(5, 2), "127 mm wide"),
        (lambda fig, ax: fig.set_size_inches(82 / 25.4, 10), "254 mm high"),
        (lambda fig, ax: ax.set_title("标题", fontweight="bold"), "bold or italic"),
        (lambda fig, ax: ax.set_title("标题", fontstyle="italic"), "bold or italic"),
        (
            lambda fig, ax: ax.set_title("places", fontfamily="No Such Font"),
            "No Such Font of “places” is not there",
        ),
        (lambda fig, ax: fig.text(0.9, 0.9, "右边伸出去了"), "leaves the figure"),
    ],
)
@pytest.mark.filterwarnings("ignore")
def test_what_is_not_fit_for_print(spoil, says):
    fig, ax = blank()
    spoil(fig, ax)
    assert any(says in fault for fault in legibility.faults(fig))
