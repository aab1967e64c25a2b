"""C10 to C12: spells, exact ranks, bands, copies and yardsticks from above."""

from __future__ import annotations

import functools
import inspect
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from plausibility_frames import INDICATORS, one, path, said, together
from scipy.stats import binomtest

import qiyou
from qiyou.errors import DataError
from qiyou.plausibility import Settings, peers, ranks, reference, standards
from qiyou.plausibility.paths import number_paths, prepare
from qiyou.plausibility.verdicts import table


def observed(*rows):
    """Reference rows: (place, year, value, note, kind)."""
    full = [(*row, *("", "observed")[len(row) - 3 :]) for row in rows]
    frame = pd.DataFrame(full, columns=["place", "year", "value", "note", "kind"])
    return frame.assign(
        year=frame["year"].astype("Int64"), level="county", parent="above",
        indicator="sports_area_per_capita",
        source="s", step=0.01, relation="eq",
    )  # fmt: skip


def taken(*rows, **options):
    found = reference.spells(observed(*rows), "sports_area_per_capita", **options)
    return [
        (row.place, int(row.from_year), int(row.year), round(row.change, 6)) for row in found.itertuples()
    ]


# -------------------------------------------------------------------------------------------- spells


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([("a", 2020, 2.0), ("a", 2022, 2.4), ("a", 2024, 2.5)], [("a", 2020, 2024, 0.125)]),
        ([("a", 2018, 2.0), ("a", 2020, 2.2), ("a", 2024, 2.6)], [("a", 2020, 2024, 0.1)]),
        ([("a", 2020, 2.0), ("b", 2022, 2.4)], []),
        ([("a", 2020, 2.0), ("a", 2021, 2.4)], []),
        ([("a", 2020, 2.0), ("a", 2022, 2.4, "EXCLUDE_SPELL: other scope")], []),
        ([("a", 2020, 2.0), ("a", 2022, 2.4, "WEAK: rounded")], []),
        ([("a", 2020, 2.0), ("a", 2022, 2.4, "", "lower_bound")], []),
        ([("a", 2020, 2.0), ("a", 2022, 2.4, "", "expected")], []),
        ([("a", 2013, 2.0, "CENSUS 2013"), ("a", 2018, 2.4)], []),
        ([("a", 2016, 2.0), ("a", 2020, 2.4)], []),
        ([("a", 2018, 2.4, "provincial fitness survey"), ("a", 2020, 2.7, "provincial fitness survey")], []),
        ([("a", pd.NA, 2.0), ("a", 2022, 2.4)], []),
        ([("a", 2020, 2.5), ("a", 2022, 2.1)], [("a", 2020, 2022, -0.2)]),
    ],
)
def test_one_spell_per_place_on_one_basis(rows, expected):
    assert taken(*rows) == expected


def test_a_change_of_one_year_is_no_multi_year_change_unless_asked_for():
    rows = [("a", 2020, 2.0), ("a", 2021, 2.4), ("b", 2019, 1.0), ("b", 2021, 2.0), ("b", 2022, 2.1)]
    assert taken(*rows) == [("b", 2019, 2022, round(1.1 / 3, 6))]
    assert taken(*rows, shortest=1) == [("a", 2020, 2021, 0.4), ("b", 2019, 2022, round(1.1 / 3, 6))]
    assert taken(*rows, shortest=4) == []
    for bad in ({"shortest": 0}, {"shortest": 6}):
        with pytest.raises(DataError, match="years"):
            taken(*rows, **bad)


def test_the_default_spell_is_that_of_the_settings():
    default = inspect.signature(reference.spells).parameters
    assert default["shortest"].default == Settings().spell_years_least == 2
    assert default["longest"].default == Settings().spell_years
    with pytest.raises(DataError, match="spell_years_least"):
        Settings(spell_years_least=6)


def test_among_equally_long_spells_the_surer_then_the_later_is_taken():
    rows = [("a", 2018, 2.0), ("a", 2020, 2.4, "", "derived"), ("a", 2020 + 1, 2.3), ("a", 2023, 2.9)]
    assert taken(*rows, longest=2) == [("a", 2021, 2023, 0.3)]
    assert taken(("a", 2018, 2.0), ("a", 2020, 2.2), ("a", 2022, 2.8), longest=2) == [("a", 2020, 2022, 0.3)]


