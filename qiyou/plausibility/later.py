"""C14: a later document of the same place against the earlier plan, in numbers and in words."""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility.codes import NOTE, QUESTION, UNDECIDABLE
from qiyou.plausibility.documents import KEYS, order, row_words
from qiyou.plausibility.paths import Paths
from qiyou.plausibility.verdicts import NO_PATH, above, findings, same


def _promised(rows: pd.DataFrame, suffix: str) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """What a cell commits to, signed so that more is better: number, lowest and highest; NaN for a bound that
    does not.

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
        *KEYS,
        "path",
        "year",
        "value",
        "step",
        "relation",
        "low",
        "high",
        "sign",
        "locator_zh",
        "locator_en",
        "print_zh",
        "print_en",
    ]
    earlier = pd.concat([table[columns], spoken.loc[alone, columns]], ignore_index=True)
    everything = pd.concat([table[columns], spoken[columns]], ignore_index=True)
    rows = earlier.merge(order(documents), left_on="document", right_on="earlier_document").merge(
        everything,
        left_on=["later_document", "indicator", "year"],
        right_on=["document", "indicator", "year"],
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
        (
            ahead,
            "WORKLIST_AHEAD",
            NOTE,
            "后出文件的要求高于原计划",
            "the later document is ahead of the plan",
        ),
        (
            behind,
            "WORKLIST_BEHIND",
            QUESTION,
            "后出文件的要求低于原计划",
            "the later document is behind the plan",
        ),
        (equal, "WORKLIST_EQUAL", NOTE, "两份文件数字相同", "the two documents name the same number"),
        (
            unsure,
            "ROUNDING_DECIDES",
            UNDECIDABLE,
            "孰高孰低取决于四舍五入",
            "which is higher depends on rounding",
        ),
    )
    found = []
    for mask, code, verdict, zh, en in rule:
        some = rows[mask]
        if some.empty:
            continue
        year = matching[mask]
        leap = (code == "WORKLIST_AHEAD") & (year > some["year"].to_numpy())
        never = (code == "WORKLIST_AHEAD") & (year == 0)
        fields = row_words(
            some,
            title=some["title_later"].to_numpy(dtype=object),
            title_en=some["title_en_later"].to_numpy(dtype=object),
            leap_zh=np.select(
                [leap, never],
                [
                    "，原计划到" + year.astype(str).astype(object) + "年才达到这一水平",
                    "，原计划各年都没有达到这一水平",
                ],
                "",
            ).astype(object),
            leap_en=np.select(
                [leap, never],
                [
                    "; the plan reaches that level only in " + year.astype(str).astype(object),
                    "; the plan never reaches that level",
                ],
                "",
            ).astype(object),
            slack_zh=_slack(some, "zh") if code == "WORKLIST_EQUAL" else "",
            slack_en=_slack(some, "en") if code == "WORKLIST_EQUAL" else "",
        )
        found.append(
            findings(
                some,
                check="C14",
                code=code,
                verdict=verdict,
                year=some["year"],
                statistic=some["value_new"] - some["value"],
                low=np.where(
                    some["sign"] > 0, new_low[mask] - old_high[mask], old_low[mask] - new_high[mask]
                ),
                high=np.where(
                    some["sign"] > 0, new_high[mask] - old_low[mask], old_high[mask] - new_low[mask]
                ),
                threshold=0.0,
                zh="{locator_zh}{year}年{print_zh}；《{title}》{locator_zh_new}为{print_zh_new}："
                + zh
                + "{leap_zh}{slack_zh}。",
                en="{locator_en} {year}: {print_en}; {title_en}, {locator_en_new}: {print_en_new}. "
                + en[0].upper()
                + en[1:]
                + "{leap_en}{slack_en}.",
                fields=fields,
            )
        )
    return found


def _slack(rows: pd.DataFrame, lang: str) -> np.ndarray:
    """Of two bounds at one number, what the later one gives away or adds: <5 leaves out the 5 that ≤5 lets in."""
    strict, strict_new = (rows[name].isin(["gt", "lt"]) for name in ("relation", "relation_new"))
    loose, loose_new = (rows[name].isin(["ge", "le"]) for name in ("relation", "relation_new"))
    words = {
        "zh": ("，后者界限略松", "，后者界限略严"),
        "en": (", the later bound a little weaker", ", the later bound a little stricter"),
    }[lang]
    return np.select([strict & loose_new, loose & strict_new], words, "").astype(object)


def _reached_in(rows: pd.DataFrame, aim: np.ndarray, earlier: pd.DataFrame) -> np.ndarray:
    """The year in which the earlier document first promises what the later one does; 0 if never."""
    asked = rows[[*KEYS]].assign(aim=aim, row=np.arange(len(rows)))
    path = asked.merge(earlier, on=KEYS)
    number, _, _ = _promised(path, "")
    reached = path[~above(path["aim"], number) & ~np.isnan(number)].groupby("row")["year"].min()
    return reached.reindex(np.arange(len(rows)), fill_value=0).to_numpy(dtype=np.int64)


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
    english = (
        titles["title_en"].where(titles["title_en"].ne(""), titles["title"])
        if "title_en" in titles
        else titles["title"]
    )
    own = paths.keys.drop_duplicates(["document", "indicator"]).rename(
        columns={"document": "earlier_document"}
    )
    rows = stages.merge(
        own[["earlier_document", "indicator", "variant", "path"]],
        on=["earlier_document", "indicator"],
        how="left",
    )
    rows = rows.assign(
        document=rows["earlier_document"],
        variant=rows["variant"].fillna(""),
        path=rows["path"].fillna(NO_PATH).astype(np.int64),
    )
    behind = rows["relation"].eq("behind").to_numpy()
    fields = (
        {"topic_en": (rows["topic_en"].str[:1].str.upper() + rows["topic_en"].str[1:]).to_numpy(dtype=object)}
        | {
            name: rows[name].to_numpy(dtype=object)
            for name in ("topic", "earlier", "earlier_en", "later", "later_en")
        }
        | {
            **{
                f"{end}_at_{lang}": _place(rows[f"{end}_at"], lang)
                for end in ("earlier", "later")
                for lang in ("zh", "en")
            },
            "y0": rows["earlier_year"].astype(str).to_numpy(dtype=object),
            "y1": rows["later_year"].astype(str).to_numpy(dtype=object),
            "earlier_title": rows["earlier_document"].map(titles["title"]).to_numpy(dtype=object),
            "earlier_title_en": rows["earlier_document"].map(english).to_numpy(dtype=object),
            "later_title": rows["later_document"].map(titles["title"]).to_numpy(dtype=object),
            "later_title_en": rows["later_document"].map(english).to_numpy(dtype=object),
            "which_zh": np.where(behind, "后出文件所处阶段较早", "后出文件所处阶段较后").astype(object),
            "which_en": np.where(
                behind, "the later document names the earlier stage", "the later document is a stage further"
            ).astype(object),
        }
    )
    return [
        findings(
            rows,
            check="C14",
            code="STAGE_CONFLICT",
            verdict=np.where(behind, QUESTION, NOTE),
            year=rows["later_year"],
            zh="{topic}：《{earlier_title}》（{earlier_at_zh}）{y0}年“{earlier}”；《{later_title}》（{later_at_zh}）"
            "{y1}年“{later}”：{which_zh}（文字比较，由人读出，口径可能不同）。",
            en="{topic_en}: {earlier_title_en} ({earlier_at_en}), {y0}: {earlier_en}; {later_title_en} "
            "({later_at_en}), {y1}: "
            "{later_en}. In words, read by hand, and the two may count different things: {which_en}.",
            fields=fields,
        )
    ]
