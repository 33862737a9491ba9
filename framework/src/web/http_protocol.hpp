// HttpProtocol: a connection that speaks HTTP/1.1. Layer: web, private. Owned by the connection.
//
//     bytes --RequestParser--> head, body --Routes--> name --RouterCore--> layers, handler
//                                                                             |
//     bytes <--write_head()------------------------ Exchange <----------------+
//
// One exchange at a time: while its handler answers later, the requests behind it wait in the
// connection, so responses keep the order of their requests.
//
// After an upgrade the connection is another protocol's. This one passes everything on to it until
// the call that upgraded has returned, and is gone then.
//
//     between --head--> reading the body --complete--> called --response--> between
//
// A handler that takes a BodyStream is called between head and body, and its response may begin
// before the body has ended. A response in pieces holds the requests behind it up to its end:
//
//     called --begin_stream()--> streaming --end_stream()--> between
//
// A body that lies whole in the input is lent to the handler; one that comes in pieces is gathered
// in body_, which is bounded by Limits::body.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "web/incoming_body.hpp"
#include "weir/http/date.hpp"
#include "weir/http/request_parser.hpp"
#include "weir/http/response_writer.hpp"
#include "weir/web/exchange.hpp"
#include "weir/web/response_stream.hpp"
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
  Limits limits;  // of all bodies, streamed ones included
  PerLoop<Scratch> scratch{};
};

class HttpProtocol final : public Protocol, private ExchangeOwner {
 public:
  /// Both outlive the protocol.
  HttpProtocol(HttpService& service, const ConnectionOptions& options)
      : service_(service), options_(options), parser_(service.limits) {}

  void on_open(Session&) override {}
  Progress on_input(std::string_view input, InputContext& context) override;
  weir::Status encode(std::string_view message, Buffer& output) override;
  /// 408 to a request that stops in the middle.
  void say_goodbye(CloseReason reason, Buffer& output) override;
  [[nodiscard]] bool says_goodbye(CloseReason reason) const override;
  void on_drained(Session& session) override;
  void on_end(Session& session) override;
  void on_close(Session& session, CloseReason reason) override;
  [[nodiscard]] std::unique_ptr<Protocol> successor() override { return std::move(next_); }

 private:
  /// A response that encode() is writing.
  struct Writing {
    ResponseStart start;
    std::span<const Header> headers;
    bool with_body;
  };
  /// A response in pieces.
  struct Stream {
    BodyPlan plan;
    std::uint64_t left;  // of a length
    Task on_room;
    Task on_gone;
    const std::span<const Header>* trailers = nullptr;  // being written
  };

  void write_response(Exchange& exchange, const LentResponse& response) override;
  void begin_stream(Exchange& exchange, const LentResponse& head, StreamOptions options) override;
  void end_stream(std::span<const Header> trailers) override;
  [[nodiscard]] std::shared_ptr<IncomingBody> incoming() override { return incoming_; }
  void write_upgrade(Exchange& exchange, std::string_view protocol, std::span<const Header> headers,
                     std::unique_ptr<Protocol> next) override;
  [[nodiscard]] Exchange& exchange(InputContext& context);
  void write_whole(Exchange& exchange, const LentResponse& response);
  /// A head that is said now, and what is behind it; nullopt when the connection is ending, as it
  /// is when the handler's headers are none.
  [[nodiscard]] std::optional<BodyPlan> write_head_of(Exchange& exchange,
                                                      const LentResponse& response,
                                                      std::optional<std::uint64_t> length);
  [[nodiscard]] weir::Status encode_piece(std::string_view piece, Buffer& output);
  /// Tells a client that waits for it to send the body (RFC 9110, section 10.1.1).
  void go_on();
  void write_refusal(const ParseError& error, Buffer& output);
  /// Bytes of the request's body are still to come.
  [[nodiscard]] bool body_pending() const {
    return reading_ && exchange_->head().body != BodyKind::none;
  }
  void begin(InputContext& context);
  void dispatch(InputContext& context, std::string_view body);
  void complete(InputContext& context);
  void take_body(std::string_view piece, InputContext& context);
  /// Something came that stands behind the head.
  void body_begins(const EventLoop& loop);
  /// The body comes too slowly: few bytes of it, whatever came of its chunks' sizes and extensions
  /// and of trailers. Asked whenever something came, for silence is the frame deadline's.
  [[nodiscard]] bool too_slow(TimePoint now) const;
  void call(InputContext& context);
  void refuse(const ParseError& error, InputContext& context, Progress& progress);
  void await_more(Progress& progress);

  HttpService& service_;
  const ConnectionOptions& options_;
  RequestParser parser_;
  CallPtr<Exchange> exchange_;
  std::unique_ptr<std::string> body_;  // what came of a body in pieces
  std::string_view lent_;              // a body that came in one
  TimePoint body_since_{};             // when the first byte of it came; unset before that
  std::uint64_t body_bytes_ = 0;
  HttpService::Scratch* scratch_ = nullptr;
  const Writing* writing_ = nullptr;
  std::shared_ptr<IncomingBody> incoming_;  // of a handler that takes the body as it comes
  std::unique_ptr<Stream> stream_;
  std::unique_ptr<Protocol> next_;  // what the connection was upgraded to
  bool reading_ = false;            // a request is under way
  bool continued_ = false;          // and was told to go on, or needs not be
};

}  // namespace weir::http
