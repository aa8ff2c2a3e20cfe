"""A believable night for pictures and tests: three days of runs by the schedule, a few of them wrong.

Everything is the same for the same instant: no clock and no chance is asked.
"""

import json
import shlex
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, text

from config.business_time import BUSINESS_ZONE, business_date
from config.schedule import JobSchedule, read_schedule
from jobs.run.locks import run_key
from sandbox.demo_data import DemoSize, load_demo_data
from tasks.generate_statements.periods import periods_ending

DAYS = timedelta(days=3)
SIZE = DemoSize(weekly_accounts=240, daily_accounts=12, monthly_accounts=30, invoices=1500, routing_slips=40)
FUSE = (
    "it is far outside the usual (held by the fuse): it would freeze 61 accounts where 4 are usual, bounce 74 payments "
    "of 1,204"
)
_RUN = text(
    "INSERT INTO pay_jobs.job_runs (job, command, status, triggered_by, reason, pod, version, started_on, finished_on,"
    " exit_code, counts, rejects, artifacts, notes, error, arguments) VALUES (:job, :command, :status, :by, :reason,"
    " :pod, '0.1.0', :started, :finished, :code, CAST(:counts AS jsonb), :rejects, CAST(:artifacts AS jsonb),"
    " CAST(:notes AS jsonb), :error, '{}') RETURNING id"
)
_CODES = {"done": 0, "attention": 3, "failed": 1, "interrupted": 1, "running": None}
_SECONDS = {
    "GENERATE_STATEMENTS": 312, "PAD_RECONCILE": 4, "PAD_RECONCILE_CREDITS": 96, "EJV_FEEDBACK_CHECK": 9,
    "ROUTING_SLIP_RECREATE": 21, "STALE_INVOICE_REPORT": 74, "EJV_PREFLIGHT": 12, "VERIFY": 188, "check": 2,
}  # fmt: skip


def fill(connection: Connection, now: datetime) -> None:
    """Write accounts and invoices of the week before, statements of a year, and three days of the jobs up to now.

    The connection holds the key of the run that is at work: it lives as long as the connection is open.
    """
    today = business_date(now)
    sunday = today - timedelta(days=today.isoweekday() % 7 + 7)
    size = DemoSize(**{**SIZE.__dict__, "week_start": sunday})
    load_demo_data(connection.connection.dbapi_connection, size)  # type: ignore[arg-type]
    _statements(connection, today)
    runs = Runs(connection, now)
    runs.by_the_clock()
    _files(connection, now)
    _outside(connection, now)
    _reports(connection, now)
    _closed_days(connection, now)


