"""Recipient keys: accepted formats, and errors that name the recipient but never the key."""

from __future__ import annotations

import pyrage
import pytest

from publishing.encryption import RecipientKeyError, notices, parse_recipients


def test_age_and_ssh_keys_are_accepted() -> None:
    age = str(pyrage.x25519.Identity.generate().to_public())
    ssh = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN alice@rust"
    found = parse_recipients({"cm1": f" {age}\n", "cm2": ssh, "cm3": "", "cm4": None})
    assert sorted(found) == ["cm1", "cm2"]
    assert found["cm1"].fingerprint != found["cm2"].fingerprint


@pytest.mark.parametrize("key", ["age1nonsense", "ssh-ed25519 AAAA", "hello", "ssh-dss AAAAB3Nza"])
def test_invalid_key_names_the_recipient(key: str) -> None:
    with pytest.raises(
        RecipientKeyError, match="recipient 'cm1' is not a valid public key"
    ) as raised:
        parse_recipients({"cm1": key})
    assert key not in str(raised.value)
    assert "recipient_key" in str(raised.value)


@pytest.mark.parametrize(
    "key",
    [str(pyrage.x25519.Identity.generate()), "-----BEGIN OPENSSH PRIVATE KEY-----"],
    ids=["age", "ssh"],
)
def test_secret_key_is_reported_without_the_key(key: str) -> None:
    with pytest.raises(RecipientKeyError, match="is a secret key") as raised:
        parse_recipients({"cm1": key})
    assert key not in str(raised.value)


def test_content_hash_depends_on_key_and_content() -> None:
    keys = {name: str(pyrage.x25519.Identity.generate().to_public()) for name in ("a", "b")}
    found = parse_recipients(keys)
    assert found["a"].content_hash(b"x") != found["b"].content_hash(b"x")
    assert found["a"].content_hash(b"x") != found["a"].content_hash(b"y")


def test_unencrypted_list_with_encrypted_workbooks_gets_a_notice() -> None:
    public = str(pyrage.x25519.Identity.generate().to_public())
    assert notices({}) == []
    assert notices(parse_recipients({"cm1": public, "supervisors": public})) == []
    (notice,) = notices(parse_recipients({"cm1": public}))
    assert "not encrypted" in notice
