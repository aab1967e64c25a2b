"""Sentences that a paper may print, each with its evidence and a citation.

Every family below gathers the facts of its sentences; the words stand in ``tables/messages.csv``
(``statement_*``), the evidence in ``tables/words.csv``. A sentence whose facts are not there is absent.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, NamedTuple

import pandas as pd

from qiyou import capacity, cards, compare, plausibility, words
from qiyou.errors import DataError
from qiyou.plausibility.telling import Speaker, addresses, cited
from qiyou.plausibility.yardsticks import realised

if TYPE_CHECKING:
    from qiyou.data import Data

ASKED = ("QUESTION", "CONTRADICTION")
_SHARED = ("COMMON_END_VALUE", "IDENTICAL_PATHS")
_NOTED = (*ASKED, *_SHARED, "TABLE_PROSE_WEAKER", "WORKLIST_AHEAD", "WORKLIST_BEHIND")
_READ = {
    "slower": ("BELOW_EXPERIENCE", "NOT_ABOVE_EXPERIENCE"),
    "faster": ("ABOVE_EXPERIENCE", "BEYOND_EXPERIENCE", "NOT_BELOW_EXPERIENCE"),
    "rest": ("WITHIN_EXPERIENCE", "YARDSTICKS_DISAGREE", "NOT_TOLD"),
    "none": ("ARITHMETIC_ONLY",),
    "unasked": ("KEEP", "PASS_YEAR", "WEAKER_THAN_BASE"),
    "other": ("CONTRADICTION", "NO_NUMBERS", "FLOW_AGAINST_SUM"),
}
_TOLD = ("slower", "faster", "rest")
"""Those that have something realised to compare with."""
_SIDES = {reading: side for side, readings in _READ.items() for reading in readings}


class Statement(NamedTuple):
    """A sentence as printed: the message it is made of, whom and what it is about, and where its facts stand."""

    key: str
    places: tuple[str, ...]
    indicator: str
    sentence: str
    evidence: str
    cells: tuple[str, ...]


def statements(data: Data, place=None, lang: str = "zh", *, beside=None, read=None) -> pd.DataFrame:
    """The sentences that a briefing paper may print, each with what it rests on.

    Parameters
    ----------
    data : Data
    place : str, optional
        Only those about this place, by id or name.
    lang : {"zh", "en"}
    beside : str, optional
        Another place that it is set beside.
    read : qiyou.cards.Answers, optional
        `qiyou.cards.answers(data)`, if it is at hand.

    Returns
    -------
    DataFrame
        One row per sentence, all text: ``key`` (which message), ``place`` and ``indicator`` (ids, empty for
        what is about all), ``sentence`` as it is printed, ``evidence`` and ``citation`` (issuer, title, date,
        row or section).

    Raises
    ------
    DataError
        If a place is unknown.

    Examples
    --------
    >>> import qiyou
    >>> frame = qiyou.brief.statements(qiyou.load(), "黄岩")
    >>> frame.columns.tolist()
    ['key', 'place', 'indicator', 'sentence', 'evidence', 'citation']
    """
    return framed(gathered(data, place, lang, beside=beside, read=read), Sources(data, lang))


def framed(found: list[Statement], sources: Sources) -> pd.DataFrame:
    """What `statements` gives, of statements in hand."""
    frame = pd.DataFrame(found, columns=Statement._fields, dtype=object)
    frame = frame.assign(place=frame["places"].map("; ".join), citation=frame["cells"].map(sources.joined))
    return frame[["key", "place", "indicator", "sentence", "evidence", "citation"]]


def gathered(data: Data, place=None, lang: str = "zh", *, beside=None, read=None) -> list[Statement]:
    """The same as a list, for a paper that numbers its sources."""
    place, beside = (name and data.place(name) for name in (place, beside))
    teller, found = _Teller(data, words.language(lang), read or cards.answers(data), place, beside), []
    for family in _FAMILIES:
        try:
            found += family(teller)
        except DataError:  # a folder without what this family compares
            continue
    return list({one.sentence: one for one in found if place is None or place in one.places}.values())


class Sources:
    """Where cells stand, as a paper cites them: ``<document>/table:12``, a document, or a key of sources.csv."""

    def __init__(self, data: Data, lang: str):
        self._lang, others = lang, data.sources
        self.at = addresses(data, lang)
        others = others[others["grade"].ne("derived")]
        bare = cited(others, lang)
        titled = zip(others["publisher"], bare, others["title"], others["published"], strict=True)
        colon, comma = ("：", "，") if lang == "zh" else (": ", ", ")
        # what has no title is cited by publisher and date already
        named = [
            title.strip("[]")
            if bare[:1] == "["
            else comma.join(filter(None, [colon.join(filter(None, [who, title])), when]))
            for who, title, bare, when in titled
        ]
        self._named = dict(zip(others["id"], named, strict=True))
        self._named |= {document: cards.cite(data, document, lang) for document in data.documents["id"]}

    def grouped(self, cells: Iterable[str]) -> dict[str, list[str]]:
        """Citation (issuer, title, date) -> the rows and sections of it that are meant."""
        found: dict[str, dict[str, None]] = {}
        for cell in cells:
            named = self._named.get(cell.partition("/")[0]) or self._named.get(cell.rpartition("/")[2])
            if named:
                found.setdefault(named, {})[self.at(cell)] = None
        return {source: list(filter(None, at)) for source, at in found.items()}

    def joined(self, cells: Iterable[str]) -> str:
        """All of it in one line."""
        comma, stop = ("，", "；") if self._lang == "zh" else (", ", "; ")
        return stop.join(comma.join([source, *at]) for source, at in self.grouped(cells).items())


class _Teller(Speaker):
    """The data, what was read of them, and the names of one language."""

    def __init__(self, data: Data, lang: str, read: cards.Answers, place: str | None, beside: str | None):
        self.cited = Sources(data, lang)
        super().__init__(data, lang)
        self.data, self.read, self.place, self.beside = data, read, place, beside
        # inside the quotation marks of a sentence, or in the middle of an English one
        inner = str.maketrans("“”", "‘’")
        self.names = {key: name.translate(inner) for key, name in self.names.items()}
        if lang == "en":
            self.names = {key: name[:1].lower() + name[1:] for key, name in self.names.items()}

    def group(self, name: str) -> dict[str, str]:
        return words.group(name, self.lang)

    def join(self, texts: Iterable[str]) -> str:
        return words.joined(texts, self.lang)

    def measured(self, value: float, indicator: str) -> str:
        """A number in the indicator's unit."""
        return self.quantity(float(value), self.units[indicator])

    def line(self, row, place: str) -> str:
        """An indicator, with its place if one is given, and with its row where a plan prints two."""
        at = [self.places[place]] if place else []
        if row.variant in ("a", "b"):
            at.append(self.cited.at(f"{row.document}/{row.locator}"))
        name = self.names[row.indicator]
        return self.group("place")["beside"].format(name, self.join(at)) if at else name

    def between(self, low: float, high: float, unit: str) -> str:
        """A number of things or an area, rounded outward, as each language counts them."""
        if unit == "平方米":
            thousands = (low / 1e4, high / 1e4, 1) if self.lang == "zh" else (low, high, -3)
            return words.interval(*thousands, lang=self.lang) + {"zh": "万平方米", "en": " m²"}[self.lang]
        return words.interval(low, high, -1, lang=self.lang) + self._glued(unit)

    def one(self, key: str, at, places=(), indicator="", facts=None, *, text="", evidence="") -> Statement:
        """A statement: the message of its key filled with facts (or a text), and the evidence of its key."""
        names = {"places": self.join(map(self.places.get, places)), "indicator": self.names.get(indicator)}
        text = text or words.say(f"statement_{key}", self.lang, **{**(facts or {}), **names})
        evidence = evidence or self.group("statement_evidence")[key]
        at = tuple(dict.fromkeys(filter(None, at)))
        return Statement(key, tuple(places), indicator, text, evidence, at)


