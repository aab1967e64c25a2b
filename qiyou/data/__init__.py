"""Load and check a data folder: transcribed documents, and the tables they refer to.

>>> import qiyou
>>> data = qiyou.load()
>>> data.targets.query("place == 'yuhuan' and indicator == 'sports_area_per_capita'")["value"].tolist()
[2.7, 2.8, 2.9, 3.0, 3.1, 3.2]
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import pandas as pd

from qiyou import words
from qiyou.data import prints
from qiyou.data.files import CODES, Findings
from qiyou.data.folders import ALSO, assemble
from qiyou.data.names import Resolver
from qiyou.data.schema import root
from qiyou.errors import DataError

__all__ = ["ALSO", "CODES", "Data", "check", "load", "root"]


@dataclass(frozen=True, eq=False)
class Data:
    """Everything in a data folder, as plain DataFrames; see data/README.md for the columns.

    Attributes
    ----------
    documents : DataFrame
        One row per document: id, place, title, extent and what is known of its origin.
    targets, statements, decisions : DataFrame
        Table cells (with the name and unit that their row prints), figures of the running text, and readings that
        needed judgement.
    indicators, places, aliases, units, flows, identities : DataFrame
        What is measured, where, under which names and units, and what feeds or bounds what.
    stages : DataFrame
        Stages that two documents of a place name in words.
    observations, benchmarks, facilities, reference, sources : DataFrame
        Observed values, yardsticks, sizes of facilities, realised values of many places, and who says so.
    superiors, plan_attainment, plan_counts : DataFrame
        Whose pace a place is held against, and what became of earlier plans.
    quarters : DataFrame
        Like observations, with the column quarter: values since January, or at the end of that quarter. They are kept
        apart because they are no values of a year.
    projects : DataFrame
        Which statement announces how many of which facility, and which facilities are named without a count.
    unfinished : DataFrame
        Indicators of one's own that lack a unit, a direction or a kind, and where each is to be filled in: no other
        table has rows of them.
    findings : DataFrame
        Warnings and notes of the check; errors would have stopped the load.
    """

    documents: pd.DataFrame
    targets: pd.DataFrame
    statements: pd.DataFrame
    decisions: pd.DataFrame
    indicators: pd.DataFrame
    places: pd.DataFrame
    aliases: pd.DataFrame
    units: pd.DataFrame
    flows: pd.DataFrame
    identities: pd.DataFrame
    stages: pd.DataFrame
    sources: pd.DataFrame
    observations: pd.DataFrame
    quarters: pd.DataFrame
    benchmarks: pd.DataFrame
    facilities: pd.DataFrame
    projects: pd.DataFrame
    reference: pd.DataFrame
    superiors: pd.DataFrame
    plan_attainment: pd.DataFrame
    plan_counts: pd.DataFrame
    unfinished: pd.DataFrame
    told: Findings = field(repr=False)

    def __repr__(self) -> str:
        return (
            f"<qiyou data: {len(self.documents)} documents, {len(self.targets)} table cells, "
            f"{len(self.statements)} statements, {len(self.observations)} observations>"
        )

    @cached_property
    def findings(self) -> pd.DataFrame:
        """What `check` says of the folder, in the language in force."""
        return self.told.frame()

    @cached_property
    def printed(self) -> pd.DataFrame:
        """Every figure that the documents print, one row each: table cells, then statements of the running text.

        Columns document, place, indicator, variant, year, role (baseline or target), origin (table or text), locator
        (``table:<row>`` or ``statement:<id>``), kind (of a statement, empty for cells), from_year, row, printed, value,
        relation, low, high, low_closed, high_closed, step, unit, star, department, printed_name, phrase, decided. A
        statement about a period keeps its last year, and the first in from_year.
        """
        return prints.figures(self.targets, self.statements)

    @cached_property
    def plan_rows(self) -> np.ndarray:
        """The numbers of the rows of `printed` that `planned` chooses from."""
        return prints.planned(self)

    def planned(
        self, place: str | None = None, indicator: str | None = None, year: int | None = None
    ) -> pd.DataFrame:
        """What is planned for a place, an indicator and a year; a table cell goes before the running text.

        Parameters
        ----------
        place, indicator : str, optional
            Ids or names, as `place` and `indicator` take them.
        year : int, optional

        Returns
        -------
        DataFrame
            The columns of `printed`, one row per document, place, indicator, variant and year. Bases are left out,
            and so are cells that print nothing. A statement has a row where no cell of its document speaks of the
            indicator and year; of two such statements the first.

        Examples
        --------
        >>> import qiyou
        >>> qiyou.load().planned("玉环", "人均体育场地面积", 2027)[["document", "locator", "value"]].values.tolist()
        [['yuhuan-plan-2023', 'table:29', 3.2]]
        """
        rows, at = self.printed, self.plan_rows
        asked = {"place": place and self.place(place), "indicator": indicator and self.indicator(indicator)}
        for column, one in (asked | {"year": year}).items():
            if one is not None:
                at = at[(rows[column].iloc[at] == one).to_numpy(dtype=bool)]
        return rows.iloc[at].reset_index(drop=True)

    @cached_property
    def _resolvers(self) -> dict[str, Resolver]:
        aliases = self.aliases[self.aliases["maps"] != "no"]
        names = list(zip(aliases["name"], aliases["indicator"], strict=True))
        return {
            "place": Resolver("place", self.places),
            "indicator": Resolver("indicator", self.indicators, names, self.unfinished.to_dict("records")),
        }

    def place(self, name: str) -> str:
        """The id of a place by a name that people use: id, Chinese or English name, with or without 市, 县, 区, 省.

        Raises
        ------
        DataError
            If no place has the name, with the nearest ones, or several have it, with each of them.

        Examples
        --------
        >>> import qiyou
        >>> data = qiyou.load()
        >>> data.place("玉环"), data.place("玉环市"), data.place("Yuhuan City")
        ('yuhuan', 'yuhuan', 'yuhuan')
        """
        return self._resolvers["place"](name)

    def indicator(self, name: str) -> str:
        """The id of an indicator by a name that people use: id, Chinese or English name, or any name in `aliases`.

        Raises
        ------
        DataError
            If no indicator has the name, with the nearest ones, several have it, with each of them, or the one
            that has it is unfinished, with what to fill in and where.

        Examples
        --------
        >>> import qiyou
        >>> qiyou.load().indicator("托位数")
        'nursery_places_per_1000'
        """
        return self._resolvers["indicator"](name)

    def named(self, frame: pd.DataFrame, lang: str = "zh") -> pd.DataFrame:
        """A frame to be read: names of places and indicators in place of their ids, rows counted from 0.

        Parameters
        ----------
        frame : DataFrame
            Any with a column ``place`` or ``indicator``; an id that is not in the table stays.
        lang : {"zh", "en"}

        Returns
        -------
        DataFrame
            A copy with the same columns.

        Raises
        ------
        DataError
            If the language is another one.

        Examples
        --------
        >>> import qiyou
        >>> rows = pd.DataFrame({"place": ["yuhuan"], "indicator": ["sports_area_per_capita"], "value": [3.2]})
        >>> qiyou.load().named(rows)
          place indicator  value
        0   玉环市  人均体育场地面积    3.2
        """
        name = f"name_{words.language(lang)}"
        tables = {"place": self.places, "indicator": self.indicators}
        names = {one: table.set_index("id")[name] for one, table in tables.items() if one in frame}
        names = {one: frame[one].map(called).fillna(frame[one]) for one, called in names.items()}
        return frame.assign(**names).reset_index(drop=True)

    def table(self, frame: pd.DataFrame, columns: str = "", lang: str = "zh", **places: str) -> words.Shown:
        """A frame to be read: chosen columns, with headings, names and words in one language.

        Parameters
        ----------
        frame : DataFrame
        columns : str
            Names with spaces between them, by default all; ``low:high`` makes one column of an interval.
        lang : {"zh", "en"}
        **places
            Places that headings name: ``a="玉环", b="长兴"`` for `qiyou.compare.pair`.

        Returns
        -------
        Shown
            ``frame`` is the table; it shows itself in a notebook. Headings are those of the group ``heading``
            of words.csv, a column whose name is another group of it gets that group's words, and a name without
            a heading stays. Numbers are rounded to four digits.

        Examples
        --------
        >>> import qiyou
        >>> data = qiyou.load()
        >>> data.table(data.planned("玉环", "托位数", 2027), "place printed unit", "en")
        place        printed  unit
        Yuhuan City  5.5      per 1,000 residents
        """
        named, groups = self.named(frame, lang), set(words.table("words")["group"])
        heads, out = words.group("heading", lang), {}
        called = self.places.set_index("id")[f"name_{lang}"]
        fields = {name: called[self.place(one)] for name, one in places.items()}
        for name in columns.split() or list(named):
            low, _, high = str(name).partition(":")
            column = named[low] if high else named[name]
            if high:
                column = words.spans(column, named[high], lang)
            elif low == "unit" and lang == "en":
                column = column.map(words.unit)
            elif pd.api.types.is_float_dtype(column):
                column = column.map(lambda one: float(f"{one:.4g}"))
            elif not pd.api.types.is_numeric_dtype(column) or column.dtype == bool:
                said = words.group(low if low in groups else "yes", lang)
                column = column.fillna("").map(lambda one, said=said: _said(str(one), said, lang))
            head = heads.get(name) or heads.get(low.removesuffix("_low"), low)
            out[str(head).format(**fields)] = column
        return words.Shown(pd.DataFrame(out))


def _said(text: str, known: dict[str, str], lang: str) -> str:
    """The words for a code, or for a list of codes; any other text as it is."""
    codes = [text] if text in known else text.replace("; ", " ").split()
    return words.joined([known[one] for one in codes], lang) if codes and set(codes) <= known.keys() else text


def load(folder: str | os.PathLike | None = None, *, also: Iterable[str | os.PathLike] | None = None) -> Data:
    """Load and validate a data folder.

    Parameters
    ----------
    folder : path, optional
        A data folder; by default that of the checkout, or the one installed with the package.
    also : iterable of paths, optional
        Document folders of one's own, each with document.toml and table.csv or statements.csv, and optionally with
        indicators.csv, places.csv, aliases.csv, units.csv, sources.csv and observations.csv of its own (`qiyou new`
        makes one to fill in); or folders that hold such folders. What spreadsheets do is tolerated there: GBK,
        byte-order marks, full-width digits, line breaks in cells, empty indicator ids where the printed name is in the
        alias table. By default the folders named in the environment variable QIYOU_ALSO, separated as in PATH:
        ``qiyou notebooks --also`` and ``qiyou figures --also`` set it, so that notebooks need no edits. Pass ``[]`` for
        none.

    Returns
    -------
    Data

    Raises
    ------
    DataError
        If anything is wrong; the message names the first findings, ``rows`` holds all of them.

    Examples
    --------
    >>> import qiyou
    >>> int(qiyou.load().indicators["core"].sum())
    21
    """
    data, findings = assemble(folder, also)
    if any(severity == "error" for severity, *_ in findings.rows):
        table = findings.frame()
        raise DataError("data.errors", table, count=int(table["severity"].eq("error").sum()), first=findings)
    return Data(**data, told=findings)


def check(
    folder: str | os.PathLike | None = None,
    *,
    also: Iterable[str | os.PathLike] | None = None,
    lang: str | None = None,
) -> pd.DataFrame:
    """Everything that is wrong with a data folder, as a table of findings.

    Parameters
    ----------
    folder, also
        As in :func:`load`.
    lang : {"zh", "en"}, optional
        Language of what and remedy; by default the one in force, see `qiyou.errors.Message`.

    Returns
    -------
    DataFrame
        Columns severity, code, file, line, what, remedy; empty of errors if the folder can be loaded.

    Examples
    --------
    >>> import qiyou
    >>> int((qiyou.data.check()["severity"] == "error").sum())
    0
    """
    return assemble(folder, also)[1].frame(lang)
