"""The figures of the two cases, nursery places and sports area, ready for `qiyou.figures`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import matplotlib.pyplot as plt
import pandas as pd

from qiyou import capacity, style
from qiyou.capacity import ASSESSABLE
from qiyou.capacity.intervals import keys
from qiyou.figures import Drawing, alt_text
from qiyou.plausibility.wording import cited
from qiyou.plot import labels
from qiyou.plot.capacity import balance_words, requirement_supply, row_label, scenario_band, stock_unit
from qiyou.plot.children import births_label, places_per_child
from qiyou.plot.national import NATION, county_on_national

NURSERY, AREA = "nursery_places_per_1000", "sports_area_per_capita"
_BALANCED = (("yuhuan", 2024), ("huangyan", 2025))
_MOST_BANDS = 6
_SHORT = {
    "zh": {NURSERY: "托位", AREA: "体育场地"},
    "en": {NURSERY: "nurseries", AREA: "sports area"},
}
_TEXTS = {
    "zh": {
        "until": "{place}：到{year}年",
        "sep": "；",
        "list": "、",
        "derived": "另有{n}项由本项目据上述来源推算",
        "balance_note": (
            "蓝色为按人口情景和四舍五入计算的需要新增面积，斜线为已公布项目乘以省内调查的单个面积；竖线加箭头只有下限。"
            "“另n处”为已公布而没有面积资料的，未计入：{left}。因此公布的项目够不够，无法判定。"
            "步道计入多少，文件没有说明。"
        ),
        "balance_subject": "需要新增与已公布的体育场地面积",
        "band_note": "阴影为人口情景与四舍五入的最不利范围；印得粗的数（如“4”“5”）范围宽。",
        "band_more": "另有{n}条路径因版面所限未画。",
        "band_subject": "计划水平所含的总量",
        "band_title": "{place}：{indicator}",
        "band_finding": "{place}{year}年{interval}{unit}",
        "child_note": (
            "3岁以下儿童按当年及前两年出生人数计；户籍出生不含外来人口的孩子，因此偏高；出生率{years}年以后为假设。"
            "托位是能力，不是使用。"
        ),
        "child_subject": "每千人口托位数折合每名3岁以下儿童的托位数",
        "child_finding": "{label}：{first}年{start:.2f}个，{last}年{end:.2f}个（{scenario}）",
        "national_note": "灰带是全国序列外推的预测区间，不是各地的；落在带内不是可行的证据。计划值是承诺，没有区间。",
        "soft": "全国2025年托位数为10月数，不是年末数。",
        "national_subject": "各地计划路径与全国实际值",
        "national_finding": "{indicator}：全国{year}年{value:g}，外推至{last}年{interval}",
        "held": "出生不变",
        "falling": "出生续降",
        "interval": "{place}，{label}（万平方米）：{interval}",
        "copy": "（转引）",
        "stop": "。",
        "unit": "{text}（{unit}）",
    },
    "en": {
        "until": "{place}: to {year}",
        "sep": "; ",
        "list": ", ",
        "derived": "{n} more computed here from those above",
        "balance_note": (
            "Blue: area that has to be added, over population scenarios and rounding. Hatched: announced "
            "projects times sizes of site surveys in the province. A stroke with an arrow is a least amount. "
            "Unsized: announced without a known area and not counted ({left}), so whether what is announced "
            "suffices is undecidable. How much of a trail counts is not stated."
        ),
        "balance_subject": "sports area that has to be added, and announced",
        "band_note": (
            "Shaded: worst case over population scenarios and rounding; wide where a figure is printed "
            "coarsely ('4')."
        ),
        "band_more": " Left out for want of room: {n} more paths.",
        "band_subject": "stocks that planned levels imply",
        "band_title": "{place}: {indicator}",
        "band_finding": "{place} in {year}: {interval} ({unit})",
        "child_note": (
            "Children under three are the births of the year and the two before. Registered births leave out "
            "migrants' children, so places per child come out too high. Birth rates after {years} are "
            "assumed. Capacity is not use."
        ),
        "child_subject": "places per 1,000 residents as places per child under three",
        "child_finding": "{label}: {start:.2f} in {first}, {end:.2f} in {last} ({scenario})",
        "national_note": (
            "The grey band is the prediction interval of the national series, not of the counties; lying "
            "inside it is no evidence. Planned values are commitments and have no interval."
        ),
        "soft": " The national number of places for 2025 is that of October, not of the year's end.",
        "national_subject": "planned paths and the national observed series",
        "national_finding": "{indicator}: China {value:g} in {year}, line to {last} {interval}",
        "held": "births held",
        "falling": "births falling on",
        "interval": "{place}, {label} (10,000 m²): {interval}",
        "copy": " (seen in a copy)",
        "stop": ".",
        "unit": "{text} ({unit})",
    },
}


@style.styled
def sports_balance_figure(data, lang: str) -> Drawing:
    """Required and announced sports area of the counties that announce projects."""
    names, texts = labels.names(data.places, lang), _TEXTS[lang]
    frames = [capacity.balance(data, place, until=year) for place, year in _BALANCED]
    both = pd.concat(frames, ignore_index=True)
    size = style.size("full", 44 + 9.5 * len(both))
    fig, axes = plt.subplots(len(frames), 1, figsize=size, height_ratios=[len(part) + 1 for part in frames])
    for ax, frame, (place, year) in zip(axes, frames, _BALANCED, strict=True):
        requirement_supply(frame, ax=ax, lang=lang)
        ax.set_title(texts["until"].format(place=labels.short(names[place], lang), year=year))
    left = [_facility(name, lang) for name in keys(both["left_out"]).split("; ")]
    return Drawing(
        fig,
        table=both,
        source=_credits(data, both["source"], lang),
        alt=alt_text("interval", texts["balance_subject"], _balance_finding(both, names, lang), lang=lang),
        note=texts["balance_note"].format(left=texts["list"].join(left)),
    )


@style.styled
def implied_stock_figure(data, lang: str) -> Drawing:
    """The stocks that planned paths imply, with their scenario bands: every path of a table, where a population of
    the place is sourced."""
    names, texts = labels.names(data.places, lang), _TEXTS[lang]
    stocks = _stocks(data)
    shown = stocks[:_MOST_BANDS]
    lines = -(-len(shown) // 2)
    fig, axes = plt.subplots(lines, 2, figsize=style.size("full", 64 * lines), squeeze=False)
    for ax in axes.flat[len(shown) :]:
        ax.set_axis_off()
    findings = []
    for ax, stock in zip(axes.flat, shown, strict=False):
        scenario_band(stock, ax=ax, lang=lang)
        short = labels.short(names[stock["place"].iloc[0]], lang)
        heading = texts["band_title"].format(place=short, indicator=_SHORT[lang][stock["indicator"].iloc[0]])
        end = capacity.span(stock[stock["year"] == stock["year"].max()]).iloc[0]
        unit, scale = stock_unit(end["unit"], lang)
        heading = texts["unit"].format(text=heading, unit=unit)
        ax.set_title(heading, fontsize=style.TEXT_SIZE, loc="left")
        interval = capacity.words(end["low"] / scale, end["high"] / scale, lang=lang)
        finding = texts["band_finding"].format(place=short, year=end["year"], interval=interval, unit=unit)
        findings.append(finding)
    table = pd.concat(shown, ignore_index=True)
    return Drawing(
        fig,
        table=table,
        source=_credits(data, table["source"], lang),
        alt=alt_text("line", texts["band_subject"], texts["sep"].join(findings), lang=lang),
        note=texts["band_note"]
        + (texts["band_more"].format(n=len(stocks) - len(shown)) if stocks[_MOST_BANDS:] else ""),
    )


def _stocks(data) -> list[pd.DataFrame]:
    """The implied stock of every path of a table that can be assessed, nurseries first, in the order of the places."""
    found = []
    for indicator in (NURSERY, AREA):
        paths = capacity.paths(data, indicator)
        paths = paths[paths["origin"] == "table"]
        for place in data.places["id"][data.places["id"].isin(paths["place"])]:
            path = paths[paths["place"] == place]
            people = capacity.populations(data, place, path["year"].unique())
            stock = capacity.implied_stock(path, people, data.indicators)
            if (stock["status"] == ASSESSABLE).any():
                found.append(stock)
    return found


@style.styled
def places_per_child_figure(data, lang: str) -> Drawing:
    """What the nursery paths mean per child under three."""
    names, texts = labels.names(data.places, lang), _TEXTS[lang]
    frame = capacity.per_child(data, capacity.paths(data, NURSERY))
    rows = frame.groupby(["place", "births"]).ngroups
    fig, ax = plt.subplots(figsize=style.size("full", 34 + 8 * rows))
    places_per_child(frame, names, ax=ax, lang=lang)
    seen = data.observations
    rates = seen[
        (seen["indicator"] == "birth_rate") & (seen["basis"] == "survey") & (seen["place"] != NATION)
    ]
    return Drawing(
        fig,
        table=frame,
        source=_credits(data, frame["source"], lang),
        alt=alt_text("dot", texts["child_subject"], _child_finding(frame, names, lang), lang=lang),
        note=texts["child_note"].format(years=rates["year"].max()),
    )


@style.styled
def national_curve_figure(data, lang: str) -> Drawing:
    """County paths of the two indicators over the nation's observed series."""
    names, indicators = labels.names(data.places, lang), labels.names(data.indicators, lang)
    texts = _TEXTS[lang]
    fig, axes = plt.subplots(1, 2, figsize=style.size("full", 88))
    tables, findings, soft = [], [], False
    for ax, indicator in zip(axes, (NURSERY, AREA), strict=True):
        path, series = capacity.paths(data, indicator), capacity.national_series(data, indicator)
        fit = capacity.extrapolated(series, range(series["year"].min(), path["year"].max() + 1))
        county_on_national(path, series, fit, names, ax=ax, lang=lang)
        ax.set_title(style.wrap(indicators[indicator], 74, size=style.TITLE_SIZE))
        tables.append(_national_table(path, series, fit).assign(indicator=indicator))
        soft |= series["note"].str.contains("not year end").any()
        last, seen = fit.iloc[-1], series.iloc[-1]
        findings.append(
            texts["national_finding"].format(
                indicator=indicators[indicator],
                year=seen["year"],
                value=seen["value"],
                last=int(last["year"]),
                interval=capacity.words(last["low"], last["high"], 1, lang=lang),
            )
        )
    table = pd.concat(tables, ignore_index=True)
    return Drawing(
        fig,
        table=table,
        source=_credits(data, table["source"], lang),
        alt=alt_text("line", texts["national_subject"], texts["sep"].join(findings), lang=lang),
        note=texts["national_note"] + (texts["soft"] if soft else ""),
    )


