"""A folder for a county of one's own: ``qiyou new DOCUMENT_ID --place … --years 2022-2027``."""

from __future__ import annotations

import csv
import io
import os
import re
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path

from qiyou import disk
from qiyou.data.schema import DOCUMENT_ID, DOCUMENT_TABLES, ID, TABLES
from qiyou.errors import DataError

_MOST_YEARS = 60
_LONGEST_ID = 80
# Folder names that Windows keeps for devices.
_DEVICE = r"con|nul|aux|prn|(?:com|lpt)[0-9]"
_YEARS = re.compile(r"\s*([0-9]{4})\s*(?:[-–—~至]\s*([0-9]{4}))?\s*")

_ABOUT = """# What the document is. Lines starting with # are comments; `qiyou check --also FOLDER` names what is still missing.
id = "{document}"
place = "{place}"  # an id of data/places.csv, or of places.csv in this folder
title = ""  # as printed
title_en = ""  # a short English name for figures, for instance "Kaihua plan 2023-2027"
issuer = ""  # who issued it, as printed
number = ""  # document number, as printed
dated = ""  # date, for instance "2023-06-28"
period = [{start}, {last}]  # first and last planned year; earlier columns of the table are the base
extent = "complete"  # complete | complete, no table | table lost | prose truncated | excerpt
known_from = "publisher"  # publisher | copy | excerpt
note = ""

[table]
status = "transcribed"  # transcribed | lost | none | excerpt
years = [{first}, {last}]  # first and last year column of table.csv
"""

_GUIDE = """# {document}

How to fill this folder in. Excel and WPS may be used (both GBK and UTF-8 are read); format the cells as text before
you type, or the spreadsheet turns `82.50` into 82.5 and `1-2` into a date.

1. `document.toml`: what the document is; at least its `title`.{own_place}
2. `table.csv`: the target table **as printed**, one row per printed row.
   - `row` the printed serial; `12b` for an unnumbered second line of values.
   - `domain` as printed; where cells are merged, fill in the first one only.
   - `indicator` may stay empty where the printed name is in the alias table: the check says which one it takes, and
     lists near names where it finds none.
   - `printed_name`, `star` (`*`, empty, or `?` where it cannot be seen), `printed_unit`: the name without star and
     without the bracket that holds the unit.
   - one column per year: the characters as printed (`>85%`, `22万人`, `/`). Correct nothing here.
   - The first line holds the names of the columns: no title above it.
   - `department` as printed.
3. `decisions.csv`: every reading that is not the plain one, with reason and alternatives.
4. `qiyou check --also {document}` names everything that is missing or unreadable, with the line and the remedy.
5. In Python: `data = qiyou.load(also=["{document}"])`. On the command line, `qiyou notebooks --also {document} --to out`
   and `qiyou figures --also {document} --to out` take the county into every notebook and figure.

## Files that may be added

Each is a CSV file in this folder, with the header line given; the columns are described in `data/README.md`.

{headers}

Values of a quarter in `observations.csv` are those since January (a flow) or at its end (a level); leave `quarter`
empty for the year. `qiyou.monitor` sets them beside the plan.
"""
_OWN_PLACE = """
   `{place}` is not in data/places.csv: complete its row in `places.csv`, with `parent` the id of the city or province
   it belongs to. Without a parent no provincial target is found for it."""
_ADDED = {
    "places": "further places",
    "indicators": "what is measured and has no id yet",
    "aliases": "printed names of indicators",
    "units": "printed units that stand for an indicator's unit, one to one",
    "sources": "who says so",
    "observations": "observed values of your own; they switch the progress checks on",
}


