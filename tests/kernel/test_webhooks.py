"""Signatures of webhooks."""

from datetime import UTC, datetime

from opensky.kernel.webhooks import WebhookKeys, key_of, sign

AT = datetime(2023, 1, 19, 0, 13, 51, tzinfo=UTC)


def test_a_signature_is_the_one_of_the_specification() -> None:
    """Key, id, timestamp and body of its published example for libraries; and what those make of it."""
    key = key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    signature = sign(key, "msg_p5jXN8AQM9LWM0D4loKWxJek", "1614265330", b'{"test": 2432232314}')
    assert signature == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_each_endpoint_and_each_change_has_a_secret_of_its_own() -> None:
    """And another shop has others."""
    keys = WebhookKeys("0" * 64)
    made = [keys.secret(7, 1), keys.secret(7, 2), keys.secret(8, 1), WebhookKeys("1" * 64).secret(7, 1)]
    assert len(set(made)) == 4
    assert all(secret.startswith("whsec_") and len(key_of(secret)) == 32 for secret in made)
    assert keys.secret(7, 1) == made[0]


def test_while_a_secret_changes_both_sign() -> None:
    """So that who checks by the old one misses nothing."""
    keys = WebhookKeys("0" * 64)
    headers = keys.headers("42", AT, b"{}", endpoint=7, generations=[2, 1])
    assert list(headers) == ["webhook-id", "webhook-timestamp", "webhook-signature"]
    assert (headers["webhook-id"], headers["webhook-timestamp"]) == ("42", "1674087231")
    assert headers["webhook-signature"].split() == [
        sign(key_of(keys.secret(7, 2)), "42", "1674087231", b"{}"),
        sign(key_of(keys.secret(7, 1)), "42", "1674087231", b"{}"),
    ]
