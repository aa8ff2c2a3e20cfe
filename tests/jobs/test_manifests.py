"""The manifests are those of the schedule, valid for the cluster, and fit for a namespace that allows little."""

import copy
import json
import os
import signal
import subprocess
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

import click
import kubernetes_validate
import pytest
import yaml
from kubernetes_validate.utils import all_versions
from pydantic import AliasChoices

import config.settings
from config.errors import ConfigError
from config.schedule import ENVIRONMENTS, CloudSqlProxy, Egress, Schedule, read_schedule
from config.settings import Settings
from jobs.commands.cli import build_cli, main
from jobs.manifests.commands import manifests_command, placed
from jobs.manifests.layout import as_yaml, objects_of, one_offs, render
from jobs.manifests.run_job import run_job_command
from jobs.watch.doctor import doctor_command
from tasks import JOBS
from tools import BY_CLOCK, TOOLS

ROOT = Path(__file__).resolve().parents[2]
read_yaml = partial(yaml.load, Loader=yaml.CSafeLoader)
MINORS = sorted({".".join(version.split(".")[:2]) for version in all_versions()}, key=lambda v: int(v.split(".")[1]))


@pytest.fixture
def cli(tmp_path: Path) -> click.Group:
    late = {
        "manifests": ("Render.", lambda: manifests_command(tmp_path / "openshift")),
        "run-job": ("Run.", run_job_command),
        "doctor": ("Look.", doctor_command),
    }
    return build_cli(JOBS, tools=TOOLS, use_sandbox=lambda: None, late=late)


def everything(schedule: Schedule) -> list[dict[str, Any]]:
    return [*objects_of(schedule).values(), *one_offs(schedule).values()]


def validate(one: dict[str, Any], version: str) -> None:
    """Hold an object against its schema; a Route is of OpenShift, and Kubernetes has none for it."""
    if one["kind"] != "Route":
        kubernetes_validate.validate(one, version, strict=True)


def pod_specs(schedule: Schedule) -> list[dict[str, Any]]:
    """Return the pod of everything that has one."""
    return [pod for one in everything(schedule) if (pod := pod_of(one))]


def pod_of(one: dict[str, Any]) -> dict[str, Any] | None:
    """Return the pod of an object that has one."""
    spec = one.get("spec", {})
    spec = spec.get("jobTemplate", {}).get("spec", spec)
    pod: dict[str, Any] | None = spec.get("template", {}).get("spec")
    return pod


def patched(content: Any, steps: list[dict[str, Any]]) -> Any:
    """Apply a JSON patch (RFC 6902)."""
    content = copy.deepcopy(content)
    for step in steps:
        *way, last = [part.replace("~1", "/").replace("~0", "~") for part in step["path"].split("/")[1:]]
        place = content
        for part in way:
            place = place[int(part)] if isinstance(place, list) else place[part]
        key = int(last) if isinstance(place, list) else last
        if step["op"] == "remove":
            del place[key]
        else:
            place[key] = step["value"]
    return content


def test_the_files_in_openshift_are_those_of_the_schedule(capsys: pytest.CaptureFixture[str]) -> None:
    code = main(click.Group(commands={"manifests": manifests_command(ROOT / "openshift")}), ["manifests", "--check"])

    shown = capsys.readouterr()
    assert code == 0, f"{shown.out}{shown.err}"
    assert shown.out == "openshift/ is as the schedule has it.\n"


@pytest.mark.parametrize("version", MINORS[-4:])
def test_every_object_is_valid_in_the_last_four_versions_of_kubernetes(version: str) -> None:
    assert len(MINORS) >= 4
    different = {json.dumps(one): one for name in ENVIRONMENTS for one in everything(read_schedule(name))}
    for one in different.values():
        validate(one, version)


