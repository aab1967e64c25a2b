"""C13 and C14 as a picture: what two passages say of the same thing, row by row on a scale of its own."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator

from qiyou import style
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plausibility import check, documents
from qiyou.plausibility.paths import number_paths, prepare
from qiyou.plot import labels

CODES = (
    "TABLE_PROSE_CONFLICT",
    "FLOW_SHORTFALL",
    "WORKLIST_BEHIND",
    "ROUNDING_DECIDES",
    "TABLE_PROSE_WEAKER",
    "BOUND_AT_CEILING",
    "WORKLIST_AHEAD",
    "WORKLIST_EQUAL",
)
"""The findings that compare two numbers, the gravest first, as the rows are ordered."""

_BOUNDS = ("ge", "gt", "le", "lt")
_SIGN = {"eq": "", "ge": "≥", "gt": ">", "le": "≤", "lt": "<"}
_MARKS = {
    "table": ("o", 5.0, "#00489B"),
    "text": ("*", 8.0, "#C13C00"),
    "worklist": ("s", 4.6, "#000000"),
    "increment": ("D", 4.4, "#00489B"),
    "share": ("D", 4.4, "#C13C00"),
}
"""Origin -> marker, size, colour; an increment is computed from a table, an even share from a sum in the text."""
# Millimetres of the drawing: columns left to right, and inside a row from its lower edge.
_WIDTH, _NAME_END, _SCALE, _VERDICT = 168.0, 46.0, (62.0, 114.0), 140.0
_ROW, _LANES, _TICKS = 14.0, (10.4, 6.2), 3.4
_ARROW, _GAP = 6.0, 1.6
_SIDE = ["origin", "value", "low", "high", "step", "relation"]
_TEXTS = {
    "zh": {
        "origins": {
            "table": "表",
            "text": "正文",
            "worklist": "要点",
            "increment": "表内增量",
            "share": "正文均摊",
        },
        "codes": {
            "TABLE_PROSE_CONFLICT": "不能同时成立",
            "TABLE_PROSE_WEAKER": "一处要求较低",
            "BOUND_AT_CEILING": "下限已到顶，只剩一点",
            "WORKLIST_AHEAD": "后出文件要求更高",
            "WORKLIST_BEHIND": "后出文件要求更低",
            "WORKLIST_EQUAL": "两份文件数字相同",
            "FLOW_SHORTFALL": "如口径相同，当年不足",
            "ROUNDING_DECIDES": "取决于四舍五入",
        },
        "row": "{place}{year}年，{unit}",
        "row_bare": "{place}{year}年",
        "variant": "{name}（{variant}）",
        "slack": {-1: "，界限略松", 1: "，界限略严"},
        "large": ((1e8, 1e8, "亿{}"), (1e6, 1e4, "万{}")),
        "note": (
            "每行自有刻度，行与行不可比。圆：目标表；星：同一文件正文；方：后出的年度工作要点（缩写为“要点”）；菱形：由计划推算的每年数量（表内两年之差，或正文累计数按年均摊）。"
            "横线：印出位数所容许的范围；带箭头的竖线：“以上”“以下”，是界限而不是一点；到达指标上限的界限没有箭头。"
            "增量与平均数与当年安排相比，以口径相同为前提。"
        ),
        "other": "{name}在同表另有一行印作{value:g}，与正文相符。",
        "subject": "同一指标同一年份在表与正文、计划与后出文件中的两个数",
        "finding": "{name}（{place}{year}年）{first}、{second}，{verdict}",
        "sep": "；",
    },
    "en": {
        "origins": {
            "table": "table",
            "text": "text",
            "worklist": "work list",
            "increment": "increment",
            "share": "even share",
        },
        "codes": {
            "TABLE_PROSE_CONFLICT": "cannot both hold",
            "TABLE_PROSE_WEAKER": "one asks for less",
            "BOUND_AT_CEILING": "bound leaves one point",
            "WORKLIST_AHEAD": "later ahead of plan",
            "WORKLIST_BEHIND": "later behind plan",
            "WORKLIST_EQUAL": "the same number",
            "FLOW_SHORTFALL": "short, if alike counted",
            "ROUNDING_DECIDES": "rounding decides",
        },
        "row": "{place} {year}, {unit}",
        "row_bare": "{place} {year}",
        "variant": "{name} ({variant})",
        "slack": {-1: ", bound a little weaker", 1: ", bound a little stricter"},
        "large": ((1e8, 1e9, "billion {}"), (1e6, 1e6, "million {}")),
        "note": (
            "Every row has a scale of its own. Circle: target table. Star: running text of the "
            "same document. "
            "Square: the later yearly work list. Diamond: yearly amount computed from the plan "
            "(increment in the table, or even share of a sum in the text). Horizontal stroke: "
            "what the printed digits allow. Upright with an arrow: 'or more', 'or less', a "
            "bound and not a point; a "
            "bound at the end of the scale has no arrow. Yearly amounts compare only if both "
            "count the same things."
        ),
        "other": " Another line of the table, for {name}, prints {value:g} and agrees with the text.",
        "subject": "two numbers for one indicator and year, in table and text or in plan and later document",
        "finding": "{name} ({place} {year}): {first}, {second}, {verdict}",
        "sep": "; ",
    },
}


def pairs(data, found: pd.DataFrame | None = None) -> pd.DataFrame:
    """The two numbers behind every C13 and C14 finding that compares numbers.

    The cells are those that the checks compare (`qiyou.plausibility.documents`). A candidate pair is taken where
    its own difference is the statistic of the finding, so that it is the compared pair and no other of the row.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    found : DataFrame, optional
        `qiyou.plausibility.check` of the data; computed by default.

    Returns
    -------
    DataFrame
        One row per finding: place, document, indicator, variant, year, check, code, verdict, unit; then for the
        ``first`` and the ``second`` passage its ``_document, _origin`` (a key of the marks: table, text, worklist,
        increment, share), ``_value, _low, _high, _step, _relation``. ``lower`` and ``upper`` are the indicator's
        limits.

    Examples
    --------
    >>> import qiyou
    >>> rows = pairs(qiyou.load())
    >>> rows.loc[rows["code"] == "TABLE_PROSE_CONFLICT", ["first_value", "second_value"]].values.tolist()
    [[9.5, 8.5]]
    """
    found = check(data) if found is None else found
    asked = found[found["check"].isin(["C13", "C14"]) & found["code"].isin(CODES)]
    numbered = data.targets.assign(path=number_paths(data.targets)).reset_index(drop=True)
    table = documents.cells(prepare(numbered, data.indicators)).assign(origin="table")
    text = documents.statement_cells(data.statements, data.indicators)
    text = text.assign(origin="text", variant="")
    spoken = text[text["comparable"]]
    ordered = documents.order(data.documents)
    candidates = pd.concat(
        [
            _within(table, spoken).assign(check="C13"),
            _later(table, spoken, ordered).assign(check="C14"),
            _yearly(table, text, ordered, data.flows).assign(check="C14"),
        ],
        ignore_index=True,
    )
    keys = ["document", "indicator", "variant", "year", "check"]
    asked = asked.assign(finding=np.arange(len(asked)))
    both = asked.drop(columns=["low", "high"]).merge(candidates, on=keys)
    ceiling = both["code"].eq("BOUND_AT_CEILING")
    within = both["check"].eq("C13")
    expected = np.where(within, both["first_value"], both["second_value"] - both["first_value"])
    fits = np.isclose(both["statistic"], expected, rtol=1e-9, atol=1e-9)
    fits &= ~within | np.isclose(both["threshold"], both["second_value"], rtol=1e-9)
    bound = both[["first_relation", "second_relation"]].isin(["ge", "le"]).any(axis=1)
    both = both[fits & (~ceiling | bound)].drop_duplicates("finding")
    facts = data.indicators.set_index("id")
    both["unit"] = both["indicator"].map(facts["unit"])
    both["rank"] = both["code"].map({code: at for at, code in enumerate(CODES)})
    both = both.sort_values(["rank", "place", "finding"], kind="stable", ignore_index=True)
    sides = [f"{end}_{name}" for end in ("first", "second") for name in ["document", *_SIDE]]
    columns = [*("place", "document", "indicator", "variant", "year", "check", "code", "verdict", "unit")]
    return both[[*columns, *sides, "lower", "upper"]]


def _renamed(rows: pd.DataFrame, suffixes: tuple[str, str]) -> pd.DataFrame:
    """The two sides of merged cells, under the names that `pairs` gives them."""
    out = rows[["indicator", "variant", "year", "lower", "upper"]].copy()
    for end, suffix in zip(("first", "second"), suffixes, strict=True):
        for name in ["document", *_SIDE]:
            out[f"{end}_{name}"] = rows[name + suffix]
    return out.assign(document=rows["document" + suffixes[0]])


def _within(table: pd.DataFrame, spoken: pd.DataFrame) -> pd.DataFrame:
    """C13: table and text of one document."""
    rows = table.merge(spoken, on=["document", "indicator", "year"], suffixes=("", "_new"))
    return _renamed(rows.assign(document_new=rows["document"]), ("", "_new"))


def _later(table: pd.DataFrame, spoken: pd.DataFrame, ordered: pd.DataFrame) -> pd.DataFrame:
    """C14: one indicator and year in two documents of a place."""
    every = pd.concat([table, spoken], ignore_index=True)
    rows = every.merge(ordered, left_on="document", right_on="earlier_document").merge(
        every.assign(origin="worklist"),
        left_on=["later_document", "indicator", "year"],
        right_on=["document", "indicator", "year"],
        suffixes=("", "_new"),
    )
    return _renamed(rows, ("", "_new"))


def _yearly(
    table: pd.DataFrame, text: pd.DataFrame, ordered: pd.DataFrame, flows: pd.DataFrame
) -> pd.DataFrame:
    """C14: a later yearly amount against the increment, or the even share, that the plan implies."""
    amounts = text[text["year"].gt(0) & text["from_year"].isna()].merge(
        flows[["flow", "stock"]], left_on="indicator", right_on="flow"
    )
    amounts = amounts.merge(ordered, left_on="document", right_on="later_document").assign(origin="worklist")
    before = table[["path", "year", "value", "low", "high"]].assign(year=table["year"] + 1)
    steps = table.merge(before, on=["path", "year"], suffixes=("", "_before"))
    steps = steps.assign(
        origin="increment",
        value=steps["value"] - steps["value_before"],
        low=steps["low"] - steps["high_before"],
        high=steps["high"] - steps["low_before"],
    )
    sums = text[text["kind"].eq("cumulative") & text["from_year"].notna() & text["year"].gt(0)]
    parts = []
    for row in sums.itertuples():
        years = range(int(row.from_year), int(row.year) + 1)
        one = pd.DataFrame([row._asdict()] * len(years)).drop(columns="Index")
        scaled = {name: one[name] / len(years) for name in ("value", "low", "high", "step")}
        parts.append(one.assign(origin="share", year=list(years), **scaled))
    implied = pd.concat([steps, *parts], ignore_index=True)
    rows = implied.merge(
        amounts,
        left_on=["document", "indicator", "year"],
        right_on=["earlier_document", "stock", "year"],
        suffixes=("", "_new"),
    )
    return _renamed(rows, ("", "_new"))


@style.styled
def table_prose_worklist(
    rows: pd.DataFrame,
    names: dict[str, str] | None = None,
    indicators: dict[str, str] | None = None,
    *,
    ax: Axes | None = None,
    lang: str = "zh",
) -> Axes:
    """One dumbbell per compared pair, each on a scale of its own, with the verdict at the right.

    Circles come from a table, stars from the running text, squares from a later work list; diamonds are yearly
    amounts computed from the plan. A stroke through a mark is its rounding interval; a bound is an upright with
    an arrow.

    Parameters
    ----------
    rows : DataFrame
        As `pairs` returns them.
    names, indicators : dict of str to str, optional
        Names of places and indicators in the language of the figure; by default the ids.
    ax : Axes, optional
        Where to draw; a new figure of full width by default. The text is laid out for 170 mm.
    lang : {"zh", "en"}

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If there is no pair.
    """
    if rows.empty:
        raise DataError(
            "table_prose_worklist: no pair to draw; hand in what qiyou.plot.between.pairs returns"
        )
    if ax is None:
        ax = plt.subplots(figsize=style.size("full", _ROW * len(rows) + 4))[1]
    ax.set_xlim(0, _WIDTH)
    ax.set_ylim(0, _ROW * len(rows))
    ax.set_axis_off()
    for at, row in enumerate(rows.itertuples()):
        floor = _ROW * (len(rows) - 1 - at)
        if at:
            ax.plot([0, _WIDTH], [floor + _ROW] * 2, color=style.GRID, linewidth=0.6)
        _draw_row(ax, row, floor, names or {}, indicators or {}, lang)
    return ax


def _scaled_unit(row, lang: str) -> tuple[str, float]:
    """Unit of a row and what to divide by: yuan and the like are counted in 万 and 亿, in millions and billions."""
    unit = labels.unit(row.unit, lang)
    size = max(abs(row.first_value), abs(row.second_value))
    for least, by, word in _TEXTS[lang]["large"]:
        if size >= least:
            return word.format(unit), by
    return unit, 1.0


def _verdict_words(row, lang: str) -> str:
    """What a pair comes to; of two bounds at one number, <5 leaves out the 5 that ≤5 lets in."""
    strict = [relation in ("gt", "lt") for relation in (row.first_relation, row.second_relation)]
    loose = [relation in ("ge", "le") for relation in (row.first_relation, row.second_relation)]
    slack = (loose[0] and strict[1]) - (strict[0] and loose[1])
    words = _TEXTS[lang]["codes"][row.code]
    return words + _TEXTS[lang]["slack"].get(slack, "") if row.code == "WORKLIST_EQUAL" else words


def _sides(row) -> list[dict]:
    return [{name: getattr(row, f"{end}_{name}") for name in _SIDE} for end in ("first", "second")]


def _number(value: float) -> str:
    return f"{value:,.7g}"


def _words(side: dict, by: float, lang: str) -> str:
    gap = " "
    number = _SIGN[side["relation"]] + _number(round(side["value"] / by, 6))
    return _TEXTS[lang]["origins"][side["origin"]] + gap + number


def _extent(side: dict) -> tuple[float, float]:
    """What the printed digits allow, or the bound itself."""
    if side["relation"] in _BOUNDS:
        return side["value"], side["value"]
    return side["low"], side["high"]


def _draw_row(ax: Axes, row, floor: float, names: dict, indicators: dict, lang: str) -> None:
    texts, sides = _TEXTS[lang], _sides(row)
    unit, by = _scaled_unit(row, lang)
    ends = np.array([_extent(side) for side in sides]) / by
    ticks, place = _scale(float(ends.min()), float(ends.max()), row.lower / by, row.upper / by)
    base = floor + _TICKS
    ax.plot(_SCALE, [base] * 2, color=style.RULE, linewidth=0.6)
    for tick in ticks:
        ax.plot([place(tick)] * 2, [base, base + 0.8], color=style.RULE, linewidth=0.6)
        ax.text(
            place(tick),
            base - 0.5,
            _number(tick),
            ha="center",
            va="top",
            fontsize=style.SMALL_SIZE,
            color=style.MUTED,
        )
    lanes = [floor + lane for lane in _LANES]
    at = [place(side["value"] / by) for side in sides]
    ax.plot(at, lanes, color=style.RULE, linewidth=0.8, zorder=1, gid=f"pair/{row.code}/{row.indicator}")
    for side, x, lane, other in zip(sides, at, lanes, at[::-1], strict=True):
        _draw_side(ax, side, x, lane, other, [place(end / by) for end in _extent(side)], row, by, lang)
    name = indicators.get(row.indicator, row.indicator)
    if row.variant:
        name = texts["variant"].format(name=name, variant=row.variant)
    where = texts["row" if unit else "row_bare"].format(
        place=labels.short(names.get(row.place, row.place), lang), year=row.year, unit=unit
    )
    ax.text(
        0,
        floor + _ROW / 2,
        style.wrap(name, _NAME_END) + "\n" + style.wrap(where, _NAME_END),
        va="center",
        fontsize=style.SMALL_SIZE,
        linespacing=1.3,
        gid=f"name/{row.indicator}",
    )
    verdict = style.VERDICTS[row.verdict]
    ax.text(
        _VERDICT,
        floor + _ROW / 2,
        f"{verdict.symbol} {verdict.label(lang)}\n"
        + style.wrap(_verdict_words(row, lang), _WIDTH - _VERDICT),
        va="center",
        fontsize=style.SMALL_SIZE,
        linespacing=1.3,
        gid=f"verdict/{row.code}/{row.indicator}",
    )


def _scale(low: float, high: float, lower: float, upper: float):
    """Ticks around two values, inside the indicator's limits, and the function from a value to "
    "its place in mm."""
    room = (high - low) * 0.12 or max(abs(high) * 0.01, 0.5)
    ticks = MaxNLocator(nbins=3, steps=[1, 2, 5, 10]).tick_values(low - room, high + room)
    ticks = [tick for tick in ticks if not (tick < lower or tick > upper)]
    first, last = min(ticks[0], low), max(ticks[-1], high)

    def place(value: float) -> float:
        return _SCALE[0] + (value - first) / (last - first) * (_SCALE[1] - _SCALE[0])

    return [float(round(tick, 9)) for tick in ticks], place


