"""Saving figures: bytes, metadata, notes, data, and what must be refused; building the whole set."""

from __future__ import annotations

import errno
import importlib
import os
import re
import shutil
import subprocess
import sys
import zlib
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import matplotlib.font_manager
import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as MplFigure
from PIL import Image

from qiyou import disk, figures, legibility, style
from qiyou.errors import FigureError

ROOT = Path(__file__).resolve().parents[1]
TITLE = {"zh": "千人托位数（个）", "en": "Nursery places per 1,000 residents"}
SOURCE = {
    "zh": "玉环市公共服务优质共享行动方案（2023—2027年）；慈溪市方案仅见节选的前几行，其余各行未见。",
    "en": "Yuhuan action plan 2023-2027; Cixi's plan is known from an excerpt of its first rows only.",
}
NOTE = {"zh": "印为“>85%”的目标是下限，不是一个点。", "en": "A target printed as “>85%” is a lower bound."}
ALT = {"zh": "折线图：两地2022—2027年。", "en": "Line chart: two counties, 2022 to 2027 <both>."}
TABLE = pd.DataFrame(
    {
        "place": ["yuhuan", "cixi"] * 2,
        "year": [2022, 2022, 2027, 2027],
        "printed": ["3.6", "=SUM(A1)", "-5.5", "@x"],
        "value": [3.6, 1 / 3, -5.5, 4.0],
    }
)
SVG = "{http://www.w3.org/2000/svg}"


@style.styled
def draw(data, lang):
    """A drawing function as `qiyou.plot` holds them."""
    fig, ax = plt.subplots(figsize=style.size("column", 55))
    marks = style.places(["yuhuan", "cixi"])
    for place, low in (("yuhuan", 3.6), ("cixi", 2.9)):
        ax.plot(range(2022, 2028), np.linspace(low, low + 1.9, 6), **marks[place].line())
    ax.set_title(TITLE[lang])
    return figures.Drawing(fig, TABLE, source=SOURCE[lang], alt=ALT[lang], note=NOTE[lang])


def draw_overlapping(data, lang):
    drawing = draw(data, lang=lang)
    with style.context(lang):
        drawing.figure.axes[0].text(2024, 4, "甲甲甲甲")
        drawing.figure.axes[0].text(2024.2, 4, "乙乙乙乙")
    return drawing


def draw_small(data, lang):
    drawing = draw(data, lang=lang)
    drawing.figure.axes[0].set_xlabel("小", size=6)
    return drawing


def draw_wide(data, lang):
    drawing = draw(data, lang=lang)
    drawing.figure.set_size_inches(5, 2)
    return drawing


def draw_labels(data, lang):
    drawing = draw(data, lang=lang)
    return figures.Drawing(drawing.figure, TABLE.assign(place=lang), drawing.source, drawing.alt)


def draw_pair(data, lang):
    return draw(data, lang=lang).figure, TABLE


def spec(name="places", function="draw"):
    return figures.Figure(
        name, "05_places.ipynb", f"{__name__}:{function}", TITLE["zh"], TITLE["en"], ("targets",)
    )


@pytest.fixture(autouse=True)
def no_open_figures():
    yield
    plt.close("all")


def save(folder, lang="zh", fig=None, **changes):
    fig = fig if fig is not None else draw(None, lang=lang).figure
    texts = {"source": SOURCE[lang], "alt": ALT[lang], "note": NOTE[lang]}
    return figures.save(fig, "places", lang=lang, data=TABLE, folder=folder, **{**texts, **changes})


def blank(**text):
    """A figure in the style with one empty axes and some text."""
    with style.context():
        fig = MplFigure(figsize=style.size("column", 50))
        ax = fig.add_subplot()
        ax.set(**text)
    return fig, ax


@pytest.fixture(scope="module")
def saved(tmp_path_factory):
    """Both languages saved once; read by many tests."""
    folder = tmp_path_factory.mktemp("figures")
    files = {lang: save(folder, lang) for lang in style.LANGUAGES}
    plt.close("all")
    return files


# ------------------------------------------------------------------------------------- what is written


def test_every_file_is_where_it_belongs(saved):
    folder = saved["zh"]["csv"].parents[1]
    found = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())
    pictures = [f"{lang}/places.{suffix}" for lang in ("en", "zh") for suffix in ("pdf", "png", "svg", "txt")]
    assert found == ["data/places.csv", *pictures]


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_two_saves_give_the_same_bytes(saved, lang, tmp_path):
    for suffix, path in save(tmp_path, lang).items():
        assert path.read_bytes() == saved[lang][suffix].read_bytes(), suffix


