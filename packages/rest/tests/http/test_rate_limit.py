"""A client that calls more often than a rate says is told when to come again."""

from __future__ import annotations

import logging
from time import sleep
from typing import Any

import pytest

from stack_core.keep import Keep, KeepUnavailable, get_keep, using_keep
from stack_rest.http.rate import Rate
from stack_rest.operation.operation import SIGNED_IN


class Down:
    """A keep that cannot be reached."""

    def __getattr__(self, name: str) -> Any:
        raise KeepUnavailable("Redis does not answer. Start it.")


def test_call_beyond_the_rate_is_refused(make: Any) -> None:
    """The first of too many is a 429 that says when to come again."""
    interface = make(REST_RATE="2/minute")
    interface.add("news", lambda: "{}")
    client = interface.client()
    assert [client.get("/api/news").status_code for _ in range(3)] == [200, 200, 429]
    refused = client.get("/api/news")
    assert refused.json["type"] == "/api/problems/rate"
    assert 0 < int(refused.headers["Retry-After"]) <= 60
    assert refused.headers["RateLimit"].startswith('"default";r=0;t=')


def test_every_answer_says_what_is_left(make: Any) -> None:
    """The headers are on answers, on problems and on failures."""
    interface = make(REST_RATE="9/hour")
    interface.add("news", lambda: "{}")
    interface.add("inner", lambda: "{}", need=SIGNED_IN)
    interface.add("broken", lambda: 1 / 0)
    client = interface.client()
    for number, path in enumerate(("news", "inner", "broken"), start=1):
        answer = client.get(f"/api/{path}")
        assert answer.headers["RateLimit-Policy"] == '"default";q=9;w=3600'
        assert answer.headers["RateLimit"] == f'"default";r={9 - number};t=3600'


def test_each_person_has_an_own_count(make: Any) -> None:
    """Whoever is signed in is counted by name, at whatever address."""
    interface = make(REST_RATE="1/minute")
    interface.add("news", lambda: "{}")
    client = interface.client()
    asked = [("ann", "192.0.2.1"), ("ann", "192.0.2.2"), ("bob", "192.0.2.1"), ("", "192.0.2.1")]
    codes = [
        client.get(
            "/api/news", headers={"X-Person": name}, environ_base={"REMOTE_ADDR": at}
        ).status_code
        for name, at in asked
    ]
    assert codes == [200, 429, 200, 200]


@pytest.mark.parametrize(
    ("first", "second", "same"),
    [
        ("192.0.2.1", "192.0.2.1", True),
        ("192.0.2.1", "192.0.2.2", False),
        ("2001:db8:0:1::1", "2001:db8:0:1:ffff::2", True),
        ("2001:db8:0:1::1", "2001:db8:0:2::1", False),
        ("::ffff:192.0.2.1", "192.0.2.1", True),
        ("fe80::1%eth0", "fe80::2%eth0", True),
        ("", "", True),
    ],
)
def test_nobody_is_counted_by_address(make: Any, first: str, second: str, same: bool) -> None:
    """All that one client of IPv6 can choose itself is one address."""
    interface = make(REST_RATE="1/minute")
    interface.add("news", lambda: "{}")
    client = interface.client()
    codes = [
        client.get("/api/news", environ_base={"REMOTE_ADDR": at}).status_code
        for at in (first, second)
    ]
    assert codes == [200, 429 if same else 200]


def test_forged_headers_change_nothing(make: Any) -> None:
    """Without a declared proxy nobody chooses their own address."""
    interface = make(REST_RATE="1/minute")
    interface.add("news", lambda: "{}")
    client = interface.client()
    codes = [
        client.get("/api/news", headers={"X-Forwarded-For": at, "X-Real-IP": at}).status_code
        for at in ("192.0.2.1", "192.0.2.2")
    ]
    assert codes == [200, 429]


def test_address_behind_a_declared_proxy_is_the_clients(make: Any) -> None:
    """With a proxy that is declared, what it says counts, and what the client added does not."""
    interface = make(REST_RATE="1/minute", STACK_PROXY_HOPS=1)
    interface.add("news", lambda: "{}")
    client = interface.client()
    sent = ("192.0.2.1", "192.0.2.2", "192.0.2.9, 192.0.2.2")
    codes = [
        client.get("/api/news", headers={"X-Forwarded-For": each}).status_code for each in sent
    ]
    assert codes == [200, 200, 429]


def test_wrong_credentials_are_counted(make: Any) -> None:
    """Whoever tries tokens is counted by address, and refused by access until then."""
    interface = make(REST_RATE="2/minute")
    interface.add("inner", lambda: "{}", need=SIGNED_IN)
    client = interface.client()
    codes = [client.get("/api/inner", headers={"X-Person": "liar"}).status_code for _ in range(3)]
    assert codes == [401, 401, 429]


def test_operation_has_a_count_of_its_own(make: Any) -> None:
    """A rate of its own replaces that of the settings, and neither counts for the other."""
    interface = make(REST_RATE="2/minute")
    interface.add("news", lambda: "{}")
    interface.add("mail", lambda: "{}", rate=Rate(1, 86_400))
    client = interface.client()
    paths = ("mail", "mail", "news", "news", "news")
    assert [client.get(f"/api/{path}").status_code for path in paths] == [200, 429, 200, 200, 429]
    assert client.get("/api/mail").headers["RateLimit-Policy"] == '"mail";q=1;w=86400'


def test_window_begins_anew(make: Any) -> None:
    """When a window has passed, calls are answered again."""
    interface = make()
    interface.add("news", lambda: "{}", rate=Rate(1, 1))
    client = interface.client()
    get_keep(interface.app).put("rest:rate:news|1/1|address:127.0.0.1", b"1", ttl=0.2)
    assert client.get("/api/news").status_code == 429
    sleep(0.25)
    assert client.get("/api/news").status_code == 200


def test_no_rate_costs_nothing(make: Any) -> None:
    """Without a rate no keep is asked and no header is sent."""
    interface = make()
    interface.add("news", lambda: "{}")
    keep: Keep = Down()
    with using_keep(interface.app, keep):
        answer = interface.client().get("/api/news")
    assert answer.status_code == 200
    assert "RateLimit" not in answer.headers


def test_keep_that_is_down_limits_nobody(make: Any, caplog: pytest.LogCaptureFixture) -> None:
    """The interface stays up, and the log says that it is not limited."""
    interface = make(REST_RATE="1/minute")
    interface.add("news", lambda: "{}")
    with using_keep(interface.app, Down()), caplog.at_level(logging.WARNING):
        codes = [interface.client().get("/api/news").status_code for _ in range(2)]
    assert codes == [200, 200]
    assert "A call of news is not limited" in caplog.text


def test_own_keep_is_used(make: Any) -> None:
    """Counts are in the keep of the application, so that they are where STACK_KEEP says."""
    interface = make(REST_RATE="5/minute")
    interface.add("news", lambda: "{}")
    interface.client().get("/api/news")
    assert get_keep(interface.app).get("rest:rate:default|5/60|address:127.0.0.1") == b"1"
