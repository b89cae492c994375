-- The control of bar P5 on PostgreSQL: the same views made in the database, by sets, as far as plain SQL can for the workload.
-- Run one after the other in one transaction. What no plain SQL does: change lists, what the rules forbid, merges, orphans.

-- memory: Sort and hash in memory, as whoever loads so much at once would.
SET LOCAL work_mem = '64MB'

-- views_drop: Drop what an earlier round made.
DROP TABLE IF EXISTS control_views

-- views: What each VHS sees, with the constraints of koop_views.
CREATE TABLE control_views (
    vhs text NOT NULL, coop_id text NOT NULL, role text NOT NULL, course_number text NOT NULL, period text NOT NULL, title text,
    starts_on text, ends_on text, position bigint NOT NULL, pending bigint NOT NULL, suspects bigint NOT NULL,
    live bigint NOT NULL, alone bigint NOT NULL, doc text NOT NULL, changes text NOT NULL,
    PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs), UNIQUE (vhs, course_number, coop_id),
    UNIQUE (vhs, pending, suspects, coop_id)
)

-- violations_drop: Drop what an earlier round made.
DROP TABLE IF EXISTS control_violations

-- violations: Violations, with the constraints of koop_violations.
CREATE TABLE control_violations (
    coop_id text NOT NULL, vhs text NOT NULL, code text NOT NULL, ref text NOT NULL, severity text NOT NULL,
    detail text NOT NULL, opened_position bigint PRIMARY KEY, opened_at text NOT NULL, closed_position bigint,
    closed_at text, UNIQUE (coop_id, opened_position), UNIQUE (vhs, opened_position)
)

-- members_drop: Drop what an earlier round made.
DROP TABLE IF EXISTS control_members

-- members: Who has to do with what, with the constraints of koop_members.
CREATE TABLE control_members (
    vhs text NOT NULL, coop_id text NOT NULL, since bigint NOT NULL, PRIMARY KEY (vhs, coop_id), UNIQUE (coop_id, vhs)
)

-- told: The events about bookings and who they are of, each read once.
CREATE TEMP TABLE told ON COMMIT DROP AS
SELECT coop_id, state ->> 'vhs' AS vhs, state ->> 'ref' AS ref, version, position, topic, state ->> 'status' AS status,
    CASE topic WHEN 'koop.BookingMade.1' THEN state ->> 'person_id' END AS person_id
FROM (
    SELECT notification_id AS position, originator_id AS coop_id, originator_version AS version, topic,
        convert_from(state, 'UTF8')::jsonb AS state
    FROM koop_events OFFSET 0
) AS parsed

-- told_known: Have the planner know it.
ANALYZE told

-- seats: What each VHS last reported of each booking.
CREATE TEMP TABLE seats ON COMMIT DROP AS
SELECT coop_id, ref, vhs,
    (array_agg(CASE WHEN topic IN ('koop.BookingCancelled.1', 'koop.CancellationDelivered.1') THEN 'S' ELSE status END
        ORDER BY version DESC))[1] AS status,
    bool_or(topic = 'koop.BookingCancelled.1') AS cancels
FROM told
WHERE topic IN ('koop.BookingMade.1', 'koop.BookingDelivered.2', 'koop.BookingCancelled.1', 'koop.CancellationDelivered.1')
GROUP BY coop_id, ref, vhs

-- seats_known: Have the planner know it.
ANALYZE seats

-- bookings: Each booking, with whether anybody cancelled it.
CREATE TEMP TABLE bookings ON COMMIT DROP AS
SELECT made.coop_id, made.ref, made.vhs AS owner, made.status, made.person_id, cancelled
FROM told AS made
JOIN (SELECT coop_id, ref, bool_or(cancels) AS cancelled FROM seats GROUP BY coop_id, ref) AS by_all USING (coop_id, ref)
WHERE made.topic = 'koop.BookingMade.1'

-- bookings_known: Have the planner know it.
ANALYZE bookings

-- lanes: Each VHS that takes part, with what its course is.
CREATE TEMP TABLE lanes ON COMMIT DROP AS
SELECT coop_id, state ->> 'vhs' AS vhs, topic = 'koop.CourseReleased.1' AS master, state ->> 'course_number' AS number,
    state ->> 'period' AS period, max((state -> 'facts' ->> 'capacity')::bigint) OVER (PARTITION BY coop_id) AS capacity
FROM (
    SELECT originator_id AS coop_id, topic, convert_from(state, 'UTF8')::jsonb AS state FROM koop_events
    WHERE topic IN ('koop.CourseReleased.1', 'koop.CourseSubscribed.1') OFFSET 0
) AS parsed

