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

from qiyou import capacity
from qiyou.errors import DataError

AREA = "sports_area_per_capita"
NURSERY = "nursery_places_per_1000"
SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"


@pytest.fixture(scope="module")
def people(data):
    return capacity.populations(data, None, range(2020, 2028))


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
            "note": "",
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


# ----------------------------------------------------------------------------------- worked numbers


def test_a_tenth_of_a_square_metre_for_648000_residents_is_64800(data, people):
    step = targets([2.7, 2.8], (2022, 2023))
    flat = people[people["scenario"] == "flat"]
    row = capacity.additions(step, flat, data.indicators).iloc[0]
    assert row["value"] == pytest.approx(64_800)
    # Each level is known to 0.05, so one printed step is anything from nothing to two steps.
    assert row["low"] == pytest.approx(0, abs=1e-6)
    assert row["high"] == pytest.approx(0.2 * 648_500)
    assert row["unit"] == "平方米"


def test_a_years_courts_and_gyms_come_to_about_7500_to_12000(data):
    total = capacity.supply_total(capacity.supply(data, "yuhuan", 2023, trails="none")).iloc[0]
    assert total["low"] < 7_500 < 12_000 < total["high"]
    assert (total["low"], total["high"]) == pytest.approx((7_500, 12_000), rel=0.06)
    assert total["left_out"] == "village_fitness_square; pocket_park"
    assert total["left_out_count"] == 6


def test_89_km_of_trail_are_about_0_30_a_head(data):
    sizes = capacity.facility_sizes(data, "yuhuan")
    province = data.facilities[
        (data.facilities["facility"] == "trail") & (data.facilities["place"] == "zhejiang")
    ]
    narrow = sizes.assign(
        low=sizes["low"].where(sizes["facility"] != "trail", province["size_low"].item()),
        high=sizes["high"].where(sizes["facility"] != "trail", province["size_high"].item()),
    )
    trail = capacity.supply(data, "yuhuan", 2024, trails="full", sizes=narrow).query("facility == 'trail'")
    assert trail["size_low"].item() == pytest.approx(2_200, rel=0.01)
    head = capacity.per_head(trail, capacity.populations(data, "yuhuan", 2024)).query("scenario == 'flat'")
    assert head[["low", "high"]].round(2).iloc[0].tolist() == [0.30, 0.31]
    assert (head["low"].item() + head["high"].item()) / 2 == pytest.approx(0.30, abs=0.005)


def test_the_trail_decides_whether_the_work_list_is_explained(data):
    frame = capacity.balance(data, "yuhuan", until=2024)
    work = frame[frame["item"] == "yuhuan-worklist-2024"].iloc[0]
    given_ = frame[frame["kind"] == "supply"].set_index("trails")
    assert work["high"] == np.inf
    assert given_.loc["none", "high"] < work["low"] < given_.loc["full", "high"]
    assert given_["low"].is_monotonic_increasing


# -------------------------------------------------------------------------------------- populations


def test_three_observations_on_three_bases_make_no_trend(data):
    frame = capacity.populations(data, "yuhuan", 2027).set_index("scenario")
    seen = data.observations.query("place == 'yuhuan' and indicator == 'population_resident'")
    assert seen["basis"].nunique() == len(seen) == 3
    own = frame.loc["own_trend"]
    assert own["status"] == "not assessable" and np.isnan(own["value"])
    assert "two observations on one basis" in own["reason"]
    assert frame.loc["flat", "value"] == 648_000
    assert frame.loc["flat", ["low", "high"]].tolist() == [647_500, 648_500]
    assert (frame.loc["flat", "basis"], frame.loc["flat", "anchor"]) == ("year_end_resident", 2021)


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
    assert "2020 6468万人" in row["note"] and "2024 6670万人" in row["note"]


def test_a_missing_population_is_not_assessable_and_stays_so(data):
    frame = capacity.populations(data, ["cixi", "haishu"], [2022, 2027])
    assert set(frame["status"]) == {"not assessable"}
    assert frame[["value", "low", "high"]].isna().all(axis=None)
    assert frame["reason"].str.contains("no resident population").all()
    path = data.targets.query("place == 'cixi' and indicator == @NURSERY")
    for made in (capacity.implied_stock, capacity.additions, capacity.decomposition):
        out = made(path, frame, data.indicators)
        assert set(out["status"]) == {"not assessable"}
        assert out[["value", "low", "high"]].isna().all(axis=None)


def test_only_a_count_from_before_the_census_is_not_assessable(data):
    only = data.observations.query("place == 'yuhuan' and basis == 'pre_census_average'")
    old = dataclasses.replace(data, observations=only)
    row = capacity.populations(old, "yuhuan", 2027).query("scenario == 'flat'").iloc[0]
    assert row["status"] == "not assessable"
    assert "pre_census_average: 2019" in row["reason"]


