"""What deploy/Dockerfile puts into each image: one service and the plumbing, for a user without rights."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from services.settings import NAMES
from tests.deployment import dockerfile
from tests.served import ROOT

sys.path.insert(0, str(ROOT / "deploy" / "setup"))
import browser_code

ENTRY = ["python", "-m", "services"]


@pytest.fixture(scope="module")
def images(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    folder = tmp_path_factory.mktemp("images")
    return {name: dockerfile.lay_out(name, folder / name) for name in (*NAMES, "operator")}


def run(image: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments], cwd=image, capture_output=True, text=True, timeout=60, check=False
    )


@pytest.mark.parametrize("name", NAMES)
def test_an_image_holds_its_service_and_cannot_import_another(images: dict[str, Path], name: str) -> None:
    own = run(images[name], "-c", f"import services.{name}.app, services.web, services.health")
    assert own.returncode == 0, own.stderr
    for other in NAMES:
        if other != name:
            assert not (images[name] / "services" / other).exists()
            foreign = run(images[name], "-c", f"import services.{other}")
            assert "ModuleNotFoundError" in foreign.stderr


def test_a_command_for_another_service_says_that_it_is_not_there(images: dict[str, Path]) -> None:
    done = run(images["badges"], "-m", "services", "worker", "sessions")
    assert done.returncode != 0
    assert "sessions is not part of this image" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", [*NAMES, "operator"])
def test_an_image_runs_the_command_line_as_a_user_without_rights(name: str) -> None:
    assert json.loads(dockerfile.instruction(name, "ENTRYPOINT")) == ENTRY
    assert dockerfile.instruction(name, "USER") == "plenary"
    assert dockerfile.instruction(name, "WORKDIR") == dockerfile.HOME
    made = next(rest for word, rest in dockerfile.lineage(name) if word == "RUN")
    assert "useradd" in made and "--uid 10001" in made


def test_browser_code_and_packages_are_those_of_the_locks(images: dict[str, Path]) -> None:
    vendor = images["badges"] / "shared" / "web" / "static" / "vendor"
    assert {str(path.relative_to(vendor)) for path in vendor.rglob("*") if path.is_file()} == set(
        browser_code.FILES
    )
    browser = " ".join(rest for _, rest in dockerfile.lineage("browser"))
    assert "package-lock.json" in browser and "browser_code.install(for_tests=False)" in browser
    packages = " ".join(rest for _, rest in dockerfile.lineage("packages"))
    assert "--require-hashes" in packages and "--only-binary :all:" in packages


def test_the_build_is_sent_only_what_it_copies() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    sent = [line.removeprefix("!") for line in lines if line.startswith("!")]
    assert "*" in lines
    for target in ("browser", "packages", "operator", *NAMES):
        for word, rest in dockerfile.lineage(target):
            if word == "COPY" and "--from" not in rest:
                for source in rest.split()[:-1]:
                    assert any(source == name or source.startswith(f"{name}/") for name in sent), source
