"""Where GitHub's description is known to be wrong about GitHub; mended on loading.

The vendored file stays as published, so that a new version can be compared with it.
"""

from typing import Any

Json = Any


def mended(document: Json) -> Json:
    """The OpenAPI document with its known faults mended, in place."""
    schemas = document["components"]["schemas"]
    _installations(document)
    _labels(document)
    _stale(schemas["check-run"])
    for name in ("pull-request", "pull-request-simple"):
        _gone(schemas[name])
    return document


def _installations(document: Json) -> None:
    """`account` is a user and an enterprise at once in a list, either one alone."""
    answer = document["paths"]["/app/installations"]["get"]["responses"]["200"]
    schema = answer["content"]["application/json"]["schema"]
    schema["items"] = {"$ref": "#/components/schemas/installation"}


def _labels(document: Json) -> None:
    """A plain list of names is taken as well; PyGithub sends nothing else."""
    path = "/repos/{owner}/{repo}/issues/{issue_number}/labels"
    body = document["paths"][path]["post"]["requestBody"]
    schema = body["content"]["application/json"]["schema"]
    names = {"type": "array", "minItems": 1, "items": {"type": "string"}}
    schema["oneOf"] = [*schema["oneOf"], names]


def _stale(run: Json) -> None:
    """`stale` is missing, though only GitHub's own answers can hold it."""
    conclusions = run["properties"]["conclusion"]["enum"]
    if "stale" not in conclusions:
        conclusions.append("stale")


def _gone(pull: Json) -> None:
    """A deleted fork leaves no repository, a deleted account no user."""
    ghost = {"$ref": "#/components/schemas/nullable-simple-user"}
    pull["properties"]["user"] = ghost
    head = pull["properties"]["head"]["properties"]
    head["user"] = ghost
    head["repo"] = {"$ref": "#/components/schemas/nullable-repository"}
