"""The command line: what it prints where, and how it exits."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from aktar.workflow.actions import DEFAULT_WORKFLOW
from tests.postgres import answers
from tests.site.conftest import ON_SQLITE_ALONE, Aktar, is_refused

pytestmark = ON_SQLITE_ALONE

COMMANDS = ["serve", "migrate", "workflow", "workflow load", "workflow check", "workflow graph", "demo"]
COMMANDS += ["backup", "restore", "verify", "load", "user", "user create", "token", "token create"]
COMMANDS += ["user password", "user locations", "user list", "token list", "token revoke"]
COMMANDS += ["dispatch", "webhooks", "webhooks add", "webhooks list", "webhooks resume", "webhooks off"]
COMMANDS += ["webhooks prune", "webhooks rekey", "webhooks test", "webhooks replay"]
COMMANDS += ["simulate", "stock", "stock verify", "stock show"]
USERS_LISTED = ["name", "e-mail", "admin", "logs in", "last log-in", "works at"]
LISTED = ["prefix", "name", "user", "opens", "read-only", "created", "expires", "last used", "revoked"]
ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_explains_itself(aktar: Aktar, command: str) -> None:
    done = aktar(*command.split(), "--help")
    assert done.returncode == 0
    assert done.stdout.startswith("Usage: ")


def test_help_needs_no_settings_and_leaves_no_trace(aktar: Aktar, aktar_environment: dict[str, str]) -> None:
    assert aktar("serve", "--help", DATABASE_URL="nonsense").returncode == 0
    assert not Path(aktar_environment["AKTAR_DATA_DIR"]).exists()


@pytest.mark.parametrize(
    "arguments",
    [
        ["nothing"],
        ["serve", "--port", "0"],
        ["serve", "--workers", "none"],
        ["load"],
        ["load", "/dev/null/nothing"],
        ["load", "-", "--from", "https://oms.example.com"],
        ["load", "-", "--details"],
        ["load", "--from", "https://oms.example.com"],
        ["load", "--from", "https://oms.example.com", "--token", "two words"],
        ["load", "--from", "ftp://oms.example.com", "--token", "akt_x"],
        ["demo"],
        ["demo", "--orders", "0"],
        ["user", "create"],
        ["token", "create", "x", "--location", "A", "--all-locations"],
        ["token", "create", "x", "--all-locations", "--expires", "0"],
        ["token", "create", "x\udcff", "--all-locations"],
        ["token", "create", "x", "--user", "\udcff", "--all-locations"],
        ["token", "create", "x", "--location", "\udcff"],
        ["token", "revoke"],
        ["token", "revoke", "\udcff"],
        ["user", "create", "\udcff"],
        ["user", "create", "x", "--email", "\udcff"],
        ["user", "create", "x", "--admin", "--location", "A"],
        ["user", "password"],
        ["user", "locations", "x"],
        ["user", "locations", "x", "--location", "A", "--none"],
        ["webhooks", "add", "https://erp.example.com/"],
        ["webhooks", "add", "https://erp.example.com/\udcff", "transfer.status.created"],
        ["webhooks", "resume"],
        ["webhooks", "off", "x"],
        ["webhooks", "off", "99999999999999999999"],
        ["webhooks", "prune", "--days", "0"],
        ["webhooks", "test"],
        ["stock", "show"],
        ["stock", "show", "\udcff"],
        ["webhooks", "replay"],
        ["webhooks", "replay", "--since", "0001-01-01T00:00+14:00"],
    ],
)
def test_a_command_asked_for_in_a_wrong_way_exits_with_2(aktar: Aktar, arguments: list[str]) -> None:
    assert is_refused(aktar(*arguments), "Usage: ", status=2)


def test_migrating_may_be_repeated(aktar: Aktar) -> None:
    assert aktar("migrate").stdout.endswith("migrations applied.\n")
    assert aktar("migrate").stdout == "Tables: up to date.\n"


@pytest.mark.parametrize(
    "arguments",
    [
        ["serve"],
        ["workflow", "load"],
        ["workflow", "graph"],
        ["demo", "--orders", "1"],
        ["user", "create", "x"],
        ["token", "create", "x", "--all-locations"],
        ["token", "list"],
        ["token", "revoke", "akt_"],
        ["stock", "verify"],
        ["stock", "show", "x"],
        ["webhooks", "add", "https://erp.example.com/", "transfer.status.created"],
        ["webhooks", "list"],
        ["webhooks", "resume", "1"],
        ["webhooks", "off", "1"],
        ["webhooks", "prune"],
        ["webhooks", "rekey"],
        ["webhooks", "test", "1"],
        ["webhooks", "replay", "--since", "2026-01-01"],
        ["user", "list"],
        ["user", "password", "x"],
        ["user", "locations", "x", "--none"],
        ["dispatch"],
        ["plan"],
        ["export", "stock"],
        ["import", "stock", "/dev/null"],
        ["load", "/dev/null"],
        ["backup", "/nowhere/backup.zip"],
        ["verify"],
    ],
)
def test_without_a_database_it_says_what_to_run_and_leaves_no_trace(
    aktar: Aktar, aktar_environment: dict[str, str], arguments: list[str]
) -> None:
    done = aktar(*arguments)
    assert is_refused(done, "The database is not there: run `aktar migrate` first.")
    assert f"{aktar_environment['AKTAR_DATA_DIR']}/aktar.sqlite3; AKTAR_DATA_DIR" in done.stderr
    assert not Path(aktar_environment["AKTAR_DATA_DIR"]).exists()


def test_without_tables_it_says_what_to_run(aktar: Aktar, tmp_path: Path) -> None:
    (tmp_path / "empty.sqlite3").touch()
    done = aktar("token", "list", DATABASE_URL=f"sqlite:///{tmp_path}/empty.sqlite3")
    assert is_refused(done, "The database is not up to date: run `aktar migrate` first.")


def test_a_database_without_tables_is_named_without_its_password(aktar: Aktar, tmp_path: Path) -> None:
    done = aktar("workflow", "load", DATABASE_URL=f"sqlite:///{tmp_path}/other.sqlite3")
    assert is_refused(done, f"{tmp_path}/other.sqlite3; DATABASE_URL says which")
    assert not (tmp_path / "other.sqlite3").exists()
    url = os.environ.get("AKTAR_TEST_POSTGRES_URL", "postgresql://postgres@127.0.0.1:5432/aktar")
    if not answers(url):
        pytest.skip("needs a PostgreSQL")
    parts = urlsplit(url)
    named = parts._replace(netloc=f"{parts.username}:hidden@{parts.hostname}:{parts.port or 5432}")
    done = aktar("workflow", "load", DATABASE_URL=named._replace(path="/postgres").geturl())
    assert is_refused(done, f"{parts.hostname}/postgres; DATABASE_URL says which")
    assert "hidden" not in done.stderr


@pytest.mark.parametrize(
    ("port", "is_one"), [("8080", True), ("abc", False), ("0", False), ("70000", False), ("", False)]
)
def test_make_names_the_port_that_is_none(port: str, is_one: bool) -> None:
    # Not as a part of the `make test` that may run this.
    environment = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "port", f"PORT={port}"], cwd=ROOT, env=environment, capture_output=True, text=True
    )
    assert (done.returncode == 0, done.stderr.startswith("PORT must be a number")) == (is_one, not is_one)


def test_a_wrong_setting_is_one_sentence(aktar: Aktar) -> None:
    done = aktar("migrate", AKTAR_LOG_LEVEL="loud")
    assert is_refused(done, "Error: AKTAR_LOG_LEVEL must be one of ")
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    "url", ["postgresql://postgres:hidden@127.0.0.1:1/aktar", "sqlite:////dev/null/aktar.sqlite3"]
)
def test_a_database_out_of_reach_is_one_sentence_without_its_password(aktar: Aktar, url: str) -> None:
    done = aktar("migrate", DATABASE_URL=url)
    assert is_refused(done, "Error: The database that DATABASE_URL names cannot be opened: ")
    assert len(done.stderr.splitlines()) == 1
    assert "hidden" not in done.stderr


def test_the_workflow_loads_once_and_checks(aktar: Aktar) -> None:
    aktar("migrate")
    assert is_refused(aktar("workflow", "check"), "No workflow is loaded: run `aktar workflow load` first.")
    assert aktar("workflow", "load").stdout.endswith("0 changed, 0 as before.\n")
    assert aktar("workflow", "load").stdout.startswith("States and commands: 0 new, 0 changed, ")
    assert aktar("workflow", "check").stdout.endswith("nothing amiss.\n")
    assert aktar("workflow", "graph", "--language", "tr-tr").stdout.startswith("stateDiagram-v2\n")


def test_a_faulty_workflow_file_is_named(installed: Aktar, tmp_path: Path) -> None:
    file = tmp_path / "own.toml"
    file.write_text("[[state]]\nid = 1\n")
    assert is_refused(installed("workflow", "load", str(file)), "Error: State 1: ")
    file.write_text("not toml")
    assert is_refused(installed("workflow", "check", str(file)), "Error: own.toml: ")


def test_a_workflow_file_is_checked_without_a_database_and_leaves_no_trace(
    aktar: Aktar, aktar_environment: dict[str, str]
) -> None:
    nowhere = "postgresql://postgres@127.0.0.1:1/aktar"
    done = aktar("workflow", "check", str(DEFAULT_WORKFLOW), DATABASE_URL=nowhere)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.endswith("nothing amiss.\n")
    assert aktar("workflow", "graph", str(DEFAULT_WORKFLOW), DATABASE_URL=nowhere).returncode == 0
    assert not Path(aktar_environment["AKTAR_DATA_DIR"]).exists()


def test_a_handler_that_no_code_has_is_told_by_check_and_refused_by_load(
    installed: Aktar, tmp_path: Path
) -> None:
    file = tmp_path / "own.toml"
    file.write_text(DEFAULT_WORKFLOW.read_text().replace('handler = "deliver"', 'handler = "delivr"'))
    for verb in ("check", "load"):
        assert is_refused(
            installed("workflow", verb, str(file)), "the handler 'delivr', which does not exist"
        )
    assert installed("workflow", "load").stdout.startswith("States and commands: 0 new, 0 changed, ")


def test_a_users_password_is_printed_alone(installed: Aktar) -> None:
    done = installed("user", "create", "ayse", "--admin", "--email", "ayse@example.com")
    assert (done.returncode, done.stderr) == (0, "")
    assert len(done.stdout.split()) == 1
    assert is_refused(installed("user", "create", "ayse"), "Error: ")


def test_a_given_password_is_not_printed_and_must_be_long(installed: Aktar) -> None:
    done = installed("user", "create", "ali", "--password-stdin", given="correct horse battery\n")
    assert (done.returncode, done.stdout) == (0, "")
    assert is_refused(installed("user", "create", "can", "--password-stdin", given="short\n"), "too short")
    assert is_refused(installed("user", "create", "can", "--password-stdin", given="\udcff" * 12), "UTF-8")


def test_a_wrong_address_is_not_called_a_wrong_name(installed: Aktar) -> None:
    assert is_refused(installed("user", "create", "ali", "--email", "nonsense"), "This is no e-mail address.")


def test_another_password_is_printed_alone_or_given(installed: Aktar) -> None:
    first = installed("user", "create", "ayse", "--admin").stdout
    done = installed("user", "password", "ayse")
    assert (done.returncode, done.stderr, len(done.stdout.split())) == (0, "", 1)
    assert done.stdout != first
    done = installed("user", "password", "ayse", "--password-stdin", given="correct horse battery\n")
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert is_refused(installed("user", "password", "ayse", "--password-stdin", given="short\n"), "too short")
    assert is_refused(
        installed("user", "password", "can"), "There is no user 'can'; `aktar user list` shows them."
    )


def test_a_user_works_where_it_is_said_and_nowhere_else(installed: Aktar) -> None:
    installed("demo", "--orders", "5")
    assert is_refused(installed("user", "create", "kasa", "--location", "NO-SUCH"), "NO-SUCH")
    assert "kasa" not in _users(installed)
    assert installed("user", "create", "kasa", "--location", "M001").returncode == 0
    assert installed("token", "create", "robot", "--all-locations").returncode == 0
    found = _users(installed)
    assert found["kasa"] == ["-", "no", "yes", "-", "M001"]
    assert found["robot"] == ["-", "no", "no", "-", "-"]
    assert found["demo-admin"] == ["-", "yes", "yes", "-", "all locations"]
    assert found["erp"][4] == "D01,D02,D03,D04,D05 and 195 more"
    done = installed("user", "locations", "kasa", "--location", "M002", "--location", "D01")
    assert (done.returncode, done.stdout, done.stderr) == (0, "kasa works at D01, M002.\n", "")
    assert is_refused(installed("user", "locations", "kasa", "--location", "NO-SUCH"), "NO-SUCH")
    assert _users(installed)["kasa"][4] == "D01,M002"
    assert installed("user", "locations", "kasa", "--none").stdout == "kasa works at no location.\n"
    assert _users(installed)["kasa"][4] == "-"
    assert is_refused(installed("user", "locations", "can", "--none"), "There is no user 'can';")


def _users(aktar: Aktar) -> dict[str, list[str]]:
    header, *rows = (re.split(r"  +", line) for line in aktar("user", "list").stdout.splitlines())
    assert header == USERS_LISTED
    return {name: rest for name, *rest in rows}


def test_a_token_is_printed_alone(installed: Aktar) -> None:
    done = installed("token", "create", "erp", "--all-locations", "--read-only", "--expires", "30")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("akt_")
    assert len(done.stdout.split()) == 1
    assert installed("token", "create", "erp", "--all-locations").returncode == 0


def test_a_token_asks_for_locations_and_refuses_to_guess_off_a_terminal(installed: Aktar) -> None:
    done = installed("token", "create", "erp")
    assert is_refused(done, "--location ERP_CODE or --all-locations", status=2)


def test_a_name_that_is_too_long_for_a_token_is_one_sentence(installed: Aktar) -> None:
    refused = installed("token", "create", "x" * 101, "--all-locations")
    assert is_refused(refused, "at most 100 printable characters")
    assert re.split(r"  +", installed("token", "list").stdout.strip()) == LISTED


def test_a_name_typed_in_another_composition_is_the_same_user(installed: Aktar) -> None:
    assert installed("token", "create", "ayşe", "--all-locations").returncode == 0
    assert installed("token", "create", "ays\u0327e", "--all-locations").returncode == 0
    assert installed("token", "create", "x", "--user", "ays\u0327e", "--all-locations").returncode == 0
    installed("user", "create", "fil")
    assert is_refused(installed("token", "create", "ﬁl", "--all-locations"), "say --user")


def test_tokens_are_listed_in_columns_and_never_whole(installed: Aktar) -> None:
    key = installed("token", "create", "erp", "--all-locations", "--read-only", "--expires", "30").stdout
    installed("demo", "--orders", "5")
    two = ("--location", "D01", "--location", "M001")
    assert installed("token", "create", "two stores", "--user", "erp", *two).returncode == 0
    done = installed("token", "list")
    assert (done.returncode, done.stderr) == (0, "")
    header, first, _demo, bound = (re.split(r"  +", line) for line in done.stdout.splitlines())
    assert header == LISTED
    assert first[:5] == [key[:10], "erp", "erp", "all locations", "yes"]
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\d \d\d:\d\d", instant) for instant in first[5:7])
    assert first[7:] == ["-", "-"]
    assert bound[1:5] == ["two stores", "erp", "D01,M001", "no"]
    assert key.strip() not in done.stdout


def test_a_token_is_revoked_by_the_way_it_begins(installed: Aktar) -> None:
    key, other = (installed("token", "create", "erp", "--all-locations").stdout for _ in range(2))
    assert is_refused(installed("token", "revoke", "akt_"), "2 tokens begin with 'akt_'")
    assert is_refused(installed("token", "revoke", ""), "2 tokens begin with ''")
    done = installed("token", "revoke", key[:10])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"Revoked: {key[:10]}, the token 'erp' of the user 'erp'.\n"
    assert is_refused(installed("token", "revoke", key[:10]), "No token that could be revoked begins with ")
    revoked, kept = installed("token", "list").stdout.splitlines()[1:]
    assert (revoked.split()[0], revoked.split()[-1] == "-") == (key[:10], False)
    assert (kept.split()[0], kept.split()[-1]) == (other[:10], "-")


def test_an_unknown_location_is_named_and_leaves_nothing_behind(installed: Aktar) -> None:
    assert is_refused(installed("token", "create", "erp", "--location", "NO-SUCH"), "NO-SUCH")
    assert is_refused(installed("token", "create", "x", "--user", "erp", "--all-locations"), "no user 'erp'")


def test_a_persons_name_makes_no_service_token_by_mistake(installed: Aktar) -> None:
    installed("user", "create", "ayse")
    assert is_refused(installed("token", "create", "ayse", "--all-locations"), "say --user ayse")
    assert installed("token", "create", "ayse", "--user", "ayse", "--all-locations").returncode == 0


def test_the_demo_says_how_to_get_in_and_says_the_same_again(
    installed: Aktar, aktar_environment: dict[str, str]
) -> None:
    first = installed("demo", "--orders", "10")
    assert first.returncode == 0, first.stderr
    assert [line.split()[0] for line in first.stdout.splitlines()] == [
        "address",
        "login",
        "password",
        "token",
    ]
    second = installed("demo", "--orders", "10")
    assert (second.returncode, second.stdout) == (0, first.stdout)
    assert "there already" in second.stderr
    file = Path(aktar_environment["AKTAR_DATA_DIR"]) / "demo-access.json"
    assert file.stat().st_mode & 0o777 == 0o600
    assert json.loads(file.read_text())["token"] in first.stdout


def test_the_demo_makes_no_administrator_in_a_database_in_use(
    installed: Aktar, aktar_environment: dict[str, str]
) -> None:
    script = (
        "import django; django.setup(); from django.utils.timezone import now;"
        "from aktar.catalog.models import Product;"
        "Product.objects.create(name='Own', sku='1', base_code='1', created_date=now(), modified_date=now())"
    )
    environment = aktar_environment | {"DJANGO_SETTINGS_MODULE": "aktar.site.settings"}
    subprocess.run([sys.executable, "-c", script], env=environment, check=True)
    assert is_refused(installed("demo", "--orders", "5"), "rows of somebody's own")
    assert not (Path(aktar_environment["AKTAR_DATA_DIR"]) / "demo-access.json").exists()
