"""What streaming_gateway is, for whatever runs it."""

import re
from wsgiref.types import WSGIApplication

from services.streaming_gateway import api, pages, publisher, queries
from services.streaming_gateway.handlers import HANDLERS, TIMERS
from services.streaming_gateway.media import serving
from services.streaming_gateway.models import Base, Conference, Day, Entitlement, Slot
from services.streaming_gateway.settings import Settings
from shared.bus.generation import WHOLE
from shared.service import Service
from shared.web.sharing import share

SAME_FOR_ALL = re.compile(r"/live/[^/]+/(state\.json)?")


def serve_crowds(app: WSGIApplication, settings: Settings) -> WSGIApplication:
    """What every viewer asks for again and again needs little of what Flask offers: media, and the state of a stage."""
    shared = share(app, SAME_FOR_ALL, seconds=settings.shared_answer_ms / 1000)
    return serving.before(shared, media=settings.media, secret=settings.signing_secret)


SERVICE = Service(
    name="streaming_gateway",
    path="/live",
    title="Livestream",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    read_models={Conference: WHOLE, Day: WHOLE, Slot: WHOLE, Entitlement: WHOLE},
    timers=TIMERS,
    loops={"publish": publisher.publish_stages},
    before_flask=serve_crowds,
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=queries.look_of,
)
