"""Reading printed values: ``>85%``, ``8.5%以内``, ``22万人``, ``100(通过省级评估)``, ``1—2家``, ``/``.

A printed value is more than a number: it is a bound or a point, it has a unit, and it has a printing
resolution. :func:`read` returns all of that as a :class:`Reading`, or raises :class:`NotationError`; it never
guesses. :func:`write` gives the canonical form, and ``read(write(r), r.unit) == r``. The words that are understood,
and those whose refusal is explained, stand in ``tables/notation.csv``.

Bounds follow the Civil Code of China, Article 1259: 以上, 以下 and 以内 include the number itself, 超过 and
不满 exclude it. Refused, because two readers may read them differently: a remainder (300余家, 10多个), a list
(5、6), a numeral in short form (一百五), a leading zero (05), a calendar year, two comparators, hidden or
look-alike characters; a unit that is neither known nor that of the header; and a remark in brackets unless it
is known to leave the figure as it is: ``6.5(年均增速)`` is no level, and ``40(其中公办)`` is not the whole.

>>> read(">85%")
Reading(value=85.0, relation='gt', low=85.0, high=inf, low_closed=False, high_closed=False, unit='%', \
step=1.0, note='')
>>> read("37.01", unit="万人").step
100.0
"""

from __future__ import annotations

import csv
import functools
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from importlib import resources

from qiyou.errors import Message, NotationError

__all__ = ["BLANKS", "RELATIONS", "STATUSES", "Reading", "base_unit", "read", "write"]

RELATIONS = ("eq", "ge", "gt", "le", "lt", "about", "range", "none")
"""What a printed value says: a point, a bound (closed or open), a vague point, a closed range, no number."""


