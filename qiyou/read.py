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
from pathlib import Path

import pandas as pd

from qiyou import disk, words
from qiyou.data import load
from qiyou.data.documents import LEFT_OUT
from qiyou.data.layout import Found, as_table, found_in, years_of
from qiyou.data.names import plain
from qiyou.data.prints import outcome
from qiyou.data.schema import DOCUMENT_TABLES, TABLES
from qiyou.errors import DataError, Message, need
from qiyou.notation import base_unit

__all__ = ["into", "tables"]

COLUMNS = ("outcome", "at", "row", "printed_name", "indicator", "why")


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
    return [as_table(found, {}) for found in found_in(Path(path))]


def into(
    path: str | os.PathLike[str], folder: str | os.PathLike[str], *, data=None, lang: str = "zh", named=None
) -> pd.DataFrame:
    """Write a file's target table into a folder of one's own, and tell row by row what became of it.

    ``table.csv`` gets every cell as printed. A name that is an alias, letter for letter, gets its indicator;
    for any other one ``indicators.csv`` gets a stub with what the print says, to be completed, unless `named`
    says what it is, which ``aliases.csv`` keeps. A cell that cannot be read is left out by a row of
    ``decisions.csv`` until someone says there how to read it. Nothing else is written.

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
    named : mapping, optional
        A row, by its serial or its printed name, to the indicator that it is, by any name of it.

    Returns
    -------
    DataFrame
        One line per row of the table and one for each thing left for a person: ``outcome`` (matched | named |
        stub | left), ``at`` (the cell: ``Sheet1!A5``, ``table 2!A5``, ``page 3!A5``), ``row, printed_name,
        indicator, why``.

    Raises
    ------
    DataError
        As `tables`; or the file holds several target tables, the folder has a table already, or `named` speaks
        of a row or an indicator that there is not, or of one that must not have the name.
    """
    path, folder = Path(path), Path(folder)
    found = found_in(path)
    need(len(found) == 1, "read.several", name=path.name, years=years_of(found))
    need(folder.is_dir(), "read.no_folder", folder=folder)
    table = folder / "table.csv"
    need(_rows(table, ["row"]).empty, "read.taken", table=table)
    data = load() if data is None else data
    chosen = _chosen(found[0], folder.name, data, named or {})
    ids, report, added = _identify(found[0], folder.name, data, lang, chosen)
    files, title = {table: as_table(found[0], ids)}, found[0].title
    kind, key = ("title", "read.title") if title else ("left", "read.title_file")
    report = [one for one in report if one[0] != "left" or not title or title not in one[3]]
    report.append((kind, "", "", title or path.stem, "", words.say(key, lang)))
    for name, records in added.items():
        if records:
            there, schema = folder / f"{name}.csv", (TABLES | DOCUMENT_TABLES)[name]
            both = pd.concat([_rows(there, schema.names), pd.DataFrame(records, columns=schema.names)])
            files[there] = both.drop_duplicates(list(schema.key)).fillna("")
    for name, frame in files.items():
        disk.write(name, frame.to_csv(index=False, lineterminator="\n").encode("utf-8"))
    return pd.DataFrame(report, columns=list(COLUMNS))


