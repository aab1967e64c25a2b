"""C14: a yearly amount in a later document against what the earlier stock or sum implies."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility import wording
from qiyou.plausibility.codes import NOTE, QUESTION, UNDECIDABLE
from qiyou.plausibility.documents import order, row_words
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.verdicts import NO_PATH, above, findings, same


def flow_increments(
    paths: Paths, table: pd.DataFrame, text: pd.DataFrame, documents: pd.DataFrame, flows: pd.DataFrame
) -> list[pd.DataFrame]:
    """FLOW_SHORTFALL: a later document's yearly amount against the increment that the earlier stock implies.

    The increment is the difference of two neighbouring years of a table, or, where there is only a sum over
    several years in the text, an even share of it.
    """
    amounts = text[text["year"].gt(0) & text["from_year"].isna()].merge(
        flows[["flow", "stock"]], left_on="indicator", right_on="flow"
    )
    asked = amounts.merge(order(documents), left_on="document", right_on="later_document")
    if asked.empty:
        return []
    return [*_against_table(asked, table), *_against_sum(asked, text), *_nothing_printed(asked, paths, text)]


def _against_table(asked: pd.DataFrame, table: pd.DataFrame) -> list[pd.DataFrame]:
    stock = table.assign(stock=table["indicator"], before=table["year"] - 1)
    steps = stock.merge(
        stock, left_on=["path", "before"], right_on=["path", "year"], suffixes=("", "_before")
    )
    rows = asked.merge(
        steps,
        left_on=["earlier_document", "stock", "year"],
        right_on=["document", "stock", "year"],
        suffixes=("_new", ""),
    )
    if rows.empty:
        return []
    rows = rows.assign(
        step_value=rows["value"] - rows["value_before"],
        step_low=rows["low"] - rows["high_before"],
        step_high=rows["high"] - rows["low_before"],
    )
    return _flow_findings(
        rows,
        "{locator_zh}{y0}—{year}年隐含增量{step_value_zh}{unit_zh}（四舍五入{step_low_zh}至{step_high_zh}）；"
        "《{title}》{locator_zh_new}为{print_zh_new}：",
        "{locator_en} implies an increment of {step_value_en}{counted_en} from {y0} to {year} (rounding "
        "{step_low_en} to {step_high_en}); {title_en}, "
        "{locator_en_new}: {print_en_new}; ",
        y0=rows["before"],
    )


def _against_sum(asked: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    sums = text[text["kind"].eq("cumulative") & text["from_year"].notna() & text["year"].gt(0)]
    rows = asked.merge(
        sums, left_on=["earlier_document", "stock"], right_on=["document", "indicator"], suffixes=("_new", "")
    )
    rows = rows[rows["year_new"].between(rows["from_year"].astype("Int64"), rows["year"])]
    if rows.empty:
        return []
    years = (rows["year"] - rows["from_year"].astype(int) + 1).to_numpy()
    bound = rows["relation"].isin(["ge", "gt"]).to_numpy()
    low = np.where(bound, rows["value"], rows["low"]) / years
    high = np.where(bound, rows["value"], rows["high"]) / years
    rows = rows.assign(
        step_value=rows["value"] / years,
        step_low=low,
        step_high=high,
        variant="",
        path=NO_PATH,
        y0=rows["from_year"].astype(int),
        y1=rows["year"],
        year=rows["year_new"],
    )
    return _flow_findings(
        rows,
        "{locator_zh}{y0}—{y1}年累计{print_zh}，平均每年{step_value_zh}{unit_zh}；"
        "《{title}》{locator_zh_new}{year}年为{print_zh_new}："
        "若两者口径相同，",
        "{locator_en}: {print_en} in all from {y0} to {y1}, {step_value_en} a year if even; {title_en}, "
        "{locator_en_new} for {year}: "
        "{print_en_new}; if both count the same things, ",
        y0=rows["y0"],
        y1=rows["y1"],
    )


def _flow_findings(rows: pd.DataFrame, zh: str, en: str, **years) -> list[pd.DataFrame]:
    low = rows["value_new"].to_numpy() - rows["step_new"].to_numpy() / 2
    high = rows["value_new"].to_numpy() + rows["step_new"].to_numpy() / 2
    short, plenty = above(rows["step_low"], high), above(low, rows["step_high"])
    less = above(rows["step_value"], rows["value_new"])
    equal = same(rows["step_value"], rows["value_new"])
    # a floor ("at least 1,000") that is too low may still be exceeded
    floor = rows["relation_new"].isin(["ge", "gt"]).to_numpy()
    rule = (
        (
            short & ~floor & ~equal,
            "FLOW_SHORTFALL",
            QUESTION,
            "当年安排少于所需",
            "the year's amount falls short",
        ),
        (plenty & ~equal, "WORKLIST_AHEAD", NOTE, "当年安排多于所需", "the year's amount is more than that"),
        (equal, "WORKLIST_EQUAL", NOTE, "两者数字相同", "the two are the same number"),
        (
            ~short & ~plenty & ~equal | (short & floor & ~equal),
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            "印出的数字看似{less_zh}，是否足够取决于四舍五入",
            "as printed it is {less_en}, but whether it suffices depends on rounding",
        ),
    )
    found = []
    for mask, code, verdict, tail_zh, tail_en in rule:
        some = rows[np.asarray(mask)]
        if some.empty:
            continue
        chosen = np.asarray(mask)
        fields = row_words(
            some,
            title=some["title_later"].to_numpy(dtype=object),
            title_en=some["title_en_later"].to_numpy(dtype=object),
            less_zh=np.where(less[chosen], "不足", "足够").astype(object),
            less_en=np.where(less[chosen], "too little", "enough").astype(object),
            counted_en=wording.glued(some["unit_en"].to_numpy(dtype=object)),
            **{
                f"{name}_{lang}": wording.quantity(some[name], np.full(len(some), "", dtype=object), lang, 5)
                for name in ("step_value", "step_low", "step_high")
                for lang in ("zh", "en")
            },
            **{
                name: values[chosen].astype(int).astype(str).to_numpy(dtype=object)
                for name, values in years.items()
            },
        )
        found.append(
            findings(
                some,
                check="C14",
                code=code,
                verdict=verdict,
                year=some["year"],
                statistic=some["value_new"] - some["step_value"],
                low=low[chosen] - some["step_high"],
                high=high[chosen] - some["step_low"],
                threshold=0.0,
                zh=zh + tail_zh + "。",
                en=en + tail_en + ".",
                fields=fields,
            )
        )
    return found


def _nothing_printed(asked: pd.DataFrame, paths: Paths, text: pd.DataFrame) -> list[pd.DataFrame]:
    """The earlier plan has a row for the stock, but prints no number that the amount could be held
    against."""
    bare = paths.keys[~(paths.grid.known & ~paths.grid.empty).any(axis=1)]
    rows = asked.merge(
        bare.rename(columns={"indicator": "stock"}),
        left_on=["earlier_document", "stock"],
        right_on=["document", "stock"],
        suffixes=("_new", ""),
    )
    if rows.empty:
        return []
    rows = rows.assign(indicator=rows["stock"])
    at = pd.Index(paths.keys["path"]).get_indexer(rows["path"])
    fields = row_words(
        rows,
        title=rows["title_later"].to_numpy(dtype=object),
        title_en=rows["title_en_later"].to_numpy(dtype=object),
        stock_zh=paths.words["label_zh"][at],
        stock_en=paths.words["label_en"][at],
    )
    return [
        findings(
            rows,
            check="C14",
            code="NOT_DEFINED",
            verdict=UNDECIDABLE,
            year=rows["year"],
            statistic=rows["value"],
            zh="{stock_zh}：原计划没有印出数值，《{title}》{locator_zh}的{print_zh}无从比较。",
            en="{stock_en}: the plan prints no number, so {print_en} of {title_en}, {locator_en}, cannot be "
            "compared.",
            fields=fields,
        )
    ]
