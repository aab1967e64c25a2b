"""Whether a figure can be read in print: no text overlaps, is cut, too small or in a font that is not there.

``python -m tools.legibility [NAME ...]`` draws every registered figure in both languages and widths and
prints what does not hold. `overlaps` and `faults` are what the tests ask.
"""

from __future__ import annotations

import copy
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from qiyou import figures
from qiyou.errors import QiyouError
from qiyou.figures import NOTE_GID
from qiyou.plot import style

if TYPE_CHECKING:
    from matplotlib.artist import Artist
    from matplotlib.figure import Figure as MplFigure
    from matplotlib.text import Text

NOTE_SHARE = 0.12
"""The most of a picture's height that its note may take."""


@dataclass(frozen=True, slots=True)
class Clash:
    """A text that cannot be read as it stands.

    Attributes
    ----------
    kind : {"overlap", "outside"}
        Two texts lie on each other, or one leaves the figure (or the axes that clip it).
    first, second : str
        The texts; `second` is empty for ``"outside"``.
    depth : float
        By how much, in points: how far one text would have to move.
    """

    kind: str
    first: str
    second: str
    depth: float

    def __str__(self) -> str:
        if self.kind == "overlap":
            return f"“{self.first}” and “{self.second}” overlap by {self.depth:.1f} pt"
        return f"“{self.first}” leaves the figure by {self.depth:.1f} pt"


def overlaps(fig: MplFigure, *, tolerance: float = 1.0) -> list[Clash]:
    """Texts that lie on one another or leave the figure.

    Every visible text is taken: tick labels in view, labels, titles, legends, annotations, tables. Rotated
    text is compared by its own rectangle, not by the upright box around it.

    Parameters
    ----------
    fig : matplotlib.figure.Figure
        It is laid out first, as saving would do.
    tolerance : float
        Points by which two boxes may run into one another: a box is as high as the font's longest strokes
        reach, and so a little larger than its ink.

    Returns
    -------
    list of Clash
        Empty if all text can be read. Texts outside first, then overlaps, each in drawing order.

    Examples
    --------
    >>> from matplotlib.figure import Figure as MplFigure
    >>> fig = MplFigure(figsize=(3, 2))
    >>> _ = fig.text(0.3, 0.5, "here"), fig.text(0.32, 0.5, "there")
    >>> [(clash.kind, clash.first, clash.second) for clash in overlaps(fig)]
    [('overlap', 'here', 'there')]
    """
    with style.context():
        fig.draw_without_rendering()
        texts = list(visible_texts(fig))
        pixel = 72 / fig.dpi
        quads = np.array([_corners(text) for text in texts]).reshape(-1, 4, 2) * pixel
        page = fig.bbox.get_points() * pixel
        found = []
        for text, quad in zip(texts, quads, strict=True):
            # The note stands under the figure, in room that save() adds for it.
            if text.get_gid() != NOTE_GID and (excess := _excess(quad, page, text, pixel)) > tolerance:
                found.append(Clash("outside", text.get_text(), "", excess))
    for i, j in _candidates(quads):
        if (depth := _depth(quads[i], quads[j])) > tolerance:
            found.append(Clash("overlap", texts[i].get_text(), texts[j].get_text(), depth))
    return found


def visible_texts(artist: Artist) -> Iterator[Text]:
    """Every text below `artist` that will be drawn."""
    from matplotlib.axes import Axes
    from matplotlib.axis import Axis
    from matplotlib.table import Cell
    from matplotlib.text import Text

    if not artist.get_visible():
        return
    if isinstance(artist, Text):
        if artist.get_text().strip() and artist.get_alpha() != 0:
            yield artist
    elif isinstance(artist, Axis):
        for child in (artist.label, artist.get_offset_text(), *_labels_in_view(artist)):
            yield from visible_texts(child)
    elif isinstance(artist, Cell):
        yield from visible_texts(artist.get_text())
    else:
        for child in artist.get_children():
            if not (isinstance(child, Axis) and isinstance(artist, Axes) and not artist.axison):
                yield from visible_texts(child)


def _labels_in_view(axis: Artist) -> Iterator[Text]:
    """matplotlib keeps ticks beyond the ends of an axis and does not draw them."""
    low, high = sorted(axis.get_view_interval())
    slack = 1e-9 * (high - low)
    for tick in [*axis.get_major_ticks(), *axis.get_minor_ticks()]:
        if tick.get_visible() and low - slack <= tick.get_loc() <= high + slack:
            yield tick.label1
            yield tick.label2


