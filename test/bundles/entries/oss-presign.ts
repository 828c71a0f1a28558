import { OSSPresigner, presign } from "@cosmoss/client-oss/presign";
import { GetObjectCommand } from "@cosmoss/commands-oss/get-object";
import type { Credentials } from "@cosmoss/types";

export async function main(credentials: Credentials): Promise<unknown> {
  const presigner = new OSSPresigner({ region: "cn-hangzhou", credentials });
  return presign(presigner, new GetObjectCommand({ Bucket: "photos", Key: "a.txt" }), { expiresIn: 600 });
}
