"""The error tree: drawn, coded, and each leaf with its words."""

import re

import pytest

from backend.domain import errors
from backend.domain.errors import (
    ContentRejectedError,
    DomainError,
    FileTooLargeError,
    NotPermittedError,
    SigningFailedError,
    leaves,
)
from backend.domain.faults import FaultCode, fault
from backend.domain.policy import Refusal

LEAVES = leaves()
CODED = [leaf for leaf in LEAVES if leaf is not NotPermittedError]


def test_the_drawn_tree_names_every_leaf():
    """The module's docstring is the map: every leaf stands in it, and nothing that is no error."""
    drawn = set(re.findall(r"\b\w+Error\b", errors.__doc__))
    inner = {cls.__name__ for cls in vars(errors).values() if isinstance(cls, type) and cls.__subclasses__()}
    assert drawn - inner == {leaf.__name__ for leaf in LEAVES}


def test_every_leaf_has_a_code_of_its_own():
    """Codes are stable words; no two errors share one, and none takes a refusal's but NOT_FOUND."""
    codes = [leaf.code for leaf in CODED]
    assert all(re.fullmatch(r"[A-Z]+(_[A-Z]+)*", code) for code in codes)
    assert len(set(codes)) == len(codes)
    assert set(codes) & {reason.value for reason in Refusal} == {"NOT_FOUND"}


def test_every_error_is_found_among_the_leaves():
    """No class of the module is left out of the tree, and inner nodes have no code."""
    defined = {cls for cls in vars(errors).values() if isinstance(cls, type) and issubclass(cls, DomainError)}
    inner = defined - set(LEAVES)
    assert inner == {cls for cls in defined if cls.__subclasses__()}
    assert {cls.code for cls in inner} == {""}


@pytest.mark.parametrize("reason", Refusal)
def test_a_refusal_answers_with_its_own_code(reason):
    """NotPermittedError carries the policy's reason to the user."""
    error = NotPermittedError(reason, field="recordId")
    assert (error.reason, str(error), error.field) == (reason.value, reason.value, "recordId")


def test_parameters_are_text_for_the_sentence():
    """Whatever number is given, the sentence gets text."""
    error = FileTooLargeError(field="upload", max=50)
    assert (error.reason, error.field, error.params) == ("FILE_TOO_LARGE", "upload", {"max": "50"})


def test_rejected_content_counts_its_faults():
    """The sentence says how many; the faults themselves travel with the error."""
    faults = [fault(FaultCode.REQUIRED, "a"), fault(FaultCode.REQUIRED, "b")]
    error = ContentRejectedError(faults)
    assert (error.faults, error.params) == (faults, {"count": "2"})


def test_only_failures_that_may_pass_are_tried_again():
    """Services that are away are transient; a certificate or a content that is wrong stays wrong."""
    transient = {leaf.code for leaf in LEAVES if leaf.transient}
    signing = {leaf.code for leaf in leaves(SigningFailedError)}
    assert transient == {
        "SIGNING_CLOCK_WRONG",
        "TIMESTAMP_UNAVAILABLE",
        "REVOCATION_UNAVAILABLE",
        "AUTHORISATION_EXPIRED",
        "KEY_UNAVAILABLE",
        "STORE_UNAVAILABLE",
        "UNEXPECTED_FAILURE",
    }
    assert transient < signing
