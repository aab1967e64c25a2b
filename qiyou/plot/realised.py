"""C10 as a picture: the pace that plans require among paces really achieved elsewhere."""

from __future__ import annotations

import matplotlib.pyplot as plt
import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle

from qiyou import style
from qiyou.errors import DataError
from qiyou.figures import Drawing, alt_text
from qiyou.plausibility.ranks import ranked
from qiyou.plausibility.settings import Settings
from qiyou.plot import labels

AREA, NURSERY = "sports_area_per_capita", "nursery_places_per_1000"
_REALISED = "#00489B"
_REQUIRED = "#C13C00"
_BAND = "#F3D3C4"
_MARKERS = {"reported": "o", "soft": "^", "derived": "D", "short": "x"}
_SIZES = {"o": 3.6, "^": 4.2, "D": 3.3, "x": 3.6}
# Shares of a lane below its marks, and of the axes for the text over a lane.
_FLOOR = 0.04
_HEAD = 0.115
_TEXTS = {
    "zh": {
        "head": "{place}，{first}—{last}年每年需{required:.3g}（四舍五入{low:.3g}—{high:.3g}）",
        "rank": "起点{band_low:.3g}—{band_high:.3g}：m={m}，{below}个较慢",
        "rank_spread": "起点{band_low:.3g}—{band_high:.3g}：m={m}，{below_low}—{below_high}个较慢",
        "percentile": "百分位{percentile:.3g}（{confidence:g}%区间{ci_low:.3g}—{ci_high:.3g}）：{verdict}",
        "none": "起点{band_low:.3g}—{band_high:.3g}：m=0，{verdict}",
        "verdicts": {
            "WITHIN_FASTEST_QUARTER_LINE": "在最快四分之一的界限以下",
            "TOP_FIFTH_PACE": "属最快的五分之一",
            "UNPRECEDENTED_IN_REFERENCE": "高于全部",
            "TOO_FEW_IN_REFERENCE": "m不足{least}，无法判定",
            "RANK_NOT_DECIDED": "区间跨越界限，无法判定",
        },
        "xlabel": "每年变化（{unit}）",
        "legend": {
            "inside": "起点相近，计入m",
            "outside": "起点不同，不计入",
            "short": "不足{shortest}年，不计入",
            "derived": "一端为反推",
            "soft": "日期不确",
            "required": "计划所需速度（底色：四舍五入）",
        },
        "note": (
            "每个记号为一地实际达到的一段变化（由慢到快自下而上），横线为印出位数所容许的范围。计入m的历时{shortest}至{longest}年，"
            "起点在计划基期值的1/{factor:g}至{factor:g}倍之间；空心的起点不同，十字的历时不足{shortest}年，"
            "不足以衡量持续数年的速度，两者都不计入。百分位区间（Clopper–Pearson区间，连同四舍五入，视同独立样本，其实并不独立）"
            "整个不超过{quarter:g}，表示所需速度未越过最快四分之一的界限；整个高于{fifth:g}，则待询问；其余及m不足{least}，无法判定。"
            "低于界限也不等于可行：参照多为转载，成功经验偏多，有的起点由公布的增量反推，有的地方包含在别的地方之内。"
        ),
        "no_base": "{places}没有印出基期值，未列。",
        "subject": "计划所需速度与别处实际达到的速度",
        "finding": "{place}{indicator}每年需{required:.3g}，起点相近、历时{shortest}年以上的实际变化有{m}个，其中{below}个较慢，{verdict}",
        "finding_none": "{place}{indicator}每年需{required:.3g}，没有起点相近、历时{shortest}年以上的实际变化，无法判定",
        "source": "参照数据取自{n}份来源（其中{copies}份为转载），逐一列于所附数据表。",
        "sep": "；",
        "list": "、",
    },
    "en": {
        "head": "{place}, {first}–{last}: {required:.3g} a year (rounding {low:.3g}–{high:.3g})",
        "rank": "starts {band_low:.3g}–{band_high:.3g}: m = {m}, {below} slower",
        "rank_spread": (
            "starts {band_low:.3g}–{band_high:.3g}: m = {m}, {below_low} to {below_high} slower by rounding"
        ),
        "percentile": "percentile {percentile:.3g} ({confidence:g}% interval {ci_low:.3g}–{ci_high:.3g}): {verdict}",
        "none": "starts {band_low:.3g}–{band_high:.3g}: m = 0, {verdict}",
        "verdicts": {
            "WITHIN_FASTEST_QUARTER_LINE": "not in the fastest quarter",
            "TOP_FIFTH_PACE": "in the fastest fifth",
            "UNPRECEDENTED_IN_REFERENCE": "above all",
            "TOO_FEW_IN_REFERENCE": "m below {least}, undecidable",
            "RANK_NOT_DECIDED": "undecidable",
        },
        "xlabel": "Change per year ({unit})",
        "legend": {
            "inside": "counts in m",
            "outside": "other start, not counted",
            "short": "under {shortest} years, not counted",
            "derived": "end calculated back",
            "soft": "soft date",
            "required": "required; shaded: rounding",
        },
        "note": (
            "Each mark is one change that a place achieved (slowest at the bottom); strokes: what the printed "
            "digits allow. Those that count in m lasted {shortest} to {longest} years and start between 1/{factor:g} "
            "and {factor:g} times the plan's base value. Not counted are hollow marks, for another start, and "
            "crosses, for less than {shortest} years, which is no measure of a pace kept up for "
            "years. The percentile's Clopper-Pearson interval (rounding included; as if the places "
            "were an independent sample, which they are not) wholly at or below {quarter:g}: the pace does not "
            "cross the line of the fastest quarter; wholly above {fifth:g}: to be asked about; anything else, and "
            "m below {least}: undecidable. Even a pace below the line need not be feasible: most "
            "references are copies, success stories are over-represented, some starts are "
            "calculated back from "
            "a printed increase, and some places lie inside others."
        ),
        "no_base": " Not shown, for want of a printed base value: {places}.",
        "subject": "paces that plans require and paces achieved elsewhere",
        "finding": (
            "{indicator}, {place}: {required:.3g} a year required, changes over at least {shortest} years from "
            "like starts {m}, slower {below}, {verdict}"
        ),
        "finding_none": (
            "{indicator}, {place}: {required:.3g} a year required, no change over at least {shortest} years from a "
            "like start, undecidable"
        ),
        "source": (
            " References from {n} sources ({copies} of them copies), named one by one in the "
            "data of the figure."
        ),
        "sep": "; ",
        "list": ", ",
    },
}


