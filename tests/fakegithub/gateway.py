"""From a request's bytes to an answer's: contract, caller, limits, faults, work."""

import hashlib
import json
from dataclasses import dataclass, field, replace
from email.utils import formatdate

from tests.fakegithub import auth, permissions
from tests.fakegithub.auth import AsInstallation, Caller, Nobody, Unauthorized
from tests.fakegithub.changes import Refused, thread
from tests.fakegithub.contract import SPOKEN_VERSION, Break, Contract, contract
from tests.fakegithub.failing import fail
from tests.fakegithub.faults import NEED_EFFECT, Fault, Faults
from tests.fakegithub.intake import Intake, Request, Step, Stop
from tests.fakegithub.limits import Denial, Limits, use_of
from tests.fakegithub.operations import graphql
from tests.fakegithub.operations.call import Answer, Call, Heeded, error, not_found
from tests.fakegithub.operations.table import OPERATIONS
from tests.fakegithub.records import Json, Pull, Repository
from tests.fakegithub.state import Moved, World

NO_ADMITTANCE = "Resource not accessible by integration"


@dataclass(frozen=True, slots=True)
class Seen:
    """One request in the log; nobody's secret is in it."""

    at: float
    caller: str
    operation: str
    method: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer, and what goes wrong on its way out."""

    answer: Answer
    fault: Fault | None = None


@dataclass(slots=True)
class Gateway:
    """Answers requests. `breaks` must be empty at the end of a test."""

    world: World
    limits: Limits = field(default_factory=Limits)
    faults: Faults = field(default_factory=Faults)
    breaks: list[Break] = field(default_factory=list)
    log: list[Seen] = field(default_factory=list)
    exercised: set[str] = field(default_factory=set)
    contract: Contract = field(default_factory=contract)
    intake: Intake = field(init=False)

    def __post_init__(self) -> None:
        """The intake writes into the same list of breaks."""
        self.intake = Intake(self.world, self.contract, self.breaks)

    def never_exercised(self) -> list[str]:
        """Operations of the contract that nobody has called."""
        return sorted(set(self.contract.operations) - self.exercised)

    def without_function(self) -> list[str]:
        """Operations of the contract that the fake cannot answer."""
        return sorted(set(self.contract.operations) - set(OPERATIONS))

    def answer(self, request: Request) -> Reply:
        """Answers under the world's lock."""
        with self.world.lock:
            step = Step(request)
            try:
                answer = self._work(step)
            except Stop as stop:
                answer = stop.answer
            except Refused as refused:
                answer = error(refused.status, refused.message, refused.errors)
            answer = self._finish(step, answer)
            caller = auth.who(step.caller)
            self.log.append(
                Seen(
                    self.world.clock.seconds(),
                    caller,
                    step.operation,
                    request.method,
                    request.raw_path,
                    answer.status,
                )
            )
            return Reply(answer, step.fault)

    def _work(self, step: Step) -> Answer:
        self.intake.recognise(step)
        self.exercised.add(step.operation)
        self._identify(step)
        self._count(step)
        self.intake.check(step)
        step.fault = self.faults.take(step.operation)
        fault = step.fault
        if fault is not None and not fault.after_effect:
            return fail(self._call(step, None), fault, self.limits)
        answer = self._do(step)
        if fault is not None and fault.after_effect:
            return fail(self._call(step, None), fault, self.limits, answer)
        return answer

    # Who asks, and how often.

    def _identify(self, step: Step) -> None:
        wanted = permissions.credential(step.operation)
        try:
            header = step.request.headers.get("authorization", "")
            step.caller = auth.caller_of(self.world, header)
        except Unauthorized as fault:
            raise Stop(error(401, str(fault))) from fault
        match step.caller:
            case Nobody() if wanted != "none":
                raise Stop(error(401, "Requires authentication"))
            case AsInstallation() if wanted == "jwt":
                self.intake.note(
                    step, "an installation token where the App's JWT belongs"
                )
                said = "A JSON web token could not be decoded"
                raise Stop(error(401, said))
            case auth.AsApp() if wanted == "token":
                self.intake.note(
                    step, "the App's JWT where an installation token belongs"
                )
                raise Stop(error(401, "Bad credentials"))
            case _:
                return

    def _count(self, step: Step) -> None:
        now = self.world.clock.seconds()
        request = step.request
        use = use_of(now, request.method, step.operation, request.came_at)
        denial = self.limits.enter(auth.who(step.caller), now, use, request.at_once)
        step.entered = True
        if denial is not None:
            raise Stop(_denied(denial, step))

    # The work.

    def _do(self, step: Step) -> Answer:
        repository = self._repository(step) if "repo" in step.path else None
        call = self._call(step, repository)
        self._admit(call)
        if step.operation.startswith("graphql"):
            return graphql.run(call)
        handler = OPERATIONS.get(step.operation)
        if handler is None:
            problem = "the fake has no function for this operation"
            self.breaks.append(Break("fake", step.operation, problem))
            return error(501, problem)
        answer = handler(call)
        if answer.status < 300:
            self._check_heeded(call)
        return answer

    def _check_heeded(self, call: Call) -> None:
        """What GitHub takes and the fake has passed over is a fault of the fake."""
        for said in (call.query, call.body):
            if isinstance(said, Heeded) and said.unread:
                problem = f"the fake does not heed {', '.join(said.unread)}"
                self.breaks.append(Break("fake", call.operation, problem))

    def _call(self, step: Step, repository: Repository | None) -> Call:
        return Call(
            world=self.world,
            limits=self.limits,
            operation=step.operation,
            caller=step.caller,
            path=step.path,
            query=Heeded(step.query),
            body=Heeded(step.body) if isinstance(step.body, dict) else step.body,
            headers=dict(step.request.headers),
            url=self._address(step, repository),
            found=repository,
        )

    def _address(self, step: Step, repository: Repository | None) -> str:
        """The request's address; GitHub's links name repositories by id."""
        path = step.request.raw_path
        if repository is not None and path.startswith("/repos/"):
            rest = path.split("/", 4)[4:]
            path = "/".join(["/repositories", str(repository.id), *rest])
        return f"{self.world.api_url}{path}"

    def _repository(self, step: Step) -> Repository:
        name = f"{step.path['owner']}/{step.path['repo']}"
        found = self.world.repository(name)
        known = found.repository if isinstance(found, Moved) else found
        if known is None or not self._reaches(step.caller, known):
            raise Stop(not_found())
        if isinstance(found, Moved):
            query = f"?{step.request.query}" if step.request.query else ""
            raise Stop(moved(step.request.method, self._address(step, known) + query))
        return known

    def _reaches(self, caller: Caller, repository: Repository) -> bool:
        if not isinstance(caller, AsInstallation):
            return True
        only = caller.token.repository_ids
        return self.world.covers(caller.installation, repository) and (
            only is None or repository.id in only
        )

    def _admit(self, call: Call) -> None:
        caller = call.caller
        if not isinstance(caller, AsInstallation):
            return
        if caller.installation.suspended_at is not None:
            raise Stop(error(403, auth.SUSPENDED))
        wanted = permissions.needs(call.operation, on_pull=_on_pull(call))
        granted = caller.token.permissions
        if wanted and not any(need.met(granted) for need in wanted):
            header = {"X-Accepted-GitHub-Permissions": permissions.accepted(wanted)}
            raise Stop(error(403, NO_ADMITTANCE, headers=header))
        writes = any(need.level != "read" for need in wanted)
        if writes and call.found is not None and call.found.archived:
            raise Stop(error(403, "Repository was archived so is read-only."))

    # The answer.

    def _finish(self, step: Step, answer: Answer) -> Answer:
        self._check_answer(step, answer)
        clock = self.world.clock
        headers = {
            "Date": formatdate(clock.seconds() + clock.skew, usegmt=True),
            "Server": "github.com",
            "X-GitHub-Media-Type": "github.v3; format=json",
            "X-GitHub-Request-Id": f"FAKE:{len(self.log):06X}",
            "X-GitHub-Api-Version-Selected": SPOKEN_VERSION,
        }
        who = auth.who(step.caller)
        whole = step.fault is None or step.fault.kind in NEED_EFFECT
        if step.request.method == "GET" and answer.status == 200 and whole:
            tag = _etag(answer.body, step.request.headers.get("authorization", ""))
            headers["ETag"] = tag  # of the true answer, also where that is cut later
            known = step.request.headers.get("if-none-match") == tag
            if step.entered and known and not step.fault:
                self.limits.refund(who)
                answer = replace(answer, status=304, body=None)
        in_graphql = step.operation.startswith("graphql")
        now = self.world.clock.seconds()
        headers |= self.limits.headers(who, now, graphql=in_graphql)
        return replace(answer, headers={**headers, **answer.headers})

    def _check_answer(self, step: Step, answer: Answer) -> None:
        operation = self.contract.operations.get(step.operation)
        if operation is None or step.fault is not None:
            return
        problem = operation.answer_fault(answer.status, answer.body)
        if problem is not None:
            said = f"answer {answer.status}: {problem}"
            self.breaks.append(Break("fake", step.operation, said))


