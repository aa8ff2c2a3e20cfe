"""The NSF fee: what it is today, and its invoice."""

from datetime import date

from config.errors import InputRefused
from connectors.cfs import CfsInvoice
from database.pay.nsf_fee import fee_overdue_date
from database.sessions import Session
from database.sql import statements
from tasks.routing_slip_recreate.inputs import OperationInputs, SlipNsfFee
from tasks.routing_slip_recreate.pay_tables.slips import naive

sql = statements(__package__)


def find_fee(session: Session, today: date) -> SlipNsfFee:
    """Return the NSF fee in force. Raises InputRefused if there is none that CFS could be told."""
    row = sql.run(session, "find_nsf_fee", today=today).one_or_none()
    if row is None:
        raise InputRefused(
            "The pay database has no NSF fee in force (filing type NSF of product BCR, with a distribution code that "
            "is in force), so no bounced slip can be worked."
        )
    return SlipNsfFee(row.fee_schedule_id, row.amount, row.description, row.distribution_code_id, row.account)


def write_fee(session: Session, inputs: OperationInputs, fee: SlipNsfFee, *, invoice_id: int, made: CfsInvoice) -> None:
    """Write the fee invoice as CFS has it."""
    slip = inputs.slip
    assert slip.account is not None
    sql.run(
        session,
        "write_fee",
        id=invoice_id,
        slip=slip.number,
        payment_account_id=slip.payment_account_id,
        cfs_account_id=slip.account.id,
        fee=made.total,
        fee_schedule_id=fee.schedule_id,
        description=fee.description,
        distribution_id=fee.distribution_id,
        invoice_number=made.invoice_number,
        reference_number=made.reference_number,
        now=naive(inputs.now),
        overdue_date=fee_overdue_date(naive(inputs.now)),
    )
