"""Which simple curves pass through every rounding box of a target path."""

from __future__ import annotations

import math

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle

from qiyou import style, trajectory
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.paths import KEYS, PathGrid, grid
from qiyou.plot import labels

CASES = (
    ("yuhuan", "sports_area_per_capita"),
    ("yuhuan", "nursery_places_per_1000"),
    ("yuhuan", "wage_arrears_resolution_rate"),
    ("yuhuan", "migrant_pupils_public_share"),
)
FEWEST = 5
"""Printed values below which `qiyou.trajectory.families` names no shape."""

_NAMES = {
    "zh": {
        "line": "每年等量",
        "geometric": "每年等比",
        "gap_closure": "差距等比缩小",
        "logistic": "逻辑斯蒂曲线",
    },
    "en": {
        "line": "equal steps",
        "geometric": "equal rate",
        "gap_closure": "equal gap closure",
        "logistic": "logistic curve",
    },
}
_LOOKS = {
    "line": {"color": style.PLACE_COLOURS[0], "linestyle": "-", "linewidth": 1.0},
    "geometric": {"color": style.PLACE_COLOURS[4], "linestyle": (0, (5, 2)), "linewidth": 1.5},
    "gap_closure": {"color": style.PLACE_COLOURS[3], "linestyle": (0, (1, 1.3)), "linewidth": 2.0},
    "logistic": {"color": style.PLACE_COLOURS[2], "linestyle": (0, (6, 1.5, 1.5, 1.5)), "linewidth": 1.1},
}
_TEXT = {
    "zh": {
        "not": "不相容：",
        "undefined": "不适用：",
        "few": "印出的确定值只有{n}个，不足以认定形状",
        "and": "、",
        "from_to": "{}至{}",
        "above": "{}以上",
        "below": "{}以下",
    },
    "en": {
        "not": "Do not fit: ",
        "undefined": "Not defined here: ",
        "few": "Exact values printed: {n}, too few to name a shape",
        "and": ", ",
        "from_to": "{} to {}",
        "above": "over {}",
        "below": "under {}",
    },
}
_BOX = "#DCE9F2"
_WIDTH = 0.56
_LABEL_ROOM, _LABEL_GAP = 3.3, 0.165
_HEADROOM = 0.34


@style.styled
def path_families(
    targets: pd.DataFrame, indicators: pd.DataFrame | None, *, ax: Axes | None = None, lang: str = "zh"
) -> Axes:
    """Draw the rounding boxes of one path, and one curve of every family that passes through all of them.

    A box is what a printed value stands for, value ± step/2; a bound is a hatched bar with an arrow, cut at
    the indicator's logical limit. Under each year stands what the plan prints. A curve is labelled with its
    name and the interval of its slopes: units per year (equal steps), per cent per year (equal rate, gap
    closure), log odds per year (logistic). Families that do not fit or do not apply are named in the upper
    left corner.

    Parameters
    ----------
    targets : DataFrame
        Rows of one path, as `qiyou.trajectory.families` needs them, with ``unit``, and with ``printed`` where
        there is one.
    indicators : DataFrame or None
        With id, direction, lower, upper.
    ax : Axes, optional
        Where to draw; a new figure of column width by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes
        A box has the gid ``box/<year>``, a marker ``value/<year>``, a curve and its label ``<family>``, the
        text in the corner ``refusals``.

    Raises
    ------
    DataError
        If the rows are not those of one path, or as `qiyou.trajectory.families`.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> rows = data.targets[data.targets["document"].eq("yuhuan-plan-2023")
    ...     & data.targets["indicator"].eq("sports_area_per_capita")]
    >>> ax = path_families(rows, data.indicators, lang="en")
    >>> [line.get_gid() for line in ax.lines if line.get_gid() in qiyou.trajectory.FAMILIES]
    ['line', 'geometric']
    """
    if "unit" not in targets:
        raise DataError("path_families: the rows lack the column unit; pass rows of data.targets")
    found = trajectory.families(targets, indicators, require=FEWEST)
    if len(found) != 1:
        raise DataError(
            f"path_families draws one path, but the rows hold {len(found)}; choose one document, place, "
            "indicator and variant"
        )
    boxes, row = grid(targets, indicators, reading="drawn"), found.iloc[0]
    if not boxes.known.any():
        raise DataError("path_families: the path prints no value; choose one that does")
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 70))[1]
    low, high = _extent(boxes)
    first, last = boxes.years[0], boxes.years[-1]
    ax.set_ylim(low - 0.06 * (high - low), high + _HEADROOM * (high - low))
    ax.set_xlim(first - 0.5, last + 0.5 + _LABEL_ROOM)
    _draw_boxes(ax, boxes)
    _draw_curves(ax, boxes, row, lang)
    _draw_refusals(ax, row, lang)
    _name_years(ax, targets, boxes.years)
    upper = boxes.upper[0]
    # The room above a ceiling is for text; no value can lie there.
    ticks = ax.get_yticks()
    ax.set_yticks(ticks[(ticks >= ax.get_ylim()[0]) & (ticks <= np.fmin(upper, ax.get_ylim()[1]))])
    ax.set_ylabel(labels.unit(targets["unit"].iloc[0], lang))
    return ax


