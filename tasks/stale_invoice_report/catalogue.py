"""Every diagnosis there is, as data: its code, what it says, what to do, and by whom.

Source: docs/specs/invoice-lifecycle.md section 5; the codes P, J, R and F are the rows of its tables. Codes with a
`?` are the weaker ones, given where CFS was not asked or gave no answer.
"""

from dataclasses import dataclass
from enum import IntEnum


class Turn(IntEnum):
    """Whose turn it is, the worst first. What merely waits is not stuck."""

    MONEY = 0  # money is wrong or may be: first thing in the morning
    US = 1  # operations must act
    OTHERS = 2  # CAS, PayBC or a ministry must be asked
    CUSTOMER = 3  # the customer must pay
    NOBODY = 4  # it goes on by itself

    @property
    def words(self) -> str:
        """How it is called in the report."""
        return ("money at risk", "we act", "ask others", "customer pays", "goes on by itself")[self]


@dataclass(frozen=True)
class Diagnosis:
    """One row of the tables.

    command  a job of ours that does the next step; {file}, {batch}, {code} stand for values of the evidence. What
             changes money or what CAS is sent comes as a dry run with a reason to be filled in: pasting it changes
             nothing, and the ledger says nothing that nobody has looked at
    weak     whether it stands for several rows that only CFS can tell apart
    """

    code: str
    title: str
    action: str
    turn: Turn = Turn.US
    command: str = ""
    weak: bool = False


