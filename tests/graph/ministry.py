"""The reports to the Ministry as rows of the role matrix."""

from tests.graph.rows import ANYWHERE, PERIODS, Variables, doing, node, reading
from tests.graph.stage import Stage


def _report(stage: Stage, seat: str, _login: str | None = None) -> Variables:
    return {"reportId": stage.node("MinistryReport", seat)}


def _period(stage: Stage, seat: str, _login: str | None = None) -> Variables:
    return {"lockPeriodId": stage.node("LockPeriod", seat)}


MINISTRY = (
    node("MinistryReport", "number state", objects=PERIODS),
    reading(
        "Query.ministryReports",
        "{ ministryReports { edges { node { id viewerActions } } } }",
        lambda *_: {},
        objects=ANYWHERE,
    ),
    *(
        reading(
            f"Query.{name}",
            f"query ($reportId: ID!) {{ {name}(reportId: $reportId) {{ nodes {{ state }} }} }}",
            _report,
            objects=ANYWHERE,
        )
        for name in ("ministryParts", "ministryItems")
    ),
    reading(
        "Query.ministryStanding",
        "query ($lockPeriodId: ID!) { ministryStanding(lockPeriodId: $lockPeriodId) { daysLeft } }",
        _period,
        objects=ANYWHERE,
    ),
    reading(
        "Query.ministryReconciliation",
        "query ($lockPeriodId: ID!) { ministryReconciliation(lockPeriodId: $lockPeriodId) { nodes { kind } } }",
        _period,
        objects=ANYWHERE,
    ),
    *(
        doing(f"Mutation.{name}", "$lockPeriodId: ID!", _period, PERIODS, is_public=True)
        for name in ("ministryReportBuild", "lockPeriodReconcile")
    ),
    *(
        doing(f"Mutation.{name}", "$reportId: ID!", _report, PERIODS, is_public=True)
        for name in ("ministryReportSend", "ministryReportResend")
    ),
)
