"""The files for running aktar name commands, options and variables that exist, and agree with each other."""

import json
import re
import shlex
import shutil
import subprocess
import tomllib
from pathlib import Path
from typing import Any

import click
import pytest
import yaml

from aktar.site import environment
from aktar.site.cli import main

ROOT = Path(__file__).parents[2]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").iterdir())
COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "aktar"}
VARIABLES = {variable.name for variable in environment.VARIABLES}
# What compose.yaml itself is steered by.
OF_COMPOSE = {"AKTAR_BIND", "AKTAR_PORT", "AKTAR_PORTS", "AKTAR_DATABASE_PASSWORD"}


def _require_command(words: list[str]) -> None:
    """Hold that the command line takes these words, without running them."""
    command: click.Command = main
    while isinstance(command, click.Group):
        command, words = command.commands[words[0]], words[1:]
    parser = command.make_parser(click.Context(command))
    parser.parse_args(args=list(words))


def _dockerfile() -> dict[str, list[str]]:
    """The last image's instructions, each with its arguments."""
    text = (ROOT / "Dockerfile").read_text().replace("\\\n", " ")
    found: dict[str, list[str]] = {}
    for line in text.rsplit("\nFROM ", 1)[1].splitlines()[1:]:
        if line and not line.startswith("#"):
            name, _, rest = line.strip().partition(" ")
            found.setdefault(name, []).append(re.sub(r"\s+", " ", rest))
    return found


