-- The year records of one school year, by whole sets. Variables: year, records.
-- Expects bench_school, bench_name and bench_template (loading.py). One statement for each step, in this order.

-- step: classes
INSERT INTO school_class (school_id, school_year, grade, name)
SELECT s.id, :year, 1 + k % 5, (1 + k % 5) || chr(65 + k / 5)
  FROM (SELECT n / size AS k, n % size AS place
          FROM generate_series(0, (:records + 34) / 35 - 1) AS n, (SELECT count(*)::int AS size FROM bench_school) AS all_schools
       ) AS c
  JOIN bench_school s USING (place);

-- step: rows
CREATE UNLOGGED TABLE bench_row AS
SELECT i, :year::smallint AS school_year, c.school_id, c.id AS class_id, c.grade, c.name AS class_name, n.full_name,
       n.name_fold, n.sort_key, n.gender, s.school, t.template_key, t.due,
       make_date(:year - 5 - c.grade, 1 + i % 12, 1 + i % 28) AS birth_date,
       nextval(pg_get_serial_sequence('pupil', 'id')) AS pupil_id,
       nextval(pg_get_serial_sequence('record_book', 'id')) AS book_id,
       nextval(pg_get_serial_sequence('year_record', 'id')) AS record_id,
       nextval(pg_get_serial_sequence('revision', 'id')) AS revision_id,
       CASE WHEN luck < 50 THEN 'LOCKED' WHEN luck < 60 THEN 'ACCEPTED' WHEN luck < 66 THEN 'SUBMITTED'
            WHEN luck < 72 THEN 'ISSUED' WHEN luck < 78 THEN 'PRINCIPAL_SIGNED' WHEN luck < 90 THEN 'TEACHER_SIGNED'
            ELSE 'DRAFT' END AS state
  FROM (SELECT i, chance, chance % 100 AS luck
          FROM generate_series(0, :records - 1) AS i,
               LATERAL (SELECT hashint8extended(i, :year) & 2147483647 AS chance) AS drawn) AS chances
  JOIN (SELECT row_number() OVER (ORDER BY id) - 1 AS place, * FROM school_class WHERE school_year = :year) c
    ON c.place = i / 35
  JOIN bench_school s ON s.id = c.school_id
  JOIN bench_name n ON n.place = chance / 100 % (SELECT count(*) FROM bench_name)
  JOIN bench_template t ON t.grade = c.grade AND t.place = chance / 7 % (SELECT max(place) + 1 FROM bench_template)
 ORDER BY i;

-- step: statistics
ANALYZE bench_row;

-- step: pupils
INSERT INTO pupil (id, full_name, name_fold, sort_key, birth_date, gender, ethnicity, nationality, birth_place,
                   hometown, address, father, mother, guardian, citizen_number, pupil_code)
SELECT pupil_id, full_name, name_fold, sort_key, birth_date, gender, ethnicity,
       nationality, birth_place, hometown,
       address, father, mother, '',
       '022' || lpad(pupil_id::text, 9, '0'), 'B' || lpad(pupil_id::text, 9, '0')
  FROM bench_row JOIN bench_home USING (template_key);

-- step: books
INSERT INTO record_book (id, pupil_id, lookup_code, managing_school_id, school_class_id, has_foreign_years, opened_on)
SELECT book_id, pupil_id, replace(gen_random_uuid()::text, '-', ''), school_id, class_id, false,
       make_date(school_year - grade + 1, 9, 5)
  FROM bench_row;

-- step: enrolments
INSERT INTO enrolment (book_id, school_year, class_name, school_name, register_number, entered_on)
SELECT book_id, school_year, class_name, school ->> 'name', '', make_date(school_year, 9, 5) FROM bench_row;

-- step: records
INSERT INTO year_record (id, book_id, school_id, school_class_id, school_year, grade, pupil_name, name_fold, sort_key,
                         state, updated_at)
SELECT record_id, book_id, school_id, class_id, school_year, grade, full_name, name_fold, sort_key, 'DRAFT', now()
  FROM bench_row;

-- step: contents (made for the first year; later years, which nothing reads, take them over)
CREATE UNLOGGED TABLE IF NOT EXISTS bench_content AS
SELECT i, template || jsonb_build_object(
         'schoolYear', school_year || '-' || school_year + 1, 'className', class_name, 'school', school,
         'pupil', (template -> 'pupil') || jsonb_build_object('fullName', full_name, 'birthDate', birth_date,
           'gender', gender, 'citizenNumber', '022' || lpad(pupil_id::text, 9, '0'),
           'pupilCode', 'B' || lpad(pupil_id::text, 9, '0')),
         'history', (SELECT jsonb_agg(jsonb_build_object(
           'schoolYear', school_year - grade + g || '-' || school_year - grade + g + 1,
           'className', g || substr(class_name, 2), 'schoolName', school ->> 'name', 'registerNumber', '',
           'enteredOn', make_date(school_year - grade + g, 9, 5)) ORDER BY g) FROM generate_series(1, grade) AS g)
       ) AS content
  FROM (SELECT r.*, t.content AS template FROM bench_row r JOIN bench_template t USING (template_key)) AS r;

-- step: revisions
INSERT INTO revision (id, year_record_id, number, book_id, school_id, school_class_id, school_year, grade, state,
                      content, content_digest, "window", complete, version, reason, effective_from, created_at,
                      updated_at)
SELECT revision_id, record_id, 1, book_id, school_id, class_id, school_year, grade, state, content,
       encode(sha256(convert_to(revision_id::text, 'UTF8')), 'hex'), due, true, 1, '',
       CASE WHEN state = 'LOCKED' THEN make_timestamptz(school_year + 1, 6, 30, 17, 0, 0) END, now(),
       make_timestamptz(school_year + 1, 5, 28, 8, 0, 0) + i % 10000 * interval '1 minute'
  FROM bench_row JOIN bench_content USING (i);

-- step: pointers (the trigger names the state and moves the counts)
UPDATE year_record y SET working_revision_id = b.revision_id,
       standing_revision_id = CASE WHEN b.state IN ('LOCKED', 'ACCEPTED') THEN b.revision_id END
  FROM bench_row b WHERE y.id = b.record_id;

-- step: signatures
INSERT INTO signature (revision_id, role, credential_id, signer_name, post, unit_name, certificate_serial,
                       certificate_issuer, signed_at, created_at)
SELECT revision_id, r.role, r.place, r.signer, r.post, school ->> 'name',
       lpad(to_hex(revision_id * 8 + r.place), 40, '7'), 'CN=CA chuyên dùng Chính phủ (G2), O=Ban Cơ yếu Chính phủ, C=VN',
       make_timestamptz(school_year + 1, 5, 28, 8, 0, 0) + (i % 10000 + r.place * 600) * interval '1 minute', now()
  FROM bench_row JOIN bench_signed r ON state = ANY (r.states);

-- step: artefacts
INSERT INTO artefact (revision_id, role, kind, digest, size, created_at)
SELECT revision_id, r.role, kind, encode(sha256(convert_to(revision_id || r.role || kind, 'UTF8')), 'hex'),
       CASE kind WHEN 'PDF' THEN 130000 ELSE 21000 END + revision_id % 1000, now()
  FROM bench_row JOIN bench_signed r ON state = ANY (r.states), unnest(ARRAY['XML', 'PDF']) AS kind;

-- step: done
DROP TABLE bench_row;