def _national_table(path: pd.DataFrame, series: pd.DataFrame, fit: pd.DataFrame) -> pd.DataFrame:
    """What is planned, observed and extrapolated, one below another."""
    parts = [
        path.assign(kind="planned", source=path["document"]),
        series.assign(kind="observed", place=NATION),
        fit.assign(kind="extrapolated", place=NATION, source=keys(series["source"])),
    ]
    columns = ["kind", "place", "document", "year", "value", "low", "high", "relation", "source"]
    return pd.concat([part.reindex(columns=columns) for part in parts], ignore_index=True)


def _credits(data, sources: Iterable[str], lang: str) -> str:
    """Documents and sources behind a figure, those seen only in a copy marked, computed ones counted."""
    texts, used = _TEXTS[lang], keys(sources).split("; ")
    known = data.sources[data.sources["id"].isin(used)]
    printed = known[known["grade"] != "derived"]
    titles = [
        title + (texts["copy"] if grade == "secondary" else "")
        for title, grade in zip(cited(printed, lang), printed["grade"], strict=True)
    ]
    if len(known) > len(printed):
        titles.append(texts["derived"].format(n=len(known) - len(printed)))
    documents = labels.sources(data.documents, used, lang)
    gap = " " if lang == "en" else ""
    return documents + gap + texts["list"].join(titles) + texts["stop"] if titles else documents


def _facility(name: str, lang: str) -> str:
    zh, en = capacity.FACILITIES[name]
    return zh if lang == "zh" else en


def _balance_finding(frame: pd.DataFrame, names: Mapping[str, str], lang: str) -> str:
    texts, parts = _TEXTS[lang], []
    for row in frame.itertuples():
        place, label = labels.short(names[row.place], lang), row_label(row, lang)
        interval = balance_words(row, lang)
        parts.append(texts["interval"].format(place=place, label=label, interval=interval))
    return texts["sep"].join(parts)


def _child_finding(frame: pd.DataFrame, names: Mapping[str, str], lang: str) -> str:
    texts, parts = _TEXTS[lang], []
    good = frame[frame["status"] == ASSESSABLE]
    for (place, births), rows in good.groupby(["place", "births"], sort=False):
        start = rows.sort_values("year").iloc[0]
        for end in rows[rows["year"] == rows["year"].max()].itertuples():
            part = texts["child_finding"].format(
                label=births_label(place, births, names, lang),
                first=start["year"],
                start=start["value"],
                last=end.year,
                end=end.value,
                scenario=texts.get(end.births_scenario, end.births_scenario),
            )
            parts.append(part)
    return texts["sep"].join(parts)
