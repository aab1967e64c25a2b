"""Folders of one's own that break nothing: a result, or one sentence, from everything that takes data.

Their cells are forms that real documents print. What each should come to is the subject of other tests; here
it is that no valid folder ends in anything but a result or a `QiyouError` of one line.
"""

from __future__ import annotations

import csv
import functools
import io

import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from qiyou import capacity, cards, compare, monitor, pace, plausibility, plot, trajectory
from qiyou.data import check, load, root
from qiyou.data.schema import TABLES
from qiyou.errors import QiyouError

YEARS = tuple(range(2022, 2028))
NURSERY, SHARE, SPORTS = "nursery_places_per_1000", "affordable_nursery_share", "sports_area_per_capita"
ABOUT = """id = "{document}"
place = "{place}"
title = "某方案"
title_en = "A plan"
issuer = ""
number = ""
dated = "2023-06-28"
period = [{start}, {last}]
extent = "complete"
known_from = "publisher"
note = ""
[table]
status = "transcribed"
years = [{first}, {last}]
"""


def text(rows) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def folder(parent, document, place, rows, *, years=YEARS, named=None, observed=()):
    """A folder of one county; `rows` are (row, indicator, unit, *cells), an indicator may be empty for 2b."""
    made = parent / document
    made.mkdir(parents=True)
    span = {"first": years[0], "last": years[-1], "start": years[min(1, len(years) - 1)]}
    (made / "document.toml").write_text(ABOUT.format(document=document, place=place, **span), "utf-8")
    head = ["row", "domain", "indicator", "printed_name", "star", "printed_unit", *years, "department"]
    names = dict(zip(known()["id"], known()["name_zh"], strict=True))
    lines = [[row, "", id_, names.get(id_, ""), "*", unit, *cells, ""] for row, id_, unit, *cells in rows]
    (made / "table.csv").write_text(text([head, *lines]), "utf-8")
    if named:
        place_head = ["id", "name_zh", "name_en", "level", "adcode", "parent", "note"]
        (made / "places.csv").write_text(
            text([place_head, [place, *named, "county", "", "taizhou", ""]]), "utf-8"
        )
    if observed:
        head = ["place", "indicator", "year", "printed", "source", "basis", "note"]
        own = [[place, *one, "own_report", "plan", ""] for one in observed]
        (made / "observations.csv").write_text(text([head, *own]), "utf-8")
        sources = [
            ["id", "title", "publisher", "published", "url", "grade"],
            ["own_report", "年报", *[""] * 3],
        ]
        sources[1].append("official")
        (made / "sources.csv").write_text(text(sources), "utf-8")
    return made


@functools.cache
def known() -> pd.DataFrame:
    return pd.read_csv(root() / "indicators.csv", dtype=str, keep_default_na=False)


def plain(start=3.0, by=0.4, digits=1):
    return [f"{start + by * k:.{digits}f}" for k in range(len(YEARS))]


def bound_at_the_end(to):
    rows = [
        ("1", NURSERY, "个/千人", "3.9", "4.2", "4.5", "4.9", "5.2", ">5.55"),
        ("2", SHARE, "%", "60", "≥62.5", "65以上", "70", "不低于70", "80%以上"),
        ("3", "urban_unemployment_rate", "%", "4.5", "<5", "<5", "≤5", "5以内", "控制在5%以内"),
    ]
    return [folder(to, "bound-own", "jiaojiang", rows)]


def ranges_and_about(to):
    rows = [
        ("1", NURSERY, "个/千人", "3.5-4", "4.2", "4.5", "4.9", "5.2", "5-5.5"),
        ("2", SHARE, "%", "60左右", "62", "65", "70", "70", "75-80"),
        ("3", SPORTS, "平方米/人", "2.5", "2.6", "2.7", "2.8", "3", "5.5左右"),
        ("4", "life_expectancy", "岁", "80.1", "80.3", "80.6", "约81", "81.2", "81.5左右"),
        ("5", "child_health_centres", "家", "1", "1—2", "2", "2-3", "3", "3——5家"),
    ]
    return [folder(to, "range-own", "sanmen", rows, named=("三门县", "Sanmen County"))]


def one_row(to):
    rows = [("1", NURSERY, "个/千人", "/", "/", "/", "/", "/", "5.5")]
    return [folder(to, "one-own", "xianju", rows)]


def one_year(to):
    rows = [("1", NURSERY, "个/千人", "5.5"), ("2", SHARE, "%", "≥80")]
    return [folder(to, "year-own", "tiantai", rows, years=(2027,), named=("天台县", "Tiantai County"))]


