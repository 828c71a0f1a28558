import { ConfigError } from "@cosmoss/errors";

/** Gives attributes back. Throws a `ConfigError` for keys to encrypt with, which checkpoints would show. */
export function withoutSecrets<Attributes extends object>(attributes: Attributes): Attributes {
  const secret = Object.keys(attributes).find((name) => name.startsWith("SSECustomer"));
  if (secret === undefined) return attributes;
  throw new ConfigError(
    `attributes has ${secret}, which would be kept in checkpoints; encrypt with a key of the service, or use the commands`,
  );
}