def _words() -> dict[str, dict[str, str]]:
    """The groups of ``tables/notation.csv``: word to what it means."""
    groups: dict[str, dict[str, str]] = {}
    text = resources.files("qiyou").joinpath("tables", "notation.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(text.splitlines()):
        groups.setdefault(row["group"], {})[row["word"]] = row["means"]
    return groups


_WORDS = _words()
STATUSES = tuple(_WORDS["status"])
"""Words printed where a number could stand. They state a condition, and are read as one, with no number."""

BLANKS = tuple(_WORDS["blank"])
_LONGEST = 60
_LONGEST_RAW = 200
_MOST_DIGITS = 15
_MULTIPLIERS = {word: int(power) for word, power in _WORDS["multiplier"].items()}
_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = str.maketrans(_FULLWIDTH | _WORDS["sign"])


def _alternatives(words) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_LETTERS = re.compile(rf"(?<![A-Za-z])(?:{_alternatives(_WORDS['letters'])})(?![A-Za-z0-9²³])")
# A leading zero (05, 0,123) is the mark of a damaged print, never a way to write a number.
_NUMBER = r"-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]+)?"
_NUMERALS = "零〇一二两三四五六七八九十百千"
_CHINESE = f"[{_NUMERALS}]+"
_DIGIT = "[1-9一二两三四五六七八九]"
# 千瓦, 千克 and 千米 are units, not thousands of something
_MULTIPLIER = f"(?:{_alternatives(_MULTIPLIERS)})(?<!千(?=[瓦克米]))"
# A cell may print a unit that is known, or the one of its header. A header holds a few Chinese characters
# (元/月, 套(间), 个/千人): numerals have no place in it outside a denominator, and neither have words that
# bound, blur, deny or change the figure (以上, 余, 多, 几, 左右, 不含, 增, 累).
_HAN = f"(?:[㐀-鿿](?<![{_NUMERALS}{''.join(_WORDS['barred'])}起]))"
_COUNTED = _alternatives(_WORDS["measure"] | _WORDS["unit"])
_PER = rf"(?:/[十百千万]?{_HAN}{{1,6}}(?:·{_HAN}{{1,2}})?)?"
_UNIT = rf"(?:[%‰]|个?百分点|(?:{_COUNTED})(?:\((?:{_COUNTED})\))?{_PER})"
_HEADER = re.compile(rf":1|{_UNIT}|{_HAN}{{1,6}}(?:\((?:{_COUNTED})\))?{_PER}")
_NOTE = r"\((?P<note>[^()]+)\)"
_DASH = "-|—|–|~|至|到"
_PREFIX = rf"(?P<prefix>{_alternatives(_WORDS['prefix'])})?"
_SUFFIX = rf"(?P<suffix>{_alternatives(_WORDS['suffix'])})?"
_ENDING = rf"{_SUFFIX}(?:{_NOTE})?"
_RATE = re.compile(
    rf"{_PREFIX}(?P<whole>百|千)分之(?P<first>{_NUMBER}|{_CHINESE}){_SUFFIX}|(?P<ratio>{_NUMBER}):1"
)
_FRACTION = re.compile(
    rf"(?P<below>[1-9][0-9]{{0,3}}|{_CHINESE})分之(?P<above>[1-9][0-9]{{0,3}}|{_CHINESE}){_SUFFIX}"
)
# 2/3; what is more likely a date or two counts (5/10, 12/31, 2/4) is none
_SLASHED = re.compile(rf"(?=1/|2/[35]|3/[45]|4/5)(?P<above>[1-4])/(?P<below>[2-5]){_SUFFIX}")
_WHOLE = re.compile(rf"(?:百分百|百分之百)(?:{_NOTE})?")
# 1万2千 and 1亿2千万: a number in two counts
_COMPOUND = re.compile(
    rf"(?P<big>[1-9][0-9]*|{_CHINESE})(?:万(?P<thousands>{_DIGIT})千(?:(?P<hundreds>{_DIGIT})百)?"
    rf"|亿(?P<millions>{_DIGIT})千万)"
)
_BARE = re.compile(r"(?:0|[1-9][0-9]{0,8})(?:\.[0-9]{1,4})?")
_GAP = re.compile(rf"[0-9.,{_NUMERALS}]\s+[0-9.,{_NUMERALS}]|^\s*-\s+[0-9]")
_WIDE_COMMA = re.compile("(?<=[0-9])，|，(?=[0-9])")
_CALENDAR_YEAR = re.compile("(?:19|20)[0-9]{2}")


@functools.lru_cache(maxsize=256)
def _figure(header: str) -> re.Pattern:
    """The form of a figure under a header with this unit."""
    unit = f"(?:{re.escape(header)}|{_UNIT})" if header else _UNIT
    return re.compile(
        rf"""(?:(?P<lead>{_alternatives(_WORDS["lead"])})?{_PREFIX}
        (?P<verb>(?<=至少)(?:{_alternatives(_WORDS["verb"])}))?)
        (?P<first>{_NUMBER}|{_CHINESE})
        (?:(?P<own>(?:{_MULTIPLIER})?(?:{unit})?)(?:{_DASH})(?P<second>{_NUMBER}|{_CHINESE}))?
        (?P<multiplier>{_MULTIPLIER})?
        (?:(?P<unit>{unit})|\((?P<held>{unit})\))?(?P<between>之间)?{_ENDING}""",
        re.VERBOSE,
    )


@dataclass(frozen=True, eq=False)
class Reading:
    """What a printed value says.

    Attributes
    ----------
    value : float
        The printed number in ``unit`` (for a bound, the bound); NaN for a range, a status or nothing.
    relation : str
        One of :data:`RELATIONS`.
    low, high : float
        The set of values that the print states: equal for a point, open-ended for a bound, NaN for a vague
        point (``about`` names no width) and for no number.
    low_closed, high_closed : bool
        Whether the ends belong to the set.
    unit : str
        The unit without multiplier: ``22万人`` is 220000 ``人``; empty where there is no number.
    step : float
        The printing resolution in ``unit``: ``4.5`` has 0.1, ``22万人`` has 10000; 0 for a word (``百分百``).
    note : str
        A bracketed remark of the print, or the status word.

    Two readings are equal if they say the same; missing numbers (NaN) are equal to one another here.
    """

    value: float
    relation: str
    low: float
    high: float
    low_closed: bool
    high_closed: bool
    unit: str
    step: float
    note: str = ""

    def _key(self) -> tuple:
        """The fields with NaN replaced: NaN is not equal to itself, but two readings of ``/`` are."""
        return tuple(None if value != value else value for value in vars(self).values())

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Reading) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())


