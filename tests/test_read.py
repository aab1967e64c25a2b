"""Documents in: one table written in every form that offices have, each of which comes in cell for cell."""

from __future__ import annotations

import csv
import html
import io
import os
import shutil
import subprocess
import time
import tracemalloc
import zipfile
import zlib

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

import qiyou
from qiyou.data import root
from qiyou.data.grids import Grid, grids
from qiyou.errors import DataError, QiyouError
from qiyou.read import into, tables

YEARS = ["2022", "2023", "2024", "2025", "2026", "2027"]
TITLE = "附件1  玉环市公共服务“七优享”工程五年行动目标"
SPORTS = "sports_area_per_capita"
FOOT = "备注：1.带★为全省共性指标。2.基期为2022年。"


def rows() -> list[dict[str, str]]:
    text = (root() / "documents" / "yuhuan-plan-2023" / "table.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


ROWS = rows()
COLUMNS = ["row", "domain", "indicator", "printed_name", "star", "printed_unit", *YEARS, "department"]


def expected(domains: bool = True) -> pd.DataFrame:
    """The table as transcribed; a merged domain stands in its first row."""
    frame = pd.DataFrame(ROWS)[COLUMNS].assign(indicator="")
    frame["domain"] = frame["domain"].where(
        frame["domain"] != frame["domain"].replace("", None).ffill().shift(), ""
    )
    return frame if domains else frame.assign(domain="")


def same(found: pd.DataFrame, wanted: pd.DataFrame | None = None):
    pd.testing.assert_frame_equal(found, expected() if wanted is None else wanted, check_dtype=False)


HEADS = {
    "plain": [f"{year}年" for year in YEARS],
    "float": [f"{year}.0" for year in YEARS],
    "words": ["2022年（基期）", *(f"{year}年目标" for year in YEARS[1:])],
    "wide": ["２０２２年", *YEARS[1:]],
}


def lines(head="plain", *, unit="column", star="★", domain=True, two=True) -> list[list[str]]:
    """The rows as a plan prints them: a head of two lines, a star behind the name, the unit in a column or
    behind the name in brackets."""
    units = ["单位"] if unit == "column" else []
    above = ["序号", *(["领域"] if domain else []), "指标名称", *units]
    years = HEADS[head]
    if two:
        out = [[*above, "基期", "目标", "", "", "", "", "牵头单位"], [*[""] * len(above), *years, ""]]
    else:
        out = [[*above, *years, "责任单位"]]
    previous = ""
    for row in ROWS:
        name = row["printed_name"]
        if unit == "brackets" and row["printed_unit"]:
            name += f"（{row['printed_unit']}）"
        name += star if row["star"] else ""
        serial = "" if row["row"] == "12b" else row["row"]
        shown = row["domain"] if row["domain"] != previous else ""
        previous = row["domain"] or previous
        cells = [serial, *([shown] if domain else []), name, *([row["printed_unit"]] if units else [])]
        out.append([*cells, *(row[year] for year in YEARS), row["department"]])
    return out


def to_xlsx(path, body, *, merged=(), title=True, foot=True, numbers=False):
    from openpyxl import Workbook
    from openpyxl.utils import get_column_letter

    book = Workbook()
    sheet = book.active
    sheet.title = "目标表"
    offset = 0
    if title:
        sheet.append([TITLE])
        sheet.merge_cells(f"A1:{get_column_letter(len(body[0]))}1")
        sheet.append([])
        offset = 2
    for line in body:
        sheet.append([cell or None for cell in line])
        if numbers:
            for column in range(len(line)):
                cell = sheet.cell(sheet.max_row, column + 1)
                text = line[column]
                if text and text.replace(".", "", 1).isdigit() and not text.startswith("0"):
                    digits = len(text.partition(".")[2])
                    cell.value, cell.number_format = float(text), "0." + "0" * digits if digits else "0"
                elif text.endswith("%") and text[:-1].replace(".", "", 1).isdigit():
                    digits = len(text[:-1].partition(".")[2])
                    cell.value = float(text[:-1]) / 100
                    cell.number_format = ("0." + "0" * digits if digits else "0") + "%"
    if foot:
        sheet.append([FOOT])
    for area in merged:
        left, top, right, bottom = area
        sheet.merge_cells(
            start_row=top + offset, start_column=left, end_row=bottom + offset, end_column=right
        )
    book.save(path)
    return path


def to_docx(path, body, *, merged=(), wide=False):
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Cm

    document = docx.Document()
    if wide:
        document.sections[0].page_width, document.sections[0].page_height = Cm(80), Cm(60)
        fonts = document.styles["Normal"].element.get_or_add_rPr().get_or_add_rFonts()
        for name in ("w:ascii", "w:hAnsi", "w:eastAsia"):
            fonts.set(qn(name), "Noto Sans SC")
    document.add_paragraph(TITLE)
    document.add_table(1, 2).cell(0, 0).text = "联系人"
    table = document.add_table(len(body), len(body[0]), "Table Grid")
    for number, line in enumerate(body):
        for cell, text in zip(table.rows[number].cells, line, strict=True):
            cell.text = text
    for left, top, right, bottom in merged:
        first, last = table.cell(top - 1, left - 1), table.cell(bottom - 1, right - 1)
        text = first.text
        first.merge(last).text = text
    document.add_paragraph(FOOT)
    document.save(path)
    return path


def to_html(path, body, *, merged=(), encoding="utf-8"):
    spans = {(top, left): (bottom - top + 1, right - left + 1) for left, top, right, bottom in merged}
    hidden = {
        (r, c)
        for (top, left), (height, width) in spans.items()
        for r in range(top, top + height)
        for c in range(left, left + width)
    } - set(spans)
    out = [
        f"<html><head><meta charset='{encoding}'><script>alert(1)</script></head><body><p>{TITLE}</p><table>"
    ]
    for r, line in enumerate(body, 1):
        cells = []
        for c, text in enumerate(line, 1):
            if (r, c) not in hidden:
                height, width = spans.get((r, c), (1, 1))
                shown = html.escape(text).replace("指标名称", "指标<br>名称")
                cells.append(f"<td rowspan={height} colspan='{width}'><p>{shown}</p></td>")
        out.append("<tr>" + "".join(cells) + "</tr>")
    out.append(f"</table><p>{FOOT}</p></body></html>")
    path.write_bytes("\n".join(out).encode(encoding))
    return path


def merges(body, domain=2):
    """The merged areas of the printed form: the head's two lines, the target years, each domain."""
    wide = len(body[0])
    first = next(c for c, text in enumerate(body[0], 1) if text == "目标")
    areas = [(first, 1, first + 4, 1), (wide, 1, wide, 2), *((c, 1, c, 2) for c in range(1, first - 1))]
    tops = [r for r, line in enumerate(body, 1) if r > 2 and line[domain - 1]]
    ends = [*(top - 1 for top in tops[1:]), len(body)]
    return areas + [(domain, top, domain, end) for top, end in zip(tops, ends, strict=True) if end > top]


@pytest.mark.parametrize("head", list(HEADS))
def test_a_workbook_comes_in_cell_for_cell(tmp_path, head):
    body = lines(head)
    same(tables(to_xlsx(tmp_path / "plan.xlsx", body, merged=merges(body)))[0])
    body = lines(head, unit="brackets", two=False)
    same(tables(to_xlsx(tmp_path / "brackets.xlsx", body, title=False, foot=False))[0])


@pytest.mark.parametrize("form", ["xlsx", "docx", "html"])
def test_every_merged_area_spans_what_was_drawn(tmp_path, form):
    body, path = lines(), tmp_path / f"plan.{form}"
    areas = merges(body)
    if form == "xlsx":
        to_xlsx(path, body, merged=areas, title=False, foot=False)
    else:
        {"docx": to_docx, "html": to_html}[form](path, body, merged=areas)
    *_, grid = grids(path)
    drawn = {(top - 1, left - 1): (bottom - top + 1, right - left + 1) for left, top, right, bottom in areas}
    assert {place: span for place, span in grid.spans.items() if span != (1, 1)} == drawn
    assert len(drawn) > 5 and len(grid.rows) == len(body)


def test_an_empty_run_of_a_word_file_is_no_text(tmp_path):
    import docx
    from docx.oxml import OxmlElement

    document = docx.Document()
    cell = document.add_table(1, 2).cell(0, 0)
    cell.text = "托位"
    cell.paragraphs[0].runs[0]._r.append(OxmlElement("w:t"))
    document.save(tmp_path / "plan.docx")
    assert grids(tmp_path / "plan.docx")[0].rows == [["托位", ""]]


def test_numbers_of_a_workbook_come_in_as_they_are_shown(tmp_path):
    same(tables(to_xlsx(tmp_path / "plan.xlsx", lines(), numbers=True))[0])


@pytest.mark.parametrize(
    ("value", "form", "shown"),
    [
        (3.0, "General", "3"),
        (3.25, "General", "3.25"),
        (3.0, "0.0", "3.0"),
        (3.0, "0.00", "3.00"),
        (0.85, "0%", "85%"),
        (0.855, "0.0%", "85.5%"),
        (1234.0, "#,##0", "1,234"),
        (1234.5, "#,##0.00", "1,234.50"),
        (2.5, "0", "3"),
        (9_999_999_999.0, "General", "9999999999"),
        (10_000_000_000.0, "General", "10000000000"),
        (-11_000_000_000.0, "@", "-11000000000"),
        (True, "General", "TRUE"),
    ],
)
def test_a_number_comes_in_as_its_cell_shows_it(tmp_path, value, form, shown):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["指标", "2022年", "2027年"])
    book.active.append(["人均体育场地面积", value, value])
    for cell in book.active[2][1:]:
        cell.number_format = form
    book.save(tmp_path / "plan.xlsx")
    assert tables(tmp_path / "plan.xlsx")[0].loc[0, ["2022", "2027"]].tolist() == [shown, shown]


