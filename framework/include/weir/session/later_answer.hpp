// LaterAnswer: what it takes to wait for a handler's result that is no value yet. Layer: session.
// Specialised where the waiting is known (routing/coroutine.hpp for asio::awaitable), so that the
// headers of plain handlers stay light.
#pragma once

namespace weir {

/// A specialisation for Answer has
///
///     using Value = ...;   // what comes in the end; void for nothing
///     template <class Start, class Give>
///     static void run(Responder responder, Start start, Give give);
///
/// run() calls `start()`, which makes the Answer, once, and `give(responder, value)` (or
/// `give(responder)`) with what comes of it. What is thrown becomes responder.fail(). It keeps
/// `start`, `give` and `responder` until then. On the loop's thread.
template <class Answer>
struct LaterAnswer;

template <class Answer>
concept AnswersLater = requires {
  typename LaterAnswer<Answer>::Value;
};

}  // namespace weir
