"""Read config/schedule.yaml with the overlay of an environment, and check it whole.

Every mistake is reported with its file and line, all of them at once. The comments of the file say what each name
means; what reads it: jobs/scheduler/scheduler.py, jobs/watch/check.py, jobs/manifests/.
"""

import re
from collections.abc import Iterable
from datetime import timedelta
from functools import cached_property
from ipaddress import IPv4Network, IPv6Network, ip_network
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from config.business_time import BUSINESS_ZONE_NAME
from config.cron import Cron, CronTimes
from config.errors import ConfigError
from config.yaml_lines import YamlLines, merged, read_yaml

BASE = Path(__file__).parent / "schedule.yaml"
ENVIRONMENTS = ("dev", "test", "sandbox", "prod")
ON_TIME = timedelta(minutes=1)
_DOCUMENTATION = tuple(
    ip_network(kept) for kept in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "2001:db8::/32")
)
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def _duration(value: object) -> timedelta:
    if isinstance(value, timedelta):
        return value
    match = re.fullmatch(r"(\d+)([smhd])", str(value))
    if match is None:
        raise ValueError(f"{value!r} is no length of time: expected like 90s, 30m, 6h or 2d")
    return timedelta(**{_UNITS[match[2]]: int(match[1])})


Duration = Annotated[timedelta, BeforeValidator(_duration)]


def _cron(value: str) -> str:
    return Cron(value).text


def _zone(value: str) -> str:
    return Cron("0 0 * * *", value).zone


def _crons(value: object) -> tuple[str, ...]:
    if isinstance(value, str):
        return (_cron(value),)
    if not isinstance(value, list | tuple) or not value:
        raise ValueError(f"{value!r} is no time to run: expected a cron expression, or a list of some")
    return tuple(_cron_of_list(str(text)) for text in value)


def _cron_of_list(value: str) -> str:
    try:
        return _cron(value)
    except ValueError as error:
        raise ValueError(f"{value!r}: {error}") from None


CronText = Annotated[str, AfterValidator(_cron)]
CronTexts = Annotated[tuple[str, ...], BeforeValidator(_crons)]
ZoneName = Annotated[str, AfterValidator(_zone)]


def _written_like(pattern: str, *examples: str) -> AfterValidator:
    """Return what holds a text against a pattern, and shows a person examples rather than that."""

    def check(value: str) -> str:
        if not re.fullmatch(pattern, value, re.ASCII):
            raise ValueError(f"{value!r} is not understood: expected like {' or '.join(examples)}")
        return value

    return AfterValidator(check)


Name = Annotated[str, Field(max_length=63), _written_like(r"[a-z0-9]([-a-z0-9.]*[a-z0-9])?", "pay-jobs-database")]
Cpu = Annotated[str, _written_like(r"\d+m?", "500m", "2")]
Memory = Annotated[str, _written_like(r"\d+(Mi|Gi)", "512Mi", "2Gi")]
Image = Annotated[
    str, _written_like(r"[a-z0-9][a-z0-9._/-]*(:[\w.-]+|@sha256:[0-9a-f]{64})", "registry.example/pay-jobs:1.0")
]
Instance = Annotated[
    str, _written_like(r"([a-z0-9.-]+:)?[a-z0-9-]+:[a-z0-9-]+:[a-z0-9-]+", "my-project:northamerica-northeast1:pay")
]


