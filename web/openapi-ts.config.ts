import { defineConfig } from "@hey-api/openapi-ts";

export default defineConfig({
  input: "../api_gateway/openapi.json",
  output: { path: process.env.API_OUTPUT ?? "src/api", clean: true },
  parser: { filters: { operations: { include: ["/^[A-Z]+ /api/v1//"] } } },
  plugins: [
    { name: "@hey-api/client-fetch", throwOnError: true },
    "@hey-api/typescript",
    { name: "@hey-api/sdk", responseStyle: "data" },
  ],
});
