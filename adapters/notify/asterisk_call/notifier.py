"""Calls people: one call at a time to each, all that waits for a person in one call, so many calls a minute."""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import structlog

from adapters.backoff import Backoff
from adapters.errors import Overloaded, PeerRefused, PeerUnavailable, StoreError
from adapters.notify.asterisk_call import words
from adapters.notify.asterisk_call.addresses import dial_string
from adapters.notify.asterisk_call.call import DIGITS, WANTED, Call, Digits, Order, Piece, Result, Sound, Unanswered
from adapters.notify.asterisk_call.speech import CannotSpeak, Speech
from adapters.pbx.asterisk.codec import Message, Oversized
from adapters.pbx.asterisk.connection import Connection
from adapters.pbx.asterisk.words import OUR_CALLS
from adapters.ports import AlertDesk, Delivered, Delivery, Rejected, Retry

if TYPE_CHECKING:
    from adapters.notify.asterisk_call import Settings

_READY_WITHIN_S = 20.0
_KEY_WITHIN_S = 4.0
_LONGEST_S = 180.0  # of a call, once answered: then Asterisk itself ends it
_TALLY_MAX = 10_000  # alerts whose calls are counted
_NEEDED = ("originate", "agi", "hangup")  # AMI actions

log = structlog.get_logger()


class _Letter:
    """One alert that waits for a call, and what became of it."""

    def __init__(self, alert: Mapping[str, Any], key: str) -> None:
        self.alert, self.key = alert, key
        self.kept = False  # the acknowledgement is on disk, or needs not be
        self.outcome: asyncio.Future[Delivery] = asyncio.get_running_loop().create_future()

    @property
    def by(self) -> str:
        """Who answers: 王芳 008."""
        to = self.alert.get("to")
        return "" if to is None else " ".join(filter(None, (str(to["name"] or to["id"]), str(to["number"]))))

    def settle(self, outcome: Delivery) -> None:
        if not self.outcome.done():
            self.outcome.set_result(outcome)


