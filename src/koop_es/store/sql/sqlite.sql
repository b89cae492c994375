-- The statements of the store for SQLite, one annotated block each: a line "name:" with what it does, then the SQL.
-- Parameters are :named; a list arrives as JSON text, to be opened with json_each(:ids). postgres.sql holds the same names.

-- ==== events: the table of the eventsourcing library, whose notification id is the rowid ====

-- event_insert: Write one event; positional, because it runs by the thousand.
INSERT INTO stored_events (originator_id, originator_version, topic, state) VALUES (?, ?, ?, ?)

-- event_last_position: Read the position of the event this connection wrote last.
SELECT last_insert_rowid()

-- event_heads: Read the version of the last event of each stream, NULL where there is none: one index probe per stream.
SELECT asked.value, (SELECT max(originator_version) FROM stored_events WHERE originator_id = asked.value)
FROM json_each(:streams) AS asked

-- event_head: Read the highest position of the log.
SELECT max(rowid) FROM stored_events

-- event_load: Read whole streams up to a position, each in version order.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id IN (SELECT value FROM json_each(:streams)) AND rowid <= :upto
ORDER BY originator_id, originator_version

-- event_read: Read the log after a position.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE rowid > :after ORDER BY rowid LIMIT :limit

-- event_stream: Read a part of one stream, oldest first.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = :stream AND originator_version > :after AND originator_version <= :upto
ORDER BY originator_version LIMIT :limit

-- event_stream_backward: Read a part of one stream, newest first.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id = :stream AND originator_version > :after AND originator_version <= :upto
ORDER BY originator_version DESC LIMIT :limit

-- event_times: Read when every event was recorded, the newest first.
SELECT rowid, json_extract(CAST(state AS TEXT), '$.recorded_at') FROM stored_events ORDER BY rowid DESC

-- time_forget: Drop the times that a later position has as well, or an earlier one.
DELETE FROM koop_times WHERE at >= :at

-- time_put: Keep that a position was reached at a time, in microseconds.
INSERT INTO koop_times (position, at) VALUES (:position, :at)

-- time_position: Find the last position that was reached by a time.
SELECT position FROM koop_times WHERE at <= :at ORDER BY at DESC LIMIT 1

-- time_of: Find by when a position was reached: the earliest time of its own and all later ones (D23).
SELECT at FROM koop_times WHERE position >= :position ORDER BY position LIMIT 1

-- event_type_known: Tell whether the library's composite type exists (PostgreSQL has no IF NOT EXISTS for types).
SELECT 1

-- ==== persons: the vault (D15) ====

-- person_insert: Keep one version of a person.
INSERT INTO koop_persons (person_id, version, coop_id, ref, name, first_name, phone, email, position)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)

-- persons_of_streams: Read every person of some cooperations, from whom those who were forgotten are gone at once.
SELECT person_id, version, name, first_name, phone, email FROM koop_persons
WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) AND NOT EXISTS (SELECT 1 FROM koop_forgotten AS f WHERE f.person_id = koop_persons.person_id)

-- persons_of_ids: Read every version of some persons, from whom those who were forgotten are gone at once.
SELECT person_id, version, name, first_name, phone, email FROM koop_persons
WHERE person_id IN (SELECT value FROM json_each(:person_ids)) AND NOT EXISTS (SELECT 1 FROM koop_forgotten AS f WHERE f.person_id = koop_persons.person_id)

-- persons_move: Let the persons of one cooperation belong to the one it goes on in (D12).
UPDATE koop_persons SET coop_id = :new WHERE coop_id = :old

-- persons_erase: Erase persons with all their versions.
DELETE FROM koop_persons WHERE person_id IN (SELECT value FROM json_each(:person_ids))

-- persons_held: Find persons by id or by booking, with how many versions of them there are.
SELECT person_id, coop_id, ref, count(*) FROM koop_persons
WHERE person_id IN (SELECT value FROM json_each(:person_ids)) OR ref IN (SELECT value FROM json_each(:refs))
GROUP BY person_id, coop_id, ref ORDER BY coop_id, ref, person_id

-- persons_homes: Find in which cooperations bookings are that go by some references, those of forgotten people too (D18a).
SELECT ref, coop_id FROM koop_persons WHERE ref IN (SELECT value FROM json_each(:refs))
UNION SELECT ref, coop_id FROM koop_forgotten WHERE ref IN (SELECT value FROM json_each(:refs))
ORDER BY ref, coop_id

-- persons_registrations: Find in which cooperations bookings are that go by some references with numbers from first to last behind ~, the reference itself being the first; those of forgotten people too (D18a).
SELECT ref, coop_id FROM koop_persons WHERE :first = 1 AND ref IN (SELECT value FROM json_each(:refs))
UNION SELECT ref, coop_id FROM koop_forgotten WHERE :first = 1 AND ref IN (SELECT value FROM json_each(:refs))
UNION SELECT p.ref, p.coop_id FROM json_each(:refs) AS asked CROSS JOIN koop_persons AS p ON p.ref > asked.value || '~' AND p.ref < asked.value || '~:'
WHERE substr(p.ref, length(asked.value) + 2) NOT GLOB '*[^0-9]*' AND CAST(substr(p.ref, length(asked.value) + 2) AS INTEGER) BETWEEN :first AND :last
UNION SELECT f.ref, f.coop_id FROM json_each(:refs) AS asked CROSS JOIN koop_forgotten AS f ON f.ref > asked.value || '~' AND f.ref < asked.value || '~:'
WHERE substr(f.ref, length(asked.value) + 2) NOT GLOB '*[^0-9]*' AND CAST(substr(f.ref, length(asked.value) + 2) AS INTEGER) BETWEEN :first AND :last
ORDER BY ref, coop_id

-- persons_named: Read the names of bookings of one VHS, by a range of references, in the courses where something is open, or was since the last complete export but one.
SELECT DISTINCT p.ref, p.coop_id, p.name, p.first_name FROM koop_views AS v JOIN koop_persons AS p ON p.coop_id = v.coop_id
WHERE v.vhs = :vhs AND (v.pending > 0 OR v.suspects > 0 OR v.position > (
    SELECT position FROM koop_exports WHERE vhs = :vhs AND proves = 1 AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1 OFFSET 1
)) AND p.ref >= :since AND p.ref < :until

-- persons_values: Read every version of some persons, forgotten or not.
SELECT person_id, name, first_name, phone, email FROM koop_persons
WHERE person_id IN (SELECT value FROM json_each(:person_ids)) ORDER BY person_id, version

-- persons_alike: Find persons of the same name or mail.
SELECT person_id, coop_id, ref, name, first_name, phone, email FROM koop_persons
WHERE (name = :surname AND first_name = :first_name) OR (email <> '' AND email = :email)
ORDER BY coop_id, ref, person_id

-- anew_cells_1_copy: Copy the cells, in the order of the key.
CREATE TABLE koop_anew AS SELECT * FROM koop_cells ORDER BY coop_id, ref, vhs

-- anew_cells_2_empty: Empty the cells: every page of them is overwritten.
DELETE FROM koop_cells

-- anew_cells_3_fill: Fill the cells again.
INSERT INTO koop_cells SELECT * FROM koop_anew ORDER BY rowid

-- anew_cells_4_drop: Take the copy away.
DROP TABLE koop_anew

-- anew_persons_1_copy: Copy the vault, in the order of the key.
CREATE TABLE koop_anew AS SELECT * FROM koop_persons ORDER BY person_id, version

-- anew_persons_2_empty: Empty the vault: every page of it is overwritten.
DELETE FROM koop_persons

-- anew_persons_3_fill: Fill the vault again.
INSERT INTO koop_persons SELECT * FROM koop_anew ORDER BY rowid

-- anew_persons_4_drop: Take the copy away.
DROP TABLE koop_anew

-- anew_quarantine_1_copy: Copy the quarantine, in the order of the key.
CREATE TABLE koop_anew AS SELECT * FROM koop_quarantine ORDER BY id

-- anew_quarantine_2_empty: Empty the quarantine: every page of it is overwritten.
DELETE FROM koop_quarantine

-- anew_quarantine_3_fill: Fill the quarantine again.
INSERT INTO koop_quarantine SELECT * FROM koop_anew ORDER BY rowid

-- anew_quarantine_4_drop: Take the copy away.
DROP TABLE koop_anew

-- anew_slices_1_copy: Copy the names of slices, in the order of the key.
CREATE TABLE koop_anew AS SELECT * FROM koop_slices ORDER BY vhs, coop_id

-- anew_slices_2_empty: Empty the names of slices: every page of it is overwritten.
DELETE FROM koop_slices

-- anew_slices_3_fill: Fill the names of slices again.
INSERT INTO koop_slices SELECT * FROM koop_anew ORDER BY rowid

-- anew_slices_4_drop: Take the copy away.
DROP TABLE koop_anew

-- anew_exports_1_copy: Copy the ledger of exports, in the order of the key.
CREATE TABLE koop_anew AS SELECT * FROM koop_exports ORDER BY id

-- anew_exports_2_empty: Empty the ledger of exports: every page of it is overwritten.
DELETE FROM koop_exports

-- anew_exports_3_fill: Fill the ledger of exports again.
INSERT INTO koop_exports SELECT * FROM koop_anew ORDER BY rowid

-- anew_exports_4_drop: Take the copy away.
DROP TABLE koop_anew

-- persons_scrub: Move the write-ahead log into the file and empty it.
PRAGMA wal_checkpoint(TRUNCATE)

-- persons_stale: Nothing: SQLite keeps no values for its planner.
SELECT 1 WHERE 1 = 0

-- statistics_clearable: Nothing: the same.
SELECT 1 WHERE 1 = 0

-- statistics_clear: Nothing: the same.
SELECT :table, :column WHERE 1 = 0

-- statistics_scrub: Nothing: the same.
SELECT 1 WHERE 1 = 0

-- statistics_file: Nothing: the same.
SELECT 1 WHERE 1 = 0

-- persons_files: Nothing: SQLite keeps all tables in one file.
SELECT NULL WHERE 0

-- persons_seen: Tell whether a transaction is open that may still see deleted rows; here the scrubbing itself tells.
SELECT 1 WHERE 1 = 0

-- ==== cells of rows as they were exported, for what change lists expect (D15, D22) ====

-- cells_insert: Keep the cells of one row.
INSERT INTO koop_cells (coop_id, ref, vhs, editor, name, first_name, phone, email)
VALUES (?, ?, ?, ?, ?, ?, ?, ?)

