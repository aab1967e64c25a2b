"""A folder for a county of one's own: ``qiyou new ID --place … --from FILE`` or ``--years 2022-2027``."""

from __future__ import annotations

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import pandas as pd

from qiyou import disk
from qiyou.data import root
from qiyou.data.schema import DOCUMENT_ID, DOCUMENT_TABLES, ID, TABLES
from qiyou.errors import DataError, need
from qiyou.words import group, language

_MOST_YEARS = 60
_LONGEST_ID = 80
# Folder names that Windows keeps for devices.
_DEVICE = r"con|nul|aux|prn|(?:com|lpt)[0-9]"
_COUNTY = re.compile("[一-龥]+(?:[县旗]|(?<![新发地治能])区)")
_TABLES = Path(__file__).resolve().parent / "tables"
*_FIXED, _LAST = DOCUMENT_TABLES["table"].names
_YEARS = re.compile(r"\s*([0-9]{4})\s*(?:[-–—~至]\s*([0-9]{4}))?\s*")


def new(
    document: str,
    *,
    place: str,
    years: tuple[int, int] | None = None,
    source: str | os.PathLike[str] | None = None,
    start: int | None = None,
    parent: str | os.PathLike[str] = ".",
    lang: str = "zh",
    named: Mapping[str, str] | None = None,
    tell: Callable[[pd.DataFrame], None] | None = None,
) -> Path:
    """Make a commented folder for a document of one's own; it appears complete or not at all.

    Parameters
    ----------
    document : str
        Id of the document and name of the folder: small letters, digits, Chinese characters, hyphens.
    place : str
        The place, by its id or its name, which may begin with those that it belongs to (浙江省衢州市开化县); for
        one that is not in the data the folder gets a ``places.csv`` with what the name says.
    years : (int, int), optional
        First and last year column of the printed table; not needed with `source`, whose head tells them.
    source : path, optional
        A .xlsx, .docx, .html, .pdf (with text) or .csv file whose target table is taken in, every cell as
        printed (`qiyou.read.into`), and its title; where it shows none, the name of the file stands in.
    start : int, optional
        First planned year; by default the second year, so that the first is the base.
    parent : path
        Where to make the folder.
    lang : {"zh", "en"}
        Language of its explanations.
    named : mapping, optional
        Which known indicator a row of `source` is, where its name does not tell: ``{"1": "托位数"}``.
    tell : callable, optional
        Gets what `qiyou.read.into` reports, row by row.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If a name or the years cannot be used, the folder exists already (nothing is overwritten), it cannot
        be written, or no target table can be read from `source`.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = new("kaihua-plan-2023", place="kaihua", years=(2022, 2027), parent=folder)
    ...     sorted(path.name for path in made.iterdir())
    ['README.md', 'decisions.csv', 'document.toml', 'places.csv', 'table.csv']
    """
    fits = re.fullmatch(f"(?!{_DEVICE}$){DOCUMENT_ID}", document) and len(document) <= _LONGEST_ID
    need(fits, "new.document", name=repr(document[:40]))
    places = _places()
    known = {name: one for one, (zh, _) in places.items() for name in (one, zh, zh.rstrip("省市区县"))}
    above, name = "", place
    while name not in known and (first := re.match("|".join(zh for zh, _ in places.values()), name)):
        above, name = known[first[0]], name[first.end() :]
    place = known.get(name, name)
    need(re.fullmatch(ID, place), "new.place", name=repr(place[:40]))
    need((years is None) != (source is None), "new.years_or_file")
    folder = Path(parent) / document
    with _whole(folder) as draft:
        if source is not None:
            from qiyou.read import into

            report = into(source, draft, lang=lang, named=named)
            heads = (draft / "table.csv").read_text("utf-8").partition("\n")[0].split(",")
            years = tuple(int(head) for head in (heads[len(_FIXED)], heads[-2]))
        files = _files(document, place, years, start, lang)
        if source is not None:
            title = json.dumps(report["printed_name"].iloc[-1], ensure_ascii=False)
            files["document.toml"] = files["document.toml"].replace('title = ""', f"title = {title}", 1)
        if place not in known:
            printed = name if re.search(r"[\u4e00-\u9fff]", name) else ""
            level = "county" * bool(_COUNTY.fullmatch(name) or (above and places[above][1] == "prefecture"))
            files["places.csv"] = f"{header('places')}\n{place},{printed},,{level},,{above},\n"
        # what was read from the file stays
        for file in files.keys() - {path.name for path in draft.iterdir()}:
            (draft / file).write_bytes(files[file].encode("utf-8"))
    if source is not None and tell is not None:
        tell(report)
    return folder


