"""What the plans print: paths, core indicators, two counties beside each other, table against text."""

from __future__ import annotations

import re

import numpy as np
import pandas as pd
from matplotlib.axes import Axes
from matplotlib.collections import LineCollection

from qiyou import compare, plausibility, words
from qiyou.errors import need
from qiyou.plot import forms, style
from qiyou.plot.forms import figure, mark
from qiyou.relate import SIGN


@figure
def target_paths(desk, indicator: str = "nursery_places_per_1000", places=None) -> Axes:
    """The printed path of one indicator for every place; more than eight have a small panel each.

    Parameters
    ----------
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
    >>> ax = qiyou.plot.target_paths(qiyou.load(), "人均体育场地面积", lang="en")
    >>> [text.get_text() for text in ax.texts if "Yuhuan" in text.get_text()]
    ['Yuhuan ≥3.1 (2024)', 'Yuhuan 3.2']
    """
    indicator = desk.data.indicator(indicator)
    frame = printed_path(desk.data, indicator, places and [desk.data.place(place) for place in places])
    need(not frame.empty, "plot.none.paths", indicator=desk.labels[indicator])
    unit, order = desk.unit(frame["unit"].iloc[0]), list(dict.fromkeys(frame["place"]))
    small = len(order) > forms.MOST_PLACES and desk.ax is None
    chosen = desk.turn(order, 35) if small else order
    lasts = frame.sort_values("year", kind="stable").drop_duplicates(["place", "variant"], keep="last")
    said = [f"{desk.names[row.place]} {row.year}{desk.colon}{desk.value(row)}" for row in lasts.itertuples()]
    facts = {"title": _path_title(desk, frame, lasts, desk.labels[indicator]), "finding": desk.join(said)}
    facts |= {"chart": "lines", "used": frame["document"], "indicator": f"{desk.labels[indicator]} ({unit})"}
    desk.told("paths", table=frame, **facts)
    if small:
        return _small_paths(desk, frame, chosen, unit)
    full = desk.width == "full"
    ax = desk.panel(88 if full else 72)
    ends, last = forms.paths(ax, frame, desk.looks), frame["year"].max()
    forms.years(ax, frame["year"].min(), last, 120 if full else 46)
    forms.name_ends(desk, ax, ends, last, 72 if full else 58)
    ax.set_title(unit)
    return ax


def printed_path(data, indicator: str, places=None) -> pd.DataFrame:
    """What is printed of an indicator for a year, without what the text repeats of its own table."""
    frame = data.printed
    frame = frame[frame["indicator"].eq(indicator) & frame["year"].notna() & frame["relation"].ne("none")]
    keys = ["document", "year", "value", "relation"]
    first = frame.sort_values("origin", kind="stable").drop_duplicates(keys).index
    frame = frame[frame["origin"].eq("table") | frame.index.isin(first)]
    return frame if places is None else frame[frame["place"].isin(places)]


def _path_title(desk, frame: pd.DataFrame, lasts: pd.DataFrame, label: str) -> str:
    """What most places aim at in the last year of most paths."""
    year = int(lasts["year"].mode().iloc[-1])
    ends = lasts[lasts["year"] == year].sort_values("value")
    values = [desk.value(row) for row in ends.itertuples()]
    common = pd.Series(values).mode().iloc[0]
    facts = {"indicator": label, "year": year, "n": ends["place"].nunique(), "common": common}
    facts |= {"low": values[0], "high": values[-1], "k": values.count(common)}
    if facts["n"] == 1:
        first = frame[frame["place"].isin(ends["place"])].sort_values("year", kind="stable").iloc[0]
        facts |= {"place": desk.names[first["place"]], "from_year": first["year"], "first": desk.value(first)}
        return desk.say("paths.one", **facts)
    shared = "same" if facts["k"] == len(values) else "shared" if 2 * facts["k"] > len(values) else "range"
    return desk.say(f"paths.{shared}", **facts)


def _small_paths(desk, frame: pd.DataFrame, chosen: list, unit: str) -> Axes:
    """One small panel per place; the paths of all others lie behind it."""
    fig, axes = desk.panels(len(chosen), 5, 29, sharex=True, sharey=True)
    whole = frame[frame["value"].notna()].sort_values("year").groupby(["place", "document", "variant"])
    behind = [part[["year", "value"]].to_numpy(dtype=float) for _, part in whole]
    for ax, place in zip(axes, chosen, strict=False):
        ax.add_collection(LineCollection(behind, colors=style.GRID, linewidths=0.6, zorder=0))
        end = forms.paths(ax, frame[frame["place"] == place], desk.looks).iloc[-1]
        head, size = forms.fit(f"{desk.names[place]} {desk.value(end)}", 31, 7)
        ax.set_title(head, fontsize=size, color=desk.looks[place].text_colour)
        ax.autoscale_view()
    axes[0].set_xticks([frame["year"].min(), frame["year"].max()])
    axes[0].xaxis.set_major_formatter("{x:.0f}")
    fig.supylabel(unit)
    return axes[0]


