-- Note a file as processed where the other services look for it.
-- in     name, received, processed (naive UTC)
-- out    the number of rows written anew
-- again  a row of this name is brought up to date
WITH known AS (
       UPDATE cas_settlements
          SET processed_on = :processed
        WHERE file_name = :name
    RETURNING id
     )
INSERT INTO cas_settlements (file_name, received_on, processed_on)
SELECT :name, :received, :processed
 WHERE NOT EXISTS (SELECT FROM known)
