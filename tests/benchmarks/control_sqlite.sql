-- The control of bar P5 on SQLite: the same views made in the database, by sets, as far as plain SQL can for the workload.
-- Run one after the other in one transaction. What no plain SQL does: change lists, what the rules forbid, merges, orphans.

-- views_drop: Drop what an earlier round made.
DROP TABLE IF EXISTS control_views

-- views: What each VHS sees, with the constraints of koop_views.
CREATE TABLE control_views (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, role TEXT NOT NULL, course_number TEXT NOT NULL, period TEXT NOT NULL, title TEXT,
    starts_on TEXT, ends_on TEXT, position INTEGER NOT NULL, pending INTEGER NOT NULL, suspects INTEGER NOT NULL,
    live INTEGER NOT NULL, alone INTEGER NOT NULL, doc TEXT NOT NULL, changes TEXT NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id),
    UNIQUE (vhs, pending, suspects, coop_id)
) STRICT

-- violations_drop: Drop what an earlier round made.
DROP TABLE IF EXISTS control_violations

-- violations: Violations, with the constraints of koop_violations.
CREATE TABLE control_violations (
    coop_id TEXT NOT NULL, vhs TEXT NOT NULL, code TEXT NOT NULL, ref TEXT NOT NULL, severity TEXT NOT NULL,
    detail TEXT NOT NULL, opened_position INTEGER PRIMARY KEY, opened_at TEXT NOT NULL, closed_position INTEGER,
    closed_at TEXT, UNIQUE (coop_id, opened_position), UNIQUE (vhs, opened_position)
) STRICT

-- members_drop: Drop what an earlier round made.
DROP TABLE IF EXISTS control_members

-- members: Who has to do with what, with the constraints of koop_members.
CREATE TABLE control_members (
    vhs TEXT NOT NULL, coop_id TEXT NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs)
) STRICT, WITHOUT ROWID

-- told: The events about bookings and who they are of, each read once.
CREATE TEMP TABLE told AS
SELECT coop_id, state ->> '$.vhs' AS vhs, state ->> '$.ref' AS ref, version, position, topic, state ->> '$.status' AS status,
    CASE topic WHEN 'koop.BookingMade.1' THEN state ->> '$.person_id' END AS person_id
FROM (
    SELECT rowid AS position, originator_id AS coop_id, originator_version AS version, topic, CAST(state AS TEXT) AS state
    FROM stored_events
)

-- seats: What each VHS last reported of each booking; SQLite takes the other columns from the row with the maximum.
CREATE TEMP TABLE seats AS
SELECT coop_id, ref, vhs, max(version) AS version,
    CASE WHEN topic IN ('koop.BookingCancelled.1', 'koop.CancellationDelivered.1') THEN 'S' ELSE status END AS status,
    sum(topic = 'koop.BookingCancelled.1') AS cancels
FROM told
WHERE topic IN ('koop.BookingMade.1', 'koop.BookingDelivered.2', 'koop.BookingCancelled.1', 'koop.CancellationDelivered.1')
GROUP BY coop_id, ref, vhs

-- seats_index: They are looked up by cooperation, booking and VHS.
CREATE UNIQUE INDEX temp.seats_by_booking ON seats (coop_id, ref, vhs)

-- bookings: Each booking, with whether anybody cancelled it.
CREATE TEMP TABLE bookings AS
SELECT coop_id, ref, vhs AS owner, status, person_id,
    (SELECT sum(cancels) > 0 FROM seats WHERE seats.coop_id = told.coop_id AND seats.ref = told.ref) AS cancelled
FROM told WHERE topic = 'koop.BookingMade.1' ORDER BY coop_id, ref

-- lanes: Each VHS that takes part, with what its course is.
CREATE TEMP TABLE lanes AS
SELECT coop_id, state ->> '$.vhs' AS vhs, topic = 'koop.CourseReleased.1' AS master, state ->> '$.course_number' AS number,
    state ->> '$.period' AS period, max(state ->> '$.facts.capacity') OVER (PARTITION BY coop_id) AS capacity
FROM (
    SELECT originator_id AS coop_id, topic, CAST(state AS TEXT) AS state FROM stored_events
    WHERE topic IN ('koop.CourseReleased.1', 'koop.CourseSubscribed.1')
)

-- facts: What each VHS last reported of its course, as far as the views show it.
CREATE TEMP TABLE facts AS
SELECT coop_id, state ->> '$.vhs' AS vhs, max(version), state ->> '$.facts.title' AS title,
    state ->> '$.facts.starts_on' AS starts_on, state ->> '$.facts.ends_on' AS ends_on
