"""Stand-ins delete what the vendors' APIs let be deleted, and keep it deleted."""

from tests.standins.conftest import Vendor, until
from tests.standins.test_instantly import ACCOUNT as SENDER
from tests.standins.test_instantly import campaign_body
from tests.standins.test_senders import ACCOUNT

KEY = {"Authorization": "Bearer k"}
ANNA = "anna@acme.example"


def test_instantly_deletes_a_mail_and_a_lead(vendors: dict[str, Vendor]) -> None:
    instantly = vendors["instantly"]
    campaign = instantly.call("POST", "/api/v2/campaigns", json=campaign_body("Europe/Belgrade"), headers=KEY).json()[
        "id"
    ]
    instantly.call("POST", f"/api/v2/campaigns/{campaign}/activate", headers=KEY)
    lead = instantly.call("POST", "/api/v2/leads", json={"campaign": campaign, "email": ANNA}, headers=KEY).json()["id"]
    path = f"/api/v2/emails?lead={ANNA}&eaccount={SENDER}"
    mail = until(lambda: instantly.call("GET", path, headers=KEY).json()["items"])[0]["id"]
    for kind, row in (("emails", mail), ("leads", lead)):
        assert instantly.call("DELETE", f"/api/v2/{kind}/{row}", headers=KEY).status_code == 200
        assert instantly.call("GET", f"/api/v2/{kind}/{row}", headers=KEY).status_code == 404
        assert instantly.call("DELETE", f"/api/v2/{kind}/{row}", headers=KEY).status_code == 404
    assert instantly.effects("email_deleted")
    assert instantly.effects("lead_deleted")


def test_twilio_deletes_a_message_once_it_has_arrived(vendors: dict[str, Vendor]) -> None:
    twilio, at = vendors["twilio"], f"/2010-04-01/Accounts/{ACCOUNT}/Messages"
    who = (ACCOUNT, "t")
    twilio.control("configure", day_seconds=60)
    form = {"To": "+33199001122", "From": "+33199000000", "Body": "Bonjour"}
    sid = twilio.call("POST", f"{at}.json", data=form, auth=who).json()["sid"]
    early = twilio.call("DELETE", f"{at}/{sid}.json", auth=who)
    assert (early.status_code, early.json()["code"]) == (409, 20009)
    until(lambda: twilio.call("GET", f"{at}/{sid}.json", auth=who).json()["status"] not in {"queued", "sent"})
    assert twilio.call("DELETE", f"{at}/{sid}.json", auth=who).status_code == 204
    assert twilio.call("GET", f"{at}/{sid}.json", auth=who).status_code == 404
    assert twilio.call("GET", f"{at}.json", params={"To": form["To"]}, auth=who).json()["messages"] == []
    assert twilio.call("DELETE", f"{at}/{sid}.json", auth=who).status_code == 404


def test_calendly_deletes_an_invitees_data_on_enterprise_plans_only(vendors: dict[str, Vendor]) -> None:
    calendly, path = vendors["calendly"], "/data_compliance/deletion/invitees"
    calendly.control("book", key="k", email=ANNA, name="Anna", then="keeps")
    calendly.control("configure", is_enterprise=False)
    refused = calendly.call("POST", path, json={"emails": [ANNA]}, headers=KEY)
    assert (refused.status_code, refused.json()["title"]) == (403, "Permission Denied")
    calendly.control("configure", is_enterprise=True)
    assert calendly.call("POST", path, json={"emails": []}, headers=KEY).status_code == 400
    assert calendly.call("POST", path, json={"emails": [ANNA]}, headers=KEY).status_code == 202
    [event] = calendly.call("GET", "/scheduled_events", headers=KEY).json()["collection"]
    number = event["uri"].rpartition("/")[2]
    [invitee] = calendly.call("GET", f"/scheduled_events/{number}/invitees", headers=KEY).json()["collection"]
    assert (invitee["email"], invitee["name"]) == ("", "")
