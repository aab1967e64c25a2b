"""One document's folder: document.toml, table.csv, statements.csv, decisions.csv, asides.csv."""

from __future__ import annotations

import datetime
import math
import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from qiyou.data import decisions as deciding
from qiyou.data import lenient as own
from qiyou.data.files import Sheet, read_sheet, read_toml
from qiyou.data.findings import Findings
from qiyou.data.schema import DOCUMENT_ID, DOCUMENT_TABLES, EXTENTS, TABLE_STATUSES, YEAR, Table
from qiyou.data.seals import SEALED, seal
from qiyou.errors import NotationError
from qiyou.notation import Reading, read

TARGET_COLUMNS = (
    *(
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
    ),
    *("low", "high", "low_closed", "high_closed", "unit", "step", "star", "department", "decided"),
    # As the row prints them, decided or not; a further line (12b) may print none of its own.
    *("printed_name", "printed_unit"),
)
STATEMENT_COLUMNS = (
    *(
        "document",
        "place",
        "id",
        "section",
        "item",
        "indicator",
        "phrase",
        "from_year",
        "year",
        "printed",
        "reading",
    ),
    *(
        "value",
        "relation",
        "low",
        "high",
        "low_closed",
        "high_closed",
        "unit",
        "step",
        "kind",
        "note",
        "decided",
    ),
)
_MOST_YEARS = 60
# A plan looks back over the plan before it and forward to a horizon such as 2035.
_YEARS_BACK, _YEARS_AHEAD = 15, 15
_OTHER_TEXTS = ("title_en", "issuer", "number", "dated", "published", "known_from", "note")


@dataclass(frozen=True)
class Document:
    """A document as read: its description, its sheets and its settled decisions."""

    folder: Path
    about: dict
    sheets: dict[str, Sheet]
    years: tuple[str, ...]
    decided: deciding.Decided
    lenient: bool = False

    def spelled(self, name: str, words: Vocabulary) -> str:
        """A printed name as the alias table spells it; in the repository's own documents it has to be spelled so."""
        return words.spelled(name, self.id) if self.lenient else name

    @property
    def id(self) -> str:
        """The document's id, which is its folder's name."""
        return self.about["id"]

    @property
    def table_about(self) -> dict:
        """The ``[table]`` part of document.toml."""
        return self.about.get("table", {})


@dataclass(frozen=True)
class Vocabulary:
    """What the tables beside the documents define: ids, units, names."""

    indicators: dict[str, dict]
    places: dict[str, dict]
    units: frozenset[tuple[str, str]]
    aliases: dict[tuple[str, str], str]
    refused: frozenset[tuple[str, str, str]]

    def refuses(self, name: str, document: str, indicator: str) -> bool:
        """Whether a printed name must not be mapped to an indicator in a document."""
        return (name, document, indicator) in self.refused or (name, "", indicator) in self.refused

    def indicator_of(self, name: str, document: str) -> str:
        """The indicator that a printed name is an alias of in a document, or the empty string."""
        known = self.aliases.get((name, document)) or self.aliases.get((name, ""), "")
        return "" if self.refuses(name, document, known) else known

    def indicator_named(self, name: str, document: str) -> str:
        """The indicator of a name as someone typed it: as :meth:`indicator_of`, widths and white space aside."""
        return self.indicator_of(self.spelled(name, document), document)

    def spelled(self, name: str, document: str) -> str:
        """The name as the alias table spells it, where only widths and white space differ; else the name itself."""
        if (name, document) in self.aliases or (name, "") in self.aliases:
            return name
        spellings = self._spellings.get(own.plain(name), ())
        return spellings[0] if len(spellings) == 1 else name

    def place_named(self, name: str) -> str:
        """The place with a Chinese name, or the empty string where there is none or more than one."""
        return self.places_by_name.get(own.plain(name), "")

    @cached_property
    def _spellings(self) -> dict[str, tuple[str, ...]]:
        names = dict.fromkeys(name for name, _ in self.aliases)
        plain: dict[str, tuple[str, ...]] = {}
        for name in names:
            plain[own.plain(name)] = (*plain.get(own.plain(name), ()), name)
        return plain

    @cached_property
    def indicators_by_name(self) -> dict[str, str]:
        """Every name of an indicator and its id."""
        names = {record["name_zh"]: name for name, record in self.indicators.items()}
        return names | {name: indicator for (name, _), indicator in self.aliases.items()}

    @cached_property
    def places_by_name(self) -> dict[str, str]:
        """Every Chinese name that only one place has, and its id."""
        names: dict[str, str] = {}
        for place, record in self.places.items():
            name = own.plain(record["name_zh"])
            names[name] = "" if name in names else place
        return {name: place for name, place in names.items() if place}


