"""What is asked beside what was realised: readings, required among realised paces, the card of one path."""

from __future__ import annotations

import itertools
import re

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from qiyou.errors import need
from qiyou.plausibility.profile import assessed, frames
from qiyou.plot import forms, style
from qiyou.plot.forms import figure, put
from qiyou.plot.plans import printed_path
from qiyou.plot.quantities import draw_realised, realised

_SIDE = dict.fromkeys(["BEYOND_EXPERIENCE", "ABOVE_EXPERIENCE", "NOT_BELOW_EXPERIENCE"], 1)
_SIDE |= dict.fromkeys(["NOT_ABOVE_EXPERIENCE", "BELOW_EXPERIENCE"], -1)
_SIDE |= dict.fromkeys(["WITHIN_EXPERIENCE", "YARDSTICKS_DISAGREE"], 0)
"""Readings that hold a path against something realised, and on which side of it they put the path."""


_FEW = 5


def _chunks(items: list, most: int) -> list[list]:
    return [items[k : k + most] for k in range(0, len(items), most)]


@figure
def readings(desk, profile: pd.DataFrame | None = None) -> Axes:
    """The reading of every path, one word each; indicators held against something realised come first.

    Parameters
    ----------
    profile : DataFrame, optional
        `qiyou.plausibility.profiles` of the data, if it is at hand.

    Returns
    -------
    Axes
        In millimetres; texts of the cells, in its child Axes, have the gid ``indicator/line/place``.
    """
    profile = assessed(desk.data)[1] if profile is None else profile
    cells = forms.cells(profile, "reading", profile["reading"].map(desk.group("reading_short")))
    side = profile["reading"].map(_SIDE)
    told = set(profile.loc[side.notna(), "indicator"])
    rank = {name: (name not in told, k) for k, name in enumerate(desk.data.indicators["id"])}
    order = sorted(cells["row"].unique(), key=lambda row: (rank[row.rpartition("/")[0]], row))
    columns = list(cells["column"].value_counts().index)
    # Pages go down all lines of some places, then to the next places.
    most = forms.most_columns(cells["text"], len(columns), desk.lang)
    chunks = itertools.product(_chunks(columns, most), _chunks(order, 28))
    full = [pair for pair in chunks if (cells["column"].isin(pair[0]) & cells["row"].isin(pair[1])).any()]
    ((columns, kept),) = desk.turn(full, 1)
    rows = cells.drop_duplicates("row").set_index("row").loc[kept, ["indicator"]].assign(unit="", aside="")
    facts = {"n": len(profile), "told": int(side.notna().sum())}
    facts |= {"below": int((side < 0).sum()), "above": int((side > 0).sum())}
    title, count = desk.say("readings.title", **facts), profile["reading"].value_counts()
    finding = desk.join(f"{desk.group('reading')[name]} {n}" for name, n in count.items())
    facts |= {"chart": "matrix", "title": title, "used": profile["document"], "table": profile}
    desk.told("readings", finding=title + desk.stop + finding, **facts)
    cells = cells[cells["row"].isin(kept) & cells["column"].isin(columns)]
    return forms.matrix(desk, cells, rows.reset_index(), columns, "reading")


# ---------------------------------------------------------------- required among realised paces

_ROW, _HEAD, _FOOT, _LEFT, _RIGHT = 4.6, 6.0, 10.0, 30.0, 122.0


