"""What two JSON documents differ in, by path, and in what format each of their values is written."""

import re
from typing import Any

_FORMATS = {
    "instant": r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z",
    "decimal 2": r"-?\d+\.\d{2}",
    "decimal 8": r"-?\d+\.\d{8}",
    "duration": r"(\d+ )?\d\d:\d\d:\d\d(\.\d{6})?",
    "uuid": r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}",
    "hex uuid": r"[0-9a-f]{32}",
    "bytes": r"""b(['"]).*\1""",
    "address": r"https?://.+",
}


def differences(printed: Any, ours: Any, path: str = "") -> dict[str, tuple[Any, Any]]:
    """Where `ours` is not `printed`: what each holds, by path. Keys count with their order, types exactly."""
    if isinstance(printed, dict) and isinstance(ours, dict):
        if list(printed) != list(ours):
            return {f"{path}{{}}": (list(printed), list(ours))}
        return _merged(differences(printed[key], ours[key], f"{path}.{key}".lstrip(".")) for key in printed)
    if isinstance(printed, list) and isinstance(ours, list) and len(printed) == len(ours):
        return _merged(
            differences(left, right, f"{path}[{index}]")
            for index, (left, right) in enumerate(zip(printed, ours, strict=True))
        )
    return {} if type(printed) is type(ours) and printed == ours else {path: (printed, ours)}


def format_of(value: Any) -> str:
    """The name of a value's JSON type, or of the form that its text has."""
    if isinstance(value, str):
        return next((name for name, form in _FORMATS.items() if re.fullmatch(form, value)), "text")
    return "null" if value is None else type(value).__name__


def other_formats(printed: Any, ours: Any) -> dict[str, str]:
    """The paths at which the two are written in different formats, as `"null → text"`."""
    return {
        path: f"{format_of(left)} → {format_of(right)}"
        for path, (left, right) in differences(printed, ours).items()
        if format_of(left) != format_of(right) or path.endswith("{}")
    }


def _merged(parts: Any) -> dict[str, tuple[Any, Any]]:
    return {path: pair for part in parts for path, pair in part.items()}