def test_a_spell_carries_its_rounding_and_what_weakens_it():
    frame = observed(
        ("town", 2020, 2.0, "SOFT DATE: so far"),
        ("town", 2022, 2.4, "", "derived"),
        ("city", 2020, 1.0),
        ("city", 2022, 2.0),
    )
    frame.loc[frame["place"] == "town", "parent"] = "city"
    found = reference.spells(frame, "sports_area_per_capita").set_index("place")
    assert found.loc["town", ["change_low", "change_high"]].round(6).tolist() == [0.195, 0.205]
    assert found.loc["town", ["derived", "soft", "nested"]].tolist() == [True, True, True]
    assert not found.loc["city", ["derived", "soft", "nested"]].any()


def test_countries_are_no_member_of_a_class_of_places():
    frame = observed(("china", 2020, 2.0), ("china", 2022, 2.4)).assign(level="country")
    assert reference.spells(frame, "sports_area_per_capita").empty


def test_real_classes_have_one_spell_per_place_and_leave_the_marked_rows_out():
    data = qiyou.load()
    sports = reference.spells(data.reference, "sports_area_per_capita")
    nursery = reference.spells(data.reference, "nursery_places_per_1000")
    for found in (sports, nursery):
        assert found["place"].is_unique and found["years"].between(2, 5).all()
        assert (found["from_year"] + found["years"] == found["year"]).all()
    assert 15 <= len(sports) <= 40 and len(nursery) < 20
    assert set(sports["basis"]) == {"site_survey"} and sports["from_year"].min() >= 2018
    assert "ningbo" not in set(sports["place"]) and "china" not in set(sports["place"])


def test_spells_say_what_is_missing():
    with pytest.raises(DataError, match="parent"):
        reference.spells(observed(("a", 2020, 2.0)).drop(columns="parent"), "sports_area_per_capita")
    with pytest.raises(DataError, match="nothing_of_it"):
        reference.spells(observed(("a", 2020, 2.0)), "nothing_of_it")


# ---------------------------------------------------------------------------------------------- rank


def realised(changes, start=2.0, half=0.0):
    changes = np.asarray(changes, dtype=float)
    return pd.DataFrame(
        {"from_value": start, "change": changes, "change_low": changes - half, "change_high": changes + half}
    )


TWENTY_FOUR = np.arange(1, 25) / 100


@pytest.mark.parametrize(
    ("required", "m", "code", "verdict"),
    [
        (0.035, 24, "WITHIN_FASTEST_QUARTER_LINE", "PASS"),
        (0.165, 24, "RANK_NOT_DECIDED", "UNDECIDABLE"),
        (0.235, 24, "RANK_NOT_DECIDED", "UNDECIDABLE"),  # 23 of 24: the interval begins at 78.9
        (0.5, 24, "UNPRECEDENTED_IN_REFERENCE", "QUESTION"),
        (0.5, 19, "TOO_FEW_IN_REFERENCE", "UNDECIDABLE"),
        (0.005, 19, "TOO_FEW_IN_REFERENCE", "UNDECIDABLE"),
        (0.005, 0, "TOO_FEW_IN_REFERENCE", "UNDECIDABLE"),
    ],
)
def test_rank_verdicts(required, m, code, verdict):
    result = reference.rank(required, realised(TWENTY_FOUR[:m]))
    assert (result.code, result.verdict, result.m) == (code, verdict, m)


def test_top_fifth_needs_the_whole_interval_above_80():
    result = reference.rank(0.985, realised(np.arange(1, 101) / 100))
    assert (result.code, result.below_low) == ("TOP_FIFTH_PACE", 98) and result.low > 80
    assert np.isnan(result.chance)
    assert reference.rank(2.0, realised(TWENTY_FOUR)).chance == pytest.approx(1 / 25)


@settings(max_examples=60)
@given(st.integers(1, 60), st.data())
def test_the_interval_is_clopper_and_pearson(m, data):
    k = data.draw(st.integers(0, m))
    result = reference.rank(k + 0.5, realised(np.arange(1, m + 1)))
    exact = binomtest(k, m).proportion_ci(0.95, "exact")
    assert result.below_low == result.below_high == k
    assert (result.low, result.high) == (pytest.approx(100 * exact.low), pytest.approx(100 * exact.high))


