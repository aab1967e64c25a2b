"""What levels mean in places and square metres, and where the counties stand beside the nation."""

from __future__ import annotations

import pandas as pd
from matplotlib.axes import Axes

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
    indicators = [data.indicator(indicator) for indicator in ([indicators] if isinstance(indicators, str) else indicators)]
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    drawn, parts, tables = [], [], []
    for indicator in indicators:
        rows, seen = printed_path(data, indicator), realised(data, style.NATION, indicator)
        seen = seen[seen["year"] >= rows["year"].min() - 5]
        if rows.empty or seen.empty:
            raise DataError(f"counties_on_nation: no plan prints {indicator}, or nothing realised of the nation is known.")
        drawn.append((indicator, rows, seen))
        last, year = seen.iloc[-1], int(rows["year"].max())
        ends = rows[(rows["year"] == year) & rows["value"].notna()].drop_duplicates("place")
        above = int((ends["value"] > last["value"]).sum())
        facts = {"indicator": labels[indicator], "seen": last["printed"], "seen_year": int(last["year"]), "year": year}
        parts.append(say("plot.nation.part", lang, **facts, n=len(ends), k=above))
        tables += [rows.assign(part="planned"), seen.assign(part="realised", place=style.NATION)]
    table = pd.concat(tables, ignore_index=True)
    title = ("；" if lang == "zh" else "; ").join(parts)
    table = table[["part", "place", "document", "indicator", "variant", "year", "t", "printed", "value", "unit", "basis", "source"]]
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
        own = {"place": style.NATION, "variant": "", "year": last["t"] - 1, "at": last["value"], "relation": "eq"}
        own |= {"value": last["value"], "step": last["step"]}
        crowd = ends["place"].nunique() > forms.MOST_PLACES
        ends = pd.concat([ends[:0] if crowd else ends, pd.DataFrame([own])])
        forms.name_ends(panel, ends, lambda row, last=rows["year"].max(): end_label(row, last, names, lang), looks, 70)
        panel.set_title(style.wrap(labels[indicator], 76))
    return axes[0] if ax is not None else fig


def realised(data, place: str, indicator: str) -> pd.DataFrame:
    """What is known to have been realised in a place, in order of time; expectations are none."""
    rows = data.reference
    rows = rows[rows["place"].eq(place) & rows["indicator"].eq(indicator) & rows["kind"].isin(["observed", "derived"])]
    return rows[rows["t"].notna() & rows["value"].notna()].sort_values("t", kind="stable")


def nation_line(ax: Axes, seen: pd.DataFrame, looks, place: str = style.NATION) -> None:
    """A superior's series, a broad line on each basis; its figures are at the end of their year."""
    colour = looks[style.NATION].colour
    for basis, part in seen.groupby("basis", sort=False):
        ax.plot(part["t"] - 1, part["value"], color=colour, lw=3.2, alpha=0.6, zorder=1, gid=f"{place}/{basis}")
    ax.plot(seen["t"] - 1, seen["value"], linestyle="None", marker="o", ms=3.2, color=style.MUTED, zorder=1.5, gid=place)
