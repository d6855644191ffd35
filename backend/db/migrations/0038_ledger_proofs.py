"""Proofs in one statement: a leaf's path, made of the full subtrees; a lookup's answer also rests on it.

The path is the arithmetic of ``backend.domain.merkle``; a test compares both for every leaf of every size.
"""

from tortoise import migrations
from tortoise.migrations import operations as ops

# From the right edge to the left: what was folded so far is the right side of the next larger subtree.
STRETCH_ROOT = """
CREATE FUNCTION ledger_root(first bigint, past bigint) RETURNS bytea
LANGUAGE plpgsql STABLE SET search_path = public AS $$
DECLARE
  step int := 0;
  rest bigint := past - first;
  edge bigint := past;
  subtree bytea;
  root bytea;
BEGIN
  WHILE rest > 0 LOOP
    IF rest & 1 = 1 THEN
      SELECT hash INTO STRICT subtree FROM ledger_node n WHERE n.level = step AND n.number = (edge >> step) - 1;
      root := CASE WHEN root IS NULL THEN subtree ELSE sha256('\\x01'::bytea || subtree || root) END;
      edge := edge - (1::bigint << step);
    END IF;
    rest := rest >> 1;
    step := step + 1;
  END LOOP;
  RETURN root;
END $$"""

PATH = """
CREATE FUNCTION inclusion_path(leaf bigint, size bigint) RETURNS text[]
LANGUAGE plpgsql STABLE SET search_path = public AS $$
DECLARE
  step int := 0;
  place bigint := leaf;
  last bigint := size - 1;
  path text[] := '{}';
BEGIN
  IF leaf < 0 OR leaf >= size THEN
    RETURN NULL;
  END IF;
  WHILE last > 0 LOOP
    IF place & 1 = 1 THEN
      path := path || encode(ledger_root((place - 1) << step, place << step), 'hex');
    ELSIF place < last THEN
      path := path || encode(ledger_root((place + 1) << step, least((place + 2) << step, size)), 'hex');
    END IF;
    place := place >> 1;
    last := last >> 1;
    step := step + 1;
  END LOOP;
  RETURN path;
END $$"""

# As before, and whether a signed head covers the leaf: the proof comes with the first that does, and then stays.
STANDS = """md5(coalesce(string_agg(concat_ws(':', r.id, r.state, extract(epoch FROM r.effective_from),
         (SELECT count(*) FROM artefact f WHERE f.revision_id = r.id),
         (SELECT count(*) FROM signature s WHERE s.revision_id = r.id),
         (SELECT e.index < (SELECT max(h.size) FROM signed_head h) FROM ledger_entry e WHERE e.revision_id = r.id)),
         ',' ORDER BY r.id), ''))"""

FINGERPRINT = f"""
CREATE OR REPLACE FUNCTION book_fingerprint() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT {STANDS} FROM record_book b JOIN revision r ON r.book_id = b.id WHERE b.lookup_code = scope_code()
$$"""

TOGETHER = f"""
CREATE OR REPLACE FUNCTION record_known_accesses(codes text[], fingerprints text[], purposes text[], means text[],
                                                 outcomes text[], networks text[]) RETURNS boolean[]
LANGUAGE sql SECURITY DEFINER SET search_path = public AS $$
  WITH asked AS (
    SELECT k.*, b.id AS book_id
      FROM unnest(codes, fingerprints, purposes, means, outcomes, networks)
           WITH ORDINALITY AS k(code, fingerprint, purpose, means, outcome, network, place)
      LEFT JOIN record_book b ON b.lookup_code = k.code
  ), judged AS MATERIALIZED (
    SELECT a.*, a.book_id IS NOT NULL
           AND (SELECT {STANDS} FROM revision r WHERE r.book_id = a.book_id) = a.fingerprint AS holds FROM asked a
  ), written AS (
    INSERT INTO access_event (at, book_id, reader, reader_name, purpose, means, outcome, network)
    SELECT now(), j.book_id, 'PUBLIC', '', j.purpose, j.means, j.outcome, j.network FROM judged j
     WHERE j.holds ORDER BY j.place
  ) SELECT array_agg(j.holds ORDER BY j.place) FROM judged j
$$"""

# Asked for behind a signed link that only somebody who was shown the leaf is given; the content's digest stands in it.
LEAF = """
CREATE FUNCTION leaf_of(leaf bigint, content text) RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = public AS $$
  SELECT e.leaf FROM ledger_entry e JOIN revision r ON r.id = e.revision_id
   WHERE e.index = $1 AND r.content_digest = $2
$$"""


class Migration(migrations.Migration):
    dependencies = [("models", "0037_preflight")]
    operations = [
        ops.RunSQL(
            [
                STRETCH_ROOT,
                PATH,
                FINGERPRINT,
                TOGETHER,
                LEAF,
                "REVOKE ALL ON FUNCTION leaf_of FROM PUBLIC",
                "GRANT EXECUTE ON FUNCTION leaf_of TO hocba_public",
            ]
        )
    ]
