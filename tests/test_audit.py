"""Proof against the sources: nothing printed is left out, nothing transcribed is made up; and all cuts of a run."""

from __future__ import annotations

import functools
import itertools
import re
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import qiyou
from qiyou.audit import audit, cuts, main_report, segmentations
from qiyou.data import root
from qiyou.data.documents import Document, read_document
from qiyou.data.files import Findings
from qiyou.errors import DataError, SourceError

SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"
needs_sources = pytest.mark.skipif(
    not SOURCES.is_dir(), reason="the source texts are not here; the seals stand in for them"
)
DOCUMENTS = sorted(path.name for path in (root() / "documents").iterdir())


def document_of(name: str, folder: Path | None = None) -> Document:
    document = read_document((folder or root()) / "documents" / name, Findings(root()), lenient=False)
    assert document is not None
    return document


def altered(document: Document, sheet: str, index: int, **cells: str) -> Document:
    """The document with some cells of one row replaced."""
    old = document.sheets[sheet]
    records = list(old.records)
    records[index] = {**records[index], **cells}
    return replace(document, sheets={**document.sheets, sheet: replace(old, records=tuple(records))})


def without(document: Document, sheet: str, index: int) -> Document:
    old = document.sheets[sheet]
    records, lines = (part[:index] + part[index + 1 :] for part in (old.records, old.lines))
    return replace(document, sheets={**document.sheets, sheet: replace(old, records=records, lines=lines)})


def figures(document: Document):
    """Every printed cell and every statement's figure: sheet, row, column, characters."""
    for sheet, columns in (("table", document.years), ("statements", ("printed",))):
        if sheet in document.sheets:
            for index, record in enumerate(document.sheets[sheet].records):
                for column in columns:
                    yield sheet, index, column, record[column]


# ------------------------------------------------------------------------------------------------- the sources


@needs_sources
@pytest.mark.parametrize("name", DOCUMENTS)
def test_every_document_is_proven(name):
    document = document_of(name)
    account = audit(document, SOURCES)
    assert account.problems == []
    assert account.cells == sum(bool(text) for sheet, _, _, text in figures(document) if sheet == "table")
    assert account.statements == len(
        document.sheets["statements"].records if "statements" in document.sheets else ()
    )
    assert "left over" not in account.digits


@needs_sources
@pytest.mark.parametrize(
    "name", ["yuhuan-plan-2023", "changxing-plan-2023", "huangyan-plan-2021", "zhejiang-plan-2021"]
)
def test_every_digit_of_the_source_belongs_to_exactly_one_thing(name):
    source = (SOURCES / f"{name}.txt").read_text(encoding="utf-8")
    account = audit(document_of(name), SOURCES)
    assert sum(account.digits.values()) == sum(character.isdigit() for character in source)


