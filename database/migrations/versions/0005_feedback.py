"""Feedback from CGI: its batches and lines, an index of the stored files, and what was sent again."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """One row a batch in a file, a line of an applied batch, an indexed file, a number in it, and a resubmission.

    The tables of lines and numbers have no foreign keys: checking each row doubles the time of writing them.
    """
    op.execute(
        """
        CREATE TABLE pay_jobs.feedback_batches (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            file_id      bigint  NOT NULL REFERENCES pay_jobs.inbound_files (id),
            ordinal      integer NOT NULL,
            batch_type   text    NOT NULL,
            batch_number integer,
            first_line   integer NOT NULL,
            last_line    integer NOT NULL,
            state        text    NOT NULL CHECK (state IN ('waiting', 'applied', 'already_applied', 'held')),
            reason       text,
            counts       jsonb   NOT NULL DEFAULT '{}',
            run_id       bigint,
            applied_on   timestamptz,
            UNIQUE (file_id, ordinal)
        )
        """
    )
    op.execute("CREATE INDEX ix_feedback_batches_number ON pay_jobs.feedback_batches (batch_number)")
    op.execute(
        """
        CREATE TABLE pay_jobs.feedback_lines (
            file_id        bigint  NOT NULL,
            line           integer NOT NULL,
            batch_number   integer NOT NULL,
            record         text    NOT NULL,
            journal        integer,
            subject        text,
            side           text,
            amount         numeric(19,2),
            effective_date date,
            code           text,
            message        text,
            outcome        text    NOT NULL CHECK (outcome IN ('applied', 'already_applied', 'skipped', 'rejected')),
            rule           text    NOT NULL DEFAULT '',
            PRIMARY KEY (file_id, line)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE pay_jobs.cgi_files (
            id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            object_key text        NOT NULL UNIQUE,
            name       text        NOT NULL,
            kind       text        NOT NULL CHECK (kind IN ('inbox', 'feedback')),
            lines      integer     NOT NULL,
            indexed_on timestamptz NOT NULL
        )
        """
    )
    op.execute("CREATE INDEX ix_cgi_files_name ON pay_jobs.cgi_files (name)")
    op.execute(
        """
        CREATE TABLE pay_jobs.cgi_mentions (
            cgi_file_id bigint  NOT NULL,
            line        integer NOT NULL,
            kind        text    NOT NULL,
            number      text    NOT NULL,
            amount      numeric(19,2)
        )
        """
    )
    op.execute("CREATE INDEX ix_cgi_mentions_number ON pay_jobs.cgi_mentions (number)")
    op.execute(
        """
        CREATE TABLE pay_jobs.resubmissions (
            id           bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
            batch_number integer     NOT NULL,
            old_name     text        NOT NULL,
            new_name     text        NOT NULL UNIQUE,
            object_key   text        NOT NULL,
            size_bytes   bigint      NOT NULL,
            sha256       text        NOT NULL,
            business_day date        NOT NULL,
            state        text        NOT NULL CHECK (state IN ('begun', 'data_sent', 'triggering', 'done', 'given_up')),
            reason       text        NOT NULL,
            run_id       bigint,
            begun_on     timestamptz NOT NULL,
            done_on      timestamptz,
            note         text
        )
        """
    )
    op.execute(
        "CREATE UNIQUE INDEX ix_resubmissions_day ON pay_jobs.resubmissions (batch_number, business_day)"
        " WHERE state <> 'given_up'"
    )


def downgrade() -> None:
    """Forget all of it."""
    op.execute(
        "DROP TABLE pay_jobs.resubmissions, pay_jobs.cgi_mentions, pay_jobs.cgi_files, pay_jobs.feedback_lines,"
        " pay_jobs.feedback_batches"
    )
