"""The forms that all figures are made of: a desk to work at, sheets, a matrix, paths over years, lanes.

A drawing function is written as::

    @figure
    def lead(desk, indicator="beds_per_1000"):
        ...
        desk.told("lead", chart="lines", title=..., finding=..., used=frame["document"], table=frame)
        ax = desk.panel(80)

and called ``lead(data, ax=None, lang="zh", width="full", page=1, indicator=...)``. The finding is the title
of its sheet; note and source are written below by `qiyou.figures.save`. A figure that is laid out in
millimetres draws on a *ground*: Axes whose data coordinates are millimetres of the page, y downwards. Printed
values never vanish: they are set smaller, broken into lines, or the figure takes another page.
"""

from __future__ import annotations

import functools
import inspect
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import SimpleNamespace

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle
from scipy.optimize import isotonic_regression

from qiyou import words
from qiyou.data import Data
from qiyou.errors import FigureError, need
from qiyou.intervals import box
from qiyou.plausibility.telling import cited
from qiyou.plot import style
from qiyou.plot.style import Caption, Fill, Look, text_width

MOST_PLACES = 8
"""Places that one page holds side by side; more take further pages or small multiples."""

SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "about": "≈"}
_UP, _DOWN = ("ge", "gt"), ("le", "lt")
_LINE = 1.3 / 72 * style.MM_PER_INCH
"""Millimetres of a line of text per point of its size."""
_KINDS = (" City", " County", " District", " Province", " Prefecture", " Region", " Autonomous")

# ---------------------------------------------------------------- the desk


def figure(function: Callable) -> Callable:
    """Make a function that draws at a `Desk` one of ``(data, *, ax, lang, width, page, **choice)``."""

    @functools.wraps(function)
    def drawn(data, *given, ax=None, lang="zh", width="full", page=1, **choice):
        told = {"name": function.__name__, "kind": type(data).__name__}
        need(isinstance(data, Data), "plot.no_data", FigureError, **told)
        need(isinstance(ax, Axes | None), "plot.no_ax", FigureError, **told | {"kind": type(ax).__name__})
        with style.context(lang):
            result = function(Desk(data, ax, lang, width, int(page)), *given, **choice)
            right, told = isinstance(getattr(result, "figure", None), Figure), type(result).__name__
            need(right, "plot.no_axes", FigureError, name=function.__name__, kind=told)
            style.settle(result.figure)
        return result

    first, *own = inspect.signature(function).parameters.values()
    common = list(inspect.signature(drawn, follow_wrapped=False).parameters.values())[2:-1]
    drawn.__signature__ = inspect.Signature([first.replace(name="data"), *own, *common])
    return drawn


