import { language } from './language';

const ZONE = 'Asia/Ho_Chi_Minh';
const DAY = new Intl.DateTimeFormat('en-GB', { day: '2-digit', month: '2-digit', year: 'numeric', timeZone: 'UTC' });
const LOCAL_DAY = new Intl.DateTimeFormat('en-GB', {
  day: '2-digit',
  month: '2-digit',
  year: 'numeric',
  timeZone: ZONE,
});
const CLOCK = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit', hourCycle: 'h23', timeZone: ZONE });
const NUMBER = { vi: new Intl.NumberFormat('vi-VN'), en: new Intl.NumberFormat('en-GB') };

/** dd/MM/yyyy in both languages; a bare date belongs to no time zone. */
export function formatDate(iso: string): string {
  return iso.length > 10 ? LOCAL_DAY.format(new Date(iso)) : DAY.format(new Date(iso));
}

/** An instant on Vietnamese clocks. */
export function formatTime(iso: string): string {
  const instant = new Date(iso);
  return `${LOCAL_DAY.format(instant)} ${CLOCK.format(instant)}`;
}

/** An instant with its zone, for deadlines. */
export function formatInstant(iso: string): string {
  return `${formatTime(iso)} (GMT+7)`;
}

export function formatNumber(value: number): string {
  return NUMBER[language()].format(value);
}

/** "2024-2025" with the dash that print uses. */
export function formatYear(schoolYear: string): string {
  return schoolYear.replace('-', '–');
}

export function formatSize(bytes: number): string {
  return bytes < 1_048_576
    ? `${formatNumber(Math.ceil(bytes / 1024))} kB`
    : `${formatNumber(Math.round((bytes / 1_048_576) * 10) / 10)} MB`;
}

/** A measure kept in thousandths: millimetres as metres, grams as kilograms. */
export function formatThousandths(value: number): string {
  return formatNumber(value / 1000);
}
