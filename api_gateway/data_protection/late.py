"""What still arrives about somebody who was erased: taken, to content the vendor, but kept without the person."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from api_gateway.data_protection import identity, repository
from api_gateway.database import Session
from api_gateway.suppressions import repository as suppressions
from api_gateway.suppressions.keys import Key, hashed

EMPTIED = b'{"erased":true}'
NOTE = "about a person who was erased"


async def is_erased(session: Session, organization_id: UUID, keys: Iterable[Key], hash_key: bytes) -> bool:
    """Whether one of `keys` belonged to somebody who was erased."""
    left = [hashed(key, hash_key, organization_id) for key in keys]
    return bool(left) and "erased" in (await suppressions.reasons(session, organization_id, left)).values()


async def is_about_an_erased_person(session: Session, organization_id: UUID, payload: Any, hash_key: bytes) -> bool:
    """Whether an event names an address, number or profile of which only the hash is left, or an emptied enrollment."""
    if await is_erased(session, organization_id, identity.keys_in(payload), hash_key):
        return True
    ids = identity.ids_in(payload)
    return bool(ids) and await repository.names_emptied_enrollment(session, ids)
