"""Observed values beside the plan: verdicts, what cannot be compared and why, the published methods."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from qiyou import monitor, progress, scaffold, words
from qiyou.data import load
from qiyou.data.schema import DOCUMENT_TABLES, TABLES
from qiyou.errors import DataError
from qiyou.intervals import box
from qiyou.notation import read
from qiyou.relate import promised, relate

YEARS = [str(year) for year in range(2022, 2028)]
# Printed name, unit, and the cells for 2022 to 2027; the first three as 慈溪's plan prints them.
PLAN = {
    "每千人口拥有3岁以下婴幼儿托位数": ("个/千人", "3.31 4 4.3 4.6 5 5.5"),
    "重大慢病过早死亡率": ("%", "8.4 9.1 8.9 8.7 8.5 8.3"),
    "城镇登记失业率": ("%", "1.16 <3.5 <3.5 <3.5 <3.5 <3.5"),
    "每万老年人口拥有持证养老护理员数": ("人/万老年人", "30 32 ≥32 ≥32 ≥32 ≥32"),
    "普惠托位占比": ("%", "50 60 62 65 70 75"),
    "年城乡居民免费健康体检人次": ("人次", "9万 10万 10万 10万 10万 10万"),
    "人均预期寿命": ("岁", "82.5 82.5 82.6 82.7 82.8 82.9"),
    "通过国家义务教育优质均衡发展县省级评估率": ("%", "0 0 100 100 100 100"),
    "高等教育毛入学率": ("%", "74 74.3 74.6 75 75.5 76"),
    "基本养老保险参保人数": ("万人", "107.3 / 约110 动态清零 111—112 112"),
    "县域就诊率": ("%", "90 >90 <90 ≥91 91 91"),
    "0-3岁儿童发育监测筛查率": ("%", "/ 86 90 95 96 96"),
    "普惠性幼儿园在园幼儿占比": ("%", "90 动态清零 动态清零 动态清零 动态清零 动态清零"),
}
UNITS = {("个", "个/千人"), ("人", "人/万老年人")}
NURSERY, CHRONIC = "nursery_places_per_1000", "premature_ncd_mortality"
UNEMPLOYED, CHECKUPS = "registered_unemployment_rate", "free_checkups_annual"


def lines(*rows) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(rows)
    return text.getvalue()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    made = scaffold.new("own-plan", place="own", years=(2022, 2027), parent=tmp_path_factory.mktemp("own"))
    header = [*DOCUMENT_TABLES["table"].names[:-1], *YEARS, "department"]
    rows = [
        [number, "", "", name, "", unit, *cells.split(), ""]
        for number, (name, (unit, cells)) in enumerate(PLAN.items(), 1)
    ]
    (made / "table.csv").write_text(lines(header, *rows), encoding="utf-8")
    (made / "places.csv").write_text(
        lines(TABLES["places"].names, ["own", "试县", "Own", "county", "", "ningbo", ""]), encoding="utf-8"
    )
    grades = {"own_report": "official", "own_paper": "press"}
    sources = [[name, name, "", "", "", grade] for name, grade in grades.items()]
    (made / "sources.csv").write_text(lines(TABLES["sources"].names, *sources), encoding="utf-8")
    about = (made / "document.toml").read_text(encoding="utf-8").replace('title = ""', 'title = "试县方案"')
    (made / "document.toml").write_text(about, encoding="utf-8")
    return made


@pytest.fixture(scope="module")
def county(folder):
    return load(also=folder)


@pytest.fixture
def seen(county):
    """The county with these observed values: (indicator, year, printed[, quarter[, basis[, source]]])."""
    units = county.indicators.set_index("id")["unit"]

    def observe(*values):
        rows = []
        for indicator, year, printed, *more in values:
            quarter, basis, source = (*more, *("", "plan", "own_report")[len(more) :])
            reading = read(printed)
            comparable = (
                not reading.unit
                or (reading.unit, units[indicator]) in UNITS
                or reading.unit == units[indicator]
            )
            row = {
                "place": "own",
                "indicator": indicator,
                "year": year,
                "printed": printed,
                "source": source,
                "basis": basis,
            }
            row |= {
                "note": "",
                "quarter": quarter or pd.NA,
                "unit": units[indicator] if comparable else reading.unit,
            }
            row |= {
                name: getattr(reading, name) if comparable else np.nan
                for name in ("value", "low", "high", "step")
            }
            row |= {name: comparable and getattr(reading, name) for name in ("low_closed", "high_closed")}
            rows.append({**row, "relation": reading.relation if comparable else "none"})
        every = pd.DataFrame(rows).astype({"year": "Int64", "quarter": "Int64"})
        yearly = every["quarter"].isna()
        observations = pd.concat(
            [county.observations, every[yearly].drop(columns="quarter")], ignore_index=True
        )
        return replace(county, observations=observations, quarters=every[~yearly].reset_index(drop=True))

    return observe


def test_the_file_gives_what_these_tests_put_in_its_place(folder, seen):
    values = [
        (NURSERY, 2023, "4.12", ""),
        (NURSERY, 2024, "4.05", 2),
        ("higher_education_enrolment", 2023, "4.1张/千人", ""),
    ]
    rows = [
        ["own", name, year, printed, "own_report", "plan", "", quarter]
        for name, year, printed, quarter in values
    ]
    (folder / "observations.csv").write_text(lines(TABLES["observations"].names, *rows), encoding="utf-8")
    loaded, built = load(also=folder), seen(*values)
    (folder / "observations.csv").unlink()
    for name in ("observations", "quarters"):
        expected = getattr(loaded, name)
        pd.testing.assert_frame_equal(getattr(built, name)[expected.columns], expected, check_dtype=False)


def one(frame, **where):
    for name, value in where.items():
        frame = frame[frame[name] == value]
    (row,) = frame.itertuples()
    return row


# ------------------------------------------------------------------------------------------------ table


@pytest.mark.parametrize(
    ("indicator", "year", "printed", "verdict", "gap", "limits", "why"),
    [
        (NURSERY, 2023, "4.12", "met", 0.12, (0.115, 0.125), ""),
        (NURSERY, 2024, "4.3", "met", 0.0, (-0.05, 0.05), "equal as printed"),
        (
            NURSERY,
            2024,
            "4.27",
            "not_met",
            -0.03,
            (-0.035, -0.025),
            "",
        ),
        (NURSERY, 2024, "4.2", "not_met", -0.1, (-0.15, -0.05), ""),
        (NURSERY, 2025, "5", "met", 0.4, (-0.1, 0.9), "as printed"),
        (CHRONIC, 2023, "8.95", "met", 0.15, (0.145, 0.155), ""),
        (CHRONIC, 2024, "9.0", "not_met", -0.1, (-0.15, -0.05), ""),
        (
            CHRONIC,
            2024,
            "8.94",
            "not_met",
            -0.04,
            (-0.045, -0.035),
            "",
        ),
        (UNEMPLOYED, 2024, "1.9", "met", 1.6, (1.55, 1.65), ""),
        (UNEMPLOYED, 2024, "3.5", "undecidable", 0.0, (-0.05, 0.05), "rounding decides"),
        (UNEMPLOYED, 2024, "3.6", "not_met", -0.1, (-0.15, -0.05), ""),
        ("care_workers_per_10000_elderly", 2024, "32", "met", 0.0, (-0.5, 0.5), "equal as printed"),
        (
            "care_workers_per_10000_elderly",
            2024,
            "31.9",
            "not_met",
            -0.1,
            (-0.15, -0.05),
            "",
        ),
        ("care_workers_per_10000_elderly", 2024, "31.4", "not_met", -0.6, (-0.65, -0.55), ""),
        ("compulsory_balanced_pass", 2024, "100", "met", 0.0, (0.0, 0.0), "equal as printed"),
        ("compulsory_balanced_pass", 2024, "0", "not_met", -100.0, (-100.0, -100.0), ""),
        ("pension_insured", 2026, "111.2万人", "met", 2000.0, (1500.0, 2500.0), ""),
        (
            "pension_insured",
            2026,
            "110.7万人",
            "not_met",
            -3000.0,
            (-3500.0, -2500.0),
            "",
        ),
        ("pension_insured", 2026, "110万人", "not_met", -10000.0, (-15000.0, -5000.0), ""),
    ],
)
def test_verdict_gap_and_reason(seen, indicator, year, printed, verdict, gap, limits, why):
    row = one(monitor.table(seen((indicator, year, printed)), "own"))
    assert row.verdict == verdict and row.why.startswith(why) and (why or row.why == "")
    assert row.gap == pytest.approx(gap) and (row.gap_low, row.gap_high) == pytest.approx(limits)


@pytest.mark.parametrize(
    ("indicator", "year", "printed", "verdict", "why"),
    [
        ("life_expectancy", 2024, ">83", "met", ""),
        ("life_expectancy", 2024, "≥82.6", "met", ""),
        ("life_expectancy", 2024, ">82", "undecidable", "a bound leaves it open"),
        ("life_expectancy", 2024, "<82", "not_met", ""),
        ("life_expectancy", 2024, "约83", "undecidable", "a bound leaves it open"),
        ("life_expectancy", 2024, "约84", "met", ""),
        (CHRONIC, 2024, "<8.5", "met", ""),
        (CHRONIC, 2024, ">8.9", "not_met", ""),
        (CHRONIC, 2024, ">8.95", "not_met", ""),
        (CHRONIC, 2024, "≥8.9", "undecidable", "a bound leaves it open"),
        ("pension_insured", 2024, "112万人", "met", ""),
        ("pension_insured", 2024, "110.5万人", "undecidable", "a bound leaves it open"),
        ("in_county_care_rate", 2024, "92", "met", ""),
        ("in_county_care_rate", 2024, "88", "undecidable", "a bound leaves it open"),
        ("in_county_care_rate", 2023, "≥90", "undecidable", "a bound leaves it open"),
        ("in_county_care_rate", 2023, ">90", "met", ""),
    ],
)
def test_bounds_decide_only_where_every_value_agrees(seen, indicator, year, printed, verdict, why):
    row = one(monitor.table(seen((indicator, year, printed)), "own"))
    assert (row.verdict, row.why[: len(why)]) == (verdict, why) and (why or row.why == "")


@pytest.mark.parametrize(
    ("value", "why"),
    [
        (("higher_education_enrolment", 2023, "4.1张/千人"), "observed in another unit"),
        (("sports_area_per_capita", 2024, "2.5"), "the plan has no such indicator"),
        (
            ("urban_unemployment_rate", 2024, "4.8"),
            "the plan counts a related indicator of another definition",
        ),
        ((NURSERY, 2030, "6"), "the plan prints no value for this year"),
        ((NURSERY, 2021, "3"), "before the first planned year"),
        (("pension_insured", 2023, "108万人"), "before the first planned year"),
        (("pension_insured", 2025, "108万人"), "the plan prints a word, no number"),
        ((NURSERY, 2024, "全覆盖"), "no number was observed"),
    ],
)
def test_what_cannot_be_compared_keeps_its_row_and_says_why(seen, value, why):
    rows = monitor.table(seen(value, (CHRONIC, 2024, "8.9")), "own")
    row = one(rows, indicator=value[0])
    assert (row.verdict, row.why) == ("not_comparable", why) and np.isnan(
        [row.gap, row.gap_low, row.gap_high]
    ).all()
    assert row.observed_printed == value[2]
    assert one(rows, indicator=CHRONIC).verdict == "met"


def test_an_empty_print_is_no_word(seen):
    row = one(monitor.table(seen(("pension_insured", 2023, "108万人")), "own"))
    assert (row.planned_printed, row.planned_relation) == ("", "")


def test_every_reason_has_its_chinese(seen):
    """What stands in `why` is found in words.csv, and so is what stands in `why_not` behind the methods' names."""
    values = [(NURSERY, year, "4.3") for year in (2021, 2024, 2030)]
    values += [("sports_area_per_capita", 2024, "2.5"), (UNEMPLOYED, 2024, "3.5"), (CHECKUPS, 2024, "9万")]
    values += [
        ("urban_unemployment_rate", 2024, "4.8"),
        ("life_expectancy", 2024, "约82"),
        (CHRONIC, 2024, "全覆盖"),
    ]
    data = seen(
        *values, ("pension_insured", 2025, "108万人"), ("higher_education_enrolment", 2023, "4.1张/千人")
    )
    said = {*monitor.table(data, "own")["why"], *monitor.schedule(data, "own")["why"]} - {""}
    assert len(said) >= 10
    assert said <= set(words.group("why", "zh"))
    assert set(words.group("standing", "zh")) == set(monitor.STANDINGS)
    assert set(monitor.VERDICTS) <= set(words.group("verdict", "zh"))


