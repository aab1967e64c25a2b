"""Reading CSV and TOML files so that every complaint can name the file and the line.

What is wrong is a finding; its sentences stand in ``qiyou/tables/faults.csv``.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
import stat
import tomllib
import unicodedata
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path
from sys import intern

import pandas as pd

from qiyou import words
from qiyou.data.names import Vocabulary, plain
from qiyou.data.schema import YEAR, Table
from qiyou.disk import trouble
from qiyou.errors import Message, need

COLUMNS = ("severity", "code", "file", "line", "what", "remedy")
SEVERITIES = ("error", "warning", "note")
CODES = words.group("fault", "en")
"""Every code of a finding and what it means."""

_FAULTS = {row.key: row for row in words.table("faults").itertuples(index=False)}
_MOST_ALIKE = 1_000
_LONGEST = 600
_FIRST = 5

_LARGEST_CSV = 32 * 2**20
_LARGEST_TOML = 64 * 2**10
_LONGEST_CELL = 20_000
_MOST_ROWS = 200_000
# The parser's time grows with the square of the depth of dotted keys, and a line may hold tens of thousands of points.
_MOST_POINTS = 200
_TOML_FAULTS = ("Cannot", "Duplicate", "Expected", "Invalid", "Unclosed", "Unterminated")

# Line breaks, but for those between two figures: 3 and 4 on two lines of a cell are not 34.
_FIGURE = "0-9０-９.．,，%％〇零一二两三四五六七八九十百千万亿"
_BREAK = re.compile(
    rf"(?<![{_FIGURE}])\s*[\r\n\v\f\u2028\u2029]\s*|\s*[\r\n\v\f\u2028\u2029]\s*(?![\s{_FIGURE}])"
)
_ABOUT_YEARS = "(?:年度?|底|末|基期|基准|基数|现状|目标|实际|实绩|预期|预计|计划|完成|达到|值|数|情况|[():])*"
YEAR_HEAD = re.compile(rf"{_ABOUT_YEARS}({YEAR})(?:\.0+)?{_ABOUT_YEARS}")
"""A year as tables print it over a column: 2022年（基期）, 2027年目标, 2022.0."""
_YEAR_CELL = re.compile(rf"({YEAR})年度?")
_SEPARATORS = "\t;|；｜，"


@dataclass
class Findings:
    """Collects findings while a folder is read; nothing is raised before everything has been seen.

    ``words`` is what the tables that are read first define: ids, units, names.
    """

    root: Path
    also: frozenset[Path] = frozenset()
    words: Vocabulary | None = None
    rows: list[tuple] = field(default_factory=list)
    suggested: dict[tuple[str, str], str] = field(default_factory=dict, repr=False)
    _counts: Counter = field(default_factory=Counter, repr=False)
    _names: dict[Path, str] = field(default_factory=dict, repr=False)

    def add(self, key: str, file: Path, line: int | None = None, severity: str = "", **fields) -> None:
        """Record one finding, by its key in ``faults.csv`` and what its sentences speak of.

        The file is shown relative to the data folder, or to what holds a folder of one's own.
        """
        fault = _FAULTS[key]
        severity = severity or fault.severity
        shown = self._names.get(file) or self._names.setdefault(file, self.shown(file))
        alike = severity, fault.code, _visible(shown)
        self._counts[alike] += 1
        if self._counts[alike] <= _MOST_ALIKE:
            self.rows.append((*alike, line, key, fields))

    def frame(self, lang: str | None = None) -> pd.DataFrame:
        """The findings as a table, errors first, then by file and line; in a language, or the one in force."""
        lang = words.language(lang or words.language_here())
        rows = [(*row, *_told(key, lang, fields)) for *row, key, fields in self.rows]
        for alike, count in self._counts.items():
            if (over := count - _MOST_ALIKE) > 0:
                told = (words.say(key, lang, count=over) for key in ("data.more", "data.more_remedy"))
                rows.append((*alike, None, *told))
        frame = pd.DataFrame(rows, columns=list(COLUMNS)).astype({"line": "Int64"})
        frame = frame.sort_values(["file", "line"], kind="stable", na_position="first")
        worst = lambda severity: severity.map(SEVERITIES.index)  # noqa: E731
        return frame.sort_values("severity", key=worst, kind="stable", ignore_index=True)

    def said(self, lang: str) -> str:
        """The first errors, a line each."""
        frame = self.frame(lang)
        errors = frame[frame["severity"] == "error"]
        lines = [sentence(row, lang) for _, row in errors.head(_FIRST).iterrows()]
        more = [words.say("data.more_errors", lang, count=len(errors) - _FIRST)] * (len(errors) > _FIRST)
        return "".join(f"\n  {line}" for line in lines + more)

    def shown(self, path: Path) -> str:
        """A file relative to the data folder, or to what holds a folder of one's own."""
        home = next((folder.parent for folder in (path, *path.parents) if folder in self.also), self.root)
        return path.relative_to(home).as_posix() if path.is_relative_to(home) else path.as_posix()