class Desk:
    """Data, language and place on the page of one figure, with the words and looks that all figures share."""

    def __init__(self, data, ax: Axes | None, lang: str, width: str, page: int):
        self.data, self.ax, self.lang, self.width, self.page = data, ax, lang, width, page
        self.across, self.pages, self.caption = style.millimetres(width), 1, None
        kinds = words.group, words.joined, words.unit
        self.group, self.join, self.unit = (functools.partial(kind, lang=lang) for kind in kinds)
        self.looks, self.facts = style.looks(data), data.indicators.set_index("id")
        self.colon, self.stop, self.semicolon = ("：", "。", "；") if lang == "zh" else (": ", ". ", "; ")

    @functools.cached_property
    def names(self) -> dict[str, str]:
        """Id -> short name of every place; names that two places share are told apart by what they lie in."""
        frame = self.data.places
        full = frame[f"name_{self.lang}"]
        shown = full.map(functools.partial(short, lang=self.lang))
        within = frame["parent"].map(dict(zip(frame["id"], shown, strict=True))).fillna(frame["id"])
        for longer in (full, full + " (" + within + ")", full + " (" + frame["id"] + ")"):
            shown = shown.mask(shown.duplicated(keep=False), longer)
        return dict(zip(frame["id"], shown, strict=True)) | {style.NATION: self.group("nation")["nation"]}

    @functools.cached_property
    def labels(self) -> dict[str, str]:
        """Id -> name of every indicator."""
        return self.facts[f"name_{self.lang}"].to_dict()

    def say(self, key: str, **fields) -> str:
        """A message of the figures, ``plot.<key>``."""
        return words.say(f"plot.{key}", self.lang, **fields)

    def listed(self, places: Iterable[str]) -> str:
        """The names of places, or how many there are."""
        names = dict.fromkeys(self.names[place] for place in places)
        return self.join(names) if len(names) <= MOST_PLACES else self.say("places", n=len(names))

    def value(self, row, kind: str = "") -> str:
        """A value as `value` writes it."""
        return value(row, self.lang, kind)

    def turn(self, items: Sequence, most: int) -> list:
        """The items of this page, all pages about equally full; counts the pages for the caption."""
        self.pages = max(1, math.ceil(len(items) / most))
        need(1 <= self.page <= self.pages, "plot.no_page", page=self.page, pages=self.pages)
        each = math.ceil(len(items) / self.pages)
        return list(items[(self.page - 1) * each : self.page * each])

    def told(self, key: str, *, chart: str, title: str, finding: str, used, table, **facts) -> None:
        """Write the caption, with the messages ``plot.<key>.subject`` and ``plot.<key>.note``.

        `used` are the documents and sources behind the figure, one by one or joined by ``"; "``; of the
        `table` the columns of ``tables/figure_columns.csv`` are kept.
        """
        subject, note = self.say(f"{key}.subject", **facts), self.say(f"{key}.note", **facts)
        note += self.say("pages", pages=self.pages) if self.pages > 1 else ""
        chosen = words.table("figure_columns").set_index("key")["columns"]
        table = table[chosen[key].split()] if key in chosen else table
        said = self.group("chart")[chart] + self.colon + subject, finding.rstrip(".。")
        alt = "".join(one + self.stop for one in said).strip()
        self.caption = Caption(title, alt, note, *self._sources(used), table, self.pages)

    def _sources(self, used: Iterable[str]) -> tuple[str, str]:
        """Where the data come from, in short for the picture and in full for the caption."""
        ids = {part for text in used if isinstance(text, str) for part in text.split("; ")}
        tables = self.data.documents, self.data.sources
        documents, others = (frame[frame["id"].isin(ids)] for frame in tables)
        full, extent = [], self.group("extent")
        for row in documents.itertuples():
            remarks = dict.fromkeys(extent[part] for part in (row.known_from, row.extent) if part in extent)
            title = f"《{row.title}》" if self.lang == "zh" else row.title_en or row.title
            full.append(title + self.bracket(self.join(remarks)))
        shown = others[others["grade"] != "derived"]
        for title, grade in zip(cited(shown, self.lang), shown["grade"], strict=True):
            # a title in square brackets is none: it says what the source is about
            full.append(title.strip("[]") + self.bracket(extent.get(grade, "")))
        places = documents["place"]
        brief = [self.say("source.plans", places=self.listed(places))] if len(places) else []
        brief += [self.say("source.others", n=len(others))] if len(others) else []
        return self.semicolon.join(brief) + self.stop.strip(), self.join(full) + self.stop.strip()

    def bracket(self, text: str) -> str:
        """A remark in brackets; nothing for no remark."""
        return text and (f"（{text}）" if self.lang == "zh" else f" ({text})")

    # ------------------------------------------------------------ sheets

    def sheet(self, body: float, layout: str = "constrained") -> Figure:
        """A page with the finding over `body` millimetres for the picture."""
        title = style.wrap(self.caption.title, self.across - 2, size=style.TITLE_SIZE)
        total = (title.count("\n") + 1) * style.TITLE_SIZE * _LINE + 2.5 + body
        fig = plt.figure(figsize=np.array([self.across, total]) / style.MM_PER_INCH, layout=layout)
        if layout == "constrained":
            fig.get_layout_engine().set(rect=(0, 0, 1, body / total), w_pad=0.03, h_pad=0.03)
        look = {"va": "top", "fontsize": style.TITLE_SIZE, "linespacing": 1.3, "gid": "title"}
        fig.text(0.5 / self.across, 1 - 0.6 / total, title, **look)
        fig.caption, fig.body = self.caption, body / total
        return fig

    def panel(self, body: float) -> Axes:
        """The Axes to draw on: the caller's, or one under the title on a sheet of its own."""
        ax = self.ax or self.sheet(body).add_subplot()
        ax.caption = self.caption
        return ax

    def panels(self, number: int, columns: int, tall: float, **how) -> tuple[Figure | Axes, np.ndarray]:
        """What to return, and so many Axes: in lines of `tall` on one sheet, or the caller's one alone."""
        if self.ax is not None:
            self.ax.caption = self.caption
            return self.ax, np.array([self.ax])
        lines = math.ceil(number / columns)
        fig = self.sheet(tall * lines)
        axes = fig.subplots(lines, columns, squeeze=False, **how).ravel()
        for ax in axes[number:]:
            ax.set_axis_off()
        return fig, axes[:number]

    def ground(self, body: float) -> Axes:
        """Axes in millimetres, y downwards, over the whole body of the sheet (or the caller's)."""
        ax = self.ax or self.sheet(body, "none").add_axes((0, 0, 1, 1))
        if self.ax is None:
            ax.set_position((0, 0, 1, ax.figure.body))
        ax.caption = self.caption
        ax.set_axis_off()
        ax.set(xlim=(0, self.across), ylim=(body, 0))
        return ax


