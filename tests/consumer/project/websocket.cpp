#include <weir/websocket/handshake.hpp>
#include <weir/websocket/writer.hpp>

int main() {
  const weir::websocket::Compressor compressor;
  weir::Buffer output;
  const std::string text(1000, 'w');
  const auto status =
      weir::websocket::append_message(weir::websocket::Opcode::text, text, &compressor, output);
  return status.ok() && output.size() < text.size() ? 0 : 1;
}
