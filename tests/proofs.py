"""The programs that proofs run on besides the packages: where one is missing, its proofs are left out and it is said.

With EVERY_PROOF set, as .ci/run sets it, a program that is missing or a test that is skipped fails the run. Only
kubectl may be missing: a test in Python compares the same manifests.
"""

import os
from collections.abc import Sequence

from tests.pgbouncer import PGBOUNCER
from tests.storage_fixtures import SSHD
from tests.tasks.stale_invoice_report.chromium import CHROMIUM

EVERY_PROOF = "EVERY_PROOF"
_MAY_BE_MISSING = "kubectl"
_PROGRAMS = (
    ("the SFTP tests against OpenSSH's sshd", SSHD, "openssh-server"),
    ("the tests of a pooler against pgbouncer", PGBOUNCER, "pgbouncer"),
    ("the pages in a browser", CHROMIUM, "chromium"),
)


def left_out() -> list[str]:
    """Return what cannot be run here, each with the command that installs what it needs."""
    return [f"NOT RUN: {what}. Install: apt-get install {package}" for what, found, package in _PROGRAMS if not found]


def is_every_proof_wanted() -> bool:
    """Return whether what cannot be run fails the tests."""
    return bool(os.environ.get(EVERY_PROOF))


def not_allowed(reasons: Sequence[str]) -> list[str]:
    """Return the reasons of skipped tests that may not be skipped where every proof is wanted."""
    return [reason for reason in reasons if _MAY_BE_MISSING not in reason]
