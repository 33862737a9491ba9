// HttpProtocol: a connection that speaks HTTP/1.1. Layer: web, private. Owned by the connection.
//
//     bytes --RequestParser--> head, body --Routes--> name --RouterCore--> layers, handler
//                                                                             |
//     bytes <--write_head()------------------------ Exchange <----------------+
//
// One exchange at a time: while its handler answers later, the requests behind it wait in the
// connection, so responses keep the order of their requests.
//
// After an upgrade the connection is another protocol's, and this one hands everything on.
//
//     between --head--> reading the body --complete--> called --response--> between
//
// A body that lies whole in the input is lent to the handler; one that comes in pieces is gathered
// in body_, which is bounded by Limits::body.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "weir/http/date.hpp"
#include "weir/http/request_parser.hpp"
#include "weir/http/response_writer.hpp"
#include "weir/web/exchange.hpp"
#include "weir/web/serve.hpp"

namespace weir::http {

/// What the connections of one listener share.
struct HttpService {
  /// What a loop's connections use in turn.
  struct Scratch {
    RequestHead head;
    DateText date;
  };

  std::shared_ptr<Routes> routes;
  std::shared_ptr<RouterCore> core;
  Options options;
  PerLoop<Scratch> scratch{};
};

class HttpProtocol final : public Protocol, private ExchangeOwner {
 public:
  /// Both outlive the protocol.
  HttpProtocol(HttpService& service, const ConnectionOptions& options)
      : service_(service), options_(options), parser_(service.options.limits) {}

  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override;
  weir::Status encode(std::string_view message, Buffer& output) override;
  // Of no meaning to HTTP, but to what it was upgraded to:
  void say_goodbye(CloseReason reason, Buffer& output) override;
  [[nodiscard]] bool says_goodbye() const override;
  void on_drained(Session& session) override;
  void on_end(Session& session) override;
  void on_close(Session& session, CloseReason reason) override;

 private:
  /// A response that encode() is writing.
  struct Writing {
    ResponseStart start;
    std::span<const Header> headers;
    bool with_body;
  };

  void write_response(Exchange& exchange, const LentResponse& response) override;
  void write_upgrade(Exchange& exchange, std::string_view protocol, std::span<const Header> headers,
                     std::unique_ptr<Protocol> next) override;
  [[nodiscard]] Exchange& exchange(InputContext& context);
  void begin(InputContext& context);
  /// False where the body came too slowly.
  [[nodiscard]] bool take_body(std::string_view piece, InputContext& context);
  void call(InputContext& context);
  void refuse(const ParseError& error, InputContext& context, Progress& progress);
  void await_more(InputContext& context, Progress& progress);

  HttpService& service_;
  const ConnectionOptions& options_;
  RequestParser parser_;
  CallPtr<Exchange> exchange_;
  std::unique_ptr<std::string> body_;  // what came of a body in pieces
  std::string_view lent_;              // a body that came in one
  TimePoint body_since_{};
  std::uint64_t body_bytes_ = 0;
  HttpService::Scratch* scratch_ = nullptr;
  const Writing* writing_ = nullptr;
  std::unique_ptr<Protocol> next_;  // what the connection was upgraded to
  bool reading_ = false;            // a request is under way
  bool continued_ = false;          // and was told to go on, or needs not be
};

}  // namespace weir::http