def _identify(
    found: Found, document: str, data, lang: str, chosen: dict[str, str]
) -> tuple[dict, list, dict]:
    """The indicator of each row, what became of it, and the rows of other tables that this takes."""
    known, colon, stop = _names(document, data), *(("：", "；") if lang == "zh" else (": ", "; "))
    units = data.indicators.set_index("id")["unit"]
    pairs = frozenset(zip(data.units["printed"], data.units["unit"], strict=True))
    ids, report, above, domain, stubs, aliases, unread = {}, [], ("", ""), "", {}, [], []
    for line in found.lines:
        name, row, unit, key, why = line["printed_name"], line["row"], line["printed_unit"], "matched", []
        short, domain = plain(name), line["domain"] or domain
        matches = known.get(short, set()) if name else {above[0]}
        if short in chosen and matches != {chosen[short]}:
            key, matches = "named", {chosen[short]}
            aliases.append({"indicator": chosen[short], "name": name, "document": document, "maps": "yes"})
        if len(matches) == 1:
            (ids[row],) = matches
        else:
            # What is printed twice is one indicator in two lines.
            key, ids[row] = "stub", re.sub("[^a-z0-9一-龥]+", "_", f"{document.lower()}_{row}")
            stub = {"domain": domain, "name_zh": name, "core": "false", "unit": base_unit(unit)[0]}
            ids[row] = stubs.setdefault(short, stub | {"id": ids[row]})["id"]
            why = [words.say("read.names" if matches else "read.unknown", lang, names=sorted(matches))]
            why += [] if matches else _nearest(name, data, lang)
        above = ids[row], unit or ("" if name else above[1])
        why += [] if name else [words.say("read.further", lang)]
        why += [f"{at} ({year}){colon}{words.say(fault_, lang)}" for at, year, fault_ in line["faults"]]
        told, asked = set(), units.get(ids[row], base_unit(above[1])[0])
        for year in found.years.values():
            reading, fault, error = outcome(line[year], above[1], asked, pairs)
            if not fault:
                continue
            own = {"own": reading and reading.unit, "unit": asked}
            reason = (error or Message(f"read.{fault}", **own)).said(lang)
            cell = {"at": f"table:{row}:{year}", "printed": line[year], "reading": LEFT_OUT, "reason": reason}
            unread.append(cell | {"confidence": "low", "alternatives": words.say("read.alternative", lang)})
            if error or fault not in told:
                why.append(f"{year}{colon}{reason}")
                told.add(fault)
        report.append((key, line["at"], row, name, ids[row], stop.join(why)))
    left = [("left", at, "", text, "", words.say(key, lang)) for at, key, text in found.left]
    added = {"indicators": list(stubs.values()), "aliases": aliases, "decisions": unread}
    return ids, report + left, added


def _chosen(found: Found, document: str, data, named: dict[str, str]) -> dict[str, str]:
    """The indicators that someone says, by the printed name, which stands for the same in every row."""
    names = {line["row"]: line["printed_name"] for line in found.lines}
    names = {name: name for name in map(plain, names.values())} | names
    chosen = {}
    for row, indicator in named.items():
        name = names.get(row) or names.get(plain(row), "")
        need(name, "read.no_row", row=row, indicator=indicator)
        chosen[plain(name)] = one = data.indicator(indicator)
        refused = data.aliases.query("maps == 'no' and indicator == @one and document in ['', @document]")
        need(plain(name) not in set(map(plain, refused["name"])), "read.refused", name=name, indicator=one)
    return chosen


def _nearest(name: str, data, lang: str) -> list[str]:
    """The indicators with a name like this one, in a sentence."""
    try:
        data.indicator(name)
    except DataError as error:
        return [error.said(lang)]
    return []


def _names(document: str, data) -> dict[str, set[str]]:
    """Names without their widths and spaces, and the indicators that they stand for in this document."""
    known: dict[str, set[str]] = {}
    aliases = data.aliases.query("document in ['', @document] and maps in ['yes', 'no']")
    for row in aliases.sort_values("document", kind="stable").itertuples():
        named = known.setdefault(plain(row.name), set())
        (named.add if row.maps == "yes" else named.discard)(row.indicator)
    return known


def _rows(path: Path, columns: tuple[str, ...]) -> pd.DataFrame:
    """What a table of the folder holds already."""
    if not path.is_file():
        return pd.DataFrame(columns=columns)
    try:
        return pd.read_csv(path, dtype=str, keep_default_na=False)
    except (OSError, ValueError) as error:
        raise DataError("read.stuck", path=path, why=error) from error
