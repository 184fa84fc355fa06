"""The virtual environment with the packages of the lock files."""

import importlib.util
import sys
from pathlib import Path

import system_packages
from progress import ROOT, CannotGoOn, counting, run

ENVIRONMENT = ROOT / ".venv"
PYTHON = ENVIRONMENT / "bin" / "python"
OLDEST = (3, 11)
PIP = (PYTHON, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", "--progress-bar", "off")


def lock_name(*, for_tests: bool) -> str:
    """The lock file of a purpose; the one for tests holds everything of the other too."""
    return "test.txt" if for_tests else "run.txt"


def create_environment() -> None:
    """Make .venv with this Python, unless a working one is there."""
    if sys.version_info < OLDEST:
        raise CannotGoOn(f"Plenary needs Python 3.11 or newer; this is {sys.version.split()[0]}.")
    if (ENVIRONMENT / "bin" / "pip").exists():
        return
    if importlib.util.find_spec("ensurepip") is None:
        system_packages.install(["python3-venv"], needed_for="to create its Python environment")
    run(
        [sys.executable, "-m", "venv", ENVIRONMENT],
        failing="The Python environment .venv could not be created.",
    )


def install(*, for_tests: bool) -> None:
    """Install exactly the locked packages; every download must have the hash that the lock file names."""
    install_lock(ROOT / "requirements" / lock_name(for_tests=for_tests))


def install_lock(lock: Path) -> None:
    """The lock is complete, so pip neither resolves nor builds anything."""
    total = sum("==" in line for line in lock.read_text().splitlines())
    run(
        [*PIP, "--require-hashes", "--no-deps", "--only-binary", ":all:", "-r", lock],
        failing=f"The Python packages of {lock.relative_to(ROOT)} could not be installed. Is the network there?",
        watch=counting("packages", total, "Collecting", "Processing", "Requirement already satisfied"),
    )
