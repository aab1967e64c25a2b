"""The overview of all places and core indicators for one year: a matrix that reads in ten seconds."""

from __future__ import annotations

import math
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke

from qiyou import compare, style
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plausibility.wording import cited
from qiyou.plot import labels

# Millimetres on the page: the axes of the figure fill it, so that a unit of data is a millimetre.
_DOMAIN, _NAMES, _REFERENCE, _GAP = 7.0, {"zh": 53.5, "en": 59.0}, 20.0, 1.5
_ROW, _HEAD, _KEY = {"zh": 6.3, "en": 6.9}, 11.0, 14.0
# Free at both ends of a cell.
_INSIDE = 0.8
_MOST_PLACES = 8
_NEEDED = (
    *(
        "place",
        "indicator",
        "variant",
        "year",
        "state",
        "value",
        "relation",
        "step",
        "unit",
        "kind",
        "domain",
    ),
    *("reference_value", "reference_relation", "reference_kind", "reference_n", "place_zh", "indicator_zh"),
)

STATES = {
    **{name: style.VERDICTS[name] for name in compare.VERDICTS},
    "no_number": style.VerdictStyle(
        "no_number", "#FFFFFF", "", "", "计划未给出数值", "no number in the plan"
    ),
    "not_at_hand": style.VerdictStyle(
        "not_at_hand", "#FFFFFF", "....", "", "文本缺失或仅有节选", "text not at hand"
    ),
}
"""How each state of `qiyou.compare.overview` is shown."""

RELATIONS = {"ge": "≥", "gt": ">", "le": "≤", "lt": "<", "about": "≈"}
_KINDS = {
    "provincial target": {"zh": "省", "en": "P"},
    "inferred from plans": {"zh": "同", "en": "S"},
    "median of plans": {"zh": "中", "en": "M"},
}
_COUNTED = ("inferred from plans", "median of plans")
_UNITS_EN = {"%": "%", "岁": "years", "元/年": "yuan"}
_UNIT = 5.0
_PASSED = {"zh": ("未通过", "通过"), "en": ("not yet", "passed")}
_BRIEF = {"未通过": "未", "通过": "过", "not yet": "no", "passed": "yes"}
_TEXT = {
    "zh": {
        "title": "{year}年21项核心指标：各地数值与参照值相比",
        "reference": "参照值",
        "kinds": "参照值：省＝省级目标；同2＝2个计划取值相同且不少于半数（推断，非省级目标）；中3＝3个计划的中位数",
    },
    "en": {
        "title": "The 21 core indicators in {year}: each place against its reference",
        "reference": "Reference",
        "kinds": "Reference: P provincial target; S2 printed by 2 plans, at least half (inferred, not the "
        "province's); "
        "M3 median of 3 plans",
    },
}


@dataclass(frozen=True)
class _Grid:
    """Where everything stands, in millimetres from the upper left corner."""

    places: list[str]
    rows: list[tuple[str, str]]
    left: float
    column: float
    lang: str

    @property
    def row(self) -> float:
        return _ROW[self.lang]

    @property
    def reference(self) -> float:
        return self.left + self.column * len(self.places) + _GAP

    @property
    def bottom(self) -> float:
        return _HEAD + self.row * len(self.rows)

    def top(self, row: int) -> float:
        return _HEAD + self.row * row


@style.styled
def core_overview(frame: pd.DataFrame, *, ax: Axes | None = None, lang: str = "zh") -> Axes:
    """Draw places against core indicators for one year: met, not met, undecidable, no reference, not there.

    Every cell shows its state by fill, hatch and symbol, and the value as the plan states it (bounds with
    their sign); the last column shows the reference and where it comes from. An indicator for which a place
    prints two paths takes two lines.

    Parameters
    ----------
    frame : DataFrame
        `qiyou.compare.overview` of one year.
    ax : Axes, optional
        An axes of 170 mm width; a figure of its own by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes
        Its data coordinates are millimetres, y downwards; the texts of a cell have the gid
        ``place/indicator/variant``.

    Raises
    ------
    DataError
        If the frame is empty, lacks columns, or holds several years or more than eight places.

    Examples
    --------
    >>> import qiyou
    >>> ax = core_overview(qiyou.compare.overview(qiyou.load(), 2027), lang="en")
    >>> ax.get_figure().get_size_inches().round(1).tolist()[0]
    6.7
    """
    _check(frame)
    grid = _layout(frame, lang)
    height = grid.bottom + _KEY
    if ax is None:
        fig, ax = plt.subplots(figsize=style.size("full", height), layout="constrained")
        # The axes fill the page's width: what they keep free of text is drawn into them.
        fig.get_layout_engine().set(w_pad=0, h_pad=0, wspace=0, hspace=0)
    ax.set_axis_off()
    ax.set_xlim(0, style.FULL_WIDTH_MM)
    ax.set_ylim(height, 0)
    _draw_head(ax, frame, grid)
    _draw_names(ax, frame, grid)
    _draw_cells(ax, frame, grid)
    _draw_references(ax, frame, grid)
    _draw_rules(ax, frame, grid)
    _draw_key(ax, grid)
    return ax


