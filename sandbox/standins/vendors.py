"""All stand-ins, in the order of their ports: the first listens on the base port, each next one port higher."""

from sandbox.standins.calcom import CalCom
from sandbox.standins.instantly import Instantly
from sandbox.standins.models import Anthropic, OpenAI
from sandbox.standins.phantombuster import PhantomBuster
from sandbox.standins.standin import Standin

VENDORS: dict[str, type[Standin]] = {
    "phantombuster": PhantomBuster,
    "instantly": Instantly,
    "calcom": CalCom,
    "anthropic": Anthropic,
    "openai": OpenAI,
}
