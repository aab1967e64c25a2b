"""Figures: table cells and statements as rows, each distinct print read once, and all of a place in one table."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import chain
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.data.documents import TABLE_FIELDS, Decided, Document
from qiyou.data.files import Findings, Sheet
from qiyou.data.names import serial, suggest
from qiyou.data.schema import YEAR
from qiyou.errors import Message, NotationError
from qiyou.notation import BLANKS, Reading, read

if TYPE_CHECKING:
    from qiyou.data import Data

_READ = "value relation low high low_closed high_closed"
# The name and the unit are as a row prints them, decided or not; a further line (12b) may print none of its own.
_TARGET = f"document place row indicator variant year role printed reading {_READ} unit step star department decided"
_STATEMENT = (
    f"document place id section item indicator phrase from_year year printed reading {_READ} unit step kind"
)
_PRINTED = (
    f"document place indicator variant year role origin locator kind from_year row printed {_READ} step unit"
)

READ = (*_READ.split(), "step")
"""What a print says, as `qiyou.notation` reads it; `qiyou.intervals.box` asks for these columns."""

TARGET_COLUMNS = (*_TARGET.split(), "printed_name", "printed_unit")
STATEMENT_COLUMNS = (*_STATEMENT.split(), "note", "decided")
PRINTED_COLUMNS = (*_PRINTED.split(), "star", "department", "printed_name", "phrase", "decided")

_FLAGS = ("low_closed", "high_closed", "decided")
_TYPES = dict.fromkeys(("year", "from_year", "id"), "Int64") | dict.fromkeys(_FLAGS, "bool")
_TYPES |= dict.fromkeys(("value", "low", "high", "step"), "float64")
# A plan looks back over the plan before it and forward to a horizon such as 2035.
_YEARS_BACK, _YEARS_AHEAD = 15, 15


class Readings:
    """What prints say, one reading per distinct print, header and indicator's unit.

    Parameters
    ----------
    texts, headers, units : sequence of str
        Per figure its characters, the unit of its header, and the unit that its indicator has (empty: any).
    pairs : set of (str, str)
        Which printed unit may stand for which unit of an indicator.
    bare : bool
        Whether a figure without a unit is in its indicator's unit.
    """

    def __init__(self, texts, headers, units, pairs: frozenset[tuple[str, str]], *, bare: bool = False):
        distinct: dict[tuple[str, str, str], int] = {}
        keys = zip(texts, headers, units, strict=True)
        self.at = np.array([distinct.setdefault(key, len(distinct)) for key in keys], dtype=np.intp)
        self.keys = list(distinct)
        self.outcomes = [outcome(*key, pairs, bare) for key in self.keys]
        self.good = np.array([not fault for _, fault, _ in self.outcomes], dtype=bool)[self.at]

    def __getitem__(self, number: int) -> Reading | None:
        return self.outcomes[self.at[number]][0]

    def faulty(self) -> Iterable[tuple[int, str, dict]]:
        """The number of each figure that cannot be taken, what is wrong with it, and what a sentence says of it."""
        for number in np.flatnonzero(~self.good):
            text, _, unit = self.keys[self.at[number]]
            reading, fault, why = self.outcomes[self.at[number]]
            own = reading.unit if reading else ""
            yield number, fault, {"text": text, "unit": unit, "own": own, "why": why}

    def column(self, name: str) -> np.ndarray:
        """A field of every figure's reading; NaN, False or ``none`` where there is none to take."""
        empty = {"relation": "none", "unit": ""}.get(name, False if name in _FLAGS else np.nan)
        values = [empty if fault else getattr(reading, name) for reading, fault, _ in self.outcomes]
        kind = object if isinstance(empty, str) else bool if name in _FLAGS else float
        return np.array(values, dtype=kind)[self.at]


def outcome(text, header, unit, pairs, bare=False) -> tuple[Reading | None, str, str]:
    """A reading, what is wrong with it (as in `Readings`), and why it cannot be read."""
    try:
        reading = read(text, header)
    except NotationError as error:
        return None, "unreadable_cell", error
    fine = not unit or reading.relation == "none" or reading.unit == unit or (reading.unit, unit) in pairs
    if fine or (bare and not reading.unit):
        return reading, "", ""
    return reading, "other_unit" if reading.unit else "no_unit", ""


