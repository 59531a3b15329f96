"""The manifests say what the code and the images say, and keep the rules they claim."""

import ast
import dataclasses
import re
import subprocess
import sys
from importlib.metadata import entry_points
from itertools import chain
from pathlib import Path

import kubernetes_validate
import pytest
import yaml

from gateway.app import create_app
from gateway.public.layer import PAGES
from gateway.public.routes import route_of
from gateway.public.settings import PublicSettings
from gateway.settings import GatewaySettings
from lineup.bus.dead_letters import queues_of
from lineup.call_queues import KINDS
from lineup.rpc import RpcClient
from lineup.secrets import make_key
from lineup.settings import read

ROOT = Path(__file__).resolve().parents[2]
OVERLAYS = ("local", "production")
KUBECTL = Path(sys.executable).parent / "kubectl"
OF_OPERATORS = {
    "Cluster",
    "ExternalSecret",
    "PodMonitor",
    "RabbitmqCluster",
    "ScaledObject",
    "ScheduledBackup",
    "TriggerAuthentication",
}
"""Kinds that Kubernetes itself has no schema of."""
WITHOUT_BROKER = {"gateway-players": "/livez", "billing": "/readyz/http"}
"""Who is sent requests that need no broker, and is ready for them without it."""
NO_PAGES = {"livez", "readyz", "metrics", "logos"}
"""Probes are asked at a port of their own; logos are fetched by players."""
LEFT_OUT = {"CLOCK_OFFSET_FILE", "PROMETHEUS_MULTIPROC_DIR"}
"""What only tests and the demo have a use for, and what gunicorn's start says itself."""
NAME = "app.kubernetes.io/name"


