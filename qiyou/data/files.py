"""Reading CSV and TOML files so that every complaint can name the file and the line."""

from __future__ import annotations

import csv
import io
import re
import stat
import tomllib
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from qiyou.data.findings import Findings

_LARGEST_CSV = 32 * 2**20
_LARGEST_TOML = 64 * 2**10
_LONGEST_CELL = 20_000
_MOST_ROWS = 200_000
# The parser's time grows with the square of the depth of dotted keys, and a line may hold tens of thousands of points.
_MOST_POINTS = 200


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


def read_sheet(path: Path, findings: Findings, *, lenient: bool = False) -> Sheet | None:
    """Read a CSV file, or record why it cannot be read and return None.

    Parameters
    ----------
    path : Path
        A UTF-8 file, comma-separated, with one header line.
    findings : Findings
        Receives what is wrong.
    lenient : bool
        Accept what spreadsheets save (a byte-order mark, GB 18030) with a note instead of an error.
    """
    content = _read_bytes(path, findings, _LARGEST_CSV)
    if content is None:
        return None
    text = _decode(content, path, findings, lenient=lenient)
    if text is None:
        return None
    return _parse(text, path, findings)


def read_toml(path: Path, findings: Findings) -> dict | None:
    """Read a TOML file, or record why it cannot be read and return None."""
    content = _read_bytes(path, findings, _LARGEST_TOML)
    if content is None:
        return None
    try:
        text = content.decode("utf-8-sig")
        if max(line.count(".") for line in text.split("\n")) > _MOST_POINTS:
            raise ValueError(f"a line with more than {_MOST_POINTS} points")
        return _small(tomllib.loads(text))
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        findings.error("ENCODING", path, line, "the file is not UTF-8", "save it as UTF-8")
    except RecursionError:
        findings.error("TOML_SYNTAX", path, None, "not TOML: nested too deeply", "write the file anew")
    except ValueError as error:
        # tomllib raises plain ValueError for numbers with thousands of digits.
        findings.error(
            "TOML_SYNTAX",
            path,
            _toml_line(error),
            f"not TOML: {error}",
            "mend the line or write the file anew",
        )
    return None


def _toml_line(error: ValueError) -> int | None:
    match = re.search(r"\(at line ([0-9]+)", str(error))
    return int(match[1]) if match else None


def _small(about: dict) -> dict:
    """The content, if every whole number has at most 64 bits, as TOML demands: longer ones cannot even be printed."""
    pending: list = [about]
    while pending:
        thing = pending.pop()
        if isinstance(thing, int) and not -(2**63) <= thing < 2**63:
            raise ValueError("a whole number of more than 64 bits")
        if isinstance(thing, (dict, list)):
            pending.extend(thing.values() if isinstance(thing, dict) else thing)
    return about


def _read_bytes(path: Path, findings: Findings, largest: int) -> bytes | None:
    """The file's content. Only a regular file is opened: reading a pipe or a device might never end."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            findings.error("MISSING_FILE", path, None, "not a regular file", "put a plain file in its place")
            return None
        with path.open("rb") as file:
            content = file.read(largest + 1)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        findings.error(
            "MISSING_FILE", path, None, f"cannot be read ({reason})", "add the file or its reading right"
        )
        return None
    if len(content) > largest:
        code, remedy = (
            ("TOML_SYNTAX", "write the file anew")
            if path.suffix == ".toml"
            else ("CSV_SYNTAX", "split the file")
        )
        findings.error(code, path, None, f"larger than {largest:,} bytes", remedy)
        return None
    return content


def _decode(content: bytes, path: Path, findings: Findings, *, lenient: bool) -> str | None:
    """The text, without byte-order mark; what is not plain UTF-8 is an error, or a note where it is tolerated."""
    severity = "note" if lenient else "error"
    encoding, what, line = _encoding(content)
    if encoding is None:
        findings.error("ENCODING", path, line, what, "save it as CSV UTF-8")
        return None
    text = content.decode(encoding).removeprefix("\ufeff")
    if "\0" in text:
        line = text.count("\n", 0, text.index("\0")) + 1
        findings.error("ENCODING", path, line, "the file holds NUL characters", "save it as CSV UTF-8")
        return None
    if what:
        findings.add(severity, "ENCODING", path, line, what, "save it as plain CSV UTF-8")
    return text


def _encoding(content: bytes) -> tuple[str | None, str, int]:
    """The encoding, what is to be said about it, and on which line; the encoding is None if there is no reading it."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        try:
            content.decode("utf-16")
        except UnicodeDecodeError:
            return None, "the file is damaged UTF-16", 1
        return "utf-16", "the file is UTF-16, not UTF-8", 1
    try:
        content.decode("utf-8")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
    else:
        marked = content.startswith(b"\xef\xbb\xbf")
        return "utf-8", "the file starts with a byte-order mark" if marked else "", 1
    try:
        content.decode("gb18030")
    except UnicodeDecodeError:
        return None, "neither UTF-8 nor GB 18030", line
    return "gb18030", "the file is GBK (GB 18030), not UTF-8", line


