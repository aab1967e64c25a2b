"""Sentences for many findings at once: a template is cut at its fields and joined array by array."""

from __future__ import annotations

import functools
import re
import string

import numpy as np
import pandas as pd
from numpy.typing import ArrayLike

from qiyou import units

_PRINTED_DIGITS = 10
# From five digits on English separates thousands.
_LONG = 10_000
# What a change is counted in, where it is not the unit itself.
_CHANGES = {"%": ("个百分点", "percentage points"), "元/年": ("元", "yuan")}


def number(values: ArrayLike, digits: int = _PRINTED_DIGITS) -> np.ndarray:
    """Numbers as a reader expects them: no exponents, no trailing zeros, the real minus sign.

    Parameters
    ----------
    values : array of float, shape (n,)
    digits : int
        Significant digits; whole parts are never cut.

    Returns
    -------
    ndarray of str (object), shape (n,)

    Examples
    --------
    >>> number([3.87, -0.5, 377100, 1 / 3, np.inf], 4).tolist()
    ['3.87', '−0.5', '377100', '0.3333', '∞']
    """
    # Rounding first leaves few different numbers, and each of them is written once.
    unique, inverse = np.unique(_rounded(np.asarray(values, dtype=float), digits), return_inverse=True)
    texts = np.array([_number(value, digits) for value in unique], dtype=object)
    return texts[inverse] if len(unique) else np.empty(0, dtype=object)


def _rounded(values: np.ndarray, digits: int) -> np.ndarray:
    with np.errstate(divide="ignore", invalid="ignore"):
        power = digits - 1 - np.floor(np.log10(np.abs(values)))
        usable = np.isfinite(power) & (np.abs(power) < 300)
        scale = 10.0 ** np.where(usable, np.maximum(power, 0), 0)
        return np.where(usable, np.round(values * scale) / scale, values)


@functools.lru_cache(maxsize=2**17)
def _number(value: float, digits: int) -> str:
    if np.isnan(value):
        return "?"
    if np.isinf(value):
        return "∞" if value > 0 else "−∞"
    whole = len(str(int(abs(value)))) if abs(value) >= 1 else 0
    text = f"{value:.{max(digits, whole)}g}"
    if "e" in text:
        text = f"{float(text):.{_PRINTED_DIGITS}f}".rstrip("0").rstrip(".")
    return ("0" if text == "-0" else text).replace("-", "−")


def fill(template: str, n: int, fields: dict[str, ArrayLike]) -> np.ndarray:
    """Fill a template n times; ``{name}`` takes texts or numbers, ``{name:4}`` numbers to four digits.

    Parameters
    ----------
    template : str
    n : int
    fields : dict of str to array of shape (n,) or scalar

    Returns
    -------
    ndarray of str (object), shape (n,)

    Examples
    --------
    >>> fill("{year} {value:3}%", 2, {"year": ["2022", "2023"], "value": [81.25, 90]}).tolist()
    ['2022 81.2%', '2023 90%']
    """
    result: np.ndarray | str = ""
    for literal, name, spec, _ in string.Formatter().parse(template):
        result = result + literal
        if name is not None:
            result = result + _text(fields[name], n, int(spec) if spec else _PRINTED_DIGITS)
    return result if isinstance(result, np.ndarray) else np.full(n, result, dtype=object)


def _text(values: ArrayLike, n: int, digits: int) -> np.ndarray:
    array = values if isinstance(values, np.ndarray) else np.asarray(values)
    if array.dtype.kind in "OU":
        texts = array.astype(object)
    elif array.dtype.kind in "iub":
        texts = number(array.astype(float))
    else:
        texts = number(array, digits) if array.ndim else number([array], digits)[0]
    return np.broadcast_to(texts, (n,)) if np.ndim(texts) else np.full(n, texts, dtype=object)


def quantity(values: ArrayLike, unit: np.ndarray, lang: str, digits: int = _PRINTED_DIGITS) -> np.ndarray:
    """Numbers with their units, large ones as each language counts them: 37.71万人, 377,100 persons.

    Only a percent or per mille sign, or a Chinese unit, follows without a space.

    Examples
    --------
    >>> quantity([3.87, 85], np.array(["per 1,000 residents", "%"], dtype=object), "en").tolist()
    ['3.87 per 1,000 residents', '85%']
    >>> quantity([377100, 8.1e9], np.array(["人", "元"], dtype=object), "zh").tolist()
    ['37.71万人', '81亿元']
    """
    return (_counted(values, digits) if lang == "zh" else _separated(values, digits)) + glued(unit)


