"""What a person should look at in a workflow is said in a sentence, and the default one has nothing amiss."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from aktar.workflow.actions import read_workflow
from aktar.workflow.rules import CommandSpec, StateSpec, Workflow, faults, graph, unknown_handlers

MADE = datetime(2026, 1, 1, tzinfo=UTC)


def a_state(id_: int, **values: Any) -> StateSpec:
    filled = {"content_type": 6, "enum_class": "S", "enum_value": str(id_), "name": f"State{id_}"}
    return StateSpec(id=id_, created_date=MADE, modified_date=MADE, **{**filled, **values})


def a_command(source: int, destination: int, **values: Any) -> CommandSpec:
    id_ = source * 10 + destination
    filled = {"content_type": 6, "slug": f"c{id_}", "label": f"C{id_}", "handler": "ready"}
    return CommandSpec(id=id_, source_state=source, destination_state=destination, **{**filled, **values})


def a_flow(*rows: StateSpec | CommandSpec) -> Workflow:
    return Workflow(
        states={row.id: row for row in rows if isinstance(row, StateSpec)},
        commands={row.id: row for row in rows if isinstance(row, CommandSpec)},
    )


STRAIGHT = (a_state(1), a_state(2), a_state(3), a_command(1, 2), a_command(2, 3))


def test_a_straight_way_has_nothing_amiss() -> None:
    assert list(faults(a_flow(*STRAIGHT))) == []


def test_the_default_workflow_has_nothing_amiss() -> None:
    assert list(faults(read_workflow())) == []


@pytest.mark.parametrize(
    ("more", "fault"),
    [
        ([a_state(4)], "State State4 (4) cannot be reached from a first state by any command."),
        (
            [a_state(4), a_state(5), a_command(2, 4), a_command(4, 5), a_command(5, 4)],
            "State State4 (4) is a trap: no last state can be reached from it.",
        ),
        ([a_command(2, 2)], "Command c22 leads back to the state that it leaves."),
        (
            [a_command(1, 3, label="", ui_visibility=("api",))],
            "Command c13 is shown but has no label.",
        ),
        (
            [a_state(4, translations={"en-us": {"name": "Four"}}), a_command(1, 4)],
            "State State4 (4) has translations but none in tr-tr.",
        ),
        (
            [a_command(1, 3, translations={"tr-tr": {"label": "Üç"}, "en-us": {"label": ""}})],
            "Command c13 has translations but none in en-us.",
        ),
    ],
)
def test_each_kind_of_fault_is_found(more: list[StateSpec | CommandSpec], fault: str) -> None:
    assert fault in list(faults(a_flow(*STRAIGHT, *more)))


def test_a_handler_that_no_code_has_is_named() -> None:
    assert list(unknown_handlers(a_flow(*STRAIGHT), {6: ("ready",)})) == []
    assert list(unknown_handlers(a_flow(*STRAIGHT[:-1]), {6: ("renew", "cancel")})) == [
        "Command c12 names the handler 'ready', which does not exist; "
        "for content type 6 there are cancel, renew."
    ]
    assert len(list(unknown_handlers(a_flow(*STRAIGHT), {}))) == 2


def test_a_ring_that_nothing_leads_into_is_out_of_reach_and_a_trap() -> None:
    ring = (a_state(4), a_state(5), a_command(4, 5), a_command(5, 4))
    found = list(faults(a_flow(*STRAIGHT, *ring)))
    assert len(found) == 4
    assert {"cannot be reached" in fault for fault in found[:2]} == {True}
    assert {"is a trap" in fault for fault in found[2:]} == {True}


def test_what_is_not_shown_needs_no_label() -> None:
    assert list(faults(a_flow(*STRAIGHT, a_command(1, 3, label="")))) == []


def test_states_of_kinds_without_commands_are_not_looked_at() -> None:
    assert list(faults(a_flow(*STRAIGHT, a_state(9, content_type=5)))) == []


def test_names_fall_back_to_the_raw_one() -> None:
    state = a_state(1, translations={"tr-tr": {"name": "Bir"}})
    assert [state.name_in("tr-tr"), state.name_in("en-us")] == ["Bir", "State1"]
    assert replace(state, translations=None).name_in("tr-tr") == "State1"


def test_the_drawing_names_every_state_that_a_command_touches() -> None:
    assert graph(a_flow(*STRAIGHT, a_state(4))).splitlines() == [
        "stateDiagram-v2",
        "    s1: State1",
        "    s2: State2",
        "    s3: State3",
        "    s1 --> s2: C12",
        "    s2 --> s3: C23",
    ]


def test_the_default_workflow_can_be_drawn_in_both_languages() -> None:
    flow = read_workflow()
    for language, arrow in (
        ("en-us", "s78 --> s74: Dispatch Transfer Order"),
        ("tr-tr", "s78 --> s74: Transferi Yola Çıkar"),
    ):
        assert arrow in graph(flow, language=language)