@pytest.mark.parametrize("unit", ["column", "brackets"])
def test_a_word_file_comes_in_cell_for_cell(tmp_path, unit):
    body = lines("words", unit=unit)
    same(tables(to_docx(tmp_path / "plan.docx", body, merged=merges(body)))[0])


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_web_page_comes_in_cell_for_cell(tmp_path, encoding):
    body = lines("words")
    same(tables(to_html(tmp_path / "plan.html", body, merged=merges(body), encoding=encoding))[0])


def test_a_pdf_comes_in_cell_for_cell(tmp_path):
    import matplotlib.pyplot as plt
    from matplotlib.backends.backend_pdf import PdfPages

    from qiyou.plot import style

    body = lines("words", domain=False)
    edges = [0, 4, 40, 52, *(52 + 11 * k for k in range(1, 7)), 140]
    path = tmp_path / "plan.pdf"
    with style.context(), PdfPages(path) as pdf:
        for part in (body[:20], body[20:]):  # the table goes on overleaf, without a head
            figure = plt.figure(figsize=(24, 12), layout="none")
            ax = figure.add_axes([0.02, 0.02, 0.96, 0.96])
            ax.axis("off")
            ax.vlines(edges, -len(part), 0)
            ax.hlines(range(-len(part), 1), 0, edges[-1])
            for row, line in enumerate(part):
                for left, text in zip(edges, line, strict=False):
                    ax.text(left + 0.5, -row - 0.7, text, fontsize=8)
            pdf.savefig(figure)
            plt.close(figure)
    same(tables(path)[0], expected(domains=False))
    assert [grid.where for grid in grids(path)] == ["page 1", "page 2"]


@pytest.mark.skipif(shutil.which("soffice") is None, reason="no LibreOffice here")
def test_a_pdf_of_an_office_program_comes_in(tmp_path):
    from pathlib import Path

    from matplotlib import font_manager

    from qiyou.plot import style

    body = lines("words")
    source = to_docx(tmp_path / "plan.docx", body, merged=merges(body), wide=True)
    with style.context():
        font = Path(font_manager.findfont(style.font()))
    fonts = f"<fontconfig><dir>{font.parent}</dir><cachedir>{tmp_path}</cachedir></fontconfig>"
    (tmp_path / "fonts.conf").write_text(fonts)
    home = f"-env:UserInstallation=file://{tmp_path}/home"
    command = ["soffice", home, "--headless", "--convert-to", "pdf", "--outdir", str(tmp_path), str(source)]
    environment = os.environ | {"FONTCONFIG_FILE": str(tmp_path / "fonts.conf")}
    done = subprocess.run(command, capture_output=True, timeout=120, env=environment)
    if done.returncode or not (tmp_path / "plan.pdf").exists():
        pytest.skip("LibreOffice does not run here")
    same(tables(tmp_path / "plan.pdf")[0])


