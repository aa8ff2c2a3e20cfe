"""Change one thing of a job at a time and see whether a test notices; ends with 1 where a mutant lives unexplained.

    python -m tests.mutants [PACKAGE ...] [--sample N] [--seed N] [--first-changed-since COMMIT] [--only TEXT]

Every mutant meets only the quick tests of its job that reach its line, the quickest first. A mutant that no input can
tell from the job stands in reasons.toml with the reason why.
"""

import argparse
import random
import sys
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox import postgres
from sandbox.lifetime import temporary_folder
from tests.mutants.mutant import ROOT, Mutant, changed_files, mutants_of
from tests.mutants.reach import Reach
from tests.mutants.trial import Fate, ProjectCopy

PACKAGES = tuple(
    f"tasks/{name}"
    for name in (
        "pad_reconcile",
        "ejv_feedback_check",
        "routing_slip_recreate",
        "generate_statements",
        "stale_invoice_report",
    )
)
REASONS: dict[str, str] = tomllib.loads((Path(__file__).parent / "reasons.toml").read_text("utf-8"))
_NODES_A_RUN = 400


def main() -> int:
    """Try what is asked for."""
    parser = argparse.ArgumentParser(
        prog="python -m tests.mutants", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("packages", nargs="*", default=PACKAGES, metavar="PACKAGE", help="like tasks/pad_reconcile")
    parser.add_argument("--sample", type=int, help="try so many of each package, chosen by the seed")
    parser.add_argument("--seed", type=int, default=1, help="what chooses the sample")
    parser.add_argument("--first-changed-since", metavar="COMMIT", help="try the files first that differ from it")
    parser.add_argument("--only", metavar="TEXT", help="try the mutants whose name holds this")
    parser.add_argument("--workers", type=int, default=2, help="how many are tried at once")
    asked = parser.parse_args()
    console = Console(width=160)
    table = Table("package", "made", "tried", *Fate, "explained", title="Mutants")
    living: list[Mutant] = []
    with temporary_folder("pay-jobs-mutants-") as folder:
        running = postgres.start(folder / "postgres")
        copies = [
            ProjectCopy(folder / str(number), postgres.url(running, "postgres")) for number in range(asked.workers)
        ]
        for package in asked.packages:
            made = mutants_of(package)
            tried = _chosen(made, asked)
            fates = _try(package, tried, copies, folder, console)
            lived = [one for one, fate in fates.items() if fate != Fate.KILLED and one.name not in REASONS]
            explained = sum(fate != Fate.KILLED and one.name in REASONS for one, fate in fates.items())
            counts = Counter(fates.values())
            figures = [len(made), len(tried), *(counts[fate] for fate in Fate), explained]
            table.add_row(package, *(f"{figure:,}" for figure in figures))
            living += lived
        running.stop()
    console.print(table)
    return 1 if living else 0


def _chosen(made: list[Mutant], asked: argparse.Namespace) -> list[Mutant]:
    """Return the mutants to try, in the order in which they are tried."""
    chosen = [one for one in made if not asked.only or asked.only in one.name]
    chance = random.Random(asked.seed)
    chance.shuffle(chosen)
    if asked.first_changed_since:
        first = changed_files(asked.first_changed_since)
        chosen.sort(key=lambda one: one.file not in first)
    return chosen[: asked.sample]


def _try(
    package: str, mutants: list[Mutant], copies: list[ProjectCopy], folder: Path, console: Console
) -> dict[Mutant, Fate]:
    """Return what became of each mutant of a package; one that lives is printed at once."""
    reach = _reach(package, copies[0], folder)
    free = list(copies)

    def try_one(mutant: Mutant) -> Fate:
        tests = reach.tests_of(mutant.file, mutant.line)[:_NODES_A_RUN]
        copy = free.pop()
        try:
            fate = copy.try_mutant(mutant, tests, sum(reach.seconds.get(test, 0.0) for test in tests))
        finally:
            free.append(copy)
        if fate != Fate.KILLED:
            story = f"{mutant.file}:{mutant.line} ({mutant.kind})\n    - {mutant.was}\n    + {mutant.now}"
            console.print(f"{fate}: {story}", markup=False, highlight=False)
        return fate

    with ThreadPoolExecutor(max_workers=len(copies)) as pool:
        return dict(zip(mutants, pool.map(try_one, mutants), strict=True))


def _reach(package: str, copy: ProjectCopy, folder: Path) -> Reach:
    """Return which tests reach what, by a run of the quick tests as they are."""
    written = folder / f"{package.replace('/', '-')}.json"
    tests = f"tests/{package}"
    code = copy.run("-p", "tests.mutants.reach", "-m", "not slow", "--hypothesis-seed=0", tests, seconds=1800,
                    MUTANTS_PACKAGE=package, MUTANTS_REACH=str(written))  # fmt: skip
    if code:
        raise SystemExit(
            f"The tests of {package} fail without any mutant (pytest ended with {code}): see `pytest {tests}`."
        )
    return Reach.read(written)


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
