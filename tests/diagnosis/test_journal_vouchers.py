"""Journal vouchers of which the tables speak too shortly: refunds asked for meanwhile, stops, answers that are held."""

import pytest

from tests.stale_factory import StaleBooks

SENT = "2026-11-16 20:01"
ASKED = "2026-11-17 09:00"


def refund_requested(stale: StaleBooks, link: str, *, reference: str = "ACTIVE", **batch: str) -> int:
    """Return an invoice whose refund was asked for after its charge was sent."""
    made = stale.invoice(stale.ministry(), "REFUND_REQUESTED", made="2026-11-16 12:00")
    stale.reference(made, reference, made=SENT)
    stale.journalled(made, link, made=SENT, **batch)
    stale.refund(made, asked=ASKED)
    return made


@pytest.mark.parametrize(
    ("batch", "code"),
    [({}, "J9"), ({"feedback": "FEEDBACK.F3535.1"}, "J10"), ({"file": "ERRORED"}, "J11")],
    ids=["unanswered", "half answered", "refused whole"],
)
def test_a_refund_asked_for_while_its_charge_is_unanswered_waits_for_the_charge(
    stale: StaleBooks, batch: dict[str, str], code: str
) -> None:
    refund_requested(stale, "UPLOADED", **batch)

    [row] = stale.report_rows(stale.report())

    assert (row["code"], "link UPLOADED" in row["evidence"]) == (code, True)


@pytest.mark.parametrize("reference", ["ACTIVE", "CANCELLED"])
def test_a_refund_whose_charge_was_refused_is_money_that_would_be_paid_back_though_never_charged(
    stale: StaleBooks, reference: str
) -> None:
    """To have the GL released, as a refused charge is advised, would send the reversal."""
    refund_requested(stale, "ERRORED", reference=reference)

    [row] = stale.report_rows(stale.report())

    assert (row["code"], row["turn"], "unstop" in row["command"]) == ("J17", "money at risk", False)


def test_a_refund_without_a_reversal_is_never_advised_to_lose_its_reference(stale: StaleBooks) -> None:
    refund_requested(stale, "COMPLETED")

    [row] = stale.report_rows(stale.report())

    assert (row["code"], "no journal since its refund was asked for" in row["evidence"]) == ("J18", True)


@pytest.mark.parametrize("gl", ["stopped", "none"])
def test_what_was_accepted_is_finished_before_its_gl_is_added_or_released(stale: StaleBooks, gl: str) -> None:
    """With a GL that is in force the next batch would charge it again."""
    made = stale.invoice(stale.account("EJV", None) if gl == "none" else stale.ministry(stopped=True))
    stale.reference(made, "COMPLETED")
    stale.journalled(made, "COMPLETED", file="COMPLETED", feedback="FEEDBACK.F3535.1")

    [row] = stale.report_rows(stale.report())

    assert (row["code"], "repair ejv-invoice" in row["command"]) == ("J12", True)


@pytest.mark.parametrize(
    ("hold", "feedback", "code"),
    [
        *(("fuse", feedback, code) for feedback, code in (("stored", "J8F"), ("unread", "J8U"), ("begun", "J10"))),
        *(("faults", feedback, code) for feedback, code in (("stored", "J8"), ("unread", "J8U"), ("begun", "J10"))),
    ],
)
def test_feedback_that_is_held_is_advised_to_be_applied_despite_that_and_not_to_be_held_again(
    stale: StaleBooks, hold: str, feedback: str, code: str
) -> None:
    made = stale.invoice(stale.ministry())
    stale.reference(made)
    batch = stale.journalled(made, "UPLOADED", feedback="FEEDBACK.F3535.1" if feedback == "begun" else None)
    if feedback == "stored":
        stale.feedback_stored(batch, "FEEDBACK.F3535.1", hold=hold)
    else:
        stale.feedback_unread("FEEDBACK.F3535.1", "held", hold=hold)

    [row] = stale.report_rows(stale.report())

    command = {
        "fuse": "files replay FEEDBACK.F3535.1 --despite fuse",
        "faults": "EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.1 --despite-faults",
    }[hold]
    assert (row["code"], row["command"]) == (code, f'python3 invoke_jobs.py {command} --reason "TICKET: why" --dry-run')


