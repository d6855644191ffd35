"""The API's contract: the committed SDL, and an error code for everything a user can be told."""

from backend.domain.errors import NotPermittedError, leaves
from backend.domain.faults import FaultCode
from backend.domain.policy import Refusal
from backend.domain.submission import Objection
from backend.graph import schema
from backend.schema.error_codes import ErrorCode
from tests.architecture.sources import ROOT


def test_the_schema_is_the_committed_one():
    """A change of the API is seen in review, and the SPA is typed from it (``hocba schema``)."""
    committed = (ROOT / "backend" / "schema" / "schema.graphql").read_text("utf-8")
    assert committed == schema.as_str() + "\n"


def test_error_codes_are_those_of_the_error_tree():
    """Every leaf, refusal and fault has its code in the API, and the API has no code of its own but INTERNAL."""
    raised = {leaf.code for leaf in leaves() if leaf is not NotPermittedError}
    assert set(ErrorCode) == raised | set(Refusal) | set(FaultCode) | set(Objection) | {"INTERNAL"}


def test_error_codes_are_named_as_they_are_written_and_in_order():
    """A code's name is its value, so that logs, catalogue and API speak of the same thing."""
    assert [code.name for code in ErrorCode] == sorted(code.value for code in ErrorCode)
