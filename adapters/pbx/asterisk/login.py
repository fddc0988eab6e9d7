"""What settings of any kind hold that talk to a manager interface, and what can be wrong with them."""

import codecs
from typing import Protocol

from adapters.kinds import Problem
from adapters.paths import is_file


class Login(Protocol):
    """Where the manager interface is, and who we are there."""

    @property
    def name(self) -> str: ...
    @property
    def host(self) -> str: ...
    @property
    def port(self) -> int: ...
    @property
    def username(self) -> str: ...
    @property
    def secret_file(self) -> str | None: ...
    @property
    def secret_env(self) -> str | None: ...
    @property
    def tls(self) -> bool: ...
    @property
    def tls_ca_file(self) -> str | None: ...
    @property
    def encoding(self) -> str: ...
    @property
    def connect_timeout_s(self) -> float: ...
    @property
    def ping_s(self) -> float: ...

    def secret(self) -> str:
        """The first line of the secret. Raises OSError or KeyError as adapters.secrets.read_secret does."""


def check_login(login: Login) -> list[Problem]:
    problems = []
    if not login.host.strip():
        problems.append(Problem("host", login.host, "name the PBX's host or address"))
    if not 0 < login.port < 65536:
        problems.append(Problem("port", str(login.port), "a TCP port: 5038, or 5039 for TLS"))
    if not login.username or any(c in login.username for c in "\r\n"):
        problems.append(Problem("username", login.username, "the [user] of manager.conf, in one line"))
    for key in ("connect_timeout_s", "ping_s"):
        seconds = getattr(login, key)
        if not 0 < seconds <= 600:
            problems.append(Problem(key, str(seconds), "seconds, more than 0 and at most 600"))
    try:
        codecs.lookup(login.encoding)
    except LookupError:
        problems.append(Problem("encoding", login.encoding, "a character encoding such as utf-8 or gbk"))
    if login.tls_ca_file and not login.tls:
        problems.append(Problem("tls_ca_file", login.tls_ca_file, "set tls = true, or leave this out"))
    elif login.tls_ca_file and not is_file(login.tls_ca_file):
        problems.append(Problem("tls_ca_file", login.tls_ca_file, "no such file: give the authority's PEM file"))
    return problems + _check_secret(login)


def _check_secret(login: Login) -> list[Problem]:
    if bool(login.secret_file) == bool(login.secret_env):
        cure = "give exactly one of secret_file and secret_env"
        return [Problem("secret_file", login.secret_file or "", cure)]
    key = "secret_file" if login.secret_file else "secret_env"
    value = login.secret_file or login.secret_env or ""
    try:
        secret = login.secret()
    except KeyError:
        return [Problem(key, value, "set this environment variable to the manager.conf user's secret")]
    except UnicodeDecodeError:
        return [Problem(key, value, "the secret must be UTF-8 text")]
    except OSError as error:
        return [Problem(key, value, f"cannot be read ({error.strerror}): write the manager.conf user's secret there")]
    if not secret:
        return [Problem(key, value, "is empty: write the manager.conf user's secret there")]
    return []
