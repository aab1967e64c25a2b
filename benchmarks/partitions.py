"""Load, check and profile more counties than one process holds: folders are mapped, what compares counties follows.

    python benchmarks/partitions.py [--counties 300] [--parts 6] [--workers 2]

The first pass reads and checks each part on its own, under dask (``pip install dask``), or one after the other where
dask is not there. The second pass gets what the parts printed, a few numbers per path instead of their folders: it
looks for copies among all plans (C12) and writes the profiles, which hold a plan beside the others. At the end
everything is done once more in one piece, and the rows are compared.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
import tempfile
import time
from pathlib import Path

import pandas as pd
from nation import peak_mb, write_plans

import qiyou
from qiyou import paths, plausibility
from qiyou.plausibility import checks, plan
from qiyou.plausibility.facts import Settings, cells, collected

ACROSS = ("IDENTICAL_PATHS", "COMMON_END_VALUE")
PRINTED = ("documents", "targets", "statements", "decisions", "places", "indicators", "aliases")


def main(arguments=None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--counties", type=int, default=300)
    parser.add_argument("--parts", type=int, default=6)
    parser.add_argument("--workers", type=int, default=os.cpu_count())
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory() as name:
        folders = written(Path(name), options.counties, options.parts)
        start = time.perf_counter()
        parts, how = mapped(first_pass, folders, options.workers)
        middle = time.perf_counter()
        found, profiles = second_pass(parts)
        end = time.perf_counter()
        print(
            f"{options.counties:,} counties in {options.parts} parts, {how}: {middle - start:.1f} s; second pass ",
            end="",
        )
        print(
            f"on {sum(len(tables['targets']) for _, tables in parts):,} printed values: {end - middle:.1f} s",
            flush=True,
        )
        whole = qiyou.load(also=folders)
        at_once = plausibility.check(whole)
        all_profiles = plausibility.profiles(whole, at_once)
        print(f"in one piece: {time.perf_counter() - end:.1f} s, peak {peak_mb():,.0f} MB")
        for what, ours, theirs in (("findings", found, at_once), ("profiles", profiles, all_profiles)):
            same = in_order(ours) == in_order(theirs)
            print(f"{len(theirs):,} {what}: {'the same rows' if same else 'DIFFERENT ROWS'}")
            if not same:
                raise SystemExit(1)


def written(folder: Path, counties: int, parts: int) -> list[Path]:
    """Synthetic plans in folders of their own, each with the places that it needs."""
    write_plans(folder / "all", counties)
    head, *rows = (folder / "all" / "places.csv").read_text(encoding="utf-8").splitlines()
    made = [folder / f"part-{number}" for number in range(parts)]
    for number, part in enumerate(made):
        part.mkdir()
        mine = rows[number::parts]
        for row in mine:
            name = row.partition(",")[0] + "-plan"
            (folder / "all" / name).rename(part / name)
        (part / "places.csv").write_text("\n".join([head, *mine]) + "\n", encoding="utf-8")
    return made


def first_pass(folder: Path) -> tuple[pd.DataFrame, dict[str, pd.DataFrame]]:
    """What one part's documents print, and what the checks find in them without looking at other counties."""
    ours, data = set(qiyou.load(also=[]).documents["id"]), qiyou.load(also=[folder])
    found = plausibility.check(data)
    found = found[~found["document"].isin(ours) & ~found["code"].isin(ACROSS)]
    return found, {name: getattr(data, name) for name in PRINTED}


def mapped(function, items: list, workers: int) -> tuple[list, str]:
    """The results in the order of the items, and how they were made."""
    try:
        import dask
    except ImportError:
        return [function(item) for item in items], "one after the other, without dask"
    tasks = [dask.delayed(function)(item) for item in items]
    found = dask.compute(*tasks, scheduler="processes", num_workers=workers)
    return list(found), f"dask {dask.__version__} with {workers} processes"


def second_pass(parts: list) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Copies among all plans, the findings in the repository's own documents, and every profile."""
    base = qiyou.load(also=[])
    tables = {name: pd.concat([getattr(base, name), *(part[name] for _, part in parts)]) for name in PRINTED}
    # every part holds the repository's own rows once more
    data = dataclasses.replace(
        base, **{name: rows.drop_duplicates(ignore_index=True) for name, rows in tables.items()}
    )
    clean, _ = plan.take_out(paths.table(data))
    across = collected(checks.plans(cells(clean, data), Settings()))
    own = plausibility.check(base)
    found = pd.concat(
        [own[~own["code"].isin(ACROSS)], *(part for part, _ in parts), across], ignore_index=True
    )
    return found, plausibility.profiles(data, found)


def in_order(frame: pd.DataFrame) -> list[tuple]:
    return sorted(map(repr, frame.astype(str).itertuples(index=False)))


if __name__ == "__main__":
    main()
