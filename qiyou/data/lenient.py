"""Tables of one's own: what spreadsheets do to them is undone, and names stand in for ids that are left
empty.

Nothing is guessed. What is put right while reading is told in a note, so that the file can be put right too;
a name must be in the alias table, letter for letter (full-width signs and white space aside), or the check
lists near names.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from dataclasses import replace
from typing import TYPE_CHECKING

from qiyou.data.files import Sheet
from qiyou.data.findings import Findings
from qiyou.data.schema import YEAR, Column, Table

if TYPE_CHECKING:
    from qiyou.data.documents import Vocabulary

# Line breaks, but for those between two figures: 3 and 4 on two lines of a cell are not 34.
_FIGURE = "0-9０-９.．,，%％〇零一二两三四五六七八九十百千万亿"
_BREAK = re.compile(
    rf"(?<![{_FIGURE}])\s*[\r\n\v\f\u2028\u2029]\s*|\s*[\r\n\v\f\u2028\u2029]\s*(?![\s{_FIGURE}])"
)
_YEAR_HEADER = re.compile(rf"({YEAR})年?")
_LONGEST_NAME = 80
_MOST_SUGGESTIONS = 200
_CUTOFF = 0.5


def plain(text: str) -> str:
    """A name without what only differs in width or spacing: full-width signs made half-width, no white space.

    >>> plain("公办幼儿园（含同质同价）在园 幼儿占比")
    '公办幼儿园(含同质同价)在园幼儿占比'
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def tidy(sheet: Sheet, schema: Table, findings: Findings, *, years: bool = False) -> Sheet:
    """A table as typed into a spreadsheet, with headers, line breaks and full-width signs as the schema wants
    them.

    Cells that hold the print keep every character but line breaks, which the width of a column put there; a
    break between two figures stays, and the cell cannot be read.
    """
    header = tuple(_heading(name, schema, years) for name in sheet.header)
    if header != sheet.header and len(set(header)) == len(header):
        changed = [old for old, new in zip(sheet.header, header, strict=True) if old != new]
        what = f"the headers {', '.join(map(repr, changed[:3]))} are read without what is full-width or 年"
        findings.add("note", "SPREADSHEET", sheet.path, 1, what, "write the headers as in data/README.md")
    else:
        header = sheet.header
    machine = {column.name for column in schema.columns if _is_machine(column)}
    records, broken, widened = [], None, None
    for line, record in sheet.numbered():
        cells = dict(zip(header, record.values(), strict=True))
        for name, cell in cells.items():
            if not cell.isprintable() and (joined := _BREAK.sub("", cell)) != cell:
                broken = broken or (line, name)
                cells[name] = cell = joined
            if (
                not cell.isascii()
                and name in machine
                and (narrow := unicodedata.normalize("NFKC", cell)) != cell
            ):
                widened = widened or (line, name)
                cells[name] = narrow
        records.append(cells)
    if broken:
        what = f"line breaks inside cells are left out, first in the column {broken[1]}"
        findings.add("note", "SPREADSHEET", sheet.path, broken[0], what, "join the lines of the cell")
    if widened:
        what = f"full-width signs are read as half-width ones, first in the column {widened[1]}"
        findings.add("note", "SPREADSHEET", sheet.path, widened[0], what, "type them half-width")
    return replace(sheet, header=header, records=tuple(records))


def identify(sheet: Sheet, schema: Table, document: str, words: Vocabulary, findings: Findings) -> Sheet:
    """The table with ids where names were given or could be looked up by the printed name.

    An empty ``indicator`` is filled in from the printed name (or phrase) by the alias table; a Chinese name
    in a column of indicator or place ids is replaced by its id. What cannot be looked up is an error that
    lists near names, and is remembered as ``sheet.reported``, so that nothing else complains about the same
    cell.
    """
    columns = [column.name for column in schema.columns if column.refers in ("indicators", "places")]
    if not columns:
        return sheet
    printed = next((name for name in ("printed_name", "phrase") if name in schema.names), "")
    needed = any(column.name == "indicator" and column.required for column in schema.columns)
    records, reported, firsts = [], set(), {}
    for line, record in sheet.numbered():
        found = dict(record)
        for column in columns:
            cell, place = record[column], column in ("place", "parent")
            if not cell and column == "indicator" and printed:
                taken, name = _from_print(record, printed, firsts, document, words)
                if not taken and needed:
                    _unnamed(sheet, line, name, words, findings)
                    reported.add((line, column))
            elif cell and not cell.isascii():
                name = cell
                taken = words.place_named(name) if place else words.indicator_named(name, document)
                if not taken:
                    kind = "place" if place else "indicator"
                    _unknown(sheet, line, kind, name, words, findings)
                    reported.add((line, column))
            else:
                continue
            if taken:
                found[column] = taken
                what = f"{name[:40]!r} is taken as {taken}"
                findings.add(
                    "note", "TAKEN_AS", sheet.path, line, what, f"write {taken} into the column {column}"
                )
        if "row" in record:
            firsts.setdefault(_serial(record["row"]), found)
        records.append(found)
    return replace(sheet, records=tuple(records), reported=frozenset(reported))


def _heading(name: str, schema: Table, years: bool) -> str:
    text = plain(name)
    match = _YEAR_HEADER.fullmatch(text)
    if years and match:
        return match[1]
    return text if text in schema.names else name


def _is_machine(column: Column) -> bool:
    """Whether a column holds ids, years, serials or markers, not characters as printed."""
    return bool(column.pattern or column.values or column.refers)


def _serial(row: str) -> str:
    return row.rstrip("abcdefghijklmnopqrstuvwxyz")


def _from_print(
    record: dict, printed: str, firsts: dict, document: str, words: Vocabulary
) -> tuple[str, str]:
    """The indicator of a row by its printed name, and that name; a further line (12b) takes the first's."""
    name = record[printed]
    first = firsts.get(_serial(record.get("row", "")))
    if not name and first is not None:
        return first["indicator"], first[printed]
    return (words.indicator_named(name, document) if name else ""), name


def _unnamed(sheet: Sheet, line: int, name: str, words: Vocabulary, findings: Findings) -> None:
    if name:
        _unknown(sheet, line, "indicator", name, words, findings)
    else:
        what = "the row has neither an indicator nor a printed name"
        findings.error("BAD_VALUE", sheet.path, line, what, "give the printed name, or delete the row")


def _unknown(sheet: Sheet, line: int, kind: str, name: str, words: Vocabulary, findings: Findings) -> None:
    key = f"{kind} by name", name
    if key not in findings.suggested and len(findings.suggested) < _MOST_SUGGESTIONS:
        findings.suggested[key] = _near(
            name, words.places_by_name if kind == "place" else words.indicators_by_name
        )
    near = findings.suggested.get(key, "")
    add = (
        "add the place to places.csv"
        if kind == "place"
        else "add the name to aliases.csv, or a new indicator to indicators.csv"
    )
    remedy = f"did you mean {near}? Else {add}" if near else add
    findings.error("UNKNOWN_ID", sheet.path, line, f"no {kind} is known by the name {name[:40]!r}", remedy)


def _near(name: str, known: dict[str, str]) -> str:
    """Ids with the name of each that comes nearest, or the empty string."""
    close = difflib.get_close_matches(plain(name[:_LONGEST_NAME]), list(known), n=3, cutoff=_CUTOFF)
    nearest = {known[text]: text for text in reversed(close)}
    return " or ".join(f"{one} ({text})" for one, text in reversed(nearest.items()))