-- cells_drop: Take out the cells of one row.
DELETE FROM koop_cells WHERE coop_id = ? AND ref = ? AND vhs = ?

-- cells_of_vhs: Read the cells of one VHS's rows of some cooperations.
SELECT coop_id, ref, editor, name, first_name, phone, email FROM koop_cells
WHERE vhs = :vhs AND coop_id IN (SELECT value FROM json_each(:coop_ids))

-- cells_forget: Take out the cells of all rows of the bookings of forgotten persons.
DELETE FROM koop_cells WHERE EXISTS (
    SELECT 1 FROM koop_forgotten AS f
    WHERE f.person_id IN (SELECT value FROM json_each(:person_ids)) AND f.coop_id = koop_cells.coop_id AND f.ref = koop_cells.ref
)

-- cells_move: Let the cells of one cooperation belong to the one it goes on in (D12).
UPDATE koop_cells SET coop_id = :new WHERE coop_id = :old

-- ==== forgotten: the fences before persons who were erased (D15) ====

-- forgotten_watch: Keep new fences from being put up to the end of the transaction; here BEGIN IMMEDIATE has already seen to that.
SELECT 1

-- forgotten_put: Put up the fences before persons; where they belong is read when nobody can move them any more.
INSERT INTO koop_forgotten (person_id, coop_id, ref, forgotten_at)
SELECT DISTINCT person_id, coop_id, ref, :at FROM koop_persons WHERE person_id IN (SELECT value FROM json_each(:person_ids))
ON CONFLICT (person_id) DO NOTHING

-- forgotten_copy: Put up a fence that stood in another store.
INSERT INTO koop_forgotten (person_id, coop_id, ref, forgotten_at) VALUES (:person_id, :coop_id, :ref, :forgotten_at)
ON CONFLICT (person_id) DO NOTHING

-- forgotten_head: Tell which fence was put up last, 0 where there is none.
SELECT coalesce(max(id), 0) FROM koop_forgotten

-- forgotten_all: Read all fences.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten ORDER BY id

-- forgotten_found: Find fences by person or by booking.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE person_id IN (SELECT value FROM json_each(:person_ids)) OR ref IN (SELECT value FROM json_each(:refs)) ORDER BY id

-- forgotten_of_streams: Read the fences of some cooperations.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) ORDER BY id

-- forgotten_of_owner: Read the fences before bookings of one VHS, by a range of references.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE ref >= :since AND ref < :until ORDER BY id

-- forgotten_unfinished: Read the fences behind which there is something to erase, or was nothing erased yet.
SELECT person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE erased_at IS NULL OR EXISTS (SELECT 1 FROM koop_persons AS p WHERE p.person_id = koop_forgotten.person_id) ORDER BY id

-- forgotten_unfinished_next: Read some of these fences behind a place, with their places.
SELECT id, person_id, coop_id, ref, forgotten_at, erased_at FROM koop_forgotten
WHERE id > :after AND (erased_at IS NULL OR EXISTS (SELECT 1 FROM koop_persons AS p WHERE p.person_id = koop_forgotten.person_id))
ORDER BY id LIMIT :limit

-- forgotten_erased: Record that what lay behind the fences is erased.
UPDATE koop_forgotten SET erased_at = :at WHERE person_id IN (SELECT value FROM json_each(:person_ids))

-- erasing_mark: Record that bytes of somebody are to be taken out of the files; the first such moment stays.
INSERT INTO koop_meta (key, value) VALUES ('erasing', :at)
ON CONFLICT (key) DO NOTHING

-- erasing_since: Read since when bytes of somebody are to be taken out of the files, nothing where they are out.
SELECT value FROM koop_meta WHERE key = 'erasing'

-- erasing_done: Record that the bytes of everybody who was erased are out of the files.
DELETE FROM koop_meta WHERE key = 'erasing'

-- event_rewrite: Write the state of an event anew, without a name that was forgotten; nothing else ever changes an event.
UPDATE stored_events SET state = :state WHERE rowid = :position

-- catalogue_rewrite: Write the facts of a course that nobody shares anew, without a name that was forgotten.
UPDATE koop_catalogue SET facts = :facts WHERE vhs = :vhs AND key = :key

-- rewritten_put: Keep from which position on events were written anew, and when.
INSERT INTO koop_meta (key, value) VALUES ('rewritten', :said)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- rewritten: Read from which position on events were written anew.
SELECT value FROM koop_meta WHERE key = 'rewritten'

-- rewriting_mark: Record that bytes of events that were written anew are to be taken out of the files.
INSERT INTO koop_meta (key, value) VALUES ('rewriting', :at)
ON CONFLICT (key) DO NOTHING

-- rewriting_since: Read since when bytes of events are to be taken out of the files.
SELECT value FROM koop_meta WHERE key = 'rewriting'

-- rewriting_done: Record that the bytes of events that were written anew are out of the files.
DELETE FROM koop_meta WHERE key = 'rewriting'

-- log_scrub: Write the whole file anew.
VACUUM

-- log_stale: Nothing: SQLite keeps no values for its planner.
SELECT 1 WHERE 1 = 0

-- log_files: Nothing: SQLite keeps all tables in one file.
SELECT NULL WHERE 0

-- forgotten_move: Let the fences of one cooperation belong to the one it goes on in (D12).
UPDATE koop_forgotten SET coop_id = :new WHERE coop_id = :old

-- ==== numbers: the running numbers of COOP-Ids (D16) ====

-- number_next: Take the next number of a Master; the row stays locked to the end of the transaction.
INSERT INTO koop_numbers (vhs, last) VALUES (:vhs, 1)
ON CONFLICT (vhs) DO UPDATE SET last = last + 1 RETURNING last

-- number_adopt: Keep the counter at or above a number that was issued elsewhere.
INSERT INTO koop_numbers (vhs, last) VALUES (:vhs, :number)
ON CONFLICT (vhs) DO UPDATE SET last = max(last, excluded.last)

-- ==== views: what each VHS sees, its change list, violations, withheld cancellations ====

-- view_delete: Take out the views of some cooperations, to write them anew.
DELETE FROM koop_views WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- view_delete_of: Take out what some VHSs see of some cooperations, to write it anew.
DELETE FROM koop_views WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) AND vhs IN (SELECT value FROM json_each(:vhss))

-- view_stand: Say up to which event the views of a cooperation hold.
UPDATE koop_views SET position = :position WHERE coop_id = :coop_id