def short(name: str, lang: str) -> str:
    """A place's name without its type.

    Examples
    --------
    >>> short("Yuhuan City", "en"), short("玉环市", "zh"), short("景宁畲族自治县", "zh")
    ('Yuhuan', '玉环', '景宁畲族')
    """
    if lang == "zh":
        return (name[:-1] if len(name) > 2 and name[-1] in "省市县区州" else name).removesuffix("自治")
    return functools.reduce(str.removesuffix, _KINDS, name)


def value(row, lang: str = "zh", kind: str = "") -> str:
    """A value as it is printed: its decimals, its sign if it is a bound, both ends of a range.

    Parameters
    ----------
    row : named tuple or Series
        With value, relation, low, high, step. A step of 0 stands for a number that is not printed anywhere.
    kind : str
        Kind of the indicator; a ``status`` is passed or not yet.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [3.0, np.nan, 387700], "relation": ["ge", "range", "eq"],
    ...     "step": [0.1, 0.1, 100], "low": [3.0, 5.0, 387700], "high": [np.inf, 5.5, 387700]})
    >>> [value(row) for row in rows.itertuples()]
    ['≥3.0', '5.0–5.5', '38.77万']
    """
    if row.relation == "range":
        # An end that is finer than the step of the other (5–5.5) keeps its decimals.
        steps = {
            end: row.step * math.isclose(end / row.step, round(end / row.step)) for end in (row.low, row.high)
        }
        return "–".join(number(end, step, lang) for end, step in steps.items())
    if row.relation == "none" or pd.isna(row.value):
        return ""
    if kind == "status" and row.value in (0, 100):
        return words.group("passed", lang)["yes" if row.value else "no"]
    return SIGNS.get(row.relation, "") + number(row.value, row.step, lang)


def number(amount: float, step: float, lang: str) -> str:
    """A number with the decimals of its print; a large one in 万 or 亿, thousands, millions, billions."""
    large = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "bn"), (1e6, "m"), (1e3, "k"))}[lang]
    scale, mark = next(((by, mark) for by, mark in large if abs(amount) >= max(by, 1e5)), (1.0, ""))
    digits = max(0, math.ceil(-math.log10(step / scale) - 1e-9)) if step > 0 else None
    text = f"{amount / scale:.6g}" if digits is None else f"{amount / scale:.{digits}f}"
    return (text + mark).replace("-", "−")


