"""Makes schemathesis ask for what is there: half of its ids, commands and beginnings of lists are."""

from typing import Any

import schemathesis

FEW = 40
COMMANDS = (100, 298, 694, 101, 102, 103, 104, 105)


@schemathesis.hook
def map_path_parameters(_context: schemathesis.HookContext, path_parameters: Any) -> Any:
    if not path_parameters:
        return path_parameters
    return {name: _an_id_that_exists(value) for name, value in path_parameters.items()}


@schemathesis.hook
def map_query(_context: schemathesis.HookContext, query: Any) -> Any:
    if isinstance(query, dict) and "wait" in query:
        # What is there is told at once, and nobody has the time to wait for what is not.
        query = query | {"wait": 0}
    if isinstance(query, dict) and isinstance(cursor := query.get("cursor"), str) and len(cursor) % 2:
        # The beginning: it needs no cursor that was given, and stands beside no numbered page.
        return {name: value for name, value in query.items() if name != "page"} | {"cursor": ""}
    return query


@schemathesis.hook
def map_body(_context: schemathesis.HookContext, body: Any) -> Any:
    if isinstance(body, dict) and type(transition := body.get("transition")) is int and transition % 2:
        return body | {"transition": COMMANDS[transition // 2 % len(COMMANDS)]}
    return body


def _an_id_that_exists(value: Any) -> Any:
    return value // 2 % FEW + 1 if type(value) is int and value % 2 else value
