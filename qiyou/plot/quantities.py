"""What levels mean in places and square metres, and where the counties stand beside the nation."""

from __future__ import annotations

import numpy as np
import pandas as pd
from matplotlib.axes import Axes

from qiyou import capacity, words
from qiyou.errors import DataError
from qiyou.plot import forms, style
from qiyou.plot.plans import end_label, printed_path
from qiyou.words import say

NURSERY, AREA = "nursery_places_per_1000", "sports_area_per_capita"


@style.styled
def counties_on_nation(data, indicators=(NURSERY, AREA), *, ax: Axes | None = None, lang: str = "zh"):
    """Planned paths over what the nation has realised, one panel per indicator.

    The nation is the broad grey line, broken where the basis of its figures changes.

    Returns
    -------
    Figure
        Or, with `ax`, the Axes with the first indicator.
    """
    indicators = [
        data.indicator(indicator)
        for indicator in ([indicators] if isinstance(indicators, str) else indicators)
    ]
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    drawn, parts, tables = [], [], []
    for indicator in indicators:
        rows, seen = printed_path(data, indicator), realised(data, style.NATION, indicator)
        seen = seen[seen["year"] >= rows["year"].min() - 5]
        if rows.empty or seen.empty:
            raise DataError(
                f"counties_on_nation: no plan prints {indicator}, or nothing realised of the nation is known."
            )
        drawn.append((indicator, rows, seen))
        last, year = seen.iloc[-1], int(rows["year"].max())
        ends = rows[(rows["year"] == year) & rows["value"].notna()].drop_duplicates("place")
        above = int((ends["value"] > last["value"]).sum())
        facts = {
            "indicator": labels[indicator],
            "seen": last["printed"],
            "seen_year": int(last["year"]),
            "year": year,
        }
        parts.append(say("plot.nation.part", lang, **facts, n=len(ends), k=above))
        tables += [rows.assign(part="planned"), seen.assign(part="realised", place=style.NATION)]
    table = pd.concat(tables, ignore_index=True)
    title = ("；" if lang == "zh" else "; ").join(parts)
    table = table[
        [
            "part",
            "place",
            "document",
            "indicator",
            "variant",
            "year",
            "t",
            "printed",
            "value",
            "unit",
            "basis",
            "source",
        ]
    ]
    facts = {"chart": "lines", "title": title, "finding": title, "table": table}
    told = forms.told(data, "nation", lang, used=[*table["document"], *table["source"]], **facts)
    if ax is None:
        fig = forms.sheet(told, 88)
        axes = fig.subplots(1, len(drawn), squeeze=False).ravel()
    else:
        axes, ax.caption = [ax], told
    for panel, (indicator, rows, seen) in zip(axes, drawn, strict=False):
        nation_line(panel, seen, looks)
        ends = forms.paths(panel, rows, looks)
        last = seen.iloc[-1]
        forms.years(panel, min(rows["year"].min(), seen["t"].min() - 1), rows["year"].max(), 46)
        own = {
            "place": style.NATION,
            "variant": "",
            "year": last["t"] - 1,
            "at": last["value"],
            "relation": "eq",
        }
        own |= {"value": last["value"], "step": last["step"]}
        crowd = ends["place"].nunique() > forms.MOST_PLACES
        ends = pd.concat([ends[:0] if crowd else ends, pd.DataFrame([own])])
        forms.name_ends(
            panel, ends, lambda row, last=rows["year"].max(): end_label(row, last, names, lang), looks, 70
        )
        panel.set_title(style.wrap(labels[indicator], 76))
    return axes[0] if ax is not None else fig


def realised(data, place: str, indicator: str) -> pd.DataFrame:
    """What is known to have been realised in a place, in order of time; expectations are none."""
    rows = data.reference
    rows = rows[
        rows["place"].eq(place) & rows["indicator"].eq(indicator) & rows["kind"].isin(["observed", "derived"])
    ]
    return rows[rows["t"].notna() & rows["value"].notna()].sort_values("t", kind="stable")


def nation_line(ax: Axes, seen: pd.DataFrame, looks, place: str = style.NATION) -> None:
    """A superior's series, a broad line on each basis; its figures are at the end of their year."""
    colour = looks[style.NATION].colour
    for basis, part in seen.groupby("basis", sort=False):
        ax.plot(
            part["t"] - 1, part["value"], color=colour, lw=3.2, alpha=0.6, zorder=1, gid=f"{place}/{basis}"
        )
    ax.plot(
        seen["t"] - 1,
        seen["value"],
        linestyle="None",
        marker="o",
        ms=3.2,
        color=style.MUTED,
        zorder=1.5,
        gid=place,
    )


