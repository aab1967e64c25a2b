"""What levels mean in places and square metres, and where the counties stand beside the nation."""

from __future__ import annotations

from collections import namedtuple

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from qiyou import capacity, words
from qiyou.errors import need
from qiyou.plot import forms, style
from qiyou.plot.forms import figure
from qiyou.plot.plans import printed_path

NURSERY, AREA = "nursery_places_per_1000", "sports_area_per_capita"


@figure
def counties_on_nation(desk, indicators=(NURSERY, AREA)):
    """Planned paths over what the nation has realised, a broad grey line broken where its basis changes.

    Parameters
    ----------
    indicators : sequence of str
        Names or ids; a panel each.

    Returns
    -------
    Figure
        Or, with `ax`, the Axes with the first indicator.
    """
    drawn, parts, tables = [], [], []
    for indicator in map(desk.data.indicator, [indicators] if isinstance(indicators, str) else indicators):
        rows = printed_path(desk.data, indicator)
        seen = realised(desk.data, style.NATION, indicator, rows["year"].min() - 5)
        need(len(rows) and len(seen), "plot.none.nation", indicator=desk.labels[indicator])
        last, ends = seen.iloc[-1], rows[rows["year"].eq(rows["year"].max()) & rows["value"].notna()]
        above = ends.loc[ends["value"] > last["value"], "place"].nunique()
        facts = {"seen": last["printed"], "seen_year": last["year"], "year": rows["year"].max(), "k": above}
        facts |= {"indicator": desk.labels[indicator], "n": ends["place"].nunique()}
        parts.append(desk.say("nation.part", **facts))
        tables += [rows.assign(part="planned"), seen.assign(part="realised")]
        drawn.append((indicator, rows, seen))
    table = pd.concat(tables, ignore_index=True)
    facts = {"chart": "lines", "used": [*table["document"], *table["source"]], "table": table}
    desk.told("nation", title=desk.semicolon.join(parts), finding=desk.semicolon.join(parts), **facts)
    result, axes = desk.panels(len(drawn), len(drawn), 88)
    for ax, (indicator, rows, seen) in zip(axes, drawn, strict=False):
        ends, crowd = draw_realised(desk, ax, seen), rows["place"].nunique() > forms.MOST_PLACES
        if crowd:
            thin = {"units": "place", "estimator": None, "color": "#9CC3EA", "lw": 0.6}
            sns.lineplot(rows, x="year", y="value", ax=ax, **thin)
            ax.set(xlabel="", ylabel="")
        else:
            ends = pd.concat([forms.paths(ax, rows, desk.looks), ends])
        first, last = min(rows["year"].min(), seen["t"].min() - 1), rows["year"].max()
        forms.years(ax, first, last, 46)
        forms.name_ends(desk, ax, ends, last, 70)
        ax.set_title(style.wrap(desk.labels[indicator], 76))
    return result


def realised(data, place: str, indicator: str, since: float) -> pd.DataFrame:
    """What is known to have been realised in a place, in order of time; expectations are none."""
    rows = data.reference[data.reference["kind"].isin(["observed", "derived"])]
    rows = rows[rows["place"].eq(place) & rows["indicator"].eq(indicator)]
    return rows[rows["t"].ge(since + 1) & rows["value"].notna()].sort_values("t", kind="stable")


def draw_realised(desk, ax: Axes, seen: pd.DataFrame) -> pd.DataFrame:
    """A superior's series, a broad line on each basis, its figures at the ends of years; returns its end."""
    look = desk.looks[style.NATION]
    for (place, basis), part in seen.groupby(["place", "basis"], sort=False):
        broad = {"color": look.colour, "lw": 3.2, "alpha": 0.6, "zorder": 1, "gid": f"{place}/{basis}"}
        ax.plot(part["t"] - 1, part["value"], **broad)
    ax.plot(seen["t"] - 1, seen["value"], linestyle="None", marker="o", ms=3.2, color=style.MUTED, zorder=1.5)
    desk.looks = {**desk.looks, **dict.fromkeys(seen["place"], look)}
    return seen.assign(year=seen["t"] - 1, at=seen["value"], variant="", relation="eq").tail(1)


