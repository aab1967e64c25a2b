"""One document's folder: document.toml, table.csv, statements.csv, decisions.csv, asides.csv.

A decision says how a print is read where that needed judgement; it names what it decides in ``at``:

``table:12:2027``
    one cell; ``reading`` replaces the printed characters (``850`` -> ``8.50``).
``table:12:2026``, read as ``—``
    one cell that is left out; in a folder of one's own `qiyou check` keeps saying so.
``table:10:unit``
    the unit printed inside the cells of a row (``万人`` -> ``万人次``).
``table:5:printed_unit`` (or ``printed_name``, ``domain``, ``star``)
    what the row's other columns stand for; ``…`` marks where the print was torn.
``table:1`` with numbers in ``reading``
    how a run of characters was cut into cells; the parts joined are the run.
``table:4`` with years in ``reading``
    which years the printed cells belong to, where there are fewer cells than years.
``header:2026``
    a year header printed otherwise.
``statement:7`` or ``statement:7:year``
    a figure, a cut of a fused figure, or a field of a statement.
"""

from __future__ import annotations

import datetime
import os
import re
from collections import defaultdict
from dataclasses import dataclass, field, replace
from pathlib import Path

from qiyou.data.files import SEALED, Fault, Findings, Sheet, read_sheet, read_toml, seal, tidy
from qiyou.data.layout import workbook
from qiyou.data.names import identify
from qiyou.data.schema import DOCUMENT_ID, DOCUMENT_TABLES, EXTENTS, TABLE_STATUSES, YEAR, Table
from qiyou.errors import Message, need

TORN = "…"
PART = "|"
LEFT_OUT = "—"
TABLE_FIELDS = ("printed_name", "printed_unit", "domain", "star")
STATEMENT_FIELDS = ("year", "from_year", "section", "item")
ABOUT = "document.toml"
BOOK = Path("table.xlsx")
"""Read in a folder of one's own that has no table.csv."""
_YEARS = re.compile(rf"{YEAR}(?:\|{YEAR})*")
_MOST_YEARS = 60
_OTHER_TEXTS = ("title_en", "issuer", "number", "dated", "published", "known_from", "note")
_MAY_BE_EMPTY = ("decisions.csv", "asides.csv")


@dataclass
class Decided:
    """The decisions of one document, looked up by what they decide.

    ``read`` holds what stands for single cells: of a row (``"table", row``) or statement, by column.
    """

    read: dict[tuple[str, str], dict[str, str]] = field(default_factory=lambda: defaultdict(dict))
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    torn: dict[tuple[str, str], str] = field(default_factory=dict)
    cuts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    placed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    statement_cuts: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Document:
    """A document as read: its description, its sheets and its settled decisions."""

    folder: Path
    about: dict
    sheets: dict[str, Sheet]
    years: tuple[str, ...]
    decided: Decided
    lenient: bool = False

    @property
    def id(self) -> str:
        """The document's id, which is its folder's name."""
        return self.about["id"]

    @property
    def table_about(self) -> dict:
        """The ``[table]`` part of document.toml."""
        return self.about.get("table", {})


def read_table(
    path: Path, table: Table, findings: Findings, *, lenient: bool, document: str = ""
) -> Sheet | None:
    """Read a table and check its columns and cells; None if it cannot be used.

    With `lenient` it is read as a spreadsheet leaves it, and names stand in for ids where they are known.
    """
    years = table is DOCUMENT_TABLES["table"]
    if path.suffix == BOOK.suffix:
        sheet = workbook(path, findings)
    else:
        sheet = read_sheet(path, findings, lenient=lenient, columns=table.names)
    if sheet is None:
        return None
    if lenient:
        sheet = tidy(sheet, table, findings, years=years)
    added = [column.name for column in table.columns if column.optional and column.name not in sheet.header]
    if added:
        records = tuple({**record, **dict.fromkeys(added, "")} for record in sheet.records)
        sheet = replace(sheet, header=(*sheet.header, *added), records=records)
    if lenient and findings.words and set(table.names) <= set(sheet.header):
        sheet = identify(sheet, table, document, findings)
    return sheet if _check_columns(sheet, table, findings, years=years, own=lenient) else None