@settings(max_examples=60)
@given(
    st.lists(st.integers(1, 40), min_size=20, max_size=40),
    st.integers(0, 45),
    st.integers(0, 8),
    st.integers(0, 8),
)
def test_rounding_only_moves_a_rank_towards_undecidable(changes, required, half, own):
    sure = reference.rank(required, realised(changes))
    rounded = reference.rank(
        required, realised(changes, half=half), interval=(required - own, required + own)
    )
    assert rounded.low <= sure.low + 1e-9 and rounded.high >= sure.high - 1e-9
    assert rounded.verdict in ("UNDECIDABLE", sure.verdict)


@settings(max_examples=30)
@given(
    st.lists(st.integers(1, 40), min_size=1, max_size=40), st.integers(1, 45), st.sampled_from([0.01, 100.0])
)
def test_ranks_do_not_know_units_and_mirror(changes, required, scale):
    plain = reference.rank(required, realised(changes))
    scaled = reference.rank(required * scale, realised(np.array(changes) * scale))
    falling = reference.rank(-required, realised(-np.array(changes)), direction="down")
    assert (
        plain.code == scaled.code == falling.code and plain.below_low == scaled.below_low == falling.below_low
    )


def test_only_comparable_starts_count():
    spells = pd.concat([realised(TWENTY_FOUR, start=2.0), realised(TWENTY_FOUR + 1, start=9.0)])
    result = reference.rank(0.5, spells, level_band=(1.5, 3.0))
    assert result.m == 24 and result.code == "UNPRECEDENTED_IN_REFERENCE" and len(result.spells) == 48
    assert reference.rank(0.5, spells).m == 48


def test_rank_refuses_no_number():
    for bad in (
        {"required_change": np.nan},
        {"required_change": 1.0, "interval": (2.0, 3.0)},
        {"required_change": 1.0, "direction": "x"},
    ):
        with pytest.raises(DataError):
            reference.rank(spells=realised(TWENTY_FOUR), **bad)


@st.composite
def classes(draw, most=12):
    """A class of spells and what some paths need of it; small whole numbers, so that ties are frequent."""
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    m, n = draw(st.integers(0, 40)), draw(st.integers(0, most))
    spells = pd.DataFrame(
        {"place": [f"p{k}" for k in range(m)], "from_value": rng.integers(0, 5, m) / 1.0}
    ).assign(change=rng.integers(-5, 9, m) / 10, derived=rng.random(m) < 0.4, nested=rng.random(m) < 0.4)
    half = rng.integers(0, 3, m) / 20
    spells = spells.assign(change_low=spells["change"] - half, change_high=spells["change"] + half)
    required, own = rng.integers(-6, 11, n) / 10, rng.integers(0, 3, n) / 20
    ends = {
        "interval": (required - own, required + own),
        "level_band": (rng.integers(-1, 3, n) / 1.0, rng.integers(2, 6, n) / 1.0),
        "place": np.array([f"p{k}" for k in rng.integers(0, 50, n)], dtype=object),
    }
    return required, spells, ends, draw(st.sampled_from(["up", "down"]))


EASY = Settings(reference_least=3, reference_pass=50.0, reference_question=60.0, reference_confidence=0.4)


@settings(max_examples=40)
@given(classes(), st.sampled_from([EASY, Settings()]))
def test_many_paths_at_once_are_ranked_as_one_by_one(drawn, chosen):
    required, spells, ends, direction = drawn
    found = reference.rank_paths(required, spells, **ends, direction=direction, settings=chosen)
    assert len(found) == len(required)
    for k, row in enumerate(found.itertuples()):
        others = spells[spells["place"] != ends["place"][k]]
        interval, band = ((low[k], high[k]) for low, high in (ends["interval"], ends["level_band"]))
        one_by_one = reference.rank(
            required[k], others, interval=interval, level_band=band, direction=direction, settings=chosen
        )
        for name in ("code", "verdict", "required", "required_low", "required_high", "m", "below_low",
                     "below_high", "percentile", "low", "high", "chance"):  # fmt: skip
            np.testing.assert_array_equal(getattr(row, name), getattr(one_by_one, name), err_msg=name)
        # and both as one would count by hand
        sign, near = {"up": 1, "down": -1}[direction], 1e-9
        counted = [spell for spell in others.itertuples() if band[0] <= spell.from_value <= band[1]]
        slower = [spell for spell in others.itertuples() if sign * (required[k] - spell.change) > near]
        assert (row.m, row.others, row.others_below) == (len(counted), len(others), len(slower))
        assert row.below == len({spell.place for spell in slower} & {spell.place for spell in counted})
        assert (row.derived, row.soft) == (sum(spell.derived for spell in counted), 0)
        assert row.nested == sum(spell.nested for spell in counted)
        lowest, highest = sorted(sign * end for end in interval)
        tops = [max(sign * spell.change_low, sign * spell.change_high) for spell in counted]
        floors = [min(sign * spell.change_low, sign * spell.change_high) for spell in counted]
        assert row.below_low == sum(lowest - top > near for top in tops)
        assert row.below_high == sum(highest - floor >= -near for floor in floors)
        assert one_by_one.spells["counts"].sum() == row.m


