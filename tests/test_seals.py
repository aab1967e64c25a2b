"""Seals: any change of a transcription is noticed without its source; a change of its spelling as a file is none."""

from __future__ import annotations

import csv
import io
import shutil
from dataclasses import replace
from pathlib import Path

import pytest

import qiyou
from qiyou.data import root
from qiyou.data.files import Findings, Sheet, read_sheet, read_toml, seal
from qiyou.errors import DataError
from tools.sealing import write_seals

DOCUMENTS = sorted(path.name for path in (root() / "documents").iterdir())
SEALED = [
    (document, name)
    for document in DOCUMENTS
    for name in ("table", "statements", "decisions")
    if (root() / "documents" / document / f"{name}.csv").exists()
]

# The other documents needed no decision: their file is a header alone, and is sealed as that.
WITH_ROWS = [(document, name) for document, name in SEALED if name != "decisions" or document in (
    "changxing-plan-2023", "huangyan-plan-2021", "yuhuan-plan-2023", "zhejiang-plan-2021"
)]  # fmt: skip


def sheet_of(document: str, name: str) -> Sheet:
    sheet = read_sheet(root() / "documents" / document / f"{name}.csv", Findings(root()))
    assert sheet is not None
    return sheet


def stored(document: str) -> dict[str, str]:
    about = read_toml(root() / "documents" / document / "document.toml", Findings(root()))
    return about["seal"]


def with_cell(sheet: Sheet, index: int, name: str, cell: str) -> Sheet:
    records = list(sheet.records)
    records[index] = {**records[index], name: cell}
    return replace(sheet, records=tuple(records))


def cells(sheet: Sheet):
    return (
        (index, name, cell) for index, record in enumerate(sheet.records) for name, cell in record.items()
    )


@pytest.mark.parametrize(("document", "name"), SEALED)
def test_the_seals_are_those_of_the_files(document, name):
    assert seal(sheet_of(document, name)) == stored(document)[name]


def test_every_table_every_list_of_statements_and_all_decisions_are_sealed():
    assert len(SEALED) == 20
    for document in DOCUMENTS:
        assert set(stored(document)) == {name for sealed, name in SEALED if sealed == document}


@pytest.mark.parametrize(("document", "name"), WITH_ROWS)
def test_changing_any_single_digit_breaks_the_seal(document, name):
    sheet = sheet_of(document, name)
    right, seen = stored(document)[name], 0
    for index, column, cell in cells(sheet):
        for place, digit in enumerate(cell):
            if digit.isdigit():
                other = str((int(digit) + 1 + place % 9) % 10) if digit.isascii() else "1"
                altered = with_cell(sheet, index, column, cell[:place] + other + cell[place + 1 :])
                assert other != digit and seal(altered) != right, (document, name, index, column)
                seen += 1
    assert seen == sum(character.isdigit() for _, _, cell in cells(sheet) for character in cell)
    assert seen > (5 if name == "decisions" else 20)


@pytest.mark.parametrize(("document", "name"), SEALED)
def test_other_changes_break_the_seal(document, name):
    sheet = sheet_of(document, name)
    right = stored(document)[name]
    for index, column, cell in cells(sheet):
        other = cell[:-1] + ("户" if cell[-1] != "户" else "个") if cell else "0"
        assert seal(with_cell(sheet, index, column, other)) != right
    for index, record in enumerate(sheet.records):
        others = sheet.records[:index] + sheet.records[index + 1 :]
        assert seal(replace(sheet, records=others)) != right
        assert seal(replace(sheet, records=(*sheet.records, record))) != right
        for left, second in zip(sheet.header, sheet.header[1:], strict=False):
            if record[left] != record[second]:
                swapped = with_cell(
                    with_cell(sheet, index, left, record[second]), index, second, record[left]
                )
                assert seal(swapped) != right
    for index in range(len(sheet.records) - 1):
        records = list(sheet.records)
        records[index], records[index + 1] = records[index + 1], records[index]
        assert seal(replace(sheet, records=tuple(records))) != right
    assert seal(replace(sheet, header=tuple(reversed(sheet.header)))) != right


def test_cells_cannot_run_into_one_another():
    """Two tables with the same characters in other cells have other seals."""
    sheets = [
        Sheet(Path("t"), ("a", "b"), ({"a": a, "b": b},), (2,))
        for a, b in [("1", "23"), ("12", "3"), ('1","2', "3")]
    ]
    assert len({seal(sheet) for sheet in sheets}) == 3


def write(sheet: Sheet, *, quoting=csv.QUOTE_MINIMAL, ending="\n") -> str:
    out = io.StringIO()
    writer = csv.writer(out, quoting=quoting, lineterminator=ending)
    writer.writerow(sheet.header)
    writer.writerows([record[name] for name in sheet.header] for record in sheet.records)
    return out.getvalue()


