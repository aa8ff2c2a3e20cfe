"""Thousands of cell flips on a pay database that the jobs wrote: verify must name the row of each."""

import random
import time
from contextlib import closing

from config.log_setup import configure_log
from sandbox import postgres
from sandbox.cfs.process import start_cfs
from sandbox.up import prepare_pay_database, upgrade
from tests.pay_database import DatabaseServer
from tests.tools.verify.flips import FREE, Flipper
from tests.tools.verify.worked import make_worked


def run_flips(*, seed: int, count: int) -> int:
    """Flip about so many cells, as many of each column; return how many were not named, free columns left out."""
    configure_log(level="ERROR")
    cfs = start_cfs()
    with postgres.temporary_server() as running:
        server = DatabaseServer(lambda name: postgres.url(running, name))
        prepare_pay_database(server.create("flips"), None)
        upgrade(server.address_of("flips"))
        worked = make_worked(server, "flips", cfs)
        cfs.stop()
        with closing(Flipper(worked.after, worked.before)) as flipper:
            return _flip(flipper, random.Random(seed), count)


def _flip(flipper: Flipper, draw: random.Random, count: int) -> int:
    columns = {column: cells for column, cells in sorted(flipper.by_column().items()) if column not in FREE}
    began, flipped, missed = time.monotonic(), 0, 0
    for cells in columns.values():
        for _ in range(max(1, count // len(columns))):
            flip = flipper.flip(draw.choice(cells), draw)
            if flip is not None:
                flipped += 1
                missed += not flip.named_by
                if not flip.named_by:
                    print(f"WRONG {flip} is not named", flush=True)
    share = 100 * (1 - missed / flipped)
    seconds = time.monotonic() - began
    print(f"flips: {flipped} cells of {len(columns)} columns, {share:.2f} % named, {seconds:.0f} s", flush=True)
    return missed