def _draw_side(
    ax: Axes, side: dict, x: float, lane: float, other: float, ends: list, row, by: float, lang: str
):
    marker, size, colour = _MARKS[side["origin"]]
    gid = f"{side['origin']}/{row.code}/{row.indicator}"
    left, right = ends
    if side["relation"] in _BOUNDS:
        up = side["relation"] in ("ge", "gt")
        limit = row.upper if up else row.lower
        ax.plot([x] * 2, [lane - 1.5, lane + 1.5], color=colour, linewidth=1.6, gid=f"bound/{gid}")
        if not np.isclose(side["value"], limit):
            tip = x + (_ARROW if up else -_ARROW)
            ax.annotate(
                "",
                xy=(tip, lane),
                xytext=(x, lane),
                arrowprops={
                    "arrowstyle": "-|>",
                    "color": colour,
                    "linewidth": 1.1,
                    "shrinkA": 0,
                    "shrinkB": 0,
                },
                annotation_clip=False,
            )
            left, right = min(left, tip), max(right, tip)
    else:
        ax.plot(ends, [lane] * 2, color=colour, linewidth=1.0, solid_capstyle="butt", gid=f"rounding/{gid}")
        for end in ends:
            ax.plot([end] * 2, [lane - 0.6, lane + 0.6], color=colour, linewidth=0.8)
    # The mark says where a number comes from, a bound's as well, and lies on the bound's upright.
    ax.plot(
        [x],
        [lane],
        linestyle="None",
        marker=marker,
        markersize=size * (0.8 if side["relation"] in _BOUNDS else 1),
        color=colour,
        markeredgecolor=style.PAPER,
        markeredgewidth=0.0 if side["relation"] in _BOUNDS else 0.4,
        zorder=3,
        gid=f"mark/{gid}",
    )
    to_left = x < other - 0.01
    ax.text(
        min(left, x - _GAP) - _GAP if to_left else max(right, x + _GAP) + _GAP,
        lane,
        _words(side, by, lang),
        ha="right" if to_left else "left",
        va="center",
        fontsize=style.SMALL_SIZE,
        color=style.readable(colour),
        gid=f"value/{gid}",
    )


