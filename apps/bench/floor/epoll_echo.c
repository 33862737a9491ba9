/* weir-floor-epoll: the smallest honest echo server, the floor that weir is measured against.
 *
 * One thread, one level-triggered epoll. A readiness costs one recv into a buffer that all
 * connections share and one send of what came; only what the kernel did not take is kept, and
 * until that is gone the connection is not read. An idle connection owns one slot of `rests`.
 *
 * What it does not do is what weir's numbers are the price of: it frames nothing, has no
 * deadlines, no limits, no counters, and ends every connection at once on SIGTERM.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <unistd.h>

enum { buffer_size = 64 * 1024, batch_size = 256 };

/* Bytes of one connection that the kernel has not taken yet; empty almost always. */
struct rest {
  char* bytes;
  size_t size;
  size_t sent;
};

struct server {
  int epoll;
  int listener;
  int signals;
  int reserve;        /* given up for a moment when descriptors run out */
  struct rest* rests; /* by descriptor */
  size_t rest_count;
  char buffer[buffer_size];
};

static void fail(const char* what) {
  fprintf(stderr, "weir-floor-epoll: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(struct server* server, int operation, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  if (epoll_ctl(server->epoll, operation, descriptor, &event) != 0) fail("epoll_ctl");
}

static void end_connection(struct server* server, int descriptor) {
  struct rest* rest = &server->rests[descriptor];
  free(rest->bytes);
  *rest = (struct rest){0};
  close(descriptor);
}

static void make_room(struct server* server, int descriptor) {
  if ((size_t)descriptor < server->rest_count) return;
  const size_t count = ((size_t)descriptor + 1) * 2;
  struct rest* rests = realloc(server->rests, count * sizeof *rests);
  if (rests == NULL) fail("realloc");
  memset(rests + server->rest_count, 0, (count - server->rest_count) * sizeof *rests);
  server->rests = rests;
  server->rest_count = count;
}

/* Out of descriptors, a level-triggered listener would report the same connection for ever:
 * take it with the reserve and close it. */
static void shed(struct server* server) {
  close(server->reserve);
  const int refused = accept4(server->listener, NULL, NULL, SOCK_CLOEXEC);
  if (refused >= 0) close(refused);
  server->reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
}

static void accept_all(struct server* server) {
  for (;;) {
    const int peer = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (peer >= 0) {
      make_room(server, peer);
      watch(server, EPOLL_CTL_ADD, peer, EPOLLIN);
    } else if (errno == EMFILE || errno == ENFILE) {
      shed(server);
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      if (errno != EAGAIN) perror("weir-floor-epoll: accept4");
      return;
    }
  }
}

static void keep_rest(struct server* server, int peer, const char* bytes, size_t size) {
  struct rest* rest = &server->rests[peer];
  rest->bytes = malloc(size);
  if (rest->bytes == NULL) fail("malloc");
  memcpy(rest->bytes, bytes, size);
  rest->size = size;
  rest->sent = 0;
  watch(server, EPOLL_CTL_MOD, peer, EPOLLOUT);
}

static void echo(struct server* server, int peer) {
  const ssize_t received = recv(peer, server->buffer, buffer_size, 0);
  if (received <= 0) {
    if (received == 0 || errno != EAGAIN) end_connection(server, peer);
    return;
  }
  const size_t size = (size_t)received;
  const ssize_t taken = send(peer, server->buffer, size, MSG_NOSIGNAL);
  if (taken < 0 && errno != EAGAIN) {
    end_connection(server, peer);
    return;
  }
  const size_t sent = taken < 0 ? 0 : (size_t)taken;
  if (sent < size) keep_rest(server, peer, server->buffer + sent, size - sent);
}

static void send_rest(struct server* server, int peer) {
  struct rest* rest = &server->rests[peer];
  const ssize_t taken = send(peer, rest->bytes + rest->sent, rest->size - rest->sent, MSG_NOSIGNAL);
  if (taken < 0) {
    if (errno != EAGAIN) end_connection(server, peer);
    return;
  }
  rest->sent += (size_t)taken;
  if (rest->sent < rest->size) return;
  free(rest->bytes);
  *rest = (struct rest){0};
  watch(server, EPOLL_CTL_MOD, peer, EPOLLIN);
}

static void serve(struct server* server) {
  struct epoll_event events[batch_size];
  for (;;) {
    const int count = epoll_wait(server->epoll, events, batch_size, -1);
    if (count < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == server->listener) {
        accept_all(server);
      } else if (descriptor == server->signals) {
        return;
      } else if (server->rests[descriptor].bytes != NULL) {
        send_rest(server, descriptor);
      } else {
        echo(server, descriptor);
      }
    }
  }
}

/* TCP_NODELAY is inherited by accepted sockets on Linux, so that no accept pays for it. */
static int open_listener(uint16_t port) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  const int on = 1;
  setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {
      .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, SOMAXCONN) != 0) fail("listen");
  socklen_t size = sizeof address;
  if (getsockname(listener, (struct sockaddr*)&address, &size) != 0) fail("getsockname");
  printf("listening on tcp://127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

static int open_signals(void) {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGTERM);
  sigaddset(&set, SIGINT);
  sigprocmask(SIG_BLOCK, &set, NULL);
  const int signals = signalfd(-1, &set, SFD_NONBLOCK | SFD_CLOEXEC);
  if (signals < 0) fail("signalfd");
  return signals;
}

static uint16_t port_from(int argc, char** argv) {
  static const char usage[] = "usage: weir-floor-epoll [PORT]   (0, the default: any free port)";
  if (argc == 2 && strcmp(argv[1], "--help") == 0) {
    puts(usage);
    exit(0);
  }
  if (argc == 1) return 0;
  char* end = NULL;
  errno = 0;
  const long port = strtol(argv[1], &end, 10);
  if (argc > 2 || errno != 0 || end == argv[1] || *end != '\0' || port < 0 || port > 65535) {
    fprintf(stderr, "%s\n", usage);
    exit(2);
  }
  return (uint16_t)port;
}

int main(int argc, char** argv) {
  static struct server server;
  const uint16_t port = port_from(argc, argv);
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
  }
  server.signals = open_signals();
  server.reserve = open("/dev/null", O_RDONLY | O_CLOEXEC);
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll < 0) fail("epoll_create1");
  server.listener = open_listener(port);
  watch(&server, EPOLL_CTL_ADD, server.signals, EPOLLIN);
  watch(&server, EPOLL_CTL_ADD, server.listener, EPOLLIN);
  serve(&server);
  return 0;
}
