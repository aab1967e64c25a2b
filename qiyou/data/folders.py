"""Everything in a data folder, and in document folders of one's own, read and checked together."""

from __future__ import annotations

import gc
import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pandas as pd

from qiyou.data.documents import ABOUT, Document, read_document, read_table
from qiyou.data.files import Findings, Sheet
from qiyou.data.names import Vocabulary, suggest
from qiyou.data.prints import READ, Readings, statement_rows, target_rows
from qiyou.data.schema import DOCUMENT_TABLES, TABLES, Table, root
from qiyou.data.slips import look
from qiyou.disk import trouble
from qiyou.errors import DataError, need

ALSO = "QIYOU_ALSO"
"""The environment variable that names document folders of one's own, separated as in PATH."""

VALUE_TABLES = ("observations", "benchmarks", "reference")
"""The tables whose printed figures are read."""

# Read first: the other tables may name places and indicators by the names that stand here.
_NAMING = ("indicators", "places", "aliases", "units")
_CORE = 21
# What an indicator of one's own must have before anything is worked out from it.
_NEEDED = ("unit", "direction", "kind")
_INDICATORS = ("indicator", "flow", "stock", "subset", "superset")
_TYPES = {"number": "float64", "integer": "Int64", "year": "Int64"}
_ABOUT = "id place title title_en issuer number dated published extent known_from note"


@contextmanager
def _uncollected() -> Iterator[None]:
    """Without a search for cycles: reading makes millions of objects and no cycle, and each search visits them all."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


@_uncollected()
def assemble(folder, also) -> tuple[dict[str, pd.DataFrame], Findings]:
    """Every table of a data folder, and what is wrong with it."""
    base = root() if folder is None else _folder(folder)
    need(os.path.isdir(base), "data.not_folder", folder=base)
    extras = _own_folders(also)
    findings = Findings(base, also=frozenset(extras))
    sheets = {name: _sheets(base, extras, TABLES[name], findings) for name in _NAMING}
    findings.words = _vocabulary(sheets, findings)
    rest = {name: table for name, table in TABLES.items() if name not in _NAMING}
    sheets |= {name: _sheets(base, extras, table, findings) for name, table in rest.items()}
    found = _documents(base, extras, findings)
    _check_references(sheets, found, findings)
    for document in found:
        if document.about["place"] not in findings.words.places:
            known, asked = {one: one for one in findings.words.places}, document.about["place"]
            suggest(findings, "unknown", document.folder / ABOUT, None, "place", asked, known)
    data = {name: _frame(table, sheets[name]) for name, table in TABLES.items()}
    data |= {"documents": _documents_frame(found), "decisions": _decisions_frame(found)}
    data |= {"targets": target_rows(found, findings), "statements": statement_rows(found, findings)}
    said = data["statements"]
    said = set(zip(said["document"], said["id"].astype("str"), strict=True))
    _check_projects(sheets["projects"], said, findings)
    for name in VALUE_TABLES:
        data[name] = _with_values(data[name], sheets[name], findings)
    look(found, data, findings)
    unfinished = _unfinished(sheets["indicators"][1:], findings)
    data = {name: _without(frame, unfinished["id"], name) for name, frame in data.items()}
    for name in ("indicators", "places"):
        for column, instead in (("name_zh", "id"), ("name_en", "name_zh")):
            data[name][column] = data[name][column].mask(data[name][column].eq(""), data[name][instead])
    # Yearly and quarterly values stay apart, so that nobody takes a quarter for a year.
    every, quarterly = data["observations"], data["observations"]["quarter"].notna()
    data["observations"] = every[~quarterly].drop(columns="quarter").reset_index(drop=True)
    return data | {"quarters": every[quarterly].reset_index(drop=True), "unfinished": unfinished}, findings


# ---------------------------------------------------------------------------------------------------------- where


def _own_folders(also: Iterable[str | os.PathLike] | None) -> list[Path]:
    """The folders of one's own: those given, or those of the environment; a folder of folders stands for them all."""
    if also is None:
        named = os.environ.get(ALSO, "")
        # As JSON from `qiyou notebooks`, because a path may hold what separates paths.
        paths = json.loads(named) if named.startswith('["') else named.split(os.pathsep)
        also = [path for path in paths if path.strip()]
    elif isinstance(also, (str, os.PathLike)):
        also = [also]
    return list(dict.fromkeys(one for path in map(_folder, also) for one in (path, *_inside(path))))


def _inside(folder: Path) -> list[Path]:
    """The document folders in a folder that is none itself."""
    if os.path.lexists(folder / ABOUT):
        return []
    try:
        return sorted(path for path in folder.iterdir() if os.path.lexists(path / ABOUT))
    except OSError:
        return []


def _folder(path: str | os.PathLike) -> Path:
    """A folder with its links resolved; unlike Path.resolve this does not stop at a loop of links."""
    try:
        return Path(os.path.realpath(path))
    except (TypeError, ValueError) as error:
        raise DataError("data.no_path", path=repr(path), why=str(error)) from None


