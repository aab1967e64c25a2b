"""The forms that all figures are made of: a sheet with a title, a matrix, paths over years, lanes, bars.

A sheet carries the finding as its title; note and source are written below it by `qiyou.figures.save`. A figure that
is laid out in millimetres draws on a *ground*: Axes of the width of the page whose data coordinates are millimetres,
y downwards. Printed values never vanish: they are set smaller, broken into lines, or the figure takes another page.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes
from matplotlib.colors import ListedColormap
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from qiyou import words
from qiyou.errors import DataError
from qiyou.intervals import box
from qiyou.plot import style
from qiyou.plot.style import Caption, Fill, Look, text_width
from qiyou.words import say

MOST_PLACES = 8
"""Places that one page holds side by side; more take further pages or small multiples."""

SIGNS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "about": "≈"}
_LINE = 1.3 / 72 * style.MM_PER_INCH
"""Millimetres of a line of text per point of its size."""

# ---------------------------------------------------------------- words


def place_names(data, lang: str) -> dict[str, str]:
    """Id -> short name of every place; names that two places share are told apart by what they lie in.

    Examples
    --------
    >>> import qiyou
    >>> place_names(qiyou.load(), "en")["yuhuan"]
    'Yuhuan'
    """
    frame = data.places
    full = frame[f"name_{lang}"].where(frame[f"name_{lang}"].ne(""), frame["name_zh"])
    brief = full.map(lambda name: short(name, lang))
    shown = brief.mask(brief.duplicated(keep=False), full)
    within = frame["parent"].map(dict(zip(frame["id"], brief, strict=True))).fillna(frame["id"])
    shown = shown.mask(shown.duplicated(keep=False), shown + " (" + within + ")")
    shown = shown.mask(shown.duplicated(keep=False), full + " (" + frame["id"] + ")")
    return dict(zip(frame["id"], shown, strict=True)) | {style.NATION: words.group("nation", lang)["nation"]}


def short(name: str, lang: str) -> str:
    """A place's name without its type.

    Examples
    --------
    >>> short("Yuhuan City", "en"), short("玉环市", "zh"), short("景宁畲族自治县", "zh")
    ('Yuhuan', '玉环', '景宁畲族')
    """
    if lang == "zh":
        kind = name[:-1] if len(name) > 2 and name[-1] in "省市县区州" else name
        return kind.removesuffix("自治")
    for kind in (" City", " County", " District", " Province", " Prefecture", " Region"):
        name = name.removesuffix(kind)
    return name.removesuffix(" Autonomous")


def indicator_names(data, lang: str) -> dict[str, str]:
    """Id -> name of every indicator; the Chinese name where there is no English one."""
    frame = data.indicators
    name = frame[f"name_{lang}"].where(frame[f"name_{lang}"].ne(""), frame["name_zh"])
    return dict(zip(frame["id"], name, strict=True))


def unit(printed: str, lang: str) -> str:
    """A unit as a figure prints it; one that is not in the table of words stays as it is.

    Examples
    --------
    >>> unit("平方米/人", "en"), unit("平方米/人", "zh")
    ('m² per head', '平方米/人')
    """
    return words.group("unit", lang).get(printed, printed)


def joined(parts: Iterable[str], lang: str) -> str:
    """A list as a sentence holds it."""
    return ("、" if lang == "zh" else ", ").join(parts)


def value(row, lang: str = "zh", kind: str = "") -> str:
    """A value as it is printed: its decimals, its sign if it is a bound, both ends of a range.

    Parameters
    ----------
    row : named tuple or Series
        With value, relation, low, high, step. A step of 0 stands for a number that is not printed anywhere, as a
        median: it is shown as it is.
    kind : str
        Kind of the indicator; a ``status`` is passed or not yet.

    Examples
    --------
    >>> rows = pd.DataFrame({"value": [3.0, np.nan, 387700], "relation": ["ge", "range", "eq"], "step": [0.1, 0.1, 100],
    ...     "low": [3.0, 5.0, 387700], "high": [np.inf, 5.5, 387700]})
    >>> [value(row) for row in rows.itertuples()]
    ['≥3.0', '5.0–5.5', '38.77万']
    """
    if row.relation == "none":
        return ""
    if row.relation == "range":
        return f"{number(row.low, row.step, lang)}–{number(row.high, row.step, lang)}"
    if pd.isna(row.value):
        return ""
    if kind == "status" and row.value in (0, 100):
        return words.group("passed", lang)["yes" if row.value else "no"]
    return SIGNS.get(row.relation, "") + number(row.value, row.step, lang)


def number(amount: float, step: float, lang: str) -> str:
    """A number with the decimals of its print; a large one in 万 or 亿, in thousands, millions or billions."""
    large = {"zh": ((1e8, "亿"), (1e4, "万")), "en": ((1e9, "bn"), (1e6, "m"), (1e3, "k"))}[lang]
    wanted = ((by, mark) for by, mark in large if abs(amount) >= max(by, 1e5))
    scale, mark = next(wanted, (1.0, ""))
    if not step > 0:
        return f"{amount / scale:.6g}{mark}".replace("-", "−")
    digits = max(0, math.ceil(-math.log10(step / scale) - 1e-9))
    return f"{amount / scale:.{digits}f}{mark}".replace("-", "−")


def alt(chart: str, subject: str, finding: str, lang: str) -> str:
    """Alternative text: what kind of picture, of what, and what one sees in it.

    Examples
    --------
    >>> alt("lines", "Nursery places", "From 3.6 to 5.5", "en")
    'Line chart: Nursery places. From 3.6 to 5.5.'
    """
    stop, colon, gap = ("。", "：", "") if lang == "zh" else (".", ": ", " ")
    parts = [part if part[-1] in "。.！!？?" else part + stop for part in (subject.strip(), finding.strip())]
    return words.group("chart", lang)[chart] + colon + gap.join(parts)


def sources(data, ids: Iterable[str], lang: str) -> tuple[str, str]:
    """Where a figure's data come from, in short for the picture and in full for the caption.

    Parameters
    ----------
    ids : iterable of str
        Documents and sources, several joined by ``"; "`` or one by one.
    """
    used = {part for text in ids if isinstance(text, str) for part in text.split("; ") if part}
    documents = data.documents[data.documents["id"].isin(used)]
    others = data.sources[data.sources["id"].isin(used)]
    names, full = place_names(data, lang), []
    for row in documents.itertuples():
        remarks = dict.fromkeys(
            words.group("extent", lang).get(part) for part in (row.known_from, row.extent)
        )
        title = f"《{row.title}》" if lang == "zh" else row.title_en or row.title
        full.append(title + _bracket(joined(filter(None, remarks), lang), lang))
    for row in others[others["grade"] != "derived"].itertuples():
        # A title in square brackets is none: it says what the source is about.
        title = f"{row.publisher} {row.published}" if row.title.startswith("[") else row.title
        title = f"《{title}》" if lang == "zh" else f'"{title}"'
        full.append(title + _bracket(words.group("extent", lang).get(row.grade, ""), lang))
    places = joined(dict.fromkeys(names[place] for place in documents["place"]), lang)
    if documents["place"].nunique() > MOST_PLACES:
        places = say("plot.places", lang, n=documents["place"].nunique())
    parts = [say("plot.source.plans", lang, places=places)] if len(documents) else []
    parts += [say("plot.source.others", lang, n=len(others))] if len(others) else []
    stop = "。" if lang == "zh" else "."
    brief = ("；" if lang == "zh" else "; ").join(parts)
    return brief + stop, joined(full, lang) + stop


def told(
    data,
    key: str,
    lang: str,
    *,
    chart: str,
    title: str,
    finding: str,
    used: Iterable[str],
    table: pd.DataFrame,
    **facts,
) -> Caption:
    """The caption of a figure whose messages are ``plot.<key>.subject`` and ``plot.<key>.note``.

    Parameters
    ----------
    chart, title, finding : str
        Kind of picture, finding as title, and what the alternative text says of it.
    used : iterable of str
        Documents and sources, as in `sources`.
    facts
        Fields of the messages, and ``pages``.
    """
    pages = facts.pop("pages", 1)
    subject, note = say(f"plot.{key}.subject", lang, **facts), say(f"plot.{key}.note", lang, **facts)
    if pages > 1:
        note += say("plot.pages", lang, pages=pages)
    return Caption(title, alt(chart, subject, finding, lang), note, *sources(data, used, lang), table, pages)


def _bracket(text: str, lang: str) -> str:
    return text and (f"（{text}）" if lang == "zh" else f" ({text})")


# ---------------------------------------------------------------- sheets


def sheet(caption: Caption, body: float, width: str = "full", *, layout: str = "constrained") -> Figure:
    """A page with the finding over `body` millimetres for the picture."""
    across = style.millimetres(width)
    title = style.wrap(caption.title, across - 2, size=style.TITLE_SIZE)
    head = (title.count("\n") + 1) * style.TITLE_SIZE * _LINE + 2.5
    total = head + body
    fig = plt.figure(figsize=(across / style.MM_PER_INCH, total / style.MM_PER_INCH), layout=layout)
    if layout == "constrained":
        fig.get_layout_engine().set(rect=(0, 0, 1, body / total), w_pad=0.03, h_pad=0.03)
    where = {"va": "top", "fontsize": style.TITLE_SIZE, "linespacing": 1.3, "gid": "title"}
    fig.text(0.5 / across, 1 - 0.6 / total, title, **where)
    fig.caption, fig.body = caption, body / total
    return fig


def panel(ax: Axes | None, caption: Caption, body: float, width: str = "full") -> Axes:
    """The Axes to draw on: the caller's, or one under the title on a sheet of its own."""
    if ax is None:
        ax = sheet(caption, body, width).add_subplot()
    ax.caption = caption
    return ax


