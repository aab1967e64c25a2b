"""Proof of a transcription against its source text.

:func:`audit` walks a document's source: every printed cell must follow the one before it in the table's text, every
digit of that text must belong to exactly one cell, serial number, name or named page mark, and every statement must
stand in the running text, in its order, beside its indicator phrase, under its heading, in its item, and with the year
that the text gives it (:mod:`tools.locators`). What is left over is reported, not passed over.
Not shown is that the year printed last before a figure is the one meant for it, and which sort of statement it is; that
a phrase is an indicator is what the alias table says, and a reading is what its decision says.
:mod:`tools.cuts` lists all ways to cut run-together digits.

The sources themselves are not part of the repository; ``qiyou check`` verifies on any machine that a transcription and
its decisions are still those that were audited (see :mod:`qiyou.data.files`).
"""

from __future__ import annotations

import csv
import itertools
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from qiyou.data import root
from qiyou.data.documents import TORN, Document, read_document
from qiyou.data.files import SEALED, Findings, seal, sentence
from qiyou.errors import QiyouError, SourceError
from tools.locators import Place, Time, place_at, places, time_before, years_given
from tools.sealing import write_seals

_REACH = 80
_EXCERPTS = "plan_excerpts.csv"
_FIGURE = re.compile(r"[0-9]+(?:[.,][0-9]+)*")


@dataclass
class Account:
    """What the audit of one document found.

    Attributes
    ----------
    document : str
    cells, statements : int
        Printed cells and statements that were found at their place.
    years : dict of str to int
        Statements by what shows their years: text (printed in the sentence), period (the document is for one year),
        none (without a year, and none is printed before the figure), reason (document.toml names why not).
    digits : dict of str to int
        Every digit of the source, by what it belongs to: cell, name, serial, header, page mark, statement, year,
        item, aside.
    problems : list of str
        What was not found or is left over; empty if the document is proven.
    named : list of str
        What document.toml names because the text lost it, or because no rule shows it.
    """

    document: str
    cells: int = 0
    statements: int = 0
    years: dict[str, int] = field(default_factory=dict)
    digits: dict[str, int] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)
    named: list[str] = field(default_factory=list)

    def claim(self, kind: str, text: str) -> None:
        """Count the digits of a piece of the source towards what they belong to."""
        count = sum(character.isascii() and character.isdigit() for character in text)
        if count:
            self.digits[kind] = self.digits.get(kind, 0) + count


def audit(document: Document, sources: Path) -> Account:
    """Audit one document against its source text.

    Parameters
    ----------
    document : Document
        As :func:`qiyou.data.documents.read_document` gives it.
    sources : Path
        Folder with ``<document id>.txt``; for excerpts the file ``plan_excerpts.csv`` there or in ``../facts``.

    Returns
    -------
    Account

    Raises
    ------
    SourceError
        If there is no source for the document.
    """
    account = Account(document.id)
    if document.table_about.get("status") == "excerpt" and "table" in document.sheets:
        _audit_excerpt(document, _excerpt_rows(document, sources), account)
        return account
    path = sources / f"{document.id}.txt"
    try:
        source = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise SourceError(
            f"{path.name} cannot be read in the sources folder ({error}); pass its folder"
        ) from None
    text = _without_page_marks(source, document, account)
    prose = text
    if "table" in document.sheets:
        start, end = _table_span(text, document)
        _walk_table(text[start:end], document, account)
        prose = text[:start] + "\n" * (end - start) + text[end:]
    _walk_statements(prose, document, account)
    return account


def _without_page_marks(source: str, document: Document, account: Account) -> str:
    """The source without white space and page marks; the marks must count 1, 2, 3 … without a gap."""
    strange = sorted({character for character in source if character.isdigit() and not character.isascii()})
    if strange:
        account.problems.append(f"the source holds digits that nobody counts: {' '.join(strange)}")
    if "page_mark" in document.table_about:
        pattern = _page_mark(document)
        marks = [int(number) for number in pattern.findall(source)]
        if marks != list(range(1, len(marks) + 1)):
            account.problems.append(f"the page marks are not numbered without a gap: {marks}")
        account.claim("page mark", "".join(map(str, marks)))
        source = pattern.sub("", source)
    return re.sub(r"\s+", "", source)


