"""The contract's samples as they are printed, and as another language or a fuller row would print them."""

import copy
import json
from pathlib import Path
from typing import Any

SAMPLES = Path(__file__).with_name("samples")
CDN = "https://cdn.example.com"
DOMAIN = "http://testserver"
"""What stands for the samples' two unnamed hosts; the second is the one that Django's test client calls."""


def sample(name: str) -> Any:
    """The sample of an endpoint, as `transfer_orders.list`."""
    text = (SAMPLES / f"{name}.json").read_text(encoding="utf-8")
    return json.loads(text.replace("{cdn_url}", CDN).replace("{domain_url}", DOMAIN))


def in_language(printed: Any, language: str) -> Any:
    """The same answer in `language`: a state's name is its translation, or stays where it has none."""
    if isinstance(printed, list):
        return [in_language(value, language) for value in printed]
    if not isinstance(printed, dict):
        return printed
    told = {key: in_language(value, language) for key, value in printed.items()}
    if "name" in told and told.get("translations"):
        told["name"] = told["translations"][language]["name"]
    return told


def with_values(printed: Any, values: dict[str, Any]) -> Any:
    """A copy of `printed` that holds `values` at their paths (`a.b[0].c`); every path must be there."""
    changed = copy.deepcopy(printed)
    for path, value in values.items():
        steps = [
            int(step) if step.isdigit() else step
            for step in path.replace("[", ".").replace("]", "").split(".")
        ]
        *way, last = steps
        holder = changed
        for step in way:
            holder = holder[step]
        assert isinstance(last, int) or last in holder, path
        holder[last] = value
    return changed
