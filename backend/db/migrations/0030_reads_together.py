"""The door that records reads of many books at once, each while what is known of its book still holds."""

from tortoise import migrations
from tortoise.migrations import operations as ops

# The same words as ``book_fingerprint``, for a book of each row.
FINGERPRINT = """
SELECT md5(coalesce(string_agg(concat_ws(':', r.id, r.state, extract(epoch FROM r.effective_from),
         (SELECT count(*) FROM artefact f WHERE f.revision_id = r.id),
         (SELECT count(*) FROM signature s WHERE s.revision_id = r.id)), ',' ORDER BY r.id), ''))
  FROM revision r WHERE r.book_id = a.book_id"""

TOGETHER = f"""
CREATE FUNCTION record_known_accesses(codes text[], fingerprints text[], purposes text[], means text[], outcomes text[],
                                      networks text[]) RETURNS boolean[]
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH asked AS (
    SELECT k.*, b.id AS book_id
      FROM unnest(codes, fingerprints, purposes, means, outcomes, networks)
           WITH ORDINALITY AS k(code, fingerprint, purpose, means, outcome, network, place)
      LEFT JOIN record_book b ON b.lookup_code = k.code
  ), judged AS MATERIALIZED (
    SELECT a.*, a.book_id IS NOT NULL AND ({FINGERPRINT}) = a.fingerprint AS holds FROM asked a
  ), written AS (
    INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, network)
    SELECT now(), j.book_id, 'PUBLIC', '', j.purpose, j.means, j.outcome, j.network FROM judged j
     WHERE j.holds ORDER BY j.place
  ) SELECT array_agg(j.holds ORDER BY j.place) FROM judged j
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0029_scraping")]
    operations = [
        ops.RunSQL(
            [
                TOGETHER,
                "REVOKE ALL ON FUNCTION record_known_accesses FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION record_known_accesses TO hocba_public",
                "DROP FUNCTION record_known_access",
            ]
        )
    ]
