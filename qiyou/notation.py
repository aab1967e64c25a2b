"""Reading printed values: ``>85%``, ``8.5%以内``, ``22万人``, ``100(通过省级评估)``, ``1—2家``, ``/``.

A printed value is more than a number: it is a bound or a point, it has a unit, and it has a printing
resolution. :func:`read` returns all of that as a :class:`Reading`, or raises :class:`NotationError`; it never
guesses. :func:`write` gives the canonical form, and ``read(write(r)) == r``.

Bounds follow the Civil Code of China, Article 1259: 以上, 以下 and 以内 include the number itself, 超过 and 不满
exclude it.

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

__all__ = ["RELATIONS", "STATUSES", "Reading", "base_unit", "read", "write"]

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

_BLANKS = ("", "/", "-", "—", "–", "——", "…", "……", "无")
_LONGEST = 60
_MULTIPLIERS = {"": 0, "千": 3, "万": 4, "十万": 5, "百万": 6, "千万": 7, "亿": 8, "百亿": 10, "千亿": 11, "万亿": 12}

_FULLWIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)}
_SIGNS = str.maketrans(
    {**_FULLWIDTH, "〔": "(", "〕": ")", "﹥": ">", "﹤": "<", "≧": "≥", "≦": "≤", "−": "-", "㎡": "平方米", "　": ""}
)
_PREFIXES = {
    "ge": ("不少于", "不低于", "不小于", "大于等于", "≥", ">=", "至少"),
    "gt": ("超过", "突破", "大于", "高于", "多于", "超", ">"),
    "le": ("不超过", "不高于", "不多于", "不大于", "小于等于", "≤", "<=", "至多"),
    "lt": ("小于", "低于", "少于", "不足", "不满", "<"),
    "about": ("大约", "约", "近"),
}
_SUFFIXES = {"ge": ("以上", "及以上"), "le": ("以下", "及以下", "以内"), "about": ("左右", "上下")}
_RELATION_OF_PREFIX = {word: relation for relation, words in _PREFIXES.items() for word in words}
_RELATION_OF_SUFFIX = {word: relation for relation, words in _SUFFIXES.items() for word in words}


def _alternatives(words) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


_NUMBER = r"-?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?"
_CHINESE = "[零〇一二两三四五六七八九十百千]+"
_MULTIPLIER = _alternatives(word for word in _MULTIPLIERS if word)
# A unit is a few Chinese characters (元/月, 套(间)) without numerals; it is matched lazily, so that a comparator
# behind it stays a comparator.
_HAN = "(?:[㐀-鿿](?<![零〇一二两三四五六七八九十百千万亿]))"
_UNIT = rf"|[%‰]|(?:{_HAN}(?:{_HAN}|/|\({_HAN}{{1,2}}\)){{0,7}}?)"
_VALUE = re.compile(
    rf"""(?P<prefix>{_alternatives(_RELATION_OF_PREFIX)})?
    (?P<verb>(?<=至少){_HAN}{{1,3}}?)?
    (?P<first>{_NUMBER}|{_CHINESE})
    (?:(?P<first_percent>%)?(?:-|—|–|~|至|到)(?P<second>{_NUMBER}|{_CHINESE}))?
    (?P<multiplier>{_MULTIPLIER})?
    (?P<unit>{_UNIT})
    (?P<suffix>{_alternatives(_RELATION_OF_SUFFIX)})?
    (?:\((?P<note>[^()]{{3,}})\))?""",
    re.VERBOSE,
)
_RATIO = re.compile(rf"(?P<first>{_NUMBER}):1")
_FRACTION = re.compile(
    rf"(?P<below>[0-9]+|{_CHINESE})分之(?P<above>[0-9]+|{_CHINESE})(?P<suffix>{_alternatives(_RELATION_OF_SUFFIX)})?"
)
_WHOLE = ("百分百", "百分之百")
_RATIO_UNIT = ":1"


@dataclass(frozen=True)
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
        The unit without multiplier: ``22万人`` is 220000 ``人``.
    step : float
        The printing resolution in ``unit``: ``4.5`` has 0.1, ``22万人`` has 10000; 0 for an exact word (``百分百``).
    note : str
        A bracketed remark of the print, or the status word.
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
        raise NotationError(f"cannot read {printed!r}: expected text as printed, got {type(printed).__name__}")
    return _read(printed, unit or "")


@functools.lru_cache(maxsize=65536)
def _read(printed: str, unit: str) -> Reading:
    text = printed.translate(_SIGNS)
    if re.search(r"[0-9.]\s+[0-9.]", text):
        raise NotationError(f"cannot read {printed!r}: white space inside a number; split the cell or join the digits")
    text = re.sub(r"\s+", "", text)
    if len(text) > _LONGEST:
        raise NotationError(
            f"cannot read {printed[:20]!r}…: {len(text)} characters are too many for one value; split the cell"
        )
    if text in _BLANKS:
        return Reading(math.nan, "none", math.nan, math.nan, False, False, base_unit(unit)[0], math.nan, "")
    if text in STATUSES:
        return _status(text, base_unit(unit)[0])
    if text in _WHOLE:
        return _reading("eq", Decimal(100), Decimal(0), "%", "")
    if match := _FRACTION.fullmatch(text):
        return _fraction(match, printed)
    if match := _RATIO.fullmatch(text):
        number = Decimal(match["first"].replace(",", ""))
        return _reading("eq", number, _resolution(number), _RATIO_UNIT, "")
    if match := _VALUE.fullmatch(text):
        return _value(match, printed, unit)
    raise NotationError(
        f"cannot read {printed!r}: expected a number with an optional comparator (>, ≥, 以上, 不少于 …) and unit, "
        "a status such as 全覆盖, or '/'; if the print is damaged, record a decision"
    )


def _status(word: str, unit: str) -> Reading:
    """全覆盖 of a share is the number 100; of anything else it is a status."""
    if unit == "%" and word in ("全覆盖", "全域覆盖", "全民覆盖"):
        return _reading("eq", Decimal(100), Decimal(0), "%", word)
    return Reading(math.nan, "none", math.nan, math.nan, False, False, unit, math.nan, word)


def _value(match: re.Match, printed: str, header: str) -> Reading:
    prefix, suffix = match["prefix"], match["suffix"]
    if prefix and suffix:
        raise NotationError(f"cannot read {printed!r}: two comparators, {prefix} and {suffix}; record a decision")
    relation = _RELATION_OF_PREFIX.get(prefix) or _RELATION_OF_SUFFIX.get(suffix) or "eq"
    if any(word in match["unit"] for word in _RELATION_OF_SUFFIX):
        raise NotationError(f"cannot read {printed!r}: two comparators behind the number; record a decision")
    own = (match["multiplier"] or "") + match["unit"]
    shift, unit = _shift_and_unit(own, header, printed)
    low = _number(match["first"]).scaleb(shift)
    step = _resolution(_number(match["first"])).scaleb(shift)
    note = match["note"] or ""
    if match["second"] is None:
        return _reading(relation, low, step, unit, note)
    high = _number(match["second"]).scaleb(shift)
    if relation != "eq" or high <= low:
        raise NotationError(f"cannot read {printed!r}: not a range from a lower to a higher number")
    step = max(step, _resolution(_number(match["second"])).scaleb(shift))
    return Reading(math.nan, "range", float(low), float(high), True, True, unit, float(step), note)


def _shift_and_unit(own: str, header: str, printed: str) -> tuple[int, str]:
    """The power of ten and the base unit of a value, from its own unit or the header's, which must not differ."""
    header_unit, header_shift = base_unit(header)
    own_unit, own_shift = base_unit(own)
    if not own:
        return header_shift, header_unit
    if not own_unit:
        return own_shift, header_unit
    if header_unit and own_unit != header_unit:
        raise NotationError(
            f"cannot read {printed!r}: it prints the unit {own_unit}, the header {header_unit}; record a decision"
        )
    return own_shift, own_unit


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