def test_a_year_that_was_observed_is_not_overwritten(data):
    frame = capacity.populations(data, "zhejiang", [2022, 2024, 2026]).query("year == 2022")
    assert set(frame["value"]) == {65_770_000.0}
    assert set(frame["anchor"]) == {2022}


def test_own_trend_goes_through_its_two_observations(data):
    frame = capacity.populations(data, "huzhou", [2021, 2022, 2023, 2025]).query("scenario == 'own_trend'")
    values = frame.set_index("year")["value"]
    assert values[2021] == 3_407_000 and values[2023] == 3_439_000
    assert values[2025] == pytest.approx(3_439_000**2 / 3_407_000)


def test_what_ifs_have_a_name_of_their_own(data):
    frame = capacity.populations(data, "yuhuan", 2023, rates={"falls": -0.01}).set_index("scenario")
    assert frame.loc["falls", "value"] == pytest.approx(648_000 * 0.99**2)
    assert "assumed" in frame.loc["falls", "note"]
    for bad in ({"flat": 0.1}, {"wild": 3.0}):
        with pytest.raises(DataError, match="scenario"):
            capacity.populations(data, "yuhuan", 2023, rates=bad)


def test_elderly_and_children_are_not_assessable_without_a_source(data):
    frame = pd.concat(
        [capacity.populations(data, "yuhuan", 2022, group=group) for group in ("elderly", "under_three")]
    )
    assert set(frame["status"]) == {"not assessable"}
    with pytest.raises(DataError, match="no group"):
        capacity.populations(data, "yuhuan", 2022, group="cats")
    care = data.targets.query("place == 'yuhuan' and indicator == 'care_workers_per_10000_elderly'")
    out = capacity.additions(
        care, capacity.populations(data, "yuhuan", range(2022, 2028)), data.indicators, whole=True
    )
    assert set(out["status"]) == {"not assessable"} and out["reason"].str.contains("elderly").all()


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
@given(levels, levels, steps, counts, widths, fractions, fractions, fractions)
def test_the_interval_of_a_flat_population_is_the_worst_case(start, end, step, low, width, a, b, p):
    frame = targets([start, end], step=step)
    row = capacity.additions(frame, population(low, low + width), INDICATORS).iloc[0]
    boxes = [(max(value - step / 2, 0), value + step / 2) for value in (start, end)]
    corners = [n * (y - x) for n in (low, low + width) for x in boxes[0] for y in boxes[1]]
    assert row["low"] == pytest.approx(min(corners), rel=1e-9, abs=1e-6)
    assert row["high"] == pytest.approx(max(corners), rel=1e-9, abs=1e-6)
    inside = (low + p * width) * (
        boxes[1][0] + b * (boxes[1][1] - boxes[1][0]) - boxes[0][0] - a * (boxes[0][1] - boxes[0][0])
    )
    assert row["low"] - 1e-6 <= inside <= row["high"] + 1e-6


@few
@given(levels, levels, counts, widths, st.floats(-0.03, 0.03), st.floats(0, 0.01), fractions, fractions)
def test_a_trend_stays_inside_its_interval(start, end, low, width, rate, spread, p, r):
    years = 5
    rates = rate - spread, rate + spread
    people_ = population(
        [low, low * (1 + rates[0]) ** years],
        [low + width, (low + width) * (1 + rates[1]) ** years],
        rates=rates,
    )
    frame = targets([start, end])
    row = capacity.decomposition(frame, people_, INDICATORS).iloc[0]
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
    frame = targets([start, end])
    row = capacity.decomposition(
        frame, population([number, number * (1 + rate) ** 5], rate=rate), INDICATORS
    ).iloc[0]
    assert row["level_part"] + row["population_part"] == pytest.approx(row["value"], rel=1e-12, abs=1e-6)
    assert row["level_part"] == pytest.approx((end - start) * number * (1 + (1 + rate) ** 5) / 2)


@few
@given(levels, levels, counts, widths, st.integers(1, 20_000))
def test_wider_boxes_give_wider_intervals(start, end, low, width, more):
    narrow_people, wide_people = (
        population(low, low + width),
        population(low - min(more, low - 1), low + width + more),
    )
    narrow = capacity.decomposition(targets([start, end], step=0.01), narrow_people, INDICATORS).iloc[0]
    for wide in (
        capacity.decomposition(targets([start, end], step=0.1), narrow_people, INDICATORS).iloc[0],
        capacity.decomposition(targets([start, end], step=0.01), wide_people, INDICATORS).iloc[0],
    ):
        for name in ("", "level_part_", "population_part_"):
            assert wide[f"{name}low"] <= narrow[f"{name}low"] + 1e-6
            assert wide[f"{name}high"] >= narrow[f"{name}high"] - 1e-6