def _counted(values: ArrayLike, digits: int) -> np.ndarray:
    array = np.asarray(values, dtype=float)
    size = np.where(np.isfinite(array), np.abs(array), 0)
    power = np.select([size >= 1e8, size >= 1e5], [8, 4], 0)
    return number(array / 10.0**power, digits) + np.select([power == 8, power == 4], ["亿", "万"], "").astype(
        object
    )


def _separated(values: ArrayLike, digits: int) -> np.ndarray:
    texts = number(values, digits)
    if not (np.abs(values) >= _LONG).any():
        return texts
    unique, inverse = np.unique(texts.astype(str), return_inverse=True)
    grouped = [re.sub(r"^(−?)(\d{5,})", lambda m: f"{m[1]}{int(m[2]):,}", text) for text in unique]
    return np.array(grouped, dtype=object)[inverse] if len(unique) else texts


def glued(unit: np.ndarray) -> np.ndarray:
    """A unit with the space that goes before it, if one does."""
    unique, inverse = np.unique(unit.astype(str), return_inverse=True)
    spaced = [f" {text}" if text[:1].isascii() and text[:1].isalpha() else text for text in unique]
    return np.array(spaced, dtype=object)[inverse] if len(unique) else np.empty(0, dtype=object)


def translated(texts: np.ndarray, words: dict[str, str], default: str = "") -> np.ndarray:
    """Each text's word, or the default; every distinct text is looked up once.

    Examples
    --------
    >>> translated(np.array(["gt", "eq", "gt"]), {"gt": ">"}).tolist()
    ['>', '', '>']
    """
    unique, inverse = np.unique(np.asarray(texts).astype(str), return_inverse=True)
    if not len(unique):
        return np.empty(0, dtype=object)
    return np.array([words.get(text, default) for text in unique], dtype=object)[inverse]


def promise(relation: np.ndarray, values: ArrayLike, unit: np.ndarray, lang: str) -> np.ndarray:
    """A printed cell in words of its sort: ``85%``, ``>85%``, ``≤8.5%``.

    Examples
    --------
    >>> promise(np.array(["gt", "eq"]), [85, 3.2], np.array(["%", "m²"], dtype=object), "en").tolist()
    ['>85%', '3.2 m²']
    """
    signs = {
        "eq": "",
        "ge": "≥",
        "gt": ">",
        "le": "≤",
        "lt": "<",
        "about": {"zh": "约", "en": "about "}[lang],
    }
    return translated(relation, signs) + quantity(values, unit, lang)


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
    title = sources["title"].fillna("").astype(str)
    marks = {"zh": np.where(title.map(str.isascii), "“”", "《》"), "en": np.full(len(title), '""')}[lang]
    parts = [
        sources[name].fillna("").astype(str) if name in sources else pd.Series("", index=sources.index)
        for name in ("publisher", "published")
    ]
    gap = np.where(parts[0].ne("") & parts[1].ne(""), "" if lang == "zh" else ", ", "")
    known = pd.Series(marks, index=title.index).str[0] + title + pd.Series(marks, index=title.index).str[1]
    unknown = title.eq("") | title.str.fullmatch(r"\[.*\]")
    issued = (parts[0] + gap + parts[1]).where(lambda text: text.ne(""), title)
    return known.where(~unknown, issued).to_numpy(dtype=object)


def indicator_words(indicators: pd.DataFrame) -> dict[str, np.ndarray]:
    """Names, units and units of differences of every row of ``data.indicators``, in both languages.

    A difference of percentages is counted in percentage points. Columns that are missing fall back on the id.
    English ``points_en`` bring the space that goes before them.
    """
    ids = indicators["id"].to_numpy(dtype=object)
    printed = (
        indicators["unit"].to_numpy(dtype=object) if "unit" in indicators else np.full(len(ids), "", object)
    )
    english = np.array([units.english(text) for text in printed], dtype=object)
    return {
        "name_zh": indicators["name_zh"].to_numpy(dtype=object) if "name_zh" in indicators else ids,
        "name_en": indicators["name_en"].to_numpy(dtype=object) if "name_en" in indicators else ids,
        "unit_zh": printed,
        "unit_en": english,
        "points_zh": np.array([_CHANGES.get(text, (text, ""))[0] for text in printed], dtype=object),
        "points_en": glued(
            np.array([_CHANGES.get(t, ("", e))[1] for t, e in zip(printed, english, strict=True)])
        ),
    }
