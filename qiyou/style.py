"""How every figure looks: font, sizes for an A4 page, colours that survive a black-and-white printer.

Nothing here changes matplotlib outside a ``with style.context(lang):`` block, except that the font files are
made known to matplotlib's list of fonts. A plot function is written as::

    @style.styled                      # enters the context, reads ``lang`` from the call
    def lead(frame, *, ax=None, lang="zh"):
        marks = style.places(["yuhuan", "changxing"])
        ...
        ax.plot(years, values, **marks["yuhuan"].line())

Only one weight of the font exists (Regular): emphasis is made by size and colour, never by bold or italics.
"""

from __future__ import annotations

import contextlib
import functools
import inspect
import re
import warnings
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np

from qiyou.errors import FigureError

LANGUAGES = ("zh", "en")

# An A4 page is 210 mm wide; margins of 20 mm leave 170 mm: two columns of 82 mm and a gutter of 6 mm.
MM_PER_INCH = 25.4
FULL_WIDTH_MM = 170.0
COLUMN_WIDTH_MM = 82.0
MAX_HEIGHT_MM = 230.0
FULL_WIDTH = FULL_WIDTH_MM / MM_PER_INCH
COLUMN_WIDTH = COLUMN_WIDTH_MM / MM_PER_INCH
MAX_HEIGHT = MAX_HEIGHT_MM / MM_PER_INCH

# Points at the printed size. Chinese characters have many strokes: below 7 pt they close up in print.
MIN_SIZE = 7.0
SMALL_SIZE = 7.0
TEXT_SIZE = 8.0
TITLE_SIZE = 9.5

PRINT_DPI = 300
SCREEN_DPI = 144
HASH_SALT = "qiyou"

INK = "#1A1A1A"
MUTED = "#595959"
RULE = "#8C8C8C"
GRID = "#DEDEDE"
PAPER = "#FFFFFF"

# After Okabe and Ito (2008), moved apart in lightness: L* is 32, 71, 0, 58, 45, 16 in this order, so that any
# two differ by at least MIN_GREY_STEP when printed in grey, and neighbours in the order by much more.
PLACE_COLOURS = ("#00489B", "#E69F00", "#000000", "#009E73", "#C13C00", "#4B0055")
MIN_GREY_STEP = 12.0
# Sizes in points that make the markers look equally large.
MARKER_SIZES = MappingProxyType({"o": 5.0, "s": 4.6, "^": 5.8, "D": 4.4, "v": 5.8, "P": 6.4, "X": 6.2})
MARKERS = tuple(MARKER_SIZES)
LINESTYLES = ("-", (0, (5, 1.5)), (0, (1, 1.2)), (0, (6, 1.5, 1.5, 1.5)), (0, (9, 3)))

SYSTEM_FONTS = (
    "Microsoft YaHei",
    "SimHei",
    "PingFang SC",
    "Heiti SC",
    "Songti SC",
    "Noto Sans CJK SC",
    "Source Han Sans SC",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    # matplotlib before 3.11 sees only the first face of a font collection, and that is the Japanese one.
    "Noto Sans CJK JP",
)
_SERIF_SYSTEM_FONTS = ("SimSun", "Songti SC", "Noto Serif CJK SC", "Source Han Serif SC", *SYSTEM_FONTS)
FONT_PACKAGE = "pylopdf-fonts-zh-cn"


def language(lang: str) -> str:
    """Return `lang` if it is one of the two languages of the figures.

    Raises
    ------
    FigureError
        For anything but ``"zh"`` and ``"en"``.

    Examples
    --------
    >>> language("zh")
    'zh'
    """
    if lang not in LANGUAGES:
        raise FigureError(f"lang is {lang!r}; figures are made in 'zh' and 'en' only, pass one of these.")
    return lang


def size(width: str, height_mm: float) -> tuple[float, float]:
    """Figure size in inches for a place on an A4 page.

    Parameters
    ----------
    width : {"full", "column"}
        170 mm, the text width, or 82 mm, one of two columns.
    height_mm : float
        Height in mm without the source note, which `qiyou.figures.save` adds below; at most 230.

    Returns
    -------
    tuple of float
        Width and height in inches, for ``figsize``.

    Examples
    --------
    >>> [round(inches, 3) for inches in size("column", 63.5)]
    [3.228, 2.5]
    """
    widths = {"full": FULL_WIDTH, "column": COLUMN_WIDTH}
    if width not in widths:
        raise FigureError(f"width is {width!r}; it must be 'full' (170 mm) or 'column' (82 mm).")
    if not 0 < height_mm <= MAX_HEIGHT_MM:
        raise FigureError(
            f"A height of {height_mm} mm does not fit an A4 page; it must be above 0 and at most "
            f"{MAX_HEIGHT_MM:g} mm."
        )
    return widths[width], height_mm / MM_PER_INCH


