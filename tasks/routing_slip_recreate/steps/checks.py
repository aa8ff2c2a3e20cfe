"""The steps that only look: what must be true before an operation goes on (docs/specs/routing-slips.md section 7)."""

from dataclasses import dataclass

from connectors.cfs import CfsSite
from tasks.routing_slip_recreate.look import Look
from tasks.routing_slip_recreate.steps.base import Json, Seen, Undecided, told


@dataclass(frozen=True)
class _Check:
    """A look that changes nothing."""

    site: CfsSite
    number: str

    @property
    def subject(self) -> str:
        return self.number

    @property
    def touches(self) -> tuple[str, ...]:
        return ()

    @property
    def request(self) -> Json:
        return {}

    def send(self, _look: Look) -> Json:
        raise AssertionError("a check sends nothing: it is true, or Undecided")


@dataclass(frozen=True)
class CheckFree(_Check):
    """All money of a receipt is unapplied, unless the receipt is reversed already."""

    kind: str = "check receipt is free"

    def look(self, look: Look) -> Seen:
        look.forget(self.number)
        receipt = look.receipt(self.site, self.number)
        if receipt is None or not (receipt.is_reversed or receipt.unapplied_amount == receipt.receipt_amount):
            raise Undecided(
                cfs=f"receipt {self.number} is {told(receipt)}",
                ours="everything it paid was unapplied",
                repair=f"find out what else receipt {self.number} pays or lost, and take that back in CFS",
            )
        return Seen(true=True, found=told(receipt))


@dataclass(frozen=True)
class CheckOwed(_Check):
    """Nothing of an invoice is paid.

    settled  its credit may have been given already, by a run that died after it
    """

    settled: bool = False
    kind: str = "check invoice is owed"

    def look(self, look: Look) -> Seen:
        look.forget(self.number)
        invoice = look.invoice(self.site, self.number)
        if invoice is None:
            return Seen(true=True, found="404: never reached CFS")
        if invoice.receipt_numbers or (
            invoice.amount_due != invoice.total and not (self.settled and not invoice.amount_due)
        ):
            raise Undecided(
                cfs=f"of invoice {self.number} over {invoice.total} {invoice.amount_due} are due"
                f"{', paid by receipt ' + ', '.join(invoice.receipt_numbers) if invoice.receipt_numbers else ''}",
                ours="nothing of it is paid any more",
                repair=f"find out what else paid or credited invoice {self.number}, and take that back in CFS",
            )
        return Seen(true=True, found=f"{invoice.amount_due} of {invoice.total} due")


@dataclass(frozen=True)
class CheckReversed(_Check):
    """A receipt is reversed."""

    kind: str = "check receipt is reversed"

    def look(self, look: Look) -> Seen:
        look.forget(self.number)
        receipt = look.receipt(self.site, self.number)
        if receipt is None or not receipt.is_reversed:
            raise Undecided(
                cfs=f"receipt {self.number} is {told(receipt)}",
                ours="it was reversed",
                repair=f"reverse receipt {self.number} in CFS",
            )
        return Seen(true=True, found=told(receipt))
