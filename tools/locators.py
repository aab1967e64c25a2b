"""Where a statement stands in its text: under which heading, in which item, and which year the text gives it.

A section is a chapter (``一、``) or a part of one (``(一)``). Both are counted, so a numeral is a heading only where it
is
the next one; a numeral in a sentence is none. What the text lost or damaged is named in document.toml::

    [headings]
    "二(五)" = ")推进老有康养"     # a heading, by the words that it begins with: they must stand once in the text
    "二(三) IL" = "IL不断提升"      # an item of a section
    "table-notes" = "注:(1)"       # a place without a numeral; it ends at the next heading

    [years]
    49 = "the full stop before 依托 is lost"     # a statement whose years the rule below cannot show, and why

The year of a statement is the one printed last before its figure in the same sentence: a year, a range, one of a row of
years that a row of figures follows, or a five-year plan (``“十四五”期间``). A figure for all years of the document
(``到2027年,五年累计``) begins with its first. Where the sentence prints none, a one-year document gives it; any
other gives none.
"""

from __future__ import annotations

import bisect
import collections
import re
from dataclasses import dataclass

_NUMERAL = "[一二三四五六七八九十]{1,3}"
_HEADING = re.compile(rf"(?P<chapter>{_NUMERAL})、|\((?P<part>{_NUMERAL})\)")
_NAME = re.compile(rf"(?P<chapter>{_NUMERAL})(?:\((?P<part>{_NUMERAL})\))?")
_STEPS = "一二三四五六七八九"


def numeral(number: int) -> str:
    """A number from 1 to 99 as a heading prints it.

    Examples
    --------
    >>> [numeral(number) for number in (1, 10, 13, 20, 42)]
    ['一', '十', '十三', '二十', '四十二']
    """
    tens, ones = divmod(number, 10)
    return (numeral(tens) if tens > 1 else "") + "十" * (tens > 0) + (_STEPS[ones - 1] if ones else "")


@dataclass(frozen=True)
class Place:
    """A heading or an item of the text, by where it begins."""

    start: int
    section: str
    item: str


def places(prose: str, marks: list[tuple[int, str]], named: dict[str, str]) -> tuple[list[Place], list[str]]:
    """Every heading and item in the order of the text, and what is wrong with the named ones.

    Parameters
    ----------
    prose : str
        The text without white space.
    marks : list of (int, str)
        Where an item number stands, and the number.
    named : dict of str to str
        Place -> words that it begins with, for what the text lost.

    Examples
    --------
    >>> places("一、总则(一)目标3个、二、任务1.建成(三)类5所。", [(17, "1")], {})[0][2:]
    [Place(start=12, section='二', item=''), Place(start=17, section='二', item='1')]
    """
    problems = []
    found = [(match.start(), "heading", match) for match in _HEADING.finditer(prose)]
    found += [(start, "item", number) for start, number in marks]
    for name, words in named.items():
        if prose.count(words) != 1:
            problems.append(f"headings: {words!r} for {name} stands {prose.count(words)} times, not once")
        else:
            found.append((prose.index(words), "named", name))
    chapter = part = 0
    section, table = "", []
    for start, kind, what in sorted(found, key=lambda mark: mark[:2]):
        name, _, item = what.partition(" ") if kind == "named" else ("", "", what if kind == "item" else "")
        if kind == "named" and not item and not _NAME.fullmatch(name):
            section = name
        elif not item:
            heading = what if kind == "heading" else _NAME.fullmatch(name)
            after = _after(chapter, part, heading)
            if after is not None:
                chapter, part = after
                section = numeral(chapter) + (f"({numeral(part)})" if part else "")
            if kind == "named" and section != name:
                problems.append(
                    f"headings: {name} does not come next where its words stand, behind {section}"
                )
            if after is None:
                continue
        elif name and name != section:
            problems.append(f"headings: the words for {what} stand in {section}")
        table.append(Place(start, section, item))
    return table, problems


def _after(chapter: int, part: int, heading: re.Match) -> tuple[int, int] | None:
    """Chapter and part at a heading, or None where the numeral is not the next one."""
    if heading["part"]:
        return (chapter, part + 1) if chapter and heading["part"] == numeral(part + 1) else None
    return (chapter + 1, 0) if heading["chapter"] == numeral(chapter + 1) else None


def place_at(table: list[Place], position: int) -> Place:
    """The heading or item that a position lies under."""
    before = bisect.bisect_right(table, position, key=lambda place: place.start)
    return table[before - 1] if before else Place(0, "", "")


_YEAR = "(?:19|20)[0-9]{2}"
_TIME = re.compile(
    rf"(?P<first>{_YEAR})年?[—\-至~]+(?P<last>{_YEAR})年"
    rf"|(?P<row>{_YEAR}(?:年?[、和及]?{_YEAR})*)年"
    rf"|十(?P<plan>[一二三四五六])五”?(?:期间|时期|平均)"
)
# The n-th five-year plan, from the third on, began in this year + 5 n.
_BEFORE_PLANS = 1951


@dataclass(frozen=True)
class Time:
    """The years that a sentence prints last before a figure: where they end, and each as (first, last)."""

    end: int
    spans: tuple[tuple[str, str], ...]


def time_before(prose: str, start: int, position: int) -> Time | None:
    """The last years printed before a position, in the sentence that it lies in; None if there are none.

    Parameters
    ----------
    prose : str
        The text without white space.
    start : int
        Where the item begins: a sentence does not reach over it.
    position : int
        Where the figure stands.

    Examples
    --------
    >>> time_before("到2024年达3所。2023年、2025年分别达5所", 0, 25).spans
    (('', '2023'), ('', '2025'))
    >>> time_before("“十四五”期间,新增5所", 0, 10).spans
    (('2021', '2025'),)
    """
    sentence = max(start, prose.rfind("。", 0, position))
    last = next(iter(collections.deque(_TIME.finditer(prose, sentence, position), maxlen=1)), None)
    if last is None:
        return None
    if last["row"]:
        spans = tuple(("", year) for year in re.findall(_YEAR, last["row"]))
    elif last["plan"]:
        begin = _BEFORE_PLANS + 5 * (11 + _STEPS.index(last["plan"]))
        spans = ((str(begin), str(begin + 4)),)
    else:
        spans = ((last["first"], last["last"]),)
    return Time(last.end(), spans)


def years_given(time: Time | None, behind: str, rank: int, period: list[int]) -> tuple[str, str]:
    """First and last year that a text gives a figure; empty where it gives none.

    Parameters
    ----------
    time : Time, optional
        The years before the figure.
    behind : str
        What stands between these years and the figure.
    rank : int
        How many figures of the same phrase stand between them.
    period : list of int
        First and last year of the document.

    Examples
    --------
    >>> years_given(Time(5, (("", "2023"), ("", "2025"))), "分别达5所、", 1, [2021, 2025])
    ('', '2025')
    >>> years_given(Time(5, (("", "2027"),)), ",五年累计投资", 0, [2023, 2027])
    ('2023', '2027')
    >>> years_given(None, "", 0, [2024, 2024])
    ('', '2024')
    """
    if time is None:
        return ("", str(period[1])) if period[0] == period[1] else ("", "")
    if rank and len(time.spans) > 1:
        return time.spans[rank] if rank < len(time.spans) else ("", "")
    first, last = time.spans[0]
    length = period[1] - period[0] + 1
    if not first and last == str(period[1]) and f"{numeral(length)}年" in behind:
        return str(period[0]), last
    return first, last
