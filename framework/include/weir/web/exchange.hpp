// Exchange: one HTTP request and its response, as the framework sees it. Layer: web.
// Owned by its protocol and by whoever holds a Responder of it; one of a connection is used for all
// its requests as long as nobody keeps it. Threads: the connection's loop's.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "weir/http/request_head.hpp"
#include "weir/routing/context.hpp"
#include "weir/session/protocol.hpp"
#include "weir/web/response.hpp"
#include "weir/web/routes.hpp"

namespace weir::http {

class ExchangeOwner;
class IncomingBody;
struct LentResponse;
struct StreamOptions;

class Exchange final : public Context {
 public:
  /// `owner` lives until the exchange is settled, and what is begun by that has ended.
  Exchange(const Session& session, EventLoop& loop, ExchangeOwner& owner)
      : Context(session, loop), owner_(owner) {}

  [[nodiscard]] const RequestHead& head() const { return *head_; }
  [[nodiscard]] const RouteMatch& match() const { return match_; }
  [[nodiscard]] std::string_view captured(const Capture& capture) const {
    return head_->path.substr(capture.begin, capture.size);
  }

  /// The response. True when it was the first answer.
  bool respond(const Response& response) {
    return reply_by([&] { write(response); });
  }
  /// The same with all of it lent,
  bool respond(const LentResponse& response);
  /// or with a body that is.
  bool respond(Status status, std::string_view content_type, std::string_view body) {
    return reply_by([&] { write(status, content_type, body); });
  }
  /// Where the connection is there; for respond() and Responder::reply_by().
  void write(const Response& response);
  void write(Status status, std::string_view content_type, std::string_view body);

  /// 101: from now on the connection is `next`'s (RFC 9110, section 7.8). True when it was the
  /// first answer.
  bool upgrade(std::string_view protocol, std::span<const Header> headers,
               std::unique_ptr<Protocol> next);

  /// The head of a response whose body follows; for Responder::reply_by().
  void begin_stream(const Response& head, StreamOptions options);
  /// The body, as it comes.
  [[nodiscard]] std::shared_ptr<IncomingBody> incoming();
  [[nodiscard]] ExchangeOwner& owner() { return owner_; }

  // For its owner:

  using Call::connection;
  using Call::unshared;
  /// A new request: its head is `head`, which lies still until the call returns, or keep().
  void begin_request(const RequestHead& head);
  /// Its body is there.
  void begin_call(std::string_view body, TimePoint deadline, bool follows);
  [[nodiscard]] RouteMatch& match() { return match_; }
  /// The head is copied, so that it lives as long as the exchange.
  void keep_head();

 private:
  struct Kept {
    std::string bytes;
    RequestHead head;
  };

  void keep() override;
  void write_reply(std::string_view payload) override { write(Status::ok, plain_text, payload); }
  void write_failure(const Failure& failure) override;

  ExchangeOwner& owner_;
  const RequestHead* head_ = nullptr;
  std::unique_ptr<Kept> kept_;
  RouteMatch match_;
};

/// A whole response whose parts are lent.
struct LentResponse {
  Status status = Status::ok;
  std::string_view content_type{};  // empty: none is said
  std::span<const Header> headers{};
  std::string_view body{};
  const FileRange* file = nullptr;  // the body, instead
  bool close = false;
  std::string_view upgrade{};  // what a response of 426 asks for
  bool compress = true;        // may be
};

/// A protocol, as its exchanges know it.
class ExchangeOwner {
 public:
  virtual void write_response(Exchange& exchange, const LentResponse& response) = 0;
  /// 101, and from then on the connection is `next`'s.
  virtual void begin_stream(Exchange& exchange, const LentResponse& head,
                            StreamOptions options) = 0;
  virtual void end_stream(std::span<const Header> trailers) = 0;
  /// nullptr for a request whose body was there before its call.
  [[nodiscard]] virtual std::shared_ptr<IncomingBody> incoming() = 0;
  virtual void write_upgrade(Exchange& exchange, std::string_view protocol,
                             std::span<const Header> headers, std::unique_ptr<Protocol> next) = 0;

 protected:
  ~ExchangeOwner() = default;
};

}  // namespace weir::http
