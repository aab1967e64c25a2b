"""The words of a profile: one line, a short form for people, and the table of its yardsticks.

Which message a path gets stands in ``tables/parts.csv``, what a message's field says in ``tables/fields.csv``, and the
words themselves in ``messages.csv`` and ``words.csv``: nothing is judged here, and all paths are told at once.
"""

from __future__ import annotations

import functools
import itertools
from string import Formatter

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.intervals import outward, same

LINE = "finding margin|stood_in asked steep|class class_year class_fast|ratio|own|nation|levels|peers"
LINE += "|additions|projects|progress|kept|kept_all|evidence|flags"
SHORT = ("short ease", "margin|stood_in asked|short_class|short_ratio|short_own", "support", "decide")
_CHANGES = {"%": ("个百分点", "percentage points"), "元/年": ("元", "yuan")}
_POWERS = ((1e8, "亿"), (1e4, "万"))
_GAPS = {"zh": ("；", "。", "、", ""), "en": ("; ", ".", ", ", " ")}


def lines(data, table: pd.DataFrame) -> dict[str, list[str]]:
    """The line (``zh``, ``en``) and the short form (``short_zh, short_en``) of every path."""
    keys, out = functools.cache(functools.partial(first, table)), {}
    for lang, (gap, stop, _, space) in _GAPS.items():
        tell = functools.cache(lambda name, lang=lang: _part(data, table, keys(name), lang))

        def joined(spec: str, between: str, tell=tell) -> list[str]:
            """Parts set beside each other without anything (a blank in `spec`) or with `between` (a bar)."""
            groups = [[tell(name) for name in group.split()] for group in spec.split("|")]
            glued = [["".join(row) for row in zip(*group, strict=True)] for group in groups]
            return [_capital(between.join(filter(None, row))) for row in zip(*glued, strict=True)]

        out[lang] = [text + stop for text in joined(LINE, gap)]
        sentences = zip(*(joined(spec, gap) for spec in SHORT), strict=True)
        out[f"short_{lang}"] = [space.join(text + stop for text in row if text) for row in sentences]
    return out


def yardsticks(profile: pd.Series, lang: str) -> pd.DataFrame:
    """See `qiyou.plausibility.profile.yardsticks`."""
    row, columns = pd.DataFrame([profile]), ("result", "interval", "evidence")
    found = [
        (name, *(_part(None, row, first(row, f"{key}_{column}"), lang)[0] for column in columns))
        for key, name in words.group("yardstick", lang).items()
    ]
    return pd.DataFrame([one for one in found if one[1]], columns=["yardstick", *columns])


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def each(table: pd.DataFrame, part: str) -> list[np.ndarray]:
    """For each rule of a part in ``parts.csv``: its key where its condition holds, else the empty string."""
    rules, columns = words.table("parts"), dict(table.items())
    rules = rules.loc[rules["part"].eq(part), ["key", "when"]].itertuples(index=False)
    return [np.where(pd.eval(when, engine="python", local_dict=columns), key, "") for key, when in rules]


def first(table: pd.DataFrame, part: str) -> np.ndarray:
    """The key of the first rule of a part that holds for each path, else the empty string."""
    out = np.full(len(table), "", dtype=object)
    for keys in reversed(each(table, part)):
        out = np.where(keys != "", keys, out).astype(object)
    return out


def _part(data, table: pd.DataFrame, keys: np.ndarray, lang: str) -> np.ndarray:
    """The message of each path's key, with its fields."""
    out = np.full(len(table), "", dtype=object)
    templates = words.table("messages").set_index("key")[lang]
    specs = words.table("fields").set_index("field")
    for key in filter(None, pd.unique(keys)):
        at = np.flatnonzero(keys == key)
        names = list(dict.fromkeys(name for _, name, _, _ in Formatter().parse(templates[key]) if name))
        of = [specs.at[name, "of"].split() for name in names]
        rows = table[list({*itertools.chain.from_iterable(of), "unit"} & set(table))].iloc[at]
        how = [_HOW[specs.at[name, "how"]] for name in names]
        fields = {name: one(data, rows, lang, *args) for name, one, args in zip(names, how, of, strict=True)}
        out[at] = words.say_each(keys[at], lang, pd.DataFrame(fields, index=rows.index))
    return out


