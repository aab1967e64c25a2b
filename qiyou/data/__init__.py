"""Load and check a data folder: transcribed documents, and the tables they refer to.

>>> import qiyou
>>> data = qiyou.load()
>>> data.targets.query("place == 'yuhuan' and indicator == 'sports_area_per_capita'")["value"].tolist()
[2.7, 2.8, 2.9, 3.0, 3.1, 3.2]
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pandas as pd

from qiyou.data import documents as reading
from qiyou.data import lenient as own
from qiyou.data.files import Sheet, read_sheet
from qiyou.data.findings import CODES, Findings, nearest, sentence
from qiyou.data.naming import named
from qiyou.data.schema import TABLES, Table
from qiyou.errors import DataError, NotationError
from qiyou.notation import read

__all__ = ["CODES", "Data", "check", "load", "named", "printed", "root"]

_SHOWN_FINDINGS = 5
_VALUE_TABLES = ("observations", "benchmarks", "reference_sports", "reference_nursery")
_NUMBERS = {"indicators": ("lower", "upper"), "facilities": ("size_low", "size_high")}
# Read first: the other tables may name places and indicators by the names that stand here.
_NAMING = ("indicators", "places", "aliases", "units")
_ABOUT = "document.toml"
_INTEGERS = {"projects": ("statement", "from_year"), "observations": ("quarter",)}
_WHOLE = re.compile("[0-9]{1,4}")

ALSO = "QIYOU_ALSO"
"""The environment variable that names document folders of one's own, separated as in PATH."""


@dataclass(frozen=True, eq=False)
class Data:
    """Everything in a data folder, as plain DataFrames; see data/README.md for the columns.

    Attributes
    ----------
    documents : DataFrame
        One row per document: id, place, title, extent and what is known of its origin.
    targets, statements, decisions : DataFrame
        Table cells (with the name and unit that their row prints), figures of the running text, and readings that
        needed judgement.
    indicators, places, aliases, units, flows, identities : DataFrame
        What is measured, where, under which names and units, and what feeds or bounds what.
    stages : DataFrame
        Stages that two documents of a place name in words.
    observations, benchmarks, facilities, reference_sports, reference_nursery, sources : DataFrame
        Realised values, yardsticks, sizes of facilities, and who says so.
    quarters : DataFrame
        Like observations, with the column quarter: values since January, or at the end of that quarter. They are kept
        apart because they are no values of a year.
    projects : DataFrame
        Which statement announces how many of which facility, and which facilities are named without a count.
    findings : DataFrame
        Warnings and notes of the check; errors would have stopped the load.
    """

    documents: pd.DataFrame
    targets: pd.DataFrame
    statements: pd.DataFrame
    decisions: pd.DataFrame
    indicators: pd.DataFrame
    places: pd.DataFrame
    aliases: pd.DataFrame
    units: pd.DataFrame
    flows: pd.DataFrame
    identities: pd.DataFrame
    stages: pd.DataFrame
    sources: pd.DataFrame
    observations: pd.DataFrame
    quarters: pd.DataFrame
    benchmarks: pd.DataFrame
    facilities: pd.DataFrame
    projects: pd.DataFrame
    reference_sports: pd.DataFrame
    reference_nursery: pd.DataFrame
    findings: pd.DataFrame

    def __repr__(self) -> str:
        return (
            f"<qiyou data: {len(self.documents)} documents, {len(self.targets)} table cells, "
            f"{len(self.statements)} statements, {len(self.observations)} observations>"
        )


def root() -> Path:
    """The repository's data folder.

    Raises
    ------
    DataError
        If there is none beside the package; then pass a folder.
    """
    folder = Path(__file__).resolve().parent.parent.parent / "data"
    if not folder.is_dir():
        raise DataError(
            "there is no data folder beside the qiyou package; pass the folder: qiyou.load(folder)"
        )
    return folder