@settings(max_examples=30)
@given(classes(most=40), st.sampled_from([1, 50, 97, 2**20]))
def test_chunks_change_nothing_and_bound_what_is_compared_at_once(drawn, chunk):
    required, spells, ends, direction = drawn
    whole = reference.rank_paths(required, spells, **ends, direction=direction, settings=EASY)
    count, sizes = reference._counted, []

    def watched(needed, other, listed):
        sizes.append(other.size)
        return count(needed, other, listed)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reference, "CHUNK", chunk)
        patch.setattr(reference, "_counted", watched)
        parts = reference.rank_paths(required, spells, **ends, direction=direction, settings=EASY)
    pd.testing.assert_frame_equal(parts, whole, check_exact=True)
    assert max(sizes) <= max(chunk, len(spells)) and sum(sizes) == len(required) * len(spells)


def test_a_pace_met_up_to_binary_noise_is_not_above():
    row = reference.rank_paths([0.1 + 0.2], realised([0.3] * 20)).iloc[0]
    assert (row["below"], row["percentile"]) == (0, 0.0) and np.isnan(row["chance"])


def test_one_wrong_number_among_many_is_refused():
    with pytest.raises(DataError, match=r"3\.0 with the interval 4\.0 to 5\.0"):
        reference.rank_paths([1.0, 3.0], realised(TWENTY_FOUR), interval=([1.0, 4.0], [1.0, 5.0]))


AREA = "sports_area_per_capita"
PACES = np.arange(1, 25) * 0.02


@functools.cache
def a_nation(n, seed=0):
    """Plans of n counties, some of them in the reference class; bases from nothing to far outside any band."""
    rng = np.random.default_rng(seed)
    plans = []
    for k in range(n):
        first, pace = rng.choice([0.5, 2.2, 2.6, 3.0, 9.0]), rng.choice([-0.01, 0.02, 0.1, 0.3, 0.9])
        cells = [round(first + pace * year, 2) for year in range(6)]
        cells[0] = None if rng.random() < 0.2 else cells[0]
        plans.append(path(cells, step=0.01, place=f"county{k}", document=f"plan{k}", indicator=AREA))
    return pd.concat(plans, ignore_index=True)


@functools.cache
def loaded():
    return qiyou.load(also=[])


def ranked_findings(rows, known, chosen=EASY):
    indicators = loaded().indicators
    numbered = rows.assign(path=number_paths(rows)).reset_index(drop=True)
    card = qiyou.pace.card(numbered, indicators)
    return reference.checks(prepare(numbered, indicators), known, card, chosen)


@settings(max_examples=10)
@given(st.lists(st.integers(0, 3), min_size=1, max_size=30), st.integers(0, 2))
def test_a_partition_of_the_plans_gives_the_same_findings(labels, seed):
    rows, known = a_nation(30, seed), a_large_class(PACES).reference
    label = np.array(labels)[rows["place"].str.removeprefix("county").astype(int) % len(labels)]
    whole = table(ranked_findings(rows, known))
    parts = [table(ranked_findings(part, known)) for _, part in rows.groupby(label)]
    joined = pd.concat(parts).set_index("place").loc[whole["place"]].reset_index()[list(whole)]
    pd.testing.assert_frame_equal(joined, whole, check_exact=True)
    assert len(whole) == 30 and whole["code"].nunique() >= 4


