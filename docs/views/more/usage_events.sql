-- View of usage events, on the table usage_events; customers.sql says what all views share.
--
-- Of several events with the same customerEventId only the one that Sequence received last counts.

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.usage_events AS
SELECT DISTINCT ON ("customerEventId")
    id,
    "customerEventId" AS customer_event_id,
    "customerAlias" AS customer_alias,
    "eventType" AS event_type,
    "eventProperties" AS event_properties,
    "eventTimestamp" AT TIME ZONE 'UTC' AS event_at,
    "createdAt" AT TIME ZONE 'UTC' AS created_at
FROM sequence.usage_events
ORDER BY "customerEventId" ASC, "createdAt" DESC NULLS LAST, id DESC;

COMMENT ON VIEW sequence_views.usage_events IS
    'One row per usage event that counts: later ones take the place of earlier ones.';

COMMIT;
