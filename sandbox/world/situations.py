"""What a world must get into sometimes: in a thousand nights with faults every situation of this list is reached.

`WEAKNESS` marks what the sheets in docs/specs call a weakness or a hazard, and what trials showed to go wrong; the
section says where it is told.
"""

from collections.abc import Iterator

from sandbox.world.chronicle import Situation

WEAKNESS = "weakness"
_JOBS = {
    "GENERATE_STATEMENTS": "statements",
    "PAD_RECONCILE": "settlement",
    "EJV_FEEDBACK_CHECK": "feedback",
    "ROUTING_SLIP_RECREATE": "slips",
    "STALE_INVOICE_REPORT": "the report of stuck invoices",
    "close": "the closing of a day",
}
_CAS, _CGI, _SLIPS = "cas-settlement-csv.md", "cgi-ejv-files.md", "routing-slips.md"
_STATEMENTS, _CFS, _LIFE = "statements.md", "cfs-api.md", "invoice-lifecycle.md"


def _weak(name: str, *steps: str, told: str) -> Situation:
    return Situation(name, steps, f"{WEAKNESS}: {told}")


def _also(name: str, *steps: str) -> Situation:
    return Situation(name, steps)


def _of_faults() -> Iterator[Situation]:
    """Return what strikes a run, job by job."""
    for job, what in _JOBS.items():
        yield _weak(f"{what}: killed before a commit", f"{job}: kill before a commit", told=f"{_CAS} 10, {_SLIPS} 4")
        yield _weak(f"{what}: killed after a commit", f"{job}: kill after a commit", told=f"{_CAS} 10, {_SLIPS} 4")
        yield _also(f"{what}: frozen at a commit while another run works", f"{job}: freeze * a commit")
        yield _also(f"{what}: the database ends the sessions", f"{job}: database *")
        yield _also(f"{what}: the disk of the database is full", f"{job}: full *")
        yield _also(f"{what}: the clock of the pod is off", f"{job}: askew *")
    for job in ("EJV_FEEDBACK_CHECK", "STALE_INVOICE_REPORT", "close"):
        yield _also(f"{_JOBS[job]}: the disk of the pod is full", f"{job}: disk *")
    for job in ("PAD_RECONCILE", "ROUTING_SLIP_RECREATE", "STALE_INVOICE_REPORT"):
        yield _also(f"{_JOBS[job]}: CFS answers with errors", f"{job}: error answer *")
        yield _also(f"{_JOBS[job]}: answers of CFS are lost", f"{job}: lost answer *")
    for job in ("PAD_RECONCILE", "EJV_FEEDBACK_CHECK"):
        yield _also(f"{_JOBS[job]}: the SFTP server is away", f"{job}: sftp away")
        yield _also(f"{_JOBS[job]}: the bucket is away", f"{job}: store away")


