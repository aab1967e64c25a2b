"""Which place has which core indicator, what is missing and why; and what a plan is made of beside them."""

from __future__ import annotations

from collections.abc import Iterable
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.compare.references import cells, core_indicators, joined, known, places_with_documents
from qiyou.errors import DataError

if TYPE_CHECKING:
    from qiyou.data import Data

DOMAINS = MappingProxyType(words.group("domain", "en"))
"""The nine domains of the plans in their printed order, with English names."""

CONTENTS = ("domains", "departments", "additions")

_COLUMNS = [
    *(
        "place",
        "indicator",
        "there",
        "valued",
        "document",
        "locators",
        "printed_name",
        "printed_unit",
        "paths",
    ),
    *("base_year", "base_value", "base_relation", "base_role", "end_year", "end_value", "end_relation"),
    *("core_by", "core_reason", "why", "at_hand"),
]
_KEYS = ["place", "indicator"]


def coverage(
    data: Data,
    *,
    places: Iterable[str] | None = None,
    indicators: Iterable[str] | None = None,
    lang: str = "zh",
) -> pd.DataFrame:
    """For every place and core indicator whether it is there, where, under which name and with which base.

    Parameters
    ----------
    data : Data
    places, indicators : iterable of str, optional
        Only these; by default every place that has a document, and the core indicators.
    lang : {"zh", "en"}
        Of ``core_reason`` and ``why``.

    Returns
    -------
    DataFrame
        One row per place and core indicator:

        - ``there`` (bool): a table row or a statement prints it under this definition; ``valued``: with at
          least one number or bound for a year; ``document, locators`` (``table:12; table:12b``,
          ``statement:17``), ``printed_name, printed_unit``, ``paths`` (how many the table prints);
        - ``base_year, base_value, base_relation, base_role`` and ``end_year, end_value, end_relation`` of the
          first path, as `ends` has them (of the running text only where no table prints the indicator);
        - ``core_by``: *marker printed*, *inferred from the indicator* (the marker is lost, or running text,
          which has none) or empty, with ``core_reason``;
        - ``why``: why it is missing, has no value, or stops early; empty where nothing is missing;
          ``at_hand``: False where it, or more of it, may stand in a part of the document that is lost, cut
          short or not in the excerpt.

    Raises
    ------
    DataError
        Unknown place or indicator, with the nearest names; no document.

    Examples
    --------
    >>> import qiyou
    >>> where = {"places": ["cixi"], "indicators": ["urban_unemployment_rate"]}
    >>> qiyou.compare.coverage(qiyou.load(), **where, lang="en")["why"].item()
    'printed for another definition: 城镇登记失业率 (table:7): registered, not surveyed'
    """
    words.language(lang)
    facts = core_indicators(data, indicators)
    order = places_with_documents(data, places)
    grid = pd.MultiIndex.from_product([order, facts.index], names=_KEYS).to_frame(index=False)
    said = _mentions(data)
    own = said[said["indicator"].isin(facts.index)]
    first = own.drop_duplicates(_KEYS).drop(columns="locator")
    # Where the table has the indicator, what the text says of it is a repetition.
    same = own.merge(first[[*_KEYS, "document", "origin"]])
    locators = same.groupby(_KEYS)["locator"].agg("; ".join).rename("locators").reset_index()
    path = ends(cells(data, facts))
    paths = path.groupby(_KEYS)["variant"].nunique().rename("paths").reset_index()
    path = path.drop_duplicates(_KEYS)[
        [*_KEYS, *(name for name in _COLUMNS if name.startswith(("base_", "end_")))]
    ]
    table = grid
    for part in (first, locators, path, paths):
        table = table.merge(part, on=_KEYS, how="left")
    texts = [name for name in table if table[name].dtype == object or table[name].dtype == "str"]
    table = table.assign(
        there=table["document"].notna(),
        valued=table["end_year"].notna(),
        paths=table["paths"].fillna(0).astype(int),
        **{name: table[name].astype(object).where(table[name].notna(), "") for name in texts},
    )
    return _with_reasons(_with_markers(table, said, lang), data, facts, said, lang)[_COLUMNS]