def _cells(rows: pd.DataFrame) -> pd.Series:
    return rows["document"] + "/" + rows["locator"]


def _readings(teller: _Teller) -> Iterator[Statement]:
    """How many targets ask for more than was realised: of all, and of each place."""
    whole = teller.read.profiles.assign(side=lambda rows: rows["reading"].map(_SIDES))
    words_of, stop = teller.group("statement_part"), "；" if teller.lang == "zh" else "; "
    for place, rows in [("", whole), *whole.groupby("place")]:
        counts = rows["side"].value_counts()
        faster = rows[rows["side"].eq("faster")].itertuples()
        which = teller.join(teller.line(row, "" if place else row.place) for row in faster)
        parts = [words_of[side].format(n=counts[side], which=which) for side in _READ if side in counts]
        facts = {"n": len(rows), "told": int(rows["side"].isin(_TOLD).sum()), "parts": stop.join(parts)}
        facts["who"] = teller.places.get(place) or words_of["all"].format(n=whole["place"].nunique())
        yield teller.one("readings", rows["document"], [place] if place else [], facts=facts)


def _stands(teller: _Teller) -> Iterator[Statement]:
    """Where one place stands beside another, or beside the targets from above and the other plans."""
    years, pair = teller.data.planned(teller.place)["year"].dropna(), teller.beside
    if not teller.place or years.empty:
        return
    year = int(years.max())
    if pair:
        word = compare.pair(teller.data, teller.place, pair, lang=teller.lang)["word_end"]
    else:
        word = compare.core(teller.data, year, places=[teller.place])["verdict"]
    key, documents = "pair" if pair else "position", teller.data.documents
    word = word[word.isin(teller.group(f"statement_{key}"))]
    facts = {"year": year, "n": len(word), "b": teller.places.get(pair)}
    facts["parts"] = words.tally(f"statement_{key}", word, teller.lang)
    if len(word):
        cells = documents.loc[documents["place"].isin([teller.place, pair]), "id"]
        yield teller.one(key, cells, [teller.place], facts=facts)


