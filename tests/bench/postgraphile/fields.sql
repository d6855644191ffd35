-- What PostGraphile needs beside our tables to answer the same questions: computed fields, and functions where our
-- schema has a root field of its own. They run with the caller's rights, so row security holds inside.

DROP TYPE IF EXISTS bench_subject_result, bench_trait_result, bench_group_comment, bench_state_count CASCADE;
DROP TABLE IF EXISTS bench_subject, bench_trait, bench_action CASCADE;

CREATE TYPE bench_subject_result AS (code text, name text, level text, score int, comment text);
CREATE TYPE bench_trait_result AS (code text, name text, level text);
CREATE TYPE bench_group_comment AS (group_code text, comment text);
CREATE TYPE bench_state_count AS (state text, count bigint);
CREATE TABLE bench_subject (grade int, code text, name text, place int, PRIMARY KEY (grade, code));
CREATE TABLE bench_trait (grade int, code text, name text, place int, PRIMARY KEY (grade, code));
CREATE TABLE bench_action (role text, action text, place int, states text[], before_deadline boolean, PRIMARY KEY (role, action));
GRANT SELECT ON bench_subject, bench_trait, bench_action TO hocba_public, hocba_school, hocba_district, hocba_department;

CREATE OR REPLACE FUNCTION year_record_school_year_label(record year_record) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT record.school_year || '-' || record.school_year + 1 $$;