-- view_insert: Write what one VHS sees of one cooperation.
INSERT INTO koop_views (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- view_of_vhs: Read everything one VHS sees.
SELECT coop_id, role, course_number, period, doc FROM koop_views WHERE vhs = :vhs ORDER BY coop_id

-- views_of_vhs_known: Read where a VHS keeps its shared courses, and what is pending there.
SELECT coop_id, course_number, period, title, starts_on, ends_on, pending, suspects, live, alone, role FROM koop_views WHERE vhs = :vhs

-- views_unshown: Read who holds courses under COOP-Ids of a VHS that has none of them itself; the range serves the index.
SELECT v.coop_id, v.vhs FROM koop_views AS v
WHERE v.coop_id >= :first AND v.coop_id <= :last AND substr(v.coop_id, 1, length(:prefix)) = :prefix
    AND NOT EXISTS (SELECT 1 FROM koop_views AS own WHERE own.vhs = :vhs AND own.coop_id = v.coop_id)
ORDER BY v.coop_id, v.vhs

-- views_of_vhs_numbered: Read the same of the courses under some numbers.
SELECT coop_id, course_number, period, title, starts_on, ends_on, pending, suspects, live, alone, role FROM koop_views
WHERE vhs = :vhs AND course_number IN (SELECT value FROM json_each(:numbers))

-- view_roles: Read who takes part in some cooperations, and as what.
SELECT coop_id, vhs, role FROM koop_views WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- view_by_number: Find the cooperations that a VHS keeps under a course number.
SELECT coop_id, period FROM koop_views WHERE vhs = :vhs AND course_number = :number ORDER BY coop_id

-- changes_of_vhs: Read the change list of one VHS.
SELECT coop_id, course_number, period, changes FROM koop_views WHERE vhs = :vhs AND pending > 0 ORDER BY coop_id

-- view_open_ends: Tell whether anything is pending or watched at a VHS; an index alone answers it.
SELECT 1 FROM koop_views WHERE vhs = :vhs AND pending > 0
UNION ALL SELECT 1 FROM koop_views WHERE vhs = :vhs AND pending = 0 AND suspects > 0 LIMIT 1

-- events_by_version: Read single events of some streams by version.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE originator_id IN (SELECT value FROM json_each(:streams)) AND originator_version IN (SELECT value FROM json_each(:versions))

-- member_note: Record since which position a VHS has to do with a cooperation.
INSERT INTO koop_members (vhs, coop_id, since) VALUES (?, ?, ?) ON CONFLICT (vhs, coop_id) DO NOTHING

-- members_delete: Take out who had to do with some cooperations, to write it anew.
DELETE FROM koop_members WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- members_of_vhs: Name the cooperations a VHS had to do with at a position.
SELECT coop_id FROM koop_members WHERE vhs = :vhs AND since <= :upto ORDER BY coop_id

-- members_touched: Name the cooperations a VHS has to do with that have events after one position and up to another.
SELECT coop_id FROM koop_members AS member WHERE vhs = :vhs AND since <= :upto AND EXISTS (
    SELECT 1 FROM stored_events WHERE originator_id = member.coop_id AND rowid > :after AND rowid <= :upto
)
ORDER BY coop_id

-- members: Name every cooperation and everybody who had to do with it at a position.
SELECT coop_id, vhs FROM koop_members WHERE since <= :upto ORDER BY coop_id, vhs

-- violation_insert: Record that a violation opened, and where it closed if that is known already.
INSERT INTO koop_violations (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- violation_close: Record that the proper state is shown again; found by the cooperation, of which a VHS has many.
UPDATE koop_violations SET closed_position = :position, closed_at = :at, shown = NULL, acknowledged = NULL
WHERE coop_id = :coop_id AND +vhs = :vhs AND code = :code AND ref = :ref AND closed_position IS NULL

-- violation_acknowledge: Keep who answers for an open violation; found by the cooperation, of which a VHS has many (D30).
UPDATE koop_violations SET acknowledged = :said
WHERE coop_id = :coop_id AND +vhs = :vhs AND code = :code AND ref = :ref AND closed_position IS NULL

-- violation_shown: Keep current what an open violation shows; found by the cooperation, of which a VHS has many.
UPDATE koop_violations SET shown = :shown
WHERE coop_id = :coop_id AND +vhs = :vhs AND code = :code AND ref = :ref AND closed_position IS NULL

-- violation_opened_at: Read when a violation of a VHS as a whole opened that is open still, and its details.
SELECT opened_at, detail FROM koop_violations WHERE coop_id = :coop_id AND code = :code AND closed_position IS NULL

-- put_back_untold: Read of which VHSs it stands open that the store is one of a backup, and who answers for that (D21).
SELECT vhs, coalesce(shown, detail), acknowledged FROM koop_violations
WHERE coop_id IN (SELECT 'vhs:' || vhs FROM koop_lanes) AND code = 'STORE_PUT_BACK' AND closed_position IS NULL

-- put_back: Read behind which positions it was noted of a VHS that the store is one of a backup, and when (D22).
SELECT opened_position, opened_at FROM koop_violations WHERE coop_id = :coop_id AND code = 'STORE_PUT_BACK' ORDER BY opened_position

-- violations_bare: Name the cooperations in which a VHS ever showed mirrors without their reference.
SELECT DISTINCT coop_id FROM koop_violations WHERE vhs = :vhs AND code = 'MIRROR_WITHOUT_REFERENCE' ORDER BY coop_id

-- violations_frozen: Name the bookings that a VHS ever showed with a letter nobody knows: nobody is kept of one that was made by no other (B6).
SELECT DISTINCT ref, coop_id FROM koop_violations WHERE vhs = :vhs AND code = 'UNKNOWN_STATUS' ORDER BY ref, coop_id

-- violations_delete: Take out the violations of some cooperations, to write them anew.
DELETE FROM koop_violations WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- violations: Read violations as of a position, all of them or the open ones, of all or of one VHS or cooperation.
SELECT code, severity, vhs, coop_id, ref, coalesce(shown, detail), opened_position, opened_at,
    CASE WHEN closed_position <= :upto THEN closed_at END, acknowledged
FROM koop_violations
WHERE opened_position <= :upto AND (:closed_too = 1 OR closed_position IS NULL OR closed_position > :upto)
    AND (:vhs = '' OR vhs = :vhs) AND (:coop_id = '' OR coop_id = :coop_id)
ORDER BY opened_position

-- suspended: Read whose absences cannot be told, and how many complete exports since could not (D17).
SELECT v.vhs, v.coop_id, v.opened_at, coalesce(v.shown, v.detail), (
    SELECT count(*) FROM koop_exports AS e WHERE e.vhs = v.vhs AND e.proves = 1 AND e.position >= v.opened_position
)
FROM koop_violations AS v
WHERE v.code = :code AND v.closed_position IS NULL AND (:vhs = '' OR v.vhs = :vhs)
ORDER BY v.vhs, v.opened_position

-- withheld_delete: Take out the withheld cancellations of some cooperations, to write them anew.
DELETE FROM koop_withheld WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- withheld_insert: Record that the mass guard holds a cancellation back.
INSERT INTO koop_withheld (vhs, coop_id, ref, id)
VALUES (?, ?, ?, ?)

-- withheld_all: Read every withheld cancellation.
SELECT id, vhs, coop_id, ref FROM koop_withheld ORDER BY vhs, id, coop_id, ref

-- withheld_of_vhs: Read what is withheld of one VHS.
SELECT id, coop_id, ref FROM koop_withheld WHERE vhs = :vhs ORDER BY id, coop_id, ref

-- status_by_vhs: Count what is open at each VHS.
SELECT known.vhs, lane.system, lane.last_sequence, coalesce(lane.last_exported_at, lane.last_recorded_at),
    coalesce((SELECT sum(pending) FROM koop_views AS v WHERE v.vhs = known.vhs), 0),
    (SELECT count(*) FROM koop_withheld AS w WHERE w.vhs = known.vhs),
    (SELECT count(*) FROM koop_views AS c WHERE c.vhs = known.vhs),
    lane.applying_sequence
FROM (SELECT vhs FROM koop_lanes UNION SELECT vhs FROM koop_views) AS known
LEFT JOIN koop_lanes AS lane ON lane.vhs = known.vhs
WHERE :vhs = '' OR known.vhs = :vhs
ORDER BY known.vhs

-- status_aside: Count what is set aside of each VHS.
SELECT known.vhs, (SELECT count(*) FROM koop_quarantine AS q WHERE q.vhs = known.vhs AND q.state = 'open')
FROM (SELECT vhs FROM koop_lanes UNION SELECT vhs FROM koop_views) AS known
WHERE :vhs = '' OR known.vhs = :vhs

-- names_unseen: Name the tables in which names stand and that this role may not read; whoever may read the file may read all.
SELECT '' WHERE 1 = 0

-- status_superseded: Count by VHS the exports that were superseded since one was taken in, as of a position.
SELECT asked.value, (
    SELECT count(*) FROM koop_exports AS late
    WHERE late.vhs = asked.value AND late.status = 'superseded' AND (late.position IS NULL OR (late.position < :upto OR (late.position = :upto AND julianday(late.recorded_at) <= julianday(:moment)))) AND late.id > coalesce((
        SELECT taken.id FROM koop_exports AS taken
        WHERE taken.vhs = asked.value AND taken.status IN ('applied', 'unchanged') AND (taken.position IS NULL OR (taken.position < :upto OR (taken.position = :upto AND julianday(taken.recorded_at) <= julianday(:moment))))
        ORDER BY taken.id DESC LIMIT 1
    ), 0)
)
FROM json_each(:vhss) AS asked

-- status_unheard: Count those of them that are counted and of bytes that were never seen before (D23).
SELECT asked.value, (
    SELECT count(*) FROM koop_exports AS late
    WHERE late.vhs = asked.value AND late.status = 'superseded' AND late.sequence IS NOT NULL AND NOT EXISTS (
        SELECT 1 FROM koop_exports AS seen WHERE seen.vhs = late.vhs AND seen.sha256 = late.sha256 AND seen.id < late.id
    ) AND (late.position IS NULL OR (late.position < :upto OR (late.position = :upto AND julianday(late.recorded_at) <= julianday(:moment)))) AND late.id > coalesce((
        SELECT taken.id FROM koop_exports AS taken
        WHERE taken.vhs = asked.value AND taken.sequence IS NOT NULL AND taken.status IN ('applied', 'unchanged') AND (taken.position IS NULL OR (taken.position < :upto OR (taken.position = :upto AND julianday(taken.recorded_at) <= julianday(:moment))))
        ORDER BY taken.id DESC LIMIT 1
    ), 0)
)
FROM json_each(:vhss) AS asked

-- status_quarantined: Count by VHS what was set aside at a moment.
SELECT vhs, count(*) FROM koop_quarantine
WHERE (:vhs = '' OR vhs = :vhs) AND julianday(first_seen) <= julianday(:moment) AND (state = 'open' OR julianday(last_seen) > julianday(:moment))
GROUP BY vhs

-- status_violations: Read what stands open at VHSs, with what it shows now.
SELECT vhs, code, coalesce(shown, detail), acknowledged FROM koop_violations
WHERE closed_position IS NULL AND (:vhs = '' OR vhs = :vhs)

-- status_violations_of_vhs: Read what stood open about VHSs as a whole at a position.
SELECT vhs, code, detail, NULL FROM koop_violations
WHERE substr(coop_id, 1, 4) = 'vhs:' AND opened_position <= :upto AND (closed_position IS NULL OR closed_position > :upto)
    AND (:vhs = '' OR vhs = :vhs)

-- ==== rebuild: the derived tables anew, beside the live ones ====

-- rebuild_alone: Keep other rebuilds away; on SQLite a lock file does.
SELECT 1

-- rebuild_begin: Count a rebuild; what an earlier one still writes is refused from now on.
UPDATE koop_rebuilds SET attempt = attempt + 1 RETURNING attempt

-- rebuild_attempt: Read which rebuild is the last that was begun.
SELECT attempt FROM koop_rebuilds

-- rebuild_position: Read up to which position the tables that were live before are current, NULL where there are none.
SELECT position FROM koop_rebuilds

-- rebuild_mark: Record up to which position the tables that were live before are current.
UPDATE koop_rebuilds SET position = :position

-- former_views: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_views_back

-- former_violations: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_violations_back

-- former_withheld: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_withheld_back

-- former_members: Empty the table that was live before: an older program may have written free text of booking rows into it.
DELETE FROM koop_members_back

-- event_count: Count the events.
SELECT count(*) FROM stored_events

-- event_page: Read the log by stream, after one event and up to the end of a stream.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events
WHERE (originator_id, originator_version) > (:stream, :version) AND originator_id <= :upto
ORDER BY originator_id, originator_version LIMIT :limit

-- event_samples: Name the streams of the events at some positions, in the order of the streams.
SELECT originator_id FROM stored_events WHERE rowid IN (SELECT value FROM json_each(:positions)) ORDER BY originator_id

-- event_last_stream: Name the last stream in their order.
SELECT max(originator_id) FROM stored_events

-- event_streams_after: Name the cooperations, and the VHSs with more than applied exports, that have events after a position; no index, which would be read from end to end.
SELECT DISTINCT originator_id FROM stored_events NOT INDEXED WHERE rowid > :after AND substr(originator_id, 1, 7) <> 'market:' AND NOT (substr(originator_id, 1, 4) = 'vhs:' AND substr(topic, 1, 18) = 'koop.ExportApplied')

-- derived_strays: Name the cooperations in derived tables of which the log knows nothing.
SELECT found.coop_id FROM (SELECT coop_id FROM koop_views UNION SELECT coop_id FROM koop_violations UNION SELECT coop_id FROM koop_withheld UNION SELECT coop_id FROM koop_members) AS found
WHERE NOT EXISTS (SELECT 1 FROM stored_events WHERE originator_id = found.coop_id) ORDER BY 1 LIMIT :limit

-- derived_of_vhs: Name the cooperations that a VHS had to do with, whichever table says so.
SELECT coop_id FROM koop_views WHERE vhs = :vhs UNION SELECT coop_id FROM koop_violations WHERE vhs = :vhs UNION SELECT coop_id FROM koop_withheld WHERE vhs = :vhs UNION SELECT coop_id FROM koop_members WHERE vhs = :vhs UNION SELECT coop_id FROM koop_slices WHERE vhs = :vhs
ORDER BY 1

-- derived_views: Read what each VHS sees of some cooperations.
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes FROM koop_views WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) ORDER BY coop_id, vhs

-- derived_violations: Read violations of some cooperations.
SELECT coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged FROM koop_violations WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) ORDER BY coop_id, opened_position

