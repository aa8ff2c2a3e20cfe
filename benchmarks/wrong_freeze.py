"""repair wrong-freeze: a file's accounts against a CFS that takes 100 ms a call, beside what its calls take at least.

That is calls x latency / concurrency, or calls / rate where CFS allows fewer calls a second than that.

python -m benchmarks.wrong_freeze [ACCOUNTS]
"""

import sys
from decimal import Decimal
from pathlib import Path

from benchmarks.harness import Figure, MeasuredCommand, maintain, run_job, running_parts, script, show
from config.log_setup import configure_log
from sandbox import cfs_part, object_store, postgres, sftp_server
from sandbox.up import prepare_pay_database, upgrade
from tools.repair_wrong_freeze.task import AT_ONCE

LATENCY = Decimal("0.1")
RATE = 20  # calls a second, as CFS_MAX_PER_SECOND is where nobody sets it
FACTOR = Decimal("1.3")
NAME = "BCR_PAYMENT_APPL_20261105.csv"
REASON = "benchmark"
_HEADER = (
    "Record type,Source Transaction Type,Source Transaction Number,Application Id,Application Date,Application amount,"
    "Customer Account,Target transaction type,Target transaction Number,Target Transaction Original amount,"
    "Target Transaction Outstanding Amount,Target transaction status,Reversal Reason code,Reversal reason description"
)


def measure(accounts: int) -> None:
    """Freeze so many accounts by a wrong file, take it back, and print the figures, at two rates."""
    configure_log(level="WARNING")
    rows = []
    for rate in (1000, RATE):
        calls, process = _undo(accounts, rate)
        took = process.result["seconds"]
        floor = max(float(calls * LATENCY / AT_ONCE), calls / rate)
        of = f"at most {rate} calls a second"
        rows += [
            Figure(f"calls to CFS for each account, {of}", f"{calls / accounts:.2f}", "4", calls / accounts < 4.1),
            Figure(f"the run, {of}", f"{took:.1f} s, {took / floor:.2f} x {floor:.1f} s", f"{FACTOR} x",
                   took / floor <= FACTOR),
            Figure("processor time, memory", f"{process.cpu:.1f} s, {process.peak_mb:.0f} MB"),
        ]  # fmt: skip
    show(f"repair wrong-freeze, {accounts} accounts at {LATENCY * 1000:.0f} ms a call, {AT_ONCE} at once", rows)


def _undo(accounts: int, rate: int) -> tuple[int, MeasuredCommand]:
    """Return how many calls the undo made, and its process."""
    with running_parts(sftp_server, object_store, cfs_part) as (server, home, parts):
        address = postgres.create_database(server)
        prepare_pay_database(address, None)
        upgrade(address)
        maintain(address, script("freeze_books", accounts=accounts), "ANALYZE")
        environment = {**parts, "DATABASE_URL": address, "CFS_MAX_PER_SECOND": "1000", "LOG_LEVEL": "WARNING"}
        _freeze(home, environment, accounts)
        cfs = cfs_part.find_running(home)
        assert cfs is not None
        cfs.admin.order_faults({"kind": "slow", "seconds": LATENCY, "count": 0})
        before = len(cfs.admin.calls())
        words = ["repair", "wrong-freeze", "--file", NAME, "--reason", REASON]
        process = run_job(words, environment | {"CFS_MAX_PER_SECOND": str(rate)})
        assert process.result["counts"].get("accounts_unlocked") == accounts, process.result
        return len(cfs.admin.calls()) - before, process


def _freeze(home: Path, environment: dict[str, str], accounts: int) -> None:
    """Let a file bounce the invoice of every account, though CFS has it as paid; the fuse is told to let it pass."""
    numbers = range(1, accounts + 1)
    cfs, sftp = cfs_part.find_running(home), sftp_server.find_running(home)
    assert cfs is not None and sftp is not None
    cfs.admin.seed(
        sites=[
            {"party_number": str(500000 + n), "account_number": str(800000 + n), "site_number": str(900000 + n),
             "receipt_method": "BCR-PAD Daily"}
            for n in numbers
        ],
        invoices=[{"site_number": str(900000 + n), "invoice_number": f"REG{n:08d}", "total": "0.00"} for n in numbers],
    )  # fmt: skip
    lines = [
        f"PADR,BCR-PAD Daily,PR{n},{n},05-Nov-26,0.00,{800000 + n},INV,REG{n:08d},60.00,60.00,Not PAID,R001,NSF"
        for n in numbers
    ]
    (sftp.root("cas") / "upload" / NAME).write_text("\r\n".join([_HEADER, *lines, ""]), newline="")
    run_job(["PAD_RECONCILE"], environment)
    run_job(["files", "replay", NAME, "--despite", "fuse", "--reason", REASON], environment)


if __name__ == "__main__":
    measure(int(sys.argv[1]) if sys.argv[1:] else 500)
