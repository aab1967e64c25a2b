"""Which place has which core indicator, what is missing and why; and what a plan is made of beside them."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.compare.references import Names, cells, core_indicators, joined, known, places_with_documents
from qiyou.errors import Message, need

if TYPE_CHECKING:
    from qiyou.data import Data

DOMAINS = MappingProxyType(words.group("domain", "en"))
"""The nine domains of the plans in their printed order, with English names."""

_COLUMNS = words.columns("compare.coverage")
_KINDS = ["core", "own", "text_only"]
_KEYS = ["place", "indicator"]
_WHOLE = {"complete", "complete, no table"}
_EXTENTS = ("excerpt", "table lost", "prose truncated")


def coverage(data: Data, *, places: Names = None, indicators: Names = None, lang: str = "zh") -> pd.DataFrame:
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
    grid = pd.DataFrame(index=pd.MultiIndex.from_product([order, facts.index], names=_KEYS))
    said = _mentions(data)
    own = said[said["indicator"].isin(facts.index)]
    first = own.drop_duplicates(_KEYS).drop(columns="locator")
    # Where the table has the indicator, what the text says of it is a repetition.
    same = own.merge(first[[*_KEYS, "document", "origin"]])
    locators = same.groupby(_KEYS)["locator"].agg("; ".join).rename("locators")
    path = ends(cells(data, facts))
    paths = path.groupby(_KEYS)["variant"].nunique().rename("paths")
    path = path.drop_duplicates(_KEYS).drop(columns="document").set_index(_KEYS)
    path = path[path.columns.intersection(_COLUMNS)]
    table = grid.join([first.set_index(_KEYS), locators, path, paths]).reset_index()
    texts = table.select_dtypes(exclude="number")
    table = table.assign(
        there=table["document"].notna(),
        valued=table["end_year"].notna(),
        paths=table["paths"].fillna(0).astype(int),
        **texts.astype(object).where(texts.notna(), ""),
    )
    return _with_reasons(_with_markers(table, said, lang), data, said, lang)[_COLUMNS]


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
    first = rows["role"].ne("baseline").groupby([rows[name] for name in keys]).transform("idxmin")
    start = rows[rows.index == first]
    end = rows.drop_duplicates(keys, keep="last")
    level = rows.merge(end[[*keys, "value", "relation"]], on=[*keys, "value", "relation"])
    reached = level.groupby(keys)["year"].min().rename("reached").reset_index()
    start, end = (part.astype({"year": "Int64"}).set_index(keys) for part in (start, end))
    return start.add_prefix("base_").join(end.add_prefix("end_")).reset_index().merge(reached, on=keys)


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
    every = pd.concat([table, text.assign(department="")], ignore_index=True)
    return every[words.columns("compare.mentions")]


def _with_markers(table: pd.DataFrame, said: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Add how an indicator is known to be core in a document, row by row."""
    starred = said[said["star"] == "*"].drop_duplicates("indicator").set_index("indicator")
    starred = starred.reindex(table["indicator"]).reset_index(drop=True)
    printed = table["star"] == "*"
    inferred = (table["there"] & ~printed).to_numpy()
    text, lost = table["origin"] == "text", table["star"] == "?"
    mark = np.select([text, lost], ["marker_text", "marker_lost"], "marker_none")
    nowhere, named = starred["document"].isna(), table["printed_name"] == starred["printed_name"]
    tie = np.select([nowhere, named], ["starred_nowhere", "starred_same"], "starred_other")
    reason = words.say_each(mark, lang, table) + words.say_each(tie, lang, starred)
    by = np.select([printed, inferred], ["marker printed", "inferred from the indicator"], "")
    return table.assign(core_by=by, core_reason=np.where(inferred, reason, ""))


def _with_reasons(table: pd.DataFrame, data: Data, said: pd.DataFrame, lang: str) -> pd.DataFrame:
    """Add why something is missing, and whether it may stand where the text at hand does not reach."""
    kinds = data.documents.groupby("place")["extent"].agg(set)
    # A place with a whole document has said all that it plans, whatever else of it is lost.
    lost = kinds.map(lambda own: "" if own & _WHOLE else next((one for one in _EXTENTS if one in own), ""))
    extent = table["place"].map(lost)
    last = table["place"].map(data.documents.groupby("place")["to_year"].max())
    key = pd.MultiIndex.from_frame(table[_KEYS])
    refused = _refused(data, said).reindex(key)
    unvalued = _unvalued(data).reindex(key)
    missing = ~table["there"].to_numpy()
    other = missing & refused["other"].notna().to_numpy()
    bare = (table["there"] & ~table["valued"]).to_numpy()
    stops = table["valued"] & (extent == "excerpt") & (table["end_year"] < last).fillna(False)
    gone = extent.replace({"": "not printed"}).map(lambda name: "missing_" + name.replace(" ", "_"))
    cases = [other & (extent == "table lost"), other, missing, bare, stops]
    valueless = unvalued["code"].fillna("missing_value")
    codes = ["missing_other_lost", "missing_other", gone, valueless, "missing_stops"]
    code = np.select(cases, codes, "missing_nothing")
    fields = pd.concat([refused, unvalued], axis=1).reset_index(drop=True).assign(end_year=table["end_year"])
    # A transcribed table is all there, even where the running text behind it is cut short; and what stands in
    # a table in place of the indicator has been seen.
    behind = extent.isin(["excerpt", "table lost"]) | ((extent == "prose truncated") & missing & ~other)
    seen = refused["in_table"].eq(True).to_numpy() | (bare & (table["origin"] == "table"))
    return table.assign(why=words.say_each(code, lang, fields), at_hand=~(behind & ~seen))