# ---------------------------------------------------------------------------------------------------------- tables


def _sheets(base: Path, extras: list[Path], table: Table, findings: Findings) -> list[Sheet]:
    """A table of the data folder and what the document folders of one's own add to it."""
    paths = [(base / table.path, False)]
    paths += [(folder / table.path, True) for folder in extras if os.path.lexists(folder / table.path)]
    sheets: list[Sheet] = []
    known: dict[tuple[str, ...], dict] = {}
    for path, lenient in paths:
        sheet = read_table(path, table, findings, lenient=lenient)
        kept = {}
        for line, record in sheet.numbered() if sheet else ():
            key = tuple([record[name] for name in table.key])
            there = known.setdefault(key, record)
            # Two folders may bring the same row, but not two versions of it.
            if there is record or not lenient:
                kept[line] = record
            elif there != record:
                findings.add("redefined", path, line, table=table.path, row="/".join(key))
        if sheet:
            sheets.append(replace(sheet, lines=tuple(kept), records=tuple(kept.values())))
    return sheets


def _vocabulary(sheets: dict[str, list[Sheet]], findings: Findings) -> Vocabulary:
    rows = {name: [record for sheet in sheets[name] for record in sheet.records] for name in _NAMING}
    core = sum(record["core"] == "true" for record in rows["indicators"])
    if rows["indicators"] and core != _CORE:
        key = "core_count" if len(sheets["indicators"]) == 1 else "core_count_own"
        findings.add(key, sheets["indicators"][-1].path, count=core)
    for sheet, line, record in _rows(sheets["places"][1:]):
        if not record["parent"] and record["level"] in ("", "prefecture", "county"):
            findings.add("no_parent", sheet.path, line, id=record["id"])
    # An indicator of one's own is known by its Chinese name without a row in the alias table.
    own = [record for _, _, record in _rows(sheets["indicators"][1:]) if record["name_zh"]]
    refused = [record for record in rows["aliases"] if record["maps"] == "no"]
    return Vocabulary(
        indicators={record["id"]: record for record in rows["indicators"]},
        places={record["id"]: record for record in rows["places"]},
        units=frozenset((record["printed"], record["unit"]) for record in rows["units"]),
        aliases={(one["name_zh"], ""): one["id"] for one in own} | _aliases(sheets["aliases"], findings),
        refused=frozenset((one["name"], one["document"], one["indicator"]) for one in refused),
    )


def _aliases(sheets: list[Sheet], findings: Findings) -> dict[tuple[str, str], str]:
    """What each printed name stands for, in one document or (with an empty document) in all."""
    aliases: dict[tuple[str, str], str] = {}
    for sheet, line, record in _rows(sheets):
        if record["maps"] == "yes":
            known = aliases.setdefault((record["name"], record["document"]), record["indicator"])
            if known != record["indicator"]:
                findings.add("alias_twice", sheet.path, line, name=record["name"], known=known)
    return aliases


def _rows(sheets: list[Sheet]) -> Iterator[tuple[Sheet, int, dict]]:
    """Every record of these sheets, with its sheet and line."""
    return ((sheet, line, record) for sheet in sheets for line, record in sheet.numbered())


def _documents(base: Path, extras: list[Path], findings: Findings) -> list[Document]:
    folder = base / "documents"
    try:
        places = [(path, False) for path in sorted(folder.iterdir()) if path.is_dir()]
    except OSError as error:
        findings.add("unreadable_folder", folder, why=trouble(error))
        return []
    # Folders that only hold others are no documents.
    holding = {path.parent for path in extras}
    places += [(path, True) for path in extras if path not in holding or os.path.lexists(path / ABOUT)]
    found: dict[str, Document] = {}
    for path, lenient in places:
        document = read_document(path, findings, lenient=lenient)
        if document is not None and document.id in found:
            findings.add("document_twice", path / ABOUT, id=document.id)
        elif document is not None:
            found[document.id] = document
    return list(found.values())


# ---------------------------------------------------------------------------------------------------------- checks


def _check_references(sheets, found: list[Document], findings: Findings) -> None:
    """Every id in a column that refers to another table must be there."""
    sources = (record["id"] for _, _, record in _rows(sheets["sources"]))
    documents = (document.id for document in found)
    words = findings.words
    ids = {"indicators": words.indicators, "places": words.places, "sources": sources, "documents": documents}
    known = {name: {one: one for one in names} for name, names in ids.items()}
    for name, table in TABLES.items():
        columns = {column.name: column.refers for column in table.columns if column.refers}
        for sheet, line, record in _rows(sheets[name]):
            for column, refers in columns.items():
                cell = record[column]
                if cell and cell not in known[refers] and (line, column) not in sheet.reported:
                    kind = refers.removesuffix("s")
                    suggest(findings, "unknown", sheet.path, line, kind, cell, known[refers])


