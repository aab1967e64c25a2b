"""What the plausibility checks found, path by path: places against indicators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.patches import Circle, Rectangle
from matplotlib.patheffects import withStroke

from qiyou import compare, plausibility, style
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plot import labels

# Millimetres on the page: the axes of the figure fill it, so that a unit of data is a millimetre.
_ROW, _HEAD, _KEY = 4.05, 11.0, 9.0
_GAP, _WIDEST_CELL, _WIDEST_DOMAIN = 1.6, 18.0, 16.0
_MOST_PLACES = 10

# "no objection found" must not look like an approval: no colour, and the sign of a note.
LOOKS: Mapping[str, style.VerdictStyle] = {
    "CONTRADICTION": style.VERDICTS["CONTRADICTION"],
    "QUESTION": style.VERDICTS["QUESTION"],
    plausibility.NO_OBJECTION: style.VerdictStyle(
        plausibility.NO_OBJECTION,
        "#F2F2F2",
        "",
        "○",
        "未发现异议（不是可行）",
        "no objection found (not: feasible)",
    ),
}
_ORDER = tuple(LOOKS)
_TEXT = {
    "zh": {
        "title": "每条目标路径查出了什么",
        "ranked": "速度可与别处实际变化比较",
        "other": "综合",
    },
    "en": {
        "title": "What the checks found for each target path",
        "ranked": "pace could be ranked among realised changes",
        "other": "General",
    },
}


@dataclass(frozen=True)
class _Grid:
    """Where everything stands, in millimetres from the upper left corner."""

    places: list[str]
    rows: list[str]
    lang: str
    names: float
    """Where the names of indicators begin."""
    left: float
    """Where the cells begin."""

    @property
    def column(self) -> float:
        return min(_WIDEST_CELL, (style.FULL_WIDTH_MM - self.left) / len(self.places))

    @property
    def bottom(self) -> float:
        return _HEAD + _ROW * len(self.rows)

    def top(self, indicator: str) -> float:
        return _HEAD + _ROW * self.rows.index(indicator)


@style.styled
def verdict_matrix(
    findings: pd.DataFrame,
    places: pd.DataFrame,
    indicators: pd.DataFrame,
    *,
    ax: Axes | None = None,
    lang: str = "zh",
) -> Axes:
    """Draw the worst verdict on every path: a row per indicator, a column per place, grouped by domain.

    A cell is a contradiction, a question, or nothing objected to; it is empty where the place has no path,
    and divided where it has several. A dot marks the paths whose required change could be ranked among
    changes really achieved (check C10). "No objection found" says nothing about feasibility.

    Parameters
    ----------
    findings : DataFrame
        `qiyou.plausibility.check`.
    places : DataFrame
        ``data.places``: id, name_zh, name_en.
    indicators : DataFrame
        ``data.indicators``: id, domain, name_zh, name_en.
    ax : Axes, optional
        An axes of 170 mm width; a figure of its own by default.
    lang : {"zh", "en"}

    Returns
    -------
    Axes
        Its data coordinates are millimetres, y downwards; a cell and its symbol have the gid
        ``place/indicator/variant``, the dot ``ranked/place/indicator/variant``.

    Raises
    ------
    DataError
        If a column is missing, no finding is about a path, there are more than ten places, or a place or
        indicator is not in its table.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> found = qiyou.plausibility.check_paths(data.targets, data.indicators)
    >>> ax = verdict_matrix(found, data.places, data.indicators, lang="en")
    >>> sorted({text.get_text() for text in ax.texts if (text.get_gid() or "").startswith("yuhuan/")})
    ['?', '○']
    """
    cells = verdict_cells(findings, indicators)
    _check(cells, places, indicators)
    grid = _layout(cells, indicators, lang)
    height = grid.bottom + _KEY
    if ax is None:
        fig, ax = plt.subplots(figsize=style.size("full", height), layout="constrained")
        fig.get_layout_engine().set(w_pad=0, h_pad=0, wspace=0, hspace=0)
    ax.set_axis_off()
    ax.set_xlim(0, style.FULL_WIDTH_MM)
    ax.set_ylim(height, 0)
    _draw_head(ax, grid, labels.names(places, lang))
    _draw_rows(ax, grid, indicators)
    _draw_cells(ax, grid, cells)
    _draw_key(ax, grid, dots=bool(cells["ranked"].any()))
    return ax


def verdict_cells(findings: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """What the matrix shows, one row per path.

    Parameters
    ----------
    findings : DataFrame
        `qiyou.plausibility.check`.
    indicators : DataFrame
        With id and domain.

    Returns
    -------
    DataFrame
        place, document, indicator, variant, domain, verdict, ranked (bool), codes; findings that are not
        about an indicator are left out.
    """
    summed = plausibility.summary(findings)
    summed = summed[summed["indicator"].fillna("") != ""].reset_index(drop=True)
    domains = indicators.set_index("id")["domain"]
    return summed[["place", "document", "indicator", "variant"]].assign(
        domain=summed["indicator"].map(domains).fillna(""),
        verdict=summed["verdict"],
        ranked=summed["feasibility"] == "",
        codes=summed["codes"],
    )


def _check(cells: pd.DataFrame, places: pd.DataFrame, indicators: pd.DataFrame) -> None:
    if cells.empty:
        raise DataError("verdict_matrix: no finding is about a path; pass qiyou.plausibility.check(data)")
    if cells["place"].nunique() > _MOST_PLACES:
        raise DataError(
            f"verdict_matrix: {cells['place'].nunique()} places do not fit the width of a page; choose "
            f"the findings of at most {_MOST_PLACES}"
        )
    for column, table in (("place", places), ("indicator", indicators)):
        unknown = sorted(set(cells[column]) - set(table["id"]))
        if unknown:
            names = ", ".join(unknown)
            raise DataError(f"verdict_matrix: {names} is not in the table of {column}s; add it there")


def _layout(cells: pd.DataFrame, indicators: pd.DataFrame, lang: str) -> _Grid:
    """Places with most paths first; indicators by domain, in each those that most places have first."""
    order = list(compare.DOMAINS)
    rows = (
        cells.drop_duplicates(["place", "indicator"])
        .groupby("indicator", sort=False)
        .agg(domain=("domain", "first"), shared=("place", "size"))
    )
    rank = rows["domain"].map(lambda domain: order.index(domain) if domain in order else len(order))
    rows = rows.assign(rank=rank, shared=-rows["shared"]).sort_values(["rank", "shared"], kind="stable")
    domains = [line for domain in rows["domain"].unique() for line in _domain(domain, lang).split("\n")]
    names = indicators.set_index("id").loc[rows.index, f"name_{lang}"]
    begin = 0.5 + _widest(domains) + _GAP
    places = list(cells["place"].value_counts(sort=True).index)
    return _Grid(places, list(rows.index), lang, begin, begin + _widest(names) + _GAP)


def _widest(texts: Iterable[str]) -> float:
    return max(style.text_width(text, size=style.SMALL_SIZE) for text in texts)


def _domain(domain: str, lang: str) -> str:
    known = domain if domain in compare.DOMAINS else ""
    title = (known if lang == "zh" else compare.DOMAINS.get(known)) or _TEXT[lang]["other"]
    return style.wrap(title, _WIDEST_DOMAIN, size=style.SMALL_SIZE)


def _draw_head(ax: Axes, grid: _Grid, names: dict[str, str]) -> None:
    ax.text(0.5, 0.6, _TEXT[grid.lang]["title"], ha="left", va="top", fontsize=style.TITLE_SIZE)
    heads = [labels.short(names[place], grid.lang) for place in grid.places]
    placed = labels.staggered(heads, grid.column, 0.6, size=style.SMALL_SIZE)
    for k, (place, (name, level)) in enumerate(zip(grid.places, placed, strict=True)):
        middle = grid.left + grid.column * (k + 0.5), _HEAD - 1.6 - 3.0 * level
        ax.text(*middle, name, ha="center", fontsize=style.SMALL_SIZE, gid=f"place/{place}")


def _draw_rows(ax: Axes, grid: _Grid, indicators: pd.DataFrame) -> None:
    """Names of indicators and of their domains, with a rule above every domain."""
    facts = indicators.set_index("id").loc[grid.rows]
    small = {"va": "center", "fontsize": style.SMALL_SIZE}
    before = None
    for indicator, domain, name in zip(grid.rows, facts["domain"], facts[f"name_{grid.lang}"], strict=True):
        top = grid.top(indicator)
        ax.text(grid.names, top + _ROW / 2, name, gid=f"name/{indicator}", **small)
        shown = domain if domain in compare.DOMAINS else ""
        title = _domain(shown, grid.lang)
        if shown != before:
            lines = 1 + title.count("\n")
            ax.text(0.5, top + lines * _ROW / 2, title, color=style.MUTED, gid=f"domain/{shown}", **small)
            ax.plot([0, style.FULL_WIDTH_MM], [top, top], color=style.RULE, lw=0.7)
            before = shown
        else:
            ax.plot([grid.names, grid.left], [top, top], color=style.GRID, lw=0.4)
    ax.plot([0, style.FULL_WIDTH_MM], [grid.bottom, grid.bottom], color=style.RULE, lw=0.7)


def _draw_cells(ax: Axes, grid: _Grid, cells: pd.DataFrame) -> None:
    paths = cells.groupby(["place", "indicator"], sort=False)
    parts, turns = paths["verdict"].transform("size"), paths.cumcount()
    for row, count, turn in zip(cells.itertuples(), parts, turns, strict=True):
        width = grid.column / count
        left = grid.left + grid.column * grid.places.index(row.place) + width * turn
        key = f"{row.place}/{row.indicator}/{row.variant}"
        _draw_cell(ax, (left, grid.top(row.indicator)), width, _ROW, LOOKS[row.verdict], gid=key)
        if row.ranked:
            middle = (left + width / 2 + 3.6, grid.top(row.indicator) + _ROW / 2)
            _draw_dot(ax, middle, gid=f"ranked/{key}")


def _draw_cell(
    ax: Axes, corner: tuple[float, float], width: float, height: float, look: style.VerdictStyle, *, gid: str
) -> None:
    # The hatch takes the colour of the edge, so the white gap between cells is a patch of its own.
    fill = {"facecolor": look.colour, "hatch": look.hatch, "edgecolor": look.hatch_colour, "lw": 0}
    ax.add_patch(Rectangle(corner, width, height, gid=gid, **fill))
    ax.add_patch(Rectangle(corner, width, height, fill=False, edgecolor=style.PAPER, lw=1.4))
    rim = [withStroke(linewidth=2.0, foreground=look.colour)] if look.hatch else []
    middle = corner[0] + width / 2, corner[1] + height / 2
    text = {"ha": "center", "va": "center", "fontsize": style.SMALL_SIZE, "path_effects": rim, "gid": gid}
    ax.text(*middle, look.symbol, color=style.MUTED if not look.hatch else look.ink, **text)


def _draw_dot(ax: Axes, middle: tuple[float, float], *, gid: str) -> None:
    ax.add_patch(Circle(middle, 0.75, facecolor=style.INK, edgecolor=style.PAPER, lw=0.5, gid=gid))


def _draw_key(ax: Axes, grid: _Grid, *, dots: bool) -> None:
    left, top = 0.5, grid.bottom + 2.6
    pitch = {"zh": (20, 22, 46, 44), "en": (28, 24, 54, 46)}[grid.lang]
    small = {"va": "center", "fontsize": style.SMALL_SIZE}
    for look, width in zip(LOOKS.values(), pitch, strict=False):
        _draw_cell(ax, (left, top), 6.5, _ROW, look, gid=f"key/{look.verdict}")
        ax.text(left + 7.5, top + _ROW / 2, look.label(grid.lang), gid=f"key/{look.verdict}", **small)
        left += width
    if not dots:
        return
    _draw_dot(ax, (left + 2, top + _ROW / 2), gid="key/ranked")
    ax.text(left + 4, top + _ROW / 2, _TEXT[grid.lang]["ranked"], gid="key/ranked", **small)


# ---------------------------------------------------------------- registered figure

_SAID = {
    "zh": {
        "subject": "{places}个地方、{indicators}项指标的{paths}条目标路径，每条取最重的一类结论",
        "found": "矛盾{CONTRADICTION}条，待询问{QUESTION}条，未发现异议{none}条；{ranked}。{objections}",
        "some": "所需速度能与别处实际变化比较的{n}条（{which}）",
        "nowhere": "所需速度能与足够多的别处实际变化比较的，一条也没有",
        "objection": "{place}{indicator}：{why}",
        "note": "“未发现异议”只是没有查出算术、逻辑或文字上的问题，不是可行的结论；没有任何结论表示“可行”。"
        "{ranked}空白：计划没有这一路径，或全文未能取得。一格分为两半的，是该地印有两条路径。{objections}。{more}",
        "dots": "黑点：所需速度可与别处历时多年的实际变化比较（{n}条），这也不等于可行；其余{rest}条缺少证据，可行性无法判定。",
        "no_dots": "没有一条路径的所需速度能与足够多的别处实际变化比较，可行性一概无法判定。",
        "asked": "矛盾与待询问：{}",
        "more": "另有{n}项询问不属于某一指标，图中未列。",
        "join": "；",
        "pair": "{place}{indicator}",
        "and": "、",
    },
    "en": {
        "subject": "{paths} target paths of {places} places for {indicators} indicators, each with its "
        "worst verdict",
        "found": "{CONTRADICTION} contradicted, {QUESTION} to be asked about, {none} without objection; "
        "{ranked}. {objections}",
        "some": "{n} could be ranked by pace among realised changes ({which})",
        "nowhere": "none could be ranked by pace among enough realised changes",
        "objection": "{place}, {indicator}: {why}",
        "note": "'No objection found' means that no fault of arithmetic, logic or wording turned up; it is "
        "no verdict on "
        "feasibility, and no cell says 'feasible'. {ranked}"
        "Blank: no such path in the plan, or its full text is not at hand. A divided cell: two paths are "
        "printed. "
        "{objections}. {more}",
        "dots": "Dot: the required pace could be ranked among multi-year changes really achieved elsewhere "
        "(paths: {n}), which is no verdict on feasibility either; for the other {rest} the evidence is missing, and "
        "feasibility is undecidable. ",
        "no_dots": "For no path are there enough multi-year changes really achieved elsewhere to rank the required "
        "pace among them; feasibility is undecidable throughout. ",
        "asked": "Contradictions and questions: {}",
        "more": "Questions that are not about an indicator, and so left out: {n}.",
        "join": "; ",
        "pair": "{place}, {indicator}",
        "and": "; ",
    },
}


@style.styled
def verdict_matrix_figure(data, lang: str) -> Drawing:
    """Every path that a plan prints, with the worst that all checks found for it."""
    findings = plausibility.check(data)
    cells = verdict_cells(findings, data.indicators)
    ax = verdict_matrix(findings, data.places, data.indicators, lang=lang)
    names = labels.names(data.places, lang), labels.names(data.indicators, lang)
    return Drawing(
        ax.figure,
        table=cells,
        source=labels.sources(data.documents, cells["document"], lang),
        alt=_alt(cells, *names, lang),
        note=_note(findings, cells, *names, lang),
    )


def _objections(cells: pd.DataFrame, places: dict[str, str], indicators: dict[str, str], lang: str) -> str:
    said = _SAID[lang]
    rows = cells[cells["codes"] != ""]
    rows = rows.sort_values("verdict", key=lambda column: column.map(_ORDER.index), kind="stable")
    return said["join"].join(
        said["objection"].format(
            place=labels.short(places[row.place], lang),
            indicator=indicators[row.indicator],
            why=said["and"].join(
                getattr(plausibility.CODES[code], f"meaning_{lang}") for code in row.codes.split()
            ),
        )
        for row in rows.itertuples()
    )


def _alt(cells: pd.DataFrame, places: dict[str, str], indicators: dict[str, str], lang: str) -> str:
    said, counts = _SAID[lang], cells["verdict"].value_counts()
    ranked = cells[cells["ranked"]]
    which = said["and"].join(
        said["pair"].format(place=labels.short(places[row.place], lang), indicator=indicators[row.indicator])
        for row in ranked.itertuples()
    )
    numbers = {f"{name}s": cells[name].nunique() for name in ("place", "indicator")} | {"paths": len(cells)}
    finding = said["found"].format(
        CONTRADICTION=counts.get("CONTRADICTION", 0),
        QUESTION=counts.get("QUESTION", 0),
        none=counts.get(plausibility.NO_OBJECTION, 0),
        ranked=said["some"].format(n=len(ranked), which=which) if len(ranked) else said["nowhere"],
        objections=_objections(cells, places, indicators, lang),
    )
    return alt_text("matrix", said["subject"].format(**numbers), finding, lang=lang)


def _note(findings: pd.DataFrame, cells: pd.DataFrame, places: dict, indicators: dict, lang: str) -> str:
    said, ranked = _SAID[lang], int(cells["ranked"].sum())
    objections = _objections(cells, places, indicators, lang)
    summed = plausibility.summary(findings)
    elsewhere = int(((summed["indicator"].fillna("") == "") & (summed["codes"] != "")).sum())
    return (
        said["note"]
        .format(
            ranked=said["dots"].format(n=ranked, rest=len(cells) - ranked) if ranked else said["no_dots"],
            objections=said["asked"].format(objections or "—"),
            more=said["more"].format(n=elsewhere) if elsewhere else "",
        )
        .strip()
    )
