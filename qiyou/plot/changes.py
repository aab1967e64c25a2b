"""From the base year to the end of the plans: one small panel per indicator, one line per place."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.ticker import MaxNLocator

from qiyou import compare, style
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plot import labels
from qiyou.plot.core import value_text

# Millimetres: a line per place, a line of a title, and what a panel needs above and below them.
_LINE, _TITLE_LINE, _ABOVE, _BELOW = 4.4, 3.2, 9.0, 5.6
_TITLE, _KEY = 5.5, 5.5
_COLUMNS = 3
# Room for the places' names left of a panel, and between panels.
_SPACE, _GUTTER = {"zh": 9.0, "en": 15.0}, 3.0
# Between a name and its panel.
_BESIDE = 1.6
# From a marker to its value, and the width of a figure.
_CLEAR, _DIGIT = 1.8, 1.4

BETTER, WORSE = style.VERDICTS["met"].colour, style.readable(style.VERDICTS["not_met"].colour)
_WORSE_DASH = (0, (2.2, 0.9))
_SIZE = 4.6
_WAY = {
    "up": {"zh": "越高越好 →", "en": "higher is better →"},
    "down": {"zh": "← 越低越好", "en": "← lower is better"},
    "at_least": {"zh": "不低于 →", "en": "at least →"},
    "at_most": {"zh": "← 不高于", "en": "← at most"},
    "status": {"zh": "", "en": ""},
}
_TEXT = {
    "zh": {
        "title": "核心指标：从基期到{year}年目标",
        "baseline": "{year}年基期值",
        "target": "首个计划值（{year}年；未印基期）",
        "end": "{year}年目标",
        "worse": "目标劣于基期",
        "bound": "限值",
    },
    "en": {
        "title": "Core indicators: from the base year to the target for {year}",
        "baseline": "base of {year}",
        "target": "first planned value ({year}; no base printed)",
        "end": "target for {year}",
        "worse": "target below base",
        "bound": "bound",
    },
}


@style.styled
def slopes(frame: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh") -> Axes:
    """Draw what each place plans to change, indicator by indicator, each on an axis in its own unit.

    A hollow marker is where a place starts (a diamond where only a planned value is printed), a filled one
    where it ends; the line between them is dashed and of another colour where the plan ends worse than it
    starts. A bound is an arrowhead that points to where the value may lie. Counts, which grow with the size
    of a place, and reviews, passed or not, are left out.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.compare.changes`.
    ax : Axes, optional
        Where to draw, if the frame holds one indicator; by default a figure with a panel per indicator.
    lang : {"zh", "en"}

    Returns
    -------
    Axes
        The panel, or the first of them; the others are in ``.figure.axes``, labelled with their indicator.
        Lines and markers have the gid ``place/indicator/variant``, values ``value/…``.

    Raises
    ------
    DataError
        If the frame is empty or lacks columns, or holds several indicators for one `ax`.

    Examples
    --------
    >>> import qiyou
    >>> frame = qiyou.compare.changes(qiyou.load(), indicators=["life_expectancy"])
    >>> [text.get_text() for text in slopes(frame, lang="en").get_yticklabels()]
    ['Yuhuan', 'Changxing', 'Cixi']
    """
    needed = ("place", "indicator", "variant", "kind", "comparable", "direction", "base_value", "end_value")
    missing = [name for name in needed if name not in frame]
    if missing:
        lacking = ", ".join(missing)
        raise DataError(f"slopes: the frame lacks the columns {lacking}; pass qiyou.compare.changes(data)")
    frame = shown(frame)
    if frame.empty:
        raise DataError("slopes: nothing to draw; counts and reviews, passed or not, are left out")
    panels = list(dict.fromkeys(frame["indicator"]))
    if ax is not None and len(panels) > 1:
        raise DataError(
            f"slopes: {len(panels)} indicators do not go on one axes; select one, or leave ax out"
        )
    last = int(frame["end_year"].max())
    rows = [frame[frame["indicator"] == indicator] for indicator in panels]
    if ax is not None:
        _draw_panel(ax, rows[0], last, lang)
        _draw_title(ax, rows[0].iloc[0], lang)
        return ax
    grid = _figure(frame, panels, lang)
    for panel, own in zip(grid, rows, strict=True):
        _draw_panel(panel, own, last, lang)
    for k in range(0, len(grid), _COLUMNS):
        # Side by side, titles are as high as the highest of them.
        lines = max(_name(own.iloc[0], lang).count("\n") for own in rows[k : k + _COLUMNS])
        for panel, own in zip(grid[k : k + _COLUMNS], rows[k : k + _COLUMNS], strict=True):
            _draw_title(panel, own.iloc[0], lang, lines=lines, shift=-_space(frame, lang))
    return grid[0]


def shown(frame: pd.DataFrame) -> pd.DataFrame:
    """The rows of `qiyou.compare.changes` that `slopes` draws."""
    return frame[frame["comparable"] & (frame["kind"] != "status")]


# ---------------------------------------------------------------- the page


def _figure(frame: pd.DataFrame, panels: list[str], lang: str) -> list[Axes]:
    """A figure with its panels in place: columns of equal width, rows as high as their longest panel."""
    lines = frame.groupby("indicator", sort=False).size()
    names = {name: _name(rows.iloc[0], lang) for name, rows in frame.groupby("indicator", sort=False)}
    rows = [panels[k : k + _COLUMNS] for k in range(0, len(panels), _COLUMNS)]
    above = [_ABOVE + _TITLE_LINE * max(names[name].count("\n") for name in row) for row in rows]
    inner = [_LINE * max(lines[name] for name in row) for row in rows]
    width, total = style.FULL_WIDTH_MM, _TITLE + sum(above) + sum(inner) + _BELOW * len(rows) + _KEY
    fig = plt.figure(figsize=style.size("full", total), layout="constrained")
    fig.get_layout_engine().set(w_pad=0, h_pad=0, wspace=0, hspace=0)
    # A ground in millimetres for title and key; it also gives the layout something to lay out.
    ground = fig.add_subplot(111, label="ground")
    ground.set_axis_off()
    ground.set_xlim(0, width)
    ground.set_ylim(total, 0)
    title = _TEXT[lang]["title"].format(year=int(frame["end_year"].max()))
    ground.text(0, 0.4, title, va="top", fontsize=style.TITLE_SIZE)
    _draw_key(ground, frame, lang)
    axes, top = [], _TITLE
    for row, head, body in zip(rows, above, inner, strict=True):
        for k, name in enumerate(row):
            left, right = _place(k, _space(frame, lang))
            height = _LINE * lines[name]
            box = (left / width, 1 - (top + head + height) / total, (right - left) / width, height / total)
            panel = fig.add_axes(box, label=name)
            panel.set_in_layout(False)
            axes.append(panel)
        top += head + body + _BELOW
    return axes


def _place(column: int, space: float) -> tuple[float, float]:
    """Left and right end of a panel of a column."""
    pitch = style.FULL_WIDTH_MM / _COLUMNS
    return column * pitch + space, (column + 1) * pitch - _GUTTER


def _space(frame: pd.DataFrame, lang: str) -> float:
    """Millimetres for the names of the places beside a panel: as usual, or as the longest of them needs."""
    names = dict.fromkeys(_label(row, lang) for row in frame.itertuples())
    return max(_SPACE[lang], max(map(style.text_width, names)) + _BESIDE)


def _label(row, lang: str) -> str:
    return f"{labels.short(getattr(row, f'place_{lang}'), lang)} {row.variant}".strip()


def _draw_key(ax: Axes, frame: pd.DataFrame, lang: str) -> None:
    """What markers and lines mean: only what the figure shows."""
    said, last = _TEXT[lang], int(frame["end_year"].max())
    filled = {"color": BETTER, "markersize": _SIZE, "linestyle": "None"}
    hollow = filled | {"markerfacecolor": style.PAPER}
    handles = []
    for role, marker in (("baseline", "o"), ("target", "D")):
        years = frame.loc[frame["base_role"] == role, "base_year"]
        if len(years):
            handles.append(
                Line2D([], [], label=said[role].format(year=int(years.min())), marker=marker, **hollow)
            )
    handles.append(Line2D([], [], label=said["end"].format(year=last), marker="o", **filled))
    if (frame[["base_relation", "end_relation"]] != "eq").any(axis=None):
        handles.append(Line2D([], [], label=said["bound"], marker=">", **filled))
    if (frame["change"] < 0).any():
        handles.append(Line2D([], [], label=said["worse"], color=WORSE, lw=1.4, ls=_WORSE_DASH))
    ax.legend(
        handles=handles,
        loc="lower left",
        bbox_to_anchor=(0, 0),
        ncols=len(handles),
        borderpad=0.2,
        borderaxespad=0,
        handlelength=1.7,
        handletextpad=0.4,
        columnspacing=1.3,
    )


# ---------------------------------------------------------------- a panel


def _draw_panel(ax: Axes, rows: pd.DataFrame, last: int, lang: str) -> None:
    texts = [_values(row, last, lang) for row in rows.itertuples()]
    both = rows[["base_value", "end_value"]].to_numpy(dtype=float)
    low, high = float(both.min()), float(both.max())
    ax.set_xlim(*_limits(ax, [text for line in texts for text in line], low, high))
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ticks = MaxNLocator(nbins=3, steps=[1, 2, 5, 10]).tick_values(low, high) if low < high else [low]
    ax.set_xticks([tick for tick in ticks if low - 1e-9 <= tick <= high + 1e-9])
    ax.set_yticks(range(len(rows)), [_label(row, lang) for row in rows.itertuples()])
    ax.tick_params(axis="y", length=0)
    ax.tick_params(axis="x", pad=1.5, length=2, colors=style.RULE, labelcolor=style.MUTED)
    ax.grid(axis="x")
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    for k, row in enumerate(rows.itertuples()):
        _draw_line(ax, k, row)
        _draw_values(ax, k, row, texts[k])


def _limits(ax: Axes, texts: list[tuple[float, int, str]], low: float, high: float) -> tuple[float, float]:
    """Ends of the axis that leave room for every value beside its marker."""
    width = ax.get_position().width * ax.figure.get_size_inches()[0] * style.MM_PER_INCH
    if low == high:
        low, high = low - 1, high + 1
    left, right = low, high
    for _ in range(60):
        scale = (right - left) / width
        ends = [value + side * (_CLEAR + _DIGIT * len(text)) * scale for value, side, text in texts]
        left, right = min(low, *ends), max(high, *ends)
    edge = (right - left) * 0.015
    return left - edge, right + edge


def _name(row: pd.Series, lang: str) -> str:
    return style.wrap(row[f"indicator_{lang}"], style.FULL_WIDTH_MM / _COLUMNS - _GUTTER)


def _draw_title(
    ax: Axes, first: pd.Series, lang: str, *, lines: int | None = None, shift: float = 0.0
) -> None:
    """Domain, unit and direction on one line, the indicator below; `shift` mm from the axes."""
    domain = first["domain"] if lang == "zh" else compare.DOMAINS.get(first["domain"], first["domain"])
    name = _name(first, lang)
    above = 15.0 + _TITLE_LINE / style.MM_PER_INCH * 72 * (name.count("\n") if lines is None else lines)
    shift = shift / style.MM_PER_INCH * 72
    common = {"xycoords": "axes fraction", "textcoords": "offset points", "annotation_clip": False}
    common |= {"fontsize": style.SMALL_SIZE}
    ax.annotate(name, (0, 1), (shift, above - 2.5), va="top", linespacing=1.05, **common)
    ax.annotate(domain, (0, 1), (shift, above), va="baseline", color=style.MUTED, **common)
    way = _unit(first["unit"], lang) + _WAY[first["direction"]][lang]
    ax.annotate(way, (1, 1), (0, above), ha="right", va="baseline", color=style.MUTED, **common)


def _unit(unit: str, lang: str) -> str:
    """The unit before the direction; what a density is divided by stands in the indicator's name."""
    if lang == "zh":
        return unit.split("/")[0] + " · "
    return {"%": "% · ", "岁": "years · ", "元/年": "yuan · "}.get(unit, "")


def _draw_line(ax: Axes, k: int, row) -> None:
    worse = row.change < 0
    colour = WORSE if worse else BETTER
    gid = f"{row.place}/{row.indicator}/{row.variant}"
    if row.base_value != row.end_value:
        dash = _WORSE_DASH if worse else "-"
        ax.plot([row.base_value, row.end_value], [k, k], color=colour, lw=1.4, ls=dash, zorder=2, gid=gid)
    for end, hollow in (("end", False), ("base", True)):
        value, relation = getattr(row, f"{end}_value"), getattr(row, f"{end}_relation")
        if hollow and value == row.end_value:
            continue
        ax.plot(
            [value],
            [k],
            marker=_marker(relation, row.base_role if hollow else "target", hollow),
            markersize=_SIZE,
            linestyle="None",
            color=colour,
            markerfacecolor=style.PAPER if hollow else colour,
            markeredgecolor=colour,
            markeredgewidth=1.0,
            zorder=3,
            clip_on=False,
            gid=gid,
        )


def _marker(relation: str, role: str, base: bool) -> str:
    if relation in ("ge", "gt"):
        return ">"
    if relation in ("le", "lt"):
        return "<"
    return "D" if base and role != "baseline" else "o"


def _values(row, last: int, lang: str) -> list[tuple[float, int, str]]:
    """Both values with the side of the marker that they stand on: the outer one, so that they never meet."""
    base = value_text(row.base_value, row.base_relation, row.base_step, row.kind, lang)
    end = value_text(row.end_value, row.end_relation, row.end_step, row.kind, lang)
    end += f" ({row.end_year})" if row.end_year != last else ""
    if row.base_value == row.end_value:
        return [(row.end_value, 1, end)]
    turn = 1 if row.end_value > row.base_value else -1
    return [(row.base_value, -turn, base), (row.end_value, turn, end)]


def _draw_values(ax: Axes, k: int, row, texts: list[tuple[float, int, str]]) -> None:
    for value, side, text in texts:
        ax.annotate(
            text,
            (value, k),
            (side * 4.5, 0),
            textcoords="offset points",
            ha="left" if side > 0 else "right",
            va="center",
            annotation_clip=False,
            fontsize=style.SMALL_SIZE,
            gid=f"value/{row.place}/{row.indicator}/{row.variant}",
        )


# ---------------------------------------------------------------- the registered figure

_SAID = {
    "zh": {
        "subject": "{indicators}项核心指标、{places}个地方，基期至{year}年目标",
        "same": "印出{year}年数值的地方目标完全相同的有{count}项：{which}",
        "worse": "目标劣于基期的有{which}",
        "line": "{place}{indicator}（{base}→{end}）",
        "none": "没有目标劣于基期",
        "note": "各指标坐标轴单位不同，互不可比；人数、套数等总量和“通过与否”的评估未列入。计划值是承诺，不是预测。",
        "two": "{place}的{indicator}印有两条路径（a、b）。",
    },
    "en": {
        "subject": "{indicators} core indicators, {places} places, base year to target for {year}",
        "same": "All places that print a number for {year} print the same in {count} indicators: {which}",
        "worse": "A target is below its base for {which}",
        "line": "{place}, {indicator} ({base} to {end})",
        "none": "No target is below its base",
        "note": "Each panel has an axis in its own unit; lengths in different panels are not comparable. "
        "Counts and reviews, "
        "passed or not, are left out. Planned values are commitments, not forecasts. ",
        "two": "{place} prints two paths (a, b) for {indicator}. ",
    },
}


@style.styled
def core_slopes_figure(data, lang: str) -> Drawing:
    """Base year to 2027 for every comparable core indicator."""
    frame = shown(compare.changes(data))
    ax = slopes(frame, lang=lang)
    return Drawing(
        ax.figure,
        table=frame.drop(columns=[name for name in frame if name.endswith(("_zh", "_en"))]).reset_index(
            drop=True
        ),
        source=labels.sources(data.documents, frame["document"], lang),
        alt=_alt(frame, lang),
        note=_note(frame, lang),
    )


def _alt(frame: pd.DataFrame, lang: str) -> str:
    said, comma, stop = (_SAID[lang], "；", "。") if lang == "zh" else (_SAID[lang], "; ", ". ")
    last = int(frame["end_year"].max())
    ends = frame[(frame["end_year"] == last) & (frame["end_relation"] == "eq")].groupby(
        "indicator", sort=False
    )
    level = [name for name, rows in ends if rows["place"].nunique() > 1 and rows["end_value"].nunique() == 1]
    names = dict(zip(frame["indicator"], frame[f"indicator_{lang}"], strict=True))
    same = said["same"].format(year=last, count=len(level), which=comma.join(names[name] for name in level))
    falls = [
        said["line"].format(
            place=labels.short(getattr(row, f"place_{lang}"), lang),
            indicator=names[row.indicator],
            base=value_text(row.base_value, row.base_relation, row.base_step, row.kind, lang),
            end=value_text(row.end_value, row.end_relation, row.end_step, row.kind, lang),
        )
        for row in frame[frame["change"] < 0].itertuples()
    ]
    worse = said["worse"].format(which=comma.join(falls)) if falls else said["none"]
    counts = {"indicators": frame["indicator"].nunique(), "places": frame["place"].nunique(), "year": last}
    return alt_text("interval", said["subject"].format(**counts), f"{same}{stop}{worse}", lang=lang)


def _note(frame: pd.DataFrame, lang: str) -> str:
    text = _SAID[lang]["note"]
    for row in frame[frame["variant"] != ""].drop_duplicates(["place", "indicator"]).to_dict("records"):
        place, indicator = labels.short(row[f"place_{lang}"], lang), row[f"indicator_{lang}"]
        text += _SAID[lang]["two"].format(place=place, indicator=indicator)
    return text.strip()
