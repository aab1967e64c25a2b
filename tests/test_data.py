"""The data folder: what load() gives, and that whatever is wrong with a folder is a finding with file and line."""

from __future__ import annotations

import csv
import dataclasses
import io
import json
import os
import shutil
import threading
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import qiyou
from qiyou import words
from qiyou.data import CODES, root
from qiyou.data.files import COLUMNS, Findings, sentence
from qiyou.data.prints import Readings
from qiyou.data.schema import TABLES
from qiyou.errors import DataError
from qiyou.notation import RELATIONS, read
from tools.dictionary import descriptor

TARGETS = [
    "document",
    "place",
    "row",
    "indicator",
    "variant",
    "year",
    "role",
    "printed",
    "reading",
    "value",
    "relation",
    "low",
    "high",
    "low_closed",
    "high_closed",
    "unit",
    "step",
    "star",
    "department",
    "decided",
    "printed_name",
    "printed_unit",
]
STATEMENTS = (
    "document place id section item indicator phrase from_year year printed value relation low high unit kind"
)
DOCUMENTS = {
    "yuhuan-plan-2023": "yuhuan",
    "yuhuan-worklist-2024": "yuhuan",
    "changxing-plan-2023": "changxing",
    "huangyan-plan-2021": "huangyan",
    "zhejiang-plan-2021": "zhejiang",
    "cixi-plan-2023": "cixi",
    "fenghua-plan-2023": "fenghua",
    "haishu-plan-2023": "haishu",
    "wenling-plan-2023": "wenling",
}
CORE = [
    "nursery_places_per_1000",
    "affordable_nursery_share",
    "child_screening_rate",
    "preschool_universal_pass",
    "compulsory_balanced_pass",
    "higher_education_enrolment",
    "urban_unemployment_rate",
    "wage_arrears_resolution_rate",
    "vocational_training_cumulative",
    "life_expectancy",
    "premature_ncd_mortality",
    "huiminbao_enrolment_rate",
    "care_workers_per_10000_elderly",
    "pension_insured",
    "long_term_care_insured",
    "housing_support_coverage",
    "rental_housing_cumulative",
    "property_management_coverage",
    "dibao_standard",
    "medical_aid_rate",
    "disabled_home_coverage",
]


# ------------------------------------------------------------------------------------------------- what load() gives


def test_columns_are_those_of_the_design(data):
    assert list(data.targets.columns) == TARGETS
    assert set(STATEMENTS.split()) <= set(data.statements.columns)
    for name, table in TABLES.items():
        always = {column.name for column in table.columns if not column.optional}
        assert always <= set(getattr(data, name).columns), name


def test_types_do_not_depend_on_the_content(data):
    for frame in (data.targets, data.statements):
        assert frame["year"].dtype == "Int64"
        for name in ("value", "low", "high", "step"):
            assert frame[name].dtype == "float64"
        for name in ("low_closed", "high_closed", "decided"):
            assert frame[name].dtype == "bool"
        for name in ("document", "place", "indicator", "printed", "reading", "relation", "unit"):
            assert pd.api.types.is_string_dtype(frame[name])
            assert frame[name].notna().all()
    assert data.indicators["core"].dtype == "bool"
    assert data.observations["value"].dtype == "float64" and data.observations["year"].dtype == "Int64"


def test_documents_and_core_indicators_are_those_of_the_design(data):
    assert dict(zip(data.documents["id"], data.documents["place"], strict=True)) == DOCUMENTS
    assert sorted(data.indicators.loc[data.indicators["core"], "id"]) == sorted(CORE)
    assert set(data.targets["document"]) | set(data.statements["document"]) == set(DOCUMENTS)


def test_one_row_per_cell(data):
    for document, rows in data.targets.groupby("document"):
        with (root() / "documents" / document / "table.csv").open(encoding="utf-8", newline="") as file:
            sheet = list(csv.DictReader(file))
        cells = {(r["row"], int(y)): r[y] for r in sheet for y in r if y.isdigit()}
        loaded = {(row.row, row.year): row.printed for row in rows.itertuples()}
        assert loaded == cells
    assert not data.targets.duplicated(["document", "place", "indicator", "variant", "year"]).any()


def test_a_cell_says_what_its_relation_says(data):
    for frame in (data.targets, data.statements):
        assert set(frame["relation"]) <= set(RELATIONS)
        relation = frame["relation"]
        point = frame[relation == "eq"]
        assert (point["low"] == point["value"]).all() and (point["high"] == point["value"]).all()
        assert frame.loc[relation.isin(["none", "range"]), "value"].isna().all()
        assert frame.loc[~relation.isin(["none", "range"]), "value"].notna().all()
        bounds = frame[relation.isin(["ge", "gt", "le", "lt"])]
        closed = bounds["low_closed"] | bounds["high_closed"]
        assert (closed == bounds["relation"].isin(["ge", "le"])).all()
    units = data.indicators.set_index("id")["unit"]
    assert (data.targets["unit"] == data.targets["indicator"].map(units)).all()
    assert (data.targets.loc[data.targets["role"] == "baseline", "year"] == 2022).all()


def cell(data, document, row, year):
    found = data.targets.query("document == @document and row == @row and year == @year")
    assert len(found) == 1
    return found.iloc[0]


def test_decided_cells_keep_the_print_beside_the_reading(data):
    lost_point = cell(data, "changxing-plan-2023", "12", 2027)
    assert (lost_point.printed, lost_point.reading, lost_point.value, lost_point.decided) == (
        "850",
        "8.50",
        8.5,
        True,
    )
    letter = cell(data, "changxing-plan-2023", "8", 2024)
    assert (letter.printed, letter.value, letter.decided) == ("O", 0, True)
    persons = cell(data, "yuhuan-plan-2023", "10", 2027)
    assert (persons.printed, persons.value, persons.unit, persons.step) == ("30.5万人", 305_000, "人次", 1000)
    homes = cell(data, "yuhuan-plan-2023", "22", 2022)
    assert (homes.printed, homes.value, homes.unit, homes.step, homes.decided) == (
        "0.9958",
        9958,
        "套",
        1,
        False,
    )
    bound = cell(data, "yuhuan-plan-2023", "24", 2023)
    assert (bound.printed, bound.relation, bound.low, bound.low_closed) == (">13200", "gt", 13200, False)
    nothing = cell(data, "yuhuan-plan-2023", "19", 2027)
    assert (nothing.printed, nothing.relation) == ("", "none") and pd.isna(nothing.value)


def test_a_second_line_is_a_path_of_its_own_with_the_first_ones_star(data):
    lines = data.targets.query("document == 'yuhuan-plan-2023' and indicator == 'premature_ncd_mortality'")
    assert lines.groupby("variant")["row"].unique().map(list).to_dict() == {"a": ["12"], "b": ["12b"]}
    assert set(lines["star"]) == {"*"} and set(lines["department"]) == {"市卫生健康局"}
    other = data.targets.query("document == 'changxing-plan-2023' and row == '18b'")
    assert (other["indicator"] == "meal_service_visits").all() and (other["variant"] == "").all()


