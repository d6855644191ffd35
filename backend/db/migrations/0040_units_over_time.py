"""The tree of units over time: every name and place that a unit has, and since when.

``org_unit`` shows a unit as it is today; ``org_unit_version`` keeps what it was and what it will be. A change that is
entered ahead takes effect on its day, through a function that any process may call and that does nothing twice.
A school that ended belongs to its successor: what lay below it is below the successor, and its books are managed there.
"""

from tortoise import fields, migrations
from tortoise.migrations import operations as ops

from backend.domain.organisation import UnitKind

TODAY = "today()"
SHOWN = "name, parent_id, commune, district, province, place"
TABLE = [
    "ALTER TABLE org_unit DROP CONSTRAINT ck_org_unit_kind",
    "ALTER TABLE org_unit ADD CONSTRAINT ck_org_unit_kind"
    " CHECK (kind IN ('DEPARTMENT', 'DISTRICT', 'COMMUNE', 'SCHOOL'))",
    """
CREATE TABLE org_unit_version (
  unit_id bigint NOT NULL REFERENCES org_unit,
  valid_from date NOT NULL,
  name varchar(200) NOT NULL,
  parent_id bigint REFERENCES org_unit,
  commune varchar(80) NOT NULL,
  district varchar(80) NOT NULL,
  province varchar(80) NOT NULL,
  place varchar(80) NOT NULL,
  PRIMARY KEY (unit_id, valid_from))""",
    f"INSERT INTO org_unit_version SELECT id, valid_from, {SHOWN} FROM org_unit",
]
FIRST = f"""
CREATE FUNCTION first_version() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  INSERT INTO org_unit_version (unit_id, valid_from, {SHOWN}) VALUES
    (NEW.id, NEW.valid_from, NEW.name, NEW.parent_id, NEW.commune, NEW.district, NEW.province, NEW.place);
  RETURN NULL;
END $$"""
# A name that is put right where units are set up was never another: it holds for the version of today.
PUT_RIGHT = f"""
CREATE FUNCTION put_version_right() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  UPDATE org_unit_version v SET name = NEW.name
   WHERE v.unit_id = NEW.id AND v.name <> NEW.name AND v.valid_from = (
     SELECT max(o.valid_from) FROM org_unit_version o WHERE o.unit_id = NEW.id AND o.valid_from <= {TODAY});
  RETURN NULL;
END $$"""
UP_TO_DATE = f"""
CREATE FUNCTION bring_units_up_to_date() RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
DECLARE changed int;
BEGIN
  -- one at a time; whoever comes second finds nothing left to do
  PERFORM pg_advisory_xact_lock(hashtext('units_up_to_date'));
  UPDATE org_unit u SET (name, parent_id, commune, district, province, place) =
         (v.name, v.parent_id, v.commune, v.district, v.province, v.place)
    FROM (SELECT DISTINCT ON (unit_id) * FROM org_unit_version WHERE valid_from <= {TODAY}
           ORDER BY unit_id, valid_from DESC) v
   WHERE v.unit_id = u.id AND (u.name, u.parent_id, u.commune, u.district, u.province, u.place) IS DISTINCT FROM
         (v.name, v.parent_id, v.commune, v.district, v.province, v.place);
  GET DIAGNOSTICS changed = ROW_COUNT;
  UPDATE record_book b SET managing_school_id = u.successor_id
    FROM org_unit u
   WHERE u.id = b.managing_school_id AND u.kind = 'SCHOOL' AND u.valid_to < {TODAY} AND u.successor_id IS NOT NULL;
  RETURN changed;
END $$"""
# A unit that has ended reaches nothing any more; a school also reaches those that it has succeeded.
BELOW = f"""
CREATE OR REPLACE FUNCTION schools_below(top bigint) RETURNS bigint[]
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  WITH RECURSIVE below AS (
    SELECT id, kind FROM org_unit WHERE id = top AND (valid_to IS NULL OR valid_to >= {TODAY})
    UNION
    SELECT u.id, u.kind FROM below b JOIN org_unit u
        ON (u.parent_id = b.id AND u.valid_from <= {TODAY} AND (u.valid_to IS NULL OR u.valid_to >= {TODAY}))
        OR (b.kind = 'SCHOOL' AND u.kind = 'SCHOOL' AND u.successor_id = b.id AND u.valid_to < {TODAY})
  ) SELECT coalesce(array_agg(id ORDER BY id), '{{}}') FROM below WHERE kind = 'SCHOOL'
$$"""
ON_DAY = """
CREATE FUNCTION units_on(day date)
RETURNS TABLE (id bigint, kind varchar, code varchar, name varchar, parent_id bigint)
LANGUAGE sql STABLE AS $$
  SELECT u.id, u.kind, u.code, v.name, v.parent_id
    FROM org_unit u JOIN LATERAL (
      SELECT o.name, o.parent_id FROM org_unit_version o WHERE o.unit_id = u.id AND o.valid_from <= day
       ORDER BY o.valid_from DESC LIMIT 1) v ON true
   WHERE u.valid_from <= day AND (u.valid_to IS NULL OR u.valid_to >= day)
$$"""
EVERYBODY = (
    "hocba_public",
    "hocba_guardian",
    "hocba_integrator",
    "hocba_school",
    "hocba_district",
    "hocba_department",
    "hocba_worker",
)
RIGHTS = [
    *(f"ALTER TABLE org_unit_version {mode} ROW LEVEL SECURITY" for mode in ("ENABLE", "FORCE")),
    *(
        statement
        for role in EVERYBODY
        for statement in (
            f"CREATE POLICY read_{role} ON org_unit_version FOR SELECT TO {role} USING (true)",
            f"GRANT SELECT ON org_unit_version TO {role}",
        )
    ),
    # What has begun is history; a change that lies ahead may still be entered anew.
    f"CREATE POLICY insert_hocba_department ON org_unit_version FOR INSERT TO hocba_department"
    f" WITH CHECK (valid_from >= {TODAY})",
    f"CREATE POLICY update_hocba_department ON org_unit_version FOR UPDATE TO hocba_department"
    f" USING (valid_from >= {TODAY}) WITH CHECK (valid_from >= {TODAY})",
    f"GRANT INSERT, UPDATE ({SHOWN}) ON org_unit_version TO hocba_department",
    "REVOKE UPDATE (name) ON org_unit FROM hocba_department",
    "REVOKE ALL ON FUNCTION bring_units_up_to_date FROM PUBLIC",
    "GRANT EXECUTE ON FUNCTION bring_units_up_to_date TO hocba_department, hocba_worker",
]
TRIGGERS = [
    "CREATE TRIGGER first_version AFTER INSERT ON org_unit FOR EACH ROW EXECUTE FUNCTION first_version()",
    "CREATE TRIGGER put_version_right AFTER UPDATE OF name ON org_unit"
    " FOR EACH ROW EXECUTE FUNCTION put_version_right()",
    "CREATE TRIGGER never_emptied BEFORE TRUNCATE ON org_unit_version FOR EACH STATEMENT EXECUTE FUNCTION append_only()",
]


class Migration(migrations.Migration):
    dependencies = [("models", "0039_held_once")]
    operations = [
        ops.AlterField(
            model_name="OrgUnit",
            name="kind",
            field=fields.CharEnumField(
                description="\n".join(f"{kind.name}: {kind.value}" for kind in UnitKind),
                enum_type=UnitKind,
                max_length=12,
            ),
        ),
        ops.RunSQL([*TABLE, FIRST, PUT_RIGHT, UP_TO_DATE, BELOW, ON_DAY, *RIGHTS, *TRIGGERS]),
    ]
