"""The target paths of one indicator: what every place prints, year by year."""

from __future__ import annotations

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from qiyou import style
from qiyou.data import printed
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plot import labels

CASES = ("nursery_places_per_1000", "sports_area_per_capita")
_GAP = 0.062
_CLEAR = 4.0
"""Millimetres between a bound's label, its bar and the axis."""
_TEXT_MARKER = {"marker": "*", "markersize": 9.0}
_BOUND = {
    "zh": "{place}{year}年 {sign}{value:.10g}",
    "en": "{place} {year}: {sign}{value:.10g}",
}
_SUBJECT = {"zh": "各地计划路径", "en": "planned paths by place"}
_SIGN = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


@style.styled
def target_paths(
    frame: pd.DataFrame, names: dict[str, str], *, ax: Axes | None = None, lang: str = "zh", order=None
) -> Axes:
    """Draw the printed path of an indicator for every place.

    Filled markers are planned values, hollow ones values already reached (base year), stars come from the running
    text; a bound is drawn as a bar with an arrow, not as a point. Two printed variants of an indicator are two
    paths.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.data.printed` of one indicator: place, document, origin, variant, year, role, value, relation, unit.
    names : dict of str to str
        Place names in the language of the figure.
    ax : Axes, optional
        Where to draw; a new figure of column width by default.
    lang : {"zh", "en"}
    order : sequence of str, optional
        Place ids that fixes the styles, so that several panels agree.

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If there is nothing to draw.
    """
    frame = frame[frame["year"].notna() & (frame["relation"] != "none")]
    if frame.empty:
        raise DataError(
            "target_paths: no printed value with a year; choose an indicator that the plans print"
        )
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 75))[1]
    marks = style.places(list(order) if order is not None else sorted(frame["place"].unique()))
    ends = []
    for (place, _, _), path in frame.groupby(["place", "document", "variant"], sort=False):
        ends.append(_draw_path(ax, path.sort_values("year"), marks[place]))
    # What the caller drew before, a series of earlier years say, stays in view.
    first, last = ax.dataLim.intervalx
    ax.set_xlim(min(first, last - 1) - 0.3, last + 0.3)
    ax.ticklabel_format(axis="y", style="plain", useOffset=False)
    _label_ends(ax, ends, names, lang)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8, min_n_ticks=1))
    ax.set_ylabel(labels.unit(frame["unit"].iloc[0], lang))
    ax.grid(axis="x", visible=False)
    return ax


def _draw_path(ax: Axes, path: pd.DataFrame, mark: style.PlaceStyle) -> dict:
    """Draw one document's values for one place; returns where its label belongs."""
    points = path[path["relation"] == "eq"]
    bounds = path[path["relation"].isin(["ge", "gt", "le", "lt"])]
    line = mark.line() | {"marker": "None"}
    if (points["origin"] == "text").all():
        # No yearly values are printed between two figures of the text: the line only ties them together.
        line |= {"linestyle": ":", "linewidth": 0.8}
    if len(points) > 1:
        ax.plot(points["year"].astype(float), points["value"], **line)
    half = points["step"] / 2
    ax.vlines(
        points["year"].astype(float), points["value"] - half, points["value"] + half, color=style.RULE, lw=0.7
    )
    for point in points.itertuples():
        hollow = point.role == "baseline"
        ax.plot(
            [float(point.year)],
            [point.value],
            **mark.line()
            | {
                "linestyle": "None",
                **(_TEXT_MARKER if point.origin == "text" else {}),
                "markerfacecolor": style.PAPER if hollow else mark.colour,
                "markeredgecolor": mark.colour if hollow else style.PAPER,
                "markeredgewidth": 1.1 if hollow else 0.5,
                "zorder": 3,
            },
        )
    for bound in bounds.itertuples():
        up = bound.relation in ("ge", "gt")
        ax.plot(
            [float(bound.year)],
            [bound.value],
            marker="_",
            color=mark.colour,
            markersize=9,
            markeredgewidth=1.6,
        )
        ax.annotate(
            "",
            xy=(float(bound.year), bound.value),
            xytext=(0, 13 if up else -13),
            textcoords="offset points",
            arrowprops={
                "arrowstyle": "<|-",
                "color": mark.colour,
                "linewidth": 1.1,
                "shrinkA": 0,
                "shrinkB": 0,
            },
        )
    # Where a year has both, the number names the path better than the bound that the text repeats.
    at_last = path[path["year"] == path["year"].max()]
    last = at_last.sort_values("relation", key=lambda relation: relation != "eq", kind="stable").iloc[0]
    return {
        "place": last["place"],
        "year": float(last["year"]),
        "value": float(last["value"]),
        "mark": mark,
        "sign": _SIGN.get(last["relation"], ""),
        "bound": last["relation"] != "eq",
    }


