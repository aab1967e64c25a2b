"""How every figure looks: font, sizes for an A4 page, colours that survive a black-and-white printer.

Nothing here changes matplotlib outside a ``with style.context(lang):`` block, except that the font file is
made known to matplotlib's list of fonts. Only one weight of the font exists: emphasis is made by size and
colour.
"""

from __future__ import annotations

import contextlib
import functools
import itertools
import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from importlib import resources
from types import MappingProxyType

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.errors import FigureError, need

LANGUAGES = ("zh", "en")

# An A4 page is 210 mm wide; margins of 20 mm leave 170 mm: two columns of 82 mm and a gutter of 6 mm.
MM_PER_INCH = 25.4
WIDTHS = MappingProxyType({"full": 170.0, "column": 82.0})
MAX_HEIGHT_MM = 230.0

# Points at the printed size. Below 7 pt the many strokes of Chinese characters close up in print.
MIN_SIZE, NOTE_SIZE, TEXT_SIZE, TITLE_SIZE = 7.0, 8.0, 9.0, 10.5
INK, MUTED, RULE, GRID, PAPER = "#1A1A1A", "#595959", "#8C8C8C", "#DEDEDE", "#FFFFFF"

# After Okabe and Ito (2008), moved apart in lightness: L* is 32, 71, 0, 58, 45, 16 in this order, so that any
# two differ by at least 12 when printed in grey. The nation is a broad grey line.
PLACE_COLOURS = ("#00489B", "#E69F00", "#000000", "#009E73", "#C13C00", "#4B0055")
# Sizes in points that make the markers look equally large.
MARKERS = MappingProxyType({"o": 5.2, "s": 4.8, "^": 6.0, "D": 4.6, "v": 6.0, "P": 6.6, "X": 6.4})
DASHES = ((), (5, 1.5), (1, 1.2), (6, 1.5, 1.5, 1.5), (9, 3))
NATION = "china"

FONT_PACKAGE = "pylopdf-fonts-zh-cn"
# matplotlib before 3.11 sees only the first face of a font collection, and that is the Japanese one.
_SYSTEM_FONTS = (
    "Microsoft YaHei, SimHei, PingFang SC, Noto Sans CJK SC, WenQuanYi Micro Hei, Noto Sans CJK JP"
)


def language(lang: str) -> str:
    """Return `lang` if it is one of the two languages of the figures; FigureError otherwise.

    Examples
    --------
    >>> language("zh")
    'zh'
    """
    need(lang in LANGUAGES, "plot.no_language", FigureError, given=repr(lang))
    return lang


def millimetres(width: str) -> float:
    """The width of a place on an A4 page: ``full``, 170 mm, or ``column``, 82 mm.

    Examples
    --------
    >>> millimetres("column")
    82.0
    """
    need(width in WIDTHS, "plot.no_width", FigureError, width=repr(width))
    return WIDTHS[width]


# ---------------------------------------------------------------- font and settings


def font() -> str:
    """Name of the font for Chinese and Latin text, made known to matplotlib.

    Noto Sans SC of the package pylopdf-fonts-zh-cn comes first, then system fonts.

    Raises
    ------
    FigureError
        If neither is there; the message says what to install.

    Examples
    --------
    >>> font()
    'Noto Sans SC'
    """
    # RuntimeError is what FreeType says of a damaged file; a system font can still do.
    with contextlib.suppress(ImportError, OSError, RuntimeError):
        return _register(_font_file())
    from matplotlib.font_manager import fontManager

    for name in _SYSTEM_FONTS.split(", "):
        with contextlib.suppress(ValueError):
            fontManager.findfont(name, fallback_to_default=False)
            return name
    raise FigureError("plot.no_font", package=FONT_PACKAGE, fonts=_SYSTEM_FONTS)


def _font_file() -> str:
    import pylopdf_fonts_zh_cn

    return str(pylopdf_fonts_zh_cn.sans_path())


def _register(path: str) -> str:
    """Put the font file before every other font of matplotlib's list; returns its family name."""
    from matplotlib.font_manager import fontManager

    known = fontManager.ttflist
    if all(entry.fname != path for entry in known):
        fontManager.addfont(path)
    # A font of the same name on the machine would win a tie by standing first, and change the bytes.
    known.sort(key=lambda entry: entry.fname != path)
    return known[0].name


def rc(lang: str = "zh") -> dict[str, object]:
    """Settings of matplotlib that differ from its defaults, as a plain dictionary.

    Examples
    --------
    >>> rc("en")["pdf.fonttype"], rc("en")["font.family"]
    (3, ['Noto Sans SC'])
    """
    import matplotlib as mpl

    language(lang)
    with resources.as_file(resources.files("qiyou") / "tables" / "figures.mplstyle") as path:
        settings = dict(mpl.rc_params_from_file(path, use_default_template=False))
    # Text made outside the context asks for "sans-serif" only; it must find Chinese characters too.
    return settings | {"font.family": [font()], "font.sans-serif": [font()]}


