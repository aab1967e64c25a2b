"""What has to be added against what is announced, and the stocks that a path implies under population
scenarios."""

from __future__ import annotations

from collections.abc import Iterable

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from qiyou import style
from qiyou.capacity import ASSESSABLE, words
from qiyou.capacity.intervals import keys, require
from qiyou.errors import DataError
from qiyou.paths import KEYS
from qiyou.plot import labels

_SCENARIOS = {
    "zh": {"flat": "人口不变", "own_trend": "本地趋势", "province_trend": "全省增速", "printed": "印出数"},
    "en": {
        "flat": "population flat",
        "own_trend": "own trend",
        "province_trend": "province's rate",
        "printed": "as printed",
    },
}
# The axis goes on beyond the longest bar, for the numbers.
_ROOM = 1.4
_SUPPLY = {"facecolor": "#F6D9A0", "hatch": "////"}
_STOCK_UNITS_EN = {"个": "places", "张": "beds", "人": "persons", "套": "homes", "次": "visits a year"}
_SCENARIO_STYLES = ("flat", "province_trend", "own_trend", "printed")
_WORDS = {
    "zh": {
        "plan": "计划",
        "worklist": "工作要点",
        "requirement": "{document}：{year}年{level}",
        "none": "已公布且有面积，步道不计",
        "full": "已公布且有面积，步道全部计入",
        "": "已公布且有面积",
        "share": "已公布且有面积，步道计{share:.0%}",
        "unsized": "{interval}，另{n:.0f}处",
        "missing": "无法评估",
        "missing_names": "无法评估：{names}",
        "list": "、",
        "area": "万平方米",
        "and_more": "{level}以上",
        "over": "超{level}",
    },
    "en": {
        "plan": "plan",
        "worklist": "work list",
        "requirement": "{document}: {level} in {year}",
        "none": "announced and sized, no trails",
        "full": "announced and sized, trails in full",
        "": "announced and sized",
        "share": "announced and sized, {share:.0%} of trails",
        "unsized": "{interval}; {n:.0f} unsized",
        "missing": "not assessable",
        "missing_names": "not assessable: {names}",
        "list": ", ",
        "area": "10,000 m²",
        "and_more": "{level} or more",
        "over": "over {level}",
    },
}