@pytest.mark.parametrize(
    ("basis", "base", "check", "verdict"),
    [
        ("plan", "55", "stated", "met"),
        ("health_commission", "50", "agrees", "met"),
        ("health_commission", "50.4", "agrees", "met"),
        ("health_commission", "55", "differs", "not_comparable"),
        ("health_commission", ">49", "agrees", "met"),
        ("health_commission", None, "unknown", "met"),
    ],
)
def test_the_printed_base_shows_another_basis(seen, basis, base, check, verdict):
    values = [("affordable_nursery_share", 2023, "61", "", basis)]
    values += [("affordable_nursery_share", 2022, base, "", basis)] if base else []
    row = one(monitor.table(seen(*values), "own"), year=2023)
    assert (row.basis_check, row.verdict) == (check, verdict)


@pytest.mark.parametrize(("other", "check"), [("53", "agrees"), ("45", "differs"), (None, "differs")])
def test_values_of_the_base_year_on_both_sides_do_not_exclude_the_base(seen, other, check):
    values = [
        ("affordable_nursery_share", 2023, "61", "", "b"),
        ("affordable_nursery_share", 2022, "47", "", "b"),
    ]
    values += [("affordable_nursery_share", 2022, other, "", "b", "own_paper")] if other else []
    assert one(monitor.table(seen(*values), "own"), year=2023).basis_check == check


