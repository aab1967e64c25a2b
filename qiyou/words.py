"""Words that users read: tables of messages and names in ``qiyou/tables``, in Chinese and English.

Sentences are looked up when a result is read; arithmetic never composes one.
"""

from __future__ import annotations

import functools
import html
import locale
import os
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from importlib import resources
from string import Formatter

import numpy as np
import pandas as pd

from qiyou.errors import need
from qiyou.intervals import outward

LANGUAGES = ("zh", "en")


@functools.cache
def table(name: str) -> pd.DataFrame:
    """A table of ``qiyou/tables``, every cell as text.

    >>> table("words").columns.tolist()
    ['group', 'id', 'zh', 'en']
    """
    text = resources.files("qiyou").joinpath("tables", f"{name}.csv")
    with text.open(encoding="utf-8", newline="") as file:
        return pd.read_csv(file, dtype=str, keep_default_na=False)


def columns(key: str) -> list[str]:
    """The columns of a result, in order: a row of ``columns.csv``.

    >>> columns("plausibility.check")[:3]
    ['place', 'document', 'indicator']
    """
    return table("columns").set_index("key").at[key, "columns"].split()


def language(lang: str) -> str:
    """The language, if it is one.

    Raises
    ------
    DataError
        For anything but ``"zh"`` and ``"en"``.
    """
    need(lang in LANGUAGES, "lang", given=lang)
    return lang


def language_here() -> str:
    """The language of the user's settings, QIYOU_LANG before the locale, as far as there are words for it."""
    names = [os.environ.get(name, "") for name in ("QIYOU_LANG", "LC_ALL", "LC_MESSAGES", "LANG")]
    name = next(filter(None, [*names, locale.getlocale(locale.LC_CTYPE)[0] or ""]), "")
    return "zh" if name.lower().startswith(("zh", "chinese")) else "en"


@functools.cache
def group(name: str, lang: str) -> dict[str, str]:
    """The words of one group of ``words.csv``: id to word.

    >>> group("verdict", "zh")["met"]
    '达到'
    """
    rows = table("words")
    rows = rows[rows["group"] == name]
    if rows.empty:
        raise KeyError(f"words.csv has no group {name!r}")
    return dict(zip(rows["id"], rows[language(lang)], strict=True))


@functools.cache
def messages(lang: str) -> dict[str, str]:
    """Key to template of ``messages.csv``."""
    rows = table("messages")
    return dict(zip(rows["key"], rows[language(lang)], strict=True))


def say(key: str, lang: str, **fields) -> str:
    """One sentence of ``messages.csv`` with its fields filled in; a text that is no key is said as it stands."""
    template = messages(lang).get(key)
    return key if template is None else filled(template, lang, fields)


def filled(template: str, lang: str, fields: dict) -> str:
    """A template with its fields filled in: messages said in the same language, lists joined, numbers as `number`.

    >>> filled("{names} in {step}", "en", {"names": ["a", "b"], "step": 0.1 + 0.2})
    'a, b in 0.3'
    """
    return template.format(**{name: _told(value, lang) for name, value in fields.items()})


def _told(value: object, lang: str) -> object:
    if isinstance(value, list | tuple):
        return joined([str(_told(one, lang)) for one in value], lang)
    if isinstance(value, float):
        return number(value)
    return value.said(lang) if hasattr(value, "said") else value


def say_each(keys, lang: str, rows: pd.DataFrame) -> np.ndarray:
    """A sentence for each row: `keys` name the messages, the columns of `rows` their fields.

    Each template is looked up once; fields of floats are written as `number` writes them.
    """
    at, keys = pd.factorize(np.asarray(keys, dtype=object))
    templates = [messages(lang)[key] for key in keys]
    return written(templates, at, lambda name, some: texts(rows[name].iloc[some]))


def fields(template: str) -> list[str]:
    """The names of the fields of a template, each once.

    >>> fields("{a} of {b}, {a}")
    ['a', 'b']
    """
    return list(dict.fromkeys(name for _, name, _, _ in Formatter().parse(template) if name))


def written(templates: list[str], number: np.ndarray, told: Callable) -> np.ndarray:
    """For each row the template of its number; `told` gives a field's texts for some rows, ``{^name}`` with a capital.

    >>> written(["{^a}.", ""], np.array([0, 1, 0]), lambda name, some: np.array(["one", "two", 3])[some]).tolist()
    ['One.', '', '3.']
    """
    out = np.full(len(number), "", dtype=object)
    groups = np.split(np.argsort(number, kind="stable"), np.cumsum(np.bincount(number))[:-1])
    for template, at in zip(templates, groups, strict=True):
        names = fields(template)
        columns = [told(name.removeprefix("^"), at) for name in names]
        for place, name in enumerate(names):
            if name[0] == "^":
                columns[place] = [one[:1].upper() + one[1:] for one in map(str, columns[place])]
        # by place instead of by name, which is several times faster
        write = template.format(**{name: f"{{{place}}}" for place, name in enumerate(names)}).format
        out[at] = list(map(write, *columns)) if names else write()
    return out


def texts(column) -> np.ndarray:
    """The values of a column as they are written into a template: floats as `number` writes them."""
    values = np.array(column, dtype=object)
    floats = [isinstance(value, float) for value in values]
    values[floats] = list(map(number, values[floats]))
    return values


def joined(texts, lang: str) -> str:
    """Several names in one sentence.

    >>> joined(["玉环市", "长兴县"], "zh"), joined(["Yuhuan", "Changxing"], "en")
    ('玉环市、长兴县', 'Yuhuan, Changxing')
    """
    return ("、" if language(lang) == "zh" else ", ").join(texts)