def fit(text: str, width: float, height: float, *, size: float = style.TEXT_SIZE) -> tuple[str, float]:
    """A text and the size at which it fits a cell: smaller, then in lines, never cut.

    Examples
    --------
    >>> fit("5.5", 12, 6), fit("38.77万", 9, 6)
    (('5.5', 9.0), ('38.77万', 7.0))
    """
    fitted = _fitted(text, width, height, size)
    return fitted or (style.wrap(text, width, size=style.MIN_SIZE), style.MIN_SIZE)


def _fitted(text: str, width: float, height: float, size: float) -> tuple[str, float] | None:
    """The lines and the size of a text of which no word is torn and no line too many; None if there is none."""
    sizes = np.arange(size, style.MIN_SIZE - 0.1, -0.5).tolist()
    whole = [points for points in sizes if text_width(text, size=points) <= width]
    if whole:
        return text, whole[0]
    for points in sizes:
        lines = style.wrap(text, width, size=points)
        torn = any(text_width(part, size=points) > width for part in style.PIECES.findall(text))
        if not torn and (lines.count("\n") + 1) * points * _LINE <= height + 0.6:
            return lines, points
    return None


def put(ax: Axes, x: float, y: float, text: str, room: tuple, gid: str, size: float = 9, **look) -> None:
    """Write a text that `fit` has fitted to the room of a width and a height in millimetres."""
    text, size = fit(text, *room, size=size)
    ax.text(x, y, text, **{"va": "center", "fontsize": size, "linespacing": 1.05, "gid": gid} | look)


# ---------------------------------------------------------------- matrix

_DOMAIN, _NAME, _ROW, _HEAD, _KEY, _ASIDE = {"zh": 8.0, "en": 17.0}, 50.0, 6.8, 7.0, 5.4, 22.0


def matrix(
    desk: Desk, cells: pd.DataFrame, rows: pd.DataFrame, columns: Sequence[str], group: str, head: str = ""
) -> Axes:
    """Indicators by places, each cell a fill, a hatch and its text.

    Parameters
    ----------
    cells : DataFrame
        row, column, state, text; one row per cell, none for an empty cell.
    rows : DataFrame
        row, indicator, unit, aside (a text at the right, under `head`); a row whose name ends in ``/0`` is an
        indicator's first.
    columns : sequence of str
        Places.
    group : str
        Of ``tables/fills.csv`` and of the words of the key, which explains the states that occur.
    """
    fills, labels, lang = style.fills(group), desk.group(group), desk.lang
    aside, left, named = _margins(lang, head)
    pitch = min(27.0, (170 - left - aside) / len(columns))
    top, bottom = _HEAD, _HEAD + _ROW * len(rows)
    used = [state for state in fills if state in set(cells["state"])]
    key, lines = _flow([labels[state] for state in used])
    body = bottom + 2.5 + _KEY * lines
    ax = desk.ground(body)
    inner = ax.inset_axes((left / 170, 1 - bottom / body, pitch * len(columns) / 170, (bottom - top) / body))
    _cells(inner, cells, list(rows["row"]), list(columns), [fills[state] for state in used], pitch)
    # where a name would be torn, every second one stands a line higher
    high = not all(_fitted(desk.names[column], pitch - 0.8, 7.4, 9) for column in columns)
    room, size = (pitch * (1 + high) - 0.8, 7.4), 9 - high
    for k, column in enumerate(columns):
        x, y = left + pitch * (k + 0.5), top - 1 - 3.2 * high * (k % 2)
        put(ax, x, y, desk.names[column], room, "head", size, ha="center", va="bottom")
    put(ax, 170 - aside / 2, top - 1, head, (aside or 1, 7.4), "head", ha="center", va="bottom")
    for k, row in enumerate(rows.itertuples()):
        middle = top + _ROW * (k + 0.5)
        name = desk.labels[row.indicator] if row.row.endswith("/0") else desk.say("second")
        room = named - 3 - text_width(row.unit, size=8)
        put(ax, _DOMAIN[lang] + 1, middle, name, (room, _ROW - 0.4), row.row, 8.5)
        put(ax, left - 1.5, middle, row.unit, (20, _ROW), "unit", 8, ha="right", color=style.MUTED)
        put(ax, 170 - aside / 2, middle, row.aside, (aside or 1, _ROW), f"aside/{row.row}", ha="center")
    _domains(desk, ax, rows["indicator"], top)
    for state, (x, line) in zip(used, key, strict=True):
        fill, y = fills[state], bottom + 2.5 + _KEY * line
        hatch = {"hatch": fill.hatch, "edgecolor": fill.hatch_colour, "lw": 0} if fill.hatch else {"lw": 0}
        ax.add_patch(Rectangle((x, y), 5.5, 4.2, facecolor=fill.colour, **hatch))
        ax.add_patch(Rectangle((x, y), 5.5, 4.2, fill=False, edgecolor=style.RULE, lw=0.5))
        put(ax, x + 2.75, y + 2.1, fill.symbol, (5, 4), "symbol", 7, ha="center", color=fill.ink)
        ax.text(x + 6.7, y + 2.1, labels[state], va="center", gid=f"key/{state}")
    return ax


