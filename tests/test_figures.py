"""Saving figures: bytes, metadata, notes, data, and what must be refused; building the whole set."""

from __future__ import annotations

import dataclasses
import errno
import os
import re
import subprocess
import sys
import zlib
from pathlib import Path
from xml.etree import ElementTree

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import pytest
from matplotlib.figure import Figure as MplFigure
from PIL import Image

import qiyou
from qiyou import disk, figures, plot
from qiyou.errors import DataError, FigureError
from qiyou.plot import forms, style
from qiyou.plot.style import Caption

ROOT = Path(__file__).resolve().parents[1]
TITLE = {"zh": "千人托位数（个）", "en": "Nursery places per 1,000 residents"}
SOURCE = {"zh": "玉环、慈溪的方案", "en": "plans of Yuhuan and Cixi"}
CITED = {"zh": "《玉环市公共服务优质共享行动方案（2023—2027年）》。", "en": "Yuhuan action plan 2023-2027."}
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
KINDS = ("svg", "png", "pdf", "plain.svg", "plain.png", "txt")


def told(lang, **changes):
    texts = Caption(TITLE[lang], ALT[lang], NOTE[lang], SOURCE[lang], CITED[lang], TABLE)
    return dataclasses.replace(texts, **changes)


DATA = qiyou.load()


@forms.figure
def draw(desk, pages=1):
    """A drawing function as `qiyou.plot` holds them."""
    desk.caption = told(desk.lang, pages=pages)
    ax = desk.panel(55)
    for place, low in (("yuhuan", 3.6), ("cixi", 2.9 + desk.page)):
        ax.plot(range(2022, 2028), np.linspace(low, low + 1.9, 6), color=desk.looks[place].colour)
    return ax


@dataclasses.dataclass(frozen=True)
class Own(figures.Registered):
    """A registered figure that draws what a test needs."""

    pages: int = 1
    error: type | None = None
    labelled: bool = False

    def draw(self, data, lang, **choice):
        if self.error is not None:
            raise self.error("nothing to draw")
        ax = draw(DATA, lang=lang, pages=self.pages, **choice)
        if self.labelled:
            ax.caption = told(lang, table=TABLE.assign(place=lang))
        return ax


def spec(name="places", widths="full", **more):
    return Own(name, "05_places.ipynb", "draw", TITLE["zh"], TITLE["en"], "targets", widths, **more)


@pytest.fixture(autouse=True)
def no_open_figures():
    yield
    plt.close("all")


def save(folder, lang="zh", drawn=None, **changes):
    drawn = draw(DATA, lang=lang) if drawn is None else drawn
    return figures.save(drawn, "places", lang=lang, caption=told(lang, **changes), folder=folder)


def blank(**text):
    """A figure in the style with one empty axes and some text."""
    with style.context():
        fig = MplFigure(figsize=(3.2, 2), layout="constrained")
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


# ---------------------------------------------------------------- what is written


def test_every_file_is_where_it_belongs(saved):
    folder = saved["zh"]["csv"].parents[1]
    found = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert found == {"data/places.csv", *(f"{lang}/places.{kind}" for lang in ("en", "zh") for kind in KINDS)}


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_two_saves_give_the_same_bytes(saved, lang, tmp_path):
    for kind, path in save(tmp_path, lang).items():
        assert path.read_bytes() == saved[lang][kind].read_bytes(), kind


def test_saving_the_same_figure_again_gives_the_same_bytes_and_one_note(tmp_path):
    ax = draw(DATA, lang="zh")
    first, second = save(tmp_path / "a", drawn=ax), save(tmp_path / "b", drawn=ax)
    assert [path.read_bytes() for path in first.values()] == [path.read_bytes() for path in second.values()]
    assert [text.get_gid() for text in ax.figure.texts] == ["title", "source-note"]
    assert all(text.get_visible() for text in ax.figure.texts)


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
        for kind in KINDS[:5]:
            content = files[kind].read_bytes()
            for trace in ("Matplotlib v", "CreationDate", "Producer", "dc:date", "Software", str(ROOT)):
                assert trace.encode() not in content, (kind, trace)


