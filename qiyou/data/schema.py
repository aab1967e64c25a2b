"""The columns of every table: the one place from which checks, data dictionary and datapackage.json are made."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, field
from pathlib import Path

from qiyou import disk

DIRECTIONS = ("up", "down", "at_least", "at_most", "status")
INDICATOR_KINDS = ("share", "gross_rate", "density", "stock", "flow", "money", "years", "status")
STATEMENT_KINDS = ("target", "baseline", "annual_flow", "cumulative", "count")
GRADES = ("official", "press", "secondary", "derived")
CONFIDENCES = ("high", "medium", "low")
LEVELS = ("country", "province", "prefecture", "county", "group")
EXTENTS = ("complete", "complete, no table", "table lost", "prose truncated", "excerpt")
TABLE_STATUSES = ("transcribed", "lost", "none", "excerpt")
STAGE_RELATIONS = ("ahead", "behind")

ID = r"[a-z][a-z0-9_]{0,79}"
DOCUMENT_ID = r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*"
NUMBER = r"-?[0-9]+(?:\.[0-9]+)?"
YEAR = r"(?:19|20)[0-9]{2}"
STAGE_LOCATOR = r"table:[0-9]{1,4}[a-z]?:[0-9]{4}|statement:[0-9]{1,4}|text:[^:]+:[0-9]{0,3}"


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, and what a cell must look like (``pattern``, ``values`` or ``refers``).

    An ``optional`` column may be left out of the file; its cells are then empty.
    """

    name: str
    description: str
    pattern: str = ""
    values: tuple[str, ...] = ()
    required: bool = True
    refers: str = ""
    optional: bool = False

    def complaint(self, cell: str) -> str:
        """What is wrong with a cell, or the empty string."""
        if not cell:
            return f"{self.name} is empty" if self.required else ""
        if self.values and cell not in self.values:
            return f"{self.name} is {cell!r}, not one of {', '.join(self.values)}"
        if self.pattern and not re.fullmatch(self.pattern, cell):
            return f"{self.name} is {cell[:40]!r}, which does not match {self.pattern}"
        return ""


@dataclass(frozen=True)
class Table:
    """A table: where it lies, what it is, its columns and its key."""

    path: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]
    optional: bool = False
    names: tuple[str, ...] = field(init=False, repr=False)

    def __post_init__(self):
        object.__setattr__(self, "names", tuple(column.name for column in self.columns))


def _column(name, description, **options) -> Column:
    return Column(name, description, **options)


def _id(name, description, refers, *, required=True) -> Column:
    pattern = DOCUMENT_ID if refers == "documents" else ID
    return Column(name, description, pattern=pattern, refers=refers, required=required)


def _text(name, description, *, required=False) -> Column:
    return Column(name, description, required=required)


_PRINTED = _text(
    "printed", "the figure as printed, read in the indicator's unit unless it prints its own", required=True
)
_NOTE = _text("note", "what a reader must know")
_YEAR = _column("year", "the year that the figure is for", pattern=YEAR)
_SOFT_YEAR = _column(
    "year", "the year that the figure is for; empty where none is given", pattern=YEAR, required=False
)

