"""Worlds of sixty nights with every kind of fault, two at a time, each in processes of its own.

After each world the summary is written anew: what went wrong, with the command that repeats it, which situations were
never reached, and how often each of the others was.
"""

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.plurals import counted
from sandbox.world.night import A_NIGHT

NIGHTS = 60
_AT_ONCE = 2


@dataclass
class SoakSummary:
    """What came up in the worlds that are over."""

    worlds: int = 0
    nights: int = 0
    wrong: list[str] = field(default_factory=list)
    situations: Counter[str] = field(default_factory=Counter)

    def take(self, told: dict[str, Any]) -> None:
        """Take in what a world told."""
        self.worlds += 1
        rows = {table["key"]: table["rows"] for table in told["tables"]}
        self.nights += sum(row["times"] for row in rows["happened"] if row["what"] == A_NIGHT)
        for row in rows["situations"]:
            self.situations[row["situation"]] += row["times"]
        if problems := [row["problem"] for row in rows["problems"][:5]]:
            self.wrong.append("\n".join([told["answer"], *(f"    {one}" for one in problems)]))

    def in_markdown(self) -> str:
        """Return it as a page."""
        wrong = "\n\n".join(self.wrong) or "Nothing went wrong."
        never = "".join(f"- {one}\n" for one, times in self.situations.items() if not times)
        rows = "\n".join(f"| {one} | {times:,} |" for one, times in self.situations.items() if times)
        return (
            f"# Nights with faults\n\n{counted(self.nights, 'night')} in {counted(self.worlds, 'world')}.\n\n{wrong}"
            f"\n\n## Never reached\n\n{never or 'Every situation was reached.'}\n"
            f"\n## Reached\n\n| situation | times |\n| --- | --- |\n{rows}\n"
        )


def run_nights(page: Path, *, seed: int, count: int) -> int:
    """Play worlds until all are played or somebody stops it; return how many went wrong."""
    summary = SoakSummary()
    for told in _worlds(range(seed, seed + count)):
        summary.take(told)
        page.write_text(summary.in_markdown())
        print(told["answer"], flush=True)
    return len(summary.wrong)


def _worlds(seeds: range) -> Iterator[dict[str, Any]]:
    """Return what each world tells, at most so many played ahead."""
    with ThreadPoolExecutor(_AT_ONCE) as pool:
        for first in range(seeds.start, seeds.stop, _AT_ONCE):
            yield from pool.map(_play, range(first, min(first + _AT_ONCE, seeds.stop)))


def _play(seed: int) -> dict[str, Any]:
    command = ["sandbox", "simulate", "--seed", str(seed), "--nights", str(NIGHTS), "--faults", "all", "--json"]
    done = subprocess.run([sys.executable, "invoke_jobs.py", *command], capture_output=True, text=True, check=False)
    if not done.stdout:
        raise RuntimeError(f"the world of seed {seed} came to no end: {done.stderr[-2000:]}")
    told: dict[str, Any] = json.loads(done.stdout)
    return told