CREATE OR REPLACE FUNCTION revision_subjects(r revision) RETURNS SETOF bench_subject_result LANGUAGE sql STABLE AS $$
  SELECT s.code, s.name, given ->> 'level', (given #>> '{scores,CN,-1}')::int, coalesce(given ->> 'comment', '')
    FROM bench_subject s, LATERAL (SELECT r.content #> ARRAY['subjects', s.code] AS given) AS found
   WHERE s.grade = r.grade ORDER BY s.place $$;

CREATE OR REPLACE FUNCTION revision_traits(r revision) RETURNS SETOF bench_trait_result LANGUAGE sql STABLE AS $$
  SELECT t.code, t.name, r.content #>> ARRAY['traits', t.code] FROM bench_trait t WHERE t.grade = r.grade ORDER BY t.place $$;

CREATE OR REPLACE FUNCTION revision_comments(r revision) RETURNS SETOF bench_group_comment LANGUAGE sql STABLE AS $$
  SELECT key, value FROM jsonb_each_text(r.content -> 'comments') $$;

CREATE OR REPLACE FUNCTION revision_outcome(r revision) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT r.content ->> 'outcome' $$;
CREATE OR REPLACE FUNCTION revision_promoted(r revision) RETURNS boolean
LANGUAGE sql IMMUTABLE AS $$ SELECT (r.content ->> 'promoted')::boolean $$;
CREATE OR REPLACE FUNCTION revision_school_name(r revision) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT r.content #>> '{school,name}' $$;
CREATE OR REPLACE FUNCTION revision_class_name(r revision) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT r.content ->> 'className' $$;
CREATE OR REPLACE FUNCTION revision_pupil_name(r revision) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT r.content #>> '{pupil,fullName}' $$;
CREATE OR REPLACE FUNCTION revision_birth_date(r revision) RETURNS date
LANGUAGE sql IMMUTABLE AS $$ SELECT (r.content #>> '{pupil,birthDate}')::date $$;
CREATE OR REPLACE FUNCTION revision_gender(r revision) RETURNS text
LANGUAGE sql IMMUTABLE AS $$ SELECT r.content #>> '{pupil,gender}' $$;

-- The years of a book, to whoever has both its code and its pupil's birth date; each look is an access event.
CREATE OR REPLACE FUNCTION lookup(code text, second_factor date) RETURNS SETOF year_record LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY SELECT y.* FROM record_book b JOIN year_record y ON y.book_id = b.id
      JOIN revision r ON r.id = y.standing_revision_id
     WHERE b.lookup_code = code AND (r.content #>> '{pupil,birthDate}')::date = second_factor
     ORDER BY y.school_year;
  PERFORM record_access('NOT_STATED', 'BIRTH_DATE', CASE WHEN FOUND THEN 'FULL' ELSE 'REFUSED' END, NULL, '');
END $$;

-- The same without the event, which is then no mutation.
CREATE OR REPLACE FUNCTION lookup_unrecorded(code text, second_factor date) RETURNS SETOF year_record
LANGUAGE sql STABLE AS $$
  SELECT y.* FROM record_book b JOIN year_record y ON y.book_id = b.id JOIN revision r ON r.id = y.standing_revision_id
   WHERE b.lookup_code = code AND (r.content #>> '{pupil,birthDate}')::date = second_factor
   ORDER BY y.school_year $$;

-- The answer of backend.domain.policy for the working and the standing revision.
CREATE OR REPLACE FUNCTION year_record_viewer_actions(record year_record) RETURNS text[] LANGUAGE sql STABLE AS $$
  SELECT array_agg(a.action ORDER BY a.place)
    FROM revision w LEFT JOIN revision s ON s.id = record.standing_revision_id, bench_action a,
         LATERAL (SELECT CASE WHEN w.state = ANY (a.states) THEN w.id WHEN s.state = ANY (a.states) THEN s.id END AS id,
                         CASE WHEN w.state = ANY (a.states) THEN w."window" ELSE s."window" END AS due) AS target
   WHERE w.id = record.working_revision_id AND a.role = current_setting('app.role')
     AND (a.action = 'VIEW' OR (target.id IS NOT NULL AND s.state IS DISTINCT FROM 'LOCKED'
          AND (a.action <> 'DISCARD' OR (s.id IS NOT NULL AND s.id <> target.id))
          AND (a.action <> 'REPLACE' OR s.id IS NULL OR s.id = w.id)
          AND (NOT a.before_deadline OR NOT EXISTS (
                SELECT FROM lock_period p WHERE p.school_year = record.school_year AND p."window" = target.due
                   AND (p.sealed_at IS NOT NULL OR p.locks_at <= now()))))) $$;

CREATE OR REPLACE FUNCTION school_progress(year int) RETURNS SETOF org_unit LANGUAGE sql STABLE AS $$
  SELECT u.* FROM org_unit u
   WHERE EXISTS (SELECT FROM school_count c WHERE c.school_id = u.id AND c.school_year = year) ORDER BY u.id $$;

CREATE OR REPLACE FUNCTION district_progress(year int) RETURNS SETOF org_unit LANGUAGE sql STABLE AS $$
  SELECT d.* FROM org_unit d WHERE d.kind = 'DISTRICT' ORDER BY d.id $$;

CREATE OR REPLACE FUNCTION org_unit_counts(unit org_unit, year int) RETURNS SETOF bench_state_count LANGUAGE sql STABLE AS $$
  SELECT c.state, c.count::bigint FROM school_count c
   WHERE c.school_year = year AND c.school_id = unit.id AND c.count > 0 ORDER BY c.state $$;

CREATE OR REPLACE FUNCTION org_unit_district_counts(unit org_unit, year int) RETURNS SETOF bench_state_count
LANGUAGE sql STABLE AS $$
  SELECT c.state, sum(c.count)::bigint FROM org_unit s JOIN school_count c ON c.school_id = s.id
   WHERE s.parent_id = unit.id AND c.school_year = year AND c.count > 0 GROUP BY c.state ORDER BY c.state $$;

CREATE OR REPLACE FUNCTION school_class_counts(class school_class) RETURNS SETOF bench_state_count LANGUAGE sql STABLE AS $$
  SELECT c.state, c.count::bigint FROM state_count c
   WHERE c.school_class_id = class.id AND c.count > 0 ORDER BY c.state $$;

-- The writes of our act_on_record for a return, in the same order, so that the same triggers do the same work.
CREATE OR REPLACE FUNCTION record_return(record_id bigint, reason text) RETURNS year_record LANGUAGE plpgsql AS $$
DECLARE record year_record; old revision; fresh bigint;
BEGIN
  SELECT * INTO STRICT record FROM year_record y WHERE y.id = record_id FOR UPDATE;
  SELECT * INTO STRICT old FROM revision r WHERE r.id = record.working_revision_id;
  IF NOT 'RETURN' = ANY (year_record_viewer_actions(record)) THEN
    RAISE EXCEPTION 'the state forbids it';
  END IF;
  INSERT INTO revision (year_record_id, number, book_id, school_id, school_class_id, school_year, grade, state,
         content, content_digest, "window", complete, version, predecessor_id, opened_by, reason, created_at, updated_at)
  VALUES (record.id, old.number + 1, old.book_id, old.school_id, old.school_class_id, old.school_year, old.grade, 'DRAFT',
         old.content, old.content_digest, old."window", old.complete, 1, old.id, 'RETURN', record_return.reason, now(),
         now()) RETURNING id INTO fresh;
  UPDATE year_record SET working_revision_id = fresh, updated_at = now() WHERE id = record.id RETURNING * INTO record;
  UPDATE revision SET state = 'RETURNED', updated_at = now() WHERE id = old.id;
  INSERT INTO audit_event (at, staff_id, assignment_id, action, school_id, revision_id, detail, door, network, device)
  VALUES (now(), current_setting('app.staff')::bigint, current_setting('app.assignment')::bigint, 'RETURN',
         record.school_id, old.id, jsonb_build_object('reason', record_return.reason), 'GRAPHQL', '', '');
  RETURN record;
END $$;