def tally(name: str, values, lang: str) -> str:
    """How often each word of a group occurs, in the order of the group.

    >>> import pandas as pd
    >>> tally("spread", pd.Series(["undecidable", "narrows", "narrows"]), "zh")
    '2个缩小、1个无法判定'
    """
    counts = values.value_counts()
    told = (form.format(counts[key]) for key, form in group(name, lang).items() if key in counts)
    return joined(told, lang)


def unit(name: str, lang: str = "en") -> str:
    """The word for a unit; one that ``words.csv`` does not list stays as it is.

    >>> unit("平方米/人"), unit("亩", "zh")
    ('m² per head', '亩')
    """
    return group("unit", lang).get(name, name)


def number(value: float, digits: int = 10, comma: str = "") -> str:
    """A number as people write it: no binary noise, no trailing zeros, a real minus sign; thousands apart if asked.

    >>> number(0.1 + 0.2), number(-5.0), number(226000.0), number(1234.5, comma=",")
    ('0.3', '−5', '226000', '1,234.5')
    """
    if value != value:
        return "—"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    text = f"{round(value, digits):{comma}.{digits}f}".rstrip("0").rstrip(".")
    return text.replace("-", "−") if text != "-0" else "0"


def interval(low, high, digits: int = 0, *, lang: str = "zh"):
    """An interval in words, rounded outward: one text for two numbers, else a list, one for each pair.

    An infinite end is an open one, NaN cannot be assessed, and ends that meet once rounded are one number.

    >>> interval(1019.4, 1244.6, -1, lang="en"), interval(22.66, np.inf, 1, lang="en")
    ('1,010 to 1,250', '22.6 or more')
    >>> interval([0.76, np.nan], [5.31, 1.0], 1)
    ['0.7至5.4', '无法评估']
    """
    forms = group("interval", lang)

    def said(least: float, most: float) -> str:
        shown = [f"{end:,.{max(digits, 0)}f}".replace("-", "−") for end in (least, most)]
        if np.isnan(least) or np.isnan(most):
            return forms["missing"]
        if np.isfinite(least) and np.isfinite(most):
            return shown[0] if least == most else forms["both"].format(*shown)
        if np.isfinite(least):
            return forms["low"].format(shown[0])
        return forms["high"].format(shown[1]) if np.isfinite(most) else forms["any"]

    ends = np.broadcast_arrays(*outward(low, high, digits))
    return said(*map(float, ends)) if ends[0].ndim == 0 else [said(*pair) for pair in zip(*ends, strict=True)]


def aligned(table: pd.DataFrame) -> str:
    """A table for a terminal: text left, numbers right; a Chinese character takes two places.

    >>> print(aligned(pd.DataFrame({"地方": ["玉环市", "长兴"], "托位": [5.5, 12]})))
    地方    托位
    玉环市   5.5
    长兴      12
    """
    columns = []
    for name in table:
        cells = [name, *(number(cell) if isinstance(cell, float) else str(cell) for cell in table[name])]
        most, right = max(map(_width, cells)), pd.api.types.is_numeric_dtype(table[name])
        gaps = [(" " * (most - _width(cell)), cell) for cell in cells]
        columns.append([gap + cell if right else cell + gap for gap, cell in gaps])
    return "\n".join("  ".join(line).rstrip() for line in zip(*columns, strict=True))


@dataclass(frozen=True, eq=False)
class Shown:
    """A table to be read, in a notebook or a terminal: text left, numbers right, the same bytes every time.

    >>> print(Shown(pd.DataFrame({"地方": ["玉环市"], "托位": [5.5]}))._repr_html_().splitlines()[-2])
    <tr><td style="text-align: left">玉环市</td><td style="text-align: right">5.5</td></tr>
    """

    frame: pd.DataFrame

    def __repr__(self) -> str:
        return aligned(self.frame)

    def _repr_html_(self) -> str:
        numeric = [pd.api.types.is_numeric_dtype(kind) for kind in self.frame.dtypes]
        ways = [f' style="text-align: {"right" if one else "left"}"' for one in numeric]
        lines = [("th", self.frame.columns), *(("td", row) for row in self.frame.itertuples(index=False))]
        rows = (
            "".join(f"<{tag}{way}>{_cell(one)}</{tag}>" for way, one in zip(ways, row, strict=True))
            for tag, row in lines
        )
        return "\n".join(["<table>", *(f"<tr>{row}</tr>" for row in rows), "</table>"])


def _cell(value) -> str:
    if pd.isna(value):
        return ""
    return html.escape(number(value) if isinstance(value, float) else str(value))


def spans(low, high, lang: str) -> list[str]:
    """Intervals in words, each rounded outward to three digits of its larger end; empty where one is missing.

    >>> spans([0.3254, 186.3, 3, np.nan], [0.3268, 219.9, 5, 1], "en")
    ['0.325 to 0.327', '186 to 220', '3 to 5', '']
    """
    out = []
    for ends in zip(np.asarray(low, dtype=float), np.asarray(high, dtype=float), strict=True):
        known = [abs(end) for end in ends if np.isfinite(end)]
        most = max(known, default=0.0)
        whole = most < 1000 and all(end == round(end) for end in known)
        digits = 0 if whole else 2 - int(np.floor(np.log10(most)))
        out.append("" if np.isnan(ends).any() else interval(*ends, digits, lang=lang))
    return out


def _width(text: str) -> int:
    return sum(1 + (unicodedata.east_asian_width(character) in "WF") for character in text)


def table_width(texts) -> int:
    """The places that the widest text takes.

    >>> table_width(["玉环", "abc"])
    4
    """
    return max(map(_width, texts), default=0)