def _answers(teller: _Teller) -> Iterator[Statement]:
    """The finding and the numbers of each answer that has something realised to compare with."""
    rows = teller.read.profiles.assign(side=lambda rows: rows["reading"].map(_SIDES))
    rows = rows[rows["side"].isin(_TOLD)]
    lines = rows["variant"].isin(["a", "b"])
    rank = rows["side"].map({"faster": 0, "slower": 1, "rest": 2}) + 1.5 * lines
    rows = rows.assign(line=lines, rank=rank, m=-rows["m"]).sort_values(["rank", "m"], kind="stable")
    rows = rows[rows["place"].eq(teller.place or rows["place"])]
    known, kinds = realised.values(teller.data), teller.group("statement_evidence")
    for row in rows.itertuples():
        cell, said = f"{row.document}/{row.locator}", getattr(row, f"short_{teller.lang}")
        text = ("" if teller.lang == "zh" else " ").join(re.split(r"(?<=。)|(?<=\.)\s+", said)[:2])
        if row.line:
            text = words.say("statement_line", teller.lang, at=teller.cited.at(cell), text=text)
        doubts = teller.join(teller.group("doubt")[name] for name in row.doubts.split("; ") if name)
        evidence = row.evidence and kinds["answer"].format(teller.group("evidence")[row.evidence], doubts)
        # the ends of the time that the sentence names, on the basis of its windows
        windows = realised.windows(teller.data, known, row.indicator, row.scale)
        windows = windows[windows["place"].eq(row.superior)]
        ends = known[known["place"].eq(row.superior) & known["basis"].isin(windows["basis"])]
        first_last = [windows["from_year"].min(), windows["year"].max()]
        ends = ends[ends["indicator"].eq(row.indicator) & ends["year"].isin(first_last)]
        cells, evidence = [cell, *ends.sort_values("t")["source"]], evidence or kinds["readings"]
        yield teller.one("answer", cells, [row.place], row.indicator, text=text, evidence=evidence)


def _nation(teller: _Teller) -> Iterator[Statement]:
    """The nation's latest level beside the end values of the plans."""
    known = teller.data.reference.query("level == 'country' and kind == 'observed' and relation == 'eq'")
    last = known.sort_values("t").groupby("indicator").tail(1).set_index("indicator")
    # whatever their reading, where the nation has a recent level
    rows = teller.read.profiles[teller.read.profiles["nation_there"].ne("")]
    for indicator, part in rows[rows["indicator"].isin(last.index)].groupby("indicator"):
        seen, form = last.loc[indicator], teller.group("statement_nation")["end"]
        rows_of = zip(part["place"].map(teller.places), part["end"], part["end_year"], strict=True)
        said = [form.format(name, teller.measured(end, indicator), year) for name, end, year in rows_of]
        facts = {"value": teller.measured(seen["value"], indicator), "year": seen["year"]}
        facts["ends"] = teller.join(dict.fromkeys(said))
        cells = [*_cells(part), seen["source"]]
        yield teller.one("nation", cells, part["place"].unique(), indicator, facts)


