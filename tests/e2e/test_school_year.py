"""One school's year on real parts: what the files are worth to tools that we did not write, and that it stays so."""

import asyncio
import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncpg
import pytest
from lxml import etree

from backend.cli.demo import operations as graph
from backend.cli.demo.client import Person
from tests.e2e.conftest import PUPILS, Played
from tests.fixtures import judges

FINAL = "SELECT revision_id, kind, digest FROM artefact WHERE role = 'LOCK_SEAL' ORDER BY revision_id, kind"
EVERY = "SELECT role, kind, digest FROM artefact ORDER BY id"
OF_PACKETS = """SELECT unnest(ARRAY[
    manifest_digest, receipt_digest, timestamp_digest]) AS digest FROM submission
  UNION SELECT unnest(ARRAY[receipt_digest, timestamp_digest]) FROM proven_receipt"""
FILES_OF_A_PUPIL = 8
TAMPERED = 12
PAGES = (
    ("BỘ GIÁO DỤC VÀ ĐÀO TẠO", "HỌC BẠ", "TIỂU HỌC", "Họ và tên học sinh:", "Tỉnh (Thành phố):"),
    ("HƯỚNG DẪN GHI HỌC BẠ",),
    ("HỌC BẠ", "Họ và tên học sinh:", "HIỆU TRƯỞNG", "QUÁ TRÌNH HỌC TẬP", "Mã số tra cứu học bạ:"),
    ("Họ và tên học sinh:", "Số ngày nghỉ:", "1. Các môn học và hoạt động giáo dục", "Năm học"),
    (
        "2. Những phẩm chất chủ yếu",
        "3. Những năng lực cốt lõi",
        "4. Đánh giá kết quả giáo dục",
        "5. Khen thưởng",
        "6. Hoàn thành chương trình lớp học/chương trình tiểu học",
        "Xác nhận của Hiệu trưởng",
    ),
)


def _rows(played: Played, statement: str, *binds: object) -> list[asyncpg.Record]:
    return asyncio.run(played.rows(statement, *binds))


def _failing(check: Callable[[Path], bool], files: Sequence[Path], cores: int) -> list[str]:
    """Names of the files that a check does not accept."""
    with ThreadPoolExecutor(cores) as pool:
        return [file.name for file, holds in zip(files, pool.map(check, files), strict=True) if not holds]


def _text(pdf: Path) -> str:
    return subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], capture_output=True, text=True, check=True
    ).stdout


def test_every_pupil_is_locked_and_found(played: Played) -> None:
    """All 300 pupils of five grades end locked; the lookup finds a genuine, current file."""
    outcome = played.outcome
    assert (outcome.pupils, outcome.sealed) == (PUPILS, PUPILS)
    assert outcome.verdict == "GENUINE_CURRENT"
    grades = _rows(played, "SELECT DISTINCT grade FROM revision WHERE state = 'LOCKED' ORDER BY 1")
    assert [row["grade"] for row in grades] == [1, 2, 3, 4, 5]


def test_the_withdrawn_and_the_replaced_went_round_again(played: Played) -> None:
    """One record was withdrawn and one superseded; both were signed again and locked as second revisions."""
    states = _rows(played, "SELECT state, number, count(*) AS n FROM revision GROUP BY 1, 2 ORDER BY 1, 2")
    assert {(row["state"], row["number"]): row["n"] for row in states} == {
        ("LOCKED", 1): PUPILS - 2,
        ("LOCKED", 2): 2,
        ("SUPERSEDED", 1): 1,
        ("WITHDRAWN", 1): 1,
    }


def test_every_signature_was_made_once(played: Played) -> None:
    """Each locked revision has its four signatures, each signature an intent before it, and no job is left."""
    odd = _rows(
        played,
        "SELECT r.id FROM revision r LEFT JOIN signature s ON s.revision_id = r.id WHERE r.state = 'LOCKED'"
        " GROUP BY r.id HAVING count(*) <> 4 OR count(DISTINCT s.role) <> 4",
    )
    assert odd == []
    counted = _rows(
        played,
        "SELECT (SELECT count(*) FROM signature) AS made, (SELECT count(*) FROM signing_intent) AS meant,"
        " (SELECT count(*) FROM artefact) AS files, (SELECT count(*) FROM pgqueuer) AS jobs",
    )[0]
    assert counted["made"] == counted["meant"] == counted["files"] // 2
    assert counted["jobs"] == 0