-- derived_withheld: Read withheld cancellations of some cooperations.
SELECT vhs, coop_id, ref, id FROM koop_withheld WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) ORDER BY coop_id, vhs, ref, id

-- derived_members: Read who has to do with what of some cooperations.
SELECT vhs, coop_id, since FROM koop_members WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)) ORDER BY coop_id, vhs

-- next_views_insert: Write what each VHS sees in the new tables.
INSERT INTO koop_views_next (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- next_views_delete: Take out what each VHS sees of some cooperations in the new tables, to write them anew.
DELETE FROM koop_views_next WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- next_violations_insert: Write violations in the new tables.
INSERT INTO koop_violations_next (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- next_violations_delete: Take out violations of some cooperations in the new tables, to write them anew.
DELETE FROM koop_violations_next WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- next_withheld_insert: Write withheld cancellations in the new tables.
INSERT INTO koop_withheld_next (vhs, coop_id, ref, id)
VALUES (?, ?, ?, ?)

-- next_withheld_delete: Take out withheld cancellations of some cooperations in the new tables, to write them anew.
DELETE FROM koop_withheld_next WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- next_members_insert: Write who has to do with what in the new tables.
INSERT INTO koop_members_next (vhs, coop_id, since)
VALUES (?, ?, ?)

-- next_members_delete: Take out who has to do with what of some cooperations in the new tables, to write them anew.
DELETE FROM koop_members_next WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- back_views_insert: Write what each VHS sees in the former tables.
INSERT INTO koop_views_back (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- back_views_delete: Take out what each VHS sees of some cooperations in the former tables, to write them anew.
DELETE FROM koop_views_back WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- back_violations_insert: Write violations in the former tables.
INSERT INTO koop_violations_back (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at, acknowledged)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)

-- back_violations_delete: Take out violations of some cooperations in the former tables, to write them anew.
DELETE FROM koop_violations_back WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- back_withheld_insert: Write withheld cancellations in the former tables.
INSERT INTO koop_withheld_back (vhs, coop_id, ref, id)
VALUES (?, ?, ?, ?)

-- back_withheld_delete: Take out withheld cancellations of some cooperations in the former tables, to write them anew.
DELETE FROM koop_withheld_back WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- back_members_insert: Write who has to do with what in the former tables.
INSERT INTO koop_members_back (vhs, coop_id, since)
VALUES (?, ?, ?)

-- back_members_delete: Take out who has to do with what of some cooperations in the former tables, to write them anew.
DELETE FROM koop_members_back WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- clear_views: Empty the table beside.
DELETE FROM koop_views_next

-- clear_violations: Empty the table beside.
DELETE FROM koop_violations_next

-- clear_withheld: Empty the table beside.
DELETE FROM koop_withheld_next

-- clear_members: Empty the table beside.
DELETE FROM koop_members_next

-- analyze_views: Nothing to do on SQLite.
SELECT 1

-- analyze_violations: Nothing to do on SQLite.
SELECT 1

-- analyze_withheld: Nothing to do on SQLite.
SELECT 1

-- analyze_members: Nothing to do on SQLite.
SELECT 1

-- patience: Nothing to do on SQLite, where readers hold nothing up.
SELECT 1

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
INSERT INTO koop_lanes (vhs) VALUES (:vhs) ON CONFLICT (vhs) DO NOTHING

-- lane_get: Read how far a VHS has reported; in a transaction that writes the row stays locked.
SELECT system, last_sequence, applying_sequence, applying_sha256, applying_events, judgement, digest, last_exported_at,
    restarted, counted_from, files_from, files_after
FROM koop_lanes WHERE vhs = :vhs

-- lane_peek: Read how far a VHS has reported.
SELECT system, last_sequence, applying_sequence, applying_sha256, applying_events, judgement, digest, last_exported_at,
    restarted, counted_from, files_from, files_after
FROM koop_lanes WHERE vhs = :vhs

-- lane_applying: Record that an export is applied in several transactions, and how far it has come.
UPDATE koop_lanes SET applying_sequence = :sequence, applying_sha256 = :sha256, applying_events = :events, judgement = :judgement
WHERE vhs = :vhs

-- lane_read_with: Read which profile the last export of a VHS was read with.
SELECT reading FROM koop_lanes WHERE vhs = :vhs

-- lane_applied: Record that an export is applied.
UPDATE koop_lanes SET system = coalesce(:system, system), last_sequence = :sequence, digest = :digest, last_exported_at = :exported_at,
    reading = coalesce(:reading, reading), last_recorded_at = :recorded_at, applying_sequence = NULL, applying_sha256 = NULL, applying_events = 0, judgement = NULL,
    restarted = NULL
WHERE vhs = :vhs

-- lanes_that_reported: Name the VHSs of which an export was ever taken in.
SELECT vhs FROM koop_lanes WHERE last_recorded_at IS NOT NULL ORDER BY vhs

-- lane_restarted: Record that exports came under a new count, and when the first of them was made; NULL where none does (D23).
UPDATE koop_lanes SET restarted = :at WHERE vhs = :vhs

-- lane_recount: Begin a new count of exports: below it are all numbers so far, and all that was made before it (D23).
UPDATE koop_lanes SET last_sequence = :number, counted_from = :since, restarted = NULL WHERE vhs = :vhs

-- lane_remark: Set back the mark of files that nobody counts: what was taken in up to a line of the ledger does not count (D23).
UPDATE koop_lanes SET files_from = :since, files_after = :line WHERE vhs = :vhs

-- lane_unsettle: Have the next export of a VHS read even if it says what the last one said.
INSERT INTO koop_lanes (vhs) VALUES (:vhs) ON CONFLICT (vhs) DO UPDATE SET digest = NULL

-- lanes_unsettle: Have the next exports of all who had to do with some cooperations read, whatever they say.
UPDATE koop_lanes SET digest = NULL WHERE vhs IN (SELECT vhs FROM koop_members WHERE coop_id IN (SELECT value FROM json_each(:coop_ids)))

-- lane_seen: Record that a VHS reported, by a source that counts no exports or without anything new.
UPDATE koop_lanes SET system = coalesce(:system, system), last_recorded_at = :recorded_at WHERE vhs = :vhs

-- export_insert: Add an export to the ledger.
INSERT INTO koop_exports (vhs, sequence, kind, system, source, sha256, digest, exported_at, recorded_at, status, reason, rows, events,
    quarantined_rows, withheld, position, proves)
VALUES (:vhs, :sequence, :kind, :system, :source, :sha256, :digest, :exported_at, :recorded_at, :status, :reason, :rows, :events,
    :quarantined_rows, :withheld, :position, :proves)

-- export_last_of_kind: Find the checksum of the last export of a kind that was taken in for a VHS.
SELECT sha256 FROM koop_exports
WHERE vhs = :vhs AND kind = :kind AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1

-- export_latest_of_kind: Find the newest source of a kind that a VHS's catalogue was read from behind a line of the ledger, by its own time.
SELECT max(exported_at) FROM koop_exports WHERE vhs = :vhs AND id > :line AND kind = :kind AND status IN ('applied', 'unchanged')

-- export_complete_before: Find the number of the last export of a VHS before one that proved what is absent.
SELECT max(sequence) FROM koop_exports
WHERE vhs = :vhs AND sequence < :before AND proves = 1 AND status IN ('applied', 'unchanged')

-- export_complete_made: Find when the last export of a VHS before one was made that proved what is absent.
SELECT coalesce(exported_at, recorded_at) FROM koop_exports
WHERE vhs = :vhs AND coalesce(sequence, 0) < :before AND proves = 1 AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1

-- export_seen: Tell whether a VHS handed over these very bytes before.
SELECT 1 FROM koop_exports WHERE vhs = :vhs AND sha256 = :sha256 LIMIT 1

-- export_unheard: Read the counted exports that a VHS handed over since one was taken in, and that were superseded although their bytes were never seen.
SELECT sequence, exported_at FROM koop_exports AS late
WHERE late.vhs = :vhs AND late.sequence IS NOT NULL AND late.status = 'superseded' AND late.id > coalesce((
    SELECT max(taken.id) FROM koop_exports AS taken
    WHERE taken.vhs = :vhs AND taken.sequence IS NOT NULL AND taken.status IN ('applied', 'unchanged')
), 0) AND NOT EXISTS (SELECT 1 FROM koop_exports AS seen WHERE seen.vhs = late.vhs AND seen.sha256 = late.sha256 AND seen.id < late.id)
ORDER BY late.id

-- exports_taken_in: Read number and time of the last counted exports of a VHS that were taken in.
SELECT sequence, exported_at FROM koop_exports
WHERE vhs = :vhs AND sequence IS NOT NULL AND exported_at IS NOT NULL AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT :limit

-- exports_made: Read number and times of those of the last exports of a VHS that say what it holds, of one count and before another, that may be made after a time: texts of one offset are in the order of time. With "+", since the last ones are found sooner from the end of the ledger than by their numbers.
SELECT sequence, exported_at, recorded_at FROM (
    SELECT sequence, exported_at, recorded_at FROM koop_exports
    WHERE vhs = :vhs AND +sequence > :first AND +sequence < :before AND exported_at IS NOT NULL AND kind IN ('full', 'delta')
        AND status IN ('applied', 'unchanged')
    ORDER BY id DESC LIMIT :limit
) WHERE exported_at > :made OR substr(exported_at, -6) <> substr(:made, -6)

-- export_refused: Find when the file was made that a VHS handed over last, where it was superseded; of sources that count no exports.
SELECT exported_at FROM koop_exports
WHERE vhs = :vhs AND sequence IS NULL AND status = 'superseded' AND id > coalesce((
    SELECT max(id) FROM koop_exports WHERE vhs = :vhs AND sequence IS NULL AND status IN ('applied', 'unchanged')
), 0)
ORDER BY id DESC LIMIT 1

-- export_effects: Read what those of the last exports of a VHS did to others that did something.
SELECT coalesce(exported_at, recorded_at), effects FROM koop_exports WHERE vhs = :vhs AND effects IS NOT NULL
ORDER BY id DESC LIMIT :limit

-- export_kept: Read what is kept of the last exports of a VHS that did something to others or first lacked bookings.
SELECT sequence, sha256, effects FROM koop_exports WHERE vhs = :vhs AND effects IS NOT NULL
ORDER BY id DESC LIMIT :limit

-- export_effects_note: Keep what the export that was taken in last did to others.
UPDATE koop_exports SET effects = :effects WHERE id = (SELECT max(id) FROM koop_exports WHERE vhs = :vhs)

-- export_last_line: Find where the ledger of a VHS ends, NULL where it is empty.
SELECT max(id) FROM koop_exports WHERE vhs = :vhs

-- export_after: Find an export that was taken in after a line of the ledger.
SELECT status, events, quarantined_rows, withheld FROM koop_exports
WHERE vhs = :vhs AND id > :line AND kind = :kind AND sha256 = :sha256 AND status IN ('applied', 'unchanged')
ORDER BY id LIMIT 1

-- export_of_digest: Count the rows of the last export of a VHS that said the same, and tell what it proved.
SELECT rows, proves FROM koop_exports WHERE vhs = :vhs AND digest = :digest AND status IN ('applied', 'unchanged')
ORDER BY id DESC LIMIT 1

-- exports_applied: Tell how many exports of some VHSs were taken in, from which number to which.
SELECT vhs, count(*), min(sequence), max(sequence) FROM koop_exports
WHERE vhs IN (SELECT value FROM json_each(:vhs)) AND status IN ('applied', 'unchanged') AND kind IN ('full', 'delta')
GROUP BY vhs ORDER BY vhs

-- exports_of_vhs: Read the ledger of one VHS.
SELECT sequence, kind, system, source, sha256, exported_at, recorded_at, status, reason, rows, events, quarantined_rows, withheld, position, proves
FROM koop_exports WHERE vhs = :vhs ORDER BY id

-- export_position: Find where the log stood when an export had been taken in, and when that was.
SELECT position, recorded_at FROM koop_exports
WHERE vhs = :vhs AND sequence = :sequence AND status IN ('applied', 'unchanged') ORDER BY id DESC LIMIT 1

-- exports_as_of: Read what the ledger last said of each VHS at a position and a moment.
SELECT vhs, system, sequence, coalesce(exported_at, recorded_at) FROM koop_exports
WHERE id IN (
    SELECT max(id) FROM koop_exports
    WHERE status IN ('applied', 'unchanged') AND (position < :upto OR (position = :upto AND julianday(recorded_at) <= julianday(:moment))) AND (:vhs = '' OR vhs = :vhs) GROUP BY vhs
)
ORDER BY vhs

-- exports_newest: Read the last lines of the ledger of a VHS as of a position, newest first.
SELECT sequence, kind, sha256, coalesce(exported_at, recorded_at), recorded_at, status, position, proves FROM koop_exports
WHERE vhs = :vhs AND (position IS NULL OR position <= :upto) ORDER BY id DESC LIMIT :limit

-- catalogue_of_vhs: Read the courses of a VHS that nobody shares.
SELECT key, number, period, external_number, source, facts, unsure FROM koop_catalogue WHERE vhs = :vhs ORDER BY number, key

-- catalogue_by_number: Find unshared courses of a VHS by number.
SELECT key, number, period, external_number, source, facts, unsure FROM koop_catalogue
WHERE vhs = :vhs AND number = :number ORDER BY key

-- catalogue_put: Keep the last reported row of a course that nobody shares.
INSERT INTO koop_catalogue (vhs, key, number, period, external_number, source, facts, unsure, noted_at)
VALUES (:vhs, :key, :number, :period, :external_number, :source, :facts, :unsure, :noted_at)
ON CONFLICT (vhs, key) DO UPDATE SET number = excluded.number, period = excluded.period,
    external_number = excluded.external_number, source = excluded.source, facts = excluded.facts,
    unsure = excluded.unsure, noted_at = excluded.noted_at

-- catalogue_delete: Drop rows of the catalogue.
DELETE FROM koop_catalogue WHERE vhs = :vhs AND key IN (SELECT value FROM json_each(:keys))

-- slices_of_vhs: Read the hashes of what a VHS last reported of each cooperation.
SELECT coop_id, hash FROM koop_slices WHERE vhs = :vhs

-- slices_forget: Drop the hashes of what was reported of some cooperations: they are of rows that name persons.
DELETE FROM koop_slices WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- slice_put: Keep the hash of what a VHS reported of a cooperation.
INSERT INTO koop_slices (vhs, coop_id, hash) VALUES (:vhs, :coop_id, :hash)
ON CONFLICT (vhs, coop_id) DO UPDATE SET hash = excluded.hash

-- quarantine_put: Set a row or an export aside; the same one again is seen again, with what to do now, a discarded one stays discarded.
INSERT INTO koop_quarantine (vhs, sequence, source, file, line, col, about, reason, remedy, raw, digest, state, first_seen, last_seen,
    stands_for)
VALUES (:vhs, :sequence, :source, :file, :line, :col, :about, :reason, :remedy, :raw, :digest, 'open', :seen, :seen, :stands_for)
ON CONFLICT (vhs, file, digest) DO UPDATE SET sequence = excluded.sequence, source = excluded.source, line = excluded.line,
    last_seen = CASE koop_quarantine.state WHEN 'discarded' THEN koop_quarantine.last_seen ELSE excluded.last_seen END,
    remedy = excluded.remedy, stands_for = excluded.stands_for,
    state = CASE koop_quarantine.state WHEN 'discarded' THEN 'discarded' ELSE 'open' END

-- quarantine_resolve: Mark what a newer export of the same files no longer has as resolved.
UPDATE koop_quarantine SET state = 'resolved', last_seen = :seen
WHERE vhs = :vhs AND state = 'open' AND file IN (SELECT value FROM json_each(:files)) AND NOT (digest IN (SELECT value FROM json_each(:digests)))

-- quarantine_resolve_exports: Mark exports that could not be used as resolved, once a newer full one was taken in.
UPDATE koop_quarantine SET state = 'resolved', last_seen = :seen
WHERE vhs = :vhs AND state = 'open' AND about = 'export' AND (sequence IS NULL OR sequence <= :sequence)

-- quarantine_ahead: Find the exports of a VHS that wait until the clock is where they say they were made (D23).
SELECT id, sequence, source FROM koop_quarantine
WHERE vhs = :vhs AND state = 'open' AND about = 'export' AND col = 'exported_at' ORDER BY sequence, id

-- quarantine_taken_up: Mark one thing set aside as resolved.
UPDATE koop_quarantine SET state = 'resolved', last_seen = :seen WHERE id = :id AND state = 'open'

-- quarantine_list: Read what is set aside, by state.
SELECT id, vhs, sequence, source, file, line, col, about, reason, remedy, state, first_seen, last_seen FROM koop_quarantine
WHERE (:all = 1 OR state = 'open') ORDER BY id

-- quarantine_bytes: Read what is set aside with its bytes, page by page; the reason with the names of column and file.
SELECT id, vhs, source, about, state, reason || ' ' || coalesce(col, '') || ' ' || file, raw FROM koop_quarantine WHERE id > :after ORDER BY id LIMIT :limit

-- quarantine_forget: Take out rows of persons who are erased, with their reasons and hashes.
DELETE FROM koop_quarantine WHERE id = :id

-- exports_texts: Read where exports lay, and why they were refused if they were, page by page.
SELECT id, vhs, source, coalesce(reason, '') FROM koop_exports WHERE id > :after ORDER BY id LIMIT :limit

-- exports_forget: Say no more why an export was refused than that it named somebody who is erased.
UPDATE koop_exports SET reason = :reason WHERE id = :id

-- exports_unplace: Say no more where an export lay than that the path named somebody who is erased.
UPDATE koop_exports SET source = :source WHERE id = :id

-- quarantine_unplace: Say no more where the export of a row lay than that the path named somebody who is erased.
UPDATE koop_quarantine SET source = :source WHERE id = :id

-- quarantine_open: Count what is set aside of the exports of one VHS.
SELECT count(*) FROM koop_quarantine WHERE vhs = :vhs AND state = 'open' AND about <> 'export'

-- quarantine_show: Read one thing set aside with its original bytes.
SELECT id, vhs, sequence, source, file, line, col, about, reason, remedy, state, first_seen, last_seen, raw FROM koop_quarantine
WHERE id = :id

-- quarantine_rows: Read the rows of a VHS that are set aside, with their bytes.
SELECT id, sequence, file, line, col, about, reason, remedy, raw, first_seen, stands_for FROM koop_quarantine
WHERE vhs = :vhs AND state = 'open' AND about <> 'export' ORDER BY id

-- quarantine_discard: Give one thing set aside up for good, its bytes included.
UPDATE koop_quarantine SET state = 'discarded', raw = :empty, last_seen = :seen WHERE id = :id AND state <> 'discarded'

-- ==== markets: members of the mini-markets (R31) ====

-- market_join: Make a VHS a member.
INSERT INTO koop_markets (market, vhs) VALUES (:market, :vhs) ON CONFLICT (market, vhs) DO NOTHING

-- market_leave: End a membership.
DELETE FROM koop_markets WHERE market = :market AND vhs = :vhs

-- markets_of_vhs: Name the markets a VHS is in.
SELECT market FROM koop_markets WHERE vhs = :vhs ORDER BY market

-- markets: Read all memberships.
SELECT market, vhs FROM koop_markets ORDER BY market, vhs

-- ==== seals: a chain over the log, and what the other tables held when it was last extended ====

-- seal_last: Read the newest seal.
SELECT position, events, digest, sealed_at, commits, sides, sum FROM koop_seals ORDER BY position DESC LIMIT 1

-- seals: Read all seals, oldest first.
SELECT position, events, digest, sealed_at, commits, sides, sum FROM koop_seals ORDER BY position

-- seal_put: Add a seal, or renew the one of this position.
INSERT INTO koop_seals (position, events, digest, sealed_at, commits, sides, sum)
VALUES (:position, :events, :digest, :sealed_at, :commits, :sides, :sum)
ON CONFLICT (position) DO UPDATE SET events = excluded.events, digest = excluded.digest, sealed_at = excluded.sealed_at,
    commits = excluded.commits, sides = excluded.sides, sum = excluded.sum

-- commit_known: Tell whether the store counts its transactions.
SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'koop_commits'

-- commit_counted: Count a transaction that has written; twice, so that a damaged count is noticed.
UPDATE koop_commits SET commits = commits + 1, opposite = opposite - 1

-- commit_count: Read how many transactions have written; NULL where the count is damaged.
SELECT CASE WHEN commits + opposite = 0 THEN commits END FROM koop_commits

-- commit_own: Read the count before the own transaction.
SELECT commits FROM koop_commits

-- side_schema: Read how the tables are made.
SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY type, name

-- side_sequences: Read which numbers of rows were given out.
SELECT name, seq FROM sqlite_sequence ORDER BY name

-- side_catalogue: Read the whole of koop_catalogue.
SELECT * FROM koop_catalogue ORDER BY vhs, key

-- side_cells: Read the whole of koop_cells.
SELECT * FROM koop_cells ORDER BY coop_id, ref, vhs

-- side_exports: Read the whole of koop_exports.
SELECT * FROM koop_exports ORDER BY id

-- side_lanes: Read the whole of koop_lanes.
SELECT * FROM koop_lanes ORDER BY vhs

-- side_markets: Read the whole of koop_markets.
SELECT * FROM koop_markets ORDER BY market, vhs

-- side_meta: Read the whole of koop_meta.
SELECT * FROM koop_meta ORDER BY key

-- side_numbers: Read the whole of koop_numbers.
SELECT * FROM koop_numbers ORDER BY vhs

-- side_persons: Read the whole of koop_persons.
SELECT * FROM koop_persons ORDER BY person_id, version

-- side_quarantine: Read the whole of koop_quarantine.
SELECT * FROM koop_quarantine ORDER BY id

-- side_rebuilds: Read the whole of koop_rebuilds.
SELECT * FROM koop_rebuilds ORDER BY attempt

-- side_slices: Read the whole of koop_slices.
SELECT * FROM koop_slices ORDER BY vhs, coop_id

-- side_times: Read the whole of koop_times.
SELECT * FROM koop_times ORDER BY position

-- side_views_back: Read the whole of koop_views_back.
SELECT * FROM koop_views_back ORDER BY vhs, coop_id

-- side_violations_back: Read the whole of koop_violations_back.
SELECT * FROM koop_violations_back ORDER BY opened_position

-- side_withheld_back: Read the whole of koop_withheld_back.
SELECT * FROM koop_withheld_back ORDER BY vhs, coop_id, ref, id

-- side_members_back: Read the whole of koop_members_back.
SELECT * FROM koop_members_back ORDER BY vhs, coop_id

-- side_views_next: Read the whole of koop_views_next.
SELECT * FROM koop_views_next ORDER BY vhs, coop_id

-- side_violations_next: Read the whole of koop_violations_next.
SELECT * FROM koop_violations_next ORDER BY opened_position

-- side_withheld_next: Read the whole of koop_withheld_next.
SELECT * FROM koop_withheld_next ORDER BY vhs, coop_id, ref, id

-- side_members_next: Read the whole of koop_members_next.
SELECT * FROM koop_members_next ORDER BY vhs, coop_id

-- grown_persons: Read what the vault held when the log ended at a position, in which nothing changes but by an erasure; without the cooperations, which may go on under another id (D12).
SELECT person_id, version, ref, name, first_name, phone, email, position FROM koop_persons
WHERE position <= :upto ORDER BY person_id, version

-- grown_forgotten: Count the fences.
SELECT count(*) FROM koop_forgotten

-- ==== verify: what only a check of the whole store asks ====

-- check_with: Nothing: SQLite checks itself.
SELECT 1

-- check_file: Check the structure of the file, tables against indices.
PRAGMA integrity_check(20)

-- check_means: Tell what checks the structure.
SELECT 'integrity_check'

-- page_count: Read how many pages there are in the store.
PRAGMA page_count

-- page_size: Read the size of a page in bytes.
PRAGMA page_size

-- objects_made: Read by which statements tables and indices were made.
SELECT name, sql FROM sqlite_schema WHERE type IN ('table', 'index') AND sql IS NOT NULL AND name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY name

-- objects_lines: Nothing: SQLite keeps the statements by which tables were made.
SELECT NULL, NULL WHERE 1 = 0

-- objects: Name all that the schema is made of, by kind, name and the table it belongs to.
SELECT type, name, tbl_name FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\' ORDER BY type, name

-- tables: Name the tables.
SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name

-- person_keys_of_ids: Find persons by id, without what is known of them.
SELECT person_id, version, coop_id, ref FROM koop_persons WHERE person_id IN (SELECT value FROM json_each(:person_ids))

-- person_keys_of_streams: Find the persons of some cooperations, without what is known of them.
SELECT person_id, version, coop_id, ref FROM koop_persons WHERE coop_id IN (SELECT value FROM json_each(:coop_ids))

-- person_strays: Count the persons of cooperations of which the log knows nothing.
SELECT count(*) FROM koop_persons AS p WHERE NOT EXISTS (SELECT 1 FROM stored_events WHERE originator_id = p.coop_id)

-- ledger_applied: Read which exports of a VHS caused events, as the ledger has it.
SELECT sequence, sha256, events, position FROM koop_exports
WHERE vhs = :vhs AND status = 'applied' AND events > 0 ORDER BY id

-- ledger_vhs: Name the VHSs whose exports caused events, as the ledger has it.
SELECT DISTINCT vhs FROM koop_exports WHERE status = 'applied' AND events > 0 ORDER BY vhs

-- ledger_ahead: Count the exports that the ledger has beyond the end of the log.
SELECT count(*) FROM koop_exports WHERE position > :head

-- quarantine_bytes_all: Read what is set aside with its bytes and their digest.
SELECT id, vhs, source, col, about, reason, raw, digest, state FROM koop_quarantine ORDER BY id

-- ==== backups: what was copied and proven, and the whole of every table in a fixed order ====

-- backup_begun: Note that a backup is about to stand in its place.
INSERT INTO koop_backups (made_at, position, digest, target, bytes) VALUES (:made_at, :position, :digest, :target, :bytes)
RETURNING id

-- backup_proven: Note that a backup stands in its place and was proven.
UPDATE koop_backups SET proven_at = :at WHERE id = :id

-- backup_last: Read which backup was proven last.
SELECT proven_at, position, target FROM koop_backups WHERE proven_at IS NOT NULL ORDER BY proven_at DESC, id DESC LIMIT 1

-- backups: Read all backups that were made.
SELECT target, made_at, position FROM koop_backups ORDER BY id

-- backups_whole: Read all that is known of the backups that were made.
SELECT made_at, position, digest, target, bytes, proven_at FROM koop_backups ORDER BY id

-- note_put: Note something under a key: where a backup is being made, before anything is written there, or beside which one nothing could be noted.
INSERT INTO koop_meta (key, value) VALUES (:key, :value)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- notes: Read what is noted under keys that begin alike.
SELECT key, value FROM koop_meta WHERE key >= :since AND key < :until ORDER BY key

-- note_delete: Take out what is noted under a key.
DELETE FROM koop_meta WHERE key = :key

-- scratch_left: Nothing: backups of a file are proven in a file.
SELECT NULL WHERE 1 = 0

-- snapshot_export: Name the moment this transaction sees, so that another connection can see the same; here it is the same connection.
SELECT ''

-- integrity: Have the database check itself.
PRAGMA integrity_check

-- whole_log: Read the whole log.
SELECT rowid, originator_id, originator_version, topic, state FROM stored_events ORDER BY rowid

-- side_forgotten: Read the whole of koop_forgotten.
SELECT * FROM koop_forgotten ORDER BY id

-- whole_members: Read all of koop_members.
SELECT * FROM koop_members ORDER BY vhs, coop_id

-- whole_views: Read all of koop_views.
SELECT * FROM koop_views ORDER BY vhs, coop_id

-- whole_violations: Read all of koop_violations.
SELECT * FROM koop_violations ORDER BY opened_position

-- whole_seals: Read all of koop_seals.
SELECT * FROM koop_seals ORDER BY position

-- whole_withheld: Read all of koop_withheld.
SELECT * FROM koop_withheld ORDER BY vhs, coop_id, ref, id

-- side_backups: Read the whole of koop_backups.
SELECT * FROM koop_backups ORDER BY id

-- ==== schema: versions and migrations ====

-- schema_lock: Let one migration run at a time; here BEGIN IMMEDIATE has already seen to that.
SELECT 1

-- server_found: Read what there is to know of a server; here there is none.
SELECT 'main', 'UTF8', 'on'

-- server_unsafe: Read which settings let the server lose what it has written; here there is none.
SELECT name FROM sqlite_master WHERE 1 = 0

-- schema_tables: Name the tables of the store, with the only schema there is.
SELECT 'main', name FROM sqlite_master
WHERE type = 'table' AND (name = 'stored_events' OR (name >= 'koop_' AND name < 'koop`')) ORDER BY name

-- schema_there: Ask something.
SELECT 1

-- persons_public: Tell whether everybody who may connect may read the vault; the rights of the file tell.
SELECT 1 WHERE 1 = 0

-- schema_version: Read the version of the tables, and of which older one the views still are.
SELECT value, (SELECT value FROM koop_meta WHERE key = 'views_of') FROM koop_meta WHERE key = 'schema_version'

-- schema_mark: Record the version of the tables.
INSERT INTO koop_meta (key, value) VALUES ('schema_version', :version)
ON CONFLICT (key) DO UPDATE SET value = excluded.value

-- views_outdated: Record that the views are still those of an older version.
INSERT INTO koop_meta (key, value) VALUES ('views_of', :version)
ON CONFLICT (key) DO NOTHING

-- views_current: Record that the views are built anew.
DELETE FROM koop_meta WHERE key = 'views_of'

-- secret_put: Keep the secret by which staff have their pseudonyms; the first stays.
INSERT INTO koop_meta (key, value) VALUES ('secret', :value)
ON CONFLICT (key) DO NOTHING

-- secret: Read the secret by which staff have their pseudonyms.
SELECT value FROM koop_meta WHERE key = 'secret'

-- ==== migration 1: the first tables ====

-- migration_1_meta: What the store knows about itself.
CREATE TABLE koop_meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID

-- migration_1_exports: The ledger of exports.
CREATE TABLE koop_exports (
    id INTEGER PRIMARY KEY AUTOINCREMENT, vhs TEXT NOT NULL, sequence INTEGER, kind TEXT NOT NULL, system TEXT NOT NULL,
    source TEXT NOT NULL, sha256 TEXT NOT NULL, digest TEXT NOT NULL, exported_at TEXT, recorded_at TEXT NOT NULL,
    status TEXT NOT NULL, reason TEXT, rows INTEGER NOT NULL, events INTEGER NOT NULL, quarantined_rows INTEGER NOT NULL,
    withheld INTEGER NOT NULL
) STRICT

-- migration_1_exports_by_vhs: Index of the ledger.
CREATE INDEX koop_exports_by_vhs ON koop_exports (vhs, id)

-- migration_1_lanes: How far each VHS has reported.
CREATE TABLE koop_lanes (
    vhs TEXT PRIMARY KEY, system TEXT, last_sequence INTEGER NOT NULL DEFAULT 0, applying_sequence INTEGER,
    applying_sha256 TEXT, applying_events INTEGER NOT NULL DEFAULT 0, guard_tripped INTEGER, digest TEXT, last_exported_at TEXT, last_recorded_at TEXT
) STRICT, WITHOUT ROWID

-- migration_1_catalogue: The last reported rows of courses that nobody shares.
CREATE TABLE koop_catalogue (
    vhs TEXT NOT NULL, key TEXT NOT NULL, number TEXT NOT NULL, period TEXT, external_number TEXT, source TEXT NOT NULL,
    facts TEXT NOT NULL, unsure INTEGER NOT NULL, noted_at TEXT NOT NULL,
    PRIMARY KEY (vhs, key)
) STRICT

-- migration_1_catalogue_by_number: Index of the catalogue.
CREATE INDEX koop_catalogue_by_number ON koop_catalogue (vhs, number)

-- migration_1_slices: The hash of what a VHS last reported of a cooperation.
CREATE TABLE koop_slices (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, hash TEXT NOT NULL, PRIMARY KEY (vhs, coop_id)
) STRICT, WITHOUT ROWID

-- migration_1_persons: The vault (D15).
CREATE TABLE koop_persons (
    person_id TEXT NOT NULL, version INTEGER NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, name TEXT NOT NULL,
    first_name TEXT NOT NULL, phone TEXT NOT NULL, email TEXT NOT NULL, PRIMARY KEY (person_id, version)
) STRICT, WITHOUT ROWID

-- migration_1_persons_by_stream: Index of the vault.
CREATE INDEX koop_persons_by_stream ON koop_persons (coop_id)

-- migration_1_quarantine: Rows that could not be used, with their original bytes.
CREATE TABLE koop_quarantine (
    id INTEGER PRIMARY KEY AUTOINCREMENT, vhs TEXT NOT NULL, sequence INTEGER, source TEXT NOT NULL, file TEXT NOT NULL,
    line INTEGER NOT NULL, col TEXT, about TEXT NOT NULL, reason TEXT NOT NULL, remedy TEXT NOT NULL, raw BLOB NOT NULL,
    digest TEXT NOT NULL, state TEXT NOT NULL CHECK (state IN ('open', 'resolved', 'discarded')),
    first_seen TEXT NOT NULL, last_seen TEXT NOT NULL, UNIQUE (vhs, file, digest)
) STRICT

-- migration_1_numbers: The last running number of each Master (D16).
CREATE TABLE koop_numbers (vhs TEXT PRIMARY KEY, last INTEGER NOT NULL) STRICT, WITHOUT ROWID

-- migration_1_views: What each VHS sees of each cooperation.
CREATE TABLE koop_views (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL, pending INTEGER NOT NULL,
    suspects INTEGER NOT NULL, live INTEGER NOT NULL, alone INTEGER NOT NULL, PRIMARY KEY (vhs, coop_id)
) STRICT

-- migration_1_views_by_stream: Index of the views by cooperation.
CREATE INDEX koop_views_by_stream ON koop_views (coop_id)

-- migration_1_views_by_number: Index of the views by course number.
CREATE INDEX koop_views_by_number ON koop_views (vhs, course_number)

-- migration_1_violations: Breaches of the rules, open and closed.
CREATE TABLE koop_violations (
    id INTEGER PRIMARY KEY AUTOINCREMENT, coop_id TEXT NOT NULL, vhs TEXT NOT NULL, code TEXT NOT NULL,
    ref TEXT NOT NULL DEFAULT '', severity TEXT NOT NULL, detail TEXT NOT NULL, opened_position INTEGER NOT NULL,
    opened_at TEXT NOT NULL, closed_position INTEGER, closed_at TEXT
) STRICT

-- migration_1_violations_by_stream: Index of the violations by cooperation.
CREATE INDEX koop_violations_by_stream ON koop_violations (coop_id)

-- migration_1_violations_by_vhs: Index of the violations by VHS.
CREATE INDEX koop_violations_by_vhs ON koop_violations (vhs)

-- migration_1_withheld: Cancellations the mass guard holds back (D4).
CREATE TABLE koop_withheld (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL, PRIMARY KEY (vhs, coop_id, ref)
) STRICT, WITHOUT ROWID

-- migration_1_markets: Who is in which mini-market.
CREATE TABLE koop_markets (
    market TEXT NOT NULL, vhs TEXT NOT NULL, PRIMARY KEY (market, vhs)
) STRICT, WITHOUT ROWID

-- ==== migration 2: what looking back needs ====

-- migration_2_exports_position: Where the log stood when an export had been taken in; NULL for those before this version.
ALTER TABLE koop_exports ADD COLUMN position INTEGER

-- migration_2_exports_proves: 1 where the export proved what is absent, 0 where it did not; NULL for those before this version.
ALTER TABLE koop_exports ADD COLUMN proves INTEGER

-- migration_2_exports_by_sequence: Index of the ledger by the number of the export.
CREATE INDEX koop_exports_by_sequence ON koop_exports (vhs, sequence)

-- migration_2_members: Which VHS had to do with which cooperation, and since which position.
CREATE TABLE koop_members (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (vhs, coop_id)
) STRICT, WITHOUT ROWID

-- migration_2_members_of_the_log: Fill it for the events there are.
INSERT INTO koop_members (vhs, coop_id, since)
SELECT json_extract(CAST(state AS TEXT), '$.vhs'), originator_id, min(rowid) FROM stored_events
WHERE substr(originator_id, 1, 4) <> 'vhs:' AND substr(originator_id, 1, 7) <> 'market:' GROUP BY 1, 2

-- ==== migration 2: who was forgotten ====

-- migration_2_forgotten: The fences before erased persons (D15); erased_at is NULL until what lay behind them is gone.
CREATE TABLE koop_forgotten (
    id INTEGER PRIMARY KEY AUTOINCREMENT, person_id TEXT NOT NULL UNIQUE, coop_id TEXT NOT NULL, ref TEXT NOT NULL,
    forgotten_at TEXT NOT NULL, erased_at TEXT
) STRICT

-- migration_2_forgotten_by_stream: Index of the fences by cooperation.
CREATE INDEX koop_forgotten_by_stream ON koop_forgotten (coop_id)

-- ==== migration 2: derived tables that a rebuild fills beside and exchanges; without named indexes, so that renaming is enough ====

-- migration_2_views_old: Set the former table aside.
ALTER TABLE koop_views RENAME TO koop_views_old

-- migration_2_views_live: The live table of what each VHS sees.
CREATE TABLE koop_views (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL, pending INTEGER NOT NULL,
    suspects INTEGER NOT NULL, live INTEGER NOT NULL, alone INTEGER NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id)
) STRICT

-- migration_2_views_fill: Take over what it held.
INSERT INTO koop_views (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, doc, changes, pending, suspects, live, alone)
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, doc, changes, pending, suspects, live, alone FROM koop_views_old

-- migration_2_views_drop: Drop the former table.
DROP TABLE koop_views_old

-- migration_2_views_next: The table that a rebuild fills.
CREATE TABLE koop_views_next (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL, pending INTEGER NOT NULL,
    suspects INTEGER NOT NULL, live INTEGER NOT NULL, alone INTEGER NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id)
) STRICT

