"""Every screen of every role opens in a real browser against the real server, and neither axe nor the console complains."""

import json
import os
import subprocess

from backend.domain.policy import Role
from backend.embedded.stack import DEMO_PASSWORD
from tests.architecture.sources import ROOT
from tests.e2e.small import Small

FRONTEND = ROOT / "frontend"
SECONDS = 600


def test_every_role_sees_its_screens(small: Small) -> None:
    """The built pages, on a desk and on a phone: what nobody is signed in for, each role's own
    screens, and what takes two people done by two."""
    staff = {person.role: person.login for person in reversed(list(small.school.everyone))}
    schools = [staff[role] for role in (Role.HOMEROOM_TEACHER, Role.PRINCIPAL, Role.CLERK)]
    plan = small.province.small
    district, department, second = (
        plan.districts[0].officers[0].login,
        plan.officers[0].login,
        plan.officers[1].login,
    )
    people = {
        "department": department,
        "second": second,
        "district": district,
        "principal": staff[Role.PRINCIPAL],
    }
    shown = subprocess.run(
        [FRONTEND / "node_modules" / ".bin" / "playwright", "test"],
        cwd=FRONTEND,
        env=os.environ
        | {
            "BASE_URL": small.origin,
            "SMOKE_LOGIN": ",".join([*schools, district, department]),
            "SMOKE_PEOPLE": json.dumps(people),
            "SMOKE_PASSWORD": DEMO_PASSWORD,
        },
        capture_output=True,
        text=True,
        timeout=SECONDS,
        check=False,
    )
    assert shown.returncode == 0, shown.stdout[-4000:] + shown.stderr[-1000:]
