"""CronJobs, the Deployments of the scheduler and of the operator's pod, and one-off Jobs."""

from collections.abc import Sequence
from datetime import timedelta

from config.errors import ExitCode
from config.schedule import ON_TIME, JobSchedule, Resources, Schedule, Workload
from jobs.manifests.pods import MONITORED_PORT, NAME, OPERATOR, Object, job_pod, labels, object_name, pod_template

KEPT_DONE, KEPT_FAILED = 1, 3
KEPT_SECONDS = int(timedelta(days=3).total_seconds())
SLACK = timedelta(seconds=60)
UPGRADE_DEADLINE = timedelta(minutes=15)
_SLEEP = "trap 'exit 0' TERM; while true; do sleep 3600 & wait $!; done"
_SCHEDULER_GETS = Resources(cpu="50m", memory="128Mi")
_UPGRADE_GETS = Resources(cpu="100m", memory="256Mi")


def cron_jobs(name: str, job: JobSchedule, schedule: Schedule) -> dict[str, Object]:
    """Return the CronJobs of a job by name, one an expression; a second one has a number."""
    names = (object_name(name) + (f"-{number}" if number > 1 else "") for number in range(1, len(job.cron) + 1))
    return {one: _cron_job(one, cron, name, job, schedule) for one, cron in zip(names, job.cron, strict=True)}


def _cron_job(one: str, cron: str, name: str, job: JobSchedule, schedule: Schedule) -> Object:
    """Return a CronJob; suspended where the job is off or the scheduler runs it.

    The controller resolves the zone with its own time zone data, and only ever runs the latest missed instant.
    """
    late = max(ON_TIME, job.missed.up_to)
    return {
        "apiVersion": "batch/v1",
        "kind": "CronJob",
        "metadata": {"name": one, "labels": labels(object_name(name))},
        "spec": {
            "schedule": cron,
            "timeZone": job.zone,
            "suspend": not job.enabled or schedule.cluster.scheduler.enabled,
            "concurrencyPolicy": "Forbid",
            "startingDeadlineSeconds": _seconds(late),
            "successfulJobsHistoryLimit": KEPT_DONE,
            "failedJobsHistoryLimit": KEPT_FAILED,
            "jobTemplate": {
                "metadata": {"labels": labels(object_name(name))},
                "spec": {
                    **_bounds(job),
                    "template": job_pod(name, job.command(name), job, schedule.cluster, trigger="cronjob"),
                },
            },
        },
    }


def one_off(command: Sequence[str], wanted: Workload, schedule: Schedule, *, name: str, by: str) -> Object:
    """Return the Job of a command by hand; `oc create` gives it a name of its own.

    name  of the command, without its arguments
    """
    component = object_name(name)
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "generateName": f"{component}-by-hand-",
            "namespace": schedule.cluster.namespace,
            "labels": labels(component),
        },
        "spec": {
            **_bounds(wanted),
            "template": job_pod(name, command, wanted, schedule.cluster, trigger="hand", PAY_JOBS_OPERATOR=by),
        },
    }


def sharded(job_object: Object, shards: int, parallelism: int) -> Object:
    """Return a one-off Job as an Indexed one: one shard a pod, each retried by itself.

    Kubernetes tells a pod its index; the count it does not, so it stands in the environment.
    """
    spec = dict(job_object["spec"])
    del spec["podFailurePolicy"]
    retries = spec.pop("backoffLimit")
    template = spec["template"]
    container = template["spec"]["containers"][0]
    container["env"] = [*container["env"], {"name": "JOB_COMPLETION_COUNT", "value": str(shards)}]
    indexed = {
        "completionMode": "Indexed",
        "completions": shards,
        "parallelism": min(shards, parallelism),
        "backoffLimitPerIndex": retries,
        "maxFailedIndexes": shards,
        "podFailurePolicy": _failure_policy("FailIndex"),
    }
    return {**job_object, "spec": {**indexed, **spec}}


def backfill(schedule: Schedule) -> Object:
    """Return the Job that fills what an outage left, as the schedule describes it."""
    wanted = schedule.cluster.backfill
    job = schedule.jobs[wanted.job]
    made = one_off((wanted.job, *wanted.arguments), job, schedule, name=wanted.job, by="backfill")
    made["metadata"]["generateName"] = f"{object_name(wanted.job)}-backfill-"
    return sharded(made, wanted.shards, wanted.parallelism)


