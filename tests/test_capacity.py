"""Implied stocks, announced supply, children: worked numbers, exact splits, worst cases, what is refused."""

from __future__ import annotations

import dataclasses
import re
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from qiyou import capacity, words
from qiyou.capacity import population as ground
from qiyou.capacity import stocks
from qiyou.errors import DataError

AREA = "sports_area_per_capita"
NURSERY = "nursery_places_per_1000"
SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"


def targets(levels, years=(2022, 2027), *, indicator=AREA, step=0.1, relation="eq"):
    """One path; `levels` as printed, `step` and `relation` for all of them or one each."""
    n = len(levels)
    steps = np.broadcast_to(step, n)
    relations = [relation] * n if isinstance(relation, str) else list(relation)
    low = [value if kind in ("eq", "ge") else np.nan for value, kind in zip(levels, relations, strict=True)]
    high = [
        {"eq": value, "ge": np.inf}.get(kind, np.nan) for value, kind in zip(levels, relations, strict=True)
    ]
    return pd.DataFrame(
        {
            "document": "plan",
            "place": "yuhuan",
            "indicator": indicator,
            "variant": "",
            "year": list(years)[:n],
            "role": ["baseline", *["target"] * (n - 1)],
            "printed": [str(value) for value in levels],
            "value": [
                value if kind != "none" else np.nan for value, kind in zip(levels, relations, strict=True)
            ],
            "relation": relations,
            "low": low,
            "high": high,
            "low_closed": True,
            "high_closed": [kind == "eq" for kind in relations],
            "step": steps,
        }
    )


def population(low, high=None, years=(2022, 2027), *, rate=0.0, rates=None, anchor=2021):
    """One scenario; the rows rest on one observation unless `anchor` gives one for each year."""
    low = np.broadcast_to(np.asarray(low, dtype=float), len(years))
    high = low if high is None else np.broadcast_to(np.asarray(high, dtype=float), len(years))
    bounds = (rate, rate) if rates is None else rates
    return pd.DataFrame(
        {
            "place": "yuhuan",
            "group": "resident",
            "scenario": "flat",
            "year": pd.array(years, dtype="Int64"),
            "value": (low + high) / 2,
            "low": low,
            "high": high,
            "anchor": pd.array(np.broadcast_to(anchor, len(years)), dtype="Int64"),
            "rate": rate,
            "rate_low": bounds[0],
            "rate_high": bounds[1],
            "basis": "year_end_resident",
            "source": "somebody",
            "grade": "secondary",
            "status": "assessable",
            "reason": "",
            "printed": "",
            "beside": "",
        }
    )


INDICATORS = pd.DataFrame(
    {
        "id": [AREA, NURSERY, "per_10000", "homes", "share", "odd"],
        "unit": ["平方米/人", "个/千人", "个/万人", "套", "%", "个/户"],
        "kind": ["density", "density", "density", "stock", "share", "density"],
        "denominator": [
            *("resident population", "1,000 resident population", "10,000 resident population"),
            *("", "all places", "households"),
        ],
        "direction": "up",
        "lower": 0.0,
        "upper": np.nan,
    }
)


BARE = SimpleNamespace(
    indicators=INDICATORS, sources=pd.DataFrame({"id": ["somebody"], "grade": ["secondary"]})
)


def added(rows, people, **options):
    return capacity.additions(BARE, rows=rows, people=people, **options)


def changed(data, **tables):
    return dataclasses.replace(data, **tables)


# ----------------------------------------------------------------------------------- worked numbers


def test_a_tenth_of_a_square_metre_for_648000_residents_is_64800(data):
    rows = capacity.additions(data, "yuhuan", AREA, whole=False).query("scenario == 'flat' and year == 2023")
    row = rows.iloc[0]
    assert row["value"] == pytest.approx(64_800) and row["unit"] == "平方米"
    assert (row["population"], row["population_low"]) == (648_000, 647_500)
    # The base is known to 0.05, so the first step may be half as large again or half of it.
    assert row["low"] == pytest.approx((2.8 - 2.75) * 647_500)
    assert row["high"] == pytest.approx((2.8 - 2.65) * 648_500)
    # Two targets are exact: only the rounding of the population is left.
    later = capacity.additions(data, "yuhuan", AREA, whole=False).query("scenario == 'flat' and year == 2024")
    assert later[["low", "high"]].iloc[0].tolist() == pytest.approx([64_750, 64_850])


def test_a_years_courts_and_gyms_come_to_about_7000_to_12500(data):
    projects = capacity.supply(data, "yuhuan", 2023)
    counted = projects[projects["part"].eq("counted")]
    assert counted[["low", "high"]].sum().tolist() == pytest.approx([7_083.32, 12_498.19])
    unsized = projects[projects["part"].eq("size_not_known")]
    assert unsized["facility"].tolist() == ["village_fitness_square", "pocket_park", "youth_sports_space"]
    assert unsized["count"].tolist() == [1, 5, 20] and unsized["low"].isna().all()


def test_facilities_of_no_printed_kind_stand_apart(data):
    projects = capacity.supply(data, "yuhuan", 2024)
    row = projects[projects["part"] == "kind_not_printed"].iloc[0]
    assert (row["printed"], row["phrase"]) == ("14个", "基层体育场地设施")
    assert (row["low"], row["high"]) == pytest.approx((560, 40_600), rel=0.005)
    for lang, forbidden in (("zh", ("球场", "健身房")), ("en", ("court", "gym"))):
        name = words.group("facility", lang)[row["facility"]]
        assert not any(word in name for word in forbidden)
    assert "kind_not_printed" not in set(capacity.supply(data, "yuhuan", 2023)["part"])


def test_89_km_of_trail_are_about_0_30_a_head(data):
    trail = capacity.supply(data, "yuhuan", 2024).query("part == 'trail'").iloc[0]
    people = capacity.populations(data, "yuhuan", 2024).query("scenario == 'flat'")["value"].item()
    assert trail["size_low"] == pytest.approx(2_200, rel=0.01)
    assert 89 * trail["size_low"] / people == pytest.approx(0.30, abs=0.005)
    # A length is measured: 89 km stands for 88.5 to 89.5.
    assert (trail["low"], trail["high"]) == pytest.approx(
        (88.5 * trail["size_low"], 89.5 * trail["size_high"])
    )


def test_the_trails_decide_whether_the_sports_area_of_2027_is_covered(data):
    row = capacity.balance(data, "yuhuan", AREA, until=2027).iloc[0]
    assert (row["need_low"] / 1e4, row["need_high"] / 1e4) == pytest.approx((29.1375, 44.2031), abs=1e-4)
    assert (row["without_low"] / 1e4, row["without_high"] / 1e4) == pytest.approx((0.8, 5.3), abs=0.05)
    assert (row["with_low"] / 1e4, row["with_high"] / 1e4) == pytest.approx((20, 32), abs=0.5)
    assert row["code"] == "DEPENDS_ON:trails"
    assert row["without_share_high"] < 1 < row["with_share_high"]
    assert row["scenarios"] == "flat; province_trend" and row["base_document"] == "yuhuan-plan-2023"


def test_the_trail_decides_whether_the_work_list_is_covered(data):
    frame = capacity.balance(data, "yuhuan", AREA, until=2024).set_index("document")
    work = frame.loc["yuhuan-worklist-2024"]
    assert work["need_low"] == pytest.approx((3.1 - 2.75) * 647_500)
    assert work["need_low"] < work["need_high"] < 3.1 * 664_000 - 2.65 * 652_000
    assert work["without_high"] < work["need_low"] < work["with_high"]
    assert (work["code"], work["relation"]) == ("DEPENDS_ON:trails", "ge")
    assert work["base_document"] == "yuhuan-plan-2023"
    assert {"yuhuan-plan-2023", "yuhuan-worklist-2024"} <= set(work["source"].split("; "))


def test_nursery_places_a_year_and_institutions(data):
    rows = capacity.additions(data, "yuhuan", NURSERY)
    hull = capacity.span(rows).iloc[0]
    assert (hull["per_year_low"], hull["per_year_high"]) == pytest.approx((210.4, 242.1), abs=0.05)
    # 7543/216 to 20144/415 places in an institution
    assert hull["institutions_low"] == pytest.approx(hull["per_year_low"] * 415 / 20144)
    assert hull["institutions_high"] == pytest.approx(hull["per_year_high"] * 216 / 7543)
    assert 4 < hull["institutions_low"] < hull["institutions_high"] < 7
    # A target of 4 places asks for 4: after 3.87 that is a rise, whatever is rounded.
    first = capacity.additions(data, "yuhuan", NURSERY, whole=False).query("year == 2023 and reason == ''")
    assert (first["low"] > 80).all() and (first["high"] < 110).all()
    beds = capacity.additions(data, "yuhuan", "beds_per_1000")
    assert beds["institutions_low"].isna().all()


# -------------------------------------------------------------------------------------- populations


def test_three_observations_on_three_bases_make_no_trend(data):
    frame = capacity.populations(data, "yuhuan", 2027).set_index("scenario")
    seen = data.observations.query("place == 'yuhuan' and indicator == 'population_resident'")
    assert seen["basis"].nunique() == len(seen) == 3
    own = frame.loc["own_trend"]
    assert own["reason"] == "ONE_OBSERVATION" and np.isnan(own["value"])
    flat = frame.loc["flat"]
    assert flat[["value", "low", "high"]].tolist() == [648_000, 647_500, 648_500]
    assert (flat["basis"], flat["anchor"], flat["printed"]) == ("year_end_resident", 2021, "64.8万人")
    # The census count stands beside it, never in it.
    assert flat["beside"].split("; ") == ["census_2020 2020: 644014", "pre_census_average 2019: 62.95万人"]


def test_the_provinces_rate_is_that_of_its_year_end_series(data):
    row = capacity.populations(data, "yuhuan", 2027).set_index("scenario").loc["province_trend"]
    assert row["rate"] == pytest.approx((6670 / 6468) ** (1 / 4) - 1)
    assert row["value"] == pytest.approx(648_000 * (6670 / 6468) ** (6 / 4))
    # 6468 is derived from two printed figures and carries both roundings.
    assert row["rate_low"] == pytest.approx((6669.5 / 6469) ** (1 / 4) - 1)
    assert row["low"] < row["value"] < row["high"]
    assert {"yuhuan_2022_communique_2021", "derived_zhejiang_2020_population"} <= set(
        row["source"].split("; ")
    )
    assert row["grade"] == "secondary; derived"


