"""The page of the demo's interface: Swagger UI, as people read and try it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from playwright.sync_api import Locator

    from .conftest import Visit

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("browser")]

KINDS = {"airline", "airport", "flight", "note", "plane", "report"}


def unfold(visit: Visit, path: str) -> Locator:
    """Open the operation at an address, to be filled in; return its block."""
    summary = visit.page.locator(f'.opblock-summary-path[data-path="{path}"]')
    summary.click()
    block = visit.page.locator(".opblock.is-open", has=summary)
    block.get_by_role("button", name="Try it out").click()
    return block


def execute(block: Locator) -> tuple[str, str]:
    """Send what was filled in; return the answer's status and body."""
    block.get_by_role("button", name="Execute").click()
    row = block.locator(".live-responses-table tbody tr").first
    body = row.locator(".response-col_description code").first
    body.scroll_into_view_if_needed()
    return row.locator(".response-col_status").inner_text().split()[0], body.inner_text()


def test_list_is_tried(visit: Visit, look: str) -> None:
    """The pages lead to all kinds of things, and what is asked there is answered there."""
    visit.go("/flights/")
    visit.page.get_by_role("link", name="API").click()
    tags = visit.page.locator(".opblock-tag")
    tags.first.wait_for()
    assert set(tags.evaluate_all("all => all.map(each => each.dataset.tag)")) == KINDS
    assert visit.overflow() <= 0
    block = unfold(visit, "/api/airlines")
    block.get_by_placeholder("limit").fill("1")
    status, body = execute(block)
    assert (status, json.loads(body)["items"][0]["code"]) == ("200", "FL")
    assert visit.overflow() <= 0


def test_report_is_tried(visit: Visit) -> None:
    """A typed function offers its choices, and takes one."""
    visit.go("/api/docs")
    block = unfold(visit, "/api/reports/delays")
    block.get_by_role("combobox").first.select_option("airline")
    status, body = execute(block)
    groups = [each["group"] for each in json.loads(body)]
    assert (status, groups) == ("200", sorted(groups))
    assert "UA" in groups
