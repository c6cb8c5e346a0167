"""Starting, pausing and resuming a campaign."""

from kit.errors import Conflict


class NotReady(Conflict):
    """The campaign lacks something; `errors` names each thing."""

    code = "campaign_not_ready"
    default_detail = "The campaign cannot be launched yet; see errors for what is missing."
