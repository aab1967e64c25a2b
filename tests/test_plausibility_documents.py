"""C13 and C14: every pair of table and text, and of two documents, found by rule; stages read by hand."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from plausibility_frames import DOCUMENTS, PLACES, STAGES, check, one, path, said, statement, world

from qiyou import paths, plausibility
from qiyou.plausibility import facts as figures
from qiyou.plausibility import passages

SOURCES = Path(__file__).resolve().parents[2] / "shared" / "sources"


def compare(printed, in_text, *, indicator="share", cells=(1, 2), **options):
    """The one cell of a table's last year against one statement on it."""
    table = path([*cells, printed], indicator=indicator)
    found = check(table, statement(in_text, indicator=indicator, **options))
    return found[(found["check"] == "C13") & (found["code"] != "BOUND_AT_CEILING")]


# --------------------------------------------------------------------------------------------- C13


@pytest.mark.parametrize(
    ("printed", "text", "expected"),
    [
        (75, 75, []),
        (75, 76, [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (75, ("ge", 70), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (75, ("ge", 75), []),
        (75, ("gt", 75), []),
        (75, ("ge", 80), [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (75, ("le", 70), [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (75, ("le", 80), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("gt", 90), ("ge", 90), []),
        (("gt", 85), ("ge", 90), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("ge", 90), ("ge", 85), [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("gt", 85), 90, [("TABLE_PROSE_WEAKER", "NOTE")]),
        (("gt", 85), 80, [("TABLE_PROSE_CONFLICT", "CONTRADICTION")]),
        (100, ("ge", 100), []),
        (None, 75, []),
    ],
)
def test_table_against_text(printed, text, expected):
    found = compare(printed, text)
    found = found[found["code"] != "TABLE_PROSE_TIMING"]
    assert list(zip(found["code"], found["verdict"], strict=True)) == expected
    if expected:
        assert found[["a_cell", "b_cell"]].values.tolist() == [["plan/table:1:2024", "plan/statement:1"]]


def test_a_finding_says_which_is_weaker():
    assert one(compare(75, ("ge", 70)), "TABLE_PROSE_WEAKER")["facts"]["case"] == "text"
    assert one(compare(("gt", 85), 90), "TABLE_PROSE_WEAKER")["facts"]["case"] == "table"


def test_a_base_is_compared_within_its_rounding():
    def base(text, **options):
        said_there = statement(text, 2022, kind="baseline", **options)
        found = check(path([75, 80, 85]), said_there)
        return found.loc[found["check"] == "C13", "code"].tolist()

    assert base(75.4, step=0.1) == [] and base(75.6, step=0.1) == ["TABLE_PROSE_CONFLICT"]
    assert base(("ge", 75.3)) == ["ROUNDING_DECIDES"]


def test_a_second_line_that_agrees_makes_it_a_question():
    first, second = path([1, 2, 90], variant="a", row="12"), path([1, 2, 80], variant="b", row="12b")
    row = one(check(first, second, statement(("le", 80))), "TABLE_PROSE_CONFLICT")
    assert row["verdict"] == "QUESTION" and row["variant"] == "a" and row["a_cell"] == "plan/table:12:2024"
    assert row["facts"]["second"] == "table:12b" and row["facts"]["second_value"] == 80


def test_twice_in_the_text():
    found = check(path([1, 2, 3]), statement(50, 2026), statement(60, 2026, number=2))
    row = one(found, "TABLE_PROSE_CONFLICT")
    assert (row["a_cell"], row["b_cell"]) == ("plan/statement:1", "plan/statement:2")


@pytest.mark.parametrize(
    "options",
    [{"year": None}, {"from_year": 2020}, {"kind": "annual_flow"}, {"year": 2026}, {"document": "other"}],
)
def test_statements_on_something_else_are_not_compared(options):
    assert compare(75, 90, **options).empty


def test_a_cumulative_statement_on_a_period_is_compared():
    assert said(compare(75, 60, kind="cumulative", from_year=2020)) == [("TABLE_PROSE_CONFLICT", 2024)]


@pytest.mark.parametrize(
    ("cells", "text", "indicator", "year", "late"),
    [
        ([60, 70, 90, 90], 90, "share", 2025, -1),
        ([60, 70, 80, 90], 90, "share", 2025, None),
        ([60, 70, 90, 90], ("ge", 80), "share", 2025, None),  # weaker, and said so
        ([90, 90, 90, 90], 90, "kept", 2025, None),
        ([60, 70, "", 90], 90, "share", 2024, 1),
        ([9, 7, 5, 5], ("le", 5), "rate", 2025, -1),
    ],
)
def test_the_same_value_promised_for_another_year(cells, text, indicator, year, late):
    found = check(path(cells, indicator=indicator), statement(text, year, indicator=indicator))
    rows = found[found["code"] == "TABLE_PROSE_TIMING"]
    assert rows["statistic"].tolist() == ([] if late is None else [late])
    assert (rows["year"] == year).all()


def test_a_bound_that_leaves_the_ceiling_only():
    found = check(
        path([80, 90, ("ge", 100)]),
        statement(("ge", 100)),
        statement(("ge", 99), number=2),
        statement(("le", 0), indicator="rate", number=3),
    )
    rows = found[found["code"] == "BOUND_AT_CEILING"]
    assert sorted(rows["a_cell"]) == ["plan/statement:1", "plan/statement:3", "plan/table:1:2024"]
    assert (rows["verdict"] == "NOTE").all()


@pytest.mark.parametrize(
    ("values", "total", "year", "hit"),
    [
        ([4, 4, 4, 4, 4], ("ge", 20), 2027, False),
        ([5, 5, 5, 5, 5], ("ge", 20), 2027, False),
        ([4, 4, 4, 4, 4], ("ge", 30), 2027, True),
        ([4, 4, 4, 4, 4], 19, 2027, True),
        ([4, 4, "", 4, 4], ("ge", 30), 2027, False),
        ([4, 4, 4, 4, 4], ("ge", 30), 2030, False),
    ],
)
def test_yearly_amounts_of_a_table_add_up_to_the_texts_figure(values, total, year, hit):
    counted = statement(total, year, indicator="yearly_cumulative", kind="cumulative")
    found = check(path(["", *values], indicator="yearly", base=False), counted)
    assert (said(found, "QUESTION") == [("FLOW_AGAINST_STOCK", 2027)]) == hit


def test_a_yearly_amount_of_the_text_against_the_same_plans_stock():
    stock = path([1000, 2000, 3000], indicator="yearly_cumulative")
    row = one(check(stock, statement(900, indicator="yearly", kind="annual_flow")), "FLOW_AGAINST_STOCK")
    assert row["verdict"] == "QUESTION" and row["statistic"] == -100 and row["facts"]["needed"] == 1000
    enough = check(stock, statement(1000, indicator="yearly", kind="annual_flow"))
    assert "FLOW_AGAINST_STOCK" not in set(enough["code"])


# --------------------------------------------------------------------------------------------- C14


def updated(cells, text, *, indicator="share", dates=None, **options):
    documents = DOCUMENTS if dates is None else DOCUMENTS.assign(dated=dates)
    newer = statement(text, indicator=indicator, document="list", **options)
    found = check(path(cells, indicator=indicator), newer, documents=documents)
    return found[found["check"] == "C14"]


@pytest.mark.parametrize(
    ("text", "indicator", "code", "verdict"),
    [
        (90, "share", "WORKLIST_AHEAD", "NOTE"),
        (("ge", 90), "share", "WORKLIST_AHEAD", "NOTE"),
        (85, "share", "WORKLIST_EQUAL", "NOTE"),
        (("ge", 85), "share", "WORKLIST_EQUAL", "NOTE"),
        (80, "share", "WORKLIST_BEHIND", "QUESTION"),
        (("ge", 80), "share", "WORKLIST_BEHIND", "QUESTION"),
        (86, "share", "WORKLIST_AHEAD", "NOTE"),
        (("le", 90), "share", None, None),
        (80, "rate", "WORKLIST_AHEAD", "NOTE"),
        (("le", 90), "rate", "WORKLIST_BEHIND", "QUESTION"),
        (90, "review", None, None),
    ],
)
def test_a_later_document_against_the_plan(text, indicator, code, verdict):
    found = updated([70, 80, 85, 90], text, indicator=indicator)
    assert list(zip(found["code"], found["verdict"], strict=True)) == ([(code, verdict)] if code else [])
    assert set(found["b_cell"]) <= {"list/statement:1"}


def test_being_ahead_names_the_year_of_the_plan():
    ahead = one(updated([70, 80, 85, 90], 90), "WORKLIST_AHEAD")["facts"]
    assert (ahead["case"], ahead["reached_year"]) == ("year", 2025)
    assert one(updated([70, 80, 85, 90], 99), "WORKLIST_AHEAD")["facts"]["case"] == "never"


@pytest.mark.parametrize(
    ("planned", "later_bound", "case"),
    [("lt", "le", "looser"), ("le", "lt", "stricter"), ("lt", "lt", ""), ("eq", "le", "")],
)
def test_one_number_may_be_two_bounds(planned, later_bound, case):
    row = one(updated([8, 7, (planned, 5)], (later_bound, 5), indicator="rate"), "WORKLIST_EQUAL")
    assert row["facts"]["case"] == case


@pytest.fixture(scope="module")
def counties():
    """Counties whose plan says something twice and whose list says it once more; and all that is found of them."""
    rng, drawn, rows = np.random.default_rng(21), {}, []
    for k in range(90):
        indicator = ("share", "rate")[k % 2]
        prints = [
            (relation, int(value)) if relation != "eq" else int(value)
            for relation, value in zip(
                rng.choice(["eq", "eq", "ge", "gt", "le", "lt"], 7), rng.choice([40, 50, 60], 7), strict=True
            )
        ]
        table, (text, news), at = prints[:5], prints[5:], int(rng.integers(1, 5))
        drawn[f"c{k}"] = indicator, table, text, news, at
        facts = {"indicator": indicator, "place": f"c{k}"}
        rows.append(path([45, *table[1:]], document=f"plan{k}", **facts))
        rows.append(statement(text, 2022 + at, document=f"plan{k}", **facts))
        rows.append(statement(news, 2022 + at, document=f"list{k}", **facts))
    names = pd.DataFrame({"id": [*drawn, *PLACES["id"]]}).assign(name_zh="县", name_en="County", parent="")
    files = [DOCUMENTS.assign(id=[f"plan{k}", f"list{k}"], place=f"c{k}") for k in range(len(drawn))]
    return drawn, check(*rows, places=names, documents=pd.concat(files, ignore_index=True))


def members(printed) -> set[float]:
    """The values from 0 to 100 that a print allows."""
    relation, number = printed if isinstance(printed, tuple) else ("eq", printed)
    allows = {"eq": np.equal, "ge": np.greater_equal, "gt": np.greater, "le": np.less_equal, "lt": np.less}[
        relation
    ]
    values = np.arange(0, 100.25, 0.5)
    return set(values[allows(values, number)])


def number_of(printed) -> int:
    return printed[1] if isinstance(printed, tuple) else printed


def test_what_is_said_twice_is_compared_value_by_value(counties):
    drawn, found = counties
    seen = set()
    for place, (_, table, text, _, at) in drawn.items():
        a, b = members(table[at]), members(text)
        rows = found[(found["place"] == place) & (found["check"] == "C13")]
        rows = rows[~rows["code"].isin(["TABLE_PROSE_TIMING", "BOUND_AT_CEILING"])]
        if number_of(table[at]) == number_of(text):
            expected = []  # one number, promised in other words
        elif not a & b:
            expected = [("TABLE_PROSE_CONFLICT", "CONTRADICTION", "")]
        elif a <= b:
            expected = [("TABLE_PROSE_WEAKER", "NOTE", "text")]
        else:
            expected = [("TABLE_PROSE_WEAKER", "NOTE", "table")] if b <= a else [None]
        if expected == [None]:  # two bounds that overlap, neither within the other
            assert rows["code"].tolist() == ["ROUNDING_DECIDES"]
            continue
        cases = [facts["case"] for facts in rows["facts"]]
        assert list(zip(rows["code"], rows["verdict"], cases, strict=True)) == expected, (table[at], text)
        seen |= set(expected)
    assert len(seen) == 3


def test_a_later_document_is_held_against_the_weakest_value_promised(counties):
    drawn, found = counties
    seen = set()
    for place, (indicator, table, _, news, at) in drawn.items():
        up = indicator == "share"

        def promised(printed, up=up):
            relation = printed[0] if isinstance(printed, tuple) else "eq"
            commits = relation == "eq" or (relation in ("ge", "gt")) == up
            return (number_of(printed) if up else -number_of(printed)) if commits else np.nan

        old, new = promised(table[at]), promised(news)
        rows = found[(found["place"] == place) & (found["check"] == "C14")]
        code = "WORKLIST_AHEAD" if new > old else "WORKLIST_BEHIND" if new < old else "WORKLIST_EQUAL"
        assert rows["code"].tolist() == ([] if np.isnan(old + new) else [code]), (table, news)
        for facts in rows["facts"]:
            promises = [promised(45), *map(promised, table[1:])]
            years = [2022 + n for n, value in enumerate(promises) if value >= new]
            words = [printed[0] if isinstance(printed, tuple) else "" for printed in (table[at], news)]
            strict = [word in ("gt", "lt") for word in words]
            leap = "never" if not years else "year" if years[0] > 2022 + at else ""
            turns = (
                {(True, False): "looser", (False, True): "stricter"}.get(tuple(strict), "")
                if all(words)
                else ""
            )
            case = {"WORKLIST_AHEAD": leap, "WORKLIST_BEHIND": "", "WORKLIST_EQUAL": turns}[code]
            reached = min(years, default=0)
            assert (facts["case"], facts["reached_year"]) == (case, reached), (table, news, at)
            assert rows["threshold"].tolist() == [0]
            seen.add((code, case))
    assert len(seen) >= 6


def test_the_year_promised_is_that_in_which_the_table_first_has_the_value():
    """Earlier, or later where the table prints nothing for that year; another number in it is said elsewhere."""
    rng, rows, expected = np.random.default_rng(6), [], {}
    for k in range(80):
        indicator, sign = (("share", 1), ("rate", -1))[k % 2]
        table = [45, *rng.choice([40, 50, 60, 0], 3).tolist(), int(rng.choice([40, 60]))]
        table = [cell or None for cell in table]
        text, at = int(rng.choice([40, 50, 60])), int(rng.integers(1, 5))
        place = {"place": f"c{k}", "document": f"plan{k}", "indicator": indicator}
        rows += [path(table, **place), statement(text, 2022 + at, **place)]
        reached = [n for n in range(1, 5) if table[n] is not None and sign * table[n] >= sign * text]
        if (
            reached
            and table[at] in (text, None)
            and (reached[0] < at or table[at] is None)
            and reached[0] != at
        ):
            expected[f"c{k}"] = f"plan{k}/table:1:{2022 + reached[0]}", reached[0] - at
    names = pd.DataFrame({"id": [f"c{k}" for k in range(80)]}).assign(
        name_zh="县", name_en="County", parent=""
    )
    files = DOCUMENTS.iloc[np.zeros(80, dtype=int)].assign(
        id=[f"plan{k}" for k in range(80)], place=list(names["id"])
    )
    found = check(*rows, places=names, documents=files.reset_index(drop=True))
    found = found[found["code"] == "TABLE_PROSE_TIMING"].set_index("place")
    assert (
        dict(zip(found.index, zip(found["a_cell"], found["statistic"], strict=True), strict=True)) == expected
    )
    assert {-1, 1} <= set(found["statistic"]) and found["low"].isna().all()


def test_what_belongs_to_no_path_comes_last():
    rows = [path([70, None, 80], variant=str(k)) for k in range(4)]
    twice = [statement(value, indicator="density", number=n) for n, value in ((7, 3), (8, 4))]
    found = check(*rows, *twice)
    assert found["indicator"].tolist() == ["share"] * 4 + ["density"]
    assert found["variant"].tolist() == ["0", "1", "2", "3", ""]


def test_the_order_of_documents_is_that_of_their_dates():
    found = updated([70, 80, 85, 90], 80, dates=["2024-04-25", "2023-06-28"])
    assert found["code"].tolist() == ["WORKLIST_AHEAD"]  # now the table is the later one
    assert updated([70, 80, 85, 90], 80, dates=["", ""])["code"].tolist() == ["WORKLIST_BEHIND"]


@pytest.mark.parametrize(
    ("stock", "step", "amount", "code", "verdict"),
    [
        ([9958, 13977, 16000], [1, 1, 1000], 1790, "FLOW_SHORTFALL", "QUESTION"),
        ([9958, 13977, 16000], [1, 1, 1], 2023, "WORKLIST_EQUAL", "NOTE"),
        ([9958, 13977, 16000], [1, 1, 1], 2500, "WORKLIST_AHEAD", "NOTE"),
        ([9958, 13977, 16000], [1, 1, 1], ("ge", 1000), "BOUND_LEAVES_OPEN", "UNDECIDABLE"),
        (["", 10000, 12000], [1, 1000, 1], 1600, "ROUNDING_DECIDES", "UNDECIDABLE"),
        (["", 10000, 12000], [1, 1000, 1], 1400, "FLOW_SHORTFALL", "QUESTION"),
    ],
)
def test_a_yearly_amount_against_the_increment_of_a_stock(stock, step, amount, code, verdict):
    rows = path(stock, step=step, indicator="yearly_cumulative", base=False)
    if stock[0] == "":
        rows = rows.assign(role=["baseline", "target"])
    newer = statement(amount, indicator="yearly", kind="annual_flow", document="list")
    found = check(rows, newer)
    found = found[found["check"] == "C14"]
    assert list(zip(found["code"], found["verdict"], strict=True)) == [(code, verdict)]


def test_every_yearly_amount_is_held_against_what_the_stock_asks_for_that_year():
    """The increment to its year, or an even share of a sum over years that hold it; by a later list or the plan itself."""
    rng, rows, drawn, count = np.random.default_rng(14), [], {}, 60
    for k in range(count):
        amount, year, own = int(rng.choice([4, 5, 6])), int(rng.integers(2021, 2029)), k % 3 == 0
        relation, keys = ("eq", "ge", "le")[k % 5 % 3], {"place": f"c{k}"}
        flow = {"indicator": "yearly", "kind": "annual_flow", "number": 2, **keys}
        if k % 2:
            stock = (10 + np.cumsum(rng.choice([4, 5, 6], 4))).tolist()
            rows.append(path(stock, indicator="yearly_cumulative", document=f"plan{k}", base=False, **keys))
            asked = {2022 + n: stock[n] - stock[n - 1] for n in range(1, 4)}.get(year)
            since, until, case = year - 1, year, "increment"
        else:
            total = statement(
                25,
                2027,
                indicator="yearly_cumulative",
                kind="cumulative",
                from_year=2023,
                document=f"plan{k}",
                **keys,
            )
            rows += [path([70, 80, 90], document=f"plan{k}", row="9", **keys), total]
            asked = 5 if 2023 <= year <= 2027 else None
            since, until, case = 2022, 2027, "share"
        rows.append(statement((relation, amount), year, document=f"{'plan' if own else 'list'}{k}", **flow))
        drawn[f"c{k}"] = amount, relation, year, own, asked, since, until, case
    names = pd.DataFrame({"id": list(drawn)}).assign(name_zh="县", name_en="County", parent="")
    files = [DOCUMENTS.assign(id=[f"plan{k}", f"list{k}"], place=f"c{k}") for k in range(count)]
    found = check(*rows, places=names, documents=pd.concat(files, ignore_index=True))
    found = found[[facts.get("needed") is not None for facts in found["facts"]]]
    seen = set()
    for place, (amount, relation, year, own, asked, since, until, case) in drawn.items():
        told = found[found["place"] == place]
        code = None
        if asked is not None and own:
            code = "FLOW_AGAINST_STOCK" if amount < asked and relation != "le" else None
        elif asked is not None:
            code = (
                "WORKLIST_AHEAD"
                if amount > asked
                else "FLOW_SHORTFALL"
                if amount < asked
                else "WORKLIST_EQUAL"
            )
            if relation == "ge":
                code = "WORKLIST_AHEAD" if amount >= asked else "BOUND_LEAVES_OPEN"
            if relation == "le":
                code = "FLOW_SHORTFALL" if amount < asked else "BOUND_LEAVES_OPEN"
        assert told["code"].tolist() == ([code] if code else []), drawn[place]
        for row in told.to_dict("records"):
            facts, tail = (
                row["facts"],
                "flow_" if code in ("WORKLIST_AHEAD", "WORKLIST_EQUAL", "BOUND_LEAVES_OPEN") else "",
            )
            assert (facts["needed"], facts["since"], facts["until"], facts["first_year"]) == (
                asked,
                since,
                until,
                since + 1,
            )
            assert (facts["case"], row["year"], row["threshold"]) == (tail + case, year, 0)
            assert row["check"] == ("C13" if own else "C14")
            assert np.isnan(row["statistic"]) if relation == "le" else row["statistic"] == amount - asked
            seen.add(code)
    assert len(seen) == 5


def test_a_yearly_amount_against_an_even_share_of_a_sum():
    total = statement(("ge", 50), 2027, indicator="yearly_cumulative", kind="cumulative", from_year=2023)
    newer = statement(5, indicator="yearly", kind="annual_flow", document="list", number=2)
    row = one(check(path([70, 80, 90]), total, newer), "FLOW_SHORTFALL")
    assert row["statistic"] == -5 and row["facts"]["needed"] == 10 and row["facts"]["case"] == "share"


def test_stages_read_by_hand():
    at = {"earlier_document": "plan", "earlier_at": "table:1:2024", "earlier_year": "2024"}
    at |= {"later_document": "list", "later_at": "text:二(一):3", "later_year": "2024", "place": "p"}
    words = {"topic": "网络", "topic_en": "network", "earlier": "全覆盖", "earlier_en": "complete"}
    words |= {"later": "新增", "later_en": "more", "indicator": "share"}
    rows = [at | words | {"relation": relation} for relation in ("ahead", "behind", "more")]
    stages = pd.DataFrame(rows, columns=STAGES)
    found = check(path([70, 80, 90]), statement(90), stages=stages).query("code == 'STAGE_CONFLICT'")
    assert found["verdict"].tolist() == ["NOTE", "QUESTION", "QUESTION"]
    assert set(found["a_cell"]) == {"plan/table:1:2024"} and set(found["b_cell"]) == {"list/text:二(一):3"}


# ------------------------------------------------------------------- numbers and edges, without sentences


def passages_of(*rows, **tables):
    data = world(*rows, **tables)
    return figures.collected(passages.checks(figures.cells(paths.table(data), data), data))


def test_documents_of_one_place_stand_in_the_order_of_their_dates_else_of_their_first_years():
    documents = pd.DataFrame(
        [("a", "p", "2023-06-28", 2021), ("b", "p", "", 2024), ("c", "p", "2023-06-28", 2020), ("d", "q", "2025-01-01", 2019)],
        columns=["id", "place", "dated", "from_year"],
    )  # fmt: skip
    found = passages._order(documents)
    pairs = sorted(zip(found["earlier"], found["later"], found["from_year"], strict=True))
    assert pairs == [("a", "b", 2021), ("c", "b", 2020)]


def test_two_tables_of_a_place_are_compared_and_those_of_two_places_are_not():
    rows = path([70, 80, 85]), path([72, 82, 90], document="list", row="2")
    other = path([1, 2, 3], place="above", document="other")
    found = passages_of(*rows, other)
    told = zip(
        found["code"], found["year"], found["a_cell"], found["b_cell"], found["statistic"], strict=True
    )
    assert list(told) == [
        ("WORKLIST_AHEAD", year, f"plan/table:1:{year}", f"list/table:2:{year}", change)
        for year, change in ((2022, 2), (2023, 2), (2024, 5))
    ]
    assert passages_of(rows[0], other).empty
    # where the earlier table is silent, its text counts
    texts = statement(50, indicator="density"), statement(60, indicator="density", document="list", number=2)
    assert passages_of(path([1, 2, 3], row="9"), *texts)["code"].tolist() == ["WORKLIST_AHEAD"]


def test_a_part_is_held_against_its_whole_and_by_how_much():
    data = world(
        path([95, 60, 70]), path([90, 60, 69.5], indicator="whole", row="2"), statement(99, number=4)
    )
    cells = figures.cells(paths.table(data), data)
    (found,) = passages.identities(cells, data.identities)
    told = found[["year", "low", "statistic", "high", "threshold", "b_cell"]].to_numpy().tolist()
    assert told == [
        [2022, -6, -5, -4, 0, "plan/table:2:2022"], [2024, -0.5, -0.5, -0.5, 0, "plan/table:2:2024"],
        [2024, -29.5, -29.5, -29.5, 0, "plan/table:2:2024"],
    ]  # fmt: skip


@pytest.mark.parametrize(("second", "text", "verdict"), [
    (80, 80, "QUESTION"), (80, ("ge", 75), "QUESTION"), (81, 80, "CONTRADICTION"), (("ge", 79), 80, "CONTRADICTION"),
])  # fmt: skip
def test_another_line_settles_it_where_it_keeps_what_the_text_says(second, text, verdict):
    lines = path([1, 2, 60], variant="a", row="12"), path([1, 2, second], variant="b", row="12b")
    found = passages_of(*lines, statement(text))
    row = one(found[found["variant"] == "a"], "TABLE_PROSE_CONFLICT")
    assert (
        row["verdict"] == verdict and row["statistic"] == (text[1] if isinstance(text, tuple) else text) - 60
    )
    assert row["facts"].get("second") == ("table:12b" if verdict == "QUESTION" else None)


def test_two_sentences_that_agree_settle_nothing_about_the_table():
    found = passages_of(path([60, 70, 75]), statement(90), statement(90, number=2))
    assert found["verdict"].tolist() == ["CONTRADICTION"] * 2 and set(found["code"]) == {
        "TABLE_PROSE_CONFLICT"
    }


@pytest.mark.parametrize(("cells", "text", "year", "late"), [
    # the base is no promise; of several years the first; one line at a time
    ([90, 70, 90, 95], 90, 2025, []), ([90, 70, 90, ""], 90, 2025, [-1]), ([60, "", 90, 95], 90, 2023, [1]),
    ([60, 70, 80, 85], 90, 2025, []), ([60, 95, 90, 90], 90, 2025, [-2]), ([60, 70, 90, None], 90, 2025, [-1]),
])  # fmt: skip
def test_the_first_year_that_keeps_the_texts_promise(cells, text, year, late):
    other = path([60, *[50] * 3], variant="z", row="9")
    found = passages_of(path(cells, variant="a"), other, statement(text, year))
    rows = found[found["code"].eq("TABLE_PROSE_TIMING") & found["variant"].eq("a")]
    assert rows["statistic"].tolist() == late and rows[["low", "high"]].isna().all(axis=None)
    assert rows["a_cell"].tolist() == [f"plan/table:1:{year + one_}" for one_ in late]


def test_yearly_amounts_are_added_up_without_the_base_and_what_is_no_number():
    def sums(values, *, base=True, **options):
        counted = statement(
            ("ge", 30), 2027, **({"indicator": "yearly_cumulative", "kind": "cumulative"} | options)
        )
        data = world(path(values, indicator="yearly", base=base), counted)
        return passages._sums(figures.cells(paths.table(data), data), data.flows)[0]

    row = one(sums([9, 4, 4, 4, 4, 4]), "FLOW_AGAINST_STOCK")
    assert (row["statistic"], row["facts"]["total"], row["facts"]["first_year"], row["year"]) == (
        -10,
        20,
        2023,
        2027,
    )
    assert (row["a_cell"], row["b_cell"]) == ("plan/table:1:2027", "plan/statement:1")
    assert one(sums([9, 4, 4, 4, 4, 4], base=False), "FLOW_AGAINST_STOCK")["statistic"] == -1
    assert sums([9, 4, 4, ("about", 4), 4, 4]).empty and sums([9, 4, 4, ("ge", 4), 4, 4]).empty
    assert sums([9, 4, 4, 4, 4, 4], kind="target").empty and sums([9, 6, 6, 6, 6, 6]).empty


def test_figures_that_are_named_by_their_place_ask_for_even_shares():
    """1,000 in the first year of the plan and 9,000 four years on: 1,000 that year, then 2,000 a year."""
    flows = pd.DataFrame({"flow": "plan/statement:5", "stock": ["plan/statement:7", "plan/statement:6"]})
    stock = [
        statement(9000, 2027, indicator="", kind="cumulative", number=7),
        statement(1000, 2023, indicator="", kind="cumulative", number=6),
    ]
    flow = statement(("ge", 200), None, indicator="", kind="annual_flow", number=5)
    found = passages_of(path([70, 80, 90]), *stock, flow, flows=flows).sort_values("year")
    told = [
        tuple(row[name] for name in ("needed", "since", "until", "first_year", "case"))
        for row in found["facts"]
    ]
    assert told == [(1000, 2022, 2023, 2023, "share"), (2000, 2023, 2027, 2024, "share")]
    assert found["year"].tolist() == [2023, 2027] and found["statistic"].tolist() == [-800, -1800]
    assert set(found["code"]) == {"FLOW_AGAINST_STOCK"} and found["a_cell"].tolist() == [
        "plan/statement:6",
        "plan/statement:7",
    ]
    assert found["threshold"].tolist() == [0, 0] and set(found["check"]) == {"C13"}


def test_an_increment_is_as_wide_as_its_base_was_rounded():
    rows = path([10000, 12000], step=[1000, 1], indicator="yearly_cumulative")
    newer = statement(1600, 2023, indicator="yearly", kind="annual_flow", document="list")
    row = one(passages_of(rows, newer), "ROUNDING_DECIDES")
    assert row[["low", "statistic", "high"]].tolist() == [-900, -400, 100]
    told = {name: row["facts"][name] for name in ("needed", "since", "until", "case")}
    assert (
        told == {"needed": 2000, "since": 2022, "until": 2023, "case": "flow_increment"}
        and row["check"] == "C14"
    )


# ----------------------------------------------------------------------------------- on the real data


@pytest.fixture(scope="module")
def found(data):
    return plausibility.check(data, lang="zh")


def hits(found, code):
    rows = found[found["code"] == code]
    years = [None if pd.isna(year) else int(year) for year in rows["year"]]
    return sorted(zip(rows["place"], rows["indicator"], years, rows["verdict"], strict=True))


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("TABLE_PROSE_CONFLICT", [("yuhuan", "premature_ncd_mortality", 2027, "QUESTION")]),
        ("TABLE_PROSE_WEAKER", [("changxing", "huiminbao_enrolment_rate", 2027, "NOTE")]),
        ("BOUND_AT_CEILING", [("yuhuan", "disabled_home_coverage", 2027, "NOTE")]),
        ("FLOW_AGAINST_STOCK", [("changxing", "", year, "QUESTION") for year in (2023, 2027)]),
        (
            "WORKLIST_AHEAD",
            [
                ("yuhuan", "property_management_coverage", 2024, "NOTE"),
                ("yuhuan", "sports_area_per_capita", 2024, "NOTE"),
            ],
        ),
        (
            "WORKLIST_EQUAL",
            [
                ("yuhuan", "nursing_bed_share", 2024, "NOTE"),
                ("yuhuan", "urban_unemployment_rate", 2024, "NOTE"),
            ],
        ),
        (
            "TARGET_BELOW_BASELINE",
            [
                ("cixi", "premature_ncd_mortality", 2023, "QUESTION"),
                ("haishu", "child_screening_rate", 2023, "QUESTION"),
                ("wenling", "nursery_places_per_1000", 2023, "QUESTION"),
            ],
        ),
        (
            "FLOW_SHORTFALL",
            [
                ("yuhuan", "public_service_investment_cumulative", 2024, "QUESTION"),
                ("yuhuan", "rental_housing_cumulative", 2024, "QUESTION"),
            ],
        ),
        ("REVERSAL", [("changxing", "free_checkups_annual", 2024, "QUESTION")]),
        ("MISSES_STANDARD", [("yuhuan", "higher_education_enrolment", 2025, "QUESTION")]),
        ("STEP_CONCENTRATED", [("changxing", "life_expectancy", 2024, "QUESTION")]),
        (
            "BOUND_LEAVES_OPEN",
            [("yuhuan", "migrant_pupils_public_share", y, "UNDECIDABLE") for y in (2023, 2024)],
        ),
    ],
)
def test_the_known_hits_are_found_by_rule(found, code, expected):
    assert hits(found, code) == expected


def test_only_bounds_are_left_undecidable(found):
    assert set(found.loc[found["verdict"] == "UNDECIDABLE", "code"]) == {"BOUND_LEAVES_OPEN"}


def test_the_second_line_of_yuhuans_mortality_agrees_with_the_text(found):
    row = one(found, "TABLE_PROSE_CONFLICT")
    assert row["variant"] == "a" and row["facts"]["second"] == "table:12b"
    assert all(text in row["message"] for text in ("第12行", "第12b行", "第19条", "哪一行"))


def test_changxings_projects_cannot_add_up_to_its_own_count(found):
    rows = found[found["code"] == "FLOW_AGAINST_STOCK"]
    assert set(rows["b_cell"]) == {"changxing-plan-2023/statement:37"} and set(rows["b_printed"]) == {
        "200个以上"
    }
    assert [facts["needed"] for facts in rows["facts"]] == [1000, 2000]  # 9,000 by 2027 after 1,000 in 2023


def test_the_homes_of_2024_are_fewer_than_the_stock_asks_for(found):
    row = found[
        (found["code"] == "FLOW_SHORTFALL") & (found["indicator"] == "rental_housing_cumulative")
    ].iloc[0]
    assert row["statistic"] == -233 and "1790" in row["message"] and "2023套" in row["message"]


def test_excerpts_never_raise_a_question_for_what_is_not_at_hand(data, found):
    excerpts = set(data.documents.loc[data.documents["extent"] == "excerpt", "id"])
    rows = found[found["document"].isin(excerpts) & (found["code"] == "MISSING_YEAR")]
    assert len(rows) and (rows["verdict"] == "NOTE").all() and rows["message"].str.contains("节选").all()


def test_stages_and_flows_point_to_what_the_documents_say(data, found):
    rows = found[found["code"] == "STAGE_CONFLICT"]
    assert len(rows) == len(data.stages) == 5 and (rows["verdict"] == "QUESTION").sum() == 3
    printed = data.printed.assign(cell=data.printed["document"] + "/" + data.printed["locator"])
    tabled = printed["locator"].str.startswith("table:")
    at = printed["cell"].where(~tabled, printed["cell"] + ":" + printed["year"].astype(str))
    texts = dict(zip(at, printed["printed"], strict=True))
    for row in rows.itertuples():
        for cell, stage in ((row.a_cell, row.a_printed), (row.b_cell, row.b_printed)):
            if "/text:" not in cell:
                assert stage in texts[cell]
    known = set(data.indicators["id"]) | set(printed["cell"])
    assert set(data.flows["flow"]) | set(data.flows["stock"]) <= known


@pytest.mark.skipif(not SOURCES.is_dir(), reason="the source texts are not here")
def test_stages_are_printed_in_the_sources(data):
    for stage in data.stages.itertuples():
        for end in ("earlier", "later"):
            text = (SOURCES / f"{getattr(stage, f'{end}_document')}.txt").read_text(encoding="utf-8")
            assert getattr(stage, end) in "".join(text.split())


def test_paths_and_what_stands_beside_them(data):
    rows = paths.table(data)
    assert rows["path"].nunique() == 78 and (rows["path"].diff().fillna(0) >= 0).all()
    spoken = rows[rows["variant"] == "prose"]
    assert spoken["place"].unique().tolist() == ["huangyan"] and spoken["value"].tolist() == [1.92, 2.8]
    aside = paths.set_aside(data)
    assert sorted(zip(aside["place"], aside["indicator"], aside["reason"], strict=True)) == [
        ("changxing", "long_term_care_insured", "no_numbers"),
        ("cixi", "pension_insured", "no_numbers"),
        ("yuhuan", "long_term_care_insured", "no_numbers"),
        ("yuhuan", "public_service_investment_cumulative", "sum"),
    ]
