"""Every fault there is: add yours to the list."""

from tests.faults.fault import Fault
from tests.faults.strikes.boards import BoardStorm
from tests.faults.strikes.brokers import BrokerKilled, MosquittoKilled, ReceiverRefuses
from tests.faults.strikes.clocks import ClockAtStart, ClockStep, LongUptime
from tests.faults.strikes.disks import DiskFull, FsyncError, ReadOnly, SlowDisk
from tests.faults.strikes.kill_nine import KillNine
from tests.faults.strikes.limits import DescriptorsExhausted, OutOfMemory
from tests.faults.strikes.poison import Poison
from tests.faults.strikes.stops import StopThirtySeconds, StopWriter, WriterKilled
from tests.faults.strikes.stores import PostgresKilled, TwoGateways
from tests.faults.strikes.storms import FloodOfEvents, MassEvent, RetryStorm
from tests.faults.strikes.telephony import AsteriskKilled

FAULTS: tuple[type[Fault], ...] = (
    KillNine,
    WriterKilled,
    StopThirtySeconds,
    StopWriter,
    DiskFull,
    ReadOnly,
    FsyncError,
    SlowDisk,
    PostgresKilled,
    TwoGateways,
    BrokerKilled,
    MosquittoKilled,
    ReceiverRefuses,
    AsteriskKilled,
    ClockStep,
    ClockAtStart,
    LongUptime,
    DescriptorsExhausted,
    OutOfMemory,
    RetryStorm,
    FloodOfEvents,
    MassEvent,
    BoardStorm,
    Poison,
)
