"""Ports: one place, each overridable, a taken one refused by name."""

import os
import socket
from collections.abc import Iterator
from dataclasses import fields, replace

import pytest

from sandbox.errors import PortTaken, SandboxError
from sandbox.ports import ENVIRONMENT_NAMES, HOST, Ports, is_free


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as listening:
        listening.bind((HOST, 0))
        listening.listen()
        yield listening.getsockname()[1]


def test_every_port_has_a_variable() -> None:
    assert set(ENVIRONMENT_NAMES) == {field.name for field in fields(Ports)}


def test_a_variable_overrides_one_port_and_leaves_the_others() -> None:
    assert Ports.from_env({"PANEL_PORT": "3100"}) == replace(Ports(), panel=3100)


@pytest.mark.parametrize("value", ["http", "0", "65536", "-1", "80.5", "²"])
def test_what_is_no_port_is_refused_with_the_variable_it_was_given_in(value: str) -> None:
    with pytest.raises(SandboxError, match="N8N_PORT"):
        Ports.from_env({"N8N_PORT": value})


def test_a_taken_port_is_refused_with_its_number_its_variable_and_its_holder(taken: int) -> None:
    with pytest.raises(PortTaken) as refused:
        replace(Ports.free(), gateway=taken).check_free(["gateway"])
    sentence = str(refused.value)
    assert str(taken) in sentence
    assert "API_GATEWAY_PORT" in sentence
    assert f"pid {os.getpid()}" in sentence


def test_every_port_of_the_stand_ins_is_looked_at(taken: int) -> None:
    with pytest.raises(PortTaken, match=str(taken)):
        replace(Ports.free(), standins=taken - 3).check_free(["standins"])


def test_one_port_for_two_parts_is_refused() -> None:
    ports = Ports.free()
    with pytest.raises(PortTaken, match="PANEL_PORT"):
        replace(ports, panel=ports.gateway).check_free(["gateway", "panel"])


def test_free_ports_are_free_and_all_different() -> None:
    ports = Ports.free()
    ports.check_free([field.name for field in fields(ports)])
    assert is_free(ports.panel)
