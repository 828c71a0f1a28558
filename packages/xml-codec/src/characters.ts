export const LT = 60;
export const GT = 62;
export const SLASH = 47;
export const EQUALS = 61;
export const QUOTE = 34;
export const APOSTROPHE = 39;
export const BANG = 33;
export const QUESTION = 63;

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