class ScheduleModel(BaseModel):
    """Something the schedule says; a name it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class MissedRuns(ScheduleModel):
    """What to do about runs that could not begin on time."""

    run: Literal["skip", "latest", "all"]
    up_to: Duration = ON_TIME

    @model_validator(mode="after")
    def _age_where_it_counts(self) -> "MissedRuns":
        if (self.run == "skip") == ("up_to" in self.model_fields_set):
            raise ValueError("say up to which age with `latest` and `all` (like up_to: 20h), and never with `skip`")
        return self


class Resources(ScheduleModel):
    """What a pod of the job gets; memory is both what it asks for and what it may use."""

    cpu: Cpu
    memory: Memory


class Workload(ScheduleModel):
    """What a pod gets, how long it may run, and how often it is tried again."""

    deadline: Duration
    retries: int = Field(1, ge=0, le=6)
    resources: Resources
    secrets: tuple[Name, ...] = ()


class JobSchedule(Workload):
    """When and how one job runs; `job` names it where the entry has another name: a run with arguments, a hand tool.

    make_up  the arguments with which it does later what no run did in its day; none where its next run does that
    """

    job: str | None = None
    cron: CronTexts
    zone: ZoneName = BUSINESS_ZONE_NAME
    enabled: bool = True
    arguments: tuple[str, ...] = ()
    make_up: tuple[str, ...] = ()
    missed: MissedRuns
    tolerance: Duration = timedelta(0)

    @cached_property
    def times(self) -> CronTimes:
        """When it runs."""
        return CronTimes(tuple(Cron(text, self.zone) for text in self.cron))

    def command(self, name: str) -> tuple[str, ...]:
        """Return what the clock runs for the entry of this name."""
        return (*(self.job or name).split(), *self.arguments)


class ExpectedFile(ScheduleModel):
    """A file that comes on its own; it is missed only where the entry `job`, which takes it, is enabled."""

    what: str
    job: str
    source: str
    name: str
    due: tuple[CronText, ...] = Field(min_length=1)
    zone: ZoneName = BUSINESS_ZONE_NAME
    applied_within: Duration

    @field_validator("name")
    @classmethod
    def _regular(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"{value!r} is no regular expression: {error}") from None
        return value

    @cached_property
    def times(self) -> tuple[Cron, ...]:
        """When one must be there."""
        return tuple(Cron(due, self.zone) for due in self.due)


class ExpectedAnswer(ScheduleModel):
    """What must come after something was sent; the probe of the name `what` knows what is still without it.

    do  what to do about one that did not come
    """

    what: str
    do: str = ""
    within_business_days: int = Field(ge=1, le=30)


class Egress(ScheduleModel):
    """One place the pods may connect to."""

    what: str
    cidr: IPv4Network | IPv6Network
    port: int = Field(ge=1, le=65535)

    @property
    def is_example(self) -> bool:
        """Whether the address is one of those kept for documentation, where nobody can be (RFC 5737, RFC 3849)."""
        return any(self.cidr.version == kept.version and self.cidr.overlaps(kept) for kept in _DOCUMENTATION)


class SchedulerPod(ScheduleModel):
    """The long-running scheduler, for places where the cluster's CronJobs are not used."""

    enabled: bool = False
    port: int = Field(8080, ge=1024, le=65535)
    drain: Duration = timedelta(minutes=5)


class OperatorPod(ScheduleModel):
    """The pod that people type in: it sleeps until somebody comes. Also what a command by hand gets in its own pod."""

    enabled: bool = False
    resources: Resources = Resources(cpu="100m", memory="512Mi")
    deadline: Duration = timedelta(hours=6)


class ConsolePod(ScheduleModel):
    """The pod that serves the web console behind the platform's oauth-proxy; `secrets` name a role that only reads."""

    enabled: bool = False
    proxy_image: Image = "oauth-proxy:v4.4"
    secrets: tuple[Name, ...] = ("pay-jobs-console-database", "pay-jobs-object-store")
    resources: Resources = Resources(cpu="100m", memory="256Mi")


class Backfill(ScheduleModel):
    """The one-off Job that fills what an outage left, one shard a pod."""

    job: str
    arguments: tuple[str, ...] = ()
    shards: int = Field(ge=1, le=100)
    parallelism: int = Field(ge=1, le=100)


class CloudSqlProxy(ScheduleModel):
    """The proxy beside each pod, where the pay database is an instance of Cloud SQL and IAM lets us in."""

    instance: Instance
    image: Image
    ip_type: Literal["private", "public", "psc"] = "private"


class Cluster(ScheduleModel):
    """What the manifests need besides the schedule."""

    namespace: Name
    image: Image
    cloud_sql: CloudSqlProxy | None = None
    settings: dict[str, str] = {}
    keys_secret: Name
    egress: tuple[Egress, ...] = Field(min_length=1)
    scheduler: SchedulerPod = SchedulerPod()
    operator: OperatorPod = OperatorPod()
    console: ConsolePod = ConsolePod()
    backfill: Backfill


