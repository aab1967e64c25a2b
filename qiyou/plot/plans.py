"""What the plans print: paths, core indicators, two counties side by side, base against end, table against text."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from qiyou import compare, plausibility, words
from qiyou.errors import DataError
from qiyou.plot import forms, style
from qiyou.plot.style import Caption
from qiyou.words import say


@style.styled
def target_paths(
    data,
    indicator: str = "nursery_places_per_1000",
    places=None,
    *,
    ax: Axes | None = None,
    lang: str = "zh",
    width: str = "full",
    page: int = 1,
) -> Axes:
    """The printed path of one indicator for every place.

    Up to eight places share one panel; more have a small one each, the others behind it in grey.

    Parameters
    ----------
    data : Data
    indicator : str
        Name or id.
    places : sequence of str, optional
        Only these.

    Returns
    -------
    Axes
        The panel, or the first of the small ones. Markers have the gid ``place/variant/year``.

    Raises
    ------
    DataError
        If no document prints a number of it for a year.

    Examples
    --------
    >>> import qiyou
    >>> ax = qiyou.plot.target_paths(qiyou.load(), "sports_area_per_capita", lang="en")
    >>> [text.get_text() for text in ax.texts if "Yuhuan" in text.get_text()][-1]
    'Yuhuan 3.2'
    """
    indicator = data.indicator(indicator)
    names, looks = forms.place_names(data, lang), style.looks(data)
    frame = printed_path(data, indicator)
    if places is not None:
        frame = frame[frame["place"].isin([data.place(place) for place in places])]
    if frame.empty:
        raise DataError(
            f"target_paths: no plan prints a number of {indicator} for a year; choose another indicator."
        )
    label, unit = forms.indicator_names(data, lang)[indicator], forms.unit(frame["unit"].iloc[0], lang)
    order = list(dict.fromkeys(frame["place"]))
    chosen, pages = [order], 1
    small = len(order) > forms.MOST_PLACES and ax is None
    if small:
        chosen, pages = forms.paged(order, 35, page, "places")
    lasts = frame.sort_values("year", kind="stable").drop_duplicates(["place", "variant"], keep="last")
    said = [f"{names[row.place]} {row.year:.0f}: {forms.value(row, lang)}" for row in lasts.itertuples()]
    title = _path_title(frame, lasts, names, label, lang)
    facts = {"chart": "lines", "title": title, "finding": forms.joined(said, lang), "used": frame["document"]}
    facts |= {
        "table": frame.drop(columns=["low_closed", "high_closed"]).reset_index(drop=True),
        "pages": pages,
    }
    told = forms.told(data, "paths", lang, **facts, indicator=f"{label}, {unit}".strip(", "))
    if small:
        return _small_paths(frame, chosen, told, names, looks, unit, lang)
    ax = forms.panel(ax, told, 88 if width == "full" else 72, width)
    ends = forms.paths(ax, frame, looks)
    _, last = forms.years(ax, frame["year"].min(), frame["year"].max(), 120 if width == "full" else 46)
    forms.name_ends(
        ax, ends, lambda row: end_label(row, last, names, lang), looks, 72 if width == "full" else 58
    )
    ax.set_title(unit, loc="left")
    return ax


def printed_path(data, indicator: str) -> pd.DataFrame:
    """What is printed of an indicator for a year, without what the text repeats of its document's own table."""
    frame = data.printed
    frame = frame[frame["indicator"].eq(indicator) & frame["year"].notna() & frame["relation"].ne("none")]
    keys = ["document", "year", "value", "relation"]
    table = frame.loc[frame["origin"] == "table", keys].drop_duplicates()
    repeated = frame[keys].merge(table, on=keys, how="left", indicator=True)["_merge"].eq("both").to_numpy()
    return frame[~(repeated & frame["origin"].eq("text").to_numpy())]


