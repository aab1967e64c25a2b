"""C13 and C14: what a document says twice, and what a later document of the place says again.

All pairs are found by rule: the same indicator and year in table and running text, or in two documents. A
statement on a period is no value of a single year and is compared only where it counts up. Stages that are
words are read by hand into ``stages.csv``.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.intervals import Box, above, apart, disjoint, same
from qiyou.paths import KEYS
from qiyou.plausibility.facts import NO_PATH, Cells, dated, demanded, first_lines, found
from qiyou.relate import relate

if TYPE_CHECKING:
    from qiyou.data import Data

_SAME = ["document", "indicator", "year"]


def checks(cells: Cells, data: Data) -> list[pd.DataFrame]:
    """C13, one document against itself, and C14, a later document of a place against the earlier one."""
    order, flows = _order(data.documents), data.flows
    itself = data.documents.assign(earlier=data.documents["id"], later=data.documents["id"])
    # only documents with running text, or with another of the same place, can say a thing twice
    text = cells.rows.loc[cells.rows["kind"].ne(""), "document"]
    near = cells.rows["document"].isin({*text, *order["earlier"], *order["later"]}).to_numpy()
    some = replace(cells, rows=cells.rows[near].reset_index(drop=True), box=cells.box[near])
    stages = data.stages[data.stages["later_document"].isin(data.documents["id"])]
    alone = [*_twice(some), *_timing(some), *_sums(some, flows), *_flows(some, flows, itself)]
    later = [*_again(some, order), *_flows(some, flows, order), *_stages(some, stages)]
    return [*_ceilings(cells), *alone, *later]


def _order(documents: pd.DataFrame) -> pd.DataFrame:
    """Pairs of documents of one place: columns earlier, later, from_year (of the earlier one)."""
    when = documents["dated"].where(documents["dated"].ne(""), documents["from_year"].astype(str))
    known = documents[["id", "place", "from_year"]].assign(when=when)
    pairs = known.merge(known[["id", "place", "when"]], on="place", suffixes=("", "_later"))
    return pairs[pairs["when"] < pairs["when_later"]].rename(columns={"id": "earlier", "id_later": "later"})


def _numbered(cells: Cells, mask: np.ndarray) -> pd.DataFrame:
    """Some cells, with their number n."""
    return cells.rows[mask].assign(n=np.flatnonzero(mask))


def identities(cells: Cells, pairs: pd.DataFrame) -> list[pd.DataFrame]:
    """C2, IDENTITY_VIOLATED: a part that exceeds its whole in the same document and year."""
    rows = _numbered(cells, dated(cells.rows))
    parts = rows.merge(pairs[["subset", "superset"]], left_on="indicator", right_on="subset")
    whole = rows[[*_SAME, "n"]].rename(columns={"indicator": "superset", "n": "n_whole"})
    both = parts.merge(whole, on=["document", "superset", "year"])
    both = both[apart(cells.box[both["n"].to_numpy()], cells.box[both["n_whole"].to_numpy()])]
    return [cells.between("IDENTITY_VIOLATED", both["n"], both["n_whole"], threshold=0.0)]


# ------------------------------------------------------------------------------------- one document


def _compared(cells: Cells, pairs: pd.DataFrame) -> dict[str, np.ndarray]:
    """How the set of each cell n lies to that of the statement n_text, one flag each.

    ``apart``: no value in common. ``agree``: the same printed number, or overlapping roundings.
    ``text_weaker``, ``table_weaker``: one set inside the other, away from its edge. ``open``: rounding across
    a bound.
    """
    a, b = (cells.box[pairs[name].to_numpy()] for name in ("n", "n_text"))
    number = same(a.point, b.point)
    none = disjoint(a, b) & ~number
    agree = number | a.exact & b.exact & ~none
    rest = ~agree & ~none
    inside = ~above(b.low, a.low) & ~above(a.high, b.high)
    around = ~above(a.low, b.low) & ~above(b.high, a.high)
    weaker = {"text_weaker": rest & inside & ~b.exact, "table_weaker": rest & around & ~inside & ~a.exact}
    return {"apart": none, "agree": agree, "open": rest & ~inside & ~around} | weaker


def _twice(cells: Cells) -> list[pd.DataFrame]:
    """TABLE_PROSE_CONFLICT, TABLE_PROSE_WEAKER: one indicator and year in table and text, or twice in it."""
    rows = _numbered(cells, dated(cells.rows))
    pairs = rows.merge(rows.loc[rows["kind"].ne(""), [*_SAME, "n"]], on=_SAME, suffixes=("", "_text"))
    pairs = pairs[pairs["n"] < pairs["n_text"]].reset_index(drop=True)
    how = _compared(cells, pairs)
    # where a second line of the same indicator agrees with the text, both can hold: which line is the target?
    fits = pairs[(how["agree"] | how["text_weaker"]) & pairs["kind"].eq("")].sort_values("variant")
    other = pairs["n_text"].map(fits.drop_duplicates("n_text").set_index("n_text")["n"])
    settled = other.notna().to_numpy()
    findings = []
    for mask, code, options in (
        (how["apart"] & ~settled, "TABLE_PROSE_CONFLICT", {"verdict": "CONTRADICTION"}),
        (how["apart"] & settled, "TABLE_PROSE_CONFLICT", {"verdict": "QUESTION", "case": "second"}),
        (how["text_weaker"], "TABLE_PROSE_WEAKER", {"case": "text"}),
        (how["table_weaker"], "TABLE_PROSE_WEAKER", {"case": "table"}),
        (how["open"], "ROUNDING_DECIDES", {"case": "text", "check": "C13"}),
    ):
        some = pairs[mask]
        if options.get("case") == "second":
            line = cells.pick(other[mask])
            options = options | {"second": line["locator"], "second_value": line["value"]}
        findings.append(cells.between(code, some["n"], some["n_text"], **options))
    return findings


def _timing(cells: Cells) -> list[pd.DataFrame]:
    """TABLE_PROSE_TIMING: the table first reaches what the text promises in another year than the text's."""
    rows = _numbered(cells, dated(cells.rows) & cells.rows["sign"].notna() & ~cells.rows["keeps"])
    rows = rows[rows["role"].ne("baseline")]
    aims = rows.loc[rows["kind"].ne(""), ["document", "indicator", "year", "n", "value"]]
    pairs = rows[rows["kind"].eq("")].merge(aims, on=["document", "indicator"], suffixes=("", "_text"))
    printed = pairs["year"].eq(pairs["year_text"]).to_numpy(dtype=bool)
    reached = ~above(pairs["sign"] * pairs["value_text"], pairs["sign"] * pairs["value"])
    line = ["path", "n_text"]
    other = pairs.assign(other=printed & ~_compared(cells, pairs)["agree"]).groupby(line)["other"]
    # another number for the year of the text is said elsewhere; the same one reaches it in that year
    first = pairs[reached & ~other.transform("any")].sort_values("year", kind="stable")
    some = first.drop_duplicates(line).sort_index()
    some = some[some["year"] != some["year_text"]]
    numbers = {"statistic": some["year"] - some["year_text"], "low": np.nan, "high": np.nan}
    return [cells.between("TABLE_PROSE_TIMING", some["n"], some["n_text"], **numbers)]


