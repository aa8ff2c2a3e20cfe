"""`explain invoice` says what the report says."""

from sandbox.cfs.process import RunningCfs
from tests.diagnosis.one_of_each import plant_every_diagnosis
from tests.stale_factory import RECENT, StaleBooks
from tools.explain.arguments import Arguments
from tools.explain.task import invoice


def test_explain_gives_every_invoice_the_diagnosis_of_the_report_without_cfs(stale: StaleBooks) -> None:
    planted = plant_every_diagnosis(stale)
    reported = stale.found(stale.report())

    for number in planted:
        notes = invoice(stale.context(), Arguments(str(number))).notes
        assert any(note.startswith(f"Diagnosis {reported[number]}: ") for note in notes), (number, notes)


def test_explain_does_not_ask_cfs_and_says_what_that_leaves_open(stale: StaleBooks, cfs: RunningCfs) -> None:
    made, _ = stale.sent(stale.account())

    notes = invoice(stale.context(cfs=cfs.settings()), Arguments(str(made))).notes

    assert any("CFS was not asked, so this may change." in note for note in notes)
    assert cfs.admin.calls() == []


def test_an_invoice_of_today_and_a_paid_one_have_no_diagnosis(stale: StaleBooks) -> None:
    account = stale.account()
    for made in (stale.invoice(account, made="2026-11-23 06:00"), stale.invoice(account, "PAID", made=RECENT)):
        notes = invoice(stale.context(), Arguments(str(made))).notes
        assert not any(note.startswith("Diagnosis") for note in notes)
