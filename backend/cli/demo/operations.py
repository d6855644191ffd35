"""The GraphQL documents with which the demonstration drives the API."""

ERRORS = "userErrors { code message field }"

IMPORT = f"""
mutation Import($upload: String!, $schoolId: ID!, $schoolYear: String!, $dryRun: Boolean!) {{
  recordsImport(upload: $upload, schoolId: $schoolId, schoolYear: $schoolYear, dryRun: $dryRun) {{
    report {{ rows created changed unchanged refused lines {{ row column error {{ code message }} warning }} }}
    {ERRORS}
  }}
}}"""

SCHOOL = """
query Records($filter: RecordFilterInput, $after: String) {
  records(filter: $filter, first: 100, after: $after) {
    pageInfo { hasNextPage endCursor }
    edges { node { id state pupilName grade lookupCode school { id name } schoolClass { id name }
      workingRevision { number state version complete content { pupil { birthDate } } } } }
  }
}"""

VIEWER = "query { viewer { name role assignments { id role post unitName current } } }"

SIGN = f"""
mutation Sign($role: SignatureRole!, $recordIds: [ID!]!) {{
  ceremonyStart(role: $role, recordIds: $recordIds) {{ ceremony {{ id progress {{ total }} }} {ERRORS} }}
}}"""

PROGRESS = """
subscription Progress($ceremonyId: ID!) {
  signingProgress(ceremonyId: $ceremonyId) { total queued signing signed failed cancelled done }
}"""

FAILURES = """
query Failures($ceremonyId: ID!) {
  ceremonyItems(ceremonyId: $ceremonyId, state: FAILED) { edges { node { code message } } }
}"""

SUBMIT = f"""
mutation Submit($recordIds: [ID!]!) {{
  submissionCreate(recordIds: $recordIds) {{ submission {{ id className pending }} {ERRORS} }}
}}"""

PACKET = """
query Packet($id: ID!) {
  node(id: $id) { ... on Submission { stage waitsFor pending accepted rejected withdrawn receiptUrl
    items { verdict code field message } } }
}"""

WITHDRAW = f"""
mutation Withdraw($recordId: ID!, $reason: String!) {{
  recordWithdraw(recordId: $recordId, reason: $reason) {{ record {{ id state workingRevision {{ version }} }} {ERRORS} }}
}}"""

REPLACE = f"""
mutation Replace($recordId: ID!, $reason: String!) {{
  recordReplace(recordId: $recordId, reason: $reason) {{ record {{ id state workingRevision {{ version }} }} {ERRORS} }}
}}"""

EDIT = f"""
mutation Edit($recordId: ID!, $version: Int!, $changes: RecordChangesInput!) {{
  recordEdit(recordId: $recordId, version: $version, changes: $changes) {{ record {{ id }} {ERRORS} }}
}}"""

PERIODS = "query Periods($year: String!) { lockPeriods(schoolYear: $year) { id window sealedAt sealedCount rootHash sealsPending } }"

SCHEDULE = f"""
mutation Schedule($schoolYear: String!, $window: LockWindow!, $locksAt: DateTime!, $reason: String!) {{
  lockPeriodSchedule(schoolYear: $schoolYear, window: $window, locksAt: $locksAt, reason: $reason) {{
    calendarChange {{ id }} {ERRORS}
  }}
}}"""

CONFIRM = f"""
mutation Confirm($changeId: ID!) {{
  calendarChangeConfirm(changeId: $changeId) {{ lockPeriod {{ id }} {ERRORS} }}
}}"""

LOOKUP = """
query Lookup($code: String!, $birthDate: Date) {
  lookup(code: $code, secondFactor: $birthDate) {
    maskedName full
    years { schoolYear grade schoolName state verdict sentence sealPending effectiveFrom
      signatures { role signerName signedAt } artefacts { kind role digest size url } }
  }
}"""

VERIFY = "query Verify($upload: String!) { verify(upload: $upload) { verdict sentence digest signatures { field signer intact } } }"
