"""The vocabulary: all that may enter the pipeline, and the entry that carries it.

An event is a fact in the past tense. It holds no time of receipt: the `Entry` does, so that
`decide(state, entry)` needs no clock. Times are integers, microseconds UTC since 1970 (`…_us`).
"""

import msgspec

from rules.events.call import (
    CallEvent,
    ConnectionCleared,
    Delivered,
    Dequeued,
    Diverted,
    Established,
    Failed,
    Held,
    Offered,
    Originated,
    Queued,
    Retrieved,
    Transferred,
)
from rules.events.plan import PlanEnded, PlanStarted, PlanStep, PlanStepDone
from rules.events.radio import (
    CallAlert,
    CallAnswered,
    ControlTransmitting,
    Emergency,
    MachineAck,
    RadioEvent,
    Recorded,
    Status,
    Text,
    TransmissionEnded,
    TransmissionStarted,
    UnitIdentified,
    UnitSeen,
)
from rules.events.shift import RulesApproved, ShiftHandedOver, ShiftNoteWritten, ShiftTakenOver
from rules.events.staff import (
    AlertAcknowledged,
    AlertDone,
    AlertHandedOver,
    AlertSeen,
    AlertSnoozed,
    AlertTested,
    AlertWorkedOn,
    CalledBack,
    CheckedIn,
    DutyChanged,
    DutyChangeEnded,
    FactsTold,
    HailAnswered,
    IncidentClaimed,
    IncidentCompleted,
    IncidentParked,
    IncidentReleased,
    MaintenanceBegun,
    MaintenanceEnded,
    NoteTaken,
    PromiseGiven,
    PromiseKept,
    ViewKept,
)
from rules.events.system import (
    ClockAnchored,
    DeadlinePassed,
    DeliveriesSettled,
    DeliveriesTried,
    DeliverySettled,
    DeliveryTried,
    EventUndecided,
    LinkChanged,
    NotifierChanged,
    Pulsed,
    RecordsErased,
    Resynced,
    RulesTaken,
    SeenLeg,
    Unparsed,
    settlements,
)

AnyCallEvent = (
    Originated
    | Offered
    | Delivered
    | Established
    | Held
    | Retrieved
    | Queued
    | Dequeued
    | Diverted
    | Transferred
    | Failed
    | ConnectionCleared
)
AnyRadioEvent = (
    TransmissionStarted
    | TransmissionEnded
    | UnitIdentified
    | UnitSeen
    | CallAlert
    | Emergency
    | Status
    | Text
    | MachineAck
    | ControlTransmitting
    | CallAnswered
    | Recorded
)
Event = (
    AnyCallEvent
    | AnyRadioEvent
    | AlertAcknowledged
    | AlertDone
    | AlertHandedOver
    | AlertSeen
    | AlertSnoozed
    | AlertWorkedOn
    | CheckedIn
    | CalledBack
    | HailAnswered
    | PromiseGiven
    | PromiseKept
    | FactsTold
    | NoteTaken
    | ShiftNoteWritten
    | ShiftHandedOver
    | ShiftTakenOver
    | RulesApproved
    | PlanStarted
    | PlanStepDone
    | PlanEnded
    | IncidentClaimed
    | IncidentReleased
    | IncidentParked
    | IncidentCompleted
    | ViewKept
    | MaintenanceBegun
    | AlertTested
    | MaintenanceEnded
    | DutyChanged
    | DutyChangeEnded
    | RulesTaken
    | ClockAnchored
    | LinkChanged
    | NotifierChanged
    | RecordsErased
    | Pulsed
    | Resynced
    | DeadlinePassed
    | DeliverySettled
    | DeliveriesSettled
    | DeliveriesTried
    | EventUndecided
    | Unparsed
)


class Entry(msgspec.Struct, frozen=True, gc=False):
    """One line of the journal: an event, its place in the order, and when we received it.

    `seq` grows by one from 1 and never repeats; `at_us` never goes back from one entry to the next.
    """

    seq: int
    at_us: int
    event: Event


__all__ = [
    "AlertAcknowledged",
    "AlertDone",
    "AlertHandedOver",
    "AlertSeen",
    "AlertSnoozed",
    "AlertTested",
    "AlertWorkedOn",
    "AnyCallEvent",
    "AnyRadioEvent",
    "CallAlert",
    "CallAnswered",
    "CallEvent",
    "CalledBack",
    "CheckedIn",
    "ClockAnchored",
    "ConnectionCleared",
    "ControlTransmitting",
    "DeadlinePassed",
    "Delivered",
    "DeliveriesSettled",
    "DeliveriesTried",
    "DeliverySettled",
    "DeliveryTried",
    "Dequeued",
    "Diverted",
    "DutyChangeEnded",
    "DutyChanged",
    "Emergency",
    "Entry",
    "Established",
    "Event",
    "EventUndecided",
    "FactsTold",
    "Failed",
    "HailAnswered",
    "Held",
    "IncidentClaimed",
    "IncidentCompleted",
    "IncidentParked",
    "IncidentReleased",
    "LinkChanged",
    "MachineAck",
    "MaintenanceBegun",
    "MaintenanceEnded",
    "NoteTaken",
    "NotifierChanged",
    "Offered",
    "Originated",
    "PlanEnded",
    "PlanStarted",
    "PlanStep",
    "PlanStepDone",
    "PromiseGiven",
    "PromiseKept",
    "Pulsed",
    "Queued",
    "RadioEvent",
    "Recorded",
    "RecordsErased",
    "Resynced",
    "Retrieved",
    "RulesApproved",
    "RulesTaken",
    "SeenLeg",
    "ShiftHandedOver",
    "ShiftNoteWritten",
    "ShiftTakenOver",
    "Status",
    "Text",
    "Transferred",
    "TransmissionEnded",
    "TransmissionStarted",
    "UnitIdentified",
    "UnitSeen",
    "Unparsed",
    "ViewKept",
    "settlements",
]