def test_nothing_rides_on_the_frames(data):
    frames = [value for value in vars(data).values() if isinstance(value, pd.DataFrame)]
    assert all(not frame.attrs and type(frame) is pd.DataFrame for frame in frames)
    assert repr(data) == (
        f"<qiyou data: 9 documents, {len(data.targets)} table cells, {len(data.statements)} statements, "
        f"{len(data.observations)} observations>"
    )


def test_the_data_package_describes_the_files_as_they_are():
    package = json.loads((root() / "datapackage.json").read_text(encoding="utf-8"))
    assert package == descriptor(root())
    described = {resource["path"] for resource in package["resources"]}
    there = {path.relative_to(root()).as_posix() for path in root().rglob("*.csv")}
    # dated readings are results that wait to be scored, no input
    assert described == {path for path in there if not path.startswith("readings-")}
    for resource in package["resources"]:
        with (root() / resource["path"]).open(encoding="utf-8", newline="") as file:
            assert next(csv.reader(file)) == [field["name"] for field in resource["schema"]["fields"]]


# ------------------------------------------------------------------------------------------------- one table of figures

PRINTED = (
    "document place indicator variant year role origin locator kind from_year row printed value relation low high "
    "low_closed high_closed step unit star department printed_name phrase decided"
)


def test_every_figure_stands_once_in_the_table_of_figures(data):
    rows = data.printed
    assert list(rows.columns) == PRINTED.split()
    assert len(rows) == len(data.targets) + len(data.statements)
    assert not rows.duplicated(["document", "locator", "year", "role"])[rows["origin"] == "table"].any()
    cells, texts = rows[rows["origin"] == "table"], rows[rows["origin"] == "text"]
    assert cells["locator"].tolist() == ("table:" + data.targets["row"]).tolist()
    assert texts["locator"].tolist() == ("statement:" + data.statements["id"].astype(str)).tolist()
    shared = [
        "document",
        "place",
        "indicator",
        "year",
        "printed",
        "value",
        "relation",
        "low",
        "high",
        "step",
        "unit",
    ]
    pd.testing.assert_frame_equal(cells[shared], data.targets[shared])
    pd.testing.assert_frame_equal(texts[shared].reset_index(drop=True), data.statements[shared])
    assert (cells["kind"] == "").all() and (texts["row"] == "").all()
    assert texts["role"].eq("baseline").tolist() == data.statements["kind"].eq("baseline").tolist()
    for name in rows.columns.difference(["year", "from_year", "value", "low", "high", "step"]):
        assert rows[name].notna().all(), name


def test_what_is_printed_of_an_indicator(data):
    rows = data.printed[data.printed["indicator"] == data.indicator("人均体育场地面积")]
    text = rows.query("origin == 'text' and place == 'huangyan'")
    assert text[["year", "value", "role"]].values.tolist() == [
        [2020, 1.92, "baseline"],
        [2025, 2.8, "target"],
    ]


def test_one_answer_to_what_is_planned(data):
    rows = data.planned()
    keys = ["document", "place", "indicator", "variant", "year"]
    assert list(rows.columns) == PRINTED.split()
    assert (
        not rows.duplicated(keys).any() and rows["role"].eq("target").all() and rows["indicator"].ne("").all()
    )
    # The table goes before the text: 3.2 stands in both.
    one = data.planned("玉环", "人均体育场地面积", 2027)
    assert one[["document", "locator", "printed"]].values.tolist() == [
        ["yuhuan-plan-2023", "table:29", "3.2"]
    ]
    # Where the table is lost the text speaks, and its base is no plan.
    one = data.planned("huangyan", "sports_area_per_capita")
    assert one[["origin", "year", "value"]].values.tolist() == [["text", 2025, 2.8]]
    # Cells that print nothing plan nothing; a word does.
    assert data.planned("yuhuan", "long_term_care_insured").empty
    words = data.planned(indicator="preschool_universal_pass")
    assert (words["printed"] != "").all()
    # What the worklist does in its one year is planned where the indicator is a yearly amount, and no money.
    yearly = {"long_term_care_insured_new": ["24.3万人"], "rental_housing_new": ["1790套(间)"]}
    yearly |= {"major_project_investment": []}
    for indicator, printed in yearly.items():
        one = data.planned("yuhuan", indicator, 2024)
        assert one.loc[one["kind"].eq("annual_flow"), "printed"].tolist() == printed
    # Two lines of one indicator stay two.
    assert set(data.planned("yuhuan", "premature_ncd_mortality", 2027)["variant"]) == {"a", "b"}
    assert data.planned("yuhuan", year=1999).empty
    with pytest.raises(DataError, match="玉环市（yuhuan）"):
        data.planned("玉坏市")


def test_a_table_without_rows_of_a_kind_is_a_table(data):
    alone = dataclasses.replace(data, statements=data.statements[:0])
    assert len(alone.printed) == len(data.targets) and set(alone.planned()["origin"]) == {"table"}
    alone = dataclasses.replace(data, targets=data.targets[:0])
    assert len(alone.printed) == len(data.statements) and set(alone.planned()["origin"]) == {"text"}


def test_realised_values_are_read_and_stand_in_their_indicators_unit(data):
    reference = data.reference
    assert {"value", "relation", "low", "high", "low_closed", "high_closed", "step"} <= set(reference.columns)
    assert (reference["unit"] == reference["indicator"].map(data.indicators.set_index("id")["unit"])).all()
    china = reference.query(
        "place == 'china' and indicator == 'nursery_places_per_1000' and kind == 'observed'"
    )
    assert {(2020, 1.8), (2021, 2.03), (2022, 2.57)} <= set(zip(china["year"], china["value"], strict=True))
    bounds = reference[reference["relation"].isin(["ge", "gt"])]
    assert (bounds["low_closed"] == bounds["relation"].eq("ge")).all()
    assert reference["t"].dtype == "float64" and reference["year"].dtype == "Int64"


def test_superiors_are_places_nearest_first(data):
    places = set(data.places["id"])
    assert set(data.superiors["place"]) | set(data.superiors["superior"]) <= places
    assert data.superiors.query("place == 'yuhuan'").sort_values("order")["superior"].tolist() == [
        "taizhou", "zhejiang", "china",
    ]  # fmt: skip
    assert set(data.plan_attainment["met"]) <= {"yes", "no", "open"}
    assert (data.plan_counts["n_met_or_on_track"] <= data.plan_counts["n_indicators"]).all()


# ------------------------------------------------------------------------------------------------- planted faults


@pytest.fixture
def copy(tmp_path):
    """A copy of the data folder to break."""
    return Path(shutil.copytree(root(), tmp_path / "data"))


def edit(path: Path, old: str, new: str) -> int:
    """Replace one piece of a file; the number of the line on which it stood."""
    text = path.read_text(encoding="utf-8")
    assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times in {path.name}"
    path.write_text(text.replace(old, new), encoding="utf-8", newline="\n")
    return text[: text.index(old)].count("\n") + 1