def put_together(base: Schedule, environment: str, schedule: Schedule) -> list[dict[str, Any]]:
    """Return what kustomize makes of the base and an overlay."""
    files = render(base, {environment: schedule})
    overlay = read_yaml(files[f"overlays/{environment}/kustomization.yaml"])
    steps = {
        (patch["target"]["kind"], patch["target"]["name"]): read_yaml(patch["patch"])
        for patch in overlay.get("patches", [])
    }
    names = read_yaml(files["base/kustomization.yaml"])["resources"]
    made = [read_yaml(files[f"base/{name}"]) for name in names]
    made = [patched(one, steps.get((one["kind"], one["metadata"]["name"]), [])) for one in made]
    [image] = overlay["images"]
    for pod in filter(None, map(pod_of, made)):
        for container in [*pod["containers"], *pod.get("initContainers", ())]:
            if container["image"].partition("@")[0].rpartition(":")[0] == image["name"]:
                tag = f"@{image['digest']}" if "digest" in image else f":{image['newTag']}"
                container["image"] = image["newName"] + tag
    for one in made:
        one["metadata"]["namespace"] = overlay["namespace"]
    return made


@pytest.mark.parametrize("environment", ENVIRONMENTS)
def test_base_and_overlay_together_are_what_is_printed_for_an_environment(environment: str) -> None:
    schedule = read_schedule(environment)

    printed = list(yaml.load_all(as_yaml(*placed(schedule)), yaml.CSafeLoader))

    assert put_together(read_schedule(), environment, schedule) == printed


def test_an_overlay_with_another_number_of_cron_expressions_is_refused_by_the_name_of_its_entry() -> None:
    schedule = read_schedule("test")
    slips = schedule.jobs["ROUTING_SLIP_RECREATE"].model_copy(update={"cron": ("*/5 6-18 * * *",)})
    fewer = schedule.model_copy(update={"jobs": schedule.jobs | {"ROUTING_SLIP_RECREATE": slips}})

    with pytest.raises(ConfigError) as refused:
        render(read_schedule(), {"test": fewer})

    assert str(refused.value) == (
        "config/schedule.test.yaml: ROUTING_SLIP_RECREATE has 1 cron expression, and 3 in config/schedule.yaml."
        " An overlay may change them, but keeps their number."
    )


@pytest.mark.parametrize("image", ["registry.example/pay-jobs:2.0", f"registry.example/pay@sha256:{'a' * 64}"])
def test_an_overlay_has_its_own_images(image: str) -> None:
    def with_images(name: str, proxy: str) -> Schedule:
        schedule = read_schedule("prod")
        cloud_sql = CloudSqlProxy(instance="a-project:a-region:pay-db", image=proxy)
        console = schedule.cluster.console.model_copy(update={"enabled": True, "proxy_image": proxy})
        changed = {"image": name, "cloud_sql": cloud_sql, "console": console}
        return schedule.model_copy(update={"cluster": schedule.cluster.model_copy(update=changed)})

    base, wanted = with_images("pay:0.1", "proxy:1"), with_images(image, "mirror/proxy:2")

    printed = list(yaml.load_all(as_yaml(*placed(wanted)), yaml.CSafeLoader))

    assert put_together(base, "prod", wanted) == printed


def test_no_pod_asks_for_more_than_restricted_v2_gives() -> None:
    for pod in pod_specs(read_schedule("prod")):
        for container in pod["containers"]:
            security = container["securityContext"]
            assert security["capabilities"] == {"drop": ["ALL"]}
            assert (security["allowPrivilegeEscalation"], security["readOnlyRootFilesystem"]) == (False, True)
        assert pod["securityContext"] == {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}}
        is_console = pod["serviceAccountName"] == "pay-jobs-console"  # its proxy asks the cluster who logged in
        assert pod["automountServiceAccountToken"] is is_console
        assert {volume["name"]: set(volume) - {"name"} for volume in pod["volumes"]} == {
            "tmp": {"emptyDir"},
            "keys": {"secret"},
            **({"tls": {"secret"}, "session": {"secret"}} if is_console else {}),
        }
        assert not {"hostNetwork", "hostPID", "hostIPC"} & pod.keys()