TABLES = {
    table.path.removesuffix(".csv"): table
    for table in (
        Table(
            "indicators.csv",
            "What is measured",
            (
                _column("id", "English snake_case id", pattern=ID),
                _text("domain", "one of the nine domains, as printed"),
                _text("name_zh", "Chinese name", required=True),
                _text("name_en", "English name", required=True),
                _text("unit", "the one unit of the indicator, without 万", required=True),
                _column("direction", "which way is better", values=DIRECTIONS),
                _column("kind", "what sort of quantity it is", values=INDICATOR_KINDS),
                _column("lower", "lowest logically possible value", pattern=NUMBER, required=False),
                _column("upper", "highest logically possible value", pattern=NUMBER, required=False),
                _column("core", "whether it is one of the 21 core indicators", values=("true", "false")),
                _text("denominator", "what the value is divided by"),
                _text("definition", "what is counted"),
                _NOTE,
            ),
            ("id",),
        ),
        Table(
            "places.csv",
            "Where",
            (
                _column("id", "pinyin id", pattern=ID),
                _text("name_zh", "Chinese name", required=True),
                _text("name_en", "English name", required=True),
                _column("level", "administrative level", values=LEVELS),
                _column("adcode", "code of GB/T 2260", pattern=r"[0-9]{6}", required=False),
                _id("parent", "the place that it belongs to", "places", required=False),
                _NOTE,
            ),
            ("id",),
        ),
        Table(
            "aliases.csv",
            "Which printed name is which indicator, exactly, and which is not",
            (
                _id("indicator", "the indicator", "indicators"),
                _text("name", "the name as printed, without star and unit", required=True),
                _id("document", "only in this document; empty: in all", "documents", required=False),
                _column(
                    "maps", "yes: it is the indicator; no: it must not be mapped to it", values=("yes", "no")
                ),
                _text("reason", "why"),
            ),
            ("indicator", "name", "document"),
        ),
        Table(
            "units.csv",
            "Which printed unit stands for which unit of an indicator, one to one",
            (
                _text("printed", "the printed unit, without 万", required=True),
                _text("unit", "the indicator's unit", required=True),
                _NOTE,
            ),
            ("printed", "unit"),
        ),
        Table(
            "sources.csv",
            "Who says so",
            (
                _column("id", "key of the source", pattern=ID),
                _text(
                    "title",
                    "title as published; [in brackets] what it is about, where the title is not known",
                    required=True,
                ),
                _text("publisher", "who published it"),
                _column(
                    "published",
                    "date or year",
                    pattern=rf"{YEAR}(?:-[0-9]{{2}}(?:-[0-9]{{2}})?)?",
                    required=False,
                ),
                _column(
                    "url",
                    "address, empty where only a copy is known",
                    pattern=r"https?://\S+",
                    required=False,
                ),
                _column(
                    "grade", "official, press, secondary (seen in a copy), derived (computed)", values=GRADES
                ),
            ),
            ("id",),
        ),
        Table(
            "observations.csv",
            "What was really observed",
            (
                _id("place", "where", "places"),
                _id("indicator", "what", "indicators"),
                _YEAR,
                _PRINTED,
                _id("source", "who says so", "sources"),
                _column("basis", "definition or count; another basis is another series", pattern=ID),
                _NOTE,
                _column(
                    "quarter",
                    "1 to 4 for a value since January (a flow) or at the end of that quarter; empty for the year",
                    values=("1", "2", "3", "4"),
                    required=False,
                    optional=True,
                ),
            ),
            ("place", "indicator", "year", "quarter", "basis", "source"),
        ),
        Table(
            "benchmarks.csv",
            "Targets, standards and benchmarks set above or elsewhere",
            (
                _id("place", "for which place", "places"),
                _id("indicator", "what", "indicators"),
                _YEAR,
                _PRINTED,
                _column("kind", "what sort of yardstick", values=("standard", "target", "benchmark")),
                _id("source", "who says so", "sources"),
                _NOTE,
            ),
            ("place", "indicator", "year", "kind", "source"),
        ),
        Table(
            "facilities.csv",
            "How large a facility is",
            (
                _column("facility", "id of the facility type", pattern=ID),
                _text("name_zh", "Chinese name", required=True),
                _id("place", "where it was measured", "places"),
                _column("year", "when", pattern=YEAR, required=False),
                _column("size_low", "smallest mean size", pattern=NUMBER),
                _column(
                    "size_high",
                    "largest mean size; empty where only a least size is set",
                    pattern=NUMBER,
                    required=False,
                ),
                _text("unit", "unit of the size", required=True),
                _text("printed", "the figures as printed"),
                _id("source", "who says so", "sources"),
                _text("basis", "site survey or standard"),
                _NOTE,
            ),
            ("facility", "place", "year", "printed", "source"),
        ),
        Table(
            "reference_sports.csv",
            "Realised sports area per head by place and year",
            (
                _id("place", "where", "places"),
                _column("level", "administrative level", values=LEVELS),
                _text("parent", "where the place lies"),
                _SOFT_YEAR,
                _id("indicator", "what", "indicators"),
                _PRINTED,
                _text("unit", "unit of the value", required=True),
                _column("kind", "observed or derived from a printed increase", pattern=ID),
                _id("source", "who says so", "sources"),
                _NOTE,
            ),
            ("place", "year", "indicator", "printed", "source"),
        ),
        Table(
            "reference_nursery.csv",
            "Realised nursery places per 1,000 residents by place and year",
            (
                _id("place", "where", "places"),
                _column("level", "administrative level", values=LEVELS),
                _text("parent", "where the place lies"),
                _SOFT_YEAR,
                _id("indicator", "what", "indicators"),
                _PRINTED,
                _text("unit", "unit of the value", required=True),
                _column("kind", "observed or derived from a printed increase", pattern=ID),
                _id("source", "who says so", "sources"),
                _NOTE,
            ),
            ("place", "year", "indicator", "printed", "source"),
        ),
        Table(
            "projects.csv",
            "Which announced project builds which type of facility; counts and units stand in the statement. A facility "
            "that a document names without a figure has its place in the text and its words instead, and counts as one",
            (
                _column("id", "id of the project", pattern=ID),
                _id("document", "the document that announces it", "documents"),
                _column(
                    "statement",
                    "id of the statement that prints its count; empty where none is printed",
                    pattern=r"[0-9]{1,4}",
                    required=False,
                ),
                _column(
                    "at",
                    "where a facility without a printed count is named",
                    pattern=r"text:[^:]+:[0-9]{0,3}",
                    required=False,
                ),
                _text("phrase", "the facility as named there; empty where a statement prints it"),
                _column(
                    "facility", "type of facility, as in facilities.csv where a size is known", pattern=ID
                ),
                _column(
                    "from_year",
                    "first year of the period that the count is for",
                    pattern=YEAR,
                    required=False,
                ),
                _column(
                    "year",
                    "year that the count is for, where the statement gives none",
                    pattern=YEAR,
                    required=False,
                ),
                _NOTE,
            ),
            ("id",),
        ),
        Table(
            "flows.csv",
            "Which yearly flow feeds which stock",
            (
                _id("flow", "the yearly amount", "indicators"),
                _id("stock", "the stock or cumulative count that it adds to", "indicators"),
                _NOTE,
            ),
            ("flow", "stock"),
        ),
        Table(
            "stages.csv",
            "Stages that two documents of a place name in words, not numbers: read by hand",
            (
                _id("place", "where", "places"),
                _id("indicator", "what, where it is an indicator", "indicators", required=False),
                _text("topic", "what the stages belong to", required=True),
                _text("topic_en", "the same in English", required=True),
                _id("earlier_document", "the earlier document", "documents"),
                _column("earlier_at", "where it says so", pattern=STAGE_LOCATOR),
                _column("earlier_year", "the year that it names", pattern=YEAR),
                _text("earlier", "the stage, a few characters as printed", required=True),
                _text("earlier_en", "the same in English", required=True),
                _id("later_document", "the later document", "documents"),
                _column("later_at", "where it says so", pattern=STAGE_LOCATOR),
                _column("later_year", "the year that it names", pattern=YEAR),
                _text("later", "the stage, a few characters as printed", required=True),
                _text("later_en", "the same in English", required=True),
                _column(
                    "relation",
                    "how far the later document is compared with the earlier",
                    values=STAGE_RELATIONS,
                ),
                _NOTE,
            ),
            ("place", "topic", "earlier_document", "later_document"),
        ),
        Table(
            "identities.csv",
            "Which indicator can never exceed which",
            (
                _id("subset", "the part", "indicators"),
                _id("superset", "the whole", "indicators"),
                _text("reason", "why", required=True),
            ),
            ("subset", "superset"),
        ),
    )
}
"""The tables beside the documents."""