def test_whatever_is_optional_is_installed_by_make_run_and_in_the_image() -> None:
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["optional-dependencies"]
    wanted = {re.split(r"[\[<>=~]", each)[0] for some in extras.values() for each in some}
    locked = re.findall(r"^([a-z0-9._-]+)==", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert wanted - {*locked} == set()


def test_the_image_starts_a_command_of_ours_without_root_and_without_a_shell() -> None:
    image = _dockerfile()
    assert json.loads(image["ENTRYPOINT"][0]) == ["aktar"]
    _require_command(json.loads(image["CMD"][0]))
    assert image["USER"] == ["10001:10001"]
    assert image["STOPSIGNAL"] == ["SIGTERM"]
    check = json.loads(image["HEALTHCHECK"][0].partition("CMD ")[2])
    assert check[0].endswith("/python")
    compile(check[2], "HEALTHCHECK", "exec")
    assert f"http://127.0.0.1:{image['EXPOSE'][0]}/readyz" in check[2]


def test_the_image_is_built_as_linters_of_such_files_would_have_it() -> None:
    text = (ROOT / "Dockerfile").read_text()
    joined = re.sub(r"\s*\\\n\s*", " ", text)
    lines = [line for line in joined.splitlines() if line and not line.startswith("#")]
    assert not [line for line in lines if line.startswith(("ADD ", "MAINTAINER ", "RUN sudo", "RUN cd "))]
    assert re.search(r"^ARG PYTHON_IMAGE=python:\d+\.\d+-slim-\w+$", text, re.MULTILINE)
    assert {line.split()[1] for line in lines if line.startswith("FROM ")} == {"${PYTHON_IMAGE}"}
    assert [line for line in lines if line.startswith("USER ")][-1] != "USER root"
    for line in lines:
        if "apt-get install" in line:
            assert "apt-get update && apt-get install --yes --no-install-recommends" in line
            assert "rm -rf /var/lib/apt/lists/*" in line
        if '"pip"' in line and '"install"' in line:
            assert "--require-hashes" in line or "--no-index" in line
        if line.startswith(("CMD ", "ENTRYPOINT ", "VOLUME ")):
            json.loads(line.partition(" ")[2])


def test_the_image_copies_only_what_its_context_lets_in() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    let_in = {line[1:] for line in lines if line.startswith("!")}
    copied = set()
    for words in re.findall(r"^COPY (?!--from)(.+) \S+$", (ROOT / "Dockerfile").read_text(), re.MULTILINE):
        copied |= set(words.split())
    assert copied == let_in
    assert all((ROOT / name).exists() for name in copied)


@pytest.mark.parametrize("name", OURS)
def test_each_service_runs_a_command_of_ours_with_no_more_rights_than_it_needs(name: str) -> None:
    service = OURS[name]
    _require_command([str(word) for word in service.get("command", ["serve"])])
    assert service["read_only"] is True
    assert service["tmpfs"] == ["/tmp"]  # noqa: S108 - its own
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert {mount.split(":")[0] for mount in service["volumes"]} <= set(COMPOSE["volumes"])
    assert {mount.split(":")[1] for mount in service["volumes"]} == set(
        json.loads(_dockerfile()["VOLUME"][0])
    )


@pytest.mark.parametrize("name", SERVICES)
def test_each_service_waits_for_services_of_its_own_profile(name: str) -> None:
    for other, condition in SERVICES[name].get("depends_on", {}).items():
        assert SERVICES[other]["profiles"] == SERVICES[name]["profiles"]
        is_checked = "test" in SERVICES[other].get("healthcheck", {})
        assert condition["condition"] == (
            "service_healthy" if is_checked else "service_completed_successfully"
        )


def test_only_servers_are_asked_for_their_health() -> None:
    for name, service in OURS.items():
        serves = service.get("command", ["serve"])[0] == "serve"
        assert serves == (service.get("healthcheck") != {"disable": True}), name
        assert serves == ("ports" in service), name


def test_every_variable_of_compose_exists_and_ports_agree() -> None:
    text = (ROOT / "compose.yaml").read_text()
    assert set(re.findall(r"\$\{(\w+)", text)) <= VARIABLES | OF_COMPOSE
    for service in OURS.values():
        assert set(service["environment"]) <= VARIABLES
        for published in service.get("ports", []):
            assert published.endswith(f":{_dockerfile()['EXPOSE'][0]}")
            words = [str(word) for word in service.get("command", [])]
            assert "--port" not in words or words[words.index("--port") + 1] == _dockerfile()["EXPOSE"][0]


def test_who_dispatches_apart_serves_without_a_dispatcher() -> None:
    assert "--no-dispatch" in SERVICES["web"]["command"]
    assert SERVICES["dispatch"]["command"] == ["dispatch"]
    assert "command" not in SERVICES["aktar"]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_each_unit_runs_a_command_of_ours_and_sets_variables_that_exist(unit: Path) -> None:
    text = unit.read_text()
    for line in re.findall(r"^Exec\w+=(.+)$", text, re.MULTILINE):
        program, *words = shlex.split(line)
        if program.startswith("/opt/aktar/"):
            _require_command(words)
    named = set(re.findall(r"\b(AKTAR_\w+)=", text)) | set(re.findall(r"\b(DATABASE_URL)=", text))
    assert named <= VARIABLES
    if unit.suffix == ".service":
        for hardening in ("NoNewPrivileges=yes", "ProtectSystem=strict", "PrivateTmp=yes", "User=aktar"):
            assert f"\n{hardening}\n" in text
    assert f"{unit.stem}.service" in {other.name for other in UNITS}


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_nothing_amiss(unit: Path, tmp_path: Path) -> None:
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("needs systemd-analyze")
    for other in UNITS:
        # It asks whether the program is there.
        text = other.read_text().replace("/opt/aktar/bin/aktar", "/bin/true")
        (tmp_path / other.name).write_text(text)
    done = subprocess.run([program, "verify", str(tmp_path / unit.name)], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_the_proxies_and_the_server_agree() -> None:
    nginx = (DEPLOY / "nginx" / "aktar.conf").read_text()
    proxy = (DEPLOY / "nginx" / "aktar-proxy.conf").read_text()
    caddy = (DEPLOY / "caddy" / "Caddyfile").read_text()
    unit = (DEPLOY / "systemd" / "aktar.service").read_text()
    assert "--host 127.0.0.1 --port 8000" in unit
    assert "server 127.0.0.1:8000;" in nginx
    assert "reverse_proxy 127.0.0.1:8000 {" in caddy
    limit = int(next(v.default for v in environment.VARIABLES if v.name == "AKTAR_MAX_BODY_BYTES"))
    assert limit == 1024 * 1024
    assert "client_max_body_size        1m;" in nginx
    assert "max_size 1MiB" in caddy
    assert "proxy_request_buffering on;" in proxy
    assert "underscores_in_headers off;" in nginx
    assert set(re.findall(r"\bAKTAR_\w+", nginx + proxy + caddy)) <= VARIABLES


def test_the_operators_page_names_what_exists() -> None:
    text = (ROOT / "docs" / "operating.md").read_text()
    assert set(re.findall(r"\bAKTAR_[A-Z_]*[A-Z]", text)) <= VARIABLES | OF_COMPOSE
    for name in re.findall(r"\]\(\.\./([^)#]+)", text):
        assert (ROOT / name).exists(), name
    for line in re.findall(r"^\$ (?:/opt/aktar/bin/)?aktar (.+)$", text, re.MULTILINE):
        words = shlex.split(line.split(" | ")[0].split(" > ")[0], comments=True)
        _require_command(words)