def _page_mark(document: Document) -> re.Pattern:
    try:
        pattern = re.compile(_described(document, "page_mark"))
    except re.error as error:
        raise SourceError(
            f"{document.id}: table.page_mark in document.toml is no pattern ({error})"
        ) from None
    if pattern.groups != 1:
        raise SourceError(
            f"{document.id}: table.page_mark in document.toml needs one group, the page's number"
        )
    return pattern


def _described(document: Document, name: str) -> str:
    """What document.toml says about the table in the source."""
    text = document.table_about.get(name)
    if not isinstance(text, str) or not text:
        raise SourceError(
            f'{document.id}: document.toml does not say table.{name}; add the line {name} = "…"'
        )
    return text


def _listed(document: Document, name: str) -> list[str]:
    texts = document.table_about.get(name, [])
    if not isinstance(texts, list) or not all(isinstance(text, str) and text for text in texts):
        raise SourceError(
            f'{document.id}: table.{name} in document.toml is no list of texts; write {name} = ["…"]'
        )
    return texts


def _reasons(document: Document, name: str) -> dict[str, str]:
    """What document.toml names under a heading of its own: a text for each."""
    texts = document.about.get(name, {})
    if not isinstance(texts, dict) or not all(isinstance(text, str) and text for text in texts.values()):
        raise SourceError(
            f'{document.id}: [{name}] in document.toml is no list of texts; write lines such as "二" = "…"'
        )
    return texts


def _table_span(text: str, document: Document) -> tuple[int, int]:
    start = text.find(_described(document, "start"))
    end = text.find(_described(document, "end"), start)
    if start < 0 or end < 0:
        raise SourceError(
            f"{document.id}: the table's first or last words (table.start, table.end) are not in the source"
        )
    return start, end


@dataclass(frozen=True)
class _Piece:
    """A printed piece of the table: what it is, its characters, its place, and what may stand before it."""

    kind: str
    text: str
    where: str
    gap: re.Pattern


_NO_FIGURE = re.compile("[^0-9]*")
_NOTHING = re.compile("")
_BRACKETS = re.compile(r"[()*]*")


def _walk_table(span: str, document: Document, account: Account) -> None:
    """Follow every piece of the table through its text; nothing of a figure may lie between two pieces."""
    position = _walk_pieces(span, 0, _header_pieces(document), account)
    rest = span[position:]
    for noise in _listed(document, "noise"):
        account.claim("header", noise * rest.count(noise))
        rest = rest.replace(noise, "")
    position = _walk_pieces(rest, 0, _row_pieces(document), account)
    _walk_notes(rest[position:], document, account)


def _walk_pieces(span: str, position: int, pieces: Iterable[_Piece], account: Account) -> int:
    """Find piece after piece; record what does not come next. Returns the position behind the last one found."""
    for piece in pieces:
        found = span.find(piece.text, position)
        skipped = span[position:found] if found >= 0 else ""
        if found < 0 or not piece.gap.fullmatch(skipped):
            near = span[max(0, position - 10) : position + 20]
            account.problems.append(
                f"{piece.where}: {piece.text!r} does not come next; the source goes on {near!r}"
            )
            if found < 0:
                continue
        account.claim("left over", skipped)
        account.claim(piece.kind, piece.text)
        account.cells += piece.kind == "cell"
        position = found + len(piece.text)
    return position


def _header_pieces(document: Document) -> Iterator[_Piece]:
    """The year headers, in print order."""
    form, printed = _described(document, "header"), document.decided.headers
    for year in document.years:
        text = printed.get(year, form.replace("{year}", year))
        yield _Piece("header", text, f"header {year}", _NO_FIGURE)


