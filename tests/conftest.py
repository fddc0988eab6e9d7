"""Fixtures that stand for real peers; each lives in its own file under tests/fixtures."""

import structlog
from hypothesis import HealthCheck, settings

# How long an example takes depends on who else uses the machine: that is no finding.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

# A traceback as a picture of all locals takes longer than most tests.
structlog.configure(
    processors=[
        *structlog.get_config()["processors"][:-1],
        structlog.dev.ConsoleRenderer(exception_formatter=structlog.dev.plain_traceback),
    ]
)

pytest_plugins = ["tests.fixtures.ports", "tests.fixtures.postgres", "tests.fixtures.broker"]
