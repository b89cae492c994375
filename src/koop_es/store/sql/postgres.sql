-- The statements of the store for PostgreSQL, one annotated block each: a line "name:" with what it does, then the SQL.
-- Parameters are %(named)s, so a per cent sign is written twice; a list arrives as an array, to be compared with
-- = ANY(%(ids)s). Tables are found by the search path. sqlite.sql holds the same names.

-- ==== events: the table of the eventsourcing library, which is koop_events for an application named koop ====

-- event_insert: Write events in bulk; the stock INSERT of a composite array hangs in a pipeline above half a megabyte.
COPY koop_events (originator_id, originator_version, topic, state) FROM STDIN (FORMAT BINARY)

-- event_last_position: Read the position of the event this connection wrote last.
SELECT lastval()

-- event_heads: Read the version of the last event of each stream, NULL where there is none: one index probe per stream.
SELECT asked.value, (SELECT max(originator_version) FROM koop_events WHERE originator_id = asked.value)
FROM unnest(%(streams)s::text[]) AS asked (value)

-- event_head: Read the highest position of the log.
SELECT max(notification_id) FROM koop_events

-- event_load: Read whole streams up to a position, each in version order; a probe per stream, whatever the planner knows of
-- the table, and "+ 0" so that it never walks the log instead.
SELECT e.notification_id, e.originator_id, e.originator_version, e.topic, e.state
FROM unnest(%(streams)s::text[]) WITH ORDINALITY AS asked (id, place)
CROSS JOIN LATERAL (
    SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events
    WHERE originator_id = asked.id AND notification_id + 0 <= %(upto)s ORDER BY originator_version
) AS e
ORDER BY asked.place, e.originator_version

-- event_read: Read the log after a position.
SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events
WHERE notification_id > %(after)s ORDER BY notification_id LIMIT %(limit)s

-- event_stream: Read a part of one stream, oldest first.
SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events
WHERE originator_id = %(stream)s AND originator_version > %(after)s AND originator_version <= %(upto)s
ORDER BY originator_version LIMIT %(limit)s

-- event_stream_backward: Read a part of one stream, newest first.
SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events
WHERE originator_id = %(stream)s AND originator_version > %(after)s AND originator_version <= %(upto)s
ORDER BY originator_version DESC LIMIT %(limit)s

-- event_times: Read when every event was recorded, the newest first.
SELECT notification_id, convert_from(state, 'UTF8')::json ->> 'recorded_at' FROM koop_events ORDER BY notification_id DESC

-- time_forget: Drop the times that a later position has as well, or an earlier one.
DELETE FROM koop_times WHERE at >= %(at)s

-- time_put: Keep that a position was reached at a time, in microseconds.
INSERT INTO koop_times (position, at) VALUES (%(position)s, %(at)s)

-- time_position: Find the last position that was reached by a time.
SELECT position FROM koop_times WHERE at <= %(at)s ORDER BY at DESC LIMIT 1

-- time_of: Find by when a position was reached: the earliest time of its own and all later ones (D23).
SELECT at FROM koop_times WHERE position >= %(position)s ORDER BY position LIMIT 1

-- event_type_known: Tell whether the library's composite type exists (PostgreSQL has no IF NOT EXISTS for types).
SELECT 1 WHERE to_regtype('stored_event_text') IS NOT NULL

-- ==== persons: the vault (D15) ====

-- person_insert: Keep one version of a person.
COPY koop_persons (person_id, version, coop_id, ref, name, first_name, phone, email, position) FROM STDIN (FORMAT BINARY)

-- persons_of_streams: Read every person of some cooperations, from whom those who were forgotten are gone at once; a probe
-- per cooperation, whatever the planner knows of the table.
SELECT p.person_id, p.version, p.name, p.first_name, p.phone, p.email
FROM unnest(%(coop_ids)s::text[]) AS asked (id)
CROSS JOIN LATERAL (
    SELECT person_id, version, name, first_name, phone, email FROM koop_persons WHERE coop_id = asked.id OFFSET 0
) AS p
WHERE NOT EXISTS (SELECT 1 FROM koop_forgotten AS f WHERE f.person_id = p.person_id)

-- persons_of_ids: Read every version of some persons, from whom those who were forgotten are gone at once.
SELECT person_id, version, name, first_name, phone, email FROM koop_persons
WHERE person_id = ANY(%(person_ids)s::text[]) AND NOT EXISTS (SELECT 1 FROM koop_forgotten AS f WHERE f.person_id = koop_persons.person_id)

-- persons_move: Let the persons of one cooperation belong to the one it goes on in (D12).
UPDATE koop_persons SET coop_id = %(new)s WHERE coop_id = %(old)s

-- persons_erase: Erase persons with all their versions.
DELETE FROM koop_persons WHERE person_id = ANY(%(person_ids)s::text[])

-- persons_held: Find persons by id or by booking, with how many versions of them there are.
SELECT person_id, coop_id, ref, count(*) FROM koop_persons
WHERE person_id = ANY(%(person_ids)s::text[]) OR ref = ANY(%(refs)s::text[])
GROUP BY person_id, coop_id, ref ORDER BY coop_id, ref, person_id

-- persons_homes: Find in which cooperations bookings are that go by some references, those of forgotten people too (D18a).
SELECT ref, coop_id FROM koop_persons WHERE ref = ANY(%(refs)s::text[])
UNION SELECT ref, coop_id FROM koop_forgotten WHERE ref = ANY(%(refs)s::text[])
ORDER BY ref, coop_id

-- persons_registrations: Find in which cooperations bookings are that go by some references with numbers from first to last behind ~, the reference itself being the first; those of forgotten people too (D18a).
WITH asked AS (
    SELECT ARRAY(
        SELECT CASE number WHEN 1 THEN ref ELSE ref || '~' || number END
        FROM unnest(%(refs)s::text[]) AS ref, generate_series(%(first)s::int, %(last)s::int) AS number
    ) AS refs
)
SELECT ref, coop_id FROM koop_persons WHERE ref = ANY((SELECT refs FROM asked)::text[])
UNION SELECT ref, coop_id FROM koop_forgotten WHERE ref = ANY((SELECT refs FROM asked)::text[])
ORDER BY ref, coop_id

-- persons_named: Read the names of bookings of one VHS, by a range of references, in the courses where something is open, or was since the last complete export but one.
SELECT DISTINCT p.ref, p.coop_id, p.name, p.first_name FROM koop_views AS v JOIN koop_persons AS p ON p.coop_id = v.coop_id
WHERE v.vhs = %(vhs)s AND (v.pending > 0 OR v.suspects > 0 OR v.position > (
    SELECT position FROM koop_exports WHERE vhs = %(vhs)s AND proves = 1 AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1 OFFSET 1
)) AND p.ref COLLATE "C" >= %(since)s AND p.ref COLLATE "C" < %(until)s

-- persons_values: Read every version of some persons, forgotten or not.
SELECT person_id, name, first_name, phone, email FROM koop_persons
WHERE person_id = ANY(%(person_ids)s::text[]) ORDER BY person_id, version

-- persons_alike: Find persons of the same name or mail.
SELECT person_id, coop_id, ref, name, first_name, phone, email FROM koop_persons
WHERE (name = %(surname)s AND first_name = %(first_name)s) OR (email <> '' AND email = %(email)s)
ORDER BY coop_id, ref, person_id

-- anew_cells_1_copy: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_cells_2_empty: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_cells_3_fill: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_cells_4_drop: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_persons_1_copy: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_persons_2_empty: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_persons_3_fill: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_persons_4_drop: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_quarantine_1_copy: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_quarantine_2_empty: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_quarantine_3_fill: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_quarantine_4_drop: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_slices_1_copy: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_slices_2_empty: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_slices_3_fill: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_slices_4_drop: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_exports_1_copy: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_exports_2_empty: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_exports_3_fill: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- anew_exports_4_drop: Nothing to do on PostgreSQL, which writes whole tables anew.
SELECT 1

-- persons_scrub: Write the tables anew that held persons, without their deleted rows, and what the server knows of their values.
VACUUM (FULL, ANALYZE) koop_persons, koop_quarantine, koop_slices, koop_cells, koop_exports

-- persons_stale: Name the columns of which the server still knows values although no row is left: ANALYZE passes over an empty table.
SELECT s.tablename::text, s.attname::text, format_type(a.atttypid, a.atttypmod) FROM pg_stats AS s
JOIN pg_attribute AS a ON a.attrelid = quote_ident(s.tablename)::regclass AND a.attname = s.attname
WHERE s.schemaname = current_schema() AND (
    s.tablename = 'koop_persons' AND NOT EXISTS (SELECT 1 FROM koop_persons)
    OR s.tablename = 'koop_quarantine' AND NOT EXISTS (SELECT 1 FROM koop_quarantine)
    OR s.tablename = 'koop_slices' AND NOT EXISTS (SELECT 1 FROM koop_slices)
    OR s.tablename = 'koop_cells' AND NOT EXISTS (SELECT 1 FROM koop_cells)
    OR s.tablename = 'koop_exports' AND NOT EXISTS (SELECT 1 FROM koop_exports)
)
ORDER BY 1, 2

-- statistics_clearable: Tell whether the server can forget what it knows of a column, as it can since version 18.
SELECT 1 WHERE to_regproc('pg_clear_attribute_stats') IS NOT NULL

-- statistics_clear: Have the server forget what it knows of a column.
SELECT pg_clear_attribute_stats(current_schema(), %(table)s, %(column)s, false)

-- statistics_scrub: Write anew what the server knows of values, without what it knew before.
VACUUM (FULL) pg_statistic

-- statistics_file: Read in which file that lies.
SELECT pg_relation_filenode('pg_statistic')

-- persons_files: Read in which files the tables lie that held persons, and whether this role may write them anew.
SELECT c.relname, pg_relation_filenode(c.oid), pg_get_userbyid(c.relowner), current_user FROM pg_class AS c
WHERE c.oid = ANY(ARRAY['koop_persons', 'koop_quarantine', 'koop_slices', 'koop_cells', 'koop_exports']::regclass[]) ORDER BY c.relname

-- persons_seen: Tell whether a transaction may be open that still sees deleted rows; what this role is not told of sessions of others may be one.
SELECT 1 FROM pg_stat_activity
WHERE pid <> pg_backend_pid() AND (backend_xmin IS NOT NULL OR query = '<insufficient privilege>')
    AND (backend_type = 'walsender' OR datname = current_database() AND coalesce(backend_type, 'client backend') = 'client backend')
UNION ALL SELECT 1 FROM pg_prepared_xacts WHERE database = current_database()
UNION ALL SELECT 1 FROM pg_replication_slots WHERE xmin IS NOT NULL
LIMIT 1

-- ==== cells of rows as they were exported, for what change lists expect (D15, D22) ====

-- cells_insert: Keep the cells of one row.
COPY koop_cells (coop_id, ref, vhs, editor, name, first_name, phone, email) FROM STDIN (FORMAT BINARY)

-- cells_drop: Take out the cells of some rows.
DELETE FROM koop_cells WHERE (coop_id, ref, vhs) IN (SELECT * FROM unnest(%s::text[], %s::text[], %s::text[]))

-- cells_of_vhs: Read the cells of one VHS's rows of some cooperations.
SELECT coop_id, ref, editor, name, first_name, phone, email FROM koop_cells
WHERE vhs = %(vhs)s AND coop_id = ANY(%(coop_ids)s::text[])

-- cells_forget: Take out the cells of all rows of the bookings of forgotten persons.
DELETE FROM koop_cells WHERE EXISTS (
    SELECT 1 FROM koop_forgotten AS f
    WHERE f.person_id = ANY(%(person_ids)s::text[]) AND f.coop_id = koop_cells.coop_id AND f.ref = koop_cells.ref
)

-- cells_move: Let the cells of one cooperation belong to the one it goes on in (D12).
UPDATE koop_cells SET coop_id = %(new)s WHERE coop_id = %(old)s

-- ==== forgotten: the fences before persons who were erased (D15) ====

-- forgotten_watch: Keep new fences from being put up to the end of the transaction; readers are not in its way.
LOCK TABLE koop_forgotten IN SHARE MODE

