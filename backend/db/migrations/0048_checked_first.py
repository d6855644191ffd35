"""Nothing is accepted before its packet has been checked, by whomever.

The policy asks ``being_checked`` with every record that it reads; a trigger says the same of the change of state itself.
"""

from importlib import import_module

from tortoise import migrations
from tortoise.migrations import operations as ops

from backend.db.windows import BEING_CHECKED
from backend.domain.submission import BEFORE_CHECK

ACTS = import_module("backend.db.migrations.0025_acts")
ROLES = (
    "hocba_app, hocba_worker, hocba_school, hocba_district, hocba_department, hocba_guardian, hocba_public,"
    " hocba_integrator"
)
STAGES = ", ".join(f"'{stage}'" for stage in sorted(BEFORE_CHECK))

ASKED = f"""
CREATE FUNCTION being_checked(of bigint) RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT EXISTS (SELECT FROM submission_item i JOIN submission m ON m.id = i.submission_id
                  WHERE i.revision_id = of AND i.verdict = 'PENDING' AND m.stage IN ({STAGES}))
$$"""

GUARD = """
CREATE FUNCTION checked_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF being_checked(NEW.id) THEN
    RAISE EXCEPTION 'the packet of revision % is being checked', NEW.id USING ERRCODE = 'HB006';
  END IF;
  RETURN NEW;
END $$"""


def _facts_too(act: str) -> str:
    """The act on one record, with whether it is being checked among what it is judged by and answers."""
    for old, new in (
        ("CREATE FUNCTION act_on_record", "CREATE OR REPLACE FUNCTION act_on_record"),
        (ACTS.FACTS, f"{ACTS.FACTS[:-1]}, ({BEING_CHECKED})::text)"),
        ("closed.windows INTO r", f"closed.windows, {BEING_CHECKED} INTO r"),
    ):
        if act.count(old) != 1:
            raise ValueError(old)
        act = act.replace(old, new)
    return act


class Migration(migrations.Migration):
    dependencies = [("models", "0047_progress_told")]
    operations = [
        ops.RunSQL(
            [
                ASKED,
                "REVOKE ALL ON FUNCTION being_checked FROM PUBLIC",
                f"GRANT EXECUTE ON FUNCTION being_checked TO {ROLES}",
                "ALTER TYPE acted_record ADD ATTRIBUTE being_checked boolean",
                _facts_too(ACTS.ACT),
                GUARD,
                "CREATE TRIGGER checked_first BEFORE UPDATE OF state ON revision FOR EACH ROW"
                " WHEN (OLD.state = 'SUBMITTED' AND NEW.state = 'ACCEPTED') EXECUTE FUNCTION checked_first()",
            ]
        )
    ]