TEXTS = {
    "gbk": (",", "gbk"),
    "utf-16 tab": ("\t", "utf-16"),
    "semicolon": (";", "utf-8-sig"),
    "pipe": ("|", "utf-8"),
    "comma": (",", "utf-8"),
}


@pytest.mark.parametrize("form", list(TEXTS))
def test_a_text_table_comes_in_cell_for_cell(tmp_path, form):
    sign, encoding = TEXTS[form]
    text = io.StringIO()
    body = [[TITLE], *lines("words"), [FOOT]]
    csv.writer(text, delimiter=sign).writerows([*line, *[""] * (11 - len(line))] for line in body)
    path = tmp_path / ("plan.txt" if sign == "\t" else "plan.csv")
    path.write_bytes(text.getvalue().encode(encoding))
    same(tables(path)[0])


def test_the_files_of_the_cases_come_in(tmp_path):
    """A table as WPS saves it, in GBK, with a title above, two head lines and a footnote."""
    printed = """附件1,,,,,,,,,,
某县公共服务“七优享”工程五年目标,,,,,,,,,,
序号,领域,指标名称,单位,基期,目标,,,,,牵头单位
,,,,2022年,2023年,2024年,2025年,2026年,2027年,
1,幼有善育,每千人口拥有3岁以下婴幼儿托位数*,个,3,3.5,4,4.5,5,5.5,县卫健局
2,体有强健,人均体育场地面积,m²,2.5,2.6,2.7,2.8,2.9,3,县文旅局
备注：1.带*为全省共性指标。,,,,,,,,,,
"""
    path = tmp_path / "saved.csv"
    path.write_bytes(printed.encode("gb18030"))
    (found,) = tables(path)
    assert found["printed_name"].tolist() == ["每千人口拥有3岁以下婴幼儿托位数", "人均体育场地面积"]
    assert found["star"].tolist() == ["*", ""] and found["2022"].tolist() == ["3", "2.5"]
    report = into(path, _folder(tmp_path), lang="zh")
    assert report["outcome"].tolist() == ["matched", "matched", "left", "left", "title"]
    assert report["printed_name"].tolist()[2:] == [
        "附件1",
        "备注：1.带*为全省共性指标。",
        "某县公共服务“七优享”工程五年目标",
    ]


def _folder(tmp_path, name="kaihua-plan-2023"):
    from qiyou import scaffold

    return scaffold.new(name, place="kaihua", years=(2022, 2027), parent=tmp_path)


def test_into_fills_a_folder_that_the_check_reads(tmp_path):
    body = lines("words")
    path = to_xlsx(tmp_path / "plan.xlsx", body, merged=merges(body))
    folder = _folder(tmp_path)
    written = ("table.csv", "decisions.csv")
    before = {name.name: name.read_bytes() for name in folder.iterdir() if name.name not in written}
    report = into(path, folder, lang="en")
    assert report.columns.tolist() == ["outcome", "at", "row", "printed_name", "indicator", "why"]
    rows = report[report["row"] != ""]
    assert rows["outcome"].eq("matched").all() and len(rows) == len(ROWS)
    told = rows[rows["why"] != ""].set_index("row")["why"]
    # the header of row 10 counts 万人次, its cells print 万人: the document's decision
    assert told.index.tolist() == ["10", "12b"] and "it prints the unit 人, the header 人次" in told["10"]
    assert told["12b"] == "no serial and no name: taken as a further line of the row above"
    assert rows["indicator"].tolist() == [row["indicator"] for row in ROWS]
    assert rows["at"].iloc[0] == "目标表!A5"
    assert report[report["row"] == ""]["why"].tolist() == ["a footnote", "the title, put into document.toml"]
    assert {name: (folder / name).read_bytes() for name in before} == before
    assert sorted(path.name for path in folder.iterdir()) == sorted([*before, *written])
    # every cell stands in the table as printed, and those of row 10 are left out, each by a decision
    decided = pd.read_csv(folder / "decisions.csv", dtype=str)
    cells = (
        pd.read_csv(folder / "table.csv", dtype=str)
        .set_index("row")
        .loc["10", [str(year) for year in range(2022, 2028)]]
    )
    assert decided["at"].tolist() == [f"table:10:{year}" for year in cells.index]
    assert decided["printed"].tolist() == cells.tolist() and set(decided["reading"]) == {"—"}
    findings = qiyou.data.check(also=[folder])
    # (an id of its own and a title are still to be written)
    wrong = findings[findings["severity"].eq("error") & ~findings["file"].str.endswith("document.toml")]
    assert wrong.empty
    (warning,) = findings.loc[findings["file"].str.endswith("decisions.csv"), "what"]
    assert warning.startswith("6 cells are left out (row 10)")


def _only_a_workbook(tmp_path, body, **form):
    """A folder of one's own whose table is a workbook, and no table.csv."""
    from qiyou import scaffold

    folder = scaffold.new("yuhuan-own", place="yuhuan", years=(2022, 2027), parent=tmp_path)
    about = (folder / "document.toml").read_text(encoding="utf-8")
    (folder / "document.toml").write_text(about.replace('title = ""', 'title = "某方案"'), encoding="utf-8")
    (folder / "table.csv").unlink()
    to_xlsx(folder / "table.xlsx", body, **form)
    return folder


def test_a_folder_with_a_workbook_and_no_text_table_works_as_it_is(tmp_path):
    body = lines("words")
    # what the print itself does not settle: row 10 counts 万人次 and prints 万人, row 12 has two lines
    body = body[:2] + [line for line in body[2:] if line[0] not in ("10", "12", "")]
    folder = _only_a_workbook(tmp_path, body)
    data = qiyou.load(also=[folder])
    mine, theirs = (
        data.targets[data.targets["document"].eq(document)].set_index(["indicator", "year"])
        for document in (folder.name, "yuhuan-plan-2023")
    )
    theirs = theirs[theirs["variant"].eq("")]
    assert len(mine) > 150
    for name in ("printed", "value", "relation", "unit", "star"):
        assert mine[name].equals(theirs.loc[mine.index, name]), name
    facts = qiyou.answer(data, "玉环", "托位数").facts.set_index("document")
    assert facts.loc[folder.name, "reading"] == "BELOW_EXPERIENCE"


