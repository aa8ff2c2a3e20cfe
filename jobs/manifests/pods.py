"""What every pod looks like: any user id, no privilege, a read-only root, and only what its job needs to know.

The security settings are those of the SCC restricted-v2 and of the Pod Security Standard "restricted"; no user id is
named, because OpenShift gives each namespace its own range.
"""

from collections.abc import Sequence
from typing import Any

from config.schedule import CloudSqlProxy, Cluster, Resources, Workload

Object = dict[str, Any]

NAME = "pay-jobs"
OPERATOR = "operator"
CONSOLE = "console"
ENTRYPOINT = ("python3", "invoke_jobs.py")
KEYS = "/var/run/pay-jobs/keys"
SETTINGS = f"{NAME}-settings"
MONITORED_PORT = "http"
_CREDENTIALS = "GOOGLE_APPLICATION_CREDENTIALS"
_HEALTH_PORT = 9801
_IP_FLAGS = {"private": ["--private-ip"], "public": [], "psc": ["--psc"]}
_RESTRICTED = {
    "allowPrivilegeEscalation": False,
    "readOnlyRootFilesystem": True,
    "capabilities": {"drop": ["ALL"]},
}


def labels(component: str) -> dict[str, str]:
    """Return the labels by which objects are found."""
    return {"app.kubernetes.io/name": NAME, "app.kubernetes.io/component": component}


def object_name(job: str) -> str:
    """Return the name of the objects of a job, or of another command.

    >>> object_name("PAD_RECONCILE"), object_name("explain invoice")
    ('pad-reconcile', 'explain-invoice')
    """
    return job.lower().replace("_", "-").replace(" ", "-")


def pod_template(
    component: str,
    arguments: Sequence[str],
    cluster: Cluster,
    *,
    resources: Resources,
    secrets: Sequence[str],
    environment: dict[str, str],
    container: Object | None = None,
    pod: Object | None = None,
) -> Object:
    """Return a pod that runs one command.

    container, pod  what this one has besides
    """
    return {
        "metadata": {"labels": labels(component)},
        "spec": {
            "serviceAccountName": NAME,
            "automountServiceAccountToken": False,
            "enableServiceLinks": False,
            "terminationGracePeriodSeconds": 60,
            "securityContext": {"runAsNonRoot": True, "seccompProfile": {"type": "RuntimeDefault"}},
            **(pod or {}),
            **({"initContainers": [_proxy(cluster, cluster.cloud_sql)]} if cluster.cloud_sql else {}),
            "containers": [
                {
                    "name": "job",
                    "image": cluster.image,
                    "args": list(arguments),
                    "env": [{"name": name, "value": value} for name, value in environment.items()],
                    "envFrom": [
                        {"configMapRef": {"name": SETTINGS}},
                        *({"secretRef": {"name": secret}} for secret in secrets),
                    ],
                    "resources": {
                        "requests": {"cpu": resources.cpu, "memory": resources.memory},
                        "limits": {"memory": resources.memory},
                    },
                    "securityContext": _RESTRICTED,
                    "volumeMounts": [
                        {"name": "tmp", "mountPath": "/tmp"},  # noqa: S108 - the emptyDir below
                        {"name": "keys", "mountPath": KEYS, "readOnly": True},
                    ],
                    **(container or {}),
                }
            ],
            "volumes": [
                {"name": "tmp", "emptyDir": {"sizeLimit": "1Gi"}},
                {"name": "keys", "secret": {"secretName": cluster.keys_secret, "optional": True, "defaultMode": 0o440}},
            ],
        },
    }


def _proxy(cluster: Cluster, wanted: CloudSqlProxy) -> Object:
    """Return the proxy of Cloud SQL: it is up before the job begins, and ends with it.

    The job logs in by itself, with a token for a password; the proxy only leads to the instance.
    """
    named = {_CREDENTIALS: cluster.settings[_CREDENTIALS]} if _CREDENTIALS in cluster.settings else {}
    return {
        "name": "cloud-sql-proxy",
        "image": wanted.image,
        "restartPolicy": "Always",
        "args": [
            "--structured-logs",
            "--port=5432",
            "--health-check",
            "--http-address=0.0.0.0",
            f"--http-port={_HEALTH_PORT}",
            "--exit-zero-on-sigterm",
            *_IP_FLAGS[wanted.ip_type],
            wanted.instance,
        ],
        "env": [{"name": name, "value": value} for name, value in named.items()],
        "startupProbe": {
            "httpGet": {"path": "/startup", "port": _HEALTH_PORT},
            "periodSeconds": 1,
            "failureThreshold": 60,
        },
        "resources": {"requests": {"cpu": "50m", "memory": "64Mi"}, "limits": {"memory": "128Mi"}},
        "securityContext": _RESTRICTED,
        "volumeMounts": [{"name": "keys", "mountPath": KEYS, "readOnly": True}],
    }


def job_pod(
    name: str, command: Sequence[str], wanted: Workload, cluster: Cluster, *, trigger: str, **environment: str
) -> Object:
    """Return the pod of one run; it is never restarted in place, so that each attempt is a pod with its own log."""
    return pod_template(
        object_name(name),
        command,
        cluster,
        resources=wanted.resources,
        secrets=wanted.secrets,
        environment={"PAY_JOBS_TRIGGER": trigger, **environment},
        pod={"restartPolicy": "Never"},
    )