def _refused(data: Data, said: pd.DataFrame) -> pd.DataFrame:
    """(place, indicator) -> what looks like the indicator in a document, why it is not, and where it is."""
    rules = data.aliases[data.aliases["maps"] == "no"]
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
    text = data.statements[data.statements["relation"] != "none"]
    period = text["from_year"].notna()
    text = text[period | text["year"].isna()]
    span = text["from_year"].astype("str") + "–" + text["year"].astype("str")
    code = np.where(text["from_year"].notna(), "missing_year_of_span", "missing_year")
    text = text.assign(span=span, code=code, words="").drop_duplicates(_KEYS).set_index(_KEYS)
    return pd.concat([said, text.loc[~text.index.isin(said.index), said.columns]])


def contents(
    data: Data, by: str | None = None, *, document: str | None = None, places: Names = None
) -> pd.DataFrame:
    """What the plans are made of: every indicator that they print; or counted by domain or department.

    Parameters
    ----------
    data : Data
    by : {"domain", "department"}, optional
        Count the indicators instead of listing them.
    document : str, optional
        Only this document.
    places : iterable of str, optional
        Only documents of these places.

    Returns
    -------
    DataFrame
        - listed: a row per table row, and per indicator that only the running text has: ``place, document,
          locator, origin, domain, department, indicator, printed_name, star, kind`` (*core*; *own*: what a
          place adds to the core; *text_only*), and for its own ones ``also_in`` (other places that added
          it), ``resembles`` (a core indicator that it must not be taken for) with ``reason``;
        - counted: a row per document and domain (the nine in the printed order, zeros included) or
          department (those with the most indicators first): ``document, place, domain`` or ``department``,
          ``core, own, text_only, total`` (core and own).

    Raises
    ------
    DataError
        Unknown view, document or place; or the documents have nothing of the kind.

    Examples
    --------
    >>> import qiyou
    >>> data = qiyou.load()
    >>> domains = qiyou.compare.contents(data, "domain", document="yuhuan-plan-2023")
    >>> domains[["core", "own", "total"]].sum().tolist()
    [21, 9, 30]
    >>> added = qiyou.compare.contents(data, places=["cixi"]).query("kind == 'own'")
    >>> added[["indicator", "resembles"]].values.tolist()
    [['registered_unemployment_rate', 'urban_unemployment_rate']]
    """
    need(by in (None, "domain", "department"), "compare.by", by=repr(by))
    documents = data.documents.set_index("id", drop=False)
    if document is not None:
        documents = documents.loc[known(document, documents, "compare.document")]
    documents = documents[documents["place"].isin(places_with_documents(data, places))]
    facts = data.indicators.set_index("id")
    rows = _mentions(data).query("indicator != ''")
    core, text = rows["indicator"].map(facts["core"]).astype(bool), rows["origin"] == "text"
    kind = np.select([text, core], ["text_only", "core"], "own")
    rows = rows.assign(kind=kind, domain=rows["indicator"].map(facts["domain"]))
    holders = rows[rows["kind"] == "own"].groupby("indicator")["place"].agg(set)
    rows = rows[rows["document"].isin(documents.index) & ~(text & rows.duplicated(["document", "indicator"]))]
    counted = rows if by is None else rows[rows[by] != ""]
    none = {"documents": joined(documents.index), "what": Message(f"compare.a_{by}")}
    need(not counted.empty, "compare.none_printed", **none)
    if by is not None:
        return _counted(counted.drop_duplicates(["document", "indicator"]), by)
    apart = data.aliases["maps"].eq("no") & data.aliases["indicator"].map(facts["core"]).eq(True)
    rules = data.aliases[apart].drop_duplicates("name").set_index("name")
    own = rows["kind"] == "own"
    pairs = zip(rows["indicator"], rows["place"], strict=True)
    also = [joined(sorted(holders.get(name, set()) - {place})) for name, place in pairs]
    rows = rows.assign(
        also_in=np.where(own, also, ""),
        resembles=rows["printed_name"].map(rules["indicator"]).where(own).fillna(""),
        reason=rows["printed_name"].map(rules["reason"]).where(own).fillna(""),
    )
    return rows[words.columns("compare.contents")].reset_index(drop=True)


def _counted(rows: pd.DataFrame, by: str) -> pd.DataFrame:
    """How many indicators of each kind a document has per domain or department."""
    keys = ["document", "place", by]
    counts = rows.groupby([*keys, "kind"], sort=False).size().unstack("kind", fill_value=0)
    counts = counts.reindex(columns=_KINDS, fill_value=0).rename_axis(columns=None)
    if by == "domain":
        names = list(dict.fromkeys([*DOMAINS, *rows["domain"]]))
        here = rows[keys[:2]].drop_duplicates().to_numpy().tolist()
        every = pd.MultiIndex.from_tuples([(*one, name) for one in here for name in names], names=keys)
        counts = counts.reindex(every, fill_value=0)
    counts = counts.reset_index().assign(total=lambda frame: frame["core"] + frame["own"])
    order = ["document", "total"] if by == "department" else ["document"]
    return counts.sort_values(order, ascending=[True, False][: len(order)], kind="stable", ignore_index=True)