def font(serif: bool = False) -> str:
    """Name of the font for Chinese and Latin text, made known to matplotlib.

    The fonts of the package pylopdf-fonts-zh-cn come first (Noto Sans SC, Noto Serif SC), then system fonts.

    Parameters
    ----------
    serif : bool
        Noto Serif SC (宋体-like) instead of Noto Sans SC (黑体-like).

    Returns
    -------
    str
        A family name that ``findfont(name, fallback_to_default=False)`` finds.

    Raises
    ------
    FigureError
        If neither the package nor one of the system fonts is there; the message says what to install.

    Examples
    --------
    >>> font()
    'Noto Sans SC'
    """
    packaged = _packaged_font(serif)
    if packaged is not None:
        return packaged
    fallbacks = _SERIF_SYSTEM_FONTS if serif else SYSTEM_FONTS
    for name in fallbacks:
        if _is_available(name):
            return name
    raise FigureError(
        "No font with Chinese characters was found, so Chinese text would come out as empty boxes: install "
        f"the package {FONT_PACKAGE} (python -m pip install {FONT_PACKAGE}; requirements.lock contains it), "
        f"or one of the fonts {', '.join(fallbacks)}, and start Python again."
    )


def _font_files() -> tuple[str, str]:
    """Paths of the sans and the serif font file of the font package; ImportError if it is not installed."""
    import pylopdf_fonts_zh_cn

    return str(pylopdf_fonts_zh_cn.sans_path()), str(pylopdf_fonts_zh_cn.serif_path())


def _packaged_font(serif: bool) -> str | None:
    try:
        path = _font_files()[serif]
        return _register(path)
    except (ImportError, OSError, RuntimeError):
        # RuntimeError is what FreeType says of a damaged file; a system font can still do.
        return None


def _register(path: str) -> str:
    """Put the font file before every other font of matplotlib's list; returns its family name."""
    from matplotlib.font_manager import fontManager

    known = fontManager.ttflist
    own = [entry for entry in known if entry.fname == path]
    if not own:
        before = len(known)
        fontManager.addfont(path)
        own = known[before:]
    if known[: len(own)] != own:
        # A font of the same name on the machine would win a tie by standing first, and change the bytes.
        known[:] = [*own, *(entry for entry in known if entry.fname != path)]
    return own[0].name


def _is_available(name: str) -> bool:
    from matplotlib.font_manager import fontManager

    try:
        fontManager.findfont(name, fallback_to_default=False)
    except ValueError:
        return False
    return True