@few
@given(levels, levels, counts)
def test_the_unit_of_the_denominator_does_not_matter(start, end, number):
    made = [
        capacity.additions(
            targets([start * factor, end * factor], indicator=name, step=0.1 * factor),
            population(number),
            INDICATORS,
        ).iloc[0]
        for name, factor in ((AREA, 1.0), (NURSERY, 1_000.0), ("per_10000", 10_000.0))
    ]
    for name in ("value", "low", "high"):
        assert [row[name] for row in made] == pytest.approx([made[0][name]] * 3, rel=1e-9, abs=1e-6)


def test_populations_of_two_observations_are_two_unknowns():
    frame = targets([2.0, 2.0], step=0.0)
    tied = capacity.additions(frame, population(1_000, 1_100), INDICATORS).iloc[0]
    free = capacity.additions(frame, population(1_000, 1_100, anchor=[2021, 2026]), INDICATORS).iloc[0]
    assert (tied["low"], tied["high"]) == (0, 0)
    assert (free["low"], free["high"]) == (-200, 200)


def test_a_bound_gives_a_half_open_interval():
    frame = targets([2.7, 3.1], relation=["eq", "ge"])
    stock = capacity.implied_stock(frame, population(1_000), INDICATORS).set_index("year")
    assert (stock.loc[2027, "low"], stock.loc[2027, "high"]) == (3_100, np.inf)
    assert np.isnan(stock.loc[2027, "value"]) and stock.loc[2027, "status"] == "assessable"
    row = capacity.decomposition(frame, population(1_000), INDICATORS).iloc[0]
    assert row["low"] == pytest.approx(350) and row["high"] == np.inf
    assert (row["population_part_low"], row["population_part_high"]) == (0, 0)


def test_an_approximate_or_silent_level_is_not_assessable():
    stock = capacity.implied_stock(
        targets([2.7, 3.1], relation=["about", "eq"]), population(1_000), INDICATORS
    )
    assert stock["status"].tolist() == ["not assessable", "assessable"]
    assert "approximate" in stock["reason"].iloc[0]
    silent = capacity.additions(targets([1.0, 1.0], relation="none"), population(1_000), INDICATORS)
    assert silent["status"].tolist() == ["not assessable"] and "no level" in silent["reason"].iloc[0]


def test_a_level_without_a_start_is_not_assessable(data, people):
    changxing = capacity.paths(data, AREA).query("place == 'changxing'")
    out = capacity.additions(changxing, people, data.indicators).query("scenario == 'flat'")
    assert out["status"].item() == "not assessable"
    assert "no level before 2027" in out["reason"].item()


def test_homes_need_no_population(data, people):
    homes = data.targets.query("place == 'yuhuan' and indicator == 'rental_housing_cumulative'")
    out = capacity.additions(homes, people, data.indicators, whole=True)
    assert out[["scenario", "value", "unit"]].values.tolist() == [["printed", 8_042.0, "套"]]
    with pytest.raises(DataError, match="no denominator"):
        capacity.without_building(homes, people, data.indicators)


def test_yearly_steps_add_up_to_the_whole(data, people):
    path = capacity.paths(data, NURSERY).query("place == 'yuhuan'")
    flat = people[people["scenario"] == "flat"]
    yearly = capacity.additions(path, flat, data.indicators)
    whole = capacity.additions(path, flat, data.indicators, whole=True).iloc[0]
    assert yearly["value"].sum() == pytest.approx(whole["value"])
    assert whole["value"] == pytest.approx(648 * (5.5 - 3.87))
    assert whole["per_year"] == pytest.approx(whole["value"] / 5)
    assert (whole["from_year"], whole["year"], whole["years"]) == (2022, 2027, 5)
    # The mixed decimals of the row: a 4 is known to 0.5, unless it is read as 4.00 like its neighbour 3.87.
    fine = capacity.additions(
        capacity.paths(data, NURSERY, rounding="row").query("place == 'yuhuan'"), flat, data.indicators
    )
    assert (fine["high"] - fine["low"] < yearly["high"] - yearly["low"]).all()
    assert fine["value"].tolist() == pytest.approx(yearly["value"].tolist())


@pytest.mark.parametrize("name", ["share", "odd"])
def test_other_indicators_imply_no_stock(name):
    with pytest.raises(DataError, match="imply a stock") as caught:
        capacity.implied_stock(targets([1, 2], indicator=name), population(1_000), INDICATORS)
    assert caught.value.rows["indicator"].tolist() == [name]


