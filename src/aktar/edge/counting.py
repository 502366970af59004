"""What a process counts as it works, for `/metrics`; the processes of one server add up in a folder."""

import os

from prometheus_client import CollectorRegistry
from prometheus_client.multiprocess import MultiProcessCollector

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Names the folder in the environment. prometheus_client looks for it once, when it is imported."""

COUNTED = CollectorRegistry()
"""Where counters of ours are registered."""


def counted() -> CollectorRegistry:
    """What has been counted so far: by every process that shares the folder, else by this one."""
    if FOLDER not in os.environ:
        return COUNTED
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call] # the library has no types
    return together
