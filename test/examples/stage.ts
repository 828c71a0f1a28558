// What the examples find when they run: an emulator with some objects, and some files in the working directory.
import { mkdirSync, writeFileSync } from "node:fs";
import dns from "node:dns";
import { COSClient } from "@cosmoss/client-cos";
import { OSSClient } from "@cosmoss/client-oss";
import { PutObjectCommand as PutObjectOfCOS } from "@cosmoss/commands-cos/put-object";
import { PutObjectCommand } from "@cosmoss/commands-oss/put-object";
import { type Emulator, startEmulator } from "@cosmoss/emulator";

// An example that would leave this machine fails instead.
const { lookup } = dns;
dns.lookup = ((host: string, ...rest: [never]) => {
  if (host !== "127.0.0.1" && host !== "localhost") throw new Error(`an example asks for ${host}`);
  lookup(host, ...rest);
}) as typeof lookup;

/** Of three parts, so that there is something to be sent side by side. */
const film = Buffer.alloc(20 << 20, "film");

export const emulator: Emulator = await startEmulator({
  buckets: { oss: ["photos", "backup"], cos: ["photos-1250000000"] },
});
const oss = new OSSClient(emulator.oss);
const cos = new COSClient(emulator.cos);
const objects = { "film.mp4": film, "a/1.jpg": "jpeg", "2024/1.jpg": "jpeg", "logs/2024/1.txt": "log" };
for (const [Key, Body] of Object.entries(objects))
  await oss.send(new PutObjectCommand({ Bucket: "photos", Key, Body }));
await cos.send(new PutObjectOfCOS({ Bucket: "photos-1250000000", Key: "a/1.jpg", Body: "jpeg" }));
oss.destroy();
cos.destroy();

mkdirSync("documents");
mkdirSync("site");
writeFileSync("documents/1.txt", "a document");
writeFileSync("site/index.html", "<p>a site");
writeFileSync("disk.img", "a disk");
writeFileSync("film.mp4", film);

/** To be called after the last example: nothing is left open, so that the process ends. */
export async function end(): Promise<void> {
  const refused = emulator.requests.filter(({ status }) => status === 403);
  if (refused.length > 0) throw new Error(`the service refused ${JSON.stringify(refused)}`);
  await emulator.close();
}
