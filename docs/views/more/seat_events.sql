-- View of seat events, on the table seat_events; customers.sql says what all views share.
--
-- Of several events with the same customerEventId only the one that Sequence received last counts.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.seat_events AS
SELECT DISTINCT ON ("customerEventId")
    id,
    "customerEventId" AS customer_event_id,
    "customerAlias" AS customer_alias,
    "seatType" AS seat_type,
    total AS seats,
    "eventTimestamp" AT TIME ZONE 'UTC' AS event_at,
    "createdAt" AT TIME ZONE 'UTC' AS created_at
FROM sequence.seat_events
ORDER BY "customerEventId" ASC, "createdAt" DESC NULLS LAST, id DESC;

COMMENT ON VIEW sequence_views.seat_events IS
    'One row per seat event that counts: later ones take the place of earlier ones.';

COMMIT;
