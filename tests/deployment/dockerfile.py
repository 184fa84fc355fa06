"""Reads deploy/Dockerfile, and lays out the files that each of its images would hold."""

import shlex
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from tests.served import ROOT

FILE = ROOT / "deploy" / "Dockerfile"
HOME = "/plenary"  # the working directory of every image
NOT_SENT = shutil.ignore_patterns("__pycache__", "vendor", "node_modules", ".venv")  # as .dockerignore says


@dataclass
class Stage:
    """One FROM with what follows; instructions are (word, rest) pairs."""

    base: str
    instructions: list[tuple[str, str]] = field(default_factory=list)


def read_stages() -> dict[str, Stage]:
    """The stages by name."""
    stages: dict[str, Stage] = {}
    name = ""
    for line in FILE.read_text().replace("\\\n", " ").splitlines():
        word, _, rest = line.strip().partition(" ")
        if not word or word.startswith("#"):
            continue
        if word == "FROM":
            base, _, name = rest.split()
            stages[name] = Stage(base)
        else:
            stages[name].instructions.append((word, rest.strip()))
    return stages


def lineage(target: str) -> list[tuple[str, str]]:
    """All instructions of an image, those of the stages it builds on first."""
    stages = read_stages()
    found = stages[target].instructions
    base = stages[target].base
    while base in stages:
        found = [*stages[base].instructions, *found]
        base = stages[base].base
    return found


def instruction(target: str, word: str) -> str:
    """The last instruction of that kind, which is the one that counts."""
    return [rest for kind, rest in lineage(target) if kind == word][-1]


def lay_out(target: str, folder: Path) -> Path:
    """Copy what the image's COPY instructions name; Python packages are those of this environment."""
    for word, rest in lineage(target):
        if word == "COPY":
            options = [part for part in shlex.split(rest) if part.startswith("--")]
            *sources, place = [part for part in shlex.split(rest) if not part.startswith("--")]
            if options != ["--from=packages"]:
                for source in sources:
                    _copy(ROOT / source.removeprefix(f"{HOME}/"), folder, place, built=bool(options))
    return folder


def _copy(source: Path, folder: Path, place: str, *, built: bool) -> None:
    target = folder / place
    if source.is_dir():
        shutil.copytree(source, target, dirs_exist_ok=True, ignore=None if built else NOT_SENT)
    else:
        target = target / source.name if place.endswith("/") else target
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(source, target)
