"""Finding institutions by any part of any of their names."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import func, select

from services.registration.models import Institution
from shared.db import Transaction
from shared.text import fold, like_pattern

_SHORTEST_WORD = 4


def find_institution(db: Transaction, conference_id: UUID, institution_id: UUID) -> Institution | None:
    query = select(Institution).where(
        Institution.id == institution_id, Institution.conference_id == conference_id
    )
    return db.scalar(query)


def list_named_exactly(db: Transaction, conference_id: UUID, name: str) -> list[Institution]:
    """The institutions one of whose names is this one, accents and case aside."""
    wanted = fold(name)
    return [
        institution
        for institution in search_institutions(db, conference_id, name, limit=50)
        if any(fold(known["name"]) == wanted for known in institution.names)
    ]


def search_institutions(
    db: Transaction, conference_id: UUID, text: str, *, limit: int = 10
) -> Sequence[Institution]:
    """Institutions that have this text anywhere in one of their names or in the city."""
    query = (
        select(Institution)
        .where(
            Institution.conference_id == conference_id,
            Institution.folded.like(like_pattern(text), escape="\\"),
        )
        .order_by(func.length(Institution.folded), Institution.id)
        .limit(limit)
    )
    return db.scalars(query).all()


def list_similar(db: Transaction, conference_id: UUID, text: str, *, limit: int = 8) -> list[Institution]:
    """Institutions that share the whole text, or else the most of its longer words."""
    whole = search_institutions(db, conference_id, text, limit=limit)
    if whole:
        return list(whole)
    found: dict[UUID, Institution] = {}
    hits: dict[UUID, int] = {}
    for word in {word for word in fold(text).split() if len(word) >= _SHORTEST_WORD}:
        for institution in search_institutions(db, conference_id, word, limit=40):
            found[institution.id] = institution
            hits[institution.id] = hits.get(institution.id, 0) + 1
    best = sorted(found.values(), key=lambda institution: (-hits[institution.id], institution.name))
    return best[:limit]


def list_institutions(
    db: Transaction, conference_id: UUID, *, text: str = "", limit: int = 500
) -> Sequence[Institution]:
    """The institutions of a conference by country, for the organisers."""
    query = select(Institution).where(Institution.conference_id == conference_id)
    if text:
        query = query.where(Institution.folded.like(like_pattern(text), escape="\\"))
    return db.scalars(query.order_by(Institution.country, Institution.folded).limit(limit)).all()
