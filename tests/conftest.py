"""Fixtures that stand for real peers; each lives in its own file under tests/fixtures."""

from hypothesis import HealthCheck, settings

# How long an example takes depends on who else uses the machine: that is no finding.
settings.register_profile("shared machine", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared machine")

pytest_plugins = ["tests.fixtures.ports", "tests.fixtures.postgres", "tests.fixtures.broker"]
