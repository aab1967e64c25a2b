"""Figures of requirement, supply and children: what is drawn is what the frames hold, in both languages."""

from __future__ import annotations

import dataclasses

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.colors import to_hex

import qiyou
from qiyou import capacity, figures, style
from qiyou.errors import DataError
from qiyou.legibility import overlaps
from qiyou.plot import cases, labels

NURSERY, AREA = "nursery_places_per_1000", "sports_area_per_capita"
LANGUAGES = ("zh", "en")


@pytest.fixture(autouse=True)
def closed():
    yield
    plt.close("all")


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def lines(ax, gid):
    return [line for line in ax.lines if line.get_gid() == gid]


def stock(data, place="yuhuan", indicator=NURSERY):
    path = capacity.paths(data, indicator)
    people = capacity.populations(data, place, range(2022, 2028))
    return capacity.implied_stock(path[(path["place"] == place)], people, data.indicators)


# ------------------------------------------------------------------------------ requirement, supply


@pytest.mark.parametrize("lang", LANGUAGES)
def test_bars_are_the_intervals(data, lang):
    frame = capacity.balance(data, "yuhuan", until=2024)
    ax = qiyou.plot.requirement_supply(frame, lang=lang)
    closed_rows = frame[np.isfinite(frame["high"])]
    bars = [(bar.get_x(), bar.get_x() + bar.get_width()) for bar in ax.patches if bar.get_width()]
    assert np.array(bars) == pytest.approx(closed_rows[["low", "high"]].to_numpy() / 1e4)
    hatched = [bool(bar.get_hatch()) for bar in ax.patches]
    assert hatched == (closed_rows["kind"] == "supply").tolist()
    heights = [bar.get_y() + bar.get_height() / 2 for bar in ax.patches]
    assert heights == pytest.approx([ax.get_yticks()[k] for k in closed_rows.index])
    more = {"zh": "，另8处", "en": "; 8 unsized"}[lang]
    for row in closed_rows.itertuples():
        text = capacity.words(row.low / 1e4, row.high / 1e4, 1, lang=lang)
        assert text + more * (row.kind == "supply") in texts(ax)
    assert overlaps(ax.figure) == []


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_least_amount_is_a_stroke_with_an_arrow_and_no_bar(data, lang):
    frame = capacity.balance(data, "yuhuan", until=2024)
    work = frame[frame["item"] == "yuhuan-worklist-2024"].iloc[0]
    ax = qiyou.plot.requirement_supply(frame, lang=lang)
    (stroke,) = lines(ax, "bound")
    assert stroke.get_xdata() == pytest.approx([work["low"] / 1e4] * 2)
    (arrow,) = [text for text in ax.texts if getattr(text, "arrow_patch", None) is not None]
    assert arrow.xyann[0] == pytest.approx(work["low"] / 1e4) and arrow.xy[0] > arrow.xyann[0]
    assert {"zh": "22.6以上", "en": "22.6 or more"}[lang] in texts(ax)
    label = {"zh": "工作要点：2024年3.1平方米以上", "en": "work list: 3.1 m² or more in 2024"}[lang]
    assert label in [tick.get_text() for tick in ax.get_yticklabels()]
    dotted = sorted(line.get_xdata()[0] for line in ax.lines if line.get_linestyle() == ":")
    assert dotted == pytest.approx(sorted(frame.loc[frame["kind"] == "requirement", "low"] / 1e4))


def test_a_row_that_cannot_be_assessed_says_so(data):
    frame = capacity.balance(data, "yuhuan", until=2024)
    gone = frame.assign(status="not assessable", low=np.nan, high=np.nan)
    ax = qiyou.plot.requirement_supply(gone, lang="en")
    assert not ax.patches and texts(ax) == ["not assessable"] * len(frame)
    with pytest.raises(DataError):
        qiyou.plot.requirement_supply(frame.iloc[:0])


# ----------------------------------------------------------------------------------- scenario band


@pytest.mark.parametrize("lang", LANGUAGES)
def test_scenarios_are_lines_inside_their_hull(data, lang):
    frame = stock(data)
    ax = qiyou.plot.scenario_band(frame, lang=lang)
    good = frame[frame["status"] == "assessable"]
    curves = [line for line in ax.lines if line.get_gid() != "tie"]
    for line, (_, path) in zip(curves, good.groupby("scenario", sort=False), strict=True):
        assert line.get_xdata().tolist() == path["year"].tolist()
        assert line.get_ydata() == pytest.approx(path["value"].to_numpy())
    assert (
        len({str(line.get_linestyle()) for line in curves})
        == len({line.get_marker() for line in curves})
        == 2
    )
    corners = ax.collections[0].get_paths()[0].vertices
    for year, part in good.groupby("year"):
        at = corners[corners[:, 0] == year, 1]
        assert (at.min(), at.max()) == pytest.approx((part["low"].min(), part["high"].max()))
    last = good[good["year"] == 2027].set_index("scenario")["value"]
    words = {"zh": ("人口不变", "全省增速"), "en": ("population flat", "province's rate")}[lang]
    assert f"{words[0]} {round(last['flat'], -1):,.0f}" in texts(ax)
    assert f"{words[1]} {round(last['province_trend'], -1):,.0f}" in texts(ax)
    assert {"zh": "无法评估：本地趋势", "en": "not assessable: own trend"}[lang] in texts(ax)
    assert ax.get_title("left") == {"zh": "个", "en": "places"}[lang]
    assert overlaps(ax.figure) == []


