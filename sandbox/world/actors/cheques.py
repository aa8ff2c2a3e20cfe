"""The AP job, 19:01: what slips get back goes to CGI as cheques. Source: docs/specs/cgi-ejv-files.md section 3.5."""

from datetime import datetime

from config.business_days import next_business_day
from sandbox.cgi_files import FEEDER, Cheque, cheque_batch
from sandbox.world.actors.slips import change
from sandbox.world.model.records import ModelBatch
from sandbox.world.world import BatchAtCgi, World


def send_cheque_batch(world: World) -> None:
    """Send a cheque for each refund that the slip job has taken out of CFS."""
    due = [one for one in world.slips.values() if one.status == "REFUND_AUTHORIZED" and one.refunded]
    if not due:
        return
    stamp = datetime.combine(next_business_day(world.clock.stored.date()), world.clock.stored.time())
    name = f"INBOX.F{FEEDER}.{stamp:%Y%m%d%H%M%S}"
    with world.tables.together():
        number = world.tables.add("ejv_files", created_on=world.clock.stored, file_ref=name, file_type="REFUND",
                                  disbursement_status_code="UPLOADED")  # fmt: skip
        for slip in due:
            slip.status = "REFUND_UPLOADED"
            change(world, slip, status=slip.status)
    cheques = [Cheque(one.number, one.refunded, "A Payer", "100 Example St", "Victoria", "V8V0A0") for one in due]
    sent = cheque_batch(number, name, world.clock.today, cheques)
    world.bucket.put(f"cgi_processed/{name}", [sent.inbox()])
    world.sent[number] = BatchAtCgi(sent)
    effective = next_business_day(world.clock.today)
    world.model.batches.append(ModelBatch(number, "REFUND", effective, [], cheques=[one.number for one in due]))
