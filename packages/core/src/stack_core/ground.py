"""What core itself puts on an application, before its first extension."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any, ClassVar

from flask import Flask
from werkzeug.middleware.proxy_fix import ProxyFix

from .deploy import check_deployment
from .finding import Finding
from .reading import read_settings, write_back
from .registry import KEY, Installed, Registry
from .request_id import install_request_id
from .settings import Settings, setting


class CoreSettings(Settings, frozen=True, kw_only=True):
    """The settings of core: ``STACK_…`` and Flask's secret key."""

    proxy_hops: Annotated[
        int,
        setting("How many proxies, which set X-Forwarded-…, stand in front.", ge=0, le=10),
    ] = 0
    strict_settings: Annotated[
        bool, setting("Refuse every unknown key of an extension's prefix, not near misses only.")
    ] = False
    healthz_path: Annotated[
        str, setting("The path that says whether the process lives; empty: none.")
    ] = "/healthz"
    readyz_path: Annotated[
        str, setting("The path that says whether requests can be served; empty: none.")
    ] = "/readyz"
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
        for name in ("healthz_path", "readyz_path"):
            path = getattr(self, name)
            if path and not path.startswith("/"):
                raise ValueError(f"'STACK_{name.upper()}' is {path!r}. Begin it with a slash.")


class Ground:
    """Core's own member of the registry."""

    name: ClassVar[str] = KEY
    prefix: ClassVar[str] = "STACK_"

    def checks(self, app: Flask) -> Iterable[Finding]:
        """Yield what is unsafe or unfinished in Flask's own settings."""
        yield from check_deployment(app)

    def probe(self, app: Flask) -> None:
        """Core itself is always ready."""

    def sweep(self, app: Flask, limit: int) -> int:
        """Core itself keeps nothing that expires."""
        return 0

    def abandon(self, app: Flask) -> None:
        """Core itself opens nothing."""


def lay_ground(app: Flask) -> Registry:
    """Return the registry of an application, with core's own part in it.

    :raises ConfigError: a setting of core is wrong.
    """
    registry = Registry.of(app)
    if KEY not in registry:
        ground = Ground()
        config = app.config
        settings = read_settings(
            config,
            CoreSettings,
            owner=KEY,
            prefix=ground.prefix,
            foreign=lambda key: not registry.owns(ground.prefix, key),
            strict=config.get("STACK_STRICT_SETTINGS") in (True, 1, "1", "true", "yes", "on"),
        )
        write_back(config, settings)
        install_request_id(app, trusted=settings.proxy_hops > 0)
        _trust_proxies(app, settings.proxy_hops)
        registry.publish(Installed(ground, settings, None))
    return registry


def _trust_proxies(app: Flask, hops: int) -> None:
    if hops:
        fixed: Any = ProxyFix(
            app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops, x_port=hops, x_prefix=hops
        )
        app.wsgi_app = fixed  # type: ignore[method-assign]  # as Flask's documentation does
