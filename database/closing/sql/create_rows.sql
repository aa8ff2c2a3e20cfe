-- Make the table of all that moved: one row a fact, with the figure it belongs to.
-- out    temporary table closing_rows. item is the invoice, slip or credit whose balance moves, pair what the other
--        side of an equation names it by, origin the file and line, batch and journal, or table and id it comes from
CREATE TEMPORARY TABLE closing_rows (
       figure text          NOT NULL,
       day    date          NOT NULL,
       method text          NOT NULL,
       item   bigint,
       pair   text,
       key    text          NOT NULL,
       amount numeric(19,2) NOT NULL,
       origin text          NOT NULL
) ON COMMIT DROP
