"""What was transcribed and how every cell was read."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Patch, Rectangle

from qiyou import style
from qiyou.data.prints import cells
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plot import labels

# Fill, hatch and label of every way to read a cell; grey levels differ, so that the figure survives a photocopier.
_KEY = {
    "plain": ("#DCE9F2", "", {"zh": "照印读出", "en": "read as printed"}),
    "bound": ("#FFFFFF", "////", {"zh": "限值（>、<、≥）", "en": "a bound (>, <, ≥)"}),
    "high": ("#5B8DB8", "", {"zh": "经判断，把握高", "en": "by decision, confidence high"}),
    "medium": ("#832300", "", {"zh": "经判断，把握中", "en": "by decision, confidence medium"}),
    "word": ("#F7F7F7", "", {"zh": "文字，无数值", "en": "words, no number"}),
    "empty": ("#FFFFFF", "", {"zh": "空白", "en": "nothing printed"}),
}
_WIDEST = 8
# Millimetres: of the whole figure, of the serial numbers beside a table, of a half-width character.
_WIDTH, _SERIALS, _CHARACTER = 170, 10, 1.36
_PALE = "#C8C8C8"


@style.styled
def reading_overview(
    frame: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh", widest: int = _WIDEST
) -> Axes:
    """Draw one document's table, cell by cell, coloured by how each cell was read.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.data.prints.cells` of one document: row, year, printed, how, confidence.
    ax : Axes, optional
    lang : {"zh", "en"}
    widest : int
        How many half-width characters a cell has room for; what is longer is drawn as ``…``.

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If the frame is empty or holds more than one document.
    """
    if frame["document"].nunique() != 1:
        raise DataError("reading_overview draws one document; select it first")
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 150))[1]
    rows, years = list(dict.fromkeys(frame["row"])), sorted(frame["year"].unique())
    for cell in frame.itertuples():
        fill, hatch, _ = _KEY[_reading(cell)]
        place = (years.index(cell.year) - 0.5, rows.index(cell.row) - 0.5)
        # The hatch takes the colour of the edge: pale under the number, so the outline is a patch of its own.
        ax.add_patch(Rectangle(place, 1, 1, facecolor=fill, hatch=hatch, edgecolor=_PALE, linewidth=0))
        ax.add_patch(Rectangle(place, 1, 1, fill=False, edgecolor=style.RULE, linewidth=0.4))
        text = cell.printed if _width(cell.printed) <= widest else "…"
        ink = style.PAPER if _reading(cell) == "medium" else style.INK
        ax.text(
            place[0] + 0.5,
            place[1] + 0.5,
            text,
            ha="center",
            va="center",
            fontsize=style.SMALL_SIZE,
            color=ink,
        )
    ax.set_xlim(-0.5, len(years) - 0.5)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xticks(range(len(years)), [str(year) for year in years])
    ax.set_yticks(range(len(rows)), rows)
    ax.xaxis.tick_top()
    ax.tick_params(length=0)
    ax.grid(visible=False)
    for side in ax.spines.values():
        side.set_visible(False)
    return ax


def _width(text: str) -> int:
    """Width in half-width characters: a Chinese character takes two."""
    return sum(1 if character.isascii() else 2 for character in text)


def _reading(cell) -> str:
    return cell.confidence if cell.how == "decided" else cell.how


@style.styled
def reading_figure(data, lang: str) -> Drawing:
    """The two tables that were transcribed whole, cell by cell; the lost ones as the note says."""
    frame = cells(data.targets, data.decisions)
    documents = data.documents.set_index("id")
    whole = documents.index[documents["table"] == "transcribed"]
    fig = plt.figure(figsize=style.size("full", 182), layout="constrained")
    grid = fig.add_gridspec(2, len(whole), height_ratios=[19, 1])
    for column, document in enumerate(whole):
        ax = fig.add_subplot(grid[0, column])
        part = frame[frame["document"] == document]
        room = (_WIDTH / max(2, len(whole)) - _SERIALS) / part["year"].nunique() / _CHARACTER
        reading_overview(part, ax=ax, lang=lang, widest=min(_WIDEST, int(room)))
        title = documents.loc[document, "title" if lang == "zh" else "title_en"]
        ax.set_title(style.wrap(title, 148 / max(2, len(whole)), size=style.TITLE_SIZE), loc="left", pad=16)
    handles = [
        Patch(
            facecolor=fill,
            hatch=hatch,
            edgecolor=_PALE if hatch else style.RULE,
            linewidth=0.5,
            label=label[lang],
        )
        for fill, hatch, label in _KEY.values()
    ]
    key = fig.add_subplot(grid[1, :])
    key.set_axis_off()
    key.legend(handles=handles, loc="center left", ncols=3, frameon=False, borderaxespad=0)
    counts = frame[frame["document"].isin(whole)].pipe(_counts)
    return Drawing(
        fig,
        table=frame[frame["document"].isin(whole)][
            ["document", "row", "indicator", "variant", "year", "printed", "reading", "how", "confidence"]
        ].reset_index(drop=True),
        source=labels.sources(data.documents, whole, lang),
        alt=_alt(counts, documents, lang),
        note=_note(documents, lang),
    )


def _counts(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.groupby("document")["how"].value_counts().unstack(fill_value=0)


def _note(documents: pd.DataFrame, lang: str) -> str:
    lost = documents[documents["table"] == "lost"]
    titles = lost["title"].map("《{}》".format) if lang == "zh" else lost["title_en"]
    if lang == "zh":
        return f"行号为印出的序号；{'、'.join(titles)}的目标表在所见文本中缺失，不作补写；长单元格以“…”代替。"
    return (
        f"Rows carry the printed serial numbers. The tables of {' and '.join(titles)} are missing from the text and are "
        "not reconstructed. Long cells are shown as '…'."
    )


def _alt(counts: pd.DataFrame, documents: pd.DataFrame, lang: str) -> str:
    parts = []
    for document, row in counts.iterrows():
        title = documents.loc[document, "title" if lang == "zh" else "title_en"]
        decided, printed = row.get("decided", 0), row.sum() - row.get("empty", 0)
        form = (
            "{}：{}个有字单元格，其中{}个经判断读出"
            if lang == "zh"
            else "{}: {} printed cells, {} read by a decision"
        )
        parts.append(form.format(title, printed, decided))
    subject = {"zh": "目标表逐格读法", "en": "how every cell of the tables was read"}[lang]
    return alt_text("table", subject, ("；" if lang == "zh" else "; ").join(parts), lang=lang)
