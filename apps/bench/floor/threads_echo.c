/* weir-floor-threads: a thread a connection, and calls that block.
 *
 * A thread has a stack of 64 KiB and a buffer of 16 KiB, which grows to the longest frame that
 * came. What one recv brought, or in mode frames the whole frames of it, goes out in one send;
 * while the peer does not take it, nothing is read. Threads are not bounded but by the system; a
 * connection for which there is none is closed, the first with a line on standard error.
 */
#define _GNU_SOURCE
#include <err.h>
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "floor/sockets.h"
#include "peers/command.h"
#include "peers/frame.h"

enum { stack_size = 64 * 1024, first_room = 16 * 1024 };

struct peer {
  int socket;
  enum Mode mode;
};

static bool send_all(int socket, const unsigned char* bytes, size_t size) {
  while (size > 0) {
    const ssize_t taken = send(socket, bytes, size, MSG_NOSIGNAL);
    if (taken < 0) return false;
    bytes += taken;
    size -= (size_t)taken;
  }
  return true;
}

static void serve(int socket, enum Mode mode) {
  size_t room = first_room;
  size_t size = 0;
  unsigned char* bytes = malloc(room);
  while (bytes != NULL) {
    const ssize_t received = recv(socket, bytes + size, room - size, 0);
    if (received <= 0) break;
    size += (size_t)received;
    size_t whole = size;
    if (mode == mode_frames && !find_frames(bytes, size, &whole)) break;
    if (!send_all(socket, bytes, whole)) break;
    size -= whole;
    memmove(bytes, bytes + whole, size);
    if (size < room) continue;
    room *= 2;
    unsigned char* larger = realloc(bytes, room);
    if (larger == NULL) break;
    bytes = larger;
  }
  free(bytes);
}

static void* run(void* argument) {
  const struct peer peer = *(struct peer*)argument;
  free(argument);
  serve(peer.socket, peer.mode);
  close(peer.socket);
  return NULL;
}

static bool start(const pthread_attr_t* attributes, int socket, enum Mode mode) {
  struct peer* peer = malloc(sizeof *peer);
  if (peer == NULL) return false;
  *peer = (struct peer){.socket = socket, .mode = mode};
  pthread_t thread;
  if (pthread_create(&thread, attributes, run, peer) == 0) return true;
  free(peer);
  return false;
}

static void end(int signal) {
  (void)signal;
  _exit(0);
}

int main(int argc, char** argv) {
  const struct Command command = read_command(argc, argv, mode_frames);
  signal(SIGTERM, end);
  signal(SIGINT, end);
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_size);
  pthread_attr_setdetachstate(&attributes, PTHREAD_CREATE_DETACHED);
  struct listener listener = open_listener(command.port, 0);
  for (bool said = false;;) {
    const int peer = accept_next(&listener, 0);
    if (peer < 0 || start(&attributes, peer, command.mode)) continue;
    close(peer);
    if (!said) warnx("refused a connection: no thread for it");
    said = true;
  }
}
