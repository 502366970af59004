"""A wrong setting is named in a sentence; `.env.example` tells every variable there is."""

import re
import stat
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from aktar.edge.rates import parse_rate
from aktar.site import environment
from aktar.site.environment import WrongSetting
from aktar.site.secret_key import secret_key
from aktar.site.webhook_key import webhook_keys

ROOT = Path(__file__).parents[2]


def test_the_example_file_is_the_table_of_variables() -> None:
    assert (ROOT / ".env.example").read_text() == environment.example(), "run `make .env.example`"


def test_every_variable_that_is_read_stands_in_the_table() -> None:
    known = {variable.name for variable in environment.VARIABLES}
    for file in (ROOT / "src").rglob("*.py"):
        named = set(re.findall(r'"(AKTAR_[A-Z_]+|DATABASE_URL)"', file.read_text()))
        assert named <= known, file


@pytest.mark.parametrize(
    ("read", "variable", "value"),
    [
        (environment.log_level, "AKTAR_LOG_LEVEL", "loud"),
        (environment.public_url, "AKTAR_PUBLIC_URL", "aktar.example.com"),
        (environment.public_url, "AKTAR_PUBLIC_URL", "https://a:b:c"),
        (environment.public_url, "AKTAR_PUBLIC_URL", "https://example.com/?a=1"),
        (environment.allowed_hosts, "AKTAR_ALLOWED_HOSTS", "https://example.com"),
        (environment.database, "DATABASE_URL", "mysql://localhost/x"),
        (environment.database, "DATABASE_URL", "postgresql://localhost:port/x"),
        (environment.database, "DATABASE_URL", "postgresql://localhost"),
        (environment.database, "DATABASE_URL", "sqlite://:memory:"),
        (environment.database, "DATABASE_URL", "sqlite://"),
        (secret_key, "AKTAR_SECRET_KEY", "short"),
        (webhook_keys, "AKTAR_WEBHOOK_KEY", "short"),
        (webhook_keys, "AKTAR_WEBHOOK_KEY", f"{'long ' * 10},short"),
        (environment.webhook_timeout, "AKTAR_WEBHOOK_TIMEOUT", "3601"),
        (environment.webhook_lease, "AKTAR_WEBHOOK_LEASE", "15"),
        (environment.webhook_lease, "AKTAR_WEBHOOK_LEASE", "0"),
        (environment.webhook_attempts, "AKTAR_WEBHOOK_ATTEMPTS", "1001"),
        (environment.webhook_retention_days, "AKTAR_WEBHOOK_RETENTION_DAYS", "36501"),
    ],
)
def test_a_wrong_value_is_refused_in_a_sentence_that_names_the_variable(
    read: Callable[[dict[str, str]], object], variable: str, value: str
) -> None:
    with pytest.raises(WrongSetting, match=f"^{variable} .+\\.$"):
        read({variable: value})


@pytest.mark.parametrize("value", ["0", "-1", "1.5", "many", "٣", "9" * 30])
def test_a_number_must_be_one(value: str) -> None:
    with pytest.raises(WrongSetting, match=r"^AKTAR_MAX_BODY_BYTES must be a whole number above zero"):
        environment.positive("AKTAR_MAX_BODY_BYTES", {"AKTAR_MAX_BODY_BYTES": value})


def test_a_rate_that_cannot_be_read_is_named() -> None:
    with pytest.raises(WrongSetting, match=r"^AKTAR_THROTTLE_LOGIN: 'often' is no rate"):
        environment.parsed("AKTAR_THROTTLE_LOGIN", parse_rate, {"AKTAR_THROTTLE_LOGIN": "often"})


def test_a_password_never_stands_in_the_sentence() -> None:
    with pytest.raises(WrongSetting) as refused:
        environment.database({"DATABASE_URL": "postgresql://me:hunter2@host:port/x"})
    assert "hunter2" not in str(refused.value)


def test_an_empty_variable_counts_as_unset() -> None:
    assert environment.database({"DATABASE_URL": " ", "AKTAR_DATA_DIR": "/data"})["NAME"] == (
        "/data/aktar.sqlite3"
    )


def test_the_host_of_the_public_address_is_allowed() -> None:
    environ = {"AKTAR_PUBLIC_URL": "https://aktar.example.com/", "AKTAR_ALLOWED_HOSTS": "localhost"}
    assert environment.allowed_hosts(environ) == ["localhost", "aktar.example.com"]
    assert environment.public_url(environ) == "https://aktar.example.com"


def test_a_lease_outlasts_the_attempt_it_is_for() -> None:
    environ = {"AKTAR_WEBHOOK_TIMEOUT": "60", "AKTAR_WEBHOOK_LEASE": ""}
    with pytest.raises(WrongSetting, match=r"^AKTAR_WEBHOOK_LEASE must be greater than .* \(60\), not 60\.$"):
        environment.webhook_lease(environ)
    assert environment.webhook_lease(environ | {"AKTAR_WEBHOOK_LEASE": "61"}) == 61


@pytest.mark.parametrize(
    ("made", "file_name"),
    [(secret_key, "secret-key"), (lambda environ: webhook_keys(environ)[0], "webhook-key")],
)
def test_a_key_is_made_once_and_for_its_owner_alone(
    made: Callable[[dict[str, str]], str], file_name: str, tmp_path: Path
) -> None:
    environ = {"AKTAR_DATA_DIR": str(tmp_path / "var")}
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: made(environ), range(32)))
    assert len(keys) == 1
    assert len(keys.pop()) >= 50
    assert [file.name for file in (tmp_path / "var").iterdir()] == [file_name]
    assert stat.S_IMODE((tmp_path / "var" / file_name).stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "var").stat().st_mode) == 0o700


def test_webhook_keys_that_are_given_keep_their_order_and_leave_no_file(tmp_path: Path) -> None:
    new, old = "new " * 10, "old " * 10
    environ = {"AKTAR_WEBHOOK_KEY": f"{new}, {old},", "AKTAR_DATA_DIR": str(tmp_path / "var")}
    assert webhook_keys(environ) == [new.strip(), old.strip()]
    assert not (tmp_path / "var").exists()


@pytest.mark.parametrize(
    ("made", "named"),
    [(secret_key, ("secret key", "AKTAR_SECRET_KEY")), (webhook_keys, ("webhook key", "AKTAR_WEBHOOK_KEY"))],
)
def test_a_data_folder_that_cannot_be_written_is_named(
    made: Callable[[dict[str, str]], object], named: tuple[str, str], tmp_path: Path
) -> None:
    (tmp_path / "file").write_text("")
    called, variable = named
    with pytest.raises(
        WrongSetting, match=f"No {called} can be kept in the data folder .*file.* or set {variable}"
    ):
        made({"AKTAR_DATA_DIR": str(tmp_path / "file" / "var")})
