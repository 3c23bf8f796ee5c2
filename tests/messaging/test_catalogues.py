"""Each catalogue beside the English one: nothing missing, nothing left over, right letters, right plural forms (PRODUCT §6)."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, datetime
from pathlib import Path

import pytest

from teleconnect_bot.adapters.messaging.moments import format_briefly, locale_of
from teleconnect_bot.adapters.messaging.templates import choices, placeholders
from teleconnect_bot.adapters.messaging.texts import Catalogues
from teleconnect_bot.domain.sms_segments import Alphabet, alphabet_of, segments
from teleconnect_bot.services.messages import signed

TEXTS = Catalogues.load()
ENGLISH = TEXTS.catalogue("en")
PAGE_TEXTS = Path(__file__).parents[2] / "guest_page" / "src" / "texts"
LANGUAGES = ["am", "ar", "de", "en", "es", "fa", "fr", "ha", "it", "ku", "my", "prs", "ps", "pt", "ru", "so", "sw", "ti", "tr", "uk"]
SCRIPTS = {
    **dict.fromkeys(("ar", "fa", "prs", "ps"), "ARABIC"),
    **dict.fromkeys(("am", "ti"), "ETHIOPIC"),
    **dict.fromkeys(("ru", "uk"), "CYRILLIC"),
    "my": "MYANMAR",
}
# Names that stay as they are in every script.
PRODUCT_NAMES = re.compile(r"\b(?:PDF|SMS|WhatsApp|Teleconnect|UTC|Matrix)\b")
# Letters of a neighbour's alphabet that look right and are wrong.
NEIGHBOURS = {"ar": "یکپچگ", "fa": "يكةى", "prs": "يكةى", "ps": "كة", "ru": "іїєґ", "uk": "ыэёъ", "tr": "êîûâ", "ku": "ğıöü"}
# Words that would tell a bystander what the conversation is about. Stems, one expression for each language.
MEDICAL = {
    "am": r"ጤና|ሐኪም|ሀኪም|ዶክተር|ህክምና|ሕክምና|ሆስፒታል|ክሊኒክ|ታካሚ|መድኃኒት|መድሃኒት",
    "ar": r"صح[ةيّ]|(?<!ت)طب[يّ]|طبيب|مريض|مرض|عياد|علاج|مستشف|دكتور|دواء|تشخيص",
    "de": r"\b(?:gesundheit|medizin|arzt|ärzt|patient|klinik|therap|sprechstunde|krankenhaus|behandl|diagnos|praxis)",
    "en": r"\b(?:health|medic|doctor|patient|clinic|therap|consultation|hospital|treat|diagnos)",
    "es": r"\b(?:salud|médic|medic|paciente|clínic|terap|consulta|hospital|tratam|diagn|doctor)",
    "fa": r"سلامت|پزشک|بیمار|درمان|کلینیک|دکتر|دارو|بهداشت|تشخیص",
    "fr": r"\b(?:santé|médic|médec|patient|clini|thérap|consultation|hôpital|soin|soign|diagnos)",
    "ha": r"\b(?:lafiya|likita|asibiti|magani|jinya|marasa)",
    "it": r"\b(?:salut[ei]|medic|pazient|clinic|terap|visita|ospedal|cura|curare|diagn|dottor)",
    "ku": r"\b(?:tenduristî|bijîşk|doktor|nexweş|klînîk|derman|tedawî)",
    "my": r"ကျန်းမာ|ဆရာဝန်|ဆေး|လူနာ|ရောဂါ|ကုသ",
    "prs": r"صحت|صحی|داکتر|مریض|تداوی|کلینیک|شفاخانه|دوا|طبی|تشخیص",
    "ps": r"روغتیا|ډاکټر|ناروغ|درمل|کلینیک|روغتون|طبي|درملن",
    "pt": r"\b(?:saúde|médic|medic|paciente|clínic|terap|consulta|hospital|tratam|diagn|doutor)",
    "ru": r"здоров|медиц|врач|доктор|пациент|клиник|терап|больниц|лечен|диагно",
    "so": r"\b(?:caafimaad|dhakhtar|isbitaal|daawo|bukaan|xanuun)",
    "sw": r"\b(?:afya|daktari|hospitali|kliniki|mgonjwa|dawa|matibabu|tiba)",
    "ti": r"ጥዕና|ሓኪም|ዶክተር|ሕክምና|ሆስፒታል|ክሊኒክ|ሕሙም|መድሃኒት",
    "tr": r"\b(?:sağlık|doktor|hekim|hasta|klinik|terap|tedavi|ilaç|muayene|teşhis)",
    "uk": r"здоров|медиц|медич|лікар|пацієнт|клінік|терап|лікуван|діагно",
}


def own_words(text: str) -> str:
    """What of a text its language must provide: no placeholders, addresses and product names, but the forms of a choice."""
    for _, forms in choices(text):
        text += " " + " ".join(forms.values())
    return PRODUCT_NAMES.sub("", re.sub(r"\{[^{}]*\}|https?://\S+", "", text))


def test_the_languages_of_the_product_are_all_there() -> None:
    assert TEXTS.languages() == LANGUAGES


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_has_every_text_with_the_same_placeholders(language: str) -> None:
    texts = TEXTS.catalogue(language).texts
    expected = ENGLISH.texts
    assert {key: placeholders(text) for key, text in texts.items()} == {key: placeholders(text) for key, text in expected.items()}
    assert list(texts) == list(expected), "in the order of the English one, so that both can be read side by side"
    assert texts["terms.version"] == ENGLISH.texts["terms.version"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_catalogue_is_written_in_its_own_script_alone(language: str) -> None:
    script = SCRIPTS.get(language, "LATIN")
    for key, text in TEXTS.catalogue(language).texts.items():
        strange = [char for char in own_words(text) if char.isalpha() and not unicodedata.name(char).startswith(script)]
        assert strange == [], key
        assert set(own_words(text)) & set(NEIGHBOURS.get(language, "")) == set(), key


@pytest.mark.parametrize("language", [language for language in LANGUAGES if language != "en"])
def test_no_sentence_was_left_in_english(language: str) -> None:
    untranslated = {key for key, text in TEXTS.catalogue(language).texts.items() if text == ENGLISH.texts[key]}
    alike = {"terms.version", "interpreter.terms.version", "interpreter.fact.markdown"}
    assert untranslated - alike <= {"transcript.pdf", "transcript.photo", "transcript.page", "transcript.file"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_direction_is_that_of_the_script(language: str) -> None:
    assert TEXTS.direction(language) == ("rtl" if SCRIPTS.get(language) == "ARABIC" else "ltr") == locale_of(language).text_direction


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_that_goes_with_a_number_has_a_form_for_each_number(language: str) -> None:
    locale = locale_of(language)
    needed = {locale.plural_form(number) for number in range(200)} | {"other"}
    for key, text in TEXTS.catalogue(language).texts.items():
        for _, forms in choices(text):
            assert set(forms) == needed, key


@pytest.mark.parametrize(
    ("language", "minutes", "expected"),
    [
        ("en", "1", "opens 1 minute before"),
        ("en", "15", "opens 15 minutes before"),
        ("ru", "1", "за 1 минуту до"),
        ("ru", "22", "за 22 минуты до"),
        ("ru", "15", "за 15 минут до"),
        ("uk", "5", "за 5 хвилин до"),
        ("ar", "5", "بـ 5 دقائق"),
        ("ar", "15", "بـ 15 دقيقة"),
        ("fa", "15", "۱۵ دقیقه"),
        ("ps", "1", "۱ دقیقه"),
        ("my", "15", "၁၅ မိနစ်"),
        ("am", "15", "ከ15 ደቂቃዎች"),
    ],
)
def test_numbers_are_written_with_the_right_form_and_digits(language: str, minutes: str, expected: str) -> None:
    assert expected in TEXTS.get("reminder.early.markdown", language, when="–", minutes=minutes)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_name_is_set_apart_where_the_text_runs_from_right_to_left(language: str) -> None:
    text = TEXTS.get("invitation.subject", language, name="Red Star (Berlin)")
    assert ("\u2068Red Star (Berlin)\u2069" in text) == (TEXTS.direction(language) == "rtl")
    assert "Red Star (Berlin)" in text


@pytest.mark.parametrize("language", LANGUAGES)
def test_nothing_stands_beside_a_link_that_a_reader_could_take_for_a_part_of_it(language: str) -> None:
    for key, template in ENGLISH.texts.items():
        if "link" in placeholders(template):
            values = dict.fromkeys(placeholders(template), "1") | {"link": "LINK"}
            assert re.search(r"(?:^|[\s(])LINK(?:$|[\s)])", TEXTS.get(key, language, **values)), key


# Of the names that organisations in this field go by in public, one of the longest.
LONGEST_NAME = "Médecins Sans Frontières"
LONGEST_LINK = f"https://{'h' * 20}/j#{'t' * 22}"
IN_THE_GSM_ALPHABET = {"de", "en", "es", "fr", "ha", "it", "pt", "so", "sw"}
# A day of each month, of each weekday, in the evening: whatever makes a date long.
LONG_MOMENTS = [datetime(2027, month, 9 + 3 * month % 19, 20, 45, tzinfo=UTC) for month in range(1, 13)]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("key", sorted(key for key in ENGLISH.texts if key.endswith(".sms")))
def test_an_sms_is_one_segment_where_the_alphabet_allows_and_never_more_than_two(language: str, key: str) -> None:
    for moment in LONG_MOMENTS:
        when = format_briefly(moment, "Africa/Addis_Ababa", language)
        text = signed(TEXTS.get(key, language, link=LONGEST_LINK, when=when), LONGEST_NAME, TEXTS.direction(language))
        taken = segments(text)
        assert taken.count <= 2, (taken, text)
        if alphabet_of(TEXTS.get(key, language, link=LONGEST_LINK, when="-")) is Alphabet.GSM_7:
            assert taken.count == 1 or taken.alphabet is Alphabet.UCS_2, (taken, text)


@pytest.mark.parametrize("language", sorted(IN_THE_GSM_ALPHABET))
def test_an_sms_keeps_to_the_gsm_alphabet_where_the_language_can(language: str) -> None:
    for key in (key for key in ENGLISH.texts if key.endswith(".sms")):
        assert alphabet_of(TEXTS.get(key, language, link=LONGEST_LINK, when="-")) is Alphabet.GSM_7, key


def page_texts(language: str) -> str:
    """Both parts of the page's catalogue."""
    files = (PAGE_TEXTS / f"{language}.ts", PAGE_TEXTS / "inside" / f"more_{language}.ts")
    return "\n".join(file.read_text(encoding="utf-8").partition("export const texts")[2] for file in files)


