#include "io/filter_transport.hpp"

namespace weir {

void FilterTransport::start(Sink& sink) {
  sink_ = &sink;
  if (!std::exchange(started_, true)) inner_->start(*this);
}

void FilterTransport::release() {
  sink_ = nullptr;
  released_ = true;
  if (!in_callback_) delete this;
}

void FilterTransport::on_ready() {
  tell_sink([](Sink& sink) { sink.on_ready(); });
}

void FilterTransport::on_bytes(std::string_view bytes) {
  tell_sink([bytes](Sink& sink) { sink.on_bytes(bytes); });
}

void FilterTransport::on_end() {
  tell_sink([](Sink& sink) { sink.on_end(); });
}

void FilterTransport::on_readable() {
  tell_sink([](Sink& sink) { sink.on_readable(); });
}

void FilterTransport::on_writable() {
  tell_sink([](Sink& sink) { sink.on_writable(); });
}

void FilterTransport::on_closed(int error) {
  tell_sink([this, error](Sink& sink) {
    sink_ = nullptr;  // the last call
    sink.on_closed(error);
  });
}

}  // namespace weir
