"""Three toy services for the fault driver: one tells a step with every commit, two write down each step they hear."""

import os
import signal
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from sqlalchemy import Integer, MetaData, String, Uuid, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.bus import publish
from shared.contracts.base import Event
from shared.db import NAMING, Transaction
from shared.ids import new_id
from shared.service import Service
from shared.settings import ServiceSettings

TELLER, LISTENERS = "teller", ("left", "right")
NAMES = (TELLER, *LISTENERS)
# What a step may do to the left listener; the right one takes every step as it comes.
FINE, FAILS, KILLS = "fine", "fails", "kills"


@dataclass(frozen=True, kw_only=True)
class Stepped(Event):
    TYPE: ClassVar[str] = "plenary.teller.account.stepped.v1"
    SUBJECT: ClassVar[str] = "account_id"
    account_id: UUID
    step_id: UUID
    word: str
    filling: str


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Account(Base):
    """The teller's aggregate: its version is the number of its steps."""

    __tablename__ = "accounts"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, default=0)


class Step(Base):
    """What the teller committed together with the event."""

    __tablename__ = "steps"

    id: Mapped[UUID] = mapped_column(Uuid, primary_key=True)
    account_id: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(Integer)
    word: Mapped[str] = mapped_column(String(10))


class Effect(Base):
    """What a listener did, in the order in which it did it; nothing here keeps it from doing a step twice."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    step_id: Mapped[UUID] = mapped_column(Uuid)
    account_id: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(Integer)


class Broken(Exception):
    """What a handler with a defect raises."""


def take_step(db: Transaction, account_id: UUID, *, word: str = FINE, filling: str = "") -> None:
    """One step of an account, with its event, in the caller's transaction."""
    account = db.scalar(select(Account).where(Account.id == account_id).with_for_update())
    if account is None:
        raise LookupError(account_id)
    account.version += 1
    step = Step(id=new_id(), account_id=account_id, version=account.version, word=word)
    db.add(step)
    publish(
        db,
        Stepped(version=step.version, account_id=account_id, step_id=step.id, word=word, filling=filling),
    )


def hearing(name: str, pace: float) -> Callable[[Transaction, Stepped], None]:
    """The handler of one listener, which takes `pace` seconds for every step."""

    def on_stepped(db: Transaction, event: Stepped) -> None:
        if name == LISTENERS[0] and event.word == FAILS:
            raise Broken(event.word)
        if name == LISTENERS[0] and event.word == KILLS:
            os.kill(os.getpid(), signal.SIGKILL)
        time.sleep(pace)
        db.add(Effect(step_id=event.step_id, account_id=event.account_id, version=event.version))

    return on_stepped


def toy(name: str, pace: float = 0.0) -> Service:
    """The declaration of one of the three."""
    common: dict[str, Any] = {
        "settings": ServiceSettings,
        "metadata": Base.metadata,
        "blueprints": (),
        "apis": (),
        "look": lambda _db, _slug: None,
        "resolve_principal": lambda *_: None,  # so that it hears nothing but steps
    }
    handlers = {} if name == TELLER else {Stepped: hearing(name, pace)}
    return Service(name=name, path=f"/{name}", title=name, handlers=handlers, **common)


SUBSCRIPTIONS = {name: toy(name).subscriptions for name in NAMES}