def read(printed: str, unit: str | None = None) -> Reading:
    """Read a printed value.

    Parameters
    ----------
    printed : str
        The characters as printed; full-width signs and white space are understood.
    unit : str, optional
        The unit of the column or row header, with its multiplier (``万人``). It is used where the value
        prints none, and must agree where the value prints one.

    Returns
    -------
    Reading

    Raises
    ------
    NotationError
        If the text is not one of the printed forms, or its unit contradicts ``unit``.

    Examples
    --------
    >>> read("不少于60场次").relation, read("不少于60场次").low, read("不少于60场次").unit
    ('ge', 60.0, '场次')
    >>> read("1—2家").low, read("1—2家").high
    (1.0, 2.0)
    >>> read("L7万元")
    Traceback (most recent call last):
    ...
    qiyou.errors.NotationError: cannot read 'L7万元': expected a number with an optional comparator \
(>, ≥, 以上, 不少于 …) and unit, a status such as 全覆盖, or '/'; if the print is damaged, record a decision
    """
    _insist(isinstance(printed, str), printed, "no_text", kind=type(printed).__name__)
    _insist(unit is None or isinstance(unit, str), printed, "no_unit_text", unit=repr(unit))
    if max(len(printed), len(unit or "")) > _LONGEST_RAW:
        raise _refused(printed, "long", count=f"{len(printed):,}", unit=f"{len(unit or ''):,}")
    return _read(printed, unit or "")


@functools.lru_cache(maxsize=65536)
def _read(printed: str, unit: str) -> Reading:
    if _BARE.fullmatch(printed):  # most cells; the rest of this function would read the same in longer
        shift, base = _shift_and_unit("", unit, printed)
        number = Decimal(printed)
        return _reading("eq", number.scaleb(shift), _resolution(number).scaleb(shift), base, "")
    text = _plain(printed)
    if text in BLANKS:
        return Reading(math.nan, "none", math.nan, math.nan, False, False, "", math.nan, "")
    if text in STATUSES:
        return _status(text, base_unit(unit)[0])
    text = _COMPOUND.sub(functools.partial(_in_one_count, printed=printed), text.replace("——", "—"))
    for pattern, why in _WORDS["name"].items():
        if re.match(pattern, text):
            raise _refused(printed, why)
    if match := _WHOLE.fullmatch(text):
        _agree("%", unit, printed)
        return _reading("eq", Decimal(100), Decimal(0), "%", _note(match, printed))
    if match := _RATE.fullmatch(text):
        return _rate(match, printed, unit)
    if match := _FRACTION.fullmatch(text) or _SLASHED.fullmatch(text):
        return _fraction(match, printed, unit)
    if match := _figure(base_unit(unit)[0]).fullmatch(text):
        return _value(match, printed, unit)
    hint = next((key for pattern, key in _WORDS["hint"].items() if re.search(pattern, text)), "")
    raise _refused(printed, "form_hint" if hint else "form", why=Message(f"notation.{hint}"))


def _in_one_count(match: re.Match, printed: str) -> str:
    """1万2千 as 1.2万, 1亿2千万 as 1.2亿."""
    small = [match[name] for name in ("thousands", "hundreds", "millions") if match[name]]
    digits = "".join(str(_number(digit, printed)) for digit in small)
    return f"{_number(match['big'], printed)}.{digits}{'亿' if match['millions'] else '万'}"


def _refused(printed: object, key: str, **fields) -> NotationError:
    why = Message(f"notation.{key}", **fields)
    return NotationError("notation.refused", printed=_quoted(printed), why=why)


def _insist(right: bool, printed: object, key: str, **fields) -> None:
    """Refuse a print unless `right`."""
    if not right:
        raise _refused(printed, key, **fields)


def _quoted(printed: object) -> str:
    long = isinstance(printed, str) and len(printed) > _LONGEST
    return f"{printed[:20]!r}…" if long else repr(printed)


def _plain(printed: str) -> str:
    """The text with half-width signs and without white space, if nothing in it is hidden or torn apart."""
    _insist(not _WIDE_COMMA.search(printed), printed, "wide_comma")
    text = _LETTERS.sub(lambda match: _WORDS["letters"][match.group()], printed.translate(_SIGNS))
    _insist(not _GAP.search(text), printed, "gap")
    text = re.sub(r"\s+", "", text).replace("/每", "/")
    hidden = next((character for character in text if not character.isprintable()), None)
    _insist(not hidden, printed, "hidden", code=f"U+{ord(hidden or ' '):04X}")
    _insist(len(text) <= _LONGEST, printed, "long", count=len(text), unit=0)
    return text


def _status(word: str, unit: str) -> Reading:
    """全覆盖 of a share is the number 100; of anything else it is a status."""
    if unit == "%" and _WORDS["status"][word] == "100%":
        return _reading("eq", Decimal(100), Decimal(0), "%", word)
    return Reading(math.nan, "none", math.nan, math.nan, False, False, "", math.nan, word)


