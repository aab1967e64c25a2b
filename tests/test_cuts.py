"""All cuts of a run of digits, and those of the transcription among the ones that survive."""

from __future__ import annotations

import functools
import itertools
import re

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from qiyou.errors import DataError
from tools.cuts import segmentations, table


@pytest.mark.parametrize(
    ("run", "n", "every"),
    [
        ("123", 2, ["1|23", "12|3"]),
        ("1234", 2, ["1|234", "12|34", "123|4"]),
        ("103", 2, ["10|3"]),
        ("100", 2, ["10|0"]),
        ("1.52", 2, ["1.5|2"]),
        ("1.5.2", 2, []),
        ("12.5", 2, ["1|2.5"]),
        ("0.50", 2, ["0.5|0"]),
        ("0OO", 3, ["0|O|O"]),
        ("1H1", 2, []),
        ("5.", 1, []),
        ("7", 1, ["7"]),
        ("4.504.605.005.505.60", 5, ["4.50|4.60|5.00|5.50|5.60"]),
    ],
)
def test_all_cuts_of_small_runs(run, n, every):
    found = segmentations(run, n)
    assert sorted(found["cut"]) == sorted(every)
    assert found["survives"].all()


def test_constraints_are_named_and_survivors_come_first():
    found = segmentations("9951", 2, upper=100, direction="down")
    assert found.to_dict("list") == {
        "cut": ["99|51", "995|1", "9|951"],
        "survives": [True, False, False],
        "fails": ["", "bounds", "bounds"],
    }
    assert segmentations("9951", 2, direction="up").query("survives")["cut"].tolist() == ["9|951"]
    assert segmentations("1.251.5", 2, decimals=2)["fails"].tolist() == ["decimals", "decimals"]
    assert segmentations("99.5", 2, lower=9.2)["fails"].tolist() == ["bounds"]
    assert segmentations("1HH2", 4, direction="up")["survives"].tolist() == [True]
    assert segmentations("111", 3, direction="down")["survives"].tolist() == [True]


NUMBER = re.compile(r"(?:0|[1-9]\d*)(?:\.\d+)?|[A-Za-z]", re.ASCII)


@functools.cache
def ways(run: str, n: int) -> int:
    """How many cuts there are, by cutting off the last part."""
    if n == 1:
        return int(bool(NUMBER.fullmatch(run)))
    return sum(ways(run[:place], n - 1) for place in range(1, len(run)) if NUMBER.fullmatch(run[place:]))


def by_brute_force(run: str, n: int) -> set[str]:
    """Every choice of cut positions whose parts are all numbers or single letters."""
    found = set()
    for places in itertools.combinations(range(1, len(run)), n - 1):
        edges = (0, *places, len(run))
        parts = [run[a:b] for a, b in itertools.pairwise(edges)]
        if all(NUMBER.fullmatch(part) for part in parts):
            found.add("|".join(parts))
    return found


@given(st.text("0123456789.O", min_size=1, max_size=11), st.integers(1, 6))
def test_cuts_agree_with_brute_force(run, n):
    assume(n <= len(run))
    found = segmentations(run, n)
    assert set(found["cut"]) == by_brute_force(run, n) and len(found) == ways(run, n)


@given(st.lists(st.decimals(0, 120, places=1), min_size=2, max_size=4), st.sampled_from(["up", "down", None]))
def test_the_true_cut_survives_true_constraints(values, direction):
    values = sorted(values, reverse=direction == "down") if direction else values
    parts = [str(value) for value in values]
    found = segmentations(
        "".join(parts),
        len(parts),
        lower=float(min(values)),
        upper=float(max(values)),
        direction=direction,
        decimals=1,
    )
    assert "|".join(parts) in set(found.loc[found["survives"], "cut"])
    for cut in found.loc[found["survives"], "cut"]:
        numbers = [float(part) for part in cut.split("|")]
        assert min(numbers) >= float(min(values)) and max(numbers) <= float(max(values))
        assert direction != "up" or numbers == sorted(numbers)


@pytest.mark.parametrize(
    ("run", "n", "options"),
    [
        ("", 1, {}), ("12 34", 2, {}), ("12,34", 2, {}), ("1|2", 2, {}), ("１２", 2, {}), ("1" * 61, 2, {}),
        ("12", 0, {}), ("12", 3, {}), ("12", -1, {}), ("12", 2, {"direction": "status"}), ("1" * 60, 10, {}), ("9" * 60, 30, {}),
    ],
)  # fmt: skip
def test_what_cannot_be_cut_is_refused_at_once(run, n, options):
    with pytest.raises(DataError, match="segmentations"):
        segmentations(run, n, **options)


# Two runs are damaged beyond their digits: 850 lost its point, and HH stands for two cells of 11 below the first one.
DAMAGED = {"12": "9.30|9.15|9.00|8.75|850", "13": "11.69|11|H|H|11"}


def test_each_cut_of_the_changxing_table_is_among_the_survivors(data):
    found = table(data).query("document == 'changxing-plan-2023'").set_index("row")
    assert len(found) == 20
    assert set(found.index[~found["survives"]]) == set(DAMAGED)
    for row, decision in found.iterrows():
        assert decision["cuts"] == ways(decision["run"], decision["cells"]), row
        every = segmentations(decision["run"], decision["cells"])["cut"]
        assert decision["chosen"] in set(every)
        loaded = data.targets.query("document == 'changxing-plan-2023' and row == @row").sort_values("year")
        assert loaded["printed"].tolist() == decision["chosen"].split("|")
    assert {row: found.loc[row, "chosen"] for row in DAMAGED} == DAMAGED
    single = found.index[(found["survivors"] == 1) & found["survives"]]
    assert len(single) == 14


def test_the_two_damaged_runs_are_read_in_one_way_once_the_damage_is_named():
    mortality = segmentations("9.309.159.008.75", 4, lower=0, upper=100, direction="down", decimals=2)
    assert mortality.query("survives")["cut"].tolist() == ["9.30|9.15|9.00|8.75"]
    checkups = segmentations("11.6911HH11", 5, lower=10, upper=13)
    assert checkups.query("survives")["cut"].tolist() == ["11.69|11|H|H|11"]


def test_the_run_of_two_series_is_cut_into_its_two_rows(data):
    rows = data.decisions.query("document == 'changxing-plan-2023' and at in ('table:18a', 'table:18b')")
    run = rows["printed"].unique().tolist()
    assert run == ["90951001001004050607090"]
    every = segmentations(run[0], 10)
    assert len(every) == ways(run[0], 10)
    shares = {cut for cut in every["cut"] if rising(cut.split("|")[:5], 100) and rising(cut.split("|")[5:])}
    assert "|".join(rows["reading"]) in shares


def rising(parts: list[str], upper: float = float("inf")) -> bool:
    numbers = [float(part) for part in parts]
    return numbers == sorted(numbers) and numbers[-1] <= upper
