"""The dumbbells of C13 and C14: every mark and text against the pairs they are drawn from."""

from __future__ import annotations

import matplotlib
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt

from qiyou import plausibility, plot, style
from qiyou.errors import DataError
from qiyou.legibility import overlaps
from qiyou.plot import between


@pytest.fixture(scope="module")
def found(data):
    return plausibility.check(data)


@pytest.fixture(scope="module")
def rows(data, found):
    return between.pairs(data, found)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def gids(ax):
    return [artist.get_gid() for artist in [*ax.lines, *ax.texts] if artist.get_gid()]


def test_every_comparing_finding_has_exactly_one_pair(found, rows):
    asked = found[found["check"].isin(["C13", "C14"]) & found["code"].isin(between.CODES)]
    keys = ["document", "indicator", "variant", "year", "check", "code"]
    drawn, said = (sorted(map(tuple, frame[keys].astype(str).values)) for frame in (rows, asked))
    assert drawn == said


def test_pairs_carry_the_printed_numbers(rows):
    values = rows.set_index(["code", "indicator"])[["first_value", "second_value", "second_relation"]]
    sports = values.loc[("WORKLIST_AHEAD", "sports_area_per_capita")]
    assert sports.tolist() == [2.9, 3.1, "ge"]
    homes = rows[rows["code"] == "ROUNDING_DECIDES"].iloc[0]
    assert (homes["first_origin"], homes["second_value"]) == ("increment", 1790)
    assert homes["first_low"] < homes["second_value"] < homes["first_high"]


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_rows_are_drawn_and_named(rows, lang):
    ax = plot.table_prose_worklist(rows, lang=lang)
    drawn = gids(ax)
    texts = {text.get_gid(): text.get_text() for text in ax.texts if text.get_gid()}
    for row in rows.itertuples():
        end = f"{row.code}/{row.indicator}"
        assert style.VERDICTS[row.verdict].label(lang) in texts[f"verdict/{end}"]
        for side in ("first", "second"):
            origin = getattr(row, f"{side}_origin")
            bound = getattr(row, f"{side}_relation") in ("ge", "gt", "le", "lt")
            assert drawn.count(f"mark/{origin}/{end}") == 1
            assert (f"bound/{origin}/{end}" in drawn) == bound
            assert (f"rounding/{origin}/{end}" in drawn) != bound
    assert texts["value/worklist/WORKLIST_AHEAD/sports_area_per_capita"].endswith("≥3.1")


def test_a_pair_lies_in_the_order_of_its_numbers(rows):
    ax = plot.table_prose_worklist(rows)
    lines = {line.get_gid(): line.get_xdata() for line in ax.lines}
    for row in rows.itertuples():
        first, second = lines[f"pair/{row.code}/{row.indicator}"]
        assert (first < second) == (row.first_value < row.second_value)


def test_nothing_to_draw_is_an_error(rows):
    with pytest.raises(DataError, match="no pair"):
        plot.table_prose_worklist(rows.iloc[:0])


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_figure_prints(data, lang):
    drawing = between.table_prose_worklist_figure(data, lang)
    assert overlaps(drawing.figure) == []
    assert len(drawing.table) == len(between.pairs(data))
    assert "8.5" in drawing.alt


def test_money_is_counted_as_each_language_does(data):
    for lang, words in (("zh", "5.47 亿元"), ("en", "0.547 billion yuan")):
        assert words in between.table_prose_worklist_figure(data, lang).alt


def test_a_looser_bound_at_the_same_number_is_named(rows):
    texts = {text.get_gid(): text.get_text() for text in plot.table_prose_worklist(rows, lang="en").texts}
    assert (
        texts["verdict/WORKLIST_EQUAL/urban_unemployment_rate"]
        .replace("\n", " ")
        .endswith("bound a little weaker")
    )
    assert "bound" not in texts["verdict/WORKLIST_EQUAL/nursing_bed_share"]
