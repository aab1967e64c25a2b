"""The answer to one question about one target: what it asks, compared with what, on what evidence."""

from __future__ import annotations

import html
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import pandas as pd

from qiyou import paths, words
from qiyou.plausibility import check, profile

if TYPE_CHECKING:
    from matplotlib.figure import Figure

    from qiyou.data import Data

_ASKED = ("QUESTION", "CONTRADICTION")


@dataclass(frozen=True, eq=False)
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
    _data: Data = field(repr=False)

    @property
    def text(self) -> str:
        """The answer in the language of the card."""
        return self.zh if self.lang == "zh" else self.en

    def __str__(self) -> str:
        heads = words.group("card", self.lang)
        parts = [self.title, "", self.text]
        if len(self.yardsticks):
            parts += ["", _aligned(self.yardsticks)]
        if self.questions:
            parts += ["", heads["ask"], *(f"- {question}" for question in self.questions)]
        return "\n".join([*parts, "", heads["source"] + words.joined(self.sources, self.lang)])

    def _repr_markdown_(self) -> str:
        heads = words.group("card", self.lang)
        parts = [f"### {_escaped(self.title)}", *map(_escaped, self.text.split("\n"))]
        if len(self.yardsticks):
            parts.append(_markdown(self.yardsticks))
        if self.questions:
            listed = "\n".join(f"- {_escaped(question)}" for question in self.questions)
            parts.append(f"**{heads['ask']}**\n\n{listed}")
        parts.append(f"*{heads['source']}{_escaped(words.joined(self.sources, self.lang))}*")
        return "\n\n".join(parts)

    def _repr_html_(self) -> str:
        heads = words.group("card", self.lang)
        parts = [f"<h3>{html.escape(self.title)}</h3>"]
        parts += [f"<p>{html.escape(line)}</p>" for line in self.text.split("\n")]
        if len(self.yardsticks):
            parts.append(self.yardsticks.to_html(index=False, border=0, justify="left"))
        if self.questions:
            listed = "".join(f"<li>{html.escape(question)}</li>" for question in self.questions)
            parts.append(f"<p><strong>{html.escape(heads['ask'])}</strong></p><ul>{listed}</ul>")
        cited = html.escape(heads["source"] + words.joined(self.sources, self.lang))
        return "\n".join([*parts, f"<p><em>{cited}</em></p>"])

    def figure(self) -> Figure:
        """The path beside what has been realised: see `qiyou.plot.answer_card`."""
        from qiyou import plot

        return plot.answer_card(self._data, place=self.place, indicator=self.indicator, lang=self.lang).figure


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
        title=_title(data, place, indicator, lang),
        zh=_text(data, place, indicator, facts, beside, "zh"),
        en=_text(data, place, indicator, facts, beside, "en"),
        facts=facts.reset_index(drop=True),
        yardsticks=_yardsticks(data, facts, lang),
        questions=tuple(check.sentences(asked, data, lang)) if len(asked) else (),
        sources=tuple(data.citation(document, lang) for document in cited),
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
    return Answers(
        profiles=plausibility.profiles(data), found=plausibility.check(data), aside=paths.set_aside(data)
    )


def _title(data: Data, place: str, indicator: str, lang: str) -> str:
    names = data.named(pd.DataFrame({"place": [place], "indicator": [indicator]}), lang=lang).iloc[0]
    return f"{names['place']} · {names['indicator']}"


def _text(data: Data, place: str, indicator: str, facts, beside, lang: str) -> str:
    """The answers of all lines, or why there is none."""
    names = data.named(pd.DataFrame({"place": [place], "indicator": [indicator]}), lang=lang).iloc[0]
    lines = [(row.document, row.variant, getattr(row, f"short_{lang}")) for row in facts.itertuples()]
    for (document, variant), rows in beside.groupby(["document", "variant"], sort=False):
        shown = [f"{row.year} {row.printed}" for row in rows.itertuples() if row.printed]
        key = "card.aside" if shown else "card.blank"
        lines.append((document, variant, words.say(key, lang, cells=words.joined(shown, lang), **names)))
    if not lines:
        return _not_printed(data, place, indicator, names, lang)
    if len(lines) == 1:
        return lines[0][2]
    titles = data.documents.set_index("id")["title" if lang == "zh" else "title_en"]
    return "\n".join(
        words.say("card.line", lang, title=titles[document], variant=variant, text=text)
        if variant
        else words.say("card.plan", lang, title=titles[document], text=text)
        for document, variant, text in lines
    )


def _not_printed(data: Data, place: str, indicator: str, names: pd.Series, lang: str) -> str:
    """That the place does not print the indicator, and who does."""
    printed = data.printed
    here = "card.not_printed" if place in set(data.documents["place"]) else "card.no_document"
    others = printed.loc[printed["indicator"].eq(indicator), "place"].drop_duplicates()
    who = data.named(others.to_frame(), lang=lang)["place"].tolist()
    tail = words.say("card.who", lang, places=words.joined(who, lang)) if who else words.say("card.nobody", lang)
    return words.say(here, lang, **names) + tail


def _yardsticks(data: Data, facts: pd.DataFrame, lang: str) -> pd.DataFrame:
    heads = words.group("card", lang)
    parts = [
        plausibility.profile.yardsticks(data, row, lang).assign(line=row.variant) for row in facts.itertuples()
    ]
    rows = pd.concat(parts, ignore_index=True) if parts else pd.DataFrame()
    several = len(facts) > 1
    return rows.rename(columns=heads).drop(columns=[] if several else ["line"], errors="ignore")
