"""The figure style: font, sizes, colours in print and to the colour-blind, line breaking."""

from __future__ import annotations

import dataclasses
import inspect
import itertools
import subprocess
import sys
from dataclasses import replace

import matplotlib as mpl
import matplotlib.font_manager
import numpy as np
import pandas as pd
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from matplotlib.figure import Figure

from qiyou import plot, words
from qiyou.errors import FigureError
from qiyou.plot import forms, style

# Machado, Oliveira and Fernandes (2009), severity 1, on linear RGB.
VISION = {
    "all cones": np.eye(3),
    "protan": np.array(
        [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]]
    ),
    "deutan": np.array(
        [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]]
    ),
    "tritan": np.array(
        [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]]
    ),
}
GROUPS = ("state", "reading")


def lab(colour: str, vision: np.ndarray) -> np.ndarray:
    """CIELAB (D65) of a colour as seen with the given cones."""
    channels = np.array(mpl.colors.to_rgb(colour))
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    to_xyz = np.array(
        [
            [0.4124564, 0.3575761, 0.1804375],
            [0.2126729, 0.7151522, 0.0721750],
            [0.0193339, 0.1191920, 0.9503041],
        ]
    )
    xyz = to_xyz @ np.clip(vision @ linear, 0, 1) / (0.95047, 1.0, 1.08883)
    f = np.where(xyz > 216 / 24389, np.cbrt(xyz), (24389 / 27 * xyz + 16) / 116)
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


class FontList:
    """Stands in for matplotlib's font manager on a machine with the given fonts."""

    def __init__(self, *names: str):
        self.names = names
        self.ttflist: list = []

    def addfont(self, path):
        return mpl.font_manager.FontManager.addfont(self, path)

    def findfont(self, name, fallback_to_default=True):
        assert fallback_to_default is False
        if name not in self.names:
            raise ValueError(name)
        return name


def without_package(monkeypatch, *names: str) -> None:
    def missing():
        raise ImportError("No module named 'pylopdf_fonts_zh_cn'")

    monkeypatch.setattr(style, "_font_file", missing)
    monkeypatch.setattr(mpl.font_manager, "fontManager", FontList(*names))


def test_the_font_comes_from_the_package_and_is_found_without_fallback():
    assert style.font() == "Noto Sans SC"
    found = mpl.font_manager.fontManager.findfont("Noto Sans SC", fallback_to_default=False)
    assert found == style._font_file()


def test_asking_twice_registers_the_font_once():
    style.font()
    before = len(mpl.font_manager.fontManager.ttflist)
    style.font()
    assert len(mpl.font_manager.fontManager.ttflist) == before


def test_the_packaged_font_wins_over_one_of_the_same_name_on_the_machine(monkeypatch):
    manager = mpl.font_manager.fontManager
    path = style._font_file()
    style.font()
    packaged = next(entry for entry in manager.ttflist if entry.fname == path)
    rest = [entry for entry in manager.ttflist if entry.fname != path]
    other = replace(packaged, fname=rest[0].fname)
    monkeypatch.setattr(manager, "ttflist", [other, *rest])
    style.font()
    assert manager.findfont("Noto Sans SC", fallback_to_default=False) == path


def test_a_system_font_is_taken_when_the_package_is_missing(monkeypatch):
    without_package(monkeypatch, "WenQuanYi Zen Hei", "SimHei")
    assert style.font() == "SimHei"
    assert style.rc("en")["font.family"] == ["SimHei"]


def test_a_damaged_font_file_counts_as_missing(monkeypatch, tmp_path):
    junk = tmp_path / "font.otf"
    junk.write_bytes(b"no font")
    monkeypatch.setattr(style, "_font_file", lambda: str(junk))
    monkeypatch.setattr(mpl.font_manager, "fontManager", FontList("PingFang SC"))
    assert style.font() == "PingFang SC"


def test_no_font_at_all_is_an_error_that_says_what_to_install(monkeypatch):
    without_package(monkeypatch, "DejaVu Sans")
    with (
        pytest.raises(FigureError, match=r"pip install pylopdf-fonts-zh-cn.*Microsoft YaHei.*CJK SC"),
        style.context("zh"),
    ):
        pass


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_context_sets_what_print_needs(lang):
    with style.context(lang):
        assert mpl.rcParams["pdf.fonttype"] == 3
        assert mpl.rcParams["svg.hashsalt"] == "qiyou"
        assert mpl.rcParams["axes.unicode_minus"] is True
        assert mpl.rcParams["savefig.dpi"] == 300
        texts = ("font.size", "xtick.labelsize", "ytick.labelsize", "legend.fontsize")
        sizes = [mpl.rcParams[key] for key in texts]
        assert min(sizes) == 9 and style.MIN_SIZE == 7
        assert mpl.rcParams["svg.fonttype"] == "none"
        assert mpl.rcParams["text.parse_math"] is False
        weights = {mpl.rcParams[key] for key in mpl.rcParams if key.endswith("weight")}
        assert weights == {"normal"}