def test_a_workbook_in_the_layout_of_the_text_table_keeps_its_ids(tmp_path):
    body = [
        ["row", "indicator", "printed_name", "printed_unit", *YEARS],
        ["1", SPORTS, "人均体育场地面积", "平方米/人", *"234567"],
    ]
    folder = _only_a_workbook(tmp_path, body, title=False, foot=False)
    mine = qiyou.load(also=[folder]).targets.query("document == @folder.name")
    assert mine["indicator"].unique().tolist() == [SPORTS] and mine["value"].tolist() == [2, 3, 4, 5, 6, 7]


def test_what_is_not_read_in_a_workbook_is_a_finding(tmp_path):
    body = [["指标", "单位", *YEARS], ["人均体育场地面积", "平方米/人", "2", "3", "", "5", "6", "7"]]
    folder = _only_a_workbook(tmp_path, body, merged=[(4, 2, 5, 2)])
    found = qiyou.data.check(also=[folder], lang="zh").query("file.str.endswith('table.xlsx')")
    told = found[found["severity"].eq("error")]
    assert told["what"].str.contains("合并单元格").all() and told["line"].tolist() == [4]
    assert found.loc[found["severity"].eq("note"), "what"].str.contains("表注").any()
    (folder / "table.xlsx").write_bytes(b"PK no workbook")
    told = qiyou.data.check(also=[folder], lang="zh").query("file.str.endswith('table.xlsx')")
    assert told["severity"].tolist() == ["error"] and "table.xlsx" in told["what"].iloc[0]


def test_a_name_that_is_no_alias_gets_a_stub_and_no_guess(tmp_path):
    body = lines()
    body[2][2] = "每千人口拥有3岁以下婴幼儿托育位数★"
    body[3][2:4] = ["新建口袋公园（个）", ""]
    folder = _folder(tmp_path)
    report = into(to_xlsx(tmp_path / "plan.xlsx", body), folder, lang="zh")
    first, second = report.iloc[0], report.iloc[1]
    assert (first["outcome"], second["outcome"]) == ("stub", "stub")
    assert first["indicator"] == "kaihua_plan_2023_1" and "别名" in first["why"]
    stubs = list(csv.DictReader((folder / "indicators.csv").read_text(encoding="utf-8").splitlines()))
    assert [stub["name_zh"] for stub in stubs] == ["每千人口拥有3岁以下婴幼儿托育位数", "新建口袋公园"]
    assert stubs[0]["unit"] == "个" and stubs[0]["domain"] == "幼有善育"
    assert not any(stubs[0][name] for name in ("direction", "kind", "lower", "upper", "denominator"))
    assert stubs[0]["core"] == "false", "the 21 core indicators are known"
    with pytest.raises(DataError, match="rows already; nothing is overwritten"):
        into(tmp_path / "plan.xlsx", folder)


def test_what_a_cell_does_not_tell_is_named_and_left_empty(tmp_path):
    import datetime

    from openpyxl import load_workbook

    path = to_xlsx(tmp_path / "plan.xlsx", lines(), title=False, foot=False)
    book = load_workbook(path)
    sheet = book.active
    sheet["E3"] = datetime.date(2024, 1, 2)  # 1-2, once
    sheet["F3"] = "=1+1"
    sheet["G3"], sheet["G3"].number_format = 4.5, "0.0E+00"
    sheet["H3"], sheet["H3"].number_format = 4.556, '0.0_ ;[Red]\\-0.0" "'
    sheet["I3"], sheet["I3"].number_format = 12345, '#,##0"人"'
    sheet.merge_cells("E5:G5")
    sheet["J4"] = "6.5(年均增速)"
    book.save(path)
    report = into(path, _folder(tmp_path), lang="en")
    table = pd.read_csv(tmp_path / "kaihua-plan-2023" / "table.csv", dtype=str, keep_default_na=False)
    assert table.loc[0, YEARS].tolist() == ["", "", "", "4.6", "12,345人", "5.5"]
    why = report.loc[0, "why"]
    assert (
        "目标表!E3 (2022): the cell holds a date" in why
        and "目标表!F3 (2023): the cell holds a formula" in why
    )
    assert "目标表!G3 (2024): the number format" in why and "2026: cannot read '12,345人'" in why
    assert table.loc[1, "2027"] == "6.5(年均增速)"  # as printed; the check asks for a decision
    assert (
        "2027: cannot read '6.5(年均增速)': the remark (年均增速) bears on the figure" in report.loc[1, "why"]
    )
    assert "目标表!E5 (2022): a merged cell" in report.loc[2, "why"]