def _parse(text: str, path: Path, findings: Findings) -> Sheet | None:
    rows = _rows(text, path, findings)
    if rows is None:
        return None
    if not rows:
        findings.error(
            "EMPTY_TABLE", path, 1, "the file has no header", "add the header and at least one row"
        )
        return None
    header = _header(rows[0][1], path, findings)
    if header is None:
        return None
    if len(header) == 1 and len(rows) > 1 and sum(map(bool, rows[1][1])) > 1:
        what = f"{header[0][:40]!r} stands above the header"
        findings.error(
            "CSV_SYNTAX", path, 1, what, "delete the line: the file starts with the names of the columns"
        )
        return None
    records, lines = [], []
    for line, row in rows[1:]:
        if not any(cell.strip() for cell in row):
            continue
        if len(row) > len(header) and not any(row[len(header) :]):
            row = row[: len(header)]
        if len(row) != len(header):
            what = f"{len(row)} cells where the header has {len(header)}"
            findings.error("CSV_SYNTAX", path, line, what, "add or remove commas, quote cells that hold one")
            continue
        if max(map(len, row)) > _LONGEST_CELL:
            findings.error(
                "BAD_VALUE", path, line, f"a cell of more than {_LONGEST_CELL:,} characters", "shorten it"
            )
            continue
        records.append(dict(zip(header, (cell.strip() for cell in row), strict=True)))
        lines.append(line)
    return Sheet(path, header, tuple(records), tuple(lines))


def _rows(text: str, path: Path, findings: Findings) -> list[tuple[int, list[str]]] | None:
    """Every row with the line that it starts on."""
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if row:
                rows.append((start, row))
            if len(rows) > _MOST_ROWS:
                findings.error("CSV_SYNTAX", path, start, f"more than {_MOST_ROWS:,} rows", "split the file")
                return None
            start = reader.line_num + 1
    except csv.Error as error:
        findings.error(
            "CSV_SYNTAX", path, start, f"not comma-separated values: {error}", "mend or re-export the file"
        )
        return None
    return rows


def _header(row: list[str], path: Path, findings: Findings) -> tuple[str, ...] | None:
    """The column names, without the empty columns that spreadsheets leave behind the last one."""
    header = [cell.strip() for cell in row]
    while len(header) > 1 and not header[-1]:
        header.pop()
    if len(header) == 1 and (sign := next((sign for sign in "\t;，" if sign in header[0]), None)):
        what = f"the columns are separated by {sign!r}, not by commas"
        findings.error("CSV_SYNTAX", path, 1, what, "save the file as CSV with commas")
        return None
    repeated = next((name for name, times in Counter(header).items() if times > 1), None)
    if repeated is not None:
        findings.error(
            "CSV_SYNTAX", path, 1, f"the column {repeated[:40]!r} stands twice", "remove one of them"
        )
        return None
    return tuple(header)
