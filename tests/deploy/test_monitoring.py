"""The rules raise their alarms, and rules and dashboard ask for what is really told."""

import json
import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "deploy" / "observability"
RUNBOOK = ROOT / "deploy" / "runbook"
METRIC = re.compile(r"\b(?:lineup|kubelet|rabbitmq)_[a-z0-9_]+")
DOCUMENTED = re.compile(r"^\| `((?:lineup|kubelet|rabbitmq)_\w+)` \|", re.MULTILINE)
TOOL_SECONDS = 60


def rules():
    groups = yaml.safe_load((FOLDER / "alerts.yml").read_text())["groups"]
    return [rule for group in groups for rule in group["rules"]]


def cases():
    return yaml.safe_load((FOLDER / "alerts_test.yml").read_text())["tests"]


def promtool(*words):
    return subprocess.run(
        ["promtool", *words],
        cwd=FOLDER,
        capture_output=True,
        text=True,
        check=False,
        timeout=TOOL_SECONDS,
    )


def panels():
    dashboard = json.loads((FOLDER / "dashboard.json").read_text())
    return [panel for panel in dashboard["panels"] if panel["type"] != "row"]


def queries():
    """Every expression of rules and dashboard."""
    used = [target["expr"] for panel in panels() for target in panel["targets"]]
    return [rule["expr"] for rule in rules()] + used


def test_prometheus_can_read_the_rules():
    checked = promtool("check", "rules", "alerts.yml")
    assert checked.returncode == 0, checked.stdout + checked.stderr


@pytest.mark.feature("OP-09", "WL-19")
def test_each_rule_raises_its_alarm_and_holds_its_peace():
    tested = promtool("test", "rules", "alerts_test.yml")
    assert tested.returncode == 0, tested.stdout + tested.stderr

    raised, silent = set(), set()
    for case in cases():
        for test in case["alert_rule_test"]:
            (raised if test["exp_alerts"] else silent).add(test["alertname"])
    assert raised == silent == {rule["alert"] for rule in rules()}


def test_prometheus_can_read_the_dashboards_questions(tmp_path):
    """As recording rules, since promtool of this age parses only those."""
    stand_ins = {"$__rate_interval": "5m", "$service": ".*"}
    recorded = []
    for number, target in enumerate(t for p in panels() for t in p["targets"]):
        query = target["expr"]
        for variable, value in stand_ins.items():
            query = query.replace(variable, value)
        recorded.append({"record": f"panel:{number}", "expr": query})
    groups = {"groups": [{"name": "panels", "rules": recorded}]}
    (tmp_path / "panels.yml").write_text(yaml.safe_dump(groups))

    checked = promtool("check", "rules", str(tmp_path / "panels.yml"))

    assert checked.returncode == 0, checked.stdout + checked.stderr
    assert len(recorded) > 15


def test_only_metrics_are_asked_for_that_are_told():
    """What the page documents, the integration tests compare with a running Lineup."""
    documented = set(DOCUMENTED.findall((FOLDER / "README.md").read_text()))
    used = {name for query in queries() for name in METRIC.findall(query)}
    used = {re.sub(r"_bucket$", "", name) for name in used}
    assert used - documented == set()


@pytest.mark.parametrize("rule", rules(), ids=lambda rule: rule["alert"])
def test_each_alarm_says_what_to_do(rule):
    assert rule["labels"]["severity"] in {"page", "ticket"}
    page = RUNBOOK / f"{rule['annotations']['runbook']}.md"
    assert rule["alert"] in page.read_text()


def test_no_panels_lie_over_each_other():
    taken = set()
    for panel in panels():
        position = panel["gridPos"]
        cells = {
            (position["x"] + right, position["y"] + down)
            for right in range(position["w"])
            for down in range(position["h"])
        }
        assert not taken & cells, panel["title"]
        taken |= cells
