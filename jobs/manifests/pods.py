"""What every pod looks like: any user id, no privilege, a read-only root, and only what its job needs to know.

The security settings are those of the SCC restricted-v2 and of the Pod Security Standard "restricted"; no user id is
named, because OpenShift gives each namespace its own range.
"""

from collections.abc import Sequence
from typing import Any

from config.schedule import Cluster, Resources, Workload

Object = dict[str, Any]

NAME = "pay-jobs"
OPERATOR = "operator"
ENTRYPOINT = ("python3", "invoke_jobs.py")
KEYS = "/var/run/pay-jobs/keys"
SETTINGS = f"{NAME}-settings"
MONITORED_PORT = "http"


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
                    "securityContext": {
                        "allowPrivilegeEscalation": False,
                        "readOnlyRootFilesystem": True,
                        "capabilities": {"drop": ["ALL"]},
                    },
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
