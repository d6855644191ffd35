"""User errors: what a person can be told and can mend, with a stable code, a sentence and the place."""

import strawberry

from backend.domain.errors import ContentRejectedError, DomainError
from backend.domain.faults import Fault
from backend.domain.messages import Language, sentence
from backend.schema.error_codes import ErrorCode


@strawberry.type(description="Something the user can mend. Faults of the system are not user errors.")
class UserError:
    code: ErrorCode
    message: str = strawberry.field(description="A sentence in the language of the request.")
    field: list[str] = strawberry.field(description="Path to the argument or the part of the content.")


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
        )
    ]


def fault_type(fault: Fault, language: Language) -> FaultType:
    return FaultType(
        code=ErrorCode(fault.code),
        message=sentence(fault.code, language, **dict(fault.params)),
        field=fault.field,
    )
