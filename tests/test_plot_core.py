"""Figures of the core indicators: every artist and text against the table that it was drawn from."""

from __future__ import annotations

import dataclasses
import functools
import importlib

import matplotlib
import numpy as np
import pandas as pd
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from qiyou import compare, plot, style
from qiyou.errors import DataError
from qiyou.legibility import overlaps

core = importlib.import_module("qiyou.plot.core")
changes = importlib.import_module("qiyou.plot.changes")
timing = importlib.import_module("qiyou.plot.timing")

LANGUAGES = pytest.mark.parametrize("lang", style.LANGUAGES)


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


def by_gid(artists):
    """Gid -> the artists that carry it, in drawing order."""
    found = {}
    for artist in artists:
        found.setdefault(artist.get_gid(), []).append(artist)
    return found


def texts(ax):
    return {gid: [text.get_text() for text in group] for gid, group in by_gid(ax.texts).items()}


def key(row):
    return f"{row.place}/{row.indicator}/{row.variant}"


def assert_printable(ax):
    figure = ax.figure
    assert overlaps(figure) == []
    assert figure.get_size_inches()[0] * style.MM_PER_INCH == pytest.approx(style.FULL_WIDTH_MM)
    assert figure.get_size_inches()[1] * style.MM_PER_INCH <= style.MAX_HEIGHT_MM
    assert min(text.get_fontsize() for text in figure.findobj(matplotlib.text.Text)) >= style.MIN_SIZE


def test_functions_are_found_by_name():
    assert plot.core_overview is core.core_overview
    assert plot.slopes is changes.slopes
    assert plot.time_distance is timing.time_distance


# ---------------------------------------------------------------- overview


@pytest.fixture(scope="module")
def overviews(data):
    return {year: compare.overview(data, year) for year in (2022, 2025, 2027)}


@pytest.mark.parametrize(("year", "lang"), [(2022, "zh"), (2025, "en"), (2027, "zh")])
def test_every_cell_shows_its_state_and_its_value(overviews, year, lang):
    frame = overviews[year]
    ax = plot.core_overview(frame, lang=lang)
    shown = texts(ax)
    fills = [patch for patch in ax.patches if patch.get_fill() and patch.get_height() > 4.5]
    assert len(fills) == len(frame)
    for row in frame.itertuples():
        look = core.STATES[row.state]
        value = core.value_text(row.value, row.relation, row.step, row.kind, lang)
        assert shown[key(row)] == ([look.symbol, value] if value else [look.symbol])
        assert (value == "") == (row.state in ("no_number", "not_at_hand"))
    drawn = pd.Series([(to_hex(patch.get_facecolor()).upper(), patch.get_hatch() or "") for patch in fills])
    wanted = frame["state"].map(lambda state: (core.STATES[state].colour, core.STATES[state].hatch))
    assert sorted(drawn) == sorted(wanted)
    assert_printable(ax)


def test_a_cell_stands_where_its_place_and_indicator_stand(overviews):
    frame = overviews[2027]
    ax = plot.core_overview(frame)
    names = {text.get_text(): text.get_position()[0] for text in ax.texts if text.get_gid() is None}
    heights = {gid: group[0].get_position()[1] for gid, group in by_gid(ax.texts).items() if gid}
    places = dict(zip(frame["place"], frame["place_zh"].str[:-1], strict=True))
    column = names["长兴"] - names["玉环"]
    for gid, group in by_gid(ax.texts).items():
        place, slash, rest = (gid or "").partition("/")
        if slash and place in places and rest.endswith("/"):
            assert abs(group[0].get_position()[0] - names[places[place]]) < column / 2
            assert heights[gid] == pytest.approx(heights[rest[:-1]])
    both = [heights[f"yuhuan/premature_ncd_mortality/{path}"] for path in "ab"]
    assert np.mean(both) == pytest.approx(heights["premature_ncd_mortality"])


