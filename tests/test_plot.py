"""The figures: every artist and text against the table that it was drawn from."""

from __future__ import annotations

import dataclasses

import matplotlib
import numpy as np
import pandas as pd
import pytest

matplotlib.use("agg")

import matplotlib.pyplot as plt
from matplotlib.colors import to_hex

import qiyou
from qiyou import capacity, compare, figures, plausibility, plot, words
from qiyou.errors import DataError
from qiyou.intervals import box
from qiyou.plausibility.profile import assessed, frames
from qiyou.plot import evidence, forms, style
from qiyou.plot.plans import printed_path
from tools.legibility import faults

LANGUAGES = pytest.mark.parametrize("lang", style.LANGUAGES)
SPORTS, NURSERY = "sports_area_per_capita", "nursery_places_per_1000"


@pytest.fixture(autouse=True)
def close_figures():
    yield
    plt.close("all")


@pytest.fixture(scope="module")
def profile(data):
    return assessed(data)[1]


def by_gid(ax, kind="texts"):
    """Gid -> texts, or the x of the first point of lines, in drawing order."""
    found = {}
    for artist in getattr(ax, kind):
        shown = artist.get_text() if kind == "texts" else artist.get_xdata()[0]
        found.setdefault(artist.get_gid() or "", []).append(shown)
    return found


def texts(ax):
    return [text.get_text() for text in ax.texts if text.get_text()]


def enlarged(data, n, name="示例{}县", **prints):
    """The data with `n` more counties, copies of Yuhuan with other values; `prints` go into their cells."""
    rng, parts, documents, places = np.random.default_rng(1), [], [], []
    cells = data.targets[data.targets["document"] == "yuhuan-plan-2023"]
    for k in range(n):
        own = cells.assign(place=f"c{k}", document=f"c{k}-plan")
        exact, step = own["relation"].eq("eq") & own["unit"].ne("%"), own["step"].replace(0, 1)
        moved = (own["value"] * rng.uniform(0.93, 1.07) / step).round() * step
        value = own["value"].where(~exact, moved)
        own = own.assign(
            value=value, low=own["low"].where(~exact, value), high=own["high"].where(~exact, value)
        )
        for column, given in prints.items():
            own.loc[own["indicator"].eq(SPORTS) & own["year"].isin([2022, 2027]), column] = given
        parts.append(own)
        document = data.documents[data.documents["id"] == "yuhuan-plan-2023"]
        documents.append(document.assign(id=f"c{k}-plan", place=f"c{k}"))
        place = data.places[data.places["id"] == "yuhuan"]
        places.append(place.assign(id=f"c{k}", name_zh=name.format(k), name_en=f"Sample {k} County"))
    more = {"targets": parts, "documents": documents, "places": places}
    tables = {key: pd.concat([getattr(data, key), *rows], ignore_index=True) for key, rows in more.items()}
    return dataclasses.replace(data, **tables)


# ---------------------------------------------------------------- all of them


@LANGUAGES
@pytest.mark.parametrize("entry", figures.FIGURES, ids=lambda entry: entry.name)
def test_a_figure_is_fit_for_print_says_what_it_shows_and_where_it_is_from(data, entry, lang, tmp_path):
    for width in entry.widths.split():
        drawn = entry.draw(data, lang, width=width)
        told = plot.caption(drawn)
        figures.save(drawn, entry.name, lang=lang, folder=tmp_path)
        assert faults(drawn.figure) == []
        assert told.title in told.alt.replace("\n", "") or len(told.alt) > 40
        assert told.note and told.citation and len(told.table)
        for word in ("plausible", "feasible", "合理", "可行"):
            assert word not in told.alt + told.title + told.note
        shown = " ".join(text.get_text().replace("\n", "") for text in drawn.figure.texts)
        assert told.title.replace(" ", "") in shown.replace(" ", "")


@pytest.mark.parametrize("entry", figures.FIGURES, ids=lambda entry: entry.name)
def test_the_table_behind_a_figure_is_the_same_in_both_languages(data, entry):
    tables = [plot.caption(entry.draw(data, lang)).table for lang in style.LANGUAGES]
    assert figures._csv(tables[0]) == figures._csv(tables[1])


def test_on_axes_of_ones_own_nothing_but_the_picture_is_drawn(data):
    ax = plt.subplots(figsize=(6, 4))[1]
    assert plot.target_paths(data, ax=ax) is ax
    assert ax.figure.texts == [] and plot.caption(ax).title
    assert plot.counties_on_nation(data, SPORTS, ax=plt.subplots()[1]).get_title("left") == "人均体育场地面积"


