"""Version 0001: every table of the first release, and the view `link`."""

import sqlalchemy as sa
from alembic import op

from linkwatch.warehouse.columns import Json, Key, Night, UtcTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_LINK_VIEW = """
CREATE VIEW link AS
SELECT l.link_id, l.site, l.source_url, l.target_url, l.source_domain,
       l.state, l.lost_reason, l.origin, l.absences, l.claimed_by,
       l.followed, l.rel, l.nofollow_by, l.anchor, l.zone, l.hidden_by, l.element, l.link_type,
       l.context_left, l.context_right, l.page_noindex, l.page_canonical, l.target_broken,
       l.claimed_first_seen, l.first_seen_at, l.missing_since, l.last_absence_at, l.refuted_at, l.lost_at,
       CASE WHEN l.state = 'live' AND p.last_readable_at > l.last_seen_at THEN p.last_readable_at
            ELSE l.last_seen_at END AS last_seen_at,
       l.updated_night
FROM link_row AS l LEFT JOIN page AS p ON p.page_id = l.page_id
"""


def upgrade() -> None:
    """Create everything."""
    op.create_table(
        "alert",
        sa.Column("alert_id", Key, autoincrement=False, nullable=False),
        sa.Column("night", Night(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("dedupe_key", sa.Text(), nullable=False),
        sa.Column("parent_key", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("payload", Json, nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("slack_ts", sa.Text(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("created_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("alert_id", name=op.f("pk_alert")),
        sa.UniqueConstraint("dedupe_key", name=op.f("uq_alert_dedupe_key")),
    )
    op.create_index(op.f("ix_alert_status"), "alert", ["status"], unique=False)
    op.create_table(
        "change",
        sa.Column("change_id", Key, autoincrement=False, nullable=False),
        sa.Column("night", Night(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("source_domain", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("before", Json, nullable=False),
        sa.Column("after", Json, nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.PrimaryKeyConstraint("change_id", name=op.f("pk_change")),
    )
    op.create_index(op.f("ix_change_link_id"), "change", ["link_id"], unique=False)
    op.create_index(op.f("ix_change_night_site"), "change", ["night", "site"], unique=False)
    op.create_table(
        "finding",
        sa.Column("finding_id", Key, autoincrement=False, nullable=False),
        sa.Column("night", Night(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("link_id", sa.BigInteger(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("severity", sa.Text(), nullable=False),
        sa.Column("evidence", Json, nullable=False),
        sa.Column("review", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("finding_id", name=op.f("pk_finding")),
    )
    op.create_index(op.f("ix_finding_link_id"), "finding", ["link_id"], unique=False)
    op.create_index(op.f("ix_finding_night_site"), "finding", ["night", "site"], unique=False)
    op.create_table(
        "link_row",
        sa.Column("link_id", Key, autoincrement=False, nullable=False),
        sa.Column("page_id", sa.BigInteger(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("target_url", sa.Text(), nullable=False),
        sa.Column("source_domain", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("lost_reason", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("absences", sa.SmallInteger(), nullable=False),
        sa.Column("claimed_by", sa.Text(), nullable=False),
        sa.Column("followed", sa.Boolean(), nullable=False),
        sa.Column("rel", sa.Text(), nullable=False),
        sa.Column("nofollow_by", sa.Text(), nullable=False),
        sa.Column("anchor", sa.Text(), nullable=False),
        sa.Column("zone", sa.Text(), nullable=False),
        sa.Column("hidden_by", sa.Text(), nullable=False),
        sa.Column("element", sa.Text(), nullable=False),
        sa.Column("link_type", sa.Text(), nullable=False),
        sa.Column("context_left", sa.Text(), nullable=False),
        sa.Column("context_right", sa.Text(), nullable=False),
        sa.Column("page_noindex", sa.Boolean(), nullable=False),
        sa.Column("page_canonical", sa.Text(), nullable=False),
        sa.Column("target_broken", sa.Text(), nullable=False),
        sa.Column("claimed_first_seen", UtcTime(), nullable=True),
        sa.Column("first_seen_at", UtcTime(), nullable=True),
        sa.Column("missing_since", UtcTime(), nullable=True),
        sa.Column("last_absence_at", UtcTime(), nullable=True),
        sa.Column("refuted_at", UtcTime(), nullable=True),
        sa.Column("lost_at", UtcTime(), nullable=True),
        sa.Column("last_seen_at", UtcTime(), nullable=True),
        sa.Column("updated_night", Night(), nullable=False),
        sa.PrimaryKeyConstraint("link_id", name=op.f("pk_link_row")),
    )
    op.create_index(op.f("ix_link_row_site_state"), "link_row", ["site", "state"], unique=False)
    op.create_index(op.f("ix_link_row_source_domain"), "link_row", ["source_domain"], unique=False)
    op.create_table(
        "night",
        sa.Column("night", Night(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("audit", sa.Text(), nullable=False),
        sa.Column("pages_planned", sa.Integer(), nullable=False),
        sa.Column("pages_fetched", sa.Integer(), nullable=False),
        sa.Column("pages_inconclusive", sa.Integer(), nullable=False),
        sa.Column("links_live", sa.Integer(), nullable=False),
        sa.Column("referring_domains_live", sa.Integer(), nullable=False),
        sa.Column("gained", sa.Integer(), nullable=False),
        sa.Column("lost", sa.Integer(), nullable=False),
        sa.Column("recovered", sa.Integer(), nullable=False),
        sa.Column("changed", sa.Integer(), nullable=False),
        sa.Column("findings", sa.Integer(), nullable=False),
        sa.Column("started_at", UtcTime(), nullable=False),
        sa.Column("finished_at", UtcTime(), nullable=False),
        sa.PrimaryKeyConstraint("night", "site", name=op.f("pk_night")),
    )
    op.create_table(
        "page",
        sa.Column("page_id", Key, autoincrement=False, nullable=False),
        sa.Column("source_url", sa.Text(), nullable=False),
        sa.Column("host", sa.Text(), nullable=False),
        sa.Column("source_domain", sa.Text(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("final_url", sa.Text(), nullable=False),
        sa.Column("redirects", sa.Text(), nullable=False),
        sa.Column("detail", sa.Text(), nullable=False),
        sa.Column("failures", sa.SmallInteger(), nullable=False),
        sa.Column("etag", sa.Text(), nullable=False),
        sa.Column("last_modified", sa.Text(), nullable=False),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("meta_robots", sa.Text(), nullable=False),
        sa.Column("x_robots_tag", sa.Text(), nullable=False),
        sa.Column("canonical_url", sa.Text(), nullable=False),
        sa.Column("noindex", sa.Boolean(), nullable=False),
        sa.Column("words", sa.Integer(), nullable=False),
        sa.Column("external_links", sa.Integer(), nullable=False),
        sa.Column("linked_domains", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.Text(), nullable=False),
        sa.Column("http_status", sa.Integer(), nullable=True),
        sa.Column("last_fetched_at", UtcTime(), nullable=True),
        sa.Column("last_conclusive_at", UtcTime(), nullable=True),
        sa.Column("last_readable_at", UtcTime(), nullable=True),
        sa.Column("failing_since", UtcTime(), nullable=True),
        sa.Column("last_failure_at", UtcTime(), nullable=True),
        sa.Column("updated_night", Night(), nullable=False),
        sa.PrimaryKeyConstraint("page_id", name=op.f("pk_page")),
    )
    op.create_index(op.f("ix_page_source_domain"), "page", ["source_domain"], unique=False)
    op.create_table(
        "site",
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("scope", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("site", name=op.f("pk_site")),
    )
    op.create_table(
        "weekly_referring_domain",
        sa.Column("week_start", sa.Date(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("source_domain", sa.Text(), nullable=False),
        sa.Column("links_live", sa.Integer(), nullable=False),
        sa.Column("links_followed", sa.Integer(), nullable=False),
        sa.Column("links_gained", sa.Integer(), nullable=False),
        sa.Column("links_lost", sa.Integer(), nullable=False),
        sa.Column("first_seen_at", UtcTime(), nullable=True),
        sa.Column("last_seen_at", UtcTime(), nullable=True),
        sa.Column("state", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("week_start", "site", "source_domain", name=op.f("pk_weekly_referring_domain")),
    )
    op.create_table(
        "weekly_site",
        sa.Column("week_start", sa.Date(), nullable=False),
        sa.Column("site", sa.Text(), nullable=False),
        sa.Column("role", sa.Text(), nullable=False),
        sa.Column("links_live", sa.Integer(), nullable=False),
        sa.Column("referring_domains_live", sa.Integer(), nullable=False),
        sa.Column("links_followed", sa.Integer(), nullable=False),
        sa.Column("links_gained", sa.Integer(), nullable=False),
        sa.Column("links_lost", sa.Integer(), nullable=False),
        sa.Column("links_recovered", sa.Integer(), nullable=False),
        sa.Column("links_changed", sa.Integer(), nullable=False),
        sa.Column("referring_domains_gained", sa.Integer(), nullable=False),
        sa.Column("referring_domains_lost", sa.Integer(), nullable=False),
        sa.Column("findings_open", sa.Integer(), nullable=False),
        sa.Column("unverified_refuted", sa.Integer(), nullable=False),
        sa.Column("nights_passed", sa.Integer(), nullable=False),
        sa.Column("nights_held", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("week_start", "site", name=op.f("pk_weekly_site")),
    )
    op.execute(_LINK_VIEW)
