"""The declaration of the registration service."""

from services.registration import api, pages
from services.registration.handlers import HANDLERS
from services.registration.models import Arrival, Attendee, Base, Conference, Day, Slot
from services.registration.queries.conferences import look_of
from services.registration.settings import Settings
from services.registration.usecases.conferences import COPIED, COPIED_OF_DAY
from services.registration.usecases.tokens import make_first_key
from shared.bus.generation import WHOLE, Owner, ReadModel
from shared.service import Service

NO_BADGE = {"badge_state": "none", "badge_version": 0, "badge_id": ""}

SERVICE = Service(
    name="registration",
    path="/registration",
    title="Registration",
    settings=Settings,
    metadata=Base.metadata,
    handlers=HANDLERS,
    read_models={
        Conference: ReadModel(columns=COPIED, reset={"version": 0}),
        Day: ReadModel(columns=(*COPIED_OF_DAY, "withdrawn"), reset={"withdrawn": True}),
        Slot: WHOLE,
        Attendee: ReadModel(
            columns=tuple(NO_BADGE),
            reset=NO_BADGE,
            owner=Owner(model=Attendee, column="id", gone="erased_at"),
        ),
        Arrival: ReadModel(owner=Owner(model=Attendee, column="attendee_id", gone="erased_at")),
    },
    blueprints=(pages.blueprint,),
    apis=(api.blueprint,),
    look=look_of,
    on_start=make_first_key,
    resolve_principal=pages.resolve_principal,
)