# ---------------------------------------------------------------- core indicators


@figure
def core_overview(desk, year: int = 2027, places=None, reference="auto") -> Axes:
    """Places against the core indicators in one year, each cell with its value and its state.

    Parameters
    ----------
    year, reference
        As in `qiyou.compare.core`.
    places : sequence of str, optional
        Only these; eight at most stand on one page.

    Returns
    -------
    Axes
        In millimetres; the cells are its first child Axes, their texts have the gid ``indicator/line/place``.

    Examples
    --------
    >>> import qiyou
    >>> ax = qiyou.plot.core_overview(qiyou.load(), lang="en")
    >>> [text.get_text() for text in ax.child_axes[0].texts][0]
    '▲ 5.5'
    """
    year, facts = int(year), desk.facts
    frame = compare.core(desk.data, year, reference, places=places, grid=True)
    shown = [desk.value(row, facts["kind"][row.indicator]) for row in frame.itertuples()]
    cells = forms.cells(frame, "state", pd.Series(shown, frame.index))
    rows = cells.drop_duplicates("row")[["row", "indicator"]]
    rows = compare.references.ordered(rows, ["indicator", "row"], indicator=facts.index)
    first = rows["row"].str.endswith("/0")
    # What a density is divided by stands in the name of the indicator.
    unit = rows["indicator"].map(facts["unit"].where(facts["kind"] != "status", "").str.split("/").str[0])
    unit = unit if desk.lang == "zh" else unit.map({"%": "%", "岁": "years", "元": "yuan"}).fillna("")
    asides = {name: _reference(desk, part, facts["kind"][name]) for name, part in frame.groupby("indicator")}
    rows = rows.assign(unit=unit.where(first, ""), aside=rows["indicator"].map(asides).where(first, ""))
    order, head = list(dict.fromkeys(frame["place"])), desk.say("core.reference")
    chosen = desk.turn(order, forms.most_columns(cells["text"], len(order), desk.lang, head))
    low = frame[frame["state"].isin(["not_met", "below"])]
    which = [f"{desk.names[row.place]} {desk.labels[row.indicator]}" for row in low.itertuples()]
    title = _core_title(desk, frame["state"].value_counts(), year)
    finding = title + desk.stop + desk.say("core.missed", n=len(which), which=desk.join(which[:40]))
    used = [*frame["document"], *frame["reference_source"]]
    about = {"chart": "matrix", "title": title, "finding": finding, "used": used, "table": frame}
    desk.told("core", n=len(order), year=year, **about)
    kept = cells[cells["column"].isin(chosen)]
    return forms.matrix(desk, kept, rows, chosen, "state", head)


def _reference(desk, rows: pd.DataFrame, kind: str) -> str:
    """What the places are held against: a number, or from which to which, and of what kind."""
    rows = rows[rows["reference_kind"].ne("")]
    ends = rows[["reference_low", "reference_high", "reference_value"]].to_numpy(dtype=float)
    ends = ends[np.isfinite(ends)]
    if not len(ends) or kind == "status":
        return desk.group("passed")["yes"] if len(ends) else "—"
    span = "–".join(dict.fromkeys(f"{end:.6g}" for end in (ends.min(), ends.max())))
    signs = {forms.SIGNS.get(relation, "") for relation in rows["reference_relation"]}
    kinds = dict.fromkeys(desk.group("reference_kind").get(kind, "") for kind in rows["reference_kind"])
    return f"{signs.pop() if len(signs) == 1 else ''}{span} {'/'.join(kinds)}"


def _core_title(desk, count: pd.Series, year: int) -> str:
    """How many cells meet a target from above, how many stand below other plans."""
    count = count.reindex(["met", "not_met", "at_or_above", "level", "below"], fill_value=0)
    asked, beside = count.iloc[:2].sum(), count.iloc[2:].sum()
    parts = [desk.say("core.met", n=asked, k=count["met"])] if asked else []
    parts += [desk.say("core.beside", n=beside, below=count["below"])] if beside else []
    return desk.say("core.title", year=year, said=desk.semicolon.join(parts) or desk.say("core.none"))