def _fraction(match: re.Match, printed: str) -> Reading:
    below, above = _number(match["below"]), _number(match["above"])
    if not below:
        raise NotationError(f"cannot read {printed!r}: a fraction of zero parts")
    relation = _RELATION_OF_SUFFIX.get(match["suffix"], "eq")
    return _reading(relation, above / below, Decimal(0), "", "")


def _number(text: str) -> Decimal:
    return Decimal(text.replace(",", "")) if text[-1].isascii() else Decimal(_chinese_integer(text))


def _chinese_integer(text: str) -> int:
    """Read a Chinese numeral below ten thousand: 三, 两, 十二, 百 (as in 百家), 三百二十."""
    digits = {character: number for number, character in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
    total, pending, last_scale = 0, None, 10_000
    for character in text:
        scale = {"十": 10, "百": 100, "千": 1000}.get(character)
        if scale is None:
            if pending not in (None, 0):
                raise NotationError(f"cannot read {text!r}: two Chinese digits in a row; record a decision")
            pending = digits[character]
        elif scale >= last_scale:
            raise NotationError(f"cannot read {text!r}: Chinese scales out of order; record a decision")
        else:
            total += (1 if pending is None else pending) * scale
            pending, last_scale = None, scale
    return total + (pending or 0)


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
    if reading.step == 0:
        return _write_exact(reading)
    note = f"({reading.note})" if reading.note else ""
    if reading.unit == _RATIO_UNIT:
        return _write_number(reading.value, reading.step)[0] + _RATIO_UNIT
    if reading.relation == "range":
        low, multiplier = _write_number(reading.low, reading.step)
        high, _ = _write_number(reading.high, reading.step)
        return f"{low}—{high}{multiplier}{reading.unit}{note}"
    number, multiplier = _write_number(reading.value, reading.step)
    return f"{_WRITTEN_PREFIX[reading.relation]}{number}{multiplier}{reading.unit}{note}"


def _write_exact(reading: Reading) -> str:
    if reading.unit == "%":
        return reading.note or "百分百"
    parts = Fraction(reading.value).limit_denominator(10_000)
    suffix = {"eq": "", "ge": "以上", "le": "以下", "about": "左右"}[reading.relation]
    return f"{parts.denominator}分之{parts.numerator}{suffix}"


def _write_number(value: float, step: float) -> tuple[str, str]:
    """Print a number at its resolution, with the multiplier that a resolution above one needs."""
    power = round(math.log10(step))
    multiplier, shift = "", 0
    if power > 0:
        multiplier, shift = ("万", 4) if power <= 4 else ("亿", 8) if power <= 8 else ("万亿", 12)
    number = Decimal(repr(value)).scaleb(-shift).quantize(Decimal(1).scaleb(min(0, power - shift)))
    return f"{number:f}", multiplier
