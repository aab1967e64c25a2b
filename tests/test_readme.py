"""The README's numbers are those of the data, and what it points to is there."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import qiyou
from qiyou import capacity

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
TEXT = re.sub(r"\s+", " ", README)


@pytest.fixture(scope="module")
def data():
    return qiyou.load()


def test_first_finding(data):
    points = qiyou.data.printed(data, "sports_area_per_capita").query("place == 'yuhuan'")
    plan = points.query("origin == 'table'").set_index("year")["value"]
    later = points.query("document == 'yuhuan-worklist-2024'").iloc[0]
    reached = plan.index[plan >= later["value"]][0]
    said = f"work list asks for {later['value']:g} m² of sports area per head or more in 2024; its plan has {plan[2024]:g} for that year"
    assert said in TEXT
    assert f"reaches {later['value']:g} in {reached}" in TEXT
    balance = capacity.balance(data, "yuhuan", until=2024)
    need = balance.query("kind == 'requirement' and item == 'yuhuan-worklist-2024'").iloc[0]
    supply = balance[balance["kind"] == "supply"].set_index("trails")
    assert f"come to {supply.loc['none', 'low']:,.0f} to {supply.loc['none', 'high']:,.0f} m²" in TEXT
    assert f"takes {need['low']:,.0f} m² or more" in TEXT
    assert f"come to {supply.loc['full', 'low']:,.0f} to {supply.loc['full', 'high']:,.0f} m²" in TEXT


def test_second_finding(data):
    ends = data.targets.query("indicator == 'nursery_places_per_1000' and year == 2027")["value"]
    shared = ends.mode()[0]
    assert f"{(ends == shared).sum()} of {len(ends)} plans set the same {shared:g} nursery places" in TEXT
    few = qiyou.plausibility.check(data).query("code == 'TOO_FEW_IN_REFERENCE' and indicator == 'nursery_places_per_1000'")
    assert len(few) == len(ends) - 1 or len(few) == len(ends)


def test_third_finding(data):
    paths = qiyou.plausibility.summary(qiyou.plausibility.check(data)).query("indicator != ''")
    contradicted = paths["contradictions"] > 0
    asked = (paths["questions"] > 0) & ~contradicted
    ranked = (paths["feasibility"] == "").sum()
    assert f"Of {len(paths)} target paths {contradicted.sum()} contradicts itself" in TEXT
    assert f"and {asked.sum()} raise a question. For {ranked} paths" in TEXT
    assert f"within a factor of {qiyou.plausibility.Settings().level_factor:g} count as comparable" in TEXT
    table = data.targets.query("place == 'yuhuan' and indicator == 'premature_ncd_mortality' and year == 2027 and variant == 'a'")
    prose = data.statements.query("document == 'yuhuan-plan-2023' and indicator == 'premature_ncd_mortality'").iloc[0]
    assert f"{table['value'].iloc[0]:g}% in the table, {prose['high']:g}% or less in the text" in TEXT


@pytest.mark.parametrize("target", sorted(set(re.findall(r"\]\(([^)#]+)", README))))
def test_what_is_linked_is_there(target):
    assert target.startswith("http") or (ROOT / target).exists(), f"README links to {target}, which is not there"


def test_the_calls_shown_run(data):
    code = re.search(r"```python\n(.*?)```", README, re.DOTALL)[1]
    lines = [line for line in code.splitlines() if "my-county" not in line]
    exec(compile("\n".join(lines), "README.md", "exec"), {})
