"""The target table in a file, and its rows in the layout of ``table.csv``.

A head with 指标 and years is looked for; every cell comes in as it is printed, and what is not read is named with its
cell.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qiyou import words
from qiyou.data.files import YEAR_HEAD, Findings, Sheet
from qiyou.data.grids import Grid, grids
from qiyou.data.names import plain
from qiyou.errors import DataError, Message, NotationError, need
from qiyou.notation import read

_LETTERS = "abcdefghijklmnopqrstuvwxyz" * 8
_FIRST = ("row", "domain", "indicator", "printed_name", "star", "printed_unit")
_LABELS = dict(zip(words.table("heads")["label"], words.table("heads")["kind"], strict=True))
_SERIAL = re.compile(r"\(?([0-9]{1,3}[a-z]?)(?:\.0*)?[)、.]?")
_STARS = "*★☆※＊"
_INNER = "[(（〔][^()（）〔〕]*[)）〕]"
_BRACKETED = re.compile(
    rf"(?P<name>.+?)[(（〔\[](?:单位[:：])?(?P<unit>[^()（）〔〕\[\]]*(?:{_INNER})?)[)）〕\]]"
)
_HELD = re.compile(r"[(（〔\[](?:单位[:：])?(.+)[)）〕\]]")
_FOOTNOTE = re.compile(rf"(?:备?注|说明|带|[{re.escape(_STARS)}])")
_SECTION = r"[(（]?[一二三四五六七八九十]+[)）、.]|[0-9]+[.、]|第.章"
_ANNEX = r"(?:附[件表图]\s*[0-9一-九]*[:：]?\s*)?"
_TITLE = re.compile(rf"(?!{_SECTION}){_ANNEX}((?=(?:.*[一-龥]){{4}})(?!单位|备?注)[^。；;：:]{{4,80}})")
_LINE_BREAK = re.compile(r"(?<![0-9.])\s*\n\s*|\s*\n\s*(?![0-9.])")


@dataclass
class Found:
    """The rows of a target table, each with the cells of ``table.csv`` and where it stands.

    ``left`` lists what is no row: where, the key of the message that says why, and the text.
    """

    years: dict[int, str]
    columns: dict[int, str]
    lines: list[dict] = field(default_factory=list)
    left: list[tuple[str, str, str]] = field(default_factory=list)
    above: list[str] = field(default_factory=list)

    @property
    def title(self) -> str:
        """The first line above the table that can be the title of a document, as printed, or the empty string."""
        titles = (_TITLE.fullmatch(" ".join(line.split())) for line in self.above)
        return next((match[1] for match in titles if match), "")


def found_in(path: Path) -> list[Found]:
    """The target tables, those of the same years joined."""
    found, last = {}, None
    for grid in grids(path):
        one = find(grid, last)
        if one is not None:
            last = found.setdefault(tuple(sorted(one.years.values())), Found(one.years, one.columns))
            last.above += one.above
            last.lines += one.lines
            last.left += one.left
    found = {years: one for years, one in found.items() if one.lines}
    need(found, "read.no_table", name=path.name)
    for one in found.values():
        _number(one)
    return list(found.values())


def workbook(path: Path, findings: Findings) -> Sheet | None:
    """The target table of a workbook as a sheet; what is not read in it becomes a finding."""
    try:
        found = found_in(path)
        need(len(found) == 1, "read.several", name=path.name, years=years_of(found))
    except DataError as error:
        findings.add("workbook", path, why=error)
        return None
    (one,) = found
    for at, why, text in one.left:
        findings.add("workbook_left", path, at=at, text=text, why=Message(why))
    for line in one.lines:
        for at, year, why in line["faults"]:
            findings.add("workbook_cell", path, line["line"], at=at, year=year, why=Message(why))
    table = as_table(one, {})
    records, lines = table.to_dict("records"), [line["line"] for line in one.lines]
    return Sheet(path, tuple(table), tuple(records), tuple(lines))


def years_of(found: list[Found]) -> str:
    """The years of each table, from the first to the last."""
    return "; ".join("-".join(sorted(one.years.values())) for one in found)


def _number(found: Found) -> None:
    """Serials as printed; a line without one is a further line of the row above (12b); else counted."""
    printed = any(line["row"] for line in found.lines)
    starred = any(line["star"] for line in found.lines)
    serial, further = "0", 0
    for count, line in enumerate(found.lines, 1):
        further += 1
        if line["row"] or not printed:
            serial, further = line["row"] or str(count), 0
        line["row"] = f"{serial.rstrip(_LETTERS)}{_LETTERS[further]}" if further else serial
        line["star"] = line["star"] or ("" if starred else "?")


def as_table(found: Found, ids: dict[str, str]) -> pd.DataFrame:
    """The rows in the layout of ``table.csv``; of the indicators, those that are known by row."""
    columns = [*_FIRST, *sorted(found.years.values()), "department"]
    rows = [line | {"indicator": ids.get(line["row"], line.get("indicator", ""))} for line in found.lines]
    return pd.DataFrame([{name: row[name] for name in columns} for row in rows], columns=columns)


def find(grid: Grid, above: Found | None = None) -> Found | None:
    """The target table of a grid; without a head it may go on with the columns of the table `above`."""
    heads = [_years(cells) for cells in grid.rows]
    row = max(range(len(heads)), key=lambda line: len(heads[line]), default=0)
    years = heads[row] if heads else {}
    columns, bottom = _columns(grid, row, years)
    if not years or not columns:
        wide = max(map(len, grid.rows), default=0)
        if above is None or wide != 1 + max((*above.years, *above.columns)):
            return None
        years, columns, bottom = above.years, above.columns, -1
    twice = next((year for year in years.values() if list(years.values()).count(year) > 1), None)
    need(not twice, "read.twice", where=grid.where, year=twice)
    found = Found(years, columns, above=list(grid.above))
    for line, cells in enumerate(grid.rows):
        if line > bottom:
            _take(grid, line, found)
        elif any(cells) and not any(_label(cell) or YEAR_HEAD.fullmatch(plain(cell)) for cell in cells):
            found.above.append(" ".join(filter(None, cells)))
            found.left.append((grid.at(line, 0), "read.above", found.above[-1]))
    return found


def _years(cells: list[str]) -> dict[int, str]:
    heads = ((column, YEAR_HEAD.fullmatch(plain(cell))) for column, cell in enumerate(cells))
    return {column: match[1] for column, match in heads if match}


def _label(cell: str) -> str:
    """Which column of ``table.csv`` a head names, or the empty string."""
    text = plain(cell).strip(_STARS + ":")
    return _LABELS.get(text) or _LABELS.get(re.sub(r"\(.*\)$", "", text), "")


def _columns(grid: Grid, row: int, years: dict[int, str]) -> tuple[dict[int, str], int]:
    """The columns beside the years, from the head's lines, and the last of these lines."""
    for bottom in (row, row + 1):
        columns: dict[int, str] = {}
        for cells in grid.rows[max(0, row - 2) : bottom + 1]:
            named = ((column, _label(cell)) for column, cell in enumerate(cells) if column not in years)
            columns |= {column: kind for column, kind in named if kind and kind not in columns.values()}
        if "printed_name" in columns.values():
            return columns, bottom
    return {}, row