def test_nothing_stays_changed_after_the_context_not_even_after_an_error():
    before = dict(mpl.rcParams)
    with style.context("zh"):
        assert dict(mpl.rcParams) != before
    with pytest.raises(KeyError), style.context("en"):
        raise KeyError
    assert dict(mpl.rcParams) == before


def test_a_users_own_settings_do_not_reach_the_figure():
    with mpl.rc_context({"lines.linestyle": ":", "savefig.bbox": "tight"}), style.context("zh"):
        assert mpl.rcParams["lines.linestyle"] == "-"
        assert mpl.rcParams["savefig.bbox"] is None


@pytest.mark.parametrize("call", [lambda: style.context("fr").__enter__(), lambda: style.language("ZH")])
def test_another_language_is_refused(call):
    with pytest.raises(FigureError, match="'zh' and 'en'"):
        call()


def test_tick_labels_made_after_the_function_returned_have_the_font(data, caplog):
    @forms.figure
    def plot(desk):
        ax = Figure().add_subplot()
        ax.clear()  # throws its tick labels away; matplotlib makes new ones when it draws
        ax.set_xlim(0, 100)
        return ax

    for ax in (plot(data), plot(data, lang="en")):
        ax.figure.draw_without_rendering()
        labels = [*ax.get_xticklabels(), *ax.get_yticklabels()]
        assert len(labels) > 8
        assert {tuple(label.get_fontfamily()) for label in labels} == {("Noto Sans SC",)}
        assert {label.get_fontsize() for label in labels} == {9.0}
    assert not caplog.records


def test_axes_made_outside_the_style_show_chinese_labels(data):
    @forms.figure
    def plot(desk):
        desk.ax.barh(["玉环市", "长$兴$县"], [3.6, 5.5])
        return desk.ax

    ax = plot(data, ax=Figure().add_subplot(title="题目"))
    ax.set_ylim(-3, 4)
    ax.figure.draw_without_rendering()  # a missing glyph is a warning, and warnings are errors here
    assert [label.get_text() for label in ax.get_yticklabels()] == ["玉环市", "长$兴$县"]
    assert ax.get_yticklabels()[0].get_fontsize() == 10.0 and not ax.get_yticklabels()[0].get_parse_math()


def test_a_plot_function_that_returns_nothing_is_told_so_and_all_have_one_signature(data):
    with pytest.raises(FigureError, match=r"plot_nothing returned NoneType, not its Axes"):
        forms.figure(plot_nothing)(data)
    with pytest.raises(FigureError, match="plot_nothing draws on the Axes of matplotlib, not on a DataFrame"):
        forms.figure(plot_nothing)(data, ax=data.places)
    for name in set(dir(plot)) - {"caption", "looks"}:
        first, *rest = inspect.signature(getattr(plot, name)).parameters.values()
        assert first.name == "data" and {one.name for one in rest} >= {"ax", "lang", "width", "page"}


def plot_nothing(desk):
    return None


def test_two_columns_and_their_gutter_fill_the_text_width():
    assert 2 * style.millimetres("column") + 6 == style.millimetres("full") == 210 - 2 * 20
    with pytest.raises(FigureError, match=r"'full' .* or 'column'"):
        style.millimetres("half")


def test_places_keep_apart_in_grey():
    steps = np.diff(sorted(lab(colour, VISION["all cones"])[0] for colour in style.PLACE_COLOURS))
    assert steps.min() >= 12


@pytest.mark.parametrize("vision", VISION)
def test_colours_keep_apart_for_every_kind_of_sight(vision):
    seen = [lab(colour, VISION[vision]) for colour in style.PLACE_COLOURS]
    assert min(np.linalg.norm(a - b) for a, b in itertools.combinations(seen, 2)) >= 20


def test_contrast_agrees_with_published_values():
    # The WCAG's example of a grey that just passes on white.
    assert style.contrast("#767676", "white") == pytest.approx(4.54, abs=0.005)
    assert style.contrast("white", "#767676") == style.contrast("#767676", "white")