def _check(frame: pd.DataFrame) -> None:
    missing = [name for name in _NEEDED if name not in frame]
    if missing or frame.empty:
        problem = f"lacks the columns {', '.join(missing)}" if missing else "has no rows"
        raise DataError(f"core_overview: the frame {problem}; pass qiyou.compare.overview(data, year)")
    if frame["year"].nunique() > 1:
        raise DataError("core_overview draws one year; pass qiyou.compare.overview(data, year)")
    if frame["place"].nunique() > _MOST_PLACES:
        raise DataError(
            f"core_overview: {frame['place'].nunique()} places do not fit the width of a page; choose at most "
            f"{_MOST_PLACES} with qiyou.compare.overview(data, year, places=[...])"
        )


def _layout(frame: pd.DataFrame, lang: str) -> _Grid:
    """Lines of the matrix: one per indicator, or as many as one place prints paths for it."""
    counts = frame.groupby(["indicator", "place"], sort=False).size().groupby("indicator", sort=False).max()
    rows = [
        (indicator, line)
        for indicator in dict.fromkeys(frame["indicator"])
        for line in range(counts[indicator])
    ]
    places = list(dict.fromkeys(frame["place"]))
    left = _DOMAIN + _NAMES[lang]
    column = (style.FULL_WIDTH_MM - left - _GAP - _REFERENCE) / len(places)
    return _Grid(places, rows, left, column, lang)


def _span(grid: _Grid, indicator: str) -> tuple[float, float]:
    """Top and height of an indicator's lines."""
    lines = [k for k, (name, _) in enumerate(grid.rows) if name == indicator]
    return grid.top(lines[0]), grid.row * len(lines)


def _draw_head(ax: Axes, frame: pd.DataFrame, grid: _Grid) -> None:
    title = _TEXT[grid.lang]["title"].format(year=int(frame["year"].iloc[0]))
    ax.text(0.5, 0.6, title, ha="left", va="top", fontsize=style.TITLE_SIZE)
    names = dict(zip(frame["place"], frame[f"place_{grid.lang}"], strict=True))
    heads = [labels.short(names[place], grid.lang) for place in grid.places]
    # Smaller type, and then two levels by turns, before a name is cut.
    fits = all(labels.fitting(head, grid.column - _INSIDE) == head for head in heads)
    size = style.TEXT_SIZE if fits else style.SMALL_SIZE
    placed = labels.staggered(heads, grid.column, _INSIDE, size=size)
    low = _HEAD - (1.2 if any(level for _, level in placed) else 2.0)
    for k, (name, level) in enumerate(placed):
        middle = grid.left + grid.column * (k + 0.5), low - 2.8 * level
        ax.text(*middle, name, ha="center", va="baseline", fontsize=size)
    ax.text(
        grid.reference + _REFERENCE / 2,
        _HEAD - 2.0,
        _TEXT[grid.lang]["reference"],
        ha="center",
        va="baseline",
    )


def _draw_names(ax: Axes, frame: pd.DataFrame, grid: _Grid) -> None:
    """Indicators and their units; what a density is divided by stands in its name."""
    for indicator, row in frame.drop_duplicates("indicator").set_index("indicator").iterrows():
        top, height = _span(grid, indicator)
        unit = row["unit"].split("/")[0] if grid.lang == "zh" else _UNITS_EN.get(row["unit"], "")
        unit = "" if row["kind"] == "status" else unit
        text = style.wrap(row[f"indicator_{grid.lang}"], grid.left - _DOMAIN - 2 - (_UNIT if unit else 0))
        place = {"va": "center", "fontsize": style.SMALL_SIZE, "gid": indicator}
        ax.text(_DOMAIN + 1, top + height / 2, text, linespacing=1.05, **place)
        ax.text(grid.left - 1.5, top + height / 2, unit, ha="right", color=style.MUTED, **place)