def test_a_review_is_passed_or_not(seen):
    rows = monitor.table(
        seen(*[("compulsory_balanced_pass", 2025, printed) for printed in ("100", "0")]), "own"
    )
    assert rows["verdict"].tolist() == ["met", "not_met"]


def test_two_bases_are_two_series(seen):
    data = seen(
        ("affordable_nursery_share", 2022, "55", "", "other"),
        ("affordable_nursery_share", 2023, "61", "", "other"),
        ("affordable_nursery_share", 2023, "62"),
    )
    rows = monitor.table(data, "own", year=2023)
    assert rows[["basis", "verdict"]].values.tolist() == [["other", "not_comparable"], ["plan", "met"]]


def test_nothing_is_lost_and_nothing_made_up(seen):
    data = seen(
        (NURSERY, 2021, "3"),
        (NURSERY, 2023, "4.12"),
        (NURSERY, 2030, "6"),
        ("sports_area_per_capita", 2024, "2.5"),
    )
    rows = monitor.table(data, "own")
    assert sorted(rows["observed_printed"]) == ["2.5", "3", "4.12", "6"]


@example(observed=Decimal("4.55"), step=1, planned="4.60")
@given(
    observed=st.decimals(3, 6, places=2),
    step=st.integers(0, 2),
    planned=st.sampled_from(["4", "4.3", "4.60", "≥4.5", ">4.5"]),
)
def test_a_coarser_print_of_what_is_met_is_never_not_met(observed, step, planned):
    """Rounded up a value may reach the target that it just misses, as it is printed; never the other way round."""
    fine = judge("up", f"{observed:.2f}", planned)
    coarse = judge("up", f"{round(observed, step):f}" if step else f"{round(observed)}", planned)
    assert (fine, coarse) != ("met", "not_met")


@pytest.mark.parametrize(
    ("observed", "planned", "verdict"),
    [
        ("4.6", "4.60", "met"),
        ("4.60", "4.6", "met"),
        ("4.6", "≥4.60", "met"),
        ("5", "4.60", "met"),
        ("5", "5.01", "undecidable"),
        ("4.9", "5", "not_met"),
        ("4.6", ">4.60", "undecidable"),
    ],
)
def test_a_printed_number_that_is_there_is_met_and_rounding_decides_only_below_it(observed, planned, verdict):
    assert judge("up", observed, planned) == verdict


@given(observed=st.decimals(3, 6, places=1), planned=st.decimals(3, 6, places=1))
def test_turning_the_direction_mirrors_the_verdict(observed, planned):
    up, down = (judge(direction, f"{observed}", f"{planned}") for direction in ("up", "down"))
    if observed == planned:
        assert up == down == "met"
    else:
        assert {up, down} == {"met", "not_met"}


def judge(direction: str, observed: str, planned: str) -> str:
    """The verdict for two prints, through the same steps as a table."""
    rows = pd.DataFrame([vars_of(read(observed)), vars_of(read(planned))])
    sign = np.array([1.0 if direction == "up" else -1.0])
    asked, strict = promised(box(rows.iloc[[1]], "stipulated"), sign)
    return relate(box(rows.iloc[[0]], "measured"), asked, sign, strict=strict)["verdict"].item()


