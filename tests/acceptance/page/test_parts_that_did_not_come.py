"""A file of the page that is lost on the way (PRODUCT §4, "survives network loss")."""

from __future__ import annotations

from playwright.async_api import Page, Route

from tests.acceptance.conftest import NewVisitor
from tests.acceptance.page.person import Person
from tests.fakes_web import GOOD_TOKEN, Front


async def lost_until_the_page_is_loaded_anew(page: Page, addresses: str) -> list[str]:
    """As in the many browsers that remember a failed `import()` for as long as the page lives. The answer grows by what was refused."""
    refused: list[str] = []

    async def lose(route: Route) -> None:
        refused.append(route.request.url)
        await route.abort()

    loadings = 0

    async def loaded() -> None:
        nonlocal loadings
        loadings += 1
        if loadings == 2:
            await page.unroute_all(behavior="ignoreErrors")

    await page.route(addresses, lose)
    page.on("domcontentloaded", lambda _: loaded())
    return refused


async def test_a_file_that_did_not_come_keeps_nobody_out_and_in_no_other_language(front: Front, visitor: NewVisitor) -> None:
    opened = await visitor()
    person = Person(opened, f"{front.url}/j#{GOOD_TOKEN}")
    refused = await lost_until_the_page_is_loaded_anew(opened.page, "**/assets/inside-*.js")
    await person.come()
    await person.press("Continue")
    await person.sees("No connection")
    await person.sees("Choose your language")
    assert len(refused) >= 2
    await person.come_in()

    arab = await visitor(locale="ar")
    refused = await lost_until_the_page_is_loaded_anew(arab.page, "**/assets/ar-*.js")
    await arab.follow(f"{front.url}/j#{GOOD_TOKEN}")
    await arab.sees("اختاروا لغتكم")
    assert len(refused) >= 2
    assert opened.errors == arab.errors == []