# ---------------------------------------------------------------- counties against one another


@figure
def pair(desk, a: str, b: str) -> Axes:
    """Two places side by side on the core indicators: where each starts, where it aims, who asks for more.

    Examples
    --------
    >>> import qiyou
    >>> ax = qiyou.plot.pair(qiyou.load(), "玉环", "长兴", lang="en")
    >>> [text.get_text() for text in ax.texts if text.get_gid() == "value/nursery_places_per_1000/"]
    ['3.87', '5.5', '4.50', '5.60']
    """
    sides = {"a": desk.data.place(a), "b": desk.data.place(b)}
    frame = compare.pair(desk.data, *sides.values(), lang=desk.lang)
    both, rows = {side: desk.names[place] for side, place in sides.items()}, []
    for row in frame[frame["missing"] != "both"].to_dict("records"):
        facts, lanes = desk.facts.loc[row["indicator"]], []
        for side, place in sides.items():
            marks = []
            for end in ("base", "end"):
                printed, amount = row[f"{end}_printed_{side}"], row[f"{end}_{side}"]
                if pd.notna(amount):
                    text, sign = _as_printed(desk, printed, amount, facts["kind"])
                    hollow = end == "base" and row[f"base_role_{side}"] == "baseline"
                    marks.append(mark(amount, text, desk.looks[place], sign, hollow))
            lanes.append(marks[-1:] if len({one.text for one in marks}) == 1 else marks)
        word = "missing" if row["missing"] else "passing" if facts["kind"] == "status" else "uncompared"
        said = desk.say(f"pair.{row['word_end'] or word}", **both, which=desk.names.get(row["missing"], ""))
        name = f"{desk.labels[row['indicator']]} {row['variant']}".strip()
        below = desk.unit(facts["unit"]) if facts["kind"] != "status" else ""
        below = desk.say("pair.lower", unit=below) if SIGN.get(facts["direction"]) == -1 else below
        key = f"{row['indicator']}/{row['variant']}"
        rows.append({"id": key, "name": name, "below": below, "lanes": lanes, "words": said})
    chosen, count = desk.turn(rows, 23), frame["word_end"].value_counts()
    facts = {word: int(count.get(word, 0)) for word in ("at_or_above", "level", "below", "undecidable")}
    facts |= {**both, "n": sum(facts.values())}
    documents = desk.data.documents
    facts |= {"chart": "lanes", "used": documents.loc[documents["place"].isin(sides.values()), "id"]}
    found = desk.join(f"{row['name']}{desk.colon}{row['words']}" for row in rows)
    desk.told("pair", title=desk.say("pair.title", **facts), finding=found, table=frame, **facts)
    return forms.lanes(desk, chosen, list(sides.values()))


def _as_printed(desk, printed: str, amount: float, kind: str = "") -> tuple[str, str]:
    """A print that is a number and its sign, as it is; anything else by its number. And its relation."""
    if kind == "status":
        return desk.group("passed")["yes" if amount == 100 else "no"], "eq"
    found = re.fullmatch(r"([<>≤≥]?)(\d+(?:\.\d+)?)%?", printed)
    sign = found[1] if found else printed[:1] if printed[:1] in "<>≤≥" else ""
    text = found[2] if found and float(found[2]) == amount else forms.number(amount, 0, desk.lang)
    return sign + text, {"≥": "ge", ">": "gt", "≤": "le", "<": "lt"}.get(sign, "eq")


@figure
def convergence(desk, from_year: int = 2022, to_year: int = 2027):
    """From the base to the end of the plans: whether the places come closer, one small panel per indicator.

    Returns
    -------
    Figure
        Panels with the indicator as their label; with `ax`, the Axes with the first indicator.
    """
    every = compare.convergence(desk.data, from_year, to_year).drop_duplicates("indicator")
    found = every[every["why"] == ""]
    need(not found.empty, "plot.none.convergence")
    parts, spreads = [], []
    for row in found.itertuples():
        rows = printed_path(desk.data, row.indicator, row.places.split(", "))
        parts.append(rows[rows["year"].isin([row.base_year, row.end_year]) & rows["relation"].eq("eq")])
        low, high = (forms.number(spread, 0, desk.lang) for spread in (row.range_base, row.range_end))
        name = desk.labels[row.indicator]
        spreads.append(desk.say("convergence.spread", indicator=name, low=low, high=high))
    drawn, verdicts = pd.concat(parts), words.tally("spread", every["verdict"], desk.lang)
    title = desk.say("convergence.title", all=len(every), verdicts=verdicts, year=to_year)
    facts = {"n": len(found), "year": to_year, "places": drawn["place"].nunique(), "title": title}
    facts |= {"chart": "lines", "used": drawn["document"], "finding": desk.join(spreads), "table": found}
    desk.told("convergence", **facts)
    drawn, axes = desk.panels(len(found), 3, 52)
    for ax, row, rows in zip(axes, found.itertuples(), parts, strict=False):
        few = rows["place"].nunique() <= forms.MOST_PLACES
        ends = forms.paths(ax, rows, desk.looks, width=1.4 if few else 0.6)
        ax.set_title(style.wrap(desk.labels[row.indicator], 46))
        ax.set(label=row.indicator, xticks=[row.base_year, row.end_year])
        ax.set_xlim(row.base_year - 0.4, row.end_year + 0.4)
        ax.xaxis.set_major_formatter("{x:.0f}")
        if few:
            forms.name_ends(desk, ax, ends, row.end_year, 34)
    return drawn


