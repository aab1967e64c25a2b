"""Findings in words: the messages of ``tables/messages.csv`` filled with the facts, when somebody reads them.

A message names the two cells (``{a}``, ``{b}``: the number in the indicator's unit), where they stand
(``{label}`` and ``{b_label}`` with the name, ``{a_at}`` and ``{b_at}`` without), their years and documents,
and facts: ``{x}`` a number, ``{x_u}`` in the indicator's unit, ``{x_p}`` in the unit of its changes.
"""

from __future__ import annotations

from collections.abc import Callable
from string import Formatter
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import words

if TYPE_CHECKING:
    from qiyou.data import Data

_DIGITS = 4


def sentences(
    found: pd.DataFrame, data: Data, lang: str = "zh", *, where: Callable[[str], str] | None = None
) -> np.ndarray:
    """One sentence for each finding.

    Parameters
    ----------
    found : DataFrame
        Findings of `check`, whole or in part.
    data : Data
        The data that were checked: they hold the names.
    lang : {"zh", "en"}
    where : callable, optional
        What a cell (``<document>/table:12:2027``) is called; by default its row, or the number of its statement.

    Returns
    -------
    ndarray of str (object), shape (n,)

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> found = qiyou.plausibility.check(data).query("code == 'BOUND_AT_CEILING'")
    >>> print(sentences(found, data, "en")[0])
    Coverage with homes for the disabled (statement 109): printed ≥100%, a bound that leaves only that number.
    """
    speaker = Speaker(data, words.language(lang), where)
    case = found["facts"].map(lambda facts: facts["case"]).astype("str")
    keys = found["code"].where(case.eq(""), found["code"] + "." + case).to_numpy(dtype=object)
    out = np.full(len(found), "", dtype=object)
    for key in pd.unique(keys):
        at = np.flatnonzero(keys == key)
        said = words.say_each([key] * len(at), lang, speaker.fields(key, found.iloc[at]))
        out[at] = [sentence[0].upper() + sentence[1:] for sentence in said]
    return out


