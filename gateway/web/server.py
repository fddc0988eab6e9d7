"""The HTTP application: hooks in, API and stream out, the board, health; all behind one guard."""

from aiohttp import web

from gateway.reports.days import Days
from gateway.web import api, health
from gateway.web.access import accounts_api, audit_api, own_account, sign_in, sign_in_elsewhere
from gateway.web.access.guard import AUTH, SELDOM, add_headers, guard
from gateway.web.access.needs import check_routes
from gateway.web.desk import acknowledging
from gateway.web.door.handed_over import watched
from gateway.web.door.hooks import Hooks, add_hook_routes
from gateway.web.door.seldom import Seldom
from gateway.web.live.stream import HUB, Hub, close_streams, run_hub
from gateway.web.live.today import TODAY, Today
from gateway.web.openapi import document
from gateway.web.pages import routes
from gateway.web.pages.problem_page import in_words
from gateway.web.recordings import Recordings
from gateway.web.reporting import DAYS
from gateway.web.services import SERVICES, Services

_BODY_BYTES_MAX = 16 * 1024  # of the API and the login form; hooks have their own, larger limit

HOOKS = web.AppKey("hooks", Hooks)


def make_app(services: Services) -> web.Application:
    app = web.Application(middlewares=[watched, in_words, guard], client_max_size=_BODY_BYTES_MAX)
    app[SERVICES] = services
    app[AUTH] = services.auth
    app[SELDOM] = Seldom()
    app[HUB] = Hub(services)
    app[TODAY] = Today(services)
    app[DAYS] = Days(services.store)
    app.on_response_prepare.append(add_headers)
    app.on_shutdown.append(close_streams)
    app.cleanup_ctx.append(run_hub)
    app.add_routes([*api.routes(), *health.routes(), *document.routes(), *routes.routes(), *acknowledging.routes()])
    app.add_routes(
        [
            *sign_in.routes(),
            *sign_in_elsewhere.routes(),
            *own_account.routes(),
            *accounts_api.routes(),
            *audit_api.routes(),
        ]
    )
    app.add_routes(Recordings(services.recorders).routes())
    app[HOOKS] = add_hook_routes(app, services.hook_sources, services.pipeline, metrics=services.metrics)
    check_routes(app)
    return app
