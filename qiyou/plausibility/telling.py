"""The words of a profile: one line, a short form for people, and the table of its yardsticks.

Which message a path gets stands in ``tables/parts.csv``, what a message's field says in ``tables/fields.csv``, and the
words themselves in ``messages.csv`` and ``words.csv``: nothing is judged here, and all paths are told at once.
"""

from __future__ import annotations

import functools
from string import Formatter

import numpy as np
import pandas as pd

from qiyou import units, words
from qiyou.intervals import outward, same

LINE = (
    *(
        "finding margin",
        "stood_in asked steep",
        "class class_year class_fast",
        "ratio",
        "own",
        "nation",
        "levels",
    ),
    *("peers", "additions", "projects", "progress", "kept", "kept_all", "evidence", "flags"),
)
SHORT = ("short", "margin|stood_in asked|short_class|short_ratio|short_own", "support", "decide")
_CHANGES = {"%": ("个百分点", "percentage points"), "元/年": ("元", "yuan")}
_POWERS = ((1e8, "亿"), (1e4, "万"))
_GAPS = {"zh": ("；", "。", "、", ""), "en": ("; ", ".", ", ", " ")}


def lines(data, table: pd.DataFrame, lang: str) -> tuple[list[str], list[str]]:
    """The line and the short form of every path of `qiyou.plausibility.profile.measured`."""
    tell = functools.cache(lambda part: _part(data, table, part, lang))
    gap, stop, _, space = _GAPS[lang]

    def joined(spec: str, between: str) -> list[str]:
        """Parts set beside each other without anything (a blank in `spec`) or with `between` (a bar)."""
        groups = [[tell(name) for name in group.split()] for group in spec.split("|")]
        glued = [["".join(row) for row in zip(*group, strict=True)] for group in groups]
        return [between.join(filter(None, row)) for row in zip(*glued, strict=True)]

    def sentences(specs, mark: str) -> list[list[str]]:
        whole = [joined(spec, gap) for spec in specs]
        return [[_capital(text) + mark for text in row if text] for row in zip(*whole, strict=True)]

    line = [_capital(text) + stop for text in joined("|".join(LINE), gap)]
    return line, [space.join(row) for row in sentences(SHORT, stop)]


def yardsticks(profile: pd.Series, lang: str) -> pd.DataFrame:
    """See `qiyou.plausibility.profile.yardsticks`."""
    row = pd.DataFrame([profile])
    found = [
        {"yardstick": name}
        | {
            column: _part(None, row, f"{key}_{column}", lang)[0]
            for column in ("result", "interval", "evidence")
        }
        for key, name in words.group("yardstick", lang).items()
    ]
    found = pd.DataFrame(found)
    return found[found["result"].ne("")].reset_index(drop=True)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _part(data, table: pd.DataFrame, part: str, lang: str) -> np.ndarray:
    """What each path is told in one part: the message of the first condition that holds, else nothing."""
    out = np.full(len(table), "", dtype=object)
    left = np.ones(len(table), dtype=bool)
    rules, templates = words.table("parts"), words.table("messages").set_index("key")[lang]
    specs = words.table("fields").set_index("field")
    for key, when in rules.loc[rules["part"].eq(part), ["key", "when"]].itertuples(index=False):
        hit = left & np.broadcast_to(table.eval(when, engine="python"), len(table)).astype(bool)
        at = np.flatnonzero(hit)
        left &= ~hit
        if not len(at):
            continue
        rows = table.iloc[at]
        names = {name for _, name, _, _ in Formatter().parse(templates[key]) if name}
        fields = {
            name: _HOW[specs.at[name, "how"]](data, rows, lang, *specs.at[name, "of"].split())
            for name in names
        }
        out[at] = words.say_each(
            np.full(len(at), key, dtype=object), lang, pd.DataFrame(fields, index=rows.index)
        )
    return out


# ------------------------------------------------------------------ how a field is written: data, rows, language, columns


def _range(
    data, rows, lang: str, low: str, high: str, digits: str = "", times: float = 1, mark: str = ""
) -> list[str]:
    """Intervals rounded outward, to three significant digits or to `digits`; one rounded number where there is no width."""
    low, high = (rows[end].to_numpy(dtype=float) * times for end in (low, high))
    known = np.where(np.isfinite(high), high, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(known)))
    places = np.clip(2 - np.where(np.isfinite(size), size, 0), 0, 5).astype(int)
    places = np.full(len(rows), int(digits)) if digits else places
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


def _plain(value: float, lang: str) -> str:
    if lang == "en":
        return words.number(value) if abs(value) < 1e4 else f"{value:,.0f}"
    power, word = next((one for one in _POWERS if abs(value) >= one[0]), (1.0, ""))
    return words.number(value / power, 6) + word


def _counts(data, rows, lang: str, low: str, high: str) -> list[str]:
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
    return unit if lang == "zh" or unit in ("%", "‰") else f" {units.english(unit)}"


def _change(data, rows, lang: str) -> pd.Series:
    return rows["unit"].map(lambda one: _CHANGES.get(one, (one, units.english(one)))[lang == "en"])


def _counted(data, rows, lang: str, column: str) -> pd.Series:
    return rows[column].map(lambda one: one if lang == "zh" else units.english(one) or "places")


def _coded(data, rows, lang: str, column: str, group: str) -> pd.Series:
    """Codes, several of them joined by "; ", as words of a group; of checks by the names in ``codes.csv``."""
    if group == "places":
        names = data.places.set_index("id")[f"name_{lang}"].to_dict() | words.group("who", lang)
    elif group == "indicators":
        names = data.indicators.set_index("id")[f"name_{lang}"].to_dict()
    elif group == "codes":
        names = words.table("codes").set_index("code")[f"name_{lang}"].to_dict()
    else:
        names = words.group(group, lang)
    comma = _GAPS[lang][2]
    return rows[column].map(
        {
            text: comma.join(names.get(code, code) for code in text.split("; "))
            for text in rows[column].unique()
        }
    )


_HOW = {
    "plain": lambda data, rows, lang, column: rows[column],
    "range": _range,
    "share": _share,
    "count": _counts,
    "bands": _bands,
    "amount": _amount,
    "printed": _printed,
    "change": _change,
    "unit": _counted,
    "words": _coded,
}