def built(overlay):
    folder = ROOT / "deploy" / "k8s" / "overlays" / overlay
    rendered = subprocess.run(
        [KUBECTL, "kustomize", folder],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    assert not rendered.stderr, rendered.stderr
    return list(yaml.safe_load_all(rendered.stdout))


BUILT = {overlay: built(overlay) for overlay in OVERLAYS}


def of_kind(kind, overlay="production"):
    return {r["metadata"]["name"]: r for r in BUILT[overlay] if r["kind"] == kind}


def pod_of(workload):
    return workload["spec"]["template"]["spec"]


def container_of(workload):
    (container,) = pod_of(workload)["containers"]
    return container


def labels_of(workload):
    return workload["spec"]["template"]["metadata"]["labels"]


def selects(selector, labels):
    """Whether a label selector of any form takes these labels."""
    wanted = selector.get("matchLabels", {}).items() <= labels.items()
    return wanted and all(
        rule["operator"] == "In" and labels.get(rule["key"]) in rule["values"]
        for rule in selector.get("matchExpressions", [])
    )


def ours(overlay="production"):
    """Every Deployment that runs an image of ours."""
    found = of_kind("Deployment", overlay)
    return {name: d for name, d in found.items() if image_of(d)}


def image_of(workload):
    """The service whose image it runs."""
    found = re.search(r"lineup/([a-z]+):", container_of(workload)["image"])
    return found and found[1]


DEPLOYMENTS = sorted(ours())
SERVICES = {entry.name: entry for entry in entry_points(group="lineup.services")}
JOBS = sorted(of_kind("Job"))


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_kubernetes_accepts_what_is_built(overlay):
    for resource in BUILT[overlay]:
        if resource["kind"] in OF_OPERATORS:
            assert resource["apiVersion"].count(".") >= 1
        else:
            kubernetes_validate.validate(resource, "1.37", strict=True)


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_everything_that_must_stand_stands(overlay):
    assert set(DEPLOYMENTS) == {
        *SERVICES,
        "playlists-worker",
        "gateway",
        "gateway-players",
    }
    for kind in ("Deployment", "Service", "PodDisruptionBudget"):
        assert set(DEPLOYMENTS) <= of_kind(kind, overlay).keys()
    accounts = {pod_of(d)["serviceAccountName"] for d in ours(overlay).values()}
    assert accounts == of_kind("ServiceAccount", overlay).keys()
    assert {f"{name}-migrate" for name in SERVICES} == of_kind("Job", overlay).keys()


def settings_of(deployment):
    """The settings classes of what a Deployment runs."""
    service = deployment.removesuffix("-worker")
    if service.startswith("gateway"):
        return [GatewaySettings, PublicSettings]
    return [SERVICES[service].load().settings_type]


def environment_of(workload, overlay="production"):
    """What its container is told; secrets by the name of their key."""
    environment = {}
    container = container_of(workload)
    for source in container["envFrom"]:
        environment |= of_kind("ConfigMap", overlay)[source["configMapRef"]["name"]][
            "data"
        ]
    for one in container.get("env", []):
        environment[one["name"]] = one["valueFrom"]["secretKeyRef"]["key"]
    return environment


@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_container_is_told_just_the_settings_of_its_service(name, overlay):
    fields = chain(*(dataclasses.fields(s) for s in settings_of(name)))
    settings = {field.name.upper() for field in fields}

    environment = environment_of(of_kind("Deployment", overlay)[name], overlay)

    assert environment.keys() == settings - LEFT_OUT
    for each in settings_of(name):
        assert read(each, environment)


def dockerfile(service):
    return (
        (ROOT / "services" / service / "Dockerfile").read_text().rpartition("FROM")[2]
    )


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_container_runs_what_is_in_its_image(name):
    deployment = ours()[name]
    service = image_of(deployment)
    image = dockerfile(service)
    container = container_of(deployment)
    verb, what = container["args"]

    assert 'ENTRYPOINT ["lineup"]' in image
    assert verb == "run"
    runnable = {*SERVICES, *entry_points(group="lineup.runners").names}
    assert what in runnable
    assert what.partition("-")[0] == service
    exposed = {int(port) for port in re.findall(r"^EXPOSE (\d+)$", image, re.MULTILINE)}
    assert {port["containerPort"] for port in container["ports"]} == exposed
    assert f"USER {pod_of(deployment)['securityContext']['runAsUser']}:" in image


@pytest.mark.parametrize("name", JOBS)
def test_a_migration_brings_its_own_database_up_to_date(name):
    job = of_kind("Job")[name]
    service = name.removesuffix("-migrate")
    container = container_of(job)

    assert container["args"] == ["migrate", service]
    assert image_of(job) == service
    (uri,) = container["env"]
    assert uri["name"] == "DATABASE_URI"
    assert uri["valueFrom"]["secretKeyRef"]["name"] == f"{service}-db-app"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_every_secret_is_made_by_somebody(overlay):
    by_operators = {f"{name}-app": {"uri"} for name in of_kind("Cluster", overlay)}
    by_operators |= {
        f"{name}-default-user": {"connection_string", "username", "password"}
        for name in of_kind("RabbitmqCluster", overlay)
    }
    documented = (ROOT / "deploy/k8s/README.md").read_text()
    from_outside = {
        name: {one["secretKey"] for one in secret["spec"]["data"]}
        for name, secret in of_kind("ExternalSecret").items()
    }
    for workload in (*ours(overlay).values(), *of_kind("Job", overlay).values()):
        for one in container_of(workload)["env"]:
            wanted = one["valueFrom"]["secretKeyRef"]
            known = by_operators | from_outside
            assert wanted["key"] in known[wanted["name"]]
    for name, keys in from_outside.items():
        assert all(f"| `{name}` | `{key}` |" in documented for key in keys)


def seconds_of(path, constant):
    """A constant of a module that must not be imported here."""
    for node in ast.parse((ROOT / path).read_text()).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == constant:
            return node.value.value
    raise AssertionError(constant)


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_stop_has_the_time_that_the_code_takes(name):
    pod = pod_of(ours()[name])
    before = container_of(ours()[name])["lifecycle"]["preStop"]["sleep"]["seconds"]
    longest = max(
        seconds_of("shared/lineup/bus/run.py", "STOP_SECONDS"),
        seconds_of("services/playlists/playlists/worker/main.py", "STOP_SECONDS"),
        seconds_of("services/gateway/gateway/gunicorn_conf.py", "graceful_timeout"),
    )
    assert pod["terminationGracePeriodSeconds"] >= before + longest + 5


@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_a_new_copy_is_ready_before_an_old_one_goes(name):
    strategy = ours()[name]["spec"]["strategy"]
    assert strategy["type"] == "RollingUpdate"
    assert strategy["rollingUpdate"]["maxUnavailable"] == 0
    assert strategy["rollingUpdate"]["maxSurge"] >= 1


def test_what_stands_in_front_reads_requests_whole():
    for name, ingress in of_kind("Ingress", "production").items():
        annotations = ingress["metadata"]["annotations"]
        key = "nginx.ingress.kubernetes.io/proxy-request-buffering"
        assert annotations[key] == "on", name


@pytest.mark.feature("OP-02")
@pytest.mark.parametrize("name", DEPLOYMENTS)
def test_probes_mean_something(name):
    container = container_of(ours()[name])
    for probe in ("livenessProbe", "startupProbe"):
        assert container[probe]["httpGet"] == {"path": "/livez", "port": "probes"}
    ready = WITHOUT_BROKER.get(name, "/readyz")
    assert container["readinessProbe"]["httpGet"] == {"path": ready, "port": "probes"}
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    environment = environment_of(ours()[name])
    assert str(ports["probes"]) == environment["PROBE_PORT"]
    assert (
        environment["PROBE_ADDRESS"] == "0.0.0.0"
    )  # the kubelet asks from outside the pod


WORKLOADS = [*(("Deployment", n) for n in DEPLOYMENTS), *(("Job", n) for n in JOBS)]


@pytest.mark.feature("OP-20")
@pytest.mark.parametrize("overlay", OVERLAYS)
@pytest.mark.parametrize(("kind", "name"), WORKLOADS)
def test_a_pod_keeps_the_restricted_profile_and_more(kind, name, overlay):
    pod = pod_of(of_kind(kind, overlay)[name])
    container = container_of(of_kind(kind, overlay)[name])
    security = container["securityContext"]

    assert pod["securityContext"]["runAsNonRoot"]
    assert pod["securityContext"]["runAsUser"] > 10_000
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert pod["automountServiceAccountToken"] is False
    assert security["readOnlyRootFilesystem"]
    assert security["allowPrivilegeEscalation"] is False
    assert security["capabilities"] == {"drop": ["ALL"]}
    for amount in ("requests", "limits"):
        assert container["resources"][amount].keys() == {"cpu", "memory"}
    assert "/tmp" in {mount["mountPath"] for mount in container["volumeMounts"]}
    if kind == "Deployment":
        (spread,) = pod["topologySpreadConstraints"]
        assert selects(spread["labelSelector"], {NAME: name})
    namespace = of_kind("Namespace", overlay)["lineup"]["metadata"]["labels"]
    assert namespace["pod-security.kubernetes.io/enforce"] == "restricted"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_services_and_budgets_take_just_their_own_pods(overlay):
    pods = {
        name: labels_of(workload)
        for kind in ("Deployment", "Job")
        for name, workload in of_kind(kind, overlay).items()
    }
    for name, service in of_kind("Service", overlay).items():
        selector = {"matchLabels": service["spec"]["selector"]}
        assert [pod for pod in pods if selects(selector, pods[pod])] == [name]
    for name, budget in of_kind("PodDisruptionBudget", overlay).items():
        selector = budget["spec"]["selector"]
        assert [pod for pod in pods if selects(selector, pods[pod])] == [name]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_each_deployment_is_scaled_by_one(overlay):
    targets = [
        scaler["spec"]["scaleTargetRef"]["name"]
        for kind in ("HorizontalPodAutoscaler", "ScaledObject")
        for scaler in of_kind(kind, overlay).values()
    ]
    assert sorted(targets) == DEPLOYMENTS


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_a_service_is_scaled_by_all_its_queues_and_no_other(service):
    (broker,) = [
        trigger["metadata"]
        for trigger in of_kind("ScaledObject")[service]["spec"]["triggers"]
        if trigger["type"] == "rabbitmq"
    ]
    counted = re.compile(broker["queueName"])
    for name, entry in SERVICES.items():
        calls = [kind.name_for(name) for kind in KINDS]
        queues = [*calls, *queues_of(entry.load())]
        for queue in queues:
            assert bool(counted.search(queue)) == (name == service), queue
            assert not counted.search(f"{queue}.dlq")


def policies_for(labels, overlay):
    found = of_kind("NetworkPolicy", overlay)
    return {
        name: policy["spec"]
        for name, policy in found.items()
        if selects(policy["spec"]["podSelector"], labels)
    }


def may_talk(labels, other, port, overlay="production"):
    """Whether pods of `labels` may open a connection to pods of `other`."""
    out = any(
        _allows(rule, "to", other, port)
        for policy in policies_for(labels, overlay).values()
        for rule in policy.get("egress", [])
    )
    into = any(
        _allows(rule, "from", labels, port)
        for policy in policies_for(other, overlay).values()
        for rule in policy.get("ingress", [])
    )
    return out and into


def _allows(rule, side, labels, port):
    ports = [one["port"] for one in rule.get("ports", [])]
    peers = [
        peer["podSelector"] for peer in rule.get(side, []) if "podSelector" in peer
    ]
    return (not ports or port in ports) and any(selects(p, labels) for p in peers)


@pytest.mark.feature("OP-20")
@pytest.mark.parametrize("overlay", OVERLAYS)
def test_nobody_is_talked_to_who_need_not_be(overlay):
    broker = {NAME: "rabbitmq"}
    for name, deployment in ours(overlay).items():
        labels = labels_of(deployment)
        assert {"deny-all", "allow-dns"} < policies_for(labels, overlay).keys()
        is_on_the_bus = name != "playlists-worker"
        assert may_talk(labels, broker, 5672, overlay) == is_on_the_bus
        own = f"{name.removesuffix('-worker')}-db"
        for database in of_kind("Cluster", overlay):
            other = {"cnpg.io/cluster": database}
            assert may_talk(labels, other, 5432, overlay) == (database == own)
    for name, job in of_kind("Job", overlay).items():
        own = {"cnpg.io/cluster": name.replace("-migrate", "-db")}
        assert may_talk(labels_of(job), own, 5432, overlay)
        assert not may_talk(labels_of(job), broker, 5672, overlay)


def test_the_worker_fetches_from_outside_only():
    rules = of_kind("NetworkPolicy")["playlists-worker"]["spec"]["egress"]
    (block,) = [peer["ipBlock"] for r in rules for peer in r["to"] if "ipBlock" in peer]
    assert {"10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16"} <= set(block["except"])
    assert "169.254.0.0/16" in block["except"]


def backend_of(path, overlay):
    """Where the Ingress sends a path: an exact one first, then the longest prefix."""
    found = []
    for ingress in of_kind("Ingress", overlay).values():
        for rule in ingress["spec"]["rules"][0]["http"]["paths"]:
            prefix = rule["path"].rstrip("/")
            fits = (
                path == rule["path"]
                if rule["pathType"] == "Exact"
                else path == prefix or path.startswith(f"{prefix}/")
            )
            if fits:
                rank = (rule["pathType"] == "Exact", len(rule["path"]))
                found.append((rank, rule["backend"]["service"]["name"]))
    return max(found)[1]


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_players_are_sent_to_where_no_broker_is_needed(overlay):
    for path in (
        "/p/abcdefgh.m3u8",
        "/p/abcdefgh.xml",
        "/get.php",
        "/player_api.php",
        "/xmltv.php",
        "/live/name/word/7.ts",
        "/name/word/7",
        "/timeshift/name/word/60/2026-03-02:10-00/7.ts",
    ):
        assert route_of(path, PAGES) is not None
        assert backend_of(path, overlay) == "gateway-players"
    assert backend_of("/webhooks/woocommerce/0198", overlay) == "billing"


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_pages_and_uploads_are_sent_to_where_the_broker_is_needed(overlay):
    settings = GatewaySettings(
        amqp_uri="amqp://nowhere",
        lineup_secret_keys=make_key(),
        blob_url="memory://",
    )
    app = create_app(settings, RpcClient(settings.amqp_uri))
    addresses = {re.sub(r"<[^>]+>", "x", r.rule) for r in app.url_map.iter_rules()}
    named = {
        rule["path"]
        for rule in of_kind("Ingress", overlay)["lineup-pages"]["spec"]["rules"][0][
            "http"
        ]["paths"]
    }

    elsewhere = {each for each in addresses if each.split("/")[1] in NO_PAGES}
    lost = {a for a in addresses - elsewhere if backend_of(a, overlay) != "gateway"}
    assert lost == set(), "pages that come to where players are sent"
    pages = {f"/{address.split('/')[1]}" for address in addresses}
    assert named - pages == set(), "paths of pages that are gone"