def read_document(
    folder: Path, findings: Findings, *, lenient: bool, words: Vocabulary | None = None
) -> Document | None:
    """Read a document's folder; None if it cannot even be named.

    With `lenient` the tables are read as a spreadsheet leaves them, and with `words` names stand in for empty ids.
    """
    about = read_toml(folder / "document.toml", findings)
    if about is None:
        return None
    if not _check_about(folder, about, findings):
        return None
    sheets = {}
    for name, schema in DOCUMENT_TABLES.items():
        path = folder / schema.path
        if os.path.lexists(path):
            sheet = read_sheet(path, findings, lenient=lenient)
            if sheet is not None and lenient:
                sheet = own.tidy(sheet, schema, findings, years=name == "table")
                if words is not None and set(schema.names) <= set(sheet.header):
                    sheet = own.identify(sheet, schema, about["id"], words, findings)
            if sheet is not None and check_columns(sheet, schema, findings, years=name == "table"):
                sheets[name] = sheet
    status = about.get("table", {}).get("status", "none")
    if ("table" in sheets) != (status in ("transcribed", "excerpt")) and not (folder / "table.csv").exists():
        what = f"document.toml says that the table is {status}, but there is no readable table.csv"
        findings.error(
            "MISSING_FILE", folder / "table.csv", None, what, "add the table or change table.status"
        )
    years = _years(sheets.get("table"), about, folder, findings)
    empty = Sheet(folder / "decisions.csv", DOCUMENT_TABLES["decisions"].names, (), ())
    decided = deciding.settle(
        sheets.get("decisions", empty), sheets.get("table"), sheets.get("statements"), years, findings
    )
    document = Document(folder, about, sheets, years, decided, lenient)
    _check_seals(document, findings, lenient=lenient)
    return document


def _check_about(folder: Path, about: dict, findings: Findings) -> bool:
    path = folder / "document.toml"
    identity = about.get("id")
    good = True
    if not isinstance(identity, str) or not re.fullmatch(DOCUMENT_ID, identity) or identity != folder.name:
        what = f"id is {identity!r}, the folder is {folder.name!r}"
        findings.error(
            "BAD_VALUE", path, None, what, "give both the same name: small letters, digits, hyphens"
        )
        good = False
    for name in ("place", "title"):
        if not isinstance(about.get(name), str) or not about[name]:
            findings.error(
                "BAD_VALUE", path, None, f"{name} is missing or not text", f'add the line {name} = "…"'
            )
            # Without a title the tables can still be looked at, so that one check names everything.
            good &= name == "title"
    period = about.get("period")
    if not _is_span(period):
        what = f"period is {period!r}"
        findings.error("BAD_VALUE", path, None, what, "give two years, for instance period = [2023, 2027]")
        good = False
    if about.get("extent") not in EXTENTS:
        what = f"extent is {about.get('extent')!r}"
        findings.error("BAD_VALUE", path, None, what, f"choose one of: {'; '.join(EXTENTS)}")
        good = False
    for name in _OTHER_TEXTS:
        if not isinstance(about.get(name, ""), (str, datetime.date)):
            findings.error("BAD_VALUE", path, None, f"{name} is not text", f'write {name} = "…"')
            good = False
    for name in ("audit", "seal"):
        if not isinstance(about.get(name, {}), dict):
            findings.error(
                "BAD_VALUE", path, None, f"{name} is not a table", "let qiyou audit --seal write it anew"
            )
            good = False
    table = about.get("table", {})
    if not isinstance(table, dict) or table.get("status", "none") not in TABLE_STATUSES:
        findings.error(
            "BAD_VALUE", path, None, "table.status is wrong", f"choose one of {', '.join(TABLE_STATUSES)}"
        )
        good = False
    return good


