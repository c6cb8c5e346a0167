// An unchanged supabase-js, as the panel uses it: joins one private channel and prints what happens, one JSON a line.
import { createRequire } from "node:module";
import { createInterface } from "node:readline";
import path from "node:path";

const require = createRequire(path.join(process.env.MODULES, "from-here.js"));
const { createClient } = require("@supabase/supabase-js");

const say = (told) => process.stdout.write(`${JSON.stringify(told)}\n`);
const client = createClient(process.env.SUPABASE_URL, process.env.SUPABASE_KEY, {
  auth: { persistSession: false, autoRefreshToken: false },
});
const { EMAIL: email, PASSWORD: password } = process.env;
if (email) await client.auth.signInWithPassword({ email, password });
if (process.env.TOKEN) await client.realtime.setAuth(process.env.TOKEN);

const channel = client
  .channel(process.env.TOPIC, { config: { private: true } })
  .on("broadcast", { event: "*" }, (message) =>
    say({ kind: "broadcast", event: message.event, payload: message.payload }),
  )
  .on("system", {}, (message) => say({ kind: "system", message: message.message }))
  .subscribe((status, error) => say({ kind: "status", status, error: error?.message ?? "" }));

createInterface({ input: process.stdin }).on("line", async (line) => {
  const command = JSON.parse(line);
  if (command.token) await client.realtime.setAuth(command.token);
  if (command.leave) say({ kind: "left", answer: await channel.unsubscribe() });
});