def unnumbered_row(to):
    rows = [
        ("1", NURSERY, "个/千人", *plain()),
        ("2", "premature_ncd_mortality", "%", "9.4", "9.2", "9.1", "≤9", "8.9", "8.5"),
        ("2b", "", "%", "/", "9", "9", "8.8", "8.8", "8.3"),
        ("3", "compulsory_balanced_pass", "%", "/", "/", "/", "100", "完成市定任务", "100"),
    ]
    return [folder(to, "second-own", "linhai", rows)]


def five_years_observed(to):
    rows = [
        ("1", NURSERY, "个/千人", "3.1", "3.5", "4", "4.4", "4.9", "5.5"),
        ("2", SPORTS, "平方米/人", "2.4", "2.5", "2.6", "2.7", "2.8", "3"),
        ("3", "urban_unemployment_rate", "%", "4.4", "5.5以内", "<5", "<5", "<5", "<5"),
    ]
    years = range(2019, 2024)
    observed = [(NURSERY, year, f"{1.9 + 0.3 * k:.1f}") for k, year in enumerate(years)]
    observed += [(SPORTS, year, f"{2.1 + 0.08 * k:.2f}") for k, year in enumerate(years)]
    observed += [("urban_unemployment_rate", 2023, "约5")]
    return [folder(to, "seen-own", "wencheng", rows, named=("文成县", "Wencheng"), observed=observed)]


def strange_names(to):
    rows = [("1", NURSERY, "个/千人", *plain()), ("2", SPORTS, "平方米/人", *plain(2.2, 0.1))]
    return [folder(to, "dollar-own", "dollar", rows, named=(r"甲$乙\县", r"A$x_1$ \frac{B} {} % & #"))]


def two_of_one_name(to):
    rows = [("1", NURSERY, "个/千人", *plain()), ("2", SPORTS, "平方米/人", *plain(2.2, 0.1))]
    more = [("1", NURSERY, "个/千人", *plain(2.0)), ("2", SPORTS, "平方米/人", *plain(2.0, 0.2))]
    return [
        folder(to, "gulou-one", "gulou_a", rows, named=("鼓楼区", "Gulou District")),
        folder(to, "gulou-two", "gulou_b", more, named=("鼓楼区", "Gulou District")),
    ]


def falls_and_zeros(to):
    rows = [
        ("1", NURSERY, "个/千人", "0", "0", "0", "0", "0", "0"),
        ("2", SHARE, "%", "100", "100", "100", "100", "100", "100"),
        ("3", SPORTS, "平方米/人", "3.5", "3.1", "2.8", "2.5", "2.4", "2.2"),
        ("4", "child_screening_rate", "%", "86", "/", "——", "", "完成市定任务", "/"),
        ("5", "old_estates_renovated_cumulative", "个", "0", "5", "3", "8", "8", "9"),
    ]
    return [folder(to, "flat-own", "pujiang", rows)]


def skipped_years(to):
    rows = [("1", NURSERY, "个/千人", "3.9", "4.5", "5.5"), ("2", SPORTS, "平方米/人", "2.6", "2.8", "≥3")]
    return [folder(to, "skipped-own", "开化县", rows, years=(2022, 2025, 2027), named=("开化县", ""))]


def unfinished_rows(to):
    """Two rows match, one is an indicator of one's own without a direction; names and level are blank."""
    rows = [
        ("1", NURSERY, "个/千人", *plain()),
        ("2", "own_share", "%", *plain(70, 2, 0)),
        ("3", SPORTS, "平方米/人", *plain(2.6, 0.1)),
    ]
    made = folder(to, "unfinished-own", "龙游县", rows)
    return [unfinished(made, "龙游县", rows)]


def nothing_known(to):
    rows = [(str(n), f"own_{n}", "%", *plain(70 + n, 2, 0)) for n in range(1, 5)]
    return [unfinished(folder(to, "nothing-own", "常山县", rows), "常山县", rows)]


def unfinished(made, place, rows):
    """The folder with a stub for each indicator of one's own, named as the row prints it."""
    own = [(id_, f"自设{id_}", unit) for _, id_, unit, *_ in rows if id_.startswith("own_")]
    heads = {name: TABLES[name].names for name in ("indicators", "places")}
    stubs = [[id_, "", name, "", unit, "", "", "", "", "false", "", "", ""] for id_, name, unit in own]
    (made / "indicators.csv").write_text(text([heads["indicators"], *stubs]), "utf-8")
    (made / "places.csv").write_text(text([heads["places"], [place, place, *[""] * 5]]), "utf-8")
    table = (made / "table.csv").read_text("utf-8")
    for id_, name, _ in own:
        table = table.replace(f"{id_},,", f"{id_},{name},")
    (made / "table.csv").write_text(table, "utf-8")
    return made


