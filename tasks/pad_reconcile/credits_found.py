"""A credit that is to be looked up in CFS, and what a sync found of them all."""

from dataclasses import dataclass, field
from decimal import Decimal
from typing import TYPE_CHECKING

from config.errors import InputRefused, PayJobsError
from jobs.run.outcome import Reject
from tasks.pad_reconcile.rejects import SHOWN

if TYPE_CHECKING:
    from connectors.cfs import CfsSite


@dataclass(frozen=True)
class OpenCredit:
    """A credit with a balance, and the CFS sites it may be on: PAD, online banking, EFT.

    amount       what it was made over
    found_on     the site it was found on last, if any
    is_in_sums   whether its account has the sums that its credits come to
    """

    id: int
    identifier: str
    is_credit_memo: bool
    amount: Decimal
    remaining: Decimal
    account_id: int
    found_on: str | None
    is_in_sums: bool
    sites: tuple["CfsSite", ...] = ()

    def stands_at(self, remaining: Decimal, site: "CfsSite") -> bool:
        """Whether there is nothing to write where so much remains on a site."""
        return self.is_in_sums and (self.remaining, self.found_on) == (remaining, site.site)


@dataclass
class CreditSyncResult:
    """How many credits were looked up and changed, and those that could not be found or read (the first of them).

    unanswered   those that CFS gave no answer for
    unavailable  why some were not looked up; None if all were
    is_away      whether CFS was not asked any further, as it gave no answer for several in a row
    """

    looked_at: int = 0
    changed: int = 0
    rejected: int = 0
    rejects: list[Reject] = field(default_factory=list)
    unanswered: list[Reject] = field(default_factory=list)
    unavailable: str | None = None
    is_away: bool = False

    @property
    def was_prevented(self) -> bool:
        """Whether CFS was not asked any further, or answered nothing of what it was asked."""
        return self.is_away or (bool(self.unanswered) and not self.looked_at)

    def refuse(self, credit: OpenCredit, error: PayJobsError | None) -> None:
        """Note a credit that is not found or not readable; raise any other error."""
        if error is not None and not isinstance(error, InputRefused):
            raise error
        self.rejected += 1
        if len(self.rejects) == SHOWN:
            return
        where = f"credit {credit.identifier}"
        self.rejects.append(
            Reject(where, "not readable in CFS", str(error))
            if error is not None
            else Reject(where, "not found in CFS", "on none of the account's sites")
        )