def test_values_are_those_of_the_plans(overviews):
    shown = texts(plot.core_overview(overviews[2027]))
    assert shown["yuhuan/affordable_nursery_share/"] == ["×", "70"]
    assert shown["cixi/care_workers_per_10000_elderly/"] == ["●", "≥32"]
    assert shown["yuhuan/premature_ncd_mortality/a"] == ["×", "9.5"]
    # Printed as 850 by character recognition, read as 8.50.
    assert shown["changxing/premature_ncd_mortality/"] == ["●", "8.50"]
    assert shown["yuhuan/pension_insured/"] == ["—", "38.77万"]
    assert shown["yuhuan/urban_unemployment_rate/"] == ["—", "<5"]
    assert shown["reference/nursery_places_per_1000"] == ["5.5", "同4"]
    # Not rounded to 96: it is the middle of 95, 95, 96 and 96.
    assert shown["reference/child_screening_rate"] == ["95.5", "中4"]
    assert shown["reference/dibao_standard"] == ["—"]
    english = texts(plot.core_overview(overviews[2025], lang="en"))
    assert english["reference/affordable_nursery_share"] == [">60", "P"]
    assert english["changxing/compulsory_balanced_pass/"] == ["×", "not yet"]


def test_a_reference_of_each_place_is_not_shown_as_one(data):
    given = pd.DataFrame({"place": ["yuhuan", "changxing"], "indicator": "dibao_standard", "year": 2027})
    frame = compare.overview(data, 2027, given.assign(value=[14000.0, 16000.0], unit="元/年"))
    assert texts(plot.core_overview(frame))["reference/dibao_standard"] == ["各异", ""]


def test_the_states_differ_in_grey_and_in_form():
    looks = list(core.STATES.values())
    greys = [style.lightness(look.colour) for look in looks[:4]]
    assert min(np.diff(sorted(greys))) > style.MIN_GREY_STEP
    assert len({(look.hatch, look.symbol) for look in looks}) == len(looks)


def test_many_places_keep_their_symbols(overviews):
    frame = overviews[2027]
    more = [frame[frame["place"] == "yuhuan"].assign(place=f"copy{k}", place_zh=f"复制{k}") for k in range(2)]
    ax = plot.core_overview(pd.concat([frame, *more], ignore_index=True))
    assert texts(ax)["copy0/affordable_nursery_share/"] == ["×", "70"]
    assert_printable(ax)
    with pytest.raises(DataError, match="9 places do not fit"):
        extra = frame[frame["place"] == "yuhuan"].assign(place="copy2")
        plot.core_overview(pd.concat([frame, *more, extra], ignore_index=True))


def test_an_axes_of_ones_own_is_drawn_on(overviews):
    with style.context("zh"):
        ax = plt.subplots(figsize=style.size("full", 180))[1]
    assert plot.core_overview(overviews[2027], ax=ax) is ax
    assert any(isinstance(patch, Rectangle) for patch in ax.patches)


@pytest.mark.parametrize(
    ("value", "relation", "step", "kind", "lang", "text"),
    [
        (5.6, "eq", 0.01, "density", "zh", "5.60"),
        (5.0, "eq", 1.0, "density", "zh", "5"),
        (0.5, "eq", 0.1, "share", "en", "0.5"),
        (13200.0, "gt", 1.0, "money", "zh", ">13200"),
        (300000.0, "eq", 10000.0, "stock", "zh", "30万"),
        (387700.0, "eq", 100.0, "stock", "en", "387.7k"),
        (8.85, "eq", 0, "share", "zh", "8.85"),
        (100.0, "eq", 1.0, "status", "zh", "通过"),
        (np.nan, "none", np.nan, "share", "zh", ""),
    ],
)
def test_values_are_written_as_printed(value, relation, step, kind, lang, text):
    assert core.value_text(value, relation, step, kind, lang) == text


# ---------------------------------------------------------------- from base to end


@LANGUAGES
def test_every_line_runs_from_its_base_to_its_end(data, lang):
    frame = changes.shown(compare.changes(data))
    first = plot.slopes(compare.changes(data), lang=lang)
    panels = {ax.get_label(): ax for ax in first.figure.axes if ax.get_label() != "ground"}
    assert list(panels) == list(dict.fromkeys(frame["indicator"]))
    for indicator, rows in frame.groupby("indicator", sort=False):
        ax = panels[indicator]
        lines, values = by_gid(ax.lines), texts(ax)
        low, high = ax.get_xlim()
        for k, row in enumerate(rows.itertuples()):
            drawn = lines[key(row)]
            xs = sorted({float(x) for line in drawn for x in line.get_xdata()})
            assert xs == sorted({row.base_value, row.end_value})
            assert {float(y) for line in drawn for y in line.get_ydata()} == {float(k)}
            assert low < xs[0] and xs[-1] < high
            colours = {line.get_color() for line in drawn}
            assert colours == {changes.WORSE if row.change < 0 else changes.BETTER}
            written = [core.value_text(row.end_value, row.end_relation, row.end_step, row.kind, lang)]
            if row.base_value != row.end_value:
                written.insert(
                    0, core.value_text(row.base_value, row.base_relation, row.base_step, row.kind, lang)
                )
            if row.end_year != 2027:
                written[-1] += f" ({row.end_year})"
            assert values[f"value/{key(row)}"] == written
        assert [label.get_text().split()[0] for label in ax.get_yticklabels()] == [
            plot_name.split()[0] if lang == "en" else plot_name[:-1] for plot_name in rows[f"place_{lang}"]
        ]
    assert_printable(first)


