"""Recipient keys: who gets a file of their own, and errors that name the recipient and never the key."""

from __future__ import annotations

import pyrage
import pytest

from publishing.encryption import RecipientKeyError, notices, parse_recipients


def test_age_and_ssh_keys() -> None:
    age = str(pyrage.x25519.Identity.generate().to_public())
    ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust"
    found = parse_recipients({"cm1": f" {age}\n", "cm2": ssh, "cm3": "", "cm4": None})
    assert sorted(found) == ["cm1", "cm2"]
    assert found["cm1"].fingerprint != found["cm2"].fingerprint


@pytest.mark.parametrize("key", ["age1nonsense", "ssh-ed25519 AAAA", "hello", "ssh-dss AAAAB3Nza"])
def test_wrong_key_names_the_recipient(key: str) -> None:
    with pytest.raises(RecipientKeyError, match="recipient 'cm1' is no public key") as raised:
        parse_recipients({"cm1": key})
    assert key not in str(raised.value)
    assert "recipient_key" in str(raised.value)


@pytest.mark.parametrize(
    "key",
    [str(pyrage.x25519.Identity.generate()), "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ids=["age", "ssh"],
)
def test_secret_key_is_called_one_and_not_repeated(key: str) -> None:
    with pytest.raises(RecipientKeyError, match="is a secret key") as raised:
        parse_recipients({"cm1": key})
    assert key not in str(raised.value)


def test_another_key_is_another_identity() -> None:
    keys = {name: str(pyrage.x25519.Identity.generate().to_public()) for name in ("a", "b")}
    found = parse_recipients(keys)
    assert found["a"].identity(b"x") != found["b"].identity(b"x")
    assert found["a"].identity(b"x") != found["a"].identity(b"y")


def test_a_plain_list_beside_encrypted_workbooks_is_noticed() -> None:
    public = str(pyrage.x25519.Identity.generate().to_public())
    assert notices({}) == []
    assert notices(parse_recipients({"cm1": public, "supervisors": public})) == []
    (notice,) = notices(parse_recipients({"cm1": public}))
    assert "not encrypted" in notice
