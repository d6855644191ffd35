"""User errors: what a person can be told and can mend, with a stable code, a sentence and the place."""

import secrets

import strawberry
from graphql import GraphQLError

from backend.domain.errors import ContentRejectedError, DomainError, StepUpRequiredError
from backend.domain.faults import Fault
from backend.domain.messages import Language, sentence
from backend.observability import log
from backend.schema.error_codes import ErrorCode


@strawberry.type(description="Something the user can mend. Faults of the system are not user errors.")
class UserError:
    code: ErrorCode
    message: str = strawberry.field(description="A sentence in the language of the request.")
    field: list[str] = strawberry.field(description="Path to the argument or the part of the content.")
    url: str | None = strawberry.field(
        default=None, description="Where the user mends it, when on another page; takes ?next=."
    )


@strawberry.type(name="Fault", description="One thing wrong or missing in the content of a record.")
class FaultType:
    code: ErrorCode
    message: str
    field: str


def user_errors(error: DomainError, language: Language) -> list[UserError]:
    """What to tell the user of an error: one entry for each fault of rejected content, else one."""
    if isinstance(error, ContentRejectedError):
        return [
            UserError(
                code=ErrorCode(item.code),
                message=sentence(item.code, language, **dict(item.params)),
                field=["content", *item.field.split(".")],
            )
            for item in error.faults
        ]
    return [
        UserError(
            code=ErrorCode(error.reason),
            message=sentence(error.reason, language, **error.params),
            field=error.field.split(".") if error.field else [],
            url=StepUpRequiredError.address if isinstance(error, StepUpRequiredError) else None,
        )
    ]


def fault_type(fault: Fault, language: Language) -> FaultType:
    return FaultType(
        code=ErrorCode(fault.code),
        message=sentence(fault.code, language, **dict(fault.params)),
        field=fault.field,
    )


def shown_fault(error: GraphQLError, language: Language) -> GraphQLError:
    """What anybody learns of an error: a domain error its code and sentence, a fault only an id that the log has."""
    original = error.original_error
    if original is None or isinstance(original, GraphQLError):
        return error
    if isinstance(original, DomainError):
        words = sentence(original.reason, language, **original.params)
        extensions = {"code": original.reason, "field": original.field}
    else:
        fault_id = secrets.token_hex(6)
        log.error("operation_fault", fault=fault_id, exc_info=original)
        words = sentence("INTERNAL", language, id=fault_id)
        extensions = {"code": "INTERNAL", "id": fault_id}
    return GraphQLError(words, path=error.path, extensions=extensions)