def _told(key: str, lang: str, fields: dict) -> list[str]:
    """What is wrong and what to do."""
    fault = _FAULTS[key]._asdict()
    return [_visible(words.filled(fault[f"{part}_{lang}"], lang, fields)) for part in ("what", "remedy")]


def _visible(text: str) -> str:
    """Text that is safe to print: control, bidirectional and zero-width characters escaped, of bearable length.

    What is quoted comes from files of unknown origin and goes to a terminal.
    """
    if len(text) <= _LONGEST and text.isprintable():
        return text
    signs = text[: _LONGEST + 1]
    escaped = (one if one.isprintable() else one.encode("unicode_escape").decode() for one in signs)
    shown = "".join(escaped)
    return shown if len(shown) <= _LONGEST else f"{shown[:_LONGEST]}…"


def sentence(row, lang: str | None = None) -> str:
    """One finding as a sentence: where, what, what to do."""
    where = row["file"] if pd.isna(row["line"]) else f"{row['file']}:{row['line']}"
    told = {name: row[name] for name in ("what", "remedy", "code")}
    return words.say("data.finding", lang or words.language_here(), where=where, **told)


@dataclass(frozen=True)
class Sheet:
    """A CSV file as text: the header, the records as dictionaries, and the line on which each record starts.

    ``reported`` holds the cells (line, column) that a finding speaks of already.
    """

    path: Path
    header: tuple[str, ...]
    records: tuple[dict[str, str], ...]
    lines: tuple[int, ...]
    reported: frozenset[tuple[int, str]] = frozenset()

    def numbered(self):
        """Pairs of line and record."""
        return zip(self.lines, self.records, strict=True)


class Fault(Exception):
    """What is wrong with a file or a cell: a key of ``faults.csv``, the line, and what the sentence speaks of."""

    def __init__(self, key: str, line: int | None = None, **fields):
        super().__init__(key)
        self.key, self.line, self.fields = key, line, fields


def read_sheet(
    path: Path, findings: Findings, *, lenient: bool = False, columns: Iterable[str] = ()
) -> Sheet | None:
    """Read a CSV file, or record why it cannot be read and return None.

    Parameters
    ----------
    path : Path
        A UTF-8 file, comma-separated, with one header line; UTF-16 may have tabs, as spreadsheets write it.
    findings : Findings
        Receives what is wrong.
    lenient : bool
        Accept what spreadsheets save (a byte-order mark, GB 18030) with a note instead of an error.
    columns : iterable of str
        What the header should hold, for a complaint about what stands above it.
    """
    try:
        text, what, line = decode(_read_bytes(path, _LARGEST_CSV, "too_large_csv"))
        if what:
            findings.add("encoding_known", path, line, "note" if lenient else "error", why=what)
        tabs = bool(what) and what.key == "data.encoding_utf16" and "\t" in text.partition("\n")[0]
        return _parse(text, path, findings, "\t" if tabs else ",")
    except Fault as fault:
        findings.add(fault.key, path, fault.line, **{"header": ",".join(columns), **fault.fields})
    return None