def load(folder: str | os.PathLike | None = None, *, also: Iterable[str | os.PathLike] | None = None) -> Data:
    """Load and validate a data folder.

    Parameters
    ----------
    folder : path, optional
        A data folder; the repository's by default.
    also : iterable of paths, optional
        Document folders of one's own, each with document.toml and table.csv or statements.csv, and optionally with
        indicators.csv, places.csv, aliases.csv, units.csv, sources.csv and observations.csv of its own (`qiyou new`
        makes one to fill in); or folders that hold such folders. What spreadsheets do to tables is tolerated there: GBK,
        byte-order marks, full-width digits, line breaks in cells, empty indicator ids where the printed name is in the
        alias table. By default the folders named in the environment variable QIYOU_ALSO, separated as in PATH:
        ``qiyou notebooks --also`` and ``qiyou figures --also`` set it, so that notebooks need no edits. Pass ``[]`` for
        none.

    Returns
    -------
    Data

    Raises
    ------
    DataError
        If anything is wrong; the message names the first findings, ``rows`` holds all of them.

    Examples
    --------
    >>> import qiyou
    >>> qiyou.load().indicators["core"].sum()
    np.int64(21)
    """
    data, findings = _assemble(folder, also)
    table = findings.frame()
    errors = table[table["severity"] == "error"]
    if len(errors):
        first = "\n".join(f"  {sentence(row)}" for _, row in errors.head(_SHOWN_FINDINGS).iterrows())
        more = f"\n  … and {len(errors) - _SHOWN_FINDINGS} more" if len(errors) > _SHOWN_FINDINGS else ""
        raise DataError(
            f"{len(errors)} errors in the data, run qiyou check to see them:\n{first}{more}", table
        )
    return Data(**data, findings=table)


def check(
    folder: str | os.PathLike | None = None, *, also: Iterable[str | os.PathLike] | None = None
) -> pd.DataFrame:
    """Everything that is wrong with a data folder, as a table of findings.

    Parameters
    ----------
    folder, also
        As in :func:`load`.

    Returns
    -------
    DataFrame
        Columns severity, code, file, line, what, remedy; empty of errors if the folder can be loaded.

    Examples
    --------
    >>> import qiyou
    >>> (qiyou.data.check()["severity"] == "error").sum()
    np.int64(0)
    """
    return _assemble(folder, also)[1].frame()


_PRINTED_COLUMNS = (
    *("place", "document", "origin", "locator", "indicator", "variant", "year", "role", "printed"),
    *("value", "relation", "low", "high", "low_closed", "high_closed", "unit", "step", "decided"),
)


def printed(data: Data, indicator: str) -> pd.DataFrame:
    """Every printed value of an indicator, from tables and running text together.

    Parameters
    ----------
    data : Data
    indicator : str
        An id of ``data.indicators``.

    Returns
    -------
    DataFrame
        One row per cell or statement, with ``origin`` (table or text), ``locator`` (row or statement id) and ``role``
        (baseline or target). A statement about a period keeps its last year.

    Raises
    ------
    DataError
        If there is no such indicator.

    Examples
    --------
    >>> import qiyou
    >>> printed = qiyou.data.printed(qiyou.load(), "sports_area_per_capita")
    >>> printed.query("origin == 'text' and place == 'huangyan'")[["year", "value", "role"]].values.tolist()
    [[2020, 1.92, 'baseline'], [2025, 2.8, 'target']]
    """
    if indicator not in set(data.indicators["id"]):
        raise DataError(f"there is no indicator {indicator!r}; {nearest(indicator, data.indicators['id'])}")
    cells = data.targets[data.targets["indicator"] == indicator]
    cells = cells.assign(origin="table", locator="table:" + cells["row"])
    texts = data.statements[data.statements["indicator"] == indicator]
    texts = texts.assign(
        origin="text",
        locator="statement:" + texts["id"].astype("str"),
        role=texts["kind"].where(texts["kind"] == "baseline", "target"),
        variant="",
    )
    columns = list(_PRINTED_COLUMNS)
    return pd.concat([cells[columns], texts[columns]], ignore_index=True)