def other_years(to):
    rows = [("1", NURSERY, "个/千人", "2.1", "3", "4.5"), ("2", SPORTS, "平方米/人", "2.2", "2.4", "2.9")]
    return [folder(to, "span-own", "anji", rows, years=(2020, 2021, 2022))]


def ninety(to):
    made = []
    for n in range(90):
        rows = [
            ("1", NURSERY, "个/千人", *plain(2 + n % 7 / 2, 0.1 + n % 5 / 10)),
            ("2", SHARE, "%", *plain(40 + n % 30, n % 9, 0)),
            ("3", SPORTS, "平方米/人", *plain(1.8 + n % 11 / 10, n % 4 / 10, 2)),
            ("4", "life_expectancy", "岁", *plain(79 + n % 4 / 2, n % 3 / 10, 1)),
        ]
        name = f"第{n}县", f"County {n}"
        made.append(folder(to, f"county-{n}", f"county_{n}", rows[: 1 + n % 4], named=name))
    return made


FORMS = [
    bound_at_the_end,
    ranges_and_about,
    one_row,
    one_year,
    unnumbered_row,
    five_years_observed,
    strange_names,
    two_of_one_name,
    falls_and_zeros,
    other_years,
    skipped_years,
    unfinished_rows,
    nothing_known,
]
BATCHES = {"forms": FORMS, "ninety": [ninety]}
"""What is entered together: what is computed of all places is then computed once, what is of one, for each."""


def of_all(data):
    """Everything that takes the data as a whole, by name."""
    found = plausibility.check(data, lang="zh")
    yield "check", lambda: plausibility.summary(found)
    yield "check in English", lambda: plausibility.sentences(found, data, "en")
    for year in (2022, 2025, 2027):
        yield f"core {year}", lambda year=year: compare.core(data, year, grid=True)
        yield f"timing {year}", lambda year=year: compare.timing(data, year)
    yield "coverage", lambda: compare.coverage(data)
    yield "convergence", lambda: compare.convergence(data)
    yield "contents", lambda: compare.contents(data)
    yield "monitor, all", lambda: monitor.table(data)


def of_one(data, place: str):
    """Everything that takes a place of the data, by name."""
    rows = data.targets[data.targets["place"] == place]
    yield "core", lambda: compare.core(data, 2027, places=[place], grid=True)
    yield "pair", lambda: compare.pair(data, place, "yuhuan")
    yield "pair turned", lambda: compare.pair(data, "changxing", place, lang="en")
    yield "monitor", lambda: monitor.form(monitor.table(data, place), data)
    yield "schedule", lambda: monitor.schedule(data, place)
    yield "populations", lambda: capacity.populations(data, place, YEARS)
    yield "stock", lambda: capacity.stock(data, place)
    yield "additions", lambda: capacity.additions(data, place)
    yield "supply", lambda: capacity.supply(data, place)
    yield "balance", lambda: capacity.balance(data, place)
    yield "pace.card", lambda: pace.card(rows, data.indicators)
    yield "pace.shape", lambda: pace.shape(rows, data.indicators)
    yield "families", lambda: trajectory.families(rows, data.indicators)
    read = cards.answers(data)
    for indicator in rows["indicator"].unique():
        yield f"answer {indicator}", lambda indicator=indicator: answered(data, place, indicator, read)


def answered(data, place, indicator, read):
    card = cards.answer(data, place, indicator, read=read)
    assert card.zh and card.en
    assert len(card.facts) or "没有列出目标数值" in card.zh
    return card._repr_markdown_() + card._repr_html_()


def drawings_of_all(data, lang: str):
    """Every figure of the data as a whole, by name."""
    yield "target_paths", lambda: plot.target_paths(data, lang=lang)
    yield "core_overview", lambda: plot.core_overview(data, lang=lang)
    yield "convergence", lambda: plot.convergence(data, lang=lang)
    yield "readings", lambda: plot.readings(data, lang=lang)
    yield "required", lambda: plot.required_among_realised(data, lang=lang)
    yield "worklist", lambda: plot.table_prose_worklist(data, lang=lang)
    yield "nation", lambda: plot.counties_on_nation(data, lang=lang)
    yield "stocks", lambda: plot.nursery_stocks(data, lang=lang)
    yield "balance", lambda: plot.sports_balance(data, lang=lang)


