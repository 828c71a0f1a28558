/** Whether fetch takes a stream as a body. A runtime that does not would send its name as text. */
export function sendsStreams(): boolean {
  let asked = false;
  const { headers } = new Request("https://a.invalid", {
    method: "POST",
    body: new ReadableStream(),
    get duplex() {
      asked = true;
      return "half";
    },
  } as RequestInit);
  return asked && !headers.has("content-type");
}
