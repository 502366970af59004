"""The product's settings with the yardstick's routes."""

from aktar.site.settings import *  # noqa: F403

ROOT_URLCONF = "benchmarks.urls"