def test_saving_the_same_figure_again_gives_the_same_bytes_and_one_note(tmp_path):
    fig = draw(None, lang="zh").figure
    first, second = save(tmp_path / "a", fig=fig), save(tmp_path / "b", fig=fig)
    assert [path.read_bytes() for path in first.values()] == [path.read_bytes() for path in second.values()]
    assert len(fig.texts) == 1
    assert fig.get_layout_engine().__class__.__name__ == "ConstrainedLayoutEngine"


def test_other_processes_with_other_hash_seeds_give_the_same_bytes(saved, tmp_path):
    code = (
        f"import sys; sys.path.insert(0, {str(ROOT / 'tests')!r}); import test_figures; "
        "[test_figures.save(sys.argv[1], lang) for lang in ('en', 'zh')]"
    )
    runs = {}
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed, "MPLBACKEND": "Agg", "TZ": f"UTC-{seed}"}
        command = [sys.executable, "-c", code, str(tmp_path / seed)]
        runs[tmp_path / seed] = subprocess.Popen(command, env=environment)
    for folder, run in runs.items():
        assert run.wait(120) == 0
        for lang, files in saved.items():
            for path in files.values():
                twin = folder / path.relative_to(files["csv"].parents[1])
                assert twin.read_bytes() == path.read_bytes(), f"{lang} {path.name}"


def test_no_file_tells_when_or_with_what_it_was_made(saved):
    for files in saved.values():
        for suffix in figures.FORMATS:
            content = files[suffix].read_bytes()
            for trace in ("Matplotlib v", "CreationDate", "Producer", "dc:date", "Software", str(ROOT)):
                assert trace.encode() not in content, (suffix, trace)


def test_the_png_has_300_dpi_at_column_width_and_its_metadata(saved):
    with Image.open(saved["zh"]["png"]) as image:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.width == pytest.approx(style.COLUMN_WIDTH * 300, abs=1)
        assert image.height > 55 / 25.4 * 300
        assert image.info["Title"] == TITLE["zh"]
        assert image.info["Description"] == ALT["zh"]


def test_the_ids_of_two_pictures_do_not_meet(saved):
    ids = []
    for files in saved.values():
        text = files["svg"].read_text(encoding="utf-8")
        own = re.findall(r'id="(places-[^"]+)"', text)
        assert len(own) > 4
        assert {ref for ref in re.findall(r"url\(#([^)]+)\)", text)} <= set(own)
        assert not re.search(r'id="\w?[0-9a-f]{10}"', text)
        ids += own
    assert len(set(ids)) == len(ids)


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_svg_is_well_formed_and_describes_itself(saved, lang):
    root = ElementTree.parse(saved[lang]["svg"]).getroot()
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert title.text == TITLE[lang]
    assert description.text == ALT[lang]
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang").startswith(lang)
    assert root.find(f".//{SVG}text") is None  # outlines: the same on a machine without the font


def test_the_text_file_holds_title_alternative_text_note_and_source(saved):
    text = saved["zh"]["txt"].read_text(encoding="utf-8")
    assert text == f"{TITLE['zh']}\n\n{ALT['zh']}\n\n注：{NOTE['zh']}\n资料来源：{SOURCE['zh']}\n"


def test_english_captions_have_straight_quotation_marks(saved):
    text = saved["en"]["txt"].read_text(encoding="utf-8")
    assert 'Note: A target printed as ">85%" is a lower bound.' in text


def test_the_data_are_csv_that_excel_reads_and_no_cell_is_a_formula(saved):
    content = saved["zh"]["csv"].read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    assert b"\r" not in content
    assert content.decode("utf-8-sig").splitlines() == [
        "place,year,printed,value",
        "yuhuan,2022,3.6,3.6",
        "cixi,2022,'=SUM(A1),0.3333333333",
        "yuhuan,2027,-5.5,-5.5",
        "cixi,2027,'@x,4",
    ]
    assert pd.read_csv(saved["zh"]["csv"])["value"].tolist() == pytest.approx(TABLE["value"].tolist())


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"),
        (" =1+1", "' =1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("\t=1", "'\t=1"),
        ("＝1", "'＝1"),
        ("-2.5", "-2.5"),
        ("+13,200", "+13,200"),
        ("-5%", "-5%"),
        ("-", "-"),
        ("90%以上", "90%以上"),
        (None, None),
        (-2.5, -2.5),
    ],
)
def test_what_counts_as_a_formula(value, written):
    assert disk.neutral(value) == written