def append(path: Path, line: str) -> int:
    """Add a line; its number."""
    text = path.read_text(encoding="utf-8")
    path.write_text(text + line + "\n", encoding="utf-8", newline="\n")
    return text.count("\n") + 1


def found(findings: pd.DataFrame) -> set[tuple]:
    """Code, file and line of every finding; no line as None."""
    lines = [None if pd.isna(line) else int(line) for line in findings["line"]]
    return set(zip(findings["code"], findings["file"], lines, strict=True))


def plant(copy: Path) -> set[tuple]:
    """Break a data folder in every way at once; code, file and line of each finding that has to come of it."""
    documents, expected = copy / "documents", set()

    def expect(code, path, line):
        expected.add((code, path.relative_to(copy).as_posix(), line))

    (copy / "flows.csv").unlink()
    expect("MISSING_FILE", copy / "flows.csv", None)
    path = copy / "identities.csv"
    edit(path, ",reason", ",reasons")
    expect("MISSING_COLUMN", path, 1)
    expect("EXTRA_COLUMN", path, 1)
    path = copy / "benchmarks.csv"
    text = path.read_text(encoding="utf-8")
    path.write_bytes(text.encode("gb18030"))
    expect("ENCODING", path, next(n for n, line in enumerate(text.splitlines(), 1) if not line.isascii()))
    path = copy / "observations.csv"
    line = append(path, path.read_text(encoding="utf-8").splitlines()[1])
    expect("DUPLICATE_ROW", path, line)
    source = path.read_text(encoding="utf-8").splitlines()[1].split(",")[4]
    expect("UNKNOWN_ID", path, append(path, f"atlantis,beds_per_1000,2020,5,{source},reported,"))
    expect("UNREADABLE_VALUE", path, append(path, f"china,beds_per_1000,2020,5O,{source},reported,"))
    expect("UNIT_MISMATCH", path, append(path, f"china,beds_per_1000,2020,5%,{source},other,"))
    expect("BAD_VALUE", path, append(path, f"china,beds_per_1000,1820,5,{source},reported,"))
    path = copy / "indicators.csv"
    edit(path, "nursery_places_per_1000,幼有善育", "no_longer_there,幼有善育")
    text = path.read_text(encoding="utf-8").replace(",true,", ",false,", 1)
    path.write_text(text, encoding="utf-8", newline="\n")
    expect("CORE_COUNT", path, None)
    path = copy / "projects.csv"
    path.write_text(path.read_text(encoding="utf-8").split("\n", 1)[0] + "\n", encoding="utf-8")
    expect("EMPTY_TABLE", path, 1)
    path = copy / "reference.csv"
    expect("CSV_SYNTAX", path, append(path, "china,country"))
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(",平方米/人,", ",平方米/万人,", 1), encoding="utf-8", newline="\n")
    expect("UNIT_MISMATCH", path, text[: text.index(",平方米/人,")].count("\n") + 1)
    path = documents / "wenling-plan-2023"
    edit(path / "table.csv", ",2027,", ",2035,")
    expect("YEAR_OUT_OF_RANGE", path / "table.csv", 1)
    expect("BROKEN_SEAL", path / "table.csv", None)
    path = documents / "haishu-plan-2023"
    text = (path / "document.toml").read_text(encoding="utf-8")
    (path / "document.toml").write_text(text.partition("\n[seal]")[0], encoding="utf-8", newline="\n")
    expect("NOT_SEALED", path / "document.toml", None)
    path = documents / "cixi-plan-2023" / "table.csv"
    line = edit(path, "普惠托位占比,?,%,50", "普惠托位占比,?,,50")
    expect("NO_UNIT", path, line)
    line = edit(path, "人均预期寿命,?,岁", "人均预期寿命,?,人")
    expect("UNIT_MISMATCH", path, line)
    line = edit(path, ",wage_arrears_resolution_rate,欠薪", ",wage_arrears_resolution_rate,久薪")
    expect("ALIAS_MISMATCH", path, line)
    line = edit(path, ",registered_unemployment_rate,", ",urban_unemployment_rate,")
    expect("ALIAS_MISMATCH", path, line)
    line = edit(path, "7,9,11,13,", "7,9,l1,13,")
    expect("UNREADABLE_VALUE", path, line)
    path = documents / "zhejiang-plan-2021" / "document.toml"
    append(path, "[table")
    expect("TOML_SYNTAX", path, path.read_text(encoding="utf-8").count("\n"))
    path = documents / "yuhuan-plan-2023" / "statements.csv"
    expect("BROKEN_SEAL", path, None)
    line = edit(path, ",2025,1-2家,", ",2072,1-2家,")
    expect("YEAR_OUT_OF_RANGE", path, line)
    path = documents / "yuhuan-plan-2023" / "decisions.csv"
    line = append(path, "table:99:2027,5,6,why,high,none")
    expect("DECISION_POINTS_NOWHERE", path, line)
    line = append(path, "table:1:2027,5.6,5.7,why,high,none")
    expect("DECISION_DOES_NOT_FIT", path, line)
    line = append(path, "table:1:2027,5.5,5.50个,why,high,none")
    line = append(path, "table:2:2027,70,70%,why,high,none")
    expect("DECISION_CHANGES_NOTHING", path, line)
    line = append(path, "table:1:2027,5.5,5.6,why,high,none")
    expect("DUPLICATE_ROW", path, line)
    return expected


def test_all_faults_are_found_at_once_with_file_and_line(copy):
    expected = plant(copy)
    findings = qiyou.data.check(copy)
    assert list(findings.columns) == list(COLUMNS)
    missing = expected - found(findings)
    assert not missing
    errors = findings[findings["severity"] == "error"]
    assert {code for code, _, _ in expected} <= set(errors["code"]) <= set(CODES)
    assert (findings["what"] != "").all() and (findings["remedy"] != "").all()
    with pytest.raises(DataError) as caught:
        qiyou.load(copy)
    assert f"{len(errors)} errors in the data" in str(caught.value)
    pd.testing.assert_frame_equal(caught.value.rows, findings)


ONLY_OF_ONES_OWN = {"SPREADSHEET", "TAKEN_AS", "NO_PARENT", "LIKELY_SLIP", "UNFINISHED"}


def test_every_code_of_an_error_can_be_produced(copy):
    assert set(CODES) - ONLY_OF_ONES_OWN == {code for code, _, _ in plant(copy)}


def test_every_sentence_about_a_fault_is_used_and_every_one_used_is_there():
    faults = words.table("faults")
    source = "".join(
        path.read_text(encoding="utf-8") for path in Path(qiyou.data.__file__).parent.glob("*.py")
    )
    assert faults["key"].is_unique and faults["code"].isin(CODES).all() and set(faults["code"]) == set(CODES)
    assert [key for key in faults["key"] if f'"{key}"' not in source] == []
    assert faults["severity"].isin(["error", "warning", "note"]).all()