class Runs:
    """Writes runs into the ledger."""

    def __init__(self, connection: Connection, now: datetime) -> None:
        self._connection = connection
        self._now = now

    def by_the_clock(self) -> None:
        """Write what the schedule would have run, with the night's troubles."""
        schedule = read_schedule()
        ran = [
            (instant, name, job)
            for name, job in schedule.commands.items()
            for instant in job.times.between(self._now - DAYS, self._now)
        ]
        ran.append((self._now - timedelta(hours=5, minutes=12), "by hand", schedule.jobs["PAD_RECONCILE"]))
        for instant, name, job in sorted(ran, key=lambda one: one[:2]):
            if name == "by hand":
                self._by_hand(instant)
            else:
                self._run(instant, name, job)
        started = self._now - timedelta(seconds=40)
        at_work = self.write("ROUTING_SLIP_RECREATE", "ROUTING_SLIP_RECREATE", started, "running")
        self._connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": run_key(at_work)})

    def _by_hand(self, instant: datetime) -> None:
        name = "BCR_PAYMENT_APPL_20261124.csv"
        self.write(
            "files replay", f"files replay {name} --reason 'ticket 4711: late file checked'", instant, "done",
            by="hand:olive", reason="ticket 4711: late file checked, no NSF rows", counts={"rows_applied": 412},
        )  # fmt: skip

    def _run(self, instant: datetime, name: str, job: JobSchedule) -> None:
        local, age = instant.astimezone(BUSINESS_ZONE), self._now - instant
        is_recent = age < timedelta(hours=24)
        command, run = shlex.join(job.command(name)), job.job or name
        started = instant + timedelta(seconds=2)
        if name == "ROUTING_SLIP_RECREATE" and is_recent and local.hour in {15, 16}:
            return  # nobody ran it: missed
        if name == "PAD_RECONCILE" and is_recent and (local.hour, local.minute) in {(8, 40), (8, 45)}:
            said = "CFS did not answer within 30 s (tried 3 times). Nothing was lost: the next run tries again."
            failed = self.write(run, command, started, "failed", seconds=94, error=said)
            self._keep_log(failed, command, started, said)
            return
        if name == "PAD_RECONCILE" and is_recent and (local.hour, local.minute) == (8, 35):
            self._held(run, command, started)
            return
        if name == "EJV_PREFLIGHT" and is_recent:
            self.write(run, command, started + timedelta(minutes=22), "done", seconds=12, counts={"codes_checked": 318})
            return
        if name == "VERIFY":
            self._verdict(run, command, started, 3 if is_recent else 0)
            return
        if name == "STALE_INVOICE_REPORT":
            self._report(run, command, started)
            return
        seconds = _SECONDS.get(name, 5) + instant.minute % 7
        self.write(run, command, started, "done", seconds=seconds, counts=_counts(name, local.date()))

    def _keep_log(self, run: int, command: str, started: datetime, said: str) -> None:
        lines: list[tuple[int, str, str, dict[str, Any]]] = [
            (0, "info", "run.started", {"dry_run": False, "shard": "1/1", "command": command}),
            (1, "info", "sftp.listed", {"source": "CAS", "directory": "/outgoing", "files": 3}),
            *((2, "info", "file.skipped", {"name": f"BCR_PAYMENT_APPL_202611{day}.csv", "why": "known already"})
              for day in (23, 24, 25)),
            (3, "info", "outbox.waiting", {"channel": "cfs", "messages": 3}),
            (33, "warning", "cfs.no_answer", {"path": "/cfs/parties/9001/accs/800101/sites/1/rcpts", "attempt": 1}),
            (63, "warning", "cfs.no_answer", {"path": "/cfs/parties/9001/accs/800101/sites/1/rcpts", "attempt": 2}),
            (94, "error", "run.failed", {"error": said, "exit_code": 1}),
        ]  # fmt: skip
        kept = [
            {
                "timestamp": (started + timedelta(seconds=after)).isoformat(),
                "level": level,
                "event": event,
                "exception": "",
                "facts": list(facts.items()),
            }
            for after, level, event, facts in lines
        ]
        self._connection.execute(
            text("UPDATE pay_jobs.job_runs SET log = CAST(:kept AS jsonb) WHERE id = :run"),
            {"kept": json.dumps(kept), "run": run},
        )

    def _held(self, job: str, command: str, started: datetime) -> None:
        name = f"BCR_PAYMENT_APPL_{business_date(started):%Y%m%d}.csv"
        found = [(name, "held", FUSE, f"python3 invoke_jobs.py explain file {name}", Decimal("18204.50"))]
        self.write(job, command, started, "attention", seconds=6, counts={"files_held": 1}, found=found)

    def _verdict(self, job: str, command: str, started: datetime, findings: int) -> None:
        found = [
            (f"invoice {1040 + number}", "INV-PAID", f"expected {number}8.50 CAD paid, found 0.00",
             f"python3 invoke_jobs.py explain invoice {1040 + number}", None)
            for number in range(findings)
        ]  # fmt: skip
        status = "attention" if findings else "done"
        counts = {"invariants": 57, "findings": findings}
        said = "3 rows broke 1 invariant of 57." if findings else "Nothing is wrong: 57 invariants held."
        self.write(job, command, started, status, seconds=188, counts=counts, notes=[said], found=found)

    def _report(self, job: str, command: str, started: datetime) -> None:
        stored = [f"reports/{started:%Y-%m-%d}/stuck.{kind}" for kind in ("html", "xlsx", "csv")]
        counts = {"stuck": 41, "waiting": 212}
        notes = ["41 invoices totalling 18,466.25 CAD are stuck, the oldest since 2026-10-02; 212 more will resolve on"
                 " their own."]  # fmt: skip
        self.write(job, command, started, "attention", seconds=74, counts=counts, artifacts=stored, notes=notes)

    def write(
        self,
        job: str,
        command: str,
        started: datetime,
        status: str,
        *,
        seconds: float = 5,
        by: str = "cronjob",
        reason: str | None = None,
        counts: dict[str, int] | None = None,
        artifacts: list[str] | None = None,
        notes: list[str] | None = None,
        error: str | None = None,
        found: Sequence[tuple[str, str, str, str, Decimal | None]] = (),
    ) -> int:
        """Write one run with its rejects and return its id."""
        values: dict[str, Any] = {
            "job": job, "command": command, "status": status, "by": by, "reason": reason, "error": error,
            "pod": f"{job.lower().replace('_', '-').replace(' ', '-')}-29401{started:%H%M}", "started": started,
            "finished": None if status == "running" else started + timedelta(seconds=seconds),
            "code": _CODES[status], "counts": json.dumps(counts or {}), "rejects": len(found),
            "artifacts": json.dumps(artifacts or []), "notes": json.dumps(notes or []),
        }  # fmt: skip
        run_id = int(self._connection.execute(_RUN, values).scalar_one())
        for number, (place, why, detail, do, amount) in enumerate(found, 1):
            self._connection.execute(
                text("INSERT INTO pay_jobs.run_rejects VALUES (:run, :number, :place, :why, :detail, :do, :amount)"),
                {"run": run_id, "number": number, "place": place, "why": why, "detail": detail, "do": do,
                 "amount": amount},
            )  # fmt: skip
        return run_id


