"""Every subcommand of ``hocba``; what they do stands in the modules beside this one."""

import asyncio
from datetime import datetime
from pathlib import Path
from typing import Annotated

import typer

from backend.cli import (
    audit,
    checking,
    conformance,
    generating,
    importing,
    integrators,
    queue,
    receiving,
    running,
)
from backend.cli import units as units_file
from backend.cli.demo import playing
from backend.cli.operator import is_production, setting
from backend.domain.integrators import Scope
from backend.domain.policy import Role
from backend.embedded.token_keys import ensure_keys
from backend.graph import schema
from backend.schema.per_role import file_name, sdl_for
from backend.services.integrators import Registration

app = typer.Typer(
    help="Học bạ số", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
jobs = typer.Typer(help="The work queue.", no_args_is_help=True)
demo = typer.Typer(help="Demonstrations.", no_args_is_help=True)
audits = typer.Typer(help="The audit.", no_args_is_help=True)
integrator = typer.Typer(help="Programs of other institutions.", no_args_is_help=True)
ledgers = typer.Typer(help="The ledger of locked records.", no_args_is_help=True)
proofs = typer.Typer(help="Proofs that a record was locked.", no_args_is_help=True)
app.add_typer(ledgers, name="ledger")
app.add_typer(proofs, name="proof")
app.add_typer(integrator, name="integrator")
app.add_typer(jobs, name="jobs")
app.add_typer(audits, name="audit")
app.add_typer(demo, name="demo")


@app.command()
def run(
    pupils: Annotated[int, typer.Option(help="Pupils of each small demo school.")] = 10,
    once: Annotated[bool, typer.Option(help="Stop when everything answers.")] = False,
) -> None:
    """Start everything that the environment does not name, with a demo province; Ctrl-C ends it."""
    running.run(pupils_per_school=pupils, once=once)


@app.command()
def migrate() -> None:
    """Bring the database up to date; after a key was added, also what is kept of citizen numbers."""
    running.migrate(setting("DATABASE_OWNER_URL"), setting("CITIZEN_NUMBER_KEYS"))


@app.command(name="import")
def import_(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="XLSX, CSV or JSON.")],
    school: Annotated[str, typer.Option(help="Code of the school.")],
    year: Annotated[str, typer.Option(help="School year of rows that name none, as 2024-2025.")] = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Compare and write nothing.")] = False,
    all_or_nothing: Annotated[bool, typer.Option("--all-or-nothing", help="One bad row stops all.")] = False,
) -> None:
    """Bring a school's export file into its drafts."""
    raise typer.Exit(
        importing.import_path(file, school, year, dry_run=dry_run, all_or_nothing=all_or_nothing)
    )


@app.command()
def units(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="CSV, a unit a line.")],
    day: Annotated[datetime, typer.Option("--on", formats=["%Y-%m-%d"], help="First day of the new order.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Check and write nothing.")] = False,
) -> None:
    """Enter a reorganisation: units that begin, change, end from a day on; all lines or none."""
    raise typer.Exit(units_file.apply(setting("DATABASE_OWNER_URL"), file, day.date(), dry_run=dry_run))


@app.command()
def generate(
    folder: Annotated[Path, typer.Argument(help="Where the files go.")],
    schools: Annotated[int, typer.Option(help="How many schools.")] = 200,
    pupils: Annotated[int, typer.Option(help="How many pupils in all.")] = 138_000,
    year: Annotated[str, typer.Option(help="School year.")] = "2024-2025",
    seed: Annotated[int, typer.Option(help="The same seed gives the same bytes.")] = 2024,
    kind: Annotated[str, typer.Option(help="xlsx, csv or json.")] = "xlsx",
    awkward: Annotated[bool, typer.Option("--awkward", help="Add the hard cases for drawing.")] = False,
) -> None:
    """Write the export files of a synthetic province, one for each school."""
    generating.generate(
        folder, schools=schools, pupils=pupils, year=year, seed=seed, kind=kind, awkward=awkward
    )


@jobs.command(name="list")
def list_jobs() -> None:
    """What waits, runs, or was parked after its last try, with the reason."""
    asyncio.run(queue.show(setting("DATABASE_WORKER_URL")))


@jobs.command(name="retry")
def retry_jobs(
    job_ids: Annotated[list[int] | None, typer.Argument(help="Parked jobs; all without.")] = None,
) -> None:
    """Put parked jobs back into the queue."""
    asyncio.run(queue.retry(setting("DATABASE_WORKER_URL"), job_ids or None))


@audits.command(name="verify")
def verify_audit(
    head: Annotated[
        str | None, typer.Option(help="A day's head, kept earlier: it must still be one.")
    ] = None,
) -> None:
    """Compute the audit's chain anew; a changed, removed or unsealed event is named, and the exit code is 1."""
    raise typer.Exit(asyncio.run(audit.verify(setting("DATABASE_WORKER_URL"), head)))


@ledgers.command(name="verify")
def verify_ledger(
    head: Annotated[
        list[Path] | None,
        typer.Option(exists=True, help="A head file kept elsewhere: the ledger must still go through it."),
    ] = None,
    without_files: Annotated[bool, typer.Option("--without-files", help="Leave the store out.")] = False,
) -> None:
    """Compute every leaf, subtree and root anew from database and store; what differs is named by its leaf."""
    raise typer.Exit(checking.verify_ledger(head or (), without_files=without_files))


