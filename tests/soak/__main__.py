"""Long proofs; each ends with 1 where one went wrong, and names the seed that repeats it.

    python -m tests.soak races  [--job NAME] [--count N] [--seed N]               jobs against others at work
    python -m tests.soak faults [--job NAME] [--kind KIND] [--count N] [--seed N]  jobs whose process or parts fail
    python -m tests.soak flips  [--count N] [--seed N]                             cells that verify must name
    python -m tests.soak nights [--count N] [--seed N]                             worlds whose runs fail (nights.md)
    python -m tests.soak year   [--nights N] [--seed N] [--world FOLDER]           days of a world, closed to the cent
    python -m tests.soak all    [--races N] [--faults N] [--flips N]              everything, with one total

`--count` is how many races over all jobs, or how many faults of each kind for each job.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from sandbox import postgres
from sandbox.lifetime import in_memory
from sandbox.up import prepare_pay_database, upgrade
from tests.pay_database import DatabaseServer
from tests.soak.faults import JOBS, KINDS, run_faults
from tests.soak.flips import run_flips
from tests.soak.nights import run_nights
from tests.soak.races import RACES
from tests.soak.year import run_year


def main() -> int:
    """Run what is asked for, on parts of its own."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.soak", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    what = parser.add_subparsers(dest="what", required=True)
    races = what.add_parser("races", help="jobs against others at work")
    races.add_argument("--job", choices=sorted(RACES), help="only the races of one job")
    races.add_argument("--count", type=int, default=10_000, help="how many races, over all jobs")
    faults = what.add_parser("faults", help="jobs whose process or parts fail")
    faults.add_argument("--job", choices=sorted(JOBS), help="only one job")
    faults.add_argument("--kind", choices=KINDS, help="only one kind of fault")
    faults.add_argument("--count", type=int, default=60, help="how many of each kind for each job")
    flips = what.add_parser("flips", help="cells that are changed, and that verify must name")
    flips.add_argument("--count", type=int, default=5_000, help="how many flips, over all columns")
    nights = what.add_parser("nights", help="worlds whose runs fail")
    nights.add_argument("--count", type=int, default=10, help="how many worlds, of 60 nights each")
    year = what.add_parser("year", help="days of a world, closed to the cent")
    year.add_argument("--nights", type=int, default=365, help="how many nights are played")
    year.add_argument("--world", type=Path, metavar="FOLDER", help="take a world that `sandbox simulate --keep` kept")
    for one in (races, faults, flips, nights, year):
        one.add_argument("--seed", type=int, default=1, help="the first seed")
    both = what.add_parser("all", help="races, faults and flips, with one total")
    both.add_argument("--flips", type=int, default=5_000, help="how many flips, over all columns")
    both.add_argument("--races", type=int, default=10_000, help="how many races, over all jobs")
    both.add_argument("--faults", type=int, default=60, help="how many faults of each kind for each job")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="pay-jobs-soak-", dir=in_memory()) as folder:
        wrong = _asked(Path(folder), arguments)
    print(f"In all {wrong} went wrong.", flush=True)
    return 1 if wrong else 0


def _asked(folder: Path, asked: argparse.Namespace) -> int:
    """Run what is asked for; return how many went wrong."""
    if asked.what == "races":
        return _all_races([asked.job] if asked.job else sorted(RACES), seed=asked.seed, count=asked.count)
    if asked.what == "nights":
        return run_nights(Path("nights.md"), seed=asked.seed, count=asked.count)
    if asked.what == "year":
        return run_year(folder, seed=asked.seed, nights=asked.nights, world=asked.world)
    if asked.what == "faults":
        jobs, kinds = [asked.job] if asked.job else list(JOBS), [asked.kind] if asked.kind else list(KINDS)
        return run_faults(folder, jobs=jobs, kinds=kinds, seed=asked.seed, count=asked.count)
    if asked.what == "flips":
        return run_flips(seed=asked.seed, count=asked.count)
    wrong = _all_races(sorted(RACES), seed=1, count=asked.races)
    wrong += run_flips(seed=1, count=asked.flips)
    return wrong + run_faults(folder / "faults", jobs=list(JOBS), kinds=list(KINDS), seed=1, count=asked.faults)


def _all_races(names: list[str], *, seed: int, count: int) -> int:
    with postgres.temporary_server() as running:
        server = DatabaseServer(lambda name: postgres.url(running, name))
        share = count // len(names)
        return sum(_races(name, _pay_database(server, name), seed, share) for name in names)


def _pay_database(server: DatabaseServer, name: str) -> str:
    """Make a pay database for the races of one job, and return its address."""
    address = server.create(f"races_{name}")
    prepare_pay_database(address, None)
    upgrade(address)
    return address


def _races(name: str, address: str, seed: int, count: int) -> int:
    """Run races and return how many went wrong; what was counted is said also where it is stopped by hand."""
    race, wrong, done, began = RACES[name](address), 0, 0, time.monotonic()
    try:
        for one in range(seed, seed + count):
            try:
                race.run(one)
            except AssertionError as error:
                wrong += 1
                print(f"WRONG {error}", flush=True)
            done += 1
    finally:
        print(f"{name}: {done} races, {wrong} wrong, {time.monotonic() - began:.0f} s", flush=True)
        race.close()
    return wrong


if __name__ == "__main__":
    sys.exit(main())
