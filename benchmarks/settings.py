"""The product's settings with the yardstick's routes."""

from aktar.site.settings import *  # noqa: F403 - Django's own way to derive settings

ROOT_URLCONF = "benchmarks.urls"
