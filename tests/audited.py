"""Documents to audit, and what can be altered in them."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from qiyou.data import root
from qiyou.data.documents import Document, read_document
from qiyou.data.files import Findings


def document_of(name: str, folder: Path | None = None) -> Document:
    document = read_document((folder or root()) / "documents" / name, Findings(root()), lenient=False)
    assert document is not None
    return document


def altered(document: Document, sheet: str, index: int, **cells: str) -> Document:
    """The document with some cells of one row replaced."""
    old = document.sheets[sheet]
    records = list(old.records)
    records[index] = {**records[index], **cells}
    return replace(document, sheets={**document.sheets, sheet: replace(old, records=tuple(records))})


def without(document: Document, sheet: str, index: int) -> Document:
    old = document.sheets[sheet]
    records, lines = (part[:index] + part[index + 1 :] for part in (old.records, old.lines))
    return replace(document, sheets={**document.sheets, sheet: replace(old, records=records, lines=lines)})


def figures(document: Document):
    """Every printed cell and every statement's figure: sheet, row, column, characters."""
    for sheet, columns in (("table", document.years), ("statements", ("printed",))):
        if sheet in document.sheets:
            for index, record in enumerate(document.sheets[sheet].records):
                for column in columns:
                    yield sheet, index, column, record[column]
