"""What the pods live in: an account without rights, their settings, and where they may connect to."""

from config.schedule import Schedule
from jobs.manifests.pods import CONSOLE, NAME, OPERATOR, SETTINGS, Object, labels

_DNS = [{"protocol": protocol, "port": port} for port in (53, 5353) for protocol in ("UDP", "TCP")]


def service_account() -> Object:
    """Return the account of the pods: it has no rights, and its token is not mounted."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {"name": NAME, "labels": labels("account")},
        "automountServiceAccountToken": False,
    }


def settings(schedule: Schedule) -> Object:
    """Return the settings that are no secrets; the Secrets are made by hand (docs/operations.md)."""
    proxy = schedule.cluster.cloud_sql
    data = schedule.cluster.settings | ({"CLOUDSQL_INSTANCE_CONNECTION_NAME": proxy.instance} if proxy else {})
    return {
        "apiVersion": "v1",
        "kind": "ConfigMap",
        "metadata": {"name": SETTINGS, "labels": labels("settings")},
        "data": dict(sorted(data.items())),
    }


def network_policy(schedule: Schedule) -> Object:
    """Allow the pods out to the systems in the schedule and DNS; admit only the monitoring, to the scheduler.

    The pod that people type in and the console have policies of their own.
    """
    monitoring = {"matchLabels": {"network.openshift.io/policy-group": "monitoring"}}
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": NAME, "labels": labels("network")},
        "spec": {
            "podSelector": {
                "matchLabels": {"app.kubernetes.io/name": NAME},
                "matchExpressions": [
                    {"key": "app.kubernetes.io/component", "operator": "NotIn", "values": [OPERATOR, CONSOLE]}
                ],
            },
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {
                    "from": [{"namespaceSelector": monitoring}],
                    "ports": [{"protocol": "TCP", "port": schedule.cluster.scheduler.port}],
                }
            ],
            "egress": allowed_out(schedule),
        },
    }


def operator_network_policy(schedule: Schedule) -> Object:
    """Allow the pod that people type in out to the same systems; admit nobody (`oc rsh` comes by another way)."""
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"{NAME}-{OPERATOR}", "labels": labels(OPERATOR)},
        "spec": {
            "podSelector": {"matchLabels": labels(OPERATOR)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [],
            "egress": allowed_out(schedule),
        },
    }


def allowed_out(schedule: Schedule) -> list[Object]:
    """Return DNS and the systems in the schedule."""
    return [{"to": [{"namespaceSelector": {}}], "ports": _DNS}] + [
        {"to": [{"ipBlock": {"cidr": str(place.cidr)}}], "ports": [{"protocol": "TCP", "port": place.port}]}
        for place in schedule.cluster.egress
    ]