# ---------------------------------------------------------------- amounts

_NEED, _SUPPLY = {"facecolor": "#3F6FA8"}, {"facecolor": "#F6D9A0", "hatch": "////"}
_MARK = {
    "flat": _NEED,
    "province_trend": {"facecolor": "#9CC3EA"},
    "own_trend": {"facecolor": "#DCE9F2", "hatch": "...."},
}


def _bars(ax: Axes, rows: list[dict], unit: str) -> None:
    """Intervals below one another (bars from their ``start``), their words at the right; an open end is an arrow."""
    finite = [row[end] for row in rows for end in ("low", "high") if np.isfinite(row[end])]
    right = max([*finite, 0.0]) * 1.05 or 1.0
    for k, row in enumerate(rows):
        open_ = np.isinf(row["high"])
        start = row.get("start", row["low"])
        look = {"height": 0.56, "edgecolor": style.INK, "linewidth": 0.6, "gid": row["id"]} | row["look"]
        if open_:
            # Only the least is known: a filled bar would claim an amount that nothing states.
            arrow = {"arrowstyle": "-|>", "color": look["facecolor"], "lw": 1.6, "shrinkA": 0, "shrinkB": 0}
            ax.annotate("", xy=(row["low"] + right * 0.08, k), xytext=(row["low"], k), arrowprops=arrow)
            ax.plot([row["low"]] * 2, [k - 0.28, k + 0.28], color=look["facecolor"], lw=2.4, gid=row["id"])
        else:
            ax.barh(k, row["high"] - start, left=start, **look)
        if start < row["low"]:
            ax.plot([row["low"], row["high"]], [k, k], color=style.INK, lw=2.4, solid_capstyle="butt")
        beside = {"xytext": (5, 0), "textcoords": "offset points", "va": "center", "annotation_clip": False}
        ax.annotate(row["text"], (right, k), **beside, gid=f"words/{row['id']}")
    ax.set_yticks(range(len(rows)), [row["label"] for row in rows])
    ax.tick_params(axis="y", length=0)
    ax.set(ylim=(len(rows) - 0.4, -0.6), xlim=(min([0.0, *finite]), right), xlabel=unit)
    ax.spines["left"].set_visible(False)
    ax.grid(axis="x")


@style.styled
def nursery_stocks(
    data, indicator: str = NURSERY, *, ax: Axes | None = None, lang: str = "zh", page: int = 1
) -> Axes:
    """What the planned levels add a year, by population scenario; one bar over all scenarios for many places.

    Bars are worst cases over what the rounding of base and population leaves open; they have the gid
    ``place/scenario``.
    """
    indicator = data.indicator(indicator)
    frame = capacity.additions(data, None, indicator)
    names, scenarios = forms.place_names(data, lang), words.group("scenario", lang)
    if frame["place"].nunique() > forms.MOST_PLACES:
        frame = capacity.span(frame)
    good, rows = frame["status"] == capacity.ASSESSABLE, []
    if not good.any():
        raise DataError(
            f"nursery_stocks: no place has a level of {indicator} and a population; add a population."
        )
    for row in frame[good].itertuples():
        each = words.interval(row.per_year_low, row.per_year_high, 0, lang=lang)
        total = words.interval(row.low, row.high, 0, lang=lang)
        span = "; " in row.scenario
        label = (
            names[row.place] if span else f"{names[row.place]} {scenarios.get(row.scenario, row.scenario)}"
        )
        text = say("plot.stocks.row", lang, each=each, total=total, year=row.year)
        look = _NEED if span else _MARK.get(row.scenario, _NEED)
        bar = {
            "start": 0.0,
            "low": row.per_year_low,
            "high": row.per_year_high,
            "look": look,
            "id": f"{row.place}/{row.scenario}",
        }
        rows.append({**bar, "label": label, "text": text})
    chosen, pages = forms.paged(rows, 30, page, "bars")
    hull = capacity.span(frame[good]) if "; " not in str(frame["scenario"].iloc[0]) else frame[good]
    said = [
        f"{names[row.place]} {words.interval(row.per_year_low, row.per_year_high, 0, lang=lang)}"
        for row in hull.itertuples()
    ]
    gone = [names[place] for place in frame["place"].unique() if place not in set(frame.loc[good, "place"])]
    unit = forms.unit(frame.loc[good, "unit"].iloc[0], lang)
    title = say("plot.stocks.title", lang, said=forms.joined(said[:8], lang))
    left = say("plot.stocks.left", lang, names=forms.joined(gone, lang)) if gone else ""
    facts = {
        "chart": "bars",
        "title": title,
        "finding": forms.joined(said, lang),
        "table": frame,
        "pages": pages,
    }
    told = forms.told(data, "stocks", lang, used=[*frame["document"], *frame["source"]], left=left, **facts)
    ax = forms.panel(ax, told, 18 + 7.5 * len(chosen))
    _bars(ax, chosen, say("plot.stocks.axis", lang, unit=unit))
    return ax