def _counts(name: str, day: date) -> dict[str, int]:
    if name == "GENERATE_STATEMENTS":
        return {"statements_created": 12 if day.isoweekday() != 7 else 252, "invoices_linked": 318}
    if name == "EJV_FEEDBACK_CHECK":
        return {"files_read": 0}
    return {}


def _statements(connection: Connection, today: date) -> None:
    """Write the statements of a year, but for a few of yesterday, one whole night, and a scatter of others."""
    for ago in range(1, 366):
        day = today - timedelta(days=ago)
        for period in periods_ending(day):
            if ago == 23 and period.kind == "DAILY":
                continue
            left_out = 3 if ago == 1 else 2 if ago % 61 == 0 else 0
            connection.execute(
                text(
                    "INSERT INTO statements (id, frequency, from_date, to_date, created_on, statement_settings_id,"
                    " payment_account_id, notification_status_code, payment_methods, is_empty, is_interim_statement)"
                    " SELECT nextval('statements_id_seq'), :frequency, :first, :last, :last, setting.id,"
                    " setting.payment_account_id, 'SKIP', 'PAD', true, false FROM statement_settings AS setting"
                    " WHERE setting.frequency = :frequency AND setting.from_date <= :last AND :kind <> 'GAP'"
                    " AND (setting.to_date IS NULL OR setting.to_date >= :last) ORDER BY setting.id OFFSET :left_out"
                ),
                {"frequency": period.kind.frequency, "kind": period.kind.value, "first": period.first,
                 "last": period.last, "left_out": left_out},
            )  # fmt: skip


def _files(connection: Connection, now: datetime) -> None:
    """Write the files of two weeks, the newest of CAS held by the fuse, and the rows of the applied ones."""
    today = business_date(now)
    for ago in range(14, -1, -1):
        day = today - timedelta(days=ago)
        weekday = day.isoweekday() < 6
        at = datetime(day.year, day.month, day.day, 8 if weekday else 17, 33, tzinfo=BUSINESS_ZONE)
        if at < now:
            is_held = ago == 0
            file = _file(connection, "CAS", f"BCR_PAYMENT_APPL_{day:%Y%m%d}.csv", day, at, is_held=is_held)
            if not is_held:
                _rows(connection, file, day, 40)
        evening = at.replace(hour=21, minute=41)
        if weekday and evening < now:
            _file(connection, "CGI", f"FEEDBACK.F3535.{day:%Y%m%d}214112", day, evening, is_held=ago == 3)


