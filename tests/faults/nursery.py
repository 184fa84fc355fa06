"""Brings the product's commands to life in a process that has imported them already: a start takes no seconds then."""

import http.client
import importlib
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

from services.__main__ import main
from services.allinone import four_services
from services.settings import NAMES
from tests.deployment.container import Container
from tests.deployment.stack import ROLES, Deployment
from tests.faults import processes, set_clock, web_points
from tests.served import ROOT, Served

# Imported here, once, so that whoever is forked has them; the other module's processes come from the same place.
four_services()
for _module in ("services.demo", "services.web", "granian", "shared.bus.provisioning", processes.__name__):
    importlib.import_module(_module)
assert all(f"services.{_name}.app" in sys.modules for _name in NAMES)
RUN_SECONDS = 120
SPAWNED = Path(__file__).with_name("spawned")
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])


@dataclass(frozen=True, kw_only=True)
class Birth:
    """`python -m services WORDS` in a folder with an environment of its own; it dies at `point`, if it names one.

    It lives by the time of the `clock` file, if there is one.
    """

    words: Sequence[str]
    environ: Mapping[str, str]
    folder: Path
    log: Path
    point: str = ""
    clock: Path | None = None


class Child:
    """Looks like subprocess.Popen to those who wait for processes and end them."""

    def __init__(self, birth: Birth) -> None:
        birth.log.touch()
        self._process: ForkServerProcess = _CONTEXT.Process(target=_live, args=(birth,))
        self._process.start()
        assert self._process.pid is not None
        self.pid: int = self._process.pid

    def poll(self) -> int | None:
        return self._process.exitcode

    def wait(self, timeout: float | None = None) -> int | None:
        self._process.join(timeout)
        return self._process.exitcode

    def send_signal(self, which: int) -> None:
        if self.poll() is None:
            os.kill(self.pid, which)

    def kill(self) -> None:
        """It and all that it has started; at the very beginning it leads no group yet."""
        for end in (os.killpg, os.kill):
            try:
                end(self.pid, signal.SIGKILL)
            except ProcessLookupError:
                continue


def _live(birth: Birth) -> None:
    os.setsid()
    output = os.open(birth.log, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.chdir(birth.folder)
    os.environ.clear()
    os.environ.update(birth.environ)
    if birth.point:
        web_points.arm(birth.point)
        # Web processes are spawned by this one, and begin with nothing that was done here.
        os.environ |= {"PYTHONPATH": str(SPAWNED), "FAULT_POINT": birth.point}
    if birth.clock is not None:
        set_clock.live_by(birth.clock)
    main(list(birth.words), prog_name="python -m services")


class HatchedServed(Served):
    """The all-in-one process, born here; it dies at `point` and lives by `clock`, if there are such."""

    point = ""
    clock: Path | None = None

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def _begin(self) -> Any:
        return Child(
            Birth(
                words=("allinone",),
                environ=self.environ,
                folder=ROOT,
                log=self.log,
                point=self.point,
                clock=self.clock,
            )
        )


class HatchedContainer(Container):
    """A service of the compose file, born here, whose health is asked without a process of its own."""

    point = ""

    @classmethod
    def like(cls, other: Container) -> "HatchedContainer":
        return cls(other.name, other.declared, image=other.image, places=other._places, log=other.log)

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def is_healthy(self) -> bool:
        port, path = (self._here(word) for word in self.declared["healthcheck"]["test"][-2:])
        connection = http.client.HTTPConnection("127.0.0.1", int(port), timeout=2)
        try:
            connection.request("GET", path)
            return connection.getresponse().status < 300
        except (OSError, http.client.HTTPException):
            return False
        finally:
            connection.close()

    def run_with(self, environ: Mapping[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
        output = self.log.with_suffix(".run.log")
        output.unlink(missing_ok=True)
        child = Child(Birth(words=arguments, environ=environ, folder=self.image, log=output))
        code = child.wait(RUN_SECONDS)
        child.kill()
        said = output.read_text(errors="replace")
        return subprocess.CompletedProcess(arguments, -1 if code is None else code, said, said)

    def _begin(self) -> Any:
        words = [self._here(word) for word in self.declared["command"]]
        birth = Birth(words=words, environ=self.environ, folder=self.image, log=self.log, point=self.point)
        return Child(birth)


def hatch(deployment: Deployment) -> None:
    """Have the processes of a deployment that has not started be born here; nginx starts quickly by itself."""
    for name in (*ROLES, "operator"):
        deployment.containers[name] = HatchedContainer.like(deployment.containers[name])