def _check_columns(sheet: Sheet, table: Table, findings: Findings, *, years: bool, own: bool) -> bool:
    """Record missing and unknown columns, malformed cells and repeated keys; False if columns are missing."""
    missing = [name for name in table.names if name not in sheet.header]
    if missing:
        findings.add("column_missing", sheet.path, 1, names=missing, header=",".join(table.names))
    # Under a head of other names none of them needs a word of its own.
    for name in sheet.header if len(missing) < len(table.names) else ():
        year = re.search(YEAR, name) if years else None
        if name not in table.names and not (year and year[0] == name):
            key = "column_year" if year else "column_unread"
            findings.add(key, sheet.path, 1, name=name, year=year and year[0])
    if missing:
        return False
    if not sheet.records and table.path not in _MAY_BE_EMPTY:
        findings.add("empty_table", sheet.path, 1)
    for column in table.columns:
        cells = {record[column.name] for record in sheet.records}
        wrong = {cell: why for cell in cells if (why := column.complaint(cell, own))}
        for line, record in sheet.numbered() if wrong else ():
            why = wrong.get(record[column.name])
            if why and (line, column.name) not in sheet.reported:
                told = {"why": why, "description": column.description, "column": column.name}
                findings.add("bad_cell", sheet.path, line, **told)
    seen: dict[tuple, int] = {}
    for line, record in sheet.numbered():
        key = tuple([record[name] for name in table.key])
        if key in seen:
            findings.add("row_twice", sheet.path, line, row="/".join(key), first=seen[key])
        seen[key] = line
    return True


def read_document(folder: Path, findings: Findings, *, lenient: bool) -> Document | None:
    """Read a document's folder; None if it cannot even be named. `lenient` is as in `read_table`."""
    about = read_toml(folder / ABOUT, findings)
    if about is None or not _check_about(folder, about, findings):
        return None
    paths = {name: folder / table.path for name, table in DOCUMENT_TABLES.items()}
    if lenient and not os.path.lexists(paths["table"]):
        paths["table"] = folder / BOOK
    options = {"lenient": lenient, "document": about["id"]}
    there = [(name, path, DOCUMENT_TABLES[name]) for name, path in paths.items() if os.path.lexists(path)]
    read = {name: read_table(path, table, findings, **options) for name, path, table in there}
    sheets = {name: sheet for name, sheet in read.items() if sheet is not None}
    status = about.get("table", {}).get("status", "none")
    if ("table" in sheets) != (status in ("transcribed", "excerpt")) and not (folder / "table.csv").exists():
        findings.add("no_table", folder / "table.csv", status=status)
    years = _years(sheets.get("table"), about, folder, findings, lenient)
    decided = _settle(sheets, years, findings)
    left = [one for (_, one), own in decided.read.items() for year in years if own.get(year) == LEFT_OUT]
    if left and lenient:
        rows = [Message("data.at_table", at=one) for one in dict.fromkeys(left)]
        findings.add("cells_left", folder / "decisions.csv", count=len(left), rows=rows)
    document = Document(folder, about, sheets, years, decided, lenient)
    _check_seals(document, findings)
    return document


def _check_about(folder: Path, about: dict, findings: Findings) -> bool:
    """Record what is wrong with document.toml; False where the tables cannot be looked at either."""
    table, one = about.get("table", {}), about.get("id")
    status = table.get("status", "none") if isinstance(table, dict) else table
    named = isinstance(one, str) and re.fullmatch(DOCUMENT_ID, one) and one == folder.name
    wrong: list[tuple[str, dict]] = [] if named else [("about_id", {"found": one, "folder": folder.name})]
    missing = [name for name in ("place", "title") if not isinstance(about.get(name), str) or not about[name]]
    wrong += [("about_missing", {"name": name}) for name in missing]
    if not _is_span(about.get("period")):
        wrong.append(("about_period", {"name": "period", "found": about.get("period")}))
    if about.get("extent") not in EXTENTS:
        wrong.append(("about_extent", {"found": about.get("extent"), "allowed": "; ".join(EXTENTS)}))
    texts = [name for name in _OTHER_TEXTS if not isinstance(about.get(name, ""), (str, datetime.date))]
    wrong += [("about_text", {"name": name}) for name in texts]
    parts = [name for name in ("audit", "seal") if not isinstance(about.get(name, {}), dict)]
    wrong += [("about_part", {"name": name}) for name in parts]
    if status not in TABLE_STATUSES:
        wrong.append(("about_status", {"allowed": ", ".join(TABLE_STATUSES)}))
    for key, fields in wrong:
        findings.add(key, folder / ABOUT, **fields)
    # Without a title the tables can still be looked at, so that one check names everything.
    return all(fields.get("name") == "title" for _, fields in wrong)


def _is_span(period) -> bool:
    two = isinstance(period, list) and len(period) == 2
    years = two and all(isinstance(year, int) and re.fullmatch(YEAR, str(year)) for year in period)
    return bool(years) and 0 <= period[1] - period[0] < _MOST_YEARS


