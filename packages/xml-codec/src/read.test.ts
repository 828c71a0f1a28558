import { DecodeError } from "@cosmoss/errors";
import type { AnyMember, AnyShape } from "@cosmoss/types";
import { describe, expect, it } from "vitest";
import { readXml } from "./index.ts";

function read(content: string, shape: AnyShape): Record<string, unknown> {
  return readXml(`<R>${content}</R>`, "R", shape);
}

/** The text of a member `A`. */
function text(content: string): unknown {
  return read(`<A>${content}</A>`, { A: {} })["A"];
}

/** The message of the DecodeError that the document causes. */
function refusal(xml: string, shape: AnyShape = {}): string {
  try {
    readXml(xml, "R", shape);
  } catch (error) {
    expect(DecodeError.isInstance(error)).toBe(true);
    return (error as Error).message;
  }
  throw new Error("nothing was thrown");
}

describe("members", () => {
  it("reads what the shape names, and passes over the rest", () => {
    const shape: AnyShape = { A: {}, Bee: { name: "B" }, H: { in: "header" }, Missing: {} };
    const xml = "<X><A>no</A><Y/></X><A>1</A><B>2</B><H>3</H><Z>4</Z>";
    expect(read(xml, shape)).toStrictEqual({ A: "1", Bee: "2" });
  });

  it("matches names exactly", () => {
    expect(read("<a>1</a><AA>2</AA><n:A>3</n:A>", { A: {} })).toStrictEqual({});
  });

  it("takes members in any order, and after a wrong guess", () => {
    const shape: AnyShape = { L: { list: { struct: () => ({ A: {}, B: {}, C: {} }) } } };
    const xml =
      "<L><A>1</A><B>2</B></L><L><B>3</B><A>4</A></L><L><A>5</A><C>6</C><B>7</B></L><L><A>8</A><Ab/><B>9</B></L>";
    expect(read(xml, shape)).toStrictEqual({
      L: [
        { A: "1", B: "2" },
        { B: "3", A: "4" },
        { A: "5", C: "6", B: "7" },
        { A: "8", B: "9" },
      ],
    });
  });

  it("reads structs inside structs, each place by its own shape", () => {
    const Node: () => AnyShape = () => ({ Name: {}, Child: { struct: Node } });
    expect(read("<Child><Name>a</Name><Child><Name>b</Name></Child><Name2/></Child>", Node())).toStrictEqual({
      Child: { Name: "a", Child: { Name: "b" } },
    });
  });

  it("makes an array of every list, wrapped or not, and of an absent one", () => {
    const shape: AnyShape = { F: { list: {} }, W: { list: { type: "int" }, item: "I" } };
    expect(read("<F>a</F><X/><F/><W><I>1</I><J>5</J><I>2</I></W><F>c</F>", shape)).toStrictEqual({
      F: ["a", "", "c"],
      W: [1, 2],
    });
    expect(read("<F>a</F><W><I>1</I></W>", shape)).toStrictEqual({ F: ["a"], W: [1] });
    expect(read("", shape)).toStrictEqual({ F: [], W: [] });
    expect(read("<W/>", shape)).toStrictEqual({ F: [], W: [] });
    expect(read("<W>\n</W>", shape)).toStrictEqual({ F: [], W: [] });
  });

  it("starts a new array for each parent", () => {
    const shape: AnyShape = { S: { list: { struct: () => ({ L: { list: {} } }) } } };
    expect(read("<S><L>1</L><L>2</L></S><S/><S><L>3</L></S>", shape)).toStrictEqual({
      S: [{ L: ["1", "2"] }, { L: [] }, { L: ["3"] }],
    });
  });

  it("reads a list inside a list", () => {
    const shape: AnyShape = { A: { list: { list: { type: "int" }, item: "C" }, item: "B" } };
    expect(read("<A><B><C>1</C><C>2</C></B><B/></A>", shape)).toStrictEqual({ A: [[1, 2], []] });
  });

  it("gives the text of an element to its member named #text", () => {
    const shape: AnyShape = { Location: { name: "#text" } };
    const location = (xml: string): unknown => readXml(xml, "LocationConstraint", shape)["Location"];
    expect(location("<LocationConstraint>oss-cn-hangzhou</LocationConstraint>")).toBe("oss-cn-hangzhou");
    expect(location('<LocationConstraint xmlns="http://x">a<!-- -->&amp;<![CDATA[b]]></LocationConstraint>')).toBe(
      "a&b",
    );
    expect(location("<LocationConstraint/>")).toBe("");
    const grades: AnyShape = { G: { list: { struct: () => ({ Grade: { name: "#text", type: "int" }, Of: {} }) } } };
    expect(read("<G>5<Of>x</Of></G><G/>", grades)).toStrictEqual({ G: [{ Of: "x", Grade: 5 }, {}] });
  });

  it("throws for a required member that is absent, and for an empty one that is not text", () => {
    const shape: AnyShape = {
      L: { list: { struct: () => ({ Key: { required: true }, Size: { type: "int", required: true } }) } },
    };
    const missing = (what: string): string => `in R/L/${what}: the element <${what}> is missing or empty`;
    expect(refusal("<R><L><Size>1</Size></L></R>", shape)).toContain(missing("Key"));
    expect(refusal("<R><L><Key/><Size/></L></R>", shape)).toContain(missing("Size"));
    expect(refusal("<R><L><Key>a</Key><Size>1</Size></L><L><Key>b</Key></L></R>", shape)).toContain(missing("Size"));
    expect(refusal("<R/>", { Key: { required: true } })).toContain("R/Key");
    expect(read("<L><Key/><Size>0</Size></L>", shape)).toStrictEqual({ L: [{ Key: "", Size: 0 }] });
  });

  it("takes an empty struct for an absent one where it would lack a required member", () => {
    const shape: AnyShape = {
      O: { struct: () => ({ ID: { required: true } }) },
      P: { struct: () => ({ ID: {} }) },
      L: { list: { struct: () => ({ ID: { required: true } }) } },
    };
    expect(read("<O/><P/><L></L><L><ID>1</ID></L>", shape)).toStrictEqual({ P: {}, L: [{ ID: "1" }] });
    expect(refusal("<R><O><Other/></O></R>", shape)).toContain("R/O/ID");
    expect(refusal("<R><O/></R>", { O: { struct: () => ({ ID: { required: true } }), required: true } })).toContain(
      "R/O:",
    );
  });

  it("does not take a struct for empty that has text for a required member", () => {
    const shape: AnyShape = { G: { struct: () => ({ Grade: { name: "#text", required: true } }) } };
    expect(read("<G>5</G>", shape)).toStrictEqual({ G: { Grade: "5" } });
    expect(read("<G/>", shape)).toStrictEqual({});
  });

  it("refuses a member that occurs twice though it is no list", () => {
    expect(refusal("<R><A>1</A>\n<A>2</A></R>", { A: {} })).toBe(
      "XML document, line:column 2:1, in R/A: the element <A> occurs more than once",
    );
    expect(read("<X>1</X><X>2</X>", { A: {} })).toStrictEqual({});
  });

  it("ignores elements inside a scalar", () => {
    expect(text("a<b>c</b>d<e/>")).toBe("ad");
    expect(text("a<bA>c</bA>d")).toBe("ad");
  });

  it("is not disturbed by names of the prototype", () => {
    const evil = "<__proto__><polluted>1</polluted></__proto__><constructor>c</constructor><toString>t</toString>";
    const result = read(evil, { A: {} });
    expect(result).toStrictEqual({});
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    const shape = JSON.parse('{"__proto__":{"list":{}},"constructor":{},"toString":{}}') as AnyShape;
    const own = read("<__proto__>p</__proto__><constructor>c</constructor>", shape);
    expect(Object.entries(own)).toEqual([
      ["__proto__", ["p"]],
      ["constructor", "c"],
    ]);
    expect(Object.getPrototypeOf(own)).toBe(Object.prototype);
    expect(refusal("<R/>", { toString: { required: true } } as never)).toContain("R/toString");
  });
});