def _row_pieces(document: Document) -> Iterator[_Piece]:
    """Every piece of the rows, in print order: serial, names, units, cells, department.

    Rows under one serial (``18a``, ``18b``) print their names first and their cells after them. Before a row stands at
    most the name of its domain; before a cell the closing bracket of the unit, or nothing if it follows a cell.
    """
    last_serial = document.table_about.get("last_serial", 10**4)
    if not isinstance(last_serial, int):
        raise SourceError(f"{document.id}: table.last_serial in document.toml is no whole number")
    opening, domain = _NO_FIGURE, _domain_pattern(document)
    for serial, group in itertools.groupby(document.sheets["table"].records, _serial):
        if int(serial) <= last_serial:
            yield _Piece("serial", serial, f"row {serial}", opening)
            opening = _NOTHING
        rows = [(record, f"row {record['row']}", _name_parts(document, record)) for record in group]
        for record, where, parts in rows:
            if parts[0]:
                yield _Piece("name", parts[0], f"{where}, name", opening)
            if len(parts) == 1 and record["printed_unit"]:
                yield _Piece("name", record["printed_unit"], f"{where}, unit", _BRACKETS)
            opening = _BRACKETS
        for record, where, parts in rows:
            for year in document.years:
                if record[year]:
                    yield _Piece("cell", record[year], f"{where}, {year}", opening)
                    opening = _NOTHING
            if record["department"]:
                yield _Piece("name", record["department"], f"{where}, department", opening)
            for part in parts[1:]:
                yield _Piece("name", part, f"{where}, name", domain)
            if len(parts) > 1 and record["printed_unit"]:
                yield _Piece("name", record["printed_unit"], f"{where}, unit", _BRACKETS)
            opening = _NOTHING
        torn = len(rows[-1][2]) > 1
        opening = re.compile(f"{_BRACKETS.pattern}(?:{domain.pattern})") if torn else domain


def _name_parts(document: Document, record: dict) -> list[str]:
    """The printed name, cut where the print was torn."""
    return document.decided.torn.get((record["row"], "printed_name"), record["printed_name"]).split(TORN)


def _domain_pattern(document: Document) -> re.Pattern:
    """The name of any domain of the table, or one of the parts that it was torn into, or nothing."""
    torn = document.decided.torn
    parts = {
        part
        for record in document.sheets["table"].records
        for part in torn.get((record["row"], "domain"), record["domain"]).split(TORN)
    }
    return re.compile("|".join(map(re.escape, sorted(parts | {""}, reverse=True))))


def _serial(record: dict) -> str:
    return record["row"].rstrip("abcdefghijklmnopqrstuvwxyz")


def _walk_notes(rest: str, document: Document, account: Account) -> None:
    """The notes under the table: their digits must be accounted for as asides."""
    for text in _listed(document, "notes"):
        if text not in rest:
            account.problems.append(f"table.notes: {text!r} does not stand under the table")
            continue
        account.claim("aside", text)
        rest = rest.replace(text, "", 1)
    if re.search(r"[0-9]", rest):
        account.problems.append(f"digits under the table belong to nothing: {rest[:60]!r}")
        account.claim("left over", rest)


def _walk_statements(prose: str, document: Document, account: Account) -> None:
    """Find every statement behind the one before it, then account for every digit that no statement holds."""
    sheet = document.sheets.get("statements")
    taken = np.zeros(len(prose), dtype=bool)
    end, start, previous = 0, 0, None
    headings = _reasons(document, "headings")
    table, wrong = places(prose, _items(prose, document), headings)
    account.problems += wrong
    account.named += [f"{name} begins where the text prints {words!r}" for name, words in headings.items()]
    dating = _Dating(prose, document, account)
    for record in sheet.records if sheet else ():
        shared = previous is not None and _shares(record, previous)
        if not shared:
            found = _find_statement(prose, record, end, fused=record["id"] in document.decided.statement_cuts)
            if found < 0:
                what = (
                    f"{record['printed']!r} with {record['phrase']!r} does not follow the statement before it"
                )
                account.problems.append(f"statement {record['id']}: {what}")
                continue
            start, end, previous = found, found + len(record["printed"]), record
            beside = _left_out(prose, start, end)
            if beside:
                account.problems.append(
                    f"statement {record['id']}: {beside!r} beside {record['printed']!r} is left out"
                )
            _take(prose, taken, start, end, "statement", account)
        place = place_at(table, start)
        for name, there in (("section", place.section), ("item", place.item)):
            if record[name] != there:
                what = f"stands in {name} {there or 'without a name'}, not {record[name] or 'without a name'}"
                account.problems.append(f"statement {record['id']}: {what}")
        dating.check(record, place, start)
        phrase = _find_phrase(prose, record["phrase"], start, end, _REACH * (1 + shared))
        if phrase < 0:
            account.problems.append(
                f"statement {record['id']}: {record['phrase']!r} does not stand near its figure"
            )
            continue
        _take(prose, taken, phrase, phrase + len(record["phrase"]), "name", account)
        account.statements += 1
    dating.close()
    _account_for_rest(prose, taken, document, account)


