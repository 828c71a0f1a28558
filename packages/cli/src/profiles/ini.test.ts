import { ConfigError } from "@cosmoss/errors";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { editIni, findEntry, parseIni } from "./ini.ts";

const entriesOf = (text: string, section = "s") =>
  (parseIni(text, "file").get(section) ?? []).map(({ key, value }) => [key, value]);

describe("parseIni", () => {
  it.each([
    ["a=b", [["a", "b"]]],
    ["  a  =  b c  ", [["a", "b c"]]],
    ["a:b=c", [["a:b", "c"]]],
    ["a: b", [["a", "b"]]],
    ["a=b=c==", [["a", "b=c=="]]],
    ["a=b # c ; d", [["a", "b # c ; d"]]],
    ["# a=b\n; c=d\n\n  # e=f\na=", [["a", ""]]],
    [
      `a="b c"\nd=' e '\nf="g`,
      [
        ["a", "b c"],
        ["d", " e "],
        ["f", '"g'],
      ],
    ],
    [
      "a=1\n[t]\na=2\n[ s ]\nb=3",
      [
        ["a", "1"],
        ["b", "3"],
      ],
    ],
    [
      "a=1\r\nb=2\rc=3",
      [
        ["a", "1"],
        ["b", "2"],
        ["c", "3"],
      ],
    ],
    [
      "__proto__=1\nconstructor=2",
      [
        ["__proto__", "1"],
        ["constructor", "2"],
      ],
    ],
  ])("reads %j", (text, expected) => {
    expect(entriesOf(`[s]\n${text}`)).toEqual(expected);
  });

  it("pollutes no prototype", () => {
    const sections = parseIni("[__proto__]\npolluted=yes\n[constructor.prototype]\npolluted=yes", "file");
    expect(({} as Record<string, unknown>)["polluted"]).toBeUndefined();
    expect([...sections.keys()]).toEqual(["", "__proto__", "constructor.prototype"]);
  });

  it.each(["word", "=value", ": value", "[open", "[a] # b"])("refuses the line %j without showing it", (line) => {
    const parse = () => parseIni(`[s]\n\n${line}\n`, "/x/config");
    expect(parse).toThrow(ConfigError);
    expect(parse).toThrow("/x/config, line 3: is neither [section]");
    expect(parse).not.toThrow(line);
  });

  it("knows a key however it is spelled, and takes the last", () => {
    const entries = parseIni("[s]\naccess-key-id=1\naccessKeyID=2\naccess_key_idx=3", "file").get("s")!;
    expect(findEntry(entries, "access_key_id")?.value).toBe("2");
    expect(findEntry(entries, "none")).toBeUndefined();
  });
});

describe("editIni", () => {
  it.each([
    ["", "[s]\nk = v\n"],
    ["[s]\n", "[s]\nk = v\n"],
    ["[s]", "[s]\nk = v\n"],
    ["[t]\nk = 1\n", "[t]\nk = 1\n\n[s]\nk = v\n"],
    ["[s]\nK=1\nx=2\nk=3\n", "[s]\nk = v\nx=2\n"],
    ["[s]\nx=1\n\n# of t\n[t]\n", "[s]\nx=1\nk = v\n\n# of t\n[t]\n"],
    ["[s]\nx=1\n[t]\n[s]\ny=2\n[u]\n", "[s]\nx=1\n[t]\n[s]\ny=2\nk = v\n[u]\n"],
  ])("sets a value in %j", (text, expected) => {
    expect(editIni(text, { section: "s", key: "k", value: "v" })).toBe(expected);
  });

  it.each([
    ["[s]\nk=1\n# c\nk=2\n[t]\nk=3\n", "[s]\n# c\n[t]\nk=3\n"],
    ["[t]\nk=3\n", "[t]\nk=3\n"],
    ["", ""],
  ])("removes a value from %j", (text, expected) => {
    expect(editIni(text, { section: "s", key: "k" })).toBe(expected);
  });

  const name = fc.constantFrom("a", "b", "oss", "cos.work", "__proto__");
  const line = fc.oneof(
    name.map((section) => `[${section}]`),
    fc.tuple(name, name).map(([key, value]) => `${key} = ${value}`),
    fc.constantFrom("", "# comment", "; [a]", "  indented = x"),
  );

  it("changes that value and no other line", () => {
    fc.assert(
      fc.property(fc.array(line), name, name, name, (lines, section, key, value) => {
        const text = lines.map((one) => one + "\n").join("");
        const edited = editIni(text, { section, key, value });
        expect(findEntry(parseIni(edited, "file").get(section)!, key)?.value).toBe(value);
        expect(editIni(edited, { section, key, value })).toBe(edited);
        const rest = editIni(edited, { section, key });
        const others = editIni(text, { section, key });
        const added = parseIni(text, "file").has(section) ? "" : `${others === "" ? "" : "\n"}[${section}]\n`;
        expect(rest).toBe(others + added);
      }),
    );
  });
});
