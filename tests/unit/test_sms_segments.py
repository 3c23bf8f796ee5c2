"""The number of SMS that a text takes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from teleconnect_bot.domain.sms_segments import Alphabet, alphabet_of, segments

GSM, UCS = Alphabet.GSM_7, Alphabet.UCS_2


@pytest.mark.parametrize(
    ("text", "alphabet", "units", "count"),
    [
        ("", GSM, 0, 1),
        ("a" * 160, GSM, 160, 1),
        ("a" * 161, GSM, 161, 2),
        ("a" * 306, GSM, 306, 2),
        ("a" * 307, GSM, 307, 3),
        ("€" * 80, GSM, 160, 1),
        ("€" * 81, GSM, 162, 2),
        ("Où ça ?", UCS, 7, 1),  # é, è, ù and à are in the alphabet, the small ç is not
        ("é è ù à Ç ß ñ ü", GSM, 15, 1),
        ("í", UCS, 1, 1),
        ("it’s", UCS, 4, 1),
        ("ب" * 70, UCS, 70, 1),
        ("ب" * 71, UCS, 71, 2),
        ("ب" * 134, UCS, 134, 2),
        ("ب" * 135, UCS, 135, 3),
        ("😀" * 35, UCS, 70, 1),
        ("😀" * 36, UCS, 72, 2),
    ],
)
def test_known_texts(text: str, alphabet: Alphabet, units: int, count: int) -> None:
    found = segments(text)
    assert (found.alphabet, found.units, found.count) == (alphabet, units, count)


def test_a_sign_of_two_units_does_not_lie_across_two_parts() -> None:
    assert segments("a" * 152 + "€" + "a" * 152).count == 3  # 152, then € and 151, then one more
    assert segments("ب" * 66 + "😀" + "ب" * 66).count == 3
    assert segments("ب" * 65 + "😀" + "ب" * 67).count == 2


@given(st.text(max_size=700))
def test_a_text_takes_as_many_as_its_units_need_and_at_most_one_more_for_each_part(text: str) -> None:
    found = segments(text)
    assert found.alphabet is alphabet_of(text)
    assert found.units >= len(text)
    if found.count == 1:
        assert found.units <= found.alphabet.alone
    else:
        room = found.alphabet.of_several
        assert -(-found.units // room) <= found.count <= -(-found.units // (room - 1))


@given(st.text(max_size=300), st.text(max_size=20))
def test_a_longer_text_never_takes_fewer(text: str, more: str) -> None:
    assert segments(text + more).count >= segments(text).count


@given(st.text(alphabet="abcxyz 0123456789äöüñ€[]", max_size=400))
def test_what_the_gsm_alphabet_holds_is_sent_in_it(text: str) -> None:
    assert segments(text).alphabet is GSM
