// TlsTransport: its beginning and its end, and the way in. The way out is in tls_output.cpp.
#include "tls/tls_transport.hpp"

#include <openssl/err.h>

#include <array>
#include <cerrno>
#include <new>
#include <utility>

#include "tls/failure.hpp"
#include "tls/names.hpp"

namespace weir::tls {

namespace {

/// Decrypted for one on_bytes(): two records.
constexpr std::size_t read_size = 32 * 1024;
/// The first byte of a record that begins a handshake (RFC 8446, section 5.1).
constexpr char handshake_record = 22;
/// What a message beyond most_messages costs the peer.
constexpr std::uint64_t bytes_a_message = 64 * 1024;

void count_message(int writing, int, int type, const void*, std::size_t, SSL*, void* counter) {
  if (writing == 0 && type == SSL3_RT_HANDSHAKE) ++*static_cast<std::uint64_t*>(counter);
}

std::string text_or_nothing(const char* text) { return text == nullptr ? "" : text; }

TransportSecurity agreement(SSL& ssl, Role role) {
  TransportSecurity made;
  made.version = SSL_get_version(&ssl);
  made.cipher = SSL_get_cipher_name(&ssl);
  const unsigned char* protocol = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(&ssl, &protocol, &size);
  if (size != 0) made.protocol.assign(reinterpret_cast<const char*>(protocol), size);
  made.server_name = text_or_nothing(SSL_get_servername(&ssl, TLSEXT_NAMETYPE_host_name));
  made.resumed = SSL_session_reused(&ssl) == 1;
  const bool verified = (SSL_get_verify_mode(&ssl) & SSL_VERIFY_PEER) != 0 &&
                        SSL_get_verify_result(&ssl) == X509_V_OK;
  const X509* certificate = SSL_get0_peer_certificate(&ssl);
  if (verified && certificate != nullptr) made.peer_name = owner_name(*certificate);
  if (role == Role::client && made.server_name.empty()) {
    made.server_name = text_or_nothing(SSL_get0_peername(&ssl));
  }
  return made;
}

}  // namespace

TlsTransport::TlsTransport(TransportPtr inner, EventLoop& loop, SslPtr ssl,
                           std::shared_ptr<const Shared> shared, Role role,
                           std::string session_name)
    : FilterTransport(std::move(inner)),
      loop_(loop),
      shared_(std::move(shared)),
      ssl_(std::move(ssl)),
      role_(role) {
  wires_.session_name = std::move(session_name);
  if (!connect_wires(*ssl_, *shared_->wire_method, wires_)) throw std::bad_alloc();
}

TlsTransport::~TlsTransport() {
  // Otherwise a session whose connection merely went would count as a bad one.
  if (failure_.empty()) {
    SSL_set_shutdown(ssl_.get(), SSL_SENT_SHUTDOWN | SSL_RECEIVED_SHUTDOWN);
  }
}

void TlsTransport::start(Sink& sink) {
  FilterTransport::start(sink);
  if (std::exchange(begun_, true)) return;
  if (role_ == Role::client && inner().ready()) agree();
}

std::string TlsTransport::failure() const {
  return failure_.empty() ? FilterTransport::failure() : failure_;
}

const TransportSecurity* TlsTransport::security() const {
  return ready_ && !plain_ ? &security_ : nullptr;
}

// --- the handshake -----------------------------------------------------------------------------

/// The transport below has agreed with its peer.
void TlsTransport::on_ready() {
  if (role_ == Role::client && !over_) agree();
}

void TlsTransport::agree() {
  ERR_clear_error();
  const int done = SSL_do_handshake(ssl_.get());
  if (done == 1) return agreed();
  if (SSL_get_error(ssl_.get(), done) != SSL_ERROR_WANT_READ) return fail();
  flush();
}

void TlsTransport::agreed() {
  security_ = agreement(*ssl_, role_);
  SSL_set_msg_callback(ssl_.get(), count_message);
  SSL_set_msg_callback_arg(ssl_.get(), &messages_);
  ready_ = true;
  flush();
}

// --- the way in --------------------------------------------------------------------------------

void TlsTransport::on_bytes(std::string_view bytes) {
  if (over_ || ended_) return;
  if (shared_->or_plain && received_ == 0 && bytes.front() != handshake_record) {
    plain_ = ready_ = true;
    if (!tell_sink([](Sink& sink) { sink.on_ready(); })) return;
  }
  if (plain_) {
    hand_on(bytes);
    return;
  }
  received_ += bytes.size();
  if (!ready_ && received_ > most_handshake) return fail("the handshake is too long");
  if (!held_.empty()) held_.append(bytes);
  wires_.input = held_.empty() ? bytes : held_.view();
  take_input();
}

/// What is no TLS; false when the object is gone.
bool TlsTransport::hand_on(std::string_view bytes) {
  received_ += bytes.size();
  if (!paused_) return tell_sink([bytes](Sink& sink) { sink.on_bytes(bytes); });
  held_.append(bytes);
  return true;
}

bool TlsTransport::input_waits() const {
  return !held_.empty() || end_due_ || SSL_pending(ssl_.get()) > 0;
}

/// Decrypts and hands on what lies in wires_.input, until the sink pauses.
bool TlsTransport::take_input() {
  if (!ready_) {
    agree();
    if (ready_ && !tell_sink([](Sink& sink) { sink.on_ready(); })) return false;
  }
  while (ready_ && !paused_ && !over_ && !ended_) {
    std::array<char, read_size> plain;  // NOLINT: filled below
    std::size_t size = 0;
    const Read read = decrypt(plain, size);
    if (size != 0 && !tell_sink([&](Sink& sink) { sink.on_bytes({plain.data(), size}); })) {
      return false;
    }
    if (read == Read::full || over_) continue;
    if (read == Read::failed) fail(std::exchange(failure_, {}));
    if (read == Read::end) {
      ended_ = clean_ = true;
      if (!tell_end()) return false;
    }
    break;
  }
  const std::string_view rest = std::exchange(wires_.input, {});
  if (rest.empty() || over_ || ended_) {
    held_.release();
  } else if (held_.empty()) {
    held_.append(rest);
  } else {
    held_.consume(held_.size() - rest.size());
  }
  flush();                       // what TLS itself answers
  SSL_free_buffers(ssl_.get());  // those of the handshake are not given back by themselves
  return true;
}

/// Fills `into` from as many records as there are. A failure's text is in failure_ then.
TlsTransport::Read TlsTransport::decrypt(std::span<char> into, std::size_t& got) {
  while (got < into.size()) {
    std::size_t size = 0;
    ERR_clear_error();
    const int done = SSL_read_ex(ssl_.get(), into.data() + got, into.size() - got, &size);
    if (messages_ > most_messages + received_ / bytes_a_message) {
      failure_ = "the peer sends too many messages of TLS itself";
      return Read::failed;
    }
    if (done == 1) {
      got += size;
      continue;
    }
    const int why = SSL_get_error(ssl_.get(), done);
    if (why == SSL_ERROR_WANT_READ) return Read::all;
    if (why == SSL_ERROR_ZERO_RETURN) return Read::end;
    failure_ = describe_failure(role_ == Role::server, wires_.refusal);
    return Read::failed;
  }
  return Read::full;
}

bool TlsTransport::tell_end() {
  end_due_ = paused_;
  return paused_ || tell_sink([](Sink& sink) { sink.on_end(); });
}

/// The transport below ended. After close_notify that is as it should be; else the stream was cut.
void TlsTransport::on_end() {
  if (over_ || std::exchange(ended_, true)) return;
  tell_end();
}

void TlsTransport::pause_reading() {
  paused_ = true;
  inner().pause_reading();
}

void TlsTransport::resume_reading() {
  paused_ = false;
  if (input_waits()) {
    loop_.defer(*this);
  } else {
    inner().resume_reading();
  }
}

void TlsTransport::run_deferred() {
  if (paused_ || over_) return;
  bool here = true;
  if (plain_ && !held_.empty()) {
    const Buffer held = std::exchange(held_, Buffer());
    here = hand_on(held.view());
    if (!here || paused_) return;
  }
  if (std::exchange(end_due_, false)) {
    here = tell_sink([](Sink& sink) { sink.on_end(); });
  } else if (!plain_) {
    wires_.input = held_.view();
    here = take_input();
  }
  if (here && !paused_ && !over_) inner().resume_reading();
}

// --- the end -----------------------------------------------------------------------------------

void TlsTransport::close() {
  if (std::exchange(over_, true)) return;
  // Behind records that wait it does not go out: a peer must not take bytes that were given up for
  // the end of all.
  if (ready_ && !plain_ && !shut_) {
    ERR_clear_error();
    SSL_shutdown(ssl_.get());
    ERR_clear_error();
  }
  flush();
  inner().close();
}

/// With what OpenSSL says.
void TlsTransport::fail() { fail(describe_failure(role_ == Role::server, wires_.refusal)); }

/// The alert that OpenSSL has written goes out if it can.
void TlsTransport::fail(std::string why) {
  failure_ = std::move(why);
  if (std::exchange(over_, true)) return;
  flush();
  inner().close();
}

void TlsTransport::on_closed(int error) {
  over_ = true;
  FilterTransport::on_closed(failure_.empty() ? error : EPROTO);
}

}  // namespace weir::tls