def test_every_denominator_of_a_density_is_known(data):
    dense = data.indicators[data.indicators["kind"] == "density"]
    assert set(dense["denominator"]) <= set(capacity.DENOMINATORS)


def test_nothing_in_is_an_error(data, people):
    path = targets([2.7, 2.8])
    empty = path.iloc[:0]
    for made in (
        capacity.implied_stock,
        capacity.additions,
        capacity.decomposition,
        capacity.without_building,
    ):
        with pytest.raises(DataError):
            made(empty, people, data.indicators)
        with pytest.raises(DataError):
            made(path, people.iloc[:0], data.indicators)
        with pytest.raises(DataError):
            made(path.drop(columns="step"), people, data.indicators)
    for made in (capacity.span, capacity.supply_total):
        with pytest.raises(DataError):
            made(pd.DataFrame())
    with pytest.raises(DataError):
        capacity.explained(pd.DataFrame(), capacity.supply(data, "yuhuan", trails="none"))
    with pytest.raises(DataError):
        capacity.per_child(data, empty)
    with pytest.raises(DataError):
        capacity.required(path, empty, people, data.indicators)


# ------------------------------------------------------------------------------- without building


@few
@given(levels, levels, counts, st.floats(-0.04, 0.04), fractions, fractions)
def test_the_denominator_alone(start, end, number, rate, a, b):
    assume(end - start > 0.15)
    row = capacity.without_building(
        targets([start, end]), population([number, number * (1 + rate) ** 5], rate=rate), INDICATORS
    ).iloc[0]
    first, last = start - 0.05 + 0.1 * a, end - 0.05 + 0.1 * b
    alone = first * ((1 + rate) ** -5 - 1)
    for name, value in (
        ("from_denominator", alone),
        ("share_of_rise", alone / (last - first)),
        ("fall_needed", 1 - first / last),
    ):
        assert row[f"{name}_low"] - 1e-9 <= value <= row[f"{name}_high"] + 1e-9, name
    assert np.sign(row["from_denominator"]) == -np.sign((1 + rate) ** 5 - 1)


def test_the_fall_that_is_needed_takes_no_population(data, people):
    cixi = capacity.paths(data, NURSERY).query("place == 'cixi'")
    out = capacity.without_building(cixi, people, data.indicators, whole=True)
    assert set(out["status"]) == {"not assessable"} and out["from_denominator"].isna().all()
    assert out["fall_needed"].tolist() == pytest.approx([1 - 3.31 / 5.5] * len(out))


def test_the_fall_that_is_needed_reaches_the_level():
    frame = targets([4.0, 5.0], step=0.0)
    needed = capacity.without_building(frame, population(1_000), INDICATORS)["fall_needed"].item()
    shrunk = capacity.decomposition(
        frame, population([1_000, 1_000 * (1 - needed)], anchor=[1, 2]), INDICATORS
    ).iloc[0]
    assert shrunk["value"] == pytest.approx(0, abs=1e-9)
    assert shrunk["level_part"] == pytest.approx(-shrunk["population_part"])


# ------------------------------------------------------------------------------- required, span


def test_from_the_base_of_the_plan_to_the_work_list(data, people):
    sports = capacity.paths(data, AREA).query("place == 'yuhuan'")
    base, work = sports.query("year == 2022"), sports.query("document == 'yuhuan-worklist-2024'")
    out = capacity.required(base, work, people, data.indicators).set_index("scenario")
    assert out.loc["flat", "low"] == pytest.approx((3.1 - 2.75) * 647_500)
    assert out.loc["flat", "high"] == np.inf
    assert out.loc["flat", "document"] == "yuhuan-plan-2023 > yuhuan-worklist-2024"
    assert {"yuhuan-plan-2023", "yuhuan-worklist-2024"} <= set(out.loc["flat", "source"].split("; "))
    for wrong in ((work, base), (sports.query("year <= 2023"), work), (base, work.assign(place="cixi"))):
        with pytest.raises(DataError):
            capacity.required(*wrong, people, data.indicators)


def test_span_is_the_hull_of_what_can_be_assessed(data, people):
    path = capacity.paths(data, NURSERY).query("place in ['yuhuan', 'cixi']")
    out = capacity.additions(path, people, data.indicators, whole=True)
    hull = capacity.span(out).set_index("place")
    good = out.query("place == 'yuhuan' and status == 'assessable'")
    assert hull.loc["yuhuan", ["low", "high"]].tolist() == [good["low"].min(), good["high"].max()]
    assert hull.loc["yuhuan", "scenario"] == "flat; province_trend"
    assert hull.loc["cixi", "status"] == "not assessable" and hull.loc["cixi", "reason"]


# ------------------------------------------------------------------------------- announced projects