def without_people(data, *places):
    seen = data.observations
    lost = seen["place"].isin(places) & (seen["indicator"] == "population_resident")
    return changed(data, observations=seen[~lost])


def test_a_missing_population_is_not_assessable_and_stays_so(data):
    bare = without_people(data, "cixi", "haishu")
    frame = capacity.populations(bare, ["cixi", "haishu"], [2022, 2027])
    assert set(frame["status"]) == {"not assessable"} and set(frame["reason"]) == {"NO_POPULATION"}
    assert frame[["value", "low", "high"]].isna().all(axis=None)
    for made in (capacity.stock, capacity.additions):
        out = made(bare, "cixi", NURSERY)
        assert set(out["status"]) == {"not assessable"}
        assert out[["value", "low", "high"]].isna().all(axis=None)
    assert set(capacity.balance(bare, "cixi", NURSERY)["code"]) == {"NO_POPULATION"}


def test_only_a_count_from_before_the_census_is_not_assessable(data):
    only = data.observations.query("place == 'yuhuan' and basis == 'pre_census_average'")
    row = capacity.populations(changed(data, observations=only), "yuhuan", 2027).iloc[0]
    assert (row["scenario"], row["reason"]) == ("flat", "NO_POPULATION")
    assert row["beside"].startswith("pre_census_average 2019")


def test_a_year_that_was_observed_is_not_overwritten(data):
    frame = capacity.populations(data, "zhejiang", [2022, 2024, 2026]).query("year == 2022")
    assert set(frame["value"]) == {65_770_000.0}
    assert set(frame["anchor"]) == {2022}


def test_before_the_first_observation_the_first_is_held_back(data):
    frame = capacity.populations(data, "yuhuan", 2019).set_index("scenario")
    assert frame.loc["flat", ["value", "anchor"]].tolist() == [648_000, 2021]
    lent = frame.loc["province_trend"]
    assert lent["value"] == pytest.approx(648_000 / (1 + lent["rate"]) ** 2)
    assert lent["low"] == pytest.approx(647_500 / (1 + lent["rate_high"]) ** 2)


def test_own_trend_goes_through_its_two_observations(data):
    frame = capacity.populations(data, "huzhou", [2021, 2022, 2023, 2025]).query("scenario == 'own_trend'")
    values = frame.set_index("year")["value"]
    assert values[2021] == 3_407_000 and values[2023] == 3_439_000
    assert values[2025] == pytest.approx(3_439_000**2 / 3_407_000)
    # Between two observations the earlier one is the anchor.
    assert frame.set_index("year").loc[2022, "anchor"] == 2021
    assert values[2022] == pytest.approx((3_407_000 * 3_439_000) ** 0.5)


def test_elderly_and_children_are_not_assessable_without_a_source(data):
    frame = pd.concat(
        [capacity.populations(data, "yuhuan", 2022, group=group) for group in ("elderly", "under_three")]
    )
    assert set(frame["reason"]) == {"NO_POPULATION"}
    with pytest.raises(DataError, match="no group"):
        capacity.populations(data, "yuhuan", 2022, group="cats")
    out = capacity.additions(data, "yuhuan", "care_workers_per_10000_elderly")
    assert set(out["reason"]) == {"NO_POPULATION"}


@pytest.mark.parametrize(
    ("places", "years"), [([], 2022), ("yuhuan", []), ("yuhuan", 2022.5), ("atlantis", 2022)]
)
def test_populations_refuse_nothing_and_nonsense(data, places, years):
    with pytest.raises(DataError):
        capacity.populations(data, places, years)


# ----------------------------------------------------------------------- stocks, additions, the split

levels = st.integers(5, 120).map(lambda k: k / 10)
counts = st.integers(10_000, 2_000_000)
widths = st.integers(0, 40_000)
steps = st.sampled_from([0.01, 0.1, 1.0])
fractions = st.floats(0, 1)
few = settings(max_examples=25)
"""Every example builds frames: a few hundredths of a second each."""


@few
@given(levels, levels, steps, counts, widths, fractions, fractions)
def test_the_interval_of_a_flat_population_is_the_worst_case(start, end, step, low, width, a, p):
    row = added(targets([start, end], step=step), population(low, low + width)).iloc[0]
    boxes = [(max(start - step / 2, 0), start + step / 2), (end, end)]
    corners = [n * (y - x) for n in (low, low + width) for x in boxes[0] for y in boxes[1]]
    assert row["low"] == pytest.approx(min(corners), rel=1e-9, abs=1e-6)
    assert row["high"] == pytest.approx(max(corners), rel=1e-9, abs=1e-6)
    inside = (low + p * width) * (end - boxes[0][0] - a * (boxes[0][1] - boxes[0][0]))
    assert row["low"] - 1e-6 <= inside <= row["high"] + 1e-6


@few
@given(levels, levels, counts, widths, st.floats(-0.03, 0.03), st.floats(0, 0.01), fractions, fractions)
def test_a_trend_stays_inside_its_interval(start, end, low, width, rate, spread, p, r):
    years = 5
    rates = rate - spread, rate + spread
    people = population(
        [low, low * (1 + rates[0]) ** years],
        [low + width, (low + width) * (1 + rates[1]) ** years],
        rates=rates,
    )
    row = added(targets([start, end]), people).iloc[0]
    first = low + p * width
    last = first * (1 + rates[0] + r * (rates[1] - rates[0])) ** years
    made = {
        "": end * last - start * first,
        "level_part_": (end - start) * (first + last) / 2,
        "population_part_": (last - first) * (start + end) / 2,
    }
    for name, value in made.items():
        assert row[f"{name}low"] - 1e-6 <= value <= row[f"{name}high"] + 1e-6, name


@few
@given(levels, levels, counts, st.floats(-0.05, 0.05))
def test_the_split_adds_up_exactly(start, end, number, rate):
    people = population([number, number * (1 + rate) ** 5], rate=rate)
    row = added(targets([start, end]), people).iloc[0]
    assert row["level_part"] + row["population_part"] == pytest.approx(row["value"], rel=1e-12, abs=1e-6)
    assert row["level_part"] == pytest.approx((end - start) * number * (1 + (1 + rate) ** 5) / 2)


@few
@given(levels, levels, counts, widths, st.integers(1, 20_000))
def test_wider_boxes_give_wider_intervals(start, end, low, width, more):
    near, far = population(low, low + width), population(low - min(more, low - 1), low + width + more)
    narrow = added(targets([start, end], step=0.01), near).iloc[0]
    for wide in (
        added(targets([start, end], step=0.1), near).iloc[0],
        added(targets([start, end], step=0.01), far).iloc[0],
    ):
        for name in ("", "level_part_", "population_part_"):
            assert wide[f"{name}low"] <= narrow[f"{name}low"] + 1e-6
            assert wide[f"{name}high"] >= narrow[f"{name}high"] - 1e-6


@few
@given(levels, levels, counts)
def test_the_unit_of_the_denominator_does_not_matter(start, end, number):
    made = [
        added(
            targets([start * factor, end * factor], indicator=name, step=0.1 * factor), population(number)
        ).iloc[0]
        for name, factor in ((AREA, 1.0), (NURSERY, 1_000.0), ("per_10000", 10_000.0))
    ]
    for name in ("value", "low", "high"):
        assert [row[name] for row in made] == pytest.approx([made[0][name]] * 3, rel=1e-9, abs=1e-6)


@few
@given(levels, levels, levels, counts)
def test_between_two_targets_only_the_population_is_rounded(base, first, last, number):
    row = added(
        targets([base, first, last], (2022, 2023, 2024)),
        population(number, years=(2022, 2023, 2024)),
        whole=False,
    )
    assert row["low"].iloc[1] == row["high"].iloc[1] == row["value"].iloc[1]
    assert row["high"].iloc[0] - row["low"].iloc[0] == pytest.approx(0.1 * number)


def test_populations_of_two_observations_are_two_unknowns():
    frame = targets([2.0, 2.0], step=0.0)
    tied = added(frame, population(1_000, 1_100)).iloc[0]
    free = added(frame, population(1_000, 1_100, anchor=[2021, 2026])).iloc[0]
    assert (tied["low"], tied["high"]) == (0, 0)
    assert (free["low"], free["high"]) == (-200, 200)


def test_a_bound_gives_a_half_open_interval():
    frame = targets([2.7, 3.1], relation=["eq", "ge"])
    out = capacity.stock(BARE, rows=frame, people=population(1_000)).set_index("year")
    assert (out.loc[2027, "low"], out.loc[2027, "high"]) == (3_100, np.inf)
    # Where one number is needed, it is the one asked for.
    assert out.loc[2027, "value"] == 3_100 and out.loc[2027, "status"] == "assessable"
    row = added(frame, population(1_000)).iloc[0]
    assert row["low"] == pytest.approx(350) and row["high"] == np.inf
    assert (row["population_part_low"], row["population_part_high"]) == (0, 0)


def test_a_level_outside_its_bounds_or_without_a_number_is_not_assessable():
    out = capacity.stock(BARE, rows=targets([-2.7, 3.1]), people=population(1_000))
    assert out["reason"].tolist() == ["OUT_OF_BOUNDS", ""]
    silent = added(targets([1.0, 1.0], relation="none"), population(1_000))
    assert silent["reason"].tolist() == ["NO_LEVEL"] and silent["value"].isna().all()


def test_a_level_without_a_start_is_not_assessable(data):
    out = capacity.additions(data, "changxing", AREA).query("scenario == 'flat'")
    assert (out["reason"].item(), out["year"].item()) == ("NO_BASE", 2027)


def test_homes_need_no_population(data):
    out = capacity.additions(data, "yuhuan", "rental_housing_cumulative")
    assert out[["scenario", "value", "unit"]].values.tolist() == [["printed", 8_042.0, "套"]]


def test_text_that_repeats_a_table_is_no_path_of_its_own(data):
    rows = capacity.stock(data, "yuhuan", AREA).query("scenario == 'flat'")
    assert not rows.duplicated(["document", "year"]).any()
    variants = rows.groupby("document")["variant"].agg(set).to_dict()
    assert variants == {"yuhuan-plan-2023": {""}, "yuhuan-worklist-2024": {"prose"}}
    said = data.statements.query("document == 'yuhuan-plan-2023' and indicator == @AREA")
    assert len(said) == 1 and said["year"].item() in set(rows["year"])


