/* weir-floor-crowd: what it costs to write one frame to everybody, the floor of weir's groups.
 *
 * One thread, one level-triggered epoll. What a connection says first is taken for the request of a
 * WebSocket, whatever it is, and answered with 101. What it says then is taken for one whole frame
 * with a mask of zeros, as weir-bench-crowd sends it: its bytes without the mask go to all
 * connections, one send each.
 *
 * It checks nothing, keeps nothing for a connection whose kernel takes no more (that one ends), and
 * SIGTERM ends it where it stands.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

enum { buffer_size = 64 * 1024, batch_size = 256, mask_size = 4 };

struct server {
  int epoll;
  int listener;
  bool* members; /* by descriptor: it was answered 101 */
  int most;      /* descriptors there can be */
  unsigned char buffer[buffer_size];
};

static const char welcome[] =
    "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n\r\n";

static void fail(const char* what) {
  fprintf(stderr, "weir-floor-crowd: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(struct server* server, int descriptor) {
  struct epoll_event event = {.events = EPOLLIN, .data.fd = descriptor};
  if (epoll_ctl(server->epoll, EPOLL_CTL_ADD, descriptor, &event) != 0) fail("epoll_ctl");
}

static void end(struct server* server, int member) {
  server->members[member] = false;
  close(member);
}

static void accept_all(struct server* server) {
  for (;;) {
    const int peer = accept4(server->listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (peer >= 0) {
      watch(server, peer);
    } else if (errno != EINTR && errno != ECONNABORTED) {
      if (errno != EAGAIN) fail("accept4");
      return;
    }
  }
}

static void tell_all(struct server* server, const unsigned char* frame, size_t size) {
  for (int member = 0; member < server->most; ++member) {
    if (!server->members[member]) continue;
    if (send(member, frame, size, MSG_NOSIGNAL) != (ssize_t)size) end(server, member);
  }
}

/* The frame without its mask (RFC 6455, section 5.2): the head moves up to the payload. */
static void broadcast(struct server* server, size_t size) {
  unsigned char* const buffer = server->buffer;
  const size_t head = (buffer[1] & 0x7f) == 126 ? 4 : 2;
  buffer[1] &= 0x7f;
  memmove(buffer + mask_size, buffer, head);
  tell_all(server, buffer + mask_size, size - mask_size);
}

static void hear(struct server* server, int peer) {
  const ssize_t size = recv(peer, server->buffer, buffer_size, 0);
  if (size < 0 && errno == EAGAIN) return;
  if (size <= 0) {
    end(server, peer);
  } else if (!server->members[peer]) {
    server->members[peer] = true;
    send(peer, welcome, sizeof welcome - 1, MSG_NOSIGNAL);
  } else if (size > 2 * mask_size) {
    broadcast(server, (size_t)size);
  }
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
      } else {
        hear(server, descriptor);
      }
    }
  }
}

static int open_listener(void) {
  const int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (listener < 0) fail("socket");
  const int on = 1;
  setsockopt(listener, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  if (bind(listener, (struct sockaddr*)&address, sizeof address) != 0) fail("bind");
  if (listen(listener, SOMAXCONN) != 0) fail("listen");
  socklen_t size = sizeof address;
  if (getsockname(listener, (struct sockaddr*)&address, &size) != 0) fail("getsockname");
  printf("listening on tcp://127.0.0.1:%u\n", (unsigned)ntohs(address.sin_port));
  fflush(stdout);
  return listener;
}

int main(void) {
  static struct server server;
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) fail("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) != 0) fail("setrlimit");
  server.most = (int)limit.rlim_cur;
  server.members = calloc((size_t)server.most, sizeof *server.members);
  if (server.members == NULL) fail("calloc");
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll < 0) fail("epoll_create1");
  server.listener = open_listener();
  watch(&server, server.listener);
  serve(&server);
  return 0;
}
