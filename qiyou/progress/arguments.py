"""What every method is given: a direction, a printing step, a target with its year."""

from __future__ import annotations

from typing import Literal

from qiyou.errors import DataError
from qiyou.history import checked_number, checked_whole

Direction = Literal["up", "down", "at_least", "at_most", 1, -1]
_SIGNS = {"up": 1, "at_least": 1, "down": -1, "at_most": -1}


def sign_of(direction: object) -> int:
    """Return +1 where more is better and −1 where less is better."""
    if isinstance(direction, str) and direction in _SIGNS:
        return _SIGNS[direction]
    if not isinstance(direction, str | bool) and direction in (1, -1):
        return int(direction)
    raise DataError(f"direction is {direction!r}: it must be 'up', 'down', 'at_least', 'at_most', +1 or -1.")


def checked_step(step: object) -> float | None:
    """Return the printing resolution as a positive number, or None where it is not known."""
    if step is None:
        return None
    number = checked_number("step", step)
    if number <= 0:
        raise DataError(f"step is {number:g}: the printing resolution is positive, such as 0.1 for '4.5'.")
    return number


def checked_target(target_year: object, target: object, year: int) -> tuple[int | None, float | None]:
    """Return target year and target, both or neither, with the year not before the latest observation."""
    if target is None and target_year is None:
        return None, None
    if target is None or target_year is None:
        missing = "target" if target is None else "target_year"
        raise DataError(f"{missing} is missing: pass target and target_year together, or neither.")
    by, aim = checked_whole("target_year", target_year), checked_number("target", target)
    if by < year:
        raise DataError(
            f"The target year {by} lies before the latest year {year}: leave out what was observed later, "
            "or pass a later target."
        )
    return by, aim
