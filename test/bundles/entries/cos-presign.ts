import { COSPresigner, presign } from "@cosmoss/client-cos/presign";
import { GetObjectCommand } from "@cosmoss/commands-cos/get-object";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const presigner = new COSPresigner({ region: "ap-guangzhou", credentials });
  return presign(presigner, new GetObjectCommand({ Bucket: "photos-1250000000", Key: "a.txt" }), { expiresIn: 600 });
}
