"""All scripts together in one document: each message is set with the same glyphs as it is alone, joined as its script asks for.

Glyph runs are read from the PDF itself (WeasyPrint keeps the fonts' own glyph numbers); pictures are drawn by poppler.
"""

from __future__ import annotations

import io
import subprocess
from functools import cache
from pathlib import Path

import pytest
from pypdf import PdfReader
from pypdf.generic import ContentStream

from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.adapters.pdf_document import documents_of, to_html
from teleconnect_bot.adapters.pdf_worker import html_to_pdf
from tests.transcript.test_pdf import SCRIPTS, says, transcript

Run = tuple[str, bytes]
"""The font's name, and the numbers of its glyphs (two bytes each) in the order in which they are drawn."""
JOINED = {"Arabic": "سلام", "Persian": "خوبیم", "Pashto": "ستاسو", "Kurdish": "ئێمە", "Burmese": "ကြော"}
"""Words whose letters look different together than apart."""
TEXTS = [text for script, text in SCRIPTS.items() if script != "emoji"]
DPI = 100


@cache
def pdf_of(*texts: str) -> bytes:
    (document,) = documents_of(transcript(*(says(text) for text in texts)), Catalogues.load())
    return html_to_pdf(to_html(document))


def runs_of(pdf: bytes) -> list[tuple[Run, ...]]:
    """For each marked piece of the document, in the order of the content, its runs; pieces without glyphs are left out."""
    pieces: list[list[Run]] = [[]]
    for page in PdfReader(io.BytesIO(pdf)).pages:
        named = page["/Resources"]["/Font"]  # type: ignore[index]
        fonts = {name: str(font.get_object()["/BaseFont"]).partition("+")[2] for name, font in named.items()}
        font = ""
        for operands, operator in ContentStream(page["/Contents"].get_object(), page.pdf).operations:
            match operator:
                case b"BDC":
                    pieces.append([])
                case b"Tf":
                    font = fonts[operands[0]]
                case b"TJ":
                    glyphs = b"".join(part.original_bytes for part in operands[0] if hasattr(part, "original_bytes"))
                    pieces[-1].append((font, glyphs))
    return [tuple(piece) for piece in pieces if piece]


def message_runs(text: str) -> tuple[Run, ...]:
    """Of a document with this message alone: the piece that a document with another message does not have."""
    others = set(runs_of(pdf_of("#")))
    (piece,) = (piece for piece in runs_of(pdf_of(text)) if piece not in others)
    return piece


def glyphs(runs: tuple[Run, ...]) -> list[int]:
    joined = b"".join(numbers for _, numbers in runs)
    return [int.from_bytes(joined[place : place + 2]) for place in range(0, len(joined), 2)]


def test_each_message_has_the_same_glyphs_among_all_scripts_as_alone() -> None:
    together = runs_of(pdf_of(*TEXTS))
    alone = [message_runs(text) for text in TEXTS]
    assert [piece for piece in together if piece in alone] == alone
    assert len(set(alone)) == len(TEXTS)


@pytest.mark.parametrize("text", TEXTS)
def test_no_letter_of_a_script_is_a_box(text: str) -> None:
    """Glyph 0 of every font stands for what it does not have."""
    assert 0 not in glyphs(message_runs(text))


@pytest.mark.parametrize("script", JOINED)
def test_letters_that_belong_together_are_joined(script: str) -> None:
    word = JOINED[script]
    together, apart = glyphs(message_runs(word)), glyphs(message_runs("\u200c".join(word)))
    assert set(together) - set(apart), "the word is drawn with other glyphs than its letters one by one"


def test_a_right_to_left_word_is_drawn_from_its_last_letter() -> None:
    """Glyphs stand in the order of the paper, left to right: alef is the first letter of the text and the last that is drawn."""
    alef = glyphs(message_runs("ا"))
    assert glyphs(message_runs("ا د"))[-1:] == alef
    assert glyphs(message_runs("a b")) == [*glyphs(message_runs("a")), *glyphs(message_runs("a b"))[1:]]


def bands(pdf: bytes, folder: Path) -> list[tuple[int, int]]:
    """The lines of the first page as drawn, from top to bottom: (width from the first to the last dark pixel, dark pixels)."""
    source, target = folder / "page.pdf", folder / "page"
    source.write_bytes(pdf)
    subprocess.run(["pdftoppm", "-gray", "-r", str(DPI), "-singlefile", str(source), str(target)], check=True)
    header, _, pixels = (folder / "page.pgm").read_bytes().partition(b"\n255\n")
    width, height = (int(number) for number in header.split()[1:3])
    found: list[list[int]] = [[]]
    for row in range(height):
        dark = [column for column in range(width) if pixels[row * width + column] < 160]
        if dark:
            found[-1] += dark
        elif found[-1]:
            found.append([])
    return [(max(line) - min(line), len(line)) for line in found if line]


@pytest.mark.parametrize("text", TEXTS)
def test_a_message_looks_the_same_among_all_scripts_as_alone(text: str, tmp_path: Path) -> None:
    empty, alone = bands(pdf_of(" "), tmp_path), bands(pdf_of(text), tmp_path)
    own = [band for band in alone if band not in empty]
    together = bands(pdf_of(*TEXTS), tmp_path)
    assert own
    for width, ink in own:
        assert any(abs(width - other) <= 2 and abs(ink - dark) <= 0.12 * ink for other, dark in together), (width, ink)
