"""The steps in CFS: take the NSF fee back, and open PAD again. What CFS says is read before the plan is written down,
and serves the first step where that is soon after.

That an adjustment by the negative amount takes the fee back is an inference (docs/specs/cfs-api.md section 5).
"""

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from connectors.cfs import CfsSite, InvoiceActivity, InvoiceBalance, SiteReceiptMethod
from connectors.effects import Json, Observation, StateConflict, Step
from tools.repair_wrong_freeze.seen_in_cfs import SeenInCfs

TAKE_FEE_BACK = "take NSF fee back"
OPEN_PAD = "open PAD"
COMMENT = "Non sufficient funds fee taken back"


def charges(invoice: InvoiceBalance, fee: Decimal) -> int:
    """Return how many fees stand on an invoice: those charged less those taken back."""
    listed = [one.amount for one in invoice.adjustments if one.activity == InvoiceActivity.NSF_CHARGE]
    if listed or invoice.adjustments:
        return listed.count(fee) - listed.count(-fee)
    return int((invoice.amount_adjusted or Decimal(0)) / fee) if fee else 0


def owed_without_fees(invoice: InvoiceBalance) -> Decimal:
    """Return what CFS has as due on an invoice besides NSF fees, in CAD: it came back indeed where that is not 0."""
    listed = [one.amount for one in invoice.adjustments if one.activity == InvoiceActivity.NSF_CHARGE]
    fees = sum(listed, Decimal(0)) if invoice.adjustments else invoice.amount_adjusted or Decimal(0)
    return invoice.amount_due - fees


def steps_of(seen: SeenInCfs, plan: Json) -> Iterator[Step]:
    """Return the steps of a plan: fees first, so that nothing is pulled for one that is taken back."""
    fees: Any = plan["fees"]
    profiles: Any = plan["profiles"]
    for fee in fees:
        for standing in range(fee["charges"], 0, -1) or (0,):  # each that stands; a look where none does
            taken = fee["charges"] - standing
            site, amount = CfsSite(*fee["site"]), Decimal(fee["amount"])
            yield _take_fee_back(seen, site, fee["number"], amount, before=standing, taken=taken)
    for profile in profiles.values():
        yield _open_pad(seen, CfsSite(*profile))


def _take_fee_back(seen: SeenInCfs, site: CfsSite, number: str, amount: Decimal, *, before: int, taken: int) -> Step:
    def look() -> Observation[str]:
        invoice, since = seen.invoice(site, number)
        now = 0 if invoice is None else charges(invoice, amount)
        found = f"{now} NSF fees of {amount} CAD"
        if 0 <= now < max(before, 1):  # fewer stand: the next run looks again at each step after the last was sent
            return Observation(True, found, since)
        if now != before:
            raise StateConflict(
                theirs=f"{number} has {found}", ours=f"it had {before}", repair="correct the adjustments of the invoice"
            )
        return Observation(False, found, since)

    def send() -> Json:
        seen.forget()
        seen.cfs.adjust_invoice(site, number, amount=-amount, activity=InvoiceActivity.NSF_CHARGE, comment=COMMENT)
        return {"adjusted": str(-amount)}

    request: Json = {"amount": str(-amount), "site": site.site}
    subject = f"on {number}" + (f", after {taken} more" if taken else "")
    return Step(TAKE_FEE_BACK, subject, look, send, request, seen.forget)


def _open_pad(seen: SeenInCfs, site: CfsSite) -> Step:
    def look() -> Observation[str]:
        found, since = seen.site(site)
        if found is None:
            raise StateConflict(
                theirs=f"there is no site {site.site}",
                ours="PAD is to be opened on it",
                repair="correct the CFS profile",
            )
        return Observation(found.receipt_method == SiteReceiptMethod.PAD_DAILY, str(found.receipt_method), since)

    def send() -> Json:
        seen.forget()
        return {"receipt_method": seen.cfs.set_receipt_method(site, SiteReceiptMethod.PAD_DAILY).receipt_method}

    request: Json = {"receipt_method": str(SiteReceiptMethod.PAD_DAILY)}
    return Step(OPEN_PAD, f"on site {site.site}", look, send, request, seen.forget)