@style.styled
def required_vs_realised(
    spells: pd.DataFrame,
    required: pd.DataFrame,
    names: dict[str, str] | None = None,
    *,
    ax: Axes | None = None,
    lang: str = "zh",
    settings: Settings | None = None,
) -> Axes:
    """One lane per plan: realised changes from slow to fast, the required pace as a line through them.

    Filled marks start from a level like the plan's and count, hollow ones and crosses do not, for their start or
    because they are too short; diamonds have an end calculated back, triangles a soft date. The shaded band is
    the rounding interval of the required pace.

    Parameters
    ----------
    spells, required : DataFrame
        As `qiyou.plausibility.ranks.ranked` returns them; plans with the code NOT_DEFINED are left out.
    names : dict of str to str, optional
        Place names in the language of the figure; by default the ids.
    ax : Axes, optional
        Where to draw; a new figure of column width by default.
    lang : {"zh", "en"}
    settings : Settings, optional
        Those of the ranking, for the confidence and the least m in the text.

    Returns
    -------
    Axes

    Raises
    ------
    DataError
        If no plan has a required pace.
    """
    settings = settings or Settings()
    plans = required[required["code"] != "NOT_DEFINED"]
    if plans.empty:
        raise DataError("required_vs_realised: no plan has a required pace; hand in what `ranked` returns")
    if ax is None:
        ax = plt.subplots(figsize=style.size("column", 40 * len(plans)))[1]
    for lane, plan in enumerate(plans.itertuples()):
        floor = len(plans) - 1 - lane
        peers = spells[(spells["document"] == plan.document) & (spells["plan_place"] == plan.place)]
        _draw_lane(ax, peers.sort_values("improvement", kind="stable"), plan, floor, 1 - _HEAD * len(plans))
        ax.text(
            0.01,
            floor + 0.96,
            _heading(plan, names or {}, lang, settings),
            transform=ax.get_yaxis_transform(),
            va="top",
            fontsize=style.SMALL_SIZE,
            linespacing=1.3,
            gid=f"rank/{plan.place}",
        )
        if lane:
            ax.axhline(floor + 1, color=style.GRID, linewidth=0.8)
    ax.set_ylim(0, len(plans))
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    ends = pd.concat([spells["improvement_high"], plans["required_high"]])
    low = min(0.0, float(spells["improvement_low"].min()))
    ax.set_xlim(low, low + (float(ends.max()) - low) * 1.04)
    ax.set_xlabel(_TEXTS[lang]["xlabel"].format(unit=labels.unit(plans["unit"].iloc[0], lang)))
    return ax


def _mark(spell) -> str:
    if spell.short:
        return "short"
    return "derived" if spell.derived else "soft" if spell.soft else "reported"


def _draw_lane(ax: Axes, peers: pd.DataFrame, plan, floor: float, top: float) -> None:
    bottom, top = floor + _FLOOR, floor + top
    ax.add_patch(
        Rectangle(
            (plan.required_low, bottom),
            plan.required_high - plan.required_low,
            top - bottom,
            facecolor=_BAND,
            edgecolor="none",
            gid=f"rounding/{plan.place}",
        )
    )
    ax.plot(
        [plan.required] * 2,
        [bottom, top],
        color=_REQUIRED,
        linewidth=1.4,
        zorder=2,
        gid=f"required/{plan.place}",
    )
    heights = bottom + (np.arange(len(peers)) + 0.5) / len(peers) * (top - bottom)
    for spell, height in zip(peers.itertuples(), heights, strict=True):
        marker = _MARKERS[_mark(spell)]
        ax.plot(
            [spell.improvement_low, spell.improvement_high], [height] * 2, color=style.RULE, linewidth=0.8
        )
        ax.plot(
            [spell.improvement],
            [height],
            linestyle="None",
            marker=marker,
            markersize=_SIZES[marker],
            markerfacecolor=_REALISED if spell.counts else style.PAPER,
            markeredgecolor=_REALISED,
            markeredgewidth=0.8,
            zorder=3,
            clip_on=False,
            gid=f"spell/{plan.place}/{spell.place}",
        )


