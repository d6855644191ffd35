"""Offices and families write down their own reads of content, of what their scope shows them and as themselves only."""

from tortoise import migrations
from tortoise.migrations import operations as ops

READERS = {"hocba_district": "DISTRICT", "hocba_department": "DEPARTMENT", "hocba_guardian": "GUARDIAN"}
SHOWN = "EXISTS (SELECT FROM year_record y WHERE y.book_id = access_event.book_id)"


class Migration(migrations.Migration):
    dependencies = [("models", "0033_calendar_rights")]
    operations = [
        ops.RunSQL(
            [
                statement
                for role, reader in READERS.items()
                for statement in (
                    f"CREATE POLICY insert_{role} ON access_event FOR INSERT TO {role}"
                    f" WITH CHECK (reader = '{reader}' AND means = 'RIGHT' AND share_code_id IS NULL AND {SHOWN})",
                    f"GRANT INSERT ON access_event TO {role}",
                    f"GRANT USAGE ON SEQUENCE access_event_id_seq TO {role}",
                )
            ]
        )
    ]