@pytest.mark.parametrize(
    "spell",
    [
        lambda sheet: write(sheet, quoting=csv.QUOTE_ALL).encode("utf-8"),
        lambda sheet: write(sheet, ending="\r\n").encode("utf-8"),
        lambda sheet: write(sheet, ending="\r").encode("utf-8"),
        lambda sheet: write(sheet).encode("utf-8-sig"),
        lambda sheet: write(sheet).encode("gb18030"),
        lambda sheet: write(sheet).replace(",", " ,", 3).encode("utf-8"),
        lambda sheet: write(sheet).replace("\n", "\n\n").rstrip("\n").encode("utf-8"),
    ],
)
def test_another_spelling_of_the_file_keeps_the_seal(tmp_path, spell):
    for document, name in SEALED:
        path = tmp_path / f"{document}-{name}.csv"
        path.write_bytes(spell(sheet_of(document, name)))
        again = read_sheet(path, Findings(tmp_path), lenient=True)
        assert seal(again) == stored(document)[name]


def broken(findings) -> set[str]:
    return set(findings.loc[findings["code"] == "BROKEN_SEAL", "file"])


def test_check_notices_one_digit_in_every_sealed_file_at_once(tmp_path):
    copy = Path(shutil.copytree(root(), tmp_path / "data"))
    expected = set()
    for number, (document, name) in enumerate(WITH_ROWS):
        path = copy / "documents" / document / f"{name}.csv"
        text = path.read_text(encoding="utf-8")
        header, rest = text.split("\n", 1)
        places = [place for place, character in enumerate(rest) if character in "0123456789"]
        place = places[len(places) * (number + 1) // (len(WITH_ROWS) + 2)]
        rest = rest[:place] + str((int(rest[place]) + 1) % 10) + rest[place + 1 :]
        path.write_text(f"{header}\n{rest}", encoding="utf-8", newline="\n")
        expected.add(f"documents/{document}/{name}.csv")
    assert broken(qiyou.data.check(copy)) == expected


def test_another_reading_of_the_same_print_is_noticed(tmp_path):
    """8.05 for 8.50 is as good a decision as any to every other check, and a loaded value would change with it."""
    copy = Path(shutil.copytree(root(), tmp_path / "data"))
    path = copy / "documents" / "changxing-plan-2023" / "decisions.csv"
    text = path.read_text(encoding="utf-8")
    assert text.count("table:12:2027,850,8.50,") == 1
    other = text.replace("table:12:2027,850,8.50,", "table:12:2027,850,8.05,")
    path.write_text(other, encoding="utf-8", newline="\n")
    found = qiyou.data.check(copy)
    assert found[["severity", "code", "file"]].to_numpy().tolist() == [
        ["error", "BROKEN_SEAL", "documents/changxing-plan-2023/decisions.csv"]
    ]


def test_a_decision_where_there_was_none_is_noticed(tmp_path):
    copy = Path(shutil.copytree(root(), tmp_path / "data"))
    path = copy / "documents" / "wenling-plan-2023"
    record = read_sheet(path / "table.csv", Findings(copy)).records[0]
    with (path / "decisions.csv").open("a", encoding="utf-8", newline="\n") as file:
        file.write(f"table:{record['row']}:2023,{record['2023']},9.9,why,high,none\n")
    assert broken(qiyou.data.check(copy)) == {"documents/wenling-plan-2023/decisions.csv"}


def test_a_sealed_file_cannot_just_disappear(tmp_path):
    copy = Path(shutil.copytree(root(), tmp_path / "data"))
    (copy / "documents" / "huangyan-plan-2021" / "statements.csv").unlink()
    (copy / "documents" / "yuhuan-plan-2023" / "table.csv").unlink()
    (copy / "documents" / "wenling-plan-2023" / "decisions.csv").unlink()
    assert broken(qiyou.data.check(copy)) == {
        "documents/huangyan-plan-2021/document.toml",
        "documents/wenling-plan-2023/document.toml",
        "documents/yuhuan-plan-2023/document.toml",
    }


ABOUT = 'id = "a"\nnote = "x"\n\n[table]\nstatus = "none"\n'


@pytest.mark.parametrize(
    "before",
    [
        ABOUT,
        ABOUT + '\n[seal]\ntable = "00"\n',
        ABOUT + '\n[audit]\ncells = 5\n\n[seal]\ntable = "00"\nstatements = "11"\n',
        'id = "a"\nnote = "x"\n\n[seal]\ntable = "00"\n\n[table]\nstatus = "none"\n',
        "\ufeff" + ABOUT,
    ],
)
def test_writing_seals_keeps_everything_else(tmp_path, before):
    path = tmp_path / "document.toml"
    path.write_text(before, encoding="utf-8", newline="\n")
    for _ in range(2):
        write_seals(path, {"table": "ab"}, {"cells": 7})
        about = read_toml(path, Findings(tmp_path))
        assert about == {
            "id": "a", "note": "x", "table": {"status": "none"}, "audit": {"cells": 7}, "seal": {"table": "ab"}
        }  # fmt: skip
    assert [child.name for child in tmp_path.iterdir()] == ["document.toml"]


@pytest.mark.parametrize(
    "before", ['note = """\n[seal]\ntable = "00"\n"""\n', "[seal]\ntable = {a = 1}\n", "[seal"]
)
def test_writing_seals_refuses_what_it_would_damage(tmp_path, before):
    path = tmp_path / "document.toml"
    path.write_text(before, encoding="utf-8", newline="\n")
    with pytest.raises(DataError, match="by hand"):
        write_seals(path, {"table": "ab"}, {"cells": 7})
    assert path.read_text(encoding="utf-8") == before
