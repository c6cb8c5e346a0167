import path from "node:path";
import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";

const source = path.resolve(import.meta.dirname, "src");

export default defineConfig({
  plugins: [react(), tailwindcss()],
  resolve: {
    alias: [
      { find: /^@\//, replacement: `${source}/` },
      { find: /^@supabase\/(postgrest|storage|functions)-js$/, replacement: path.join(source, "session/unusedSupabaseParts.ts") },
    ],
  },
  server: { port: Number(process.env.PANEL_PORT ?? 3000), strictPort: true },
  build: { sourcemap: true, manifest: true, chunkSizeWarningLimit: 600 },
  test: {
    environment: "jsdom",
    setupFiles: ["src/testing/setup.ts"],
    include: ["src/**/*.test.{ts,tsx}"],
    restoreMocks: true,
    testTimeout: 20_000,
  },
});