@contextlib.contextmanager
def context(lang: str = "zh") -> Iterator[None]:
    """Use the figure style inside a ``with`` block; afterwards every setting is what it was.

    The block starts from matplotlib's own defaults, so that a user's matplotlibrc cannot change a figure.

    Examples
    --------
    >>> import matplotlib
    >>> with context("zh"):
    ...     matplotlib.rcParams["font.family"]
    ['Noto Sans SC']
    >>> matplotlib.rcParams["font.family"]
    ['sans-serif']
    """
    import matplotlib.style

    settings = rc(lang)
    with matplotlib.style.context(["default", settings]):
        yield


def settle(figure) -> None:
    """Name the font in every text that asks for a generic one, in tick labels that are still to be made, too.

    Axes made outside the style, or cleared, would get the font of the moment at which they are drawn.
    """
    import matplotlib as mpl
    from matplotlib.text import Text

    for text in figure.findobj(Text):
        text.set_parse_math(False)
        if text.get_fontfamily() == ["sans-serif"]:
            text.set_fontfamily(mpl.rcParams["font.family"])


# ---------------------------------------------------------------- looks


@dataclass(frozen=True, slots=True)
class Look:
    """How one place is drawn in every figure: colour, marker and dashes (empty for a solid line)."""

    colour: str
    marker: str
    dashes: tuple[float, ...]

    @property
    def text_colour(self) -> str:
        """The colour, darkened until it can be read as text on white (contrast of at least 4.5)."""
        return readable(self.colour)

    def mark(self, *, hollow: bool = False) -> dict[str, object]:
        """Keyword arguments for ``Axes.plot`` of a single marker.

        Examples
        --------
        >>> looks(["yuhuan"])["yuhuan"].mark(hollow=True)["markerfacecolor"]
        '#FFFFFF'
        """
        return {
            "linestyle": "None",
            "marker": self.marker,
            "markersize": MARKERS[self.marker],
            "markerfacecolor": PAPER if hollow else self.colour,
            "markeredgecolor": self.colour if hollow else PAPER,
            "markeredgewidth": 1.2 if hollow else 0.5,
        }


def looks(data) -> Mapping[str, Look]:
    """The look of every place, the same in every figure of the same data.

    Counties that publish a document come first, in the order of ``data.places``, so that those which stand
    in one figure differ most; a place added later takes none of the looks given. The three cycles have 6, 7
    and 5 members, which share no divisor: a combination comes back only after 210 places. The nation is grey.

    Parameters
    ----------
    data : Data or sequence of str
        What `qiyou.load` returns, or place ids in their order.

    Examples
    --------
    >>> [look.marker for look in looks(["yuhuan", "changxing", "cixi"]).values()][:3]
    ['o', 's', '^']
    """
    if hasattr(data, "documents"):
        published = data.places["id"].isin(data.documents["place"]) & data.places["level"].eq("county")
        data = [*data.places["id"][published], *data.places["id"]]
    order = [place for place in dict.fromkeys(data) if place != NATION]
    cycles = map(itertools.cycle, (PLACE_COLOURS, MARKERS, DASHES))
    given = {place: Look(*own) for place, *own in zip(order, *cycles, strict=False)}
    return given | {NATION: Look("#8C8C8C", "o", ())}


@dataclass(frozen=True, slots=True)
class Fill:
    """How a state is shown in a cell: fill, hatch and symbol, so that it reads in grey and in a fax."""

    id: str
    colour: str
    hatch: str
    symbol: str

    @property
    def ink(self) -> str:
        """Colour of text on the fill: dark or white, whichever has more contrast."""
        return max((INK, PAPER), key=lambda colour: contrast(colour, self.colour))

    @property
    def hatch_colour(self) -> str:
        """A shade of the fill, so that what is written over it stays readable."""
        return _darker(self.colour, 0.82)


@dataclass(frozen=True, slots=True)
class Caption:
    """What is said about a figure, in its language; it hangs on its Axes and Figure.

    Attributes
    ----------
    title : str
        The finding, computed, as one sentence.
    alt : str
        Alternative text: what kind of picture, of what, and what one sees in it.
    note : str
        What a reader must know to read the figure; short.
    source : str
        Where the data come from, as the picture says it; `citation` says it in full.
    citation : str
    table : DataFrame
        The data behind the figure, the same in both languages (ids and numbers, no labels).
    pages : int
        How many pages the figure has; ``page=`` chooses one.
    """

    title: str
    alt: str
    note: str
    source: str
    citation: str
    table: pd.DataFrame
    pages: int = 1


def caption(drawn) -> Caption:
    """The caption of what a function of `qiyou.plot` returned.

    Examples
    --------
    >>> import qiyou
    >>> caption(qiyou.plot.core_overview(qiyou.load(), lang="en")).pages
    1
    """
    found = getattr(drawn, "caption", getattr(getattr(drawn, "figure", None), "caption", None))
    need(isinstance(found, Caption), "plot.no_caption", FigureError, kind=type(drawn).__name__)
    return found


