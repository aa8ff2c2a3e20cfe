"""Add what CFS says to a page of evidence: one look-up a number, each answer kept for the run.

A look-up that fails leaves its invoices unlearned, which makes their diagnoses weaker.
"""

from collections.abc import Hashable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from config.errors import PayJobsError
from connectors.cfs import CfsSite
from diagnosis.cfs_questions import InvoiceQuestion, asked_slip, asks_site, question
from diagnosis.cutoffs import Cutoffs
from diagnosis.evidence import CfsAnswer, Evidence, SlipRecord
from diagnosis.parallel_lookups import ParallelLookups

if TYPE_CHECKING:
    from connectors.cfs import CfsClient


class CfsLookups:
    """The answers of a run. Invoice numbers are asked first; what they say decides what else is."""

    def __init__(self, cfs: "CfsClient", parallel: ParallelLookups) -> None:
        self.parallel = parallel
        self._cfs = cfs
        self._answers: dict[Hashable, Any] = {}

    def learn(self, page: list[Evidence], when: Cutoffs) -> list[Evidence]:
        """Return the page with what CFS says of each invoice that it could change."""
        wanted = [question(e) for e in page]
        self._ask((one for one in wanted if one), self._invoice)
        page = [
            e if one is None else e._replace(cfs=self._answers.get(one)) for e, one in zip(page, wanted, strict=True)
        ]
        self._ask((e.invoice.site for e in page if asks_site(e, when)), self._collects_by)
        self._ask((asked_slip(e) for e in page), self._unapplied)
        return [self._with_details(e, when) for e in page]

    def _with_details(self, e: Evidence, when: Cutoffs) -> Evidence:
        if asks_site(e, when):
            return e._replace(collects_by=self._answers.get(e.invoice.site))
        slip = asked_slip(e)
        return e if slip is None else e._replace(slip=slip._replace(unapplied=self._answers.get(slip)))

    def _ask(self, keys: Any, ask: Any) -> None:
        new = (key for key in keys if key is not None and key not in self._answers)
        for key, answer in self.parallel.ask(new, ask).items():
            if not isinstance(answer, PayJobsError):
                self._answers[key] = answer
            elif isinstance(key, InvoiceQuestion):
                self._answers[key] = CfsAnswer(None)

    def _invoice(self, asked: InvoiceQuestion) -> CfsAnswer:
        found = self._cfs.get_invoice(asked.site, asked.number)
        return CfsAnswer(False) if found is None else CfsAnswer(True, found.total, found.amount_due)

    def _collects_by(self, site: CfsSite) -> str:
        profile = self._cfs.get_site(site)
        return (profile.receipt_method or "nothing set") if profile else "no such site"

    def _unapplied(self, slip: SlipRecord) -> Decimal:
        assert slip.site is not None
        return self._cfs.get_unapplied(slip.site, slip.receipts)