def test_the_png_has_300_dpi_at_full_width_and_its_metadata(saved):
    with Image.open(saved["zh"]["png"]) as image, Image.open(saved["zh"]["plain.png"]) as plain:
        assert image.info["dpi"] == pytest.approx((300, 300), abs=0.01)
        assert image.width == plain.width == pytest.approx(170 / 25.4 * 300, abs=1)
        # Without title and note the picture is its body, 55 mm high.
        assert plain.height == pytest.approx(55 / 25.4 * 300, abs=1) and image.height > plain.height + 100
        assert image.info["Title"] == TITLE["zh"] and image.info["Description"] == ALT["zh"]
        band = np.asarray(image.convert("L"))[-plain.height :]
        assert not (np.asarray(plain.convert("L"))[:3] < 200).any() and band.shape == (
            plain.height,
            plain.width,
        )


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_text_of_the_svg_is_text(saved, lang):
    whole, plain = (ElementTree.parse(saved[lang][kind]).getroot() for kind in ("svg", "plain.svg"))
    said = ["".join(text.itertext()) for text in whole.iter(f"{SVG}text")]
    assert TITLE[lang] in said and "2027" in said and any(SOURCE[lang] in line for line in said)
    rest = ["".join(text.itertext()) for text in plain.iter(f"{SVG}text")]
    assert "2027" in rest and TITLE[lang] not in rest and not any(SOURCE[lang] in line for line in rest)
    assert "'Microsoft YaHei'" in saved[lang]["svg"].read_text(encoding="utf-8")


def test_the_ids_of_pictures_do_not_meet(saved):
    ids = []
    for files in saved.values():
        for kind in ("svg", "plain.svg"):
            text = files[kind].read_text(encoding="utf-8")
            own = re.findall(r'id="(places-[^"]+)"', text)
            assert {ref for ref in re.findall(r"url\(#([^)]+)\)", text)} <= set(own)
            assert not re.search(r'id="\w?[0-9a-f]{10}"', text)
            ids += own
    assert len(set(ids)) == len(ids) > 8


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_svg_is_well_formed_and_describes_itself(saved, lang):
    root = ElementTree.parse(saved[lang]["svg"]).getroot()
    title, description = root.find(f"{SVG}title"), root.find(f"{SVG}desc")
    assert (title.text, description.text) == (TITLE[lang], ALT[lang])
    assert root.get("role") == "img"
    assert root.get("aria-labelledby").split() == [title.get("id"), description.get("id")]
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang").startswith(lang)


def test_the_caption_is_there_as_text_with_the_full_citation(saved):
    text = saved["zh"]["txt"].read_text(encoding="utf-8")
    assert text == f"{TITLE['zh']}\n\n{ALT['zh']}\n\n注：{NOTE['zh']}\n资料来源：{CITED['zh']}\n"
    text = saved["en"]["txt"].read_text(encoding="utf-8")
    assert 'Note: A target printed as ">85%" is a lower bound.' in text


def test_the_data_are_csv_that_excel_reads_and_no_cell_is_a_formula(saved):
    content = saved["zh"]["csv"].read_bytes()
    assert content.startswith(b"\xef\xbb\xbf") and b"\r" not in content
    assert content.decode("utf-8-sig").splitlines() == [
        "place,year,printed,value",
        "yuhuan,2022,3.6,3.6",
        "cixi,2022,'=SUM(A1),0.3333333333",
        "yuhuan,2027,-5.5,-5.5",
        "cixi,2027,'@x,4",
    ]


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


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_text_of_the_pdf_can_be_searched(saved, lang):
    text = pdf_text(saved[lang]["pdf"])
    assert TITLE[lang] in text and "2027" in text.split("\n")
    assert SOURCE[lang].replace(" ", "") in text.replace("\n", "").replace(" ", "")


def test_the_pdf_names_title_and_alternative_text(saved):
    content = saved["en"]["pdf"].read_bytes()
    assert b"/Title (" + TITLE["en"].encode() + b")" in content
    assert b"/Subject (" + ALT["en"].encode() + b")" in content