def cells(frame: pd.DataFrame, group: str, texts: pd.Series) -> pd.DataFrame:
    """The cells of a `matrix`: the lines of a place's indicator are counted, a symbol stands before each text.

    `group` names the fills and the column of `frame` with their ids.
    """
    line = frame.groupby(["place", "indicator"], sort=False).cumcount().astype(str)
    symbols = frame[group].map({state: fill.symbol for state, fill in style.fills(group).items()})
    at = {"row": frame["indicator"] + "/" + line, "column": frame["place"], "state": frame[group]}
    return frame.assign(**at, text=(symbols + " " + texts).str.strip())


def most_columns(texts: Iterable[str], columns: int, lang: str, head: str = "") -> int:
    """How many columns of a matrix one page holds, so that every text has room."""
    aside, left, _ = _margins(lang, head)
    for most in range(min(MOST_PLACES, columns), 3, -1):
        room = (170 - left - aside) / most - 1.4, _ROW - 0.4, style.TEXT_SIZE
        if all(_fitted(text, *room) for text in set(texts)):
            return most
    return min(3, columns)


def _margins(lang: str, head: str) -> tuple[float, float, float]:
    """Millimetres of the aside, of all that is left of the cells, and of the names in it."""
    named = _NAME if head or lang == "en" else _NAME + 12
    return (_ASIDE if head else 0.0), _DOMAIN[lang] + named, named


def _cells(ax: Axes, cells: pd.DataFrame, rows: list, columns: list, used: list[Fill], pitch: float) -> None:
    order = [fill.id for fill in used]
    shown = cells.assign(state=cells["state"].map(order.index)).pivot(index="row", columns="column")
    state = shown["state"].reindex(index=rows, columns=columns).astype(float)
    text = shown["text"].reindex(index=rows, columns=columns).astype(object).fillna("")
    look = {"cmap": ListedColormap([fill.colour for fill in used]), "vmin": -0.5, "vmax": len(used) - 0.5}
    look |= dict.fromkeys(("cbar", "xticklabels", "yticklabels"), False) | {"linecolor": style.PAPER}
    sns.heatmap(state, annot=text.to_numpy(), fmt="", mask=state.isna(), lw=1.2, ax=ax, **look)
    ax.set(xlabel="", ylabel="")
    ax.patch.set_visible(False)
    for written, (i, j) in zip(ax.texts, np.argwhere(state.notna().to_numpy()), strict=True):
        fill = used[int(state.iat[i, j])]
        fitted, size = fit(written.get_text(), pitch - 1.4, _ROW - 0.4)
        written.set(text=fitted, size=size, color=fill.ink, linespacing=1.05, gid=f"{rows[i]}/{columns[j]}")
        if fill.hatch:
            hatch = {"fill": False, "hatch": fill.hatch, "edgecolor": fill.hatch_colour, "lw": 0}
            ax.add_patch(Rectangle((j + 0.02, i + 0.06), 0.96, 0.88, **hatch))
            # What is written stands on a ground of its own: no hatch crosses it.
            written.set_bbox({"facecolor": fill.colour, "edgecolor": "none", "pad": 0.6} if fitted else None)


