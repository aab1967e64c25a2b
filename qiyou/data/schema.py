"""The columns of every table, read from ``datapackage.json``: the one place from which checks and data dictionary are
made.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from qiyou.errors import DataError, Message

ID = r"[a-z一-龥][a-z0-9_一-龥]{0,79}"
DOCUMENT_ID = r"[a-z一-龥][a-z0-9一-龥]*(?:-[a-z0-9一-龥]+)*"
YEAR = r"(?:19|20)[0-9]{2}"
_FORMS = {"number": r"-?[0-9]+(?:\.[0-9]+)?", "year": YEAR, "integer": "[0-9]{1,4}"}
_PACKAGE = Path(__file__).resolve().parent.parent


def root() -> Path:
    """The data folder: that of the checkout, else the one that was installed with the package.

    Raises
    ------
    DataError
        If there is none.
    """
    for folder in (_PACKAGE.parent / "data", _PACKAGE / "_data"):
        if (folder / "datapackage.json").is_file():
            return folder
    raise DataError("data.no_folder")


@dataclass(frozen=True)
class Column:
    """A column: its name, what it holds, and what a cell must look like (``pattern``, ``values`` or ``refers``).

    An ``optional`` column may be left out of the file; its cells are then empty. A ``later`` one is required, but may
    wait in a folder of one's own.
    """

    name: str
    type: str
    description: str
    pattern: str = ""
    values: tuple[str, ...] = ()
    required: bool = False
    refers: str = ""
    optional: bool = False
    later: bool = False

    def complaint(self, cell: str, own: bool = False) -> Message | None:
        """What is wrong with a cell, in a folder of one's `own` or not, if anything is."""
        told = {"name": self.name, "cell": cell, "values": self.values, "pattern": self.pattern}
        if not cell:
            key = "data.cell_empty_of" if self.values else "data.cell_empty"
            return Message(key, **told) if self.required and not (own and self.later) else None
        if self.values and cell not in self.values:
            return Message("data.cell_values", **told)
        if self.pattern and not re.fullmatch(self.pattern, cell):
            return Message("data.cell_pattern", **told)
        return None


@dataclass(frozen=True)
class Table:
    """A table: where it lies, what it is, its columns and its key."""

    path: str
    title: str
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of the columns."""
        return tuple(column.name for column in self.columns)

    def values(self, name: str) -> tuple[str, ...]:
        """The words that a column allows."""
        return next(column.values for column in self.columns if column.name == name)


def _column(about: dict, refers: str, **may: bool) -> Column:
    rules = about.get("constraints", {})
    allowed = ("true", "false") if about["type"] == "boolean" else rules.get("enum", ())
    pattern = rules.get("pattern", "" if allowed else _FORMS.get(about["type"], ""))
    required, values = rules.get("required", False), tuple(map(str, allowed))
    described = about["name"], about["type"], about["description"]
    return Column(*described, pattern, values, required, refers, **may)


def _table(resource: dict) -> Table:
    schema = resource["schema"]
    more = schema.get("qiyou", {})
    refers = {key["fields"]: key["reference"]["resource"] for key in schema.get("foreignKeys", ())}
    refers |= dict.fromkeys(more.get("documents", ()), "documents")
    later, known = more.get("later", ()), [(about, about["name"]) for about in schema["fields"]]
    columns = [_column(about, refers.get(name, ""), later=name in later) for about, name in known]
    columns += [_column(about, "", optional=True) for about in more.get("optionalFields", ())]
    key = more.get("key", schema["primaryKey"])
    return Table(resource["path"], resource["title"], tuple(columns), tuple(key))


_DESCRIPTOR = json.loads((root() / "datapackage.json").read_text(encoding="utf-8"))

TABLES = {one["name"]: _table(one) for one in _DESCRIPTOR["resources"] if "/" not in one["path"]}
"""The tables beside the documents."""

DOCUMENT_TABLES = {one["name"]: _table(one) for one in _DESCRIPTOR["qiyou"]["documentTables"]}
"""The tables of one document's folder."""

EXTENTS = tuple(_DESCRIPTOR["qiyou"]["extents"])
TABLE_STATUSES = tuple(_DESCRIPTOR["qiyou"]["tableStatuses"])
GRADES = TABLES["sources"].values("grade")