def _files(document: str, place: str, years: tuple[int, int], start: int | None, lang: str) -> dict[str, str]:
    """What every folder has, by file name."""
    first, last = years
    known = 1950 <= first <= last <= 2099 and last - first < _MOST_YEARS
    need(known, "new.years", first=first, last=last)
    start = min(first + 1, last) if start is None else start
    need(first <= start <= last, "new.start", start=start, first=first, last=last)
    shown = dict(document=document, place=place, first=first, last=last, start=start)
    headers = (f"- `{table}.csv`{what}`{header(table)}`" for table, what in group("added", lang).items())
    guide = (_TABLES / f"new_guide.{lang}.md").read_text("utf-8")
    return {
        "document.toml": (_TABLES / f"new_document.{language(lang)}.toml").read_text("utf-8").format(**shown),
        "README.md": guide.format(**shown, headers="\n".join(headers)),
        "table.csv": ",".join([*_FIXED, *map(str, range(first, last + 1)), _LAST]) + "\n",
        "decisions.csv": ",".join(DOCUMENT_TABLES["decisions"].names) + "\n",
    }


def example(parent: str | os.PathLike[str]) -> Path:
    """Make a folder that is filled in: the printed rows of 慈溪's plan as someone types them into a spreadsheet.

    The table is saved as GBK with domain cells merged and without indicator ids. The observed values are
    invented: they show what `qiyou.monitor` says, and nothing about 慈溪.

    Parameters
    ----------
    parent : path
        Where to make the folder ``cixi-own``.

    Returns
    -------
    Path
        The folder.

    Examples
    --------
    >>> import tempfile
    >>> import qiyou
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     qiyou.load(also=[example(folder)]).targets.query("document == 'cixi-own'").shape[0]
    84
    """
    folder = Path(parent) / "cixi-own"
    kept = _TABLES / folder.name
    with _whole(folder) as draft:
        for path in filter(Path.is_file, kept.iterdir()):
            (draft / path.name).write_bytes(path.read_bytes())
    return folder


def span(text: str) -> tuple[int, int]:
    """The first and the last year of a text such as ``2022-2027``.

    Examples
    --------
    >>> span("2022-2027"), span("2022—2027"), span("2027")
    ((2022, 2027), (2022, 2027), (2027, 2027))
    """
    match = _YEARS.fullmatch(text)
    need(match, "new.span", text=repr(text[:40]))
    return int(match[1]), int(match[2] or match[1])


def header(name: str) -> str:
    """The header line of an optional file, for instance ``observations``.

    Examples
    --------
    >>> header("units")
    'printed,unit,note'
    """
    return ",".join(TABLES[name].names)


def _places() -> dict[str, tuple[str, str]]:
    """The places of the data, id to Chinese name and level."""
    with (root() / TABLES["places"].path).open(encoding="utf-8", newline="") as file:
        return {row["id"]: (row["name_zh"], row["level"]) for row in csv.DictReader(file)}


@contextmanager
def _whole(folder: Path) -> Iterator[Path]:
    """A folder of the same name to write into; renamed at the end: there with all its files, or not at all."""
    need(not folder.exists() and not folder.is_symlink(), "new.exists", folder=folder)
    room = disk.beside(folder)
    try:
        (room / folder.name).mkdir(parents=True)
        yield room / folder.name
        os.replace(room / folder.name, folder)
    except OSError as error:
        raise DataError("new.cannot", folder=folder, why=disk.reason(error)) from error
    finally:
        shutil.rmtree(room, ignore_errors=True)