# ---------------------------------------------------------------- amounts

_NEED, _SUPPLY = {"facecolor": "#3F6FA8"}, {"facecolor": "#F6D9A0", "hatch": "////"}
_OWN = {"facecolor": "#DCE9F2", "hatch": "...."}
_SCENARIOS = {"flat": _NEED, "province_trend": {"facecolor": "#9CC3EA"}, "own_trend": _OWN}


_Bar = namedtuple("_Bar", "label ends text look gid start", defaults=[None])


def _bars(ax: Axes, rows: list[_Bar], unit: str) -> None:
    """Intervals below one another (from their ``start``), words at the right; an open end is an arrow."""
    finite = [end for row in rows for end in row.ends if np.isfinite(end)]
    right = max([*finite, 0.0]) * 1.05 or 1.0
    for k, row in enumerate(rows):
        (low, high), colour = row.ends, row.look["facecolor"]
        start = low if row.start is None else row.start
        if np.isinf(high):
            # Only the least is known: a filled bar would claim an amount that nothing states.
            forms.arrow(ax, low, k, colour, (22, 0))
            ax.plot([low, low], [k - 0.28, k + 0.28], color=colour, lw=2.4, gid=row.gid)
        else:
            ax.barh(k, high - start, 0.56, start, edgecolor=style.INK, lw=0.6, gid=row.gid, **row.look)
            line = ([low, high], [k, k]) if start < low else ([], [])
            ax.plot(*line, color=style.INK, lw=2.4)
        beside = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        ax.annotate(row.text, (right, k), **beside, gid=f"words/{row.gid}")
    ax.set_yticks(range(len(rows)), [row.label for row in rows])
    ax.tick_params(axis="y", length=0)
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlim=(min([0.0, *finite]), right), xlabel=unit)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")


@figure
def nursery_stocks(desk, indicator: str = NURSERY) -> Axes:
    """What the planned levels add a year, by population scenario; one bar over all scenarios for many places.

    Black is the worst case over what the rounding of base and population leaves open. Bars have the gid
    ``place/scenario``.
    """
    frame = capacity.additions(desk.data, None, desk.data.indicator(indicator))
    good = frame[frame["status"] == capacity.ASSESSABLE]
    need(not good.empty, "plot.none.stocks")
    hull, bars = capacity.span(good), []
    many = good["place"].nunique() > forms.MOST_PLACES
    for row in (hull if many else good).itertuples():
        each, total = (words.interval(*ends, lang=desk.lang) for ends in (_yearly(row), (row.low, row.high)))
        text = desk.say("stocks.row", each=each, total=total, year=row.year)
        scenario = "" if many else desk.group("scenario").get(row.scenario, row.scenario)
        label, look = f"{desk.names[row.place]} {scenario}".strip(), _SCENARIOS.get(row.scenario, _NEED)
        bars.append(_Bar(label, _yearly(row), text, look, f"{row.place}/{row.scenario}", 0.0))
    chosen = desk.turn(bars, 26)
    spans = words.interval(hull["per_year_low"], hull["per_year_high"], lang=desk.lang)
    said = [f"{desk.names[place]} {span}" for place, span in zip(hull["place"], spans, strict=True)]
    gone = desk.listed(frame.loc[~frame["place"].isin(good["place"]), "place"])
    ends = hull["per_year_low"].min(), hull["per_year_high"].max()
    title = {"n": len(hull), "span": words.interval(*ends, lang=desk.lang)}
    if hull["per_year_low"].gt(0).all() and np.isfinite(ends[1]):
        apart = (hull["per_year_high"] / hull["per_year_low"] - 1).max()
        title = desk.say("stocks.title_apart", share=int(np.ceil(100 * apart)), **title)
    else:
        title = desk.say("stocks.title", **title)
    facts = {"chart": "bars", "title": title, "table": frame}
    facts |= {"used": [*frame["document"], *frame["source"]], "left": ""}
    facts |= {"left": desk.say("stocks.left", names=gone)} if gone else {}
    desk.told("stocks", finding=desk.join(said), **facts)
    ax = desk.panel(18 + 7.5 * len(chosen))
    _bars(ax, chosen, desk.say("stocks.axis") + desk.bracket(desk.unit(good["unit"].iloc[0])))
    return ax


