"""The lock files are complete, hashed, and name no place to download from."""

import json
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
LOCKS = ("requirements/run.txt", "requirements/test.txt", "requirements/npm.txt")


def pinned(lock: str) -> dict[str, str]:
    """Package and version of every line that pins one."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==(\S+)", (ROOT / lock).read_text(), re.MULTILINE)
    return {normal(name): version for name, version in found}


def normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", re.match(r"[A-Za-z0-9._-]+", name).group()).lower()


@pytest.mark.parametrize("name", [*LOCKS, "package.json", "package-lock.json", ".npmrc"])
def test_file_names_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not re.search(r".resolved.:", text)
    assert not re.search(r"index-url|find-links|trusted-host|registry=", text)


@pytest.mark.parametrize("lock", LOCKS)
def test_every_python_package_has_a_hash(lock: str) -> None:
    lines = (ROOT / lock).read_text().splitlines()
    pins = [place for place, line in enumerate(lines) if "==" in line]
    assert pins
    assert all("--hash=sha256:" in lines[place + 1] for place in pins)


def test_every_npm_package_has_a_hash() -> None:
    packages = json.loads((ROOT / "package-lock.json").read_text())["packages"]
    assert all("integrity" in package for name, package in packages.items() if name)


def test_locks_hold_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    run, test = pinned("requirements/run.txt"), pinned("requirements/test.txt")
    assert {normal(name) for name in project["dependencies"]} <= run.keys()
    assert {normal(name) for name in project["optional-dependencies"]["test"]} <= test.keys()
    assert run.items() <= test.items()
