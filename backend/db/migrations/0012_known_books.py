"""What a whole answer to a lookup rests on, in one word; and the door that records a read while the word still holds."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# Contents of issued revisions never change, and signatures and files only grow: states and counts say everything.
FINGERPRINT = """
CREATE FUNCTION book_fingerprint() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT md5(coalesce(string_agg(concat_ws(':', r.id, r.state, extract(epoch FROM r.effective_from),
           (SELECT count(*) FROM artefact a WHERE a.revision_id = r.id),
           (SELECT count(*) FROM signature s WHERE s.revision_id = r.id)), ',' ORDER BY r.id), ''))
    FROM record_book b JOIN revision r ON r.book_id = b.id
   WHERE b.lookup_code = scope_code()
$$"""

KNOWN = """
CREATE FUNCTION record_known_access(fingerprint text, purpose text, means text, outcome text, network text)
RETURNS boolean LANGUAGE plpgsql SECURITY DEFINER SET search_path = public AS $$
BEGIN
  IF book_fingerprint() <> fingerprint THEN
    RETURN false;
  END IF;
  PERFORM record_access(purpose, means, outcome, NULL, network);
  RETURN true;
END $$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0011_guardian_logins")]
    operations = [
        ops.RunSQL(
            [
                FINGERPRINT,
                KNOWN,
                "REVOKE ALL ON FUNCTION book_fingerprint, record_known_access FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION book_fingerprint, record_known_access TO hocba_public",
            ]
        )
    ]
