"""What the intervals of the profile hold, measured: ``python benchmarks/validation.py`` prints it.

Coverage is simulated from fixed seeds; what concerns the realised changes is computed from the data at hand. The
official class is that of life expectancy in ``life_expectancy.csv``: National Bureau of Statistics, China Statistical
Yearbook 2009, table 3-6 (http://www.stats.gov.cn/tjsj/ndsj/2009/html/D0306e.htm), a value per province of the censuses
of 1990 and 2000.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
from scipy import stats

import qiyou
from qiyou import paths
from qiyou.plausibility.yardsticks import realised, required

PERCENTILES = np.array([0.1, 0.25, 0.5, 0.75, 0.9])
CORRELATIONS = (0.0, 0.3, 0.6, 0.9)
REPEATS = 4000
SPREAD = np.repeat(np.arange(16), [2] * 8 + [1] * 8)
"""24 spells in 16 provinces."""
CLUSTER = np.concatenate([np.zeros(10, dtype=int), np.arange(1, 15)])
"""24 spells, ten of them in one province."""


def changes(province: np.ndarray, correlation: float, repeats: int, seed: int) -> np.ndarray:
    """Standard normal changes that share a part of their variance inside a province, shape (repeats, m)."""
    rng = np.random.default_rng(seed)
    shared = rng.standard_normal((repeats, province.max() + 1))[:, province]
    return np.sqrt(correlation) * shared + np.sqrt(1 - correlation) * rng.standard_normal(
        (repeats, len(province))
    )


def covered(
    low: np.ndarray, high: np.ndarray, province: np.ndarray, percentile: float
) -> tuple[float, float]:
    """Share of repeats in which the interval holds the true percentile: counting spells alone, and with provinces."""
    pace = stats.norm.ppf(percentile)
    slower, maybe = high < pace, low <= pace
    member = province[:, None] == np.arange(province.max() + 1)
    inside = member.sum(axis=0)
    k = [slower.sum(axis=1), maybe.sum(axis=1), np.full(len(low), len(province))]
    c = [
        (slower @ member == inside).sum(axis=1),
        (maybe @ member > 0).sum(axis=1),
        np.full(len(low), len(inside)),
    ]
    ends = realised.limits(*k, *k), realised.limits(*k, *c)
    return tuple(float(((a <= percentile) & (percentile <= b)).mean()) for a, b in ends)


def coverage(province: np.ndarray = SPREAD, repeats: int = REPEATS, seed: int = 1) -> pd.DataFrame:
    """Coverage of the 90% interval under dependence inside provinces: lowest and highest over `PERCENTILES`."""
    rows = []
    for correlation in CORRELATIONS:
        values = changes(province, correlation, repeats, seed)
        found = np.array([covered(values, values, province, p) for p in PERCENTILES])
        rows.append((correlation, *found.min(axis=0), *found.max(axis=0)))
    names = ["correlation", "spells_low", "provinces_low", "spells_high", "provinces_high"]
    return pd.DataFrame(rows, columns=names)


def rounding(repeats: int = REPEATS, seed: int = 2) -> pd.DataFrame:
    """Coverage where changes are printed to u standard deviations: counting by boxes, and as printed."""
    province, rows = np.arange(24), []
    for u in (0.1, 0.5, 1.0):
        printed = np.round(changes(province, 0.0, repeats, seed) / u) * u
        boxed = [covered(printed - u / 2, printed + u / 2, province, p)[0] for p in PERCENTILES]
        plain = [covered(printed, printed, province, p)[0] for p in PERCENTILES]
        rows.append((u, np.mean(boxed), np.mean(plain)))
    return pd.DataFrame(rows, columns=["u", "boxes", "as_printed"])


def official() -> np.ndarray:
    """Years of life expectancy gained per year, 1990 to 2000, by the 29 provinces whose borders did not change."""
    table = pd.read_csv(Path(__file__).with_name("life_expectancy.csv"), index_col="province")
    table = table.drop(index=["重庆", "四川"])
    return np.sort((table["2000"] - table["1990"]).to_numpy() / 10)


def sampled(m: int, times: float = 1, repeats: int = REPEATS, seed: int = 3) -> dict:
    """What m printed changes of an official class say of a further province's, whose place among all is known.

    The fastest third is printed `times` as often as the others. `rho` is the mean of what is printed over the mean of
    the class, `covered` the share of intervals that hold the place, `said` how often the words are slow or fast, and
    `wrong` the share of those on the wrong side of the middle.
    """
    rng, pace, rows = np.random.default_rng(seed), official(), []
    often = np.log(np.where(np.arange(len(pace)) >= len(pace) * 2 / 3, times, 1.0))
    for at, asked in enumerate(pace):
        others, weight = np.delete(pace, at), np.delete(often, at)
        drawn = np.argsort(-weight - rng.gumbel(size=(repeats, len(others))), axis=1)[:, :m]
        true, k = (others < asked).mean(), (others[drawn] < asked).sum(axis=1)
        low, high = realised.limits(k, k, np.full(repeats, m), k, k, np.full(repeats, m))
        first, last = realised.fifths(low, high)
        slow, fast = last <= 2, first >= 4
        wrong = slow & (true > 0.5) | fast & (true < 0.5)
        held = (low <= true) & (true <= high)
        rows.append([others[drawn].mean() / pace.mean(), held.mean(), (slow | fast).mean(), wrong.mean()])
    rho, held, said, wrong = np.mean(rows, axis=0)
    return {
        "m": m,
        "times": times,
        "rho": rho,
        "covered": held,
        "said": said,
        "wrong": wrong / max(said, 1e-9),
    }


def shifted(shift: float, repeats: int = REPEATS, seed: int = 4) -> float:
    """How often the interval holds the percentile of a period in which all changes are `shift` deviations larger."""
    values, found = changes(SPREAD, 0.0, repeats, seed), []
    for percentile in PERCENTILES:
        later = stats.norm.cdf(stats.norm.ppf(percentile) - shift)
        k, m = (values < stats.norm.ppf(percentile)).sum(axis=1), np.full(repeats, len(SPREAD))
        low, high = realised.limits(k, k, m, k, k, m)
        found.append(((low <= later) & (later <= high)).mean())
    return float(np.mean(found))


def exact(data, indicator: str, shortest: float = 1) -> pd.DataFrame:
    """The realised changes without a bound; `pace` is the middle of the box."""
    found = realised.spells(data, indicator, shortest=shortest)
    return found[~found["bounded"]].assign(pace=lambda rows: (rows["low"] + rows["high"]) / 2)


def below_provinces(data, indicator: str) -> np.ndarray:
    """The percentile of each change below the provinces among those of the provinces."""
    found = exact(data, indicator)
    province = found["level"].eq("province")
    provinces, lower = found.loc[province, "pace"].to_numpy(), found.loc[~province, "pace"].to_numpy()
    return ((provinces[None] < lower[:, None]).sum(axis=1) + 0.5) / (len(provinces) + 1)


def length(data, indicator: str, shortest: float) -> tuple[float, float]:
    """Kendall's tau of pace with length, and its p-value."""
    found = exact(data, indicator, shortest)
    return tuple(stats.kendalltau(found["years"], found["pace"]))


