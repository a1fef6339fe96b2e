"""A delivery's raw body, its headers, and the signature over the raw body."""

import hashlib
import hmac
import json
import urllib.parse

from tests.fakegithub.records import App, Delivery, Json


def encoded(app: App, payload: dict[str, Json]) -> bytes:
    """The raw body, which is what is signed."""
    text = json.dumps(payload, separators=(",", ":"), ensure_ascii=False)
    if app.hook_content_type == "form":
        text = urllib.parse.urlencode({"payload": text})
    return text.encode()


def signature(secret: str, body: bytes) -> str:
    """`X-Hub-Signature-256` of the raw bytes."""
    made = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return f"sha256={made}"


def headers(app: App, delivery: Delivery, body: bytes, secret: str) -> dict[str, str]:
    """The headers of a delivery."""
    form = app.hook_content_type == "form"
    old = hmac.new(secret.encode(), body, hashlib.sha1).hexdigest()
    return {
        "Accept": "*/*",
        "Content-Type": (
            "application/x-www-form-urlencoded" if form else "application/json"
        ),
        "User-Agent": "GitHub-Hookshot/0fa6e00",
        "X-GitHub-Delivery": delivery.guid,
        "X-GitHub-Event": delivery.event,
        "X-GitHub-Hook-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-ID": str(app.id),
        "X-GitHub-Hook-Installation-Target-Type": "integration",
        "X-Hub-Signature": f"sha1={old}",
        "X-Hub-Signature-256": signature(secret, body),
    }
