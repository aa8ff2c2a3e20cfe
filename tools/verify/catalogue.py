"""What must be true of the money in the pay tables: a code, a sentence, whose turn it is where it is not, what to type.

Each invariant is the statement sql/<name>.sql, which returns a row for each thing that breaks it:

    row         what breaks it, as `invoice 31`
    next        what to type next, behind `python3 invoke_jobs.py`
    account_id  the payment account it belongs to, or null
    day         when it was made, naive UTC, or null
    expected, found

The texts say nothing that changes with time alone: what is taken as known is known by them.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from database.closing.recheck import find_all_changes
from database.sessions import Session
from database.sql import statements

sql = statements(__package__)

OPERATOR = "operations"
FINANCE = "finance"
CAS = "operations, with CAS"
CGI = "operations, with CGI"
STAFF = "the counter's staff"
API = "the pay API's team"


@dataclass(frozen=True)
class Invariant:
    """One invariant: its code, the name of its statement, what must be true, whose turn it is, and what to type.

    prepare  makes the temporary tables that its statement reads, for recorded days from this one on
    """

    code: str
    name: str
    sentence: str
    turn: str
    next: str
    prepare: Callable[[Session, date], None] | None = None


_INVOICE = "explain invoice ID"
_ACCOUNT = "explain account AUTH_ACCOUNT"
_BATCH = "explain batch NUMBER"
_SLIP = "explain slip NUMBER"
_FILE = "explain file NAME"
_STATEMENTS = "GENERATE_STATEMENTS DAY AUTH_ACCOUNT"

CATALOGUE = (
    # Invoices
    Invariant(
        "INV-LINES", "invoice_is_its_lines", "An invoice is its lines: total, service fees and GST.", API, _INVOICE
    ),
    Invariant(
        "INV-PAID",
        "invoice_paid_is_its_receipts",
        "Paid of an invoice are its receipts, those applied credits that have no receipt under the memo's number,"
        " and what money on account covered in part.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "INV-SETTLED",
        "paid_invoice_is_settled",
        "A PAID invoice is paid whole, with a payment date, a completed reference and a receipt.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "INV-OPEN",
        "open_invoice_is_unpaid",
        "Of an invoice that is owed or withdrawn nothing is paid, of one in PARTIAL_PAID a part.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "INV-FINAL", "final_state_has_its_date", "A final state has its date, and only a refund has one.", API, _INVOICE
    ),
    Invariant(
        "INV-METHOD",
        "status_fits_the_method",
        "The status of an invoice is one that its payment method has.",
        API,
        _INVOICE,
    ),
    Invariant(
        "INV-REFERENCE",
        "reference_is_active_once",
        "A reference is active once, and on no invoice that is settled.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "INV-SENT",
        "unpaid_invoice_was_sent",
        "An invoice that waits for money it was sent for has the reference under which it was.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "INV-BOUNCED",
        "bounced_invoice_has_its_bounce",
        "A PAD invoice in SETTLEMENT_SCHED has a failed payment, or a noted bounce of its number.",
        CAS,
        _INVOICE,
    ),
    Invariant(
        "INV-REFUND",
        "refund_is_asked_for",
        "A refund was asked for, and is never more than the invoice.",
        API,
        _INVOICE,
    ),
    Invariant(
        "INV-PARTS", "refund_is_its_parts", "The refund of a paid invoice is the sum of its parts.", API, _INVOICE
    ),
    Invariant(
        "INV-DATE",
        "payment_date_is_its_receipts",
        "The payment date of an invoice is the day of a receipt of its number.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "INV-DUE",
        "invoice_is_due_when_it_is",
        "An invoice is overdue from the 15th of the second month on.",
        API,
        _INVOICE,
    ),
    Invariant(
        "INV-ORDER",
        "dates_are_in_order",
        "No date of an invoice is before it was made, or in the future.",
        API,
        _INVOICE,
    ),
    # Payments and receipts
    Invariant(
        "PAY-RECEIPTS",
        "payment_is_its_receipts",
        "A completed PAD payment is the sum of the receipts under its number, an EFT payment that or its invoice.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "PAY-AMOUNT",
        "payment_amount_is_its_invoices",
        "A PAD payment is for the total of the invoices of its number.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "PAY-MISSING",
        "paid_number_has_a_payment",
        "A PAD or online banking invoice that money paid has a completed payment.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "PAY-OPEN",
        "completed_payment_has_paid_invoices",
        "A completed PAD payment leaves no invoice of its number open, unless one that bounced keeps its money.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "PAY-FAILED", "failed_payment_has_no_receipts", "A payment that failed has no receipts.", OPERATOR, _INVOICE
    ),
    Invariant(
        "PAY-TWICE",
        "number_is_paid_once",
        "A CFS number has one completed payment at most, and one failed while it is owed.",
        FINANCE,
        _INVOICE,
    ),
    Invariant(
        "PAY-FUTURE",
        "money_is_of_a_day_that_came",
        "No payment, receipt or payment date of an invoice is of a day that has not come.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "PAY-SLIP",
        "slip_transaction_has_its_payment",
        "The payment of a paid slip transaction is completed, over its amount and of its day.",
        OPERATOR,
        _SLIP,
    ),
    Invariant(
        "PAY-JOURNAL",
        "journal_payment_is_accepted_lines",
        "A journal's payment is what CGI accepted of it.",
        CGI,
        _BATCH,
    ),
    Invariant(
        "REC-MEMO",
        "memo_receipt_is_what_it_paid",
        "A receipt under a credit memo's number is what the memo paid of the invoice.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "REC-JOURNAL",
        "journal_receipt_is_accepted_lines",
        "A receipt under a journal's number is what CGI accepted of the invoice.",
        CGI,
        _INVOICE,
    ),
    # Credits
    Invariant(
        "CRE-LEFT", "credit_remainder", "What is left of a credit is between nothing and what was made.", CAS, _ACCOUNT
    ),
    Invariant(
        "CRE-USED",
        "credit_is_used_as_applied",
        "What is left of a credit memo is what was made less what was applied.",
        CAS,
        _ACCOUNT,
    ),
    Invariant(
        "CRE-MADE",
        "credit_is_made_as_reported",
        "A credit has the amount of what made it: a line of CAS, or a partial credit.",
        CAS,
        _ACCOUNT,
    ),
    Invariant(
        "CRE-APPLIED",
        "credit_is_applied_as_reported",
        "What was applied of a credit memo is what the line of CAS says.",
        CAS,
        _INVOICE,
    ),
    Invariant(
        "CRE-ACCOUNT",
        "account_credit_is_its_credits",
        "The PAD, online banking and EFT credit of an account is what is left of its credits, by site.",
        OPERATOR,
        _ACCOUNT,
    ),
    # Bounces
    Invariant(
        "NSF-FREEZE",
        "frozen_while_a_bounce_is_open",
        "The PAD profile in use is FREEZE, and the account owes, if and only if a bounce is open.",
        OPERATOR,
        _ACCOUNT,
    ),
    Invariant("NSF-FEE", "bounce_has_its_fee", "A frozen PAD account has an open fee.", OPERATOR, _ACCOUNT),
    Invariant(
        "NSF-INVOICE",
        "fee_invoice_is_the_fee",
        "The fee invoice of a bounce is one line, due on the 15th of the second month, made with its reference.",
        OPERATOR,
        _INVOICE,
    ),
    # Journals and disbursements
    Invariant(
        "EJV-BATCH",
        "batch_says_what_was_answered",
        "A batch is in the state of its answer, with the answer's file and day.",
        CGI,
        _BATCH,
    ),
    Invariant("EJV-JOURNAL", "journal_says_what_was_answered", "A journal is in the state of its answer.", CGI, _BATCH),
    Invariant(
        "EJV-LINK",
        "link_says_what_was_answered",
        "A link is COMPLETED where every line of it was accepted, else ERRORED.",
        CGI,
        _BATCH,
    ),
    Invariant("EJV-BALANCE", "answered_journal_balances", "The journals of a batch balance.", CGI, _BATCH),
    Invariant(
        "EJV-BOOKED",
        "accepted_link_is_booked",
        "Where a link is COMPLETED, its invoice, refund or partner row says so.",
        CGI,
        _BATCH,
    ),
    Invariant(
        "EJV-DAY",
        "booked_item_has_its_day",
        "What CGI answered is booked in the state and of the day of the answer.",
        CGI,
        _BATCH,
    ),
    Invariant("EJV-RELEASED", "refused_item_is_released", "What CGI refused is not counted as sent.", CGI, _INVOICE),
    Invariant(
        "EJV-CHARGE",
        "charge_of_a_ministry_is_in_a_batch",
        "A ministry's invoice is charged by one batch.",
        FINANCE,
        _INVOICE,
    ),
    Invariant(
        "DIS-DATES",
        "disbursement_has_its_dates",
        "A disbursement that is COMPLETED or REVERSED has its day.",
        CGI,
        _INVOICE,
    ),
    Invariant(
        "DIS-AMOUNT",
        "disbursed_no_more_than_collected",
        "Never more is disbursed than was collected less service fees.",
        FINANCE,
        _INVOICE,
    ),
    Invariant(
        "DIS-ONCE",
        "partner_row_is_there_once",
        "A partner is paid, and pays back, the same thing once.",
        FINANCE,
        _INVOICE,
    ),
    Invariant(
        "DIS-ROW",
        "partner_row_is_there",
        "What a partner should be paid, or should give back, has its row.",
        API,
        _INVOICE,
    ),
    # Routing slips
    Invariant(
        "SLIP-LEFT",
        "slip_remainder",
        "What is left of a slip is its deposits and children less what was spent, bounces and refunds counted.",
        STAFF,
        _SLIP,
    ),
    Invariant(
        "SLIP-STATUS", "slip_status_fits", "Status, balance, parent and refund of a slip go together.", STAFF, _SLIP
    ),
    Invariant(
        "SLIP-STATE",
        "slip_is_as_it_was_left",
        "A slip that nobody changed since is as the last operation left it, and so is its profile.",
        OPERATOR,
        _SLIP,
    ),
    Invariant(
        "SLIP-PROFILE",
        "slip_profile_follows_its_deposit",
        "A slip's INTERNAL profile follows the slip's status and deposit.",
        OPERATOR,
        _SLIP,
    ),
    Invariant(
        "SLIP-DEPOSIT", "slip_deposit_is_its_payments", "A slip is the sum of its cheques and cash.", STAFF, _SLIP
    ),
    # Statements
    Invariant(
        "STA-PERIOD",
        "statement_period",
        "A statement covers a period of its frequency, and was made after it.",
        OPERATOR,
        _STATEMENTS,
    ),
    Invariant(
        "STA-DUE", "statement_is_due", "A statement's account had a setting of its frequency.", OPERATOR, _ACCOUNT
    ),
    Invariant(
        "STA-LISTED",
        "invoice_is_on_its_statement",
        "An invoice is on the statement of its account that covers its day, or on none where the rules say so.",
        OPERATOR,
        _STATEMENTS,
    ),
    Invariant(
        "STA-OWN",
        "statement_lists_its_own",
        "A statement lists invoices of its account, days and method, each once.",
        OPERATOR,
        _STATEMENTS,
    ),
    Invariant(
        "STA-NOTICE",
        "statement_notice",
        "A statement's notice was asked for, and is sent within two days.",
        API,
        _ACCOUNT,
    ),
    # Files, outcomes, ledgers
    Invariant(
        "FILE-RECEIPT",
        "receipts_are_the_files",
        "An applied settlement line has its receipts, over its amount and of its day.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "FILE-PAYMENT",
        "payments_are_the_files",
        "A payment is in the state, over the amount and of the day that the settlement lines say.",
        OPERATOR,
        _INVOICE,
    ),
    Invariant(
        "FILE-EFFECT",
        "row_of_a_file_has_its_invoice",
        "An applied settlement line names an invoice, payment or credit of ours.",
        OPERATOR,
        _FILE,
    ),
    Invariant(
        "FILE-WHOLE",
        "file_is_told_whole",
        "Everything in an applied file has an outcome, and no file waits for two days.",
        OPERATOR,
        _FILE,
    ),
    Invariant(
        "FILE-CAS",
        "settled_file_is_noted",
        "cas_settlements and our ledger tell the same files and times.",
        OPERATOR,
        _FILE,
    ),
    Invariant(
        "CLO-DAY",
        "recorded_day_stays",
        "A day that was recorded counts the same rows as then.",
        FINANCE,
        "close DAY --open FIGURE",
        find_all_changes,
    ),
    Invariant(
        "HIS-VERSION",
        "version_has_its_history",
        "Each version of a row has the one before it in its history.",
        OPERATOR,
        "history",
    ),
    # Outside
    Invariant("OUT-DUE", "message_is_not_late", "No message is older than its due time.", OPERATOR, "outbox show ID"),
    Invariant(
        "OUT-HALF", "nothing_is_half_done", "Nothing is half done outside for more than a day.", OPERATOR, "pending"
    ),
)


def statement_of(name: str) -> str:
    """Return the statement of the invariant of this name."""
    return sql[name].text
