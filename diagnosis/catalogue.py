"""Every diagnosis as data: its code, what it says, what to do, and who does it.

Source: docs/specs/invoice-lifecycle.md section 5; the codes P, J, R and F are the rows of its tables. P0
is an invoice that is too young to be stuck. Codes with a `?` are weaker: CFS was not asked or gave no answer.
"""

from dataclasses import dataclass
from enum import IntEnum


class ActionOwner(IntEnum):
    """Who takes the next step, the most urgent first. What will resolve on its own is not stuck."""

    MONEY = 0  # money is wrong or may be wrong: look at it first
    US = 1  # operations act
    OTHERS = 2  # ask CAS, PayBC or a ministry
    CUSTOMER = 3  # the customer pays
    NOBODY = 4  # it will resolve on its own

    @property
    def words(self) -> str:
        """Its name in the report."""
        return ("money at risk", "we act", "ask others", "customer pays", "resolves on its own")[self]


@dataclass(frozen=True)
class Diagnosis:
    """One row of the tables.

    command  the command that does the next step; {file}, {batch}, {code} stand for values of the evidence. A command
             that changes money or what CAS receives is a dry run with a reason to fill in: pasting it changes nothing
    weak     whether it stands for several rows that only CFS can tell apart
    """

    code: str
    title: str
    action: str
    turn: ActionOwner = ActionOwner.US
    command: str = ""
    weak: bool = False