def test_other_habits_of_print(tmp_path):
    """Domains as lines, units in the names' brackets, serials in brackets, a column of remarks."""
    path = tmp_path / "habits.csv"
    path.write_text(
        """某某区目标表
序号,指标名称（单位）,2022年实际,2023年,2027年目标,责任部门,备注
一、幼有善育,,,,,,
1,★每千人口拥有3岁以下婴幼儿托位数（个）,3.87,4,5.5,卫健局,约束性
（2）,普惠托位占比(%),60,62.5,≥70,卫健局,
,其中：公办（%）,20,25,30,,
二、学有优教,,,,,,
3,高等教育毛入学率,66.3%,67.5%,72%,教育局,
注：★为核心指标,,,,,,
""",
        encoding="utf-8",
    )
    (found,) = tables(path)
    assert found["row"].tolist() == ["1", "2", "2b", "3"] and found["star"].tolist() == ["*", "", "", ""]
    assert found["printed_unit"].tolist() == ["个", "%", "%", ""]
    assert found["2027"].tolist() == ["5.5", "≥70", "30", "72%"]
    report = into(path, _folder(tmp_path), lang="en")
    assert report["outcome"].tolist() == [
        *("matched", "matched", "stub", "matched", "left", "left", "left", "left", "title")
    ]
    left = dict(zip(report["printed_name"][4:], report["why"][4:], strict=True))
    assert left == {
        "某某区目标表": "the title, put into document.toml",
        "一、幼有善育": "no row of an indicator",
        "约束性": "table.csv has no such column",
        "二、学有优教": "no row of an indicator",
        "注：★为核心指标": "a footnote",
    }
    # a bracket that holds no unit belongs to the name; a name that people ask by is no printed one
    path.write_text("指标,单位,2027\n残疾人之家（试点）,,9\n托位数,个,5\n", encoding="utf-8")
    assert tables(path)[0][["printed_name", "printed_unit"]].values[0].tolist() == ["残疾人之家（试点）", ""]
    assert into(path, _folder(tmp_path, "asked-plan-2023"))["outcome"].tolist() == ["stub", "stub", "left"]
    # years above their meaning, the name's head one line lower; one year; years as values
    path.write_text(",,2022年,2027年\n指标,单位,基期值,目标值\n甲,个,1950,2027\n", encoding="utf-8")
    assert tables(path)[0][["printed_name", "2022", "2027"]].values.tolist() == [["甲", "1950", "2027"]]
    path.write_text("主要指标\t计量单位\t2027年\n人均预期寿命\t岁\t82.7\n", encoding="utf-16")
    assert tables(path)[0].loc[0, ["row", "star", "2027"]].tolist() == ["1", "?", "82.7"]


def test_a_table_without_a_head_goes_on_only_if_its_columns_are_the_same(tmp_path):
    head, rest = "<tr><td>指标<td>单位<td>2027年<tr><td>甲<td>个<td>5", "<tr><td>乙<td>个<td>6"
    path = tmp_path / "plan.html"
    path.write_text(
        f"<table>{head}</table><table>{rest}</table><table><tr><td>电话<td>123</table>", encoding="utf-8"
    )
    assert tables(path)[0][["row", "printed_name", "2027"]].values.tolist() == [
        ["1", "甲", "5"],
        ["2", "乙", "6"],
    ]


def test_what_a_merged_cell_hides_is_not_printed(tmp_path):
    import docx

    body = [["领域", "指标", "2027年"], ["幼有善育", "甲", "5"], ["", "乙", "6"]]
    path = to_docx(tmp_path / "plan.docx", body, merged=[(1, 2, 1, 3)])
    document = docx.Document(path)
    hidden = document.tables[1]._tbl.tr_lst[2].tc_lst[0]
    hidden.p_lst[0].add_r().text = "学有优教"
    document.save(path)
    assert tables(path)[0]["domain"].tolist() == ["幼有善育", ""]


def test_several_tables_are_not_mixed(tmp_path):
    body = lines(two=False)
    other = [line[:-3] for line in body]
    path = tmp_path / "plan.html"
    to_html(path, body)
    text = to_html(tmp_path / "other.html", other).read_text(encoding="utf-8")
    second = text[text.index("<table>") : text.index("</table>")]
    path.write_text(
        path.read_text(encoding="utf-8").replace("</table>", f"</table>{second}</table>"), encoding="utf-8"
    )
    assert [frame.shape[1] for frame in tables(path)] == [13, 11]
    with pytest.raises(DataError, match="several target tables"):
        into(path, _folder(tmp_path))
    twice = [[*line, line[-2]] for line in body]
    with pytest.raises(DataError, match="two columns are headed 2027"):
        tables(to_html(tmp_path / "twice.html", twice))


# --------------------------------------------------------------------------------------- hostile files


def _zip(path, parts: dict[str, bytes]):
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in parts.items():
            packed.writestr(name, content)
    return path


def _mended(source, path, name, change):
    with zipfile.ZipFile(source) as packed:
        return _zip(
            path, {n: change(packed.read(n)) if n == name else packed.read(n) for n in packed.namelist()}
        )


def _bomb(tmp_path):
    source = to_xlsx(tmp_path / "a.xlsx", lines())
    sheet = "xl/worksheets/sheet1.xml"
    return _mended(source, tmp_path / "bomb.xlsx", sheet, lambda xml: xml + b" " * 300_000_000)


def _entities(tmp_path):
    source = to_xlsx(tmp_path / "a.xlsx", lines())
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY y SYSTEM "file:///etc/hostname">]>'
    change = lambda xml: doctype + xml[xml.index(b"<worksheet") :]  # noqa: E731
    return _mended(source, tmp_path / "xxe.xlsx", "xl/worksheets/sheet1.xml", change)


def _word_entities(tmp_path):
    source = to_docx(tmp_path / "a.docx", lines())
    doctype = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
    change = lambda xml: doctype + xml[xml.index(b"<w:document") :]  # noqa: E731
    return _mended(source, tmp_path / "lol.docx", "word/document.xml", change)


def _truncated(tmp_path):
    path = tmp_path / "cut.xlsx"
    path.write_bytes(to_xlsx(tmp_path / "a.xlsx", lines()).read_bytes()[:3000])
    return path


def _written(name, content):
    def write(tmp_path):
        path = tmp_path / name
        path.write_bytes(content)
        return path

    return write


def _pdf_bomb(tmp_path):
    stream = zlib.compress(b" " * 400_000_000, 9)
    head = b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
    head += b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
    page = b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Contents 4 0 R>>endobj\n"
    page += b"4 0 obj<</Filter/FlateDecode/Length "
    path = tmp_path / "bomb.pdf"
    path.write_bytes(
        head
        + page
        + str(len(stream)).encode()
        + b">>stream\n"
        + stream
        + b"\nendstream endobj\ntrailer<</Root 1 0 R>>\n%%EOF"
    )
    return path


