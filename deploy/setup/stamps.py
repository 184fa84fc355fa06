"""Remembers what was set up, so that the second run starts at once."""

import hashlib

import browser_code
import python_packages
from progress import ROOT

COMMON = ("package.json", "package-lock.json", "deploy/setup")


def is_current(*, for_tests: bool) -> bool:
    """Whether the last finished set-up used these very files and what it made is still there."""
    if not python_packages.PYTHON.exists() or not browser_code.is_in_place(for_tests=for_tests):
        return False
    stamp = python_packages.ENVIRONMENT / "plenary-set-up"
    written = stamp.read_text().split() if stamp.exists() else []
    return _fingerprint(for_tests=True) in written or (
        not for_tests and _fingerprint(for_tests=False) in written
    )


def write(*, for_tests: bool) -> None:
    """Say that the set-up is finished; never written before its last step."""
    (python_packages.ENVIRONMENT / "plenary-set-up").write_text(_fingerprint(for_tests=for_tests) + "\n")


def _fingerprint(*, for_tests: bool) -> str:
    digest = hashlib.sha256(b"test" if for_tests else b"run")
    names = (*COMMON, f"requirements/{python_packages.lock_name(for_tests=for_tests)}")
    for name in names:
        place = ROOT / name
        for file in sorted(place.glob("*.py")) if place.is_dir() else [place]:
            digest.update(file.read_bytes())
    return digest.hexdigest()