def test_the_tables_for_figures_are_those_of_each_plan_alone():
    data = a_large_class(PACES)
    data = replace(data, targets=a_nation(30), statements=data.statements[:0])
    spells, required = ranks.ranked(data, AREA, settings=EASY)
    assert required["code"].nunique() >= 4 and (spells["place"] != spells["plan_place"]).all()
    based = required[required["code"] != "NOT_DEFINED"]
    counted = spells.groupby("plan_place")["counts"].sum()
    assert counted.loc[based["place"]].tolist() == based["m"].tolist()
    some = based[based["m"] > 0]
    assert (100 * some["below"] / some["m"]).tolist() == some["percentile"].tolist()
    for place in based["place"]:
        alone = replace(data, targets=data.targets[data.targets["place"] == place])
        own_spells, own = ranks.ranked(alone, AREA, settings=EASY)
        pd.testing.assert_frame_equal(
            own, required.query("place == @place").reset_index(drop=True), check_exact=True, check_dtype=False
        )
        whole = spells[spells["plan_place"] == place].reset_index(drop=True)
        pd.testing.assert_frame_equal(own_spells, whole, check_exact=True)


def test_findings_are_written_once_per_sentence_not_per_path(monkeypatch):
    written, write = [], reference.findings
    monkeypatch.setattr(
        reference, "findings", lambda *args, **more: written.append(1) or write(*args, **more)
    )
    found = table(ranked_findings(a_nation(120), a_large_class(PACES).reference))
    assert len(found) == 120 and len(written) <= 10
    # one code, two sentences: where nothing counts there is no percentile to print
    known = a_large_class(PACES).reference
    few = table(ranked_findings(a_nation(120), known, replace(EASY, reference_least=30)))
    few = few[few["code"] == "TOO_FEW_IN_REFERENCE"]
    printed = few["message_en"].str.contains("percentile")
    assert printed.tolist() == few["statistic"].notna().tolist() and 0 < printed.sum() < len(few)


def a_large_class(paces):
    """The data with a reference class of counties that went up by so much a year, from 2.5 m² in 2020."""
    rows = [
        (f"county{k}", year, round(2.5 + pace * (year - 2020), 2))
        for k, pace in enumerate(paces)
        for year in (2020, 2023)
    ]
    return replace(loaded(), reference=observed(*rows))


@pytest.mark.parametrize(
    ("paces", "code", "verdict"),
    [
        (np.arange(1, 25) * 0.03, "WITHIN_FASTEST_QUARTER_LINE", "PASS"),
        (np.arange(1, 25) * 0.003, "UNPRECEDENTED_IN_REFERENCE", "QUESTION"),
        (np.arange(1, 25) * 0.0065, "RANK_NOT_DECIDED", "UNDECIDABLE"),
    ],
)
def test_a_large_enough_class_decides(paces, code, verdict):
    found = qiyou.plausibility.check(a_large_class(paces))
    row = one(found[found["document"] == "yuhuan-plan-2023"], code)
    assert (row["verdict"], row["evidence"], row["check"]) == (verdict, "E3", "C10")
    summed = qiyou.plausibility.summary(found).query("place == 'yuhuan'").set_index("indicator")
    assert (summed.loc["sports_area_per_capita", "feasibility"] == "") == (verdict != "UNDECIDABLE")


def test_the_check_states_m_interval_band_and_weaknesses():
    found = qiyou.plausibility.check(qiyou.load())
    sports = found[(found["indicator"] == "sports_area_per_capita") & (found["check"] == "C10")]
    # fewer than 20 changes over at least two years start from a like level: nothing is decided
    assert set(sports["place"]) == {"yuhuan", "huangyan"}
    assert set(sports["code"]) == {"TOO_FEW_IN_REFERENCE"}
    assert set(sports["verdict"]) == {"UNDECIDABLE"}
    row = sports[sports["place"] == "yuhuan"].iloc[0]
    assert (row["evidence"], row["threshold"]) == ("E3", 20)
    for text in (row["message_zh"], row["message_en"]):
        assert all(number in text for number in ("0.1", "1.8", "4.05", "17", f"{row['low']:.3g}", "20"))
    assert "成功经验偏多" in row["message_zh"] and "over-represented" in row["message_en"]
    few = found[(found["code"] == "TOO_FEW_IN_REFERENCE") & (found["indicator"] == "nursery_places_per_1000")]
    assert len(few) >= 4 and (few["verdict"] == "UNDECIDABLE").all() and (few["threshold"] == 20).all()
    no_base = found[(found["place"] == "changxing") & (found["check"] == "C10")]
    assert set(no_base["code"]) == {"NOT_DEFINED"}


