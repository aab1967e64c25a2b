"""What is asked beside what was realised: readings of all paths, required among realised paces, one path's card."""

from __future__ import annotations

from collections.abc import Sequence

import functools
import re

import numpy as np
import pandas as pd
import seaborn as sns
from matplotlib.axes import Axes

from qiyou import words
from qiyou.errors import DataError
from qiyou.plausibility.profile import frames, profiles
from qiyou.plot import forms, style
from qiyou.plot.plans import end_label, printed_path
from qiyou.plot.quantities import nation_line, realised
from qiyou.words import say

_TOLD = {"BEYOND_EXPERIENCE": 1, "ABOVE_EXPERIENCE": 1, "NOT_BELOW_EXPERIENCE": 1, "WITHIN_EXPERIENCE": 0}
_TOLD |= {"YARDSTICKS_DISAGREE": 0, "NOT_ABOVE_EXPERIENCE": -1, "BELOW_EXPERIENCE": -1}
"""Readings that hold a path against something realised, and on which side of it they put the path."""


@functools.lru_cache(maxsize=1)
def _profiles(data) -> pd.DataFrame:
    """`qiyou.plausibility.profiles`, once for all figures of the same data."""
    return profiles(data)


@style.styled
def readings(
    data, *, profile: pd.DataFrame | None = None, ax: Axes | None = None, lang: str = "zh", page: int = 1
) -> Axes:
    """The reading of every path, one word each: indicators by places, those held against something realised first.

    Parameters
    ----------
    data : Data
    profile : DataFrame, optional
        `qiyou.plausibility.profiles` of the data, if it is at hand.

    Returns
    -------
    Axes
        In millimetres; texts of the cells, in its child Axes, have the gid ``indicator/line/place``.
    """
    profile = _profiles(data) if profile is None else profile
    names, labels = forms.place_names(data, lang), forms.indicator_names(data, lang)
    fills, short = style.fills("reading"), words.group("reading_short", lang)
    line = profile.groupby(["place", "indicator"], sort=False).cumcount().astype(str)
    text = profile["reading"].map(lambda reading: f"{fills[reading].symbol} {short[reading]}".strip())
    cells = pd.DataFrame({"row": profile["indicator"] + "/" + line, "column": profile["place"], "text": text})
    cells = cells.assign(state=profile["reading"], indicator=profile["indicator"])
    told = profile["reading"].isin(_TOLD)
    facts = data.indicators.reset_index(drop=True)
    place_of = {name: k for k, name in enumerate(facts["id"])}
    rank = {
        name: (name not in set(profile.loc[told, "indicator"]), place_of[name])
        for name in set(profile["indicator"])
    }
    order = sorted(cells["row"].unique(), key=lambda row: (*rank[row.rpartition("/")[0]], row))
    first, columns = order[: sum(1 for _ in order)], list(cells["column"].value_counts().index)
    across = max(1, -(-len(columns) // forms.MOST_PLACES))
    down = max(1, -(-len(first) // 30))
    if not 1 <= page <= across * down:
        raise DataError(f"page {page} of the figure does not exist; it has {across * down}.")
    chosen, _ = forms.paged(columns, forms.MOST_PLACES, (page - 1) // down + 1, "places")
    kept, _ = forms.paged(first, 30, (page - 1) % down + 1, "lines")
    domain = facts.set_index("id")["domain"]
    of = [row.rpartition("/")[0] for row in kept]
    again = [row.endswith("/0") for row in kept]
    groups = words.group("domain", lang) | {
        "": say("plot.readings.other", lang),
        "人口": say("plot.readings.other", lang),
    }
    rows = pd.DataFrame(
        {
            "row": kept,
            "label": [
                labels[name] if new else say("plot.core.second", lang)
                for name, new in zip(of, again, strict=True)
            ],
            "group": [groups[domain[name]] for name in of],
            "unit": "",
            "aside": "",
        }
    )
    side = profile["reading"].map(_TOLD)
    counts = {"n": len(profile), "told": int(told.sum())}
    counts |= {"below": int((side == -1).sum()), "above": int((side == 1).sum()), "pages": across * down}
    title = say("plot.readings.title", lang, **counts)
    found = profile["reading"].value_counts()
    full = words.group("reading", lang)
    finding = (
        title
        + ("。" if lang == "zh" else ". ")
        + forms.joined([f"{full[name]} {n}" for name, n in found.items()], lang)
    )
    columns = [
        "document",
        "place",
        "indicator",
        "variant",
        "reading",
        "evidence",
        "m",
        "k_low",
        "k_high",
        "n_low",
        "n_high",
    ]
    counts |= {"chart": "matrix", "title": title, "finding": finding, "table": profile[columns]}
    caption = forms.told(data, "readings", lang, used=profile["document"], **counts)
    cells = cells[cells["row"].isin(kept) & cells["column"].isin(chosen)]
    return forms.matrix(
        ax, caption, cells, rows, {place: names[place] for place in chosen}, fills, full, lang=lang
    )


# ---------------------------------------------------------------- required among realised paces

_ROW, _HEAD, _FOOT, _FIELD = 4.6, 6.0, 10.0, (30.0, 122.0)


@style.styled
def required_among_realised(
    data,
    indicators: Sequence[str] | None = None,
    *,
    profile: pd.DataFrame | None = None,
    ax: Axes | None = None,
    lang: str = "zh",
    page: int = 1,
) -> Axes:
    """The pace that each path requires among the realised changes of its class, one panel per question.

    Grey uprights are realised changes, their dots on top; a marker is what a place requires (its bar: the rounding of
    the base), and the words count the changes that were faster.

    Returns
    -------
    Axes
        In millimetres, with one child Axes per panel in the units of the pace; markers have the gid ``place/variant``.
    """
    profile = _profiles(data) if profile is None else profile
    held = profile[profile["m"] > 0].sort_values("m", ascending=False, kind="stable")
    if indicators is not None:
        held = held[held["indicator"].isin([data.indicator(name) for name in indicators])]
    if held.empty:
        raise DataError(
            "required_among_realised: no path has realised changes to stand among; choose other indicators."
        )
    blocks = [
        part.iloc[k : k + 38]
        for _, part in held.groupby(["indicator", "class_used"], sort=False)
        for k in range(0, len(part), 38)
    ]
    pages = _packed([_HEAD + _ROW * (len(block) + 2) + _FOOT for block in blocks], 205)
    if not 1 <= page <= len(pages):
        raise DataError(f"page {page} of the figure does not exist; it has {len(pages)}.")
    slower = int((2 * held["k_high"] <= held["m"]).sum())
    names, labels = forms.place_names(data, lang), forms.indicator_names(data, lang)
    said = [f"{names[row.place]} {labels[row.indicator]}: {_rank(row, lang)}" for row in held.itertuples()]
    title = say("plot.required.title", lang, n=len(held), k=slower)
    columns = [
        "document",
        "place",
        "indicator",
        "variant",
        "scale",
        "required",
        "required_low",
        "required_high",
    ]
    table = held[
        [*columns, "class_used", "m", "k_low", "k_high", "L90", "U90", "fifth_low", "fifth_high", "evidence"]
    ]
    facts = {
        "chart": "dots",
        "title": title,
        "finding": forms.joined(said[:60], lang),
        "table": table,
        "pages": len(pages),
    }
    drawn = [blocks[k] for k in pages[page - 1]]
    classes = [frames(data, block.iloc[0])["spells"] for block in drawn]
    sources = pd.concat([spells[["from_source", "source"]].stack() for spells in classes])
    caption = forms.told(data, "required", lang, used=[*held["document"], *sources], **facts)
    body = sum(_HEAD + _ROW * (len(block) + 2) + _FOOT for block in drawn)
    ax = forms.ground(ax, caption, body)
    top = 0.0
    for block, spells in zip(drawn, classes, strict=True):
        top = _block(ax, data, block, spells, top, body, lang)
    return ax


def _packed(heights: Sequence[float], most: float) -> list[list[int]]:
    """Which blocks stand on which page."""
    pages, used = [[]], 0.0
    for k, height in enumerate(heights):
        if pages[-1] and used + height > most:
            pages.append([])
            used = 0.0
        pages[-1].append(k)
        used += height
    return pages


def _rank(row, lang: str) -> str:
    """How many of the realised changes were faster; from which to which where rounding decides."""
    low, high = int(row.m - row.k_high), int(row.m - row.k_low)
    return say("plot.required.rank", lang, count=str(low) if low == high else f"{low}–{high}", m=int(row.m))


def _shown(pace, scale: str, direction: str):
    """A pace on its scale as people read it: units a year, or per cent a year."""
    if scale == "points":
        return pace
    return (
        100 * (np.exp(pace) - 1)
        if scale == "log" and direction == "up"
        else 100 * (1 - np.exp(-np.asarray(pace)))
    )


def _block(
    ax: Axes, data, block: pd.DataFrame, spells: pd.DataFrame, top: float, body: float, lang: str
) -> float:
    row0 = block.iloc[0]
    facts = data.indicators.set_index("id").loc[row0["indicator"]]
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    ends = spells[["low", "high"]].apply(lambda pace: _shown(pace, row0["scale"], facts["direction"]))
    middle = ends.mean(axis=1).where(np.isfinite(ends["high"]), ends["low"])
    tall = _ROW * (len(block) + 2)
    left, right = _FIELD
    place = (left / 170, 1 - (top + _HEAD + tall) / body, (right - left) / 170, tall / body)
    field = ax.inset_axes(place)
    sns.rugplot(x=middle, height=1, color=style.RULE, lw=0.5, alpha=0.55, ax=field, expand_margins=False)
    dots = {"jitter": 0.28, "size": 3.4, "color": style.MUTED, "ax": field, "zorder": 2, "linewidth": 0}
    # The jitter is drawn from the global generator of numpy: it is put back afterwards.
    state = np.random.get_state()
    np.random.seed(1)
    sns.stripplot(x=middle, y=np.full(len(middle), 0), orient="h", native_scale=True, **dots)
    np.random.set_state(state)
    open_ = ~np.isfinite(ends["high"])
    for x in middle[open_]:
        field.annotate(
            "",
            xy=(x, 0),
            xytext=(7, 0),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<|-", "color": style.MUTED, "lw": 0.8},
        )
    for k, row in enumerate(block.itertuples(), start=2):
        look = looks[row.place]
        low, at, high = (
            float(_shown(pace, row.scale, facts["direction"]))
            for pace in (row.required_low, row.required, row.required_high)
        )
        field.plot([low, high], [k, k], color=look.colour, lw=2.6, alpha=0.45, zorder=3)
        field.plot(at, k, **look.mark(), zorder=4, gid=f"{row.place}/{row.variant}")
        height = top + _HEAD + _ROW * (k + 0.5)
        name, size = forms.fit(
            f"{names[row.place]} {row.variant if row.variant in 'ab' else ''}".strip(), left - 2, _ROW
        )
        ax.text(left - 1.5, height, name, ha="right", va="center", fontsize=size, color=look.text_colour)
        said, size = forms.fit(_rank(row, lang), 170 - right - 2, _ROW)
        ax.text(
            right + 2,
            height,
            said,
            va="center",
            fontsize=size,
            gid=f"rank/{row.place}/{row.indicator}/{row.variant}",
        )
    known = say("plot.required.known", lang, m=len(spells))
    ax.text(
        left - 1.5, top + _HEAD + _ROW * 0.5, known, ha="right", va="center", fontsize=8, color=style.MUTED
    )
    field.set(ylim=(len(block) + 1.5, -0.5), xlabel="", ylabel="", yticks=[])
    field.spines["left"].set_visible(False)
    of = words.group("class", lang).get(row0["class_used"], "")
    ax.text(
        0.5,
        top + _HEAD - 1.2,
        f"{labels[row0['indicator']]} {of}".strip(),
        va="bottom",
        gid=f"head/{row0['indicator']}",
    )
    scale = row0["scale"] if row0["scale"] != "log" else f"log_{facts['direction']}"
    axis = say(f"plot.required.{scale}", lang, unit=forms.unit(facts["unit"], lang))
    ax.text(right + 2, top + _HEAD + tall + 2.6, axis, va="center", fontsize=8, color=style.MUTED)
    return top + _HEAD + tall + _FOOT


# ---------------------------------------------------------------- one path


@style.styled
def answer_card(
    data,
    place: str = "yuhuan",
    indicator: str = "sports_area_per_capita",
    variant: str | None = None,
    *,
    profile: pd.DataFrame | None = None,
    ax: Axes | None = None,
    lang: str = "zh",
    width: str = "full",
) -> Axes:
    """One path beside what was realised: its superior's series, and the latest level of other places.

    Parameters
    ----------
    data : Data
    place, indicator : str
        Names or ids.
    variant : str, optional
        Where a plan prints two lines; by default the first.
    profile : DataFrame, optional
        `qiyou.plausibility.profiles` of the data, if it is at hand.

    Raises
    ------
    DataError
        If the place has no target path of the indicator.
    """
    place, indicator = data.place(place), data.indicator(indicator)
    profile = _profiles(data) if profile is None else profile
    own = profile[profile["place"].eq(place) & profile["indicator"].eq(indicator)]
    own = own if variant is None else own[own["variant"].eq(variant)]
    rows = printed_path(data, indicator)
    rows = rows[rows["place"] == place]
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    if own.empty or rows.empty:
        raise DataError(
            f"answer_card: {names[place]} has no target path of {labels[indicator]}; choose another indicator."
        )
    path = own.iloc[0]
    if path["variant"] in set(rows["variant"]):
        rows = rows[rows["variant"].isin([path["variant"], "prose"])]
    levels = frames(data, path)["levels"]
    levels = levels[levels["level"] != "country"].assign(
        x=levels["t"] - 1, at=levels["value"].fillna(levels["low"])
    )
    seen = realised(data, path["superior"] or style.NATION, indicator)
    seen = seen[seen["year"] >= rows["year"].min() - 5]
    # The first sentence of the short form is the finding.
    finding = path[f"short_{lang}"]
    title = re.match(r".*?(?=。|\.(?:\s|$)|$)", finding)[0]
    table = pd.concat(
        [rows.assign(part="planned"), seen.assign(part="superior"), levels.assign(part="elsewhere")]
    )
    columns = [
        "part",
        "place",
        "document",
        "indicator",
        "variant",
        "year",
        "printed",
        "value",
        "unit",
        "source",
    ]
    # A few places far off would press everything else into a line.
    near = levels["at"].quantile([0.05, 0.95]).to_list() if len(levels) else []
    bounds = [*near, *seen["value"], *rows[["value", "low", "high"]].to_numpy(dtype=float).ravel()]
    bounds = np.array(bounds)[np.isfinite(bounds)]
    edge = 0.08 * (np.ptp(bounds) or 1)
    low, high = bounds.min() - edge, bounds.max() + edge
    outside = int((~levels["at"].between(low, high)).sum())
    facts = {"chart": "lines", "title": title, "finding": finding, "table": table.reindex(columns=columns)}
    facts |= {"n": len(levels), "off": say("plot.card.off", lang, n=outside) if outside else ""}
    told = forms.told(
        data,
        "card",
        lang,
        used=[*rows["document"], *seen["source"]],
        place=names[place],
        indicator=labels[indicator],
        **facts,
    )
    ax = forms.panel(ax, told, 84 if width == "full" else 72, width)
    sns.scatterplot(
        levels, x="x", y="at", color="#BDBDBD", s=11, linewidth=0, ax=ax, zorder=0.5, gid="elsewhere"
    )
    ends = forms.paths(ax, rows, looks)
    first = min([rows["year"].min(), *(seen["t"] - 1), *levels["x"]])
    ax.set_ylim(low, high)
    _, last = forms.years(ax, first, rows["year"].max(), 120 if width == "full" else 46)
    if len(seen):
        nation_line(ax, seen, looks, seen["place"].iloc[0])
        end = seen.iloc[-1]
        more = {
            "place": end["place"],
            "variant": "",
            "year": end["t"] - 1,
            "at": end["value"],
            "relation": "eq",
        }
        ends = pd.concat([ends, pd.DataFrame([more | {"value": end["value"], "step": end["step"]}])])
    looks = {**looks, **({seen["place"].iloc[0]: looks[style.NATION]} if len(seen) else {})}
    forms.name_ends(
        ax, ends, lambda row: end_label(row, last, names, lang), looks, 70 if width == "full" else 58
    )
    ax.set_title(forms.unit(rows["unit"].iloc[0], lang))
    return ax
