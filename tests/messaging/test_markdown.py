"""Values of strangers inside our Markdown stay text."""

from __future__ import annotations

import re
from html import unescape

from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.adapters.messaging.markdown import escape_value, to_html, to_plain
from teleconnect_bot.adapters.plain_text import one_line

hostile = st.one_of(
    st.text(max_size=80),
    st.text(alphabet="*_`[]()<>#!&\\|~=-+.:/\"'1 \n\tab", max_size=80),
    st.sampled_from(["](javascript:alert(1))", "**", "1. one", "<script>", "![x](http://e/p.png)", "&lt;b&gt;", "\n\n# big", "    code"]),
)


@given(hostile)
def test_a_value_reads_as_it_was_written_and_adds_no_element(value: str) -> None:
    html = to_html(f"Before **{escape_value('x' + value + 'x')}** after\n\n{escape_value(value)} end")
    assert set(re.findall(r"<(\w+)", html)) == {"p", "strong"}
    assert to_plain(html) == f"Before {one_line('x' + value + 'x')} after\n\n{f'{one_line(value)} end'.strip()}\n"


@given(hostile)
def test_a_value_in_a_link_cannot_leave_it(value: str) -> None:
    html = to_html(f"[Open]({escape_value('https://tele.example.org/j#' + value)}) and more")
    assert html.count("<a ") <= 1
    assert set(re.findall(r"<(\w+)", html)) <= {"p", "a"}
    assert not re.search(r'href="(?!https://tele\.example\.org/j#)', html)


def test_a_link_keeps_every_character_of_its_address() -> None:
    address = "https://tele.example.org:8443/j#a-b_c.d~e"
    html = to_html(f"[Open]({escape_value(address)})")
    assert unescape(html) == f'<p><a href="{address}" rel="noopener noreferrer">Open</a></p>'
    assert to_plain(html) == f"Open\n{address}\n"


def test_html_scripts_pictures_and_foreign_schemes_do_not_pass() -> None:
    html = to_html('<script>x</script><img src="http://e/p.gif"> ![p](http://e/p.png) [j](javascript:x) <b style="x">b</b>')
    assert not re.search("script|img|png|gif|style", html)


def test_lists_and_headings_survive_as_plain_text() -> None:
    assert to_plain(to_html("# Title\n\n- one\n- two\n\nend")) == "Title\n\n- one\n- two\n\nend\n"
