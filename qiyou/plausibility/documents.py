"""C13 and C14: what a document says twice, and what a later document says again.

All pairs are found by rule: the same indicator and year in table and running text of one document (`prose`),
or in two documents of one place (`later`, `flows`). A statement on a period (``from_year``) is no value of a
single year and is compared only where it counts up. Stages that are words are read by hand into
``stages.csv``.
"""

from __future__ import annotations

import numpy as np
import pandas as pd

from qiyou.plausibility import wording
from qiyou.plausibility.paths import PROSE, Paths

KEYS = ["document", "place", "indicator", "variant"]
"""What names a path."""


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
    both = (groups["role"].transform("nunique") == 2) & ~rows.duplicated(
        ["document", "indicator", "year"], keep=False
    )
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

    Statements without a year, or on a period that they do not count up, have no year to be compared in and
    keep ``comparable`` False.
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
    sign = (
        facts["direction"]
        .map({"up": 1.0, "at_least": 1.0, "down": -1.0, "at_most": -1.0})
        .to_numpy(dtype=float)
    )
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


def row_words(rows: pd.DataFrame, **more) -> dict:
    """The texts of some rows, as fields of a message."""
    names = [name for name in rows if name.startswith(("locator", "print", "unit"))]
    return {name: rows[name].to_numpy(dtype=object) for name in names} | {
        "year": rows["year"].astype(str).to_numpy(dtype=object),
        **more,
    }


def order(documents: pd.DataFrame) -> pd.DataFrame:
    """Pairs of documents of one place, the earlier first."""
    known = documents[["id", "place", "title", "dated", "from_year"]].copy()
    known["title_en"] = (
        documents["title_en"].where(documents["title_en"].ne(""), documents["title"])
        if ("title_en" in documents)
        else documents["title"]
    )
    known["when"] = known["dated"].where(known["dated"].ne(""), known["from_year"].astype(str))
    pairs = known.merge(known, on="place", suffixes=("", "_later"))
    return pairs.loc[
        pairs["when"] < pairs["when_later"], ["id", "id_later", "title_later", "title_en_later"]
    ].rename(columns={"id": "earlier_document", "id_later": "later_document"})