def moved(method: str, address: str) -> Answer:
    """A renamed repository: 301 to reads, 307 to writes, both in the same words."""
    status = 301 if method in {"GET", "HEAD"} else 307
    body = {"message": "Moved Permanently", "url": address, "documentation_url": ""}
    return Answer(status, body, {"Location": address})


def _denied(denial: Denial, step: Step) -> Answer:
    in_graphql = step.operation.startswith("graphql")
    if in_graphql and denial.primary:
        return graphql.limited(auth.who(step.caller))
    if in_graphql and denial.status != 403:
        return graphql.slowed(denial.message, denial.headers)
    return error(denial.status, denial.message, headers=denial.headers)


def _etag(body: Json, credential: str) -> str:
    """GitHub's tags are of one credential: with the next token all is new again."""
    packed = json.dumps([body, credential], sort_keys=True).encode()
    return f'W/"{hashlib.sha256(packed).hexdigest()}"'


def _on_pull(call: Call) -> bool:
    """Whether the thread that the path names is a pull request."""
    if call.found is None:
        return False
    if "comment_id" in call.path:
        comment = call.found.comments.get(call.number("comment_id"))
        return comment is not None and comment.number in call.found.pulls
    if "issue_number" in call.path:
        return isinstance(thread(call.found, call.number("issue_number")), Pull)
    return False
