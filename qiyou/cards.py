"""The answer to one question about one target: what it asks, compared with what, on what evidence."""

from __future__ import annotations

import html
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pandas as pd

from qiyou import paths, plausibility, words
from qiyou.errors import QiyouError
from qiyou.plausibility.profile import assessed, yardsticks
from qiyou.plausibility.telling import addresses

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qiyou.data import Data

_ASKED = ("QUESTION", "CONTRADICTION")


@dataclass(frozen=True, eq=False, repr=False)
class Card:
    """What can be said of a place's target, in one language.

    Attributes
    ----------
    place, indicator, lang : str
        Ids, and the language of the words.
    title, zh, en : str
        The heading, and the answer in each language: a short paragraph for each line that the documents print.
    facts : DataFrame
        The rows of `qiyou.plausibility.profiles` behind it; empty where there is no target to answer for.
    yardsticks : DataFrame
        Every comparison, one row each: the line, the yardstick, what it shows, its interval and its evidence.
    questions : tuple of str
        What a reader should ask the author, in the language of the card.
    sources : tuple of str
        The documents, as a paper cites them.
    """

    place: str
    indicator: str
    lang: str
    title: str
    zh: str
    en: str
    facts: pd.DataFrame
    yardsticks: pd.DataFrame
    questions: tuple[str, ...]
    sources: tuple[str, ...]
    _data: Data

    @property
    def text(self) -> str:
        """The answer in the language of the card."""
        return self.zh if self.lang == "zh" else self.en

    @property
    def _cited(self) -> str:
        return words.group("card", self.lang)["source"] + words.joined(self.sources, self.lang)

    def __repr__(self) -> str:
        heads = words.group("card", self.lang)
        parts = [self.title, "", self.text]
        if len(self.yardsticks):
            parts += ["", words.aligned(self.yardsticks)]
        if self.questions:
            parts += ["", heads["ask"], *(f"- {question}" for question in self.questions)]
        return "\n".join([*parts, *(["", self._cited] if self.sources else [])])

    def _repr_markdown_(self) -> str:
        heads = words.group("card", self.lang)
        parts = [f"### {_escaped(self.title)}", *map(_escaped, self.text.split("\n"))]
        if len(self.yardsticks):
            parts.append(_markdown(self.yardsticks))
        if self.questions:
            listed = "\n".join(f"- {_escaped(question)}" for question in self.questions)
            parts.append(f"**{heads['ask']}**\n\n{listed}")
        return "\n\n".join([*parts, *([f"*{_escaped(self._cited)}*"] if self.sources else [])])

    def _repr_html_(self) -> str:
        heads = words.group("card", self.lang)
        parts = [f"<h3>{html.escape(self.title)}</h3>"]
        parts += [f"<p>{html.escape(line)}</p>" for line in self.text.split("\n")]
        if len(self.yardsticks):
            parts.append(words.Shown(self.yardsticks)._repr_html_())
        if self.questions:
            listed = "".join(f"<li>{html.escape(question)}</li>" for question in self.questions)
            parts.append(f"<p><strong>{html.escape(heads['ask'])}</strong></p><ul>{listed}</ul>")
        if self.sources:
            parts.append(f"<p><em>{html.escape(self._cited)}</em></p>")
        return "\n".join(parts)

    def figure(self) -> Figure:
        """The path beside what has been realised: see `qiyou.plot.answer_card`."""
        from qiyou import plot

        names = {"place": self.place, "indicator": self.indicator, "lang": self.lang}
        return plot.answer_card(self._data, **names, profile=self.facts).figure