def _same(first: Reading, text: str, header: str) -> bool:
    """Whether a print says what a reading says."""
    return first == outcome(text, header, "", frozenset())[0]


@dataclass(slots=True)
class _Line:
    """A row of a table with its cells, or a statement with its one figure; `facts` hold for all, `cells` for each."""

    document: Document
    sheet: Sheet
    line: int
    at: str
    facts: dict
    printed: tuple[str, ...]
    texts: tuple[str, ...]
    cells: dict[str, list] = field(default_factory=dict)
    header: str = ""
    unit: str = ""
    taken: bool = True
    undecided_header: str | None = None

    def locator(self, k: int) -> str:
        """Where a figure stands, as decisions name it."""
        return f"{self.at}:{self.cells['year'][k]}" if self.cells else self.at


def _figures(lines: list[_Line], columns: tuple[str, ...], findings: Findings) -> pd.DataFrame:
    """The figures of these lines that can be taken; what cannot, and decisions that change nothing, are findings."""
    counts = [len(line.texts) for line in lines]
    number, first = np.repeat(np.arange(len(lines)), counts), np.cumsum([0, *counts])

    def each(values: Iterable) -> np.ndarray:
        return np.fromiter(values, dtype=object, count=len(lines))[number]

    def cell(values: Iterable[list]) -> np.ndarray:
        return np.fromiter(chain.from_iterable(values), dtype=object, count=len(number))

    printed, texts = cell(line.printed for line in lines), cell(line.texts for line in lines)
    units = each(line.unit for line in lines)
    said = Readings(texts, each(line.header for line in lines), units, findings.words.units)
    told = set()
    for k, key, fields in said.faulty():
        line, fault = lines[number[k]], (number[k], key, fields["own"])
        # Of the cells of a row that have the same fault of unit the first is named.
        if key == "unreadable_cell" or fault not in told:
            told.add(fault)
            at = line.locator(k - first[number[k]])
            kind, number_, *year = at.split(":")
            where = Message(f"data.at_{kind}{'_year' if year else ''}", at=number_, year="".join(year))
            findings.add(key, line.sheet.path, line.line, where=where, **fields)
    for k in np.flatnonzero((printed != texts) & said.good):
        line = lines[number[k]]
        if line.taken and _same(said[k], printed[k], line.header):
            _changes_nothing(line.document, line.locator(k - first[number[k]]), findings)
    for line, start in zip(lines, first, strict=False):
        if line.undecided_header is not None:
            cells = range(start, start + len(line.texts))
            if all(said.good[k] and _same(said[k], texts[k], line.undecided_header) for k in cells):
                _changes_nothing(line.document, f"{line.at}:printed_unit", findings)
    keep = said.good & each(line.taken for line in lines).astype(bool)
    known = {"printed": printed, "reading": texts, "unit": np.where(units == "", said.column("unit"), units)}
    known |= {name: said.column(name) for name in READ}
    known |= {name: cell(line.cells[name] for line in lines) for name in (lines[0].cells if lines else ())}
    out = {}
    for name in columns:
        kind = _TYPES.get(name, "str")
        if name in known:
            out[name] = pd.array(known[name][keep], dtype=kind)
        else:
            out[name] = pd.array([line.facts[name] for line in lines], dtype=kind).take(number[keep])
    return pd.DataFrame(out)


def _changes_nothing(document: Document, at: str, findings: Findings) -> None:
    findings.add("decision_same", document.folder / "decisions.csv", document.decided.lines.get(at), at=at)


