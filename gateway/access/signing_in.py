"""The ways in and out: by name and password, unlocked again, out everywhere; each with its entry in the audit."""

import contextlib
import secrets
from collections.abc import Callable
from typing import Final, NamedTuple

import msgspec
import structlog

from adapters.errors import StoreError
from gateway.access.audit import Note
from gateway.access.kept import Account
from gateway.access.passwords import FLAWS, Flaw, Passwords, why_weak
from gateway.access.register import Register
from gateway.access.sessions import SECRET_BYTES, Session, digest_of
from gateway.access.throttle import Throttle
from gateway.access.who import Who

_DEVICES_MAX: Final = 16
_FAILURES_MAX: Final = 60  # told to the audit at once …
_FAILURE_REFILL_S: Final = 10.0  # … and one more in so long; what is not told is counted
_NAME_CHARS_MAX: Final = 64  # of what was typed, kept of a failure

log = structlog.get_logger()


class Caller(NamedTuple):
    """The browser at the other end; `device`: the secret it was given when it signed in before."""

    address: str
    agent: str = ""
    device: str = ""


class NotIn(Exception):
    """The name or the password is wrong: which of them, nobody is told. `wait_s`: it was not even looked at."""

    def __init__(self, wait_s: float = 0.0) -> None:
        self.wait_s = wait_s
        super().__init__("not signed in")


class Weak(Exception):
    """A new password that nobody should use; the message says why, `flaw` for who says it in another language."""

    def __init__(self, flaw: Flaw) -> None:
        super().__init__(FLAWS[flaw])
        self.flaw = flaw


class SignedIn(NamedTuple):
    """For the browser's cookies."""

    session: str
    device: str


class SigningIn:
    """`life_s`: how long a session lasts at most."""

    def __init__(
        self, register: Register, passwords: Passwords, monotonic: Callable[[], float], *, life_s: float
    ) -> None:
        self.register = register
        self.passwords = passwords
        self.throttle = Throttle(monotonic)
        self._life_s = life_s
        self._monotonic = monotonic
        self._failures, self._failures_at = float(_FAILURES_MAX), monotonic()
        self._untold = 0

    async def by_password(self, name: str, password: str, caller: Caller) -> SignedIn:
        """Raises NotIn."""
        self.register.ask_loaded()
        account = await self._proven(name, password, caller)
        if self.passwords.is_outdated(account.password):
            account = msgspec.structs.replace(account, password=await self.passwords.hashed(password))
        return await self.signed_in(account, caller, "password")

    async def signed_in(self, account: Account, caller: Caller, way: str) -> SignedIn:
        """A new session, whatever proved who it is."""
        device = caller.device if digest_of(caller.device) in account.devices else secrets.token_urlsafe(SECRET_BYTES)
        others = [one for one in account.devices if one != digest_of(device)]
        now_us = self.register.now_us()
        account = msgspec.structs.replace(
            account, devices=(*others, digest_of(device))[-_DEVICES_MAX:], signed_in_us=now_us
        )
        secret, session = self.register.sessions.open(
            account.name,
            self._life_s,
            account=account.name,
            opened_us=now_us,
            address=caller.address,
            agent=caller.agent,
        )
        note = Note(account.name, "signed_in", address=caller.address, detail={"by": way, "session": session.id})
        with contextlib.ExitStack() as unless_kept:
            unless_kept.callback(self.register.sessions.end, session)
            await self.register.change([note], kept=[account, self.register.kept_session(session)])
            unless_kept.pop_all()
        log.info("signed_in", by=self.register.by(account), address=caller.address)
        return SignedIn(secret, device)

    async def unlock(self, session: Session, password: str, caller: Caller) -> None:
        """Raises NotIn."""
        await self._proven(session.account, password, caller)
        session.locked = False
        self.register.sessions.touch(session)
        note = Note(session.account, "unlocked", address=caller.address, detail={"session": session.id})
        await self.register.change([note], kept=[self.register.kept_session(session)])

    async def lock(self, session: Session, address: str) -> None:
        session.locked = True
        note = Note(session.account, "locked", address=address, detail={"session": session.id})
        await self.register.change([note], kept=[self.register.kept_session(session)])

    async def change_password(self, who: Who, old: str, new: str, caller: Caller) -> SignedIn:
        """The own one; all other sessions end, and this one goes on under a new secret. Raises NotIn, Weak."""
        account = await self._proven(who.account, old, caller)
        if old == new:
            raise Weak("unchanged")
        changed = await self.with_password(account, new)
        changed = msgspec.structs.replace(changed, must_change=False)
        note = Note(account.name, "password_changed", account.name, caller.address)
        await self.register.change([note], kept=[changed])
        ended = Note(account.name, "sessions_ended", account.name, caller.address, {"why": "password_changed"})
        await self.register.end(ended, self.register.sessions.of(account.name))
        return await self.signed_in(changed, caller, "password")

    async def with_password(self, account: Account, password: str) -> Account:
        """Raises Weak."""
        why = why_weak(password, account.name, self.register.by(account), *self.register.by(account).split())
        if why:
            raise Weak(why)
        hashed = await self.passwords.hashed(password)
        return msgspec.structs.replace(account, password=hashed, password_us=self.register.now_us())

    async def failed(self, note: Note) -> None:
        """Told to the audit, as far as strangers may fill it; a store that is away keeps no answer back."""
        now = self._monotonic()
        self._failures = min(self._failures + (now - self._failures_at) / _FAILURE_REFILL_S, float(_FAILURES_MAX))
        self._failures_at = now
        if self._failures < 1:
            self._untold += 1
            return
        self._failures -= 1
        untold, self._untold = self._untold, 0
        more = {"untold_before": untold} if untold else {}
        with contextlib.suppress(StoreError):
            await self.register.audit.write(note._replace(detail={**note.detail, **more}))

    async def _proven(self, name: str, password: str, caller: Caller) -> Account:
        """Each try counts as wrong until it was right: many at once gain nothing."""
        account = self.register.account(name)
        typed = name.strip().casefold()[:_NAME_CHARS_MAX]
        known = account is not None and digest_of(caller.device) in account.devices
        device = digest_of(caller.device) if known else ""
        wait_s = self.throttle.wait_s(typed, caller.address, device)
        if wait_s > 0:
            await self.failed(Note(typed, "sign_in_delayed", typed, caller.address, {"wait_s": round(wait_s, 1)}))
            raise NotIn(wait_s)
        self.throttle.wrong(typed, caller.address, device)
        kept = "" if account is None or account.disabled else account.password
        right = await self.passwords.holds(kept, password)
        account = self.register.account(name)  # it may have been changed meanwhile
        if not right or account is None or account.disabled or account.password != kept:
            log.warning("sign_in_failed", name=typed, address=caller.address)
            await self.failed(Note(typed, "sign_in_failed", typed, caller.address))
            raise NotIn
        self.throttle.right(typed, caller.address, device)
        return account
