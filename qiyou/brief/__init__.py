"""Papers that can be handed on: sentences with citations, the briefing of a county, a page for every target.

A briefing is one structure of blocks, written as Word, as a web page and, with every table behind it, as a
workbook. Its sentences are those of `statements`, its figures those of `qiyou.plot`, its table `qiyou.compare`'s.
"""

from __future__ import annotations

import html
import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pandas as pd

from qiyou import cards, compare, disk, plausibility, words
from qiyou.brief import papers
from qiyou.brief.citable import ASKED, Sources, Statement, framed, gathered, statements
from qiyou.brief.papers import Figure, Paper, workbook
from qiyou.errors import DataError, QiyouError
from qiyou.plausibility.telling import addresses

if TYPE_CHECKING:
    from qiyou.data import Data

__all__ = ["county", "pages", "statements", "workbook"]

_CHOSEN = {"pair": 1, "position": 1, "answer": 3, "nation": 1, "additions": 1, "balance": 1}
_CHOSEN |= {"balance_plain": 1, "noted": 1}
"""The sentences of a briefing, in order: of which kind, and at most how many."""
_DASH = "—"


def county(data: Data, place: str, with_: str | None = None, lang: str = "zh", to=None, *, read=None) -> Path:
    """Write the briefing of one place: ``brief.docx``, ``brief.html`` and ``tables.xlsx``.

    Parameters
    ----------
    data : Data
    place : str
        Id or name.
    with_ : str, optional
        Another place that it is set beside.
    lang : {"zh", "en"}
    to : path, optional
        The folder that holds the briefings; by default ``briefings``.
    read : qiyou.cards.Answers, optional
        `qiyou.cards.answers(data)`, where several are written.

    Returns
    -------
    Path
        The folder of this briefing, named after the place.

    Raises
    ------
    DataError
        If a place is unknown.

    Examples
    --------
    >>> import qiyou, tempfile
    >>> with tempfile.TemporaryDirectory() as to:
    ...     folder = qiyou.brief.county(qiyou.load(), "温岭", to=to)
    ...     print(folder.name, sorted(path.name for path in folder.iterdir()))
    温岭市 ['brief.docx', 'brief.html', 'tables.xlsx']
    """
    place, beside = data.place(place), data.place(with_) if with_ else None
    read, lang = read or cards.answers(data), words.language(lang)
    paper, tables = _composed(data, place, beside, lang, read)
    name = re.sub(r'[<>:"/\\|?*\x00-\x1f]', "_", _named(data, lang)[place]).strip(" .")
    folder = Path(to or "briefings") / name
    for name, content in (("docx", papers.docx(paper)), ("html", papers.web(paper))):
        disk.write(folder / f"brief.{name}", content)
    disk.write(folder / "tables.xlsx", workbook(tables))
    return folder


def _named(data: Data, lang: str) -> dict[str, str]:
    named = data.named(data.places[["id"]].rename(columns={"id": "place"}), lang=lang)["place"]
    return dict(zip(data.places["id"], named, strict=True))