def test_counts_come_from_the_statements(data):
    projects = capacity.supply(data, "yuhuan", trails="full")
    printed = data.statements.set_index(["document", "id"])["value"]
    pieces = (projects["count_unit"] != "公里") & projects["statement"].notna()
    keys = projects.loc[pieces, ["document", "statement"]].itertuples(index=False, name=None)
    assert projects.loc[pieces, "count_low"].tolist() == [printed[key] for key in keys]
    doubled = dataclasses.replace(data, statements=data.statements.assign(value=data.statements["value"] * 2))
    twice = capacity.supply(doubled, "yuhuan", trails="full")
    assert twice.loc[pieces, "low"].tolist() == pytest.approx(
        (2 * projects.loc[pieces, "low"]).tolist(), nan_ok=True
    )


def test_every_project_has_a_type_and_a_statement_with_a_count(data):
    assert set(data.projects["facility"]) <= set(capacity.FACILITIES)
    assert not {"count", "printed"} & set(data.projects)
    joined = data.projects.drop(columns="phrase").merge(
        data.statements, left_on=["document", "statement"], right_on=["document", "id"]
    )
    named = data.projects["statement"].isna()
    assert len(joined) == (~named).sum()
    assert data.projects.loc[~named, ["at", "phrase"]].eq("").all(axis=None)
    assert joined["unit"].isin(["个", "片", "家", "公里"]).all()
    assert joined.apply(lambda row: row["facility"] != "gym" or "健身房" in row["phrase"], axis=1).all()
    assert joined.apply(lambda row: row["facility"] != "trail" or "步道" in row["phrase"], axis=1).all()
    assert joined.apply(
        lambda row: row["facility"] != "football_cage" or "足球" in row["phrase"], axis=1
    ).all()


def test_what_is_named_without_a_count_is_one_of_unknown_size(data):
    named = data.projects[data.projects["statement"].isna()]
    assert sorted(named["phrase"]) == sorted(
        ["玉环体育中心", "玉环奥体中心", "黄岩体育馆", "全民健身中心", "少年儿童业余体校"]
    )
    for place, count in (("yuhuan", 2), ("huangyan", 3)):
        projects = capacity.supply(data, place, trails="full")
        rows = projects[projects["statement"].isna()]
        assert (
            rows["phrase"].tolist() == named.loc[named["document"].str.startswith(place), "phrase"].tolist()
        )
        assert len(rows) == count and (rows["count_low"] == 1).all() and (rows["count_high"] == 1).all()
        assert rows["low"].isna().all() and set(rows["reason"]) == {"named without a count or an area"}
    left = capacity.balance(data, "yuhuan", until=2024).query("kind == 'supply'")
    assert (left["left_out_count"] == 8).all()
    assert left["left_out"].str.endswith("sports_centre; olympic_sports_centre").all()
    assert (
        capacity.balance(data, "yuhuan", until=2023).query("kind == 'supply'")["left_out_count"] == 6
    ).all()
    assert capacity.balance(data, "huangyan", until=2025)["left_out_count"].iloc[-1] == 3
    size = {
        "facility": "sports_centre",
        "low": 9e3,
        "high": 2e4,
        "unit": "平方米/个",
        "basis": "assumed",
        "source": "",
    }
    sized = capacity.supply(data, "yuhuan", 2024, trails="none", sizes=pd.DataFrame([size]))
    assert sized.set_index("facility").loc["sports_centre", ["low", "high"]].tolist() == [9e3, 2e4]


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


@given(st.floats(-1e7, 1e7), st.floats(0, 1e7), st.integers(-4, 3))
def test_rounding_outward_loses_nothing_and_adds_less_than_a_step(low, width, digits):
    ends = capacity.outward(low, low + width, digits)
    step, noise = 10.0**-digits, 1e-6 * 10.0**-digits + 1e-6
    assert low - step - noise < ends[0] <= low + noise
    assert low + width - noise <= ends[1] < low + width + step + noise
    assert capacity.outward(*ends, digits) == ends


def test_intervals_in_words():
    assert capacity.words(7_640.9, 53_132.5, -3) == "7,000 to 54,000"
    assert capacity.words(0.1 + 0.2, 0.7 - 0.1, 1) == "0.3 to 0.6"
    assert capacity.words(-0.4, -0.2) == "-1 to 0"
    assert capacity.words(215.0, 220.0, -1) == "210 to 220"
    assert capacity.words([220.0, 1.0], [220.0, np.inf], -1, lang="zh") == ["220", "0以上"]
    assert capacity.words(-np.inf, 3.2, 0, lang="zh") == "4以下"
    assert capacity.words(-np.inf, np.inf) == "open" and capacity.words(np.nan, 1.0, lang="zh") == "无法评估"
    with pytest.raises(DataError, match="lang"):
        capacity.words(1, 2, lang="de")


