-- Make the table of what recorded days count otherwise now.
-- out    temporary table closing_changed; was_there: counted when the day was recorded
CREATE TEMPORARY TABLE closing_changed (
       day       date    NOT NULL,
       figure    text    NOT NULL,
       row       text    NOT NULL,
       was_there boolean NOT NULL
) ON COMMIT DROP