def answer(data: Data, place: str, indicator: str, *, lang: str = "zh", read: Answers | None = None) -> Card:
    """How demanding a target is, compared with what, on what evidence, and what is still open.

    Parameters
    ----------
    data : Data
        What `qiyou.load()` returns.
    place, indicator : str
        Ids or names, as people write them.
    lang : {"zh", "en"}
    read : Answers, optional
        `answers(data)`, where many cards are made.

    Returns
    -------
    Card
        Also for rows without numbers, levels to keep and reviews to pass, of which it says that and no more; and
        where the place does not print the indicator it names those that do.

    Raises
    ------
    DataError
        If the place or the indicator is unknown; the message lists the nearest names.

    Examples
    --------
    >>> import qiyou
    >>> card = qiyou.answer(qiyou.load(), "玉环", "托位数")
    >>> card.facts["reading"].tolist()
    ['BELOW_EXPERIENCE']
    """
    place, indicator, lang = data.place(place), data.indicator(indicator), words.language(lang)
    read = read or answers(data)
    facts = read.of("profiles", place, indicator)
    beside = read.of("aside", place, indicator)
    found = read.of("found", place, indicator)
    asked = found[found["verdict"].isin(_ASKED)]
    cited = pd.unique(pd.concat([facts["document"], beside["document"]]))
    return Card(
        place=place,
        indicator=indicator,
        lang=lang,
        title=words.say("card_title", lang, **_names(data, place, indicator, lang)),
        zh=_text(data, place, indicator, facts, beside, "zh"),
        en=_text(data, place, indicator, facts, beside, "en"),
        facts=facts.reset_index(drop=True).drop(columns="locator"),
        yardsticks=_yardsticks(data, facts, lang),
        questions=tuple(plausibility.sentences(asked, data, lang)),
        sources=tuple(cite(data, document, lang) for document in cited),
        _data=data,
    )


@dataclass(frozen=True, eq=False)
class Answers:
    """What all cards of a data set are made of: profiles, findings, and the rows that ask for no number."""

    profiles: pd.DataFrame
    found: pd.DataFrame
    aside: pd.DataFrame

    def of(self, name: str, place: str, indicator: str) -> pd.DataFrame:
        """The rows of one place and indicator."""
        rows = getattr(self, name)
        return rows[rows["place"].eq(place) & rows["indicator"].eq(indicator)]


def answers(data: Data) -> Answers:
    """Read everything once, for many cards.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> read = answers(data)
    >>> qiyou.answer(data, "changxing", "nursery_places_per_1000", read=read).place
    'changxing'
    """
    (found, profiles), rows = assessed(data), paths.table(data)
    # a path of the running text has a locator for each of its figures; a line of a table has one
    where = rows.groupby(paths.KEYS, sort=False)["locator"].last().reset_index()
    profiles = profiles.merge(where, on=paths.KEYS, how="left")
    return Answers(profiles=profiles, found=found, aside=paths.set_aside(data))


def explore(data: Data, *, lang: str = "zh", read: Answers | None = None):
    """Choose a place, an indicator and a language in JupyterLab; the card and its figure follow.

    Parameters
    ----------
    data : Data
    lang : {"zh", "en"}
        The language to begin with.
    read : Answers, optional
        `answers(data)`, if it is at hand.

    Returns
    -------
    ipywidgets.VBox
        Shown where it is the last value of a cell.

    Raises
    ------
    QiyouError
        If ipywidgets is not installed.

    Examples
    --------
    >>> import qiyou
    >>> qiyou.explore(qiyou.load())  # doctest: +SKIP
    """
    try:
        import ipywidgets
    except ImportError as error:
        raise QiyouError("card_no_widgets") from error
    from IPython.display import display
    from matplotlib import pyplot

    read = read or answers(data)
    lines = pd.concat([read.profiles, read.aside])[["place", "indicator"]].drop_duplicates()
    heads = [words.group("heading", one) for one in ("zh", "en")]
    wide = {"layout": {"width": "38em"}, "style": {"description_width": "8em"}}
    said = (" ".join(head[name] for head in heads) for name in lines)
    place, indicator = (ipywidgets.Dropdown(description=text, **wide) for text in said)
    spoken = ipywidgets.ToggleButtons(options=[("中文", "zh"), ("English", "en")], value=words.language(lang))

    def fill(_=None) -> None:
        kept, there = indicator.value, lines[lines["place"].eq(place.value)]
        indicator.options = listed(there, "indicator")
        indicator.value = kept if kept in set(there["indicator"]) else there["indicator"].iloc[0]

    def listed(rows: pd.DataFrame, column: str) -> list[tuple[str, str]]:
        rows = rows[[column]].drop_duplicates()
        zh, en = (data.named(rows, lang=one)[column] for one in ("zh", "en"))
        return list(zip(zh + " " + en, rows[column], strict=True))

    def show(place: str, indicator: str, lang: str) -> None:
        card = answer(data, place, indicator, lang=lang, read=read)
        display(card)
        if len(card.facts):
            display(figure := card.figure())
            pyplot.close(figure)

    place.options = listed(lines, "place")
    place.observe(fill, "value")
    place.value = lines["place"].iloc[0]
    chosen = {"place": place, "indicator": indicator, "lang": spoken}
    return ipywidgets.VBox([*chosen.values(), ipywidgets.interactive_output(show, chosen)])


