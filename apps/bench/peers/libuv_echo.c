/* weir-peer-libuv: a uv_tcp_t a connection, on the default loop.
 *
 * Reads go into one buffer of the loop. An answer is tried with uv_try_write, as Node does, since a
 * uv_write that succeeds at once still costs an epoll_ctl; what was not taken is copied and goes
 * with uv_write. In mode frames the answers to one read go out together. Who has more than
 * high_water bytes in the write queue is not read until it has low_water. In a broadcast a message
 * is there once, whoever still waits for it, and who has more than most_queued ends.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <err.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

#include "peers/command.h"
#include "peers/frame.h"

enum { high_water = 256 * 1024, low_water = 64 * 1024, most_queued = 8 << 20 };
enum { read_size = 64 * 1024 };

/* Bytes that stay as long as somebody writes them. */
struct message {
  size_t owners;
  size_t size;
  unsigned char bytes[];
};

struct write {
  uv_write_t request; /* the first member: libuv hands it back */
  struct message* message;
};

struct connection {
  uv_tcp_t tcp; /* the first member */
  struct server* server;
  struct connection* previous; /* all are in one ring with server->members */
  struct connection* next;
  bool paused;
  unsigned char* input; /* the beginning of a frame, almost always NULL */
  size_t input_size;
};

struct server {
  uv_tcp_t listener;
  enum Mode mode;
  struct connection members; /* only its previous and next */
  char read[read_size];
};

static void check(int status, const char* what) {
  if (status != 0) errx(1, "%s: %s", what, uv_strerror(status));
}

static void* allocate(size_t size) {
  void* memory = malloc(size);
  if (memory == NULL) err(1, "malloc");
  return memory;
}

static struct message* new_message(size_t room) {
  struct message* message = allocate(sizeof *message + room);
  *message = (struct message){.owners = 1};
  return message;
}

static void append(struct message* message, const unsigned char* bytes, size_t size) {
  memcpy(message->bytes + message->size, bytes, size);
  message->size += size;
}

static void release(struct message* message) {
  if (--message->owners == 0) free(message);
}

static void on_closed(uv_handle_t* handle) {
  struct connection* connection = (struct connection*)handle;
  free(connection->input);
  free(connection);
}

static void end(struct connection* connection) {
  uv_handle_t* handle = (uv_handle_t*)&connection->tcp;
  if (uv_is_closing(handle)) return;
  connection->previous->next = connection->next;
  connection->next->previous = connection->previous;
  uv_close(handle, on_closed);
}

/* on_read() follows at once, so that one buffer is enough for all. */
static void on_room_wanted(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
  (void)suggested;
  *buffer = uv_buf_init(((struct connection*)handle)->server->read, read_size);
}

static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer);

static void on_written(uv_write_t* request, int status) {
  struct connection* connection = (struct connection*)request->handle;
  uv_stream_t* stream = request->handle;
  release(((struct write*)request)->message);
  free(request);
  if (status != 0) {
    end(connection);
  } else if (connection->paused && uv_stream_get_write_queue_size(stream) <= low_water) {
    connection->paused = uv_read_start(stream, on_room_wanted, on_read) != 0;
  }
}

/* Answers how many bytes have gone, or, when the connection ended over it, that all have. */
static size_t try_write(struct connection* connection, const unsigned char* bytes, size_t size) {
  const uv_buf_t buffer = uv_buf_init((char*)bytes, (unsigned)size);
  const int sent = uv_try_write((uv_stream_t*)&connection->tcp, &buffer, 1);
  if (sent >= 0) return (size_t)sent;
  if (sent == UV_EAGAIN) return 0; /* also when others wait before it */
  end(connection);
  return size;
}

/* What of the message is not `sent` yet. */
static void write_rest(struct connection* connection, struct message* message, size_t sent) {
  if (sent == message->size) return;
  uv_stream_t* stream = (uv_stream_t*)&connection->tcp;
  struct write* write = allocate(sizeof *write);
  const uv_buf_t buffer =
      uv_buf_init((char*)message->bytes + sent, (unsigned)(message->size - sent));
  write->message = message;
  if (uv_write(&write->request, stream, &buffer, 1, on_written) != 0) {
    free(write);
    end(connection);
    return;
  }
  ++message->owners;
  const size_t queued = uv_stream_get_write_queue_size(stream);
  if (queued > most_queued) {
    end(connection);
  } else if (queued > high_water) {
    connection->paused = true;
    uv_read_stop(stream);
  }
}

static void echo(struct connection* connection, const unsigned char* bytes, size_t size) {
  const size_t sent = try_write(connection, bytes, size);
  if (sent == size) return;
  struct message* rest = new_message(size - sent);
  append(rest, bytes + sent, size - sent);
  write_rest(connection, rest, 0);
  release(rest);
}

