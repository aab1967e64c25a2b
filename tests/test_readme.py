"""The README's numbers are those of the data, and what it points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import qiyou
from qiyou import capacity, words

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXT = re.sub(r"\s+", " ", README)


def test_first_finding(data):
    points = qiyou.data.printed(data, "sports_area_per_capita").query("place == 'yuhuan'")
    plan = points.query("origin == 'table'").set_index("year")["value"]
    later = points.query("document == 'yuhuan-worklist-2024'").iloc[0]
    reached = plan.index[plan >= later["value"]][0]
    said = f"work list asks for {later['value']:g} m² of sports area per head or more in 2024; its plan has {plan[2024]:g} for that year"
    assert said in TEXT
    assert f"reaches {later['value']:g} in {reached}" in TEXT
    need = capacity.balance(data, "yuhuan", "sports_area_per_capita", until=2024)
    need = need.set_index("document").loc["yuhuan-worklist-2024"]
    projects = capacity.supply(data, "yuhuan").query("year <= 2024")
    announced = capacity.supply_total(projects).set_index("part")
    people = capacity.populations(data, "yuhuan", 2024).set_index("scenario")["value"].round(-3)

    def said_so(*ends, digits=-3):
        return words.interval(*ends, digits, lang="en")

    flat, trend = f"{people['flat']:,.0f}", f"{people['province_trend']:,.0f}"
    assert f"With {flat} residents (the last count, of 2021) to {trend} (at the province's rate)" in TEXT
    assert f"takes {said_so(need['need_low'], need['need_high'])} m² or more" in TEXT
    digits = {"counted": -3, "kind_not_printed": -2, "trail": -3}
    parts = [said_so(*announced.loc[part, ["low", "high"]], digits=n) for part, n in digits.items()]
    assert f"come to {parts[0]} m², 14 facilities of no printed kind to {parts[1]}, and 89 km" in TEXT
    assert f"counted in full, to {parts[2]}; {need['left_out_count']:.0f} more" in TEXT
    assert "sports_centre; olympic_sports_centre" in need["left_out"] and "two sports centres" in TEXT
    assert need["code"] == "DEPENDS_ON:trails" and "suffice depends on the trails" in TEXT
    assert data.statements.query("document == 'yuhuan-worklist-2024' and unit == '公里'")[
        "value"
    ].tolist() == [89]


def test_second_finding(data):
    ends = data.targets.query("indicator == 'nursery_places_per_1000' and year == 2027")["value"]
    shared = ends.mode()[0]
    assert f"{(ends == shared).sum()} of {len(ends)} plans set the same {shared:g} nursery places" in TEXT


def test_third_finding(data):
    paths = qiyou.plausibility.summary(qiyou.plausibility.check(data)).query("indicator != ''")
    contradicted = paths["contradictions"] > 0
    asked = (paths["questions"] > 0) & ~contradicted
    assert f"Of {len(paths)} target paths {contradicted.sum()} contradicts itself" in TEXT
    assert f"and {asked.sum()} raise a question. For none are enough" in TEXT
    assert (paths["feasibility"] != "").all() and "feasibility is undecidable throughout" in TEXT
    table = data.targets.query(
        "place == 'yuhuan' and indicator == 'premature_ncd_mortality' and year == 2027"
    ).set_index("variant")["value"]
    prose = data.statements.query(
        "document == 'yuhuan-plan-2023' and indicator == 'premature_ncd_mortality'"
    ).iloc[0]
    assert f"{table['a']:g}% in the first line of the table, {prose['high']:g}% or less in the text" in TEXT
    assert f"a second line of the table, whose meaning is not printed, has {table['b']:g}%" in TEXT


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", README))))
def test_what_is_linked_is_there(target):
    assert target.startswith("http") or (ROOT / target).exists(), (
        f"README links to {target}, which is not there"
    )


def test_the_calls_shown_run(data):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    lines = [line for line in code.splitlines() if "my-county" not in line]
    exec(compile("\n".join(lines), "README.md", "exec"), {})