describe("scalars", () => {
  const value = (member: AnyMember, content: string): unknown => read(`<A>${content}</A>`, { A: member })["A"];
  const refused = (member: AnyMember, content: string): string => refusal(`<R><A>${content}</A></R>`, { A: member });

  it("keeps text as it is", () => {
    for (const kept of ["007", "1e5", " a ", "\n\t ", "true", "\u0001\u007f", "]]>", "a > b", '"q"', "'"])
      expect(text(kept)).toBe(kept);
    expect(read("<A/>", { A: {} })).toStrictEqual({ A: "" });
  });

  it.each([
    ["0", 0],
    ["-0", 0],
    ["007", 7],
    ["-12", -12],
    [" \n5 ", 5],
    ["9007199254740991", 9007199254740991],
    ["-9007199254740991", -9007199254740991],
    ["<![CDATA[5]]>", 5],
    ["1<!-- , -->2", 12],
    ["&#x31;", 1],
  ])("reads the integer %j", (content, expected) => expect(value({ type: "int" }, content)).toBe(expected));

  it.each([
    "9007199254740992",
    "9007199254740993",
    "-9007199254740992",
    "1e5",
    "1.0",
    "+1",
    "0x1",
    "NaN",
    "Infinity",
    "-",
    "1 2",
    "٣",
    "1".repeat(400),
  ])("refuses the integer %j and names the member", (content) =>
    expect(refused({ type: "int" }, content)).toMatch(/in R\/A: ".{1,60}" is not an integer within the safe range$/),
  );

  it("reads booleans in any case, and nothing else", () => {
    for (const yes of ["true", "True", "TRUE", " true\n"]) expect(value({ type: "bool" }, yes)).toBe(true);
    for (const no of ["false", "False", "FALSE"]) expect(value({ type: "bool" }, no)).toBe(false);
    for (const bad of ["1", "yes", "truee"]) expect(refused({ type: "bool" }, bad)).toContain("is not true or false");
  });

  it.each([
    ["2024-05-06T07:08:09.000Z", "2024-05-06T07:08:09.000Z"],
    ["2024-05-06T07:08:09Z", "2024-05-06T07:08:09.000Z"],
    ["2024-05-06T07:08:09", "2024-05-06T07:08:09.000Z"],
    ["2024-05-06T07:08:09.5", "2024-05-06T07:08:09.500Z"],
    ["2024-05-06T07:08:09.123456Z", "2024-05-06T07:08:09.123Z"],
    ["2024-05-06T07:08:09+08:00", "2024-05-05T23:08:09.000Z"],
    ["2024-05-06T07:08:09.25-01:30", "2024-05-06T08:38:09.250Z"],
    ["2024-02-29T23:59:59Z", "2024-02-29T23:59:59.000Z"],
    ["2000-02-29T00:00:00Z", "2000-02-29T00:00:00.000Z"],
    ["1969-12-31T23:59:59Z", "1969-12-31T23:59:59.000Z"],
    ["0001-01-01T00:00:00Z", "0001-01-01T00:00:00.000Z"],
    ["9999-12-31T23:59:59.999Z", "9999-12-31T23:59:59.999Z"],
    [" 2024-05-06T07:08:09Z\n", "2024-05-06T07:08:09.000Z"],
  ])("reads the date %j", (content, expected) => {
    expect((value({ type: "iso-date" }, content) as Date).toISOString()).toBe(expected);
  });

  it.each([
    "2024-02-30T00:00:00Z",
    "2023-02-29T00:00:00Z",
    "1900-02-29T00:00:00Z",
    "2024-13-01T00:00:00Z",
    "2024-00-01T00:00:00Z",
    "2024-01-00T00:00:00Z",
    "2024-01-32T00:00:00Z",
    "2024-01-01T24:00:00Z",
    "2024-01-01T00:60:00Z",
    "2024-01-01T00:00:60Z",
    "2024-01-01T00:00:00.Z",
    "2024-01-01T00:00:00+0800",
    "2024-01-01T00:00:00+24:00",
    "2024-01-01T00:00:00z",
    "2024-01-01 00:00:00Z",
    "2024/01/01T00:00:00Z",
    "2024-1-1T00:00:00Z",
    "2024-01-01",
    "2024",
    "1714979289",
    "Wed Jan 18 16:04:17 2017",
    "x",
  ])("refuses the date %j", (content) =>
    expect(refused({ type: "iso-date" }, content)).toContain("is not an ISO 8601 date"),
  );

  it("reads HTTP dates", () => {
    expect(value({ type: "http-date" }, "Mon, 06 May 2024 07:08:09 GMT")).toStrictEqual(
      new Date(Date.UTC(2024, 4, 6, 7, 8, 9)),
    );
    for (const bad of [
      "Tue, 06 May 2024 07:08:09 GMT",
      "2024-05-06T07:08:09Z",
      "Invalid Date",
      "Mon, 06 May 2024 07:08:09 +0100",
    ]) {
      expect(refused({ type: "http-date" }, bad)).toContain("is not an HTTP date");
    }
  });

  it("takes an empty integer, boolean or date for an absent one", () => {
    for (const type of ["int", "bool", "iso-date", "http-date"] as const) {
      for (const xml of ["<A/>", "<A></A>", "<A> \n</A>"]) expect(read(xml, { A: { type } })).toStrictEqual({});
      expect(read("<A/>", { A: { list: { type } } })).toStrictEqual({ A: [] });
    }
  });
});