_SETTLEMENT = (
    _also("a PAD number of one invoice is paid", "PADP: one invoice"),
    _also("a PAD number of several invoices is paid", "sent to CFS by PAD, several in one", "PADP: several invoices"),
    _also("a credit memo pays all of a number", "CMAP: a credit memo pays all of a number"),
    _weak("a memo pays a part of a number and PAD the rest", "PADP: *, beside a credit memo", told=f"{_CAS} 10.9"),
    _weak("an invoice has receipts of memos alone", "an invoice has receipts of credit memos alone",
          told=f"{_CAS} 5.4"),
    _weak("two memos pay parts of one number", "CMAP: a credit memo pays a part of a number",
          "CMAP: * of a number", told=f"{_CAS} 10.10"),
    _also("online banking pays exactly", "BOLP: Fully PAID"),
    _also("online banking pays less", "BOLP: Partially PAID"),
    _weak("online banking pays the rest later", "BOLP: Partially PAID", "BOLP: Fully PAID of what was paid in part",
          told=f"{_CAS} 6"),
    _weak("online banking pays a second part that is not the rest", "BOLP: Partially PAID of what was paid in part",
          told=f"{_CAS} 6"),
    _also("online banking pays more, which stays on account", "ONAC: money stays on account"),
    _also("money on account pays an invoice", "ONAC: Fully PAID*"),
    _also("money on account pays a part of an invoice", "ONAC: Partially PAID*"),
    _also("a wire is settled", "EFTP: a wire"),
    _also("a PAD payment bounces and freezes the account", "PADR: *, the account is ACTIVE"),
    _weak("a second bounce of an account that is frozen", "PADR: *, the account is FREEZE", told=f"{_CAS} 10.4"),
    _weak("a bounce of a number that a memo had paid in part", "PADR: Partially PAID, *", told=f"{_CAS} 8"),
    _weak("a bounce of an invoice with two receipts", "PADP: *, beside a credit memo", "PADR: *", told=f"{_CAS} 10.7"),
    _weak("a refund is asked for between CFS and the file", "sent to CFS by PAD*", "refund of PAD APPROVED, ACTIVE",
          "PADP: *", told=f"{_CAS} 10.8"),
    _weak("a payment comes for what was credited", "refund of PAD APPROVED, ACTIVE",
          "an invoice was settled after its refund", told=f"{_CAS} 10.8"),
    _weak("a bounce of what was refunded", "a bounce of an invoice that was refunded", told=f"{_CAS} 10.8"),
    _weak("a bounce, a card payment, and the number bounces no second time", "PADR: *", "a card pays *", "PADP: *",
          told=f"{_CAS} 8"),
    _also("a card pays one bounced number", "a card pays a bounced number"),
    _weak("a card pays several bounced numbers in one", "a card pays several bounced numbers", told=f"{_CAS} 5.5"),
    _weak("a card pays what a memo left of a bounced number", "a card pays a number that a memo had paid in part",
          told=f"{_CAS} 8"),
    _weak("an account bounces, pays, and bounces again", "PADR: *", "a card pays *", "PADR: *", told=f"{_CAS} 9"),
    _also("a frozen account pays, and PAD pulls again", "a card pays *", "sent to CFS by PAD*"),
    _also("a refund makes a credit that pays the next number", "refund of PAD PAID, COMPLETED", "CMAP: *"),
    _also("a partial refund makes a credit that pays the next number", "partial refund of PAD", "CMAP: *"),
    _also("a partial refund, then a bounce", "partial refund of PAD", "PADR: *"),
)  # fmt: skip

_FILES = (
    _weak("a settlement file comes a second time", "a settlement file of an earlier day comes a second time",
          told=f"{_CAS} 9"),
    _weak("known content comes under a new name", "a settlement file of an earlier day comes under a new name",
          told=f"{_CAS} 10.2"),
    _weak("a known name comes with other content", "a settlement file of an earlier day comes with other content",
          told=f"{_CAS} 10.2"),
    _weak("a settlement file is late", "a settlement file is late", told=f"{_CAS} 10.13"),
    _weak("a late file comes together with the next", "a settlement file is late",
          "a settlement file comes together with the next", told=f"{_CAS} 10.13"),
    _weak("a late file comes after the next, and is replayed", "a settlement file is late",
          "a settlement file is overtaken by the next", told=f"{_CAS} 10.13"),
    _weak("a settlement file is named for a day to come", "a settlement file is named for a day to come",
          "a settlement file that came early is applied on its day", told=f"{_CAS} 10.13"),
    _weak("a settlement file is empty at first", "a settlement file is empty at first", told=f"{_CAS} 4"),
    _weak("a settlement file ends within a line", "PAD_RECONCILE: half *", told=f"{_CAS} 4"),
    _also("a settlement file comes in parts", "a settlement file comes in parts"),
    _also("a settlement file has a name in another case", "a settlement file has a name in another case"),
    _weak("columns that no rule reads have odd values", "a settlement file has odd values *", told=f"{_CAS} 5"),
    *(
        _weak(f"a row that cannot be booked: {what}", f"a settlement file has a row that cannot be booked: {what}",
              told=f"{_CAS} 10.1")
        for what in (
            "an invoice that nobody knows", "a blank outstanding amount", "a date of another century",
            "a number that a spreadsheet rewrote", "a bounce of an account that nobody knows",
            "a record type that is not known", "a date that has not come", "a date that there is not",
        )
    ),
)  # fmt: skip

