"""A Tait base or mobile: finds its mode, has it report, sends only after its prompt."""

from collections.abc import Iterable
from typing import Literal

from adapters.radio.station import CannotSend, Heard
from adapters.radio.stream import StreamStation
from adapters.radio.tait_ccdi import codec
from adapters.radio.tait_ccdi.codec import Frame, command
from adapters.radio.tait_ccdi.normalise import Normaliser
from adapters.radio.tait_ccdi.settings import Settings
from adapters.radio.turns import Asked, Turns
from rules.events import MachineAck, RadioEvent, Unparsed

Mode = Literal["", "ccdi", "ccr"]

MODEL = command("q", "")
PROBES = (command("q", "0"), command("Q", "P"))  # answered in CCDI, in CCR
# RING, PROGRESS, texts as they come, who sent them: lost whenever the radio starts anew (manual §1.9.3).
ENABLING = tuple(command("f", parameters) for parameters in ("031", "041", "101", "121"))
DELETE_SDM = command("c", "1")  # it takes no other message before this one is deleted (§1.9.7)
ANSWER_US = 1_000_000
LEAD_IN = "05"  # × 20 ms between keying and data
SDM_MAX, EXTENDED_SDM_MAX = 32, 128
IDENTITY_CHARACTERS = 8
# Answers and reports that change nothing for us, and our own commands where the line echoes them.
_SILENT = frozenset(("", codec.PROMPT, *"jmnvdzMQ+-^acfgqt"))


class TaitStation(StreamStation[Frame]):
    def __init__(self, settings: Settings) -> None:
        super().__init__(settings, codec.scanner())
        self._fleet = settings.fleet
        self._normaliser = Normaliser(self.source, self.channel, next(iter(settings.own_units), ""))
        self._mode: Mode = ""
        self._turns = Turns(ANSWER_US)  # a prompt is the answer
        self._probes = 0
        self._text: Asked | None = None  # the last one written: its acknowledgement is still to come

    def opened(self) -> None:
        super().opened()
        self._normaliser.reset()
        self._mode, self._text = "", None
        self._turns.clear()
        self._probes = 0
        self._probe()

    def read(self, frame: Frame, at_us: int) -> Iterable[RadioEvent | Unparsed]:  # noqa: ARG002
        self._find_mode(frame)
        match frame.ident:
            case "p":
                return self._progress(frame.parameters)
            case "r" if len(frame.parameters) >= 7:
                return self._normaliser.ring(frame.parameters)
            case "s":
                return self._short_data(frame.parameters)
            case "V":
                return self._normaliser.selcall(frame.parameters)
            case "e":
                return self._refused()
            case "boot":
                return self._restarted()
        if frame.ident in _SILENT:
            return []
        return [self.unparsed(f"unknown message {frame.ident}")]

    @property
    def wake_us(self) -> int | None:
        return self._soonest(self._turns.wake_us)

    def passed(self, at_us: int) -> list[Heard]:
        if self._turns.passed(at_us):  # no prompt came: it was lost, or nobody is there
            self._probe()
        return super().passed(at_us)

    def to_send(self) -> list[bytes]:
        data = self._turns.to_send()
        self._remember_text()
        return data

    def query(self) -> bytes:
        """Not held back until a prompt: even the error it may cause shows that the radio lives."""
        return {"": PROBES[0], "ccdi": MODEL, "ccr": PROBES[1]}[self._mode]

    def text(self, unit: str, text: str, id: str) -> bytes:  # noqa: A002
        identity = self._fleet + unit
        if len(identity) != IDENTITY_CHARACTERS or not identity.isascii() or not identity.replace("*", "0").isalnum():
            raise CannotSend(f"a data identity has 8 letters or digits, {identity!r} has not: see the setting fleet")
        if not (text.isascii() and text.isprintable()):
            raise CannotSend("a short data message holds printable ASCII only")
        if self._mode == "ccr":
            raise CannotSend("the radio is in CCR mode, which has no messages")
        if len(text) > EXTENDED_SDM_MAX:
            raise CannotSend(f"a short data message holds at most {EXTENDED_SDM_MAX} characters")
        if len(text) <= SDM_MAX:
            data = command("s", LEAD_IN + identity + text)
        else:
            data = command("a", f"{LEAD_IN}204{identity}{text}")  # GFI 2 text, SFI 04 extended (§1.9.6)
        written = self._turns.text(data, unit, id)
        self._remember_text()
        return written

    def _remember_text(self) -> None:
        asked = self._turns.asked
        if asked and asked.unit:
            self._text = asked

    def _probe(self) -> None:
        """One question in each mode; after that the link's query goes on asking."""
        if not self._mode and self._probes < len(PROBES):
            self._turns.ask(PROBES[self._probes])
            self._probes += 1

    def _find_mode(self, frame: Frame) -> None:
        if frame.ident == codec.PROMPT:
            self._turns.answered()
        if frame.ident in ("V", "M", "Q", "+", "-"):
            self._mode = "ccr"
            self._turns.clear()  # CCR sends no prompts
        elif frame.ident in (codec.PROMPT, "m", "p", "r", "s", "e") and self._mode != "ccdi":
            self._mode = "ccdi"
            self._enable()

    def _enable(self) -> None:
        for data in ENABLING:
            self._turns.ask(data)

    def _restarted(self) -> list[RadioEvent]:
        self._turns.clear()
        self._turns.hold()  # its prompt follows
        self._mode = "ccdi"
        self._enable()
        return self._normaliser.silenced()

    def _short_data(self, text: str) -> list[RadioEvent]:
        if text:
            self._turns.ask(DELETE_SDM)
        return self._normaliser.short_data(text)

    def _progress(self, parameters: str) -> list[RadioEvent]:
        if parameters[:2] == "1F":
            return self._restarted()
        sent = self._text.id if self._text else ""
        events = self._normaliser.progress(parameters, sent)
        if parameters[:2] == "1D":
            self._text = None
        return events

    def _refused(self) -> list[RadioEvent]:
        """An ERROR: where a text was the last command, it was not sent."""
        refused, self._text = self._text, None
        if refused is None:
            return []
        return [MachineAck(source=self.source, channel=self.channel, unit=refused.unit, id=refused.id, ok=False)]
