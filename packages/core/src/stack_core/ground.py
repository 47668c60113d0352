"""What core itself puts on an application, before its first extension."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import partial
from typing import Annotated, Any, ClassVar

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from .deploy import check_deployment
from .finding import Finding
from .health import check_health
from .keep import Binding, check_keep, find_fault, get_keep
from .reading import read_settings, write_back
from .registry import KEY, Installed, Registry
from .request_id import install_request_id
from .settings import Settings, setting


class CoreSettings(Settings, frozen=True, kw_only=True):
    """The settings of core: ``STACK_…`` and Flask's secret key."""

    proxy_hops: Annotated[
        int,
        setting(
            "How many proxies that set X-Forwarded-For, -Proto, -Host and -Port stand in front.",
            ge=0,
            le=10,
        ),
    ] = 0
    proxy_prefix: Annotated[
        bool, setting("Whether those proxies set X-Forwarded-Prefix too, for a part of a site.")
    ] = False
    strict_settings: Annotated[
        bool, setting("Refuse every unknown key of an extension's prefix, not near misses only.")
    ] = False
    healthz_path: Annotated[
        str, setting("The path that says whether the process lives; empty: none.")
    ] = "/healthz"
    readyz_path: Annotated[
        str, setting("The path that says whether requests can be served; empty: none.")
    ] = "/readyz"
    keep: Annotated[
        str,
        setting(
            "Where small values with an end are kept: memory, db, or the address of a Redis;"
            " empty: the database's where there is one, else memory."
        ),
    ] = ""
    secret_key: Annotated[
        str | bytes | None,
        setting("Signs sessions and links; 16 characters or more.", key="SECRET_KEY", secret=True),
    ] = None
    secret_key_fallbacks: Annotated[
        list[Any] | None,
        setting(
            "Former secret keys, newest first, that still verify.",
            key="SECRET_KEY_FALLBACKS",
            secret=True,
        ),
    ] = None

    def __post_init__(self) -> None:
        for key in ("healthz_path", "readyz_path"):
            path = getattr(self, key)
            if path and not re.fullmatch(r"/[\w.~/-]*", path, re.ASCII):
                raise ValueError(
                    f"'STACK_{key.upper()}' is {path!r}."
                    " Set it to a slash and letters, digits or any of - . _ ~ /"
                )
        if self.healthz_path and self.healthz_path == self.readyz_path:
            raise ValueError(
                f"'STACK_HEALTHZ_PATH' and 'STACK_READYZ_PATH' are both {self.readyz_path!r}."
                " Set them to two paths."
            )
        if (fault := find_fault(self.keep)) is not None:
            raise ValueError(fault)


class Ground:
    """Core's own member of the registry."""

    name: ClassVar[str] = KEY
    prefix: ClassVar[str] = "STACK_"

    def checks(self, app: Flask) -> Iterable[Finding]:
        """Yield what is unsafe or unfinished in Flask's own settings."""
        yield from check_deployment(app)
        yield from check_health(app)
        yield from check_keep(app)

    def probe(self, app: Flask) -> None:
        """Core itself is always ready."""

    def sweep(self, app: Flask, limit: int) -> int:
        """Purge the keep."""
        return get_keep(app).purge(limit)

    def abandon(self, app: Flask) -> None:
        """Core itself opens nothing."""


def lay_ground(app: Flask) -> Registry:
    """Return the registry of an application, with core's own part in it.

    :raises SettingsError: a setting of core is wrong.
    """
    registry = Registry.of(app)
    if KEY not in registry:
        ground = Ground()
        settings = _read(app, registry, strict=False)
        if settings.strict_settings:
            _read(app, registry, strict=True)
        write_back(app.config, settings)
        install_request_id(app, trusted=settings.proxy_hops > 0)
        _trust_proxies(app, settings)
        registry.publish(Installed(ground, settings, Binding(settings.keep)))
    return registry


def _read(app: Flask, registry: Registry, *, strict: bool) -> CoreSettings:
    return read_settings(
        app.config,
        CoreSettings,
        owner=KEY,
        prefix=Ground.prefix,
        owns=partial(registry.owns, Ground.prefix),
        strict=strict,
    )


def _trust_proxies(app: Flask, settings: CoreSettings) -> None:
    """Believe exactly the declared proxies.

    The prefix is a matter of its own: few proxies set it, the others pass on
    what a client sent, and ``//evil.example`` there would be in every link.
    """
    if hops := settings.proxy_hops:
        fixed: Any = ProxyFix(
            app.wsgi_app,
            x_for=hops,
            x_proto=hops,
            x_host=hops,
            x_port=hops,
            x_prefix=hops if settings.proxy_prefix else 0,
        )
        app.wsgi_app = fixed  # type: ignore[method-assign]  # as Flask's documentation does
