import { COSClient } from "@cosmoss/client-cos";
import { OSSClient, paginate } from "@cosmoss/client-oss";
import { OSSPresigner, presign } from "@cosmoss/client-oss/presign";
import { GetObjectCommand as GetFromCOS, PutObjectCommand as PutToCOS } from "@cosmoss/commands-cos";
import { GetObjectCommand } from "@cosmoss/commands-oss/get-object";
import { ListObjectsV2Command } from "@cosmoss/commands-oss/list-objects-v2";
import { PutObjectCommand } from "@cosmoss/commands-oss/put-object";

const credentials = { accessKeyId: "id", accessKeySecret: "secret" };
const oss = new OSSClient({ region: "cn-hangzhou", credentials });
const cos = new COSClient({ region: "ap-guangzhou", credentials: () => Promise.resolve(credentials) });

export async function copyToCOS(key: string, signal: AbortSignal): Promise<string | undefined> {
  const { Body } = await oss.send(new GetObjectCommand({ Bucket: "photos", Key: key }), { signal });
  const { ETag } = await cos.send(new PutToCOS({ Bucket: "photos-1250000000", Key: key, Body: await Body.bytes() }));
  return ETag;
}

export async function upload(file: File): Promise<void> {
  await oss.send(new PutObjectCommand({ Bucket: "photos", Key: file.name, Body: file }));
}

export async function names(): Promise<string[]> {
  const found: string[] = [];
  for await (const page of paginate(oss, ListObjectsV2Command, { Bucket: "photos" })) {
    for (const { Key } of page.Contents ?? []) found.push(Key);
  }
  return found;
}

export async function link(key: string): Promise<string> {
  const presigner = new OSSPresigner({ region: "cn-hangzhou", credentials });
  return (await presign(presigner, new GetObjectCommand({ Bucket: "photos", Key: key }), { expiresIn: 600 })).url;
}

// @ts-expect-error Key is required: this program is checked at all
export const incomplete = new GetFromCOS({ Bucket: "photos-1250000000" });
