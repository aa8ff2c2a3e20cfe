-- Number the waves of rows that both settle and bounce the same CFS invoice, or bounce it several times: each change of
-- direction, and each further bounce, is one wave.
-- in     -
-- out    the highest wave
-- again  reads the same rows, gives the same numbers
WITH turned AS (
       SELECT line,
              target_number,
              kind = 'BOUNCE'
              OR (lag(kind) OVER (PARTITION BY target_number ORDER BY line) = 'BOUNCE') IS NOT FALSE AS turns
         FROM settlement_staged
        WHERE kind NOT IN ('SKIP', 'REJECT')
          AND target_number IN (SELECT target_number FROM settlement_staged WHERE kind = 'BOUNCE')
     ),
     numbered AS (
       SELECT line,
              count(*) FILTER (WHERE turns) OVER (PARTITION BY target_number ORDER BY line) - 1 AS wave
         FROM turned
     ),
     changed AS (
       UPDATE settlement_staged AS staged
          SET wave = numbered.wave
         FROM numbered
        WHERE staged.line = numbered.line
          AND numbered.wave > 0
    RETURNING staged.wave
     )
SELECT coalesce(max(wave), 0) FROM changed