def end_label(row, last: float, names: dict, lang: str) -> str:
    """Place, value as printed, and the year where it is not the last of the figure."""
    of = f"{names[row.place]} {row.variant}".strip()
    when = f" ({row.year:.0f})" if row.year != last else ""
    return f"{of} {forms.value(row, lang)}{when}"


def _path_title(frame: pd.DataFrame, lasts: pd.DataFrame, names: dict, label: str, lang: str) -> str:
    year = int(lasts["year"].mode().iloc[-1])
    ends = lasts[lasts["year"] == year]
    values = [forms.value(row, lang) for row in ends.sort_values("value").itertuples()]
    common = pd.Series(values).mode().iloc[0]
    facts = {"indicator": label, "year": year, "n": ends["place"].nunique(), "common": common}
    facts |= {"low": values[0], "high": values[-1], "k": values.count(common)}
    if facts["n"] == 1:
        first = frame.sort_values("year", kind="stable").iloc[0]
        facts |= {
            "place": names[first["place"]],
            "from_year": int(first["year"]),
            "first": forms.value(first, lang),
        }
        return say("plot.paths.one", lang, **facts)
    shared = "same" if facts["k"] == len(values) else "shared" if 2 * facts["k"] > len(values) else "range"
    return say(f"plot.paths.{shared}", lang, **facts)