def _additions(teller: _Teller) -> Iterator[Statement]:
    """What has to be added, with population and scenarios named."""
    rows = teller.read.profiles.query("m > 0 and additions_low == additions_low")
    rows = rows[rows["place"].eq(teller.place or rows["place"])]
    added = capacity.additions(teller.data).query("status == 'assessable'")
    for row in rows.itertuples():
        found = added[added["document"].eq(row.document) & added["place"].eq(row.place)]
        found = found[found["indicator"].eq(row.indicator) & found["variant"].eq(row.variant)]
        first = found.iloc[0][["anchor", "basis", "population"]]  # flat, so that of the anchor
        facts = capacity.span(found).iloc[0].to_dict() | first.to_dict()
        people, step = facts["population"], teller.data.planned(row.place, row.indicator)["step"].min()
        facts |= {
            "amount": teller.between(facts["low"], facts["high"], facts["unit"]),
            "end": teller.measured(row.end, row.indicator),
            "people": teller.quantity(people, teller._glued("人")),
            "basis": teller.group("statement_basis").get(facts["basis"], ""),
            "scenarios": teller.join(teller.group("scenario")[name] for name in found["scenario"]),
            "step": teller.measured(step, row.indicator),
            "each": f"{step * people:,.0f}" + teller._glued("平方米"),
        }
        cells = [f"{row.document}/{row.locator}", *found["source"].iloc[0].split("; ")]
        for key in ("additions", "step") if facts["unit"] == "平方米" else ("additions",):
            yield teller.one(key, cells, [row.place], row.indicator, facts)
    rows = teller.read.profiles.query("m > 0 and bottom_up == 'NO_POPULATION'")
    for indicator, part in rows.groupby("indicator"):
        yield teller.one("no_population", _cells(part), part["place"].unique(), indicator)


def _balance(teller: _Teller) -> Iterator[Statement]:
    """What is announced against what is needed, without and with trails."""
    found = capacity.balance(teller.data)
    found = found[found["code"].str.contains("COVERED|DEPENDS")].sort_values("year", kind="stable")
    documents = teller.data.documents.set_index("id")
    dated = documents[["dated", "published"]].max(axis=1)
    dated = dated.where(dated.ne(""), documents["from_year"].astype(str)).str[:4]
    for row in found.drop_duplicates(["document", "place", "variant"], keep="last").to_dict("records"):
        place, indicator = row["place"], row["indicator"]
        for name in ("need", "without", "with"):
            row[name] = teller.between(row[f"{name}_low"], row[f"{name}_high"], "平方米")
        row |= {"asked": teller.measured(row["level"], indicator)}
        row |= {"found": teller.group("bottom_up")[row["code"]], "left": int(row["left_out_count"])}
        share = [100 * row["without_low"] / row["need_high"], 100 * row["without_high"] / row["need_low"]]
        row |= {"covered": words.interval(*share, lang=teller.lang) + "%"}
        projects = capacity.supply(teller.data, place)
        projects = projects[projects["year"].gt(row["from_year"]) & projects["year"].le(row["year"])]
        years = projects["document"].map(dated)
        span = dict.fromkeys([years.min(), years.max()])
        row |= {"announced": teller.group("to")["to"].join(span), "built": projects["year"].max()}
        only = projects[projects["reason"].eq("ONLY_NAMED")]
        names = only["phrase"] if teller.lang == "zh" else only["facility"].replace(teller.group("facility"))
        form = teller.group("statement_balance")["named"] if len(only) else ""
        row["named"] = form.format(teller.join(names))
        printed = teller.data.planned(place, indicator, row["year"])
        cells = [*_cells(printed[printed["document"].eq(row["document"])]), *row["source"].split("; ")]
        key = "balance" if row["with_high"] > row["without_high"] else "balance_plain"
        yield teller.one(key, cells, [place], indicator, row)


def _checked(teller: _Teller) -> Iterator[Statement]:
    """What the checks found, in their own words; what several places share, once."""
    found = teller.read.found
    found = found[found["code"].isin(_NOTED) | found["verdict"].isin(ASKED)]
    pairs = zip(found["facts"], found["place"], strict=True)
    places = [facts.get("places", (place,)) for facts, place in pairs]
    found = found.assign(places=places, text=plausibility.sentences(found, teller.data, teller.lang))
    for row in found.itertuples():
        shared, text, same = row.code in _SHARED, row.text, found["a_cell"].eq(row.a_cell)
        if shared:
            same = found["code"].eq(row.code) & found["indicator"].eq(row.indicator)
            same &= found["places"].map(row.places.__eq__)
            text = found.loc[same, "text"].iloc[0]
        elif not teller.place:
            text = words.say("statement_of", teller.lang, place=teller.places[row.place], text=text)
        cells = [*found.loc[same, "a_cell"], row.b_cell]
        key = "shared" if shared else "asked" if row.verdict in ASKED else "noted"
        yield teller.one(key, cells, row.places, row.indicator, text=text)