-- forgotten_put: Put up the fences before persons; where they belong is read when nobody can move them any more.
INSERT INTO koop_forgotten (person_id, coop_id, ref, forgotten_at)
SELECT DISTINCT person_id, coop_id, ref, %(at)s FROM koop_persons WHERE person_id = ANY(%(person_ids)s::text[])
ON CONFLICT (person_id) DO NOTHING

-- forgotten_copy: Put up a fence that stood in another store.
INSERT INTO koop_forgotten (person_id, coop_id, ref, forgotten_at) VALUES (%(person_id)s, %(coop_id)s, %(ref)s, %(forgotten_at)s)
ON CONFLICT (person_id) DO NOTHING

-- forgotten_head: Tell which fence was put up last, 0 where there is none.
SELECT coalesce(max(id), 0) FROM koop_forgotten

-- forgotten_all: Read all fences.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten ORDER BY id

-- forgotten_found: Find fences by person or by booking.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE person_id = ANY(%(person_ids)s::text[]) OR ref = ANY(%(refs)s::text[]) ORDER BY id

-- forgotten_of_streams: Read the fences of some cooperations.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE coop_id = ANY(%(coop_ids)s::text[]) ORDER BY id

-- forgotten_of_owner: Read the fences before bookings of one VHS, by a range of references.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE ref COLLATE "C" >= %(since)s AND ref COLLATE "C" < %(until)s ORDER BY id

-- forgotten_unfinished: Read the fences behind which there is something to erase, or was nothing erased yet.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE erased_at IS NULL OR EXISTS (SELECT 1 FROM koop_persons AS p WHERE p.person_id = koop_forgotten.person_id) ORDER BY id

-- forgotten_unfinished_next: Read some of these fences behind a place, with their places.
SELECT id, person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE id > %(after)s AND (erased_at IS NULL OR EXISTS (SELECT 1 FROM koop_persons AS p WHERE p.person_id = koop_forgotten.person_id))
ORDER BY id LIMIT %(limit)s

-- forgotten_erased: Record that what lay behind the fences is erased.
UPDATE koop_forgotten SET erased_at = %(at)s WHERE person_id = ANY(%(person_ids)s::text[])

-- erasing_mark: Record that bytes of somebody are to be taken out of the files; the first such moment stays.
INSERT INTO koop_meta (key, value) VALUES ('erasing', %(at)s)
ON CONFLICT (key) DO NOTHING

-- erasing_since: Read since when bytes of somebody are to be taken out of the files, nothing where they are out.
SELECT value FROM koop_meta WHERE key = 'erasing'

-- erasing_done: Record that the bytes of everybody who was erased are out of the files.
DELETE FROM koop_meta WHERE key = 'erasing'

-- event_rewrite: Write the state of an event anew, without a name that was forgotten; nothing else ever changes an event.
UPDATE koop_events SET state = %(state)s WHERE notification_id = %(position)s

-- catalogue_rewrite: Write the facts of a course that nobody shares anew, without a name that was forgotten.
UPDATE koop_catalogue SET facts = %(facts)s WHERE vhs = %(vhs)s AND key = %(key)s

-- rewritten_put: Keep from which position on events were written anew, and when.
INSERT INTO koop_meta (key, value) VALUES ('rewritten', %(said)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- rewritten: Read from which position on events were written anew.
SELECT value FROM koop_meta WHERE key = 'rewritten'

-- rewriting_mark: Record that bytes of events that were written anew are to be taken out of the files.
INSERT INTO koop_meta (key, value) VALUES ('rewriting', %(at)s)
ON CONFLICT (key) DO NOTHING

-- rewriting_since: Read since when bytes of events are to be taken out of the files.
SELECT value FROM koop_meta WHERE key = 'rewriting'

-- rewriting_done: Record that the bytes of events that were written anew are out of the files.
DELETE FROM koop_meta WHERE key = 'rewriting'

-- log_scrub: Write the log anew, and the tables that hold texts of courses, and what the server knows of their values.
VACUUM (FULL, ANALYZE) koop_events, koop_catalogue, koop_views, koop_views_back, koop_views_next, koop_violations, koop_violations_back, koop_violations_next

-- log_stale: Name the columns of which the server still knows values although no row is left.
SELECT s.tablename::text, s.attname::text, format_type(a.atttypid, a.atttypmod) FROM pg_stats AS s
JOIN pg_attribute AS a ON a.attrelid = quote_ident(s.tablename)::regclass AND a.attname = s.attname
WHERE s.schemaname = current_schema() AND (
    s.tablename = 'koop_events' AND NOT EXISTS (SELECT 1 FROM koop_events)
    OR s.tablename = 'koop_catalogue' AND NOT EXISTS (SELECT 1 FROM koop_catalogue)
    OR s.tablename = 'koop_views' AND NOT EXISTS (SELECT 1 FROM koop_views)
    OR s.tablename = 'koop_views_back' AND NOT EXISTS (SELECT 1 FROM koop_views_back)
    OR s.tablename = 'koop_views_next' AND NOT EXISTS (SELECT 1 FROM koop_views_next)
    OR s.tablename = 'koop_violations' AND NOT EXISTS (SELECT 1 FROM koop_violations)
    OR s.tablename = 'koop_violations_back' AND NOT EXISTS (SELECT 1 FROM koop_violations_back)
    OR s.tablename = 'koop_violations_next' AND NOT EXISTS (SELECT 1 FROM koop_violations_next)
)
ORDER BY 1, 2

-- log_files: Read in which files the log and these tables lie.
SELECT c.relname, pg_relation_filenode(c.oid), pg_get_userbyid(c.relowner), current_user FROM pg_class AS c
WHERE c.oid = ANY(ARRAY['koop_events', 'koop_catalogue', 'koop_views', 'koop_views_back', 'koop_views_next', 'koop_violations', 'koop_violations_back', 'koop_violations_next']::regclass[]) ORDER BY c.relname

-- forgotten_move: Let the fences of one cooperation belong to the one it goes on in (D12).
UPDATE koop_forgotten SET coop_id = %(new)s WHERE coop_id = %(old)s

-- ==== numbers: the running numbers of COOP-Ids (D16) ====

-- number_next: Take the next number of a Master; the row stays locked to the end of the transaction.
INSERT INTO koop_numbers (vhs, last) VALUES (%(vhs)s, 1)
ON CONFLICT (vhs) DO UPDATE SET last = koop_numbers.last + 1 RETURNING last

-- number_adopt: Keep the counter at or above a number that was issued elsewhere.
INSERT INTO koop_numbers (vhs, last) VALUES (%(vhs)s, %(number)s)
ON CONFLICT (vhs) DO UPDATE SET last = greatest(koop_numbers.last, excluded.last)

-- ==== views: what each VHS sees, its change list, violations, withheld cancellations ====

-- view_delete: Take out the views of some cooperations, to write them anew.
DELETE FROM koop_views WHERE coop_id = ANY(%(coop_ids)s::text[])

-- view_delete_of: Take out what some VHSs see of some cooperations, to write it anew.
DELETE FROM koop_views WHERE coop_id = ANY(%(coop_ids)s::text[]) AND vhs = ANY(%(vhss)s::text[])

-- view_stand: Say up to which event the views of a cooperation hold.
UPDATE koop_views SET position = %(position)s WHERE coop_id = %(coop_id)s

-- view_insert: Write what one VHS sees of one cooperation.
COPY koop_views (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes) FROM STDIN (FORMAT BINARY)

-- view_of_vhs: Read everything one VHS sees.
SELECT coop_id, role, course_number, period, doc FROM koop_views WHERE vhs = %(vhs)s ORDER BY coop_id

-- views_of_vhs_known: Read where a VHS keeps its shared courses, and what is pending there.
SELECT coop_id, course_number, period, title, starts_on, ends_on, pending, suspects, live, alone, role FROM koop_views WHERE vhs = %(vhs)s

-- views_unshown: Read who holds courses under COOP-Ids of a VHS that has none of them itself; the range serves the index.
SELECT v.coop_id, v.vhs FROM koop_views AS v
WHERE v.coop_id >= %(first)s AND v.coop_id <= %(last)s AND substr(v.coop_id, 1, length(%(prefix)s)) = %(prefix)s
    AND NOT EXISTS (SELECT 1 FROM koop_views AS own WHERE own.vhs = %(vhs)s AND own.coop_id = v.coop_id)
ORDER BY v.coop_id, v.vhs

-- views_of_vhs_numbered: Read the same of the courses under some numbers.
SELECT coop_id, course_number, period, title, starts_on, ends_on, pending, suspects, live, alone, role FROM koop_views
WHERE vhs = %(vhs)s AND course_number = ANY(%(numbers)s::text[])

-- view_roles: Read who takes part in some cooperations, and as what.
SELECT coop_id, vhs, role FROM koop_views WHERE coop_id = ANY(%(coop_ids)s::text[])

-- view_by_number: Find the cooperations that a VHS keeps under a course number.
SELECT coop_id, period FROM koop_views WHERE vhs = %(vhs)s AND course_number = %(number)s ORDER BY coop_id

-- changes_of_vhs: Read the change list of one VHS.
SELECT coop_id, course_number, period, changes FROM koop_views WHERE vhs = %(vhs)s AND pending > 0 ORDER BY coop_id

-- view_open_ends: Tell whether anything is pending or watched at a VHS; an index alone answers it.
SELECT 1 FROM koop_views WHERE vhs = %(vhs)s AND pending > 0
UNION ALL SELECT 1 FROM koop_views WHERE vhs = %(vhs)s AND pending = 0 AND suspects > 0 LIMIT 1

-- events_by_version: Read single events of some streams by version.
SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events
WHERE originator_id = ANY(%(streams)s::text[]) AND originator_version = ANY(%(versions)s::bigint[])

-- member_note: Record since which position a VHS has to do with a cooperation.
INSERT INTO koop_members (vhs, coop_id, since) SELECT * FROM unnest(%s::text[], %s::text[], %s::bigint[])
ON CONFLICT (vhs, coop_id) DO NOTHING

-- members_delete: Take out who had to do with some cooperations, to write it anew.
DELETE FROM koop_members WHERE coop_id = ANY(%(coop_ids)s::text[])

-- members_of_vhs: Name the cooperations a VHS had to do with at a position.
SELECT coop_id FROM koop_members WHERE vhs = %(vhs)s AND since <= %(upto)s ORDER BY coop_id

-- members_touched: Name the cooperations a VHS has to do with that have events after one position and up to another.
SELECT coop_id FROM koop_members AS member WHERE vhs = %(vhs)s AND since <= %(upto)s AND EXISTS (
    SELECT 1 FROM koop_events WHERE originator_id = member.coop_id AND notification_id > %(after)s AND notification_id <= %(upto)s
)
ORDER BY coop_id

-- members: Name every cooperation and everybody who had to do with it at a position.
SELECT coop_id, vhs FROM koop_members WHERE since <= %(upto)s ORDER BY coop_id, vhs

-- violation_insert: Record that a violation opened, and where it closed if that is known already.
COPY koop_violations (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged) FROM STDIN (FORMAT BINARY)

-- violation_close: Record that the proper state is shown again; found by the cooperation, of which a VHS has many.
UPDATE koop_violations SET closed_position = %(position)s, closed_at = %(at)s, shown = NULL, acknowledged = NULL
WHERE coop_id = %(coop_id)s AND vhs || '' = %(vhs)s AND code = %(code)s AND ref = %(ref)s AND closed_position IS NULL

-- violation_acknowledge: Keep who answers for an open violation; found by the cooperation, of which a VHS has many (D30).
UPDATE koop_violations SET acknowledged = %(said)s
WHERE coop_id = %(coop_id)s AND vhs = %(vhs)s AND code = %(code)s AND ref = %(ref)s AND closed_position IS NULL

-- violation_shown: Keep current what an open violation shows; found by the cooperation, of which a VHS has many.
UPDATE koop_violations SET shown = %(shown)s
WHERE coop_id = %(coop_id)s AND vhs || '' = %(vhs)s AND code = %(code)s AND ref = %(ref)s AND closed_position IS NULL

-- violation_opened_at: Read when a violation of a VHS as a whole opened that is open still, and its details.
SELECT opened_at, detail FROM koop_violations WHERE coop_id = %(coop_id)s AND code = %(code)s AND closed_position IS NULL

-- put_back_untold: Read of which VHSs it stands open that the store is one of a backup, and who answers for that (D21).
SELECT vhs, coalesce(shown, detail), acknowledged FROM koop_violations
WHERE coop_id IN (SELECT 'vhs:' || vhs FROM koop_lanes) AND code = 'STORE_PUT_BACK' AND closed_position IS NULL

-- put_back: Read behind which positions it was noted of a VHS that the store is one of a backup, and when (D22).
SELECT opened_position, opened_at FROM koop_violations WHERE coop_id = %(coop_id)s AND code = 'STORE_PUT_BACK' ORDER BY opened_position

-- violations_bare: Name the cooperations in which a VHS ever showed mirrors without their reference.
SELECT DISTINCT coop_id FROM koop_violations WHERE vhs = %(vhs)s AND code = 'MIRROR_WITHOUT_REFERENCE' ORDER BY coop_id

-- violations_frozen: Name the bookings that a VHS ever showed with a letter nobody knows: nobody is kept of one that was made by no other (B6).
SELECT DISTINCT ref, coop_id FROM koop_violations WHERE vhs = %(vhs)s AND code = 'UNKNOWN_STATUS' ORDER BY ref, coop_id

-- violations_delete: Take out the violations of some cooperations, to write them anew.
DELETE FROM koop_violations WHERE coop_id = ANY(%(coop_ids)s::text[])

-- violations: Read violations as of a position, all of them or the open ones, of all or of one VHS or cooperation.
SELECT code, severity, vhs, coop_id, ref, coalesce(shown, detail), opened_position, opened_at,
    CASE WHEN closed_position <= %(upto)s::bigint THEN closed_at END, acknowledged
FROM koop_violations
WHERE opened_position <= %(upto)s AND (%(closed_too)s::int = 1 OR closed_position IS NULL OR closed_position > %(upto)s)
    AND (%(vhs)s::text = '' OR vhs = %(vhs)s) AND (%(coop_id)s::text = '' OR coop_id = %(coop_id)s)
ORDER BY opened_position

-- suspended: Read whose absences cannot be told, and how many complete exports since could not (D17).
SELECT v.vhs, v.coop_id, v.opened_at, coalesce(v.shown, v.detail), (
    SELECT count(*) FROM koop_exports AS e WHERE e.vhs = v.vhs AND e.proves = 1 AND e.position >= v.opened_position
)
FROM koop_violations AS v
WHERE v.code = %(code)s AND v.closed_position IS NULL AND (%(vhs)s = '' OR v.vhs = %(vhs)s)
ORDER BY v.vhs, v.opened_position

-- withheld_delete: Take out the withheld cancellations of some cooperations, to write them anew.
DELETE FROM koop_withheld WHERE coop_id = ANY(%(coop_ids)s::text[])

-- withheld_insert: Record that the mass guard holds a cancellation back.
COPY koop_withheld (vhs, coop_id, ref, id) FROM STDIN (FORMAT BINARY)

-- withheld_all: Read every withheld cancellation.
SELECT id, vhs, coop_id, ref FROM koop_withheld ORDER BY vhs, id, coop_id, ref

-- withheld_of_vhs: Read what is withheld of one VHS.
SELECT id, coop_id, ref FROM koop_withheld WHERE vhs = %(vhs)s ORDER BY id, coop_id, ref

-- status_by_vhs: Count what is open at each VHS.
SELECT known.vhs, lane.system, lane.last_sequence, coalesce(lane.last_exported_at, lane.last_recorded_at),
    coalesce((SELECT sum(pending) FROM koop_views AS v WHERE v.vhs = known.vhs), 0)::bigint,
    (SELECT count(*) FROM koop_withheld AS w WHERE w.vhs = known.vhs),
    (SELECT count(*) FROM koop_views AS c WHERE c.vhs = known.vhs),
    lane.applying_sequence
FROM (SELECT vhs FROM koop_lanes UNION SELECT vhs FROM koop_views) AS known
LEFT JOIN koop_lanes AS lane ON lane.vhs = known.vhs
WHERE %(vhs)s = '' OR known.vhs = %(vhs)s
ORDER BY known.vhs

-- status_aside: Count what is set aside of each VHS.
SELECT known.vhs, (SELECT count(*) FROM koop_quarantine AS q WHERE q.vhs = known.vhs AND q.state = 'open')
FROM (SELECT vhs FROM koop_lanes UNION SELECT vhs FROM koop_views) AS known
WHERE %(vhs)s = '' OR known.vhs = %(vhs)s

-- names_unseen: Name the tables in which names stand and that this role may not read.
SELECT DISTINCT named.of FROM (
    VALUES ('koop_persons', 'person_id'), ('koop_quarantine', 'vhs'), ('koop_quarantine', 'state')
) AS named (of, col)
WHERE NOT has_column_privilege(named.of, named.col, 'SELECT') ORDER BY named.of

-- status_superseded: Count by VHS the exports that were superseded since one was taken in, as of a position.
SELECT asked.value, (
    SELECT count(*) FROM koop_exports AS late
    WHERE late.vhs = asked.value AND late.status = 'superseded' AND (late.position IS NULL OR (late.position < %(upto)s OR (late.position = %(upto)s AND late.recorded_at::timestamptz <= %(moment)s::timestamptz))) AND late.id > coalesce((
        SELECT taken.id FROM koop_exports AS taken
        WHERE taken.vhs = asked.value AND taken.status IN ('applied', 'unchanged') AND (taken.position IS NULL OR (taken.position < %(upto)s OR (taken.position = %(upto)s AND taken.recorded_at::timestamptz <= %(moment)s::timestamptz)))
        ORDER BY taken.id DESC LIMIT 1
    ), 0)
)
FROM unnest(%(vhss)s::text[]) AS asked (value)

-- status_unheard: Count those of them that are counted and of bytes that were never seen before (D23).
SELECT asked.value, (
    SELECT count(*) FROM koop_exports AS late
    WHERE late.vhs = asked.value AND late.status = 'superseded' AND late.sequence IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM koop_exports AS seen WHERE seen.vhs = late.vhs AND seen.sha256 = late.sha256 AND seen.id < late.id
    ) AND (late.position IS NULL OR (late.position < %(upto)s OR (late.position = %(upto)s AND late.recorded_at::timestamptz <= %(moment)s::timestamptz))) AND late.id > coalesce((
        SELECT taken.id FROM koop_exports AS taken
        WHERE taken.vhs = asked.value AND taken.sequence IS NOT NULL AND taken.status IN ('applied', 'unchanged') AND (taken.position IS NULL OR (taken.position < %(upto)s OR (taken.position = %(upto)s AND taken.recorded_at::timestamptz <= %(moment)s::timestamptz)))
        ORDER BY taken.id DESC LIMIT 1
    ), 0)
)
FROM unnest(%(vhss)s::text[]) AS asked (value)

