"""A workflow file brings the rows in line with itself, as often as it is loaded, and takes nothing away."""

from dataclasses import replace
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction

from aktar.edge.references import reading
from aktar.workflow.actions import Loaded, load_workflow, read_workflow
from aktar.workflow.models import Command, State
from aktar.workflow.queries import stored_workflow
from aktar.workflow.rules import Workflow, WorkflowFault
from tests.factories import a_caller, a_transfer_order

pytestmark = pytest.mark.django_db

WAITING, RENEW = 73, 694
STATE = (
    'content_type = 6\nenum_class = "S"\nenum_value = "a"\nname = "A"\n'
    "created_date = 2026-01-01T00:00:00Z\nmodified_date = 2026-01-01T00:00:00Z\n"
)
COMMAND = 'content_type = 6\nslug = "x"\nlabel = "X"\nfrom = "a"\nto = "a"\nhandler = "ready"\n'


@pytest.fixture
def default() -> Workflow:
    return read_workflow()


def test_what_is_stored_is_what_the_file_says(default: Workflow) -> None:
    loaded = load_workflow(default)
    assert loaded == Loaded(created=len(default.states) + len(default.commands), changed=0, unchanged=0)
    assert stored_workflow() == default


def test_loading_again_changes_nothing(default: Workflow) -> None:
    load_workflow(default)
    rows, version = len(default.states) + len(default.commands), reading("en-us").version
    for _ in range(2):
        assert load_workflow(default) == Loaded(created=0, changed=0, unchanged=rows)
    assert stored_workflow() == default
    assert reading("en-us").version == version


def test_a_changed_label_or_name_is_brought_in_line_and_read_at_once(default: Workflow) -> None:
    load_workflow(default)
    order, caller = a_transfer_order(), a_caller()
    path = f"/api/v1/oms/transfer_orders/{order.pk}/"
    before = caller.get(path).json()
    State.objects.filter(pk=WAITING).update(translations=None, name="Lingering")
    Command.objects.filter(pk=RENEW).update(label="Try another", ui_visibility=[])
    changed = caller.get(path).json()
    assert changed["state"]["name"] == "Lingering"
    assert RENEW not in [command["id"] for command in changed["commands"]]

    loaded = load_workflow(default)

    assert (loaded.created, loaded.changed) == (0, 2)
    assert caller.get(path).json() == before


def test_rows_that_the_file_does_not_name_are_left_alone(default: Workflow) -> None:
    load_workflow(default)
    own = State.objects.create(
        name="Own",
        content_type=6,
        enum_class="TransferStatus",
        enum_value="own",
        created_date=default.states[WAITING].created_date,
        modified_date=default.states[WAITING].modified_date,
    )
    values = State.objects.values().get(pk=own.pk)
    load_workflow(default)
    assert State.objects.values().get(pk=own.pk) == values


def test_a_new_row_made_by_hand_gets_an_id_of_its_own(default: Workflow) -> None:
    load_workflow(default)
    again = Command.objects.get(pk=RENEW)
    again.pk, again.slug = None, "renew_once_more"
    again.save(force_insert=True)
    assert again.pk == max(default.commands) + 1


def test_a_row_that_is_there_keeps_its_id(default: Workflow) -> None:
    state = default.states[WAITING]
    values = {
        name: getattr(state, name)
        for name in ("content_type", "enum_class", "enum_value", "created_date", "modified_date")
    }
    State.objects.create(pk=4_000, name="Old", **values)

    loaded = load_workflow(default)

    assert loaded.changed == 1
    kept = State.objects.get(content_type=6, enum_value="waiting")
    assert (kept.pk, kept.name) == (4_000, "Waiting")
    assert {command.pk for command in kept.commands.all()} == {100, 105, 298, RENEW}