def _domains(desk: Desk, ax: Axes, indicators: pd.Series, top: float) -> None:
    """What the rows belong to: a name beside them and a line above."""
    names = desk.group("domain")
    domain = indicators.map(desk.facts["domain"]).to_list()
    starts = [k for k, name in enumerate(domain) if k == 0 or name != domain[k - 1]]
    for start, end in zip(starts, [*starts[1:], len(domain)], strict=True):
        ax.plot([0, 170], [top + _ROW * start] * 2, color=style.RULE, lw=0.7)
        name = names.get(domain[start], desk.say("other"))
        # Four characters stand two above two, so that one row holds them.
        text = f"{name[:2]}\n{name[2:]}".strip() if desk.lang == "zh" else style.wrap(name, 16.5, size=7.5)
        look = {"va": "center", "fontsize": 7.5, "linespacing": 1.05, "color": style.MUTED}
        ax.text(0.5, top + _ROW * (start + end) / 2, text, **look)
    ax.plot([0, 170], [top + _ROW * len(domain)] * 2, color=style.RULE, lw=0.7)


def _flow(labels: Sequence[str]) -> tuple[list[tuple[float, int]], int]:
    """Where the entries of a key stand: millimetres and line; and how many lines they take."""
    places, at, line = [], 0.5, 0
    for label in labels:
        needed = 10.5 + text_width(label)
        at, line = (0.5, line + 1) if at + needed > 169 and at > 1 else (at, line)
        places.append((at, line))
        at += needed
    return places, line + 1


# ---------------------------------------------------------------- paths over years


def paths(ax: Axes, frame: pd.DataFrame, looks: Mapping[str, Look], *, width: float = 1.4) -> pd.DataFrame:
    """Draw the printed values of every path (rows of ``data.printed``); returns the last of each.

    Filled markers are planned, hollow ones reached; the upright through a hollow one is what its rounding
    leaves. A bound is a bar with an arrow, a range an upright between its ends. Values that only the text
    prints are tied by a thin line, since nothing is printed between them.
    """
    middle = (frame["low"] + frame["high"]) / 2
    frame = frame.assign(
        path=frame[["place", "document", "variant"]].agg("/".join, axis=1),
        at=frame["value"].where(frame["relation"] != "range", middle),
        year=frame["year"].astype(float),
    ).sort_values("year", kind="stable")
    numbers = frame[~frame["relation"].isin([*_UP, *_DOWN])]
    for origin, weight in (("table", width), ("text", width / 2)):
        part = numbers[(numbers["origin"] == origin) & numbers.duplicated(["path", "origin"], keep=False)]
        of = part.drop_duplicates("path").set_index("path")["place"].map(looks).to_dict()
        tied = {"hue": "path", "style": "path", "palette": {key: look.colour for key, look in of.items()}}
        tied["dashes"] = {key: look.dashes or "" for key, look in of.items()}
        if of:
            plain = {"estimator": None, "legend": False, "lw": weight, "zorder": 2}
            sns.lineplot(part, x="year", y="at", ax=ax, **tied, **plain)
    reached = numbers[(numbers["role"] == "baseline") & (numbers["relation"] == "eq")]
    limits = box(reached, "measured")
    ax.vlines(reached["year"], limits.low, limits.high, color=style.MUTED, lw=1.0, zorder=2)
    for row in frame.itertuples():
        look, gid = looks[row.place], f"{row.place}/{row.variant}/{row.year:.0f}"
        if row.relation in (*_UP, *_DOWN):
            bar = {"marker": "_", "markersize": 9, "markeredgewidth": 1.8, "color": look.colour, "gid": gid}
            ax.plot(row.year, row.value, linestyle="None", **bar)
            arrow(ax, row.year, row.value, look.colour, (0, 13 if row.relation in _UP else -13))
            continue
        if row.relation == "range":
            ax.vlines(row.year, row.low, row.high, color=look.colour, lw=2.2, zorder=2)
        ax.plot(row.year, row.at, **look.mark(hollow=row.role == "baseline"), zorder=3, gid=gid)
    ax.set(xlabel="", ylabel="")
    # Where a year has both, the number names the path better than the bound that the text repeats.
    ranked = frame.assign(exact=frame["relation"] == "eq").sort_values(["year", "exact"], kind="stable")
    return ranked.drop_duplicates(["place", "document", "variant"], keep="last")


