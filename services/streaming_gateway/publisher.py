"""The loop that keeps every open stage playing: what the database wants on one side, the media folders on the other."""

import fcntl
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError

from services.streaming_gateway import queries, rules, usecases
from services.streaming_gateway.media.addresses import audience_of
from services.streaming_gateway.media.clips import ClipStore
from services.streaming_gateway.media.fetching import read_allowance
from services.streaming_gateway.media.folder import StageFolder
from services.streaming_gateway.media.loop import Loop
from services.streaming_gateway.media.origin import Origin
from services.streaming_gateway.media.source import Source
from services.streaming_gateway.media.stage_publisher import NOTHING, StagePublisher
from services.streaming_gateway.settings import Settings
from shared.db import Database
from shared.log import log

STEP_SECONDS = 0.2
LOOK_SECONDS = 0.5
STANDBY_SECONDS = 1.0


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What the database says of an open stage."""

    stage_id: UUID
    audience: str
    source: str
    held: bool


def publish_stages(database: Database, settings: Settings, stop: threading.Event) -> None:
    """Publish until `stop` is set; one process does, others stand by until it is gone."""
    while not stop.is_set():
        with _alone(settings.folder) as alone:
            if alone:
                # Looking at the database may take long or fail; the media must not wait for it.
                board = Board(database)
                looking = threading.Thread(target=board.look_until, args=(stop,), name="stages", daemon=True)
                looking.start()
                _publish(Broadcast(settings, board), stop)
                looking.join(STANDBY_SECONDS)
        stop.wait(STANDBY_SECONDS)


class Board:
    """Between database and media: what is wanted, replaced as a whole, and what is shown, stage by stage."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.wanted: tuple[Wanted, ...] = ()
        self.shown: dict[UUID, tuple[str, str]] = {}

    def look_until(self, stop: threading.Event) -> None:
        """Look until told to stop; a database that is away changes nothing for those who watch."""
        while not stop.is_set():
            try:
                self.look()
            except SQLAlchemyError as error:
                log.warning("stages cannot be looked up", reason=type(error).__name__)
            stop.wait(LOOK_SECONDS)

    def look(self) -> None:
        """Read what is wanted; write what is shown where that has changed."""
        with self._database.read() as db:
            stages = queries.list_open_stages(db)
        noted = {stage.id: (stage.showing, stage.reason) for stage, _ in stages}
        self.wanted = tuple(
            Wanted(
                stage_id=stage.id,
                audience=audience_of(day.id, attend=day.attend),
                source=stage.source,
                held=stage.held,
            )
            for stage, day in stages
        )
        for stage_id, (showing, reason) in list(self.shown.items()):
            if showing != NOTHING and noted.get(stage_id, (showing, reason)) != (showing, reason):
                with self._database.write() as db:
                    usecases.note_showing(db, stage_id=stage_id, showing=showing, reason=reason)


class Broadcast:
    """All stages that are on air, each with its publisher and the source that it was given."""

    def __init__(self, settings: Settings, board: Board) -> None:
        self._settings = settings
        self._board = board
        self._allowance = read_allowance(settings.origin_allow)
        self._clips = ClipStore(settings.clips)
        self._on_air: dict[tuple[UUID, str], StagePublisher] = {}
        self._used: dict[UUID, str] = {}

    def step(self, *, wall: float, steady: float) -> None:
        """Let every wanted stage list what is due, and end the others."""
        wanted = {(each.stage_id, each.audience): each for each in self._board.wanted}
        for key in [key for key in self._on_air if key not in wanted]:
            self._on_air.pop(key).end()
            self._used.pop(key[0], None)
            self._board.shown.pop(key[0], None)
        for key, each in wanted.items():
            try:
                self._step(key, each, wall, steady)
            except OSError as error:  # a full disk stops one stage for a moment, not the others
                log.error("stage cannot be published", stage=str(each.stage_id), reason=str(error)[:300])

    def close(self) -> None:
        """Leave the playlists as they are: another process goes on with them."""
        for publisher in self._on_air.values():
            publisher.use(None)

    def _step(self, key: tuple[UUID, str], wanted: Wanted, wall: float, steady: float) -> None:
        publisher = self._on_air.get(key)
        if publisher is None:
            publisher = self._on_air[key] = self._open(wanted, wall, steady)
        if self._used.get(wanted.stage_id, "") != wanted.source:
            source = self._source_of(wanted.source)
            if source is not None or not wanted.source:
                publisher.use(source)
                self._used[wanted.stage_id] = wanted.source
        publisher.step(wall=wall, steady=steady, held=wanted.held)
        reason = publisher.reason or self._clips.failure
        self._board.shown[wanted.stage_id] = (publisher.showing, reason)

    def _open(self, wanted: Wanted, wall: float, steady: float) -> StagePublisher:
        # Whoever may no longer watch must not find what others may.
        for other in self._settings.media.glob(f"*/{wanted.stage_id}"):
            if other.parent.name != wanted.audience:
                StageFolder(other).remove()
        folder = StageFolder(self._settings.media / wanted.audience / str(wanted.stage_id))
        memory = self._settings.timelines / f"{wanted.stage_id}.json"
        return StagePublisher(folder, memory, self._clips.slate, wall=wall, steady=steady)

    def _source_of(self, source: str) -> Source | None:
        """None while there is nothing to show: no source, or a loop that is still being made."""
        if source == rules.LOOP:
            clip = self._clips.programme()
            return Loop(clip) if clip is not None else None
        return Origin(source, self._allowance) if source else None


def _publish(broadcast: Broadcast, stop: threading.Event) -> None:
    try:
        while not stop.wait(STEP_SECONDS):
            broadcast.step(wall=time.time(), steady=time.monotonic())
    finally:
        broadcast.close()


@contextmanager
def _alone(folder: Path) -> Iterator[bool]:
    """Whether no other process publishes into these folders; the lock goes with the process that holds it."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "publisher.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            yield False
            return
        yield True
