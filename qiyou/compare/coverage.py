"""Which place has which core indicator, where it stands, and what is missing and why."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from qiyou.compare.cells import cells, core_indicators, joined, places_with_documents
from qiyou.compare.mentions import mentions_of

if TYPE_CHECKING:
    from qiyou.data import Data

_LOST = {
    "excerpt": "excerpt: only the first rows of the table are at hand",
    "table lost": "table lost",
    "prose truncated": "not in the table; text truncated",
}
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
_NOT_PRINTED = "not printed"


def coverage(
    data: Data, *, places: Iterable[str] | None = None, indicators: Iterable[str] | None = None
) -> pd.DataFrame:
    """For every place and core indicator whether it is there, where, under which name and with which base.

    Parameters
    ----------
    data : Data
    places, indicators : iterable of str, optional
        Only these; by default every place that has a document, and the core indicators.

    Returns
    -------
    DataFrame
        One row per place and core indicator:

        - ``there`` (bool): a table row or a statement prints it under this definition; ``valued``: with at
          least one number or bound for a year; ``document, locators`` (``table:12; table:12b``,
          ``statement:17``), ``printed_name, printed_unit``, ``paths`` (how many the table prints);
        - ``base_year, base_value, base_relation, base_role`` and ``end_year, end_value, end_relation`` of the
          first path: its first value with role baseline, or else its first, and its last (of the running text
          only where no table prints the indicator);
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
    >>> table = qiyou.compare.coverage(qiyou.load(), places=["cixi"], indicators=["urban_unemployment_rate"])
    >>> table["why"].item()
    'printed for another definition: 城镇登记失业率 (table:7): registered, not surveyed'
    """
    facts = core_indicators(data, indicators)
    order = places_with_documents(data, places)
    grid = pd.MultiIndex.from_product([order, facts.index], names=["place", "indicator"]).to_frame(
        index=False
    )
    mentions = mentions_of(data)
    own = mentions[mentions["indicator"].isin(facts.index)]
    first = own.drop_duplicates(["place", "indicator"])
    # Where the table has the indicator, what the text says of it is a repetition.
    same = own.merge(
        first[["place", "indicator", "document", "origin"]], on=["place", "indicator", "document", "origin"]
    )
    locators = same.groupby(["place", "indicator"])["locator"].agg("; ".join).rename("locators").reset_index()
    shown = ["place", "indicator", "document", "origin", "printed_name", "printed_unit", "star"]
    table = grid.merge(first[shown], on=["place", "indicator"], how="left").merge(
        locators, on=["place", "indicator"], how="left"
    )
    table = table.merge(_ends(data, facts), on=["place", "indicator"], how="left")
    table = table.assign(there=table["document"].notna(), valued=table["end_year"].notna())
    table = table.assign(paths=table["paths"].fillna(0).astype(int))
    for name in (
        *("document", "origin", "locators", "printed_name", "printed_unit", "star"),
        *("base_relation", "base_role", "end_relation"),
    ):
        table[name] = table[name].astype(object).where(table[name].notna(), "")
    table = _with_markers(table, mentions)
    table = _with_reasons(table, data, facts)
    return table[_COLUMNS]


def _ends(data: Data, facts: pd.DataFrame) -> pd.DataFrame:
    """First and last value of the first path of each place and indicator, and how many paths it prints."""
    keys = ["place", "indicator"]
    rows = cells(data, facts).sort_values([*keys, "variant", "year"], kind="stable")
    counted = rows.groupby(keys)["variant"].nunique().rename("paths")
    first = rows.drop_duplicates(keys)[[*keys, "variant", "document"]]
    path = rows.merge(first, on=[*keys, "variant", "document"])
    marked = path.assign(_later=path["role"] != "baseline").sort_values(
        [*keys, "_later", "year"], kind="stable"
    )
    parts = [counted.reset_index()]
    for name, part in (
        ("base", marked.drop_duplicates(keys)),
        ("end", path.drop_duplicates(keys, keep="last")),
    ):
        columns = {column: f"{name}_{column}" for column in ("year", "value", "relation", "role")}
        parts.append(part[[*keys, *columns]].rename(columns=columns).astype({f"{name}_year": "Int64"}))
    return parts[0].merge(parts[1], on=keys).merge(parts[2], on=keys)


def _with_markers(table: pd.DataFrame, mentions: pd.DataFrame) -> pd.DataFrame:
    """Add how an indicator is known to be core in a document, row by row."""
    starred = mentions[mentions["star"] == "*"].drop_duplicates("indicator").set_index("indicator")
    where = (
        (starred["document"] + " " + starred["locator"]).reindex(table["indicator"]).to_numpy(dtype=object)
    )
    name = starred["printed_name"].reindex(table["indicator"]).to_numpy(dtype=object)
    there = table["there"].to_numpy()
    printed = there & (table["star"] == "*").to_numpy()
    elsewhere = ~pd.isna(where)
    same = (table["printed_name"].to_numpy(dtype=object) == name) & elsewhere
    lost = np.select(
        [(table["origin"] == "text").to_numpy(), (table["star"] == "?").to_numpy()],
        ["running text has no markers", "the marker is lost in this text"],
        "the row prints no marker",
    )
    link = np.where(same, "starred under the same name in ", "starred under another name in ")
    reason = [
        f"{start}; {tie}{place}" + ("" if equal else f" ({other})")
        if found
        else f"{start}; starred nowhere at hand"
        for start, tie, place, other, equal, found in zip(
            lost, link, where, name, same, elsewhere, strict=True
        )
    ]
    inferred = there & ~printed
    return table.assign(
        core_by=np.select([printed, inferred], ["marker printed", "inferred from the indicator"], ""),
        core_reason=np.where(inferred, np.array(reason, dtype=object), ""),
    )


def _with_reasons(table: pd.DataFrame, data: Data, facts: pd.DataFrame) -> pd.DataFrame:
    """Add why something is missing, and whether it may stand where the text at hand does not reach."""
    extents = data.documents.groupby("place")["extent"].agg(set)
    lasts = data.documents.groupby("place")["to_year"].max()
    lost = {
        place: next((extent for extent in _LOST if extent in kinds), "") for place, kinds in extents.items()
    }
    # A place with a whole document has said all that it plans, whatever else of it is lost.
    whole = {place for place, kinds in extents.items() if kinds & {"complete", "complete, no table"}}
    extent = table["place"].map({place: "" if place in whole else name for place, name in lost.items()})
    key = pd.MultiIndex.from_frame(table[["place", "indicator"]])
    refused = _refused(data, facts).reindex(key)
    missing = ~table["there"].to_numpy()
    other = missing & refused["why"].notna().to_numpy()
    last = table["place"].map(lasts)
    stops = table["valued"] & (extent == "excerpt") & (table["end_year"] < last).fillna(False)
    unvalued = table["there"] & ~table["valued"]
    lost_as_well = np.where((extent == "table lost").to_numpy(), "; table lost", "")
    why = np.select(
        [other, missing, unvalued, stops],
        [
            "printed for another definition: " + refused["why"].fillna("").to_numpy(object) + lost_as_well,
            extent.map(_LOST).fillna(_NOT_PRINTED).to_numpy(object),
            _unvalued(data).reindex(key).fillna("printed without values").to_numpy(object),
            "excerpt: the row stops after " + table["end_year"].astype("str").fillna("").to_numpy(object),
        ],
        "",
    )
    # A transcribed table is all there, even where the running text behind it is cut short; and what stands in
    # a table in place of the indicator has been seen.
    behind = extent.isin(["excerpt", "table lost"]) | ((extent == "prose truncated") & missing & ~other)
    seen = refused["in_table"].eq(True).to_numpy() | (unvalued & (table["origin"] == "table"))
    return table.assign(why=why, at_hand=~(behind & ~seen))


def _refused(data: Data, facts: pd.DataFrame) -> pd.DataFrame:
    """(place, indicator) -> what looks like the indicator in a document, why it is not, and where it is."""
    rules = data.aliases[(data.aliases["maps"] == "no") & data.aliases["indicator"].isin(facts.index)]
    said = mentions_of(data)[["place", "document", "origin", "locator", "printed_name"]]
    met = rules.merge(said, left_on="name", right_on="printed_name", suffixes=("_rule", ""))
    met = met[(met["document_rule"] == "") | (met["document_rule"] == met["document"])]
    met = met.assign(in_table=met["origin"] == "table")
    keys = ["place", "indicator"]
    grouped = met.groupby([*keys, "name", "reason"], sort=False).agg(
        locator=("locator", joined), in_table=("in_table", "any")
    )
    grouped = grouped.reset_index()
    grouped["why"] = grouped["name"] + " (" + grouped["locator"] + "): " + grouped["reason"]
    return grouped.groupby(keys).agg(why=("why", "; ".join), in_table=("in_table", "any"))


def _unvalued(data: Data) -> pd.Series:
    """(place, indicator) -> what is printed where no number for a year is."""
    keys = ["place", "indicator"]
    rows = data.targets[
        (data.targets["relation"] == "none") & (data.targets["printed"].str.strip("/ -—") != "")
    ]
    words = "in words only: " + rows.groupby(keys)["printed"].agg(joined)
    text = data.statements[(data.statements["relation"] != "none") & (data.statements["indicator"] != "")]
    period = text["from_year"].notna()
    span = text["from_year"].astype("str") + "–" + text["year"].astype("str")
    said = ("printed for " + span + " together, not for one year").where(period, "printed without a year")
    said = said[period | text["year"].isna()].groupby([text["place"], text["indicator"]]).first()
    return pd.concat([words, said[~said.index.isin(words.index)]])
