// HTTP by hand on a socket: requests that no client library would send, or would not leave unfinished.

import { connect, type Socket } from "node:net";

const PATIENCE_MS = 20_000;

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: string;
  readonly socket: Socket;
}

/** Sends bytes as they stand and resolves with the first answer, as far as it has come with its head and declared length. */
export function exchange(port: number, request: string): Promise<RawAnswer> {
  return new Promise((resolve, reject) => {
    let text = "";
    const isHead = request.startsWith("HEAD ");
    const socket = connect({ host: "127.0.0.1", port }, () => socket.write(request, "latin1"));
    const patience = setTimeout(() => socket.destroy(new Error(`no answer but: ${text}`)), PATIENCE_MS);
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(`closed after: ${text}`)));
    socket.on("data", (chunk) => {
      text += chunk.toString("latin1");
      const end = text.indexOf("\r\n\r\n");
      if (end < 0) return;
      const [line = "", ...lines] = text.slice(0, end).split("\r\n");
      const headers = new Map(
        lines.map((header) => [header.slice(0, header.indexOf(":")).toLowerCase(), header.slice(header.indexOf(":") + 1).trim()]),
      );
      const body = text.slice(end + 4);
      if (!isHead && body.length < Number(headers.get("content-length") ?? 0)) return;
      clearTimeout(patience);
      resolve({ status: Number(line.split(" ")[1]), headers, body, socket });
    });
  });
}

/** The same, with the connection ended behind it. */
export async function ask(port: number, request: string): Promise<RawAnswer> {
  const answer = await exchange(port, request);
  answer.socket.destroy();
  return answer;
}
