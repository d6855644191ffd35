"""Every subcommand of ``hocba``; what they do stands in the modules beside this one."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from backend.cli import audit, generating, importing, queue, running
from backend.cli.demo import playing
from backend.cli.operator import setting
from backend.domain.policy import Role
from backend.graph import schema
from backend.schema.per_role import file_name, sdl_for

app = typer.Typer(
    help="Học bạ số", no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False
)
jobs = typer.Typer(help="The work queue.", no_args_is_help=True)
demo = typer.Typer(help="Demonstrations.", no_args_is_help=True)
audits = typer.Typer(help="The audit.", no_args_is_help=True)
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
    """Bring the database up to date."""
    running.migrate(setting("DATABASE_OWNER_URL"))


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
