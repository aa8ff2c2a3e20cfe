"""Read the evidence of a page of invoices, in a handful of set-based statements, without CFS.

Nothing is decided here. Each statement is asked only about the invoices it concerns.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from connectors.cfs import CfsSite
from database.pay.numbers import invoice_number, receipt_number
from database.pay.profiles import CfsProfile, profiles_of_invoices, profiles_of_slips
from database.pay.states import UNFINISHED
from database.sessions import Session
from database.sql import statements
from diagnosis.cutoffs import Cutoffs, local_day
from diagnosis.evidence import (
    CardPayment,
    EftLinks,
    Evidence,
    InvoiceGroup,
    InvoiceRecord,
    JournalVoucher,
    SettlementTrace,
    SlipRecord,
)
from diagnosis.settlement_files import WaitingFiles
from diagnosis.unread_feedback import UnreadFile, since

sql = statements(__package__)

SETTLED_BY_FILE = frozenset({"PAD", "ONLINE_BANKING", "CC"})
_NO_SETTLEMENT = SettlementTrace()


@dataclass
class EvidenceReader:
    """Reads evidence page after page.

    prefix  before every invoice number in CFS
    unread  feedback of CGI that was not read to its end
    groups  of the PAD accounts that were met, so that each is read once
    """

    when: Cutoffs
    prefix: str
    files: WaitingFiles
    unread: list[UnreadFile] = field(default_factory=list)
    groups: dict[int, InvoiceGroup] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._holds = {file.name: file.hold for file in self.unread if file.hold is not None}

    def read_open(self, session: Session, ids: list[int]) -> list[Evidence]:
        """Return the evidence of those invoices that are still open, in the order of their ids."""
        return self.read(session, [one for one in read_invoices(session, ids) if one.status in UNFINISHED])

    def read(self, session: Session, invoices: list[InvoiceRecord]) -> list[Evidence]:
        """Return the evidence of invoices, in their order."""
        journals = self._journals(session, _ids_of(invoices, "EJV"))
        slips = read_slips(session, {one.slip_number for one in invoices if one.method == "INTERNAL"})
        links = self._by_id(session, "read_eft_links", EftLinks, _ids_of(invoices, "EFT"))
        cards = self._by_id(
            session, "read_cards", CardPayment, [one.id for one in invoices if one.method == "DIRECT_PAY"]
        )
        self._read_groups(session, {one.account_id for one in invoices if _goes_with_others(one)})
        settlements = self._settlements(
            session, {_sent_number(one) for one in invoices if one.method in SETTLED_BY_FILE}
        )
        found = []
        for one in invoices:
            group = self.groups.get(one.account_id or 0) if _goes_with_others(one) else None
            number = _sent_number(one)
            settlement = _NO_SETTLEMENT
            if one.method in SETTLED_BY_FILE:
                settlement = self.files.add_to(settlements.get(number or "", _NO_SETTLEMENT), number, one.active_on)
            found.append(
                Evidence(
                    one,
                    cfs_number=number or self._expected_number(one, group),
                    settlement=settlement,
                    group=group,
                    journal=journals.get(one.id),
                    slip=slips.get(one.slip_number or ""),
                    eft=links.get(one.id),
                    card=cards.get(one.id),
                )
            )
        return found

    def _expected_number(self, invoice: InvoiceRecord, group: InvoiceGroup | None) -> str | None:
        """Return the number it would get in CFS (docs/specs/cfs-api.md section 5)."""
        if invoice.method in {"EJV", "DIRECT_PAY", "CC"}:
            return None
        first = group.ids[0] if group is not None else invoice.id
        return invoice_number(self.prefix, first)

    def _journals(self, session: Session, ids: list[int]) -> dict[int, JournalVoucher]:
        if not ids:
            return {}
        journals = sql.run(session, "read_journals", ids=ids, today=self.when.today).all()
        found = {row[0]: self._journal(row) for row in journals}
        batches = sorted({one.batch for one in found.values() if one.batch is not None})
        if not batches:
            return found
        rows = sql.run(session, "read_feedback", batches=batches)
        answers: dict[int, tuple[str, bool]] = {batch: (name, applied) for batch, name, applied in map(tuple, rows)}
        for id_, one in found.items():
            if one.batch in answers:
                name, is_applied = answers[one.batch]
                found[id_] = one._replace(feedback_file=name, feedback_is_applied=is_applied)
        return found

    def _journal(self, row: Any) -> JournalVoucher:
        (_, asked, has_gl, stopped, code, client, changed, link, message, batch, ref, made, *rest, sent, refused,
         done) = row  # fmt: skip
        journal = JournalVoucher(
            asked, has_gl, stopped, code, client, changed, link, message, batch, ref,
            local_day(made) if made else None, *rest,
        )._replace(
            sent_at=sent, was_never_charged=refused, batch_done=done, holds=self._holds
        )  # fmt: skip
        unread = since(self.unread, made) if made else []
        if not unread:
            return journal
        first = unread[0]
        command = "EJV_FEEDBACK_CHECK" if first.waits_for_a_poll else ""
        return journal._replace(unread_file=first.name, unread_words=first.words, unread_command=command)

    def _settlements(self, session: Session, numbers: Iterable[str | None]) -> dict[str, SettlementTrace]:
        wanted = sorted(number for number in numbers if number)
        if not wanted:
            return {}
        rows = sql.run(session, "read_settlements", numbers=wanted).all()
        return {row[0]: SettlementTrace(*row[1:]) for row in rows}

    def _read_groups(self, session: Session, accounts: Iterable[int | None]) -> None:
        wanted = sorted(account for account in accounts if account is not None and account not in self.groups)
        if not wanted:
            return
        rows = sql.run(session, "read_groups", accounts=wanted, today=self.when.today)
        for account, ids, totals, has_expired in map(tuple, rows):
            self.groups[account] = InvoiceGroup(tuple(ids), tuple(totals), has_expired)

    @staticmethod
    def _by_id(session: Session, name: str, kind: Callable[..., Any], ids: list[int]) -> dict[int, Any]:
        if not ids:
            return {}
        return {row[0]: kind(*row[1:]) for row in sql.run(session, name, ids=ids).all()}


def read_invoices(session: Session, ids: list[int]) -> list[InvoiceRecord]:
    """Return the invoices that exist, in the order of their ids, whatever their status."""
    profiles = profiles_of_invoices(session, ids)
    return [_invoice(row, profiles.get(row[0])) for row in sql.run(session, "read_invoices", ids=ids).all()]


def read_slips(session: Session, numbers: Iterable[str | None]) -> dict[str, SlipRecord]:
    """Return the routing slips that exist, by number."""
    wanted = sorted(number for number in numbers if number)
    if not wanted:
        return {}
    profiles = profiles_of_slips(session, wanted)
    return {row[0]: _slip(row, profiles.get(row[0])) for row in sql.run(session, "read_slips", numbers=wanted)}


def _ids_of(invoices: list[InvoiceRecord], method: str) -> list[int]:
    return [one.id for one in invoices if one.method == method]


def _goes_with_others(invoice: InvoiceRecord) -> bool:
    return invoice.method == "PAD" and invoice.status == "APPROVED" and invoice.was_never_sent


def _sent_number(invoice: InvoiceRecord) -> str | None:
    return invoice.active_number or invoice.bundle_number or invoice.completed_number


def _invoice(row: Any, profile: CfsProfile | None) -> InvoiceRecord:
    (id_, method, status, created_at, total, paid, slip, overdue, account_id, account, is_billable, activation,
     takes_bank, active, active_on, bundle, completed, cancelled, paid_on, account_name) = row  # fmt: skip
    return InvoiceRecord(
        id_, method, status, local_day(created_at), created_at, total, paid, slip, overdue, account_id, account,
        is_billable, local_day(activation) if activation else None, takes_bank, active,
        local_day(active_on) if active_on else None, bundle, completed, cancelled, _status(profile),
        _site(profile), paid_on, account_name,
    )  # fmt: skip


def _slip(row: Any, profile: CfsProfile | None) -> SlipRecord:
    number, status, remaining, version, mismatch, parent, children, versions, has_created = row
    receipts = (
        receipt_number(number, linked=parent is not None, version=version),
        *(receipt_number(child, linked=True, version=its) for child, its in zip(children, versions, strict=True)),
    )
    return SlipRecord(number, status, remaining, mismatch, _status(profile), _site(profile), receipts, has_created)


def _status(profile: CfsProfile | None) -> str | None:
    return profile.status if profile else None


def _site(profile: CfsProfile | None) -> CfsSite | None:
    return CfsSite.where_complete(profile.party, profile.account, profile.site) if profile else None
