"""The words of a profile: one line, a short form for people, and the table of its yardsticks.

Texts are put together from ``messages.csv`` and ``words.csv`` for all paths at once; nothing is judged here.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import units, words
from qiyou.intervals import outward, same

_CHANGES = {"%": ("个百分点", "percentage points"), "元/年": ("元", "yuan")}
_STOP = {"zh": ("；", "。", "、"), "en": ("; ", ".", ", ")}
_SHORT = ("margin", "asked", "class_short", "ratio_short", "own_short")


def lines(data, table: pd.DataFrame, lang: str) -> tuple[np.ndarray, np.ndarray]:
    """The line and the short form of every path of `qiyou.plausibility.profile.measured`."""
    part = _parts(table, _fields(data, table, lang), lang)
    gap, stop, _ = _STOP[lang]
    order = [
        *("finding", "pace", "class", "ratio", "own", "nation", "levels", "peers", "additions", "projects"),
        *("progress", "kept", "kept_all", "evidence", "flags"),
    ]
    line = _joined([part[name] for name in order], gap, stop)
    numbers = _joined([part[name] for name in _SHORT], gap, stop)
    sentences = [part["short"], numbers, part["short_support"], part["short_decide"]]
    return line, _joined(sentences, "" if lang == "zh" else " ", "", capital=lang == "en")


def yardsticks(profile: pd.Series, lang: str) -> pd.DataFrame:
    """See `qiyou.plausibility.profile.yardsticks`."""
    named = words.group("yardstick", lang)
    grade = words.group("evidence", lang).get(profile["evidence"], "")
    low, high = "L90", "U90"
    rows = []

    def add(key, result, interval="", evidence=""):
        rows.append((named[key], result, interval, evidence))

    if profile["peers"]:
        add("peers", str(profile["peers"]), _range([profile["peer_low"]], [profile["peer_high"]], lang)[0])
    if profile["m"]:
        k = _counts([profile["k_low"]], [profile["k_high"]], lang)[0]
        ends = _percent([profile[low]], [profile[high]], lang)[0]
        add("class", words.say("profile_of", lang, k=k, m=int(profile["m"])), ends, grade)
    for key, prefix in (("superior", ""), ("own", "own_")):
        if profile[f"{prefix}windows"]:
            ratio = _range([profile[f"{prefix}q_low"]], [profile[f"{prefix}q_high"]], lang, 2)[0]
            ends = (int(profile[f"{prefix}n_low"]), int(profile[f"{prefix}n_high"]))
            add(key, _bands(*([end] for end in ends), lang)[0], ratio, words.group("evidence", lang)["low"])
    if profile["level_n"]:
        k = _counts([profile["level_low"]], [profile["level_high"]], lang)[0]
        add("levels", words.say("profile_of", lang, k=k, m=int(profile["level_n"])))
    if profile["nation_there"]:
        add("nation", words.group("there", lang)[profile["nation_there"]])
    if profile["bottom_up"]:
        need = [profile["additions_low"]], [profile["additions_high"]]
        shown = "" if np.isnan(need[0][0]) else _range(*need, lang, 0)[0]
        add("bottom_up", words.group("bottom_up", lang)[profile["bottom_up"]], shown)
    if profile["of"]:
        add("record", words.say("profile_of", lang, k=int(profile["met"]), m=int(profile["of"])))
    return pd.DataFrame(rows, columns=["yardstick", "result", "interval", "evidence"])


def _joined(texts: list, gap: str, stop: str, *, capital: bool = True) -> np.ndarray:
    out = [gap.join(part for part in row if part) for row in zip(*texts, strict=True)]
    if capital:
        out = [text[:1].upper() + text[1:] for text in out]
    return np.array([text + stop if text else "" for text in out], dtype=object)


def _counts(low, high, lang: str) -> list[str]:
    to = words.group("to", lang)["to"]
    return [f"{a}" if a == b else f"{a}{to}{b}" for a, b in zip(low, high, strict=True)]


def _range(low, high, lang: str, digits: int | None = None) -> np.ndarray:
    """Intervals rounded outward, to three significant digits or to `digits`; one rounded number where there is no width."""
    low, high = (np.asarray(end, dtype=float) for end in (low, high))
    point = same(low, high)
    known = np.where(np.isfinite(high), high, low)
    with np.errstate(divide="ignore", invalid="ignore"):
        size = np.floor(np.log10(np.abs(known)))
    places = np.clip(2 - np.where(np.isfinite(size), size, 0), 0, 5).astype(int) if digits is None else digits
    places = np.broadcast_to(places, low.shape)
    to = words.group("to", lang)["to"]
    out = np.full(len(low), "", dtype=object)
    for count in np.unique(places):
        at = np.flatnonzero((places == count) & ~np.isnan(known))
        middle = np.round(low[at], int(count))
        ends = [np.where(point[at], middle, end) for end in outward(low[at], high[at], int(count))]
        texts = [[_plain(value, lang) if np.isfinite(value) else "" for value in end] for end in ends]
        out[at] = [a if a == b else to.join(x for x in (a, b) if x) for a, b in zip(*texts, strict=True)]
    return out


def _plain(value: float, lang: str) -> str:
    size = abs(value)
    if lang == "en":
        return words.number(value) if size < 1e4 else f"{value:,.0f}"
    power, word = next(((p, w) for p, w in ((1e8, "亿"), (1e4, "万")) if size >= p), (1.0, ""))
    return words.number(value / power, 6) + word


def _percent(low, high, lang: str, digits: int = 0) -> np.ndarray:
    ends = [np.asarray(end, dtype=float) * 100 for end in (low, high)]
    texts = _range(*ends, lang, digits)
    return np.array(
        [text and text.replace("至", "%至").replace(" to ", "% to ") + "%" for text in texts], dtype=object
    )


def _share(low, high, lang: str) -> np.ndarray:
    """Yearly shares in percent, to three significant digits."""
    texts = _range(np.asarray(low, dtype=float) * 100, np.asarray(high, dtype=float) * 100, lang)
    return np.array(
        [text and text.replace("至", "%至").replace(" to ", "% to ") + "%" for text in texts], dtype=object
    )


def _bands(low, high, lang: str) -> list[str]:
    band, to = words.group("band", lang), words.group("to", lang)["band"]
    told = {(0, 0): ""} | {
        (a, b): band[str(a)] if a == b else to.format(a=band[str(a)], b=band[str(b)])
        for a in range(1, 6)
        for b in range(a, 6)
    }
    return [told[ends] for ends in zip(low, high, strict=True)]


def _period(first, last, lang: str) -> list[str]:
    template = words.group("to", lang)["years"]
    return [template.format(a=a, b=b) for a, b in zip(first, last, strict=True)]


def _amount(values, relation, unit, lang: str) -> np.ndarray:
    """Planned numbers with their bound and unit."""
    glue = {one: one if lang == "zh" or one in "%‰" else f" {units.english(one)}" for one in pd.unique(unit)}
    bound = words.group("bound", lang)
    return np.array(
        [
            bound.get(kind, "{}").format(_plain(value, lang) + glue[one]) if value == value else "—"
            for value, kind, one in zip(values, relation, unit, strict=True)
        ],
        dtype=object,
    )


def _measured(printed: pd.Series, unit: np.ndarray, lang: str) -> list[str]:
    """Observed figures as printed, with the unit where the print has none."""
    glue = {one: one if lang == "zh" or one in "%‰" else f" {units.english(one)}" for one in pd.unique(unit)}
    return [
        text + glue[one] if text[-1:].isdigit() else text for text, one in zip(printed, unit, strict=True)
    ]


def _coded(codes: pd.Series, names: dict, comma: str) -> np.ndarray:
    """Codes joined by "; " as words."""
    told = {
        text: comma.join(names.get(code, code) for code in text.split("; ") if code)
        for text in codes.unique()
    }
    return codes.map(told).to_numpy(dtype=object)


def _fields(data, table: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Every text that a message may name, one column each; the English ones end in ``_en``."""
    comma = _STOP[lang][2]
    places = data.places.set_index("id")[f"name_{lang}"].to_dict()
    who = table["superior"].map(places | {"china": words.group("who", lang)["nation"], "": ""})
    names = data.indicators.set_index("id")[f"name_{lang}"]
    change = {
        one: _CHANGES.get(one, (one, units.english(one)))[lang == "en"] for one in table["unit"].unique()
    }
    unit = table["unit"].to_numpy(dtype=object)
    base = np.where(
        table["base_printed"].ne(""), _amount(table["base"], np.full(len(table), "eq"), unit, lang), ""
    )
    base = np.where(table["base_bound"], table["base_printed"], base)
    first = _amount(table["base"], np.full(len(table), "eq"), unit, lang)
    growth = table["scale"].eq("log") & table["sign"].gt(0)
    ends = [np.asarray(table[f"required_{end}"], dtype=float) for end in ("low", "high")]
    rates = [np.where(growth, np.expm1(end), -np.expm1(-end)) for end in ends]
    margin = (table["sign"] * (table["base"] - table["end"])).abs()
    asks_bound, held_bound = table["end_relation"].isin(["ge", "gt", "le", "lt"]), table["base_bound"]
    least = words.group("least", lang)
    fifths = words.group("fifths", lang)
    pair = table["fifth_low"].astype(str) + "-" + table["fifth_high"].astype(str)
    pair = pair.mask(pair.eq("1-1") & ~table["same_level"], "slow").mask(
        pair.eq("5-5") & ~table["same_level"], "fast"
    )
    every = [fifths["all"].format(m=m) for m in table["m"]]
    tops = words.group("up", lang)
    suffix = "" if lang == "zh" else "_en"
    flags = words.table("codes").set_index("code")[f"name_{lang}"].to_dict()
    return pd.DataFrame(
        {
            "base_year": table["base_year"],
            "before": table["base_year"] - 1,
            "reached": table["reached"],
            "end_year": table["end_year"],
            "years": table["years"],
            "base_text": np.where(base == "", first, base),
            "end_text": _amount(table["end"], table["end_relation"], unit, lang),
            f"points_unit{suffix}": table["unit"].map(change),
            f"least{suffix}": np.select(
                [asks_bound & held_bound, held_bound, asks_bound],
                [least["none"], least["most"], least["least"]],
                "",
            ),
            f"up{suffix}": np.where(table["direction"].isin(["down", "at_most"]), tops["down"], tops["up"]),
            "pace": _range(table["points_low"], table["points_high"], lang),
            "raw": _range(np.where(held_bound, np.nan, table["points_low"]), table["points_high"], lang),
            "share": _share(*rates, lang),
            "largest_from": table["largest_from"],
            "largest_to": table["largest_to"],
            "steep": _range(table["largest"], table["largest"], lang),
            "margin": _range(margin, margin, lang),
            "peers": table["peers"],
            "peer_range": _peers(table, change, lang),
            "m": table["m"],
            "class": table["class_used"].map(words.group("class", lang) | {"": ""}),
            "provinces": table["provinces"],
            "first_year": table["first_year"],
            "last_year": table["last_year"],
            "k": _counts(table["k_low"], table["k_high"], lang),
            "word": np.where(table["beyond"], every, pair.map(fifths)),
            "L": [f"{value:.0f}%" for value in np.floor(100 * table["L90"].fillna(0).to_numpy() + 1e-9)],
            "U": [f"{value:.0f}%" for value in np.ceil(100 * table["U90"].fillna(1).to_numpy() - 1e-9)],
            "rho": _range(table["rho"], table["rho"], lang, 2),
            f"who{suffix}": who,
            "names": _named(table, data.places.set_index("id")[f"name_{lang}"], comma),
            "level_n": table["level_n"],
            "reach": _counts(table["level_low"], table["level_high"], lang),
            "nation_year": table["nation_year"],
            "nation_printed": _measured(table["nation_printed"], unit, lang),
            "add": _range(table["additions_low"], table["additions_high"], lang, 0),
            "additions_unit": table["additions_unit"].map(
                lambda one: one if lang == "zh" else units.english(one) or "places"
            ),
            f"institutions{suffix}": _institutions(table, lang),
            f"scenario{suffix}": _scenarios(table["scenario"], lang, comma),
            "seen_year": table["seen_year"],
            "seen_printed": table["seen_printed"],
            "done": _percent(table["done"], table["done"], lang),
            "gone": _percent(table["gone"], table["gone"], lang),
            "met": table["met"],
            "of": table["of"],
            **_overall(data, len(table)),
            "evidence": table["evidence"].map(words.group("evidence", lang) | {"": ""}),
            "doubts": _coded(table["doubts"], words.group("doubt", lang), comma),
            "flags": _coded(table["flags"], flags, comma),
            f"place{suffix}": table["place"].map(places),
            f"name{suffix}": table["indicator"].map(names),
            "bottom": table["bottom_up"].map(words.group("bottom_up", lang) | {"": ""}),
        },
        index=table.index,
    )