def _small_paths(frame, chosen: list, told: Caption, names: dict, looks, unit: str, lang: str) -> Axes:
    """One small panel per place; the paths of all others lie behind it."""
    lines = -(-len(chosen) // 5)
    fig = forms.sheet(told, 29 * lines)
    axes = fig.subplots(lines, 5, sharex=True, sharey=True, squeeze=False)
    whole = frame[frame["value"].notna()].sort_values("year").groupby(["place", "document", "variant"])
    behind = [part[["year", "value"]].to_numpy(dtype=float) for _, part in whole]
    for ax in axes.flat[len(chosen) :]:
        ax.set_axis_off()
    for ax, place in zip(axes.flat, chosen, strict=False):
        ax.add_collection(LineCollection(behind, colors=style.GRID, linewidths=0.6, zorder=0))
        ends = forms.paths(ax, frame[frame["place"] == place], looks)
        head = f"{names[place]} {forms.value(ends.iloc[-1], lang)}"
        ax.set_title(forms.fit(head, 32, 5)[0], color=looks[place].text_colour)
        ax.autoscale_view()
    first, last = frame["year"].min(), frame["year"].max()
    axes[0, 0].set_xticks([first, last])
    axes[0, 0].xaxis.set_major_formatter("{x:.0f}")
    fig.supylabel(unit)
    return axes[0, 0]


# ---------------------------------------------------------------- core indicators

_COMPARED = ("met", "not_met", "at_or_above", "level", "below", "undecidable")


@style.styled
def core_overview(
    data,
    year: int = 2027,
    places=None,
    *,
    ax: Axes | None = None,
    lang: str = "zh",
    reference="auto",
    page: int = 1,
) -> Axes:
    """Places against the core indicators in one year, each cell with its value and how it stands to its reference.

    Parameters
    ----------
    data : Data
    year : int
    places : sequence of str, optional
        Only these; eight stand on one page.
    reference
        As in `qiyou.compare.core`.

    Returns
    -------
    Axes
        In millimetres; the cells are its first child Axes, their texts have the gid ``indicator/line/place``.

    Examples
    --------
    >>> import qiyou
    >>> ax = qiyou.plot.core_overview(qiyou.load(), lang="en")
    >>> [text.get_text() for text in ax.child_axes[0].texts][0]
    '● 5.5'
    """
    year = int(year)
    frame = compare.core(data, year, reference, places=places, grid=True)
    names, labels = forms.place_names(data, lang), forms.indicator_names(data, lang)
    symbols = style.fills("state")
    line = frame.groupby(["place", "indicator"], sort=False).cumcount().astype(str)
    kinds = frame["indicator"].map(data.indicators.set_index("id")["kind"])
    shown = [forms.value(row, lang, kind) for row, kind in zip(frame.itertuples(), kinds, strict=True)]
    text = frame["state"].map(lambda state: symbols[state].symbol) + " " + pd.Series(shown, frame.index)
    cells = frame.assign(row=frame["indicator"] + "/" + line, column=frame["place"], text=text.str.strip())
    rows = cells.drop_duplicates("row").sort_values("row", key=lambda row: row.map(_row_order(cells["row"])))
    first = rows["row"].str.endswith("/0")
    units = rows["unit"].map(
        lambda unit: forms.unit(unit, lang).split("/")[0] if lang == "zh" else _brief(unit)
    )
    rows = pd.DataFrame(
        {
            "row": rows["row"],
            "label": rows["indicator"].map(labels).where(first, say("plot.core.second", lang)),
            "group": rows["indicator"]
            .map(data.indicators.set_index("id")["domain"])
            .map(words.group("domain", lang)),
            "unit": units.where(first & (kinds[rows.index] != "status"), ""),
            "aside": rows["indicator"].map(_references(frame, kinds, lang)).where(first, "").fillna("—"),
        }
    )
    order = list(dict.fromkeys(frame["place"]))
    most = next(
        (
            n
            for n in range(forms.MOST_PLACES, 3, -1)
            if forms.cells_fit(cells["text"], min(n, len(order)), lang)
        ),
        3,
    )
    chosen, pages = forms.paged(order, most, page, "places")
    title = _core_title(frame, year, lang)
    missed = frame[frame["state"].isin(["not_met", "below"])]
    which = [f"{names[row.place]} {labels[row.indicator]}" for row in missed.itertuples()]
    finding = title + say("plot.core.missed", lang, n=len(which), which=forms.joined(which[:40], lang))
    facts = {
        "chart": "matrix",
        "title": title,
        "finding": finding,
        "n": len(order),
        "year": year,
        "pages": pages,
    }
    used = [*frame["document"], *frame["reference_source"]]
    table = frame.drop(columns=[name for name in frame if name.endswith(("_zh", "_en"))])
    told = forms.told(data, "core", lang, used=used, table=table, **facts)
    states = words.group("state", lang)
    heads = {place: names[place] for place in chosen}
    cells = cells[cells["column"].isin(chosen)]
    beside = {"head": say("plot.core.reference", lang)}
    return forms.matrix(ax, told, cells, rows, heads, symbols, states, beside=beside, lang=lang)


def _row_order(rows: pd.Series) -> dict[str, tuple[int, str]]:
    """Lines of one indicator stand together."""
    order = {name: k for k, name in enumerate(dict.fromkeys(rows.str.rpartition("/")[0]))}
    return {row: (order[row.rpartition("/")[0]], row) for row in rows.unique()}


def _brief(unit: str) -> str:
    """What a density is divided by stands in the name of the indicator."""
    return {"%": "%", "‰": "‰", "岁": "years", "元/年": "yuan"}.get(unit, "")


def _references(frame: pd.DataFrame, kinds: pd.Series, lang: str) -> dict[str, str]:
    """What the places of an indicator are held against: a number, or from which to which where it differs."""
    marks, found = words.group("reference_kind", lang), {}
    known = frame[frame["state"].isin(_COMPARED)].assign(kind_of=kinds)
    for indicator, rows in known.groupby("indicator", sort=False):
        if rows["kind_of"].iloc[0] == "status":
            found[indicator] = words.group("passed", lang)["yes"]
            continue
        ends = rows[["reference_low", "reference_high", "reference_value"]].to_numpy(dtype=float)
        ends = ends[np.isfinite(ends)]
        span = dict.fromkeys(f"{end:.6g}" for end in (ends.min(), ends.max()))
        sign = rows["reference_relation"].iloc[0] if rows["reference_relation"].nunique() == 1 else "eq"
        mark = "/".join(dict.fromkeys(marks.get(kind, "") for kind in rows["reference_kind"]))
        found[indicator] = f"{forms.SIGNS.get(sign, '')}{'–'.join(span)} {mark}".strip()
    return found


def _core_title(frame: pd.DataFrame, year: int, lang: str) -> str:
    """How many cells meet a target from above, how many stand below other plans."""
    count = frame["state"].value_counts()
    asked = {state: int(count.get(state, 0)) for state in _COMPARED}
    parts = []
    if judged := asked["met"] + asked["not_met"]:
        parts.append(say("plot.core.met", lang, n=judged, k=asked["met"]))
    if beside := asked["at_or_above"] + asked["level"] + asked["below"]:
        parts.append(say("plot.core.beside", lang, n=beside, k=beside - asked["below"], below=asked["below"]))
    said = ("；" if lang == "zh" else "; ").join(parts) or say("plot.core.none", lang)
    return say("plot.core.title", lang, year=year, said=said)


# ---------------------------------------------------------------- counties against one another


@style.styled
def pair(data, a: str, b: str, *, ax: Axes | None = None, lang: str = "zh", page: int = 1) -> Axes:
    """Two places side by side on the core indicators: where each starts, where it aims, who asks for more.

    Each row has a scale of its own; a hollow marker is a base already reached. Counts are shown and not compared.

    Examples
    --------
    >>> import qiyou
    >>> ax = qiyou.plot.pair(qiyou.load(), "yuhuan", "changxing", lang="en")
    >>> [text.get_text() for text in ax.texts if text.get_gid() == "value/nursery_places_per_1000"]
    ['3.87', '5.5', '4.50', '5.60']
    """
    a, b = data.place(a), data.place(b)
    frame = compare.pair(data, a, b, lang=lang)
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    kinds = data.indicators.set_index("id")["kind"]
    both = {"a": names[a], "b": names[b]}
    shown = frame[frame["missing"] != "both"]
    rows = []
    for row in shown.to_dict("records"):
        kind, lanes = kinds[row["indicator"]], []
        for side, place in (("a", a), ("b", b)):
            marks = [
                {
                    "value": row[f"{end}_{side}"],
                    "text": _as_printed(row[f"{end}_printed_{side}"], row[f"{end}_{side}"], kind, lang),
                    "look": looks[place],
                    "hollow": end == "base" and row[f"base_role_{side}"] == "baseline",
                    "relation": {"≥": "ge", ">": "gt", "≤": "le", "<": "lt"}.get(
                        row[f"{end}_printed_{side}"][:1]
                    ),
                }
                for end in ("base", "end")
                if row["missing"] != place and pd.notna(row[f"{end}_{side}"])
            ]
            same = len(marks) == 2 and marks[0]["text"] == marks[1]["text"]
            lanes.append(marks[1:] if same else marks)
        word = row["word_end"] or ("missing" if row["missing"] else "uncompared")
        which = names.get(row["missing"], "")
        said = say(f"plot.pair.{word}", lang, **both, which=which)
        unit = forms.unit(row["unit"], lang) if kind != "status" else ""
        name = f"{labels[row['indicator']]} {row['variant']}".strip()
        rows.append({"id": row["indicator"], "name": name, "below": unit, "lanes": lanes, "words": said})
    chosen, pages = forms.paged(rows, 23, page, "indicators")
    count = frame["word_end"].value_counts()
    n = int(sum(count.get(word, 0) for word in ("at_or_above", "level", "below", "undecidable")))
    facts = {**both, "n": n, **{word: int(count.get(word, 0)) for word in ("at_or_above", "level", "below")}}
    title = say("plot.pair.title", lang, **facts)
    found = [f"{row['name']}: {row['words']}" for row in rows]
    facts |= {"chart": "lanes", "title": title, "finding": forms.joined(found, lang), "pages": pages}
    used = data.documents.loc[data.documents["place"].isin([a, b]), "id"]
    told = forms.told(data, "pair", lang, used=used, table=frame.drop(columns=["why_a", "why_b"]), **facts)
    return forms.lanes(ax, told, chosen, heads=[(both["a"], looks[a]), (both["b"], looks[b])])


def _as_printed(printed: str, number: float, kind: str, lang: str) -> str:
    """A print that is a number and its sign, as it is; anything else by its number."""
    if kind == "status":
        return words.group("passed", lang)["yes" if number == 100 else "no"]
    found = re.fullmatch(r"([<>≤≥]?)(\d+(?:\.\d+)?)%?", printed)
    return found[1] + found[2] if found and float(found[2]) == number else forms.number(number, 0, lang)


@style.styled
def convergence(
    data, from_year: int = 2022, to_year: int = 2027, *, ax: Axes | None = None, lang: str = "zh"
):
    """From the base to the end of the plans: whether the places come closer, one small panel per indicator.

    Returns
    -------
    Figure
        Panels with the indicator as their label; with `ax`, the first indicator on it.
    """
    found = compare.convergence(data, from_year, to_year)
    found = found[found["why"] == ""].drop_duplicates("indicator")
    if found.empty:
        raise DataError("convergence: no indicator has three places that print a base and an end.")
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    narrows = int((found["verdict"] == "narrows").sum())
    facts = {
        "n": len(found),
        "k": narrows,
        "year": to_year,
        "places": len(set(", ".join(found["places"]).split(", "))),
    }
    spreads = [
        say(
            "plot.convergence.spread",
            lang,
            indicator=labels[row.indicator],
            low=forms.number(row.range_base, 0, lang),
            high=forms.number(row.range_end, 0, lang),
        )
        for row in found.itertuples()
    ]
    parts = []
    for row in found.itertuples():
        rows = printed_path(data, row.indicator)
        rows = rows[
            rows["place"].isin(row.places.split(", ")) & rows["year"].isin([row.base_year, row.end_year])
        ]
        parts.append(rows[rows["relation"] == "eq"])
    used = pd.concat(parts)["document"].unique()
    facts |= {"title": say("plot.convergence.title", lang, **facts), "finding": forms.joined(spreads, lang)}
    told = forms.told(data, "convergence", lang, chart="lines", used=used, table=found, **facts)
    if ax is None:
        lines = -(-len(found) // 3)
        fig = forms.sheet(told, 52 * lines)
        axes = fig.subplots(lines, 3, squeeze=False).ravel()
        for empty in axes[len(found) :]:
            empty.set_axis_off()
    else:
        axes, ax.caption = [ax], told
    for panel, row, rows in zip(axes, found.itertuples(), parts, strict=False):
        few = rows["place"].nunique() <= forms.MOST_PLACES
        ends = forms.paths(panel, rows, looks, width=1.4 if few else 0.6)
        panel.set_title(style.wrap(labels[row.indicator], 46))
        panel.set_label(row.indicator)
        panel.set_xlim(row.base_year - 0.4, row.end_year + 0.4)
        panel.set_xticks([row.base_year, row.end_year])
        panel.xaxis.set_major_formatter("{x:.0f}")
        if few:
            forms.name_ends(
                panel, ends, lambda end: f"{names[end.place]} {forms.value(end, lang)}", looks, 34
            )
    return axes[0] if ax is not None else fig


# ---------------------------------------------------------------- table, text, later document


@style.styled
def table_prose_worklist(
    data, *, found: pd.DataFrame | None = None, ax: Axes | None = None, lang: str = "zh", page: int = 1
) -> Axes:
    """What two passages say of the same thing: table against text, plan against later document.

    One row for each finding of C13 and C14 that compares two numbers of one year, questions first; the upper mark is the
    plan's, the hollow one below what is held against it. A yearly amount stands beside what the plan implies for the year.

    Parameters
    ----------
    data : Data
    found : DataFrame, optional
        `qiyou.plausibility.check` of the data, if it is at hand.
    """
    found = plausibility.check(data) if found is None else found
    found = found[found["check"].isin(["C13", "C14"])]
    facts = pd.DataFrame(found["facts"].tolist(), index=found.index)
    first = facts["needed"].fillna(facts["a_value"]) if "needed" in facts else facts.get("a_value")
    both = found.assign(first=first, second=facts.get("b_value"), first_sign=facts.get("a_relation"))
    both = both.assign(second_sign=facts.get("b_relation"), of=facts.get("needed"))
    both = both[both["first"].notna() & both["second"].notna() & both["code"].ne("TABLE_PROSE_TIMING")]
    if both.empty:
        raise DataError("table_prose_worklist: no two passages print a number for the same thing and year.")
    grave = ["CONTRADICTION", "QUESTION", "UNDECIDABLE", "NOTE"]
    both = both.sort_values("verdict", key=lambda verdict: verdict.map(grave.index), kind="stable")
    names, labels, looks = forms.place_names(data, lang), forms.indicator_names(data, lang), style.looks(data)
    codes = words.table("codes").set_index("code")[f"name_{lang}"]
    units, verdicts, origins = (
        data.indicators.set_index("id")["unit"],
        words.group("verdict", lang),
        words.group("origin", lang),
    )
    spoken = data.statements
    phrases = dict(
        zip(spoken["document"] + "/statement:" + spoken["id"].astype(str), spoken["phrase"], strict=True)
    )
    rows = []
    for row in both.itertuples():
        implied = pd.notna(row.of)
        sides = [
            (
                "implied" if implied else row.a_cell.partition("/")[2].partition(":")[0],
                row.first,
                row.first_sign,
                row.a_printed,
            )
        ]
        later = row.b_cell.partition("/")[0] != row.a_cell.partition("/")[0]
        sides.append(
            (
                "later" if later else row.b_cell.partition("/")[2].partition(":")[0],
                row.second,
                row.second_sign,
                row.b_printed,
            )
        )
        lanes = []
        for k, (origin, amount, sign, printed) in enumerate(sides):
            said = forms.SIGNS.get(sign, "") + _as_printed(printed, amount, "", lang).lstrip("<>≤≥")
            mark = {
                "value": amount,
                "text": f"{origins[origin]} {said}",
                "look": looks[row.place],
                "hollow": k == 1,
            }
            lanes.append([mark | {"relation": sign}])
        name = f"{labels.get(row.indicator) or phrases[row.a_cell]} {row.variant}".strip()
        year = "" if pd.isna(row.year) else row.year
        below = f"{names[row.place]} {year}, {forms.unit(units.get(row.indicator, ''), lang)}".strip(", ")
        rows.append({"id": f"{row.code}/{row.indicator}", "name": name, "below": below, "lanes": lanes})
        rows[-1]["words"] = f"{verdicts[row.verdict]}: {codes[row.code]}".replace(
            ": ", "：" if lang == "zh" else ": "
        )
    chosen, pages = forms.paged(rows, 22, page, "rows")
    counts = {"n": len(both), "k": int(both["verdict"].isin(grave[:2]).sum()), "pages": pages}
    counts["timing"] = int(found["code"].eq("TABLE_PROSE_TIMING").sum())
    title = say("plot.passages.title", lang, **counts)
    said = [
        f"{row['name']} ({row['below']}): {', '.join(lane[0]['text'] for lane in row['lanes'])}"
        for row in rows
    ]
    used = [cell.partition("/")[0] for cell in [*both["a_cell"], *both["b_cell"]]]
    counts |= {"chart": "lanes", "title": title, "finding": "; ".join(said)}
    told = forms.told(data, "passages", lang, used=used, table=both.drop(columns=["facts"]), **counts)
    return forms.lanes(ax, told, chosen)
