export type Language = 'vi' | 'en';

const KEY = 'language';
let current: Language = stored();

/** The language of the page; Vietnamese until somebody chooses otherwise. */
export function language(): Language {
  return current;
}

export function chooseLanguage(chosen: Language): void {
  current = chosen;
  document.documentElement.lang = chosen;
  try {
    localStorage.setItem(KEY, chosen);
  } catch {
    // a browser that stores nothing keeps the language until the page is left
  }
}

function stored(): Language {
  try {
    return localStorage.getItem(KEY) === 'en' ? 'en' : 'vi';
  } catch {
    return 'vi';
  }
}