_OUTSIDE = (
    _weak("the lock of a frozen account is killed before it is told to CFS", "PAD_RECONCILE: kill before PUT *",
          told=f"{_CAS} 10.3"),
    _weak("the lock of a frozen account is told to CFS, and the pod killed", "PAD_RECONCILE: kill after PUT *",
          told=f"{_CAS} 10.3"),
    _weak("the answer to the lock is lost", "PAD_RECONCILE: lost answer to PUT *", told=f"{_CAS} 10.3"),
    _weak("the answer to a fee is lost", "PAD_RECONCILE: lost answer to POST *adjs", told=f"{_CAS} 10.3"),
    _weak("a fee is charged after CFS had said 504", "PAD_RECONCILE: slow answer to POST *adjs", told=f"{_CFS} 2"),
    _weak("CFS says 500 to a fee", "PAD_RECONCILE: error answer to POST *adjs", told=f"{_CFS} 2"),
    _also("the lock takes effect after CFS had said 504", "PAD_RECONCILE: slow answer to PUT *"),
    _also("a fee is charged, and the pod killed", "PAD_RECONCILE: kill * POST *adjs"),
    _also("CFS goes away in the middle of settlement", "PAD_RECONCILE: away *"),
    _also("CFS goes away in the middle of slips", "ROUTING_SLIP_RECREATE: away * *"),
    _also("CFS is away for slips all evening", "ROUTING_SLIP_RECREATE: away away for a night"),
    _also("CGI's server is away all evening", "EJV_FEEDBACK_CHECK: sftp away for a night"),
    _also("the bucket is away all evening", "EJV_FEEDBACK_CHECK: store away for a night"),
    _also("the closing is killed between its report and its record", "close: * in no operation, stored"),
    _also("the closing is killed after its record", "close: * in no operation, recorded"),
)  # fmt: skip

_FEEDBACK = (
    _also("a charge is accepted", "PAYMENT: a charge * accepted"),
    _also("a charge is refused", "PAYMENT: a charge * refused"),
    _weak("a charge is refused with its journal", "PAYMENT: a charge * refused with the journal",
          told=f"{_CGI} 7.3.18"),
    _weak("a charge is refused with its batch", "PAYMENT: a charge * refused with the batch", told=f"{_CGI} 7.3.4"),
    _weak("what was refused is sent again and accepted", "PAYMENT: a charge * refused*", "sent to CGI: a charge, again",
          "PAYMENT: a charge * accepted", told=f"{_CGI} 7.3.4"),
    _weak("what was refused is refused again", "PAYMENT: a charge * refused*", "sent to CGI: a charge, again",
          "PAYMENT: a charge * refused*", told=f"{_CGI} 7.3.16"),
    _also("a refund of what was paid is accepted", "sent to CGI: a reversal*", "PAYMENT: a reversal * accepted"),
    _weak("a refund of what was paid is refused", "sent to CGI: a reversal*", "PAYMENT: a reversal * refused*",
          told=f"{_CGI} 7.3.10"),
    _weak("a refused reversal is sent again", "PAYMENT: a reversal * refused*", "sent to CGI: a reversal, again",
          told=f"{_CGI} 7.3.10"),
    _weak("a refund is asked for between batch and feedback", "sent to CGI: a charge*",
          "refund of EJV APPROVED, ACTIVE", "PAYMENT: a charge of an invoice in REFUND_REQUESTED accepted",
          told=f"{_CGI} 7.2"),
    _weak("a refund is asked for, and the charge is refused", "sent to CGI: a charge*",
          "PAYMENT: a charge of an invoice in REFUND_REQUESTED refused*", told=f"{_CGI} 7.2"),
    _weak("a partial refund is accepted", "PAYMENT: a partial refund * accepted", told=f"{_CGI} 7.3.7"),
    _weak("a partial refund is refused", "PAYMENT: a partial refund * refused*", told=f"{_CGI} 7.3.8"),
    _weak("a partial refund is refused, and accepted later", "PAYMENT: a partial refund * refused*",
          "PAYMENT: a partial refund * accepted", told=f"{_CGI} 7.3.8"),
    _also("an invoice is cancelled before it is sent", "refund of EJV APPROVED, not sent"),
    _also("a partner's share is accepted", "DISBURSEMENT: a charge accepted"),
    _also("a partner's share is refused", "DISBURSEMENT: a charge refused"),
    _weak("a partner's share is taken back", "DISBURSEMENT: a charge accepted", "DISBURSEMENT: a reversal accepted",
          told=f"{_CGI} 7.3.6"),
    _weak("a partner's share cannot be taken back", "DISBURSEMENT: a reversal refused*", told=f"{_CGI} 7.3.6"),
    _weak("shares are refused with their batch or journal", "DISBURSEMENT: * refused with *", told=f"{_CGI} 7.3.13"),
    _weak("one of several lines of an invoice is refused", "CGI refuses one line of an invoice", told=f"{_CGI} 7.3.19"),
    _also("a cheque goes out", "REFUND: a cheque accepted"),
    _also("a cheque is refused", "REFUND: a cheque refused"),
    _weak("a cheque goes out though its batch is refused", "REFUND: a cheque accepted, its batch refused",
          told=f"{_CGI} 7.2"),
    _also("CGI answers several batches in an evening", "CGI answers [2-9] batches in an evening"),
    _weak("CGI answers a day later", "CGI answers a day later", told=f"{_CGI} 8"),
    _weak("feedback begins with a byte order mark", "feedback begins with a byte order mark", told=f"{_CGI} 1"),
    _weak("feedback has a name in another case", "feedback has a name in another case", told=f"{_CGI} 1"),
    _weak("feedback comes a second time", "feedback of an earlier day comes under a new name", told=f"{_CGI} 7.3.2"),
    _also("a GL is corrected, and its journals go out again", "operators clear a stopped GL"),
)  # fmt: skip

