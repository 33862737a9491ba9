/* One connection of a program that waits for many (weir-floor-epoll, weir-floor-select,
 * weir-peer-libev): what it keeps between two system calls. It knows its socket, and nothing of how
 * somebody waits for it.
 *
 *     partial   | the beginning of a frame whose end has not come |     not in mode echo
 *     unsent    | sent | what the kernel has not taken yet        |     almost always empty
 *
 * Bytes come into a buffer that all connections share, and an idle one owns neither of these. What
 * is answered lies there already, in its order, so that all that one recv brought goes out in one
 * send: nobody who makes his answers does it for less.
 *
 * While a connection has unsent bytes it is not to be read; so its peer, who does not take them,
 * cannot make them more. In a broadcast others can, up to most_unsent.
 */
#pragma once

#include <stdbool.h>
#include <stddef.h>

#include "peers/command.h"

enum { buffer_size = 64 * 1024, most_unsent = 8 << 20 };

struct store {
  unsigned char* bytes;
  size_t size;
  size_t room;
};

struct connection {
  struct store partial;
  struct store unsent;
  size_t sent; /* of unsent */
};

/* What there is of a connection's input behind one recv: `whole` bytes of `size` are to be
 * answered, by send_or_keep() or otherwise, and then keep_partial() has to be told. */
struct input {
  unsigned char* bytes;
  size_t size;
  size_t whole;
};

/* One recv, with the buffer of buffer_size that is shared. False: the connection has to end. */
bool receive_frames(struct connection* connection, int socket, unsigned char* shared,
                    struct input* input);
void keep_partial(struct connection* connection, const struct input* input);

/* One send at most, unless earlier bytes wait. False: the connection has to end. */
bool send_or_keep(struct connection* connection, int socket, const unsigned char* bytes,
                  size_t size);

/* What comes is sent back, as it came or by these three. */
bool echo(struct connection* connection, int socket, enum Mode mode, unsigned char* shared);

static inline bool has_unsent(const struct connection* connection) {
  return connection->unsent.size > 0;
}

/* Of the unsent bytes what the kernel takes now. False: the connection has to end. */
bool send_unsent(struct connection* connection, int socket);

/* What it owns; the socket is not it. */
void forget(struct connection* connection);