def vars_of(reading) -> dict:
    return {
        name: getattr(reading, name)
        for name in ("value", "relation", "low", "high", "low_closed", "high_closed", "step")
    }


# ---------------------------------------------------------------------------------------------- methods


def test_the_published_methods_stand_side_by_side_and_disagree(seen):
    prints = ("3.31", "3.8", "4.5", "4.5")
    rows = monitor.table(seen(*((NURSERY, 2022 + k, printed) for k, printed in enumerate(prints))), "own")
    expected = progress.agreement(
        [2022, 2023, 2024, 2025],
        [3.31, 3.8, 4.5, 4.5],
        direction="up",
        base_year=2022,
        target_year=2027,
        target=5.5,
        step=0.1,
    )
    row = one(rows, year=2025)
    assert [getattr(row, method) for method in progress.READINGS] == expected["status"].tolist()
    assert row.base_from == "observed" and row.disagree == expected["disagree"][0]
    assert (row.target_year, row.target) == (2027, 5.5)
    assert pd.isna(one(rows, year=2022).disagree)


def test_the_printed_base_stands_in_for_an_observed_one(seen):
    row = one(monitor.table(seen((NURSERY, 2024, "4.3")), "own"))
    expected = progress.statcan(2022, 3.31, 2024, 4.3, direction="up", target_year=2027, target=5.5)
    assert (row.base_from, row.base_year, row.statcan) == ("plan", 2022, expected.status)


def test_planned_values_never_enter_as_observed(seen):
    row = one(monitor.table(seen((NURSERY, 2024, "4.3"), (NURSERY, 2025, "4.4")), "own"), year=2025)
    assert row.destatis == "" and "destatis: 3 observations" in row.why_not


def test_what_is_observed_in_the_target_year_itself_is_judged(seen):
    rows = monitor.table(seen((NURSERY, 2024, "4.3"), (NURSERY, 2027, "5.5")), "own")
    row = one(rows, year=2027)
    assert "after the last planned number" not in row.why_not and row.statcan == "achieved"


def test_of_two_sources_the_better_grade_counts(seen):
    data = seen((NURSERY, 2024, "3.4", "", "plan", "own_paper"), (NURSERY, 2024, "4.3"))
    rows = monitor.table(data, "own")
    expected = progress.statcan(2022, 3.31, 2024, 4.3, direction="up", target_year=2027, target=5.5)
    assert len(rows) == 2, "both observed values are shown"
    assert set(rows["statcan"]) == {expected.status}


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (("sports_area_per_capita", 2024, "2.5"), "the plan has no such indicator"),
        (("higher_education_enrolment", 2023, "4.1张/千人"), "observed in another unit"),
        ((CHECKUPS, 2024, "9万"), "a flow is counted within its year: `schedule` follows it"),
        (("life_expectancy", 2024, ">83"), "no single number was observed"),
        (("child_screening_rate", 2024, "90"), "no exact earlier value to start from"),
        (("universal_kindergarten_share", 2024, "95"), "the plan does not end in a number to be reached"),
        ((CHRONIC, 2030, "8"), "after the last planned number"),
        (
            (NURSERY, 2023, "5", "", "x"),
            "counted on another basis: the observed value of the base year is not the plan's base",
        ),
        (("compulsory_balanced_pass", 2024, "100"), ""),
    ],
)
def test_an_indicator_without_a_method_says_why(seen, value, reason):
    other = [(NURSERY, 2022, "5", "", "x")] if value[-1] == "x" else []
    row = one(monitor.table(seen(value, *other), "own", year=value[1]))
    if reason:
        assert row.why_not == f"statcan, eurostat, destatis, un_chart: {reason}" and pd.isna(row.disagree)
        assert reason in words.group("why", "zh")
        assert [row.statcan, row.eurostat, row.destatis, row.un_chart, row.base_from] == [""] * 5
    else:
        assert row.why_not and row.base_from == "plan"


# --------------------------------------------------------------------------------------------- schedule


def test_shares_of_the_year(seen):
    data = seen(
        (NURSERY, 2023, "4.12"),
        (NURSERY, 2024, "4.05", 2),
        (NURSERY, 2024, "4.20", 3),
        (NURSERY, 2024, "4.30"),
    )
    rows = monitor.schedule(data, "own", year=2024)
    assert rows["quarter"].tolist()[:2] == [2, 3] and pd.isna(rows["quarter"][2])
    assert rows["share_elapsed"].tolist() == [0.5, 0.75, 1.0] and set(rows["start_from"]) == {"observed"}
    assert rows["share_reached"].tolist() == pytest.approx([-0.07 / 0.18, 0.08 / 0.18, 1.0])
    assert rows["verdict"].tolist() == ["behind", "behind", "on_schedule"]
    low, high = (4.195 - 4.125) / (4.3 - 4.125), (4.205 - 4.115) / (4.3 - 4.115)
    assert (rows["share_low"][1], rows["share_high"][1]) == pytest.approx((low, high))
    assert rows["planned_change"][1] == pytest.approx(0.18) and rows["reached_change"][1] == pytest.approx(
        0.08
    )


def test_a_share_is_told_by_its_limits_where_it_is_wide_or_not_known():
    told = [
        monitor._percentages(*ends, " to ")
        for ends in ((0.5, 0.498, 0.502), (0.5, 0.45, 0.55), (np.nan, 0.5, 0.5))
    ]
    assert told == ["50.0%", "45% to 55%", "50% to 50%"]
    assert (
        monitor._percentages(0.5, 0.4, np.inf, " to ")
        == monitor._percentages(0.5, -np.inf, 0.5, " to ")
        == ""
    )
    assert monitor._percentages(-0.1, -0.1, -0.1, " to ") == "−10.0%"


