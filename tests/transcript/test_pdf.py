"""The PDF itself, set by real worker processes."""

from __future__ import annotations

import asyncio
import io
import multiprocessing
import os
import resource
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from teleconnect_bot.adapters import pdf_worker
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf import PoolPdfRenderer
from teleconnect_bot.adapters.pdf_document import documents_of, to_html
from teleconnect_bot.adapters.pdf_worker import Limits, ResourceRefused, html_to_pdf
from teleconnect_bot.domain.transcript import FileKind, Line, Transcript
from teleconnect_bot.services.ports import RefusedByService, ServiceUnavailable

START = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
FOOTER = (
    "Room and stored copy are deleted on Wednesday, 2 December 2026, 16:00 (Kyiv, UTC+02:00); a copy that you save is yours to protect."
)
SCRIPTS = {
    "Arabic": "مرحبا كيف حالك اليوم",
    "Persian": "خوب هستم می‌خواهم پژچگ",
    "Pashto": "ستاسو څنګه یاست ښه ړ ږ",
    "Kurdish": "ئێمە باشین ڕۆژ ڵ",
    "Amharic": "ሰላም እንዴት ነህ",
    "Tigrinya": "ከመይ ኣለኻ",
    "Cyrillic": "Привіт їжак ґанок ещё",
    "Burmese": "နေကောင်းလား",
    "Hausa": "ƙ ɗ ɓ ƴ",
    "Turkish": "ğ ş ı İ",
    "emoji": "😀👍🏽👨‍👩‍👧",
}


def says(text: str, minutes: int = 0, speaker: str = "Service user", file: FileKind | None = None) -> Line:
    return Line(START + timedelta(minutes=minutes), speaker, text, file)


def transcript(*lines: Line, language: str = "en") -> Transcript:
    return Transcript("K7M2", (START,), "Europe/Kyiv", language, lines, 0, START + timedelta(hours=26))


@pytest.fixture
async def renderer() -> AsyncIterator[PoolPdfRenderer]:
    renderer = PoolPdfRenderer(Catalogues.load())
    yield renderer
    await renderer.close()


def text_of(pdf: bytes) -> str:
    """The words of the whole document, on one line."""
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages).split())


async def test_the_pdf_holds_title_start_messages_files_and_footer(renderer: PoolPdfRenderer) -> None:
    (pdf,) = await renderer.render(
        transcript(says("Hello, can you hear me?", 2), says("Yes, naïve café", 3, "Dr Keller"), says("", 4, file=FileKind.PHOTO))
    )
    text = text_of(pdf)
    for words in (
        "Transcript of session K7M2",
        "Start: Tuesday, 1 December 2026, 14:00 (Kyiv, UTC+02:00)",
        "14:02 Service user Hello, can you hear me?",
        "14:03 Dr Keller Yes, naïve café",
        "14:04 Service user (photo)",
        FOOTER,
        "Page 1 of 1",
    ):
        assert words in text


async def test_the_pdf_is_a4_tagged_titled_bookmarked_and_says_its_language(renderer: PoolPdfRenderer) -> None:
    (pdf,) = await renderer.render(transcript(says("Bonjour"), says("Encore", minutes=24 * 60), language="fr"))
    reader = PdfReader(io.BytesIO(pdf))
    catalog: Any = reader.root_object
    assert catalog["/Lang"] == "fr"
    assert catalog["/MarkInfo"]["/Marked"]
    assert catalog["/ViewerPreferences"]["/DisplayDocTitle"]
    assert b'pdfuaid:part="1"' in catalog["/Metadata"].get_data()
    assert reader.metadata is not None
    assert reader.metadata.title == "Transcription de la séance K7M2"
    assert [round(float(side)) for side in reader.pages[0].mediabox[2:]] == [595, 842]
    outlined: Any = reader.outline
    (outline, days) = outlined
    assert outline.title == "Transcription de la séance K7M2"
    assert [day.title for day in days] == ["mardi 1 décembre 2026", "mercredi 2 décembre 2026"]
    assert "supprimés le mercredi 2 décembre 2026, 16:00 (Kiev, UTC+02:00)" in text_of(pdf)


async def test_the_footer_stands_on_each_page(renderer: PoolPdfRenderer) -> None:
    (pdf,) = await renderer.render(transcript(*(says(f"line {number}", number) for number in range(60))))
    pages = [" ".join(page.extract_text().split()) for page in PdfReader(io.BytesIO(pdf)).pages]
    assert len(pages) > 2
    for number, page in enumerate(pages, start=1):
        assert FOOTER in page
        assert f"Page {number} of {len(pages)}" in page


