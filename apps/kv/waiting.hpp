// A client that waits for a list and leaves.
#pragma once

namespace weir::kv {

class Client;

/// Nobody serves `client` any more. On its loop, without locks.
void stop_waiting(Client& client);

}  // namespace weir::kv
