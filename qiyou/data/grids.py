"""The tables of a file as grids of text, every cell as it is printed: xlsx, docx, html, PDF with text, CSV.

Files come from anywhere. Nothing in them is executed or fetched, sizes and times are bounded before anything
is unpacked, and what cannot be read is one sentence.
"""

from __future__ import annotations

import csv
import io
import itertools
import re
import time
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from pathlib import Path

from qiyou.data.files import Fault, decode
from qiyou.disk import trouble
from qiyou.errors import DataError, need

_LARGEST = 64 * 2**20
_MOST_PARTS, _MOST_ROWS, _MOST_COLUMNS, _MOST_PAGES, _MOST_SECONDS = 5_000, 5_000, 200, 300, 60
_CODES = ("utf-8", "utf-16-le", "utf-16-be")
_DOCTYPE = [mark.encode(code) for mark in ("<!DOCTYPE", "<!ENTITY") for code in _CODES]
_OLD = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_SEPARATORS = ("\t", ",", ";", "|")
_NUMBER_FORMAT = re.compile(
    r"(?P<before>[^0#,.%]*)(?P<group>#,##)?#*0(?:\.(?P<digits>0+))?(?P<after>%?[^0#,.%]*)"
)


@dataclass
class Grid:
    """A table as printed.

    Attributes
    ----------
    where : str
        Which table of the file: a sheet's name, ``table 2``, ``page 3``.
    rows : list of list of str
        Cells; a merged one has its text in its first cell, the others are empty.
    spans : dict
        (row, column) of a merged cell: how many rows and columns it spans.
    unread : dict
        (row, column) of a cell whose print cannot be told: the key of the message that says why.
    above : list of str
        What may be the title: the headings of the file, then the lines above the table, the nearest first.
    """

    where: str
    rows: list[list[str]] = field(default_factory=list)
    spans: dict[tuple[int, int], tuple[int, int]] = field(default_factory=dict)
    unread: dict[tuple[int, int], str] = field(default_factory=dict)
    above: list[str] = field(default_factory=list)

    def at(self, row: int, column: int) -> str:
        """The name of a cell as in a spreadsheet: ``Sheet1!C5``, ``table 2!C5``."""
        from openpyxl.utils import get_column_letter

        return f"{self.where}!{get_column_letter(column + 1)}{row + 1}"

    def put(self, row: int, column: int, text: str, height: int = 1, width: int = 1) -> int:
        """Lay a cell at the next free place of a row, and return the column behind it."""
        while (row, column) in self._taken:
            column += 1
        width, height = max(1, min(width, _MOST_COLUMNS)), max(1, min(height, _MOST_ROWS))
        fits = row < _MOST_ROWS and column + width <= _MOST_COLUMNS
        need(fits, "read.wide", where=self.where)
        self.rows.extend([] for _ in range(len(self.rows), row + 1))
        cells = self.rows[row]
        cells.extend([""] * (column + width - len(cells)))
        cells[column] = text.strip()
        if height > 1 or width > 1:
            self.spans[row, column] = height, width
            self._taken.update(itertools.product(range(row, row + height), range(column, column + width)))
        return column + width

    _taken: set = field(default_factory=set, repr=False)


def grids(path: Path) -> list[Grid]:
    """Every table of a file."""
    need(path.is_file(), "read.no_file", name=path.name)
    try:
        with path.open("rb") as file:
            start, size = file.read(8), path.stat().st_size
    except OSError as error:
        raise DataError("read.unreadable", name=path.name, why=trouble(error)) from error
    kind = ".zip" if start.startswith(b"PK") else ".pdf" if start.startswith(b"%PDF") else path.suffix.lower()
    faults = {"large": size > _LARGEST, "empty": not size, "locked": start == _OLD}
    for fault, raised in (faults | {"kind": kind not in _READERS}).items():
        need(not raised, f"read.{fault}", name=path.name, mb=_LARGEST >> 20)
    try:
        return list(_READERS[kind](path))
    except DataError:
        raise
    except Exception as error:  # whatever a library raises on a damaged file
        what = " ".join(repr(error).split())[:200]
        fault = "read.password" if "password" in what.lower() else "read.damaged"
        raise DataError(fault, name=path.name, why=what) from error