def _take(grid: Grid, line: int, found: Found) -> None:
    cells = [_LINE_BREAK.sub("", cell) for cell in grid.rows[line]]
    cells += [""] * (1 + max((*found.years, *found.columns)) - len(cells))
    record = {kind: cells[column] for column, kind in found.columns.items()}
    values = {year: cells[column] for column, year in found.years.items()}
    name, at = record["printed_name"], grid.at(line, 0)
    repeated = _label(name) == "printed_name" or (not name and list(_years(cells)) == list(found.years))
    if repeated or not any(cells):
        return
    valued = any(values.values()) or any((line, column) in grid.unread for column in found.years)
    if not valued and (not name or sum(map(bool, cells)) == 1):
        text = " ".join(filter(None, cells))
        found.left.append((at, "read.footnote" if _FOOTNOTE.match(plain(text)) else "read.line", text))
        return
    told = dict.fromkeys(grid.spans, "read.merged") | grid.unread
    at_fault = [column for column in found.years if (line, column) in told]
    faults = [(grid.at(line, column), found.years[column], told[line, column]) for column in at_fault]
    for column, text in enumerate(cells):
        if text and column not in found.years and column not in found.columns:
            found.left.append((grid.at(line, column), "read.column", text))
    found.lines.append(_parted(record) | values | {"at": at, "line": line + 1, "faults": faults})


def _parted(record: dict[str, str]) -> dict[str, str]:
    """A row's name without its star and the bracket that holds its unit, and its serial as a number."""
    told = {"row": "", "domain": "", "star": "", "printed_unit": "", "department": ""} | record
    bare = told["printed_name"].strip(_STARS + " ")
    match = _BRACKETED.fullmatch(bare)
    if match and not told["printed_unit"] and _is_unit(match["unit"]):
        bare, told["printed_unit"] = match["name"].strip(_STARS + " "), match["unit"]
    starred = any(star in told["printed_name"].replace(bare, "") for star in _STARS)
    held = _HELD.fullmatch(told["printed_unit"])
    serial = _SERIAL.fullmatch(plain(told["row"]))
    return told | {
        "row": serial[1] if serial else "",
        "printed_name": bare,
        "star": told["star"] or ("*" if starred else ""),
        "printed_unit": held[1] if held else told["printed_unit"],
    }


def _is_unit(text: str) -> bool:
    try:
        return bool(text) and bool(read(f"5{text}").unit)
    except NotationError:
        return False
