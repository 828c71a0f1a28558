/** Which names a file may have: what Linux and macOS allow, or Windows too. */
export type NameRules = "posix" | "windows";

/** Bytes of a name on nearly all file systems; on Windows they are UTF-16 units. */
const MAX_NAME = 255;

/**
 * Why a file of this path, relative with `/` between names, must not be written below a directory; `undefined` when it is
 * fine. What leads out of a directory anywhere is refused everywhere.
 */
export function unsafePathReason(path: string, rules: NameRules): string | undefined {
  if (path === "") return "it is empty";
  if (path.includes("\0")) return "it contains a NUL character";
  if (/\p{Surrogate}/u.test(path)) return "it is no valid Unicode text";
  if (path.startsWith("/")) return "it begins with a slash, as an absolute path does";
  if (/^[A-Za-z]:(?:$|[/\\])/.test(path)) return "it begins with a drive letter, as an absolute path does";
  if (path.endsWith("/")) return "it ends with a slash, as the name of a folder does";
  // Backslashes, too: they separate names on Windows, and what is written here may be read there.
  if (path.split(/[/\\]/).includes("..")) return 'it contains "..", which leads out of the directory';
  for (const name of path.split("/")) {
    const reason = unsafeNameReason(name) ?? (rules === "windows" ? unsafeOnWindows(name) : tooLong(utf8Length(name)));
    if (reason !== undefined) return reason;
  }
  return undefined;
}

function unsafeNameReason(name: string): string | undefined {
  if (name === "") return "it contains an empty name, between two slashes";
  return name === "." ? 'it contains ".", which is no name' : undefined;
}

function unsafeOnWindows(name: string): string | undefined {
  // A colon would make it a drive, or a stream hidden in another file.
  if (/[<>:"|?*\\]/.test(name))
    return `${JSON.stringify(name)} contains a character that Windows has no room for in names`;
  for (const character of name) {
    if (character < " ") return `${JSON.stringify(name)} contains a control character, which Windows does not allow`;
  }
  if (/[. ]$/.test(name)) return `${JSON.stringify(name)} ends with a dot or a space, which Windows leaves out`;
  if (/^(?:con|prn|aux|nul|conin\$|conout\$|(?:com|lpt)[0-9¹²³]) *(?:\.|$)/i.test(name)) {
    return `${JSON.stringify(name)} is the name of a device on Windows`;
  }
  return tooLong(name.length);
}

function tooLong(length: number): string | undefined {
  return length > MAX_NAME ? `it contains a name longer than ${MAX_NAME} bytes` : undefined;
}

function utf8Length(text: string): number {
  return new TextEncoder().encode(text).length;
}