-- migration_2_views_back: The table that was live before.
CREATE TABLE koop_views_back (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL, pending INTEGER NOT NULL,
    suspects INTEGER NOT NULL, live INTEGER NOT NULL, alone INTEGER NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id)
) STRICT

-- migration_2_violations_old: Set the former table aside.
ALTER TABLE koop_violations RENAME TO koop_violations_old

-- migration_2_violations_live: The live table of violations.
CREATE TABLE koop_violations (
    coop_id TEXT NOT NULL, vhs TEXT NOT NULL, code TEXT NOT NULL, ref TEXT NOT NULL, severity TEXT NOT NULL,
    detail TEXT NOT NULL, shown TEXT, opened_position INTEGER PRIMARY KEY, opened_at TEXT NOT NULL, closed_position INTEGER,
    closed_at TEXT, UNIQUE (coop_id, opened_position), UNIQUE (vhs, opened_position)
) STRICT

-- migration_2_violations_fill: Take over what it held.
INSERT INTO koop_violations (coop_id, vhs, code, ref, severity, detail, shown, opened_position, opened_at, closed_position, closed_at)
SELECT coop_id, vhs, code, ref, severity, detail, CASE WHEN closed_position IS NULL THEN detail END, opened_position, opened_at, closed_position, closed_at FROM koop_violations_old