def _is_span(period) -> bool:
    return (
        isinstance(period, list)
        and len(period) == 2
        and all(isinstance(year, int) and re.fullmatch(YEAR, str(year)) for year in period)
        and 0 <= period[1] - period[0] < _MOST_YEARS
    )


def check_columns(sheet: Sheet, schema: Table, findings: Findings, *, years: bool = False) -> bool:
    """Record missing and unknown columns, malformed cells and repeated keys; False if columns are missing."""
    missing = [name for name in schema.names if name not in sheet.header]
    for name in missing:
        remedy = f"add the column; the header is {','.join(schema.names)}"
        findings.error("MISSING_COLUMN", sheet.path, 1, f"the column {name!r} is missing", remedy)
    for name in sheet.header:
        if name not in schema.names and not (years and re.fullmatch(YEAR, name)):
            findings.error(
                "EXTRA_COLUMN", sheet.path, 1, f"nobody reads the column {name[:40]!r}", "remove it"
            )
    if missing:
        return False
    if not sheet.records and schema.path not in ("decisions.csv", "asides.csv"):
        findings.error("EMPTY_TABLE", sheet.path, 1, "the table has no rows", "add a row or delete the file")
    seen: dict[tuple, int] = {}
    for line, record in sheet.numbered():
        for column in schema.columns:
            complaint = column.complaint(record[column.name])
            if complaint and (line, column.name) not in sheet.reported:
                findings.error("BAD_VALUE", sheet.path, line, complaint, f"give {column.description}")
        key = tuple(record[name] for name in schema.key)
        if key in seen:
            what = f"the row {'/'.join(key)} stands already on line {seen[key]}"
            findings.error("DUPLICATE_ROW", sheet.path, line, what, "remove one of the two")
        seen[key] = line
    return True


def _years(table: Sheet | None, about: dict, folder: Path, findings: Findings) -> tuple[str, ...]:
    if table is None:
        return ()
    years = tuple(name for name in table.header if re.fullmatch(YEAR, name))
    stated = about.get("table", {}).get("years", about["period"])
    if not _is_span(stated):
        what = f"table.years is {stated!r}"
        findings.error("BAD_VALUE", folder / "document.toml", None, what, "give the first and the last year")
        return years
    expected = tuple(str(year) for year in range(stated[0], stated[1] + 1))
    if years != expected:
        what = f"the year columns are {', '.join(years) or 'missing'}, document.toml says {stated[0]} to {stated[1]}"
        findings.error("YEAR_OUT_OF_RANGE", table.path, 1, what, "mend the header or table.years")
    return years


def _check_seals(document: Document, findings: Findings, *, lenient: bool) -> None:
    stored = document.about.get("seal", {})
    path = document.folder / "document.toml"
    for name in SEALED:
        sheet = document.sheets.get(name)
        if sheet is None:
            if name in stored:
                what = f"{name}.csv was sealed and is not there or not readable"
                findings.error("BROKEN_SEAL", path, None, what, "bring the file back")
            continue
        if name not in stored:
            if lenient and name == "decisions":
                # Readings of one's own are judgements: there is no print to compare them with once more.
                continue
            severity = "note" if lenient else "error"
            what = f"{sheet.path.name} was never audited against its source"
            remedy = "compare it with the print once more, cell by cell"
            remedy = remedy if lenient else "run qiyou audit --sources DIR --seal"
            findings.add(severity, "NOT_SEALED", path, None, what, remedy)
        elif stored[name] != seal(sheet):
            what = f"{sheet.path.name} is not as it was when the document was audited"
            remedy = "undo the change, or audit against the source and seal again"
            findings.error("BROKEN_SEAL", sheet.path, None, what, remedy)


