"""Data folders of the one process with the demonstration conference in them, seeded once and copied."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from tests.faults.load import open_registration
from tests.harness import SteppedStack

_KEPT: list[tempfile.TemporaryDirectory[str]] = []  # until the driver ends


def seeded(folder: Path) -> dict[str, str]:
    """The environment of a data folder that is made here; registration is open to everybody."""
    shutil.copytree(_template(), folder)
    return {"DATA": str(folder), "PLENARY_LOG_LEVEL": "ERROR"}


@cache
def _template() -> Path:
    _KEPT.append(tempfile.TemporaryDirectory(prefix="plenary-seeded-"))
    folder = Path(_KEPT[0].name) / "data"
    environ = {"DATA": str(folder)}
    stack = SteppedStack(environ)
    stack.prepare()
    stack.open()
    stack.seed_demo()
    stack.close()
    open_registration(environ)
    return folder
