"""Apps, installations, tokens and the webhook's settings."""

from tests.fakegithub import auth
from tests.fakegithub.operations.call import Answer, Call, Handler, not_found
from tests.fakegithub.operations.manifests import convert
from tests.fakegithub.records import App, Installation, Json, Repository
from tests.fakegithub.shapes import basics, repositories
from tests.fakegithub.shapes.basics import time_of


def get_app(call: Call) -> Answer:
    """The App itself."""
    count = len(_installations(call))
    body = basics.app(call.world, call.app) | {"installations_count": count}
    return Answer(200, body)


def _installations(call: Call) -> list[Installation]:
    return [i for i in call.world.installations.values() if i.app_id == call.app.id]


def list_installations(call: Call) -> Answer:
    """Where the App is installed."""
    return call.page(_installations(call), lambda i: basics.installation(call.world, i))


def _installation(call: Call) -> Installation | None:
    found = call.world.installations.get(call.number("installation_id"))
    return found if found is not None and found.app_id == call.app.id else None


def get_installation(call: Call) -> Answer:
    """One installation of the App."""
    found = _installation(call)
    if found is None:
        return not_found()
    return Answer(200, basics.installation(call.world, found))


def repo_installation(call: Call) -> Answer:
    """The App's installation on a repository."""
    for found in _installations(call):
        if call.world.covers(found, call.repository):
            return Answer(200, basics.installation(call.world, found))
    return not_found()


def create_token(call: Call) -> Answer:
    """A new installation token, long and with dots unless a header says otherwise."""
    found = _installation(call)
    if found is None:
        return not_found()
    long = call.headers.get("x-github-stateless-s2s-token") != "disabled"
    token = auth.mint(call.world, found, call.body or {}, long=long)
    body: dict[str, Json] = {
        "token": token.value,
        "expires_at": time_of(token.expires_at),
        "permissions": token.permissions,
        "repository_selection": found.selection,
    }
    if token.repository_ids is not None:
        body["repository_selection"] = "selected"
        body["repositories"] = [
            repositories.whole(call.world, call.world.repositories[number])
            for number in sorted(token.repository_ids)
        ]
    return Answer(201, body)


def revoke_token(call: Call) -> Answer:
    """Ends the token that calls."""
    call.installation.token.revoked = True
    return Answer(204)


def reachable(call: Call) -> list[Repository]:
    """The repositories that the calling token reaches."""
    caller = call.installation
    only = caller.token.repository_ids
    return [
        r
        for r in call.world.repositories.values()
        if call.world.covers(caller.installation, r) and (only is None or r.id in only)
    ]


def list_repositories(call: Call) -> Answer:
    """The repositories of the installation."""
    found = reachable(call)
    answer = call.page(
        found, lambda r: repositories.whole(call.world, r), within="repositories"
    )
    answer.body["repository_selection"] = call.installation.installation.selection
    return answer


def _hook_config(app: App) -> dict[str, Json]:
    return {
        "content_type": app.hook_content_type,
        "insecure_ssl": app.hook_insecure_ssl,
        "secret": "********",
        "url": app.hook_url,
    }


def get_hook(call: Call) -> Answer:
    """Where webhooks go; the secret is never told."""
    return Answer(200, _hook_config(call.app))


def set_hook(call: Call) -> Answer:
    """Changes where webhooks go, or their secret."""
    app, said = call.app, call.body
    app.hook_url = said.get("url", app.hook_url)
    app.webhook_secret = said.get("secret", app.webhook_secret)
    app.hook_content_type = said.get("content_type", app.hook_content_type)
    app.hook_insecure_ssl = str(said.get("insecure_ssl", app.hook_insecure_ssl))
    return Answer(200, _hook_config(app))


def from_manifest(call: Call) -> Answer:
    """Turns a manifest's code into an App, once and within an hour."""
    return convert(call)


def rate_limit(call: Call) -> Answer:
    """What is left; asking is free."""
    now = call.world.clock.seconds()
    core = call.limits.overview(auth.who(call.caller), now)
    graphql = call.limits.overview(auth.who(call.caller), now, graphql=True)
    search = {"limit": 30, "remaining": 30, "reset": int(now) + 60, "used": 0}
    resources = {"core": core, "search": search, "graphql": graphql}
    return Answer(200, {"resources": resources, "rate": core})


def get_user(call: Call) -> Answer:
    """An account by its login."""
    found = call.world.account(call.path["username"])
    if found is None:
        return not_found()
    about = dict.fromkeys(("name", "company", "blog", "location", "email", "bio"))
    counts = dict.fromkeys(
        ("public_repos", "public_gists", "followers", "following"), 0
    )
    since = {"created_at": "2020-01-01T00:00:00Z", "updated_at": "2020-01-01T00:00:00Z"}
    body = basics.known_account(call.world, found) | about | counts | since
    return Answer(200, body | {"hireable": None})


OPERATIONS: dict[str, Handler] = {
    "apps/get-authenticated": get_app,
    "apps/list-installations": list_installations,
    "apps/get-installation": get_installation,
    "apps/get-repo-installation": repo_installation,
    "apps/create-installation-access-token": create_token,
    "apps/revoke-installation-access-token": revoke_token,
    "apps/list-repos-accessible-to-installation": list_repositories,
    "apps/get-webhook-config-for-app": get_hook,
    "apps/update-webhook-config-for-app": set_hook,
    "apps/create-from-manifest": from_manifest,
    "rate-limit/get": rate_limit,
    "users/get-by-username": get_user,
}
