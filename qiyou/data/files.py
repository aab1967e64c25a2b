"""Reading CSV and TOML files so that every complaint can name the file and the line."""

from __future__ import annotations

import csv
import io
import stat
import tomllib
from dataclasses import dataclass
from pathlib import Path

from qiyou.data.findings import Findings

_LARGEST_CSV = 64 * 2**20
_LARGEST_TOML = 64 * 2**10
_LONGEST_CELL = 20_000


@dataclass(frozen=True)
class Sheet:
    """A CSV file as text: the header, the records as dictionaries, and the line on which each record starts."""

    path: Path
    header: tuple[str, ...]
    records: tuple[dict[str, str], ...]
    lines: tuple[int, ...]

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
        return tomllib.loads(content.decode("utf-8-sig"))
    except UnicodeDecodeError:
        findings.error("ENCODING", path, None, "the file is not UTF-8", "save it as UTF-8")
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        findings.error("TOML_SYNTAX", path, None, f"not TOML: {error}", "mend the line named, or write the file anew")
    return None


def _read_bytes(path: Path, findings: Findings, largest: int) -> bytes | None:
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):
            findings.error("MISSING_FILE", path, None, "not a regular file", "put a plain file in its place")
            return None
        if status.st_size > largest:
            findings.error("CSV_SYNTAX", path, None, f"larger than {largest:,} bytes", "split the file")
            return None
        return path.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        findings.error("MISSING_FILE", path, None, f"cannot be read ({reason})", "add the file or its reading right")
        return None


def _decode(content: bytes, path: Path, findings: Findings, *, lenient: bool) -> str | None:
    severity = "note" if lenient else "error"
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        findings.add(severity, "ENCODING", path, 1, "the file is UTF-16, not UTF-8", "save it as CSV UTF-8")
        try:
            return content.decode("utf-16")
        except UnicodeDecodeError:
            return None
    if content.startswith(b"\xef\xbb\xbf"):
        findings.add(severity, "ENCODING", path, 1, "the file starts with a byte-order mark", "save it as plain UTF-8")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as failure:
        line = content.count(b"\n", 0, failure.start) + 1
    try:
        text = content.decode("gb18030")
    except UnicodeDecodeError:
        findings.error("ENCODING", path, line, "neither UTF-8 nor GB 18030", "save it as CSV UTF-8")
        return None
    findings.add(severity, "ENCODING", path, line, "the file is GBK (GB 18030), not UTF-8", "save it as CSV UTF-8")
    return text


def _parse(text: str, path: Path, findings: Findings) -> Sheet | None:
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    rows: list[tuple[int, list[str]]] = []
    start = 1
    try:
        for row in reader:
            if row:
                rows.append((start, row))
            start = reader.line_num + 1
    except csv.Error as error:
        findings.error("CSV_SYNTAX", path, start, f"not comma-separated values: {error}", "mend or re-export the file")
        return None
    if not rows:
        findings.error("EMPTY_TABLE", path, 1, "the file has no header", "add the header and at least one row")
        return None
    header = tuple(cell.strip() for cell in rows[0][1])
    repeated = sorted({name for name in header if header.count(name) > 1})
    if repeated:
        findings.error("CSV_SYNTAX", path, 1, f"the column {repeated[0]!r} stands twice", "remove one of them")
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
            findings.error("BAD_VALUE", path, line, "a cell of more than 20,000 characters", "shorten it")
            continue
        records.append(dict(zip(header, (cell.strip() for cell in row), strict=True)))
        lines.append(line)
    return Sheet(path, header, tuple(records), tuple(lines))
