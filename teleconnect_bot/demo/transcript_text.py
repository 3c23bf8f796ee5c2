"""A transcript read back by a program that did not make it."""

from __future__ import annotations

import re
import shutil
import subprocess
import tempfile
from io import BytesIO


def is_tagged(pdf: bytes) -> bool | None:
    """Whether it has the structure that screen readers need; None when nothing here can tell (package poppler-utils)."""
    program = shutil.which("pdfinfo")
    if program is None:
        return None
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        answer = subprocess.run([program, file.name], capture_output=True, text=True, check=True, timeout=60)
    return re.search(r"^Tagged:\s+yes$", answer.stdout, re.MULTILINE) is not None


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
