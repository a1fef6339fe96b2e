"""Own types for names that must not be mixed up."""

from typing import NewType

CommitSha = NewType("CommitSha", str)
TreeSha = NewType("TreeSha", str)
TrialKey = NewType("TrialKey", str)
EvaluationId = NewType("EvaluationId", str)
ModeName = NewType("ModeName", str)
StageName = NewType("StageName", str)
MetricName = NewType("MetricName", str)