-- status_quarantined: Count by VHS what was set aside at a moment.
SELECT vhs, count(*) FROM koop_quarantine
WHERE (%(vhs)s = '' OR vhs = %(vhs)s) AND first_seen::timestamptz <= %(moment)s::timestamptz AND (state = 'open' OR last_seen::timestamptz > %(moment)s::timestamptz)
GROUP BY vhs

-- status_violations: Read what stands open at VHSs, with what it shows now.
SELECT vhs, code, coalesce(shown, detail), acknowledged FROM koop_violations
WHERE closed_position IS NULL AND (%(vhs)s = '' OR vhs = %(vhs)s)

-- status_violations_of_vhs: Read what stood open about VHSs as a whole at a position.
SELECT vhs, code, detail, NULL FROM koop_violations
WHERE substr(coop_id, 1, 4) = 'vhs:' AND opened_position <= %(upto)s AND (closed_position IS NULL OR closed_position > %(upto)s)
    AND (%(vhs)s = '' OR vhs = %(vhs)s)

-- ==== rebuild: the derived tables anew, beside the live ones ====

-- rebuild_alone: Keep other rebuilds away to the end of the transaction, or say that there is one; the number is "kopr" in ASCII.
SELECT pg_try_advisory_xact_lock(1802465394)::int

-- rebuild_begin: Count a rebuild; what an earlier one still writes is refused from now on.
UPDATE koop_rebuilds SET attempt = attempt + 1 RETURNING attempt

-- rebuild_attempt: Read which rebuild is the last that was begun; the row stays locked to the end of the transaction.
SELECT attempt FROM koop_rebuilds FOR SHARE

-- rebuild_position: Read up to which position the tables that were live before are current, NULL where there are none.
SELECT position FROM koop_rebuilds

-- rebuild_mark: Record up to which position the tables that were live before are current.
UPDATE koop_rebuilds SET position = %(position)s

-- former_views: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_views_back

-- former_violations: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_violations_back

-- former_withheld: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_withheld_back

-- former_members: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_members_back

-- event_count: Count the events.
SELECT count(*) FROM koop_events

-- event_page: Read the log by stream, after one event and up to the end of a stream.
SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events
WHERE (originator_id, originator_version) > (%(stream)s, %(version)s) AND originator_id <= %(upto)s
ORDER BY originator_id, originator_version LIMIT %(limit)s

-- event_samples: Name the streams of the events at some positions, in the order of the streams.
SELECT originator_id FROM koop_events WHERE notification_id = ANY(%(positions)s::bigint[]) ORDER BY originator_id

-- event_last_stream: Name the last stream in their order.
SELECT max(originator_id) FROM koop_events

-- event_streams_after: Name the cooperations, and the VHSs with more than applied exports, that have events after a position.
SELECT DISTINCT originator_id FROM koop_events WHERE notification_id > %(after)s AND substr(originator_id, 1, 7) <> 'market:' AND NOT (substr(originator_id, 1, 4) = 'vhs:' AND substr(topic, 1, 18) = 'koop.ExportApplied')

-- derived_strays: Name the cooperations in derived tables of which the log knows nothing.
SELECT found.coop_id FROM (SELECT coop_id FROM koop_views UNION SELECT coop_id FROM koop_violations UNION SELECT coop_id FROM koop_withheld UNION SELECT coop_id FROM koop_members) AS found
WHERE NOT EXISTS (SELECT 1 FROM koop_events WHERE originator_id = found.coop_id) ORDER BY 1 LIMIT %(limit)s

-- derived_of_vhs: Name the cooperations that a VHS had to do with, whichever table says so.
SELECT coop_id FROM koop_views WHERE vhs = %(vhs)s UNION SELECT coop_id FROM koop_violations WHERE vhs = %(vhs)s UNION SELECT coop_id FROM koop_withheld WHERE vhs = %(vhs)s UNION SELECT coop_id FROM koop_members WHERE vhs = %(vhs)s UNION SELECT coop_id FROM koop_slices WHERE vhs = %(vhs)s
ORDER BY 1

-- derived_views: Read what each VHS sees of some cooperations.
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes FROM koop_views WHERE coop_id = ANY(%(coop_ids)s::text[]) ORDER BY coop_id, vhs

-- derived_violations: Read violations of some cooperations.
SELECT coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged FROM koop_violations WHERE coop_id = ANY(%(coop_ids)s::text[]) ORDER BY coop_id, opened_position

-- derived_withheld: Read withheld cancellations of some cooperations.
SELECT vhs, coop_id, ref, id FROM koop_withheld WHERE coop_id = ANY(%(coop_ids)s::text[]) ORDER BY coop_id, vhs, ref, id COLLATE "C"

-- derived_members: Read who has to do with what of some cooperations.
SELECT vhs, coop_id, since FROM koop_members WHERE coop_id = ANY(%(coop_ids)s::text[]) ORDER BY coop_id, vhs

-- next_views_insert: Write what each VHS sees in the new tables.
COPY koop_views_next (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes) FROM STDIN (FORMAT BINARY)

-- next_views_delete: Take out what each VHS sees of some cooperations in the new tables, to write them anew.
DELETE FROM koop_views_next WHERE coop_id = ANY(%(coop_ids)s::text[])

-- next_violations_insert: Write violations in the new tables.
COPY koop_violations_next (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged) FROM STDIN (FORMAT BINARY)

-- next_violations_delete: Take out violations of some cooperations in the new tables, to write them anew.
DELETE FROM koop_violations_next WHERE coop_id = ANY(%(coop_ids)s::text[])

