"""The one step of a partial credit: CFS is asked for the memo, and chooses its number, so that no look can find it."""

from dataclasses import dataclass, field

from connectors.cfs import CfsClient, CreditMemo
from connectors.effects import AnswerLost, Json, Observation, Step
from jobs.run.context import RunContext
from tools.repair_partial_credit.partial_credit import MEMO_STEP, PartialCredit, known_memos
from tools.repair_partial_credit.plan import MemoPlan, plan


class MemoTotalDiffers(AnswerLost):
    """CFS answered with a memo over another amount: what it made is for a person to find out."""


@dataclass
class MemoRequest:
    """A credit memo that is to be asked of CFS."""

    context: RunContext
    cfs: CfsClient
    credit: PartialCredit
    _judged: list[MemoPlan] = field(default_factory=list)

    @property
    def step(self) -> Step:
        """The step as the journal runs it."""
        subject = f"for {self.credit.operation.subject}"
        return Step(MEMO_STEP, subject, self._look, self._send, late=self._late, is_findable=False)

    def _look(self) -> Observation[str]:
        """Judge the invoice once more: the API may have looked at it before our refund was there, and write its own."""
        credit = self.credit
        with self.context.database.begin() as session:
            made = plan(session, credit.invoice_id, credit.wanted, self.context.today(), own_refund=credit.refund_id)
        self._judged.append(made)
        return Observation(False, f"{made.amount} CAD can be credited")

    def _send(self) -> Json:
        judged = self._judged[-1]
        memo = self.cfs.create_credit_memo(
            judged.site, judged.cfs_lines(), at=self.context.clock(), comments=self.credit.comment
        )
        if problem := other_total(self.credit, memo):
            raise MemoTotalDiffers(problem)
        return memo_answer(memo)

    def _late(self, answer: Json) -> str:
        """Return which memos there are now: the one that was made too late, and those the journal knows."""
        credit, memo = self.credit, answer["credit_memo"]
        known = "; ".join(
            f"operation {one.id} is {one.state}" + (f" with memo {one.memo} of {one.amount} CAD" if one.memo else "")
            for one in known_memos(self.context.database, credit.invoice_id)
        )
        return (
            f"CFS made credit memo {memo} of {credit.amount} CAD for operation {credit.operation.id} on invoice "
            f"{credit.invoice_id}. The journal says: {known}. If one of them stands for the same credit, ask CAS to "
            f"cancel one of the two; if none does, run it with --memo {memo}."
        )


def memo_answer(memo: CreditMemo) -> Json:
    """Return what the journal keeps of a memo."""
    return {"credit_memo": memo.credit_memo_number, "remaining": str(memo.remaining_amount)}


def other_total(credit: PartialCredit, memo: CreditMemo) -> str | None:
    """Return in words that a memo is not over the amount of a partial credit, None where it is."""
    total = abs(memo.total if memo.total is not None else memo.amount_due)
    if total == credit.amount:
        return None
    return f"Credit memo {memo.credit_memo_number} in CFS is for {total:.2f} (expected {credit.amount})."