def target_rows(document: Document, words: Vocabulary, findings: Findings):
    """Yield one tuple of :data:`TARGET_COLUMNS` per cell of the document's table."""
    table = document.sheets.get("table")
    if table is None:
        return
    decided, about, variants = document.decided, document.about, _variants(table)
    start = about["period"][0]
    for (line, printed_row), record in zip(table.numbered(), _filled(table, decided), strict=True):
        row, indicator = record["row"], words.indicators.get(record["indicator"])
        if (line, "indicator") in table.reported:
            # One check names everything: the cells are looked at, too.
            for year in document.years:
                text = decided.cells.get((row, year), record[year])
                _reading(
                    text,
                    record["printed_unit"],
                    None,
                    words,
                    findings,
                    table.path,
                    line,
                    f"row {row}, {year}",
                )
            continue
        name = document.spelled(record["printed_name"], words)
        _check_alias(name, record["indicator"], document.id, words, findings, table.path, line)
        if indicator is None:
            findings.unknown(table.path, line, "indicator", record["indicator"], words.indicators)
            continue
        unit_decided, unit_matters = (row, "printed_unit") in decided.fields, False
        for year in document.years:
            printed = record[year]
            text = decided.cells.get((row, year), printed)
            if row in decided.units and text.endswith(decided.units[row][0]):
                text = text.removesuffix(decided.units[row][0]) + decided.units[row][1]
            where = (findings, table.path, line, f"row {row}, {year}")
            reading = _reading(text, record["printed_unit"], indicator, words, *where)
            if unit_decided:
                unit_matters |= reading is None or reading != _quiet(text, printed_row["printed_unit"])
            if reading is None:
                continue
            if text != printed and reading == _quiet(printed, record["printed_unit"]):
                _changes_nothing(document, f"table:{row}:{year}", findings)
            yield (
                *(document.id, about["place"], row, record["indicator"], variants[row], int(year)),
                *("baseline" if int(year) < start else "target", printed, text),
                *(
                    reading.value,
                    reading.relation,
                    reading.low,
                    reading.high,
                    reading.low_closed,
                    reading.high_closed,
                ),
                *(
                    indicator["unit"],
                    reading.step,
                    record["star"],
                    record["department"],
                    _spoke(document, row, year),
                ),
                *(printed_row["printed_name"], printed_row["printed_unit"]),
            )
        if unit_decided and not unit_matters:
            _changes_nothing(document, f"table:{row}:printed_unit", findings)


def _changes_nothing(document: Document, at: str, findings: Findings) -> None:
    what = f"{at}: the decision reads the same as the print"
    path, line = document.folder / "decisions.csv", document.decided.lines.get(at)
    findings.error(
        "DECISION_CHANGES_NOTHING", path, line, what, "delete the decision, or put right what it decides"
    )


def _spoke(document: Document, row: str, year: str) -> bool:
    """Whether a decision had a hand in a cell: its characters, its unit, its cut or its year."""
    decided = document.decided
    return (
        (row, year) in decided.cells
        or row in decided.units
        or row in decided.cuts
        or row in decided.placed
        or (row, "printed_unit") in decided.fields
    )


def _filled(table: Sheet, decided: deciding.Decided):
    """Yield the rows with their fields as decided; a further line (``12b``) takes what it does not print from the first.

    An unnumbered line under the same serial takes star and department, and, for the same indicator, name and unit too.
    """
    firsts: dict[str, dict] = {}
    for printed in table.records:
        row = printed["row"]
        record = {
            **printed,
            **{name: decided.fields.get((row, name), printed[name]) for name in deciding.TABLE_FIELDS},
        }
        first = firsts.setdefault(row.rstrip("abcdefghijklmnopqrstuvwxyz"), record)
        shared = ("star", "department")
        if first["indicator"] == record["indicator"]:
            shared += ("printed_name", "printed_unit")
        yield {**record, **{name: record[name] or first[name] for name in shared}}


def _variants(table: Sheet) -> dict[str, str]:
    """``a``, ``b`` … where one indicator has several rows, else the empty string."""
    rows: dict[str, list[str]] = {}
    for record in table.records:
        rows.setdefault(record["indicator"], []).append(record["row"])
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        row: letters[k % 26] if len(same) > 1 else "" for same in rows.values() for k, row in enumerate(same)
    }