def _draw_cells(ax: Axes, frame: pd.DataFrame, grid: _Grid) -> None:
    paths = frame.groupby(["place", "indicator"], sort=False)
    parts, turns = paths["variant"].transform("size"), paths.cumcount()
    spans = {indicator: _span(grid, indicator) for indicator in dict.fromkeys(frame["indicator"])}
    lefts = {place: grid.left + grid.column * k for k, place in enumerate(grid.places)}
    for row, count, turn in zip(frame.itertuples(), parts, turns, strict=True):
        top, height = spans[row.indicator]
        part = height / count
        _draw_cell(ax, row, (lefts[row.place], top + part * turn), grid.column, part, grid.lang)


def _draw_cell(ax: Axes, row, corner: tuple[float, float], width: float, height: float, lang: str) -> None:
    look = STATES[row.state]
    fill = {"facecolor": look.colour, "hatch": look.hatch, "edgecolor": _hatch(look), "lw": 0}
    # The hatch takes the colour of the edge, so the white gap between cells is a patch of its own.
    ax.add_artist(Rectangle(corner, width, height, **fill))
    ax.add_artist(Rectangle(corner, width, height, fill=False, edgecolor=style.PAPER, lw=1.2))
    left, middle = corner[0], corner[1] + height / 2
    value = value_text(row.value, row.relation, row.step, row.kind, lang)
    if style.text_width(f"{look.symbol} {value}") > width - 2 * _INSIDE:
        value = _BRIEF.get(value, value)
    # A rim in the colour of the cell keeps the hatch off the figures.
    rim = [withStroke(linewidth=2.0, foreground=look.colour)] if look.hatch else []
    text = {"va": "center", "fontsize": style.SMALL_SIZE, "color": look.ink, "path_effects": rim}
    text["gid"] = f"{row.place}/{row.indicator}/{row.variant}"
    if not value or style.text_width(f"{look.symbol} {value}") > width - 2 * _INSIDE:
        ax.text(left + width / 2, middle, look.symbol, ha="center", **text)
        return
    ax.text(left + _INSIDE, middle, look.symbol, ha="left", **text)
    ax.text(left + width - _INSIDE, middle, value, ha="right", **text)


def _hatch(look: style.VerdictStyle) -> str:
    return style.GRID if look.verdict == "not_at_hand" else look.hatch_colour


def _draw_references(ax: Axes, frame: pd.DataFrame, grid: _Grid) -> None:
    """The reference of each indicator; places differ only where each was given one of its own."""
    known = frame[frame["reference_kind"] != ""]
    for indicator in dict.fromkeys(frame["indicator"]):
        top, height = _span(grid, indicator)
        rows = known[known["indicator"] == indicator]
        style_of = {"va": "center", "fontsize": style.SMALL_SIZE, "gid": f"reference/{indicator}"}
        if rows.empty:
            ax.text(
                grid.reference + _REFERENCE / 2,
                top + height / 2,
                "—",
                ha="center",
                color=style.MUTED,
                **style_of,
            )
            continue
        row = rows.iloc[0]
        if rows[["reference_value", "reference_kind"]].drop_duplicates().shape[0] > 1:
            text, kind = ("各异" if grid.lang == "zh" else "various"), ""
        else:
            text = (
                value_text(row["reference_value"], row["reference_relation"], 0, row["kind"], grid.lang)
                or "?"
            )
            kind = _KINDS.get(row["reference_kind"], {}).get(grid.lang, "")
            kind += str(row["reference_n"]) if row["reference_kind"] in _COUNTED else ""
        ax.text(grid.reference + _REFERENCE - 8.2, top + height / 2, text, ha="right", **style_of)
        ax.text(
            grid.reference + _REFERENCE - 6.2,
            top + height / 2,
            kind,
            ha="left",
            color=style.MUTED,
            **style_of,
        )