def test_the_interval_holds_every_choice_of_values(seen):
    row = one(monitor.schedule(seen((CHRONIC, 2023, "9.0"), (CHRONIC, 2024, "8.95", 3)), "own", quarter=3))
    shares = [
        (o - s) / (8.9 - s) for s in np.linspace(8.95, 9.05, 51)[1:] for o in np.linspace(8.945, 8.955, 51)
    ]
    assert row.share_low <= min(shares) + 1e-9 and row.share_high >= max(shares) - 1e-9


@pytest.mark.parametrize(
    ("quarter", "printed", "share", "verdict"),
    [
        (1, "26000", 0.26, "on_schedule"),
        (2, "50000", 0.5, "on_schedule"),
        (3, "6万", 0.6, "behind"),
        (4, "10万", 1.0, "on_schedule"),
    ],
)
def test_a_flow_counts_from_january(seen, quarter, printed, share, verdict):
    row = one(monitor.schedule(seen((CHECKUPS, 2024, printed, quarter)), "own"))
    assert (row.start, row.start_from, row.verdict) == (0.0, "zero", verdict)
    assert row.share_reached == pytest.approx(share)


def test_a_flow_that_falls_within_the_year_is_not_cumulated(seen):
    data = seen((CHECKUPS, 2024, "30000", 1), (CHECKUPS, 2024, "28000", 2), (CHECKUPS, 2024, "80000", 3))
    rows = monitor.schedule(data, "own")
    assert rows["verdict"].tolist() == ["on_schedule", "not_comparable", "on_schedule"]
    assert rows["why"][1] == "falls within the year: a flow is counted since January"


def _measured(printed: str, d: int, lower: float, upper: float) -> tuple[float, float, float]:
    """Low, high and the number of an observed print inside its bounds, turned so that more is better."""
    reading = read(printed)
    low, high = reading.low, reading.high
    if reading.relation == "eq":
        low, high = reading.value - reading.step / 2, reading.value + reading.step / 2
    low, high = np.fmax(low, lower), np.fmin(high, upper)
    ends = (low, high) if d > 0 else (-high, -low)
    return *ends, d * reading.value if reading.relation == "eq" else np.nan


def _hand_schedule(values: dict, bounds, indicator: str, year: int, quarter) -> tuple[dict, str, str]:
    """Numbers, verdict and remark of one value within the year or at its end, by the definition."""
    name = {NURSERY: 0, CHRONIC: 1, "higher_education_enrolment": 8}[indicator]
    cells = dict(zip(range(2022, 2028), list(PLAN.values())[name][1].split(), strict=True))
    d, printed = -1 if indicator == CHRONIC else 1, values[indicator, year, quarter]
    goal, elapsed = d * float(cells[year]), (quarter or 4) / 4
    before = [values.get((indicator, year - 1, when), "") for when in ("", 4)]
    before = next((one for one in before if one and one[0].isdigit()), None)
    if before:
        s_low, s_high, s = _measured(before, d, *bounds)
    elif year == 2023:
        s_low, s_high, s = _measured(cells[2022], d, *bounds)
    else:
        s_low = s_high = s = d * float(cells[year - 1])
    origin = "observed" if before else "printed base" if year == 2023 else "planned"
    o_low, o_high, o = _measured(printed, d, *bounds)
    numbers = {"start": d * s, "start_from": origin, "share_elapsed": elapsed}
    numbers |= {"planned_change": goal - s, "reached_change": d * read(printed).value - s}
    level = judge("up" if d > 0 else "down", printed, cells[year]).replace("not_met", "behind")
    level = level.replace("met", "on_schedule")
    nothing = dict.fromkeys(
        ["share_reached", "share_low", "share_high", "ahead", "ahead_low", "ahead_high"], np.nan
    )
    eps = 1e-9
    if goal <= s + eps or goal <= s_low + eps:
        why = "the plan adds nothing in this year"
        return numbers | nothing, level, why
    if goal <= s_high + eps:
        why = "rounding leaves open what the plan adds in this year"
        return numbers | nothing, level if elapsed == 1 else "undecidable", why
    shares = [(x - y) / (goal - y) for x in (o_low, o_high) for y in (s_low, s_high)]
    low, high, share = min(shares), max(shares), (o - s) / (goal - s)
    numbers |= {"share_reached": share, "share_low": low, "share_high": high}
    numbers |= {"ahead": share - elapsed, "ahead_low": low - elapsed, "ahead_high": high - elapsed}
    if elapsed == 1:
        return numbers, level, ""
    equal = abs(share - elapsed) < eps
    if equal or low >= elapsed - eps:
        return numbers, "on_schedule", "equal as printed" if equal else ""
    if high < elapsed - eps or (high < elapsed + eps and printed[0].isdigit() and d > 0):
        return numbers, "behind", ""
    return numbers, "undecidable", "a bound leaves it open" if np.isnan(o) else "rounding decides"


