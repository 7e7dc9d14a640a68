// What a refused request is answered with, for toMatchObject.

/** `message` absent: whatever it is. */
export const refusal = (type: string, message?: string) => ({
  status: 400,
  json: message === undefined ? { __type: type } : { __type: type, message },
});

export const validation = (message: string) => refusal("ValidationException", message);