-- migration_2_violations_drop: Drop the former table.
DROP TABLE koop_violations_old

-- migration_2_violations_next: The table that a rebuild fills.
CREATE TABLE koop_violations_next (
    coop_id TEXT NOT NULL, vhs TEXT NOT NULL, code TEXT NOT NULL, ref TEXT NOT NULL, severity TEXT NOT NULL,
    detail TEXT NOT NULL, shown TEXT, opened_position INTEGER PRIMARY KEY, opened_at TEXT NOT NULL, closed_position INTEGER,
    closed_at TEXT, UNIQUE (coop_id, opened_position), UNIQUE (vhs, opened_position)
) STRICT

-- migration_2_violations_back: The table that was live before.
CREATE TABLE koop_violations_back (
    coop_id TEXT NOT NULL, vhs TEXT NOT NULL, code TEXT NOT NULL, ref TEXT NOT NULL, severity TEXT NOT NULL,
    detail TEXT NOT NULL, shown TEXT, opened_position INTEGER PRIMARY KEY, opened_at TEXT NOT NULL, closed_position INTEGER,
    closed_at TEXT, UNIQUE (coop_id, opened_position), UNIQUE (vhs, opened_position)
) STRICT

-- migration_2_withheld_old: Set the former table aside.
ALTER TABLE koop_withheld RENAME TO koop_withheld_old

