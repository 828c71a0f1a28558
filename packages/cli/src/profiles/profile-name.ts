import { ConfigError } from "@cosmoss/errors";

/** Answers `name` if it can be a profile's. It becomes part of file and section names. */
export function checkProfileName(name: string, source: string): string {
  if (!/^[\p{L}\p{N}_@+-][\p{L}\p{N}_.@+-]{0,127}$/u.test(name)) {
    throw new ConfigError(
      `${source}: a profile is named with letters, digits and _ . @ + -, and does not begin with a dot`,
    );
  }
  return name;
}
