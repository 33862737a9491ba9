/* The listener and the signals of the floors that are C and system calls alone. */
#pragma once

#include <stdint.h>

struct listener {
  int socket;
  int reserve; /* a descriptor that is given up for a moment when there are no more */
};

/* On 127.0.0.1, and says so on standard output. `flags` for socket(2). TCP_NODELAY is inherited by
 * accepted sockets on Linux, so that no accept pays for it. */
struct listener open_listener(uint16_t port, int flags);

/* accept4(2), but out of descriptors, when a listener would report the same connection for ever, it
 * takes that one with the reserve, closes it and answers -1 with EAGAIN. Says on standard error
 * what is not known to pass by. */
int accept_next(struct listener* listener, int flags);

/* Readable when SIGTERM or SIGINT came. */
int open_signals(void);