def _overall(data, n: int) -> dict:
    from qiyou.plausibility.yardsticks import record

    return {name: np.full(n, value, dtype=object) for name, value in record.overall(data).items()}


def _peers(table: pd.DataFrame, change: dict, lang: str) -> np.ndarray:
    """What other plans ask: units on the points scale, else percent."""
    plain = table["scale"].eq("points").to_numpy()
    low, high = (table[f"peer_{end}"].to_numpy(dtype=float) for end in ("low", "high"))
    growth = (table["scale"].eq("log") & table["sign"].gt(0)).to_numpy()
    shares = _share(*(np.where(growth, np.expm1(end), -np.expm1(-end)) for end in (low, high)), lang)
    glue = "" if lang == "zh" else " "
    points = _range(low, high, lang) + table["unit"].map(
        {one: glue + word for one, word in change.items()}
    ).to_numpy(dtype=object)
    closed = words.group("to", lang)["gap"]
    shares = np.where(table["scale"].eq("gap"), [closed.format(share=text) for text in shares], shares)
    return np.where(plain, points, shares)


def _named(table: pd.DataFrame, names: pd.Series, comma: str) -> list[str]:
    """The other places with a recent level, where they are fewer than five."""
    levels = table.attrs["levels"]
    levels = levels[levels["level"].ne("country")]
    by = levels.groupby("indicator")["place"].agg(list).to_dict()
    few = table["level_n"].between(1, 4)
    return [
        comma.join(names[one] for one in by.get(indicator, ()) if one != place) if there else ""
        for indicator, place, there in zip(table["indicator"], table["place"], few, strict=True)
    ]


