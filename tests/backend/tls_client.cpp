#include <openssl/ssl.h>
#include <poll.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <random>
#include <stdexcept>
#include <utility>

#include "backend/clients.hpp"

namespace weir::test {

namespace {

struct FreeSsl {
  void operator()(SSL* ssl) const { SSL_free(ssl); }
  void operator()(SSL_CTX* context) const { SSL_CTX_free(context); }
};

/// OpenSSL between two buffers; what it has made waits in `out_` until the kernel takes it, so that
/// a call that must not wait can stop at any byte.
class TlsClient final : public Client {
 public:
  TlsClient(const SocketAddress& address, int receive_buffer)
      : socket_(connect_to(address, receive_buffer)),
        context_(SSL_CTX_new(TLS_client_method())),
        ssl_(SSL_new(context_.get())),
        received_(BIO_new(BIO_s_mem())),
        made_(BIO_new(BIO_s_mem())) {
    SSL_set_bio(ssl_.get(), received_, made_);
    SSL_set_connect_state(ssl_.get());
    // One that is refused meanwhile finds its end when it reads.
    while (SSL_do_handshake(ssl_.get()) != 1) {
      send_what_is_made();
      if (!receive()) return;
    }
    send_what_is_made();
  }
  /// Goes without a word of its user's; TLS has its own.
  ~TlsClient() override {
    if (!socket_.valid()) return;
    SSL_shutdown(ssl_.get());
    static_cast<void>(flush());
  }

  void send(std::string_view bytes) override {
    write(bytes);
    send_what_is_made();
  }
  std::size_t send_some(std::string_view bytes) override {
    bytes = bytes.substr(0, most_of_record);
    if (!flush()) return 0;
    write(bytes);
    static_cast<void>(flush());
    return bytes.size();
  }
  std::string read(std::size_t size) override {
    std::string bytes;
    while (bytes.size() < size) {
      const std::string more = read_some(size - bytes.size());
      if (more.empty()) throw std::runtime_error("the stream ended after '" + bytes + "'");
      bytes += more;
    }
    return bytes;
  }
  Rest read_to_end() override {
    Rest rest;
    for (std::string more = read_some(most_of_record); !more.empty();
         more = read_some(most_of_record)) {
      rest.bytes += more;
    }
    rest.reset = (SSL_get_shutdown(ssl_.get()) & SSL_RECEIVED_SHUTDOWN) == 0;
    return rest;
  }
  std::string exchange(std::string_view out, std::size_t expected, unsigned seed) override {
    std::minstd_rand random(seed);
    std::string in;
    while (!out.empty() || in.size() < expected) {
      if (!out.empty()) out.remove_prefix(send_some(out.substr(0, 1 + random() % (64 * 1024))));
      const std::size_t most =
          std::min<std::size_t>(1 + random() % (32 * 1024), expected - in.size());
      const std::string some = most == 0 ? std::string() : read_now(most);
      in += some;
      if (!some.empty()) continue;  // perhaps there is more already
      wait_for(in.size() < expected, !flush() || !out.empty());
      if (in.size() < expected && readable(socket_) && !take_what_came()) {
        throw std::runtime_error("the stream ended after " + std::to_string(in.size()) + " of " +
                                 std::to_string(expected) + " bytes");
      }
    }
    return in;
  }
  void end() override {
    SSL_shutdown(ssl_.get());
    send_what_is_made();
  }
  void close() override {
    end();
    socket_.close();
  }
  void reset() override { test::reset(std::move(socket_)); }

 private:
  static constexpr std::size_t most_of_record = 16 * 1024;

  void write(std::string_view bytes) {
    if (bytes.empty()) return;
    if (SSL_write(ssl_.get(), bytes.data(), static_cast<int>(bytes.size())) <= 0) {
      throw std::runtime_error("the connection cannot be written to");
    }
  }
  /// At least one byte, or none at the end.
  std::string read_some(std::size_t most) {
    for (;;) {
      std::string bytes = read_now(most);
      if (!bytes.empty() || !wants_more_ || !receive()) return bytes;
    }
  }
  /// What has come already.
  std::string read_now(std::size_t most) {
    most = std::min(most, most_of_record);
    std::string bytes(most, '\0');
    const int count = SSL_read(ssl_.get(), bytes.data(), static_cast<int>(most));
    wants_more_ = SSL_get_error(ssl_.get(), count) == SSL_ERROR_WANT_READ;
    bytes.resize(count > 0 ? static_cast<std::size_t>(count) : 0);
    return bytes;
  }
  /// Waits for bytes and gives them to OpenSSL; false at the end.
  bool receive() {
    wait_for(true, false);
    return take_what_came();
  }
  bool take_what_came() {
    const std::string bytes = read_available(socket_);
    BIO_write(received_, bytes.data(), static_cast<int>(bytes.size()));
    return !bytes.empty();
  }
  /// As much of what is made as the kernel takes; true when it took all.
  bool flush() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(made_, &bytes);
    unsent_.append(bytes, static_cast<std::size_t>(size));
    BIO_reset(made_);
    if (!unsent_.empty()) unsent_.erase(0, test::send_some(socket_, unsent_));
    return unsent_.empty();
  }
  void send_what_is_made() {
    while (!flush()) wait_for(false, true);
  }
  void wait_for(bool input, bool output) {
    pollfd asked{socket_.get(), 0, 0};
    if (input) asked.events |= POLLIN;
    if (output) asked.events |= POLLOUT;
    const int most = static_cast<int>(std::chrono::milliseconds(patience).count());
    if (::poll(&asked, 1, most) == 0) in_vain("the stream to move");
  }

  Descriptor socket_;
  std::unique_ptr<SSL_CTX, FreeSsl> context_;
  std::unique_ptr<SSL, FreeSsl> ssl_;
  BIO* received_;  // its input
  BIO* made_;      // its output
  std::string unsent_;
  bool wants_more_ = false;  // the last read ended where the bytes did
};

}  // namespace

std::unique_ptr<Client> connect_by_tls(const SocketAddress& address, int receive_buffer) {
  return std::make_unique<TlsClient>(address, receive_buffer);
}

}  // namespace weir::test
