"""Values that are put into a finished answer: the policy's word on a row, from the row's facts.

Facts are what the policy asks, in relation to the actor: whether the school is theirs, not which one it is. So there are
few of them, and everybody of a role gets the same word for the same facts.
"""

from datetime import UTC, datetime

import orjson

from backend.db.reading.expressions import LATE_MARK, LATE_SEPARATOR
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.calendar import Window
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor, Role
from backend.services.acting import refusal_for

_MARK = LATE_MARK.encode()
KEPT_FACTS = 5_000
HERE, ELSEWHERE = 1, 2
"""Any two ids: the actor's own and another."""

_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class LateValues:
    """Fills the marks of answers; remembers the policy's words for each actor."""

    def __init__(self) -> None:
        self._words: dict[tuple[Role, bool], dict[bytes, bytes]] = {}

    def fill(self, data: bytes, actor: Actor) -> bytes:
        """The answer with every mark replaced."""
        parts = data.split(_MARK)
        if len(parts) == 1:
            return data
        kind = (actor.role, actor.may_sign_for_principal)
        words = self._words.setdefault(kind, {})
        if len(words) > KEPT_FACTS:
            words.clear()
        for place in range(1, len(parts), 2):  # marks come in pairs, facts between them
            facts = parts[place]
            said = words.get(facts)
            if said is None:
                said = words[facts] = viewer_actions(*kind, facts.decode()).encode()
            parts[place] = said
        return b"".join(parts)


def viewer_actions(role: Role, may_sign: bool, facts: str) -> str:
    """The JSON list of what somebody of a role may do to a record of these facts (``shapes.TYPES["Record"]``)."""
    own = frozenset({HERE})
    actor = Actor(role=role, school_ids=own, class_ids=own, may_sign_for_principal=may_sign)
    record = _record(facts.split(LATE_SEPARATOR)[1:])
    may = [action.value for action in Action if refusal_for(actor, action, record) is None]
    return orjson.dumps(may).decode()


def _record(facts: list[str]) -> RecordRow:
    """A row with the facts that the policy asks for and nothing else."""
    w_state, w_window, w_complete, has_other, s_state, s_window, s_complete = facts[:7]
    school, in_class, managing = (HERE if place == "true" else ELSEWHERE for place in facts[7:10])
    closed = facts[10].split(",")
    working = _revision(1, w_state, w_window, w_complete)
    other = 2 if has_other == "true" else 1
    return RecordRow(
        id=0,
        book_id=0,
        school_id=school,
        school_class_id=in_class,
        class_name="",
        school_year=0,
        grade=0,
        pupil_name="",
        sort_key="",
        state=working.state,
        lookup_code="",
        managing_school_id=managing,
        working=working,
        standing=_revision(other, s_state, s_window, s_complete) if s_state else None,
        open_windows=frozenset(Window) - {Window(name) for name in closed if name},
        being_checked=facts[11] == "true",
        left_behind=facts[12] == "true",
    )


def _revision(revision_id: int, state: str, window: str, complete: str) -> RevisionRow:
    return RevisionRow(
        id=revision_id,
        number=0,
        state=State(state),
        content_digest="",
        window=Window(window),
        complete=complete == "true",
        version=0,
        opened_by=None,
        reason="",
        predecessor_id=None,
        effective_from=None,
        updated_at=_NO_TIME,
    )
