-- Note the ACK of batches that have no answer yet.
-- in     name of the ACK, batches
-- out    nothing
-- again  the first ACK of a batch stays
UPDATE ejv_files
   SET ack_file_ref             = coalesce(ack_file_ref, :name),
       disbursement_status_code = CASE disbursement_status_code WHEN 'UPLOADED' THEN 'ACKNOWLEDGED'
                                                                ELSE disbursement_status_code END
 WHERE id = ANY (:batches)