class _Dating:
    """Hold the years of the statements, one after the other, against those that the text gives them."""

    def __init__(self, prose: str, document: Document, account: Account) -> None:
        self.prose, self.period, self.account = prose, document.about["period"], account
        self.reasons = _reasons(document, "years")
        self.unused = set(self.reasons)
        self.last: tuple[Time | None, str] = (None, "")
        self.rank = 0

    def check(self, record: dict, place: Place, position: int) -> None:
        """Compare the years of one statement with those printed before its figure."""
        time = time_before(self.prose, place.start, position)
        self.rank = self.rank + 1 if self.last == (time, record["phrase"]) else 0
        self.last = (time, record["phrase"])
        behind = self.prose[time.end : position] if time else ""
        given, stated = (
            years_given(time, behind, self.rank, self.period),
            (record["from_year"], record["year"]),
        )
        if given == stated:
            kind = "text" if time else "period" if any(given) else "none"
        elif record["id"] in self.reasons:
            kind = "reason"
            self.unused.discard(record["id"])
            self.account.named.append(
                f"statement {record['id']} has {_span(stated)}, not {_span(given)}: {self.reasons[record['id']]}"
            )
        else:
            what = f"the text gives it {_span(given)}, not {_span(stated)}; mend it or name the reason in [years]"
            self.account.problems.append(f"statement {record['id']}: {what}")
            return
        self.account.years[kind] = self.account.years.get(kind, 0) + 1

    def close(self) -> None:
        """Record the reasons that no statement needed."""
        for name in sorted(self.unused):
            self.account.problems.append(
                f"years: statement {name} needs no reason; take it out of document.toml"
            )


def _span(years: tuple[str, str]) -> str:
    return " to ".join(filter(None, years)) or "no year"


_BEFORE = re.compile(
    "(?:不少于|不低于|不小于|不超过|不高于|不多于|不大于|超过?|突破|大于|高于|多于|小于|低于|少于|不足|不满|大?约|近|至少|至多|[<>≥≤＜＞±])$"
)
_BEHIND = re.compile(r"[%％‰万亿]|及?(?:以上|以下)|以内|左右|上下|余|多|\(含\)|个百分点")


def _left_out(prose: str, start: int, end: int) -> str:
    """A comparator, a sign or a multiplier beside a figure that belongs to it and is not transcribed, or nothing."""
    before, behind = _BEFORE.search(prose[max(0, start - 4) : start]), _BEHIND.match(prose, end)
    return before.group() if before else behind.group() if behind else ""


def _items(prose: str, document: Document) -> list[tuple[int, str]]:
    """Where each printed item number stands; a number that lost its point is named in asides.csv."""
    marks = [(match.start(), match.group()[:-1]) for match in dict(_PLAIN)["item"].finditer(prose)]
    asides = document.sheets.get("asides")
    for record in asides.records if asides else ():
        if record["why"] == "serial":
            number = re.match("[^0-9]*([0-9]*)", record["text"])[1]
            marks += [(match.start(), number) for match in re.finditer(re.escape(record["text"]), prose)]
    return sorted(marks)


