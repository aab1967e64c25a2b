"""Decisions: which readings of the print needed judgement, and whether each still does something.

A decision names what it decides in ``at``:

``table:12:2027``
    one cell; ``reading`` replaces the printed characters (``850`` -> ``8.50``).
``table:10:unit``
    the unit printed inside the cells of a row (``万人`` -> ``万人次``).
``table:5:printed_unit`` (or ``printed_name``, ``domain``)
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

import re
from dataclasses import dataclass, field

from qiyou.data.files import Sheet
from qiyou.data.findings import Findings

_Complaint = tuple[str, str] | None
TORN = "…"
PART = "|"
_YEARS = re.compile(r"(?:19|20)[0-9]{2}(?:\|(?:19|20)[0-9]{2})*")
TABLE_FIELDS = ("printed_name", "printed_unit", "domain", "star")
STATEMENT_FIELDS = ("year", "from_year", "section", "item")


@dataclass
class Decided:
    """The decisions of one document, looked up by what they decide."""

    cells: dict[tuple[str, str], str] = field(default_factory=dict)
    units: dict[str, tuple[str, str]] = field(default_factory=dict)
    fields: dict[tuple[str, str], str] = field(default_factory=dict)
    torn: dict[tuple[str, str], str] = field(default_factory=dict)
    cuts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    placed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)
    statements: dict[str, str] = field(default_factory=dict)
    statement_fields: dict[tuple[str, str], str] = field(default_factory=dict)
    statement_cuts: dict[str, tuple[str, tuple[str, ...]]] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)


def settle(
    decisions: Sheet, table: Sheet | None, statements: Sheet | None, years, findings: Findings
) -> Decided:
    """Look every decision up in the table or the statements, and record those that fit nowhere or do nothing."""
    rows = {record["row"]: record for record in table.records} if table else {}
    texts = {record["id"]: record for record in statements.records} if statements else {}
    decided = Decided()
    for line, record in decisions.numbered():
        kind, _, rest = record["at"].partition(":")
        target, _, column = rest.partition(":")
        if kind == "header":
            complaint = _settle_header(record, target, years, decided)
        elif kind == "table":
            complaint = _settle_row(record, rows.get(target), column, years, decided)
        else:
            complaint = _settle_statement(record, texts.get(target), column, decided)
        if complaint:
            findings.error(
                complaint[0], decisions.path, line, f"{record['at']}: {complaint[1]}", _REMEDY[complaint[0]]
            )
        decided.lines.setdefault(record["at"], line)
    return decided


def _put(settled: dict, key, value) -> _Complaint:
    """Enter a decision, unless the same thing was decided before: of two readings none may win by its line."""
    if key in settled:
        return "DUPLICATE_ROW", "this is decided already on an earlier line"
    settled[key] = value
    return None


_REMEDY = {
    "DUPLICATE_ROW": "keep one of the two decisions",
    "DECISION_POINTS_NOWHERE": "name a row, year, column or statement that there is, or delete the decision",
    "DECISION_DOES_NOT_FIT": "copy the characters exactly as the table or the statement prints them",
    "DECISION_CHANGES_NOTHING": "delete the decision, or put right what it decides",
}


def _settle_header(record: dict, year: str, years, decided: Decided) -> _Complaint:
    if year not in years:
        return "DECISION_POINTS_NOWHERE", f"the table has no column {year}"
    if record["printed"] == record["reading"]:
        return "DECISION_CHANGES_NOTHING", "printed and reading are the same"
    return _put(decided.headers, year, record["printed"])


def _settle_row(record: dict, row: dict | None, column: str, years, decided: Decided) -> _Complaint:
    if row is None:
        return "DECISION_POINTS_NOWHERE", "the table has no such row"
    printed, reading, serial = record["printed"], record["reading"], row["row"]
    if column in years:
        if printed != row[column]:
            return "DECISION_DOES_NOT_FIT", f"the cell prints {row[column]!r}, not {printed!r}"
        if printed == reading:
            return "DECISION_CHANGES_NOTHING", "printed and reading are the same"
        return _put(decided.cells, (serial, column), reading)
    if column == "unit":
        if not printed or not any(row[year].endswith(printed) for year in years):
            return "DECISION_DOES_NOT_FIT", f"no cell of the row ends in {printed!r}"
        if printed == reading:
            return "DECISION_CHANGES_NOTHING", "printed and reading are the same"
        return _put(decided.units, serial, (printed, reading))
    if column in TABLE_FIELDS:
        return _settle_field(record, row, column, decided)
    if column:
        return "DECISION_POINTS_NOWHERE", f"the table has no column {column!r} that can be decided"
    return _settle_cells(record, row, years, decided)


def _settle_field(record: dict, row: dict, column: str, decided: Decided) -> _Complaint:
    printed, reading = record["printed"], record["reading"]
    if printed.replace(TORN, "") != row[column]:
        return "DECISION_DOES_NOT_FIT", f"the column {column} prints {row[column]!r}, not {printed!r}"
    if printed == reading:
        return "DECISION_CHANGES_NOTHING", "printed and reading are the same"
    if TORN in printed:
        decided.torn[row["row"], column] = printed
    return _put(decided.fields, (row["row"], column), reading)


def _settle_cells(record: dict, row: dict, years, decided: Decided) -> _Complaint:
    cells = [row[year] for year in years if row[year]]
    parts = record["reading"].split(PART)
    if _YEARS.fullmatch(record["reading"]) and set(parts) <= set(years):
        if record["printed"].split(PART) != [row[year] for year in parts] or len(cells) != len(parts):
            return "DECISION_DOES_NOT_FIT", "the row's cells are not those printed in the years given"
        if len(parts) == len(years):
            return "DECISION_CHANGES_NOTHING", "there is a cell for every year"
        return _put(decided.placed, row["row"], tuple(parts))
    if parts != cells:
        return "DECISION_DOES_NOT_FIT", f"the row's cells are {PART.join(cells)!r}"
    if "".join(parts) not in record["printed"]:
        return "DECISION_DOES_NOT_FIT", "the parts joined are not the run that is quoted"
    if len(parts) == 1:
        return "DECISION_CHANGES_NOTHING", "a run of one part is not cut"
    return _put(decided.cuts, row["row"], tuple(parts))


def _settle_statement(record: dict, statement: dict | None, column: str, decided: Decided) -> _Complaint:
    if statement is None:
        return "DECISION_POINTS_NOWHERE", "there is no such statement"
    printed, reading, number = record["printed"], record["reading"], statement["id"]
    if column:
        if column not in STATEMENT_FIELDS:
            return "DECISION_POINTS_NOWHERE", f"a statement has no field {column!r} that can be decided"
        if printed != statement[column]:
            return "DECISION_DOES_NOT_FIT", f"the field {column} holds {statement[column]!r}, not {printed!r}"
        if printed == reading:
            return "DECISION_CHANGES_NOTHING", "printed and reading are the same"
        return _put(decided.statement_fields, (number, column), reading)
    parts = reading.split(PART)
    if len(parts) > 1:
        if "".join(parts) != printed or statement["printed"] not in parts:
            return (
                "DECISION_DOES_NOT_FIT",
                "the parts joined are not the run, or the figure is not one of them",
            )
        return _put(decided.statement_cuts, number, (printed, tuple(parts)))
    if printed != statement["printed"]:
        return "DECISION_DOES_NOT_FIT", f"the statement prints {statement['printed']!r}, not {printed!r}"
    if printed == reading:
        return "DECISION_CHANGES_NOTHING", "printed and reading are the same"
    return _put(decided.statements, number, reading)