def arrow(ax: Axes, x: float, y: float, colour: str, points: tuple[float, float]) -> None:
    """From a bound to where the values may lie, `points` long."""
    look = {"arrowstyle": "<|-", "color": colour, "lw": 1.1, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=(x, y), xytext=points, textcoords="offset points", arrowprops=look)


def name_ends(desk: Desk, ax: Axes, ends: pd.DataFrame, last: float, height: float) -> None:
    """Write place and value beside the end of each path, and the year where it is not the last of the figure.

    Labels that would touch are moved apart and tied to their ends; `height` is about that of the Axes, in
    millimetres.
    """
    (low, high), (left, right) = ax.get_ylim(), ax.get_xlim()
    step, edge = (right - left) * 0.02, float(ends["year"].max())
    gap = (high - low) * style.TEXT_SIZE * 1.15 / 72 * style.MM_PER_INCH / height
    heights = spread(ends["at"], gap)
    # A title stands over the Axes: no label reaches up to it.
    heights -= max(0.0, heights.max(initial=low) - (high - 0.4 * gap))
    for row, at in zip(ends.itertuples(), heights, strict=True):
        tie = {"color": style.RULE, "lw": 0.5, "clip_on": False, "zorder": 1, "gid": "tie"}
        ax.plot([row.year + step * 0.6, edge + 2 * step, edge + 4 * step], [row.at, row.at, at], **tie)
        text = f"{desk.names[row.place]} {row.variant}".strip() + f" {desk.value(row)}"
        text += "" if row.year == last else f" ({math.ceil(row.year - 1e-9)})"
        look = {"va": "center", "color": desk.looks[row.place].text_colour, "annotation_clip": False}
        ax.annotate(text, (edge + 4.5 * step, at), **look)
    ax.set(xlim=(left, right), ylim=(low, high))


def spread(positions: Iterable[float], gap: float) -> np.ndarray:
    """Move labels apart until neighbours are at least a gap away, as little as possible and in their order.

    In their order from below, and less the gaps between them, the positions are an isotonic regression of the
    wishes: labels that touch form blocks that are centred on the mean of their wishes.

    Examples
    --------
    >>> spread([5.5, 5.5, 5.6], 0.2).round(2).tolist()
    [5.33, 5.53, 5.73]
    """
    wanted = np.asarray(list(positions), dtype=float)
    order, gaps = np.argsort(wanted, kind="stable"), np.arange(len(wanted)) * gap
    moved = np.empty_like(wanted)
    moved[order] = isotonic_regression(wanted[order] - gaps).x + gaps
    return moved


