"""The declaration of the `sessions` service."""

from services.sessions import api, pages
from services.sessions.handlers import HANDLERS, TIMERS
from services.sessions.models import Base, Entitlement, StageState
from services.sessions.queries.looks import look_of
from services.sessions.settings import Settings
from shared.bus.generation import WHOLE
from shared.service import Service

SERVICE = Service(
    name="sessions",
    path="/sessions",
    title="Sessions",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    read_models={Entitlement: WHOLE, StageState: WHOLE},
    blueprints=(pages.blueprint, pages.site),
    apis=(api.blueprint,),
    look=look_of,
    timers=TIMERS,
)