def _assemble(folder, also) -> tuple[dict[str, pd.DataFrame], Findings]:
    base = root() if folder is None else _folder(folder)
    extras = _own_folders(also)
    findings = Findings(base, also=frozenset(extras))
    sheets = {name: _sheets(base, extras, TABLES[name], findings) for name in _NAMING}
    words = _vocabulary(sheets, findings)
    sheets |= {
        name: _sheets(base, extras, table, findings, words)
        for name, table in TABLES.items()
        if name not in _NAMING
    }
    found = _documents(base, _document_folders(extras), words, findings)
    _check_references(sheets, words, found, findings)
    for document in found:
        if document.about["place"] not in words.places:
            findings.unknown(
                document.folder / "document.toml", None, "place", document.about["place"], words.places
            )
    targets = [row for document in found for row in reading.target_rows(document, words, findings)]
    statements = [row for document in found for row in reading.statement_rows(document, words, findings)]
    _check_projects(sheets["projects"], {(row[0], str(row[2])) for row in statements}, findings)
    data = {name: _frame(name, sheets[name]) for name in TABLES}
    data |= {
        "documents": _documents_frame(found),
        "targets": _typed(pd.DataFrame(targets, columns=list(reading.TARGET_COLUMNS))),
        "statements": _typed(pd.DataFrame(statements, columns=list(reading.STATEMENT_COLUMNS))),
        "decisions": _decisions_frame(found),
    }
    for name in _VALUE_TABLES:
        data[name] = _with_values(data[name], sheets[name], words, findings)
    data |= _split_quarters(data["observations"])
    return data, findings


def _own_folders(also: Iterable[str | os.PathLike] | None) -> list[Path]:
    """The folders of one's own: those given, or those of the environment; a folder of folders stands for them all."""
    if also is None:
        named = os.environ.get(ALSO, "")
        # As JSON from `qiyou notebooks`, because a path may hold what separates paths.
        paths = json.loads(named) if named.startswith('["') else named.split(os.pathsep)
        also = [path for path in paths if path.strip()]
    elif isinstance(also, (str, os.PathLike)):
        also = [also]
    folders: dict[Path, None] = {}
    for path in map(_folder, also):
        folders[path] = None
        folders |= dict.fromkeys(_inside(path))
    return list(folders)


def _inside(folder: Path) -> list[Path]:
    """The document folders in a folder that is none itself."""
    if os.path.lexists(folder / _ABOUT):
        return []
    try:
        return sorted(path for path in folder.iterdir() if os.path.lexists(path / _ABOUT))
    except OSError:
        return []


def _document_folders(folders: list[Path]) -> list[Path]:
    """Without the folders that only hold others."""
    holding = {path.parent for path in folders}
    return [path for path in folders if path not in holding or os.path.lexists(path / _ABOUT)]


