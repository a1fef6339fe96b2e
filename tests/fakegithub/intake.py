"""What a request is, and whether its sender keeps the contract."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from tests.fakegithub.auth import Caller, Nobody
from tests.fakegithub.contract import SPOKEN_VERSION, Break, Contract
from tests.fakegithub.faults import Fault
from tests.fakegithub.operations import graphql
from tests.fakegithub.operations.call import Answer, error, not_found
from tests.fakegithub.records import Json
from tests.fakegithub.state import World


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it came; header names in lower case."""

    method: str
    raw_path: str  # without the API's prefix, still quoted
    query: str
    headers: Mapping[str, str]
    body: bytes = b""
    at_once: int = 1  # requests of this caller in flight, with this one
    came_at: float | None = None  # by GitHub's clock, before it waits for its turn


class Stop(Exception):  # noqa: N818 - an answer, not an error
    """The answer is known before the work."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.status)
        self.answer = answer


@dataclass(slots=True)
class Step:
    """What is known of a request so far."""

    request: Request
    operation: str = "unknown"
    path: dict[str, str] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Json = None
    caller: Caller = field(default_factory=Nobody)
    entered: bool = False
    fault: Fault | None = None


@dataclass(slots=True)
class Intake:
    """Reads requests; what clients do wrong is written into `breaks`."""

    world: World
    contract: Contract
    breaks: list[Break]

    def note(self, step: Step, problem: str) -> None:
        """Writes down a break of the client's."""
        self.breaks.append(Break("client", step.operation, problem))

    def recognise(self, step: Step) -> None:
        """Finds the operation; raises Stop where there is none."""
        request = step.request
        if "user-agent" not in request.headers:
            self.note(step, "no User-Agent")
            said = "Request forbidden by administrative rules."
            raise Stop(error(403, said))
        self._read_body(step)
        if request.raw_path == "/graphql":
            step.operation = graphql.name_of(step.body)
            return
        found = self.contract.match(request.method, self._by_name(request.raw_path))
        if found is None:
            self.note(step, f"unknown operation {request.method} {request.raw_path}")
            raise Stop(not_found())
        step.operation, step.path = found[0].id, found[1]

    def _by_name(self, raw_path: str) -> str:
        """`/repositories/{id}/...` as the contract writes it."""
        parts = raw_path.split("/", 3)
        if parts[1] != "repositories" or len(parts) < 3 or not parts[2].isdigit():
            return raw_path
        found = self.world.repositories.get(int(parts[2]))
        if found is None:
            raise Stop(not_found())
        rest = f"/{parts[3]}" if len(parts) > 3 else ""
        return f"/repos/{self.world.full_name(found)}{rest}"

    def _read_body(self, step: Step) -> None:
        if not step.request.body:
            return
        try:
            step.body = json.loads(step.request.body)
        except ValueError:
            self.note(step, "the body is not JSON")
            raise Stop(error(400, "Problems parsing JSON")) from None

    def check(self, step: Step) -> None:
        """Judges version, types, query and body; raises Stop for what is wrong."""
        self._check_version(step)
        self._read_query(step)
        if step.operation.startswith("graphql"):
            fault = graphql.body_fault(step.body)
        else:
            operation = self.contract.operations[step.operation]
            fault = (
                _path_fault(step.path)
                or operation.query_fault(step.query)
                or operation.body_fault(step.body)
            )
        if fault is not None:
            self.note(step, fault)
            raise Stop(error(422, f"Invalid request.\n\n{fault}"))

    def _check_version(self, step: Step) -> None:
        headers = step.request.headers
        said = headers.get("x-github-api-version")
        if said is None:
            self.note(step, "no X-GitHub-Api-Version")
        elif said != SPOKEN_VERSION:
            self.note(step, f"API version {said}: the fake speaks {SPOKEN_VERSION}")
            raise Stop(error(400, "The requested API version is not supported."))
        kind = headers.get("content-type", "application/json")
        if step.request.body and not kind.startswith("application/json"):
            self.note(step, f"a body of type {kind}")
            raise Stop(error(415, "Unsupported Media Type"))
        accept = headers.get("accept", "*/*")
        kinds = [one.partition(";")[0].strip() for one in accept.split(",")]
        if not any(one == "*/*" or one.endswith(("json", "-preview")) for one in kinds):
            self.note(step, f"Accept: {accept}: the fake answers JSON only")
            raise Stop(error(415, "Unsupported 'Accept' header"))

    def _read_query(self, step: Step) -> None:
        pairs = parse_qsl(step.request.query, keep_blank_values=True)
        step.query = dict(pairs)
        if len(step.query) < len(pairs):
            self.note(step, f"a query name twice: {step.request.query}")
            raise Stop(error(422, "Invalid request."))


def _path_fault(path: Mapping[str, str]) -> str | None:
    """No number of GitHub's is below 0: whoever asks for one means something else."""
    for name, text in path.items():
        if name.endswith(("_number", "_id")) and text.startswith("-"):
            return f"path {name} is below 0: {text}"
    return None
