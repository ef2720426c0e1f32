"""Recipient keys: accepted formats, and errors that name the recipient but never the key."""

from __future__ import annotations

import pyrage
import pytest

from publishing.encryption import RecipientKeyError, parse_recipients, plain_file_notices


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


def test_files_without_encryption_are_named_in_a_notice() -> None:
    encrypted = ["outreach/cm1.xlsx.age", "outreach/outreach_list.csv.age"]
    assert plain_file_notices([*encrypted, "metrics/a.parquet", "quality/verdict.json"]) == []
    (notice,) = plain_file_notices([*encrypted, "outreach/cm2.xlsx", "outreach/a.csv"])
    assert notice.startswith("2 outreach files are not encrypted")
    assert notice.endswith(": a.csv, cm2.xlsx")
    (notice,) = plain_file_notices(["outreach/cm2.xlsx"])
    assert notice.startswith("1 outreach file is not encrypted")