def _ceilings(cells: Cells) -> list[pd.DataFrame]:
    """BOUND_AT_CEILING: a bound that leaves nothing but the end of the scale."""
    point = cells.rows["relation"].isin(["ge", "le"]).to_numpy() & same(cells.box.low, cells.box.high)
    rows = cells.rows[point]
    return [found("BOUND_AT_CEILING", rows, statistic=rows["value"], threshold=rows["value"])]


def _sums(cells: Cells, flows: pd.DataFrame) -> list[pd.DataFrame]:
    """FLOW_AGAINST_STOCK where a table's amounts, one for each year, do not add up to the text's figure."""
    planned = cells.rows["kind"].eq("") & cells.rows["role"].ne("baseline") & cells.rows["relation"].eq("eq")
    rows = _numbered(cells, planned).merge(flows[["flow", "stock"]], left_on="indicator", right_on="flow")
    groups = rows.groupby(["document", "stock", "path"])
    each = groups.agg(n=("n", "max"), first=("year", "min"), year=("year", "max"), total=("value", "sum"))
    each = each[groups.size() == each["year"] - each["first"] + 1].reset_index()
    counted = _numbered(cells, cells.rows["kind"].eq("cumulative"))[[*_SAME, "n"]]
    counted = counted.rename(columns={"indicator": "stock", "n": "n_text"})
    some = each.merge(counted, on=["document", "stock", "year"])
    text = cells.box[some["n_text"].to_numpy()]
    some = some[above(some["total"], text.high) | above(text.low, some["total"])]
    a, b = cells.pick(some["n"]), cells.pick(some["n_text"])
    total = some["total"].to_numpy()
    numbers = {"statistic": total - b["value"].to_numpy(), "total": total, "first_year": some["first"]}
    return [found("FLOW_AGAINST_STOCK", a, b, case="sum", **numbers)]


