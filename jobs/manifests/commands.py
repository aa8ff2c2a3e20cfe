"""`manifests`: the cluster's objects as files, and as text for `oc`."""

from pathlib import Path

import click

from config.errors import ConfigError, ExitCode
from config.schedule import ENVIRONMENTS, Schedule, read_schedule
from jobs.manifests.layout import as_yaml, differences, objects_of, render, write
from jobs.manifests.pods import Object
from jobs.parameters import json_option
from jobs.run.result import print_json

MAX_LINES = 200
_AS_IT_IS = "openshift/ is as the schedule has it."
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
    @json_option
    def manifests(environment: str | None, check: bool, as_json: bool) -> int:
        wanted = render(read_schedule(), {name: read_schedule(name) for name in ENVIRONMENTS})
        if check:
            return _show_differences(differences(folder, wanted, environment), as_json=as_json)
        if environment is not None:
            schedule = read_schedule(environment)
            if environment == PRODUCTION and (examples := _example_addresses(schedule)):
                raise ConfigError(examples)
            _show_objects("manifests", placed(schedule), as_json=as_json)
            return ExitCode.DONE
        try:
            changed = write(folder, wanted)
        except OSError as error:
            raise ConfigError(f"{folder} cannot be written ({error.strerror}); --env prints instead.") from error
        if as_json:
            print_json("manifests", {"written": [{"file": f"openshift/{name}"} for name in changed]})
        for name in () if as_json else changed:
            click.echo(f"written: openshift/{name}")
        if not changed and not as_json:
            click.echo(_AS_IT_IS)
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


def _show_objects(command: str, objects: list[Object], *, as_json: bool) -> None:
    if not as_json:
        click.echo(as_yaml(*objects), nl=False)
        return
    rows = [{"kind": one["kind"], "name": one["metadata"].get("name"), "object": one} for one in objects]
    print_json(command, {"objects": rows})


def _show_differences(lines: list[str], *, as_json: bool) -> int:
    if as_json:
        code = ExitCode.ATTENTION if lines else ExitCode.DONE
        print_json("manifests", {"differences": [{"line": line} for line in lines]}, code=code)
        return code
    if not lines:
        click.echo(_AS_IT_IS)
        return ExitCode.DONE
    click.echo("\n".join(lines[:MAX_LINES]))
    if len(lines) > MAX_LINES:
        click.echo(f"... and {len(lines) - MAX_LINES} more lines.")
    click.echo("openshift/ and config/schedule.yaml differ. Render it anew: python3 invoke_jobs.py manifests", err=True)
    return ExitCode.ATTENTION