def _relation(match: re.Match, printed: str) -> str:
    prefix, suffix = match["prefix"], match["suffix"]
    _insist(not (prefix and suffix), printed, "two_bounds", prefix=prefix, suffix=suffix)
    return _WORDS["prefix"].get(prefix) or _WORDS["suffix"].get(suffix) or "eq"


def _note(match: re.Match, printed: str) -> str:
    """The bracketed remark, if it is known to leave the figure as it is."""
    note = match["note"] or ""
    if note and not any(re.fullmatch(pattern, note) for pattern in _WORDS["remark"]):
        key = next((key for pattern, key in _WORDS["bears"].items() if re.search(pattern, note)), "open")
        raise _refused(printed, "remark", note=note, why=Message(f"notation.{key}"))
    return note


def _value(match: re.Match, printed: str, header: str) -> Reading:
    relation, note = _relation(match, printed), _note(match, printed)
    unit = match["unit"] or match["held"] or ""
    own = (match["multiplier"] or "") + unit
    _check_kind(match, unit, printed)
    shift, base = _shift_and_unit(own, header, printed)
    first = _number(match["first"], printed)
    low, step = first.scaleb(shift), _resolution(first).scaleb(shift)
    if match["second"] is None:
        sided = relation != "eq" or not _WORDS["lead"].get(match["lead"])
        _insist(sided and not match["between"], printed, "no_side")
        return _reading(relation, low, step, base, note)
    second = _number(match["second"], printed)
    high, step = second.scaleb(shift), max(step, _resolution(second).scaleb(shift))
    fitting = match["own"] in ("", match["multiplier"], own) or (not own and match["own"] == base)
    _insist(relation == "eq" and high > low and fitting, printed, "no_range")
    return Reading(math.nan, "range", float(low), float(high), True, True, base, float(step), note)


def _check_kind(match: re.Match, unit: str, printed: str) -> None:
    """Refuse what has the form of a figure and is something else: a year, a dash, a word."""
    ends = [text for text in (match["first"], match["second"]) if text]
    years = [text for text in ends if _CALENDAR_YEAR.fullmatch(text)]
    key = ""
    if years and ((unit == "年" and not match["multiplier"]) or len(years) == 2):
        key = "calendar"
    counted = re.sub(r"\(.*\)", "", unit) in _WORDS["measure"]
    if any(not text[-1].isascii() for text in ends) and not (counted or (match["multiplier"] and not unit)):
        key = "numeral"
    if match["multiplier"] and unit in ("%", "‰"):
        key = "no_unit"
    _insist(not key, printed, key, unit=f"{match['multiplier']}{unit}")


def _agree(own: str, header: str, printed: str) -> None:
    """The unit that a value prints and that of its header must be the same."""
    unit = base_unit(header)[0]
    shown = own or Message("notation.fraction")
    _insist(own == unit or not unit, printed, "other_unit", unit=shown, header=unit[:_LONGEST])


def _shift_and_unit(own: str, header: str, printed: str) -> tuple[int, str]:
    """The power of ten and the base unit of a value, from its own unit or the header's, which must agree."""
    header_unit, header_shift = base_unit(header)
    own_unit, own_shift = base_unit(own)
    if own_unit:
        _agree(own_unit, header, printed)
        return own_shift, own_unit
    known = not header_unit or _HEADER.fullmatch(header_unit)
    _insist(known, printed, "header", unit=repr(header_unit[:_LONGEST]))
    return (own_shift if own else header_shift), header_unit


@functools.lru_cache(maxsize=1024)
def base_unit(unit: str) -> tuple[str, int]:
    """Split a printed unit into the unit without multiplier and the multiplier's power of ten.

    >>> base_unit("万套〔间〕")
    ('套(间)', 4)
    >>> base_unit("%")
    ('%', 0)
    """
    text = _LETTERS.sub(lambda match: _WORDS["letters"][match.group()], unit.translate(_SIGNS))
    text = re.sub(r"\s+", "", text).replace("/每", "/")
    match = re.match(rf"{_MULTIPLIER}", text)
    return (text[match.end() :], _MULTIPLIERS[match.group()]) if match else (text, 0)


def _rate(match: re.Match, printed: str, header: str) -> Reading:
    unit = {"百": "%", "千": "‰"}.get(match["whole"], ":1")
    _agree(unit, header, printed)
    number = _number(match["first"] or match["ratio"], printed)
    return _reading(_relation(match, printed), number, _resolution(number), unit, "")


