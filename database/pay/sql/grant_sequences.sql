-- Let a role make temporary tables, and draw keys for the tables it inserts into.
-- in     the role and the tables that it inserts into, as literals, put in as words
-- out    nothing
-- again  grants what is granted already
DO $$
DECLARE
    sequence text;
BEGIN
    EXECUTE format('GRANT TEMPORARY ON DATABASE %I TO %I', current_database(), {role});
    FOR sequence IN
        SELECT DISTINCT pg_get_serial_sequence(attrelid::regclass::text, attname)
          FROM pg_attribute
         WHERE attrelid = ANY (ARRAY[{tables}]::regclass[]) AND attnum > 0 AND NOT attisdropped
    LOOP
        IF sequence IS NOT NULL THEN
            EXECUTE format('GRANT USAGE ON SEQUENCE %s TO %I', sequence, {role});
        END IF;
    END LOOP;
END $$;