def _plans(teller: _Teller) -> Iterator[Statement]:
    """The plans beside one another: what is in them, and how far they lie apart."""
    documents = teller.data.documents.drop_duplicates("place").set_index("place")
    there = compare.coverage(teller.data).groupby("place", sort=False)["there"].agg(["sum", "size"])
    there = there[there["sum"].gt(0)]
    extent, form = teller.group("statement_extent"), {"zh": "{}{}项{}", "en": "{} {}{}"}[teller.lang]
    of = documents["table"].reindex(there.index).map(extent).fillna("")
    listed = [form.format(teller.places[place], n, of[place]) for place, n in there["sum"].items()]
    facts = {"total": there["size"].iloc[0], "listed": teller.join(listed)}
    yield teller.one("coverage", documents["id"].reindex(there.index), there.index, facts=facts)
    core = teller.data.indicators.query("core and kind != 'status' and unit == '%'")["id"]
    plain = "role == 'target' and origin == 'table' and relation == 'eq' and variant == ''"
    rows = teller.data.printed.query(plain)
    rows = rows[rows["indicator"].isin(core) & rows["year"].eq(rows["year"].max())].sort_values("value")
    ends = rows.groupby("indicator")["value"].agg(["min", "max", "size"]).query("size >= 3")
    if len(ends):
        points = ends["max"] - ends["min"]
        rows, gap = rows[rows["indicator"].eq(points.idxmax())], "" if teller.lang == "zh" else " "
        listed = [f"{teller.places[row.place]}{gap}{words.number(row.value)}%" for row in rows.itertuples()]
        facts = {"year": rows["year"].iloc[0], "listed": teller.join(listed), "points": float(points.max())}
        yield teller.one("spread", _cells(rows), rows["place"], points.idxmax(), facts)


def _convergence(teller: _Teller) -> Iterator[Statement]:
    """Whether the plans come closer."""
    found = compare.convergence(teller.data)
    same, places = found["one_end_value"], found["places"].str.split(", ").explode()
    verdicts = words.tally("spread", found["verdict"], teller.lang)
    facts = {"n": len(found), "same": int(same[found["verdict"].eq("narrows")].sum()), "verdicts": verdicts}
    facts |= {"first": found["base_year"].min(), "last": found["end_year"].max()}
    facts["topics"] = found["indicator"].nunique()
    documents = teller.data.documents
    yield teller.one("convergence", documents.loc[documents["place"].isin(places), "id"], facts=facts)


def _province(teller: _Teller) -> Iterator[Statement]:
    """What is asked from above for a year, and how many plans ask for it."""
    asked = teller.data.benchmarks.query("kind == 'target' and relation == 'eq'")
    for year in sorted(set(asked["year"]) & set(teller.data.targets["year"])):
        found = compare.core(teller.data, int(year), "province")
        found = found[found["verdict"].isin(["met", "not_met"]) & found["reference_relation"].eq("eq")]
        by = ["indicator", "reference_value", "reference_source"]
        for (indicator, value, source), rows in found.groupby(by):
            facts = {"year": year, "value": teller.measured(value, indicator), "n": len(rows)}
            facts["met"] = int(rows["verdict"].eq("met").sum())
            yield teller.one("province", [*_cells(rows), source], rows["place"], indicator, facts)


def _texts(teller: _Teller) -> Iterator[Statement]:
    """The documents themselves."""
    documents, profiles = teller.data.documents, teller.read.profiles
    facts = {"n": len(profiles), "own": int(profiles["own_windows"].gt(0).sum())}
    yield teller.one("history", profiles["document"].unique(), facts=facts)
    facts = {"n": len(documents), "digits": documents["digits"].sum(), "figures": len(teller.data.statements)}
    facts["cells"] = teller.data.targets["printed"].ne("").sum()
    yield teller.one("transcription", documents["id"], facts=facts)
    lost = documents[documents["table"].eq("lost")]
    if len(lost):
        yield teller.one("lost", lost["id"], lost["place"].unique(), facts={"n": len(lost)})


_FAMILIES = (_readings, _stands, _answers, _nation, _additions, _balance)
_FAMILIES += (_province, _plans, _convergence, _checked, _texts)
