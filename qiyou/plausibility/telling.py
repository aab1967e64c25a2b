"""Findings and profiles in words: the messages of ``tables/messages.csv``, filled when somebody reads them.

A message names the two cells (``{a}``, ``{b}``: the number in the indicator's unit), where they stand
(``{label}`` and ``{b_label}`` with the name, ``{a_at}`` and ``{b_at}`` without), their years and documents,
and facts: ``{x}`` a number, ``{x_u}`` in the indicator's unit, ``{x_p}`` in the unit of its changes.

Which message a profile's part gets stands in ``tables/parts.csv``, what its fields say in ``tables/fields.csv``:
nothing is judged here, and all paths are told at once.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable
from itertools import chain
from math import isfinite
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.intervals import outward, same

if TYPE_CHECKING:
    from qiyou.data import Data

_DIGITS = 4


def addresses(data: Data, lang: str) -> Callable[[str], str]:
    """What a cell is called: the row of a table, or the section and item of a text; empty for a whole document.

    >>> import qiyou
    >>> at = addresses(qiyou.load(), "zh")
    >>> at("yuhuan-plan-2023/table:12b:2027"), at("yuhuan-plan-2023/statement:53")
    ('表第12b行', '正文二(四)第19条')
    """
    said, form = data.statements, words.group("place", lang)
    cells = said["document"] + "/statement:" + said["id"].astype(str)
    passages = said.reindex(columns=["section", "item"], fill_value="").itertuples(index=False)
    sections = dict(zip(cells, passages, strict=True))

    def at(cell: str) -> str:
        origin, *where = cell.rpartition("/")[2].split(":")
        if origin == "statement":
            where = list(filter(None, sections.get(cell, ())))
            origin = ("running", "section", "text")[len(where)]
        return form[origin].format(*where) if where or origin == "running" else ""

    return at


def sentences(found: pd.DataFrame, data: Data, lang: str = "zh") -> np.ndarray:
    """One sentence for each finding.

    Parameters
    ----------
    found : DataFrame
        Findings of `check`, whole or in part.
    data : Data
        The data that were checked: they hold the names.
    lang : {"zh", "en"}

    Returns
    -------
    ndarray of str (object), shape (n,)

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> found = qiyou.plausibility.check(data).query("code == 'BOUND_AT_CEILING'")
    >>> print(sentences(found, data, "en")[0].partition(":")[2])
     printed as ≥100%, a bound that leaves only that one number.
    """
    speaker = Speaker(data, words.language(lang))
    case = found["facts"].map(lambda facts: facts["case"]).astype("str")
    keys = found["code"].where(case.eq(""), found["code"] + "." + case).to_numpy(dtype=object)
    out = np.full(len(found), "", dtype=object)
    for key in pd.unique(keys):
        at = np.flatnonzero(keys == key)
        said = words.say_each([key] * len(at), lang, speaker.fields(key, found.iloc[at]))
        out[at] = [sentence[0].upper() + sentence[1:] for sentence in said]
    return out


class Speaker:
    """The names of one data set in one language, and what a cell is called."""

    def __init__(self, data: Data, lang: str):
        self.lang, self._at = lang, addresses(data, lang)
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
        asked = words.fields(words.messages(self.lang)[key])
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
            return words.joined(names[:most], self.lang) + more
        return ", ".join(names[:-1]) + " and " + names[-1]

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
        return words.number(value, comma=",") + unit


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
    told = [
        f"{pair[0]}{text}{pair[1]}" if text and text[0] != "[" else gap.join(filter(None, who)) or text
        for pair, text, *who in zip(marks, title, publisher, published, strict=True)
    ]
    return np.array(told, dtype=object)


_LINE = "finding margin|stood_in asked steep|wordy|class class_year class_fast|ratio|later"
_LINE += "|own|nation|levels|asking peers|additions|projects|progress|kept|kept_all|evidence|flags"
_SHORT = "short ease/margin|stood_in asked|dips|wordy|short_class untold|short_ratio|later|short_own/support/decide"
_FORMS = {"": _LINE, "short_": _SHORT}
"""The parts of the line and of the short form: / between sentences, | between groups."""
UNASKED = ("PASS_YEAR", "NO_NUMBERS", "KEEP", "WEAKER_THAN_BASE")
"""Readings of paths that ask for no pace, of which nothing more is said."""
_CHANGES = {"%": ("个百分点", " percentage points"), "元/年": ("元", " yuan")}
_POWERS = ((1e8, "亿"), (1e4, "万"))
# what goes before is looked at last, so that the search is for a fixed text
_ONE = re.compile(r"1 percentage points\b(?<!to 1 percentage points)(?<![\w.,]1 percentage points)")
_GAPS = {"zh": ("；", "。", "、", ""), "en": ("; ", ".", ", ", " ")}


def lines(data, table: pd.DataFrame) -> dict[str, list[str]]:
    """The line (``zh``, ``en``) and the short form (``short_zh, short_en``) of every path."""
    # these are compared in nearly every rule
    coded = table.astype(dict.fromkeys(("ask", "scale", "reading"), "category"))
    keys = {
        name: {part: first(coded, part) for part in re.findall(r"\w+", form)} for name, form in _FORMS.items()
    }
    told, out = _fields(data, table, chain(*map(dict.values, keys.values())), tuple(_GAPS)), {}
    for name, form in keys.items():
        # paths with the same messages are written together
        number, heads = _distinct(form.values())
        for lang in _GAPS:
            chosen = ({part: own[at] for part, own in form.items()} for at in heads)
            templates = [_template(_FORMS[name], one, lang) for one in chosen]
            out[name + lang] = words.written(templates, number, functools.partial(told, lang))
        out[f"{name}en"] = [_ONE.sub("1 percentage point", one) for one in out[f"{name}en"]]
    return out


def yardsticks(profile: pd.Series, lang: str = "zh") -> pd.DataFrame:
    """The yardsticks of one path as a small table.

    Parameters
    ----------
    profile : Series
        A row of `profiles`.
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        ``yardstick`` (compared with what), ``result`` (a count, or where it lies), ``interval`` (limits or ratio) and
        ``evidence``, texts; only the yardsticks that the path has.
    """
    row, columns = pd.DataFrame([profile]), ("result", "interval", "evidence")
    names = {} if profile["reading"] in UNASKED else words.group("yardstick", lang)
    found = [
        (name, *(_told(row, first(row, f"{key}_{column}"), lang) for column in columns))
        for key, name in names.items()
    ]
    return pd.DataFrame([one for one in found if one[1]], columns=["yardstick", *columns])


def each(table: pd.DataFrame, part: str) -> list[tuple[np.ndarray, str]]:
    """For each rule of a part in ``parts.csv``: where its condition holds, and its key."""
    rules, columns = words.table("parts"), dict(table.items())
    rules = rules.loc[rules["part"].eq(part), ["when", "key"]].itertuples(index=False)
    return [(np.asarray(pd.eval(when, engine="python", local_dict=columns)), key) for when, key in rules]


def first(table: pd.DataFrame, part: str) -> np.ndarray:
    """The key of the first rule of a part that holds for each path, else the empty string."""
    out = np.full(len(table), "", dtype=object)
    for holds, key in reversed(each(table, part)):
        out[holds] = key
    return out


def _told(row: pd.DataFrame, key: np.ndarray, lang: str) -> str:
    """The message of one path."""
    template = words.messages(lang)[key[0]] if key[0] else ""
    told = functools.partial(_fields(None, row, [key], [lang]), lang)
    return words.written([template], np.array([0]), told)[0]


def _distinct(columns: Iterable) -> tuple[np.ndarray, np.ndarray]:
    """The number of each row among the distinct ones, in order of appearance, and where each stands first."""
    number = 0
    for column in columns:
        own, values = pd.factorize(column, use_na_sentinel=False)
        number = pd.factorize(number * len(values) + own)[0]
    return number, np.flatnonzero(np.diff(np.maximum.accumulate(number), prepend=-1))


def _fields(data, table: pd.DataFrame, parts: Iterable, languages: Iterable[str]) -> Callable:
    """What the messages of all parts name, for the paths that need it: by language, field and numbers of paths."""
    specs, needed = words.table("fields").set_index("field"), {}
    for keys in parts:
        code, known = pd.factorize(keys)
        for at, key in enumerate(known):
            for lang in languages if key else ():
                for name in words.fields(words.messages(lang)[key]):
                    needed[name] = needed.get(name, False) | (code == at)
    told, numbers = {}, {}
    for name, mask in needed.items():
        of, how = specs.at[name, "of"].split(), _HOW[specs.at[name, "how"]]
        rows = {column: table[column][mask] for column in {*of, "unit"} & set(table)}
        # what is alike is told once
        numbers[name] = np.zeros(len(table), dtype=np.int32)
        numbers[name][mask], heads = _distinct(rows.values())
        rows = pd.DataFrame({column: values.iloc[heads] for column, values in rows.items()})
        told |= {(lang, name): words.texts(how(data, rows, lang, *of)) for lang in languages}
    return lambda lang, name, at: told[lang, name][numbers[name][at]]


def _template(form: str, keys: dict[str, str], lang: str) -> str:
    """The messages of a path in one text: those of a group beside each other, groups with a gap between.

    A field that begins a sentence, and so needs a capital, is marked ``^``.
    """
    templates, (gap, stop, _, space) = words.messages(lang) | {"": ""}, _GAPS[lang]
    texts = []
    for sentence in form.split("/"):
        glued = ("".join(templates[keys[part]] for part in group.split()) for group in sentence.split("|"))
        if text := gap.join(filter(None, glued)):
            texts.append(("{^" if text[0] == "{" else text[0].upper()) + text[1:] + stop)
    return space.join(texts)


# ---------------------------------------------------- how a field is written: data, rows, language, columns


def _range(data, rows, lang: str, low, high, digits="", times=1.0, mark="") -> list[str]:
    """Intervals rounded outward, to `digits` or three that count (``sig``: of whole numbers, too); else one number."""
    low, high = (rows[end].to_numpy(dtype=float) * times for end in (low, high))
    known = np.where(np.isfinite(high), high, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(known)))
    places = np.clip(2 - np.where(np.isfinite(size), size, 0), -9 if digits == "sig" else 0, 5).astype(int)
    places = np.full(len(rows), int(digits)) if digits not in ("", "sig") else places
    out, point = np.full(len(rows), "", dtype=object), same(low, high)
    to = words.group("to", lang)["to"]
    for count in np.unique(places):
        at = np.flatnonzero((places == count) & np.isfinite(known))
        middle = np.round(low[at], int(count))
        ends = [np.where(point[at], middle, end) for end in outward(low[at], high[at], int(count))]
        # once rounded, most are alike
        number, heads = _distinct(ends)
        ends = [end[heads] for end in ends]
        # both ends in the unit of the smaller one
        least = np.fmin.reduce([np.where(np.isfinite(end), np.abs(end), np.nan) for end in ends]).tolist()
        pairs = (zip(end.tolist(), least, strict=True) for end in ends)
        texts = [[_plain(*pair, lang) + mark if isfinite(pair[0]) else "" for pair in end] for end in pairs]
        told = [a if a == b else to.join(filter(None, (a, b))) for a, b in zip(*texts, strict=True)]
        out[at] = np.array(told, dtype=object)[number]
    return out


def _share(data, rows, lang: str, low: str, high: str, digits: str = "") -> list[str]:
    return _range(data, rows, lang, low, high, digits, 100, "%")


@functools.lru_cache(maxsize=2**17)
def _plain(value: float, size: float, lang: str) -> str:
    """A number as people write it, in Chinese by the ten thousands that `size` has."""
    if lang == "en":
        return words.number(value, comma=",")
    power, word = next((one for one in _POWERS if size >= one[0]), (1.0, ""))
    return words.number(value / power, 6) + word


def _count(data, rows, lang: str, low: str, high: str) -> list[str]:
    to = words.group("to", lang)["to"]
    return [str(a) if a == b else f"{a}{to}{b}" for a, b in zip(rows[low], rows[high], strict=True)]


def _bands(data, rows, lang: str, low: str, high: str, windows: str) -> list[str]:
    band, form = words.group("band", lang), words.group("bands", lang)
    ends = zip(rows[low], rows[high], rows[windows].clip(upper=2), strict=True)
    return [form[f"{min(b - a, 2)} of {n}"].format(band[str(a)], band[str(b)]) for a, b, n in ends]


def _amount(data, rows, lang: str, value: str, relation: str) -> list[str]:
    """Planned numbers with their bound and unit."""
    bound, unit = words.group("bound", lang), rows["unit"].map(functools.partial(_glued, lang))
    numbers = [_plain(number, abs(number), lang) for number in rows[value]]
    cells = zip(rows[relation], numbers, unit, strict=True)
    return [bound.get(kind, "{}").format(number + one) for kind, number, one in cells]


def _printed(data, rows, lang: str, column: str) -> list[str]:
    """Observed figures as printed, with the unit where the print has none; approximate ones begin with 约."""
    unit = rows["unit"].map(functools.partial(_glued, lang))
    texts = rows[column].str.replace("约", words.group("mark", lang)["about"])
    return [text + one if text[-1:].isdigit() else text for text, one in zip(texts, unit, strict=True)]


def _glued(lang: str, unit: str) -> str:
    return unit if lang == "zh" or unit in ("%", "‰") else f" {words.unit(unit)}".rstrip()


def _change(data, rows, lang: str) -> pd.Series:
    return rows["unit"].map(lambda one: _CHANGES.get(one, (one, _glued("en", one)))[lang == "en"])


def _unit(data, rows, lang: str, column: str) -> pd.Series:
    return rows[column].map(lambda one: one if lang == "zh" else words.unit(one) or "places")


def _words(data, rows, lang: str, column: str, group: str) -> pd.Series:
    """Codes, several of them joined by "; ", as words of a group; those of checks by their meaning."""
    tables = {"places": ("id", "name"), "indicators": ("id", "name"), "codes": ("code", "meaning")}
    if group in tables:
        key, name = tables[group]
        named = words.table("codes") if group == "codes" else getattr(data, group)
        names = named.set_index(key)[f"{name}_{lang}"].str.replace("“", "‘").str.replace("”", "’").to_dict()
        if lang == "en" and group == "indicators":
            names = {one: name[:1].lower() + name[1:] for one, name in names.items()}
        names |= words.group("who", lang)
    else:
        names = words.group(group, lang)
    comma = _GAPS[lang][2]
    told = {
        text: comma.join(names.get(one, one) for one in text.split("; ")) for text in rows[column].unique()
    }
    return rows[column].map(told)


def _counted(data, rows, lang: str) -> list[str]:
    """Whole plans whose indicators were counted: whose, how many of how many, at what stage."""
    # things that a government set itself to do within a year are no indicators of a plan
    counts = data.plan_counts[~data.plan_counts["plan"].str.contains("民生实事")]
    places = data.places.set_index("id")[f"name_{lang}"].to_dict()
    stage, names, gap = words.group("stage", lang), places | words.group("who", lang), _GAPS[lang][3]
    said = [
        f"{names[one.place]}{gap}{one.n_met_or_on_track}/{one.n_indicators}{stage[one.stage]}"
        for one in counts.itertuples()
    ]
    return [words.joined(said, lang)] * len(rows)


def _plainly(data, rows, lang: str, column: str) -> pd.Series:
    return rows[column]


_HOW = {how.__name__.strip("_"): how for how in (_range, _share, _count, _bands, _amount, _printed)}
_HOW |= {how.__name__.strip("_"): how for how in (_change, _unit, _words, _counted)} | {"plain": _plainly}