def test_areas_are_scaled_and_bounds_have_an_arrow(data):
    path = capacity.paths(data, AREA).query("document == 'yuhuan-worklist-2024'")
    frame = capacity.implied_stock(path, capacity.populations(data, "yuhuan", 2024), data.indicators)
    ax = qiyou.plot.scenario_band(frame, lang="en")
    flat = frame[frame["scenario"] == "flat"].iloc[0]
    marks = [line for line in ax.lines if line.get_marker() == "_"]
    assert marks[0].get_ydata().tolist() == pytest.approx([flat["low"] / 1e4])
    assert sum(getattr(text, "arrow_patch", None) is not None for text in ax.texts) == 2
    assert ax.get_title("left") == "10,000 m²"


def test_one_path_that_can_be_assessed(data):
    two = stock(data)
    with pytest.raises(DataError, match="one path"):
        qiyou.plot.scenario_band(two.assign(document=["a"] * (len(two) - 1) + ["b"]))
    with pytest.raises(DataError, match="no resident population"):
        qiyou.plot.scenario_band(stock(data, "cixi"))
    with pytest.raises(DataError):
        qiyou.plot.scenario_band(two.iloc[:0])


# ---------------------------------------------------------------------------------------- children


@pytest.mark.parametrize("lang", LANGUAGES)
def test_marks_are_the_first_and_the_last_year(data, lang):
    frame = capacity.per_child(data, capacity.paths(data, NURSERY))
    ax = qiyou.plot.places_per_child(frame, labels.names(data.places, lang), lang=lang)
    rows = list(frame.groupby(["place", "births"], sort=False))
    assert len(ax.get_yticks()) == len(rows)
    shown = [line for line in ax.lines if len(line.get_xdata()) == 1]
    for height, (_, part) in enumerate(rows):
        good = part[part["status"] == "assessable"]
        here = [line for line in shown if abs(line.get_ydata()[0] - height) < 0.5]
        circle = [
            line.get_xdata()[0] for line in here if to_hex(line.get_markerfacecolor()) == style.PAPER.lower()
        ]
        assert circle == pytest.approx([good.loc[good["year"] == good["year"].min(), "value"].iloc[0]])
        for end in good[good["year"] == good["year"].max()].itertuples():
            colour = {"held": "#00489b", "falling": "#c13c00"}[end.births_scenario]
            own = [
                line
                for line in here
                if to_hex(line.get_color()) == colour or to_hex(line.get_markerfacecolor()) == colour
            ]
            assert [line.get_xdata()[0] for line in own if line.get_marker() != "|"] == pytest.approx(
                [end.value]
            )
            assert [line.get_xdata()[0] for line in own if line.get_marker() == "|"] == pytest.approx(
                [end.level_kept]
            )
    drawn_boxes = {tuple(np.round(line.get_xdata(), 9)) for line in lines(ax, "interval")}
    ends = frame[(frame["year"] == 2027) & (frame["status"] == "assessable")]
    assert {tuple(np.round(pair, 9)) for pair in ends[["low", "high"]].to_numpy()} <= drawn_boxes
    assert ax.get_xlim()[0] == 0
    entries = [text.get_text() for text in ax.get_legend().get_texts()]
    assert entries[1] == {"zh": "2027年，出生不变", "en": "2027, births held"}[lang] and len(entries) == 4
    assert overlaps(ax.figure) == []


def test_registered_births_are_named(data):
    frame = capacity.per_child(data, capacity.paths(data, NURSERY).query("place == 'yuhuan'"))
    ax = qiyou.plot.places_per_child(frame, labels.names(data.places, "zh"))
    assert [tick.get_text() for tick in ax.get_yticklabels()] == [
        "玉环，本地户籍出生人数",
        "玉环，浙江出生率",
    ]
    with pytest.raises(DataError, match="nothing can be assessed"):
        qiyou.plot.places_per_child(frame.assign(status="not assessable"), {})
    with pytest.raises(DataError):
        qiyou.plot.places_per_child(frame.iloc[:0], {})


