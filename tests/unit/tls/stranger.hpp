// A peer that is OpenSSL's own, without a line of ours: for what our ends do not do.
#pragma once

#include <string>
#include <string_view>

#include "tls/openssl.hpp"
#include "unit/tls/pair.hpp"

namespace weir::test {

/// A client of one End on a MemoryLoop. It verifies nothing.
class Stranger {
 public:
  /// Of the one version of TLS that is given; `ciphers` are TLS 1.2's.
  Stranger(const TransportFilterPtr& served, int version, const char* ciphers = "DEFAULT") {
    auto [transport, made] = loop.transport_and_peer();
    peer = made;
    server.begin(must(served->wrap(std::move(transport), loop, {})));
    SSL_CTX_set_min_proto_version(context_.get(), version);
    SSL_CTX_set_max_proto_version(context_.get(), version);
    BOOST_REQUIRE(SSL_CTX_set_cipher_list(context_.get(), ciphers) == 1);
    ssl.reset(SSL_new(context_.get()));
    in_ = BIO_new(BIO_s_mem());
    out_ = BIO_new(BIO_s_mem());
    SSL_set_bio(ssl.get(), in_, out_);
    SSL_set_connect_state(ssl.get());
  }

  void agree() {
    for (int i = 0; i < 10 && SSL_do_handshake(ssl.get()) != 1; ++i) carry();
    carry();
  }
  void send(std::string_view bytes) {
    SSL_write(ssl.get(), bytes.data(), static_cast<int>(bytes.size()));
    carry();
  }
  /// What came, as plain text.
  std::string take() {
    std::string all(100'000, '\0');
    const int size = SSL_read(ssl.get(), all.data(), static_cast<int>(all.size()));
    all.resize(size > 0 ? static_cast<std::size_t>(size) : 0);
    carry();
    return all;
  }
  /// Its bytes to the server, the server's to it.
  void carry() {
    char* bytes = nullptr;
    const long size = BIO_get_mem_data(out_, &bytes);
    peer.send({bytes, static_cast<std::size_t>(size)});
    BIO_reset(out_);
    loop.run_ready();
    const std::string back = peer.take();
    BIO_write(in_, back.data(), static_cast<int>(back.size()));
  }

  testing::MemoryLoop loop;
  End server;
  testing::Peer peer;

 private:
  tls::SslContextPtr context_{SSL_CTX_new(TLS_client_method())};
  BIO* in_ = nullptr;
  BIO* out_ = nullptr;

 public:
  tls::SslPtr ssl;
};

}  // namespace weir::test