def _check_projects(sheets: list[Sheet], statements: set[tuple[str, str]], findings: Findings) -> None:
    """A project's count is read from its statement; a facility named without a count says where, and in which words."""
    for sheet, line, record in _rows(sheets):
        document, counted = record["document"], record["statement"]
        named = record["at"], record["phrase"]
        if counted and (document, counted) not in statements:
            findings.add("project_statement", sheet.path, line, document=document, statement=counted)
        if any(named) if counted else not all(named):
            findings.add("project_both", sheet.path, line)


# ---------------------------------------------------------------------------------------------------------- frames


def _frame(table: Table, sheets: list[Sheet]) -> pd.DataFrame:
    """The rows of a table, with numbers, years and flags as the schema says."""
    rows = [record for _, _, record in _rows(sheets)]
    frame = pd.DataFrame(rows, columns=list(table.names), dtype="str")
    for column in table.columns:
        if column.type == "boolean":
            frame[column.name] = frame[column.name] == "true"
        elif column.type in _TYPES:
            # What is malformed is a finding already and must not stop the check halfway.
            cells = [
                None if not cell or column.complaint(cell) else float(cell) for cell in frame[column.name]
            ]
            frame[column.name] = pd.Series(cells, dtype=_TYPES[column.type], index=frame.index)
    return frame


def _unfinished(own: list[Sheet], findings: Findings) -> pd.DataFrame:
    """The indicators of one's own that lack what a calculation needs, what that is, and where it is to stand."""
    rows = []
    for sheet in own:
        lacking = [
            (record["id"], record["name_zh"], " ".join(missing), findings.shown(sheet.path), line)
            for line, record in sheet.numbered()
            if (missing := [name for name in _NEEDED if not record[name]])
        ]
        rows += lacking
        if lacking:
            _, names, missing, *_ = zip(*lacking, strict=True)
            missing = list(dict.fromkeys(" ".join(missing).split()))
            findings.add("unfinished", sheet.path, count=len(names), names=names, missing=missing)
    return pd.DataFrame(rows, columns=["id", "name_zh", "missing", "file", "line"])


def _without(frame: pd.DataFrame, ids: pd.Series, name: str) -> pd.DataFrame:
    """A table without the rows that speak of some indicators."""
    columns = frame.columns.intersection(["id"] if name == "indicators" else _INDICATORS)
    gone = frame[columns].isin(set(ids)).any(axis=1)
    return frame[~gone].reset_index(drop=True) if gone.any() else frame


def _with_values(frame: pd.DataFrame, sheets: list[Sheet], findings: Findings):
    """Add what the printed figures say, in the indicator's unit unless they print one of their own.

    A figure of one's own in another unit keeps that unit and has no reading: it is shown, and compared with nothing.
    """
    words, where, units = findings.words, [], []
    for sheet, line, record in _rows(sheets):
        indicator = words.indicators.get(record["indicator"])
        unit = indicator["unit"] if indicator else record.get("unit", "")
        own = record.get("unit", unit)
        if indicator and own != unit:
            told = {"own": own, "unit": unit, "indicator": record["indicator"]}
            findings.add("value_unit_column", sheet.path, line, **told)
        where.append((sheet.path, line, sheet is not sheets[0]))
        units.append(unit)
    said = Readings(frame["printed"], [""] * len(units), units, words.units, bare=True)
    for k, key, fields in said.faulty():
        path, line, own = where[k]
        if key == "unreadable_cell":
            findings.add("unreadable_value", path, line, **fields)
        else:
            findings.add("value_unit", path, line, "warning" if own else "error", **fields)
            units[k] = fields["own"] if own else units[k]
    columns = {name: said.column(name) for name in READ}
    columns["relation"] = pd.array(columns["relation"], dtype="str")
    return frame.assign(**columns, unit=pd.array(units, dtype="str"))


def _documents_frame(found: list[Document]) -> pd.DataFrame:
    rows = []
    for document in found:
        row = {name: str(document.about.get(name, "")) for name in _ABOUT.split()}
        row["from_year"], row["to_year"] = document.about["period"]
        counts = document.about.get("audit", {}).items()
        digits = [one for name, one in counts if name.startswith("digits_") and isinstance(one, int)]
        # How many digits of the source the audit accounted for; nothing if there was none.
        row["table"], row["digits"] = document.table_about.get("status", "none"), sum(digits) or None
        rows.append(row)
    columns = [*_ABOUT.split(), "from_year", "to_year", "table", "digits"]
    types = {"from_year": "int64", "to_year": "int64", "digits": "Int64"}
    return pd.DataFrame(rows, columns=columns).astype(dict.fromkeys(columns, "str") | types)


def _decisions_frame(found: list[Document]) -> pd.DataFrame:
    sheets = {document.id: document.sheets.get("decisions") for document in found}
    rows = [{"document": one, **record} for one, sheet in sheets.items() if sheet for record in sheet.records]
    return pd.DataFrame(rows, columns=["document", *DOCUMENT_TABLES["decisions"].names], dtype="str")