def _office(path: Path) -> Iterator[Grid]:
    """A workbook or a Word file, if unpacking it is bounded and nothing in it points outside."""
    with zipfile.ZipFile(path) as packed:
        parts = [part for part in packed.infolist() if part.filename.endswith((".xml", ".rels"))]
        bounded = len(parts) <= _MOST_PARTS and sum(part.file_size for part in parts) <= _LARGEST
        need(bounded, "read.unpacks", name=path.name, mb=_LARGEST >> 20)
        foreign = any(mark in packed.read(part) for part in parts for mark in _DOCTYPE)
        need(not foreign, "read.entities", name=path.name)
    names = {part.filename for part in parts}
    reader = _sheets if "xl/workbook.xml" in names else _word
    known = reader is _sheets or "word/document.xml" in names
    need(known, "read.neither", name=path.name)
    yield from reader(path)


def _sheets(path: Path) -> Iterator[Grid]:
    from openpyxl import load_workbook
    from openpyxl.utils import range_boundaries

    shown, typed = (load_workbook(path, read_only=True, data_only=only) for only in (True, False))
    limits = {"max_row": _MOST_ROWS, "max_col": _MOST_COLUMNS}
    for sheet in (sheet for sheet in shown.worksheets if sheet.sheet_state == "visible"):
        grid = Grid(sheet.title)
        pairs = zip(sheet.iter_rows(**limits), typed[sheet.title].iter_rows(**limits), strict=False)
        for row, (cells, formulas) in enumerate(pairs):
            for column, (cell, formula) in enumerate(zip(cells, formulas, strict=True)):
                if formula.value is None:
                    continue
                text, why = _shown(cell.value, cell.number_format or "General")
                why = "read.formula" if cell.value is None else why
                grid.put(row, column, text)
                grid.unread |= {(row, column): why} if why else {}
        # merged cells stand behind the cells of the sheet
        with sheet._get_source() as source:
            areas = re.findall(rb'<mergeCell\s+ref="([A-Z0-9]+:[A-Z0-9]+)"', source.read())
        for left, top, right, bottom in (range_boundaries(area.decode()) for area in areas):
            grid.spans[top - 1, left - 1] = bottom - top + 1, right - left + 1
        yield grid
    shown.close()
    typed.close()


def _shown(value, form: str) -> tuple[str, str]:
    """A cell's text as its number format shows it, or the key of why that cannot be told."""
    if isinstance(value, str):
        return value, ""
    if isinstance(value, bool):
        return str(value).upper(), ""
    if not isinstance(value, (int, float)):
        return "", "read.date"
    if form in ("General", "@"):
        return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}", ""
    plain = re.sub(r"\[[^\]]*\]|_.|\*.|\\", "", form.split(";")[0]).replace('"', "").strip()
    match = _NUMBER_FORMAT.fullmatch(plain)
    if not match:
        return "", "read.format"
    number = Decimal(repr(value)) * (100 if match["after"].startswith("%") else 1)
    number = number.quantize(Decimal(1).scaleb(-len(match["digits"] or "")), ROUND_HALF_UP)
    return f"{match['before']}{number:{',' if match['group'] else ''}f}{match['after']}", ""


