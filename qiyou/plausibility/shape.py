"""C5 to C7: pace, concentration of steps, and the simple curves that a path is consistent with."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou import pace, trajectory
from qiyou.plausibility.codes import NOTE, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.settings import Settings
from qiyou.plausibility.verdicts import above, findings
from qiyou.plausibility.wording import number, translated

# "no such year" among the Int64 years of a card
_NONE = 0


def checks(paths: Paths, indicators: pd.DataFrame, met: np.ndarray, settings: Settings) -> list[pd.DataFrame]:
    """PACE, STEP_CONCENTRATED, BACK_LOADED, FRONT_LOADED and the families, where they apply.

    Parameters
    ----------
    paths : Paths
    indicators : DataFrame
    met : ndarray of bool, shape (n,)
        Paths that meet their target in the base year, to which the maintenance rule applies.
    settings : Settings
    """
    at = np.flatnonzero(paths.judged & ~paths.keeps & ~np.isnan(paths.grid.sign) & ~met)
    if not len(at):
        return []
    chosen = np.zeros(len(paths.keys), dtype=bool)
    chosen[at] = True
    rows = paths.targets[chosen[pd.Index(paths.keys["path"]).get_indexer(paths.targets["path"])]]
    return [
        *_pace(paths, at, pace.card(rows, indicators)),
        *_concentration(paths, at, pace.shape(rows, indicators), settings),
        *_families(paths, at, trajectory.families(rows, indicators, require=settings.shape_values), settings),
    ]


def _years(frame: pd.DataFrame, name: str) -> np.ndarray:
    return frame[name].to_numpy(dtype=np.int64, na_value=_NONE)


def _interval(low: np.ndarray, high: np.ndarray, lang: str) -> np.ndarray:
    """An interval in words, also where one end is infinite."""
    a, b = number(low, 4), number(high, 4)
    both, least, most = {
        "zh": ("{}至{}", "不少于{}", "不多于{}"),
        "en": ("{} to {}", "at least {}", "at most {}"),
    }[lang]

    def put(form: str, *parts: np.ndarray) -> np.ndarray:
        pieces = form.split("{}")
        text = pieces[0]
        for part, piece in zip(parts, pieces[1:], strict=True):
            text = text + part + piece
        return text

    closed = np.where(a == b, a, put(both, a, b))
    return np.where(np.isposinf(high), put(least, a), np.where(np.isneginf(low), put(most, b), closed))


def _pace(paths: Paths, at: np.ndarray, card: pd.DataFrame) -> list[pd.DataFrame]:
    low, high = card["points_per_year_low"].to_numpy(), card["points_per_year_high"].to_numpy()
    value = card["points_per_year"].to_numpy()
    # two bounds leave every pace possible, which is no pace
    defined = ~np.isnan(low) & (np.isfinite(low) | np.isfinite(high))
    return [*_pace_rows(paths, at, card, value, low, high, defined), *_no_pace(paths, at, card, ~defined)]


def _pace_rows(paths, at, card, value, low, high, mask) -> list[pd.DataFrame]:
    if not mask.any():
        return []
    at, card, value, low, high = at[mask], card[mask], value[mask], low[mask], high[mask]
    begin, end = (np.searchsorted(paths.grid.years, _years(card, name)) for name in ("base_year", "end_year"))
    closure = 100 * card["gap_closure"].to_numpy()
    rate = 100 * card["cagr"].to_numpy()
    floor = paths.grid.sign[at] < 0
    scaled = ~np.isnan(closure)
    compound = ~scaled & ~np.isnan(rate)
    fields = {
        **paths.take(at),
        "y0": paths.grid.years[begin].astype(str),
        "y1": paths.grid.years[end].astype(str),
        "from_zh": paths.promise(at, begin, "zh"),
        "to_zh": paths.promise(at, end, "zh"),
        "from_en": paths.promise(at, begin, "en"),
        "to_en": paths.promise(at, end, "en"),
        "mean_zh": np.where(np.isnan(value), _interval(low, high, "zh"), number(value, 4)),
        "mean_en": np.where(np.isnan(value), _interval(low, high, "en"), number(value, 4)),
        "range_zh": np.where(np.isnan(value), "", "（按四舍五入为" + _interval(low, high, "zh") + "）"),
        "range_en": np.where(np.isnan(value), "", " (by rounding " + _interval(low, high, "en") + ")"),
        "scale_zh": np.select(
            [scaled & ~floor, scaled & floor, compound],
            [
                "每年缩小与上限之差的" + number(closure, 3) + "%",
                "每年缩小与下限之差的" + number(closure, 3) + "%",
                "年均变化率" + number(rate, 3) + "%（该指标没有上限，无从换算成缩小差距）",
            ],
            "有界尺度上的速度无法计算",
        ),
        "scale_en": np.select(
            [scaled & ~floor, scaled & floor, compound],
            [
                number(closure, 3) + "% of the gap to the ceiling closed a year",
                number(closure, 3) + "% of the gap to the floor closed a year",
                number(rate, 3)
                + "% a year compound (the indicator has no ceiling, so there is no gap to close)",
            ],
            "no pace on a bounded scale can be computed",
        ),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C5",
            code="PACE",
            verdict=NOTE,
            year=paths.grid.years[end],
            statistic=value,
            low=low,
            high=high,
            zh="{label_zh}：{y0}年{from_zh}到{y1}年{to_zh}，平均每年{mean_zh}{points_zh}{range_zh}，{scale_zh}。",
            en="{label_en}: from {from_en} in {y0} to {to_en} in {y1}: {mean_en}{points_en} a "
            "year{range_en}, "
            "{scale_en}.",
            fields=fields,
        )
    ]


def _no_pace(paths: Paths, at: np.ndarray, card: pd.DataFrame, mask: np.ndarray) -> list[pd.DataFrame]:
    if not mask.any():
        return []
    at, note = at[mask], card["note"].to_numpy(dtype=object)[mask]
    first = pd.Series(note).str.split(";").str[0].to_numpy(dtype=object)
    words = {
        "no values": ("没有数值", "no values"),
        "base and end are the same year": ("只有一个年份有数值", "only one year has a value"),
        "base is a bound": ("首尾都只印界限", "both ends print bounds only"),
        "a value outside the indicator's bounds": (
            "有数值超出逻辑界限",
            "a value outside the indicator's bounds",
        ),
    }
    fields = {
        **paths.take(at),
        "why_zh": translated(first, {note: zh for note, (zh, _) in words.items()}, "首尾两端没有可用的数值"),
        "why_en": translated(
            first, {note: en for note, (_, en) in words.items()}, "no usable value at one end"
        ),
    }
    return [
        findings(
            paths.keys.iloc[at],
            check="C5",
            code="NOT_DEFINED",
            verdict=UNDECIDABLE,
            zh="{label_zh}：无法计算速度（{why_zh}）。",
            en="{label_en}: no pace can be computed ({why_en}).",
            fields=fields,
        )
    ]


def _concentration(
    paths: Paths, at: np.ndarray, shape: pd.DataFrame, settings: Settings
) -> list[pd.DataFrame]:
    enough = shape["steps"].to_numpy() >= 3
    applies = shape["applies"].to_numpy()
    share, share_low = shape["largest_step_share"].to_numpy(), shape["share_low"].to_numpy()
    index, index_low, index_high = (
        shape[name].to_numpy() for name in ("back_load", "back_load_low", "back_load_high")
    )
    # A bound between base and end is no value for the index, and may be where the end was first reached.
    closed = ~_bound_between(paths, at, shape)
    one, late = above(share_low, settings.step_share) & closed, above(index_low, settings.back_load) & closed
    early = above(-settings.front_load, index_high) & closed
    maybe_one = enough & above(share, settings.step_share) & ~(applies & one)
    maybe_late = enough & above(index, settings.back_load) & ~(applies & late)
    maybe_early = enough & above(-settings.front_load, index) & ~(applies & early)
    base = {
        **{name: texts[at] for name, texts in paths.words.items()},
        "y0": _years(shape, "base_year").astype(str),
        "y1": _years(shape, "end_year").astype(str),
        "when": _years(shape, "largest_step_year").astype(str),
        "share": 100 * share,
        "share_low": 100 * share_low,
        "index": index,
        "index_low": index_low,
        "index_high": index_high,
    }
    end_year = _years(shape, "end_year")

    def rows(mask, code, verdict, zh, en, statistic, low, high, threshold, year) -> list[pd.DataFrame]:
        if not mask.any():
            return []
        cut = lambda values: values[mask] if isinstance(values, np.ndarray) else values  # noqa: E731
        return [
            findings(
                paths.keys.iloc[at[mask]],
                check="C6",
                code=code,
                verdict=verdict,
                statistic=cut(statistic),
                low=cut(low),
                high=cut(high),
                threshold=threshold,
                year=cut(year),
                zh=zh,
                en=en,
                fields={name: values[mask] for name, values in base.items()}
                | {"limit": threshold, "limit_percent": 100 * threshold},
            )
        ]

    one_year_zh = "{label_zh}：{y0}—{y1}年的总变化中，{when}年一年占{share:3}%"
    one_year_en = "{label_en}: of the change from {y0} to {y1}, {share:3}% is planned for {when} alone"
    index_zh = "{label_zh}：{y0}—{y1}年的变化"
    index_en = "{label_en}: the change from {y0} to {y1}"
    unsure_zh, unsure_en = (
        "，但相对于印出的位数，变化太小或界限落在四舍五入误差之内，无法判定。",
        (
            ", but the change is too small for its printed digits, or the limit lies within rounding: "
            "undecidable."
        ),
    )
    nan = np.nan
    return [
        *rows(
            applies & one,
            "STEP_CONCENTRATED",
            QUESTION,
            one_year_zh + "（四舍五入后最低{share_low:3}%，界限{limit_percent:3}%，为本库约定）。",
            one_year_en
            + " (at least {share_low:3}% whatever the rounding; limit {limit_percent:3}%, a convention of "
            "this library).",
            share,
            share_low,
            nan,
            settings.step_share,
            _years(shape, "largest_step_year"),
        ),
        *rows(
            maybe_one,
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            one_year_zh + "，高于界限{limit_percent:3}%" + unsure_zh,
            one_year_en + ", above the limit of {limit_percent:3}%" + unsure_en,
            share,
            share_low,
            nan,
            settings.step_share,
            _years(shape, "largest_step_year"),
        ),
        *rows(
            applies & late,
            "BACK_LOADED",
            QUESTION,
            index_zh
            + "集中在后期（后置指数{index:3}，四舍五入后最低{index_low:3}，界限{limit}，为本库约定；均匀推进为0）。",
            index_en
            + " comes late (back-load index {index:3}, at least {index_low:3} whatever the rounding; limit "
            "{limit}, a "
            "convention of this library; 0 is even).",
            index,
            index_low,
            index_high,
            settings.back_load,
            end_year,
        ),
        *rows(
            maybe_late,
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            index_zh + "似乎集中在后期（后置指数{index:3}，界限{limit}）" + unsure_zh,
            index_en + " seems to come late (back-load index {index:3}, limit {limit})" + unsure_en,
            index,
            index_low,
            index_high,
            settings.back_load,
            end_year,
        ),
        *rows(
            applies & early,
            "FRONT_LOADED",
            NOTE,
            index_zh
            + "集中在前期（后置指数{index:3}，四舍五入后最高{index_high:3}，界限−{limit}，为本库约定）。",
            index_en
            + " comes early (back-load index {index:3}, at most {index_high:3} whatever the rounding; limit "
            "−{limit}, a "
            "convention of this library).",
            index,
            index_low,
            index_high,
            settings.front_load,
            end_year,
        ),
        *rows(
            maybe_early,
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            index_zh + "似乎集中在前期（后置指数{index:3}，界限−{limit}）" + unsure_zh,
            index_en + " seems to come early (back-load index {index:3}, limit −{limit})" + unsure_en,
            index,
            index_low,
            index_high,
            settings.front_load,
            end_year,
        ),
    ]


def _bound_between(paths: Paths, at: np.ndarray, shape: pd.DataFrame) -> np.ndarray:
    years = paths.grid.years
    between = (years > _years(shape, "base_year")[:, None]) & (years < _years(shape, "end_year")[:, None])
    return (between & paths.grid.known[at] & ~paths.grid.exact[at]).any(axis=1)


_FAMILY_WORDS = {
    "line": (
        "每年等量变化",
        "equal yearly steps",
        "每年{range_zh}{points_zh}",
        "{range_en}{points_en} a year",
    ),
    "geometric": ("每年等比变化", "a constant yearly rate", "每年{range_zh}%", "{range_en}% a year"),
    "gap_closure": (
        "每年等比缩小与上限的差距",
        "closing a constant share of the gap to the ceiling",
        "每年缩小差距的{range_zh}%",
        "{range_en}% of the gap a year",
    ),
    "logistic": ("逻辑斯蒂曲线", "a logistic curve", "斜率{range_zh}", "slope {range_en}"),
}


def _families(paths: Paths, at: np.ndarray, shapes: pd.DataFrame, settings: Settings) -> list[pd.DataFrame]:
    named = shapes["n_values"].to_numpy() >= settings.shape_values
    found = []
    fits = {name: shapes[f"{name}_fits"].to_numpy() & named for name in trajectory.FAMILIES}
    for name, code in trajectory.FAMILIES.items():
        mask = fits[name]
        if not mask.any():
            continue
        ends = np.stack([shapes[f"{name}_low"].to_numpy()[mask], shapes[f"{name}_high"].to_numpy()[mask]])
        # binary noise can put the ends of an interval of one number in the wrong order
        low, high = ends.min(axis=0), ends.max(axis=0)
        shown_low, shown_high = _as_rate(name, low, high)
        family_zh, family_en, rate_zh, rate_en = _FAMILY_WORDS[name]
        rows = at[mask]
        fields = {
            **paths.take(rows),
            "n": shapes["n"].to_numpy()[mask].astype(str),
            "range_zh": _interval(shown_low, shown_high, "zh"),
            "range_en": _interval(shown_low, shown_high, "en"),
        }
        found.append(
            findings(
                paths.keys.iloc[rows],
                check="C7",
                code=code,
                verdict=NOTE,
                low=low,
                high=high,
                zh="{label_zh}：{n}格数值与“"
                + family_zh
                + "”相容（"
                + rate_zh
                + "）。这只说明路径可以是这样画的，与能否实现无关。",
                en="{label_en}: the {n} cells are consistent with "
                + family_en
                + " ("
                + rate_en
                + "). That says how the path "
                "may have been drawn, not that it was, and nothing about its feasibility.",
                fields=fields,
            )
        )
    return [*found, *_unidentified(paths, at, shapes, fits, named, settings)]


def _as_rate(name: str, low: np.ndarray, high: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Slopes of a family as a reader reads them: units, percent a year, percent of the gap, logit."""
    if name == "geometric":
        return 100 * np.expm1(low), 100 * np.expm1(high)
    if name == "gap_closure":
        return -100 * np.expm1(high), -100 * np.expm1(low)
    return low, high