# ------------------------------------------------------------------------------------- two documents


def _again(cells: Cells, order: pd.DataFrame) -> list[pd.DataFrame]:
    """WORKLIST_AHEAD, WORKLIST_BEHIND, WORKLIST_EQUAL: one indicator and year in two documents of a place."""
    sign = cells.rows["sign"].to_numpy()
    rows = _numbered(cells, dated(cells.rows) & ~np.isnan(sign))
    number, strict = demanded(cells.box.point, cells.rows["relation"].to_numpy(object), sign)
    number = number.turned(sign)
    # what the text of the earlier document says counts only where its table is silent
    keys, tabled = pd.MultiIndex.from_frame(rows[_SAME]), rows["kind"].eq("")
    earlier = rows[tabled | ~keys.isin(keys[tabled])].assign(number=lambda one: number.point[one["n"]])
    news = rows[[*_SAME, "n"]].rename(columns={"document": "later", "n": "n_new"})
    pairs = earlier.merge(order[["earlier", "later"]], left_on="document", right_on="earlier")
    pairs = pairs.merge(news, on=["later", "indicator", "year"])
    n, m = pairs["n"].to_numpy(), pairs["n_new"].to_numpy()
    old, new = number[n], number[m]
    equal, bounds = same(old.point, new.point), ~cells.box.exact[n] & ~cells.box.exact[m]
    gives, tightens = strict[n] & ~strict[m] & bounds, strict[m] & ~strict[n] & bounds
    case = np.select([gives, tightens], ["looser", "stricter"], "")
    # the year in which the earlier document first asks for what the later one does
    asked = pairs[KEYS].assign(aim=new.point, pair=np.arange(len(pairs))).merge(earlier, on=KEYS)
    reached = asked[~above(asked["aim"], asked["number"]) & asked["number"].notna()]
    year = reached.groupby("pair")["year"].min().reindex(np.arange(len(pairs)), fill_value=0).to_numpy(int)
    leap = np.select([year == 0, year > pairs["year"].to_numpy()], ["never", "year"], "")
    return [
        cells.between(code, n[mask], m[mask], case=cases[mask], threshold=0.0, reached_year=year[mask])
        for mask, code, cases in (
            (apart(new, old) & ~equal, "WORKLIST_AHEAD", leap),
            (apart(old, new) & ~equal, "WORKLIST_BEHIND", np.full(len(n), "")),
            (equal, "WORKLIST_EQUAL", case),
        )
    ]


def _needed(rows: pd.DataFrame, flows: pd.DataFrame, order: pd.DataFrame) -> pd.DataFrame:
    """Which stocks imply a yearly amount: earlier, stock, since, until, case, their cells n_stock, n_before.

    The increment between neighbouring years of one path; an even share of a sum over several years; and, of
    figures that ``flows.csv`` names by their place, an even share of what lies between them.
    """
    table = rows[rows["kind"].eq("") & rows["indicator"].isin(flows["stock"])]
    before = table.assign(year=table["year"] + 1)[["path", "year", "n"]]
    steps = table.merge(before, on=["path", "year"], suffixes=("", "_before"))
    steps = steps.assign(since=steps["year"] - 1, case="increment")
    sums = rows[rows["kind"].eq("cumulative") & rows["from_year"].notna()]
    sums = sums.assign(since=sums["from_year"] - 1, case="share")
    named = flows[flows["flow"].str.contains("/")].merge(rows, left_on="stock", right_on="key")
    named = named.sort_values(["flow", "year"])
    begin = named["document"].map(order.drop_duplicates("earlier").set_index("earlier")["from_year"]) - 1
    before = named.groupby("flow")[["year", "n"]].shift()
    named = named.assign(since=before["year"].fillna(begin), n_before=before["n"], case="share")
    columns = ["document", "key", "since", "year", "n", "n_before", "case"]
    needed = pd.concat([part.reindex(columns=columns) for part in (steps, sums, named)], ignore_index=True)
    return needed.rename(columns={"document": "earlier", "key": "stock", "year": "until", "n": "n_stock"})


