"""The clips of the gateway, made once for all tests."""

import time

from services.streaming_gateway.media.clips import ClipStore
from services.streaming_gateway.media.loop import Clip
from tests.conftest import CLIPS

MAKING_SECONDS = 60


def made_clips() -> tuple[Clip, Clip]:
    """The slate and the programme; waits until ffmpeg has made them."""
    store, deadline = ClipStore(CLIPS), time.monotonic() + MAKING_SECONDS
    while True:
        slate, programme = store.slate(), store.programme()
        if slate is not None and programme is not None:
            return slate, programme
        assert time.monotonic() < deadline and not store.failure, store.failure or "ffmpeg takes too long"
        time.sleep(0.1)
