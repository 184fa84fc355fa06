"""What a process remembers of devices and conferences, so that a scan need not ask for it every time.

Nothing here is trusted for long: the statement of a scan is void when its device or its conference has changed.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from services.badges import queries
from services.badges.errors import DeviceRevoked
from services.badges.models import Conference, Device
from services.badges.queries import door as find
from services.badges.rules import CANCELLED
from services.badges.rules.codes import PublicKeys
from services.badges.rules.door import DayList
from shared.db import Database, Transaction
from shared.ids import hash_secret

DOOR_COOKIE = "plenary_door"  # what a browser keeps its device's secret under
CONTACT_EVERY = timedelta(seconds=10)
MOST_REMEMBERED = 5000


@dataclass(frozen=True, kw_only=True)
class Venue:
    """A conference as of one version; `attendees` are added to as badges are seen, and never change."""

    id: UUID
    version: int
    slug: str
    number: int
    zone: str
    clock_offset: int
    cancelled: bool
    lists: tuple[DayList, ...]
    keys: PublicKeys
    attendees: dict[str, UUID]


@dataclass(frozen=True, kw_only=True)
class Doorkeeper:
    """A paired device, its lists in the order of their days, and when its last contact was noted."""

    device_id: UUID
    name: str
    venue: Venue
    lists: tuple[DayList, ...]
    contact_at: datetime


@dataclass(kw_only=True)
class Doors:
    """One per app."""

    database: Database
    _by_secret: dict[str, Doorkeeper] = field(default_factory=dict)
    _by_id: dict[UUID, Doorkeeper] = field(default_factory=dict)
    _venues: dict[UUID, Venue] = field(default_factory=dict)

    def find(self, secret: str, now: datetime) -> Doorkeeper | None:
        """The device of this secret; raises DeviceRevoked. Its contact is noted every ten seconds."""
        hashed = hash_secret(secret)
        keeper = self._by_secret.get(hashed)
        if keeper is not None and now - keeper.contact_at < CONTACT_EVERY:
            return keeper
        with self.database.write() as db:
            device = find.find_device_by_secret(db, secret)
            if device is None:
                return None
            if device.revoked_at is not None:
                raise DeviceRevoked
            device.contact_at = now
            return self._remembered(db, device)

    def get(self, device_id: UUID) -> Doorkeeper:
        """A device that was found before; raises DeviceRevoked."""
        return self._by_id.get(device_id) or self.renewed(device_id)

    def renewed(self, device_id: UUID) -> Doorkeeper:
        """The device with its conference as it is now; raises DeviceRevoked."""
        with self.database.read() as db:
            device = db.get(Device, device_id)
            if device is None or device.revoked_at is not None:
                raise DeviceRevoked
            return self._remembered(db, device)

    def _remembered(self, db: Transaction, device: Device) -> Doorkeeper:
        conference = db.get_one(Conference, device.conference_id)
        venue = self._venues.get(conference.id)
        if venue is None or venue.version != conference.version:
            venue = self._venues[conference.id] = _venue(db, conference)
        keeper = Doorkeeper(
            device_id=device.id,
            name=device.name,
            venue=venue,
            lists=tuple(day for day in venue.lists if str(day.day_id) in device.day_ids),
            contact_at=device.contact_at,
        )
        if len(self._by_id) >= MOST_REMEMBERED:
            self._by_id.clear()
            self._by_secret.clear()
        self._by_id[device.id] = self._by_secret[device.hashed] = keeper
        return keeper


def doors_of(cache: dict[Any, Any], database: Database) -> Doors:
    """The one that an app keeps in its cache."""
    doors: Doors = cache.setdefault(Doors, Doors(database=database))
    return doors


def _venue(db: Transaction, conference: Conference) -> Venue:
    return Venue(
        id=conference.id,
        version=conference.version,
        slug=conference.slug,
        number=conference.number,
        zone=conference.zone,
        clock_offset=conference.clock_offset,
        cancelled=conference.state == CANCELLED,
        lists=tuple(find.list_day_lists(db, conference.id)),
        keys=queries.public_keys(db, conference.id),
        attendees=find.list_attendee_ids(db, conference.id),
    )
