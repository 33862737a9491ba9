#define _GNU_SOURCE
#include "floor/connection.h"

#include <err.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "peers/frame.h"

static void empty(struct store* store) {
  free(store->bytes);
  *store = (struct store){0};
}

/* Room doubles, so that what is claimed and never sent costs nothing. */
static void make_room(struct store* store, size_t more) {
  if (store->room - store->size >= more) return;
  const size_t twice = 2 * store->room;
  store->room = store->size + more > twice ? store->size + more : twice;
  store->bytes = realloc(store->bytes, store->room);
  if (store->bytes == NULL) err(1, "realloc");
}

static void append(struct store* store, const unsigned char* bytes, size_t size) {
  make_room(store, size);
  memcpy(store->bytes + store->size, bytes, size);
  store->size += size;
}

/* Of what recv(2) answered, with nothing in it, whether the connection goes on. */
static bool goes_on(ssize_t received) { return received < 0 && errno == EAGAIN; }

bool receive_frames(struct connection* connection, int socket, unsigned char* shared,
                    struct input* input) {
  struct store* partial = &connection->partial;
  *input = (struct input){.bytes = shared};
  if (partial->size > 0) {
    make_room(partial, buffer_size);
    *input = (struct input){.bytes = partial->bytes, .size = partial->size};
  }
  const ssize_t received = recv(socket, input->bytes + input->size, buffer_size, 0);
  if (received <= 0) return goes_on(received);
  input->size += (size_t)received;
  return find_frames(input->bytes, input->size, &input->whole);
}

void keep_partial(struct connection* connection, const struct input* input) {
  struct store* partial = &connection->partial;
  const size_t rest = input->size - input->whole;
  if (input->bytes != partial->bytes) {
    if (rest > 0) append(partial, input->bytes + input->whole, rest);
  } else if (rest == 0) {
    empty(partial);
  } else {
    memmove(partial->bytes, input->bytes + input->whole, rest);
    partial->size = rest;
  }
}

/* Worth it only when it is at least half of them. */
static void drop_sent(struct connection* connection) {
  struct store* unsent = &connection->unsent;
  if (connection->sent < unsent->size / 2) return;
  unsent->size -= connection->sent;
  memmove(unsent->bytes, unsent->bytes + connection->sent, unsent->size);
  connection->sent = 0;
}

bool send_or_keep(struct connection* connection, int socket, const unsigned char* bytes,
                  size_t size) {
  size_t sent = 0;
  if (!has_unsent(connection) && size > 0) {
    const ssize_t taken = send(socket, bytes, size, MSG_NOSIGNAL);
    if (taken < 0 && errno != EAGAIN) return false;
    sent = taken < 0 ? 0 : (size_t)taken;
  }
  if (sent == size) return true;
  if (connection->sent > 0) drop_sent(connection);
  if (connection->unsent.size - connection->sent + (size - sent) > most_unsent) return false;
  append(&connection->unsent, bytes + sent, size - sent);
  return true;
}

static bool echo_frames(struct connection* connection, int socket, unsigned char* shared) {
  struct input input;
  if (!receive_frames(connection, socket, shared, &input)) return false;
  const bool sent = send_or_keep(connection, socket, input.bytes, input.whole);
  keep_partial(connection, &input);
  return sent;
}

bool echo(struct connection* connection, int socket, enum Mode mode, unsigned char* shared) {
  if (mode == mode_frames) return echo_frames(connection, socket, shared);
  const ssize_t received = recv(socket, shared, buffer_size, 0);
  if (received <= 0) return goes_on(received);
  return send_or_keep(connection, socket, shared, (size_t)received);
}

bool send_unsent(struct connection* connection, int socket) {
  struct store* unsent = &connection->unsent;
  const ssize_t taken =
      send(socket, unsent->bytes + connection->sent, unsent->size - connection->sent, MSG_NOSIGNAL);
  if (taken < 0) return errno == EAGAIN;
  connection->sent += (size_t)taken;
  if (connection->sent < unsent->size) return true;
  connection->sent = 0;
  empty(unsent);
  return true;
}

void forget(struct connection* connection) {
  empty(&connection->partial);
  empty(&connection->unsent);
  connection->sent = 0;
}
