"""C13: a document's table against its own running text."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility.codes import CONTRADICTION, NOTE, UNDECIDABLE
from qiyou.plausibility.documents import KEYS, row_words
from qiyou.plausibility.verdicts import NO_PATH, above, disjoint, findings, same

_BOUNDS = ("ge", "gt", "le", "lt", "range")


def checks(table: pd.DataFrame, text: pd.DataFrame, flows: pd.DataFrame) -> list[pd.DataFrame]:
    """All of C13.

    Parameters
    ----------
    table, text : DataFrame
        Cells of the tables and figures of the running text, see `qiyou.plausibility.documents`.
    flows : DataFrame
        ``data.flows``: flow, stock.
    """
    return [
        *table_prose(table, text),
        *timing(table, text),
        *ceilings(table, text),
        *flow_sums(table, text, flows),
    ]


def relate(rows: pd.DataFrame) -> pd.DataFrame:
    """How the set of a cell lies to that of a statement (columns ``…_text``): one flag per way.

    ``apart``: no value in common. ``agree``: the same printed number, or overlapping roundings.
    ``prose_weaker``, ``table_weaker``: one set inside the other, away from its edge. ``open``: a rounding box
    across a bound.
    """
    exact, exact_text = rows["relation"].eq("eq").to_numpy(), rows["relation_text"].eq("eq").to_numpy()
    number = same(rows["value"], rows["value_text"])
    apart = disjoint(rows["low"], rows["high"], rows["low_text"], rows["high_text"]) & ~number
    inside = ~above(rows["low_text"], rows["low"]) & ~above(rows["high"], rows["high_text"])
    around = ~above(rows["low"], rows["low_text"]) & ~above(rows["high_text"], rows["high"])
    agree = number | (exact & exact_text & ~apart)
    rest = ~agree & ~apart
    bounds = rows["relation"].isin(_BOUNDS).to_numpy(), rows["relation_text"].isin(_BOUNDS).to_numpy()
    return pd.DataFrame(
        {
            "apart": apart,
            "agree": agree,
            "prose_weaker": rest & inside & bounds[1],
            "table_weaker": rest & around & ~inside & bounds[0],
            "open": rest & ~inside & ~around,
        },
        index=rows.index,
    )


def _pairs(table: pd.DataFrame, text: pd.DataFrame) -> pd.DataFrame:
    return table.merge(text[text["comparable"]], on=["document", "indicator", "year"], suffixes=("", "_text"))


def table_prose(table: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    """TABLE_PROSE_CONFLICT, TABLE_PROSE_WEAKER and ROUNDING_DECIDES for the same indicator and year."""
    rows = _pairs(table, text)
    if rows.empty:
        return []
    how = relate(rows)
    # a second line of the same indicator that agrees with the text is worth saying
    fitting = (
        rows[how["agree"] | how["prose_weaker"]]
        .groupby(["document", "indicator", "year"])["locator_zh"]
        .first()
    )
    other = pd.MultiIndex.from_frame(rows[["document", "indicator", "year"]]).isin(fitting.index)
    rule = (
        (
            how["apart"],
            "TABLE_PROSE_CONFLICT",
            CONTRADICTION,
            "同一文件的两处说法不能同时成立",
            "two statements of one document that cannot both hold",
        ),
        (
            how["prose_weaker"],
            "TABLE_PROSE_WEAKER",
            NOTE,
            "正文的要求低于表格",
            "the text asks for less than the table",
        ),
        (
            how["table_weaker"],
            "TABLE_PROSE_WEAKER",
            NOTE,
            "表格的要求低于正文",
            "the table asks for less than the text",
        ),
        (
            how["open"],
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            "两处是否相符取决于四舍五入",
            "whether the two agree depends on rounding",
        ),
    )
    found = []
    for mask, code, verdict, zh, en in rule:
        some = rows[mask]
        if some.empty:
            continue
        second = other[mask.to_numpy()] & (code == "TABLE_PROSE_CONFLICT")
        fields = row_words(
            some,
            second_zh=np.where(second, "；同一指标的另一行与正文相符", "").astype(object),
            second_en=np.where(
                second, "; another line of the same indicator agrees with the text", ""
            ).astype(object),
        )
        found.append(
            findings(
                some,
                check="C13",
                code=code,
                verdict=verdict,
                year=some["year"],
                statistic=some["value"],
                low=some["low"],
                high=some["high"],
                threshold=some["value_text"],
                zh="{locator_zh}{year}年{print_zh}，正文第"
                + "{statement}条数字为{print_zh_text}："
                + zh
                + "{second_zh}。",
                en="{locator_en} {year}: {print_en}, but statement {statement}: {print_en_text}; "
                + en
                + "{second_en}.",
                fields=fields | {"statement": some["statement"].to_numpy(dtype=object)},
            )
        )
    return found


def timing(table: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    """TABLE_PROSE_TIMING: the table first reaches what the text promises in another year than the text's."""
    aims = text[text["comparable"] & text["kind"].ne("baseline") & ~text["keeps"] & ~np.isnan(text["sign"])]
    planned = table[~table["baseline"] & ~table["keeps"] & ~np.isnan(table["sign"])]
    rows = planned.merge(aims, on=["document", "indicator"], suffixes=("", "_text"))
    if rows.empty:
        return []
    how = relate(rows.assign(**{"relation_text": rows["relation_text"]}))
    in_year = rows["year"].eq(rows["year_text"])
    keys = [*KEYS, "path", "statement"]
    judged = rows.assign(
        settled=in_year & ~how["agree"],
        printed=in_year,
        reached=~above(rows["sign"] * rows["value_text"], rows["sign"] * rows["value"]),
    )
    groups = judged.groupby(keys, sort=False, dropna=False)
    judged = judged.assign(
        settled=groups["settled"].transform("any"), printed=groups["printed"].transform("any")
    )
    first = judged[judged["reached"]].sort_values("year", kind="stable").drop_duplicates(keys)
    other = first["year"].lt(first["year_text"]) | (first["year"].gt(first["year_text"]) & ~first["printed"])
    some = first[other & ~first["settled"]]
    if some.empty:
        return []
    fields = row_words(
        some,
        y1=some["year_text"].astype(str).to_numpy(dtype=object),
        statement=some["statement"].to_numpy(dtype=object),
    )
    return [
        findings(
            some,
            check="C13",
            code="TABLE_PROSE_TIMING",
            verdict=NOTE,
            year=some["year_text"],
            statistic=some["year"] - some["year_text"],
            zh="{locator_zh}：表格{year}年已达到{print_zh}，正文第{statement}条数字把{print_zh_text}放在{y1}年。",
            en="{locator_en}: the table reaches {print_en} in {year}, statement {statement} promises "
            "{print_en_text} for {y1}.",
            fields=fields,
        )
    ]


