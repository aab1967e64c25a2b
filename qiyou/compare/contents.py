"""What a plan is made of: its domains, the departments that answer for it, what it adds to the core."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.cells import DOMAINS, joined, known, places_with_documents
from qiyou.compare.mentions import mentions_of
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data


def domains(data: Data, document: str | None = None) -> pd.DataFrame:
    """How many indicators each document has in each of the nine domains.

    Parameters
    ----------
    data : Data
    document : str, optional
        Only this document.

    Returns
    -------
    DataFrame
        ``document, place, domain, domain_en, core, own, total, text_only``, one row per document and domain
        in the printed order, zeros included: ``core`` and ``own`` count the indicators of the table,
        ``text_only`` those that only the running text has. Indicators without a domain are not counted.

    Raises
    ------
    DataError
        Unknown document; or it prints no indicator.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.domains(qiyou.load(), "yuhuan-plan-2023")
    >>> table[["core", "own", "total"]].sum().tolist()
    [21, 9, 30]
    """
    documents = data.documents.set_index("id", drop=False)
    if document is not None:
        documents = documents.loc[known(document, documents, "document")]
    mentions = mentions_of(data)
    mentions = mentions[mentions["document"].isin(documents.index) & (mentions["indicator"] != "")]
    if mentions.empty:
        raise DataError(f"{joined(documents.index)} prints no indicator of indicators.csv")
    facts = data.indicators.set_index("id")
    mentions = mentions.drop_duplicates(["document", "indicator"])
    domain = mentions["indicator"].map(facts["domain"])
    own_domains = data.targets.loc[data.targets["document"].isin(documents.index), "indicator"].map(
        facts["domain"]
    )
    names = list(dict.fromkeys([*DOMAINS, *(name for name in own_domains if name)]))
    kind = np.where(
        mentions["origin"] == "text",
        "text_only",
        np.where(mentions["indicator"].map(facts["core"]), "core", "own"),
    )
    mentions = mentions.assign(domain=domain, kind=kind)
    counts = mentions.groupby(["document", "domain", "kind"]).size().unstack("kind", fill_value=0)
    counts = counts.reindex(columns=["core", "own", "text_only"], fill_value=0)
    with_any = [name for name in documents.index if name in set(mentions["document"])]
    grid = pd.MultiIndex.from_product([with_any, names], names=["document", "domain"])
    table = counts.reindex(grid, fill_value=0).reset_index()
    table.columns.name = None
    table = table.assign(
        place=table["document"].map(documents["place"]),
        domain_en=table["domain"].map(DOMAINS).fillna(""),
        total=table["core"] + table["own"],
    )
    return table[["document", "place", "domain", "domain_en", "core", "own", "total", "text_only"]]


def departments(data: Data, document: str | None = None) -> pd.DataFrame:
    """Which lead department answers for how many indicators.

    Parameters
    ----------
    data : Data
    document : str, optional
        Only this document; by default every document whose table prints departments.

    Returns
    -------
    DataFrame
        ``document, place, department, indicators, core, own, domains`` (names, in printed order), ``rows``;
        the departments with the most indicators first, in printed order where equal.

    Raises
    ------
    DataError
        Unknown document; or no table prints departments.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.departments(qiyou.load())
    >>> table[["department", "indicators", "core"]].head(2).values.tolist()
    [['市卫生健康局', 8, 5], ['市教育局', 4, 3]]
    """
    rows = data.targets
    if document is not None:
        known(document, data.documents.set_index("id", drop=False), "document")
        rows = rows[rows["document"] == document]
    rows = rows[rows["department"] != ""]
    if rows.empty:
        printed = joined(data.targets.loc[data.targets["department"] != "", "document"]) or "none"
        raise DataError(f"{document or 'no table'} prints no lead departments; tables that do: {printed}")
    rows = rows.drop_duplicates(["document", "row"])
    facts = data.indicators.set_index("id")
    rows = rows.assign(
        core=rows["indicator"].map(facts["core"]), domain=rows["indicator"].map(facts["domain"])
    )
    keys = ["document", "place", "department"]
    listed = rows.groupby(keys, sort=False).agg(
        rows=("row", lambda serials: joined(serials, most=99)), domains=("domain", joined)
    )
    counts = rows.drop_duplicates([*keys, "indicator"]).groupby(keys, sort=False)["core"].agg(["size", "sum"])
    table = listed.join(counts).reset_index().rename(columns={"size": "indicators", "sum": "core"})
    table = table.assign(core=table["core"].astype(int)).assign(
        own=lambda frame: frame["indicators"] - frame["core"]
    )
    table = table.sort_values(
        ["document", "indicators"], ascending=[True, False], kind="stable", ignore_index=True
    )
    return table[[*keys, "indicators", "core", "own", "domains", "rows"]]


def additions(data: Data, *, places: Iterable[str] | None = None) -> pd.DataFrame:
    """Which indicators each county put into its table beyond the 21 of the core.

    Parameters
    ----------
    data : Data
    places : iterable of str, optional
        Only these.

    Returns
    -------
    DataFrame
        One row per place and indicator: ``place, document, row, domain, indicator, printed_name, star, by``
        (*printed without marker*, or *inferred: markers lost, not a core indicator*), ``also_in`` (other
        places that added it), ``resembles`` (a core indicator that it must not be taken for) with ``reason``.

    Raises
    ------
    DataError
        Unknown place; or nothing was added.

    Examples
    --------
    >>> import qiyou
    >>> added = qiyou.compare.additions(qiyou.load())
    >>> added.loc[added["place"] == "cixi", ["indicator", "resembles"]].values.tolist()
    [['registered_unemployment_rate', 'urban_unemployment_rate']]
    """
    facts = data.indicators.set_index("id")
    order = places_with_documents(data, places)
    rows = mentions_of(data)
    rows = rows[
        (rows["origin"] == "table") & ~rows["indicator"].map(facts["core"]).fillna(False).astype(bool)
    ]
    holders = rows.groupby("indicator")["place"].agg(set)
    rows = rows[rows["place"].isin(order)].drop_duplicates(["document", "indicator"])
    if rows.empty:
        raise DataError(f"the tables of {joined(order)} print no indicator beyond the core")
    rules = data.aliases[
        (data.aliases["maps"] == "no") & data.aliases["indicator"].map(facts["core"]).eq(True)
    ]
    rules = rules.drop_duplicates("name").set_index("name")
    rank = {place: k for k, place in enumerate(order)}
    rows = rows.assign(
        row=rows["locator"].str.removeprefix("table:"),
        domain=rows["indicator"].map(facts["domain"]),
        by=np.where(
            rows["star"] == "", "printed without marker", "inferred: markers lost, not a core indicator"
        ),
        also_in=[
            joined(sorted(holders[indicator] - {place}))
            for indicator, place in zip(rows["indicator"], rows["place"], strict=True)
        ],
        resembles=rows["printed_name"].map(rules["indicator"]).fillna(""),
        reason=rows["printed_name"].map(rules["reason"]).fillna(""),
    )
    rows = rows.sort_values("place", key=lambda column: column.map(rank), kind="stable", ignore_index=True)
    return rows[
        [
            *("place", "document", "row", "domain", "indicator", "printed_name", "star", "by"),
            *("also_in", "resembles", "reason"),
        ]
    ]