def test_the_store_holds_exactly_what_the_registry_names(played: Played) -> None:
    """Every registered digest is the digest of its file, and no file is without a registration."""
    registered = {row["digest"] for row in _rows(played, EVERY)} | {
        row["digest"] for row in _rows(played, OF_PACKETS)
    }
    stored = {file.name for file in (played.stack.data_dir / "store").rglob("*") if file.is_file()}
    assert stored == registered


def test_pdfsig_qpdf_and_mutool_accept_every_final_pdf(played: Played, cores: int) -> None:
    """Three tools of others find four valid signatures and a sound structure in each locked PDF."""
    pdfs = [played.stored(row["digest"]) for row in _rows(played, FINAL) if row["kind"] == "PDF"]
    assert len(pdfs) == PUPILS
    assert _failing(lambda file: judges.pdfsig_valid(file) == 4, pdfs, cores) == []
    assert _failing(judges.qpdf_sound, pdfs, cores) == []
    assert _failing(lambda file: judges.mutool_valid(file) == 4, pdfs, cores) == []


def test_xmlsec1_accepts_every_final_packet(played: Played, cores: int) -> None:
    """xmlsec1 verifies all four signatures of each locked packet up to the government's root."""
    xmls = [played.stored(row["digest"]) for row in _rows(played, FINAL) if row["kind"] == "XML"]
    assert len(xmls) == PUPILS
    assert _failing(lambda file: _xml_holds(played, file, judges.XML_SLOTS), xmls, cores) == []


def _xml_holds(played: Played, file: Path, slots: Sequence[str]) -> bool:
    pki = played.stack.pki
    return all(judges.xmlsec_valid(file, slot, pki.trust_roots, pki.intermediates) for slot in slots)


def test_every_file_on_the_way_holds(played: Played, cores: int) -> None:
    """After each signer the files so far are valid, on a sample of all kinds."""
    order = ("HOMEROOM_TEACHER", "PRINCIPAL", "SCHOOL_SEAL", "LOCK_SEAL")
    sample = _rows(played, EVERY)[::21]
    files = {
        played.stored(row["digest"]): order.index(row["role"]) + 1 for row in sample if row["kind"] == "PDF"
    }
    assert _failing(lambda file: judges.pdfsig_valid(file) == files[file], list(files), cores) == []
    packets = {
        played.stored(row["digest"]): order.index(row["role"]) + 1 for row in sample if row["kind"] == "XML"
    }
    holds = lambda file: _xml_holds(played, file, judges.XML_SLOTS[: packets[file]])  # noqa: E731
    assert _failing(holds, list(packets), cores) == []


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]


def test_one_changed_byte_is_refused_in_a_pdf(played: Played, tmp_path: Path) -> None:
    """One bit anywhere in what was drawn, and pdfsig and mutool no longer accept the file."""
    pdfs = [played.stored(row["digest"]) for row in _rows(played, FINAL) if row["kind"] == "PDF"][:TAMPERED]
    for number, pdf in enumerate(pdfs):
        data = pdf.read_bytes()
        broken = tmp_path / f"{number}.pdf"
        # spread over the drawn pages, which every signature covers
        broken.write_bytes(_flipped(data, data.index(b"stream") + 20 + number * 1500))
        assert judges.pdfsig_valid(broken) < 4, number
        assert judges.mutool_valid(broken) < 4, number


def test_one_changed_character_is_refused_in_a_packet(played: Played, tmp_path: Path) -> None:
    """One character of any value, and xmlsec1 refuses every signature that covers it."""
    xmls = [played.stored(row["digest"]) for row in _rows(played, FINAL) if row["kind"] == "XML"][:TAMPERED]
    for number, xml in enumerate(xmls):
        tree = etree.fromstring(xml.read_bytes())
        values = [node for node in tree.find("DU_LIEU_HOC_BA/THONG_TIN_HOC_BA").iter() if node.text]
        changed = values[number * 7 % len(values)]
        changed.text = changed.text[:-1] + ("x" if changed.text[-1] != "x" else "y")
        broken = tmp_path / f"{number}.xml"
        broken.write_bytes(etree.tostring(tree, encoding="UTF-8", xml_declaration=True))
        assert [slot for slot in judges.XML_SLOTS if _xml_holds(played, broken, [slot])] == [], changed.tag


