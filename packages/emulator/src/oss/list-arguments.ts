import { badArgument } from "./object-failures.ts";
import { MAX_KEY_BYTES } from "./names.ts";

/** Throws if one of these query parameters is longer than any key. */
export function checkLengths(parameters: { readonly [name: string]: string | undefined }): void {
  for (const [name, value = ""] of Object.entries(parameters)) {
    if (Buffer.byteLength(value) > MAX_KEY_BYTES) {
      throw badArgument(name, value, `The length of ${name} must not exceed ${MAX_KEY_BYTES} bytes.`);
    }
  }
}
