"""F1: the process that answers a registration is killed at named points; whoever asked asks again with the same key."""

import time
from collections.abc import Callable, Mapping

from sqlalchemy import text

from tests.deployment.stack import deployed_stack
from tests.faults.accounts import accounts
from tests.faults.diary import keep_diaries
from tests.faults.ledger import settle_accounts, wait_until_drained
from tests.faults.load import open_registration, person_of, register
from tests.faults.nursery import HatchedServed, hatch
from tests.faults.outcome import Outcome, Setting
from tests.faults.seeded import seeded
from tests.faults.web_points import POINTS

TITLE = "F1 web killed amid a registration, before and after its commit, before the response"
DEATH_SECONDS = 15.0
# All of what one registration writes, by the address and the key of whoever sent it.
WRITTEN = (
    "SELECT count(*) FROM attendees WHERE address = :address",
    "SELECT count(*) FROM idempotency_keys WHERE key LIKE '%' || :key",
    (
        "SELECT count(*) FROM outbox o JOIN attendees a ON replace(CAST(a.id AS text), '-', '') = "
        "replace(o.subject, '-', '') WHERE a.address = :address AND o.type LIKE '%.attendee.stated.%'"
    ),
)


def run(setting: Setting) -> Outcome:
    outcome = Outcome()
    _embedded(setting, outcome)
    if setting.quick:
        outcome.numbers["web process on PostgreSQL"] = "only in the full row"
    else:
        _split(setting, outcome)
    return outcome


def _embedded(setting: Setting, outcome: Outcome) -> None:
    environ = seeded(setting.folder / "embedded")
    served = HatchedServed(environ)
    keep_diaries(environ)

    def start(point: str) -> None:
        served.point = point
        if served.process is not None:
            served.kill()
        served.start()

    def has_died() -> bool:
        return served.process is not None and served.process.poll() is not None

    try:
        _kill_at_every_point(setting, environ, served.port, start, has_died, outcome, "one process")
        wait_until_drained(environ)
        served.stop()
    finally:
        if served.process is not None:
            served.kill()


def _split(setting: Setting, outcome: Outcome) -> None:
    """Here the web server starts the process that died again, with the same point; so it is replaced as a whole."""
    folder = setting.folder / "split"
    folder.mkdir()
    with deployed_stack(folder) as deployment:
        hatch(deployment)
        deployment.start()
        deployment.seed_demo()
        environ = deployment.environ()
        keep_diaries(environ)
        web = deployment.containers["registration-web"]

        def start(point: str) -> None:
            web.point = point  # type: ignore[attr-defined]
            web.kill()
            deployment.restart(web.name)

        def has_died() -> bool:
            return "Unexpected exit from worker" in web.last_words()

        _kill_at_every_point(setting, environ, deployment.port, start, has_died, outcome, "web process")
        wait_until_drained(environ)


def _kill_at_every_point(
    setting: Setting,
    environ: Mapping[str, str],
    port: int,
    start: Callable[[str], None],
    has_died: Callable[[], bool],
    outcome: Outcome,
    what: str,
) -> None:
    days = open_registration(environ)
    rounds = 1 if setting.quick else 5
    deaths = half = 0
    for number in range(rounds * len(POINTS)):
        point = list(POINTS)[number % len(POINTS)]
        who, key = f"{setting.seed}-{number}", f"key-{setting.seed}-{number}"
        start(point)
        status, _ = register(port, person_of(who, days), key)
        deaths += _wait_for(has_died)
        if status is not None and status < 500:
            outcome.complaints.append(f"{what}, {point}: answered with {status} instead of dying")
        written = _written(environ, who, key)
        is_half = len(set(written)) != 1 or set(written) != {int(_is_committed(point))}
        half += is_half
        if is_half:
            outcome.complaints.append(f"{what}, {point}: written {written}")
        start("")
        answers = [register(port, person_of(who, days), key) for _ in range(2)]
        if answers[0] != answers[1] or answers[0][0] != 202 or _written(environ, who, key) != [1, 1, 1]:
            outcome.complaints.append(f"{what}, {point}: asked again: {answers}")
    outcome.numbers[what] = f"{deaths} deaths, {half} half-written"
    if deaths != rounds * len(POINTS):
        outcome.complaints.append(f"{what}: {deaths} deaths of {rounds * len(POINTS)}")
    wait_until_drained(environ)
    settle_accounts(environ, rounds * len(POINTS)).enter(outcome, what)


def _is_committed(point: str) -> bool:
    return point in ("after the commit", "before the response")


def _wait_for(happens: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + DEATH_SECONDS
    while not happens() and time.monotonic() < deadline:
        time.sleep(0.05)
    return happens()


def _written(environ: Mapping[str, str], who: str, key: str) -> list[int]:
    values = {"address": f"fault-{who}@plenary.example", "key": key}
    with accounts(environ) as stack, stack.runtimes["registration"].database.read() as db:
        return [db.scalar(text(query), values) or 0 for query in WRITTEN]