def test_column_names_and_categories_are_neutralised_too():
    frame = pd.DataFrame({"=a": pd.Categorical(["=b"]), "flag": [True]})
    assert figures._csv(frame).decode("utf-8-sig") == "'=a,flag\n'=b,True\n"


# --------------------------------------------------------------------------------- text inside the PDF


def pdf_text(path: Path) -> str:
    """Text of the first page of a PDF written by matplotlib with Type 3 fonts, one line per text object."""
    content = path.read_bytes()
    objects = dict(re.findall(rb"\n(\d+) 0 obj\n(.*?)\nendobj", content, re.S))

    def stream(number: bytes) -> str:
        body = objects[number].split(b"stream\n", 1)[1]
        return zlib.decompressobj().decompress(body).decode("latin-1")

    fonts = {}
    (font_list,) = [body for body in objects.values() if re.match(rb"<< /F\d+ ", body)]
    for name, number in re.findall(rb"/(F\d+) (\d+) 0 R", font_list):
        assert b"/Subtype /Type3" in objects[number]
        to_unicode = re.search(rb"/ToUnicode (\d+)", objects[number])[1]
        codes = fonts[name.decode()] = {}
        for start, values in re.findall(r"<(\w+)> <\w+> \[(.*?)\]", stream(to_unicode), re.S):
            for offset, value in enumerate(re.findall(r"<(\w+)>", values)):
                codes[int(start, 16) + offset] = bytes.fromhex(value).decode("utf-16-be")
    (page,) = [body for body in objects.values() if b"/Type /Page " in body]
    lines, font = [], {}
    operators = stream(re.search(rb"/Contents (\d+)", page)[1])
    escape = {"n": "\n", "r": "\r", "t": "\t", "b": "\b", "f": "\f"}
    for block in re.findall(r"\bBT\n(.*?)\bET\b", operators, re.S):
        line = ""
        for name, text in re.findall(r"/(F\d+) [\d.]+ Tf|\(((?:\\.|[^\\()])*)\)", block, re.S):
            if name:
                font = fonts[name]
            plain = re.sub(
                r"\\([0-7]{1,3}|.)",
                lambda m: chr(int(m[1], 8)) if m[1].isdigit() else escape.get(m[1], m[1]),
                text,
                flags=re.S,
            )
            line += "".join(font[ord(code)] for code in plain)
        lines.append(line)
    return "\n".join(lines)


@pytest.mark.skipif(
    tuple(map(int, mpl.__version__.split(".")[:2])) < (3, 11),
    reason="before 3.11 matplotlib draws Chinese in a Type 3 PDF as shapes",
)
@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_text_of_the_pdf_can_be_searched(saved, lang):
    text = pdf_text(saved[lang]["pdf"])
    assert TITLE[lang] in text
    assert "2027" in text.split("\n")
    joined = text.replace("\n", "").replace(" ", "")
    assert SOURCE[lang].replace(" ", "") in joined


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext is not on this machine")
def test_poppler_finds_the_chinese_text(saved):
    command = ["pdftotext", "-enc", "UTF-8", str(saved["zh"]["pdf"]), "-"]
    text = subprocess.check_output(command, encoding="utf-8")
    assert TITLE["zh"] in text
    assert "资料来源" in text


def test_the_pdf_names_title_and_alternative_text(saved):
    content = saved["en"]["pdf"].read_bytes()
    assert b"/Title (" + TITLE["en"].encode() + b")" in content
    assert b"/Subject (" + ALT["en"].encode() + b")" in content


# ------------------------------------------------------------------------------------- the source note


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_note_stands_under_everything_and_inside_the_width(lang, tmp_path):
    fig, _ = blank(xlabel="年份", ylabel="个/千人")
    long = SOURCE[lang] * 4
    files = save(tmp_path, lang, fig=fig, source=long)
    (note,) = fig.texts
    assert note.get_text().count("\n") >= 4
    assert "".join(note.get_text().split()).endswith("".join(long.split()))
    box = note.get_window_extent()
    others = [text.get_window_extent() for text in legibility.visible_texts(fig) if text is not note]
    assert box.y1 < min(other.y0 for other in others)
    assert box.x0 >= 0
    assert box.x1 <= fig.bbox.width
    with Image.open(files["png"]) as image:
        ink = np.asarray(image.convert("L")) < 200
    assert ink.any(axis=1)[-90:].any()  # the note is in the picture
    assert not ink[-3:].any()  # and not cut by its lower edge
    assert not ink[:, -3:].any()


