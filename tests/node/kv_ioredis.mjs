// Talks to weir-kv with ioredis. Usage: kv_ioredis.mjs WEIR_KV. Exits with 0 when all is as it
// should be; says what is not, and exits with 1, otherwise.
import assert from "node:assert/strict";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Redis } from "ioredis";
import { Inbox, KvServer, error_of } from "./kv_server.mjs";

const [program] = process.argv.slice(2);
const folder = mkdtempSync(join(tmpdir(), "weir-kv-"));
process.on("exit", () => rmSync(folder, { recursive: true }));
const password = "a secret, with words";
const kv = await KvServer.start(program, "--data", folder, "--password", password);
function connect(options = {}) {
  // However long a restart takes, what is asked for waits for it.
  const patience = { retryStrategy: () => 10, maxRetriesPerRequest: null };
  const client = new Redis({ port: kv.port, password, ...patience, ...options });
  client.on("error", () => {}); // while there is no server; what is asked for says the rest
  return client;
}

// A client without the password, and one with a wrong one, are told so.
const stranger = connect({ password: undefined, enableReadyCheck: false });
assert.match((await error_of(stranger.get("k"))).message, /^NOAUTH Authentication required\.$/);
stranger.disconnect();
const liar = connect({ password: "wrong" });
const [refusal] = await once(liar, "error");
assert.match(refusal.message, /^WRONGPASS /);
liar.disconnect();

const redis = connect();

// Strings, also such as are no text.
assert.equal(await redis.set("k", "Grüße, 世界 🌊"), "OK");
assert.equal(await redis.get("k"), "Grüße, 世界 🌊");
const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
await redis.set("bytes", bytes);
assert.deepEqual(await redis.getBuffer("bytes"), bytes);
assert.equal(await redis.get("none"), null);
assert.equal(await redis.set("k", "v", "EX", 100, "NX"), null);
assert.equal(await redis.incrby("n", 42), 42);
assert.equal(await redis.incrbyfloat("f", 0.5), "0.5");
assert.equal(await redis.expire("n", 100), 1);
assert.ok([99, 100].includes(await redis.ttl("n")));
assert.deepEqual(await redis.mget("k", "none"), ["Grüße, 世界 🌊", null]);
const large = "x".repeat(4 * 1024 * 1024);
await redis.set("large", large);
assert.equal(await redis.get("large"), large);
assert.equal(await redis.del("large", "none"), 1);

// Hashes and lists.
assert.equal(await redis.hset("h", { a: 1, b: "two" }), 2);
assert.deepEqual(await redis.hgetall("h"), { a: "1", b: "two" });
assert.deepEqual(await redis.hmget("h", "b", "c"), ["two", null]);
assert.equal(await redis.rpush("l", "a", "b", "c"), 3);
assert.deepEqual(await redis.lrange("l", 0, -1), ["a", "b", "c"]);
assert.equal(await redis.lset("l", 1, "x"), "OK");

// Errors are those of the command, and of it alone.
assert.match((await error_of(redis.incr("k"))).message, /^ERR value is not an integer or out of/);
assert.match((await error_of(redis.lpush("h", "x"))).message, /^WRONGTYPE Operation against a key/);
assert.match((await error_of(redis.call("nonsense"))).message, /^ERR unknown command 'nonsense'/);
assert.match((await error_of(redis.call("get"))).message, /^ERR wrong number of arguments for 'get'/);

// Pipelines, by hand and of themselves.
const many = redis.pipeline();
for (let i = 0; i < 10_000; ++i) many.set(`many:${i}`, i);
many.incr("k").get("many:77");
const answers = await many.exec();
assert.equal(answers.length, 10_002);
assert.ok(answers.slice(0, 10_000).every(([error, reply]) => error === null && reply === "OK"));
assert.match(answers[10_000][0].message, /^ERR value/);
assert.deepEqual(answers[10_001], [null, "77"]);
const automatic = connect({ enableAutoPipelining: true });
const squares = Array.from({ length: 100 }, (_, i) => automatic.set(`square:${i}`, i * i));
assert.ok((await Promise.all(squares)).every((reply) => reply === "OK"));
automatic.disconnect();

// Every key is found by a scan, once or more often.
const found = new Set();
for await (const keys of redis.scanStream({ match: "many:*", count: 1000 })) {
  keys.forEach((key) => found.add(key));
}
assert.equal(found.size, 10_000);

// Transactions: as a whole, refused as a whole, and given up where a watched key has changed.
assert.deepEqual(await redis.multi().set("t", 1).incr("t").get("t").exec(), [
  [null, "OK"],
  [null, 2],
  [null, "2"],
]);
const refused = await error_of(redis.multi().set("t", 7).call("get").exec());
assert.match(refused.message, /^EXECABORT Transaction discarded/);
assert.equal(await redis.get("t"), "2");
const other = connect();
await redis.watch("t");
await other.set("t", 5);
assert.equal(await redis.multi().incr("t").exec(), null);
await redis.watch("t");
assert.deepEqual(await redis.multi().incr("t").exec(), [[null, 6]]);

// Subscriptions.
const listener = connect();
const messages = new Inbox();
const matches = new Inbox();
listener.on("message", messages.put);
listener.on("pmessage", matches.put);
assert.equal(await listener.subscribe("news", "weather"), 2);
assert.equal(await listener.psubscribe("n*"), 3);
assert.equal(await redis.publish("news", "hello"), 2);
assert.deepEqual(await messages.next(), ["news", "hello"]);
assert.deepEqual(await matches.next(), ["n*", "news", "hello"]);
assert.deepEqual(await redis.pubsub("NUMSUB", "news", "none"), ["news", 1, "none", 0]);
assert.equal(await listener.unsubscribe("news"), 2);
assert.equal(await listener.punsubscribe("n*"), 1);
assert.equal(await redis.publish("news", "nobody"), 0);
assert.equal(await redis.publish("weather", "rain"), 1);
assert.deepEqual(await messages.next(), ["weather", "rain"]);
assert.ok(matches.empty);

// One who waits for an element, and one who waits in vain.
const waiting = connect();
const popped = waiting.blpop("jobs", "other jobs", 0);
await waiting_in(redis, 1);
await redis.rpush("other jobs", "job");
assert.deepEqual(await popped, ["other jobs", "job"]);
assert.equal(await waiting.brpop("jobs", 0.01), null);

// After a restart all is there, and every client goes on: also the one that subscribes.
await kv.stop();
const restarted = kv.restart();
assert.equal(await redis.get("t"), "6");
await restarted;
assert.deepEqual(await redis.hgetall("h"), { a: "1", b: "two" });
assert.deepEqual(await redis.getBuffer("bytes"), bytes);
assert.ok((await redis.ttl("n")) > 50);
while ((await redis.publish("weather", "sun")) === 0);
assert.deepEqual(await messages.next(), ["weather", "sun"]);

for (const client of [redis, other, listener, waiting]) {
  await client.ping(); // who is not back yet cannot say goodbye
  assert.equal(await client.quit(), "OK");
}
await kv.stop();

/// Until `count` clients wait for a list.
async function waiting_in(redis, count) {
  while (!(await redis.info("clients")).includes(`blocked_clients:${count}\r\n`));
}