def _take(prose: str, taken, start: int, end: int, kind: str, account: Account) -> None:
    """Claim the digits of a stretch that nothing else has claimed."""
    account.claim(kind, "".join(prose[i] for i in range(start, end) if not taken[i]))
    taken[start:end] = True


def _find_statement(prose: str, record: dict, position: int, *, fused: bool) -> int:
    """Where the whole figure stands next at or after a position, with its phrase within reach; -1 if nowhere.

    A figure must not be part of a longer number, unless a decision cuts it out of a fused one.
    """
    printed = record["printed"]
    start = prose.find(printed, position)
    while start >= 0:
        end = start + len(printed)
        cut_left = printed[0].isdigit() and prose[start - 1 : start].isdigit() and start != position
        cut_right = printed[-1].isdigit() and re.match(r"[0-9]|\.[0-9]", prose[end : end + 2]) and not fused
        if not cut_left and not cut_right and _find_phrase(prose, record["phrase"], start, end, _REACH) >= 0:
            return start
        start = prose.find(printed, start + 1)
    return -1


def _find_phrase(prose: str, phrase: str, start: int, end: int, reach: int) -> int:
    """Where the phrase stands nearest before the figure, else behind it, within reach; -1 if nowhere."""
    before = prose.rfind(phrase, max(0, start - reach - len(phrase)), end)
    return before if before >= 0 else prose.find(phrase, start, end + reach + len(phrase))


def _shares(record: dict, previous: dict) -> bool:
    """Whether the print gives one figure for this statement and the one before it, and the note says so."""
    same = record["printed"] == previous["printed"] and record["item"] == previous["item"]
    return same and "one figure for" in record["note"] and record["phrase"] != previous["phrase"]


_PLAIN = (
    (
        "year",
        re.compile(
            r"(?:19|20)[0-9]{2}(?:年|(?=[—\-至~、](?:19|20)[0-9]{2}))(?:[0-9]{1,2}月)?(?:[0-9]{1,2}日)?"
        ),
    ),
    ("item", re.compile(r"(?<![0-9.])[0-9]{1,2}[.、,](?![0-9])")),
)


def _account_for_rest(prose: str, taken, document: Document, account: Account) -> None:
    """Years, item numbers and the figures that asides.csv names; anything else is reported."""
    for kind, pattern in _PLAIN:
        for match in pattern.finditer(prose):
            if not taken[match.start() : match.end()].any():
                _take(prose, taken, match.start(), match.end(), kind, account)
    asides = document.sheets.get("asides")
    for line, record in asides.numbered() if asides else ():
        times = _claim_aside(prose, taken, record["text"], account)
        if times != int(record["times"]):
            what = f"asides.csv:{line}: {record['text']!r} stands {times} times, not {record['times']}"
            account.problems.append(what)
    for match in _FIGURE.finditer(prose):
        if any(prose[i].isdigit() and not taken[i] for i in range(match.start(), match.end())):
            context = prose[max(0, match.start() - 12) : match.end() + 8]
            account.problems.append(f"the figure {match.group()} in {context!r} belongs to nothing")
            account.claim("left over", match.group())


def _claim_aside(prose: str, taken, text: str, account: Account) -> int:
    times = 0
    for match in re.finditer(re.escape(text), prose):
        digits = [i for i in range(match.start(), match.end()) if prose[i].isdigit() and not taken[i]]
        if digits:
            taken[digits] = True
            account.claim("aside", "".join(prose[i] for i in digits))
            times += 1
    return times


def _excerpt_rows(document: Document, sources: Path) -> dict[tuple[str, str], str]:
    path = next((p for p in (sources / _EXCERPTS, sources.parent / "facts" / _EXCERPTS) if p.is_file()), None)
    if path is None:
        raise SourceError(
            f"{_EXCERPTS} is neither in the sources folder nor in ../facts; put it beside the sources"
        )
    name = _described(document, "place_name")
    try:
        with path.open(encoding="utf-8", newline="") as file:
            return {
                (row["indicator"], row["year"]): row["printed"]
                for row in csv.DictReader(file)
                if row["place"] == name
            }
    except (OSError, UnicodeDecodeError, csv.Error, KeyError) as error:
        raise SourceError(
            f"{path.name} cannot be read ({error}); it needs place, indicator, year and printed"
        ) from None


