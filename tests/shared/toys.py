"""Two tiny services, one that tells and one that counts what it hears: the plumbing without the furniture."""

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Integer, MetaData, String, Uuid
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from shared.contracts.sessions import ConferenceStated
from shared.db import NAMING, Plumbing, Transaction
from shared.service import Service
from shared.settings import ServiceSettings


class Base(DeclarativeBase):
    metadata = MetaData(naming_convention=NAMING)


class Effect(Base):
    """One row per effect a handler had."""

    __tablename__ = "effects"

    id: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=True)
    subject: Mapped[UUID] = mapped_column(Uuid)
    version: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(100))


class Broken(Exception):
    """What a handler with a defect raises."""


def on_conference_stated(db: Transaction, event: ConferenceStated) -> None:
    """Fails for as long as the name says so and nobody mended it."""
    if event.name == "poison" or (event.name == "shaky" and not MENDED.done):
        raise Broken(event.name)
    db.add(Effect(subject=event.conference_id, version=event.version, name=event.name))


MENDED = SimpleNamespace(done=False)


def toy_services() -> tuple[Service, Service]:
    """`sessions` tells, `badges` hears."""
    common: dict[str, Any] = {
        "settings": ServiceSettings,
        "metadata": Base.metadata,
        "blueprints": (),
        "apis": (),
        "look": lambda _db, _slug: None,
    }
    teller = Service(name="sessions", path="/sessions", title="Teller", handlers={}, **common)
    listener = Service(
        name="badges",
        path="/badges",
        title="Listener",
        handlers={ConferenceStated: on_conference_stated},
        **common,
    )
    return teller, listener


def create_tables(runtime: Any) -> None:
    Plumbing.metadata.create_all(runtime.database.engine)
    Base.metadata.create_all(runtime.database.engine)


def stated(conference_id: UUID | None = None, *, version: int = 1, name: str = "fine") -> ConferenceStated:
    """A valid event with nothing special about it."""
    return ConferenceStated(
        version=version,
        conference_id=conference_id or uuid4(),
        slug="toy",
        number=1,
        acronym="toy",
        name=name,
        zone="UTC",
        state="public",
        rehearsal=False,
        clock_offset=0,
        accent="#004494",
        logo="",
        venue=datetime(2026, 1, 1, tzinfo=UTC).isoformat(),
        days=(),
    )