def _word(path: Path) -> Iterator[Grid]:
    import docx
    from docx.oxml.ns import qn

    def text(cell) -> str:
        """What is printed: insertions are part of it, deletions are not; each paragraph a line."""
        return "\n".join(map(text_of, inside(cell, "p")))

    def text_of(paragraph) -> str:
        signs = {qn("w:noBreakHyphen"): "-", qn("w:br"): "\n"}
        runs = paragraph.iter(qn("w:t"), *signs)
        return "".join(signs.get(run.tag) or run.text or "" for run in runs)

    def inside(element, name: str) -> list:
        return element.xpath(f"./w:{name} | ./w:sdt/w:sdtContent/w:{name}")

    document = docx.Document(str(path))
    heads = [one.text for one in document.paragraphs if one.style.name.startswith(("Title", "Heading"))]
    for number, table in enumerate(document.element.body.iter(qn("w:tbl")), 1):
        grid, anchors = Grid(f"table {number}"), {}
        grid.above = [*heads, *map(text_of, table.itersiblings(qn("w:p"), preceding=True))]
        for row, line in enumerate(inside(table, "tr")):
            column = sum(map(int, line.xpath("./w:trPr/w:gridBefore/@w:val")))
            for cell in inside(line, "tc"):
                width = sum(map(int, cell.xpath("./w:tcPr/w:gridSpan/@w:val"))) or 1
                merge = cell.xpath("./w:tcPr/w:vMerge")
                goes_on = bool(merge) and merge[0].get(qn("w:val")) != "restart"
                if goes_on and column in anchors:
                    grid.spans[anchors[column], column] = row - anchors[column] + 1, width
                elif merge:
                    anchors[column] = row
                column = grid.put(row, column, "" if goes_on else text(cell), 1, width)
        yield grid


def _web(path: Path) -> Iterator[Grid]:
    from lxml import html

    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True)
    tree = html.document_fromstring(decoded(path).encode("utf-8"), parser=parser)
    for noise in tree.xpath("//script | //style"):
        noise.drop_tree()
    for number, table in enumerate(tree.iter("table"), 1):
        grid = Grid(f"table {number}")
        before = [*tree.iter("h1", "h2", "title"), *table.itersiblings("p", preceding=True)]
        grid.above = [one.text_content() for one in before]
        lines = table.xpath("./tr | ./thead/tr | ./tbody/tr | ./tfoot/tr")
        for row, line in enumerate(lines):
            column = 0
            for cell in line.xpath("./td | ./th"):
                for broken in cell.iter("br", "p"):
                    broken.tail = "\n" + (broken.tail or "")
                height, width = (_whole(cell.get(name)) for name in ("rowspan", "colspan"))
                column = grid.put(row, column, cell.text_content(), min(height, len(lines) - row), width)
        yield grid


def _whole(text: str | None) -> int:
    return int(text) if text and re.fullmatch("[0-9]{1,4}", text.strip()) else 1


def _pages(path: Path) -> Iterator[Grid]:
    import pdfplumber

    content = path.read_bytes()
    streams = (match.end() for match in re.finditer(rb"stream\r?\n", content))
    bounded = all(_unpacked(content[at : content.find(b"endstream", at)]) < _LARGEST for at in streams)
    bounded = bounded and not re.search(rb"/FlateDecode\s*/FlateDecode", content)
    need(bounded, "read.unpacks", name=path.name, mb=_LARGEST >> 20)
    started, printed = time.monotonic(), 0
    with pdfplumber.open(path) as pdf:
        for number, page in enumerate(itertools.islice(pdf.pages, _MOST_PAGES), 1):
            quick = time.monotonic() - started < _MOST_SECONDS
            need(quick, "read.slow", name=path.name, seconds=_MOST_SECONDS)
            printed += len(page.chars)
            yield from (_laid(f"page {number}", table) for table in page.extract_tables())
            page.close()
    need(printed > 0, "read.picture", name=path.name)


def _unpacked(stream: bytes) -> int:
    try:
        return len(zlib.decompressobj().decompress(stream, _LARGEST))
    except zlib.error:
        return 0


def _text(path: Path) -> Iterator[Grid]:
    text = decoded(path)
    sign = max(_SEPARATORS, key=text.count)
    yield _laid(path.name, csv.reader(io.StringIO(text, newline=""), delimiter=sign))


def _laid(where: str, rows: Iterable[list[str | None]]) -> Grid:
    grid = Grid(where)
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            grid.put(row, column, cell or "")
    return grid


def decoded(path: Path) -> str:
    """The text of a file as office programs save it: UTF-8, UTF-16 with its mark, or GB 18030."""
    try:
        return decode(path.read_bytes())[0]
    except Fault as fault:
        raise DataError("read.no_text" if fault.key == "nul" else "read.encoding", name=path.name) from None


_READERS = {".zip": _office, ".pdf": _pages, ".html": _web, ".htm": _web}
_READERS |= dict.fromkeys((".csv", ".tsv", ".txt"), _text)
