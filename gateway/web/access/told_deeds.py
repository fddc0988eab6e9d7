"""What the audit is told of each route that changes something: the one table, which no such route may be missing from.

The journal tells what a deed was; the audit that it was done, by whom, to what and from where, in a chain that shows
if somebody took it out again.
"""

from typing import Any, Final

from aiohttp import web

_INCIDENT, _ALERT, _PLAN = "POST /api/v1/incidents/{number}", "POST /api/v1/alerts/{id}", "POST /api/v1/plans"
DEEDS: Final = {  # told by the guard, once the deed is on disk and before it is answered
    f"{_INCIDENT}/claim": "claimed",
    f"{_INCIDENT}/release": "released",
    f"{_INCIDENT}/park": "parked",
    f"{_INCIDENT}/complete": "completed",
    f"{_INCIDENT}/note": "note_written",
    f"{_INCIDENT}/facts": "facts_told",
    f"{_INCIDENT}/check-in": "checked_in",
    f"{_INCIDENT}/called-back": "called_back",
    f"{_INCIDENT}/answered": "answered",
    f"{_INCIDENT}/promise": "promised",
    f"{_INCIDENT}/promise-kept": "promise_kept",
    f"{_ALERT}/acknowledge": "acknowledged",
    f"{_ALERT}/hand-over": "alert_handed_over",
    f"{_ALERT}/snooze": "alert_snoozed",
    f"{_ALERT}/on-it": "alert_worked_on",
    f"{_ALERT}/done": "alert_done",
    _PLAN: "plan_started",
    f"{_PLAN}/{{id}}/steps/{{step}}/done": "plan_step_done",
    f"{_PLAN}/{{id}}/end": "plan_ended",
    "POST /api/v1/shift/notes": "shift_note_written",
    "POST /api/v1/shift/hand-overs": "shift_handed_over",
    "POST /api/v1/shift/hand-overs/{seq}/take-over": "shift_taken_over",
    "POST /api/v1/rules/approve": "rules_approved",
    "POST /api/v1/maintenance": "maintenance_begun",
    "POST /api/v1/maintenance/{id}/end": "maintenance_ended",
    "POST /api/v1/test-alerts": "alert_tested",
}
BY_ITSELF: Final = {  # told by what does it
    "POST /api/v1/duty/changes": "duty_changed",
    "POST /api/v1/duty/changes/{id}/end": "duty_change_ended",
    "POST /login": "signed_in",
    "POST /logout": "signed_out",
    "POST /account/password": "password_changed",
    "POST /account/unlock": "unlocked",
    "POST /account/sessions": "sessions_ended",
    "POST /api/v1/account/password": "password_changed",
    "POST /api/v1/session/lock": "locked",
    "POST /api/v1/session/unlock": "unlocked",
    "DELETE /api/v1/sessions": "sessions_ended",
    "DELETE /api/v1/sessions/{id}": "signed_out",
    "POST /api/v1/accounts": "account_added",
    "POST /api/v1/accounts/{name}": "account_changed",
    "DELETE /api/v1/accounts/{name}": "account_removed",
    "POST /api/v1/tokens": "token_added",
    "DELETE /api/v1/tokens/{name}": "token_revoked",
    "POST /api/v1/sign-in-codes": "link_made",
    f"{_INCIDENT}/reveal": "number_shown",
    "POST /a/{token}": "acknowledged",
}
NOT_TOLD: Final = {
    f"{_ALERT}/seen": "a console says by itself that it was shown; nobody decided anything, and the journal has it",
    "PUT /api/v1/view": "how one likes one's own board: colours, language, sound",
    "POST /api/v1/session/active": "somebody moved the mouse",
    "POST /api/call-upload": "a recorder's, no person's; the journal has each recording",
    "POST /hooks/pbx/{source}": "a telephone system's, no person's; the journal has each event",
    "POST /hooks/pbx/{source}/{token}": "a telephone system's, no person's; the journal has each event",
}
_CHANGING: Final = frozenset({"POST", "PUT", "PATCH", "DELETE"})
_TARGETS: Final = ("number", "id", "seq", "name")
_DETAIL = web.RequestKey("deed", dict[str, Any])


def is_known(method: str, path: str) -> bool:
    """Whether the table says something of this route; what only reads needs nothing here."""
    route = f"{method} {path}"
    return method not in _CHANGING or route in DEEDS or route in BY_ITSELF or route in NOT_TOLD


def tell(request: web.Request, **detail: Any) -> None:
    """For handlers: what the audit should know of the deed beside who did it, and to what."""
    request.setdefault(_DETAIL, {}).update(detail)


def told_of(request: web.Request) -> tuple[str, str, dict[str, Any]] | None:
    """What was done, to what, and the detail; None for what the guard does not tell."""
    resource = request.match_info.route.resource
    what = None if resource is None else DEEDS.get(f"{request.method} {resource.canonical}")
    if what is None:
        return None
    target = next((request.match_info[name] for name in _TARGETS if name in request.match_info), "")
    return what, target, request.get(_DETAIL, {})
