// AWS JSON 1.1: which operation a target names, and how answers and refusals stand on the wire.

import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ApiError } from "../../../src/wire/api-error.ts";
import { awsJson, operationName } from "../../../src/wire/aws-json.ts";
import { FAULTS, type FaultCode } from "../../../src/wire/faults.ts";

const TYPE = "application/x-amz-json-1.1";
const answer = (output: object | undefined) => awsJson.success(output, "Encrypt", "a request");

describe("a target names", () => {
  it("the operation behind the service's prefix", () => {
    expect(operationName("TrentService.Encrypt")).toBe("Encrypt");
    expect(operationName("TrentService.a.b")).toBe("a.b");
  });

  it.each([
    null,
    "",
    "Encrypt",
    "TrentService",
    "trentservice.Encrypt",
    " TrentService.Encrypt",
    "TrentService/Encrypt",
    "Trent.Encrypt",
  ])("nothing: %j", (target) => expect(operationName(target)).toBe(""));
});

describe("an answer", () => {
  it("is a document of the members that are there", () => {
    expect(answer({ KeyId: "k", Absent: undefined, Truncated: false, Keys: [], Limit: 0, Description: "" })).toBe(
      '{"KeyId":"k","Truncated":false,"Keys":[],"Limit":0,"Description":""}',
    );
    expect(awsJson.type).toBe(TYPE);
  });

  it("of an operation without output is an empty body, one with nothing in it an empty document", () => {
    expect(answer(undefined)).toBe("");
    expect(answer({})).toBe("{}");
  });

  it("has blobs in standard, padded base64 and times in seconds with milliseconds, at any depth", () => {
    const deep = { Blob: Uint8Array.of(251, 255), List: [{ At: new Date(1_499_288_695_918), None: undefined }] };
    expect(answer({ Deep: deep })).toBe('{"Deep":{"Blob":"+/8=","List":[{"At":1499288695.918}]}}');
    expect(answer({ At: new Date(1_499_288_695_000) })).toBe('{"At":1499288695}');
  });

  it("gives a view's own bytes, not those around it", () => {
    expect(answer({ Blob: Uint8Array.of(1, 2, 3, 4).subarray(1, 3) })).toBe('{"Blob":"AgM="}');
  });

  it("prints blobs and times of any value so that they are read again", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.integer({ min: 0, max: 4_102_444_800_000 }), (bytes, time) => {
        const { Blob, At } = JSON.parse(answer({ Blob: bytes, At: new Date(time) })) as { Blob: string; At: number };
        expect(Uint8Array.fromBase64(Blob)).toEqual(bytes);
        expect(Math.round(At * 1000)).toBe(time);
      }),
    );
  });
});

describe("a refusal", () => {
  it("is its bare code and its message", () => {
    expect(awsJson.failure(new ApiError("NotFoundException", "Key 'k' does not exist"), "id")).toEqual({
      status: 400,
      type: TYPE,
      body: `{"__type":"NotFoundException","message":"Key 'k' does not exist"}`,
      requestId: "id",
    });
  });

  it("is at most 64 KiB: of a longer message it shows the beginning", () => {
    for (const message of [
      "x".repeat(70_000),
      "記".repeat(22_000),
      "\\".repeat(40_000),
      "x".repeat(65_000),
      "\u0001".repeat(11_000),
    ]) {
      const { body } = awsJson.failure(new ApiError("ValidationException", message), "id");
      expect(new TextEncoder().encode(body).byteLength).toBeLessThanOrEqual(64 * 1024);
      const told = (JSON.parse(body) as { message: string }).message;
      expect(told === message || (told.endsWith("…") && message.startsWith(told.slice(0, -1)))).toBe(true);
    }
    const whole = "x".repeat(65_000);
    expect(awsJson.failure(new ApiError("ValidationException", whole), "id").body).toContain(whole);
  });

  it("without a text has no member for it", () => {
    expect(awsJson.failure(new ApiError("InvalidCiphertextException"), "id").body).toBe(
      '{"__type":"InvalidCiphertextException"}',
    );
  });

  it("writes Message where AWS does: AccessDeniedException alone", () => {
    expect(awsJson.failure(new ApiError("AccessDeniedException", "no"), "id").body).toBe(
      '{"__type":"AccessDeniedException","Message":"no"}',
    );
    const capital = Object.entries(FAULTS).filter(([, { key }]) => key === "Message");
    expect(capital.map(([code]) => code)).toEqual(["AccessDeniedException"]);
  });

  it("has status 400, whatever the API reference says, but for what is not the caller's fault and a body that is too large", () => {
    const others: Readonly<Record<string, number>> = {
      DependencyTimeoutException: 503,
      KeyUnavailableException: 500,
      KMSInternalException: 500,
      RequestEntityTooLargeException: 413,
    };
    for (const code of Object.keys(FAULTS) as FaultCode[])
      expect(awsJson.failure(new ApiError(code), "id").status, code).toBe(others[code] ?? 400);
  });
});