HOSTILE = {
    "a zip bomb": (_bomb, "unpacks to"),
    "external entities": (_entities, "declares entities"),
    "entities in entities": (_word_entities, "declares entities"),
    "a truncated file": (_truncated, "damaged"),
    "a password": (_written("plan.xlsx", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)), "password"),
    "an old workbook": (
        _written("plan.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)),
        "before 2007",
    ),
    "nothing": (_written("plan.csv", b""), "empty"),
    "no table": (_written("plan.csv", "只有文字，没有表格".encode()), "no table with 指标 and years"),
    "noise": (_written("plan.csv", bytes(range(256)) * 9), "no text|no encoding"),
    "a picture": (_written("plan.png", b"\x89PNG\r\n\x1a\n" + bytes(99)), "none of"),
    "a broken pdf": (_written("plan.pdf", b"%PDF-1.7\n" + b"x" * 999), "damaged|without text"),
    "a bomb in a pdf": (_pdf_bomb, "unpacks to"),
    "a zip of something": (lambda path: _zip(path / "plan.xlsx", {"a.txt": b"a"}), "neither a workbook nor"),
    "a wide table": (
        lambda path: _written("w.html", b"<table><tr><td colspan=9999>2022<td>" * 9 + b"</table>")(path),
        "too large",
    ),
    "no file": (lambda path: path / "missing.xlsx", "is no file"),
    "a folder": (lambda path: path, "is no file"),
}


