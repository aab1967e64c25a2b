"""Reading printed values: ``>85%``, ``8.5%以内``, ``22万人``, ``100(通过省级评估)``, ``1—2家``, ``/``.

A printed value is more than a number: it is a bound or a point, it has a unit, and it has a printing
resolution. :func:`read` returns all of that as a :class:`Reading`, or raises :class:`NotationError`; it never
guesses. :func:`write` gives the canonical form, and ``read(write(r)) == r``.

Bounds follow the Civil Code of China, Article 1259: 以上, 以下 and 以内 include the number itself, 超过 and 不满
exclude it. Refused, because two readers may read them differently: a remainder (300余家, 10多个), a list (5、6), a
numeral in short form (一百五), a leading zero (05), a calendar year, two comparators, hidden or look-alike characters.

>>> read(">85%")
Reading(value=85.0, relation='gt', low=85.0, high=inf, low_closed=False, high_closed=False, unit='%', \
step=1.0, note='')
>>> read("37.01", unit="万人").step
100.0
"""

from __future__ import annotations

import functools
import math
import re
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from qiyou.errors import NotationError

__all__ = ["BLANKS", "RELATIONS", "STATUSES", "Reading", "base_unit", "read", "write"]

RELATIONS = ("eq", "ge", "gt", "le", "lt", "about", "range", "none")
"""What a printed value says: a point, a bound (closed or open), a vague point, a closed range, or no number."""

STATUSES = (
    "全覆盖",
    "全域覆盖",
    "全民覆盖",
    "全纳入",
    "全部",
    "动态清零",
    "清零",
    "完成市定任务",
    "通过",
)
"""Words printed where a number could stand. They state a condition, and are read as one, with no number."""

BLANKS = ("", "/", "-", "—", "–", "——", "…", "……", "无")
_LONGEST = 60
_LONGEST_RAW = 200
_MOST_DIGITS = 15
_MULTIPLIERS = {
    "": 0,
    "千": 3,
    "万": 4,
    "十万": 5,
    "百万": 6,
    "千万": 7,
    "亿": 8,
    "百亿": 10,
    "千亿": 11,
    "万亿": 12,
}

_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = str.maketrans(
    {**_FULLWIDTH, "〔": "(", "〕": ")", "﹥": ">", "﹤": "<", "≧": "≥", "≦": "≤", "−": "-", "㎡": "平方米"}
)
_PREFIXES = {
    "ge": ("不少于", "不低于", "不小于", "大于等于", "≥", ">=", "至少"),
    "gt": ("超过", "突破", "大于", "高于", "多于", "超", ">"),
    "le": ("不超过", "不高于", "不多于", "不大于", "小于等于", "≤", "<=", "至多"),
    "lt": ("小于", "低于", "少于", "不足", "不满", "<"),
    "about": ("大约", "约", "近"),
}
_SUFFIXES = {
    "ge": ("以上", "及以上", "(含)以上"),
    "le": ("以下", "及以下", "以内", "(含)以下"),
    "about": ("左右", "上下"),
}
_RELATION_OF_PREFIX = {word: relation for relation, words in _PREFIXES.items() for word in words}
_RELATION_OF_SUFFIX = {word: relation for relation, words in _SUFFIXES.items() for word in words}
# Verbs that stand between 至少 and the figure and leave its meaning alone.
_VERBS = ("有", "建有", "设有", "建成", "建设", "建", "设", "开展")


