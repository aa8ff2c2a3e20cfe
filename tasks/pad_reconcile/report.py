"""What a person sees of a file that was applied."""

from collections import defaultdict
from collections.abc import Iterable
from decimal import Decimal
from typing import Any

from config.command_line import typed
from config.plurals import counted
from jobs.run.outcome import Outcome, Reject, Table
from tasks.pad_reconcile.effects import (
    BouncedPayment,
    LeftOverCredit,
    RuleTotal,
    SettlementEffects,
    UnnotedMemo,
    WithdrawnInvoice,
)
from tasks.pad_reconcile.rejects import SHOWN
from tasks.pad_reconcile.staging import RowTotals


def outcome_of_rows(name: str, totals: RowTotals, effects: SettlementEffects) -> Outcome:
    """Return what a person sees of the rows of one file, less the table of rules, which may be of several files."""
    outcome = Outcome()
    outcome.counts.update(
        rows_read=totals.rows,
        rows_applied=effects.count("applied"),
        rows_already_applied=effects.count("already_applied"),
        rows_skipped=effects.count("skipped"),
        rows_rejected=effects.count("rejected"),
    )
    if effects.bounced:
        columns = ("account", "CFS account", "invoice number", "owing", "PAD", "fee", "reason")
        outcome.tables.append(
            Table(
                f"{name}: {_first(len(effects.bounced))}payments that bounced",
                columns,
                _bounced_rows(effects.bounced.first(SHOWN), effects.nsf_fee),
                "bounced",
            )
        )
        outcome.counts["payments_bounced"] = len(effects.bounced)
        outcome.counts["accounts_frozen"] = sum(row.is_freezing for row in effects.bounced)
    left_over = effects.left_over.first(SHOWN)
    unplaced = defaultdict[str, Decimal](Decimal)
    for row in left_over:
        unplaced[row.target_number] += row.unplaced
    outcome.rejects += [
        Reject(
            one.target_number,
            "settled for another amount",
            f"{name}: CAS applied {one.applied} CAD where {one.open_amount} CAD were open",
            typed("explain invoice", one.target_number),
            abs(one.applied - one.open_amount),
        )
        for one in effects.differences.first(SHOWN)
        if one.applied - one.open_amount != unplaced.get(one.target_number)  # else it is told with the line
    ]
    outcome.rejects += [_left_over(name, row) for row in left_over]
    outcome.rejects += [_unnoted(name, row) for row in effects.unnoted.first(SHOWN)]
    outcome.rejects += [_withdrawn(name, row) for row in effects.withdrawn.first(SHOWN)]
    outcome.rejects += [
        Reject(
            f"{name} line {one.line}",
            "bounced receipt not found",
            f"{one.came_back} CAD came back of {one.target_number}, and none of its receipts is over that: "
            f"all stay, over {one.standing} CAD",
            typed("explain invoice", one.target_number),
            one.came_back,
        )
        for one in effects.unmatched
    ]
    for found, said in (
        (len(effects.differences), "numbers were settled for another amount"),
        (len(effects.left_over), "credit memo lines left an amount over"),
        (len(effects.unnoted), "credit memo lines have an application that is noted already"),
        (len(effects.withdrawn), "withdrawn invoices were paid"),
    ):
        if found > SHOWN:
            outcome.notes.append(f"{name}: {found:,} {said}; the first {SHOWN:,} are shown.")
    return outcome


def rule_table(name: str, by_rule: list[RuleTotal]) -> Table:
    """Return the rows by outcome and rule."""
    rows, amount = sum(count for _, _, count, _ in by_rule), sum((amount for *_, amount in by_rule), Decimal(0))
    title = f"{name}: {counted(rows, 'row')}, {amount:,} CAD"
    return Table(title, ("outcome", "rule", "rows", "amount"), by_rule, "outcomes")


def _first(found: int) -> str:
    return f"the first {SHOWN:,} of {found:,}, " if found > SHOWN else ""


def _left_over(name: str, row: LeftOverCredit) -> Reject:
    where, number = f"{name} line {row.line}", row.target_number
    if not row.shares_card:
        why = f"{row.unplaced} CAD of the credit memo were left: no invoice of the number owed them"
        return Reject(where, "credit left over", why, amount=row.unplaced)
    card = "an invoice that is paid by card, as the fee of a bounce is"
    booked = f"{row.placed} CAD of the credit memo are noted, {row.unplaced} CAD are booked nowhere"
    if row.settles:
        why = f"CFS has {number} as fully paid. It stays open here, for it is also the number of {card}: {booked}"
        return Reject(where, "settled in CFS only", why, typed("explain invoice", number), row.unplaced)
    why = f"{number} is also the number of {card}: {booked}"
    return Reject(where, "credit left over", why, typed("explain invoice", number), row.unplaced)


def _unnoted(name: str, row: UnnotedMemo) -> Reject:
    why = (
        f"application {row.application_id} is noted already, as {row.noted}: {row.amount} CAD of credit memo "
        f"{row.source_number} for {row.target_number} are not. Ask CAS which is right"
    )
    command = typed("explain invoice", row.target_number)
    return Reject(f"{name} line {row.line}", "application noted before", why, command, row.amount)


def _withdrawn(name: str, row: WithdrawnInvoice) -> Reject:
    why = (
        f"{row.amount} CAD of {row.source} paid invoice {row.invoice_id} of {row.target_number}, "
        f"which is {row.status}: they are booked, its status was kept. They have to be given back"
    )
    return Reject(
        f"{name} line {row.line}", "paid though withdrawn", why, typed("explain invoice", row.invoice_id), row.amount
    )


def _bounced_rows(bounced: Iterable[BouncedPayment], fee: Decimal | None) -> list[tuple[Any, ...]]:
    return [
        (
            row.auth_account_id,
            row.customer_account,
            row.target_number,
            row.outstanding_amount,
            "frozen now" if row.is_freezing else "already frozen",
            fee if row.is_freezing else Decimal("0.00"),
            row.reversal_reason or "",
        )
        for row in bounced
    ]
