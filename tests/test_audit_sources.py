"""Proof against the sources: nothing printed is left out, nothing transcribed is made up."""

from __future__ import annotations

import itertools
import re
import shutil
from dataclasses import replace
from pathlib import Path

import pytest
from audited import altered, document_of, figures, without

import qiyou
from qiyou.data import root
from tools.audit import audit, main_report

SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"
if not SOURCES.is_dir():
    pytest.skip(
        "the source texts are not beside the checkout; the seals stand in for them", allow_module_level=True
    )
DOCUMENTS = sorted(path.name for path in (root() / "documents").iterdir())


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


@pytest.mark.parametrize(
    "name", ["yuhuan-plan-2023", "changxing-plan-2023", "huangyan-plan-2021", "zhejiang-plan-2021"]
)
def test_every_digit_of_the_source_belongs_to_exactly_one_thing(name):
    source = (SOURCES / f"{name}.txt").read_text(encoding="utf-8")
    account = audit(document_of(name), SOURCES)
    assert sum(account.digits.values()) == sum(character.isdigit() for character in source)


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


def test_an_excerpt_holds_all_of_its_rows_and_no_others():
    document = document_of("cixi-plan-2023")
    problems = audit(without(document, "table", 4), SOURCES).problems
    assert len(problems) == 6 and all("is not in the table" in problem for problem in problems)
    other = altered(document, "table", 4, printed_name="公交站点数")
    assert len(audit(other, SOURCES).problems) == 12


def test_a_statement_in_another_item_or_order_is_noticed():
    document = document_of("yuhuan-plan-2023")
    wrong_item = altered(document, "statements", 20, item="3")
    assert any("stands in item 14, not 3" in problem for problem in audit(wrong_item, SOURCES).problems)
    first, second = document.sheets["statements"].records[2:4]
    swapped = altered(altered(document, "statements", 2, **second), "statements", 3, **first)
    assert audit(swapped, SOURCES).problems


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


@pytest.mark.parametrize("name", ["changxing-plan-2023", "huangyan-plan-2021", "yuhuan-plan-2023"])
def test_nothing_is_named_in_document_toml_that_is_not_needed(name):
    document = document_of(name)
    for part in {"headings", "years"} & set(document.about):
        for key in document.about[part]:
            fewer = {other: text for other, text in document.about[part].items() if other != key}
            without_it = replace(document, about={**document.about, part: fewer})
            assert audit(without_it, SOURCES).problems, key


def test_the_report_says_what_is_named_and_what_is_not_shown():
    lines = main_report(SOURCES)[0]
    assert sum(line.startswith("  named: ") for line in lines) == 7
    assert any(line.startswith("  named: statement 49 has no year, not 2023: ") for line in lines)
    assert lines[-1].startswith("Not shown ") and sum("Not shown" in line for line in lines) == 1


def test_an_aside_too_many_or_too_few_is_noticed():
    document = document_of("huangyan-plan-2021")
    more = altered(document, "asides", 5, times="2")
    assert any("stands 1 times, not 2" in problem for problem in audit(more, SOURCES).problems)
    assert any(
        "belongs to nothing" in problem for problem in audit(without(document, "asides", 5), SOURCES).problems
    )


def test_the_report_proves_the_repository():
    lines, good = main_report(SOURCES)
    assert good and sum("proven" in line for line in lines) == len(DOCUMENTS)


def test_the_seals_are_those_that_the_audit_writes(tmp_path):
    copy = Path(shutil.copytree(root(), tmp_path / "data"))
    before = {}
    for document in DOCUMENTS:
        path = copy / "documents" / document / "document.toml"
        before[path] = path.read_bytes()
        text = before[path].decode("utf-8")
        path.write_text(
            text.partition("\n[audit]")[0].partition("\n[seal]")[0], encoding="utf-8", newline="\n"
        )
    assert set(qiyou.data.check(copy)["code"]) == {"NOT_SEALED"}
    lines, good = main_report(SOURCES, seal_them=True, folder=copy)
    assert good, lines
    assert {path: path.read_bytes() for path in before} == before


def test_what_is_not_proven_is_not_sealed(tmp_path):
    copy = Path(shutil.copytree(root(), tmp_path / "data"))
    path = copy / "documents" / "cixi-plan-2023"
    table = (path / "table.csv").read_text(encoding="utf-8")
    (path / "table.csv").write_text(table.replace("3.31", "3.13"), encoding="utf-8", newline="\n")
    before = (path / "document.toml").read_bytes()
    lines, good = main_report(SOURCES, seal_them=True, folder=copy)
    assert not good and any("3.13" in line for line in lines)
    assert (path / "document.toml").read_bytes() == before
    found = qiyou.data.check(copy).query("code == 'BROKEN_SEAL'")
    assert found["file"].tolist() == ["documents/cixi-plan-2023/table.csv"]