-- lanes_known: Have the planner know it.
ANALYZE lanes

-- facts: What each VHS last reported of its course, as far as the views show it.
CREATE TEMP TABLE facts ON COMMIT DROP AS
SELECT DISTINCT ON (coop_id, vhs) coop_id, state ->> 'vhs' AS vhs, state -> 'facts' ->> 'title' AS title,
    state -> 'facts' ->> 'starts_on' AS starts_on, state -> 'facts' ->> 'ends_on' AS ends_on
FROM (
    SELECT originator_id AS coop_id, originator_version AS version, convert_from(state, 'UTF8')::jsonb AS state FROM koop_events
    WHERE topic IN ('koop.CourseReleased.1', 'koop.CourseDelivered.1') OFFSET 0
) AS parsed
ORDER BY coop_id, vhs, version DESC

-- facts_known: Have the planner know it.
ANALYZE facts

-- heads: The position of the last event of each cooperation.
CREATE TEMP TABLE heads ON COMMIT DROP AS
SELECT coop_id, max(position) AS position FROM told GROUP BY coop_id

-- heads_known: Have the planner know it.
ANALYZE heads

-- views_fill: Put together what each VHS sees.
INSERT INTO control_views
SELECT vhs, coop_id, CASE WHEN master THEN 'master' ELSE 'subscriber' END, number, period, title, starts_on, ends_on,
    position, pending, 0, live, 0, json_build_object('title', title, 'capacity', capacity, 'bookings', bookings), changes
FROM (
    SELECT vhs, coop_id,
        count(*) FILTER (WHERE wanted IS NOT NULL AND wanted IS DISTINCT FROM reported) AS pending,
        count(*) FILTER (WHERE reported <> 'S') AS live,
        json_agg(
            json_build_object('ref', ref, 'owner', owner, 'status', wanted, 'reported', reported, 'person_id',
                CASE WHEN master OR owner = vhs THEN person_id END)
            ORDER BY ref
        ) FILTER (WHERE wanted IS NOT NULL) AS bookings,
        coalesce(json_agg(
            json_build_object('kind', CASE WHEN reported IS NULL THEN 'booking.create' ELSE 'booking.update' END, 'ref', ref,
                'status', wanted)
        ) FILTER (WHERE wanted IS NOT NULL AND wanted IS DISTINCT FROM reported), '[]') AS changes
    FROM (
        SELECT lanes.vhs, lanes.coop_id, master, bookings.ref, owner, person_id, seats.status AS reported,
            CASE WHEN NOT cancelled THEN bookings.status WHEN seats.status IS NOT NULL THEN 'S' END AS wanted
        FROM lanes
        JOIN bookings ON bookings.coop_id = lanes.coop_id
        LEFT JOIN seats ON seats.coop_id = lanes.coop_id AND seats.ref = bookings.ref AND seats.vhs = lanes.vhs
    ) AS seen
    GROUP BY coop_id, vhs
) AS grouped
JOIN lanes USING (coop_id, vhs)
JOIN heads USING (coop_id)
LEFT JOIN facts USING (coop_id, vhs)

-- violations_fill: Put the opening and the closing of each violation together.
INSERT INTO control_violations
SELECT coop_id, vhs, code, ref, severity, detail, position, at, closed_position, closed_at
FROM (
    SELECT coop_id, vhs, code, ref, severity, detail, position, at, opens,
        lead(CASE WHEN NOT opens THEN position END) OVER same AS closed_position,
        lead(CASE WHEN NOT opens THEN at END) OVER same AS closed_at
    FROM (
        SELECT position, coop_id, opens, state ->> 'vhs' AS vhs, state ->> 'code' AS code, coalesce(state ->> 'ref', '') AS ref,
            state ->> 'severity' AS severity, coalesce(state ->> 'detail', '{}') AS detail, state ->> 'at' AS at
        FROM (
            SELECT notification_id AS position, originator_id AS coop_id, topic = 'koop.ViolationOpened.1' AS opens,
                convert_from(state, 'UTF8')::jsonb AS state
            FROM koop_events WHERE topic IN ('koop.ViolationOpened.1', 'koop.ViolationClosed.1') OFFSET 0
        ) AS parsed
    ) AS named
    WINDOW same AS (PARTITION BY coop_id, vhs, code, ref ORDER BY position)
) AS paired
WHERE opens

-- members_fill: Note since when each VHS has to do with what.
INSERT INTO control_members
SELECT vhs, coop_id, min(position) FROM told GROUP BY vhs, coop_id