def test_a_page_that_does_not_exist_is_named(data):
    with pytest.raises(DataError, match="page 2 of the figure does not exist; it has 1"):
        plot.core_overview(data, page=2)


@LANGUAGES
@pytest.mark.parametrize(
    ("name", "choice"),
    [("target_paths", {}), ("core_overview", {}), ("convergence", {}), ("counties_on_nation", {})],
)
def test_twelve_more_counties_with_awkward_names_and_prints_break_nothing(data, name, choice, lang):
    many = enlarged(data, 12, "示$例\\alpha{}县")
    drawn = getattr(plot, name)(many, lang=lang, **choice)
    assert faults(drawn.figure) == []


# ---------------------------------------------------------------- words


@pytest.mark.parametrize(
    ("value", "relation", "step", "kind", "lang", "text"),
    [
        (3.0, "eq", 0.1, "density", "zh", "3.0"),
        (5.6, "eq", 0.01, "density", "zh", "5.60"),
        (5.0, "eq", 1.0, "density", "zh", "5"),
        (5.55, "gt", 0.01, "density", "en", ">5.55"),
        (5.5, "about", 0.1, "density", "zh", "≈5.5"),
        (13200.0, "gt", 1.0, "money", "zh", ">13200"),
        (387700.0, "eq", 100.0, "stock", "en", "387.7k"),
        (8.1e9, "ge", 1e8, "stock", "zh", "≥81亿"),
        (1.62e9, "ge", 0, "stock", "en", "≥1.62bn"),
        (8.85, "eq", 0, "share", "zh", "8.85"),
        (100.0, "eq", 1.0, "status", "zh", "通过"),
        (np.nan, "none", np.nan, "share", "zh", ""),
    ],
)
def test_values_are_written_as_printed(value, relation, step, kind, lang, text):
    row = pd.Series({"value": value, "relation": relation, "step": step, "low": value, "high": value})
    assert forms.value(row, lang, kind) == text


def test_places_of_one_name_are_told_apart(data):
    twice = data.places[data.places["id"] == "yuhuan"]
    both = [twice.assign(id="other", parent="ningbo"), twice.assign(id="third", parent="ningbo")]
    more = dataclasses.replace(data, places=pd.concat([data.places, *both], ignore_index=True))
    names = forms.Desk(more, None, "zh", "full", 1).names
    assert names["yuhuan"] == "玉环市 (台州)" and names["other"] != names["third"] and names["cixi"] == "慈溪"


def test_every_unit_of_an_indicator_has_english_words(data):
    english = words.group("unit", "en")
    assert {unit for unit in data.indicators["unit"] if unit} <= set(english) | {"张/千名老年人"}


@pytest.mark.parametrize(
    ("text", "width"), [("387,700人次", 9), ("Subsidised rental homes", 20), ("通过省级评估", 8)]
)
def test_what_does_not_fit_is_set_smaller_or_broken_never_cut(text, width):
    fitted, size = forms.fit(text, width, 7)
    assert fitted.replace("\n", "").replace(" ", "") == text.replace(" ", "") and 7 <= size <= 9


# ---------------------------------------------------------------- paths


@pytest.mark.parametrize(
    "indicator", [SPORTS, "premature_ncd_mortality", "urban_unemployment_rate", "pension_insured"]
)
def test_every_printed_value_has_its_mark(data, indicator):
    rows = printed_path(data, indicator)
    ax = plot.target_paths(data, indicator)
    for row in rows.itertuples():
        lines = [line for line in ax.lines if line.get_gid() == f"{row.place}/{row.variant}/{row.year}"]
        assert row.value in [line.get_ydata()[0] for line in lines]
        if row.relation == "eq":
            look = style.looks(data)[row.place]
            marks = {(to_hex(line.get_markerfacecolor()).upper(), line.get_marker()) for line in lines}
            assert (style.PAPER if row.role == "baseline" else look.colour, look.marker) in marks


def test_a_base_has_the_box_of_its_rounding_and_a_target_none(data):
    ax = plot.target_paths(data, SPORTS, places=["玉环"])
    base = data.printed.query("place == 'yuhuan' and indicator == @SPORTS and role == 'baseline'")
    (segments,) = [
        collection.get_segments() for collection in ax.collections if collection.get_linewidths()[0] == 1.0
    ]
    limits = box(base, "measured")
    assert len(segments) == 1
    assert [tuple(point) for point in segments[0]] == [(2022, limits.low[0]), (2022, limits.high[0])]