def ends(rows: pd.DataFrame) -> pd.DataFrame:
    """Where each path starts and ends: its base, or else its first value, and its last value.

    Parameters
    ----------
    rows : DataFrame
        From `qiyou.compare.references.cells`.

    Returns
    -------
    DataFrame
        One row per place, indicator, variant and document: those, then the columns of the cells as
        ``base_…`` and ``end_…``, and ``reached``, the first year in which the end value is printed.
    """
    keys = [*_KEYS, "variant", "document"]
    rows = rows.sort_values([*keys, "year"], kind="stable")
    later = rows["role"].ne("baseline").rename("_later")
    start = (
        rows.assign(_later=later).sort_values([*keys, "_later", "year"], kind="stable").drop_duplicates(keys)
    )
    end = rows.drop_duplicates(keys, keep="last")
    level = rows.merge(end[[*keys, "value", "relation"]], on=[*keys, "value", "relation"])
    reached = level.groupby(keys)["year"].min().rename("reached").reset_index()
    table = start[keys]
    for name, part in (("base", start), ("end", end)):
        part = part.astype({"year": "Int64"}).drop(columns="_later", errors="ignore")
        table = table.merge(part.rename(columns={c: f"{name}_{c}" for c in part if c not in keys}), on=keys)
    return table.merge(reached, on=keys)


def _mentions(data: Data) -> pd.DataFrame:
    """Every table row and every statement: what it is called and which indicator it is, tables first."""
    rows, said = data.targets.drop_duplicates(["document", "row"]), data.statements
    # Targets of one's own making need not say what their rows are called.
    names = {name: rows.get(name, "") for name in ("printed_name", "printed_unit")}
    table = rows.assign(origin="table", locator="table:" + rows["row"].astype("str"), **names)
    text = said.assign(
        origin="text",
        locator="statement:" + said["id"].astype("str"),
        printed_name=said["phrase"],
        printed_unit=said["unit"].where(said["relation"] != "none", ""),
        star="",
    )
    columns = [
        *("place", "document", "origin", "locator", "indicator", "printed_name", "printed_unit", "star")
    ]
    return pd.concat([table[columns], text[columns]], ignore_index=True)