-- next_withheld_insert: Write withheld cancellations in the new tables.
COPY koop_withheld_next (vhs, coop_id, ref, id) FROM STDIN (FORMAT BINARY)

-- next_withheld_delete: Take out withheld cancellations of some cooperations in the new tables, to write them anew.
DELETE FROM koop_withheld_next WHERE coop_id = ANY(%(coop_ids)s::text[])

-- next_members_insert: Write who has to do with what in the new tables.
COPY koop_members_next (vhs, coop_id, since) FROM STDIN (FORMAT BINARY)

-- next_members_delete: Take out who has to do with what of some cooperations in the new tables, to write them anew.
DELETE FROM koop_members_next WHERE coop_id = ANY(%(coop_ids)s::text[])

-- back_views_insert: Write what each VHS sees in the former tables.
COPY koop_views_back (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes) FROM STDIN (FORMAT BINARY)

-- back_views_delete: Take out what each VHS sees of some cooperations in the former tables, to write them anew.
DELETE FROM koop_views_back WHERE coop_id = ANY(%(coop_ids)s::text[])

-- back_violations_insert: Write violations in the former tables.
COPY koop_violations_back (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged) FROM STDIN (FORMAT BINARY)

-- back_violations_delete: Take out violations of some cooperations in the former tables, to write them anew.
DELETE FROM koop_violations_back WHERE coop_id = ANY(%(coop_ids)s::text[])

-- back_withheld_insert: Write withheld cancellations in the former tables.
COPY koop_withheld_back (vhs, coop_id, ref, id) FROM STDIN (FORMAT BINARY)

-- back_withheld_delete: Take out withheld cancellations of some cooperations in the former tables, to write them anew.
DELETE FROM koop_withheld_back WHERE coop_id = ANY(%(coop_ids)s::text[])

-- back_members_insert: Write who has to do with what in the former tables.
COPY koop_members_back (vhs, coop_id, since) FROM STDIN (FORMAT BINARY)

-- back_members_delete: Take out who has to do with what of some cooperations in the former tables, to write them anew.
DELETE FROM koop_members_back WHERE coop_id = ANY(%(coop_ids)s::text[])

-- clear_views: Empty the table beside.
TRUNCATE koop_views_next

-- clear_violations: Empty the table beside.
TRUNCATE koop_violations_next

-- clear_withheld: Empty the table beside.
TRUNCATE koop_withheld_next

-- clear_members: Empty the table beside.
TRUNCATE koop_members_next

-- analyze_views: Tell the planner what the table beside holds.
ANALYZE koop_views_next

-- analyze_violations: Tell the planner what the table beside holds.
ANALYZE koop_violations_next

-- analyze_withheld: Tell the planner what the table beside holds.
ANALYZE koop_withheld_next

-- analyze_members: Tell the planner what the table beside holds.
ANALYZE koop_members_next

-- patience: Wait only shortly for readers, because whoever comes after them waits as well.
SET LOCAL lock_timeout = '100ms'

-- switch_views_1: Set the oldest table aside.
ALTER TABLE koop_views_back RENAME TO koop_views_swap

-- switch_views_2: Keep the live table.
ALTER TABLE koop_views RENAME TO koop_views_back

-- switch_views_3: Make the new table live.
ALTER TABLE koop_views_next RENAME TO koop_views

-- switch_views_4: Let the oldest table be filled next.
ALTER TABLE koop_views_swap RENAME TO koop_views_next

-- switch_violations_1: Set the oldest table aside.
ALTER TABLE koop_violations_back RENAME TO koop_violations_swap

-- switch_violations_2: Keep the live table.
ALTER TABLE koop_violations RENAME TO koop_violations_back

-- switch_violations_3: Make the new table live.
ALTER TABLE koop_violations_next RENAME TO koop_violations

-- switch_violations_4: Let the oldest table be filled next.
ALTER TABLE koop_violations_swap RENAME TO koop_violations_next

-- switch_withheld_1: Set the oldest table aside.
ALTER TABLE koop_withheld_back RENAME TO koop_withheld_swap

-- switch_withheld_2: Keep the live table.
ALTER TABLE koop_withheld RENAME TO koop_withheld_back

-- switch_withheld_3: Make the new table live.
ALTER TABLE koop_withheld_next RENAME TO koop_withheld

-- switch_withheld_4: Let the oldest table be filled next.
ALTER TABLE koop_withheld_swap RENAME TO koop_withheld_next

-- switch_members_1: Set the oldest table aside.
ALTER TABLE koop_members_back RENAME TO koop_members_swap

-- switch_members_2: Keep the live table.
ALTER TABLE koop_members RENAME TO koop_members_back

-- switch_members_3: Make the new table live.
ALTER TABLE koop_members_next RENAME TO koop_members

-- switch_members_4: Let the oldest table be filled next.
ALTER TABLE koop_members_swap RENAME TO koop_members_next

-- return_views_1: Set the live table aside.
ALTER TABLE koop_views RENAME TO koop_views_swap

-- return_views_2: Make the table live that was before.
ALTER TABLE koop_views_back RENAME TO koop_views

-- return_views_3: Keep the one that was live until now.
ALTER TABLE koop_views_swap RENAME TO koop_views_back

-- return_violations_1: Set the live table aside.
ALTER TABLE koop_violations RENAME TO koop_violations_swap

-- return_violations_2: Make the table live that was before.
ALTER TABLE koop_violations_back RENAME TO koop_violations

-- return_violations_3: Keep the one that was live until now.
ALTER TABLE koop_violations_swap RENAME TO koop_violations_back

-- return_withheld_1: Set the live table aside.
ALTER TABLE koop_withheld RENAME TO koop_withheld_swap

-- return_withheld_2: Make the table live that was before.
ALTER TABLE koop_withheld_back RENAME TO koop_withheld

-- return_withheld_3: Keep the one that was live until now.
ALTER TABLE koop_withheld_swap RENAME TO koop_withheld_back

-- return_members_1: Set the live table aside.
ALTER TABLE koop_members RENAME TO koop_members_swap

-- return_members_2: Make the table live that was before.
ALTER TABLE koop_members_back RENAME TO koop_members

-- return_members_3: Keep the one that was live until now.
ALTER TABLE koop_members_swap RENAME TO koop_members_back

-- ==== ingest: ledger of exports, lanes, catalogue, slices, quarantine ====

-- lane_ensure: Make the row of a VHS, if there is none.
INSERT INTO koop_lanes (vhs) VALUES (%(vhs)s) ON CONFLICT (vhs) DO NOTHING

-- lane_get: Read how far a VHS has reported; in a transaction that writes the row stays locked.
SELECT system, last_sequence, applying_sequence, applying_sha256, applying_events, judgement, digest, last_exported_at,
    restarted, counted_from, files_from, files_after
FROM koop_lanes WHERE vhs = %(vhs)s FOR UPDATE

-- lane_peek: Read how far a VHS has reported.
SELECT system, last_sequence, applying_sequence, applying_sha256, applying_events, judgement, digest, last_exported_at,
    restarted, counted_from, files_from, files_after
FROM koop_lanes WHERE vhs = %(vhs)s

-- lane_applying: Record that an export is applied in several transactions, and how far it has come.
UPDATE koop_lanes SET applying_sequence = %(sequence)s, applying_sha256 = %(sha256)s, applying_events = %(events)s, judgement = %(judgement)s
WHERE vhs = %(vhs)s

-- lane_read_with: Read which profile the last export of a VHS was read with.
SELECT reading FROM koop_lanes WHERE vhs = %(vhs)s

-- lane_applied: Record that an export is applied.
UPDATE koop_lanes SET system = coalesce(%(system)s::text, system), last_sequence = %(sequence)s, digest = %(digest)s, last_exported_at = %(exported_at)s,
    reading = coalesce(%(reading)s, reading), last_recorded_at = %(recorded_at)s, applying_sequence = NULL, applying_sha256 = NULL, applying_events = 0, judgement = NULL,
    restarted = NULL
WHERE vhs = %(vhs)s

-- lanes_that_reported: Name the VHSs of which an export was ever taken in.
SELECT vhs FROM koop_lanes WHERE last_recorded_at IS NOT NULL ORDER BY vhs

-- lane_restarted: Record that exports came under a new count, and when the first of them was made; NULL where none does (D23).
UPDATE koop_lanes SET restarted = %(at)s WHERE vhs = %(vhs)s

-- lane_recount: Begin a new count of exports: below it are all numbers so far, and all that was made before it (D23).
UPDATE koop_lanes SET last_sequence = %(number)s, counted_from = %(since)s, restarted = NULL WHERE vhs = %(vhs)s

-- lane_remark: Set back the mark of files that nobody counts: what was taken in up to a line of the ledger does not count (D23).
UPDATE koop_lanes SET files_from = %(since)s, files_after = %(line)s WHERE vhs = %(vhs)s

-- lane_unsettle: Have the next export of a VHS read even if it says what the last one said.
INSERT INTO koop_lanes (vhs) VALUES (%(vhs)s) ON CONFLICT (vhs) DO UPDATE SET digest = NULL

-- lanes_unsettle: Have the next exports of all who had to do with some cooperations read, whatever they say.
UPDATE koop_lanes SET digest = NULL WHERE vhs IN (SELECT vhs FROM koop_members WHERE coop_id = ANY(%(coop_ids)s::text[]))

-- lane_seen: Record that a VHS reported, by a source that counts no exports or without anything new.
UPDATE koop_lanes SET system = coalesce(%(system)s::text, system), last_recorded_at = %(recorded_at)s WHERE vhs = %(vhs)s

-- export_insert: Add an export to the ledger.
INSERT INTO koop_exports (vhs, sequence, kind, system, source, sha256, digest, exported_at, recorded_at, status, reason, rows, events,
    quarantined_rows, withheld, position, proves)
VALUES (%(vhs)s, %(sequence)s, %(kind)s, %(system)s, %(source)s, %(sha256)s, %(digest)s, %(exported_at)s, %(recorded_at)s, %(status)s, %(reason)s, %(rows)s, %(events)s,
    %(quarantined_rows)s, %(withheld)s, %(position)s, %(proves)s)

-- export_last_of_kind: Find the checksum of the last export of a kind that was taken in for a VHS.
SELECT sha256 FROM koop_exports
WHERE vhs = %(vhs)s AND kind = %(kind)s AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1

-- export_latest_of_kind: Find the newest source of a kind that a VHS's catalogue was read from behind a line of the ledger, by its own time.
SELECT max(exported_at) FROM koop_exports WHERE vhs = %(vhs)s AND id > %(line)s AND kind = %(kind)s AND status IN ('applied', 'unchanged')

-- export_complete_before: Find the number of the last export of a VHS before one that proved what is absent.
SELECT max(sequence) FROM koop_exports
WHERE vhs = %(vhs)s AND sequence < %(before)s AND proves = 1 AND status IN ('applied', 'unchanged')

-- export_complete_made: Find when the last export of a VHS before one was made that proved what is absent.
SELECT coalesce(exported_at, recorded_at) FROM koop_exports
WHERE vhs = %(vhs)s AND coalesce(sequence, 0) < %(before)s AND proves = 1 AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1

-- export_seen: Tell whether a VHS handed over these very bytes before.
SELECT 1 FROM koop_exports WHERE vhs = %(vhs)s AND sha256 = %(sha256)s LIMIT 1

-- export_unheard: Read the counted exports that a VHS handed over since one was taken in, and that were superseded although their bytes were never seen.
SELECT sequence, exported_at FROM koop_exports AS late
WHERE late.vhs = %(vhs)s AND late.sequence IS NOT NULL AND late.status = 'superseded' AND late.id > coalesce((
    SELECT max(taken.id) FROM koop_exports AS taken
    WHERE taken.vhs = %(vhs)s AND taken.sequence IS NOT NULL AND taken.status IN ('applied', 'unchanged')
), 0) AND NOT EXISTS (SELECT 1 FROM koop_exports AS seen WHERE seen.vhs = late.vhs AND seen.sha256 = late.sha256 AND seen.id < late.id)
ORDER BY late.id

-- exports_taken_in: Read number and time of the last counted exports of a VHS that were taken in.
SELECT sequence, exported_at FROM koop_exports
WHERE vhs = %(vhs)s AND sequence IS NOT NULL AND exported_at IS NOT NULL AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT %(limit)s