def _audit_excerpt(document: Document, expected: dict[tuple[str, str], str], account: Account) -> None:
    """An excerpt's cells must be those of the excerpt file: all of them, and no others."""
    for record in document.sheets["table"].records:
        for year in document.years:
            printed, known = record[year], expected.pop((record["printed_name"], year), "")
            if printed != known:
                account.problems.append(
                    f"row {record['row']}, {year}: {printed!r}, the excerpt has {known!r}"
                )
            elif printed:
                account.cells += 1
                account.claim("cell", printed)
    for (name, year), printed in expected.items():
        account.problems.append(f"{name}, {year}: {printed!r} of the excerpt is not in the table")


def main_report(
    sources: str | Path, seal_them: bool = False, folder: Path | None = None
) -> tuple[list[str], bool]:
    """Audit every document of a data folder; the lines to print, and whether all is proven.

    Parameters
    ----------
    sources : path
        The folder with the source texts.
    seal_them : bool
        Write the seals of the documents that are proven.
    folder : Path, optional
        The data folder; the repository's by default.

    Raises
    ------
    SourceError
        If the sources folder does not exist.
    """
    sources = Path(sources)
    if not sources.is_dir():
        raise SourceError(f"there is no folder {sources}; pass the folder with the source texts")
    base = (folder or root()).resolve()
    lines, good, shown = [], True, 0
    for path in sorted(p for p in (base / "documents").iterdir() if p.is_dir()):
        findings = Findings(base)
        document = read_document(path, findings, lenient=False)
        blocking = [
            row for row in findings.rows if row[0] == "error" and row[1] not in ("NOT_SEALED", "BROKEN_SEAL")
        ]
        if document is None or blocking:
            good = False
            frame = findings.frame()
            lines += [
                f"{path.name}: cannot be audited",
                *(f"  {sentence(row)}" for _, row in frame.iterrows()),
            ]
            continue
        try:
            account = audit(document, sources)
        except QiyouError as error:
            good = False
            lines.append(f"{path.name}: {error}")
            continue
        lines += _report(account)
        shown += account.statements
        good = good and not account.problems
        if seal_them and not account.problems:
            seals = {name: seal(document.sheets[name]) for name in SEALED if name in document.sheets}
            counts = {"cells": account.cells, "statements": account.statements}
            counts |= {f"digits_{kind.replace(' ', '_')}": count for kind, count in account.digits.items()}
            counts |= {f"years_{kind}": count for kind, count in account.years.items()}
            write_seals(path / "document.toml", seals, counts)
            lines.append("  sealed")
    return lines + [_NOT_SHOWN] * bool(shown), good


_NOT_SHOWN = (
    "Not shown for any statement: that the year printed last before its figure is the one meant for it, which sort of "
    "statement it is, and that its phrase is the indicator of the alias table."
)
_SHOWN_BY = {
    "text": "printed in the sentence",
    "period": "given by the document of one year",
    "none": "without a year, and none is printed before the figure",
    "reason": "by a reason that document.toml names",
}


def _report(account: Account) -> list[str]:
    total = sum(account.digits.values())
    parts = ", ".join(f"{count} {kind}" for kind, count in account.digits.items())
    verdict = "proven" if not account.problems else f"{len(account.problems)} problems"
    head = f"{account.document}: {verdict}; {account.cells} cells and {account.statements} statements at their place"
    lines = [head, f"  {total} digits of the source: {parts}"]
    if account.years:
        years = "; ".join(
            f"{account.years[kind]} {what}" for kind, what in _SHOWN_BY.items() if kind in account.years
        )
        lines.append(f"  years of the statements: {years}")
    return (
        lines
        + [f"  named: {what}" for what in account.named]
        + [f"  {problem}" for problem in account.problems]
    )
