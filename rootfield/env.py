"""Typed readers of environment variables, loud on bad values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE = frozenset({"1", "true", "yes", "on"})
FALSE = frozenset({"0", "false", "no", "off"})
POSTGRES_SCHEMES = frozenset({"postgres", "postgresql"})
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1"})
REDIS_SCHEMES = frozenset({"redis", "rediss", "unix"})


@dataclass(frozen=True)
class Environment:
    """Settings as the surroundings give them.

    A variable that is set to nothing counts as unset. Every reader raises ImproperlyConfigured,
    naming the variable, when the value cannot be what it should be, or when there is neither a
    value nor a default.
    """

    variables: Mapping[str, str]

    def text(self, name: str, default: str | None = None) -> str:
        """Return the value as it stands."""
        value = self.variables.get(name, "").strip()
        if value:
            return value
        if default is None:
            raise ImproperlyConfigured(f"{name} must be set.")
        return default

    def choice(self, name: str, choices: Sequence[str], default: str | None = None) -> str:
        """Return the value, which must be one of the choices."""
        value = self.text(name, default)
        if value not in choices:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be {' or '.join(choices)}.")
        return value

    def boolean(self, name: str, default: bool | None = None) -> bool:
        """Return True for 1, true, yes, on and False for 0, false, no, off, in any case."""
        fallback = None if default is None else str(default)
        value = self.text(name, fallback).lower()
        if value not in TRUE | FALSE:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be 1 or 0.")
        return value in TRUE

    def integer(self, name: str, default: int | None = None, *, minimum: int = 0) -> int:
        """Return a whole number that is not below the minimum."""
        value = self.text(name, None if default is None else str(default))
        try:
            number = int(value)
        except ValueError:
            raise ImproperlyConfigured(f"{name} is {value!r}; it must be a whole number.") from None
        if number < minimum:
            raise ImproperlyConfigured(f"{name} is {number}; it must be at least {minimum}.")
        return number

    def listed(self, name: str, default: Sequence[str] | None = None) -> list[str]:
        """Return the parts of a value separated by commas, without blanks."""
        value = self.text(name, None if default is None else ",".join(default) or ",")
        return [part.strip() for part in value.split(",") if part.strip()]

    def secret(self, name: str, default: str | None = None, *, length: int = 50) -> str:
        """Return a value of at least the length given, in characters, never naming it."""
        value = self.text(name, default)
        if len(value) < length:
            raise ImproperlyConfigured(f"{name} is too short: at least {length} characters.")
        return value

    def database(self, name: str, default: str | None = None) -> dict[str, Any]:
        """Return Django's description of the PostgreSQL database at a URL.

        The host may be a directory with a unix socket, given as `?host=/directory`; any other
        query parameter becomes a connection option of libpq.
        """
        url = self._url(name, POSTGRES_SCHEMES, default)
        options = dict(parse_qsl(url.query))
        database = unquote(url.path.removeprefix("/"))
        if not database:
            raise ImproperlyConfigured(f"{name} names no database.")
        return {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": database,
            "USER": unquote(url.username or ""),
            "PASSWORD": unquote(url.password or ""),
            "HOST": unquote(url.hostname or options.pop("host", "")),
            "PORT": str(url.port or options.pop("port", "")),
            "OPTIONS": options,
        }

    def redis(self, name: str, default: str | None = None) -> str:
        """Return the URL of a Redis server: redis://, rediss:// or unix:///socket?db=0."""
        return self._url(name, REDIS_SCHEMES, default).geturl()

    def site(self, name: str, default: str | None = None) -> str:
        """Return the site's own address, which must be https:// unless it is this machine."""
        url = self._url(name, frozenset({"http", "https"}), default)
        if url.scheme == "http" and url.hostname not in THIS_MACHINE:
            raise ImproperlyConfigured(
                f"{name} must start with https://; only http://localhost goes without."
            )
        return url.geturl().rstrip("/")

    def _url(self, name: str, schemes: frozenset[str], default: str | None) -> SplitResult:
        value = self.text(name, default)
        try:
            url = urlsplit(value)
            known = url.scheme in schemes and (url.port or True)
        except ValueError:
            known = False
        if not known:
            raise ImproperlyConfigured(
                f"{name} is not a URL this site can use; it must start with "
                f"{' or '.join(f'{scheme}://' for scheme in sorted(schemes))}."
            )
        return url


def redis_database(url: str, *, above: int) -> str:
    """Return the URL of the Redis database numbered so many above the one of the URL given."""
    parts = urlsplit(url)
    if parts.scheme == "unix":
        number = int(dict(parse_qsl(parts.query)).get("db", "0"))
        return f"unix://{parts.path}?db={number + above}"
    number = int(parts.path.strip("/") or "0")
    return parts._replace(path=f"/{number + above}").geturl()


def broker_url(url: str) -> str:
    """Return the address of a Redis server as Celery spells it: unix sockets differ."""
    parts = urlsplit(url)
    if parts.scheme != "unix":
        return url
    number = dict(parse_qsl(parts.query)).get("db", "0")
    return f"redis+socket://{parts.path}?virtual_host={number}"
