-- Views of customers, on the table customers. What all views share:
--
-- They have plain names, times with a time zone and one row per array element. They read the tables
-- in the schema sequence, assume that their times are in UTC, and are in a schema of their own.
-- Running a file again leaves whatever depends on its views intact.
--
-- For a missing object or array of objects the loader stores JSON null, which has no elements:
-- hence nullif. to_jsonb takes either type that the loader may give an array, jsonb or jsonb[].

BEGIN;

CREATE SCHEMA IF NOT EXISTS sequence_views;

CREATE OR REPLACE VIEW sequence_views.customers AS
SELECT
    id,
    "createdAt" AT TIME ZONE 'UTC' AS created_at,
    "archivedAt" AT TIME ZONE 'UTC' AS archived_at,
    "legalName" AS legal_name,
    label,
    "taxStatus" AS tax_status,
    url,
    domain,
    "contactName" AS contact_name,
    email,
    telephone,
    "sequenceAccountId" AS sequence_account_id,
    address ->> 'line1' AS address_line1,
    address ->> 'line2' AS address_line2,
    address ->> 'town' AS address_town,
    address ->> 'state' AS address_state,
    address ->> 'postcode' AS address_postcode,
    address ->> 'country' AS address_country
FROM sequence.customers;

COMMENT ON VIEW sequence_views.customers IS
    'One row per customer, archived or not.';

CREATE OR REPLACE VIEW sequence_views.customer_billing_emails AS
SELECT
    customers.id AS customer_id,
    email.position,
    email.address AS email
FROM sequence.customers
CROSS JOIN unnest("billingEmails") WITH ORDINALITY AS email (address, position);

COMMENT ON VIEW sequence_views.customer_billing_emails IS
    'One row per e-mail address that a customer''s invoices go to.';

CREATE OR REPLACE VIEW sequence_views.customer_integrations AS
SELECT
    customers.id AS customer_id,
    integration.position,
    integration.value ->> 'service' AS service,
    integration.value ->> 'id' AS id_in_service,
    (integration.value ->> 'lastSynced')::timestamptz AS last_synced,
    (integration.value ->> 'isPending')::boolean AS is_pending
FROM sequence.customers
CROSS JOIN
    jsonb_array_elements(nullif(to_jsonb("integrationIds"), 'null'))
    WITH ORDINALITY AS integration (value, position);

COMMENT ON VIEW sequence_views.customer_integrations IS
    'One row per service that a customer is integrated with.';

CREATE OR REPLACE VIEW sequence_views.customer_external_ids AS
SELECT
    customers.id AS customer_id,
    external.position,
    external.value ->> 'key' AS key,
    external.value ->> 'value' AS value,
    (external.value ->> 'syncTime')::timestamptz AS sync_time
FROM sequence.customers
CROSS JOIN
    jsonb_array_elements(nullif(to_jsonb("externalIds"), 'null'))
    WITH ORDINALITY AS external (value, position);

COMMENT ON VIEW sequence_views.customer_external_ids IS
    'One row per other system that knows a customer.';

CREATE OR REPLACE VIEW sequence_views.customer_organizations AS
SELECT
    customers.id AS customer_id,
    organization.position,
    organization.value ->> 'id' AS organization_id,
    organization.value -> 'owner' ->> 'id' AS owner_id,
    organization.value -> 'owner' ->> 'name' AS owner_name
FROM sequence.customers
CROSS JOIN
    jsonb_array_elements(nullif(to_jsonb("organizations"), 'null'))
    WITH ORDINALITY AS organization (value, position);

COMMENT ON VIEW sequence_views.customer_organizations IS
    'One row per organization that a customer is part of.';

CREATE OR REPLACE VIEW sequence_views.customer_organization_members AS
SELECT
    customers.id AS customer_id,
    organization.value ->> 'id' AS organization_id,
    member.position,
    member.value ->> 'id' AS member_id,
    member.value ->> 'name' AS member_name
FROM sequence.customers
CROSS JOIN jsonb_array_elements(nullif(to_jsonb("organizations"), 'null')) AS organization (value)
CROSS JOIN
    jsonb_array_elements(nullif(organization.value -> 'members', 'null'))
    WITH ORDINALITY AS member (value, position);

COMMENT ON VIEW sequence_views.customer_organization_members IS
    'One row per member of an organization that a customer is part of.';

CREATE OR REPLACE VIEW sequence_views.customer_custom_properties AS
SELECT
    customers.id AS customer_id,
    property.key,
    property.value
FROM sequence.customers
CROSS JOIN jsonb_each_text(nullif("customProperties", 'null')) AS property (key, value);

COMMENT ON VIEW sequence_views.customer_custom_properties IS
    'One row per custom property of a customer.';

COMMIT;