def _with_markers(table: pd.DataFrame, said: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Add how an indicator is known to be core in a document, row by row."""
    starred = said[said["star"] == "*"].drop_duplicates("indicator").set_index("indicator")
    starred = starred.reindex(table["indicator"]).reset_index(drop=True)
    printed = table["there"] & (table["star"] == "*")
    inferred = (table["there"] & ~printed).to_numpy()
    lost = np.select(
        [table["origin"] == "text", table["star"] == "?"], ["marker_text", "marker_lost"], "marker_none"
    )
    tie = np.select(
        [starred["document"].isna(), table["printed_name"] == starred["printed_name"]],
        ["starred_nowhere", "starred_same"],
        "starred_other",
    )
    reason = words.say_each(lost, lang, table) + words.say_each(tie, lang, starred)
    by = np.select([printed, inferred], ["marker printed", "inferred from the indicator"], "")
    return table.assign(core_by=by, core_reason=np.where(inferred, reason, ""))


def _with_reasons(
    table: pd.DataFrame, data: Data, facts: pd.DataFrame, said: pd.DataFrame, lang: str
) -> pd.DataFrame:
    """Add why something is missing, and whether it may stand where the text at hand does not reach."""
    kinds = data.documents.groupby("place")["extent"].agg(set)
    # A place with a whole document has said all that it plans, whatever else of it is lost.
    whole = kinds.map(lambda extents: bool(extents & {"complete", "complete, no table"}))
    lost = kinds.map(
        lambda extents: next(
            (one for one in ("excerpt", "table lost", "prose truncated") if one in extents), ""
        )
    )
    extent = table["place"].map(lost.where(~whole, ""))
    last = table["place"].map(data.documents.groupby("place")["to_year"].max())
    key = pd.MultiIndex.from_frame(table[_KEYS])
    refused = _refused(data, facts, said).reindex(key)
    unvalued = _unvalued(data).reindex(key)
    missing = ~table["there"].to_numpy()
    other = missing & refused["other"].notna().to_numpy()
    bare = (table["there"] & ~table["valued"]).to_numpy()
    stops = table["valued"] & (extent == "excerpt") & (table["end_year"] < last).fillna(False)
    gone = extent.replace({"": "not printed"}).map(lambda name: "missing_" + name.replace(" ", "_"))
    code = np.select(
        [other & (extent == "table lost"), other, missing, bare, stops],
        [
            "missing_other_lost",
            "missing_other",
            gone,
            unvalued["code"].fillna("missing_value"),
            "missing_stops",
        ],
        "missing_nothing",
    )
    fields = table[["end_year"]].assign(
        other=refused["other"].to_numpy(),
        words=unvalued["words"].to_numpy(),
        span=unvalued["span"].to_numpy(),
    )
    # A transcribed table is all there, even where the running text behind it is cut short; and what stands in
    # a table in place of the indicator has been seen.
    behind = extent.isin(["excerpt", "table lost"]) | ((extent == "prose truncated") & missing & ~other)
    seen = refused["in_table"].eq(True).to_numpy() | (bare & (table["origin"] == "table"))
    return table.assign(why=words.say_each(code, lang, fields), at_hand=~(behind & ~seen))


def _refused(data: Data, facts: pd.DataFrame, said: pd.DataFrame) -> pd.DataFrame:
    """(place, indicator) -> what looks like the indicator in a document, why it is not, and where it is."""
    rules = data.aliases[(data.aliases["maps"] == "no") & data.aliases["indicator"].isin(facts.index)]
    said = said.rename(columns={"indicator": "as"})
    met = rules.merge(said, left_on="name", right_on="printed_name", suffixes=("_rule", ""))
    met = met[(met["document_rule"] == "") | (met["document_rule"] == met["document"])]
    met = met.assign(in_table=met["origin"] == "table").groupby([*_KEYS, "name", "reason"], sort=False)
    met = met.agg(locator=("locator", joined), in_table=("in_table", "any")).reset_index()
    met["other"] = met["name"] + " (" + met["locator"] + "): " + met["reason"]
    return met.groupby(_KEYS).agg(other=("other", "; ".join), in_table=("in_table", "any"))


def _unvalued(data: Data) -> pd.DataFrame:
    """(place, indicator) -> what is printed where no number for a year is: a message and its fields."""
    rows = data.targets[data.targets["relation"] == "none"]
    rows = rows[rows["printed"].str.strip("/ -—") != ""]
    said = rows.groupby(_KEYS).agg(words=("printed", joined)).assign(code="missing_words", span="")
    text = data.statements[(data.statements["relation"] != "none") & (data.statements["indicator"] != "")]
    period = text["from_year"].notna()
    text = text[period | text["year"].isna()]
    span = text["from_year"].astype("str") + "–" + text["year"].astype("str")
    code = np.where(text["from_year"].notna(), "missing_year_of_span", "missing_year")
    text = text.assign(span=span, code=code, words="").drop_duplicates(_KEYS).set_index(_KEYS)
    return pd.concat([said, text.loc[~text.index.isin(said.index), said.columns]])


def contents(
    data: Data, what: str = "domains", *, document: str | None = None, places: Iterable[str] | None = None
) -> pd.DataFrame:
    """What the plans are made of: their domains, the departments that answer for them, what they add to the core.

    Parameters
    ----------
    data : Data
    what : {"domains", "departments", "additions"}
    document : str, optional
        Only this document.
    places : iterable of str, optional
        Only documents of these places.

    Returns
    -------
    DataFrame
        - *domains*: ``document, place, domain, domain_en, core, own, total, text_only``, one row per document
          and domain in the printed order, zeros included: ``core`` and ``own`` count the indicators of the
          table, ``text_only`` those that only the running text has;
        - *departments*: ``document, place, department, indicators, core, own, domains, rows``, per lead
          department that a table prints, those with the most indicators first;
        - *additions*: ``place, document, row, domain, indicator, printed_name, star, by`` (*printed without
          marker*, or *inferred from the indicator*: the markers are lost), ``also_in`` (other places that added
          it), ``resembles`` (a core indicator that it must not be taken for) with ``reason``; one row per
          indicator that a table has beyond the core.

    Raises
    ------
    DataError
        Unknown view, document or place; or the documents have nothing of the kind.

    Examples
    --------
    >>> import qiyou
    >>> table = qiyou.compare.contents(qiyou.load(), "domains", document="yuhuan-plan-2023")
    >>> table[["core", "own", "total"]].sum().tolist()
    [21, 9, 30]
    """
    if what not in CONTENTS:
        raise DataError(f"there is no view {what!r} of the contents; choose one of {', '.join(CONTENTS)}")
    documents = data.documents.set_index("id", drop=False)
    if document is not None:
        documents = documents.loc[known(document, documents, "document")]
    order = places_with_documents(data, places)
    documents = documents[documents["place"].isin(order)]
    facts = data.indicators.set_index("id")
    said = _mentions(data).assign(row=lambda frame: frame["locator"].str.removeprefix("table:"))
    said = said.assign(
        core=said["indicator"].map(facts["core"]).eq(True),
        domain=said["indicator"].map(facts["domain"]).fillna(""),
    )
    rows = said[said["document"].isin(documents.index) & (said["indicator"] != "")]
    names = joined(documents.index)
    if what == "domains":
        return _domains(rows, documents, names)
    if what == "departments":
        return _departments(rows, data, names)
    return _additions(rows, said, data, facts, order, names)


def _domains(rows: pd.DataFrame, documents: pd.DataFrame, names: str) -> pd.DataFrame:
    if rows.empty:
        raise DataError(f"{names} prints no indicator of indicators.csv")
    rows = rows.drop_duplicates(["document", "indicator"])
    kind = np.select([rows["origin"] == "text", rows["core"]], ["text_only", "core"], "own")
    counts = (
        rows.assign(kind=kind).groupby(["document", "domain", "kind"]).size().unstack("kind", fill_value=0)
    )
    order = list(
        dict.fromkeys([*DOMAINS, *rows.loc[rows["origin"].eq("table") & rows["domain"].ne(""), "domain"]])
    )
    shown = [name for name in documents.index if name in set(rows["document"])]
    grid = pd.MultiIndex.from_product([shown, order], names=["document", "domain"])
    table = counts.reindex(columns=["core", "own", "text_only"], fill_value=0).reindex(grid, fill_value=0)
    table = table.rename_axis(columns=None).reset_index()
    table = table.assign(
        place=table["document"].map(documents["place"]),
        domain_en=table["domain"].map(DOMAINS).fillna(""),
        total=table["core"] + table["own"],
    )
    return table[["document", "place", "domain", "domain_en", "core", "own", "total", "text_only"]]


def _departments(rows: pd.DataFrame, data: Data, names: str) -> pd.DataFrame:
    lead = data.targets.loc[
        data.targets["department"] != "", ["document", "row", "department"]
    ].drop_duplicates()
    rows = rows[rows["origin"] == "table"].merge(lead, on=["document", "row"])
    if rows.empty:
        raise DataError(
            f"{names} prints no lead departments; tables that do: {joined(lead['document']) or 'none'}"
        )
    keys = ["document", "place", "department"]
    listed = rows.groupby(keys, sort=False).agg(
        rows=("row", lambda serials: joined(serials, most=99)), domains=("domain", joined)
    )
    once = rows.drop_duplicates([*keys, "indicator"]).groupby(keys, sort=False)["core"]
    table = listed.assign(indicators=once.size(), core=once.sum().astype(int)).reset_index()
    table = table.assign(own=table["indicators"] - table["core"]).sort_values(
        ["document", "indicators"], ascending=[True, False], kind="stable", ignore_index=True
    )
    return table[[*keys, "indicators", "core", "own", "domains", "rows"]]


def _additions(rows, said: pd.DataFrame, data: Data, facts: pd.DataFrame, order: list[str], names: str):
    said = said[(said["origin"] == "table") & ~said["core"]]
    holders = said.groupby("indicator")["place"].agg(set)
    rows = rows[(rows["origin"] == "table") & ~rows["core"]].drop_duplicates(["document", "indicator"])
    if rows.empty:
        raise DataError(f"the tables of {names} print no indicator beyond the core")
    rules = data.aliases[
        (data.aliases["maps"] == "no") & data.aliases["indicator"].map(facts["core"]).eq(True)
    ]
    rules = rules.drop_duplicates("name").set_index("name")
    pairs = zip(rows["indicator"], rows["place"], strict=True)
    rows = rows.assign(
        by=np.where(rows["star"] == "", "printed without marker", "inferred from the indicator"),
        also_in=[joined(sorted(holders[indicator] - {place})) for indicator, place in pairs],
        resembles=rows["printed_name"].map(rules["indicator"]).fillna(""),
        reason=rows["printed_name"].map(rules["reason"]).fillna(""),
    )
    rank = rows["place"].map({place: k for k, place in enumerate(order)})
    rows = rows.iloc[np.argsort(rank.to_numpy(), kind="stable")].reset_index(drop=True)
    columns = [*("place", "document", "row", "domain", "indicator", "printed_name", "star", "by")]
    return rows[[*columns, "also_in", "resembles", "reason"]]