-- migration_2_withheld_live: The live table of withheld cancellations.
CREATE TABLE koop_withheld (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref), UNIQUE (coop_id, vhs, ref)
) STRICT, WITHOUT ROWID

-- migration_2_withheld_fill: Take over what it held.
INSERT INTO koop_withheld (vhs, coop_id, ref, id)
SELECT vhs, coop_id, ref, id FROM koop_withheld_old

-- migration_2_withheld_drop: Drop the former table.
DROP TABLE koop_withheld_old

-- migration_2_withheld_next: The table that a rebuild fills.
CREATE TABLE koop_withheld_next (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref), UNIQUE (coop_id, vhs, ref)
) STRICT, WITHOUT ROWID

-- migration_2_withheld_back: The table that was live before.
CREATE TABLE koop_withheld_back (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref), UNIQUE (coop_id, vhs, ref)
) STRICT, WITHOUT ROWID

-- migration_2_members_old: Set the former table aside.
ALTER TABLE koop_members RENAME TO koop_members_old

-- migration_2_members_live: The live table of who has to do with what.
CREATE TABLE koop_members (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs)
) STRICT, WITHOUT ROWID

-- migration_2_members_fill: Take over what it held.
INSERT INTO koop_members (vhs, coop_id, since)
SELECT vhs, coop_id, since FROM koop_members_old