def _label_ends(ax: Axes, ends: list[dict], names: dict[str, str], lang: str) -> None:
    """Name each path at its right end; labels that would touch are moved apart and tied to their ends."""
    low, high = ax.get_ylim()
    last = max(end["year"] for end in ends)
    at_edge = [end for end in ends if end["year"] == last]
    places = labels.spread([end["value"] for end in at_edge], (high - low) * _GAP)
    for end, height in zip(at_edge, places, strict=True):
        text = f"{labels.short(names[end['place']], lang)} {end['sign']}{end['value']:.10g}"
        ax.plot(
            [last + 0.06, last + 0.32], [end["value"], height], color=style.RULE, linewidth=0.5, clip_on=False
        )
        ax.annotate(
            text, (last + 0.36, height), va="center", color=end["mark"].text_colour, annotation_clip=False
        )
    for end in ends:
        if end["year"] == last:
            continue
        place = labels.short(names[end["place"]], lang)
        if end["bound"]:
            text = _BOUND[lang].format(
                place=place, year=int(end["year"]), sign=end["sign"], value=end["value"]
            )
        else:
            text = f"{place} {end['value']:.10g}"
        # To the left of a bound its own path leaves room, unless the axis is near.
        leftwards = end["bound"] and style.text_width(
            text, size=style.TEXT_SIZE
        ) + _CLEAR < _millimetres_from_axis(ax, end["year"])
        ax.annotate(
            text,
            (end["year"], end["value"]),
            xytext=(-6 if leftwards else 6, 6 if end["bound"] else -1),
            textcoords="offset points",
            ha="right" if leftwards else "left",
            va="center",
            color=end["mark"].text_colour,
        )


def _millimetres_from_axis(ax: Axes, year: float) -> float:
    """How far a year lies from the left end of the axis, before the layout moves it."""
    low, high = ax.get_xlim()
    width = ax.get_position().width * ax.figure.get_size_inches()[0] * 25.4
    return (year - low) / (high - low) * width


@style.styled
def indicator_figure(data, indicator: str, lang: str) -> Drawing:
    """The printed paths of one indicator for every place, with all that `qiyou.figures.save` asks for.

    Parameters
    ----------
    data : Data
    indicator : str
        An id of ``data.indicators``.
    lang : {"zh", "en"}

    Returns
    -------
    Drawing
        Figure of column width, the values behind it, source note, alternative text and reading note.

    Raises
    ------
    DataError
        If there is no such indicator, or no document prints a number of it for a year.

    Examples
    --------
    >>> import qiyou
    >>> drawing = indicator_figure(qiyou.load(), "sports_area_per_capita", "en")
    >>> drawing.table["place"].unique().tolist()
    ['yuhuan', 'changxing', 'huangyan']
    """
    frame = printed(data, indicator)
    frame = _without_repeats(frame[frame["year"].notna() & (frame["relation"] != "none")])
    places, indicators = labels.names(data.places, lang), labels.names(data.indicators, lang)
    fig, ax = plt.subplots(figsize=style.size("column", 78), layout="constrained")
    target_paths(frame, places, ax=ax, lang=lang)
    ax.set_title(style.wrap(indicators[indicator], 60, size=style.TITLE_SIZE), loc="left")
    return Drawing(
        fig,
        table=frame.astype({"year": "int64"}).reset_index(drop=True),
        source=labels.sources(data.documents, frame["document"], lang),
        alt=_alt_of_one(frame, places, indicators[indicator], lang),
        note=_note(frame, places, lang),
    )


