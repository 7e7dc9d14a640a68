// A light load by the real SDK, which remembers what was answered: a request without an answer proves nothing, one with an answer
// must have its record.

import {
  DecryptCommand,
  DescribeKeyCommand,
  EncryptCommand,
  GenerateDataKeyCommand,
  type KMSClient,
  KMSServiceException,
  TagResourceCommand,
} from "@aws-sdk/client-kms";

const CLIENTS = 8;

export interface Load {
  /** Request ids of everything that was answered, refusals included. */
  readonly answered: Set<string>;
  /** Plaintext data keys that were handed out. */
  readonly dataKeys: Uint8Array[];
  /** Answers that no client's mistake explains. */
  readonly faults: string[];
  readonly stop: () => Promise<void>;
}

/** Runs until it is stopped, or the server is. */
export function startLoad(kms: KMSClient, KeyId: string, plaintext: Uint8Array): Load {
  const answered = new Set<string>();
  const dataKeys: Uint8Array[] = [];
  const faults: string[] = [];
  let stopping = false;

  /** @returns undefined for a refusal. @throws what kept an answer from arriving. */
  async function answer<T extends { $metadata: { requestId?: string | undefined } }>(
    request: Promise<T>,
  ): Promise<T | undefined> {
    try {
      const output = await request;
      remember(output.$metadata.requestId);
      return output;
    } catch (cause) {
      if (!(cause instanceof KMSServiceException) || cause.$metadata.httpStatusCode === undefined) throw cause;
      remember(cause.$metadata.requestId);
      if (cause.$metadata.httpStatusCode >= 500) faults.push(`${cause.name}: ${cause.message}`);
      return undefined;
    }
  }

  function remember(requestId: string | undefined): void {
    if (requestId === undefined) throw new Error("an answer without a request id");
    answered.add(requestId);
  }

  async function session(client: number): Promise<void> {
    for (let turn = 0; !stopping; turn++) {
      const sealed = await answer(
        kms.send(new EncryptCommand({ KeyId, Plaintext: plaintext, EncryptionContext: { turn: `${turn}` } })),
      );
      const wrongContext = turn % 5 === 0;
      await answer(
        kms.send(
          new DecryptCommand({
            CiphertextBlob: sealed?.CiphertextBlob,
            EncryptionContext: wrongContext ? {} : { turn: `${turn}` },
          }),
        ),
      );
      const dataKey = await answer(kms.send(new GenerateDataKeyCommand({ KeyId, KeySpec: "AES_256" })));
      if (dataKey?.Plaintext !== undefined) dataKeys.push(dataKey.Plaintext);
      await answer(kms.send(new TagResourceCommand({ KeyId, Tags: [{ TagKey: `client-${client}`, TagValue: `${turn}` }] })));
      await answer(kms.send(new DescribeKeyCommand({ KeyId: "00000000-0000-0000-0000-000000000000" }))); // not found, and recorded
    }
  }

  const sessions = Array.from({ length: CLIENTS }, (_, client) =>
    session(client).catch((cause: unknown) => {
      if (cause instanceof TypeError || (cause instanceof Error && cause.message === "an answer without a request id"))
        throw cause;
      // the server is gone: that is how such a session ends
    }),
  );
  return {
    answered,
    dataKeys,
    faults,
    stop: async () => {
      stopping = true;
      await Promise.all(sessions);
    },
  };
}