def test_levels_are_dated_numbers_of_an_indicator(data):
    """The text asks for shares without a year, too; they are the level of no year."""
    said = data.printed[data.printed["indicator"].ne("")]
    assert (said["year"].isna() & said["relation"].ne("none")).any()
    levels = stocks.printed(data)
    assert (
        levels["year"].notna().all()
        and levels["relation"].ne("none").all()
        and levels["indicator"].ne("").all()
    )
    assert levels.loc[levels["origin"].eq("text"), "variant"].eq("prose").all()
    assert not levels.duplicated(["document", "indicator", "variant", "year"]).any()


def test_two_numbers_of_the_text_for_one_year_are_no_level(data):
    said = data.statements.query(
        "document == 'huangyan-plan-2021' and indicator == @AREA and kind == 'target'"
    )
    alone = stocks.printed(data, "huangyan", AREA)
    assert said["year"].tolist() == [2025]
    assert set(said["year"]) <= set(alone["year"])
    other = said.assign(id=said["id"] + 9000, value=said["value"] + 1)
    twice = dataclasses.replace(data, statements=pd.concat([data.statements, other], ignore_index=True))
    assert not set(said["year"]) & set(stocks.printed(twice, "huangyan", AREA)["year"])


def test_yearly_steps_add_up_to_the_whole(data):
    yearly = capacity.additions(data, "yuhuan", NURSERY, whole=False).query("scenario == 'flat'")
    whole = capacity.additions(data, "yuhuan", NURSERY).query("scenario == 'flat'").iloc[0]
    assert yearly["value"].sum() == pytest.approx(whole["value"])
    assert whole["value"] == pytest.approx(648 * (5.5 - 3.87))
    assert whole["per_year"] == pytest.approx(whole["value"] / 5)
    assert (whole["from_year"], whole["year"], whole["years"]) == (2022, 2027, 5)
    assert (whole["level_0"], whole["printed_0"], whole["population_0"]) == (3.87, "3.87", 648_000)


@pytest.mark.parametrize("name", ["share", "odd"])
def test_other_indicators_imply_no_stock(data, name):
    with pytest.raises(DataError, match="a stock is implied") as caught:
        added(targets([1, 2], indicator=name), population(1_000))
    assert caught.value.rows["indicator"].tolist() == [name, name]
    with pytest.raises(DataError, match="a stock is implied"):
        capacity.balance(data, "yuhuan", "affordable_nursery_share")


def test_a_rate_per_residents_implies_no_stock(data):
    indicators = data.indicators.assign(kind=data.indicators["kind"].replace("density", "gross_rate"))
    with pytest.raises(DataError, match="a stock is implied"):
        capacity.balance(
            dataclasses.replace(data, indicators=indicators), "yuhuan", "nursery_places_per_1000"
        )


def test_every_denominator_of_a_density_is_known(data):
    dense = data.indicators[data.indicators["kind"] == "density"]
    assert {f"per {text}" for text in dense["denominator"]} <= set(capacity.assumptions(data)["key"])


def test_nothing_in_is_an_error(data):
    path = targets([2.7, 2.8])
    for made in (capacity.stock, capacity.additions):
        with pytest.raises(DataError):
            made(BARE, rows=path.iloc[:0], people=population(1_000))
        with pytest.raises(DataError):
            made(BARE, rows=path.drop(columns="step"), people=population(1_000))
        with pytest.raises(DataError):
            made(data, "yuhuan", "huiminbao_enrolment_share_of_nothing")
    with pytest.raises(DataError):
        capacity.span(pd.DataFrame())
    with pytest.raises(DataError):
        capacity.per_child(data, capacity.stock(data, "yuhuan", NURSERY).iloc[:0])


@few
@given(levels, levels, fractions)
def test_the_fall_that_would_do_without_building(start, end, a):
    assume(end - start > 0.15)
    row = added(targets([start, end]), population(1_000)).iloc[0]
    first, last = start - 0.05 + 0.1 * a, end
    assert row["fall_needed_low"] - 1e-9 <= 1 - first / last <= row["fall_needed_high"] + 1e-9


def test_the_fall_that_is_needed_takes_no_population_and_reaches_the_level(data):
    out = capacity.additions(without_people(data, "cixi"), "cixi", NURSERY)
    assert set(out["reason"]) == {"NO_POPULATION"}
    assert out["fall_needed"].tolist() == pytest.approx([1 - 3.31 / 5.5] * len(out))
    frame = targets([4.0, 5.0], step=0.0)
    needed = added(frame, population(1_000))["fall_needed"].item()
    shrunk = added(frame, population([1_000, 1_000 * (1 - needed)], anchor=[1, 2])).iloc[0]
    assert shrunk["value"] == pytest.approx(0, abs=1e-9)
    assert shrunk["level_part"] == pytest.approx(-shrunk["population_part"])


def test_span_is_the_hull_of_what_can_be_assessed(data):
    out = capacity.additions(without_people(data, "cixi"), ["yuhuan", "cixi"], NURSERY)
    hull = capacity.span(out).set_index("place")
    good = out.query("place == 'yuhuan' and status == 'assessable'")
    assert hull.loc["yuhuan", ["low", "high"]].tolist() == [good["low"].min(), good["high"].max()]
    assert hull.loc["yuhuan", ["value_low", "value_high"]].tolist() == [
        good["value"].min(),
        good["value"].max(),
    ]
    assert good["value"].min() < good["value"].max()
    assert hull.loc["yuhuan", "scenario"] == "flat; province_trend"
    assert hull.loc["cixi", "status"] == "not assessable" and hull.loc["cixi", "reason"] == "NO_POPULATION"


def test_names_do_as_well_as_ids(data):
    by_name, by_id = (
        capacity.balance(data, "玉环市", "人均体育场地面积"),
        capacity.balance(data, "yuhuan", AREA),
    )
    pd.testing.assert_frame_equal(by_name, by_id)
    assert capacity.supply(data, ["玉环", "Huangyan District"])["place"].unique().tolist() == [
        "yuhuan",
        "huangyan",
    ]
    assert capacity.facility_sizes(data, "玉环").equals(capacity.facility_sizes(data, "yuhuan"))


def test_all_paths_at_once_are_the_paths_one_by_one(data):
    """Many paths in one call give what each gives alone."""
    together = capacity.additions(data).query("status == 'assessable'")
    assert together.groupby(["document", "indicator"]).ngroups > 12
    for (document, indicator, variant), part in together.groupby(["document", "indicator", "variant"]):
        alone = capacity.additions(data, part["place"].iloc[0], indicator).query("status == 'assessable'")
        alone = alone[(alone["document"] == document) & (alone["variant"] == variant)]
        assert (
            alone["low"].tolist() == part["low"].tolist() and alone["high"].tolist() == part["high"].tolist()
        )


# ------------------------------------------------------------------------------- announced projects


def test_counts_come_from_the_statements(data):
    projects = capacity.supply(data, "yuhuan")
    printed = data.statements.set_index(["document", "id"])["value"]
    pieces = (projects["count_unit"] != "公里") & projects["statement"].notna()
    keys = projects.loc[pieces, ["document", "statement"]].itertuples(index=False, name=None)
    assert projects.loc[pieces, "count"].tolist() == [printed[key] for key in keys]
    doubled = changed(data, statements=data.statements.assign(value=data.statements["value"] * 2))
    twice = capacity.supply(doubled, "yuhuan")
    assert twice.loc[pieces, "low"].tolist() == pytest.approx(
        (2 * projects.loc[pieces, "low"]).tolist(), nan_ok=True
    )


def test_every_project_has_a_type_and_a_statement_with_a_count(data):
    assert set(data.projects["facility"]) <= set(words.group("facility", "zh"))
    assert not {"count", "printed"} & set(data.projects)
    joined = data.projects.drop(columns="phrase").merge(
        data.statements, left_on=["document", "statement"], right_on=["document", "id"]
    )
    named = data.projects["statement"].isna()
    assert len(joined) == (~named).sum()
    assert data.projects.loc[~named, ["at", "phrase"]].eq("").all(axis=None)
    assert joined["unit"].isin(["个", "片", "家", "公里"]).all()
    for facility, word in (
        ("youth_sports_space", "运动友好空间"),
        ("gym", "健身房"),
        ("trail", "步道"),
        ("football_cage", "足球"),
    ):
        assert joined.loc[joined["facility"] == facility, "phrase"].str.contains(word).all()


def test_what_is_named_without_a_count_is_one_of_unknown_size(data):
    named = data.projects[data.projects["statement"].isna()]
    assert sorted(named["phrase"]) == sorted(
        ["玉环体育中心", "玉环奥体中心", "黄岩体育馆", "全民健身中心", "少年儿童业余体校"]
    )
    for place, count in (("yuhuan", 2), ("huangyan", 3)):
        projects = capacity.supply(data, place)
        rows = projects[projects["statement"].isna()]
        assert (
            rows["phrase"].tolist() == named.loc[named["document"].str.startswith(place), "phrase"].tolist()
        )
        assert len(rows) == count and (rows["count"] == 1).all()
        assert rows["low"].isna().all() and set(rows["reason"]) == {"ONLY_NAMED"}
    left = capacity.balance(data, "yuhuan", AREA).set_index("year")
    assert left.loc[2023, "left_out_count"] == 26
    assert (left.loc[2024, "left_out_count"] == 28).all()
    assert left.loc[2024, "left_out"].str.endswith("sports_centre; olympic_sports_centre").all()
    size = {
        "facility": "sports_centre",
        "low": 9e3,
        "high": 2e4,
        "unit": "平方米/个",
        "basis": "assumed",
        "source": "",
    }
    sized = capacity.supply(data, "yuhuan", 2024, sizes=pd.DataFrame([size])).set_index("facility")
    assert sized.loc["sports_centre", ["low", "high", "part"]].tolist() == [9e3, 2e4, "counted"]


