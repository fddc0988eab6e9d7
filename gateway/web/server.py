"""The HTTP application: hooks in, API and stream out, the board, health; all behind one guard."""

from aiohttp import web

from gateway.reports.days import Days
from gateway.web import (
    access_api,
    acknowledging,
    api,
    audit_api,
    health,
    openapi,
    own_account,
    pages,
    sign_in,
    sign_in_elsewhere,
)
from gateway.web.guard import AUTH, add_headers, guard
from gateway.web.handed_over import watched
from gateway.web.hooks import Hooks, add_hook_routes
from gateway.web.needs import check_routes
from gateway.web.recordings import Recordings
from gateway.web.services import SERVICES, Services
from gateway.web.stream import HUB, Hub, close_streams, run_hub
from gateway.web.today import TODAY, Today
from gateway.web.views.reports import DAYS

_BODY_BYTES_MAX = 16 * 1024  # of the API and the login form; hooks have their own, larger limit

HOOKS = web.AppKey("hooks", Hooks)


def make_app(services: Services) -> web.Application:
    app = web.Application(middlewares=[watched, guard], client_max_size=_BODY_BYTES_MAX)
    app[SERVICES] = services
    app[AUTH] = services.auth
    app[HUB] = Hub(services)
    app[TODAY] = Today(services)
    app[DAYS] = Days(services.store)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(close_streams)
    app.cleanup_ctx.append(run_hub)
    app.add_routes([*api.routes(), *health.routes(), *openapi.routes(), *pages.routes(), *acknowledging.routes()])
    app.add_routes(
        [
            *sign_in.routes(),
            *sign_in_elsewhere.routes(),
            *own_account.routes(),
            *access_api.routes(),
            *audit_api.routes(),
        ]
    )
    app.add_routes(Recordings(services.recorders).routes())
    app[HOOKS] = add_hook_routes(app, services.hook_sources, services.pipeline, metrics=services.metrics)
    check_routes(app)
    return app
