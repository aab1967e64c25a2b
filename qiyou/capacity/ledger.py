"""Every assumption behind the numbers of this package, by name."""

from __future__ import annotations

import pandas as pd

_ZHEJIANG_POPULATION = (
    "derived_zhejiang_2020_population; cctv_2022_zhejiang_population; zjstats_2022_population; "
    "zjstats_2023_population; zjstats_2024_population"
)
_SURVEYS = (
    "derived_zhejiang_2023_sizes; derived_gongshu_2023_sizes; derived_xianju_2023_sizes; "
    "derived_xiangshan_2024_sizes; "
    "derived_pujiang_2024_sizes; derived_yuyao_2024_sizes"
)
_RATES = (
    "baidu_2021_zhejiang_births; zjstats_2022_population; zjstats_2023_population; "
    "huzhou_2022_population_2021"
)
_ROWS = (
    (
        "rounding_box",
        "印出的数值代表其四舍五入的区间（2.7代表2.65至2.75）；所有区间都是区间内的最不利情形，不是置信区间。",
        "A printed value stands for its rounding box (2.7 for 2.65 to 2.75); every interval is the worst "
        "case over the "
        "boxes, not a confidence interval.",
        "implied_stock, additions, decomposition, without_building, required, per_child",
        "",
    ),
    (
        "resident_denominator",
        "计划未说明人均、千人指标所用的人口数，按常住人口计算。",
        "Plans do not print the population behind their levels per head; residents are taken.",
        "implied_stock, additions, required, per_head",
        "",
    ),
    (
        "population_flat",
        "常住人口保持最近一次观测值不变。",
        "The resident population stays at the last observation.",
        "populations: flat",
        "yuhuan_2022_communique_2021; huzhou_2022_population_2021; taizhou_2021_census_counties",
    ),
    (
        "population_own_trend",
        "常住人口按本地同一口径至少两次观测的年均增速变化；目前没有一个县（市、区）有两次同口径观测。",
        "The resident population follows the place's own yearly rate from two observations on one basis; no "
        "county with a "
        "plan has two.",
        "populations: own_trend",
        "",
    ),
    (
        "population_province_trend",
        "常住人口按全省年末常住人口2020—2024年的年均增速变化。",
        "The resident population grows at the province's yearly rate of year-end residents, 2020 to 2024.",
        "populations: province_trend",
        _ZHEJIANG_POPULATION,
    ),
    (
        "census_as_level",
        "只有普查数的地方（黄岩、温岭）以2020年11月1日普查数为起点；全省增速只作比率使用，口径不混。",
        "Where only the census count is known (Huangyan, Wenling) it is the starting point; of the province "
        "only the rate "
        "is taken, so bases are not mixed.",
        "populations",
        "taizhou_2021_census_counties",
    ),
    (
        "derived_rounding",
        "由两个印出数相加减得到的观测值带有两次四舍五入的误差。",
        "An observation computed from two printed figures carries two roundings.",
        "populations",
        "derived_zhejiang_2020_population; derived_china_2024_population",
    ),
    (
        "elderly_60",
        "计划未印老年人口的年龄界限，按60岁及以上计；各县60岁及以上人口没有来源，因此不可评估。",
        "Plans do not print the age of 老年人口; 60 and over is taken. No county's number is sourced, so care "
        "workers cannot "
        "be assessed.",
        "populations(group='elderly'), implied_stock",
        "",
    ),
    (
        "symmetric_split",
        "增量按对称法分解：水平变化乘平均人口，加人口变化乘平均水平，无余项；这是约定。",
        "An addition is split symmetrically: level change at mean population plus population change at mean "
        "level; exact, "
        "and a convention.",
        "decomposition",
        "",
    ),
    (
        "survey_sizes",
        "单个设施面积取省内各地体育场地统计调查的面积除以数量（含学校场地），从最小到最大。",
        "Sizes are area over count of site surveys in the province, school grounds included, least to "
        "greatest.",
        "facility_sizes, supply",
        _SURVEYS,
    ),
    (
        "cage_pitch",
        "笼式足球场没有调查面积，取笼式和五人制足球场的规格范围。",
        "No survey counts cage pitches apart: the sheets for cage and five-a-side pitches give the range.",
        "facility_sizes, supply",
        "unnamed_nd_cage_football; unnamed_nd_compact_football; youzheng_nd_football_sizes",
    ),
    (
        "cage_basketball",
        "笼式篮球场按一般篮球场的调查面积计。",
        "Cage basketball courts are sized as basketball courts.",
        "projects.csv, supply",
        "derived_xianju_2023_sizes; derived_gongshu_2023_sizes; derived_xiangshan_2024_sizes; "
        "derived_pujiang_2024_sizes",
    ),
    (
        "gateball_sheet",
        "门球场没有调查面积，取规格范围。",
        "No survey counts gateball courts: dimensions of data sheets are taken.",
        "facility_sizes, supply",
        "unnamed_nd_gateball_rules; unnamed_nd_gateball_sizes; unnamed_nd_gateball_design",
    ),
    (
        "multi_court",
        "多功能运动场没有调查面积，以全部球类场地的平均面积代替。",
        "No survey size of multi-function courts is known: the mean of all ball courts stands in.",
        "projects.csv, supply",
        "derived_zhejiang_2023_sizes; derived_xianju_2023_sizes",
    ),
    (
        "unknown_type",
        "未印类型的“基层体育场地设施”取调查中最小到最大单个设施的面积。",
        "A local facility of no printed type lies between the smallest and the largest single facility "
        "surveyed.",
        "supply: local_facility",
        _SURVEYS,
    ),
    (
        "unsized_left_out",
        "没有面积资料的不计入合计，单独列出：村级健身广场、口袋公园，以及只有名称的场馆（如玉环体育中心、奥体中心）；合计因此不说明公布的项目够不够。",
        "What has no known size is left out of totals and listed: village fitness squares, pocket parks, and facilities "
        "that are only named (such as Yuhuan's two sports centres). So a total does not say whether what is announced "
        "suffices.",
        "supply, supply_total, explained",
        "",
    ),
    (
        "counted_in_full",
        "公布的设施当年建成，全部为新增面积，没有旧场地退出；每类可用参数counting改变。",
        "What is announced is built in its year, wholly new, and nothing old is lost; the argument counting "
        "changes it.",
        "supply",
        "",
    ),
    (
        "trails",
        "步道计入多少没有规定，必须用参数trails说明；长度按印出数及其四舍五入计，宽度取省内调查。",
        "How much of a trail counts is not printed and must be named by the argument trails; its area per km "
        "is that of "
        "surveys in the province.",
        "supply, balance",
        "derived_zhejiang_2023_sizes; derived_gongshu_2023_sizes",
    ),
    (
        "at_least",
        "“30家以上”是下限，合计因此没有上限；at_least='as printed'则按30计。",
        "30 or more is a lower bound, so a total has no upper end; at_least='as printed' takes 30.",
        "supply",
        "",
    ),
    (
        "three_cohorts",
        "年末3岁以下儿童等于当年及前两年出生人数，不计死亡和迁移。",
        "Children under three are the births of the year and the two before; deaths and moves are left out.",
        "per_child",
        "",
    ),
    (
        "registered_births",
        "户籍出生人数不含外来人口的孩子，以此计算的每名儿童托位数偏高。",
        "Births of registered households leave out migrants' children: places per child come out too high.",
        "per_child: number:registered",
        "yuhuan_2022_communique_2021; derived_yuhuan_2020_births",
    ),
    (
        "survey_birth_rates",
        "本地没有抽样调查出生率时，用所属设区市或省的出生率。",
        "Without a survey birth rate of its own a place takes that of its prefecture or province.",
        "per_child: rate:<place>",
        _RATES,
    ),
    (
        "births_future",
        "最后一个有来源的年份之后：出生率不变，或按已有降速继续下降（至少三年有来源）。",
        "After the last sourced year births stay as they were, or go on falling at the factor so far (three "
        "sourced years).",
        "per_child: held, falling",
        _RATES,
    ),
    (
        "occupancy_elsewhere",
        "县（市、区）托位使用率没有来源；occupancy='elsewhere'按外地已有来源的最低至最高值假设。",
        "No occupancy of a county with a plan is sourced; occupancy='elsewhere' supposes anything between "
        "the least and the "
        "greatest sourced for other places.",
        "per_child",
        "derived_renqiu_2023_occupancy; derived_jimei_2022_occupancy; peoples_daily_2023_jining_nursery",
    ),
    (
        "national_yardstick",
        "全国序列只用同一口径的年份；外推区间假设误差独立、等方差，五个点的区间很宽，落在其中不是证据。",
        "The national series keeps to one basis; its prediction interval supposes independent errors of "
        "equal variance, and "
        "lying inside it is no evidence.",
        "national_series, extrapolated",
        "",
    ),
)


def assumptions() -> pd.DataFrame:
    """Every assumption of this package.

    Returns
    -------
    DataFrame
        ``id``; ``zh, en``, one sentence each; ``used_in``, the functions and scenarios that rest on it;
        ``source``, keys of sources.csv, empty where it is a convention or nothing is sourced.

    Examples
    --------
    >>> frame = assumptions()
    >>> frame.loc[frame["id"] == "population_flat", "en"].item()
    'The resident population stays at the last observation.'
    """
    return pd.DataFrame(_ROWS, columns=["id", "zh", "en", "used_in", "source"], dtype="str")
