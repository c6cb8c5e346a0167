/**
 * The panel uses supabase-js for sign-in and Realtime; data goes through the gateway. The bundle is given these empty
 * classes for its REST, storage and functions clients (vite.config.ts), which saves 15 KB on the first load. Calling one
 * is a mistake and says so.
 */
const refuse = () => {
  throw new Error("supabase-js is used for sign-in and Realtime only; data goes through the gateway.");
};

export class PostgrestClient {
  from = refuse;
  schema = refuse;
  rpc = refuse;
}
export class StorageClient {
  from = refuse;
}
export class FunctionsClient {
  invoke = refuse;
}

export class PostgrestError extends Error {}
export class StorageApiError extends Error {}
export class FunctionsError extends Error {}
export class FunctionsFetchError extends Error {}
export class FunctionsHttpError extends Error {}
export class FunctionsRelayError extends Error {}
export const FunctionRegion = {};
