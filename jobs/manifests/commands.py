"""`manifests` and `run-job`: the cluster's objects as text, for `oc`."""

import os
import shlex
from collections.abc import Sequence
from pathlib import Path

import click

from config.errors import ConfigError, ExitCode, UsageError
from config.schedule import ENVIRONMENTS, Schedule, read_schedule
from jobs.commands.cli import JobCommand
from jobs.job import Job, by_name
from jobs.manifests.layout import as_yaml, differences, objects_of, render, write
from jobs.manifests.pods import Object
from jobs.manifests.workloads import one_off, sharded

MAX_LINES = 200
PRODUCTION = "prod"


def manifests_command(folder: Path) -> click.Command:
    """Return the command that renders openshift/.

    folder  where the files lie
    """

    @click.command(
        "manifests",
        help="Render openshift/ from config/schedule.yaml. With --check, only compare: exit 3 where they differ. With"
        " --env, print the finished objects of one environment instead.\n\nExamples:\n\n"
        "  python3 invoke_jobs.py manifests --check\n\n"
        "  python3 invoke_jobs.py manifests --env prod | oc apply --dry-run=server -f -",
    )
    @click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), help="Print this environment's objects.")
    @click.option("--check", is_flag=True, help="Change nothing; show how the files differ from the schedule.")
    def manifests(environment: str | None, check: bool) -> int:
        wanted = render(read_schedule(), {name: read_schedule(name) for name in ENVIRONMENTS})
        if check:
            return _show_differences(differences(folder, wanted, environment))
        if environment is not None:
            schedule = read_schedule(environment)
            if environment == PRODUCTION and (examples := _example_addresses(schedule)):
                raise ConfigError(examples)
            click.echo(as_yaml(*placed(schedule)), nl=False)
            return ExitCode.DONE
        try:
            changed = write(folder, wanted)
        except OSError as error:
            raise ConfigError(f"{folder} cannot be written ({error.strerror}); --env prints instead.") from error
        for name in changed:
            click.echo(f"written: openshift/{name}")
        if not changed:
            click.echo("openshift/ is as the schedule has it.")
        if examples := _example_addresses(read_schedule(PRODUCTION)):
            click.echo(f"Not yet fit for production: {examples}", err=True)
        return ExitCode.DONE

    return manifests


def run_job_command(jobs: tuple[Job, ...]) -> click.Command:
    """Return the command that prints the Job of a manual run."""
    named = by_name(jobs)

    @click.command(
        "run-job",
        help="Print a Job for a manual run with arguments, and the line that creates it.\n\nExamples:\n\n"
        "  python3 invoke_jobs.py run-job GENERATE_STATEMENTS 2022-06-25 1234 --env prod | oc create -f -\n\n"
        "  python3 invoke_jobs.py run-job GENERATE_STATEMENTS --fill-gaps --since 2022-01-01 --shards 8 --env prod",
        context_settings={"ignore_unknown_options": True},
    )
    @click.argument("job")
    @click.argument("arguments", nargs=-1, type=click.UNPROCESSED)
    @click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), required=True, help="Where it is to run.")
    @click.option("--shards", type=click.IntRange(2, 100), help="Split it: one shard a pod, each retried by itself.")
    @click.option("--parallelism", type=click.IntRange(1, 100), default=4, show_default=True, help="Pods at once.")
    def run_job(
        *, job: str, arguments: tuple[str, ...], environment: str, shards: int | None, parallelism: int
    ) -> None:
        if job not in named:
            raise UsageError(f"Unknown job {job!r}. There are: {', '.join(named)}.")
        refuse_wrong(named[job], arguments, sharded=shards is not None)
        schedule = read_schedule(environment)
        if job not in schedule.jobs:
            raise UsageError(f"{job} is not in config/schedule.yaml, which says what its pod gets. Add it there.")
        by = next((os.environ[name] for name in ("PAY_JOBS_OPERATOR", "USER") if os.environ.get(name)), "unknown")
        made = one_off(job, arguments, schedule.jobs[job], schedule, by=by)
        if shards is not None:
            made = sharded(made, shards, parallelism)
        split = ["--shards", str(shards), "--parallelism", str(parallelism)] if shards is not None else []
        again = shlex.join([job, *arguments, *split, "--env", environment])
        click.echo(f"# python3 invoke_jobs.py run-job {again} | oc create -n {schedule.cluster.namespace} -f -")
        click.echo(as_yaml(made), nl=False)

    return run_job


def refuse_wrong(job: Job, arguments: Sequence[str], *, sharded: bool = False) -> None:
    """Find wrong arguments now rather than in the pod; raises what the command itself would raise."""
    if sharded and not job.shardable:
        raise UsageError(f"{job.name} cannot be split into shards; remove --shards.")
    common = [click.Option([name], is_flag=True) for name in ("--dry-run", "--json")]
    shard = [click.Option(["--shard"])] if job.shardable else []
    command = JobCommand(job.name, params=[*job.parameters, *common, *shard], retired=dict(job.retired))
    values = command.make_context(job.name, list(arguments)).params
    names = {parameter.name for parameter in job.parameters}
    job.load_arguments({name: value for name, value in values.items() if name in names})


def _example_addresses(schedule: Schedule) -> str:
    """Return which places the pods may connect to are examples, and where the real ones are named."""
    examples = [f"{place.what} ({place.cidr})" for place in schedule.cluster.egress if place.is_example]
    if not examples:
        return ""
    return (
        f"the addresses of {', '.join(examples)} are kept for documentation, and nobody is there. Name the real ones "
        f"under cluster.egress in config/schedule.{PRODUCTION}.yaml, as the base file does: "
        "- {what: the pay database, cidr: 10.1.2.3/32, port: 5432}"
    )


def placed(schedule: Schedule) -> list[Object]:
    """Return the objects of an environment in its namespace."""
    return [
        one | {"metadata": one["metadata"] | {"namespace": schedule.cluster.namespace}}
        for one in objects_of(schedule).values()
    ]


def _show_differences(lines: list[str]) -> int:
    if not lines:
        click.echo("openshift/ is as the schedule has it.")
        return ExitCode.DONE
    click.echo("\n".join(lines[:MAX_LINES]))
    if len(lines) > MAX_LINES:
        click.echo(f"... and {len(lines) - MAX_LINES} more lines.")
    click.echo("openshift/ and config/schedule.yaml differ. Render it anew: python3 invoke_jobs.py manifests", err=True)
    return ExitCode.ATTENTION
