"""The web console in the cluster: its pod with the proxy in front, and how the proxy is reached.

The console listens on the pod's own 127.0.0.1; only the proxy does outside, with the certificate that the platform
makes for the Service. Whoever may `get` the Service `console` in the namespace may look.
"""

import json

from config.schedule import Schedule
from jobs.manifests.pods import CONSOLE, NAME, Object, labels, pod_template
from jobs.manifests.surroundings import allowed_out

ACCOUNT = f"{NAME}-{CONSOLE}"
PORT, PROXY_PORT, MONITOR_PORT = 8080, 8443, 8081
TLS, SESSION = f"{CONSOLE}-tls", f"{CONSOLE}-session"
_ROUTER = {"matchLabels": {"network.openshift.io/policy-group": "ingress"}}
_MONITORING = {"matchLabels": {"network.openshift.io/policy-group": "monitoring"}}


def console_objects(schedule: Schedule) -> dict[str, Object]:
    """Return the objects of the console by file name; no replicas unless enabled."""
    return {
        "console-account": _account(),
        "console-service": _service(),
        "console-route": _route(),
        "console": _deployment(schedule),
        "network-policy-console": _network_policy(schedule),
    }


def _account() -> Object:
    """Return the account by which the proxy sends people to log in."""
    route = {"kind": "OAuthRedirectReference", "apiVersion": "v1", "reference": {"kind": "Route", "name": CONSOLE}}
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": {
            "name": ACCOUNT,
            "labels": labels(CONSOLE),
            "annotations": {f"serviceaccounts.openshift.io/oauth-redirectreference.{CONSOLE}": json.dumps(route)},
        },
        "automountServiceAccountToken": False,
    }


def _service() -> Object:
    return {
        "apiVersion": "v1",
        "kind": "Service",
        "metadata": {
            "name": CONSOLE,
            "labels": labels(CONSOLE),
            "annotations": {"service.beta.openshift.io/serving-cert-secret-name": TLS},
        },
        "spec": {
            "selector": labels(CONSOLE),
            "ports": [
                {"name": "https", "port": 443, "targetPort": "https"},
                {"name": "monitor", "port": MONITOR_PORT, "targetPort": "monitor"},
            ],
        },
    }


def _route() -> Object:
    return {
        "apiVersion": "route.openshift.io/v1",
        "kind": "Route",
        "metadata": {"name": CONSOLE, "labels": labels(CONSOLE)},
        "spec": {
            "to": {"kind": "Service", "name": CONSOLE},
            "port": {"targetPort": "https"},
            "tls": {"termination": "reencrypt", "insecureEdgeTerminationPolicy": "Redirect"},
        },
    }


def _deployment(schedule: Schedule) -> Object:
    wanted = schedule.cluster.console
    probe = {"port": "monitor"}
    template = pod_template(
        CONSOLE,
        ("console", "--port", str(PORT), "--monitor-port", str(MONITOR_PORT)),
        schedule.cluster,
        resources=wanted.resources,
        secrets=wanted.secrets,
        environment={},
        container={
            "name": CONSOLE,
            "ports": [{"name": "monitor", "containerPort": MONITOR_PORT}],
            "livenessProbe": {"httpGet": {"path": "/healthz", **probe}, "periodSeconds": 30},
            "readinessProbe": {"httpGet": {"path": "/readyz", **probe}, "periodSeconds": 15},
            "volumeMounts": [{"name": "tmp", "mountPath": "/tmp"}],  # noqa: S108 - the emptyDir of the pod
        },
        pod={"serviceAccountName": ACCOUNT, "automountServiceAccountToken": True},
    )
    pod = template["spec"]
    pod["containers"].append(_proxy(schedule, pod["containers"][0]["securityContext"]))
    pod["volumes"] += [
        {"name": "tls", "secret": {"secretName": TLS, "defaultMode": 0o440}},
        {"name": "session", "secret": {"secretName": SESSION, "defaultMode": 0o440}},
    ]
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": CONSOLE, "labels": labels(CONSOLE)},
        "spec": {
            "replicas": 1 if wanted.enabled else 0,
            "strategy": {"type": "RollingUpdate"},
            "selector": {"matchLabels": labels(CONSOLE)},
            "template": template,
        },
    }


def _proxy(schedule: Schedule, security: Object) -> Object:
    """Return the container that asks people to log in, and tells the console who they are."""
    may_look = {"namespace": schedule.cluster.namespace, "resource": "services", "resourceName": CONSOLE, "verb": "get"}
    return {
        "name": "oauth-proxy",
        "image": schedule.cluster.console.proxy_image,
        "args": [
            "--provider=openshift",
            f"--openshift-service-account={ACCOUNT}",
            f"--openshift-sar={json.dumps(may_look)}",
            f"--https-address=:{PROXY_PORT}",
            "--http-address=",
            f"--upstream=http://127.0.0.1:{PORT}",
            "--tls-cert=/etc/tls/private/tls.crt",
            "--tls-key=/etc/tls/private/tls.key",
            "--cookie-secret-file=/etc/proxy/session/secret",
            "--skip-provider-button",
        ],
        "ports": [{"name": "https", "containerPort": PROXY_PORT}],
        "resources": {"requests": {"cpu": "10m", "memory": "64Mi"}, "limits": {"memory": "64Mi"}},
        "securityContext": security,
        "volumeMounts": [
            {"name": "tls", "mountPath": "/etc/tls/private", "readOnly": True},
            {"name": "session", "mountPath": "/etc/proxy/session", "readOnly": True},
        ],
    }


def _network_policy(schedule: Schedule) -> Object:
    """Admit the router and the monitoring, each to its port; allow out to the systems in the schedule and to log in."""
    log_in = [{"protocol": "TCP", "port": port} for port in (443, 6443)]
    return {
        "apiVersion": "networking.k8s.io/v1",
        "kind": "NetworkPolicy",
        "metadata": {"name": f"{NAME}-{CONSOLE}", "labels": labels(CONSOLE)},
        "spec": {
            "podSelector": {"matchLabels": labels(CONSOLE)},
            "policyTypes": ["Ingress", "Egress"],
            "ingress": [
                {"from": [{"namespaceSelector": _ROUTER}], "ports": [{"protocol": "TCP", "port": PROXY_PORT}]},
                {"from": [{"namespaceSelector": _MONITORING}], "ports": [{"protocol": "TCP", "port": MONITOR_PORT}]},
            ],
            "egress": [*allowed_out(schedule), {"to": [{"namespaceSelector": {}}], "ports": log_in}],
        },
    }