static void tell_all(struct server* server, const unsigned char* frame, size_t size) {
  struct message* message = new_message(size);
  append(message, frame, size);
  struct connection* next = NULL;
  for (struct connection* to = server->members.next; to != &server->members; to = next) {
    next = to->next;
    write_rest(to, message, try_write(to, frame, size));
  }
  release(message);
}

/* `bytes` are whole frames. */
static void take_frames(struct connection* connection, const unsigned char* bytes, size_t size) {
  struct message* answers = new_message(size);
  while (size > 0) {
    const size_t frame = frame_header + frame_length(bytes);
    if (connection->server->mode == mode_broadcast) {
      tell_all(connection->server, bytes, frame);
    } else {
      append(answers, bytes, frame);
    }
    bytes += frame;
    size -= frame;
  }
  if (answers->size > 0) {
    write_rest(connection, answers, try_write(connection, answers->bytes, answers->size));
  }
  release(answers);
}

/* What came, behind what was there. */
static void take_input(struct connection* connection, const unsigned char* bytes, size_t size) {
  unsigned char* joined = NULL;
  if (connection->input_size > 0) {
    joined = realloc(connection->input, connection->input_size + size);
    if (joined == NULL) err(1, "realloc");
    memcpy(joined + connection->input_size, bytes, size);
    bytes = joined;
    size += connection->input_size;
  }
  size_t whole = 0;
  if (!find_frames(bytes, size, &whole)) end(connection);
  if (whole > 0) take_frames(connection, bytes, whole);
  connection->input_size = size - whole;
  if (whole == 0 && joined != NULL) {
    connection->input = joined;
    return;
  }
  connection->input = NULL;
  if (connection->input_size > 0) {
    connection->input = allocate(connection->input_size);
    memcpy(connection->input, bytes + whole, connection->input_size);
  }
  free(joined);
}

static void on_shut_down(uv_shutdown_t* request, int status) {
  (void)status;
  end((struct connection*)request->handle);
  free(request);
}

/* A peer that has finished sending still reads: uv_shutdown() waits for what is being written. */
static void finish(struct connection* connection) {
  uv_shutdown_t* request = allocate(sizeof *request);
  if (uv_shutdown(request, (uv_stream_t*)&connection->tcp, on_shut_down) == 0) return;
  free(request);
  end(connection);
}

static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  struct connection* connection = (struct connection*)stream;
  if (count == UV_EOF) {
    finish(connection);
  } else if (count < 0) {
    end(connection);
  } else if (count > 0 && connection->server->mode == mode_echo) {
    echo(connection, (const unsigned char*)buffer->base, (size_t)count);
  } else if (count > 0) {
    take_input(connection, (const unsigned char*)buffer->base, (size_t)count);
  }
}

static void on_connection(uv_stream_t* listener, int status) {
  if (status != 0) {
    warnx("accept: %s", uv_strerror(status));
    return;
  }
  struct server* server = (struct server*)listener;
  struct connection* connection = allocate(sizeof *connection);
  struct connection* members = &server->members;
  *connection = (struct connection){.server = server, .previous = members, .next = members->next};
  members->next->previous = connection;
  members->next = connection;
  uv_stream_t* stream = (uv_stream_t*)&connection->tcp;
  uv_tcp_init(listener->loop, &connection->tcp);
  if (uv_accept(listener, stream) != 0 || uv_tcp_nodelay(&connection->tcp, 1) != 0 ||
      uv_read_start(stream, on_room_wanted, on_read) != 0) {
    end(connection);
  }
}

static void start_listener(struct server* server, uint16_t port) {
  struct sockaddr_storage bound;
  int size = sizeof bound;
  struct sockaddr_in address;
  uv_ip4_addr("127.0.0.1", port, &address);
  check(uv_tcp_init(uv_default_loop(), &server->listener), "uv_tcp_init");
  check(uv_tcp_bind(&server->listener, (const struct sockaddr*)&address, 0), "bind");
  check(uv_listen((uv_stream_t*)&server->listener, SOMAXCONN, on_connection), "listen");
  check(uv_tcp_getsockname(&server->listener, (struct sockaddr*)&bound, &size), "getsockname");
  say_listening(ntohs(((struct sockaddr_in*)&bound)->sin_port));
}

static void on_signal(uv_signal_t* signal, int number) {
  (void)number;
  uv_stop(signal->loop);
}

static void stop_at(uv_signal_t* signal, int number) {
  uv_signal_init(uv_default_loop(), signal);
  uv_signal_start(signal, on_signal, number);
}

int main(int argc, char** argv) {
  static struct server server;
  static uv_signal_t terminated;
  static uv_signal_t interrupted;
  const struct Command command = read_command(argc, argv, mode_broadcast);
  signal(SIGPIPE, SIG_IGN);
  server.mode = command.mode;
  server.members.previous = server.members.next = &server.members;
  stop_at(&terminated, SIGTERM);
  stop_at(&interrupted, SIGINT);
  start_listener(&server, command.port);
  uv_run(uv_default_loop(), UV_RUN_DEFAULT);
  return 0;
}