-- exports_made: Read number and times of those of the last exports of a VHS that say what it holds, of one count and before another, that may be made after a time: texts of one offset are in the order of time.
SELECT sequence, exported_at, recorded_at FROM (
    SELECT sequence, exported_at, recorded_at FROM koop_exports
    WHERE vhs = %(vhs)s AND sequence > %(first)s AND sequence < %(before)s AND exported_at IS NOT NULL AND kind IN ('full', 'delta')
        AND status IN ('applied', 'unchanged')
    ORDER BY id DESC LIMIT %(limit)s
) AS last WHERE exported_at COLLATE "C" > %(made)s OR right(exported_at, 6) <> right(%(made)s, 6)

-- export_refused: Find when the file was made that a VHS handed over last, where it was superseded; of sources that count no exports.
SELECT exported_at FROM koop_exports
WHERE vhs = %(vhs)s AND sequence IS NULL AND status = 'superseded' AND id > coalesce((
    SELECT max(id) FROM koop_exports WHERE vhs = %(vhs)s AND sequence IS NULL AND status IN ('applied', 'unchanged')
), 0)
ORDER BY id DESC LIMIT 1

-- export_effects: Read what those of the last exports of a VHS did to others that did something.
SELECT coalesce(exported_at, recorded_at), effects FROM koop_exports WHERE vhs = %(vhs)s AND effects IS NOT NULL
ORDER BY id DESC LIMIT %(limit)s

-- export_kept: Read what is kept of the last exports of a VHS that did something to others or first lacked bookings.
SELECT sequence, sha256, effects FROM koop_exports WHERE vhs = %(vhs)s AND effects IS NOT NULL
ORDER BY id DESC LIMIT %(limit)s

-- export_effects_note: Keep what the export that was taken in last did to others.
UPDATE koop_exports SET effects = %(effects)s WHERE id = (SELECT max(id) FROM koop_exports WHERE vhs = %(vhs)s)

-- export_last_line: Find where the ledger of a VHS ends, NULL where it is empty.
SELECT max(id) FROM koop_exports WHERE vhs = %(vhs)s

-- export_after: Find an export that was taken in after a line of the ledger.
SELECT status, events, quarantined_rows, withheld FROM koop_exports
WHERE vhs = %(vhs)s AND id > %(line)s AND kind = %(kind)s AND sha256 = %(sha256)s AND status IN ('applied', 'unchanged')
ORDER BY id LIMIT 1

-- export_of_digest: Count the rows of the last export of a VHS that said the same, and tell what it proved.
SELECT rows, proves FROM koop_exports WHERE vhs = %(vhs)s AND digest = %(digest)s AND status IN ('applied', 'unchanged')
ORDER BY id DESC LIMIT 1

-- exports_applied: Tell how many exports of some VHSs were taken in, from which number to which.
SELECT vhs, count(*), min(sequence), max(sequence) FROM koop_exports
WHERE vhs = ANY(%(vhs)s::text[]) AND status IN ('applied', 'unchanged') AND kind IN ('full', 'delta')
GROUP BY vhs ORDER BY vhs

-- exports_of_vhs: Read the ledger of one VHS.
SELECT sequence, kind, system, source, sha256, exported_at, recorded_at, status, reason, rows, events, quarantined_rows, withheld, position, proves
FROM koop_exports WHERE vhs = %(vhs)s ORDER BY id

-- export_position: Find where the log stood when an export had been taken in, and when that was.
SELECT position, recorded_at FROM koop_exports
WHERE vhs = %(vhs)s AND sequence = %(sequence)s AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1

-- exports_as_of: Read what the ledger last said of each VHS at a position and a moment.
SELECT vhs, system, sequence, coalesce(exported_at, recorded_at) FROM koop_exports
WHERE id IN (
    SELECT max(id) FROM koop_exports
    WHERE status IN ('applied', 'unchanged') AND (position < %(upto)s OR (position = %(upto)s AND recorded_at::timestamptz <= %(moment)s::timestamptz)) AND (%(vhs)s::text = '' OR vhs = %(vhs)s) GROUP BY vhs
)
ORDER BY vhs

-- exports_newest: Read the last lines of the ledger of a VHS as of a position, newest first.
SELECT sequence, kind, sha256, coalesce(exported_at, recorded_at), recorded_at, status, position, proves FROM koop_exports
WHERE vhs = %(vhs)s AND (position IS NULL OR position <= %(upto)s) ORDER BY id DESC LIMIT %(limit)s

-- catalogue_of_vhs: Read the courses of a VHS that nobody shares.
SELECT key, number, period, external_number, source, facts, unsure FROM koop_catalogue WHERE vhs = %(vhs)s ORDER BY number, key

-- catalogue_by_number: Find unshared courses of a VHS by number.
SELECT key, number, period, external_number, source, facts, unsure FROM koop_catalogue
WHERE vhs = %(vhs)s AND number = %(number)s ORDER BY key

-- catalogue_put: Keep the last reported row of a course that nobody shares.
INSERT INTO koop_catalogue (vhs, key, number, period, external_number, source, facts, unsure, noted_at)
VALUES (%(vhs)s, %(key)s, %(number)s, %(period)s, %(external_number)s, %(source)s, %(facts)s, %(unsure)s, %(noted_at)s)
ON CONFLICT (vhs, key) DO UPDATE SET number = excluded.number, period = excluded.period,
    external_number = excluded.external_number, source = excluded.source, facts = excluded.facts,
    unsure = excluded.unsure, noted_at = excluded.noted_at

-- catalogue_delete: Drop rows of the catalogue.
DELETE FROM koop_catalogue WHERE vhs = %(vhs)s AND key = ANY(%(keys)s::text[])

-- slices_of_vhs: Read the hashes of what a VHS last reported of each cooperation.
SELECT coop_id, hash FROM koop_slices WHERE vhs = %(vhs)s

-- slices_forget: Drop the hashes of what was reported of some cooperations: they are of rows that name persons.
DELETE FROM koop_slices WHERE coop_id = ANY(%(coop_ids)s::text[])

-- slice_put: Keep the hash of what a VHS reported of a cooperation.
INSERT INTO koop_slices (vhs, coop_id, hash) SELECT * FROM unnest(%(vhs)s::text[], %(coop_id)s::text[], %(hash)s::text[])
ON CONFLICT (vhs, coop_id) DO UPDATE SET hash = excluded.hash

-- quarantine_put: Set a row or an export aside; the same one again is seen again, with what to do now, a discarded one stays discarded.
INSERT INTO koop_quarantine (vhs, sequence, source, file, line, col, about, reason, remedy, raw, digest, state, first_seen, last_seen,
    stands_for)
VALUES (%(vhs)s, %(sequence)s, %(source)s, %(file)s, %(line)s, %(col)s, %(about)s, %(reason)s, %(remedy)s, %(raw)s, %(digest)s, 'open', %(seen)s, %(seen)s, %(stands_for)s)
ON CONFLICT (vhs, file, digest) DO UPDATE SET sequence = excluded.sequence, source = excluded.source, line = excluded.line,
    last_seen = CASE koop_quarantine.state WHEN 'discarded' THEN koop_quarantine.last_seen ELSE excluded.last_seen END,
    remedy = excluded.remedy, stands_for = excluded.stands_for,
    state = CASE koop_quarantine.state WHEN 'discarded' THEN 'discarded' ELSE 'open' END

-- quarantine_resolve: Mark what a newer export of the same files no longer has as resolved.
UPDATE koop_quarantine SET state = 'resolved', last_seen = %(seen)s
WHERE vhs = %(vhs)s AND state = 'open' AND file = ANY(%(files)s::text[]) AND NOT (digest = ANY(%(digests)s::text[]))

-- quarantine_resolve_exports: Mark exports that could not be used as resolved, once a newer full one was taken in.
UPDATE koop_quarantine SET state = 'resolved', last_seen = %(seen)s
WHERE vhs = %(vhs)s AND state = 'open' AND about = 'export' AND (sequence IS NULL OR sequence <= %(sequence)s)

-- quarantine_ahead: Find the exports of a VHS that wait until the clock is where they say they were made (D23).
SELECT id, sequence, source FROM koop_quarantine
WHERE vhs = %(vhs)s AND state = 'open' AND about = 'export' AND col = 'exported_at' ORDER BY sequence, id

-- quarantine_taken_up: Mark one thing set aside as resolved.
UPDATE koop_quarantine SET state = 'resolved', last_seen = %(seen)s WHERE id = %(id)s AND state = 'open'

-- quarantine_list: Read what is set aside, by state.
SELECT id, vhs, sequence, source, file, line, col, about, reason, remedy, state, first_seen, last_seen FROM koop_quarantine
WHERE (%(all)s::int = 1 OR state = 'open') ORDER BY id

-- quarantine_bytes: Read what is set aside with its bytes, page by page; the reason with the names of column and file.
SELECT id, vhs, source, about, state, reason || ' ' || coalesce(col, '') || ' ' || file, raw FROM koop_quarantine WHERE id > %(after)s ORDER BY id LIMIT %(limit)s

-- quarantine_forget: Take out rows of persons who are erased, with their reasons and hashes.
DELETE FROM koop_quarantine WHERE id = %(id)s

-- exports_texts: Read where exports lay, and why they were refused if they were, page by page.
SELECT id, vhs, source, coalesce(reason, '') FROM koop_exports WHERE id > %(after)s ORDER BY id LIMIT %(limit)s

-- exports_forget: Say no more why an export was refused than that it named somebody who is erased.
UPDATE koop_exports SET reason = %(reason)s WHERE id = %(id)s

-- exports_unplace: Say no more where an export lay than that the path named somebody who is erased.
UPDATE koop_exports SET source = %(source)s WHERE id = %(id)s

-- quarantine_unplace: Say no more where the export of a row lay than that the path named somebody who is erased.
UPDATE koop_quarantine SET source = %(source)s WHERE id = %(id)s

-- quarantine_open: Count what is set aside of the exports of one VHS.
SELECT count(*) FROM koop_quarantine WHERE vhs = %(vhs)s AND state = 'open' AND about <> 'export'

-- quarantine_show: Read one thing set aside with its original bytes.
SELECT id, vhs, sequence, source, file, line, col, about, reason, remedy, state, first_seen, last_seen, raw FROM koop_quarantine
WHERE id = %(id)s

-- quarantine_rows: Read the rows of a VHS that are set aside, with their bytes.
SELECT id, sequence, file, line, col, about, reason, remedy, raw, first_seen, stands_for FROM koop_quarantine
WHERE vhs = %(vhs)s AND state = 'open' AND about <> 'export' ORDER BY id

-- quarantine_discard: Give one thing set aside up for good, its bytes included.
UPDATE koop_quarantine SET state = 'discarded', raw = %(empty)s, last_seen = %(seen)s WHERE id = %(id)s AND state <> 'discarded'

-- ==== markets: members of the mini-markets (R31) ====

-- market_join: Make a VHS a member.
INSERT INTO koop_markets (market, vhs) VALUES (%(market)s, %(vhs)s) ON CONFLICT (market, vhs) DO NOTHING

-- market_leave: End a membership.
DELETE FROM koop_markets WHERE market = %(market)s AND vhs = %(vhs)s

-- markets_of_vhs: Name the markets a VHS is in.
SELECT market FROM koop_markets WHERE vhs = %(vhs)s ORDER BY market

-- markets: Read all memberships.
SELECT market, vhs FROM koop_markets ORDER BY market, vhs

-- ==== seals: a chain over the log, and what the other tables held when it was last extended ====

-- seal_last: Read the newest seal.
SELECT position, events, digest, sealed_at, commits, sides, sum FROM koop_seals ORDER BY position DESC LIMIT 1

-- seals: Read all seals, oldest first.
SELECT position, events, digest, sealed_at, commits, sides, sum FROM koop_seals ORDER BY position

-- seal_put: Add a seal, or renew the one of this position.
INSERT INTO koop_seals (position, events, digest, sealed_at, commits, sides, sum)
VALUES (%(position)s, %(events)s, %(digest)s, %(sealed_at)s, %(commits)s, %(sides)s, %(sum)s)
ON CONFLICT (position) DO UPDATE SET events = excluded.events, digest = excluded.digest, sealed_at = excluded.sealed_at,
    commits = excluded.commits, sides = excluded.sides, sum = excluded.sum