def rc(lang: str = "zh", *, serif: bool = False) -> dict[str, object]:
    """Settings of matplotlib that differ from its defaults, as a plain dictionary.

    Parameters
    ----------
    lang : {"zh", "en"}
        Language of the figure.
    serif : bool
        See `font`.

    Examples
    --------
    >>> rc("en")["pdf.fonttype"], rc("en")["font.family"]
    (3, ['Noto Sans SC'])
    """
    language(lang)
    name = font(serif)
    return {
        "font.family": [name],
        # Text made outside the context asks for "sans-serif" only; it must find Chinese characters too.
        "font.sans-serif": [name],
        "font.serif": [name],
        "font.size": TEXT_SIZE,
        "font.weight": "normal",
        "axes.titlesize": TITLE_SIZE,
        "axes.titleweight": "normal",
        "axes.titlelocation": "left",
        "axes.titlepad": 6.0,
        "axes.labelsize": TEXT_SIZE,
        "axes.labelweight": "normal",
        "figure.titlesize": TITLE_SIZE,
        "figure.titleweight": "normal",
        "figure.labelsize": TEXT_SIZE,
        "figure.labelweight": "normal",
        "xtick.labelsize": SMALL_SIZE,
        "ytick.labelsize": SMALL_SIZE,
        "legend.fontsize": SMALL_SIZE,
        "legend.title_fontsize": SMALL_SIZE,
        "legend.frameon": False,
        "text.color": INK,
        "axes.titlecolor": INK,
        "axes.labelcolor": INK,
        "axes.edgecolor": RULE,
        "xtick.color": RULE,
        "ytick.color": RULE,
        "xtick.labelcolor": INK,
        "ytick.labelcolor": INK,
        "axes.linewidth": 0.6,
        "xtick.major.width": 0.6,
        "ytick.major.width": 0.6,
        "xtick.major.size": 2.5,
        "ytick.major.size": 2.5,
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.axisbelow": True,
        "grid.color": GRID,
        "grid.linewidth": 0.5,
        "lines.linewidth": 1.3,
        "lines.markersize": 4.5,
        "hatch.linewidth": 0.6,
        # The real minus sign U+2212, and numbers written out: no "1e6" or "+2.02e3" at the end of an axis.
        "axes.unicode_minus": True,
        "axes.formatter.useoffset": False,
        "axes.formatter.limits": (-6, 9),
        "figure.constrained_layout.use": True,
        "figure.facecolor": PAPER,
        "axes.facecolor": PAPER,
        "savefig.facecolor": PAPER,
        "figure.dpi": SCREEN_DPI,
        "savefig.dpi": PRINT_DPI,
        "savefig.bbox": None,
        # Without hinting text has the same proportions at 144, 300 and 72 dpi: what fits in one fits in all.
        "text.hinting": "no_hinting",
        "svg.fonttype": "path",
        "svg.hashsalt": HASH_SALT,
        "pdf.fonttype": 3,
        "pdf.compression": 6,
    }


