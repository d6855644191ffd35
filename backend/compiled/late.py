"""Values that are put into a finished answer: the policy's word on a row, from the row's facts.

Rows with the same facts get the same word, so a class of 35 asks the policy a few times and not 35 times eleven.
"""

import re
from collections import OrderedDict
from datetime import UTC, datetime

import orjson

from backend.db.reading.expressions import LATE_MARK, LATE_SEPARATOR
from backend.db.repositories.records import RecordRow, RevisionRow
from backend.domain.calendar import Window
from backend.domain.lifecycle import Action, State
from backend.domain.policy import Actor
from backend.services.acting import refusal_for

_MARKED = re.compile(f"{LATE_MARK}([^{LATE_MARK}]*){LATE_MARK}")
KEPT_ACTORS, KEPT_FACTS = 500, 5_000
_NO_TIME = datetime(1970, 1, 1, tzinfo=UTC)


class LateValues:
    """Fills the marks of answers; remembers the policy's words for each actor."""

    def __init__(self) -> None:
        self._words: OrderedDict[Actor, dict[str, str]] = OrderedDict()

    def fill(self, text: str, actor: Actor) -> str:
        """The answer with every mark replaced."""
        if LATE_MARK not in text:
            return text
        words = self._of(actor)

        def word(found: re.Match[str]) -> str:
            facts = found[1]
            said = words.get(facts)
            if said is None:
                said = words[facts] = viewer_actions(actor, facts)
            return said

        return _MARKED.sub(word, text)

    def _of(self, actor: Actor) -> dict[str, str]:
        words = self._words.get(actor)
        if words is None or len(words) > KEPT_FACTS:
            words = self._words[actor] = {}
        self._words.move_to_end(actor)
        if len(self._words) > KEPT_ACTORS:
            self._words.popitem(last=False)
        return words


def viewer_actions(actor: Actor, facts: str) -> str:
    """The JSON list of what an actor may do to a record of these facts (``shapes.TYPES["Record"]``)."""
    record = _record(facts.split(LATE_SEPARATOR)[1:])
    may = [action.value for action in Action if refusal_for(actor, action, record) is None]
    return orjson.dumps(may).decode()


def _record(facts: list[str]) -> RecordRow:
    """A row with the facts that the policy asks for and nothing else."""
    (
        w_state,
        w_window,
        w_complete,
        has_other,
        s_state,
        s_window,
        s_complete,
        school,
        in_class,
        managing,
        closed,
    ) = facts
    working = _revision(1, w_state, w_window, w_complete)
    other = 2 if has_other == "true" else 1
    return RecordRow(
        id=0,
        book_id=0,
        school_id=int(school),
        school_class_id=int(in_class),
        class_name="",
        school_year=0,
        grade=0,
        pupil_name="",
        sort_key="",
        state=working.state,
        lookup_code="",
        managing_school_id=int(managing),
        working=working,
        standing=_revision(other, s_state, s_window, s_complete) if s_state else None,
        open_windows=frozenset(Window) - {Window(name) for name in closed.split(",") if name},
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