def test_a_dollar_in_the_source_is_a_dollar(tmp_path):
    fig, _ = blank()
    save(tmp_path, fig=fig, source="each $5 and $6")
    assert fig.texts[0].get_text().endswith("each $5 and $6")
    assert not fig.texts[0].get_parse_math()


# ------------------------------------------------------------------------------------ overlapping text


def clashes(fig):
    return [(clash.kind, clash.first, clash.second) for clash in figures.overlaps(fig)]


def test_a_clean_figure_has_no_clash():
    assert clashes(draw(None, lang="zh").figure) == []


def test_a_planted_overlap_is_found_and_its_depth_is_right():
    fig, ax = blank()
    ax.text(0.2, 0.5, "甲甲甲甲")
    ax.text(0.25, 0.5, "乙乙乙乙")
    (clash,) = figures.overlaps(fig)
    assert (clash.kind, clash.first, clash.second) == ("overlap", "甲甲甲甲", "乙乙乙乙")
    assert 7 < clash.depth < 11  # one line of 8 pt
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


# -------------------------------------------------------------------------------------------- refusals


def test_a_missing_glyph_is_an_error_that_names_the_text(tmp_path):
    fig, _ = blank(title="托位😀数")
    with pytest.raises(
        FigureError, match=r"Noto Sans SC has no glyph for '😀' \(U\+1F600\), used in “托位😀数”"
    ):
        save(tmp_path, fig=fig)
    assert not list(tmp_path.iterdir())


def test_a_missing_glyph_in_the_source_is_an_error(tmp_path):
    with pytest.raises(FigureError, match=r"U\+2717\), used in “资料来源：✗”"):
        save(tmp_path, source="✗", note="")


def test_chinese_in_a_font_without_it_is_an_error(tmp_path):
    fig, ax = blank()
    ax.set_title("托位", fontfamily="DejaVu Sans")
    with pytest.raises(FigureError, match=r"DejaVu Sans has no glyph for '托'"):
        save(tmp_path, fig=fig)


@pytest.mark.parametrize("where", ["title", "ticks"])
def test_an_unavailable_font_is_an_error(where, tmp_path):
    fig, ax = blank()
    if where == "title":
        ax.set_title("places", fontfamily="No Such Font")
    else:
        ax.tick_params(labelfontfamily="No Such Font")
    with pytest.raises(FigureError, match=r"The font No Such Font of “(places|0\.0)” is not there"):
        save(tmp_path, fig=fig)


@pytest.mark.parametrize("face", [{"fontweight": "bold"}, {"fontstyle": "italic"}])
def test_a_face_that_does_not_exist_is_an_error(face, tmp_path, caplog):
    fig, ax = blank()
    ax.set_title("标题", **face)
    with pytest.raises(FigureError, match=r"“标题” is set in .* one regular face only"):
        save(tmp_path, fig=fig)
    assert not caplog.records


def test_a_figure_drawn_outside_the_style_still_gets_chinese_text(tmp_path, caplog):
    fig = MplFigure(figsize=(4, 3), layout="constrained")
    fig.add_subplot().set_title("千人托位数")
    save(tmp_path, fig=fig)
    assert not caplog.records


def test_cut_text_is_an_error_and_nothing_is_written(tmp_path):
    fig, _ = blank()
    fig.text(0.9, 0.95, "右边伸出去了")
    with pytest.raises(FigureError, match=r"places: “右边伸出去了” leaves the figure by \d+\.\d pt"):
        save(tmp_path, fig=fig)
    assert not list(tmp_path.iterdir())