def test_credited_names_publishers_not_keys(data):
    frame = data.observations[["printed", "source"]]
    shown = capacity.credited(data, frame)
    assert "source" not in shown and not set(shown["publisher"]) & set(data.sources["id"])
    assert set(shown["grade"]) <= {"official", "press", "secondary", "derived"}
    assert capacity.credited(data, pd.DataFrame({"source": ["none_of_them"]}))["grade"].item() == ""
    with pytest.raises(DataError):
        capacity.credited(data, frame[["printed"]])


def test_sizes_are_those_of_the_province_and_standards_stay_apart(data):
    sizes = capacity.facility_sizes(data, "yuhuan").set_index("facility")
    court = data.facilities.query(
        "facility == 'basketball_court' and place in ['pujiang', 'xiangshan', 'xianju', 'gongshu']"
    )
    assert sizes.loc["basketball_court", ["low", "high"]].tolist() == [
        court["size_low"].min(),
        court["size_high"].max(),
    ]
    assert "china" not in " ".join(sizes.loc[sizes["basis"].str.startswith("survey"), "places"])
    assert not sizes.index.str.startswith("fitness_square").any()
    standards = capacity.facility_sizes(data, "yuhuan", basis="standard")
    assert (standards["high"] == np.inf).all() and set(standards["basis"]) == {"standard"}
    with pytest.raises(DataError):
        capacity.facility_sizes(data, "yuhuan", basis="guess")


def test_trails_must_be_named_and_scale_the_area(data):
    with pytest.raises(TypeError):
        capacity.supply(data, "yuhuan")
    full, half, none, open_ = (
        capacity.supply(data, "yuhuan", 2024, trails=share).query("facility == 'trail'").iloc[0]
        for share in ("full", 0.5, "none", (0.0, 1.0))
    )
    assert half["low"] == pytest.approx(full["low"] / 2) and half["high"] == pytest.approx(full["high"] / 2)
    assert (none["low"], none["high"]) == (0, 0)
    assert (open_["low"], open_["high"]) == (0, full["high"])
    # A length is measured: 89 km stands for 88.5 to 89.5.
    assert (full["count_low"], full["count_high"]) == (88.5, 89.5)
    for wrong in ("some", 1.5, -0.1, (1, 0), np.nan, None):
        with pytest.raises(DataError, match="trails"):
            capacity.supply(data, "yuhuan", trails=wrong)


def test_what_has_no_size_is_listed_and_left_out(data):
    projects = capacity.supply(data, "yuhuan", 2023, trails="none").set_index("facility")
    assert projects.loc["pocket_park", "status"] == "not assessable"
    assert np.isnan(projects.loc["pocket_park", "low"])
    sized = pd.DataFrame(
        {
            "facility": ["pocket_park"],
            "low": [100.0],
            "high": [200.0],
            "unit": ["平方米/个"],
            "basis": ["assumed"],
            "source": [""],
        }
    )
    only = capacity.supply_total(capacity.supply(data, "yuhuan", 2023, trails="none", sizes=sized)).iloc[0]
    assert (only["projects"], only["low"], only["high"]) == (1, 500, 1_000)


def test_reading_a_cage_as_a_pitch_and_counting_in_part(data):
    cage, pitch, part = (
        capacity.supply(data, "yuhuan", 2023, trails="none", **options)
        .set_index("facility")
        .loc["football_cage"]
        for options in (
            {},
            {"read_as": {"football_cage": "football_pitch"}},
            {"counting": {"football_cage": (0, 0.5)}},
        )
    )
    assert (cage["low"], cage["high"]) == (4 * 364, 4 * 1_050)
    assert pitch["low"] > cage["high"]
    assert (part["low"], part["high"]) == (0, cage["high"] / 2)
    for options in (
        {"read_as": {"football_cage": "castle"}},
        {"counting": {"castle": 1}},
        {"counting": {"gym": 2}},
    ):
        with pytest.raises(DataError):
            capacity.supply(data, "yuhuan", 2023, trails="none", **options)


def test_thirty_or_more_has_no_upper_end_unless_taken_as_printed(data):
    gyms = capacity.supply(data, "huangyan", trails="none").set_index("facility").loc["gym"]
    assert (gyms["count_low"], gyms["count_high"], gyms["high"]) == (30, np.inf, np.inf)
    shut = (
        capacity.supply(data, "huangyan", trails="none", at_least="as printed")
        .set_index("facility")
        .loc["gym"]
    )
    assert shut["count_high"] == 30 and np.isfinite(shut["high"])
    assert (gyms["from_year"], gyms["year"]) == (2021, 2025)
    with pytest.raises(DataError, match="at_least"):
        capacity.supply(data, "huangyan", trails="none", at_least="never")


