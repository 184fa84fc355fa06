"""What docker-compose.yml promises: no secret by default, least privilege, health checks, and an order to start in."""

import re
import shlex
import stat
from pathlib import Path

import pytest

from services.__main__ import main
from services.deployment import SECRETS
from tests.deployment.compose import MissingVariable, read_compose, read_env_file
from tests.deployment.stack import PROCESSES, ROLES, fresh_environ
from tests.journeys.test_commands import plenary
from tests.served import ROOT

RUNBOOK = (ROOT / "deploy" / "runbook.md").read_text()


@pytest.fixture(scope="module")
def environ() -> dict[str, str]:
    return fresh_environ()


@pytest.mark.parametrize("name", [*SECRETS, "PLENARY_BASE_URL", "PLENARY_MAIL_URL"])
def test_nothing_starts_while_a_secret_is_missing(environ: dict[str, str], name: str) -> None:
    for missing in ({key: value for key, value in environ.items() if key != name}, {**environ, name: ""}):
        with pytest.raises(MissingVariable, match=rf"{name} .*\.env"):
            read_compose(missing)


def test_the_example_holds_no_secret_and_every_other_setting() -> None:
    example = read_env_file((ROOT / "deploy" / "env" / "example.env").read_text())
    assert not set(example) & set(SECRETS)
    optional = {"PLENARY_VERSION"}
    used = set(re.findall(r"\$\{([A-Z_]+)", (ROOT / "docker-compose.yml").read_text()))
    assert used == set(example) | set(SECRETS) | optional


def test_each_service_has_a_web_and_a_worker_container(environ: dict[str, str]) -> None:
    assert len(ROLES) == 8
    assert set(read_compose(environ)) == {
        *PROCESSES,
        "postgres",
        "rabbitmq",
        "broker-definitions",
        "operator",
    }


def test_containers_run_with_as_little_as_they_can(environ: dict[str, str]) -> None:
    for name, declared in read_compose(environ).items():
        assert declared["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in declared["security_opt"], name
        if name in (*PROCESSES, "operator", "broker-definitions"):
            assert declared["read_only"] is True, name
        if name not in ("operator", "broker-definitions"):
            assert declared["restart"] == "unless-stopped", name
            assert declared["healthcheck"]["test"][0] == "CMD", name
        assert ("ports" in declared) == (name == "nginx"), f"only nginx is reached from outside, not {name}"
        assert declared["stop_grace_period"] == "30s", name
    assert read_compose(environ)["nginx"]["ports"] == ["127.0.0.1:8080:8080"]


def test_a_container_knows_no_secret_of_another(environ: dict[str, str]) -> None:
    secrets = {name: environ[name] for name in SECRETS}
    for name in PROCESSES:
        words = " ".join(str(value) for value in read_compose(environ)[name]["environment"].values())
        known = {secret for secret, value in secrets.items() if value in words}
        service = name.rpartition("-")[0].replace("-", "_").upper()
        own = {secret for secret in SECRETS if service and secret.startswith(f"PLENARY_{service}_")}
        assert known == (own or {"PLENARY_STREAMING_GATEWAY_MEDIA_SECRET"}), name


def test_what_a_container_needs_is_started_before_it(environ: dict[str, str]) -> None:
    declared = read_compose(environ)
    assert declared["rabbitmq"]["depends_on"] == {
        "broker-definitions": {"condition": "service_completed_successfully"}
    }
    for name in ROLES:
        needs = {need: how["condition"] for need, how in declared[name]["depends_on"].items()}
        other = "rabbitmq" if name.endswith("-worker") else name.replace("-web", "-worker")
        assert needs == {"postgres": "service_healthy", other: "service_healthy"}
    webs = [name for name in ROLES if name.endswith("-web")]
    assert set(declared["nginx"]["depends_on"]) == set(webs)


def test_fresh_secrets_are_for_their_owner_alone_and_never_overwrite(tmp_path: Path) -> None:
    file = tmp_path / "secrets.env"
    first = plenary(tmp_path, "generate-secrets", "--file", str(file))
    assert first.returncode == 0, first.stderr
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    kept = file.read_text()
    secrets = read_env_file(kept)
    assert set(secrets) == set(SECRETS)
    assert len(set(secrets.values())) == len(SECRETS)
    assert min(len(value) for value in secrets.values()) >= 43
    second = plenary(tmp_path, "generate-secrets", "--file", str(file))
    assert second.returncode != 0
    assert "is there already" in second.stderr
    assert file.read_text() == kept


def test_the_commands_of_the_runbook_exist(environ: dict[str, str]) -> None:
    containers = {*read_compose(environ), "$name-worker"}
    commands = [line.strip() for line in RUNBOOK.splitlines() if line.startswith("    ")]
    asked = [found for line in commands for found in re.findall(r"docker compose (?:exec|run) [^;|]*", line)]
    assert len(asked) > 10
    for line in asked:
        words = [word for word in shlex.split(line)[3:] if word not in ("-T", "--rm")]
        if words[0] == "--volume":
            words = words[2:]
        assert words[0] in containers, line
        program = words[4:] if words[1:4] == ["python", "-m", "services"] else words[1:]
        if words[0] == "operator" or len(program) < len(words) - 1:
            assert program[0] in main.commands, line