def drawings_of_one(data, place: str, lang: str):
    """Every figure of a place of the data, by name."""
    yield "pair", lambda: plot.pair(data, place, "yuhuan", lang=lang)
    yield "paths of two", lambda: plot.target_paths(data, places=[place, "yuhuan"], lang=lang)
    yield "answer_card", lambda: plot.answer_card(data, place, NURSERY, lang=lang)


def attempt(name, make):
    """The result, or None where one sentence says why there is none."""
    try:
        return make()
    except QiyouError as error:
        for lang in ("zh", "en"):
            said = error.said(lang)
            assert said.strip() and "\n" not in said, (name, said)
        return None
    except Exception as error:
        error.add_note(f"in {name}")
        raise


def entered(folders):
    """The data with some folders, whose check finds no error."""
    found = check(also=folders)
    assert found[found["severity"] == "error"].empty, found[found["severity"] == "error"].to_string()
    return load(also=folders)


@pytest.fixture(scope="module", params=BATCHES)
def made(request, tmp_path_factory):
    """The data with the folders of a batch, read and assessed once for all that is tried on them, and their places."""
    to = tmp_path_factory.mktemp("own")
    made = [path for make in BATCHES[request.param] for path in make(to)]
    data = entered(made)
    places = data.documents.set_index("id").loc[[path.name for path in made], "place"]
    return data, places.tolist() if request.param == "forms" else places.iloc[-1:].tolist()


def test_a_folder_that_the_check_passes_breaks_nothing(made):
    data, places = made
    got = {name: attempt(name, call) for name, call in of_all(data)}
    assert all(got[name] is not None for name in ("check", "coverage", "contents"))
    for place in places:
        got = {name: attempt(f"{name} of {place}", call) for name, call in of_one(data, place)}
        assert got["pair"] is not None
        assert all(result is not None for name, result in got.items() if name.startswith("answer"))


@functools.cache
def printed_forms() -> dict[str, list[str]]:
    """Indicator and unit in the head to every form that a document prints of it there, decisions apart."""
    rows = load(also=[]).targets
    rows = rows[~rows["decided"].astype(bool)]
    return {key: sorted(set(part["printed"])) for key, part in rows.groupby(["indicator", "printed_unit"])}


def counties():
    """Tables of one to eight rows: an indicator each, every cell a form that some document prints of it."""
    forms = printed_forms()
    row = st.sampled_from(sorted(forms)).flatmap(
        lambda key: st.tuples(st.just(key), *[st.sampled_from(forms[key])] * len(YEARS))
    )
    return st.lists(row, min_size=1, max_size=8, unique_by=lambda cells: cells[0][0])


@pytest.mark.slow
@settings(max_examples=2, derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(drawn=st.lists(counties(), min_size=12, max_size=12))
def test_counties_drawn_from_printed_forms(drawn, tmp_path_factory):
    to = tmp_path_factory.mktemp("drawn")
    for n, rows in enumerate(drawn):
        cells = [(str(k), *key, *years) for k, (key, *years) in enumerate(rows, 1)]
        folder(to, f"drawn-{n}", f"drawn_{n}", cells, named=(f"抽{n}县", f"Drawn {n}"))
    data = entered([to])
    for name, call in of_all(data):
        attempt(name, call)
    for n in range(0, len(drawn), 3):
        for name, call in of_one(data, f"drawn_{n}"):
            attempt(name, call)


@pytest.mark.slow
def test_figures_of_folders_are_drawn_or_say_why_not(made, monkeypatch):
    """Many places stand in panels of their own or are thin lines; in English the forms stand side by side, as few do."""
    data, places = made
    few = len(places) > 1
    for lang in ("zh", "en") if few else ("en",):
        if few and lang == "en":
            monkeypatch.setattr("qiyou.plot.forms.MOST_PLACES", len(data.places))
        for name, drawn in drawn_one_by_one(drawings_of_all(data, lang)):
            assert drawn is not None, (name, lang)
    # The words of a figure are the longer ones in English: every second place is drawn with them, strange names
    # with both.
    monkeypatch.undo()
    for number, place in enumerate(places):
        for lang in ("zh", "en") if place == "dollar" else ("zh", "en")[(number + 1) % 2 :][:1]:
            drawn = dict(drawn_one_by_one(drawings_of_one(data, place, lang)))
            assert drawn["pair"] is not None, place


def drawn_one_by_one(drawings):
    """Name and figure, or None where one sentence says why there is none; each drawn and then closed."""
    import matplotlib.pyplot as plt

    for name, call in drawings:
        drawn = attempt(name, call)
        if drawn is not None:
            getattr(drawn, "figure", drawn).canvas.draw()
        yield name, drawn
        plt.close("all")