def _alternatives(words) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# A leading zero (05, 0,123) is the mark of a damaged print, never a way to write a number.
_NUMBER = r"-?(?:[1-9][0-9]{0,2}(?:,[0-9]{3})+|0|[1-9][0-9]*)(?:\.[0-9]+)?"
_NUMERALS = "零〇一二两三四五六七八九十百千"
_CHINESE = f"[{_NUMERALS}]+"
_MULTIPLIER = _alternatives(word for word in _MULTIPLIERS if word)
# A unit is a few Chinese characters (元/月, 套(间), 个/千人). Numerals have no place in it outside a denominator, and
# neither have words that bound, blur or deny the figure (以上, 余, 多, 几, 左右, 不含, 至, 底): what holds one of them
# is no plain figure with a unit, and must not be taken for one.
_NOT_IN_UNITS = (
    _NUMERALS
    + "万亿以上下内外左右前后余多几许来至到超近约不未含及和或与达为之半番低高于少满足过底末初强弱全完"
)
_FIRST_HAN = f"(?:[㐀-鿿](?<![{_NOT_IN_UNITS}]))"
_HAN = f"(?:[㐀-鿿](?<![{_NOT_IN_UNITS}起]))"
_UNIT = (
    rf"[%‰]|个?百分点|{_FIRST_HAN}(?:{_HAN}|\({_HAN}{{1,2}}\)){{0,5}}"
    rf"(?:/[百千万]?{_HAN}{{1,6}}(?:·{_HAN}{{1,2}})?)?"
)
_NOTE = r"[㐀-鿿、“”]{3,}"
_VALUE = re.compile(
    rf"""(?P<prefix>{_alternatives(_RELATION_OF_PREFIX)})?
    (?P<verb>(?<=至少)(?:{_alternatives(_VERBS)}))?
    (?P<first>{_NUMBER}|{_CHINESE})
    (?:(?P<first_percent>%)?(?:-|—|–|~|至|到)(?P<second>{_NUMBER}|{_CHINESE}))?
    (?P<multiplier>{_MULTIPLIER})?
    (?P<unit>{_UNIT}|)
    (?P<suffix>{_alternatives(_RELATION_OF_SUFFIX)})?
    (?:\((?P<note>{_NOTE})\))?""",
    re.VERBOSE,
)
_RATIO = re.compile(rf"(?P<first>{_NUMBER}):1")
_PERCENT = re.compile(
    rf"""(?P<prefix>{_alternatives(_RELATION_OF_PREFIX)})?
    (?P<whole>百|千)分之(?P<first>{_NUMBER}|{_CHINESE})
    (?P<suffix>{_alternatives(_RELATION_OF_SUFFIX)})?""",
    re.VERBOSE,
)
_FRACTION = re.compile(
    rf"(?P<below>[1-9][0-9]{{0,3}}|{_CHINESE})分之(?P<above>[1-9][0-9]{{0,3}}|{_CHINESE})"
    rf"(?P<suffix>{_alternatives(_RELATION_OF_SUFFIX)})?"
)
_WHOLE = re.compile(rf"(?:百分百|百分之百)(?:\((?P<note>{_NOTE})\))?")
_RATIO_UNIT = ":1"
_UNIT_ALONE = re.compile(rf"{_UNIT}|{re.escape(_RATIO_UNIT)}")
_NOT_IN_NOTES = re.compile(
    "[零〇一二两三四五六七八九十百千万亿]|不|未|非|无|超|约|近|余|以上|以下|以内|左右|上下|至少|至多|于"
)
_GAP = re.compile(rf"[0-9.,{_NUMERALS}]\s+[0-9.,{_NUMERALS}]|^\s*-\s+[0-9]")
_WIDE_COMMA = re.compile("(?<=[0-9])，|，(?=[0-9])")
_CALENDAR_YEAR = re.compile("(?:19|20)[0-9]{2}")
# What a figure in Chinese numerals may count. Without one of these (or a multiplier) 一 may be a misread dash, and
# 一般, 一流 or 三医 are no figures at all.
_MEASURES = frozenset(
    "个家所名人位户张套间处座片块项类种条次场期批支对组台辆部册本件份幢栋层门科大岁年月天日周元成倍"
)
_LONG_MEASURES = frozenset(
    ("人次", "场次", "家次", "户次", "小时", "公里", "周岁", "平方米", "套(间)", "场(次)")
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
        The set of values that the print states: equal for a point, open-ended for a bound, NaN for a vague point
        (``about`` names no width) and for no number.
    low_closed, high_closed : bool
        Whether the ends belong to the set.
    unit : str
        The unit without multiplier: ``22万人`` is 220000 ``人``; empty where there is no number.
    step : float
        The printing resolution in ``unit``: ``4.5`` has 0.1, ``22万人`` has 10000; 0 for an exact word (``百分百``).
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
        """The fields with NaN replaced: NaN is not equal to itself, but two readings of ``/`` are the same."""
        return tuple(None if value != value else value for value in vars(self).values())

    def __eq__(self, other: object) -> bool:
        return self._key() == other._key() if isinstance(other, Reading) else NotImplemented

    def __hash__(self) -> int:
        return hash(self._key())

    @property
    def box(self) -> tuple[float, float]:
        """The rounding box: ``low - step/2`` and ``high + step/2`` for a point or a range, the bound otherwise.

        >>> read("4.5个").box
        (4.45, 4.55)
        """
        if self.relation not in ("eq", "range"):
            return self.low, self.high
        half = Decimal(repr(self.step)) / 2
        return float(Decimal(repr(self.low)) - half), float(Decimal(repr(self.high)) + half)


def read(printed: str, unit: str | None = None) -> Reading:
    """Read a printed value.

    Parameters
    ----------
    printed : str
        The characters as printed; full-width signs and white space are understood.
    unit : str, optional
        The unit of the column or row header, with its multiplier (``万人``). It is used where the value prints
        none, and must agree where the value prints one.

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
    if not isinstance(printed, str):
        raise NotationError(
            f"cannot read {printed!r}: expected text as printed, got {type(printed).__name__}"
        )
    if unit is not None and not isinstance(unit, str):
        raise NotationError(f"cannot read {_quoted(printed)}: the unit is {unit!r}; give text or None")
    if max(len(printed), len(unit or "")) > _LONGEST_RAW:
        raise NotationError(
            f"cannot read {_quoted(printed)}: {len(printed):,} characters (unit: {len(unit or ''):,}) are too many for "
            "one value; split the cell"
        )
    return _read(printed, unit or "")


@functools.lru_cache(maxsize=65536)
def _read(printed: str, unit: str) -> Reading:
    text = _plain(printed)
    if text in BLANKS:
        return Reading(math.nan, "none", math.nan, math.nan, False, False, "", math.nan, "")
    if text in STATUSES:
        return _status(text, base_unit(unit)[0])
    if match := _WHOLE.fullmatch(text):
        _agree("%", unit, printed)
        return _reading("eq", Decimal(100), Decimal(0), "%", _note(match, printed))
    if match := _PERCENT.fullmatch(text):
        return _percent(match, printed, unit)
    if match := _FRACTION.fullmatch(text):
        return _fraction(match, printed, unit)
    if match := _RATIO.fullmatch(text):
        _agree(_RATIO_UNIT, unit, printed)
        number = _number(match["first"], printed)
        return _reading("eq", number, _resolution(number), _RATIO_UNIT, "")
    if match := _VALUE.fullmatch(text):
        return _value(match, printed, unit)
    raise NotationError(
        f"cannot read {_quoted(printed)}: expected a number with an optional comparator (>, ≥, 以上, 不少于 …) and unit, "
        "a status such as 全覆盖, or '/'; if the print is damaged, record a decision"
    )


def _quoted(printed: str) -> str:
    return repr(printed) if len(printed) <= _LONGEST else f"{printed[:20]!r}…"


def _plain(printed: str) -> str:
    """The text with half-width signs and without white space, if nothing in it is hidden or torn apart."""
    if _WIDE_COMMA.search(printed):
        raise NotationError(
            f"cannot read {_quoted(printed)}: a full-width comma beside a half-width digit separates two values or "
            "groups digits; split the cell or record a decision"
        )
    text = printed.translate(_SIGNS)
    if _GAP.search(text):
        raise NotationError(
            f"cannot read {_quoted(printed)}: white space inside a number; split the cell or join the digits"
        )
    text = re.sub(r"\s+", "", text)
    hidden = next((character for character in text if not character.isprintable()), None)
    if hidden:
        raise NotationError(
            f"cannot read {_quoted(printed)}: it holds the invisible character U+{ord(hidden):04X}; delete it"
        )
    if len(text) > _LONGEST:
        raise NotationError(
            f"cannot read {_quoted(printed)}: {len(text)} characters are too many for one value; split the cell"
        )
    return text


def _status(word: str, unit: str) -> Reading:
    """全覆盖 of a share is the number 100; of anything else it is a status."""
    if unit == "%" and word in ("全覆盖", "全域覆盖", "全民覆盖"):
        return _reading("eq", Decimal(100), Decimal(0), "%", word)
    return Reading(math.nan, "none", math.nan, math.nan, False, False, "", math.nan, word)


def _relation(match: re.Match, printed: str) -> str:
    prefix, suffix = match["prefix"], match["suffix"]
    if prefix and suffix:
        raise NotationError(
            f"cannot read {printed!r}: two comparators, {prefix} and {suffix}; record a decision"
        )
    return _RELATION_OF_PREFIX.get(prefix) or _RELATION_OF_SUFFIX.get(suffix) or "eq"


def _note(match: re.Match, printed: str) -> str:
    """The bracketed remark; one that counts, bounds or denies would change what the figure says."""
    note = match["note"] or ""
    if _NOT_IN_NOTES.search(note):
        raise NotationError(
            f"cannot read {printed!r}: the remark ({note}) bears on the figure; record a decision"
        )
    return note


def _value(match: re.Match, printed: str, header: str) -> Reading:
    relation, note = _relation(match, printed), _note(match, printed)
    own = (match["multiplier"] or "") + match["unit"]
    _check_kind(match, own, printed)
    shift, unit = _shift_and_unit(own, header, printed)
    first = _number(match["first"], printed)
    low, step = first.scaleb(shift), _resolution(first).scaleb(shift)
    if match["second"] is None:
        return _reading(relation, low, step, unit, note)
    second = _number(match["second"], printed)
    high, step = second.scaleb(shift), max(step, _resolution(second).scaleb(shift))
    if relation != "eq" or high <= low or (match["first_percent"] and unit != "%"):
        raise NotationError(f"cannot read {printed!r}: not a range from a lower to a higher number")
    return Reading(math.nan, "range", float(low), float(high), True, True, unit, float(step), note)


def _check_kind(match: re.Match, own: str, printed: str) -> None:
    """Refuse what has the form of a figure and is something else: a date, a dash, a word, a power of a percentage."""
    ends = [text for text in (match["first"], match["second"]) if text]
    years = [text for text in ends if _CALENDAR_YEAR.fullmatch(text)]
    if years and (own == "年" or (len(ends) == 2 and len(years) == 2)):
        raise NotationError(
            f"cannot read {printed!r}: it is a calendar year, not a figure; record a decision"
        )
    unit = match["unit"]
    numeral = any(not text[-1].isascii() for text in ends)
    if numeral and not (unit in _MEASURES or unit in _LONG_MEASURES or (match["multiplier"] and not unit)):
        raise NotationError(
            f"cannot read {printed!r}: a Chinese numeral without a measure word may be a dash or part of a word; "
            "record a decision"
        )
    if match["multiplier"] and unit in ("%", "‰"):
        raise NotationError(f"cannot read {printed!r}: {own} is no unit; record a decision")


def _agree(own: str, header: str, printed: str) -> None:
    """The unit that a value prints and that of its header must be the same."""
    unit = base_unit(header)[0]
    if unit and own != unit:
        shown = own or "none (a fraction)"
        raise NotationError(
            f"cannot read {printed!r}: it prints the unit {shown}, the header {unit[:_LONGEST]}; record a decision"
        )


def _shift_and_unit(own: str, header: str, printed: str) -> tuple[int, str]:
    """The power of ten and the base unit of a value, from its own unit or the header's, which must not differ."""
    header_unit, header_shift = base_unit(header)
    own_unit, own_shift = base_unit(own)
    if own_unit:
        _agree(own_unit, header, printed)
        return own_shift, own_unit
    if header_unit and not _UNIT_ALONE.fullmatch(header_unit):
        raise NotationError(
            f"cannot read {printed!r}: its header's unit {header_unit[:_LONGEST]!r} is not one that can be told from a "
            "figure; decide printed_unit, for instance as the plain measure word"
        )
    return (own_shift if own else header_shift), header_unit


@functools.lru_cache(maxsize=1024)
def base_unit(unit: str) -> tuple[str, int]:
    """Split a printed unit into the unit without multiplier and the multiplier's power of ten.

    >>> base_unit("万套〔间〕")
    ('套(间)', 4)
    >>> base_unit("%")
    ('%', 0)
    """
    text = re.sub(r"\s+", "", unit.translate(_SIGNS))
    match = re.match(rf"{_MULTIPLIER}", text)
    return (text[match.end() :], _MULTIPLIERS[match.group()]) if match else (text, 0)


def _percent(match: re.Match, printed: str, header: str) -> Reading:
    unit = {"百": "%", "千": "‰"}[match["whole"]]
    _agree(unit, header, printed)
    number = _number(match["first"], printed)
    return _reading(_relation(match, printed), number, _resolution(number), unit, "")


def _fraction(match: re.Match, printed: str, header: str) -> Reading:
    _agree("", header, printed)
    below, above = _number(match["below"], printed), _number(match["above"], printed)
    if not below:
        raise NotationError(f"cannot read {printed!r}: a fraction of zero parts")
    relation = _RELATION_OF_SUFFIX.get(match["suffix"], "eq")
    return _reading(relation, above / below, Decimal(0), "", "")


def _number(text: str, printed: str) -> Decimal:
    if not text[-1].isascii():
        return Decimal(_chinese_integer(text, printed))
    if sum(character.isdigit() for character in text) > _MOST_DIGITS:
        raise NotationError(
            f"cannot read {printed!r}: more than {_MOST_DIGITS} digits in one number; split the cell"
        )
    return Decimal(text.replace(",", ""))


_DIGITS = {character: number for number, character in enumerate("零一二三四五六七八九")}
_SCALES = {"十": 10, "百": 100, "千": 1000}


def _chinese_integer(text: str, printed: str) -> int:
    """Read a Chinese numeral below ten thousand: 三, 两, 十二, 百 (as in 百家), 三百二十.

    Only the full form is read: 一百五 is 150 to one reader and 105 to another, 三四 is three or four.
    """
    plain = text.replace("〇", "零").replace("两", "二")
    total, pending = 0, 1
    for character in plain:
        scale = _SCALES.get(character)
        if scale is None:
            pending = _DIGITS[character]
        else:
            total, pending = total + pending * scale, 0
    total += pending if plain[-1] in _DIGITS else 0
    full = _chinese_numeral(total)
    if plain not in (full, full.removeprefix("一") if plain[0] in _SCALES else full):
        raise NotationError(
            f"cannot read {printed!r}: {text} is not a Chinese numeral in full form; record a decision"
        )
    return total


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
    """Write a reading in its canonical form, so that ``read(write(r)) == r``.

    >>> write(read("不少于5万个")), write(read("8.5%以内")), write(read("1—2家")), write(read("/"))
    ('≥5万个', '≤8.5%', '1—2家', '/')
    """
    if reading.relation == "none":
        return reading.note or "/"
    note = f"({reading.note})" if reading.note else ""
    if reading.step == 0:
        return _write_exact(reading) + note
    multiplier, shift = _multiplier(reading.step)
    if reading.relation == "range":
        ends = "—".join(_digits(end, reading.step, shift) for end in (reading.low, reading.high))
    else:
        ends = _digits(reading.value, reading.step, shift)
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
    """Print a number at its resolution; an end of a range that is finer than the other keeps its own decimals."""
    number = Decimal(repr(value)).scaleb(-shift)
    shown = number.quantize(Decimal(1).scaleb(min(0, round(math.log10(step)) - shift)))
    return f"{shown if shown == number else number.normalize():f}"
