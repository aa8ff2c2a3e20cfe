"""`python -m tests.soak races [--job NAME] [--count N] [--seed N]`: races in volume; ends with 1 where one went wrong.

A race that went wrong is named by its seed; `--seed N --count 1` runs it again.
"""

import argparse
import sys
import tempfile
import time
from pathlib import Path

from sandbox import postgres
from sandbox.up import prepare_pay_database, upgrade
from tests.conftest import Server
from tests.soak.races import RACES


def main() -> int:
    """Run races on a PostgreSQL of their own."""
    parser = argparse.ArgumentParser(prog="python -m tests.soak", description=__doc__)
    parser.add_argument("what", choices=["races"])
    parser.add_argument("--job", choices=sorted(RACES), help="only the races of one job")
    parser.add_argument("--count", type=int, default=10_000, help="how many races, over all jobs")
    parser.add_argument("--seed", type=int, default=1, help="the first seed")
    arguments = parser.parse_args()
    names = [arguments.job] if arguments.job else sorted(RACES)
    with tempfile.TemporaryDirectory(prefix="pay-jobs-soak-") as folder:
        running = postgres.start(Path(folder) / "postgres")
        try:
            server = Server(lambda name: postgres.url(running, name))
            share = arguments.count // len(names)
            wrong = sum(_races(name, _pay_database(server, name), arguments.seed, share) for name in names)
        finally:
            running.stop()
    return 1 if wrong else 0


def _pay_database(server: Server, name: str) -> str:
    """Make a pay database for the races of one job, and return its address."""
    address = server.create(f"races_{name}")
    prepare_pay_database(address, None)
    upgrade(address)
    return address


def _races(name: str, address: str, seed: int, count: int) -> int:
    race, wrong, began = RACES[name](address), 0, time.monotonic()
    try:
        for one in range(seed, seed + count):
            try:
                race.run(one)
            except AssertionError as error:
                wrong += 1
                print(f"WRONG {error}", flush=True)
    finally:
        race.close()
    print(f"{name}: {count} races, {wrong} wrong, {time.monotonic() - began:.0f} s", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
