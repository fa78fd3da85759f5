"""Version 0003: what sources said and cost, what a crawl of an own site found, what to reclaim, and the gap to competitors."""

import sqlalchemy as sa
from alembic import op

from linkwatch.warehouse.columns import Json, Key, Night, UtcTime

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the tables and columns; nights that are there know nothing of their sources."""
    op.add_column("night", sa.Column("sources", Json, nullable=False, server_default=sa.text("'[]'")))
    op.add_column("page", sa.Column("mentions", sa.Text(), nullable=False, server_default=""))
    op.create_table(
        "link_claim",
        sa.Column("link_id", sa.BigInteger(), autoincrement=False, nullable=False),
        _text("claimed_by"),
        sa.Column("says_lost", sa.Boolean(), nullable=False),
        *_times("first_claimed_at", "last_claimed_at", "first_seen", "last_seen"),
        _night(),
        sa.PrimaryKeyConstraint("link_id", "claimed_by", name=op.f("pk_link_claim")),
    )
    op.create_table(
        "source_call",
        sa.Column("call_id", Key, nullable=False),
        *_texts("source", "kind", "month", "endpoint"),
        _night("night"),
        sa.Column("units", sa.Double(), nullable=False),
        _count("rows"),
        _text("status"),
        sa.Column("entered_at", UtcTime(), nullable=False),
        sa.Column("settled_at", UtcTime()),
        sa.PrimaryKeyConstraint("call_id", name=op.f("pk_source_call")),
    )
    op.create_index(op.f("ix_source_call_source_month"), "source_call", ["source", "month"])
    op.create_table(
        "own_page",
        _key("page_id"),
        *_texts("url", "site", "outcome", "final_url", "redirects", "title"),
        sa.Column("noindex", sa.Boolean(), nullable=False),
        sa.Column("in_sitemap", sa.Boolean(), nullable=False),
        _count("links_in"),
        _count("links_out"),
        sa.Column("depth", sa.Integer()),
        sa.Column("http_status", sa.Integer()),
        _night(),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_own_page")),
    )
    op.create_table(
        "own_link",
        _key("own_link_id"),
        *_texts("site", "source_url", "target_url", "anchor", "outcome", "final_url"),
        sa.Column("http_status", sa.Integer()),
        _night(),
        sa.PrimaryKeyConstraint("own_link_id", name=op.f("pk_own_link")),
    )
    op.create_table(
        "reclaim",
        _key("reclaim_id"),
        _night("night"),
        *_texts("site", "target_url", "problem", "final_url"),
        sa.Column("http_status", sa.Integer()),
        *map(_count, ("hops", "links", "referring_domains")),
        sa.Column("value", sa.Double(), nullable=False),
        *_texts("best_source_url", "suggestion", "suggested_because"),
        sa.PrimaryKeyConstraint("reclaim_id", name=op.f("pk_reclaim")),
    )
    op.create_index(op.f("ix_reclaim_site"), "reclaim", ["site"])
    op.create_table(
        "gap_referring_domain",
        _key("gap_id"),
        _night("night"),
        *_texts("site", "source_domain", "competitor_sites"),
        *map(_count, ("competitors", "links", "links_followed")),
        sa.Column("authority", sa.Double()),
        *_texts("best_page", "best_target"),
        sa.Column("unlinked_mention", sa.Boolean(), nullable=False),
        _text("mention_page"),
        _count("rank"),
        sa.PrimaryKeyConstraint("gap_id", name=op.f("pk_gap_referring_domain")),
    )
    op.create_index(op.f("ix_gap_referring_domain_site_rank"), "gap_referring_domain", ["site", "rank"])


def _key(name: str) -> sa.Column[int]:
    return sa.Column(name, Key, autoincrement=False, nullable=False)


def _text(name: str) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=False)


def _texts(*names: str) -> list[sa.Column[str]]:
    return [_text(name) for name in names]


def _count(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.Integer(), nullable=False)


def _times(*names: str) -> list[sa.Column[object]]:
    return [sa.Column(name, UtcTime()) for name in names]


def _night(name: str = "updated_night") -> sa.Column[str]:
    return sa.Column(name, Night(), nullable=False)
