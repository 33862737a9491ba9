/* The hello server of tests/consumer/project/main.cpp on libuv: lines, sent back. Compiled by
 * `weir-bench compare` to see what that takes. */
#define _GNU_SOURCE
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uv.h>

enum { longest_line = 64 * 1024 };

struct session {
  uv_tcp_t tcp; /* the first member */
  size_t size;
  char input[longest_line];
};

struct answer {
  uv_write_t request; /* the first member */
  char bytes[];
};

static void on_closed(uv_handle_t* handle) { free(handle); }

static void end(uv_stream_t* stream) {
  if (!uv_is_closing((uv_handle_t*)stream)) uv_close((uv_handle_t*)stream, on_closed);
}

/* The line so far is kept where the next bytes go behind it. */
static void on_room_wanted(uv_handle_t* handle, size_t suggested, uv_buf_t* buffer) {
  (void)suggested;
  struct session* session = (struct session*)handle;
  *buffer = uv_buf_init(session->input + session->size, (unsigned)(longest_line - session->size));
}

static void on_written(uv_write_t* request, int status) {
  if (status != 0) end(request->handle);
  free(request);
}

static void send_back(struct session* session, size_t size) {
  struct answer* answer = malloc(sizeof *answer + size);
  if (answer == NULL) {
    end((uv_stream_t*)&session->tcp);
    return;
  }
  memcpy(answer->bytes, session->input, size);
  const uv_buf_t buffer = uv_buf_init(answer->bytes, (unsigned)size);
  if (uv_write(&answer->request, (uv_stream_t*)&session->tcp, &buffer, 1, on_written) != 0) {
    free(answer);
    end((uv_stream_t*)&session->tcp);
  }
}

static void on_read(uv_stream_t* stream, ssize_t count, const uv_buf_t* buffer) {
  (void)buffer;
  struct session* session = (struct session*)stream;
  if (count < 0) {
    end(stream);
    return;
  }
  session->size += (size_t)count;
  const char* last = memrchr(session->input, '\n', session->size);
  if (last == NULL) {
    if (session->size == longest_line) end(stream);
    return;
  }
  const size_t lines = (size_t)(last - session->input) + 1;
  send_back(session, lines);
  session->size -= lines;
  memmove(session->input, session->input + lines, session->size);
}

static void on_connection(uv_stream_t* listener, int status) {
  struct session* session = status == 0 ? malloc(sizeof *session) : NULL;
  if (session == NULL) return;
  session->size = 0;
  uv_tcp_init(listener->loop, &session->tcp);
  if (uv_accept(listener, (uv_stream_t*)&session->tcp) != 0 ||
      uv_read_start((uv_stream_t*)&session->tcp, on_room_wanted, on_read) != 0) {
    end((uv_stream_t*)&session->tcp);
  }
}

static void on_signal(uv_signal_t* handle, int number) {
  (void)number;
  uv_stop(handle->loop);
}

int main(void) {
  uv_loop_t* loop = uv_default_loop();
  uv_signal_t signals[2];
  uv_signal_init(loop, &signals[0]);
  uv_signal_init(loop, &signals[1]);
  uv_signal_start(&signals[0], on_signal, SIGINT);
  uv_signal_start(&signals[1], on_signal, SIGTERM);

  uv_tcp_t listener;
  struct sockaddr_in address;
  uv_tcp_init(loop, &listener);
  uv_ip4_addr("127.0.0.1", 7000, &address);
  int status = uv_tcp_bind(&listener, (const struct sockaddr*)&address, 0);
  if (status == 0) status = uv_listen((uv_stream_t*)&listener, SOMAXCONN, on_connection);
  if (status != 0) {
    fprintf(stderr, "%s\n", uv_strerror(status));
    return 1;
  }
  return uv_run(loop, UV_RUN_DEFAULT) == 0;
}