def _extent(boxes: PathGrid) -> tuple[float, float]:
    """The lowest and highest number of the path that is not infinite."""
    ends = np.concatenate([boxes.low[boxes.known], boxes.high[boxes.known], boxes.value[boxes.exact]])
    ends = ends[np.isfinite(ends)]
    low, high = ends.min(), ends.max()
    return (low, high) if high > low else (low - 0.5, high + 0.5)


def _draw_boxes(ax: Axes, boxes: PathGrid) -> None:
    bottom, top = ax.get_ylim()
    for k in np.flatnonzero(boxes.known[0]):
        year, relation = int(boxes.years[k]), boxes.relation[0, k]
        ends = np.clip([boxes.low[0, k], boxes.high[0, k]], bottom, top)
        bound = relation in ("ge", "gt", "le", "lt")
        look = (
            {"facecolor": style.PAPER, "hatch": "////", "edgecolor": style.GRID, "lw": 0}
            if bound
            else {"facecolor": _BOX, "edgecolor": style.RULE, "lw": 0.7}
        )
        corner = (year - _WIDTH / 2, ends[0])
        ax.add_patch(Rectangle(corner, _WIDTH, ends[1] - ends[0], gid=f"box/{year}", zorder=1, **look))
        if bound:
            _draw_bound(ax, year, ends, upwards=relation in ("ge", "gt"))
        elif relation == "eq":
            ax.plot(
                [year],
                [boxes.value[0, k]],
                "o",
                color=style.INK,
                markersize=3.6,
                markerfacecolor=style.PAPER if boxes.baseline[0, k] else style.INK,
                gid=f"value/{year}",
                zorder=4,
            )


def _draw_bound(ax: Axes, year: int, ends: np.ndarray, *, upwards: bool) -> None:
    """The printed limit as a bar, and an arrow to the side that it leaves open."""
    start, tip = ends if upwards else ends[::-1]
    side = [year - _WIDTH / 2, year + _WIDTH / 2]
    look = {"color": style.INK, "lw": 1.6, "solid_capstyle": "butt", "zorder": 4}
    ax.plot(side, [start, start], gid=f"value/{year}", **look)
    arrow = {"arrowstyle": "-|>", "color": style.RULE, "linewidth": 0.9, "shrinkA": 0, "shrinkB": 0}
    ax.annotate("", xy=(year, tip), xytext=(year, start), arrowprops=arrow, zorder=1.5)


def _draw_curves(ax: Axes, boxes: PathGrid, row: pd.Series, lang: str) -> None:
    """One curve of each family that fits, named at its right end with its interval of slopes."""
    fitting = [name for name in trajectory.FAMILIES if row[f"{name}_fits"]]
    years = np.linspace(row["first_year"], row["last_year"], 121)
    ends = []
    for name in fitting:
        values = curve(boxes, name, row[f"{name}_low"], row[f"{name}_high"], years)
        ax.plot(years, values, gid=name, zorder=3, **_LOOKS[name])
        ends.append(float(values[-1]))
    if not fitting:
        return
    bottom, top = ax.get_ylim()
    gap = (top - bottom) * _LABEL_GAP
    heights = labels.spread(ends, gap)
    heights -= max(heights.max() + gap / 2 - top, 0)
    last = float(row["last_year"])
    for name, end, height in zip(fitting, ends, heights, strict=True):
        # The leader has the look of its curve, so that lines lying on each other can still be told apart.
        x, look = [last, last + 0.35, last + 1.0], _LOOKS[name]
        ax.plot(x[:2], [end, height], color=style.RULE, lw=0.5, zorder=2)
        ax.plot(x[1:], [height, height], gid=f"key/{name}", **look)
        text = f"{_NAMES[lang][name]}\n{slopes(name, row[f'{name}_low'], row[f'{name}_high'], lang)}"
        ax.text(
            last + 1.1,
            height,
            text,
            va="center",
            color=style.readable(look["color"]),
            fontsize=style.SMALL_SIZE,
            linespacing=1.0,
            gid=name,
        )


