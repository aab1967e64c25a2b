"""What nursery paths mean for a child under three."""

from __future__ import annotations

from collections.abc import Mapping

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from qiyou import style
from qiyou.capacity import ASSESSABLE
from qiyou.capacity.intervals import keys, require
from qiyou.errors import DataError
from qiyou.plot import labels

_BIRTHS = {
    "zh": {"registered": "本地户籍出生人数", "survey": "本地出生人数（抽样调查）", "rate": "{place}出生率"},
    "en": {
        "registered": "own registered births",
        "survey": "own births (survey)",
        "rate": "birth rate of {place}",
    },
}
_CHILD_WORDS = {
    "zh": {
        "axis": "每名3岁以下儿童的托位数（个）",
        "first": "首年（{years}）",
        "held": "{year}年，出生不变",
        "falling": "{year}年，出生续降",
        "level_kept": "{year}年，水平仍如首年",
        "missing": "无法评估",
    },
    "en": {
        "axis": "nursery places per child under three",
        "first": "first year ({years})",
        "held": "{year}, births held",
        "falling": "{year}, births falling on",
        "level_kept": "{year}, level of the first year",
        "missing": "not assessable",
    },
}
_CHILD_MARKS = {
    "held": ("o", "#00489B"),
    "sourced": ("o", "#00489B"),
    "held back": ("o", "#00489B"),
    "falling": ("^", "#C13C00"),
}


@style.styled
def places_per_child(
    frame: pd.DataFrame, names: Mapping[str, str], *, ax: Axes | None = None, lang: str = "zh"
) -> Axes:
    """Draw what the first and the last year of each path mean per child under three, for every basis of
    births.

    A hollow circle is the first printed year, filled marks are the last: a circle with births held, a
    triangle with births falling on. A small upright stroke of the same colour is the same year with the level
    left at the first: what the number of children does alone. Bars are rounding.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.capacity.per_child`, one document per place.
    names : mapping of str to str
        Names of the places, and of those whose birth rates are used, in the language of the figure.
    ax : Axes, optional
        Where to draw; a new figure of full width by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If the frame has no rows, or nothing that can be assessed.

    Examples
    --------
    >>> import qiyou
    >>> from qiyou import capacity
    >>> data = qiyou.load()
    >>> path = capacity.paths(data, "nursery_places_per_1000").query("place == 'yuhuan'")
    >>> ax = places_per_child(capacity.per_child(data, path), labels.names(data.places, "en"), lang="en")
    >>> [label.get_text() for label in ax.get_yticklabels()]
    ['Yuhuan, own registered births', 'Yuhuan, birth rate of Zhejiang']
    """
    columns = ("place", "births", "births_scenario", "year", "value", "low", "high", "level_kept", "status")
    require(frame, columns, "the places per child")
    if (frame["status"] != ASSESSABLE).all():
        raise DataError(f"nothing can be assessed: {keys(frame['reason'])}")
    rows = list(frame.groupby(["place", "births"], sort=False))
    if ax is None:
        ax = plt.subplots(figsize=style.size("full", 34 + 7.5 * len(rows)))[1]
    words, shown = _CHILD_WORDS[lang], {}
    for height, (_, part) in enumerate(rows):
        good = part[part["status"] == ASSESSABLE]
        if good.empty:
            beside = {"xytext": (4, 0), "textcoords": "offset points", "va": "center"}
            ax.annotate(words["missing"], (0, height), color=style.MUTED, **beside)
            continue
        first, last = good["year"].min(), good["year"].max()
        start = good[good["year"] == first].iloc[0]
        ends = good[good["year"] == last]
        reached = [start["value"], *ends["value"]]
        ax.plot(reached, [height] * len(reached), color="#BDBDBD", linewidth=1.0, zorder=0, gid="span")
        shown["first"] = _child_mark(ax, start, height, hollow=True)
        for end in ends.itertuples():
            offset = 0.17 if end.births_scenario == "falling" else -0.17
            shown[end.births_scenario] = _child_mark(ax, end._asdict(), height + offset)
            colour = _CHILD_MARKS[end.births_scenario][1]
            stroke = {"marker": "|", "markersize": 8, "markeredgewidth": 1.4, "linestyle": "None"}
            ax.plot([end.level_kept], [height + offset], color=colour, **stroke)
            shown["level_kept"] = Line2D([], [], color=style.MUTED, **stroke)
    ax.set_yticks(range(len(rows)), [births_label(place, births, names, lang) for (place, births), _ in rows])
    ax.tick_params(axis="y", length=0)
    ax.set_ylim(len(rows) - 0.5, -0.5)
    ax.set_xlim(left=0)
    ax.set_xlabel(words["axis"])
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")
    _child_legend(ax, shown, frame, lang)
    return ax


def _child_mark(ax: Axes, row, height: float, *, hollow: bool = False):
    marker, colour = _CHILD_MARKS[row["births_scenario"]]
    marker, colour = ("o", style.INK) if hollow else (marker, colour)
    box = [row["low"], row["high"]]
    ax.plot(box, [height, height], color=colour, linewidth=1.6, zorder=2, gid="interval")
    return ax.plot(
        [row["value"]],
        [height],
        marker=marker,
        markersize=style.MARKER_SIZES[marker],
        markerfacecolor=style.PAPER if hollow else colour,
        markeredgecolor=colour,
        linestyle="None",
        zorder=3,
    )[0]


def births_label(place: str, births: str, names: Mapping[str, str], lang: str) -> str:
    """Place and basis of births, as in the column ``births`` of `qiyou.capacity.per_child`."""
    kind, _, basis = births.partition(":")
    forms = _BIRTHS[lang]
    rated = forms["rate"].format(place=labels.short(names.get(basis, basis), lang))
    text = rated if kind == "rate" else forms.get(basis, "")
    return labels.short(names.get(place, place), lang) + ("，" if lang == "zh" else ", ") + text


def _child_legend(ax: Axes, shown: dict, frame: pd.DataFrame, lang: str) -> None:
    words = _CHILD_WORDS[lang]
    years = sorted({int(year) for year in frame.groupby("place")["year"].min()})
    first = ("、" if lang == "zh" else ", ").join(map(str, years))
    text = {
        name: words[name].format(year=int(frame["year"].max())) for name in ("held", "falling", "level_kept")
    }
    text["first"] = words["first"].format(years=first)
    order = [name for name in ("first", "held", "falling", "level_kept") if name in shown]
    ax.legend(
        [shown[name] for name in order],
        [text[name] for name in order],
        loc="upper center",
        bbox_to_anchor=(0.5, -0.16),
        ncols=len(order),
        handletextpad=0.2,
        columnspacing=1.4,
    )