@style.styled
def sports_balance(data, indicator: str = AREA, *, ax: Axes | None = None, lang: str = "zh", page: int = 1):
    """What has to be added against what is announced, for every place that announces projects.

    Solid: the need of the plan's last year and of the year that a later document speaks of; hatched: announced projects
    of known size, without and with trails. Bars have the gid ``need/document/year`` and ``without``, ``with``.

    Returns
    -------
    Figure
        One panel per place; with `ax`, the Axes with the first place.
    """
    indicator = data.indicator(indicator)
    frame = capacity.balance(data, None, indicator)
    frame = frame[frame["projects"].gt(0) & frame["need_low"].notna()]
    if frame.empty:
        raise DataError(
            "sports_balance: no place announces projects of a known size; add them to projects.csv."
        )
    names, panels, parts = forms.place_names(data, lang), [], []
    for place, rows in frame.groupby("place", sort=False):
        later = rows.loc[rows["document"] != rows["base_document"], "year"]
        rows = rows[rows["year"].isin([rows["year"].max(), *later])]
        bars = [_need(row, data, lang) for row in rows.itertuples()]
        for part in ("without", "with"):
            for row in rows.drop_duplicates([f"{part}_low", f"{part}_high"]).itertuples():
                ends = [getattr(row, f"{part}_{end}") / 1e4 for end in ("low", "high")]
                if part == "with" and row.with_high == row.without_high:
                    continue
                text = words.interval(*ends, 1, lang=lang)
                if row.left_out_count:
                    text = say("plot.balance.unsized", lang, said=text, n=int(row.left_out_count))
                label = say(f"plot.balance.{part}", lang)
                bars.append(
                    {
                        "low": ends[0],
                        "high": ends[1],
                        "look": _SUPPLY,
                        "label": label,
                        "text": text,
                        "id": part,
                    }
                )
        panels.append((place, bars))
        row = (
            rows.sort_values(["year", "level"]).iloc[0]
            if later.empty
            else rows[rows["document"] != rows["base_document"]].iloc[0]
        )
        code, _, on = row["code"].partition(":")
        verdict = words.group("balance", lang)[code] + (" " if lang == "en" else "") * bool(on)
        verdict += words.group("balance_category", lang).get(on, "")
        parts.append(
            say(
                "plot.balance.part",
                lang,
                place=names[place],
                year=row["year"],
                level=_level(row, lang),
                verdict=verdict,
            )
        )
    chosen, pages = forms.paged(panels, 5, page, "places")
    title = ("；" if lang == "zh" else "; ").join(parts[:5])
    facts = {
        "chart": "bars",
        "title": title,
        "finding": ("；" if lang == "zh" else "; ").join(parts),
        "table": frame,
        "pages": pages,
    }
    told = forms.told(data, "balance", lang, used=[*frame["document"], *frame["source"]], **facts)
    if ax is None:
        fig = forms.sheet(told, sum(17 + 7.5 * len(bars) for _, bars in chosen))
        ratios = [len(bars) + 1 for _, bars in chosen]
        axes = fig.subplots(len(chosen), 1, squeeze=False, height_ratios=ratios).ravel()
    else:
        axes, ax.caption = [ax], told
    for panel, (place, bars) in zip(axes, chosen, strict=False):
        _bars(panel, bars, say("plot.balance.axis", lang))
        panel.set_title(names[place])
    return axes[0] if ax is not None else fig


def _level(row, lang: str) -> str:
    return forms.SIGNS.get(row.relation, "") + f"{row.level:g}" + ("平方米" if lang == "zh" else " m²")


def _need(row, data, lang: str) -> dict:
    """The bar of a need: of which document, by which year, for which level."""
    kind = "plan" if row.document == row.base_document else "later"
    label = say(f"plot.balance.{kind}", lang, year=row.year, level=_level(row, lang))
    low, high = row.need_low / 1e4, (np.inf if row.relation in ("ge", "gt") else row.need_high / 1e4)
    text, identity = words.interval(low, high, 1, lang=lang), f"need/{row.document}/{row.year}"
    return {"low": low, "high": high, "look": _NEED, "label": label, "text": text, "id": identity}
