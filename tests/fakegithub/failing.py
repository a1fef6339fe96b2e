"""What a fault makes of an answer, before it goes out."""

from dataclasses import replace

from tests.fakegithub.auth import AsInstallation, who
from tests.fakegithub.faults import Fault
from tests.fakegithub.limits import SECONDARY, Limits
from tests.fakegithub.operations.call import Answer, Call, error
from tests.fakegithub.operations.graphql import limited, slowed
from tests.fakegithub.state import Moved

UNICORN = "<!DOCTYPE html><html><body><h1>{}</h1><p>Unicorn!</p></body></html>"
PROXY = "<!DOCTYPE html><html><body>Sign in to the network to go on.</body></html>"
PAGE = {"Content-Type": "text/html; charset=utf-8"}


def page(status: int, text: str) -> Answer:
    """A page in place of JSON; a body of type `str` is sent as it is."""
    return Answer(status, text, PAGE)


def fail(
    call: Call, fault: Fault, limits: Limits, answer: Answer | None = None
) -> Answer:
    """The answer that the fault leaves; `answer` is the true one after the effect."""
    match fault.kind:
        case "500" | "502" | "503" | "504":
            return page(int(fault.kind), UNICORN.format(f"{fault.kind} Server Error"))
        case "html_200":
            return page(200, PROXY)
        case "secondary_403" | "secondary_429" | "primary_exhausted":
            return _limited(call, fault, limits)
        case "moved_301" | "redirect_307":
            return _redirect(call, 301 if fault.kind == "moved_301" else 307)
        case "revoked_401" | "flicker_404" | "conflict_409" | "refused_422":
            return _refused(call, fault)
        case "reset_before" | "reset_mid_body" | "truncated_json" | "slow_drip":
            return answer or error(502, "Server Error")


def _refused(call: Call, fault: Fault) -> Answer:
    if fault.kind == "revoked_401":
        if isinstance(call.caller, AsInstallation):
            call.caller.token.revoked = True
        return error(401, "Bad credentials")
    if fault.kind == "flicker_404":
        return error(404, "Not Found")
    if fault.kind == "conflict_409":
        return error(409, "Conflict")
    said = {"resource": "Resource", "field": "data", "code": "unprocessable"}
    return error(422, "Validation Failed", [said])


def _limited(call: Call, fault: Fault, limits: Limits) -> Answer:
    now, caller = call.world.clock.seconds(), who(call.caller)
    if fault.kind == "primary_exhausted":
        return _exhausted(call, limits, caller, now)
    wait = fault.retry_after
    limits.silence(caller, now, now + (60 if wait is None else wait))
    headers = {} if wait is None else {"Retry-After": str(wait)}
    if call.operation.startswith("graphql") and fault.kind == "secondary_429":
        return slowed(SECONDARY, headers)
    return error(int(fault.kind[-3:]), SECONDARY, headers=headers)


def _exhausted(call: Call, limits: Limits, caller: str, now: float) -> Answer:
    if call.operation.startswith("graphql"):
        limits.exhaust(caller, graphql=True)
        return limited(caller)
    limits.exhaust(caller)
    limits.silence(caller, now, limits.overview(caller, now)["reset"])
    return error(403, f"API rate limit exceeded for {caller}.")


def _below_repository(path: str) -> str:
    """What follows `/repos/OWNER/NAME` or `/repositories/ID`."""
    named = path.startswith("/repos/")
    parts = path.lstrip("/").split("/", 3 if named else 2)
    rest = parts[3:] if named else parts[2:]
    return f"/{rest[0]}" if rest else ""


def _redirect(call: Call, status: int) -> Answer:
    """To where the same thing is: by repository id if it has one."""
    address = call.url
    if "repo" in call.path:
        found = call.world.repository(f"{call.path['owner']}/{call.path['repo']}")
        known = found.repository if isinstance(found, Moved) else found
        if known is not None:
            rest = _below_repository(call.url.removeprefix(call.world.api_url))
            address = f"{call.world.api_url}/repositories/{known.id}{rest}"
    body = {"message": "Moved Permanently", "url": address}
    return replace(Answer(status, body), headers={"Location": address})