def test_a_figure_without_room_for_its_axes_is_an_error(tmp_path):
    with style.context():
        fig = MplFigure(figsize=(1, 0.3))
        for ax in fig.subplots(3, 1):
            ax.set_xlabel("年份")
    with pytest.raises(FigureError, match="no room for its axes"):
        save(tmp_path, fig=fig)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"alt": "  "}, "alt is empty"),
        ({"source": ""}, "source is empty"),
        ({"lang": "de", "source": "x", "alt": "x", "note": ""}, "'zh' and 'en'"),
        ({"name": "../x"}, "cannot name"),
        ({"name": "con"}, "cannot name"),
        ({"name": "Größe"}, "cannot name"),
        ({"data": TABLE.iloc[:0]}, "data behind the figure are empty"),
        ({"data": None}, "data behind the figure are empty"),
        ({"data": TABLE.set_index("place")}, "reset_index"),
        ({"fig": "figure"}, "matplotlib Figure, not str"),
    ],
)
def test_what_save_refuses(changes, says, tmp_path):
    fig, _ = blank()
    arguments = {"lang": "zh", "source": "源", "alt": "图", "data": TABLE, "name": "x", "fig": fig, **changes}
    with pytest.raises(FigureError, match=says):
        figures.save(arguments.pop("fig"), arguments.pop("name"), folder=tmp_path, **arguments)
    assert not list(tmp_path.iterdir())


# ------------------------------------------------------------------------------------------------ disk


def test_an_unchanged_file_is_not_touched(tmp_path):
    fig, _ = blank()
    files = save(tmp_path, fig=fig)
    for path in files.values():
        os.utime(path, (1, 1))
    save(tmp_path, fig=fig, note="")
    assert {path.suffix for path in files.values() if path.stat().st_mtime == 1} == {".csv"}


@pytest.mark.parametrize(
    ("code", "says"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EROFS, "read-only"),
        (errno.EACCES, "open in another program"),
        (errno.EIO, "pass another folder="),
    ],
)
@pytest.mark.parametrize("step", ["write", "rename"])
def test_a_failing_disk_leaves_the_old_file_whole(code, says, step, tmp_path, monkeypatch):
    path = tmp_path / "x.csv"
    path.write_bytes(b"old")

    def fail(*arguments):
        if step == "write":
            with open(arguments[0], "wb") as half:
                half.write(arguments[1][:1])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*((Path, "write_bytes", fail) if step == "write" else (os, "replace", fail)))
    with pytest.raises(FigureError, match=rf"x\.csv could not be written: .*{says}"):
        figures._write(path, b"new")
    assert [(found.name, found.read_bytes()) for found in tmp_path.iterdir()] == [("x.csv", b"old")]


def test_a_folder_that_cannot_be_made_is_one_readable_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    fig, _ = blank()
    with pytest.raises(FigureError, match=r"could not be written: .*folder="):
        save(tmp_path / "file", fig=fig)


# ----------------------------------------------------------------------------------------------- build


def test_build_saves_every_figure_in_both_languages_and_writes_the_index(tmp_path, saved):
    seen = []
    files = figures.build(
        object(), folder=tmp_path, figures=[spec(), spec("again")], progress=lambda *step: seen.append(step)
    )
    assert seen == [(1, 4, "zh/places"), (2, 4, "en/places"), (3, 4, "zh/again"), (4, 4, "en/again")]
    assert list(files.columns) == ["name", "lang", "kind", "path"]
    assert len(files) == 2 * (2 * 4 + 1)
    assert all(path.is_file() for path in files["path"])
    assert plt.get_fignums() == []
    assert figures.leftovers(tmp_path, [spec(), spec("again")]) == []
    for lang in style.LANGUAGES:
        # Only the title differs from a plain save: it is the registry's, and that is the same here.
        assert (tmp_path / lang / "places.pdf").read_bytes() == saved[lang]["pdf"].read_bytes()


def test_the_index_maps_figure_to_notebook_function_and_data(tmp_path):
    figures.build(object(), folder=tmp_path, figures=[spec()])
    first = (tmp_path / "README.md").read_bytes()
    index = first.decode("utf-8")
    (row,) = [line for line in index.splitlines() if TITLE["en"] in line and line.startswith("| [")]
    for part in (
        TITLE["zh"],
        "[05_places.ipynb](../notebooks/05_places.ipynb)",
        f"`{__name__}:draw`",
        "[places.csv](data/places.csv)",
        "`targets`",
    ):
        assert part in row
    for lang in style.LANGUAGES:
        assert f"({lang}/places.png)" in index
    assert "two counties, 2022 to 2027 \\<both\\>." in index
    assert f"资料来源：{SOURCE['zh']}" in index
    for target in re.findall(r"\]\(((?!\.\.|#)[^)]+)\)", index):
        assert (tmp_path / target).is_file(), target
    assert b"\r" not in first
    (tmp_path / "README.md").unlink()
    figures.build(object(), folder=tmp_path, figures=[spec()])
    assert (tmp_path / "README.md").read_bytes() == first