def test_in_cloud_sql_each_pod_has_the_proxy_beside_it_and_logs_in_by_token() -> None:
    schedule = read_schedule("prod")
    proxy = CloudSqlProxy(instance="a-project:a-region:pay-db", image="cloud-sql-proxy:2.18.2")
    credentials = {"GOOGLE_APPLICATION_CREDENTIALS": "/var/run/pay-jobs/keys/google.json"}
    cluster = schedule.cluster.model_copy(
        update={"cloud_sql": proxy, "settings": schedule.cluster.settings | credentials}
    )
    with_proxy = schedule.model_copy(update={"cluster": cluster})

    for one in {one["kind"]: one for one in everything(with_proxy)}.values():
        validate(one, MINORS[-1])
    settings = objects_of(with_proxy)["settings"]["data"]
    assert settings["CLOUDSQL_INSTANCE_CONNECTION_NAME"] == "a-project:a-region:pay-db"
    pods = pod_specs(with_proxy)
    assert len(pods) == len(pod_specs(schedule))
    for pod in pods:
        [sidecar] = pod["initContainers"]
        assert sidecar["restartPolicy"] == "Always"
        assert {"--private-ip", "--exit-zero-on-sigterm", "a-project:a-region:pay-db"} <= set(sidecar["args"])
        assert sidecar["env"] == [{"name": name, "value": value} for name, value in credentials.items()]
        assert sidecar["securityContext"] == pod["containers"][0]["securityContext"]


def test_a_cron_job_never_overlaps_and_tries_only_exit_code_1_again() -> None:
    schedule = read_schedule("prod")
    for name, one in objects_of(schedule).items():
        if one["kind"] != "CronJob":
            continue
        spec, job = one["spec"], one["spec"]["jobTemplate"]["spec"]
        assert spec["concurrencyPolicy"] == "Forbid", name
        assert spec["startingDeadlineSeconds"] > 0
        assert {"activeDeadlineSeconds", "backoffLimit", "ttlSecondsAfterFinished"} <= job.keys()
        assert job["template"]["spec"]["restartPolicy"] == "Never"
        evicted, refused = job["podFailurePolicy"]["rules"]
        assert evicted["action"] == "Ignore"
        assert (refused["action"], refused["onExitCodes"]) == ("FailJob", {"operator": "NotIn", "values": [1]})


def test_no_value_of_a_secret_stands_in_a_manifest() -> None:
    assert not [one for one in everything(read_schedule("prod")) if one["kind"] == "Secret"]
    for pod in pod_specs(read_schedule("prod")):
        names = {setting["name"] for setting in pod["containers"][0]["env"]}
        assert not {name for name in names if "PASSWORD" in name or "SECRET" in name or "TOKEN" in name}


def test_every_pod_gets_the_settings_of_the_systems_its_job_works_with() -> None:
    secret_of = {
        "CasSftpSettings": "pay-jobs-sftp", "CgiSftpSettings": "pay-jobs-sftp", "CgiSettings": "pay-jobs-database",
        "ObjectStoreSettings": "pay-jobs-object-store", "CfsSettings": "pay-jobs-cfs",
        "EventSettings": "pay-jobs-events",
    }  # fmt: skip
    needs = {job.name: set(job.needs) for job in (*JOBS, *BY_CLOCK)}
    needs["STALE_INVOICE_REPORT"].add("ObjectStoreSettings")  # it works without, but keeps and searches nothing then
    for name, job in read_schedule("prod").commands.items():
        wanted = {secret_of[one] for one in needs.get(name, ())} | {"pay-jobs-database", "pay-jobs-events"}
        assert set(job.secrets) >= wanted, f"secrets of {name} in config/schedule.yaml"


def test_the_alarm_about_what_did_not_run_is_started_by_the_clock_and_tells_people() -> None:
    one = objects_of(read_schedule("prod"))["cronjob-check"]["spec"]
    job = one["jobTemplate"]["spec"]

    assert (one["suspend"], job["template"]["spec"]["containers"][0]["args"]) == (False, ["check", "--tell"])