def _draw_rules(ax: Axes, frame: pd.DataFrame, grid: _Grid) -> None:
    """Domains: a name along the side and a line between them."""
    firsts = frame.drop_duplicates("indicator")
    for domain, rows in firsts.groupby("domain", sort=False):
        top = _span(grid, rows["indicator"].iloc[0])[0]
        last, height = _span(grid, rows["indicator"].iloc[-1])
        ax.plot([0, style.FULL_WIDTH_MM], [top, top], color=style.RULE, lw=0.7)
        english = compare.DOMAINS.get(domain, domain).replace(" ", "\n")
        text, turn = ("\n".join(domain), 0) if grid.lang == "zh" else (english, 90)
        ax.text(
            _DOMAIN / 2,
            (top + last + height) / 2,
            text,
            ha="center",
            va="center",
            rotation=turn,
            linespacing=1.0,
            fontsize=style.SMALL_SIZE,
            color=style.MUTED,
        )
    ax.plot([0, style.FULL_WIDTH_MM], [grid.bottom, grid.bottom], color=style.RULE, lw=0.7)


def _draw_key(ax: Axes, grid: _Grid) -> None:
    left, top = 0.5, grid.bottom + 2.2
    pitch = {"zh": (21.5, 21.5, 21.5, 21.5, 33, 40), "en": (18, 22, 27, 29, 37, 30)}[grid.lang]
    for (name, look), width in zip(STATES.items(), pitch, strict=True):
        ax.add_patch(
            Rectangle(
                (left, top), 5.5, 4.2, facecolor=look.colour, hatch=look.hatch, edgecolor=_hatch(look), lw=0
            )
        )
        ax.add_patch(Rectangle((left, top), 5.5, 4.2, fill=False, edgecolor=style.RULE, lw=0.5))
        ax.text(
            left + 2.75,
            top + 2.1,
            look.symbol,
            ha="center",
            va="center",
            fontsize=style.SMALL_SIZE,
            color=look.ink,
        )
        ax.text(
            left + 6.5,
            top + 2.1,
            look.label(grid.lang),
            va="center",
            fontsize=style.SMALL_SIZE,
            gid=f"key/{name}",
        )
        left += width
    kinds = style.wrap(_TEXT[grid.lang]["kinds"], style.FULL_WIDTH_MM - 1)
    ax.text(0.5, top + 6.2, kinds, va="top", fontsize=style.SMALL_SIZE, color=style.MUTED)


def value_text(value: float, relation: str, step: float, kind: str, lang: str) -> str:
    """A value as a figure prints it: with its sign if it is a bound, with the decimals of its print (`step`).

    A step of 0 stands for a value that is not printed anywhere, as a median: it is shown as it is.

    Examples
    --------
    >>> value_text(8.5, "eq", 0.01, "share", "zh"), value_text(14100.0, "gt", 1.0, "money", "zh")
    ('8.50', '>14100')
    >>> value_text(387700.0, "eq", 100.0, "stock", "zh"), value_text(100.0, "eq", 1.0, "status", "en")
    ('38.77万', 'passed')
    """
    if pd.isna(value):
        return ""
    if kind == "status" and value in (0, 100):
        return _PASSED[lang][int(value == 100)]
    scale, unit = (1e4, "万") if lang == "zh" else (1e3, "k")
    if abs(value) < 1e5:
        scale, unit = 1.0, ""
    if step > 0:
        digits = max(0, math.ceil(-math.log10(step / scale) - 1e-9))
        number = f"{value / scale:.{digits}f}"
    else:
        number = f"{value / scale:.6g}"
    return f"{RELATIONS.get(relation, '')}{number}{unit}"


# ---------------------------------------------------------------- registered figures

