import { ConfigError } from "@cosmoss/errors";
import type { PrefixLocation, TransferPort } from "../ports/port.ts";
import type { ObjectsEnd } from "./sync-end.ts";

/** Options of {@link prefix}. @public */
export interface PrefixOptions<Attributes extends object = object> {
  /**
   * What the objects written there are stored with, as their content type. Default: for a copy what the source has, for
   * an upload nothing.
   */
  attributes?: (Key: string) => Attributes;
}

/**
 * The objects of a bucket whose keys begin with `Prefix`, as one side of a {@link sync}. The rest of the key is the path
 * that both sides share. @public
 *
 * @throws ConfigError if `Prefix` neither is empty nor ends in `/`: `a` would stand for `a/1.txt` and `ab.txt` alike
 */
export function prefix<Attributes extends object>(
  port: TransferPort<Attributes>,
  { Bucket, Prefix = "" }: PrefixLocation,
  { attributes }: PrefixOptions<Attributes> = {},
): ObjectsEnd {
  if (Prefix !== "" && !Prefix.endsWith("/")) {
    throw new ConfigError(
      `prefix: ${JSON.stringify(Prefix)} does not end in "/", so that other folders would take part; give ${JSON.stringify(`${Prefix}/`)}`,
    );
  }
  const name = `${port.address(Bucket)}/${Prefix}`;
  return { kind: "objects", name, port, Bucket, Prefix, ...(attributes && { attributes }) };
}