@pytest.mark.parametrize(
    ("year", "counts"),
    [(None, [28, 28]), (2022, [26, 26]), (2023, [28, 28]), (2024, [26, 28]), (2025, [26, 26])],
)
def test_a_project_counts_after_the_base_and_by_the_year_asked_for(data, year, counts):
    """One of which no year is printed counts whenever it may be built."""
    projects, named = data.projects.copy(), data.projects["statement"].isna()
    projects.loc[named, ["from_year", "year"]] = pd.NA, pd.NA if year is None else year
    left = capacity.balance(dataclasses.replace(data, projects=projects), "yuhuan", AREA)
    for one, count in zip((2023, 2024), counts, strict=True):
        assert set(left.loc[left["year"] == one, "left_out_count"]) == {count}


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts are not there")
def test_named_facilities_stand_in_the_sentence_of_the_target(data):
    for row in data.projects[data.projects["statement"].isna()].itertuples():
        text = "".join((SOURCES / f"{row.document}.txt").read_text(encoding="utf-8").split())
        _, section, item = row.at.split(":")
        found = re.search(rf"{row.phrase}(?=[^。]*人均体育场地面积达)", text).start()
        before = text[:found]
        assert re.findall(r"\(([一二三四五六七八九])\)", before)[-1] == section[-2]
        assert not item or re.findall(r"[。)]([0-9])\.", before)[-1] == item
        assert ("改造" in text[found : found + len(row.phrase) + 2]) == (
            row.facility == "gymnasium_conversion"
        )


# ------------------------------------------------------------------------------ intervals in words


def test_intervals_in_words():
    assert words.interval(7_640.9, 53_132.5, -3, lang="en") == "7,000 to 54,000"
    assert words.interval(0.1 + 0.2, 0.7 - 0.1, 1, lang="en") == "0.3 to 0.6"
    assert words.interval(-0.4, -0.2, lang="en") == "−1 to 0"
    assert words.interval([220.0, 1.0], [220.0, np.inf], -1) == ["220", "0以上"]
    assert words.interval(-np.inf, 3.2) == "4以下"
    assert words.interval(-np.inf, np.inf, lang="en") == "open" and words.interval(np.nan, 1.0) == "无法评估"
    with pytest.raises(DataError, match="lang"):
        words.interval(1, 2, lang="de")


def test_sizes_are_those_of_the_province_and_standards_stay_out(data):
    sizes = capacity.facility_sizes(data, "yuhuan").set_index("facility")
    court = data.facilities.query(
        "facility == 'basketball_court' and place in ['pujiang', 'xiangshan', 'xianju', 'gongshu']"
    )
    assert sizes.loc["basketball_court", ["low", "high"]].tolist() == [
        court["size_low"].min(),
        court["size_high"].max(),
    ]
    assert "china" not in " ".join(sizes.loc[sizes["basis"].str.startswith("survey"), "places"])
    standards = data.facilities.loc[data.facilities["basis"] == "standard", "facility"]
    assert len(standards) and not set(standards) & set(sizes.index)


def test_a_cage_is_sized_by_cage_and_five_a_side_pitches(data):
    cage = capacity.supply(data, "yuhuan", 2023).set_index("facility").loc["football_cage"]
    assert (cage["low"], cage["high"]) == (4 * 364, 4 * 1_050)
    assert capacity.facility_sizes(data, "yuhuan").set_index("facility").loc["football_pitch", "low"] > 1_050


def test_of_thirty_or_more_thirty_are_counted(data):
    gyms = capacity.supply(data, "huangyan").set_index("facility").loc["gym"]
    assert (gyms["count"], gyms["relation"]) == (30, "ge")
    assert gyms["high"] == pytest.approx(30 * gyms["size_high"])
    assert (gyms["from_year"], gyms["year"]) == (2021, 2025)


def test_about_ten_are_nine_to_eleven(data):
    said = data.statements
    ours = (said["document"] == "yuhuan-plan-2023") & (said["id"] == 134)
    said = said.assign(relation=said["relation"].mask(ours, "about"), value=said["value"].mask(ours, 10.0))
    gyms = capacity.supply(changed(data, statements=said), "yuhuan").set_index("facility").loc["gym"]
    assert gyms["low"] == pytest.approx(9 * gyms["size_low"])
    assert gyms["high"] == pytest.approx(11 * gyms["size_high"])


def test_a_statement_without_a_count_is_an_error(data):
    silent = data.statements.assign(relation="none", value=np.nan)
    with pytest.raises(DataError, match="states no count"):
        capacity.supply(changed(data, statements=silent), "yuhuan")


def test_a_place_that_announces_nothing_has_no_projects(data):
    for place, year in (("changxing", None), ("yuhuan", 2026)):
        assert capacity.supply(data, place, year).empty
    assert set(capacity.balance(data, "yuhuan", NURSERY)["code"]) == {"NO_PROJECTS"}
    with pytest.raises(DataError, match="no place"):
        capacity.supply(data, "atlantis")


# -------------------------------------------------------------------------------------- the balance


def test_what_huangyan_announces_with_a_size_is_a_twentieth(data):
    row = capacity.balance(data, "huangyan", AREA, until=2025).iloc[0]
    assert row["with_high"] < 0.06 * row["need_low"] and row["without_low"] == row["with_low"]
    # Three of its projects have no printed area, and what they bring may be anything.
    assert (row["left_out_count"], row["code"]) == (3, "DEPENDS_ON:size_not_known")
    for place, year in (("changxing", 2027), ("huangyan", 2024), ("yuhuan", 2022)):
        with pytest.raises(DataError, match="after a base"):
            capacity.balance(data, place, AREA, until=year)


def test_projects_after_the_year_do_not_count(data):
    early = capacity.balance(data, "yuhuan", AREA, until=2023)
    assert early["with_high"].item() < 20_000 and early["projects"].item() == 8


def sized(data, size, *, trails=True, left_out=False):
    """玉环's projects are one gym of this size and, unless left out, its trail of 0 to 1,000,000 m²."""
    kept = ["yuhuan_2023_gym", *(["yuhuan_2024_trail"] if trails else [])]
    kept += ["yuhuan_2023_pocket_park"] if left_out else []
    sizes = pd.DataFrame(
        {"facility": ["gym", "trail"], "low": [size[0] / 6, 0.0], "high": [size[1] / 6, 1e6]}
    )
    sizes = sizes.assign(unit="平方米/个", basis="survey", source="")
    facilities = sizes.rename(columns={"low": "size_low", "high": "size_high"}).assign(
        name_zh="", place="zhejiang", note=""
    )
    projects = data.projects[data.projects["id"].isin(kept)]
    return changed(data, projects=projects, facilities=facilities)


@pytest.mark.parametrize(
    ("size", "options", "code"),
    [
        ((5e5, 6e5), {}, "COVERED"),
        ((1e5, 1.1e5), {"trails": False}, "NOT_COVERED"),
        ((1e5, 1.1e5), {"trails": False, "left_out": True}, "DEPENDS_ON:size_not_known"),
        ((1e5, 1.1e5), {}, "DEPENDS_ON:trails"),
        ((1e5, 6e5), {"trails": False}, "DEPENDS_ON:unit_sizes"),
    ],
)
def test_every_code_of_the_balance(data, size, options, code):
    row = capacity.balance(sized(data, size, **options), "yuhuan", AREA, until=2027).iloc[0]
    assert row["code"] == code and row["without_low"] == pytest.approx(size[0])
    assert row["without_share_low"] == pytest.approx(size[0] / row["need_high"])
    assert code.split(":")[0] in words.group("balance", "zh")
    assert ":" not in code or code.split(":")[1] in words.group("balance_category", "en")


def test_the_balance_of_all_paths_says_something_of_each(data):
    frame = capacity.balance(data)
    assert not frame.duplicated(["document", "place", "indicator", "variant", "year"]).any()
    assert (frame["code"] != "").all() and (frame["year"] > frame["from_year"]).all()
    assert frame.loc[frame["code"] != "NO_POPULATION", "need_low"].notna().all()


@pytest.mark.parametrize("size", [(5e5, 6e5), (1e5, 1.1e5), (1e4, 6e5)])
@pytest.mark.parametrize("left_out", [False, True])
def test_shares_and_codes_of_a_balance_follow_from_its_ends(data, size, left_out):
    """As its description has them, whatever the population and the sizes."""
    frame = capacity.balance(sized(data, size, left_out=left_out), indicator=AREA)
    for row in frame.to_dict("records"):
        ends = {way: (row[f"{way}_low"], row[f"{way}_high"]) for way in ("without", "with")}
        need = row["need_low"], row["need_high"]
        if row["code"] in ("NO_POPULATION", "NO_PROJECTS"):
            assert row["code"] != "NO_PROJECTS" or row["projects"] == 0
            continue
        lies = {
            way: "enough" if least >= need[1] else "short" if most < need[0] else "open"
            for way, (least, most) in ends.items()
        }
        code = "DEPENDS_ON:unit_sizes"
        if lies["without"] == "short":
            code = "DEPENDS_ON:size_not_known"
        if lies["without"] != lies["with"]:
            code = "DEPENDS_ON:trails"
        if lies["with"] == "short" and not row["left_out_count"]:
            code = "NOT_COVERED"
        if lies["without"] == "enough":
            code = "COVERED"
        assert row["code"] == code, row
        for way, (least, most) in ends.items():
            shares = least / need[1] if need[1] > 0 else np.inf, most / need[0] if need[0] > 0 else np.inf
            assert (row[f"{way}_share_low"], row[f"{way}_share_high"]) == pytest.approx(shares)


# -------------------------------------------------------------------------------------- children


def child(data, place="yuhuan", keys=("year", "births", "births_scenario")):
    return capacity.per_child(data, capacity.stock(data, place, NURSERY)).set_index([*keys])