def _composed(data: Data, place: str, beside: str | None, lang: str, read) -> tuple[Paper, dict]:
    """The blocks of a briefing, and the tables behind it."""
    heads, source, names = words.group("brief", lang), Sources(data, lang), _named(data, lang)
    found = gathered(data, place, lang, beside=beside, read=read)
    both = [one for one in (place, beside) if one]
    asked = read.found[read.found["place"].eq(place) & read.found["verdict"].isin(ASKED)]
    questions = plausibility.sentences(asked, data, lang)
    chosen, lead = _chosen(found), [one.sentence for one in found if one.key == "readings"]
    cells = [cell for one in chosen for cell in one.cells] + [*asked["a_cell"], *asked["b_cell"]]
    cells += list(data.documents.loc[data.documents["place"].isin(both), "id"])
    numbers = {text: number for number, text in enumerate(source.grouped(cells), 1)}
    lead = lead or [words.say("brief_nothing", lang, place=names[place])]
    blocks: list[tuple] = [("lead", text) for text in lead]
    blocks += [("heading", heads["findings"])] * bool(chosen)
    gap = "" if lang == "zh" else " "
    for one in chosen:
        grouped = source.grouped(one.cells).items()
        cited = [f"[{numbers[text]}]{gap}{words.joined(at, lang)}".strip() for text, at in grouped]
        said = words.say("brief_evidence", lang, evidence=one.evidence, sources=words.joined(cited, lang))
        blocks.append(("sentence", (one.sentence, said)))
    blocks += [("note", words.say("brief_caution", lang))] * bool(chosen)
    figures = _figures(data, place, beside, chosen, read, lang)
    blocks += [("figures", figures)] * bool(figures)
    try:
        dated = data.planned(place)["year"].notna().any()
        core = core_table(data, place, beside, lang) if dated else pd.DataFrame()
    except DataError:  # none of it is a core indicator
        core = pd.DataFrame()
    if len(core):
        key = "pair" if beside else "core"
        fields = {"a": names[place], "b": names.get(beside)}
        blocks += [("heading", heads["table"]), ("caption", words.say(f"brief_table_{key}", lang, **fields))]
        blocks += [("table", core), ("note", words.say(f"brief_note_{key}", lang, **fields))]
    mine = data.documents.loc[data.documents["place"].eq(place), "id"] + "/indicators.csv"
    aside = data.unfinished.loc[data.unfinished["file"].isin(mine), "name_zh"].tolist()
    blocks += [("note", words.say("brief_unfinished", lang, names=aside, count=len(aside)))] * bool(aside)
    if len(questions):
        blocks += [("heading", heads["ask"]), *(("bullet", text) for text in questions)]
    if numbers:
        listed = "　".join(f"[{number}] {text}" for text, number in numbers.items())
        blocks += [("heading", heads["sources"]), ("source", listed)]
    title = "brief_title_beside" if beside else "brief_title"
    title = words.say(title, lang, place=names[place], beside=names.get(beside))
    profiles = read.profiles[read.profiles["place"].isin(both)]
    compared = profiles.loc[profiles["m"].gt(0), "indicator"]
    realised = data.reference[data.reference["indicator"].isin(compared)]
    tables = {
        "statements": framed(found, source),
        "core": core,
        "profiles": profiles,
        "printed": data.printed[data.printed["place"].isin(both)],
        "asked": pd.DataFrame({"question": list(questions)}, dtype=object),
        "realised": realised.assign(citation=realised["source"].map(lambda key: source.joined([key]))),
        "sources": pd.DataFrame({"number": list(numbers.values()), "citation": list(numbers)}),
    }
    sheets = words.group("sheet", lang)
    return Paper(title, lang, blocks), {sheets[key]: table for key, table in tables.items()}


def _chosen(found: list[Statement]) -> list[Statement]:
    """The most telling sentences, each kind at most so often."""
    kinds = {key: [one for one in found if one.key == key] for key in _CHOSEN}
    told = [one.indicator for one in kinds["answer"]]
    balanced = [one.indicator for one in kinds["balance"] + kinds["balance_plain"]]
    kinds["balance"].reverse()  # of several years, the last
    kinds["nation"] = [one for one in kinds["nation"] if one.indicator in told[:1]]
    kinds["additions"] = [one for one in kinds["additions"] if one.indicator not in balanced]
    kinds["noted"].sort(key=lambda one: one.indicator not in told)
    return [one for key, most in _CHOSEN.items() for one in kinds[key][:most]]


def _figures(data: Data, place: str, beside: str | None, chosen, read, lang: str) -> list[Figure]:
    """The answer that tells most, and the second, or its path beside that of the other place."""
    from qiyou import plot

    known = read.profiles[read.profiles["place"].eq(place)].sort_values("m", ascending=False, kind="stable")
    wanted = {one.indicator for one in chosen if one.key == "answer"}
    wanted, drawn = [name for name in known["indicator"].unique() if name in wanted][:2], []
    for number, indicator in enumerate(wanted, 1):
        if number == 2 and beside:
            made = plot.target_paths(data, indicator, [place, beside], lang=lang, width="column")
        else:
            made = plot.answer_card(data, place, indicator, profile=read.profiles, lang=lang, width="column")
        drawn.append(_pictured(made, lang, number))
    return drawn


