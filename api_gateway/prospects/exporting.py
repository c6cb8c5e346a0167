"""Prospects as CSV."""

from fastapi import Response

from api_gateway.csv_files import csv_answer
from api_gateway.prospects import repository
from api_gateway.prospects.repository import ProspectFilter
from api_gateway.sessions import Member

MOST_ROWS = 50_000
HEADER = (
    "id", "first_name", "last_name", "email", "phone", "linkedin_url", "title", "company", "company_domain", "country",
    "city", "score", "status", "campaign", "source", "tags", "created_at",
)  # fmt: skip


async def export_prospects(member: Member, wanted: ProspectFilter) -> Response:
    """The first 50,000 people that match, newest first."""
    await member.session.allow_seconds(60)
    rows = await repository.find(
        member.session, member.organization_id, wanted, sort="created_at", after=(None, None), limit=MOST_ROWS
    )
    lines = (
        (
            row["id"], row["first_name"], row["last_name"], row["email"], row["phone"], row["linkedin_url"],
            row["title"], row["company"] and row["company"]["name"], row["company"] and row["company"]["domain"],
            row["country"], row["city"], row["score"], row["status"], row["campaign_name"], row["source"],
            ", ".join(row["tags"]), row["created_at"].isoformat(),
        )
        for row in rows
    )  # fmt: skip
    return csv_answer("prospects.csv", HEADER, lines)
