// Talks to weir-kv with the package redis. Usage: kv_redis.mjs WEIR_KV 2|3 (the protocol). Exits
// with 0 when all is as it should be; says what is not, and exits with 1, otherwise.
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { RESP_TYPES, WatchError, createClient } from "redis";
import { Inbox, KvServer, error_of } from "./kv_server.mjs";

const [program, protocol] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "weir-kv-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const password = "a secret, with words";
const kv = await KvServer.start(program, "--data", folder, "--password", password);
async function connect(options = {}) {
  const socket = { port: kv.port, reconnectStrategy: () => 10 };
  const client = createClient({ RESP: Number(protocol), password, socket, ...options });
  client.on("error", () => {}); // while there is no server; what is asked for says the rest
  return client.connect();
}

// A wrong password is told, and no password.
const socket = { port: kv.port, reconnectStrategy: false };
assert.match((await error_of(connect({ password: "wrong", socket }))).message, /^WRONGPASS /);
assert.match((await error_of(connect({ password: "", socket }))).message, /^NOAUTH /);

const redis = await connect();
const hello = await redis.sendCommand(["HELLO"]);
const proto = protocol === "3" ? hello.proto : hello[hello.indexOf("proto") + 1];
assert.equal(proto, Number(protocol));

// Strings, also such as are no text.
assert.equal(await redis.set("k", "Grüße, 世界 🌊"), "OK");
assert.equal(await redis.get("k"), "Grüße, 世界 🌊");
const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
await redis.set("bytes", bytes);
const binary = redis.withTypeMapping({ [RESP_TYPES.BLOB_STRING]: Buffer });
assert.deepEqual(await binary.get("bytes"), bytes);
assert.equal(await redis.get("none"), null);
assert.equal(
  await redis.set("k", "v", {
    expiration: { type: "EX", value: 100 },
    condition: "NX",
  }),
  null,
);
assert.equal(await redis.incrBy("n", 42), 42);
assert.equal(await redis.expire("n", 100), 1);
assert.ok([99, 100].includes(await redis.ttl("n")));
assert.deepEqual(await redis.mGet(["k", "none"]), ["Grüße, 世界 🌊", null]);

// Hashes and lists. A map of RESP3 is an object as well.
assert.equal(await redis.hSet("h", { a: 1, b: "two" }), 2);
assert.deepEqual({ ...(await redis.hGetAll("h")) }, { a: "1", b: "two" });
assert.deepEqual(await redis.hmGet("h", ["b", "c"]), ["two", null]);
assert.equal(await redis.rPush("l", ["a", "b", "c"]), 3);
assert.deepEqual(await redis.lRange("l", 0, -1), ["a", "b", "c"]);
assert.deepEqual(await redis.lPopCount("l", 2), ["a", "b"]);
assert.deepEqual({ ...(await redis.configGet("maxmemory")) }, { maxmemory: "0" });

// Errors.
assert.match((await error_of(redis.incr("k"))).message, /^ERR value is not an integer or out of/);
assert.match((await error_of(redis.lPush("h", "x"))).message, /^WRONGTYPE Operation against a key/);
const unknown = await error_of(redis.sendCommand(["NONSENSE"]));
assert.match(unknown.message, /^ERR unknown command 'NONSENSE'/);

// What is asked for in one round goes out together.
const sets = Array.from({ length: 1000 }, (_, i) => redis.set(`many:${i}`, String(i)));
assert.ok((await Promise.all(sets)).every((reply) => reply === "OK"));

// Every key is found by a scan, once or more often; and every field.
const found = new Set();
for await (const keys of redis.scanIterator({ MATCH: "many:*", COUNT: 100 })) {
  keys.forEach((key) => found.add(key));
}
assert.equal(found.size, 1000);
const fields = [];
for await (const entries of redis.hScanIterator("h")) fields.push(...entries);
assert.deepEqual(
  fields.map(({ field, value }) => [field, value]).sort(),
  [["a", "1"], ["b", "two"]],
);

// Transactions: as a whole, refused as a whole, and given up where a watched key has changed.
assert.deepEqual(await redis.multi().set("t", "1").incr("t").hGetAll("h").exec(), [
  "OK",
  2,
  Object.assign(Object.create(null), { a: "1", b: "two" }),
]);
const refused = await error_of(redis.multi().set("t", "7").addCommand(["GET"]).exec());
assert.match(refused.message, /^(EXECABORT|ERR wrong number of arguments for 'get')/);
assert.equal(await redis.get("t"), "2");
const other = await connect();
await redis.watch("t");
await other.set("t", "5");
assert.ok((await error_of(redis.multi().incr("t").exec())) instanceof WatchError);
await redis.watch("t");
assert.deepEqual(await redis.multi().incr("t").exec(), [6]);

// Subscriptions. With RESP3 a client that subscribes may say everything else as well.
const listener = await connect();
const messages = new Inbox();
const matches = new Inbox();
await listener.subscribe(["news", "weather"], messages.put);
await listener.pSubscribe("n*", matches.put);
assert.equal(await redis.publish("news", "hello"), 2);
assert.deepEqual(await messages.next(), ["hello", "news"]);
assert.deepEqual(await matches.next(), ["hello", "news"]);
if (protocol === "3") assert.equal(await listener.get("t"), "6");
assert.deepEqual({ ...(await redis.pubSubNumSub(["news", "none"])) }, { news: 1, none: 0 });
await listener.unsubscribe("news");
await listener.pUnsubscribe("n*");
assert.equal(await redis.publish("news", "nobody"), 0);
assert.equal(await redis.publish("weather", "rain"), 1);
assert.deepEqual(await messages.next(), ["rain", "weather"]);
assert.ok(matches.empty);

// One who waits for an element, and one who waits in vain.
const waiting = await connect();
const popped = waiting.blPop(["jobs", "other jobs"], 0);
while (!(await redis.info("clients")).includes("blocked_clients:1\r\n"));
await redis.rPush("other jobs", "job");
assert.deepEqual({ ...(await popped) }, { key: "other jobs", element: "job" });
assert.equal(await waiting.brPop("jobs", 0.01), null);

// After a restart all is there, and every client goes on: also the one that subscribes.
const noticed = (client) => new Promise((resolve) => client.once("reconnecting", resolve));
const lost = Promise.all([redis, listener].map(noticed));
await kv.stop();
await lost;
const again = redis.get("t");
await kv.restart();
assert.equal(await again, "6");
assert.deepEqual({ ...(await redis.hGetAll("h")) }, { a: "1", b: "two" });
assert.deepEqual(await binary.get("bytes"), bytes);
assert.ok((await redis.ttl("n")) > 50);
while ((await redis.publish("weather", "sun")) === 0);
assert.deepEqual(await messages.next(), ["sun", "weather"]);

for (const client of [redis, other, listener, waiting]) await client.close();
await kv.stop();
