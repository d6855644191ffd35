"""Printed copies: noted through one door, together with the read that the family sees, and never changed."""

from typing import Any

from tortoise import fields, migrations
from tortoise.fields import Field
from tortoise.fields.base import OnDelete
from tortoise.indexes import Index
from tortoise.migrations import operations as ops

from backend.domain.access import AccessMeans, AccessPurpose, AccessReader

SCHOOLS = "ANY ((SELECT scope_schools())::bigint[])"
OF_A_BOOK_HERE = (
    "(SELECT scope_classes()) IS NULL AND EXISTS (SELECT FROM year_record y WHERE y.id = year_record_id)"
)
READS = {
    "hocba_school": OF_A_BOOK_HERE,
    "hocba_district": "EXISTS (SELECT FROM year_record y WHERE y.id = year_record_id)",
    "hocba_department": "true",
    "hocba_guardian": "book_id = ANY ((SELECT scope_books())::bigint[])",
    "hocba_worker": "true",
    # may ask and find nothing, so that a thing out of sight is answered like one that is not there
    "hocba_public": "false",
    "hocba_integrator": "false",
}

# The school that confirms is the one that issued the record, else the one that keeps its book now; the copy is
# printed from the file that carries the lock's seal, so there is none before it.
DOOR = """
CREATE FUNCTION confirm_print(record bigint, whom text, why text, said text, net text, trial boolean) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE
  y year_record;
  b record_book;
  file text;
  made bigint;
  here bigint;
BEGIN
  SELECT * INTO y FROM year_record WHERE id = record;
  SELECT * INTO b FROM record_book WHERE id = y.book_id;
  here := CASE WHEN y.school_id = ANY (scope_schools()) THEN y.school_id
               WHEN b.managing_school_id = ANY (scope_schools()) THEN b.managing_school_id END;
  IF here IS NULL OR scope_classes() IS NOT NULL THEN RETURN -1; END IF;
  SELECT a.digest INTO file FROM revision r JOIN artefact a ON a.revision_id = r.id
   WHERE r.id = y.standing_revision_id AND r.state = 'LOCKED' AND a.role = 'LOCK_SEAL' AND a.kind = 'PDF';
  IF file IS NULL THEN RETURN -2; END IF;
  IF trial THEN RETURN 0; END IF;
  INSERT INTO print_confirmation (book_id, year_record_id, revision_id, school_id, school_name, pupil_name, class_name,
    school_year, lookup_code, revision_number, content_digest, file_digest, recipient, purpose, note, printed_by_id,
    printed_by, printed_at)
  SELECT b.id, y.id, r.id, here, u.name, p.full_name, k.name, y.school_year, b.lookup_code, r.number, r.content_digest,
         file, whom, why, said, s.id, s.full_name, now()
    FROM org_unit u, pupil p, staff s, school_class k, revision r
   WHERE u.id = here AND p.id = b.pupil_id AND s.id = scope_staff() AND k.id = y.school_class_id
     AND r.id = y.standing_revision_id
  RETURNING id INTO STRICT made;
  INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, network)
  SELECT now(), b.id, 'SCHOOL', u.name, why, 'PRINT', 'FULL', net FROM org_unit u WHERE u.id = here;
  PERFORM enqueue_jobs('print.sheet/1', ARRAY[jsonb_build_object('print_id', made)], ARRAY['print:' || made], 0);
  RETURN made;
END $$"""

STATEMENTS = [
    *(f"ALTER TABLE print_confirmation {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    *(
        statement
        for role, rows in READS.items()
        for statement in (
            f"CREATE POLICY read_{role} ON print_confirmation FOR SELECT TO {role} USING ({rows})",
            f"GRANT SELECT ON print_confirmation TO {role}",
        )
    ),
    "CREATE POLICY update_hocba_worker ON print_confirmation FOR UPDATE TO hocba_worker"
    " USING (sheet_digest IS NULL) WITH CHECK (true)",
    "GRANT UPDATE (sheet_digest) ON print_confirmation TO hocba_worker",
    "CREATE TRIGGER only_grows BEFORE DELETE ON print_confirmation FOR EACH ROW EXECUTE FUNCTION append_only()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON print_confirmation FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
    DOOR,
    "REVOKE ALL ON FUNCTION confirm_print FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION confirm_print TO hocba_school",
]


def _named(kinds: type[AccessReader] | type[AccessMeans] | type[AccessPurpose]) -> str:
    return "\n".join(f"{kind.name}: {kind.value}" for kind in kinds)


def _of(model: str) -> Field[Any]:
    column = {"RecordBook": "book_id", "YearRecord": "year_record_id", "Revision": "revision_id"}[model]
    return fields.ForeignKeyField(
        f"models.{model}",
        source_field=column,
        db_constraint=True,
        to_field="id",
        related_name="prints",
        on_delete=OnDelete.RESTRICT,
    )


class Migration(migrations.Migration):
    dependencies = [("models", "0057_prepared_signatures")]
    operations = [
        ops.AlterField(
            "AccessEvent",
            "reader",
            fields.CharEnumField(description=_named(AccessReader), enum_type=AccessReader, max_length=10),
        ),
        ops.AlterField(
            "AccessEvent",
            "means",
            fields.CharEnumField(description=_named(AccessMeans), enum_type=AccessMeans, max_length=10),
        ),
        ops.CreateModel(
            name="PrintConfirmation",
            fields=[
                ("id", fields.BigIntField(generated=True, primary_key=True, unique=True, db_index=True)),
                ("book", _of("RecordBook")),
                ("year_record", _of("YearRecord")),
                ("revision", _of("Revision")),
                ("school_id", fields.BigIntField()),
                ("school_name", fields.CharField(max_length=200)),
                ("pupil_name", fields.CharField(max_length=60)),
                ("class_name", fields.CharField(max_length=40)),
                ("school_year", fields.SmallIntField()),
                ("lookup_code", fields.CharField(max_length=32)),
                ("revision_number", fields.SmallIntField()),
                ("content_digest", fields.CharField(max_length=64)),
                ("file_digest", fields.CharField(max_length=64)),
                ("recipient", fields.CharField(max_length=120)),
                (
                    "purpose",
                    fields.CharEnumField(
                        description=_named(AccessPurpose), enum_type=AccessPurpose, max_length=12
                    ),
                ),
                ("note", fields.CharField(default="", max_length=500)),
                ("printed_by_id", fields.BigIntField(null=True)),
                ("printed_by", fields.CharField(max_length=120)),
                ("printed_at", fields.DatetimeField(auto_now=False, auto_now_add=False)),
                ("sheet_digest", fields.CharField(null=True, max_length=64)),
            ],
            options={
                "table": "print_confirmation",
                "app": "models",
                "indexes": [Index(fields=["year_record_id", "id"])],
                "pk_attr": "id",
                "table_description": "A copy that a school printed of a record in effect: who, when, which version, for whom and what for.",
            },
            bases=["Model"],
        ),
        ops.RunSQL(STATEMENTS),
    ]
