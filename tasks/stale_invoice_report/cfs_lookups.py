"""Ask CFS about a page of invoices: side by side with a bound, one look-up a number, each answer kept for the run.

CFS being away makes a weaker report: a look-up that fails leaves its invoices unlearned, and when many in a row fail,
or CFS refuses our identity, nothing more is asked.
"""

import threading
from collections.abc import Callable, Hashable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from config.errors import PayJobsError
from connectors.cfs import CfsClient, CfsCredentialsRefused, CfsSite
from tasks.stale_invoice_report.cfs_questions import Question, asked_slip, asks_site, question
from tasks.stale_invoice_report.evidence import CfsInvoice, Evidence, Slip
from tasks.stale_invoice_report.moments import Moments

AT_ONCE = 8
GIVE_UP_AFTER = 8


@dataclass
class Lookups:
    """Answers by question, and how it goes.

    asked     how many invoice numbers were looked up
    failed    how many of those CFS gave no usable answer to
    given_up  why CFS is not asked any more
    """

    cfs: CfsClient
    stop_check: Callable[[], None]
    asked: int = 0
    failed: int = 0
    given_up: str | None = None
    _answers: dict[Hashable, Any] = field(default_factory=dict)
    _in_a_row: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def learn(self, page: list[Evidence], when: Moments) -> list[Evidence]:
        """Give the page with what CFS says of each invoice that it could change."""
        wanted = [question(e) for e in page]
        self._ask_all((one for one in wanted if one), self._invoice)
        page = [
            e if one is None else e._replace(cfs=self._answers.get(one)) for e, one in zip(page, wanted, strict=True)
        ]
        sites = {e.invoice.site for e in page if asks_site(e, when) and e.invoice.site}
        slips = {slip for e in page if (slip := asked_slip(e))}
        self._ask_all(sites, self._collects_by)
        self._ask_all(slips, self._unapplied)
        return [self._with_details(e, when) for e in page]

    def _with_details(self, e: Evidence, when: Moments) -> Evidence:
        if asks_site(e, when) and e.invoice.site is not None:
            return e._replace(collects_by=self._answers.get(e.invoice.site))
        slip = asked_slip(e)
        if slip is not None:
            return e._replace(slip=slip._replace(unapplied=self._answers.get(slip)))
        return e

    def _ask_all(self, keys: Iterable[Hashable], ask: Callable[[Any], Any]) -> None:
        new = [key for key in dict.fromkeys(keys) if key not in self._answers]
        if not new or self.given_up:
            return
        with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="cfs") as pool:
            for key, answer in zip(new, self._bounded(pool, ask, new), strict=True):
                self._answers[key] = answer

    def _bounded(self, pool: ThreadPoolExecutor, ask: Callable[[Any], Any], keys: list[Hashable]) -> Iterator[Any]:
        try:
            for answer in pool.map(lambda key: self._tried(ask, key), keys):
                self.stop_check()
                yield answer
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise

    def _tried(self, ask: Callable[[Any], Any], key: Hashable) -> Any:
        if self.given_up:
            return None
        try:
            answer = ask(key)
        except PayJobsError as error:
            return self._note_failure(key, error)
        with self._lock:
            self._in_a_row = 0
            self.asked += isinstance(key, Question)
        return answer

    def _note_failure(self, key: Hashable, error: PayJobsError) -> CfsInvoice | None:
        is_away = error.exit_code == PayJobsError.exit_code
        with self._lock:
            self._in_a_row += is_away
            if isinstance(key, Question):
                self.asked += 1
                self.failed += 1
            if isinstance(error, CfsCredentialsRefused) or self._in_a_row >= GIVE_UP_AFTER:
                self.given_up = self.given_up or str(error)
        return CfsInvoice(None, said=str(error)) if isinstance(key, Question) else None

    def _invoice(self, asked: Question) -> CfsInvoice:
        found = self.cfs.get_invoice(asked.site, asked.number)
        return CfsInvoice(False) if found is None else CfsInvoice(True, found.total, found.amount_due)

    def _collects_by(self, site: CfsSite) -> str | None:
        profile = self.cfs.get_site(site)
        return (profile.receipt_method or "nothing set") if profile else "no such site"

    def _unapplied(self, slip: Slip) -> Decimal:
        assert slip.site is not None
        receipts = (self.cfs.get_receipt(slip.site, number) for number in slip.receipts)
        return sum((one.unapplied_amount for one in receipts if one and not one.is_reversed), Decimal(0))
