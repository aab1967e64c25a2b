"""C13 and C14: what a document says twice, and what a later document says again.

All pairs are found by rule: the same indicator and year in table and running text of one document (C13), or in two
documents of one place (C14). A statement on a period (``from_year``) is no value of a single year and is compared only
where it counts up. Stages that are words are read by hand into ``stages.csv``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility import wording
from qiyou.plausibility.codes import CONTRADICTION, NOTE, PASS, QUESTION, UNDECIDABLE
from qiyou.plausibility.paths import PROSE, Paths
from qiyou.plausibility.verdicts import NO_PATH, above, disjoint, findings, same

_KEYS = ["document", "place", "indicator", "variant"]
_BOUNDS = ("ge", "gt", "le", "lt", "range")


def prose_targets(statements: pd.DataFrame, targets: pd.DataFrame) -> pd.DataFrame:
    """Paths that only the running text prints: an indicator without table row, with a base and a target.

    Parameters
    ----------
    statements, targets : DataFrame
        Of `qiyou.load()`.

    Returns
    -------
    DataFrame
        Rows like those of ``targets``, with variant ``prose`` and the numbers of the statements as row.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> prose_targets(data.statements, data.targets)[["place", "year", "value", "role"]].values.tolist()
    [['huangyan', 2020, 1.92, 'baseline'], ['huangyan', 2025, 2.8, 'target']]
    """
    rows = statements[
        statements["indicator"].ne("")
        & statements["year"].notna()
        & statements["from_year"].isna()
        & statements["kind"].isin(["baseline", "target", "count"])
    ]
    printed = targets[["document", "indicator"]].drop_duplicates().assign(tabled=True)
    rows = rows.merge(printed, on=["document", "indicator"], how="left")
    rows = rows[rows["tabled"].isna()].drop(columns="tabled")
    rows = rows.assign(role=np.where(rows["kind"].eq("baseline"), "baseline", "target"), variant=PROSE)
    groups = rows.groupby(["document", "indicator"])
    both = (groups["role"].transform("nunique") == 2) & ~rows.duplicated(["document", "indicator", "year"], keep=False)
    rows = rows[both].copy()
    ids = rows.groupby(["document", "indicator"])["id"].transform(lambda texts: "、".join(map(str, texts)))
    return rows.assign(row=ids, star="", department="").reindex(columns=targets.columns)


def cells(paths: Paths) -> pd.DataFrame:
    """Printed cells of the tables: keys, number, set of values (cut to the indicator's bounds) and words."""
    grid = paths.grid
    at, column = np.nonzero(grid.known & ~grid.empty)
    lower, upper = grid.lower[at], grid.upper[at]
    frame = paths.keys.iloc[at].reset_index(drop=True)
    return frame.assign(
        at=at,
        year=grid.years[column],
        value=grid.value[at, column],
        step=grid.step[at, column],
        relation=grid.relation[at, column],
        low=grid.low[at, column],
        high=grid.high[at, column],
        lower=lower,
        upper=upper,
        sign=np.where(paths.judged[at], grid.sign[at], np.nan),
        keeps=paths.keeps[at],
        baseline=grid.baseline[at, column],
        locator_zh=paths.words["label_zh"][at],
        locator_en=paths.words["label_en"][at],
        unit_zh=paths.words["unit_zh"][at],
        unit_en=paths.words["unit_en"][at],
        print_zh=paths.promise(at, column, "zh"),
        print_en=paths.promise(at, column, "en"),
    )


def statement_cells(statements: pd.DataFrame, indicators: pd.DataFrame) -> pd.DataFrame:
    """Figures of the running text in the form of `cells`, for those with an indicator and a number.

    Statements without a year, or on a period that they do not count up, have no year to be compared in and keep
    ``comparable`` False.
    """
    rows = statements[statements["indicator"].ne("") & ~statements["relation"].isin(["none", "about"])]
    rows = rows[rows["indicator"].isin(indicators["id"])]
    at = pd.Index(indicators["id"]).get_indexer(rows["indicator"])
    facts, words = indicators.iloc[at], wording.indicator_words(indicators)
    lower, upper = (facts[name].to_numpy(dtype=float, na_value=np.nan) for name in ("lower", "upper"))
    eq = rows["relation"].eq("eq").to_numpy()
    value, step = rows["value"].to_numpy(), rows["step"].to_numpy()
    low = np.where(eq, value - step / 2, rows["low"].to_numpy())
    high = np.where(eq, value + step / 2, rows["high"].to_numpy())
    number = rows["id"].astype(str).to_numpy(dtype=object)
    sign = facts["direction"].map({"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0}).to_numpy(dtype=float)
    status = facts["kind"].eq("status").to_numpy()
    relation = rows["relation"].to_numpy(dtype=object)
    flow = facts["kind"].eq("flow").to_numpy()
    yearly = rows["kind"].isin(["target", "baseline", "count", "cumulative"]).to_numpy() | (
        rows["kind"].eq("annual_flow").to_numpy() & flow
    )
    return pd.DataFrame(
        {
            "document": rows["document"].to_numpy(dtype=object),
            "place": rows["place"].to_numpy(dtype=object),
            "indicator": rows["indicator"].to_numpy(dtype=object),
            "statement": number,
            "from_year": rows["from_year"].to_numpy(dtype=object),
            "year": rows["year"].astype("Int64").to_numpy(dtype=np.int64, na_value=-1),
            "kind": rows["kind"].to_numpy(dtype=object),
            "comparable": rows["year"].notna().to_numpy()
            & yearly
            & (rows["from_year"].isna() | rows["kind"].eq("cumulative")).to_numpy(),
            "value": value,
            "step": step,
            "relation": relation,
            "low": np.where(low < lower, lower, low),
            "high": np.where(high > upper, upper, high),
            "lower": lower,
            "upper": upper,
            "sign": np.where(status, np.nan, sign),
            "keeps": facts["direction"].isin(["at_least", "at_most"]).to_numpy(),
            "locator_zh": words["name_zh"][at] + "（正文第" + number + "条数字）",
            "locator_en": words["name_en"][at] + " (statement " + number + ")",
            "unit_zh": words["unit_zh"][at],
            "unit_en": words["unit_en"][at],
            "print_zh": wording.promise(relation, value, words["unit_zh"][at], "zh"),
            "print_en": wording.promise(relation, value, words["unit_en"][at], "en"),
        }
    )


def checks(
    paths: Paths,
    statements: pd.DataFrame,
    indicators: pd.DataFrame,
    documents: pd.DataFrame,
    flows: pd.DataFrame,
    stages: pd.DataFrame,
) -> list[pd.DataFrame]:
    """All of C13 and C14."""
    table, text = cells(paths), statement_cells(statements, indicators)
    return [
        *table_prose(table, text),
        *timing(table, text),
        *ceilings(table, text),
        *flow_sums(table, text, flows),
        *later(table, text, documents),
        *flow_increments(paths, table, text, documents, flows),
        *stage_conflicts(paths, stages, documents),
    ]


def _fields(rows: pd.DataFrame, **more) -> dict:
    names = [name for name in rows if name.startswith(("locator", "print", "unit"))]
    return {name: rows[name].to_numpy(dtype=object) for name in names} | {
        "year": rows["year"].astype(str).to_numpy(dtype=object), **more
    }


def relate(rows: pd.DataFrame) -> pd.DataFrame:
    """How the set of a cell lies to that of a statement (columns ``…_text``): one flag per way.

    ``apart``: no value in common. ``agree``: the same printed number, or overlapping roundings. ``prose_weaker``,
    ``table_weaker``: one set inside the other, away from its edge. ``open``: a rounding box across a bound.
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
    return table.merge(
        text[text["comparable"]], on=["document", "indicator", "year"], suffixes=("", "_text")
    )


def table_prose(table: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    """TABLE_PROSE_CONFLICT, TABLE_PROSE_WEAKER and ROUNDING_DECIDES for the same indicator and year."""
    rows = _pairs(table, text)
    if rows.empty:
        return []
    how = relate(rows)
    # a second line of the same indicator that agrees with the text is worth saying
    fitting = rows[how["agree"] | how["prose_weaker"]].groupby(["document", "indicator", "year"])["locator_zh"].first()
    other = pd.MultiIndex.from_frame(rows[["document", "indicator", "year"]]).isin(fitting.index)
    rule = (
        (
            how["apart"], "TABLE_PROSE_CONFLICT", CONTRADICTION,
            "同一文件的两处说法不能同时成立", "two statements of one document that cannot both hold",
        ),
        (how["prose_weaker"], "TABLE_PROSE_WEAKER", NOTE, "正文的要求低于表格", "the text asks for less than the table"),
        (how["table_weaker"], "TABLE_PROSE_WEAKER", NOTE, "表格的要求低于正文", "the table asks for less than the text"),
        (how["open"], "ROUNDING_DECIDES", UNDECIDABLE, "两处是否相符取决于四舍五入", "whether the two agree depends on rounding"),
    )
    found = []
    for mask, code, verdict, zh, en in rule:
        some = rows[mask]
        if some.empty:
            continue
        second = other[mask.to_numpy()] & (code == "TABLE_PROSE_CONFLICT")
        fields = _fields(
            some,
            second_zh=np.where(second, "；同一指标的另一行与正文相符", "").astype(object),
            second_en=np.where(second, "; another line of the same indicator agrees with the text", "").astype(object),
        )
        found.append(
            findings(
                some, check="C13", code=code, verdict=verdict, year=some["year"], statistic=some["value"],
                low=some["low"], high=some["high"], threshold=some["value_text"],
                zh="{locator_zh}{year}年{print_zh}，正文第" + "{statement}条数字为{print_zh_text}：" + zh + "{second_zh}。",
                en="{locator_en} {year}: {print_en}, but statement {statement}: {print_en_text}; " + en + "{second_en}.",
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
    keys = [*_KEYS, "path", "statement"]
    judged = rows.assign(
        settled=in_year & ~how["agree"],
        printed=in_year,
        reached=~above(rows["sign"] * rows["value_text"], rows["sign"] * rows["value"]),
    )
    groups = judged.groupby(keys, sort=False, dropna=False)
    judged = judged.assign(settled=groups["settled"].transform("any"), printed=groups["printed"].transform("any"))
    first = judged[judged["reached"]].sort_values("year", kind="stable").drop_duplicates(keys)
    other = first["year"].lt(first["year_text"]) | (first["year"].gt(first["year_text"]) & ~first["printed"])
    some = first[other & ~first["settled"]]
    if some.empty:
        return []
    fields = _fields(some, y1=some["year_text"].astype(str).to_numpy(dtype=object), statement=some["statement"].to_numpy(dtype=object))
    return [
        findings(
            some, check="C13", code="TABLE_PROSE_TIMING", verdict=NOTE, year=some["year_text"],
            statistic=some["year"] - some["year_text"],
            zh="{locator_zh}：表格{year}年已达到{print_zh}，正文第{statement}条数字把{print_zh_text}放在{y1}年。",
            en="{locator_en}: the table reaches {print_en} in {year}, statement {statement} promises {print_en_text} for {y1}.",
            fields=fields,
        )
    ]


def ceilings(table: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    """BOUND_AT_CEILING: a bound that leaves nothing but the end of the scale."""
    columns = [*_KEYS, "path", "year", "value", "relation", "low", "high", "locator_zh", "locator_en", "print_zh", "print_en"]
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
    fields = _fields(some)
    return [
        findings(
            some, check="C13", code="BOUND_AT_CEILING", verdict=NOTE, year=some["year"].where(dated).astype("Int64"),
            statistic=some["value"], threshold=some["value"],
            zh="{locator_zh}：印作{print_zh}，而该指标不能越过这一数值，界限只剩这一点。",
            en="{locator_en}: printed {print_en}, yet the indicator cannot go beyond that number, so the bound leaves only it.",
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
    rows = yearly.merge(sums, left_on=["document", "stock"], right_on=["document", "indicator"], suffixes=("", "_text"))
    rows = rows[rows["year"] <= rows["year_text"]]
    if rows.empty:
        return []
    groups = rows.groupby([*_KEYS, "path", "statement"], sort=False, dropna=False)
    each = groups.agg(
        first=("year", "min"), year=("year", "max"), cells=("year", "size"), value=("value", "sum"),
        low=("low", "sum"), high=("high", "sum"), year_text=("year_text", "first"), value_text=("value_text", "first"),
        low_text=("low_text", "first"), high_text=("high_text", "first"), locator_zh=("locator_zh", "first"),
        locator_en=("locator_en", "first"), print_zh_text=("print_zh_text", "first"), print_en_text=("print_en_text", "first"),
        unit_zh=("unit_zh", "first"), unit_en=("unit_en", "first"),
    ).reset_index()
    each = each[(each["year"] == each["year_text"]) & (each["cells"] == each["year"] - each["first"] + 1)]
    some = each[disjoint(each["low"], each["high"], each["low_text"], each["high_text"])]
    if some.empty:
        return []
    fields = _fields(
        some, first=some["first"].astype(str).to_numpy(dtype=object), sum=some["value"].to_numpy(), statement=some["statement"].to_numpy(dtype=object)
    )
    return [
        findings(
            some, check="C13", code="TABLE_PROSE_CONFLICT", verdict=CONTRADICTION, year=some["year"], statistic=some["value"],
            low=some["low"], high=some["high"], threshold=some["value_text"],
            zh="{locator_zh}：{first}—{year}年各年相加为{sum}{unit_zh}，正文第{statement}条数字为累计{print_zh_text}，不能同时成立。",
            en="{locator_en}: the years {first} to {year} add up to {sum}, but statement {statement} counts {print_en_text} in all; they "
            "cannot both hold.",
            fields=fields,
        )
    ]


def _order(documents: pd.DataFrame) -> pd.DataFrame:
    """Pairs of documents of one place, the earlier first."""
    known = documents[["id", "place", "title", "dated", "from_year"]].copy()
    known["title_en"] = documents["title_en"].where(documents["title_en"].ne(""), documents["title"]) if (
        "title_en" in documents
    ) else documents["title"]
    known["when"] = known["dated"].where(known["dated"].ne(""), known["from_year"].astype(str))
    pairs = known.merge(known, on="place", suffixes=("", "_later"))
    return pairs.loc[pairs["when"] < pairs["when_later"], ["id", "id_later", "title_later", "title_en_later"]].rename(
        columns={"id": "earlier_document", "id_later": "later_document"}
    )


def _promised(rows: pd.DataFrame, suffix: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a cell commits to, signed so that more is better: number, lowest and highest; NaN for a bound that does not.

    The number of a bound is rounded as well, so both sorts of cell carry half a printing step.
    """
    sign = rows["sign"].to_numpy()
    relation, value = rows["relation" + suffix].to_numpy(dtype=object), rows["value" + suffix].to_numpy()
    half = rows["step" + suffix].to_numpy() / 2
    commits = np.where(sign > 0, np.isin(relation, ("eq", "ge", "gt")), np.isin(relation, ("eq", "le", "lt")))
    number = np.where(commits, sign * value, np.nan)
    return number, number - half, number + half


def later(table: pd.DataFrame, text: pd.DataFrame, documents: pd.DataFrame) -> list[pd.DataFrame]:
    """WORKLIST_AHEAD, WORKLIST_BEHIND, WORKLIST_EQUAL: one indicator and year in two documents of a place."""
    spoken = text[text["comparable"]].assign(variant="", path=NO_PATH)
    # what the text of the earlier document says counts only where its table is silent
    tabled = pd.MultiIndex.from_frame(table[["document", "indicator", "year"]])
    alone = ~pd.MultiIndex.from_frame(spoken[["document", "indicator", "year"]]).isin(tabled)
    columns = [
        *_KEYS, "path", "year", "value", "step", "relation", "low", "high", "sign",
        "locator_zh", "locator_en", "print_zh", "print_en",
    ]
    earlier = pd.concat([table[columns], spoken.loc[alone, columns]], ignore_index=True)
    everything = pd.concat([table[columns], spoken[columns]], ignore_index=True)
    rows = earlier.merge(_order(documents), left_on="document", right_on="earlier_document").merge(
        everything, left_on=["later_document", "indicator", "year"], right_on=["document", "indicator", "year"],
        suffixes=("", "_new"),
    )
    if rows.empty:
        return []
    old, old_low, old_high = _promised(rows, "")
    new, new_low, new_high = _promised(rows, "_new")
    usable = ~np.isnan(old) & ~np.isnan(new)
    equal = same(old, new)
    ahead, behind = above(new_low, old_high) & ~equal, above(old_low, new_high) & ~equal
    unsure = usable & ~equal & ~ahead & ~behind
    matching = _reached_in(rows, new, earlier)
    rule = (
        (ahead, "WORKLIST_AHEAD", NOTE, "后出文件高于原规划", "the later document is ahead of the plan"),
        (behind, "WORKLIST_BEHIND", QUESTION, "后出文件低于原规划", "the later document is behind the plan"),
        (equal, "WORKLIST_EQUAL", PASS, "两份文件一致", "the two documents agree"),
        (unsure, "ROUNDING_DECIDES", UNDECIDABLE, "孰高孰低取决于四舍五入", "which is higher depends on rounding"),
    )
    found = []
    for mask, code, verdict, zh, en in rule:
        some = rows[mask]
        if some.empty:
            continue
        year = matching[mask]
        leap = (code == "WORKLIST_AHEAD") & (year > some["year"].to_numpy())
        never = (code == "WORKLIST_AHEAD") & (year == 0)
        fields = _fields(
            some,
            title=some["title_later"].to_numpy(dtype=object),
            title_en=some["title_en_later"].to_numpy(dtype=object),
            leap_zh=np.select(
                [leap, never], ["，原规划到" + year.astype(str).astype(object) + "年才达到这一水平", "，原规划各年都没有达到这一水平"], ""
            ).astype(object),
            leap_en=np.select(
                [leap, never],
                ["; the plan reaches that level only in " + year.astype(str).astype(object), "; the plan never reaches that level"],
                "",
            ).astype(object),
        )
        found.append(
            findings(
                some, check="C14", code=code, verdict=verdict, year=some["year"], statistic=some["value_new"] - some["value"],
                low=np.where(some["sign"] > 0, new_low[mask] - old_high[mask], old_low[mask] - new_high[mask]),
                high=np.where(some["sign"] > 0, new_high[mask] - old_low[mask], old_high[mask] - new_low[mask]),
                threshold=0.0,
                zh="{locator_zh}{year}年{print_zh}；《{title}》{locator_zh_new}为{print_zh_new}：" + zh + "{leap_zh}。",
                en="{locator_en} {year}: {print_en}; {title_en}, {locator_en_new}: {print_en_new}. " + en[0].upper() + en[1:]
                + "{leap_en}.",
                fields=fields,
            )
        )
    return found


def _reached_in(rows: pd.DataFrame, aim: np.ndarray, earlier: pd.DataFrame) -> np.ndarray:
    """The year in which the earlier document first promises what the later one does; 0 if never."""
    asked = rows[[*_KEYS]].assign(aim=aim, row=np.arange(len(rows)))
    path = asked.merge(earlier, on=_KEYS)
    number, _, _ = _promised(path, "")
    reached = path[~above(path["aim"], number) & ~np.isnan(number)].groupby("row")["year"].min()
    return reached.reindex(np.arange(len(rows)), fill_value=0).to_numpy(dtype=np.int64)


def flow_increments(
    paths: Paths, table: pd.DataFrame, text: pd.DataFrame, documents: pd.DataFrame, flows: pd.DataFrame
) -> list[pd.DataFrame]:
    """FLOW_SHORTFALL: a later document's yearly amount against the increment that the earlier stock implies.

    The increment is the difference of two neighbouring years of a table, or, where there is only a sum over several
    years in the text, an even share of it.
    """
    amounts = text[text["year"].gt(0) & text["from_year"].isna()].merge(flows[["flow", "stock"]], left_on="indicator", right_on="flow")
    asked = amounts.merge(_order(documents), left_on="document", right_on="later_document")
    if asked.empty:
        return []
    return [*_against_table(asked, table), *_against_sum(asked, text), *_nothing_printed(asked, paths, text)]


def _against_table(asked: pd.DataFrame, table: pd.DataFrame) -> list[pd.DataFrame]:
    stock = table.assign(stock=table["indicator"], before=table["year"] - 1)
    steps = stock.merge(stock, left_on=["path", "before"], right_on=["path", "year"], suffixes=("", "_before"))
    rows = asked.merge(
        steps, left_on=["earlier_document", "stock", "year"], right_on=["document", "stock", "year"], suffixes=("_new", "")
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
        "{locator_zh}{y0}—{year}年隐含增量{step_value_zh}{unit_zh}（四舍五入{step_low_zh}至{step_high_zh}）；《{title}》{locator_zh_new}为{print_zh_new}：",
        "{locator_en} implies {step_value_en} more from {y0} to {year} (rounding {step_low_en} to {step_high_en}); {title_en}, "
        "{locator_en_new}: {print_en_new}; ",
        y0=rows["before"],
    )


def _against_sum(asked: pd.DataFrame, text: pd.DataFrame) -> list[pd.DataFrame]:
    sums = text[text["kind"].eq("cumulative") & text["from_year"].notna() & text["year"].gt(0)]
    rows = asked.merge(sums, left_on=["earlier_document", "stock"], right_on=["document", "indicator"], suffixes=("_new", ""))
    rows = rows[rows["year_new"].between(rows["from_year"].astype("Int64"), rows["year"])]
    if rows.empty:
        return []
    years = (rows["year"] - rows["from_year"].astype(int) + 1).to_numpy()
    bound = rows["relation"].isin(["ge", "gt"]).to_numpy()
    low = np.where(bound, rows["value"], rows["low"]) / years
    high = np.where(bound, rows["value"], rows["high"]) / years
    rows = rows.assign(
        step_value=rows["value"] / years, step_low=low, step_high=high, variant="", path=NO_PATH,
        y0=rows["from_year"].astype(int), y1=rows["year"], year=rows["year_new"],
    )
    return _flow_findings(
        rows,
        "{locator_zh}{y0}—{y1}年累计{print_zh}，平均每年{step_value_zh}{unit_zh}；《{title}》{locator_zh_new}{year}年为{print_zh_new}："
        "若两者口径相同，",
        "{locator_en}: {print_en} in all from {y0} to {y1}, {step_value_en} a year if even; {title_en}, {locator_en_new} for {year}: "
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
        (short & ~floor & ~equal, "FLOW_SHORTFALL", QUESTION, "当年安排少于所需", "the year's amount falls short"),
        (plenty & ~equal, "WORKLIST_AHEAD", NOTE, "当年安排多于所需", "the year's amount is more than that"),
        (equal, "WORKLIST_EQUAL", PASS, "两者一致", "the two agree"),
        (
            ~short & ~plenty & ~equal | (short & floor & ~equal), "ROUNDING_DECIDES", UNDECIDABLE,
            "印出的数字看似{less_zh}，是否足够取决于四舍五入", "as printed it is {less_en}, but whether it suffices depends on rounding",
        ),
    )
    found = []
    for mask, code, verdict, tail_zh, tail_en in rule:
        some = rows[np.asarray(mask)]
        if some.empty:
            continue
        chosen = np.asarray(mask)
        fields = _fields(
            some,
            title=some["title_later"].to_numpy(dtype=object),
            title_en=some["title_en_later"].to_numpy(dtype=object),
            less_zh=np.where(less[chosen], "不足", "足够").astype(object),
            less_en=np.where(less[chosen], "too little", "enough").astype(object),
            **{
                f"{name}_{lang}": wording.quantity(some[name], np.full(len(some), "", dtype=object), lang, 5)
                for name in ("step_value", "step_low", "step_high")
                for lang in ("zh", "en")
            },
            **{name: values[chosen].astype(int).astype(str).to_numpy(dtype=object) for name, values in years.items()},
        )
        found.append(
            findings(
                some, check="C14", code=code, verdict=verdict, year=some["year"], statistic=some["value_new"] - some["step_value"],
                low=low[chosen] - some["step_high"], high=high[chosen] - some["step_low"], threshold=0.0,
                zh=zh + tail_zh + "。", en=en + tail_en + ".", fields=fields,
            )
        )
    return found


def _nothing_printed(asked: pd.DataFrame, paths: Paths, text: pd.DataFrame) -> list[pd.DataFrame]:
    """The earlier plan has a row for the stock, but prints no number that the amount could be held against."""
    bare = paths.keys[~(paths.grid.known & ~paths.grid.empty).any(axis=1)]
    rows = asked.merge(
        bare.rename(columns={"indicator": "stock"}), left_on=["earlier_document", "stock"], right_on=["document", "stock"], suffixes=("_new", "")
    )
    if rows.empty:
        return []
    rows = rows.assign(indicator=rows["stock"])
    at = pd.Index(paths.keys["path"]).get_indexer(rows["path"])
    fields = _fields(
        rows, title=rows["title_later"].to_numpy(dtype=object), title_en=rows["title_en_later"].to_numpy(dtype=object),
        stock_zh=paths.words["label_zh"][at], stock_en=paths.words["label_en"][at],
    )
    return [
        findings(
            rows, check="C14", code="NOT_DEFINED", verdict=UNDECIDABLE, year=rows["year"], statistic=rows["value"],
            zh="{stock_zh}：原规划没有印出数值，《{title}》{locator_zh}的{print_zh}无从比较。",
            en="{stock_en}: the plan prints no number, so {print_en} of {title_en}, {locator_en}, cannot be compared.",
            fields=fields,
        )
    ]


def _place(locators: pd.Series, lang: str) -> np.ndarray:
    """Locators of stages.csv in words."""
    forms = {
        "zh": {"table": "表第{0}行{1}年", "statement": "正文第{0}条数字", "text": "正文{0}第{1}条"},
        "en": {"table": "table row {0}, {1}", "statement": "statement {0}", "text": "text {0}, item {1}"},
    }[lang]
    parts = [locator.split(":") for locator in locators]
    return np.array([forms[kind].format(*rest) for kind, *rest in parts], dtype=object)


def stage_conflicts(paths: Paths, stages: pd.DataFrame, documents: pd.DataFrame) -> list[pd.DataFrame]:
    """STAGE_CONFLICT: stages that the documents name in words, read by hand and entered in ``stages.csv``."""
    if stages.empty:
        return []
    titles = documents.set_index("id")
    english = titles["title_en"].where(titles["title_en"].ne(""), titles["title"]) if "title_en" in titles else titles["title"]
    own = paths.keys.drop_duplicates(["document", "indicator"]).rename(columns={"document": "earlier_document"})
    rows = stages.merge(own[["earlier_document", "indicator", "variant", "path"]], on=["earlier_document", "indicator"], how="left")
    rows = rows.assign(
        document=rows["earlier_document"],
        variant=rows["variant"].fillna(""),
        path=rows["path"].fillna(NO_PATH).astype(np.int64),
    )
    behind = rows["relation"].eq("behind").to_numpy()
    fields = {
        name: rows[name].to_numpy(dtype=object)
        for name in ("topic", "topic_en", "earlier", "earlier_en", "later", "later_en")
    } | {
        **{f"{end}_at_{lang}": _place(rows[f"{end}_at"], lang) for end in ("earlier", "later") for lang in ("zh", "en")},
        "y0": rows["earlier_year"].astype(str).to_numpy(dtype=object),
        "y1": rows["later_year"].astype(str).to_numpy(dtype=object),
        "earlier_title": rows["earlier_document"].map(titles["title"]).to_numpy(dtype=object),
        "earlier_title_en": rows["earlier_document"].map(english).to_numpy(dtype=object),
        "later_title": rows["later_document"].map(titles["title"]).to_numpy(dtype=object),
        "later_title_en": rows["later_document"].map(english).to_numpy(dtype=object),
        "which_zh": np.where(behind, "后出文件所处阶段较早", "后出文件所处阶段较后").astype(object),
        "which_en": np.where(behind, "the later document names the earlier stage", "the later document is a stage further").astype(
            object
        ),
    }
    return [
        findings(
            rows, check="C14", code="STAGE_CONFLICT", verdict=np.where(behind, QUESTION, NOTE), year=rows["later_year"],
            zh="{topic}：《{earlier_title}》（{earlier_at_zh}）{y0}年“{earlier}”；《{later_title}》（{later_at_zh}）{y1}年“{later}”：{which_zh}（文字比较，由人读出，口径可能不同）。",
            en="{topic_en}: {earlier_title_en} ({earlier_at_en}), {y0}: {earlier_en}; {later_title_en} ({later_at_en}), {y1}: "
            "{later_en}. In words, read by hand, and the two may count different things: {which_en}.",
            fields=fields,
        )
    ]
