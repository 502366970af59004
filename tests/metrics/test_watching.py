"""Dashboard, alerts and operating.md name metrics, labels and values that exist, and leave none out."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from prometheus_client import Metric

from aktar.accounts.models import Reach
from tests.factories import a_caller, a_transfer_order, a_user
from tests.metrics.scraping import families_of

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
DASHBOARD: dict[str, Any] = json.loads((DEPLOY / "grafana" / "aktar.json").read_text())
ALERTS: dict[str, Any] = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())
RULES: list[dict[str, Any]] = [rule for group in ALERTS["groups"] for rule in group["rules"]]
PANELS = [panel for panel in DASHBOARD["panels"] if panel["type"] != "row"]
EXPRESSIONS = [target["expr"] for panel in PANELS for target in panel["targets"]]
EXPRESSIONS += [rule["expr"] for rule in RULES]
# What Prometheus adds to every sample.
ITS_OWN = {"job", "instance"}
INTERVALS = re.compile(r"\[(?:\d+[smhd]|\$__rate_interval)\]")


@pytest.fixture
def families(prometheus: Client) -> list[Metric]:
    """What is there after a command was run and one was refused."""
    order, caller = a_transfer_order(), a_caller(a_user(is_admin=True), reach=Reach.USER)
    for _ in range(2):
        path = f"/api/v1/oms/transfer_orders/{order.pk}/command/"
        caller.post(path, {"transition": 105, "input_parameters": {}}, content_type="application/json")
    return families_of(caller.get("/metrics").content.decode())


def _values(families: list[Metric]) -> dict[str, dict[str, set[str]]]:
    """By name of a sample, its labels and the values that these have."""
    found: dict[str, dict[str, set[str]]] = {}
    for family in families:
        for sample in family.samples:
            labels = found.setdefault(sample.name, {})
            for label, value in sample.labels.items():
                labels.setdefault(label, set()).add(value)
    return found


def _selectors(expression: str) -> list[tuple[str, list[tuple[str, str, str]]]]:
    """Each metric that an expression names, with its matchers."""
    return [
        (name, re.findall(r'(\w+)\s*(=~|!~|!=|=)\s*"([^"]*)"', inside))
        for name, inside in re.findall(r"\b(up|aktar_\w+)\s*(?:\{([^}]*)\})?", expression)
    ]


def _routes(patterns: list[URLPattern | URLResolver], before: str = "") -> set[str]:
    found = set()
    for pattern in patterns:
        route = before + str(pattern.pattern)
        found.add(route)
        if isinstance(pattern, URLResolver):
            found |= _routes(pattern.url_patterns, route)
    return found


def test_expressions_name_metrics_labels_and_values_that_exist(families: list[Metric]) -> None:
    known = _values(families) | {"up": {}}
    routes = _routes(get_resolver().url_patterns)
    for expression in EXPRESSIONS:
        selectors = _selectors(expression)
        assert selectors, expression
        for name, matchers in selectors:
            assert name in known, (name, expression)
            assert "job" in {label for label, _, _ in matchers}, expression
            for label, sign, value in matchers:
                assert label in known[name].keys() | ITS_OWN, (name, label)
                if label in ITS_OWN or label == "status":
                    continue
                asked = set(value.split("|")) if "~" in sign else {value}
                exist = routes if label == "route" else known[name][label]
                if label == "result":
                    exist = exist | {"failed"}  # nothing has, here
                assert asked <= exist, (label, asked - exist)
        of_all = {label for name, _ in selectors for label in known[name]}
        for labels in re.findall(r"\bby \(([^)]*)\)", expression):
            assert set(re.split(r",\s*", labels)) <= of_all, expression


def test_expressions_are_whole(families: list[Metric]) -> None:
    for expression in EXPRESSIONS:
        outside = re.sub(r'"[^"]*"', "", expression)
        for opening, closing in ("()", "[]", "{}"):
            assert outside.count(opening) == outside.count(closing), expression
        # A counter is of use by its growth alone, and only a counter has one.
        counters = re.findall(r"aktar_\w+_(?:total|bucket|sum|count)\b", expression)
        assert len(re.findall(r"\brate\(", expression)) == len(counters), expression
        assert len(INTERVALS.findall(expression)) == len(re.findall(r"\b(?:rate|delta)\(", expression))


def test_legends_name_labels_that_are_left(families: list[Metric]) -> None:
    for panel in PANELS:
        for target in panel["targets"]:
            kept = set(", ".join(re.findall(r"by \(([^)]*)\)", target["expr"])).split(", "))
            assert set(re.findall(r"\{\{(\w+)\}\}", target["legendFormat"])) <= kept, target


def test_no_metric_is_on_no_panel_or_unexplained(families: list[Metric]) -> None:
    # Whoever counts alone also says since when; the processes of a server do not.
    told = {family.name for family in families if not family.name.endswith("_created")}
    targets = [target["expr"] for panel in PANELS for target in panel["targets"]]
    shown = {name for expression in targets for name, _ in _selectors(expression)}
    assert {re.sub(r"_(total|bucket|sum|count)$", "", name) for name in shown} == told
    page = (ROOT / "docs" / "operating.md").read_text()
    explained = re.findall(r"^\| `(aktar_\w+)", page, re.MULTILINE)
    assert {name.removesuffix("_total") for name in explained} == told


def test_every_alert_says_how_urgent_it_is_and_what_to_do() -> None:
    assert len({rule["alert"] for rule in RULES}) == len(RULES)
    for rule in RULES:
        assert rule["labels"]["severity"] in ("page", "ticket")
        assert set(rule["annotations"]) == {"summary", "description"}


def test_panels_lie_beside_each_other_and_have_numbers_of_their_own() -> None:
    panels = DASHBOARD["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    places = set()
    for panel in panels:
        at = panel["gridPos"]
        assert at["x"] + at["w"] <= 24
        cells = {(x, y) for x in range(at["x"], at["x"] + at["w"]) for y in range(at["y"], at["y"] + at["h"])}
        assert not cells & places, panel["title"]
        places |= cells


def test_the_sample_scrapes_as_the_page_says() -> None:
    sample = yaml.safe_load((DEPLOY / "prometheus" / "prometheus.yaml").read_text())
    assert all((DEPLOY / "prometheus" / name).exists() for name in sample["rule_files"])
    (scrape,) = sample["scrape_configs"]
    assert scrape["job_name"] == "aktar"
    assert scrape["authorization"]["type"] == "Token"
    # Where Prometheus looks if nothing is said.
    assert "metrics_path" not in scrape