def target_rows(documents: list[Document], findings: Findings) -> pd.DataFrame:
    """Every cell of the documents' tables, with the columns :data:`TARGET_COLUMNS`."""
    lines = []
    for document in documents:
        table = document.sheets.get("table")
        if table is None:
            continue
        decided, years, variants = document.decided, document.years, _variants(table)
        numbers, about = [int(year) for year in years], document.about
        roles = ["baseline" if year < about["period"][0] else "target" for year in numbers]
        alike = {"year": numbers, "role": roles, "decided": [False] * len(years)}
        for (line, first), record in zip(table.numbered(), _filled(table, decided), strict=True):
            row, unit = record["row"], ""
            # One check names everything: the cells of a row without a known name are looked at, too.
            taken = (line, "indicator") not in table.reported
            if taken:
                name, indicator = record["printed_name"], record["indicator"]
                if not _check_name(name, indicator, document, table.path, line, findings):
                    continue
                unit = findings.words.indicators[indicator]["unit"]
            printed = tuple([record[year] for year in years])
            own = decided.read.get(("table", row), {})
            decided_unit = "printed_unit" in own
            whole = decided_unit or row in decided.units or row in decided.cuts or row in decided.placed
            facts = {"document": document.id, "place": about["place"], "variant": variants[row], "row": row}
            facts |= {name: record[name] for name in ("indicator", "star", "department")}
            facts |= {name: first[name] for name in ("printed_name", "printed_unit")}
            texts = _texts(printed, years, own, decided.units.get(row))
            one = _Line(document, table, line, f"table:{row}", facts, printed, texts, unit=unit, taken=taken)
            # Most lines share one object: a nation has a hundred thousand of them.
            spoken = [whole or year in own for year in years] if decided.lines else ()
            one.cells = {**alike, "decided": spoken} if any(spoken) else alike
            one.header = record["printed_unit"]
            one.undecided_header = first["printed_unit"] if decided_unit and taken else None
            lines.append(one)
    return _figures(lines, TARGET_COLUMNS, findings)


def _texts(printed: tuple[str, ...], years: tuple[str, ...], own: dict[str, str], unit) -> tuple[str, ...]:
    """The characters of a row's cells as decided: by year, and their unit."""
    if own:
        printed = tuple([own.get(year, text) for year, text in zip(years, printed, strict=True)])
    if unit is None:
        return printed
    old, new = unit
    return tuple(text.removesuffix(old) + new if text.endswith(old) else text for text in printed)


def _filled(table: Sheet, decided: Decided) -> Iterable[dict]:
    """Yield the rows with their fields as decided; a further line (``12b``) takes from the first what it lacks.

    An unnumbered line under the same serial takes star and department, and, for the same indicator, name and unit too.
    """
    firsts: dict[str, dict] = {}
    for printed in table.records:
        own = decided.read.get(("table", printed["row"]), {})
        record = printed | {name: own[name] for name in TABLE_FIELDS if name in own}
        first = firsts.setdefault(serial(printed["row"]), record)
        if first is not record:
            same = first["indicator"] == record["indicator"]
            shared = ("star", "department", *(("printed_name", "printed_unit") if same else ()))
            record = record | {name: record[name] or first[name] for name in shared}
        yield record


def _variants(table: Sheet) -> dict[str, str]:
    """``a``, ``b`` … where one indicator has several rows, else the empty string."""
    rows: dict[str, list[str]] = {}
    for record in table.records:
        rows.setdefault(record["indicator"], []).append(record["row"])
    letters = "abcdefghijklmnopqrstuvwxyz"
    return {
        row: letters[k % 26] if len(same) > 1 else "" for same in rows.values() for k, row in enumerate(same)
    }


def statement_rows(documents: list[Document], findings: Findings) -> pd.DataFrame:
    """Every statement of the documents, with the columns :data:`STATEMENT_COLUMNS`."""
    lines = []
    for document in documents:
        sheet, decided = document.sheets.get("statements"), document.decided
        for line, record in sheet.numbered() if sheet else ():
            one, indicator = record["id"], record["indicator"]
            if not one.isascii() or not one.isdigit():
                continue
            if not _check_name(record["phrase"], indicator, document, sheet.path, line, findings):
                continue
            names = ("from_year", "year", "section", "item")
            own = decided.read.get(("statement", one), {})
            facts = {name: own.get(name, record[name]) for name in names}
            _check_span(facts, document.about["period"], findings, sheet.path, line)
            facts |= {name: _year(facts[name]) for name in ("from_year", "year")}
            facts |= {name: record[name] for name in ("indicator", "phrase", "kind", "note")}
            facts |= {"document": document.id, "place": document.about["place"], "id": int(one)}
            facts["decided"] = bool(own) or one in decided.statement_cuts
            text = own.get("printed", record["printed"])
            unit = findings.words.indicators[indicator]["unit"] if indicator else ""
            at = f"statement:{one}"
            lines.append(_Line(document, sheet, line, at, facts, (record["printed"],), (text,), unit=unit))
    return _figures(lines, STATEMENT_COLUMNS, findings)


