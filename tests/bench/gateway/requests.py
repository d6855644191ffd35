"""Each operation as requests to both sides: the same question in two words, by the same person."""

import base64
import itertools
import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from graphql import OperationDefinitionNode, parse, print_ast
from strawberry import relay

from backend.schema.paging import encode_cursor
from tests.bench.data.province import YEAR
from tests.bench.driving import Request
from tests.bench.gateway.samples import PUBLIC, Person, Samples, their_cursor

HERE = Path(__file__).parent
REASON = "Bổ sung nhận xét môn Tiếng Việt"


@dataclass(frozen=True, slots=True)
class Question:
    """Who asks, and the variables on either side; ``code`` is the lookup code that the scope holds."""

    person: Person
    ours: dict[str, Any]
    theirs: dict[str, Any]
    code: str = ""


def documents(file: str) -> dict[str, str]:
    """The operations of a file by name."""
    return {
        node.name.value: print_ast(node)
        for node in parse((HERE / file).read_text()).definitions
        if isinstance(node, OperationDefinitionNode) and node.name is not None
    }


OURS, THEIRS = documents("ours.graphql"), documents("theirs.graphql")
FIRST = "lookup_first"
OPERATIONS = ("lookup", FIRST, *(name for name in OURS if name != "lookup"))
"""``lookup`` asks for locked books that have been asked for before, ``lookup_first`` for books that nobody has asked for."""

SAME_FOR_US = {"lookup_unrecorded": "lookup", FIRST: "lookup"}
"""Operations with a document of another name; those that are none of ``OPERATIONS`` are measured when they are named."""


class Asking:
    """Requests of both sides; ``cookies`` are headers by login, ``order`` names PostGraphile's order by keys."""

    def __init__(self, samples: Samples, cookies: dict[str, str], order: str) -> None:
        self._samples = samples
        self._cookies = cookies
        self._order = order
        self._asks: dict[str, Callable[[], Iterator[Question]]] = {
            "lookup": partial(self._lookup, samples.codes),
            "lookup_unrecorded": partial(self._lookup, samples.codes),
            FIRST: partial(self._lookup, samples.first_codes),
            "class_list": self._class_list,
            "district_progress": self._of_district,
            "department_progress": self._of_department,
            "three_levels": self._of_district,
            "page_100": self._page,
        }

    def questions(self, operation: str, returnable: Sequence[tuple[int, int]] = ()) -> list[Question]:
        """What is asked, one after another; a mutation is asked once of each record."""
        if operation == "mutation":
            return [self._return(record, school) for record, school in returnable]
        return list(self._asks[operation]())

    def ours(self, operation: str, question: Question) -> Request:
        cookie = self._cookies.get(question.person.login)
        headers = (("cookie", cookie),) if cookie else ()
        name = SAME_FOR_US.get(operation, operation)
        return Request(headers, _body(name, OURS[name], question.ours))

    def theirs(self, operation: str, question: Question) -> Request:
        headers = (("x-scope", question.person.scope(question.code)),)
        name = "lookup" if operation == FIRST else operation
        return Request(headers, _body(name, THEIRS[name], question.theirs))

    def _lookup(self, codes: Sequence[tuple[str, str]]) -> Iterator[Question]:
        for code, birth_date in codes:
            variables = {"code": code, "secondFactor": birth_date}
            yield Question(PUBLIC, variables, variables, code)

    def _class_list(self) -> Iterator[Question]:
        for class_id, school_id in self._samples.classes:
            person = self._samples.principals[school_id]
            yield Question(person, {"classId": _id("SchoolClass", class_id)}, {"classId": str(class_id)})

    def _of_district(self) -> Iterator[Question]:
        for person in self._samples.officers:
            yield Question(person, {"schoolYear": str(YEAR)}, {"schoolYear": YEAR.start})

    def _of_department(self) -> Iterator[Question]:
        yield Question(self._samples.department, {"schoolYear": str(YEAR)}, {"schoolYear": YEAR.start})

    def _page(self) -> Iterator[Question]:
        for state, class_id, sort_key, record_id in self._samples.positions:
            common = {"state": state, "after": encode_cursor(class_id, sort_key, record_id)}
            yield Question(
                self._samples.department,
                common | {"schoolYear": str(YEAR)},
                common | {"schoolYear": YEAR.start, "after": their_cursor(self._order, record_id)},
            )

    def _return(self, record: int, school: int) -> Question:
        return Question(
            self._samples.principals[school],
            {"recordId": _id("Record", record), "reason": REASON},
            {"recordId": str(record), "reason": REASON},
        )


def first_page(samples: Samples) -> Request:
    """A question whose answer shows how PostGraphile names the order by keys in its cursors."""
    query = "{ allYearRecords(first: 1, orderBy: [PRIMARY_KEY_ASC]) { pageInfo { endCursor } } }"
    return Request((("x-scope", samples.department.scope()),), json.dumps({"query": query}))


def order_of(data: dict[str, Any]) -> str:
    """That name, from the answer to ``first_page``."""
    name: str = json.loads(base64.b64decode(data["allYearRecords"]["pageInfo"]["endCursor"]))[0]
    return name


def _id(kind: str, key: int) -> str:
    return str(relay.GlobalID(type_name=kind, node_id=str(key)))


def _body(operation: str, document: str, variables: dict[str, Any]) -> str:
    return json.dumps(
        {"query": document, "operationName": operation, "variables": variables}, ensure_ascii=False
    )


def repeated(questions: Sequence[Question], count: int) -> list[Question]:
    """As many as asked for, from the first again when they run out."""
    return list(itertools.islice(itertools.cycle(questions), count))
