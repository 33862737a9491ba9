#include "kv/held_reply.hpp"

#include "kv/client.hpp"
#include "kv/journal.hpp"
#include "weir/session/connection.hpp"

namespace weir::kv {

void hold_until_kept(Journal& journal, bool appended, Client& client) {
  Connection& connection = *client.connection;
  const Journal::Mark mark = journal.awaited(appended);
  if (mark == 0) return connection.release_output();
  client.held_until = mark;
  connection.hold_output();
  // Who waits for an element as well has no deadline.
  connection.handler_began(1, client.waiter == nullptr);
  journal.when_kept(mark, [session = client.record->session, mark, &client](Status kept) {
    session.loop().post([session, mark, &client, well = kept.ok()] {
      if (!session.open()) return;  // and so `client` is no more
      Connection& held = *client.connection;
      if (!well) return held.abort(CloseReason::file_failed);
      // Another reply, to a later change, may have joined what is held.
      if (client.held_until == mark) held.release_output();
      held.handler_done();
    });
  });
}

}  // namespace weir::kv
