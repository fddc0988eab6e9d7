"""The tables of the intake store, one definition for SQLite and PostgreSQL. Changes come as a migration.

The rules of this file:
* Times are BIGINT microseconds UTC (`…_us`).
* `journal` is the truth, in order; `live_incident`, `source`, `radio_live`, `quiet_live` and the alerts with `live`
  set are what a restart reads;
  `incident`, `obligation`, `alert` and `note` are the record, for people and the API.
* Every list the API shows walks an index by a key (no OFFSET): tests/contract/store holds the query plans to it.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    text,
    true,
)

REVISION = "0005"  # of the newest migration, which makes exactly these tables

# "INTEGER PRIMARY KEY" is SQLite's own row id: no second index.
BigKey = BigInteger().with_variant(Integer(), "sqlite")

# Columns that never change once the row is there: an upsert leaves them, and so their indexes, alone.
FIXED = {"fixed": True}

metadata = MetaData()

# Of the journal: what pages list by its kind. The words of the index; a question must say them too, or it is not used.
LISTED = text(
    "kind IN ('RulesTaken', 'RulesApproved', 'ShiftNoteWritten', 'ShiftHandedOver', 'ShiftTakenOver', "
    "'PlanStarted', 'PlanStepDone', 'PlanEnded', 'StandInNamed')"
)

journal = Table(
    "journal",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("source", Text, nullable=False),
    Column("kind", Text, nullable=False),  # the event's class
    Column("key", LargeBinary),  # the same event told twice has the same key
    Column("incident", BigInteger, nullable=False),  # 0: of none
    Column("body", Text, nullable=False),  # the event, JSON
    Column("raw", LargeBinary),  # the bytes it was read from
    Column("error", Text),  # why it could not be read or decided
    Index("journal_key", "key", unique=True),
    Index(
        "journal_incident", "incident", "seq", sqlite_where=text("incident > 0"), postgresql_where=text("incident > 0")
    ),
    Index(
        "journal_unread",
        "seq",
        sqlite_where=text("error IS NOT NULL"),
        postgresql_where=text("error IS NOT NULL"),
    ),
    Index("journal_listed", "kind", "seq", sqlite_where=LISTED, postgresql_where=LISTED),
)

live_incident = Table(
    "live_incident",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("body", LargeBinary, nullable=False),  # the whole rules.incidents.Incident, msgpack
)

source = Table(
    "source",
    metadata,
    Column("name", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # rules.incidents.SourceStatus, msgpack
)

radio_live = Table(
    "radio_live",
    metadata,
    Column("key", Text, primary_key=True),  # kind and name: channel/CH1, unit/100-4002
    Column("body", LargeBinary, nullable=False),  # of rules.channels, msgpack
)

quiet_live = Table(
    "quiet_live",
    metadata,
    Column("key", Text, primary_key=True),
    Column("body", LargeBinary, nullable=False),  # of rules.quiet, msgpack
)

incident = Table(
    "incident",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("number", Text, nullable=False, info=FIXED),  # what people say
    Column("site", Text, nullable=False, info=FIXED),
    Column("medium", Text, nullable=False, info=FIXED),
    Column("direction", Text, nullable=False),
    Column("source", Text, nullable=False),
    Column("source_call", Text, nullable=False),
    Column("caller", Text, nullable=False),
    Column("caller_name", Text, nullable=False),
    Column("called", Text, nullable=False),
    Column("line", Text, nullable=False),
    Column("device", Text, nullable=False),
    Column("agent", Text, nullable=False),
    Column("queue", Text, nullable=False),
    Column("trunk", Text, nullable=False),
    Column("opened_us", BigInteger, nullable=False, info=FIXED),
    Column("offered_us", BigInteger),
    Column("ring_us", BigInteger),
    Column("answered_us", BigInteger),
    Column("closed_us", BigInteger),
    Column("outcome", Text, nullable=False),
    Column("rings", Integer),
    Column("holds", Integer, nullable=False),
    Column("hold_us", BigInteger, nullable=False),
    Column("flags", Text, nullable=False),  # JSON list
    Column("merged_into", Text, nullable=False),
    Column("unit", Text, nullable=False, server_default=text("''")),  # radio, as all below; `caller` too
    Column("channel", Text, nullable=False, server_default=text("''")),
    Column("calls", Integer, nullable=False, server_default=text("0")),
    Column("talkgroup", Text, nullable=False, server_default=text("''")),
    Column("facts", Text, nullable=False, server_default=text("'{}'")),  # JSON object
    Column("recordings", Text, nullable=False, server_default=text("'[]'")),  # JSON list
    Column("care", Text, nullable=False, server_default=text("'{}'")),  # JSON object: who took it, what was done
    Index("incident_number", "number", unique=True),
    Index("incident_opened", "opened_us", "id"),
    Index("incident_caller", "caller", "opened_us", "id"),
    Index("incident_outcome", "outcome", "opened_us", "id"),
)

obligation = Table(
    "obligation",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=False),
    Column("rule", Text, nullable=False),
    Column("incident", BigInteger, nullable=False),
    Column("opened_us", BigInteger, nullable=False),
    Column("due_us", BigInteger, nullable=False),
    Column("plan", Text, nullable=False),  # JSON list of (after_us, kind, ring)
    Column("step", SmallInteger, nullable=False),
    Column("state", Text, nullable=False),
    Column("rule_set", Text, nullable=False),
    Column("leg", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("source_opened_us", BigInteger),
    Column("ended_us", BigInteger),
    Column("source_ended_us", BigInteger),
    Column("seconds", Float(53)),
    Column("ring", Integer),
    Column("clock", Text, nullable=False),
    Column("skew_us", BigInteger),
    Column("certain", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("late", Boolean, nullable=False),
    Column("revised", Integer, nullable=False),
    Column("opened_by", BigInteger, nullable=False),  # journal seq
    Column("ended_by", BigInteger),  # journal seq
    Column("calls", Integer),  # two_calls
    Column("in_hours", Boolean, nullable=False, server_default=true()),  # opened while its medium is attended
    Index("obligation_incident", "incident", "id"),
    Index("obligation_state", "state", "id"),
)

alert = Table(
    "alert",
    metadata,
    Column("id", Text, primary_key=True),
    Column("key", Text, nullable=False, info=FIXED),  # the idempotency key
    Column("incident", BigInteger, nullable=False),  # 0: an operator alert
    Column("rule", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("raised_us", BigInteger, nullable=False, info=FIXED),
    Column("live", Boolean, nullable=False),  # True: a restart needs it
    Column("tied_to", Text, nullable=False, server_default=text("''"), info=FIXED),  # the alert that stands for it
    Column("body", Text, nullable=False),  # the whole rules.effects.Alert, JSON
    Index("alert_key", "key", unique=True),
    Index("alert_raised", "raised_us", "id"),
    Index("alert_state", "state", "raised_us", "id"),
    Index("alert_incident", "incident", sqlite_where=text("incident > 0"), postgresql_where=text("incident > 0")),
    Index(
        "alert_tied",
        "tied_to",
        "raised_us",
        "id",
        sqlite_where=text("tied_to != ''"),
        postgresql_where=text("tied_to != ''"),
    ),
    Index("alert_live", "id", sqlite_where=text("live"), postgresql_where=text("live")),
)

outbox = Table(
    "outbox",
    metadata,
    Column("alert", Text, nullable=False),
    Column("notifier", Text, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the batch that made it, and the
    Column("place", Integer, nullable=False),  # place therein: the order in which alerts leave
    Column("state", Text, nullable=False),  # pending, delivered, failed
    Column("attempts", Integer, nullable=False),
    Column("reason", Text, nullable=False),
    Column("settled_us", BigInteger),
    PrimaryKeyConstraint("alert", "notifier"),
    Index(
        "outbox_pending",
        "seq",
        "place",
        sqlite_where=text("state = 'pending'"),
        postgresql_where=text("state = 'pending'"),
    ),
)

note = Table(
    "note",
    metadata,
    Column("id", BigKey, primary_key=True, autoincrement=True),
    Column("incident", BigInteger, nullable=False),
    Column("at_us", BigInteger, nullable=False),
    Column("seq", BigInteger, nullable=False),  # of the journal entry that made it
    Column("what", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Index("note_incident", "incident", "id"),
)

access = Table(
    "access",
    metadata,
    Column("key", Text, primary_key=True),  # kind and name: account/wang, token/reports, session/<digest>
    Column("body", Text, nullable=False),  # of gateway.access, JSON; secrets only as digests
)

audit = Table(  # the migration makes triggers that refuse to change or delete a row
    "audit",
    metadata,
    Column("seq", BigKey, primary_key=True, autoincrement=False),
    Column("at_us", BigInteger, nullable=False),
    Column("who", Text, nullable=False),
    Column("what", Text, nullable=False),
    Column("target", Text, nullable=False),  # an incident's number, an account's name …
    Column("address", Text, nullable=False),
    Column("detail", Text, nullable=False),  # JSON object
    Column("hash", LargeBinary, nullable=False),  # of this row and the hash before it
    Index("audit_at", "at_us", "seq"),
    Index("audit_who", "who", "at_us", "seq"),
    Index("audit_what", "what", "at_us", "seq"),
    Index("audit_target", "target", "at_us", "seq"),
)

meta = Table(
    "meta",
    metadata,
    Column("name", Text, primary_key=True),  # last_id, rules, anchor_us, view/NAME/PERSON
    Column("value", Text, nullable=False),
)