def _check_span(fields: dict, period: list[int], findings: Findings, path, line: int) -> None:
    """The years of a statement must be in order and within the reach of a document of that period."""
    years = [int(fields[name]) for name in ("from_year", "year") if re.fullmatch(YEAR, fields[name])]
    low, high = period[0] - _YEARS_BACK, period[1] + _YEARS_AHEAD
    if any(not low <= year <= high for year in years) or years != sorted(years):
        findings.add("years_span", path, line, years="–".join(map(str, years)), low=low, high=high)


def _year(text: str):
    return int(text) if re.fullmatch(YEAR, text) else pd.NA


def _check_name(name, indicator, document: Document, path, line, findings: Findings) -> bool:
    """A printed name and an indicator must belong together in the alias table, exactly; False without the indicator."""
    words = findings.words
    name = words.spelled(name, document.id) if document.lenient else name
    known = words.indicator_of(name, document.id)
    if known != indicator:
        refused = words.refuses(name, document.id, indicator)
        key = "alias_refused" if refused else "alias_other" if known else "alias_unknown"
        findings.add(key, path, line, name=name, known=known, indicator=indicator or Message("data.nothing"))
    if not indicator or indicator in words.indicators:
        return True
    suggest(findings, "unknown", path, line, "indicator", indicator, {one: one for one in words.indicators})
    return False


# ------------------------------------------------------------------------------------------------- one table of figures


def figures(targets: pd.DataFrame, statements: pd.DataFrame) -> pd.DataFrame:
    """Table cells, then statements, with the columns :data:`PRINTED_COLUMNS`; see `qiyou.data.Data.printed`."""
    cells = targets.assign(
        origin="table", locator="table:" + targets["row"], kind="", phrase="",
        from_year=pd.array([pd.NA] * len(targets), dtype="Int64"),
    )  # fmt: skip
    role = statements["kind"].where(statements["kind"] == "baseline", "target")
    locator = "statement:" + statements["id"].astype("str")
    bare = dict.fromkeys(("variant", "row", "star", "department", "printed_name"), "")
    texts = statements.assign(origin="text", locator=locator, role=role, **bare)
    columns = list(PRINTED_COLUMNS)
    return pd.concat([cells.reindex(columns=columns), texts.reindex(columns=columns)], ignore_index=True)


def planned(data: Data) -> np.ndarray:
    """The rows of ``data.printed`` that say what is planned, by number; see `qiyou.data.Data.planned`."""
    rows = data.printed
    blank = rows["relation"].eq("none") & rows["printed"].isin(BLANKS)
    flows = data.indicators.loc[data.indicators["kind"] == "flow", "id"]
    # What is done every year is a target of a yearly amount, and of nothing else.
    wanted = ~rows["kind"].eq("annual_flow") | rows["indicator"].isin(flows)
    wanted &= rows["role"].eq("target") & ~blank & rows["indicator"].ne("") & rows["year"].notna()
    # What the text says twice is one target; where it contradicts itself, the plausibility checks say so.
    keys = ["document", "place", "indicator", "year"]
    rows = rows.loc[wanted, [*keys, "origin"]]
    kept = rows["origin"].ne("text")
    kept[rows[only_text(rows, keys)].drop_duplicates(keys).index] = True
    return rows.index[kept].to_numpy()


def only_text(rows: pd.DataFrame, keys: list[str]) -> np.ndarray:
    """Figures of the text on what no cell of a table is about; `keys`, documents or places first, say what that is."""
    text = rows["origin"].eq("text").to_numpy(copy=True)
    said = rows.loc[text, keys]
    cells = rows.loc[~text & rows[keys[0]].isin(said[keys[0]]), keys]
    text[text] = ~pd.MultiIndex.from_frame(said).isin(pd.MultiIndex.from_frame(cells))
    return text
