-- The states of the files taken in that an indexed file of CGI is: one of the same content; where that was not noted, of the
-- same name.
-- in     the alias of the row of pay_jobs.cgi_files, in place of the name in braces
-- out    a subquery, empty where it was never taken in
-- again  reads only
(SELECT known.state
   FROM pay_jobs.inbound_files AS known
  WHERE known.source = 'CGI'
    AND (   known.object_key = {alias}.object_key
         OR known.sha256 = {alias}.sha256
         OR {alias}.sha256 IS NULL AND known.name = {alias}.name))