class Speaker:
    """The names of one data set in one language; `where` says what a cell is called."""

    def __init__(self, data: Data, lang: str, where: Callable[[str], str] | None = None):
        self.lang, self._at = lang, where or self._at
        indicators = data.indicators.set_index("id")
        printed, said = indicators["unit"], data.statements
        place = said["document"] + "/statement:" + said["id"].astype(str)
        # figures that flows.csv names by their place have no indicator, but a phrase and a unit
        phrase, unit = ("“" + said["phrase"] + "”").set_axis(place), said["unit"].set_axis(place)
        self.names = pd.concat([indicators[f"name_{lang}"], phrase]).to_dict()
        self.units = {key: self._glued(text) for key, text in pd.concat([printed, unit]).items()}
        self.changes = {key: self._glued(text, change=True) for key, text in printed.items()}
        self.places = data.places.set_index("id")[f"name_{lang}"].to_dict()
        documents = data.documents.set_index("id")
        titles = documents["title"]
        if lang == "en" and "title_en" in documents:
            titles = documents["title_en"].where(documents["title_en"].ne(""), titles)
        self.titles = titles.to_dict()
        self.sources = dict(zip(data.sources["id"], cited(data.sources, lang), strict=True))
        self.marks, self.kinds = words.group("mark", lang), words.group("standard", lang)

    def fields(self, key: str, found: pd.DataFrame) -> pd.DataFrame:
        """What the message of `key` names, as columns of text."""
        template = words.table("messages").set_index("key").at[key, self.lang]
        asked = {name for _, name, _, _ in Formatter().parse(template) if name}
        rows = pd.DataFrame(found["facts"].tolist(), index=found.index)
        rows = rows.assign(a_indicator=found["indicator"], a_cell=found["a_cell"], b_cell=found["b_cell"])
        for side in ("a", "b") if "b_indicator" in rows else ("a",):
            named = rows[f"{side}_indicator"]
            rows[f"{side}_indicator"] = named.where(named.ne(""), rows[f"{side}_cell"])
        rows = rows.to_dict("list")
        return pd.DataFrame({name: self._texts(name, rows) for name in asked}, index=found.index)

    def _texts(self, name: str, rows: dict[str, list]) -> list[str]:
        name = {"label": "a_label", "y0": "a_year", "y1": "b_year"}.get(name, name)
        side = name[0]
        if name in ("a", "b"):
            columns = (rows[f"{side}_{part}"] for part in ("relation", "value", "indicator"))
            return [self.marks[r] + self.quantity(v, self.units[i]) for r, v, i in zip(*columns, strict=True)]
        if name in ("a_at", "b_at"):
            return [self._at(cell) for cell in rows[f"{side}_cell"]]
        if name in ("a_label", "b_label"):
            form = words.group("place", self.lang)["beside"]
            pairs = zip(rows[f"{side}_indicator"], rows[f"{side}_cell"], strict=True)
            return [form.format(self.names[indicator], self._at(cell)) for indicator, cell in pairs]
        if name in ("a_title", "b_title"):
            return [self.titles[cell.split("/")[0]] for cell in rows[f"{side}_cell"]]
        if name.endswith(("_u", "_p")):
            unit = self.units if name.endswith("_u") else self.changes
            pairs = zip(rows[name[:-2]], rows["a_indicator"], strict=True)
            return [self.quantity(value, unit[indicator]) for value, indicator in pairs]
        return [self._plain(name, value) for value in rows[name]]

    def _plain(self, name: str, value) -> str:
        if isinstance(value, tuple):
            return self._listed([str(self.places.get(one, one)) for one in value])
        if name in ("above", "kind", "source"):
            return {"above": self.places, "kind": self.kinds, "source": self.sources}[name][value]
        if name == "second":
            return self._at(value)
        return words.number(_short(value)) if isinstance(value, float) else str(value)

    def _listed(self, names: list[str], most: int = 8) -> str:
        more = words.group("place", self.lang)["more"].format(len(names)) if len(names) > most else ""
        if self.lang == "zh" or more or len(names) < 2:
            return {"zh": "、", "en": ", "}[self.lang].join(names[:most]) + more
        return ", ".join(names[:-1]) + " and " + names[-1]

    def _at(self, cell: str) -> str:
        kind, *rest = cell.split("/")[-1].split(":")
        return words.group("place", self.lang)[kind].format(*rest)

    def _glued(self, unit: str, *, change: bool = False) -> str:
        """A unit with the space that goes before it, if one does."""
        text = unit if self.lang == "zh" else words.unit(unit)
        text = words.group("change", self.lang).get(unit, text) if change else text
        return f" {text}" if text[:1].isascii() and text[:1].isalpha() else text

    def quantity(self, value: float, unit: str) -> str:
        """A number with its unit, large ones as each language counts them."""
        size = abs(value) if np.isfinite(value) else 0.0
        if self.lang == "zh":
            power, word = (1e8, "亿") if size >= 1e8 else (1e4, "万") if size >= 1e5 else (1.0, "")
            return words.number(_short(value / power, 10)) + word + unit
        text = words.number(value)
        whole, _, part = text.lstrip("−").partition(".")
        whole = f"{int(whole):,}" if len(whole) > 4 and whole.isdigit() else whole
        return ("−" if value < 0 else "") + whole + (f".{part}" if part else "") + unit


def _short(value: float, digits: int = _DIGITS) -> float:
    """A number to so many significant digits; whole parts are never cut."""
    if not np.isfinite(value) or value == 0:
        return value
    return round(value, max(digits - 1 - int(np.floor(np.log10(abs(value)))), 0))


def cited(sources: pd.DataFrame, lang: str) -> np.ndarray:
    """Sources as a sentence names them: by title, or by publisher and date where the title is not known.

    A title in square brackets is none: it says in the words of whoever entered the source what it is about.

    Parameters
    ----------
    sources : DataFrame
        title; and publisher, published where there are such columns.
    lang : {"zh", "en"}

    Returns
    -------
    ndarray of str (object), shape (n,)

    Examples
    --------
    >>> known = pd.DataFrame({"title": ["市政府公报", "Annual report", "[某市托位数]"],
    ...                       "publisher": ["", "", "晚报"], "published": ["", "", "2023-01-29"]})
    >>> cited(known, "zh").tolist()
    ['《市政府公报》', '“Annual report”', '晚报2023-01-29']
    >>> cited(known, "en").tolist()
    ['"市政府公报"', '"Annual report"', '晚报, 2023-01-29']
    """
    title, publisher, published = (
        sources[name].fillna("").astype(str) if name in sources else pd.Series("", index=sources.index)
        for name in ("title", "publisher", "published")
    )
    marks = [("“”" if text.isascii() else "《》") if lang == "zh" else '""' for text in title]
    gap = "" if lang == "zh" else ", "
    return np.array(
        [
            f"{pair[0]}{text}{pair[1]}" if text and text[0] != "[" else gap.join(filter(None, who)) or text
            for pair, text, *who in zip(marks, title, publisher, published, strict=True)
        ],
        dtype=object,
    )