def test_a_place_that_announces_nothing_is_not_assessable(data):
    for place, year in (("changxing", None), ("yuhuan", 2026)):
        out = capacity.supply(data, place, year, trails="full")
        assert out["status"].tolist() == ["not assessable"]
        assert capacity.supply_total(out)["low"].isna().all()
    with pytest.raises(DataError, match="no place"):
        capacity.supply(data, "atlantis", trails="full")


def need(low, high, unit="平方米"):
    return pd.DataFrame(
        {
            "place": ["yuhuan"],
            "low": [low],
            "high": [high],
            "unit": [unit],
            "status": ["assessable"],
            "reason": [""],
        }
    )


def given_area(low, high):
    return pd.DataFrame(
        {
            "place": ["yuhuan"],
            "facility": ["gym"],
            "low": [low],
            "high": [high],
            "unit": ["平方米"],
            "count_low": [1],
            "source": ["a"],
            "grade": ["derived"],
            "status": ["assessable"],
            "reason": [""],
        }
    )


@pytest.mark.parametrize(
    ("required", "supply", "share"),
    [
        ((100, 200), (10, 50), (0.05, 0.5)),
        ((100, np.inf), (10, 50), (0.0, 0.5)),
        ((-10, 200), (10, 50), (0.05, np.inf)),
        ((-20, -10), (10, 50), (np.inf, np.inf)),
        ((100, 200), (10, np.inf), (0.05, np.inf)),
    ],
)
def test_the_share_explained(required, supply, share):
    row = capacity.explained(need(*required), given_area(*supply)).iloc[0]
    assert (row["share_low"], row["share_high"]) == pytest.approx(share)
    assert row["left_low"] == required[0] - supply[1]
    assert row["left_high"] == required[1] - supply[0]


def test_square_metres_do_not_explain_places():
    with pytest.raises(DataError, match="different units"):
        capacity.explained(need(1, 2, unit="个"), given_area(1, 2))


# -------------------------------------------------------------------------------------- children


def test_places_per_child_on_each_basis(data):
    path = capacity.paths(data, NURSERY).query("place == 'yuhuan' and year in [2023, 2027]")
    out = capacity.per_child(data, path).set_index(["year", "births", "births_scenario"])
    now = out.loc[(2023, "rate:zhejiang", "sourced")]
    assert now["per_1000"] == pytest.approx(6.90 + 6.28 + 5.80) and now["sourced"] == 3
    assert now["value"] == pytest.approx(4 / 18.98)
    assert now["low"] == pytest.approx(3.5 / (18.98 + 0.015)) and now["high"] == pytest.approx(
        4.5 / (18.98 - 0.015)
    )
    held, falling = (out.loc[(2027, "rate:zhejiang", name)] for name in ("held", "falling"))
    assert held["value"] == pytest.approx(5.5 / (3 * 5.80))
    factor = (5.80 / 6.90) ** (1 / 2)
    assert falling["value"] == pytest.approx(5.5 / (5.80 * (factor**2 + factor**3 + factor**4)))
    registered = out.loc[(2027, "number:registered", "held")]
    assert registered["value"] == pytest.approx(5.5 * 648 / (3 * 2522))
    assert registered["low"] == pytest.approx(5.45 * 647.5 / (3 * 2522.5))
    assert registered["high"] == pytest.approx(5.55 * 648.5 / (3 * 2521.5))
    assert registered["value"] > held["value"]
    refused = out.loc[(2027, "number:registered", "falling")]
    assert refused["status"] == "not assessable" and "3 sourced years" in refused["reason"]
    # What falling births alone do, with no place built since the first year of the path.
    assert falling["level_kept"] == pytest.approx(falling["value"] * 4 / 5.5)


def test_a_gap_lies_between_its_neighbours(data):
    path = capacity.paths(data, NURSERY).query("place == 'changxing' and year == 2023")
    row = capacity.per_child(data, path).set_index("births").loc["rate:huzhou"]
    assert "2022 between 2021 and 2023" in row["cohorts"] and row["births_scenario"] == "sourced"
    assert (row["per_1000_low"], row["per_1000_high"]) == pytest.approx(
        (6.15 + 5.15 + 5.15, 6.25 + 6.25 + 5.25)
    )


def test_without_births_or_population_places_per_child_are_not_assessable(data):
    path = capacity.paths(data, NURSERY).query("place == 'yuhuan' and year == 2027")
    bare = dataclasses.replace(
        data, observations=data.observations[data.observations["indicator"] != "birth_rate"]
    )
    lost = bare.observations["indicator"] != "population_resident"
    nobody = capacity.per_child(dataclasses.replace(bare, observations=bare.observations[lost]), path)
    assert set(nobody["status"]) == {"not assessable"} and nobody["value"].isna().all()
    nothing = data.observations[~data.observations["indicator"].isin(["birth_rate", "births"])]
    row = capacity.per_child(dataclasses.replace(data, observations=nothing), path)
    assert row["status"].tolist() == ["not assessable"] and "no births" in row["reason"].item()