@style.styled
def table_prose_worklist_figure(data, lang: str) -> Drawing:
    """Every compared pair of numbers of C13 and C14."""
    texts = _TEXTS[lang]
    places, indicators = labels.names(data.places, lang), labels.names(data.indicators, lang)
    rows = pairs(data)
    fig, ax = plt.subplots(figsize=style.size("full", _ROW * len(rows) + 3))
    table_prose_worklist(rows, places, indicators, ax=ax, lang=lang)
    findings = []
    for row in rows.itertuples():
        unit, by = _scaled_unit(row, lang)
        first, second = (_words(side, by, lang) for side in _sides(row))
        findings.append(
            texts["finding"].format(
                name=indicators[row.indicator],
                place=labels.short(places[row.place], lang),
                year=row.year,
                first=first,
                second=f"{second} {unit}".rstrip(),
                verdict=_verdict_words(row, lang),
            )
        )
    used = pd.concat([rows["first_document"], rows["second_document"]])
    return Drawing(
        fig,
        table=rows,
        source=labels.sources(data.documents, used, lang),
        alt=alt_text("dot", texts["subject"], texts["sep"].join(findings), lang=lang),
        note=texts["note"] + _other_lines(rows, data.targets, indicators, lang),
    )


def _other_lines(rows: pd.DataFrame, targets: pd.DataFrame, indicators: dict, lang: str) -> str:
    """A contradiction is milder where a second line of the same indicator agrees with the text."""
    keys = ["document", "indicator", "year"]
    conflicts = rows[rows["code"].eq("TABLE_PROSE_CONFLICT") & rows["first_origin"].eq("table")]
    other = conflicts.merge(
        targets[[*keys, "variant", "value", "relation"]], on=keys, suffixes=("", "_other")
    )
    other = other[other["variant"].ne(other["variant_other"]) & other["relation"].eq("eq")]
    agree = other[other["value"].between(other["second_low"], other["second_high"])]
    form = _TEXTS[lang]["other"]
    return "".join(form.format(name=indicators[row.indicator], value=row.value) for row in agree.itertuples())
