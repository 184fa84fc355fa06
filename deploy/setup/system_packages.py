"""What must come from the operating system's own packages."""

import os
import shutil
from pathlib import Path

from progress import CannotGoOn, run, say

SERVER_FOLDERS = os.pathsep.join((os.environ.get("PATH", ""), "/usr/sbin", "/sbin"))
# Debian package: a program of it, or a pattern of files, that shows it is there.
FOR_TESTS = {
    "rabbitmq-server": "rabbitmq-server",
    "postgresql": "/usr/lib/postgresql/*/bin/initdb",
    "chromium": "chromium",
    "libatomic1": "/usr/lib/*/libatomic.so.1",  # for the Node.js that playwright brings
    "nginx": "nginx",
    "ffmpeg": "ffprobe",
    "zbar-tools": "zbarimg",
    "poppler-utils": "pdftoppm",
    "libxml2-utils": "xmllint",
    "libical3": "/usr/lib/*/libical.so.3",
    "vdirsyncer": "vdirsyncer",
    "khal": "khal",
}


def require_for_tests() -> None:
    """Install what the suite needs beside Python packages; raises CannotGoOn where that is not possible."""
    missing = [package for package, sign in FOR_TESTS.items() if not _is_there(sign)]
    if missing:
        install(missing, needed_for="to run its whole suite")


def install(packages: list[str], *, needed_for: str) -> None:
    """Install Debian packages as root; anybody else is told the one command that does it."""
    names = " ".join(packages)
    if shutil.which("apt-get") is None:
        raise CannotGoOn(
            f"Plenary needs these, by their Debian names, {needed_for}: {names}. Please install them."
        )
    if os.geteuid() != 0:
        raise CannotGoOn(
            f"Plenary needs some packages {needed_for}. Please run: sudo apt-get install {names}"
        )
    say(f"Installing Debian packages {needed_for}: {names} ...")
    # Runlevel 1 keeps the packages from starting servers: the suite starts its own and leaves none behind.
    environ = os.environ | {"DEBIAN_FRONTEND": "noninteractive", "RUNLEVEL": "1"}
    run(["apt-get", "update", "-q"], failing="apt-get update failed.", environ=environ)
    run(
        ["apt-get", "install", "-y", "-q", "--no-install-recommends", *packages],
        failing=f"apt-get could not install {names}.",
        environ=environ,
    )


def _is_there(sign: str) -> bool:
    if sign.startswith("/"):
        return any(Path("/").glob(sign.lstrip("/")))
    return shutil.which(sign, path=SERVER_FOLDERS) is not None