_OF_PARTNERS = (
    _also("a partner row is accepted", "DISBURSEMENT: a charge by a partner row accepted"),
    _weak("a partner row is refused, and accepted later", "DISBURSEMENT: * by a partner row refused",
          "operators let a refused partner row wait again", "DISBURSEMENT: * by a partner row accepted",
          told=f"{_CGI} 7.2"),
    _weak("a partner row is refused with its batch or journal", "DISBURSEMENT: * by a partner row refused with *",
          told=f"{_CGI} 7.3.4"),
    _weak("a partner gives back a part of an invoice", "DISBURSEMENT: a partial refund by a partner row accepted",
          told=f"{_CGI} 5.1"),
    _also("a partner row is cancelled before it is sent", "a partner row is cancelled"),
    _weak("a partner gives back all of an EFT invoice", "a partner row is reversed, *",
          "DISBURSEMENT: a reversal by a partner row accepted", told=f"{_CGI} 5.1"),
)  # fmt: skip

_OF_EFT = (
    _also("an EFT invoice is given up before it is sent", "refund of EFT APPROVED, not sent"),
    _also("an EFT invoice is refunded before it is paid", "an EFT invoice is refunded that was not paid"),
    _also("an EFT invoice is refunded after it was paid", "an EFT invoice is refunded that was paid"),
    _weak("staff take an EFT payment back", "staff take an EFT payment back", told=f"{_LIFE} 2"),
    _weak("an EFT payment is taken back, and the invoice is paid again", "staff take an EFT payment back",
          "an EFT invoice is paid", told=f"{_LIFE} 2"),
    _weak("an EFT payment is taken back, and the invoice is given up", "staff take an EFT payment back",
          "an EFT invoice is refunded that was not paid", told=f"{_LIFE} 2"),
    *(
        _weak(f"an account switches from {one} to {other}", f"{one} to {other}, * statements",
              told=f"{_STATEMENTS} 10")
        for one, other in (("PAD", "EFT"), ("ONLINE_BANKING", "EFT"), ("EFT", "PAD"), ("EFT", "ONLINE_BANKING"))
    ),
    *(
        _weak(f"an interim statement of {one.lower()} statements", f"* to *, {one} statements",
              told=f"{_STATEMENTS} 7")
        for one in ("DAILY", "WEEKLY", "MONTHLY")
    ),
    _weak("an interim statement is the rest of a week", "an interim statement is the rest of a week",
          told=f"{_STATEMENTS} 2"),
    _weak("an account switches to EFT and back", "* to EFT, * statements", "EFT to *, * statements",
          told=f"{_STATEMENTS} 10"),
    _weak("a bounce comes after its account switched to EFT", "PAD to EFT, * statements", "PADR: *",
          told=f"{_STATEMENTS} 10"),
)  # fmt: skip

