"""The words of a transcript, read from the PDF by a program that did not make it."""

from __future__ import annotations

import shutil
import subprocess
from io import BytesIO


def text_of(pdf: bytes) -> tuple[str, str]:
    """(text, what read it). Raises `LookupError` when nothing on this machine can read a PDF."""
    if program := shutil.which("pdftotext"):
        answer = subprocess.run([program, "-enc", "UTF-8", "-", "-"], input=pdf, capture_output=True, check=True, timeout=60)
        return answer.stdout.decode(), "pdftotext"
    try:
        import pypdf
    except ImportError:
        raise LookupError("neither pdftotext (package poppler-utils) nor pypdf is installed") from None
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(BytesIO(pdf)).pages), "pypdf"
