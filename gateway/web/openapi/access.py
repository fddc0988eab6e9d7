"""Who may: accounts, tokens, one's own session, and the audit."""

from gateway.access.administration import NAME_FORM
from gateway.access.passwords import CHARS_MAX, CHARS_MIN
from gateway.access.rights import ROLES, Right
from gateway.web.asking import DATED
from gateway.web.openapi.operations import cursor, delete, get, in_path, limit, post, query
from gateway.web.openapi.shapes import (
    FLAG,
    MOMENT,
    TEXT,
    WHOLE,
    Schema,
    listing,
    many,
    maybe,
    only,
    page,
    record,
)

_NAME: Schema = TEXT | {"pattern": f"^{NAME_FORM}$", "examples": ["wang"]}
_ROLE: Schema = TEXT | {"enum": list(ROLES)}
_RIGHT: Schema = TEXT | {"enum": list(Right)}
_SITES: Schema = maybe(many(TEXT)) | {"description": "whose matters are seen; null: all sites'"}
_PASSWORD: Schema = TEXT | {"minLength": CHARS_MIN, "maxLength": CHARS_MAX}
_ACCOUNT_CHANGES: Schema = {
    "roles": maybe(many(_ROLE)),
    "sites": _SITES,
    "person": maybe(TEXT | {"description": "the id of a [[person]]: what they do stands under their name"}),
    "password": maybe(
        TEXT
        | {
            "maxLength": CHARS_MAX,
            "description": f"at least {CHARS_MIN} characters, to be changed at the first sign-in; empty: one is drawn",
        }
    ),
    "disabled": maybe(FLAG),
}
_ACCOUNT: Schema = {
    "name": TEXT,
    "roles": many(_ROLE),
    "sites": _SITES,
    "person": TEXT,
    "has_password": FLAG,
    "must_change": FLAG,
    "disabled": FLAG,
    "rights": many(_RIGHT),
    "by": TEXT | {"description": "as records name them"},
    "signed_in_at": maybe(MOMENT),
    "sessions": WHOLE,
    "first_password": TEXT | {"description": "told once, where none was given"},
}
_TOKEN: Schema = {
    "name": TEXT,
    "scopes": many(_RIGHT),
    "sites": _SITES,
    "made_by": TEXT,
    "made_at": MOMENT,
    "expires_at": maybe(MOMENT),
    "used_at": maybe(MOMENT | {"description": "to the hour"}),
    "token": TEXT | {"description": "told once, as it is made"},
}