@pytest.mark.parametrize(("language", "expected"), [("en", "Page 1 of 1"), ("fa", "صفحهٔ ۱ از ۱"), ("my", "စာမျက်နှာ ၁ / ၁")])
async def test_pages_are_counted_in_the_digits_of_the_language(renderer: PoolPdfRenderer, language: str, expected: str) -> None:
    (pdf,) = await renderer.render(transcript(says("x"), language=language))
    assert set(expected) & set("1۱၁") <= set(text_of(pdf))
    assert ("1 of 1" in text_of(pdf)) == (language == "en")


async def test_what_looks_like_markup_is_printed_and_fetches_nothing(renderer: PoolPdfRenderer, tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("the secret of the server")
    hostile = f'<img src="file://{secret}"> <a rel=attachment href="file://{secret}">x</a> <style>p{{display:none}}</style> &amp; **b**'
    (pdf,) = await renderer.render(transcript(says(hostile, speaker="<b>Eve</b>")))
    text = text_of(pdf)
    assert "<b>Eve</b>" in text
    assert hostile.replace(" ", "") in text.replace(" ", "")
    assert not list(PdfReader(io.BytesIO(pdf)).attachments)
    assert b"the secret" not in pdf


@pytest.mark.parametrize("resource_kind", ['<img src="{0}">', '<link rel=stylesheet href="{0}">', '<link rel=attachment href="{0}">'])
def test_a_resource_is_refused_even_if_markup_came_through(resource_kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "x.css"
    target.write_text("p { color: red }")
    opened: list[object] = []
    monkeypatch.setattr("urllib.request.OpenerDirector.open", lambda _self, request, *_a, **_k: opened.append(request))
    with suppress(ResourceRefused):
        html_to_pdf(f'<html lang="en"><title>t</title>{resource_kind.format(target.as_uri())}<p>text</p></html>')
    assert opened == []


@pytest.mark.parametrize("script", SCRIPTS)
def test_every_script_has_its_glyphs(script: str, caplog: pytest.LogCaptureFixture) -> None:
    assert missing_glyphs(SCRIPTS[script], caplog) == [], "fonts-noto-core and fonts-noto-color-emoji are needed"


def test_a_character_that_no_font_has_would_be_noticed(caplog: pytest.LogCaptureFixture) -> None:
    assert len(missing_glyphs("a\U0003fffdb", caplog)) == 1


def missing_glyphs(text: str, caplog: pytest.LogCaptureFixture) -> list[str]:
    """What WeasyPrint says of characters that it draws as boxes."""
    (document,) = documents_of(transcript(says(text)), Catalogues.load())
    caplog.clear()
    html_to_pdf(to_html(document))
    return [record.getMessage() for record in caplog.records if ".notdef" in record.getMessage()]


def middle_of_ink(pdf: bytes, folder: Path) -> float:
    """Where the dark pixels of the first message's text are on average, as a share of the page's width (drawn by poppler)."""
    source, target = folder / "page.pdf", folder / "page"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", "50", "-singlefile", str(source), str(target)], check=True)
    header, _, pixels = (folder / "page.pgm").read_bytes().partition(b"\n255\n")
    width, height = (int(number) for number in header.split()[1:3])
    top, bottom = int(height * 0.185), int(height * 0.25)
    dark = [index % width for index in range(top * width, bottom * width) if pixels[index] < 128]
    return sum(dark) / len(dark) / width


async def test_a_right_to_left_message_stands_at_the_right_edge(renderer: PoolPdfRenderer, tmp_path: Path) -> None:
    (arabic,) = await renderer.render(transcript(says("مرحبا كيف حالك اليوم " * 2)))
    (latin,) = await renderer.render(transcript(says("Hello, how are you today? " * 2)))
    assert middle_of_ink(arabic, tmp_path) > 0.55
    assert middle_of_ink(latin, tmp_path) < 0.45


async def test_the_same_transcript_gives_the_same_bytes(renderer: PoolPdfRenderer) -> None:
    one = transcript(says("Hello مرحبا 😀"))
    assert await renderer.render(one) == await renderer.render(one)


async def test_2001_messages_are_two_complete_documents(renderer: PoolPdfRenderer) -> None:
    documents = await renderer.render(transcript(*(says(f"m{number}") for number in range(2001))))
    first, second = (text_of(pdf) for pdf in documents)
    assert "Transcript of session K7M2 · Part 1 of 2" in first
    assert "m1999" in first
    assert "m2000" in second
    for words in ("Transcript of session K7M2 · Part 2 of 2", "Start: Tuesday, 1 December 2026", FOOTER, "Page 1 of 1"):
        assert words in second


async def test_the_loop_goes_on_while_a_document_is_set(renderer: PoolPdfRenderer) -> None:
    rendering = asyncio.create_task(renderer.render(transcript(*(says(f"m{number}") for number in range(100)))))
    turns = 0
    while not rendering.done():
        await asyncio.sleep(0.001)
        turns += 1
    await rendering
    assert turns > 20


def children() -> set[int]:
    return {process.pid for process in multiprocessing.active_children() if process.pid is not None}


async def test_no_worker_is_started_before_the_first_document_and_none_is_left_after_close() -> None:
    before = children()
    renderer = PoolPdfRenderer(Catalogues.load())
    assert children() == before
    await renderer.render(transcript(says("x")))
    assert len(children() - before) == 1
    await renderer.close()
    assert children() == before
    await renderer.close()


async def test_workers_end_when_nothing_is_left_to_do() -> None:
    before = children()
    renderer = PoolPdfRenderer(Catalogues.load(), idle=0.0)
    await renderer.render(transcript(says("x")))
    async with asyncio.timeout(30):
        while children() != before:
            await asyncio.sleep(0.02)
    assert len(await renderer.render(transcript(says("again")))) == 1
    await renderer.close()


async def test_a_worker_that_is_killed_costs_one_more_try_and_no_document(renderer: PoolPdfRenderer) -> None:
    before = children()
    await renderer.render(transcript(says("warm")))
    (worker,) = children() - before
    rendering = asyncio.create_task(renderer.render(transcript(*(says(f"m{number}") for number in range(300)))))
    await asyncio.sleep(0)
    os.kill(worker, signal.SIGKILL)
    (pdf,) = await rendering
    assert "m299" in text_of(pdf)
    assert worker not in children()


async def test_workers_that_always_die_make_the_renderer_unavailable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleconnect_bot.adapters.pdf.set_document", _die)
    renderer = PoolPdfRenderer(Catalogues.load())
    with pytest.raises(ServiceUnavailable, match="transcript renderer"):
        await renderer.render(transcript(says("x")))
    await renderer.close()


def _die(_document: object, _limits: object) -> bytes:
    os._exit(3)


FAMILY = "\U0001f469\u200d\U0001f469\u200d\U0001f467"
HOSTILE = {
    "100,000 letters without a space": "a" * 100_000,
    "30,000 letters of a joining script": "س" * 30_000,
    "a line of 100,000 letters": "word " * 20_000,
    "zero width": "\u200b\u200c\u200d\u2060\ufeff" * 20_000,
    "marks on one letter": "a" + "\u0301" * 20_000,
    "emoji that are joined": FAMILY * 300,
    "joiners without end": "\U0001f469" + "\u200d\U0001f469" * 1_000,
    "bidi controls": "\u202e\u2066\u202b" * 10_000 + "abc",
    "directions in turns": "ab مر " * 10_000,
    "new lines": "x\n" * 1_000,
    "markup": "</p></body><script>" * 3_000,
    "CSS": "*{position:fixed;width:100000px}" * 2_000,
    "Markdown": "# **[a](b)**\n" * 500,
}


async def test_hostile_texts_are_set_within_the_limits_and_hide_nothing_beside_them(renderer: PoolPdfRenderer, tmp_path: Path) -> None:
    """The worker itself ends what takes too long or too much."""
    lines = [says(text, speaker="Hostile") for text in HOSTILE.values()]
    lines = [line for hostile in lines for line in (hostile, says("a quiet message"))]
    documents = await renderer.render(transcript(*lines))
    assert sum(words_of(pdf, tmp_path).count("Service user a quiet message") for pdf in documents) == len(HOSTILE)
    assert sum(words_of(pdf, tmp_path).count("14:00 Hostile") for pdf in documents) == len(HOSTILE)


def words_of(pdf: bytes, folder: Path) -> str:
    """As poppler reads them, which is quick also for very much text."""
    source = folder / "words.pdf"
    source.write_bytes(pdf)
    said = subprocess.run(["pdftotext", "-raw", str(source), "-"], check=True, capture_output=True).stdout
    return " ".join(said.decode().split())


async def test_a_document_that_needs_too_much_time_is_refused_in_words_and_the_next_one_is_set() -> None:
    renderer = PoolPdfRenderer(Catalogues.load(), limits=Limits(cpu=1.0))
    with pytest.raises(RefusedByService, match="too large for a PDF"):
        await renderer.render(transcript(*(says(f"m{number}") for number in range(1500))))
    assert len(await renderer.render(transcript(says("x")))) == 1
    await renderer.close()


async def test_a_worker_that_hangs_is_killed_and_not_tried_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleconnect_bot.adapters.pdf.set_document", _hang)
    renderer = PoolPdfRenderer(Catalogues.load(), limits=Limits(wall=1.0))
    with pytest.raises(ServiceUnavailable):
        await renderer.render(transcript(says("x")))
    await renderer.close()


def _hang(document: object, limits: Limits) -> bytes:
    pdf_worker.html_to_pdf = lambda _html: signal.pause()  # type: ignore[assignment, return-value]
    return pdf_worker.set_document(document, limits)  # type: ignore[arg-type]


async def test_what_weasyprint_says_of_a_failure_does_not_reach_the_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleconnect_bot.adapters.pdf.set_document", _fail)
    renderer = PoolPdfRenderer(Catalogues.load())
    with pytest.raises(RefusedByService, match=r"could not be made \(LookupError\)") as caught:
        await renderer.render(transcript(says("x")))
    await renderer.close()
    context = caught.value.__context__
    assert context is not None
    assert "amina" not in str(caught.value) + repr(context) + repr(context.__cause__)


def _fail(document: object, limits: Limits) -> bytes:
    def quoting(_html: str) -> bytes:
        raise LookupError("amina said")

    pdf_worker.html_to_pdf = quoting  # type: ignore[assignment]
    return pdf_worker.set_document(document, limits)  # type: ignore[arg-type]


@pytest.mark.parametrize("memory_mib", [170])
async def test_a_document_that_needs_too_much_memory_ends_in_an_error(memory_mib: int) -> None:
    renderer = PoolPdfRenderer(Catalogues.load(), limits=Limits(memory=memory_mib * 1024 * 1024, wall=20.0))
    with pytest.raises((RefusedByService, ServiceUnavailable)):
        await renderer.render(transcript(*(says(f"m{number} مرحبا") for number in range(500))))
    await renderer.close()


async def test_a_worker_may_write_no_file_and_leave_no_core(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleconnect_bot.adapters.pdf.set_document", _report_limits)
    renderer = PoolPdfRenderer(Catalogues.load())
    (reported,) = await renderer.render(transcript(says("x")))
    await renderer.close()
    assert reported == repr([(0, 0), (0, 0), (Limits().memory,) * 2]).encode()


def _report_limits(_document: object, _limits: object) -> bytes:
    kinds = (resource.RLIMIT_FSIZE, resource.RLIMIT_CORE, resource.RLIMIT_AS)
    return repr([resource.getrlimit(kind) for kind in kinds]).encode()


async def test_a_worker_reaches_no_network_and_starts_no_program(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("teleconnect_bot.adapters.pdf.set_document", _try_to_leave)
    renderer = PoolPdfRenderer(Catalogues.load())
    (reported,) = await renderer.render(transcript(says("x")))
    await renderer.close()
    assert reported.decode().split() == ["ResourceRefused"] * 4


def _try_to_leave(_document: object, _limits: object) -> bytes:
    """Its failures, by their kind; a way out that is open fails with another one, or not at all."""
    outcomes = []
    for way in (
        socket.socket,
        lambda: socket.getaddrinfo("localhost", 80),
        lambda: subprocess.run(["true"], check=True),
        lambda: urllib.request.urlopen("http://127.0.0.1:9"),
    ):
        try:
            way()
        except Exception as error:  # noqa: BLE001
            outcomes.append(type(error).__name__)
        else:
            outcomes.append("open")
    return " ".join(outcomes).encode()


ORPHAN = """
import asyncio, os, signal, sys
from datetime import UTC, datetime
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf import PoolPdfRenderer
from teleconnect_bot.domain.transcript import Transcript
async def main():
    now = datetime(2026, 12, 1, tzinfo=UTC)
    await PoolPdfRenderer(Catalogues.load()).render(Transcript("K7M2", (), "UTC", "en", (), 0, now))
    print("ready", flush=True)
    await asyncio.sleep(600)
if __name__ == "__main__":
    asyncio.run(main())
"""


def test_a_worker_ends_when_the_bot_is_killed(tmp_path: Path) -> None:
    script = tmp_path / "bot.py"
    script.write_text(ORPHAN)
    bot = subprocess.Popen([sys.executable, str(script)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    assert bot.stdout is not None
    assert bot.stdout.readline() == b"ready\n"
    bot.kill()
    bot.wait()
    # The worker holds the other end of this pipe too: it ends when the last process of the bot is gone.
    assert bot.stdout.read() == b""
    bot.stdout.close()