@style.styled
def requirement_supply(frame: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh") -> Axes:
    """Set what has to be added against what is announced, as intervals on one axis.

    Solid bars are requirements, hatched bars the announced supply of known size; how many facilities of unknown
    size are announced besides stands behind the numbers. An upright stroke with an arrow is a least amount
    without an upper end. A dotted line carries the least of every requirement down through the supply.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.capacity.balance`: kind, item, year, level, relation, trails, low, high, left_out_count, status.
    ax : Axes, optional
        Where to draw; a new figure of full width by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If the frame has no rows.

    Examples
    --------
    >>> import qiyou
    >>> frame = qiyou.capacity.balance(qiyou.load(), "yuhuan", until=2024)
    >>> ax = requirement_supply(frame, lang="en")
    >>> [label.get_text() for label in ax.get_yticklabels()][0]
    'plan: 2.9 m² in 2024'
    """
    columns = (
        "kind",
        "item",
        "year",
        "level",
        "relation",
        "trails",
        "low",
        "high",
        "left_out_count",
        "status",
    )
    require(frame, columns, "the balance")
    if ax is None:
        ax = plt.subplots(figsize=style.size("full", 16 + 9 * len(frame)))[1]
    scale = 1e4
    ends = frame[["low", "high"]].to_numpy(dtype=float)
    finite = ends[np.isfinite(ends)] / scale
    right = _ROOM * max([*finite, 0.1])
    rows = [*_heights(frame["kind"])]
    for height, row in zip(rows, frame.itertuples(), strict=True):
        _interval_bar(ax, height, row, scale, right, lang)
    bottom = max(rows) + 0.6
    for height, row in zip(rows, frame.itertuples(), strict=True):
        if row.kind == "requirement" and row.status == ASSESSABLE and row.low > 0:
            dotted = {"linestyle": ":", "color": style.MUTED, "linewidth": 0.9, "zorder": 0}
            ax.plot([row.low / scale] * 2, [height, bottom], **dotted)
    ax.set_yticks(rows, [row_label(row, lang) for row in frame.itertuples()])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(bottom, min(rows) - 0.7)
    ax.set_xlim(min(0.0, 1.1 * min([*finite, 0.0])), right)
    ax.set_xlabel(_WORDS[lang]["area"])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    return ax


def _heights(kinds: Iterable[str]) -> Iterable[float]:
    """Rows one below another, with a gap between requirement and supply."""
    at, before = 0.0, None
    for kind in kinds:
        at += 1.0 if before in (None, kind) else 1.4
        before = kind
        yield at


def row_label(row, lang: str) -> str:
    """What a row of `qiyou.capacity.balance` is called: which document asks for what, or how trails count."""
    forms = _WORDS[lang]
    if row.kind == "supply":
        return forms[row.trails] if row.trails in forms else forms["share"].format(share=float(row.trails))
    name = next((forms[key] for key in ("worklist", "plan") if key in row.item.split("-")), row.item)
    level = f"{row.level:g}" + ("平方米" if lang == "zh" else " m²")
    form = {"ge": forms["and_more"], "gt": forms["over"]}.get(row.relation, "{level}")
    return forms["requirement"].format(document=name, year=row.year, level=form.format(level=level))


def balance_words(row, lang: str) -> str:
    """The interval of a row of `qiyou.capacity.balance` in 10,000 m², rounded outward, and how many announced
    facilities of unknown area stand beside it.
    """
    text = words(row.low / 1e4, row.high / 1e4, 1, lang=lang)
    unsized = row.kind == "supply" and row.left_out_count > 0
    return _WORDS[lang]["unsized"].format(interval=text, n=row.left_out_count) if unsized else text


def _interval_bar(ax: Axes, height: float, row, scale: float, right: float, lang: str) -> None:
    if row.status != ASSESSABLE:
        beside = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
        ax.annotate(_WORDS[lang]["missing"], (0, height), color=style.MUTED, **beside)
        return
    low, open_ = row.low / scale, not np.isfinite(row.high)
    high = row.high / scale
    colour = style.PLACE_COLOURS[0] if row.kind == "requirement" else "#8A5A00"
    if open_:
        # Only the least is known: a filled bar would claim an amount that nothing states.
        tip = low + right * 0.07
        reach = [height - 0.26, height + 0.26]
        ax.plot([low, low], reach, color=colour, linewidth=2.4, zorder=2, gid="bound")
        arrow = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.6, "shrinkA": 0, "shrinkB": 0}
        ax.annotate("", xy=(tip, height), xytext=(low, height), arrowprops=arrow, zorder=3)
    else:
        look = {"height": 0.52, "edgecolor": style.INK, "linewidth": 0.7, "zorder": 2}
        look |= {"facecolor": colour} if row.kind == "requirement" else _SUPPLY
        ax.barh(height, high - low, left=low, **look)
    text = balance_words(row, lang)
    # In a column at the right, where neither a bar nor a dotted line goes.
    behind = {"facecolor": style.PAPER, "edgecolor": "none", "pad": 0.8}
    ax.text(1, height, text, transform=ax.get_yaxis_transform(), ha="right", va="center", bbox=behind)