_OF_UNDOS = (
    _weak("a bounce that was none is taken back", "a wrong bounce is taken back", told=f"{_CAS} 8"),
    _weak("an account whose bounce was taken back bounces indeed", "a wrong bounce is taken back", "PADR: *",
          told=f"{_CAS} 8"),
    _weak("an account bounces twice wrongly", "a wrong bounce is taken back", "a wrong bounce is taken back",
          told=f"{_CAS} 8"),
    _weak("the undo of a bounce is killed", "repair wrong-freeze: kill *", told=f"{_CAS} 8"),
    _weak("the undo of a bounce is killed within its operation", "repair wrong-freeze: * in wrong freeze, *",
          told=f"{_CFS} 5"),
    _weak("answers to the undo of a bounce are lost", "repair wrong-freeze: lost answer *", told=f"{_CFS} 5"),
    _also("CFS goes away in the middle of the undo of a bounce", "repair wrong-freeze: away *"),
)  # fmt: skip


def _in_operation(kind: str, point: str) -> str:
    return f"ROUTING_SLIP_RECREATE: * in slip {kind}, {point}"


_OF_SLIPS = (
    _also("a slip pays a transaction alone", "a slip's transaction is paid, 1 in the family"),
    _weak("a slip and its child pay a transaction", "a slip's transaction is paid, [2-9] in the family",
          told=f"{_SLIPS} 3.7"),
    _weak("a slip's transaction waits for a link", "a slip's transaction waits for a link", told=f"{_SLIPS} 4.1"),
    _also("a slip's transaction is cancelled", "a slip's transaction is cancelled"),
    _also("a slip is linked to one in use", "slip linked to one that is ACTIVE, version *"),
    _weak("a slip is linked to one that bounced", "slip NSF, *", "slip linked to one that is NSF, version *",
          told=f"{_SLIPS} 3.4"),
    _weak("a slip that a linked one paid for bounces again", "slip NSF, *", "slip linked to one that is NSF, version *",
          "slip NSF, *", told=f"{_SLIPS} 4.3"),
    _weak("a slip is corrected, and then linked", "slip CORRECTION, *",
          "slip linked to one that is *, version [2-9]", told=f"{_SLIPS} 5.1"),
    _also("a slip without transactions is corrected", "slip CORRECTION, *, without transactions"),
    _weak("a slip with transactions is corrected", "slip CORRECTION, *, with transactions", told=f"{_SLIPS} 4.4"),
    _weak("a slip with a child is corrected", "slip CORRECTION, [2-9] in the family, *", told=f"{_SLIPS} 5.5"),
    _weak("a slip is corrected twice", "slip CORRECTION, *", "slip CORRECTION, *", told=f"{_SLIPS} 4.4"),
    _also("a slip bounces", "slip NSF, 1 in the family, *"),
    _weak("a slip with a child bounces", "slip NSF, [2-9] in the family, *", told=f"{_SLIPS} 4.3"),
    _weak("a slip with transactions bounces", "slip NSF, *, with transactions", told=f"{_SLIPS} 4.3"),
    _also("a slip is voided", "slip VOID, 1 in the family, *"),
    _weak("a slip with a child is voided", "slip VOID, [2-9] in the family, *", told=f"{_SLIPS} 5.7"),
    _also("what is left of a slip is paid back", "slip REFUND_AUTHORIZED, *"),
    _also("what is left of a slip is written off", "slip WRITE_OFF_AUTHORIZED, *"),
    _weak("a slip with a child is paid back", "slip REFUND_AUTHORIZED, [2-9] in the family, *", told=f"{_SLIPS} 4.5"),
    _weak("a correction after a transaction was taken back", "staff: take back", "slip CORRECTION, *",
          told=f"{_SLIPS} 5.4"),
    _weak("a refund after a transaction was taken back", "a slip's transaction is cancelled",
          "slip REFUND_AUTHORIZED, *", told=f"{_SLIPS} 5.4"),
    _weak("a correction stops before its receipt is reversed", _in_operation("correction", "*1 reverse receipt"),
          told=f"{_SLIPS} 4.4"),
    _weak("a correction stops between reversal and new receipt", _in_operation("correction", "* 2 create receipt"),
          told=f"{_SLIPS} 4.4"),
    _weak("a correction stops while its receipt is applied again", _in_operation("correction", "*apply receipt"),
          told=f"{_SLIPS} 4.4"),
    _weak("a correction stops before our books have it", _in_operation("correction", "before closing"),
          told=f"{_SLIPS} 4.4"),
    _weak("a link stops at the reversal of the child's receipt", _in_operation("link", "*1 reverse receipt"),
          told=f"{_SLIPS} 4.1"),
    _weak("a link stops between reversal and new receipt", _in_operation("link", "* 2 create receipt"),
          told=f"{_SLIPS} 4.1"),
    _weak("a link stops before our books have it", _in_operation("link", "before closing"), told=f"{_SLIPS} 4.1"),
    _weak("a void stops at a reversal", _in_operation("void", "*reverse receipt"), told=f"{_SLIPS} 4.2"),
    _weak("a bounce of a slip stops at a reversal", _in_operation("nsf", "*reverse receipt"), told=f"{_SLIPS} 4.3"),
    _weak("a bounce of a slip stops at its fee", _in_operation("nsf", "*create invoice"), told=f"{_SLIPS} 4.3"),
    _weak("a refund stops at what is taken out of CFS", _in_operation("refund", "*adjust receipt"),
          told=f"{_SLIPS} 4.5"),
    _weak("a refund stops before our books have it", _in_operation("refund", "before closing"), told=f"{_SLIPS} 4.5"),
    _weak("the answer to a reversal is lost", "ROUTING_SLIP_RECREATE: lost answer to POST *reverse",
          told=f"{_SLIPS} 4.1"),
    _weak("the answer to a new receipt is lost", "ROUTING_SLIP_RECREATE: lost answer to POST *rcpts",
          told=f"{_SLIPS} 4.1"),
    _weak("a receipt is made after CFS had said 504", "ROUTING_SLIP_RECREATE: slow answer to POST *rcpts",
          told=f"{_SLIPS} 4.1"),
    _weak("a reversal is made after CFS had said 504", "ROUTING_SLIP_RECREATE: slow answer to POST *reverse",
          told=f"{_SLIPS} 4.1"),
    _weak("CFS says 500 to a change of a slip", "ROUTING_SLIP_RECREATE: error answer to POST *", told=f"{_SLIPS} 4.0"),
)  # fmt: skip

