"""Invoices of one partner as plans: written into the pay tables by one half, added up by the other.

The sums are made from the plans, never from the rows, and share nothing with the tool.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal

from config.business_time import day_start
from tests.ejv_factory import EjvBooks

PARTNER = "VS"
NONE = Decimal("0.00")
SENT_BEFORE = timedelta(days=1)


@dataclass(frozen=True)
class Deal:
    """One invoice: when it was paid, disbursed, refunded and given back. Amounts in CAD.

    out, back  none, waiting, in_flight, refused or done; `out_on` and `back_on` are the day of the answer
    refund     None, the whole share, or a part of it
    """

    number: int
    method: str
    fee: Decimal
    service: Decimal
    made: date
    paid: date | None = None
    out: str = "waiting"
    out_on: date = date(2026, 11, 10)
    refund: Decimal | None = None
    refund_on: date = date(2026, 11, 12)
    back: str = "waiting"
    back_on: date = date(2026, 11, 16)

    @property
    def is_whole(self) -> bool:
        """Whether all of it was refunded."""
        return self.refund == self.fee


class PartnerBooks:
    """Writes deals into the pay tables: the fees of one partner, on one or two GL codes."""

    def __init__(self, books: EjvBooks) -> None:
        self.books = books
        self.account = books.account(name="Customer")
        self.gl = [books.partner_gl()[0] for _ in range(2)]
        self._batch = 100
        # From its first row on, the partner's rows are expected.
        first = Deal(1, "EFT", NONE + 1, NONE, date(2026, 1, 2), date(2026, 1, 2), "done", date(2026, 1, 2))
        self.write(first)
        self.first = first

    def write(self, deal: Deal, gl: int = 0) -> None:
        """Write the rows of a deal as the API, the partner job and EJV_FEEDBACK_CHECK leave them."""
        add, is_eft = self.books.add, deal.method == "EFT"
        whole = deal.refund is not None and deal.is_whole
        status = "APPROVED" if deal.paid is None else "CREDITED" if whole else "PAID"
        out_states = {"waiting": None, "in_flight": "UPLOADED", "refused": "ERRORED", "done": "COMPLETED"}
        state: str | None = out_states[deal.out]
        if whole and deal.out == "done":
            state = {"waiting": "COMPLETED", "in_flight": "UPLOADED", "refused": "ERRORED", "done": "REVERSED"}[
                deal.back
            ]
        add(
            "invoices", id=deal.number, payment_account_id=self.account, corp_type_code=PARTNER,
            total=deal.fee + deal.service, service_fees=deal.service, payment_method_code=deal.method,
            invoice_status_code=status, created_on=_noon(deal.made), payment_date=deal.paid,
            paid=deal.fee + deal.service if deal.paid else None, refund_date=deal.refund_on if whole else None,
            disbursement_status_code=state, disbursement_date=deal.out_on if deal.out == "done" else None,
            disbursement_reversal_date=deal.back_on if state == "REVERSED" else None,
        )  # fmt: skip
        line = self.books.line_item(deal.number, str(deal.fee), self.gl[gl])
        self.books.change("UPDATE payment_line_items SET service_fees = :fee WHERE id = :id", fee=deal.service, id=line)
        if is_eft and whole and deal.out == "waiting":
            self._row(deal.number, "invoice", deal.fee, "CANCELLED", None, deal.made)
            return
        if is_eft:
            self._row(deal.number, "invoice", deal.fee, deal.out, deal.out_on, deal.made)
        self._link("invoice", deal.number, deal.out, deal.out_on)
        if deal.refund is None:
            return
        if not whole:
            part = add(
                "refunds_partial", payment_line_item_id=line, refund_amount=deal.refund, invoice_id=deal.number,
                status="REFUND_PROCESSED", created_on=_noon(deal.refund_on),
            )  # fmt: skip
            self._row(part, "partial_refund", deal.refund, deal.back, deal.back_on, deal.refund_on, is_reversal=True)
            self._link("partial_refund", part, deal.back, deal.back_on)
        elif is_eft:
            back = deal.back if deal.out == "done" else "waiting"
            self._row(deal.number, "invoice", deal.fee, back, deal.back_on, deal.refund_on, is_reversal=True)
        if whole and deal.out == "done":
            self._link("invoice", deal.number, deal.back, deal.back_on)

    def _row(
        self, target: int, kind: str, amount: Decimal, state: str, answered: date | None, made: date,
        is_reversal: bool = False,
    ) -> None:  # fmt: skip
        done = "REVERSED" if is_reversal else "COMPLETED"
        states = {"waiting": "WAITING_FOR_JOB", "in_flight": "UPLOADED", "refused": "ERRORED", "done": done}
        self.books.add(
            "partner_disbursements", target_id=target, target_type=kind, amount=amount, partner_code=PARTNER,
            is_reversal=is_reversal, status_code=states.get(state, state), created_on=_noon(made),
            feedback_on=answered if state == "done" else None,
        )  # fmt: skip

    def _link(self, kind: str, target: int, state: str, answered: date) -> None:
        if state == "waiting":
            return
        self._batch += 1
        self.books.batch(
            self._batch, "DISBURSEMENT", f"INBOX.F3535.{self._batch:014}", created_on=_noon(answered - SENT_BEFORE)
        )
        self.books.journal(self._batch, self._batch, [(kind, target)], partner_code=PARTNER)
        answer = {"in_flight": "UPLOADED", "refused": "ERRORED", "done": "COMPLETED"}[state]
        self.books.change(
            "UPDATE ejv_links SET disbursement_status_code = :answer WHERE ejv_header_id = :id",
            answer=answer,
            id=self._batch,
        )


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(20))


def expected(deals: list[Deal], first: date, last: date) -> dict[str, Decimal]:
    """Return what the account of the deals must be for the days `first` to `last`, by figure and part."""
    sums: dict[str, Decimal] = defaultdict(lambda: NONE)
    for deal in deals:
        for figure, amount, day in _movements(deal):
            if day <= last:
                sums["end_balance"] += amount
                sums["start_balance" if day < first else figure] += amount
        for part, amount in _parts(deal, last):
            sums[part] += amount
    return sums


def below_zero(deals: list[Deal], last: date) -> set[int]:
    """Return the invoices whose movements up to a day come to less than nothing."""
    ends = {deal.number: sum(amount for _, amount, day in _movements(deal) if day <= last) for deal in deals}
    return {number for number, end in ends.items() if end < 0}


def _movements(deal: Deal) -> list[tuple[str, Decimal, date]]:
    moved = []
    if deal.paid is not None:
        moved += [("collected", deal.fee + deal.service, deal.paid), ("service_fees", -deal.service, deal.paid)]
    if deal.out == "done":
        moved.append(("disbursed", -deal.fee, deal.out_on))
    if deal.refund is not None:
        moved.append(("refunded", -deal.refund, deal.refund_on))
        if deal.back == "done" and (deal.out == "done" or not deal.is_whole):
            moved.append(("given_back", deal.refund, deal.back_on))
    return moved


def _parts(deal: Deal, last: date) -> list[tuple[str, Decimal]]:
    """Return the parts that a deal's balance at the end of a day belongs to: its own, and that of a partial refund."""
    part = deal.refund is not None and not deal.is_whole
    own = [
        move for move in _movements(deal) if move[2] <= last and not (part and move[0] in ("refunded", "given_back"))
    ]
    balance = sum((amount for _, amount, _ in own), NONE)
    names = {name for name, _, _ in own}
    state, answered = deal.out, deal.out_on
    goes_back = deal.refund is not None and deal.is_whole and deal.out == "done" and deal.back != "waiting"
    if goes_back and deal.back_on - SENT_BEFORE <= last:
        state, answered = deal.back, deal.back_on
    found: list[tuple[str, Decimal]] = []
    if balance:
        sent = _sent(state, answered, last)
        found.append(
            (sent or ("waiting" if balance > 0 else "to_take_back" if "refunded" in names else "ahead"), balance)
        )
    if part and deal.refund is not None and deal.refund_on <= last:
        sent = _sent(deal.back, deal.back_on, last)
        if not (deal.back == "done" and deal.back_on <= last):
            found.append((sent or "to_take_back", -deal.refund))
    return found


def _sent(state: str, answered: date, last: date) -> str | None:
    if state == "waiting" or answered - SENT_BEFORE > last or (state == "done" and answered <= last):
        return None
    return "refused" if state == "refused" else "in_flight"


def until(last: date) -> datetime:
    """Return the moment at which a day is over, naive UTC."""
    return day_start(last + timedelta(days=1))