@pytest.mark.parametrize("name", list(HOSTILE))
def test_a_hostile_file_is_one_sentence(tmp_path, name):
    make, says = HOSTILE[name]
    path = make(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    tracemalloc.start()
    start = time.perf_counter()
    with pytest.raises(DataError, match=says) as caught:
        tables(path)
    spent, (_, peak) = time.perf_counter() - start, tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert spent < 60 and peak < 250e6
    assert caught.value.said("zh") != caught.value.said("en") and "read." not in caught.value.said("zh")
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 400
    assert sorted(tmp_path.rglob("*")) == before


def test_cells_stand_where_they_are_laid():
    """Each at the first free place of its row; what it spans is taken, and nothing beyond."""
    grid = Grid("Sheet1")
    assert [grid.put(0, 0, " a ", 2, 2), grid.put(0, 2, "b"), grid.put(1, 0, "c"), grid.put(2, 1, "d")] == [
        2,
        3,
        3,
        2,
    ]
    assert grid.put(4, 0, "e", 1, 3) == 3 and grid.put(4, 1, "f") == 4 and grid.put(0, 3, "g") == 4
    assert grid.rows == [["a", "", "b", "g"], ["", "", "c"], ["", "d"], [], ["e", "", "", "f"]]
    assert grid.spans == {(0, 0): (2, 2), (4, 0): (1, 3)}
    assert (grid.at(0, 0), grid.at(4, 2), grid.at(9, 27)) == ("Sheet1!A1", "Sheet1!C5", "Sheet1!AB10")


def _pages(path, texts, *, more=b""):
    """A PDF by hand, each page with its text or with none."""
    kids = b" ".join(b"%d 0 R" % (10 + 2 * k) for k in range(len(texts)))
    body = [b"1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj"]
    body += [b"2 0 obj<</Type/Pages/Kids[%s]/Count %d>>endobj" % (kids, len(texts))]
    body += [b"3 0 obj<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>endobj"]
    for k, text in enumerate(texts):
        shown = b"BT /F 9 Tf 9 9 Td (%s) Tj ET" % text.encode()
        page = b"/MediaBox[0 0 99 99]/Resources<</Font<</F 3 0 R>>>>"
        body += [
            b"%d 0 obj<</Type/Page/Parent 2 0 R%s/Contents %d 0 R>>endobj" % (10 + 2 * k, page, 11 + 2 * k)
        ]
        body += [b"%d 0 obj<</Length %d>>stream\n%s\nendstream endobj" % (11 + 2 * k, len(shown), shown)]
    path.write_bytes(b"\n".join([b"%PDF-1.4", *body, more, b"trailer<</Root 1 0 R>>", b"%%EOF"]))
    return path


def test_of_a_pdf_three_hundred_pages_are_read_and_one_character_is_text(tmp_path):
    assert grids(_pages(tmp_path / "last.pdf", [*[""] * 299, "a"])) == []
    with pytest.raises(DataError, match="without text"):
        grids(_pages(tmp_path / "next.pdf", [*[""] * 300, "a"]))


@pytest.mark.parametrize(("second", "slow"), [(59.9, False), (60.0, True)])
def test_a_pdf_is_read_for_a_minute(tmp_path, monkeypatch, second, slow):
    from types import SimpleNamespace

    from qiyou.data import grids as module

    times = iter([100.0, 100.0, 100 + second])
    monkeypatch.setattr(module, "time", SimpleNamespace(monotonic=lambda: next(times)))
    path = _pages(tmp_path / "plan.pdf", ["a", "b"])
    if slow:
        with pytest.raises(DataError, match="60 seconds"):
            grids(path)
    else:
        assert grids(path) == []


@pytest.mark.parametrize(("size", "bounded"), [(99_999, True), (100_000, False)])
def test_a_stream_of_a_pdf_may_unpack_to_less_than_the_largest(tmp_path, monkeypatch, size, bounded):
    from qiyou.data import grids as module

    monkeypatch.setattr(module, "_LARGEST", 100_000)
    stream = zlib.compress(b" " * size, 1)
    more = b"9 0 obj<</Filter/FlateDecode/Length %d>>stream\n%s\nendstream endobj" % (len(stream), stream)
    path = _pages(tmp_path / "plan.pdf", ["a"], more=more)
    if bounded:
        assert grids(path) == []
    else:
        with pytest.raises(DataError, match="unpacks to"):
            grids(path)


@pytest.mark.parametrize(
    ("parts", "size", "says"),
    [
        (5_000, 0, "neither a workbook nor"),
        (5_001, 0, "unpacks to"),
        (4, 25_000, "neither a workbook nor"),
        (4, 25_001, "unpacks to"),
    ],
)
def test_a_workbook_may_have_so_many_parts_and_unpack_to_so_much(tmp_path, monkeypatch, parts, size, says):
    from qiyou.data import grids as module

    monkeypatch.setattr(module, "_LARGEST", 2**26 if parts > 4 else 100_000)
    with zipfile.ZipFile(tmp_path / "plan.xlsx", "w", zipfile.ZIP_DEFLATED, compresslevel=1) as packed:
        for number in range(parts):
            packed.writestr(f"{number}.xml", b" " * size)
        packed.writestr("picture.png", b"<!DOCTYPE")
    with pytest.raises(DataError, match=says):
        grids(tmp_path / "plan.xlsx")


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("mark", ["<!DOCTYPE", "<!ENTITY"])
def test_one_part_that_declares_something_is_enough(tmp_path, code, mark):
    parts = {"a.xml": b"<a/>", "b.rels": mark.encode(code), "c.xml": b"<a/>"}
    with pytest.raises(DataError, match="declares entities"):
        grids(_zip(tmp_path / "plan.docx", parts))


def test_what_a_library_says_of_a_damaged_file_is_cut_short(tmp_path, monkeypatch):
    from qiyou.data import grids as module

    def fails(path):
        raise ValueError("x" * 500)

    monkeypatch.setitem(module._READERS, ".csv", fails)
    (tmp_path / "plan.csv").write_text("a", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        grids(tmp_path / "plan.csv")
    assert caught.value.key == "read.damaged" and caught.value.fields["why"] == f"ValueError('{'x' * 188}"


def test_cells_of_a_word_file_that_are_merged_or_left_out(tmp_path):
    """A row may begin later; a cell may go on over several rows and columns, or begin anew under one that did."""
    import docx
    from docx.oxml import parse_xml
    from docx.oxml.ns import nsdecls

    def line(before, *cells):
        inner = f'<w:trPr><w:gridBefore w:val="{before}"/></w:trPr>' if before else ""
        for text, width, merge in cells:
            facts = f'<w:gridSpan w:val="{width}"/>' if width > 1 else ""
            facts += {"": "", "restart": '<w:vMerge w:val="restart"/>', "on": "<w:vMerge/>"}[merge]
            inner += f"<w:tc><w:tcPr>{facts}</w:tcPr><w:p><w:r><w:t>{text}</w:t></w:r></w:p></w:tc>"
        return f"<w:tr>{inner}</w:tr>"

    rows = [
        line(0, ("a", 2, "restart"), ("b", 1, ""), ("c", 1, "on")),
        line(0, ("x", 2, "on"), ("d", 1, "restart"), ("e", 1, "")),
        line(0, ("x", 2, "on"), ("f", 1, "restart"), ("g", 1, "")),
        line(2, ("x", 1, "on"), ("h", 1, "")),
    ]
    document = docx.Document()
    document.add_heading("目标", 1)
    document.add_paragraph("far")
    document.add_paragraph("near")
    document.element.body.insert(3, parse_xml(f"<w:tbl {nsdecls('w')}>{''.join(rows)}</w:tbl>"))
    document.save(tmp_path / "plan.docx")
    (grid,) = grids(tmp_path / "plan.docx")
    assert grid.rows == [["a", "", "b", ""], ["", "", "d", "e"], ["", "", "f", "g"], ["", "", "", "h"]]
    assert grid.spans == {(0, 0): (3, 2), (2, 2): (2, 1), **{(row, 0): (1, 2) for row in (1, 2)}}
    assert (grid.where, grid.above) == ("table 1", ["目标", "near", "far", "目标"])


def test_cells_of_a_web_page_span_no_more_rows_than_there_are(tmp_path):
    text = "<h1>head</h1><p>far<p>near<table><tr><td rowspan=9>a<td>b<tr><td colspan=' 2 ' rowspan=7>c<br>d"
    text += "<tr><td colspan=-1>e</table><table><tr><td>f</table>"
    (tmp_path / "plan.html").write_text(text, encoding="utf-8")
    first, second = grids(tmp_path / "plan.html")
    assert first.rows == [["a", "b"], ["", "c\nd", ""], ["", "", "", "e"]]
    assert first.spans == {(0, 0): (3, 1), (1, 1): (2, 2)}
    assert [first.where, second.where, second.rows] == ["table 1", "table 2", [["f"]]]
    assert first.above == ["head", "near", "far"]


def test_of_a_workbook_the_visible_sheets_are_read_each_under_its_name(tmp_path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.title = "一"
    book.active["B2"] = "=1+1"
    book.active["C3"] = 2
    book.create_sheet("隐").sheet_state = "hidden"
    book.create_sheet("二")["A1"] = "a"
    book["二"].merge_cells("B2:D3")
    for column, row in ((200, 1), (201, 1), (1, 5_000), (1, 5_001)):
        book["二"].cell(row, column, "edge")
    book.save(tmp_path / "plan.xlsx")
    first, second = grids(tmp_path / "plan.xlsx")
    assert (first.where, first.rows) == ("一", [[], ["", ""], ["", "", "2"]])
    assert first.unread == {(1, 1): "read.formula"} and first.spans == {}
    assert second.where == "二" and second.spans == {(1, 1): (2, 3)}
    assert (len(second.rows), max(map(len, second.rows))) == (5_000, 200)


def test_a_span_that_a_file_claims_is_bounded():
    grid = Grid("table 1")
    assert grid.put(0, 0, "a", 0, 0) == 1 and grid.spans == {}
    assert grid.put(1, 0, "a", 10**9, 2) == 2 and grid.spans == {(1, 0): (5_000, 2)}
    assert grid.put(4_999, 0, "b") == 3 and grid.put(0, 1, "b") == 2, "a cell goes to the next free place"
    with pytest.raises(DataError):
        grid.put(5_000, 3, "c")
    wide = Grid("table 2")
    assert wide.put(0, 0, "a", 1, 10**9) == 200 and wide.spans == {(0, 0): (1, 200)}
    assert wide.put(1, 199, "last") == 200
    for column, width in ((200, 1), (199, 2), (1, 10**9)):
        with pytest.raises(DataError):
            wide.put(2, column, "beyond", 1, width)


@pytest.mark.parametrize(("size", "says"), [(2**26 + 1, "64"), (2**26, "xyz")])
def test_a_file_of_64_mb_is_still_looked_at(tmp_path, size, says):
    """By its size alone: the file has holes and takes no room."""
    path = tmp_path / "table.xyz"
    with path.open("wb") as file:
        file.truncate(size)
    with pytest.raises(DataError) as raised:
        grids(path)
    assert ("64 MB" in str(raised.value)) == (says == "64")


def test_a_million_empty_rows_and_macros_change_nothing(tmp_path):
    source = to_xlsx(tmp_path / "a.xlsx", lines(), title=False, foot=False)
    empty = b"".join(b'<row r="%d"/>' % number for number in range(100, 1_000_100))
    change = lambda xml: xml.replace(b"</sheetData>", empty + b"</sheetData>")  # noqa: E731
    path = _mended(source, tmp_path / "rows.xlsx", "xl/worksheets/sheet1.xml", change)
    start = time.perf_counter()
    same(tables(path)[0])
    assert time.perf_counter() - start < 60
    with zipfile.ZipFile(source) as packed:
        parts = {name: packed.read(name) for name in packed.namelist()}
    same(
        tables(
            _zip(tmp_path / "macro.xlsm", parts | {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 Sub Auto_Open()"})
        )[0]
    )


def test_a_protected_pdf_and_a_scan_are_one_sentence(tmp_path):
    import matplotlib.pyplot as plt

    objects = [
        b"<</Type/Catalog/Pages 2 0 R>>",
        b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]>>",
        b"<</Filter/Standard/V 1/R 2/O<" + b"00" * 32 + b">/U<" + b"11" * 32 + b">/P -4>>",
    ]
    body, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(body))
        body += b"%d 0 obj" % number + content + b"endobj\n"
    table = b"xref\n0 5\n0000000000 65535 f \n" + b"".join(b"%010d 00000 n \n" % place for place in places)
    end = b"trailer<</Size 5/Root 1 0 R/Encrypt 4 0 R/ID[<00><00>]>>\nstartxref\n%d\n%%%%EOF\n" % len(body)
    (tmp_path / "locked.pdf").write_bytes(body + table + end)
    with pytest.raises(DataError, match=r"locked.pdf has a password"):
        tables(tmp_path / "locked.pdf")

    figure = plt.figure()
    figure.savefig(tmp_path / "scan.pdf")
    plt.close(figure)
    with pytest.raises(DataError, match="without text"):
        tables(tmp_path / "scan.pdf")


cells = st.text(alphabet="指标名称单位序号领域2022年037.%<>≥≤()★*/ \n个人", max_size=8)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.lists(st.lists(cells, min_size=1, max_size=6), min_size=1, max_size=8))
def test_any_grid_is_a_table_or_one_sentence(tmp_path, body):
    path = to_html(tmp_path / "any.html", [line + [""] * (6 - len(line)) for line in body])
    try:
        found = tables(path)
    except QiyouError as error:
        assert str(error)
        return
    printed = {" ".join(cell.split()) for line in body for cell in line}
    for frame in found:
        for year in [name for name in frame if name.isdigit()]:
            assert {" ".join(cell.split()) for cell in frame[year]} - {""} <= {
                p.replace(" ", "") for p in printed
            } | printed


# ---------------------------------------------------------------------------------- from the command line


@pytest.mark.parametrize("form", ["xlsx", "docx", "html", "csv"])
def test_a_county_comes_in_from_the_command_line(tmp_path, capsys, form):
    from qiyou import cli

    body, path = lines("words"), tmp_path / f"目标方案.{form}"
    if form == "csv":
        text = io.StringIO()
        csv.writer(text, lineterminator="\r\n").writerows(body)
        path.write_bytes(text.getvalue().encode("gb18030"))
    else:
        {"xlsx": to_xlsx, "docx": to_docx, "html": to_html}[form](path, body, merged=merges(body))
    words = ["new", "yuhuan-own", "--place", "玉环市", "--from", str(path), "--in", str(tmp_path)]
    assert cli.main([*words, "--lang", "zh"]) == 0
    told = capsys.readouterr().out.splitlines()
    assert told[0].split() == ["结果", "位置", "序号", "原文名称", "指标", "说明"]
    assert sum(line.startswith("已对应 ") for line in told) == len(ROWS)
    assert any("12b" in line and "作为上一行的续行" in line for line in told)
    assert told[-3].startswith(f"已对应指标 {len(ROWS)} 行，已指定 0 行，待补 0 行")
    assert told[-1] == f"  qiyou check --also {cli.quoted(tmp_path / 'yuhuan-own')}"
    folder = tmp_path / "yuhuan-own"
    about = (folder / "document.toml").read_text(encoding="utf-8")
    title = "目标方案" if form == "csv" else TITLE.removeprefix("附件1  ")
    assert f'title = "{title}"' in about and "years = [2022, 2027]" in about
    assert sorted(one.name for one in folder.iterdir()) == [
        "README.md",
        "decisions.csv",
        "document.toml",
        "table.csv",
    ]
    # what is left is what the print itself does not settle: row 10 counts 万人次 and prints 万人
    findings = qiyou.data.check(also=[folder])
    assert not findings["severity"].eq("error").any()
    assert findings.loc[findings["severity"].eq("warning"), "code"].tolist() == ["UNFINISHED"]
    one = qiyou.load(also=[folder]).targets.query("document == 'yuhuan-own' and row == '10'")
    assert one["value"].isna().all() and one["relation"].eq("none").all() and len(one) == 6
    decisions = root() / "documents" / "yuhuan-plan-2023" / "decisions.csv"
    kept = [line for line in decisions.read_text(encoding="utf-8").splitlines() if "人次" in line]
    header = (folder / "decisions.csv").read_text(encoding="utf-8").partition("\n")[0]
    (folder / "decisions.csv").write_text("\n".join([header, *kept, ""]), encoding="utf-8")
    own, ours = (
        qiyou.load(also=[folder]).targets.query("document == @name")["value"].tolist()
        for name in ("yuhuan-own", "yuhuan-plan-2023")
    )
    assert len(own) == len(ours) and sum(a == b for a, b in zip(own, ours, strict=True)) > 150


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ([], "--from"),
        (["--from", "plan.xlsx", "--years", "2022-2027"], "--from"),
        (["--from", "nowhere.xlsx"], "nowhere.xlsx is no file"),
        (["--from", "notes.csv"], "no table with 指标"),
    ],
)
def test_a_file_that_does_not_come_in_leaves_no_folder(tmp_path, capsys, monkeypatch, more, says):
    from qiyou import cli

    monkeypatch.chdir(tmp_path)
    (tmp_path / "notes.csv").write_text("a,b\n1,2\n", encoding="utf-8")
    assert cli.main(["new", "a-plan", "--place", "yuhuan", *more, "--lang", "en"]) == 1
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["notes.csv"]