def curve(boxes: PathGrid, family: str, low: float, high: float, years: np.ndarray) -> np.ndarray:
    """A curve of `family` through every box of the path, with a slope halfway from ``low`` to ``high``.

    Parameters
    ----------
    boxes : PathGrid
        Of one path, which the family fits.
    family : {"line", "geometric", "gap_closure", "logistic"}
    low, high : float
        The slope interval of `qiyou.trajectory.families`.
    years : array of shape (k,)

    Returns
    -------
    array of shape (k,)
        In the indicator's unit.
    """
    upper = float(boxes.upper[0])
    known = boxes.known[0]
    ends = np.clip([boxes.low[0, known], boxes.high[0, known]], *_DOMAINS[family](upper))
    with np.errstate(divide="ignore"):
        ends = np.sort(_STRAIGHTEN[family](ends, upper), axis=0)
    t = boxes.years[known] - boxes.years[known][0]
    slope = _inside(low, high)
    intercept = _inside((ends[0] - slope * t).max(), (ends[1] - slope * t).min())
    return _BEND[family](intercept + slope * (years - boxes.years[known][0]), upper)


def _inside(low: float, high: float) -> float:
    """A number well inside an interval that may be unbounded."""
    if np.isfinite(low) and np.isfinite(high):
        return (low + high) / 2
    if np.isfinite(low):
        return low + 0.1 * max(abs(low), 0.1)
    return high - 0.1 * max(abs(high), 0.1) if np.isfinite(high) else 0.0


_DOMAINS = {
    "line": lambda upper: (-np.inf, np.inf),
    "geometric": lambda upper: (0.0, np.inf),
    "gap_closure": lambda upper: (-np.inf, upper),
    "logistic": lambda upper: (0.0, upper),
}
_STRAIGHTEN = {
    "line": lambda y, upper: y,
    "geometric": lambda y, upper: np.log(y),
    "gap_closure": lambda y, upper: np.log(upper - y),
    "logistic": lambda y, upper: np.log(y) - np.log(upper - y),
}
_BEND = {
    "line": lambda z, upper: z,
    "geometric": lambda z, upper: np.exp(z),
    "gap_closure": lambda z, upper: upper - np.exp(z),
    "logistic": lambda z, upper: upper / (1 + np.exp(-z)),
}


def slopes(family: str, low: float, high: float, lang: str) -> str:
    """The interval of slopes as a label says it: a rate in per cent, otherwise the slope itself.

    Examples
    --------
    >>> slopes("line", 2.5, 2.66667, "en"), slopes("geometric", 0.05799, 0.05844, "zh")
    ('2.50 to 2.67', '5.97%至6.02%')
    >>> slopes("gap_closure", -np.inf, -0.25, "zh")
    '22.1%以上'
    """
    if family == "geometric":
        low, high = 100 * np.expm1(low), 100 * np.expm1(high)
    elif family == "gap_closure":
        low, high = -100 * np.expm1(high), np.inf if np.isneginf(low) else -100 * np.expm1(low)
    sign = "%" if family in ("geometric", "gap_closure") else ""
    largest = max((abs(end) for end in (low, high) if np.isfinite(end)), default=0.0)
    # Three digits of the larger end, and as many decimals for the other.
    digits = max(0, 2 - math.floor(math.log10(largest))) if largest else 0
    ends = [f"{end + 0.0:.{digits}f}".replace("-", "−") + sign for end in (low, high)]
    said = _TEXT[lang]
    if np.isinf(low) and np.isinf(high):
        return ""
    if np.isinf(high):
        return said["above"].format(ends[0])
    if np.isinf(low):
        return said["below"].format(ends[1])
    return said["from_to"].format(*ends)


def _split(row: pd.Series) -> dict[str, list[str]]:
    """Families by what became of them: fit, do not fit, are not defined for the path."""
    note, undefined = row["note"], set()
    if "base is zero" in note:
        undefined |= {"geometric", "logistic"}
    if "no ceiling" in note or "base is at the ceiling" in note:
        undefined |= {"gap_closure", "logistic"}
    fits = [name for name in trajectory.FAMILIES if row[f"{name}_fits"]]
    return {
        "fits": fits,
        "not": [name for name in trajectory.FAMILIES if name not in fits and name not in undefined],
        "undefined": [name for name in trajectory.FAMILIES if name in undefined],
    }


def _draw_refusals(ax: Axes, row: pd.Series, lang: str) -> None:
    said, parts = _TEXT[lang], _split(row)
    lines = [
        said[part] + said["and"].join(_NAMES[lang][name] for name in parts[part])
        for part in ("not", "undefined")
        if parts[part]
    ]
    if row["n_values"] < FEWEST:
        lines.append(said["few"].format(n=row["n_values"]))
    ax.text(
        0.015,
        0.99,
        "\n".join(lines),
        transform=ax.transAxes,
        va="top",
        fontsize=style.SMALL_SIZE,
        color=style.MUTED,
        linespacing=1.25,
        gid="refusals",
    )