def stretches(data, indicator: str) -> pd.DataFrame:
    """Every exact change of other places over one to six years, with its middle as `pace`."""
    rows = realised.pairs(data, realised.values(data), indicator, "points")
    rows = rows[
        rows["held"]
        & rows["level"].ne("country")
        & ~rows["bounded"]
        & rows["years"].between(1 - 1e-9, 6 + 1e-9)
    ]
    return rows.assign(pace=(rows["low"] + rows["high"]) / 2)


def attained_later(data, indicator: str, cut: int) -> dict:
    """What the changes until the end of `cut` said of a pace, and the share of the later ones that reached it.

    At the fastest pace that the earlier class calls below the middle, and at the slowest that it calls above it: the
    lowest and highest share, where rounding leaves both open.
    """
    rows = stretches(data, indicator).sort_values(["years", "t"], ascending=False)
    early = rows[rows["t"] <= cut + 1 + 1e-9].drop_duplicates("place")
    later = rows[rows["t_0"] >= cut + 1 - 1e-9].drop_duplicates("place")
    asked, province = np.arange(0, 0.6, 0.001), early["province"].to_numpy()
    slower, maybe = (early["high"].to_numpy()[:, None] < asked, early["low"].to_numpy()[:, None] <= asked)
    inside = pd.Series(province).groupby(province)
    c_low = sum(slower[at].all(axis=0).astype(int) for at in inside.indices.values())
    c_high = sum(maybe[at].any(axis=0).astype(int) for at in inside.indices.values())
    m, provinces = (np.full(len(asked), n) for n in (len(early), inside.ngroups))
    low, high = realised.limits(slower.sum(axis=0), maybe.sum(axis=0), m, c_low, c_high, provinces)
    below, above = asked[high < 0.5].max(), asked[low > 0.5].min()
    share = [
        (float((later["low"] >= pace).mean()), float((later["high"] >= pace).mean()))
        for pace in (below, above)
    ]
    return {"earlier": len(early), "later": len(later), "below": share[0], "above": share[1]}


