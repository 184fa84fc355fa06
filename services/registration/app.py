"""The declaration of the registration service."""

from services.registration import api, pages
from services.registration.handlers import HANDLERS
from services.registration.models import Base
from services.registration.queries.conferences import look_of
from services.registration.settings import Settings
from services.registration.usecases.tokens import make_first_key
from shared.service import Service

SERVICE = Service(
    name="registration",
    path="/registration",
    title="Registration",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=look_of,
    on_start=make_first_key,
    resolve_principal=pages.resolve_principal,
)