SCHEMAS: Schema = {
    "Role": record("A role, and what it may.", {"role": _ROLE, "rights": many(_RIGHT)}),
    "Account": record("Somebody who may sign in.", _ACCOUNT, optional=("first_password",)),
    "NewAccount": only(
        "Who shall be able to sign in.",
        {"name": _NAME, **_ACCOUNT_CHANGES, "roles": many(_ROLE) | {"minItems": 1}},
        "name",
        "roles",
    ),
    "AccountChange": only("What is not named stays.", _ACCOUNT_CHANGES),
    "Token": record("A program's way in.", _TOKEN, optional=("token",)),
    "NewToken": only(
        "Its scopes are rights.",
        {"name": _NAME, "scopes": many(_RIGHT) | {"minItems": 1}, "sites": _SITES, "expires_at": maybe(MOMENT)},
        "name",
        "scopes",
        "expires_at",
    ),
    "Gone": record("It is no more.", {"name": TEXT, "state": TEXT}),
    "SignInCode": record("A way in that works once, for ten minutes.", {"path": TEXT}),
    "Revealed": record(
        "The numbers of one record in full.", {"number": TEXT, "from": TEXT, "from_name": TEXT, "to": TEXT}
    ),
    "Session": record(
        "Who asks, and what they may.",
        {
            "by": TEXT,
            "account": TEXT | {"description": "empty: a token, or a one-time link"},
            "person": TEXT,
            "roles": many(_ROLE),
            "rights": many(_RIGHT),
            "sites": maybe(many(TEXT)),
            "locked": FLAG,
            "must_change": FLAG,
            "lock_after_s": maybe({"type": "number"}),
            "ends_in_s": maybe(WHOLE),
        },
    ),
    "OpenSession": record(
        "A browser that is signed in.",
        {
            "id": TEXT,
            "opened_at": MOMENT,
            "idle_s": WHOLE,
            "address": TEXT,
            "browser": TEXT,
            "locked": FLAG,
            "this": FLAG | {"description": "the one that asks"},
        },
    ),
    "Ended": record("Sessions that ended.", {"ended": WHOLE}),
    "Unlock": only("The account's own.", {"password": TEXT}, "password"),
    "NewPassword": only("One's own.", {"old": TEXT, "new": _PASSWORD}, "old", "new"),
    "PasswordChanged": record("All other sessions have ended.", {"account": TEXT, "state": TEXT}),
    "AuditEntry": record(
        "Who saw or changed what.",
        {
            "seq": WHOLE,
            "at": MOMENT,
            "who": TEXT,
            "what": TEXT,
            "target": TEXT,
            "address": TEXT,
            "detail": {"type": "object"},
        },
    ),
    "AuditChain": record(
        "Whether each entry is as it was written. Note `seq` and `hash` elsewhere: a cut end shows.",
        {
            "entries": WHOLE,
            "seq": WHOLE,
            "hash": TEXT,
            "broken": maybe(record("The first that does not fit.", {"seq": WHOLE, "why": TEXT})),
        },
    ),
    "AuditEntryPage": page("AuditEntry"),
    **{f"{name}List": listing(name) for name in ("Role", "Account", "Token", "OpenSession")},
}


def paths() -> Schema:
    name = in_path("name", "The account's name, or the token's")
    filters = [query(one, TEXT, "Only these") for one in ("who", "what", "target")]
    since = query("since", MOMENT, "Since then")
    return {
        "/api/v1/roles": get("The table of roles and rights", "RoleList"),
        "/api/v1/accounts": get("Who may sign in", "AccountList")
        | post("An account is made; its first password is told once", body="NewAccount", answer="Account"),
        "/api/v1/accounts/{name}": {
            **post("It changes; new rights hold at once", [name], body="AccountChange", answer="Account"),
            **delete("It is removed, its sessions end", [name], answer="Gone"),
        },
        "/api/v1/tokens": get("Tokens of programs", "TokenList")
        | post("A token is made, and told once", body="NewToken", answer="Token"),
        "/api/v1/tokens/{name}": delete("It is worth nothing any more", [name], answer="Gone"),
        "/api/v1/sign-in-codes": post(
            "A link that signs its first visitor in with all rights; for who has all", body="", answer="SignInCode"
        ),
        "/api/v1/incidents/{number}/reveal": post(
            "The numbers of one record in full; each time an entry of the audit",
            [in_path("number", "The incident's number")],
            body="",
            answer="Revealed",
        ),
        **_own_session(),
        "/api/v1/audit": get(
            "Who saw or changed what, newest first", "AuditEntryPage", [limit(), cursor(DATED), since, *filters]
        ),
        "/api/v1/audit/chain": get("Whether the audit is whole", "AuditChain"),
    }


def _own_session() -> Schema:
    return {
        "/api/v1/session": get("Who am I, and what may I", "Session"),
        "/api/v1/session/active": post("Somebody sits here", body="", answer="Session"),
        "/api/v1/session/lock": post("The screen locks: the board goes on, masked", body="", answer="Session"),
        "/api/v1/session/unlock": post("The password opens it", body="Unlock", answer="Session"),
        "/api/v1/sessions": get("Where one is signed in; 409 for who has no account", "OpenSessionList", conflict=True)
        | delete("Out everywhere but here", [], answer="Ended"),
        "/api/v1/sessions/{id}": delete("Out there", [in_path("id", "The session's id")], answer="Ended"),
        "/api/v1/account/password": post(
            "A new password; all other sessions end", body="NewPassword", answer="PasswordChanged"
        ),
    }
