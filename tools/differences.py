"""What differs between two executions of one notebook: which number moved, in which cell, row and column.

A difference of bytes says nothing to a reader. This module compares the outputs of two executions cell by
cell, tables field by field and text word by word, and says what it was and what it is now. Pictures are
compared as bytes and reported apart, because their bytes are only equal inside one lock and on one platform,
while numbers are equal everywhere.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any

_NUMBER = re.compile(r"[-−+]?\d[\d,]*(?:\.\d+)?(?:[eE][-+]?\d+)?[%‰]?")
_ROW = re.compile(r"<tr\b.*?</tr>", re.DOTALL)
_FIELD = re.compile(r"<t[hd]\b[^>]*>(.*?)</t[hd]>", re.DOTALL)
_TAG = re.compile(r"<[^>]+>")
_LONGEST = 70


@dataclass(frozen=True)
class Change:
    """One difference between two executions of a notebook.

    Attributes
    ----------
    notebook : str
        File name.
    cell : int
        Number of the code cell, from 1, as Jupyter shows it; 0 for the notebook as a whole.
    kind : str
        ``number`` (the same text around another number), ``text``, ``picture`` or ``new`` (never executed
        before).
    old, new : str
        What it was and what it is; empty for a picture and for ``new``.
    where : str
        Row and column of a table, or the line of text.

    Examples
    --------
    >>> print(Change("02_core.ipynb", 5, "number", "85.2", "85.3", "row yuhuan, column 2027"))
    02_core.ipynb, cell 5: 85.2 -> 85.3 (row yuhuan, column 2027)
    """

    notebook: str
    cell: int
    kind: str
    old: str = ""
    new: str = ""
    where: str = ""

    def __str__(self) -> str:
        if self.kind == "new":
            return f"{self.notebook}: executed for the first time"
        if self.kind == "picture":
            return f"{self.notebook}, cell {self.cell}: the picture differs"
        place = f" ({self.where})" if self.where else ""
        return f"{self.notebook}, cell {self.cell}: {self.old or 'nothing'} -> {self.new or 'nothing'}{place}"


def compare(name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """Compare two executions of the same notebook.

    Parameters
    ----------
    name : str
        File name, for the messages.
    old, new : mapping
        Notebooks in nbformat 4 with the same cells; only what the code cells put out is compared.

    Returns
    -------
    list of Change
        In the order of the cells; empty when every output is equal.

    Examples
    --------
    >>> def notebook(text):
    ...     stream = {"output_type": "stream", "name": "stdout", "text": text}
    ...     return {"cells": [{"cell_type": "code", "execution_count": 1, "outputs": [stream]}]}
    >>> [str(c) for c in compare("a.ipynb", notebook("gap: 2.5 points"), notebook("gap: 2.6 points"))]
    ['a.ipynb, cell 1: 2.5 -> 2.6 (in: gap: 2.6 points)']
    """
    before, after = _code_cells(old), _code_cells(new)
    if after and all(cell["execution_count"] is None for cell in before):
        return [Change(name, 0, "new")]
    changes = []
    for number, (was, now) in enumerate(zip(before, after, strict=True), start=1):
        found = list(_moved(_lines(was["outputs"]), _lines(now["outputs"])))
        if not found and _texts(was["outputs"]) != _texts(now["outputs"]):
            found = list(_moved(_plain(was["outputs"]), _plain(now["outputs"]))) or [
                ("text", "its text", "the same words, set differently", "")
            ]
        if _pictures(was["outputs"]) != _pictures(now["outputs"]):
            found.append(("picture", "", "", ""))
        changes += [Change(name, number, *one) for one in found]
    return changes


def _code_cells(notebook: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]


def _is_picture(kind: str) -> bool:
    return kind.startswith("image/")


def _pictures(outputs: Sequence[Mapping[str, Any]]) -> list[Any]:
    return [
        (kind, content)
        for output in outputs
        for kind, content in output.get("data", {}).items()
        if _is_picture(kind)
    ]


def _texts(outputs: Sequence[Mapping[str, Any]]) -> list[Any]:
    """Everything in the outputs of a cell that is not a picture."""
    texts = []
    for output in outputs:
        data = {kind: content for kind, content in output.get("data", {}).items() if not _is_picture(kind)}
        texts.append((output["output_type"], output.get("name"), output.get("text"), data))
    return texts


@dataclass(frozen=True)
class _Line:
    fields: tuple[str, ...]
    header: tuple[str, ...] | None = None

    def place(self, field: int) -> str:
        """Where a field stands, in the words of the table or of the line."""
        if self.header is None:
            line = " ".join(self.fields)
            return "in: " + (line if len(line) <= _LONGEST else line[: _LONGEST - 1] + "…")
        others = [text for i, text in enumerate(self.fields) if i != field]
        label = next((text for text in others if text and not _NUMBER.fullmatch(text)), self.fields[0])
        # A row label that spans rows is printed once, so that columns line up from the right only.
        from_right = field - len(self.fields)
        column = self.header[from_right] if -from_right <= len(self.header) else ""
        return f"row {label}" + (f", column {column}" if column else "")


def _lines(outputs: Sequence[Mapping[str, Any]]) -> list[_Line]:
    """The outputs of a cell as lines of fields, from the HTML table where there is one."""
    lines = []
    for output in outputs:
        markup = output.get("data", {}).get("text/html", "")
        lines += _table(markup) if "<table" in markup else _plain([output])
    return lines


def _table(markup: str) -> list[_Line]:
    rows = [
        tuple(" ".join(html.unescape(_TAG.sub(" ", field)).split()) for field in _FIELD.findall(row))
        for row in _ROW.findall(markup)
    ]
    return [_Line(row, header=rows[0]) for row in rows]


def _plain(outputs: Sequence[Mapping[str, Any]]) -> list[_Line]:
    texts = []
    for output in outputs:
        texts.append(output.get("text", ""))
        texts += [
            c for kind, c in output.get("data", {}).items() if isinstance(c, str) and not _is_picture(kind)
        ]
    return [_Line(tuple(line.split())) for text in texts for line in text.splitlines() if line.strip()]


def _moved(old: list[_Line], new: list[_Line]) -> Iterator[tuple[str, str, str, str]]:
    """Yield (kind, old, new, where) for what differs between two lists of lines."""
    matcher = SequenceMatcher(
        None, [line.fields for line in old], [line.fields for line in new], autojunk=False
    )
    for operation, a, b, c, d in matcher.get_opcodes():
        if operation == "equal":
            continue
        if b - a == d - c:
            for was, now in zip(old[a:b], new[c:d], strict=True):
                yield from _moved_in_line(was, now)
        else:
            for was in old[a:b]:
                yield "text", _short(" ".join(was.fields)), "", ""
            for now in new[c:d]:
                yield "text", "", _short(" ".join(now.fields)), ""


def _moved_in_line(old: _Line, new: _Line) -> Iterator[tuple[str, str, str, str]]:
    if len(old.fields) != len(new.fields):
        yield "text", _short(" ".join(old.fields)), _short(" ".join(new.fields)), ""
        return
    for i, (was, now) in enumerate(zip(old.fields, new.fields, strict=True)):
        if was == now:
            continue
        if _NUMBER.sub("#", was) == _NUMBER.sub("#", now):
            for one, other in zip(_NUMBER.findall(was), _NUMBER.findall(now), strict=True):
                if one != other:
                    yield "number", one, other, new.place(i)
        else:
            yield "text", _short(was), _short(now), new.place(i)


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
