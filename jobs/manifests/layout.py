"""Which file holds what under openshift/: a base from the schedule, an overlay with what an environment changes.

The files are a function of the schedule: the same schedule gives the same bytes.
"""

import difflib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import yaml

from config.errors import ConfigError
from config.plurals import counted
from config.schedule import ENVIRONMENTS, Schedule
from jobs.manifests.console import console_objects
from jobs.manifests.pods import Object
from jobs.manifests.surroundings import network_policy, operator_network_policy, service_account, settings
from jobs.manifests.workloads import backfill, cron_jobs, operator, scheduler, upgrade

HEAD = "# Made from config/schedule.yaml by `python3 invoke_jobs.py manifests`. Do not edit: change the schedule.\n"
ZONE_NOTE = (
    "# The cluster's controller resolves timeZone with its own zone data: older than 2026b, it is an hour late in\n"
    "# British Columbia. `doctor` says how to find out.\n"
)


class _PlainDumper(yaml.SafeDumper):
    """Writes no anchors: each object is readable by itself."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _block(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_PlainDumper.add_representer(str, _block)


def as_yaml(*objects: Object | list[Object]) -> str:
    """Return objects as the documents of one file."""
    return yaml.dump_all(objects, Dumper=_PlainDumper, sort_keys=False, width=120, explicit_start=len(objects) > 1)


def objects_of(schedule: Schedule) -> dict[str, Object]:
    """Return everything that stands in the cluster for good, by file name."""
    found = {
        "service-account": service_account(),
        "settings": settings(schedule),
        "network-policy": network_policy(schedule),
        "network-policy-operator": operator_network_policy(schedule),
        "operator": operator(schedule),
        "scheduler": scheduler(schedule),
    }
    return (
        found
        | console_objects(schedule)
        | {
            f"cronjob-{name}": one
            for command, job in sorted(schedule.commands.items())
            for name, one in cron_jobs(command, job, schedule).items()
        }
    )


def one_offs(schedule: Schedule) -> dict[str, Object]:
    """Return the Jobs that are created when they are wanted."""
    return {"backfill": backfill(schedule), "db-upgrade": upgrade(schedule)}


def render(base: Schedule, environments: Mapping[str, Schedule]) -> dict[str, str]:
    """Return the text of every file under openshift/."""
    files: dict[str, str] = {}
    shared = objects_of(base)
    kustomization: Object = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "resources": [f"{name}.yaml" for name in shared],
    }
    for name, one in shared.items():
        note = ZONE_NOTE if one["kind"] == "CronJob" else ""
        files[f"base/{name}.yaml"] = HEAD + note + as_yaml(one)
    files["base/kustomization.yaml"] = HEAD + as_yaml(kustomization)
    for environment, schedule in environments.items():
        folder = f"overlays/{environment}"
        files[f"{folder}/kustomization.yaml"] = HEAD + as_yaml(_overlay(shared, base, schedule, environment))
        files |= {f"{folder}/one-off/{name}.yaml": HEAD + as_yaml(one) for name, one in one_offs(schedule).items()}
    return files


def differences(folder: Path, wanted: Mapping[str, str], environment: str | None = None) -> list[str]:
    """Return how the files at hand differ from the wanted ones, as lines for a person.

    environment  look only at the base and this overlay
    """
    lines: list[str] = []
    looked_at = ("base/", "overlays/" if environment is None else f"overlays/{environment}/")
    for name in sorted(name for name in wanted.keys() | _present(folder) if name.startswith(looked_at)):
        path = folder / name
        found = path.read_text(encoding="utf-8") if path.exists() else ""
        lines += difflib.unified_diff(
            found.splitlines(),
            wanted.get(name, "").splitlines(),
            f"{folder.name}/{name} as it is",
            f"{folder.name}/{name} as the schedule has it",
            lineterm="",
            n=2,
        )
    return lines


def write(folder: Path, wanted: Mapping[str, str]) -> list[str]:
    """Write what differs, remove what nobody wants any more, and return the names of both."""
    changed: list[str] = []
    for name in sorted(wanted.keys() | _present(folder)):
        path = folder / name
        if name not in wanted:
            path.unlink()
        elif not path.exists() or path.read_text(encoding="utf-8") != wanted[name]:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(wanted[name], encoding="utf-8")
        else:
            continue
        changed.append(name)
    return changed


def _present(folder: Path) -> set[str]:
    parts = (folder / "base", *(folder / "overlays" / environment for environment in ENVIRONMENTS))
    return {str(path.relative_to(folder)) for part in parts for path in part.rglob("*.yaml")}


def _overlay(shared: Mapping[str, Object], base: Schedule, schedule: Schedule, environment: str) -> Object:
    """Return a kustomization that turns the base into the objects of an environment."""
    for entry, job in schedule.commands.items():
        of_base = base.commands.get(entry, job)
        if len(job.cron) != len(of_base.cron):
            raise ConfigError(
                f"config/schedule.{environment}.yaml: {entry} has {counted(len(job.cron), 'cron expression')},"
                f" and {len(of_base.cron)} in config/schedule.yaml. An overlay may change them, but keeps their number."
            )
    wanted = objects_of(schedule)
    if wanted.keys() != shared.keys():
        strange = ", ".join(sorted(wanted.keys() ^ shared.keys()))
        raise ConfigError(f"An overlay may change the jobs of config/schedule.yaml, not add or remove one: {strange}.")
    overlay: Object = {
        "apiVersion": "kustomize.config.k8s.io/v1beta1",
        "kind": "Kustomization",
        "namespace": schedule.cluster.namespace,
        "resources": ["../../base"],
        "images": [_image(base.cluster.image, schedule.cluster.image)],
    }
    patches = [
        {"target": {"kind": old["kind"], "name": old["metadata"]["name"]}, "patch": as_yaml(steps)}
        for name, old in shared.items()
        if (steps := [step for step in _steps(old, wanted[name], "") if not _is_put_by_kustomize(step, schedule)])
    ]
    return overlay | ({"patches": patches} if patches else {})


def _is_put_by_kustomize(step: Object, schedule: Schedule) -> bool:
    """Return whether a step puts our own image in, which the list of images does."""
    return bool(step["path"].endswith("/image") and step.get("value") == schedule.cluster.image)


def _image(old: str, new: str) -> Object:
    """Return how kustomize puts an image in the place of that of the base."""
    of_base, _, _ = _named(old)
    name, digest, tag = _named(new)
    return {"name": of_base, "newName": name} | ({"digest": digest} if digest else {"newTag": tag})


def _named(image: str) -> tuple[str, str, str]:
    """Return the name, the digest and the tag of an image; it has one of the two."""
    name, _, digest = image.partition("@")
    if digest:
        return name, digest, ""
    name, _, tag = image.rpartition(":")
    return name, "", tag


def _steps(old: Any, new: Any, path: str) -> Iterator[Object]:
    """Return the JSON patch (RFC 6902) that turns one value into another."""
    if isinstance(old, dict) and isinstance(new, dict):
        for name in [*old, *(name for name in new if name not in old)]:
            place = f"{path}/{str(name).replace('~', '~0').replace('/', '~1')}"
            if name not in new:
                yield {"op": "remove", "path": place}
            elif name not in old:
                yield {"op": "add", "path": place, "value": new[name]}
            else:
                yield from _steps(old[name], new[name], place)
    elif isinstance(old, list) and isinstance(new, list) and len(old) == len(new):
        for number, (before, after) in enumerate(zip(old, new, strict=True)):
            yield from _steps(before, after, f"{path}/{number}")
    elif old != new:
        yield {"op": "replace", "path": path, "value": new}
