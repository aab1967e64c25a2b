"""The audit of a document: what does not fit its source is a problem, what cannot be audited is one sentence."""

from __future__ import annotations

from pathlib import Path

import pytest
from audited import document_of

from qiyou.data.documents import Document
from qiyou.errors import SourceError
from tools.audit import audit, main_report

SOURCE = """序
目标表
领域 序号 指标 2023年 2024年
幼有善育 1 托位数(个) 4.50 5.00 卫健局
1、
2 普惠占比(%) >85% 12
0 教育局
完
一、任务
1.建成公园3个以上,到2024年绿地率达到38.5%。
2、
2.新增约20家。
"""
ABOUT = """id = "small-plan-2023"
place = "yuhuan"
title = "t"
period = [2023, 2024]
extent = "complete"

[table]
status = "transcribed"
start = "目标表"
end = "完"
header = "{year}年"
page_mark = "\\\\n([0-9]{1,2})、"
"""
TABLE = """row,domain,indicator,printed_name,star,printed_unit,2023,2024,department
1,幼有善育,nursery_places_per_1000,托位数,,个,4.50,5.00,卫健局
2,,affordable_nursery_share,普惠占比,,%,>85%,120,教育局
"""
STATEMENTS = """id,section,item,indicator,phrase,from_year,year,printed,kind,note
1,一,1,,公园,,,3个以上,count,
2,一,1,,绿地率,,2024,38.5%,target,
3,一,2,,新增,,,约20家,count,
"""


def small(tmp_path: Path, **changes: tuple[str, str]) -> Document:
    """A small document with its source; each change replaces one piece of a file."""
    folder = tmp_path / "documents" / "small-plan-2023"
    folder.mkdir(parents=True)
    files = {"source": SOURCE, "about": ABOUT, "table": TABLE, "statements": STATEMENTS}
    for name, (old, new) in changes.items():
        assert files[name].count(old) >= 1
        files[name] = files[name].replace(old, new)
    (tmp_path / "small-plan-2023.txt").write_text(files["source"], encoding="utf-8")
    (folder / "document.toml").write_text(files["about"], encoding="utf-8")
    for name in ("table", "statements"):
        (folder / f"{name}.csv").write_text(files[name], encoding="utf-8")
    return document_of("small-plan-2023", tmp_path)


def test_a_small_document_is_proven_digit_by_digit(tmp_path):
    account = audit(small(tmp_path), tmp_path)
    assert account.problems == []
    assert (account.cells, account.statements) == (4, 3)
    assert account.digits == {
        "page mark": 2, "header": 8, "serial": 2, "cell": 11, "statement": 6, "year": 4, "item": 2
    }  # fmt: skip
    assert sum(account.digits.values()) == sum(character.isdigit() for character in SOURCE)


@pytest.mark.parametrize(
    "changes",
    [
        {"table": (">85%", "85%")},
        {"table": (">85%", ">85")},
        {"table": (",120,", ",12,")},
        {"table": ("4.50,5.00", "4.5,5.00")},
        {"table": ("4.50,5.00", "4.50,")},
        {"table": ("4.50,5.00", "5.00,4.50")},
        {"table": ("托位数,,个", "托位数,,")},
        {"table": ("卫健局", "")},
        {"table": ("2,,aff", "3,,aff")},
        {"source": ("幼有善育 1", "9幼有善育 1")},
        {"source": ("4.50 5.00", "4.50 、5.00")},
        {"source": ("5.00 卫健局", "5.00以上 卫健局")},
        {"source": ("5.00 卫健局", "5.00 9卫健局")},
        {"source": ("完\n", "注 7\n完\n")},
        {"source": ("\n2、", "\n3、")},
        {"source": ("新增约20家", "新增约20家左右")},
        {"source": ("38.5%", "超过38.5%")},
        {"source": ("38.5%", "138.5%")},
        {"source": ("。\n2、", ",另有5所。\n2、")},
        {"source": ("公园", "公园５座、公园")},
        {"statements": ("3个以上", "3个")},
        {"statements": ("38.5%", "8.5%")},
        {"statements": ("约20家", "20家")},
        {"statements": (",公园,", ",花园,")},
        {"statements": ("2,一,1", "2,一,2")},
        {"about": ('end = "完"', 'end = "完"\nnotes = ["注 7"]')},
        {"statements": ("1,一,1", "1,二,1")},
        {"statements": ("1,一,1", "1,一(一),1")},
        {"statements": ("1,一,1", "1,一,")},
        {"statements": (",,2024,", ",,2023,")},
        {"statements": (",,2024,", ",,,")},
        {"statements": (",,2024,", ",2023,2024,")},
        {"statements": ("新增,,,", "新增,,2024,")},
        {"source": ("一、任务", "任务")},
        {"source": ("一、任务", "二、任务")},
        {"source": ("一、任务", "一、任务 (一)")},
        {"source": ("1.建成", "建成")},
        {"source": ("到2024年绿", "绿")},
        {"source": ("到2024年绿", "到2023年、2024年绿")},
        {"source": ("到2024年绿", "到2023-2024年绿")},
        {"source": ("到2024年绿", "到2024年,“十四五”期间绿")},
        {"about": ("[table]", '[headings]\n"二" = "没有"\n\n[table]')},
        {"about": ("[table]", '[headings]\n"一(二)" = "1.建成"\n\n[table]')},
        {"about": ("[table]", '[headings]\n"二 1" = "1.建成"\n\n[table]')},
        {"about": ("[table]", '[headings]\n"别处" = "1.建成"\n\n[table]')},
        {"about": ("[table]", '[years]\n2 = "why"\n\n[table]')},
        {"about": ("[table]", '[years]\n9 = "why"\n\n[table]')},
    ],
)
def test_whatever_does_not_fit_the_source_is_a_problem(tmp_path, changes):
    assert audit(small(tmp_path, **changes), tmp_path).problems