def ceilings(table: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    """BOUND_AT_CEILING: a bound that leaves nothing but the end of the scale."""
    columns = [
        *KEYS,
        "path",
        "year",
        "value",
        "relation",
        "low",
        "high",
        "locator_zh",
        "locator_en",
        "print_zh",
        "print_en",
    ]
    own = table[["document", "indicator", "variant", "path"]].drop_duplicates(["document", "indicator"])
    spoken = text.merge(own, on=["document", "indicator"], how="left")
    spoken = spoken.assign(
        variant=spoken["variant"].fillna(""), path=spoken["path"].fillna(NO_PATH).astype(np.int64)
    )
    rows = pd.concat([table[columns], spoken[columns]], ignore_index=True)
    point = rows["relation"].isin(["ge", "le"]) & same(rows["low"], rows["high"])
    some = rows[point]
    if some.empty:
        return []
    dated = some["year"] > 0
    fields = row_words(some)
    return [
        findings(
            some,
            check="C13",
            code="BOUND_AT_CEILING",
            verdict=NOTE,
            year=some["year"].where(dated).astype("Int64"),
            statistic=some["value"],
            threshold=some["value"],
            zh="{locator_zh}：印作{print_zh}，而该指标不能越过这一数值，界限只剩这一点。",
            en="{locator_en}: printed {print_en}, yet the indicator cannot go beyond that number, so the "
            "bound leaves only it.",
            fields=fields,
        )
    ]


def flow_sums(table: pd.DataFrame, text: pd.DataFrame, flows: pd.DataFrame) -> list[pd.DataFrame]:
    """TABLE_PROSE_CONFLICT where a table's yearly amounts cannot add up to the text's cumulative figure.

    Only where the table prints an amount for every planned year up to the statement's year.
    """
    yearly = table[~table["baseline"] & table["relation"].eq("eq")].merge(
        flows[["flow", "stock"]], left_on="indicator", right_on="flow"
    )
    sums = text[text["kind"].eq("cumulative") & text["year"].gt(0)]
    rows = yearly.merge(
        sums, left_on=["document", "stock"], right_on=["document", "indicator"], suffixes=("", "_text")
    )
    rows = rows[rows["year"] <= rows["year_text"]]
    if rows.empty:
        return []
    groups = rows.groupby([*KEYS, "path", "statement"], sort=False, dropna=False)
    each = groups.agg(
        first=("year", "min"),
        year=("year", "max"),
        cells=("year", "size"),
        value=("value", "sum"),
        low=("low", "sum"),
        high=("high", "sum"),
        year_text=("year_text", "first"),
        value_text=("value_text", "first"),
        low_text=("low_text", "first"),
        high_text=("high_text", "first"),
        locator_zh=("locator_zh", "first"),
        locator_en=("locator_en", "first"),
        print_zh_text=("print_zh_text", "first"),
        print_en_text=("print_en_text", "first"),
        unit_zh=("unit_zh", "first"),
        unit_en=("unit_en", "first"),
    ).reset_index()
    each = each[(each["year"] == each["year_text"]) & (each["cells"] == each["year"] - each["first"] + 1)]
    some = each[disjoint(each["low"], each["high"], each["low_text"], each["high_text"])]
    if some.empty:
        return []
    fields = row_words(
        some,
        first=some["first"].astype(str).to_numpy(dtype=object),
        sum=some["value"].to_numpy(),
        statement=some["statement"].to_numpy(dtype=object),
    )
    return [
        findings(
            some,
            check="C13",
            code="TABLE_PROSE_CONFLICT",
            verdict=CONTRADICTION,
            year=some["year"],
            statistic=some["value"],
            low=some["low"],
            high=some["high"],
            threshold=some["value_text"],
            zh="{locator_zh}：{first}—{year}年各年相加为{sum}{unit_zh}，正文第{statement}条数字为累计{print_zh_text}，不能同时成立。",
            en="{locator_en}: the years {first} to {year} add up to {sum}, but statement {statement} counts "
            "{print_en_text} in all; they "
            "cannot both hold.",
            fields=fields,
        )
    ]