def test_ends_are_named_as_printed(data):
    assert {"长兴 5.60", "玉环 5.5", "慈溪 5.5"} <= set(texts(plot.target_paths(data)))
    assert "玉环 <5" in texts(plot.target_paths(data, "urban_unemployment_rate"))
    assert "黄岩 2.8 (2025)" in texts(plot.target_paths(data, SPORTS))
    assert {"玉环 96", "慈溪 96", "长兴 96"} <= set(
        texts(plot.target_paths(data, "wage_arrears_resolution_rate"))
    )


@pytest.mark.parametrize(
    ("prints", "shown"),
    [
        ({"relation": "range", "value": np.nan, "low": 5.0, "high": 5.5}, "5.0–5.5"),
        ({"relation": "gt", "value": 5.55, "low": 5.55, "high": np.inf, "step": 0.01}, ">5.55"),
        ({"relation": "about", "value": 5.5, "low": np.nan, "high": np.nan}, "≈5.5"),
    ],
)
def test_a_range_a_bound_and_a_vague_number_are_drawn_and_labelled(data, prints, shown):
    odd = enlarged(data, 1, **prints)
    ax = plot.target_paths(odd, SPORTS, places=["c0"])
    assert any(text.endswith(shown) for text in texts(ax)) and faults(ax.figure) == []


def test_the_finding_is_computed(data):
    ends = data.printed.query("indicator == @NURSERY and year == 2027 and origin == 'table'")
    said = f"{len(ends)}地中{(ends['value'] == 5.5).sum()}地2027年目标同为5.5"
    assert plot.caption(plot.target_paths(data)).title.endswith(said)
    one = plot.caption(plot.target_paths(data, SPORTS, places=["yuhuan"], lang="en")).title
    assert one == "Yuhuan, Sports area per head: from 2.7 in 2022 to 3.2 in 2027"


def test_ninety_counties_have_a_small_panel_each_on_three_pages(data):
    here = data.printed.query("indicator == @NURSERY and year == 2027")["place"].nunique()
    many, seen = enlarged(data, 90 - here), []
    for page in (1, 2, 3):
        figure = plot.target_paths(many, page=page).figure
        seen += [ax.get_title("left").replace("\n", " ") for ax in figure.axes if ax.axison]
        assert faults(figure) == []
    assert len(seen) == 90 and plot.caption(figure.axes[0]).pages == 3
    assert "示例0 " in " ".join(seen) and all(title.split()[-1].replace(".", "").isdigit() for title in seen)


def test_nothing_to_draw_is_an_error_in_one_sentence(data):
    with pytest.raises(DataError, match="no plan prints a number of"):
        plot.target_paths(data, "population_resident")


# ---------------------------------------------------------------- core indicators


@pytest.mark.parametrize(("year", "lang"), [(2022, "zh"), (2025, "en"), (2027, "zh")])
def test_every_cell_shows_its_state_and_its_value(data, year, lang):
    frame = compare.core(data, year, grid=True)
    inner = plot.core_overview(data, year, lang=lang).child_axes[0]
    shown = {gid: text[0].replace("\n", " ") for gid, text in by_gid(inner).items()}
    kinds, line = data.indicators.set_index("id")["kind"], frame.groupby(["place", "indicator"]).cumcount()
    for row, k in zip(frame.itertuples(), line, strict=True):
        value = forms.value(row, lang, kinds[row.indicator])
        wanted = f"{style.fills('state')[row.state].symbol} {value}".strip()
        assert shown[f"{row.indicator}/{k}/{row.place}"] == wanted
    assert len(shown) == len(frame)


def test_the_reference_is_named_and_the_title_counts(data):
    frame, ax = compare.core(data, 2027, grid=True), plot.core_overview(data, 2027, lang="en")
    aside = by_gid(ax)
    assert aside[f"aside/{NURSERY}/0"] == ["5.5 shared"] and aside["aside/dibao_standard/0"] == ["—"]
    below = int((frame["state"] == "below").sum())
    compared = int(frame["state"].isin(["at_or_above", "level", "below"]).sum())
    assert f"{below} of {compared} targets" in plot.caption(ax).title


