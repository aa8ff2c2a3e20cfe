"""Figures for Prometheus where no scheduler runs: of the ledger, the files, the outbox, and the probes of the jobs."""

import shlex
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal

from prometheus_client import CollectorRegistry, Gauge, generate_latest
from sqlalchemy import Connection

from config.schedule import JobSchedule
from database.sql import statements
from jobs.watch.check_files import count_files

sql = statements(__package__)


@dataclass(frozen=True)
class MetricSample:
    """One figure: the name of its metric without `pay_jobs_`, what that means, and the labels."""

    name: str
    help: str
    value: int | Decimal
    labels: Mapping[str, str] = field(default_factory=dict)


MetricsProbe = Callable[[Connection, datetime], Iterable[MetricSample]]


def metrics_text(
    connection: Connection,
    entries: Mapping[str, JobSchedule],
    findings: int | None,
    probes: Sequence[MetricsProbe],
    *,
    now: datetime,
) -> bytes:
    """Return all figures in the text format of Prometheus.

    entries   what runs by the schedule
    findings  how much `check` found; None where it was not asked
    """
    registry = CollectorRegistry()
    gauges: dict[str, Gauge] = {}
    for sample in _samples(connection, entries, findings, probes, now):
        if sample.name not in gauges:
            gauges[sample.name] = Gauge(f"pay_jobs_{sample.name}", sample.help, list(sample.labels), registry=registry)
        gauge = gauges[sample.name].labels(**sample.labels) if sample.labels else gauges[sample.name]
        gauge.set(sample.value)  # type: ignore[arg-type] # it takes whatever float() takes
    return generate_latest(registry)


def _samples(
    connection: Connection,
    entries: Mapping[str, JobSchedule],
    findings: int | None,
    probes: Sequence[MetricsProbe],
    now: datetime,
) -> Iterator[MetricSample]:
    if findings is not None:
        yield MetricSample("check_findings", "What `check` found that is not as it should be.", findings)
    yield from _last_successes(connection, entries, now)
    for row in count_files(connection):
        labels = {"source": row.source, "state": row.state}
        yield MetricSample("files", "Inbound files that wait, are held or failed.", row.number, labels)
    for row in sql.run(connection, "count_outbox"):
        labels = {"state": row.state}
        yield MetricSample("outbox_messages", "Messages that are not delivered.", row.number, labels)
        help_line = "Seconds since the oldest of these messages was written."
        yield MetricSample("outbox_oldest_age_seconds", help_line, _seconds(row.oldest or now, now), labels)
    for probe in probes:
        yield from probe(connection, now)


def _last_successes(
    connection: Connection, entries: Mapping[str, JobSchedule], now: datetime
) -> Iterator[MetricSample]:
    commands = {name: shlex.join(job.command(name)) for name, job in entries.items()}
    jobs = [job.job or name for name, job in entries.items()]
    rows = sql.run(connection, "list_last_successes", jobs=jobs, commands=list(commands.values()))
    last: dict[str, datetime] = {row.command: row.finished_on for row in rows}
    for name, command in commands.items():
        if command in last:
            help_line = "Seconds since a run of the entry last ended with exit code 0."
            yield MetricSample("last_success_age_seconds", help_line, _seconds(last[command], now), {"job": name})


def _seconds(since: datetime, now: datetime) -> int:
    return int((now - since).total_seconds())