def test_text_in_a_places_colour_and_on_a_fill_can_be_read():
    for look in style.looks([str(i) for i in range(6)]).values():
        assert style.contrast(look.text_colour, "white") >= 4.5
    for group in GROUPS:
        for fill in style.fills(group).values():
            assert style.contrast(fill.ink, fill.colour) >= 4.5
            assert style.contrast(fill.ink, fill.hatch_colour) >= 3


def test_places_differ_in_more_than_colour_and_the_order_alone_decides():
    names = [f"county-{i}" for i in range(210)]
    looks = style.looks(names)
    assert list(looks) == [*names, style.NATION]
    assert len(set(looks.values())) == 211
    few = [looks[name] for name in names[:5]]
    assert len({look.marker for look in few}) == len({look.dashes for look in few}) == 5
    assert dict(style.looks(names[:5])).items() <= dict(looks).items()


def test_a_county_that_is_added_takes_no_look_of_another(data):
    more = data.documents.iloc[:1].assign(id="own-plan", place="own")
    place = data.places[data.places["id"] == "cixi"].assign(id="own")
    added = dataclasses.replace(
        data,
        documents=pd.concat([data.documents, more], ignore_index=True),
        places=pd.concat([data.places, place], ignore_index=True),
    )
    before, after = style.looks(data), style.looks(added)
    counties = set(data.documents["place"]) - {"zhejiang"}
    assert {name: after[name] for name in counties} == {name: before[name] for name in counties}
    assert (
        len(
            {before[name].colour for name in ("yuhuan", "changxing", "huangyan", "cixi", "haishu", "wenling")}
        )
        == 6
    )


def test_the_mark_of_a_place_is_drawn_as_asked():
    look = style.looks(["a", "b"])["b"]
    (mark,) = Figure().add_subplot().plot(0, 1, **look.mark(hollow=True))
    assert (mark.get_marker(), mark.get_markerfacecolor()) == (look.marker, style.PAPER)


@pytest.mark.parametrize("group", GROUPS)
def test_states_read_without_colour_and_in_any_chinese_font(group):
    fills = style.fills(group)
    assert len({(fill.hatch, fill.symbol) for fill in fills.values()}) == len(fills)
    assert set(fills) <= set(words.group(group, "zh"))
    font = mpl.font_manager.get_font(style._font_file())
    for lang in style.LANGUAGES:
        said = "".join(fill.symbol + words.group(group, lang)[fill.id] for fill in fills.values())
        assert all(ord(character) in font.get_charmap() for character in said if character.strip())


def test_what_carries_no_caption_is_named():
    with pytest.raises(FigureError, match="Axes carries no caption"):
        style.caption(Figure().add_subplot())


def test_importing_the_style_does_not_import_matplotlib():
    heavy = "{'matplotlib', 'seaborn', 'PIL'}"
    code = f"import sys, qiyou.plot.style, qiyou.figures; print({heavy} & set(sys.modules))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "set()"


@pytest.mark.parametrize(
    ("text", "width", "lines"),
    [
        ("一二三四五六七八", 10, ["一二三四", "五六七八"]),
        # Neither the closing mark starts a line nor the opening one ends it.
        ("一二三四，五六七", 10, ["一二三", "四，五六", "七"]),
        ("一二三（四五）六", 10, ["一二三", "（四五）", "六"]),
        ("一二三“四五”六", 10, ["一二三", "“四五”", "六"]),
        ("一二三2027年底", 14, ["一二三", "2027年底"]),
        ("nursery places per head", 18, ["nursery places", "per head"]),
        ("the county’s plan", 12.5, ["the", "county’s", "plan"]),
        ("第一行\n第二行", 50, ["第一行", "第二行"]),
        ("aaaaaaaaaaaaaaaaaaaaaaaaa", 10, ["aaaaaaa", "aaaaaaa", "aaaaaaa", "aaaa"]),
        ("", 10, [""]),
    ],
)
def test_lines_break_as_typesetters_break_them(text, width, lines):
    assert style.wrap(text, width, size=7).split("\n") == lines


@given(
    st.text(st.sampled_from("玉环市托位数，。（）“”《》2027年-—%% ab’c.,()　"), max_size=80),
    st.floats(12, 60),
)
@example("“’市“’市“’市", 12.0)
def test_wrapping_keeps_every_character_and_the_width(text, width):
    wrapped = style.wrap(text, width, size=7)
    assert "".join(wrapped.split()) == "".join(text.split())
    measure = style._measure(7)
    for line in wrapped.split("\n"):
        assert measure(line) <= width / style.MM_PER_INCH * 72 * 1.01


def test_a_line_without_width_is_refused():
    with pytest.raises(FigureError, match="above 0"):
        style.wrap("文", 0)