def new(
    document: str,
    *,
    place: str,
    years: tuple[int, int],
    start: int | None = None,
    parent: str | os.PathLike[str] = ".",
    places: Collection[str] | None = None,
) -> Path:
    """Make a commented folder for a document of one's own.

    The folder appears complete or not at all.

    Parameters
    ----------
    document : str
        Id of the document and name of the folder: small letters, digits, hyphens, for instance
        ``kaihua-plan-2023``.
    place : str
        Id of the place, for instance ``kaihua``.
    years : (int, int)
        First and last year column of the printed table.
    start : int, optional
        First planned year; by default the second year, so that the first is the base.
    parent : path
        Where to make the folder.
    places : collection of str, optional
        Ids of the places that there are; by default those of data/places.csv. For any other place the folder
        gets a ``places.csv`` to complete.

    Returns
    -------
    Path
        The folder.

    Raises
    ------
    DataError
        If a name or the years cannot be used, the folder exists already (nothing is overwritten), or it
        cannot be written.

    Examples
    --------
    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     made = new("kaihua-plan-2023", place="kaihua", years=(2022, 2027), parent=folder)
    ...     sorted(path.name for path in made.iterdir())
    ['README.md', 'decisions.csv', 'document.toml', 'places.csv', 'table.csv']
    """
    _require_names(document, place)
    first, last = years
    if not 1950 <= first <= last <= 2099 or last - first >= _MOST_YEARS:
        raise DataError(
            f"the years {first} to {last} cannot be used; give the first and the last year of the table"
        )
    start = min(first + 1, last) if start is None else start
    if not first <= start <= last:
        raise DataError(
            f"the first planned year {start} is not between {first} and {last}; give another start"
        )
    own_place = place not in (_known_places() if places is None else places)
    names = dict(document=document, place=place, first=first, last=last, start=start)
    fixed = list(DOCUMENT_TABLES["table"].names)
    columns = [*fixed[:-1], *(str(year) for year in range(first, last + 1)), fixed[-1]]
    headers = "\n".join(f"- `{name}.csv`, {what}: `{header(name)}`" for name, what in _ADDED.items())
    guide = _GUIDE.format(
        **names, headers=headers, own_place=_OWN_PLACE.format(place=place) if own_place else ""
    )
    files = {
        "document.toml": _ABOUT.format(**names),
        "README.md": guide,
        "table.csv": ",".join(columns) + "\n",
        "decisions.csv": ",".join(DOCUMENT_TABLES["decisions"].names) + "\n",
    }
    if own_place:
        files["places.csv"] = f"{header('places')}\n{place},,,county,,,\n"
    folder = Path(parent) / document
    _write_folder(folder, files)
    return folder


_EXAMPLE = "cixi-own"
_EXAMPLE_PLACE = ("cixi_own", "慈溪示例县", "Cixi example county", "county", "", "ningbo", "an example")
_EXAMPLE_SOURCE = ("example_figures", "示例数值(虚构)", "", "", "", "derived")
_EXAMPLE_OBSERVED = (
    ("nursery_places_per_1000", "2023", "", "4.12"),
    ("nursery_places_per_1000", "2024", "2", "4.21"),
    ("nursery_places_per_1000", "2024", "", "4.27"),
    ("普惠托位占比", "2024", "3", "61"),
    ("child_screening_rate", "2024", "", "90.6"),
    ("premature_ncd_mortality", "2024", "", "9.0"),
    ("registered_unemployment_rate", "2024", "", "1.9"),
    ("urban_unemployment_rate", "2024", "", "4.6"),
    ("vocational_training_cumulative", "2024", "2", "5.9万人次"),
    ("sports_area_per_capita", "2024", "", "2.63"),
)