def test_a_finding_needs_a_known_code(tmp_path):
    with pytest.raises(KeyError):
        Findings(tmp_path).add("no_such_fault", tmp_path)


def test_a_project_has_a_statement_or_is_named(copy):
    path = copy / "projects.csv"
    expected = {
        (code, "projects.csv", append(path, line))
        for code, line in (
            ("UNKNOWN_ID", "one,yuhuan-plan-2023,9999,,,gym,,,"),
            ("BAD_VALUE", "two,yuhuan-plan-2023,129,text:二(九):36,体育中心,gym,,,"),
            ("BAD_VALUE", "three,yuhuan-plan-2023,,,体育中心,gym,,,"),
            ("BAD_VALUE", "four,yuhuan-plan-2023,,text:二(九):36,,gym,,,"),
        )
    }
    append(path, "five,yuhuan-plan-2023,,text:二(九):36,体育中心,gym,,,")
    assert found(qiyou.data.check(copy)) == expected


def test_an_untouched_copy_is_fine(copy):
    assert qiyou.data.check(copy).empty
    assert len(qiyou.load(copy).targets) == len(qiyou.load().targets)


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        ("missing", "MISSING_FILE"),
        ("empty", "EMPTY_TABLE"),
        ("header only", "EMPTY_TABLE"),
        ("bytes", "ENCODING"),
        ("folder", "MISSING_FILE"),
    ],
)
def test_every_damaged_table_is_named(copy, fault, code):
    for name in TABLES:
        path = copy / f"{name}.csv"
        header = path.read_bytes().split(b"\n", 1)[0]
        path.unlink()
        if fault == "folder":
            path.mkdir()
        elif fault != "missing":
            path.write_bytes({"empty": b"", "header only": header, "bytes": bytes(range(255, -1, -1))}[fault])
    findings = qiyou.data.check(copy)
    named = set(zip(findings["code"], findings["file"], strict=True))
    assert {(code, f"{name}.csv") for name in TABLES} <= named


@pytest.mark.parametrize(
    ("encoding", "before", "what"),
    [
        ("gb18030", b"", "GBK"),
        ("gb18030", "\ufeff".encode("gb18030"), "GBK"),
        ("utf-8", b"\xef\xbb\xbf", "byte-order mark"),
        ("utf-16", b"", "UTF-16"),
        ("utf-16-le", b"", "neither"),
        ("utf-32", b"", "NUL"),
    ],
)
def test_a_wrong_encoding_is_one_finding_and_breaks_no_seal(copy, encoding, before, what):
    path = copy / "documents" / "changxing-plan-2023" / "table.csv"
    path.write_bytes(before + path.read_text(encoding="utf-8").encode(encoding))
    findings = qiyou.data.check(copy)
    own = findings[findings["file"] == "documents/changxing-plan-2023/table.csv"]
    assert list(own["code"]) == ["ENCODING"] and what in own["what"].iloc[0]
    readable = what not in ("neither", "NUL")
    assert ("BROKEN_SEAL" in set(findings["code"])) != readable


STATEMENT_HEADER = "id,section,item,indicator,phrase,from_year,year,printed,kind,note"
WRONG_STATEMENTS = [
    ("id,id,id\n1,2,3\n", "CSV_SYNTAX", 1),
    ("id;section;item\n1;2;3\n", "CSV_SYNTAX", 1),
    ("id\tsection\titem\n1\t2\t3\n", "CSV_SYNTAX", 1),
    ('id,section\n1,"2\n', "CSV_SYNTAX", 2),
    ("{header}\n1,二,1\n", "CSV_SYNTAX", 2),
    ('{header}\n1,二,1,,"a\nb",,2027,5,count,\n2,二\n', "CSV_SYNTAX", 4),
    ("{header}\n1,二,1,,a,,2027,5,count,,,,\n1,二,1,,b,,2027,5,count,\n", "DUPLICATE_ROW", 3),
    ("{header}\n1,二,1,,a,,2027,5,counted,\n", "BAD_VALUE", 2),
    ("{header}\nx1,二,1,,a,,2027,5,count,\n", "BAD_VALUE", 2),
    ("{header}\n,二,1,,a,,2027,5,count,\n", "BAD_VALUE", 2),
    ("{header}\n1,二,1,,a,,2027.0,5,count,\n", "BAD_VALUE", 2),
    ("{header}\n1,二,1,,a,2027,2023,5,count,\n", "YEAR_OUT_OF_RANGE", 2),
    ("{header}\n1,二,1,,a,,2099,5,count,\n", "YEAR_OUT_OF_RANGE", 2),
    ("{header}\n1,二,1,atlantis,a,,2027,5,count,\n", "UNKNOWN_ID", 2),
    ("{header}\n\n \n1,二,1,,a,,2027,5余个,count,\n", "UNREADABLE_VALUE", 4),
    ("{header}\r\r1,二,1,,a,,2027,\u202e5,count,\r", "UNREADABLE_VALUE", 3),
    ("{header}\n1,二,1,,a,,2027,5\0,count,\n", "ENCODING", 2),
    ("{header}\n1,二,1,,a,,2027,=cmd|' /C calc'!A0,count,\n", "UNREADABLE_VALUE", 2),
    ("{header}\n1,二,1,,{long},,2027,5,count,\n", "BAD_VALUE", 2),
    ("{header}\n1,二,1,,{longer},,2027,5,count,\n", "CSV_SYNTAX", 2),
    ("{header}" + "\n1,二,1,,a,,2027,5,count," * 200_001, "CSV_SYNTAX", 200_001),
]


def test_statements_of_ones_own_that_are_wrong_are_all_found_in_one_check(tmp_path):
    folders = []
    for number, (content, _, _) in enumerate(WRONG_STATEMENTS):
        content = (
            content.replace("{header}", STATEMENT_HEADER)
            .replace("{longer}", "长" * 200_000)
            .replace("{long}", "长" * 20_001)
        )
        folders.append(county(tmp_path, {"statements.csv": content}, document=f"own{number}-plan-2023"))
    findings = qiyou.data.check(also=folders)
    for folder, (content, code, line) in zip(folders, WRONG_STATEMENTS, strict=True):
        assert (code, f"{folder.name}/statements.csv", line) in found(findings), content[:90]
    assert findings["what"].str.len().max() < 700


@pytest.mark.parametrize(("year", "out"), [(2007, True), (2008, False), (2042, False), (2043, True)])
def test_a_statement_may_speak_of_fifteen_years_more_on_either_side_of_its_plan(tmp_path, year, out):
    content = f"{STATEMENT_HEADER}\n1,二,1,,a,,{year},5余,count,\n"
    codes = set(
        of(qiyou.data.check(also=county(tmp_path, {"statements.csv": content})), tmp_path / "own-plan-2023")[
            "code"
        ]
    )
    assert ("YEAR_OUT_OF_RANGE" in codes) == out