# ------------------------------------------------------------------------------------- the nation


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("indicator", [NURSERY, AREA])
def test_counties_lie_over_the_national_series_and_its_band(data, lang, indicator):
    path, series = capacity.paths(data, indicator), capacity.national_series(data, indicator)
    fit = capacity.extrapolated(series, range(2021, 2028))
    ax = qiyou.plot.county_on_national(path, series, fit, labels.names(data.places, lang), lang=lang)
    corners = ax.collections[0].get_paths()[0].vertices
    for row in fit.itertuples():
        at = corners[corners[:, 0] == row.year, 1]
        assert (at.min(), at.max()) == pytest.approx((row.low, row.high))
    line, observed = ax.lines[:2]
    assert line.get_ydata() == pytest.approx(fit["value"].to_numpy())
    assert observed.get_ydata() == pytest.approx(series["value"].to_numpy())
    assert to_hex(observed.get_color()) == "#000000"
    others = {
        to_hex(curve.get_color())
        for curve in ax.lines[2:]
        if len(curve.get_xdata()) == len(path["year"].unique())
    }
    assert "#000000" not in others
    yuhuan = path[(path["place"] == "yuhuan") & (path["origin"] == "table")]["value"].tolist()
    assert any(list(curve.get_ydata()) == yuhuan for curve in ax.lines)
    entry = ax.get_legend().get_texts()[1].get_text()
    assert "95%" in entry and str(len(series)) in entry
    assert overlaps(ax.figure) == []
    for wrong in ((path.iloc[:0], series, fit), (path, series.iloc[:0], fit), (path, series, fit.iloc[:0])):
        with pytest.raises(DataError):
            qiyou.plot.county_on_national(*wrong, {})


# -------------------------------------------------------------------------------- whole figures

WHOLE = ("sports_balance_figure", "implied_stock_figure", "places_per_child_figure", "national_curve_figure")


@pytest.mark.parametrize("name", WHOLE)
def test_whole_figures_pass_every_check_of_a_build(data, name, tmp_path):
    spec = figures.Figure(
        name.removesuffix("_figure"), "05.ipynb", f"qiyou.plot.cases:{name}", "标题", "Title"
    )
    built = figures.build(data, folder=tmp_path, figures=[spec])
    assert {"svg", "png", "pdf"} <= set(built["kind"])


def test_alternative_texts_carry_the_numbers(data):
    frame = capacity.balance(data, "yuhuan", until=2024)
    for lang in LANGUAGES:
        drawing = cases.sports_balance_figure(data, lang)
        for row in frame.itertuples():
            assert capacity.words(row.low / 1e4, row.high / 1e4, 1, lang=lang) in drawing.alt
        left = {
            "zh": (
                "口袋公园",
                "体育中心",
                "奥体中心",
                "全民健身中心",
                "少年儿童业余体校",
                "体育馆改造",
                "无法判定",
            ),
            "en": (
                "pocket parks",
                "sports centres",
                "Olympic",
                "fitness centres",
                "youth sports",
                "undecidable",
            ),
        }
        for name in left[lang]:
            assert name in drawing.note
        assert {"zh": "转引", "en": "seen in a copy"}[lang] in drawing.source
        soft = cases.national_curve_figure(data, lang).note
        assert {"zh": "10月", "en": "October"}[lang] in soft
    child = cases.places_per_child_figure(data, "en").alt
    path = capacity.paths(data, NURSERY).query("place == 'yuhuan' and year == 2027")
    for value in capacity.per_child(data, path)["value"].dropna():
        assert f"{value:.2f} in 2027" in child


def with_copies(data, names):
    """Further counties that print what Yuhuan prints and have its population."""
    frames = {}
    for name, column, key in (
        ("targets", "place", "place"),
        ("observations", "place", "place"),
        ("places", "id", "id"),
        ("documents", "place", "place"),
    ):
        own = getattr(data, name)[getattr(data, name)[column] == "yuhuan"]
        copies = [own.assign(**{key: new}) for new in names]
        if name in ("targets", "documents"):
            label = "document" if name == "targets" else "id"
            copies = [copy.assign(**{label: f"{new}-plan"}) for copy, new in zip(copies, names, strict=True)]
        frames[name] = pd.concat([getattr(data, name), *copies], ignore_index=True)
    return dataclasses.replace(data, **frames)


def test_every_table_path_with_a_sourced_population_has_a_panel(data):
    panels = [(part["place"].iloc[0], part["indicator"].iloc[0]) for part in cases._stocks(data)]
    assert panels == [("yuhuan", NURSERY), ("changxing", NURSERY), ("wenling", NURSERY), ("yuhuan", AREA)]
    more = with_copies(data, ["own"])
    panels = [(part["place"].iloc[0], part["indicator"].iloc[0]) for part in cases._stocks(more)]
    assert ("own", NURSERY) in panels and ("own", AREA) in panels
    drawing = cases.implied_stock_figure(more, "en")
    assert len(panels) == 6 and "Left out" not in drawing.note
    assert set(drawing.table["place"]) == {"yuhuan", "changxing", "wenling", "own"}
    assert overlaps(drawing.figure) == []


@pytest.mark.parametrize(
    ("lang", "said"), [("zh", "另有2条路径因版面所限未画"), ("en", "Left out for want of room: 2 more paths")]
)
def test_panels_beyond_a_page_are_counted(data, lang, said):
    drawing = cases.implied_stock_figure(with_copies(data, ["own", "other"]), lang)
    assert said in drawing.note
    assert drawing.table.drop_duplicates(["place", "indicator"]).shape[0] == 6
