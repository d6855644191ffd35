"""Year records, their revisions, and how many records stand in each state.

``Revision.content`` is the validated document of ``backend.domain.content_json``; identity and state are
columns. School, class, grade and year are repeated on a revision because row-level security and every list
begin with them.
"""

from typing import Any

from tortoise import fields, models
from tortoise.indexes import Index

from backend.db.models.organisation import OrgUnit, SchoolClass
from backend.db.models.pupils import RecordBook
from backend.domain.calendar import Window
from backend.domain.lifecycle import Action, State


class YearRecord(models.Model):
    """A book in one school year at one school. ``state`` is that of the standing revision, else the working one.

    ``left_behind`` marks a year that the pupil did not finish at this school: nobody waits for it any more.
    """

    id = fields.BigIntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="year_records", on_delete=fields.RESTRICT
    )
    school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="year_records", on_delete=fields.RESTRICT
    )
    school_class: fields.ForeignKeyRelation[SchoolClass] = fields.ForeignKeyField(
        "models.SchoolClass", related_name="year_records", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    grade = fields.SmallIntField()
    pupil_name = fields.CharField(max_length=60)
    name_fold = fields.CharField(max_length=60)
    sort_key = fields.CharField(max_length=200)
    state = fields.CharEnumField(State, max_length=16, default=State.DRAFT)
    working_revision_id = fields.BigIntField(null=True)
    standing_revision_id = fields.BigIntField(null=True)
    left_behind = fields.BooleanField(default=False, db_default=False)
    updated_at = fields.DatetimeField(auto_now=True)

    book_id: int
    school_id: int
    school_class_id: int

    class Meta:
        table = "year_record"
        unique_together = (("book", "school_year", "school"),)
        indexes = [
            Index(fields=("school_id", "school_year", "school_class_id", "sort_key", "id")),
            Index(fields=("school_class_id", "state", "sort_key", "id")),
        ]


class Revision(models.Model):
    """One version of a year record; its content cannot change once it has left ``DRAFT``.

    ``gaps`` sums up what the content lacks (``backend.domain.content_rules.Gap``), so that lists need not read it.
    """

    id = fields.BigIntField(primary_key=True)
    year_record: fields.ForeignKeyRelation[YearRecord] = fields.ForeignKeyField(
        "models.YearRecord", related_name="revisions", on_delete=fields.RESTRICT
    )
    number = fields.SmallIntField()
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="revisions", on_delete=fields.RESTRICT, db_index=True
    )
    school_id = fields.BigIntField()
    school_class_id = fields.BigIntField()
    school_year = fields.SmallIntField()
    grade = fields.SmallIntField()
    state = fields.CharEnumField(State, max_length=16, default=State.DRAFT)
    content: dict[str, Any] = fields.JSONField()
    content_digest = fields.CharField(max_length=64)
    window = fields.CharEnumField(Window, max_length=13)
    complete = fields.BooleanField(default=False)
    gaps = fields.SmallIntField(default=0, db_default=0)
    version = fields.IntField(default=1)
    predecessor_id = fields.BigIntField(null=True)
    opened_by = fields.CharEnumField(Action, max_length=20, null=True)
    reason = fields.CharField(max_length=500, default="")
    effective_from = fields.DatetimeField(null=True)
    created_at = fields.DatetimeField(auto_now_add=True)
    updated_at = fields.DatetimeField(auto_now=True)

    year_record_id: int
    book_id: int

    class Meta:
        table = "revision"
        unique_together = (("year_record", "number"),)
        indexes = [
            Index(fields=("school_id", "school_year", "state")),
            Index(fields=("school_year", "window", "state", "id")),
        ]


class StateCount(models.Model):
    """How many year records of a class stand in a state; kept by triggers in the same transaction."""

    id = fields.BigIntField(primary_key=True)
    school_id = fields.BigIntField()
    school_year = fields.SmallIntField()
    grade = fields.SmallIntField()
    school_class_id = fields.BigIntField()
    state = fields.CharEnumField(State, max_length=16)
    count = fields.IntField()

    class Meta:
        table = "state_count"
        unique_together = (("school_class_id", "state"),)
        indexes = [("school_id", "school_year")]


class SchoolCount(models.Model):
    """The sum of a school's ``StateCount`` rows, so that a province is read from hundreds of rows, not thousands."""

    id = fields.BigIntField(primary_key=True)
    school_id = fields.BigIntField()
    school_year = fields.SmallIntField()
    state = fields.CharEnumField(State, max_length=16)
    count = fields.IntField()

    class Meta:
        table = "school_count"
        unique_together = (("school_year", "school_id", "state"),)