@needs_sources
@pytest.mark.parametrize("name", DOCUMENTS)
def test_an_altered_digit_is_noticed(name):
    document = document_of(name)
    digits = [
        (sheet, index, column, text, place)
        for sheet, index, column, text in figures(document)
        for place, character in enumerate(text)
        if character.isdigit()
    ]
    for number, (sheet, index, column, text, place) in enumerate(digits[:: len(digits) // 30 + 1]):
        other = str((int(text[place]) + 1 + number % 9) % 10)
        wrong = altered(document, sheet, index, **{column: text[:place] + other + text[place + 1 :]})
        assert audit(wrong, SOURCES).problems, (name, sheet, index, column, text, place, other)


@needs_sources
@pytest.mark.parametrize(
    "name", ["yuhuan-plan-2023", "changxing-plan-2023", "huangyan-plan-2021", "yuhuan-worklist-2024"]
)
def test_a_character_left_out_or_added_is_noticed(name):
    """A comparator, a unit, a decimal point: whatever is printed beside the digits."""
    document = document_of(name)
    signs = [
        (sheet, index, column, text, place)
        for sheet, index, column, text in figures(document)
        for place, character in enumerate(text)
        if character in ">%.<≥"
        or text[place:] in ("以上", "以内", "以下", "左右")
        or (sheet == "table" and character == "人")
    ]
    assert len(signs) > 10
    for sheet, index, column, text, place in signs[:: len(signs) // 40 + 1]:
        end = place + 2 if text[place:] in ("以上", "以内", "以下", "左右") else place + 1
        shorter = altered(document, sheet, index, **{column: text[:place] + text[end:]})
        assert audit(shorter, SOURCES).problems, (sheet, index, column, text, "shortened", place)
        longer = altered(document, sheet, index, **{column: text[:place] + ">" + text[place:]})
        assert audit(longer, SOURCES).problems, (sheet, index, column, text, "lengthened", place)


@needs_sources
@pytest.mark.parametrize("name", ["yuhuan-plan-2023", "changxing-plan-2023"])
def test_swapped_shifted_and_emptied_cells_are_noticed(name):
    document = document_of(name)
    years = document.years
    for index, record in enumerate(document.sheets["table"].records):
        left, right = next(
            ((a, b) for a, b in itertools.pairwise(years) if record[a] != record[b]), (None, None)
        )
        if left is None or not (record[left] and record[right]):
            continue
        for cells in (
            {left: record[right], right: record[left]},
            {left: record[left] + record[right], right: ""},
            {left: ""},
        ):
            problems = audit(altered(document, "table", index, **cells), SOURCES).problems
            joined = cells.get(left) == record[left] + record[right]
            assert problems or joined, (record["row"], cells)


@needs_sources
@pytest.mark.parametrize("name", ["yuhuan-plan-2023", "changxing-plan-2023"])
def test_a_row_left_out_or_made_up_is_noticed(name):
    document = document_of(name)
    table = document.sheets["table"]
    for index in range(len(table.records)):
        if any(character.isdigit() for year in document.years for character in table.records[index][year]):
            assert audit(without(document, "table", index), SOURCES).problems, table.records[index]["row"]
    extra = {
        **table.records[-1],
        "row": "31",
        "printed_name": "公交站点数",
        **dict.fromkeys(document.years, "7"),
    }
    longer = replace(table, records=(*table.records, extra), lines=(*table.lines, 99))
    problems = audit(replace(document, sheets={**document.sheets, "table": longer}), SOURCES).problems
    assert any("公交站点数" in problem for problem in problems) and any(
        "row 31" in problem for problem in problems
    )


@needs_sources
def test_a_statement_left_out_or_made_up_is_noticed():
    for name in ("yuhuan-plan-2023", "changxing-plan-2023", "huangyan-plan-2021", "zhejiang-plan-2021"):
        document = document_of(name)
        records = document.sheets["statements"].records
        shared = {text["printed"] for text in records if "one figure for" in text["note"]}
        for index in range(0, len(records), 5):
            record = records[index]
            if re.search("[0-9]", record["printed"]) and record["printed"] not in shared:
                problems = audit(without(document, "statements", index), SOURCES).problems
                assert any("belongs to nothing" in problem for problem in problems), (name, record["id"])
        made_up = altered(document, "statements", 3, phrase="公交站点数", printed="123456个")
        assert any("公交站点数" in problem for problem in audit(made_up, SOURCES).problems)


@needs_sources
def test_an_excerpt_holds_all_of_its_rows_and_no_others():
    document = document_of("cixi-plan-2023")
    problems = audit(without(document, "table", 4), SOURCES).problems
    assert len(problems) == 6 and all("is not in the table" in problem for problem in problems)
    other = altered(document, "table", 4, printed_name="公交站点数")
    assert len(audit(other, SOURCES).problems) == 12


@needs_sources
def test_a_statement_in_another_item_or_order_is_noticed():
    document = document_of("yuhuan-plan-2023")
    wrong_item = altered(document, "statements", 20, item="3")
    assert any("stands in item 14, not 3" in problem for problem in audit(wrong_item, SOURCES).problems)
    first, second = document.sheets["statements"].records[2:4]
    swapped = altered(altered(document, "statements", 2, **second), "statements", 3, **first)
    assert audit(swapped, SOURCES).problems


@needs_sources
@pytest.mark.parametrize(
    "name", [name for name in DOCUMENTS if (root() / "documents" / name / "statements.csv").exists()]
)
def test_another_section_item_or_year_of_a_statement_is_noticed(name):
    document = document_of(name)
    records = document.sheets["statements"].records
    step = len(records) // 8 + 1
    for offset, (column, others) in enumerate({
        "section": ("二(一)", "三"), "item": ("1", "2"), "year": ("2026", ""), "from_year": ("2022", "")
    }.items()):  # fmt: skip
        for index in range(offset, len(records), step):
            record = records[index]
            other = next(other for other in others if other != record[column])
            problems = audit(altered(document, "statements", index, **{column: other}), SOURCES).problems
            assert any(problem.startswith(f"statement {record['id']}: ") for problem in problems), (
                column,
                record,
            )


@needs_sources
@pytest.mark.parametrize(
    ("name", "number", "years"),
    [
        ("yuhuan-plan-2023", "79", ("", "2023")),  # the second of a row of three years
        ("yuhuan-plan-2023", "142", ("", "2027")),  # five years of a plan of five
        ("huangyan-plan-2021", "8", ("2021", "2025")),  # the five-year plan before
        ("huangyan-plan-2021", "32", ("", "2020")),  # the year is a decision, the print gives none
        ("changxing-plan-2023", "71", ("", "2027")),  # a range
        (
            "changxing-plan-2023",
            "20",
            ("", "2027"),
        ),  # the year stands behind the figure, before another clause
        ("yuhuan-worklist-2024", "5", ("", "2025")),  # the document is for one year
    ],
)
def test_every_way_of_giving_a_year_is_told_from_its_neighbours(name, number, years):
    document = document_of(name)
    index = next(
        i for i, record in enumerate(document.sheets["statements"].records) if record["id"] == number
    )
    wrong = altered(document, "statements", index, from_year=years[0], year=years[1])
    assert [problem.split(":")[0] for problem in audit(wrong, SOURCES).problems] == [f"statement {number}"]


@needs_sources
@pytest.mark.parametrize("name", ["changxing-plan-2023", "huangyan-plan-2021", "yuhuan-plan-2023"])
def test_nothing_is_named_in_document_toml_that_is_not_needed(name):
    document = document_of(name)
    for part in {"headings", "years"} & set(document.about):
        for key in document.about[part]:
            fewer = {other: text for other, text in document.about[part].items() if other != key}
            without_it = replace(document, about={**document.about, part: fewer})
            assert audit(without_it, SOURCES).problems, key


@needs_sources
def test_the_report_says_what_is_named_and_what_is_not_shown():
    lines = main_report(SOURCES)[0]
    assert sum(line.startswith("  named: ") for line in lines) == 7
    assert any(line.startswith("  named: statement 49 has no year, not 2023: ") for line in lines)
    assert lines[-1].startswith("Not shown ") and sum("Not shown" in line for line in lines) == 1


@needs_sources
def test_an_aside_too_many_or_too_few_is_noticed():
    document = document_of("huangyan-plan-2021")
    more = altered(document, "asides", 5, times="2")
    assert any("stands 1 times, not 2" in problem for problem in audit(more, SOURCES).problems)
    assert any(
        "belongs to nothing" in problem for problem in audit(without(document, "asides", 5), SOURCES).problems
    )


@needs_sources
def test_the_report_proves_the_repository():
    lines, good = main_report(SOURCES)
    assert good and sum("proven" in line for line in lines) == len(DOCUMENTS)


# ------------------------------------------------------------------------------------------------- a source of one's own

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


# ------------------------------------------------------------------------------------------------- cutting runs


@pytest.mark.parametrize(
    ("run", "n", "every"),
    [
        ("123", 2, ["1|23", "12|3"]),
        ("1234", 2, ["1|234", "12|34", "123|4"]),
        ("103", 2, ["10|3"]),
        ("100", 2, ["10|0"]),
        ("1.52", 2, ["1.5|2"]),
        ("1.5.2", 2, []),
        ("12.5", 2, ["1|2.5"]),
        ("0.50", 2, ["0.5|0"]),
        ("0OO", 3, ["0|O|O"]),
        ("1H1", 2, []),
        ("5.", 1, []),
        ("7", 1, ["7"]),
        ("4.504.605.005.505.60", 5, ["4.50|4.60|5.00|5.50|5.60"]),
    ],
)
def test_all_cuts_of_small_runs(run, n, every):
    found = segmentations(run, n)
    assert sorted(found["cut"]) == sorted(every)
    assert found["survives"].all()


def test_constraints_are_named_and_survivors_come_first():
    found = segmentations("9951", 2, upper=100, direction="down")
    assert found.to_dict("list") == {
        "cut": ["99|51", "995|1", "9|951"],
        "survives": [True, False, False],
        "fails": ["", "bounds", "bounds"],
    }
    assert segmentations("9951", 2, direction="up").query("survives")["cut"].tolist() == ["9|951"]
    assert segmentations("1.251.5", 2, decimals=2)["fails"].tolist() == ["decimals", "decimals"]
    assert segmentations("99.5", 2, lower=9.2)["fails"].tolist() == ["bounds"]
    assert segmentations("1HH2", 4, direction="up")["survives"].tolist() == [True]
    assert segmentations("111", 3, direction="down")["survives"].tolist() == [True]


NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?|[A-Za-z]", re.ASCII)


@functools.cache
def ways(run: str, n: int) -> int:
    """How many cuts there are, by cutting off the last part."""
    if n == 1:
        return int(bool(NUMBER.fullmatch(run)))
    return sum(ways(run[:place], n - 1) for place in range(1, len(run)) if NUMBER.fullmatch(run[place:]))


def by_brute_force(run: str, n: int) -> set[str]:
    """Every choice of cut positions whose parts are all numbers or single letters."""
    found = set()
    for places in itertools.combinations(range(1, len(run)), n - 1):
        edges = (0, *places, len(run))
        parts = [run[a:b] for a, b in itertools.pairwise(edges)]
        if all(NUMBER.fullmatch(part) for part in parts):
            found.add("|".join(parts))
    return found


@given(st.text("0123456789.O", min_size=1, max_size=11), st.integers(1, 6))
def test_cuts_agree_with_brute_force(run, n):
    assume(n <= len(run))
    found = segmentations(run, n)
    assert set(found["cut"]) == by_brute_force(run, n) and len(found) == ways(run, n)


@given(st.lists(st.decimals(0, 120, places=1), min_size=2, max_size=4), st.sampled_from(["up", "down", None]))
def test_the_true_cut_survives_true_constraints(values, direction):
    values = sorted(values, reverse=direction == "down") if direction else values
    parts = [str(value) for value in values]
    found = segmentations(
        "".join(parts),
        len(parts),
        lower=float(min(values)),
        upper=float(max(values)),
        direction=direction,
        decimals=1,
    )
    assert "|".join(parts) in set(found.loc[found["survives"], "cut"])
    for cut in found.loc[found["survives"], "cut"]:
        numbers = [float(part) for part in cut.split("|")]
        assert min(numbers) >= float(min(values)) and max(numbers) <= float(max(values))
        assert direction != "up" or numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("run", "n", "options"),
    [
        ("", 1, {}), ("12 34", 2, {}), ("12,34", 2, {}), ("1|2", 2, {}), ("１２", 2, {}), ("1" * 61, 2, {}),
        ("12", 0, {}), ("12", 3, {}), ("12", -1, {}), ("12", 2, {"direction": "status"}), ("1" * 60, 10, {}), ("9" * 60, 30, {}),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_is_refused_at_once(run, n, options):
    with pytest.raises(DataError, match="segmentations"):
        segmentations(run, n, **options)


# Two runs are damaged beyond their digits: 850 lost its point, and HH stands for two cells of 11 below the first one.
DAMAGED = {"12": "9.30|9.15|9.00|8.75|850", "13": "11.69|11|H|H|11"}


def test_each_cut_of_the_changxing_table_is_among_the_survivors():
    data = qiyou.load()
    found = cuts(data).query("document == 'changxing-plan-2023'").set_index("row")
    assert len(found) == 20
    assert set(found.index[~found["survives"]]) == set(DAMAGED)
    for row, decision in found.iterrows():
        assert decision["cuts"] == ways(decision["run"], decision["cells"]), row
        every = segmentations(decision["run"], decision["cells"])["cut"]
        assert decision["chosen"] in set(every)
        loaded = data.targets.query("document == 'changxing-plan-2023' and row == @row").sort_values("year")
        assert loaded["printed"].tolist() == decision["chosen"].split("|")
    assert {row: found.loc[row, "chosen"] for row in DAMAGED} == DAMAGED
    single = found.index[(found["survivors"] == 1) & found["survives"]]
    assert len(single) >= 14, "most runs can be read in one way only"


def test_the_two_damaged_runs_are_read_in_one_way_once_the_damage_is_named():
    mortality = segmentations("9.309.159.008.75", 4, lower=0, upper=100, direction="down", decimals=2)
    assert mortality.query("survives")["cut"].tolist() == ["9.30|9.15|9.00|8.75"]
    checkups = segmentations("11.6911HH11", 5, lower=10, upper=13)
    assert checkups.query("survives")["cut"].tolist() == ["11.69|11|H|H|11"]


def test_the_run_of_two_series_is_cut_into_its_two_rows():
    data = qiyou.load()
    rows = data.decisions.query("document == 'changxing-plan-2023' and at in ('table:18a', 'table:18b')")
    run = rows["printed"].unique().tolist()
    assert run == ["90951001001004050607090"]
    every = segmentations(run[0], 10)
    assert len(every) == ways(run[0], 10)
    shares = {cut for cut in every["cut"] if rising(cut.split("|")[:5], 100) and rising(cut.split("|")[5:])}
    assert "|".join(rows["reading"]) in shares


def rising(parts: list[str], upper: float = float("inf")) -> bool:
    numbers = [float(part) for part in parts]
    return numbers == sorted(numbers) and numbers[-1] <= upper