class AsteriskCallNotifier:
    """Implements adapters.ports.Notifier, HearsAnswers and TakesTime."""

    def __init__(self, settings: "Settings", site: str) -> None:
        self.name = settings.name
        # Whoever waits for a busy person's call may wait for one whole call before his own.
        self.try_s = 2 * (settings.ring_s + _LONGEST_S)
        self._settings = settings
        self._site = site
        self._speech = (
            Speech(settings.speech_command, settings.sounds_folder, settings.sounds_seen_as)
            if settings.speech_command
            else None
        )
        self._desk: AlertDesk | None = None
        self._connection: Connection | None = None
        self._waiting: dict[str, deque[_Letter]] = {}  # by what is dialled; a task each
        self._tasks: asyncio.TaskGroup | None = None  # while it runs
        self._calls: dict[str, Call] = {}
        self._tally: OrderedDict[str, int] = OrderedDict()  # calls made for an alert, by its key
        self._placed: deque[float] = deque()  # when, within the last minute
        self._unplayable: set[str] = set()  # since we are connected
        self._link_changed: Callable[[str, str], None] = lambda _state, _reason: None
        self._in_doubt = ""  # why: it lets us in, and did not answer when a call was asked for last
        self._log = log.bind(notifier=settings.name)

    def answer_to(self, desk: AlertDesk) -> None:
        self._desk = desk

    async def run(self, link_changed: Callable[[str, str], None]) -> None:
        self._link_changed = link_changed
        backoff, after_refusal = Backoff(first_s=0.5, longest_s=10.0), Backoff(first_s=60.0, longest_s=60.0)
        link_changed("connecting", "")
        async with asyncio.TaskGroup() as self._tasks:
            while True:
                try:
                    await self._one_connection(backoff)
                except PeerRefused as error:
                    link_changed("refused", str(error))
                    wait_s = after_refusal.longest()
                except PeerUnavailable as error:
                    link_changed("offline", str(error))
                    wait_s = backoff.next_s()
                await asyncio.sleep(wait_s)

    async def send(self, alert: Mapping[str, Any], key: str) -> Delivery:
        to = alert.get("to")
        dial = dial_string(str(to["address"]) if to else self._settings.number, self._settings.dial)
        if not dial:
            return Rejected("refused", "no telephone of theirs can be dialled")
        if self._connection is None or self._tasks is None:
            return Retry("unreachable")
        letter = _Letter(alert, key)
        if dial in self._waiting:
            self._waiting[dial].append(letter)  # the next call tells it too
        else:
            self._waiting[dial] = deque([letter])
            self._tasks.create_task(self._serve(dial), name=f"call-{self.name}")
        return await letter.outcome

    async def _one_connection(self, backoff: Backoff) -> None:
        """Returns only by raising PeerRefused or PeerUnavailable."""
        async with Connection(self._settings, lambda: 0, self._heard, WANTED) as connection:
            try:
                async with asyncio.timeout(_READY_WITHIN_S):
                    await connection.login()
                    _check_rights(await connection.action("ListCommands"))
            except TimeoutError as error:
                raise PeerUnavailable(f"not ready within {_READY_WITHIN_S:g} s of connecting") from error
            for id_ in self._calls:  # of before the loss: nobody speaks on them any more
                connection.tell("Hangup", Channel=id_)
            self._calls.clear()
            self._unplayable.clear()
            self._connection = connection
            backoff.reset()
            self._tell_link(stale=False)
            try:
                await connection.keep_alive(lambda stale: self._tell_link(stale=stale))
            finally:
                self._connection = None
                for call in self._calls.values():
                    call.lost()

    def _tell_link(self, *, stale: bool) -> None:
        self._link_changed("stale" if stale or self._in_doubt else "online", self._in_doubt)

    def _heard(self, at_us: int, message: Message | Oversized) -> None:  # noqa: ARG002 - the connection's own signature
        if isinstance(message, Message):
            call = self._calls.get(message.get("uniqueid"))
            if call is not None:
                call.heard(message)

    async def _serve(self, dial: str) -> None:
        """Call until nothing waits for this person."""
        waiting = self._waiting[dial]
        try:
            while waiting:
                letters = [letter for letter in waiting if not letter.outcome.cancelled()]
                waiting.clear()
                try:
                    await self._tell(dial, letters)
                finally:
                    for letter in letters:  # nobody is left waiting, whatever happened
                        letter.settle(Retry("unreachable"))
        finally:
            del self._waiting[dial]

    async def _tell(self, dial: str, letters: Sequence[_Letter]) -> None:
        live = self._live(letters)
        if not live:
            return
        wait_s = self._wait_s()
        if wait_s or self._connection is None:
            for letter in live:
                letter.settle(Retry("throttled", wait_s) if wait_s else Retry("unreachable"))
            return
        self._placed.append(asyncio.get_running_loop().time())
        for letter in live:
            self._tally[letter.key] = self._tally.get(letter.key, 0) + 1
        while len(self._tally) > _TALLY_MAX:
            self._tally.popitem(last=False)
        try:
            result = await self._call(self._connection, dial, live)
        except Unanswered as error:
            self._in_doubt = str(error)
            self._tell_link(stale=True)
            return
        except PeerUnavailable:
            return
        if self._in_doubt:
            self._in_doubt = ""
            self._tell_link(stale=False)
        for letter in live:
            letter.settle(self._outcome(letter, result))

    def _live(self, letters: Sequence[_Letter]) -> list[_Letter]:
        live = []
        for letter in letters:
            if self._is_over(letter):
                letter.settle(Rejected("over"))
            else:
                live.append(letter)
        return live

    async def _call(self, connection: Connection, dial: str, letters: Sequence[_Letter]) -> Result:
        settings = self._settings
        sounds: list[str] = []
        pieces = await self._pieces([letter.alert for letter in letters], sounds)
        variables = f"TIMEOUT(absolute)={settings.ring_s + _LONGEST_S:.0f}"
        if settings.sounds_language:
            variables += f",CHANNEL(language)={settings.sounds_language}"
        order = Order(
            dial=dial,
            caller_id=settings.caller_id,
            context=settings.context,
            variables=variables,
            ring_s=settings.ring_s,
            times=settings.times,
            keys=settings.acknowledge_key + settings.refuse_key,
            key_within_s=_KEY_WITHIN_S,
        )
        call = Call(connection, f"{OUR_CALLS}{uuid4().hex}")
        self._calls[call.id] = call
        try:
            result = await call.place(order, pieces, lambda key: self._pressed(key, letters, sounds))
        finally:
            if self._connection is connection:  # else it is hung up when we are back
                self._calls.pop(call.id, None)
            for sound in sounds:
                self._forget(sound)
        if result.unplayable:
            self._unplayable.add(result.unplayable)
        self._log.info("called", answered=result.answered, key=result.key, cause=result.cause, words=result.words)
        return result

    async def _pressed(self, key: str, letters: Sequence[_Letter], sounds: list[str]) -> Sequence[Piece]:
        language = self._settings.language
        if key != self._settings.acknowledge_key:
            return await self._spoken(words.refused(language), sounds)
        taken = False
        for letter in letters:
            try:
                taken |= self._desk is not None and await self._desk.acknowledge(
                    str(letter.alert["id"]), letter.by or self.name, "phone"
                )
            except (StoreError, Overloaded) as error:
                self._log.warning("an acknowledgement by telephone could not be kept", reason=str(error))
                return await self._spoken(words.not_kept(language), sounds)
            letter.kept = True
        return await self._spoken(words.confirmed(language) if taken else words.late(language), sounds)

    async def _pieces(self, alerts: Sequence[Mapping[str, Any]], sounds: list[str]) -> list[Piece]:
        """Spoken text; or, where there is no voice, the rule's sound and the line's digits."""
        keys = self._settings.acknowledge_key, self._settings.refuse_key
        text = words.alert_text(alerts, self._settings.language, site=self._site, keys=keys)
        spoken = await self._spoken(text, sounds)
        if spoken:
            return spoken
        pieces: list[Piece] = []
        for alert in alerts[: words.SPOKEN_MAX]:
            prompts = self._settings.prompts
            sound = prompts.get(str(alert["rule"])) or prompts.get("other", "beep")
            if sound not in self._unplayable:
                pieces.append(Sound(sound))
            digits = "".join(c for c in str(alert["line"] or alert["unit"]) if c.isascii() and c.isdigit())
            pieces += [Digits(digits[:20])] if digits and DIGITS not in self._unplayable else []
        return pieces

    async def _spoken(self, text: str, sounds: list[str]) -> list[Piece]:
        if self._speech is None:
            return []
        try:
            sound = await self._speech.record(text)
        except CannotSpeak as error:
            self._log.warning("no voice", reason=str(error))
            return []
        sounds.append(sound)
        return [] if sound in self._unplayable else [Sound(sound)]

    def _forget(self, sound: str) -> None:
        if self._speech is not None:
            self._speech.forget(sound)

    def _outcome(self, letter: _Letter, result: Result) -> Delivery:
        settings = self._settings
        if result.key == settings.acknowledge_key:
            return Delivered() if letter.kept else Retry("server_error", settings.redial_s)
        if result.key == settings.refuse_key:
            return Rejected("declined")
        if result.answered and result.heard and not result.unplayable:
            return Delivered()  # perhaps by a machine: only a key proves a person
        cause = result.cause or "hung_up"
        if self._is_over(letter):
            return Rejected("over", result.words)
        if self._tally.get(letter.key, 0) >= settings.calls_max and cause != "unreachable":
            return Rejected(cause, result.words)
        return Retry(cause, 0.0 if cause == "unreachable" else settings.redial_s, result.words)

    def _is_over(self, letter: _Letter) -> bool:
        """What somebody has seen to, or what is over, wakes nobody; nor does the news that it is over."""
        if letter.alert["kind"] == "cleared":
            return True
        return self._desk is not None and not self._desk.is_raised(str(letter.alert["id"]))

    def _wait_s(self) -> float:
        """Until the next call may be placed; 0 now."""
        now = asyncio.get_running_loop().time()
        while self._placed and now - self._placed[0] >= 60.0:
            self._placed.popleft()
        return 0.0 if len(self._placed) < self._settings.per_minute else 60.0 - (now - self._placed[0])


def _check_rights(commands: Message) -> None:
    """Asterisk lists what the user may do. Raises PeerRefused with what it lacks."""
    lacking = [name for name in _NEEDED if not commands.get(name)]
    if lacking:
        raise PeerRefused(f"the PBX's user may not {', '.join(lacking)}: give it write = originate,call,agi")