async def test_a_changed_file_is_not_confirmed(played: Played) -> None:
    """The registry does not know a changed file, not even one byte longer; the worker says which signatures broke."""
    pdf = played.outcome.pdf
    broken = _flipped(pdf, pdf.index(b"stream") + 40)
    xml = played.outcome.xml.replace("Trường".encode(), "Trương".encode(), 1)
    async with Person(played.origin) as parent:
        for name, data in (("a.pdf", broken), ("a.xml", xml)):
            upload = await parent.upload(data, name)
            answer = (await parent.ask(graph.VERIFY, upload=upload))["verify"]
            assert answer["verdict"] == "CHANGED", name
            assert answer["signatures"], name
            assert not any(signature["intact"] for signature in answer["signatures"]), name
        upload = await parent.upload(played.outcome.xml + b"\n", "a.xml")
        answer = (await parent.ask(graph.VERIFY, upload=upload))["verify"]
        assert (answer["verdict"], [item["intact"] for item in answer["signatures"]]) == (
            "CHANGED",
            [True] * 4,
        )
        upload = await parent.upload(b"%PDF-1.7\nnothing of ours", "b.pdf")
        assert (await parent.ask(graph.VERIFY, upload=upload))["verify"]["verdict"] == "UNKNOWN"


def test_the_pages_are_the_ministrys_form(played: Played) -> None:
    """Five pages with the form's labels in order, and the marks of those who signed."""
    row = next(row for row in _rows(played, FINAL) if row["kind"] == "PDF")
    pdf = played.stored(row["digest"])
    text = _text(pdf)
    pages = text.split("\f")[:-1]
    assert len(pages) == len(PAGES)
    for page, labels in zip(pages, PAGES, strict=True):
        places = [page.find(label) for label in labels]
        assert -1 not in places, labels
        assert places == sorted(places), labels
    signers = _rows(played, "SELECT signer_name FROM signature WHERE revision_id = $1", row["revision_id"])
    for mark in (
        "ĐÃ CHỐT – Ngày hiệu lực",
        "DẤU CỦA NHÀ TRƯỜNG",
        "Đã ký số",
        *(item["signer_name"] for item in signers),
    ):
        assert mark in text, mark


def test_the_packet_inside_the_pdf_is_the_signed_record(played: Played, tmp_path: Path) -> None:
    """What the PDF embeds and what the signed packet says of the pupil are the same, byte for byte."""
    pdf, xml = tmp_path / "a.pdf", tmp_path / "embedded.xml"
    pdf.write_bytes(played.outcome.pdf)
    subprocess.run(["pdfdetach", "-save", "1", "-o", xml, pdf], check=True)
    inside, signed = etree.fromstring(xml.read_bytes()), etree.fromstring(played.outcome.xml)
    path = "DU_LIEU_HOC_BA/THONG_TIN_HOC_BA"
    assert etree.tostring(inside.find(path), method="c14n") == etree.tostring(
        signed.find(path), method="c14n"
    )


def test_a_locked_record_cannot_change_through_the_api(played: Played) -> None:
    """Withdrawing after the lock is refused by name."""
    assert played.outcome.refused_after_lock == "RECORD_LOCKED"


@pytest.mark.parametrize("url", ["DATABASE_URL", "DATABASE_WORKER_URL"])
def test_a_locked_record_cannot_change_in_sql(played: Played, url: str) -> None:
    """Neither the application's login nor the worker's can change a locked revision."""
    before = _rows(played, "SELECT md5(string_agg(r::text, '' ORDER BY id)) AS all FROM revision r")

    async def attempt() -> str:
        connection = await asyncpg.connect(played.stack.settings[url])
        try:
            await connection.execute("UPDATE revision SET state = 'WITHDRAWN' WHERE state = 'LOCKED'")
        except asyncpg.PostgresError as error:
            return error.sqlstate
        finally:
            await connection.close()
        return ""

    assert asyncio.run(attempt()) in {"42501", "HB002"}
    assert _rows(played, "SELECT md5(string_agg(r::text, '' ORDER BY id)) AS all FROM revision r") == before


def test_no_log_knows_a_pupil(played: Played) -> None:
    """Names, codes and numbers of pupils stand in no log of any server."""
    pupils = _rows(
        played,
        "SELECT p.full_name, p.citizen_number, p.pupil_code, b.lookup_code FROM pupil p JOIN record_book b ON b.pupil_id = p.id",
    )
    secrets = {value for row in pupils for value in row.values() if value}
    for log in (played.stack.data_dir / "log").iterdir():
        text = log.read_text(errors="replace")
        assert [secret for secret in secrets if secret in text] == [], log.name