def test_an_id_that_another_row_has_is_a_fault_and_nothing_is_loaded(default: Workflow) -> None:
    state = default.states[WAITING]
    State.objects.create(
        pk=WAITING,
        name="Taken",
        content_type=9,
        enum_class="Other",
        enum_value="other",
        created_date=state.created_date,
        modified_date=state.modified_date,
    )
    with pytest.raises(WorkflowFault, match=f"State id {WAITING} is taken"):
        load_workflow(default)
    assert (State.objects.count(), Command.objects.count()) == (1, 0)


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("[[state", "workflow.toml"),
        ("\udcff", "workflow.toml"),
        ("[[state]]\nid = 1\n", "State 1"),
        ("{state}{state}", "State id 1 stands twice"),
        ("{state}[[state]]\nid = 2\n{body}", "State 'a' of content type 6 stands twice"),
        ('{state}[[command]]\nid = 1\ncontent_type = 6\nslug = "x"\nfrom = "a"\nto = "b"\n', "Command 1 'x'"),
        ('{state}[[command]]\nid = 1\nslug = "x"\n', "Command 1 'x'"),
        ("{state}{command}{command}", "stands twice"),
        ("{state}{command}[[command]]\nid = 2\n{command_body}", "stands twice"),
        ('state = "x"\n', "workflow.toml: "),
        ("states = []\n", "workflow.toml: "),
        ("[[state]]\nid = " + "9" * 5_000, "workflow.toml: "),
        ("x = " + "[" * 50_000, "workflow.toml: "),
        ("[[state]]\nid = 0\n{body}", "State 0: "),
        ('[[state]]\nid = "x"\n{body}', "State x: "),
        ("[[state]]\nid = 9_999_999_999\n{body}", "State 9999999999: "),
        ("{state}translations = 5\n", "State 1: "),
        ('{state}translations = { en-us = "x" }\n', "State 1: "),
        ("{state}translations = { en-us = { name = 5 } }\n", "State 1: "),
        ("{state}colour = 1\n", "State 1: "),
        ("{state}config = { since = 2026-01-01 }\n", "State 1: .* JSON"),
        ("{state}config = { share = nan }\n", "State 1: .* JSON"),
        ("{state}{command}configuration = { since = 10:00:00 }\n", "Command 1 'x': .* JSON"),
        ('{state}{command}ui_visibility = "api"\n', "Command 1 'x': "),
        ("{state}{command}is_packageitem_parameter_required = 1\n", "Command 1 'x': "),
    ],
)
def test_a_file_that_says_nonsense_is_a_fault_in_a_sentence(tmp_path: Path, text: str, fault: str) -> None:
    for name, value in (
        ("{state}", f"[[state]]\nid = 1\n{STATE}"),
        ("{command}", f"[[command]]\nid = 1\n{COMMAND}"),
        ("{body}", STATE),
        ("{command_body}", COMMAND),
    ):
        text = text.replace(name, value)
    file = tmp_path / "workflow.toml"
    file.write_bytes(text.encode(errors="surrogateescape"))
    with pytest.raises(WorkflowFault, match=fault):
        read_workflow(file)


@pytest.mark.parametrize(
    ("good", "bad"),
    [
        ("content_type = 6", "content_type = 99"),
        ("content_type = 6", 'content_type = "6"'),
        ("content_type = 6", "content_type = true"),
        ('enum_class = "S"', f'enum_class = "{"S" * 51}"'),
        ('enum_class = "S"', 'enum_class = ""'),
        ('enum_value = "a"', f'enum_value = "{"a" * 51}"'),
        ('name = "A"', f'name = "{"A" * 101}"'),
        ('name = "A"', 'name = "A\\u0000"'),
        ("created_date = 2026-01-01T00:00:00Z", "created_date = 2026-01-01T00:00:00"),
        ("created_date = 2026-01-01T00:00:00Z", "created_date = 2026-01-01"),
        ("created_date = 2026-01-01T00:00:00Z", "created_date = 0001-01-01T00:00:00+05:00"),
        ("modified_date = 2026-01-01T00:00:00Z", "modified_date = 1"),
        ('slug = "x"', f'slug = "{"x" * 151}"'),
        ('slug = "x"', "slug = 1"),
        ('label = "X"', f'label = "{"X" * 101}"'),
        ('handler = "ready"', f'handler = "{"h" * 51}"'),
        ('from = "a"', 'from = "b"'),
        ('to = "a"', "to = 1"),
    ],
)
def test_a_value_that_no_row_can_hold_is_a_fault_of_its_row(tmp_path: Path, good: str, bad: str) -> None:
    whole = f"[[state]]\nid = 1\n{STATE}[[command]]\nid = 1\n{COMMAND}"
    file = tmp_path / "workflow.toml"
    file.write_text(whole)
    assert read_workflow(file)
    file.write_text(whole.replace(good, bad))
    with pytest.raises(WorkflowFault, match=r"^(State 1|Command 1 .+): .+\.$"):
        read_workflow(file)


def test_what_just_fits_is_loaded_and_loading_it_again_changes_nothing(tmp_path: Path) -> None:
    text = f"[[state]]\nid = 1\n{STATE}[[command]]\nid = 1\n{COMMAND}"
    for good, longest in (
        ('"S"', f'"{"S" * 50}"'),
        ('"a"', f'"{"ğ" * 50}"'),
        ('"A"', f'"{"A" * 100}"'),
        ('"x"', f'"{"x" * 150}"'),
        ('"X"', f'"{"X" * 100}"'),
        ('"ready"', f'"{"h" * 50}"'),
        ("created_date = 2026-01-01T00:00:00Z", "created_date = 2026-01-01T03:00:00.5+03:00"),
    ):
        text = text.replace(good, longest)
    file = tmp_path / "workflow.toml"
    file.write_text(text)
    assert load_workflow(read_workflow(file)) == Loaded(created=2, changed=0, unchanged=0)
    assert load_workflow(read_workflow(file)) == Loaded(created=0, changed=0, unchanged=2)


def test_a_file_that_is_not_there_is_a_fault(tmp_path: Path) -> None:
    with pytest.raises(WorkflowFault, match=r"none\.toml"):
        read_workflow(tmp_path / "none.toml")


def test_a_command_keeps_its_id_too(default: Workflow) -> None:
    load_workflow(default)
    moved = replace(default.commands[RENEW], id=7_000)
    others = {id_: command for id_, command in default.commands.items() if id_ != RENEW}
    assert load_workflow(Workflow(default.states, others | {7_000: moved})).changed == 0
    assert Command.objects.get(slug="renew_transfer").pk == RENEW


def test_the_database_refuses_two_states_of_one_identity(default: Workflow) -> None:
    load_workflow(default)
    twin = State.objects.get(pk=WAITING)
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)