@figure
def required_among_realised(desk, indicators=None, profile: pd.DataFrame | None = None) -> Axes:
    """The pace that each path requires among the realised changes of its class, one panel per question.

    Grey uprights are realised changes, their dots on top; a marker is what a place requires (its bar: the
    rounding of the base), and the words count the changes that were faster.

    Parameters
    ----------
    indicators : sequence of str, optional
        Only these, names or ids.
    profile : DataFrame, optional
        `qiyou.plausibility.profiles` of the data, if it is at hand.

    Returns
    -------
    Axes
        In millimetres, with one child Axes per panel in the units of the pace; markers have the gid
        ``place/variant``.
    """
    profile = assessed(desk.data)[1] if profile is None else profile
    held = profile[profile["m"] > 0].sort_values("m", ascending=False, kind="stable")
    if indicators is not None:
        held = held[held["indicator"].isin([desk.data.indicator(name) for name in indicators])]
    need(not held.empty, "plot.none.required")
    groups = [part for _, part in held.groupby(["indicator", "class_used"], sort=False)]
    blocks = [part.iloc[k : k + 38] for part in groups for k in range(0, len(part), 38)]
    tall = np.array([_HEAD + _ROW * (len(block) + 2) + _FOOT for block in blocks])
    pages = [[]]
    for block, height in zip(blocks, tall, strict=True):
        if sum(tall for tall, _ in pages[-1]) + height > 205:
            pages.append([])
        pages[-1].append((height, block))
    (shown,) = desk.turn(pages, 1)
    spells = [frames(desk.data, block.iloc[0])["spells"] for _, block in shown]
    named = [(row, f"{desk.names[row.place]} {desk.labels[row.indicator]}") for row in held.itertuples()]
    said = [_rank(desk, *one) for one in named]
    # of one or two changes a half says nothing
    least = int(min(held["m"].max(), _FEW))
    ranked = held[held["m"] >= least]
    slower = int((2 * ranked["k_high"] <= ranked["m"]).sum())
    used = [*held["document"], *pd.concat(spells)[["from_source", "source"]].to_numpy().ravel()]
    facts = {
        "chart": "dots",
        "title": desk.say("required.title", n=len(ranked), k=slower, least=least),
        "used": used,
    }
    desk.told("required", finding=desk.join(said[:60]), table=held, **facts)
    body, top = sum(height for height, _ in shown), 0.0
    ax = desk.ground(body)
    for (height, block), known in zip(shown, spells, strict=True):
        _block(desk, ax, block, known, top, body)
        top += height
    return ax


def _rank(desk, row, of: str = "") -> str:
    """How many of the realised changes were faster; from which to which where rounding decides."""
    count = dict.fromkeys(str(int(row.m - k)) for k in (row.k_high, row.k_low))
    return of + desk.colon * bool(of) + desk.say("required.rank", count="–".join(count), m=int(row.m))


def _block(desk, ax: Axes, block: pd.DataFrame, spells: pd.DataFrame, top: float, body: float) -> None:
    """One question: what was realised, and below it what each place requires."""
    first, facts = block.iloc[0], desk.facts.loc[block["indicator"].iloc[0]]
    scale, sign = first["scale"], 1 if facts["direction"] == "up" else -1

    def shown(pace):
        """As people read it: units a year, or per cent a year."""
        grown = 100 * np.expm1(pace) if scale == "log" and sign > 0 else -100 * np.expm1(-pace)
        return pace if scale == "points" else grown

    tall = _ROW * (len(block) + 2)
    field = ax.inset_axes((_LEFT / 170, 1 - (top + _HEAD + tall) / body, (_RIGHT - _LEFT) / 170, tall / body))
    low, high = shown(spells["low"]), shown(spells["high"])
    paces = ((low + high) / 2).where(np.isfinite(high), low)
    sns.rugplot(x=paces, height=1, color=style.RULE, lw=0.5, alpha=0.55, ax=field, expand_margins=False)
    flat = {"orient": "h", "native_scale": True, "jitter": False}
    sns.stripplot(x=paces, y=0, size=3.4, color=style.MUTED, ax=field, **flat)
    for pace in paces[~np.isfinite(high)]:
        forms.arrow(field, pace, 0, style.MUTED, (8, 0))
    field.set(ylim=(len(block) + 1.5, -0.5), xlabel="", ylabel="", yticks=[])
    field.spines["left"].set_visible(False)
    for k, row in enumerate(block.itertuples(), start=2):
        look, y = desk.looks[row.place], top + _HEAD + _ROW * (k + 0.5)
        ends = [shown(row.required_low), shown(row.required_high)]
        field.plot(ends, [k, k], color=look.colour, lw=2.6, alpha=0.45)
        field.plot(shown(row.required), k, **look.mark(), zorder=4, gid=f"{row.place}/{row.variant}")
        name = f"{desk.names[row.place]} {row.variant}".removesuffix(" prose")
        put(ax, _LEFT - 1.5, y, name.strip(), (_LEFT - 2, _ROW), "place", ha="right", color=look.text_colour)
        gid = f"rank/{row.place}/{row.indicator}/{row.variant}"
        put(ax, _RIGHT + 2, y, _rank(desk, row), (168 - _RIGHT, _ROW), gid)
    known, room = desk.say("required.known", m=len(spells)), (_LEFT - 2, _ROW)
    put(ax, _LEFT - 1.5, top + _HEAD + _ROW / 2, known, room, "known", 8, ha="right", color=style.MUTED)
    levels = desk.group("class").get(first["class_used"], "").strip()
    head = desk.labels[first["indicator"]] + desk.bracket(levels)
    ax.text(0.5, top + _HEAD - 1.2, head, va="bottom", gid=f"head/{first['indicator']}")
    key = scale if scale != "log" else "log_up" if sign > 0 else "log_down"
    unit = desk.say(f"required.{key}", unit=desk.unit(facts["unit"]))
    put(ax, _RIGHT + 2, top + _HEAD + tall + 2.6, unit, (168 - _RIGHT, _ROW), "unit", 8, color=style.MUTED)