def _corners(text: Text) -> np.ndarray:
    """The four corners of a text in pixels, in order around it."""
    from matplotlib.text import Text

    # Not text.get_window_extent(): that of an annotation would contain its arrow.
    (x0, y0), (x1, y1) = Text.get_window_extent(text).get_points()
    angle = text.get_rotation()
    width, height = x1 - x0, y1 - y0
    if angle % 90:
        level = copy.copy(text)
        level.set_rotation(0)
        width, height = Text.get_window_extent(level).size
        turn = np.deg2rad(angle)
    else:
        turn = 0.0
    half = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * (width / 2, height / 2)
    spin = np.array([[np.cos(turn), np.sin(turn)], [-np.sin(turn), np.cos(turn)]])
    return half @ spin + ((x0 + x1) / 2, (y0 + y1) / 2)


def _excess(quad: np.ndarray, page: np.ndarray, text: Text, pixel: float) -> float:
    """How far a text sticks out of the figure or out of the box that clips it, in points."""
    box = page
    if text.get_clip_on() and text.get_clip_box() is not None:
        clip = text.get_clip_box().get_points() * pixel
        if (quad.max(axis=0) <= clip[0]).any() or (quad.min(axis=0) >= clip[1]).any():
            return 0.0  # nothing of it is drawn
        box = np.array([np.maximum(page[0], clip[0]), np.minimum(page[1], clip[1])])
    return float(max((box[0] - quad.min(axis=0)).max(), (quad.max(axis=0) - box[1]).max()))


def _candidates(quads: np.ndarray) -> Iterator[tuple[int, int]]:
    """Pairs whose upright boxes meet."""
    low, high = quads.min(axis=1), quads.max(axis=1)
    meet = ((low[:, None] < high[None]) & (low[None] < high[:, None])).all(axis=-1)
    for i, j in zip(*np.nonzero(np.triu(meet, k=1)), strict=True):
        yield int(i), int(j)


def _depth(first: np.ndarray, second: np.ndarray) -> float:
    """How deep two rectangles lie in one another: the least overlap along their sides (separating axis)."""
    sides = np.array([first[1] - first[0], first[3] - first[0], second[1] - second[0], second[3] - second[0]])
    sides = sides / np.linalg.norm(sides, axis=1, keepdims=True)
    a, b = first @ sides.T, second @ sides.T
    return float((np.minimum(a.max(axis=0), b.max(axis=0)) - np.maximum(a.min(axis=0), b.min(axis=0))).min())


def faults(fig: MplFigure) -> list[str]:
    """What keeps a figure from print: clashes, sizes, fonts, an unfit page; empty if nothing does."""
    from matplotlib.font_manager import fontManager

    found = [str(clash) for clash in overlaps(fig)]
    width, height = fig.get_size_inches() * style.MM_PER_INCH
    if min(abs(width - known) for known in style.WIDTHS.values()) > 0.5:
        found.append(f"{width:.0f} mm wide, not 170 or 82 mm")
    if height > style.MAX_HEIGHT_MM + 0.5:
        found.append(f"{height:.0f} mm high; an A4 page holds {style.MAX_HEIGHT_MM:g} mm")
    for text in visible_texts(fig):
        properties, said = text.get_fontproperties(), text.get_text()
        if text.get_fontsize() < style.MIN_SIZE:
            found.append(
                f"“{said}” is {text.get_fontsize():g} pt; below {style.MIN_SIZE:g} pt Chinese closes up"
            )
        if (
            properties.get_weight() not in (400, "normal", "regular", "book")
            or properties.get_style() != "normal"
        ):
            found.append(f"“{said}” is bold or italic; the font has one regular face only")
        try:
            fontManager.findfont(properties, fallback_to_default=False)
        except ValueError:
            found.append(f"the font {', '.join(properties.get_family())} of “{said}” is not there")
    notes = [text for text in fig.texts if text.get_gid() == NOTE_GID]
    if notes and width > style.WIDTHS["column"] + 1:
        below = -notes[0].get_window_extent(fig.canvas.get_renderer()).y0 / fig.dpi * style.MM_PER_INCH
        if (share := below / (below + height)) > NOTE_SHARE + 0.005:
            found.append(f"the note takes {share:.0%} of the height")
    return found


def main(names: list[str]) -> int:
    """Draw the registered figures and print their faults; 1 if there are any."""
    import tempfile

    import matplotlib.pyplot as plt

    import qiyou

    data, bad = qiyou.load(), 0
    with tempfile.TemporaryDirectory() as folder:
        for entry in figures.FIGURES:
            if names and entry.name not in names:
                continue
            for lang in style.LANGUAGES:
                for width in entry.widths:
                    choice = {"width": width} if width != "full" else {}
                    try:
                        drawn = entry.draw(data, lang, **choice)
                        if not choice:
                            figures.save(drawn, entry.name, lang=lang, folder=folder)
                        found = faults(drawn.figure)
                    except QiyouError as error:
                        found = [str(error)]
                    bad += bool(found)
                    print(f"{lang}/{entry.name} ({width}):", "; ".join(found) or "fit for print")
                    plt.close("all")
    return int(bad > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