def ground(ax: Axes | None, caption: Caption, body: float, width: str = "full") -> Axes:
    """Axes in millimetres, y downwards, over the whole body of the sheet (or the caller's Axes, without their axis)."""
    if ax is None:
        fig = sheet(caption, body, width, layout="none")
        ax = fig.add_axes((0, 0, 1, fig.body))
    ax.caption = caption
    ax.set_axis_off()
    ax.set_xlim(0, style.millimetres(width))
    ax.set_ylim(body, 0)
    return ax


def paged(items: Sequence, most: int, page: int, what: str) -> tuple[list, int]:
    """The items of one page, all pages about equally full, and how many pages there are.

    Examples
    --------
    >>> paged(list("abcdefghi"), 8, 1, "places")
    (['a', 'b', 'c', 'd', 'e'], 2)
    """
    pages = max(1, math.ceil(len(items) / most))
    if not 1 <= page <= pages:
        raise DataError(
            f"page {page} of the figure does not exist: {len(items)} {what} take {pages} page(s)."
        )
    each = math.ceil(len(items) / pages)
    return list(items[(page - 1) * each : page * each]), pages


def fit(text: str, width: float, height: float, *, size: float = style.TEXT_SIZE) -> tuple[str, float]:
    """A text and the size at which it fits a cell: smaller, then in lines, never cut.

    Examples
    --------
    >>> fit("5.5", 12, 6), fit("38.77万", 8, 6)
    (('5.5', 9.0), ('38.77万', 7.0))
    """
    for points in np.arange(size, style.MIN_SIZE - 0.1, -0.5):
        if text_width(text, size=points) <= width:
            return text, float(points)
    for points in np.arange(size, style.MIN_SIZE - 0.1, -0.5):
        lines = style.wrap(text, width, size=points)
        torn = text.isascii() and any(text_width(part, size=points) > width for part in text.split())
        if not torn and (lines.count("\n") + 1) * points * _LINE <= height + 0.6:
            return lines, float(points)
    return style.wrap(text, width, size=style.MIN_SIZE), style.MIN_SIZE


