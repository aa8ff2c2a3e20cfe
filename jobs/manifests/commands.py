"""`manifests`: the cluster's objects as files, and as text for `oc`."""

from pathlib import Path

import click

from config.errors import ConfigError, ExitCode
from config.schedule import ENVIRONMENTS, Schedule, read_schedule
from jobs.manifests.layout import as_yaml, differences, objects_of, render, write
from jobs.manifests.pods import Object

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