@pytest.mark.parametrize("lang", style.LANGUAGES)
def test_the_note_stands_under_everything_and_inside_the_width(lang, tmp_path):
    ax, long = draw(DATA, lang=lang), SOURCE[lang] * 12
    files = save(tmp_path, lang, drawn=ax, source=long)
    note = next(text for text in ax.figure.texts if text.get_gid() == "source-note")
    assert note.get_text().count("\n") >= 2
    assert "".join(note.get_text().split()).endswith("".join(long.split()))
    box = note.get_window_extent(ax.figure.canvas.get_renderer())
    assert box.y1 < 0 and box.x0 >= 0 and box.x1 <= ax.figure.bbox.width
    with Image.open(files["png"]) as image:
        ink = np.asarray(image.convert("L")) < 200
    assert ink.any(axis=1)[-90:].any()  # the note is in the picture
    assert not ink[-3:].any() and not ink[:, -3:].any()  # and not cut by its edges


def test_a_dollar_sign_and_a_backslash_are_what_they_are(tmp_path):
    ax = draw(DATA, lang="zh")
    with style.context():
        ax.set_title("示$例\\alpha县 $x$")
    files = save(tmp_path, drawn=ax, title="各 $5 与 $6")
    assert "示$例\\alpha县 $x$" in files["svg"].read_text(encoding="utf-8")


# ---------------------------------------------------------------- refusals


@pytest.mark.parametrize("where", ["title", "source"])
def test_a_missing_glyph_is_an_error_that_names_the_text_and_writes_nothing(where, tmp_path):
    _, ax = blank(title="托位😀数" if where == "title" else "")
    ax.caption = told("zh")
    changes = {"source": "😀", "note": ""} if where == "source" else {}
    said = "托位😀数" if where == "title" else "资料来源：😀"
    with pytest.raises(
        FigureError, match=rf"Noto Sans SC has no glyph for '😀' \(U\+1F600\), used in “{said}”"
    ):
        save(tmp_path, drawn=ax, **changes)
    assert not list(tmp_path.iterdir())


def test_chinese_in_a_font_without_it_is_an_error(tmp_path):
    _, ax = blank()
    ax.set_title("托位", fontfamily="DejaVu Sans")
    with pytest.raises(FigureError, match=r"DejaVu Sans has no glyph for '托'"):
        save(tmp_path, drawn=ax)


def test_a_figure_drawn_outside_the_style_still_gets_chinese_text(tmp_path, caplog):
    fig = MplFigure(figsize=(4, 3), layout="constrained")
    fig.add_subplot().set_title("千人托位数")
    save(tmp_path, drawn=fig)
    assert not caplog.records


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"alt": "  "}, "no alt"),
        ({"source": ""}, "no source"),
        ({"title": ""}, "no title"),
        ({"lang": "de"}, "'zh' and 'en'"),
        ({"name": "../x"}, "cannot name"),
        ({"name": "con"}, "cannot name"),
        ({"name": "Größe"}, "cannot name"),
        ({"table": TABLE.iloc[:0]}, "no table"),
        ({"drawn": "figure"}, "Axes or a Figure, not str"),
    ],
)
def test_what_save_refuses(changes, says, tmp_path):
    drawn, name, lang = changes.pop("drawn", blank()[0]), changes.pop("name", "x"), changes.pop("lang", "zh")
    with pytest.raises(FigureError, match=says):
        figures.save(drawn, name, lang=lang, caption=told("zh", **changes), folder=tmp_path)
    assert not list(tmp_path.iterdir())


def test_an_unchanged_file_is_not_touched(tmp_path):
    ax = draw(DATA)
    files = save(tmp_path, drawn=ax)
    for path in files.values():
        os.utime(path, (1, 1))
    save(tmp_path, drawn=ax, note="")
    assert {kind for kind, path in files.items() if path.stat().st_mtime == 1} == {
        "csv",
        "plain.svg",
        "plain.png",
    }


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
    path = tmp_path / "data" / "x.csv"
    path.parent.mkdir()
    path.write_bytes(b"old")

    def fail(*arguments):
        if step == "write":
            with open(arguments[0], "wb") as half:
                half.write(arguments[1][:1])
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(*((Path, "write_bytes", fail) if step == "write" else (os, "replace", fail)))
    with pytest.raises(FigureError, match=rf"x\.csv could not be written: .*{says}"):
        figures._write(tmp_path, ".", "x", "csv", b"new")
    assert [(found.name, found.read_bytes()) for found in path.parent.iterdir()] == [("x.csv", b"old")]


def test_a_folder_that_cannot_be_made_is_one_readable_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(FigureError, match=r"could not be written: .*folder="):
        save(tmp_path / "file")


# ---------------------------------------------------------------- build


