"""The figures of a closing, what each means and where it comes from, and the equations that hold them together."""

import re
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A figure: its name, what it means, and the table its rows are read from.

    A name that ends in .* stands for one figure a record type and outcome.
    """

    name: str
    meaning: str
    source: str


@dataclass(frozen=True)
class Balance:
    """Something that has a balance: start and movements make the end.

    kind   what has it
    moves  the figures that move it, with 1 where they add to it and -1 where they take from it
    """

    name: str
    kind: str
    title: str
    moves: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Meeting:
    """Two sides that must be the same, thing by thing; figures as patterns of LIKE."""

    name: str
    title: str
    left: tuple[str, ...]
    right: tuple[str, ...]


_LINES = "pay_jobs.feedback_lines, by batch and line"
_ROWS = "pay_jobs.settlement_rows, by file and line"
_NOTED = "pay_jobs.slip_movements, as our job noted it"
_OPEN = "pay_jobs.open_items, as that day was recorded"

FIGURES = (
    Figure("invoices.open_at_start", "owed at the end of the day before", _OPEN),
    Figure("invoices.created", "invoices that were made", "invoices, by created_on"),
    Figure("invoices.reopened", "paid before, owed again: the money came back, or a slip was changed",
           "receipts that our jobs deleted, as pay_jobs keeps them; of EFT, links that are REFUNDED"),
    Figure("invoices.bounce_undone", "a bounce that was taken back: paid again",
           "the same, when they were written again"),
    Figure("invoices.settled", "paid by money", "receipts, on the day their line, answer or payment was booked"),
    Figure("invoices.settled_by_credit", "paid by a credit memo or by money on account",
           "applied_credits, and rows of CAS that apply money on account, with their receipts"),
    Figure("invoices.covered_again", "paid by credit memos, and covered again by a receipt over the whole invoice",
           "applied_credits, on the day of that receipt"),
    Figure("invoices.not_billed", "closed when they were made: the ministry is not billed",
           "payment_accounts.billable"),
    Figure("invoices.cancelled", "given up before they were charged",
           "refunds, by decision_date or requested_date; else refund_date"),
    Figure("invoices.credited", "given up after they were sent: a credit memo instead",
           "refunds, by decision_date or requested_date; else refund_date"),
    Figure("invoices.refunded", "owed when a refund was asked for",
           "refunds, by decision_date or requested_date; else refund_date"),
    Figure("invoices.removed", "removed by their users", "invoices, by updated_on: they have no date of their own"),
    Figure("invoices.paid_late", "paid after they were given up; not part of what is open",
           "receipts, as invoices.settled"),
    Figure("invoices.open_at_end", "owed at the end", "invoices, by status; of a recorded day pay_jobs.open_items"),
    Figure("files.total", "what settlement files held, all rows", "the totals taken while each file was read"),
    Figure("files.tried_again", "rejected rows that were tried again, and rows that an undone bounce had skipped",
           "the rows as they were before, as pay_jobs keeps them"),
    Figure("files.*", "rows by file, record type and what became of them", _ROWS),
    Figure("money.rows", "rows of files that CAS applied to invoices", _ROWS),
    Figure("money.receipts", "the receipts of those rows", "receipts"),
    Figure("money.on_account", "rows of files that left money on account", _ROWS),
    Figure("money.others", "receipts that no file tells of: cards and wires", "receipts, by receipt_date"),
    Figure("payments.rows", "what came in by files and journals, by what its payment is known by",
           "pay_jobs.settlement_rows and feedback_lines, by file and line"),
    Figure("payments.written", "the payments of it", "payments; if overwritten since, as pay_jobs keeps them"),
    Figure("cards.receipts", "of those, paid by card", "receipts, by receipt_date"),
    Figure("cards.payments", "the payments of those cards", "payments"),
    Figure("cards.covered", "what memos had paid of invoices that a card's receipt covers again", "applied_credits"),
    Figure("journals.accepted", "charges of ministries that CGI accepted", _LINES),
    Figure("journals.receipts", "the receipts of those charges", "receipts"),
    Figure("journals.paid_back", "what CGI paid back to ministries", _LINES),
    Figure("journals.refused", "charges that CGI refused", _LINES),
    Figure("bounces.receipts", "receipts that bounces took back, less what memos had paid of them",
           "receipts as they were, as pay_jobs keeps them"),
    Figure("bounces.payments",
           "payments that bounced, less what they keep of others; of what is in none, or failed before, its rows",
           "payments as they were, as pay_jobs keeps them"),
    Figure("bounces.kept", "what a payment that bounced in part keeps",
           "the line of CAS: original less outstanding amount"),
    Figure("bounces.fees", "fees that were charged for bounces", "non_sufficient_funds and the invoice of the fee"),
    Figure("credits.open_at_start", "left at the end of the day before", _OPEN),
    Figure("credits.made", "credits that were made, by site", "credits, by created_on"),
    Figure("credits.on_account", "of those, money that was left on account", "credits, by created_on"),
    Figure("credits.used", "credits that were used, by site",
           "applied_credits, and rows of CAS that apply money on account"),
    Figure("credits.open_at_end", "left at the end",
           "credits, by remaining_amount; of a recorded day pay_jobs.open_items"),
    Figure("slips.open_at_start", "left at the end of the day before", _OPEN),
    Figure("slips.deposited", "deposits that were counted", "routing_slips, by created_on"),
    Figure("slips.cheques", "the cheques and cash of those deposits", "payments of routing slips"),
    Figure("slips.corrected", "deposits that were counted again: what they are more or less", _NOTED),
    Figure("slips.linked", "what went from a slip to the one it was linked to", _NOTED),
    Figure("slips.taken_back", "transactions that were taken back", "refunds, by decision_date or requested_date"),
    Figure("slips.spent", "transactions that were made", "invoices, by created_on"),
    Figure("slips.fees", "fees that were charged for bounced deposits", "invoices, by created_on"),
    Figure("slips.bounced", "deposits that bounced", _NOTED),
    Figure("slips.voided", "what was left of slips that were voided", _NOTED),
    Figure("slips.refunded", "what was left and goes back by cheque", _NOTED),
    Figure("slips.written_off", "what was left and was written off", _NOTED),
    Figure("slips.paid", "transactions that deposits paid", "receipts, by receipt_date"),
    Figure("slips.open_at_end", "left at the end",
           "routing_slips, by remaining_amount; of a recorded day pay_jobs.open_items"),
    Figure("cheques.accepted", "cheques and wires that CGI accepted, to give money back", _LINES),
    Figure("cheques.refused", "of those, what CGI refused", _LINES),
    Figure("partners.disbursed", "what CGI accepted for partners, by partner", _LINES),
    Figure("partners.given_back", "what partners gave back, by partner", _LINES),
    Figure("partners.refused", "what CGI refused, by partner", _LINES),
    Figure("undated.bounced", "bounced before our jobs kept what bounces delete", "payments that failed"),
    Figure("undated.paid", "paid, with nothing that says by what", "invoices, by payment_date"),
    Figure("undated.slips", "changed before our job noted what it does to slips", "routing_slips, by updated_on"),
    Figure("undated.credits", "used before the last of the days, with nothing that says when", "credits"),
)  # fmt: skip

BALANCES = (
    Balance("invoices", "invoice", "Invoices that are owed", (
        ("invoices.created", 1), ("invoices.reopened", 1), ("invoices.bounce_undone", -1), ("invoices.settled", -1),
        ("invoices.settled_by_credit", -1), ("invoices.covered_again", 1), ("invoices.not_billed", -1),
        ("invoices.cancelled", -1),
        ("invoices.credited", -1), ("invoices.refunded", -1), ("invoices.removed", -1),
    )),
    Balance("credits", "credit", "Credits that are left", (("credits.made", 1), ("credits.used", -1))),
    Balance("slips", "slip", "Left on routing slips", (
        ("slips.deposited", 1), ("slips.corrected", 1), ("slips.linked", 1), ("slips.taken_back", 1),
        ("slips.spent", -1), ("slips.fees", -1), ("slips.bounced", -1), ("slips.voided", -1), ("slips.refunded", -1),
        ("slips.written_off", -1),
    )),
)  # fmt: skip

MEETINGS = (
    Meeting("files", "each file is its rows", ("files.total", "files.tried_again"),
            ("files.%.applied", "files.%.already_applied", "files.%.skipped", "files.%.rejected")),
    Meeting("money in", "each row of CAS has its receipts", ("money.rows",), ("money.receipts",)),
    Meeting("payments", "what came in has its payments", ("payments.rows",), ("payments.written",)),
    Meeting("cards", "what cards paid is their receipts", ("cards.payments", "cards.covered"), ("cards.receipts",)),
    Meeting("deposits", "each deposit is its cheques and cash", ("slips.deposited",), ("slips.cheques",)),
    Meeting("on account", "money on account is a credit", ("money.on_account",), ("credits.on_account",)),
    Meeting("journals", "what CGI accepted has its receipts", ("journals.accepted",), ("journals.receipts",)),
    Meeting("bounces", "what bounced is what the payment was", ("bounces.receipts",), ("bounces.payments",)),
)  # fmt: skip

# Whose rows are lines of files: where the rows of any other figure lead.
OF_LINES = ("files.%.applied", "files.%.already_applied", "files.%.skipped", "files.%.rejected",
            "journals.accepted", "journals.paid_back", "journals.refused", "partners.%", "cheques.%")  # fmt: skip
_OF_LINES = re.compile("|".join(re.escape(one).replace("%", ".+") for one in OF_LINES))

# What is part of no equation, told beside them.
BESIDE = (
    ("Money that no file tells of", ("money.others",)),
    ("Given up, and paid all the same", ("invoices.paid_late",)),
    ("Ministries", ("journals.paid_back", "journals.refused")),
    ("Routing slips", ("slips.paid",)),
    ("Cheques", ("cheques.accepted", "cheques.refused")),
    ("Bounces", ("bounces.kept", "bounces.fees")),
    ("Partners", ("partners.disbursed", "partners.given_back", "partners.refused")),
    (
        "Cannot be dated",
        ("undated.bounced", "undated.paid", "undated.slips", "undated.credits"),
    ),
)


def is_of_lines(name: str) -> bool:
    """Return whether the rows of a figure are lines of files.

    >>> is_of_lines("files.padp.applied"), is_of_lines("files.total"), is_of_lines("money.rows")
    (True, False, False)
    """
    return _OF_LINES.fullmatch(name) is not None


def meaning(name: str) -> str:
    """Return what a figure means.

    >>> meaning("files.padp.already_applied")
    'rows of record type PADP: already applied'
    """
    known = {one.name: one.meaning for one in FIGURES}
    if name in known:
        return known[name]
    _, record_type, outcome = name.split(".")
    return f"rows of record type {record_type.upper()}: {outcome.replace('_', ' ')}"