@proofs.command(name="check")
def check_proof(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="The PDF or XML.")],
    proof: Annotated[Path, typer.Option(exists=True, help="Its proof file.")],
    head: Annotated[Path, typer.Option(exists=True, help="The signed head that the proof leads to.")],
    trust: Annotated[Path, typer.Option(exists=True, help="Root certificates (PEM).")],
    signer: Annotated[str, typer.Option(help="Who must have signed the head, as the certificate says.")] = "",
) -> None:
    """See offline that a file is what was locked; the exit code is 1 when it is not."""
    raise typer.Exit(checking.check_proof(file, proof, head, trust, signer))


@integrator.command(name="add")
def add_integrator(
    client_id: Annotated[str, typer.Argument(help="Its id at the token endpoint.")],
    name: Annotated[str, typer.Option(help="The institution, as schools and families read it.")],
    scope: Annotated[list[Scope], typer.Option(help="What it may do; repeatable.")],
    days: Annotated[int, typer.Option(help="Days until it ends.")] = 365,
    network: Annotated[list[str] | None, typer.Option(help="From where, 203.0.113.0/24; repeatable.")] = None,
    daily_reads: Annotated[int | None, typer.Option(help="Reads a day for each purpose.")] = None,
    public_keys: Annotated[Path | None, typer.Option(help="JWK set, for private_key_jwt.")] = None,
    webhook: Annotated[str, typer.Option(help="Where changes are posted.")] = "",
) -> None:
    """Register a program; its secret is printed once."""
    wanted = Registration(
        client_id=client_id,
        name=name,
        scopes=scope,
        days=days,
        networks=network or (),
        daily_reads=daily_reads,
        public_keys=None if public_keys is None else integrators.read_keys(public_keys),
        webhook_url=webhook,
    )
    raise typer.Exit(asyncio.run(integrators.add(setting("DATABASE_OWNER_URL"), wanted)))


@integrator.command(name="list")
def list_integrators() -> None:
    """Every program, when it ends, and what it read today."""
    asyncio.run(integrators.show(setting("DATABASE_OWNER_URL")))


@integrator.command(name="revoke")
def revoke_integrator(client_id: Annotated[str, typer.Argument()]) -> None:
    """End a program and its tokens at once."""
    raise typer.Exit(asyncio.run(integrators.revoke(setting("DATABASE_OWNER_URL"), client_id)))


@integrator.command(name="replay")
def replay_changes(
    client_id: Annotated[str, typer.Argument()],
    after: Annotated[int, typer.Option(help="The last position that the receiver has.")] = 0,
) -> None:
    """Post the changes after a position to a program's receiver once more."""
    raise typer.Exit(asyncio.run(integrators.replay(setting("DATABASE_OWNER_URL"), client_id, after)))


@integrator.command(name="sandbox")
def make_sandbox() -> None:
    """Register the program with which everybody may try the development server; its secret is no secret."""
    raise typer.Exit(
        asyncio.run(integrators.sandbox(setting("DATABASE_OWNER_URL"), production=is_production()))
    )


@integrator.command(name="check")
def check_server(
    url: Annotated[str, typer.Argument(help="Where the server answers.")],
    client_id: Annotated[str, typer.Option(help="Your client.")] = integrators.SANDBOX,
    client_secret: Annotated[str, typer.Option(help="Its secret.")] = integrators.SANDBOX_SECRET,
    code: Annotated[str, typer.Option(help="A locked record's lookup code, to read it too.")] = "",
) -> None:
    """Try every promise of the API against a server; the exit code is 1 when one does not hold."""
    sandbox = client_id == integrators.SANDBOX
    subject = conformance.Subject(url.rstrip("/"), client_id, client_secret, code, sandbox)
    raise typer.Exit(min(1, asyncio.run(conformance.check(subject))))


@integrator.command(name="check-receiver")
def check_receiver(
    url: Annotated[str, typer.Argument(help="Where your receiver listens.")],
    keys: Annotated[Path, typer.Option(help="The kit's own keys; made when absent.")] = Path(
        "check-receiver.json"
    ),
) -> None:
    """Try a webhook receiver with right, wrong, old, repeated and large messages; it must trust the kit's key."""
    typer.echo(f"trust: {receiving.make_keys(keys)}")
    raise typer.Exit(min(1, conformance.show(asyncio.run(receiving.run(url, keys)), url)))


@integrator.command(name="keys")
def make_keys(
    file: Annotated[Path, typer.Argument(help="OAUTH_KEYS; a file that exists is left alone.")],
) -> None:
    """Make the keys of tokens and webhooks."""
    typer.echo(ensure_keys(file))


@demo.command(name="school")
def demo_school(
    pupils: Annotated[int, typer.Option(help="Pupils in grades 1 to 5.")] = 300,
    output: Annotated[Path | None, typer.Option(help="Folder for the locked PDF and XML.")] = None,
) -> None:
    """Take one school from its export file to a locked, looked-up, verified record."""
    playing.play(pupils, output)


@app.command(name="schema")
def print_schema(
    roles: Annotated[
        Path | None, typer.Option(help="write each role's part into this folder instead")
    ] = None,
) -> None:
    """The schema of the API, as it is committed."""
    if roles is None:
        typer.echo(schema.as_str())
        return
    roles.mkdir(exist_ok=True)
    for role in Role:
        (roles / file_name(role)).write_text(sdl_for(role, schema.as_str()), "utf-8")