FROM (
    SELECT originator_id AS coop_id, originator_version AS version, topic, CAST(state AS TEXT) AS state FROM stored_events
    WHERE topic IN ('koop.CourseReleased.1', 'koop.CourseDelivered.1')
)
GROUP BY 1, 2

-- facts_index: They are looked up by cooperation and VHS.
CREATE UNIQUE INDEX temp.facts_by_vhs ON facts (coop_id, vhs)

-- heads: The position of the last event of each cooperation.
CREATE TEMP TABLE heads AS
SELECT originator_id AS coop_id, max(rowid) AS position FROM stored_events GROUP BY 1

-- heads_index: They are looked up by cooperation.
CREATE UNIQUE INDEX temp.heads_by_stream ON heads (coop_id)

-- views_fill: Put together what each VHS sees.
INSERT INTO control_views
SELECT vhs, coop_id, CASE WHEN master THEN 'master' ELSE 'subscriber' END, number, period, title, starts_on, ends_on,
    position, sum(wanted IS NOT NULL AND wanted IS NOT reported), 0, sum(reported <> 'S'), 0,
    json_object('title', title, 'capacity', capacity, 'bookings', json_group_array(
        json_object('ref', ref, 'owner', owner, 'status', wanted, 'reported', reported, 'person_id', CASE WHEN named THEN person_id END)
    ) FILTER (WHERE wanted IS NOT NULL)),
    json_group_array(
        json_object('kind', CASE WHEN reported IS NULL THEN 'booking.create' ELSE 'booking.update' END, 'ref', ref, 'status', wanted)
    ) FILTER (WHERE wanted IS NOT NULL AND wanted IS NOT reported)
FROM (
    SELECT lanes.vhs, lanes.coop_id, master, number, period, capacity, title, starts_on, ends_on, position,
        bookings.ref, owner, bookings.person_id, seats.status AS reported, master OR owner = lanes.vhs AS named,
        CASE WHEN NOT cancelled THEN bookings.status WHEN seats.status IS NOT NULL THEN 'S' END AS wanted
    FROM lanes
    JOIN heads ON heads.coop_id = lanes.coop_id
    LEFT JOIN facts ON facts.coop_id = lanes.coop_id AND facts.vhs = lanes.vhs
    JOIN bookings ON bookings.coop_id = lanes.coop_id
    LEFT JOIN seats ON seats.coop_id = lanes.coop_id AND seats.ref = bookings.ref AND seats.vhs = lanes.vhs
)
GROUP BY coop_id, vhs

-- violations_fill: Put the opening and the closing of each violation together.
INSERT INTO control_violations
SELECT coop_id, vhs, code, ref, severity, detail, position, at, closed_position, closed_at
FROM (
    SELECT coop_id, vhs, code, ref, severity, detail, position, at, opens,
        lead(CASE WHEN NOT opens THEN position END) OVER same AS closed_position,
        lead(CASE WHEN NOT opens THEN at END) OVER same AS closed_at
    FROM (
        SELECT rowid AS position, originator_id AS coop_id, topic = 'koop.ViolationOpened.1' AS opens, state ->> '$.vhs' AS vhs,
            state ->> '$.code' AS code, coalesce(state ->> '$.ref', '') AS ref, state ->> '$.severity' AS severity,
            coalesce(state -> '$.detail', '{}') AS detail, state ->> '$.at' AS at
        FROM (
            SELECT rowid, originator_id, topic, CAST(state AS TEXT) AS state FROM stored_events
            WHERE topic IN ('koop.ViolationOpened.1', 'koop.ViolationClosed.1')
        )
    )
    WINDOW same AS (PARTITION BY coop_id, vhs, code, ref ORDER BY position)
)
WHERE opens

-- members_fill: Note since when each VHS has to do with what.
INSERT INTO control_members
SELECT vhs, coop_id, min(position) FROM told GROUP BY coop_id, vhs

-- temp_told: Drop it.
DROP TABLE temp.told

-- temp_seats: Drop it.
DROP TABLE temp.seats

-- temp_bookings: Drop it.
DROP TABLE temp.bookings

-- temp_lanes: Drop it.
DROP TABLE temp.lanes

-- temp_facts: Drop it.
DROP TABLE temp.facts

-- temp_heads: Drop it.
DROP TABLE temp.heads
