"""The commands of the README, run as a user runs them, on the folder of a demonstration."""

import os
import signal
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from tests.harness import SLUG
from tests.served import ROOT, Served, serving

SAMPLES = ROOT / "tests" / "sessions" / "samples"


def plenary(data: Path, *arguments: str, **environ: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "services", *arguments],
        cwd=ROOT,
        env={**os.environ, "DATA": str(data), **environ},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def fetch(served: Served, path: str) -> bytes:
    with urllib.request.urlopen(served.base + path, timeout=10) as answer:
        return bytes(answer.read())


def test_a_real_programme_comes_in_beside_the_demonstration_and_twice_changes_nothing(tmp_path: Path) -> None:
    with serving({"DATA": str(tmp_path)}) as served:
        arguments = ("import-schedule", str(SAMPLES / "camp2019.json"), "--conference", "camp2019")
        first = plenary(tmp_path, *arguments)
        assert first.returncode == 0, first.stderr
        assert "79 events" in first.stdout
        names = [f"/sessions/camp2019/{name}" for name in ("calendar.ics", "schedule.xml", "schedule.json")]
        exports = [fetch(served, name) for name in names]
        assert exports[0].count(b"BEGIN:VEVENT") == 79
        second = plenary(tmp_path, *arguments)
        assert second.returncode == 0, second.stderr
        assert [fetch(served, name) for name in names] == exports
        assert served.stop() < 10
    with serving({"DATA": str(tmp_path), "PORT": str(served.port)}) as again:
        assert fetch(again, names[0]) == exports[0]
        assert b"eTwinning" in fetch(again, f"/sessions/{SLUG}/")


@pytest.mark.parametrize(
    ("arguments", "reason"),
    [
        (("import-schedule", "README.md", "--conference", "x"), "Error"),
        (("import-schedule", "no-such-file.xml", "--conference", "x"), "does not exist"),
        (("clock", "--conference", "nowhere", "--at", "day 1 10:00"), "Error"),
        (("provision-broker",), "PLENARY_BUS_URL"),
    ],
)
def test_a_command_that_cannot_do_its_work_says_why(tmp_path: Path, arguments: Any, reason: str) -> None:
    done = plenary(tmp_path, *arguments)
    assert done.returncode != 0
    assert reason in done.stderr
    assert "Traceback" not in done.stderr


def test_the_conference_clock_moves_and_the_page_says_so(tmp_path: Path) -> None:
    with serving({"DATA": str(tmp_path)}) as served:
        assert b"09:4" in fetch(served, f"/sessions/{SLUG}/")
        done = plenary(tmp_path, "clock", "--conference", SLUG, "--at", "day 2 10:00")
        assert done.returncode == 0, done.stderr
        assert b"27 Nov 2026, 10:0" in fetch(served, f"/sessions/{SLUG}/")


def test_two_processes_never_share_a_data_folder(tmp_path: Path) -> None:
    with serving({"DATA": str(tmp_path)}):
        second = plenary(tmp_path, "allinone", PORT="8999")
        assert second.returncode == 2
        assert "another Plenary runs on" in second.stderr


@pytest.mark.parametrize(("name", "value"), [("PORT", "many"), ("DATE", "tomorrow")])
def test_a_wrong_setting_of_the_demonstration_is_named(tmp_path: Path, name: str, value: str) -> None:
    done = plenary(tmp_path, "allinone", **{name: value})
    assert done.returncode == 2
    assert name in done.stderr


def test_the_services_refuse_to_run_without_their_settings(tmp_path: Path) -> None:
    done = plenary(tmp_path, "worker", "badges")
    assert done.returncode == 2
    for setting in ("DATABASE_URL", "BUS_URL", "BASE_URL", "DATA_DIR"):
        assert f"PLENARY_BADGES_{setting} is missing" in done.stderr


def test_ctrl_c_stops_it_even_where_the_shell_ignores_it(tmp_path: Path) -> None:
    ignoring = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        with serving({"DATA": str(tmp_path)}) as served:
            assert served.stop() < 10
    finally:
        signal.signal(signal.SIGINT, ignoring)
