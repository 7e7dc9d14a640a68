// Which web origins may be listed: exact ones, as a browser spells them.

import { describe, expect, it } from "vitest";
import { parseOrigins } from "../../../src/wire/origins.ts";

describe("origins", () => {
  it("are none by default", () => {
    for (const text of [undefined, "", " ", ","]) expect([...parseOrigins(text)]).toEqual([]);
  });

  it("are separated by commas or spaces", () => {
    const origins = ["http://localhost:5173", "https://app.example.com", "http://[::1]:8080"];
    for (const separator of [",", " ", ", ", "\n"]) expect([...parseOrigins(origins.join(separator))]).toEqual(origins);
  });

  it.each([
    "*",
    "null",
    "localhost:5173",
    "http://*.example.com",
    "https://app.example.com/",
    "https://app.example.com/path",
    "https://app.example.com?x",
    "https://app.example.com:443",
    "https://App.example.com",
    "https://user@app.example.com",
    "https://bücher.example",
    "file://",
    "data:text/plain,x",
    "https://",
    "http://localhost:5173,*",
  ])("are refused where one is not exact: %s", (text) => {
    expect(() => parseOrigins(text)).toThrow(TypeError);
  });

  it("are at most 100", () => {
    const listed = (count: number) => Array.from({ length: count }, (_, at) => `http://localhost:${at + 1000}`).join(",");
    expect(parseOrigins(listed(100)).size).toBe(100);
    expect(() => parseOrigins(listed(101))).toThrow(TypeError);
  });
});
