import type { PortableAttributes } from "./port.ts";

/** Where a provider is particular about the attributes of objects. */
interface AttributeRules {
  /** Attributes that it does not know. */
  readonly unknown: readonly (keyof PortableAttributes)[];
  /** Names of user metadata that it takes, in lower case. */
  readonly metadataName: RegExp;
}

/** The attributes of another object as far as `rules` allow. `dropped` names the rest, as `Metadata.a_b`. */
export function adopt(
  attributes: PortableAttributes,
  { unknown, metadataName }: AttributeRules,
): { attributes: PortableAttributes; dropped: string[] } {
  const { Metadata = {}, Tagging = {}, ...headers } = attributes;
  const adopted: Record<string, unknown> = {};
  const dropped: string[] = [];
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined) continue;
    if (unknown.includes(name as keyof PortableAttributes)) dropped.push(name);
    else adopted[name] = value;
  }
  const metadata: [string, string][] = [];
  for (const [name, value] of Object.entries(Metadata)) {
    if (metadataName.test(name.toLowerCase())) metadata.push([name.toLowerCase(), value]);
    else dropped.push("Metadata." + name);
  }
  // Not by assignment: a name may be "__proto__".
  if (metadata.length > 0) adopted["Metadata"] = Object.fromEntries(metadata);
  if (Object.keys(Tagging).length > 0) adopted["Tagging"] = { ...Tagging };
  return { attributes: adopted, dropped };
}