def _name_years(ax: Axes, targets: pd.DataFrame, years: np.ndarray) -> None:
    """Years, and under each what the plan prints there."""
    printed = targets.set_index("year")["printed" if "printed" in targets else "value"]
    texts = [f"{year}\n{str(printed.get(year, '')).removesuffix('%')}" for year in years]
    ax.set_xticks(years, texts)
    ax.spines["bottom"].set_bounds(ax.get_xlim()[0], years[-1] + 0.5)


# ---------------------------------------------------------------- registered figure

_SAID = {
    "zh": {
        "subject": "玉环市{n}条目标路径的四舍五入区间与可能的曲线",
        "case": "{name}：{fits}",
        "fits": "相容的有{which}",
        "none": "没有一种相容",
        "few": "（确定值只有{n}个，不认定形状）",
        "note": "浅色方框：印出的数按四舍五入可代表的范围（印“4”为3.5—4.5，印“4.5”为4.45—4.55）；斜线条与箭头：“>80%”一类的界限，至100%为止；年份"
        "下为计划所印的值，空心点为基期。曲线穿过全部方框才算相容，各画一条为例；名称下为斜率的可能区间：每年等量为每年增加的单位数，每年等比为年增长率，差距等"
        "比缩小为与上限差距每年缩小的比例，逻辑斯蒂曲线为对数发生比的年增量。无上限的指标，后两种不适用。相容只说明计划可以是这样画的，不说明确是如此，更不说明目标能否实现；"
        "几种都相容时，按印出位数无法分辨。",
    },
    "en": {
        "subject": "Rounding boxes and possible curves of {n} target paths of Yuhuan",
        "case": "{name}: {fits}",
        "fits": "{which} fit",
        "none": "no family fits",
        "few": " (exact values printed: {n}, so no shape is named)",
        "note": "Pale box: what the printed digits stand for ('4' is 3.5 to 4.5, '4.5' is 4.45 to 4.55). "
        "Hatched bar with "
        "arrow: a bound such as '>80%', up to 100%. Under the year: what the plan prints; hollow: base "
        "year. A family "
        "fits if one of its curves passes through every box; one is drawn as an example. Below its name: "
        "the possible "
        "slopes, in units per year (equal steps), growth per year (equal rate), share of the gap to the "
        "ceiling "
        "closed per year (equal gap closure), log odds per year (logistic). The last two need a ceiling. "
        "That a family fits "
        "says that the plan may have been drawn so, not that it was, and nothing about feasibility; where "
        "several fit, the printed digits do not tell them apart.",
    },
}


@style.styled
def path_families_figure(data, lang: str) -> Drawing:
    """Four paths that teach: an even line, one that nothing fits, one that all fit, and one of bounds."""
    names = labels.names(data.indicators, lang)
    fig, axes = plt.subplots(2, 2, figsize=style.size("full", 142), layout="constrained")
    fig.get_layout_engine().set(hspace=0.05, wspace=0.04)
    shown, found = [], []
    for ax, (place, indicator) in zip(axes.flat, CASES, strict=True):
        rows = data.targets[(data.targets["place"] == place) & (data.targets["indicator"] == indicator)]
        path_families(rows, data.indicators, ax=ax, lang=lang)
        title = names[indicator]
        ax.set_title(style.wrap(title, 78, size=style.TEXT_SIZE), fontsize=style.TEXT_SIZE, loc="left")
        shown.append(rows)
        found.append(trajectory.families(rows, data.indicators, require=FEWEST))
    rows, found = pd.concat(shown, ignore_index=True), pd.concat(found, ignore_index=True)
    cells = rows[[*KEYS, "year", "role", "printed", "value", "relation", "step", "unit"]]
    return Drawing(
        fig,
        table=cells.merge(found, on=KEYS, how="left"),
        source=labels.sources(data.documents, rows["document"], lang),
        alt=_alt(found, names, lang),
        note=_SAID[lang]["note"],
    )


def _alt(found: pd.DataFrame, names: dict[str, str], lang: str) -> str:
    said, texts = _SAID[lang], []
    for _, row in found.iterrows():
        fits = [_NAMES[lang][name] for name in _split(row)["fits"]]
        text = said["fits"].format(which=_TEXT[lang]["and"].join(fits)) if fits else said["none"]
        if row["n_values"] < FEWEST:
            text += said["few"].format(n=row["n_values"])
        texts.append(said["case"].format(name=names[row["indicator"]], fits=text))
    comma = {"zh": "；", "en": "; "}[lang]
    return alt_text("interval", said["subject"].format(n=len(found)), comma.join(texts), lang=lang)
