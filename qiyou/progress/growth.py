"""Growth from the base year to the latest year, observed and required: what three of the methods rest on."""

from __future__ import annotations

import math
from dataclasses import dataclass

from qiyou.errors import DataError
from qiyou.history import checked_number, checked_whole
from qiyou.progress.arguments import checked_step, checked_target, sign_of

NEAR_BASE = 0.01
"""Relative distance from the base within which a target can make a ratio explode (our convention)."""
EXPLODING_RATIO = 10.0
"""Size from which a ratio to so near a target is called unstable (our convention)."""


@dataclass(frozen=True)
class Growth:
    """One series between its base and its latest year: what the growth-rate methods share."""

    d: int
    base: float
    value: float
    elapsed: int
    target: float | None
    horizon: int | None
    step: float | None

    @property
    def sign(self) -> int:
        # Of two negative values the one nearer zero is the larger, yet its growth rate is negative.
        return -1 if self.base < 0 else 1

    @property
    def cagr(self) -> float:
        return (self.value / self.base) ** (1 / self.elapsed) - 1

    @property
    def progress(self) -> float:
        return self.sign * self.d * self.cagr

    @property
    def cagr_target(self) -> float | None:
        return None if self.target is None else (self.target / self.base) ** (1 / self.horizon) - 1

    @property
    def achieved(self) -> bool:
        return self.target is not None and self.d * self.value >= self.d * self.target

    @property
    def ratio(self) -> float | None:
        return None if self.target is None else divided(self.progress, abs(self.cagr_target))

    def flags(self, ratio: float) -> tuple[str, ...]:
        if self.target is None:
            return ()
        met = self.d * self.base >= self.d * self.target
        unstable = _unstable(self.base, self.target, ratio, self.step)
        return (("RATIO_UNSTABLE",) if unstable else ()) + (("MET_AT_BASELINE",) if met else ())


def between(base_year, base_value, year, value, direction, target_year, target, step) -> Growth:
    """Growth between two observed values, once the arguments of a growth-rate method are checked."""
    d = sign_of(direction)
    t0, t = checked_whole("base_year", base_year), checked_whole("year", year)
    y0, y = checked_number("base_value", base_value), checked_number("value", value)
    if t <= t0:
        raise DataError(
            f"The latest year {t} does not come after the base year {t0}: "
            "two observations in order of time are needed."
        )
    by, aim = checked_target(target_year, target, t)
    if y0 == 0:
        raise DataError(
            f"The base value of {t0} is zero, and growth from zero has no rate: take a later base year or "
            "use destatis; a small number in its place would decide the result."
        )
    if y * math.copysign(1, y0) < 0:
        raise DataError(
            f"The values change sign, from {y0:g} in {t0} to {y:g} in {t}: a growth rate needs values of one "
            "sign; use destatis."
        )
    if aim == 0:
        raise DataError(
            "The target is zero, and no growth rate leads there: use destatis; Statistics Canada takes 0.001 "
            "instead, and whoever means that has to pass target=0.001."
        )
    if aim is not None and aim * math.copysign(1, y0) < 0:
        raise DataError(
            f"The base {y0:g} and the target {aim:g} differ in sign: no growth rate leads from one to the "
            "other; use destatis."
        )
    return Growth(d, y0, y, t - t0, aim, None if by is None else by - t0, checked_step(step))


def divided(part: float, whole: float) -> float:
    """Divide by a required change; where none is required any change is infinitely much, and none is 0."""
    if whole != 0:
        return part / whole
    return math.copysign(math.inf, part) if part else 0.0


def _unstable(base: float, target: float, ratio: float, step: float | None) -> bool:
    """Say whether the target is too near the base for a ratio: ``RATIO_UNSTABLE`` of `qiyou.progress`."""
    distance = abs(target - base)
    # Decimal steps are not exact in binary: 100.1 - 100 has to count as one step of 0.1.
    if step is not None and distance <= 2 * step * (1 + 1e-9):
        return True
    return distance == 0 or (distance <= NEAR_BASE * abs(base) and abs(ratio) >= EXPLODING_RATIO)