def fits(text: str, width: float, height: float) -> bool:
    """Whether `fit` finds room in words that are not torn."""
    lines, size = fit(text, width, height)
    whole = all(text_width(part, size=size) <= width for part in text.split())
    return whole and (lines.count("\n") + 1) * size * _LINE <= height + 0.6


# ---------------------------------------------------------------- matrix

_DOMAIN, _NAME, _ROW, _HEAD, _KEY, _ASIDE = (
    {"zh": 8.0, "en": 17.0},
    {"zh": 50.0, "en": 50.0},
    6.8,
    7.0,
    5.4,
    22.0,
)


def matrix(
    ax: Axes | None,
    caption: Caption,
    cells: pd.DataFrame,
    rows: pd.DataFrame,
    columns: Mapping[str, str],
    fills: Mapping[str, Fill],
    labels: Mapping[str, str],
    *,
    beside: Mapping[str, str] | None = None,
    lang: str = "zh",
) -> Axes:
    """Rows by columns, each cell a fill, a hatch and its text.

    Parameters
    ----------
    cells : DataFrame
        row, column, state (a key of `fills`), text; one row per cell, none for an empty cell.
    rows : DataFrame
        row, label, group (printed once beside all its rows), unit, aside (a text at the right).
    columns : mapping
        Column -> its head.
    labels : mapping
        State -> what the key says; only states that occur are explained.
    beside : mapping, optional
        ``head`` of the column of ``aside``.
    """
    aside, named = (_ASIDE, _NAME[lang]) if beside else (0.0, _NAME[lang] + 12)
    left = _DOMAIN[lang] + named
    pitch = min(27.0, (170 - left - aside) / len(columns))
    top, bottom = _HEAD, _HEAD + _ROW * len(rows)
    used = [state for state in fills if state in set(cells["state"])]
    lines = _flow([labels[state] for state in used], 168)
    body = bottom + 2.5 + _KEY * len(lines)
    ax = ground(ax, caption, body)
    inner = (left / 170, 1 - bottom / body, pitch * len(columns) / 170, (bottom - top) / body)
    _cells(ax.inset_axes(inner), cells, rows, list(columns), used, fills, pitch)
    for k, head in enumerate(columns.values()):
        text, size = fit(head, pitch - 0.8, 7.4)
        ax.text(left + pitch * (k + 0.5), top - 1, text, ha="center", va="bottom", fontsize=size, gid="head")
    if beside:
        ax.text(170 - aside / 2, top - 1, beside["head"], ha="center", va="bottom", gid="head")
    for k, row in enumerate(rows.itertuples()):
        middle = top + _ROW * (k + 0.5)
        room = named - 2 - (text_width(row.unit, size=8) + 1 if row.unit else 0)
        text, size = fit(row.label, room, _ROW - 0.4, size=8.5)
        ax.text(_DOMAIN[lang] + 1, middle, text, va="center", fontsize=size, linespacing=1.05, gid=row.row)
        ax.text(left - 1.5, middle, row.unit, va="center", ha="right", fontsize=8, color=style.MUTED)
        if beside and row.aside:
            text, size = fit(row.aside, aside - 1, _ROW)
            ax.text(
                170 - aside / 2, middle, text, ha="center", va="center", fontsize=size, gid=f"aside/{row.row}"
            )
    _groups(ax, rows, top, lang)
    _key(ax, used, fills, labels, lines, bottom + 2.5)
    return ax