_LOOK_FIRST = '--reason "TICKET: why" --dry-run'
_REPLAY = f"files replay {{file}} {_LOOK_FIRST}"
REPLAY_DESPITE_FUSE = f"files replay {{file}} --despite fuse {_LOOK_FIRST}"
APPLY_DESPITE_FAULTS = f"EJV_FEEDBACK_CHECK --file {{file}} --despite-faults {_LOOK_FIRST}"
_FINISH_JOURNAL = f"repair ejv-invoice {{invoice}} {_LOOK_FIRST}"
_UNSTOP = f"ejv unstop {{code}} {_LOOK_FIRST}"
_ALL = (
    Diagnosis("P0", "Younger than two business days and not sent to CFS yet.",
              "Wait: CREATE_INVOICES sends it in the evening.", ActionOwner.NOBODY),
    Diagnosis("P1", "The account is frozen after a bounced payment; the nightly job skips it.",
              "The customer pays the open invoices by card; then the nightly job sends it. Do not unlock it by hand.",
              ActionOwner.CUSTOMER),
    Diagnosis("P2", "The account has no CFS profile yet.",
              "Check the errors of CREATE_CFS_ACCOUNTS: bank details, or the opening hours of CFS."),
    Diagnosis("P3", "The account is in its confirmation period.",
              "Wait for the activation date.", ActionOwner.NOBODY),
    Diagnosis("P3L", "The confirmation period is over and the account is still not active.",
              "Check the errors of ACTIVATE_PAD_ACCOUNTS."),
    Diagnosis("P4", "The customer left PAD; only an inactive PAD account is left, which the nightly job still uses.",
              "Check the errors of CREATE_INVOICES."),
    Diagnosis("P5", "CFS has the invoice with the right total, but we did not record it (a crash after CFS answered).",
              "The next CREATE_INVOICES adopts it. If it does not, the pay team writes the references of its group."),
    Diagnosis("P6", "CFS has the number with another total: the group grew, or a line with an expired GL was dropped.",
              "Find the invoices that add up to the total in CFS; the pay team writes references for those, and the "
              "rest go tonight.",
              ActionOwner.MONEY),
    Diagnosis("P7", "It never reached CFS.", "Read the log of CREATE_INVOICES, which tries again tonight."),
    Diagnosis("P5-P7?", "It has no reference; whether CFS has it is not known.",
              "Run the report with CFS; read the log of CREATE_INVOICES.", command="STALE_INVOICE_REPORT",
              weak=True),
    Diagnosis("P8", "It was sent, but CFS does not have the number on that site.",
              "Check invoices.cfs_account_id; then ask CAS.", ActionOwner.OTHERS),
    Diagnosis("P9", "Sent less than two business days ago and not collected yet.", "Wait.", ActionOwner.NOBODY),
    Diagnosis("P10", "Sent, but CFS has not collected it.",
              "If the site is on 'BCR-PAD Stop' or lacks a bank account, correct it; otherwise ask CAS.",
              ActionOwner.OTHERS),
    Diagnosis("P11", "Partly covered by a credit, or an NSF fee was added.",
              "Wait one more cycle, then ask CAS.", ActionOwner.OTHERS),
    Diagnosis("P12", "Paid in CFS; the settlement file with its number has not been fully processed.",
              "Check the file for NSF rows first (a repeated bounce locks accounts), then process it.",
              command=_REPLAY),
    Diagnosis("P12C", "Paid in CFS; the settlement file with its number is cut off, and is never applied as it is.",
              "Ask CAS for the whole file; once that is taken in, replay it.", ActionOwner.OTHERS),
    Diagnosis("P13", "Paid in CFS and its settlement file is processed, but its own row was not applied.",
              "Correct what the reject names, then apply the row.",
              command=f"repair pad-invoice {{invoice}} {_LOOK_FIRST}"),
    Diagnosis("P14", "Paid in CFS, but no settlement file has its number: a file was lost, or a memo paid it.",
              "Look for the missing days in the backup directory of the SFTP server, then ask CAS.", ActionOwner.OTHERS,
              command="files list"),
    Diagnosis("P10-P14?", "Sent to CFS and no settlement is known; whether CFS has the money is not known.",
              "Run the report with CFS.", command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("P15", "Replaced by a bundle whose card payment is in progress or was abandoned.",
              "Check the payment page; UPDATE_STALE_PAYMENTS closes it if the card was charged.", ActionOwner.CUSTOMER),
    Diagnosis("P16", "Its reference is settled but the invoice is not: a row was half applied.",
              "See which row it was and what is missing; the pay team writes that.",
              command="explain invoice {invoice}"),
    Diagnosis("PN", "The payment bounced; the invoice waits for the customer.",
              "The customer pays the invoice and the fee by card, which unlocks the account.", ActionOwner.CUSTOMER),
    Diagnosis("J1", "The account is not billable; the invoice should have been closed when it was created.",
              "The pay team closes it as PAID (a refund: REFUNDED); it needs no journal voucher."),
    Diagnosis("J2", "The account has no GL in force.", "Add the GL the ministry names.", ActionOwner.OTHERS),
    Diagnosis("J3", "CAS rejected the GL of one side, or the date (0703).",
              "Have the refused GL, perhaps BC Registries' own, corrected (not after 0703), then unstop the account's.",
              ActionOwner.OTHERS, command=_UNSTOP),
    Diagnosis("J4", "The GL is stopped because of another invoice of the same account.",
              "Have the ministry confirm the GL, correct it and release it; the next EJV_PAYMENT sends it.",
              ActionOwner.OTHERS, command=_UNSTOP),
    Diagnosis("J5", "Waiting for the next batch at 20:01.", "Wait.", ActionOwner.NOBODY),
    Diagnosis("J6", "A batch was sent without it: EJV_PAYMENT fails, or skips its client.",
              "Read the log of EJV_PAYMENT; check the GL's client against the batch types GI and GA."),
    Diagnosis("J7", "Sent; the feedback of CAS is not due yet.", "Wait.", ActionOwner.NOBODY),
    Diagnosis("J8", "The feedback for its batch is stored but not applied.", "Apply it.",
              command="EJV_FEEDBACK_CHECK --file {file}"),
    Diagnosis("J8F", "The feedback for its batch is held by the fuse: it would refuse or stop far more than usual.",
              "Ask CAS whether it is right; if it is, replay it.", ActionOwner.OTHERS, command=REPLAY_DESPITE_FUSE),
    Diagnosis("J8U", "Feedback that came after its batch was sent could not be read to its end; it may be the answer.",
              "Ask CAS what the file is, then apply it or put it aside. Send nothing again until then.",
              command="EJV_FEEDBACK_CHECK --file {file}"),
    Diagnosis("J9", "No feedback for its batch was found: CAS lost or refused the file.",
              "Ask CAS whether the batch was received; never send it again while they may still run it.",
              ActionOwner.OTHERS, command=f"ejv resubmit {{batch}} {_LOOK_FIRST}"),
    Diagnosis("J10", "Applying its feedback was not finished.", "Apply it again; lines already applied are left alone.",
              command="EJV_FEEDBACK_CHECK --file {file}"),
    Diagnosis("J10A", "The feedback for its batch was applied and does not answer it.",
              "Ask CAS what became of it; then release what CGI never ran.", ActionOwner.OTHERS,
              command=f"ejv rebuild {{batch}} {_LOOK_FIRST}"),
    Diagnosis("J11", "CAS rejected the whole batch; its references keep the invoices out of the next one.",
              "Correct the cause and cancel the references; the next EJV_PAYMENT builds a new batch.",
              command=f"ejv rebuild {{batch}} {_LOOK_FIRST}"),
    Diagnosis("J12", "The journal was accepted but the invoice was not updated.",
              "Finish the invoice: status, reference and receipt.",
              command=_FINISH_JOURNAL),
    Diagnosis("J13", "The journal was rejected but its reference is still active.",
              "Cancel the reference; the next EJV_PAYMENT sends it again.",
              command=_FINISH_JOURNAL),
    Diagnosis("J14", "Two batches charged it: the ministry paid twice.", "Reverse one of them.",
              ActionOwner.MONEY, command="ejv search {invoice}"),
    Diagnosis("J15", "It has an active reference but no journal: it was changed by hand.",
              "Ask CAS whether there is a journal. If there is none, cancel the reference.", ActionOwner.OTHERS,
              command=f"repair ejv-invoice {{invoice}} --no-journal {_LOOK_FIRST}"),
    Diagnosis("J16", "A refund without a settled reference: another reversal is sent every night.",
              "Have the account's GL stopped before tonight, then count the reversals already sent.", ActionOwner.MONEY,
              command="ejv search {invoice}"),
    Diagnosis("J17", "CAS refused its charge after its refund was asked for: without an active reference, EJV_PAYMENT "
              "pays back money that was never charged.",
              "The pay team closes it as CANCELLED before its GL is released.", ActionOwner.MONEY,
              command="ejv search {invoice}"),
    Diagnosis("J18", "A refund with an active reference but no open journal: EJV_PAYMENT does not pay it back.",
              "Ask CAS whether there is a reversal. If there is none, and its charge was accepted, the pay team makes "
              "the reference COMPLETED; a cancelled one would have it paid back every night.", ActionOwner.OTHERS,
              command="ejv search {invoice}"),
    Diagnosis("J19", "A refund without a settled reference, whose GL is stopped: released, it would be paid back every "
              "night.",
              "Have the ministry confirm the GL; the pay team makes the reference COMPLETED before the GL is released.",
              ActionOwner.OTHERS, command=_UNSTOP),
    Diagnosis("R1", "The slip has no CFS profile yet.", "Check the errors of CREATE_CFS_ACCOUNTS."),
    Diagnosis("R2", "The slip was voided or linked away while the invoice was open.",
              "Staff cancel the invoice, or the pay team moves it to the parent slip."),
    Diagnosis("R3", "CFS has the invoice and the slip has money: applying it failed.",
              "The next CREATE_INVOICES applies it. If it does not, ask CAS to apply the receipt."),
    Diagnosis("R4", "CFS has the invoice but the slip has no money left there: a link or correction went wrong.",
              "Check the receipts of the slip and of its children.", ActionOwner.MONEY,
              command="explain slip {slip}"),
    Diagnosis("R5", "Paid in CFS but not recorded here.", "Finish the invoice with the amounts of the receipt.",
              command=f"repair slip-invoice {{invoice}} {_LOOK_FIRST}"),
    Diagnosis("R3-R5?", "The slip is in order; what CFS has is not known.", "Run the report with CFS.",
              command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("R6", "The slip is being corrected; an invoice that is APPROVED has to reach CFS first.",
              "Run CREATE_INVOICES if the invoice is APPROVED, then correct the slip.",
              command="ROUTING_SLIP_RECREATE --slip {slip}"),
    Diagnosis("R7", "The slip's number is unknown: a slip of the old system.",
              "Staff look the slip up in the old system; the pay team settles the invoice."),
    Diagnosis("R8", "It never reached CFS.", "Read the log of CREATE_INVOICES, which tries again tonight."),
    Diagnosis("RN", "The slip bounced, or was voided and the invoice kept; the invoice waits for a linked slip.",
              "Ask the client for another slip and link it.", ActionOwner.CUSTOMER),
    Diagnosis("RH", "The money of the slip did not cover it after a correction or a link; it is owed.",
              "Ask the client for another slip and link it, or have staff correct the total of the slip again.",
              ActionOwner.CUSTOMER),
    Diagnosis("F1", "Not overdue, or a deposit linked today is applied tonight.",
              "Wait: the customer has until the due date.", ActionOwner.NOBODY),
    Diagnosis("F2", "A deposit is linked but the EFT job has not applied it.", "Read the log of the EFT job."),
    Diagnosis("F3", "A deposit was applied but the invoice was not updated.",
              "Look up the receipt in CFS; the pay team finishes the invoice."),
    Diagnosis("F4", "It still has no reference after a night: CREATE_INVOICES did not send it.",
              "Read the log of CREATE_INVOICES, which tries again tonight if it is APPROVED. It does not take one "
              "that is OVERDUE: the pay team makes it APPROVED for 19:00; STATEMENTS_DUE makes it OVERDUE at 02:00."),
    Diagnosis("F5", "The due date has passed but it is not marked overdue.", "Check the errors of STATEMENTS_DUE."),
    Diagnosis("O1", "The product does not allow online banking; it is never sent.", "Convert it to a card payment."),
    Diagnosis("O2", "CFS has it but it was not recorded here; CREATE_INVOICES fails on the duplicate every night.",
              "The pay team writes the reference."),
    Diagnosis("O3", "The customer has not paid at the bank.", "Remind the customer.", ActionOwner.CUSTOMER),
    Diagnosis("O4", "The customer still has some days to pay at the bank.", "Wait.", ActionOwner.NOBODY),
    Diagnosis("O5", "It never reached CFS.", "Read the log of CREATE_INVOICES, which tries again tonight."),
    Diagnosis("O2-O5?", "It was not recorded as sent; whether CFS has it is not known.",
              "Run the report with CFS.", command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("O3-P14?", "Sent to CFS and no settlement is known; whether it is paid is not known.",
              "Run the report with CFS.", command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("D1", "The card was charged but the confirmation was lost.",
              "UPDATE_STALE_PAYMENTS finishes it (it looks back two days, the daily run thirty)."),
    Diagnosis("D2", "Most likely abandoned by the customer; this report does not ask PayBC.",
              "Wait: the daily stale-payment job asks PayBC for thirty days.", ActionOwner.NOBODY, weak=True),
    Diagnosis("D3", "PayBC rejected or declined the refund.", "Ask PayBC; the reason is in refunds.gl_error.",
              ActionOwner.OTHERS),
    Diagnosis("D4", "PayBC has not confirmed the refund.", "Read the log of DIRECT_PAY_REFUND, then ask PayBC.",
              ActionOwner.OTHERS),
    Diagnosis("D5", "The refund was asked for; PayBC has two business days to confirm it.", "Wait.",
              ActionOwner.NOBODY),
    Diagnosis("C1", "Paid in CFS; the receipt has not been read back.",
              "The daily stale-payment job reads it for ninety days; after that the pay team finishes it."),
    Diagnosis("C2", "The customer has not paid by card.", "The customer pays on the payment page.",
              ActionOwner.CUSTOMER),
    Diagnosis("C1-C2?", "Whether the card payment reached CFS is not known.", "Run the report with CFS.",
              command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("U", "No known cause fits.", "Look at the evidence."),
)  # fmt: skip

DIAGNOSES: dict[str, Diagnosis] = {one.code: one for one in _ALL}