_YEARS_NOTE = "one column per year holds the characters as printed"
DOCUMENT_TABLES = {
    "table": Table(
        "table.csv",
        "The target table as printed; " + _YEARS_NOTE,
        (
            _column(
                "row",
                "printed serial; a letter marks an unnumbered further line",
                pattern=r"[0-9]{1,4}[a-z]?",
            ),
            _text("domain", "as printed"),
            _id("indicator", "the indicator", "indicators"),
            _text("printed_name", "as printed, without star and unit"),
            _column(
                "star", "core marker: *, empty, or ? where it was lost", values=("*", "?"), required=False
            ),
            _text("printed_unit", "as printed"),
            _text("department", "as printed"),
        ),
        ("row",),
        optional=True,
    ),
    "statements": Table(
        "statements.csv",
        "Every quantitative target or baseline in the running text, in its order",
        (
            _column("id", "running number", pattern=r"[0-9]{1,4}"),
            _text("section", "printed heading numerals", required=True),
            _text("item", "printed item number"),
            _id(
                "indicator",
                "the indicator, where the alias table has the phrase",
                "indicators",
                required=False,
            ),
            _text("phrase", "the indicator phrase as printed", required=True),
            _column("from_year", "first year of a period", pattern=YEAR, required=False),
            _column("year", "the year that the text gives", pattern=YEAR, required=False),
            _text("printed", "the figure as printed, with comparator and unit", required=True),
            _column("kind", "what sort of statement", values=STATEMENT_KINDS),
            _NOTE,
        ),
        ("id",),
        optional=True,
    ),
    "decisions": Table(
        "decisions.csv",
        "Every reading that needed judgement",
        (
            _column(
                "at",
                "what is decided: table:ROW, table:ROW:YEAR, table:ROW:COLUMN, header:YEAR, statement:ID",
                pattern=r"table:[0-9]{1,4}[a-z]?(?::[a-z_0-9]+)?|header:[0-9]{4}|statement:[0-9]{1,4}(?::[a-z_]+)?",
            ),
            _text("printed", "the characters as printed"),
            _text("reading", "how they are read; parts are separated by |", required=True),
            _text("reason", "why", required=True),
            _column("confidence", "how sure", values=CONFIDENCES),
            _text("alternatives", "other readings", required=True),
        ),
        ("at", "printed", "reading"),
        optional=True,
    ),
    "asides": Table(
        "asides.csv",
        "Every figure of the running text that is no target and no baseline, and why",
        (
            _text("text", "the characters around the figure, as printed", required=True),
            _column(
                "why",
                "what the figure is",
                values=("name", "age", "serial", "date", "reference", "threshold", "time", "text"),
            ),
            _column("times", "how often it stands in the text", pattern=r"[0-9]{1,3}"),
        ),
        ("text",),
        optional=True,
    ),
}
"""The tables of one document's folder."""