def test_printed_values_never_vanish_with_many_counties(data):
    many, seen = enlarged(data, 20), {}
    for page in range(1, 5):
        ax = plot.core_overview(many, page=page)
        seen |= by_gid(ax.child_axes[0])
        assert faults(ax.figure) == []
    frame = compare.core(many, 2027, grid=True)
    values = frame[frame["value"].notna()]
    assert len(seen) == len(frame) == values.shape[0] + int(frame["value"].isna().sum())
    assert all(
        any(c.isdigit() or c in "通过未" for c in seen[f"{row.indicator}/0/{row.place}"][0])
        for row in values.itertuples()
    )


@LANGUAGES
def test_two_counties_side_by_side(data, lang):
    frame = compare.pair(data, "yuhuan", "changxing")
    ax = plot.pair(data, "玉环市", "长兴", lang=lang)
    said = by_gid(ax)
    for row in frame[frame["missing"] == ""].itertuples():
        values = said[f"value/{row.indicator}/{row.variant}"]
        assert 2 <= len(values) <= 4
        if row.indicator == "life_expectancy":
            assert values == ["81.89", "82.7", "81.70", "82.70"]
    word = {"zh": "长兴要求更高", "en": "Changxing asks for more"}[lang]
    assert said[f"words/{NURSERY}/"] == [word]
    assert (
        sum(text == [word] for gid, text in said.items() if gid.startswith("words/"))
        == (frame["word_end"] == "below").sum()
    )


def test_places_come_closer_as_compare_says(data):
    every = compare.convergence(data).drop_duplicates("indicator")
    found = every.query("why == ''")
    figure = plot.convergence(data)
    assert [ax.get_label() for ax in figure.axes if ax.axison] == found["indicator"].tolist()
    narrows, open_ = (int((every["verdict"] == verdict).sum()) for verdict in ("narrows", "undecidable"))
    assert narrows + open_ == len(every) and open_
    said = f"{len(every)}项指标的地区差距：{narrows}个缩小、{open_}个无法判定"
    assert plot.caption(figure).title == f"按计划，到2027年{said}"


def test_two_passages_stand_beside_each_other_with_their_verdict(data):
    found = plausibility.check(data)
    found = found[found["check"].isin(["C13", "C14"]) & found["code"].ne("TABLE_PROSE_TIMING")]
    said = by_gid(plot.table_prose_worklist(data, lang="en"))
    conflict = said["value/TABLE_PROSE_CONFLICT/premature_ncd_mortality"]
    assert conflict == ["table 9.5", "text ≤8.5"]
    assert said[f"value/WORKLIST_AHEAD/{SPORTS}"] == ["table 2.9", "later ≥3.1"]
    assert said["value/FLOW_SHORTFALL/rental_housing_cumulative"] == ["implied 2023", "later 1790"]
    assert said["words/TABLE_PROSE_CONFLICT/premature_ncd_mortality"] == [
        "question: table and text\nconflict"
    ]
    second = pd.Series([facts.get("b_value") for facts in found["facts"]], dtype=float)
    drawn = sum(len(group) for gid, group in said.items() if gid.startswith("value/"))
    assert drawn == 2 * second.notna().sum()
    with pytest.raises(DataError, match="no two passages"):
        plot.table_prose_worklist(data, found=found.iloc[:0])


# ---------------------------------------------------------------- evidence


@LANGUAGES
def test_every_path_has_its_reading(data, profile, lang):
    seen = {}
    for page in range(1, plot.caption(plot.readings(data, lang=lang)).pages + 1):
        seen |= by_gid(plot.readings(data, lang=lang, page=page).child_axes[0])
    line, short = profile.groupby(["place", "indicator"]).cumcount(), words.group("reading_short", lang)
    for row, k in zip(profile.itertuples(), line, strict=True):
        (text,) = seen[f"{row.indicator}/{k}/{row.place}"]
        assert "".join(text.split()).endswith("".join(short[row.reading].split()))
        assert lang == "zh" or set(short[row.reading].split()) <= set(text.split())
    assert len(seen) == len(profile)
    held = profile["reading"].isin(evidence._SIDE)
    assert plot.caption(plot.readings(data, lang="en")).title.startswith(f"{held.sum()} of {len(profile)} ")


