"""A proof that cannot run is said, and fails the tests where every proof is wanted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.proofs import EVERY_PROOF, not_allowed

ROOT = Path(__file__).resolve().parent.parent
QUICK = "tests/test_proofs.py::test_only_kubectl_may_be_missing"


def run_without_chromium(*, every_proof: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PATH": "/nowhere", EVERY_PROOF: every_proof}
    words = [sys.executable, "-m", "pytest", "-q", "-n", "0", "-p", "no:cacheprovider", QUICK]
    return subprocess.run(words, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(("every_proof", "code"), [("", 0), ("yes", 1)])
def test_a_missing_browser_is_said_and_fails_where_every_proof_is_wanted(every_proof: str, code: int) -> None:
    done = run_without_chromium(every_proof=every_proof)

    assert (done.returncode, "the pages in a browser. Install: apt-get install chromium" in done.stdout) == (code, True)


def test_only_kubectl_may_be_missing() -> None:
    reasons = ["('a.py', 3, 'Skipped: kubectl, which brings kustomize, is not installed')", "Skipped: no browser"]

    assert not_allowed(reasons) == ["Skipped: no browser"]


def test_ci_wants_every_proof() -> None:
    assert f"{EVERY_PROOF}=yes make test" in (ROOT / ".ci/run").read_text(encoding="utf-8")