def test_capacity_is_not_use(data):
    path = capacity.paths(data, NURSERY).query("place == 'yuhuan' and year == 2027")
    own = capacity.per_child(data, path)
    assert own["in_use"].isna().all() and own["in_use_low"].isna().all()
    assert own["occupancy_note"].str.contains("no occupancy of yuhuan").all()
    other = capacity.per_child(data, path, occupancy="elsewhere").query("births == 'rate:zhejiang'").iloc[0]
    seen = data.observations.query("indicator == 'nursery_occupancy' and relation == 'eq'")["value"]
    low, high = (seen.min() - 0.05) / 100, (seen.max() + 0.05) / 100
    assert (other["in_use_low"], other["in_use_high"]) == pytest.approx(
        (other["low"] * low, other["high"] * high)
    )
    assert other["occupancy_note"].startswith("what if")
    for wrong in (
        lambda: capacity.per_child(data, path, occupancy="full"),
        lambda: capacity.per_child(data, path.assign(indicator=AREA)),
    ):
        with pytest.raises(DataError):
            wrong()


# ------------------------------------------------------------------------- yardsticks, assumptions


def test_balance_of_huangyan_has_no_trail_to_count(data):
    frame = capacity.balance(data, "huangyan", until=2025, at_least="as printed")
    assert frame["kind"].tolist() == ["requirement", "supply"]
    assert frame.loc[1, "high"] < 0.06 * frame.loc[0, "low"]
    for place, year in (("changxing", 2027), ("huangyan", 2024), ("yuhuan", 2022)):
        with pytest.raises(DataError):
            capacity.balance(data, place, until=year)


def test_projects_after_the_year_do_not_count(data):
    early = capacity.balance(data, "yuhuan", until=2023)
    assert early.query("kind == 'supply'")["high"].item() < 20_000


def test_the_national_series_keeps_to_one_basis(data):
    sports = capacity.national_series(data, AREA)
    assert sports["basis"].nunique() == 1 and sports["year"].tolist() == list(range(2021, 2026))
    assert capacity.national_series(data, AREA, basis="site_census_2013")["value"].tolist() == [1.46]
    with pytest.raises(DataError):
        capacity.national_series(data, AREA, basis="guess")
    with pytest.raises(DataError):
        capacity.national_series(data, "huiminbao_enrolment_rate")


def test_extrapolation_is_the_published_interval():
    series = pd.DataFrame({"year": range(2021, 2026), "value": [4.0, 8, 6, 11, 14]})
    row = capacity.extrapolated(series, [2023]).iloc[0]
    assert (row["low"], row["high"]) == pytest.approx((2.1403, 15.05966), abs=6e-5)
    with pytest.raises(DataError):
        capacity.extrapolated(series, [])


def test_every_assumption_is_named_once_and_sourced(data):
    frame = capacity.assumptions()
    assert frame["id"].is_unique and (frame[["zh", "en", "used_in"]] != "").all(axis=None)
    keys = {key for joined in frame["source"] if joined for key in joined.split("; ")}
    assert keys <= set(data.sources["id"])
    names = " ".join(frame["used_in"])
    for name in (
        "implied_stock",
        "additions",
        "decomposition",
        "populations",
        "supply",
        "per_child",
        "facility_sizes",
    ):
        assert name in names and callable(getattr(capacity, name))


def test_every_result_names_its_sources(data, people):
    path = capacity.paths(data, AREA).query("place == 'yuhuan'")
    known = {*data.sources["id"], *data.documents["id"]}
    frames = (
        people[people["status"] == "assessable"],
        capacity.additions(path, people, data.indicators).query("status == 'assessable'"),
        capacity.supply(data, "yuhuan", trails="full"),
        capacity.balance(data, "yuhuan", until=2024),
        capacity.per_child(data, capacity.paths(data, NURSERY)).query("status == 'assessable'"),
    )
    for frame in frames:
        for joined in frame["source"]:
            assert joined and set(joined.split("; ")) <= known
    graded = capacity.supply(data, "yuhuan", trails="full").set_index("facility")["grade"]
    assert graded["trail"] == "derived" and graded["football_cage"] == "secondary"


def test_an_object_with_the_tables_is_enough(data):
    tables = SimpleNamespace(observations=data.observations, places=data.places, sources=data.sources)
    assert capacity.populations(tables, "yuhuan", 2022)["value"].notna().sum() == 2
