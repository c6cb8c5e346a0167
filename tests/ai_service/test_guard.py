import socket

import anthropic
import openai
import pytest

from tests.ai_service.conftest import PaidModelReachedError


class TestNoTestReachesAPaidModel:
    def test_a_name_outside_is_not_looked_up(self) -> None:
        with pytest.raises(PaidModelReachedError):
            socket.create_connection(("api.anthropic.com", 443), timeout=1)

    def test_an_address_outside_is_not_connected_to(self) -> None:
        with pytest.raises(PaidModelReachedError), socket.socket() as outside:
            outside.connect(("160.79.104.10", 443))

    @pytest.mark.anyio
    async def test_the_anthropic_sdk_does_not_get_out(self) -> None:
        async with anthropic.AsyncAnthropic(api_key="k", max_retries=0) as client:
            with pytest.raises((PaidModelReachedError, anthropic.APIConnectionError)):
                await client.models.list()

    @pytest.mark.anyio
    async def test_the_openai_sdk_does_not_get_out(self) -> None:
        async with openai.AsyncOpenAI(api_key="k", max_retries=0) as client:
            with pytest.raises((PaidModelReachedError, openai.APIConnectionError)):
                await client.models.list()
