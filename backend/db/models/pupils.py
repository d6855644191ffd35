"""Pupils, the adults who answer for them, and the one record book each pupil has for primary school."""

from tortoise import fields, models

from backend.db.models.organisation import OrgUnit, SchoolClass
from backend.domain.identifiers import Gender


class Pupil(models.Model):
    """A child. Empty text means that the school has no value; only people with a right see any of it."""

    id = fields.BigIntField(primary_key=True)
    full_name = fields.CharField(max_length=60)
    name_fold = fields.CharField(max_length=60)
    sort_key = fields.CharField(max_length=200)
    birth_date = fields.DateField(null=True)
    gender = fields.CharEnumField(Gender, max_length=9, default=Gender.NOT_KNOWN)
    ethnicity = fields.CharField(max_length=60, default="")
    nationality = fields.CharField(max_length=60, default="")
    birth_place = fields.CharField(max_length=120, default="")
    hometown = fields.CharField(max_length=120, default="")
    address = fields.CharField(max_length=200, default="")
    father = fields.CharField(max_length=60, default="")
    mother = fields.CharField(max_length=60, default="")
    guardian = fields.CharField(max_length=60, default="")
    citizen_number = fields.CharField(max_length=12, null=True, unique=True)
    pupil_code = fields.CharField(max_length=20, null=True, unique=True)

    class Meta:
        table = "pupil"
        indexes = [("name_fold", "birth_date")]


class Guardian(models.Model):
    """An adult who may see a pupil's book, linked by the mark of a verified citizen number."""

    id = fields.BigIntField(primary_key=True)
    pupil: fields.ForeignKeyRelation[Pupil] = fields.ForeignKeyField(
        "models.Pupil", related_name="guardians", on_delete=fields.RESTRICT
    )
    full_name = fields.CharField(max_length=60)
    relation = fields.CharField(max_length=20)
    citizen_mark = fields.CharField(max_length=80, null=True)

    pupil_id: int

    class Meta:
        table = "guardian"
        unique_together = (("pupil", "citizen_mark"),)
        indexes = [("citizen_mark",)]


class GuardianLogin(models.Model):
    """A login at a provider of guardians, with the mark of the citizen number that the provider has verified."""

    id = fields.BigIntField(primary_key=True)
    issuer = fields.CharField(max_length=200)
    subject = fields.CharField(max_length=200)
    citizen_mark = fields.CharField(max_length=80)
    full_name = fields.CharField(max_length=120)
    verified_at = fields.DatetimeField()

    class Meta:
        table = "guardian_login"
        unique_together = (("issuer", "subject"),)


class RecordBook(models.Model):
    """Học bạ: one for each pupil; the lookup code never changes, the managing school may."""

    id = fields.BigIntField(primary_key=True)
    pupil: fields.OneToOneRelation[Pupil] = fields.OneToOneField(
        "models.Pupil", related_name="book", on_delete=fields.RESTRICT
    )
    lookup_code = fields.CharField(max_length=32, unique=True)
    managing_school: fields.ForeignKeyRelation[OrgUnit] = fields.ForeignKeyField(
        "models.OrgUnit", related_name="books", on_delete=fields.RESTRICT
    )
    school_class: fields.ForeignKeyRelation[SchoolClass] = fields.ForeignKeyField(
        "models.SchoolClass", related_name="books", on_delete=fields.RESTRICT
    )
    has_foreign_years = fields.BooleanField(default=False)
    opened_on = fields.DateField()

    pupil_id: int
    managing_school_id: int
    school_class_id: int

    class Meta:
        table = "record_book"
        indexes = [("managing_school_id", "school_class_id")]


class Enrolment(models.Model):
    """A row of "Quá trình học tập": a book in one school in one school year."""

    id = fields.BigIntField(primary_key=True)
    book: fields.ForeignKeyRelation[RecordBook] = fields.ForeignKeyField(
        "models.RecordBook", related_name="enrolments", on_delete=fields.RESTRICT
    )
    school_year = fields.SmallIntField()
    class_name = fields.CharField(max_length=20)
    school_name = fields.CharField(max_length=200)
    register_number = fields.CharField(max_length=20, default="")
    entered_on = fields.DateField(null=True)

    book_id: int

    class Meta:
        table = "enrolment"
        unique_together = (("book", "school_year", "school_name"),)