def _unidentified(paths, at, shapes, fits, named, settings) -> list[pd.DataFrame]:
    count = np.sum(list(fits.values()), axis=0)
    mask = ~named | (count != 1)
    if not mask.any():
        return []
    rows, n = at[mask], shapes["n_values"].to_numpy()[mask]
    several = np.char.mod("%d", count[mask]).astype(object)
    few, none = ~named[mask], count[mask] == 0
    least = str(settings.shape_values)
    fields = {
        **paths.take(rows),
        "why_zh": np.select(
            [few, none],
            [
                "只有" + n.astype(str).astype(object) + "个数值，少于" + least + "个，不判断形状",
                "四种简单曲线都不能穿过各格",
            ],
            "与" + several + "种简单曲线都相容，无从分辨",
        ),
        "why_en": np.select(
            [few, none],
            [
                "only "
                + n.astype(str).astype(object)
                + " printed values, fewer than "
                + least
                + ", so no shape is named",
                "none of the four simple curves passes through every cell",
            ],
            several + " simple curves pass through every cell and cannot be told apart",
        ),
    }
    return [
        findings(
            paths.keys.iloc[rows],
            check="C7",
            code="SHAPE_NOT_IDENTIFIED",
            verdict=NOTE,
            statistic=count[mask],
            threshold=settings.shape_values,
            zh="{label_zh}：{why_zh}。",
            en="{label_en}: {why_en}.",
            fields=fields,
        )
    ]
