"""Input that fights back: findings or a clear error, never a traceback, a hang, a write, a network call or code run."""

from __future__ import annotations

import codecs
import hashlib
import os
import re
import socket
import subprocess
import sys
import tempfile
from contextlib import contextmanager
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

import qiyou
from qiyou.data.files import SEVERITIES, Findings, read_sheet, read_toml
from qiyou.data.schema import DOCUMENT_TABLES, TABLES
from qiyou.errors import DataError, QiyouError

PLACE = "own_county"
GOOD = {
    "document.toml": f"""id = "own-plan-2023"
place = "{PLACE}"
title = "自有县实施方案"
period = [2023, 2027]
extent = "excerpt"

[table]
status = "excerpt"
years = [2022, 2023]
""",
    "table.csv": """row,domain,indicator,printed_name,star,printed_unit,2022,2023,department
1,幼有善育,nursery_places_per_1000,每千人口拥有3岁以下婴幼儿托位数,*,个,3.31,4,县卫健局
2,,affordable_nursery_share,普惠托位占比,*,%,50,>60%,
""",
    "statements.csv": """id,section,item,indicator,phrase,from_year,year,printed,kind,note
1,一,1,,公园,,2027,3个以上,count,
""",
    "decisions.csv": """at,printed,reading,reason,confidence,alternatives
table:1:2022,3.31,3.13,digits turned,medium,3.31
""",
    "observations.csv": """place,indicator,year,printed,source,basis,note
own_county,beds_per_1000,2023,5.1,own_source,reported,
""",
    "places.csv": f"id,name_zh,name_en,level,adcode,parent,note\n{PLACE},自有县,Own County,county,,zhejiang,\n",
    "sources.csv": "id,title,publisher,published,url,grade\nown_source,年鉴,,2023,,official\n",
}
CSV = sorted(name for name in GOOD if name.endswith(".csv"))