def _years(table: Sheet | None, about: dict, folder: Path, findings: Findings, own: bool) -> tuple[str, ...]:
    """The years of the table's columns; one's own may skip some, as plans do, but not the first and the last."""
    if table is None:
        return ()
    years = tuple(name for name in table.header if re.fullmatch(YEAR, name))
    stated = about.get("table", {}).get("years", about["period"])
    if not _is_span(stated):
        findings.add("about_period", folder / ABOUT, name="table.years", found=stated)
    elif years != tuple(
        year
        for year in map(str, range(stated[0], stated[1] + 1))
        if not own or year in {*years, *map(str, stated)}
    ):
        found = years or Message("data.missing")
        findings.add("years_header", table.path, 1, found=found, first=stated[0], last=stated[1])
    return years


def _check_seals(document: Document, findings: Findings) -> None:
    stored = document.about.get("seal", {})
    path = document.folder / ABOUT
    for name in SEALED:
        sheet = document.sheets.get(name)
        if sheet is None:
            if name in stored:
                findings.add("seal_gone", path, name=f"{name}.csv")
        elif name in stored:
            if stored[name] != seal(sheet):
                findings.add("seal_broken", sheet.path, name=sheet.path.name)
        # Readings of one's own are judgements: there is no print to compare them with once more.
        elif not (document.lenient and name == "decisions"):
            findings.add("seal_own" if document.lenient else "seal_none", path, name=sheet.path.name)


# -------------------------------------------------------------------------------------------------------- decisions


def _settle(sheets: dict[str, Sheet], years: tuple[str, ...], findings: Findings) -> Decided:
    """Look every decision up in the table or the statements, and record those that fit nowhere or do nothing."""
    none, decided = Sheet(Path(), (), (), ()), Decided()
    table, texts, decisions = (sheets.get(name, none) for name in SEALED)
    rows = {record["row"]: record for record in table.records}
    texts = {record["id"]: record for record in texts.records}
    for line, record in decisions.numbered():
        kind, one, column, *_ = f"{record['at']}::".split(":")
        try:
            need(one in {"header": years, "table": rows}.get(kind, texts), "decision_nowhere", Fault)
            if kind == "header":
                settled, key, value = decided.headers, one, record["printed"]
            elif kind == "table":
                settled, key, value = _settled_row(record, rows[one], column, years, decided)
            else:
                settled, key, value = _settled_statement(record, texts[one], column, decided)
            need(record["printed"] != record["reading"], "decision_same", Fault)
            # Of two readings none may win by its line.
            need(key not in settled, "decision_twice", Fault)
            settled[key] = value
        except Fault as fault:
            told = {"at": record["at"], "printed": record["printed"], "column": column} | fault.fields
            findings.add(fault.key, decisions.path, line, **told)
        decided.lines.setdefault(record["at"], line)
    return decided


def _settled_row(record: dict, row: dict, column: str, years: tuple[str, ...], decided: Decided) -> tuple:
    """What a decision about a row is entered in, under which key, and as what; a Fault where it does not fit."""
    printed, reading, one = record["printed"], record["reading"], row["row"]
    if column == "unit":
        there = printed and any(row[year].endswith(printed) for year in years)
        need(there, "decision_unit", Fault)
        return decided.units, one, (printed, reading)
    if column:
        need(column in (*years, *TABLE_FIELDS), "decision_field", Fault)
        whole = printed if column in years else printed.replace(TORN, "")
        need(whole == row[column], "decision_cell", Fault, there=row[column])
        if TORN in printed:
            decided.torn[one, column] = printed
        return decided.read["table", one], column, reading
    cells, parts = [row[year] for year in years if row[year]], tuple(reading.split(PART))
    if _YEARS.fullmatch(reading) and set(parts) <= set(years):
        fits = printed.split(PART) == [row[year] for year in parts] and len(cells) == len(parts)
        need(fits, "decision_years", Fault)
        settled, changes = decided.placed, len(parts) < len(years)
    else:
        need(list(parts) == cells and "".join(parts) in printed, "decision_cut", Fault)
        settled, changes = decided.cuts, len(parts) > 1
    need(changes, "decision_same", Fault)
    return settled, one, parts


def _settled_statement(record: dict, statement: dict, column: str, decided: Decided) -> tuple:
    """As `_settled_row`."""
    printed, reading, one = record["printed"], record["reading"], statement["id"]
    parts = tuple(reading.split(PART))
    need(column in ("", *STATEMENT_FIELDS), "decision_field", Fault)
    if not column and len(parts) > 1:
        need("".join(parts) == printed and statement["printed"] in parts, "decision_cut", Fault)
        return decided.statement_cuts, one, (printed, parts)
    column = column or "printed"
    need(printed == statement[column], "decision_cell", Fault, there=statement[column])
    return decided.read["statement", one], column, reading