def test_places_per_child_on_each_basis(data):
    out = child(data)
    assert set(out.index.get_level_values("births")) == {"number:registered", "rate:zhejiang"}
    now = out.loc[(2023, "rate:zhejiang", "sourced")]
    assert now["per_1000"] == pytest.approx(6.90 + 6.28 + 5.80) and now["sourced"] == 3
    assert now["value"] == pytest.approx(4 / 18.98)
    assert now["low"] == pytest.approx(4 / (18.98 + 0.015))
    assert now["high"] == pytest.approx(4 / (18.98 - 0.015))
    base = out.loc[(2022, "rate:zhejiang", "held back")]
    assert base["low"] == pytest.approx(3.865 / base["per_1000_high"])
    held, falling = (out.loc[(2027, "rate:zhejiang", name)] for name in ("held", "falling"))
    assert held["value"] == pytest.approx(5.5 / (3 * 5.80))
    factor = (5.80 / 6.90) ** (1 / 2)
    assert falling["value"] == pytest.approx(5.5 / (5.80 * (factor**2 + factor**3 + factor**4)))
    registered = out.loc[(2027, "number:registered", "held")]
    assert registered["value"] == pytest.approx(5.5 * 648 / (3 * 2522))
    assert registered["low"] == pytest.approx(5.5 * 647.5 / (3 * 2522.5))
    assert registered["high"] == pytest.approx(5.5 * 648.5 / (3 * 2521.5))
    assert registered["value"] > held["value"]
    assert out.loc[(2027, "number:registered", "falling"), "reason"] == "FEW_BIRTH_YEARS"
    # What falling births alone do, with no place built since the first year of the path.
    assert falling["level_kept"] == pytest.approx(falling["value"] * 3.87 / 5.5)


def test_births_name_the_people_that_they_are_set_against(data):
    """A number of births is set against the people of the place, whose source it names; a rate needs none."""
    made = ground._children(data, pd.DataFrame({"place": ["yuhuan"], "year": [2027]}))
    people = capacity.populations(data, ["yuhuan"], [2027]).query("scenario == 'flat'")["source"].item()
    rate = made["births"].str.startswith("rate:")
    assert rate.any() and not rate.all() and people
    assert made["births_source"].str.contains(people, regex=False).equals(~rate)


def test_a_derived_number_of_births_has_two_roundings(data):
    row = child(data).loc[(2022, "number:registered", "held")]
    # 3225 of 2020 is 2522 of 2021 and a printed decrease.
    assert row["per_1000_high"] == pytest.approx((3226 + 2 * 2522.5) / 647.5)


def test_a_gap_lies_between_its_neighbours(data):
    row = child(data, "changxing").loc[(2023, "rate:huzhou", "sourced")]
    assert row["sourced"] == 2
    assert (row["per_1000_low"], row["per_1000_high"]) == pytest.approx(
        (6.15 + 5.15 + 5.15, 6.25 + 6.25 + 5.25)
    )


def test_without_births_or_population_places_per_child_are_not_assessable(data):
    seen = data.observations
    bare = changed(without_people(data, "yuhuan"), observations=seen[seen["indicator"] != "birth_rate"])
    nobody = child(without_people(bare, "yuhuan"))
    assert set(nobody["status"]) == {"not assessable"} and nobody["value"].isna().all()
    nothing = seen[~seen["indicator"].isin(["birth_rate", "births"])]
    assert set(child(changed(data, observations=nothing))["reason"]) == {"NO_BIRTHS"}
    with pytest.raises(DataError, match=NURSERY):
        capacity.per_child(data, capacity.stock(data, "yuhuan", AREA))


def test_no_county_with_a_plan_has_an_occupancy(data):
    seen = data.observations.query("indicator == 'nursery_occupancy'")
    assert not set(seen["place"]) & set(data.documents["place"])


# ------------------------------------------------------------------------------- all of it, by a plain loop


def observed(
    place, indicator, year, value, step=1.0, *, basis="year_end_resident", source="s1", relation="eq"
):
    """One observation as it stands in the data."""
    ends = {"low": value, "high": value} if relation == "eq" else {"low": np.nan, "high": np.nan}
    closed = dict.fromkeys(("low_closed", "high_closed"), relation == "eq")
    row = {"place": place, "indicator": indicator, "year": year, "printed": f"{value:g}", "source": source}
    return (
        row
        | {"basis": basis, "value": value, "relation": relation, "step": step, "unit": "人"}
        | ends
        | closed
    )


def seen_by(data, rows):
    """The data with these observations alone, from sources of three grades, the third derived."""
    sources = pd.DataFrame({"id": ["s1", "s2", "s3"], "grade": ["official", "press", "derived"], "title": ""})
    return changed(data, observations=pd.DataFrame(rows).astype({"year": "Int64"}), sources=sources)


def of_year(rows, place, indicator, basis):
    """Year -> number, lower and upper end, sources: the mean and the hull of what is printed for the year."""
    out = {}
    for row in rows:
        if (row["place"], row["indicator"], row["basis"]) == (place, indicator, basis):
            # the sum of two printed numbers carries both of their roundings
            reach = row["step"] * (1.0 if row["source"] == "s3" else 0.5)
            reach = row["step"] if row["relation"] == "about" else reach
            reach += row["step"] / 2 if row["relation"] == "about" and row["source"] == "s3" else 0.0
            out.setdefault(row["year"], []).append(
                (row["value"], row["value"] - reach, row["value"] + reach, row["source"])
            )
    return {
        year: (
            sum(one[0] for one in some) / len(some),
            min(one[1] for one in some),
            max(one[2] for one in some),
            list(dict.fromkeys(one[3] for one in some)),
        )
        for year, some in out.items()
    }


def rate_of(series):
    """The yearly rate from the first to the last year of a series, with its limits; none of one year."""
    if len(series) < 2:
        return None
    first, last = min(series), max(series)
    pairs = ((0, 0), (1, 2), (2, 1))
    return [(series[last][a] / series[first][b]) ** (1 / (last - first)) - 1 for a, b in pairs]


@pytest.mark.parametrize("seed", range(6))
def test_populations_are_those_of_a_plain_loop(data, seed):
    """Any years observed on any bases, several sources of a year, years before, between and after them."""
    rng, rows, resident = np.random.default_rng(seed), [], "population_resident"
    places = ["yuhuan", "cixi", "hangzhou", "zhejiang", "china"]
    bases = ["year_end_resident", "census_2020", "pre_census_average"]
    for place, basis, year in [(p, b, y) for p in places for b in bases for y in range(2018, 2025)]:
        for _ in range(int(rng.choice([0, 0, 0, 1, 1, 2]))):
            kind = str(rng.choice(["eq", "eq", "eq", "about"]))
            value = float(rng.integers(900, 1_100) * 1_000)
            rows.append(observed(place, resident, year, value, float(rng.choice([1, 1_000])), basis=basis,
                                 source=str(rng.choice(["s1", "s2", "s3"])), relation=kind))  # fmt: skip
    rows.append(observed("yuhuan", resident, 2020, 1e6, basis="year_end_resident"))
    rows = [row for row in rows if (row["place"], row["basis"]) != ("cixi", "year_end_resident")]
    # what is only a bound has no end above, and is no observation of how many there are
    rows.append(observed("yuhuan", resident, 2026, 5e6, relation="ge") | {"low": 5e6, "high": np.inf})
    rows.append(observed("yuhuan", resident, 2025, 5e6, relation="le") | {"low": -np.inf, "high": 5e6})
    known, asked = seen_by(data, rows), [2017, 2019, 2021, 2023, 2027]
    rows = [row for row in rows if row["relation"] not in ("ge", "le")]
    table = capacity.populations(known, places, asked).set_index(["place", "scenario", "year"])
    assert len(table) == len(places) * 3 * len(asked)
    lent = rate_of(of_year(rows, "zhejiang", resident, "year_end_resident"))
    grades = {"s1": "official", "s2": "press", "s3": "derived"}
    for place in places:
        basis = next((one for one in bases[:2] if of_year(rows, place, resident, one)), None)
        own = of_year(rows, place, resident, basis)
        for scenario in ("flat", "own_trend", "province_trend"):
            rate = {"flat": [0.0] * 3, "own_trend": rate_of(own), "province_trend": lent}[scenario]
            if scenario == "province_trend" and place == "china":
                rate = None
            for year in asked:
                row = table.loc[(place, scenario, year)]
                if not own or rate is None:
                    reason = (
                        "NO_POPULATION"
                        if not own
                        else "ONE_OBSERVATION"
                        if scenario == "own_trend"
                        else "NO_PROVINCE_TREND"
                    )
                    assert (row["reason"], row["status"], row["source"]) == (reason, "not assessable", ""), (
                        place,
                        scenario,
                    )
                    assert row[["value", "low", "high", "rate", "anchor"]].isna().all()
                    continue
                assert (row["reason"], row["status"], row["basis"]) == ("", "assessable", basis)
                before = [one for one in own if one <= year]
                anchor = max(before) if before else min(own)
                away = year - anchor
                ends = rate if away >= 0 else [rate[0], rate[2], rate[1]]
                wanted = [number * (1 + by) ** away for number, by in zip(own[anchor][:3], ends, strict=True)]
                assert row[["value", "low", "high"]].tolist() == pytest.approx(wanted), (
                    place,
                    scenario,
                    year,
                )
                assert row["anchor"] == anchor
                assert row[["rate", "rate_low", "rate_high"]].tolist() == pytest.approx(rate)
                sources = set(own[anchor][3])
                if away and scenario != "flat":
                    trend = (
                        own
                        if scenario == "own_trend"
                        else of_year(rows, "zhejiang", resident, "year_end_resident")
                    )
                    sources |= {one for some in trend.values() for one in some[3]}
                assert set(row["source"].split("; ")) == sources, (place, scenario, year)
                assert row["grade"] == "; ".join(grades[one] for one in ("s1", "s2", "s3") if one in sources)
        beside = {
            f"{one} {year}" for one in bases if one != basis for year in of_year(rows, place, resident, one)
        }
        assert {
            text.split(":")[0] for text in table.loc[(place, "flat", 2017), "beside"].split("; ") if text
        } == beside


