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
_TEXT_MARKER = {"marker": "*", "markersize": 9.0}
_BOUND = {
    "zh": "{place}{year}年 {sign}{value:g}",
    "en": "{place} {year}: {sign}{value:g}",
}
_SIGN = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<"}


@style.styled
def target_paths(
    frame: pd.DataFrame, names: dict[str, str], *, ax: Axes | None = None, lang: str = "zh", order=None
) -> Axes:
    """Draw the printed path of an indicator for every place.

    Filled markers are planned values, hollow ones values already reached (base year), stars come from the running
    text; a bound is drawn as a bar with an arrow, not as a point.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.data.printed` of one indicator: place, document, origin, year, role, value, relation, unit.
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
        raise DataError("target_paths: no printed value with a year; choose an indicator that the plans print")
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 75))[1]
    marks = style.places(list(order) if order is not None else sorted(frame["place"].unique()))
    ends = []
    for (place, _), path in frame.groupby(["place", "document"], sort=False):
        ends.append(_draw_path(ax, path.sort_values("year"), marks[place]))
    _label_ends(ax, ends, names, lang)
    ax.xaxis.set_major_locator(MaxNLocator(integer=True, nbins=8))
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
    ax.vlines(points["year"].astype(float), points["value"] - half, points["value"] + half, color=style.RULE, lw=0.7)
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
        ax.plot([float(bound.year)], [bound.value], marker="_", color=mark.colour, markersize=9, markeredgewidth=1.6)
        ax.annotate(
            "",
            xy=(float(bound.year), bound.value),
            xytext=(0, 13 if up else -13),
            textcoords="offset points",
            arrowprops={"arrowstyle": "<|-", "color": mark.colour, "linewidth": 1.1, "shrinkA": 0, "shrinkB": 0},
        )
    last = path.iloc[-1]
    return {
        "place": last["place"],
        "year": float(last["year"]),
        "value": float(last["value"]),
        "mark": mark,
        "relation": last["relation"],
        "bound": last["relation"] != "eq",
    }


def _label_ends(ax: Axes, ends: list[dict], names: dict[str, str], lang: str) -> None:
    """Name each path at its right end; labels that would touch are moved apart and tied to their ends."""
    low, high = ax.get_ylim()
    last = max(end["year"] for end in ends)
    at_edge = [end for end in ends if end["year"] == last]
    places = labels.spread([end["value"] for end in at_edge], (high - low) * _GAP)
    for end, height in zip(at_edge, places, strict=True):
        text = f"{labels.short(names[end['place']], lang)} {end['value']:g}"
        ax.plot([last + 0.06, last + 0.32], [end["value"], height], color=style.RULE, linewidth=0.5, clip_on=False)
        ax.annotate(text, (last + 0.36, height), va="center", color=end["mark"].text_colour, annotation_clip=False)
    for end in ends:
        if end["year"] == last:
            continue
        place = labels.short(names[end["place"]], lang)
        if end["bound"]:
            sign = _SIGN[end["relation"]]
            text = _BOUND[lang].format(place=place, year=int(end["year"]), sign=sign, value=end["value"])
        else:
            text = f"{place} {end['value']:g}"
        ax.annotate(
            text,
            (end["year"], end["value"]),
            xytext=(-6, 6) if end["bound"] else (6, -1),
            textcoords="offset points",
            ha="right" if end["bound"] else "left",
            va="center",
            color=end["mark"].text_colour,
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
        "zh": "空心：基期（已实现）；星号：正文所载数值；竖线：印刷位数所容许的范围；带箭头的横线：“以上”，是下限而不是一点。计划值是承诺，不是预测。",
        "en": "Hollow: base year (already reached). Star: from the running text. Vertical line: what the printed digits allow. Bar with arrow: 'or more', a bound, not a "
        "point. Planned values are commitments, not forecasts.",
    }[lang]
    planned = frame[(frame["role"] == "target") & (frame["origin"] == "table")].sort_values("year")
    paths = planned.groupby(["indicator", "place"], sort=False)["value"].agg(tuple).reset_index()
    same = [
        ("与" if lang == "zh" else " and ").join(labels.short(places[place], lang) for place in group["place"])
        for _, group in paths.groupby(["indicator", "value"], sort=False)
        if len(group) > 1
    ]
    if not same:
        return reading
    form = {"zh": "{}的计划路径逐年相同，两线重合。", "en": " The planned paths of {} are the same in every year."}[lang]
    return reading + form.format(("、" if lang == "zh" else "; ").join(same))


def _without_repeats(frame: pd.DataFrame) -> pd.DataFrame:
    """Leave out values of the text that repeat the table of the same document."""
    keys = ["document", "year", "value", "relation"]
    table = frame[frame["origin"] == "table"]
    repeated = frame.merge(table[keys].drop_duplicates(), on=keys, how="left", indicator=True)["_merge"] == "both"
    return frame[~(repeated.to_numpy() & (frame["origin"] == "text").to_numpy())]


def _alt(frame: pd.DataFrame, places: dict, indicators: dict, lang: str) -> str:
    ends = frame[(frame["year"] == 2027) & (frame["relation"] == "eq")].drop_duplicates(["indicator", "place"])
    texts = []
    for indicator, rows in ends.groupby("indicator", sort=False):
        values = [f"{labels.short(places[row.place], lang)} {row.value:g}" for row in rows.itertuples()]
        joined = ("、" if lang == "zh" else ", ").join(values)
        texts.append(f"{indicators[indicator]}{'：' if lang == 'zh' else ': '}{joined}")
    finding = ("2027年目标值：" if lang == "zh" else "Targets for 2027: ") + ("；" if lang == "zh" else "; ").join(texts)
    subject = {"zh": "各地计划路径", "en": "planned paths by place"}[lang]
    return alt_text("line", subject, finding, lang=lang)

