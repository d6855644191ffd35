import type { MessageDescriptor } from '@lingui/core';
import { msg } from '@lingui/core/macro';
import type { Award, Gender, Outcome, SignatureRole, SubjectLevel, TraitGroup, TraitLevel } from '../gql/graphql';

/** A level as the form prints it, and what the letter stands for. */
interface LevelView {
  letter: string;
  words: MessageDescriptor;
}

export const SUBJECT_LEVELS = {
  GOOD: { letter: 'T', words: msg`Hoàn thành tốt` },
  COMPLETED: { letter: 'H', words: msg`Hoàn thành` },
  NOT_COMPLETED: { letter: 'C', words: msg`Chưa hoàn thành` },
} satisfies Record<SubjectLevel, LevelView>;

export const TRAIT_LEVELS = {
  GOOD: { letter: 'T', words: msg`Tốt` },
  FAIR: { letter: 'Đ', words: msg`Đạt` },
  NEEDS_EFFORT: { letter: 'C', words: msg`Cần cố gắng` },
} satisfies Record<TraitLevel, LevelView>;

export const TRAIT_GROUPS = {
  QUALITY: msg`Những phẩm chất chủ yếu`,
  GENERAL_COMPETENCE: msg`Những năng lực chung`,
  SPECIFIC_COMPETENCE: msg`Những năng lực đặc thù`,
} satisfies Record<TraitGroup, MessageDescriptor>;

export const OUTCOMES = {
  EXCELLENT: msg`Hoàn thành xuất sắc`,
  GOOD: msg`Hoàn thành tốt`,
  COMPLETED: msg`Hoàn thành`,
  NOT_COMPLETED: msg`Chưa hoàn thành`,
} satisfies Record<Outcome, MessageDescriptor>;

export const AWARDS = {
  EXCELLENT_PUPIL: msg`Học sinh Xuất sắc`,
  OUTSTANDING_PUPIL: msg`Học sinh Tiêu biểu hoàn thành tốt trong học tập và rèn luyện`,
  AD_HOC: msg`Khen thưởng đột xuất`,
  PROPOSED_TO_HIGHER_LEVEL: msg`Đề nghị cấp trên khen thưởng`,
  LETTER_OF_PRAISE: msg`Thư khen`,
} satisfies Record<Award, MessageDescriptor>;

export const GENDERS = {
  MALE: msg`Nam`,
  FEMALE: msg`Nữ`,
  NOT_KNOWN: msg`Chưa rõ`,
} satisfies Record<Gender, MessageDescriptor>;

export const SIGNATURE_ROLES = {
  HOMEROOM_TEACHER: msg`Giáo viên chủ nhiệm`,
  PRINCIPAL: msg`Hiệu trưởng`,
  SCHOOL_SEAL: msg`Dấu nhà trường`,
  LOCK_SEAL: msg`Dấu chốt của Sở`,
} satisfies Record<SignatureRole, MessageDescriptor>;
