"""The message catalogue: every code has its two sentences, every sentence its code."""

import string
import unicodedata

import pytest

from backend.domain.errors import NotPermittedError, leaves
from backend.domain.faults import FaultCode
from backend.domain.messages import catalogue, sentence
from backend.domain.policy import Refusal
from backend.domain.preflight import REMEDY, Blocker
from backend.domain.submission import Objection
from backend.domain.text import clean
from backend.schema.department import DocumentVerdict
from backend.schema.lookup import LookupReason, LookupVerdict

CODES = (
    {leaf.code for leaf in leaves() if leaf is not NotPermittedError}
    | {reason.value for reason in Refusal}
    | {code.value for code in FaultCode}
    | {objection.value for objection in Objection}
    | {f"LOOKUP_{verdict.value}" for verdict in LookupVerdict}
    | {f"LOOKUP_REASON_{reason.value}" for reason in LookupReason}
    | {f"DOCUMENT_{verdict.value}" for verdict in DocumentVerdict}
    | {f"BLOCKER_{blocker.value}" for blocker in Blocker}
    | {f"REMEDY_{remedy.value}" for remedy in REMEDY.values()}
    | {"CLOCK_AGREES", "CLOCK_DIFFERS", "CLOCK_UNSEEN"}
    | {"INTERNAL"}
)
"""Errors, refusals, faults, answers to a lookup and to a document, and the masked fault."""


def placeholders(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_code_has_an_entry_and_every_entry_a_code():
    """Nobody meets a bare code, and no sentence is left that nobody can meet."""
    assert set(catalogue()) == CODES


@pytest.mark.parametrize("code", sorted(CODES))
def test_an_entry_is_one_sentence_in_each_language(code):
    """Vietnamese and English, both there, kept text, ended by a full stop."""
    entry = catalogue()[code]
    assert set(entry) == {"vi", "en"}
    for text in entry.values():
        assert text == clean(text)
        assert text.endswith(".")
        assert text[0] == text[0].upper()


@pytest.mark.parametrize("code", sorted(CODES))
def test_both_languages_are_filled_with_the_same_parameters(code):
    """A translation loses no number and asks for none of its own."""
    entry = catalogue()[code]
    assert placeholders(entry["vi"]) == placeholders(entry["en"])


@pytest.mark.parametrize("code", sorted(CODES))
def test_the_languages_are_not_mixed_up(code):
    """The Vietnamese sentence has Vietnamese letters, the English one none outside quoted words."""
    entry = catalogue()[code]
    marks = {char for char in unicodedata.normalize("NFD", entry["vi"]) if unicodedata.combining(char)}
    assert marks
    assert entry["vi"] != entry["en"]


def test_sentences_are_filled():
    """Parameters go where they belong; Vietnamese comes first."""
    assert sentence("FILE_TOO_LARGE", max="50") == "Tệp lớn hơn 50 MB; hãy tách theo lớp hoặc khối."
    assert sentence("FILE_TOO_LARGE", "en", max="50").startswith("The file is larger than 50 MB")


def test_a_missing_parameter_shows_as_an_ellipsis():
    """A half-filled sentence helps more than a fault; a parameter too many is overlooked."""
    assert sentence("CONTENT_REJECTED", other="1") == "Nội dung có … lỗi."


def test_parameters_are_not_templates():
    """Braces in a value stay what they are."""
    assert sentence("FILE_HEADER", columns="{max} {0.__class__}").endswith("{max} {0.__class__}.")


def test_an_unknown_code_is_a_programming_fault():
    """There is no sentence for what does not exist."""
    with pytest.raises(KeyError):
        sentence("NO_SUCH_CODE")