def example(parent: str | os.PathLike[str]) -> Path:
    """Make a folder that is filled in: the printed rows of 慈溪's plan as someone types them into a
    spreadsheet.

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

    Raises
    ------
    DataError
        As `new`; or if there is no data folder to take the rows from.

    Examples
    --------
    >>> import tempfile
    >>> import qiyou
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     qiyou.load(also=[example(folder)]).targets.query("document == 'cixi-own'").shape[0]
    84
    """
    from qiyou.data import root

    rows = csv.DictReader(
        (root() / "documents" / "cixi-plan-2023" / "table.csv").read_text(encoding="utf-8").splitlines()
    )
    table = [rows.fieldnames, *(({**row, "indicator": "", "star": "?"}).values() for row in rows)]
    place = _EXAMPLE_PLACE[0]
    observed = [
        (place, indicator, year, printed, _EXAMPLE_SOURCE[0], "plan", "invented", quarter)
        for indicator, year, quarter, printed in _EXAMPLE_OBSERVED
    ]
    folder = new(_EXAMPLE, place=place, years=(2022, 2027), parent=parent)
    about = (folder / "document.toml").read_text(encoding="utf-8")
    about = about.replace('title = ""', 'title = "慈溪市方案(手填示例)"').replace(
        'title_en = ""', 'title_en = "Cixi plan, typed in"'
    )
    about = about.replace('extent = "complete"', 'extent = "excerpt"').replace(
        'known_from = "publisher"', 'known_from = "excerpt"'
    )
    about = about.replace('status = "transcribed"', 'status = "excerpt"')
    files = {
        "document.toml": about.encode("utf-8"),
        "table.csv": _sheet(table),
        "places.csv": _sheet([TABLES["places"].names, _EXAMPLE_PLACE]),
        "sources.csv": _sheet([TABLES["sources"].names, _EXAMPLE_SOURCE]),
        "observations.csv": _sheet([TABLES["observations"].names, *observed]),
    }
    for name, content in files.items():
        disk.write(folder / name, content)
    return folder


def _sheet(rows) -> bytes:
    """A table as a spreadsheet saves it in China."""
    text = io.StringIO()
    csv.writer(text, lineterminator="\r\n").writerows(rows)
    return text.getvalue().encode("gbk")


def span(text: str) -> tuple[int, int]:
    """The first and the last year of a text such as ``2022-2027``.

    Raises
    ------
    DataError
        If it is not one or two years.

    Examples
    --------
    >>> span("2022-2027"), span("2022—2027"), span("2027")
    ((2022, 2027), (2022, 2027), (2027, 2027))
    """
    match = _YEARS.fullmatch(text)
    if not match:
        raise DataError(f"{text[:40]!r} is not a span of years; write it as 2022-2027")
    return int(match[1]), int(match[2] or match[1])


def header(name: str) -> str:
    """The header line of an optional file, for instance ``observations``.

    Examples
    --------
    >>> header("units")
    'printed,unit,note'
    """
    if name not in TABLES:
        raise DataError(f"there is no table {name!r}; choose one of {', '.join(TABLES)}")
    return ",".join(TABLES[name].names)


def _require_names(document: str, place: str) -> None:
    if (
        not re.fullmatch(DOCUMENT_ID, document)
        or len(document) > _LONGEST_ID
        or re.fullmatch(_DEVICE, document)
    ):
        raise DataError(
            f"{document[:40]!r} cannot be a document id; use small letters, digits and hyphens, for instance "
            "kaihua-plan-2023"
        )
    if not re.fullmatch(ID, place):
        raise DataError(
            f"{place[:40]!r} cannot be a place id; use small letters, digits and underscores, for instance kaihua"
        )


def _known_places() -> set[str]:
    """The ids of data/places.csv; none where the package stands without its data folder."""
    from qiyou.data import root
    from qiyou.data.files import Findings, read_sheet

    try:
        folder = root()
    except DataError:
        return set()
    sheet = read_sheet(folder / TABLES["places"].path, Findings(folder))
    return {record.get("id", "") for record in sheet.records} if sheet else set()


def _write_folder(folder: Path, files: Mapping[str, str]) -> None:
    """Write beside the folder and rename: it is there with all its files, or not at all."""
    if folder.exists() or folder.is_symlink():
        raise DataError(f"{folder} exists already; choose another id or another place for it")
    draft = disk.beside(folder)
    try:
        draft.mkdir(parents=True)
        for name, text in files.items():
            (draft / name).write_text(text, encoding="utf-8", newline="\n")
        os.replace(draft, folder)
    except OSError as error:
        raise DataError(f"{folder} cannot be made: {disk.reason(error)}") from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