@pytest.mark.parametrize("seed", range(3))
def test_every_row_of_the_schedule_is_the_one_made_by_hand(seen, seed):
    rng, values = np.random.default_rng(seed), {}
    middles = {NURSERY: (3.9, 0.4), CHRONIC: (9.0, -0.15), "higher_education_enrolment": (74.2, 0.4)}
    for indicator, (first, pace) in middles.items():
        for year in range(2023, 2028):
            for quarter in ("", 1, 2, 3, 4):
                if rng.random() < 0.75:
                    middle = (
                        first + pace * (year - 2023) + pace * rng.choice([-1.5, -1, -0.5, 0, 0.25, 0.5, 1])
                    )
                    form = rng.choice(["{}", "{}", "{}", "{}", "{}", ">{}", "<{}"])
                    values[indicator, year, quarter] = form.format(
                        f"{middle:.{rng.choice([0, 1, 2, 2, 3])}f}"
                    )
    data = seen(*((name, year, printed, quarter) for (name, year, quarter), printed in values.items()))
    rows = monitor.schedule(data, "own")
    assert len(rows) == len(values)
    bounds = data.indicators.set_index("id")[["lower", "upper"]].astype(float)
    for row in rows.to_dict("records"):
        key = row["indicator"], row["year"], "" if pd.isna(row["quarter"]) else row["quarter"]
        numbers, verdict, why = _hand_schedule(values, bounds.loc[key[0]], *key)
        for name, number in numbers.items():
            assert row[name] == (
                number if isinstance(number, str) else pytest.approx(number, abs=1e-9, nan_ok=True)
            ), (name, key, values[key])
        assert row["verdict"] == verdict, (key, values[key], why)
        told_by_level = verdict == "undecidable" and why == "the plan adds nothing in this year"
        if row["share_elapsed"] < 1 and not told_by_level:
            assert row["why"] == why


def test_a_flow_falls_if_it_is_lower_than_before_in_its_year_beyond_rounding(seen):
    """What falls is compared with nothing, at the end of the year neither; another source is another series."""
    years = {
        2023: [(3, "80000", False), (4, "70000", True)],
        2024: [(4, "80000", False), ("", "79998", True)],
        2025: [(1, "30000", False), (2, "40000", False), (3, "35000", True)],
        # 3万 may be 25 000; nothing says that the amount fell.
        2026: [(1, "3万", False), (2, "28000", False), (3, "28000", False), (4, "24999", True)],
        2027: [(1, ">30000", False), (2, "28000", False)],
    }
    values = [
        (CHECKUPS, year, printed, quarter) for year, cells in years.items() for quarter, printed, _ in cells
    ]
    rows = monitor.schedule(seen(*values), "own")
    rows = rows.assign(quarter=rows["quarter"].fillna(5)).sort_values(["year", "quarter"])
    told = rows["why"].eq("falls within the year: a flow is counted since January")
    assert told.tolist() == [falls for cells in years.values() for *_, falls in cells]
    assert (rows["verdict"].eq("not_comparable") == told).all()
    sources = [(*value, "plan", ("own_paper", "own_report")[k % 2]) for k, value in enumerate(values[:4])]
    assert not monitor.schedule(seen(*sources), "own")["verdict"].eq("not_comparable").any()


@pytest.mark.parametrize(
    ("values", "start", "start_from"),
    [
        ([(NURSERY, 2023, "4.12", 3)], 3.31, "printed base"),
        ([(NURSERY, 2024, "4.12", 3)], 4.0, "planned"),
        ([(NURSERY, 2023, "4.02", 1), (NURSERY, 2024, "4.12", 3)], 4.0, "planned"),
        ([(NURSERY, 2023, "4.05", 4), (NURSERY, 2024, "4.12", 3)], 4.05, "observed"),
        ([(NURSERY, 2023, "4.05", 4), (NURSERY, 2023, "4.07"), (NURSERY, 2024, "4.12", 3)], 4.07, "observed"),
    ],
)
def test_where_the_year_starts(seen, values, start, start_from):
    rows = monitor.schedule(seen(*values), "own", quarter=3)
    assert rows[["start", "start_from"]].values.tolist() == [[start, start_from]]


@pytest.mark.parametrize(
    ("value", "verdict", "why"),
    [
        ((UNEMPLOYED, 2024, "1.9", 2), "on_schedule", "a level to be held, not a change to be reached"),
        ((UNEMPLOYED, 2024, "3.7", 2), "behind", "a level to be held, not a change to be reached"),
        (("life_expectancy", 2023, "82.5", 2), "on_schedule", "the plan adds nothing in this year"),
        (("life_expectancy", 2024, ">82.54", 2), "undecidable", "a bound leaves it open"),
        (("pension_insured", 2027, "112万", 2), "not_comparable", "no value for the end of the year before"),
        (("sports_area_per_capita", 2024, "2.5", 2), "not_comparable", "the plan has no such indicator"),
    ],
)
def test_what_has_no_share(seen, value, verdict, why):
    row = one(monitor.schedule(seen(value), "own"))
    assert (row.verdict, row.why) == (verdict, why)
    assert np.isnan(row.share_reached)


def test_what_lies_below_the_share_at_its_open_end_is_behind(seen):
    """100 thousand planned: half of it is what 49 thousand to the nearest two thousand never reaches."""
    data = seen((CHECKUPS, 2024, "4.9万", 2))
    data = replace(data, quarters=data.quarters.assign(step=2000.0))
    row = one(monitor.schedule(data, "own"))
    assert (row.share_high, row.ahead_high, row.verdict, row.why) == (0.5, 0.0, "behind", "")


def test_a_half_reached_at_half_time_says_nothing_where_there_is_no_better(seen):
    data = seen((NURSERY, 2023, "4"), (NURSERY, 2024, "4.15", 2))
    assert one(monitor.schedule(data, "own", quarter=2)).why != monitor._UNDIRECTED
    indicators = data.indicators.assign(
        direction=data.indicators["direction"].where(data.indicators["id"] != NURSERY, "none")
    )
    row = one(monitor.schedule(replace(data, indicators=indicators), "own", quarter=2))
    assert (row.verdict, row.why) == ("not_comparable", monitor._UNDIRECTED)


def test_rounding_of_the_start_leaves_the_increment_open(seen):
    row = one(monitor.schedule(seen((NURSERY, 2023, "4"), (NURSERY, 2024, "4.2", 2)), "own", quarter=2))
    assert (row.verdict, row.why) == ("undecidable", "rounding leaves open what the plan adds in this year")


