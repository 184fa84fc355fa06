"""A disk of a few megabytes that can be filled to the last byte and emptied again."""

import errno
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

BLOCK = bytes(64 * 1024)


class MountRefused(Exception):
    """This machine lets nobody make such a disk; the message is its own."""


class SmallDisk:
    """`folder` is its root; whatever is to be on it has to be put there before it is filled."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._ballast = folder / "ballast"

    def fill(self) -> None:
        """Until not one byte more has room."""
        with self._ballast.open("ab", buffering=0) as file:
            for size in (len(BLOCK), 4096, 1):
                try:
                    while file.write(BLOCK[:size]):
                        pass
                except OSError as error:
                    if error.errno != errno.ENOSPC:
                        raise

    def free(self) -> None:
        self._ballast.unlink()


@contextmanager
def small_disk(megabytes: int) -> Iterator[SmallDisk]:
    """Mount it; gone at the end with everything on it. Raises MountRefused."""
    with tempfile.TemporaryDirectory(prefix="plenary-disk-") as name:
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m", "plenary", name]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise MountRefused(" ".join(done.stderr.split()))
        try:
            yield SmallDisk(Path(name))
        finally:
            subprocess.run(["umount", "--lazy", name], check=False)