def test_the_sweep_over_all_credits_has_a_cron_job_of_its_own_before_the_evening() -> None:
    one = objects_of(read_schedule("prod"))["cronjob-pad-reconcile-credits"]["spec"]
    container = one["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]

    assert (one["schedule"], container["args"]) == ("30 15 * * *", ["PAD_RECONCILE", "--sync-all-credits"])


def test_the_scheduler_is_off_and_switching_it_on_suspends_the_cron_jobs() -> None:
    schedule = read_schedule()
    scheduler = schedule.cluster.scheduler.model_copy(update={"enabled": True})
    on = schedule.model_copy(update={"cluster": schedule.cluster.model_copy(update={"scheduler": scheduler})})

    assert objects_of(schedule)["scheduler"]["spec"]["replicas"] == 0
    assert objects_of(on)["scheduler"]["spec"]["replicas"] == 1
    assert {one["spec"]["suspend"] for one in objects_of(schedule).values() if one["kind"] == "CronJob"} == {False}
    assert {one["spec"]["suspend"] for one in objects_of(on).values() if one["kind"] == "CronJob"} == {True}


def test_pods_may_connect_only_to_the_systems_in_the_schedule() -> None:
    schedule = read_schedule("prod")
    policy = objects_of(schedule)["network-policy"]["spec"]
    dns, *places = policy["egress"]

    assert policy["policyTypes"] == ["Ingress", "Egress"]
    assert {port["port"] for port in dns["ports"]} == {53, 5353}
    assert [(place["to"][0]["ipBlock"]["cidr"], place["ports"][0]["port"]) for place in places] == [
        (str(place.cidr), place.port) for place in schedule.cluster.egress
    ]


def test_the_backfill_gives_each_pod_its_shard_and_how_many_there_are() -> None:
    schedule = read_schedule("prod")
    spec = one_offs(schedule)["backfill"]["spec"]
    settings = {one["name"]: one["value"] for one in spec["template"]["spec"]["containers"][0]["env"]}

    assert (spec["completionMode"], spec["completions"]) == ("Indexed", schedule.cluster.backfill.shards)
    assert settings["JOB_COMPLETION_COUNT"] == str(spec["completions"])
    assert spec["podFailurePolicy"]["rules"][1]["action"] == "FailIndex"


def test_a_difference_is_shown_line_by_line_and_nothing_is_changed(
    cli: click.Group, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(cli, ["manifests"])
    path = tmp_path / "openshift" / "base" / "cronjob-pad-reconcile.yaml"
    text = path.read_text().replace("concurrencyPolicy: Forbid", "concurrencyPolicy: Allow")
    path.write_text(text)
    (tmp_path / "openshift" / "base" / "cronjob-forgotten.yaml").write_text("kind: CronJob\n")
    capsys.readouterr()

    code = main(cli, ["manifests", "--check"])

    shown = capsys.readouterr()
    assert code == 3
    assert "-  concurrencyPolicy: Allow\n+  concurrencyPolicy: Forbid" in shown.out
    assert "cronjob-forgotten.yaml as it is" in shown.out
    assert "python3 invoke_jobs.py manifests" in shown.err
    assert path.read_text() == text


def test_rendering_again_changes_nothing_and_removes_what_nobody_wants(
    cli: click.Group, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    main(cli, ["manifests"])
    forgotten = tmp_path / "openshift" / "base" / "cronjob-forgotten.yaml"
    forgotten.write_text("kind: CronJob\n")

    main(cli, ["manifests"])
    capsys.readouterr()
    main(cli, ["manifests"])

    assert capsys.readouterr().out == "openshift/ is as the schedule has it.\n"
    assert not forgotten.exists()


def test_run_job_prints_a_valid_job_and_the_line_that_creates_it(
    cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(cli, ["run-job", "GENERATE_STATEMENTS", "2022-06-25", "1234", "--dry-run", "--env", "prod"])

    printed = capsys.readouterr().out
    made = read_yaml(printed)
    kubernetes_validate.validate(made, MINORS[-1], strict=True)
    assert code == 0
    assert printed.startswith(
        "# python3 invoke_jobs.py run-job GENERATE_STATEMENTS 2022-06-25 1234 --dry-run --env prod"
    )
    assert "| oc create -n pay-jobs-prod -f -" in printed.splitlines()[0]
    assert made["spec"]["template"]["spec"]["containers"][0]["args"] == [
        "GENERATE_STATEMENTS", "2022-06-25", "1234", "--dry-run",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("words", "args", "name"),
    [
        (["doctor"], ["doctor"], "doctor-by-hand-"),
        (["explain invoice 1234"], ["explain", "invoice", "1234"], "explain-invoice-by-hand-"),
        (["STALE_INVOICE_REPORT", "--html", "/tmp/stuck.html"],
         ["STALE_INVOICE_REPORT", "--html", "/tmp/stuck.html"], "stale-invoice-report-by-hand-"),
    ],
)  # fmt: skip
def test_run_job_takes_every_command(
    words: list[str], args: list[str], name: str, cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(cli, ["run-job", *words, "--env", "prod"]) == 0

    made = read_yaml(capsys.readouterr().out)
    kubernetes_validate.validate(made, MINORS[-1], strict=True)
    assert made["metadata"]["generateName"] == name
    assert made["spec"]["template"]["spec"]["containers"][0]["args"] == args


def test_a_command_by_hand_gets_every_secret_and_no_second_try(
    cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    main(cli, ["run-job", "repair", "pad-invoice", "1", "--reason", "ticket 4711", "--env", "prod"])

    made = read_yaml(capsys.readouterr().out)
    sources = made["spec"]["template"]["spec"]["containers"][0]["envFrom"]
    secrets = {one["secretRef"]["name"] for one in sources if "secretRef" in one}
    assert secrets == {secret for job in read_schedule("prod").jobs.values() for secret in job.secrets}
    assert made["spec"]["backoffLimit"] == 0


def test_the_operators_pod_is_off_sleeps_and_lets_nobody_in() -> None:
    objects = objects_of(read_schedule("prod"))
    operator, policy = objects["operator"]["spec"], objects["network-policy-operator"]["spec"]
    [container] = operator["template"]["spec"]["containers"]

    assert (operator["replicas"], "livenessProbe" in container, container["command"][0]) == (0, False, "sh")
    assert operator["template"]["spec"]["serviceAccountName"] == "pay-jobs"
    assert policy["podSelector"]["matchLabels"] == operator["template"]["metadata"]["labels"]
    assert (policy["ingress"], policy["egress"]) == ([], objects["network-policy"]["spec"]["egress"])
    [but_not] = objects["network-policy"]["spec"]["podSelector"]["matchExpressions"]
    assert (but_not["operator"], but_not["values"]) == ("NotIn", ["operator", "console"])


def test_the_console_is_off_and_reached_through_the_proxy_alone() -> None:
    objects = objects_of(read_schedule())
    spec, policy = objects["console"]["spec"], objects["network-policy-console"]["spec"]
    console, proxy = spec["template"]["spec"]["containers"]
    ports = {port["name"] for port in console["ports"]}
    let_in = [rule["ports"][0]["port"] for rule in policy["ingress"]]
    secrets = [source["secretRef"]["name"] for source in console["envFrom"] if "secretRef" in source]

    assert (spec["replicas"], ports, let_in) == (0, {"monitor"}, [8443, 8081])
    assert secrets == ["pay-jobs-console-database", "pay-jobs-object-store"]
    assert "--upstream=http://127.0.0.1:8080" in proxy["args"]
    assert objects["console-route"]["spec"]["to"]["name"] == objects["console-service"]["metadata"]["name"] == "console"
    assert objects["console-route"]["spec"]["tls"]["termination"] == "reencrypt"


def test_the_operators_pod_ends_at_once_when_it_is_switched_off() -> None:
    [container] = objects_of(read_schedule())["operator"]["spec"]["template"]["spec"]["containers"]
    sleeping = subprocess.Popen(container["command"], start_new_session=True)
    try:
        with pytest.raises(subprocess.TimeoutExpired):
            sleeping.wait(0.3)
        sleeping.terminate()
        assert sleeping.wait(5) == 0
    finally:
        with suppress(ProcessLookupError):
            os.killpg(sleeping.pid, signal.SIGKILL)


def test_run_job_in_shards_is_an_indexed_job(cli: click.Group, capsys: pytest.CaptureFixture[str]) -> None:
    main(
        cli,
        ["run-job", "GENERATE_STATEMENTS", "--fill-gaps", "--since", "2022-01-01", "--shards", "8", "--env", "prod"],
    )

    made = read_yaml(capsys.readouterr().out)
    kubernetes_validate.validate(made, MINORS[-1], strict=True)
    assert (made["spec"]["completionMode"], made["spec"]["completions"], made["spec"]["parallelism"]) == (
        "Indexed",
        8,
        4,
    )


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["GENERATE_STATEMENTS", "2022-66-25"], "is not a date"),
        (["GENERATE_STATEMENT"], "Unknown job"),
        (["PAD_RECONCILE", "--shards", "4"], "cannot be split"),
        (["PAD_RECONCILE", "--replay", "a.csv"], "files replay"),
        (["doctor", "--shards", "4"], "cannot be split"),
        (["explain"], "explain needs one of its commands: account, batch"),
        (["explain invoyce 1"], "Unknown command 'invoyce'"),
        (["GENERATE_STATEMENTS --since 2022-01-01"], "add --gaps or --fill-gaps"),
        (["manifests"], "does not run in a pod of its own"),
        (["doctor", "--sandbox"], "there is no sandbox in a pod"),
        (["STALE_INVOICE_REPORT", "--html", "stuck.html"], "name /tmp/stuck.html"),
        (["compare bcol --file billing.csv"], "oc cp billing.csv OPERATOR-POD:/tmp/billing.csv"),
        (["slips void 206000010 --plan plan.json"], "oc cp plan.json"),
        (["replay-event line.txt --reason x"], "oc cp line.txt"),
    ],
)
def test_run_job_refuses_wrong_arguments_before_a_pod_does(
    words: list[str], said: str, cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    code = main(cli, ["run-job", *words, "--env", "prod"])

    assert code == 2
    assert said in capsys.readouterr().err


def test_example_addresses_are_refused_for_production_with_the_place_of_the_real_ones(
    cli: click.Group, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(cli, ["manifests", "--env", "prod"]) == 2
    said = capsys.readouterr()
    assert "the pay database (192.0.2.10/32)" in said.err
    assert "Name the real ones under cluster.egress in config/schedule.prod.yaml" in said.err
    assert said.out == ""
    assert main(cli, ["manifests", "--env", "test"]) == 0
    assert main(cli, ["manifests"]) == 0
    assert "Not yet fit for production: the addresses of the pay database" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cidr", "is_example"),
    [
        ("192.0.2.10/32", True), ("198.51.100.0/24", True), ("203.0.113.9/32", True), ("2001:db8:1::/48", True),
        ("192.0.0.0/16", True), ("10.1.2.3/32", False), ("142.34.0.0/16", False), ("2001:db9::/32", False),
    ],
)  # fmt: skip
def test_an_address_kept_for_documentation_is_known(cidr: str, is_example: bool) -> None:
    assert Egress(what="it", cidr=cidr, port=1).is_example is is_example


def names_in_manifests() -> set[str]:
    found: set[str] = set()
    for schedule in (read_schedule(), *(read_schedule(name) for name in ENVIRONMENTS)):
        found |= set(schedule.cluster.settings)
        for pod in pod_specs(schedule):
            found |= {one["name"] for container in pod["containers"] for one in container.get("env", ())}
    return found


def names_read() -> set[str]:
    """Return the names of all settings, as the classes read them."""
    found = {"DEPLOYMENT_ENV"}  # of the commands that take --env
    for kind in vars(config.settings).values():
        if isinstance(kind, type) and issubclass(kind, Settings):
            for field in kind.model_fields.values():
                alias = field.validation_alias
                found |= {str(one) for one in alias.choices} if isinstance(alias, AliasChoices) else {str(alias)}
    return found - {"None"}


def test_every_setting_in_the_manifests_is_read_and_every_one_that_is_read_can_be_found() -> None:
    documents = "".join((ROOT / name).read_text() for name in ("docs/operations.md", "docs/specs/schedules.md"))

    assert names_in_manifests() - names_read() == set()
    assert {name for name in names_read() - names_in_manifests() if f"`{name}`" not in documents} == set()
