"""One poll in a process of its own, which can be told to kill itself at a checkpoint.

    python -m tests.poll_process '{"sftp": {...}, "store": {...}, "database": "postgresql://...", "kill_at": "..."}'

Prints the most memory it used, in kilobytes.
"""

import json
import os
import resource
import signal
import sys

from pydantic import SecretStr

from config.settings import CasSftpSettings, DatabaseSettings, ObjectStoreSettings
from connectors.inbound.poll import poll
from connectors.inbound.take_in import Intake
from connectors.object_store import ObjectStore
from database.engine import Database, make_engine
from tests.poll_fixtures import NOW, SETTLEMENT


def main() -> None:
    """Poll as the command line says."""
    wanted = json.loads(sys.argv[1])

    def kill_at(name: str) -> None:
        if name == wanted.get("kill_at"):
            os.kill(os.getpid(), signal.SIGKILL)

    engine = make_engine(DatabaseSettings(url=SecretStr(wanted["database"])), application_name="poll process")
    intake = Intake(
        source="CAS",
        wanted=SETTLEMENT,
        database=Database(engine),
        store=ObjectStore(ObjectStoreSettings(**wanted["store"])),
        clock=lambda: NOW,
        checkpoint=kill_at,
    )
    report = poll(CasSftpSettings(**wanted["sftp"]), intake)
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    sys.stdout.write(json.dumps({"received": len(report.received), "kilobytes": used}))


if __name__ == "__main__":
    main()