def test_required_paces_stand_among_the_realised_ones(data, profile):
    held = profile[(profile["m"] > 0) & profile["indicator"].isin([SPORTS, NURSERY])]
    ax = plot.required_among_realised(data, [SPORTS, NURSERY], lang="en")
    said, fields = by_gid(ax), ax.child_axes
    for field, (indicator, rows) in zip(
        fields, held.sort_values("m", ascending=False).groupby("indicator", sort=False), strict=True
    ):
        spells = frames(data, rows.iloc[0])["spells"]
        assert len(spells) == rows["m"].iloc[0] == len(field.collections[0].get_segments())
        at = by_gid(field, "lines")
        for row in rows.itertuples():
            assert at[f"{row.place}/{row.variant}"] == [row.required]
            faster = sorted({int(row.m - row.k_high), int(row.m - row.k_low)})
            assert said[f"rank/{row.place}/{indicator}/{row.variant}"] == [
                f"slower than {'–'.join(map(str, faster))} of {row.m}"
            ]
    # of one or two changes a half says nothing
    many = held[held["m"] >= 5]
    slower = int((2 * many["k_high"] <= many["m"]).sum())
    assert plot.caption(ax).title.startswith(
        f"Of {len(many)} target paths with 5 or more known changes {slower} "
    )
    with pytest.raises(DataError, match="no path has realised changes"):
        plot.required_among_realised(data, ["wage_arrears_resolution_rate"])


@LANGUAGES
def test_a_card_shows_path_superior_and_other_places(data, profile, lang):
    ax = plot.answer_card(data, "玉环", "人均体育场地面积", lang=lang)
    row = profile.query("place == 'yuhuan' and indicator == @SPORTS").iloc[0]
    title = plot.caption(ax).title
    assert row[f"short_{lang}"].startswith(title) and "3.2" in title
    levels = frames(data, row)["levels"].query("level != 'country'")
    (dots,) = [collection for collection in ax.collections if collection.get_gid() == "elsewhere"]
    assert len(dots.get_offsets()) == len(levels) and str(len(levels)) in plot.caption(ax).note
    assert {"zh": "全国 3.11 (2025)", "en": "China 3.11 (2025)"}[lang] in texts(ax)
    assert any(text.endswith("3.2") for text in texts(ax))


def test_a_path_that_is_not_there_is_named(data):
    with pytest.raises(DataError, match="黄岩 has no target path of 每千人口"):
        plot.answer_card(data, "huangyan", NURSERY)


# ---------------------------------------------------------------- quantities


def test_the_nation_is_drawn_on_each_of_its_bases(data):
    ax = plot.counties_on_nation(data, [SPORTS]).axes[0]
    seen = data.reference.query(
        "place == 'china' and indicator == @SPORTS and kind in ('observed', 'derived') and t >= 2016"
    )
    gids = [line.get_gid() for line in ax.lines if str(line.get_gid()).startswith("china/")]
    assert gids == [f"china/{basis}" for basis in seen.sort_values("t")["basis"].unique()]
    assert (
        "exceed the nation's 3.11 of 2025"
        in plot.caption(plot.counties_on_nation(data, [SPORTS], lang="en")).title
    )


def test_additions_are_those_of_capacity(data):
    frame = capacity.additions(data, None, NURSERY)
    ax = plot.nursery_stocks(data, lang="en")
    bars = {patch.get_gid(): patch.get_width() for patch in ax.patches}
    good = frame[frame["status"] == capacity.ASSESSABLE]
    assert len(bars) == len(good)
    for row in good.itertuples():
        assert bars[f"{row.place}/{row.scenario}"] == pytest.approx(row.per_year_high)
    missing = set(frame["place"]) - set(good["place"])
    assert all(
        forms.Desk(data, None, "en", "full", 1).names[place] in plot.caption(ax).note for place in missing
    )


def test_need_and_supply_are_those_of_the_balance(data):
    frame = (
        capacity.balance(data, "yuhuan", SPORTS)
        .query("year == 2024 and document == 'yuhuan-plan-2023'")
        .iloc[0]
    )
    ax = plot.sports_balance(data, lang="en").axes[0]
    bars = {
        patch.get_gid(): (patch.get_x(), patch.get_x() + patch.get_width())
        for patch in ax.patches
        if patch.get_gid()
    }
    for gid, part in (("need/yuhuan-plan-2023/2024", "need"), ("without", "without"), ("with", "with")):
        assert bars[gid] == pytest.approx((frame[f"{part}_low"] / 1e4, frame[f"{part}_high"] / 1e4))
    assert [label.get_text() for label in ax.get_yticklabels()][1] == "work list: ≥3.1 m² in 2024"
    assert "depends first on whether, and how far, trails count" in plot.caption(ax.figure).title


def test_figures_load_only_when_drawn():
    assert set(dir(qiyou.plot)) >= {"target_paths", "pair", "readings", "answer_card", "sports_balance"}