def read_toml(path: Path, findings: Findings) -> dict | None:
    """Read a TOML file, or record why it cannot be read and return None."""
    try:
        content = _read_bytes(path, _LARGEST_TOML, "too_large_toml")
        text = content.decode("utf-8-sig")
        points = max(line.count(".") for line in text.split("\n"))
        need(points <= _MOST_POINTS, "toml", Fault, why=Message("data.toml_points", most=_MOST_POINTS))
        return _small(tomllib.loads(text))
    except Fault as fault:
        findings.add(fault.key, path, **fault.fields)
    except UnicodeDecodeError as error:
        findings.add("not_utf8", path, content.count(b"\n", 0, error.start) + 1)
    except RecursionError:
        findings.add("toml", path, why=Message("data.toml_deep"))
    except ValueError as error:
        # tomllib raises plain ValueError for numbers with thousands of digits.
        line = re.search(r"\(at line ([0-9]+)", str(error))
        kind = str(error).split()[0]
        why = Message(f"data.toml_{kind if kind in _TOML_FAULTS else 'other'}", why=error)
        findings.add("toml", path, int(line[1]) if line else None, why=why)
    return None


def _small(about: dict) -> dict:
    """The content, if every whole number has at most 64 bits, as TOML demands: longer ones cannot even be printed."""
    pending: list = [about]
    while pending:
        thing = pending.pop()
        if isinstance(thing, int) and not -(2**63) <= thing < 2**63:
            raise Fault("toml", why=Message("data.toml_long"))
        if isinstance(thing, (dict, list)):
            pending.extend(thing.values() if isinstance(thing, dict) else thing)
    return about


def _read_bytes(path: Path, largest: int, too_large: str) -> bytes:
    """The file's content. Only a regular file is opened: reading a pipe or a device might never end."""
    try:
        need(stat.S_ISREG(path.stat().st_mode), "no_file", Fault)
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        raise Fault("unreadable_file", why=trouble(error)) from None
    need(len(content) <= largest, too_large, Fault, largest=largest)
    return content


def decode(content: bytes) -> tuple[str, Message | None, int]:
    """The text without byte-order mark, what is to be said where it is not plain UTF-8, and on which line."""
    encoding, what, line = "utf-8", None, 1
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encoding, what = "utf-16", Message("data.encoding_utf16")
    elif content.startswith(b"\xef\xbb\xbf"):
        what = Message("data.encoding_mark")
    try:
        text = content.decode(encoding)
    except UnicodeDecodeError as failure:
        if encoding == "utf-16":
            raise Fault("encoding", 1, why=Message("data.encoding_utf16_damaged")) from None
        line, what = content.count(b"\n", 0, failure.start) + 1, Message("data.encoding_gbk")
        try:
            text = content.decode("gb18030")
        except UnicodeDecodeError:
            raise Fault("encoding", line, why=Message("data.encoding_unknown")) from None
    if "\0" in text:
        raise Fault("nul", text.count("\n", 0, text.index("\0")) + 1)
    return text.removeprefix("\ufeff"), what, line


def _parse(text: str, path: Path, findings: Findings, delimiter: str) -> Sheet:
    rows = _rows(text, delimiter)
    need(rows, "no_header", Fault, line=1)
    header = _header(rows)
    records, lines = [], []
    for line, row in rows[1:]:
        # the same few texts stand in thousands of files
        row = [intern(cell.strip()) for cell in row]
        if not any(row):
            continue
        if not any(row[len(header) :]):
            row = row[: len(header)]
        if len(row) != len(header):
            findings.add("ragged", path, line, cells=len(row), columns=len(header))
        elif max(map(len, row)) > _LONGEST_CELL:
            findings.add("long_cell", path, line, longest=_LONGEST_CELL)
        else:
            records.append(dict(zip(header, row, strict=True)))
            lines.append(line)
    return Sheet(path, header, tuple(records), tuple(lines))