@contextlib.contextmanager
def context(lang: str = "zh", *, serif: bool = False) -> Iterator[None]:
    """Use the figure style inside a ``with`` block; afterwards every setting is what it was.

    The block starts from matplotlib's own defaults, so that a user's matplotlibrc cannot change a figure.

    Parameters
    ----------
    lang : {"zh", "en"}
        Language of the figure.
    serif : bool
        Noto Serif SC instead of Noto Sans SC.

    Raises
    ------
    FigureError
        For an unknown language, or if no font with Chinese characters is to be had.

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

    settings = rc(lang, serif=serif)
    with matplotlib.style.context(["default", settings]):
        yield


def styled(function: Callable) -> Callable:
    """Decorate a plot function: it runs in `context`, in the language of its argument ``lang``.

    Axes that were made outside the style (``ax=``), or cleared, would get the font of the moment at which
    they are drawn, and show Chinese labels as boxes. Their text is given the font here; its size stays the
    caller's.

    Parameters
    ----------
    function : callable
        Takes ``lang`` and returns an Axes, a Figure, or an object with an attribute ``figure``.

    Raises
    ------
    FigureError
        If the function returns something else.

    Examples
    --------
    >>> from matplotlib.figure import Figure
    >>> @styled
    ... def empty(*, lang="zh"):
    ...     return Figure().add_subplot()
    >>> empty().get_xticklabels()[0].get_fontfamily()
    ['Noto Sans SC']
    """
    signature = inspect.signature(function)

    @functools.wraps(function)
    def inside(*args, **kwargs):
        bound = signature.bind(*args, **kwargs)
        bound.apply_defaults()
        with context(bound.arguments.get("lang", "zh")):
            result = function(*args, **kwargs)
            _settle(result, function)
        return result

    return inside


def _settle(result: object, function: Callable) -> None:
    """Name the font in every text that asks for a generic one; asking for the texts makes the tick labels."""
    import matplotlib as mpl
    from matplotlib.text import Text

    figure = getattr(result, "figure", None)
    if figure is None:
        raise FigureError(
            f"{function.__module__}.{function.__qualname__} returned {type(result).__name__}; a plot "
            "function has to return its Axes (or Figure)."
        )
    for text in figure.findobj(Text):
        if text.get_fontfamily() == ["sans-serif"]:
            text.set_fontfamily(mpl.rcParams["font.family"])


@dataclass(frozen=True, slots=True)
class PlaceStyle:
    """Colour, marker and line style of one place.

    Attributes
    ----------
    colour : str
        Hexadecimal colour of line and marker.
    marker : str
        matplotlib marker.
    linestyle : str or tuple
        matplotlib line style.
    """

    colour: str
    marker: str
    linestyle: str | tuple

    @property
    def text_colour(self) -> str:
        """The colour, darkened until it can be read as text on white (contrast of at least 4.5)."""
        return readable(self.colour)

    def line(self) -> dict[str, object]:
        """Keyword arguments for ``Axes.plot``: every place differs in colour, dash and marker.

        Examples
        --------
        >>> places(["yuhuan"])["yuhuan"].line()["color"]
        '#00489B'
        """
        return {
            "color": self.colour,
            "linestyle": self.linestyle,
            "marker": self.marker,
            "markerfacecolor": self.colour,
            "markeredgecolor": PAPER,
            "markeredgewidth": 0.5,
            "markersize": MARKER_SIZES[self.marker],
        }


def places(order: Sequence[str]) -> dict[str, PlaceStyle]:
    """Give every place its colour, marker and line style: the same list always gives the same assignment.

    The three cycles have 6, 7 and 5 members, which share no divisor: a combination comes back only after 210
    places.

    Parameters
    ----------
    order : sequence of str
        Place ids in the order in which styles are given out; the first stand out most from one another.

    Returns
    -------
    dict of str to PlaceStyle
        In the order given.

    Raises
    ------
    FigureError
        If the list is empty or names a place twice.

    Examples
    --------
    >>> [style.marker for style in places(["yuhuan", "changxing", "zhejiang"]).values()]
    ['o', 's', '^']
    """
    order = [order] if isinstance(order, str) else list(order)
    if not order:
        raise FigureError("The list of places is empty; pass at least one place id.")
    twice = sorted({place for place in order if order.count(place) > 1})
    if twice:
        names = ", ".join(map(str, twice))
        raise FigureError(f"The list of places names {names} more than once; name each place once.")
    return {
        place: PlaceStyle(
            PLACE_COLOURS[i % len(PLACE_COLOURS)], MARKERS[i % len(MARKERS)], LINESTYLES[i % len(LINESTYLES)]
        )
        for i, place in enumerate(order)
    }


@dataclass(frozen=True, slots=True)
class VerdictStyle:
    """How a verdict is shown: a filled cell with a hatch and a symbol, so that it reads in grey and in a fax.

    Attributes
    ----------
    verdict : str
        The verdict as it stands in the tables.
    colour, hatch : str
        Fill and hatch of the cell; `hatch` is empty for none.
    symbol : str
        One character, in every Chinese font (GBK).
    label_zh, label_en : str
        What a key says.
    """

    verdict: str
    colour: str
    hatch: str
    symbol: str
    label_zh: str
    label_en: str

    @property
    def ink(self) -> str:
        """Colour of a symbol or number on the fill: dark or white, whichever has more contrast."""
        return max((INK, PAPER), key=lambda colour: contrast(colour, self.colour))

    @property
    def hatch_colour(self) -> str:
        """Colour of the hatch: a shade of the fill, so that the symbol over it stays readable."""
        shade = 0.82 * _rgb(self.colour)
        return _hex(shade)

    def label(self, lang: str = "zh") -> str:
        """The words for the verdict in one language.

        Examples
        --------
        >>> VERDICTS["undecidable"].label("en")
        'undecidable'
        """
        return self.label_zh if language(lang) == "zh" else self.label_en


VERDICTS = MappingProxyType(
    {
        style.verdict: style
        for style in (
            VerdictStyle("met", "#007C84", "", "●", "达到", "met"),
            VerdictStyle("not_met", "#E08214", "xxx", "×", "未达到", "not met"),
            VerdictStyle("undecidable", "#C2C2C2", "////", "◇", "无法判定", "undecidable"),
            VerdictStyle("no_reference", "#F7F7F7", "", "—", "无参照值", "no reference"),
            VerdictStyle("PASS", "#007C84", "", "●", "无异议", "pass"),
            VerdictStyle("NOTE", "#DCE9F2", "", "○", "说明", "note"),
            VerdictStyle("QUESTION", "#E08214", "\\\\\\\\", "?", "待询问", "question"),
            VerdictStyle("CONTRADICTION", "#832300", "xxx", "×", "矛盾", "contradiction"),
            VerdictStyle("UNDECIDABLE", "#C2C2C2", "////", "◇", "无法判定", "undecidable"),
        )
    }
)


def lightness(colour: str) -> float:
    """CIE lightness L* of a colour, 0 (black) to 100 (white): its grey level in print.

    Parameters
    ----------
    colour : str
        Any colour matplotlib knows.

    Returns
    -------
    float
        L* = 116 f(Y) - 16 with Y the relative luminance of sRGB (CIE 15, IEC 61966-2-1).

    Examples
    --------
    >>> round(lightness("#808080"), 1)
    53.6
    """
    luminance = _luminance(colour)
    cube = np.cbrt(luminance) if luminance > 216 / 24389 else (24389 / 27 * luminance + 16) / 116
    return float(116 * cube - 16)


def contrast(first: str, second: str) -> float:
    """Contrast ratio of two colours after WCAG 2: 1 (none) to 21 (black on white); text needs 4.5.

    Examples
    --------
    >>> round(contrast("black", "white"), 1)
    21.0
    """
    darker, lighter = sorted((_luminance(first), _luminance(second)))
    return float((lighter + 0.05) / (darker + 0.05))


def readable(colour: str, ratio: float = 4.5) -> str:
    """Darken a colour until it has the contrast `ratio` on white.

    Examples
    --------
    >>> readable("#00489B")
    '#00489B'
    >>> contrast(readable("#E69F00"), "white") >= 4.5
    True
    """
    shade = _rgb(colour)
    while contrast(_hex(shade), PAPER) < ratio:
        shade = shade * 0.97
    return _hex(shade)


def _rgb(colour: str) -> np.ndarray:
    from matplotlib.colors import to_rgb

    return np.array(to_rgb(colour))


def _hex(rgb: np.ndarray) -> str:
    from matplotlib.colors import to_hex

    return to_hex(rgb).upper()


def _luminance(colour: str) -> float:
    channels = _rgb(colour)
    linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
    return float(linear @ np.array([0.2126, 0.7152, 0.0722]))


# Chinese text may break between any two characters, but no line starts with a closing mark or ends with an
# opening one.
_CJK = "\u2e80-\u2fdf\u3001-\u9fff\uf900-\ufaff\uff00-\uffef"
_WORD = rf"[^\s{_CJK}“”‘’]+"
_UNITS = re.compile(rf"\s+|[{_CJK}]|{_WORD}(?:’{_WORD})*|[“”‘’]")
_CLOSING = frozenset("，。、；：？！）〕］】》〉」』”’…·—％℃,.;:?!)]}%")
_OPENING = frozenset("（〔［【《〈「『“‘([{")


def wrap(text: str, width_mm: float, *, size: float = SMALL_SIZE) -> str:
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
    >>> print(wrap("资料来源：玉环市“七优享”行动方案（2023—2027年）。", 40))
    资料来源：玉环市“七优享”行动方
    案（2023—2027年）。
    """
    if width_mm <= 0:
        raise FigureError(f"A line of {width_mm} mm holds no text; the width must be above 0.")
    width = width_mm / MM_PER_INCH * 72
    return "\n".join(line for paragraph in text.split("\n") for line in _lines(paragraph, width, size))