-- commit_known: Tell whether the store counts its transactions: PostgreSQL does.
SELECT 1

-- commit_counted: Nothing to do: PostgreSQL numbers every transaction that writes.
SELECT 1

-- commit_count: Read the number of the next transaction that writes; 0 while one is under way, so that it equals no other.
SELECT CASE WHEN pg_snapshot_xmin(pg_current_snapshot()) = pg_snapshot_xmax(pg_current_snapshot())
    THEN pg_snapshot_xmax(pg_current_snapshot())::text::bigint ELSE 0 END

-- commit_own: Take the number of the own transaction.
SELECT pg_current_xact_id()::text::bigint

-- side_schema: Read how the tables are made.
SELECT table_name, column_name, ordinal_position, data_type, is_nullable FROM information_schema.columns
WHERE table_schema = current_schema() ORDER BY table_name, ordinal_position

-- side_sequences: Nothing: PostgreSQL keeps them with the tables.
SELECT 1

-- side_catalogue: Read the whole of koop_catalogue.
SELECT * FROM koop_catalogue ORDER BY vhs COLLATE "C", key COLLATE "C"

-- side_cells: Read the whole of koop_cells.
SELECT * FROM koop_cells ORDER BY coop_id COLLATE "C", ref COLLATE "C", vhs COLLATE "C"

-- side_exports: Read the whole of koop_exports.
SELECT * FROM koop_exports ORDER BY id

-- side_lanes: Read the whole of koop_lanes.
SELECT * FROM koop_lanes ORDER BY vhs COLLATE "C"

-- side_markets: Read the whole of koop_markets.
SELECT * FROM koop_markets ORDER BY market COLLATE "C", vhs COLLATE "C"

-- side_meta: Read the whole of koop_meta.
SELECT * FROM koop_meta ORDER BY key COLLATE "C"

-- side_numbers: Read the whole of koop_numbers.
SELECT * FROM koop_numbers ORDER BY vhs COLLATE "C"

-- side_persons: Read the whole of koop_persons.
SELECT * FROM koop_persons ORDER BY person_id COLLATE "C", version

-- side_quarantine: Read the whole of koop_quarantine.
SELECT * FROM koop_quarantine ORDER BY id

-- side_rebuilds: Read the whole of koop_rebuilds.
SELECT * FROM koop_rebuilds ORDER BY attempt

-- side_slices: Read the whole of koop_slices.
SELECT * FROM koop_slices ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- side_times: Read the whole of koop_times.
SELECT * FROM koop_times ORDER BY position

-- side_views_back: Read the whole of koop_views_back.
SELECT * FROM koop_views_back ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- side_violations_back: Read the whole of koop_violations_back.
SELECT * FROM koop_violations_back ORDER BY opened_position

-- side_withheld_back: Read the whole of koop_withheld_back.
SELECT * FROM koop_withheld_back ORDER BY vhs COLLATE "C", coop_id COLLATE "C", ref COLLATE "C", id COLLATE "C"

-- side_members_back: Read the whole of koop_members_back.
SELECT * FROM koop_members_back ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- side_views_next: Read the whole of koop_views_next.
SELECT * FROM koop_views_next ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- side_violations_next: Read the whole of koop_violations_next.
SELECT * FROM koop_violations_next ORDER BY opened_position

-- side_withheld_next: Read the whole of koop_withheld_next.
SELECT * FROM koop_withheld_next ORDER BY vhs COLLATE "C", coop_id COLLATE "C", ref COLLATE "C", id COLLATE "C"

-- side_members_next: Read the whole of koop_members_next.
SELECT * FROM koop_members_next ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- grown_persons: Read what the vault held when the log ended at a position, in which nothing changes but by an erasure; without the cooperations, which may go on under another id (D12).
SELECT person_id, version, ref, name, first_name, phone, email, position FROM koop_persons
WHERE position <= %(upto)s ORDER BY person_id COLLATE "C", version

-- grown_forgotten: Count the fences.
SELECT count(*) FROM koop_forgotten

-- ==== verify: what only a check of the whole store asks ====

-- check_with: Look functions up where the extension amcheck lies as well, until the transaction ends.
SELECT set_config('search_path', format('%%I, %%I, pg_temp', current_schema(), n.nspname), true)
FROM pg_extension AS e JOIN pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'amcheck'

-- check_file: Check the indices of the tables by the extension amcheck; apart, since the server may call what stands behind AND before it knows which index it is.
WITH own AS MATERIALIZED (
    SELECT c.oid FROM pg_index AS i JOIN pg_class AS c ON c.oid = i.indexrelid JOIN pg_am AS a ON a.oid = c.relam
    WHERE a.amname = 'btree' AND c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relname LIKE 'koop%%'
)
SELECT 'ok' FROM own WHERE bt_index_check(own.oid::regclass, true) IS NOT NULL

-- check_means: Tell what checks the structure: amcheck if it is installed, and whether pages carry checksums.
SELECT concat_ws(' ', (SELECT 'amcheck' FROM pg_extension WHERE extname = 'amcheck'),
    CASE WHEN current_setting('data_checksums') = 'on' THEN 'data_checksums' END)

-- page_count: Read how many pages there are; the server sees to them itself.
SELECT 0

-- page_size: Read the size of a page in bytes.
SELECT current_setting('block_size')::int

-- objects_made: Nothing: PostgreSQL does not keep the statements by which tables were made.
SELECT NULL, NULL WHERE 1 = 0

-- objects_lines: Describe the tables in lines: their columns, constraints, indices, sequences and row security; without names of constraints, which a rebuild exchanges.
WITH tables AS (
    SELECT oid, relname::text, relrowsecurity, relforcerowsecurity FROM pg_class
    WHERE relnamespace = quote_ident(current_schema())::regnamespace AND relkind IN ('r', 'p') AND relpersistence = 'p'
)
SELECT t.relname, concat(
    'column ', row_number() OVER (PARTITION BY t.oid ORDER BY a.attnum), ' ', a.attname, ' ', format_type(a.atttypid, a.atttypmod),
    CASE WHEN a.attnotnull THEN ' NOT NULL' END,
    CASE WHEN a.attcollation <> y.typcollation THEN ' COLLATE ' || a.attcollation::regcollation::text END,
    CASE a.attidentity WHEN 'a' THEN ' ALWAYS' WHEN 'd' THEN ' BY DEFAULT' END, CASE WHEN a.attgenerated <> '' THEN ' GENERATED' END,
    ' DEFAULT ' || pg_get_expr(d.adbin, d.adrelid)
)
FROM tables AS t JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum > 0 AND NOT a.attisdropped
JOIN pg_type AS y ON y.oid = a.atttypid LEFT JOIN pg_attrdef AS d ON d.adrelid = t.oid AND d.adnum = a.attnum
UNION ALL SELECT t.relname, concat('constraint ', pg_get_constraintdef(k.oid), CASE WHEN NOT i.indisvalid THEN ' INVALID' END)
FROM tables AS t JOIN pg_constraint AS k ON k.conrelid = t.oid AND k.contype <> 'n' LEFT JOIN pg_index AS i ON i.indexrelid = k.conindid
UNION ALL SELECT t.relname, concat(
    CASE WHEN i.indisunique THEN 'unique ' END, 'index ', c.relname, substr(pg_get_indexdef(c.oid), strpos(pg_get_indexdef(c.oid), ' USING ')),
    CASE WHEN NOT i.indisvalid THEN ' INVALID' END
)
FROM tables AS t JOIN pg_index AS i ON i.indrelid = t.oid JOIN pg_class AS c ON c.oid = i.indexrelid
WHERE NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = c.oid AND k.conrelid = t.oid)
UNION ALL SELECT t.relname, concat_ws(
    ' ', 'sequence', a.attname, format_type(q.seqtypid, NULL), q.seqstart, q.seqincrement, q.seqmin, q.seqmax, q.seqcache, q.seqcycle
)
FROM tables AS t JOIN pg_depend AS d ON d.refclassid = 'pg_class'::regclass AND d.refobjid = t.oid AND d.classid = 'pg_class'::regclass
    AND d.deptype IN ('a', 'i')
JOIN pg_sequence AS q ON q.seqrelid = d.objid JOIN pg_attribute AS a ON a.attrelid = t.oid AND a.attnum = d.refobjsubid
UNION ALL SELECT t.relname, 'row security' FROM tables AS t WHERE t.relrowsecurity OR t.relforcerowsecurity
ORDER BY 1, 2

-- objects: Name all that the schema is made of, by kind, name and the table it belongs to: what no extension brought, and no constraint of a table.
SELECT CASE WHEN c.relkind IN ('r', 'p') AND c.relpersistence = 'p' THEN 'table' WHEN c.relkind IN ('i', 'I') THEN 'index'
    WHEN c.relkind = 'v' THEN 'view' ELSE 'relation' END, c.relname::text, coalesce(t.relname, c.relname)::text
FROM pg_class AS c LEFT JOIN pg_index AS i ON i.indexrelid = c.oid LEFT JOIN pg_class AS t ON t.oid = i.indrelid
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f', 'i', 'I')
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype = 'e')
    AND NOT EXISTS (SELECT 1 FROM pg_constraint AS k WHERE k.conindid = c.oid AND k.conrelid = t.oid)
UNION ALL SELECT 'trigger', g.tgname::text, t.relname::text FROM pg_trigger AS g JOIN pg_class AS t ON t.oid = g.tgrelid
WHERE NOT g.tgisinternal AND t.relnamespace = quote_ident(current_schema())::regnamespace
UNION ALL SELECT 'rule', r.rulename::text, t.relname::text FROM pg_rewrite AS r JOIN pg_class AS t ON t.oid = r.ev_class
WHERE r.rulename <> '_RETURN' AND t.relnamespace = quote_ident(current_schema())::regnamespace
UNION ALL SELECT 'sequence', c.relname::text, c.relname::text FROM pg_class AS c
WHERE c.relnamespace = quote_ident(current_schema())::regnamespace AND c.relkind = 'S'
    AND NOT EXISTS (SELECT 1 FROM pg_depend AS d WHERE d.objid = c.oid AND d.deptype IN ('a', 'i', 'e'))
UNION ALL SELECT 'policy', y.polname::text, t.relname::text FROM pg_policy AS y JOIN pg_class AS t ON t.oid = y.polrelid
WHERE t.relnamespace = quote_ident(current_schema())::regnamespace
ORDER BY 1, 2, 3

-- tables: Name the tables.
SELECT tablename FROM pg_tables WHERE schemaname = current_schema() ORDER BY tablename

-- person_keys_of_ids: Find persons by id, without what is known of them.
SELECT person_id, version, coop_id, ref FROM koop_persons WHERE person_id = ANY(%(person_ids)s::text[])

-- person_keys_of_streams: Find the persons of some cooperations, without what is known of them.
SELECT person_id, version, coop_id, ref FROM koop_persons WHERE coop_id = ANY(%(coop_ids)s::text[])

-- person_strays: Count the persons of cooperations of which the log knows nothing.
SELECT count(*) FROM koop_persons AS p WHERE NOT EXISTS (SELECT 1 FROM koop_events WHERE originator_id = p.coop_id)

-- ledger_applied: Read which exports of a VHS caused events, as the ledger has it.
SELECT sequence, sha256, events, position FROM koop_exports
WHERE vhs = %(vhs)s AND status = 'applied' AND events > 0 ORDER BY id

-- ledger_vhs: Name the VHSs whose exports caused events, as the ledger has it.
SELECT DISTINCT vhs FROM koop_exports WHERE status = 'applied' AND events > 0 ORDER BY vhs

-- ledger_ahead: Count the exports that the ledger has beyond the end of the log.
SELECT count(*) FROM koop_exports WHERE position > %(head)s

-- quarantine_bytes_all: Read what is set aside with its bytes and their digest.
SELECT id, vhs, source, col, about, reason, raw, digest, state FROM koop_quarantine ORDER BY id

-- ==== backups: what was copied and proven, and the whole of every table in a fixed order ====

