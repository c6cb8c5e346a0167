"""What a campaign still needs before it can be launched. Pure, so that the panel's list and the launch agree."""

from typing import Any

from api_gateway.campaigns.schemas import CampaignIcp, Missing


def missing_for_launch(source: str, icp: CampaignIcp | None, facts: dict[str, Any]) -> list[Missing]:
    """Each thing that is missing, with what to do; empty when the campaign can be launched."""
    missing: list[Missing] = []
    if icp is None or icp.is_empty():
        missing.append(
            Missing(field="icp", message="Say whom you look for: an industry, a job title, a size, a place.")
        )
    if not facts["steps"]:
        missing.append(Missing(field="messages", message="Choose a scenario with at least one step to write."))
    if source == "csv" and not facts["has_people"]:
        missing.append(
            Missing(
                field="prospects",
                message="Import a file of prospects into this campaign; nobody is waiting to be written to.",
            )
        )
    if source == "phantombuster" and facts["scraper_agent_id"] is None:
        missing.append(Missing(field="credentials", message="Enter the PhantomBuster key in the settings."))
    elif source == "phantombuster" and not facts["scraper_agent_id"]:
        missing.append(
            Missing(field="scraper_agent_id", message="Give the PhantomBuster agent that finds the profiles.")
        )
    if facts["writes_email"] and not facts["has_mailbox"]:
        missing.append(Missing(field="mailboxes", message="Add a mailbox that the e-mails leave from."))
    return missing
