"""The declaration of the `sessions` service."""

import re
from wsgiref.types import WSGIApplication

from services.sessions import api, pages
from services.sessions.handlers import HANDLERS, TIMERS
from services.sessions.models import Base, Entitlement, StageState
from services.sessions.queries.looks import look_of
from services.sessions.settings import Settings
from shared.bus.generation import WHOLE
from shared.service import Service
from shared.web.sharing import share

SAME_FOR_ALL = re.compile(r"/sessions/[^/]+/(calendar\.ics|schedule\.(xml|json))")


def serve_subscribers(app: WSGIApplication, settings: Settings) -> WSGIApplication:
    """Calendars and apps of all who come ask again and again for the same whole agenda."""
    return share(app, SAME_FOR_ALL, seconds=settings.shared_answer_ms / 1000)


SERVICE = Service(
    name="sessions",
    path="/sessions",
    title="Sessions",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    before_flask=serve_subscribers,
    read_models={Entitlement: WHOLE, StageState: WHOLE},
    blueprints=(pages.blueprint, pages.site),
    apis=(api.blueprint,),
    look=look_of,
    timers=TIMERS,
)