-- backup_begun: Note that a backup is about to stand in its place.
INSERT INTO koop_backups (made_at, position, digest, target, bytes) VALUES (%(made_at)s, %(position)s, %(digest)s, %(target)s, %(bytes)s)
RETURNING id

-- backup_proven: Note that a backup stands in its place and was proven.
UPDATE koop_backups SET proven_at = %(at)s WHERE id = %(id)s

-- backup_last: Read which backup was proven last.
SELECT proven_at, position, target FROM koop_backups WHERE proven_at IS NOT NULL ORDER BY proven_at DESC, id DESC LIMIT 1

-- backups: Read all backups that were made.
SELECT target, made_at, position FROM koop_backups ORDER BY id

-- backups_whole: Read all that is known of the backups that were made.
SELECT made_at, position, digest, target, bytes, proven_at FROM koop_backups ORDER BY id

-- note_put: Note something under a key: where a backup is being made, before anything is written there, or beside which one nothing could be noted.
INSERT INTO koop_meta (key, value) VALUES (%(key)s, %(value)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- notes: Read what is noted under keys that begin alike.
SELECT key, value FROM koop_meta WHERE key COLLATE "C" >= %(since)s AND key COLLATE "C" < %(until)s ORDER BY key COLLATE "C"

-- note_delete: Take out what is noted under a key.
DELETE FROM koop_meta WHERE key = %(key)s

-- scratch_left: Name the databases in which backups were proven that were broken off: nobody holds the lock of their number (0x6B6F6F70) in the database beside which they are, or that is gone.
SELECT s.datname::text FROM pg_database AS s
LEFT JOIN pg_database AS d ON d.oid::bigint = split_part(s.datname, '_', 3)::bigint
WHERE s.datname ~ '^koop_proof_[0-9]{1,10}_[0-9]{1,10}$' AND (d.oid IS NULL OR d.datname = current_database() AND NOT EXISTS (
    SELECT 1 FROM pg_locks AS l WHERE l.locktype = 'advisory' AND l.database = d.oid AND l.classid::bigint = 1802465136
        AND l.objid::bigint = split_part(s.datname, '_', 4)::bigint AND l.objsubid = 2
))
ORDER BY 1

-- snapshot_export: Name the moment this transaction sees, so that another connection can see the same.
SELECT pg_export_snapshot()

-- integrity: Have the database check itself; here the restoring has seen to that.
SELECT 'ok'

-- whole_log: Read the whole log.
SELECT notification_id, originator_id, originator_version, topic, state FROM koop_events ORDER BY notification_id

-- side_forgotten: Read the whole of koop_forgotten.
SELECT * FROM koop_forgotten ORDER BY id

-- whole_members: Read all of koop_members.
SELECT * FROM koop_members ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- whole_views: Read all of koop_views.
SELECT * FROM koop_views ORDER BY vhs COLLATE "C", coop_id COLLATE "C"

-- whole_violations: Read all of koop_violations.
SELECT * FROM koop_violations ORDER BY opened_position

-- whole_seals: Read all of koop_seals.
SELECT * FROM koop_seals ORDER BY position

-- whole_withheld: Read all of koop_withheld.
SELECT * FROM koop_withheld ORDER BY vhs COLLATE "C", coop_id COLLATE "C", ref COLLATE "C", id COLLATE "C"

-- side_backups: Read the whole of koop_backups.
SELECT * FROM koop_backups ORDER BY id

-- ==== schema: versions and migrations ====

-- schema_lock: Let one migration run at a time, to the end of its transaction; the number is "koop" in ASCII.
SELECT pg_advisory_xact_lock(1802465136)

-- server_found: Read the schemas in which a connection looks for tables, the encoding of the database, and when a COMMIT is answered.
SELECT current_schemas(false)::text[], current_setting('server_encoding'), current_setting('synchronous_commit')

-- server_unsafe: Read which settings let the server lose in a power cut what it has written.
SELECT name FROM pg_settings WHERE name IN ('fsync', 'full_page_writes') AND setting = 'off' ORDER BY name

-- schema_tables: Name the tables of stores in all schemas of the database.
SELECT n.nspname, c.relname FROM pg_class AS c JOIN pg_namespace AS n ON n.oid = c.relnamespace
WHERE c.relname >= 'koop_' AND c.relname < 'koop`' AND c.relkind IN ('r', 'p') AND n.nspname NOT LIKE 'pg\_%%'
ORDER BY n.nspname, c.relname

-- schema_there: Ask something of the server, so that it does not take the transaction for forgotten.
SELECT 1

-- persons_public: Tell whether everybody who may connect may read the vault or write there, also a column of it alone.
SELECT 1 FROM (
    SELECT c.relacl AS acl FROM pg_class AS c WHERE c.oid = 'koop_persons'::regclass
    UNION ALL SELECT t.attacl FROM pg_attribute AS t WHERE t.attrelid = 'koop_persons'::regclass AND NOT t.attisdropped
) AS given, aclexplode(given.acl) AS a WHERE a.grantee = 0 LIMIT 1

-- schema_version: Read the version of the tables, and of which older one the views still are.
SELECT value, (SELECT value FROM koop_meta WHERE key = 'views_of') FROM koop_meta WHERE key = 'schema_version'

-- schema_mark: Record the version of the tables.
INSERT INTO koop_meta (key, value) VALUES ('schema_version', %(version)s)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- views_outdated: Record that the views are still those of an older version.
INSERT INTO koop_meta (key, value) VALUES ('views_of', %(version)s)
ON CONFLICT (key) DO NOTHING

-- views_current: Record that the views are built anew.
DELETE FROM koop_meta WHERE key = 'views_of'

-- secret_put: Keep the secret by which staff have their pseudonyms; the first stays.
INSERT INTO koop_meta (key, value) VALUES ('secret', %(value)s)
ON CONFLICT (key) DO NOTHING

-- secret: Read the secret by which staff have their pseudonyms.
SELECT value FROM koop_meta WHERE key = 'secret'

-- ==== migration 1: the first tables ====

-- migration_1_meta: What the store knows about itself.
CREATE TABLE koop_meta (key text PRIMARY KEY, value text NOT NULL)

-- migration_1_exports: The ledger of exports.
CREATE TABLE koop_exports (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vhs text NOT NULL, sequence bigint, kind text NOT NULL, system text NOT NULL,
    source text NOT NULL, sha256 text NOT NULL, digest text NOT NULL, exported_at text, recorded_at text NOT NULL,
    status text NOT NULL, reason text, rows bigint NOT NULL, events bigint NOT NULL, quarantined_rows bigint NOT NULL,
    withheld bigint NOT NULL
)

-- migration_1_exports_by_vhs: Index of the ledger.
CREATE INDEX koop_exports_by_vhs ON koop_exports (vhs, id)

-- migration_1_lanes: How far each VHS has reported.
CREATE TABLE koop_lanes (
    vhs text PRIMARY KEY, system text, last_sequence bigint NOT NULL DEFAULT 0, applying_sequence bigint,
    applying_sha256 text, applying_events bigint NOT NULL DEFAULT 0, guard_tripped bigint, digest text, last_exported_at text, last_recorded_at text
)

-- migration_1_catalogue: The last reported rows of courses that nobody shares.
CREATE TABLE koop_catalogue (
    vhs text NOT NULL, key text NOT NULL, number text NOT NULL, period text, external_number text, source text NOT NULL,
    facts text NOT NULL, unsure bigint NOT NULL, noted_at text NOT NULL,
    PRIMARY KEY (vhs, key)
)

-- migration_1_catalogue_by_number: Index of the catalogue.
CREATE INDEX koop_catalogue_by_number ON koop_catalogue (vhs, number)

-- migration_1_slices: The hash of what a VHS last reported of a cooperation.
CREATE TABLE koop_slices (
    vhs text NOT NULL, coop_id text NOT NULL, hash text NOT NULL, PRIMARY KEY (vhs, coop_id)
)

-- migration_1_persons: The vault (D15).
CREATE TABLE koop_persons (
    person_id text NOT NULL, version bigint NOT NULL, coop_id text NOT NULL, ref text NOT NULL, name text NOT NULL,
    first_name text NOT NULL, phone text NOT NULL, email text NOT NULL, PRIMARY KEY (person_id, version)
)

-- migration_1_persons_by_stream: Index of the vault.
CREATE INDEX koop_persons_by_stream ON koop_persons (coop_id)

-- migration_1_quarantine: Rows that could not be used, with their original bytes.
CREATE TABLE koop_quarantine (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    vhs text NOT NULL, sequence bigint, source text NOT NULL, file text NOT NULL,
    line bigint NOT NULL, col text, about text NOT NULL, reason text NOT NULL, remedy text NOT NULL, raw bytea NOT NULL,
    digest text NOT NULL, state text NOT NULL CHECK (state IN ('open', 'resolved', 'discarded')),
    first_seen text NOT NULL, last_seen text NOT NULL, UNIQUE (vhs, file, digest)
)

-- migration_1_numbers: The last running number of each Master (D16).
CREATE TABLE koop_numbers (vhs text PRIMARY KEY, last bigint NOT NULL)

-- migration_1_views: What each VHS sees of each cooperation.
CREATE TABLE koop_views (
    vhs text NOT NULL, coop_id text NOT NULL, role text NOT NULL, course_number text NOT NULL, period text NOT NULL, title text,
    starts_on text, ends_on text,
    position bigint NOT NULL, doc text NOT NULL, changes text NOT NULL, pending bigint NOT NULL,
    suspects bigint NOT NULL, live bigint NOT NULL, alone bigint NOT NULL, PRIMARY KEY (vhs, coop_id)
)

-- migration_1_views_by_stream: Index of the views by cooperation.
CREATE INDEX koop_views_by_stream ON koop_views (coop_id)

-- migration_1_views_by_number: Index of the views by course number.
CREATE INDEX koop_views_by_number ON koop_views (vhs, course_number)

-- migration_1_violations: Breaches of the rules, open and closed.
CREATE TABLE koop_violations (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    coop_id text NOT NULL, vhs text NOT NULL, code text NOT NULL,
    ref text NOT NULL DEFAULT '', severity text NOT NULL, detail text NOT NULL, opened_position bigint NOT NULL,
    opened_at text NOT NULL, closed_position bigint, closed_at text
)

-- migration_1_violations_by_stream: Index of the violations by cooperation.
CREATE INDEX koop_violations_by_stream ON koop_violations (coop_id)

-- migration_1_violations_by_vhs: Index of the violations by VHS.
CREATE INDEX koop_violations_by_vhs ON koop_violations (vhs)

-- migration_1_withheld: Cancellations the mass guard holds back (D4).
CREATE TABLE koop_withheld (
    vhs text NOT NULL, coop_id text NOT NULL, ref text NOT NULL, id text NOT NULL, PRIMARY KEY (vhs, coop_id, ref)
)

-- migration_1_markets: Who is in which mini-market.
CREATE TABLE koop_markets (
    market text NOT NULL, vhs text NOT NULL, PRIMARY KEY (market, vhs)
)

-- ==== migration 2: what looking back needs ====

-- migration_2_exports_position: Where the log stood when an export had been taken in; NULL for those before this version.
ALTER TABLE koop_exports ADD COLUMN position bigint

-- migration_2_exports_proves: 1 where the export proved what is absent, 0 where it did not; NULL for those before this version.
ALTER TABLE koop_exports ADD COLUMN proves bigint

-- migration_2_exports_by_sequence: Index of the ledger by the number of the export.
CREATE INDEX koop_exports_by_sequence ON koop_exports (vhs, sequence)

-- migration_2_members: Which VHS had to do with which cooperation, and since which position.
CREATE TABLE koop_members (
    vhs text NOT NULL, coop_id text NOT NULL, since bigint NOT NULL, PRIMARY KEY (vhs, coop_id)
)

-- migration_2_members_of_the_log: Fill it for the events there are.
INSERT INTO koop_members (vhs, coop_id, since)
SELECT convert_from(state, 'UTF8')::json ->> 'vhs', originator_id, min(notification_id) FROM koop_events
WHERE substr(originator_id, 1, 4) <> 'vhs:' AND substr(originator_id, 1, 7) <> 'market:' GROUP BY 1, 2

-- ==== migration 2: who was forgotten ====

-- migration_2_forgotten: The fences before erased persons (D15); erased_at is NULL until what lay behind them is gone.
CREATE TABLE koop_forgotten (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, person_id text NOT NULL UNIQUE, coop_id text NOT NULL, ref text NOT NULL,
    forgotten_at text NOT NULL, erased_at text
)

-- migration_2_forgotten_by_stream: Index of the fences by cooperation.
CREATE INDEX koop_forgotten_by_stream ON koop_forgotten (coop_id)

-- ==== migration 2: derived tables that a rebuild fills beside and exchanges; without named indexes, so that renaming is enough ====

-- migration_2_views_old: Set the former table aside.
ALTER TABLE koop_views RENAME TO koop_views_old

-- migration_2_views_live: The live table of what each VHS sees.
CREATE TABLE koop_views (
    vhs text NOT NULL, coop_id text NOT NULL, role text NOT NULL, course_number text NOT NULL, period text NOT NULL, title text,
    starts_on text, ends_on text, position bigint NOT NULL, doc text NOT NULL, changes text NOT NULL, pending bigint NOT NULL,
    suspects bigint NOT NULL, live bigint NOT NULL, alone bigint NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id)
)

