"""The thresholds of the checks, in one place; each finding prints the one that it was held against."""

from __future__ import annotations

from dataclasses import dataclass, fields

from qiyou.errors import DataError


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Thresholds of the checks. Those of C6, and the band of C10, are conventions of this library.

    Attributes
    ----------
    step_share : float
        C6: largest step share above which a path counts as concentrated.
    back_load, front_load : float
        C6: back-load index above which change comes late, below whose negative it comes early.
    shape_values : int
        C7: printed values that a path needs before its shape is named.
    past_points : int
        C8: observed values needed, on one basis.
    miss_on, miss_off : float
        C8: Destatis' limits of the miss share (5% and 20%).
    ratio_on, ratio_off : float
        C8: Statistics Canada's limits of the ratio (0.95 and 0.60).
    extrapolation_points : int
        C9: observed values needed, on one basis.
    level : float
        C9: coverage of the prediction interval.
    reference_least : int
        C10: realised changes needed.
    reference_pass, reference_question : float
        C10: percentiles, in percent.
    reference_confidence : float
        C10: confidence of the Clopper-Pearson interval.
    level_factor : float
        C10: a realised change counts if it starts between base/factor and base*factor.
    spell_years_least, spell_years : int
        C10: shortest and longest spell. E3 is defined by realised *multi-year* changes (methods of plausibility,
        section 0): a plan asks for a pace that is kept up for years, and the change of a single year, which
        carries the whole rounding of two printed values and any recount between them, is no measure of that.
    peers_least : int
        C11: places needed.
    peer_deviations : float
        C11: standard deviations beyond which a value is noted.
    shared_places, shared_share : int, float
        C12: an end value is common if at least this share of at least so many places have it.
    identical_values : int
        C12: planned values that identical paths must have.

    Examples
    --------
    >>> Settings(step_share=0.6).step_share
    0.6
    """

    step_share: float = 0.5
    back_load: float = 0.15
    front_load: float = 0.15
    shape_values: int = 5
    past_points: int = 4
    miss_on: float = 0.05
    miss_off: float = 0.20
    ratio_on: float = 0.95
    ratio_off: float = 0.60
    extrapolation_points: int = 5
    level: float = 0.95
    reference_least: int = 20
    reference_pass: float = 75.0
    reference_question: float = 80.0
    reference_confidence: float = 0.95
    level_factor: float = 1.5
    spell_years_least: int = 2
    spell_years: int = 5
    peers_least: int = 8
    peer_deviations: float = 1.0
    shared_places: int = 4
    shared_share: float = 0.5
    identical_values: int = 3

    def __post_init__(self):
        for field in fields(self):
            if not getattr(self, field.name) > 0:
                raise DataError(
                    f"the setting {field.name} is {getattr(self, field.name)!r}; it has to be positive"
                )
        if self.miss_on > self.miss_off or self.ratio_off > self.ratio_on:
            raise DataError("miss_on must not exceed miss_off, nor ratio_off ratio_on; swap them")
        if self.reference_pass > self.reference_question:
            raise DataError("reference_pass must not exceed reference_question; swap them")
        if self.spell_years_least > self.spell_years:
            raise DataError("spell_years_least must not exceed spell_years; swap them")
        if not (self.level < 1 and self.reference_confidence < 1):
            raise DataError("level and reference_confidence are shares below 1, such as 0.95")
        if self.level_factor < 1:
            raise DataError("level_factor is at least 1: a start between base/factor and base*factor counts")
