"""A member of a closed list is found wherever its text is."""

import pytest

from backend.domain.completion import Award
from backend.domain.curriculum import SubjectKind, SubjectStatus
from backend.domain.identifiers import Gender
from backend.domain.levels import Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.outcome import Outcome

LISTS = (Award, Gender, Outcome, Period, SubjectKind, SubjectLevel, SubjectStatus, TraitGroup, TraitLevel)


@pytest.mark.parametrize("words", LISTS)
def test_a_member_is_as_good_as_its_text(words):
    """Both ways a dictionary finds it, both ways it is read back, and ``plain`` is no member any more."""
    for word in words:
        assert {word: 1}[word.plain] == {word.plain: 1}[word] == 1
        assert words(word.plain) is word
        assert type(word.plain) is str
        assert word.plain == word.value