# ------------------------------------------------------------------ how a field is written: data, rows, language, columns


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
        texts = [[_plain(value, lang) + mark if np.isfinite(value) else "" for value in end] for end in ends]
        out[at] = [a if a == b else to.join(filter(None, (a, b))) for a, b in zip(*texts, strict=True)]
    return out


def _share(data, rows, lang: str, low: str, high: str, digits: str = "") -> list[str]:
    return _range(data, rows, lang, low, high, digits, 100, "%")


@functools.lru_cache(maxsize=2**17)
def _plain(value: float, lang: str) -> str:
    if lang == "en":
        return words.number(value) if abs(value) < 1e4 else f"{value:,.0f}"
    power, word = next((one for one in _POWERS if abs(value) >= one[0]), (1.0, ""))
    return words.number(value / power, 6) + word


def _count(data, rows, lang: str, low: str, high: str) -> list[str]:
    to = words.group("to", lang)["to"]
    return [str(a) if a == b else f"{a}{to}{b}" for a, b in zip(rows[low], rows[high], strict=True)]


def _bands(data, rows, lang: str, low: str, high: str) -> list[str]:
    band, to = words.group("band", lang), words.group("to", lang)["band"]
    ends = [rows[end].map(lambda one: band[str(one)]) for end in (low, high)]
    return [a if a == b else to.format(a=a, b=b) for a, b in zip(*ends, strict=True)]


def _amount(data, rows, lang: str, value: str, relation: str) -> list[str]:
    """Planned numbers with their bound and unit."""
    bound, unit = words.group("bound", lang), rows["unit"].map(functools.partial(_glued, lang))
    cells = zip(rows[value], rows[relation], unit, strict=True)
    return [bound.get(kind, "{}").format(_plain(number, lang) + one) for number, kind, one in cells]


def _printed(data, rows, lang: str, column: str) -> list[str]:
    """Observed figures as printed, with the unit where the print has none."""
    unit = rows["unit"].map(functools.partial(_glued, lang))
    return [text + one if text[-1:].isdigit() else text for text, one in zip(rows[column], unit, strict=True)]


def _glued(lang: str, unit: str) -> str:
    return unit if lang == "zh" or unit in ("%", "‰") else f" {words.unit(unit)}".rstrip()


def _change(data, rows, lang: str) -> pd.Series:
    return rows["unit"].map(lambda one: _CHANGES.get(one, (one, words.unit(one)))[lang == "en"])


def _unit(data, rows, lang: str, column: str) -> pd.Series:
    return rows[column].map(lambda one: one if lang == "zh" else words.unit(one) or "places")


def _words(data, rows, lang: str, column: str, group: str) -> pd.Series:
    """Codes, several of them joined by "; ", as words of a group; those of checks by their meaning."""
    tables = {"places": ("id", "name"), "indicators": ("id", "name"), "codes": ("code", "meaning")}
    if group in tables:
        key, name = tables[group]
        named = words.table("codes") if group == "codes" else getattr(data, group)
        names = named.set_index(key)[f"{name}_{lang}"].str.replace("“", "‘").str.replace("”", "’").to_dict()
        names |= words.group("who", lang)
    else:
        names = words.group(group, lang)
    comma = _GAPS[lang][2]
    told = {
        text: comma.join(names.get(one, one) for one in text.split("; ")) for text in rows[column].unique()
    }
    return rows[column].map(told)


def _plainly(data, rows, lang: str, column: str) -> pd.Series:
    return rows[column]


_HOW = {how.__name__.strip("_"): how for how in (_range, _share, _count, _bands, _amount, _printed)}
_HOW |= {how.__name__.strip("_"): how for how in (_change, _unit, _words)} | {"plain": _plainly}