def _rows(text: str, delimiter: str) -> list[tuple[int, list[str]]]:
    """Every row with the line that it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if row:
                rows.append((start, row))
            need(len(rows) <= _MOST_ROWS, "many_rows", Fault, line=start, most=_MOST_ROWS)
            start = reader.line_num + 1
    except csv.Error as error:
        raise Fault("csv", start, why=Message("data.csv_form", why=error)) from None
    return rows


def _header(rows: list[tuple[int, list[str]]]) -> tuple[str, ...]:
    """The column names, without the empty columns that spreadsheets leave behind the last one."""
    header = [cell.strip() for cell in rows[0][1]]
    while len(header) > 1 and not header[-1]:
        header.pop()
    if len(header) == 1:
        # No table has less than three columns; a title may hold a comma.
        if sign := next((sign for sign in _SEPARATORS if header[0].count(sign) > 1), None):
            raise Fault("no_commas", 1, sign=sign)
        if head := next((line for line, row in rows if sum(map(bool, map(str.strip, row))) > 1), 0):
            raise Fault("above_header", 1, text=header[0], last=head - 1)
    for name, times in Counter(header).items():
        need(times == 1, "column_twice", Fault, line=1, name=name)
    return tuple(header)


def tidy(sheet: Sheet, schema: Table, findings: Findings, *, years: bool = False) -> Sheet:
    """A table as typed into a spreadsheet, with headers, line breaks and full-width signs as the schema wants them.

    Cells that hold the print keep every character but line breaks, which the width of a column put there; a break
    between two figures stays, and the cell cannot be read. What is put right is told in a note.
    """
    header = tuple(_heading(name, schema, years) for name in sheet.header)
    changed = [(old, new) for old, new in zip(sheet.header, header, strict=True) if old != new]
    if changed and len(set(header)) == len(header):
        shown, right = [f"{old!r} → {new}" for old, new in changed[:3]], [new for _, new in changed[:3]]
        findings.add("spreadsheet_head", sheet.path, 1, changed=shown, right=right)
    else:
        header = sheet.header
    machine = {column.name for column in schema.columns if column.pattern or column.values or column.refers}
    dated = {column.name for column in schema.columns if column.type == "year"}
    records, told = [], {}
    for line, record in sheet.numbered():
        cells = dict(zip(header, record.values(), strict=True))
        codes = "".join([cells[name] for name in header if name in machine])
        # most records are as they should be, and are looked at as a whole
        clean = not dated and codes.isascii() and "".join(cells.values()).isprintable()
        for name, cell in () if clean else cells.items():
            if not cell.isprintable() and (joined := _BREAK.sub("", cell)) != cell:
                told.setdefault("line_breaks", (line, name))
                cells[name] = cell = joined
            if name in machine and not cell.isascii():
                cells[name] = unicodedata.normalize("NFKC", cell)
                if cells[name] != cell:
                    told.setdefault("widened", (line, name))
            if name in dated and (match := _YEAR_CELL.fullmatch(cells[name])):
                told.setdefault("year_word", (line, name))
                cells[name] = match[1]
        records.append(cells)
    for key, (line, name) in told.items():
        findings.add(key, sheet.path, line, column=name)
    return replace(sheet, header=header, records=tuple(records))


def _heading(name: str, schema: Table, years: bool) -> str:
    text = plain(name)
    match = YEAR_HEAD.fullmatch(text) if years else None
    return match[1] if match else text if text in schema.names else name


SEALED = ("table", "statements", "decisions")
"""The files of a document's folder that are sealed, where they are there."""


def seal(sheet: Sheet) -> str:
    """SHA-256 of a table's header and cells, independent of encoding, quoting and line endings.

    ``python -m tools audit --sources DIR --seal`` writes it into document.toml once every cell was found in the source;
    each check computes it anew, so that one changed character is noticed on any machine. The seal of the decisions
    holds the readings fast that were reviewed; it does not make a reading more certain than its decision says.
    """
    rows = [list(sheet.header), *([record[name] for name in sheet.header] for record in sheet.records)]
    text = json.dumps(rows, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode("utf-8")).hexdigest()