def cells_fit(texts: Iterable[str], columns: int, lang: str) -> bool:
    """Whether a matrix of so many columns has room for every text."""
    pitch = (170 - _DOMAIN[lang] - _NAME[lang] - _ASIDE) / columns
    return all(fits(text, pitch - 1.4, _ROW - 0.4) for text in set(texts))


def _cells(
    ax: Axes, cells: pd.DataFrame, rows: pd.DataFrame, columns: list, used: list, fills, pitch: float
) -> None:
    shape = [rows["row"].to_list(), columns]
    ax.patch.set_visible(False)
    state = cells.assign(state=cells["state"].map(used.index)).pivot(
        index="row", columns="column", values="state"
    )
    text = (
        cells.pivot(index="row", columns="column", values="text")
        .reindex(index=shape[0], columns=shape[1])
        .astype(object)
    )
    state = state.reindex(index=shape[0], columns=shape[1]).astype(float)
    colours = ListedColormap([fills[name].colour for name in used])
    look = {
        "cmap": colours,
        "vmin": -0.5,
        "vmax": len(used) - 0.5,
        "linewidths": 1.2,
        "linecolor": style.PAPER,
    }
    ticks = {"cbar": False, "xticklabels": False, "yticklabels": False}
    sns.heatmap(state, annot=text.fillna("").to_numpy(), fmt="", mask=state.isna(), ax=ax, **look, **ticks)
    ax.set(xlabel="", ylabel="")
    for written, (i, j) in zip(ax.texts, np.argwhere(state.notna().to_numpy()), strict=True):
        fill = fills[used[int(state.iat[i, j])]]
        fitted, size = fit(written.get_text(), pitch - 1.4, _ROW - 0.4)
        # Without "pad" the ground of the text would hide the hatch, with none the hatch would cross the text.
        back = {"facecolor": fill.colour, "edgecolor": "none", "pad": 0.6} if fill.hatch and fitted else None
        written.set(text=fitted, size=size, color=fill.ink, linespacing=1.05, bbox=back)
        written.set_gid(f"{shape[0][i]}/{columns[j]}")
        if fill.hatch:
            hatch = {"fill": False, "hatch": fill.hatch, "edgecolor": fill.hatch_colour, "lw": 0}
            ax.add_patch(Rectangle((j + 0.02, i + 0.06), 0.96, 0.88, **hatch))


