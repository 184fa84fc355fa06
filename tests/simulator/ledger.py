"""The ledger of a world at rest: what was told must have taken effect once at everybody, in order, or be explained."""

import json
from collections import Counter, defaultdict
from dataclasses import dataclass

from shared.bus.inbox import MAX_ATTEMPTS
from tests.simulator.moods import HOPELESS
from tests.simulator.toys import HEARS, hearers_of
from tests.simulator.world import World, Wrong


@dataclass(kw_only=True)
class Counts:
    """What one history, or many, came to."""

    told: int = 0
    effects: int = 0
    parked: int = 0
    ignored: int = 0
    seconds: float = 0.0

    def add(self, other: "Counts") -> None:
        for name, value in vars(other).items():
            setattr(self, name, getattr(self, name) + value)


@dataclass(frozen=True, kw_only=True)
class Line:
    """An event of an outbox."""

    publisher: str
    event_id: str
    kind: str
    thing: str
    number: str
    mood: str
    passes: bool

    def is_hopeless_for(self, service: str) -> bool:
        return self.mood.startswith(tuple(f"{service} {what}" for what in HOPELESS))


def settle(world: World) -> Counts:
    """Raises Wrong with the first thing that is not as it has to be."""
    lines = [line for service in HEARS for line in _lines_of(world, service)]
    _compare_facts(world, lines)
    counts = Counts(told=len(lines), seconds=world.clock.seconds)
    for service in HEARS:
        _compare_effects(world, service, lines)
        _compare_inbox(world, service, lines, counts)
    return counts


def _lines_of(world: World, service: str) -> list[Line]:
    rows = world.databases[service].auditor.execute(
        "SELECT event_id, type, body FROM outbox WHERE generation = '' ORDER BY seq"
    )
    lines = []
    for event_id, kind, body in rows:
        data = json.loads(body)
        facts = {name: data[name] for name in ("thing", "number", "mood", "passes")}
        lines.append(Line(publisher=service, event_id=event_id, kind=kind, **facts))
    return lines


def _compare_facts(world: World, lines: list[Line]) -> None:
    """A change and its event are there both or not at all."""
    facts = {row[0] for row in world.databases["alpha"].auditor.execute("SELECT number FROM facts")}
    _same("changes and events of alpha", Counter(facts), Counter(_numbers(lines, "alpha")))
    passed = [
        f"{line.number}+"
        for line in lines
        if line.passes and "beta" in hearers_of(line.kind) and not line.is_hopeless_for("beta")
    ]
    _same("what beta had to pass on", Counter(passed), Counter(_numbers(lines, "beta")))


def _numbers(lines: list[Line], publisher: str) -> list[str]:
    return [line.number for line in lines if line.publisher == publisher]


def _compare_effects(world: World, service: str, lines: list[Line]) -> None:
    """Each event once, and once more for each replay; those of one thing in the order of their outbox."""
    meant: defaultdict[tuple[str, str, bool], list[str]] = defaultdict(list)
    replayed = {
        event_id.replace("-", "")
        for (event_id, _), (target, _) in world.replayed.items()
        if target == service
    }
    for line in lines:
        if service in hearers_of(line.kind) and not line.is_hopeless_for(service):
            meant[line.publisher, line.thing, False].append(line.number)
            if line.event_id in replayed:
                meant[line.publisher, line.thing, True].append(line.number)
    done: defaultdict[tuple[str, str, bool], list[str]] = defaultdict(list)
    for publisher, thing, is_replay, number in world.databases[service].auditor.execute(
        "SELECT publisher, thing, is_replay, number FROM effects ORDER BY id"
    ):
        done[publisher, thing, bool(is_replay)].append(number)
    for key in sorted(meant.keys() | done.keys()):
        what = f"{service}, {' '.join(key[:2])}{' replayed' if key[2] else ''}"
        _same(what, Counter(meant[key]), Counter(done[key]))
        if meant[key] != done[key]:
            raise Wrong(f"{what}: told {' '.join(meant[key])}, done {' '.join(done[key])}")


def _compare_inbox(world: World, service: str, lines: list[Line], counts: Counts) -> None:
    """Whatever is parked is explained, has its bytes and a reason, and was tried as often as it has to be."""
    expected: Counter[str] = Counter()
    for line in lines:
        if service in hearers_of(line.kind) and line.is_hopeless_for(service):
            key = str(line.event_id)
            copies = sum(
                1
                for (event_id, _), (target, _) in world.replayed.items()
                if (event_id.replace("-", ""), target) == (key, service)
            )
            expected[f"{line.number} {line.mood.split()[1]}"] += 1 + copies
    foreign = {raw: state for receiver, raw, state in world.foreign if receiver == service}
    rows = world.databases[service].auditor.execute(
        "SELECT state, raw, attempts, reason FROM inbox WHERE state <> 'done'"
    )
    found: Counter[str] = Counter()
    ignored = 0
    for state, raw, attempts, reason in rows:
        if state == "ignored":
            ignored += 1
        elif state != "parked" or raw is None or not reason:
            raise Wrong(f"{service} has an event in {state} with {raw!r} and the reason {reason!r}")
        elif raw in foreign:
            found["foreign"] += 1
        else:
            found[_explained(service, raw, attempts)] += 1
    expected["foreign"] = Counter(foreign.values())["parked"]
    _same(f"parked at {service}", +expected, +found)
    if ignored != Counter(foreign.values())["ignored"]:
        raise Wrong(f"{service} ignored {ignored} events of {foreign}")
    counts.parked += found.total()
    counts.ignored += ignored
    (effects,) = world.databases[service].auditor.execute("SELECT count(*) FROM effects").fetchone()
    counts.effects += effects


def _explained(service: str, raw: bytes, attempts: int) -> str:
    """The number of a parked event and what it does to this service."""
    data = json.loads(raw)["data"]
    who, _, rest = data.get("mood", "").partition(" ")
    what = rest.partition(" ")[0]
    if who != service or what not in HOPELESS:
        raise Wrong(f"{service} parked {data['number']} {data.get('mood')} after {attempts} attempts")
    if what == "poisons" and attempts != MAX_ATTEMPTS:
        raise Wrong(f"{service} parked {data['number']} after {attempts} attempts")
    return f"{data['number']} {what}"


def _same(what: str, meant: Counter[str], done: Counter[str]) -> None:
    if meant != done:
        lost, more = sorted((meant - done).elements()), sorted((done - meant).elements())
        raise Wrong(f"{what}: missing {' '.join(lost) or 'nothing'}, too many {' '.join(more) or 'nothing'}")
