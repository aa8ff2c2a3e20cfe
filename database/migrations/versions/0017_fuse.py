"""What settlement files hold and would do, whom a held one would freeze, and which hold stands on a file."""

from alembic import op

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

_HOLDS = """
UPDATE pay_jobs.inbound_files
   SET details = details || jsonb_build_object('hold',
         CASE WHEN state = 'failed' THEN 'failed'
              WHEN details @> '{"cut_off": true}' THEN 'cut off'
              WHEN reason LIKE 'it is older than the newest applied file%' THEN 'late'
              WHEN reason LIKE '%(expected like BCR_PAYMENT_APPL_20261105.csv)' THEN 'late'
              WHEN reason LIKE 'cas_settlements says%' THEN 'processed'
              WHEN reason LIKE 'this content came as%' THEN 'ignored'
              WHEN reason LIKE 'another file of this name%' OR reason LIKE 'its sender%' THEN 'changed'
              ELSE 'failed' END)
 WHERE state IN ('held', 'failed')
"""
_FIGURES = """
INSERT INTO pay_jobs.settlement_figures
SELECT file.id,
       extract(isodow FROM coalesce(file.business_date, CAST(file.received_on AS date))) < 6,
       count(row.line),
       coalesce(sum(row.amount), 0),
       count(DISTINCT row.customer_account) FILTER (WHERE row.outcome = 'applied' AND row.kind = 'BOUNCE'),
       count(*) FILTER (WHERE row.outcome = 'applied' AND row.kind = 'BOUNCE'),
       count(*) FILTER (WHERE row.outcome = 'already_applied'),
       count(*) FILTER (WHERE row.application_date NOT BETWEEN file.business_date - 6 AND file.business_date),
       count(*) FILTER (WHERE row.outcome = 'rejected')
  FROM (SELECT * FROM pay_jobs.inbound_files
         WHERE source = 'CAS' AND state = 'applied'
         ORDER BY id DESC LIMIT 130) AS file
  LEFT JOIN pay_jobs.settlement_rows AS row
    ON row.file_id = file.id
 GROUP BY file.id, file.business_date, file.received_on
"""


def upgrade() -> None:
    """Fill both from what is known: the fuse knows the usual from its first day on."""
    op.execute(
        """
        CREATE TABLE pay_jobs.settlement_figures (
            file_id         bigint        PRIMARY KEY REFERENCES pay_jobs.inbound_files (id) ON DELETE CASCADE,
            on_weekday      boolean       NOT NULL,
            rows            integer       NOT NULL,
            amount          numeric(19,2) NOT NULL,
            frozen          integer       NOT NULL,
            bounced         integer       NOT NULL,
            repeated        integer       NOT NULL,
            misdated        integer       NOT NULL,
            rejected        integer       NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_settlement_figures_kind ON pay_jobs.settlement_figures (on_weekday, file_id)")
    op.execute(
        """
        CREATE TABLE pay_jobs.fuse_accounts (
            file_id          bigint        NOT NULL REFERENCES pay_jobs.inbound_files (id) ON DELETE CASCADE,
            line             integer       NOT NULL,
            auth_account_id  text,
            customer_account text          NOT NULL,
            invoice_number   text          NOT NULL,
            owing            numeric(19,2) NOT NULL,
            PRIMARY KEY (file_id, line)
        )
        """
    )
    op.execute(_FIGURES)
    op.execute(_HOLDS)


def downgrade() -> None:
    """Forget the usual; the holds stay where nobody reads them."""
    op.execute("DROP TABLE pay_jobs.fuse_accounts")
    op.execute("DROP TABLE pay_jobs.settlement_figures")
