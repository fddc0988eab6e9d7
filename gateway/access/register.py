"""Accounts, tokens and sessions in memory as the store keeps them; every change is on disk, with its audit, first."""

from collections import OrderedDict
from collections.abc import Callable, Iterable, Sequence
from typing import Final

import msgspec

from adapters.errors import NOT_JSON, StoreError
from adapters.ports import AccessStore
from gateway.access.audit import Audit, Note
from gateway.access.kept import ACCOUNT, SESSION, TOKEN, Account, ApiToken, KeptSession
from gateway.access.rights import Right
from gateway.access.sessions import Session, Sessions, digest_of
from gateway.access.who import Who
from rules.moments import SECOND_US
from rules.people import Person

_USED_NOTED_US: Final = 3_600 * SECOND_US  # a token's last use is kept to the hour
_SHOWN_AGAIN_US: Final = 3_600 * SECOND_US  # what was shown to somebody is told once an hour
_SHOWN_MAX: Final = 20_000

Kept = Account | ApiToken | KeptSession


class Register:
    """`person_of`: a [[person]] by id, or None."""

    def __init__(
        self,
        store: AccessStore,
        sessions: Sessions,
        now_us: Callable[[], int],
        person_of: Callable[[str], Person | None],
        *,
        lock_after_s: float,
    ) -> None:
        self.store = store
        self.audit = Audit(store, now_us)
        self.sessions = sessions
        self.now_us = now_us
        self.accounts: dict[str, Account] = {}
        self.tokens: dict[str, ApiToken] = {}
        self._person_of = person_of
        self._lock_after_s = lock_after_s
        self._by_digest: dict[str, ApiToken] = {}
        self._shown: OrderedDict[tuple[str, str], int] = OrderedDict()
        self._loaded = False

    async def load(self) -> None:
        """What the store keeps; sessions that have not ended go on."""
        try:
            for key, body in (await self.store.access()).items():
                self._read(key, body)
        except NOT_JSON as error:
            raise StoreError(f"the accounts are damaged: restore the last backup ({error})") from error
        self._loaded = True

    def ask_loaded(self) -> None:
        """Raises StoreError while nobody knows yet who may come in."""
        if not self._loaded:
            raise StoreError("the store is not open yet")

    def account(self, name: str) -> Account | None:
        return self.accounts.get(name.strip().casefold())

    def by(self, account: Account) -> str:
        """How records name them: name and employee number, where they are on the roster."""
        person = self._person_of(account.person) if account.person else None
        return account.name if person is None else " ".join(filter(None, (person.name or person.id, person.number)))

    def who_has(self, session: Session) -> Who | None:
        """None: the account is gone, or may not come in any more."""
        if not session.account:
            return Who(session.by, session, session.rights, session.sites)
        account = self.accounts.get(session.account)
        if account is None or account.disabled:
            return None
        sites = None if account.sites is None else frozenset(account.sites)
        who = Who(self.by(account), session, account.rights, sites, account.name)
        if account.must_change:
            return who._replace(rights=frozenset(), must_change=True)
        if session.locked or self.is_idle(session):
            return who._replace(rights=who.rights & {Right.SEE}, locked=True)
        return who

    def is_idle(self, session: Session) -> bool:
        """Nobody has sat there for so long that it is locked. A wall board has nobody before it, ever."""
        account = self.accounts.get(session.account)
        if account is None or account.unattended or self._lock_after_s <= 0:
            return False
        return self.sessions.idle_s(session) > self._lock_after_s

    def token(self, secret: str) -> ApiToken | None:
        """A live one."""
        found = self._by_digest.get(digest_of(secret))
        if found is None or (found.expires_us is not None and found.expires_us <= self.now_us()):
            return None
        return found

    async def who_holds(self, token: ApiToken) -> Who:
        """Its last use is kept, to the hour; a store that is away keeps no program out."""
        now_us = self.now_us()
        if token.used_us is None or now_us - token.used_us > _USED_NOTED_US:
            used = msgspec.structs.replace(token, used_us=now_us)
            self._take(used)
            try:
                await self.audit.write(kept=_bodies([used]))
            except StoreError:
                self._take(token)
        return who_of(token)

    async def change(self, notes: Sequence[Note], kept: Iterable[Kept] = (), dropped: Iterable[Kept] = ()) -> None:
        """On disk, then in force."""
        kept, dropped = list(kept), list(dropped)
        await self.audit.write(*notes, kept=_bodies(kept), dropped=list(_bodies(dropped)))
        for one in kept:
            self._take(one)
        for one in dropped:
            self._drop(one)

    async def end(self, note: Note, sessions: Iterable[Session]) -> None:
        """They end now; the store may hear of it too late for a restart, but not for us."""
        ended = list(sessions)
        for session in ended:
            self.sessions.end(session)
        await self.change([note], dropped=[self.kept_session(one) for one in ended if one.account])

    def kept_session(self, session: Session) -> KeptSession:
        return KeptSession(
            digest=session.digest,
            account=session.account,
            opened_us=session.opened_us,
            expires_us=self.now_us() + round(self.sessions.left_s(session) * SECOND_US),
            address=session.address,
            agent=session.agent,
            locked=session.locked,
        )

    def first_shown(self, by: str, what: str) -> bool:
        """Whether this was not shown to them within the hour: then it is told to the audit."""
        now_us = self.now_us()
        return now_us - self._shown.get((by, what), now_us - _SHOWN_AGAIN_US - 1) > _SHOWN_AGAIN_US

    def was_shown(self, by: str, what: str) -> None:
        self._shown[by, what] = self.now_us()
        self._shown.move_to_end((by, what))
        while len(self._shown) > _SHOWN_MAX:
            self._shown.popitem(last=False)

    def _take(self, one: Kept) -> None:
        if isinstance(one, Account):
            self.accounts[one.name] = one
        elif isinstance(one, ApiToken):
            self.tokens[one.name] = self._by_digest[one.digest] = one

    def _read(self, key: str, body: str) -> None:
        if key.startswith(ACCOUNT):
            self._take(msgspec.json.decode(body, type=Account))
        elif key.startswith(TOKEN):
            self._take(msgspec.json.decode(body, type=ApiToken))
        else:
            self._resume(msgspec.json.decode(body, type=KeptSession))

    def _drop(self, one: Kept) -> None:
        if isinstance(one, Account):
            self.accounts.pop(one.name, None)
        elif isinstance(one, ApiToken):
            self.tokens.pop(one.name, None)
            self._by_digest.pop(one.digest, None)

    def _resume(self, kept: KeptSession) -> None:
        left_s = (kept.expires_us - self.now_us()) / SECOND_US
        if left_s <= 0:
            return
        self.sessions.resume(
            Session(
                digest=kept.digest,
                by=kept.account,
                account=kept.account,
                rights=frozenset(),
                sites=None,
                opened_us=kept.opened_us,
                expires=left_s,
                seen=0.0,
                address=kept.address,
                agent=kept.agent,
                locked=kept.locked,
            )
        )


def _bodies(kept: Iterable[Kept]) -> dict[str, str]:
    return {_key(one): msgspec.json.encode(one).decode() for one in kept}


def _key(one: Kept) -> str:
    if isinstance(one, Account):
        return ACCOUNT + one.name
    if isinstance(one, ApiToken):
        return TOKEN + one.name
    return SESSION + one.digest


def who_of(token: ApiToken) -> Who:
    sites = None if token.sites is None else frozenset(token.sites)
    return Who(f"token {token.name}", None, frozenset(token.scopes), sites)