def _groups(ax: Axes, rows: pd.DataFrame, top: float, lang: str) -> None:
    """What rows belong to: a name beside them and a line above."""
    starts = np.flatnonzero(rows["group"].ne(rows["group"].shift()).to_numpy())
    for start, end in zip(starts, [*starts[1:], len(rows)], strict=True):
        ax.plot([0, 170], [top + _ROW * start] * 2, color=style.RULE, lw=0.7)
        name = rows["group"].iloc[start]
        # Four characters stand two above two, so that one row holds them.
        text = (
            f"{name[:2]}\n{name[2:]}" if lang == "zh" and len(name) == 4 else style.wrap(name, 16.5, size=7.5)
        )
        middle = top + _ROW * (start + end) / 2
        size = 8 if lang == "zh" else 7.5
        ax.text(0.5, middle, text, va="center", fontsize=size, linespacing=1.05, color=style.MUTED)
    ax.plot([0, 170], [top + _ROW * len(rows)] * 2, color=style.RULE, lw=0.7)


def _flow(labels: Sequence[str], width: float) -> list[list[float]]:
    """Where the entries of a key begin, line by line."""
    lines, at = [[]], 0.0
    for label in labels:
        needed = 6.5 + text_width(label) + 4
        if at + needed > width and lines[-1]:
            lines.append([])
            at = 0.0
        lines[-1].append(at)
        at += needed
    return lines


def _key(ax: Axes, used: list, fills, labels, lines: list[list[float]], top: float) -> None:
    places = [(left, top + _KEY * k) for k, line in enumerate(lines) for left in line]
    for name, (left, upper) in zip(used, places, strict=True):
        fill = fills[name]
        hatch = {"hatch": fill.hatch, "edgecolor": fill.hatch_colour} if fill.hatch else {"edgecolor": "none"}
        ax.add_patch(Rectangle((left + 0.5, upper), 5.5, 4.2, facecolor=fill.colour, lw=0, **hatch))
        ax.add_patch(Rectangle((left + 0.5, upper), 5.5, 4.2, fill=False, edgecolor=style.RULE, lw=0.5))
        middle = {"va": "center", "ha": "center", "color": fill.ink}
        ax.text(left + 3.25, upper + 2.1, fill.symbol, fontsize=style.MIN_SIZE, **middle)
        ax.text(left + 7.2, upper + 2.1, labels[name], va="center", gid=f"key/{name}")


# ---------------------------------------------------------------- paths over years


def paths(ax: Axes, frame: pd.DataFrame, looks: Mapping[str, Look], *, width: float = 1.4) -> pd.DataFrame:
    """Draw the printed values of every path, and return the last of each.

    Filled markers are planned, hollow ones reached; the upright through a hollow one is what its rounding leaves. A
    bound is a bar with an arrow, a range an upright between its ends. Values that only the text prints are tied by a
    thin line, since nothing is printed between them.

    Parameters
    ----------
    frame : DataFrame
        Rows of ``data.printed`` of one indicator.
    """
    frame = frame.assign(
        path=frame[["place", "document", "variant"]].agg("/".join, axis=1),
        at=frame["value"].where(frame["relation"] != "range", (frame["low"] + frame["high"]) / 2),
        year=frame["year"].astype(float),
    ).sort_values("year", kind="stable")
    numbers = frame[~frame["relation"].isin(["ge", "gt", "le", "lt"])]
    for origin, weight in (("table", width), ("text", width / 2)):
        part = numbers[numbers["origin"] == origin]
        part = part[part["path"].duplicated(keep=False)]
        if len(part):
            of = part.drop_duplicates("path").set_index("path")["place"].map(looks)
            tied = {"hue": "path", "style": "path", "palette": {key: look.colour for key, look in of.items()}}
            dashes = {key: look.dashes or "" for key, look in of.items()}
            plain = {"estimator": None, "legend": False, "lw": weight, "ax": ax, "zorder": 2}
            sns.lineplot(part, x="year", y="at", dashes=dashes, **tied, **plain)
    reached = numbers[(numbers["role"] == "baseline") & (numbers["relation"] == "eq")]
    limits = box(reached, "measured")
    ax.vlines(reached["year"], limits.low, limits.high, color=style.MUTED, lw=1.0, zorder=2)
    for row in frame.itertuples():
        look, gid = looks[row.place], f"{row.place}/{row.variant}/{row.year:.0f}"
        if row.relation in ("ge", "gt", "le", "lt"):
            bound(ax, row.year, row.value, row.relation in ("ge", "gt"), look.colour, gid=gid)
            continue
        if row.relation == "range":
            ax.vlines(row.year, row.low, row.high, color=look.colour, lw=2.2, zorder=2)
        ax.plot(row.year, row.at, **look.mark(hollow=row.role == "baseline"), zorder=3, gid=gid)
    # Where a year has both, the number names the path better than the bound that the text repeats.
    ranked = frame.assign(exact=frame["relation"] == "eq").sort_values(["year", "exact"], kind="stable")
    ax.set(xlabel="", ylabel="")
    return ranked.drop_duplicates(["place", "document", "variant"], keep="last")


