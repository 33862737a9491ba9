// A reply that waits for the journal.
#pragma once

namespace weir::kv {

class Client;
class Journal;

/// What the client's connection sends from now on, and what the present batch has answered, goes
/// out only when the journal has what can be seen in it; its input waits as well. The loop does not
/// stand still meanwhile. Where the journal has all, nothing is held. On the client's loop.
/// `appended`: the reply is to a change.
void hold_until_kept(Journal& journal, bool appended, Client& client);

}  // namespace weir::kv
