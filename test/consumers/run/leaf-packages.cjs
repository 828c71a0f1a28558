const assert = require("node:assert/strict");
const { crc64 } = require("@cosmoss/checksum");
const { md5Base64 } = require("@cosmoss/checksum/md5");
const { ConfigError } = require("@cosmoss/errors");

(async () => {
  assert.equal(crc64(Buffer.from("123456789")), "11051210869376104954");
  assert.equal(await md5Base64(""), "1B2M2Y8AsgTpgAmY7PhCfg==");
  assert.ok(ConfigError.isInstance(new ConfigError("no region")));
})();