_KIND_NAMES = {"provincial target": "province", "inferred from plans": "shared", "median of plans": "median"}
_GRADES = {
    "zh": {"secondary": "（据转载）", "press": "（据报道）"},
    "en": {"secondary": " (from a copy)", "press": " (press)"},
}
_SAID = {
    "zh": {
        "subject": "{places}个地方、21项核心指标，{year}年",
        "found": "可与参照值相比的{compared}格（省级目标{province}格，计划相同值{shared}格，计划中位数{median}格）中，"
        "达到{met}、未达到{not_met}、无法判定{undecidable}；{no_reference}格有数值而无参照值，{no_number}格计划未给出数值，"
        "{not_at_hand}格文本缺失。未达到的是{which}",
        "which": "{place}{indicator}",
        "none": "无一格未达到",
        "note": "计划值是承诺，不是预测。有限值（>、<、≥、≤）或四舍五入决定结果的为“无法判定”；印出的数字相同算达到。人数、套数等总量随地区大小而变，不与他地比较。",
        "two": "{place}的{indicator}印有两条路径，各占一行。",
        "ends": "{place}的计划止于{year}年。",
        "from": "省级目标据{sources}。",
    },
    "en": {
        "subject": "{places} places and 21 core indicators in {year}",
        "found": "Of {compared} cells that can be compared ({province} with a provincial target, {shared} "
        "with a value "
        "that plans share, {median} with a median of plans) {met} meet their reference, {not_met} do not and "
        "{undecidable} "
        "cannot be decided; {no_reference} have a value but no reference, {no_number} no number in the plan, "
        "and for "
        "{not_at_hand} the text is not at hand. Not met: {which}",
        "which": "{place}, {indicator}",
        "none": "none",
        "note": "Planned values are commitments, not forecasts. Undecidable: a bound (>, <, ≥, ≤) or "
        "rounding decides; equal "
        "printed numbers count as met. Counts of persons or homes grow with the size of a place and are not "
        "compared. ",
        "two": "{place} prints two paths for {indicator}, one per line. ",
        "ends": "The plan of {place} ends in {year}. ",
        "from": "Provincial targets: {sources}. ",
    },
}


@style.styled
def core_overview_figure(data, lang: str, year: int = 2027) -> Drawing:
    """The overview of all places for one year: 2027, the last of the plans, or 2025, for which the province's
    own targets are known."""
    frame = compare.overview(data, year)
    ax = core_overview(frame, lang=lang)
    return Drawing(
        ax.figure,
        table=frame.drop(columns=[name for name in frame if name.endswith(("_zh", "_en"))]),
        source=labels.sources(data.documents, _documents(frame, data), lang),
        alt=_alt(frame, lang),
        note=_note(frame, data, lang),
    )


def _documents(frame: pd.DataFrame, data) -> set[str]:
    """The documents that the figure shows, those of places included of which nothing is at hand."""
    shown = set(frame["document"]) - {""}
    rest = data.documents[data.documents["place"].isin(frame["place"])]
    return shown | set(rest.loc[~rest["place"].isin(rest.loc[rest["id"].isin(shown), "place"]), "id"])


def _alt(frame: pd.DataFrame, lang: str) -> str:
    said, comma = _SAID[lang], {"zh": "；", "en": "; "}[lang]
    counts = {state: int((frame["state"] == state).sum()) for state in STATES}
    missed = frame[frame["state"] == "not_met"]
    pairs = dict.fromkeys(zip(missed[f"place_{lang}"], missed[f"indicator_{lang}"], strict=True))
    which = comma.join(
        said["which"].format(place=labels.short(place, lang), indicator=name) for place, name in pairs
    )
    compared = counts["met"] + counts["not_met"] + counts["undecidable"]
    subject = said["subject"].format(places=frame["place"].nunique(), year=int(frame["year"].iloc[0]))
    judged = frame[frame["state"].isin(["met", "not_met", "undecidable"])]
    kinds = {name: int((judged["reference_kind"] == kind).sum()) for kind, name in _KIND_NAMES.items()}
    finding = said["found"].format(compared=compared, which=which or said["none"], **counts, **kinds)
    return alt_text("matrix", subject, finding, lang=lang)


def _note(frame: pd.DataFrame, data, lang: str) -> str:
    said = _SAID[lang]
    year, places = int(frame["year"].iloc[0]), labels.names(data.places, lang)
    text = said["note"]
    doubled = frame[frame["variant"] != ""].drop_duplicates(["place", "indicator"])
    for row in doubled.to_dict("records"):
        text += said["two"].format(
            place=labels.short(row[f"place_{lang}"], lang), indicator=row[f"indicator_{lang}"]
        )
    last = data.documents[data.documents["place"].isin(frame["place"])].groupby("place")["to_year"].max()
    for place, end in last[last < year].items():
        text += said["ends"].format(place=labels.short(places[place], lang), year=end)
    asked = frame.loc[frame["reference_kind"] == "provincial target", "reference_source"].unique()
    if len(asked):
        listed = data.sources.set_index("id").reindex(asked)
        titles = [
            title + _GRADES[lang].get(grade, "")
            for title, grade in zip(cited(listed, lang), listed["grade"], strict=True)
        ]
        text += said["from"].format(sources=("、" if lang == "zh" else ", ").join(titles))
    return text.strip()