def upgrade(schedule: Schedule) -> Object:
    """Return the Job that brings the schema pay_jobs up to date before a new version runs."""
    component = "db-upgrade"
    database_secret = next(iter(next(iter(schedule.jobs.values())).secrets), f"{NAME}-database")
    return {
        "apiVersion": "batch/v1",
        "kind": "Job",
        "metadata": {
            "generateName": f"{component}-",
            "namespace": schedule.cluster.namespace,
            "labels": labels(component),
        },
        "spec": {
            "activeDeadlineSeconds": _seconds(UPGRADE_DEADLINE),
            "ttlSecondsAfterFinished": KEPT_SECONDS,
            "backoffLimit": 3,
            "podFailurePolicy": _failure_policy("FailJob"),
            "template": pod_template(
                component,
                ("db", "upgrade"),
                schedule.cluster,
                resources=_UPGRADE_GETS,
                secrets=(database_secret,),
                environment={},
                pod={"restartPolicy": "Never"},
            ),
        },
    }


def scheduler(schedule: Schedule) -> Object:
    """Return the Deployment of the scheduler, which carries the runs it starts; no replicas unless enabled."""
    wanted = schedule.cluster.scheduler
    running = [job for job in schedule.commands.values() if job.enabled]
    probe = {"port": MONITORED_PORT}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": "scheduler", "labels": labels("scheduler")},
        "spec": {
            "replicas": 1 if wanted.enabled else 0,
            "strategy": {"type": "RollingUpdate"},
            "selector": {"matchLabels": labels("scheduler")},
            "template": pod_template(
                "scheduler",
                ("schedule", "run", "--port", str(wanted.port)),
                schedule.cluster,
                resources=_with_jobs(running),
                secrets=tuple(dict.fromkeys(secret for job in running for secret in job.secrets)),
                environment={},
                container={
                    "ports": [{"name": MONITORED_PORT, "containerPort": wanted.port}],
                    "livenessProbe": {"httpGet": {"path": "/healthz", **probe}, "periodSeconds": 30},
                    "readinessProbe": {"httpGet": {"path": "/readyz", **probe}, "periodSeconds": 15},
                },
                pod={"terminationGracePeriodSeconds": _seconds(wanted.drain + SLACK)},
            ),
        },
    }


def operator(schedule: Schedule) -> Object:
    """Return the Deployment of the pod that people type in: it sleeps; no replicas unless enabled."""
    wanted = schedule.by_hand
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": OPERATOR, "labels": labels(OPERATOR)},
        "spec": {
            "replicas": 1 if schedule.cluster.operator.enabled else 0,
            "strategy": {"type": "Recreate"},
            "selector": {"matchLabels": labels(OPERATOR)},
            "template": pod_template(
                OPERATOR,
                (),
                schedule.cluster,
                resources=wanted.resources,
                secrets=wanted.secrets,
                environment={},
                container={"command": ["sh", "-c", _SLEEP]},
                pod={"terminationGracePeriodSeconds": 10},
            ),
        },
    }


def _bounds(wanted: Workload) -> Object:
    return {
        "activeDeadlineSeconds": _seconds(wanted.deadline),
        "ttlSecondsAfterFinished": KEPT_SECONDS,
        "backoffLimit": wanted.retries,
        "podFailurePolicy": _failure_policy("FailJob"),
    }


def _failure_policy(give_up: str) -> Object:
    """A pod that the cluster evicts is replaced and not counted; of the exit codes only 1 is tried again."""
    retried = {"operator": "NotIn", "values": [int(ExitCode.FAILED)]}
    return {
        "rules": [
            {"action": "Ignore", "onPodConditions": [{"type": "DisruptionTarget", "status": "True"}]},
            {"action": give_up, "onExitCodes": retried},
        ]
    }


def _with_jobs(running: Sequence[JobSchedule]) -> Resources:
    """Return the scheduler's pod what it needs with every job at work."""
    cpu = max((_thousandths(job.resources.cpu) for job in running), default=0)
    memory = sum(_mebibytes(job.resources.memory) for job in running)
    return Resources(
        cpu=f"{cpu + _thousandths(_SCHEDULER_GETS.cpu)}m", memory=f"{memory + _mebibytes(_SCHEDULER_GETS.memory)}Mi"
    )


def _thousandths(cpu: str) -> int:
    return int(cpu.removesuffix("m")) if cpu.endswith("m") else int(cpu) * 1000


def _mebibytes(memory: str) -> int:
    return int(memory[:-2]) * (1024 if memory.endswith("Gi") else 1)


def _seconds(length: timedelta) -> int:
    return int(length.total_seconds())