@pytest.mark.parametrize(("reference", "code"), [("CANCELLED", "J19"), ("COMPLETED", "J3")])
def test_a_refused_reversal_needs_a_settled_reference_before_its_gl_is_released(
    stale: StaleBooks, reference: str, code: str
) -> None:
    """Without one EJV_PAYMENT would send it again every night."""
    made = stale.invoice(stale.ministry(stopped=True), "REFUND_REQUESTED", made="2026-11-02 12:00")
    stale.reference(made, reference)
    stale.journalled(made, "COMPLETED", made="2026-11-02 20:01")
    stale.refund(made, asked=ASKED)
    stale.journalled(made, "ERRORED", made="2026-11-17 20:01")

    assert stale.found(stale.report()) == {made: code}


def test_a_link_without_a_type_is_one_to_the_invoice(stale: StaleBooks) -> None:
    """To cancel the reference of what seems to have no journal would have it charged twice."""
    made = stale.invoice(stale.ministry())
    stale.reference(made)
    stale.journalled(made, "UPLOADED")
    stale.change("UPDATE ejv_links SET link_type = NULL")

    assert stale.found(stale.report()) == {made: "J9"}


def test_a_refund_of_what_has_a_receipt_was_charged(stale: StaleBooks) -> None:
    made = refund_requested(stale, "ERRORED")
    stale.add("receipts", invoice_id=made, receipt_number="R1", receipt_amount="100.00", receipt_date="2026-11-02")

    assert stale.found(stale.report()) == {made: "J18"}


def half_answered(stale: StaleBooks) -> int:
    """Return an invoice of which the applied answer to its batch says nothing."""
    made = stale.invoice(stale.ministry())
    stale.reference(made)
    batch = stale.journalled(made, "UPLOADED", file="COMPLETED", feedback="FEEDBACK.F3535.1")
    stale.feedback_applied(batch, "FEEDBACK.F3535.1")
    return batch


def test_what_an_applied_answer_left_out_is_released_and_not_answered_by_applying_it_again(stale: StaleBooks) -> None:
    batch = half_answered(stale)

    [row] = stale.report_rows(stale.report())

    command = f'python3 invoke_jobs.py ejv rebuild {batch} --reason "TICKET: why" --dry-run'
    assert (row["code"], row["command"]) == ("J10A", command)


@pytest.mark.parametrize(
    ("newer", "code", "command"),
    [("stored", "J10", "EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.2"),
     ("unread", "J8U", "EJV_FEEDBACK_CHECK --file FEEDBACK.F3535.2")],
)  # fmt: skip
def test_what_an_applied_answer_left_out_is_not_released_while_another_file_may_answer_it(
    newer: str, code: str, command: str, stale: StaleBooks
) -> None:
    batch = half_answered(stale)
    if newer == "stored":
        stale.feedback_stored(batch, "FEEDBACK.F3535.2")
    else:
        stale.feedback_unread("FEEDBACK.F3535.2")

    [row] = stale.report_rows(stale.report())

    assert (row["code"], row["command"]) == (code, f"python3 invoke_jobs.py {command}")


@pytest.mark.parametrize(
    ("released", "code"), [("2026-11-22 20:00", "J6"), ("2026-11-22 21:45", "J5")], ids=["before 20:01", "after 20:01"]
)
def test_what_was_voided_of_a_batch_that_cgi_completed_waits_for_the_next_run_of_the_payment_job(
    released: str, code: str, stale: StaleBooks
) -> None:
    made = stale.invoice(stale.ministry())
    stale.reference(made, "CANCELLED")
    stale.journalled(made, "ERRORED", file="COMPLETED", completed="2026-11-17 09:00")
    run = stale.add("pay_jobs.job_runs", job="ejv rebuild", command="x", status="done", triggered_by="x", pod="x",
                    version="x", started_on=f"{released} America/Vancouver")  # fmt: skip
    stale.change("UPDATE ejv_links SET message = :said", said=f"Voided by ejv rebuild (run {run}): TICKET")

    assert stale.found(stale.report()) == {made: code}


@pytest.mark.parametrize(
    ("released", "code"), [("2026-11-22 20:00", "J6"), ("2026-11-22 21:45", "J5")], ids=["before 20:01", "after 20:01"]
)
def test_what_was_released_from_its_batch_waits_for_the_next_run_of_the_payment_job(
    released: str, code: str, stale: StaleBooks
) -> None:
    made = stale.invoice(stale.ministry())
    stale.reference(made, "CANCELLED")
    stale.journalled(made, "ERRORED", file="ERRORED", completed=released)

    assert stale.found(stale.report()) == {made: code}