@pytest.mark.parametrize("seed", range(6))
def test_places_per_child_are_those_of_a_plain_loop(data, seed):
    """Births of some years by number and by rate, of a place and of what it belongs to, with gaps between them."""
    rng, rows, held = np.random.default_rng(seed), [], {}
    rows.append(observed("yuhuan", "population_resident", 2021, 600_000.0, 1_000.0))
    kinds = [("yuhuan", "births", "registered"), ("yuhuan", "birth_rate", "survey"), ("taizhou", "birth_rate", "survey"),
             ("zhejiang", "birth_rate", "survey"), ("zhejiang", "births", "registered"), ("china", "birth_rate", "survey"),
             ("yuhuan", "births", "reported")]  # fmt: skip
    for place, indicator, basis in kinds:
        first = int(rng.integers(2017, 2022))
        for year in range(first, int(rng.integers(first, 2024)) + 1):
            if rng.random() < 0.75:
                value = (
                    float(rng.integers(2_000, 4_000))
                    if indicator == "births"
                    else float(rng.integers(50, 100)) / 10
                )
                rows.append(
                    observed(
                        place, indicator, year, value, 1.0 if indicator == "births" else 0.1, basis=basis
                    )
                )
    for place, indicator, basis in kinds[:4]:
        name = f"number:{basis}" if indicator == "births" else f"rate:{place}"
        if series := of_year(rows, place, indicator, basis):
            held[name] = series
    planted = seen_by(data, rows)
    levels = capacity.stock(planted, "yuhuan", NURSERY)
    table = capacity.per_child(planted, levels)
    cells = levels.drop_duplicates(["document", "variant", "year"])
    if not held:
        assert set(table["reason"]) == {"NO_BIRTHS"}
        return
    assert set(table["births"]) == set(held)
    for cell in cells.itertuples():
        start = (
            cells[(cells["document"] == cell.document) & (cells["variant"] == cell.variant)]
            .sort_values("year")
            .iloc[0]
        )
        for name, series in held.items():
            own = table[
                (table["year"] == cell.year)
                & (table["births"] == name)
                & (table["document"] == cell.document)
            ]
            first, last = min(series), max(series)
            past = cell.year > last
            wanted = {"held", "falling"} if past else {"held back" if cell.year - 2 < first else "sourced"}
            assert set(own["births_scenario"]) == wanted, (cell.year, name, series)
            for row in own.to_dict("records"):
                if row["births_scenario"] == "falling" and len(series) < 3:
                    assert row["reason"] == "FEW_BIRTH_YEARS" and np.isnan(row["per_1000"])
                    continue
                assert row["reason"] == "" and row["sourced"] == sum(
                    cell.year - k in series for k in range(3)
                )
                for n, (end, other) in enumerate((("", ""), ("_low", "_high"), ("_high", "_low"))):
                    total = 0.0
                    for year in range(cell.year - 2, cell.year + 1):
                        before = [series[one][n] for one in sorted(series) if one <= year][-1:]
                        after = [series[one][n] for one in sorted(series) if one >= year][:1]
                        some = before + after
                        born = sum(some) / len(some) if not n else min(some) if n == 1 else max(some)
                        if year > last and row["births_scenario"] == "falling":
                            base = series[first][(0, 2, 1)[n]]
                            born *= (series[last][n] / base) ** ((year - last) / (last - first))
                        total += born
                    people = 1_000.0 if name.startswith("rate") else (600_000.0, 600_500.0, 599_500.0)[n]
                    assert row[f"per_1000{end}"] == pytest.approx(total / people * 1_000), (
                        cell.year,
                        row,
                        series,
                    )
                    level, kept = getattr(cell, f"level{other}"), start[f"level{other}"]
                    key = ("value", "high", "low")[n]
                    assert row[key] == pytest.approx(level / row[f"per_1000{end}"])
                    assert row["level_kept" + other] == pytest.approx(kept / row[f"per_1000{end}"])


def made(l0, l1, p0, p1, by, over, one):
    """What two levels and populations make, the later one grown from the earlier where both are one observation."""
    last = p0 * (1 + by) ** over if one else p1
    if np.isinf(l0) and np.isinf(l1):
        return (np.nan,) * 5
    built, come = (
        0.0 if not many else many * level
        for many, level in (((p0 + last) / 2, l1 - l0), (last - p0, (l0 + l1) / 2))
    )
    total = l1 * last - l0 * p0
    return total, total / over, built, come, 1 - l0 / l1


def test_a_bound_leaves_open_how_much_is_added_also_where_people_grow_fewer():
    """3.1 or more for a thousand people, then for 900: at least 3.1·900 − 2.75·1000, and no most."""
    frame, fewer = targets([2.7, 3.1], relation=["eq", "ge"]), population([1_000, 900], anchor=[2021, 2026])
    row = added(frame, fewer).iloc[0]
    assert (row["low"], row["high"]) == (pytest.approx(3.1 * 900 - 2_750), np.inf)
    assert (row["per_year_low"], row["per_year_high"]) == (pytest.approx((3.1 * 900 - 2_750) / 5), np.inf)
    assert (row["level_part_high"], row["population_part_low"]) == (np.inf, -np.inf)


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize("whole", [True, False])
def test_additions_are_those_of_a_plain_loop_over_all_corners(seed, whole):
    """Each unknown at either end: levels, people at the start and, where it rests on another observation, at the end."""
    rng, years = np.random.default_rng(seed), (2022, 2023, 2025, 2027)
    numbers = [float(one) / 10 for one in rng.integers(8, 40, 4)]
    relations = ["eq", *(str(one) for one in rng.choice(["eq", "eq", "ge"], 3))]
    indicator, per = [(AREA, 1), (NURSERY, 1_000), ("per_10000", 10_000)][seed % 3]
    frame = targets(numbers, years, indicator=indicator, step=0.2, relation=relations)
    anchors = [2021, *(int(one) for one in rng.choice([2021, 2024], 3))]
    rates = sorted(rng.uniform(-0.02, 0.02, 2))
    low = rng.integers(50_000, 90_000, 4).astype(float)
    people = population(
        low, low + rng.integers(0, 2_000, 4), years, rate=float(np.mean(rates)), rates=rates, anchor=anchors
    )
    table = added(frame, people, whole=whole)
    steps = [(0, 3)] if whole else [(0, 1), (1, 2), (2, 3)]
    assert table[["from_year", "year", "years"]].values.tolist() == [
        [years[a], years[b], years[b] - years[a]] for a, b in steps
    ]
    for row, (a, b) in zip(table.to_dict("records"), steps, strict=True):
        over, one = years[b] - years[a], anchors[a] == anchors[b]
        first, final_level = (
            (numbers[k] - half, np.inf if relations[k] == "ge" else numbers[k] + half)
            for k, half in ((a, 0.1 if a == 0 else 0.0), (b, 0.0))
        )
        heads = [[people[name].iloc[k] / per for name in ("value", "low", "high")] for k in (a, b)]
        (start, *starts), (final, *finals) = heads
        tied = list(zip(finals, rates, strict=True))
        corners = np.array([made(l0, l1, p0, p1, by, over, one) for l0 in first for l1 in final_level
                            for p0 in starts for p1, by in tied])  # fmt: skip
        middle = made(numbers[a], numbers[b], start, final, float(np.mean(rates)), over, one)
        for k, name in enumerate(("", "per_year", "level_part", "population_part", "fall_needed")):
            keys = ("value", "low", "high") if not name else (name, f"{name}_low", f"{name}_high")
            wanted = middle[k], np.nanmin(corners[:, k]), np.nanmax(corners[:, k])
            assert [row[key] for key in keys] == pytest.approx(wanted, rel=1e-9, abs=1e-6), (name, row)
        sizes = 7543 / 216, 20144 / 415
        if indicator == NURSERY:
            assert row["institutions_low"] == pytest.approx(row["per_year_low"] / sizes[1])
            assert row["institutions_high"] == pytest.approx(row["per_year_high"] / sizes[0])
        else:
            assert np.isnan(row["institutions_low"]) and np.isnan(row["institutions_high"])
        assert (row["level_0"], row["level"], row["unit"]) == (numbers[a], numbers[b], frame_unit(indicator))
        assert (row["population_0"], row["population"]) == (people["value"].iloc[a], people["value"].iloc[b])


def frame_unit(indicator):
    return INDICATORS.set_index("id").at[indicator, "unit"].split("/")[0]


@pytest.mark.parametrize("relation", ["eq", "ge"])
def test_a_stock_is_the_hull_of_its_corners_and_levels_end_at_their_bounds(relation):
    """A base of 0.02 known to 0.1 lies between 0 and 0.07; nothing lies above the upper bound."""
    capped = SimpleNamespace(indicators=INDICATORS.assign(upper=0.06), sources=BARE.sources)
    frame = targets([0.02, 0.05], step=0.1, relation=["eq", relation])
    out = capacity.stock(capped, rows=frame, people=population([1_000, 2_000], [1_200, 2_600]))
    assert out["low"].tolist() == pytest.approx([0.0, 0.05 * 2_000])
    assert out["high"].tolist() == pytest.approx([0.06 * 1_200, (0.05 if relation == "eq" else 0.06) * 2_600])
    assert out["value"].tolist() == pytest.approx([0.02 * 1_100, 0.05 * 2_300])
    assert out["level_low"].tolist() == [0.0, 0.05] and out["year"].tolist() == [2022, 2027]


def test_one_printed_year_is_one_row_without_a_base_whatever_is_asked(data):
    """And of three years the whole is the first to the last, the steps are the neighbours, by path and scenario."""
    people = pd.concat([population(1_000), population(2_000).assign(scenario="own_trend")], ignore_index=True)
    single = targets([2.0], (2022,))
    frame = pd.concat(
        [targets([1.0, 2.0]), single.assign(document="other"), targets([3.0, 5.0]).assign(variant="b")]
    )
    for whole in (True, False):
        out = added(frame, people, whole=whole).set_index(["document", "variant", "scenario"]).sort_index()
        assert len(out) == 6
        assert out.loc[("other", "")]["reason"].tolist() == ["NO_BASE"] * 2
        assert out.loc[("other", ""), ["value", "level_0", "fall_needed"]].isna().all(axis=None)
        assert out.loc[("plan", ""), "value"].to_dict() == {"flat": 1_000.0, "own_trend": 2_000.0}
        assert out.loc[("plan", "b"), "value"].to_dict() == {"flat": 2_000.0, "own_trend": 4_000.0}