def statement_rows(document: Document, words: Vocabulary, findings: Findings):
    """Yield one tuple of :data:`STATEMENT_COLUMNS` per statement of the document."""
    sheet = document.sheets.get("statements")
    if sheet is None:
        return
    decided, about = document.decided, document.about
    for line, record in sheet.numbered():
        number = record["id"]
        if not number.isascii() or not number.isdigit():
            continue
        phrase = document.spelled(record["phrase"], words)
        _check_alias(phrase, record["indicator"], document.id, words, findings, sheet.path, line)
        indicator = words.indicators.get(record["indicator"])
        if record["indicator"] and indicator is None:
            findings.unknown(sheet.path, line, "indicator", record["indicator"], words.indicators)
            continue
        text = decided.statements.get(number, record["printed"])
        reading = _reading(text, "", indicator, words, findings, sheet.path, line, f"statement {number}")
        if reading is None:
            continue
        if text != record["printed"] and reading == _quiet(record["printed"], ""):
            _changes_nothing(document, f"statement:{number}", findings)
        fields = {
            name: decided.statement_fields.get((number, name), record[name])
            for name in ("from_year", "year", "section", "item")
        }
        _check_span(fields["from_year"], fields["year"], about["period"], findings, sheet.path, line)
        spoken = number in decided.statements or number in decided.statement_cuts
        yield (
            *(
                document.id,
                about["place"],
                int(number),
                fields["section"],
                fields["item"],
                record["indicator"],
            ),
            *(record["phrase"], _year(fields["from_year"]), _year(fields["year"]), record["printed"], text),
            *(
                reading.value,
                reading.relation,
                reading.low,
                reading.high,
                reading.low_closed,
                reading.high_closed,
            ),
            *(indicator["unit"] if indicator else reading.unit, reading.step, record["kind"], record["note"]),
            spoken or any(key[0] == number for key in decided.statement_fields),
        )


def _check_span(first: str, last: str, period: list[int], findings: Findings, path: Path, line: int) -> None:
    """The years of a statement must be in order and within the reach of a document of that period."""
    years = [int(year) for year in (first, last) if re.fullmatch(YEAR, year)]
    low, high = period[0] - _YEARS_BACK, period[1] + _YEARS_AHEAD
    if any(not low <= year <= high for year in years) or years != sorted(years):
        what = f"the years {' to '.join(map(str, years))} are not in order within {low} to {high}"
        findings.error(
            "YEAR_OUT_OF_RANGE", path, line, what, "mend from_year and year, or the period in document.toml"
        )


def _year(text: str) -> float:
    return float(text) if re.fullmatch(YEAR, text) else math.nan


def _check_alias(name, indicator, document, words: Vocabulary, findings: Findings, path, line) -> None:
    """A printed name and an indicator must belong together in the alias table, exactly."""
    known = words.indicator_of(name, document)
    if known == indicator:
        return
    if words.refuses(name, document, indicator):
        what, remedy = f"{name!r} must not be mapped to {indicator}", "see the reason in aliases.csv"
    elif known:
        what = f"{name!r} is {known} in the alias table, not {indicator or 'nothing'}"
        remedy = f"write {known}, or change aliases.csv"
    else:
        what = f"{name!r} is not an alias of {indicator}"
        remedy = "add the name to aliases.csv if it really is the same"
    findings.error("ALIAS_MISMATCH", path, line, what, remedy)


def _quiet(text: str, header: str) -> Reading | None:
    """What a print says, or None where it cannot be read."""
    try:
        return read(text, header)
    except NotationError:
        return None


def _reading(text, header, indicator, words: Vocabulary, findings, path, line, where) -> Reading | None:
    """Read a printed value in the indicator's unit, or record why not."""
    try:
        reading = read(text, header)
    except NotationError as error:
        remedy = "mend the transcription, or record in decisions.csv how the print is read"
        findings.error("UNREADABLE_VALUE", path, line, f"{where}: {error}", remedy)
        return None
    if indicator is None or reading.relation == "none":
        return reading
    unit = indicator["unit"]
    if reading.unit == unit or (reading.unit, unit) in words.units:
        return reading
    # Of the cells of a row that have the same fault the first is named.
    if (path, line, reading.unit) not in findings.units:
        findings.units.add((path, line, reading.unit))
        if not reading.unit:
            what = f"{where}: {text!r} has no unit, neither in the cell nor in the header"
            remedy = f"add the unit that is printed, or decide that it is {unit}"
            findings.error("NO_UNIT", path, line, what, remedy)
        else:
            what = f"{where}: the unit is {reading.unit}, the indicator's is {unit}"
            pair = f"add the line '{reading.unit},{unit},' to units.csv"
            remedy = f"choose another indicator, or, if both mean the same, {pair}"
            findings.error("UNIT_MISMATCH", path, line, what, remedy)
    return None