-- migration_2_members_drop: Drop the former table.
DROP TABLE koop_members_old

-- migration_2_members_next: The table that a rebuild fills.
CREATE TABLE koop_members_next (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs)
) STRICT, WITHOUT ROWID

-- migration_2_members_back: The table that was live before.
CREATE TABLE koop_members_back (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs)
) STRICT, WITHOUT ROWID

-- migration_2_rebuilds: One row: how often a rebuild was begun, and up to which position the tables that were live before are current.
CREATE TABLE koop_rebuilds (attempt INTEGER NOT NULL, position INTEGER) STRICT

-- migration_2_rebuilds_row: The row.
INSERT INTO koop_rebuilds (attempt, position) VALUES (0, NULL)

-- ==== migration 2: seals ====

-- migration_2_seals: The chain over the log; sides and commits say what the other tables held, and sum covers the row.
CREATE TABLE koop_seals (
    position INTEGER PRIMARY KEY, events INTEGER NOT NULL, digest TEXT NOT NULL, sealed_at TEXT NOT NULL, commits INTEGER, sides TEXT NOT NULL,
    sum TEXT NOT NULL
) STRICT

-- migration_2_commits: How many transactions have written: the proof that none has since a seal.
CREATE TABLE koop_commits (commits INTEGER NOT NULL, opposite INTEGER NOT NULL) STRICT

-- migration_2_commits_row: The row.
INSERT INTO koop_commits (commits, opposite) VALUES (1, -1)

-- ==== migration 2: backups and their proof ====

-- migration_2_backups: The backups that were made; proven_at is NULL for one that never came to stand in its place.
CREATE TABLE koop_backups (
    id INTEGER PRIMARY KEY AUTOINCREMENT, made_at TEXT NOT NULL, position INTEGER NOT NULL, digest TEXT NOT NULL, target TEXT NOT NULL,
    bytes INTEGER NOT NULL, proven_at TEXT
) STRICT

-- ==== migration 3: wide columns last, because SQLite walks through them to those behind; and an index of what is pending ====

-- migration_3_views_old: Set the former table aside.
ALTER TABLE koop_views RENAME TO koop_views_old

-- migration_3_views: The live table of what each VHS sees.
CREATE TABLE koop_views (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, pending INTEGER NOT NULL, suspects INTEGER NOT NULL,
    live INTEGER NOT NULL, alone INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id),
    UNIQUE (vhs, pending, suspects, coop_id)
) STRICT

-- migration_3_views_fill: Take over what it held.
INSERT INTO koop_views (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes FROM koop_views_old

-- migration_3_views_drop: Drop the former table.
DROP TABLE koop_views_old

-- migration_3_views_back_old: Set the former table aside.
ALTER TABLE koop_views_back RENAME TO koop_views_back_old

-- migration_3_views_back: The table that was live before.
CREATE TABLE koop_views_back (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, pending INTEGER NOT NULL, suspects INTEGER NOT NULL,
    live INTEGER NOT NULL, alone INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id),
    UNIQUE (vhs, pending, suspects, coop_id)
) STRICT

-- migration_3_views_back_fill: Take over what it held.
INSERT INTO koop_views_back (vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes)
SELECT vhs, coop_id, role, course_number, period, title, starts_on, ends_on, position, pending, suspects, live, alone, doc, changes FROM koop_views_back_old

-- migration_3_views_back_drop: Drop the former table.
DROP TABLE koop_views_back_old

-- migration_3_views_next_drop: Drop what a rebuild had begun.
DROP TABLE koop_views_next

-- migration_3_views_next: The table that a rebuild fills.
CREATE TABLE koop_views_next (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, pending INTEGER NOT NULL, suspects INTEGER NOT NULL,
    live INTEGER NOT NULL, alone INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id),
    UNIQUE (vhs, pending, suspects, coop_id)
) STRICT

-- migration_4_routing_persons_by_booking: Index of the vault by the reference of the booking (D18a).
CREATE INDEX IF NOT EXISTS koop_persons_by_booking ON koop_persons (ref)

-- migration_4_guards_1: What was judged of an export that is applied in parts (D19, D31).
ALTER TABLE koop_lanes ADD COLUMN judgement TEXT

-- migration_4_guards_2: Which profile the last export was read with: after another one every effect is weighed (D31).
ALTER TABLE koop_lanes ADD COLUMN reading TEXT

-- migration_4_guards_3: What an export did to others, for the weighing of those that follow within a day (D31).
ALTER TABLE koop_exports ADD COLUMN effects TEXT

-- migration_4_guards_4: An export that was begun under the former mass guard goes on under its decision (D4).
UPDATE koop_lanes SET judgement = '{"absences": {"everywhere": true}}' WHERE guard_tripped = 1

-- migration_4_echo_cells: Cells of rows as they were exported, which change lists expect and no log may hold (D15, D22).
CREATE TABLE koop_cells (
    coop_id TEXT NOT NULL, ref TEXT NOT NULL, vhs TEXT NOT NULL, editor TEXT NOT NULL, name TEXT,
    first_name TEXT, phone TEXT, email TEXT, PRIMARY KEY (coop_id, ref, vhs)
) STRICT, WITHOUT ROWID

-- migration_4_answers_1: When the first export of a new count was made that nobody has accepted yet (D23).
ALTER TABLE koop_lanes ADD COLUMN restarted TEXT

-- migration_4_answers_2: Since when the exports of the present count are made (D23).
ALTER TABLE koop_lanes ADD COLUMN counted_from TEXT

-- migration_4_answers_3: Since when files count that nobody numbers, where their mark was set back (D23).
ALTER TABLE koop_lanes ADD COLUMN files_from TEXT

-- migration_4_answers_4: Up to which line of the ledger such files do not count for the mark (D23).
ALTER TABLE koop_lanes ADD COLUMN files_after INTEGER NOT NULL DEFAULT 0

-- migration_4_answers_6: Who answers for an open violation, in the live table (D30).
ALTER TABLE koop_violations ADD COLUMN acknowledged TEXT

-- migration_4_answers_7: The same in the table that a rebuild fills.
ALTER TABLE koop_violations_next ADD COLUMN acknowledged TEXT

-- migration_4_answers_8: The same in the table that was live before.
ALTER TABLE koop_violations_back ADD COLUMN acknowledged TEXT

-- migration_4_answers_5: By when positions of the log were reached: only those before which nothing later lies (D23).
CREATE TABLE koop_times (position INTEGER PRIMARY KEY, at INTEGER NOT NULL UNIQUE) STRICT

-- migration_4_withheld_old: Set the former table aside: of one booking several things may be withheld (D31).
ALTER TABLE koop_withheld RENAME TO koop_withheld_old

-- migration_4_withheld: The live table of what is withheld.
CREATE TABLE koop_withheld (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref, id), UNIQUE (coop_id, vhs, ref, id)
) STRICT, WITHOUT ROWID

-- migration_4_withheld_fill: Take over what it held.
INSERT INTO koop_withheld (vhs, coop_id, ref, id)
SELECT vhs, coop_id, ref, id FROM koop_withheld_old

-- migration_4_withheld_drop: Drop the former table.
DROP TABLE koop_withheld_old

-- migration_4_withheld_back_old: Set the former table aside.
ALTER TABLE koop_withheld_back RENAME TO koop_withheld_back_old

-- migration_4_withheld_back: The table that was live before.
CREATE TABLE koop_withheld_back (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref, id), UNIQUE (coop_id, vhs, ref, id)
) STRICT, WITHOUT ROWID

-- migration_4_withheld_back_fill: Take over what it held.
INSERT INTO koop_withheld_back (vhs, coop_id, ref, id)
SELECT vhs, coop_id, ref, id FROM koop_withheld_back_old

-- migration_4_withheld_back_drop: Drop the former table.
DROP TABLE koop_withheld_back_old

-- migration_4_withheld_next_drop: Drop what a rebuild had begun.
DROP TABLE koop_withheld_next

-- migration_4_withheld_next: The table that a rebuild fills.
CREATE TABLE koop_withheld_next (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, ref TEXT NOT NULL, id TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id, ref, id), UNIQUE (coop_id, vhs, ref, id)
) STRICT, WITHOUT ROWID

-- migration_5_quarantine: What a row that was set aside may be: courses and bookings, as far as that was legible (D17).
ALTER TABLE koop_quarantine ADD COLUMN stands_for TEXT

-- migration_6_exports_effects: Index of the exports that did something to others, which few of them did.
CREATE INDEX koop_exports_effects ON koop_exports (vhs, id) WHERE effects IS NOT NULL

-- migration_6_persons: Where the log ended when a version of a person was written; 0 for those before this version.
ALTER TABLE koop_persons ADD COLUMN position INTEGER NOT NULL DEFAULT 0
