"""What the engine and the appliance refuse reaches people in their language."""

from decimal import Decimal

import pytest

from engine.forms import Message
from web import texts
from web.forms import sentences
from web.translated import translated


@pytest.fixture(autouse=True)
def german():
    texts.speak("de")
    yield
    texts.speak("en")


@pytest.mark.parametrize(
    ("said", "read"),
    [
        (
            "The user name or the password is wrong.",
            "Der Benutzername oder das Passwort ist falsch.",
        ),
        ("There is no user kermit.", "Es gibt keinen Benutzer kermit."),
        (
            "The code is wrong, or was used before.",
            "Der Code ist falsch oder wurde schon benutzt.",
        ),
        (
            "This link is not valid, or not any more. Ask for a new one.",
            "Dieser Link ist nicht oder nicht mehr gültig. Bitten Sie um einen neuen.",
        ),
        ("There is no user nobody.", "Es gibt keinen Benutzer nobody."),
        ("There is no user {name}.", "Es gibt keinen Benutzer {name}."),
        ("Task 12 is already claimed by a\nb", "Aufgabe 12 hat schon a\nb übernommen"),
        (
            "The user name must not be longer than 64 characters.",
            "„Benutzername“ darf nicht länger als 64 Zeichen sein.",
        ),
        ("Something that nobody has written down", "Something that nobody has written down"),
        ("%(who)s {0} {}", "%(who)s {0} {}"),
        ("", ""),
    ],
)
def test_a_refusal_is_recognised(said, read):
    assert translated(said) == read


def test_english_stays_as_it_was_said():
    texts.speak("en")
    assert translated("There is no user kermit.") == "There is no user kermit."


def test_a_message_of_a_form_is_a_sentence_with_numbers_as_the_reader_writes_them():
    least = Message("must be at least {limit}", limit=Decimal("1234.5"))
    assert sentences([least], "Betrag") == "Betrag muss mindestens 1.234,5 sein."
    texts.speak("en")
    assert sentences([least], "Amount") == "Amount must be at least 1,234.5."


def test_what_the_author_of_a_form_wrote_is_not_translated():
    assert (
        sentences([Message("{text}", text="Please {try} again")], "Betrag") == "Please {try} again"
    )
