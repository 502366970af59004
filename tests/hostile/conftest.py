"""The scene that hostile callers meet; whatever they do, not one row may differ afterwards."""

from collections.abc import Iterator

import pytest
from django.test import override_settings

from aktar.edge import throttles
from tests.walk.scene import RATES, Scene, a_scene, footprint


@pytest.fixture
def scene(db: None) -> Iterator[Scene]:
    """A scene that must come out as it went in, with nobody slowed down."""
    with override_settings(**dict.fromkeys(RATES)):
        throttles.forget()
        made = a_scene()
        before = footprint()
        yield made
        assert footprint() == before