def _fraction(match: re.Match, printed: str, header: str) -> Reading:
    _agree("", header, printed)
    below, above = _number(match["below"], printed), _number(match["above"], printed)
    _insist(below, printed, "zero_parts")
    relation = _WORDS["suffix"].get(match["suffix"], "eq")
    return _reading(relation, above / below, Decimal(0), "", "")


def _number(text: str, printed: str) -> Decimal:
    if not text[-1].isascii():
        number = _numerals().get(text.replace("〇", "零").replace("两", "二"), -1)
        _insist(number >= 0, printed, "short_numeral", text=text)
        return Decimal(number)
    digits = sum(character.isdigit() for character in text)
    _insist(digits <= _MOST_DIGITS, printed, "digits", most=_MOST_DIGITS)
    return Decimal(text.replace(",", ""))


@functools.cache
def _numerals() -> dict[str, int]:
    """Every Chinese numeral below ten thousand: 三, 一十二 and 十二, 百 (as in 百家), 三百二十.

    Only the full form is there: 一百五 is 150 to one reader and 105 to another, 三四 is three or four.
    """
    full = {_chinese_numeral(number): number for number in range(10_000)}
    bare = {text[1:]: number for text, number in full.items() if re.match("一[十百千]", text)}
    return full | bare


def _chinese_numeral(number: int) -> str:
    """A number below ten thousand in full Chinese numerals: 105 is 一百零五."""
    if number == 0:
        return "零"
    words, gap = "", False
    for scale, name in ((1000, "千"), (100, "百"), (10, "十"), (1, "")):
        digit = number // scale % 10
        if digit:
            words += ("零" if gap and words else "") + "零一二三四五六七八九"[digit] + name
        gap = not digit
    return words


def _resolution(number: Decimal) -> Decimal:
    return Decimal(1).scaleb(min(0, number.as_tuple().exponent))


def _reading(relation: str, number: Decimal, step: Decimal, unit: str, note: str) -> Reading:
    value = float(number)
    low, high, low_closed, high_closed = {
        "eq": (value, value, True, True),
        "ge": (value, math.inf, True, False),
        "gt": (value, math.inf, False, False),
        "le": (-math.inf, value, False, True),
        "lt": (-math.inf, value, False, False),
        "about": (math.nan, math.nan, False, False),
    }[relation]
    return Reading(value, relation, low, high, low_closed, high_closed, unit, float(step), note)


_WRITTEN_PREFIX = {"eq": "", "ge": "≥", "gt": ">", "le": "≤", "lt": "<", "about": "约"}


def write(reading: Reading) -> str:
    """Write a reading in its canonical form, so that ``read(write(r), r.unit) == r``.

    >>> write(read("不少于5万个")), write(read("8.5%以内")), write(read("1—2家")), write(read("/"))
    ('≥5万个', '≤8.5%', '1—2家', '/')
    """
    if reading.relation == "none":
        return reading.note or "/"
    note = f"({reading.note})" if reading.note else ""
    if reading.step == 0:
        return _write_exact(reading) + note
    multiplier, shift = _multiplier(reading.step)
    ends = (reading.low, reading.high) if reading.relation == "range" else (reading.value,)
    ends = "—".join(_digits(end, reading.step, shift) for end in ends)
    return f"{_WRITTEN_PREFIX.get(reading.relation, '')}{ends}{multiplier}{reading.unit}{note}"


def _write_exact(reading: Reading) -> str:
    if reading.unit == "%":
        return "百分百"
    parts = Fraction(reading.value).limit_denominator(9_999)
    suffix = {"eq": "", "ge": "以上", "le": "以下", "about": "左右"}[reading.relation]
    return f"{parts.denominator}分之{parts.numerator or '零'}{suffix}"


def _multiplier(step: float) -> tuple[str, int]:
    """The multiplier that a printing resolution above one needs, and its power of ten."""
    power = round(math.log10(step))
    if power <= 0:
        return "", 0
    return ("万", 4) if power <= 4 else ("亿", 8) if power <= 8 else ("万亿", 12)


def _digits(value: float, step: float, shift: int) -> str:
    """A number at its resolution; an end of a range that is finer than the other keeps its decimals."""
    number = Decimal(repr(value)).scaleb(-shift)
    shown = number.quantize(Decimal(1).scaleb(min(0, round(math.log10(step)) - shift)))
    return f"{shown if shown == number else number.normalize():f}"