def own_later(data, indicator: str) -> pd.DataFrame:
    """The pace of a place over two stretches that follow each other, the longest such pair."""
    rows = stretches(data, indicator)
    both = rows.merge(
        rows, left_on=["place", "basis", "t"], right_on=["place", "basis", "t_0"], suffixes=("", "_next")
    )
    both = both.assign(
        span=both["years"] + both["years_next"], shorter=both[["years", "years_next"]].min(axis=1)
    )
    return both.sort_values(["span", "shorter"], ascending=False).drop_duplicates("place")[
        ["place", "pace", "pace_next"]
    ]


def left_out(data, indicator: str) -> list[int]:
    """Each realised change among those of the other provinces: how many percentiles fall in each third."""
    found = exact(data, indicator)
    middle = found["pace"]
    other = found["province"].to_numpy()[:, None] != found["province"].to_numpy()[None]
    below = (other & (middle.to_numpy()[None] < middle.to_numpy()[:, None])).sum(axis=1)
    percentile = (below + 0.5) / (other.sum(axis=1) + 1)
    return np.histogram(percentile, bins=[0, 1 / 3, 2 / 3, 1])[0].tolist()


def multiverse(data) -> pd.DataFrame:
    """In how many specifications the word of each path with a class is contradicted."""
    known, asked = realised.values(data), required.frame(paths.table(data), data.indicators)
    asked["level"] = asked["place"].map(data.places.set_index("id")["level"])
    asked = asked[
        asked["ask"].eq("pace") & asked["years"].gt(1) & asked["indicator"].isin(data.reference["indicator"])
    ]
    groups = asked.groupby(["indicator", "scale"])
    columns = ["m", "fifth_low", "fifth_high", "contradicted", "specifications"]
    found = pd.concat([block for _, one in groups if len(block := realised.graded(data, known, one))])
    return asked[["place", "indicator"]].join(found[columns], how="inner")


def main() -> None:
    data = qiyou.load()
    print(
        "coverage of the 90% interval, 24 spells in 16 provinces\n",
        coverage().round(3).to_string(index=False),
    )
    print("ten of the 24 in one province\n", coverage(CLUSTER).round(3).to_string(index=False))
    print("rounding\n", rounding().round(3).to_string(index=False))
    drawn = [sampled(m) for m in (3, 6, 12, 20)] + [sampled(12, times) for times in (2, 4)]
    print("printed changes of an official class\n", pd.DataFrame(drawn).round(3).to_string(index=False))
    print(
        "a later period, shifted by 0, 0.5 and 1 deviations:", *[round(shifted(by), 2) for by in (0, 0.5, 1)]
    )
    for indicator in ("sports_area_per_capita", "nursery_places_per_1000"):
        print(f"{indicator}: percentiles among other provinces by thirds {left_out(data, indicator)}")
        lower = below_provinces(data, indicator)
        thirds = np.histogram(lower, bins=[0, 1 / 3, 2 / 3, 1])[0].tolist()
        print(f"  lower levels among the provinces: mean {lower.mean():.2f}, by thirds {thirds}")
    tau, p = length(data, "sports_area_per_capita", 2)
    print(f"sports: pace and length, Kendall {tau:.2f} (p {p:.2f})")
    own = own_later(data, "sports_area_per_capita")
    rho, p = stats.spearmanr(own["pace"], own["pace_next"])
    print(f"sports: own pace and the own later pace, {len(own)} places, Spearman {rho:.2f} (p {p:.2f})")
    for cut in (2021, 2022):
        print(
            f"sports: earlier and later changes, cut at the end of {cut}:",
            attained_later(data, "sports_area_per_capita", cut),
        )
    print("specifications\n", multiverse(data).to_string(index=False))


if __name__ == "__main__":
    main()
