"""Boxes, curves and labels of qiyou.plot.families against the target table."""

from __future__ import annotations

import matplotlib
import numpy as np
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from qiyou import plot, trajectory
from qiyou.errors import DataError
from qiyou.legibility import overlaps
from qiyou.paths import grid
from qiyou.plot import families


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def path(data, indicator):
    targets = data.targets
    return targets[(targets["document"] == "yuhuan-plan-2023") & (targets["indicator"] == indicator)]


def gids(artists):
    return {artist.get_gid(): artist for artist in artists if artist.get_gid()}


def test_boxes_and_markers_show_what_the_digits_allow(data):
    rows = path(data, "nursery_places_per_1000")
    ax = plot.path_families(rows, data.indicators, lang="en")
    boxes, lines = gids(ax.patches), gids(ax.lines)
    for row in rows.itertuples():
        box = boxes[f"box/{row.year}"]
        assert [box.get_y(), box.get_y() + box.get_height()] == pytest.approx(
            [row.value - row.step / 2, row.value + row.step / 2]
        )
        assert lines[f"value/{row.year}"].get_ydata() == pytest.approx([row.value])
    assert not set(trajectory.FAMILIES) & set(lines)
    assert [tick.get_text() for tick in ax.get_xticklabels()][1:3] == ["2023\n4", "2024\n4.5"]
    assert gids(ax.texts)["refusals"].get_text() == (
        "Do not fit: equal steps, equal rate\nNot defined here: equal gap closure, logistic curve"
    )


def test_each_family_that_fits_has_one_curve_through_every_box(data):
    targets = data.targets[data.targets["relation"] != "none"]
    found = trajectory.families(targets, data.indicators)
    drawn = set()
    for _, row in found.iterrows():
        cells = targets
        for key in ("document", "indicator", "variant"):
            cells = cells[cells[key] == row[key]]
        boxes = grid(cells, data.indicators)
        known = boxes.known[0]
        for family in trajectory.FAMILIES:
            if row[f"{family}_fits"]:
                values = families.curve(
                    boxes, family, row[f"{family}_low"], row[f"{family}_high"], boxes.years[known]
                )
                low, high = boxes.low[0, known], boxes.high[0, known]
                slack = 1e-9 * np.abs(values).max()
                assert ((values >= low - slack) & (values <= high + slack)).all(), (row["indicator"], family)
                drawn.add(family)
    assert drawn == set(trajectory.FAMILIES)


def test_curves_are_named_with_their_slopes(data):
    rows = path(data, "sports_area_per_capita")
    ax = plot.path_families(rows, data.indicators, lang="zh")
    found = trajectory.families(rows, data.indicators).iloc[0]
    texts, lines = gids(ax.texts), gids(ax.lines)
    assert found[["line_low", "line_high"]].tolist() == pytest.approx([0.08, 0.12])
    assert texts["line"].get_text() == "每年等量\n0.080至0.120"
    assert {"line", "geometric"} == set(trajectory.FAMILIES) & set(lines)
    assert lines["line"].get_linestyle() != lines["geometric"].get_linestyle()


def test_bounds_are_bars_with_arrows_and_name_no_shape(data):
    rows = path(data, "migrant_pupils_public_share")
    ax = plot.path_families(rows, data.indicators, lang="zh")
    box = gids(ax.patches)["box/2024"]
    assert (box.get_y(), box.get_y() + box.get_height()) == (85.0, 100.0)
    assert box.get_hatch()
    arrows = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert len(arrows) == (rows["relation"] == "gt").sum()
    assert all(arrow.xy[1] == 100.0 for arrow in arrows)
    assert ax.get_yticks().max() <= 100
    assert "印出的确定值只有1个" in gids(ax.texts)["refusals"].get_text()


def test_two_paths_at_once_are_refused(data):
    rows = data.targets[data.targets["indicator"] == "nursery_places_per_1000"]
    with pytest.raises(DataError, match="one path"):
        plot.path_families(rows, data.indicators)
    with pytest.raises(DataError, match="unit"):
        plot.path_families(rows.drop(columns="unit"), data.indicators)


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_figure_is_printable_and_says_what_fits(data, lang):
    drawing = families.path_families_figure(data, lang)
    assert overlaps(drawing.figure) == []
    assert len(drawing.figure.axes) == len(families.CASES)
    assert {"zh": "没有一种相容", "en": "no family fits"}[lang] in drawing.alt
    assert drawing.table.groupby("indicator")["line_fits"].first().to_dict() == {
        "sports_area_per_capita": True,
        "nursery_places_per_1000": False,
        "wage_arrears_resolution_rate": True,
        "migrant_pupils_public_share": False,
    }