def test_the_hull_over_scenarios_by_hand():
    """Least and greatest of those that can be assessed; the reasons only where none can; paths stay apart."""
    rows = [
        ("a", "flat", 1.0, 0.5, 2.0, ""),
        ("a", "own_trend", np.nan, np.nan, np.nan, "ONE_OBSERVATION"),
        ("a", "province_trend", 4.0, 0.75, 5.0, ""),
        ("b", "flat", np.nan, np.nan, np.nan, "NO_POPULATION"),
        ("b", "own_trend", np.nan, np.nan, np.nan, "ONE_OBSERVATION"),
        ("b", "province_trend", np.nan, np.nan, np.nan, "NO_POPULATION"),
    ]
    frame = pd.DataFrame(rows, columns=["place", "scenario", "value", "low", "high", "reason"])
    frame = frame.assign(
        per_year_low=frame["low"] / 5, per_year_high=frame["high"] / 5, source="x", year=2027
    )
    frame = frame.assign(institutions_low=frame["low"] / 7, institutions_high=frame["high"] / 7)
    out = capacity.span(frame).set_index("place")
    numbers = [
        "value_low",
        "value_high",
        "low",
        "high",
        "per_year_low",
        "per_year_high",
        "institutions_low",
        "institutions_high",
    ]
    assert out.loc["a", numbers].tolist() == pytest.approx([1.0, 4.0, 0.5, 5.0, 0.1, 1.0, 0.5 / 7, 5 / 7])
    assert out.loc["b", numbers].isna().all()
    assert out["scenario"].tolist() == ["flat; province_trend", "flat; own_trend; province_trend"]
    assert out["reason"].tolist() == ["", "NO_POPULATION; ONE_OBSERVATION"]
    assert out["status"].tolist() == ["assessable", "not assessable"]
    for name in ("scenario", "value", "low", "high", "reason"):
        with pytest.raises(DataError, match=name):
            capacity.span(frame.drop(columns=name))
    with pytest.raises(DataError):
        capacity.span(frame.iloc[:0])


def test_a_survey_by_category_is_summed_by_hand(data):
    """The sum, the printed total and what the sum has more, with every rounding; other places, years and bases apart."""
    parts = {
        "sports_area_a": (300.0, 10.0),
        "sports_area_b": (200.0, 2.0),
        "sports_area_total": (400.0, 20.0),
    }
    rows = [observed("yuhuan", name, 2023, value, step, basis="site_survey", source=f"s{1 + k % 3}")
            for k, (name, (value, step)) in enumerate(parts.items())]  # fmt: skip
    rows += [rows[0] | other for other in ({"place": "cixi"}, {"year": 2022}, {"basis": "reported"})]
    rows.append(rows[0] | {"indicator": "sports_area_per_capita", "value": 2.0})
    known = seen_by(data, [row | {"source": "s1"} if row["source"] == "s3" else row for row in rows])
    frame = capacity.category_areas(known, "玉环", 2023).set_index("item")
    assert frame[["low", "high"]].to_dict("index") == {
        "sports_area_a": {"low": 295.0, "high": 305.0},
        "sports_area_b": {"low": 199.0, "high": 201.0},
        "sum": {"low": 494.0, "high": 506.0},
        "total": {"low": 390.0, "high": 410.0},
        "excess": {"low": 84.0, "high": 116.0},
    }
    assert frame["share_low"].tolist() == pytest.approx((frame["low"] / 410).tolist())
    assert frame["share_high"].tolist() == pytest.approx((frame["high"] / 390).tolist())
    assert frame["source"].tolist() == ["s1", "s2", "s1; s2", "s1", "s1; s2"]
    assert frame["grade"].tolist() == ["official", "press", "official; press", "official", "official; press"]
    assert capacity.category_areas(known, "yuhuan", 2023, basis="site_survey").equals(frame.reset_index())
    for left_out in ("sports_area_total", "sports_area_[ab]"):
        seen = known.observations
        bare = changed(known, observations=seen[~seen["indicator"].str.fullmatch(left_out)])
        with pytest.raises(DataError):
            capacity.category_areas(bare, "yuhuan", 2023)
    twice = changed(
        known,
        observations=pd.concat(
            [known.observations, known.observations[known.observations["indicator"] == "sports_area_total"]]
        ),
    )
    with pytest.raises(DataError):
        capacity.category_areas(twice, "yuhuan", 2023)


def test_sizes_are_the_least_and_the_greatest_of_the_surveys_near_by(data):
    """Of the province, else of a data sheet where no survey near by counts the type; never a standard."""
    rows = [("gym", "pujiang", 200.0, 220.0, "survey_area_over_count"), ("gym", "xianju", 150.0, 300.0, "survey_area_over_count"),
            ("gym", "china", 1.0, 9_000.0, "survey_area_over_count"), ("gym", "", 10.0, 20.0, "dimension"),
            ("court", "china", 400.0, 500.0, "survey_area_over_count"), ("court", "", 420.0, 450.0, "dimension"),
            ("court", "", 410.0, 440.0, "dimension"), ("pool", "china", 50.0, 60.0, "standard")]  # fmt: skip
    made = pd.DataFrame(rows, columns=["facility", "place", "size_low", "size_high", "basis"])
    made = made.assign(name_zh=made["facility"], unit="平方米/个", source="", note="")
    sizes = capacity.facility_sizes(changed(data, facilities=made), "yuhuan").set_index("facility")
    assert sizes[["low", "high", "basis", "places"]].values.tolist() == [
        [150.0, 300.0, "survey_area_over_count", "pujiang; xianju"], [410.0, 450.0, "dimension", ""]]  # fmt: skip
    with pytest.raises(DataError):
        capacity.facility_sizes(changed(data, facilities=made[made["facility"] == "pool"]), "yuhuan")


@pytest.mark.parametrize("seed", range(4))
def test_supply_and_balance_are_those_of_a_plain_loop(data, seed):
    """Counts times sizes, projects after the base and by the year, trails apart, what has no size left out."""
    rng = np.random.default_rng(seed)
    kinds = ["gym", "trail", "pocket_park", "local_facility", "football_cage"]
    said, projects = [], []
    template = data.statements.iloc[[0]]
    for n in range(12):
        kind = kinds[int(rng.integers(len(kinds)))]
        relation, number = str(rng.choice(["eq", "eq", "ge", "le", "about"])), float(rng.integers(10, 90))
        project = {
            "id": f"x{n}",
            "document": "yuhuan-plan-2023",
            "statement": n + 1,
            "at": "",
            "phrase": "",
            "facility": kind,
        }
        project |= {"from_year": None, "year": None, "note": ""}
        if rng.random() < 0.2:
            project |= {
                "statement": None,
                "phrase": "馆",
                "at": "x:y:z",
                "year": int(rng.choice([2022, 2024])),
            }
        else:
            ends = {"eq": (number, number), "ge": (number, np.inf), "le": (-np.inf, number)}
            ends = ends.get(relation, (np.nan, np.nan))
            row = {
                "document": "yuhuan-plan-2023",
                "place": "yuhuan",
                "id": n + 1,
                "indicator": "",
                "kind": "flow",
            }
            row |= {
                "value": number,
                "relation": relation,
                "low": ends[0],
                "high": ends[1],
                "low_closed": relation in ("eq", "ge"),
            }
            row |= {
                "high_closed": relation in ("eq", "le"),
                "step": 1.0,
                "unit": "公里" if kind == "trail" else "个",
                "printed": f"{number:g}",
            }
            row |= {"from_year": None, "year": rng.choice([2022, 2023, 2024, 2027, 2028, None])}
            said.append(template.assign(**row))
        projects.append(project)
    kept = data.statements[data.statements["document"] != "yuhuan-plan-2023"]
    statements = pd.concat([kept, *said], ignore_index=True).astype({"year": "Int64", "from_year": "Int64"})
    projects = pd.DataFrame(projects).astype({"year": "Int64", "from_year": "Int64", "statement": "Int64"})
    rows = [("gym", "survey", 1_000.0, 3_000.0), ("court", "survey", 500.0, 4_000.0), ("trail", "survey", 300.0, 2_000.0),
            ("football_5", "dimension", 600.0, 900.0), ("football_cage", "dimension", 700.0, 950.0)]  # fmt: skip
    facilities = pd.DataFrame(rows, columns=["facility", "basis", "size_low", "size_high"])
    facilities = facilities.assign(name_zh="", place="zhejiang", note="", source="")
    facilities["unit"] = np.where(facilities["facility"] == "trail", "平方米/公里", "平方米/个")
    planted = changed(data, statements=statements, projects=projects, facilities=facilities)
    # of a cage the sheets of both kinds of pitch; of no printed kind the least and the greatest surveyed piece
    sizes = {
        "gym": (1_000.0, 3_000.0),
        "trail": (300.0, 2_000.0),
        "football_cage": (600.0, 950.0),
        "local_facility": (500.0, 4_000.0),
    }
    parts = {"trail": "trail", "local_facility": "kind_not_printed", "pocket_park": "size_not_known"}
    table, expected = capacity.supply(planted, "yuhuan").set_index("id"), {}
    by_id = statements[statements["document"] == "yuhuan-plan-2023"].set_index("id")
    for project in projects.itertuples():
        row, size = table.loc[project.id], sizes.get(project.facility)
        named = pd.isna(project.statement)
        cell = None if named else by_id.loc[project.statement]
        count = 1.0 if named else cell["value"]
        least, most = count, count
        if not named and (
            cell["relation"] == "about" or (cell["unit"] == "公里" and cell["relation"] == "eq")
        ):
            reach = 1.0 if cell["relation"] == "about" else 0.5
            least, most = count - reach, count + reach
        wanted = (least * size[0], most * size[1]) if size else (np.nan, np.nan)
        assert (row["count"], row["part"]) == (count, parts.get(project.facility, "counted")), row
        assert row[["low", "high"]].tolist() == pytest.approx(wanted, nan_ok=True), row
        assert row["reason"] == ("" if size else "ONLY_NAMED" if named else "NO_SIZE")
        assert row["unit"] == "平方米" and row["count_unit"] == ("个" if named else cell["unit"])
        assert row["at"] == ("x:y:z" if named else f"statement:{project.statement}")
        year = project.year if named else cell["year"]
        assert row["year"] == year if pd.notna(year) else pd.isna(row["year"])
        expected[project.id] = (year, project.facility, count, wanted)
    for row in capacity.balance(planted, "yuhuan", AREA).to_dict("records"):
        serving = [
            one for one in expected.values() if pd.isna(one[0]) or row["from_year"] < one[0] <= row["year"]
        ]
        assert row["projects"] == len(serving), row
        unsized = [one for one in serving if one[1] == "pocket_park"]
        assert row["left_out_count"] == sum(one[2] for one in unsized)
        assert row["left_out"] == ("pocket_park" if unsized else "")
        for k, end in enumerate(("low", "high")):
            total = {way: sum(one[3][k] for one in serving if one[1] != "pocket_park" and (way == "with" or one[1] != "trail"))
                     for way in ("without", "with")}  # fmt: skip
            for way, area in total.items():
                assert row[f"{way}_{end}"] == pytest.approx(area), (way, row)
                need = row["need_high" if end == "low" else "need_low"]
                assert row[f"{way}_share_{end}"] == pytest.approx(area / need if need > 0 else np.inf)


