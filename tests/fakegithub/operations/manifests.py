"""The manifest flow: a person registers an App from a form, the App fetches its keys.

Source: docs.github.com, "Registering a GitHub App from a manifest".
"""

import hashlib
import json
import re
from datetime import timedelta
from urllib.parse import urlencode

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from tests.fakegithub.changes import Refused
from tests.fakegithub.contract import permission_levels
from tests.fakegithub.events import PERMISSION
from tests.fakegithub.operations.call import Answer, Call, not_found
from tests.fakegithub.records import Account, App, Json
from tests.fakegithub.shapes import basics
from tests.fakegithub.state import World

LIFE = timedelta(hours=1)
NEEDED = ("url", "redirect_url")
KNOWN = frozenset(
    {
        "name",
        "url",
        "hook_attributes",
        "redirect_url",
        "callback_urls",
        "setup_url",
        "description",
        "public",
        "default_events",
        "default_permissions",
        "request_oauth_on_install",
        "setup_on_update",
    }
)
# These come by themselves and may not be listed.
UNASKED = frozenset({"installation", "installation_repositories"})
LONGEST_NAME = 34


def register(world: World, owner: Account, text: str, state: str) -> str:
    """What the form's button does: the address that the person is sent back to.

    Raises Refused with what GitHub's page would say of a bad manifest.
    """
    manifest = _read(text)
    _check_name(world, manifest.get("name"))
    _check_events(
        manifest.get("default_events", []), manifest.get("default_permissions", {})
    )
    number = world.new_id()
    code = hashlib.sha1(f"{number} {manifest['url']}".encode()).hexdigest()
    world.manifests[code] = (manifest, owner.id, world.clock.now())
    query = urlencode({"code": code, "state": state} if state else {"code": code})
    glue = "&" if "?" in manifest["redirect_url"] else "?"
    return f"{manifest['redirect_url']}{glue}{query}"


def _read(text: str) -> dict[str, Json]:
    try:
        manifest = json.loads(text)
    except json.JSONDecodeError as fault:
        raise Refused("Manifest is not valid JSON") from fault
    if not isinstance(manifest, dict):
        raise Refused("Manifest must be an object")
    missing = [name for name in NEEDED if not manifest.get(name)]
    unknown = sorted(set(manifest) - KNOWN)
    if missing or unknown:
        raise Refused(f"Manifest lacks {missing} or has unknown {unknown}")
    hook = manifest.get("hook_attributes", {})
    if hook and not hook.get("url"):
        raise Refused("Hook url cannot be blank")
    return manifest


def _check_name(world: World, name: str | None) -> None:
    """A name of one's own: the App's address is made of it."""
    if name is None:
        return
    if len(name) > LONGEST_NAME:
        raise Refused(f"Name is too long (maximum is {LONGEST_NAME} characters)")
    if _slug(name) in {app.slug for app in world.apps.values()}:
        raise Refused("Name has already been taken")


def _slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-")


def _check_events(events: list[str], permissions: dict[str, str]) -> None:
    """Only what the permissions let the App hear of may be listed."""
    levels = permission_levels()
    if wrong := [
        n for n, level in permissions.items() if level not in levels.get(n, ())
    ]:
        raise Refused(f"Default permission records are not valid: {sorted(wrong)}")
    if listed := [e for e in events if e in UNASKED or e not in PERMISSION]:
        raise Refused(f"Default events unsupported: {', '.join(listed)}")
    readable = {"metadata", *permissions}
    if deaf := [event for event in events if PERMISSION[event] not in readable]:
        said = "Default events are not supported by permissions"
        raise Refused(f"{said}: {', '.join(deaf)}")


def convert(call: Call) -> Answer:
    """An App with all its secrets, told this once."""
    world = call.world
    manifest, owner_id, at = world.manifests.pop(call.path["code"], ({}, 0, None))
    if at is None or world.clock.now() - at > LIFE:
        return not_found()
    app, pem = make_app(world, owner_id, manifest)
    secrets = {
        "client_id": app.client_id,
        "client_secret": hashlib.sha1(f"client {app.id}".encode()).hexdigest(),
        "webhook_secret": app.webhook_secret,
        "pem": pem,
    }
    return Answer(201, basics.app(world, app) | secrets)


def make_app(world: World, owner_id: int, manifest: dict[str, Json]) -> tuple[App, str]:
    """A registered App and its private key in PEM."""
    number = world.new_id()
    name = manifest.get("name") or f"app-{number}"
    slug = _slug(name)
    pem, public = _keys()
    hook = manifest.get("hook_attributes", {})
    app = App(
        id=number,
        slug=slug,
        name=name,
        owner_id=owner_id,
        bot_id=world.add_account(f"{slug}[bot]", "Bot").id,
        public_key=public,
        webhook_secret=hashlib.sha1(f"hook {number}".encode()).hexdigest(),
        hook_url=hook.get("url", ""),
        permissions={"metadata": "read", **manifest.get("default_permissions", {})},
        events=list(manifest.get("default_events", ())),
        created_at=world.clock.now(),
        client_id=f"Iv23li{number:014d}",
        hook_active=bool(hook.get("active", True)) and bool(hook),
    )
    world.apps[number] = app
    return app, pem


def _keys() -> tuple[str, str]:
    key = rsa.generate_private_key(public_exponent=65_537, key_size=2048)
    private = key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.TraditionalOpenSSL,
        serialization.NoEncryption(),
    )
    public = key.public_key().public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return private.decode(), public.decode()