@functools.cache
def fills(group: str) -> Mapping[str, Fill]:
    """The fills of a group of ``tables/fills.csv``, by the id of the state.

    Examples
    --------
    >>> fills("state")["met"].symbol
    '●'
    """
    rows = words.table("fills").query("group == @group").drop(columns="group").to_dict("records")
    return MappingProxyType({row["id"]: Fill(**row) for row in rows})


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours after WCAG 2: 1 (none) to 21 (black on white); text needs 4.5.

    Examples
    --------
    >>> round(contrast("black", "white"), 1)
    21.0
    """
    from seaborn.utils import relative_luminance

    darker, lighter = sorted(map(relative_luminance, (first, second)))
    return float((lighter + 0.05) / (darker + 0.05))


def readable(colour: str, ratio: float = 4.5) -> str:
    """Darken a colour until it has the contrast `ratio` on white.

    Examples
    --------
    >>> readable("#00489B")
    '#00489B'
    """
    factor = 1.0
    while contrast(_darker(colour, factor), PAPER) < ratio:
        factor *= 0.97
    return _darker(colour, factor)


def _darker(colour: str, factor: float) -> str:
    from matplotlib.colors import to_hex, to_rgb

    return to_hex(factor * np.array(to_rgb(colour))).upper()


# ---------------------------------------------------------------- breaking lines

# Chinese text may break between any two characters, but no line starts with a closing mark or ends with an
# opening one.
_CJK = "\u2e80-\u2fdf\u3001-\u9fff\uf900-\ufaff\uff00-\uffef"
_WORD = rf"[^\s{_CJK}“”‘’]+"
_UNIT = rf"(?:[{_CJK}]|{_WORD}(?:’{_WORD})*|[“”‘’])"
_CLOSING = re.escape("，。、；：？！）〕］】》〉」』”’…·—％℃,.;:?!)]}%")
_OPENING = re.escape("（〔［【《〈「『“‘([{")
# A closing mark stays with what is before it, what follows with an opening mark, and with a number.
_JOINED = rf"(?=[{_CLOSING}])|(?<=[{_OPENING}])|(?<=\d)(?![{_OPENING}])"
PIECES = re.compile(rf"\s+|{_UNIT}(?:(?:{_JOINED}){_UNIT})*")


def wrap(text: str, width_mm: float, *, size: float = TEXT_SIZE) -> str:
    """Break text into lines no wider than `width_mm`, as Chinese and English typesetting would.

    Parameters
    ----------
    text : str
        Chinese, English or both; line breaks in it are kept.
    width_mm : float
        Width of a line in mm at the printed size.
    size : float
        Font size in points.

    Returns
    -------
    str
        The text with line breaks. A number stays with the character that follows it (``2027年``), a closing
        mark with the character before it, an English word in one piece unless it is longer than a line.

    Examples
    --------
    >>> print(wrap("资料来源：玉环市“七优享”行动方案（2023—2027年）。", 40, size=7))
    资料来源：玉环市“七优享”行动方
    案（2023—2027年）。
    """
    need(width_mm > 0, "plot.no_line", FigureError, width=width_mm)
    width = width_mm / MM_PER_INCH * 72
    return "\n".join(line for paragraph in text.split("\n") for line in _lines(paragraph, width, size))


def _lines(paragraph: str, width: float, size: float) -> list[str]:
    measure = _measure(size)
    lines, line, used = [], "", 0.0
    for piece in PIECES.findall(paragraph):
        for part in _split_long(piece, width, measure):
            needed = measure(part)
            if line and used + needed > width and not part.isspace():
                lines.append(line.rstrip())
                line, used = "", 0.0
            if not line and part.isspace():
                continue
            line, used = line + part, used + needed
    return [*lines, line.rstrip()]


def text_width(text: str, *, size: float = TEXT_SIZE) -> float:
    """The width of one line of text in millimetres, in the font of the figures.

    Examples
    --------
    >>> round(text_width("玉环市") / text_width("玉环"), 2)
    1.5
    """
    return _measure(size)(text) * MM_PER_INCH / 72


@functools.cache
def _measure(size: float) -> Callable[[str], float]:
    """Width of a piece of text in points; each distinct piece is measured once."""
    from matplotlib.font_manager import FontProperties
    from matplotlib.textpath import text_to_path

    properties = FontProperties(family=font(), size=size)

    @functools.cache
    def measure(piece: str) -> float:
        with warnings.catch_warnings():
            # A missing glyph is for whoever draws the text to report.
            warnings.filterwarnings("ignore", message=r"Glyph \d+")
            return text_to_path.get_text_width_height_descent(piece, properties, ismath=False)[0]

    return measure


def _split_long(piece: str, width: float, measure: Callable[[str], float]) -> list[str]:
    """A piece that is longer than a line (an address, say) is broken anywhere."""
    if measure(piece) <= width:
        return [piece]
    parts = [""]
    for character in piece:
        if parts[-1] and measure(parts[-1] + character) > width:
            parts.append("")
        parts[-1] += character
    return parts
