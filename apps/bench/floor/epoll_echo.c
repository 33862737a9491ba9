/* weir-floor-epoll: the smallest honest server, the floor that weir is measured against.
 *
 * One thread, one level-triggered epoll. A readiness costs one recv into a buffer that all
 * connections share and one send of what is to be answered (floor/connection.h); only what the
 * kernel did not take is kept, and until that is gone the connection is not read. An idle
 * connection owns one slot of `connections`.
 *
 * What it does not do is what weir's numbers are the price of: it calls no handler, has no
 * deadlines, no limits but a frame's and a slow member's, no counters, and ends every connection at
 * once on SIGTERM.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor/connection.h"
#include "floor/sockets.h"
#include "peers/command.h"

enum { batch_size = 256 };

struct slot {
  bool open;
  struct connection connection;
};

struct server {
  enum Mode mode;
  int epoll;
  struct listener listener;
  int signals;
  struct slot* slots; /* by descriptor */
  int slot_count;
  unsigned char buffer[buffer_size];
};

static void watch(struct server* server, int operation, int descriptor, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = descriptor};
  if (epoll_ctl(server->epoll, operation, descriptor, &event) != 0) err(1, "epoll_ctl");
}

static void end_connection(struct server* server, int peer) {
  struct slot* slot = &server->slots[peer];
  forget(&slot->connection);
  slot->open = false;
  close(peer);
}

static void make_slot(struct server* server, int peer) {
  if (peer >= server->slot_count) {
    const int count = (peer + 1) * 2;
    struct slot* slots = realloc(server->slots, (size_t)count * sizeof *slots);
    if (slots == NULL) err(1, "realloc");
    memset(slots + server->slot_count, 0, (size_t)(count - server->slot_count) * sizeof *slots);
    server->slots = slots;
    server->slot_count = count;
  }
  server->slots[peer].open = true;
}

static void accept_all(struct server* server) {
  int peer = -1;
  while ((peer = accept_next(&server->listener, SOCK_NONBLOCK)) >= 0) {
    make_slot(server, peer);
    watch(server, EPOLL_CTL_ADD, peer, EPOLLIN);
  }
}

/* A member that has to end is only shut down, and ends when epoll says so: its descriptor may be
 * among the events that are still to be looked at. */
static void tell_all(struct server* server, const unsigned char* bytes, size_t size) {
  for (int member = 0; member < server->slot_count; ++member) {
    struct slot* slot = &server->slots[member];
    if (!slot->open) continue;
    const bool waited = has_unsent(&slot->connection);
    if (!send_or_keep(&slot->connection, member, bytes, size)) {
      shutdown(member, SHUT_RDWR);
    } else if (!waited && has_unsent(&slot->connection)) {
      watch(server, EPOLL_CTL_MOD, member, EPOLLOUT);
    }
  }
}

static bool hear_member(struct server* server, int peer) {
  struct connection* connection = &server->slots[peer].connection;
  struct input input;
  if (!receive_frames(connection, peer, server->buffer, &input)) return false;
  if (input.whole > 0) tell_all(server, input.bytes, input.whole);
  keep_partial(connection, &input);
  return true;
}

static void on_readable(struct server* server, int peer) {
  struct connection* connection = &server->slots[peer].connection;
  if (server->mode == mode_broadcast) {
    if (!hear_member(server, peer)) end_connection(server, peer);
  } else if (!echo(connection, peer, server->mode, server->buffer)) {
    end_connection(server, peer);
  } else if (has_unsent(connection)) {
    watch(server, EPOLL_CTL_MOD, peer, EPOLLOUT);
  }
}

static void on_writable(struct server* server, int peer) {
  struct connection* connection = &server->slots[peer].connection;
  if (!send_unsent(connection, peer)) {
    end_connection(server, peer);
  } else if (!has_unsent(connection)) {
    watch(server, EPOLL_CTL_MOD, peer, EPOLLIN);
  }
}

static void serve(struct server* server) {
  struct epoll_event events[batch_size];
  for (;;) {
    const int count = epoll_wait(server->epoll, events, batch_size, -1);
    if (count < 0 && errno != EINTR) err(1, "epoll_wait");
    for (int i = 0; i < count; ++i) {
      const int descriptor = events[i].data.fd;
      if (descriptor == server->listener.socket) {
        accept_all(server);
      } else if (descriptor == server->signals) {
        return;
      } else if (has_unsent(&server->slots[descriptor].connection)) {
        on_writable(server, descriptor);
      } else {
        on_readable(server, descriptor);
      }
    }
  }
}

int main(int argc, char** argv) {
  static struct server server;
  const struct Command command = read_command(argc, argv, mode_broadcast);
  server.mode = command.mode;
  server.signals = open_signals();
  server.epoll = epoll_create1(EPOLL_CLOEXEC);
  if (server.epoll < 0) err(1, "epoll_create1");
  server.listener = open_listener(command.port, SOCK_NONBLOCK);
  watch(&server, EPOLL_CTL_ADD, server.signals, EPOLLIN);
  watch(&server, EPOLL_CTL_ADD, server.listener.socket, EPOLLIN);
  serve(&server);
  return 0;
}
