-- Index the references of the numbers that were settled before: what came late for them is looked at row by row.
-- in     settlement_references
-- out    an index of settlement_references
CREATE INDEX ON settlement_references (invoice_number)
 WHERE status_code = 'COMPLETED'