def years(ax: Axes, first: float, last: float, room: float) -> None:
    """A tick for every year, or every second and fifth where `room` millimetres do not hold them."""
    each = next(n for n in (1, 2, 5, 10, 20) if (last - first) / n * 8.5 <= room)
    ax.set(xlim=(first - 0.3, last + 0.3), xticks=np.arange(last, first - 0.5, -each)[::-1])
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.grid(axis="y")


# ---------------------------------------------------------------- lanes

_LANE, _LABELS, _SCALE, _WORDS = 4.3, 54.0, (70.0, 116.0), 134.0


def mark(value: float, text: str, look: Look, relation: str = "eq", hollow: bool = False) -> SimpleNamespace:
    """A number in a lane; a bound gets an arrow."""
    way = (relation in _UP) - (relation in _DOWN)
    return SimpleNamespace(value=value, text=text, look=look, way=way, hollow=hollow)


def lanes(desk: Desk, rows: Sequence[Mapping], heads: Sequence[str] = ()) -> Axes:
    """Rows with a scale of their own, of two lanes with one or two marks each, and words at the right.

    Parameters
    ----------
    rows : sequence of mapping
        ``id``; ``name`` and what stands ``below`` it; ``lanes``, sequences of `mark`; ``words``.
    heads : sequence of str
        Places whose looks are explained over the rows.
    """
    tall, top, left = 2 * _LANE + 0.8, 6.0 if heads else 0.5, _SCALE[0]
    ax = desk.ground(tall * len(rows) + top + 0.5)
    for place in heads:
        ax.plot(left, 2.8, **desk.looks[place].mark())
        put(ax, left + 2.2, 2.8, desk.names[place], (60, 5), "head", color=desk.looks[place].text_colour)
        left += text_width(desk.names[place]) + 10
    for row in rows:
        ax.plot([0, 170], [top, top], color=style.GRID, lw=0.6)
        put(ax, 0.5, top + 2.6, row["name"], (_LABELS, 3.4), f"name/{row['id']}")
        put(ax, 0.5, top + 7.1, row["below"], (_LABELS, 3.4), "below", 8, color=style.MUTED)
        put(ax, _WORDS, top + tall / 2, row["words"], (169.5 - _WORDS, tall - 1), f"words/{row['id']}")
        ends = [one.value for lane in row["lanes"] for one in lane]
        span = (min(ends), max(ends)) if min(ends) < max(ends) else (ends[0] - 1, ends[0] + 1)
        for k, lane in enumerate(row["lanes"]):
            _lane(ax, lane, top + 0.4 + _LANE * (k + 0.5), span, row["id"])
        top += tall
    return ax


def _lane(ax: Axes, marks: Sequence[SimpleNamespace], y: float, span: tuple[float, float], gid: str) -> None:
    """The marks of one lane and their texts, which never meet."""
    xs = [float(np.interp(one.value, span, _SCALE)) for one in marks]
    if len(xs) > 1:
        ax.plot(xs, [y, y], lw=1.2, zorder=1, color=marks[0].look.colour)
    for k, (one, x) in enumerate(zip(marks, xs, strict=True)):
        ax.plot(x, y, **one.look.mark(hollow=one.hollow), zorder=3, gid=f"mark/{gid}")
        if one.way:
            arrow(ax, x, y, one.look.colour, (one.way * 17, 0))
        # Of two numbers the texts stand outside, a single one is named towards the middle.
        left = x < xs[1 - k] or (x == xs[1 - k] and k == 0) if len(xs) > 1 else x > sum(_SCALE) / 2
        beside = -2.2 - 5.5 * (one.way < 0) if left else 2.2 + 5.5 * (one.way > 0)
        look = {"ha": "right" if left else "left", "va": "center", "color": one.look.text_colour}
        ax.text(x + beside, y, one.text, **look, gid=f"value/{gid}")