-- migration_2_views_fill: Take over what it held.
INSERT INTO koop_views (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, doc, changes, pending, suspects, live, alone)
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, doc, changes, pending, suspects, live, alone FROM koop_views_old

-- migration_2_views_drop: Drop the former table.
DROP TABLE koop_views_old

-- migration_2_views_next: The table that a rebuild fills.
CREATE TABLE koop_views_next (LIKE koop_views INCLUDING ALL)

-- migration_2_views_back: The table that was live before.
CREATE TABLE koop_views_back (LIKE koop_views INCLUDING ALL)

-- migration_2_violations_old: Set the former table aside.
ALTER TABLE koop_violations RENAME TO koop_violations_old

-- migration_2_violations_live: The live table of violations.
CREATE TABLE koop_violations (
    coop_id text NOT NULL, vhs text NOT NULL, code text NOT NULL, ref text NOT NULL, severity text NOT NULL,
    detail text NOT NULL, shown text, opened_position bigint PRIMARY KEY, opened_at text NOT NULL, closed_position bigint,
    closed_at text, UNIQUE (coop_id, opened_position), UNIQUE (vhs, opened_position)
)

-- migration_2_violations_fill: Take over what it held.
INSERT INTO koop_violations (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at)
SELECT coop_id, vhs, code, ref, severity, detail, CASE WHEN closed_position IS NULL THEN detail END, opened_position, opened_at, closed_position, closed_at FROM koop_violations_old

-- migration_2_violations_drop: Drop the former table.
DROP TABLE koop_violations_old

-- migration_2_violations_next: The table that a rebuild fills.
CREATE TABLE koop_violations_next (LIKE koop_violations INCLUDING ALL)

-- migration_2_violations_back: The table that was live before.
CREATE TABLE koop_violations_back (LIKE koop_violations INCLUDING ALL)

-- migration_2_withheld_old: Set the former table aside.
ALTER TABLE koop_withheld RENAME TO koop_withheld_old

-- migration_2_withheld_live: The live table of withheld cancellations.
CREATE TABLE koop_withheld (
    vhs text NOT NULL, coop_id text NOT NULL, ref text NOT NULL, id text NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref), UNIQUE (coop_id, vhs, ref)
)

-- migration_2_withheld_fill: Take over what it held.
INSERT INTO koop_withheld (vhs, coop_id, ref, id)
SELECT vhs, coop_id, ref, id FROM koop_withheld_old

-- migration_2_withheld_drop: Drop the former table.
DROP TABLE koop_withheld_old

-- migration_2_withheld_next: The table that a rebuild fills.
CREATE TABLE koop_withheld_next (LIKE koop_withheld INCLUDING ALL)

-- migration_2_withheld_back: The table that was live before.
CREATE TABLE koop_withheld_back (LIKE koop_withheld INCLUDING ALL)

-- migration_2_members_old: Set the former table aside.
ALTER TABLE koop_members RENAME TO koop_members_old

-- migration_2_members_live: The live table of who has to do with what.
CREATE TABLE koop_members (
    vhs text NOT NULL, coop_id text NOT NULL, since bigint NOT NULL, PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs)
)

-- migration_2_members_fill: Take over what it held.
INSERT INTO koop_members (vhs, coop_id, since)
SELECT vhs, coop_id, since FROM koop_members_old

-- migration_2_members_drop: Drop the former table.
DROP TABLE koop_members_old

-- migration_2_members_next: The table that a rebuild fills.
CREATE TABLE koop_members_next (LIKE koop_members INCLUDING ALL)

-- migration_2_members_back: The table that was live before.
CREATE TABLE koop_members_back (LIKE koop_members INCLUDING ALL)

-- migration_2_rebuilds: One row: how often a rebuild was begun, and up to which position the tables that were live before are current.
CREATE TABLE koop_rebuilds (attempt bigint NOT NULL, position bigint)

-- migration_2_rebuilds_row: The row.
INSERT INTO koop_rebuilds (attempt, position) VALUES (0, NULL)

-- ==== migration 2: seals ====

-- migration_2_seals: The chain over the log; sides and commits say what the other tables held, and sum covers the row.
CREATE TABLE koop_seals (
    position bigint PRIMARY KEY, events bigint NOT NULL, digest text NOT NULL, sealed_at text NOT NULL, commits bigint, sides text NOT NULL,
    sum text NOT NULL
)

-- migration_2_commits: Nothing to do: PostgreSQL numbers every transaction that writes.
SELECT 1

-- migration_2_commits_row: Nothing to do here either.
SELECT 1

-- ==== migration 2: backups and their proof ====

-- migration_2_backups: The backups that were made; proven_at is NULL for one that never came to stand in its place.
CREATE TABLE koop_backups (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, made_at text NOT NULL, position bigint NOT NULL, digest text NOT NULL, target text NOT NULL,
    bytes bigint NOT NULL, proven_at text
)

-- ==== migration 3: wide columns last, because SQLite walks through them to those behind; and an index of what is pending ====

-- migration_3_views_old: Set the former table aside.
ALTER TABLE koop_views RENAME TO koop_views_old

-- migration_3_views: The live table of what each VHS sees.
CREATE TABLE koop_views (
    vhs text NOT NULL, coop_id text NOT NULL, role text NOT NULL, course_number text NOT NULL, period text NOT NULL, title text,
    starts_on text, ends_on text, position bigint NOT NULL, pending bigint NOT NULL, suspects bigint NOT NULL,
    live bigint NOT NULL, alone bigint NOT NULL, doc text NOT NULL, changes text NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id),
    UNIQUE (vhs, pending, suspects, coop_id)
)

-- migration_3_views_fill: Take over what it held.
INSERT INTO koop_views (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes FROM koop_views_old

-- migration_3_views_drop: Drop the former table.
DROP TABLE koop_views_old

-- migration_3_views_back_old: Set the former table aside.
ALTER TABLE koop_views_back RENAME TO koop_views_back_old

-- migration_3_views_back: The table that was live before.
CREATE TABLE koop_views_back (LIKE koop_views INCLUDING ALL)

-- migration_3_views_back_fill: Take over what it held.
INSERT INTO koop_views_back (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes FROM koop_views_back_old

-- migration_3_views_back_drop: Drop the former table.
DROP TABLE koop_views_back_old

-- migration_3_views_next_drop: Drop what a rebuild had begun.
DROP TABLE koop_views_next

-- migration_3_views_next: The table that a rebuild fills.
CREATE TABLE koop_views_next (LIKE koop_views INCLUDING ALL)

-- migration_4_routing_persons_by_booking: Index of the vault by the reference of the booking (D18a).
CREATE INDEX IF NOT EXISTS koop_persons_by_booking ON koop_persons (ref)

-- migration_4_guards_1: What was judged of an export that is applied in parts (D19, D31).
ALTER TABLE koop_lanes ADD COLUMN judgement text

-- migration_4_guards_2: Which profile the last export was read with: after another one every effect is weighed (D31).
ALTER TABLE koop_lanes ADD COLUMN reading text

-- migration_4_guards_3: What an export did to others, for the weighing of those that follow within a day (D31).
ALTER TABLE koop_exports ADD COLUMN effects text

-- migration_4_guards_4: An export that was begun under the former mass guard goes on under its decision (D4).
UPDATE koop_lanes SET judgement = '{"absences": {"everywhere": true}}' WHERE guard_tripped = 1

-- migration_4_echo_cells: Cells of rows as they were exported, which change lists expect and no log may hold (D15, D22).
CREATE TABLE koop_cells (
    coop_id TEXT NOT NULL, ref TEXT NOT NULL, vhs TEXT NOT NULL, editor TEXT NOT NULL, name TEXT,
    first_name TEXT, phone TEXT, email TEXT, PRIMARY KEY (coop_id, ref, vhs)
)

-- migration_4_answers_1: When the first export of a new count was made that nobody has accepted yet (D23).
ALTER TABLE koop_lanes ADD COLUMN restarted text

-- migration_4_answers_2: Since when the exports of the present count are made (D23).
ALTER TABLE koop_lanes ADD COLUMN counted_from text

-- migration_4_answers_3: Since when files count that nobody numbers, where their mark was set back (D23).
ALTER TABLE koop_lanes ADD COLUMN files_from text

-- migration_4_answers_4: Up to which line of the ledger such files do not count for the mark (D23).
ALTER TABLE koop_lanes ADD COLUMN files_after bigint NOT NULL DEFAULT 0

-- migration_4_answers_6: Who answers for an open violation, in the live table (D30).
ALTER TABLE koop_violations ADD COLUMN acknowledged text

-- migration_4_answers_7: The same in the table that a rebuild fills.
ALTER TABLE koop_violations_next ADD COLUMN acknowledged text

-- migration_4_answers_8: The same in the table that was live before.
ALTER TABLE koop_violations_back ADD COLUMN acknowledged text

-- migration_4_answers_5: By when positions of the log were reached: only those before which nothing later lies (D23).
CREATE TABLE koop_times (position bigint PRIMARY KEY, at bigint NOT NULL UNIQUE)

-- migration_4_withheld_old: Set the former table aside: of one booking several things may be withheld (D31).
ALTER TABLE koop_withheld RENAME TO koop_withheld_old

-- migration_4_withheld: The live table of what is withheld.
CREATE TABLE koop_withheld (
    vhs text NOT NULL, coop_id text NOT NULL, ref text NOT NULL, id text NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref, id), UNIQUE (coop_id, vhs, ref, id)
)

-- migration_4_withheld_fill: Take over what it held.
INSERT INTO koop_withheld (vhs, coop_id, ref, id)
SELECT vhs, coop_id, ref, id FROM koop_withheld_old

-- migration_4_withheld_drop: Drop the former table.
DROP TABLE koop_withheld_old

-- migration_4_withheld_back_old: Set the former table aside.
ALTER TABLE koop_withheld_back RENAME TO koop_withheld_back_old

-- migration_4_withheld_back: The table that was live before.
CREATE TABLE koop_withheld_back (LIKE koop_withheld INCLUDING ALL)

-- migration_4_withheld_back_fill: Take over what it held.
INSERT INTO koop_withheld_back (vhs, coop_id, ref, id)
SELECT vhs, coop_id, ref, id FROM koop_withheld_back_old

-- migration_4_withheld_back_drop: Drop the former table.
DROP TABLE koop_withheld_back_old

-- migration_4_withheld_next_drop: Drop what a rebuild had begun.
DROP TABLE koop_withheld_next

-- migration_4_withheld_next: The table that a rebuild fills.
CREATE TABLE koop_withheld_next (LIKE koop_withheld INCLUDING ALL)

-- migration_5_quarantine: What a row that was set aside may be: courses and bookings, as far as that was legible (D17).
ALTER TABLE koop_quarantine ADD COLUMN stands_for text

-- migration_6_exports_effects: Index of the exports that did something to others, which few of them did.
CREATE INDEX koop_exports_effects ON koop_exports (vhs, id) WHERE effects IS NOT NULL

-- migration_6_persons: Where the log ended when a version of a person was written; 0 for those before this version.
ALTER TABLE koop_persons ADD COLUMN position bigint NOT NULL DEFAULT 0