def test_bounds_and_missing_bases_have_their_own_markers(data):
    axes = {ax.get_label(): ax for ax in plot.slopes(compare.changes(data)).figure.axes}

    def markers(indicator, gid):
        return [
            line.get_marker() for line in by_gid(axes[indicator].lines)[gid] if line.get_marker() != "None"
        ]

    assert markers("urban_unemployment_rate", "yuhuan/urban_unemployment_rate/") == ["<"]
    assert markers("care_workers_per_10000_elderly", "cixi/care_workers_per_10000_elderly/") == [">", "o"]
    assert markers("life_expectancy", "changxing/life_expectancy/") == ["o", "D"]
    assert markers("life_expectancy", "yuhuan/life_expectancy/") == ["o", "o"]
    worse = by_gid(axes["child_screening_rate"].lines)["haishu/child_screening_rate/"]
    assert worse[0].get_linestyle() != "-" and worse[0].get_color() == changes.WORSE


def test_counts_and_reviews_are_not_on_a_common_axis(data):
    labels = {ax.get_label() for ax in plot.slopes(compare.changes(data)).figure.axes}
    assert not labels & {"pension_insured", "rental_housing_cumulative", "preschool_universal_pass"}
    with pytest.raises(DataError, match="nothing to draw"):
        plot.slopes(compare.changes(data, indicators=["pension_insured"]))


def test_one_indicator_goes_on_an_axes_of_ones_own(data):
    with style.context("en"):
        ax = plt.subplots(figsize=style.size("column", 50))[1]
    assert plot.slopes(compare.changes(data, indicators=["life_expectancy"]), ax=ax, lang="en") is ax
    assert overlaps(ax.figure) == []
    with pytest.raises(DataError, match="15 indicators do not go on one axes"):
        plot.slopes(compare.changes(data), ax=ax)


# ---------------------------------------------------------------- time distance


@pytest.mark.parametrize(("year", "lang"), [(2023, "zh"), (2025, "en"), (2027, "zh")])
def test_every_lead_is_drawn_where_it_is(data, year, lang):
    frame = compare.timing(data, year)
    ax = plot.time_distance(frame, lang=lang)
    lines, words = by_gid(ax.lines), texts(ax)
    low, high = ax.get_xlim()
    heights = []
    for row in frame.itertuples():
        if pd.isna(row.lead):
            assert key(row) not in lines
            assert words[f"lead/{key(row)}"] == [timing._NOTES[row.lead_note][lang]]
            continue
        (marker,), (bar,) = lines[key(row)], lines[f"bar/{key(row)}"]
        assert marker.get_xdata()[0] == row.lead and low < row.lead < high
        assert list(bar.get_xdata()) == [max(row.lead_low, low), min(row.lead_high, high)]
        form = {"ahead": "o", "behind": "D", "level": "s", "open": "o"}
        state = (
            "level"
            if row.lead == 0
            else "ahead"
            if row.lead_low > 0
            else "behind"
            if row.lead_high < 0
            else "open"
        )
        assert marker.get_marker() == form[state]
        assert (marker.get_markerfacecolor() == style.PAPER) == (state == "open")
        number = f"{row.lead:+.1f}".replace("-", "−") if row.lead else timing._TEXT[lang]["level"]
        assert words[f"lead/{key(row)}"] == [number]
        heights.append(marker.get_ydata()[0])
    assert heights == sorted(heights) and len(set(heights)) == len(heights)
    assert_printable(ax)


def test_the_reference_path_is_named(data):
    words = texts(plot.time_distance(compare.timing(data, 2025), lang="en"))
    assert words["head/nursery_places_per_1000"] == [
        "Nursery places per 1,000 residents (median path of 4 plans)"
    ]
    against = compare.timing(data, 2025, "changxing", indicators=["life_expectancy"])
    assert texts(plot.time_distance(against, lang="en"))["head/life_expectancy"] == [
        "Life expectancy at birth (plan of changxing)"
    ]