@style.styled
def first_figure(data, lang: str) -> Drawing:
    """The two indicators that readers ask about, every place that prints them, side by side."""
    frames = {indicator: printed(data, indicator) for indicator in CASES}
    both = pd.concat(frames.values(), ignore_index=True)
    both = both[both["year"].notna() & both["year"].between(2020, 2027) & (both["relation"] != "none")]
    places, indicators = labels.names(data.places, lang), labels.names(data.indicators, lang)
    order = list(dict.fromkeys(both["place"]))
    fig, axes = plt.subplots(1, 2, figsize=style.size("full", 88), layout="constrained")
    for ax, indicator in zip(axes, CASES, strict=True):
        frame = both[both["indicator"] == indicator]
        target_paths(_without_repeats(frame), places, ax=ax, lang=lang, order=order)
        ax.set_title(style.wrap(indicators[indicator], 74, size=style.TITLE_SIZE), loc="left")
        ax.set_xlim(frame["year"].min() - 0.4, 2027.3)
        ax.set_xticks(range(int(frame["year"].min()), 2028))
    return Drawing(
        fig,
        table=both.drop(columns=["low_closed", "high_closed"], errors="ignore").reset_index(drop=True),
        source=labels.sources(data.documents, both["document"], lang),
        alt=_alt(both, places, indicators, lang),
        note=_note(both, places, lang),
    )


def _note(frame: pd.DataFrame, places: dict[str, str], lang: str) -> str:
    """How to read the figure, and which paths lie on each other."""
    reading = {
        "zh": "空心：基期（已实现）；星号：正文所载数值；竖线：按印出位数四舍五入的范围；带箭头的横线：“以上”“以下”等界限，不是一点。计划值是承诺，不是预测。",
        "en": "Hollow: base year (already reached). Star: from the running text. Vertical line: what the rounding allows. Bar with arrow: a bound (or more, or less), not a "
        "point. Planned values are commitments, not forecasts.",
    }[lang]
    planned = frame[(frame["role"] == "target") & (frame["origin"] == "table")].sort_values("year")
    paths = planned.groupby(["indicator", "place"], sort=False)["value"].agg(tuple).reset_index()
    same = [
        ("、" if lang == "zh" else " and ").join(
            labels.short(places[place], lang) for place in group["place"]
        )
        for _, group in paths.groupby(["indicator", "value"], sort=False)
        if len(group) > 1
    ]
    if not same:
        return reading
    form = {
        "zh": "{}的计划路径逐年相同，线条重合。",
        "en": " The planned paths of {} are the same in every year.",
    }[lang]
    return reading + form.format(("；" if lang == "zh" else "; ").join(same))


def _without_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out values of the text that repeat the table of the same document."""
    keys = ["document", "year", "value", "relation"]
    table = frame[frame["origin"] == "table"]
    repeated = (
        frame.merge(table[keys].drop_duplicates(), on=keys, how="left", indicator=True)["_merge"] == "both"
    )
    return frame[~(repeated.to_numpy() & (frame["origin"] == "text").to_numpy())]


def _alt(frame: pd.DataFrame, places: dict, indicators: dict, lang: str) -> str:
    ends = frame[(frame["year"] == 2027) & (frame["relation"] == "eq")].drop_duplicates(
        ["indicator", "place"]
    )
    texts = []
    for indicator, rows in ends.groupby("indicator", sort=False):
        values = [f"{labels.short(places[row.place], lang)} {row.value:g}" for row in rows.itertuples()]
        joined = ("、" if lang == "zh" else ", ").join(values)
        texts.append(f"{indicators[indicator]}{'：' if lang == 'zh' else ': '}{joined}")
    finding = ("2027年目标值：" if lang == "zh" else "Targets for 2027: ") + (
        "；" if lang == "zh" else "; "
    ).join(texts)
    return alt_text("line", _SUBJECT[lang], finding, lang=lang)


def _alt_of_one(frame: pd.DataFrame, places: dict, indicator: str, lang: str) -> str:
    """What each place prints last, whatever the year is."""
    lasts = frame.sort_values(["year", "relation"], key=lambda c: c.eq("eq") if c.name == "relation" else c)
    texts = [
        _BOUND[lang].format(
            place=labels.short(places[row.place], lang),
            year=int(row.year),
            sign=_SIGN.get(row.relation, ""),
            value=row.value,
        )
        for row in lasts.drop_duplicates(["place", "variant"], keep="last").itertuples()
    ]
    finding = ("、" if lang == "zh" else ", ").join(texts)
    subject = f"{indicator}{'，' if lang == 'zh' else ', '}{_SUBJECT[lang]}"
    return alt_text("line", subject, finding, lang=lang)