def _flows(cells: Cells, flows: pd.DataFrame, order: pd.DataFrame) -> list[pd.DataFrame]:
    """FLOW_SHORTFALL, FLOW_AGAINST_STOCK: a yearly amount against what the earlier stock implies."""
    named = [*flows["flow"], *flows["stock"]]
    rows = _numbered(cells, cells.rows["indicator"].isin(named) | cells.rows["cell"].isin(named))
    rows = rows.assign(key=rows["indicator"].where(~rows["cell"].isin(named), rows["cell"]))
    amounts = rows[rows["kind"].ne("") & rows["from_year"].isna()]
    asked = amounts.merge(flows[["flow", "stock"]], left_on="key", right_on="flow")
    asked = asked.merge(order[["earlier", "later"]], left_on="document", right_on="later")
    needed = _needed(rows[rows["year"].notna()], flows, order)
    pairs = asked[["earlier", "later", "stock", "year", "n"]].merge(needed, on=["earlier", "stock"])
    timed = pairs["year"].isna() | (pairs["year"] > pairs["since"]) & (pairs["year"] <= pairs["until"])
    pairs = pairs[timed.to_numpy(dtype=bool)].reset_index(drop=True)
    n = pairs["n"].to_numpy(dtype=int)
    amount, asked, relation = cells.box[n], _yearly(cells, pairs), cells.rows["relation"].to_numpy(object)[n]
    least = relate(demanded(amount.point, relation, np.ones(len(n)))[0], asked, 1.0)
    of, own = relate(amount, asked, 1.0), (pairs["earlier"] == pairs["later"]).to_numpy()
    level = of["why"] == "equal as printed"
    findings = []
    for mask, code, check, tail in (
        (own & (least["verdict"] == "not_met"), "FLOW_AGAINST_STOCK", "C13", ""),
        (~own & (of["verdict"] == "not_met"), "FLOW_SHORTFALL", "C14", ""),
        (~own & level, "WORKLIST_EQUAL", "C14", "flow_"),
        (~own & (of["verdict"] == "met") & ~level, "WORKLIST_AHEAD", "C14", "flow_"),
        (~own & (of["why"] == "rounding decides"), "ROUNDING_DECIDES", "C14", "flow_"),
        (~own & (of["why"] == "a bound leaves it open"), "BOUND_LEAVES_OPEN", "C14", "flow_"),
    ):
        some, gap = pairs[mask], of[mask]
        facts = {"needed": asked.point[mask], "since": some["since"], "until": some["until"]}
        facts |= {"first_year": some["since"] + 1, "case": tail + some["case"], "check": check}
        facts |= {"statistic": least["gap"][mask], "low": gap["gap_low"], "high": gap["gap_high"]}
        year = some["year"].fillna(some["until"])
        findings.append(cells.between(code, some["n_stock"], some["n"], year=year, threshold=0.0, **facts))
    return findings


def _yearly(cells: Cells, pairs: pd.DataFrame) -> Box:
    """What each stock asks for a year: its increment, or an even share of the numbers printed."""
    even, years = (
        pairs["case"].eq("share").to_numpy(),
        (pairs["until"] - pairs["since"]).to_numpy(dtype=float),
    )
    start = pairs["n_before"].to_numpy(dtype=float, na_value=np.nan)
    stock, before = cells.box[pairs["n_stock"].to_numpy(int)], cells.box[np.nan_to_num(start).astype(int)]

    def share(end: np.ndarray, begin: np.ndarray) -> np.ndarray:
        return (end - np.where(np.isnan(start), 0.0, begin)) / years

    number, shut = share(stock.point, before.point), np.zeros(len(even), dtype=bool)
    low = np.where(even, number, share(stock.low, before.high))
    high = np.where(even, number, share(stock.high, before.low))
    return Box(low, high, shut, ~same(low, high), number, ~np.isnan(number))


def _stages(cells: Cells, stages: pd.DataFrame) -> list[pd.DataFrame]:
    """STAGE_CONFLICT: stages that the documents name in words, read by hand and entered in ``stages.csv``."""
    lines = first_lines(cells.rows).rename(columns={"document": "earlier_document"})
    rows = stages.merge(lines, on=["earlier_document", "indicator"], how="left")
    rows = rows.assign(variant=rows["variant"].fillna(""), path=rows["path"].fillna(NO_PATH), value=np.nan)
    sides = [
        rows.assign(
            document=rows[f"{end}_document"],
            year=rows[f"{end}_year"].astype("Int64"),
            cell=rows[f"{end}_document"] + "/" + rows[f"{end}_at"],
            printed=rows[end],
        )
        for end in ("earlier", "later")
    ]
    texts = {name: rows[name] for name in ("topic", "topic_en", "earlier", "earlier_en", "later", "later_en")}
    verdict, year = np.where(rows["relation"].eq("ahead"), "NOTE", "QUESTION"), sides[1]["year"]
    return [found("STAGE_CONFLICT", *sides, case=rows["relation"], verdict=verdict, year=year, **texts)]
