"""Puts together who may come in, of the store, the sessions and the roster in force."""

import time
from typing import TYPE_CHECKING

from adapters.ports import AccessStore
from gateway.access.passwords import Passwords
from gateway.access.register import Register
from gateway.access.signing_in import SigningIn
from gateway.web.access.auth import Auth
from gateway.web.services import LivePipeline
from rules.people import Person

if TYPE_CHECKING:
    from argon2 import PasswordHasher


def make_signing_in(
    store: AccessStore, auth: Auth, pipeline: LivePipeline, hasher: "PasswordHasher | None" = None
) -> SigningIn:
    """Nobody is known before `register.load()`."""

    def person_of(id_: str) -> Person | None:
        return next((one for one in pipeline.state.rules.people if one.id == id_), None)

    settings = auth.settings
    register = Register(store, auth.sessions, pipeline.now_us, person_of, lock_after_s=settings.lock_after_s)
    return SigningIn(register, Passwords(hasher), time.monotonic, life_s=settings.session_s)
