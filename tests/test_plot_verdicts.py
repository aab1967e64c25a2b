"""Cells, signs and texts of qiyou.plot.verdicts against the summary of the findings."""

from __future__ import annotations

import itertools

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from qiyou import plausibility, plot, style
from qiyou.errors import DataError
from qiyou.legibility import overlaps
from qiyou.plot import verdicts


@pytest.fixture(scope="module")
def findings(data):
    return plausibility.check(data)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def gids(artists):
    return {artist.get_gid(): artist for artist in artists if artist.get_gid()}


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_every_path_has_the_cell_of_its_worst_verdict(data, findings, lang):
    ax = plot.verdict_matrix(findings, data.places, data.indicators, lang=lang)
    summed = plausibility.summary(findings)
    summed = summed[summed["indicator"] != ""]
    boxes = gids(patch for patch in ax.patches if isinstance(patch, Rectangle))
    signs, dots = gids(ax.texts), {gid for gid in gids(ax.patches) if gid.startswith("ranked/")}
    ranked = set()
    for row in summed.itertuples():
        key, look = f"{row.place}/{row.indicator}/{row.variant}", verdicts.LOOKS[row.verdict]
        assert to_hex(boxes[key].get_facecolor()).upper() == look.colour
        assert signs[key].get_text() == look.symbol
        middle = boxes[key].get_x() + boxes[key].get_width() / 2
        column, line = signs[f"place/{row.place}"], signs[f"name/{row.indicator}"]
        assert abs(column.get_position()[0] - middle) < boxes[key].get_width()
        assert line.get_position()[1] == pytest.approx(boxes[key].get_y() + boxes[key].get_height() / 2)
        if row.feasibility == "":
            ranked.add(f"ranked/{key}")
    assert dots == ranked
    assert len([gid for gid in boxes if gid.count("/") == 2]) == len(summed)
    assert overlaps(ax.figure) == []
    assert ax.figure.get_size_inches()[0] == pytest.approx(style.FULL_WIDTH)


def test_no_objection_does_not_look_like_a_pass():
    look, passed = verdicts.LOOKS[plausibility.NO_OBJECTION], style.VERDICTS["PASS"]
    assert look.symbol == "○"
    assert len({look.colour[k : k + 2] for k in (1, 3, 5)}) == 1
    assert look.colour != passed.colour
    greys = sorted(style.lightness(each.colour) for each in verdicts.LOOKS.values())
    assert min(b - a for a, b in itertools.pairwise(greys)) >= style.MIN_GREY_STEP


def test_findings_without_a_known_path_are_refused(data, findings):
    only = findings[findings["indicator"] == ""]
    with pytest.raises(DataError, match="about a path"):
        plot.verdict_matrix(only, data.places, data.indicators)
    with pytest.raises(DataError, match="yuhuan"):
        plot.verdict_matrix(findings, data.places[data.places["id"] != "yuhuan"], data.indicators)


def test_figure_counts_and_disclaims(data, findings, monkeypatch):
    monkeypatch.setattr(plausibility, "check", lambda data: findings)
    drawing = verdicts.verdict_matrix_figure(data, "en")
    cells = drawing.table
    none = (cells["verdict"] == plausibility.NO_OBJECTION).sum()
    assert not cells["ranked"].any()
    assert f"{none} without objection; none could" in drawing.alt
    assert "it is no verdict on feasibility" in drawing.note
    assert "undecidable throughout" in drawing.note and "Dot" not in drawing.note
    assert not any(
        (patch.get_gid() or "").startswith(("ranked/", "key/ranked"))
        for patch in drawing.figure.axes[0].patches
    )
    left_out = plausibility.summary(findings).query("indicator == '' and codes != ''")
    assert drawing.note.endswith(f"left out: {len(left_out)}.")


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_a_ranked_path_has_its_dot_and_its_sentence(data, findings, lang, monkeypatch):
    chosen = findings["check"].eq("C10") & findings["indicator"].eq("sports_area_per_capita")
    decided = findings.assign(verdict=findings["verdict"].mask(chosen, "PASS"))
    monkeypatch.setattr(plausibility, "check", lambda data: decided)
    drawing = verdicts.verdict_matrix_figure(data, lang)
    dots = {gid for gid in gids(drawing.figure.axes[0].patches) if gid.startswith(("ranked/", "key/ranked"))}
    assert "key/ranked" in dots and len(dots) == 1 + chosen.sum() == 1 + drawing.table["ranked"].sum()
    assert {"zh": "黑点：", "en": "Dot: "}[lang] in drawing.note
    assert {"zh": "比较的2条（玉环人均体育场地面积", "en": "2 could be ranked"}[lang] in drawing.alt