# ---------------------------------------------------------------- table, text, later document

_GRAVE = ("CONTRADICTION", "QUESTION", "UNDECIDABLE", "NOTE")


@figure
def table_prose_worklist(desk, found: pd.DataFrame | None = None) -> Axes:
    """What two passages say of the same thing: table against text, plan against later document.

    One row for each finding of C13 and C14 that compares two numbers of one year, questions first; the upper
    mark is the plan's, the hollow one below what is held against it. A yearly amount stands beside what the
    plan implies.

    Parameters
    ----------
    found : DataFrame, optional
        `qiyou.plausibility.check` of the data, if it is at hand.
    """
    found = plausibility.check(desk.data) if found is None else found
    found = found[found["check"].isin(["C13", "C14"])]
    names = ["a_value", "a_relation", "b_value", "b_relation", "needed"]
    facts = pd.DataFrame(found["facts"].tolist(), index=found.index).reindex(columns=names)
    both = found.drop(columns="facts").join(facts.assign(a_value=facts["needed"].fillna(facts["a_value"])))
    both = both[both["a_value"].notna() & both["b_value"].notna() & both["code"].ne("TABLE_PROSE_TIMING")]
    need(not both.empty, "plot.none.passages")
    both = both.sort_values("verdict", key=lambda verdict: verdict.map(_GRAVE.index), kind="stable")
    codes, spoken = words.table("codes").set_index("code")[f"name_{desk.lang}"], desk.data.statements
    cells = spoken["document"] + "/statement:" + spoken["id"].astype(str)
    phrases = dict(zip(cells, spoken["phrase"], strict=True))
    rows = []
    for row in both.itertuples():
        (first, cell), (second, other) = (cell.split("/", 1) for cell in (row.a_cell, row.b_cell))
        origins = "implied" if pd.notna(row.needed) else cell, "later" if first != second else other
        lanes = []
        for side, origin in zip("ab", origins, strict=True):
            amount, relation = getattr(row, f"{side}_value"), getattr(row, f"{side}_relation")
            text = _as_printed(desk, getattr(row, f"{side}_printed"), amount)[0].lstrip("<>≤≥")
            text = f"{desk.group('origin')[origin.partition(':')[0]]} {forms.SIGNS.get(relation, '')}{text}"
            lanes.append([mark(amount, text, desk.looks[row.place], relation, side == "b")])
        name = f"{desk.labels.get(row.indicator) or phrases[row.a_cell]} {row.variant}".strip()
        unit = desk.unit(desk.facts.loc[row.indicator]["unit"]) if row.indicator else ""
        below = f"{desk.names[row.place]} {row.year}, {unit}".strip(", ")
        said = f"{desk.group('verdict')[row.verdict]}{desk.colon}{codes[row.code]}"
        key = f"{row.code}/{row.indicator}"
        rows.append({"id": key, "name": name, "below": below, "lanes": lanes, "words": said})
    chosen = desk.turn(rows, 22)
    counts = {"n": len(both), "k": int(both["verdict"].isin(_GRAVE[:2]).sum())}
    counts["timing"] = int(found["code"].eq("TABLE_PROSE_TIMING").sum())
    text = [f"{row['name']} ({row['below']}): {' / '.join(a.text for (a,) in row['lanes'])}" for row in rows]
    used = [cell.partition("/")[0] for cell in [*both["a_cell"], *both["b_cell"]]]
    counts |= {"title": desk.say("passages.title", **counts), "finding": desk.semicolon.join(text)}
    desk.told("passages", chart="lanes", used=used, table=both, **counts)
    return forms.lanes(desk, chosen)
