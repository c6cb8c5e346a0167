"""All stand-ins, in the order of their ports: the first listens on the base port, each next one port higher."""

from sandbox.standins.calcom import CalCom
from sandbox.standins.calendly import Calendly
from sandbox.standins.instantly import Instantly
from sandbox.standins.mail_server import MailServer
from sandbox.standins.models import Anthropic, OpenAI
from sandbox.standins.phantombuster import PhantomBuster
from sandbox.standins.resend import Resend
from sandbox.standins.standin import Standin
from sandbox.standins.twilio import Twilio

VENDORS: dict[str, type[Standin]] = {
    "phantombuster": PhantomBuster,
    "instantly": Instantly,
    "calcom": CalCom,
    "anthropic": Anthropic,
    "openai": OpenAI,
    "resend": Resend,
    "twilio": Twilio,
    "smtp": MailServer,
    "calendly": Calendly,
}