def _pictured(drawn, lang: str, number: int | None = None) -> Figure:
    """The picture alone: its title and note go into the caption."""
    from matplotlib import pyplot

    from qiyou.plot import style

    told, fig, buffer = style.caption(drawn), drawn.figure, io.BytesIO()
    for text in fig.texts:
        text.set_visible(False)
    with style.context(lang):
        fig.draw_without_rendering()
        fig.set_layout_engine("none")
        area = fig.get_tightbbox().padded(0.02)
        form = {"format": "png", "dpi": 200, "metadata": {"Software": None}}
        fig.savefig(buffer, bbox_inches=area, **form)
    pyplot.close(fig)
    text = told.title.rstrip("。.") + {"zh": "。", "en": ". "}[lang] + told.note
    text = words.say("brief_figure", lang, n=number, text=text) if number else text
    return Figure(buffer.getvalue(), text, told.alt)


def core_table(data: Data, place: str, beside: str | None, lang: str, year=None) -> pd.DataFrame:
    """The core indicators of a place beside those of another, or beside their reference, as texts.

    Parameters
    ----------
    place, beside : str
        Ids or names.
    year : int, optional
        Of the reference; by default the last that the place plans for.

    Raises
    ------
    DataError
        If nothing of it can be compared.
    """
    heads, names = words.group("brief", lang), _named(data, lang)
    place, beside = (data.place(name) if name else None for name in (place, beside))
    if beside:
        found = compare.pair(data, place, beside, lang=lang)
    else:
        found = compare.core(data, year or int(data.planned(place)["year"].max()), places=[place])
    lines = data.printed[data.printed["place"].eq(place)].drop_duplicates(["indicator", "variant"])
    row_of, form = lines.set_index(["indicator", "variant"])["locator"], words.group("place", lang)["beside"]
    labels, at = data.named(found, lang=lang)["indicator"].to_list(), addresses(data, lang)
    for number, key in enumerate(zip(found["indicator"], found["variant"], strict=True)):
        if key[1] in ("a", "b") and key in row_of:
            labels[number] = form.format(labels[number], at(row_of[key]))
    passed = found["indicator"].isin(data.indicators.loc[data.indicators["kind"].eq("status"), "id"])
    table = {heads["indicator"]: labels}
    table[heads["unit"]] = found["unit"] if lang == "zh" else found["unit"].map(words.unit)
    if beside:
        found = found.assign(common_year_a=found["gap_year_end"], common_year_b=found["gap_year_end"])
        kept = ("", "_printed", "_relation", "_year")
        for side, one in (("a", place), ("b", beside)):
            ends = [[f"{end}{name}_{side}" for name in kept] for end in ("base", "common", "end")]
            table[names[one]] = _paths(found, ends, f"base_role_{side}", passed, lang)
        gap, year = found["gap_end"].mask(passed), found["gap_year_end"]
        early = gap.notna() & year.lt(found[["end_year_a", "end_year_b"]].max(axis=1))
        gap = gap.map(words.number)
        table[heads["gap"]] = gap.mask(early, gap + "(" + year.map(words.number) + ")")
        table[heads["asks"].format(a=names[place])] = [heads.get(word, _DASH) for word in found["word_end"]]
        return pd.DataFrame(table)
    base = data.printed.query("year == year and value == value").sort_values(["role", "year"])
    base = base.drop_duplicates(["document", "indicator", "variant"])
    found = found.merge(base, how="left", on=["document", "indicator", "variant"], suffixes=("", "_0"))
    ends = [[f"{name}{end}" for name in ("value", "printed", "relation", "year")] for end in ("_0", "")]
    table[names[place]] = _paths(found, ends, "role_0", passed, lang)
    both = words.group("interval", lang)["both"]
    verdicts = words.group("verdict", lang) | {"no_reference": _DASH}
    limits = [found[f"reference_{end}"].map(words.number) for end in ("low", "high")]
    limits = zip(*limits, strict=True)
    table[heads["reference"]] = [low if low == high else both.format(low, high) for low, high in limits]
    table[heads["source"]] = [heads.get(kind, _DASH) for kind in found["reference_kind"]]
    table[heads["gap"]] = found["gap"].map(words.number)
    lower = data.indicators.set_index("id")["direction"].isin(["down", "at_most"])[found["indicator"]]
    less = found["verdict"].map(verdicts | words.group("verdict_down", lang))
    table[heads["verdict"]] = found["verdict"].map(verdicts).mask(lower.to_numpy(), less)
    return pd.DataFrame(table)