@style.styled
def scenario_band(frame: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh") -> Axes:
    """Draw the stock that one path implies, with the band of population scenarios and rounding.

    The shaded band is the hull of all boxes; every scenario has its line at the printed levels, named at its end
    with three digits. A bound is a bar with an arrow. A scenario that cannot be assessed is named in the corner.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.capacity.implied_stock` of one path: scenario, year, value, low, high, relation, unit, status.
    ax : Axes, optional
        Where to draw; a new figure of column width by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If the frame has no rows, more than one path, or nothing that can be assessed.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> path = capacity.paths(data, "nursery_places_per_1000").query("place == 'yuhuan'")
    >>> people = capacity.populations(data, "yuhuan", range(2022, 2028))
    >>> stock = capacity.implied_stock(path, people, data.indicators)
    >>> [text.get_text() for text in scenario_band(stock, lang="en").texts if "assessable" in text.get_text()]
    ['not assessable: own trend']
    """
    require(frame, (*KEYS, "scenario", "year", "value", "low", "high", "unit", "status"), "the stocks")
    if len(frame[KEYS].drop_duplicates()) > 1:
        raise DataError("scenario_band draws one path; select one document, place, indicator and variant")
    unit, scale = stock_unit(frame["unit"].iloc[0], lang)
    frame = frame.assign(**{name: frame[name] / scale for name in ("value", "low", "high")})
    good = frame[frame["status"] == ASSESSABLE]
    if good.empty:
        raise DataError(f"no scenario can be assessed: {keys(frame['reason'])}")
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 70))[1]
    hull = good.groupby("year").agg(low=("low", "min"), high=("high", "max"))
    years = hull.index.to_numpy(dtype=float)
    top = hull["high"].where(np.isfinite(hull["high"]))
    ax.fill_between(years, hull["low"], top, color="#DCE9F2", edgecolor=style.RULE, linewidth=0.5, zorder=0)
    marks = style.places(dict.fromkeys([*_SCENARIO_STYLES, *frame["scenario"]]))
    ends = []
    for name, path in good.groupby("scenario", sort=False):
        mark = marks[name]
        path = path.sort_values("year")
        ax.plot(path["year"].astype(float), path["value"], **mark.line())
        for bound in path[~np.isfinite(path["high"])].itertuples():
            _at_least(ax, float(bound.year), bound.low, mark.colour)
        last = path.iloc[-1]
        at = last["value"] if np.isfinite(last["value"]) else last["low"]
        # Levels are printed to two or three digits; more of them here would be made up.
        text = f"{_SCENARIOS[lang].get(name, name)} {float(f'{at:.3g}'):,.0f}"
        ends.append((float(last["year"]), at, text, mark))
    _end_labels(ax, ends)
    missing = [name for name in frame["scenario"].unique() if name not in set(good["scenario"])]
    if missing:
        names = _WORDS[lang]["list"].join(_SCENARIOS[lang].get(name, name) for name in missing)
        text = _WORDS[lang]["missing_names"].format(names=names)
        corner = {"transform": ax.transAxes, "ha": "right", "size": style.SMALL_SIZE}
        ax.text(0.98, 0.03, text, color=style.MUTED, **corner)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
    # A single character turned on its side cannot be read: the unit stands upright over the axis.
    ax.set_title(unit, fontsize=style.TEXT_SIZE, loc="left")
    ax.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
    ax.grid(axis="y")
    return ax


def stock_unit(unit: str, lang: str) -> tuple[str, float]:
    """How a stock is named on an axis, and by what it is divided."""
    if unit == "平方米":
        return _WORDS[lang]["area"], 1e4
    return (unit, 1.0) if lang == "zh" else (_STOCK_UNITS_EN.get(unit, unit), 1.0)


def _at_least(ax: Axes, year: float, value: float, colour: str) -> None:
    ax.plot([year], [value], marker="_", color=colour, markersize=9, markeredgewidth=1.6, linestyle="None")
    arrow = {"arrowstyle": "<|-", "color": colour, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=(year, value), xytext=(0, 13), textcoords="offset points", arrowprops=arrow)


def _end_labels(ax: Axes, ends: list[tuple], gap: float = 0.065) -> None:
    """Name lines at their right ends; labels that would touch are moved apart and tied to their ends."""
    low, high = ax.get_ylim()
    left, right = ax.get_xlim()
    reach = (right - left) * 0.03
    heights = labels.spread([end[1] for end in ends], (high - low) * gap)
    tie = {"color": style.RULE, "linewidth": 0.5, "clip_on": False, "gid": "tie"}
    for (year, at, text, mark), height in zip(ends, heights, strict=True):
        ax.plot([year + 0.4 * reach, year + 2 * reach], [at, height], **tie)
        beside = (year + 2.3 * reach, height)
        ax.annotate(text, beside, va="center", color=mark.text_colour, annotation_clip=False)
    ax.set_xlim(left, right)
    ax.set_ylim(low, high)