describe("percent-encoded members", () => {
  const shape: AnyShape = {
    Prefix: { urlEncoded: "percent" },
    Form: { urlEncoded: "form" },
    Plain: {},
    EncodingType: {},
    L: { list: { struct: () => ({ Key: { urlEncoded: "percent" } }) } },
    K: { list: { urlEncoded: "form" } },
  };
  const content =
    "<Prefix>a%2Fb+c</Prefix><Form>a%2Fb+c</Form><Plain>%20+</Plain><L><Key>%E8%85%BE%2520</Key></L><K>x</K><K>+%2B</K>";

  it.each(["EncodingType", "Encoding-Type", "Encoding-type"])(
    "are decoded if <%s> says url, wherever it stands",
    (name) => {
      for (const value of ["url", "URL", "Url"]) {
        const echo = `<${name}>${value}</${name}>`;
        for (const xml of [echo + content, content + echo, content.replace("<Plain>", echo + "<Plain>")]) {
          expect(read(xml, shape)).toStrictEqual({
            Prefix: "a/b+c",
            Form: "a/b c",
            Plain: "%20+",
            L: [{ Key: "腾%20" }],
            K: ["x", " +"],
            ...(name === "EncodingType" ? { EncodingType: value } : {}),
          });
        }
      }
    },
  );

  it.each([
    "",
    "<EncodingType/>",
    "<EncodingType>none</EncodingType>",
    "<X><EncodingType>url</EncodingType></X>",
    "<encodingType>url</encodingType>",
    "<L><EncodingType>url</EncodingType></L>",
  ])("are left alone with %j", (echo) => {
    const result = read(content + echo, shape);
    expect(result["Prefix"]).toBe("a%2Fb+c");
    expect(result["Form"]).toBe("a%2Fb+c");
    expect((result["L"] as unknown[])[0]).toStrictEqual({ Key: "%E8%85%BE%2520" });
  });

  it.each(["%", "%2", "%zz", "%FF", "a%E8%85"])("throws for the malformed %j, naming the member", (bad) => {
    const xml = `<R><L><Key>ok</Key></L>\n<L><Key>${bad}</Key></L><EncodingType>url</EncodingType></R>`;
    expect(refusal(xml, shape)).toBe(`XML document, line:column 2:4, in R/L/Key: "${bad}" is not well percent-encoded`);
    expect(read(`<L><Key>${bad}</Key></L>`, shape)["L"]).toStrictEqual([{ Key: bad }]);
  });

  it("are left alone when only a struct has such an element", () => {
    const inner: AnyShape = { ...shape, L: { list: { struct: () => ({ EncodingType: {} }) } } };
    expect(read("<L><EncodingType>url</EncodingType></L><Prefix>a%2Fb</Prefix>", inner)["Prefix"]).toBe("a%2Fb");
  });

  it("decodes entities first", () => {
    expect(read("<Prefix>&#37;41&amp;</Prefix><EncodingType>url</EncodingType>", shape)["Prefix"]).toBe("A&");
  });
});

