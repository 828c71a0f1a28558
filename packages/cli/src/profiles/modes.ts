import { ConfigError } from "@cosmoss/errors";
import { plainKey } from "./ini.ts";
import { keysAdvice } from "./keys.ts";
import type { PlaceContext } from "./place.ts";

/** What the modes want that are more than keys in a file. Names as {@link plainKey} writes them. */
const NEEDS: Readonly<Record<string, string>> = {
  ramrolearn: "it asks the token service for a role's keys",
  ramrolearnwithrolename: "it asks the metadata and token services for a role's keys",
  chainableramrolearn: "it asks the token service for a role's keys",
  rolearn: "it asks the token service for a role's keys",
  ecsramrole: "it asks the metadata service of an ECS instance",
  aliecsramrole: "it asks the metadata service of an ECS instance",
  ecsak: "it asks the metadata service of an ECS instance",
  cvmrole: "it asks the metadata service of a CVM instance",
  external: "it runs a command",
  process: "it runs a command",
  credentialsuri: "it fetches keys from an address",
  oidc: "it trades an identity token for keys",
  oidcrolearn: "it trades an identity token for keys",
  cloudsso: "it needs a login in the browser",
  sso: "it needs a login in the browser",
  oauth: "it needs a login in the browser",
  rsakeypair: "it trades a private key for keys",
  bearertoken: "it has no keys to sign with",
  bearer: "it has no keys to sign with",
  anonymous: "it has no keys to sign with",
};

/** Throws the `ConfigError` for a mode that takes more than keys in the file. A mode that nobody knows is not shown. */
export function refuseMode(
  context: PlaceContext,
  { where, key, mode, supported }: { where: string; key: string; mode: unknown; supported: string },
): never {
  const plain = typeof mode === "string" ? plainKey(mode) : "";
  const said = Object.hasOwn(NEEDS, plain)
    ? `"${String(mode)}" is not supported, because ${NEEDS[plain]}`
    : "is none that is known";
  throw new ConfigError(`${where}, key ${key}: ${said}. Supported: ${supported}. Instead, ${keysAdvice(context)}`);
}