def test_build_saves_every_figure_in_both_languages_and_writes_the_index(tmp_path, saved):
    seen, specs = [], [spec(), spec("again", "full column")]
    files = figures.build(object(), folder=tmp_path, figures=specs, progress=lambda *step: seen.append(step))
    assert seen == [(1, 4, "zh/places"), (2, 4, "en/places"), (3, 4, "zh/again"), (4, 4, "en/again")]
    assert list(files.columns) == ["name", "lang", "kind", "path"]
    assert len(files) == 2 * (2 * 6 + 1) + 2 * 3 and all(path.is_file() for path in files["path"])
    assert plt.get_fignums() == []
    for lang in style.LANGUAGES:
        assert (tmp_path / lang / "places.pdf").read_bytes() == saved[lang]["pdf"].read_bytes()
        with Image.open(tmp_path / lang / "again.half.png") as half:
            assert half.width == pytest.approx(82 / 25.4 * 300, abs=1)
    first = (tmp_path / "README.md").read_bytes()
    index = first.decode("utf-8")
    for part in (
        "[05_places.ipynb](../notebooks/05_places.ipynb)",
        "[places.csv](data/places.csv)",
        "`targets`",
    ):
        assert part in index
    assert "two counties, 2022 to 2027 \\<both\\>." in index and f"资料来源：{CITED['zh']}" in index
    for target in re.findall(r"\]\(((?!\.\.|#)[^)]+)\)", index):
        assert (tmp_path / target).is_file(), target
    figures.build(object(), folder=tmp_path, figures=specs)
    assert (tmp_path / "README.md").read_bytes() == first


def test_pages_are_saved_one_by_one_and_linked(tmp_path):
    files = figures.build(object(), folder=tmp_path, figures=[spec(pages=3)])
    assert {path.name for path in files["path"] if path.suffix == ".pdf"} == {
        "places.pdf",
        "places-2.pdf",
        "places-3.pdf",
    }
    assert "(zh/places-3.png)" in (tmp_path / "README.md").read_text(encoding="utf-8")


def test_single_figures_leave_the_index_alone(tmp_path):
    figures.build(object(), folder=tmp_path, figures=[spec(), spec("again")], names=["again"])
    assert not (tmp_path / "README.md").exists()
    assert sorted(path.name for path in (tmp_path / "data").iterdir()) == ["again.csv"]


@pytest.mark.parametrize(
    ("specs", "names", "says"),
    [
        ([spec()], ["pace"], "there is no figure pace: the figures are places"),
        ([spec()], [], "there is no figure"),
        ([figures.Registered("x", "n", "absent", "题", "title", "")], None, "absent"),
        ([spec(error=DataError)], None, "figure zh/places: nothing to draw"),
        ([spec(labelled=True)], None, "differ between zh and en"),
    ],
)
def test_what_build_refuses(specs, names, says, tmp_path):
    with pytest.raises((FigureError, DataError), match=says):
        figures.build(object(), folder=tmp_path, figures=specs, names=names)


@pytest.mark.parametrize("workers", [1, 2])
def test_a_figure_for_which_there_is_nothing_keeps_no_other_from_being_made(tmp_path, workers):
    unfit, specs = [], [spec("bare", error=DataError), spec()]
    files = figures.build({}, folder=tmp_path, figures=specs, unfit=unfit.append, workers=workers)
    assert set(files["name"]) == {"places"}
    assert [str(error)[:14] for error in unfit] == ["figure zh/bare", "figure en/bare"]
    index = (tmp_path / "README.md").read_text(encoding="utf-8")
    assert "places.png" in index and "bare" not in index


def test_a_disk_that_cannot_be_written_is_no_unfit_figure(tmp_path):
    (tmp_path / "zh").write_bytes(b"a file where the folder should be")
    with pytest.raises(FigureError, match="could not be written"):
        figures.build(object(), folder=tmp_path, figures=[spec()], unfit=pytest.fail)


@pytest.mark.parametrize("entry", figures.FIGURES, ids=lambda entry: entry.name)
def test_a_registered_figure_has_its_function_and_titles(entry):
    function = entry.function.partition(":")[0]
    assert function in dir(plot) and callable(getattr(plot, function))
    assert entry.title_zh and entry.title_en and entry.notebook.endswith(".ipynb")
    assert entry.widths in ("full", "full column")
