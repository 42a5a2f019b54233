/** Dates and numbers in the language of the page. Formatters are kept, since making one is slow. */
import { currentLanguage } from '.';

type DateStyle = 'time' | 'day' | 'day_year' | 'moment' | 'date';

const styles: Record<DateStyle, Intl.DateTimeFormatOptions> = {
  time: { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' },
  day: { weekday: 'long', day: 'numeric', month: 'long' },
  day_year: { weekday: 'long', day: 'numeric', month: 'long', year: 'numeric' },
  moment: { dateStyle: 'long', timeStyle: 'medium' },
  date: { dateStyle: 'medium' },
};

const formatters = new Map<string, Intl.DateTimeFormat>();

function format(style: DateStyle, at: Date): string {
  const language = currentLanguage() === 'en' ? 'en-GB' : currentLanguage();
  const key = `${language} ${style}`;
  let formatter = formatters.get(key);
  if (!formatter) {
    formatter = new Intl.DateTimeFormat(language, styles[style]);
    formatters.set(key, formatter);
  }
  return formatter.format(at);
}

/** "09:14". */
export function formatTime(at: string): string {
  return format('time', new Date(at));
}

/** "Tuesday 24 November", with the year when it is not this one. */
export function formatDay(at: string, now = new Date()): string {
  const date = new Date(at);
  return format(date.getFullYear() === now.getFullYear() ? 'day' : 'day_year', date);
}

/** Day, date and time to the second, for titles. */
export function formatMoment(at: string): string {
  return format('moment', new Date(at));
}

export function formatDate(at: string): string {
  return format('date', new Date(at));
}

export function formatNumber(value: number): string {
  return new Intl.NumberFormat(currentLanguage() === 'en' ? 'en-GB' : currentLanguage()).format(value);
}

/** The local calendar day, for comparing. */
export function dayOf(at: string): string {
  const date = new Date(at);
  return `${date.getFullYear()}-${date.getMonth()}-${date.getDate()}`;
}