def test_single_figures_leave_the_index_alone(tmp_path):
    figures.build(object(), folder=tmp_path, figures=[spec(), spec("again")], names=["again"])
    assert not (tmp_path / "README.md").exists()
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["again.csv"]


@pytest.mark.parametrize(
    ("specs", "names", "says"),
    [
        ([], None, "No figure is registered"),
        ([spec(), spec()], None, "Two figures are named 'places'"),
        ([spec()], ["pace"], "There is no figure pace; the figures are places"),
        ([spec()], [], "There is no figure"),
        ([spec(function="absent")], None, "absent.*cannot be imported"),
        ([spec(function="draw_pair")], None, "returned tuple"),
        ([spec(function="draw_overlapping")], None, r"zh/places .*“甲甲甲甲” and “乙乙乙乙” overlap"),
        ([spec(function="draw_small")], None, "“小” is 6 pt"),
        ([spec(function="draw_wide")], None, "127 mm wide"),
        ([spec(function="draw_labels")], None, "differ between zh and en"),
    ],
)
def test_what_build_refuses(specs, names, says, tmp_path):
    with pytest.raises(FigureError, match=says):
        figures.build(object(), folder=tmp_path, figures=specs, names=names)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_figure_that_a_county_does_not_fit_into_keeps_no_other_from_being_made(tmp_path, workers):
    unfit = []
    specs = [spec("crowded", "draw_overlapping"), spec()]
    files = figures.build({}, folder=tmp_path, figures=specs, unfit=unfit.append, workers=workers)
    assert set(files["name"]) == {"places"} and len(files) == 2 * 4 + 1
    assert [str(error)[:17] for error in unfit] == ["Figure zh/crowded", "Figure en/crowded"]
    index = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "places.png" in index and "crowded" not in index


def test_a_disk_that_cannot_be_written_is_no_unfit_figure(tmp_path):
    (tmp_path / "zh").write_bytes(b"a file where the folder should be")
    with pytest.raises(FigureError, match="could not be written"):
        figures.build(object(), folder=tmp_path, figures=[spec()], unfit=pytest.fail)


def test_a_module_that_does_not_exist_is_named(tmp_path):
    entry = figures.Figure("x", "n.ipynb", "qiyou.no_such:draw", "题", "title")
    with pytest.raises(FigureError, match=r"'qiyou\.no_such:draw' of figure x"):
        figures.build(object(), folder=tmp_path, figures=[entry])


def test_leftovers_of_a_renamed_figure_are_found(tmp_path):
    for name in ("zh/places.png", "zh/old.png", "data/old.csv", "README.md"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(b"")
    found = [path.as_posix() for path in figures.leftovers(tmp_path, [spec()])]
    assert found == ["data/old.csv", "zh/old.png"]


# --------------------------------------------------------------------------- the registry as it stands


@pytest.mark.parametrize("entry", figures.FIGURES, ids=lambda entry: entry.name)
def test_a_registered_figure_has_its_function_notebook_and_files(entry):
    module, _, function = entry.draw.partition(":")
    assert callable(getattr(importlib.import_module(module), function))
    assert (ROOT / "notebooks" / entry.notebook).is_file()
    assert entry.title_zh
    assert entry.title_en
    for lang in style.LANGUAGES:
        for suffix in (*figures.FORMATS, "txt"):
            assert (ROOT / "figures" / lang / f"{entry.name}.{suffix}").is_file()


def test_the_repository_holds_no_figure_that_nothing_makes():
    assert figures.leftovers(ROOT / "figures") == []


# ------------------------------------------------------------------------------------ alternative text


@pytest.mark.parametrize(
    ("lang", "text"),
    [("zh", "矩阵图：七个县。长兴县最早达到！"), ("en", "Matrix: Seven counties. Changxing is first!")],
)
def test_alternative_text_says_kind_subject_and_finding(lang, text):
    subject, finding = {
        "zh": ("七个县", "长兴县最早达到！"),
        "en": ("Seven counties", "Changxing is\nfirst!"),
    }[lang]
    assert figures.alt_text("matrix", subject, finding, lang=lang) == text


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("pie", "a", "b"), "Unknown kind"),
        (("line", " ", "b"), "subject is empty"),
        (("line", "a", ""), "finding is empty"),
    ],
)
def test_alternative_text_without_a_part_is_refused(arguments, says):
    with pytest.raises(FigureError, match=says):
        figures.alt_text(*arguments, lang="zh")