def cite(data: Data, document: str, lang: str = "zh") -> str:
    """A document as a paper cites it: issuer, title, date.

    Examples
    --------
    >>> import qiyou
    >>> cite(qiyou.load(), "yuhuan-plan-2023")
    '玉环市公共服务优质共享行动专班：《玉环市公共服务优质共享行动方案(2023-2027年)》，2023-06-28'
    """
    row = data.documents.set_index("id").loc[document]
    title = row["title_en"] if lang == "en" and row["title_en"] else row["title"]
    dated = next((date for date in (row["dated"], row["published"]) if date), "")
    parts = {"issuer": row["issuer"], "title": title, "dated": dated}
    missing = "_".join(["", *(name for name in ("issuer", "dated") if not parts[name])])
    return words.say(f"card_cite{missing.rstrip('_')}", lang, **parts)


def _names(data: Data, place: str, indicator: str, lang: str) -> dict[str, str]:
    frame = data.named(pd.DataFrame({"place": [place], "indicator": [indicator]}), lang=lang)
    return dict(frame.iloc[0])


def _text(data: Data, place: str, indicator: str, facts, beside, lang: str) -> str:
    """The answers of all lines, or why there is none."""
    names = _names(data, place, indicator, lang)
    if lang == "en":
        names["indicator"] = names["indicator"][:1].lower() + names["indicator"][1:]
    lines = [(row.document, row.locator, getattr(row, f"short_{lang}")) for row in facts.itertuples()]
    for row in beside.itertuples():
        key = f"card_{row.reason}" if row.printed else "card_blank"
        printed = row.printed if lang == "zh" else row.printed.replace("、", ", ")
        lines.append((row.document, row.locator, words.say(key, lang, printed=printed, **names)))
    if not lines:
        return _not_printed(data, place, indicator, names, lang)
    if len(lines) == 1:
        return lines[0][2]
    titles = data.documents.set_index("id")["title" if lang == "zh" else "title_en"]
    at = addresses(data, lang)
    return "\n".join(
        words.say("card_line", lang, title=titles[document], at=at(f"{document}/{locator}"), text=text)
        for document, locator, text in lines
    )


def _not_printed(data: Data, place: str, indicator: str, names: dict[str, str], lang: str) -> str:
    """That the place has no target path of the indicator, the figures that it prints of it, and who else does."""
    printed = data.printed[data.printed["indicator"].eq(indicator)]
    own, others = (printed[printed["place"].eq(place) == mine] for mine in (True, False))
    here = "card_not_printed" if place in set(data.documents["place"]) else "card_no_document"
    if len(own):
        here, form = "card_only_printed", words.messages(lang)["card_figure"]
        cells = zip(own["document"] + "/" + own["locator"], own["year"], own["printed"], strict=True)
        at = addresses(data, lang)
        figures = [form.format(at=at(cell), year=year, text=text) for cell, year, text in cells]
        names["figures"] = words.joined(figures, lang)
    others = others[["place"]].drop_duplicates()
    who = words.joined(data.named(others, lang=lang)["place"], lang)
    tail = words.say("card_who", lang, places=who) if who else words.say("card_nobody", lang)
    return words.say(here, lang, **names) + tail


def _yardsticks(data: Data, facts: pd.DataFrame, lang: str) -> pd.DataFrame:
    """The yardsticks of every line, with the line where there are several."""
    cells = facts["document"] + "/" + facts["locator"]
    rows = zip(facts.iterrows(), cells, strict=True)
    at = addresses(data, lang)
    parts = [yardsticks(row, lang).assign(line=at(cell)) for (_, row), cell in rows]
    if not parts:
        return pd.DataFrame()
    rows = pd.concat(parts, ignore_index=True)
    order = ["line", *(name for name in rows if name != "line")] if len(parts) > 1 else list(parts[0])[:-1]
    return rows[order].rename(columns=words.group("card_column", lang))


def _markdown(table: pd.DataFrame) -> str:
    rows = [list(table), [":--"] * table.shape[1], *table.astype(str).to_numpy().tolist()]
    return "\n".join(f"| {' | '.join(map(_escaped, row))} |" for row in rows)


def _escaped(text: str) -> str:
    """Text that Markdown prints as it is, a name with ``$`` or ``|`` in it, too."""
    return re.sub(r"([\\`*_|$<\[\]])", r"\\\1", text)