class Schedule(ScheduleModel):
    """Everything config/schedule.yaml says for one environment."""

    zone: ZoneName = BUSINESS_ZONE_NAME
    jobs: dict[str, JobSchedule] = Field(min_length=1)
    check: JobSchedule | None = None
    files: tuple[ExpectedFile, ...] = ()
    answers: tuple[ExpectedAnswer, ...] = ()
    cluster: Cluster

    @model_validator(mode="before")
    @classmethod
    def _zone_for_all(cls, data: Any) -> Any:
        """Apply the zone at the top wherever none is named."""
        if not isinstance(data, dict) or "zone" not in data:
            return data
        zone = {"zone": data["zone"]}
        jobs, files, check = data.get("jobs"), data.get("files"), data.get("check")
        if isinstance(jobs, dict):
            jobs = {name: zone | job if isinstance(job, dict) else job for name, job in jobs.items()}
        if isinstance(files, list):
            files = [zone | file if isinstance(file, dict) else file for file in files]
        if isinstance(check, dict):
            data = data | {"check": zone | check}
        return data | {"jobs": jobs} | ({"files": files} if files is not None else {})

    @model_validator(mode="after")
    def _files_are_taken(self) -> "Schedule":
        if strangers := sorted({file.job for file in self.files} - self.jobs.keys()):
            raise ValueError(f"files are taken by an entry of `jobs`; there is no {', '.join(strangers)}")
        return self

    @property
    def commands(self) -> dict[str, JobSchedule]:
        """Everything that is started by the clock: the jobs, and the alarm about those that were not."""
        return self.jobs | ({"check": self.check} if self.check else {})

    @property
    def by_hand(self) -> Workload:
        """What a pod gets in which a person works: the secrets of every job, and no second try."""
        operator = self.cluster.operator
        secrets = tuple(dict.fromkeys(secret for job in self.jobs.values() for secret in job.secrets))
        return Workload(deadline=operator.deadline, retries=0, resources=operator.resources, secrets=secrets)

    @property
    def awaited_files(self) -> tuple[ExpectedFile, ...]:
        """The files that are missed where they do not come: those of an entry that is enabled."""
        return tuple(file for file in self.files if self.jobs[file.job].enabled)

    def enabled_jobs(self, known: Iterable[str]) -> dict[str, JobSchedule]:
        """Return the jobs that run by the schedule, of those this installation has."""
        names = set(known)
        return {name: job for name, job in self.jobs.items() if job.enabled and (job.job or name) in names}

    def strangers(self, known: Iterable[str]) -> list[str]:
        """Return which names stand only here, and which jobs have no schedule."""
        names, here = set(known), {job.job or name for name, job in self.jobs.items()}
        return [f"{name} is scheduled, but this installation has no such job" for name in sorted(here - names)] + [
            f"{name} has no entry in config/schedule.yaml" for name in sorted(names - here)
        ]


def read_schedule(environment: str | None = None, base: Path = BASE) -> Schedule:
    """Read the schedule, with the overlay of an environment where one is named.

    Raises ConfigError with every mistake and its line.
    """
    content, lines, problems = read_yaml(_existing(base))
    if environment is not None:
        overlay, over, more = read_yaml(_existing(base.with_suffix(f".{environment}.yaml")))
        problems += more
        content = merged(content, overlay, lines, over)
    try:
        schedule = Schedule.model_validate(content)
    except ValidationError as error:
        problems += [_problem(one["loc"], one["msg"], lines) for one in error.errors()]
    if problems:
        raise ConfigError("The schedule has mistakes:\n" + "\n".join(f"  {one}" for one in dict.fromkeys(problems)))
    return schedule


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise ConfigError(f"There is no schedule {path}: environments are {', '.join(ENVIRONMENTS)}.")
    return path


def _problem(location: tuple[int | str, ...], message: str, lines: YamlLines) -> str:
    where = ".".join(str(part) for part in location) or "schedule"
    return f"{lines.of(location)}: {where}: {message.removeprefix('Value error, ')}"
