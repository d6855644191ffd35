"""Contents and sheets for drawing: one ordinary pupil and the awkward ones of the form's own list of test cases."""

from dataclasses import replace
from datetime import date

from backend.domain.completion import Award
from backend.domain.content import (
    AwardGiven,
    HistoryEntry,
    PupilFacts,
    RecordContent,
    SchoolFacts,
    SubjectResult,
)
from backend.domain.curriculum import SubjectStatus, curriculum_of
from backend.domain.identifiers import Gender, LookupCode
from backend.domain.levels import COMMENT_MAX, Period, SubjectLevel, TraitGroup, TraitLevel
from backend.domain.school_year import SchoolYear
from signing_worker.render.sheet import FormSheet

CODE = LookupCode.parse("3f2a9c1e7b4d4e5f8a6b0c1d2e3f4a5b")
PUBLIC_URL = "https://hocba.quangninh.example"
COMMENTS = (
    "Em đọc to, rõ ràng, viết chữ đẹp, trình bày sạch sẽ; biết kể lại câu chuyện theo lời của mình.",
    "Nắm vững kiến thức đã học, tính toán nhanh. Cần cẩn thận hơn khi giải bài toán có lời văn.",
    "Em có ý thức học tập tốt, hăng hái tham gia các hoạt động của lớp, biết giúp đỡ bạn bè.",
)
LONGEST_COMMENT = ("Em hăng hái phát biểu, viết chữ sạch đẹp và biết giúp đỡ các bạn trong lớp; " * 5)[
    :COMMENT_MAX
]

SCHOOL = SchoolFacts(
    code="22193401",
    name="Trường Tiểu học Lê Hồng Phong",
    commune="Phường Hồng Hải",
    district="Thành phố Hạ Long",
    province="Tỉnh Quảng Ninh",
    place="Hạ Long",
)
PUPIL = PupilFacts(
    full_name="Nguyễn Hoàng Bảo Ngọc",
    birth_date=date(2014, 3, 9),
    gender=Gender.FEMALE,
    ethnicity="Kinh",
    nationality="Việt Nam",
    birth_place="Bệnh viện Sản Nhi Quảng Ninh",
    hometown="Xã Hoàng Tân, Quảng Yên",
    address="Tổ 3, khu 5, phường Hồng Hải, thành phố Hạ Long, tỉnh Quảng Ninh",
    father="Nguyễn Văn Thắng",
    mother="Trần Thị Thu Hằng",
    pupil_code="2219341234",
)


def history(years: int, school: str = SCHOOL.name) -> tuple[HistoryEntry, ...]:
    return tuple(
        HistoryEntry(
            school_year=SchoolYear(2020 + at),
            class_name=f"{at + 1}A2",
            school_name=school,
            register_number=f"{100 + at}/2020",
            entered_on=date(2020, 9, 5) if at == 0 else None,
        )
        for at in range(years)
    )


def content(grade: int = 4, *, comment: str = "", elective: bool = False) -> RecordContent:
    """A whole year of one grade; ``comment`` stands in every cell when given."""
    year = SchoolYear(2019 + grade)
    curriculum = curriculum_of(grade, year)
    subjects = {
        subject.code: SubjectResult(
            level=SubjectLevel.COMPLETED if at % 3 else SubjectLevel.GOOD,
            scores={Period.YEAR_END: (8,)} if subject.has_year_end_test else {},
            comment=comment or COMMENTS[at % 3],
            language="Tiếng Anh" if subject.names_language else "",
        )
        for at, subject in enumerate(curriculum.subjects)
        if elective or subject.status is SubjectStatus.COMPULSORY
    }
    return RecordContent(
        school_year=year,
        grade=grade,
        class_name=f"{grade}A2",
        school=SCHOOL,
        pupil=PUPIL,
        history=history(grade),
        height_mm=1285,
        weight_g=27_300,
        absent_excused=2,
        subjects=subjects,
        traits={trait.code: TraitLevel.GOOD for trait in curriculum.traits},
        comments={group: comment or COMMENTS[at] for at, group in enumerate(TraitGroup)},
        awards=(AwardGiven(award=Award.AD_HOC, note="Giải Nhì cuộc thi vẽ tranh cấp trường"),),
        recorded_on=date(2024, 5, 28),
    )


def sheet(record: RecordContent | None = None, **given) -> FormSheet:
    """A sheet with the facts that a test does not care about filled in."""
    defaults = {"lookup_code": CODE, "public_url": PUBLIC_URL, "revision": 1}
    return FormSheet(content=record or content(), **(defaults | given))


def _pupil(record: RecordContent, **facts) -> RecordContent:
    return replace(record, pupil=replace(record.pupil, **facts))


def _subject(record: RecordContent, code: str, **facts) -> RecordContent:
    return replace(record, subjects={**record.subjects, code: replace(record.subjects[code], **facts)})


def awkward_contents() -> dict[str, RecordContent]:
    """The form's list of test cases for the drawing."""
    usual = content()
    two_schools = (*history(3), *history(4, "Trường Tiểu học Trần Quốc Toản")[3:], *history(4)[3:])
    repeated = (*history(4), replace(history(4)[3], school_year=SchoolYear(2024)))
    poor = _subject(usual, "TOAN", level=SubjectLevel.NOT_COMPLETED, scores={Period.YEAR_END: (2, 4)})
    long_school = "Trường Phổ thông Dân tộc bán trú Tiểu học và Trung học cơ sở xã Đồng Tâm huyện Bình Liêu"
    return {
        "longest name": _pupil(usual, full_name="Công Tằng Tôn Nữ Nguyễn Hoàng Phương Quỳnh Như"),
        "no father": _pupil(usual, father=""),
        "no parents, a guardian": _pupil(usual, father="", mother="", guardian="Vũ Thị Đượm"),
        "two schools in one year": replace(usual, history=two_schools),
        "repeated year": replace(usual, history=repeated),
        "grade 1": content(1),
        "grade 5": content(5),
        "not completed": poor,
        "not completed, promoted later": replace(poor, reassessed=True, promoted_by_decision=True),
        "not completed, not promoted": replace(poor, promoted_by_decision=False),
        "not assessed": replace(
            usual,
            not_assessed=True,
            subjects={},
            traits={},
            comments={},
            completed_by_decision=True,
            awards=(),
        ),
        "ethnic language": _subject(content(elective=True), "TIENG_DAN_TOC", language="Tiếng Dao"),
        "longest comment everywhere": content(comment=LONGEST_COMMENT, elective=True),
        "school name of two lines": replace(usual, school=replace(SCHOOL, name=long_school)),
        "stacked marks in capitals": _pupil(usual, full_name="ĐẶNG NGỮ HUẾ ỄỞ ẶẾỮ", father="LƯƠNG THẾ VỮNG"),
        "empty": RecordContent(
            school_year=SchoolYear(2023),
            grade=4,
            class_name="",
            school=SchoolFacts(code="", name="", commune="", district="", province="", place=""),
            pupil=PupilFacts(full_name=""),
        ),
        "fifteen school years": replace(usual, history=tuple(replace(one) for one in (history(4) * 4)[:15])),
    }
