import { readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readErrorXml } from "./error.ts";

describe("readErrorXml", () => {
  it("reads a document as OSS writes it", () => {
    const text = `<?xml version="1.0" encoding="UTF-8"?>
<Error>
  <Code>NoSuchKey</Code>
  <Message>The specified key does not exist.</Message>
  <RequestId>6639D0A1</RequestId>
  <Key>a &amp; b/&lt;c&gt;&quot;&apos;&#x1;&#65;</Key>
</Error>
`;
    expect({ ...readErrorXml(text) }).toEqual({
      Code: "NoSuchKey",
      Message: "The specified key does not exist.",
      RequestId: "6639D0A1",
      Key: "a & b/<c>\"'\u0001A",
    });
  });

  it("reads a document after blanks that kept the connection alive, and after a byte order mark", () => {
    const body = "<?xml version='1.0' encoding='utf-8' ?><Error><Code>InternalError</Code></Error>";
    for (const before of ["", "   \n\n ", "\ufeff", "\ufeff  "])
      expect(readErrorXml(before + body)?.["Code"]).toBe("InternalError");
  });

  it("takes attributes, empty documents and white space in end tags", () => {
    expect({ ...readErrorXml('<Error xmlns="http://x"><Code a="b">C</Code ></Error >') }).toEqual({ Code: "C" });
    expect({ ...readErrorXml("<Error/>") }).toEqual({});
    expect({ ...readErrorXml("<Error><Code></Code><Message/></Error>") }).toEqual({ Code: "" });
  });

  it("lists nested elements too, but never in place of one that came before", () => {
    const text = "<Error><Code>Outer</Code><Detail><Code>Inner</Code><Arg>1</Arg></Detail></Error><Late>x</Late>";
    expect({ ...readErrorXml(text) }).toEqual({ Code: "Outer", Arg: "1" });
  });

  it("leaves references alone that it does not know", () => {
    expect(readErrorXml("<Error><M>&nbsp; &#x110000; & &constructor; &AMP;</M></Error>")?.["M"]).toBe(
      "&nbsp; &#x110000; & &constructor; &AMP;",
    );
  });

  it("reads what there is of a document cut short", () => {
    expect({ ...readErrorXml("<Error><Code>A</Code><Message>half") }).toEqual({ Code: "A" });
  });

  it.each([
    "",
    " ",
    "{}",
    "<Errors><Code>A</Code></Errors>",
    "<Result><Error><Code>A</Code></Error></Result>",
    "Error",
    "<?xml",
  ])("answers undefined for %j", (text) => expect(readErrorXml(text)).toBeUndefined());

  it("has no trouble with names of the prototype", () => {
    const details = readErrorXml("<Error><__proto__>a</__proto__><constructor>b</constructor></Error>")!;
    expect(Object.keys(details)).toEqual(["__proto__", "constructor"]);
    expect(details["__proto__"]).toBe("a");
    expect(details["toString"]).toBeUndefined();
  });

  it("reads no further than 64 Ki characters", () => {
    const far = "<Error><Code>A</Code>" + " ".repeat(65_536) + "<Far>x</Far></Error>";
    expect({ ...readErrorXml(far) }).toEqual({ Code: "A" });
    expect(readErrorXml("<!--" + " ".repeat(65_536) + "--><Error/>")).toBeUndefined();
  });

  it("skips any number of blanks, which COS sends to keep a connection alive", () => {
    expect({ ...readErrorXml(" \n".repeat(100_000) + "<Error><Code>A</Code></Error>") }).toEqual({ Code: "A" });
  });

  it("copes with text made to be slow", () => {
    for (const piece of [
      "<a",
      "<a ",
      "<a>",
      "<a></a",
      "<a></a ",
      "<?",
      "?>",
      "&",
      "&#",
      " ",
      "<a b=",
      "</",
      "<Error",
    ]) {
      expect({ ...readErrorXml("<Error>" + piece.repeat(65_536)) }).toEqual({});
      readErrorXml("<?xml " + piece.repeat(65_536));
      readErrorXml(" ".repeat(30_000) + piece.repeat(65_536));
    }
  });

  it("never throws", () => {
    const piece = fc.constantFrom(
      "<Error>",
      "</Error>",
      "<",
      ">",
      "/",
      "&",
      ";",
      "#x",
      "a",
      "<Code>",
      "</Code>",
      "<?",
      "?>",
      " ",
      "9",
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(piece, fc.string({ unit: "binary" }))), (pieces) => {
        const details = readErrorXml("<Error>" + pieces.join(""));
        for (const value of Object.values(details!)) expect(typeof value).toBe("string");
        readErrorXml(pieces.join(""));
      }),
    );
  });

  it("stands alone, so that a bundle with it carries no XML reader", () => {
    expect(readFileSync(new URL("error.ts", import.meta.url), "utf8")).not.toMatch(/^\s*import |import\(|require\(/m);
  });
});