# ---------------------------------------------------------------- one path


@figure
def answer_card(
    desk, place: str, indicator: str, variant: str = "", profile: pd.DataFrame | None = None
) -> Axes:
    """One path beside what was realised: its superior's series, and the latest level of other places.

    Parameters
    ----------
    place, indicator : str
        Names or ids.
    variant : str, optional
        Where a plan prints two lines, the one to draw; by default both.
    profile : DataFrame, optional
        `qiyou.plausibility.profiles` of the data, if it is at hand.

    Raises
    ------
    DataError
        If the place has no target path of the indicator.
    """
    place, indicator = desk.data.place(place), desk.data.indicator(indicator)
    profile = assessed(desk.data)[1] if profile is None else profile
    own = profile[profile["place"].eq(place) & profile["indicator"].eq(indicator)]
    own = own[own["variant"].eq(variant)] if variant else own
    rows = printed_path(desk.data, indicator, [place])
    about = {"place": desk.names[place], "indicator": desk.labels[indicator]}
    need(len(own) and len(rows), "plot.none.card", **about)
    path = own.iloc[0]
    asked = {*own["variant"], "prose"}
    lines = asked if asked & set(rows["variant"]) - {"prose"} else set(rows["variant"])
    rows, levels = rows[rows["variant"].isin(lines)], frames(desk.data, path)["levels"]
    levels = levels[levels["level"] != "country"].copy()
    levels["x"], levels["at"] = levels["t"] - 1, levels["value"].fillna(levels["low"])
    seen = realised(desk.data, path["superior"] or style.NATION, indicator, rows["year"].min() - 5)
    # A few places far off would press everything else into a line.
    near = levels["at"].quantile([0.05, 0.95]) if len(levels) else []
    reach = np.array([*near, *seen["value"], *rows[["value", "low", "high"]].to_numpy(dtype=float).ravel()])
    low, high = np.quantile(reach[np.isfinite(reach)], [0, 1])
    edge = 0.08 * ((high - low) or 1)
    off = int((~levels["at"].between(low - edge, high + edge)).sum())
    finding = desk.join(own[f"short_{desk.lang}"])
    facts = {**about, "n": len(levels)}
    facts |= {"off": desk.say("card.off", n=off) if off else "", "used": [*rows["document"], *seen["source"]]}
    parts = {"planned": rows, "superior": seen, "elsewhere": levels.assign(document="", unit="", source="")}
    table = pd.concat([part.assign(part=name) for name, part in parts.items()])
    # The first sentence of the short form is the finding.
    titles = [re.match(r".*?(?=。|\.(?:\s|$)|$)", said)[0] for said in own[f"short_{desk.lang}"]]
    title = desk.semicolon.join(titles)
    desk.told("card", chart="lines", title=title, finding=finding, table=table, **facts)
    full = desk.width == "full"
    ax = desk.panel(84 if full else 72)
    dots = {"color": "#BDBDBD", "s": 11, "linewidth": 0, "zorder": 0.5, "gid": "elsewhere"}
    sns.scatterplot(levels, x="x", y="at", ax=ax, **dots)
    ends = pd.concat([forms.paths(ax, rows, desk.looks), draw_realised(desk, ax, seen)])
    ax.set_ylim(low - edge, high + edge)
    x = np.array([*rows["year"], *(seen["t"] - 1), *levels["x"]])
    first, last = np.nanmin(x), np.ceil(np.nanmax(x))
    forms.years(ax, first, last, 120 if full else 46)
    forms.name_ends(desk, ax, ends, last, 70 if full else 58)
    ax.set_title(desk.unit(rows["unit"].iloc[0]))
    return ax
