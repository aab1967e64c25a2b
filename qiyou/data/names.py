"""Names as people print and write them, and the one id that each stands for.

Nothing is guessed: a name must be known letter for letter (full-width signs, white space and capitals aside). A name
that is not known lists the nearest ones, and a name of several things says which.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property

from qiyou.errors import DataError, Message

_MOST_SUGGESTIONS = 200
_LONGEST_NAME = 80
_CUTOFF = 0.4
_HAN = re.compile("[㐀-鿿]")
_SHORT = re.compile(
    "(?P<zh>.{2,}?)(?:壮族自治区|回族自治区|维吾尔自治区|自治区|新区|省|市|县|区)"
    "|(?P<en>.+?) (?:province|municipality|city|county|district|new area)"
)


def plain(text: str) -> str:
    """A name without what only differs in width or spacing: full-width signs made half-width, no white space.

    >>> plain("公办幼儿园（含同质同价）在园 幼儿占比")
    '公办幼儿园(含同质同价)在园幼儿占比'
    """
    return re.sub(r"\s+", "", unicodedata.normalize("NFKC", text))


def nearest(name: str, known: Mapping[str, str]) -> list[str]:
    """Ids with that of their names that comes nearest to a name."""
    close = difflib.get_close_matches(plain(name[:_LONGEST_NAME]), list(known), n=3, cutoff=_CUTOFF)
    texts = {known[text]: text for text in reversed(close)}
    return [one if one == text else f"{one} ({text})" for one, text in texts.items()][::-1]


def suggest(findings, key: str, file, line: int | None, kind: str, name: str, known: Mapping[str, str]):
    """Record that a name or an id is not known, with the nearest ones.

    Looking for near names takes time; each name is looked up once, and after a few hundred only the table is named.
    """
    asked = f"{key} {kind}", name
    if asked not in findings.suggested and len(findings.suggested) < _MOST_SUGGESTIONS:
        findings.suggested[asked] = nearest(name, known)
    near = findings.suggested.get(asked)
    near = Message("data.near", names=near) if near else ""
    add = Message(f"data.add_{kind if key == 'unknown_name' or kind == 'document' else 'id'}", kind=kind)
    findings.add(key, file, line, kind=Message(f"data.kind_{kind}"), name=name, near=near, add=add)


@dataclass(frozen=True)
class Vocabulary:
    """What the tables beside the documents define: ids, units, names."""

    indicators: dict[str, dict]
    places: dict[str, dict]
    units: frozenset[tuple[str, str]]
    aliases: dict[tuple[str, str], str]
    refused: frozenset[tuple[str, str, str]]

    def refuses(self, name: str, document: str, indicator: str) -> bool:
        """Whether a printed name must not be mapped to an indicator in a document."""
        return (name, document, indicator) in self.refused or (name, "", indicator) in self.refused

    def indicator_of(self, name: str, document: str) -> str:
        """The indicator that a printed name is an alias of in a document, or the empty string."""
        known = self.aliases.get((name, document)) or self.aliases.get((name, ""), "")
        return "" if self.refuses(name, document, known) else known

    def spelled(self, name: str, document: str) -> str:
        """The name as the alias table spells it, where only widths and white space differ; else the name itself."""
        if (name, document) in self.aliases or (name, "") in self.aliases:
            return name
        spellings = self._spellings.get(_key(name), ())
        return spellings[0] if len(spellings) == 1 else name

    def named(self, kind: str, name: str, document: str) -> str:
        """The id of a place or an indicator by a name that someone typed, or the empty string."""
        if kind == "place":
            return self.places_by_name.get(_key(name), "")
        return self.indicator_of(self.spelled(name, document), document)

    @cached_property
    def _spellings(self) -> dict[str, tuple[str, ...]]:
        return _grouped((name, name) for name, _ in self.aliases)

    @cached_property
    def indicators_by_name(self) -> dict[str, str]:
        """Every name of an indicator and its id."""
        names = {record["name_zh"]: name for name, record in self.indicators.items()}
        return names | {name: indicator for (name, _), indicator in self.aliases.items()}

    @cached_property
    def places_by_name(self) -> dict[str, str]:
        """Every Chinese name that only one place has, and its id."""
        groups = _grouped((record["name_zh"], place) for place, record in self.places.items())
        return {name: places[0] for name, places in groups.items() if len(places) == 1}


def identify(sheet, schema, document: str, findings):
    """A sheet of one's own with ids where names were given or could be looked up by the printed name.

    An empty ``indicator`` is filled in from the printed name (or phrase) by the alias table; a Chinese name in a
    column of indicator or place ids is replaced by its id. What cannot be looked up is an error that lists near
    names, and is remembered as ``sheet.reported``, so that nothing else complains about the same cell.
    """
    known = findings.words
    kinds = {one.name: one.refers[:-1] for one in schema.columns if one.refers in ("indicators", "places")}
    if not kinds:
        return sheet
    printed = next((name for name in ("printed_name", "phrase") if name in schema.names), "")
    needed = any(column.name == "indicator" and column.required for column in schema.columns)
    records, reported, firsts = [], set(), {}
    for line, record in sheet.numbered():
        found = dict(record)
        for column, kind in kinds.items():
            name, taken = record[column], ""
            ids = known.places if kind == "place" else known.indicators
            if name in ids or (name.isascii() and (name or column != "indicator" or not printed)):
                continue
            if not name:
                name, first = record[printed], firsts.get(serial(record.get("row", "")))
                if not name and first is not None:
                    # A further line (12b) takes the first's.
                    taken, name = first["indicator"], first[printed]
            taken = taken or known.named(kind, name, document)
            if taken:
                found[column] = taken
                findings.add("taken_as", sheet.path, line, name=name, id=taken, column=column)
            elif record[column] or needed:
                reported.add((line, column))
                names = known.places_by_name if kind == "place" else known.indicators_by_name
                if name:
                    suggest(findings, "unknown_name", sheet.path, line, kind, name, names)
                else:
                    findings.add("row_unnamed", sheet.path, line)
        if "row" in record:
            firsts.setdefault(serial(record["row"]), found)
        records.append(found)
    return replace(sheet, records=tuple(records), reported=frozenset(reported))


def serial(row: str) -> str:
    """The printed serial of a row: 12 of ``12b``, a further line under it."""
    return row.rstrip("abcdefghijklmnopqrstuvwxyz")


class Resolver:
    """What people call the places, or the indicators; the first of three ranks that knows a name decides.

    Parameters
    ----------
    kind : {"place", "indicator"}
    rows : DataFrame
        With id, name_zh and name_en.
    aliases : iterable of (str, str)
        Further names, each with the id that it stands for.
    unfinished : iterable of dict
        What cannot be used yet: id, name_zh, missing, file, line.
    """

    def __init__(self, kind: str, rows, aliases: Iterable[tuple[str, str]] = (), unfinished=()):
        self.kind = kind
        self._waiting = {_key(one[name]): one for one in unfinished for name in ("id", "name_zh")}
        self.shown = {row.id: {"zh": row.name_zh, "en": row.name_en} for row in rows.itertuples()}
        full = [(name, one) for one, names in self.shown.items() for name in names.values()]
        full += [(name, one) for name, one in aliases if one in self.shown]
        ids, short = [(one, one) for one in self.shown], []
        if kind == "place":
            found = ((_SHORT.fullmatch(_key(name)), one) for name, one in full)
            short = [(match["zh"] or match["en"], one) for match, one in found if match]
        self._ranks = [_grouped(pairs) for pairs in (ids, full, short)]

    def __call__(self, name: str) -> str:
        """The id of a name, or the id itself.

        Raises
        ------
        DataError
            If nothing has the name, or several have it.
        """
        if not isinstance(name, str):
            raise DataError("data.no_name", name=repr(name), kind=Message(f"data.kind_{self.kind}"))
        found = next((rank[_key(name)] for rank in self._ranks if _key(name) in rank), ())
        if len(found) == 1:
            return found[0]
        if not found and (one := self._waiting.get(_key(name))):
            raise DataError("data.unfinished", **one | {"missing": one["missing"].split()})
        lang = "zh" if _HAN.search(name) else "en"
        key = f"data.ambiguous_{self.kind}" if found else f"data.unknown_{self.kind}"
        if not found:
            known = {text: one for rank in self._ranks for text, ids in rank.items() for one in ids}
            known = {text: one for text, one in known.items() if bool(_HAN.search(text)) == (lang == "zh")}
            close = difflib.get_close_matches(_key(name[:_LONGEST_NAME]), list(known), n=5, cutoff=_CUTOFF)
            found = tuple(dict.fromkeys(known[text] for text in close))[:3]
            key += "" if found else "_far"
        # By the names of the script that was typed: someone who writes 玉坏 looks for 玉环, in whichever language.
        form = "{}（{}）" if lang == "zh" else "{} ({})"
        candidates = [form.format(self.shown[one][lang], one) for one in found]
        raise DataError(key, name=name[:_LONGEST_NAME], candidates=candidates)


def _key(name: str) -> str:
    """A name as it is looked up: no matter which width, capitals, or how much white space."""
    text = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", name)).strip().casefold()
    return plain(text) if _HAN.search(text) else text


def _grouped(pairs: Iterable[tuple[str, str]]) -> dict[str, tuple[str, ...]]:
    groups: dict[str, dict[str, None]] = {}
    for name, one in pairs:
        groups.setdefault(_key(name), {})[one] = None
    return {name: tuple(ones) for name, ones in groups.items() if name}
