// Of workerd's types, what Node runs too: the SQL of an object, as far as its tables need it.

interface SqlStorage {
  exec<Row extends object>(query: string, ...values: unknown[]): { toArray(): Row[]; one(): Row };
}

type SqlStorageValue = ArrayBuffer | string | number | null;
