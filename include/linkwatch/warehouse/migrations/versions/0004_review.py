"""Version 0004: what findings rest on, what people decided of them, what kind links are, and the marts of suspicion."""

import sqlalchemy as sa
from alembic import op

from linkwatch.warehouse.columns import Json, Key, Night, UtcTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; findings that are there stand for their one link and rest on nothing that is known."""
    for name in ("domains", "grounds"):
        op.add_column("finding", sa.Column(name, Json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("finding", sa.Column("links", sa.Integer(), nullable=False, server_default=sa.text("1")))
    op.add_column("finding", sa.Column("shadow", sa.Boolean(), nullable=False, server_default=sa.false()))
    op.add_column("finding", sa.Column("ended", Night()))
    op.create_table(
        "finding_link",
        *(sa.Column(name, sa.BigInteger(), autoincrement=False, nullable=False) for name in ("finding_id", "link_id")),
        sa.PrimaryKeyConstraint("finding_id", "link_id", name=op.f("pk_finding_link")),
    )
    op.create_index(op.f("ix_finding_link_link_id"), "finding_link", ["link_id"])
    op.execute("INSERT INTO finding_link (finding_id, link_id) SELECT finding_id, link_id FROM finding")
    op.create_table(
        "decision",
        _key("decision_id"),
        sa.Column("finding_id", sa.BigInteger(), nullable=False),
        *_texts("verb"),
        sa.Column("decided_at", UtcTime(), nullable=False),
        *_texts("decided_by", "why", "via", "severity"),
        sa.Column("grounds", Json, nullable=False),
        sa.Column("until", sa.Date()),
        sa.PrimaryKeyConstraint("decision_id", name=op.f("pk_decision")),
    )
    op.create_index(op.f("ix_decision_finding_id"), "decision", ["finding_id"])
    op.create_table(
        "mute",
        _key("mute_id"),
        *_texts("rule", "site", "source_domain"),
        sa.Column("link_id", sa.BigInteger()),
        sa.Column("until", sa.Date(), nullable=False),
        *_texts("why", "muted_by"),
        sa.Column("muted_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("mute_id", name=op.f("pk_mute")),
    )
    op.create_table(
        "disavow_export",
        sa.Column("export_id", Key, nullable=False),
        *_texts("site"),
        sa.Column("exported_at", UtcTime(), nullable=False),
        *_texts("exported_by"),
        sa.Column("entries", Json, nullable=False),
        sa.PrimaryKeyConstraint("export_id", name=op.f("pk_disavow_export")),
    )
    op.create_index(op.f("ix_disavow_export_site"), "disavow_export", ["site"])
    op.create_table(
        "rule_night",
        sa.Column("night", Night(), nullable=False),
        *_texts("site", "rule", "family"),
        sa.Column("shadow", sa.Boolean(), nullable=False),
        *map(_count, ("evaluated", "not_evaluated")),
        sa.Column("reasons", Json, nullable=False),
        _count("findings"),
        sa.PrimaryKeyConstraint("night", "site", "rule", name=op.f("pk_rule_night")),
    )
    op.create_table(
        "link_kind",
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        *_texts("declared", "inferred"),
        sa.Column("confidence", sa.Double(), nullable=False),
        *_texts("not_evaluated"),
        sa.Column("because", Json, nullable=False),
        sa.Column("updated_night", Night(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link_kind")),
    )
    for table, keys, columns in (
        ("weekly_link_kind", ("site", "declared", "inferred"), ()),
        ("weekly_anchor", ("site", "anchor"), ("bucket",)),
    ):
        op.create_table(
            table,
            sa.Column("week_start", sa.Date(), nullable=False),
            *_texts(*keys, *columns),
            *map(_count, ("links_live", "referring_domains_live")),
            sa.PrimaryKeyConstraint("week_start", *keys, name=op.f(f"pk_{table}")),
        )
    op.create_table(
        "weekly_rule",
        sa.Column("week_start", sa.Date(), nullable=False),
        *_texts("site", "rule"),
        *map(_count, ("findings_new", "findings_open", "decided")),
        sa.PrimaryKeyConstraint("week_start", "site", "rule", name=op.f("pk_weekly_rule")),
    )


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, Key, autoincrement=False, nullable=False)


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text(), nullable=False) for name in names]
