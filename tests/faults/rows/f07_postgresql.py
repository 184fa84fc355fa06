"""F7: the database is killed, stopped fast and stopped at once under load; nobody is told anything wrong meanwhile."""

import signal
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import psycopg

from services.settings import NAMES
from tests.deployment.stack import deployed_stack
from tests.faults.diary import keep_diaries
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.faults.load import open_registration
from tests.faults.nursery import HatchedServed, hatch
from tests.faults.outcome import Outcome, Setting
from tests.faults.probing import Probe
from tests.provision.postgres import DURABLE, Cluster, cluster

TITLE = "F7 PostgreSQL killed, stopped fast, stopped at once, away"
QUICK_SECONDS, FULL_SECONDS = (2.0, 2.0, 2.0), (60.0, 10.0, 10.0)


def run(setting: Setting) -> Outcome:
    outcome = Outcome()
    stand = _one_process if setting.quick else _deployment
    with stand(setting) as (port, environ, database):
        keep_diaries(environ)
        probe = Probe(port, open_registration(environ), f"{setting.seed}-")
        probe.start()
        probe.wait_until_well()
        _take_away(setting, database, probe, outcome)
        probe.finish()
        drained = wait_until_drained(environ)
        settle_accounts(environ, probe.accepted).enter(outcome, "after all")
    outcome.numbers["answers"] = ", ".join(f"{count} x {what}" for what, count in probe.statuses.items())
    outcome.numbers["wrong"] = str(len(probe.wrong))
    outcome.numbers["longest answer"] = f"{probe.longest:.1f} s"
    outcome.numbers["drained in"] = f"{drained:.1f} s"
    outcome.complaints += probe.wrong[:5]
    return outcome


def _take_away(setting: Setting, database: Cluster, probe: Probe, outcome: Outcome) -> None:
    ways: dict[str, Callable[[], None]] = {
        "killed": database.kill,
        "fast stop": lambda: database.stop(signal.SIGINT),
        "immediate stop": lambda: database.stop(signal.SIGQUIT),
    }
    for (way, end), seconds in zip(
        ways.items(), QUICK_SECONDS if setting.quick else FULL_SECONDS, strict=True
    ):
        refused = probe.statuses["503"]
        end()
        time.sleep(seconds)
        refused = probe.statuses["503"] - refused
        database.start()
        back = probe.wait_until_well()
        time.sleep(1)  # what works again has to go on working
        outcome.numbers[way] = f"away {seconds:.0f} s, {refused} x 503, registering again {back:.1f} s after"
        if not refused:
            outcome.complaints.append(f"{way}: nobody noticed")


@contextmanager
def _one_process(setting: Setting) -> Iterator[tuple[int, Mapping[str, str], Cluster]]:
    """The four services in one process, on a server of the row's own."""
    with cluster(settings=DURABLE) as database:
        environ = {"DATA": str(setting.folder / "data"), "PLENARY_LOG_LEVEL": "ERROR"}
        with psycopg.connect(database.url.replace("+psycopg", ""), autocommit=True) as connection:
            for name in NAMES:
                connection.execute(f"CREATE DATABASE {name}")
                environ[f"PLENARY_{name.upper()}_DATABASE_URL"] = f"{database.url.rpartition('/')[0]}/{name}"
        served = HatchedServed(environ)
        try:
            served.start()
            yield served.port, environ, database
        finally:
            if served.process is not None:
                served.kill()


@contextmanager
def _deployment(setting: Setting) -> Iterator[tuple[int, Mapping[str, str], Cluster]]:
    with deployed_stack(setting.folder) as deployment:
        hatch(deployment)
        deployment.start()
        deployment.seed_demo()
        yield deployment.port, deployment.environ(), deployment.database