DECISIONS = [
    ("table:1:2027,5.5,8.5,why,high,none", None),
    ("table:1:2027,5.5,5.50,why,high,none", None),
    ("table:1:2027,5.5,5.5个,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:1:2027,5.5,5.5,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:1:2027,5.4,5.6,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("table:9:2027,5.5,5.6,why,high,none", "DECISION_POINTS_NOWHERE"),
    ("table:1:2031,5.5,5.6,why,high,none", "DECISION_POINTS_NOWHERE"),
    ("table:1:nonsense,5.5,5.6,why,high,none", "DECISION_POINTS_NOWHERE"),
    ("table:1,3.3144.34.655.5,3.31|4|4.3|4.6|5|5.5,why,high,none", None),
    ("table:1,3.3144.34.655.6,3.31|4|4.3|4.6|5|5.5,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("table:1,3.31|4,2022|2023,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("table:1:printed_unit,家,个,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("statement:9,5,5.6,why,high,none", "DECISION_POINTS_NOWHERE"),
    ("statement:1,5,6,why,high,none", None),
    ("statement:1,6,7,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("statement:1,5,5,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("statement:1,5,５,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("statement:1,52027年,5|2027年,why,high,none", None),
    ("statement:1,52027年,5|2028年,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("statement:1,52027年,52|027年,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("statement:1:year,2027,2026,why,high,none", None),
    ("statement:1:year,2025,2026,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("statement:1:year,2027,2027,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("statement:1:phrase,公园,花园,why,high,none", "DECISION_POINTS_NOWHERE"),
    ("header:2031,2031,2031年,why,high,none", "DECISION_POINTS_NOWHERE"),
    ("header:2027,2027,2027,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:1:printed_unit,个,个,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:2:printed_unit,%,％,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:2:2024,62,62%,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:2:2027,75,75%,why,high,none", "DECISION_CHANGES_NOTHING"),
    ("table:1:unit,,个,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("table:1:unit,家,个,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("table:1,44.55,4|4.5,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("table:1,4|5.5,2022|2027,why,high,none", "DECISION_DOES_NOT_FIT"),
    ("sheet:1,4,5,why,high,none", "BAD_VALUE"),
    ("table:1:2027,5.5,,why,high,none", "BAD_VALUE"),
    ("table:1:2027,5.5,8.5,,high,none", "BAD_VALUE"),
    ("table:1:2027,5.5,8.5,why,sure,none", "BAD_VALUE"),
    ("table:1:2027,5.5,8.5,why,high,", "BAD_VALUE"),
    ("table:1:2027,5.5,8.5,why,high,none\ntable:1:2027,5.5,9.5,why,high,none", "DUPLICATE_ROW"),
    ("table:1:2027,5.5,8.5余,why,high,none", "UNREADABLE_VALUE"),
]


def test_decisions_of_ones_own_that_are_wrong_are_all_found_in_one_check(tmp_path):
    folders = []
    for number, (decision, _) in enumerate(DECISIONS):
        text = f"at,printed,reading,reason,confidence,alternatives\n{decision}\n"
        files = {
            "decisions.csv": text,
            "statements.csv": f"{STATEMENT_HEADER}\n1,一,1,,公园,,2027,5,count,\n",
        }
        folders.append(county(tmp_path, files, document=f"own{number}-plan-2023"))
    findings = qiyou.data.check(also=folders)
    for folder, (decision, code) in zip(folders, DECISIONS, strict=True):
        own = of(findings, folder)
        errors = own[own["severity"] == "error"]
        if code is None:
            assert errors.empty, decision
            continue
        where = "table.csv" if code == "UNREADABLE_VALUE" else "decisions.csv"
        assert (code, f"{folder.name}/{where}", 2 + decision.count("\n")) in found(errors), decision
        if code == "DECISION_CHANGES_NOTHING":
            assert errors["what"].str.contains(decision.partition(",")[0], regex=False).all(), decision


DESCRIPTIONS = [
    ("id = ", "TOML_SYNTAX"),
    ("[" * 30_000, "TOML_SYNTAX"),
    ("a=" + "[" * 30_000 + "]" * 30_000, "TOML_SYNTAX"),
    (".".join("a" * 32_000) + " = 1", "TOML_SYNTAX"),
    ("[" + ".".join("a" * 32_000) + "]", "TOML_SYNTAX"),
    ("a = " + "1" * 60_000, "TOML_SYNTAX"),
    ("id = 0x" + "F" * 60_000, "TOML_SYNTAX"),
    ("note = 0x" + "F" * 60_000, "TOML_SYNTAX"),
    ('a = "\\uD800"', "TOML_SYNTAX"),
    ("a = 2023-02-31", "TOML_SYNTAX"),
    ("#" * 70_000, "TOML_SYNTAX"),
    ("\udcff", "ENCODING"),
    ("", "BAD_VALUE"),
    ('id = "../county"', "BAD_VALUE"),
    (
        "id = [1]\nplace = {}\ntitle = 1\nperiod = 5\nextent = []\ntable = 5\nseal = 5\naudit = 5\nnote = {}",
        "BAD_VALUE",
    ),
    ("period = [2023, nan]", "BAD_VALUE"),
    ("period = [2027, 2023]", "BAD_VALUE"),
    ("period = [1900, 2099]", "BAD_VALUE"),
    ("period = [true, true]", "BAD_VALUE"),
]


def test_descriptions_that_are_wrong_are_all_found_in_one_check(tmp_path):
    folders = []
    for number, (content, _) in enumerate(DESCRIPTIONS):
        folder = county(tmp_path, {}, document=f"own{number}-plan-2023")
        (folder / "document.toml").write_bytes(content.encode("utf-8", "surrogateescape"))
        folders.append(folder)
    findings = qiyou.data.check(also=folders)
    for folder, (content, code) in zip(folders, DESCRIPTIONS, strict=True):
        own = of(findings, folder)
        assert code in set(own.loc[own["file"].str.endswith("document.toml"), "code"]), content[:90]
    assert findings["what"].str.len().max() < 700


def test_parts_of_a_wrong_type_are_named(tmp_path):
    folder = county(tmp_path, {}, about="audit = 5\nseal = [1]\nnote = {a = 1}\ndated = 2023\n")
    findings = qiyou.data.check(also=folder)
    named = {what.split()[0] for what in findings.loc[findings["code"] == "BAD_VALUE", "what"]}
    assert named == {"audit", "seal", "note", "dated"}


# ------------------------------------------------------------------------------------------------- what is no plain file


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes here")
def test_only_plain_files_are_read(tmp_path):
    expected, folders = set(), []
    for kind in ("pipe", "device", "folder", "loop", "dangling"):
        for name in ("table.csv", "document.toml", "decisions.csv", "observations.csv"):
            folder = county(tmp_path, {}, document=f"{kind}-{name.partition('.')[0]}-2023")
            path = folder / name
            path.unlink(missing_ok=True)
            if kind == "pipe":
                os.mkfifo(path)
            elif kind == "folder":
                path.symlink_to(tmp_path, target_is_directory=True)
            else:
                path.symlink_to({"device": "/dev/zero", "loop": path, "dangling": tmp_path / "nowhere"}[kind])
            folders.append(folder)
            expected.add(("MISSING_FILE", f"{folder.name}/{name}", None))
    results = []
    thread = threading.Thread(target=lambda: results.append(qiyou.data.check(also=folders)), daemon=True)
    thread.start()
    thread.join(timeout=60)
    assert results, "reading hangs"
    assert expected <= found(results[0])


def test_a_linked_file_is_read_like_any_other(tmp_path):
    folder = county(tmp_path, {})
    (folder / "table.csv").rename(tmp_path / "elsewhere.csv")
    (folder / "table.csv").symlink_to(tmp_path / "elsewhere.csv")
    assert not (qiyou.data.check(also=folder)["severity"] == "error").any()


@pytest.mark.parametrize("path", ["no such folder", "a\0b", "a" * 5000, "/dev/null", ""])
def test_a_folder_that_is_none(path, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for arguments in ({"also": [path]}, {"folder": path}):
        with pytest.raises(DataError):
            qiyou.load(**arguments)


def test_a_loop_of_folders(tmp_path):
    (tmp_path / "a").symlink_to(tmp_path / "b")
    (tmp_path / "b").symlink_to(tmp_path / "a")
    assert "MISSING_FILE" in set(qiyou.data.check(also=tmp_path / "a")["code"])


def test_a_file_larger_than_any_table(tmp_path):
    folder = county(tmp_path, {})
    with (folder / "table.csv").open("wb") as file:
        file.truncate(2**31)
    assert any("larger than" in what for what in qiyou.data.check(also=folder)["what"])


def test_a_flood_of_findings_is_cut_and_counted(tmp_path):
    rows = "".join(f"{n % 10_000},二,1,nowhere{n},a{n},,2027,5余,count,\n" for n in range(3_000))
    findings = qiyou.data.check(also=county(tmp_path, {"statements.csv": f"{STATEMENT_HEADER}\n{rows}"}))
    assert len(findings) < 5_000
    assert any("and 2,000 more of these" in what for what in findings["what"])


# ------------------------------------------------------------------------------------------------- a county of one's own

OWN = {
    "document.toml": """id = "{document}"
place = "own_county"
title = "自有县公共服务“七优享”工程实施方案"
period = [2023, 2027]
extent = "excerpt"
{about}
[table]
status = "excerpt"
years = [2022, 2027]
""",
    "table.csv": """row,domain,indicator,printed_name,star,printed_unit,2022,2023,2024,2025,2026,2027,department
1,幼有善育,nursery_places_per_1000,每千人口拥有3岁以下婴幼儿托位数,*,个,3.31,4,4.3,4.6,5,5.5,
2,,affordable_nursery_share,普惠托位占比,*,%,50,60,62,65,70,75,
""",
    "places.csv": """id,name_zh,name_en,level,adcode,parent,note
own_county,自有县,Own County,county,,zhejiang,
""",
}


def county(tmp_path: Path, files: dict[str, str], about: str = "", document: str = "own-plan-2023") -> Path:
    """A folder of one's own that is fine, with some files replaced or added."""
    folder = tmp_path / document
    folder.mkdir()
    for name, text in (OWN | files).items():
        content = text.replace("{about}", about).replace("{document}", document)
        (folder / name).write_bytes(content.encode("utf-8"))
    return folder


def of(findings: pd.DataFrame, folder: Path) -> pd.DataFrame:
    """The findings about one folder."""
    return findings[findings["file"].str.startswith(f"{folder.name}/")]


def headers() -> dict[str, str]:
    """The header line of every table, without the columns that may be left out."""
    return {
        name: ",".join(column.name for column in table.columns if not column.optional)
        for name, table in TABLES.items()
    }


def path_of(data) -> list[float]:
    own = data.targets.query("place == 'own_county' and indicator == 'nursery_places_per_1000'")
    return own.sort_values("year")["value"].tolist()


def test_a_county_of_ones_own_joins_the_others(tmp_path, data):
    more = qiyou.load(also=county(tmp_path, {}))
    assert path_of(more) == [3.31, 4, 4.3, 4.6, 5, 5.5]
    assert len(more.targets) == len(data.targets) + 12
    assert set(more.findings["severity"]) == {"note"} and "NOT_SEALED" in set(more.findings["code"])
    assert "own_county" in set(more.places["id"])


def test_a_name_of_ones_own_may_be_spaced_as_it_likes_and_a_transcribed_one_may_not(tmp_path, copy):
    spaced = ("普惠托位占比", "普惠 托位　占比")
    more = qiyou.load(also=county(tmp_path, {"table.csv": OWN["table.csv"].replace(*spaced)}))
    assert set(more.findings["severity"]) == {"note"}
    assert "affordable_nursery_share" in set(more.targets.query("place == 'own_county'")["indicator"])
    path = copy / "documents" / "cixi-plan-2023" / "table.csv"
    line = edit(path, *spaced)
    assert ("ALIAS_MISMATCH", path.relative_to(copy).as_posix(), line) in found(qiyou.data.check(copy))


SPELLINGS = [
    lambda text: text.encode("gb18030"),
    lambda text: "\ufeff".encode("gb18030") + text.encode("gb18030"),
    lambda text: b"\xef\xbb\xbf" + text.encode("utf-8"),
    lambda text: b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode("utf-8"),
    lambda text: text.encode("utf-16"),
    lambda text: text.replace("\n", ",,,\n").encode("utf-8"),
    lambda text: (text + ",,,,\n,,,,,,,,,,,,\n").encode("utf-8"),
    lambda text: text.replace("3.31,4,4.3", "３．３１,４, 4.3 ").encode("gb18030"),
    lambda text: text.replace("\n1,", "\n１,").replace("2022", "２０２２年").encode("utf-8"),
    lambda text: (
        text.replace("普惠托位占比", '"普惠托位\n占比"').replace("3.31,4", '"3.31\n个",4').encode("utf-8")
    ),
    lambda text: text.replace("3.31,4,4.3", '3.31个,"4 个",4.3个').encode("utf-8"),
    lambda text: "".join(f"{line}\n" for line in quoted(text)).encode("gb18030"),
]


def test_what_spreadsheets_save_is_read_with_at_most_a_note(tmp_path):
    folders = []
    for number, spell in enumerate(SPELLINGS):
        folder = county(tmp_path, {}, document=f"own{number}-plan-2023")
        (folder / "table.csv").write_bytes(spell(OWN["table.csv"]))
        folders.append(folder)
    more = qiyou.load(also=folders)
    assert set(more.findings["severity"]) == {"note"}
    own = more.targets[more.targets["indicator"] == "nursery_places_per_1000"].set_index("document")["value"]
    for folder in folders:
        assert own[folder.name].tolist() == [3.31, 4, 4.3, 4.6, 5, 5.5]


def quoted(text: str) -> list[str]:
    """Every cell in quotes."""
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\n").writerows(csv.reader(io.StringIO(text)))
    return out.getvalue().splitlines()


def test_damaged_utf16_is_an_error_not_a_note(tmp_path):
    folder = county(tmp_path, {})
    (folder / "table.csv").write_bytes(OWN["table.csv"].encode("utf-16")[:-1] + b"\xd8")
    findings = qiyou.data.check(also=folder)
    assert ("error", "ENCODING") in set(zip(findings["severity"], findings["code"], strict=True))


def test_own_indicators_units_aliases_sources_and_observations(tmp_path, data):
    head = headers()
    own = ",".join(
        [
            "bus_stops",
            "行有所达",
            "公交站点数",
            "Bus stops",
            "个",
            "up",
            "stock",
            "0",
            "",
            "false",
            "",
            "",
            "",
        ]
    )
    table = OWN["table.csv"] + "3,行有所达,bus_stops,公交站点数,,站,1,2,3,4,5,6,\n"
    folder = county(
        tmp_path,
        {
            "table.csv": table,
            "indicators.csv": f"{head['indicators']}\n{own}\n",
            "aliases.csv": f"{head['aliases']}\nbus_stops,公交站点数,own-plan-2023,yes,\n",
            "units.csv": f"{head['units']}\n站,个,\n个,个/千人,denominator stands in the indicator name\n",
            "sources.csv": f"{head['sources']}\nown_2023,自有县年鉴,,2023,,official\n",
            "observations.csv": f"{head['observations']}\nown_county,bus_stops,2023,2,own_2023,reported,\n",
        },
    )
    more = qiyou.load(also=folder)
    assert more.targets.query("indicator == 'bus_stops'")["value"].tolist() == [1, 2, 3, 4, 5, 6]
    assert len(more.observations) == len(data.observations) + 1
    assert len(more.units) == len(data.units) + 1, "a row that is there already is not there twice"


def test_what_is_there_already_cannot_be_redefined(tmp_path):
    head = headers()
    source = (root() / "sources.csv").read_text(encoding="utf-8").splitlines()[1].split(",")[0]
    folder = county(
        tmp_path,
        {
            "indicators.csv": f"{head['indicators']}\ndibao_standard,a,b,c,%,down,share,,,false,,,\n",
            "aliases.csv": f"{head['aliases']}\nlife_expectancy,普惠托位占比,,yes,\n",
            "sources.csv": f"{head['sources']}\n{source},又一个,,,,press\n",
            "places.csv": OWN["places.csv"] + "yuhuan,别处,Elsewhere,county,,,\n",
        },
    )
    findings = qiyou.data.check(also=folder)
    doubled = {Path(file).name for code, file, line in found(findings) if code == "DUPLICATE_ROW" and line}
    assert doubled == {"indicators.csv", "aliases.csv", "sources.csv", "places.csv"}


def test_the_same_document_twice(tmp_path):
    folders = []
    for name in ("first", "second"):
        (tmp_path / name).mkdir()
        folders.append(county(tmp_path / name, {}))
    findings = qiyou.data.check(also=folders)
    assert "the document 'own-plan-2023' is loaded already" in set(findings["what"])
    assert not (qiyou.data.check(also=[folders[0]] * 2)["severity"] == "error").any()


def test_a_decided_unit_name_and_star_hold_for_the_further_line_too(tmp_path):
    table = (
        OWN["table.csv"].replace("普惠托位占比,*,%", "普惠托位,?,")
        + "2b,,affordable_nursery_share,,,,,61,63,66,71,76,\n"
    )
    decisions = """at,printed,reading,reason,confidence,alternatives
table:2:printed_unit,,%,the bracket is empty,high,none
table:2:printed_name,普惠托位,普惠托位占比,two characters are lost,high,none
table:2:star,?,*,the paper copy has it,high,none
"""
    more = qiyou.load(also=county(tmp_path, {"table.csv": table, "decisions.csv": decisions}))
    lines = more.targets.query("place == 'own_county' and indicator == 'affordable_nursery_share'")
    assert lines.query("row == '2b'")["value"].tolist()[1:] == [61, 63, 66, 71, 76]
    assert set(lines["star"]) == {"*"} and set(lines["variant"]) == {"a", "b"}
    first = lines[lines["row"] == "2"]
    assert first["decided"].all()
    unsealed = more.findings.loc[more.findings["code"] == "NOT_SEALED", "what"]
    assert unsealed.tolist() == ["table.csv was never audited against its source"]


@pytest.mark.parametrize(
    "decision", ["statement:2,52027年,5|2027年", "statement:2,5,6", "statement:2:year,2027,2026"]
)
def test_only_what_was_decided_of_a_statement_is_said_to_be(tmp_path, decision):
    lines = [f"{one},一,1,,公园,,2027,5,count,\n" for one in (1, 2, 3)]
    files = {
        "decisions.csv": f"at,printed,reading,reason,confidence,alternatives\n{decision},why,high,none\n",
        "statements.csv": f"{STATEMENT_HEADER}\n" + "".join(lines),
    }
    own = qiyou.load(also=county(tmp_path, files)).statements.query("place == 'own_county'")
    assert dict(zip(own["id"], own["decided"], strict=True)) == {1: False, 2: True, 3: False}


def test_what_cannot_be_read_is_nothing_in_every_field():
    """Of several figures the readable ones keep theirs, whatever stands beside them."""
    prints = Readings(["≥4", "?", "4%", "4"], [""] * 4, ["", "", "个", "个"], frozenset(), bare=True)
    assert prints.good.tolist() == [True, False, False, True]
    for name, nothing in (("relation", "none"), ("unit", ""), ("low_closed", False), ("high_closed", False)):
        column = prints.column(name).tolist()
        assert column == [getattr(read("≥4"), name), nothing, nothing, getattr(read("4"), name)]
    for name in ("value", "low", "high", "step"):
        column = prints.column(name)
        assert np.isnan(column[1:3]).all() and column[[0, 3]].tolist() == [
            getattr(read(p), name) for p in ("≥4", "4")
        ]
    assert [(at, fault) for at, fault, _ in prints.faulty()] == [(1, "unreadable_cell"), (2, "other_unit")]


def test_a_further_line_of_another_indicator_inherits_no_unit(tmp_path):
    table = OWN["table.csv"] + "2b,,child_screening_rate,0-3岁儿童发育监测筛查率,,,90,91,92,93,94,95,\n"
    findings = qiyou.data.check(also=county(tmp_path, {"table.csv": table}))
    assert ("NO_UNIT", "own-plan-2023/table.csv", 4) in found(findings)


def test_two_names_of_a_must_not_map_list_stay_apart(tmp_path, data):
    refused = data.aliases[(data.aliases["maps"] == "no") & (data.aliases["document"] == "")]
    assert len(refused) >= 3
    units = data.indicators.set_index("id")["unit"]
    rows = "".join(
        f"{serial},,{alias.indicator},{alias.name},,{units[alias.indicator]},1,1,1,1,1,1,\n"
        for serial, alias in enumerate(refused.itertuples(), 3)
    )
    findings = qiyou.data.check(also=county(tmp_path, {"table.csv": OWN["table.csv"] + rows}))
    mismatched = findings[findings["code"] == "ALIAS_MISMATCH"]
    assert mismatched["what"].str.contains("must not be mapped").sum() == len(refused)


def test_two_lines_of_figures_are_not_joined_to_one(tmp_path):
    table = OWN["table.csv"].replace("3.31,4,4.3,4.6", '"3.3\n1","3\r\n4","３\n４","三\n四个"')
    findings = qiyou.data.check(also=county(tmp_path, {"table.csv": table}))
    assert (findings["code"] == "UNREADABLE_VALUE").sum() == 4


def test_notes_say_what_was_put_right(tmp_path):
    table = OWN["table.csv"].replace("2027,dep", "2027年,dep").replace("affordable_nursery_share", "")
    table = table.replace("5,5.5,", "5,55,")
    places = OWN["places.csv"].replace("zhejiang", "")
    findings = qiyou.data.check(also=county(tmp_path, {"table.csv": table, "places.csv": places}))
    assert set(findings["code"]) >= ONLY_OF_ONES_OWN - {"UNFINISHED"}


def test_a_quarter_that_is_none(tmp_path):
    quarters = ["1.5", "5", "x", "1e400", "０", "-1"]
    text = "place,indicator,year,quarter,printed,source,basis,note\n"
    text += "".join(f"own_county,beds_per_1000,2023,{quarter},5,s,b,\n" for quarter in quarters)
    findings = qiyou.data.check(also=county(tmp_path, {"observations.csv": text}))
    lines = {
        line
        for code, file, line in found(findings)
        if code == "BAD_VALUE" and file.endswith("observations.csv")
    }
    assert lines == set(range(2, 8))


def test_findings_never_carry_control_characters(tmp_path):
    evil = "\x1b]0;owned\x07\u202e\u200b"
    header = "at,printed,reading,reason,confidence,alternatives"
    folder = county(tmp_path, {"decisions.csv": f"{header}\n{evil},{evil},{evil},{evil},{evil},{evil}\n"})
    findings = qiyou.data.check(also=folder)
    assert len(findings)
    for column in ("file", "what", "remedy"):
        assert all(text.isprintable() for text in findings[column])


def test_each_fault_of_a_typed_table_is_named_once(tmp_path):
    """A title above the header, a unit that holds for the whole row, a cell under a name that nobody knows."""
    titled = "我县主要指标,,,,,,,,,,,,\r\n" + OWN["table.csv"]
    folder = county(tmp_path, {"table.csv": titled})
    findings = qiyou.data.check(also=folder).query("severity == 'error'")
    assert found(findings) == {("CSV_SYNTAX", "own-plan-2023/table.csv", 1)} and len(findings) == 1
    assert "'我县主要指标' stands above the header, down to line 1; delete it" in sentence(findings.iloc[0])
    rows = OWN["table.csv"].splitlines()
    rows += ["9,,,普惠托位占,,%,5O,60,61,6l,63,64,", "10,,,人均体育场地面积,,户,1,2,3,4,5,6,"]
    (folder / "table.csv").write_text("\n".join(rows) + "\n", encoding="utf-8")
    findings = qiyou.data.check(also=folder).query("severity == 'error'")
    told = [(row.code, row.line) for row in findings.itertuples()]
    line = len(rows) - 1
    unreadable = [("UNREADABLE_VALUE", line)] * 2
    assert told == [("UNKNOWN_ID", line), *unreadable, ("UNIT_MISMATCH", line + 1)]
    remedies = findings["remedy"].tolist()
    assert remedies[0].count("affordable_nursery_share") == 1
    assert "add the line '户,平方米/人,' to units.csv" in remedies[3]


@pytest.mark.parametrize(
    ("name", "lenient", "indicator", "keys"),
    [
        ("A", False, "a", []),
        # Only a table of one's own may spell a name otherwise.
        ("Ａ", True, "a", []),
        ("Ａ", False, "a", ["alias_unknown"]),
        ("A", False, "b", ["alias_other"]),
        ("C", False, "b", ["alias_refused"]),
        ("B", False, "", []),
        ("A", False, "", ["alias_other"]),
    ],
)
def test_a_name_and_its_indicator_belong_together(name, lenient, indicator, keys):
    from types import SimpleNamespace

    from qiyou.data.prints import _check_name

    found = []
    words = SimpleNamespace(
        spelled=lambda name, document: {"Ａ": "A"}.get(name, name),
        indicator_of=lambda name, document: {"A": "a"}.get(name, ""),
        refuses=lambda name, document, indicator: name == "C",
        indicators={"a": {}, "b": {}},
    )
    findings = SimpleNamespace(words=words, add=lambda key, *place, **fields: found.append(key))
    document = SimpleNamespace(id="d", lenient=lenient)
    assert _check_name(name, indicator, document, "table.csv", 2, findings)
    assert found == keys


@pytest.mark.parametrize(
    ("years", "wrong"),
    [
        (("", "2008"), False),
        (("", "2007"), True),
        (("", "2042"), False),
        (("", "2043"), True),
        (("2024", "2024"), False),
        (("2025", "2024"), True),
        (("2007", "2024"), True),
        (("2024", "2043"), True),
        (("", ""), False),
    ],
)
def test_years_reach_fifteen_years_back_and_ahead_of_the_period(years, wrong):
    from types import SimpleNamespace

    from qiyou.data.prints import _check_span

    found = []
    findings = SimpleNamespace(add=lambda key, path, line, **fields: found.append((key, fields)))
    _check_span(dict(zip(("from_year", "year"), years, strict=True)), [2023, 2027], findings, "s.csv", 2)
    said = "–".join(year for year in years if year)
    assert found == [("years_span", {"years": said, "low": 2008, "high": 2042})] * wrong


def test_lines_of_one_indicator_have_letters_and_a_further_line_takes_what_it_lacks():
    from types import SimpleNamespace

    from qiyou.data.prints import _filled, _variants

    many = SimpleNamespace(records=[{"indicator": "a", "row": str(k)} for k in range(28)])
    letters = list(_variants(many).values())
    assert letters[0] == "a" and letters[25] == "z" and letters[26:] == ["a", "b"]
    assert _variants(SimpleNamespace(records=[{"indicator": "a", "row": "1"}])) == {"1": ""}

    def line(row, indicator, star="", name="", unit="", department=""):
        own = {"row": row, "indicator": indicator, "star": star, "printed_name": name, "printed_unit": unit}
        return own | {"department": department}

    table = SimpleNamespace(
        records=[
            line("12", "a", "*", "A", "个", "D"),
            line("12b", "a", name="B"),
            line("12c", "b"),
            line("13", "a"),
        ]
    )
    filled = list(_filled(table, SimpleNamespace(read={("table", "13"): {"printed_name": "N", "2023": "5"}})))
    assert filled[1] == line("12b", "a", "*", "B", "个", "D")
    assert filled[2] == line("12c", "b", "*", "", "", "D")
    assert filled[3] == line("13", "a", "", "N")
