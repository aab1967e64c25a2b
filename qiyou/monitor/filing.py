"""The table that a work office files: `schedule` in words and printed figures."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import disk
from qiyou.errors import DataError
from qiyou.monitor.timing import COLUMNS
from qiyou.monitor.words import REASONS
from qiyou.notation import read
from qiyou.units import english

if TYPE_CHECKING:
    from qiyou.data import Data

_HEADINGS = MappingProxyType(
    {
        "number": ("序号", "No."),
        "place": ("地区", "Place"),
        "indicator": ("指标", "Indicator"),
        "unit": ("单位", "Unit"),
        "period": ("截至", "Up to"),
        "start": ("上年末数", "End of last year"),
        "planned": ("当年目标", "Target of the year"),
        "observed": ("实际完成", "Reached"),
        "reached": ("完成当年计划增量", "Share of the year's change"),
        "elapsed": ("序时进度", "Share of the year passed"),
        "verdict": ("评价", "Standing"),
        "why": ("说明", "Remark"),
    }
)
_STANDINGS = MappingProxyType(
    {
        "on_schedule": ("达到序时进度", "on schedule"),
        "behind": ("滞后", "behind"),
        "undecidable": ("无法判定", "undecidable"),
        "not_comparable": ("不可比", "not comparable"),
    }
)
# Where nothing was observed the plan's own value stands in, and must not be filed as a realised one.
_PLANNED = ("（计划数）", " (planned)")
_NUMBER = r"[<>≤≥＜＞≦≧约]?[\d０-９.．,，]+(?:[—–~～-][\d０-９.．,，]+)?"


def form(rows: pd.DataFrame, data: Data, *, lang: str = "zh") -> pd.DataFrame:
    """The table of `schedule` as a work office files it, in words and printed figures.

    Parameters
    ----------
    rows : DataFrame
        From `schedule`.
    data : Data
    lang : {"zh", "en"}

    Returns
    -------
    DataFrame
        One row per row of `rows`, every cell text: number, place, indicator, unit, period (``2024年1—9月``),
        value at the end of the year before (``60（计划数）`` where nothing was observed and the plan's own value
        stands in), target, reached, share of the year's change (as an interval where rounding leaves more
        than a percentage point), share of the year passed, standing, remark.

    Raises
    ------
    DataError
        If there are no rows, or the language is another one.

    Examples
    --------
    Excel and WPS open the file that ``to_csv(path, index=False, encoding="utf-8-sig")`` writes.

    >>> import tempfile
    >>> import qiyou
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     data = qiyou.load(also=[qiyou.scaffold.example(folder)])
    >>> filed = form(qiyou.monitor.schedule(data, "cixi_own", quarter=2), data)
    >>> filed.loc[0, ["指标", "截至", "完成当年计划增量", "序时进度", "评价"]].tolist()
    ['每千人口拥有3岁以下婴幼儿托位数', '2024年1—6月', '46%至54%', '50%', '达到序时进度']
    """
    if lang not in ("zh", "en"):
        raise DataError(f"lang is {lang!r}; give 'zh' or 'en'")
    if rows.empty or any(name not in rows for name in COLUMNS):
        raise DataError("there are no rows to file; hand in what `schedule` returns")
    chinese = lang == "zh"
    language = 0 if chinese else 1
    shares = rows[["share_reached", "share_low", "share_high"]].to_numpy()
    cells = {
        "number": [str(number) for number in range(1, len(rows) + 1)],
        "place": rows["place"].map(_names(data.places, lang)),
        "indicator": rows["indicator"].map(_names(data.indicators, lang)),
        "unit": rows["unit"] if chinese else rows["unit"].map(english),
        "period": [_period(y, q, chinese) for y, q in zip(rows["year"], rows["quarter"], strict=True)],
        "start": _starts(rows, data, language),
        "planned": _as_planned(rows["planned_printed"], rows, rows["year"], data),
        "observed": rows["observed_printed"],
        "reached": [_percentages(*limits, chinese) for limits in shares],
        "elapsed": [f"{share:.0%}" for share in rows["share_elapsed"]],
        "verdict": rows["verdict"].map({name: words[language] for name, words in _STANDINGS.items()}),
        "why": rows["why"].map(REASONS) if chinese else rows["why"],
    }
    texts = {
        heading[language]: pd.Series(list(cells[name]), dtype="str").fillna("")
        for name, heading in _HEADINGS.items()
    }
    # It is made for a spreadsheet, which must not run a name as a formula.
    return pd.DataFrame(texts).map(disk.neutral).astype("str")


def _names(frame: pd.DataFrame, lang: str) -> dict[str, str]:
    return dict(zip(frame["id"], frame[f"name_{lang}"], strict=True))


def _starts(rows: pd.DataFrame, data: Data, language: int) -> pd.Series:
    """The values at the end of the year before; one that was planned, not observed, says so."""
    printed = _as_planned(rows["start_printed"], rows, rows["year"] - 1, data)
    printed = printed.where(rows["start_from"].isin(["planned", "printed base"]), rows["start_printed"])
    return printed.mask(rows["start_from"].eq("planned"), printed + _PLANNED[language])


def _as_planned(printed: pd.Series, rows: pd.DataFrame, years: pd.Series, data: Data) -> pd.Series:
    """Numbers of the plan with the unit that its table prints beside them, where that is a multiple (万人)."""
    cells = data.targets.assign(locator="table:" + data.targets["row"].astype("str"))
    units = cells.set_index(["document", "locator", "year"])["printed_unit"]
    cell = pd.MultiIndex.from_arrays([rows["document"], rows["locator"], years])
    unit = units.reindex(cell).fillna("").set_axis(rows.index)
    multiples = {name for name in unit.unique() if name and read("1", name).value != 1}
    return printed.where(~(unit.isin(multiples) & printed.str.fullmatch(_NUMBER)), printed + unit)


def _period(year: int, quarter, chinese: bool) -> str:
    if pd.isna(quarter):
        return f"{year}年" if chinese else str(year)
    return f"{year}年1—{3 * int(quarter)}月" if chinese else f"{year} Q{quarter}"


def _percentages(share: float, low: float, high: float, chinese: bool) -> str:
    if not np.isfinite(low) or not np.isfinite(high):
        return ""
    if high - low < 0.01 and not np.isnan(share):
        text = f"{share:.1%}"
    else:
        text = f"{low:.0%}{'至' if chinese else ' to '}{high:.0%}"
    # A spreadsheet takes a leading hyphen for the start of a formula.
    return text.replace("-", "−")