def bound(ax: Axes, x: float, y: float, up: bool, colour: str, *, gid: str = "") -> None:
    """A bound: a bar at the number and an arrow to where the values may lie."""
    ax.plot(x, y, marker="_", color=colour, markersize=9, markeredgewidth=1.8, linestyle="None", gid=gid)
    arrow = {"arrowstyle": "<|-", "color": colour, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=(x, y), xytext=(0, 13 if up else -13), textcoords="offset points", arrowprops=arrow)


def name_ends(ax: Axes, ends: pd.DataFrame, text: Callable, looks: Mapping[str, Look], height: float) -> None:
    """Write beside the end of each path; labels that would touch are moved apart and tied to their ends.

    Parameters
    ----------
    ends : DataFrame
        As `paths` returns it.
    text : callable
        Row -> its label.
    height : float
        About how high the Axes are, in millimetres.
    """
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    step = (right - left) * 0.02
    last = float(ends["year"].max())
    gap = (high - low) * style.TEXT_SIZE * 1.15 / 72 * style.MM_PER_INCH / height
    heights = spread(ends["at"], gap)
    # A title stands over the Axes: no label reaches up to it.
    heights -= max(0.0, heights.max(initial=low) - (high - 0.4 * gap))
    for row, at in zip(ends.itertuples(), heights, strict=True):
        tie = {"color": style.RULE, "lw": 0.5, "clip_on": False, "zorder": 1, "gid": "tie"}
        ax.plot([row.year + step * 0.6, last + 2 * step, last + 4 * step], [row.at, row.at, at], **tie)
        colour = looks[row.place].text_colour
        ax.annotate(text(row), (last + 4.5 * step, at), va="center", color=colour, annotation_clip=False)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)


def spread(positions: Iterable[float], gap: float) -> np.ndarray:
    """Move labels apart until neighbours are at least a gap away, as little as possible and in their order.

    Pools labels that touch into blocks centred on the mean of their wishes (the pool-adjacent-violators algorithm,
    which gives the least squares solution).

    Examples
    --------
    >>> spread([5.5, 5.5, 5.6], 0.2).round(2).tolist()
    [5.33, 5.53, 5.73]
    """
    wanted = np.asarray(list(positions), dtype=float)
    order = np.argsort(wanted, kind="stable")
    blocks: list[list[float]] = []
    for rank, position in enumerate(wanted[order]):
        blocks.append([position - rank * gap, 1.0])
        while len(blocks) > 1 and blocks[-2][0] > blocks[-1][0]:
            mean, weight = blocks.pop()
            before = blocks[-1]
            before[0] = (before[0] * before[1] + mean * weight) / (before[1] + weight)
            before[1] += weight
    level = np.repeat([mean for mean, _ in blocks], [int(weight) for _, weight in blocks])
    moved = np.empty_like(wanted)
    moved[order] = level + np.arange(len(wanted)) * gap
    return moved


def years(ax: Axes, first: float, last: float, room: float) -> tuple[float, float]:
    """A tick for every year, or every second and fifth where `room` millimetres do not hold them."""
    each = next(n for n in (1, 2, 5, 10, 20) if (last - first) / n * 8.5 <= room)
    ax.set_xlim(first - 0.3, last + 0.3)
    ax.set_xticks(np.arange(last, first - 0.5, -each)[::-1])
    ax.xaxis.set_major_formatter("{x:.0f}")
    ax.grid(axis="y")
    return first, last