def _heading(plan, names: dict[str, str], lang: str, settings: Settings) -> str:
    texts = _TEXTS[lang]
    verdict = texts["verdicts"][plan.code].format(least=settings.reference_least)
    fields = {
        "place": labels.short(names.get(plan.place, plan.place), lang),
        "first": plan.from_year,
        "last": plan.to_year,
        "required": plan.required,
        "low": plan.required_low,
        "high": plan.required_high,
        "band_low": plan.band_low,
        "band_high": plan.band_high,
        "m": int(plan.m),
        "below": int(plan.below),
        "below_low": int(plan.below_low),
        "below_high": int(plan.below_high),
        "percentile": plan.percentile,
        "confidence": 100 * settings.reference_confidence,
        "ci_low": plan.low,
        "ci_high": plan.high,
        "verdict": verdict,
    }
    if not plan.m:
        return "\n".join(texts[line].format(**fields) for line in ("head", "none"))
    rank = "rank" if plan.below_low == plan.below_high else "rank_spread"
    return "\n".join(texts[line].format(**fields) for line in ("head", rank, "percentile"))


def _legend(fig, lang: str, settings: Settings) -> None:
    words = {
        name: text.format(shortest=settings.spell_years_least)
        for name, text in _TEXTS[lang]["legend"].items()
    }

    def dot(marker: str, face: str) -> Line2D:
        return Line2D(
            [],
            [],
            linestyle="None",
            marker=marker,
            markersize=_SIZES[marker] + 0.6,
            markerfacecolor=face,
            markeredgecolor=_REALISED,
            markeredgewidth=0.8,
        )

    handles = {
        "inside": dot("o", _REALISED),
        "outside": dot("o", style.PAPER),
        "short": dot("x", style.PAPER),
        "derived": dot("D", _REALISED),
        "soft": dot("^", _REALISED),
        "required": (
            Rectangle((0, 0), 1, 1, facecolor=_BAND, edgecolor="none"),
            Line2D([], [], color=_REQUIRED, linewidth=1.4),
        ),
    }
    fig.legend(
        list(handles.values()),
        [words[name] for name in handles],
        loc="outside upper left",
        ncols=(len(handles) + 1) // 2,
        columnspacing=1.2,
        handletextpad=0.5,
        handlelength=1.4,
        borderpad=0.1,
    )


@style.styled
def required_vs_realised_figure(data, lang: str) -> Drawing:
    """Sports area and nursery places: required pace against realised ones."""
    places, indicators = labels.names(data.places, lang), labels.names(data.indicators, lang)
    texts, settings = _TEXTS[lang], Settings()
    fig, axes = plt.subplots(1, 2, figsize=style.size("full", 134))
    tables, findings, used, left = [], [], set(), []
    for ax, indicator in zip(axes, (AREA, NURSERY), strict=True):
        spells, required = ranked(data, indicator, settings=settings)
        required_vs_realised(spells, required, places, ax=ax, lang=lang, settings=settings)
        ax.set_title(style.wrap(indicators[indicator], 78, size=style.TITLE_SIZE))
        tables += [required.assign(part="required"), spells.assign(part="realised", indicator=indicator)]
        used |= set(spells["source"]) | set(spells["from_source"])
        left += [
            labels.short(places[place], lang) for place in required.query("code == 'NOT_DEFINED'")["place"]
        ]
        for plan in required[required["code"] != "NOT_DEFINED"].itertuples():
            findings.append(
                texts["finding" if plan.m else "finding_none"].format(
                    place=labels.short(places[plan.place], lang),
                    indicator=indicators[indicator],
                    required=plan.required,
                    below=int(plan.below),
                    m=int(plan.m),
                    shortest=settings.spell_years_least,
                    verdict=texts["verdicts"][plan.code].format(least=settings.reference_least),
                )
            )
    _legend(fig, lang, settings)
    table = pd.concat(tables, ignore_index=True)
    cited = {source for text in used for source in str(text).split("; ")}
    known = data.sources[data.sources["id"].isin(cited)]
    credit = texts["source"].format(
        n=len(known),
        copies=int(known["grade"].eq("secondary").sum()),
    )
    note = texts["note"].format(
        shortest=settings.spell_years_least,
        longest=settings.spell_years,
        factor=settings.level_factor,
        quarter=settings.reference_pass,
        fifth=settings.reference_question,
        least=settings.reference_least,
    )
    if left:
        note += texts["no_base"].format(places=texts["list"].join(left))
    return Drawing(
        fig,
        table=table,
        source=labels.sources(data.documents, table["document"].dropna(), lang) + credit,
        alt=alt_text("dot", texts["subject"], texts["sep"].join(findings), lang=lang),
        note=note,
    )
