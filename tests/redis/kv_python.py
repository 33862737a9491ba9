"""Talks to weir-kv with Debian's python3-redis. Usage: kv_python.py WEIR_KV.

Exits with 0 when all is as it should be, with 77 where there is no such package.
"""
import subprocess
import sys
import tempfile
import threading

try:
    import redis
except ImportError:
    print("there is no python3-redis here; cmake/setup.sh ci installs it")
    sys.exit(77)

PASSWORD = "a secret, with words"


class Server:
    """weir-kv on a port of its own, which it keeps over restarts."""

    def __init__(self, program, folder):
        self.flags = [program, "--data", folder, "--password", PASSWORD, "--log-level", "error"]
        self.port = 0
        self.start()

    def start(self):
        listen = f"tcp://127.0.0.1:{self.port}"
        self.process = subprocess.Popen(
            self.flags + ["--listen", listen], stdout=subprocess.PIPE, text=True
        )
        self.port = int(self.process.stdout.readline().rsplit(":", 1)[1])

    def stop(self):
        self.process.terminate()
        assert self.process.wait() == 0

    def connect(self, **options):
        options = {"password": PASSWORD, "decode_responses": True, "socket_timeout": 30, **options}
        return redis.Redis(port=self.port, **options)


def raises(kind, words, call, *arguments):
    try:
        call(*arguments)
    except kind as error:
        assert words in str(error), error
    else:
        assert False, f"no {kind.__name__}"


def passwords(server):
    raises(redis.AuthenticationError, "required", server.connect(password=None).ping)
    raises(redis.ResponseError, "WRONGPASS invalid", server.connect(password="wrong").ping)
    assert server.connect(username="default").ping()


def strings(client, server):
    assert client.set("k", "Grüße, 世界 🌊") and client.get("k") == "Grüße, 世界 🌊"
    data = bytes(range(256))
    raw = server.connect(decode_responses=False)
    assert raw.set("bytes", data) and raw.get("bytes") == data
    assert client.get("none") is None
    assert client.set("k", "v", ex=100, nx=True) is None
    assert client.set("k", "v", px=100_000, get=True) == "Grüße, 世界 🌊"
    assert client.incrby("n", 42) == 42 and client.incrbyfloat("f", 0.5) == 0.5
    assert client.expire("n", 100) and client.ttl("n") in (99, 100) and client.ttl("none") == -2
    assert client.mget("k", "none") == ["v", None]
    assert client.getrange("k", 0, 0) == "v" and client.append("k", "w") == 2


def hashes_and_lists(client):
    assert client.hset("h", mapping={"a": 1, "b": "two"}) == 2
    assert client.hgetall("h") == {"a": "1", "b": "two"}
    assert client.hmget("h", "b", "c") == ["two", None]
    assert dict(client.hscan_iter("h")) == {"a": "1", "b": "two"}
    assert client.rpush("l", "a", "b", "c") == 3
    assert client.lrange("l", 0, -1) == ["a", "b", "c"]
    assert client.lpop("l", 2) == ["a", "b"]


def mistakes(client):
    raises(redis.ResponseError, "value is not an integer or out of range", client.incr, "k")
    raises(redis.ResponseError, "WRONGTYPE Operation against a key", client.lpush, "h", "x")
    raises(redis.ResponseError, "unknown command 'NONSENSE'", client.execute_command, "NONSENSE")
    raises(redis.ResponseError, "wrong number of arguments", client.execute_command, "GET")


def pipelines_and_transactions(client, server):
    with client.pipeline(transaction=False) as many:
        for i in range(10_000):
            many.set(f"many:{i}", i)
        many.incr("k")
        answers = many.execute(raise_on_error=False)
    assert answers[:-1] == [True] * 10_000
    assert isinstance(answers[-1], redis.ResponseError)
    assert len(set(client.scan_iter("many:*", count=1000))) == 10_000
    with client.pipeline() as together:
        assert together.set("t", 1).incr("t").hgetall("h").execute() == [
            True, 2, {"a": "1", "b": "two"}
        ]
        raises(redis.ResponseError, "wrong number", together.execute_command("GET").execute)
        together.reset()
        together.watch("t")
        server.connect().set("t", 5)
        together.multi()
        raises(redis.WatchError, "Watched variable changed", together.incr("t").execute)
    assert client.transaction(lambda t: t.multi() or t.incr("t"), "t") == [6]


def subscriptions(client):
    listener = client.pubsub()
    listener.subscribe("news", "weather")
    listener.psubscribe("n*")

    def heard():
        message = listener.get_message(timeout=30)
        return message["type"], message["pattern"], message["channel"], message["data"]

    assert [heard()[0] for _ in range(3)] == ["subscribe", "subscribe", "psubscribe"]
    assert client.publish("news", "hello") == 2
    assert heard() == ("message", None, "news", "hello")
    assert heard() == ("pmessage", "n*", "news", "hello")
    assert client.pubsub_numsub("news", "none") == [("news", 1), ("none", 0)]
    listener.unsubscribe("news")
    listener.punsubscribe()
    assert heard() == ("unsubscribe", None, "news", 2)
    assert heard() == ("punsubscribe", None, "n*", 1)
    assert client.publish("news", "nobody") == 0 and client.publish("weather", "rain") == 1
    assert heard() == ("message", None, "weather", "rain")


def waiting(client, server):
    popped = []
    other = server.connect()
    thread = threading.Thread(target=lambda: popped.append(other.blpop(["jobs", "more jobs"])))
    thread.start()
    while client.info("clients")["blocked_clients"] != 1:
        pass
    client.rpush("more jobs", "job")
    thread.join()
    assert popped == [("more jobs", "job")]
    assert client.brpop("jobs", timeout=0.01) is None


def restart(client, server):
    """The pool's connections are dead; the client makes new ones."""
    server.stop()
    raises(redis.ConnectionError, "", client.get, "t")
    server.start()
    assert client.get("t") == "6" and client.hgetall("h") == {"a": "1", "b": "two"}
    assert 50 < client.ttl("n") <= 100


def main():
    with tempfile.TemporaryDirectory(prefix="weir-kv-") as folder:
        server = Server(sys.argv[1], folder)
        try:
            client = server.connect()
            passwords(server)
            strings(client, server)
            hashes_and_lists(client)
            mistakes(client)
            pipelines_and_transactions(client, server)
            subscriptions(client)
            waiting(client, server)
            restart(client, server)
            server.stop()
        finally:
            server.process.kill()


main()