# ---------------------------------------------------------------- lanes

_LANE, _LABELS, _SCALE, _VERDICT = 4.3, 54.0, (70.0, 116.0), 134.0


def lanes(
    ax: Axes | None, caption: Caption, rows: Sequence[Mapping], *, heads: Sequence[tuple[str, Look]] = ()
) -> Axes:
    """Rows with a scale of their own: two lanes each, in a lane one or two numbers, and words at the right.

    Parameters
    ----------
    rows : sequence of mapping
        ``name`` and ``below`` it; ``lanes``, sequences of marks; ``words``. A mark is a mapping of ``value``, ``text``,
        ``look``, and where they apply ``hollow``, ``relation`` (a bound gets an arrow), ``low`` and ``high``.
    heads : sequence of (name, Look)
        Explained over the rows.
    """
    height = [max(9.4, _LANE * len(row["lanes"]) + 0.8) for row in rows]
    top = 6.0 if heads else 0.5
    ax = ground(ax, caption, sum(height) + top + 0.5)
    left = _SCALE[0]
    for name, look in heads:
        ax.plot(left, 2.8, **look.mark())
        ax.text(left + 2.2, 2.8, name, va="center", color=look.text_colour, gid="head")
        left += text_width(name) + 10
    for row, tall in zip(rows, height, strict=True):
        ax.plot([0, 170], [top, top], color=style.GRID, lw=0.6)
        name, size = fit(row["name"], _LABELS, 3.4)
        ax.text(0.5, top + 2.9, name, va="center", fontsize=size, gid=f"name/{row['id']}")
        ax.text(0.5, top + 6.8, row["below"], va="center", color=style.MUTED, fontsize=8)
        said, size = fit(row["words"], 170 - _VERDICT - 0.5, tall - 1)
        ax.text(
            _VERDICT,
            top + tall / 2,
            said,
            va="center",
            fontsize=size,
            linespacing=1.15,
            gid=f"words/{row['id']}",
        )
        ends = [
            mark[end]
            for lane in row["lanes"]
            for mark in lane
            for end in ("value", "low", "high")
            if end in mark
        ]
        low, high = min(ends), max(ends)
        scale = (_SCALE[1] - _SCALE[0]) / (high - low) if high > low else 0.0
        start = _SCALE[0] if high > low else sum(_SCALE) / 2
        for k, lane in enumerate(row["lanes"]):
            middle = top + tall / 2 + (k - (len(row["lanes"]) - 1) / 2) * _LANE
            _lane(
                ax,
                lane,
                middle,
                lambda value, start=start, low=low, scale=scale: start + (value - low) * scale,
                row["id"],
            )
        top += tall
    return ax


def _lane(ax: Axes, marks: Sequence[Mapping], y: float, at: Callable[[float], float], gid: str) -> None:
    """The marks of one lane and their texts, which never meet."""
    xs = [at(mark["value"]) for mark in marks]
    if len(xs) > 1:
        ax.plot(xs, [y, y], lw=1.2, zorder=1, **{"color": marks[0]["look"].colour})
    for k, (mark, x) in enumerate(zip(marks, xs, strict=True)):
        look = mark["look"]
        if "low" in mark:
            ax.plot(
                [at(mark["low"]), at(mark["high"])], [y, y], color=look.colour, lw=2.4, alpha=0.45, zorder=1
            )
        ax.plot(x, y, **look.mark(hollow=mark.get("hollow", False)), zorder=3, gid=f"mark/{gid}")
        way = {"ge": 1, "gt": 1, "le": -1, "lt": -1}.get(mark.get("relation", "eq"), 0)
        if way:
            arrow = {"arrowstyle": "-|>", "color": look.colour, "lw": 1.1, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", xy=(x + way * 6, y), xytext=(x, y), arrowprops=arrow)
        # Of two numbers the texts stand outside, a single one is named towards the middle.
        left = x < xs[1 - k] or (x == xs[1 - k] and k == 0) if len(xs) > 1 else x > sum(_SCALE) / 2
        ends = [x, at(mark["low"]), at(mark["high"])] if "low" in mark else [x]
        edge = min(ends) - 2.2 - 5.5 * (way < 0) if left else max(ends) + 2.2 + 5.5 * (way > 0)
        side = {"ha": "right" if left else "left", "va": "center", "color": look.text_colour}
        ax.text(edge, y, mark["text"], **side, gid=f"value/{gid}")