_FORMATS = {ID: "string", DOCUMENT_ID: "string", NUMBER: "number", YEAR: "integer", r"[0-9]{1,4}": "integer"}


def descriptor(root: Path) -> dict:
    """The data package of a folder: every table there is, described by its schema.

    Parameters
    ----------
    root : Path
        The data folder.

    Returns
    -------
    dict
        A Data Package (version 1) with one Tabular Data Resource per file.
    """
    resources = [
        _resource(name, table.path, table, _columns_there(root / table.path, table))
        for name, table in TABLES.items()
        if (root / table.path).is_file()
    ]
    for folder in sorted(path for path in (root / "documents").iterdir() if path.is_dir()):
        for name, table in DOCUMENT_TABLES.items():
            path = folder / table.path
            if path.is_file():
                columns = _document_columns(path, table)
                relative = path.relative_to(root).as_posix()
                resources.append(_resource(f"{folder.name}-{name}", relative, table, columns))
    return {
        "profile": "tabular-data-package",
        "name": "qiyou",
        "title": "County public-service target plans of Zhejiang, transcribed",
        "description": "Target tables and statements of county public-service plans with every reading that needed "
        "judgement, and the observed values that the analysis uses.",
        "resources": resources,
    }


def _columns_there(path: Path, table: Table) -> tuple[Column, ...]:
    """The columns of a table, without the optional ones that the file does not have."""
    header = _header(path)
    return tuple(column for column in table.columns if not column.optional or column.name in header)