# ---------------------------------------------------------------- errors and registered figures


@pytest.mark.parametrize(
    ("draw", "frame", "message"),
    [
        (
            lambda frame: plot.core_overview(frame),
            lambda data: compare.core(data, 2027),
            "lacks the columns state",
        ),
        (
            lambda frame: plot.core_overview(frame.iloc[:0]),
            lambda data: compare.overview(data, 2027),
            "has no rows",
        ),
        (
            lambda frame: plot.core_overview(pd.concat([frame, frame.assign(year=2026)])),
            lambda data: compare.overview(data, 2027),
            "draws one year",
        ),
        (lambda frame: plot.slopes(frame), lambda data: compare.core(data, 2027), "lacks the columns kind"),
        (
            lambda frame: plot.time_distance(frame.iloc[:0]),
            lambda data: compare.timing(data, 2025),
            "has no rows",
        ),
        (
            lambda frame: plot.time_distance(frame),
            lambda data: compare.overview(data, 2025),
            "lacks the columns lead",
        ),
    ],
)
def test_a_wrong_frame_is_named(data, draw, frame, message):
    with pytest.raises(DataError, match=message):
        draw(frame(data))


@pytest.mark.parametrize(
    "draw",
    [
        core.core_overview_figure,
        functools.partial(core.core_overview_figure, year=2025),
        changes.core_slopes_figure,
        timing.core_timing_figure,
        functools.partial(timing.core_timing_figure, year=2027),
    ],
)
def test_the_figures_can_be_printed_for_either_year(data, draw):
    """What `figures.build` asks of those that it draws."""
    drawn = {lang: draw(data, lang) for lang in style.LANGUAGES}
    for made in drawn.values():
        assert_printable(made.figure.axes[0])
        assert made.alt and made.source and made.note
        assert not [column for column in made.table if column.endswith(("_zh", "_en"))]
    pd.testing.assert_frame_equal(drawn["zh"].table, drawn["en"].table)


def test_the_alternative_text_counts_the_cells(data, overviews):
    frame = overviews[2025]
    drawing = core.core_overview_figure(data, "en", 2025)
    counts = frame["state"].value_counts()
    asked = (frame["reference_kind"] == "provincial target").sum()
    assert f"{counts['met']} meet their reference, {counts['not_met']} do not" in drawing.alt
    assert f"({asked} with a provincial target" in drawing.alt
    assert "(from a copy)" in drawing.note and "(press)" in drawing.note
    assert "work list" not in drawing.source.lower()


@LANGUAGES
@pytest.mark.parametrize(
    "names", [("示例县", "Example County"), ("景宁畲族自治县", "Jingning She Autonomous County")]
)
def test_a_county_of_ones_own_fits_into_every_figure(data, lang, names):
    """A further place, with more rows than the page was laid out for and a longer name."""
    copy = data.targets[data.targets["document"] == "cixi-plan-2023"].assign(document="own", place="own")
    place = data.places[data.places["id"] == "cixi"].assign(id="own", name_zh=names[0], name_en=names[1])
    document = data.documents[data.documents["id"] == "cixi-plan-2023"].assign(id="own", place="own")
    frames = {"targets": copy, "places": place, "documents": document}
    more = dataclasses.replace(
        data,
        **{
            name: pd.concat([getattr(data, name), frame], ignore_index=True) for name, frame in frames.items()
        },
    )
    for ax in (
        plot.core_overview(compare.overview(more, 2027), lang=lang),
        plot.slopes(compare.changes(more), lang=lang),
        plot.time_distance(compare.timing(more, 2025), lang=lang),
    ):
        assert_printable(ax)


def test_more_leads_than_a_page_holds_are_left_out_and_counted(data):
    frame = compare.timing(data, 2025)
    assert timing._page(frame)[1] == 0 and timing._page(frame)[0].equals(frame)
    copies = [frame.assign(place=frame["place"] + f"_{k}") for k in range(3)]
    order = pd.Categorical(pd.concat(copies)["indicator"], categories=frame["indicator"].unique())
    many = (
        pd.concat(copies).assign(_order=order.codes).sort_values("_order", kind="stable", ignore_index=True)
    )
    page, left_out = timing._page(many.drop(columns="_order"))
    assert left_out == frame["indicator"].nunique() - page["indicator"].nunique() > 0
    assert_printable(plot.time_distance(page))