def _file(connection: Connection, source: str, name: str, day: date, at: datetime, *, is_held: bool) -> int:
    reason = (FUSE if source == "CAS" else "its sender wrote on after it was taken") if is_held else None
    values = {
        "source": source, "name": name, "sha": sha256(name.encode()).hexdigest(), "size": 180_000 + day.day * 977,
        "state": "held" if is_held else "applied", "reason": reason, "day": day if source == "CAS" else None,
        "at": at, "applied": None if is_held else at + timedelta(minutes=2),
        "details": json.dumps({"hold": "fuse" if source == "CAS" else "changed"} if is_held else {}),
    }  # fmt: skip
    made = connection.execute(
        text(
            "INSERT INTO pay_jobs.inbound_files (source, name, sha256, size_bytes, state, reason, object_key,"
            " business_date, received_on, applied_on, details) VALUES (:source, :name, :sha, :size, :state, :reason,"
            " 'inbound/' || :name, :day, :at, :applied, CAST(:details AS jsonb)) RETURNING id"
        ),
        values,
    )
    return int(made.scalar_one())


def _rows(connection: Connection, file: int, day: date, number: int) -> None:
    connection.execute(
        text(
            "INSERT INTO pay_jobs.settlement_rows (file_id, line, outcome, rule, detail, kind, record_type,"
            " source_type, source_number, application_date, amount, customer_account, target_type, target_number,"
            " original_amount, outstanding_amount, status, content_hash)"
            " SELECT :file, line + 1, CASE WHEN line % 17 = 0 THEN 'rejected' WHEN line % 11 = 0 THEN 'skipped'"
            " ELSE 'applied' END, CASE WHEN line % 17 = 0 THEN 'unknown number' WHEN line % 11 = 0 THEN 'on account'"
            " ELSE '' END, CASE WHEN line % 17 = 0 THEN 'no invoice has this number' ELSE '' END,"
            " CASE WHEN line % 13 = 0 THEN 'BOUNCE' ELSE 'PAYMENT' END, 'PADP', 'Receipt', 'RCPT' || line, :day,"
            " 31.5 + line, '2' || 1000 + line, 'Invoice', 'REG' || lpad(CAST(:file * 100 + line AS text), 8, '0'),"
            " 31.5 + line, 0,"
            " 'PAID', CAST(md5(:file || '.' || line) AS uuid) FROM generate_series(1, :number) AS line"
        ),
        {"file": file, "day": day, "number": number},
    )


def _outside(connection: Connection, now: datetime) -> None:
    """Write messages that wait, two that were given up, and two operations that stand half done."""
    for number, (kind, state, attempts, error, minutes) in enumerate(_messages(), 1):
        connection.execute(
            text(
                "INSERT INTO pay_jobs.outbox (created_on, channel, kind, ordering_key, idempotency_key, payload, state,"
                " attempts, next_attempt_on, last_error) VALUES (:on, :channel, :kind, :key, :id,"
                " CAST(:payload AS jsonb), :state, :attempts, :on, :error)"
            ),
            {"on": now - timedelta(minutes=minutes), "channel": "cfs" if kind.startswith("invoice") else "event",
             "kind": kind, "key": f"account:{number}", "id": f"believable-{number}", "state": state,
             "payload": json.dumps({"amount": f"{number}7.50"}), "attempts": attempts, "error": error},
        )  # fmt: skip
    operations = (
        ("partial credit", "invoice 1031", "lost", 26, "30.00", "CFS did not answer; the memo may be there",
         'repair pad-partial-credit 1031 --memo NUMBER --reason "..."'),
        ("slip correction", "slip 206000010", "sent", 1, "124.00", None, "ROUTING_SLIP_RECREATE --only correction"),
    )  # fmt: skip
    for kind, subject, state, hours, amount, why, command in operations:
        connection.execute(
            text(
                "INSERT INTO pay_jobs.operations (kind, subject, state, plan, amount, command, why, created_on)"
                " VALUES (:kind, :subject, :state, '{}', :amount, :command, :why, :on)"
            ),
            {"kind": kind, "subject": subject, "state": state, "amount": amount, "command": command, "why": why,
             "on": now - timedelta(hours=hours)},
        )  # fmt: skip