def _lines(paragraph: str, width: float, size: float) -> list[str]:
    measure = _measure(size)
    lines, line, used = [], "", 0.0
    for piece in _pieces(paragraph):
        for part in _split_long(piece, width, measure):
            needed = measure(part)
            if line and used + needed > width and not part.isspace():
                lines.append(line.rstrip())
                line, used = "", 0.0
            if not line and part.isspace():
                continue
            line, used = line + part, used + needed
    return [*lines, line.rstrip()]


def text_width(text: str, *, size: float = SMALL_SIZE) -> float:
    """The width of one line of text in millimetres, in the font of the figures.

    Examples
    --------
    >>> round(text_width("玉环市") / text_width("玉环"), 2)
    1.5
    """
    return _measure(size)(text) * MM_PER_INCH / 72


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


def _pieces(paragraph: str) -> list[str]:
    """Cut a paragraph where a line may end."""
    pieces: list[str] = []
    for unit in _UNITS.findall(paragraph):
        if pieces and _joined(pieces[-1], unit):
            pieces[-1] += unit
        else:
            pieces.append(unit)
    return pieces


def _joined(before: str, unit: str) -> bool:
    if before.isspace() or unit.isspace():
        return False
    return unit[0] in _CLOSING or before[-1] in _OPENING or (before[-1].isdigit() and unit[0] not in _OPENING)


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
