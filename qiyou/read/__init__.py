"""Documents in: the target table of a workbook, a Word file, a web page, a PDF with text or a text table.

Every cell comes in as it is printed; names are matched by exact alias only; what is not read is named with
its cell.

>>> import tempfile
>>> from pathlib import Path
>>> text = "序号|指标|单位|2022年（基期）|2027年目标\\n1|普惠托位占比★|%|60|≥70\\n备注：带★为核心指标|||||"
>>> with tempfile.TemporaryDirectory() as folder:
...     written = Path(folder, "plan.csv").write_text(text, encoding="gbk")
...     report = into(Path(folder, "plan.csv"), folder, lang="en")
...     print(Path(folder, "table.csv").read_text(encoding="utf-8"), end="")
row,domain,indicator,printed_name,star,printed_unit,2022,2027,department
1,,affordable_nursery_share,普惠托位占比,*,%,60,≥70,
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass, field
from pathlib import Path

import pandas as pd

from qiyou import disk, words
from qiyou.data import load
from qiyou.data.files import YEAR_HEAD
from qiyou.data.names import plain
from qiyou.data.schema import TABLES
from qiyou.errors import DataError, NotationError, need
from qiyou.notation import read
from qiyou.read.grids import Grid, grids

__all__ = ["into", "tables"]

COLUMNS = ("outcome", "at", "row", "printed_name", "indicator", "why")
_LETTERS = "abcdefghijklmnopqrstuvwxyz" * 8
_FIRST = ("row", "domain", "indicator", "printed_name", "star", "printed_unit")


def tables(path: str | os.PathLike[str]) -> list[pd.DataFrame]:
    """The target tables of a file, in the layout of ``table.csv``.

    Parameters
    ----------
    path : path
        A .xlsx, .docx, .html, .pdf (with text) or .csv file of at most 64 MB; a text table in any encoding
        and with any separator that Excel and WPS save.

    Returns
    -------
    list of DataFrame
        One for each set of years; a table that goes on over pages or sheets is one. Columns row, domain,
        indicator (empty), printed_name, star, printed_unit, one per year, department; all text, as printed.

    Raises
    ------
    DataError
        If the file cannot be read, or no table in it has a head with 指标 and years.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     text = "指标名称,单位,2022.0,2027.0\\n人均体育场地面积,㎡,2.7,3.2"
    ...     file = Path(folder, "plan.csv")
    ...     written = file.write_text(text, encoding="utf-16")
    ...     tables(file)[0].loc[0, ["printed_name", "printed_unit", "2022", "2027"]].tolist()
    ['人均体育场地面积', '㎡', '2.7', '3.2']
    """
    return [_frame(found, {}) for found in _found(Path(path))]


def into(
    path: str | os.PathLike[str], folder: str | os.PathLike[str], *, data=None, lang: str = "zh"
) -> pd.DataFrame:
    """Write a file's target table into a folder of one's own, and tell row by row what became of it.

    ``table.csv`` gets every cell as printed. A name that is an alias, letter for letter, gets its indicator;
    for any other one ``indicators.csv`` gets a stub with what the print says, to be completed. Nothing else
    is written.

    Parameters
    ----------
    path : path
        As `tables`.
    folder : path
        A folder that there is, as `qiyou new` makes it; its name is the document's id. Its ``table.csv`` must
        be missing or hold no row.
    data : Data, optional
        Whose names are known; by default those of the repository's data.
    lang : {'zh', 'en'}
        Language of ``why``.

    Returns
    -------
    DataFrame
        One line per row of the table and one for each thing left for a person: ``outcome`` (matched | stub |
        left), ``at`` (the cell: ``Sheet1!A5``, ``table 2!A5``, ``page 3!A5``), ``row, printed_name,
        indicator, why``.

    Raises
    ------
    DataError
        As `tables`; or the file holds several target tables, or the folder has a table already.
    """
    path, folder = Path(path), Path(folder)
    found = _found(path)
    years = "; ".join("-".join(sorted(one.years.values())) for one in found)
    need(len(found) == 1, "read.several", name=path.name, years=years)
    need(folder.is_dir(), "read.no_folder", folder=folder)
    table, stubs = folder / "table.csv", folder / "indicators.csv"
    need(_rows(table, ["row"]).empty, "read.taken", table=table)
    ids, report, added = _identify(found[0], folder.name, load() if data is None else data, lang)
    files = {table: _frame(found[0], ids)}
    if added:
        columns = list(TABLES["indicators"].names)
        both = pd.concat([_rows(stubs, columns), pd.DataFrame(added, columns=columns)])
        files[stubs] = both.drop_duplicates("id").fillna("")
    for name, frame in files.items():
        disk.write(name, frame.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    return pd.DataFrame(report, columns=list(COLUMNS))


def _found(path: Path) -> list[Found]:
    """The target tables, those of the same years joined."""
    found, last = {}, None
    for grid in grids(path):
        one = find(grid, last)
        if one is not None:
            last = found.setdefault(tuple(sorted(one.years.values())), Found(one.years, one.columns))
            last.lines += one.lines
            last.left += one.left
    found = {years: one for years, one in found.items() if one.lines}
    need(found, "read.no_table", name=path.name)
    for one in found.values():
        _number(one)
    return list(found.values())


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


def _frame(found: Found, ids: dict[str, str]) -> pd.DataFrame:
    columns = [*_FIRST, *sorted(found.years.values()), "department"]
    rows = [line | {"indicator": ids.get(line["row"], "")} for line in found.lines]
    return pd.DataFrame([{name: row[name] for name in columns} for row in rows], columns=columns)


def _identify(found: Found, document: str, data, lang: str) -> tuple[dict[str, str], list[tuple], list[dict]]:
    """The indicator of each row, what became of it, and the stubs of those that are new."""
    known, colon, stop = _names(document, data), *(("：", "；") if lang == "zh" else (": ", "; "))
    ids, report, added, above, domain = {}, [], [], "", ""
    for line in found.lines:
        name, row, unit = line["printed_name"], line["row"], line["printed_unit"]
        domain = line["domain"] or domain
        matches = known.get(plain(name), set()) if name else {above}
        outcome, why = "matched", []
        if len(matches) == 1:
            (ids[row],) = matches
        else:
            outcome, ids[row] = "stub", re.sub("[^a-z0-9一-龥]+", "_", f"{document.lower()}_{row}")
            key = "read.names" if matches else "read.unknown"
            why.append(words.say(key, lang, names=sorted(matches)))
            added.append({"id": ids[row], "domain": domain, "name_zh": name, "unit": unit})
        above = ids[row]
        why += [] if name else [words.say("read.further", lang)]
        why += [f"{at} ({year}){colon}{words.say(key, lang)}" for at, year, key in line["faults"]]
        for year in found.years.values():
            try:
                read(line[year], unit or None)
            except NotationError as error:
                why.append(f"{year}{colon}{error.said(lang)}")
        report.append((outcome, line["at"], row, name, ids[row], stop.join(why)))
    left = [("left", at, "", text, "", words.say(key, lang)) for at, key, text in found.left]
    return ids, report + left, added


def _names(document: str, data) -> dict[str, set[str]]:
    """Names without their widths and spaces, and the indicators that they stand for in this document."""
    known: dict[str, set[str]] = {}
    aliases = data.aliases.query("document in ['', @document] and maps in ['yes', 'no']")
    for row in aliases.sort_values("document", kind="stable").itertuples():
        named = known.setdefault(plain(row.name), set())
        (named.add if row.maps == "yes" else named.discard)(row.indicator)
    return known


def _rows(path: Path, columns: list[str]) -> pd.DataFrame:
    """What a table of the folder holds already."""
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError("read.stuck", path=path, why=error) from error


_LABELS = dict(zip(words.table("heads")["label"], words.table("heads")["kind"], strict=True))
_SERIAL = re.compile(r"\(?([0-9]{1,3}[a-z]?)(?:\.0*)?[)、.]?")
_STARS = "*★☆※＊"
_INNER = "[(（〔][^()（）〔〕]*[)）〕]"
_BRACKETED = re.compile(
    rf"(?P<name>.+?)[(（〔\[](?:单位[:：])?(?P<unit>[^()（）〔〕\[\]]*(?:{_INNER})?)[)）〕\]]"
)
_HELD = re.compile(r"[(（〔\[](?:单位[:：])?(.+)[)）〕\]]")
_FOOTNOTE = re.compile(rf"(?:备?注|说明|带|[{re.escape(_STARS)}])")
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
    found = Found(years, columns)
    for line, cells in enumerate(grid.rows):
        if line > bottom:
            _take(grid, line, found)
        elif any(cells) and not any(_label(cell) or YEAR_HEAD.fullmatch(plain(cell)) for cell in cells):
            found.left.append((grid.at(line, 0), "read.above", " ".join(filter(None, cells))))
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
    found.lines.append(_parted(record) | values | {"at": at, "faults": faults})


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
