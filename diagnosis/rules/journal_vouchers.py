"""Journal vouchers: what CGI answers, batch by batch (section 5.2).

The order is the table's, but for J14 and J12, which stand first: to have a GL added or released (J2 to J4) would send
again what was accepted. J16 is the table's "extra" row. A rejected batch (J11) is not taken for one that waits. While
feedback lies unread (J8U), nobody is advised to send a batch again (J9) or to void it (J11). Of a refund only what came
after it was asked for is looked at, and a charge that is not answered yet. J17 to J19 are the refunds that J3, J4, J13
and J15 would have sent: paid back though never charged, or every night.
"""

from datetime import UTC

from config.business_days import age_in_business_days
from diagnosis.cutoffs import STUCK_BUSINESS_DAYS, Cutoffs
from diagnosis.evidence import Evidence, JournalVoucher
from diagnosis.rules.rule import Condition, Rule, Rules

_NONE = JournalVoucher(None, False, False, None, None, None, None, None, None, None, None, None, None, None, 0)


def _journal(e: Evidence) -> JournalVoucher:
    return e.journal or _NONE


def _is_active(e: Evidence) -> bool:
    return e.invoice.active_number is not None


def _is_refund(e: Evidence) -> bool:
    return e.invoice.status == "REFUND_REQUESTED"


def _link_is(e: Evidence, status: str) -> bool:
    return _journal(e).link_status == status


def _is_refused_gl(e: Evidence, _when: Cutoffs) -> bool:
    return not _is_active(e) and _journal(e).is_stopped


def _is_sent_twice(e: Evidence, _when: Cutoffs) -> bool:
    return _journal(e).completed_batches > 1


def _has_no_reference_left(e: Evidence, _when: Cutoffs) -> bool:
    return _is_refund(e) and not _is_active(e) and e.invoice.completed_number is None


def _is_refund_of_nothing(e: Evidence, _when: Cutoffs) -> bool:
    return _is_refund(e) and _journal(e).was_never_charged


def _is_refund_held_back(e: Evidence, _when: Cutoffs) -> bool:
    return _is_refund(e) and _is_active(e) and (_link_is(e, "ERRORED") or _journal(e).batch is None)


def _is_ready_since_last_batch(e: Evidence, when: Cutoffs) -> bool:
    journal = _journal(e)
    moments = (e.invoice.created_at, journal.refund_asked, journal.gl_changed, journal.batch_done)
    ready = max(moment for moment in moments if moment)
    return ready >= when.journals_left


def _waits_for_batch(e: Evidence, when: Cutoffs) -> bool:
    return not _is_active(e) and _is_ready_since_last_batch(e, when)


def _unanswered(condition: Condition) -> Condition:
    def holds(e: Evidence, when: Cutoffs) -> bool:
        journal = _journal(e)
        waits = _is_active(e) and _link_is(e, "UPLOADED") and journal.feedback_ref is None
        return waits and journal.file_status != "ERRORED" and condition(e, when)

    return holds


def _is_young(e: Evidence, when: Cutoffs) -> bool:
    sent = _journal(e).sent_at
    now = when.now.replace(tzinfo=UTC)
    return sent is not None and age_in_business_days(sent, now) < STUCK_BUSINESS_DAYS


def _is_half_answered(e: Evidence, _when: Cutoffs) -> bool:
    journal = _journal(e)
    answered = _link_is(e, "UPLOADED") and journal.feedback_ref is not None
    return _is_active(e) and answered and journal.file_status != "ERRORED"


def _is_left_out(e: Evidence, when: Cutoffs) -> bool:
    return _is_half_answered(e, when) and _journal(e).feedback_is_applied


def _is_left_out_and_unread(e: Evidence, when: Cutoffs) -> bool:
    return _is_left_out(e, when) and _may_be_answered_unread(e, when)


def _is_rejected_whole(e: Evidence, _when: Cutoffs) -> bool:
    return _is_active(e) and _link_is(e, "UPLOADED") and _journal(e).file_status == "ERRORED"


def _may_be_answered_unread(e: Evidence, _when: Cutoffs) -> bool:
    return _journal(e).unread_file is not None


def _is_rejected_and_unread(e: Evidence, when: Cutoffs) -> bool:
    journal = _journal(e)
    waits = journal.feedback_file is not None and not journal.feedback_is_applied
    return _is_rejected_whole(e, when) and (waits or _may_be_answered_unread(e, when))


EJV: Rules = (
    Rule("J1", lambda e, _when: not e.invoice.is_billable),
    Rule("J14", _is_sent_twice),
    Rule("J12", lambda e, _when: _link_is(e, "COMPLETED")),
    Rule("J17", _is_refund_of_nothing),
    Rule("J2", lambda e, _when: not _journal(e).has_gl),
    Rule("J19", lambda e, when: _is_refused_gl(e, when) and _has_no_reference_left(e, when)),
    Rule("J3", lambda e, when: _is_refused_gl(e, when) and _link_is(e, "ERRORED")),
    Rule("J4", _is_refused_gl),
    Rule("J16", _has_no_reference_left),
    Rule("J5", _waits_for_batch),
    Rule("J6", lambda e, _when: not _is_active(e)),
    Rule("J7", _unanswered(_is_young)),
    Rule("J8F", _unanswered(lambda e, _when: _journal(e).is_held_by_fuse)),
    Rule("J8", _unanswered(lambda e, _when: _journal(e).feedback_file is not None)),
    Rule("J8U", _unanswered(_may_be_answered_unread)),
    Rule("J9", _unanswered(lambda _e, _when: True)),
    Rule("J8U", _is_left_out_and_unread),
    Rule("J10A", _is_left_out),
    Rule("J10", _is_half_answered),
    Rule("J8U", _is_rejected_and_unread),
    Rule("J11", _is_rejected_whole),
    Rule("J18", _is_refund_held_back),
    Rule("J13", lambda e, _when: _is_active(e) and _link_is(e, "ERRORED")),
    Rule("J15", lambda e, _when: _is_active(e) and _journal(e).batch is None),
)
