"""Mixtures of invoices, held against the slow model of the tables."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.cfs.process import RunningCfs
from tests.diagnosis.model import EjvCase, PadCase
from tests.stale_factory import StaleBooks

pytestmark = pytest.mark.slow
MIXED = settings(
    max_examples=10, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
YOUNG = "2026-11-21 20:00"
PADS = st.builds(
    PadCase,
    profile=st.sampled_from(["ACTIVE", "FREEZE", "PENDING", "PENDING_PAD_ACTIVATION", "INACTIVE"]),
    reference=st.sampled_from(["none", "active", "fresh", "bundle", "completed"]),
    cfs=st.sampled_from(["missing", "whole", "part", "paid", "other"]),
    file=st.sampled_from(["none", "applied", "rejected"]),
).filter(lambda one: one.profile != "PENDING" or one.reference == "none")
EJVS = st.builds(
    EjvCase,
    is_billable=st.booleans(),
    gl=st.sampled_from(["fine", "stopped", "none"]),
    reference=st.sampled_from(["none", "active"]),
    link=st.sampled_from(["none", "UPLOADED", "COMPLETED", "ERRORED"]),
    file=st.sampled_from(["UPLOADED", "COMPLETED", "ERRORED"]),
    answer=st.sampled_from(["none", "stored", "noted"]),
    is_young=st.booleans(),
    is_twice=st.booleans(),
)


@MIXED
@given(mixture=st.lists(st.one_of(PADS, EJVS), min_size=8, max_size=30))
def test_a_mixture_gets_the_diagnoses_of_the_tables(
    stale: StaleBooks, cfs: RunningCfs, mixture: list[PadCase | EjvCase]
) -> None:
    stale.empty()
    stale.books.__init__()  # type: ignore[misc]
    files = {word: stale.settlement_file(f"BCR_PAYMENT_APPL_2026100{day}.csv") for word, day in
             (("applied", 7), ("rejected", 8))}  # fmt: skip
    expected = {}
    for line, one in enumerate(mixture):
        made = _plant_pad(stale, one, files, line) if isinstance(one, PadCase) else _plant_ejv(stale, one)
        expected[made] = one.code
    stale.books.plant(cfs.admin)

    assert stale.found(stale.report(cfs=cfs.settings())) == expected


def _plant_pad(stale: StaleBooks, one: PadCase, files: dict[str, int], line: int) -> int:
    account = stale.account(profile=one.profile, activation="2027-01-01 00:00")
    made = stale.invoice(account)
    number = f"REG{made:08}"
    if one.reference in {"active", "fresh", "completed"}:
        status = "COMPLETED" if one.reference == "completed" else "ACTIVE"
        stale.reference(made, status, made=YOUNG if one.reference == "fresh" else "2026-10-06 20:00")
    elif one.reference == "bundle":
        stale.reference(made, "CANCELLED")
        stale.reference(made, number=f"REG{made}-C", bundle=True)
    if one.cfs != "missing" and one.profile != "PENDING":
        total = "77.00" if one.cfs == "other" else "100.00"
        stale.in_cfs(account, number, total, paid={"part": "40.00", "paid": "100.00"}.get(one.cfs, "0.00"))
    if one.file in files:
        stale.settled(number, files[one.file], outcome=one.file, line=line + 2)
    return made


def _plant_ejv(stale: StaleBooks, one: EjvCase) -> int:
    account = stale.account("EJV", None, billable=one.is_billable)
    if one.gl != "none":
        stale.gl(account, stopped=one.gl == "stopped")
    made = stale.invoice(account)
    if one.reference == "active":
        stale.reference(made)
    if one.link == "none":
        return made
    if one.is_twice and one.link == "COMPLETED":
        stale.journalled(made, "COMPLETED", file="COMPLETED", feedback="FEEDBACK.1")
    feedback = "FEEDBACK.2" if one.answer == "noted" else None
    moment = YOUNG if one.is_young else "2026-10-06 20:01"
    batch = stale.journalled(made, one.link, file=one.file, feedback=feedback, made=moment)
    if one.answer == "stored":
        stale.feedback_stored(batch, f"FEEDBACK.F3535.{batch}")
    return made
