"""Reads `/metrics` as Prometheus does."""

from django.test import Client
from prometheus_client import Metric
from prometheus_client.parser import text_string_to_metric_families

from aktar.site.metrics import keeping

ACCEPT = "application/openmetrics-text, text/plain;q=0.5"
Samples = dict[tuple[str, tuple[str, ...]], float]


def families_of(text: str) -> list[Metric]:
    """The families of an answer, each with its meaning."""
    families = list(text_string_to_metric_families(text))
    assert len({family.name for family in families}) == len(families)
    assert all(family.documentation for family in families)
    return families


def samples_of(text: str) -> Samples:
    """Each sample by its name and the values of its labels, in the order of their names."""
    return {
        (sample.name, tuple(sample.labels[label] for label in sorted(sample.labels))): sample.value
        for family in families_of(text)
        for sample in family.samples
    }


def scraped(caller: Client) -> Samples:
    """The samples that a caller gets where nothing is kept from before."""
    keeping.forget()
    return scraped_as_kept(caller)


def scraped_as_kept(caller: Client) -> Samples:
    """The samples that a caller gets."""
    answer = caller.get("/metrics", headers={"accept": ACCEPT})
    assert answer.status_code == 200, answer.content
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples_of(answer.content.decode())
