export const IDS: readonly string[] = ["small", "medium", "large"];

/** What number `n` under `id` must be, up to some 300 KB. */
export function checkpointNumber(id: string, n: number): object {
  const count = id === "large" ? 3000 : id === "medium" ? 100 : 0;
  return {
    id,
    n,
    parts: Array.from({ length: count }, (_, part) => ({
      PartNumber: part + 1,
      ETag: `"${n.toString(16).padStart(32, "0")}"`,
      HashCrc64ecma: String(n * part),
    })),
  };
}
