"""The HTML form of mails in languages that run from right to left, as a browser lays them out (PRODUCT §6)."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser

from tests.messaging.mails import NAME, every_mail, html_of

LAID_OUT = """() => Array.from(document.querySelectorAll("p"), (paragraph) => {
  const box = paragraph.getBoundingClientRect();
  const words = document.createRange();
  words.selectNodeContents(paragraph);
  const lines = Array.from(words.getClientRects());
  return {
    direction: getComputedStyle(paragraph).direction,
    right: box.right - Math.max(...lines.map((line) => line.right)),
    words: paragraph.textContent,
  };
})"""
NAME_READS = """(name) => {
  for (const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT); walker.nextNode(); ) {
    const at = walker.currentNode.data.indexOf(name);
    if (at < 0) continue;
    const edge = (index) => {
      const letter = document.createRange();
      letter.setStart(walker.currentNode, at + index);
      letter.setEnd(walker.currentNode, at + index + 1);
      return letter.getBoundingClientRect().left;
    };
    return { first: edge(0), last: edge(name.length - 1) };
  }
  return null;
}"""


@pytest.mark.parametrize("language", ["ar", "fa", "ps"])
async def test_every_paragraph_begins_at_the_right_and_nothing_is_cut_off(chromium: Browser, language: str) -> None:
    page = await chromium.new_page(viewport={"width": 360, "height": 640})
    async for what, mail in every_mail(language):
        await page.set_content(html_of(mail))
        for paragraph in await page.evaluate(LAID_OUT):
            assert paragraph["direction"] == "rtl", what
            assert abs(paragraph["right"]) < 1, (what, paragraph)
        assert await page.evaluate("document.documentElement.scrollWidth <= 360"), what
    await page.close()


@pytest.mark.parametrize("language", ["ar", "fa", "ps"])
async def test_a_latin_name_with_brackets_reads_as_it_was_written(chromium: Browser, language: str) -> None:
    page = await chromium.new_page(viewport={"width": 1200, "height": 640})
    read = 0
    async for what, mail in every_mail(language):
        await page.set_content(html_of(mail))
        if (edges := await page.evaluate(NAME_READS, NAME)) is not None:
            assert edges["first"] < edges["last"], f"{what}: the closing bracket stands at the right end of the name"
            read += 1
    assert read > 10
    await page.close()
