"""Settings: coercion, bounds, near misses, masks."""

from __future__ import annotations

from typing import Annotated, Any, Literal

import pytest
from flask import Flask

from stack_core import Extension, NoSettings, Registry, Settings, SettingsError, setting


class ShopSettings(Settings, frozen=True, kw_only=True):
    title: Annotated[str, setting("Name of the shop.")] = "Shop"
    page_size: Annotated[int, setting("Rows of a page.", ge=1, le=500, was=("SHOP_PAGE",))] = 50
    ratio: Annotated[float, setting("A part of one.", ge=0)] = 0.5
    open: Annotated[bool, setting("Whether it sells.")] = True
    hosts: Annotated[tuple[str, ...], setting("Its names.")] = ()
    level: Annotated[Literal["low", "high"], setting("How loud.")] = "low"
    token: Annotated[str | None, setting("Of the bank.", secret=True)] = None
    address: Annotated[str, setting("Of the data.", key="WAREHOUSE_ADDRESS")] = "none"


class Shop(Extension[ShopSettings, ShopSettings]):
    name = "shop"
    settings = ShopSettings

    def build(self, app: Flask, settings: ShopSettings) -> ShopSettings:
        return settings


def read(app: Flask, **config: Any) -> ShopSettings:
    app.config.update(config)
    Shop().init_app(app)
    return Shop.of(app)


@pytest.mark.parametrize(
    ("key", "given", "field", "value"),
    [
        ("SHOP_TITLE", " Corner ", "title", " Corner "),
        ("SHOP_PAGE_SIZE", "20", "page_size", 20),
        ("SHOP_RATIO", "0.25", "ratio", 0.25),
        ("SHOP_RATIO", 1, "ratio", 1.0),
        ("SHOP_OPEN", "off", "open", False),
        ("SHOP_OPEN", "Yes", "open", True),
        ("SHOP_HOSTS", "a.example, b.example,", "hosts", ("a.example", "b.example")),
        ("SHOP_HOSTS", ["a.example"], "hosts", ("a.example",)),
        ("SHOP_LEVEL", "high", "level", "high"),
        ("SHOP_TOKEN", "t", "token", "t"),
        ("WAREHOUSE_ADDRESS", "there", "address", "there"),
    ],
)
def test_value_is_coerced(app: Flask, key: str, given: Any, field: str, value: Any) -> None:
    """Text from the environment becomes what the setting is."""
    assert getattr(read(app, **{key: given}), field) == value


@pytest.mark.parametrize(
    ("key", "given", "said"),
    [
        ("SHOP_PAGE_SIZE", "many", "'many'. Set it to a whole number of at least 1"),
        ("SHOP_PAGE_SIZE", 0, "at least 1 and of at most 500"),
        ("SHOP_PAGE_SIZE", 10**21, "at most 500"),
        ("SHOP_PAGE_SIZE", True, "'SHOP_PAGE_SIZE' is True"),
        ("SHOP_PAGE_SIZE", None, "'SHOP_PAGE_SIZE' is None"),
        ("SHOP_OPEN", "perhaps", "Set it to yes or no"),
        ("SHOP_LEVEL", "middle", "one of 'low', 'high'"),
        ("SHOP_HOSTS", 3, "Set it to a list"),
        ("SHOP_TITLE", 7, "Set it to text"),
        ("SHOP_RATIO", "nan", "'nan'"),
    ],
)
def test_wrong_value_is_named(app: Flask, key: str, given: Any, said: str) -> None:
    """A wrong value is one sentence pair that quotes key and value and says what to set."""
    with pytest.raises(SettingsError) as caught:
        read(app, **{key: given})
    assert key in str(caught.value)
    assert said in str(caught.value)
    assert app.extensions == {}


def test_all_wrong_values_are_named_at_once(app: Flask) -> None:
    """One start shows every wrong setting."""
    with pytest.raises(SettingsError) as caught:
        read(app, SHOP_OPEN="perhaps", SHOP_PAGE_SIZE="x", SHOP_TITEL="y")
    assert len(caught.value.problems) == 3


