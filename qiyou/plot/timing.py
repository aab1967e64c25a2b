"""Time distances: how many years each place is ahead of or behind the reference path."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from qiyou import compare, style
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plot import labels
from qiyou.plot.core import value_text

# Millimetres: a line per place, the line of an indicator's name, and what stands above and below.
_LINE, _HEAD, _ABOVE, _BELOW = 4.3, 5.6, 11.0, 9.0
# Nearer to one another lines of the smallest text would touch.
_LEAST_LINE = 3.1
_LEFT, _RIGHT = {"zh": 32.0, "en": 34.0}, 28.0
_FURTHEST = 4.5

_PATHS = {
    "median of plans": {"zh": "{n}个计划的中位数路径", "en": "median path of {n} plans"},
    "provincial target": {"zh": "省级目标路径", "en": "path of provincial targets"},
    "inferred from plans": {"zh": "计划相同值的路径", "en": "path of values that plans share"},
}
_NOTES = {
    "better than the whole path": {"zh": "优于路径终点", "en": "better than the path"},
    "passed before the path begins": {"zh": "未达到路径起点", "en": "short of the path"},
}
_TEXT = {
    "zh": {
        "title": "{year}年：各地比参照路径早几年、晚几年",
        "axis": "年（四舍五入允许的范围以横线表示）",
        "behind": "← 落后",
        "ahead": "领先 →",
        "level": "同步",
        "key": "● 领先   ◆ 落后   ■ 同步   ○ 取决于四舍五入",
    },
    "en": {
        "title": "{year}: how many years ahead of or behind the reference path",
        "axis": "years (bar: what rounding allows)",
        "behind": "← behind",
        "ahead": "ahead →",
        "level": "level",
        "key": "● ahead   ◆ behind   ■ level   ○ rounding decides",
    },
}


@style.styled
def time_distance(frame: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh") -> Axes:
    """Draw the lead or lag of every place in years, indicator by indicator.

    A circle is ahead of the reference path, a diamond behind it, a grey square level with it; a hollow circle
    is where rounding decides which. The bar is the interval that rounding leaves, with an arrow where it runs
    beyond what the path prints. Where a value lies outside the path there is no lead, and words say so.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.compare.timing`.
    ax : Axes, optional
        Where to draw; by default a figure of its own, as high as the frame is long.
    lang : {"zh", "en"}

    Returns
    -------
    Axes
        Markers have the gid ``place/indicator/variant``, the words beside them ``lead/…``.

    Raises
    ------
    DataError
        If the frame is empty or lacks columns, holds several years, or more leads than fit a page.

    Examples
    --------
    >>> import qiyou
    >>> frame = qiyou.compare.timing(qiyou.load(), 2025, indicators=["nursery_places_per_1000"])
    >>> [text.get_text() for text in time_distance(frame, lang="en").texts if text.get_gid()][:2]
    ['Nursery places per 1,000 residents (median path of 4 plans)', '+0.7']
    """
    needed = (
        "place",
        "indicator",
        "variant",
        "year",
        "lead",
        "lead_low",
        "lead_high",
        "lead_reference",
        "lead_n",
    )
    missing = [name for name in needed if name not in frame]
    if missing or frame.empty:
        problem = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise DataError(f"time_distance: the frame {problem}; pass qiyou.compare.timing(data, year)")
    if frame["year"].nunique() > 1:
        raise DataError("time_distance draws one year; pass qiyou.compare.timing(data, year)")
    heads = frame["indicator"].ne(frame["indicator"].shift())
    # Where each line stands, in millimetres below the first; closer together where they would not fit a page.
    tops = (np.arange(len(frame)) * _LINE + heads.cumsum() * _HEAD).to_numpy()
    squeeze = min(1.0, (style.MAX_HEIGHT_MM - _ABOVE - _BELOW) / (float(tops[-1]) + _LINE))
    line, tops = squeeze * _LINE, squeeze * tops
    if line < _LEAST_LINE:
        raise DataError(
            f"time_distance: {len(frame)} leads do not fit a page; choose places with "
            "qiyou.compare.timing(data, year, places=[...])"
        )
    height = float(tops[-1]) + line
    if ax is None:
        ax = _figure(height, lang)
    reach = _reach(frame)
    ax.set_xlim(-reach, reach)
    ax.set_ylim(height, 0)
    ax.set_yticks([])
    ax.set_xticks(range(-math.floor(reach), math.floor(reach) + 1))
    ax.grid(axis="x")
    ax.axvline(0, color=style.INK, lw=0.8, zorder=1.5)
    for side in ("left", "right", "top"):
        ax.spines[side].set_visible(False)
    ax.set_xlabel(_TEXT[lang]["axis"])
    for row, top, head in zip(frame.itertuples(), tops, heads, strict=True):
        if head:
            _draw_head(ax, row, top - line / 2, lang)
        _draw_lead(ax, row, top + line / 2 - 0.4, reach, lang)
    _draw_title(ax, int(frame["year"].iloc[0]), lang)
    for text in ax.texts:
        text.set_in_layout(False)
    return ax


def _figure(height: float, lang: str) -> Axes:
    total, width = _ABOVE + height + _BELOW, style.FULL_WIDTH_MM
    fig = plt.figure(figsize=style.size("full", total), layout="constrained")
    ax = fig.add_subplot()
    left, right = _LEFT[lang] / width, _RIGHT / width
    engine = fig.get_layout_engine()
    # Names and words stand in margins of fixed width: the layout only has to find room for the axis below.
    engine.set(w_pad=0, h_pad=0, wspace=0, hspace=0, rect=(left, 0, 1 - left - right, 1 - _ABOVE / total))
    # A notebook crops to what takes part in the layout, which the texts in the margins do not: an empty frame does.
    fig.add_artist(Rectangle((0, 0), 1, 1, transform=fig.transFigure, fill=False, linewidth=0))
    return ax


def _reach(frame: pd.DataFrame) -> float:
    """How far the axis goes to both sides: a little beyond the furthest lead, not to the end of every bar."""
    ends = frame[["lead", "lead_low", "lead_high"]].to_numpy(dtype=float)
    ends = np.abs(ends[np.isfinite(ends)])
    furthest = frame["lead"].abs().max()
    most = max(_FURTHEST, 0.0 if np.isnan(furthest) else furthest + 0.5)
    return float(min(most, max(1.5, ends.max() + 0.5))) if len(ends) else 1.5


def _draw_title(ax: Axes, year: int, lang: str) -> None:
    said = _TEXT[lang]
    ax.annotate(
        said["title"].format(year=year),
        (0, 1),
        (-_points(_LEFT[lang]), _points(6.6)),
        xycoords="axes fraction",
        textcoords="offset points",
        va="baseline",
        fontsize=style.TITLE_SIZE,
        annotation_clip=False,
    )
    beside = {
        "xycoords": "axes fraction",
        "textcoords": "offset points",
        "va": "baseline",
        "annotation_clip": False,
    }
    beside |= {"color": style.MUTED, "fontsize": style.SMALL_SIZE}
    ax.annotate(said["key"], (0, 1), (-_points(_LEFT[lang]), _points(1.4)), **beside)
    ax.annotate(said["behind"], (0.5, 1), (-6, _points(1.4)), ha="right", **beside)
    ax.annotate(said["ahead"], (0.5, 1), (6, _points(1.4)), ha="left", **beside)


def _points(millimetres: float) -> float:
    return millimetres / style.MM_PER_INCH * 72


def _draw_head(ax: Axes, row, height: float, lang: str) -> None:
    """The indicator's name and its reference path, over its lines."""
    path = _PATHS.get(row.lead_reference, {}).get(lang, row.lead_reference).format(n=row.lead_n)
    name = getattr(row, f"indicator_{lang}")
    text = f"{name}（{path}）" if lang == "zh" else f"{name} ({path})"
    ax.annotate(
        text,
        (0, height),
        (-_points(_LEFT[lang]), 0),
        xycoords=("axes fraction", "data"),
        textcoords="offset points",
        va="center",
        fontsize=style.SMALL_SIZE,
        annotation_clip=False,
        gid=f"head/{row.indicator}",
        bbox={"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.6},
    )


def _draw_lead(ax: Axes, row, height: float, reach: float, lang: str) -> None:
    gid = f"{row.place}/{row.indicator}/{row.variant}"
    value = value_text(row.value, "eq", row.step, row.kind, lang)
    place = f"{labels.short(getattr(row, f'place_{lang}'), lang)} {row.variant}".strip()
    beside = {"xycoords": ("axes fraction", "data"), "textcoords": "offset points", "va": "center"}
    beside |= {"fontsize": style.SMALL_SIZE, "annotation_clip": False}
    ax.annotate(place, (0, height), (-_points(_LEFT[lang] - 3), 0), **beside)
    ax.annotate(value, (0, height), (-_points(3), 0), ha="right", color=style.MUTED, **beside)
    if pd.isna(row.lead):
        words = _NOTES.get(row.lead_note, {}).get(lang, row.lead_note)
        ax.annotate(words, (1, height), (_points(2), 0), color=style.MUTED, gid=f"lead/{gid}", **beside)
        return
    look = _look(_state(row.lead, row.lead_low, row.lead_high))
    low, high = max(row.lead_low, -reach), min(row.lead_high, reach)
    ax.plot(
        [low, high],
        [height, height],
        color=look["color"],
        lw=1.2,
        zorder=2,
        solid_capstyle="butt",
        gid=f"bar/{gid}",
    )
    for end, edge, marker in ((row.lead_low, -reach, "<"), (row.lead_high, reach, ">")):
        if abs(end) > reach:
            ax.plot(
                [edge], [height], marker=marker, markersize=4, color=look["color"], clip_on=False, zorder=2
            )
    ax.plot([row.lead], [height], linestyle="None", zorder=3, clip_on=False, gid=gid, **look)
    number = f"{row.lead:+.1f}".replace("-", "−") if row.lead else _TEXT[lang]["level"]
    ax.annotate(number, (1, height), (_points(2), 0), gid=f"lead/{gid}", **beside)


def _state(lead: float, low: float, high: float) -> str:
    """Whether a place is ahead or behind for all that the rounding allows."""
    if pd.isna(lead):
        return "outside"
    return "level" if lead == 0 else "ahead" if low > 0 else "behind" if high < 0 else "open"


def _look(state: str) -> dict:
    """Ahead, behind, level and undecided differ in form and fill as well as in colour."""
    good, bad = style.VERDICTS["met"].colour, style.readable(style.VERDICTS["not_met"].colour)
    colour = {"ahead": good, "behind": bad}.get(state, style.MUTED)
    marker, size = {"ahead": ("o", 5.0), "behind": ("D", 4.4), "level": ("s", 3.8), "open": ("o", 4.6)}[state]
    return {
        "marker": marker,
        "markersize": size,
        "color": colour,
        "markerfacecolor": style.PAPER if state == "open" else colour,
        "markeredgecolor": colour,
        "markeredgewidth": 1.1,
    }


# ---------------------------------------------------------------- the registered figure

_SAID = {
    "zh": {
        "subject": "{year}年{indicators}项核心指标的时间距离，{places}个地方",
        "found": "{ahead}处领先、{behind}处落后、{level}处同步，{open}处取决于四舍五入，{outside}处的值在路径之外。领先最多：{best}；落后最多："
        "{worst}",
        "one": "{place}{indicator}{lead}年",
        "none": "无",
        "note": "时间距离：参照路径首次达到该值的年份（年度之间线性内插）减去比较年份；与路径当年取值相同者为同步。横线为四舍五入允许的范围，"
        "箭头表示超出路径所印年份。中位数路径只含逐年都印出数值的计划，被比较的地方可能也在其中。",
        "left": "另有{count}项指标因版面未列。",
    },
    "en": {
        "subject": "Time distances in {indicators} core indicators, {places} places, {year}",
        "found": "{ahead} are ahead, {behind} behind, {level} level, {open} open to rounding, {outside} "
        "outside the path. Furthest ahead: {best}; "
        "furthest behind: {worst}",
        "one": "{place}, {indicator}, {lead} years",
        "none": "none",
        "note": "Time distance: the year in which the reference path, linear between its years, first "
        "reaches the value, minus "
        "the year compared; a place with the path's own value of that year is level. Bar: what rounding "
        "allows; an arrow: "
        "beyond the years that the path prints. The median path has only plans that print every year; the "
        "place compared may "
        "be one of them.",
        "left": " {count} more indicators do not fit the page.",
    },
}


@style.styled
def core_timing_figure(data, lang: str, year: int = 2025) -> Drawing:
    """Lead and lag in one year: 2025 is the middle of the plans."""
    frame, left_out = _page(compare.timing(data, year))
    ax = time_distance(frame, lang=lang)
    shown = compare.core(data, year).merge(frame[["place", "indicator", "variant"]])
    return Drawing(
        ax.figure,
        table=frame.drop(columns=[name for name in frame if name.endswith(("_zh", "_en"))]),
        source=labels.sources(data.documents, shown["document"], lang),
        alt=_alt(frame, lang),
        note=_SAID[lang]["note"] + (_SAID[lang]["left"].format(count=left_out) if left_out else ""),
    )


def _page(frame: pd.DataFrame) -> tuple[pd.DataFrame, int]:
    """The indicators that go on one page, in their order, and how many are left out: none but with many places."""
    lines = frame.groupby("indicator", sort=False).size() * _LINE + _HEAD
    fits = (lines.cumsum() + _LINE) * _LEAST_LINE / _LINE <= style.MAX_HEIGHT_MM - _ABOVE - _BELOW
    return frame[frame["indicator"].map(fits)].reset_index(drop=True), int((~fits).sum())


def _alt(frame: pd.DataFrame, lang: str) -> str:
    said = _SAID[lang]
    states = [_state(*row) for row in frame[["lead", "lead_low", "lead_high"]].itertuples(index=False)]
    counts = {state: states.count(state) for state in ("ahead", "behind", "level", "open", "outside")}
    state = pd.Series(states, index=frame.index)
    furthest = {
        "best": _furthest(frame[state == "ahead"], lang),
        "worst": _furthest(frame[state == "behind"], lang),
    }
    subject = said["subject"].format(
        year=int(frame["year"].iloc[0]),
        indicators=frame["indicator"].nunique(),
        places=frame["place"].nunique(),
    )
    return alt_text("interval", subject, said["found"].format(**counts, **furthest), lang=lang)


def _furthest(rows: pd.DataFrame, lang: str) -> str:
    """The largest lead or lag of the rows, whoever has it."""
    said = _SAID[lang]
    most = rows[rows["lead"].abs() == rows["lead"].abs().max()]
    ones = [
        said["one"].format(
            place=labels.short(row[f"place_{lang}"], lang),
            indicator=row[f"indicator_{lang}"],
            lead=f"{row['lead']:+.1f}".replace("-", "−"),
        )
        for row in most.to_dict("records")
    ]
    return {"zh": "、", "en": "; "}[lang].join(ones) or said["none"]
