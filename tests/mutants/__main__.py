"""Change one thing of a job at a time and see whether a test notices; ends with 1 where a mutant lives unexplained.

    python -m tests.mutants [PACKAGE ...] [--sample N] [--seed N] [--first-changed-since COMMIT] [--only TEXT]

Every mutant meets only the quick tests of its job that reach its line, the quickest first. A mutant that no input can
tell from the job stands in reasons.toml with the reason why.
"""

import argparse
import math
import random
import sys
import tomllib
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox import postgres
from sandbox.lifetime import temporary_folder
from tests.mutants.mutant import ROOT, Mutant, changed_files, mutants_of
from tests.mutants.trial import Fate, TestsFail, Trial, Workshop

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
    parser.add_argument(
        "--seconds", type=float, default=math.inf, help="let a mutant live after tests that take so long"
    )
    parser.add_argument("--all", action="store_true", help="print the mutants too that were killed, with the test")
    parser.add_argument("--workers", type=int, default=2, help="how many are tried at once")
    asked = parser.parse_args()
    console = Console(width=160)
    table = Table("package", "made", "tried", *Fate, "explained", title="Mutants")
    living: list[Mutant] = []
    with temporary_folder("pay-jobs-mutants-") as folder:
        running = postgres.start(folder / "postgres")
        for package in asked.packages:
            made = mutants_of(package)
            tried = _chosen(made, asked)
            with _workshops(package, folder / package, postgres.url(running, "postgres"), asked.workers) as workshops:
                trials = _try(tried, workshops, asked, console)
            lived = [one for one, trial in trials.items() if trial.fate != Fate.KILLED]
            unexplained = [one for one in lived if one.name not in REASONS]
            counts = Counter(trial.fate for trial in trials.values())
            figures = [len(made), len(tried), *(counts[fate] for fate in Fate), len(lived) - len(unexplained)]
            table.add_row(package, *(f"{figure:,}" for figure in figures))
            living += unexplained
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


@contextmanager
def _workshops(package: str, folder: Path, database_url: str, count: int) -> Iterator[list[Workshop]]:
    made: list[Workshop] = []
    try:
        for number in range(count):
            made.append(Workshop(package, f"tests/{package}", folder / str(number), database_url))
        yield made
    except TestsFail as error:
        raise SystemExit(str(error)) from error
    finally:
        for one in made:
            one.end()


def _try(
    mutants: list[Mutant], workshops: list[Workshop], asked: argparse.Namespace, console: Console
) -> dict[Mutant, Trial]:
    """Return what became of each mutant; one that lives is printed at once."""
    free = list(workshops)

    def try_one(mutant: Mutant) -> Trial:
        workshop = free.pop()
        try:
            trial = workshop.try_mutant(mutant, asked.seconds)
        finally:
            free.append(workshop)
        if asked.all or (trial.fate != Fate.KILLED and mutant.name not in REASONS):
            ended = f" by {trial.by} in {trial.seconds} s" if asked.all else ""
            story = f"{mutant.file}:{mutant.line} ({mutant.kind}){ended}\n    - {mutant.was}\n    + {mutant.now}"
            console.print(f"{trial.fate}: {story}", markup=False, highlight=False, soft_wrap=True)
        return trial

    with ThreadPoolExecutor(max_workers=len(workshops)) as pool:
        return dict(zip(mutants, pool.map(try_one, mutants), strict=True))


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
