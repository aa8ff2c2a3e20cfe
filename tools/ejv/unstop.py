"""Let journals run again on a distribution code, after its GL was corrected."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Row, text
from sqlalchemy.orm import Session

from config.business_time import naive_utc
from config.errors import InputRefused, UsageError
from database.pay.history import keep_versions
from jobs.run.context import RunContext
from jobs.run.outcome import Outcome, Table

_STOPPED = """
SELECT distribution_code_id FROM distribution_codes
 WHERE distribution_code_id = ANY (:codes) AND stop_ejv ORDER BY 1 FOR UPDATE
"""
_CLEAR = """
UPDATE distribution_codes
   SET stop_ejv = false, updated_on = :now
 WHERE distribution_code_id = ANY (:codes)
RETURNING 'distribution_codes.stop_ejv' AS name, distribution_code_id AS id, 'true' AS before, 'false' AS after
"""
_SHOWN = """
SELECT distribution_code_id, name, account_id, client, responsibility_centre, service_line, stob, project_code,
       end_date, coalesce(stop_ejv, false) AS is_stopped
  FROM distribution_codes WHERE distribution_code_id = :code
"""
_ERRORED = """
SELECT count(DISTINCT partner.id)
  FROM partner_disbursements AS partner
  LEFT JOIN refunds_partial AS refund
    ON lower(partner.target_type) = 'partial_refund' AND refund.id = partner.target_id
  JOIN payment_line_items AS line
    ON line.invoice_id = CASE lower(partner.target_type) WHEN 'invoice' THEN partner.target_id
                                                         ELSE refund.invoice_id END
  JOIN distribution_codes AS fee ON fee.distribution_code_id = line.fee_distribution_id
 WHERE partner.status_code = 'ERRORED' AND fee.disbursement_distribution_code_id = :code
"""


def unstop(context: RunContext, code: int, *, reason: str) -> Outcome:
    """Clear stop_ejv of one distribution code."""
    with context.database.begin() as session:
        row = session.execute(text(_SHOWN), {"code": code}).one_or_none()
        if row is None:
            raise UsageError(f"There is no distribution code {code} (expected a distribution_code_id).")
        if not row.is_stopped:
            raise InputRefused(f"Distribution code {code} ({row.name}) is not stopped")
        clear_stop(session, [code], naive_utc(context.clock()))
        waiting = session.scalar(text(_ERRORED), {"code": code})
    context.log.info("distribution_code.unstopped", code=code, reason=reason)
    outcome = Outcome()
    outcome.counts["codes_unstopped"] += 1
    segments = (row.client, row.responsibility_centre, row.service_line, row.stob, row.project_code)
    shown = (code, row.name, row.account_id, ".".join(str(part or "?") for part in segments), row.end_date)
    outcome.tables.append(Table("Journals run again on", ("code", "name", "account", "GL", "ends"), [shown]))
    if waiting:
        outcome.notes.append(
            f"{waiting} partner disbursements of this GL are ERRORED, which no job takes up. "
            "`ejv rebuild` of their batch sets them back to WAITING_FOR_JOB."
        )
    return outcome


def clear_stop(session: Session, codes: Sequence[int], now: datetime) -> list[Row[Any]]:
    """Clear stop_ejv of distribution codes, and return those that were stopped."""
    stopped = session.scalars(text(_STOPPED), {"codes": list(codes)}).all()
    keep_versions(session, "distribution_codes", stopped, now)
    return list(session.execute(text(_CLEAR), {"codes": list(stopped), "now": now}))