@pytest.mark.parametrize("quarter", ["", 4])
@pytest.mark.parametrize(
    ("values", "verdict", "why"),
    [
        # Short of 4.3, which is exact: table and schedule say the same.
        ([(NURSERY, 2023, "4.12"), (NURSERY, 2024, "4.27")], "behind", ""),
        ([(NURSERY, 2023, "4.12"), (NURSERY, 2024, "4.2")], "behind", ""),
        ([(NURSERY, 2023, "4.12"), (NURSERY, 2024, "4.30")], "on_schedule", "equal as printed"),
        ([(NURSERY, 2023, "4.12"), (NURSERY, 2024, "4")], "undecidable", "rounding decides"),
        # Without a share, and the level is there all the same.
        (
            [(NURSERY, 2024, "5.0"), (NURSERY, 2025, "4.7")],
            "on_schedule",
            "the plan adds nothing in this year",
        ),
        (
            [(NURSERY, 2023, "4"), (NURSERY, 2024, "4.4")],
            "on_schedule",
            "rounding leaves open what the plan adds in this year",
        ),
        ([("pension_insured", 2027, "112万")], "on_schedule", "no value for the end of the year before"),
        ([("compulsory_balanced_pass", 2024, "0")], "behind", ""),
        ([("sports_area_per_capita", 2024, "2.5")], "not_comparable", "the plan has no such indicator"),
    ],
)
def test_at_the_end_of_the_year_the_level_counts(seen, values, quarter, verdict, why):
    *before, (indicator, year, printed) = values
    data = seen(*before, (indicator, year, printed, quarter), *([(CHRONIC, year, "8.7")] if quarter else []))
    rows = monitor.schedule(data, "own", year=year)
    row = one(rows[rows["quarter"].isna() if not quarter else rows["quarter"].eq(4)], indicator=indicator)
    assert (row.verdict, row.why) == (verdict, why)


def _prints(low: int, high: int, *places: int):
    return st.one_of(*(st.decimals(low, high, places=n).map(str) for n in places))


PRINTS = {
    NURSERY: _prints(3, 6, 2, 1, 0),
    CHRONIC: _prints(8, 10, 2, 1, 0),
    UNEMPLOYED: _prints(1, 5, 1),
    "child_screening_rate": _prints(80, 100, 1, 0),
    "care_workers_per_10000_elderly": _prints(29, 34, 1),
    "compulsory_balanced_pass": st.sampled_from(["0", "100"]),
    "pension_insured": st.decimals(107, 113, places=1).map("{}万人".format),
    CHECKUPS: st.decimals(8, 11, places=1).map("{}万".format),
}
BOUNDED = st.sampled_from(["{}", "{}", "{}", "≥{}", ">{}", "≤{}", "<{}", "约{}"])


# Few frames of many rows; a failing one names its rows, shrinking it would only take minutes.
@settings(
    max_examples=8, phases=[Phase.generate], suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    drawn=st.lists(
        st.sampled_from(list(PRINTS)).flatmap(
            lambda name: st.tuples(st.just(name), st.integers(2023, 2027), PRINTS[name], BOUNDED)
        ),
        min_size=20,
        max_size=30,
        unique_by=lambda value: value[:2],
    )
)
def test_table_and_schedule_never_contradict_each_other(seen, drawn):
    """At the end of the year a work office is told one thing, be the value a yearly or a fourth quarter's."""
    values = [(name, year, form.format(printed)) for name, year, printed, form in drawn]
    data = seen(*values)
    keys = ["indicator", "year", "document", "origin", "variant", "basis"]
    yearly = monitor.table(data, "own").set_index(keys)
    expected = yearly["verdict"].replace({"met": "on_schedule", "not_met": "behind"})
    timed = monitor.schedule(data, "own").set_index(keys)
    pd.testing.assert_series_equal(timed["verdict"], expected)
    fourth = seen((NURSERY, 2022, "3.31"), *((*value, 4) for value in values))
    timed = monitor.schedule(fourth, "own", quarter=4).set_index(keys)
    pd.testing.assert_series_equal(timed["verdict"], expected)


def test_a_planned_value_is_not_filed_as_a_realised_one(seen):
    values = [(NURSERY, 2023, "4.05", 4), (NURSERY, 2024, "4.12", 3), (CHRONIC, 2023, "9.0", 3)]
    values += [(name, 2024, "88", 3) for name in ("affordable_nursery_share", "child_screening_rate")]
    values += [(CHECKUPS, 2024, "6万", 3)]
    data = seen(*values)
    rows = monitor.schedule(data, "own", quarter=3)
    zh, en = (monitor.form(rows, data, lang=lang) for lang in ("zh", "en"))
    assert dict(zip(rows["indicator"], zh["上年末数"], strict=True)) == {
        NURSERY: "4.05",
        "affordable_nursery_share": "60（计划数）",
        "child_screening_rate": "86（计划数）",
        CHRONIC: "8.4",
        CHECKUPS: "",
    }
    assert en["End of last year"].tolist() == [
        text.replace("（计划数）", " (planned)") for text in zh["上年末数"]
    ]


def test_a_planned_number_is_filed_with_its_multiple(seen):
    """The plan prints 107.3 under 万人, the unit of the row is 人: without 万人 the form would be wrong."""
    values = [
        ("pension_insured", 2026, "111.2万人"),
        ("pension_insured", 2027, "111.5万人", 2),
        (CHECKUPS, 2024, "9万"),
    ]
    data = seen(*values, ("pension_insured", 2022, "107万人"))
    form = monitor.form(monitor.schedule(data, "own"), data)
    pension = form[form["指标"] == "基本养老保险参保人数"].set_index("截至")
    assert pension["当年目标"].to_dict() == {
        "2022年": "107.3万人",
        "2026年": "111—112万人",
        "2027年1—6月": "112万人",
    }
    assert (
        pension["单位"].unique().tolist() == ["人"] and pension.loc["2027年1—6月", "上年末数"] == "111.2万人"
    )
    assert form.loc[form["指标"] != "基本养老保险参保人数", "当年目标"].tolist() == ["10万"]