def page_text(language: str, key: str) -> str:
    found = re.search(rf'^  {key}: "(.+)",$', page_texts(language), re.MULTILINE)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_button_is_called_in_the_message_what_it_is_called_on_the_page(language: str) -> None:
    button = page_text(language, "notMe")
    assert re.search(rf"[“«„\"] ?{re.escape(button)} ?[”»“\"]", TEXTS.get("invitation.not_for_you.markdown", language))


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_of_the_page_holds_a_medical_word(language: str) -> None:
    assert re.findall(MEDICAL[language], page_texts(language), re.IGNORECASE) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_holds_a_medical_word(language: str) -> None:
    everything = "\n".join(TEXTS.catalogue(language).texts.values())
    assert re.findall(MEDICAL[language], everything, re.IGNORECASE) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_terms_are_plain_paragraphs(language: str) -> None:
    paragraphs = TEXTS.get("terms", language, hours="24").split("\n\n")
    assert len(paragraphs) == len(TEXTS.get("terms", "en", hours="24").split("\n\n")) >= 4
    paragraphs += [TEXTS.get("terms.named", language, name="Red Star"), TEXTS.get("terms.discreet", language)]
    assert not [paragraph for paragraph in paragraphs if "\n" in paragraph or re.search(r"[*_`<>#\[\]]", paragraph)]


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_discreet_invitation_and_the_messages_afterwards_name_nobody(language: str) -> None:
    afterwards = ("rescheduled.", "cancelled.", "reminder.", "nobody_came.", "new_message.", "invitation.discreet.")
    for key in (key for key in TEXTS.catalogue(language).texts if key.startswith(afterwards)):
        assert "name" not in placeholders(TEXTS.catalogue(language).texts[key])


def test_languages_are_named_in_themselves() -> None:
    assert {code: TEXTS.display_name(code) for code in LANGUAGES} == {
        "am": "አማርኛ",
        "ar": "العربية",
        "de": "Deutsch",
        "en": "English",
        "es": "Español",
        "fa": "فارسی",
        "fr": "Français",
        "ha": "Hausa",
        "it": "Italiano",
        "ku": "Kurdî (kurmancî)",
        "my": "မြန်မာ",
        "prs": "دری",
        "ps": "پښتو",
        "pt": "Português",
        "ru": "Русский",
        "so": "Soomaali",
        "sw": "Kiswahili",
        "ti": "ትግርኛ",
        "tr": "Türkçe",
        "uk": "Українська",
    }


def test_only_the_source_counts_as_reviewed_so_far() -> None:
    assert [code for code in TEXTS.languages() if TEXTS.reviewed(code)] == ["en"]