def _institutions(table: pd.DataFrame, lang: str) -> np.ndarray:
    texts = _range(table["institutions_low"], table["institutions_high"], lang, 0)
    template = words.group("to", lang)["institutions"]
    return np.array([template.format(n=text) if text else "" for text in texts], dtype=object)


def _scenarios(column: pd.Series, lang: str, comma: str) -> np.ndarray:
    names = words.group("scenario", lang)
    told = {
        text: comma.join(names.get(one, one) for one in text.replace(";", " ").replace(",", " ").split())
        for text in column.unique()
    }
    return column.map(told).to_numpy(dtype=object)


def _parts(table: pd.DataFrame, fields: pd.DataFrame, lang: str) -> dict[str, np.ndarray]:
    """Every part of line and short form, empty where it does not apply."""

    def say(*choices, more=None) -> np.ndarray:
        keys = np.select(
            [np.asarray(mask, dtype=bool) for mask, _ in choices], [key for _, key in choices], ""
        )
        out = np.full(len(table), "", dtype=object)
        at = np.flatnonzero(keys != "")
        if len(at):
            rows = (fields if more is None else fields.assign(**more)).iloc[at]
            out[at] = words.say_each(keys[at].astype(object), lang, rows)
        return out

    ask, pace = table["ask"], table["ask"].eq("pace")
    both_open = table["base_bound"] & table["end_relation"].isin(["ge", "gt", "le", "lt"]) & pace
    full = pace & table["gap_closed"].eq(1)
    steep = pace & (table["largest"] > 1.5 * table["points"].abs()) & table["years"].gt(1)
    out = {}
    stood_in = table["base_printed"].eq("")
    asked = say(
        (both_open, "profile_pace_open"),
        (full, "profile_pace_full"),
        (pace & table["scale"].eq("gap"), "profile_pace_gap"),
        (pace & table["scale"].eq("log"), "profile_pace_log"),
        (pace, "profile_pace_points"),
    )
    out["asked"] = say((pace & stood_in, "profile_base_missing")) + asked
    out["pace"] = out["asked"] + say((steep, "profile_steepest"))
    better = table["sign"] * (table["base"] - table["end"])
    keep = ask.eq("keep")
    kept = say(
        (keep & table["direction"].isin(["at_least", "at_most"]), "profile_keep_line"),
        (keep, "profile_keep_same"),
    )
    margin = say(
        (keep & stood_in, "profile_margin_none"),
        (keep & table["base_bound"], "profile_margin_bound"),
        (keep & better.abs().lt(1e-12), "profile_margin_same"),
        (keep & better.gt(0), "profile_margin_better"),
        (keep, "profile_margin_worse"),
    )
    out["margin"] = margin
    out["finding"] = (
        kept
        + margin
        + say(
            (ask.eq("weaker"), "profile_weaker"),
            (ask.eq("pass"), "profile_pass"),
            (ask.eq("none"), "profile_none"),
        )
    )
    some = table["m"].gt(0) & pace
    out["class"] = (
        say((some & table["beyond"], "profile_class_beyond"), (some, "profile_class"))
        + say((some & table["years"].eq(1), "profile_class_year"))
        + say((some & ~table["qualified"] & table["rho"].gt(1.25), "profile_class_fast"))
    )
    out["class_short"] = say((some & table["beyond"], ""), (some, "short_class"))
    who = "who" if lang == "zh" else "who_en"
    for name, prefix, holder in (
        ("ratio", "", fields[who]),
        ("own", "own_", words.group("who", lang)["own"]),
    ):
        there = pace & table[f"{prefix}windows"].gt(0)
        low, high = table[f"{prefix}q_low"], table[f"{prefix}q_high"]
        more = {
            who: holder,
            "q": _range(low, high, lang, 2),
            "q_least": _range(low, low, lang, 2),
            "q_most": _range(high, high, lang, 2),
            "windows": table[f"{prefix}windows"],
            "period": _period(table[f"{prefix}from_year"], table[f"{prefix}to_year"], lang),
            "band": _bands(table[f"{prefix}n_low"], table[f"{prefix}n_high"], lang),
        }
        out[name] = say(
            (there & table["base_bound"], "profile_ratio_most"),
            (there & np.isinf(high), "profile_ratio_open"),
            (there, "profile_ratio"),
            more=more,
        )
        out[f"{name}_short"] = say(
            (there & table["base_bound"], "short_ratio_most"),
            (there & np.isinf(high), "short_ratio_open"),
            (there, "short_ratio"),
            more=more,
        )
    state = table["nation_there"]
    out["nation"] = say(*((state.eq(key), f"profile_nation_{key}") for key in ("yes", "no", "open")))
    out["levels"] = say(
        (table["level_n"].ge(5), "profile_levels"),
        (table["level_n"].gt(0) & table["level_high"].eq(0), "profile_levels_none"),
        (table["level_n"].gt(0), "profile_levels_named"),
    )
    out["peers"] = say((pace & table["peers"].gt(0), "profile_peers"))
    built = pace & table["additions_high"].notna()
    out["additions"] = say((built, "profile_additions"))
    shown = pace & table["bottom_up"].ne("") & (built | table["bottom_up"].eq("NO_POPULATION"))
    out["projects"] = np.where(shown, fields["bottom"], "")
    out["progress"] = say((table["seen_year"].gt(0), "profile_progress"))
    nothing = pace & table["m"].eq(0) & table["windows"].eq(0) & table["own_windows"].eq(0)
    out["kept"] = say((pace & table["of"].gt(0), "profile_kept"))
    out["kept_all"] = say((pace, "profile_kept_all"))
    bare = say((nothing, "profile_nothing"))
    out["evidence"] = np.where(bare != "", bare, say((table["evidence"].ne(""), "profile_evidence")))
    out["flags"] = say((table["flags"].ne(""), "profile_flags"))
    reading = table["reading"]
    out["short"] = say(*((reading.eq(key), f"short_{key}") for key in reading.unique()))
    stop = _STOP[lang][1]
    all_ = np.where(nothing & pace, out["kept_all"] + stop, "")
    out["short_support"] = np.where(
        table["evidence"].ne(""), say((table["evidence"].ne(""), "short_evidence")), all_
    )
    out["short_decide"] = say(
        (np.ones(len(table), dtype=bool), "short_decide"), more={"decide": _decide(table, fields, lang)}
    )
    return out


def _decide(table: pd.DataFrame, fields: pd.DataFrame, lang: str) -> list[str]:
    """What would tell more."""
    named = words.group("decide", lang)
    keys = np.select(
        [
            table["contradicts"] | table["ask"].isin(["weaker", "none"]),
            table["ask"].eq("pass"),
            table["bottom_up"].eq("DEPENDS_ON:trails"),
            table["reading"].isin(["ABOVE_EXPERIENCE", "BEYOND_EXPERIENCE"]),
            table["base_printed"].eq(""),
            table["ask"].eq("keep") | table["own_windows"].gt(0),
        ],
        ["author", "review", "trails", "grounds", "base", "observed"],
        "own",
    )
    years = zip(keys, fields["before"], fields["base_year"], strict=True)
    return [named[key].format(before=before, base_year=base) for key, before, base in years]