describe("markup", () => {
  it("takes what may stand before and after the root", () => {
    for (const before of [
      "",
      "\ufeff",
      " \r\n\t",
      "\ufeff \n",
      '<?xml version="1.0" encoding="UTF-8"?>\n',
      "  <?xml version='1.0' ?>",
      "<!-- < & > --><?pi <R> ?>",
    ]) {
      for (const after of ["", "\n", " <!-- --> <?pi?>\r\n"]) {
        expect(readXml(before + "<R><A>1</A></R>" + after, "R", { A: {} })).toStrictEqual({ A: "1" });
      }
    }
  });

  it("takes white space in tags", () => {
    expect(readXml("<R ><A\n>1</A\t></R\r\n>", "R", { A: {} })).toStrictEqual({ A: "1" });
    expect(readXml("<R />", "R", { A: {} })).toStrictEqual({});
    expect(readXml("<R><A />\n <B  /></R>", "R", { A: {}, B: {} })).toStrictEqual({ A: "", B: "" });
  });

  it("ignores attributes", () => {
    const attributes = ` xmlns="http://x" xsi:type = 'a > "b" />' c=''`;
    expect(
      readXml(`<R${attributes}><X${attributes}/><A${attributes}>1</A><B${attributes}/></R>`, "R", { A: {}, B: {} }),
    ).toStrictEqual({ A: "1", B: "" });
  });

  it("joins text around comments, instructions and CDATA sections", () => {
    expect(text("a<!-- </A> -->b<?x </A>?>c<![CDATA[<&amp;>]]>d<![CDATA[]]>&lt;<![CDATA[]]]]><![CDATA[>]]>")).toBe(
      "abc<&amp;>d<]]>",
    );
    expect(read("<!-- --><A>1</A><![CDATA[ignored]]><?x?><B>2</B>", { A: {}, B: {} })).toStrictEqual({
      A: "1",
      B: "2",
    });
  });

  it("decodes the five entities and character references, once", () => {
    expect(text("&lt;&gt;&amp;&quot;&apos;")).toBe("<>&\"'");
    expect(text("&#65;&#x41;&#x1F600;&#0065;&#x1;&#31;&#xfffd;&#x10FFFF;")).toBe("AA😀A\u0001\u001f\ufffd\u{10ffff}");
    expect(text("a&amp;lt;b")).toBe("a&lt;b");
    expect(text("&quot;ABC&quot;")).toBe('"ABC"');
  });

  it("reads raw line ends as one line feed, but keeps those that are references", () => {
    expect(text("a\r\nb\rc\nd\r\r\n&#13;&#xD;\n<![CDATA[\r\n]]>")).toBe("a\nb\nc\nd\n\n\r\r\n\n");
  });

  it.each([
    "&nbsp;",
    "&LT;",
    "&",
    "a & b",
    "&;",
    "&#;",
    "&#x;",
    "&#xG;",
    "&#X41;",
    "&#1a;",
    "&#xD800;",
    "&#xDFFF;",
    "&#x110000;",
    "&#-1;",
    "&lt",
    "&constructor;",
    "&__proto__;",
    "&amp lt;",
  ])("refuses the reference %j", (bad) => {
    expect(refusal(`<R><A>fine &lt; ${bad}</A></R>`, { A: {} })).toMatch(
      /in R\/A: "&.*" begins neither an entity of XML nor a character/,
    );
    expect(refusal(`<R>${bad}</R>`, { A: { name: "#text" } })).toContain("begins neither");
  });

  it.each([
    ["", "the document is empty"],
    [" \n", "the document is empty"],
    ["<!-- -->", "the document is empty"],
    ["text", 'expected the root element but found "text"'],
    ["{}", 'expected the root element but found "{}"'],
    ["\u0000<R/>", 'expected the root element but found "\\u0000<R/>"'],
    ["</R>", 'expected the root element but found "</R>"'],
    ["<S/>", "expected the root <R> but found <S>"],
    ["<r/>", "expected the root <R> but found <r>"],
    ["<n:R/>", "expected the root <R> but found <n:R>"],
    ["<Error><Code>x</Code></Error>", "expected the root <R> but found <Error>"],
    ["<R/><R/>", 'the document goes on after its root: "<R/>"'],
    ["<R></R>text that goes on", 'the document goes on after its root: "text that goes on"'],
    ["<R></R></R>", 'the document goes on after its root: "</R>"'],
    ["<R/><![CDATA[ ]]>", "no such markup is allowed"],
    ["<![CDATA[ ]]><R/>", "no such markup is allowed"],
    ["<!DOCTYPE R><R/>", 'no such markup is allowed (a DOCTYPE never is): "<!DOCTYPE R>"'],
    ['<!DOCTYPE R [<!ENTITY a "b">]><R>&a;</R>', "no such markup is allowed"],
    ["<!doctype R><R/>", "no such markup is allowed"],
    ["<R><!DOCTYPE R></R>", "no such markup is allowed"],
    ["<R><X><!ELEMENT></X></R>", "no such markup is allowed"],
    ["<R/><!DOCTYPE R>", "no such markup is allowed"],
    ["<R></S>", 'expected </R> but found "</S>"'],
    ["<R><A>1</B></R>", 'in R/A: expected </A> but found "</B>"'],
    ["<R><A>1</AA></R>", 'in R/A: expected </A> but found "</AA>"'],
    ["<R><AA>1</A></R>", 'in R: expected </AA> but found "</A>"'],
    ["<R><X><Y></X></Y></R>", 'expected </Y> but found "</X>"'],
    ["<R><X></Y></R>", 'expected </X> but found "</Y>"'],
    ["<R></R a>", 'the end tag is malformed: "</R a>"'],
    ["<R></ R>", 'expected a name but found "/ R>"'],
    ["<R>< A/></R>", 'expected a name but found "< A/>"'],
    ["<R><1/></R>", 'expected a name but found "<1/>"'],
    ["<R><-/></R>", 'expected a name but found "<-/>"'],
    ["<R><></></R>", 'expected a name but found "<>"'],
    ["<R><<A/></R>", 'expected a name but found "<<A/>"'],
    ["<R a></R>", 'the start tag is malformed: "<R a>"'],
    ["<R a=b></R>", "the start tag is malformed"],
    ["<R a=''b=''></R>", "the start tag is malformed"],
    ["<R a='<'></R>", "the start tag is malformed"],
    ["<R ='a'></R>", "the start tag is malformed"],
    ["<R/ ></R>", "the start tag is malformed"],
    ["<R><A&amp;/></R>", "the start tag is malformed"],
  ])("refuses %j", (xml, message) => expect(refusal(xml, { A: {} })).toContain(message));

  it("tells line, column and element", () => {
    expect(refusal("<R>\n  <A>\n    <B>x</C>\n  </A>\n</R>", { A: { struct: () => ({ B: {} }) } })).toBe(
      'XML document, line:column 3:9, in R/A/B: expected </B> but found "</C>"',
    );
  });

  it("shows at most 60 characters of what it refuses", () => {
    for (const xml of [
      "x".repeat(500),
      "<R>" + "<" + "y".repeat(500),
      "<R></" + "z".repeat(500) + ">",
      "<" + "w".repeat(500) + "/>",
      "<R/>" + "v".repeat(500),
    ]) {
      expect(refusal(xml).length).toBeLessThan(200);
    }
    for (const member of [
      { type: "int" },
      { type: "bool" },
      { type: "iso-date" },
      { type: "http-date" },
      {},
    ] as AnyMember[]) {
      expect(refusal(`<R><A>&${"u".repeat(500)}</A></R>`, { A: member }).length).toBeLessThan(200);
    }
  });

  it("shows nothing of a sensitive member", () => {
    for (const type of ["int", "bool", "iso-date", "http-date"] as const) {
      expect(refusal("<R><A>secret</A></R>", { A: { type, sensitive: true } })).not.toContain("secret");
    }
    for (const content of ["&secret;", "<secret", "</secret>", "<!secret>", "<s a='secret' b=secret>"]) {
      expect(refusal(`<R><A>${content}</A></R>`, { A: { sensitive: true } })).not.toContain("secret");
      expect(refusal(`<R><A>${content}</A></R>`, { A: {} })).toMatch(/secret|ends too early/);
    }
    const encoded: AnyShape = { A: { sensitive: true, urlEncoded: "percent" } };
    expect(refusal("<R><A>secret%</A><EncodingType>url</EncodingType></R>", encoded)).not.toContain("secret");
  });
});
