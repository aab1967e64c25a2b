"""Names: ids shown as names, and names as people write them taken for the one id that each stands for."""

import pandas as pd
import pytest

import qiyou
from qiyou.data.names import Resolver, plain
from qiyou.errors import DataError


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_every_id_of_the_targets_has_its_name(data, lang):
    shown = data.named(data.targets, lang=lang)
    names = dict(zip(data.places["id"], data.places[f"name_{lang}"], strict=True))
    assert shown["place"].tolist() == [names[one] for one in data.targets["place"]]
    names = dict(zip(data.indicators["id"], data.indicators[f"name_{lang}"], strict=True))
    assert shown["indicator"].tolist() == [names[one] for one in data.targets["indicator"]]
    rest = data.targets.columns.drop(["place", "indicator"])
    pd.testing.assert_frame_equal(shown[rest], data.targets[rest].reset_index(drop=True))


def test_an_unknown_id_stays_and_the_frame_is_not_touched(data):
    frame = pd.DataFrame({"place": ["atlantis", "yuhuan"]}, index=[3, 5])
    assert data.named(frame)["place"].tolist() == ["atlantis", "玉环市"]
    assert frame["place"].tolist() == ["atlantis", "yuhuan"]


def test_another_language_is_refused(data):
    with pytest.raises(DataError, match="'fr'; give 'zh' or 'en'"):
        data.named(data.targets, lang="fr")


# -------------------------------------------------------------------------------------------------- names of people


@pytest.mark.parametrize(
    "name", ["yuhuan", "Yuhuan", "YUHUAN", "玉环", "玉环市", "Yuhuan City", " 玉 环 市 ", "yuhuan  city"]
)
def test_yuhuan_by_any_of_its_names(data, name):
    assert data.place(name) == "yuhuan"


SHORT = {
    "浙江": "zhejiang", "长兴": "changxing", "黄岩": "huangyan", "海曙区": "haishu", "内蒙古": "neimenggu",
    "广西": "guangxi", "浦东": "pudong", "中国": "china", "吉林": "jilin", "Taizhou": "taizhou", "Shanghai": "shanghai",
}  # fmt: skip


def test_places_without_their_suffix(data):
    assert {name: data.place(name) for name in SHORT} == SHORT


@pytest.mark.parametrize(
    ("name", "indicator"),
    [
        ("托位数", "nursery_places_per_1000"),
        ("千人托位数", "nursery_places_per_1000"),
        ("每千人口拥有３岁以下婴幼儿托位数", "nursery_places_per_1000"),
        ("nursery places per 1,000 residents", "nursery_places_per_1000"),
        ("托位总数", "nursery_places_total"),
        ("人均体育场地面积", "sports_area_per_capita"),
        ("体育场地面积", "sports_area_per_capita"),
        ("体育场地总面积", "sports_area_total"),
        ("医师数", "doctors_per_1000"),
        ("床位数", "beds_per_1000"),
        ("公办幼儿园（含同质同价）在园幼儿占比", "public_kindergarten_share_incl_equivalent"),
    ],
)
def test_indicators_by_their_names(data, name, indicator):
    assert data.indicator(name) == indicator


def test_every_id_and_every_name_of_the_tables_resolves(data):
    for place in data.places.itertuples():
        assert data.place(place.id) == data.place(place.name_zh) == data.place(place.name_en) == place.id
    for one in data.indicators.itertuples():
        assert data.indicator(one.id) == data.indicator(one.name_zh) == data.indicator(one.name_en) == one.id
    everywhere = data.aliases[data.aliases["maps"].eq("yes") & data.aliases["document"].eq("")]
    for alias in everywhere.itertuples():
        assert data.indicator(alias.name) == alias.indicator


def test_the_core_indicators_have_names_that_people_use(data):
    asked = data.aliases[data.aliases["maps"] == "asked"]
    core = set(data.indicators.loc[data.indicators["core"], "id"])
    # 残疾人之家 alone is a number of homes, and the table says so.
    assert core - set(asked["indicator"]) == {"disabled_home_coverage"}
    printed = set(data.aliases.loc[data.aliases["maps"].eq("yes"), "name"])
    assert not printed & set(asked["name"]), "what is printed needs no second row"


def test_a_short_name_is_never_matched_with_print(tmp_path):
    """托位数 in a county's own table may be the number of places: people may ask by it, tables may not."""
    words = qiyou.data.folders._vocabulary(
        {name: [sheet] for name, sheet in naming_sheets().items()}, qiyou.data.files.Findings(tmp_path)
    )
    assert words.named("indicator", "每千人口托位数", "") == "nursery_places_per_1000"
    assert words.named("indicator", "托位数", "") == ""


def naming_sheets():
    from qiyou.data.files import Findings, read_sheet
    from qiyou.data.schema import TABLES, root

    names = ("indicators", "places", "aliases", "units")
    return {name: read_sheet(root() / TABLES[name].path, Findings(root())) for name in names}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        (
            "玉坏市",
            [
                "没有叫“玉坏市”的地方（自己的地方，命令加 --also，Python 中用 also=）",
                "相近的有：玉环市（yuhuan）",
                "'玉坏市' (one's own needs --also, or also= in Python)",
                "the nearest are 玉环市（yuhuan）",
            ],
        ),
        ("Yuhaun City", ["there is no place 'Yuhaun City'", "Yuhuan City (yuhuan)"]),
        ("yuhaun", ["there is no place 'yuhaun'", "Yuhuan City (yuhuan)"]),
        ("Baoshan", ["may be one of several places", "(baoshan_yunnan)", "(baoshan_shanghai)"]),
        ("☃☃☃☃", ["there is no place", "see data.places"]),
        ("", ["there is no place ''"]),
        ("环", ["没有叫“环”的地方"]),
    ],
)
def test_a_place_that_is_not_known_or_not_one(data, name, expected):
    with pytest.raises(DataError) as caught:
        data.place(name)
    said = caught.value.said("zh") + caught.value.said("en")
    assert all(text in said for text in expected), said


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("人均体育场面积", ["没有叫“人均体育场面积”的指标", "人均体育场地面积（sports_area_per_capita）"]),
        (
            "失业率",
            ["城镇调查失业率（urban_unemployment_rate）", "城镇登记失业率（registered_unemployment_rate）"],
        ),
        ("nursery_places_per_100", ["there is no indicator", "(nursery_places_per_1000)"]),
        ("托位", ["没有叫“托位”的指标"]),
    ],
)
def test_an_indicator_that_is_not_known_or_not_one(data, name, expected):
    with pytest.raises(DataError) as caught:
        data.indicator(name)
    said = caught.value.said("zh") + caught.value.said("en")
    assert all(text in said for text in expected), said


@pytest.mark.parametrize("name", [None, 5, ["玉环"], b"yuhuan"])
def test_what_is_no_text_is_no_name(data, name):
    with pytest.raises(DataError, match="give text"):
        data.place(name)


def test_a_short_name_of_two_places_is_asked_back():
    rows = pd.DataFrame(
        {"id": ["a", "b"], "name_zh": ["朝阳市", "朝阳区"], "name_en": ["Chaoyang City", "Chaoyang District"]}
    )
    resolve = Resolver("place", rows)
    assert (resolve("朝阳市"), resolve("Chaoyang District")) == ("a", "b")
    for name in ("朝阳", "Chaoyang"):
        with pytest.raises(DataError, match=r"a.*b"):
            resolve(name)


def test_width_and_white_space_are_no_difference():
    assert plain("公办 幼儿园（含同质同价）") == "公办幼儿园(含同质同价)"