def test_the_form_that_is_filed(seen):
    data = seen((NURSERY, 2023, "4.12"), (NURSERY, 2024, "4.05", 2), (CHECKUPS, 2024, "6万", 3))
    rows = monitor.schedule(data, "own", year=2024)
    form = monitor.form(rows, data)
    assert form.iloc[0].tolist() == [
        *(
            "1",
            "试县",
            "每千人口拥有3岁以下婴幼儿托位数",
            "个/千人",
            "2024年1—6月",
            "4.12",
            "4.3",
            "4.05",
            "−46%至−32%",
            "50%",
            "滞后",
            "",
        )
    ]
    assert form.iloc[1]["完成当年计划增量"] == "55%至65%" and form.iloc[1]["截至"] == "2024年1—9月"
    english = monitor.form(rows, data, lang="en")
    assert english.iloc[0, 1:3].tolist() == ["Own", "Nursery places per 1,000 residents"]
    assert english["Up to"].tolist() == ["2024 Q2", "2024 Q3"] and all(
        isinstance(cell, str) for cell in english.to_numpy().flat
    )
    places = data.places.assign(name_zh="=1+1")
    assert monitor.form(rows, replace(data, places=places))["地区"].tolist() == ["'=1+1", "'=1+1"]
    with pytest.raises(DataError, match="'zh' or 'en'"):
        monitor.form(rows, data, lang="fr")
    with pytest.raises(DataError, match="no rows"):
        monitor.form(rows.iloc[:0], data)


def test_the_yearly_form_says_what_cannot_be_compared(seen):
    values = [(NURSERY, 2023, "4.12"), (NURSERY, 2024, "4.30"), ("sports_area_per_capita", 2024, "2.5")]
    data = seen(*values)
    rows = monitor.schedule(data, "own", year=2024)
    assert set(rows["verdict"]) <= set(monitor.STANDINGS)
    zh, en = (monitor.form(rows, data, lang=lang).to_dict("list") for lang in ("zh", "en"))
    assert (zh["截至"], en["Up to"]) == (["2024年", "2024年"], ["2024", "2024"])
    assert zh["序时进度"] == ["100%", "100%"] and zh["完成当年计划增量"] == ["97%至103%", ""]
    assert zh["评价"] == ["达到序时进度", "不可比"] and en["Standing"] == ["on schedule", "not comparable"]
    assert zh["说明"] == ["按所列数字恰好相同", "计划无此指标"]
    assert en["Remark"] == ["equal as printed", "the plan has no such indicator"]
    assert zh["当年目标"] == en["Target of the year"] == ["4.3", ""] and zh["实际完成"] == ["4.30", "2.5"]


# ----------------------------------------------------------------------------------------------- errors


@pytest.mark.parametrize("places", [["yuhuan", "changxing", "cixi"], ["huangyan"]])
def test_a_cell_of_the_table_goes_before_the_running_text(data, places):
    """Of what is printed for one year each place has the table's figure, else that of the text."""
    # a base that the text repeats, of an indicator with two lines in the table
    twice = data.targets.query("place == 'yuhuan' and variant == 'b' and role == 'baseline'").iloc[0]
    again = (
        data.statements.query("place == 'yuhuan'")
        .iloc[[0]]
        .assign(id=999, kind="baseline", from_year=pd.array([pd.NA], dtype="Int64"))
    )
    again = again.assign(indicator=twice["indicator"], year=twice["year"])
    data = replace(data, statements=pd.concat([data.statements, again], ignore_index=True))
    printed = data.printed[data.printed["role"].eq("baseline")]
    rows = pd.concat([printed, data.planned()])
    rows = rows[rows["year"].notna() & rows["place"].isin(places) & rows["indicator"].ne("")]
    rows = rows[rows["from_year"].isna() | (rows["from_year"] == rows["year"]).fillna(False)]
    keys = ["document", "place", "indicator", "year", "role"]
    expected = rows.groupby(keys)["origin"].agg("min")  # "table" before "text"
    found = monitor._planned(data, places).groupby(keys)["origin"].agg(set)
    assert {key: {origin} for key, origin in expected.items()} == found.to_dict()
    assert "text" in set(expected)


def test_what_is_missing_is_said(seen):
    data = seen((NURSERY, 2023, "4.12"))
    with pytest.raises(DataError, match="owm"):
        monitor.table(data, "owm")
    with pytest.raises(
        DataError, match=r"for 2024; the years at hand are 2023; add rows to observations\.csv"
    ):
        monitor.table(data, "own", year=2024)
    with pytest.raises(DataError, match="no document plans anything for 'hangzhou'"):
        monitor.table(data, "hangzhou")
    with pytest.raises(DataError, match="nothing was observed in fenghua"):
        monitor.table(data, "fenghua")
    for quarter in (0, 5):
        with pytest.raises(DataError, match="give 1, 2, 3 or 4"):
            monitor.schedule(data, "own", quarter=quarter)
    several = seen(*((CHECKUPS, 2024, f"{quarter}万", quarter) for quarter in (1, 2, 3, 4)))
    shown = [one(monitor.schedule(several, "own", year=2024, quarter=k)).quarter for k in (1, 2, 3, 4)]
    assert shown == [1, 2, 3, 4]


def test_every_place_by_default(seen):
    places = set(monitor.table(seen((NURSERY, 2023, "4.12")))["place"])
    assert "own" in places and "china" not in places and "zhejiang" in places