_LOOK_FIRST = '--reason "TICKET: why" --dry-run'
_REPLAY = f"files replay {{file}} {_LOOK_FIRST}"
_UNSTOP = f"ejv unstop {{code}} {_LOOK_FIRST}"
_ALL = (
    Diagnosis("P1", "The account is frozen after a bounced payment; the nightly job leaves it out.",
              "The customer pays what is outstanding by card; then it is picked up by itself. Do not unlock by hand.",
              Turn.CUSTOMER),
    Diagnosis("P2", "The account has no CFS profile yet.",
              "Look at the errors of CREATE_CFS_ACCOUNTS: bank details, or the opening hours of CFS."),
    Diagnosis("P3", "The PAD agreement is in its confirmation period.",
              "Wait for the activation date.", Turn.NOBODY),
    Diagnosis("P3L", "The confirmation period is over and the account is still not active.",
              "Look at the errors of ACTIVATE_PAD_ACCOUNTS."),
    Diagnosis("P4", "The customer left PAD; only an inactive PAD account is there, which the nightly job still uses.",
              "If this is older than a day, look at the errors of CREATE_INVOICES."),
    Diagnosis("P5", "CFS has the invoice with the right total; we did not note it (a crash between CFS and us).",
              "Write the references of the whole group; the next CREATE_INVOICES adopts it too."),
    Diagnosis("P6", "CFS has the number with another total: the group grew, or a line with an expired GL was dropped.",
              "Find the invoices that come to the total in CFS, write references for those, let the rest go tonight.",
              Turn.MONEY),
    Diagnosis("P7", "It never reached CFS.", "Read the log of CREATE_INVOICES; it is tried again tonight."),
    Diagnosis("P5-P7?", "It has no reference; whether CFS has it was not learned.",
              "Run the report again with CFS; read the log of CREATE_INVOICES.", command="STALE_INVOICE_REPORT",
              weak=True),
    Diagnosis("P8", "We say it was sent, and CFS does not know the number on that site.",
              "Check invoices.cfs_account_id; then ask CAS.", Turn.OTHERS),
    Diagnosis("P9", "Sent, not collected yet, younger than two business days.", "Wait.", Turn.NOBODY),
    Diagnosis("P10", "Sent, and CFS does not collect it.",
              "If the site is on 'BCR-PAD Stop' or lacks a bank account, put that right; else ask CAS.", Turn.OTHERS),
    Diagnosis("P11", "Partly covered by a credit, or an NSF fee was added.",
              "Wait one more cycle, then ask CAS.", Turn.OTHERS),
    Diagnosis("P12", "Paid in CFS; the settlement file with its number is not, or not wholly, processed.",
              "Check the file for NSF rows, because a repeated bounce locks accounts; then process it.",
              command=_REPLAY),
    Diagnosis("P13", "Paid in CFS, and its settlement file is processed: its own row was not applied.",
              "Correct what the row's reject says, then apply the row.",
              command=f"repair pad-invoice {{invoice}} {_LOOK_FIRST}"),
    Diagnosis("P14", "Paid in CFS, and no settlement file has its number: a file was lost, or a memo paid it.",
              "Look in the backup directory of the SFTP server for the missing days; then ask CAS.", Turn.OTHERS,
              command="files list"),
    Diagnosis("P10-P14?", "Sent to CFS and no settlement is known; whether CFS has the money was not learned.",
              "Run the report again with CFS.", command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("P15", "Replaced by a bundle that is being paid by card, or was given up half-way.",
              "Look at the payment page; UPDATE_STALE_PAYMENTS closes it if the card was charged.", Turn.CUSTOMER),
    Diagnosis("P16", "Its reference is settled and the invoice is not: a half-applied row.",
              "Look at its life: which row it was, and what is missing; then finish the invoice by hand.",
              command="explain invoice {invoice}"),
    Diagnosis("PN", "The payment bounced; the invoice waits for the customer.",
              "The customer pays the invoice and the fee by card; that releases the account.", Turn.CUSTOMER),
    Diagnosis("J1", "The account is not billable; the invoice should have been closed when it was made.",
              "Set it to PAID (a refund: REFUNDED); no journal voucher."),
    Diagnosis("J2", "The account has no GL in force.", "Add the GL the ministry names.", Turn.OTHERS),
    Diagnosis("J3", "CAS rejected the GL.",
              "The ministry confirms the GL; correct it, release it; the next EJV_PAYMENT sends it again.",
              Turn.OTHERS, command=_UNSTOP),
    Diagnosis("J4", "The GL is stopped because of another invoice of the same account.",
              "The ministry confirms the GL; correct it, release it; the next EJV_PAYMENT sends it.",
              Turn.OTHERS, command=_UNSTOP),
    Diagnosis("J5", "Waiting for the next batch at 20:01.", "Wait.", Turn.NOBODY),
    Diagnosis("J6", "A batch left without it: EJV_PAYMENT fails, or leaves its client out.",
              "Read the log of EJV_PAYMENT; check the GL's client against the batch types GI and GA."),
    Diagnosis("J7", "Sent; the answer of CAS is not due yet.", "Wait.", Turn.NOBODY),
    Diagnosis("J8", "The feedback for its batch is stored and not applied.", "Apply it.",
              command="EJV_FEEDBACK_CHECK --file {file}"),
    Diagnosis("J8U", "Feedback came since its batch was sent and was not read to its end: the answer may be in it.",
              "Find out with CAS what the file is, then apply it or put it aside. Nothing is sent again before.",
              command="EJV_FEEDBACK_CHECK --file {file}"),
    Diagnosis("J9", "Its batch has no feedback anywhere: CAS lost or refused the file.",
              "Ask CAS whether the batch was received; never send it again while they may still run it.", Turn.OTHERS,
              command=f"ejv resubmit {{batch}} {_LOOK_FIRST}"),
    Diagnosis("J10", "Feedback was begun and not finished.", "Apply it again; what is done already is left alone.",
              command="EJV_FEEDBACK_CHECK --file {file}"),
    Diagnosis("J11", "CAS rejected the whole batch; its references keep the invoices from the next one.",
              "Remove the cause, cancel the references, let the next EJV_PAYMENT build a new batch.",
              command=f"ejv rebuild {{batch}} {_LOOK_FIRST}"),
    Diagnosis("J12", "The journal was accepted and the invoice does not know: a lost update.",
              "Finish it here: status, reference and receipt.",
              command="ejv search {invoice}"),
    Diagnosis("J13", "The journal was rejected and the reference is still active: a lost update.",
              "Cancel the reference; the next EJV_PAYMENT sends it again.",
              command="ejv search {invoice}"),
    Diagnosis("J14", "Two batches charged it: the ministry paid twice.", "Build a reversal for one of them.",
              Turn.MONEY, command="ejv search {invoice}"),
    Diagnosis("J15", "It has an active reference and no journal: somebody changed it by hand.",
              "Ask CAS whether it was journalled; then cancel the reference.", Turn.OTHERS,
              command="ejv search {invoice}"),
    Diagnosis("J16", "A refund without a settled reference: every night another reversal is sent.",
              "Stop the account's GL before tonight, then count the reversals that were sent.", Turn.MONEY,
              command="ejv search {invoice}"),
    Diagnosis("R1", "The slip has no CFS profile yet.", "Look at the errors of CREATE_CFS_ACCOUNTS."),
    Diagnosis("R2", "The slip was voided or linked away while the invoice was open.",
              "Move the invoice to the parent slip, or cancel it."),
    Diagnosis("R3", "CFS has the invoice and money on the slip: applying it failed.",
              "The next CREATE_INVOICES applies it; else apply the receipt by hand."),
    Diagnosis("R4", "CFS has the invoice and no money is left on the slip there: a link or correction went wrong.",
              "Let the slip's job look at its receipts.", Turn.MONEY,
              command="ROUTING_SLIP_RECREATE --slip {slip} --dry-run"),
    Diagnosis("R5", "Paid in CFS; we did not note it.", "Finish it here with the amounts of the receipt."),
    Diagnosis("R3-R5?", "The slip is in order; what CFS has was not learned.", "Run the report again with CFS.",
              command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("R6", "The slip is being corrected, and the correction waits for this invoice.",
              "Run CREATE_INVOICES, then the slip's job. An invoice in CREATED blocks the correction for ever.",
              command="ROUTING_SLIP_RECREATE --slip {slip}"),
    Diagnosis("R7", "Nobody knows the slip's number: a slip of the old system.", "Settle it by hand."),
    Diagnosis("R8", "It never reached CFS.", "Read the log of CREATE_INVOICES; it is tried again tonight."),
    Diagnosis("RN", "The slip's cheque bounced; the invoice waits for a linked slip.",
              "Ask the client for another slip and link it.", Turn.CUSTOMER),
    Diagnosis("RH", "A correction of the slip was left half done.", "Let the slip's job finish it.",
              command="ROUTING_SLIP_RECREATE --slip {slip} --dry-run"),
    Diagnosis("F1", "Not overdue, or a deposit that was linked today waits for tonight.",
              "Nothing: the customer has until the due date.", Turn.NOBODY),
    Diagnosis("F2", "A deposit is linked and the EFT job does not apply it.", "Read the log of the EFT job."),
    Diagnosis("F3", "A deposit was applied and the invoice does not know: a lost update.",
              "Look up the receipt in CFS, then finish the invoice."),
    Diagnosis("F4", "It has no reference after a night: CREATE_INVOICES did not send it.",
              "Read the log of CREATE_INVOICES; it is tried again tonight."),
    Diagnosis("F5", "The due date has passed and it is not marked overdue.", "Look at the errors of STATEMENTS_DUE."),
    Diagnosis("O1", "The product does not allow online banking; it is never sent.", "Convert it to a card payment."),
    Diagnosis("O2", "CFS has it and we did not note it; the job fails on the duplicate every night.",
              "Write the reference."),
    Diagnosis("O3", "The customer has not paid at the bank.", "Remind the customer.", Turn.CUSTOMER),
    Diagnosis("O4", "The customer has some days yet to pay at the bank.", "Wait.", Turn.NOBODY),
    Diagnosis("O5", "It never reached CFS.", "Read the log of CREATE_INVOICES; it is tried again tonight."),
    Diagnosis("O2-O5?", "It was not noted as sent; whether CFS has it was not learned.",
              "Run the report again with CFS.", command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("O3-P14?", "Sent to CFS and no settlement is known; whether it is paid was not learned.",
              "Run the report again with CFS.", command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("D1", "The card was charged and the way back was lost.",
              "UPDATE_STALE_PAYMENTS finishes it (two days back; the daily one thirty)."),
    Diagnosis("D2", "Most likely given up by the customer; PayBC is not asked by this report.",
              "Leave it: the daily stale-payment job asks PayBC for thirty days.", Turn.NOBODY, weak=True),
    Diagnosis("D3", "PayBC rejected or declined the refund.", "Ask PayBC; the reason is in refunds.gl_error.",
              Turn.OTHERS),
    Diagnosis("D4", "PayBC has not confirmed the refund.", "Look at the log of DIRECT_PAY_REFUND; then ask PayBC.",
              Turn.OTHERS),
    Diagnosis("C1", "Paid in CFS; the receipt was not read back.",
              "The daily stale-payment job reads it (ninety days back); after that finish it by hand."),
    Diagnosis("C2", "The customer has not paid by card.", "The customer pays on the payment page.", Turn.CUSTOMER),
    Diagnosis("C1-C2?", "Whether the card payment reached CFS was not learned.", "Run the report again with CFS.",
              command="STALE_INVOICE_REPORT", weak=True),
    Diagnosis("U", "No row of the tables fits.", "Look at the evidence; what was looked at is listed there."),
)  # fmt: skip

DIAGNOSES: dict[str, Diagnosis] = {one.code: one for one in _ALL}
