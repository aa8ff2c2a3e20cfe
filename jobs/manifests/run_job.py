"""`run-job`: any command in a pod of its own, as text for `oc`."""

import shlex
from collections.abc import Sequence

import click

from config.command_line import typed
from config.errors import UsageError
from config.schedule import ENVIRONMENTS, Schedule, Workload, read_schedule
from config.settings import PodSettings, read
from jobs.commands.cli import JobCommand
from jobs.manifests.layout import as_yaml
from jobs.manifests.workloads import one_off, sharded
from jobs.parameters import FOR_A_POD
from jobs.run.result import print_json

_NOT_IN_A_POD = {
    "manifests": "it writes files of the repository; run it in your own copy of that",
    "run-job": "name the command that is to run",
    "sandbox": "it is for your own machine",
    "schedule run": "the Deployment `scheduler` is for that: cluster.scheduler.enabled in config/schedule.yaml",
}


def run_job_command() -> click.Command:
    """Return the command that prints the Job of any other command of the same command line."""

    @click.command(
        "run-job",
        help="Print a Job that runs any command in a pod of its own, and the line that creates it.\n\nExamples:\n\n"
        "  python3 invoke_jobs.py run-job GENERATE_STATEMENTS 2022-06-25 1234 --env prod | oc create -f -\n\n"
        '  python3 invoke_jobs.py run-job "explain invoice 1234" --env prod | oc create -f -\n\n'
        "  python3 invoke_jobs.py run-job GENERATE_STATEMENTS --fill-gaps --since 2022-01-01 --shards 8 --env prod",
        context_settings={"ignore_unknown_options": True},
    )
    @click.argument("command", nargs=-1, required=True, type=click.UNPROCESSED)
    @click.option("--env", "environment", type=click.Choice(ENVIRONMENTS), required=True, help="Where it is to run.")
    @click.option("--shards", type=click.IntRange(2, 100), help="Split it: one shard a pod, each retried by itself.")
    @click.option("--parallelism", type=click.IntRange(1, 100), default=4, show_default=True, help="Pods at once.")
    @click.option("--json", "as_json", is_flag=True, help="Print one JSON object; to pass it on, quote the command.")
    @click.pass_context
    def run_job(
        context: click.Context, *, command: tuple[str, ...], environment: str, shards: int | None, parallelism: int,
        as_json: bool,
    ) -> None:  # fmt: skip
        words = shlex.split(command[0]) if len(command) == 1 else list(command)
        name, found = checked_for_a_pod(context, words)
        schedule = read_schedule(environment)
        made = one_off(
            words, _workload(name, found, schedule), schedule, name=name, by=read(PodSettings).operator or "unknown"
        )
        split: list[str] = []
        if shards is not None:
            if not (isinstance(found, JobCommand) and found.job.shardable):
                raise UsageError(f"{name} cannot be split into shards; remove --shards.")
            made = sharded(made, shards, parallelism)
            split = ["--shards", str(shards), "--parallelism", str(parallelism)]
        namespace = schedule.cluster.namespace
        again = typed("run-job", *words, *split, "--env", environment)
        if as_json:
            rows = [{"kind": made["kind"], "namespace": namespace, "object": made}]
            print_json("run-job", {"objects": rows}, notes=[f"{again} | oc create -n {namespace} -f -"])
            return
        click.echo(f"# {again} | oc create -n {namespace} -f -")
        click.echo(f"# What it prints, by the name that oc says: oc logs -n {namespace} -f job/NAME")
        click.echo(as_yaml(made), nl=False)

    return run_job


def checked_for_a_pod(context: click.Context, words: Sequence[str]) -> tuple[str, click.Command]:
    """Return the name of a command and the command. Raises for wrong words what the pod would raise, now."""
    found: click.Command = context.find_root().command
    parent, rest, path = context.find_root(), list(words), list[str]()
    while isinstance(found, click.Group):
        if not rest:
            members = ", ".join(found.list_commands(parent))
            raise UsageError(f"{' '.join(path)} needs one of its commands: {members}.")
        name, member, rest = found.resolve_command(parent, rest)
        assert name is not None and member is not None
        path.append(name)
        found = member
        if " ".join(path) in _NOT_IN_A_POD:
            raise UsageError(f"{' '.join(path)} does not run in a pod of its own: {_NOT_IN_A_POD[' '.join(path)]}.")
        if isinstance(found, click.Group):
            parent = click.Context(found, parent, info_name=name)
    parent.meta[FOR_A_POD] = True
    if "--sandbox" in rest:
        raise UsageError("--sandbox is for your own machine; there is no sandbox in a pod.")
    values = found.make_context(path[-1], rest, parent).params
    if isinstance(found, JobCommand):
        found.check(values)
    return " ".join(path), found


def _workload(name: str, found: click.Command, schedule: Schedule) -> Workload:
    """Return what its pod gets: what the schedule gives a job, else what a command by hand gets."""
    return schedule.commands.get(name) or schedule.by_hand