def test_numeric_text_keeps_the_environments_text(
    app: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the type is text, 1.10 from the environment stays 1.10."""
    monkeypatch.setenv("FLASK_SHOP_TITLE", "1.10")
    app.config.from_prefixed_env()
    assert app.config["SHOP_TITLE"] == 1.1
    Shop().init_app(app)
    assert Shop.of(app).title == "1.10"


def test_upstream_key_is_written_back(app: Flask) -> None:
    """A coerced upstream value is what its library reads."""
    app.config["SECRET_KEY"] = b"0123456789abcdef"
    app.config["SECRET_KEY_FALLBACKS"] = "one,two"
    Shop().init_app(app)
    assert app.config["SECRET_KEY_FALLBACKS"] == ["one", "two"]


def test_near_miss_is_refused(app: Flask) -> None:
    """A key that is nearly a setting is a spelling mistake."""
    with pytest.raises(SettingsError, match="Did you mean 'SHOP_PAGE_SIZE'"):
        read(app, SHOP_PAGESIZE=3)


def test_near_miss_of_upstream_key_is_refused(app: Flask) -> None:
    """Upstream's keys are guarded as well, while the right one is not set."""
    with pytest.raises(SettingsError, match="Did you mean 'WAREHOUSE_ADDRESS'"):
        read(app, WAREHOUSE_ADRESS="x")


def test_renamed_key_names_the_new_one(app: Flask) -> None:
    """A former key is refused by the new one's name."""
    with pytest.raises(
        SettingsError, match=r"'SHOP_PAGE' is not .* Did you mean 'SHOP_PAGE_SIZE'"
    ):
        read(app, SHOP_PAGE=3)


def test_unknown_key_is_left_alone(app: Flask) -> None:
    """An application may have keys of its own under our prefix."""
    read(app, SHOP_OWN_THING=1)


@pytest.mark.parametrize("on", [True, "yes", "ON", "t", 1])
def test_strict_settings_refuse_unknown_keys(app: Flask, on: object) -> None:
    """STACK_STRICT_SETTINGS makes every unknown key of a prefix an error."""
    with pytest.raises(SettingsError, match="'SHOP_OWN_THING' is not a setting of 'shop'"):
        read(app, SHOP_OWN_THING=1, STACK_STRICT_SETTINGS=on)


@pytest.mark.parametrize("on", [True, "YES", "t"])
def test_strict_settings_hold_for_core_too(app: Flask, on: object) -> None:
    """However it is switched on, and a prefix that begins with core's is not core's."""

    class Stacked(Extension[NoSettings, None]):
        name = "stack_of"

    with pytest.raises(SettingsError, match="'STACK_OWN_THING' is not a setting of 'stack'"):
        read(app, STACK_OWN_THING=1, STACK_STRICT_SETTINGS=on)
    other = Flask("other")
    other.config.update(STACK_OF_BOOKS=1, STACK_STRICT_SETTINGS=on)
    with pytest.raises(SettingsError, match="'STACK_OF_BOOKS' is not a setting of 'stack_of'"):
        Stacked().init_app(other)


def test_near_miss_of_flasks_own_key_is_refused(app: Flask) -> None:
    """Flask has a default for each of its keys, which is not the same as setting it."""
    with pytest.raises(SettingsError, match="Did you mean 'SECRET_KEY_FALLBACKS'"):
        read(app, SECRET_KEY_FALLBACK=["old"])


def test_longest_prefix_owns_a_key(app: Flask) -> None:
    """A key of a longer prefix is that extension's, also under strict settings."""

    class Bank(Extension[Settings, None]):
        name = "shop_bank"

        class BankSettings(Settings, frozen=True, kw_only=True):
            page: Annotated[int, setting("A page.")] = 1

        settings = BankSettings

    app.config.update(SHOP_BANK_PAGE=2, STACK_STRICT_SETTINGS=True)
    Bank().init_app(app)
    Shop().init_app(app)
    assert Registry.of(app)["shop_bank"].settings.page == 2


def test_secret_is_masked_everywhere(app: Flask) -> None:
    """Neither repr nor error shows a secret."""
    settings = read(app, SHOP_TOKEN="hunter2", WAREHOUSE_ADDRESS="pg://me:hunter2@host/x")
    assert "hunter2" not in repr(settings)
    assert "pg://me:********@host/x" in repr(settings)
    with pytest.raises(SettingsError) as caught:
        read(Flask("other"), SHOP_TOKEN=[b"hunter2"])
    assert "hunter2" not in str(caught.value)
