"""What streaming_gateway is, for whatever runs it."""

from services.streaming_gateway import api, pages, queries
from services.streaming_gateway.handlers import HANDLERS, TIMERS
from services.streaming_gateway.models import Base
from services.streaming_gateway.settings import Settings
from shared.service import Service

SERVICE = Service(
    name="streaming_gateway",
    path="/live",
    title="Livestream",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    timers=TIMERS,
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=queries.look_of,
)
