"""One paper, written as Word, as a web page and as a workbook: the same blocks, and the same bytes every time.

How it looks is in ``tables/brief.docx``, whose styles name a Chinese font each, and in ``tables/brief.css``.
"""

from __future__ import annotations

import base64
import html
import io
import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import resources

import pandas as pd

from qiyou import disk, words

_LANG = {"zh": "zh-CN", "en": "en"}
_STYLES = {"lead": "Subtitle", "heading": "Heading 1", "sentence": "List Number", "bullet": "List Bullet"}
_STYLES |= {"caption": "Caption", "note": "Note", "source": "Source"}


@dataclass(frozen=True)
class Figure:
    """A picture with its caption and alternative text."""

    png: bytes
    caption: str
    alt: str


@dataclass(frozen=True)
class Paper:
    """What a briefing holds, in reading order: blocks of a kind and its content.

    Kinds: ``lead, heading, caption, note, bullet, source`` (text), ``sentence`` (text, evidence), ``table`` (a
    frame of texts) and ``figures`` (a list of `Figure`).
    """

    title: str
    lang: str
    blocks: Sequence[tuple]


def _template(name: str) -> bytes:
    return resources.files("qiyou").joinpath("tables", name).read_bytes()


def docx(paper: Paper) -> bytes:
    """The paper as a Word file, A4."""
    from docx import Document

    document = Document(io.BytesIO(_template("brief.docx")))
    document.core_properties.title, document.core_properties.language = paper.title, _LANG[paper.lang]
    document.add_paragraph(paper.title, style="Title")
    for kind, content in paper.blocks:
        if kind == "table":
            _table(document, content)
        elif kind == "figures":
            _pictures(document, content)
        else:
            text, *evidence = [content] if isinstance(content, str) else content
            paragraph = document.add_paragraph(text, style=_STYLES[kind])
            for said in evidence:
                paragraph.add_run(said, style="Evidence")
    buffer = io.BytesIO()
    document.save(buffer)
    return undated(buffer.getvalue())


def _table(document, frame: pd.DataFrame, whole: float = 170) -> None:
    """A table as wide as what is written asks, long names in two lines; its head is repeated, no row is split."""
    from docx.oxml import OxmlElement
    from docx.shared import Mm

    table = document.add_table(rows=len(frame) + 1, cols=frame.shape[1], style="Brief Table")
    table.autofit = False
    wide = words.table_width
    sizes = [max(min(wide(frame[name]), 36), min(wide([name]), 12)) + 3 for name in frame]
    for column, name, size in zip(table.columns, frame, sizes, strict=True):
        column.width = Mm(whole * size / sum(sizes))
        for cell, text in zip(column.cells, [name, *frame[name]], strict=True):
            cell.width, cell.text, cell.paragraphs[0].style = column.width, text, "Cell"
    rows = list(table.rows)
    for row in rows:
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        # a table that fits on a page is not broken
        row.cells[0].paragraphs[0].paragraph_format.keep_with_next = row is not rows[-1]
    table.rows[0]._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))
    for cell in table.rows[0].cells:
        cell.paragraphs[0].runs[0].bold = True


def _pictures(document, figures: Sequence[Figure]) -> None:
    """Pictures side by side, each over its caption."""
    from docx.shared import Mm

    table = document.add_table(rows=2, cols=len(figures))
    for column, figure in enumerate(figures):
        above, below = (table.cell(row, column).paragraphs[0] for row in (0, 1))
        shape = above.add_run().add_picture(io.BytesIO(figure.png), width=Mm(168 / max(len(figures), 2) - 10))
        above.paragraph_format.line_spacing, above.paragraph_format.keep_with_next = 1.0, True
        shape._inline.docPr.set("descr", figure.alt)
        below.text, below.style, below.paragraph_format.keep_with_next = figure.caption, "Caption", False


def undated(content: bytes) -> bytes:
    """An office file with nothing in it that tells when it was written."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as old, zipfile.ZipFile(buffer, "w") as new:
        for name in old.namelist():
            text = old.read(name)
            if name == "docProps/core.xml":
                text = re.sub(rb"(<dcterms:\w+ [^>]*>)[^<]*", rb"\g<1>2000-01-01T00:00:00Z", text)
            new.writestr(zipfile.ZipInfo(name), text, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def web(paper: Paper) -> bytes:
    """The paper as one web page that asks for nothing from elsewhere."""
    parts = [f"<h1>{html.escape(paper.title)}</h1>"]
    for kind, content in paper.blocks:
        if kind == "table":
            parts.append(content.to_html(index=False, border=0))
        elif kind == "figures":
            parts.append(f'<div class="figures">{"".join(map(pictured, content))}</div>')
        else:
            text, *evidence = map(html.escape, [content] if isinstance(content, str) else content)
            text += "".join(f'<span class="evidence">{said}</span>' for said in evidence)
            parts.append(f"<h2>{text}</h2>" if kind == "heading" else f'<p class="{kind}">{text}</p>')
    return page(paper.title, parts, paper.lang)


def page(title: str, parts: Sequence[str], lang: str) -> bytes:
    """A whole web page of its parts."""
    head = f'<!DOCTYPE html>\n<html lang="{_LANG[lang]}"><head><meta charset="utf-8">'
    head += (
        f"<title>{html.escape(title)}</title><style>\n{_template('brief.css').decode()}</style></head><body>"
    )
    return "\n".join([head, *parts, "</body></html>", ""]).encode()


def pictured(figure: Figure) -> str:
    """A picture inside a page."""
    data = base64.b64encode(figure.png).decode()
    image = f'<img alt="{html.escape(figure.alt)}" src="data:image/png;base64,{data}">'
    return f"<figure>{image}<figcaption>{html.escape(figure.caption)}</figcaption></figure>"


def workbook(tables: Mapping[str, pd.DataFrame]) -> bytes:
    """Tables as the sheets of a workbook: numbers typed, texts as texts, no cell that a spreadsheet would run.

    Parameters
    ----------
    tables : mapping of str to DataFrame
        Name of the sheet (at most 31 characters) and its table.

    Returns
    -------
    bytes
        The .xlsx file; the same tables give the same bytes.

    Examples
    --------
    >>> content = workbook({"a": pd.DataFrame({"printed": ["=1+1", "3.10"], "value": [2.0, 3.1]})})
    >>> import openpyxl
    >>> [cell.value for cell in openpyxl.load_workbook(io.BytesIO(content))["a"]["A"]]
    ['printed', "'=1+1", '3.10']
    """
    buffer = io.BytesIO()
    with pd.ExcelWriter(buffer, engine="openpyxl") as writer:
        for name, table in tables.items():
            safe = table.rename(columns=disk.neutral).map(_safe)
            safe.to_excel(writer, sheet_name=name, index=False, freeze_panes=(1, 0), inf_rep="∞")
            for column in writer.sheets[name].columns:
                texts = [cell for cell in column if isinstance(cell.value, str)]
                for cell in texts:
                    cell.number_format = "@"
                width = words.table_width(str(cell.value) for cell in texts)
                letter = column[0].column_letter
                writer.sheets[name].column_dimensions[letter].width = min(max(width + 2, 8), 70)
    return undated(buffer.getvalue())


def _safe(cell):
    return disk.neutral(re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1f]", "", cell)) if isinstance(cell, str) else cell
