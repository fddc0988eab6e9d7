"""Fixtures that stand for real peers; each lives in its own file under tests/fixtures."""

pytest_plugins = ["tests.fixtures.ports", "tests.fixtures.postgres", "tests.fixtures.broker"]