def test_what_the_text_lost_can_be_named(tmp_path):
    """A heading that lost its numeral, a place without one, an item that lost its number, and a year with its reason."""
    text = SOURCE.replace("一、任务", "任务").replace("1.建成", "L建成") + "附注 12年后建成\n"
    about = (
        '[headings]\n"一" = "任务"\n"一 L" = "L建成"\n"附注" = "附注"\n\n[years]\n4 = "as agreed"\n\n[table]'
    )
    statements = (
        STATEMENTS.replace("1,一,1", "1,一,L").replace("2,一,1", "2,一,L")
        + "4,附注,,,建成,,2036,12年后,target,\n"
    )
    document = small(
        tmp_path, source=(SOURCE, text), about=("[table]", about), statements=(STATEMENTS, statements)
    )
    account = audit(document, tmp_path)
    assert account.problems == [] and len(account.named) == 4
    assert account.years == {"none": 2, "text": 1, "reason": 1}


@pytest.mark.parametrize(
    "change",
    [
        ("[table]", "headings = 5\n\n[table]"),
        ("[table]", '[headings]\n"二" = 5\n\n[table]'),
        ("[table]", '[years]\n2 = ""\n\n[table]'),
        ('start = "目标表"', ""),
        ('start = "目标表"', "start = 5"),
        ('start = "目标表"', 'start = "没有"'),
        ('end = "完"', 'end = ""'),
        ('header = "{year}年"', "header = []"),
        ('page_mark = "\\\\n([0-9]{1,2})、"', 'page_mark = "("'),
        ('page_mark = "\\\\n([0-9]{1,2})、"', 'page_mark = "x"'),
        ('page_mark = "\\\\n([0-9]{1,2})、"', "page_mark = 7"),
        ('end = "完"', 'end = "完"\nlast_serial = "4"'),
        ('end = "完"', 'end = "完"\nnoise = "x"'),
        ('end = "完"', 'end = "完"\nnoise = [""]'),
        ('end = "完"', 'end = "完"\nnotes = [5]'),
        ('status = "transcribed"', 'status = "excerpt"'),
    ],
)
def test_a_description_that_the_audit_cannot_use_is_one_sentence(tmp_path, change):
    with pytest.raises(SourceError) as caught:
        audit(small(tmp_path, about=change), tmp_path)
    assert "\n" not in str(caught.value) and len(str(caught.value)) < 300


def test_a_header_pattern_cannot_reach_into_the_program(tmp_path):
    document = small(tmp_path, about=('header = "{year}年"', 'header = "{year.__class__}"'))
    assert any("{year.__class__}" in problem for problem in audit(document, tmp_path).problems)


@pytest.mark.parametrize("content", [None, b"\xff\xfe\x00", "folder"])
def test_a_source_that_cannot_be_read_is_one_sentence(tmp_path, content):
    document = small(tmp_path)
    path = tmp_path / "small-plan-2023.txt"
    path.unlink()
    if content == "folder":
        path.mkdir()
    elif content:
        path.write_bytes(content)
    with pytest.raises(SourceError, match="small-plan-2023"):
        audit(document, tmp_path)


def test_the_report_needs_a_folder_of_sources(tmp_path):
    with pytest.raises(SourceError, match="pass the folder"):
        main_report(tmp_path / "nowhere")
    lines, good = main_report(tmp_path)
    assert not good and all("cannot be read" in line or "neither in" in line for line in lines)


def test_the_report_names_a_document_that_cannot_be_audited(tmp_path):
    small(tmp_path, table=(",托位数,", ",托位\0数,"))
    lines, good = main_report(tmp_path, seal_them=True, folder=tmp_path)
    assert not good and lines[0] == "small-plan-2023: cannot be audited" and "NUL" in "".join(lines)
    assert "[seal]" not in (tmp_path / "documents" / "small-plan-2023" / "document.toml").read_text(
        encoding="utf-8"
    )
