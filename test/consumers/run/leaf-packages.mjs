import assert from "node:assert/strict";
import { crc64 } from "@cosmoss/checksum";
import { md5Base64 } from "@cosmoss/checksum/md5";
import { ConfigError } from "@cosmoss/errors";
import { readErrorXml } from "@cosmoss/xml-codec/error";

assert.equal(crc64(Buffer.from("123456789")), "11051210869376104954");
assert.equal(await md5Base64(""), "1B2M2Y8AsgTpgAmY7PhCfg==");
assert.ok(ConfigError.isInstance(new ConfigError("no region")));
assert.equal(readErrorXml("<Error><Code>NoSuchKey</Code></Error>")?.Code, "NoSuchKey");