def _yearly(row) -> tuple[float, float]:
    return row.per_year_low, row.per_year_high


@figure
def sports_balance(desk, indicator: str = AREA):
    """What has to be added against what is announced, for every place that announces projects.

    Solid: the need of the plan's last year and of the year that a later document speaks of; hatched:
    announced projects of known size, without and with trails. Bars have the gid ``need/document/year``,
    ``without`` and ``with``.

    Returns
    -------
    Figure
        One panel per place; with `ax`, the Axes with the first place.
    """
    frame = capacity.balance(desk.data, None, desk.data.indicator(indicator))
    frame = frame[frame["projects"].gt(0) & frame["need_low"].notna()]
    need(not frame.empty, "plot.none.balance")
    panels, parts = [], []
    for place, rows in frame.groupby("place", sort=False):
        later = rows["document"] != rows["base_document"]
        rows = rows[rows["year"].isin([rows["year"].max(), *rows.loc[later, "year"]])]
        bars = [_need(desk, row) for row in rows.itertuples()]
        for part in ("without", "with"):
            ends = rows[[f"{part}_low", f"{part}_high"]].drop_duplicates() / 1e4
            alone = part == "with" and rows["with_high"].equals(rows["without_high"])
            for low, high in () if alone else ends.itertuples(index=False):
                text, n = words.interval(low, high, 1, lang=desk.lang), int(rows["left_out_count"].max())
                text = desk.say("balance.unsized", said=text, n=n) if n else text
                bars.append(_Bar(desk.say(f"balance.{part}"), (low, high), text, _SUPPLY, part))
        panels.append((place, bars))
        row = rows.loc[later].iloc[0] if later.any() else rows.iloc[0]
        code, _, category = row["code"].partition(":")
        verdict = [desk.group("balance")[code], desk.group("balance_category").get(category, "")]
        verdict = ("" if desk.lang == "zh" else " ").join(filter(None, verdict))
        about = {"place": desk.names[place], "year": row["year"], "level": _level(desk, row)}
        parts.append(desk.say("balance.part", verdict=verdict, **about))
    chosen = desk.turn(panels, 5)
    facts = {"chart": "bars", "title": desk.semicolon.join(parts[:5])}
    facts["used"] = [*frame["document"], *frame["source"]]
    desk.told("balance", finding=desk.semicolon.join(parts), table=frame, **facts)
    count = [len(bars) for _, bars in chosen]
    tall, ratios = 17 + 7.5 * np.mean(count), [bars + 1 for bars in count]
    result, axes = desk.panels(len(chosen), 1, tall, height_ratios=ratios)
    for ax, (place, bars) in zip(axes, chosen, strict=False):
        _bars(ax, bars, desk.say("balance.axis"))
        ax.set_title(desk.names[place])
    return result


def _level(desk, row) -> str:
    return f"{forms.SIGNS.get(row.relation, '')}{row.level:g}" + ("平方米" if desk.lang == "zh" else " m²")


def _need(desk, row) -> _Bar:
    """The bar of a need: of which document, by which year, for which level."""
    kind = "plan" if row.document == row.base_document else "later"
    ends = row.need_low / 1e4, (np.inf if row.relation in ("ge", "gt") else row.need_high / 1e4)
    label = desk.say(f"balance.{kind}", year=row.year, level=_level(desk, row))
    text, gid = words.interval(*ends, 1, lang=desk.lang), f"need/{row.document}/{row.year}"
    return _Bar(label, ends, text, _NEED, gid)