def _messages() -> Iterator[tuple[str, str, int, str | None, int]]:
    for number in range(6):
        yield "payment.settled", "pending", 0, None, 4 + number
    for number in range(3):
        yield "invoice.adjust", "pending", 2, "CFS answered 503 Service Unavailable", 50 + number
    for number in range(2):
        yield "auth.lock", "dead", 9, "the publisher refused topic auth-event-dev: 404 NOT_FOUND", 1500 + number


def _reports(connection: Connection, now: datetime) -> None:
    """Write four weeks of reports of all invoices, and the invoices of the newest."""
    codes = {"P7": 12, "J14": 6, "P3L": 9, "F1": 8, "R2": 6}
    for ago in range(28, -1, -1):
        stuck = 41 + (ago * 7) % 19
        by_method = {"PAD": stuck - 14, "EJV": 9, "EFT": 5}
        by_diagnosis = {**codes, "P7": stuck - 29, "P0": 212}
        report = connection.execute(
            text(
                "INSERT INTO pay_jobs.stale_reports (scope, as_of, finished_on, stuck, waiting, stuck_amount,"
                " by_method, by_diagnosis) VALUES ('method=* account=*', :on, :on, :stuck, 212, :amount,"
                " CAST(:methods AS jsonb), CAST(:diagnoses AS jsonb)) RETURNING id"
            ),
            {"on": now - timedelta(days=ago, hours=2), "stuck": stuck, "amount": Decimal(stuck) * Decimal("450.40"),
             "methods": _tallies(by_method), "diagnoses": _tallies(by_diagnosis)},
        ).scalar_one()  # fmt: skip
    places = [code for code, number in codes.items() for _ in range(number)]
    for number, code in enumerate(places):
        connection.execute(
            text("INSERT INTO pay_jobs.stale_invoices VALUES (:report, :invoice, :code, true, :total)"),
            {"report": report, "invoice": 1001 + number, "code": code, "total": Decimal(number * 37 % 900) + 31},
        )


def _tallies(numbers: dict[str, int]) -> str:
    return json.dumps({name: {"count": number, "amount": f"{number * 450}.40"} for name, number in numbers.items()})


def _closed_days(connection: Connection, now: datetime) -> None:
    """Write four weeks of closed days; of the day before the last, one receipt is not explained."""
    for ago in range(28, 0, -1):
        day = business_date(now) - timedelta(days=ago)
        amount = Decimal(9000 + (ago * 4177) % 14000) + Decimal("0.35")
        figures = [
            ("money.rows", "PAD", 61 + ago, amount),
            ("money.rows", "ONLINE_BANKING", 9, amount / 11),
            ("money.rows", "CREDIT", 2, amount / 90),
            ("money.on_account", "", 1, amount / 40),
            ("money.others", "CC", 40 + ago % 9, amount / 4),
            ("money.others", "DIRECT_PAY", 22, amount / 6),
            ("money.others", "CASH", 3, amount / 30),
            ("journals.accepted", "EJV", 14, amount * 2),
            ("journals.paid_back", "EJV", 1, amount / 20),
            ("bounces.receipts", "PAD", ago % 4, Decimal(ago % 4) * Decimal("131.50")),
            ("partners.disbursed", "VS", 12, amount / 3),
            ("partners.disbursed", "RPT", 4, amount / 9),
        ]
        off = [_UNEXPLAINED] if ago == 2 else []
        connection.execute(
            text(
                "INSERT INTO pay_jobs.closed_days VALUES (:day, :first, :rows, :amount, CAST(:kept AS jsonb),"
                " 'the clock', NULL, :on)"
            ),
            {"day": day, "first": ago == 28, "rows": len(off), "amount": Decimal("31.50") * len(off),
             "kept": json.dumps(off), "on": now - timedelta(days=ago - 1, hours=3)},
        )  # fmt: skip
        connection.execute(
            text("INSERT INTO pay_jobs.closed_figures VALUES (:day, :figure, :method, :rows, :amount, '', '{}')"),
            [
                {"day": day, "figure": figure, "method": method, "rows": rows, "amount": round(sum_, 2)}
                for figure, method, rows, sum_ in figures
            ],
        )


_UNEXPLAINED = {
    "equation": "money in",
    "row": "BCR_PAYMENT_APPL_20261124.csv line 17",
    "expected": "31.50",
    "found": "0.00",
    "cause": "not known",
    "next": "explain invoice 1031",
}