def _paths(rows: pd.DataFrame, ends: list[list[str]], role: str, passed: pd.Series, lang: str) -> list[str]:
    """What paths start from and where they end, with the years, in the indicator's unit."""
    heads, marks, texts = words.group("brief", lang), words.group("mark", lang), []
    for number, status in zip(range(len(rows)), passed, strict=True):
        said = []
        for end in ends:
            value, printed, relation, year = rows[end].iloc[number]
            if pd.isna(value):
                continue
            plain = re.search(r"\d+(\.\d+)?", str(printed))
            # as printed, unless the print has another unit or was misprinted
            kept = plain and float(plain[0]) == value
            text = marks[relation] + (plain[0] if kept else words.number(float(value)))
            text = heads["passed" if value == 100 else "not_passed"] if status else text
            said.append(words.say("brief_cell", lang, value=text, year=int(year)))
        said = list(dict.fromkeys(said))
        if len(said) > 1 and rows[role].iloc[number] == "target":
            said[0] = heads["first_target"].format(said[0])
        texts.append("→".join(said) or _DASH)
    return texts


def pages(
    data: Data, to, lang: str = "zh", *, read=None, progress: Callable[[int, int, str], None] | None = None
) -> Path:
    """A web page for every target, and one that lists them all.

    Parameters
    ----------
    data : Data
    to : path
        The folder: ``index.html`` and ``cards/<place>-<indicator>.html``; they ask for nothing from elsewhere.
    lang : {"zh", "en"}
    read : qiyou.cards.Answers, optional
    progress : callable, optional
        Called with how many pages are written, how many there are, and the name of the last.

    Returns
    -------
    Path
        The index.
    """
    from qiyou import plot

    heads, read, to = words.group("brief", words.language(lang)), read or cards.answers(data), Path(to)
    targets, rows = read.profiles.drop_duplicates(["place", "indicator"]), []
    readings = words.group("reading", lang)
    named = data.named(targets[["place", "indicator"]], lang=lang)
    back = f'<p><a href="../index.html">{heads["back"]}</a></p>'
    for (_, one), (_, name) in zip(targets.iterrows(), named.iterrows(), strict=True):
        card = cards.answer(data, one["place"], one["indicator"], lang=lang, read=read)
        parts, file = [card._repr_html_()], f"cards/{one['place']}-{one['indicator']}.html"
        try:
            drawn = plot.answer_card(data, card.place, card.indicator, profile=read.profiles, lang=lang)
            parts.append(papers.pictured(_pictured(drawn, lang)))
        except QiyouError:  # a review to be passed: there is nothing to draw
            pass
        disk.write(to / file, papers.page(card.title, [*parts, back], lang))
        said = words.joined([readings[code] for code in dict.fromkeys(card.facts["reading"])], lang)
        place, target = (html.escape(str(name[key])) for key in ("place", "indicator"))
        rows.append([place, f'<a href="{quote(file)}">{target}</a>', html.escape(said)])
        if progress:
            progress(len(rows), len(targets), card.title)
    table = pd.DataFrame(rows, columns=[heads["place"], heads["target"], heads["reading"]])
    title, note = (html.escape(words.say(key, lang)) for key in ("brief_index", "brief_caution"))
    listed = table.to_html(index=False, border=0, escape=False)
    parts = [f"<h1>{title}</h1>", listed, f'<p class="note">{note}</p>']
    disk.write(to / "index.html", papers.page(title, parts, lang))
    return to / "index.html"