def _split_quarters(observations: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Yearly and quarterly values apart, so that nobody takes a quarter for a year."""
    yearly = observations["quarter"].isna()
    return {
        "observations": observations[yearly].drop(columns="quarter").reset_index(drop=True),
        "quarters": observations[~yearly].reset_index(drop=True),
    }


def _folder(path: str | os.PathLike) -> Path:
    """A folder with its links resolved; unlike Path.resolve this does not stop at a loop of links."""
    try:
        return Path(os.path.realpath(path))
    except (TypeError, ValueError) as error:
        raise DataError(f"{path!r} is no path ({error}); pass a folder") from None


def _sheets(
    base: Path, extras: list[Path], table: Table, findings: Findings, words: reading.Vocabulary | None = None
) -> list[Sheet]:
    """A table of the data folder and what the document folders of one's own add to it."""
    paths = [(base / table.path, False)]
    paths += [(folder / table.path, True) for folder in extras if os.path.lexists(folder / table.path)]
    sheets: list[Sheet] = []
    known: dict[tuple[str, ...], dict] = {}
    for path, lenient in paths:
        sheet = read_sheet(path, findings, lenient=lenient)
        if sheet is not None and lenient:
            sheet = own.tidy(sheet, table, findings)
        if sheet is not None:
            sheet = _with_optional(sheet, table)
        if sheet is not None and lenient and words is not None and set(table.names) <= set(sheet.header):
            sheet = own.identify(sheet, table, "", words, findings)
        if sheet is not None and reading.check_columns(sheet, table, findings):
            sheets.append(_additions(sheet, table, known, findings) if lenient else sheet)
            for record in sheet.records:
                known.setdefault(tuple(record[name] for name in table.key), record)
    return sheets


def _with_optional(sheet: Sheet, table: Table) -> Sheet:
    """The table with its optional columns, empty where the file does not have them."""
    added = [column.name for column in table.columns if column.optional and column.name not in sheet.header]
    if not added:
        return sheet
    records = tuple({**record, **dict.fromkeys(added, "")} for record in sheet.records)
    return replace(sheet, header=(*sheet.header, *added), records=records)


def _additions(sheet: Sheet, table: Table, known: dict[tuple[str, ...], dict], findings: Findings) -> Sheet:
    """The rows that are not there already; two folders may bring the same row, but not two versions of it."""
    kept = []
    for line, record in sheet.numbered():
        there = known.get(tuple(record[name] for name in table.key))
        if there is None:
            kept.append((line, record))
        elif any(there[name] != record[name] for name in table.names):
            what = (
                f"{table.path} has {'/'.join(record[name] for name in table.key)} already, with other content"
            )
            findings.error("DUPLICATE_ROW", sheet.path, line, what, "choose another key or delete the row")
    lines, records = tuple(line for line, _ in kept), tuple(record for _, record in kept)
    return replace(sheet, records=records, lines=lines)


def _vocabulary(sheets: dict[str, list[Sheet]], findings: Findings) -> reading.Vocabulary:
    def by_id(name: str) -> dict[str, dict]:
        return {record["id"]: record for sheet in sheets[name] for record in sheet.records}

    indicators = by_id("indicators")
    core = sum(record["core"] == "true" for record in indicators.values())
    if indicators and core != 21:
        path = sheets["indicators"][-1].path
        remedy = (
            "write false for an indicator of your own"
            if len(sheets["indicators"]) > 1
            else "mend the column core"
        )
        findings.error("CORE_COUNT", path, None, f"{core} indicators are core, not 21", remedy)
    _check_parents(sheets["places"][1:], findings)
    aliases = [record for sheet in sheets["aliases"] for record in sheet.records]
    return reading.Vocabulary(
        indicators=indicators,
        places=by_id("places"),
        units=frozenset(
            (record["printed"], record["unit"]) for sheet in sheets["units"] for record in sheet.records
        ),
        aliases=_own_names(sheets["indicators"][1:]) | _aliases(sheets["aliases"], findings),
        refused=frozenset(
            (row["name"], row["document"], row["indicator"]) for row in aliases if row["maps"] == "no"
        ),
    )


def _check_parents(sheets: list[Sheet], findings: Findings) -> None:
    for sheet in sheets:
        for line, record in sheet.numbered():
            if not record["parent"] and record["level"] in ("prefecture", "county"):
                what = f"{record['id']} has no parent, so no provincial target is found for it"
                findings.add(
                    "note", "NO_PARENT", sheet.path, line, what, "give the id of its city or province"
                )


def _own_names(sheets: list[Sheet]) -> dict[tuple[str, str], str]:
    """An indicator of one's own is known by its Chinese name without a row in the alias table."""
    return {
        (record["name_zh"], ""): record["id"]
        for sheet in sheets
        for record in sheet.records
        if record["name_zh"]
    }


def _aliases(sheets: list[Sheet], findings: Findings) -> dict[tuple[str, str], str]:
    """What each printed name stands for, in one document or (with an empty document) in all."""
    aliases: dict[tuple[str, str], str] = {}
    for sheet in sheets:
        for line, record in sheet.numbered():
            if record["maps"] != "yes":
                continue
            known = aliases.setdefault((record["name"], record["document"]), record["indicator"])
            if known != record["indicator"]:
                what = f"{record['name']!r} is mapped to {known} already"
                findings.error(
                    "DUPLICATE_ROW",
                    sheet.path,
                    line,
                    what,
                    "keep one, or name the document that it holds for",
                )
    return aliases


def _documents(
    base: Path, extras: list[Path], words: reading.Vocabulary, findings: Findings
) -> list[reading.Document]:
    folder = base / "documents"
    try:
        places = [(path, False) for path in sorted(folder.iterdir()) if path.is_dir()]
    except OSError as error:
        what = f"the folder cannot be read ({error.strerror})"
        findings.error("MISSING_FILE", folder, None, what, "add the folder, or its reading right")
        return []
    places += [(path, True) for path in extras]
    found: dict[str, reading.Document] = {}
    for path, lenient in places:
        document = reading.read_document(path, findings, lenient=lenient, words=words if lenient else None)
        if document is None:
            continue
        if document.id in found:
            what = f"the document {document.id!r} is loaded already"
            findings.error(
                "DUPLICATE_ROW", path / "document.toml", None, what, "rename the folder and its id"
            )
            continue
        found[document.id] = document
    return list(found.values())


def _check_references(
    sheets, words: reading.Vocabulary, found: list[reading.Document], findings: Findings
) -> None:
    """Every id in a column that refers to another table must be there."""
    known = {
        "indicators": words.indicators,
        "places": words.places,
        "sources": {record["id"] for sheet in sheets["sources"] for record in sheet.records},
        "documents": {document.id for document in found},
    }
    for name, table in TABLES.items():
        columns = [column for column in table.columns if column.refers]
        for sheet in sheets[name]:
            for line, record in sheet.numbered():
                for column in columns:
                    cell = record[column.name]
                    if (
                        cell
                        and cell not in known[column.refers]
                        and (line, column.name) not in sheet.reported
                    ):
                        kind = column.refers.removesuffix("s")
                        findings.unknown(sheet.path, line, kind, cell, known[column.refers])


def _check_projects(sheets: list[Sheet], statements: set[tuple[str, str]], findings: Findings) -> None:
    """A project's count is read from its statement; a facility named without a count says where, and in which words."""
    for sheet in sheets:
        for line, record in sheet.numbered():
            counted, named = record["statement"], (record["at"], record["phrase"])
            if counted and (record["document"], counted) not in statements:
                what = f"{record['document']} has no statement {counted[:40]!r}"
                findings.error(
                    "UNKNOWN_ID", sheet.path, line, what, "give the id of the statement that prints the count"
                )
            if any(named) if counted else not all(named):
                what = (
                    "a project has either a statement, or the place (at) and the words (phrase) that name it"
                )
                findings.error("BAD_VALUE", sheet.path, line, what, "fill in one or the other")


def _frame(name: str, sheets: list[Sheet]) -> pd.DataFrame:
    columns = list(TABLES[name].names)
    frame = pd.DataFrame(
        [record for sheet in sheets for record in sheet.records], columns=columns, dtype="str"
    )
    if "core" in columns:
        frame["core"] = frame["core"] == "true"
    for column in _NUMBERS.get(name, ()):
        frame[column] = pd.to_numeric(frame[column], errors="coerce")
    for column in ("year", *_INTEGERS.get(name, ())):
        if column in columns:
            # Other text than digits is a finding already and must not stop the check halfway.
            whole = [int(text) if _WHOLE.fullmatch(text) else None for text in frame[column]]
            frame[column] = pd.Series(whole, dtype="Int64", index=frame.index)
    return frame


def _typed(frame: pd.DataFrame) -> pd.DataFrame:
    """The column types of targets and statements, also where there are no rows."""
    integers = [name for name in ("year", "from_year", "id") if name in frame]
    numbers = ["value", "low", "high", "step"]
    flags = ["low_closed", "high_closed", "decided"]
    texts = [name for name in frame if name not in (*integers, *numbers, *flags)]
    types = {name: "Int64" for name in integers} | {name: "float64" for name in numbers}
    return frame.astype(types | {name: "bool" for name in flags} | {name: "str" for name in texts})


def _with_values(frame: pd.DataFrame, sheets: list[Sheet], words: reading.Vocabulary, findings: Findings):
    """Add value, relation, bounds, step and unit of the printed figures."""
    readings = []
    for number, sheet in enumerate(sheets):
        for line, record in sheet.numbered():
            indicator = words.indicators.get(record.get("indicator", ""))
            unit = indicator["unit"] if indicator else record.get("unit", "")
            if indicator and record.get("unit", unit) != unit:
                what = f"the unit is {record['unit']}, that of {record['indicator']} is {unit}"
                findings.error(
                    "UNIT_MISMATCH", sheet.path, line, what, "choose the indicator of that unit, or convert"
                )
            readings.append(
                _value(record["printed"], unit, words, findings, sheet.path, line, own=number > 0)
            )
    for column in ("value", "low", "high", "step"):
        frame[column] = np.array([getattr(r, column) if r else np.nan for _, r in readings], dtype=float)
    frame["relation"] = pd.Series(
        [r.relation if r else "none" for _, r in readings], dtype="str", index=frame.index
    )
    frame["unit"] = pd.Series([unit for unit, _ in readings], dtype="str", index=frame.index)
    return frame


def _value(
    printed: str,
    unit: str,
    words: reading.Vocabulary,
    findings: Findings,
    path: Path,
    line: int,
    *,
    own: bool,
):
    """The unit and the reading of a figure that stands in its indicator's unit unless it prints one of its own.

    A figure of one's own in another unit keeps that unit and has no reading: it is shown, and compared with nothing.
    """
    try:
        value = read(printed)
        if not value.unit or value.unit == unit or (value.unit, unit) in words.units:
            return unit, value
        what = f"the unit is {value.unit}, the indicator's is {unit}"
        severity = "warning" if own else "error"
        findings.add(severity, "UNIT_MISMATCH", path, line, what, "print the figure in the indicator's unit")
        return (value.unit if own else unit), None
    except NotationError as error:
        findings.error(
            "UNREADABLE_VALUE", path, line, str(error), "print the figure in a form that can be read"
        )
    return unit, None


def _documents_frame(found: list[reading.Document]) -> pd.DataFrame:
    names = (
        "id",
        "place",
        "title",
        "title_en",
        "issuer",
        "number",
        "dated",
        "published",
        "extent",
        "known_from",
        "note",
    )
    rows = [
        {name: str(document.about.get(name, "")) for name in names}
        | {"from_year": document.about["period"][0], "to_year": document.about["period"][1]}
        | {"table": document.table_about.get("status", "none"), "digits": _audited_digits(document)}
        for document in found
    ]
    columns = [*names, "from_year", "to_year", "table", "digits"]
    types = {name: "int64" if name.endswith("_year") else "str" for name in columns} | {"digits": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(types)


def _audited_digits(document: reading.Document) -> int | None:
    """How many digits of the source the audit accounted for; None if there was none."""
    counts = document.about.get("audit", {})
    digits = [
        count for name, count in counts.items() if name.startswith("digits_") and isinstance(count, int)
    ]
    return sum(digits) if digits else None


def _decisions_frame(found: list[reading.Document]) -> pd.DataFrame:
    rows = [
        {"document": document.id, **record}
        for document in found
        if "decisions" in document.sheets
        for record in document.sheets["decisions"].records
    ]
    columns = ["document", "at", "printed", "reading", "reason", "confidence", "alternatives"]
    return pd.DataFrame(rows, columns=columns, dtype="str")