def test_a_place_is_no_reference_for_itself():
    data = qiyou.load()
    # haishu's own spell lasts a year
    found = qiyou.plausibility.check(data, settings=Settings(spell_years_least=1))
    everyone = len(reference.spells(data.reference, "nursery_places_per_1000", shortest=1))
    row = one(
        found[(found["place"] == "haishu") & (found["indicator"] == "nursery_places_per_1000")],
        "TOO_FEW_IN_REFERENCE",
    )
    assert f"共{everyone - 1}个" in row["message_zh"]


# --------------------------------------------------------------------------------------- C11 and C12

PLACES = pd.DataFrame(
    {"id": [f"p{k}" for k in range(10)] + ["city", "province"], "parent": ["city"] * 10 + ["province", ""]}
).assign(name_zh=lambda frame: frame["id"], name_en=lambda frame: frame["id"])


def prepared(*plans):
    """Paths of p0, p1, …: lists of cells."""
    rows = pd.concat(
        [
            path(cells, step=0.1, place=f"p{k}", document=f"plan{k}", indicator="density")
            for k, cells in enumerate(plans)
        ],
        ignore_index=True,
    )
    return prepare(rows.assign(path=number_paths(rows)), INDICATORS)


def test_identical_paths_are_found_whatever_their_base():
    found = table(peers.checks(prepared([3, 4, 5, 5.5], [2, 4, 5, 5.5], [3, 4, 5, 5.6]), PLACES, Settings()))
    rows = found[found["code"] == "IDENTICAL_PATHS"]
    assert rows["place"].tolist() == ["p0", "p1"] and rows["statistic"].tolist() == [2, 2]
    assert "p0、p1" in rows["message_zh"].iloc[0] and (rows["evidence"] == "E2").all()


@pytest.mark.parametrize("flat", [[100, 100, 100, 100], [3, 5]])
def test_flat_and_short_paths_are_no_copies(flat):
    assert "IDENTICAL_PATHS" not in set(table(peers.checks(prepared(flat, flat), PLACES, Settings()))["code"])


@pytest.mark.parametrize(
    ("ends", "places"), [([5, 5, 6, 7], 2), ([5, 5, 5.5, 6, 7], 0), ([5, 5, 5], 0), ([5, 5, 5, 5], 4)]
)
def test_a_common_end_value_is_shared_by_half_of_four(ends, places):
    found = table(
        peers.checks(prepared(*([1 + k / 10, end] for k, end in enumerate(ends))), PLACES, Settings())
    )
    assert (found["code"] == "COMMON_END_VALUE").sum() == places


def test_bands_need_eight_places_and_no_common_end():
    spread = [[1, value] for value in (5, 5.1, 5.2, 5.3, 5.4, 5.5, 5.6, 9)]
    found = table(peers.checks(prepared(*spread), PLACES, Settings()))
    row = one(found, "PEER_BAND")
    ends = np.array([cells[1] for cells in spread])
    assert row["place"] == "p7" and row["statistic"] == pytest.approx((9 - ends.mean()) / ends.std())
    assert (row["low"], row["high"]) == (
        pytest.approx(ends.mean() - ends.std()),
        pytest.approx(ends.mean() + ends.std()),
    )
    assert "PEER_BAND" not in set(table(peers.checks(prepared(*spread[1:]), PLACES, Settings()))["code"])
    shared = [[1, 5]] * 4 + spread[4:]
    assert "PEER_BAND" not in set(table(peers.checks(prepared(*shared), PLACES, Settings()))["code"])


# --------------------------------------------------------------------------------- yardsticks from above


def against(cells, relation, value, *, indicator="density", place="province", kind="target", year=2024):
    rows = path(cells, step=0.1, indicator=indicator, place="p0")
    paths = prepare(rows.assign(path=number_paths(rows)), INDICATORS)
    yardstick = pd.DataFrame(
        {"place": [place], "indicator": indicator, "year": pd.array([year], dtype="Int64"),
         "relation": relation,
         "value": float(value), "step": 0.1, "kind": kind, "source": "s"}
    )  # fmt: skip
    sources = pd.DataFrame({"id": ["s"], "title": ["provincial plan"]})
    return table(standards.checks(paths, yardstick, PLACES, INDICATORS, sources))


