"""What streaming_gateway is, for whatever runs it."""

from wsgiref.types import WSGIApplication

from services.streaming_gateway import api, pages, publisher, queries
from services.streaming_gateway.handlers import HANDLERS, TIMERS
from services.streaming_gateway.media import serving
from services.streaming_gateway.models import Base
from services.streaming_gateway.settings import Settings
from shared.service import Service


def hand_out_media(app: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Media before Flask: a request for a segment needs nothing that Flask offers."""
    return serving.before(app, media=settings.media, secret=settings.signing_secret)


SERVICE = Service(
    name="streaming_gateway",
    path="/live",
    title="Livestream",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    timers=TIMERS,
    loops={"publish": publisher.publish_stages},
    before_flask=hand_out_media,
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=queries.look_of,
)