_OF_STATEMENTS = (
    *(_also(f"a {one.lower()} statement", f"a {one} statement*") for one in ("DAILY", "WEEKLY", "MONTHLY")),
    _also("an empty statement", "a * statement, empty*"),
    _weak("the rest of a week before another frequency", "a WEEKLY statement*its setting ends within the week*",
          told=f"{_STATEMENTS} 11.3"),
    _weak("a statement of a period in which its setting began", "a * statement*its setting began within it",
          told=f"{_STATEMENTS} 11.3"),
    *(
        _weak(f"statements change from {one.lower()} to {other.lower()}", f"statements {one} to {other}",
              told=f"{_STATEMENTS} 8")
        for one in ("DAILY", "WEEKLY", "MONTHLY")
        for other in ("DAILY", "WEEKLY", "MONTHLY")
        if one != other
    ),
    _also("a bounced account gets a statement with its fee", "PADR: *", "a * statement, of several methods*"),
)  # fmt: skip

_OF_CUSTOMERS = (
    _also("a PAD invoice is cancelled before it is sent", "refund of PAD APPROVED, not sent"),
    _also("a paid PAD invoice is credited", "refund of PAD PAID, COMPLETED"),
    _also("a paid online banking invoice is credited", "refund of ONLINE_BANKING PAID, COMPLETED"),
    _also("a card payment is sent back", "refund of DIRECT_PAY PAID, COMPLETED"),
    _also("a ministry gets its money back", "refund of EJV PAID, COMPLETED"),
    *(_also(f"a part is given back by {one}", f"partial refund of {one}") for one in
      ("PAD", "ONLINE_BANKING", "DIRECT_PAY", "EJV")),
)  # fmt: skip

_OF_OPERATORS = tuple(
    _weak(f"operators type {what} though nothing asks for it", f"operators type {what} though *",
          told="operators-faq.txt")
    for what in (
        "files replay", "files ignore", "gaps", "fill_gaps", "PAD_RECONCILE", "EJV_FEEDBACK_CHECK",
        "ROUTING_SLIP_RECREATE", "verify", "close", "ejv resubmit", "ejv rebuild", "repair pad-invoice",
        "repair wrong-freeze", "db prune",
    )
)  # fmt: skip

AWAITED = (
    *_SETTLEMENT, *_FILES, *_OUTSIDE, *_FEEDBACK, *_OF_SLIPS, *_OF_STATEMENTS, *_OF_CUSTOMERS, *_OF_OPERATORS,
    *_OF_PARTNERS, *_OF_EFT, *_OF_UNDOS, *_of_faults(),
)  # fmt: skip