def fingerprint(folder: Path) -> dict[str, str]:
    """Every file below a folder with the hash of its content."""
    return {
        path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


FORBIDDEN = re.compile(
    r"socket\.|subprocess\.|urllib\.|http\.|ftplib\.|smtplib\.|ctypes\.|shutil\.|webbrowser\.|exec$|compile$|marshal\.loads$"
    r"|pickle\.find_class$|os\.(?:system|exec|posix_spawn|spawn|fork|startfile|kill|mkdir|rename|remove|rmdir|link|symlink"
    r"|truncate|chmod|chown|utime|putenv|setxattr)"
)
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
_walled = False


def _watch(event: str, arguments: tuple) -> None:
    """Stop whatever reads data from reaching out, running code or writing; the interpreter reports each attempt."""
    if not _walled:
        return
    if FORBIDDEN.match(event) or (event == "open" and arguments[2] & _WRITING):
        raise AssertionError(f"reading data led to {event} {arguments!r:.200}")


sys.addaudithook(_watch)


@contextmanager
def walled_in():
    """No network, no other program, no code from text, no file opened for writing while this lasts."""
    global _walled
    _walled = True
    try:
        yield
    finally:
        _walled = False


@pytest.mark.parametrize(
    "attempt",
    [
        lambda path: socket.socket(),
        lambda path: socket.getaddrinfo("localhost", 80),
        lambda path: subprocess.run(["true"], check=False),
        lambda path: os.system("true"),
        lambda path: eval("1 + 1"),
        lambda path: exec("1 + 1"),
        lambda path: path.write_text("x"),
        lambda path: path.open("a"),
        lambda path: os.open(path, os.O_RDWR | os.O_CREAT),
        lambda path: path.mkdir(),
        lambda path: path.parent.rename(path),
        lambda path: path.unlink(),
    ],
)
def test_the_wall_holds(tmp_path, attempt):
    with pytest.raises(AssertionError, match="reading data led to"), walled_in():
        attempt(tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module", autouse=True)
def warm():
    """Import everything before imports are walled in, and see that the repository's data stay as they are."""
    before = fingerprint(qiyou.data.root())
    for encoding in ("unicode_escape", "utf-16", "gb18030"):
        codecs.lookup(encoding)
    with tempfile.TemporaryDirectory() as parent:
        qiyou.data.check(parent, also=[parent])
        for encoding in ("utf-8-sig", "utf-16", "gb18030"):
            (Path(parent) / "places.csv").write_text(
                GOOD["places.csv"].replace("zhejiang", "x"), encoding=encoding
            )
            qiyou.data.check(also=[parent])
    yield
    assert fingerprint(qiyou.data.root()) == before


def assess(*cases: dict[str, bytes]) -> pd.DataFrame:
    """Load folders of one's own made of these files; nothing may happen but findings, and the files stay as they are.

    Each case replaces files of a folder that is fine.
    """
    with tempfile.TemporaryDirectory() as parent:
        folders = [Path(parent) / f"own{number}-plan-2023" for number in range(len(cases))]
        for folder, files in zip(folders, cases, strict=True):
            folder.mkdir()
            for name, content in (good() | files).items():
                (folder / name).write_bytes(content.replace(b"own-plan-2023", folder.name.encode()))
        before = fingerprint(Path(parent))
        with walled_in():
            try:
                data = qiyou.load(also=folders)
                findings = data.findings
            except DataError as error:
                data, findings = None, error.rows
                assert len(str(error)) < 10_000
        assert fingerprint(Path(parent)) == before
    assert findings["severity"].isin(SEVERITIES).all()
    assert (data is None) == (findings["severity"] == "error").any()
    assert data is None or {folder.name for folder in folders} <= set(data.documents["id"])
    for column in ("file", "what", "remedy"):
        assert all(text and text.isprintable() and len(text) < 700 for text in findings[column])
    return findings


def good() -> dict[str, bytes]:
    return {name: text.encode("utf-8") for name, text in GOOD.items()}


def test_the_folder_is_fine_before_it_is_attacked():
    assert set(assess({}, {})["severity"]) <= {"note"}


few = settings(max_examples=12, suppress_health_check=[HealthCheck.too_slow])
files = st.sampled_from(sorted(GOOD))


def several(case):
    """A strategy for a handful of cases: they are loaded together, which is quicker and harder."""
    return st.lists(case, min_size=1, max_size=8)


def spliced(name: str, start: int, length: int, piece: bytes) -> dict[str, bytes]:
    content = good()[name]
    start %= len(content) + 1
    return {name: content[:start] + piece + content[start + length :]}


@few
@given(several(st.tuples(files, st.binary(max_size=400))))
@example([("table.csv", b"\xff\xfe\x00")])
@example([("document.toml", b"id = 'own-plan-2023'\xff")])
def test_random_bytes_as_a_file(cases):
    assess(*({name: content} for name, content in cases))


@few
@given(several(st.builds(spliced, files, st.integers(0, 2000), st.integers(0, 20), st.binary(max_size=12))))
def test_random_bytes_spliced_into_a_file(cases):
    assess(*cases)


@few
@given(several(st.tuples(files, st.integers(0, 2000))))
def test_a_truncated_file(cases):
    assess(*({name: good()[name][: length % (len(good()[name]) + 1)]} for name, length in cases))


NASTY = st.one_of(
    st.text(max_size=30),
    st.sampled_from([
        "=cmd|' /C calc'!A0", "+1+1", "-2+3+cmd|' /C calc'!A0", "@SUM(1+1)*cmd|' /C calc'!A0", "\t=1+1", "=HYPERLINK(\"http://x\")",
        "../../etc/passwd", "..\\..\\windows", "/etc/passwd", "C:\\con", "file:///etc/passwd", "$(touch x)", "`touch x`", "; rm -rf .",
        "{0.__class__}", "%(x)s", "${jndi:ldap://x}", "__import__('os').system('true')", "<script>", "' OR 1=1 --", "\\N{DIGIT ONE}",
        "\u202e5%", "5\u200b", "\ufeff5", "５", "٥", "Ⅴ", "5\u0301", "NaN", "inf", "-inf", "1e309", "1" * 400, "0x10", "1_0", "½", "", " ", "\n",
        "table:1:2022", "statement:1", "header:2022", "table:1:printed_unit", "table:1:unit", "3|4", "2022|2023", "|", "…", "**", "?", "12b",
    ]),
)  # fmt: skip


@st.composite
def with_nasty_cells(draw) -> dict[str, bytes]:
    name = draw(st.sampled_from(CSV))
    cells = [line.split(",") for line in GOOD[name].splitlines()]
    for _ in range(draw(st.integers(1, 3))):
        row = draw(st.integers(0, len(cells) - 1))
        column = draw(st.integers(0, len(cells[row]) - 1))
        cells[row][column] = '"' + draw(NASTY).replace('"', '""') + '"'
    return {name: ("\n".join(",".join(row) for row in cells) + "\n").encode("utf-8", "replace")}


@few
@given(several(with_nasty_cells()))
def test_nasty_cells(cases):
    assess(*cases)


def quoted(text: str) -> str:
    """A TOML string of any text."""
    return (
        '"' + "".join(f"\\U{ord(letter):08X}" for letter in text if not 0xD800 <= ord(letter) < 0xE000) + '"'
    )


KEYS = ["id", "place", "title", "period", "extent", "known_from", "note", "seal", "audit", "table", "dated"]
VALUES = st.one_of(
    NASTY.map(quoted),
    st.sampled_from([
        "1", "-1", "1e400", "nan", "true", "[]", "[1, 2]", "[2023, 2024, 2025]", "{}", "{a = 1}", "2023-06-28", "07:32:00", "[[]]",
        "{status = []}", '{status = "none", years = "x"}', "9223372036854775808", "0xFF", "{table = 5}", "{digits_cell = true}",
    ]),
)  # fmt: skip


@st.composite
def with_nasty_description(draw) -> dict[str, bytes]:
    about = {key: draw(VALUES) for key in draw(st.lists(st.sampled_from(KEYS), unique=True))}
    head, _, table = GOOD["document.toml"].partition("\n[table]")
    lines = [line for line in head.splitlines() if line.partition(" ")[0] not in about]
    lines += [f"{key} = {value}" for key, value in about.items()]
    return {
        "document.toml": "\n".join(lines + ([] if "table" in about else [f"[table]{table}"])).encode("utf-8")
    }


@few
@given(several(with_nasty_description()))
def test_nasty_values_in_the_description(cases):
    assess(*cases)


SCHEMAS = {table.path: table for table in (*TABLES.values(), *DOCUMENT_TABLES.values())}


@st.composite
def with_any_table(draw) -> dict[str, bytes]:
    name = draw(st.sampled_from(sorted(SCHEMAS)))
    cell = st.text('abc,"\n\r\t0123玉环%|…=*:', max_size=6)
    rows = draw(st.lists(st.lists(cell, max_size=len(SCHEMAS[name].names)), max_size=6))
    lines = [",".join(SCHEMAS[name].names), *(",".join(row) for row in rows)]
    return {name: "\n".join(lines).encode("utf-8")}


@few
@given(several(with_any_table()))
def test_arbitrary_tables_under_every_name(cases):
    assess(*cases)


@given(st.binary(max_size=2000))
@example(b'a,b\n"' + b"x" * 200_000)
@example(b"," * 5000)
@example(b'"' * 1001)
@example(b"a\r\rb\n\n\r")
@example(b"\x84\x31\x95\x33row,domain\n1,2\n")
def test_any_bytes_as_a_sheet_or_a_description(content):
    with tempfile.TemporaryDirectory() as parent:
        path = Path(parent) / "file"
        path.write_bytes(content)
        findings = Findings(Path(parent))
        with walled_in():
            sheet = read_sheet(path, findings, lenient=True)
        assert sheet is not None or findings.rows
        if sheet is not None:
            assert all(tuple(record) == sheet.header for record in sheet.records)
            assert list(sheet.lines) == sorted(sheet.lines) and len(sheet.lines) == len(sheet.records)
        findings = Findings(Path(parent))
        about = read_toml(path, findings)
        assert about is not None or findings.rows


def test_an_id_cannot_leave_its_folder():
    names = [
        "..",
        "../own-plan-2023x",
        "/etc",
        "own plan",
        "own-plan-2023/",
        "OWN-plan-2023",
        "con.",
        "a\\\\b",
    ]
    cases = [
        {"document.toml": GOOD["document.toml"].replace("own-plan-2023", name).encode("utf-8")}
        for name in names
    ]
    findings = assess(*cases)
    named = findings[(findings["code"] == "BAD_VALUE") & findings["file"].str.endswith("document.toml")]
    assert len(named) == len(names)


def test_cells_of_ten_megabytes():
    places = [("table.csv", "3.31"), ("decisions.csv", "digits turned"), ("places.csv", "自有县")]
    findings = assess(
        *({name: GOOD[name].replace(old, "9" * 10_000_000).encode("utf-8")} for name, old in places)
    )
    assert (
        set(findings.loc[findings["code"] == "CSV_SYNTAX", "file"].str.rpartition("/")[2])
        == dict(places).keys()
    )


def test_formulas_stay_text():
    content = GOOD["statements.csv"].replace("公园", "=cmd|' /C calc'!A0")
    assert not (assess({"statements.csv": content.encode("utf-8")})["severity"] == "error").any()


def test_twenty_thousand_rows_of_the_same():
    header, row = GOOD["statements.csv"].splitlines()
    findings = assess({"statements.csv": (header + "\n" + f"{row}\n" * 20_000).encode("utf-8")})
    assert "DUPLICATE_ROW" in set(findings["code"]) and len(findings) < 10_000


@pytest.mark.parametrize("also", [5, [5], [None], [["a"]], [b"\xff\0"], ["\udcff"], "\0", [object()]])
def test_what_is_no_folder_is_refused_in_one_sentence(also):
    with pytest.raises((QiyouError, TypeError)) as caught:
        qiyou.load(also=also)
    assert len(str(caught.value)) < 5000