def _header(path: Path) -> list[str]:
    return path.read_text(encoding="utf-8").split("\n", 1)[0].split(",")


def _document_columns(path: Path, table: Table) -> tuple[Column, ...]:
    """The columns of a document's table in the file's order, the years included."""
    known = {column.name: column for column in table.columns}
    header = _header(path)
    return tuple(known.get(name) or _text(name, f"the cell for {name}, as printed") for name in header)


def _resource(name: str, path: str, table: Table, columns: tuple[Column, ...]) -> dict:
    names = {column.name for column in columns}
    key = [name for name in table.key if name in names]
    schema = {"fields": [_field(column) for column in columns], "primaryKey": key, "missingValues": [""]}
    foreign = [
        {"fields": column.name, "reference": {"resource": column.refers, "fields": "id"}}
        for column in columns
        if column.refers in TABLES
    ]
    if foreign:
        schema["foreignKeys"] = foreign
    return {
        "profile": "tabular-data-resource",
        "name": name,
        "path": path,
        "title": table.title,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "schema": schema,
    }


def _field(column: Column) -> dict:
    kind = "boolean" if column.values == ("true", "false") else _FORMATS.get(column.pattern, "string")
    constraints: dict = {"required": True} if column.required else {}
    if kind == "string" and column.pattern:
        constraints["pattern"] = column.pattern
    if kind == "string" and column.values:
        constraints["enum"] = list(column.values)
    described = {"name": column.name, "type": kind, "description": column.description}
    return {**described, "constraints": constraints} if constraints else described


def write_descriptor(root: Path) -> Path:
    """Write ``datapackage.json`` anew."""
    path = root / "datapackage.json"
    text = json.dumps(descriptor(root), ensure_ascii=False, indent=2) + "\n"
    disk.write(path, text.encode("utf-8"))
    return path


_BEGIN, _END = "<!-- tables: generated by python -m qiyou.data -->", "<!-- end of tables -->"


def dictionary() -> str:
    """The columns of every table as Markdown, for data/README.md."""
    parts = []
    for heading, tables in (("Tables", TABLES), ("Files of a document's folder", DOCUMENT_TABLES)):
        parts.append(f"## {heading}")
        for table in tables.values():
            parts.append(
                f"### `{table.path}`\n\n{table.title}. Key: {', '.join(f'`{name}`' for name in table.key)}."
            )
            rows = [
                f"| `{column.name}` | {column.description} | {_form(column)} |" for column in table.columns
            ]
            parts.append("\n".join(["| column | what it holds | form |", "|---|---|---|", *rows]))
    return "\n\n".join(parts)


def _form(column: Column) -> str:
    """What a cell must look like, for the data dictionary."""
    form = " \\| ".join(f"`{value}`" for value in column.values)
    if column.refers:
        form = f"an id of `{column.refers}`"
    elif column.pattern and not form:
        form = {ID: "id", NUMBER: "number", YEAR: "year"}.get(
            column.pattern, f"`{column.pattern}`".replace("|", "\\|")
        )
    empty = ", may be left out" if column.optional else "" if column.required else ", may be empty"
    return (form or "text") + empty


def write_dictionary(root: Path) -> Path:
    """Write the generated part of data/README.md anew."""
    path = root / "README.md"
    before, _, rest = path.read_text(encoding="utf-8").partition(_BEGIN)
    after = rest.partition(_END)[2]
    disk.write(path, f"{before}{_BEGIN}\n\n{dictionary()}\n\n{_END}{after}".encode())
    return path