@pytest.mark.parametrize(
    ("base", "asked", "shares"),
    [(3.0, 2.0, (np.inf, np.inf)), (2.0, 2.0, (0.0, np.inf)), (1.0, 3.0, (0.0, None))],
)
def test_where_nothing_is_needed_any_supply_is_more_than_enough(data, base, asked, shares):
    """A need at or below nothing is covered without end; where there is one, the share is what is announced of it."""
    targets = data.targets.copy()
    own = (targets["document"] == "yuhuan-plan-2023") & (targets["indicator"] == AREA)
    for role, value in (("baseline", base), ("target", asked)):
        cells = own & (targets["role"] == role)
        targets.loc[cells, ["value", "low", "high", "step"]] = (
            value,
            value,
            value,
            0.0 if base == 3.0 else 0.1,
        )
    bare = changed(sized(data, (6.0, 12.0), trails=False), targets=targets)
    rows = capacity.balance(bare, "yuhuan", AREA)
    row = rows[(rows["document"] == "yuhuan-plan-2023") & (rows["year"] == 2027)].iloc[0]
    low, high = row["need_low"], row["need_high"]
    assert row["without_share_low"] == pytest.approx(np.inf if high <= 0 else row["without_low"] / high)
    assert row["without_share_high"] == pytest.approx(np.inf if low <= 0 else row["without_high"] / low)
    assert (low <= 0, high <= 0) == {3.0: (True, True), 2.0: (True, False), 1.0: (False, False)}[base]
    assert np.isinf([row["without_share_low"], row["without_share_high"]]).tolist() == [high <= 0, low <= 0]
    assert (row["code"] == "COVERED") == (high <= 0)


def test_a_need_runs_from_the_nearest_base_to_each_later_number():
    """The path's own base, else the place's first of the indicator, else the path's first target; bounds by their number."""
    from qiyou.capacity.projects import _pairs

    plan = targets([2.0, 2.5, 3.0], (2022, 2025, 2027), relation=["eq", "gt", "eq"])
    early = targets([1.5], (2021,)).assign(document="early")
    work = targets([2.0, 2.4], (2020, 2024), relation=["eq", "ge"]).assign(document="work").iloc[1:]
    other = targets([0.0, 4.0, 5.0, 6.0], (2020, 2025, 2026, 2027), relation=["eq", "eq", "le", "lt"]).iloc[
        1:
    ]
    # what is asked for before the base, or for its very year, is no need
    before = targets([1.0, 1.1, 1.2], (2022, 2021, 2022)).assign(document="before")
    rows = pd.concat(
        [work, plan, other.assign(place="cixi", document="other"), early, before], ignore_index=True
    )
    found = _pairs(rows, None)
    pairs = {}
    for path, part in found.groupby("path"):
        first, last = (
            (part[part["role"].eq("target") == late] for late in (False, True))
            if len(part["role"].unique()) == 2
            else (part.nsmallest(1, "year"), part.nlargest(1, "year"))
        )
        assert len(part) == 2 and part["document"].nunique() == 1, path
        key = last["document"].item(), last["year"].item()
        pairs[key] = (
            first["year"].item(),
            first["value"].item(),
            last["asks"].item(),
            first["base_document"].item(),
        )
    assert pairs == {
        ("plan", 2025): (2022, 2.0, "gt", "plan"),
        ("plan", 2027): (2022, 2.0, "eq", "plan"),
        ("work", 2024): (2021, 1.5, "ge", "early"),
        ("other", 2026): (2025, 4.0, "le", "other"),
        ("other", 2027): (2025, 4.0, "lt", "other"),
    }
    assert set(found.loc[found["asks"].notna(), "relation"]) == {"eq"}
    some = _pairs(rows, 2027)
    assert set(some.loc[some["asks"].notna(), "year"]) == {2027} and some["path"].nunique() == 2


@pytest.mark.parametrize("year", [2022, 2023, 2024, 2025, None])
def test_only_the_projects_of_a_year_are_asked_for(data, year):
    every = capacity.supply(data)
    wanted = every if year is None else every[every["year"] == year]
    assert capacity.supply(data, year=year)["id"].tolist() == wanted["id"].tolist()
    assert capacity.supply(data, "yuhuan", year)["place"].isin(["yuhuan"]).all()


def test_a_single_facility_is_one_that_a_survey_counts_by_the_piece(data):
    """Between the smallest and the largest of them lies what has no printed kind; no trail, no sheet, no such kind itself."""
    rows = [("gym", "survey_x", "平方米/个", 100.0, 200.0), ("court", "survey_y", "平方米/个", 50.0, 60.0), ("trail", "survey_x", "平方米/公里", 1.0, 9e3),
            ("sheet", "dimension", "平方米/个", 2.0, 8e3), ("local_facility", "survey_x", "平方米/个", 150.0, 300.0)]  # fmt: skip
    sizes = pd.DataFrame(rows, columns=["facility", "basis", "unit", "low", "high"]).assign(source="")
    table = capacity.supply(data, "yuhuan", sizes=sizes)
    own = table[table["facility"] == "local_facility"].iloc[0]
    assert (own["size_low"], own["size_high"]) == (50.0, 300.0)
    assert set(own["size_basis"].split("; ")) == {"survey_x", "survey_y"}


def test_who_announces_nothing_else_has_no_sizes_to_look_for(data):
    bare = changed(data, projects=data.projects.iloc[:0])
    assert capacity.supply(bare).empty
    assert set(capacity.balance(bare, "yuhuan", AREA)["code"]) == {"NO_PROJECTS"}
    assert capacity.balance(bare, "yuhuan", AREA)["projects"].eq(0).all()


@pytest.mark.parametrize("place", [None, "yuhuan"])
def test_only_what_a_table_leaves_out_is_taken_from_the_text(data, place):
    """Not repeated for one year, and by document and indicator: a cell of another year or document speaks for itself."""
    rows = stocks.printed(data, place)
    said = data.printed[
        data.printed["origin"].eq("text") & data.printed["indicator"].ne("") & data.printed["year"].notna()
    ]
    said = said[said["relation"].ne("none") & (said["place"].eq(place) if place else True)]
    cells = data.printed[
        data.printed["origin"].eq("table")
        & data.printed["relation"].ne("none")
        & data.printed["year"].notna()
    ]
    have = set(zip(cells["document"], cells["indicator"], strict=True))
    count = said.groupby(["document", "indicator", "year"])["printed"].transform("size")
    alone = [
        key not in have and n == 1
        for key, n in zip(zip(said["document"], said["indicator"], strict=True), count, strict=True)
    ]
    text = rows[rows["origin"] == "text"]
    keys = [sorted(zip(one["document"], one["locator"], strict=True)) for one in (text, said[alone])]
    assert keys[0] == keys[1]
    assert 0 < sum(alone) < len(alone)
    assert (
        rows["origin"].eq("table").sum()
        == (cells["place"].eq(place) if place else cells["place"].ne("")).sum()
    )


# --------------------------------------------------------------------------------------- assumptions


def test_every_assumption_is_named_once_and_sourced(data):
    zh, en = (capacity.assumptions(data, lang) for lang in ("zh", "en"))
    assert zh["key"].is_unique and (zh["assumption"] != "").all() and (en["assumption"] != "").all()
    keys = {key for joined in zh["source"] if joined for key in joined.split("; ")}
    assert keys <= set(data.sources["id"])
    assert (zh.loc[zh["source"] != "", "grade"] != "").all()


@pytest.mark.parametrize(
    ("key", "value", "result"),
    [
        ("symmetric_split", "1", lambda data: capacity.additions(data, "yuhuan", NURSERY)["level_part"]),
        ("symmetric_split", "1", lambda data: capacity.additions(data, "yuhuan", NURSERY)["population_part"]),
        (
            "institution_size",
            "10",
            lambda data: capacity.additions(data, "yuhuan", NURSERY)["institutions_low"],
        ),
        (
            "per 1,000 resident population",
            "100",
            lambda data: capacity.stock(data, "yuhuan", NURSERY)["value"],
        ),
        ("own_trend", "3", lambda data: capacity.populations(data, "huzhou", 2025)["value"].fillna(0)),
        ("derived_rounding", "0", lambda data: capacity.populations(data, "zhejiang", 2020)["high"]),
        ("three_cohorts", "2", lambda data: child(data)["per_1000"].fillna(0)),
        ("births_trend", "4", lambda data: child(data)["per_1000"].fillna(0)),
    ],
)
def test_the_arithmetic_uses_the_table(data, monkeypatch, key, value, result):
    """The numbers of the assumptions are those that results rest on."""
    before, rows = result(data), words.table("assumptions")
    other = rows.assign(value=rows["value"].where(rows["key"] != key, value))
    for module in (ground, stocks):
        monkeypatch.setattr(module, "table", lambda name: other)
    ground.assumed.cache_clear()
    try:
        assert not np.allclose(result(data), before, equal_nan=True)
    finally:
        ground.assumed.cache_clear()


def test_every_reason_has_its_words(data):
    reasons = {
        *capacity.additions(data)["reason"],
        *capacity.supply(data)["reason"],
        *capacity.populations(data)["reason"],
        *child(data)["reason"],
    } - {""}
    assert reasons <= set(words.group("capacity_reason", "zh"))
    assert set(capacity.supply(data)["part"]) <= set(words.group("supply_part", "en"))


def test_every_result_names_its_sources(data):
    known = {*data.sources["id"], *data.documents["id"]}
    frames = (
        capacity.populations(data).query("status == 'assessable'"),
        capacity.additions(data).query("status == 'assessable'"),
        capacity.supply(data),
        capacity.balance(data),
        child(data, None).query("status == 'assessable'"),
    )
    for frame in frames:
        for joined in frame["source"]:
            assert joined and set(joined.split("; ")) <= known
    graded = capacity.supply(data, "yuhuan").set_index("facility")["grade"]
    assert graded["trail"] == "derived" and graded["football_cage"] == "secondary"
