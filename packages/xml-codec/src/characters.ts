/** The code of `<`. */
export const LT = 60;
/** The code of `>`. */
export const GT = 62;
/** The code of `/`. */
export const SLASH = 47;
/** The code of `=`. */
export const EQUALS = 61;
/** The code of `"`. */
export const QUOTE = 34;
/** The code of `'`. */
export const APOSTROPHE = 39;
/** The code of `!`. */
export const BANG = 33;
/** The code of `?`. */
export const QUESTION = 63;

/** Whether XML takes the character for white space. */
export function isSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

/** Beyond ASCII, every character is taken for a letter. */
export function isNameCharacter(code: number): boolean {
  const isLetter = (code >= 97 && code <= 122) || (code >= 65 && code <= 90) || code >= 128;
  return isLetter || (code >= 48 && code <= 58) || code === 45 || code === 46 || code === 95;
}

/** Whether a name may begin with this name character: digits, `-` and `.` are for the rest. */
export function startsName(code: number): boolean {
  return code > 57;
}
