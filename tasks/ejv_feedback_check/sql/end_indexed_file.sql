-- Note what a file that was indexed holds, now that it was read to its end.
-- in     id, lines, fault, sha256
-- out    nothing
-- again  writes the same
UPDATE pay_jobs.cgi_files
   SET lines  = :lines,
       fault  = :fault,
       sha256 = :sha256
 WHERE id = :id
