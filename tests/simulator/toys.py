"""Three toy services: alpha tells, beta hears and tells on, gamma hears everything; each keeps what took effect."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Boolean, Integer, String
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.bus.outbox import publish
from shared.contracts.base import Event
from shared.db import Transaction


@dataclass(frozen=True, kw_only=True)
class Thing(Event):
    """`number` is unique; `mood` says who cannot bear the event, how, and how many times: `gamma fails 3`."""

    SUBJECT = "thing"

    thing: str
    number: str
    mood: str = ""
    passes: bool = False


class Told(Thing):
    TYPE = "plenary.alpha.thing.told.v1"


class Noted(Thing):
    TYPE = "plenary.alpha.thing.noted.v1"


class Called(Thing):
    TYPE = "plenary.alpha.thing.called.v1"
    PUBLIC = True


class Passed(Thing):
    TYPE = "plenary.beta.thing.passed.v1"


HEARS: Mapping[str, tuple[type[Thing], ...]] = {
    "alpha": (Passed,),
    "beta": (Told,),
    "gamma": (Told, Noted, Passed),
}
SERVICES = tuple(HEARS)
SUBSCRIPTIONS = {service: tuple(kind.TYPE for kind in kinds) for service, kinds in HEARS.items()}


def hearers_of(kind: str) -> frozenset[str]:
    """The services that hear events of a type."""
    return frozenset(service for service, types in SUBSCRIPTIONS.items() if kind in types)


class Base(DeclarativeBase):
    pass


class Fact(Base):
    """What alpha changed together with the event that tells of it."""

    __tablename__ = "facts"

    number: Mapped[str] = mapped_column(String(40), primary_key=True)


class Effect(Base):
    """One row for each time that an event took effect."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    publisher: Mapped[str] = mapped_column(String(20))
    thing: Mapped[str] = mapped_column(String(20))
    number: Mapped[str] = mapped_column(String(40))
    is_replay: Mapped[bool] = mapped_column(Boolean)


def hear(service: str, bear: Callable[[str, Thing], None], db: Transaction, event: Thing) -> None:
    """The handler of all services: an effect, then whatever the mood of the event brings, then telling on.

    `bear(service, event)` raises what the event does to this service.
    """
    is_replay = bool(db.info["replay"])
    db.add(Effect(publisher=event.publisher(), thing=event.thing, number=event.number, is_replay=is_replay))
    bear(service, event)
    if service == "beta" and event.passes and not is_replay:
        publish(db, Passed(version=event.version, thing=event.thing, number=f"{event.number}+"))


def tell(db: Transaction, *events: Thing) -> None:
    """A change of alpha, told."""
    for event in events:
        db.add(Fact(number=event.number))
        publish(db, event)


def handlers_of(service: str, bear: Callable[[str, Thing], None]) -> dict[type[Event], Any]:
    def on_thing(db: Transaction, event: Any) -> None:
        hear(service, bear, db, event)

    return dict.fromkeys(HEARS[service], on_thing)


def number_in(raw: bytes) -> str:
    """The number of the event in these bytes, for a trace."""
    found = re.search(rb'"number":"(.*?)"', raw)
    return found.group(1).decode() if found else "what it cannot read"