@pytest.mark.parametrize(
    ("cells", "relation", "value", "expected"),
    [
        ([3, 4, 4.5], "eq", 4.5, [("MET_BY", 2024), ("SET_AT_STANDARD", 2024)]),
        ([3, 4, 4.5], "ge", 4.5, [("MET_BY", 2024), ("SET_AT_STANDARD", 2024)]),
        ([3, 4, 4.5], "gt", 4.5, [("MARGIN_WITHIN_ROUNDING", 2024), ("SET_AT_STANDARD", 2024)]),
        ([3, 4.6, 5], "eq", 4.5, [("AMPLIFIED", 2024), ("MET_BY", 2023)]),
        ([5, 5.5, 6], "ge", 4.5, [("AMPLIFIED", 2024), ("MET_AT_BASELINE", 2022)]),
        ([3, 4, 4.4], "ge", 4.5, [("MISSES_STANDARD", 2024)]),
        ([3, 4, ("gt", 4)], "ge", 4.5, [("BOUND_LEAVES_OPEN", 2024)]),
        ([3, 4, ("ge", 5)], "ge", 4.5, [("AMPLIFIED", 2024), ("MET_BY", 2024)]),
        ([3, 4, None], "ge", 4.5, []),
    ],
)
def test_against_a_target_set_above(cells, relation, value, expected):
    found = against(cells, relation, value)
    assert said(found) == expected
    assert found["message_zh"].str.contains("provincial plan").all()
    assert (found.loc[found["code"] == "MISSES_STANDARD", "verdict"] == "QUESTION").all()


def test_less_is_better_is_mirrored():
    assert said(against([9, 8, 7], "le", 7.5, indicator="rate")) == [("AMPLIFIED", 2024), ("MET_BY", 2024)]
    assert said(against([9, 8, 7.9], "le", 7.5, indicator="rate")) == [("MISSES_STANDARD", 2024)]


def test_only_superiors_and_only_sizes_that_compare():
    assert len(against([3, 4, 4.4], "ge", 4.5, place="p5")) == 0
    assert len(against([300, 400, 440], "ge", 45000, indicator="insured")) == 0
    # a base value is an observation, not a promise
    assert len(against([3, 4, 4.4], "ge", 4.5, year=2022)) == 0


def test_a_benchmark_is_no_assignment():
    assert said(against([3, 4.6, 5], "eq", 4.5, kind="benchmark")) == [("MET_BY", 2023)]


def test_ancestors_survive_a_loop():
    looped = pd.DataFrame({"id": ["a", "b"], "parent": ["b", "a"]})
    assert {tuple(row) for row in standards.ancestors(looped).values} >= {("a", "b"), ("b", "a")}


def test_together_numbers_paths_apart():
    assert together(path([1, 2]), path([1, 2]))["variant"].tolist() == ["0", "0", "1", "1"]


def test_sensitivity_repeats_the_check_and_shows_where_a_verdict_would_turn():
    data = qiyou.load()
    default = Settings()
    tried = ranks.sensitivity(
        data, "sports_area_per_capita", level_factors=[1.25, default.level_factor], least_years=[1, 2]
    )
    assert len(tried) == 8 and not tried.duplicated(["least_years", "level_factor", "place"]).any()
    found = qiyou.plausibility.check(data).query("check == 'C10' and indicator == 'sports_area_per_capita'")
    own = tried.query("least_years == @default.spell_years_least and level_factor == @default.level_factor")
    columns = ["place", "document", "code", "verdict"]
    assert own[columns].values.tolist() == found[columns].values.tolist()
    assert own["percentile"].tolist() == found["statistic"].tolist()
    # wider bands and shorter spells let in more, never fewer
    counts = tried.set_index(["place", "least_years", "level_factor"])["m"]
    for place in ("yuhuan", "huangyan"):
        assert counts[place, 2, 1.25] <= counts[place, 2, 1.5] <= counts[place, 1, 1.5]
    with pytest.raises(DataError, match="no choice"):
        ranks.sensitivity(data, "sports_area_per_capita", level_factors=[], least_years=[1])
